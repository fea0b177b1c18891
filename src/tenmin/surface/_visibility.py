"""Views: the ground that has its foot on a rim, line by line of a grid."""

from __future__ import annotations

import math

import numpy as np

from tenmin.routing import TOUCH
from tenmin.support.jit import inner


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
        half = math.sqrt(max(reach * reach - y * y, 0.0))
        low, high = narrow(-half, half, a, inverse[0], b * y - TOUCH)
        return narrow(low, high, c, inverse[2], d * y - TOUCH)
    low, high = narrow(-np.inf, np.inf, -a, -inverse[0], -b * y)
    low, high = narrow(low, high, a, inverse[0], b * y - c)
    low, high = narrow(low, high, b, inverse[1], -a * y - reach)
    return narrow(low, high, -b, -inverse[1], a * y - reach)


@inner
def steps_of(low, high, cell, origin, count):
    """The rows (or columns) of a grid that lie from low to high: the first, and the first one after."""
    return max(math.ceil(low / cell) - origin, 0), min(math.floor(high / cell) - origin + 1, count)
