"""Write layers, tables and workbooks reproducibly: the same content always gives the same bytes.

Timestamps inside files come from the environment variable `SOURCE_DATE_EPOCH` (seconds since 1970, see
https://reproducible-builds.org/specs/source-date-epoch/). Without it they are 1 January 1980, the earliest date that a
ZIP archive can hold.
"""

from __future__ import annotations

import errno
import io
import math
import os
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.support.errors import FileError, InputError
from tenmin.support.files import replacing

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = [
    "check_layer_name",
    "check_written",
    "fixed_date",
    "shapes_in",
    "writable",
    "write_layer",
    "write_table",
    "write_workbook",
]

DIGITS = 12
"""Significant digits of a number in a text table: few enough to hide the effect of the order of a sum."""

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_SPARE = 2**20
#: Where a program may begin a new cell, before a character that begins a formula, in its wide form, too.
_CELL_START = re.compile(r"(\A|[\r\n\t;\v\f\x1c-\x1e\x85\u2028\u2029])(?=[=+\-@\t\r＝＋－＠])")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NEEDS_QUOTES = re.compile(r"""[,;"\r\n\t\v\f\x1c-\x1f\x85\u2028\u2029]""")
_EPOCH = "SOURCE_DATE_EPOCH"
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)
_DATES_OF_WORKBOOK = re.compile(rb'(?<=W3CDTF">)[^<]+')
_GDAL_DATE = "OGR_CURRENT_DATE"
_GDAL = RLock()


def check_layer_name(path: Path) -> str:
    """Return the driver that writes a layer to this path.

    Raises
    ------
    FileError
        The suffix is neither .gpkg nor .geojson.
    """
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        msg = f"{path}: layers are written as {' or '.join(_DRIVERS)}; give a name that ends in one of them"
        raise FileError(msg)
    return driver


