"""The frontage: the edges on the ground, which legs may join."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from tenmin.network._geometry_table import GeometryTable
from tenmin.routing import Shapes, StreetGraph, link_nodes, shape_edges

__all__ = ["Frontage", "frontage_of", "shapes_of"]


@dataclass(frozen=True)
class Frontage:
    """The edges that legs may join: all but bridges, tunnels and other levels.

    Private edges come last, so that an access point at a node where both kinds meet is on a public edge.
    """

    streets: StreetGraph
    """Graph of these edges; its nodes are those of the network."""
    shapes: Shapes
    """Geometry of these edges."""
    tree: shapely.STRtree
    """Spatial index of their lines."""
    edge: np.ndarray
    """int64 (edges of the frontage,): row of each among all edges."""

    def rows_of(self, edges: np.ndarray) -> np.ndarray:
        """Return the rows in the frontage of edges given by their row among all edges; -1 if they are not in it."""
        return pd.Index(self.edge).get_indexer(pd.Index(edges))

    def has_street(self, nodes: np.ndarray) -> np.ndarray:
        """Return whether an edge of the frontage ends at each node."""
        return np.diff(self.shapes.direction_first)[nodes] > 0


def shapes_of(lines: np.ndarray, streets: StreetGraph) -> Shapes:
    """Return the geometry of edges.

    Parameters
    ----------
    lines
        LineStrings (edges,); repeated vertices are dropped.
    streets
        The graph of the edges.
    """
    xy, row = shapely.get_coordinates(lines, return_index=True)
    keep = np.ones(len(xy), bool)
    keep[1:] = (xy[1:] != xy[:-1]).any(axis=1) | (row[1:] != row[:-1])
    first = np.searchsorted(row[keep], np.arange(len(lines) + 1))
    return shape_edges(streets, first, xy[keep])


def frontage_of(edges: GeometryTable, streets: StreetGraph) -> Frontage:
    """Return the frontage: edges whose `level` is None, or all if there is no such column.

    Parameters
    ----------
    edges
        The edges of a network.
    streets
        Their graph.
    """
    grounded = np.asarray(pd.isna(edges["level"])) if "level" in edges else np.ones(len(edges), bool)
    rows = np.flatnonzero(grounded)
    rows = rows[np.argsort(streets.private[rows], kind="stable")]
    kept = edges.geometry[rows]
    linked = link_nodes(streets.u[rows], streets.v[rows], streets.length[rows], len(streets.exit_copy))
    return Frontage(linked, shapes_of(kept, linked), shapely.STRtree(kept), rows)
