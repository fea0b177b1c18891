"""How places and facilities join the streets: feet, legs, and what stands in the way of a leg."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.routing import Feet, Outlines, Shapes, Streets, Walls, find_feet, meet_walls, raise_walls

__all__ = ["Joins", "join", "walls_of"]


@dataclass(frozen=True)
class Joins:
    """The feet of things in rows, and a table that says how each thing joined.

    `table` has the index of the things and the columns `how` ("street": the feet of a point, "outline": those of a
    polygon's outline, "none": not joined), `feet` (how many), `leg` (metres to the nearest foot, NaN without one) and
    `island` (whether only an island could be joined).
    """

    feet: Feet
    table: pd.DataFrame

    def take(self, rows: np.ndarray) -> Feet:
        """Return the feet of some things, in the order of the rows."""
        first, size = self.feet.first[rows], np.diff(self.feet.first)[rows]
        starts = np.concatenate([[0], np.cumsum(size)])
        at = np.repeat(first - starts[:-1], size) + np.arange(starts[-1])
        return Feet(starts, self.feet.edge[at], self.feet.offset[at], self.feet.leg[at])


def outlines_of(geometry: np.ndarray) -> Outlines:
    """Return points and the rings of polygons as the corners that `find_feet` takes."""
    parts, thing = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    kinds = np.isin(shapely.get_type_id(parts), [0, 1])
    pieces = np.concatenate([parts[kinds], rings])
    owner = np.concatenate([thing[kinds], thing[part]]).astype(np.int64)
    order = np.argsort(owner, kind="stable")
    xy, row = shapely.get_coordinates(pieces[order], return_index=True)
    return Outlines(
        np.searchsorted(owner[order], np.arange(len(geometry) + 1)),
        np.searchsorted(row, np.arange(len(pieces) + 1)),
        np.ascontiguousarray(xy[:, 0]),
        np.ascontiguousarray(xy[:, 1]),
    )


def walls_of(lines: np.ndarray) -> Walls:
    """Return the straight pieces of barrier lines as walls."""
    xy, row = shapely.get_coordinates(lines, return_index=True)
    begin = np.flatnonzero(row[:-1] == row[1:])
    return raise_walls(np.hstack([xy[begin], xy[begin + 1]]), row[begin])


def _keep(feet: Feet, chosen: np.ndarray) -> Feet:
    """The chosen feet, in rows of the same things."""
    count = np.bincount(feet.thing[chosen], minlength=len(feet.first) - 1)
    first = np.concatenate([[0], np.cumsum(count)])
    return Feet(first, feet.edge[chosen], feet.offset[chosen], feet.leg[chosen])


def join(
    things: gpd.GeoDataFrame,
    streets: tuple[Streets, Shapes, shapely.STRtree],
    *,
    walls: Walls,
    on_island: np.ndarray,
    aside: float,
) -> Joins:
    """Return how things join the streets.

    Parameters
    ----------
    things
        Points, multipoints or polygons in the CRS of the streets; rows without geometry are not joined.
    streets
        The edges, their shapes, and a tree of their lines.
    walls
        What no leg may cross.
    on_island
        bool, one per edge: its component is an island, used only where there is no other.
    aside
        Longest leg, metres.
    """
    geometry = things.geometry.to_numpy()
    graph, shapes, tree = streets
    around = shapely.bounds(geometry) + aside * (1.0 + 1e-6) * np.array([-1.0, -1.0, 1.0, 1.0])
    pairs = tree.query(shapely.box(*around.T))
    order = np.lexsort((pairs[1], pairs[0]))
    feet, legs = find_feet(graph, shapes, outlines_of(geometry), (pairs[0][order], pairs[1][order]), aside=aside)
    open_leg = meet_walls(walls, legs) < 0
    main = open_leg & ~on_island[feet.edge]
    has_main = np.bincount(feet.thing[main], minlength=len(things)) > 0
    feet = _keep(feet, main | (open_leg & ~has_main[feet.thing]))
    return Joins(feet, _describe(things, feet, has_main))


def _describe(things: gpd.GeoDataFrame, feet: Feet, has_main: np.ndarray) -> pd.DataFrame:
    count = np.diff(feet.first)
    nearest = np.full(len(things), np.inf)
    np.minimum.at(nearest, feet.thing, feet.leg)
    outline = np.isin(shapely.get_type_id(things.geometry.to_numpy()), [3, 6])
    how = np.select([count == 0, outline], ["none", "outline"], "street")
    return pd.DataFrame(
        {
            "how": how,
            "feet": count,
            "leg": np.where(np.isfinite(nearest), nearest, np.nan),
            "island": (count > 0) & ~has_main,
        },
        index=things.index,
    )
