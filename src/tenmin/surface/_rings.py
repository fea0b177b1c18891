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
def _sort(x, y, first, area, owner, begin, order, out_x, out_y, out_first, is_shell):
    """Write rings in the order of their shells, each hole behind the smallest shell round it.

    Parameters
    ----------
    x, y
        float64, the corners of rings, metres.
    first
        int64 (rings + 1,): where each begins.
    area
        float64 (rings,): above 0 for a shell.
    owner, begin, order
        int64 (rings,), (rings + 2,) and (rings,), overwritten: the shell of each ring, -1 without one; where the rings
        of each shell begin, and those without; and the rings as they are written.
    out_x, out_y, out_first, is_shell
        float64, float64, int64, bool: filled.
    """
    rings, size = len(area), np.int64(0)
    for ring in range(rings + 2):
        begin[ring] = 0
    for ring in range(rings):
        owner[ring] = ring if area[ring] > 0.0 else -1
        px, py = x[first[ring]], y[first[ring]]
        for shell in range(rings if area[ring] <= 0.0 else 0):
            if area[shell] <= -area[ring] or (owner[ring] >= 0 and area[shell] >= area[owner[ring]]):
                continue
            inside = False
            for k in range(first[shell], first[shell + 1] - 1):
                if (y[k] > py) != (y[k + 1] > py) and px < x[k] + (py - y[k]) / (y[k + 1] - y[k]) * (x[k + 1] - x[k]):
                    inside = not inside
            if inside:
                owner[ring] = shell
        begin[owner[ring] + 2] += 1
    for ring in range(rings):
        begin[ring + 2] += begin[ring + 1]
        if area[ring] > 0.0:
            order[begin[ring + 1]] = ring
            begin[ring + 1] += 1
    for ring in range(rings):
        if area[ring] <= 0.0:
            order[begin[owner[ring] + 1]] = ring
            begin[owner[ring] + 1] += 1
    out_first[0] = 0
    for k in range(rings):
        is_shell[k] = area[order[k]] > 0.0
        for corner in range(first[order[k]], first[order[k] + 1]):
            out_x[size], out_y[size] = x[corner], y[corner]
            size += 1
        out_first[k + 1] = size


def join_rings(crossings: np.ndarray, keys: np.ndarray) -> Rings:
    """Return the rings of an outline (see `trace_outline`), each from its first crossing on, holes behind their shells.

    `keys` is int32, as long as the number that keys stay below, and is overwritten.
    """
    count = len(crossings)
    x, y = np.empty((2, count + count // _CORNERS))
    first, area = np.empty(count // _CORNERS + 1, np.int64), np.empty(count // _CORNERS)
    found = _follow(crossings, keys, np.zeros(count, bool), x, y, first, area)
    if found < 0:
        raise AssertionError(_OPEN)
    corners, scratch = first[found], np.empty((3, found + 2), np.int64)
    rings = Rings(np.empty(corners), np.empty(corners), np.empty(found + 1, np.int64), np.empty(found, bool))
    _sort(x, y, first, area[:found], *scratch, *rings)
    return rings
