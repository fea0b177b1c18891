"""The search: least cost from many feet to every node within a limit, with the owner of each node and the way to it.

Labels are compared by (cost, other, owner), so that equal walks are resolved the same way whatever the order of the
rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import Feet
from tenmin.routing._adjacency import Arcs
from tenmin.routing._bucket_queue import ENTRIES, NONE, empty_ring, make_frontier
from tenmin.routing._graph import Costs, Streets, share_of
from tenmin.support.jit import inner, kernel, plain


class Labels(NamedTuple):
    """What is known of each node: least cost, the other quantity of that walk, whose it is, the edge it came by."""

    cost: np.ndarray
    other: np.ndarray
    owner: np.ndarray
    """int32, the owner given with the seed; -1 where nothing arrived"""
    via: np.ndarray
    """int32, the edge by which the walk came; -1 at a seed"""


class Seeds(NamedTuple):
    """Where a search starts: nodes with the cost of getting there and whose they are."""

    node: np.ndarray
    cost: np.ndarray
    other: np.ndarray
    owner: np.ndarray


@inner
def _worse(labels, node, cost, other, owner):
    """Whether a label is no better than the one that a node has."""
    if cost != labels.cost[node]:
        return cost > labels.cost[node]
    if other != labels.other[node]:
        return other > labels.other[node]
    return 0 <= labels.owner[node] <= owner


@kernel
def _search(arcs, seeds, limit, labels, frontier, ring):
    """Label the nodes within a limit; return whether the frontier had entries enough.

    Parameters
    ----------
    arcs
        The open arcs.
    seeds
        uint32, float64, float64, int32 (seeds,).
    limit
        float64, in the unit of the costs, finite.
    labels
        Nothing at first: cost and other inf, owner and via -1.
    frontier
        Entries, all free.
    ring
        uint32, a power of two of empty buckets.
    """
    first, head, along, others, edge, width, _ = arcs
    label, second, owner, via = labels
    (node, cost, after, frees), free = frontier, frontier.free[0]
    one, mask, waiting, bucket = np.uint64(1), np.uint64(len(ring) - 1), np.uint64(0), np.uint64(0)
    for i in range(len(seeds.node)):
        to, new = seeds.node[i], seeds.cost[i]
        if not (new <= limit) or _worse(labels, to, new, seeds.other[i], seeds.owner[i]):
            continue
        if free == NONE:
            return False
        label[to], second[to], owner[to] = new, seeds.other[i], seeds.owner[i]
        entry, free = free, after[free]
        slot = np.uint64(new / width) & mask
        node[entry], cost[entry], after[entry], ring[slot] = to, new, ring[slot], entry
        waiting += one
    while waiting > 0:
        entry = ring[bucket & mask]
        if entry == NONE:
            bucket += one
            continue
        ring[bucket & mask], after[entry], free = after[entry], free, entry
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
            node[entry], cost[entry], after[entry], ring[slot] = to, new, ring[slot], entry
            waiting += one
    frees[0] = free
    return True


def search(arcs: Arcs, seeds: Seeds, limit: float = np.inf) -> Labels:
    """Return the least cost from any seed to every node, up to a limit (inclusive).

    Parameters
    ----------
    arcs
        The open arcs; every cost is positive.
    seeds
        Where the search starts.
    limit
        Cost beyond which nodes stay unlabelled (cost inf, owner -1).
    """
    seeds, entries = Seeds(plain(seeds.node.astype(np.uint32)), *map(plain, seeds[1:])), ENTRIES
    limit = min(float(limit), np.finfo(np.float64).max)
    while True:
        cost, other = np.full((2, arcs.nodes), np.inf)
        labels = Labels(cost, other, *np.full((2, arcs.nodes), -1, np.int32))
        if _search(arcs, seeds, limit, labels, make_frontier(entries), empty_ring(arcs, seeds.cost, limit)):
            return labels
        entries *= 4


def seed_feet(streets: Streets, costs: Costs, feet: Feet, owner: np.ndarray) -> Seeds:
    """Return the seeds of a search from feet: both ends of the edge of each foot, with the cost of getting there.

    They come in blocks as long as the feet: the last end of each edge, its first end, and, where nodes have copies for
    leaving, the same two ends for leaving (at an infinite cost where there is no copy).

    Parameters
    ----------
    streets, costs
        The edges and what they cost.
    feet
        The feet to start from.
    owner
        Owner of each foot, non-negative; the least wins between equal walks.
    """
    edge = feet.edge
    share = feet.offset / streets.length[edge]
    ahead, behind = share_of(costs.along[edge], 1.0 - share), share_of(costs.back[edge], share)
    other_ahead, other_behind = (
        share_of(costs.other_along[edge], 1.0 - share),
        share_of(costs.other_back[edge], share),
    )
    cost = np.concatenate([feet.leg * costs.leg + ahead, feet.leg * costs.leg + behind])
    other = np.concatenate([feet.leg * costs.other_leg + other_ahead, feet.leg * costs.other_leg + other_behind])
    node = np.concatenate([streets.v[edge], streets.u[edge]])
    owner = np.concatenate([owner, owner]).astype(np.int32)
    if not len(streets.original):
        return Seeds(node, cost, other, owner)
    copy = np.where(np.tile(streets.private[edge], 2), streets.copy[node], -1)
    leave = np.where(copy < 0, np.inf, cost)
    return Seeds(*(np.concatenate(pair) for pair in ((node, copy), (cost, leave), (other, other), (owner, owner))))
