"""The files through which the tasks of accuracy and polygons pass streets, facilities and shapes to each other.

They hold arrays and WKB only, so that every peer reads them in its own environment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

LATERALS = (25.0, 50.0, 100.0)
LIMIT = 800.0
SETTINGS = ("without", "with")
"""Barriers: not known, or those of the extract."""


@dataclass(frozen=True)
class Town:
    """The streets of a network as arrays, and the nodes at which facilities stand.

    Edge i runs from node u[i] to node v[i] by the corners xy[first[i]:first[i + 1]].
    """

    crs: str
    node_xy: np.ndarray
    u: np.ndarray
    v: np.ndarray
    length: np.ndarray
    first: np.ndarray
    xy: np.ndarray
    facility: np.ndarray
    lonlat: np.ndarray

    def save(self, folder: Path) -> None:
        """Write the town into a folder."""
        np.savez(folder / "town.npz", **vars(self))

    @classmethod
    def load(cls, folder: Path) -> Town:
        """Return the town of a folder."""
        with np.load(folder / "town.npz") as arrays:
            return cls(crs=str(arrays["crs"]), **{name: arrays[name] for name in arrays.files if name != "crs"})

    def bends(self) -> list[np.ndarray]:
        """Return the corners of each edge."""
        return [self.xy[begin:end] for begin, end in pairwise(self.first)]

    def lines(self) -> np.ndarray:
        """Return the edges as lines."""
        edge = np.repeat(np.arange(len(self.u)), np.diff(self.first))
        return np.asarray(shapely.linestrings(self.xy, indices=edge))


@dataclass(frozen=True)
class Drawing:
    """One shape for each facility, as somebody drew them with one choice of options.

    `lateral` and `setting` say what it was drawn for: tenmin's own; 0 and "" for who knows neither.
    """

    who: str
    option: str
    shapes: Sequence[shapely.Geometry]
    lateral: float = 0.0
    setting: str = ""


def save_drawings(folder: Path, name: str, drawings: list[Drawing]) -> None:
    """Write drawings into a folder."""
    rows = [vars(one) | {"shapes": [shapely.to_wkb(shape, hex=True) for shape in one.shapes]} for one in drawings]
    (folder / f"{name}.drawings.json").write_text(json.dumps(rows), "utf-8")


def load_drawings(folder: Path) -> list[Drawing]:
    """Return all drawings of a folder."""
    files = sorted(folder.glob("*.drawings.json"))
    rows = [row for file in files for row in json.loads(file.read_text("utf-8"))]
    return [Drawing(**row | {"shapes": list(shapely.from_wkb(row["shapes"]))}) for row in rows]
