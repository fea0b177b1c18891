"""K-nearest searches: the nearest owners of every node and item, and edges partitioned by nearest owner."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import AccessPoints
from tenmin.routing._adjacency import TraversableArcs
from tenmin.routing._arrivals import straight_along
from tenmin.routing._graph import Costs, StreetGraph, fraction, plain_costs
from tenmin.routing._reach import EdgeIntervals, write_intervals
from tenmin.routing._search import Labels, Seeds
from tenmin.support.jit import inner, kernel


class NearestLabels(NamedTuple):
    """The k nearest different owners of each node or item, sorted by (cost, other, owner)."""

    cost: np.ndarray
    """float64 (rows, k), in the unit of the search; inf where there are fewer than k"""
    other: np.ndarray
    """float64 (rows, k): the other quantity of the same walk"""
    owner: np.ndarray
    """int32 (rows, k); -1 where there are fewer than k"""


@kernel
def _no_labels(rows, k):
    """Labels of (int64) rows without owners."""
    return NearestLabels(np.full((rows, k), np.inf), np.full((rows, k), np.inf), np.full((rows, k), -1, np.int32))


@inner
def _is_before(cost, other, owner, than_cost, than_other, than_owner):
    """Whether a walk (float64, float64, int) is better than another; the owner -1 means no walk."""
    if cost != than_cost:
        return cost < than_cost
    if other != than_other:
        return other < than_other
    return than_owner < 0 or owner < than_owner


@inner
def _has(nearest, row, owner):
    """Whether an owner is among those of a row."""
    found = False
    for rank in range(nearest.owner.shape[1]):
        found |= nearest.owner[row, rank] == owner
    return found


@kernel
def _k_nearest_nodes(arcs, seeds, limit, k):
    """The nearest owners of each node by Dijkstra's algorithm with k labels a node; seeds are int64 and float64."""
    nodes = len(arcs.first) - 1
    nearest, settled = _no_labels(nodes, k), np.zeros(nodes, np.int64)
    heap = [(0.0, 0.0, np.int64(0), np.int64(0))]
    heap.pop()
    for i in range(len(seeds.node)):
        if seeds.cost[i] <= limit:
            heapq.heappush(heap, (seeds.cost[i], seeds.other[i], np.int64(seeds.owner[i]), np.int64(seeds.node[i])))
    while len(heap) > 0:
        cost, other, owner, at = heapq.heappop(heap)
        rank = settled[at]
        if rank == k or _has(nearest, at, owner):
            continue
        nearest.cost[at, rank], nearest.other[at, rank], nearest.owner[at, rank] = cost, other, owner
        settled[at] += 1
        for arc in range(np.int64(arcs.first[at]), np.int64(arcs.first[at + 1])):
            to, new = np.int64(arcs.head[arc]), cost + arcs.cost[arc]
            if new <= limit and settled[to] < k and not _has(nearest, to, owner):
                heapq.heappush(heap, (new, other + arcs.other[arc], owner, to))
    return nearest


def k_nearest_nodes(arcs: TraversableArcs, seeds: Seeds, k: int, limit: float = np.inf) -> NearestLabels:
    """Return the k nearest owners of every node (exit copies included), up to a limit.

    Parameters
    ----------
    arcs
        The traversable arcs.
    seeds
        Where the search starts; an owner may have several seeds.
    k
        Number of different owners, at least 1.
    limit
        Largest cost, inclusive.
    """
    seeds = Seeds(np.ascontiguousarray(seeds.node, np.int64), *(np.ascontiguousarray(one) for one in seeds[1:]))
    return _k_nearest_nodes(arcs, seeds, min(float(limit), np.finfo(np.float64).max), k)


@inner
def _insert(best, row, cost, other, owner):
    """Insert a walk (float64, float64, int) among the best of a row, which has at most one of each owner."""
    if np.isinf(cost):
        return
    at = best.owner.shape[1] - 1
    for rank in range(at):
        if best.owner[row, rank] == owner:
            at = rank
            break
    if not _is_before(cost, other, owner, best.cost[row, at], best.other[row, at], best.owner[row, at]):
        return
    while at > 0 and _is_before(
        cost, other, owner, best.cost[row, at - 1], best.other[row, at - 1], best.owner[row, at - 1]
    ):
        best.cost[row, at], best.other[row, at] = best.cost[row, at - 1], best.other[row, at - 1]
        best.owner[row, at] = best.owner[row, at - 1]
        at -= 1
    best.cost[row, at], best.other[row, at], best.owner[row, at] = cost, other, owner


