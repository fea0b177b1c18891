"""Spots: the points of a grid that have feet on rims, rim by rim.

Feet are local minima of the distance along the streets that a straight leg reaches without crossing a wall: where a
perpendicular falls on a straight piece, and corners from which every street leads away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.kernels import inner, kernel
from tenmin.routing.feet import TOUCH
from tenmin.routing.walls import gather_walls, is_barred

FINE = 2
"""How many times finer the grid is in cells that have a block."""
SIDE = FINE + 1


class Grid(NamedTuple):
    """A part of a grid, and which of its points (or cells, by their lower left points) are meant: number[j, i], or -1.

    With `fine` above 1 the points meant are those of a finer grid in and round the cells, but the corners of the cells.
    """

    left: int
    bottom: int
    cell: float
    fine: int
    number: np.ndarray
    """int32"""


class Spots(NamedTuple):
    """Points and their feet: the feet on rim r are rows first[r]..first[r + 1]."""

    first: np.ndarray
    column: np.ndarray
    """int32, the column of the point in the finest grid of the lattice"""
    row: np.ndarray
    """int32"""
    at: np.ndarray
    """float32, metres along the edge"""
    leg: np.ndarray
    """float32, metres"""


@kernel
def number_points(grid):
    """The number that the points of a grid stay below."""
    return (grid.number.max() + 1) * (1 if grid.fine == 1 else SIDE * SIDE)


@inner
def _number_between(number, j, i):
    """The number of a point in row j and column i of the finer grid; -1 if it is not meant."""
    row, column, b, a = j // FINE, i // FINE, j % FINE, i % FINE
    if a == 0 and b == 0:
        return -1
    if row < number.shape[0] and column < number.shape[1] and number[row, column] >= 0:
        return (number[row, column] * SIDE + b) * SIDE + a
    if b == 0:
        row, b = row - 1, FINE
    elif a == 0:
        column, a = column - 1, FINE
    else:
        return -1
    if 0 <= row < number.shape[0] and 0 <= column < number.shape[1] and number[row, column] >= 0:
        return (number[row, column] * SIDE + b) * SIDE + a
    return -1


@inner
def _narrow(low, high, slope, height):
    """The part of low..high in which slope * x + height is at most nothing."""
    if slope > 0.0:
        return low, min(high, -height / slope)
    if slope < 0.0:
        return max(low, -height / slope), high
    return (low, high) if height <= 0.0 else (1.0, 0.0)


@inner
def _strip(dx, dy, reach, y):
    """Where a line `y` above the beginning of a piece runs beside it, within reach: least and greatest x from there."""
    square = dx * dx + dy * dy
    wide = reach * np.sqrt(square)
    low, high = _narrow(min(0.0, dx) - reach, max(0.0, dx) + reach, -dx, -y * dy)
    low, high = _narrow(low, high, dx, y * dy - square)
    low, high = _narrow(low, high, dy, -y * dx - wide)
    return _narrow(low, high, -dy, y * dx - wide)


@inner
def _sector(spoke_first, spoke_x, spoke_y, rim, reach, y):
    """Where a line `y` above a corner is within reach of it and no street leads nearer: least and greatest x."""
    half = np.sqrt(max(reach * reach - y * y, 0.0))
    low, high = -half, half
    for k in range(spoke_first[rim], spoke_first[rim + 1]):
        low, high = _narrow(low, high, spoke_x[k], y * spoke_y[k] - TOUCH)
    return low, high


@inner
def _stretch(spoke_first, spoke_x, spoke_y, rim, dx, dy, reach, y):
    """Where a line `y` above the beginning of a rim has its feet within reach there: least and greatest x from it."""
    if dx == 0.0 and dy == 0.0:
        return _sector(spoke_first, spoke_x, spoke_y, rim, reach, y)
    return _strip(dx, dy, reach, y)


@inner
def _foot(x, y, dx, dy, square, px, py):
    """Where on a rim that begins at (x, y) a point that has one there has its foot: the share of it, x and y."""
    t = ((px - x) * dx + (py - y) * dy) / square if square > 0.0 else 0.0
    return t, x + t * dx, y + t * dy


@inner
def _steps(low, high, cell, origin, count):
    """The rows (or columns) of a grid that lie from low to high: the first, and the first one after."""
    return max(int(np.ceil(low / cell)) - origin, 0), min(int(np.floor(high / cell)) - origin + 1, count)


@inner
def _add_up(number):
    """How many numbers there are below and to the left of each point."""
    total = np.zeros((number.shape[0] + 1, number.shape[1] + 1), np.int32)
    for j in range(number.shape[0]):
        row = 0
        for i in range(number.shape[1]):
            row += number[j, i] >= 0
            total[j + 1, i + 1] = total[j, i + 1] + row
    return total


@inner
def _is_empty(total, left, bottom, cell, box):
    """Whether no number stands in a box or a cell beside it."""
    rows, columns = total.shape[0] - 1, total.shape[1] - 1
    i0 = min(max(int(np.floor(box[0] / cell)) - left - 1, 0), columns)
    j0 = min(max(int(np.floor(box[1] / cell)) - bottom - 1, 0), rows)
    i1 = max(min(int(np.ceil(box[2] / cell)) - left + 2, columns), i0)
    j1 = max(min(int(np.ceil(box[3] / cell)) - bottom + 2, rows), j0)
    return total[j1, i1] - total[j0, i1] - total[j1, i0] + total[j0, i0] == 0


@inner
def _no_spots(rims, room):
    return Spots(
        np.zeros(len(rims.code) + 1, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.float32),
        np.empty(room, np.float32),
    )


@kernel
def find_spots(rims, chosen, grid, walls, reach, room, stride):
    """Find the feet that the points of a grid have on the chosen rims.

    `stride` is how many columns of the lattice's finest grid make a cell. Returned are how many feet there are; those
    that there was room for, with the numbers of their points; and by these numbers (bool) which points have a foot and
    which a leg to one that a wall bars.
    """
    ends, at, span, number, fine = rims.ends, rims.at, rims.span, grid.number, grid.fine
    spoke_first, spoke_x, spoke_y = rims.spoke_first, rims.spoke_x, rims.spoke_y
    rows, columns, step, apart = number.shape[0] * fine, number.shape[1] * fine, grid.cell / fine, stride // fine
    left, bottom, total = grid.left * fine, grid.bottom * fine, _add_up(number)
    seen, walled = np.full(len(walls.ends), -1, np.int64), np.empty((len(walls.ends), 8))
    joined, barred = np.zeros(number_points(grid), np.bool_), np.zeros(number_points(grid), np.bool_)
    (first, column, row, ats, legs), place, size = _no_spots(rims, room), np.empty(room, np.int32), 0
    for rim in range(len(chosen)):
        first[rim + 1] = size
        x0, y0, x1, y1 = ends[rim, 0], ends[rim, 1], ends[rim, 2], ends[rim, 3]
        box = min(x0, x1) - reach, min(y0, y1) - reach, max(x0, x1) + reach, max(y0, y1) + reach
        if not chosen[rim] or _is_empty(total, grid.left, grid.bottom, grid.cell, box):
            continue
        pieces = gather_walls(walls, box, seen, rim, walled) if len(seen) else 0
        dx, dy, square = x1 - x0, y1 - y0, (x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)
        low_j, high_j = _steps(box[1], box[3], step, bottom, rows + fine - 1)
        for j in range(low_j, high_j):
            py = (bottom + j) * step
            low, high = _stretch(spoke_first, spoke_x, spoke_y, rim, dx, dy, reach, py - y0)
            if fine > 1 and _is_empty(total, grid.left, grid.bottom, grid.cell, (low + x0, py, high + x0, py)):
                continue
            low_i, high_i = _steps(low + x0, high + x0, step, left, columns + fine - 1)
            for i in range(low_i, high_i):
                point = number[j, i] if fine == 1 else _number_between(number, j, i)
                if point < 0:
                    continue
                px = (left + i) * step
                t, fx, fy = _foot(x0, y0, dx, dy, square, px, py)
                if pieces and is_barred(walled, pieces, fx, fy, px, py):
                    barred[point] = True
                    continue
                joined[point] = True
                if size < room:
                    place[size], column[size], row[size] = point, (left + i) * apart, (bottom + j) * apart
                    ats[size] = at[rim] + t * span[rim]
                    legs[size] = np.sqrt((px - fx) * (px - fx) + (py - fy) * (py - fy))
                size += 1
        first[rim + 1] = size
    kept = min(size, room)
    return size, Spots(first, column[:kept], row[:kept], ats[:kept], legs[:kept]), place[:kept], joined, barred
