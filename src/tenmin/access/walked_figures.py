"""Figures of the best walk of every place: sums and largest values over its edges, and stretches without a stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tenmin.access.query import Query
from tenmin.routing import AccessPoints, Labels, StreetGraph, predecessors, seed_access_points

__all__ = ["EdgeFigures", "Stops", "WalkedFigures", "walked_figures"]

_SHORTEST = 1e-3
"""Parts of edges shorter than this are rounding, metres; nothing is met on them."""
_VIA_U = -1
"""`Arrivals.start` of a walk that leaves by the start of the edge of its access point."""


class EdgeFigures(NamedTuple):
    """What is known of each edge."""

    sums: np.ndarray
    """float64 (edges, figures): what adds up along a walk; a part of an edge has a part of it"""
    most: np.ndarray
    """float64 (edges,): what of a walk is the largest of its edges; 0 or more"""


class Stops(NamedTuple):
    """Points along edges at which a walk may stop, sorted by edge and offset."""

    edge: np.ndarray
    """int64 (stops,)"""
    offset: np.ndarray
    """float64 (stops,): distance from the start of the edge, metres"""

    @classmethod
    def of(cls, edge: np.ndarray, offset: np.ndarray) -> Stops:
        """Return stops from points in any order."""
        order = np.lexsort((offset, edge))
        return cls(edge[order].astype(np.int64), offset[order])


class WalkedFigures(NamedTuple):
    """Figures of walks or of parts of them, in the direction from place to facility."""

    sums: np.ndarray
    """float64 (walks, figures)"""
    most: np.ndarray
    """float64 (walks,)"""
    metres: np.ndarray
    """float64 (walks,): the length, with the legs"""
    first: np.ndarray
    """float64 (walks,): metres to the first stop; inf without any"""
    last: np.ndarray
    """float64 (walks,): metres from the last stop to the end; inf without any"""
    inner: np.ndarray
    """float64 (walks,): the longest stretch between two stops; 0 with fewer than two"""

    @property
    def longest(self) -> np.ndarray:
        """The longest stretch without a stop, float64 (walks,), metres."""
        stopped = np.isfinite(self.first)
        return np.where(stopped, np.maximum(np.maximum(self.first, self.last), self.inner), self.metres)

    def take(self, rows: np.ndarray) -> WalkedFigures:
        """The figures of some walks, in this order."""
        return WalkedFigures(*(values[rows] for values in self))

    def then(self, other: WalkedFigures) -> WalkedFigures:
        """These walks, each followed by another."""
        between = self.last + other.first
        return WalkedFigures(
            self.sums + other.sums,
            np.maximum(self.most, other.most),
            self.metres + other.metres,
            np.minimum(self.first, self.metres + other.first),
            np.minimum(other.last, other.metres + self.last),
            np.maximum(np.maximum(self.inner, other.inner), np.where(np.isfinite(between), between, 0.0)),
        )


@dataclass(frozen=True)
class _Edges:
    """The edges with their figures and stops."""

    streets: StreetGraph
    figures: EdgeFigures
    stops: Stops

    def legs(self, metres: np.ndarray) -> WalkedFigures:
        """Straight legs, on which nothing is met."""
        count, nothing = len(metres), np.zeros(len(metres))
        never = np.full(count, np.inf)
        return WalkedFigures(np.zeros((count, self.figures.sums.shape[1])), nothing, metres, never, never, nothing)

    def parts(self, edge: np.ndarray, begin: np.ndarray, end: np.ndarray) -> WalkedFigures:
        """Walks along parts of edges, from one distance along the edge to another, metres."""
        metres, low, high = np.abs(end - begin), np.minimum(begin, end), np.maximum(begin, end)
        share = metres / self.streets.length[edge]
        key = self._key(self.stops.edge, self.stops.offset)
        first = np.searchsorted(key, self._key(edge, low), "left")
        last = np.searchsorted(key, self._key(edge, high), "right")
        offset = np.append(self.stops.offset, np.nan)
        any_stop, at = last > first, np.where(last > first, first, len(key))
        nearest, farthest = offset[at], offset[np.where(any_stop, last - 1, len(key))]
        back = end < begin
        before = np.where(back, high - farthest, nearest - low)
        after = np.where(back, nearest - low, high - farthest)
        most = np.where(metres > _SHORTEST, self.figures.most[edge], 0.0)
        return WalkedFigures(
            self.figures.sums[edge] * share[:, None],
            most,
            metres,
            np.where(any_stop, before, np.inf),
            np.where(any_stop, after, np.inf),
            self._longest_between(first, last),
        )

    def _key(self, edge: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """One number for an edge and a distance along it, in the order of edges, then of distances."""
        span = float(self.streets.length.max(initial=1.0)) * 2.0
        return np.asarray(edge, np.float64) * span + offset

    def _longest_between(self, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """The longest stretch between neighbours of the stops from `first` to before `last`; 0 with fewer than two."""
        longest, several = np.zeros(len(first)), np.flatnonzero(last - first > 1)
        if len(several):
            gaps = np.append(np.diff(self.stops.offset), 0.0)
            bounds = np.column_stack([first[several], last[several] - 1]).ravel()
            longest[several] = np.maximum.reduceat(gaps, bounds)[::2]
        return longest


def walked_figures(query: Query, category: str, figures: EdgeFigures, stops: Stops) -> tuple[WalkedFigures, np.ndarray]:
    """Return the figures of the best walk to a category, for every place that has one, and which places have (bool).

    All walks of a search form a tree. The figures of the branches are joined in as many rounds as the logarithm of the
    number of edges of the longest walk.

    Parameters
    ----------
    query
        The network, places and facilities.
    category
        One of its categories.
    figures, stops
        What is known of the edges.
    """
    edges, rows = _Edges(query.network.streets, figures, stops), query.rows_of[category]
    best, labels, starts = query.arrivals(rows)
    found = best.owner >= 0
    points, streets = query.place_snapping.access_points, edges.streets
    at, start = best.access_point[found], best.start[found]
    edge, offset = points.edge[at], points.offset[at]
    whole = _from_nodes(edges, query, labels, (starts, rows))
    via_u = start == _VIA_U
    via_node = edges.parts(edge, offset, np.where(via_u, 0.0, streets.length[edge])).then(
        whole.take(np.where(via_u, streets.u[edge], streets.v[edge]))
    )
    direct = np.flatnonzero(start >= 0)
    here = start[direct]
    along = edges.parts(edge[direct], offset[direct], starts.offset[here]).then(edges.legs(starts.leg[here]))
    for mine, straight in zip(via_node, along, strict=True):
        mine[direct] = straight
    return edges.legs(points.leg[at]).then(via_node), found


def _from_nodes(edges: _Edges, query: Query, labels: Labels, seeded: tuple[AccessPoints, np.ndarray]) -> WalkedFigures:
    """The figures of the walk from each node (exit copies included) to the facility of its label."""
    streets, nodes = edges.streets, len(labels.via)
    on_way = np.flatnonzero(labels.via >= 0)
    edge = labels.via[on_way]
    parent = np.append(predecessors(streets, labels.via), nodes)
    outward = streets.v[edge] == np.append(np.arange(len(streets.exit_copy)), streets.copied_node)[on_way]
    length = streets.length[edge]
    steps = edges.parts(edge, np.where(outward, length, 0.0), np.where(outward, 0.0, length))
    seed, ends = _last_parts(edges, query, labels, seeded)
    whole = WalkedFigures(*(values.copy() for values in edges.legs(np.zeros(nodes + 1))))
    for mine, of_steps, of_ends in zip(whole, steps, ends, strict=True):
        mine[on_way], mine[seed] = of_steps, of_ends
    while (parent < nodes).any():
        whole, parent = whole.then(whole.take(parent)), parent[parent]
    return whole


def _last_parts(
    edges: _Edges, query: Query, labels: Labels, seeded: tuple[AccessPoints, np.ndarray]
) -> tuple[np.ndarray, WalkedFigures]:
    """The nodes where a search begins, and the figures of the rest of the walk from each to its facility."""
    starts, rows = seeded
    seeds = seed_access_points(edges.streets, query.costs, starts, query.starts(rows)[1])
    usable = np.flatnonzero(
        np.isfinite(seeds.cost) & (seeds.owner == labels.owner[seeds.node]) & (labels.via[seeds.node] < 0)
    )
    usable = usable[np.lexsort((usable, seeds.cost[usable], seeds.node[usable]))]
    node, first = np.unique(seeds.node[usable], return_index=True)
    chosen, size = usable[first], max(len(starts.edge), 1)
    point, ahead = chosen % size, (chosen // size) % 2 == 0
    edge = starts.edge[point]
    begin = np.where(ahead, edges.streets.length[edge], 0.0)
    return node.astype(np.int64), edges.parts(edge, begin, starts.offset[point]).then(edges.legs(starts.leg[point]))
