"""Rims: where on the streets a leg may end, and the feet that points on a grid have there.

Feet are local minima of the distance along the streets that a straight leg reaches without crossing a wall: where a
perpendicular falls on a straight piece, and corners from which every street leads away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.kernels import kernel
from tenmin.routing.feet import TOUCH
from tenmin.routing.streets import Shapes, Streets
from tenmin.routing.walls import is_barred

_SQUARE = 32.0
"""Metres of the squares by which rims are ordered."""


class Rims(NamedTuple):
    """Straight pieces of streets, then corners (bends and nodes)."""

    ends: np.ndarray
    """float64 (rims, 4): x, y, x, y; a corner has its point twice"""
    code: np.ndarray
    """int32: the edge, or -1 - node for a node"""
    at: np.ndarray
    """metres from the first end of the edge"""
    span: np.ndarray
    """metres along the edge; 0 for a corner"""
    spoke_first: np.ndarray
    """int64, rims + 1: rows of the spokes of each corner"""
    spoke_x: np.ndarray
    spoke_y: np.ndarray
    private: np.ndarray
    island: np.ndarray


def find_rims(streets: Streets, shapes: Shapes, edge: np.ndarray, private: np.ndarray, island: np.ndarray) -> Rims:
    """Return where legs may end on streets.

    Parameters
    ----------
    streets, shapes
        The streets that legs may join.
    edge
        The number by which each of them is known elsewhere.
    private, island
        bool, one per street here.
    """
    owner = np.repeat(np.arange(len(edge)), np.diff(shapes.first))
    begin = np.flatnonzero(owner[:-1] == owner[1:])
    bend = begin[1:][owner[begin[1:]] == owner[begin[:-1]]]
    node = np.flatnonzero(np.diff(shapes.spoke_first) > 0)
    first_edge = shapes.spoke_edge[shapes.spoke_first[node]]
    node_at = np.where(streets.u[first_edge] == node, shapes.first[first_edge], shapes.first[first_edge + 1] - 1)
    x, y = shapes.x, shapes.y
    before, after = (np.hypot(x[bend + step] - x[bend], y[bend + step] - y[bend]) for step in (-1, 1))
    bend_x = np.stack([(x[bend - 1] - x[bend]) / before, (x[bend + 1] - x[bend]) / after], axis=1).ravel()
    bend_y = np.stack([(y[bend - 1] - y[bend]) / before, (y[bend + 1] - y[bend]) / after], axis=1).ravel()
    spokes = np.concatenate([np.zeros(len(begin), np.int64), np.full(len(bend), 2), np.diff(shapes.spoke_first)[node]])
    corner = np.concatenate([bend, node_at])
    street = np.concatenate([owner[begin], owner[bend], first_edge])
    ends = np.concatenate([np.c_[x[begin], y[begin], x[begin + 1], y[begin + 1]], np.c_[x, y, x, y][corner]])
    order = _neighbours_first(ends)
    spoke_first = np.concatenate([[0], np.cumsum(spokes)])
    first = np.concatenate([[0], np.cumsum(spokes[order])])
    spoke = np.repeat(spoke_first[order] - first[:-1], spokes[order]) + np.arange(first[-1])
    return Rims(
        ends=ends[order],
        code=np.concatenate([edge[street[: len(begin) + len(bend)]], -1 - node])[order].astype(np.int32),
        at=np.concatenate([shapes.along[begin], shapes.along[corner]])[order],
        span=np.concatenate([shapes.along[begin + 1] - shapes.along[begin], np.zeros(len(corner))])[order],
        spoke_first=first,
        spoke_x=np.concatenate([bend_x, shapes.spoke_x])[spoke],
        spoke_y=np.concatenate([bend_y, shapes.spoke_y])[spoke],
        private=private[street][order],
        island=island[street][order],
    )


def _neighbours_first(ends: np.ndarray) -> np.ndarray:
    """An order of rims by squares, and squares of squares (Morton): what is near stays near in memory."""
    corner = np.floor((ends[:, :2] - ends[:, :2].min(axis=0, initial=np.inf)) / _SQUARE).astype(np.uint64)
    code = np.zeros(len(ends), np.uint64)
    for bit in range(24):
        for axis in range(2):
            code |= ((corner[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return np.argsort(code, kind="stable")


class Grid(NamedTuple):
    """A part of a grid, and which of its points or cells are meant: number[j, i], or -1."""

    left: int
    bottom: int
    cell: float
    fine: int
    """1: a number is that of a point; more: of a cell with (fine + 1)^2 points, row by row"""
    number: np.ndarray


class Finds(NamedTuple):
    """Feet found, one row each: the point, the rim, metres along the edge, the leg; and what walls bar."""

    point: np.ndarray
    rim: np.ndarray
    at: np.ndarray
    leg: np.ndarray
    barred: np.ndarray
    """bool, one per point: a wall bars a leg to it"""


@kernel
def _narrow(low, high, slope, height):
    """The part of low..high in which slope * x + height is at most nothing."""
    if slope > 0.0:
        return low, min(high, -height / slope)
    if slope < 0.0:
        return max(low, -height / slope), high
    return (low, high) if height <= 0.0 else (1.0, 0.0)


@kernel
def _strip(dx, dy, reach, y):
    """Where a line `y` above the beginning of a piece runs beside it, within reach: least and greatest x from there."""
    square = dx * dx + dy * dy
    wide = reach * np.sqrt(square)
    low, high = _narrow(min(0.0, dx) - reach, max(0.0, dx) + reach, -dx, -y * dy)
    low, high = _narrow(low, high, dx, y * dy - square)
    low, high = _narrow(low, high, dy, -y * dx - wide)
    return _narrow(low, high, -dy, y * dx - wide)


@kernel
def _sector(spoke_first, spoke_x, spoke_y, rim, reach, y):
    """Where a line `y` above a corner is within reach of it and no street leads nearer: least and greatest x."""
    half = np.sqrt(max(reach * reach - y * y, 0.0))
    low, high = -half, half
    for k in range(spoke_first[rim], spoke_first[rim + 1]):
        low, high = _narrow(low, high, spoke_x[k], y * spoke_y[k] - TOUCH)
    return low, high


@kernel
def _steps(low, high, cell, origin, count):
    """The rows (or columns) of a grid that lie from low to high: the first, and the first one after."""
    return max(int(np.ceil(low / cell)) - origin, 0), min(int(np.floor(high / cell)) - origin + 1, count)


@kernel
def _add_up(number):
    """How many numbers there are below and to the left of each point."""
    total = np.zeros((number.shape[0] + 1, number.shape[1] + 1), np.int32)
    for j in range(number.shape[0]):
        row = 0
        for i in range(number.shape[1]):
            row += number[j, i] >= 0
            total[j + 1, i + 1] = total[j, i + 1] + row
    return total


@kernel
def _is_empty(total, left, bottom, cell, box):
    """Whether no number stands in a box or a cell beside it."""
    rows, columns = total.shape[0] - 1, total.shape[1] - 1
    i0 = min(max(int(np.floor(box[0] / cell)) - left - 1, 0), columns)
    j0 = min(max(int(np.floor(box[1] / cell)) - bottom - 1, 0), rows)
    i1 = max(min(int(np.ceil(box[2] / cell)) - left + 2, columns), i0)
    j1 = max(min(int(np.ceil(box[3] / cell)) - bottom + 2, rows), j0)
    return total[j1, i1] - total[j0, i1] - total[j1, i0] + total[j0, i0] == 0


@kernel
def _no_finds(room, points):
    return Finds(
        np.empty(room, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.float32),
        np.empty(room, np.float32),
        np.zeros(points, np.bool_),
    )


@kernel
def find_on_points(rims, chosen, grid, walls, reach, room):
    """Return how many feet the points of a grid have on the chosen rims, and as many of them as there is room for."""
    ends, at, span, number, cell = rims.ends, rims.at, rims.span, grid.number, grid.cell
    spoke_first, spoke_x, spoke_y = rims.spoke_first, rims.spoke_x, rims.spoke_y
    size, walled, total = 0, len(walls.row) > 0, _add_up(grid.number)
    wall_ends, wall_first, pieces = walls.ends, walls.first, walls.piece
    place = walls.left, walls.bottom, walls.columns, walls.rows, 1.0 / walls.cell
    point, found, ats, legs, barred = _no_finds(room, number.max() + 1)
    for rim in chosen:
        x0, y0, x1, y1 = ends[rim, 0], ends[rim, 1], ends[rim, 2], ends[rim, 3]
        box = min(x0, x1) - reach, min(y0, y1) - reach, max(x0, x1) + reach, max(y0, y1) + reach
        if _is_empty(total, grid.left, grid.bottom, cell, box):
            continue
        dx, dy = x1 - x0, y1 - y0
        square = dx * dx + dy * dy
        bottom, top = _steps(box[1], box[3], cell, grid.bottom, number.shape[0])
        for j in range(bottom, top):
            py = (grid.bottom + j) * cell
            if square == 0.0:
                low, high = _sector(spoke_first, spoke_x, spoke_y, rim, reach, py - y0)
            else:
                low, high = _strip(dx, dy, reach, py - y0)
            left, right = _steps(low + x0, high + x0, cell, grid.left, number.shape[1])
            for i in range(left, right):
                if number[j, i] < 0:
                    continue
                px = (grid.left + i) * cell
                t = ((px - x0) * dx + (py - y0) * dy) / square if square > 0.0 else 0.0
                fx, fy = x0 + t * dx, y0 + t * dy
                if walled and is_barred(wall_ends, wall_first, pieces, place, fx, fy, px, py):
                    barred[number[j, i]] = True
                    continue
                if size < room:
                    point[size], found[size], ats[size] = number[j, i], rim, at[rim] + t * span[rim]
                    legs[size] = np.sqrt((px - fx) * (px - fx) + (py - fy) * (py - fy))
                size += 1
    kept = min(size, room)
    return size, Finds(point[:kept], found[:kept], ats[:kept], legs[:kept], barred)


@kernel
def _foot(ends, spoke_first, spoke_x, spoke_y, rim, px, py):
    """The share of a rim at which a point has a foot, and the leg; an infinite leg where it has none."""
    dx, dy = px - ends[rim, 0], py - ends[rim, 1]
    along_x, along_y = ends[rim, 2] - ends[rim, 0], ends[rim, 3] - ends[rim, 1]
    square = along_x * along_x + along_y * along_y
    if square > 0.0:
        t = (dx * along_x + dy * along_y) / square
        return t, (abs(dx * along_y - dy * along_x) / np.sqrt(square) if 0.0 < t < 1.0 else np.inf)
    for k in range(spoke_first[rim], spoke_first[rim + 1]):
        if dx * spoke_x[k] + dy * spoke_y[k] > TOUCH:
            return 0.0, np.inf
    return 0.0, np.sqrt(dx * dx + dy * dy)


@kernel
def _is_far(ends, spoke_first, spoke_x, spoke_y, rim, x, y, reach, margin):
    """Whether no point within a margin of (x, y) has a foot on a rim."""
    dx, dy = x - ends[rim, 0], y - ends[rim, 1]
    along_x, along_y = ends[rim, 2] - ends[rim, 0], ends[rim, 3] - ends[rim, 1]
    square = along_x * along_x + along_y * along_y
    if square > 0.0:
        size = np.sqrt(square)
        along, aside = (dx * along_x + dy * along_y) / size, abs(dx * along_y - dy * along_x) / size
        return along < -margin or along > size + margin or aside > reach + margin
    for k in range(spoke_first[rim], spoke_first[rim + 1]):
        if dx * spoke_x[k] + dy * spoke_y[k] > margin:
            return True
    return dx * dx + dy * dy > (reach + margin) * (reach + margin)


@kernel
def find_on_blocks(rims, chosen, grid, walls, reach, room):
    """Return how many feet the points of blocks have on the chosen rims, and as many of them as there is room for."""
    ends, at, span, number, step = rims.ends, rims.at, rims.span, grid.number, grid.cell / grid.fine
    spoke_first, spoke_x, spoke_y = rims.spoke_first, rims.spoke_x, rims.spoke_y
    size, side, total = 0, grid.fine + 1, _add_up(grid.number)
    wall_ends, wall_first, pieces = walls.ends, walls.first, walls.piece
    place = walls.left, walls.bottom, walls.columns, walls.rows, 1.0 / walls.cell
    point, found, ats, legs, barred = _no_finds(room, (number.max() + 1) * side * side)
    for rim in chosen:
        x0, y0, x1, y1 = ends[rim, 0], ends[rim, 1], ends[rim, 2], ends[rim, 3]
        box = min(x0, x1) - reach, min(y0, y1) - reach, max(x0, x1) + reach, max(y0, y1) + reach
        if _is_empty(total, grid.left, grid.bottom, grid.cell, box):
            continue
        bottom, top = _steps(box[1] - grid.cell, box[3], grid.cell, grid.bottom, number.shape[0])
        left, right = _steps(box[0] - grid.cell, box[2], grid.cell, grid.left, number.shape[1])
        for j in range(bottom, top):
            for i in range(left, right):
                if number[j, i] < 0:
                    continue
                x, y = (grid.left + i + 0.5) * grid.cell, (grid.bottom + j + 0.5) * grid.cell
                if _is_far(ends, spoke_first, spoke_x, spoke_y, rim, x, y, reach, 0.75 * grid.cell):
                    continue
                for k in range(side * side):
                    px, py = (grid.left + i) * grid.fine + k % side, (grid.bottom + j) * grid.fine + k // side
                    px, py = px * step, py * step
                    t, leg = _foot(ends, spoke_first, spoke_x, spoke_y, rim, px, py)
                    fx, fy = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
                    if leg > reach or is_barred(wall_ends, wall_first, pieces, place, fx, fy, px, py):
                        continue
                    if size < room:
                        point[size], found[size] = number[j, i] * side * side + k, rim
                        ats[size], legs[size] = at[rim] + t * span[rim], leg
                    size += 1
    kept = min(size, room)
    return size, Finds(point[:kept], found[:kept], ats[:kept], legs[:kept], barred)
