"""The bucket queue: the nodes that a search has yet to process, in circularly reused buckets of equal width.

Dial (1969), doi:10.1145/363269.363610, with buckets of any width: within a bucket, labels are corrected until none
improves, so the costs equal those of Dijkstra's algorithm for every width. A node is inserted again whenever its label
improves; entries whose cost differs from the label are skipped.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._adjacency import TraversableArcs

NONE = np.uint32(0xFFFFFFFF)
"""Marks the end of a list of entries."""
ENTRIES = 4096
"""Initial number of entries."""


class QueueEntries(NamedTuple):
    """A pool of queue entries in linked lists, one for each bucket and one of the free entries."""

    node: np.ndarray
    """uint32 (entries,)"""
    cost: np.ndarray
    """float64 (entries,): the cost at which the node was inserted"""
    after: np.ndarray
    """uint32 (entries,): the next entry of the same list; `NONE` at its end"""
    free: np.ndarray
    """uint32 (1,): the first free entry"""


def make_entries(entries: int = ENTRIES) -> QueueEntries:
    """Return a pool of free entries."""
    after = np.arange(1, entries + 1, dtype=np.uint32)
    after[entries - 1] = NONE
    return QueueEntries(np.empty(entries, np.uint32), np.empty(entries), after, np.zeros(1, np.uint32))


def empty_buckets(arcs: TraversableArcs, seed_cost: np.ndarray, limit: float) -> np.ndarray:
    """Return empty buckets, uint32 (a power of two,): the first entry of each.

    They span the longest arc or the largest cost of a seed, whichever is more, but at most the limit.

    Parameters
    ----------
    arcs
        The traversable arcs.
    seed_cost
        float64 (seeds,).
    limit
        Largest cost.
    """
    ahead = max(arcs.longest, float(seed_cost.max(where=seed_cost <= limit, initial=0.0)))
    size = 64
    while size < min(ahead, limit) / arcs.width + 2.0:
        size *= 2
    return np.full(size, NONE, np.uint32)
