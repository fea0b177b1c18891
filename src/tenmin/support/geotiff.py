"""Open GeoTIFF files through rasterio, with what is wrong with them in words."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import ProjError

from tenmin.support.errors import FileError, InputError

__all__ = ["check_geotiff", "grid_of", "map_crs", "open_geotiff"]


@contextmanager
def open_geotiff(path: Path) -> Iterator[Any]:
    """Open a GeoTIFF as a dataset of rasterio; errors of rasterio become `FileError`.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FileError
        The file is damaged.
    InputError
        rasterio is missing.
    """
    try:
        import rasterio
        from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
    except ImportError:
        msg = f"{path}: GeoTIFF files are read by rasterio, which is missing; pip install 'tenmin[raster]'"
        raise InputError(msg) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            source = rasterio.open(path, driver="GTiff")
        with source:
            yield source
    except (RasterioError, CRSError, ProjError, OSError) as error:
        msg = f"{path} is damaged or no GeoTIFF that can be read ({error}); fetch it again"
        raise FileError(msg) from None


def check_geotiff(path: Path, *faults: tuple[bool, str]) -> None:
    """Raise a FileError for the first fault that holds.

    Parameters
    ----------
    path
        The file.
    faults
        Whether each holds, and what it is and how to fix it, as the end of the message.
    """
    for holds, words in faults:
        if holds:
            msg = f"{path}: {words}"
            raise FileError(msg)


def grid_of(path: Path, source: Any) -> np.ndarray:
    """Return the affine transform from column and row (of cell corners) to x and y, float64 (3, 3).

    Parameters
    ----------
    path
        The file.
    source
        Its open dataset.

    Raises
    ------
    FileError
        The file has no CRS, or its cells have no place on the map.
    """
    grid = np.array(source.transform, dtype="float64").reshape(3, 3)
    bare = np.array_equal(grid, np.eye(3)) or not abs(np.linalg.det(grid)) > 0.0
    check_geotiff(
        path,
        (source.crs is None, "it has no CRS, so its place is not known; state it (gdal_edit.py -a_srs EPSG:...)"),
        (bare, "it has cells without a place on the map; georeference it (gdal_edit.py -a_ullr ...)"),
    )
    return grid


def map_crs(path: Path, source: Any) -> CRS:
    """Return the horizontal CRS of an open dataset.

    Parameters
    ----------
    path
        The file.
    source
        Its open dataset.

    Raises
    ------
    FileError
        The CRS is neither geographic nor projected.
    """
    crs = _horizontal(CRS.from_user_input(source.crs.to_wkt()))
    no_map = not (crs.is_geographic or crs.is_projected)
    check_geotiff(path, (no_map, f"it has a CRS that is no map's ({crs.type_name}); reproject it (gdalwarp)"))
    return crs


def _horizontal(crs: CRS) -> CRS:
    return _horizontal(crs.sub_crs_list[0]) if crs.is_compound else crs.to_2d()
