"""Feet: the street points where a straight leg from a place or facility may join the streets.

A foot is a local minimum, along the streets, of the distance to the thing: where a perpendicular falls on a street, at
a bend, at a junction or an end that is nearer than the streets leaving it, or where a street meets the outline of the
thing. Cutting an edge in two makes no new foot.
"""

from __future__ import annotations

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
def _nearest(first, part_first, corner_x, corner_y, thing, x, y):
    """The point of the thing's outline nearest to (x, y): its distance and coordinates."""
    best, qx, qy = np.inf, np.nan, np.nan
    for part in range(first[thing], first[thing + 1]):
        last = part_first[part + 1] - 1
        for i in range(part_first[part], max(last, part_first[part] + 1)):
            ax, ay = corner_x[i], corner_y[i]
            j = min(i + 1, last)
            dx, dy = corner_x[j] - ax, corner_y[j] - ay
            size = dx * dx + dy * dy
            t = 0.0
            if size > 0.0:
                t = min(max(((x - ax) * dx + (y - ay) * dy) / size, 0.0), 1.0)
            far = np.hypot(x - ax - t * dx, y - ay - t * dy)
            if far < best:
                best, qx, qy = far, ax + t * dx, ay + t * dy
    return best, qx, qy


@inner
def _add(out, size, row):
    if size == len(out):
        grown = np.empty((2 * size, out.shape[1]))
        grown[:size] = out
        out = grown
    for k in range(out.shape[1]):
        out[size, k] = row[k]
    return out, size + 1


@inner
def _perpendiculars(shapes, i, outlines, thing, edge, aside, out, size):
    """Feet inside one straight piece of street: where the nearest corner of the outline falls on it."""
    px, py = shapes.x[i], shapes.y[i]
    dx, dy = shapes.x[i + 1] - px, shapes.y[i + 1] - py
    square = dx * dx + dy * dy
    span = shapes.along[i + 1] - shapes.along[i]
    for part in range(outlines.thing[thing], outlines.thing[thing + 1]):
        last = outlines.part[part + 1] - 1
        for k in range(outlines.part[part], max(last, outlines.part[part] + 1)):
            ax, ay = outlines.x[k], outlines.y[k]
            t = ((ax - px) * dx + (ay - py) * dy) / square
            if t <= 0.0 or t >= 1.0:
                continue
            x, y = px + t * dx, py + t * dy
            far = np.hypot(ax - x, ay - y)
            if far > aside:
                continue
            if (
                len(outlines.x) > 1
                and _nearest(outlines.thing, outlines.part, outlines.x, outlines.y, thing, x, y)[0] < far - TOUCH
            ):
                continue
            out, size = _add(out, size, (float(thing), float(edge), shapes.along[i] + t * span, far, x, y, ax, ay))
    return out, size


@inner
def _crossings(shapes, i, outlines, thing, edge, out, size):
    """Feet where one straight piece of street meets the outline: the leg is nothing."""
    px, py = shapes.x[i], shapes.y[i]
    dx, dy = shapes.x[i + 1] - px, shapes.y[i + 1] - py
    span = shapes.along[i + 1] - shapes.along[i]
    for part in range(outlines.thing[thing], outlines.thing[thing + 1]):
        for k in range(outlines.part[part], outlines.part[part + 1] - 1):
            ax, ay = outlines.x[k], outlines.y[k]
            ex, ey = outlines.x[k + 1] - ax, outlines.y[k + 1] - ay
            cross = dx * ey - dy * ex
            if cross == 0.0:
                continue
            t = ((ax - px) * ey - (ay - py) * ex) / cross
            s = ((ax - px) * dy - (ay - py) * dx) / cross
            if t <= 0.0 or t >= 1.0 or s < 0.0 or s > 1.0:
                continue
            x, y = px + t * dx, py + t * dy
            out, size = _add(out, size, (float(thing), float(edge), shapes.along[i] + t * span, 0.0, x, y, x, y))
    return out, size


@inner
def _leads_nearer(dx, dy, x0, y0, x1, y1):
    """Whether walking from corner 0 towards corner 1 comes nearer to a point that lies (dx, dy) from corner 0."""
    ex, ey = x1 - x0, y1 - y0
    return dx * ex + dy * ey > TOUCH * np.hypot(ex, ey)


