"""A one-to-many problem as files that every program reads, and the answers that they write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Problem:
    """Open arcs in compressed rows, the nodes to search from, and how far.

    Attributes
    ----------
    arcs
        The fields of `tenmin.routing.TraversableArcs`, among them first, head and cost.
    sources
        uint32, the nodes to search from, one after the other.
    limit
        Cost up to which nodes are reached, inclusive.
    """

    arcs: dict[str, Any]
    sources: np.ndarray
    limit: float

    @classmethod
    def read(cls, stem: str) -> Problem:
        """Return the problem of `<stem>.npz`."""
        with np.load(f"{stem}.npz") as kept:
            fields = {name: kept[name] if kept[name].ndim else kept[name].item() for name in kept.files}
        return cls(sources=fields.pop("sources"), limit=fields.pop("limit"), arcs=fields)

    def write(self, stem: str) -> None:
        """Write the problem to `<stem>.npz` and, as the C++ program reads it, to `<stem>.bin`."""
        np.savez(f"{stem}.npz", sources=self.sources, limit=self.limit, **self.arcs)
        first, head, cost = (self.arcs[name] for name in ("first", "head", "cost"))
        with Path(f"{stem}.bin").open("wb") as file:
            np.array([len(first) - 1, len(head), len(self.sources)], np.int64).tofile(file)
            np.array([self.limit, self.arcs["width"], self.arcs["longest"]], np.float64).tofile(file)
            for array, kind in ((first, np.uint32), (head, np.uint32), (cost, np.float64), (self.sources, np.uint32)):
                array.astype(kind).tofile(file)


@dataclass(frozen=True)
class Answer:
    """What the searches reached: how many nodes from each source, which, and at what cost."""

    count: np.ndarray
    node: np.ndarray
    cost: np.ndarray

    @classmethod
    def of(cls, reached: list[tuple[np.ndarray, np.ndarray]]) -> Answer:
        """Return the answer whose parts are nodes and costs for one source after the other."""
        count = np.array([len(node) for node, _ in reached], np.int64)
        node, cost = (np.concatenate(parts) for parts in zip(*reached, strict=True))
        return cls(count, node.astype(np.uint32), cost.astype(np.float64))

    @classmethod
    def read(cls, path: str) -> Answer:
        """Return the answer of a file."""
        with Path(path).open("rb") as file:
            count = np.fromfile(file, np.int64, int(np.fromfile(file, np.int64, 1)[0]))
            return cls(count, np.fromfile(file, np.uint32, count.sum()), np.fromfile(file, np.float64, count.sum()))

    def write(self, path: str) -> None:
        """Write the answer to a file, as the C++ program does."""
        with Path(path).open("wb") as file:
            np.array([len(self.count)], np.int64).tofile(file)
            for array in (self.count, self.node, self.cost):
                array.tofile(file)

    def apart(self, other: Answer) -> tuple[int, float]:
        """Return how many nodes only one of both has, and the largest difference of a cost that both have."""
        sources = min(len(self.count), len(other.count))
        (mine, here), (theirs, there) = self._keyed(sources), other._keyed(sources)
        both, at, of = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
        return len(mine) + len(theirs) - 2 * len(both), float(np.abs(here[at] - there[of]).max(initial=0.0))

    def _keyed(self, sources: int) -> tuple[np.ndarray, np.ndarray]:
        """One number for each pair of source and node, and its cost."""
        rows = int(self.count[:sources].sum())
        source = np.repeat(np.arange(sources), self.count[:sources])
        return source * np.int64(2**32) + self.node[:rows], self.cost[:rows]
