"""Geometry as small whole numbers for a page: millionths of a degree, each the step from the one before."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from tenmin.support.errors import TableError

__all__ = ["DEGREES", "NOWHERE", "pack", "page_points", "page_shapes", "placed"]

DEGREES = "EPSG:4326"
STEPS_PER_DEGREE = 1_000_000
NOWHERE = 999_000_000
"""Longitude and latitude of what has no place."""

POINT, LINE, RING, POLYGON = 0, 1, 2, 3


def page_shapes(shapes: gpd.GeoSeries, *, simplify: float = 0.0) -> dict[str, np.ndarray]:
    """Return points, lines and polygons as flat arrays of whole numbers.

    Parameters
    ----------
    shapes
        Any mixture of points, lines and polygons, in metres; None and empty ones keep their turn.
    simplify
        Metres by which a drawn line may leave the true one; 0 keeps every vertex.

    Returns
    -------
    `xy` holds longitude and latitude in turn, in millionths of a degree, each as the difference from the
    vertex before; `rings` the number of vertices of each path; `features` the number of paths of each shape.
    Polygons run anticlockwise with clockwise holes and without the closing vertex.
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
        "xy": np.diff(_steps(np.delete(xy, last, axis=0), shapes.crs), axis=0, prepend=0).ravel(),
        "rings": rings,
        "features": np.bincount(feature, minlength=len(shapes)),
    }


def page_points(shapes: gpd.GeoSeries) -> np.ndarray:
    """Return one point in each shape: longitude and latitude in turn, in millionths of a degree, or `NOWHERE`."""
    inside = shapely.point_on_surface(shapes.to_numpy())
    inside[shapely.is_empty(inside)] = None
    return _steps(np.c_[shapely.get_x(inside), shapely.get_y(inside)], shapes.crs).ravel()


def pack(numbers: Mapping[str, Any]) -> str:
    """Return nested arrays of whole numbers in base64, which holds no text of anybody's.

    A head in JSON keeps the structure, with the first and the end in place of each array. The numbers follow with the
    sign in the lowest bit, as all their first bytes, all their second bytes and so on, since alike bytes deflate best.
    """
    arrays: list[np.ndarray] = []

    def place(array: np.ndarray) -> dict[str, list[int]]:
        first = sum(map(len, arrays))
        arrays.append(array)
        return {"numbers": [first, first + len(array)]}

    head = json.dumps(numbers, default=place, separators=(",", ":")).encode("ascii")
    whole = np.concatenate([*arrays, np.zeros(0, np.int64)]).astype(np.int64)
    signed = ((whole << 1) ^ (whole >> 63)).astype("<u4")
    planes = np.ascontiguousarray(signed.view(np.uint8).reshape(-1, 4).T).tobytes()
    plain = len(head).to_bytes(4, "little") + head + planes
    return base64.b64encode(zlib.compress(plain, 6)).decode("ascii")


def placed(frame: pd.DataFrame, noun: str) -> gpd.GeoDataFrame:
    """Return a table that is to be drawn if it says where its coordinates lie; errors call it `noun`."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        msg = (
            f"{noun} have no coordinate reference system, so they have no place on a map; "
            f'say which one their coordinates are in, for instance {noun}.set_crs("EPSG:4326")'
        )
        raise TableError(msg)
    return frame


def _steps(xy: np.ndarray, crs: CRS | None) -> np.ndarray:
    degrees = Transformer.from_crs(crs, DEGREES, always_xy=True).transform(xy[:, 0], xy[:, 1])
    steps = np.rint(np.column_stack(degrees) * STEPS_PER_DEGREE)
    return np.where(np.isfinite(steps), steps, NOWHERE).astype(np.int64)


def _paths(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every path of the shapes in their order, the shape each is of, and whether it closes."""
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
