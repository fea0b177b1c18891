"""Reach: the edge intervals within a limit, with the costs at both ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import AccessPoints
from tenmin.routing._adjacency import TraversableArcs
from tenmin.routing._bounded_search import SearchBuffers, bounded_search, reset_buffers
from tenmin.routing._graph import Costs, Shapes, StreetGraph, fraction
from tenmin.routing._search import seed_access_points
from tenmin.support.jit import inner, kernel, plain


class EdgeIntervals(NamedTuple):
    """Reached parts of edges, without overlaps; the cost is linear from one end to the other."""

    edge: np.ndarray
    """int64 (intervals,)"""
    begin: np.ndarray
    """float64 (intervals,): distance from the start of the edge, metres"""
    end: np.ndarray
    """float64 (intervals,): likewise, larger than `begin`"""
    begin_cost: np.ndarray
    """float64 (intervals,), in the unit of the search"""
    end_cost: np.ndarray
    """float64 (intervals,), in the unit of the search"""

    @property
    def length(self) -> float:
        """Total length of the intervals, metres."""
        return float(np.sum(self.end - self.begin))


class Reached(NamedTuple):
    """Result of a search within a limit."""

    intervals: EdgeIntervals
    """The reached parts of edges."""
    node: np.ndarray
    """int64 (reached,): the nodes reached, ascending"""
    node_cost: np.ndarray
    """float64 (reached,): the costs at them"""


@inner
def write_intervals(edge, at, span, left, right, along, back, limit, out, size):
    """Write the intervals reached between two adjacent points of an edge if there is room, and return the next row.

    Parameters
    ----------
    edge, at, span
        int64, float64, float64: the edge, the offset of the first point and the distance to the second, metres.
    left, right, along, back
        float64: the costs at the points, inf if not reached, and of a metre in each direction, inf if closed.
    limit
        float64, in the unit of the costs.
    out
        float64 (rows, 5): edge, begin and end in metres, cost at begin and end.
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
    """The first position in `order`, int32 ascending, that is not below an edge (binary search)."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if order[middle] < edge:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def _write_edge(u, v, length, along, back, leg, label, edge, starts, limit, at, cost, out, size):
    """Write the reached intervals of one edge, from its ends and the access points on it; arguments as in `_reach`."""
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
        size = write_intervals(edge, at[k], at[k + 1] - at[k], cost[k], cost[k + 1], forth, home, limit, out, size)
    return size


@kernel
def _reach(streets, costs, label, reached, starts, limit, at, cost, out):
    """Write the intervals within a limit; return their number, which may exceed the rows of `out`.

    Parameters
    ----------
    streets
        The graph.
    costs
        float64 (edges,) twice and float64: the costs along, back, and of a metre of a leg.
    label
        float64 (nodes and exit copies,): the least cost; inf for nodes not reached.
    reached
        uint32 (reached,): the nodes and exit copies reached.
    starts
        int32, float64, float64 (starts,): edge (ascending), offset and leg in metres.
    limit
        float64, in the unit of the costs.
    at, cost
        float64 (starts + 2,), work space.
    out
        float64 (rows, 5): edge, begin and end in metres, cost at begin and end.
    """
    first, _, slots, outward, u, v, length, _, exit_copy, _ = streets
    (along, back, leg), nodes, order, size = costs, len(exit_copy), starts[0], np.int64(0)
    for i in range(len(reached)):
        node = np.int64(reached[i])
        if node >= nodes:
            continue
        for slot in range(first[node], first[node + 1]):
            edge = np.int64(slots[slot])
            if outward[slot] or label[u[edge]] == np.inf:
                size = _write_edge(u, v, length, along, back, leg, label, edge, starts, limit, at, cost, out, size)
    for k in range(len(order)):
        edge = np.int64(order[k])
        apart = label[u[edge]] == np.inf and label[v[edge]] == np.inf
        if apart and (k == 0 or order[k - 1] != edge):
            size = _write_edge(u, v, length, along, back, leg, label, edge, starts, limit, at, cost, out, size)
    return size


def reach_streets(
    streets: StreetGraph,
    costs: Costs,
    arcs: TraversableArcs,
    starts: AccessPoints,
    limit: float,
    *,
    buffers: SearchBuffers,
) -> Reached:
    """Return the edge intervals within a limit of any of some access points.

    Parameters
    ----------
    streets, costs, arcs
        The graph, its costs and its traversable arcs.
    starts
        The access points.
    limit
        Largest cost, in the unit of the costs.
    buffers
        Buffers with no node reached; reset after the search.

    Returns
    -------
    Reached
        The intervals, sorted by edge and begin, and the nodes reached with their costs.
    """
    order = np.lexsort((starts.offset, starts.edge))
    starts = AccessPoints(starts.first, starts.edge[order], starts.offset[order], starts.leg[order])
    seeds = seed_access_points(streets, costs, starts, np.zeros(len(order), np.int32))
    touched = bounded_search(arcs, seeds.node.astype(np.uint32), seeds.cost, float(limit) * (1.0 + 1e-6), buffers)
    reached, points = buffers.touched[:touched], (starts.edge, starts.offset, starts.leg)
    per_edge, at, cost = (plain(costs.along), plain(costs.back), costs.leg), *np.empty((2, len(order) + 2))
    size, rows = max(256, 4 * touched), np.empty((0, 5))
    while size > len(rows):
        rows = np.empty((size, 5))
        size = _reach(streets, per_edge, buffers.cost, reached, points, float(limit), at, cost, rows)
    node = reached.astype(np.int64)
    node_cost = buffers.cost[node]
    reset_buffers(buffers, touched)
    rows = rows[:size]
    rows = rows[rows[:, 2] > rows[:, 1]]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    node, node_cost = node[node < len(streets.exit_copy)], node_cost[node < len(streets.exit_copy)]
    by_node = np.argsort(node)
    intervals = EdgeIntervals(rows[:, 0].astype(np.int64), *(np.ascontiguousarray(rows[:, k]) for k in range(1, 5)))
    return Reached(intervals, node[by_node], node_cost[by_node])


def clip_intervals(intervals: EdgeIntervals, limit: float) -> EdgeIntervals:
    """Return the parts of edge intervals within a smaller limit.

    Parameters
    ----------
    intervals
        Edge intervals.
    limit
        Largest cost, inclusive.
    """
    edge, begin, end, begin_cost, end_cost = intervals
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
    return EdgeIntervals(edge[keep], new_begin[keep], new_end[keep], new_begin_cost[keep], new_end_cost[keep])


@inner
def _corner(begin, end, along, at):
    """The last of the vertices `begin`..`end` of an edge that begins a segment and is not beyond `at` metres."""
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
    """Write the point `at` metres along an edge, on the segment after vertex i; return the next row."""
    t = (at - along[i]) / (along[i + 1] - along[i])
    if size < len(out):
        out[size, 0], out[size, 1] = x[i] + t * (x[i + 1] - x[i]), y[i] + t * (y[i + 1] - y[i])
    return size + 1


@kernel
def _cut(shapes, edge, begin, end, first, out):
    """Write the vertices of edge intervals; return their number, which may exceed the rows of `out`.

    Parameters
    ----------
    shapes
        The geometry of the edges.
    edge, begin, end
        int64, float64, float64 (intervals,): edges, and distances along them in metres.
    first
        int64 (intervals + 1,), filled in: the row of the first vertex of each; first[0] is 0.
    out
        float64 (rows, 2): x, y, metres.
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


def cut_lines(shapes: Shapes, intervals: EdgeIntervals) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of edge intervals.

    Parameters
    ----------
    shapes
        The geometry of the edges.
    intervals
        Edge intervals.

    Returns
    -------
    tuple of arrays
        int64 (intervals + 1,): the row of the first vertex of each; float64 (vertices, 2): x, y, metres.
    """
    rows, first = intervals[:3], np.zeros(len(intervals.edge) + 1, np.int64)
    size, out = max(64, 4 * len(intervals.edge)), np.empty((0, 2))
    while size > len(out):
        out = np.empty((size, 2))
        size = _cut(shapes, *map(plain, rows), first, out)
    return first, out[:size]
