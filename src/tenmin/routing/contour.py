"""The contour: where the outline of the ground crosses the lines of the lattice, by marching squares.

The border of a cell is a loop of samples: its four corners, and the finer samples of a neighbour that has a block.
Where the sign changes between two samples the outline passes, at the zero of the straight line between their values or
at the wall that parts them. In a cell the outline leads from where the loop leaves the ground to where it enters it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.kernels import kernel
from tenmin.routing.lattice import FINE, SIDE

_NEAR = 1e-4
"""Least share of a line between a sample and the outline: outlines never meet at a sample."""
_NO_WALL = np.float32(2.0)
_LOOP = 4 * FINE
_BELOW, _RIGHT, _ABOVE, _LEFT = range(4)


class Sheet(NamedTuple):
    """One layer of the field in a window, with its blocks."""

    value: np.ndarray
    block: np.ndarray
    """int32, the block of each cell, -1 where there is none"""
    fine: np.ndarray
    """fine[block, row, column]"""
    known: np.ndarray
    """the row of each block in the cuts"""
    cut_first: np.ndarray
    cut_last: np.ndarray
    left: int
    bottom: int
    cell: float


@kernel
def _put(loop, count, row, column, value, first, last, corner):
    """Add a sample to a loop: where it is, its value, where walls cut the line to the next, whether it is a corner."""
    loop[count, 0], loop[count, 1], loop[count, 2] = float(row), float(column), value
    loop[count, 3], loop[count, 4], loop[count, 5] = first, last, corner


@kernel
def _share(inside, outside, wall, length):
    """The share of a line between the ground and the outline, from a sample inside to one outside."""
    share = inside / (inside - outside)
    if wall <= 1.0:
        share = min(wall, max(share, min(-inside / length, 1.0)))
    return min(max(share, _NEAR), 1.0 - _NEAR)


@kernel
def _key(loop, k, m):
    """A name for the line between two samples, the same from either side."""
    row, column = min(loop[k, 0], loop[m, 0]), min(loop[k, 1], loop[m, 1])
    return 2.0 * (row * 1048576.0 + column) + (1.0 if loop[k, 0] != loop[m, 0] else 0.0)


@kernel
def _leave(loop, k, m, place, out, size):
    """Write the crossing where a loop leaves the ground between two samples; `place` is the origin and the step."""
    forward = loop[m, 0] + loop[m, 1] > loop[k, 0] + loop[k, 1]
    wall = loop[k, 3] if forward else 1.0 - loop[k, 4]
    far_x, far_y = loop[m, 1] - loop[k, 1], loop[m, 0] - loop[k, 0]
    share = _share(loop[k, 2], loop[m, 2], wall, (abs(far_x) + abs(far_y)) * place[2])
    out[size, 0] = _key(loop, k, m)
    out[size, 1] = (place[0] + loop[k, 1] + share * far_x) * place[2]
    out[size, 2] = (place[1] + loop[k, 0] + share * far_y) * place[2]


@kernel
def _close(loop, count, place, out, size):
    """Lead the outline through one cell, given the loop of samples round it; return how many crossings are written."""
    entered, entries, begin = np.empty(_LOOP), 0, size
    for k in range(count):
        m = k + 1 if k + 1 < count else 0
        was, will = loop[k, 2] <= 0.0, loop[m, 2] <= 0.0
        if was and not will:
            _leave(loop, k, m, place, out, size)
            size += 1
        elif will and not was:
            entered[entries] = _key(loop, k, m)
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
        out[begin + k, 3] = entered[(k - own + entries) % entries]
    return size


@kernel
def _side(sheet, j, i, side, loop, count):
    """Add the samples of one side of a cell, counterclockwise, but its last; return how many there are."""
    nj, ni = j - (side == _BELOW) + (side == _ABOVE), i - (side == _LEFT) + (side == _RIGHT)
    cj, ci = j + (side in (_ABOVE, _LEFT)), i + (side in (_RIGHT, _ABOVE))
    rows, columns = sheet.block.shape
    block = sheet.block[nj, ni] if 0 <= nj < rows and 0 <= ni < columns else -1
    if block < 0:
        _put(loop, count, cj * FINE, ci * FINE, sheet.value[cj, ci], _NO_WALL, -_NO_WALL, 1.0)
        return count + 1
    known = sheet.known[block]
    for k in range(FINE):
        step = k if side in (_BELOW, _RIGHT) else FINE - k
        low = step if side in (_BELOW, _RIGHT) else step - 1
        if side in (_BELOW, _ABOVE):
            row, column, line, a, b = (FINE if side == _BELOW else 0), step, 0, (FINE if side == _BELOW else 0), low
        else:
            row, column, line, a, b = step, (FINE if side == _LEFT else 0), 1, low, (FINE if side == _LEFT else 0)
        first, last = sheet.cut_first[known, line, a, b], sheet.cut_last[known, line, a, b]
        value, corner = sheet.fine[block, row, column], (1.0 if k == 0 else 0.0)
        _put(loop, count, nj * FINE + row, ni * FINE + column, value, first, last, corner)
        count += 1
    return count


@kernel
def _is_even(value, j, i):
    """Whether the four corners of a cell lie on one side."""
    inside = value[j, i] <= 0.0
    return not (
        ((value[j, i + 1] <= 0.0) ^ inside)
        | ((value[j + 1, i] <= 0.0) ^ inside)
        | ((value[j + 1, i + 1] <= 0.0) ^ inside)
    )


@kernel
def _march_blocks(sheet, loop, place, out, size):
    """Lead the outline through the fine cells of blocks."""
    block, fines, known, firsts, lasts = sheet.block, sheet.fine, sheet.known, sheet.cut_first, sheet.cut_last
    for j in range(block.shape[0]):
        for i in range(block.shape[1]):
            if block[j, i] < 0:
                continue
            fine, first, last = fines[block[j, i]], firsts[known[block[j, i]]], lasts[known[block[j, i]]]
            for b in range(FINE):
                for a in range(FINE):
                    if _is_even(fine, b, a):
                        continue
                    y, x = j * FINE + b, i * FINE + a
                    _put(loop, 0, y, x, fine[b, a], first[0, b, a], last[0, b, a], 1.0)
                    _put(loop, 1, y, x + 1, fine[b, a + 1], first[1, b, a + 1], last[1, b, a + 1], 1.0)
                    _put(loop, 2, y + 1, x + 1, fine[b + 1, a + 1], first[0, b + 1, a], last[0, b + 1, a], 1.0)
                    _put(loop, 3, y + 1, x, fine[b + 1, a], first[1, b, a], last[1, b, a], 1.0)
                    size = _close(loop, 4, place, out, size)
    return size


@kernel
def _near_blocks(sheet):
    """Which cells without a block have a neighbour with one that is not all of one side."""
    block, fine = sheet.block, sheet.fine
    rows, columns = block.shape
    near = np.zeros((rows, columns), np.bool_)
    for j in range(rows):
        for i in range(columns):
            if block[j, i] < 0:
                continue
            inside = 0
            for b in range(SIDE):
                for a in range(SIDE):
                    inside += fine[block[j, i], b, a] <= 0.0
            if 0 < inside < SIDE * SIDE:
                for b, a in ((j - 1, i), (j + 1, i), (j, i - 1), (j, i + 1)):
                    if 0 <= b < rows and 0 <= a < columns and block[b, a] < 0:
                        near[b, a] = True
    return near


@kernel
def _march_cells(sheet, loop, place, out, size):
    """Lead the outline through the cells without a block."""
    value, block, blocks = sheet.value, sheet.block, len(sheet.fine)
    near = _near_blocks(sheet) if blocks else np.zeros((1, 1), np.bool_)
    for j in range(value.shape[0] - 1):
        for i in range(value.shape[1] - 1):
            if blocks and block[j, i] >= 0:
                continue
            if blocks and near[j, i]:
                count = 0
                for side in range(4):
                    count = _side(sheet, j, i, side, loop, count)
                size = _close(loop, count, place, out, size)
            elif not _is_even(value, j, i):
                y, x = j * FINE, i * FINE
                _put(loop, 0, y, x, value[j, i], _NO_WALL, -_NO_WALL, 1.0)
                _put(loop, 1, y, x + FINE, value[j, i + 1], _NO_WALL, -_NO_WALL, 1.0)
                _put(loop, 2, y + FINE, x + FINE, value[j + 1, i + 1], _NO_WALL, -_NO_WALL, 1.0)
                _put(loop, 3, y + FINE, x, value[j + 1, i], _NO_WALL, -_NO_WALL, 1.0)
                size = _close(loop, 4, place, out, size)
    return size


@kernel
def _changes(value):
    """How often the sign changes along the rows and columns of a table."""
    count = 0
    for j in range(value.shape[0] - 1):
        for i in range(value.shape[1] - 1):
            inside = value[j, i] <= 0.0
            count += ((value[j, i + 1] <= 0.0) ^ inside) + ((value[j + 1, i] <= 0.0) ^ inside)
    return count


@kernel
def trace_outline(sheet):
    """Return the crossings of the outline in a window whose rim lies outside: key, x, y, key of the next one."""
    room = _changes(sheet.value) + 2 * SIDE * FINE * len(sheet.fine)
    out, loop = np.empty((room, 4)), np.empty((_LOOP, 6))
    place = sheet.left * FINE, sheet.bottom * FINE, sheet.cell / FINE
    size = _march_cells(sheet, loop, place, out, 0)
    size = _march_blocks(sheet, loop, place, out, size)
    return out[:size]
