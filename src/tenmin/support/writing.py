"""Write layers, tables and workbooks reproducibly: the same content always gives the same bytes.

Timestamps inside files come from the environment variable `SOURCE_DATE_EPOCH` (seconds since 1970, see
https://reproducible-builds.org/specs/source-date-epoch/). Without it they are 1 January 1980, the earliest date that a
ZIP archive can hold.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

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
    "write_layer",
    "write_table",
    "write_workbook",
]

DIGITS = 12
"""Significant digits of a number in a text table: few enough to hide the effect of the order of a sum."""

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_SPARE = 2**20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
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

    Numbers have 12 significant digits. Text that Excel would take for a formula gets a leading apostrophe.

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
    changed = table.select_dtypes(include=["object", "str", "float"]).columns
    safe = table.assign(**{str(name): table[name].map(_cell) for name in changed})
    with replacing(path) as temporary:
        safe.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")


def _cell(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_workbook(book: Workbook, path: Path) -> None:
    """Write a workbook as .xlsx.

    Parameters
    ----------
    book
        The workbook.
    path
        The file; an existing one is replaced atomically.

    Raises
    ------
    InputError, OutputError
        `SOURCE_DATE_EPOCH` is not a number, or the file cannot be written.
    """
    with replacing(path) as temporary:
        packed = io.BytesIO()
        book.save(packed)
        temporary.write_bytes(_with_fixed_dates(packed, _timestamp()))


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
