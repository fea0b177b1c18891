"""People of a population raster as places, divided among areas."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.population._notes import Note, as_listed, number_text
from tenmin.inputs.population._people_grid import PeopleGrid, RasterHeader, Unit, read_header
from tenmin.inputs.population._zones import check_zones, polygons_of
from tenmin.support.contracts import check_frame, in_crs
from tenmin.support.errors import InputError, TableError, TenminWarning
from tenmin.support.files import open_input

__all__ = ["read_population_raster"]

#: Part of a cell below which it is none, since parts of cells are computed in single precision.
ROUNDING = 1e-6
#: Part of an area beyond the raster from which a warning says so.
NOTABLE = 0.05
_READ = "people of the cells that were read, in and out"
_LEFT = "people of cells that reach beyond the areas or the boundary; left out"
_NO_DATA = "cells without data; nobody is counted there"
_NO_OUTLINE = "the area has no outline; nobody is counted there"
_OUTSIDE = "of the area lies beyond the raster; nobody is counted there"
_CLIPPED = "of the area lies beyond the boundary; nobody is counted there"


def read_population_raster(
    path: str | os.PathLike[str],
    *,
    unit: Unit = "people",
    areas: gpd.GeoDataFrame | None = None,
    within: gpd.GeoDataFrame | None = None,
    shape: Literal["points", "cells"] = "points",
) -> gpd.GeoDataFrame:
    """Return the cells of a population raster as places, each in one area, with the people of a cell kept.

    The raster is never moved or resampled: the areas are moved to its CRS, and a cell on a border is divided in
    proportion to its ground on either side (`exactextract`). Needs `tenmin[raster]`.

    Parameters
    ----------
    path
        A GeoTIFF with one band, in any CRS, such as those of WorldPop or GHS-POP.
    unit
        What a cell holds: "people", or "people_per_km2" of ground.
    areas
        Communities, polygons. Cells are divided among them; what lies in none of them is left out and listed, or has no
        `area` where it lies within `within`.
    within
        Polygons beyond which nobody is counted, such as the boundary of the study. By default the areas; without
        either, all cells of the raster.
    shape
        "points": a point inside each cell or part of one; "cells": their outlines, for `estimate_places(areas=...)`.

    Returns
    -------
    GeoDataFrame
        Index `place`: r7c12, the row and column of the cell in the file, from the north-west and 0; with the area
        behind it where the cell is divided (r7c12/0101). Columns: people (above 0: a cell without people is no place),
        area, part (of the cell), source (name of the file), placed_by and the geometry, in EPSG:4326. `list_remarks`
        lists the people that were read and those left out, and cells without data. The first is the sum of the
        latter and of `people`.

    Raises
    ------
    FileError
        The file is no GeoTIFF of one band with a CRS; its cells do not lie north up, so that it would have to be
        resampled; a cell is below 0 or above what can be; or no cell holds data.
    TableError
        An option is not valid, the areas overlap, all of them lie beyond the raster, or nobody lives there.
    InputError
        rasterio or exactextract is missing.

    Warns
    -----
    TenminWarning
        More than a twentieth of an area lies beyond the raster.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import rasterio
    >>> grid = {"crs": "EPSG:32650", "transform": rasterio.Affine(100, 0, 500_000, 0, -100, 4_000_000), "nodata": -1}
    >>> area = gpd.GeoDataFrame(index=["C01"], geometry=[shapely.box(5e5, 3.9999e6, 500_150, 4e6)], crs="EPSG:32650")
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "people.tif")
    ...     with rasterio.open(path, "w", width=2, height=1, count=1, dtype="float32", **grid) as file:
    ...         file.write(np.array([[[30.0, 10.0]]], "float32"))
    ...     places = read_population_raster(path, areas=area)
    >>> places[["people", "area"]].to_dict("index")
    {'r0c0': {'people': 30.0, 'area': 'C01'}, 'r0c1/C01': {'people': 5.0, 'area': 'C01'}}
    """
    _check_option("unit", unit, get_args(Unit))
    _check_option("shape", shape, ("points", "cells"))
    header = read_header(open_input(path, (".tif", ".tiff")))
    boundary = None if within is None else _boundary(within, header)
    checked, notes = (None, []) if areas is None else check_zones(areas, "areas", counted=False)
    zones, beyond = _locate(header, checked, boundary)
    boundary = header.box if areas is None and within is None else boundary
    region = np.array([*zones.geometry, *([] if boundary is None else [boundary])], object)
    if not (shapely.area(shapely.intersection(region, header.box)) > 0.0).any():
        msg = f"{header.path}: the areas or the boundary lie beyond the raster; is it of another town?"
        raise TableError(msg)
    grid = header.read(unit, shapely.total_bounds(region))
    parts, counted = _divide(grid, zones.geometry.to_numpy(), boundary)
    places = _as_places(grid, zones, parts, boundary, shape)
    if places.empty:
        msg = f"{header.path}: nobody lives in the areas or the boundary; do they and the raster belong together?"
        raise TableError(msg)
    places.attrs = {"listed": as_listed([*notes, *beyond, *_notes_on(grid, counted)])}
    return places


def _check_option(name: str, given: object, known: Sequence[str]) -> None:
    if given not in known:
        msg = f"{name} = {given!r}; give one of {', '.join(known)}"
        raise TableError(msg)


def _boundary(within: gpd.GeoDataFrame, header: RasterHeader) -> shapely.Geometry:
    frame = check_frame(within, "within", unique=False)
    shapes = shapely.make_valid(in_crs(frame, header.crs).geometry.to_numpy())
    whole = shapely.union_all([polygons_of(one) for one in shapes])
    if whole.is_empty:
        msg = "within has no polygons; give the boundary within which people are counted"
        raise TableError(msg)
    return whole


@dataclass(frozen=True)
class _Parts:
    """Parts of cells that count, each in one area or in none."""

    cell: np.ndarray
    zone: np.ndarray
    """Number of the area, -1 for none."""
    part: np.ndarray
    """Part of the cell, above 0 and up to 1; those of a cell add up to 1 at most."""


def _locate(
    header: RasterHeader, zones: gpd.GeoDataFrame | None, boundary: shapely.Geometry | None
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Return the areas in the CRS of the raster, within the boundary, and remarks on what of them is beyond."""
    if zones is None:
        return gpd.GeoDataFrame(geometry=[], crs=header.crs), []
    outlined = zones.geometry.notna().to_numpy()
    notes = [Note(str(label), "geometry", "", _NO_OUTLINE) for label in zones.index[~outlined]]
    moved = in_crs(zones.loc[outlined, ["geometry"]], header.crs)
    if boundary is not None:
        moved, clipped = _clip(moved, boundary, _CLIPPED)
        notes += [note for note, _ in clipped]
        moved = moved[~moved.geometry.is_empty]
    outside = _clip(moved, header.box, _OUTSIDE)[1]
    far = [note.id for note, part in outside if part > NOTABLE]
    if 0 < len(far) < len(moved):
        names = ", ".join(map(repr, far))
        msg = f"{header.path}: more than {NOTABLE:.0%} of {names} lies beyond the raster; nobody is counted there"
        warnings.warn(msg, TenminWarning, stacklevel=4)
    return moved, [*notes, *(note for note, _ in outside)]


