"""The contour: where the outline of the ground crosses the lines of the lattice, by marching squares.

The border of a cell is a loop of samples: its four corners, and the finer samples of a neighbour that has a block.
Where the sign changes between two samples the outline passes, at the zero of the straight line between their values or
at the wall that parts them. In a cell the outline leads from where the loop leaves the ground to where it enters it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner
from tenmin.surface._grid_points import FINE

_NEAR = 1e-4
"""Least share of a line between a sample and the outline: outlines never meet at a sample."""
_NO_WALL = np.float32(2.0)
_LOOP = 4 * FINE
_BELOW, _RIGHT, _ABOVE, _LEFT = range(4)
_WITHIN = 16
"""Beside which sides of a cell blocks begin is told by a bit each, a block in it by this one."""


class Sheet(NamedTuple):
    """The field in a window of cells, and the blocks there."""

    value: np.ndarray
    """(rows * stride + 1, columns * stride + 1); between the corners of a cell only where it has a block"""
    stride: int
    block: np.ndarray
    """int32 (rows, columns), the block of each cell, -1 where there is none"""
    cut_first: np.ndarray
    cut_last: np.ndarray
    left: int
    bottom: int
    cell: float


@inner
def _put(loop, count, value, row, column, first, last, corner):
    """Add a sample to a loop: where it is, its value, where walls cut the line to the next, whether it is a corner."""
    loop[count, 0], loop[count, 1], loop[count, 2] = float(row), float(column), value[row, column]
    loop[count, 3], loop[count, 4], loop[count, 5] = first, last, corner


@inner
def _share(inside, outside, wall, length):
    """The share of a line between the ground and the outline, from a sample inside to one outside."""
    share = inside / (inside - outside)
    if wall <= 1.0:
        share = min(wall, max(share, min(-inside / length, 1.0)))
    return min(max(share, _NEAR), 1.0 - _NEAR)


@inner
def _key(loop, k, m, width):
    """A number for the line between two samples, the same from either side; `width` is how many samples a row has."""
    row, column = min(loop[k, 0], loop[m, 0]), min(loop[k, 1], loop[m, 1])
    return 2.0 * (row * width + column) + (1.0 if loop[k, 0] != loop[m, 0] else 0.0)


@inner
def _leave(loop, k, m, place, out, size):
    """Write the crossing where a loop leaves the ground between two samples.

    `place` is the origin, the step, and how many samples a row has.
    """
    forward = loop[m, 0] + loop[m, 1] > loop[k, 0] + loop[k, 1]
    wall = loop[k, 3] if forward else 1.0 - loop[k, 4]
    far_x, far_y = loop[m, 1] - loop[k, 1], loop[m, 0] - loop[k, 0]
    share = _share(loop[k, 2], loop[m, 2], wall, (abs(far_x) + abs(far_y)) * place[2])
    out[size, 0] = _key(loop, k, m, place[3])
    out[size, 1] = (place[0] + loop[k, 1] + share * far_x) * place[2]
    out[size, 2] = (place[1] + loop[k, 0] + share * far_y) * place[2]


@inner
def _close(loop, count, place, out, size):
    """Lead the outline through one cell, given the loop of samples round it; return how many crossings are written."""
    entries, begin = 0, size
    for k in range(count):
        m = k + 1 if k + 1 < count else 0
        was, will = loop[k, 2] <= 0.0, loop[m, 2] <= 0.0
        if was and not will:
            _leave(loop, k, m, place, out, size)
            size += 1
        elif will and not was:
            loop[entries, 6] = _key(loop, k, m, place[3])
            entries += 1
    if entries == 0:
        return size
    own = 1 if loop[0, 2] <= 0.0 else 0
    if entries > 1:
        middle = 0.0
        for k in range(count):
            middle += loop[k, 2] * loop[k, 5]
        own -= middle <= 0.0
    for k in range(entries):
        out[begin + k, 3] = loop[(k - own + entries) % entries, 6]
    return size


@inner
def _side(value, block, begins, first, last, j, i, side, loop, count):
    """Add the samples of one side of a cell, counterclockwise, but its last; return how many there are."""
    if not begins >> side & 1:
        row, column = (j + (side in (_ABOVE, _LEFT))) * FINE, (i + (side in (_RIGHT, _ABOVE))) * FINE
        _put(loop, count, value, row, column, _NO_WALL, -_NO_WALL, 1.0)
        return count + 1
    nj, ni = j - (side == _BELOW) + (side == _ABOVE), i - (side == _LEFT) + (side == _RIGHT)
    beside, level, far = block[nj, ni], side in (_BELOW, _ABOVE), FINE * (side in (_BELOW, _LEFT))
    for k in range(FINE):
        step = k if side in (_BELOW, _RIGHT) else FINE - k
        low = step if side in (_BELOW, _RIGHT) else step - 1
        b, a = (far, step) if level else (step, far)
        line, (d, c) = (0, (far, low)) if level else (1, (low, far))
        cuts, corner = (first[beside, line, d, c], last[beside, line, d, c]), 1.0 if k == 0 else 0.0
        _put(loop, count, value, nj * FINE + b, ni * FINE + a, cuts[0], cuts[1], corner)
        count += 1
    return count


@inner
def _is_even(inside, y, x):
    """Whether the four corners of a fine cell lie on one side."""
    of = inside[y, x]
    return not ((inside[y, x + 1] ^ of) | (inside[y + 1, x] ^ of) | (inside[y + 1, x + 1] ^ of))


@inner
def _near_blocks(block):
    """Where blocks are in and beside cells."""
    rows, columns = block.shape
    near = np.zeros((rows, columns), np.uint8)
    for j in range(rows):
        for i in range(columns):
            if block[j, i] >= 0:
                near[j, i] |= _WITHIN
                for side in range(4):
                    b, a = j + (side == _BELOW) - (side == _ABOVE), i + (side == _LEFT) - (side == _RIGHT)
                    if 0 <= b < rows and 0 <= a < columns:
                        near[b, a] |= 1 << side
    return near


@inner
def _uneven(inside, stride, near):
    """Which cells without a block have something on both sides: corners, or what lies between where a block begins."""
    uneven = np.zeros(near.shape, np.uint8)
    corner = inside if stride == 1 else inside[::stride, ::stride].copy()
    for j in range(near.shape[0]):
        low, high, row = corner[j], corner[j + 1], uneven[j]
        for i in range(len(row)):
            row[i] = (low[i] ^ low[i + 1]) | (low[i] ^ high[i]) | (high[i] ^ high[i + 1])
    half = stride // 2
    for j in range(near.shape[0] if half else 0):
        for i in range(near.shape[1]):
            if near[j, i] == 0:
                continue
            y, x, begins = j * stride, i * stride, near[j, i]
            for side, b, a in ((_BELOW, 0, half), (_RIGHT, half, stride), (_ABOVE, stride, half), (_LEFT, half, 0)):
                uneven[j, i] |= (begins >> side & 1) & (inside[y + b, x + a] ^ inside[y, x])
            uneven[j, i] &= begins < _WITHIN
    return uneven


@inner
def _count(flags, least):
    """How many cells have a flag of at least so much."""
    count, flat = 0, flags.reshape(flags.size)
    for k in range(len(flat)):
        count += flat[k] >= least
    return count


@inner
def _march_cells(value, block, uneven, near, stride, firsts, lasts, loop, place, out, size):
    """Lead the outline through the uneven cells."""
    for j in range(near.shape[0]):
        for i in range(near.shape[1]):
            if not uneven[j, i]:
                continue
            y, x, count = j * stride, i * stride, 4
            if near[j, i]:
                count = 0
                for side in range(4):
                    count = _side(value, block, near[j, i], firsts, lasts, j, i, side, loop, count)
            else:
                _put(loop, 0, value, y, x, _NO_WALL, -_NO_WALL, 1.0)
                _put(loop, 1, value, y, x + stride, _NO_WALL, -_NO_WALL, 1.0)
                _put(loop, 2, value, y + stride, x + stride, _NO_WALL, -_NO_WALL, 1.0)
                _put(loop, 3, value, y + stride, x, _NO_WALL, -_NO_WALL, 1.0)
            size = _close(loop, count, place, out, size)
    return size


@inner
def _march_blocks(value, inside, block, firsts, lasts, loop, place, out, size):
    """Lead the outline through the fine cells of blocks."""
    for j in range(block.shape[0]):
        for i in range(block.shape[1]):
            k = block[j, i]
            for part in range(FINE * FINE if k >= 0 else 0):
                b, a = part // FINE, part % FINE
                y, x = j * FINE + b, i * FINE + a
                if not _is_even(inside, y, x):
                    _put(loop, 0, value, y, x, firsts[k, 0, b, a], lasts[k, 0, b, a], 1.0)
                    _put(loop, 1, value, y, x + 1, firsts[k, 1, b, a + 1], lasts[k, 1, b, a + 1], 1.0)
                    _put(loop, 2, value, y + 1, x + 1, firsts[k, 0, b + 1, a], lasts[k, 0, b + 1, a], 1.0)
                    _put(loop, 3, value, y + 1, x, firsts[k, 1, b, a], lasts[k, 1, b, a], 1.0)
                    size = _close(loop, 4, place, out, size)
    return size


@inner
def trace_outline(sheet):
    """Return the crossings of the outline in a window whose rim lies outside: key, x, y, key of the next one.

    Keys are below twice the number of samples.
    """
    value, stride, block, firsts, lasts, left, bottom, cell = sheet
    inside, loop = np.empty(value.shape, np.uint8), np.empty((_LOOP, 7))
    of, flat = value.reshape(value.size), inside.reshape(value.size)
    for k in range(len(of)):
        flat[k] = of[k] <= 0.0
    near = _near_blocks(block) if stride > 1 else np.zeros(block.shape, np.uint8)
    uneven = _uneven(inside, stride, near)
    room = 2 * FINE * _count(uneven, 1) + 2 * FINE * FINE * _count(near, _WITHIN)
    out, place = np.empty((room, 4)), (left * stride, bottom * stride, cell / stride, float(value.shape[1]))
    size = _march_cells(value, block, uneven, near, stride, firsts, lasts, loop, place, out, 0)
    if stride > 1:
        size = _march_blocks(value, inside, block, firsts, lasts, loop, place, out, size)
    return out[:size]
