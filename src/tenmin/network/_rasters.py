"""Heights at points from GeoTIFF and SRTM files, read block by block."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from tenmin.support.errors import FileError, InputError
from tenmin.support.files import open_input
from tenmin.support.geotiff import check_geotiff, grid_of, map_crs, open_geotiff

__all__ = ["ElevationModel", "open_elevation"]

LOWEST, HIGHEST = -500.0, 9000.0
"""Valid heights, metres above sea level: from below the Dead Sea to above Mount Everest."""
FINEST, COARSEST = 5.0, 150.0
"""Cell sizes, metres: smaller cells are averaged, larger ones are refused."""
_SMALLEST = 0.05
_BLOCK = 1024
_HGT_SHAPES = {2 * rows * columns: (rows, columns) for rows, columns in ((1201, 1201), (3601, 3601), (3601, 1801))}
_HGT_NAME = re.compile(r"([ns])([0-8]\d|90)([ew])(0\d\d|1[0-7]\d|180)([._-].*)?\.hgt")
_HGT_VOID = -32768
_METRES = ("m", "metre", "metres", "meter", "meters")
_OFF_GRID = 0.01
"""Tolerance in cells within which files have a common grid."""


@dataclass(frozen=True)
class Raster:
    """A file of heights."""

    path: Path
    crs: CRS
    grid: np.ndarray
    """Affine transform, float64 (3, 3), from column and row (of cell corners) to x and y."""
    shape: tuple[int, int]
    """Rows and columns."""

    def read(self, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        """Return the heights in a window as float64 (rows, columns), metres; NaN where there is none.

        Parameters
        ----------
        rows, columns
            First and one past the last.
        """
        heights = self._window(rows, columns)
        wrong = ~(np.isnan(heights) | ((heights >= LOWEST) & (heights <= HIGHEST)))
        if wrong.any():
            msg = (
                f"{self.path}: {heights[wrong][0]:g} in {int(wrong.sum())} cells is no height in metres, which lie "
                f"between {LOWEST:g} and {HIGHEST:g}; if it stands for no data, declare it in the file "
                f"(gdal_edit.py -a_nodata {heights[wrong][0]:g})"
            )
            raise FileError(msg)
        return heights

    def _window(self, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        with open_geotiff(self.path) as source:
            window = (rows, columns)
            heights = source.read(1, window=window, masked=True).astype("float64").filled(np.nan)
            return heights * source.scales[0] + source.offsets[0]


class Tile(Raster):
    """An SRTM file: big-endian int16 metres, row by row from the north-west, without header."""

    def _window(self, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
        values = np.memmap(self.path, dtype=">i2", mode="r", shape=self.shape)[slice(*rows), slice(*columns)]
        return np.where(values == _HGT_VOID, np.nan, values.astype("float64"))


def _geotiff(path: Path) -> Raster:
    with open_geotiff(path) as source:
        kind, unit = source.dtypes[0], (source.units[0] or "m").lower()
        check_geotiff(
            path,
            (source.count != 1, f"it has {source.count} bands; keep the one of heights (gdal_translate -b 1)"),
            (np.dtype(kind).kind not in "iuf", f"it holds {kind}, which is no height"),
            (unit not in _METRES, f"it has heights in {unit!r}; convert them to metres (gdal_calc.py)"),
        )
        grid = grid_of(path, source)
        return Raster(path, map_crs(path, source), grid, source.shape)


def _hgt(path: Path) -> Raster:
    name = _HGT_NAME.fullmatch(path.name.lower())
    shape = _HGT_SHAPES.get(path.stat().st_size)
    if name is None:
        msg = f"{path} must be named by its south-west corner, such as N41W009.hgt, for that says where it is"
        raise FileError(msg)
    if shape is None:
        sizes = ", ".join(f"{size:,}" for size in _HGT_SHAPES)
        msg = f"{path} has {path.stat().st_size:,} bytes, and SRTM files have {sizes}; fetch it again"
        raise FileError(msg)
    south, west = int(name[2]) * (-1) ** (name[1] == "s"), int(name[4]) * (-1) ** (name[3] == "w")
    high, wide = 1.0 / (shape[0] - 1), 1.0 / (shape[1] - 1)
    grid = np.array([[wide, 0.0, west - wide / 2.0], [0.0, -high, south + 1.0 + high / 2.0], [0.0, 0.0, 1.0]])
    return Tile(path, CRS("EPSG:4326"), grid, shape)


@dataclass(frozen=True)
class Mosaic:
    """Files on a common grid, read in blocks of `step` by `step` cells averaged to one."""

    rasters: tuple[Raster, ...]
    corners: tuple[tuple[int, int], ...]
    """Row and column of each file's first cell on the grid of the first file."""
    crs: CRS
    """The CRS of the points at which heights are read."""
    step: int = 1

    @cached_property
    def _to_grid(self) -> Transformer:
        return _transformer(self.crs, self.rasters[0])

    def cells(self, xy: np.ndarray) -> np.ndarray:
        """Return row and column of points, float64 (points, 2), in averaged cells from the corner of the first file."""
        x, y = self._to_grid.transform(xy[:, 0], xy[:, 1])
        column, row, _ = np.linalg.solve(self.rasters[0].grid, np.stack([x, y, np.ones_like(x)]))
        return np.stack([row, column], axis=1) / self.step

    def cell_size(self, xy: np.ndarray) -> float:
        """Return the shorter side of a cell at a point, metres, without averaging."""
        column, row, _ = np.linalg.solve(self.rasters[0].grid, np.array([*self._to_grid.transform(xy[0], xy[1]), 1.0]))
        corners = np.array([[column, column + 1.0, column], [row, row, row + 1.0], np.ones(3)])
        x, y, _ = self.rasters[0].grid @ corners
        x, y = self._to_grid.transform(x, y, direction="INVERSE")
        return float(min(math.dist((x[0], y[0]), (x[1], y[1])), math.dist((x[0], y[0]), (x[2], y[2]))))

    def inside(self, cells: np.ndarray) -> np.ndarray:
        """Return whether each point is in a cell of one of the files, given `cells`."""
        found = np.zeros(len(cells), bool)
        for raster, corner in zip(self.rasters, self.corners, strict=True):
            at = cells * self.step - np.array(corner)
            found |= ((at >= 0.0) & (at < np.array(raster.shape))).all(axis=1)
        return found

    def heights(self, cells: np.ndarray) -> np.ndarray:
        """Return heights by bilinear interpolation, metres; NaN where the point's own cell has none."""
        found = np.full(len(cells), np.nan)
        size = max(_BLOCK // self.step, 1)
        blocks = np.floor(cells - 0.5).astype("int64") // size
        row, column = (blocks - blocks.min(axis=0)).T
        number = row * (column.max() + 1) + column
        order = np.argsort(number, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
            first = blocks[rows[0]] * size
            found[rows] = _between(self._block(first, size + 1), cells[rows] - first)
        return found

    def _block(self, first: np.ndarray, size: int) -> np.ndarray:
        """The averaged cells of a square block; NaN where no file has one."""
        fine = np.full((size * self.step, size * self.step), np.nan)
        for raster, corner in zip(self.rasters, self.corners, strict=True):
            begin = first * self.step - np.array(corner)
            low = np.maximum(begin, 0)
            high = np.minimum(begin + size * self.step, raster.shape)
            if (low < high).all():
                part = raster.read((int(low[0]), int(high[0])), (int(low[1]), int(high[1])))
                at = tuple(slice(*pair) for pair in zip(low - begin, high - begin, strict=True))
                fine[at] = np.where(np.isnan(fine[at]), part, fine[at])
        return fine.reshape(size, self.step, size, self.step).mean(axis=(1, 3))


def _between(heights: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Bilinear interpolation in a block; cells without a height have no weight."""
    low = np.floor(cells - 0.5).astype("int64")
    part = cells - 0.5 - low
    total, weight = np.zeros(len(cells)), np.zeros(len(cells))
    for down in (0, 1):
        for right in (0, 1):
            one = heights[low[:, 0] + down, low[:, 1] + right]
            share = np.abs(1 - down - part[:, 0]) * np.abs(1 - right - part[:, 1]) * ~np.isnan(one)
            total += np.where(np.isnan(one), 0.0, one) * share
            weight += share
    own = heights[tuple(np.floor(cells).astype("int64").T)]
    return np.where(np.isnan(own), np.nan, total / np.where(weight > 0.0, weight, 1.0))


def _transformer(crs: CRS, raster: Raster) -> Transformer:
    try:
        return Transformer.from_crs(crs, raster.crs, always_xy=True)
    except ProjError as error:
        msg = f"{raster.path}: no way from the CRS of the streets to its own ({error}); reproject it (gdalwarp)"
        raise FileError(msg) from None


def _mosaics(rasters: Sequence[Raster], crs: CRS) -> list[Mosaic]:
    """Group files by grid, so that there are no seams between them."""
    found: list[Mosaic] = []
    for raster in rasters:
        for n, mosaic in enumerate(found):
            corner = _corner(mosaic.rasters[0], raster)
            if corner is not None:
                found[n] = replace(mosaic, rasters=(*mosaic.rasters, raster), corners=(*mosaic.corners, corner))
                break
        else:
            found.append(Mosaic((raster,), ((0, 0),), crs))
    return found


def _corner(first: Raster, other: Raster) -> tuple[int, int] | None:
    """Row and column of another file's first cell on the grid of the first file; None if the grids differ."""
    column, row, _ = np.linalg.solve(first.grid, other.grid[:, 2])
    same = np.allclose(first.grid[:2, :2], other.grid[:2, :2], rtol=1e-6, atol=0.0)
    if not same or first.crs != other.crs or max(abs(row - round(row)), abs(column - round(column))) > _OFF_GRID:
        return None
    return round(row), round(column)


@dataclass(frozen=True)
class ElevationModel:
    """An elevation model of several files; where they overlap, the first with a height counts."""

    mosaics: tuple[Mosaic, ...]
    cell: float
    """Useful distance between samples, metres."""

    def at(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return heights at points (float64, metres; NaN where there is none), and whether a file covers each point."""
        heights, covered = np.full(len(xy), np.nan), np.zeros(len(xy), bool)
        for mosaic in self.mosaics:
            cells = mosaic.cells(xy)
            inside = np.isfinite(cells[:, 0]) & np.isfinite(cells[:, 1])
            inside[inside] = mosaic.inside(cells[inside])
            covered |= inside
            wanted = inside & np.isnan(heights)
            if wanted.any():
                heights[wanted] = mosaic.heights(cells[wanted])
        return heights, covered


def open_elevation(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], crs: CRS, near: tuple[float, float]
) -> ElevationModel:
    """Return the elevation model of files.

    Parameters
    ----------
    paths
        GeoTIFF files with one band in metres, or SRTM files (.hgt) under their original names.
    crs
        The metric CRS of the points at which heights will be read.
    near
        One of these points, at which cells are measured.

    Raises
    ------
    FileError
        If a file cannot be used; the message says why, and what to do.
    InputError
        If no file is given, or rasterio is missing.
    """
    given = list(paths) if isinstance(paths, Iterable) and not isinstance(paths, str | bytes) else [paths]
    if not given:
        msg = "there is no file of heights; give the path of a GeoTIFF or of an SRTM file (.hgt)"
        raise InputError(msg)
    opened = [open_input(path, (".tif", ".tiff", ".hgt")) for path in given]
    rasters = [_hgt(path) if path.name.lower().endswith(".hgt") else _geotiff(path) for path in opened]
    mosaics, cells = [], []
    for mosaic in _mosaics(rasters, crs):
        size = mosaic.cell_size(np.array(near))
        if not _SMALLEST <= size <= COARSEST:
            msg = (
                f"{mosaic.rasters[0].path}: its cells are {size:g} m wide at the streets; heights {_SMALLEST:g} to "
                f"{COARSEST:g} m apart can be used, and 5 to 30 m are best"
            )
            raise FileError(msg)
        step = math.ceil(FINEST / size - 1e-6) if size < FINEST else 1
        mosaics.append(replace(mosaic, step=step))
        cells.append(size * step)
    return ElevationModel(tuple(mosaics), min(cells))