def _clip(
    zones: gpd.GeoDataFrame, to: shapely.Geometry, reason: str
) -> tuple[gpd.GeoDataFrame, list[tuple[Note, float]]]:
    """Return areas clipped to an outline, and a remark on each that is not all within, with the part beyond."""
    shapes = zones.geometry.to_numpy()
    within = shapely.intersection(shapes, to)
    part = 1.0 - shapely.area(within) / shapely.area(shapes)
    beyond = [
        (Note(str(label), "geometry", f"{one:.1%}", reason), one)
        for label, one in zip(zones.index, part.tolist(), strict=True)
        if one > ROUNDING
    ]
    return zones.set_geometry(gpd.GeoSeries(within, index=zones.index, crs=zones.crs)), beyond


def _divide(grid: PeopleGrid, shapes: np.ndarray, boundary: shapely.Geometry | None) -> tuple[_Parts, np.ndarray]:
    """Return the parts of cells that count, and how much of each cell that is."""
    count = grid.people.size
    zone, cell, part = _cover(grid, shapes)
    covered = np.bincount(cell, part, count)
    full = covered > 1.0 - ROUNDING
    part = np.where(full[cell], part / np.where(full, covered, 1.0)[cell], part)
    covered[full] = 1.0
    if boundary is None:
        return _Parts(cell, zone, part), covered
    _, inside, of_boundary = _cover(grid, np.array([boundary]))
    counted = np.maximum(np.bincount(inside, of_boundary, count), covered)
    counted[counted > 1.0 - ROUNDING] = 1.0
    rest = counted - covered
    none = np.flatnonzero(rest > ROUNDING)
    counted = np.where(rest > ROUNDING, counted, covered)
    parts = [np.concatenate(pair) for pair in ((cell, none), (zone, np.full(len(none), -1)), (part, rest[none]))]
    order = np.lexsort((parts[1], parts[0]))
    return _Parts(*(one[order] for one in parts)), counted


