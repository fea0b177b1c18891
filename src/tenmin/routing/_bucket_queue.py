"""The frontier: the nodes that a search has still to leave, in a ring of buckets of equal width.

Dial (1969), doi:10.1145/363269.363610, with buckets of any width: within a bucket labels are corrected until none
improves, so that costs are those of Dijkstra's method whatever the width. A node is entered anew whenever its label
improves; an entry that no longer agrees with the label is passed over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._adjacency import Arcs

NONE = np.uint32(0xFFFFFFFF)
"""No entry."""
ENTRIES = 4096
"""How many a frontier has at first."""


class Frontier(NamedTuple):
    """Entries: a node, the cost at which it was entered, and the entry after it in its bucket or among the free."""

    node: np.ndarray
    cost: np.ndarray
    after: np.ndarray
    free: np.ndarray
    """the first free entry, alone in its array"""


def make_frontier(entries: int = ENTRIES) -> Frontier:
    """Return a frontier whose entries are all free."""
    after = np.arange(1, entries + 1, dtype=np.uint32)
    after[entries - 1] = NONE
    return Frontier(np.empty(entries, np.uint32), np.empty(entries), after, np.zeros(1, np.uint32))


def empty_ring(arcs: Arcs, seed_cost: np.ndarray, limit: float) -> np.ndarray:
    """Return empty buckets, a power of two: nothing lies further ahead than an arc or a seed, nor past the limit."""
    ahead = max(arcs.longest, float(seed_cost.max(where=seed_cost <= limit, initial=0.0)))
    size = 64
    while size < min(ahead, limit) / arcs.width + 2.0:
        size *= 2
    return np.full(size, NONE, np.uint32)
