"""Coordinate reference of a table: a CRS, a map service's datum, or a local grid with two control points."""

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

__all__ = ["ControlPoints", "CoordinateReference", "local_grid_transform", "parse_crs", "resolve_crs"]

Transform = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
ControlPoints = Sequence[tuple[tuple[float, float], tuple[float, float]]]

#: Geographic CRSs whose coordinates agree to a metre.
_EQUIVALENT = frozenset({"EPSG:4326", "EPSG:4490", "OGC:CRS84"})
_WEB_MERCATOR = "EPSG:3857"
_CHINA_2000 = "China 2000"
_MIN_SEPARATION, _MAX_SCALE_ERROR, _MAX_ROTATION = 100.0, 0.01, 20.0


@dataclass(frozen=True)
class CoordinateReference:
    """What the coordinates of a table refer to, as given by the user.

    Attributes
    ----------
    datum
        "wgs84", "gcj02" or "bd09"; None for what the table says, else "wgs84".
    crs
        Anything that names a CRS.
    control_points
        Two points of a local grid, each as ((x, y), (longitude, latitude)).

    Raises
    ------
    TableError
        Two of them contradict each other, or one is unknown.
    """

    datum: Datum | None = None
    crs: object = None
    control_points: ControlPoints | None = None

    def __post_init__(self) -> None:
        check_datum(self.shift)
        if self.parsed_crs is not None and self.control_points is not None:
            msg = "crs= and control_points= are both given; a grid is known by one of them"
            raise TableError(msg)
        if self.shift != "wgs84" and (self.control_points is not None or _is_china_2000(self.parsed_crs)):
            msg = f"datum={self.datum!r} is that of a web map, and {self.crs or 'a local grid'} is not; leave one out"
            raise TableError(msg)

    @property
    def shift(self) -> Datum:
        """The datum of the coordinates: WGS84 unless another is given."""
        return self.datum or "wgs84"

    @cached_property
    def parsed_crs(self) -> CRS | None:
        """The CRS given by `crs`, or None."""
        return None if self.crs is None else parse_crs(self.crs)


def parse_crs(crs: object) -> CRS:
    """Return the CRS that a code, name or definition stands for.

    Raises
    ------
    TableError
        It is unknown.
    """
    try:
        return CRS.from_user_input(crs)
    except CRSError:
        msg = f"crs = {crs!r} is not known; give e.g. 'EPSG:4490' (CGCS2000) or 'EPSG:4526' (its 3-degree zone 38)"
        raise TableError(msg) from None


def _is_china_2000(crs: CRS | None) -> bool:
    return crs is not None and crs.datum is not None and _CHINA_2000 in crs.datum.name


