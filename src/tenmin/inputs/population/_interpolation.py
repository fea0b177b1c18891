"""Areal interpolation: people of census cells to the areas of another division."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.population._notes import Note, as_listed, number_text
from tenmin.inputs.population._zones import check_zones, people_columns, polygons_of
from tenmin.support.contracts import in_crs, in_metres
from tenmin.support.errors import TableError

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["interpolate_people"]

#: Label of the row of people in no area.
NOWHERE = "in no area"
#: Part of a cell below which a part is none, as along a border that two tables share.
ROUNDING = 1e-9
#: Remaining part of a cell below which the areas hold all of it.
ALL = 1e-6
_NO_OUTLINE = "the area has no outline; its people are not known"
_IN_NO_AREA = "people of the cell that are in no area"


def interpolate_people(
    cells: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, by: Literal["area", "part"] = "area"
) -> gpd.GeoDataFrame:
    """Return the areas with the people of cells, divided in proportion to ground (areal interpolation).

    This takes people to be spread evenly over each cell; where buildings are mapped, `estimate_places(areas=cells)`
    places them better. Method: Goodchild and Lam, Areal interpolation: a variant of the traditional spatial problem
    (Geo-Processing 1, 1980).

    Parameters
    ----------
    cells
        Polygons with the column `people`, such as census cells; groups (`people_60_plus` ...) go with their people.
    areas
        Polygons of another division, such as communities.
    by
        "area": one row for each area; "part": one place for each part of a cell, finer than either table.

    Returns
    -------
    GeoDataFrame
        By area: the areas with people and groups (in place of columns of the same names), and at the end the row "in no
        area" with the rest and its ground; people of an area without outline are NaN. By part: places, index `place`
        (12/0101: the cell and the area), with people above 0, groups, cell, area (None in no area), part (of the cell),
        placed_by and a point inside, in EPSG:4326. The people of all rows sum to those of the cells.

    Raises
    ------
    TableError
        Cells or areas overlap or have outlines without ground, a cell has none, people are no numbers from 0 up, a
        group is larger than all of them, or an area is called "in no area".

    Examples
    --------
    >>> from shapely import box
    >>> cells = gpd.GeoDataFrame({"people": [100, 60]}, geometry=[box(0, 0, 2, 2), box(2, 0, 4, 2)], crs="EPSG:32650")
    >>> areas = gpd.GeoDataFrame(index=["C01"], geometry=[box(0, 0, 3, 1)], crs="EPSG:32650")
    >>> interpolate_people(cells, areas)["people"].to_dict()
    {'C01': 65.0, 'in no area': 95.0}
    """
    if by not in {"area", "part"}:
        msg = f"by = {by!r}; give one of area, part"
        raise TableError(msg)
    counted, notes = check_zones(cells, "cells", counted=True)
    zones, more = check_zones(areas, "areas", counted=False)
    if counted.geometry.isna().any():
        msg = f"cells: {counted.index[counted.geometry.isna()][0]!r} has no outline; give one, or leave the cell out"
        raise TableError(msg)
    if NOWHERE in zones.index:
        msg = f"areas: an area is called {NOWHERE!r}, as the row of people in none; call it otherwise"
        raise TableError(msg)
    parts = _intersect(counted, zones)
    notes += [*more, *(Note(str(label), "geometry", "", _NO_OUTLINE) for label in zones.index[zones.geometry.isna()])]
    notes += parts.notes()
    result = parts.sum_by_area() if by == "area" else parts.as_places()
    result.attrs = {"listed": as_listed(notes)}
    return result


@dataclass(frozen=True)
class _Parts:
    """Parts of cells, each in one area or in none."""

    cells: gpd.GeoDataFrame
    """In metres."""
    zones: gpd.GeoDataFrame
    """In the CRS of the cells."""
    cell: np.ndarray
    zone: np.ndarray
    """Number of the area, that of areas for none."""
    part: np.ndarray
    """Part of the cell, above 0 and up to 1; those of a cell add up to 1."""
    shapes: np.ndarray

    @property
    def people(self) -> Mapping[str, np.ndarray]:
        """People of each part, all and by group."""
        return {name: self.cells[name].to_numpy()[self.cell] * self.part for name in people_columns(self.cells)}

    def notes(self) -> list[Note]:
        """Return a remark on each cell with people in no area."""
        none = np.flatnonzero((self.zone == len(self.zones)) & (self.people["people"] > 0.0))
        labels, people = self.cells.index[self.cell[none]], self.people["people"][none]
        return [
            Note(str(label), "people", number_text(one), _IN_NO_AREA) for label, one in zip(labels, people, strict=True)
        ]

    def sum_by_area(self) -> gpd.GeoDataFrame:
        """Return the areas with their people, and a row of those in none."""
        count = len(self.zones) + 1
        sums = {name: np.bincount(self.zone, values, count) for name, values in self.people.items()}
        rest = gpd.GeoSeries([shapely.union_all(self.shapes[self.zone == len(self.zones)])], index=[NOWHERE])
        none = gpd.GeoDataFrame(geometry=rest.where(~rest.is_empty, None), crs=self.zones.crs)
        every = gpd.GeoDataFrame(pd.concat([self.zones, none]), crs=self.zones.crs)
        every.index.name = self.zones.index.name
        unknown = np.append(self.zones.geometry.isna().to_numpy(), False)
        return every.assign(**{name: np.where(unknown, np.nan, values) for name, values in sums.items()})

    def as_places(self) -> gpd.GeoDataFrame:
        """Return the parts with people as places."""
        kept = self.people["people"] > 0.0
        cells = self.cells.index.to_numpy(object)[self.cell[kept]]
        areas = np.array([*self.zones.index, None], object)[self.zone[kept]]
        ids = [f"{cell}/{'' if area is None else area}" for cell, area in zip(cells, areas, strict=True)]
        columns = {name: values[kept] for name, values in self.people.items()}
        if "people_base" in self.cells.columns:
            columns["people_base"] = self.cells["people_base"].to_numpy()[self.cell[kept]]
        places = gpd.GeoDataFrame(
            {**columns, "cell": cells, "area": areas, "part": self.part[kept], "placed_by": "cell_part"},
            index=pd.Index(ids, name="place", dtype="str"),
            geometry=shapely.point_on_surface(self.shapes[kept]),
            crs=self.cells.crs,
        )
        return places.to_crs("EPSG:4326")


def _intersect(cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> _Parts:
    """Return the parts of cells in areas and in none; those of a cell that add up to almost all of it are all of it."""
    metric = in_metres(cells)
    moved = in_crs(zones, cast("CRS", metric.crs))
    shapes, outlines = metric.geometry.to_numpy(), moved.geometry.to_numpy()
    cell, zone = shapely.STRtree(outlines).query(shapes, predicate="intersects")
    common = shapely.intersection(shapes[cell], outlines[zone])
    part = shapely.area(common) / shapely.area(shapes)[cell]
    kept = part > ROUNDING
    cell, zone, common, part = cell[kept], zone[kept], common[kept], part[kept]
    covered = np.bincount(cell, part, len(cells))
    full = covered > 1.0 - ALL
    part = np.where(full[cell], part / np.where(full, covered, 1.0)[cell], part)
    none = np.flatnonzero(~full)
    first, last = np.searchsorted(cell, none), np.searchsorted(cell, none + 1)
    left = [
        shapely.difference(shapes[k], shapely.union_all(common[a:b])) for k, a, b in zip(none, first, last, strict=True)
    ]
    cell, zone = np.concatenate([cell, none]), np.concatenate([zone, np.full(len(none), len(zones))])
    part = np.concatenate([part, 1.0 - covered[none]])
    pieces = np.array([polygons_of(one) for one in [*common, *left]], object)
    order = np.lexsort((zone, cell))
    return _Parts(metric, moved, cell[order], zone[order], part[order], pieces[order])
