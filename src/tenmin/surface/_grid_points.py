"""Spots: the points of a grid that have feet on rims, rim by rim.

Feet are local minima of the distance along the streets that a straight leg reaches without crossing a wall: where a
perpendicular falls on a straight piece, and corners from which every street leads away.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._occlusion import cast_shadows
from tenmin.surface._street_pieces import Rims
from tenmin.surface._visibility import cross_view, steps_of
from tenmin.surface._walls import Walls, first_wall

FINE = 2
"""How many times finer the grid is in cells that have a block."""
SIDE = FINE + 1
KINDS = 4
"""Of streets: open, private, open on an island, private on an island."""
_COLUMNS = np.int32, np.int32, np.float32, np.float32
"""The types of what `Spots` has of each foot."""
_CLOSE = 1e-3
"""Metres by which the box round a view is larger than the view."""
_NONE = np.int32(1 << 30)
"""A column that no grid has."""


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


class Asked(NamedTuple):
    """Which feet are asked for, and how they are written down."""

    reach: float
    """how long legs may be, metres"""
    stride: int
    """how many columns of the lattice's finest grid make a cell"""
    once: bool
    """whether a point that has a foot on an open street needs no others"""


class Found(NamedTuple):
    """Feet of the points of a grid, and what is known of points by number."""

    spots: Spots
    least: np.ndarray
    """float32 (points, KINDS): the shortest leg to each kind of street, inf where there is none"""
    barred: np.ndarray
    """bool, a wall bars a leg to a point"""


def _count_points(grid: Grid) -> int:
    """The number that the points of a grid stay below."""
    return int(grid.number.max() + 1) * (1 if grid.fine == 1 else SIDE * SIDE)


@inner
def _number_between(number, j, i):
    """The number of a point in row j and column i of a finer grid; -1 if it is not meant."""
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
def number_at(number, fine, j, i):
    """The number of a point in row j and column i of a grid; -1 if it is not meant."""
    return number[j, i] if fine == 1 else _number_between(number, j, i)


@kernel
def _survey(number, total, ahead):
    """Sum up where points are meant.

    Parameters
    ----------
    number
        int32 (rows, columns), as in `Grid`.
    total
        int32 (rows + 1, columns + 1), 0 at first: filled with how many numbers there are below and left of each point.
    ahead
        int32 (rows + 1 or 0, columns + 1): filled with the first column, at or right of each cell, that has a number or
        stands above or right of one that has.
    """
    rows, columns = number.shape
    for j in range(rows):
        row = np.int32(0)
        for i in range(columns):
            row += np.int32(number[j, i] >= 0)
            total[j + 1, i + 1] = total[j, i + 1] + row
    for j in range(len(ahead)):
        following = _NONE
        for i in range(columns, -1, -1):
            here = j < rows and ((i < columns and number[j, i] >= 0) or (i > 0 and number[j, i - 1] >= 0))
            below = j > 0 and i < columns and number[j - 1, i] >= 0
            following = np.int32(i) if here or below else following
            ahead[j, i] = following