def _crs_name(crs: CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name


def resolve_crs(
    reference: CoordinateReference, file_crs: CRS | None, *, in_degrees: bool, may_be_lonlat: bool, where: str
) -> CRS | None:
    """Return the CRS of coordinates, or None if they already are longitude and latitude.

    Parameters
    ----------
    reference
        What the user gives.
    file_crs
        What the file states.
    in_degrees
        Whether the coordinates can be degrees.
    may_be_lonlat
        Whether degrees are taken as longitude and latitude if no CRS is stated.
    where
        The file, for messages.

    Raises
    ------
    TableError
        The two contradict each other, or the CRS is unknown.
    """
    if file_crs is not None and file_crs.is_geographic and not in_degrees:
        file_crs = None
    parsed_crs = reference.parsed_crs
    if (
        file_crs is not None
        and parsed_crs is not None
        and file_crs != parsed_crs
        and not {_crs_name(file_crs), _crs_name(parsed_crs)} <= _EQUIVALENT
    ):
        both = f"{where} says that it is in {_crs_name(file_crs)}, and crs= says {_crs_name(parsed_crs)}"
        msg = f"{both}; leave crs= out, or mend the file"
        raise TableError(msg)
    if _is_china_2000(file_crs) and reference.shift != "wgs84":
        msg = f"{where} says that it is in CGCS2000, and datum= says {reference.datum!r}; leave datum= out"
        raise TableError(msg)
    crs = file_crs or parsed_crs
    _check_grid_of_datum(crs, reference, where)
    if crs is None and not in_degrees:
        msg = (
            f"{where}: the coordinates are no degrees; name their grid by crs= (e.g. 'EPSG:4526' for the 3-degree zone "
            "38 of CGCS2000), or give control_points=[((x, y), (lon, lat)), ((x, y), (lon, lat))] of a city's own grid"
        )
        raise TableError(msg)
    if crs is None and not may_be_lonlat and reference.shift == "wgs84":
        msg = f"{where} does not say its CRS; state it, e.g. crs='EPSG:4326' for longitude and latitude"
        raise TableError(msg)
    return None if crs is None or _crs_name(crs) in _EQUIVALENT else crs


def _check_grid_of_datum(crs: CRS | None, reference: CoordinateReference, where: str) -> None:
    """Raise a TableError for the datum of a web map in a grid of surveyors; web maps have a Mercator of their own."""
    if crs is not None and crs.is_projected and reference.shift != "wgs84" and _crs_name(crs) != _WEB_MERCATOR:
        msg = (
            f"{where} is in {_crs_name(crs)}, a grid of surveyors, and its datum is said to be {reference.shift!r}, "
            "that of a web map; leave datum= out if the grid is right, else export longitude and latitude"
        )
        raise TableError(msg)


def local_grid_transform(points: ControlPoints, where: str) -> Transform:
    """Return the function from coordinates of a local grid to longitude and latitude.

    It is a similarity transform (shift, rotation and scale) fixed by two control points.

    Parameters
    ----------
    points
        Two points, each as ((x, y), (longitude, latitude)).
    where
        The file, for messages.

    Raises
    ------
    TableError
        There are not two points, they are less than 100 m apart, or the scale is off by more than 1 %.
    """
    (first, second), (west, south) = _parse_control_points(points, where)
    plane = CRS.from_proj4(f"+proj=tmerc +lon_0={west} +lat_0={south} +k=1 +ellps=GRS80 +units=m")
    to_plane = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    ground_points = [complex(*to_plane.transform(*point[1])) for point in (first, second)]
    grid_points = [complex(*point[0]) for point in (first, second)]
    _check_control_points(grid_points, ground_points, where)
    turn_and_scale = (ground_points[1] - ground_points[0]) / (grid_points[1] - grid_points[0])

    def to_degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        moved = ground_points[0] + turn_and_scale * (x + 1j * y - grid_points[0])
        return back.transform(moved.real, moved.imag)

    return to_degrees


def _parse_control_points(
    points: ControlPoints, where: str
) -> tuple[list[tuple[tuple[float, float], tuple[float, float]]], tuple[float, float]]:
    try:
        pairs = [((float(x), float(y)), (float(lon), float(lat))) for (x, y), (lon, lat) in points]
        valid = len(pairs) == 2 and all(math.isfinite(n) for pair in pairs for point in pair for n in point)  # noqa: PLR2004
    except (TypeError, ValueError):
        valid, pairs = False, []
    if not valid or any(abs(lon) > 180 or abs(lat) > 90 for _, (lon, lat) in pairs):  # noqa: PLR2004
        msg = f"{where}: control_points = {points!r}; give two, each as ((x, y), (longitude, latitude))"
        raise TableError(msg)
    return pairs, pairs[0][1]


def _check_control_points(grid_points: Sequence[complex], ground_points: Sequence[complex], where: str) -> None:
    grid, ground = grid_points[1] - grid_points[0], ground_points[1] - ground_points[0]
    if min(abs(grid), abs(ground)) < _MIN_SEPARATION:
        msg = (
            f"{where}: the control points are {min(abs(grid), abs(ground)):.0f} m apart; take two at least 100 m apart"
        )
        raise TableError(msg)
    scale = abs(ground) / abs(grid)
    if abs(scale - 1.0) > _MAX_SCALE_ERROR:
        msg = (
            f"{where}: the control points are {abs(grid):,.0f} apart in the grid and {abs(ground):,.0f} m on the "
            "ground; these differ by more than 1 %, so one of them is wrong, or the grid is not in metres"
        )
        raise TableError(msg)
    rotation, rotation_if_swapped = (_angle_degrees(ground / side) for side in (grid, complex(grid.imag, grid.real)))
    if abs(rotation) > _MAX_ROTATION >= abs(rotation_if_swapped):
        msg = (
            f"{where}: by the control points the grid is turned by {rotation:.0f} degrees, and not if x and y are "
            "exchanged; in Chinese surveys X is north: exchange them, also in the table, by columns="
        )
        raise TableError(msg)


def _angle_degrees(vector: complex) -> float:
    return math.degrees(math.atan2(vector.imag, vector.real))
