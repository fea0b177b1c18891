"""Ranked searches: which owners are nearest to every node and thing, and whose each stretch of street is."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import Feet
from tenmin.routing._adjacency import Arcs
from tenmin.routing._arrivals import straight_along
from tenmin.routing._graph import Costs, Streets, fraction, plain_costs
from tenmin.routing._reach import Stretches, put_between
from tenmin.routing._search import Labels, Seeds
from tenmin.support.jit import inner, kernel


class Ranks(NamedTuple):
    """The nearest owners of nodes or things, one row each, in order of (cost, other, owner); no owner twice in a row.

    All have the shape (rows, k).
    """

    cost: np.ndarray
    """float64; inf where fewer than k arrived"""
    other: np.ndarray
    owner: np.ndarray
    """int32; -1 where fewer than k arrived"""


@kernel
def _no_ranks(rows, k):
    return Ranks(np.full((rows, k), np.inf), np.full((rows, k), np.inf), np.full((rows, k), -1, np.int32))


@inner
def _is_before(cost, other, owner, than_cost, than_other, than_owner):
    """Whether a walk is better than another one; an owner of -1 stands for no walk."""
    if cost != than_cost:
        return cost < than_cost
    if other != than_other:
        return other < than_other
    return than_owner < 0 or owner < than_owner


@inner
def _has(ranks, row, owner):
    found = False
    for rank in range(ranks.owner.shape[1]):
        found |= ranks.owner[row, rank] == owner
    return found


@kernel
def _rank_nodes(arcs, seeds, limit, k):
    nodes = len(arcs.first) - 1
    ranks, settled = _no_ranks(nodes, k), np.zeros(nodes, np.int64)
    heap = [(0.0, 0.0, np.int64(0), np.int64(0))]
    heap.pop()
    for i in range(len(seeds.node)):
        if seeds.cost[i] <= limit:
            heapq.heappush(heap, (seeds.cost[i], seeds.other[i], np.int64(seeds.owner[i]), np.int64(seeds.node[i])))
    while len(heap) > 0:
        cost, other, owner, at = heapq.heappop(heap)
        rank = settled[at]
        if rank == k or _has(ranks, at, owner):
            continue
        ranks.cost[at, rank], ranks.other[at, rank], ranks.owner[at, rank] = cost, other, owner
        settled[at] += 1
        for arc in range(np.int64(arcs.first[at]), np.int64(arcs.first[at + 1])):
            to, new = np.int64(arcs.head[arc]), cost + arcs.cost[arc]
            if new <= limit and settled[to] < k and not _has(ranks, to, owner):
                heapq.heappush(heap, (new, other + arcs.other[arc], owner, to))
    return ranks


def rank_nodes(arcs: Arcs, seeds: Seeds, k: int, limit: float = np.inf) -> Ranks:
    """Return the k nearest owners of every node or copy, up to a limit (inclusive).

    Parameters
    ----------
    arcs
        The open arcs; every cost is positive.
    seeds
        Where the search starts; an owner may have many seeds.
    k
        How many different owners each node keeps, at least 1.
    limit
        Largest cost.
    """
    seeds = Seeds(np.ascontiguousarray(seeds.node, np.int64), *(np.ascontiguousarray(one) for one in seeds[1:]))
    return _rank_nodes(arcs, seeds, min(float(limit), np.finfo(np.float64).max), k)


@inner
def _enter(best, row, cost, other, owner):
    """Enter a walk among the best of a row, of which each owner has one."""
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
def _over_end(ranks, node, step, other_step, legs, row, best):
    """The walks of a thing over one end of the edge of its foot: the step to the end, and the leg."""
    for rank in range(ranks.owner.shape[1]):
        if ranks.owner[node, rank] < 0:
            return
        cost, other = ranks.cost[node, rank] + step + legs[0], ranks.other[node, rank] + other_step + legs[1]
        _enter(best, row, cost, other, ranks.owner[node, rank])


@kernel
def _rank_things(streets, costs, ranks, feet, starts, owner, first, best):
    for row in range(len(feet.first) - 1):
        for foot in range(feet.first[row], feet.first[row + 1]):
            edge = feet.edge[foot]
            legs = feet.leg[foot] * costs.leg, feet.leg[foot] * costs.other_leg
            share = feet.offset[foot] / streets.length[edge]
            step, other = fraction(costs.along[edge], share), fraction(costs.other_along[edge], share)
            _over_end(ranks, streets.u[edge], step, other, legs, row, best)
            step, other = fraction(costs.back[edge], 1.0 - share), fraction(costs.other_back[edge], 1.0 - share)
            _over_end(ranks, streets.v[edge], step, other, legs, row, best)
            if not 0.0 < feet.offset[foot] < streets.length[edge]:
                continue
            for start in range(first[edge], first[edge + 1]):
                if 0.0 < starts.offset[start] < streets.length[edge]:
                    cost, other = straight_along(streets, costs, feet, foot, starts, start)
                    _enter(best, row, cost, other, owner[start])


def _by_edge(streets: Streets, starts: Feet, owner: np.ndarray) -> tuple[Feet, np.ndarray, np.ndarray]:
    """Feet and their owners in order of edge and offset, and the first foot of each edge."""
    order = np.lexsort((starts.offset, starts.edge))
    starts = Feet(starts.first, starts.edge[order], starts.offset[order], starts.leg[order])
    return starts, owner[order].astype(np.int32), np.searchsorted(starts.edge, np.arange(len(streets.u) + 1))


def rank_things(streets: Streets, costs: Costs, ranks: Ranks, feet: Feet, *, starts: Feet, owner: np.ndarray) -> Ranks:
    """Return the k nearest owners of each thing, over the feet it has and the feet that the search started from.

    Parameters
    ----------
    streets, costs, ranks
        The edges, their costs and the result of `rank_nodes` from `starts`.
    feet
        Feet of the things to arrive at.
    starts, owner
        The feet the search started from and whose they are: two feet on one edge are walked straight along it.
    """
    best = _no_ranks(len(feet.first) - 1, ranks.owner.shape[1])
    _rank_things(streets, plain_costs(costs), ranks, feet, *_by_edge(streets, starts, owner), best)
    return best


@inner
def _take_over(stops, to, come, rate, other_rate):
    """Let a stop on an edge have the walk that comes over its neighbour, if that is better."""
    at, cost, other, owner = stops
    gap = abs(at[to] - at[come])
    new, new_other = cost[come] + fraction(rate, gap), other[come] + fraction(other_rate, gap)
    if np.isfinite(new) and _is_before(new, new_other, owner[come], cost[to], other[to], owner[to]):
        cost[to], other[to], owner[to] = new, new_other, owner[come]


@inner
def _stops(streets, costs, labels, edge, starts, whose, lo, hi):
    """The ends of an edge and the feet on it, from one end to the other: metres, cost, other and owner of the best."""
    count, length = hi - lo + 2, streets.length[edge]
    stops = np.zeros(count), np.empty(count), np.empty(count), np.empty(count, np.int32)
    for stop in (0, count - 1):
        node = streets.u[edge] if stop == 0 else streets.v[edge]
        stops[1][stop], stops[2][stop], stops[3][stop] = labels.cost[node], labels.other[node], labels.owner[node]
    stops[0][count - 1] = length
    for k in range(lo, hi):
        stops[0][k - lo + 1], stops[1][k - lo + 1] = starts.offset[k], starts.leg[k] * costs.leg
        stops[2][k - lo + 1], stops[3][k - lo + 1] = starts.leg[k] * costs.other_leg, whose[k]
    for k in range(1, count):
        _take_over(stops, k, k - 1, costs.along[edge] / length, costs.other_along[edge] / length)
    for k in range(count - 2, -1, -1):
        _take_over(stops, k, k + 1, costs.back[edge] / length, costs.other_back[edge] / length)
    return stops


@kernel
def _divide(streets, costs, labels, starts, whose, first, limit, out, owner):
    """Write the stretches within a limit and their owners; return how many there are, written or not.

    Parameters
    ----------
    streets, costs, labels
        The edges, their costs and the result of a search.
    starts, whose, first
        The feet in order of edge and offset, int32: the owner of each, int64 (edges + 1,): the first of each edge.
    limit
        float64, in the unit of the costs.
    out
        float64 (room, 5): edge, begin and end in metres, begin and end in cost.
    owner
        int64 (room,).
    """
    size = np.int64(0)
    for edge in range(len(streets.u)):
        lo, hi = first[edge], first[edge + 1]
        if lo == hi and labels.owner[streets.u[edge]] < 0 and labels.owner[streets.v[edge]] < 0:
            continue
        at, cost, _, own = _stops(streets, costs, labels, edge, starts, whose, lo, hi)
        forth, home = costs.along[edge] / streets.length[edge], costs.back[edge] / streets.length[edge]
        for k in range(len(at) - 1):
            before, span = size, at[k + 1] - at[k]
            size = put_between(edge, at[k], span, cost[k], cost[k + 1], forth, home, limit, out, size)
            for row in range(before, min(size, len(out))):
                owner[row] = own[k] if out[row, 3] <= out[row, 4] else own[k + 1]
    return size


def divide_streets(
    streets: Streets, costs: Costs, labels: Labels, limit: float, *, starts: Feet, owner: np.ndarray
) -> tuple[Stretches, np.ndarray]:
    """Return the stretches of street within a limit, each divided where another owner becomes the nearest.

    Parameters
    ----------
    streets, costs, labels
        The edges, their costs and the result of `search` from `starts`, up to the limit or further.
    limit
        Largest cost.
    starts, owner
        The feet the search started from and whose they are.

    Returns
    -------
    tuple of Stretches and array
        The stretches in order of edge and begin; and int64, the owner of each.
    """
    feet, (size, rows, whose) = _by_edge(streets, starts, owner), (1024, np.empty((0, 5)), np.empty(0, np.int64))
    while size > len(rows):
        rows, whose = np.empty((size, 5)), np.empty(size, np.int64)
        size = _divide(streets, plain_costs(costs), labels, *feet, float(limit), rows, whose)
    rows, whose = rows[:size], whose[:size]
    kept = rows[:, 2] > rows[:, 1]
    rows = rows[kept]
    stretches = Stretches(rows[:, 0].astype(np.int64), *(np.ascontiguousarray(rows[:, k]) for k in range(1, 5)))
    return stretches, whose[kept]