def _cover(grid: PeopleGrid, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which cells each shape covers, and how much of them: number of the shape, number of the cell, part."""
    try:
        from exactextract import exact_extract
        from exactextract.raster import NumPyRasterSource
    except ImportError:
        msg = f"{grid.header.path}: cells are divided by exactextract, which is missing; pip install 'tenmin[raster]'"
        raise InputError(msg) from None
    (west, north), (rows, columns), (width, height) = grid.corner, grid.people.shape, grid.header.size
    source = NumPyRasterSource(
        np.zeros((rows, columns), "uint8"),
        xmin=west,
        ymin=north - rows * height,
        xmax=west + columns * width,
        ymax=north,
    )
    frame = gpd.GeoDataFrame({"shape": np.arange(len(shapes))}, geometry=shapes, crs=grid.header.crs)
    frame = frame[~frame.geometry.is_empty]
    if frame.empty:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    found = exact_extract(source, frame, ["cell_id", "coverage"], include_cols=["shape"], output="pandas")
    cell = np.concatenate(found["cell_id"].to_numpy()).astype(np.int64)
    shape = np.repeat(found["shape"].to_numpy(np.int64), [len(one) for one in found["cell_id"]])
    return shape, cell, np.concatenate(found["coverage"].to_numpy()).astype(np.float64)


def _as_places(
    grid: PeopleGrid, zones: gpd.GeoDataFrame, parts: _Parts, boundary: shapely.Geometry | None, shape: str
) -> gpd.GeoDataFrame:
    """Return parts of cells that have people as places."""
    people = grid.people.ravel()[parts.cell] * parts.part
    kept = people > 0.0
    cell, zone, part, people = parts.cell[kept], parts.zone[kept], parts.part[kept], people[kept]
    row, column = grid.rows_and_columns(cell)
    labels = np.array([*zones.index, None], object)[zone]
    ids = [
        f"r{r}c{c}" if whole else f"r{r}c{c}/{'' if label is None else label}"
        for r, c, whole, label in zip(row.tolist(), column.tolist(), part == 1.0, labels, strict=True)
    ]
    shapes = grid.boxes(cell)
    divided = np.flatnonzero(part < 1.0)
    shapes[divided] = _shapes_of_parts(shapes[divided], zone[divided], zones.geometry.to_numpy(), boundary)
    if shape == "points":
        shapes = shapely.point_on_surface(shapes)
    columns = {
        "people": people,
        "area": pd.Series(labels, dtype=object).to_numpy(),
        "part": part,
        "source": grid.header.path.name,
        "placed_by": "raster_cell",
    }
    index = pd.Index(ids, name="place", dtype="str")
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=grid.header.crs).to_crs("EPSG:4326")


def _shapes_of_parts(
    boxes: np.ndarray, zone: np.ndarray, zones: np.ndarray, boundary: shapely.Geometry | None
) -> np.ndarray:
    """Return the outlines of parts of cells; the whole cell where a part is too thin to have one."""
    none = shapely.difference(boundary, shapely.union_all(zones)) if boundary is not None else None
    shapes = shapely.intersection(boxes, np.array([*zones, none], object)[zone])
    shapes = np.array([polygons_of(one) for one in shapes], object)
    thin = shapely.area(shapes) <= 0.0
    return np.where(thin, boxes, shapes)


def _notes_on(grid: PeopleGrid, counted: np.ndarray) -> list[Note]:
    """Return remarks on the people that were read and left out, and on cells without data."""
    touched = counted > 0.0
    people = grid.people.ravel()[touched]
    known = ~np.isnan(people)
    left = math.fsum(people[known] * (1.0 - counted[touched][known]))
    notes = [Note("", "people", number_text(math.fsum(people[known])), _READ)]
    if left > 0.0:
        notes.append(Note("", "people", number_text(left), _LEFT, used=False))
    return [*notes, *([Note("", "people", str(int((~known).sum())), _NO_DATA)] if not known.all() else [])]
