"""The ground in its exact form: what each reached piece and corner of street serves, less the shadows of walls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.access._exact_shapes import (
    TURN,
    Corners,
    Pieces,
    cut_out,
    expand,
    rank,
    sector_shadows,
    sectors_of,
    strip_shadows,
    strips_of,
)
from tenmin.access._ground import Group, Sketch, draw_grounds
from tenmin.access.query import Query
from tenmin.network import ASIDE, WalkNetwork
from tenmin.routing import Basin, Costs, Feet, Reached, Stretches, clip_stretches, reach_streets
from tenmin.support.progress import step_through
from tenmin.surface import Rims

__all__ = ["draw_exact_grounds"]

_STEP = 1e-4
"""Metres to which the corners of the union are rounded, so that parts side by side leave no crack."""
_NOTHING = 1e-6
"""Metres below which a piece of street or what is left of a limit is nothing."""
_FINEST = 1.0


def draw_exact_grounds(query: Query, groups: Sequence[Group], sketch: Sketch) -> np.ndarray:
    """Return the ground of each group within each of its limits, as MultiPolygons without a grid.

    It is the union of a strip along each reached piece of street, as wide as the limit leaves for the leg, and of a
    sector round each reached corner, both less what stands in the shadow of a wall. Arcs are drawn inside the true ones
    by at most 2 mm, and walls seen from a corner are true to 1 mm.

    Private streets (joined only from where they are nearest) and islands near other streets (joined only from where
    there is no other) are not drawn so: to the ground within `lateral` of them `draw_grounds` adds its own, at 1 m.

    Parameters
    ----------
    query
        The streets, what they cost, and how the facilities join them.
    groups
        The facilities of each circle and its limits.
    sketch
        The longest leg; the rest only matters near private streets and islands.
    """
    network, costs, arcs, grounds = query.network, query.costs, query.arcs, []
    drawing, basin = _Drawing.of(network, costs, sketch.lateral), Basin.of(arcs)
    for group in step_through(groups, "isochrones"):
        feet, furthest = query.facility_joins.take(group.rows), float(group.limits[-1])
        reached = reach_streets(network.streets, costs, arcs, feet, furthest, basin=basin)
        drawn = [drawing.draw(reached, feet, float(limit)) for limit in group.limits]
        guarded = drawing.guarded_lines(reached)
        if len(guarded):
            sketched = draw_grounds(query, [group], replace(sketch, resolution=_FINEST))
            near = shapely.union_all(shapely.buffer(guarded, sketch.lateral, quad_segs=32))
            drawn = [
                _multipolygon(shapely.union(one, shapely.intersection(rough, near)))
                for one, rough in zip(drawn, sketched, strict=True)
            ]
        grounds += drawn
    return np.array(grounds, dtype=object)


def _multipolygon(geometry: BaseGeometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([part for part in shapely.get_parts(geometry) if isinstance(part, shapely.Polygon)])


def _guarded_edges(network: WalkNetwork, lateral: float) -> np.ndarray:
    """Whether not everybody beside an edge may join it: it is private, or an island beside other streets."""
    guarded, island, row = network.streets.private.copy(), network.on_island(), network.frontage.edge
    others = network.edges.geometry.to_numpy()[row[~island[row]]]
    if len(others) < len(row):
        lines = network.edges.geometry.to_numpy()[island]
        near, _ = shapely.STRtree(others).query(lines, predicate="dwithin", distance=ASIDE + lateral)
        guarded[np.flatnonzero(island)[near]] = True
    return guarded


def _open_corners(rims: Rims, guarded: np.ndarray) -> Corners:
    """The corners with an open angle: two neighbouring spokes more than half a turn apart."""
    rim = np.flatnonzero((rims.gap > np.pi + TURN) & ~guarded)
    angle = np.arctan2(rims.lead[rim, 1], rims.lead[rim, 0])
    return Corners(rims.ends[rim, :2], rims.code[rim], rims.at[rim], angle + np.pi / 2, rims.gap[rim] - np.pi)


@dataclass(frozen=True)
class _Drawing:
    """What circles of a network have in common."""

    network: WalkNetwork
    costs: Costs
    lateral: float
    guarded: np.ndarray
    joined: np.ndarray
    """bool, one per edge: legs may end on it, and everybody's"""
    corners: Corners
    walls: shapely.STRtree

    @classmethod
    def of(cls, network: WalkNetwork, costs: Costs, lateral: float) -> _Drawing:
        guarded, rims, streets = _guarded_edges(network, lateral), network.rims, network.streets
        joined = np.zeros(len(guarded), bool)
        joined[network.frontage.edge] = True
        at_node = np.zeros(len(streets.copy), bool)
        at_node[streets.u[guarded]] = at_node[streets.v[guarded]] = True
        beside = np.where(rims.code >= 0, guarded[np.maximum(rims.code, 0)], at_node[np.maximum(-1 - rims.code, 0)])
        corners = _open_corners(rims, beside & (rims.private | rims.island))
        walls = np.asarray(shapely.linestrings(network.walls.ends.reshape(-1, 2, 2)), dtype=object)
        return cls(network, costs, lateral, guarded, joined & ~guarded, corners, shapely.STRtree(walls))

    def guarded_lines(self, reached: Reached) -> np.ndarray:
        """The lines of the guarded edges that are reached."""
        streets, is_reached = self.network.streets, np.zeros(len(self.network.streets.copy), bool)
        is_reached[reached.node] = True
        edges = is_reached[streets.u] | is_reached[streets.v]
        edges[reached.stretches.edge] = True
        lines = self.network.edges.geometry.to_numpy()[edges & self.guarded]
        return lines[np.argsort(rank(lines))]

    def draw(self, reached: Reached, feet: Feet, limit: float) -> shapely.MultiPolygon:
        """The ground within a limit, of all but guarded streets."""
        pieces = self._pieces(clip_stretches(reached.stretches, limit), limit)
        left = (limit - self._corner_costs(reached, feet)) / self.costs.leg
        rows = np.flatnonzero(left > _NOTHING)
        corners, radius = Corners(*(one[rows] for one in self.corners)), np.minimum(left[rows], self.lateral)
        spots = np.concatenate([pieces.start, corners.xy])
        if len(spots) == 0:
            return shapely.MultiPolygon()
        origin = np.floor(spots.min(axis=0))
        pieces = pieces._replace(start=pieces.start - origin, stop=pieces.stop - origin)
        corners = corners._replace(xy=corners.xy - origin)
        strips, sectors = strips_of(pieces, self.lateral), sectors_of(corners, radius)
        if len(self.network.walls.ends):
            cut_out(strips, *strip_shadows(pieces, self.lateral, *self._walls_near(strips, origin)))
            cut_out(sectors, *sector_shadows(corners, self.lateral, *self._walls_near(sectors, origin)))
        parts = np.concatenate([strips, sectors])
        union = shapely.union_all(parts[np.argsort(rank(parts))], grid_size=_STEP)
        return shapely.transform(_multipolygon(union), lambda xy: xy + origin)

    def _walls_near(self, shapes: np.ndarray, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of shapes and walls whose boxes meet: the row of the shape, and both ends of the wall."""
        shape, wall = self.walls.query(shapely.box(*(shapely.bounds(shapes) + np.tile(origin, 2)).T))
        return shape, self.network.walls.ends[wall].reshape(-1, 2, 2) - origin

    def _pieces(self, stretches: Stretches, limit: float) -> Pieces:
        """The straight pieces of the stretches that everybody may join."""
        shapes = self.network.shapes
        keep = self.joined[stretches.edge] & (stretches.end - stretches.begin > _NOTHING)
        edge, begin, end, *ends_cost = (one[keep] for one in stretches)
        touch = np.flatnonzero((edge[1:] == edge[:-1]) & (np.abs(begin[1:] - end[:-1]) < 10.0 * _NOTHING)) + 1
        begin[touch] = end[touch - 1]
        row, number = expand(shapes.first[edge + 1] - shapes.first[edge] - 1)
        i = shapes.first[edge][row] + number
        at = np.stack([np.maximum(begin[row], shapes.along[i]), np.minimum(end[row], shapes.along[i + 1])])
        cost = ends_cost[0][row] + (at - begin[row]) / (end - begin)[row] * (ends_cost[1] - ends_cost[0])[row]
        left = np.maximum(limit - cost, 0.0) / self.costs.leg
        held = (at[1] - at[0] > _NOTHING) & (left.max(axis=0) > _NOTHING)
        i, at, left = i[held], at[:, held], left[:, held]
        share = (at - shapes.along[i]) / (shapes.along[i + 1] - shapes.along[i])
        xy = np.stack([shapes.x, shapes.y], axis=1)
        start, stop = xy[i] + share[:, :, None] * (xy[i + 1] - xy[i])
        return Pieces(start, stop, left)

    def _corner_costs(self, reached: Reached, feet: Feet) -> np.ndarray:
        """What a walk to each corner costs."""
        streets, costs, code, at = self.network.streets, self.costs, self.corners.code, self.corners.at
        label = np.full(len(streets.copy), np.inf)
        label[reached.node] = reached.node_cost
        cost = label[np.maximum(-1 - code, 0)]
        bend = np.flatnonzero(code >= 0)
        bend = bend[np.argsort(code[bend], kind="stable")]
        edge, at = code[bend], at[bend]
        ahead, back = costs.along / streets.length, costs.back / streets.length
        to_go = streets.length[edge] - at
        here = np.minimum(label[streets.u[edge]] + ahead[edge] * at, label[streets.v[edge]] + back[edge] * to_go)
        low, high = np.searchsorted(edge, feet.edge), np.searchsorted(edge, feet.edge, side="right")
        foot, number = expand(high - low)
        met = low[foot] + number
        gap = at[met] - feet.offset[foot]
        pace = np.where(gap > 0.0, ahead[feet.edge[foot]], back[feet.edge[foot]])
        along = np.multiply(pace, np.abs(gap), out=np.zeros(len(gap)), where=np.abs(gap) > _NOTHING)
        np.minimum.at(here, met, feet.leg[foot] * costs.leg + along)
        cost[bend] = here
        return cost
