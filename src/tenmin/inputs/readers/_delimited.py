"""Read CSV and TSV files in the encodings common in China."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from tenmin.inputs.readers._header_rows import Layout, table_from_rows
from tenmin.inputs.readers._raw_table import Cells, RawTable, text_of
from tenmin.support.errors import FileError, TableError

__all__ = ["decode", "read_text_table"]

#: Byte order marks and their encodings.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FALLBACK_ENCODINGS = ("utf-8", "gb18030")
_FIRST_LINES = 20
_OTHER_SEPARATORS = (";", "；", "，", "|")


def decode(raw: bytes, path: Path, encoding: str | None = None) -> tuple[str, str]:
    """Return decoded text and its encoding: the one given, that of the byte order mark, UTF-8, or GB18030.

    Parameters
    ----------
    raw
        Content of the file.
    path
        The file, for messages.
    encoding
        The encoding, if known.

    Raises
    ------
    FileError
        The content is in none of these encodings.
    """
    by_mark = next((name for mark, name in _BYTE_ORDER_MARKS if raw.startswith(mark)), None)
    candidates = (encoding,) if encoding else (by_mark,) if by_mark else _FALLBACK_ENCODINGS
    for name in candidates:
        try:
            return raw.decode(name), name
        except LookupError:
            msg = f"encoding = {encoding!r} is not known; give e.g. 'utf-8', 'gb18030', 'big5' or 'utf-16'"
            raise FileError(msg) from None
        except UnicodeDecodeError:
            continue
    msg = f"{path} is not in {' or '.join(candidates)}; name its encoding=, e.g. 'big5', or save it as UTF-8"
    raise FileError(msg)


def read_text_table(path: Path, encoding: str | None, layout: Layout) -> RawTable:
    """Return the raw table of a CSV or TSV file.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding, if known.
    layout
        What is a heading, and where the headings are.

    Raises
    ------
    FileError
        Its encoding cannot be detected.
    TableError
        Columns are not separated by commas or tabs, or a row and the headings differ in length.
    """
    text, name = decode(path.read_bytes(), path, encoding)
    separator = _separator(text, path)
    return table_from_rows(path, _rows(text, separator, path), layout, encoding=name, same_width=True)


def _separator(text: str, path: Path) -> str:
    lines = [line for line in text.splitlines()[:_FIRST_LINES] if line.strip(" ,;\t")]
    first = max(lines, key=lambda line: max(line.count(","), line.count("\t")), default="")
    if "\t" in first and first.count("\t") >= first.count(","):
        return "\t"
    head = next(iter(lines), "")
    other = next((mark for mark in _OTHER_SEPARATORS if 0 < head.count(mark) == first.count(mark)), None)
    if other is not None and "," not in head:
        msg = (
            f"{path}: the headings are kept apart by {other!r}, not by commas, so 1,5 and 1,500 could not be told "
            "apart; save it as 'CSV UTF-8 (comma delimited)' or as .xlsx"
        )
        raise TableError(msg)
    return ","


def _rows(text: str, separator: str, path: Path) -> Iterator[tuple[int, Cells]]:
    csv.field_size_limit(max(len(text), 1))
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1):
            cells = [text_of(field) for field in fields]
            if any(cell is not None for cell in cells):
                yield number, cells
    except csv.Error as error:
        msg = f"{path}: a quotation mark is not closed, or a cell is broken ({error}); save it again as CSV or as .xlsx"
        raise TableError(msg) from None
