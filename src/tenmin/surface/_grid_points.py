"""Snapping of grid points to the streets.

An access point is a local minimum of the distance along the streets: the foot of a perpendicular on a straight piece,
or a corner from which every street leads away. The straight leg to it crosses no wall.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._occlusion import mark_occluded
from tenmin.surface._street_pieces import StreetPieces
from tenmin.surface._visibility import index_range, visible_interval
from tenmin.surface._walls import Walls, first_wall

REFINEMENT = 2
"""Ratio of the spacing of the grid to that in refined cells."""
SIDE = REFINEMENT + 1
"""Points on a side of a refined cell."""
KINDS = 4
"""Number of kinds of streets: open, private, open on an island, private on an island."""
_COLUMNS = np.int32, np.int32, np.float32, np.float32
"""The dtypes of `GridPoints`, after `first`."""
_MARGIN = 1e-3
"""Metres by which the bounds of a visible region are enlarged."""
_NO_COLUMN = np.int32(1 << 30)
"""A column beyond any window."""


class GridWindow(NamedTuple):
    """A rectangular window of the grid with numbered points, or cells (by their lower left points).

    With `refinement` above 1, cells are numbered, and the window stands for the points of a finer grid in them and on
    their sides, without their corners.
    """

    left: int
    """first column, counted from the origin of the CRS"""
    bottom: int
    """first row"""
    cell: float
    """spacing, metres"""
    refinement: int
    """1, or REFINEMENT"""
    number: np.ndarray
    """int32 (rows, columns), from the bottom up: number of the point or cell, -1 if it is not part of the selection"""


class GridPoints(NamedTuple):
    """Access points of grid points, in order of street piece."""

    first: np.ndarray
    """int64 (pieces + 1,): those on piece p are rows first[p]..first[p + 1]"""
    column: np.ndarray
    """int32, column of the grid point, in the finest grid"""
    row: np.ndarray
    """int32, row of the grid point, in the finest grid"""
    offset: np.ndarray
    """float32, metres from the start of the edge to the access point"""
    leg: np.ndarray
    """float32, metres from the grid point to the access point"""


class SnapOptions(NamedTuple):
    """Options of snapping grid points."""

    reach: float
    """longest leg, metres"""
    stride: int
    """columns of the finest grid per cell"""
    stop_at_open: bool
    """whether a point with an access point on an open street needs no others"""


class SnapResult(NamedTuple):
    """Access points of the grid points of a window, and figures of each point by its number."""

    points: GridPoints
    shortest: np.ndarray
    """float32 (points, KINDS): metres of the shortest leg to each kind of street, inf without one"""
    blocked: np.ndarray
    """bool (points,): whether a wall blocks a leg of the point"""


def _count_points(window: GridWindow) -> int:
    """An upper bound of the numbers of the points of a window."""
    return int(window.number.max() + 1) * (1 if window.refinement == 1 else SIDE * SIDE)


@inner
def _refined_number(number, j, i):
    """The number of the point in row j and column i of the finer grid of a window; -1 if it is not selected."""
    row, column, b, a = j // REFINEMENT, i // REFINEMENT, j % REFINEMENT, i % REFINEMENT
    if a == 0 and b == 0:
        return -1
    if row < number.shape[0] and column < number.shape[1] and number[row, column] >= 0:
        return (number[row, column] * SIDE + b) * SIDE + a
    if b == 0:
        row, b = row - 1, REFINEMENT
    elif a == 0:
        column, a = column - 1, REFINEMENT
    else:
        return -1
    if 0 <= row < number.shape[0] and 0 <= column < number.shape[1] and number[row, column] >= 0:
        return (number[row, column] * SIDE + b) * SIDE + a
    return -1


@inner
def number_at(number, refinement, j, i):
    """The number of the point in row j and column i of a window; -1 if it is not selected."""
    return number[j, i] if refinement == 1 else _refined_number(number, j, i)


@kernel
def _summarise_window(number, summed, next_column):
    """Fill a summed-area table of the numbered points, and the columns to skip to.

    Parameters
    ----------
    number
        int32 (rows, columns), as in `GridWindow`.
    summed
        int32 (rows + 1, columns + 1), zeros: filled with the count of numbered points below and left.
    next_column
        int32 (rows + 1 or 0, columns + 1): filled with the first column, at or right of each cell, that is numbered or
        next to a numbered one below or left of it.
    """
    rows, columns = number.shape
    for j in range(rows):
        row = np.int32(0)
        for i in range(columns):
            row += np.int32(number[j, i] >= 0)
            summed[j + 1, i + 1] = summed[j, i + 1] + row
    for j in range(len(next_column)):
        following = _NO_COLUMN
        for i in range(columns, -1, -1):
            here = j < rows and ((i < columns and number[j, i] >= 0) or (i > 0 and number[j, i - 1] >= 0))
            below = j > 0 and i < columns and number[j - 1, i] >= 0
            following = np.int32(i) if here or below else following
            next_column[j, i] = following


@kernel
def _snap(pieces, chosen, window, summed, next_column, walls, options, points, found, seen, occluder):
    """Write the access points of grid points on street pieces, as far as there is room; return their number.

    Parameters
    ----------
    pieces
        The street pieces.
    chosen
        int64 (pieces to search,): their rows.
    window, summed, next_column
        The grid points, with the arrays of `_summarise_window`.
    walls
        The walls.
    options
        As in `SnapOptions`.
    points
        As in `GridPoints`, to be filled; first[p + 1] becomes the number of access points on piece p.
    found
        float32 (points, KINDS), inf, and bool (points,), False: `shortest` and `blocked` of `SnapResult`, updated.
    seen
        int64 (segments,), -1: scratch of `mark_occluded`.
    occluder
        int32, as long as the largest visible region has points: scratch of `mark_occluded`.
    """
    (reach, stride, stop_at_open), (shortest, blocked) = options, found
    left, bottom, cell, refinement, number = window
    ends, _, _, offset, span, directions, gap, extent, private, island, _ = pieces
    counts, column, row, offsets, legs = points
    rows, columns = number.shape
    step, ratio = cell / refinement, stride // refinement
    left_fine, bottom_fine = left * refinement, bottom * refinement
    size, prepared, any_occlusion = np.int64(0), np.int64(-1), False
    for piece in chosen:
        x, y, end_x, end_y = ends[piece, 0], ends[piece, 1], ends[piece, 2], ends[piece, 3]
        direction = directions[piece, 0], directions[piece, 1], directions[piece, 2], directions[piece, 3]
        is_corner = gap[piece] > 0.0
        west = min(x, end_x) + reach * extent[piece, 0] - _MARGIN
        south = min(y, end_y) + reach * extent[piece, 1] - _MARGIN
        east = max(x, end_x) + reach * extent[piece, 2] + _MARGIN
        north = max(y, end_y) + reach * extent[piece, 3] + _MARGIN
        i0 = min(max(math.floor(west / cell) - left - 1, 0), columns)
        j0 = min(max(math.floor(south / cell) - bottom - 1, 0), rows)
        i1 = max(min(math.ceil(east / cell) - left + 2, columns), i0)
        j1 = max(min(math.ceil(north / cell) - bottom + 2, rows), j0)
        if summed[j1, i1] - summed[j0, i1] - summed[j1, i0] + summed[j0, i0] == 0:
            continue
        low_i, high_i = index_range(west, east, step, left_fine, (columns + 1) * refinement - 1)
        low_j, high_j = index_range(south, north, step, bottom_fine, (rows + 1) * refinement - 1)
        kind, width, before = private[piece] + 2 * island[piece], high_i - low_i, size
        per_metre = 0.0 if is_corner else span[piece] / direction[2]
        inverse = 1.0 / direction[0], 1.0 / direction[1], 1.0 / direction[2]
        for j in range(low_j, high_j):
            if refinement > 1 and next_column[j // REFINEMENT, low_i // REFINEMENT] * REFINEMENT >= high_i:
                continue
            py = (bottom_fine + j) * step
            low, high = visible_interval(is_corner, direction, inverse, reach, py - y)
            i, end = index_range(max(low + x, west), min(high + x, east), step, left_fine, high_i)
            while i < end:
                if refinement > 1 and next_column[j // REFINEMENT, i // REFINEMENT] > i // REFINEMENT:
                    i = np.int64(next_column[j // REFINEMENT, i // REFINEMENT]) * REFINEMENT
                    continue
                point, here = np.int64(_refined_number(number, j, i) if refinement > 1 else number[j, i]), i
                i += 1
                if point < 0 or (stop_at_open and shortest[point, 0] < np.inf):
                    continue
                if prepared != piece and len(seen):
                    window_x, window_y = (left_fine + low_i) * step, (bottom_fine + low_j) * step
                    box, height = (west, south, east, north), high_j - low_j
                    any_occlusion = mark_occluded(
                        walls,
                        piece,
                        is_corner,
                        x,
                        y,
                        direction,
                        reach,
                        box,
                        window_x,
                        window_y,
                        width,
                        height,
                        step,
                        seen,
                        occluder,
                    )
                prepared, px = piece, (left_fine + here) * step
                t = 0.0 if is_corner else direction[0] * (px - x) + direction[1] * (py - y)
                fx, fy = x + t * direction[0], y + t * direction[1]
                leg = np.float32(math.sqrt((px - fx) * (px - fx) + (py - fy) * (py - fy)))
                wall = occluder[(j - low_j) * width + here - low_i] if any_occlusion else np.int32(-1)
                if wall >= 0 and first_wall(walls, fx, fy, px, py, np.int64(wall)) >= 0:
                    blocked[point] = True
                    continue
                shortest[point, kind] = min(shortest[point, kind], leg)
                if size < len(offsets):
                    column[size], row[size] = (left_fine + here) * ratio, (bottom_fine + j) * ratio
                    offsets[size], legs[size] = offset[piece] + t * per_metre, leg
                size += 1
        counts[piece + 1] = size - before
    return size


def snap_grid_points(
    pieces: StreetPieces, chosen: np.ndarray, window: GridWindow, walls: Walls, options: SnapOptions
) -> SnapResult:
    """Return the access points of the grid points of a window on the chosen street pieces.

    Parameters
    ----------
    pieces, walls
        Where legs may end, and what they may not cross.
    chosen
        bool (pieces,).
    window
        The grid points.
    options
        Longest leg and other options.
    """
    count, occluder, selected = _count_points(window), np.empty(0, np.int32), np.flatnonzero(chosen)
    rows, columns = window.number.shape
    summed, next_column = (
        np.zeros((rows + 1, columns + 1), np.int32),
        np.empty((rows + 1 if window.refinement > 1 else 0, columns + 1), np.int32),
    )
    _summarise_window(window.number, summed, next_column)
    if len(walls.ends):
        longest = np.abs(pieces.ends[selected, 2:] - pieces.ends[selected, :2])
        boxes = (longest + 2.0 * options.reach) * (window.refinement / window.cell) + 3.0
        occluder = np.empty(int(boxes.prod(axis=1).max(initial=0.0)), np.int32)
    room = 4 * count + 1024
    while True:
        points = GridPoints(np.zeros(len(chosen) + 1, np.int64), *(np.empty(room, kind) for kind in _COLUMNS))
        found = np.full((count, KINDS), np.inf, np.float32), np.zeros(count, bool)
        seen = np.full(len(walls.ends), -1)
        size = _snap(pieces, selected, window, summed, next_column, walls, options, points, found, seen, occluder)
        if size <= room:
            return SnapResult(GridPoints(np.cumsum(points.first), *(one[:size] for one in points[1:])), *found)
        room = size
