"""Build a raw table from rows of cells, skipping titles above the headings, blank rows and rows of totals."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tenmin.inputs.readers._raw_table import Cells, RawTable, Remark, check_headings
from tenmin.support.errors import TableError

__all__ = ["table_from_rows"]

Row = tuple[int, Cells]
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "total", "totals", "subtotal", "sum"})
_FIRST_CELLS = 3


def table_from_rows(
    path: Path, rows: Iterable[Row], cell_remarks: Iterable[Remark] = (), encoding: str | None = None
) -> RawTable:
    """Return the raw table of numbered rows; the first row with more than one cell holds the headings.

    Parameters
    ----------
    path
        The file.
    rows
        Number and cells of each row.
    cell_remarks
        Remarks on cells; their field is the number of the column.
    encoding
        Encoding of the file, if it is text.

    Raises
    ------
    TableError
        There are no headings, two are equal, or a cell has no heading.
    """
    filled = [(number, cells) for number, cells in rows if any(cell is not None for cell in cells)]
    titles, filled = _split_titles(filled)
    if not filled:
        msg = f"{path} has no rows"
        raise TableError(msg)
    (_, headings), body = filled[0], filled[1:]
    check_headings(headings, path)
    _check_stray_cells(path, headings, body)
    columns_with_heading = [(column, heading) for column, heading in enumerate(headings) if heading]
    columns = {heading: [_cell(cells, column) for _, cells in body] for column, heading in columns_with_heading}
    numbers = np.array([number for number, _ in body], int)
    heading_by_column = dict(columns_with_heading)
    title_remarks = [Remark(n, "", _first_cell(cells), "a title above the headings", used=False) for n, cells in titles]
    known_cell_remarks = [
        Remark(one.row, heading_by_column[int(one.field)], one.value, one.reason)
        for one in cell_remarks
        if one.row in set(numbers.tolist()) and int(one.field) in heading_by_column
    ]
    table = RawTable(path, columns, numbers, encoding=encoding, remarks=(*title_remarks, *known_cell_remarks))
    total_remarks = [
        Remark(n, "", _first_cell(cells), "a line of totals", used=False)
        for n, cells in body
        if any((cell or "").replace(" ", "").casefold() in _TOTALS for cell in cells[:_FIRST_CELLS])
    ]
    return table.drop_rows([one.row for one in total_remarks], total_remarks) if total_remarks else table


def _cell(cells: Cells, column: int) -> str | None:
    return cells[column] if column < len(cells) else None


def _first_cell(cells: Cells) -> str:
    return next(cell for cell in cells if cell is not None)


def _split_titles(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Split off the leading rows with a single cell, if later rows have more."""
    sizes = [sum(cell is not None for cell in cells) for _, cells in rows]
    start = next((row for row, size in enumerate(sizes) if size > 1), 0)
    return rows[:start], rows[start:]


def _check_stray_cells(path: Path, headings: Cells, body: list[Row]) -> None:
    for number, cells in body:
        stray_column = next(
            (column for column, cell in enumerate(cells) if cell is not None and not _cell(headings, column)), None
        )
        if stray_column is not None:
            msg = (
                f"{path}: row {number} has {cells[stray_column]!r} in column {stray_column + 1}, which has no heading; "
                "name the column, or take the stray cell (or a separator within a cell) away"
            )
            raise TableError(msg)
