"""Tags of many ways, most of which share theirs with others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

__all__ = ["SharedTags"]


@dataclass(frozen=True, eq=False)
class SharedTags:
    """The tags of ways: what follows from them is found once for all ways that were read with the same."""

    kinds: list[Mapping[str, str]]
    """All tags that there are."""
    kind: np.ndarray
    """Which of them each way has."""

    @classmethod
    def of(cls, tags: Iterable[Mapping[str, str]]) -> Self:
        """Return the tags of ways, where equal tags that are read once are one object."""
        listed = list(tags)
        _, first, kind = np.unique(np.array([id(one) for one in listed]), return_index=True, return_inverse=True)
        return cls([listed[row] for row in first.tolist()], kind)

    def map(self, function: Callable[[Mapping[str, str]], Any]) -> np.ndarray:
        """Return what a function makes of the tags of each way, as objects."""
        found = np.empty(len(self.kinds), object)
        found[:] = [function(tags) for tags in self.kinds]
        return found[self.kind]

    def rows_where(self, test: Callable[[Mapping[str, str]], bool]) -> list[int]:
        """Return the rows of the ways whose tags pass a test."""
        return np.flatnonzero(self.map(test).astype(bool)).tolist()
