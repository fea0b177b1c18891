"""Ground: a field that is negative where a place would be within the limit, on a grid anchored at the origin.

At a point P the field is the least, over the feet of P, of max(walk - limit, leg - lateral) in metres of walking. Feet
are taken in closed form: perpendiculars on the reached stretches, and the corners of streets that are nearer to P than
the streets which leave them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from tenmin.routing.feet import TOUCH
from tenmin.routing.reach import Reached, Stretches, _corner, _point
from tenmin.routing.streets import Costs, Shapes

STEEPEST = 2.0
"""How much the field can rise in a metre: one for the walk along the street, one for the leg."""


class Field(NamedTuple):
    """Values on a grid: value[k, j, i] belongs to limit k at x = (left + i) * cell, y = (bottom + j) * cell."""

    left: int
    bottom: int
    cell: float
    value: np.ndarray


class _Rule(NamedTuple):
    limit: float
    """metres of level walking"""
    lateral: float
    cell: float
    layer: int


@njit(cache=True, nogil=True)
def _narrow(low, high, slope, height):
    """The part of low..high in which slope * x + height is at most nothing."""
    if slope > 0.0:
        return low, min(high, -height / slope)
    if slope < 0.0:
        return max(low, -height / slope), high
    return (low, high) if height <= 0.0 else (1.0, 0.0)


@njit(cache=True, nogil=True)
def _columns(low, high, origin, cell, count):
    """The grid columns (or rows) from low to high, inclusive."""
    if low > high:
        return 0, 0
    first = int(np.ceil((low - TOUCH) / cell)) - origin
    last = int(np.floor((high + TOUCH) / cell)) - origin
    return max(first, 0), min(last + 1, count)


@njit(cache=True, nogil=True)
def _beside(field, x0, y0, x1, y1, excess, rule):
    """Lower the field beside one straight stretch, whose walks exceed the limit by `excess` at its ends."""
    left, bottom, cell, value = field
    dx, dy = x1 - x0, y1 - y0
    size = np.sqrt(dx * dx + dy * dy)
    if size == 0.0:
        return
    dx, dy = dx / size, dy / size
    band = rule.lateral + cell
    rate = (excess[1] - excess[0]) / size
    wide, tall = band * abs(dy), band * abs(dx)
    rows = _columns(min(y0, y1) - tall, max(y0, y1) + tall, bottom, cell, value.shape[1])
    for j in range(rows[0], rows[1]):
        py = (bottom + j) * cell - y0
        low, high = min(0.0, x1 - x0) - wide, max(0.0, x1 - x0) + wide
        low, high = _narrow(low, high, -dx, -py * dy - TOUCH)
        low, high = _narrow(low, high, dx, py * dy - size - TOUCH)
        low, high = _narrow(low, high, dy, -py * dx - band)
        low, high = _narrow(low, high, -dy, py * dx - band)
        columns = _columns(low + x0, high + x0, left, cell, value.shape[2])
        for i in range(columns[0], columns[1]):
            px = (left + i) * cell - x0
            leg = abs(px * dy - py * dx)
            here = max(excess[0] + rate * (px * dx + py * dy) + leg, leg - rule.lateral)
            value[rule.layer, j, i] = min(value[rule.layer, j, i], here)


@njit(cache=True, nogil=True)
def _round_corner(field, x, y, spokes_x, spokes_y, excess, rule):
    """Lower the field round one corner, where every street leaving it leads away."""
    left, bottom, cell, value = field
    band = rule.lateral + cell
    rows = _columns(y - band, y + band, bottom, cell, value.shape[1])
    for j in range(rows[0], rows[1]):
        py = (bottom + j) * cell - y
        half = np.sqrt(max(band * band - py * py, 0.0))
        low, high = -half, half
        for k in range(len(spokes_x)):
            low, high = _narrow(low, high, spokes_x[k], py * spokes_y[k] - TOUCH)
        columns = _columns(low + x, high + x, left, cell, value.shape[2])
        for i in range(columns[0], columns[1]):
            px = (left + i) * cell - x
            leg = np.sqrt(px * px + py * py)
            value[rule.layer, j, i] = min(value[rule.layer, j, i], max(excess + leg, leg - rule.lateral))


@njit(cache=True, nogil=True)
def _round_bend(field, shapes, edge, i, excess, rule):
    """Lower the field round corner i if it is a bend of the edge, not one of its ends."""
    if i == shapes.first[edge] or i == shapes.first[edge + 1] - 1:
        return
    x, y = shapes.x[i], shapes.y[i]
    before = np.hypot(shapes.x[i - 1] - x, shapes.y[i - 1] - y)
    after = np.hypot(shapes.x[i + 1] - x, shapes.y[i + 1] - y)
    spokes_x = (shapes.x[i - 1] - x) / before, (shapes.x[i + 1] - x) / after
    spokes_y = (shapes.y[i - 1] - y) / before, (shapes.y[i + 1] - y) / after
    _round_corner(field, x, y, spokes_x, spokes_y, excess, rule)


@njit(cache=True, nogil=True)
def _along_stretch(field, shapes, edge, ends, costs, rule):
    """Lower the field beside one stretch and round the bends on it; costs are metres of walking."""
    begin, end = ends[0], min(ends[1], shapes.along[shapes.first[edge + 1] - 1])
    if begin >= end:
        return
    rate = (costs[1] - costs[0]) / (end - begin)
    i = _corner(shapes, edge, begin)
    if shapes.along[i] == begin:
        _round_bend(field, shapes, edge, i, costs[0] - rule.limit, rule)
    at, (x, y) = begin, _point(shapes, i, begin)
    while at < end:
        to = min(shapes.along[i + 1], end)
        to_x, to_y = _point(shapes, i, to)
        excess = costs[0] + rate * (at - begin) - rule.limit, costs[0] + rate * (to - begin) - rule.limit
        _beside(field, x, y, to_x, to_y, excess, rule)
        i += 1
        if to == shapes.along[i]:
            _round_bend(field, shapes, edge, i, excess[1], rule)
        at, x, y = to, to_x, to_y


@njit(cache=True, nogil=True)
def _draw(field, shapes, stretches, nodes, limits, lateral):
    """Draw one layer for each limit, ascending; what lies deep within one limit is the same within the next."""
    cell, value = field[2], field[3]
    deep = -np.inf
    node, node_cost, node_x, node_y = nodes
    for layer in range(len(limits)):
        rule = _Rule(limits[layer], lateral, cell, layer)
        if layer > 0:
            value[layer] = value[layer - 1]
        for k in range(len(stretches.edge)):
            costs = stretches.begin_cost[k], stretches.end_cost[k]
            if max(costs) > deep and min(costs) < rule.limit + STEEPEST * cell:
                ends = stretches.begin[k], stretches.end[k]
                _along_stretch(field, shapes, stretches.edge[k], ends, costs, rule)
        for k in range(len(node)):
            if node_cost[k] > deep and node_cost[k] < rule.limit + STEEPEST * cell:
                lo, hi = shapes.spoke_first[node[k]], shapes.spoke_first[node[k] + 1]
                spokes = shapes.spoke_x[lo:hi], shapes.spoke_y[lo:hi]
                _round_corner(field, node_x[k], node_y[k], spokes[0], spokes[1], node_cost[k] - rule.limit, rule)
        deep = rule.limit - lateral


def draw_field(
    shapes: Shapes,
    costs: Costs,
    reached: Reached,
    *,
    limits: np.ndarray,
    corners: tuple[np.ndarray, np.ndarray],
    node_xy: np.ndarray,
    lateral: float,
    cell: float,
) -> Field:
    """Return the field of the ground within each of some limits.

    Parameters
    ----------
    shapes, costs
        How the streets bend; the cost of a metre off the street.
    reached
        What a search found within the largest limit and the cost of two cells more.
    limits
        float64, the limits, ascending, in the unit of the costs.
    corners
        x and y of all corners of the reached stretches and of the nodes reached, for the extent of the grid.
    node_xy
        float64 (nodes, 2), where the nodes are.
    lateral
        Longest leg, metres.
    cell
        Distance of grid points, metres. Values are cut off at two cells either side of zero, so that where the
        field jumps its zero lies half way between two points.
    """
    margin = lateral + 2.0 * cell
    left, bottom = (int(np.floor((c.min() - margin) / cell)) for c in corners)
    right, top = (int(np.ceil((c.max() + margin) / cell)) for c in corners)
    value = np.full((len(limits), top - bottom + 1, right - left + 1), STEEPEST * cell)
    field = Field(left, bottom, float(cell), value)
    edge, begin, end, begin_cost, end_cost = reached.stretches
    metres = Stretches(edge, begin, end, begin_cost / costs.leg, end_cost / costs.leg)
    x, y = node_xy[reached.node].T
    nodes = reached.node, reached.node_cost / costs.leg, np.ascontiguousarray(x), np.ascontiguousarray(y)
    _draw(field, shapes, metres, nodes, np.ascontiguousarray(limits, np.float64) / costs.leg, float(lateral))
    np.maximum(value, -STEEPEST * cell, out=value)
    return field
