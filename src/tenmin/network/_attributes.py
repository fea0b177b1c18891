"""Parsing of attribute texts in graph files: numbers, ids, bools, lists and lines, by OSMnx's attribute names."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

__all__ = ["crs_of", "labels_of", "value_of", "with_meanings"]

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*|\s*[+-]?(inf|nan)\s*", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_ITEM = r"(?:-?\d{1,30}(?:\.\d{1,30})?|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|True|False|None)"
_LIST = re.compile(rf"\[\s*(?:{_ITEM}\s*(?:,\s*{_ITEM}\s*)*)?\]", re.ASCII)
_BOOLS = {"true": True, "false": False, "1": True, "0": False}
_OLD_CRS = re.compile(r"init\W+epsg:(\d+)|^epsg:(\d+)$", re.IGNORECASE)
_LONGEST_LIST = 100_000


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        msg = "it must be a number"
        raise ValueError(msg)
    return float(text)


def _whole(text: str) -> int:
    number = _number(text)
    if not number.is_integer():
        msg = "it must be a whole number"
        raise ValueError(msg)
    return int(text) if _WHOLE.fullmatch(text.strip()) else int(number)


def _id(text: str) -> int | str:
    return int(text) if _WHOLE.fullmatch(text) else text


def _bool(text: str) -> bool | str:
    return _BOOLS.get(text.strip().lower(), text)


def _line(text: str) -> shapely.Geometry:
    try:
        line = shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        line = None
    if not isinstance(line, shapely.LineString) or line.is_empty:
        msg = "it must be a LINESTRING in well-known text"
        raise ValueError(msg)
    return line


_MEANINGS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        ("x", "y", "length", "seconds", "seconds_back", "elevation", "elevation_res", "grade", "grade_abs"), _number
    ),
    **dict.fromkeys(("bearing", "speed_kph", "travel_time", "slope_factor", "crossing_share"), _number),
    **dict.fromkeys(("street_count", "street"), _whole),
    **dict.fromkeys(("oneway", "reversed", "private", "simplified", "consolidated"), _bool),
    "osmid": _id,
    "geometry": _line,
}
_DECLARED: dict[str, Callable[[str], Any]] = {
    "int": _whole,
    "long": _whole,
    "float": _number,
    "double": _number,
    "boolean": _bool,
}


def value_of(name: str, text: str, declared: str = "string") -> Any:
    """Return the value of an attribute from its text.

    Parameters
    ----------
    name
        Name of the attribute; the types of OSMnx's attributes are known.
    text
        Its text; a list in Python's notation becomes a list.
    declared
        Type that a GraphML file declares for other attributes: int, long, float, double, boolean or string.

    Raises
    ------
    ValueError
        If the text is not valid for the type.
    """
    made = _MEANINGS.get(name) or _DECLARED.get(declared)
    parts = None if name == "geometry" else _parts(text)
    if parts is None:
        return text if made is None else made(text)
    return [part if made is None or part is None else made(str(part)) for part in parts]


def with_meanings(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return edges with values for the texts of known attributes, which readers that know no types leave as text.

    A text that is no value of its attribute stays what it is.

    Parameters
    ----------
    frame
        The edges, such as those of `osmnx.load_graphml`, or of a layer that OSMnx wrote.
    """
    known = [name for name in _MEANINGS if name != "geometry" and name in frame.columns]
    texts = [name for name in known if frame[name].dtype.kind not in "biuf"]
    return frame.assign(**{name: [_known_value(name, value) for value in frame[name].tolist()] for name in texts})


def _known_value(name: str, value: object) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return value_of(name, value)
    except ValueError:
        return value


def _parts(text: str) -> list[Any] | None:
    """The items of a flat list of numbers, texts and bools; None if the text is not one."""
    if not text.startswith("[") or len(text) > _LONGEST_LIST or not _LIST.fullmatch(text):
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None


def labels_of(texts: Sequence[str]) -> list[Any]:
    """Return node ids as integers if all of them are, else as text."""
    return [int(text) for text in texts] if all(_WHOLE.fullmatch(text) for text in texts) else list(texts)


def crs_of(text: object) -> CRS | None:
    """Return the CRS that a text names, including the notation of old OSMnx versions; None if there is none."""
    if not isinstance(text, str) or not text.strip():
        return None
    old = _OLD_CRS.search(text.strip())
    try:
        return CRS.from_epsg(int(old[1] or old[2])) if old else CRS.from_user_input(text.strip())
    except CRSError:
        return None
