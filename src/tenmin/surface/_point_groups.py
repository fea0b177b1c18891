"""Chains: points that hang together in short steps that meet no wall."""

from __future__ import annotations

import numpy as np

from tenmin.support.jit import kernel
from tenmin.surface._walls import Walls, first_wall


@kernel
def _root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def _chain(x, y, kind, walls, step, parent):
    """Unite points of one kind that are at most a step apart with no wall between; x ascends."""
    start = 0
    for i in range(len(x)):
        while x[i] - x[start] > step:
            start += 1
        for j in range(start, i):
            near = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= step * step
            if not near or kind[i] != kind[j]:
                continue
            one, two = _root(parent, i), _root(parent, j)
            if one != two and first_wall(walls, x[i], y[i], x[j], y[j]) < 0:
                parent[max(one, two)] = min(one, two)


def chain_points(xy: np.ndarray, kind: np.ndarray, walls: Walls, *, step: float) -> np.ndarray:
    """Return the group of each point, numbered from 0: points of one kind linked by a chain of steps.

    Parameters
    ----------
    xy
        float64 (n, 2), metres; a point that is NaN belongs to no chain.
    kind
        Whole numbers; points of different kinds are never linked.
    walls
        What no step may meet.
    step
        Longest step, metres, inclusive.
    """
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    parent = np.arange(len(order))
    x, y = np.ascontiguousarray(xy[order, 0]), np.ascontiguousarray(xy[order, 1])
    _chain(x, y, kind[order], walls, step * (1.0 + 1e-9), parent)
    group = np.empty(len(order), np.int64)
    group[order] = [_root(parent, i) for i in range(len(order))]
    return np.unique(group, return_inverse=True)[1]
