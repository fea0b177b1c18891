"""The ground in its exact form: what each reached piece and corner of street serves, less the shadows of walls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.ground import ASIDE, Group, Sketch, draw_grounds
from tenmin.network import Joins, WalkNetwork
from tenmin.progress import step_through
from tenmin.routing import Arcs, Basin, Costs, Feet, Reached, Rims, Stretches, clip_stretches, reach_streets
from tenmin.routing.walls import SLACK

__all__ = ["draw_exact_grounds"]

_BULGE = 2e-3
"""Metres by which an arc may rise above the straight pieces that stand for it."""
_STEP = 1e-4
"""Metres to which the corners of the union are rounded, so that parts side by side leave no crack."""
_NOTHING = 1e-6
"""Metres below which a piece of street or what is left of a limit is nothing."""
_TURN = 1e-9
"""Radians, or metres of width, below which a wedge or a shadow is nothing."""
_FINEST = 1.0


class _Pieces(NamedTuple):
    """Straight pieces of reached street: x, y of both ends, and the metres left of the limit there."""

    start: np.ndarray
    stop: np.ndarray
    left: np.ndarray


class _Corners(NamedTuple):
    """Corners with an angle from which every street leads away."""

    xy: np.ndarray
    code: np.ndarray
    """the edge of a bend, or -1 - node"""
    at: np.ndarray
    turn: np.ndarray
    """radians at which the open angle begins, anticlockwise"""
    width: np.ndarray
    """radians, at most pi"""


def draw_exact_grounds(
    network: WalkNetwork, paths: tuple[Costs, Arcs], joins: Joins, groups: Sequence[Group], sketch: Sketch
) -> np.ndarray:
    """Return the ground of each group within each of its limits, as MultiPolygons without a grid.

    It is the union of a strip along each reached piece of street, as wide as the limit leaves for the leg, and of a
    sector round each reached corner, both less what stands in the shadow of a wall. Arcs are drawn inside the true ones
    by at most 2 mm, and walls seen from a corner are true to 1 mm.

    Private streets (joined only from where they are nearest) and islands near other streets (joined only from where
    there is no other) are not drawn so: to the ground within `lateral` of them `draw_grounds` adds its own, at 1 m.

    Parameters
    ----------
    network
        The streets and barriers.
    paths
        What the streets cost, and the arcs open at these costs.
    joins
        How the facilities join the streets.
    groups
        The facilities of each circle and its limits.
    sketch
        The longest leg; the rest only matters near private streets and islands.
    """
    drawing, basin, grounds = _Drawing.of(network, paths[0], sketch.lateral), Basin.of(paths[1]), []
    for group in step_through(groups, "isochrones"):
        feet, furthest = joins.take(group.rows), float(group.limits[-1])
        reached = reach_streets(network.streets, *paths, feet, furthest, basin=basin)
        drawn = [drawing.draw(reached, feet, float(limit)) for limit in group.limits]
        guarded = drawing.guarded_lines(reached)
        if len(guarded):
            sketched = draw_grounds(network, paths, joins, [group], replace(sketch, resolution=_FINEST))
            near = shapely.union_all(shapely.buffer(guarded, sketch.lateral, quad_segs=32))
            drawn = [
                _multipolygon(shapely.union(one, shapely.intersection(rough, near)))
                for one, rough in zip(drawn, sketched, strict=True)
            ]
        grounds += drawn
    return np.array(grounds, dtype=object)


def _multipolygon(geometry: BaseGeometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([part for part in shapely.get_parts(geometry) if isinstance(part, shapely.Polygon)])


def _polygons(rings: np.ndarray) -> np.ndarray:
    """Polygons of rings, or of the coordinates of as many corners each."""
    return np.asarray(shapely.polygons(rings), dtype=object)


def _guarded_edges(network: WalkNetwork, lateral: float) -> np.ndarray:
    """Whether not everybody beside an edge may join it: it is private, or an island beside other streets."""
    guarded, island, row = network.streets.private.copy(), network.on_island(), network.frontage.edge
    others = network.edges.geometry.to_numpy()[row[~island[row]]]
    if len(others) < len(row):
        lines = network.edges.geometry.to_numpy()[island]
        near, _ = shapely.STRtree(others).query(lines, predicate="dwithin", distance=ASIDE + lateral)
        guarded[np.flatnonzero(island)[near]] = True
    return guarded


def _open_corners(rims: Rims, guarded: np.ndarray) -> _Corners:
    """The corners with an open angle: two neighbouring spokes more than half a turn apart."""
    owner = np.repeat(np.arange(len(rims.code)), np.diff(rims.spoke_first))
    angle = np.arctan2(rims.spoke_y, rims.spoke_x)
    order = np.lexsort((angle, owner))
    angle, owner = angle[order], owner[order]
    after, first = np.arange(1, len(owner) + 1), rims.spoke_first[owner]
    wraps = after == rims.spoke_first[owner + 1]
    gap = angle[np.where(wraps, first, after)] + np.where(wraps, 2.0 * np.pi, 0.0) - angle
    wide = np.flatnonzero((gap > np.pi + _TURN) & ~guarded[owner])
    rim = owner[wide]
    return _Corners(rims.ends[rim, :2], rims.code[rim], rims.at[rim], angle[wide] + np.pi / 2, gap[wide] - np.pi)


def _expand(count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For so many items of each row: the row of each, and its number in the row."""
    row = np.repeat(np.arange(len(count)), count)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)