@inner
def _bends(shapes, outlines, thing, edge, aside, box, out, size):
    """Feet at the bends of one edge."""
    for i in range(shapes.first[edge] + 1, shapes.first[edge + 1] - 1):
        if _apart(shapes.x, shapes.y, i, i, box):
            continue
        x, y = shapes.x[i], shapes.y[i]
        far, qx, qy = _nearest(outlines.thing, outlines.part, outlines.x, outlines.y, thing, x, y)
        if far > aside:
            continue
        before = _leads_nearer(qx - x, qy - y, x, y, shapes.x[i - 1], shapes.y[i - 1])
        after = _leads_nearer(qx - x, qy - y, x, y, shapes.x[i + 1], shapes.y[i + 1])
        if not (before or after):
            out, size = _add(out, size, (float(thing), float(edge), shapes.along[i], far, x, y, qx, qy))
    return out, size


@inner
def _ends(streets, shapes, outlines, thing, edge, aside, box, out, size):
    """Feet at the nodes of one edge; a node is dealt with by the first of its edges alone."""
    for end in range(2):
        node = streets.u[edge] if end == 0 else streets.v[edge]
        spoke = shapes.spoke_first[node]
        if shapes.spoke_edge[spoke] != edge or (end == 1 and streets.u[edge] == node):
            continue
        i = shapes.first[edge] if end == 0 else shapes.first[edge + 1] - 1
        if _apart(shapes.x, shapes.y, i, i, box):
            continue
        x, y = shapes.x[i], shapes.y[i]
        far, qx, qy = _nearest(outlines.thing, outlines.part, outlines.x, outlines.y, thing, x, y)
        if far > aside:
            continue
        nearer = False
        for k in range(spoke, shapes.spoke_first[node + 1]):
            nearer |= (qx - x) * shapes.spoke_x[k] + (qy - y) * shapes.spoke_y[k] > TOUCH
        if not nearer:
            out, size = _add(out, size, (float(thing), float(edge), shapes.along[i], far, x, y, qx, qy))
    return out, size


@inner
def _around(outlines, thing, aside):
    """The box round a thing beyond which nothing is within `aside` of it."""
    lo, hi = outlines.part[outlines.thing[thing]], outlines.part[outlines.thing[thing + 1]]
    x, y = outlines.x[lo:hi], outlines.y[lo:hi]
    return x.min() - aside, y.min() - aside, x.max() + aside, y.max() + aside


@inner
def _apart(x, y, i, j, box):
    """Whether the straight piece from corner i to corner j (or the corner, if they are one) misses a box."""
    return max(x[i], x[j]) < box[0] or max(y[i], y[j]) < box[1] or min(x[i], x[j]) > box[2] or min(y[i], y[j]) > box[3]


@kernel
def _collect(streets, shapes, outlines, pair_thing, pair_edge, aside):
    out, size, first, x, y = np.empty((max(1024, 4 * len(pair_thing)), 8)), 0, shapes.first, shapes.x, shapes.y
    last, box = -1, (0.0, 0.0, 0.0, 0.0)
    for pair in range(len(pair_thing)):
        thing, edge = pair_thing[pair], pair_edge[pair]
        if thing != last:
            last, box = thing, _around(outlines, thing, aside)
        for i in range(first[edge], first[edge + 1] - 1):
            if _apart(x, y, i, i + 1, box):
                continue
            out, size = _perpendiculars(shapes, i, outlines, thing, edge, aside, out, size)
            out, size = _crossings(shapes, i, outlines, thing, edge, out, size)
        out, size = _bends(shapes, outlines, thing, edge, aside, box, out, size)
        out, size = _ends(streets, shapes, outlines, thing, edge, aside, box, out, size)
    return out[:size]


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
    found = _collect(streets, shapes, outlines, things, edges, aside * (1.0 + TOUCH))
    found = found[np.lexsort((found[:, 3], found[:, 2], found[:, 1], found[:, 0]))]
    first = np.searchsorted(found[:, 0], np.arange(len(outlines.thing)))
    feet = Feet(first, found[:, 1].astype(np.int32), found[:, 2].copy(), found[:, 3].copy())
    return feet, found[:, 4:]
