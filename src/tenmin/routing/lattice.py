"""The lattice: points of a fixed grid with the feet that a place would have there, the same for every facility.

Private streets are joined only from where they are nearer than any other street, islands only from where there is
nothing else. Cells that a wall touches have a block, a finer grid of their own, with the spots where walls cut its
lines. The grid is anchored at the origin, so that any part of a town has the points that the whole has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.kernels import kernel
from tenmin.routing.rims import Rims
from tenmin.routing.spots import FINE, SIDE, Grid, Spots, find_spots, number_points
from tenmin.routing.walls import Walls, cut_line

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
    for row in range(blocks.number.shape[0]):
        for column in range(blocks.number.shape[1]):
            b = blocks.number[row, column]
            if b < 0:
                continue
            for j in range(SIDE):
                for i in range(SIDE):
                    x, y = ((blocks.left + column) * FINE + i) * step, ((blocks.bottom + row) * FINE + j) * step
                    if i < FINE:
                        cut_first[b, 0, j, i], cut_last[b, 0, j, i] = cut_line(walls, x, y, x + step, y)
                    if j < FINE:
                        cut_first[b, 1, j, i], cut_last[b, 1, j, i] = cut_line(walls, x, y, x, y + step)


@kernel
def _without_strangers(spots, place, points, private):
    """Whether a point may use each of its feet: those on private rims only where no other street is as near."""
    nearest, held = np.full(points, np.inf, np.float32), np.full(points, np.inf, np.float32)
    usable = np.ones(len(place), np.bool_)
    for rim in range(len(private)):
        least = held if private[rim] else nearest
        for k in range(spots.first[rim], spots.first[rim + 1]):
            least[place[k]] = min(least[place[k]], spots.leg[k])
    for rim in range(len(private)):
        if private[rim]:
            for k in range(spots.first[rim], spots.first[rim + 1]):
                usable[k] = nearest[place[k]] > held[place[k]] + SAME
    return usable


@kernel
def _mark_joined(spots, place, usable, chosen, joined):
    """Mark the points with a usable foot on chosen rims."""
    for rim in range(len(chosen)):
        if chosen[rim]:
            for k in range(spots.first[rim], spots.first[rim + 1]):
                joined[place[k]] |= usable[k]


@kernel
def _only(spots, usable, live):
    """The usable feet on live rims."""
    first, kept, size = np.zeros(len(spots.first), np.int64), np.empty(len(usable), np.int64), 0
    for rim in range(len(live)):
        if live[rim]:
            for k in range(spots.first[rim], spots.first[rim + 1]):
                kept[size] = k
                size += usable[k]
        first[rim + 1] = size
    kept = kept[:size]
    return Spots(first, spots.column[kept], spots.row[kept], spots.at[kept], spots.leg[kept])


class _Finds(NamedTuple):
    """Feet on the points of a grid with the numbers of their points, and what is known of points by number."""

    spots: Spots
    place: np.ndarray
    joined: np.ndarray
    """bool, a point has a foot"""
    barred: np.ndarray
    """bool, a wall bars a leg to a point"""


def _find(ground: Ground, chosen: np.ndarray, grid: Grid, reach: float, stride: int) -> _Finds:
    """The feet of the points of a grid on some rims."""
    room = 4 * number_points(grid) + 1024
    while True:
        count, *found = find_spots(ground.rims, chosen, grid, ground.walls, reach, room, stride)
        if count <= room:
            return _Finds(*found)
        room = count


def _has_rules(rims: Rims, near: np.ndarray) -> bool:
    """Whether there are rims that not every point may join."""
    return bool((near & (rims.private | rims.island)).any())


def _usable(ground: Ground, near: np.ndarray, live: np.ndarray, grid: Grid, stride: int, finds: _Finds) -> Spots:
    """The feet on live rims that the points of a grid may use."""
    rims, (spots, place, *_), points = ground.rims, finds, number_points(grid)
    usable = _without_strangers(spots, place, points, rims.private)
    on_main, on_island = np.zeros(points, bool), np.zeros(points, bool)
    _mark_joined(spots, place, usable, ~rims.island, on_main)
    _mark_joined(spots, place, usable, rims.island, on_island)
    if on_island.any():
        lone = (on_island & ~on_main).reshape(int(grid.number.max()) + 1, -1).any(axis=1)
        alone = grid._replace(number=np.where(np.append(lone, False)[grid.number], grid.number, np.int32(-1)))
        wide, far, *_ = _find(ground, near & ~rims.island, alone, ground.aside, stride)
        _mark_joined(wide, far, _without_strangers(wide, far, points, rims.private), ~rims.island, on_main)
        usable &= ~(rims.island.repeat(np.diff(spots.first)) & on_main[place])
    return _only(spots, usable, live)


def _need_blocks(ground: Ground, grid: Grid, finds: _Finds) -> Grid:
    """The cells (by their lower left points) that a wall touches which bars a leg, near any foot or street."""
    if not finds.barred.any():
        return grid._replace(fine=FINE, number=np.full((1, 1), -1, np.int32))
    walled, crossed = np.zeros(grid.number.shape, bool), np.zeros(grid.number.shape, bool)
    _mark_lines(ground.walls.ends, grid, walled)
    _mark_lines(ground.rims.ends, grid, crossed)
    at_foot, behind = (_at_corners(np.append(one, False)[grid.number]) for one in (finds.joined, finds.barred))
    number = np.where(walled & behind & (at_foot | crossed) & (grid.number >= 0), np.int32(0), np.int32(-1))
    _count_up(number)
    return grid._replace(fine=FINE, number=number)


def _at_corners(value: np.ndarray) -> np.ndarray:
    """Whether a corner of each cell has the value."""
    wide = np.pad(value, (0, 1))
    return wide[:-1, :-1] | wide[1:, :-1] | wide[:-1, 1:] | wide[1:, 1:]


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
    finds = _find(ground, near if stride > 1 or ruled else live, grid, ground.reach, stride)
    blocks = _need_blocks(ground, grid, finds)
    between = _find(ground, near, blocks, ground.reach, FINE)
    cuts = np.full((2, int(blocks.number.max()) + 1, 2, SIDE, SIDE), 2.0, np.float32)
    cuts[1] = -1.0
    _cut_blocks(walls, blocks, cell / FINE, cuts[0], cuts[1])
    spots = finds.spots, between.spots
    if ruled:
        spots = (
            _usable(ground, near, live, grid, stride, finds),
            _usable(ground, near, live, blocks, FINE, between),
        )
    return Lattice(cell, stride, *spots, blocks, cuts[0], cuts[1])
