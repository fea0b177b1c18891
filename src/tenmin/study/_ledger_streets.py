"""Streets of a ledger: the gates and streets that were opened or added since the last quarter, on walks that clear."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tenmin.access.walk_trees import Closure, WalkTree
from tenmin.measures.coverage import Coverage
from tenmin.network import WalkNetwork
from tenmin.study._ledger_words import STREETS
from tenmin.support.limits import inclusive

__all__ = ["Opened", "streets_of"]

_WAY, _CLOSED = "way", "gate"
_OPEN = "open"
"""The state of a gate that anyone may pass."""
_NO_WAY = "-1"
"""The way of lines across open ground."""


def streets_of(network: WalkNetwork) -> pd.DataFrame:
    """Return the ways that anyone may walk, and the gates that are not open, by which the next quarter knows others.

    Parameters
    ----------
    network
        The streets.

    Returns
    -------
    DataFrame
        street (id as text) and sort ("way", or "gate" for one that is not open), sorted.
    """
    ways = sorted(set(network.edges.loc[~network.edges["private"].astype(bool), "way"].astype(str)))
    shut = network.gates.index[network.gates["state"] != _OPEN].astype(str) if len(network.gates) else []
    rows = [*((way, _WAY) for way in ways), *((gate, _CLOSED) for gate in sorted(shut))]
    return pd.DataFrame(rows, columns=[*STREETS], dtype=object)


class Opened:
    """What was opened or added in the streets since the last quarter."""

    def __init__(self, coverage: Coverage, before: pd.DataFrame) -> None:
        """Compare the streets of a coverage with those of the last quarter; nothing is known if that is empty."""
        self._coverage = coverage
        self._ways = set(before.loc[before["sort"] == _WAY, "street"].astype(str))
        self._shut = set(before.loc[before["sort"] == _CLOSED, "street"].astype(str))
        self._trees = dict[str, WalkTree]()

    def find(self, category: str, place: int) -> tuple[str, str] | None:
        """Return the kind ("gate" or "street") and name of what a place is not served without, if there is one.

        Parameters
        ----------
        category
            The service that it lacked.
        place
            Row of the place.
        """
        coverage = self._coverage
        if not self._ways or coverage.metric == "straight":
            return None
        if category not in self._trees:
            limit = float(inclusive(coverage.query.cost(coverage.limit[category])))
            self._trees[category] = WalkTree.of(coverage.query, category, limit)
        tree = self._trees[category]
        passed = pd.Index([place])
        for kind, name, closure in self._on_the_way(tree, place):
            if len(tree.lost(closure, passed.to_numpy())):
                return kind, name
        return None

    def _on_the_way(self, tree: WalkTree, place: int) -> Iterator[tuple[str, str, Closure]]:
        """Gates and streets on a walk that the last quarter did not have, or had shut."""
        network, query = self._coverage.network, self._coverage.query
        edges, nodes = tree.path(place)
        labels, gates = network.nodes.index, network.gates
        opened = set(gates.index[gates["state"] == _OPEN]) if len(gates) else set[object]()
        for node in nodes:
            if str(labels[node]) in self._shut and labels[node] in opened:
                name = gates["name"].get(labels[node]) if "name" in gates else None
                yield "gate", _called(name, labels[node]), Closure(query, tree.limit, node=node)
        streets = network.edges.iloc[edges]
        names = streets["name"].tolist() if "name" in streets else [None] * len(edges)
        for edge, way, name in zip(edges, streets["way"].astype(str), names, strict=True):
            if way not in self._ways and way != _NO_WAY:
                yield "street", _called(name, way), Closure(query, tree.limit, edge=edge)


def _called(name: object, label: object) -> str:
    return name if isinstance(name, str) and name.strip() else str(label)
