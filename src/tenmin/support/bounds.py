"""Bounds on what a file holds once it is unpacked: cells of workbooks, rows and bytes of tables, depth of settings."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.parsers import expat

from tenmin.support.errors import FileError

__all__ = [
    "MAX_CELLS",
    "MAX_COLUMNS",
    "MAX_TEXT",
    "check_amount",
    "check_geopackage",
    "check_parquet",
    "check_toml",
    "check_unpacked",
    "check_workbook",
]

MAX_UNPACKED = 4 * 2**30
"""Bytes of a file, unpacked."""
_SMALL = 2**20
"""Bytes to which any file may unpack."""
MAX_RATIO = 200
"""Bytes of a compressed file, unpacked, for each byte on the disk; streets have 10 to 20."""
MAX_TEXT = 512 * 2**20
"""Bytes of a text that is held in memory as a whole, which takes up to ten times as many."""
MAX_CELLS = 20_000_000
"""Cells of a table, which take about 100 bytes each in memory."""
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""Rows and columns of a sheet of Excel."""
MAX_SHEET_CELLS = 5_000_000
"""Cells of a workbook, formatted empty ones and those of merged ranges included, about 300 bytes each in memory."""
_MAX_WORKBOOK = 512 * 2**20
_MAX_TOML, _MAX_DOTS = 2**20, 32
_BATCH_ROWS = 1024
_NAME = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
_DOTTED = re.compile(rf"(?<![\w.-]){_NAME}(?:\.[ \t]*{_NAME}){{{_MAX_DOTS}}}")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,10})")
_XML = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")


def check_amount(path: Path, amount: int, most: int, what: str, advice: str) -> None:
    """Raise a FileError if a file holds more than a bound.

    Parameters
    ----------
    path
        The file.
    amount, most
        What it holds, and the bound.
    what
        What is counted, such as "cells".
    advice
        The way out.
    """
    if amount > most:
        msg = f"{path} holds {amount:,} {what}, and at most {most:,} are read; {advice}"
        raise FileError(msg)


def check_unpacked(path: Path, unpacked: int, *, allowed: int = _SMALL) -> None:
    """Raise a FileError if a file unpacks to more than 4 GiB, or to 200 times its size.

    Parameters
    ----------
    path
        The file.
    unpacked
        Bytes so far.
    allowed
        Bytes that any file may unpack to.
    """
    packed = path.stat().st_size
    if unpacked > MAX_RATIO * packed + allowed:
        msg = (
            f"{path} ({packed:,} bytes) unpacks to more than {MAX_RATIO} times its size, "
            f"to {unpacked:,} bytes and more, which no map data do; it is refused"
        )
        raise FileError(msg)
    check_amount(path, unpacked, MAX_UNPACKED, "bytes when it is unpacked", "give a part of it")


def check_toml(path: Path, text: str) -> None:
    """Raise a FileError if a TOML text is longer than 1 MiB, or nests tables by more than 32 dots in a key.

    Parameters
    ----------
    path, text
        The file and its text.
    """
    check_amount(path, len(text), _MAX_TOML, "characters", "settings are shorter; is it the right file?")
    found = _DOTTED.search(text)
    if found:
        msg = f"{path}: the key {found[0][:40]!r} has {_MAX_DOTS} dots or more; no setting is nested so deep"
        raise FileError(msg)


def check_workbook(path: Path) -> None:
    """Raise a FileError if a workbook is too large when it is unpacked, or a part of it declares a document type.

    Raises
    ------
    FileError
        It unpacks to more than 512 MiB or 200 times its size, a sheet is larger than those of Excel, or all sheets
        together have more than 5,000,000 cells.
    """
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        packed, unpacked = (sum(getattr(one, key) for one in entries) for key in ("compress_size", "file_size"))
        if unpacked > min(_MAX_WORKBOOK, _SMALL + MAX_RATIO * packed):
            msg = f"{path} unpacks from {packed:,} to {unpacked:,} bytes, as no table does; save it again as .xlsx"
            raise FileError(msg)
        cells = 0
        for entry in entries:
            with archive.open(entry) as stream:
                if stream.read(4).startswith(_XML):
                    stream.seek(0)
                    part = _Part(path, entry.filename, cells)
                    part.scan(iter(lambda stream=stream: stream.read(1 << 16), b""))
                    cells = part.cells


