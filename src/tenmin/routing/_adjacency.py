"""Traversable arcs: the directions in which edges can be walked, with their costs, as CSR adjacency for searches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._graph import Costs, StreetGraph

_MOST_BUCKETS = 1 << 16


class TraversableArcs(NamedTuple):
    """The traversable arcs out of each node in CSR form: node i has arcs first[i]..first[i + 1].

    Nodes include exit copies (see `StreetGraph`). Indices are unsigned, which spares compiled code the handling of
    negative ones.
    """

    first: np.ndarray
    """uint32 (nodes + 1,)"""
    head: np.ndarray
    """uint32 (arcs,): the node at the end of the arc"""
    cost: np.ndarray
    """float64 (arcs,), seconds or metres, positive and finite"""
    other: np.ndarray
    """float64 (arcs,): the other of the two"""
    edge: np.ndarray
    """int32 (arcs,): the edge of the arc"""
    width: float
    """Width of the buckets of a bucket queue, in the unit of the costs."""
    longest: float
    """The largest cost of an arc."""

    @property
    def nodes(self) -> int:
        """The number of nodes, exit copies included."""
        return len(self.first) - 1


def traversable_arcs(streets: StreetGraph, costs: Costs) -> TraversableArcs:
    """Return the traversable arcs of a street graph.

    Parameters
    ----------
    streets
        The graph.
    costs
        The costs of its edges; a direction with an infinite cost is closed.
    """
    along, other = (
        np.where(streets.outward, there[streets.edge], back[streets.edge])
        for there, back in ((costs.along, costs.back), (costs.other_along, costs.other_back))
    )
    slots = np.flatnonzero((streets.head >= 0) & np.isfinite(along))
    cost = along[slots]
    longest = float(cost.max(initial=0.0))
    typical = float(np.median(cost)) if len(cost) else 1.0
    return TraversableArcs(
        first=np.searchsorted(slots, streets.first).astype(np.uint32),
        head=streets.head[slots].astype(np.uint32),
        cost=cost,
        other=other[slots],
        edge=streets.edge[slots],
        width=max(0.5 * typical, longest / _MOST_BUCKETS),
        longest=longest,
    )
