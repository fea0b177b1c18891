"""Raw table: the content of a file before parsing, with headings, text cells, geometry and remarks."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import CRS

from tenmin.support.bounds import MAX_COLUMNS, check_amount
from tenmin.support.errors import TableError

__all__ = [
    "FAILED",
    "MERGED",
    "Cells",
    "RawTable",
    "Remark",
    "check_headings",
    "code_of",
    "format_rows",
    "is_failed",
    "text_of",
]

MERGED = "is merged with the cell above; taken for the same"
"""Reason of the remark on a row whose cell is merged with that of the row above."""
FAILED = "is an error of a formula; taken as empty"
"""Reason of the remark on a cell such as #N/A."""

Cells = list[str | None]
"""The cells of a row or a column as text; None if empty."""
_MAX_WHOLE = 1e21
_MAX_SHOWN = 5
_FLOATED = re.compile(r"^(\d+)\.0+$")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
"""Characters that are not seen: spaces without width, marks of direction and of byte order."""
_ERROR = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)")


@dataclass(frozen=True)
class Remark:
    """A note on one row: it was `used`, or left out; `is_error` if it cannot be used as it is."""

    row: int
    field: str
    value: str
    reason: str
    used: bool = True
    is_error: bool = False


@dataclass(frozen=True)
class RawTable:
    """The content of a file before parsing.

    Attributes
    ----------
    path
        The file.
    columns
        Text cells of each column, by heading.
    rows
        Number of each row as a spreadsheet shows it; features of vector files are numbered from 1.
    geometry, crs
        Shape of each row and their CRS, where the format has them.
    encoding
        Encoding of its text, if it is a text format.
    typed
        Columns of numbers or booleans, where the format stores types.
    truncated
        Headings that the format may have cut short.
    remarks
        Notes on rows and cells.
    """

    path: Path
    columns: Mapping[str, Cells]
    rows: np.ndarray
    geometry: np.ndarray | None = None
    crs: CRS | None = None
    encoding: str | None = None
    typed: Mapping[str, pd.Series] = field(default_factory=dict)
    truncated: frozenset[str] = frozenset()
    remarks: tuple[Remark, ...] = ()

    def drop_rows(self, rows: Iterable[int], remarks: Iterable[Remark]) -> RawTable:
        """Return the table without some rows.

        Parameters
        ----------
        rows
            Numbers of the rows.
        remarks
            Remarks that say why.
        """
        left = set(rows)
        keep = ~np.isin(self.rows, list(left))
        kept = np.flatnonzero(keep).tolist()
        return replace(
            self,
            columns={name: [cells[row] for row in kept] for name, cells in self.columns.items()},
            rows=self.rows[keep],
            geometry=None if self.geometry is None else self.geometry[keep],
            typed={name: series[keep].reset_index(drop=True) for name, series in self.typed.items()},
            remarks=(*(one for one in self.remarks if one.row not in left), *remarks),
        )


def format_rows(rows: Sequence[int]) -> str:
    """Return row numbers in words, at most five of them.

    >>> format_rows([3]), format_rows([2, 5])
    ('row 3', 'rows 2, 5')
    """
    first = ", ".join(str(row) for row in list(rows)[:_MAX_SHOWN])
    more = f" and {len(rows) - _MAX_SHOWN} more" if len(rows) > _MAX_SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {first}{more}"


def text_of(value: object) -> str | None:
    r"""Return a cell as text without loss of digits, or None if it is empty.

    >>> text_of("  00123 "), text_of(600.0), text_of(0.1), text_of(float("nan")), text_of("NA"), text_of("东\u200b苑")
    ('00123', '600', '0.1', None, 'NA', '东苑')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return None
        return str(int(value)) if float(value).is_integer() and abs(value) < _MAX_WHOLE else repr(float(value))
    text = str(value)
    return (text if text.isascii() else _INVISIBLE.sub("", text)).strip() or None


def is_failed(text: str | None) -> bool:
    """Return whether a cell shows the error of a formula.

    >>> is_failed("#N/A"), is_failed("#1 幼儿园")
    (True, False)
    """
    return text is not None and _ERROR.fullmatch(text) is not None


def code_of(text: str) -> str:
    """Return a code without the .0 that a program adds where it took it for a number.

    >>> code_of("101.0"), code_of("00101"), code_of("3.10")
    ('101', '00101', '3.10')
    """
    return _FLOATED.sub(r"\1", text)


def check_headings(headings: Sequence[str | None], path: Path) -> None:
    """Raise a TableError if there are no headings or two are equal.

    Parameters
    ----------
    headings
        Headings by column.
    path
        The file, for messages.
    """
    check_amount(path, len(headings), MAX_COLUMNS, "columns", "take away what is no column of the table")
    given = [heading for heading in headings if heading]
    if not given:
        msg = f"{path}: the first row has no headings; put the names of the columns there"
        raise TableError(msg)
    duplicate = next((heading for heading, count in Counter(given).items() if count > 1), None)
    if duplicate is not None:
        columns = [str(n) for n, heading in enumerate(headings, 1) if heading == duplicate]
        msg = f"{path}: the heading {duplicate!r} stands over columns {' and '.join(columns)}; rename or delete one"
        raise TableError(msg)
