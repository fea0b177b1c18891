"""Closed gates as short walls across their street, so that no leg goes round them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.network._geometry_table import GeometryTable

__all__ = ["GATE_METRES", "walls_at_gates"]

GATE_METRES = 2.0
"""Width of a closed gate, metres."""
_ALONG_ONE_STREET = 2
"""Number of street ends at a gate in the course of one street; at more, the gate is on a junction and shuts nothing."""


def walls_at_gates(gates: gpd.GeoDataFrame, lines: GeometryTable) -> gpd.GeoDataFrame:
    """Return the closed gates as barriers across the street: kind, name and source.

    Parameters
    ----------
    gates
        Gates in the CRS of the lines, indexed by node.
    lines
        The streets, with u and v.
    """
    closed = gates[gates["state"] == "closed"]
    ends = np.concatenate([lines["u"], lines["v"]])
    at = np.flatnonzero(pd.Index(ends).isin(closed.index))
    at = at[np.argsort(ends[at], kind="stable")]
    nodes, first, count = np.unique(ends[at], return_index=True, return_counts=True)
    first, nodes = first[count == _ALONG_ONE_STREET], nodes[count == _ALONG_ONE_STREET]
    course = _towards(lines, at[first]) - _towards(lines, at[first + 1])
    metres = np.hypot(*course.T)
    nodes, course, metres = nodes[metres > 0.0], course[metres > 0.0], metres[metres > 0.0]
    width = GATE_METRES * np.stack([-course[:, 1], course[:, 0]], 1) / metres[:, None]
    found = closed.loc[nodes]
    middle = shapely.get_coordinates(found.geometry.to_numpy())
    across = shapely.linestrings(np.stack([middle - width / 2.0, middle + width / 2.0], 1))
    columns = {"kind": "gate", "name": found["name"].to_numpy(object), "source": [f"n{node}" for node in nodes]}
    return gpd.GeoDataFrame(columns, geometry=across, crs=gates.crs)


def _towards(lines: GeometryTable, ends: np.ndarray) -> np.ndarray:
    """Vectors from ends of lines to the points up to 1 m further; ends from `len(lines)` up are the last ones."""
    line, last = lines.geometry[ends % len(lines)], ends >= len(lines)
    further = shapely.line_interpolate_point(line, np.where(last, -1.0, 1.0))
    return shapely.get_coordinates(further) - shapely.get_coordinates(shapely.get_point(line, np.where(last, -1, 0)))
