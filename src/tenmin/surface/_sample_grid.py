"""The sample grid: grid points with the access points that a place would have there, independent of facilities.

Private streets are joined only where they are nearer than other streets of the same part of the network, islands only
where there is no other street. Cells near a wall are refined: their spacing is halved, and the positions at which walls
cross their lines are kept. The grid is anchored at the origin of the CRS, so any part of a town has the same points as
the whole.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.routing import Parts, barred_by_public
from tenmin.support.jit import kernel
from tenmin.surface._grid_points import (
    REFINEMENT,
    SIDE,
    GridPoints,
    GridWindow,
    SnapOptions,
    SnapResult,
    number_at,
    snap_grid_points,
)
from tenmin.surface._street_pieces import StreetPieces
from tenmin.surface._walls import Walls, cell_range, share_to_wall

TOLERANCE = 0.01
"""Metres below which two distances are equal: coordinates are known to a centimetre."""


class SampleGrid(NamedTuple):
    """The points of the grid and of its refined cells, with their access points."""

    cell: float
    """spacing of the grid, metres"""
    stride: int
    """columns of the finest grid per cell"""
    points: GridPoints
    """access points of the grid points"""
    refined_points: GridPoints
    """access points of the additional points in refined cells and on their sides"""
    refined: GridWindow
    """the refined cells"""
    first_crossing: np.ndarray
    """float32 (refined cells, 2, SIDE, SIDE): position of the first wall on the line from each point to the next one to
    the right (or above), as a share of its length; above 1 without a wall"""
    last_crossing: np.ndarray
    """the same for the last wall; below 0 without a wall"""


class SnapTargets(NamedTuple):
    """What grid points are snapped to."""

    pieces: StreetPieces
    parts: Parts
    walls: Walls
    reach: float
    """longest leg of the ground, metres"""
    aside: float
    """longest leg of a place, metres"""


def _bounds_around(ends: np.ndarray, reach: float) -> np.ndarray:
    """The bounds of street pieces, enlarged by a distance."""
    low = np.minimum(ends[:, :2], ends[:, 2:]).min(axis=0, initial=np.inf)
    high = np.maximum(ends[:, :2], ends[:, 2:]).max(axis=0, initial=-np.inf)
    return np.concatenate([low - reach, high + reach])


def _near_box(ends: np.ndarray, box: np.ndarray, aside: float) -> np.ndarray:
    """Whether the bounds of each piece are within a distance of a box."""
    low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
    return np.logical_and.reduce((high >= box[:2] - aside) & (low <= box[2:] + aside), axis=1)


@kernel
def _mark_near_points(ends, wanted, reach, left, bottom, cell, number):
    """Mark the grid points in the bounds of the wanted pieces, enlarged by a distance.

    Parameters
    ----------
    ends
        float64 (pieces, 4): x, y, x, y, metres.
    wanted
        bool (pieces,).
    reach
        float64, the distance, metres.
    left, bottom, cell
        The window: first column and row, int64; spacing, float64, metres.
    number
        int32 (rows, columns): set to 0 at marked points.
    """
    rows, columns = number.shape
    for k in range(len(ends)):
        if not wanted[k]:
            continue
        x0, y0, x1, y1 = ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]
        i0 = max(math.ceil((min(x0, x1) - reach) / cell) - left, 0)
        i1 = min(math.floor((max(x0, x1) + reach) / cell) - left, columns - 1)
        j0 = max(math.ceil((min(y0, y1) - reach) / cell) - bottom, 0)
        j1 = min(math.floor((max(y0, y1) + reach) / cell) - bottom, rows - 1)
        for j in range(j0, j1 + 1):
            for i in range(i0, i1 + 1):
                number[j, i] = 0


def _number_marked(number: np.ndarray) -> None:
    """Number the marked points or cells row by row, in place."""
    marked = number >= 0
    number[marked] = np.arange(np.count_nonzero(marked), dtype=np.int32)


@kernel
def _mark_crossed_cells(ends, left, bottom, cell, touched):
    """Mark the cells that line segments touch.

    Parameters
    ----------
    ends
        float64 (segments, 4): x, y, x, y, metres.
    left, bottom, cell
        The window: first column and row, int64; side of a cell, float64, metres.
    touched
        bool (rows, columns): set to True at the cells, by their lower left points.
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
def _cross_refined_cells(walls, left, bottom, cell, number, first_crossing, last_crossing):
    """Find where walls cross the lines of refined cells.

    Parameters
    ----------
    walls
        float64 (segments, 4): x, y, x, y, metres.
    left, bottom, cell, number
        The refined cells, as in `GridWindow`.
    first_crossing, last_crossing
        float32, as in `SampleGrid`: lowered and raised from 2 and -1.
    """
    (rows, columns), step = number.shape, cell / REFINEMENT
    for k in range(len(walls)):
        x0, y0, x1, y1 = walls[k, 0], walls[k, 1], walls[k, 2], walls[k, 3]
        west, south, east, north = (
            min(x0, x1) - TOLERANCE,
            min(y0, y1) - TOLERANCE,
            max(x0, x1) + TOLERANCE,
            max(y0, y1) + TOLERANCE,
        )
        i0, i1, j0, j1 = cell_range(west, south, east, north, left, bottom, columns, rows, cell)
        for row in range(j0, j1 + 1):
            for column in range(i0, i1 + 1):
                cell_index = number[row, column]
                for place in range(2 * SIDE * SIDE if cell_index >= 0 else 0):
                    j, i, line = place // (2 * SIDE), place // 2 % SIDE, place % 2
                    if (j if line else i) == REFINEMENT:
                        continue
                    x, y = ((left + column) * REFINEMENT + i) * step, ((bottom + row) * REFINEMENT + j) * step
                    to_x, to_y = x if line else x + step, y + step if line else y
                    share = share_to_wall(x, y, to_x, to_y, x0, y0, x1, y1)
                    if share <= 1.0:
                        first_crossing[cell_index, line, j, i] = min(first_crossing[cell_index, line, j, i], share)
                        last_crossing[cell_index, line, j, i] = max(last_crossing[cell_index, line, j, i], share)


