"""Access points: where a straight leg from a place or facility may join the streets.

An access point is a local minimum of the distance to the place or facility along the streets: the foot of a
perpendicular, a bend, a junction or dead end from which no street leads nearer, or a point where a street meets the
outline. Splitting an edge in two adds no access point.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.routing._graph import Shapes, StreetGraph
from tenmin.support.jit import inner, kernel

TOUCH = 1e-9
"""Tolerance of comparisons between distances, metres."""
_ROUNDING = 1e-3
"""Metres by which the box around an outline is enlarged, so that no rounding of coordinates loses a crossing."""


class Outlines(NamedTuple):
    """Points and outlines: item i has parts item[i]..item[i + 1], part p has vertices part[p]..part[p + 1].

    A part with one vertex is a point; a ring ends with its first vertex.
    """

    item: np.ndarray
    """int64 (items + 1,)"""
    part: np.ndarray
    """int64 (parts + 1,)"""
    x: np.ndarray
    """float64 (vertices,), metres"""
    y: np.ndarray
    """float64 (vertices,), metres"""


class AccessPoints(NamedTuple):
    """Access points of items (places or facilities): item i has rows first[i]..first[i + 1]."""

    first: np.ndarray
    """int64 (items + 1,)"""
    edge: np.ndarray
    """int32 (points,): the edge"""
    offset: np.ndarray
    """float64 (points,): distance from the start of the edge, metres"""
    leg: np.ndarray
    """float64 (points,): straight distance to the item, metres"""

    @property
    def item(self) -> np.ndarray:
        """The item of each access point, int32 (points,)."""
        return np.repeat(np.arange(len(self.first) - 1, dtype=np.int32), np.diff(self.first))


@inner
def _project(corner_x, corner_y, i, j, x, y):
    """The point of the straight line from corner i to j of an outline that is nearest to (x, y), and the way from it.

    Metres: x and y of the point, then x and y of the way.
    """
    ax, ay = corner_x[i], corner_y[i]
    dx, dy = corner_x[j] - ax, corner_y[j] - ay
    size = dx * dx + dy * dy
    t = 0.0
    if size > 0.0:
        t = min(max(((x - ax) * dx + (y - ay) * dy) / size, 0.0), 1.0)
    return ax + t * dx, ay + t * dy, x - ax - t * dx, y - ay - t * dy


@inner
def _nearest(part_first, corner_x, corner_y, part, stop, x, y):
    """Distance and coordinates (metres) of the point nearest to (x, y) on the parts `part`..`stop` of an outline.

    `part_first`, `corner_x` and `corner_y` are as in `Outlines`.
    """
    least, best_x, best_y, qx, qy = np.inf, np.inf, np.inf, np.nan, np.nan
    for one in range(part, stop):
        last = part_first[one + 1] - 1
        for i in range(part_first[one], max(last, part_first[one] + 1)):
            ix, iy, way_x, way_y = _project(corner_x, corner_y, i, min(i + 1, last), x, y)
            square = way_x * way_x + way_y * way_y
            if square < least:
                least, best_x, best_y, qx, qy = square, way_x, way_y, ix, iy
    return math.hypot(best_x, best_y), qx, qy


@inner
def _is_nearer(part_first, corner_x, corner_y, part, stop, x, y, far):
    """Whether a point of the parts `part`..`stop` of an outline is nearer to (x, y) than `far` metres."""
    square = max(far, 0.0) ** 2
    for one in range(part, stop):
        last = part_first[one + 1] - 1
        for i in range(part_first[one], max(last, part_first[one] + 1)):
            _, _, way_x, way_y = _project(corner_x, corner_y, i, min(i + 1, last), x, y)
            if way_x * way_x + way_y * way_y < square:
                return True
    return False


@inner
def _put(out, size, item, edge, at, leg, x, y, qx, qy):
    """Write an access point to `out`, after those of its item and edge with less offset or leg; return the next row."""
    if size < len(out):
        row = size
        while row > 0 and out[row - 1, 0] == item and out[row - 1, 1] == edge:
            if out[row - 1, 2] < at or (out[row - 1, 2] == at and out[row - 1, 3] <= leg):
                break
            for column in range(8):
                out[row, column] = out[row - 1, column]
            row -= 1
        out[row, 0], out[row, 1], out[row, 2], out[row, 3] = item, edge, at, leg
        out[row, 4], out[row, 5], out[row, 6], out[row, 7] = x, y, qx, qy
    return size + 1


@kernel
def _collect(streets, shapes, outlines, pair_item, pair_edge, aside, out):
    """Write the access points of pairs of items and edges; return their number, which may exceed the rows of `out`.

    A straight segment of an edge has access points where the nearest vertex of an outline projects onto it and where it
    crosses the outline. Bends and nodes are access points if no street leads nearer from there; each node is examined
    with its first edge only.

    Parameters
    ----------
    streets
        int32 (edges,) twice: the nodes at both ends of each edge.
    shapes, outlines
        The geometry of the edges and of the items.
    pair_item, pair_edge
        int64 (pairs,); pairs of one item are adjacent.
    aside
        float64, longest leg, metres.
    out
        float64 (rows, 8): item, edge, offset and leg in metres, x, y of the access point, x, y on the outline.
    """
    (u, v), (item_first, part_first, cx, cy) = streets, outlines
    first, x, y, along, direction_first, direction_x, direction_y, direction_edge = shapes
    inside = aside - _ROUNDING
    size, last, west, south, east, north = np.int64(0), np.int64(-1), 0.0, 0.0, 0.0, 0.0
    for pair in range(len(pair_item)):
        item, edge = pair_item[pair], pair_edge[pair]
        part, stop = item_first[item], item_first[item + 1]
        begin, end = part_first[part], part_first[stop]
        if item != last:
            last, west, south, east, north = item, np.inf, np.inf, -np.inf, -np.inf
            for k in range(begin, end):
                west, east = min(west, cx[k] - aside), max(east, cx[k] + aside)
                south, north = min(south, cy[k] - aside), max(north, cy[k] + aside)
        edge_begin, edge_last = first[edge], first[edge + 1] - 1
        for i in range(edge_begin, edge_last):
            px, py, qx, qy = x[i], y[i], x[i + 1], y[i + 1]
            if max(px, qx) < west or max(py, qy) < south or min(px, qx) > east or min(py, qy) > north:
                continue
            dx, dy, span = qx - px, qy - py, along[i + 1] - along[i]
            square = dx * dx + dy * dy
            for one in range(part, stop):
                final = part_first[one + 1] - 1
                for k in range(part_first[one], max(final, part_first[one] + 1)):
                    t = ((cx[k] - px) * dx + (cy[k] - py) * dy) / square
                    if t <= 0.0 or t >= 1.0:
                        continue
                    fx, fy = px + t * dx, py + t * dy
                    far = math.hypot(cx[k] - fx, cy[k] - fy)
                    if far > aside:
                        continue
                    if _is_nearer(part_first, cx, cy, part, stop, fx, fy, far - TOUCH):
                        continue
                    size = _put(out, size, item, edge, along[i] + t * span, far, fx, fy, cx[k], cy[k])
            if max(px, qx) < west + inside or max(py, qy) < south + inside:
                continue
            if min(px, qx) > east - inside or min(py, qy) > north - inside:
                continue
            for one in range(part, stop):
                for k in range(part_first[one], part_first[one + 1] - 1):
                    ex, ey = cx[k + 1] - cx[k], cy[k + 1] - cy[k]
                    cross = dx * ey - dy * ex
                    if cross == 0.0:
                        continue
                    t = ((cx[k] - px) * ey - (cy[k] - py) * ex) / cross
                    s = ((cx[k] - px) * dy - (cy[k] - py) * dx) / cross
                    if t <= 0.0 or t >= 1.0 or s < 0.0 or s > 1.0:
                        continue
                    fx, fy = px + t * dx, py + t * dy
                    size = _put(out, size, item, edge, along[i] + t * span, 0.0, fx, fy, fx, fy)
        for step in range(1, edge_last - edge_begin + 2):
            # The bends in order, then the start and the end of the edge.
            bends = edge_last - edge_begin - 1
            is_bend, is_last = step <= bends, step == bends + 2
            i = edge_begin + step if is_bend else (edge_last if is_last else edge_begin)
            px, py = x[i], y[i]
            node = v[edge] if is_last else u[edge]
            if not is_bend and (direction_edge[direction_first[node]] != edge or (is_last and u[edge] == node)):
                continue
            if px < west or py < south or px > east or py > north:
                continue
            far, qx, qy = _nearest(part_first, cx, cy, part, stop, px, py)
            if far > aside:
                continue
            nearer = False
            if is_bend:
                for j in range(i - 1, i + 2, 2):
                    ex, ey = x[j] - px, y[j] - py
                    nearer |= (qx - px) * ex + (qy - py) * ey > TOUCH * math.hypot(ex, ey)
            else:
                for k in range(direction_first[node], direction_first[node + 1]):
                    nearer |= (qx - px) * direction_x[k] + (qy - py) * direction_y[k] > TOUCH
            if not nearer:
                size = _put(out, size, item, edge, along[i], far, px, py, qx, qy)
    return size


def find_access_points(
    streets: StreetGraph,
    shapes: Shapes,
    outlines: Outlines,
    pairs: tuple[np.ndarray, np.ndarray],
    *,
    aside: float,
) -> tuple[AccessPoints, np.ndarray]:
    """Return the access points of items on the streets, and their legs.

    Parameters
    ----------
    streets, shapes
        The edges and their geometry.
    outlines
        The items, in the coordinates of the streets.
    pairs
        Items and edges, integer (pairs,) each: all pairs that are within `aside` of each other, and possibly others;
        pairs of one item are adjacent.
    aside
        Longest leg, metres, inclusive.

    Returns
    -------
    tuple of AccessPoints and array
        The access points, sorted by item, edge and offset; and their legs, float64 (points, 4): x, y of the access
        point, x, y of the nearest point of the item.
    """
    items, edges = (np.ascontiguousarray(a, np.int64) for a in pairs)
    size, found = max(1024, 4 * len(items)), np.empty((0, 8))
    while size > len(found):
        found = np.empty((size, 8))
        size = _collect((streets.u, streets.v), shapes, outlines, items, edges, aside * (1.0 + TOUCH), found)
    found = found[:size]
    item_and_edge = found[:, 0].astype(np.int64) * len(streets.u) + found[:, 1].astype(np.int64)
    found = found[np.argsort(item_and_edge, kind="stable")]
    first = np.searchsorted(found[:, 0], np.arange(len(outlines.item)))
    points = AccessPoints(first, found[:, 1].astype(np.int32), found[:, 2].copy(), found[:, 3].copy())
    return points, found[:, 4:]
