"""The lattice: points of a fixed grid with the feet that a place would have there, the same for every facility.

Private streets are joined only from where they are nearer than any other street, islands only from where there is
nothing else. Cells that a wall touches have a block, a finer grid of their own, with the spots where walls cut its
lines. The grid is anchored at the origin, so that any part of a town has the points that the whole has.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.support.jit import kernel
from tenmin.surface._grid_points import FINE, KINDS, SIDE, Asked, Found, Grid, Spots, find_spots, number_at
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


def _around(ends: np.ndarray, reach: float) -> np.ndarray:
    """The box round rims and a distance beyond."""
    low = np.minimum(ends[:, :2], ends[:, 2:]).min(axis=0, initial=np.inf)
    high = np.maximum(ends[:, :2], ends[:, 2:]).max(axis=0, initial=-np.inf)
    return np.concatenate([low - reach, high + reach])


def _touching(ends: np.ndarray, box: np.ndarray, aside: float) -> np.ndarray:
    """Which rims come within a distance of a box, as their own boxes tell."""
    low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
    return np.logical_and.reduce((high >= box[:2] - aside) & (low <= box[2:] + aside), axis=1)


@kernel
def _mark_boxes(ends, live, reach, left, bottom, cell, number):
    """Mark the grid points within reach of live rims, as the boxes of the rims tell.

    Parameters
    ----------
    ends
        float64 (rims, 4): x, y, x, y, metres.
    live
        bool (rims,).
    reach
        float64, metres.
    left, bottom, cell
        The grid: its first column and row, int64, and the metres between points.
    number
        int32 (rows, columns): made 0 where a point is meant.
    """
    rows, columns = number.shape
    for k in range(len(ends)):
        if not live[k]:
            continue
        x0, y0, x1, y1 = ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]
        i0 = max(math.ceil((min(x0, x1) - reach) / cell) - left, 0)
        i1 = min(math.floor((max(x0, x1) + reach) / cell) - left, columns - 1)
        j0 = max(math.ceil((min(y0, y1) - reach) / cell) - bottom, 0)
        j1 = min(math.floor((max(y0, y1) + reach) / cell) - bottom, rows - 1)
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                number[j, i] = 0


def _count_up(number: np.ndarray) -> None:
    """Number what is marked, row by row."""
    marked = number >= 0
    number[marked] = np.arange(np.count_nonzero(marked), dtype=np.int32)


@kernel
def _mark_lines(ends, left, bottom, cell, touched):
    """Mark the cells (by their lower left points) that straight lines touch.

    Parameters
    ----------
    ends
        float64 (lines, 4): x, y, x, y, metres.
    left, bottom, cell
        The grid: its first column and row, int64, and the side of a cell in metres.
    touched
        bool (rows, columns).
    """
    rows, columns = touched.shape
    for k in range(len(ends)):
        x0, y0, x1, y1 = ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]
        low, high = min(y0, y1), max(y0, y1)
        j0, j1 = math.floor(low / cell) - bottom, math.floor(high / cell) - bottom
        for j in range(max(j0, 0), min(j1, rows - 1) + 1):
            xa, xb = x0, x1
            if y0 != y1:
                a, b = max(low, (j + bottom) * cell), min(high, (j + bottom + 1) * cell)
                xa, xb = x0 + (a - y0) / (y1 - y0) * (x1 - x0), x0 + (b - y0) / (y1 - y0) * (x1 - x0)
            i0 = max(math.floor((min(xa, xb) - 1e-6) / cell) - left, 0)
            i1 = min(math.floor((max(xa, xb) + 1e-6) / cell) - left, columns - 1)
            for i in range(i0, i1 + 1):
                touched[j, i] = True


@kernel
def _cut_blocks(walls, left, bottom, cell, number, cut_first, cut_last):
    """Find where walls cut the fine lines of blocks.

    Parameters
    ----------
    walls
        float64 (walls, 4): x, y, x, y, metres.
    left, bottom, cell, number
        The cells and their blocks, as in `Grid`.
    cut_first, cut_last
        As in `Lattice`; above 1 and below 0 at first.
    """
    (rows, columns), step = number.shape, cell / FINE
    for k in range(len(walls)):
        x0, y0, x1, y1 = walls[k, 0], walls[k, 1], walls[k, 2], walls[k, 3]
        west, south, east, north = min(x0, x1) - SAME, min(y0, y1) - SAME, max(x0, x1) + SAME, max(y0, y1) + SAME
        i0, i1, j0, j1 = cells_of(west, south, east, north, left, bottom, columns, rows, cell)
        for row in range(j0, j1 + 1):
            for column in range(i0, i1 + 1):
                block = number[row, column]
                for place in range(2 * SIDE * SIDE if block >= 0 else 0):
                    j, i, line = place // (2 * SIDE), place // 2 % SIDE, place % 2
                    if (j if line else i) == FINE:
                        continue
                    x, y = ((left + column) * FINE + i) * step, ((bottom + row) * FINE + j) * step
                    to_x, to_y = x if line else x + step, y + step if line else y
                    share = cut_line(x, y, to_x, to_y, x0, y0, x1, y1)
                    if share <= 1.0:
                        cut_first[block, line, j, i] = min(cut_first[block, line, j, i], share)
                        cut_last[block, line, j, i] = max(cut_last[block, line, j, i], share)


@kernel
def _shut_feet(spots, private, island, grid, stride, owns, on_main):
    """Make the legs endless by which points may not join streets.

    Parameters
    ----------
    spots
        The points and their feet, rim by rim.
    private, island
        bool (rims,).
    grid, stride
        The points; int64, how many columns of the lattice's finest grid make a cell.
    owns, on_main
        bool (points,), as in `_Rights`.
    """
    (first, column, row, _, leg), (left, bottom, _, fine, number) = spots, grid
    apart = stride // fine
    for rim in range(len(private)):
        if not (private[rim] or island[rim]):
            continue
        for k in range(first[rim], first[rim + 1]):
            point = number_at(number, fine, row[k] // apart - bottom * fine, column[k] // apart - left * fine)
            if (private[rim] and not owns[point]) or (island[rim] and on_main[point]):
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


def _rights(least: np.ndarray) -> _Rights:
    """Which streets points may join, by their least legs to each kind of street."""
    main, own, island, own_island = (np.ascontiguousarray(least[:, kind]) for kind in range(KINDS))
    owns = np.minimum(main, island) > np.minimum(own, own_island).astype(np.float64) + SAME
    on_main, on_island = (
        (common < np.inf) | (owns & (private < np.inf)) for common, private in ((main, own), (island, own_island))
    )
    return _Rights(owns, on_main, on_island)


def _give_rights(ground: Ground, near: np.ndarray, grid: Grid, stride: int, least: np.ndarray) -> _Rights:
    """Which streets the points of a grid may join: those on islands alone are looked at once more, further out."""
    rights = _rights(least)
    lone = rights.on_island & ~rights.on_main
    if lone.any():
        cells = np.append(lone.reshape(int(grid.number.max()) + 1, -1).any(axis=1), False)
        alone = grid._replace(number=np.where(cells[grid.number], grid.number, np.int32(-1)))
        asked, others = Asked(ground.aside, stride, once=True), near & ~ground.rims.island
        wide = find_spots(ground.rims, others, alone, ground.walls, asked).least
        rights.on_main[: len(wide)] |= _rights(wide).on_main
    return rights


def _at_corners(number: np.ndarray, of_points: np.ndarray) -> np.ndarray:
    """Whether something holds of any corner of each cell, given of which points it does."""
    held = (number >= 0) & of_points[number]
    held[:-1] |= held[1:]
    held[:, :-1] |= held[:, 1:]
    return held


def _need_blocks(ground: Ground, grid: Grid, found: Found) -> Grid:
    """The cells (by their lower left points) that a wall touches which bars a leg, near any foot or street."""
    if not found.barred.any():
        return grid._replace(fine=FINE, number=np.full((1, 1), -1, np.int32))
    walled, crossed = np.zeros(grid.number.shape, bool), np.zeros(grid.number.shape, bool)
    _mark_lines(ground.walls.ends, grid.left, grid.bottom, grid.cell, walled)
    _mark_lines(ground.rims.ends, grid.left, grid.bottom, grid.cell, crossed)
    at_foot = crossed | _at_corners(grid.number, np.isfinite(found.least.min(axis=1)))
    needed = walled & (grid.number >= 0) & at_foot & _at_corners(grid.number, found.barred)
    number = np.where(needed, np.int32(0), np.int32(-1))
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
    box = _around(rims.ends[live], ground.reach + cell)
    near = _touching(rims.ends, box, max(ground.aside, ground.reach))
    (left, bottom), (right, top) = np.floor(box[:2] / cell).astype(int), np.ceil(box[2:] / cell).astype(int)
    grid = Grid(int(left), int(bottom), cell, 1, np.full((top - bottom + 1, right - left + 1), -1, np.int32))
    _mark_boxes(rims.ends, live, ground.reach + cell, grid.left, grid.bottom, cell, grid.number)
    _count_up(grid.number)
    stride, ruled = FINE if len(walls.row) else 1, _has_rules(rims, near)
    asked = Asked(ground.reach, stride, once=False)
    found = find_spots(rims, near if stride > 1 or ruled else live, grid, walls, asked)
    blocks = _need_blocks(ground, grid, found)
    between = find_spots(rims, near, blocks, walls, asked)
    cuts = np.full((2, int(blocks.number.max()) + 1, 2, SIDE, SIDE), 2.0, np.float32)
    cuts[1] = -1.0
    _cut_blocks(walls.ends, blocks.left, blocks.bottom, cell, blocks.number, cuts[0], cuts[1])
    if ruled:
        for part, one in ((grid, found), (blocks, between)):
            rights = _give_rights(ground, near, part, stride, one.least)
            _shut_feet(one.spots, rims.private, rims.island, part, stride, rights.owns, rights.on_main)
    return Lattice(cell, stride, found.spots, between.spots, blocks, cuts[0], cuts[1])