@kernel
def _number_points(points, window, stride):
    """Return the number of the grid point of each access point, int64; arguments as in `_close_legs`."""
    (_, column, row, _, _), (left, bottom, _, refinement, number) = points, window
    ratio = stride // refinement
    point = np.empty(len(column), np.int64)
    for k in range(len(column)):
        point[k] = number_at(
            number, refinement, row[k] // ratio - bottom * refinement, column[k] // ratio - left * refinement
        )
    return point


def _any_restricted(pieces: StreetPieces, near: np.ndarray) -> bool:
    """Whether some of the chosen pieces are private or on islands."""
    return bool((near & (pieces.private | pieces.island)).any())


def _close_legs(targets: SnapTargets, near: np.ndarray, window: GridWindow, stride: int, found: SnapResult) -> None:
    """Set the legs that are not permitted to infinity, as for places: private streets, then islands.

    Parameters
    ----------
    targets
        What grid points are snapped to.
    near
        bool (pieces,): the pieces that were searched.
    window, stride
        The window of the points; columns of the finest grid per cell.
    found
        Its points and their access points; `leg` is changed.
    """
    pieces, leg = targets.pieces, found.points.leg
    piece = np.repeat(np.arange(len(near), dtype=np.int32), np.diff(found.points.first))
    point, island = _number_points(found.points, window, stride), pieces.island[piece]
    leg[barred_by_public(targets.parts, point, pieces.edge[piece], leg, pieces.private[piece])] = np.inf
    if island.any():
        joins_main, joins_island = (_points_with(point, kind & (leg < np.inf), found) for kind in (~island, island))
        _search_farther(targets, near, window, stride, joins_island, joins_main)
        leg[island & joins_main[point]] = np.inf


def _points_with(point: np.ndarray, chosen: np.ndarray, found: SnapResult) -> np.ndarray:
    """Whether each grid point has one of the chosen access points."""
    having = np.zeros(len(found.shortest), bool)
    having[point[chosen]] = True
    return having


