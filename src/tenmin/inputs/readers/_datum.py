"""Datums of Chinese web maps: GCJ-02 (Amap, Tencent) and BD-09 (Baidu) to WGS84 and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from tenmin.support.errors import TableError

__all__ = ["DATUMS", "Datum", "check_datum", "from_wgs84", "is_near_border", "is_shifted", "to_wgs84"]

Datum = Literal["wgs84", "gcj02", "bd09"]
Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

DATUMS = ("wgs84", "gcj02", "bd09")
#: Metres from `_OUTLINE` within which it cannot be told whether positions are shifted.
BORDER_METRES = 20_000.0
#: Where Chinese map services shift coordinates: the mainland, Hong Kong and Macau, in degrees. It is coarse, is no
#: statement on any border, and runs through the sea along the coasts.
_OUTLINE = (
    (124.3, 39.8), (125.0, 40.5), (126.0, 41.0), (126.9, 41.75), (128.1, 41.4), (128.2, 42.0), (129.0, 42.1),
    (129.8, 42.6), (130.6, 42.4), (131.2, 43.4), (131.3, 44.1), (131.0, 44.85), (132.0, 45.2), (133.1, 45.1),
    (133.5, 45.9), (134.2, 47.1), (134.75, 47.7), (134.6, 48.3), (133.0, 48.1), (132.5, 47.75), (131.0, 47.7),
    (130.7, 48.9), (129.5, 49.4), (128.0, 49.6), (127.5, 50.25), (127.3, 51.0), (126.9, 51.4), (126.5, 52.0),
    (125.7, 53.0), (124.0, 53.3), (122.3, 53.5), (121.0, 53.3), (120.1, 52.7), (120.7, 52.0), (120.1, 51.6),
    (119.3, 50.4), (119.2, 50.0), (117.8, 49.5), (116.7, 49.85), (115.6, 47.9), (117.4, 47.7), (118.5, 47.95),
    (119.7, 47.1), (119.9, 46.7), (118.0, 46.6), (116.6, 46.3), (115.7, 45.5), (114.5, 45.4), (113.6, 44.75),
    (112.0, 45.05), (111.6, 44.3), (111.95, 43.75), (110.4, 42.75), (109.5, 42.45), (107.4, 42.45), (105.0, 41.6),
    (103.4, 41.85), (101.8, 42.5), (99.5, 42.6), (97.2, 42.8), (96.4, 42.75), (95.4, 44.2), (93.5, 44.95),
    (91.0, 45.2), (90.7, 45.5), (91.0, 46.6), (90.3, 47.6), (88.6, 48.1), (87.8, 49.15), (86.8, 49.1), (85.7, 48.3),
    (85.5, 47.1), (83.0, 47.2), (82.3, 45.6), (82.6, 45.1), (80.1, 45.05), (80.4, 44.1), (80.8, 43.1), (80.2, 42.1),
    (78.0, 41.1), (76.5, 40.4), (75.0, 40.45), (73.8, 39.8), (73.8, 38.9), (74.9, 38.4), (74.9, 37.2), (75.9, 36.6),
    (76.9, 35.6), (78.0, 35.4), (78.9, 34.3), (78.8, 33.4), (79.2, 32.6), (78.5, 32.4), (78.8, 31.3), (80.2, 30.6),
    (81.1, 30.0), (82.1, 30.3), (83.4, 29.3), (84.2, 28.8), (85.1, 28.3), (86.0, 27.95), (87.0, 27.9), (88.1, 27.9),
    (88.9, 27.3), (89.6, 28.2), (91.0, 28.0), (91.7, 27.75), (92.1, 27.8), (93.3, 28.6), (94.5, 29.3), (96.1, 29.4),
    (97.3, 28.3), (98.3, 27.6), (98.7, 26.0), (97.7, 24.9), (97.55, 23.95), (98.7, 24.1), (98.9, 23.2), (99.5, 22.9),
    (99.3, 22.1), (100.1, 21.5), (101.1, 21.65), (101.7, 21.15), (101.7, 22.4), (102.4, 22.7), (103.0, 22.5),
    (103.95, 22.5), (104.8, 22.9), (105.4, 23.3), (106.6, 22.8), (106.7, 22.0), (107.4, 21.6), (108.1, 21.45),
    (108.2, 20.5), (108.0, 19.5), (108.0, 17.8), (109.5, 17.3), (111.5, 18.5), (114.5, 21.3), (117.3, 22.5),
    (118.2, 23.8), (118.42, 24.33), (119.5, 24.9), (120.05, 25.5), (120.1, 26.2), (120.8, 26.9), (122.3, 27.8),
    (123.3, 29.5), (123.3, 31.5), (122.5, 34.5), (123.3, 36.5), (123.4, 38.5),
)  # fmt: skip
_PLANE = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=30 +lon_0=105 +ellps=WGS84"

_SEMI_MAJOR_AXIS, _ECCENTRICITY_SQUARED = 6378245.0, 0.00669342162296594323
_CENTRE = (105.0, 35.0)
_BAIDU_SHIFT = (0.0065, 0.006)
_BAIDU_ANGLE = np.pi * 3000.0 / 180.0
_MAX_ITERATIONS, _CONVERGED_DEGREES = 12, 1e-11


def check_datum(datum: object) -> None:
    """Raise a TableError unless the datum is one of `DATUMS`."""
    if datum not in DATUMS:
        msg = (
            f"datum = {datum!r}; give 'wgs84' (GPS, OpenStreetMap, CGCS2000), 'gcj02' (Amap, Tencent) or 'bd09' (Baidu)"
        )
        raise TableError(msg)


def is_shifted(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return where Chinese map services shift coordinates: in the mainland, Hong Kong and Macau, and 20 km around.

    Parameters
    ----------
    lon, lat
        Degrees.
    """
    return _within_border_metres(lon, lat, _china())


