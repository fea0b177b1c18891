"""The flood: least cost from some nodes to every node within a limit, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._adjacency import Arcs
from tenmin.routing._bucket_queue import NONE, Frontier, make_frontier
from tenmin.support.jit import inner, kernel


class Basin(NamedTuple):
    """The labels of one flood after another, and the list of the nodes that the last one reached."""

    cost: np.ndarray
    """float64, one per node or copy; inf where nothing arrived"""
    touched: np.ndarray
    """uint32, the nodes reached, in the order in which they were found; room for one more"""
    frontier: Frontier

    @classmethod
    def of(cls, arcs: Arcs) -> Basin:
        """A basin that nothing has reached."""
        return cls(np.full(arcs.nodes, np.inf), np.empty(arcs.nodes + 1, np.uint32), make_frontier())


@inner
def _spread(first, head, along, width, seed_node, seed_cost, limit, label, touched, node, cost, after, frees, ring):
    """Label what the seeds reach; return how many nodes are labelled, and whether there were entries enough."""
    free, one, mask = frees[0], np.uint64(1), np.uint64(len(ring) - 1)
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
            if new > limit or new >= label[to]:
                continue
            if free == NONE:
                return reached, False
            touched[reached] = to
            reached += np.uint64(label[to] == np.inf)
            label[to] = new
            entry, free = free, after[free]
            slot = np.uint64(new / width) & mask
            node[entry], cost[entry], after[entry], ring[slot] = to, new, ring[slot], entry
            waiting += one
    frees[0] = free
    return reached, True


@kernel
def flood(arcs, seed_node, seed_cost, limit, basin):
    """Fill `basin.cost` from the seeds up to the limit (inclusive); return how many nodes `basin.touched` lists.

    A flood that needs more entries than the basin has begins again with four times as many of its own.

    Parameters
    ----------
    arcs
        The open arcs.
    seed_node, seed_cost
        uint32, float64 (seeds,).
    limit
        float64, in the unit of the costs.
    basin
        Labels, all inf.
    """
    first, head, along, _, _, width, ahead = arcs
    label, touched, (node, cost, after, frees) = basin
    for k in range(len(seed_cost)):
        if seed_cost[k] <= limit:
            ahead = max(ahead, seed_cost[k])
    size = 64
    while size < min(ahead, limit) / width + 2.0:
        size *= 2
    ring = np.empty(size, np.uint32)
    while True:
        ring.fill(NONE)
        reached, enough = _spread(
            first, head, along, width, seed_node, seed_cost, limit, label, touched, node, cost, after, frees, ring
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
def drain(basin, reached):
    """Put the labels of the nodes reached back to nothing, so that the basin serves the next flood."""
    label, touched = basin.cost, basin.touched
    for i in range(reached):
        label[touched[i]] = np.inf