@inner
def _insert_via_end(nearest, node, step, other_step, legs, row, best):
    """Insert the walks of an item via one end of its access point's edge.

    `step` and `other_step` are cost and other quantity from the end to the access point, `legs` those of the leg.
    """
    worst = nearest.owner.shape[1] - 1
    for rank in range(worst + 1):
        cost, other = nearest.cost[node, rank] + step + legs[0], nearest.other[node, rank] + other_step + legs[1]
        if nearest.owner[node, rank] < 0 or cost > best.cost[row, worst]:
            return
        _insert(best, row, cost, other, nearest.owner[node, rank])


@kernel
def _k_nearest_at(streets, costs, nearest, points, starts, owner, first, best):
    """Find the nearest owners of each item.

    Parameters
    ----------
    streets, costs, nearest
        The graph, its costs and the nearest owners of its nodes.
    points, starts
        The access points of the items, and those of the owners sorted by edge.
    owner, first
        int32 (starts,): the owner of each start; int64 (edges + 1,): where each edge begins among the starts.
    best
        The owners, filled in; without owners at first.
    """
    for row in range(len(points.first) - 1):
        for point in range(points.first[row], points.first[row + 1]):
            edge = points.edge[point]
            legs = points.leg[point] * costs.leg, points.leg[point] * costs.other_leg
            share = points.offset[point] / streets.length[edge]
            step, other = fraction(costs.along[edge], share), fraction(costs.other_along[edge], share)
            _insert_via_end(nearest, streets.u[edge], step, other, legs, row, best)
            step, other = fraction(costs.back[edge], 1.0 - share), fraction(costs.other_back[edge], 1.0 - share)
            _insert_via_end(nearest, streets.v[edge], step, other, legs, row, best)
            if not 0.0 < points.offset[point] < streets.length[edge]:
                continue
            for start in range(first[edge], first[edge + 1]):
                if 0.0 < starts.offset[start] < streets.length[edge]:
                    cost, other = straight_along(streets, costs, points, point, starts, start)
                    _insert(best, row, cost, other, owner[start])


def _by_edge(
    streets: StreetGraph, starts: AccessPoints, owner: np.ndarray
) -> tuple[AccessPoints, np.ndarray, np.ndarray]:
    """Access points and their owners sorted by edge and offset, and where each edge begins among them."""
    order = np.lexsort((starts.offset, starts.edge))
    starts = AccessPoints(starts.first, starts.edge[order], starts.offset[order], starts.leg[order])
    return starts, owner[order].astype(np.int32), np.searchsorted(starts.edge, np.arange(len(streets.u) + 1))


def k_nearest_at(
    streets: StreetGraph,
    costs: Costs,
    nearest: NearestLabels,
    points: AccessPoints,
    *,
    starts: AccessPoints,
    owner: np.ndarray,
) -> NearestLabels:
    """Return the k nearest owners of each item over all of its access points.

    Parameters
    ----------
    streets, costs, nearest
        The graph, its costs and the result of `k_nearest_nodes` from `starts`.
    points
        Access points of the items.
    starts, owner
        The access points from which the search started, and the owner of each, int (starts,). From a start on the
        same edge the walk goes straight along the edge.
    """
    best = _no_labels(len(points.first) - 1, nearest.owner.shape[1])
    _k_nearest_at(streets, plain_costs(costs), nearest, points, *_by_edge(streets, starts, owner), best)
    return best


@inner
def _relax(on_edge, to, come, rate, other_rate):
    """Relax a point of an edge by the walk via the adjacent point, with rates in cost (and other) a metre."""
    at, cost, other, owner = on_edge
    gap = abs(at[to] - at[come])
    new, new_other = cost[come] + fraction(rate, gap), other[come] + fraction(other_rate, gap)
    if np.isfinite(new) and _is_before(new, new_other, owner[come], cost[to], other[to], owner[to]):
        cost[to], other[to], owner[to] = new, new_other, owner[come]


