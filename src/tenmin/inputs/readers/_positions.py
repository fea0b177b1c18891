"""Locate the rows of a table: points and polygons in longitude and latitude of WGS84, with errors found."""

from __future__ import annotations

import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import shapely
from pyproj import CRS, Transformer

from tenmin.inputs.readers._coordinate_reference import CoordinateReference, local_grid_transform, resolve_crs
from tenmin.inputs.readers._datum import Datum, is_near_border, is_shifted, to_wgs84
from tenmin.inputs.readers._headings import ColumnSpec, word_for
from tenmin.inputs.readers._raw_table import RawTable, Remark, format_rows
from tenmin.support.errors import TableError, TenminWarning

__all__ = ["POSITIONS", "locate", "position_columns", "settle_datum"]

POSITIONS = ("lon", "lat", "lonlat", "latlon", "wkt")
_POSITION_COLUMNS = (("wkt",), ("lon", "lat"), ("lonlat",), ("latlon",))
_NO_COORDINATES = frozenset({"", "-", "--", "—", "/", "无", "暂无", "不详", "未知"})
_PAIR = re.compile(r"[,;|\s、/]+")
_DEGREES = re.compile(r"^(?P<before>东经|北纬|[en])?(?P<number>[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)°?(?P<after>[en])?$")
_NAMED = re.compile(r"(经度|纬度|lon(?:gitude)?|lng|lat(?:itude)?)[:=]?\s*")
_NORTH = frozenset({"北纬", "n", "纬度", "lat", "latitude"})
_SEXAGESIMAL = re.compile(
    r"(?P<before>东经|北纬|西经|南纬|[news])?\s*(?P<degrees>\d{1,3})\s*[°度]\s*(?P<minutes>[0-5]?\d(?:\.\d+)?)\s*['’′分]\s*"
    r"(?:(?P<seconds>[0-5]?\d(?:\.\d+)?)\s*(?:′′|''|’’|\"|”|秒))?\s*(?P<after>[news](?![a-z]))?"
)
_CHINA_BOX = (73.4, 17.0, 135.2, 53.7)
_MARGIN = 3.0
_MAX_LON, _MAX_LAT = 180.0, 90.0
_WHOLE_WORLD = (-_MAX_LON, -_MAX_LAT, _MAX_LON, _MAX_LAT)
_NO_POSITION = "no position"
_PAIR_HEADINGS = {"lonlat": "经纬度", "latlon": "纬经度"}
"""Headings of both coordinates in one cell."""

Located = tuple[np.ndarray, list[Remark]]
Headings = Mapping[str, str]


def position_columns(table: RawTable, columns: Mapping[str, ColumnSpec]) -> frozenset[str]:
    """Return what gives the positions: the first of geometry, wkt, lon and lat, lonlat, latlon that is there.

    Of several columns one that names its datum goes first, WGS84 before others.

    Parameters
    ----------
    table
        The table.
    columns
        Its known columns, by heading.
    """
    ranks = {column.holds: column.rank for column in columns.values()}
    if table.geometry is not None:
        return frozenset({"geometry"})
    given = [one for one in _POSITION_COLUMNS if ranks.keys() >= set(one)]
    return frozenset(min(given, key=lambda one: max(ranks[holds] for holds in one), default=()))


def settle_datum(
    table: RawTable, columns: Mapping[str, ColumnSpec], reference: CoordinateReference
) -> CoordinateReference:
    """Return the reference with the datum that the headings of the positions, or a column 坐标系, name.

    Parameters
    ----------
    table
        The table.
    columns
        Its known columns, by heading.
    reference
        What the user gives.

    Raises
    ------
    TableError
        The table names several datums, an unknown one, or another than the user.
    """
    used = position_columns(table, columns)
    named = {heading: one.datum for heading, one in columns.items() if one.holds in used and one.datum is not None}
    named |= _datum_of_column(table, columns, used)
    datums = list(dict.fromkeys(named.values()))
    if len(datums) > 1:
        first, other = (next(heading for heading, datum in named.items() if datum == one) for one in datums[:2])
        msg = f"{table.path}: {first!r} says {datums[0]!r}, and {other!r} says {datums[1]!r}; give the table one datum"
        raise TableError(msg)
    if not datums:
        return reference
    heading = next(iter(named))
    if reference.datum not in {None, datums[0]}:
        msg = (
            f"{table.path}: {heading} says {datums[0]!r}, and datum= says {reference.datum!r}; give datum={datums[0]!r}"
        )
        raise TableError(msg)
    return replace(reference, datum=datums[0])


