"""The sea inside an extract, from coastlines that have the land on their left."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from tenmin.inputs.osm._lines import Box

__all__ = ["find_sea"]

NEAR_EDGE = 1 / 3
"""Part of the shorter side of the box over which a coastline that ends inside it goes on to its edge."""
ASIDE = 1e-7
"""Degrees to each side of a coastline at which land and sea are looked for."""
SURE = 0.95
"""Part of the length of the coastlines round a face that must have it on their right if it is sea."""


def find_sea(coast: gpd.GeoSeries, box: Box) -> np.ndarray:
    """Return the sea inside a box as polygons in degrees; none where the coastlines do not close it off.

    Coastlines are cut at the box. One that ends inside it, since its last nodes are not in the extract or since this
    was cut by another outline than its box, goes on straight to the nearest edge. What coastlines have on their right,
    as mapped, is sea; where they contradict each other, as they do round a face with a gap in its coastline, nothing
    is.

    Parameters
    ----------
    coast
        Lines in the direction in which they are mapped, EPSG:4326.
    box
        West, south, east and north in degrees.
    """
    frame = shapely.box(*box)
    lines = shapely.intersection(coast.to_numpy(), frame)
    steps = _steps(lines)
    if not len(steps):
        return np.zeros(0, object)
    drawn = shapely.union_all([*lines, *_to_the_edge(lines, frame), frame.exterior])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(drawn))))
    return faces[_is_sea(faces, steps)]


def _steps(lines: np.ndarray) -> np.ndarray:
    """Return the stretches of lines from vertex to vertex, shape (stretches, 2 ends, 2)."""
    xy, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    joined = line[1:] == line[:-1]
    steps = np.stack([xy[:-1], xy[1:]], axis=1)[joined]
    return steps[(steps[:, 0] != steps[:, 1]).any(axis=1)]


def _to_the_edge(lines: np.ndarray, frame: shapely.Polygon) -> list[shapely.LineString]:
    """Return straight lines to the edge of the frame from where coastlines end shortly before it."""
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
    ends = shapely.get_parts(shapely.boundary(merged))
    reach = NEAR_EDGE * float(np.min(np.diff(np.reshape(frame.bounds, (2, 2)), axis=0)))
    away = shapely.distance(ends, frame.exterior)
    loose = ends[(away > 0.0) & (away <= reach)]
    return list(np.atleast_1d(shapely.shortest_line(loose, frame.exterior))) if len(loose) else []


def _is_sea(faces: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return whether the coastlines round each face have it on their right."""
    along = steps[:, 1] - steps[:, 0]
    length = np.hypot(*along.T)
    right = ASIDE * np.c_[along[:, 1], -along[:, 0]] / length[:, None]
    tree = shapely.STRtree(faces)
    votes = []
    for side in (right, -right):
        step, face = tree.query(shapely.points(steps.mean(axis=1) + side), predicate="within")
        votes.append(np.bincount(face, weights=length[step], minlength=len(faces)))
    sea, land = votes
    return (sea > 0.0) & (sea >= SURE * (sea + land))
