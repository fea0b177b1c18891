"""Cut shapes along the 180th meridian, so that none of them runs round the world in degrees."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import CRS, Transformer

__all__ = ["split_at_antimeridian"]

_GAP_METRES = 0.01
_POINTS = 65
_FAR_EAST = 90.0


def split_at_antimeridian(shapes: np.ndarray, crs: CRS) -> np.ndarray:
    """Return shapes in metres, each that crosses 180 degrees cut in two along it with a gap of 2 cm.

    So GeoJSON asks (RFC 7946, section 3.1.9). Other shapes are returned as they are.

    Parameters
    ----------
    shapes
        Polygons or lines.
    crs
        Their CRS, in metres.

    Examples
    --------
    >>> square = np.array([shapely.box(800_000, 8_140_000, 900_000, 8_150_000)])
    >>> shapely.get_num_geometries(split_at_antimeridian(square, CRS.from_epsg(32760))).tolist()
    [2]
    """
    meridian = _meridian_through(shapes, crs)
    if meridian is None:
        return shapes
    crossing = shapely.intersects(shapes, meridian)
    cut = shapes.copy()
    cut[crossing] = shapely.difference(shapes[crossing], shapely.buffer(meridian, _GAP_METRES, cap_style="flat"))
    return cut


def _meridian_through(shapes: np.ndarray, crs: CRS) -> shapely.LineString | None:
    """Return the 180th meridian beside shapes, or None if they are on one side of it."""
    if shapely.is_empty(shapes).all():
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform([west, west, east, east], [south, north, south, north])
    if not np.isfinite(lon).all() or not min(lon) < -_FAR_EAST < _FAR_EAST < max(lon):
        return None
    along = np.linspace(min(lat) - 1.0, max(lat) + 1.0, _POINTS)
    back = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return shapely.LineString(np.column_stack(back.transform(np.full(_POINTS, 180.0), along)))
