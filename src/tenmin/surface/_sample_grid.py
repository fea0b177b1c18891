"""The lattice: points of a fixed grid with the feet that a place would have there, the same for every facility.

Private streets are joined only from where they are nearer than any other street, islands only from where there is
nothing else. Cells that a wall touches have a block, a finer grid of their own, with the spots where walls cut its
lines. The grid is anchored at the origin, so that any part of a town has the points that the whole has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import kernel
from tenmin.surface._grid_points import FINE, SIDE, Asked, Found, Grid, Spots, find_spots, number_at
from tenmin.surface._street_pieces import Rims
from tenmin.surface._walls import Walls, cells_of, cut_line

SAME = 0.01
"""Metres below which two distances count as one: coordinates are known to a centimetre."""


class Lattice(NamedTuple):
    """Points of the grid, and finer ones in some of its cells, with their feet."""

    cell: float
    stride: int
    """how many columns of the finest grid make a cell"""
    points: Spots
    between: Spots
    """the finer points, in and round the cells that have a block"""
    blocks: Grid
    """the cells that have a block"""
    cut_first: np.ndarray
    """float32 (blocks, 2, SIDE, SIDE): share of the fine line to the right (or upwards) of each point before the first
    wall on it; above 1 where there is none"""
    cut_last: np.ndarray
    """the same up to the last wall; below 0 where there is none"""


class Ground(NamedTuple):
    """What feet are looked for on."""

    rims: Rims
    walls: Walls
    reach: float
    """how far the legs go that are drawn, metres"""
    aside: float
    """how far a place may be from a street that it joins, metres"""


@kernel
def _around(ends, live, reach):
    """The box round live rims and a distance beyond."""
    box = np.array([np.inf, np.inf, -np.inf, -np.inf])
    for k in range(len(ends)):
        if live[k]:
            box[0], box[1] = min(box[0], ends[k, 0], ends[k, 2]), min(box[1], ends[k, 1], ends[k, 3])
            box[2], box[3] = max(box[2], ends[k, 0], ends[k, 2]), max(box[3], ends[k, 1], ends[k, 3])
    return box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach


@kernel
def _touching(ends, box, aside):
    """Which rims come within a distance of a box, as their own boxes tell."""
    near = np.empty(len(ends), np.bool_)
    for k in range(len(ends)):
        near[k] = (
            max(ends[k, 0], ends[k, 2]) >= box[0] - aside
            and max(ends[k, 1], ends[k, 3]) >= box[1] - aside
            and min(ends[k, 0], ends[k, 2]) <= box[2] + aside
            and min(ends[k, 1], ends[k, 3]) <= box[3] + aside
        )
    return near


@kernel
def _mark_boxes(ends, live, reach, grid):
    """Mark the grid points within reach of live rims, as the boxes of the rims tell."""
    rows, columns = grid.number.shape
    for k in range(len(ends)):
        if not live[k]:
            continue
        i0 = int(np.ceil((min(ends[k, 0], ends[k, 2]) - reach) / grid.cell)) - grid.left
        i1 = int(np.floor((max(ends[k, 0], ends[k, 2]) + reach) / grid.cell)) - grid.left
        j0 = int(np.ceil((min(ends[k, 1], ends[k, 3]) - reach) / grid.cell)) - grid.bottom
        j1 = int(np.floor((max(ends[k, 1], ends[k, 3]) + reach) / grid.cell)) - grid.bottom
        grid.number[max(j0, 0) : min(j1, rows - 1) + 1, max(i0, 0) : min(i1, columns - 1) + 1] = 0


@kernel
def _count_up(number):
    """Number what is marked, row by row; return how many that are."""
    count = 0
    for j in range(number.shape[0]):
        for i in range(number.shape[1]):
            if number[j, i] >= 0:
                number[j, i] = count
                count += 1
    return count


@kernel
def _mark_lines(ends, grid, touched):
    """Mark the cells (by their lower left points) that straight lines touch."""
    rows, columns = touched.shape
    cell, left, bottom = grid.cell, grid.left, grid.bottom
    for k in range(len(ends)):
        x0, y0, x1, y1 = ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]
        low, high = min(y0, y1), max(y0, y1)
        j0, j1 = int(np.floor(low / cell)) - bottom, int(np.floor(high / cell)) - bottom
        for j in range(max(j0, 0), min(j1, rows - 1) + 1):
            xa, xb = x0, x1
            if y0 != y1:
                a, b = max(low, (j + bottom) * cell), min(high, (j + bottom + 1) * cell)
                xa, xb = x0 + (a - y0) / (y1 - y0) * (x1 - x0), x0 + (b - y0) / (y1 - y0) * (x1 - x0)
            i0 = int(np.floor((min(xa, xb) - 1e-6) / cell)) - left
            i1 = int(np.floor((max(xa, xb) + 1e-6) / cell)) - left
            touched[j, max(i0, 0) : max(min(i1, columns - 1) + 1, 0)] = True


@kernel
def _cut_blocks(walls, blocks, step, cut_first, cut_last):
    """Find where walls cut the fine lines of blocks."""
    rows, columns = blocks.number.shape
    for k in range(len(walls)):
        wall = walls[k, 0], walls[k, 1], walls[k, 2], walls[k, 3]
        low_x, low_y = min(wall[0], wall[2]) - SAME, min(wall[1], wall[3]) - SAME
        box = low_x, low_y, max(wall[0], wall[2]) + SAME, max(wall[1], wall[3]) + SAME
        i0, i1, j0, j1 = cells_of(box, blocks.left, blocks.bottom, columns, rows, blocks.cell)
        for row in range(j0, j1 + 1):
            for column in range(i0, i1 + 1):
                b = blocks.number[row, column]
                for place in range(SIDE * SIDE if b >= 0 else 0):
                    j, i = place // SIDE, place % SIDE
                    x, y = ((blocks.left + column) * FINE + i) * step, ((blocks.bottom + row) * FINE + j) * step
                    for line in range(2):
                        if (j if line else i) < FINE:
                            to_x, to_y = (x, y + step) if line else (x + step, y)
                            share = cut_line(wall, x, y, to_x, to_y)
                            if share <= 1.0:
                                cut_first[b, line, j, i] = min(cut_first[b, line, j, i], share)
                                cut_last[b, line, j, i] = max(cut_last[b, line, j, i], share)


@kernel
def _shut_feet(spots, rims, grid, stride, rights):
    """Make the legs endless by which points may not join streets."""
    first, column, row, _, leg = spots
    apart = stride // grid.fine
    for rim in range(len(rims.private)):
        private, island = rims.private[rim], rims.island[rim]
        for k in range(first[rim], first[rim + 1] if private or island else first[rim]):
            j, i = row[k] // apart - grid.bottom * grid.fine, column[k] // apart - grid.left * grid.fine
            point = number_at(grid.number, grid.fine, j, i)
            if (private and not rights.owns[point]) or (island and rights.on_main[point]):
                leg[k] = np.inf


def _has_rules(rims: Rims, near: np.ndarray) -> bool:
    """Whether there are rims that not every point may join."""
    return bool((near & (rims.private | rims.island)).any())


class _Rights(NamedTuple):
    """Which streets points may join, beside the open ones: bool, by number."""

    owns: np.ndarray
    """private ones: they are nearer than any other"""
    on_main: np.ndarray
    """others than islands: then no islands"""
    on_island: np.ndarray


@kernel
def _rights(least):
    """Which streets points may join, by their least legs to each kind of street."""
    owns, on_main, on_island = np.empty((3, len(least)), np.bool_)
    for k in range(len(least)):
        owns[k] = min(least[k, 0], least[k, 2]) > min(least[k, 1], least[k, 3]) + SAME
        on_main[k] = least[k, 0] < np.inf or (owns[k] and least[k, 1] < np.inf)
        on_island[k] = least[k, 2] < np.inf or (owns[k] and least[k, 3] < np.inf)
    return owns, on_main, on_island


def _give_rights(ground: Ground, near: np.ndarray, grid: Grid, stride: int, least: np.ndarray) -> _Rights:
    """Which streets the points of a grid may join: those on islands alone are looked at once more, further out."""
    rights = _Rights(*_rights(least))
    lone = rights.on_island & ~rights.on_main
    if lone.any():
        cells = np.append(lone.reshape(int(grid.number.max()) + 1, -1).any(axis=1), False)
        alone = grid._replace(number=np.where(cells[grid.number], grid.number, np.int32(-1)))
        asked, others = Asked(ground.aside, stride, once=True), near & ~ground.rims.island
        wide = find_spots(ground.rims, others, alone, ground.walls, asked).least
        rights.on_main[: len(wide)] |= _rights(wide)[1]
    return rights


@kernel
def _mark_needed(walled, crossed, grid, joined, barred, number):
    """Mark the walled cells with a barred corner and a foot or a street."""
    rows, columns = grid.number.shape
    for j in range(rows):
        for i in range(columns):
            if not walled[j, i] or grid.number[j, i] < 0:
                continue
            at_foot, behind = crossed[j, i], False
            for b in range(j, min(j + 2, rows)):
                for a in range(i, min(i + 2, columns)):
                    point = grid.number[b, a]
                    at_foot |= point >= 0 and joined[point]
                    behind |= point >= 0 and barred[point]
            if at_foot and behind:
                number[j, i] = 0


def _need_blocks(ground: Ground, grid: Grid, found: Found) -> Grid:
    """The cells (by their lower left points) that a wall touches which bars a leg, near any foot or street."""
    if not found.barred.any():
        return grid._replace(fine=FINE, number=np.full((1, 1), -1, np.int32))
    walled, crossed = np.zeros(grid.number.shape, bool), np.zeros(grid.number.shape, bool)
    _mark_lines(ground.walls.ends, grid, walled)
    _mark_lines(ground.rims.ends, grid, crossed)
    number = np.full(grid.number.shape, -1, np.int32)
    _mark_needed(walled, crossed, grid, np.isfinite(found.least).any(axis=1), found.barred, number)
    _count_up(number)
    return grid._replace(fine=FINE, number=number)


def lay_lattice(ground: Ground, cell: float, live: np.ndarray) -> Lattice:
    """Return the lattice near some rims.

    Parameters
    ----------
    ground
        What feet are looked for on.
    cell
        Distance of grid points, metres.
    live
        bool, one per rim: the rims near which there shall be points.
    """
    rims, walls = ground.rims, ground.walls
    box = np.array(_around(rims.ends, live, ground.reach + cell))
    near = _touching(rims.ends, box, max(ground.aside, ground.reach))
    (left, bottom), (right, top) = np.floor(box[:2] / cell).astype(int), np.ceil(box[2:] / cell).astype(int)
    grid = Grid(int(left), int(bottom), cell, 1, np.full((top - bottom + 1, right - left + 1), -1, np.int32))
    _mark_boxes(rims.ends, live, ground.reach + cell, grid)
    _count_up(grid.number)
    stride, ruled = FINE if len(walls.row) else 1, _has_rules(rims, near)
    asked = Asked(ground.reach, stride, once=False)
    found = find_spots(rims, near if stride > 1 or ruled else live, grid, walls, asked)
    blocks = _need_blocks(ground, grid, found)
    between = find_spots(rims, near, blocks, walls, asked)
    cuts = np.full((2, int(blocks.number.max()) + 1, 2, SIDE, SIDE), 2.0, np.float32)
    cuts[1] = -1.0
    _cut_blocks(walls.ends, blocks, cell / FINE, cuts[0], cuts[1])
    if ruled:
        for part, one in ((grid, found), (blocks, between)):
            _shut_feet(one.spots, rims, part, stride, _give_rights(ground, near, part, stride, one.least))
    return Lattice(cell, stride, found.spots, between.spots, blocks, cuts[0], cuts[1])
