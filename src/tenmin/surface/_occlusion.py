"""Shadows: which points of a grid walls hide from a rim.

A shadow is convex, with straight sides: a, b and c of a * x + b * y + c <= 0, in metres from where the rim begins. It
is drawn at least a millimetre too large, so that no leg that a wall bars ends outside.
"""

from __future__ import annotations

import math

from tenmin.support.jit import inner
from tenmin.surface._visibility import narrow
from tenmin.surface._walls import SLACK, cells_of

_CLOSE = 1e-6
"""Share of a step by which points count as in a shadow that they touch."""


@inner
def _is_apart(is_corner, lead, reach, x0, y0, x1, y1):
    """Whether a wall lies beyond one of the straight sides of a view."""
    a, b, c, d = lead
    first, last = a * x0 + b * y0, a * x1 + b * y1
    if is_corner:
        return min(first, last) > SLACK or min(c * x0 + d * y0, c * x1 + d * y1) > SLACK
    if max(first, last) < -SLACK or min(first, last) > c + SLACK:
        return True
    first, last = b * x0 - a * y0, b * x1 - a * y1
    return min(first, last) > reach + SLACK or max(first, last) < -reach - SLACK


@inner
def _beyond(x0, y0, x1, y1, x, y):
    """The side of all that lies beyond a wall from a spot: of everything where the spot is on its line."""
    a, b = y0 - y1, x1 - x0
    side, slack = a * (x - x0) + b * (y - y0), SLACK * (abs(a) + abs(b))
    if abs(side) <= slack:
        return 0.0, 0.0, -1.0
    if side < 0.0:
        a, b = -a, -b
    return a, b, -(a * x0 + b * y0) - slack


@inner
def _shade_beside(x, y, reach, x0, y0, x1, y1):
    """The sides of the shadow of a wall on one side of a straight piece that leads in direction (x, y).

    After them come the least and the greatest y of the shadow.
    """
    begin, end = x * x0 + y * y0, x * x1 + y * y1
    low, high = min(begin, end), max(begin, end)
    middle = 0.5 * (low + high)
    g, h, k = _beyond(x0, y0, x1, y1, middle * x, middle * y)
    far = math.copysign(reach, x * (y0 + y1) - y * (x0 + x1)) * x
    first, last = begin * y + far, end * y + far
    least, greatest = min(min(y0, y1), min(first, last)), max(max(y0, y1), max(first, last))
    return -x, -y, low - SLACK, x, y, -high - SLACK, g, h, k, least, greatest


@inner
def _shade_from(reach, x0, y0, x1, y1):
    """The sides of the shadow of a wall as seen from a corner, and its least and greatest y."""
    g, h, k = _beyond(x0, y0, x1, y1, 0.0, 0.0)
    turn = x0 * y1 - y0 * x1
    first, last = y0 * reach / math.sqrt(x0 * x0 + y0 * y0), y1 * reach / math.sqrt(x1 * x1 + y1 * y1)
    least, greatest = min(min(y0, y1), min(first, last)), max(max(y0, y1), max(first, last))
    if k == -1.0 or turn == 0.0:
        return 0.0, 0.0, -1.0, 0.0, 0.0, -1.0, 0.0, 0.0, -1.0, -reach, reach
    if turn < 0.0:
        x0, y0, x1, y1 = x1, y1, x0, y0
    b, c, e, f = -x0, -SLACK * (abs(x0) + abs(y0)), x1, -SLACK * (abs(x1) + abs(y1))
    if c <= b * reach and f <= e * reach:
        least = -reach
    if c <= -b * reach and f <= -e * reach:
        greatest = reach
    return y0, b, c, -y1, e, f, g, h, k, least, greatest


@inner
def cast_shadows(walls, rim, is_corner, x, y, lead, reach, box, patch_x, patch_y, wide, tall, step, seen, dark):
    """Mark the points of a patch that lie in the shadow of a wall, by the wall; return whether any wall is near.

    Parameters
    ----------
    walls
        The walls.
    rim, is_corner, x, y, lead
        The rim that the shadows are cast from: its row, its kind, where it begins, and as in `Rims`.
    reach
        float64, how far its view goes, metres.
    box
        Four float64, the box of the view.
    patch_x, patch_y, wide, tall, step
        The patch: its first point, how many points it has to the right and up, and the metres between them.
    seen
        int64 (walls,): the rim by which each wall was seen last.
    dark
        int32 (points of the patch or more,): filled with a wall that hides each point, else -1, if any wall is near.
    """
    ends, _, first, pieces, left, bottom, columns, rows, cell = walls
    a, b, _, _ = lead
    i0, i1, j0, j1 = cells_of(box[0], box[1], box[2], box[3], left, bottom, columns, rows, cell)
    some, off_x, off_y, per_step = False, x - patch_x, y - patch_y, 1.0 / step
    for row in range(j0, j1 + 1 if i0 <= i1 else j0):
        for at in range(first[row * columns + i0], first[row * columns + i1 + 1]):
            mark = pieces[at]
            x0, y0, x1, y1 = ends[mark, 0] - x, ends[mark, 1] - y, ends[mark, 2] - x, ends[mark, 3] - y
            if seen[mark] == rim or _is_apart(is_corner, lead, reach, x0, y0, x1, y1):
                continue
            if not some:
                for i in range(wide * tall):
                    dark[i] = -1
            seen[mark], some = rim, True
            # A wall that crosses a straight piece casts a shadow on either side of it.
            start, stop = b * x0 - a * y0, b * x1 - a * y1
            split = not is_corner and start * stop < 0.0
            share = start / (start - stop) if split else 1.0
            mx, my = (x0 + share * (x1 - x0), y0 + share * (y1 - y0)) if split else (x1, y1)
            for part in range(2 if split else 1):
                from_x, from_y, to_x, to_y = (mx, my, x1, y1) if part else (x0, y0, mx, my)
                if is_corner:
                    shade = _shade_from(reach, from_x, from_y, to_x, to_y)
                else:
                    shade = _shade_beside(a, b, reach, from_x, from_y, to_x, to_y)
                la, lb, lc, ra, rb, rc, ba, bb, bc, least, greatest = shade
                per_l, per_r, per_b = 1.0 / la, 1.0 / ra, 1.0 / ba
                low_j = max(math.ceil((least + off_y - SLACK) * per_step), 0)
                high_j = min(math.floor((greatest + off_y + SLACK) * per_step) + 1, tall)
                for j in range(low_j, high_j):
                    up = j * step - off_y
                    low, high = narrow(-off_x, wide * step - off_x, la, per_l, lb * up + lc)
                    low, high = narrow(low, high, ra, per_r, rb * up + rc)
                    low, high = narrow(low, high, ba, per_b, bb * up + bc)
                    if low <= high:
                        begin = j * wide + math.ceil((low + off_x) * per_step - _CLOSE)
                        end = j * wide + min(math.floor((high + off_x) * per_step + _CLOSE) + 1, wide)
                        for i in range(begin, end):
                            if dark[i] < 0:
                                dark[i] = mark
    return some
