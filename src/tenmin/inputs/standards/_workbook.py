"""Write a standard to a workbook to be filled in, and read it back."""

from __future__ import annotations

import io
import math
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenmin.inputs.standards._clause import AppliesTo
from tenmin.inputs.standards._clause_kinds import KINDS
from tenmin.inputs.standards._parsing import SECTIONS, STANDARD_FIELDS, parse_standard
from tenmin.inputs.standards._rows import Tables
from tenmin.inputs.standards._standard import Standard
from tenmin.support.bounds import check_workbook
from tenmin.support.errors import FileError
from tenmin.support.files import open_input, read_toml, shipped_file
from tenmin.support.writing import write_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["read_standard_workbook", "write_tables"]

_HEAD_SHEET = "standard"
_HELP_SHEET = "kinds"
_SHEETS = {_HEAD_SHEET: "标准", "clause": "条款", "tier": "层级", "reported": "报告数字", _HELP_SHEET: "类型说明"}
_SEPARATOR = re.compile(r"\s*[、,，;；\n]\s*")
_SPAN = re.compile(r"\s*(?:[~～;；–—至]|(?<=\d)-(?=\d|inf))\s*")
_YES = {"true": True, "yes": True, "是": True, "1": True, "false": False, "no": False, "否": False, "0": False}


@cache
def _headings() -> Mapping[str, str]:
    return read_toml(shipped_file("tenmin.inputs.standards", "words.toml"))["headings"]


@cache
def _types(section: str) -> Mapping[str, str]:
    """Return the columns of a sheet and their types; those of `applies_to` are prefixed with its name."""
    types: dict[str, str] = {}
    for one in fields(SECTIONS[section]):
        if str(one.type) == "AppliesTo":
            types |= {f"{one.name}.{part.name}": str(part.type) for part in fields(AppliesTo)}
        else:
            types[one.name] = str(one.type)
    return types


