"""Parts of the public streets: where a walk can get to from an edge, and which access points add nothing to others.

Two public edges are in one part if a walk between them uses no private edge. A private edge leads to every part that
its private ways touch, since private ways end a walk and never join two parts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._graph import StreetGraph, components, link_nodes

__all__ = ["Parts", "barred_by_public", "outranked", "parts_of"]

_SAME = 0.01
"""Metres below which two legs are equally long: coordinates are known to a centimetre."""


class Parts(NamedTuple):
    """The parts that edges lead to: those of edge e are part[first[e]]..part[first[e + 1] - 1], one or more."""

    first: np.ndarray
    """int64 (edges + 1,)"""
    part: np.ndarray
    """int64: number of the part"""


def parts_of(streets: StreetGraph) -> Parts:
    """Return the parts that edges lead to; private ways that touch no public street are a part of their own."""
    public, private, nodes = np.flatnonzero(~streets.private), np.flatnonzero(streets.private), len(streets.exit_copy)
    part = _connected(streets.u[public], streets.v[public], nodes)
    ends = np.concatenate([streets.u[private], streets.v[private]]).astype(np.int64)
    touches = streets.exit_copy[ends] < 0
    split = np.where(touches, nodes + np.arange(len(ends)), ends)
    stretch = _connected(split[: len(private)], split[len(private) :], nodes + len(ends))[split]
    alone = np.setdiff1d(stretch, stretch[touches])
    led = np.concatenate([stretch[touches], alone])
    to = np.concatenate([part[ends[touches]], nodes + np.arange(len(alone))])
    led, to = np.unique(np.stack([led, to], axis=1), axis=0).T
    low, high = (np.searchsorted(led, stretch[: len(private)], side) for side in ("left", "right"))
    counts = np.ones(len(streets.u), np.int64)
    counts[private] = high - low
    first = np.append(0, np.cumsum(counts))
    row = np.repeat(np.arange(len(counts)), counts)
    found = part[streets.u[row]].astype(np.int64)
    held = streets.private[row]
    begin = np.zeros(len(counts), np.int64)
    begin[private] = low
    found[held] = to[(begin[row] + np.arange(len(row)) - first[row])[held]]
    return Parts(first, found)


def _connected(u: np.ndarray, v: np.ndarray, nodes: int) -> np.ndarray:
    """The connected component of each node."""
    return components(link_nodes(u, v, np.ones(len(u)), nodes))


def _pairs(parts: Parts, item: np.ndarray, edge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each access point once for every part that it leads to: its row, and the number of its item and part."""
    counts = parts.first[edge + 1] - parts.first[edge]
    row = np.repeat(np.arange(len(edge)), counts)
    at = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + parts.first[edge][row]
    key = item[row].astype(np.int64) * (parts.part.max(initial=0) + 1) + parts.part[at]
    return row, np.unique(key, return_inverse=True)[1]


def barred_by_public(
    parts: Parts, item: np.ndarray, edge: np.ndarray, leg: np.ndarray, private: np.ndarray
) -> np.ndarray:
    """Return which access points are not permitted: private ones that lead nowhere else than nearer public ones.

    Parameters
    ----------
    parts
        The parts that edges lead to.
    item, edge
        Integer (points,): the item of each access point, and the edge.
    leg
        float (points,), metres.
    private
        bool (points,): whether the edge is private.

    Returns
    -------
    ndarray
        bool (points,): true for private access points of an item that, for each part that they lead to, has a public
        access point at most as far away as its nearest private one.
    """
    barred = np.zeros(len(item), bool)
    beside = np.zeros(item.max(initial=0) + 1, bool)
    beside[item[private]] = True
    rows = np.flatnonzero(beside[item])
    row, pair = _pairs(parts, item[rows], edge[rows])
    nearest = np.full((2, len(pair)), np.inf)
    np.minimum.at(nearest, (private[rows][row].astype(np.int64), pair), leg[rows][row])
    barred[rows] = private[rows]
    barred[rows[row[nearest[0][pair] > nearest[1][pair] + _SAME]]] = False
    return barred


def outranked(parts: Parts, item: np.ndarray, edge: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return which access points have others of a better rank for each part that they lead to.

    Parameters
    ----------
    parts, item, edge
        As in `barred_by_public`.
    rank
        Integer (points,): the lower, the better.
    """
    row, pair = _pairs(parts, item, edge)
    best = np.full(len(pair), np.iinfo(np.int64).max)
    np.minimum.at(best, pair, rank[row])
    worse = np.ones(len(item), bool)
    worse[row[rank[row] == best[pair]]] = False
    return worse
