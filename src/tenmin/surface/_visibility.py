"""The region whose access point lies on a given street piece, row by row of a grid."""

from __future__ import annotations

import math

import numpy as np

from tenmin.routing import TOUCH
from tenmin.support.jit import inner


@inner
def clip_interval(low, high, slope, inverse, height):
    """Clip an interval of x to slope * x + height <= 0; `inverse` is 1 / slope. An empty one has low > high."""
    if slope > 0.0:
        return low, min(high, -height * inverse)
    if slope < 0.0:
        return max(low, -height * inverse), high
    return (low, high) if height <= 0.0 else (1.0, 0.0)


@inner
def visible_interval(is_corner, direction, inverse, reach, y):
    """The interval of x, at height y, of the points that snap to a street piece within reach.

    Coordinates are metres from the start of the piece. The region of a straight piece is a strip on both sides; that of
    a corner is the sector from which no street leads nearer. `inverse` is 1 / direction.
    """
    a, b, c, d = direction
    if is_corner:
        half = math.sqrt(max(reach * reach - y * y, 0.0))
        low, high = clip_interval(-half, half, a, inverse[0], b * y - TOUCH)
        return clip_interval(low, high, c, inverse[2], d * y - TOUCH)
    low, high = clip_interval(-np.inf, np.inf, -a, -inverse[0], -b * y)
    low, high = clip_interval(low, high, a, inverse[0], b * y - c)
    low, high = clip_interval(low, high, b, inverse[1], -a * y - reach)
    return clip_interval(low, high, -b, -inverse[1], a * y - reach)


@inner
def index_range(low, high, cell, origin, count):
    """The rows (or columns) of a window between two coordinates: the first one, and one past the last."""
    return max(math.ceil(low / cell) - origin, 0), min(math.floor(high / cell) - origin + 1, count)
