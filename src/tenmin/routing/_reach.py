"""Reach: the stretches of street within a limit, with the costs at both of their ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import Feet, _add
from tenmin.routing._adjacency import Arcs
from tenmin.routing._bounded_search import Basin, drain, flood
from tenmin.routing._graph import Costs, Shapes, Streets, fraction
from tenmin.routing._search import seed_feet
from tenmin.support.jit import inner, kernel


class Stretches(NamedTuple):
    """Reached stretches of edges that overlap nowhere; the cost runs evenly from one end to the other."""

    edge: np.ndarray
    """int64"""
    begin: np.ndarray
    """metres from the first end of the edge"""
    end: np.ndarray
    begin_cost: np.ndarray
    end_cost: np.ndarray

    @property
    def length(self) -> float:
        """Metres of street reached."""
        return float(np.sum(self.end - self.begin))


class Reached(NamedTuple):
    """A search within a limit: the stretches, and the corners of the streets that lie on them with their costs."""

    stretches: Stretches
    node: np.ndarray
    node_cost: np.ndarray


@inner
def _between(edge, at, span, costs, rates, limit, out, size):
    """Add what is reached between two neighbouring sources on an edge: from the left, from the right, or both."""
    left, right = costs
    along, back = rates
    from_left = np.isfinite(left) and np.isfinite(along)
    from_right = np.isfinite(right) and np.isfinite(back)
    meet = 0.0
    if from_left:
        meet = span
    if from_left and from_right:
        meet = min(max((right + back * span - left) / (along + back), 0.0), span)
    if from_left:
        far = min(meet, (limit - left) / along)
        if far > 0.0:
            out, size = _add(out, size, (float(edge), at, at + far, left, left + along * far))
    if from_right:
        far = min(span - meet, (limit - right) / back)
        if far > 0.0:
            out, size = _add(out, size, (float(edge), at + span - far, at + span, right + back * far, right))
    return out, size


@inner
def _along_edge(streets, costs, label, edge, starts, order, limit, out, size):
    """Add the reached stretches of one edge, from its ends and from the feet on it."""
    lo, hi = np.searchsorted(order, edge), np.searchsorted(order, edge + 1)
    rates = costs.along[edge] / streets.length[edge], costs.back[edge] / streets.length[edge]
    if lo == hi:
        ends = label[streets.u[edge]], label[streets.v[edge]]
        return _between(edge, 0.0, streets.length[edge], ends, rates, limit, out, size)
    count = hi - lo + 2
    at, cost = np.empty(count), np.empty(count)
    at[0], cost[0] = 0.0, label[streets.u[edge]]
    at[count - 1], cost[count - 1] = streets.length[edge], label[streets.v[edge]]
    for k in range(lo, hi):
        at[k - lo + 1], cost[k - lo + 1] = starts.offset[k], starts.leg[k] * costs.leg
    for k in range(1, count):
        cost[k] = min(cost[k], cost[k - 1] + fraction(rates[0], at[k] - at[k - 1]))
    for k in range(count - 2, -1, -1):
        cost[k] = min(cost[k], cost[k + 1] + fraction(rates[1], at[k + 1] - at[k]))
    for k in range(count - 1):
        ends = cost[k], cost[k + 1]
        out, size = _between(edge, at[k], at[k + 1] - at[k], ends, rates, limit, out, size)
    return out, size


@kernel
def _reach(streets, costs, arcs, seeds, starts, limit, basin):
    touched = flood(arcs, seeds[0], seeds[1], limit * (1.0 + 1e-6), basin)
    label, order = basin.cost, starts.edge
    out = np.empty((max(256, 4 * touched), 5))
    size = 0
    for i in range(touched):
        node = basin.touched[i]
        if node >= len(streets.copy):
            continue
        for slot in range(streets.first[node], streets.first[node + 1]):
            edge = streets.edge[slot]
            if not streets.outward[slot] and label[streets.u[edge]] < np.inf:
                continue
            out, size = _along_edge(streets, costs, label, edge, starts, order, limit, out, size)
    for k in range(len(order)):
        edge = order[k]
        apart = label[streets.u[edge]] == np.inf and label[streets.v[edge]] == np.inf
        if apart and (k == 0 or order[k - 1] != edge):
            out, size = _along_edge(streets, costs, label, edge, starts, order, limit, out, size)
    node = basin.touched[:touched].astype(np.int64)
    node_cost = label[node]
    drain(basin, touched)
    return out[:size], node, node_cost


def reach_streets(streets: Streets, costs: Costs, arcs: Arcs, starts: Feet, limit: float, *, basin: Basin) -> Reached:
    """Return the stretches of street that lie within a limit of any of the feet.

    Parameters
    ----------
    streets, costs, arcs
        The edges, what they cost and where they are open.
    starts
        The feet the walks start from, all of one owner.
    limit
        Largest cost, in the unit of the costs.
    basin
        Labels for the search, which leaves them as it found them.

    Returns
    -------
    Reached
        Stretches in order of edge and begin; and the nodes reached with their costs.
    """
    order = np.lexsort((starts.offset, starts.edge))
    starts = Feet(starts.first, starts.edge[order], starts.offset[order], starts.leg[order])
    seeds = seed_feet(streets, costs, starts, np.zeros(len(order), np.int32))
    at = seeds.node.astype(np.uint32), seeds.cost
    rows, node, node_cost = _reach(streets, costs, arcs, at, starts, float(limit), basin)
    rows = rows[rows[:, 2] > rows[:, 1]]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    node, node_cost = node[node < len(streets.copy)], node_cost[node < len(streets.copy)]
    by_node = np.argsort(node)
    stretches = Stretches(rows[:, 0].astype(np.int64), *(np.ascontiguousarray(rows[:, k]) for k in range(1, 5)))
    return Reached(stretches, node[by_node], node_cost[by_node])


def clip_stretches(stretches: Stretches, limit: float) -> Stretches:
    """Return the parts of stretches whose cost is within a smaller limit (inclusive)."""
    edge, begin, end, begin_cost, end_cost = stretches
    rise = end_cost - begin_cost
    share = np.divide(limit - begin_cost, rise, out=np.ones_like(rise), where=rise != 0.0).clip(0.0, 1.0)
    cut = begin + share * (end - begin)
    up, down = rise > 0.0, rise < 0.0
    new_end, new_end_cost = np.where(up, cut, end), np.where(up, np.minimum(end_cost, limit), end_cost)
    new_begin, new_begin_cost = (
        np.where(down, cut, begin),
        np.where(down, np.minimum(begin_cost, limit), begin_cost),
    )
    keep = (new_end > new_begin) & (np.minimum(begin_cost, end_cost) <= limit)
    return Stretches(edge[keep], new_begin[keep], new_end[keep], new_begin_cost[keep], new_end_cost[keep])


@inner
def _corner(shapes, edge, at):
    """The last corner of an edge that is not beyond `at` metres and begins a straight piece."""
    low, high = shapes.first[edge], shapes.first[edge + 1] - 2
    while low < high:
        middle = (low + high + 1) // 2
        if shapes.along[middle] <= at:
            low = middle
        else:
            high = middle - 1
    return low


@inner
def _point(shapes, i, at):
    """The point `at` metres along an edge, on the straight piece that begins at corner i."""
    t = (at - shapes.along[i]) / (shapes.along[i + 1] - shapes.along[i])
    return (
        shapes.x[i] + t * (shapes.x[i + 1] - shapes.x[i]),
        shapes.y[i] + t * (shapes.y[i + 1] - shapes.y[i]),
    )


@kernel
def _cut(shapes, edge, begin, end):
    out = np.empty((max(64, 4 * len(edge)), 2))
    first = np.zeros(len(edge) + 1, np.int64)
    size = 0
    for row in range(len(edge)):
        i = _corner(shapes, edge[row], begin[row])
        out, size = _add(out, size, _point(shapes, i, begin[row]))
        while i + 1 < shapes.first[edge[row] + 1] - 1 and shapes.along[i + 1] < end[row]:
            i += 1
            if shapes.along[i] > begin[row]:
                out, size = _add(out, size, (shapes.x[i], shapes.y[i]))
        out, size = _add(out, size, _point(shapes, i, end[row]))
        first[row + 1] = size
    return first, out[:size]


def cut_lines(shapes: Shapes, stretches: Stretches) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of stretches: row of the first corner of each (one more at the end), and x, y of all corners."""
    return _cut(shapes, stretches.edge, stretches.begin, stretches.end)