def write_layer(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a layer as GeoPackage (in its own CRS) or GeoJSON (longitude and latitude), by the suffix of the path.

    Parameters
    ----------
    frame
        The layer.
    path
        File with the suffix .gpkg or .geojson; an existing one is replaced atomically.
    layer
        Name of the layer inside the file.

    Raises
    ------
    FileError, OutputError
        The suffix is neither .gpkg nor .geojson, or the file cannot be written.
    """
    if check_layer_name(path) == "GeoJSON":
        text = io.BytesIO()  # GDAL says nothing of a disk that is full when it closes a text file
        frame.to_crs("EPSG:4326").to_file(text, driver="GeoJSON", layer=layer, engine="pyogrio")
        with replacing(path) as temporary:
            temporary.write_bytes(text.getvalue())
        return
    with replacing(path) as temporary, fixed_date():
        temporary.unlink()
        frame.to_file(temporary, driver="GPKG", layer=layer, engine="pyogrio")
        check_written(temporary, {layer: (len(frame), shapes_in(frame.geometry.to_numpy()))})


def shapes_in(geometry: np.ndarray) -> int:
    """Return the number of geometries that a spatial index holds: those that are neither missing nor empty."""
    return int((~(shapely.is_missing(geometry) | shapely.is_empty(geometry))).sum())


def check_written(path: Path, layers: Mapping[str, tuple[int, int | None]]) -> None:
    """Raise an OSError unless a GeoPackage that was just closed is whole: a driver may not say what it could not write.

    Its pages, rows and spatial indexes are checked, and that the disk takes another mebibyte, without which something
    else may be missing.

    Parameters
    ----------
    path
        The file.
    layers
        By name of the layer, the number of rows and of shapes in its spatial index (None without geometry).
    """
    _check_room(path)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
        [fault] = base.execute("PRAGMA quick_check(1)").fetchone()
        if fault != "ok":
            raise OSError(errno.EIO, f"the database is not whole: {fault}")
        for layer, (rows, shapes) in layers.items():
            _check_count(base, layer, rows, "rows")
            if shapes is not None:
                query = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"
                [column] = base.execute(query, [layer]).fetchone()
                _check_count(base, f"rtree_{layer}_{column}", shapes, "shapes in its index")


def _check_room(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb+", buffering=0) as stream:
        stream.seek(size)
        try:
            if stream.write(bytes(_SPARE)) < _SPARE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(stream.fileno())
        finally:
            stream.truncate(size)


def _check_count(base: sqlite3.Connection, table: str, expected: int, what: str) -> None:
    quoted = table.replace('"', '""')
    [found] = base.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()
    if found != expected:
        raise OSError(errno.EIO, f"{table} has {found:,} of {expected:,} {what}")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV in UTF-8 with a byte order mark, as Excel expects.

    Numbers have 12 significant digits. Where a text begins like a formula, or continues so after a line break, a tab or
    a semicolon, at which some program could begin a new cell, it gets an apostrophe; so do headings.

    Parameters
    ----------
    table
        The table; its index is not written.
    path
        The file; an existing one is replaced atomically.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    columns = [[_field(value) for value in table.iloc[:, place].tolist()] for place in range(table.shape[1])]
    lines = [[_field(str(name)) for name in table.columns], *zip(*columns, strict=True)]
    text = "".join(f"{','.join(line)}\n" for line in lines)
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8-sig", "replace"))


def _field(value: object) -> str:
    r"""Return the text of a cell: a number as it is, empty for a missing value, and else text that is no formula.

    >>> _field(-2.0), _field(0.1 + 0.2), _field(None), _field("-2"), _field("a;=b")
    ('-2.0', '0.3', '', "'-2", '"a;\'=b"')
    """
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else repr(float(f"{value:.{DIGITS}g}"))
    if isinstance(value, bool | int | np.bool_ | np.integer):
        return str(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    text = _CELL_START.sub(r"\1'", str(value))
    return f'"{text.replace(chr(34), 2 * chr(34))}"' if _NEEDS_QUOTES.search(text) else text


def writable(value: Any) -> Any:
    """Return a value as a cell of a workbook may hold it: a text without the control characters that XML forbids."""
    return _FORBIDDEN.sub("", value) if isinstance(value, str) else value


def write_workbook(book: Workbook, path: Path, *, formulas: bool = False) -> None:
    """Write a workbook as .xlsx; texts that begin with = stay texts, unless formulas of people are to stay.

    Parameters
    ----------
    book
        The workbook.
    path
        The file; an existing one is replaced atomically.
    formulas
        Whether cells that are formulas stay so; texts that begin with = must have the type of texts already.

    Raises
    ------
    InputError, OutputError
        `SOURCE_DATE_EPOCH` is not a number, or the file cannot be written.
    """
    with replacing(path) as temporary:
        packed = io.BytesIO()
        if not formulas:
            _keep_texts(book)
        book.save(packed)
        temporary.write_bytes(_with_fixed_dates(packed, _timestamp()))


def _keep_texts(book: Workbook) -> None:
    """Make every cell that would be a formula a text: no workbook of tenmin has formulas."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"


def _with_fixed_dates(packed: io.BytesIO, date: datetime) -> bytes:
    """Return the workbook with all timestamps replaced by a date."""
    stream = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _DATES_OF_WORKBOOK.sub(f"{date:%Y-%m-%dT%H:%M:%SZ}".encode(), data)
            entry = zipfile.ZipInfo(name, (date.year, date.month, date.day, date.hour, date.minute, date.second))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return stream.getvalue()


@contextmanager
def fixed_date() -> Iterator[str]:
    """Make GDAL use a fixed timestamp inside the block, and give it in ISO 8601.

    Raises
    ------
    InputError
        `SOURCE_DATE_EPOCH` is not a number.
    """
    import pyogrio

    date = f"{_timestamp():%Y-%m-%dT%H:%M:%S.000Z}"
    with _GDAL:
        before = pyogrio.get_gdal_config_option(_GDAL_DATE)
        pyogrio.set_gdal_config_options({_GDAL_DATE: date})
        try:
            yield date
        finally:
            pyogrio.set_gdal_config_options({_GDAL_DATE: before})


def _timestamp() -> datetime:
    """Return the date of all timestamps."""
    text = os.environ.get(_EPOCH, "")
    if not text:
        return _FIRST
    if not (text.isascii() and text.isdigit()):
        msg = f"{_EPOCH} is {text!r:.40}; set it to whole seconds since 1970, or do not set it"
        raise InputError(msg)
    latest = int(_LAST.timestamp())
    return max(_FIRST, datetime.fromtimestamp(min(int(text), latest), UTC))
