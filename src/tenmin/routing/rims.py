"""Rims: where on the streets a leg may end: their straight pieces and their corners."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing.streets import Shapes, Streets

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
    spoke_first: np.ndarray
    """int64, rims + 1: rows of the spokes of each corner"""
    spoke_x: np.ndarray
    spoke_y: np.ndarray
    private: np.ndarray
    island: np.ndarray
    owned: np.ndarray
    """int64 (owners, 2): the first rim of each edge and the first one after; after the edges come the nodes"""


def find_rims(
    streets: Streets, shapes: Shapes, edge: np.ndarray, edges: int, private: np.ndarray, island: np.ndarray
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
    node = np.flatnonzero(np.diff(shapes.spoke_first) > 0)
    first_edge = shapes.spoke_edge[shapes.spoke_first[node]]
    node_at = np.where(streets.u[first_edge] == node, shapes.first[first_edge], shapes.first[first_edge + 1] - 1)
    x, y = shapes.x, shapes.y
    before, after = (np.hypot(x[bend + step] - x[bend], y[bend + step] - y[bend]) for step in (-1, 1))
    bend_x = np.stack([(x[bend - 1] - x[bend]) / before, (x[bend + 1] - x[bend]) / after], axis=1).ravel()
    bend_y = np.stack([(y[bend - 1] - y[bend]) / before, (y[bend + 1] - y[bend]) / after], axis=1).ravel()
    spokes = np.concatenate([np.zeros(len(begin), np.int64), np.full(len(bend), 2), np.diff(shapes.spoke_first)[node]])
    corner = np.concatenate([bend, node_at])
    street = np.concatenate([row[begin], row[bend], first_edge])
    ends = np.concatenate([np.c_[x[begin], y[begin], x[begin + 1], y[begin + 1]], np.c_[x, y, x, y][corner]])
    code = np.concatenate([edge[street[: len(begin) + len(bend)]], -1 - node])
    owner = np.where(code >= 0, code, edges - 1 - code)
    order = _neighbours_first(ends, owner)
    spoke_first = np.concatenate([[0], np.cumsum(spokes)])
    first = np.concatenate([[0], np.cumsum(spokes[order])])
    spoke = np.repeat(spoke_first[order] - first[:-1], spokes[order]) + np.arange(first[-1])
    owned = np.zeros((edges + len(streets.copy), 2), np.int64)
    last = np.flatnonzero(np.diff(owner[order], append=-1))
    owned[owner[order][last]] = np.stack([np.append(0, last[:-1] + 1), last + 1], axis=1)
    return Rims(
        ends=ends[order],
        code=code[order].astype(np.int32),
        at=np.concatenate([shapes.along[begin], shapes.along[bend], np.zeros(len(node))])[order],
        span=np.concatenate([shapes.along[begin + 1] - shapes.along[begin], np.zeros(len(corner))])[order],
        spoke_first=first,
        spoke_x=np.concatenate([bend_x, shapes.spoke_x])[spoke],
        spoke_y=np.concatenate([bend_y, shapes.spoke_y])[spoke],
        private=private[street][order],
        island=island[street][order],
        owned=owned,
    )


def _neighbours_first(ends: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """An order of rims by owner, of owners by squares, and squares of squares (Morton): near stays near in memory."""
    _, first, of = np.unique(owner, return_index=True, return_inverse=True)
    corner = np.floor((ends[first, :2] - ends[:, :2].min(axis=0, initial=np.inf)) / _SQUARE).astype(np.uint64)
    code = np.zeros(len(first), np.uint64)
    for bit in range(24):
        for axis in range(2):
            code |= ((corner[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(2 * bit + axis)
    return np.lexsort((owner, code[of]))
