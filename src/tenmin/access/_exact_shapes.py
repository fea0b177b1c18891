"""Shapes of the exact ground: strips along street segments, sectors around corners, and areas occluded by barriers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from tenmin.surface import SLACK

__all__ = [
    "MIN_WIDTH",
    "Corners",
    "Segments",
    "expand_counts",
    "rank_by_wkb",
    "sector_occlusions",
    "sectors_around",
    "strip_occlusions",
    "strips_along",
    "subtract",
]

_ARC_TOLERANCE = 2e-3
"""Largest distance of an arc from the chords that replace it, metres."""
MIN_WIDTH = 1e-9
"""Width below which a sector (radians) or an occluded strip (metres) is left out."""


class Segments(NamedTuple):
    """Straight segments of reached street."""

    start: np.ndarray
    """x and y of the first end, metres, shape (n, 2)."""
    stop: np.ndarray
    """x and y of the second end, metres, shape (n, 2)."""
    left: np.ndarray
    """Metres left of the limit at both ends, shape (2, n)."""


class Corners(NamedTuple):
    """Nodes and bends of streets with an open angle, in which the corner is the nearest street point."""

    xy: np.ndarray
    """x and y, metres, shape (n, 2)."""
    code: np.ndarray
    """The edge of a bend, or -1 - node."""
    at: np.ndarray
    """Distance of a bend along its edge, metres."""
    turn: np.ndarray
    """Direction at which the open angle begins, radians, anticlockwise."""
    width: np.ndarray
    """The open angle, radians, at most pi."""


def expand_counts(count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each item, and its number within the row, where row i has count[i] items."""
    row = np.repeat(np.arange(len(count)), count)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)


def _polygons(rings: np.ndarray) -> np.ndarray:
    """Polygons from rings, or from an array of the coordinates of rings of equal length."""
    return np.asarray(shapely.polygons(rings), dtype=object)


def _directions(segments: Segments) -> tuple[np.ndarray, np.ndarray]:
    """The unit vectors along each segment and to its left."""
    step = segments.stop - segments.start
    ahead = step / np.hypot(*step.T)[:, None]
    return ahead, np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)


def strips_along(segments: Segments, lateral: float) -> np.ndarray:
    """Return the polygons on both sides of segments, as wide as the metres left of the limit and at most `lateral`.

    Parameters
    ----------
    segments
        The segments.
    lateral
        Longest leg, metres.
    """
    _, aside = _directions(segments)
    first, last = segments.left
    rise = last - first
    crosses = (first - lateral) * (last - lateral) < 0.0
    share = np.divide(lateral - first, rise, out=np.full(len(rise), 0.5), where=crosses)
    wide = np.minimum([first, first + share * rise, last], lateral)
    axis = segments.start, segments.start + share[:, None] * (segments.stop - segments.start), segments.stop
    left, right = (np.stack(axis) + sign * wide[:, :, None] * aside for sign in (1.0, -1.0))
    return _polygons(np.concatenate([left, right[::-1]]).swapaxes(0, 1))


def sectors_around(corners: Corners, radius: np.ndarray) -> np.ndarray:
    """Return circular sectors in the open angles of corners, as polygons.

    Parameters
    ----------
    corners
        The corners.
    radius
        Radius at each corner, metres.
    """
    count = np.ceil(corners.width / (2.0 * np.arccos(np.maximum(1.0 - _ARC_TOLERANCE / radius, 0.0)))).astype(np.int64)
    row, number = expand_counts(count + 2)
    angle = corners.turn[row] + (number - 1) / count[row] * corners.width[row]
    far = np.where(number == 0, 0.0, radius[row])
    xy = corners.xy[row] + far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rings = np.asarray(shapely.linearrings(xy, indices=row), dtype=object) if len(row) else np.zeros(0, object)
    return _polygons(rings)


def rank_by_wkb(shapes: np.ndarray) -> np.ndarray:
    """Return the rank of each shape by its WKB: an order that does not depend on that of the input."""
    return np.unique(shapely.to_wkb(shapes), return_inverse=True)[1]


def subtract(shapes: np.ndarray, shape: np.ndarray, occluded: np.ndarray) -> None:
    """Subtract occluded areas from shapes, in place.

    Parameters
    ----------
    shapes
        The shapes; changed.
    shape
        Row of the shape that each occluded area belongs to.
    occluded
        The occluded areas. Each shape loses them one after the other, in the order of their WKB.
    """
    met = shapely.intersects(shapes[shape], occluded)
    shape, occluded = shape[met], occluded[met]
    order = np.lexsort((rank_by_wkb(occluded), shape))
    shape, occluded = shape[order], occluded[order]
    _, number = expand_counts(np.bincount(shape, minlength=len(shapes)))
    for turn in range(number.max(initial=-1) + 1):
        rows = number == turn
        shapes[shape[rows]] = shapely.difference(shapes[shape[rows]], occluded[rows])


