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
from tenmin.routing.walls import is_walled


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
    return Rims(
        ends=np.concatenate([np.c_[x[begin], y[begin], x[begin + 1], y[begin + 1]], np.c_[x, y, x, y][corner]]),
        code=np.concatenate([edge[street[: len(begin) + len(bend)]], -1 - node]).astype(np.int32),
        at=np.concatenate([shapes.along[begin], shapes.along[corner]]),
        span=np.concatenate([shapes.along[begin + 1] - shapes.along[begin], np.zeros(len(corner))]),
        spoke_first=np.concatenate([[0], np.cumsum(spokes)]),
        spoke_x=np.concatenate([bend_x, shapes.spoke_x]),
        spoke_y=np.concatenate([bend_y, shapes.spoke_y]),
        private=private[street],
        island=island[street],
    )


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
def _steps(low, high, step):
    """The first grid line not before low, and the first one after high."""
    return int(np.ceil(low / step)), int(np.floor(high / step)) + 1


@kernel
def _numbers(number, grid, j, i, out):
    """List the numbers of a point of the grid: one, or one in every block that it borders on; return how many."""
    left, bottom, _, fine = grid
    if fine == 1:
        out[0] = number[j - bottom, i - left]
        return int(out[0] >= 0)
    count, side = 0, fine + 1
    for row in range((j - 1) // fine, j // fine + 1):
        for column in range((i - 1) // fine, i // fine + 1):
            b, a = row - bottom, column - left
            if 0 <= b < number.shape[0] and 0 <= a < number.shape[1] and number[b, a] >= 0:
                out[count] = (number[b, a] * side + j - row * fine) * side + i - column * fine
                count += 1
    return count


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
def _limits_of(grid):
    """The first and last row and column of points of a grid."""
    rows, columns = grid.number.shape
    more = 0 if grid.fine == 1 else 1
    bottom, left = grid.bottom * grid.fine, grid.left * grid.fine
    return (
        bottom,
        (grid.bottom + rows - 1 + more) * grid.fine + 1,
        left,
        (grid.left + columns - 1 + more) * grid.fine + 1,
    )


@kernel
def find_on_grid(rims, chosen, grid, walls, reach, room):
    """Return how many feet the points of a grid have on the chosen rims, and as many of them as there is room for."""
    ends, at, span, number = rims.ends, rims.at, rims.span, grid.number
    spoke_first, spoke_x, spoke_y = rims.spoke_first, rims.spoke_x, rims.spoke_y
    step, size, walled, total = grid.cell / grid.fine, 0, len(walls.row) > 0, _add_up(grid.number)
    place, bounds = (grid.left, grid.bottom, grid.cell, grid.fine), _limits_of(grid)
    point, found = np.empty(room, np.int64), np.empty(room, np.int32)
    ats, legs, numbers = np.empty(room, np.float32), np.empty(room, np.float32), np.empty(4, np.int64)
    barred = np.zeros((number.max() + 1) * (1 if grid.fine == 1 else (grid.fine + 1) ** 2), np.bool_)
    for rim in chosen:
        x0, y0, x1, y1 = ends[rim, 0], ends[rim, 1], ends[rim, 2], ends[rim, 3]
        box = min(x0, x1) - reach, min(y0, y1) - reach, max(x0, x1) + reach, max(y0, y1) + reach
        if _is_empty(total, place[0], place[1], place[2], box):
            continue
        dx, dy = x1 - x0, y1 - y0
        square = dx * dx + dy * dy
        bottom, top = _steps(box[1], box[3], step)
        for j in range(max(bottom, bounds[0]), min(top, bounds[1])):
            py = j * step
            if square == 0.0:
                low, high = _sector(spoke_first, spoke_x, spoke_y, rim, reach, py - y0)
            else:
                low, high = _strip(dx, dy, reach, py - y0)
            left, right = _steps(low + x0, high + x0, step)
            for i in range(max(left, bounds[2]), min(right, bounds[3])):
                count = _numbers(number, place, j, i, numbers)
                if count == 0:
                    continue
                px = i * step
                t = ((px - x0) * dx + (py - y0) * dy) / square if square > 0.0 else 0.0
                fx, fy = x0 + t * dx, y0 + t * dy
                if walled and is_walled(walls, fx, fy, px, py):
                    barred[numbers[0]] = True
                    continue
                for k in range(count):
                    if size < room:
                        point[size], found[size] = numbers[k], rim
                        ats[size], legs[size] = at[rim] + t * span[rim], np.hypot(px - fx, py - fy)
                    size += 1
    kept = min(size, room)
    return size, Finds(point[:kept], found[:kept], ats[:kept], legs[:kept], barred)
