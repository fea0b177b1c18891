"""The flood: least cost from some nodes to every node within a limit, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._adjacency import Arcs
from tenmin.routing._bucket_queue import NONE, Frontier, empty_ring, enter, make_frontier, wider
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
def _sow(arcs, seed_node, seed_cost, limit, basin, ring):
    """Label the seeds; return how many nodes that are and how many entries, or -1 if there are too few."""
    label, reached, waiting = basin.cost, 0, 0
    for i in range(len(seed_node)):
        to, new = seed_node[i], seed_cost[i]
        if new <= limit and new < label[to]:
            basin.touched[reached] = to
            reached += label[to] == np.inf
            label[to] = new
            waiting += 1
            if not enter(basin.frontier, ring, int(new / arcs.width) & (len(ring) - 1), to, new):
                return reached, -1
    return reached, waiting


@inner
def _flow(arcs, limit, basin, ring, sown):
    """Empty the ring; return how many nodes are labelled, and whether there were entries enough."""
    first, head, along, width = arcs.first, arcs.head, arcs.cost, arcs.width
    label, touched = basin.cost, basin.touched
    node, cost, after, free = basin.frontier.node, basin.frontier.cost, basin.frontier.after, basin.frontier.free[0]
    reached, waiting, bucket = np.uint64(sown[0]), np.uint64(sown[1]), np.uint64(0)
    one, mask = np.uint64(1), np.uint64(len(ring) - 1)
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
    basin.frontier.free[0] = free
    return reached, True


@kernel
def flood(arcs, seed_node, seed_cost, limit, basin):
    """Fill `basin.cost` from the seeds up to the limit (inclusive); return how many nodes `basin.touched` lists."""
    while True:
        ring = empty_ring(arcs, seed_cost, limit)
        sown = _sow(arcs, seed_node, seed_cost, limit, basin, ring)
        reached, enough = sown[0], False
        if sown[1] >= 0:
            reached, enough = _flow(arcs, limit, basin, ring, sown)
        if enough:
            return int(reached)
        drain(basin, reached)
        basin = Basin(basin.cost, basin.touched, wider(basin.frontier))


@kernel
def drain(basin, reached):
    """Put the labels of the nodes reached back to nothing, so that the basin serves the next flood."""
    label, touched = basin.cost, basin.touched
    for i in range(reached):
        label[touched[i]] = np.inf
