"""The contour: where the outline of the ground crosses the lines of the lattice, by marching squares.

The border of a cell is a loop of samples: its four corners, and the finer samples of a neighbour that has a block.
Where the sign changes between two samples the outline passes, at the zero of the straight line between their values or
at the wall that parts them. In a cell the outline leads from where the loop leaves the ground to where it enters it.
"""

from __future__ import annotations

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._grid_points import FINE
from tenmin.surface._sample_grid import Lattice

_NEAR = 1e-4
"""Least share of a line between a sample and the outline: outlines never meet at a sample."""
_NO_WALL = 2.0
_LOOP = 4 * FINE
_BELOW, _RIGHT, _ABOVE, _LEFT = range(4)
_WITHIN = 16
"""Beside which sides of a cell blocks begin is told by a bit each, a block in it by this one."""


@inner
def _key(loop, k, m, width):
    """A number for the line between two samples, the same from either side; `width` is how many samples a row has."""
    row, column = min(loop[k, 0], loop[m, 0]), min(loop[k, 1], loop[m, 1])
    return 2.0 * (row * width + column) + (1.0 if loop[k, 0] != loop[m, 0] else 0.0)


@inner
def _close(loop, count, bottom, left, step, width, out, size):
    """Lead the outline through one cell, given the loop of samples round it; return how many crossings are written."""
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
    for k in range(entries):
        out[begin + k, 3] = loop[(k - own + entries) % entries, 6]
    return size


@kernel
def _march(value, block, near, cells, parts, stride, firsts, lasts, bottom, left, step, loop, out):
    """Lead the outline through cells and the fine cells of blocks; return how many crossings that makes.

    Parameters
    ----------
    value
        float64 (rows * stride + 1, columns * stride + 1), metres.
    block, near
        int32 and uint8 (rows, columns): the block of each cell, -1 for none, and beside which sides blocks begin.
    cells, parts
        int64: the cells that have no block, and the fine cells of blocks, to go through; the former numbered row by
        row, the latter by block's cell, and row by row in it.
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
        float64 (crossings, 4): key, x, y, and the key of the next.
    """
    width, columns, size = float(value.shape[1]), block.shape[1], np.int64(0)
    for one in range(len(cells) + len(parts)):
        count = np.int64(4)
        if one >= len(cells):
            at, part = parts[one - len(cells)] // (FINE * FINE), parts[one - len(cells)] % (FINE * FINE)
            k, b, a = block[at // columns, at % columns], part // FINE, part % FINE
            for corner in range(4):
                up, right, line = corner // 2, (corner + 1) // 2 % 2, corner % 2
                y, x = at // columns * FINE + b + up, at % columns * FINE + a + right
                d, c = b + (corner == _ABOVE), a + (corner == _RIGHT)
                loop[corner, 0], loop[corner, 1], loop[corner, 2], loop[corner, 5] = y, x, value[y, x], 1.0
                loop[corner, 3], loop[corner, 4] = firsts[k, line, d, c], lasts[k, line, d, c]
        else:
            j, i = cells[one] // columns, cells[one] % columns
            begins, count = near[j, i], np.int64(0)
            for side in range(4):
                y, x = (j + (side // 2)) * stride, (i + (side + 1) // 2 % 2) * stride
                if not begins >> side & 1:
                    loop[count, 0], loop[count, 1], loop[count, 2] = y, x, value[y, x]
                    loop[count, 3], loop[count, 4], loop[count, 5] = _NO_WALL, -_NO_WALL, 1.0
                    count += 1
                    continue
                k = block[j - (side == _BELOW) + (side == _ABOVE), i - (side == _LEFT) + (side == _RIGHT)]
                forward, line, edge = side < _ABOVE, side % 2, FINE if side in (_BELOW, _LEFT) else 0
                for part in range(FINE):
                    low = part if forward else FINE - part - 1
                    d, c = (low, edge) if line else (edge, low)
                    ahead = part if forward else -part
                    b, a = (y + ahead, x) if line else (y, x + ahead)
                    loop[count, 0], loop[count, 1], loop[count, 2] = b, a, value[b, a]
                    loop[count, 3], loop[count, 4] = firsts[k, line, d, c], lasts[k, line, d, c]
                    loop[count, 5] = 1.0 if part == 0 else 0.0
                    count += 1
        size = _close(loop, count, bottom, left, step, width, out, size)
    return size


def _differ(inside: np.ndarray) -> np.ndarray:
    """Which squares of four samples have some inside and some outside."""
    low, high = inside[:-1], inside[1:]
    return (low[:, :-1] ^ low[:, 1:]) | (low[:, :-1] ^ high[:, :-1]) | (high[:, :-1] ^ high[:, 1:])


def _near_blocks(block: np.ndarray) -> np.ndarray:
    """Where blocks are in and beside cells."""
    here = (block >= 0).astype(np.uint8)
    near = here * np.uint8(_WITHIN)
    near[1:] |= here[:-1] << _BELOW
    near[:, :-1] |= here[:, 1:] << _RIGHT
    near[:-1] |= here[1:] << _ABOVE
    near[:, 1:] |= here[:, :-1] << _LEFT
    return near


def _uneven_beside(inside: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Which cells have something on both sides of the outline where a block begins beside them."""
    corner, half = inside[:-1:FINE, :-1:FINE], FINE // 2
    middle = {
        _BELOW: inside[:-1:FINE, half::FINE],
        _RIGHT: inside[half::FINE, FINE::FINE],
        _ABOVE: inside[FINE::FINE, half::FINE],
        _LEFT: inside[half::FINE, :-1:FINE],
    }
    uneven = np.zeros(near.shape, bool)
    for side, samples in middle.items():
        uneven |= (near & (1 << side)).astype(bool) & (samples ^ corner)
    return uneven


def trace_outline(value: np.ndarray, lattice: Lattice, block: np.ndarray, bottom: int, left: int) -> np.ndarray:
    """Return the crossings of the outline in a window whose rim lies outside: key, x, y, key of the next one.

    Keys are below twice the number of samples.

    Parameters
    ----------
    value
        float64 (rows * stride + 1, columns * stride + 1): the field in the window, metres; between the
        corners of a cell only where it has a block.
    lattice
        The blocks, and where walls cut their lines.
    block
        int32 (rows, columns), the block of each cell, -1 where there is none.
    bottom, left
        The first row and column of cells.
    """
    stride, inside = lattice.stride, value <= 0.0
    uneven, near, parts = _differ(inside[::stride, ::stride]), np.zeros(block.shape, np.uint8), np.zeros(0, np.int64)
    if stride > 1:
        near = _near_blocks(block)
        uneven = (uneven | _uneven_beside(inside, near)) & (near < _WITHIN)
        (rows, columns), at = block.shape, np.flatnonzero(block >= 0)
        fine = _differ(inside).reshape(rows, FINE, columns, FINE)
        parts = np.flatnonzero(fine[at // columns, :, at % columns, :])
        parts = at[parts // (FINE * FINE)] * (FINE * FINE) + parts % (FINE * FINE)
    cells = np.flatnonzero(uneven)
    loop, out = np.empty((_LOOP, 7)), np.empty((2 * FINE * len(cells) + 2 * len(parts), 4))
    step = lattice.cell / stride
    cuts = lattice.cut_first, lattice.cut_last
    size = _march(
        value, block, near, cells, parts, stride, *cuts, float(bottom * stride), float(left * stride), step, loop, out
    )
    return out[:size]