@kernel
def _find(rims, chosen, grid, total, ahead, walls, asked, spots, found, seen, dark):
    """Write the feet that the points of a grid have on rims; return how many there are, written or not.

    Parameters
    ----------
    rims
        Where legs may end.
    chosen
        int64: the rims to look at.
    grid, total, ahead
        The points; int32: how many are numbered below and left of each, and the next column that may have a number.
    walls
        The walls.
    asked
        Which feet.
    spots
        Rows for the feet; `first` is filled with how many each rim has, one row further on.
    found
        float32 (points, KINDS) and bool (points,): the shortest leg to each kind of street, whether a wall bars one.
    seen
        int64 (walls,): -1.
    dark
        int32: as many points as the widest view has.
    """
    (reach, stride, once), (least, barred), (left, bottom, cell, fine, number) = asked, found, grid
    ends, _, at, span, leads, gap, spread, private, island, _ = rims
    counts, column, row, ats, legs = spots
    rows, columns = number.shape
    step, apart, left_fine, bottom_fine = cell / fine, stride // fine, left * fine, bottom * fine
    size, shaded, is_shaded = np.int64(0), np.int64(-1), False
    for rim in chosen:
        x, y, end_x, end_y = ends[rim, 0], ends[rim, 1], ends[rim, 2], ends[rim, 3]
        lead, is_corner = (leads[rim, 0], leads[rim, 1], leads[rim, 2], leads[rim, 3]), gap[rim] > 0.0
        west, south = min(x, end_x) + reach * spread[rim, 0] - _CLOSE, min(y, end_y) + reach * spread[rim, 1] - _CLOSE
        east, north = max(x, end_x) + reach * spread[rim, 2] + _CLOSE, max(y, end_y) + reach * spread[rim, 3] + _CLOSE
        i0 = min(max(math.floor(west / cell) - left - 1, 0), columns)
        j0 = min(max(math.floor(south / cell) - bottom - 1, 0), rows)
        i1 = max(min(math.ceil(east / cell) - left + 2, columns), i0)
        j1 = max(min(math.ceil(north / cell) - bottom + 2, rows), j0)
        if total[j1, i1] - total[j0, i1] - total[j1, i0] + total[j0, i0] == 0:
            continue
        low_i, high_i = steps_of(west, east, step, left_fine, (columns + 1) * fine - 1)
        low_j, high_j = steps_of(south, north, step, bottom_fine, (rows + 1) * fine - 1)
        kind, wide, before = private[rim] + 2 * island[rim], high_i - low_i, size
        per_metre = 0.0 if is_corner else span[rim] / lead[2]
        inverse = 1.0 / lead[0], 1.0 / lead[1], 1.0 / lead[2]
        for j in range(low_j, high_j):
            if fine > 1 and ahead[j // FINE, low_i // FINE] * FINE >= high_i:
                continue
            py = (bottom_fine + j) * step
            low, high = cross_view(is_corner, lead, inverse, reach, py - y)
            i, end = steps_of(max(low + x, west), min(high + x, east), step, left_fine, high_i)
            while i < end:
                if fine > 1 and ahead[j // FINE, i // FINE] > i // FINE:
                    i = np.int64(ahead[j // FINE, i // FINE]) * FINE
                    continue
                point, here = np.int64(_number_between(number, j, i) if fine > 1 else number[j, i]), i
                i += 1
                if point < 0 or (once and least[point, 0] < np.inf):
                    continue
                if shaded != rim and len(seen):
                    patch_x, patch_y = (left_fine + low_i) * step, (bottom_fine + low_j) * step
                    box, tall = (west, south, east, north), high_j - low_j
                    is_shaded = cast_shadows(
                        walls, rim, is_corner, x, y, lead, reach, box, patch_x, patch_y, wide, tall, step, seen, dark
                    )
                shaded, px = rim, (left_fine + here) * step
                t = 0.0 if is_corner else lead[0] * (px - x) + lead[1] * (py - y)
                fx, fy = x + t * lead[0], y + t * lead[1]
                leg = np.float32(math.sqrt((px - fx) * (px - fx) + (py - fy) * (py - fy)))
                wall = dark[(j - low_j) * wide + here - low_i] if is_shaded else np.int32(-1)
                if wall >= 0 and first_wall(walls, fx, fy, px, py, np.int64(wall)) >= 0:
                    barred[point] = True
                    continue
                least[point, kind] = min(least[point, kind], leg)
                if size < len(ats):
                    column[size], row[size] = (left_fine + here) * apart, (bottom_fine + j) * apart
                    ats[size], legs[size] = at[rim] + t * per_metre, leg
                size += 1
        counts[rim + 1] = size - before
    return size


def find_spots(rims: Rims, chosen: np.ndarray, grid: Grid, walls: Walls, asked: Asked) -> Found:
    """Return the feet that the points of a grid have on the chosen rims.

    Parameters
    ----------
    rims, walls
        Where legs may end, and what they may not cross.
    chosen
        bool, one per rim.
    grid
        The points.
    asked
        Which feet.
    """
    points, dark, some = _count_points(grid), np.empty(0, np.int32), np.flatnonzero(chosen)
    rows, columns = grid.number.shape
    total, ahead = (
        np.zeros((rows + 1, columns + 1), np.int32),
        np.empty((rows + 1 if grid.fine > 1 else 0, columns + 1), np.int32),
    )
    _survey(grid.number, total, ahead)
    if len(walls.ends):
        longest = np.abs(rims.ends[some, 2:] - rims.ends[some, :2])
        boxes = (longest + 2.0 * asked.reach) * (grid.fine / grid.cell) + 3.0
        dark = np.empty(int(boxes.prod(axis=1).max(initial=0.0)), np.int32)
    room = 4 * points + 1024
    while True:
        spots = Spots(np.zeros(len(chosen) + 1, np.int64), *(np.empty(room, kind) for kind in _COLUMNS))
        found = np.full((points, KINDS), np.inf, np.float32), np.zeros(points, bool)
        seen = np.full(len(walls.ends), -1)
        size = _find(rims, some, grid, total, ahead, walls, asked, spots, found, seen, dark)
        if size <= room:
            return Found(Spots(np.cumsum(spots.first), *(one[:size] for one in spots[1:])), *found)
        room = size
