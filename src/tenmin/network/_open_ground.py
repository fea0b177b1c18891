"""Open ground: from a point on a plaza, straight legs lead to all of its corners and entries that are in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import OPEN_GROUND
from tenmin.routing import StreetGraph

__all__ = ["OpenGround", "open_ground_of"]

_RIM = 0.05
"""Tolerance for legs inside a plaza, metres: coordinates have centimetre precision."""


class LegsOverGround(NamedTuple):
    """Legs over plazas: the item, the edge and the metres along it where each ends, its length, and its line."""

    item: np.ndarray
    edge: np.ndarray
    offset: np.ndarray
    leg: np.ndarray
    line: np.ndarray
    """float64 (legs, 4): x, y on the street and x, y of the item"""


@dataclass(frozen=True)
class OpenGround:
    """Plazas whose outline is walked, and the ends of their edges."""

    polygons: np.ndarray
    plaza: np.ndarray
    """int64 (ends,): the plaza of each, sorted"""
    edge: np.ndarray
    offset: np.ndarray
    points: np.ndarray

    def legs(self, geometry: np.ndarray) -> LegsOverGround:
        """Return the legs of items that stand on a plaza, over that plaza only.

        Parameters
        ----------
        geometry
            The items; those that are not wholly on a plaza have none.
        """
        item, plaza = shapely.STRtree(self.polygons).query(geometry, predicate="within")
        first, last = (np.searchsorted(self.plaza, plaza, side) for side in ("left", "right"))
        row = np.repeat(np.arange(len(item)), last - first)
        at = np.arange(len(row)) - np.repeat(np.cumsum(last - first) - (last - first), last - first) + first[row]
        lines = np.asarray(shapely.shortest_line(self.points[at], geometry[item[row]]))
        rooms = np.asarray(shapely.buffer(self.polygons, _RIM, join_style="mitre"))
        shapely.prepare(rooms)
        seen = shapely.covers(rooms[plaza[row]], lines)
        at, lines = at[seen], lines[seen]
        ends = shapely.get_coordinates(lines).reshape(-1, 4)
        return LegsOverGround(item[row[seen]], self.edge[at], self.offset[at], shapely.length(lines), ends)


def open_ground_of(edges: GeometryTable, streets: StreetGraph) -> OpenGround:
    """Return the plazas of a network that are drawn as ways, from the edges on their outlines and across them.

    Parameters
    ----------
    edges
        The edges; those of a plaza have the rule `OPEN_GROUND` and its `way`.
    streets
        Their graph.
    """
    rows = np.flatnonzero(np.asarray(edges["rule"] == OPEN_GROUND, bool))
    way = pd.to_numeric(pd.Series(edges["way"][rows]), errors="coerce").to_numpy("float64")
    rows, way = rows[way > 0.0], way[way > 0.0]
    _, plaza = np.unique(way, return_inverse=True)
    polygons = np.array(
        [_faces(edges.geometry[rows[plaza == number]]) for number in range(int(plaza.max(initial=-1)) + 1)], object
    )
    plaza, edge = np.concatenate([plaza, plaza]), np.concatenate([rows, rows])
    node = np.concatenate([streets.u[rows], streets.v[rows]])
    offset = np.concatenate([np.zeros(len(rows)), streets.length[rows]])
    _, first = np.unique(np.stack([plaza, node], axis=1), axis=0, return_index=True)
    points = np.asarray(shapely.get_point(edges.geometry[edge[first]], np.where(offset[first] > 0.0, -1, 0)))
    return OpenGround(polygons, plaza[first], edge[first], offset[first], points)


def _faces(lines: np.ndarray) -> shapely.Geometry:
    """What lines enclose."""
    return shapely.union_all(shapely.get_parts(shapely.polygonize([*shapely.get_parts(shapely.union_all(lines))])))
