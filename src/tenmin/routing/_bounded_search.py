"""Bounded search: the least cost from some nodes to every node within a limit, without owners or paths."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._adjacency import TraversableArcs
from tenmin.routing._bucket_queue import NONE, QueueEntries, make_entries
from tenmin.support.jit import inner, kernel


class SearchBuffers(NamedTuple):
    """Arrays of a bounded search, reused by the next one."""

    cost: np.ndarray
    """float64 (nodes,), exit copies included: the least cost; inf for nodes not reached"""
    touched: np.ndarray
    """uint32 (nodes + 1,): the nodes reached, in the order of discovery"""
    entries: QueueEntries

    @classmethod
    def of(cls, arcs: TraversableArcs) -> SearchBuffers:
        """Buffers for searches on these arcs, with no node reached."""
        return cls(np.full(arcs.nodes, np.inf), np.empty(arcs.nodes + 1, np.uint32), make_entries())


@inner
def _spread(first, head, along, width, seed_node, seed_cost, limit, label, touched, node, cost, after, frees, buckets):
    """Search from the seeds; return how many nodes were reached, and whether the queue entries sufficed.

    Arrays are as in `TraversableArcs`, `SearchBuffers` and `QueueEntries`; `buckets` is uint32 (a power of two,).
    """
    free, one, mask = frees[0], np.uint64(1), np.uint64(len(buckets) - 1)
    reached, waiting, bucket = np.uint64(0), np.uint64(0), np.uint64(0)
    for i in range(len(seed_node)):
        to, new = seed_node[i], seed_cost[i]
        if new <= limit and new < label[to]:
            if free == NONE:
                return reached, False
            touched[reached] = to
            reached += np.uint64(label[to] == np.inf)
            label[to] = new
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
            if new > limit or new >= label[to]:
                continue
            if free == NONE:
                return reached, False
            touched[reached] = to
            reached += np.uint64(label[to] == np.inf)
            label[to] = new
            entry, free = free, after[free]
            slot = np.uint64(new / width) & mask
            node[entry], cost[entry], after[entry], buckets[slot] = to, new, buckets[slot], entry
            waiting += one
    frees[0] = free
    return reached, True


@kernel
def bounded_search(arcs, seed_node, seed_cost, limit, buffers):
    """Fill `buffers.cost` from the seeds up to a limit (inclusive); return the number of nodes in `buffers.touched`.

    If the queue entries of the buffers do not suffice, the search is repeated with a larger temporary pool.

    Parameters
    ----------
    arcs
        The traversable arcs.
    seed_node, seed_cost
        uint32 and float64 (seeds,): where to start, and the cost of getting there.
    limit
        float64, in the unit of the costs.
    buffers
        Buffers with no node reached.
    """
    first, head, along, _, _, width, ahead = arcs
    label, touched, (node, cost, after, frees) = buffers
    for k in range(len(seed_cost)):
        if seed_cost[k] <= limit:
            ahead = max(ahead, seed_cost[k])
    size = 64
    while size < min(ahead, limit) / width + 2.0:
        size *= 2
    buckets = np.empty(size, np.uint32)
    while True:
        buckets.fill(NONE)
        reached, enough = _spread(
            first, head, along, width, seed_node, seed_cost, limit, label, touched, node, cost, after, frees, buckets
        )
        if enough:
            return np.int64(reached)
        for k in range(reached):
            label[touched[k]] = np.inf
        entries = 4 * len(node)
        node, cost, after, frees = (
            np.empty(entries, np.uint32),
            np.empty(entries),
            np.empty(entries, np.uint32),
            np.empty(1, np.uint32),
        )
        for k in range(entries):
            after[k] = k + 1
        after[entries - 1], frees[0] = NONE, 0


@kernel
def reset_buffers(buffers, reached):
    """Set the costs of the first `reached` nodes in `buffers.touched` to inf, for the next search."""
    label, touched = buffers.cost, buffers.touched
    for i in range(reached):
        label[touched[i]] = np.inf
