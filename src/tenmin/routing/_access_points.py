"""Feet: the street points where a straight leg from a place or facility may join the streets.

A foot is a local minimum, along the streets, of the distance to the thing: where a perpendicular falls on a street, at
a bend, at a junction or an end that is nearer than the streets leaving it, or where a street meets the outline of the
thing. Cutting an edge in two makes no new foot.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.routing._graph import Shapes, Streets
from tenmin.support.jit import inner, kernel

TOUCH = 1e-9
"""Metres below which two distances count as one."""


class Outlines(NamedTuple):
    """Points and outlines: thing i has parts thing[i]..thing[i + 1], part p has corners part[p]..part[p + 1].

    A part of one corner is a point; a ring ends with its first corner.
    """

    thing: np.ndarray
    part: np.ndarray
    x: np.ndarray
    y: np.ndarray


class Feet(NamedTuple):
    """Feet in rows: thing i has feet first[i]..first[i + 1]."""

    first: np.ndarray
    edge: np.ndarray
    """int32, the edge the foot stands on"""
    offset: np.ndarray
    """metres from the first end of the edge"""
    leg: np.ndarray
    """metres from the thing to the foot"""

    @property
    def thing(self) -> np.ndarray:
        """The thing of each foot, int32."""
        return np.repeat(np.arange(len(self.first) - 1, dtype=np.int32), np.diff(self.first))


@inner
def _nearest(part_first, corner_x, corner_y, part, stop, x, y):
    """The point of an outline's parts `part`..`stop` that is nearest to (x, y): its distance and coordinates."""
    best, qx, qy = np.inf, np.nan, np.nan
    for one in range(part, stop):
        last = part_first[one + 1] - 1
        for i in range(part_first[one], max(last, part_first[one] + 1)):
            ax, ay = corner_x[i], corner_y[i]
            j = min(i + 1, last)
            dx, dy = corner_x[j] - ax, corner_y[j] - ay
            size = dx * dx + dy * dy
            t = 0.0
            if size > 0.0:
                t = min(max(((x - ax) * dx + (y - ay) * dy) / size, 0.0), 1.0)
            far = math.hypot(x - ax - t * dx, y - ay - t * dy)
            if far < best:
                best, qx, qy = far, ax + t * dx, ay + t * dy
    return best, qx, qy


@inner
def _put(out, size, thing, edge, at, leg, x, y, qx, qy):
    """Write a foot, if there is room; return how many there are."""
    if size < len(out):
        out[size, 0], out[size, 1], out[size, 2], out[size, 3] = thing, edge, at, leg
        out[size, 4], out[size, 5], out[size, 6], out[size, 7] = x, y, qx, qy
    return size + 1


@kernel
def _collect(streets, shapes, outlines, pair_thing, pair_edge, aside, out):
    """Write the feet of pairs of things and edges; return how many there are, though no more than there is room for.

    Along the straight pieces of an edge a foot is where the nearest corner of an outline falls on the piece or where
    the piece crosses the outline; then come the bends of the edge, and its nodes, each dealt with by the first of its
    edges alone: feet if no street leads nearer from there.

    Parameters
    ----------
    streets
        int32 (edges,) twice: the nodes at both ends of each edge.
    shapes, outlines
        The edges' bends and the things, metres.
    pair_thing, pair_edge
        int64 (pairs,); pairs of one thing follow each other.
    aside
        float64, longest leg, metres.
    out
        float64 (room, 8): thing, edge, metres along the edge, leg, x, y of the foot, x, y of the outline.
    """
    (u, v), (thing_first, part_first, cx, cy) = streets, outlines
    first, x, y, along, spoke_first, spoke_x, spoke_y, spoke_edge = shapes
    size, last, west, south, east, north = np.int64(0), np.int64(-1), 0.0, 0.0, 0.0, 0.0
    for pair in range(len(pair_thing)):
        thing, edge = pair_thing[pair], pair_edge[pair]
        part, stop = thing_first[thing], thing_first[thing + 1]
        begin, end = part_first[part], part_first[stop]
        if thing != last:
            last, west, south, east, north = thing, np.inf, np.inf, -np.inf, -np.inf
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
                    if len(cx) > 1 and _nearest(part_first, cx, cy, part, stop, fx, fy)[0] < far - TOUCH:
                        continue
                    size = _put(out, size, thing, edge, along[i] + t * span, far, fx, fy, cx[k], cy[k])
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
                    size = _put(out, size, thing, edge, along[i] + t * span, 0.0, fx, fy, fx, fy)
        for step in range(1, edge_last - edge_begin + 2):
            # The bends from the first to the last, then the first end and the last.
            bends = edge_last - edge_begin - 1
            is_bend, is_last = step <= bends, step == bends + 2
            i = edge_begin + step if is_bend else (edge_last if is_last else edge_begin)
            px, py = x[i], y[i]
            node = v[edge] if is_last else u[edge]
            if not is_bend and (spoke_edge[spoke_first[node]] != edge or (is_last and u[edge] == node)):
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
                for k in range(spoke_first[node], spoke_first[node + 1]):
                    nearer |= (qx - px) * spoke_x[k] + (qy - py) * spoke_y[k] > TOUCH
            if not nearer:
                size = _put(out, size, thing, edge, along[i], far, px, py, qx, qy)
    return size


def find_feet(
    streets: Streets,
    shapes: Shapes,
    outlines: Outlines,
    pairs: tuple[np.ndarray, np.ndarray],
    *,
    aside: float,
) -> tuple[Feet, np.ndarray]:
    """Return the feet of things on the streets, and their legs.

    Parameters
    ----------
    streets, shapes
        The edges and how they bend.
    outlines
        The things, in the coordinates of the streets.
    pairs
        (things, edges): every edge that comes within `aside` metres of a thing must be paired with it.
    aside
        Longest leg, metres, inclusive.

    Returns
    -------
    tuple of Feet and array
        The feet in order of thing, edge and offset; and float64 (feet, 4), the legs: x, y of the foot, x, y of the
        point of the thing nearest to it.
    """
    things, edges = (np.ascontiguousarray(a, np.int64) for a in pairs)
    size, found = max(1024, 4 * len(things)), np.empty((0, 8))
    while size > len(found):
        found = np.empty((size, 8))
        size = _collect((streets.u, streets.v), shapes, outlines, things, edges, aside * (1.0 + TOUCH), found)
    found = found[:size]
    found = found[np.lexsort((found[:, 3], found[:, 2], found[:, 1], found[:, 0]))]
    first = np.searchsorted(found[:, 0], np.arange(len(outlines.thing)))
    feet = Feet(first, found[:, 1].astype(np.int32), found[:, 2].copy(), found[:, 3].copy())
    return feet, found[:, 4:]
