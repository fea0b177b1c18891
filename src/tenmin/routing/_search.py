"""The search: least cost from many feet to every node within a limit, with the owner of each node and the way to it.

Labels are compared by (cost, other, owner), so that equal walks are resolved the same way whatever the order of the
rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import Feet
from tenmin.routing._adjacency import Arcs
from tenmin.routing._bucket_queue import NONE, empty_ring, enter, make_frontier, wider
from tenmin.routing._graph import Costs, Streets, share_of
from tenmin.support.jit import inner, kernel


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
def _no_labels(nodes):
    return Labels(
        np.full(nodes, np.inf), np.full(nodes, np.inf), np.full(nodes, -1, np.int32), np.full(nodes, -1, np.int32)
    )


@inner
def _worse(labels, node, cost, other, owner):
    """Whether a label is no better than the one that a node has."""
    if cost != labels.cost[node]:
        return cost > labels.cost[node]
    if other != labels.other[node]:
        return other > labels.other[node]
    return 0 <= labels.owner[node] <= owner


@inner
def _sow(arcs, seeds, limit, labels, frontier, ring):
    """Label the seeds; return how many entries that makes, or -1 if there are too few."""
    waiting = 0
    for i in range(len(seeds.node)):
        to, new = seeds.node[i], seeds.cost[i]
        if not (new <= limit) or _worse(labels, to, new, seeds.other[i], seeds.owner[i]):
            continue
        labels.cost[to], labels.other[to], labels.owner[to] = new, seeds.other[i], seeds.owner[i]
        waiting += 1
        if not enter(frontier, ring, int(new / arcs.width) & (len(ring) - 1), to, new):
            return -1
    return waiting


@inner
def _flow(arcs, limit, labels, frontier, ring, sown):
    """Empty the ring into the labels; return whether there were entries enough."""
    width, (label, _, owner, via) = arcs.width, labels
    node, cost, after, free = frontier.node, frontier.cost, frontier.after, frontier.free[0]
    one, mask, waiting, bucket = np.uint64(1), np.uint64(len(ring) - 1), np.uint64(sown), np.uint64(0)
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
        for k in range(np.uint64(arcs.first[at]), np.uint64(arcs.first[np.uint64(at) + one])):
            to, new = arcs.head[k], here + arcs.cost[k]
            if new > limit or new > label[to]:
                continue
            other = labels.other[at] + arcs.other[k]
            if _worse(labels, to, new, other, owner[at]):
                continue
            if free == NONE:
                return False
            label[to], labels.other[to], owner[to], via[to] = new, other, owner[at], arcs.edge[k]
            entry, free = free, after[free]
            slot = np.uint64(new / width) & mask
            node[entry], cost[entry], after[entry], ring[slot] = to, new, ring[slot], entry
            waiting += one
    return True


@kernel
def _search(arcs, seeds, limit):
    frontier = make_frontier()
    while True:
        labels, ring = _no_labels(len(arcs.first) - 1), empty_ring(arcs, seeds.cost, limit)
        sown = _sow(arcs, seeds, limit, labels, frontier, ring)
        if sown >= 0 and _flow(arcs, limit, labels, frontier, ring, sown):
            return labels
        frontier = wider(frontier)


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
    node = np.ascontiguousarray(seeds.node, np.uint32)
    return _search(
        arcs,
        Seeds(node, *(np.ascontiguousarray(one) for one in seeds[1:])),
        min(float(limit), np.finfo(np.float64).max),
    )


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
