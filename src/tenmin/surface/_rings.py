"""Rings: crossings of an outline joined into shells and holes, each hole after its shell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import kernel

_CORNERS = 3
"""Least number of corners of a ring."""
_OPEN = "the outline of an isochrone is not closed, a bug in tenmin; please report the facility and the extract"


class Rings(NamedTuple):
    """Closed rings; holes follow their shell."""

    x: np.ndarray
    """float64 (corners,), metres"""
    y: np.ndarray
    first: np.ndarray
    """int64 (rings + 1,): ring r has the corners first[r]..first[r + 1], the first one again at the end"""
    is_shell: np.ndarray
    """bool (rings,)"""


@kernel
def _follow(crossings, at, seen, x, y, first, area):
    """Follow each crossing to the next into closed rings; return the number of rings, -1 if one is not closed.

    Parameters
    ----------
    crossings
        float64 (crossings, 4): key, x and y in metres, key of the next crossing.
    at
        int32 (keys,): overwritten with the row of the crossing of each key.
    seen
        bool (crossings,), False: overwritten.
    x, y
        float64, filled with the corners of rings, metres; the first one is repeated at the end.
    first
        int64 (rings + 1 or more,): filled with the first corner of each ring.
    area
        float64 (rings or more,): filled with twice the area of each ring, m2, negative if clockwise.
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
    """Write the shells, each followed by the holes of which it is the smallest enclosing shell.

    Parameters
    ----------
    x, y
        float64 (corners,), metres.
    first
        int64 (rings + 1,): first corner of each ring.
    area
        float64 (rings,): above 0 for a shell.
    owner, begin, order
        int64 (rings,), (rings + 2,) and (rings,): scratch for the shell of each ring (-1 without one), the first ring
        of each shell, and the order of the rings.
    out_x, out_y, out_first, is_shell
        Filled, as in `Rings`.
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
    """Return the rings of an outline, each from its first crossing on, holes after their shells.

    Parameters
    ----------
    crossings
        float64 (crossings, 4), as from `trace_outline`.
    keys
        int32, longer than the largest key: scratch.
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
