"""The exact ground: strips along reached street segments and sectors around corners, minus what barriers occlude."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.access._exact_shapes import (
    MIN_WIDTH,
    Corners,
    Segments,
    expand_counts,
    rank_by_wkb,
    sector_occlusions,
    sectors_around,
    strip_occlusions,
    strips_along,
    subtract,
)
from tenmin.access._ground import DrawingOptions, draw_grounds
from tenmin.access.query import Destination, Query
from tenmin.network import ASIDE, WalkNetwork
from tenmin.routing import AccessPoints, Costs, EdgeIntervals, Reached, SearchBuffers, clip_intervals, reach_streets
from tenmin.support.progress import step_through
from tenmin.surface import StreetPieces

__all__ = ["draw_exact_grounds"]

_GRID_SIZE = 1e-4
"""Grid to which the coordinates of the union are rounded, metres, so that adjacent parts leave no slivers."""
_MIN_LENGTH = 1e-6
"""Metres below which a street segment, or what is left of a limit, is ignored."""
_RESOLUTION = 1.0
"""Spacing of the sample grid near restricted edges, metres."""


def draw_exact_grounds(query: Query, destinations: Sequence[Destination], options: DrawingOptions) -> np.ndarray:
    """Return the ground of each destination within each of its limits, without a grid.

    It is the union of a strip along each reached street segment, as wide as the limit leaves for the leg, and of a
    sector around each reached corner, both minus the areas occluded by barriers. Chords lie inside their arcs by at
    most 2 mm; occlusion seen from corners is accurate to 1 mm.

    Restricted edges are drawn differently: private streets (joined only from points nearest to them) and islands near
    other streets (joined only from points without another street). Within `lateral` of them the ground of
    `draw_grounds` at 1 m is added.

    Parameters
    ----------
    query
        The network, the costs, and the access points of the facilities.
    destinations
        The facilities of each isochrone, and its limits.
    options
        The longest leg; the other options only matter near restricted edges.

    Returns
    -------
    ndarray of MultiPolygon
        In the order of the destinations, then of their limits.
    """
    network, costs, arcs, grounds = query.network, query.costs, query.arcs, []
    renderer, buffers = _Renderer.of(network, costs, options.lateral), SearchBuffers.of(arcs)
    for one in step_through(destinations, "isochrones"):
        access_points, limits = query.facility_snapping.take(one.rows), query.cost_limits(one)
        reached = reach_streets(network.streets, costs, arcs, access_points, float(limits[-1]), buffers=buffers)
        drawn = [renderer.draw(reached, access_points, float(limit)) for limit in limits]
        restricted = renderer.restricted_lines(reached)
        if len(restricted):
            sampled = draw_grounds(query, [one], replace(options, resolution=_RESOLUTION))
            near = shapely.union_all(shapely.buffer(restricted, options.lateral, quad_segs=32))
            drawn = [
                _multipolygon(shapely.union(exact, shapely.intersection(rough, near)))
                for exact, rough in zip(drawn, sampled, strict=True)
            ]
        grounds += drawn
    return np.array(grounds, dtype=object)


def _multipolygon(geometry: BaseGeometry) -> shapely.MultiPolygon:
    """The polygons of a geometry."""
    return shapely.MultiPolygon([part for part in shapely.get_parts(geometry) if isinstance(part, shapely.Polygon)])


def _restricted_edges(network: WalkNetwork, lateral: float) -> np.ndarray:
    """Whether only some points beside an edge join it: it is private, or on an island near other streets."""
    restricted, island, row = network.streets.private.copy(), network.on_island(), network.frontage.edge
    others = network.edges.geometry.to_numpy()[row[~island[row]]]
    if len(others) < len(row):
        lines = network.edges.geometry.to_numpy()[island]
        near, _ = shapely.STRtree(others).query(lines, predicate="dwithin", distance=ASIDE + lateral)
        restricted[np.flatnonzero(island)[near]] = True
    return restricted


def _open_corners(pieces: StreetPieces, restricted: np.ndarray) -> Corners:
    """The corners with an open angle: neighbouring streets more than 180 degrees apart."""
    piece = np.flatnonzero((pieces.gap > np.pi + MIN_WIDTH) & ~restricted)
    angle = np.arctan2(pieces.direction[piece, 1], pieces.direction[piece, 0])
    return Corners(
        pieces.ends[piece, :2], pieces.code[piece], pieces.offset[piece], angle + np.pi / 2, pieces.gap[piece] - np.pi
    )


@dataclass(frozen=True)
class _Renderer:
    """What all isochrones of a network share."""

    network: WalkNetwork
    costs: Costs
    lateral: float
    restricted: np.ndarray
    """bool, one per edge: only some points beside it join it."""
    unrestricted: np.ndarray
    """bool, one per edge: every point beside it may join it."""
    corners: Corners
    walls: shapely.STRtree

    @classmethod
    def of(cls, network: WalkNetwork, costs: Costs, lateral: float) -> _Renderer:
        restricted, pieces, streets = _restricted_edges(network, lateral), network.street_pieces, network.streets
        has_frontage = np.zeros(len(restricted), bool)
        has_frontage[network.frontage.edge] = True
        at_node = np.zeros(len(streets.exit_copy), bool)
        at_node[streets.u[restricted]] = at_node[streets.v[restricted]] = True
        beside = np.where(
            pieces.code >= 0, restricted[np.maximum(pieces.code, 0)], at_node[np.maximum(-1 - pieces.code, 0)]
        )
        corners = _open_corners(pieces, beside & (pieces.private | pieces.island))
        walls = np.asarray(shapely.linestrings(network.walls.ends.reshape(-1, 2, 2)), dtype=object)
        unrestricted = has_frontage & ~restricted
        return cls(network, costs, lateral, restricted, unrestricted, corners, shapely.STRtree(walls))

    def restricted_lines(self, reached: Reached) -> np.ndarray:
        """The lines of the restricted edges that are reached."""
        streets, is_reached = self.network.streets, np.zeros(len(self.network.streets.exit_copy), bool)
        is_reached[reached.node] = True
        edges = is_reached[streets.u] | is_reached[streets.v]
        edges[reached.intervals.edge] = True
        lines = self.network.edges.geometry.to_numpy()[edges & self.restricted]
        return lines[np.argsort(rank_by_wkb(lines))]

    def draw(self, reached: Reached, access_points: AccessPoints, limit: float) -> shapely.MultiPolygon:
        """The ground within a limit (in the unit of the costs) of the unrestricted streets."""
        segments = self._segments(clip_intervals(reached.intervals, limit), limit)
        left = (limit - self._corner_costs(reached, access_points)) / self.costs.leg
        rows = np.flatnonzero(left > _MIN_LENGTH)
        corners, radius = Corners(*(one[rows] for one in self.corners)), np.minimum(left[rows], self.lateral)
        points = np.concatenate([segments.start, corners.xy])
        if len(points) == 0:
            return shapely.MultiPolygon()
        origin = np.floor(points.min(axis=0))
        segments = segments._replace(start=segments.start - origin, stop=segments.stop - origin)
        corners = corners._replace(xy=corners.xy - origin)
        strips, sectors = strips_along(segments, self.lateral), sectors_around(corners, radius)
        if len(self.network.walls.ends):
            subtract(strips, *strip_occlusions(segments, self.lateral, *self._walls_near(strips, origin)))
            subtract(sectors, *sector_occlusions(corners, self.lateral, *self._walls_near(sectors, origin)))
        parts = np.concatenate([strips, sectors])
        union = shapely.union_all(parts[np.argsort(rank_by_wkb(parts))], grid_size=_GRID_SIZE)
        return shapely.transform(_multipolygon(union), lambda xy: xy + origin)

    def _walls_near(self, shapes: np.ndarray, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of shapes and barriers whose bounding boxes meet: row of the shape, and both ends of the barrier."""
        shape, wall = self.walls.query(shapely.box(*(shapely.bounds(shapes) + np.tile(origin, 2)).T))
        return shape, self.network.walls.ends[wall].reshape(-1, 2, 2) - origin

    def _segments(self, reached: EdgeIntervals, limit: float) -> Segments:
        """The straight segments of the reached parts of unrestricted edges."""
        shapes = self.network.shapes
        keep = self.unrestricted[reached.edge] & (reached.end - reached.begin > _MIN_LENGTH)
        edge, begin, end, *ends_cost = (one[keep] for one in reached)
        touch = np.flatnonzero((edge[1:] == edge[:-1]) & (np.abs(begin[1:] - end[:-1]) < 10.0 * _MIN_LENGTH)) + 1
        begin[touch] = end[touch - 1]
        row, number = expand_counts(shapes.first[edge + 1] - shapes.first[edge] - 1)
        i = shapes.first[edge][row] + number
        at = np.stack([np.maximum(begin[row], shapes.along[i]), np.minimum(end[row], shapes.along[i + 1])])
        cost = ends_cost[0][row] + (at - begin[row]) / (end - begin)[row] * (ends_cost[1] - ends_cost[0])[row]
        left = np.maximum(limit - cost, 0.0) / self.costs.leg
        kept = (at[1] - at[0] > _MIN_LENGTH) & (left.max(axis=0) > _MIN_LENGTH)
        i, at, left = i[kept], at[:, kept], left[:, kept]
        share = (at - shapes.along[i]) / (shapes.along[i + 1] - shapes.along[i])
        xy = np.stack([shapes.x, shapes.y], axis=1)
        start, stop = xy[i] + share[:, :, None] * (xy[i + 1] - xy[i])
        return Segments(start, stop, left)

    def _corner_costs(self, reached: Reached, starts: AccessPoints) -> np.ndarray:
        """The cost of the walk to each corner."""
        streets, costs, code, at = self.network.streets, self.costs, self.corners.code, self.corners.at
        label = np.full(len(streets.exit_copy), np.inf)
        label[reached.node] = reached.node_cost
        cost = label[np.maximum(-1 - code, 0)]
        bend = np.flatnonzero(code >= 0)
        bend = bend[np.argsort(code[bend], kind="stable")]
        edge, at = code[bend], at[bend]
        ahead, back = costs.along / streets.length, costs.back / streets.length
        to_go = streets.length[edge] - at
        here = np.minimum(label[streets.u[edge]] + ahead[edge] * at, label[streets.v[edge]] + back[edge] * to_go)
        low, high = np.searchsorted(edge, starts.edge), np.searchsorted(edge, starts.edge, side="right")
        point, number = expand_counts(high - low)
        met = low[point] + number
        gap = at[met] - starts.offset[point]
        pace = np.where(gap > 0.0, ahead[starts.edge[point]], back[starts.edge[point]])
        along = np.multiply(pace, np.abs(gap), out=np.zeros(len(gap)), where=np.abs(gap) > _MIN_LENGTH)
        np.minimum.at(here, met, starts.leg[point] * costs.leg + along)
        cost[bend] = here
        return cost
