"""Geometry as delta-encoded integers for a page, in millionths of a degree."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from tenmin.support.errors import TableError

__all__ = ["DEGREES", "NOWHERE", "check_crs", "page_points", "page_shapes"]

DEGREES = "EPSG:4326"
STEPS_PER_DEGREE = 1_000_000
NOWHERE = 999_000_000
"""Longitude and latitude of a row without position."""

MADE_BY: Mapping[str, tuple[tuple[str, ...], str]] = {
    "places": ((), "tm.read_places('places.gpkg')"),
    "facilities": ((), "tm.read_facilities('facilities.gpkg')"),
    "areas": ((), "tm.read_areas('areas.gpkg')"),
    "isochrones": (("category", "facility"), "tm.trace_isochrones(network, facilities, minutes=[5, 10, 15])"),
    "basemap": (("kind", "name", "zoom"), "basemap=tm.read_osm('town.osm.pbf')"),
    "gaps": (("gap", "category", "people", "places", "severity", "reason", "by", "cure"), "tm.find_gaps(coverage)"),
}
"""The columns that each table must have, and the call that makes it."""

POINT, LINE, RING, POLYGON = 0, 1, 2, 3


def page_shapes(shapes: gpd.GeoSeries, *, simplify: float = 0.0, step: int = 1) -> dict[str, np.ndarray]:
    """Return points, lines and polygons as flat arrays of integers.

    Parameters
    ----------
    shapes
        Any mixture of points, lines and polygons, in metres; None and empty ones count as shapes without paths.
    simplify
        Tolerance of simplification, metres; 0 keeps every vertex.
    step
        Millionths of a degree in a step of the coordinates.

    Returns
    -------
    dict of ndarray
        xy (longitude and latitude alternately, in steps, each as the difference from the vertex before),
        rings (number of vertices of each path) and features (number of paths of each shape). Exterior rings run
        anticlockwise, holes clockwise, without the closing vertex.
    """
    plain = shapes.to_numpy()
    if simplify:
        plain = shapely.simplify(plain, simplify, preserve_topology=False)
    paths, feature, closed = _paths(plain)
    xy, path = shapely.get_coordinates(paths, return_index=True)
    rings = np.bincount(path, minlength=len(paths))
    last = np.cumsum(rings)[closed] - 1
    rings[closed] -= 1
    return {
        "xy": np.diff((_steps(np.delete(xy, last, axis=0), shapes.crs) + step // 2) // step, axis=0, prepend=0).ravel(),
        "rings": rings,
        "features": np.bincount(feature, minlength=len(shapes)),
    }


def page_points(shapes: gpd.GeoSeries) -> np.ndarray:
    """Return a point in each shape: longitude and latitude alternately, millionths of a degree, or `NOWHERE`."""
    inside = shapely.point_on_surface(shapes.to_numpy())
    inside[shapely.is_empty(inside)] = None
    return _steps(np.c_[shapely.get_x(inside), shapely.get_y(inside)], shapes.crs).ravel()


def check_crs(frame: object, noun: str) -> gpd.GeoDataFrame:
    """Return a table if it can be drawn: with geometry, a coordinate reference system and the columns of its kind.

    Parameters
    ----------
    frame
        A table to draw.
    noun
        Its name: "places", "facilities", "areas", "isochrones", "gaps" or "basemap".

    Raises
    ------
    TableError
        If it cannot.
    """
    columns, call = MADE_BY[noun]
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = f"{noun} must be a GeoDataFrame, but are a {type(frame).__name__}; make them: {call}"
        raise TableError(msg)
    missing = [name for name in columns if name not in frame]
    if missing:
        listed = ", ".join(map(str, frame.columns))
        msg = f"{noun} to draw need the columns {', '.join(missing)}; they have {listed}; make them: {call}"
        raise TableError(msg)
    if frame.crs is None:
        msg = (
            f"{noun} have no coordinate reference system, so they have no place on a map; "
            f'say which one their coordinates are in, for instance {noun}.set_crs("EPSG:4326")'
        )
        raise TableError(msg)
    return frame


def _steps(xy: np.ndarray, crs: CRS | None) -> np.ndarray:
    """Return coordinates in millionths of a degree, int64."""
    degrees = Transformer.from_crs(crs, DEGREES, always_xy=True).transform(xy[:, 0], xy[:, 1])
    steps = np.rint(np.column_stack(degrees) * STEPS_PER_DEGREE)
    return np.where(np.isfinite(steps), steps, NOWHERE).astype(np.int64)


def _paths(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the paths (points, lines and rings) of shapes in order, the shape of each, and whether it is a ring."""
    parts, feature = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    area = shapely.get_type_id(parts) == POLYGON
    rings, owner = shapely.get_rings(parts[area], return_index=True)
    others = np.isin(shapely.get_type_id(parts), (POINT, LINE, RING))
    paths = np.concatenate([rings, parts[others]])
    of = np.concatenate([feature[area][owner], feature[others]])
    closed = np.concatenate([np.ones(len(rings), bool), np.zeros(int(others.sum()), bool)])
    order = np.argsort(of, kind="stable")
    filled = order[~shapely.is_empty(paths[order])]
    return paths[filled], of[filled], closed[filled]
