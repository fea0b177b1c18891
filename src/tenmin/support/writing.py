"""Writes layers, tables and workbooks; the same content gives the same bytes, whenever and wherever it is written.

What a format wants to know of the time of writing is told from the environment variable `SOURCE_DATE_EPOCH` (seconds
since 1970, see https://reproducible-builds.org/specs/source-date-epoch/); without it files bear the first day of 1980,
before which no ZIP archive can be dated.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from tenmin.support.errors import FileError, InputError
from tenmin.support.files import replacing

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["check_layer_name", "fixed_date", "write_layer", "write_table", "write_workbook"]

DIGITS = 12
"""Significant digits of a number in a table of text: fewer than the order of a sum can change."""

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
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
        If the suffix is neither .gpkg nor .geojson.
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
        What to write.
    path
        File that ends in .gpkg or .geojson; what stood there stays until the new file is whole.
    layer
        Name of the layer inside the file.

    Raises
    ------
    FileError, OutputError
        If the suffix is neither .gpkg nor .geojson, or the file cannot be written.
    """
    driver = check_layer_name(path)
    placed = frame if driver == "GPKG" else frame.to_crs("EPSG:4326")
    with replacing(path) as temporary, fixed_date():
        temporary.unlink()
        placed.to_file(temporary, driver=driver, layer=layer, engine="pyogrio")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV (UTF-8 with a mark, as Excel expects); texts that would be formulas get an apostrophe.

    Numbers have 12 significant digits.

    Raises
    ------
    OutputError
        If the file cannot be written.
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

    Raises
    ------
    InputError, OutputError
        If `SOURCE_DATE_EPOCH` is no number, or the file cannot be written.
    """
    packed = io.BytesIO()
    book.save(packed)
    with replacing(path) as temporary:
        temporary.write_bytes(_undated(packed, _date()))


def _undated(packed: io.BytesIO, date: datetime) -> bytes:
    """The same workbook with another date in place of the clock's."""
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
def fixed_date() -> Iterator[None]:
    """Let GDAL write files as of a date that is no clock's; outside of the block it has its own setting again.

    Raises
    ------
    InputError
        If `SOURCE_DATE_EPOCH` is no number.
    """
    import pyogrio

    date = f"{_date():%Y-%m-%dT%H:%M:%S.000Z}"
    with _GDAL:
        before = pyogrio.get_gdal_config_option(_GDAL_DATE)
        pyogrio.set_gdal_config_options({_GDAL_DATE: date})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_GDAL_DATE: before})


def _date() -> datetime:
    """The date that files bear."""
    text = os.environ.get(_EPOCH, "")
    if not text:
        return _FIRST
    if not (text.isascii() and text.isdigit()):
        msg = f"{_EPOCH} is {text!r:.40}; set it to whole seconds since 1970, or do not set it"
        raise InputError(msg)
    latest = int(_LAST.timestamp())
    return max(_FIRST, datetime.fromtimestamp(min(int(text), latest), UTC))
