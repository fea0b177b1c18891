"""Spots: the points of a grid that have feet on rims, rim by rim.

Feet are local minima of the distance along the streets that a straight leg reaches without crossing a wall: where a
perpendicular falls on a straight piece, and corners from which every street leads away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._occlusion import cast_shadows
from tenmin.surface._street_pieces import Rims
from tenmin.surface._visibility import box_view, cross_view, patch_of, steps_of
from tenmin.surface._walls import Walls, bars_leg, first_wall

FINE = 2
"""How many times finer the grid is in cells that have a block."""
SIDE = FINE + 1
KINDS = 4
"""Of streets: open, private, open on an island, private on an island."""
_COLUMNS = np.int32, np.int32, np.float32, np.float32
"""The types of what `Spots` has of each foot."""
_NONE = 1 << 30
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


@kernel
def number_points(grid):
    """The number that the points of a grid stay below."""
    return (grid.number.max() + 1) * (1 if grid.fine == 1 else SIDE * SIDE)


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
def _look_ahead(number):
    """The first column, at or right of each cell, that has a number or stands above or right of one that has."""
    rows, columns = number.shape
    ahead = np.empty((rows + 1, columns + 1), np.int32)
    for j in range(rows + 1):
        following = _NONE
        for i in range(columns, -1, -1):
            here = j < rows and ((i < columns and number[j, i] >= 0) or (i > 0 and number[j, i - 1] >= 0))
            below = j > 0 and i < columns and number[j - 1, i] >= 0
            following = i if here or below else following
            ahead[j, i] = following
    return ahead


@inner
def _four(table, row):
    return table[row, 0], table[row, 1], table[row, 2], table[row, 3]


@inner
def _foot(is_corner, line, lead, px, py):
    """The foot that a point has on a rim: how far along it, where, and how long the leg is."""
    t = 0.0 if is_corner else lead[0] * (px - line[0]) + lead[1] * (py - line[1])
    x, y = line[0] + t * lead[0], line[1] + t * lead[1]
    return t, x, y, np.float32(np.sqrt((px - x) * (px - x) + (py - y) * (py - y)))


@kernel
def _find(rims, chosen, grid, walls, asked, spots, found, seen, dark):
    """Write the feet that the points of a grid have on rims, and how many each rim has; return how many there are."""
    (reach, stride, once), (least, barred), number, fine, wall_ends = asked, found, grid.number, grid.fine, walls.ends
    ends, leads, spread, gap, span, at = rims.ends, rims.lead, rims.spread, rims.gap, rims.span, rims.at
    (counts, column, row, ats, legs), private, island, step = spots, rims.private, rims.island, grid.cell / fine
    left, bottom, total, ahead = grid.left * fine, grid.bottom * fine, _add_up(number), _look_ahead(number)
    size, apart, shaded, is_shaded = 0, stride // fine, -1, False
    for rim in chosen:
        line, lead, is_corner = _four(ends, rim), _four(leads, rim), gap[rim] > 0.0
        box = box_view(line, _four(spread, rim), reach)
        if _is_empty(total, grid.left, grid.bottom, grid.cell, box):
            continue
        patch, kind = patch_of(box, grid), private[rim] + 2 * island[rim]
        begin, per_metre = at[rim], 0.0 if is_corner else span[rim] / lead[2]
        inverse, wide, before = (1.0 / lead[0], 1.0 / lead[1], 1.0 / lead[2]), patch.right - patch.left, size
        for j in range(patch.bottom, patch.top):
            if fine > 1 and ahead[j // FINE, patch.left // FINE] * FINE >= patch.right:
                continue
            low, high = cross_view(is_corner, lead, inverse, reach, (bottom + j) * step - line[1])
            i, end = steps_of(max(low + line[0], box[0]), min(high + line[0], box[2]), step, left, patch.right)
            while i < end:
                if fine > 1 and ahead[j // FINE, i // FINE] > i // FINE:
                    i = ahead[j // FINE, i // FINE] * FINE
                    continue
                point, here, i = _number_between(number, j, i) if fine > 1 else number[j, i], i, i + 1
                if point < 0 or (once and least[point, 0] < np.inf):
                    continue
                if shaded != rim and len(seen):
                    is_shaded = cast_shadows(walls, rim, is_corner, line, lead, reach, box, patch, seen, dark)
                px, py, shaded = (left + here) * step, (bottom + j) * step, rim
                t, fx, fy, leg = _foot(is_corner, line, lead, px, py)
                wall = dark[(j - patch.bottom) * wide + here - patch.left] if is_shaded else -1
                if wall >= 0 and (bars_leg(wall_ends[wall], fx, fy, px, py) or first_wall(walls, fx, fy, px, py) >= 0):
                    barred[point] = True
                    continue
                least[point, kind] = min(least[point, kind], leg)
                if size < len(ats):
                    column[size], row[size] = (left + here) * apart, (bottom + j) * apart
                    ats[size], legs[size] = begin + t * per_metre, leg
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
    points, dark, rows = int(number_points(grid)), np.empty(0, np.int32), np.flatnonzero(chosen)
    if len(walls.ends):
        longest = np.abs(rims.ends[rows, 2:] - rims.ends[rows, :2])
        boxes = (longest + 2.0 * asked.reach) * (grid.fine / grid.cell) + 3.0
        dark = np.empty(int(boxes.prod(axis=1).max(initial=0.0)), np.int32)
    room = 4 * points + 1024
    while True:
        spots = Spots(np.zeros(len(chosen) + 1, np.int64), *(np.empty(room, kind) for kind in _COLUMNS))
        found = np.full((points, KINDS), np.inf, np.float32), np.zeros(points, bool)
        size = _find(rims, rows, grid, walls, asked, spots, found, np.full(len(walls.ends), -1), dark)
        if size <= room:
            return Found(Spots(np.cumsum(spots.first), *(one[:size] for one in spots[1:])), *found)
        room = size
