"""Rings: crossings of an outline joined into shells and holes, the holes behind the shell that they lie in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner

_CORNERS = 3
"""Fewer make no ring."""
_OPEN = "the outline of a circle is open: a fault of tenmin; please report the facility and the extract"


class Rings(NamedTuple):
    """Closed rings: ring r has corners first[r]..first[r + 1]; a hole follows its shell."""

    x: np.ndarray
    y: np.ndarray
    first: np.ndarray
    is_shell: np.ndarray


@inner
def _follow(at_x, at_y, after):
    """The closed rings through points that each know the next one; an open end stands for no ring."""
    count = len(after)
    x, y, first = np.empty(2 * count), np.empty(2 * count), np.empty(count + 1, np.int64)
    seen = np.zeros(count, np.bool_)
    size, rings, first[0] = 0, 0, 0
    for start in range(count):
        at, begin = start, size
        while not seen[at]:
            seen[at] = True
            x[size], y[size] = at_x[at], at_y[at]
            size += 1
            at = after[at]
        if size - begin < _CORNERS:
            size = begin
            continue
        x[size], y[size] = x[begin], y[begin]
        size, rings = size + 1, rings + 1
        first[rings] = size
    return x[:size], y[:size], first[: rings + 1]


@inner
def _areas(x, y, first):
    """Twice the area of each ring, negative if it runs clockwise."""
    area = np.zeros(len(first) - 1)
    for ring in range(len(area)):
        low = first[ring]
        for k in range(low, first[ring + 1] - 1):
            area[ring] += (x[k] - x[low]) * (y[k + 1] - y[low]) - (x[k + 1] - x[low]) * (y[k] - y[low])
    return area


@inner
def _holds(x, y, low, high, px, py):
    """Whether a point lies in a ring."""
    inside = False
    for k in range(low, high - 1):
        if (y[k] > py) != (y[k + 1] > py) and px < x[k] + (py - y[k]) / (y[k + 1] - y[k]) * (x[k + 1] - x[k]):
            inside = not inside
    return inside


@inner
def _owners(x, y, first, area):
    """The shell of each ring: itself, or for a hole the smallest shell round it."""
    owner = np.empty(len(area), np.int64)
    for hole in range(len(area)):
        owner[hole] = hole if area[hole] > 0.0 else -1
        for ring in range(len(area) if area[hole] <= 0.0 else 0):
            if area[ring] <= -area[hole] or (owner[hole] >= 0 and area[ring] >= area[owner[hole]]):
                continue
            if _holds(x, y, first[ring], first[ring + 1], x[first[hole]], y[first[hole]]):
                owner[hole] = ring
    return owner


@inner
def _in_order(x, y, first, order):
    """The same rings in another order."""
    out_x, out_y, out_first, size = np.empty(len(x)), np.empty(len(y)), np.zeros(len(first), np.int64), 0
    for k in range(len(order)):
        for corner in range(first[order[k]], first[order[k] + 1]):
            out_x[size], out_y[size] = x[corner], y[corner]
            size += 1
        out_first[k + 1] = size
    return out_x, out_y, out_first


@inner
def join_rings(crossings, keys):
    """Return the rings of an outline (see `trace_outline`), each from its first crossing on, holes behind their shells.

    `keys` is the number that keys stay below.
    """
    count, at = len(crossings), np.empty(keys, np.int32)
    for k in range(count):
        at[int(crossings[k, 0])] = k
    at_x, at_y, after = crossings[:, 1].copy(), crossings[:, 2].copy(), np.empty(count, np.int64)
    for k in range(count):
        after[k] = at[int(crossings[k, 3])]
        if not (0 <= after[k] < count) or crossings[after[k], 0] != crossings[k, 3]:
            raise AssertionError(_OPEN)
    x, y, first = _follow(at_x, at_y, after)
    area = _areas(x, y, first)
    order = np.argsort(2.0 * _owners(x, y, first, area) + (area <= 0.0), kind="mergesort")
    x, y, first = _in_order(x, y, first, order)
    return Rings(x, y, first, area[order] > 0.0)
