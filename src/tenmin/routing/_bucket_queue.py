"""The frontier: the nodes that a search has still to leave, in a ring of buckets of equal width.

Dial (1969), doi:10.1145/363269.363610, with buckets of any width: within a bucket labels are corrected until none
improves, so that costs are those of Dijkstra's method whatever the width. A node is entered anew whenever its label
improves; an entry that no longer agrees with the label is passed over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel

NONE = np.uint32(0xFFFFFFFF)
"""No entry."""
_ENTRIES = 4096


class Frontier(NamedTuple):
    """Entries: a node, the cost at which it was entered, and the entry after it in its bucket or among the free."""

    node: np.ndarray
    cost: np.ndarray
    after: np.ndarray
    free: np.ndarray
    """the first free entry, alone in its array"""


@kernel
def make_frontier(entries=_ENTRIES):
    """A frontier whose entries are all free."""
    after = np.arange(1, entries + 1).astype(np.uint32)
    after[entries - 1] = NONE
    return Frontier(np.empty(entries, np.uint32), np.empty(entries), after, np.zeros(1, np.uint32))


@inner
def wider(frontier):
    """A frontier with four times the entries, all free."""
    return make_frontier(4 * len(frontier.node))


@inner
def empty_ring(arcs, seed_cost, limit):
    """A ring of empty buckets, a power of two: nothing lies further ahead than an arc or a seed, nor past the limit."""
    ahead = arcs.longest
    for cost in seed_cost:
        if cost <= limit:
            ahead = max(ahead, cost)
    size = 64
    while size < min(ahead, limit) / arcs.width + 2.0:
        size *= 2
    return np.full(size, NONE, np.uint32)


@inner
def enter(frontier, ring, slot, node, cost):
    """Enter a node into a bucket; return whether there was a free entry."""
    entry = frontier.free[0]
    if entry == NONE:
        return False
    frontier.free[0] = frontier.after[entry]
    frontier.node[entry], frontier.cost[entry], frontier.after[entry] = node, cost, ring[slot]
    ring[slot] = entry
    return True
