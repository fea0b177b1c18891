"""Walls: straight pieces of barrier on a grid, and which of them a straight step would meet."""

from __future__ import annotations

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
def cells_of(ends, left, bottom, columns, rows, cell):
    """The first and last column and row of the grid that the box of a straight piece touches."""
    x0, y0, x1, y1 = ends
    i0 = max(int(np.floor(min(x0, x1) / cell)) - left, 0)
    i1 = min(int(np.floor(max(x0, x1) / cell)) - left, columns - 1)
    j0 = max(int(np.floor(min(y0, y1) / cell)) - bottom, 0)
    j1 = min(int(np.floor(max(y0, y1) / cell)) - bottom, rows - 1)
    return i0, i1, j0, j1


@kernel
def _list(ends, left, bottom, columns, rows, cell):
    count = np.zeros(columns * rows + 1, np.int64)
    for k in range(len(ends)):
        i0, i1, j0, j1 = cells_of(ends[k], left, bottom, columns, rows, cell)
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                count[j * columns + i + 1] += 1
    first = np.cumsum(count).astype(np.int32)
    piece = np.empty(first[-1], np.int32)
    filled = first[:-1].copy()
    for k in range(len(ends)):
        i0, i1, j0, j1 = cells_of(ends[k], left, bottom, columns, rows, cell)
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                piece[filled[j * columns + i]] = k
                filled[j * columns + i] += 1
    return first, piece


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
    return *_list(ends, left, bottom, columns, rows, cell), left, bottom, columns, rows, cell


@inner
def _meets(ax, ay, bx, by, wall):
    """Whether the straight piece a-b meets a wall (x, y, x, y), touching included."""
    cx, cy, dx, dy = wall[0], wall[1], wall[2], wall[3]
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
def _shortened(ax, ay, bx, by):
    """A straight step without the first and the last of it, on which it may stand on a wall."""
    step = np.hypot(bx - ax, by - ay)
    x, y = (bx - ax) * SLACK / step, (by - ay) * SLACK / step
    return ax + x, ay + y, bx - x, by - y


@inner
def first_wall(walls, ax, ay, bx, by):
    """The least row of a barrier that a straight step meets between its ends; -1 if none."""
    if np.hypot(bx - ax, by - ay) <= 2.0 * SLACK:
        return -1
    ax, ay, bx, by = _shortened(ax, ay, bx, by)
    ends, row, first, pieces = walls.ends, walls.row, walls.first, walls.piece
    i0, i1, j0, j1 = cells_of((ax, ay, bx, by), walls.left, walls.bottom, walls.columns, walls.rows, walls.cell)
    least = -1
    for j in range(j0, j1 + 1):
        for cell in range(j * walls.columns + i0, j * walls.columns + i1 + 1):
            for k in range(first[cell], first[cell + 1]):
                piece = pieces[k]
                if (least < 0 or row[piece] < least) and _meets(ax, ay, bx, by, ends[piece]):
                    least = row[piece]
    return least


@inner
def bars_leg(wall, ax, ay, bx, by):
    """Whether a straight step meets a wall (x, y, x, y) between its ends."""
    if np.hypot(bx - ax, by - ay) <= 2.0 * SLACK:
        return False
    ax, ay, bx, by = _shortened(ax, ay, bx, by)
    return _meets(ax, ay, bx, by, wall)


@inner
def cut_line(wall, ax, ay, bx, by):
    """The share of a straight line before a wall (x, y, x, y) that it meets; above 1 if it meets none or runs along."""
    dx, dy = wall[2] - wall[0], wall[3] - wall[1]
    turn = (bx - ax) * dy - (by - ay) * dx
    if turn == 0.0 or not _meets(ax, ay, bx, by, wall):
        return 2.0
    return ((wall[0] - ax) * dy - (wall[1] - ay) * dx) / turn


@kernel
def _meet(walls, steps, met):
    for k in range(len(steps)):
        met[k] = first_wall(walls, steps[k, 0], steps[k, 1], steps[k, 2], steps[k, 3])


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