class _Part:
    """A part of a workbook, of which cells are counted while it is parsed.

    A cell in column C makes three cells of its row, and a merged range all that it covers.
    """

    def __init__(self, path: Path, name: str, cells: int) -> None:
        self.cells = cells
        self._path, self._name = path, name
        self._row = self._column = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._root

    def scan(self, blocks: Iterator[bytes]) -> None:
        """Parse the part; what is no XML from some point on is no more than that for any other parser."""
        try:
            for block in blocks:
                self._parser.Parse(block, False)
        except expat.ExpatError:
            return

    def _refuse_doctype(self, *_: object) -> None:
        msg = f"{self._path}: {self._name} defines its own entities, as no workbook of Excel does"
        raise FileError(msg)

    def _root(self, name: str, _: dict[str, str]) -> None:
        is_sheet = name.endswith("worksheet")
        self._parser.StartElementHandler = self._element if is_sheet else None

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._cell(attributes.get("r"))
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            self._check(self._row, MAX_ROWS, "rows")
        elif tag == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            (left, top), (right, bottom) = _place(first), _place(last or first)
            self._add((right - left + 1) * (bottom - top + 1))

    def _cell(self, reference: str | None) -> None:
        column = self._column + 1 if reference is None else _place(reference)[0]
        self._check(column, MAX_COLUMNS, "columns")
        self._add(max(column - self._column, 1))
        self._column = max(column, self._column)

    def _add(self, cells: int) -> None:
        self.cells += cells
        self._check(self.cells, MAX_SHEET_CELLS, "cells (empty ones that are formatted or merged count)")

    def _check(self, amount: int, most: int, what: str) -> None:
        advice = f"delete what stands right of and below the table in {self._name}, or save it as CSV"
        check_amount(self._path, amount, most, what, advice)


def _place(reference: str) -> tuple[int, int]:
    """Return column and row of a reference, from 1.

    >>> _place("AB7")
    (28, 7)
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        msg = f"{reference[:20]!r} is no cell"
        raise ValueError(msg)
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return column, int(found[2])


def check_geopackage(path: Path, layer: str) -> None:
    """Raise a FileError if a layer of a GeoPackage is computed: a view or a column that may have no end.

    Parameters
    ----------
    path, layer
        The file and the name of the layer.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as base:
        base.execute("PRAGMA trusted_schema = OFF")
        query = "SELECT name FROM sqlite_master WHERE type = 'view' AND (lower(name) = lower(?) OR name LIKE 'gpkg%')"
        view = base.execute(query, [layer]).fetchone()
        if view is not None:
            msg = f"{path}: {view[0]!r} is a view, a query that is kept in the file; export it as a layer of its own"
            raise FileError(msg)
        computed = base.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden > 1", [layer]).fetchone()
        if computed is not None:
            msg = f"{path}: the column {computed[0]!r} of {layer!r} is computed; export the layer as one of its own"
            raise FileError(msg)


def check_parquet(path: Path, *, cells: int | None = None) -> None:
    """Raise a FileError if a Parquet file unpacks to more than 4 GiB or 64 MiB and 200 times its size.

    Parameters
    ----------
    path
        The file.
    cells
        Largest number of cells.
    """
    import pyarrow.parquet as pq

    names = pq.read_schema(path).names
    with pq.ParquetFile(path, read_dictionary=names) as file:
        metadata: Any = file.metadata
        if cells is not None:
            check_amount(path, metadata.num_rows * metadata.num_columns, cells, "cells", "give a part of it")
        unpacked = 0
        for batch in file.iter_batches(_BATCH_ROWS):
            unpacked += sum(map(_bytes_of, batch.columns))
            check_unpacked(path, unpacked, allowed=64 * 2**20)


def _bytes_of(column: Any) -> int:
    """Return the bytes of an Arrow array, in which each row of a dictionary counts with the length of its text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(column, pa.DictionaryArray) or pa.types.is_primitive(column.dictionary.type):
        return column.nbytes
    lengths = pc.binary_length(column.dictionary.cast(pa.large_binary()))
    return column.nbytes + int(pc.sum(lengths.take(column.indices)).as_py() or 0)
