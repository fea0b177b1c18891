"""The lattice: points of a fixed grid with the feet that a place would have there, the same for every facility.

Private streets are joined only from where they are nearer than any other street, islands only from where there is
nothing else. Cells that a wall touches have a finer grid of their own, with the spots where walls cut its lines. The
grid is anchored at the origin, so that any part of a town has the points that the whole has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.kernels import kernel
from tenmin.routing.rims import Finds, Grid, Rims, find_on_blocks, find_on_points
from tenmin.routing.walls import Walls, cut_line

FINE = 2
"""How many times finer the grid is in cells that a wall touches."""
SIDE = FINE + 1
SAME = 0.01
"""Metres below which two distances count as one: coordinates are known to a centimetre."""


class Spots(NamedTuple):
    """Points with their feet: spot s has feet first[s]..first[s + 1]."""

    first: np.ndarray
    code: np.ndarray
    """int32: the edge of a foot, or -1 - node for a foot on a node"""
    offset: np.ndarray
    """float32, metres from the first end of the edge"""
    leg: np.ndarray
    """float32, metres"""


class Points(NamedTuple):
    """Some points of the grid, in rows and then columns."""

    bottom: int
    """the grid row of the first row here"""
    row: np.ndarray
    """int64, rows + 1: the points of each row"""
    column: np.ndarray
    """int64, the grid column of each point"""


class Lattice(NamedTuple):
    """Points of the grid and blocks of finer points in some of its cells, each with their feet."""

    cell: float
    points: Points
    spots: Spots
    blocks: Points
    """the lower left points of the cells that have blocks"""
    block_spots: Spots
    """SIDE x SIDE spots of each block, row by row"""
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
def _mark_boxes(boxes, cell, left, bottom, wanted):
    """Mark the grid points in boxes."""
    for k in range(len(boxes)):
        i0, i1 = int(np.ceil(boxes[k, 0] / cell)) - left, int(np.floor(boxes[k, 2] / cell)) - left
        j0, j1 = int(np.ceil(boxes[k, 1] / cell)) - bottom, int(np.floor(boxes[k, 3] / cell)) - bottom
        wanted[max(j0, 0) : j1 + 1, max(i0, 0) : i1 + 1] = True


@kernel
def _mark_lines(ends, cell, left, bottom, touched):
    """Mark the cells (by their lower left points) that straight lines touch."""
    rows, columns = touched.shape
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
            touched[j, max(i0, 0) : min(i1, columns - 1) + 1] = True


@kernel
def _cut_blocks(walls, row, column, step, cut_first, cut_last):
    """Find where walls cut the fine lines of blocks."""
    for b in range(len(row)):
        for j in range(SIDE):
            for i in range(SIDE):
                x, y = (column[b] * FINE + i) * step, (row[b] * FINE + j) * step
                if i < FINE:
                    cut_first[b, 0, j, i], cut_last[b, 0, j, i] = cut_line(walls, x, y, x + step, y)
                if j < FINE:
                    cut_first[b, 1, j, i], cut_last[b, 1, j, i] = cut_line(walls, x, y, x, y + step)


@kernel
def _by_point(point, chosen, points):
    """The chosen finds in order of point, and where those of each point begin."""
    first = np.zeros(points + 1, np.int64)
    for k in range(len(point)):
        first[point[k] + 1] += chosen[k]
    first = np.cumsum(first)
    order, next_ = np.empty(first[points], np.int64), first[:points].copy()
    for k in range(len(point)):
        if chosen[k]:
            order[next_[point[k]]] = k
            next_[point[k]] += 1
    return first, order


@kernel
def _least(point, leg, chosen, points):
    """The shortest leg of each point among the chosen finds."""
    least = np.full(points, np.inf, np.float32)
    for k in range(len(point)):
        if chosen[k]:
            least[point[k]] = min(least[point[k]], leg[k])
    return least


def _find(ground: Ground, chosen: np.ndarray, grid: Grid, reach: float) -> Finds:
    """The feet of the points of a grid on some rims."""
    room = 8 * _count(grid) + 1024
    find = find_on_points if grid.fine == 1 else find_on_blocks
    while True:
        count, finds = find(ground.rims, chosen, grid, ground.walls, reach, room)
        if count <= room:
            return finds
        room = count


def _count(grid: Grid) -> int:
    return int(grid.number.max(initial=-1) + 1) * (1 if grid.fine == 1 else SIDE * SIDE)


def _without_strangers(rims: Rims, finds: Finds, points: int) -> np.ndarray:
    """Whether a point may use each of its feet: private streets only where no other street is as near."""
    private = rims.private[finds.rim]
    if not private.any():
        return np.ones(len(private), bool)
    nearest, held = (_least(finds.point, finds.leg, one, points) for one in (~private, private))
    return ~(private & (nearest <= held + SAME)[finds.point])


def _spots(ground: Ground, near: np.ndarray, live: np.ndarray, grid: Grid, finds: Finds) -> Spots:
    """The feet that the points of a grid may use, of those found on live rims."""
    rims, points = ground.rims, _count(grid)
    usable = _without_strangers(rims, finds, points)
    island = rims.island[finds.rim]
    if (island & usable).any():
        on_main, on_island = np.zeros(points, bool), np.zeros(points, bool)
        on_main[finds.point[usable & ~island]] = on_island[finds.point[usable & island]] = True
        lone = on_island & ~on_main
        size = 1 if grid.fine == 1 else SIDE * SIDE
        number = np.where(grid.number >= 0, np.pad(lone.reshape(-1, size).any(1), (0, 1))[grid.number], False)
        wide = _find(
            ground, near[~rims.island[near]], grid._replace(number=np.where(number, grid.number, -1)), ground.aside
        )
        on_main[wide.point[_without_strangers(rims, wide, points)]] = True
        usable &= ~(island & on_main[finds.point])
    first, order = _by_point(finds.point, usable & live[finds.rim], points)
    return Spots(first, rims.code[finds.rim[order]], finds.at[order], finds.leg[order])


def _need_blocks(ground: Ground, finds: Finds, grid: Grid) -> np.ndarray:
    """Which cells (by their lower left points) a wall touches that bars a leg to a corner, near any foot or street."""
    walled, crossed = np.zeros(grid.number.shape, bool), np.zeros(grid.number.shape, bool)
    _mark_lines(ground.walls.ends, grid.cell, grid.left, grid.bottom, walled)
    _mark_lines(ground.rims.ends, grid.cell, grid.left, grid.bottom, crossed)
    joined = np.bincount(finds.point, minlength=len(finds.barred)) > 0
    barred, joined = (_at_corners(np.append(one, False)[grid.number]) for one in (finds.barred, joined))
    return walled & barred & (joined | crossed) & (grid.number >= 0)


def _at_corners(value: np.ndarray) -> np.ndarray:
    """Whether a corner of each cell has the value."""
    wide = np.pad(value, (0, 1))
    return wide[:-1, :-1] | wide[1:, :-1] | wide[:-1, 1:] | wide[1:, 1:]


def _numbered(marked: np.ndarray, left: int, bottom: int, cell: float, fine: int) -> tuple[Grid, Points]:
    number = np.full(marked.shape, -1, np.int32)
    number[marked] = np.arange(marked.sum())
    row, column = np.nonzero(marked)
    points = Points(bottom, np.searchsorted(row, np.arange(len(marked) + 1)), column + left)
    return Grid(left, bottom, cell, fine, number), points


def lay_lattice(ground: Ground, cell: float, live: np.ndarray) -> Lattice:
    """Return the lattice near some rims.

    Parameters
    ----------
    ground
        What feet are looked for on.
    cell
        Distance of grid points, metres.
    live
        bool, one per rim: the rims near which there shall be points, and on which they may have feet.
    """
    boxes = _boxes(ground.rims.ends, ground.reach)
    low, high = boxes[live, :2].min(axis=0), boxes[live, 2:].max(axis=0)
    near = np.flatnonzero((_boxes(ground.rims.ends, ground.aside) * [-1, -1, 1, 1] >= np.r_[-high, low]).all(axis=1))
    (left, bottom), (right, top) = np.floor(low / cell).astype(int), np.ceil(high / cell).astype(int)
    wanted = np.zeros((top - bottom + 1, right - left + 1), bool)
    _mark_boxes(boxes[live], cell, left, bottom, wanted)
    grid, points = _numbered(wanted, left, bottom, cell, 1)
    finds = _find(ground, near, grid, ground.reach)
    block_grid, blocks = _numbered(_need_blocks(ground, finds, grid), left, bottom, cell, FINE)
    cuts = np.full((2, len(blocks.column), 2, SIDE, SIDE), 2.0, np.float32)
    cuts[1] = -1.0
    row = np.repeat(np.arange(len(blocks.row) - 1), np.diff(blocks.row)) + bottom
    _cut_blocks(ground.walls, row, blocks.column, cell / FINE, cuts[0], cuts[1])
    spots = _spots(ground, near, live, grid, finds)
    block_spots = _spots(ground, near, live, block_grid, _find(ground, near, block_grid, ground.reach))
    return Lattice(cell, points, spots, blocks, block_spots, cuts[0], cuts[1])


def _boxes(ends: np.ndarray, distance: float) -> np.ndarray:
    """The boxes round rims and a distance beyond."""
    x, y = ends[:, ::2], ends[:, 1::2]
    return np.c_[x.min(1) - distance, y.min(1) - distance, x.max(1) + distance, y.max(1) + distance]
