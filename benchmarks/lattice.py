"""Street networks that are made, not mapped: a square lattice with its nodes moved, so that all lengths differ."""

from __future__ import annotations

from math import isqrt

import geopandas as gpd
import numpy as np

from benchmarks.street_arrays import StreetArrays

SPACING = 50.0
MOVED = 0.3
ORDERS = ("hilbert", "random")


def make_lattice(nodes: int, order: str = "hilbert") -> StreetArrays:
    """Return a lattice of the largest square number of nodes up to this one.

    Parameters
    ----------
    nodes
        Number of nodes.
    order
        How the nodes are numbered: "hilbert" (neighbours near each other) or "random".
    """
    chance, side = np.random.default_rng(0), isqrt(nodes)
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    x, y = (SPACING * (axis + chance.uniform(-MOVED, MOVED, side * side)) for axis in (column, row))
    number = np.empty(side * side, np.int64)
    number[_order(x, y, order)] = np.arange(side * side)
    grid = number.reshape(side, side)
    u = np.concatenate([grid[:, :-1].ravel(), grid[:-1].ravel()])
    v = np.concatenate([grid[:, 1:].ravel(), grid[1:].ravel()])
    x[number], y[number] = x.copy(), y.copy()
    by_node = np.lexsort([np.maximum(u, v), np.minimum(u, v)])
    u, v = u[by_node], v[by_node]
    length = np.hypot(x[u] - x[v], y[u] - y[v])
    return StreetArrays(x, y, u, v, length, np.zeros(len(u), bool), length, length)


def _order(x: np.ndarray, y: np.ndarray, order: str) -> np.ndarray:
    """The rows of the nodes in the order in which they are to be numbered."""
    if order == "random":
        return np.random.default_rng(1).permutation(len(x))
    return np.argsort(gpd.GeoSeries.from_xy(x, y).hilbert_distance().to_numpy(), kind="stable")
