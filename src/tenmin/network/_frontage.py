"""The frontage: the streets on the ground, which a straight leg from a door may join."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from tenmin.network._geometry_table import GeometryTable
from tenmin.routing import Shapes, Streets, link_nodes, shape_edges

__all__ = ["Frontage", "face_streets", "shapes_of"]


@dataclass(frozen=True)
class Frontage:
    """Streets that legs may join, as arrays: all but bridges, tunnels and other levels.

    `edge` are their rows among all edges, private ones last, so that a foot on a node where both meet is one on the
    other street; nodes are those of all streets.
    """

    streets: Streets
    shapes: Shapes
    tree: shapely.STRtree
    edge: np.ndarray

    def rows_of(self, edges: np.ndarray) -> np.ndarray:
        """Return the rows here of edges given by their row among all edges; -1 where they are none of these."""
        return pd.Index(self.edge).get_indexer(pd.Index(edges))

    def has_street(self, nodes: np.ndarray) -> np.ndarray:
        """Return whether any of these streets meets each node."""
        return np.diff(self.shapes.spoke_first)[nodes] > 0


def shapes_of(lines: np.ndarray, streets: Streets) -> Shapes:
    """Return the bends of edges as arrays."""
    xy, row = shapely.get_coordinates(lines, return_index=True)
    keep = np.ones(len(xy), bool)
    keep[1:] = (xy[1:] != xy[:-1]).any(axis=1) | (row[1:] != row[:-1])
    first = np.searchsorted(row[keep], np.arange(len(lines) + 1))
    return shape_edges(streets, first, xy[keep])


def face_streets(edges: GeometryTable, streets: Streets) -> Frontage:
    """Return the frontage of edges: those whose `level` is None, or all where there is no such column."""
    grounded = np.asarray(pd.isna(edges["level"])) if "level" in edges else np.ones(len(edges), bool)
    rows = np.flatnonzero(grounded)
    rows = rows[np.argsort(streets.private[rows], kind="stable")]
    kept = edges.geometry[rows]
    linked = link_nodes(streets.u[rows], streets.v[rows], streets.length[rows], len(streets.copy))
    return Frontage(linked, shapes_of(kept, linked), shapely.STRtree(kept), rows)
