"""Shapes of the exact ground: strips beside pieces of street, sectors round corners, and what walls hide of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from tenmin.surface import SLACK

__all__ = [
    "TURN",
    "Corners",
    "Pieces",
    "cut_out",
    "expand",
    "rank",
    "sector_shadows",
    "sectors_of",
    "strip_shadows",
    "strips_of",
]

_BULGE = 2e-3
"""Metres by which an arc may rise above the straight pieces that stand for it."""
TURN = 1e-9
"""Radians, or metres of width, below which a wedge or a shadow is nothing."""


class Pieces(NamedTuple):
    """Straight pieces of reached street: x, y of both ends, and the metres left of the limit there."""

    start: np.ndarray
    stop: np.ndarray
    left: np.ndarray


class Corners(NamedTuple):
    """Corners with an angle from which every street leads away."""

    xy: np.ndarray
    code: np.ndarray
    """the edge of a bend, or -1 - node"""
    at: np.ndarray
    turn: np.ndarray
    """radians at which the open angle begins, anticlockwise"""
    width: np.ndarray
    """radians, at most pi"""


def expand(count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For so many items of each row: the row of each, and its number in the row."""
    row = np.repeat(np.arange(len(count)), count)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)


def _polygons(rings: np.ndarray) -> np.ndarray:
    """Polygons of rings, or of the coordinates of as many corners each."""
    return np.asarray(shapely.polygons(rings), dtype=object)


def _along(pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
    """The unit direction of each piece, and the one to its left."""
    step = pieces.stop - pieces.start
    ahead = step / np.hypot(*step.T)[:, None]
    return ahead, np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)


def strips_of(pieces: Pieces, lateral: float) -> np.ndarray:
    """The strips on both sides of pieces, as wide as the limit leaves and at most `lateral`."""
    _, aside = _along(pieces)
    first, last = pieces.left
    rise = last - first
    crosses = (first - lateral) * (last - lateral) < 0.0
    share = np.divide(lateral - first, rise, out=np.full(len(rise), 0.5), where=crosses)
    wide = np.minimum([first, first + share * rise, last], lateral)
    spine = pieces.start, pieces.start + share[:, None] * (pieces.stop - pieces.start), pieces.stop
    left, right = (np.stack(spine) + sign * wide[:, :, None] * aside for sign in (1.0, -1.0))
    return _polygons(np.concatenate([left, right[::-1]]).swapaxes(0, 1))


def sectors_of(corners: Corners, radius: np.ndarray) -> np.ndarray:
    """The sectors of discs in the open angles of corners."""
    count = np.ceil(corners.width / (2.0 * np.arccos(np.maximum(1.0 - _BULGE / radius, 0.0)))).astype(np.int64)
    row, number = expand(count + 2)
    angle = corners.turn[row] + (number - 1) / count[row] * corners.width[row]
    far = np.where(number == 0, 0.0, radius[row])
    xy = corners.xy[row] + far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rings = np.asarray(shapely.linearrings(xy, indices=row), dtype=object) if len(row) else np.zeros(0, object)
    return _polygons(rings)


def rank(shapes: np.ndarray) -> np.ndarray:
    """The rank of each shape by what it is written as: what is made of shapes in this order depends on nothing else."""
    return np.unique(shapely.to_wkb(shapes), return_inverse=True)[1]


def cut_out(shapes: np.ndarray, shape: np.ndarray, shadows: np.ndarray) -> None:
    """Take shadows out of shapes, one of each shape at a time."""
    met = shapely.intersects(shapes[shape], shadows)
    shape, shadows = shape[met], shadows[met]
    order = np.lexsort((rank(shadows), shape))
    shape, shadows = shape[order], shadows[order]
    _, number = expand(np.bincount(shape, minlength=len(shapes)))
    for turn in range(number.max(initial=-1) + 1):
        rows = number == turn
        shapes[shape[rows]] = shapely.difference(shapes[shape[rows]], shadows[rows])


def strip_shadows(pieces: Pieces, lateral: float, piece: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What stands behind walls seen straight across pieces: rows of pieces, and shadows."""
    ahead, aside = _along(pieces)
    from_start = ends - pieces.start[piece][:, None]
    along = (from_start * ahead[piece][:, None]).sum(axis=2)
    across = (from_start * aside[piece][:, None]).sum(axis=2)
    owner, along = np.tile(piece, 2), np.concatenate([along, along])
    across, side = np.concatenate([across, -across]), np.repeat([1.0, -1.0], len(piece))
    rise = across[:, ::-1] - across
    share = np.divide(SLACK - across, rise, out=np.zeros_like(rise), where=(across < SLACK) & (rise != 0.0))
    along, across = along + share * (along[:, ::-1] - along), across + share * rise
    keep = (across.max(axis=1) >= SLACK) & (share <= 1.0).all(axis=1) & (np.abs(along[:, 1] - along[:, 0]) > TURN)
    owner, along, across, side = owner[keep], along[keep], across[keep] + SLACK, side[keep]
    far = np.repeat(np.maximum(across.max(axis=1), lateral)[:, None] + 1.0, 2, axis=1)
    s, t = np.hstack([along, along[:, ::-1]]), np.hstack([across, far]) * side[:, None]
    spread = s[:, :, None] * ahead[owner][:, None] + t[:, :, None] * aside[owner][:, None]
    return owner, _polygons(pieces.start[owner][:, None] + spread)


def _outside(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parts of straight lines more than SLACK from (0, 0): row of the line, both ends."""
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


def sector_shadows(
    corners: Corners, lateral: float, corner: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What stands behind walls seen from corners: rows of corners, and shadows."""
    row, ends = _outside(ends - corners.xy[corner][:, None])
    owner = corner[row]
    one, two = ends[:, 0], ends[:, 1]
    turn = np.arctan2(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0], (one * two).sum(axis=1))
    keep = (np.abs(turn) > TURN) & (np.abs(turn) < np.pi - TURN)
    owner, ends, turn = owner[keep], ends[keep], turn[keep]
    size = np.hypot(ends[:, :, 0], ends[:, :, 1])
    begin = np.arctan2(ends[:, 0, 1], ends[:, 0, 0])
    angle = begin[:, None] + turn[:, None] * [0.0, 1.0, 1.0, 0.5, 0.0]
    far = 2.0 * (np.maximum(size, lateral) + SLACK)
    reach = np.stack([size[:, 0] + SLACK, size[:, 1] + SLACK, far[:, 1], far.max(axis=1), far[:, 0]], axis=1)
    rays = reach[:, :, None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    return owner, _polygons(corners.xy[owner][:, None] + rays)
