"""The search: least cost from many feet to every node within a limit, with the owner of each node.

Dijkstra (1959), doi:10.1007/BF01386390, with an indexed 4-ary heap. Labels are compared by (cost, other, owner), so
that equal walks are resolved the same way whatever the order of the rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from tenmin.routing.feet import Feet
from tenmin.routing.streets import Costs, Streets


class Labels(NamedTuple):
    """What is known of each node: least cost, the other quantity of that walk, whose it is, the slot it came by."""

    cost: np.ndarray
    other: np.ndarray
    owner: np.ndarray
    """int32, the owner given with the seed; -1 where nothing arrived"""
    via: np.ndarray
    """int32, the edge by which the walk came; -1 at a seed"""

    @classmethod
    def empty(cls, nodes: int) -> Labels:
        """Labels of nodes that nothing has reached."""
        return cls(
            np.full(nodes, np.inf),
            np.full(nodes, np.inf),
            np.full(nodes, -1, np.int32),
            np.full(nodes, -1, np.int32),
        )


class Seeds(NamedTuple):
    """Where a search starts: nodes with the cost of getting there and whose they are."""

    node: np.ndarray
    cost: np.ndarray
    other: np.ndarray
    owner: np.ndarray


class Heap(NamedTuple):
    """An indexed heap of nodes and the list of the nodes that were labelled."""

    node: np.ndarray
    place: np.ndarray
    touched: np.ndarray

    @classmethod
    def empty(cls, nodes: int) -> Heap:
        """A heap with room for every node."""
        return cls(np.empty(nodes, np.int32), np.full(nodes, -1, np.int32), np.empty(nodes, np.int32))


@njit(cache=True, nogil=True)
def _rise(heap, cost, at):
    node = heap.node[at]
    key = cost[node]
    while at > 0:
        up = (at - 1) >> 2
        if cost[heap.node[up]] <= key:
            break
        heap.node[at] = heap.node[up]
        heap.place[heap.node[at]] = at
        at = up
    heap.node[at] = node
    heap.place[node] = at


@njit(cache=True, nogil=True)
def _sink(heap, cost, size):
    node = heap.node[0]
    key = cost[node]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        least = child
        for rival in range(child + 1, min(child + 4, size)):
            if cost[heap.node[rival]] < cost[heap.node[least]]:
                least = rival
        if cost[heap.node[least]] >= key:
            break
        heap.node[at] = heap.node[least]
        heap.place[heap.node[at]] = at
        at = least
    heap.node[at] = node
    heap.place[node] = at


@njit(cache=True, nogil=True)
def _better(labels, node, cost, other, owner):
    if cost != labels.cost[node]:
        return cost < labels.cost[node]
    if other != labels.other[node]:
        return other < labels.other[node]
    return owner < labels.owner[node]


@njit(cache=True, nogil=True)
def _set(labels, heap, node, cost, other, owner, via, size, touched):
    """Write a better label and put the node where it belongs in the heap; give the new sizes."""
    if labels.owner[node] < 0:
        heap.touched[touched] = node
        touched += 1
    falls = cost < labels.cost[node]
    labels.cost[node] = cost
    labels.other[node] = other
    labels.owner[node] = owner
    labels.via[node] = via
    if heap.place[node] < 0:
        heap.node[size] = node
        heap.place[node] = size
        size += 1
        falls = True
    if falls:
        _rise(heap, labels.cost, heap.place[node])
    return size, touched


@njit(cache=True, nogil=True)
def _relax(streets, costs, labels, heap, node, limit, size, touched):
    for slot in range(streets.first[node], streets.first[node + 1]):
        edge, head = streets.edge[slot], streets.head[slot]
        if head < 0:
            continue
        if streets.outward[slot]:
            cost, other = costs.along[edge], costs.other_along[edge]
        else:
            cost, other = costs.back[edge], costs.other_back[edge]
        cost += labels.cost[node]
        if cost > limit or np.isinf(cost):
            continue
        other += labels.other[node]
        if labels.owner[head] < 0 or _better(labels, head, cost, other, labels.owner[node]):
            size, touched = _set(labels, heap, head, cost, other, labels.owner[node], edge, size, touched)
    return size, touched


@njit(cache=True, nogil=True)
def spread(streets, costs, seeds, limit, labels, heap):
    """Fill `labels` from the seeds up to the limit (inclusive); return how many nodes `heap.touched` lists."""
    size = 0
    touched = 0
    for i in range(len(seeds.node)):
        node, cost = seeds.node[i], seeds.cost[i]
        if cost > limit or not np.isfinite(cost):
            continue
        if labels.owner[node] < 0 or _better(labels, node, cost, seeds.other[i], seeds.owner[i]):
            size, touched = _set(labels, heap, node, cost, seeds.other[i], seeds.owner[i], -1, size, touched)
    while size > 0:
        node = heap.node[0]
        size -= 1
        heap.place[node] = -1
        if size > 0:
            heap.node[0] = heap.node[size]
            _sink(heap, labels.cost, size)
        size, touched = _relax(streets, costs, labels, heap, node, limit, size, touched)
    return touched


@njit(cache=True, nogil=True)
def wipe(labels, heap, touched):
    """Put the labels of the touched nodes back to nothing, so that the arrays serve the next search."""
    for i in range(touched):
        node = heap.touched[i]
        labels.cost[node] = np.inf
        labels.other[node] = np.inf
        labels.owner[node] = -1
        labels.via[node] = -1


def search(streets: Streets, costs: Costs, seeds: Seeds, limit: float = np.inf) -> Labels:
    """Return the least cost from any seed to every node, up to a limit (inclusive).

    Parameters
    ----------
    streets, costs
        The edges and what they cost; every finite cost is positive.
    seeds
        Where the search starts.
    limit
        Cost beyond which nodes stay unlabelled (cost inf, owner -1).
    """
    nodes = len(streets.first) - 1
    labels = Labels.empty(nodes)
    spread(streets, costs, seeds, float(limit), labels, Heap.empty(nodes))
    return labels


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
    ahead, behind = _part(costs.along[edge], 1.0 - share), _part(costs.back[edge], share)
    other_ahead, other_behind = (
        _part(costs.other_along[edge], 1.0 - share),
        _part(costs.other_back[edge], share),
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


def _part(cost: np.ndarray, share: np.ndarray) -> np.ndarray:
    """A share of a cost; no share of a closed edge costs nothing."""
    return np.multiply(cost, share, out=np.zeros_like(cost), where=share > 0.0)


@njit(cache=True, nogil=True)
def _fraction(cost, share):
    return cost * share if share > 0.0 else 0.0
