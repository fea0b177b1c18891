"""Rims: where on the streets a leg may end: their straight pieces and their corners."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing import Shapes, StreetGraph

_TURN = 1e-6
"""Radians below which two directions are one."""
_SQUARE = 32.0
"""Metres of the squares by which rims are ordered."""


class Rims(NamedTuple):
    """Straight pieces and corners (bends and nodes): those of an edge, or of a node, one after the other."""

    ends: np.ndarray
    """float64 (rims, 4): x, y, x, y; a corner has its point twice"""
    code: np.ndarray
    """int32: the edge, or -1 - node for a node"""
    at: np.ndarray
    """metres from the first end of the edge; 0 for a node"""
    span: np.ndarray
    """metres along the edge; 0 for a corner"""
    lead: np.ndarray
    """float64 (rims, 4): the direction of a straight piece, its length, and 0; or the directions of the two streets at
    a corner between which, counterclockwise, the gap is widest"""
    gap: np.ndarray
    """radians between these; 0 for a straight piece"""
    spread: np.ndarray
    """float64 (rims, 4): how far what lies beside a rim goes left, down, right and up of it, for each metre aside"""
    private: np.ndarray
    island: np.ndarray
    owned: np.ndarray
    """int64 (owners, 2): the first rim of each edge and the first one after; after the edges come the nodes"""


def find_rims(
    streets: StreetGraph, shapes: Shapes, edge: np.ndarray, edges: int, private: np.ndarray, island: np.ndarray
) -> Rims:
    """Return where legs may end on streets.

    Parameters
    ----------
    streets, shapes
        The streets that legs may join.
    edge
        The number by which each of them is known elsewhere.
    edges
        How many streets are known there.
    private, island
        bool, one per street here.
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
    order = _neighbours_first(ends, owner)
    lead, gap, spread = (
        np.concatenate(pair)[order]
        for pair in zip(_beside(ends[: len(begin)]), _round(shapes, bend, node), strict=True)
    )
    owned = np.zeros((edges + len(streets.exit_copy), 2), np.int64)
    last = np.flatnonzero(np.diff(owner[order], append=-1))
    owned[owner[order][last]] = np.stack([np.append(0, last[:-1] + 1), last + 1], axis=1)
    return Rims(
        ends=ends[order],
        code=code[order].astype(np.int32),
        at=np.concatenate([shapes.along[begin], shapes.along[bend], np.zeros(len(node))])[order],
        span=np.concatenate([shapes.along[begin + 1] - shapes.along[begin], np.zeros(len(corner))])[order],
        lead=lead,
        gap=gap,
        spread=spread,
        private=private[street][order],
        island=island[street][order],
        owned=owned,
    )


def _beside(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The leads, gaps and spreads of straight pieces."""
    step = ends[:, 2:] - ends[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    x, y = step.T / length
    nothing, wide, tall = np.zeros(len(ends)), np.abs(y), np.abs(x)
    return np.stack([x, y, length, nothing], axis=1), nothing, np.stack([-wide, -tall, wide, tall], axis=1)


def _round(shapes: Shapes, bend: np.ndarray, node: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The leads, gaps and spreads of bends and then of nodes."""
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
    spread = _spread(corner, angle + np.pi / 2.0, gap - np.pi, len(count))
    return np.concatenate([spoke[widest], spoke[following[widest]]], axis=1), gap[widest], spread


def _spread(corner: np.ndarray, angle: np.ndarray, open_angle: np.ndarray, corners: int) -> np.ndarray:
    """How far open angles at corners go left, down, right and up of them: those that begin at an angle, if any."""
    spread, some = np.zeros((corners, 4)), np.flatnonzero(open_angle > -_TURN)
    for along in (angle, angle + open_angle, *(np.full(len(angle), k * np.pi / 2.0) for k in range(4))):
        turned = np.mod(along - angle + _TURN, 2.0 * np.pi) - _TURN
        inside = some[turned[some] <= np.maximum(open_angle[some], 0.0) + _TURN]
        x, y, rows = np.cos(along[inside]), np.sin(along[inside]), corner[inside]
        for side, far in enumerate((x, y)):
            np.minimum.at(spread[:, side], rows, far)
            np.maximum.at(spread[:, 2 + side], rows, far)
    return spread


def _neighbours_first(ends: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """An order of rims by owner, of owners by squares, and squares of squares (Morton): near stays near in memory."""
    _, first, of = np.unique(owner, return_index=True, return_inverse=True)
    corner = np.floor((ends[first, :2] - ends[:, :2].min(axis=0, initial=np.inf)) / _SQUARE).astype(np.uint64)
    code = np.zeros(len(first), np.uint64)
    for bit in range(24):
        for axis in range(2):
            code |= ((corner[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return np.lexsort((owner, code[of]))