def locate(table: RawTable, columns: Mapping[str, ColumnSpec], reference: CoordinateReference) -> Located:
    """Return the geometry of each row in longitude and latitude of WGS84 (None without a position), and remarks.

    Parameters
    ----------
    table
        The table.
    columns
        Its known columns, by heading.
    reference
        What the coordinates refer to.

    Raises
    ------
    TableError
        Longitude and latitude are swapped, datums are mixed, or the CRS is unknown.
    """
    where = str(table.path)
    used = position_columns(table, columns)
    headings = {column.holds: heading for heading, column in columns.items() if column.holds in used or not used}
    if not used:
        _check_both_coordinates(where, headings)
        return np.full(len(table.rows), None, object), []
    shapes, remarks, field = _read_shapes(table, headings)
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes[~present] = None
    rows_with_errors = {one.row for one in remarks}
    remarks += [
        Remark(int(row), field, "", _NO_POSITION) for row in table.rows[~present] if int(row) not in rows_with_errors
    ]
    shapes, more = _to_degrees(table, shapes, reference, field, _swap_hint(field, headings))
    remarks += more
    shapes, repaired = _make_valid(table, shapes, field)
    return shapes, [*remarks, *repaired]


def _check_both_coordinates(where: str, headings: Headings) -> None:
    half = next((holds for holds in ("lon", "lat") if holds in headings), None)
    if half is not None:
        other = "lat" if half == "lon" else "lon"
        msg = (
            f"{where} has {headings[half]!r} and not the other coordinate; name its column: columns={{...: {other!r}}}"
        )
        raise TableError(msg)


def _read_shapes(table: RawTable, headings: Headings) -> tuple[np.ndarray, list[Remark], str]:
    """Return the shapes as the file gives them, remarks on unreadable ones, and the field that holds them."""
    if table.geometry is not None:
        return _drop_non_finite(table, table.geometry.copy())
    if "wkt" in headings:
        shapes, remarks, field = _parse_cells(table, headings["wkt"], _parse_wkt)
        clean, more, _ = _drop_non_finite(table, shapes)
        return clean, [*remarks, *more], field
    if {"lon", "lat"} <= headings.keys():
        cells = [
            f"{x or ''},{y or ''}"
            for x, y in zip(*(table.columns[headings[key]] for key in ("lon", "lat")), strict=True)
        ]
        field = f"{headings['lon']}, {headings['lat']}"
        return _parse_cells(table, field, _parse_pair, [None if cell == "," else cell for cell in cells])
    if "lonlat" in headings:
        return _parse_cells(table, headings["lonlat"], _parse_pair)
    return _parse_cells(table, headings["latlon"], lambda text: _parse_pair(text, lat_first=True))


def _drop_non_finite(table: RawTable, shapes: np.ndarray) -> tuple[np.ndarray, list[Remark], str]:
    bounds = shapely.bounds(shapes)
    wrong = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) & ~np.isfinite(bounds).all(axis=1)
    shapes[wrong] = None
    remarks = [
        Remark(int(row), "geometry", "", "has coordinates that are not finite", is_error=True)
        for row in table.rows[wrong]
    ]
    return shapes, remarks, "geometry"


def _parse_cells(
    table: RawTable, field: str, parse: Callable[[str], object], cells: Sequence[str | None] | None = None
) -> tuple[np.ndarray, list[Remark], str]:
    shapes = np.full(len(table.rows), None, object)
    remarks = []
    for row, cell in enumerate(table.columns[field] if cells is None else cells):
        try:
            shapes[row] = None if cell is None else parse(cell)
        except (ValueError, shapely.errors.ShapelyError) as error:
            reason = str(error) if isinstance(error, ValueError) else "is no outline in WKT"
            remarks.append(Remark(int(table.rows[row]), field, cell or "", reason, is_error=True))
    return shapes, remarks, field


def _parse_wkt(text: str) -> object:
    return shapely.force_2d(shapely.from_wkt(text))


