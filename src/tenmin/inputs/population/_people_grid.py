"""The cells of a GeoTIFF of people, read as counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely
from pyproj import CRS, Transformer

from tenmin.support.errors import FileError, TableError
from tenmin.support.geotiff import check_geotiff, grid_of, map_crs, open_geotiff

__all__ = ["PeopleGrid", "RasterHeader", "Unit", "read_header"]

Unit = Literal["people", "people_per_km2"]
"""What a cell holds: its people, or people per square kilometre of ground."""
MAX_CELLS = 25_000_000
"""Cells that are read at once: 200 MB."""
MAX_DENSITY = 1_000_000.0
"""People per km2 that no place on Earth has over a hectare."""
_HECTARE = 0.01
_M2_PER_KM2 = 1e6


@dataclass(frozen=True)
class RasterHeader:
    """Where the cells of a file are. Rows count from the north, whatever their order in the file."""

    path: Path
    crs: CRS
    west: float
    north: float
    size: tuple[float, float]
    """Width and height of a cell, in units of the CRS."""
    shape: tuple[int, int]
    """Rows and columns."""
    from_south: bool
    """Whether the file begins with the southernmost row."""

    @property
    def box(self) -> shapely.Polygon:
        """The outline of all cells, in the CRS."""
        (width, height), (rows, columns) = self.size, self.shape
        return shapely.box(self.west, self.north - rows * height, self.west + columns * width, self.north)

    def read(self, unit: Unit, bounds: np.ndarray) -> PeopleGrid:
        """Return the people of the cells that meet a box.

        Parameters
        ----------
        unit
            What a cell holds.
        bounds
            West, south, east and north, in the CRS.

        Raises
        ------
        FileError
            A cell has fewer people than 0, or more than can be; no cell holds data or people; or they are too many.
        """
        (width, height), (rows, columns) = self.size, self.shape
        left, right = _range((bounds[[0, 2]] - self.west) / width, columns)
        top, bottom = _range((self.north - bounds[[3, 1]]) / height, rows)
        if (bottom - top) * (right - left) > MAX_CELLS:
            msg = (
                f"{self.path}: {(bottom - top) * (right - left):,} cells are more than the {MAX_CELLS:,} that are read "
                "at once; give areas= or within= to read a part of it"
            )
            raise FileError(msg)
        window = (rows - bottom, rows - top) if self.from_south else (top, bottom)
        with open_geotiff(self.path) as source:
            values = source.read(1, window=(window, (left, right)), masked=True).astype("float64").filled(np.nan)
            values = values * source.scales[0] + source.offsets[0]
        values = values[::-1] if self.from_south else values
        grid = PeopleGrid(self, (top, left), np.ascontiguousarray(values))
        return _checked(grid, unit)


def _range(ends: np.ndarray, count: int) -> tuple[int, int]:
    first, last = math.floor(ends[0]), math.ceil(ends[1])
    return min(max(first, 0), count), min(max(last, 0), count)


def read_header(path: Path) -> RasterHeader:
    """Return where the cells of a GeoTIFF of people are.

    Raises
    ------
    FileError
        The file has several bands, no CRS, no numbers, or cells that are turned or mirrored: those would have to be
        resampled, which counts of people do not survive.
    """
    with open_geotiff(path) as source:
        kind = source.dtypes[0]
        check_geotiff(
            path,
            (source.count != 1, f"it has {source.count} bands; keep the one of people (gdal_translate -b 1)"),
            (np.dtype(kind).kind not in "iuf", f"it holds {kind}, which is no number of people"),
        )
        grid = grid_of(path, source)
        turned = grid[0, 1] != 0.0 or grid[1, 0] != 0.0 or grid[0, 0] < 0.0
        check_geotiff(
            path,
            (
                bool(turned),
                "its cells do not lie north up, and people who are counted in cells cannot be resampled; "
                "take the raster as it was published",
            ),
        )
        rows, columns = source.shape
        height = float(grid[1, 1])
        return RasterHeader(
            path=path,
            crs=map_crs(path, source),
            west=float(grid[0, 2]),
            north=float(grid[1, 2] + max(height, 0.0) * rows),
            size=(float(grid[0, 0]), abs(height)),
            shape=(rows, columns),
            from_south=height > 0.0,
        )


@dataclass(frozen=True)
class PeopleGrid:
    """A part of the cells of a file; a cell is numbered row by row from the north-west."""

    header: RasterHeader
    first: tuple[int, int]
    """Row and column of the north-west cell in the file."""
    people: np.ndarray
    """People of each cell, float64 (rows, columns); NaN where there are no data."""

    @cached_property
    def corner(self) -> tuple[float, float]:
        """West and north of the part."""
        (width, height), (row, column) = self.header.size, self.first
        return self.header.west + column * width, self.header.north - row * height

    def rows_and_columns(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the row and the column of cells in the file."""
        row, column = np.divmod(cells, self.people.shape[1])
        return row + self.first[0], column + self.first[1]

    def centres(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of the centres of cells, in the CRS."""
        row, column = self.rows_and_columns(cells)
        (width, height) = self.header.size
        return self.header.west + (column + 0.5) * width, self.header.north - (row + 0.5) * height

    def boxes(self, cells: np.ndarray) -> np.ndarray:
        """Return the outlines of cells, in the CRS."""
        row, column = self.rows_and_columns(cells)
        (width, height) = self.header.size
        x, y = self.header.west + column * width, self.header.north - row * height
        return shapely.box(x, y - height, x + width, y)

    def km2(self, cells: np.ndarray) -> np.ndarray:
        """Return the ground that cells cover, square kilometres on the ellipsoid of the CRS.

        Corners are moved to the cylindrical equal-area projection (Snyder, Map Projections: A Working Manual, 1987,
        equations 3-12 and 10-15), which is right for every CRS, whatever that does to areas.
        """
        crs, (width, height) = self.header.crs, self.header.size
        x, y = self.centres(cells)
        x = x + np.array([[-0.5], [0.5], [0.5], [-0.5]]) * width
        y = y + np.array([[-0.5], [-0.5], [0.5], [0.5]]) * height
        if crs.is_geographic:
            unit = crs.axis_info[0].unit_conversion_factor
            longitude, latitude = x * unit, y * unit
        else:
            degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y)
            longitude, latitude = (np.radians(one) for one in degrees)
        longitude = np.remainder(longitude - longitude[0] + math.pi, 2.0 * math.pi) - math.pi
        northing = _authalic(crs, latitude)
        twice = longitude * np.roll(northing, -1, axis=0) - np.roll(longitude, -1, axis=0) * northing
        return np.abs(twice.sum(axis=0)) / 2.0 / _M2_PER_KM2


def _authalic(crs: CRS, latitude: np.ndarray) -> np.ndarray:
    """Return the ground between the equator and a latitude, m2 for each radian of longitude."""
    ellipsoid: Any = crs.ellipsoid
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    e, sine = math.sqrt(1.0 - (b / a) ** 2), np.sin(latitude)
    if e == 0.0:
        return a**2 * sine
    return a**2 * (1.0 - e**2) * (sine / (1.0 - (e * sine) ** 2) + np.arctanh(e * sine) / e) / 2.0


def _checked(grid: PeopleGrid, unit: Unit) -> PeopleGrid:
    """Return the grid with people in its cells, after checking that its values can be that."""
    path, values = grid.header.path, grid.people.ravel()
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        msg = f"{path}: no cell that was read holds data; do the raster and the areas belong together?"
        raise FileError(msg)
    _refuse_values(path, values, known[values[known] < 0.0], "below 0")
    _refuse_values(path, values, known[np.isinf(values[known])], "not finite")
    inhabited = known[values[known] > 0.0]
    if not len(inhabited):
        msg = f"{path}: nobody lives in the cells that were read; do the raster and the areas belong together?"
        raise TableError(msg)
    km2 = grid.km2(inhabited)
    density = values[inhabited] if unit == "people_per_km2" else values[inhabited] / np.maximum(km2, _HECTARE)
    _refuse_values(path, values, inhabited[density > MAX_DENSITY], f"more than {MAX_DENSITY:,.0f} people per km2")
    people = values.copy()
    if unit == "people_per_km2":
        people[inhabited] = density * km2
    return PeopleGrid(grid.header, grid.first, people.reshape(grid.people.shape))


def _refuse_values(path: Path, values: np.ndarray, wrong: np.ndarray, why: str) -> None:
    if len(wrong):
        value = f"{values[wrong[0]]:g}"
        msg = (
            f"{path}: {len(wrong)} cells are {why}, the first {value}; if it stands for no data, declare it in the "
            f"file (gdal_edit.py -a_nodata {value})"
        )
        raise FileError(msg)
