"""Write layers, tables and workbooks reproducibly: the same content always gives the same bytes.

Timestamps inside files come from the environment variable `SOURCE_DATE_EPOCH` (seconds since 1970, see
https://reproducible-builds.org/specs/source-date-epoch/). Without it they are 1 January 1980, the earliest date that a
ZIP archive can hold.
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
"""Significant digits of a number in a text table: few enough to hide the effect of the order of a sum."""

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
        File with the suffix .gpkg or .geojson; an existing one is reprojected atomically.
    layer
        Name of the layer inside the file.

    Raises
    ------
    FileError, OutputError
        The suffix is neither .gpkg nor .geojson, or the file cannot be written.
    """
    driver = check_layer_name(path)
    projected = frame if driver == "GPKG" else frame.to_crs("EPSG:4326")
    with replacing(path) as temporary, fixed_date():
        temporary.unlink()
        projected.to_file(temporary, driver=driver, layer=layer, engine="pyogrio")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV in UTF-8 with a byte order mark, as Excel expects.

    Numbers have 12 significant digits. Text that Excel would take for a formula gets a leading apostrophe.

    Parameters
    ----------
    table
        The table; its index is not written.
    path
        The file; an existing one is reprojected atomically.

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
        The file; an existing one is reprojected atomically.

    Raises
    ------
    InputError, OutputError
        `SOURCE_DATE_EPOCH` is not a number, or the file cannot be written.
    """
    packed = io.BytesIO()
    book.save(packed)
    with replacing(path) as temporary:
        temporary.write_bytes(_with_fixed_dates(packed, _timestamp()))


def _with_fixed_dates(packed: io.BytesIO, date: datetime) -> bytes:
    """Return the workbook with all timestamps reprojected by a date."""
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
