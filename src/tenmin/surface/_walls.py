"""Walls: barrier segments indexed by a grid, and the first one that a line segment crosses."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel

CELL = 32.0
"""Side of a cell of the index, metres; larger if there would be more than MAX_CELLS."""
MAX_CELLS = 4_000_000
SLACK = 1e-3
"""Metres by which a step is shortened at both ends, as it may begin or end on a wall."""


class Walls(NamedTuple):
    """Barrier segments, indexed by the grid cells that their bounds touch."""

    ends: np.ndarray
    """float64 (segments, 4): x, y, x, y, metres"""
    row: np.ndarray
    """int64 (segments,): row of the barrier, ascending"""
    first: np.ndarray
    """int32 (cells + 1,): the segments in cell c are segment[first[c]:first[c + 1]]"""
    segment: np.ndarray
    """int32, rows of segments, in order of cell"""
    left: int
    bottom: int
    columns: int
    rows: int
    cell: float
    """side of a cell, metres"""


@inner
def cell_range(x0, y0, x1, y1, left, bottom, columns, rows, cell):
    """The first and last column and row of the grid that the bounds of a segment touch."""
    i0 = max(math.floor(min(x0, x1) / cell) - left, 0)
    i1 = min(math.floor(max(x0, x1) / cell) - left, columns - 1)
    j0 = max(math.floor(min(y0, y1) / cell) - bottom, 0)
    j1 = min(math.floor(max(y0, y1) / cell) - bottom, rows - 1)
    return i0, i1, j0, j1


@kernel
def _list_segments(ends, left, bottom, columns, rows, cell, at, segment):
    """Count the segments whose bounds touch each cell, or list them if there is room.

    Parameters
    ----------
    ends
        float64 (segments, 4): x, y, x, y, metres.
    left, bottom, columns, rows, cell
        The grid: int64; side of a cell, float64, metres.
    at
        int64 (cells,): position in `segment` of the next entry of each cell; raised by one for each.
    segment
        int32: filled with the segments of each cell; or empty.
    """
    listed = len(segment) > 0
    for k in range(len(ends)):
        i0, i1, j0, j1 = cell_range(ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3], left, bottom, columns, rows, cell)
        for j in range(j0, j1 + 1):
            for c in range(j * columns + i0, j * columns + i1 + 1):
                if listed:
                    segment[at[c]] = k
                at[c] += 1


def index_walls(ends: np.ndarray, row: np.ndarray) -> Walls:
    """Return barrier segments with an index of them by grid cell.

    Parameters
    ----------
    ends
        float64 (segments, 4): x, y, x, y, metres.
    row
        int (segments,): row of the barrier, ascending.
    """
    if len(ends) == 0:
        return Walls(
            np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(1, np.int32), np.zeros(0, np.int32), 0, 0, 0, 0, CELL
        )
    ends = np.ascontiguousarray(ends, np.float64)
    return Walls(ends, row.astype(np.int64), *index_segments(ends, CELL))


def index_segments(ends: np.ndarray, cell: float) -> tuple[np.ndarray, np.ndarray, int, int, int, int, float]:
    """Return which segments touch each cell of a grid, by their bounds.

    Parameters
    ----------
    ends
        float64 (segments, 4): x, y, x, y, metres.
    cell
        Side of a cell, metres; enlarged if there would be more than MAX_CELLS.

    Returns
    -------
    tuple
        The fields of `Walls` from `first` on.
    """
    x, y = ends[:, ::2], ends[:, 1::2]
    width, height = float(np.ptp(x)), float(np.ptp(y))
    cell = max(cell, float(np.sqrt(width * height / MAX_CELLS)), max(width, height) / MAX_CELLS)
    left, bottom = int(np.floor(x.min() / cell)), int(np.floor(y.min() / cell))
    columns, rows = int(np.floor(x.max() / cell)) - left + 1, int(np.floor(y.max() / cell)) - bottom + 1
    grid, count = (left, bottom, columns, rows, cell), np.zeros(columns * rows, np.int64)
    _list_segments(ends, *grid, count, np.empty(0, np.int32))
    first = np.append(0, np.cumsum(count))
    segment = np.empty(first[-1], np.int32)
    _list_segments(ends, *grid, first[:-1].copy(), segment)
    return first.astype(np.int32), segment, *grid


@inner
def _intersect(ax, ay, bx, by, cx, cy, dx, dy):
    """Whether the segments a-b and c-d intersect; touching counts."""
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    of_c = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    of_d = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    of_a = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    of_b = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    apart = (of_c > 0.0 and of_d > 0.0) or (of_c < 0.0 and of_d < 0.0)
    return not (apart or (of_a > 0.0 and of_b > 0.0) or (of_a < 0.0 and of_b < 0.0))


@inner
def first_wall(walls, ax, ay, bx, by, candidate):
    """The least row of a barrier that a straight step crosses or touches between its ends; -1 if none.

    The step is shortened by SLACK at both ends, which may be on a wall.

    Parameters
    ----------
    walls
        The walls.
    ax, ay, bx, by
        float64, start and end of the step, metres.
    candidate
        int64, a segment to test first, -1 for none: if the step crosses it, the row of its barrier is returned.
    """
    ends, row, first, segments, left, bottom, columns, rows, cell = walls
    step = math.hypot(bx - ax, by - ay)
    if step <= 2.0 * SLACK:
        return -1
    x, y = (bx - ax) * SLACK / step, (by - ay) * SLACK / step
    ax, ay, bx, by = ax + x, ay + y, bx - x, by - y
    if candidate >= 0 and _intersect(
        ax, ay, bx, by, ends[candidate, 0], ends[candidate, 1], ends[candidate, 2], ends[candidate, 3]
    ):
        return row[candidate]
    i0, i1, j0, j1 = cell_range(ax, ay, bx, by, left, bottom, columns, rows, cell)
    shortest = np.int64(-1)
    for j in range(j0, j1 + 1):
        for c in range(j * columns + i0, j * columns + i1 + 1):
            for k in range(first[c], first[c + 1]):
                segment = segments[k]
                if (shortest < 0 or row[segment] < shortest) and _intersect(
                    ax, ay, bx, by, ends[segment, 0], ends[segment, 1], ends[segment, 2], ends[segment, 3]
                ):
                    shortest = row[segment]
    return shortest


@inner
def share_to_wall(ax, ay, bx, by, cx, cy, dx, dy):
    """The position on a-b, as a share of its length, of its crossing with c-d; 2 without one or if parallel."""
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0.0 or not _intersect(ax, ay, bx, by, cx, cy, dx, dy):
        return 2.0
    return ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn


@kernel
def _cross_walls(walls, steps, crossed):
    for k in range(len(steps)):
        crossed[k] = first_wall(walls, steps[k, 0], steps[k, 1], steps[k, 2], steps[k, 3], np.int64(-1))


def first_wall_crossed(walls: Walls, steps: np.ndarray) -> np.ndarray:
    """Return the least row of a barrier that each straight step crosses or touches between its ends, -1 if none.

    Parameters
    ----------
    walls
        The walls.
    steps
        float64 (n, 4): x, y, x, y, metres. A step may begin or end on a wall without crossing it.
    """
    crossed = np.full(len(steps), -1, np.int64)
    if len(walls.row):
        _cross_walls(walls, np.ascontiguousarray(steps, np.float64), crossed)
    return crossed
