"""The search: least cost from many seeds to every node within a limit, with the owner of each node and its last edge.

Labels are compared by (cost, other, owner), so ties are resolved independently of the order of rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import AccessPoints
from tenmin.routing._adjacency import TraversableArcs
from tenmin.routing._bucket_queue import ENTRIES, NONE, empty_buckets, make_entries
from tenmin.routing._graph import Costs, StreetGraph, share_of
from tenmin.support.jit import inner, kernel, plain


class Labels(NamedTuple):
    """The best walk to each node (exit copies included)."""

    cost: np.ndarray
    """float64 (nodes,), in the unit of the search; inf for nodes not reached"""
    other: np.ndarray
    """float64 (nodes,): the other quantity of the same walk"""
    owner: np.ndarray
    """int32 (nodes,): the owner of the seed; -1 for nodes not reached"""
    via: np.ndarray
    """int32 (nodes,): the last edge of the walk; -1 at a seed"""


class Seeds(NamedTuple):
    """Where a search starts."""

    node: np.ndarray
    """integer (seeds,): nodes or exit copies"""
    cost: np.ndarray
    """float64 (seeds,): the cost of getting there"""
    other: np.ndarray
    """float64 (seeds,): the other quantity"""
    owner: np.ndarray
    """int32 (seeds,), non-negative"""


@inner
def _worse(labels, node, cost, other, owner):
    """Whether a label (float64, float64, int32) is not better than that of a node."""
    if cost != labels.cost[node]:
        return cost > labels.cost[node]
    if other != labels.other[node]:
        return other > labels.other[node]
    return 0 <= labels.owner[node] <= owner


@kernel
def _search(arcs, seeds, limit, labels, entries, buckets):
    """Label the nodes within a limit; return whether the queue entries sufficed.

    Parameters
    ----------
    arcs
        The traversable arcs.
    seeds
        uint32, float64, float64 and int32 (seeds,).
    limit
        float64, in the unit of the costs, finite.
    labels
        The labels, filled in; cost and other inf, owner and via -1 at first.
    entries
        Free queue entries.
    buckets
        uint32 (a power of two,), all empty.
    """
    first, head, along, others, edge, width, _ = arcs
    label, second, owner, via = labels
    (node, cost, after, frees), free = entries, entries.free[0]
    one, mask, waiting, bucket = np.uint64(1), np.uint64(len(buckets) - 1), np.uint64(0), np.uint64(0)
    for i in range(len(seeds.node)):
        to, new = seeds.node[i], seeds.cost[i]
        if not (new <= limit) or _worse(labels, to, new, seeds.other[i], seeds.owner[i]):
            continue
        if free == NONE:
            return False
        label[to], second[to], owner[to] = new, seeds.other[i], seeds.owner[i]
        entry, free = free, after[free]
        slot = np.uint64(new / width) & mask
        node[entry], cost[entry], after[entry], buckets[slot] = to, new, buckets[slot], entry
        waiting += one
    while waiting > 0:
        entry = buckets[bucket & mask]
        if entry == NONE:
            bucket += one
            continue
        buckets[bucket & mask], after[entry], free = after[entry], free, entry
        waiting -= one
        at, here = node[entry], cost[entry]
        if here != label[at]:
            continue
        for k in range(np.uint64(first[at]), np.uint64(first[np.uint64(at) + one])):
            to, new = head[k], here + along[k]
            if new > limit or new > label[to]:
                continue
            other = second[at] + others[k]
            if _worse(labels, to, new, other, owner[at]):
                continue
            if free == NONE:
                return False
            label[to], second[to], owner[to], via[to] = new, other, owner[at], edge[k]
            entry, free = free, after[free]
            slot = np.uint64(new / width) & mask
            node[entry], cost[entry], after[entry], buckets[slot] = to, new, buckets[slot], entry
            waiting += one
    frees[0] = free
    return True


def search(arcs: TraversableArcs, seeds: Seeds, limit: float = np.inf) -> Labels:
    """Return the best walk from any seed to every node, up to a limit (inclusive).

    Parameters
    ----------
    arcs
        The traversable arcs.
    seeds
        Where the search starts.
    limit
        Largest cost; nodes beyond it are not reached.
    """
    seeds, entries = Seeds(plain(seeds.node.astype(np.uint32)), *map(plain, seeds[1:])), ENTRIES
    limit = min(float(limit), np.finfo(np.float64).max)
    while True:
        cost, other = np.full((2, arcs.nodes), np.inf)
        labels = Labels(cost, other, *np.full((2, arcs.nodes), -1, np.int32))
        if _search(arcs, seeds, limit, labels, make_entries(entries), empty_buckets(arcs, seeds.cost, limit)):
            return labels
        entries *= 4


def seed_access_points(streets: StreetGraph, costs: Costs, points: AccessPoints, owner: np.ndarray) -> Seeds:
    """Return the seeds of a search from access points: both ends of their edges, with the cost of getting there.

    The seeds are blocks of as many rows as there are access points: the ends v of the edges, the ends u, and, if the
    graph has exit copies, the copies of v and of u (with an infinite cost where there is none).

    Parameters
    ----------
    streets, costs
        The graph and its costs.
    points
        The access points.
    owner
        Integer (points,), non-negative: the owner of each; the least wins between equal walks.
    """
    edge = points.edge
    share = points.offset / streets.length[edge]
    ahead, behind = share_of(costs.along[edge], 1.0 - share), share_of(costs.back[edge], share)
    other_ahead, other_behind = (
        share_of(costs.other_along[edge], 1.0 - share),
        share_of(costs.other_back[edge], share),
    )
    cost = np.concatenate([points.leg * costs.leg + ahead, points.leg * costs.leg + behind])
    other = np.concatenate([points.leg * costs.other_leg + other_ahead, points.leg * costs.other_leg + other_behind])
    node = np.concatenate([streets.v[edge], streets.u[edge]])
    owner = np.concatenate([owner, owner]).astype(np.int32)
    if not len(streets.copied_node):
        return Seeds(node, cost, other, owner)
    exit_copy = np.where(np.tile(streets.private[edge], 2), streets.exit_copy[node], -1)
    leave = np.where(exit_copy < 0, np.inf, cost)
    return Seeds(*(np.concatenate(pair) for pair in ((node, exit_copy), (cost, leave), (other, other), (owner, owner))))
