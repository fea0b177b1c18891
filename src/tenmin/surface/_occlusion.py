"""Occlusion: which grid points walls hide from a street piece.

The region behind a wall is convex, the intersection of half-planes a * x + b * y + c <= 0, in metres from the start of
the piece. It is enlarged by at least a millimetre, so that it holds the points of all blocked legs.
"""

from __future__ import annotations

import math

from tenmin.support.jit import inner
from tenmin.surface._visibility import clip_interval
from tenmin.surface._walls import SLACK, cell_range

_MARGIN = 1e-6
"""Share of the spacing within which points on the outline of an occluded region are in it."""


@inner
def _is_outside_region(is_corner, direction, reach, x0, y0, x1, y1):
    """Whether a wall lies outside one of the straight sides of the visible region of a piece."""
    a, b, c, d = direction
    first, last = a * x0 + b * y0, a * x1 + b * y1
    if is_corner:
        return min(first, last) > SLACK or min(c * x0 + d * y0, c * x1 + d * y1) > SLACK
    if max(first, last) < -SLACK or min(first, last) > c + SLACK:
        return True
    first, last = b * x0 - a * y0, b * x1 - a * y1
    return min(first, last) > reach + SLACK or max(first, last) < -reach - SLACK


@inner
def _half_plane_behind(x0, y0, x1, y1, x, y):
    """The half-plane behind a wall as seen from (x, y); the whole plane if that point is on its line."""
    a, b = y0 - y1, x1 - x0
    side, slack = a * (x - x0) + b * (y - y0), SLACK * (abs(a) + abs(b))
    if abs(side) <= slack:
        return 0.0, 0.0, -1.0
    if side < 0.0:
        a, b = -a, -b
    return a, b, -(a * x0 + b * y0) - slack


@inner
def _occlusion_of_strip(x, y, reach, x0, y0, x1, y1):
    """The region that a wall on one side of a straight piece of direction (x, y) hides from it.

    Returns three half-planes, and the least and greatest y of the region.
    """
    begin, end = x * x0 + y * y0, x * x1 + y * y1
    low, high = min(begin, end), max(begin, end)
    middle = 0.5 * (low + high)
    g, h, k = _half_plane_behind(x0, y0, x1, y1, middle * x, middle * y)
    far = math.copysign(reach, x * (y0 + y1) - y * (x0 + x1)) * x
    first, last = begin * y + far, end * y + far
    shortest, greatest = min(min(y0, y1), min(first, last)), max(max(y0, y1), max(first, last))
    return -x, -y, low - SLACK, x, y, -high - SLACK, g, h, k, shortest, greatest


@inner
def _occlusion_of_corner(reach, x0, y0, x1, y1):
    """The region that a wall hides from a corner: three half-planes, and its least and greatest y."""
    g, h, k = _half_plane_behind(x0, y0, x1, y1, 0.0, 0.0)
    turn = x0 * y1 - y0 * x1
    first, last = y0 * reach / math.sqrt(x0 * x0 + y0 * y0), y1 * reach / math.sqrt(x1 * x1 + y1 * y1)
    shortest, greatest = min(min(y0, y1), min(first, last)), max(max(y0, y1), max(first, last))
    if k == -1.0 or turn == 0.0:
        return 0.0, 0.0, -1.0, 0.0, 0.0, -1.0, 0.0, 0.0, -1.0, -reach, reach
    if turn < 0.0:
        x0, y0, x1, y1 = x1, y1, x0, y0
    b, c, e, f = -x0, -SLACK * (abs(x0) + abs(y0)), x1, -SLACK * (abs(x1) + abs(y1))
    if c <= b * reach and f <= e * reach:
        shortest = -reach
    if c <= -b * reach and f <= -e * reach:
        greatest = reach
    return y0, b, c, -y1, e, f, g, h, k, shortest, greatest


@inner
def mark_occluded(
    walls, piece, is_corner, x, y, direction, reach, box, window_x, window_y, width, height, step, seen, occluder
):
    """Find the points of a window that walls may hide from a street piece; return whether any wall is near.

    Parameters
    ----------
    walls
        The walls.
    piece, is_corner, x, y, direction
        The street piece: row, kind, start (float64, metres), and direction as in `StreetPieces`.
    reach
        float64, longest leg, metres.
    box
        Four float64, bounds of the visible region, metres.
    window_x, window_y, width, height, step
        The window: first point, float64, metres; columns and rows, int64; spacing, float64, metres.
    seen
        int64 (segments,): the piece for which each segment was last visited, updated.
    occluder
        int32 (width * height or more,): if a wall is near, filled with a segment that may hide each point, else -1.
    """
    ends, _, first, segments, left, bottom, columns, rows, cell = walls
    a, b, _, _ = direction
    i0, i1, j0, j1 = cell_range(box[0], box[1], box[2], box[3], left, bottom, columns, rows, cell)
    any_near, off_x, off_y, per_step = False, x - window_x, y - window_y, 1.0 / step
    for row in range(j0, j1 + 1 if i0 <= i1 else j0):
        for at in range(first[row * columns + i0], first[row * columns + i1 + 1]):
            segment = segments[at]
            x0, y0, x1, y1 = ends[segment, 0] - x, ends[segment, 1] - y, ends[segment, 2] - x, ends[segment, 3] - y
            if seen[segment] == piece or _is_outside_region(is_corner, direction, reach, x0, y0, x1, y1):
                continue
            if not any_near:
                for i in range(width * height):
                    occluder[i] = -1
            seen[segment], any_near = piece, True
            # A wall that crosses a straight piece hides points on both sides of it.
            start, stop = b * x0 - a * y0, b * x1 - a * y1
            split = not is_corner and start * stop < 0.0
            share = start / (start - stop) if split else 1.0
            mx, my = (x0 + share * (x1 - x0), y0 + share * (y1 - y0)) if split else (x1, y1)
            for part in range(2 if split else 1):
                from_x, from_y, to_x, to_y = (mx, my, x1, y1) if part else (x0, y0, mx, my)
                if is_corner:
                    occlusion = _occlusion_of_corner(reach, from_x, from_y, to_x, to_y)
                else:
                    occlusion = _occlusion_of_strip(a, b, reach, from_x, from_y, to_x, to_y)
                la, lb, lc, ra, rb, rc, ba, bb, bc, shortest, greatest = occlusion
                per_l, per_r, per_b = 1.0 / la, 1.0 / ra, 1.0 / ba
                low_j = max(math.ceil((shortest + off_y - SLACK) * per_step), 0)
                high_j = min(math.floor((greatest + off_y + SLACK) * per_step) + 1, height)
                for j in range(low_j, high_j):
                    up = j * step - off_y
                    low, high = clip_interval(-off_x, width * step - off_x, la, per_l, lb * up + lc)
                    low, high = clip_interval(low, high, ra, per_r, rb * up + rc)
                    low, high = clip_interval(low, high, ba, per_b, bb * up + bc)
                    if low <= high:
                        begin = j * width + math.ceil((low + off_x) * per_step - _MARGIN)
                        end = j * width + min(math.floor((high + off_x) * per_step + _MARGIN) + 1, width)
                        for i in range(begin, end):
                            if occluder[i] < 0:
                                occluder[i] = segment
    return any_near
