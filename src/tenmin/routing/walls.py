"""Walls: straight pieces of barrier on a grid, and which of them a straight step would meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.kernels import inner, kernel

CELL = 16.0
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
    """int64: the pieces of cell c are listed in first[c]..first[c + 1]"""
    piece: np.ndarray
    left: int
    bottom: int
    columns: int
    rows: int
    cell: float


@inner
def _cells(ends, left, bottom, columns, rows, cell):
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
        i0, i1, j0, j1 = _cells(ends[k], left, bottom, columns, rows, cell)
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                count[j * columns + i + 1] += 1
    first = np.cumsum(count)
    piece = np.empty(first[-1], np.int32)
    filled = first[:-1].copy()
    for k in range(len(ends)):
        i0, i1, j0, j1 = _cells(ends[k], left, bottom, columns, rows, cell)
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
            np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32), 0, 0, 0, 0, CELL
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
def _meets(ax, ay, bx, by, ends, piece):
    """Whether the straight piece a-b meets a wall, touching included."""
    cx, cy, dx, dy = ends[piece, 0], ends[piece, 1], ends[piece, 2], ends[piece, 3]
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
def _first_wall(walls, ax, ay, bx, by):
    if np.hypot(bx - ax, by - ay) <= 2.0 * SLACK:
        return -1
    ax, ay, bx, by = _shortened(ax, ay, bx, by)
    ends, row, first, pieces = walls.ends, walls.row, walls.first, walls.piece
    i0, i1, j0, j1 = _cells((ax, ay, bx, by), walls.left, walls.bottom, walls.columns, walls.rows, walls.cell)
    least = -1
    for j in range(j0, j1 + 1):
        for cell in range(j * walls.columns + i0, j * walls.columns + i1 + 1):
            for k in range(first[cell], first[cell + 1]):
                piece = pieces[k]
                if (least < 0 or row[piece] < least) and _meets(ax, ay, bx, by, ends, piece):
                    least = row[piece]
    return least


@kernel
def gather_walls(walls, box, seen, stamp, near):
    """Write the pieces of wall near a box (x, y, x, y) into `near`, each once; return how many there are.

    A row is the ends and then the box of a piece. `seen` has a number for each piece, none of them `stamp` before.
    """
    count, ends, first, pieces, columns = 0, walls.ends, walls.first, walls.piece, walls.columns
    i0, i1, j0, j1 = _cells(box, walls.left, walls.bottom, columns, walls.rows, walls.cell)
    for j in range(j0, j1 + 1 if i0 <= i1 else j0):
        for at in range(first[j * columns + i0], first[j * columns + i1 + 1]):
            piece = pieces[at]
            if seen[piece] != stamp:
                seen[piece] = stamp
                for k in range(4):
                    near[count, k] = ends[piece, k]
                for k in range(2):
                    near[count, 4 + k] = min(ends[piece, k], ends[piece, 2 + k])
                    near[count, 6 + k] = max(ends[piece, k], ends[piece, 2 + k])
                count += 1
    return count


@kernel
def is_barred(near, count, ax, ay, bx, by):
    """Whether a straight step meets one of the first so many gathered pieces of wall between its ends."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    if square <= 4.0 * SLACK * SLACK:
        return False
    inset = SLACK / np.sqrt(square)
    ax, ay, bx, by = ax + dx * inset, ay + dy * inset, bx - dx * inset, by - dy * inset
    left, right, low, high = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
    for k in range(count):
        apart = (near[k, 4] > right) | (near[k, 6] < left) | (near[k, 5] > high) | (near[k, 7] < low)
        if not apart and _meets(ax, ay, bx, by, near, k):
            return True
    return False


@inner
def cut_line(walls, ax, ay, bx, by):
    """The shares of a straight line before the first and up to the last wall on it; 2 and -1 where there is none."""
    first, last = 2.0, -1.0
    ends, listed, pieces = walls.ends, walls.first, walls.piece
    i0, i1, j0, j1 = _cells((ax, ay, bx, by), walls.left, walls.bottom, walls.columns, walls.rows, walls.cell)
    for j in range(j0, j1 + 1):
        for cell in range(j * walls.columns + i0, j * walls.columns + i1 + 1):
            for k in range(listed[cell], listed[cell + 1]):
                piece = pieces[k]
                if not _meets(ax, ay, bx, by, ends, piece):
                    continue
                dx, dy = ends[piece, 2] - ends[piece, 0], ends[piece, 3] - ends[piece, 1]
                turn = (bx - ax) * dy - (by - ay) * dx
                if turn != 0.0:
                    share = ((ends[piece, 0] - ax) * dy - (ends[piece, 1] - ay) * dx) / turn
                    first, last = min(first, share), max(last, share)
    return first, last


@kernel
def _meet(walls, steps, met):
    for k in range(len(steps)):
        met[k] = _first_wall(walls, steps[k, 0], steps[k, 1], steps[k, 2], steps[k, 3])


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
