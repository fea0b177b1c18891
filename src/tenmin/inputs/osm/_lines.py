"""Ways as unbroken lines: cut where nodes are missing, never joined across the gap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import osmium
import osmium.io
import osmium.osm
import pandas as pd
import shapely
from osmium.filter import KeyFilter

__all__ = [
    "FARTHEST",
    "RENUMBERED",
    "Box",
    "Pieces",
    "RawWays",
    "cut_into_pieces",
    "labels",
    "newest_day",
    "objects",
    "original_ids",
]

T = TypeVar("T")
Box = tuple[float, float, float, float]
"""West, south, east and north in degrees."""

#: Ids from here up stand for negative ones in a file that had to be put in order first.
RENUMBERED = 1 << 35
FARTHEST = np.array([180.0, 90.0])
"""Degrees of longitude and latitude that no node lies beyond."""
_SHORTEST = 2
_FIRST_YEAR = 2004


@dataclass(frozen=True)
class RawWays:
    """Ways as flat arrays: way `ids[i]` has `tags[i]` and the next `counts[i]` rows of `refs` and `xy` (degrees).

    A node without a place in the file has NaN coordinates, one outside the box asked for infinite ones.
    Ways with the same tags share one dict.
    """

    ids: np.ndarray
    tags: list[dict[str, str]]
    counts: np.ndarray
    refs: np.ndarray
    xy: np.ndarray

    @classmethod
    def nothing(cls) -> RawWays:
        """No ways."""
        return cls(np.zeros(0, np.int64), [], np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2)))

    @classmethod
    def of(cls, parts: Sequence[RawWays]) -> RawWays:
        """The ways of several parts, one after the other."""
        tags = [tags for part in parts for tags in part.tags]
        ids, counts, refs, xy = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "counts", "refs", "xy")
        )
        return cls(ids, tags, counts, refs, xy)

    def take(self, rows: np.ndarray) -> RawWays:
        """Return only the ways for which `rows` (bool) is true."""
        if rows.all():
            return self
        nodes = np.repeat(rows, self.counts)
        tags = [tags for tags, wanted in zip(self.tags, rows, strict=True) if wanted]
        return RawWays(self.ids[rows], tags, self.counts[rows], self.refs[nodes], self.xy[nodes])

    def by_tags(self, judge: Callable[[dict[str, str]], T]) -> list[T]:
        """Return what `judge` says of the tags of each way, asked once for all ways that share them."""
        said = {id(tags): tags for tags in self.tags}
        answers = {key: judge(tags) for key, tags in said.items()}
        return [answers[id(tags)] for tags in self.tags]


@dataclass(frozen=True)
class Pieces:
    """Unbroken pieces of ways: `row` is the place of their way in the raw ways, the rest is one value a piece.

    For every raw way, `lost` counts the nodes that are in no piece, and `kept` the pieces.
    """

    row: np.ndarray
    nodes: list[np.ndarray]
    cut_start: np.ndarray
    cut_end: np.ndarray
    lines: np.ndarray
    lost: np.ndarray
    kept: np.ndarray


def cut_into_pieces(raw: RawWays) -> Pieces:
    """Return the unbroken pieces of ways, cut wherever a node has no place; pieces of one node vanish."""
    refs, xy, row = _without_repeats(raw)
    placed = np.asarray((np.abs(xy) <= FARTHEST).all(axis=1))
    at = np.flatnonzero(placed)
    new_piece = np.ones(len(at), bool)
    new_piece[1:] = (np.diff(row[at]) != 0) | (np.diff(at) != 1)
    sizes = np.diff(np.append(np.flatnonzero(new_piece), len(at)))
    at = at[np.repeat(sizes >= _SHORTEST, sizes)]
    sizes = sizes[sizes >= _SHORTEST]
    ends = np.cumsum(sizes)
    first, last = at[ends - sizes], at[ends - 1]
    return Pieces(
        row=row[first],
        nodes=[refs[at[end - size : end]] for end, size in zip(ends, sizes, strict=True)],
        cut_start=_gap(placed, row, first, first - 1),
        cut_end=_gap(placed, row, last, last + 1),
        lines=np.asarray(shapely.linestrings(xy[at], indices=np.repeat(np.arange(len(sizes)), sizes))),
        lost=np.bincount(np.delete(row, at), minlength=len(raw.ids)),
        kept=np.bincount(row[first], minlength=len(raw.ids)),
    )


def original_ids(ids: np.ndarray) -> np.ndarray:
    """Return ids as the file has them: those from `RENUMBERED` up stand for negative ones."""
    return np.where(ids >= RENUMBERED, RENUMBERED - ids, ids)


def _without_repeats(raw: RawWays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    refs, xy = original_ids(raw.refs), raw.xy
    row = np.repeat(np.arange(len(raw.ids)), raw.counts)
    fresh = np.ones(len(refs), bool)
    fresh[1:] = (refs[1:] != refs[:-1]) | (row[1:] != row[:-1])
    return refs[fresh], xy[fresh], row[fresh]


def _gap(placed: np.ndarray, row: np.ndarray, end: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    inside = np.clip(beyond, 0, max(len(row) - 1, 0))
    return (inside == beyond) & (row[inside] == row[end]) & ~placed[inside]


def newest_day(path: osmium.io.File, keys: Iterable[str]) -> str | None:
    """Return the ISO date of the newest way that has one of `keys`, if the file says."""
    processor = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(KeyFilter(*sorted(keys)))
    newest = max((way.timestamp for way in processor if isinstance(way, osmium.osm.Way)), default=None)
    return None if newest is None or newest.year < _FIRST_YEAR else newest.date().isoformat()


def objects(values: Sequence[object], index: pd.Index | None = None) -> pd.Series:
    """Return a column that holds each value as it is (None stays None)."""
    column = np.empty(len(values), object)
    for place, value in enumerate(values):
        column[place] = value
    return pd.Series(column, index=index, dtype=object)


def labels(prefixes: Sequence[str], ids: Sequence[int] | np.ndarray) -> pd.Index:
    """Return the labels of elements, as `n123`, `w123` or `r123`, with the ids that the file has."""
    numbers = original_ids(np.array(ids, np.int64))
    return pd.Index([f"{prefix}{number}" for prefix, number in zip(prefixes, numbers, strict=True)], dtype="str")
