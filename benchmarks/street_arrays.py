"""The streets of a network as plain arrays in a file, so that every program searches the very same ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class StreetArrays:
    """Nodes by their place and edges by their ends, with what the edges cost.

    Attributes
    ----------
    x, y
        One per node, metres.
    u, v
        One per edge: the rows of the nodes at its ends.
    length
        One per edge, metres.
    private
        One per edge: nobody passes through.
    along, back
        One per edge: what it costs from u to v and from v to u; infinite where it is closed.
    """

    x: np.ndarray
    y: np.ndarray
    u: np.ndarray
    v: np.ndarray
    length: np.ndarray
    private: np.ndarray
    along: np.ndarray
    back: np.ndarray

    @classmethod
    def read(cls, path: str | Path) -> StreetArrays:
        """Return the streets of a file."""
        with np.load(path) as kept:
            return cls(**{name: kept[name] for name in kept.files})

    def write(self, path: str | Path) -> None:
        """Write the streets to an .npz file."""
        np.savez(path, **asdict(self))
