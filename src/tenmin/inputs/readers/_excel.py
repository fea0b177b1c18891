"""Read the sheets of an Excel workbook that hold the table, with every cell as the text that Excel displays."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tenmin.inputs.readers._header_rows import Layout, table_from_rows
from tenmin.inputs.readers._raw_table import MERGED, Cells, RawTable, Remark, text_of
from tenmin.inputs.readers._sheets import ALL_SHEETS, Sheets, choose_sheets, join_sheets
from tenmin.support.bounds import check_workbook
from tenmin.support.errors import FileError, TableError

__all__ = ["read_workbook"]

_EXACT_DIGITS = 15
_DATE_REASON = "Excel keeps it as a date; type it as text if it is a number or a code"
_MARKS = re.compile(rb"<mergeCell |<row [^>]*hidden=")
_ZERO_FORMAT = re.compile(r"0{2,}")
_NO_TABLE = "a sheet without the table; left out"
_HIDDEN_SHEET = "a hidden sheet; left out"
_HIDDEN_ROW = "hidden in Excel; used all the same"
_LONG_REASON = "Excel keeps 15 digits of a number, so the last ones may be wrong; type it as text"


def read_workbook(path: Path, sheet: Sheets, layout: Layout) -> RawTable:
    """Return the raw table of a sheet of an XLSX workbook, or of several as one.

    Parameters
    ----------
    path
        The file.
    sheet
        Name of the sheet, names of several, or "*" for all that hold a table; by default the only one that is not empty
        or that has known headings, or all of these if their headings are the same.
    layout
        What is a heading, and where the headings are.

    Raises
    ------
    FileError
        The workbook is damaged or suspicious.
    TableError
        Several sheets hold data and none was named, or a formula has no cached value.
    """
    _check_archive(path)
    book = _open_workbook(path, values=False)
    try:
        chosen, left = _select_sheets(path, book, sheet, layout)
    finally:
        book.close()
    tables = {name: _sheet_table(path, name, rows, layout) for name, rows in chosen.items()}
    table = join_sheets(path, tables, layout, asked=sheet is not None)
    remarks = [Remark(0, name, "", reason, used=False) for name, reason in left.items()]
    return replace(table, remarks=(*remarks, *table.remarks))


def _sheet_table(path: Path, name: str, rows: list[tuple[Any, ...]], layout: Layout) -> RawTable:
    if any(cell.data_type == "f" for row in rows for cell in row):
        values = _open_workbook(path, values=True)
        try:
            rows = _cached_values(path, rows, _rows(values[name]))
        finally:
            values.close()
    merged, hidden = _merged_and_hidden(path, name)
    texts, remarks = _fill_merged(list(_text_rows(rows)), merged)
    table = table_from_rows(path, texts, layout, [*_suspect_cells(rows), *remarks])
    unseen = [Remark(row, "", "", _HIDDEN_ROW) for row in table.rows.tolist() if row in hidden]
    return replace(table, remarks=(*table.remarks, *unseen))


def _open_workbook(path: Path, *, values: bool) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=values)
    except (OSError, KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
        msg = (
            f"{path} is damaged, or no Excel workbook ({str(error)[:200]}); open it in Excel and save it again as .xlsx"
        )
        raise FileError(msg) from None


def _check_archive(path: Path) -> None:
    """Raise a FileError for damaged archives, for huge contents and for XML with a document type declaration."""
    try:
        check_workbook(path)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error) as error:
        msg = f"{path} is damaged or encrypted ({str(error)[:200]}); open it in Excel and save it again as .xlsx"
        raise FileError(msg) from None


def _rows(sheet: Any) -> list[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return list(sheet.iter_rows())


def _select_sheets(
    path: Path, book: Any, sheet: Sheets, layout: Layout
) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, str]]:
    """Return the rows of each sheet that holds the table, by name, and why the others that hold anything do not."""
    names = [one.title for one in book.worksheets]
    if sheet is not None and sheet != ALL_SHEETS:
        asked = [sheet] if isinstance(sheet, str) else list(sheet)
        missing = next((name for name in asked if name not in names), None)
        if missing is not None:
            msg = f"{path} has no sheet {missing!r}; it has {', '.join(map(repr, names))}"
            raise TableError(msg)
        return {name: _rows(book[name]) for name in asked}, {}
    sheets = {name: _rows(book[name]) for name in names}
    holding = {
        name: rows for name, rows in sheets.items() if any(cell.value is not None for row in rows for cell in row)
    }
    hidden = {name: _HIDDEN_SHEET for name in holding if book[name].sheet_state != "visible"}
    filled = {name: rows for name, rows in holding.items() if name not in hidden}
    if not filled:
        msg = f"{path} has no rows in its sheets {', '.join(map(repr, names))}"
        raise TableError(msg)
    chosen = choose_sheets(path, {name: list(_text_rows(rows)) for name, rows in filled.items()}, sheet, layout)
    left = {name: _NO_TABLE for name in filled if name not in chosen}
    return {name: filled[name] for name in chosen}, {**hidden, **left}


def _cached_values(path: Path, rows: list[tuple[Any, ...]], values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    for row, same in zip(rows, values, strict=True):
        for cell, value in zip(row, same, strict=True):
            if cell.data_type == "f" and value.value is None:
                msg = (
                    f"{path}: the formula in {cell.coordinate} was never worked out; open the file in Excel and "
                    "save it, or paste the values"
                )
                raise TableError(msg)
    return values


def _text_rows(rows: list[tuple[Any, ...]]) -> Iterator[tuple[int, Cells]]:
    for row in rows:
        number = next((cell.row for cell in row if cell.value is not None), None)
        if number is not None:
            yield number, [_displayed_text(cell) for cell in row]


def _displayed_text(cell: Any) -> str | None:
    """Return the text of a cell; an integer formatted as 00000 keeps its leading zeros."""
    text = _text(cell.value)
    if isinstance(cell.value, int) and text is not None and _ZERO_FORMAT.fullmatch(str(cell.number_format)):
        return text.zfill(len(cell.number_format))
    return text


def _merged_and_hidden(path: Path, name: str) -> tuple[list[tuple[int, int, int]], set[int]]:
    """Return first row, last row and column of cells merged over several rows, except in the first; and hidden rows."""
    with zipfile.ZipFile(path) as archive:
        sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/") and one.endswith(".xml")]
        if not any(_MARKS.search(archive.read(one)) for one in sheets):
            return [], set()
    import openpyxl

    sheet: Any = openpyxl.load_workbook(path)[name]
    ranges = sheet.merged_cells.ranges
    merged = [(one.min_row, one.max_row, one.min_col - 1) for one in ranges if 1 < one.min_row < one.max_row]
    return merged, {number for number, row in sheet.row_dimensions.items() if row.hidden}


def _fill_merged(
    texts: list[tuple[int, Cells]], merged: list[tuple[int, int, int]]
) -> tuple[list[tuple[int, Cells]], list[Remark]]:
    """Copy the value of vertically merged cells into each of their rows, with a remark on each."""
    by_row, remarks = dict(texts), []
    for first, last, column in merged:
        value = by_row[first][column] if first in by_row and column < len(by_row[first]) else None
        for row in range(first + 1, last + 1):
            if value is not None and row in by_row:
                cells = by_row[row] + [None] * (column + 1 - len(by_row[row]))
                by_row[row] = [*cells[:column], value, *cells[column + 1 :]]
                remarks.append(Remark(row, str(column), value, MERGED))
    return list(by_row.items()), remarks


def _text(value: object) -> str | None:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return text_of(value)


def _suspect_cells(rows: list[tuple[Any, ...]]) -> Iterator[Remark]:
    """Yield remarks on values that Excel may have changed; their field is the number of the column."""
    for row in rows:
        for column, cell in enumerate(row):
            if isinstance(cell.value, dt.date):
                yield Remark(cell.row, str(column), _text(cell.value) or "", _DATE_REASON)
            elif (
                isinstance(cell.value, int | float)
                and len(text := text_of(cell.value) or "") > _EXACT_DIGITS
                and text.isdigit()
            ):
                yield Remark(cell.row, str(column), text, _LONG_REASON)