def _parse_pair(text: str, *, lat_first: bool = False) -> object:
    """Return the point in a text such as "113.3,23.1", or None if the text stands for no position.

    What says that it is north or a latitude is one, wherever it stands.

    >>> print(_parse_pair("113.3；23.1"), _parse_pair("－"), _parse_pair("23.1 113.3", lat_first=True))
    POINT (113.3 23.1) None POINT (113.3 23.1)
    >>> print(_parse_pair("北纬23.1，东经113.3"), _parse_pair("纬度:23.1,经度:113.3"))
    POINT (113.3 23.1) POINT (113.3 23.1)
    """
    plain = unicodedata.normalize("NFKC", text).strip("()[] ").casefold()
    normalised = _without_names(_decimal_degrees(plain)).strip()
    parts = [
        part.strip() for part in (normalised.split(",") if normalised.count(",") == 1 else _PAIR.split(normalised))
    ]
    if all(part in _NO_COORDINATES for part in parts):
        return None
    numbers = [_DEGREES.match(part) for part in parts]
    if len(parts) != 2:  # noqa: PLR2004
        msg = "is not one pair of coordinates, such as 113.3,23.1"
        raise ValueError(msg)
    if not (numbers[0] and numbers[1]):
        msg = "is no pair of finite decimal numbers, such as 113.3 and 23.1"
        raise ValueError(msg)
    x, y = float(numbers[0]["number"]), float(numbers[1]["number"])
    if {numbers[0]["before"], numbers[0]["after"]} & _NORTH:
        lat_first = True
    elif {numbers[1]["before"], numbers[1]["after"]} & _NORTH:
        lat_first = False
    if x == y == 0.0 or not (math.isfinite(x) and math.isfinite(y)):
        msg = "is 0, 0, which is no place; leave the cells empty" if x == 0.0 else "is not finite"
        raise ValueError(msg)
    return shapely.Point(y, x) if lat_first else shapely.Point(x, y)


def _without_names(text: str) -> str:
    """Return a text in which 纬度 and the like are a letter of direction."""
    return _NAMED.sub(lambda found: "n" if found[1] in _NORTH else "e", text)


def _decimal_degrees(text: str) -> str:
    """Return a text in which degrees, minutes and seconds are decimal degrees.

    >>> _decimal_degrees("113°19′30′′e, 北纬23度6分")
    ' e113.325 ,  n23.1 '
    """

    def decimal(found: re.Match[str]) -> str:
        degrees = int(found["degrees"]) + float(found["minutes"]) / 60 + float(found["seconds"] or 0) / 3600
        sides = {found["before"], found["after"]}
        direction = "n" if sides & {"n", "s", "北纬", "南纬"} else "e" if sides != {None} else ""
        return f" {direction}{-degrees if sides & {'s', 'w', '南纬', '西经'} else degrees:.12g} "

    return _SEXAGESIMAL.sub(decimal, text)


def _datum_of_column(
    table: RawTable, columns: Mapping[str, ColumnSpec], used: frozenset[str]
) -> dict[str, Datum | None]:
    """Return the datum that the column 坐标系 gives all rows with a position, by its heading, if it gives one."""
    heading = next((heading for heading, column in columns.items() if column.holds == "datum"), None)
    if heading is None:
        return {}
    where, present = table.path, _has_position(table, columns, used)
    cells = [cell or "" for cell, here in zip(table.columns[heading], present, strict=True) if here]
    datums = {cell: word_for("datum", cell) if cell else "" for cell in cells}
    unknown = [cell for cell, datum in datums.items() if datum is None]
    if unknown:
        rows = format_rows(
            [int(row) for row, cell in zip(table.rows[present], cells, strict=True) if cell == unknown[0]]
        )
        msg = (
            f"{where}: {heading} of {rows} is {unknown[0]!r}, which is not wgs84, cgcs2000, gcj02 or bd09; convert the "
            "coordinates first, or name their CRS by crs= and take the column out"
        )
        raise TableError(msg)
    if len(set(datums.values())) > 1:
        both = " and ".join(repr(cell or "nothing") for cell in dict.fromkeys(cells))
        msg = f"{where}: {heading} mixes {both}; split the table by datum, read each with its datum=, and combine them"
        raise TableError(msg)
    datum = next(iter(datums.values()), "")
    return {heading: cast("Datum", datum)} if datum else {}


