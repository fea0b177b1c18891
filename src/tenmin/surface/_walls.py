"""Walls: straight pieces of barrier on a grid, and which of them a straight step would meet."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel

CELL = 32.0
"""Metres of a cell of the grid, or more where there would be too many."""
MOST_CELLS = 4_000_000
SLACK = 1e-3
"""Metres by which a step is shortened at both ends: it may begin or end on a wall."""


class Walls(NamedTuple):
    """Straight pieces of barriers, listed by the grid cells that their boxes touch."""

    ends: np.ndarray
    """float64 (pieces, 4): x, y, x, y"""
    row: np.ndarray
    """int64, the row of the barrier of each piece, ascending"""
    first: np.ndarray
    """int32: the pieces of cell c are listed in first[c]..first[c + 1]"""
    piece: np.ndarray
    left: int
    bottom: int
    columns: int
    rows: int
    cell: float


@inner
def cells_of(x0, y0, x1, y1, left, bottom, columns, rows, cell):
    """The first and last column and row of the grid that the box of a straight piece touches."""
    i0 = max(math.floor(min(x0, x1) / cell) - left, 0)
    i1 = min(math.floor(max(x0, x1) / cell) - left, columns - 1)
    j0 = max(math.floor(min(y0, y1) / cell) - bottom, 0)
    j1 = min(math.floor(max(y0, y1) / cell) - bottom, rows - 1)
    return i0, i1, j0, j1


@kernel
def _list(ends, left, bottom, columns, rows, cell, at, piece):
    """List the boxes that touch each cell; without room for them, only count them.

    Parameters
    ----------
    ends
        float64 (boxes, 4): x, y, x, y of two opposite corners, metres.
    left, bottom, columns, rows, cell
        The grid: int64, and the side of a cell, metres.
    at
        int64 (cells,): row of `piece` for the next box of each cell; raised by one for each box.
    piece
        int32: the boxes, written cell by cell; or empty.
    """
    listed = len(piece) > 0
    for k in range(len(ends)):
        i0, i1, j0, j1 = cells_of(ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3], left, bottom, columns, rows, cell)
        for j in range(j0, j1 + 1):
            for c in range(j * columns + i0, j * columns + i1 + 1):
                if listed:
                    piece[at[c]] = k
                at[c] += 1


def raise_walls(ends: np.ndarray, row: np.ndarray) -> Walls:
    """Return the walls of straight pieces of barrier.

    Parameters
    ----------
    ends
        float64 (pieces, 4): x, y, x, y of each piece, metres.
    row
        The row of the barrier of each piece, ascending.
    """
    if len(ends) == 0:
        return Walls(
            np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(1, np.int32), np.zeros(0, np.int32), 0, 0, 0, 0, CELL
        )
    ends = np.ascontiguousarray(ends, np.float64)
    return Walls(ends, row.astype(np.int64), *list_boxes(ends, CELL))


def list_boxes(ends: np.ndarray, cell: float) -> tuple[np.ndarray, np.ndarray, int, int, int, int, float]:
    """Return which boxes touch each cell of a grid.

    Parameters
    ----------
    ends
        float64 (boxes, 4): x, y, x, y of two opposite corners, metres.
    cell
        Side of a cell, metres; it is made larger where there would be too many.

    Returns
    -------
    tuple
        The first row of each cell and one more, rows of boxes, the grid's left column and bottom row, its columns and
        rows, and the side of a cell.
    """
    x, y = ends[:, ::2], ends[:, 1::2]
    width, height = float(np.ptp(x)), float(np.ptp(y))
    cell = max(cell, float(np.sqrt(width * height / MOST_CELLS)), max(width, height) / MOST_CELLS)
    left, bottom = int(np.floor(x.min() / cell)), int(np.floor(y.min() / cell))
    columns, rows = int(np.floor(x.max() / cell)) - left + 1, int(np.floor(y.max() / cell)) - bottom + 1
    grid, count = (left, bottom, columns, rows, cell), np.zeros(columns * rows, np.int64)
    _list(ends, *grid, count, np.empty(0, np.int32))
    first = np.append(0, np.cumsum(count))
    piece = np.empty(first[-1], np.int32)
    _list(ends, *grid, first[:-1].copy(), piece)
    return first.astype(np.int32), piece, *grid


@inner
def _meets(ax, ay, bx, by, cx, cy, dx, dy):
    """Whether the straight pieces a-b and c-d meet, touching included."""
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
def first_wall(walls, ax, ay, bx, by, known):
    """The least row of a barrier that a straight step meets between its ends; -1 if none.

    The step is shortened at both ends, on which it may stand on a wall.

    Parameters
    ----------
    walls
        The walls.
    ax, ay, bx, by
        float64, where the step begins and ends, metres.
    known
        int64, a piece of barrier that is asked first: if the step meets it, no other is; -1 for none.
    """
    ends, row, first, pieces, left, bottom, columns, rows, cell = walls
    step = math.hypot(bx - ax, by - ay)
    if step <= 2.0 * SLACK:
        return -1
    x, y = (bx - ax) * SLACK / step, (by - ay) * SLACK / step
    ax, ay, bx, by = ax + x, ay + y, bx - x, by - y
    if known >= 0 and _meets(ax, ay, bx, by, ends[known, 0], ends[known, 1], ends[known, 2], ends[known, 3]):
        return row[known]
    i0, i1, j0, j1 = cells_of(ax, ay, bx, by, left, bottom, columns, rows, cell)
    least = np.int64(-1)
    for j in range(j0, j1 + 1):
        for c in range(j * columns + i0, j * columns + i1 + 1):
            for k in range(first[c], first[c + 1]):
                piece = pieces[k]
                if (least < 0 or row[piece] < least) and _meets(
                    ax, ay, bx, by, ends[piece, 0], ends[piece, 1], ends[piece, 2], ends[piece, 3]
                ):
                    least = row[piece]
    return least


@inner
def cut_line(ax, ay, bx, by, cx, cy, dx, dy):
    """The share of a straight line a-b before a wall c-d that it meets; above 1 if it meets none or runs along."""
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0.0 or not _meets(ax, ay, bx, by, cx, cy, dx, dy):
        return 2.0
    return ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn


@kernel
def _meet(walls, steps, met):
    for k in range(len(steps)):
        met[k] = first_wall(walls, steps[k, 0], steps[k, 1], steps[k, 2], steps[k, 3], np.int64(-1))


def meet_walls(walls: Walls, steps: np.ndarray) -> np.ndarray:
    """Return the row of a barrier that each straight step meets between its ends (the least row), -1 if none.

    Parameters
    ----------
    walls
        The walls.
    steps
        float64 (n, 4): x, y, x, y of each step, metres. Ends that stand on a wall do not meet it.
    """
    met = np.full(len(steps), -1, np.int64)
    if len(walls.row):
        _meet(walls, np.ascontiguousarray(steps, np.float64), met)
    return met
