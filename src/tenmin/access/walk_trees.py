"""Walk trees: who passes each street on the best walk, and how far it is if nobody can pass there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenmin.access.query import Query
from tenmin.routing import (
    AccessPoints,
    Labels,
    Seeds,
    arrive_at,
    node_of,
    predecessors,
    search,
    seed_access_points,
)

__all__ = ["Closure", "WalkTree"]

_VIA_START, _VIA_END = -1, -2
"""Values of `Arrivals.start` for walks that leave the street of the place by its start, or by its end."""


class Closure:
    """Streets of which one edge, or one node, is closed to whoever would pass it.

    Places and facilities on a closed edge still leave it by either end. Nobody comes to a closed node, such as a gate.
    """

    def __init__(self, query: Query, limit: float, *, edge: int = -1, node: int = -1) -> None:
        """Close an edge or a node; ways round it are looked for up to a cost."""
        copies = query.network.streets.exit_copy
        self.edge, self.limit, self._query = edge, limit, query
        self.nodes = [] if node < 0 else [one for one in (node, int(copies[node])) if one >= 0]
        self._around = dict[tuple[int, int], float]()

    def search(self, seeds: Seeds, limit: float) -> Labels:
        """Return the labels of a search that keeps off what is closed."""
        arcs = self._query.arcs
        shut = arcs.edge == self.edge if self.edge >= 0 else np.isin(arcs.head, self.nodes)
        cost = np.where(np.isin(seeds.node, self.nodes), np.inf, seeds.cost)
        return search(arcs._replace(cost=np.where(shut, np.inf, arcs.cost)), seeds._replace(cost=cost), limit)

    def around(self, begin: int, end: int) -> float:
        """Return the cost of the way from one node to another; inf beyond the limit."""
        if (begin, end) not in self._around:
            zero = np.zeros(1)
            seeds = Seeds(np.array([begin]), zero, zero, zero.astype(np.int32))
            self._around[begin, end] = float(self.search(seeds, self.limit).cost[end])
        return self._around[begin, end]


@dataclass(frozen=True, eq=False)
class WalkTree:
    """The best walks of places to a category: as those of a search they form a tree, whose roots are the facilities.

    Attributes
    ----------
    query, limit
        The network, places and facilities; the largest cost of a walk.
    starts, owner
        The access points of the facilities, and the number of the facility of each.
    labels
        Of the search.
    parent
        The node before each node (exit copies included), as `predecessors` gives it.
    first, last
        Where the nodes behind each node, itself included, begin and end in the order of the tree.
    places
        Rows of the places with a walk within the limit that leaves their own street, in the order of the tree.
    at
        Where the node by which each of them leaves its street stands in this order, ascending.
    cost
        The cost of each of these walks.
    """

    query: Query
    limit: float
    starts: AccessPoints
    owner: np.ndarray
    labels: Labels
    parent: np.ndarray
    first: np.ndarray
    last: np.ndarray
    places: np.ndarray
    at: np.ndarray
    cost: np.ndarray

    @classmethod
    def of(cls, query: Query, category: str, limit: float) -> WalkTree:
        """Return the tree of a category.

        Parameters
        ----------
        query
            The network, places and facilities.
        category
            The category.
        limit
            The largest cost of a walk, inclusive.
        """
        rows, streets, points = query.rows_of[category], query.network.streets, query.place_snapping.access_points
        best, labels, starts = query.arrivals(rows)
        walks = np.flatnonzero((best.cost <= limit) & np.isin(best.start, [_VIA_START, _VIA_END]))
        edge = points.edge[best.access_point[walks]]
        node = np.where(best.start[walks] == _VIA_START, streets.u[edge], streets.v[edge])
        parent = predecessors(streets, labels.via)
        first, last = _in_order(parent)
        order = np.argsort(first[node], kind="stable")
        places = walks[order]
        ranks = query.starts(rows)[1]
        return cls(
            query, limit, starts, ranks, labels, parent, first, last, places, first[node[order]], best.cost[places]
        )

    def passing(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the weight of the places whose walk passes each edge from end to end, and each node.

        Parameters
        ----------
        weight
            float64 (places,).
        """
        until = np.concatenate([[0.0], np.cumsum(weight[self.places])])
        behind = until[np.searchsorted(self.at, self.last)] - until[np.searchsorted(self.at, self.first)]
        on_way = np.flatnonzero(self.labels.via >= 0)
        edges = np.bincount(self.labels.via[on_way], behind[on_way], minlength=len(self.query.network.streets.u))
        return edges, behind[: len(self.query.network.streets.exit_copy)]

    def at_risk(self, closure: Closure) -> tuple[np.ndarray, np.ndarray]:
        """Return the places that may have no walk within the limit after a closure, and all that pass there, as rows.

        Those are not at risk whom the way round, from the node before to the node behind, leaves within the limit.

        Parameters
        ----------
        closure
            What is closed.
        """
        risky, passing = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for node in np.flatnonzero(self.labels.via == closure.edge).tolist() if closure.edge >= 0 else []:
            passing.append(self.places[self._behind(node)])
            risky.append(self._beyond(closure, int(self.parent[node]), node))
        for node in closure.nodes:
            passing.append(self.places[self._behind(node)])
            risky.append(self.places[self.at == self.first[node]])
            begin = int(self.parent[node])
            risky += [self._beyond(closure, begin, one) for one in np.flatnonzero(self.parent == node).tolist()]
        return np.concatenate(risky), np.concatenate(passing)

    def path(self, place: int) -> tuple[list[int], list[int]]:
        """Return the edges that the walk of a place passes from end to end, and its nodes, from its own street on.

        Parameters
        ----------
        place
            Row of the place; both are empty if it is none of `places`.
        """
        at, edges, nodes = self.at[self.places == place], list[int](), list[int]()
        node = int(np.flatnonzero(self.first == at[0])[0]) if len(at) else len(self.parent)
        while node < len(self.parent):
            nodes.append(node_of(self.query.network.streets, node))
            edges += [int(self.labels.via[node])] if self.labels.via[node] >= 0 else []
            node = int(self.parent[node])
        return edges, nodes

    def _behind(self, node: int) -> slice:
        """Which of `places` walk over a node."""
        return slice(*np.searchsorted(self.at, [self.first[node], self.last[node]]).tolist())

    def _beyond(self, closure: Closure, begin: int, end: int) -> np.ndarray:
        """The places behind a node that the way round from an earlier node brings beyond the limit; all without one."""
        some = self._behind(end)
        if some.start == some.stop or begin == len(self.parent):
            return self.places[some]
        longer = closure.around(begin, end) - (self.labels.cost[end] - self.labels.cost[begin])
        return self.places[some][~(self.cost[some] + longer <= self.limit)]

    def lost(self, closure: Closure, places: np.ndarray) -> np.ndarray:
        """Return those of some places that have no walk within the limit after a closure, as rows.

        Parameters
        ----------
        closure
            What is closed.
        places
            Rows of places that are at risk.
        """
        if not len(places):
            return places
        streets, costs = self.query.network.streets, self.query.costs
        labels = closure.search(seed_access_points(streets, costs, self.starts, self.owner), self.limit)
        points = self.query.place_snapping.take(places)
        best = arrive_at(streets, costs, labels, points, starts=self.starts, owner=self.owner)
        return places[~(best.cost <= self.limit)]


def _in_order(parent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each node and the last one behind it stand, if every node comes before those behind it."""
    root = len(parent)
    depth, ahead = np.append(np.ones(root, np.int64), 0), np.append(parent, root)
    while (ahead < root).any():
        depth, ahead = depth + depth[ahead], ahead[ahead]
    order, above = np.argsort(depth[:root], kind="stable").tolist(), parent.tolist()
    size = [1] * root + [0]
    for node in reversed(order):
        size[above[node]] += size[node]
    first, free = [0] * root, [0] * (root + 1)
    for node in order:
        first[node] = free[above[node]]
        free[above[node]] += size[node]
        free[node] = first[node] + 1
    return np.array(first, np.int64), np.array(first, np.int64) + np.array(size[:root], np.int64)