def _has_position(table: RawTable, columns: Mapping[str, ColumnSpec], used: frozenset[str]) -> np.ndarray:
    """Return which rows have a geometry, or anything in their cells of positions."""
    if table.geometry is not None:
        return ~(shapely.is_missing(table.geometry) | shapely.is_empty(table.geometry))
    cells = [table.columns[heading] for heading, column in columns.items() if column.holds in used]
    return np.array(
        [any((cell or "") not in _NO_COORDINATES for cell in row) for row in zip(*cells, strict=True)], bool
    )


def _to_degrees(
    table: RawTable, shapes: np.ndarray, reference: CoordinateReference, field: str, swap_hint: str
) -> Located:
    """Return the shapes in longitude and latitude of WGS84, with remarks on impossible ones.

    `swap_hint` says, in messages, how to swap the two.
    """
    farthest = np.abs(shapely.bounds(shapes)[~shapely.is_missing(shapes)]).max(axis=1, initial=0.0)
    in_degrees = 2 * int((farthest <= _MAX_LON).sum()) >= len(farthest)
    file_crs = table.crs if table.geometry is not None else None
    where, may_be_lonlat = str(table.path), table.geometry is None
    if reference.control_points is not None:
        if file_crs is not None and not file_crs.is_geographic:
            msg = f"{where} says that it is in {file_crs.name}; leave control_points= out"
            raise TableError(msg)
        shapes = _transform(shapes, local_grid_transform(reference.control_points, where))
    else:
        crs = resolve_crs(reference, file_crs, in_degrees=in_degrees, may_be_lonlat=may_be_lonlat, where=where)
        shapes = shapes if crs is None else _project(shapes, crs, where, swap_hint)
    remarks = _check_degrees(table, shapes, field, swap_hint)
    shapes[np.isin(table.rows, [one.row for one in remarks])] = None
    if reference.shift != "wgs84":
        remarks += _doubtful_shifts(table, shapes, reference.shift, field)
        shapes = _transform(shapes, lambda x, y: to_wgs84(x, y, reference.shift))
    return shapes, remarks


def _doubtful_shifts(table: RawTable, shapes: np.ndarray, datum: str, field: str) -> list[Remark]:
    """Return a remark on each shape that is not shifted, or may not be; warn of them."""
    bounds = shapely.bounds(shapes)
    centre = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    present = ~shapely.is_missing(shapes)
    remarks: list[Remark] = []
    for where, reason in (
        (present & ~is_shifted(*centre), f"outside of where map services shift to {datum}; kept as WGS84"),
        (present & is_near_border(*centre), f"within 20 km of where map services cease to shift; read as {datum}"),
    ):
        rows = table.rows[where].tolist()
        remarks += [Remark(row, field, "", reason) for row in rows]
        if rows:
            msg = f"{table.path}: {len(rows)} of {int(present.sum())} positions ({format_rows(rows)}) are {reason}"
            warnings.warn(msg, TenminWarning, stacklevel=6)
    return remarks


