"""Where the rows of a table are: points and outlines in longitude and latitude of WGS84, and their faults."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import shapely
from pyproj import CRS, Transformer

from tenmin.inputs.readers._coordinate_reference import Reference, in_degrees, local_grid
from tenmin.inputs.readers._datum import is_shifted, to_wgs84
from tenmin.inputs.readers._headings import Column, word_for
from tenmin.inputs.readers._raw_table import Remark, Sheet, shown_rows
from tenmin.support.errors import TableError

__all__ = ["POSITIONS", "locate", "told_by"]

POSITIONS = ("lon", "lat", "lonlat", "latlon", "wkt")
_WAYS = (("wkt",), ("lon", "lat"), ("lonlat",), ("latlon",))
_NOTHING = frozenset({"", "-", "--", "—", "/", "无", "暂无", "不详", "未知"})
_PAIR = re.compile(r"[,;|\s、]+")
_DEGREES = re.compile(r"^(?:东经|北纬|[en])?([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)°?[en]?$")
_MAINLAND = (73.4, 17.0, 135.2, 53.7)
_PAST_EDGE = 3.0
_WHOLE_TURN, _POLE = 180.0, 90.0
_NO_POSITION = "no position"

Located = tuple[np.ndarray, list[Remark]]
Headings = Mapping[str, str]


def told_by(sheet: Sheet, columns: Mapping[str, Column]) -> frozenset[str]:
    """Return what says where the rows are: geometry, wkt, lon and lat, lonlat or latlon, in this order, or nothing."""
    held = {column.holds for column in columns.values()}
    if sheet.geometry is not None:
        return frozenset({"geometry"})
    return next((frozenset(one) for one in _WAYS if held >= set(one)), frozenset())


def locate(sheet: Sheet, columns: Mapping[str, Column], reference: Reference) -> Located:
    """Return the geometry of every row in longitude and latitude of WGS84, None where it has no position.

    Raises
    ------
    TableError
        Longitude and latitude are exchanged, two datums are mixed, or nobody knows what the coordinates refer to.
    """
    where = str(sheet.path)
    headings = {column.holds: heading for heading, column in columns.items()}
    if not told_by(sheet, columns):
        _refuse_half(where, headings)
        return np.full(len(sheet.rows), None, object), []
    shapes, remarks, field = _raw(sheet, headings)
    given = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes[~given] = None
    faulty = {one.row for one in remarks}
    remarks += [Remark(int(row), field, "", _NO_POSITION) for row in sheet.rows[~given] if int(row) not in faulty]
    _check_datum_column(sheet, headings, reference, given)
    place, more = _to_degrees(sheet, shapes, reference, field, _exchange(field, headings))
    remarks += more
    shapes, repaired = _repaired(sheet, place, field)
    return shapes, [*remarks, *repaired]


def _refuse_half(where: str, headings: Headings) -> None:
    half = next((holds for holds in ("lon", "lat") if holds in headings), None)
    if half is not None:
        other = "lat" if half == "lon" else "lon"
        msg = (
            f"{where} has {headings[half]!r} and not the other coordinate; name its column: columns={{...: {other!r}}}"
        )
        raise TableError(msg)


def _raw(sheet: Sheet, headings: Headings) -> tuple[np.ndarray, list[Remark], str]:
    """Return the shapes as the file gives them, remarks on those that cannot be read, and where they stood."""
    if sheet.geometry is not None:
        return _finite(sheet, sheet.geometry.copy())
    if "wkt" in headings:
        shapes, remarks, field = _parsed(sheet, headings["wkt"], _from_wkt)
        clean, more, _ = _finite(sheet, shapes)
        return clean, [*remarks, *more], field
    if {"lon", "lat"} <= headings.keys():
        cells = [
            f"{x or ''},{y or ''}"
            for x, y in zip(*(sheet.columns[headings[key]] for key in ("lon", "lat")), strict=True)
        ]
        field = f"{headings['lon']}, {headings['lat']}"
        return _parsed(sheet, field, _from_pair, [None if cell == "," else cell for cell in cells])
    if "lonlat" in headings:
        return _parsed(sheet, headings["lonlat"], _from_pair)
    return _parsed(sheet, headings["latlon"], lambda text: _from_pair(text, turned=True))


def _finite(sheet: Sheet, shapes: np.ndarray) -> tuple[np.ndarray, list[Remark], str]:
    bounds = shapely.bounds(shapes)
    wrong = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) & ~np.isfinite(bounds).all(axis=1)
    shapes[wrong] = None
    remarks = [
        Remark(int(row), "geometry", "", "has coordinates that are not finite", fault=True) for row in sheet.rows[wrong]
    ]
    return shapes, remarks, "geometry"


def _parsed(
    sheet: Sheet, field: str, parse: Callable[[str], object], cells: Sequence[str | None] | None = None
) -> tuple[np.ndarray, list[Remark], str]:
    shapes = np.full(len(sheet.rows), None, object)
    remarks = []
    for place, cell in enumerate(sheet.columns[field] if cells is None else cells):
        try:
            shapes[place] = None if cell is None else parse(cell)
        except (ValueError, shapely.errors.ShapelyError) as error:
            reason = str(error) if isinstance(error, ValueError) else "is no outline in WKT"
            remarks.append(Remark(int(sheet.rows[place]), field, cell or "", reason, fault=True))
    return shapes, remarks, field


def _from_wkt(text: str) -> object:
    return shapely.force_2d(shapely.from_wkt(text))


def _from_pair(text: str, *, turned: bool = False) -> object:
    """Return the point of a text such as "113.3,23.1", None if it says that there is none.

    >>> print(_from_pair("113.3；23.1"), _from_pair("－"), _from_pair("23.1 113.3", turned=True))
    POINT (113.3 23.1) None POINT (113.3 23.1)
    """
    plain = unicodedata.normalize("NFKC", text).strip("()[] ").casefold()
    parts = [part.strip() for part in (plain.split(",") if plain.count(",") == 1 else _PAIR.split(plain))]
    if all(part in _NOTHING for part in parts):
        return None
    numbers = [_DEGREES.match(part) for part in parts]
    if len(parts) != 2:  # noqa: PLR2004
        msg = "is not one pair of coordinates, such as 113.3,23.1"
        raise ValueError(msg)
    if not (numbers[0] and numbers[1]):
        msg = "is no pair of finite decimal numbers, such as 113.3 and 23.1"
        raise ValueError(msg)
    x, y = float(numbers[0][1]), float(numbers[1][1])
    if x == y == 0.0 or not (math.isfinite(x) and math.isfinite(y)):
        msg = "is 0, 0, which is no place; leave the cells empty" if x == 0.0 else "is not finite"
        raise ValueError(msg)
    return shapely.Point(y, x) if turned else shapely.Point(x, y)


def _check_datum_column(sheet: Sheet, headings: Headings, reference: Reference, given: np.ndarray) -> None:
    if "datum" not in headings:
        return
    heading, where = headings["datum"], sheet.path
    cells = [cell or "" for cell, here in zip(sheet.columns[heading], given, strict=True) if here]
    told = {cell: word_for("datum", cell) if cell else "" for cell in cells}
    strange = [cell for cell, datum in told.items() if datum is None]
    if strange:
        rows = shown_rows([int(row) for row, cell in zip(sheet.rows[given], cells, strict=True) if cell == strange[0]])
        msg = (
            f"{where}: {heading} of {rows} is {strange[0]!r}, which is not wgs84, cgcs2000, gcj02 or bd09; convert the "
            "coordinates first, or name their CRS by crs= and take the column out"
        )
        raise TableError(msg)
    if len(set(told.values())) > 1:
        both = " and ".join(repr(cell or "nothing") for cell in dict.fromkeys(cells))
        msg = f"{where}: {heading} mixes {both}; split the table by datum, read each with its datum=, and combine them"
        raise TableError(msg)
    datum = next(iter(told.values()), "")
    if datum and datum != reference.datum:
        msg = f"{where}: {heading} says {cells[0]!r}, and datum= says {reference.datum!r}; give datum={datum!r}"
        raise TableError(msg)


def _to_degrees(sheet: Sheet, shapes: np.ndarray, reference: Reference, field: str, mend: str) -> Located:
    """Return the shapes in longitude and latitude of WGS84, with remarks on those that lie nowhere.

    `mend` says how to exchange the two.
    """
    farthest = np.abs(shapely.bounds(shapes)[~shapely.is_missing(shapes)]).max(axis=1, initial=0.0)
    degrees = 2 * int((farthest <= _WHOLE_TURN).sum()) >= len(farthest)
    own = sheet.crs if sheet.geometry is not None else None
    where, bare = str(sheet.path), sheet.geometry is None
    if reference.control_points is not None:
        if own is not None and not own.is_geographic:
            msg = f"{where} says that it is in {own.name}; leave control_points= out"
            raise TableError(msg)
        shapes = _moved(shapes, local_grid(reference.control_points, where))
    else:
        crs = in_degrees(reference, own, degrees=degrees, bare=bare, where=where)
        shapes = shapes if crs is None else _from_crs(shapes, crs, where)
    remarks = _check_degrees(sheet, shapes, field, mend)
    shapes[np.isin(sheet.rows, [one.row for one in remarks])] = None
    if reference.datum != "wgs84":
        outside = _outside(shapes)
        reason = f"outside of China, where {reference.datum} is not used; kept as WGS84"
        remarks += [Remark(int(row), field, "", reason) for row in sheet.rows[outside]]
        shapes = _moved(shapes, lambda x, y: to_wgs84(x, y, reference.datum))
    return shapes, remarks


def _outside(shapes: np.ndarray) -> np.ndarray:
    """Return where a shape is not in the box within which Chinese map services shift."""
    bounds = shapely.bounds(shapes)
    return ~shapely.is_missing(shapes) & ~is_shifted(
        (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    )


def _moved(shapes: np.ndarray, turn: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    def both(coordinates: np.ndarray) -> np.ndarray:
        return np.column_stack(turn(coordinates[:, 0], coordinates[:, 1])) if len(coordinates) else coordinates

    return np.asarray(shapely.transform(shapes, both), object)


def _from_crs(shapes: np.ndarray, crs: CRS, where: str) -> np.ndarray:
    turn = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform
    placed = _moved(shapes, turn)
    if crs.area_of_use is None or _within(placed, crs.area_of_use.bounds):
        return placed
    crossed = _within(_moved(shapes, lambda x, y: turn(y, x)), crs.area_of_use.bounds)
    if crossed:
        msg = (
            f"{where}: x and y are exchanged: in {crs.name} the points lie outside of {crs.area_of_use.name}, and "
            "inside with y before x (in Chinese surveys X is north); say so by columns={'X': 'lat', 'Y': 'lon'}"
        )
    else:
        msg = (
            f"{where}: in {crs.name} the points lie outside of its area ({crs.area_of_use.name}); check the zone of "
            "crs=, and whether x begins with the number of the zone"
        )
    raise TableError(msg)


def _within(shapes: np.ndarray, box: Sequence[float]) -> bool:
    """Whether at least half of the shapes lie in a box, or close to it."""
    bounds = shapely.bounds(shapes)[~shapely.is_missing(shapes)]
    west, south, east, north = box
    if west > east:
        west, east = -_WHOLE_TURN, _WHOLE_TURN
    fine = (bounds[:, 0] >= west - _PAST_EDGE) & (bounds[:, 2] <= east + _PAST_EDGE)
    fine &= (bounds[:, 1] >= south - _PAST_EDGE) & (bounds[:, 3] <= north + _PAST_EDGE)
    return 2 * int(fine.sum()) >= len(bounds)


def _check_degrees(sheet: Sheet, shapes: np.ndarray, field: str, mend: str) -> list[Remark]:
    """Return remarks on what is nowhere on earth; refuse a table whose longitudes and latitudes are exchanged."""
    bounds = shapely.bounds(shapes)
    given = ~shapely.is_missing(shapes)
    fine = _in_box(bounds, (-_WHOLE_TURN, -_POLE, _WHOLE_TURN, _POLE))
    crossed = bounds[:, [1, 0, 3, 2]]
    could = given & ~fine & _in_box(crossed, (-_WHOLE_TURN, -_POLE, _WHOLE_TURN, _POLE))
    chinese = _in_box(crossed, _MAINLAND) & ~_in_box(bounds, _MAINLAND)
    if given.any() and (2 * could.sum() > given.sum() or chinese[given].all()):
        place = int(np.argmax(could if could.any() else given & chinese))
        x, y = bounds[place, :2].tolist()
        msg = (
            f"{sheet.path}: longitude and latitude are exchanged: row {sheet.rows[place]} has longitude {x:g} and "
            f"latitude {y:g}; {mend}"
        )
        raise TableError(msg)
    return [
        Remark(int(row), field, f"{x:g}, {y:g}", "is no longitude and latitude in degrees", fault=True)
        for row, (x, y) in zip(sheet.rows[given & ~fine], bounds[given & ~fine, :2].tolist(), strict=True)
    ]


def _in_box(bounds: np.ndarray, box: Sequence[float]) -> np.ndarray:
    west, south, east, north = box
    return (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)


def _exchange(field: str, headings: Headings) -> str:
    """Return how to say that longitude and latitude are exchanged."""
    if field in {"geometry", headings.get("wkt")}:
        return "exchange them in QGIS or ArcGIS, and save the file again"
    if field in headings.values():
        return f"say so by columns={{{field!r}: {'lonlat' if field == headings.get('latlon') else 'latlon'!r}}}"
    return f"say so by columns={{{headings['lon']!r}: 'lat', {headings['lat']!r}: 'lon'}}"


def _repaired(sheet: Sheet, shapes: np.ndarray, field: str) -> Located:
    wrong = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    fixed = shapes.copy()
    fixed[wrong] = shapely.make_valid(shapes[wrong])
    reasons = shapely.is_valid_reason(shapes[wrong])
    return fixed, [
        Remark(int(row), field, str(reason), "the outline crosses itself and was repaired")
        for row, reason in zip(sheet.rows[wrong], reasons, strict=True)
    ]
