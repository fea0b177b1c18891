"""Street pieces: the straight pieces and corners of streets, at which a leg may end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing import Shapes, StreetGraph

_ANGLE_TOLERANCE = 1e-6
"""Radians below which two directions are equal."""
_SQUARE = 32.0
"""Side of the squares of the spatial order, metres."""


class StreetPieces(NamedTuple):
    """Straight pieces and corners (bends and nodes) of streets; those of one edge or node are consecutive."""

    ends: np.ndarray
    """float64 (pieces, 4): x, y, x, y, metres; a corner has the same point twice"""
    code: np.ndarray
    """int32 (pieces,): the edge, or -1 - node for a node"""
    edge: np.ndarray
    """int32 (pieces,): the edge, for a node the first of those that end there"""
    offset: np.ndarray
    """float64 (pieces,): metres from the start of the edge; 0 for a node"""
    span: np.ndarray
    """float64 (pieces,): metres along the edge; 0 for a corner"""
    direction: np.ndarray
    """float64 (pieces, 4): unit vector and length of a straight piece, and 0; for a corner, the unit vectors of the two
    neighbouring streets with the widest angle from the first to the second, counterclockwise"""
    gap: np.ndarray
    """float64 (pieces,): that angle, radians; 0 for a straight piece"""
    extent: np.ndarray
    """float64 (pieces, 4): how far the visible region extends left (at most 0), down, right and up per metre of leg"""
    private: np.ndarray
    """bool (pieces,)"""
    island: np.ndarray
    """bool (pieces,)"""
    ranges: np.ndarray
    """int64 (edges + nodes, 2): the first piece of each edge or node, and one past its last"""


def find_street_pieces(
    streets: StreetGraph, shapes: Shapes, edge: np.ndarray, edges: int, private: np.ndarray, island: np.ndarray
) -> StreetPieces:
    """Return the street pieces at which legs may end.

    Parameters
    ----------
    streets, shapes
        The streets that legs may join.
    edge
        int (streets,): the edge of the network that each of them is.
    edges
        Number of edges of the network.
    private, island
        bool (streets,).
    """
    row = np.repeat(np.arange(len(edge)), np.diff(shapes.first))
    begin = np.flatnonzero(row[:-1] == row[1:])
    bend = begin[1:][row[begin[1:]] == row[begin[:-1]]]
    node = np.flatnonzero(np.diff(shapes.direction_first) > 0)
    first_edge = shapes.direction_edge[shapes.direction_first[node]]
    node_at = np.where(streets.u[first_edge] == node, shapes.first[first_edge], shapes.first[first_edge + 1] - 1)
    x, y = shapes.x, shapes.y
    corner = np.concatenate([bend, node_at])
    street = np.concatenate([row[begin], row[bend], first_edge])
    ends = np.concatenate([np.c_[x[begin], y[begin], x[begin + 1], y[begin + 1]], np.c_[x, y, x, y][corner]])
    code = np.concatenate([edge[street[: len(begin) + len(bend)]], -1 - node])
    owner = np.where(code >= 0, code, edges - 1 - code)
    order = _spatial_order(ends, owner)
    direction, gap, extent = (
        np.concatenate(pair)[order]
        for pair in zip(_straight_pieces(ends[: len(begin)]), _corner_pieces(shapes, bend, node), strict=True)
    )
    ranges = np.zeros((edges + len(streets.exit_copy), 2), np.int64)
    last = np.flatnonzero(np.diff(owner[order], append=-1))
    bounds = np.append(0, last + 1)
    ranges[owner[order][last]] = np.stack([bounds[:-1], bounds[1:]], axis=1)
    return StreetPieces(
        ends=ends[order],
        code=code[order].astype(np.int32),
        edge=edge[street[order]].astype(np.int32),
        offset=np.concatenate([shapes.along[begin], shapes.along[bend], np.zeros(len(node))])[order],
        span=np.concatenate([shapes.along[begin + 1] - shapes.along[begin], np.zeros(len(corner))])[order],
        direction=direction,
        gap=gap,
        extent=extent,
        private=private[street][order],
        island=island[street][order],
        ranges=ranges,
    )


def _straight_pieces(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Direction, gap and extent of straight pieces."""
    step = ends[:, 2:] - ends[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    x, y = step.T / length
    nothing, wide, tall = np.zeros(len(ends)), np.abs(y), np.abs(x)
    return np.stack([x, y, length, nothing], axis=1), nothing, np.stack([-wide, -tall, wide, tall], axis=1)


def _corner_pieces(shapes: Shapes, bend: np.ndarray, node: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Direction, gap and extent of bends, then of nodes."""
    x, y = shapes.x, shapes.y
    before, after = (np.c_[x[bend + step] - x[bend], y[bend + step] - y[bend]] for step in (-1, 1))
    bent = np.stack([one / np.hypot(*one.T)[:, None] for one in (before, after)], axis=1).reshape(-1, 2)
    spoke = np.concatenate([bent, np.c_[shapes.direction_x, shapes.direction_y]])
    count = np.concatenate([np.full(len(bend), 2), np.diff(shapes.direction_first)[node]])
    corner, angle = np.repeat(np.arange(len(count)), count), np.arctan2(spoke[:, 1], spoke[:, 0])
    order = np.lexsort((angle, corner))
    spoke, angle, last = spoke[order], angle[order], np.cumsum(count) - 1
    following = np.arange(1, len(order) + 1)
    following[last] = last - count + 1
    gap = angle[following] - angle
    gap[last] += 2.0 * np.pi
    widest = np.lexsort((-gap, corner))[last - count + 1]
    extent = _extents(corner, angle + np.pi / 2.0, gap - np.pi, len(count))
    return np.concatenate([spoke[widest], spoke[following[widest]]], axis=1), gap[widest], extent


def _extents(corner: np.ndarray, angle: np.ndarray, open_angle: np.ndarray, corners: int) -> np.ndarray:
    """Extent of the open angles at each corner to the left, down, right and up, for a radius of 1."""
    extent, some = np.zeros((corners, 4)), np.flatnonzero(open_angle > -_ANGLE_TOLERANCE)
    for along in (angle, angle + open_angle, *(np.full(len(angle), k * np.pi / 2.0) for k in range(4))):
        turned = np.mod(along - angle + _ANGLE_TOLERANCE, 2.0 * np.pi) - _ANGLE_TOLERANCE
        inside = some[turned[some] <= np.maximum(open_angle[some], 0.0) + _ANGLE_TOLERANCE]
        x, y, rows = np.cos(along[inside]), np.sin(along[inside]), corner[inside]
        for side, far in enumerate((x, y)):
            np.minimum.at(extent[:, side], rows, far)
            np.maximum.at(extent[:, 2 + side], rows, far)
    return extent


def _spatial_order(ends: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """An order of the pieces by edge or node, and of these along a Morton curve: neighbours are close in memory."""
    _, first, of = np.unique(owner, return_index=True, return_inverse=True)
    corner = np.floor((ends[first, :2] - ends[:, :2].min(axis=0, initial=np.inf)) / _SQUARE).astype(np.uint64)
    code = np.zeros(len(first), np.uint64)
    for bit in range(24):
        for axis in range(2):
            code |= ((corner[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return np.lexsort((owner, code[of]))
