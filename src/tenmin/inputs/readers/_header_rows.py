"""Rows of cells to a sheet: skips titles above the headings, blank lines and lines of totals, and says so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tenmin.inputs.readers._raw_table import Cells, Remark, Sheet, check_headings
from tenmin.support.errors import TableError

__all__ = ["sheet_of_rows"]

Row = tuple[int, Cells]
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "total", "totals", "subtotal", "sum"})
_FIRST_CELLS = 3


def sheet_of_rows(path: Path, rows: Iterable[Row], odd: Iterable[Remark] = (), encoding: str | None = None) -> Sheet:
    """Return the sheet of numbered rows of cells, the first of which with more than one cell has the headings.

    Raises
    ------
    TableError
        There are no headings, two are the same, or a row has cells under none.
    """
    filled = [(number, cells) for number, cells in rows if any(cell is not None for cell in cells)]
    titles, filled = _split_titles(filled)
    if not filled:
        msg = f"{path} has no rows"
        raise TableError(msg)
    (_, headings), body = filled[0], filled[1:]
    check_headings(headings, path)
    _refuse_unnamed(path, headings, body)
    places = [(place, heading) for place, heading in enumerate(headings) if heading]
    columns = {heading: [_cell(cells, place) for _, cells in body] for place, heading in places}
    numbers = np.array([number for number, _ in body], int)
    named = dict(places)
    titled = [Remark(n, "", _first(cells), "a title above the headings", used=False) for n, cells in titles]
    mine = [
        Remark(one.row, named[int(one.field)], one.value, one.reason)
        for one in odd
        if one.row in set(numbers.tolist()) and int(one.field) in named
    ]
    sheet = Sheet(path, columns, numbers, encoding=encoding, odd=(*titled, *mine))
    totals = [
        Remark(n, "", _first(cells), "a line of totals", used=False)
        for n, cells in body
        if any((cell or "").replace(" ", "").casefold() in _TOTALS for cell in cells[:_FIRST_CELLS])
    ]
    return sheet.without([one.row for one in totals], totals) if totals else sheet


def _cell(cells: Cells, place: int) -> str | None:
    return cells[place] if place < len(cells) else None


def _first(cells: Cells) -> str:
    return next(cell for cell in cells if cell is not None)


def _split_titles(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return the leading rows that have one cell only, if later rows have more, and the others."""
    sizes = [sum(cell is not None for cell in cells) for _, cells in rows]
    start = next((place for place, size in enumerate(sizes) if size > 1), 0)
    return rows[:start], rows[start:]


def _refuse_unnamed(path: Path, headings: Cells, body: list[Row]) -> None:
    for number, cells in body:
        stray = next(
            (place for place, cell in enumerate(cells) if cell is not None and not _cell(headings, place)), None
        )
        if stray is not None:
            msg = (
                f"{path}: row {number} has {cells[stray]!r} in column {stray + 1}, which has no heading; "
                "name the column, or take the stray cell (or a separator within a cell) away"
            )
            raise TableError(msg)