@inner
def _points_on_edge(streets, costs, labels, edge, starts, owners, lo, hi):
    """The ends of an edge and the starts on it, in order: offset (metres), cost, other and owner of the best walk.

    `lo`..`hi` are the rows of `starts` on the edge, `owners` their owners.
    """
    count, length = hi - lo + 2, streets.length[edge]
    on_edge = np.zeros(count), np.empty(count), np.empty(count), np.empty(count, np.int32)
    for stop in (0, count - 1):
        node = streets.u[edge] if stop == 0 else streets.v[edge]
        on_edge[1][stop], on_edge[2][stop], on_edge[3][stop] = labels.cost[node], labels.other[node], labels.owner[node]
    on_edge[0][count - 1] = length
    for k in range(lo, hi):
        on_edge[0][k - lo + 1], on_edge[1][k - lo + 1] = starts.offset[k], starts.leg[k] * costs.leg
        on_edge[2][k - lo + 1], on_edge[3][k - lo + 1] = starts.leg[k] * costs.other_leg, owners[k]
    for k in range(1, count):
        _relax(on_edge, k, k - 1, costs.along[edge] / length, costs.other_along[edge] / length)
    for k in range(count - 2, -1, -1):
        _relax(on_edge, k, k + 1, costs.back[edge] / length, costs.other_back[edge] / length)
    return on_edge


@kernel
def _partition(streets, costs, labels, starts, owners, first, limit, out, owner):
    """Write the edge intervals within a limit and their owners; return their number, which may exceed the rows.

    Parameters
    ----------
    streets, costs, labels
        The graph, its costs and the labels of a search.
    starts, owners, first
        Access points sorted by edge and offset; int32 (starts,): their owners; int64 (edges + 1,): where each edge
        begins among them.
    limit
        float64, in the unit of the costs.
    out
        float64 (rows, 5): edge, begin and end in metres, cost at begin and end.
    owner
        int64 (rows,): the owner of each interval.
    """
    size = np.int64(0)
    for edge in range(len(streets.u)):
        lo, hi = first[edge], first[edge + 1]
        if lo == hi and labels.owner[streets.u[edge]] < 0 and labels.owner[streets.v[edge]] < 0:
            continue
        at, cost, _, own = _points_on_edge(streets, costs, labels, edge, starts, owners, lo, hi)
        forth, home = costs.along[edge] / streets.length[edge], costs.back[edge] / streets.length[edge]
        for k in range(len(at) - 1):
            before, span = size, at[k + 1] - at[k]
            size = write_intervals(edge, at[k], span, cost[k], cost[k + 1], forth, home, limit, out, size)
            for row in range(before, min(size, len(out))):
                owner[row] = own[k] if out[row, 3] <= out[row, 4] else own[k + 1]
    return size


def partition_edges(
    streets: StreetGraph, costs: Costs, labels: Labels, limit: float, *, starts: AccessPoints, owner: np.ndarray
) -> tuple[EdgeIntervals, np.ndarray]:
    """Return the edge intervals within a limit by nearest owner: a network Voronoi diagram.

    Parameters
    ----------
    streets, costs, labels
        The graph, its costs and the labels of a `search` from `starts`, up to the limit or further.
    limit
        Largest cost.
    starts, owner
        The access points from which the search started, and the owner of each, int (starts,).

    Returns
    -------
    tuple of EdgeIntervals and array
        The intervals, sorted by edge and begin; and the owner of each, int64 (intervals,).
    """
    points, (size, rows, owners) = _by_edge(streets, starts, owner), (1024, np.empty((0, 5)), np.empty(0, np.int64))
    while size > len(rows):
        rows, owners = np.empty((size, 5)), np.empty(size, np.int64)
        size = _partition(streets, plain_costs(costs), labels, *points, float(limit), rows, owners)
    rows, owners = rows[:size], owners[:size]
    kept = rows[:, 2] > rows[:, 1]
    rows = rows[kept]
    intervals = EdgeIntervals(rows[:, 0].astype(np.int64), *(np.ascontiguousarray(rows[:, k]) for k in range(1, 5)))
    return intervals, owners[kept]
