"""Open ground: from a point on a plaza, straight legs lead to all of its corners and entries that are in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
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
    """Plazas, and the ends of the edges on their outlines and across them."""

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


def open_ground_of(plazas: gpd.GeoDataFrame, edges: GeometryTable, streets: StreetGraph) -> OpenGround:
    """Return the plazas of a network with the ends of their edges.

    Parameters
    ----------
    plazas
        Polygons with the `way` of the edges on their outlines and across them.
    edges
        The edges; those of a plaza have the rule `OPEN_GROUND` and its `way`.
    streets
        Their graph.
    """
    rows = np.flatnonzero(np.asarray(edges["rule"] == OPEN_GROUND, bool))
    ways = pd.DataFrame({"way": np.asarray(edges["way"])[rows], "row": rows})
    pairs = pd.DataFrame({"way": plazas["way"].to_numpy(), "plaza": np.arange(len(plazas))}).merge(ways, on="way")
    plaza, edge = np.tile(pairs["plaza"].to_numpy(np.int64), 2), np.tile(pairs["row"].to_numpy(np.int64), 2)
    last = np.repeat([False, True], len(pairs))
    node = np.where(last, streets.v[edge], streets.u[edge])
    _, first = np.unique(np.stack([plaza, node], axis=1), axis=0, return_index=True)
    edge, last = edge[first], last[first]
    points = np.asarray(shapely.get_point(edges.geometry[edge], np.where(last, -1, 0)))
    offset = np.where(last, streets.length[edge], 0.0)
    return OpenGround(plazas.geometry.to_numpy(), plaza[first], edge, offset, points)
