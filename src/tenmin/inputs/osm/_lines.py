"""Ways as unbroken line segments: split where nodes are missing, never joined across a gap."""

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
    "MAX_LON_LAT",
    "RENUMBERED",
    "Box",
    "RawWays",
    "Segments",
    "element_labels",
    "newest_date",
    "object_series",
    "original_ids",
    "split_ways",
]

T = TypeVar("T")
Box = tuple[float, float, float, float]
"""West, south, east and north in degrees."""

#: Ids from here up stand for negative ids, in a file that was reordered.
RENUMBERED = 1 << 35
MAX_LON_LAT = np.array([180.0, 90.0])
"""Largest longitude and latitude, in degrees."""
_MIN_NODES = 2
_FIRST_YEAR = 2004


@dataclass(frozen=True)
class RawWays:
    """Ways as flat arrays.

    Attributes
    ----------
    ids
        Id of each way, int64 of shape (ways,).
    tags
        Tags of each way; ways with the same tags share one dict.
    counts
        Number of nodes of each way, int64 of shape (ways,).
    refs
        Node ids of all ways, one after the other, int64 of shape (nodes,).
    xy
        Their longitude and latitude in degrees, float64 of shape (nodes, 2); NaN for a node missing from the file, and
        infinite for one outside the requested box.
    """

    ids: np.ndarray
    tags: list[dict[str, str]]
    counts: np.ndarray
    refs: np.ndarray
    xy: np.ndarray

    @classmethod
    def empty(cls) -> RawWays:
        """Return no ways."""
        return cls(np.zeros(0, np.int64), [], np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2)))

    @classmethod
    def concat(cls, parts: Sequence[RawWays]) -> RawWays:
        """Return the ways of several parts, one after the other."""
        tags = [tags for part in parts for tags in part.tags]
        ids, counts, refs, xy = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "counts", "refs", "xy")
        )
        return cls(ids, tags, counts, refs, xy)

    def select(self, rows: np.ndarray) -> RawWays:
        """Return the ways for which `rows`, bool of shape (ways,), is true."""
        if rows.all():
            return self
        nodes = np.repeat(rows, self.counts)
        tags = [tags for tags, wanted in zip(self.tags, rows, strict=True) if wanted]
        return RawWays(self.ids[rows], tags, self.counts[rows], self.refs[nodes], self.xy[nodes])

    def map_tags(self, function: Callable[[dict[str, str]], T]) -> list[T]:
        """Return `function(tags)` for each way, called once for all ways that share their tags."""
        tags_by_id = {id(tags): tags for tags in self.tags}
        results = {key: function(tags) for key, tags in tags_by_id.items()}
        return [results[id(tags)] for tags in self.tags]


@dataclass(frozen=True)
class Segments:
    """Unbroken segments of ways.

    Attributes
    ----------
    row
        Position of the way of each segment in the raw ways.
    nodes
        Node ids of each segment.
    cut_start, cut_end
        Whether the way continues beyond this end.
    lines
        LineString of each segment.
    lost
        For each raw way, the number of its nodes that are in no segment.
    kept
        For each raw way, the number of its segments.
    """

    row: np.ndarray
    nodes: list[np.ndarray]
    cut_start: np.ndarray
    cut_end: np.ndarray
    lines: np.ndarray
    lost: np.ndarray
    kept: np.ndarray


def split_ways(raw: RawWays) -> Segments:
    """Split ways where nodes have no coordinates; segments of a single node are dropped."""
    refs, xy, row = _drop_repeated_nodes(raw)
    located = np.asarray((np.abs(xy) <= MAX_LON_LAT).all(axis=1))
    at = np.flatnonzero(located)
    is_new = np.ones(len(at), bool)
    is_new[1:] = (np.diff(row[at]) != 0) | (np.diff(at) != 1)
    sizes = np.diff(np.append(np.flatnonzero(is_new), len(at)))
    at = at[np.repeat(sizes >= _MIN_NODES, sizes)]
    sizes = sizes[sizes >= _MIN_NODES]
    ends = np.cumsum(sizes)
    first, last = at[ends - sizes], at[ends - 1]
    return Segments(
        row=row[first],
        nodes=[refs[at[end - size : end]] for end, size in zip(ends, sizes, strict=True)],
        cut_start=_next_is_missing(located, row, first, first - 1),
        cut_end=_next_is_missing(located, row, last, last + 1),
        lines=np.asarray(shapely.linestrings(xy[at], indices=np.repeat(np.arange(len(sizes)), sizes))),
        lost=np.bincount(np.delete(row, at), minlength=len(raw.ids)),
        kept=np.bincount(row[first], minlength=len(raw.ids)),
    )


def original_ids(ids: np.ndarray) -> np.ndarray:
    """Return ids as in the file, where ids from `RENUMBERED` up were negative."""
    return np.where(ids >= RENUMBERED, RENUMBERED - ids, ids)


def _drop_repeated_nodes(raw: RawWays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    refs, xy = original_ids(raw.refs), raw.xy
    row = np.repeat(np.arange(len(raw.ids)), raw.counts)
    distinct = np.ones(len(refs), bool)
    distinct[1:] = (refs[1:] != refs[:-1]) | (row[1:] != row[:-1])
    return refs[distinct], xy[distinct], row[distinct]


def _next_is_missing(located: np.ndarray, row: np.ndarray, end: np.ndarray, next_node: np.ndarray) -> np.ndarray:
    inside = np.clip(next_node, 0, max(len(row) - 1, 0))
    return (inside == next_node) & (row[inside] == row[end]) & ~located[inside]


def newest_date(path: osmium.io.File, keys: Iterable[str]) -> str | None:
    """Return the ISO date of the newest way with one of `keys`, or None if the file has no timestamps.

    Parameters
    ----------
    path
        The file.
    keys
        Keys of tags.
    """
    processor = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(KeyFilter(*sorted(keys)))
    newest = max((way.timestamp for way in processor if isinstance(way, osmium.osm.Way)), default=None)
    return None if newest is None or newest.year < _FIRST_YEAR else newest.date().isoformat()


def object_series(values: Sequence[object], index: pd.Index | None = None) -> pd.Series:
    """Return a Series of dtype object with the values unchanged; None stays None.

    Parameters
    ----------
    values
        The values.
    index
        Index of the result; by default 0, 1, ...
    """
    column = np.empty(len(values), object)
    for place, value in enumerate(values):
        column[place] = value
    return pd.Series(column, index=index, dtype=object)


def element_labels(prefixes: Sequence[str], ids: Sequence[int] | np.ndarray) -> pd.Index:
    """Return labels of elements, such as `n123`, `w123` or `r123`, with the ids of the file.

    Parameters
    ----------
    prefixes
        "n", "w" or "r" for each element.
    ids
        Id of each element.
    """
    numbers = original_ids(np.array(ids, np.int64))
    return pd.Index([f"{prefix}{number}" for prefix, number in zip(prefixes, numbers, strict=True)], dtype="str")
