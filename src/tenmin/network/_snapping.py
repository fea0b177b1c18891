"""Snapping: access points of places and facilities through entrances or legs that cross no barrier."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.network._frontage import Frontage
from tenmin.network._open_ground import OpenGround
from tenmin.routing import AccessPoints, Outlines, Parts, barred_by_public, find_access_points, outranked
from tenmin.support.contracts import separate_positions
from tenmin.surface import Walls, first_wall_crossed, index_walls

__all__ = ["ASIDE", "Snapping", "snap", "walls_of"]

ASIDE = 100.0
"""Longest leg, metres."""
ENTRANCE, CROSSING, OUTLINE, STREET = range(4)
HOW = np.array(["entrance", "crossing", "outline", "street", "none"])
_ON_OUTLINE = 0.1
"""Distance within which a mapped entrance belongs to an outline, metres."""
_TOUCH = 0.01
"""Tolerance of legs, metres: coordinates have centimetre precision."""


@dataclass(frozen=True)
class Snapping:
    """Snapping result: the access points of places or facilities, and a table of how each was joined.

    `table` has the index of the input and the columns `how` ("street": access points of a point; of a polygon
    "entrance": mapped entrances, "crossing": where streets meet its outline, "outline": access points of its outline;
    "none": not joined), `access_points` (their number), `leg` (metres to the nearest, NaN without one) and `island`
    (whether only an island could be joined).
    """

    access_points: AccessPoints
    table: pd.DataFrame

    def take(self, rows: np.ndarray) -> AccessPoints:
        """Return the access points of some rows, in this order."""
        first, size = self.access_points.first[rows], np.diff(self.access_points.first)[rows]
        starts = np.concatenate([[0], np.cumsum(size)])
        at = np.repeat(first - starts[:-1], size) + np.arange(starts[-1])
        return AccessPoints(
            starts, self.access_points.edge[at], self.access_points.offset[at], self.access_points.leg[at]
        )

    def mixed(self, other: Snapping, rows: np.ndarray, index: pd.Index) -> Snapping:
        """Return what is joined as here, or as in another result on the same streets.

        Parameters
        ----------
        other
            Some things that this result does not hold.
        rows
            int64 (things,): the row of each here, or -1 for the next of the others.
        index
            The index of the table.
        """
        mine, theirs = self.access_points, other.access_points
        first = np.concatenate([mine.first[:-1], theirs.first + mine.first[-1]])
        columns = (np.concatenate([one, two]) for one, two in zip(mine[1:], theirs[1:], strict=True))
        both = Snapping(AccessPoints(first, *columns), pd.concat([self.table, other.table]))
        taken = rows.copy()
        taken[rows < 0] = len(self.table) + np.arange(len(other.table))
        return Snapping(both.take(taken), both.table.iloc[taken].set_axis(index))


@dataclass(frozen=True)
class _Candidates:
    """Candidates for access points, sorted by item (row of the input); columns as in `AccessPoints`, and `how`."""

    item: np.ndarray
    edge: np.ndarray
    offset: np.ndarray
    leg: np.ndarray
    how: np.ndarray

    def take(self, rows: np.ndarray) -> _Candidates:
        return _Candidates(self.item[rows], self.edge[rows], self.offset[rows], self.leg[rows], self.how[rows])

    def merge(self, other: _Candidates) -> _Candidates:
        pairs = (
            np.concatenate([mine, theirs])
            for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)
        )
        both = _Candidates(*pairs)
        return both.take(np.argsort(both.item, kind="stable"))

    def access_points(self, items: int) -> AccessPoints:
        first = np.concatenate([[0], np.cumsum(np.bincount(self.item, minlength=items))])
        return AccessPoints(first, self.edge, self.offset, self.leg)


def outlines_of(geometry: np.ndarray) -> Outlines:
    """Return points and the rings of polygons as `Outlines`."""
    parts, item = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    kinds = np.isin(shapely.get_type_id(parts), [0, 1])
    pieces = np.concatenate([parts[kinds], rings])
    owner = np.concatenate([item[kinds], item[part]]).astype(np.int64)
    order = np.argsort(owner, kind="stable")
    xy, row = shapely.get_coordinates(pieces[order], return_index=True)
    return Outlines(
        np.searchsorted(owner[order], np.arange(len(geometry) + 1)),
        np.searchsorted(row, np.arange(len(pieces) + 1)),
        np.ascontiguousarray(xy[:, 0]),
        np.ascontiguousarray(xy[:, 1]),
    )


def walls_of(lines: np.ndarray) -> Walls:
    """Return the straight segments of barrier lines as walls."""
    xy, row = shapely.get_coordinates(lines, return_index=True)
    begin = np.flatnonzero(row[:-1] == row[1:])
    return index_walls(np.hstack([xy[begin], xy[begin + 1]]), row[begin])


def _is_area(geometry: np.ndarray) -> np.ndarray:
    return np.isin(shapely.get_type_id(geometry), [3, 6])


def _free_legs(geometry: np.ndarray, frontage: Frontage, walls: Walls, aside: float) -> tuple[_Candidates, np.ndarray]:
    """Access points of points and outlines with free legs, and the legs: x, y on street and item."""
    around = shapely.bounds(geometry) + aside * (1.0 + 1e-6) * np.array([-1.0, -1.0, 1.0, 1.0])
    pairs = frontage.tree.query(shapely.box(*around.T))
    access_points, legs = find_access_points(
        frontage.streets, frontage.shapes, outlines_of(geometry), (pairs[0], pairs[1]), aside=aside
    )
    area = _is_area(geometry)[access_points.item]
    how = np.select([~area, access_points.leg <= _TOUCH], [STREET, CROSSING], OUTLINE)
    found = _Candidates(
        access_points.item,
        frontage.edge[access_points.edge].astype(np.int32),
        access_points.offset,
        access_points.leg,
        how,
    )
    free = first_wall_crossed(walls, legs) < 0
    return found.take(free), legs[free]


def _over_ground(geometry: np.ndarray, open_ground: OpenGround, walls: Walls) -> _Candidates:
    """Access points of things on a plaza at its corners and entries, by free legs over it."""
    item, edge, offset, leg, line = open_ground.legs(geometry)
    how = np.where(_is_area(geometry)[item], OUTLINE, STREET)
    found = _Candidates(item, edge.astype(np.int32), offset, leg, how)
    return found.take(first_wall_crossed(walls, line) < 0)


def _through_entrances(
    geometry: np.ndarray, entrances: np.ndarray, frontage: Frontage, walls: Walls, aside: float
) -> _Candidates:
    """Access points of the entrances on the outlines of polygons; if a street reaches an entrance, only that point."""
    rims = shapely.boundary(geometry)
    rims[~_is_area(geometry)] = None
    item, entrance = shapely.STRtree(entrances).query(rims, predicate="dwithin", distance=_ON_OUTLINE)
    found, legs = _free_legs(entrances[entrance], frontage, walls, aside)
    reached = np.zeros(len(entrance), bool)
    reached[found.item[found.leg <= _ON_OUTLINE]] = True
    through = shapely.linestrings(legs.reshape(-1, 2, 2)) if len(legs) else np.zeros(0, object)
    inside = shapely.length(shapely.intersection(through, geometry[item[found.item]])) > _ON_OUTLINE
    keep = np.where(reached[found.item], found.leg <= _ON_OUTLINE, ~inside)
    kept = found.take(keep)
    return _Candidates(
        item[kept.item],
        kept.edge,
        kept.offset,
        np.where(kept.leg <= _ON_OUTLINE, 0.0, kept.leg),
        np.full(len(kept.edge), ENTRANCE),
    )


def _choose(found: _Candidates, on_island: np.ndarray, parts: Parts, items: int) -> _Candidates:
    """Keep the candidates on islands only of items without others, and of these the best kind for each part."""
    island = on_island[found.edge]
    elsewhere = np.zeros(items, bool)
    elsewhere[found.item[~island]] = True
    found = found.take(~(island & elsewhere[found.item]))
    return found.take(~outranked(parts, found.item, found.edge, found.how))


def snap(
    items: gpd.GeoDataFrame,
    frontage: Frontage,
    *,
    walls: Walls,
    entrances: np.ndarray,
    on_island: np.ndarray,
    private: np.ndarray,
    parts: Parts,
    open_ground: OpenGround,
    aside: float,
) -> Snapping:
    """Return the access points of points, multipoints, polygons or collections of them (see `WalkNetwork.snap`).

    Parameters
    ----------
    items
        Geometries in the CRS of the streets; rows without geometry are not joined.
    frontage
        The edges that legs may join.
    walls
        Segments that no leg may cross.
    entrances
        Points (entrances,): mapped entrances of polygons.
    on_island
        bool (edges,): whether the edge is on an island.
    private
        bool (edges,): whether the edge is private.
    parts
        The parts of the public streets that each edge leads to.
    open_ground
        The plazas that legs of any length may cross.
    aside
        Longest other leg, metres.
    """
    geometry, owner = separate_positions(items.geometry.to_numpy())
    found, _ = _free_legs(geometry, frontage, walls, aside)
    found = found.merge(_over_ground(geometry, open_ground, walls))
    found = found.take(~barred_by_public(parts, found.item, found.edge, found.leg, private[found.edge]))
    if len(entrances):
        found = found.merge(_through_entrances(geometry, entrances, frontage, walls, aside))
    chosen = _choose(found, on_island, parts, len(geometry))
    chosen = replace(chosen, item=owner[chosen.item])
    access_points = chosen.access_points(len(items))
    nearest, how = np.full(len(items), np.inf), np.full(len(items), len(HOW) - 1)
    np.minimum.at(nearest, chosen.item, chosen.leg)
    np.minimum.at(how, chosen.item, chosen.how)
    island = np.isin(np.arange(len(items)), chosen.item)
    island[chosen.item[~on_island[chosen.edge]]] = False
    table = pd.DataFrame(
        {
            "how": HOW[how],
            "access_points": np.diff(access_points.first),
            "leg": np.where(np.isfinite(nearest), nearest, np.nan),
            "island": island,
        },
        index=items.index,
    )
    return Snapping(access_points, table)
