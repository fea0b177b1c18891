"""Datums of Chinese web maps: GCJ-02 (Amap, Tencent) and BD-09 (Baidu) to WGS84 and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenmin.support.errors import TableError

__all__ = ["DATUMS", "Datum", "check_datum", "from_wgs84", "is_shifted", "to_wgs84"]

Datum = Literal["wgs84", "gcj02", "bd09"]
Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

DATUMS = ("wgs84", "gcj02", "bd09")
#: West, south, east, north (degrees) of the box in which Chinese map services shift coordinates.
CHINA = (72.004, 0.8293, 137.8347, 55.8271)

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
    """Return where coordinates lie in the box in which Chinese map services shift them.

    Parameters
    ----------
    lon, lat
        Degrees.
    """
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    west, south, east, north = CHINA
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> Pair:
    """Return coordinates of another datum in WGS84, to less than a millimetre.

    Outside China's box nothing is changed.

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
    """Convert the coordinates inside China's box; leave the others unchanged."""
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
