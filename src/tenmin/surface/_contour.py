"""The outline of the ground on the sample grid, by marching squares.

The boundary of a cell is a loop of samples: its four corners, and the finer samples of a refined neighbour. The outline
crosses the loop where the sign changes between two samples: at the interpolated zero, or at the wall between them. In
a cell it leads from each crossing out of the ground to a crossing into it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._grid_points import REFINEMENT
from tenmin.surface._sample_grid import SampleGrid

_NEAR = 1e-4
"""Least distance of the outline from a sample, as a share of the line: outlines never meet at a sample."""
_NO_WALL = 2.0
_LOOP = 4 * REFINEMENT
_BELOW, _RIGHT, _ABOVE, _LEFT = range(4)
_ROOM = 4096
"""Initial room, in crossings."""


@inner
def _key(loop, k, m, width):
    """A number for the line between two samples, the same from both sides; `width` is the samples per row."""
    row, column = min(loop[k, 0], loop[m, 0]), min(loop[k, 1], loop[m, 1])
    return 2.0 * (row * width + column) + (1.0 if loop[k, 0] != loop[m, 0] else 0.0)


@inner
def _trace_cell(loop, count, bottom, left, step, width, out, size):
    """Write the crossings of the outline on the loop of one cell, as far as there is room; return the new `size`."""
    entries, begin = 0, size
    for k in range(count):
        m = k + 1 if k + 1 < count else 0
        inside, outside = loop[k, 2], loop[m, 2]
        if inside <= 0.0 and not outside <= 0.0:
            far_x, far_y = loop[m, 1] - loop[k, 1], loop[m, 0] - loop[k, 0]
            wall, share = loop[k, 3] if far_x + far_y > 0.0 else 1.0 - loop[k, 4], inside / (inside - outside)
            if wall <= 1.0:
                share = min(wall, max(share, min(-inside / ((abs(far_x) + abs(far_y)) * step), 1.0)))
            share = min(max(share, _NEAR), 1.0 - _NEAR)
            if size < len(out):
                out[size, 0] = _key(loop, k, m, width)
                out[size, 1] = (left + loop[k, 1] + share * far_x) * step
                out[size, 2] = (bottom + loop[k, 0] + share * far_y) * step
            size += 1
        elif outside <= 0.0 and not inside <= 0.0:
            loop[entries, 6] = _key(loop, k, m, width)
            entries += 1
    own = 1 if loop[0, 2] <= 0.0 else 0
    if entries > 1:
        middle = 0.0
        for k in range(count):
            middle += loop[k, 2] * loop[k, 5]
        own -= middle <= 0.0
    for k in range(min(entries, len(out) - begin)):
        out[begin + k, 3] = loop[(k - own + entries) % entries, 6]
    return size


@kernel
def _march(value, refined, cells, refined_cells, stride, firsts, lasts, bottom, left, step, loop, out):
    """Write the crossings of the outline in a window, as far as there is room; return their number.

    Cells that are not refined come first, then the parts of refined cells. The loop of a cell has its corners, and on a
    side shared with a refined cell the samples of that cell.

    Parameters
    ----------
    value
        float64 (rows * stride + 1, columns * stride + 1), metres: the field.
    refined
        int32 (rows, columns): number of each refined cell, -1 for the others.
    cells, refined_cells
        int64: the cells through which the outline may pass, and the refined cells, numbered row by row.
    stride
        int64, samples per cell.
    firsts, lasts
        float32, as `first_crossing` and `last_crossing` in `SampleGrid`.
    bottom, left, step
        float64: row and column of the first sample; metres between samples.
    loop
        float64 (_LOOP, 7), scratch: row, column and value of each sample of a loop, positions of the first and last
        wall on the line to the next one, 1 for a corner, and a key.
    out
        float64 (room, 4): key, x and y in metres, key of the next crossing.
    """
    (rows, columns), width, size, half = refined.shape, float(value.shape[1]), np.int64(0), stride // 2
    for place in range(len(cells) + len(refined_cells)):
        fine = place >= len(cells)
        cell = refined_cells[place - len(cells)] if fine else cells[place]
        j, i, borders = cell // columns, cell % columns, 0
        k = np.int64(refined[j, i])
        if k >= 0 and not fine:
            continue
        side, parts = (1, REFINEMENT * REFINEMENT) if fine else (stride, 1)
        for part in range(parts):
            b, a = part // REFINEMENT, part % REFINEMENT
            y0, x0 = j * stride + b, i * stride + a
            inside = value[y0, x0] <= 0.0
            uneven = (value[y0, x0 + side] <= 0.0) != inside
            uneven |= (value[y0 + side, x0] <= 0.0) != inside
            uneven |= (value[y0 + side, x0 + side] <= 0.0) != inside
            if half and not fine:
                if j > 0 and refined[j - 1, i] >= 0:
                    borders |= 1 << _BELOW
                    uneven |= (value[y0, x0 + half] <= 0.0) != inside
                if i + 1 < columns and refined[j, i + 1] >= 0:
                    borders |= 1 << _RIGHT
                    uneven |= (value[y0 + half, x0 + stride] <= 0.0) != inside
                if j + 1 < rows and refined[j + 1, i] >= 0:
                    borders |= 1 << _ABOVE
                    uneven |= (value[y0 + stride, x0 + half] <= 0.0) != inside
                if i > 0 and refined[j, i - 1] >= 0:
                    borders |= 1 << _LEFT
                    uneven |= (value[y0 + half, x0] <= 0.0) != inside
            if not uneven:
                continue
            count = np.int64(0)
            for corner in range(4):
                y, x, line = y0 + corner // 2 * side, x0 + (corner + 1) // 2 % 2 * side, corner % 2
                cut, d, c, samples = k, b + (corner == _ABOVE), a + (corner == _RIGHT), 1
                ahead = 1 if corner < _ABOVE else -1
                if borders >> corner & 1:
                    samples, low, edge = REFINEMENT, 0 if ahead > 0 else REFINEMENT - 1, 0
                    if corner in (_BELOW, _LEFT):
                        edge = REFINEMENT
                    d, c = (low, edge) if line else (edge, low)
                    up, right = (corner == _ABOVE) - (corner == _BELOW), (corner == _RIGHT) - (corner == _LEFT)
                    cut = np.int64(refined[j + up, i + right])
                for one in range(samples):
                    up, right = one * ahead * line, one * ahead * (1 - line)
                    loop[count, 0], loop[count, 1], loop[count, 2] = y + up, x + right, value[y + up, x + right]
                    loop[count, 3], loop[count, 4] = _NO_WALL, -_NO_WALL
                    loop[count, 5] = 1.0 if one == 0 else 0.0
                    if cut >= 0:
                        loop[count, 3] = firsts[cut, line, d + up, c + right]
                        loop[count, 4] = lasts[cut, line, d + up, c + right]
                    count += 1
            size = _trace_cell(loop, count, bottom, left, step, width, out, size)
    return size


class WindowCells(NamedTuple):
    """The cells of a window."""

    left: int
    """first column"""
    bottom: int
    """first row"""
    refined: np.ndarray
    """int32 (rows, columns): number of each refined cell, -1 for the others"""
    refined_cells: np.ndarray
    """int64: the refined cells, numbered row by row"""
    beside: np.ndarray
    """bool (rows, columns): whether a neighbour is refined"""


def cells_in_window(sample_grid: SampleGrid, left: int, bottom: int, right: int, top: int) -> WindowCells:
    """Return the cells of a window; `right` and `top` are one past its last column and row."""
    number, aside, down = sample_grid.refined.number, sample_grid.refined.left, sample_grid.refined.bottom
    refined = np.full((top - bottom, right - left), -1, np.int32)
    low, high = max(bottom, down), min(top, down + number.shape[0])
    first, last = max(left, aside), min(right, aside + number.shape[1])
    if low < high and first < last:
        part = number[low - down : high - down, first - aside : last - aside]
        refined[low - bottom : high - bottom, first - left : last - left] = part
    has = refined >= 0
    beside = np.zeros(has.shape, bool)
    beside[1:] |= has[:-1]
    beside[:-1] |= has[1:]
    beside[:, 1:] |= has[:, :-1]
    beside[:, :-1] |= has[:, 1:]
    return WindowCells(left, bottom, refined, np.flatnonzero(has), beside)


def trace_outline(value: np.ndarray, sample_grid: SampleGrid, cells: WindowCells) -> np.ndarray:
    """Return the crossings of the outline in a window whose outermost samples are outside the ground.

    They are rows of key, x, y (metres) and key of the next crossing. Keys are below twice the number of samples.

    Parameters
    ----------
    value
        float64 (rows * stride + 1, columns * stride + 1): the field, metres; between the corners of a cell it
        is used only if the cell is refined.
    sample_grid
        The sample grid, with the walls on the lines of refined cells.
    cells
        The cells of the window.
    """
    stride, loop, out = sample_grid.stride, np.empty((_LOOP, 7)), np.empty((0, 4))
    inside = value[::stride, ::stride] <= 0.0
    low, high = inside[:-1], inside[1:]
    uneven = (low[:, :-1] ^ low[:, 1:]) | (low[:, :-1] ^ high[:, :-1]) | (high[:, :-1] ^ high[:, 1:]) | cells.beside
    passed, cuts = np.flatnonzero(uneven), (sample_grid.first_crossing, sample_grid.last_crossing)
    place = float(cells.bottom * stride), float(cells.left * stride), sample_grid.cell / stride
    size = max(_ROOM, 2 * len(passed))
    while size > len(out):
        out = np.empty((size, 4))
        size = _march(value, cells.refined, passed, cells.refined_cells, stride, *cuts, *place, loop, out)
    return out[:size]