def _search_farther(
    targets: SnapTargets,
    near: np.ndarray,
    window: GridWindow,
    stride: int,
    joins_island: np.ndarray,
    joins_main: np.ndarray,
) -> None:
    """Mark in `joins_main` the points that found only islands, but would find another street within `aside`."""
    only_island = joins_island & ~joins_main
    if not only_island.any():
        return
    cells = np.append(only_island.reshape(int(window.number.max()) + 1, -1).any(axis=1), False)
    isolated = window._replace(number=np.where(cells[window.number], window.number, np.int32(-1)))
    options, others = SnapOptions(targets.aside, stride, stop_at_open=True), near & ~targets.pieces.island
    wider = snap_grid_points(targets.pieces, others, isolated, targets.walls, options).shortest
    joins_main[: len(wider)] |= np.isfinite(wider).any(axis=1)


def _at_any_corner(number: np.ndarray, of_points: np.ndarray) -> np.ndarray:
    """Whether a condition on points holds at any corner of each cell."""
    held = (number >= 0) & of_points[number]
    held[:-1] |= held[1:]
    held[:, :-1] |= held[:, 1:]
    return held


def _find_refined_cells(targets: SnapTargets, window: GridWindow, found: SnapResult) -> GridWindow:
    """The cells to refine: touched by a wall, with a blocked leg at a corner, near an access point or a street."""
    if not found.blocked.any():
        return window._replace(refinement=REFINEMENT, number=np.full((1, 1), -1, np.int32))
    walled, with_street = np.zeros(window.number.shape, bool), np.zeros(window.number.shape, bool)
    _mark_crossed_cells(targets.walls.ends, window.left, window.bottom, window.cell, walled)
    _mark_crossed_cells(targets.pieces.ends, window.left, window.bottom, window.cell, with_street)
    near_street = with_street | _at_any_corner(window.number, np.isfinite(found.shortest.min(axis=1)))
    needed = walled & (window.number >= 0) & near_street & _at_any_corner(window.number, found.blocked)
    number = np.where(needed, np.int32(0), np.int32(-1))
    _number_marked(number)
    return window._replace(refinement=REFINEMENT, number=number)


def build_sample_grid(targets: SnapTargets, cell: float, wanted: np.ndarray) -> SampleGrid:
    """Return the sample grid near some street pieces.

    Parameters
    ----------
    targets
        What grid points are snapped to.
    cell
        Spacing, metres.
    wanted
        bool (pieces,): the pieces near which the grid has points.
    """
    pieces, walls = targets.pieces, targets.walls
    box = _bounds_around(pieces.ends[wanted], targets.reach + cell)
    near = _near_box(pieces.ends, box, max(targets.aside, targets.reach))
    (left, bottom), (right, top) = np.floor(box[:2] / cell).astype(int), np.ceil(box[2:] / cell).astype(int)
    window = GridWindow(int(left), int(bottom), cell, 1, np.full((top - bottom + 1, right - left + 1), -1, np.int32))
    _mark_near_points(pieces.ends, wanted, targets.reach + cell, window.left, window.bottom, cell, window.number)
    _number_marked(window.number)
    stride, restricted = REFINEMENT if len(walls.row) else 1, _any_restricted(pieces, near)
    options = SnapOptions(targets.reach, stride, stop_at_open=False)
    found = snap_grid_points(pieces, near if stride > 1 or restricted else wanted, window, walls, options)
    refined = _find_refined_cells(targets, window, found)
    refined_points = snap_grid_points(pieces, near, refined, walls, options)
    crossings = np.full((2, int(refined.number.max()) + 1, 2, SIDE, SIDE), 2.0, np.float32)
    crossings[1] = -1.0
    _cross_refined_cells(walls.ends, refined.left, refined.bottom, cell, refined.number, crossings[0], crossings[1])
    if restricted:
        for part, one in ((window, found), (refined, refined_points)):
            _close_legs(targets, near, part, stride, one)
    return SampleGrid(cell, stride, found.points, refined_points.points, refined, crossings[0], crossings[1])
