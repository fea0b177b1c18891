"""The contour: where the outline of the ground crosses the lines of the lattice, by marching squares.

The border of a cell is a loop of samples: its four corners, and the finer samples of a neighbour that has a block.
Where the sign changes between two samples the outline passes, at the zero of the straight line between their values or
at the wall that parts them. In a cell the outline leads from where the loop leaves the ground to where it enters it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._grid_points import FINE
from tenmin.surface._sample_grid import Lattice

_NEAR = 1e-4
"""Least share of a line between a sample and the outline: outlines never meet at a sample."""
_NO_WALL = 2.0
_LOOP = 4 * FINE
_BELOW, _RIGHT, _ABOVE, _LEFT = range(4)
_ROOM = 4096
"""Crossings for which there is room at first."""


@inner
def _key(loop, k, m, width):
    """A number for the line between two samples, the same from either side; `width` is how many samples a row has."""
    row, column = min(loop[k, 0], loop[m, 0]), min(loop[k, 1], loop[m, 1])
    return 2.0 * (row * width + column) + (1.0 if loop[k, 0] != loop[m, 0] else 0.0)


@inner
def _close(loop, count, bottom, left, step, width, out, size):
    """Lead the outline through one cell, given the loop of samples round it; return how many crossings there are then.

    They are written as long as there is room.
    """
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
def _march(value, block, cells, within, stride, firsts, lasts, bottom, left, step, loop, out):
    """Lead the outline through the cells of a window; return how many crossings that makes, written or not.

    First come the cells without a block, and then the fine cells of those that have one. The samples round a cell are
    its corners, and on a side beside which a block begins those of the block.

    Parameters
    ----------
    value
        float64 (rows * stride + 1, columns * stride + 1), metres.
    block
        int32 (rows, columns): the block of each cell, -1 for none.
    cells, within
        int64: the cells through which the outline may pass, and those that have a block, numbered row by row.
    stride
        int64, how many samples make a cell.
    firsts, lasts
        float32, as `cut_first` and `cut_last` in `Lattice`.
    bottom, left, step
        float64, the row and column of the first sample, and the metres between samples.
    loop
        float64 (_LOOP, 7): the samples round a cell: row, column, value, where walls cut the line to the next first
        and last, 1 for a corner, and a key.
    out
        float64 (room, 4): key, x, y, and the key of the next crossing.
    """
    (rows, columns), width, size, half = block.shape, float(value.shape[1]), np.int64(0), stride // 2
    for place in range(len(cells) + len(within)):
        fine = place >= len(cells)
        cell = within[place - len(cells)] if fine else cells[place]
        j, i, begins = cell // columns, cell % columns, 0
        k = np.int64(block[j, i])
        if k >= 0 and not fine:
            continue
        side, parts = (1, FINE * FINE) if fine else (stride, 1)
        for part in range(parts):
            b, a = part // FINE, part % FINE
            y0, x0 = j * stride + b, i * stride + a
            inside = value[y0, x0] <= 0.0
            uneven = (value[y0, x0 + side] <= 0.0) != inside
            uneven |= (value[y0 + side, x0] <= 0.0) != inside
            uneven |= (value[y0 + side, x0 + side] <= 0.0) != inside
            if half and not fine:
                if j > 0 and block[j - 1, i] >= 0:
                    begins |= 1 << _BELOW
                    uneven |= (value[y0, x0 + half] <= 0.0) != inside
                if i + 1 < columns and block[j, i + 1] >= 0:
                    begins |= 1 << _RIGHT
                    uneven |= (value[y0 + half, x0 + stride] <= 0.0) != inside
                if j + 1 < rows and block[j + 1, i] >= 0:
                    begins |= 1 << _ABOVE
                    uneven |= (value[y0 + stride, x0 + half] <= 0.0) != inside
                if i > 0 and block[j, i - 1] >= 0:
                    begins |= 1 << _LEFT
                    uneven |= (value[y0 + half, x0] <= 0.0) != inside
            if not uneven:
                continue
            count = np.int64(0)
            for corner in range(4):
                y, x, line = y0 + corner // 2 * side, x0 + (corner + 1) // 2 % 2 * side, corner % 2
                cut, d, c, samples = k, b + (corner == _ABOVE), a + (corner == _RIGHT), 1
                ahead = 1 if corner < _ABOVE else -1
                if begins >> corner & 1:
                    samples, low, edge = FINE, 0 if ahead > 0 else FINE - 1, 0
                    if corner in (_BELOW, _LEFT):
                        edge = FINE
                    d, c = (low, edge) if line else (edge, low)
                    up, right = (corner == _ABOVE) - (corner == _BELOW), (corner == _RIGHT) - (corner == _LEFT)
                    cut = np.int64(block[j + up, i + right])
                for one in range(samples):
                    up, right = one * ahead * line, one * ahead * (1 - line)
                    loop[count, 0], loop[count, 1], loop[count, 2] = y + up, x + right, value[y + up, x + right]
                    loop[count, 3], loop[count, 4] = _NO_WALL, -_NO_WALL
                    loop[count, 5] = 1.0 if one == 0 else 0.0
                    if cut >= 0:
                        loop[count, 3] = firsts[cut, line, d + up, c + right]
                        loop[count, 4] = lasts[cut, line, d + up, c + right]
                    count += 1
            size = _close(loop, count, bottom, left, step, width, out, size)
    return size


class Cells(NamedTuple):
    """The cells of a window, and the blocks in it."""

    left: int
    bottom: int
    block: np.ndarray
    """int32 (rows, columns), the block of each cell, -1 where there is none"""
    within: np.ndarray
    """int64, the cells that have one, numbered row by row"""
    beside: np.ndarray
    """bool (rows, columns): a block begins beside the cell"""


def cells_in(lattice: Lattice, left: int, bottom: int, right: int, top: int) -> Cells:
    """Return the cells of a window from a left column to a right one and from a bottom row to a top one."""
    number, aside, down = lattice.blocks.number, lattice.blocks.left, lattice.blocks.bottom
    block = np.full((top - bottom, right - left), -1, np.int32)
    low, high = max(bottom, down), min(top, down + number.shape[0])
    first, last = max(left, aside), min(right, aside + number.shape[1])
    if low < high and first < last:
        part = number[low - down : high - down, first - aside : last - aside]
        block[low - bottom : high - bottom, first - left : last - left] = part
    has = block >= 0
    beside = np.zeros(has.shape, bool)
    beside[1:] |= has[:-1]
    beside[:-1] |= has[1:]
    beside[:, 1:] |= has[:, :-1]
    beside[:, :-1] |= has[:, 1:]
    return Cells(left, bottom, block, np.flatnonzero(has), beside)


def trace_outline(value: np.ndarray, lattice: Lattice, cells: Cells) -> np.ndarray:
    """Return the crossings of the outline in a window whose rim lies outside: key, x, y, key of the next one.

    Keys are below twice the number of samples.

    Parameters
    ----------
    value
        float64 (rows * stride + 1, columns * stride + 1): the field in the window, metres; between the corners of a
        cell only where it has a block.
    lattice
        Where walls cut the lines of blocks.
    cells
        The cells of the window.
    """
    stride, loop, out = lattice.stride, np.empty((_LOOP, 7)), np.empty((0, 4))
    inside = value[::stride, ::stride] <= 0.0
    low, high = inside[:-1], inside[1:]
    uneven = (low[:, :-1] ^ low[:, 1:]) | (low[:, :-1] ^ high[:, :-1]) | (high[:, :-1] ^ high[:, 1:]) | cells.beside
    passed, cuts = np.flatnonzero(uneven), (lattice.cut_first, lattice.cut_last)
    place = float(cells.bottom * stride), float(cells.left * stride), lattice.cell / stride
    size = max(_ROOM, 2 * len(passed))
    while size > len(out):
        out = np.empty((size, 4))
        size = _march(value, cells.block, passed, cells.within, stride, *cuts, *place, loop, out)
    return out[:size]
