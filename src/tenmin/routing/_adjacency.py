"""Arcs: the directions in which edges are open, with what they cost, laid out for the searches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._graph import Costs, Streets

_MOST_BUCKETS = 1 << 16


class Arcs(NamedTuple):
    """The open arcs that leave each node or copy (compressed rows: node i has arcs first[i]..first[i + 1]).

    Positions are unsigned, which spares compiled code a test at every step.
    """

    first: np.ndarray
    """uint32, nodes and copies + 1"""
    head: np.ndarray
    """uint32, one per arc: the node or copy that it leads to"""
    cost: np.ndarray
    """float64, positive and finite"""
    other: np.ndarray
    """float64, the second quantity of the same arc"""
    edge: np.ndarray
    """int32, the edge that it runs along"""
    width: float
    """The width of the buckets in which a search keeps the nodes it has still to leave."""
    longest: float
    """The largest cost of an arc."""

    @property
    def nodes(self) -> int:
        """How many nodes and copies there are."""
        return len(self.first) - 1


def open_arcs(streets: Streets, costs: Costs) -> Arcs:
    """Return the arcs of streets that are open at these costs.

    Parameters
    ----------
    streets
        The edges at each node.
    costs
        What they cost; an infinite cost closes a direction.
    """
    along, other = (
        np.where(streets.outward, there[streets.edge], back[streets.edge])
        for there, back in ((costs.along, costs.back), (costs.other_along, costs.other_back))
    )
    slots = np.flatnonzero((streets.head >= 0) & np.isfinite(along))
    cost = along[slots]
    longest = float(cost.max(initial=0.0))
    typical = float(np.median(cost)) if len(cost) else 1.0
    return Arcs(
        first=np.searchsorted(slots, streets.first).astype(np.uint32),
        head=streets.head[slots].astype(np.uint32),
        cost=cost,
        other=other[slots],
        edge=streets.edge[slots],
        width=max(0.5 * typical, longest / _MOST_BUCKETS),
        longest=longest,
    )