def strip_occlusions(
    segments: Segments, lateral: float, segment: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the areas that barriers hide from segments, seen at right angles.

    Parameters
    ----------
    segments
        The segments.
    lateral
        Longest leg, metres.
    segment
        Row of the segment of each pair of segment and barrier.
    ends
        x and y of both ends of the barrier of each pair, metres, shape (n, 2, 2).

    Returns
    -------
    tuple of ndarray
        Rows of segments, and the areas hidden from them.
    """
    ahead, aside = _directions(segments)
    from_start = ends - segments.start[segment][:, None]
    along = (from_start * ahead[segment][:, None]).sum(axis=2)
    across = (from_start * aside[segment][:, None]).sum(axis=2)
    owner, along = np.tile(segment, 2), np.concatenate([along, along])
    across, side = np.concatenate([across, -across]), np.repeat([1.0, -1.0], len(segment))
    rise = across[:, ::-1] - across
    share = np.divide(SLACK - across, rise, out=np.zeros_like(rise), where=(across < SLACK) & (rise != 0.0))
    along, across = along + share * (along[:, ::-1] - along), across + share * rise
    keep = (across.max(axis=1) >= SLACK) & (share <= 1.0).all(axis=1) & (np.abs(along[:, 1] - along[:, 0]) > MIN_WIDTH)
    owner, along, across, side = owner[keep], along[keep], across[keep] + SLACK, side[keep]
    far = np.repeat(np.maximum(across.max(axis=1), lateral)[:, None] + 1.0, 2, axis=1)
    s, t = np.hstack([along, along[:, ::-1]]), np.hstack([across, far]) * side[:, None]
    spread = s[:, :, None] * ahead[owner][:, None] + t[:, :, None] * aside[owner][:, None]
    return owner, _polygons(segments.start[owner][:, None] + spread)


def _clip_near_origin(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parts of straight lines more than `SLACK` from (0, 0): row of the line, and both ends."""
    step = ends[:, 1] - ends[:, 0]
    square = (step**2).sum(axis=1)
    middle = -(ends[:, 0] * step).sum(axis=1) / square
    height = (ends[:, 0, 0] * step[:, 1] - ends[:, 0, 1] * step[:, 0]) ** 2 / square
    half = np.sqrt(np.maximum(SLACK**2 - height, 0.0) / square)
    clear = height >= SLACK**2
    low = np.stack([np.zeros(len(half)), np.maximum(middle + half, 0.0)], axis=1)
    high = np.stack([np.where(clear, 1.0, np.minimum(middle - half, 1.0)), np.ones(len(half))], axis=1)
    keep = (high > low) & np.stack([np.ones(len(half), bool), ~clear], axis=1)
    row, part = np.nonzero(keep)
    share = np.stack([low[row, part], high[row, part]], axis=1)
    return row, ends[row, :1] + share[:, :, None] * step[row][:, None]


def sector_occlusions(
    corners: Corners, lateral: float, corner: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the areas that barriers hide from corners.

    Parameters
    ----------
    corners
        The corners.
    lateral
        Longest leg, metres.
    corner
        Row of the corner of each pair of corner and barrier.
    ends
        x and y of both ends of the barrier of each pair, metres, shape (n, 2, 2).

    Returns
    -------
    tuple of ndarray
        Rows of corners, and the areas hidden from them.
    """
    row, ends = _clip_near_origin(ends - corners.xy[corner][:, None])
    owner = corner[row]
    one, two = ends[:, 0], ends[:, 1]
    turn = np.arctan2(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0], (one * two).sum(axis=1))
    keep = (np.abs(turn) > MIN_WIDTH) & (np.abs(turn) < np.pi - MIN_WIDTH)
    owner, ends, turn = owner[keep], ends[keep], turn[keep]
    size = np.hypot(ends[:, :, 0], ends[:, :, 1])
    begin = np.arctan2(ends[:, 0, 1], ends[:, 0, 0])
    angle = begin[:, None] + turn[:, None] * [0.0, 1.0, 1.0, 0.5, 0.0]
    far = 2.0 * (np.maximum(size, lateral) + SLACK)
    reach = np.stack([size[:, 0] + SLACK, size[:, 1] + SLACK, far[:, 1], far.max(axis=1), far[:, 0]], axis=1)
    rays = reach[:, :, None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    return owner, _polygons(corners.xy[owner][:, None] + rays)
