"""Groups of points: connected components of the graph of short steps that cross no wall."""

from __future__ import annotations

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._walls import Walls, first_wall


@inner
def _root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def _unite(x, y, kind, walls, step, parent):
    """Unite points of one kind that are at most one step apart without a wall between them.

    Parameters
    ----------
    x, y
        float64 (points,), metres; x ascends.
    kind
        int64 (points,).
    walls
        The walls.
    step
        float64, longest step, metres.
    parent
        int64 (points,): a disjoint-set forest, at first each point itself; becomes the least row of its group.
    """
    start = 0
    for i in range(len(x)):
        while x[i] - x[start] > step:
            start += 1
        for j in range(start, i):
            near = (x[i] - x[j]) * (x[i] - x[j]) + (y[i] - y[j]) * (y[i] - y[j]) <= step * step
            if not near or kind[i] != kind[j]:
                continue
            one, two = _root(parent, i), _root(parent, j)
            if one != two and first_wall(walls, x[i], y[i], x[j], y[j], np.int64(-1)) < 0:
                parent[max(one, two)] = min(one, two)
    for i in range(len(x)):
        parent[i] = _root(parent, i)


def group_points(xy: np.ndarray, kind: np.ndarray, walls: Walls, *, step: float) -> np.ndarray:
    """Return the group of each point, numbered from 0: points of one kind connected by steps.

    Parameters
    ----------
    xy
        float64 (n, 2), metres; a point that is NaN is not linked to any other.
    kind
        int (n,); points of different kinds are not linked.
    walls
        Walls that no step may cross.
    step
        Longest step, metres, inclusive.
    """
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    parent = np.arange(len(order))
    x, y = np.ascontiguousarray(xy[order, 0]), np.ascontiguousarray(xy[order, 1])
    _unite(x, y, kind[order].astype(np.int64), walls, step * (1.0 + 1e-9), parent)
    group = np.empty(len(order), np.int64)
    group[order] = parent
    return np.unique(group, return_inverse=True)[1]