def _transform(
    shapes: np.ndarray, to_degrees: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    def transform_pairs(coordinates: np.ndarray) -> np.ndarray:
        return np.column_stack(to_degrees(coordinates[:, 0], coordinates[:, 1])) if len(coordinates) else coordinates

    return np.asarray(shapely.transform(shapes, transform_pairs), object)


def _project(shapes: np.ndarray, crs: CRS, where: str, swap_hint: str) -> np.ndarray:
    _check_unit(shapes, crs, where)
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform
    transformed = _transform(shapes, to_degrees)
    if crs.area_of_use is None or _mostly_within(transformed, crs.area_of_use.bounds):
        return transformed
    swapped = _mostly_within(_transform(shapes, lambda x, y: to_degrees(y, x)), crs.area_of_use.bounds)
    if swapped:
        msg = (
            f"{where}: x and y are exchanged: in {crs.name} the points lie outside of {crs.area_of_use.name}, and "
            f"inside with y before x (in Chinese surveys X is north); {swap_hint}"
        )
    else:
        msg = (
            f"{where}: in {crs.name} the points lie outside of its area ({crs.area_of_use.name}); check the zone of "
            "crs=, and whether x begins with the number of the zone"
        )
    raise TableError(msg)


def _check_unit(shapes: np.ndarray, crs: CRS, where: str) -> None:
    """Raise a TableError for a CRS without a place on the map, and for degrees in a projected one."""
    if not (crs.is_geographic or crs.is_projected):
        msg = f"{where} is in {crs.name}, a {crs.type_name} without a place on the map; export it in EPSG:4326"
        raise TableError(msg)
    present = shapes[~shapely.is_missing(shapes)]
    if crs.is_projected and len(present) and _in_box(shapely.bounds(present), _WHOLE_WORLD).all():
        x, y = shapely.bounds(present[0])[:2].tolist()
        msg = (
            f"{where}: the coordinates, such as {x:g}, {y:g}, are longitudes and latitudes, and {crs.name} is in metres"
            "; state the CRS of the file, or leave crs= out"
        )
        raise TableError(msg)


def _mostly_within(shapes: np.ndarray, box: Sequence[float]) -> bool:
    """Return whether at least half of the shapes lie in a box, or within 3 degrees of it."""
    bounds = shapely.bounds(shapes)[~shapely.is_missing(shapes)]
    west, south, east, north = box
    if west > east:
        west, east = -_MAX_LON, _MAX_LON
    inside = (bounds[:, 0] >= west - _MARGIN) & (bounds[:, 2] <= east + _MARGIN)
    inside &= (bounds[:, 1] >= south - _MARGIN) & (bounds[:, 3] <= north + _MARGIN)
    return 2 * int(inside.sum()) >= len(bounds)


def _check_degrees(table: RawTable, shapes: np.ndarray, field: str, swap_hint: str) -> list[Remark]:
    """Return remarks on impossible coordinates; raise a TableError if longitude and latitude are swapped."""
    bounds = shapely.bounds(shapes)
    present = ~shapely.is_missing(shapes)
    inside = _in_box(bounds, _WHOLE_WORLD)
    swapped = bounds[:, [1, 0, 3, 2]]
    swappable = present & ~inside & _in_box(swapped, _WHOLE_WORLD)
    swapped_china = _in_box(swapped, _CHINA_BOX) & ~_in_box(bounds, _CHINA_BOX)
    if present.any() and (2 * swappable.sum() > present.sum() or swapped_china[present].all()):
        row = int(np.argmax(swappable if swappable.any() else present & swapped_china))
        x, y = bounds[row, :2].tolist()
        msg = (
            f"{table.path}: longitude and latitude are exchanged: row {table.rows[row]} has longitude {x:g} and "
            f"latitude {y:g}; {swap_hint}"
        )
        raise TableError(msg)
    return [
        Remark(int(row), field, f"{x:g}, {y:g}", "is no longitude and latitude in degrees", is_error=True)
        for row, (x, y) in zip(table.rows[present & ~inside], bounds[present & ~inside, :2].tolist(), strict=True)
    ]


def _in_box(bounds: np.ndarray, box: Sequence[float]) -> np.ndarray:
    west, south, east, north = box
    return (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)


def _swap_hint(field: str, headings: Headings) -> str:
    """Return how to swap longitude and latitude, for messages."""
    if field in {"geometry", headings.get("wkt")}:
        return "exchange them in QGIS or ArcGIS, and save the file again"
    if field in headings.values():
        now, other = ("latlon", "lonlat") if field == headings.get("latlon") else ("lonlat", "latlon")
        renamed = field.replace(_PAIR_HEADINGS[now], _PAIR_HEADINGS[other])
        other_heading = renamed if renamed != field else _PAIR_HEADINGS[other]
        return f"rename the heading {field!r} to {other_heading!r}, or say so by columns={{{field!r}: {other!r}}}"
    lon, lat = headings["lon"], headings["lat"]
    return f"exchange the headings {lon!r} and {lat!r}, or say so by columns={{{lon!r}: 'lat', {lat!r}: 'lon'}}"


def _make_valid(table: RawTable, shapes: np.ndarray, field: str) -> Located:
    wrong = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    fixed = shapes.copy()
    fixed[wrong] = shapely.make_valid(shapes[wrong])
    reasons = shapely.is_valid_reason(shapes[wrong])
    return fixed, [
        Remark(int(row), field, str(reason), "the outline crosses itself and was repaired")
        for row, reason in zip(table.rows[wrong], reasons, strict=True)
    ]