def write_tables(tables: Tables, path: str | os.PathLike[str]) -> None:
    """Write the contents of a standard to a workbook: one sheet per section, and one that explains kinds of clauses.

    Parameters
    ----------
    tables
        The contents of the standard.
    path
        The file.

    Raises
    ------
    OutputError
        The file cannot be written; an existing file is left unchanged.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    _fill(_sheet(book, _HEAD_SHEET), [["field 字段", "value 数值"], *_head_rows(tables)])
    for section in ("clause", "tier", "reported"):
        names = list(_types(section))
        flat = [_flatten(row) for row in tables.get(section, ())]
        heading = [f"{name} {_headings()[name]}" for name in names]
        _fill(_sheet(book, section), [heading, *([_cell(row.get(name)) for name in names] for row in flat)])
    _fill(_sheet(book, _HELP_SHEET), _help_rows())
    write_workbook(book, Path(path))


def _sheet(book: Workbook, name: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(f"{name} {_SHEETS[name]}")
    sheet.freeze_panes = "A2"
    return sheet


def _fill(sheet: Worksheet, rows: Iterable[Sequence[Any]]) -> None:
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(number, place, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a text that begins with = is no formula


def _head_rows(tables: Tables) -> Iterator[list[Any]]:
    for name, kind in STANDARD_FIELDS.items():
        value = tables.get(name)
        if kind.startswith("tuple"):
            yield from ([f"{name} {_headings()[name]}", text] for text in value or [None])
        else:
            yield [f"{name} {_headings()[name]}", _cell(value)]


def _help_rows() -> Iterator[list[str]]:
    yield ["kind 条款类型", "中文", "English", "unit 单位", "needs 必填", "allows 可填", "bound 上下限"]
    for name, kind in KINDS.items():
        needs, allows = ("、".join(sorted(names)) for names in (kind.needs, kind.allows))
        yield [name, kind.zh, kind.en, kind.unit, needs, allows, "、".join(kind.bounds)]


def _flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in row.items() if not isinstance(value, Mapping)}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{part}": item for part, item in value.items()}
    return flat


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        numbers = [item for item in value if isinstance(item, int | float)]
        if not numbers:
            return "、".join(value)
        return _cell(value[0]) if value[0] == value[-1] else "~".join(repr(item) for item in value)
    if isinstance(value, float) and (math.isinf(value) or float(f"{value:.15g}") != value):
        return repr(value)  # a workbook keeps no infinity and fewer digits
    return value


def read_standard_workbook(path: str | os.PathLike[str]) -> Standard:
    """Return the standard in a workbook such as `write_blank_standard` writes.

    The names of rows that are not filled in yet are in the standard's `unfilled`.

    Raises
    ------
    FileError
        The file is not a workbook, a sheet or column is unknown or missing, or a row is invalid; the message names the
        clause, the field and how to fix it.
    """
    found = open_input(path, (".xlsx",))
    sheets = _read_sheets(found)
    tables: dict[str, Any] = _read_head(sheets[_HEAD_SHEET], str(found))
    for section in SECTIONS:
        tables[section] = _read_rows(sheets.get(section, []), section, f"{found}, sheet {section!r}")
    return parse_standard(tables, str(found))


def _read_sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    from openpyxl import load_workbook

    try:
        check_workbook(path)
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        sheets = {str(sheet.title).split(" ")[0]: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
        book.close()
    except FileError:
        raise
    except Exception as error:  # openpyxl lets errors of zip, XML and its own pass
        msg = f"{path} cannot be read as a workbook ({error}); open it in Excel and save it as .xlsx again"
        raise FileError(msg) from None
    unknown = [name for name in sheets if name not in _SHEETS]
    if unknown:
        msg = f"{path}: nobody knows the sheet {unknown[0]!r}; known are {', '.join(_SHEETS)}; delete it or rename it"
        raise FileError(msg)
    for name in (_HEAD_SHEET, "clause"):
        if name not in sheets:
            msg = f"{path}: the sheet {name!r} is missing; tenmin standards new writes a workbook that has it"
            raise FileError(msg)
    return sheets


def _read_head(rows: Sequence[tuple[Any, ...]], where: str) -> dict[str, Any]:
    head: dict[str, Any] = {}
    for row in rows[1:]:
        name, value = _field_of(row[0]), row[1] if len(row) > 1 else None
        if name in {None, ""} or value is None:
            continue
        kind = STANDARD_FIELDS.get(name, "str")
        if kind.startswith("tuple"):
            head.setdefault(name, []).append(_read_text(value))
        elif name in head:
            msg = f"{where}, sheet {_HEAD_SHEET!r}: {name!r} stands there twice; delete one of the rows"
            raise FileError(msg)
        else:
            head[name] = _read_cell(kind, value)
    return head


def _read_rows(rows: Sequence[tuple[Any, ...]], section: str, where: str) -> list[dict[str, Any]]:
    names = [_field_of(cell) for cell in rows[0]] if rows else []
    duplicates = [name for name, count in Counter(names).items() if name and count > 1]
    if duplicates:
        msg = f"{where}: the column {duplicates[0]!r} stands there twice; delete one"
        raise FileError(msg)
    types, found = _types(section), []
    for number, row in enumerate(rows[1:], 2):
        cells = {name: value for name, value in zip(names, row, strict=False) if value is not None}
        if "" in cells:
            msg = (
                f"{where}, row {number}: {cells['']!r} stands in a column without heading; delete it or name the column"
            )
            raise FileError(msg)
        if cells:
            found.append(_unflatten({name: _read_cell(types.get(name, "str"), value) for name, value in cells.items()}))
    return found


def _unflatten(cells: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {name: value for name, value in cells.items() if "." not in name}
    for name, value in cells.items():
        outer, dot, inner = name.partition(".")
        if dot:
            row.setdefault(outer, {})[inner] = value
    return row


def _field_of(heading: Any) -> str:
    return "" if heading is None else str(heading).strip().split(" ")[0]


def _read_cell(kind: str, value: Any) -> Any:
    """Return the value of a cell as in TOML; an invalid one is returned unchanged, and reported later."""
    kind = kind.removesuffix(" | None")
    if kind == "str":
        return _read_text(value)
    if kind.startswith("tuple"):
        return [text for text in _SEPARATOR.split(_read_text(value)) if text]
    if kind == "bool":
        return _YES.get(_read_text(value).lower(), value)
    if kind == "Span" and isinstance(value, str):
        ends = [_read_number(part) for part in _SPAN.split(value.strip())]
        return ends[0] if len(ends) == 1 else ends
    return _read_number(value)


def _read_number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return float(unicodedata.normalize("NFKC", value).replace(",", "").strip())
    except ValueError:
        return value


def _read_text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
