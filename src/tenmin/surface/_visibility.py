"""Views: the ground that has its foot on a rim, and the part of a grid that it lies in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing import TOUCH
from tenmin.support.jit import inner

_CLOSE = 1e-3
"""Metres by which the box round a view is larger than the view."""


class Patch(NamedTuple):
    """A part of a grid: columns left..right and rows bottom..top, and where its first point is."""

    left: int
    right: int
    bottom: int
    top: int
    x: float
    y: float
    step: float


@inner
def narrow(low, high, slope, inverse, height):
    """The part of low..high in which slope * x + height is at most nothing; `inverse` is 1 / slope."""
    if slope > 0.0:
        return low, min(high, -height * inverse)
    if slope < 0.0:
        return max(low, -height * inverse), high
    return (low, high) if height <= 0.0 else (1.0, 0.0)


@inner
def cross_view(is_corner, lead, inverse, reach, y):
    """Where a line `y` above the beginning of a rim has its feet within reach there: least and greatest x from it.

    Beside a straight piece that is a strip; round a corner, what no street leads nearer to. `inverse` is 1 / lead.
    """
    a, b, c, d = lead
    if is_corner:
        half = np.sqrt(max(reach * reach - y * y, 0.0))
        low, high = narrow(-half, half, a, inverse[0], b * y - TOUCH)
        return narrow(low, high, c, inverse[2], d * y - TOUCH)
    low, high = narrow(-np.inf, np.inf, -a, -inverse[0], -b * y)
    low, high = narrow(low, high, a, inverse[0], b * y - c)
    low, high = narrow(low, high, b, inverse[1], -a * y - reach)
    return narrow(low, high, -b, -inverse[1], a * y - reach)


@inner
def box_view(ends, spread, reach):
    """The box round what has its foot on a rim, within reach."""
    left, down, right, up = spread
    return (
        min(ends[0], ends[2]) + reach * left - _CLOSE,
        min(ends[1], ends[3]) + reach * down - _CLOSE,
        max(ends[0], ends[2]) + reach * right + _CLOSE,
        max(ends[1], ends[3]) + reach * up + _CLOSE,
    )


@inner
def steps_of(low, high, cell, origin, count):
    """The rows (or columns) of a grid that lie from low to high: the first, and the first one after."""
    return max(int(np.ceil(low / cell)) - origin, 0), min(int(np.floor(high / cell)) - origin + 1, count)


@inner
def patch_of(box, grid):
    """The part of a grid in a box."""
    fine, (rows, columns) = grid.fine, grid.number.shape
    left, bottom, step = grid.left * fine, grid.bottom * fine, grid.cell / fine
    low_i, high_i = steps_of(box[0], box[2], step, left, (columns + 1) * fine - 1)
    low_j, high_j = steps_of(box[1], box[3], step, bottom, (rows + 1) * fine - 1)
    return Patch(low_i, high_i, low_j, high_j, (left + low_i) * step, (bottom + low_j) * step, step)
