"""The datums of Chinese maps: GCJ-02 (Amap, Tencent) and BD-09 (Baidu) to WGS84 and back."""

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
#: West, south, east, north of the box within which Chinese map services shift their coordinates.
CHINA = (72.004, 0.8293, 137.8347, 55.8271)

_AXIS, _FLATNESS = 6378245.0, 0.00669342162296594323
_CENTRE = (105.0, 35.0)
_BAIDU_SHIFT = (0.0065, 0.006)
_BAIDU_TURN = np.pi * 3000.0 / 180.0
_ROUNDS, _CLOSE = 12, 1e-11


def check_datum(datum: object) -> None:
    """Raise a TableError unless the datum is one of `DATUMS`."""
    if datum not in DATUMS:
        msg = (
            f"datum = {datum!r}; give 'wgs84' (GPS, OpenStreetMap, CGCS2000), 'gcj02' (Amap, Tencent) or 'bd09' (Baidu)"
        )
        raise TableError(msg)


def is_shifted(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return where coordinates are in the box within which Chinese map services shift them."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    west, south, east, north = CHINA
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> Pair:
    """Return longitudes and latitudes in WGS84 of coordinates in another datum, to less than a millimetre.

    Outside of China's box nothing is changed.

    Parameters
    ----------
    lon, lat
        Degrees, in `datum`.
    datum
        "wgs84", "gcj02" or "bd09".

    Raises
    ------
    TableError
        The datum is none of these.

    Examples
    --------
    >>> lon, lat = to_wgs84([116.404], [39.915], "gcj02")
    >>> round(float(lon[0]), 5), round(float(lat[0]), 5)
    (116.39776, 39.9136)
    """
    return _turned(lon, lat, datum, _undone)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> Pair:
    """Return longitudes and latitudes of WGS84 as a map service in another datum gives them.

    >>> lon, lat = from_wgs84([116.39776], [39.9136], "gcj02")
    >>> round(float(lon[0]), 4), round(float(lat[0]), 4)
    (116.404, 39.915)
    """
    return _turned(lon, lat, datum, lambda forward, x, y: forward(x, y))


def _turned(
    lon: ArrayLike,
    lat: ArrayLike,
    datum: Datum,
    turn: Callable[[Callable[[Degrees, Degrees], Pair], Degrees, Degrees], Pair],
) -> Pair:
    """Turn what lies where the datum is shifted; the rest is as it was."""
    check_datum(datum)
    x, y = np.array(lon, float, ndmin=1), np.array(lat, float, ndmin=1)
    inside = is_shifted(x, y)
    if datum != "wgs84" and inside.any():
        x[inside], y[inside] = turn(_FORWARD[datum], x[inside], y[inside])
    return x, y


def _undone(forward: Callable[[Degrees, Degrees], Pair], lon: Degrees, lat: Degrees) -> Pair:
    """Return what `forward` takes to these coordinates, as the fixed point of correcting a guess by its error."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        shifted_x, shifted_y = forward(x, y)
        error_x, error_y = shifted_x - lon, shifted_y - lat
        x, y = x - error_x, y - error_y
        if max(np.abs(error_x).max(), np.abs(error_y).max()) < _CLOSE:
            break
    return x, y


def _waves(x: Degrees, *waves: tuple[float, float]) -> Degrees:
    """Return the sum of sine waves, each given by its height and its half turns a degree."""
    total = np.zeros_like(x)
    for height, turns in waves:
        total += height * np.sin(turns * np.pi * x)
    return total * 2.0 / 3.0


def _gcj02(lon: Degrees, lat: Degrees) -> Pair:
    x, y = lon - _CENTRE[0], lat - _CENTRE[1]
    both = _waves(x, (20.0, 6.0), (20.0, 2.0))
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += _waves(y, (20.0, 1.0), (40.0, 1.0 / 3.0), (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += _waves(x, (20.0, 1.0), (40.0, 1.0 / 3.0), (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    angle = np.radians(lat)
    flat = 1.0 - _FLATNESS * np.sin(angle) ** 2
    metres_north = _AXIS * (1.0 - _FLATNESS) / (flat * np.sqrt(flat))
    metres_east = _AXIS / np.sqrt(flat) * np.cos(angle)
    return lon + np.degrees(east / metres_east), lat + np.degrees(north / metres_north)


def _bd09(lon: Degrees, lat: Degrees) -> Pair:
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_TURN)
    turn = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_TURN)
    return radius * np.cos(turn) + _BAIDU_SHIFT[0], radius * np.sin(turn) + _BAIDU_SHIFT[1]


_FORWARD = {"gcj02": _gcj02, "bd09": _bd09}
