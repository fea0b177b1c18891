"""Which sheets of a workbook hold the table, and several of them as one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tenmin.inputs.readers._header_rows import (
    SUBDISTRICT,
    SUBDISTRICT_HEADINGS,
    Layout,
    Row,
    count_known_headings,
)
from tenmin.inputs.readers._raw_table import Cells, RawTable, Remark
from tenmin.support.errors import TableError

__all__ = ["ALL_SHEETS", "Sheets", "choose_sheets", "join_sheets", "plain_sheets"]

Sheets = str | Sequence[str] | None
ALL_SHEETS = "*"
"""In place of the name of a sheet: all that hold a table."""
_LEAST_HEADINGS = 2
_EDITION = re.compile(r"(?:19|20)\d\d|备份|副本|旧|历史|草稿|原始|copy|backup|old|draft", re.IGNORECASE)


def plain_sheets(sheet: Sheets) -> Sheets:
    """Return "*" for a list in which it stands, and the name in a list of one.

    >>> plain_sheets(["a", "*"]), plain_sheets(["a"]), plain_sheets(["a", "b"]), plain_sheets("a"), plain_sheets(None)
    ('*', 'a', ['a', 'b'], 'a', None)
    """
    if sheet is None or isinstance(sheet, str):
        return sheet
    names = list(sheet)
    return ALL_SHEETS if ALL_SHEETS in names else names[0] if len(names) == 1 else names


def choose_sheets(path: Path, filled: Mapping[str, Sequence[Row]], sheet: Sheets, layout: Layout) -> list[str]:
    """Return the names of the sheets that hold the table.

    Parameters
    ----------
    path
        The file, for messages.
    filled
        Rows of each visible sheet that holds anything.
    sheet
        "*" for all that hold a table; None for the only one, or all if none looks like an edition of another.
    layout
        What is a heading.

    Raises
    ------
    TableError
        It cannot be told which of several is meant.
    """
    if len(filled) <= 1 and sheet is None:
        return list(filled)
    tables = [name for name, rows in filled.items() if count_known_headings(rows, layout) >= _LEAST_HEADINGS]
    if sheet == ALL_SHEETS or len(tables) == 1:
        return tables
    if not tables:
        msg = f"{path} has several sheets that hold something: {', '.join(map(repr, filled))}; name one by sheet="
        raise TableError(msg)
    if any(_EDITION.search(name) for name in tables):
        msg = (
            f"{path} has several sheets that hold a table, and they may be editions of one: "
            f"{', '.join(map(repr, tables))}; name one by sheet=, or all by sheet='*'"
        )
        raise TableError(msg)
    return tables


def join_sheets(path: Path, tables: Mapping[str, RawTable], layout: Layout, *, asked: bool) -> RawTable:
    """Return the tables of several sheets as one, whose rows are numbered on; sheets named after a 街道 give it.

    Parameters
    ----------
    path
        The file, for messages.
    tables
        The table of each sheet.
    layout
        What is a heading.
    asked
        Whether sheets with different headings may be joined.

    Raises
    ------
    TableError
        Sheets have different known headings, and were not asked for.
    """
    if len(tables) == 1:
        return next(iter(tables.values()))
    headings = list(dict.fromkeys(heading for table in tables.values() for heading in table.columns))
    needed = [heading for heading in headings if layout.is_known(heading)]
    lacking = {name: [one for one in needed if one not in table.columns] for name, table in tables.items()}
    odd = next((name for name, missing in lacking.items() if missing), None)
    if odd is not None and not asked:
        msg = (
            f"{path} has several sheets that hold a table: {', '.join(map(repr, tables))}; {odd!r} has no "
            f"{', '.join(map(repr, lacking[odd][:3]))}; name one by sheet=, or join them by sheet='*'"
        )
        raise TableError(msg)
    adds_parent = all(SUBDISTRICT.search(name) for name in tables) and not {*SUBDISTRICT_HEADINGS} & {*headings}
    columns: dict[str, Cells] = {heading: [] for heading in headings}
    parents: Cells = []
    rows, remarks, offset = [], [], 0
    for name, table in tables.items():
        for heading in headings:
            columns[heading] += table.columns.get(heading, [None] * len(table.rows))
        parents += [name] * len(table.rows)
        rows.append(table.rows + offset)
        note = f"joined with the other sheets; its row 1 is row {offset + 1}"
        remarks += [Remark(0, name, "", note), *(replace(one, row=one.row + offset) for one in table.remarks)]
        offset = max([*rows[-1].tolist(), *(one.row for one in remarks)], default=offset)
    if adds_parent:
        columns[SUBDISTRICT_HEADINGS[0]] = parents
    return RawTable(path, columns, np.concatenate(rows), remarks=tuple(remarks))