def is_near_border(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return where coordinates lie within 20 km of the outline, so that their shift is not certain.

    Parameters
    ----------
    lon, lat
        Degrees.
    """
    return _within_border_metres(lon, lat, _china().exterior)


def _within_border_metres(lon: ArrayLike, lat: ArrayLike, shape: shapely.Geometry) -> NDArray[np.bool_]:
    x, y = np.array(lon, float, ndmin=1), np.array(lat, float, ndmin=1)
    near = np.isfinite(x) & np.isfinite(y)
    near[near] = shapely.dwithin(shapely.points(*_to_plane()(x[near], y[near])), shape, BORDER_METRES)
    return near


@cache
def _china() -> shapely.Polygon:
    """Return the outline in the plane."""
    outline = shapely.Polygon(np.column_stack(_to_plane()(*np.array(_OUTLINE).T)))
    shapely.prepare(outline)
    return outline


@cache
def _to_plane() -> Callable[..., Pair]:
    """Return the function from degrees to a plane in which distances in China are true to some per cent."""
    return Transformer.from_crs("EPSG:4326", _PLANE, always_xy=True).transform


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> Pair:
    """Return coordinates of another datum in WGS84, to less than a millimetre.

    Where map services do not shift (see `is_shifted`) nothing is changed.

    Parameters
    ----------
    lon, lat
        Degrees, in `datum`.
    datum
        "wgs84", "gcj02" or "bd09".

    Raises
    ------
    TableError
        The datum is unknown.

    Examples
    --------
    >>> lon, lat = to_wgs84([116.404], [39.915], "gcj02")
    >>> round(float(lon[0]), 5), round(float(lat[0]), 5)
    (116.39776, 39.9136)
    """
    return _convert(lon, lat, datum, _invert)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> Pair:
    """Return WGS84 coordinates as a map service in another datum gives them.

    Parameters
    ----------
    lon, lat
        Degrees, in WGS84.
    datum
        "wgs84", "gcj02" or "bd09".

    Raises
    ------
    TableError
        The datum is unknown.

    Examples
    --------
    >>> lon, lat = from_wgs84([116.39776], [39.9136], "gcj02")
    >>> round(float(lon[0]), 4), round(float(lat[0]), 4)
    (116.404, 39.915)
    """
    return _convert(lon, lat, datum, lambda forward, x, y: forward(x, y))


def _convert(
    lon: ArrayLike,
    lat: ArrayLike,
    datum: Datum,
    method: Callable[[Callable[[Degrees, Degrees], Pair], Degrees, Degrees], Pair],
) -> Pair:
    """Convert the coordinates where map services shift them; leave the others unchanged."""
    check_datum(datum)
    x, y = np.array(lon, float, ndmin=1), np.array(lat, float, ndmin=1)
    inside = is_shifted(x, y)
    if datum != "wgs84" and inside.any():
        x[inside], y[inside] = method(_FORWARD[datum], x[inside], y[inside])
    return x, y


def _invert(forward: Callable[[Degrees, Degrees], Pair], lon: Degrees, lat: Degrees) -> Pair:
    """Return the inverse of `forward` by fixed-point iteration."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_MAX_ITERATIONS):
        shifted_x, shifted_y = forward(x, y)
        error_x, error_y = shifted_x - lon, shifted_y - lat
        x, y = x - error_x, y - error_y
        if max(np.abs(error_x).max(), np.abs(error_y).max()) < _CONVERGED_DEGREES:
            break
    return x, y


def _sine_sum(x: Degrees, *terms: tuple[float, float]) -> Degrees:
    """Return two thirds of a sum of sine waves, each given by amplitude and half-waves per degree."""
    total = np.zeros_like(x)
    for amplitude, half_waves in terms:
        total += amplitude * np.sin(half_waves * np.pi * x)
    return total * 2.0 / 3.0


def _gcj02(lon: Degrees, lat: Degrees) -> Pair:
    x, y = lon - _CENTRE[0], lat - _CENTRE[1]
    both = _sine_sum(x, (20.0, 6.0), (20.0, 2.0))
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += _sine_sum(y, (20.0, 1.0), (40.0, 1.0 / 3.0), (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += _sine_sum(x, (20.0, 1.0), (40.0, 1.0 / 3.0), (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    angle = np.radians(lat)
    flat = 1.0 - _ECCENTRICITY_SQUARED * np.sin(angle) ** 2
    metres_north = _SEMI_MAJOR_AXIS * (1.0 - _ECCENTRICITY_SQUARED) / (flat * np.sqrt(flat))
    metres_east = _SEMI_MAJOR_AXIS / np.sqrt(flat) * np.cos(angle)
    return lon + np.degrees(east / metres_east), lat + np.degrees(north / metres_north)


def _bd09(lon: Degrees, lat: Degrees) -> Pair:
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_ANGLE)
    convert = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_ANGLE)
    return radius * np.cos(convert) + _BAIDU_SHIFT[0], radius * np.sin(convert) + _BAIDU_SHIFT[1]


_FORWARD = {"gcj02": _gcj02, "bd09": _bd09}
