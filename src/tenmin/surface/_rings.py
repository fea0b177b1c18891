"""Rings: crossings of an outline joined into shells and holes, the holes behind the shell that they lie in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import kernel

_CORNERS = 3
"""Fewer make no ring."""
_OPEN = "the outline of a circle is open: a fault of tenmin; please report the facility and the extract"


class Rings(NamedTuple):
    """Closed rings: ring r has corners first[r]..first[r + 1]; a hole follows its shell."""

    x: np.ndarray
    y: np.ndarray
    first: np.ndarray
    is_shell: np.ndarray


@kernel
def _follow(crossings, at, seen, x, y, first, area):
    """Follow crossings from one to the next into closed rings; return how many there are, -1 if an end is open.

    Parameters
    ----------
    crossings
        float64 (crossings, 4): key, x, y in metres, key of the next one.
    at
        int32, one for each key: overwritten with the row of its crossing.
    seen
        bool (crossings,): False.
    x, y
        float64, room for the corners of rings, of which the first comes again at the end.
    first
        int64, room for the first corner of each ring and one more.
    area
        float64, room for twice the area of each ring, negative if it runs clockwise.
    """
    count, size, rings = len(crossings), np.int64(0), np.int64(0)
    for k in range(count):
        at[np.int64(crossings[k, 0])] = k
    first[0] = 0
    for start in range(count):
        here, begin = np.int64(start), size
        while not seen[here]:
            seen[here], x[size], y[size] = True, crossings[here, 1], crossings[here, 2]
            size += 1
            following = np.int64(at[np.int64(crossings[here, 3])])
            if not (0 <= following < count) or crossings[following, 0] != crossings[here, 3]:
                return np.int64(-1)
            here = following
        if size - begin < _CORNERS:
            size = begin
            continue
        x[size], y[size] = x[begin], y[begin]
        size += 1
        twice = 0.0
        for k in range(begin, size - 1):
            twice += (x[k] - x[begin]) * (y[k + 1] - y[begin]) - (x[k + 1] - x[begin]) * (y[k] - y[begin])
        area[rings] = twice
        rings += 1
        first[rings] = size
    return rings


@kernel
def _own(x, y, first, area, owner):
    """Find the shell of each ring: itself, or for a hole the smallest shell round it.

    Parameters
    ----------
    x, y
        float64, the corners of rings, metres.
    first
        int64 (rings + 1,): where each begins.
    area
        float64 (rings,): above 0 for a shell.
    owner
        int64 (rings,): filled; -1 for a hole without a shell.
    """
    for hole in range(len(area)):
        owner[hole] = hole if area[hole] > 0.0 else -1
        px, py = x[first[hole]], y[first[hole]]
        for ring in range(len(area) if area[hole] <= 0.0 else 0):
            if area[ring] <= -area[hole] or (owner[hole] >= 0 and area[ring] >= area[owner[hole]]):
                continue
            inside = False
            for k in range(first[ring], first[ring + 1] - 1):
                if (y[k] > py) != (y[k + 1] > py) and px < x[k] + (py - y[k]) / (y[k + 1] - y[k]) * (x[k + 1] - x[k]):
                    inside = not inside
            if inside:
                owner[hole] = ring


def join_rings(crossings: np.ndarray, keys: int) -> Rings:
    """Return the rings of an outline (see `trace_outline`), each from its first crossing on, holes behind their shells.

    `keys` is the number that keys stay below.
    """
    count = len(crossings)
    x, y = np.empty((2, count + count // _CORNERS))
    first, area = np.empty(count // _CORNERS + 1, np.int64), np.empty(count // _CORNERS)
    rings = _follow(crossings, np.empty(keys, np.int32), np.zeros(count, bool), x, y, first, area)
    if rings < 0:
        raise AssertionError(_OPEN)
    first, area = first[: rings + 1], area[:rings]
    rings = Rings(x[: first[-1]], y[: first[-1]], first, area > 0.0)
    return rings if rings.is_shell.all() else _behind_shells(rings, area)


def _behind_shells(rings: Rings, area: np.ndarray) -> Rings:
    """The same rings, each hole behind its shell."""
    x, y, first, is_shell = rings
    owner = np.empty(len(area), np.int64)
    _own(x, y, first, area, owner)
    order = np.argsort(2 * owner + ~is_shell, kind="stable")
    size = np.diff(first)[order]
    ends = np.append(0, np.cumsum(size))
    at = np.repeat(first[order] - ends[:-1], size) + np.arange(ends[-1])
    return Rings(x[at], y[at], ends, is_shell[order])
