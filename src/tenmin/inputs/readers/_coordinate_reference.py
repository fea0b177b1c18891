"""What coordinates refer to: a CRS, the datum of a map service, or a city's own grid with two known points."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from tenmin.inputs.readers._datum import Datum, check_datum
from tenmin.support.errors import TableError

__all__ = ["ControlPoints", "Reference", "in_degrees", "local_grid", "parse_crs"]

Turn = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
ControlPoints = Sequence[tuple[tuple[float, float], tuple[float, float]]]

#: Latitude and longitude of these are the same to a metre.
_ALIKE = frozenset({"EPSG:4326", "EPSG:4490", "OGC:CRS84"})
_CHINA_2000 = "China 2000"
_CLOSEST_POINTS, _MOST_SCALE, _MOST_TURN = 100.0, 0.01, 20.0


@dataclass(frozen=True)
class Reference:
    """What a planner says about the coordinates of a table."""

    datum: Datum = "wgs84"
    crs: object = None
    control_points: ControlPoints | None = None

    def __post_init__(self) -> None:
        check_datum(self.datum)
        if self.given is not None and self.control_points is not None:
            msg = "crs= and control_points= are both given; a grid is known by one of them"
            raise TableError(msg)
        if self.datum != "wgs84" and (self.control_points is not None or _is_china_2000(self.given)):
            msg = f"datum={self.datum!r} is that of a web map, and {self.crs or 'a local grid'} is not; leave one out"
            raise TableError(msg)

    @cached_property
    def given(self) -> CRS | None:
        """The CRS that was given, if any."""
        return None if self.crs is None else parse_crs(self.crs)


def parse_crs(crs: object) -> CRS:
    """Return a CRS from what names it.

    Raises
    ------
    TableError
        Nobody knows it.
    """
    try:
        return CRS.from_user_input(crs)
    except CRSError:
        msg = f"crs = {crs!r} is not known; give e.g. 'EPSG:4490' (CGCS2000) or 'EPSG:4526' (its 3-degree zone 38)"
        raise TableError(msg) from None


def _is_china_2000(crs: CRS | None) -> bool:
    return crs is not None and crs.datum is not None and _CHINA_2000 in crs.datum.name


def _name(crs: CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name


def in_degrees(reference: Reference, own: CRS | None, *, degrees: bool, bare: bool, where: str) -> CRS | None:
    """Return the CRS that coordinates are in; None if they are already longitude and latitude.

    Parameters
    ----------
    reference
        What the planner says.
    own
        What the file says.
    degrees
        Whether all coordinates could be degrees.
    bare
        Whether degrees may be taken for longitude and latitude without being told so.
    where
        The file, for messages.

    Raises
    ------
    TableError
        The two disagree, or neither says enough.
    """
    if own is not None and own.is_geographic and not degrees:
        own = None
    given = reference.given
    if own is not None and given is not None and own != given and not {_name(own), _name(given)} <= _ALIKE:
        msg = f"{where} says that it is in {_name(own)}, and crs= says {_name(given)}; leave crs= out, or mend the file"
        raise TableError(msg)
    if _is_china_2000(own) and reference.datum != "wgs84":
        msg = f"{where} says that it is in CGCS2000, and datum= says {reference.datum!r}; leave datum= out"
        raise TableError(msg)
    crs = own or given
    if crs is None and not degrees:
        msg = (
            f"{where}: the coordinates are no degrees; name their grid by crs= (e.g. 'EPSG:4526' for the 3-degree zone "
            "38 of CGCS2000), or give control_points=[((x, y), (lon, lat)), ((x, y), (lon, lat))] of a city's own grid"
        )
        raise TableError(msg)
    if crs is None and not bare and reference.datum == "wgs84":
        msg = f"{where} does not say its CRS; state it, e.g. crs='EPSG:4326' for longitude and latitude"
        raise TableError(msg)
    return None if crs is None or _name(crs) in _ALIKE else crs


def local_grid(points: ControlPoints, where: str) -> Turn:
    """Return what takes coordinates of a city's own grid to longitude and latitude, by two points known in both.

    Raises
    ------
    TableError
        They are not two, lie within 100 m of each other, or their distances differ by more than 1 %.
    """
    (here, there), (west, south) = _two(points, where)
    plane = CRS.from_proj4(f"+proj=tmerc +lon_0={west} +lat_0={south} +k=1 +ellps=GRS80 +units=m")
    to_plane = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    ends = [complex(*to_plane.transform(*one[1])) for one in (here, there)]
    starts = [complex(*one[0]) for one in (here, there)]
    _check_grid(starts, ends, where)
    turn = (ends[1] - ends[0]) / (starts[1] - starts[0])

    def to_degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        placed = ends[0] + turn * (x + 1j * y - starts[0])
        return back.transform(placed.real, placed.imag)

    return to_degrees


def _two(
    points: ControlPoints, where: str
) -> tuple[list[tuple[tuple[float, float], tuple[float, float]]], tuple[float, float]]:
    try:
        pairs = [((float(x), float(y)), (float(lon), float(lat))) for (x, y), (lon, lat) in points]
        fine = len(pairs) == 2 and all(math.isfinite(n) for pair in pairs for point in pair for n in point)  # noqa: PLR2004
    except (TypeError, ValueError):
        fine, pairs = False, []
    if not fine or any(abs(lon) > 180 or abs(lat) > 90 for _, (lon, lat) in pairs):  # noqa: PLR2004
        msg = f"{where}: control_points = {points!r}; give two, each as ((x, y), (longitude, latitude))"
        raise TableError(msg)
    return pairs, pairs[0][1]


def _check_grid(starts: Sequence[complex], ends: Sequence[complex], where: str) -> None:
    grid, ground = starts[1] - starts[0], ends[1] - ends[0]
    if min(abs(grid), abs(ground)) < _CLOSEST_POINTS:
        msg = (
            f"{where}: the control points are {min(abs(grid), abs(ground)):.0f} m apart; take two at least 100 m apart"
        )
        raise TableError(msg)
    scale = abs(ground) / abs(grid)
    if abs(scale - 1.0) > _MOST_SCALE:
        msg = (
            f"{where}: the control points are {abs(grid):,.0f} apart in the grid and {abs(ground):,.0f} m on the "
            "ground; these differ by more than 1 %, so one of them is wrong, or the grid is not in metres"
        )
        raise TableError(msg)
    turned, crossed = (_degrees(ground / one) for one in (grid, complex(grid.imag, grid.real)))
    if abs(turned) > _MOST_TURN >= abs(crossed):
        msg = (
            f"{where}: by the control points the grid is turned by {turned:.0f} degrees, and not if x and y are "
            "exchanged; in Chinese surveys X is north: exchange them, also in the table, by columns="
        )
        raise TableError(msg)


def _degrees(turn: complex) -> float:
    return math.degrees(math.atan2(turn.imag, turn.real))