@dataclass(frozen=True)
class _Drawing:
    """What circles of a network have in common."""

    network: WalkNetwork
    costs: Costs
    lateral: float
    guarded: np.ndarray
    joined: np.ndarray
    """bool, one per edge: legs may end on it, and everybody's"""
    corners: _Corners
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
        return self.network.edges.geometry.to_numpy()[edges & self.guarded]

    def draw(self, reached: Reached, feet: Feet, limit: float) -> shapely.MultiPolygon:
        """The ground within a limit, of all but guarded streets."""
        pieces = self._pieces(clip_stretches(reached.stretches, limit), limit)
        left = (limit - self._corner_costs(reached, feet)) / self.costs.leg
        rows = np.flatnonzero(left > _NOTHING)
        corners, radius = _Corners(*(one[rows] for one in self.corners)), np.minimum(left[rows], self.lateral)
        spots = np.concatenate([pieces.start, corners.xy])
        if len(spots) == 0:
            return shapely.MultiPolygon()
        origin = np.round(spots.mean(axis=0))
        pieces = pieces._replace(start=pieces.start - origin, stop=pieces.stop - origin)
        corners = corners._replace(xy=corners.xy - origin)
        strips, sectors = _strips(pieces, self.lateral), _sectors(corners, radius)
        if len(self.network.walls.ends):
            _cut_out(strips, *_strip_shadows(pieces, self.lateral, *self._walls_near(strips, origin)))
            _cut_out(sectors, *_sector_shadows(corners, self.lateral, *self._walls_near(sectors, origin)))
        union = shapely.union_all(np.concatenate([strips, sectors]), grid_size=_STEP)
        return shapely.transform(_multipolygon(union), lambda xy: xy + origin)

    def _walls_near(self, shapes: np.ndarray, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of shapes and walls whose boxes meet: the row of the shape, and both ends of the wall."""
        shape, wall = self.walls.query(shapely.box(*(shapely.bounds(shapes) + np.tile(origin, 2)).T))
        return shape, self.network.walls.ends[wall].reshape(-1, 2, 2) - origin

    def _pieces(self, stretches: Stretches, limit: float) -> _Pieces:
        """The straight pieces of the stretches that everybody may join."""
        shapes = self.network.shapes
        keep = self.joined[stretches.edge] & (stretches.end - stretches.begin > _NOTHING)
        edge, begin, end, *ends_cost = (one[keep] for one in stretches)
        touch = np.flatnonzero((edge[1:] == edge[:-1]) & (np.abs(begin[1:] - end[:-1]) < 10.0 * _NOTHING)) + 1
        begin[touch] = end[touch - 1]
        row, number = _expand(shapes.first[edge + 1] - shapes.first[edge] - 1)
        i = shapes.first[edge][row] + number
        at = np.stack([np.maximum(begin[row], shapes.along[i]), np.minimum(end[row], shapes.along[i + 1])])
        cost = ends_cost[0][row] + (at - begin[row]) / (end - begin)[row] * (ends_cost[1] - ends_cost[0])[row]
        left = np.maximum(limit - cost, 0.0) / self.costs.leg
        held = (at[1] - at[0] > _NOTHING) & (left.max(axis=0) > _NOTHING)
        i, at, left = i[held], at[:, held], left[:, held]
        share = (at - shapes.along[i]) / (shapes.along[i + 1] - shapes.along[i])
        xy = np.stack([shapes.x, shapes.y], axis=1)
        start, stop = xy[i] + share[:, :, None] * (xy[i + 1] - xy[i])
        return _Pieces(start, stop, left)

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
        foot, number = _expand(high - low)
        met = low[foot] + number
        gap = at[met] - feet.offset[foot]
        pace = np.where(gap > 0.0, ahead[feet.edge[foot]], back[feet.edge[foot]])
        along = np.multiply(pace, np.abs(gap), out=np.zeros(len(gap)), where=np.abs(gap) > _NOTHING)
        np.minimum.at(here, met, feet.leg[foot] * costs.leg + along)
        cost[bend] = here
        return cost


def _along(pieces: _Pieces) -> tuple[np.ndarray, np.ndarray]:
    """The unit direction of each piece, and the one to its left."""
    step = pieces.stop - pieces.start
    ahead = step / np.hypot(*step.T)[:, None]
    return ahead, np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)


def _strips(pieces: _Pieces, lateral: float) -> np.ndarray:
    """The strips on both sides of pieces, as wide as the limit leaves and at most `lateral`."""
    _, aside = _along(pieces)
    first, last = pieces.left
    rise = last - first
    crosses = (first - lateral) * (last - lateral) < 0.0
    share = np.divide(lateral - first, rise, out=np.full(len(rise), 0.5), where=crosses)
    wide = np.minimum([first, first + share * rise, last], lateral)
    spine = pieces.start, pieces.start + share[:, None] * (pieces.stop - pieces.start), pieces.stop
    left, right = (np.stack(spine) + sign * wide[:, :, None] * aside for sign in (1.0, -1.0))
    return _polygons(np.concatenate([left, right[::-1]]).swapaxes(0, 1))


def _sectors(corners: _Corners, radius: np.ndarray) -> np.ndarray:
    """The sectors of discs in the open angles of corners."""
    count = np.ceil(corners.width / (2.0 * np.arccos(np.maximum(1.0 - _BULGE / radius, 0.0)))).astype(np.int64)
    row, number = _expand(count + 2)
    angle = corners.turn[row] + (number - 1) / count[row] * corners.width[row]
    far = np.where(number == 0, 0.0, radius[row])
    xy = corners.xy[row] + far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rings = np.asarray(shapely.linearrings(xy, indices=row), dtype=object) if len(row) else np.zeros(0, object)
    return _polygons(rings)


def _cut_out(shapes: np.ndarray, shape: np.ndarray, shadows: np.ndarray) -> None:
    """Take shadows out of shapes, one of each shape at a time."""
    order = np.argsort(shape, kind="stable")
    shape, shadows = shape[order], shadows[order]
    met = shapely.intersects(shapes[shape], shadows)
    shape, shadows = shape[met], shadows[met]
    _, number = _expand(np.bincount(shape, minlength=len(shapes)))
    for turn in range(number.max(initial=-1) + 1):
        rows = number == turn
        shapes[shape[rows]] = shapely.difference(shapes[shape[rows]], shadows[rows])


def _strip_shadows(
    pieces: _Pieces, lateral: float, piece: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What stands behind walls seen straight across pieces: rows of pieces, and shadows."""
    ahead, aside = _along(pieces)
    from_start = ends - pieces.start[piece][:, None]
    along = (from_start * ahead[piece][:, None]).sum(axis=2)
    across = (from_start * aside[piece][:, None]).sum(axis=2)
    owner, along = np.tile(piece, 2), np.concatenate([along, along])
    across, side = np.concatenate([across, -across]), np.repeat([1.0, -1.0], len(piece))
    rise = across[:, ::-1] - across
    share = np.divide(SLACK - across, rise, out=np.zeros_like(rise), where=(across < SLACK) & (rise != 0.0))
    along, across = along + share * (along[:, ::-1] - along), across + share * rise
    keep = (across.max(axis=1) >= SLACK) & (share <= 1.0).all(axis=1) & (np.abs(along[:, 1] - along[:, 0]) > _TURN)
    owner, along, across, side = owner[keep], along[keep], across[keep] + SLACK, side[keep]
    far = np.repeat(np.maximum(across.max(axis=1), lateral)[:, None] + 1.0, 2, axis=1)
    s, t = np.hstack([along, along[:, ::-1]]), np.hstack([across, far]) * side[:, None]
    spread = s[:, :, None] * ahead[owner][:, None] + t[:, :, None] * aside[owner][:, None]
    return owner, _polygons(pieces.start[owner][:, None] + spread)


def _outside(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parts of straight lines more than SLACK from (0, 0): row of the line, both ends."""
    step = ends[:, 1] - ends[:, 0]
    square = (step**2).sum(axis=1)
    middle = -(ends[:, 0] * step).sum(axis=1) / square
    height = (ends[:, 0, 0] * step[:, 1] - ends[:, 0, 1] * step[:, 0]) ** 2 / square
    half = np.sqrt(np.maximum(SLACK**2 - height, 0.0) / square)
    clear = height >= SLACK**2
    low = np.stack([np.zeros(len(half)), np.maximum(middle + half, 0.0)], axis=1)
    high = np.stack([np.where(clear, 1.0, np.minimum(middle - half, 1.0)), np.ones(len(half))], axis=1)
    keep = (high > low) & np.stack([np.ones(len(half), bool), ~clear], axis=1)
    row, part = np.nonzero(keep)
    share = np.stack([low[row, part], high[row, part]], axis=1)
    return row, ends[row, :1] + share[:, :, None] * step[row][:, None]


def _sector_shadows(
    corners: _Corners, lateral: float, corner: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What stands behind walls seen from corners: rows of corners, and shadows."""
    row, ends = _outside(ends - corners.xy[corner][:, None])
    owner = corner[row]
    one, two = ends[:, 0], ends[:, 1]
    turn = np.arctan2(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0], (one * two).sum(axis=1))
    keep = (np.abs(turn) > _TURN) & (np.abs(turn) < np.pi - _TURN)
    owner, ends, turn = owner[keep], ends[keep], turn[keep]
    size = np.hypot(ends[:, :, 0], ends[:, :, 1])
    begin = np.arctan2(ends[:, 0, 1], ends[:, 0, 0])
    angle = begin[:, None] + turn[:, None] * [0.0, 1.0, 1.0, 0.5, 0.0]
    far = 2.0 * (np.maximum(size, lateral) + SLACK)
    reach = np.stack([size[:, 0] + SLACK, size[:, 1] + SLACK, far[:, 1], far.max(axis=1), far[:, 0]], axis=1)
    rays = reach[:, :, None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    return owner, _polygons(corners.xy[owner][:, None] + rays)
