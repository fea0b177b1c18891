"""Reach: the stretches of street within a limit, with the costs at both of their ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import Feet
from tenmin.routing._adjacency import Arcs
from tenmin.routing._bounded_search import Basin, drain, flood
from tenmin.routing._graph import Costs, Shapes, Streets, fraction
from tenmin.routing._search import seed_feet
from tenmin.support.jit import inner, kernel, plain


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
def put_between(edge, at, span, left, right, along, back, limit, out, size):
    """Write what is reached between two neighbouring sources on an edge, if there is room; return how many rows it is.

    Parameters
    ----------
    edge, at, span
        int64, and float64: metres along the edge to the first source, and from it to the second.
    left, right, along, back
        float64: what the sources cost, and a metre in either direction; inf for no source and a closed direction.
    limit
        float64, in the unit of the costs.
    out
        float64 (room, 5): edge, begin and end in metres, begin and end in cost.
    size
        int64, the first row to write.
    """
    from_left = left < np.inf and along < np.inf
    from_right = right < np.inf and back < np.inf
    meet = 0.0
    if from_left:
        meet = span
    if from_left and from_right:
        meet = min(max((right + back * span - left) / (along + back), 0.0), span)
    if from_left:
        far = min(meet, (limit - left) / along)
        if far > 0.0:
            if size < len(out):
                out[size, 0], out[size, 1], out[size, 2] = edge, at, at + far
                out[size, 3], out[size, 4] = left, left + along * far
            size += 1
    if from_right:
        far = min(span - meet, (limit - right) / back)
        if far > 0.0:
            if size < len(out):
                out[size, 0], out[size, 1], out[size, 2] = edge, at + span - far, at + span
                out[size, 3], out[size, 4] = right + back * far, right
            size += 1
    return size


@inner
def _begin_of(order, edge):
    """The first position in ascending edges that is not below an edge."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if order[middle] < edge:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def _along_edge(u, v, length, along, back, leg, label, edge, starts, limit, at, cost, out, size):
    """Write the reached stretches of one edge, from its ends and from the feet on it."""
    order, offset, legs = starts
    forth, home, metres = along[edge] / length[edge], back[edge] / length[edge], length[edge]
    lo, count = _begin_of(order, edge), 0
    at[0], cost[0] = 0.0, label[u[edge]]
    while lo + count < len(order) and order[lo + count] == edge:
        at[count + 1], cost[count + 1] = offset[lo + count], legs[lo + count] * leg
        count += 1
    at[count + 1], cost[count + 1] = metres, label[v[edge]]
    for k in range(1, count + 2 if count else 1):
        cost[k] = min(cost[k], cost[k - 1] + fraction(forth, at[k] - at[k - 1]))
    for k in range(count, -1 if count else 0, -1):
        cost[k] = min(cost[k], cost[k + 1] + fraction(home, at[k + 1] - at[k]))
    for k in range(count + 1):
        size = put_between(edge, at[k], at[k + 1] - at[k], cost[k], cost[k + 1], forth, home, limit, out, size)
    return size


@kernel
def _reach(streets, costs, label, reached, starts, limit, at, cost, out):
    """Write the stretches within a limit; return how many there are, though no more than there is room for.

    Parameters
    ----------
    streets
        The edges.
    costs
        float64 (edges,) twice and float64: along each edge, back, and a metre off the street.
    label
        float64 (nodes and copies,): the least cost to each; inf where nothing arrived.
    reached
        uint32: the nodes and copies that have one.
    starts
        int32, float64, float64 (feet,): edge in ascending order, metres along it, metres to it.
    limit
        float64, in the unit of the costs.
    at, cost
        float64 (feet + 2,), overwritten.
    out
        float64 (room, 5): edge, begin and end in metres, begin and end in cost.
    """
    first, _, slots, outward, u, v, length, _, copy, _ = streets
    (along, back, leg), nodes, order, size = costs, len(copy), starts[0], np.int64(0)
    for i in range(len(reached)):
        node = np.int64(reached[i])
        if node >= nodes:
            continue
        for slot in range(first[node], first[node + 1]):
            edge = np.int64(slots[slot])
            if outward[slot] or label[u[edge]] == np.inf:
                size = _along_edge(u, v, length, along, back, leg, label, edge, starts, limit, at, cost, out, size)
    for k in range(len(order)):
        edge = np.int64(order[k])
        apart = label[u[edge]] == np.inf and label[v[edge]] == np.inf
        if apart and (k == 0 or order[k - 1] != edge):
            size = _along_edge(u, v, length, along, back, leg, label, edge, starts, limit, at, cost, out, size)
    return size


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
    touched = flood(arcs, seeds.node.astype(np.uint32), seeds.cost, float(limit) * (1.0 + 1e-6), basin)
    reached, feet = basin.touched[:touched], (starts.edge, starts.offset, starts.leg)
    paces, at, cost = (plain(costs.along), plain(costs.back), costs.leg), *np.empty((2, len(order) + 2))
    size, rows = max(256, 4 * touched), np.empty((0, 5))
    while size > len(rows):
        rows = np.empty((size, 5))
        size = _reach(streets, paces, basin.cost, reached, feet, float(limit), at, cost, rows)
    node = reached.astype(np.int64)
    node_cost = basin.cost[node]
    drain(basin, touched)
    rows = rows[:size]
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
def _corner(begin, end, along, at):
    """The last of an edge's corners `begin`..`end` that is not beyond `at` metres and begins a straight piece."""
    low, high = begin, end - 2
    while low < high:
        middle = (low + high + 1) // 2
        if along[middle] <= at:
            low = middle
        else:
            high = middle - 1
    return low


@inner
def _put_point(x, y, along, i, at, out, size):
    """Write the point `at` metres along an edge, on the straight piece that begins at corner i, if there is room."""
    t = (at - along[i]) / (along[i + 1] - along[i])
    if size < len(out):
        out[size, 0], out[size, 1] = x[i] + t * (x[i + 1] - x[i]), y[i] + t * (y[i + 1] - y[i])
    return size + 1


@kernel
def _cut(shapes, edge, begin, end, first, out):
    """Write the corners of stretches; return how many there are, though no more than there is room for.

    Parameters
    ----------
    shapes
        How the edges bend.
    edge, begin, end
        int64, float64, float64 (stretches,): where they run, metres along the edge.
    first
        int64 (stretches + 1,): filled with the row of the first corner of each, from 0.
    out
        float64 (room, 2): x, y, metres.
    """
    corner, x, y, along, size = shapes.first, shapes.x, shapes.y, shapes.along, np.int64(0)
    for row in range(len(edge)):
        last = corner[edge[row] + 1] - 1
        i = _corner(corner[edge[row]], last + 1, along, begin[row])
        size = _put_point(x, y, along, i, begin[row], out, size)
        while i + 1 < last and along[i + 1] < end[row]:
            i += 1
            if along[i] > begin[row]:
                if size < len(out):
                    out[size, 0], out[size, 1] = x[i], y[i]
                size += 1
        size = _put_point(x, y, along, i, end[row], out, size)
        first[row + 1] = size
    return size


def cut_lines(shapes: Shapes, stretches: Stretches) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of stretches: row of the first corner of each (one more at the end), and x, y of all corners."""
    rows, first = stretches[:3], np.zeros(len(stretches.edge) + 1, np.int64)
    size, out = max(64, 4 * len(stretches.edge)), np.empty((0, 2))
    while size > len(out):
        out = np.empty((size, 2))
        size = _cut(shapes, *map(plain, rows), first, out)
    return first, out[:size]
