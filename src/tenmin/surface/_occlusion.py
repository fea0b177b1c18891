"""Shadows: which points of a grid walls hide from a rim.

A shadow is convex, with straight sides: a, b and c of a * x + b * y + c <= 0, in metres from where the rim begins. It
is drawn at least a millimetre too large, so that no leg that a wall bars ends outside.
"""

from __future__ import annotations

import numpy as np

from tenmin.support.jit import inner
from tenmin.surface._visibility import narrow
from tenmin.surface._walls import SLACK, cells_of

_ALL = 0.0, 0.0, -1.0
"""A side on which everything lies."""
_CLOSE = 1e-6
"""Share of a step by which points count as in a shadow that they touch."""


@inner
def _is_apart(is_corner, lead, reach, wall):
    """Whether a wall lies beyond one of the straight sides of a view."""
    (a, b, c, d), (x0, y0, x1, y1) = lead, wall
    along = a * x0 + b * y0, a * x1 + b * y1
    if is_corner:
        return min(along) > SLACK or min(c * x0 + d * y0, c * x1 + d * y1) > SLACK
    aside = b * x0 - a * y0, b * x1 - a * y1
    return max(along) < -SLACK or min(along) > c + SLACK or min(aside) > reach + SLACK or max(aside) < -reach - SLACK


@inner
def _beyond(wall, x, y):
    """The side of all that lies beyond a wall from a spot: of everything where the spot is on its line."""
    a, b = wall[1] - wall[3], wall[2] - wall[0]
    side, slack = a * (x - wall[0]) + b * (y - wall[1]), SLACK * (abs(a) + abs(b))
    if abs(side) <= slack:
        return _ALL
    if side < 0.0:
        a, b = -a, -b
    return a, b, -(a * wall[0] + b * wall[1]) - slack


@inner
def _shade_beside(x, y, wall):
    """The sides of the shadow of a wall on one side of a straight piece that leads in direction (x, y)."""
    begin, end = x * wall[0] + y * wall[1], x * wall[2] + y * wall[3]
    low, high = min(begin, end), max(begin, end)
    middle = 0.5 * (low + high)
    return (-x, -y, low - SLACK, x, y, -high - SLACK, *_beyond(wall, middle * x, middle * y))


@inner
def _shade_from(wall):
    """The sides of the shadow of a wall as seen from a corner."""
    x0, y0, x1, y1 = wall
    beyond, turn = _beyond(wall, 0.0, 0.0), x0 * y1 - y0 * x1
    if beyond[2] == _ALL[2] or turn == 0.0:
        return (*_ALL, *_ALL, *_ALL)
    if turn < 0.0:
        x0, y0, x1, y1 = x1, y1, x0, y0
    return (y0, -x0, -SLACK * (abs(x0) + abs(y0)), -y1, x1, -SLACK * (abs(x1) + abs(y1)), *beyond)


@inner
def _rise_beside(x, y, reach, wall):
    """From where to where the shadow of a wall beside a straight piece goes up: least and greatest y."""
    far = np.copysign(reach, x * (wall[1] + wall[3]) - y * (wall[0] + wall[2])) * x
    first, last = (x * wall[0] + y * wall[1]) * y + far, (x * wall[2] + y * wall[3]) * y + far
    return min(wall[1], wall[3], first, last), max(wall[1], wall[3], first, last)


@inner
def _rise_from(reach, wall, shade):
    """From where to where the shadow of a wall as seen from a corner goes up: least and greatest y."""
    x0, y0, x1, y1 = wall
    first, last = y0 * reach / np.sqrt(x0 * x0 + y0 * y0), y1 * reach / np.sqrt(x1 * x1 + y1 * y1)
    (_, b, c, _, e, f, _, _, _) = shade
    low = -reach if c <= b * reach and f <= e * reach else min(y0, y1, first, last)
    high = reach if c <= -b * reach and f <= -e * reach else max(y0, y1, first, last)
    return low, high


@inner
def _darken(shade, rise, x, y, patch, mark, dark):
    """Mark the points of a patch that lie in a shadow, unless they lie in another."""
    a, b, c, d, e, f, g, h, k = shade
    per_a, per_d, per_g, per_step = 1.0 / a, 1.0 / d, 1.0 / g, 1.0 / patch.step
    wide, x, y = patch.right - patch.left, x - patch.x, y - patch.y
    low_j = max(int(np.ceil((rise[0] + y - SLACK) * per_step)), 0)
    high_j = min(int(np.floor((rise[1] + y + SLACK) * per_step)) + 1, patch.top - patch.bottom)
    for j in range(low_j, high_j):
        up = j * patch.step - y
        low, high = narrow(-x, wide * patch.step - x, a, per_a, b * up + c)
        low, high = narrow(low, high, d, per_d, e * up + f)
        low, high = narrow(low, high, g, per_g, h * up + k)
        if low <= high:
            begin = j * wide + int(np.ceil((low + x) * per_step - _CLOSE))
            end = j * wide + min(int(np.floor((high + x) * per_step + _CLOSE)) + 1, wide)
            for i in range(begin, end):
                if dark[i] < 0:
                    dark[i] = mark


@inner
def _darken_behind(wall, is_corner, lead, reach, x, y, patch, mark, dark):
    """Mark the points of a patch behind a wall as seen from a rim that begins at (x, y)."""
    (a, b, _, _), (cx, cy, dx, dy) = lead, wall
    if is_corner:
        shade = _shade_from(wall)
        _darken(shade, _rise_from(reach, wall, shade), x, y, patch, mark, dark)
        return
    first, last = b * cx - a * cy, b * dx - a * dy
    if first * last < 0.0:
        share = first / (first - last)
        mx, my = cx + share * (dx - cx), cy + share * (dy - cy)
        wall, rest = (cx, cy, mx, my), (mx, my, dx, dy)
        _darken(_shade_beside(a, b, rest), _rise_beside(a, b, reach, rest), x, y, patch, mark, dark)
    _darken(_shade_beside(a, b, wall), _rise_beside(a, b, reach, wall), x, y, patch, mark, dark)


@inner
def cast_shadows(walls, rim, is_corner, line, lead, reach, box, patch, seen, dark):
    """Mark the points of a patch that lie in the shadow of a wall, by the wall; return whether any wall is near.

    `seen` has the rim by which each wall was seen last.
    """
    (x, y, _, _), some, ends, size = line, False, walls.ends, (patch.right - patch.left) * (patch.top - patch.bottom)
    i0, i1, j0, j1 = cells_of(box, walls.left, walls.bottom, walls.columns, walls.rows, walls.cell)
    for j in range(j0, j1 + 1 if i0 <= i1 else j0):
        for at in range(walls.first[j * walls.columns + i0], walls.first[j * walls.columns + i1 + 1]):
            k = walls.piece[at]
            wall = ends[k, 0] - x, ends[k, 1] - y, ends[k, 2] - x, ends[k, 3] - y
            if seen[k] == rim or _is_apart(is_corner, lead, reach, wall):
                continue
            if not some:
                dark[:size] = -1
            seen[k], some = rim, True
            _darken_behind(wall, is_corner, lead, reach, x, y, patch, k, dark)
    return some
