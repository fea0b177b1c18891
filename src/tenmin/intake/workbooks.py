"""Excel workbooks: one sheet of them, every cell as the text that a person sees."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tenmin.errors import FileError, TableError
from tenmin.intake.grids import sheet_of_rows
from tenmin.intake.sheet import Cells, Remark, Sheet, text_of

__all__ = ["read_workbook"]

_MOST_BYTES, _MOST_RATIO, _SMALL = 4 * 2**30, 200, 2**20
_DIGITS = 15
_DATE = "Excel keeps it as a date; type it as text if it is a number or a code"
_LONG = "Excel keeps 15 digits of a number, so the last ones may be wrong; type it as text"


def read_workbook(path: Path, sheet: str | None = None) -> Sheet:
    """Return a sheet of an XLSX workbook: the one named, or else the only one that holds anything.

    Raises
    ------
    FileError
        The workbook is damaged, or not what it seems.
    TableError
        There are several sheets and none was named, or a formula was never worked out.
    """
    _refuse_bomb(path)
    book = _opened(path, values=False)
    try:
        name, rows = _chosen(path, book, sheet)
    finally:
        book.close()
    if any(cell.data_type == "f" for row in rows for cell in row):
        values = _opened(path, values=True)
        try:
            rows = _with_values(path, rows, _rows(values[name]))
        finally:
            values.close()
    return sheet_of_rows(path, _texts(rows), list(_oddities(rows)))


def _opened(path: Path, *, values: bool) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=values)
    except (OSError, KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
        msg = (
            f"{path} is damaged, or no Excel workbook ({str(error)[:200]}); open it in Excel and save it again as .xlsx"
        )
        raise FileError(msg) from None


def _refuse_bomb(path: Path) -> None:
    """Refuse what would fill the memory, and XML that brings definitions of its own."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            packed, unpacked = (sum(getattr(one, key) for one in entries) for key in ("compress_size", "file_size"))
            if unpacked > _MOST_BYTES or unpacked > _SMALL + _MOST_RATIO * packed:
                msg = f"{path} unpacks from {packed:,} to {unpacked:,} bytes, as no table does; save it again as .xlsx"
                raise FileError(msg)
            for one in entries:
                with archive.open(one) as stream:
                    if b"<!DOCTYPE" in stream.read(4096):
                        msg = f"{path}: {one.filename} defines its own entities, as no workbook of Excel does"
                        raise FileError(msg)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        msg = f"{path} is damaged or encrypted ({str(error)[:200]}); open it in Excel and save it again as .xlsx"
        raise FileError(msg) from None


def _rows(sheet: Any) -> list[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return list(sheet.iter_rows())


def _chosen(path: Path, book: Any, sheet: str | None) -> tuple[str, list[tuple[Any, ...]]]:
    names = [one.title for one in book.worksheets]
    if sheet is not None:
        if sheet not in names:
            msg = f"{path} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}"
            raise TableError(msg)
        return sheet, _rows(book[sheet])
    seen = [one.title for one in book.worksheets if one.sheet_state == "visible"]
    sheets = {name: _rows(book[name]) for name in seen}
    filled = {
        name: rows for name, rows in sheets.items() if any(cell.value is not None for row in rows for cell in row)
    }
    if len(filled) == 1:
        return next(iter(filled.items()))
    if not filled:
        msg = f"{path} has no rows in its sheets {', '.join(map(repr, names))}"
        raise TableError(msg)
    msg = f"{path} has several sheets that hold something: {', '.join(map(repr, filled))}; name one by sheet="
    raise TableError(msg)


def _with_values(path: Path, rows: list[tuple[Any, ...]], values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    for row, same in zip(rows, values, strict=True):
        for cell, value in zip(row, same, strict=True):
            if cell.data_type == "f" and value.value is None:
                msg = (
                    f"{path}: the formula in {cell.coordinate} was never worked out; open the file in Excel and "
                    "save it, or paste the values"
                )
                raise TableError(msg)
    return values


def _texts(rows: list[tuple[Any, ...]]) -> Iterator[tuple[int, Cells]]:
    for row in rows:
        number = next((cell.row for cell in row if cell.value is not None), None)
        if number is not None:
            yield number, [_text(cell.value) for cell in row]


def _text(value: object) -> str | None:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return text_of(value)


def _oddities(rows: list[tuple[Any, ...]]) -> Iterator[Remark]:
    """Yield what Excel may have changed; the field of a remark is the place of its column."""
    for row in rows:
        for place, cell in enumerate(row):
            if isinstance(cell.value, dt.date):
                yield Remark(cell.row, str(place), _text(cell.value) or "", _DATE)
            elif (
                isinstance(cell.value, int | float)
                and len(text := text_of(cell.value) or "") > _DIGITS
                and text.isdigit()
            ):
                yield Remark(cell.row, str(place), text, _LONG)
