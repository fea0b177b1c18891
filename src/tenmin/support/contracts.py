"""Contracts of the input tables: checks of facilities, places and other GeoDataFrames, and their CRS in metres."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from tenmin.support.errors import TableError

__all__ = [
    "FARTHEST",
    "MAX_PLACE_M2",
    "STATES",
    "WORLD",
    "Direction",
    "Metric",
    "check_direction",
    "check_facilities",
    "check_frame",
    "check_groups",
    "check_places",
    "in_crs",
    "in_metres",
    "in_use",
    "larger_groups",
    "list_remarks",
    "numbers_of",
    "people_of",
    "population_groups",
    "separate_positions",
    "too_many_ages",
]

Direction = Literal["to", "from"]
"""Whether people walk to the facility or from it."""
Metric = Literal["walk", "straight"]
"""Whether distance is measured along the streets or in a straight line."""
MAX_PLACE_M2 = 20_000.0
"""Largest polygon that is one place: a single entrance would serve all people of a larger one."""
STATES = ("in_use", "vacant", "converted", "planned")
FIRST_IRREGULAR, LAST_IRREGULAR, FIRST_POLAR, LAST_POLAR = 56.0, 42.0, 84.0, -80.0
"""Degrees: from this latitude and up to this longitude UTM zones are irregular (Norway, Svalbard); UTM ends there."""
_SEVERAL = (int(shapely.GeometryType.MULTIPOINT), int(shapely.GeometryType.GEOMETRYCOLLECTION))
WORLD = np.array([180.0, 90.0])
"""Largest longitude and latitude, in degrees."""
BEYOND = 500_000.0
"""Metres by which coordinates may lie outside of the area of use of their CRS: a scale wrong by less than a percent."""
_YOUNG, _OLD = ("people_0_2", "people_3_5", "people_6_11"), ("people_60_plus", "people_65_plus")
"""Groups of which nobody is in two, and those of which the first has the second in it."""
_ROUNDING = 1e-9
"""Part of the people of a row by which a group may be larger through rounding."""
FARTHEST = 1e7
"""Metres, a quarter of the globe: nothing is farther from what it is measured to."""


def list_remarks(table: pd.DataFrame) -> pd.DataFrame:
    """Return the remarks on a table that was read or combined: one row for each thing left out or noted.

    `used` is False for rows that were left out. After reading, the columns are row, id, field, value, reason, used;
    after `combine_facilities` they are id, table, category, name, kept, metres, reason, used. For a table from
    elsewhere the result is empty, without columns.
    """
    return pd.DataFrame(json.loads(table.attrs.get("listed", "{}")))


def _join_labels(labels: Sequence[object], most: int = 5) -> str:
    shown = ", ".join(repr(label) for label in list(labels)[:most])
    return shown if len(labels) <= most else f"{shown} and {len(labels) - most} more"


def check_frame(frame: object, what: str, *, unique: bool = True, beyond: float = BEYOND) -> gpd.GeoDataFrame:
    """Return the frame if it is a GeoDataFrame with a CRS, unique labels and valid coordinates.

    Parameters
    ----------
    frame
        The table.
    what
        Its name in messages, e.g. "facilities".
    unique
        Whether the index must be unique.
    beyond
        Metres by which coordinates may lie outside of the area of use of a projected CRS.

    Raises
    ------
    TableError
        A check fails; the message names the rows, their values and how to fix them.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = f"{what} must be a GeoDataFrame, but is a {type(frame).__name__}"
        raise TableError(msg)
    crs = frame.crs
    if crs is None:
        msg = f"{what} has no CRS; state it, e.g. {what}.set_crs('EPSG:4326') for longitude and latitude"
        raise TableError(msg)
    if not frame.columns.is_unique:
        repeated = frame.columns[frame.columns.duplicated()].unique()
        msg = (
            f"{what} has the columns {_join_labels(list(repeated))} more than once; rename or drop all but one of each"
        )
        raise TableError(msg)
    if unique and not frame.index.is_unique:
        duplicates = frame.index[frame.index.duplicated()].unique()
        msg = f"{what} has the ids {_join_labels(list(duplicates))} more than once; make its index unique"
        raise TableError(msg)
    _check_coordinates(frame, crs, what, beyond)
    return frame


def _extent_of(crs: CRS, what: str, beyond: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and the highest x and y that a CRS can have, and metres beyond them.

    Raises
    ------
    TableError
        The CRS is neither geographic nor projected: geocentric, vertical or of an engineering site.
    """
    if not (crs.is_geographic or crs.is_projected):
        msg = (
            f"{what} is in {crs.name}, a {crs.type_name} without a place on the map; "
            f"give longitude and latitude or a projected CRS, e.g. {what}.to_crs('EPSG:4326')"
        )
        raise TableError(msg)
    if crs.is_geographic:
        return -WORLD, WORLD
    low, high = _projected_extent(crs.srs)
    margin = beyond / crs.axis_info[0].unit_conversion_factor
    return low - margin, high + margin


@lru_cache(maxsize=64)
def _projected_extent(srs: str) -> tuple[np.ndarray, np.ndarray]:
    crs = CRS.from_user_input(srs)
    base, area = crs.geodetic_crs, crs.area_of_use
    if base is not None and area is not None:
        to_crs = Transformer.from_crs(base, crs, always_xy=True)
        box = np.array(to_crs.transform_bounds(*area.bounds)).reshape(2, 2)
        if np.isfinite(box).all():
            return box[0], box[1]
    origin = _false_origin(crs)
    return origin - FARTHEST, origin + FARTHEST


def _false_origin(crs: CRS) -> np.ndarray:
    """Return x and y of the false origin, which begin with the number of the zone in some grids."""
    operation = crs.coordinate_operation
    given = {one.name: one.value for one in operation.params} if operation else {}
    return np.array([given.get("False easting", 0.0), given.get("False northing", 0.0)])


def _check_rows(
    frame: pd.DataFrame, wrong: np.ndarray, field: str, values: Sequence[object], *, why: str, hint: str = ""
) -> None:
    """Raise a TableError if any row is wrong; the message names the rows, the first value and how to fix it."""
    if wrong.any():
        labels = list(frame.index[wrong])
        msg = f"{field} of {_join_labels(labels)} {why}; {labels[0]!r} has {values[0]!r}{hint}"
        raise TableError(msg)


def _check_coordinates(frame: gpd.GeoDataFrame, crs: CRS, what: str, beyond: float) -> None:
    bounds = shapely.bounds(frame.geometry.to_numpy())
    given = ~(shapely.is_missing(frame.geometry.to_numpy()) | shapely.is_empty(frame.geometry.to_numpy()))
    wrong = given & ~np.isfinite(bounds).all(axis=1)
    why = "are not finite"
    if not wrong.any():
        low, high = _extent_of(crs, what, beyond)
        wrong = given & ~((bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1))
        why = "are no longitude and latitude in degrees (is the CRS right, are the two exchanged?)"
        if crs.is_projected:
            why = f"lie outside of the area of {crs.name} (is that their CRS, in metres?)"
    _check_rows(
        frame, wrong, f"{what}: the coordinates", [tuple(row.round(6).tolist()) for row in bounds[wrong]], why=why
    )


def check_facilities(facilities: object) -> gpd.GeoDataFrame:
    """Return the facilities if every row has a unique id and a category, and a known state where one is given.

    Raises
    ------
    TableError
        A check fails; the message names the rows, their values and how to fix them.
    """
    frame = check_frame(facilities, "facilities")
    if "category" not in frame.columns:
        msg = f"facilities needs the column 'category'; it has {sorted(map(str, frame.columns))}"
        raise TableError(msg)
    empty = frame["category"].isna() | (frame["category"].astype("str").str.strip() == "")
    if empty.any():
        msg = f"facilities: {_join_labels(list(frame.index[empty]))} have no category; fill the column 'category'"
        raise TableError(msg)
    if "state" in frame.columns:
        _check_states(frame)
    return frame


def _check_states(facilities: gpd.GeoDataFrame) -> None:
    wrong = (facilities["state"].notna() & ~facilities["state"].isin(STATES)).to_numpy()
    hint = f". Give one of {', '.join(STATES)}, or nothing for in_use"
    _check_rows(
        facilities, wrong, "facilities: the state", facilities["state"][wrong].tolist(), why="is not known", hint=hint
    )


def in_use(facilities: pd.DataFrame) -> np.ndarray:
    """Return where facilities count: their `state` is in_use or missing."""
    if "state" not in facilities.columns:
        return np.ones(len(facilities), bool)
    return (facilities["state"].isna() | (facilities["state"] == "in_use")).to_numpy(bool)


def separate_positions(geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the separate positions of geometries, and the row of each.

    Parameters
    ----------
    geometry
        Shapes or None. Multipoints and collections have a position for each part; all others, None too, have one.

    Returns
    -------
    tuple of ndarray
        The parts, in the order of the rows, and their rows, int64.
    """
    several = np.isin(shapely.get_type_id(geometry), _SEVERAL) & ~shapely.is_empty(geometry)
    parts, owner = shapely.get_parts(geometry[several], return_index=True)
    rows = np.concatenate([np.flatnonzero(~several), np.flatnonzero(several)[owner]])
    order = np.argsort(rows, kind="stable")
    return np.concatenate([geometry[~several], parts])[order], rows[order]


def check_places(places: object) -> gpd.GeoDataFrame:
    """Return the places if every row has a unique id, and `people`, if present, is finite and not negative: as numbers.

    Raises
    ------
    TableError
        A check fails, or polygons are larger than 2 ha: the best entrance of one would serve all of its people.
    """
    frame = check_frame(places, "places")
    if "people" in frame.columns:
        people = people_of(frame)
        check_groups(frame, "places")
        frame = frame if pd.api.types.is_numeric_dtype(frame["people"]) else frame.assign(people=people)
    geometry = in_metres(frame).geometry.to_numpy()
    area = np.nan_to_num(shapely.area(geometry))
    if (area > MAX_PLACE_M2).any():
        large = frame.loc[area > MAX_PLACE_M2]
        hectares = area[area > MAX_PLACE_M2] / 10_000.0
        sizes = [f"{name!r} has {one:.1f} ha" for name, one in zip(_names_of(large), hectares, strict=True)]
        msg = (
            f"places: {_join_labels(list(large.index), most=len(large))} are larger than 2 ha ({', '.join(sizes)}), "
            "and one entrance would serve all their people; give buildings or points instead, e.g. from "
            "estimate_places, or a point inside each by read_places(large='inner')"
        )
        raise TableError(msg)
    return frame


def _names_of(frame: pd.DataFrame) -> list[object]:
    """Return the name of each row, or its label where there is none."""
    names = frame["name"] if "name" in frame.columns else pd.Series(None, index=frame.index, dtype=object)
    return [label if pd.isna(name) else name for label, name in names.items()]


def people_of(places: pd.DataFrame, column: str = "people") -> pd.Series:
    """Return the number of people of each place as floats.

    Parameters
    ----------
    places
        Table of places.
    column
        "people" for all of them, or the column of a group such as "people_60_plus".

    Raises
    ------
    TableError
        The column is missing, or a value in it is not a finite number from 0 up.
    """
    if column not in places.columns:
        msg = f"places needs the column {column!r}; it has {sorted(map(str, places.columns))}"
        raise TableError(msg)
    return numbers_of(places, column, "places")


def population_groups(places: pd.DataFrame) -> list[str]:
    """Return the columns of groups of people, such as people_60_plus.

    >>> population_groups(pd.DataFrame(columns=["people", "people_base", "people_60_plus", "people_60_plus_most"]))
    ['people_60_plus']
    """
    return [
        name
        for name in map(str, places.columns)
        if name.startswith("people_") and not name.endswith(("_base", "_approximate", "_least", "_most"))
    ]


def check_groups(frame: pd.DataFrame, what: str) -> None:
    """Raise a TableError if a group of people, or all ages of it together, are more than all people of a row.

    Migrants (流动人口) are none of the registered people (户籍), so there they may be more.

    Parameters
    ----------
    frame
        Table of places or areas.
    what
        Its name in messages.
    """
    for group, wrong in larger_groups(frame).items():
        counts = frame.loc[wrong, [group, "people"]].to_numpy().tolist()
        hint = " (of the group, of all); correct one of the two, or rename the column if it is no group"
        _check_rows(frame, wrong, f"{what}: {group}", counts, why="are more than all people", hint=hint)
    for group, wrong in too_many_ages(frame).items():
        counts = frame.loc[wrong, [group, "people"]].to_numpy().tolist()
        hint = " (of the group, of all); correct the groups or all people"
        why = "are, with the younger groups, more than all people"
        _check_rows(frame, wrong, f"{what}: {group}", counts, why=why, hint=hint)


def larger_groups(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return, for each group of people, which rows have more of it than people.

    >>> larger_groups(pd.DataFrame({"people": [10.0, 10.0], "people_60_plus": [3.0, 11.0]}))
    {'people_60_plus': array([False,  True])}
    """
    if "people" not in frame.columns:
        return {}
    people = pd.to_numeric(frame["people"], errors="coerce").to_numpy("float64")
    base = (
        frame["people_base"].astype(object) if "people_base" in frame.columns else pd.Series(None, frame.index, object)
    )
    registered = (base == "户籍").to_numpy(bool)
    found = {}
    for group in population_groups(frame):
        count = pd.to_numeric(frame[group], errors="coerce").to_numpy("float64")
        more = count > people * (1.0 + _ROUNDING)
        found[group] = more & ~registered if group == "people_migrant" else more
    return found


def too_many_ages(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return, for the oldest group of people, which rows have more in it and the younger groups than people.

    >>> ages = {"people_0_2": [1.0, 6.0], "people_3_5": [2.0, None], "people_60_plus": [3.0, 5.0]}
    >>> too_many_ages(pd.DataFrame({"people": [10.0, 10.0], **ages}))
    {'people_60_plus': array([False,  True])}
    """
    old = [name for name in _OLD if name in frame.columns][:1]
    ages = [*(name for name in _YOUNG if name in frame.columns), *old]
    if "people" not in frame.columns or not ages:
        return {}
    together = frame[ages].apply(pd.to_numeric, errors="coerce").sum(axis=1).to_numpy("float64")
    people = pd.to_numeric(frame["people"], errors="coerce").to_numpy("float64")
    return {ages[-1]: together > people * (1.0 + _ROUNDING)}


def numbers_of(frame: pd.DataFrame, column: str, what: str, *, empty: bool = False, above: bool = False) -> pd.Series:
    """Return a column as floats, checked to be non-negative.

    Parameters
    ----------
    frame
        The table.
    column, what
        Name of the column, and of the table in messages.
    empty
        Whether cells may be missing; they become NaN. If the whole column is missing, all values are NaN.
    above
        Whether values must be above 0, not just non-negative.

    Raises
    ------
    TableError
        A value is not such a number; the message names the rows and the value.
    """
    if column not in frame.columns:
        return pd.Series(np.nan, index=frame.index)
    numbers = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    low_enough = numbers > 0.0 if above else numbers >= 0.0
    given = ~(frame[column].isna().to_numpy() & empty)
    wrong = given & ~(np.isfinite(numbers.to_numpy()) & low_enough.to_numpy())
    why = f"are not numbers {'above 0' if above else 'from 0 up'}"
    hint = ". Correct them or leave the rows out"
    _check_rows(frame, wrong, f"{what}: {column}", frame[column][wrong].tolist(), why=why, hint=hint)
    return numbers


def check_direction(direction: object) -> None:
    """Raise a TableError unless the direction is "to" or "from"."""
    if direction not in {"to", "from"}:
        msg = f"direction must be 'to' (people walk to the facility) or 'from', but is {direction!r}"
        raise TableError(msg)


def _measures_metres(crs: CRS) -> bool:
    """Return whether lengths in a CRS are metres on the ground, which those of world Mercator are not."""
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        return False
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    return not method.startswith(("Mercator", "Popular Visualisation"))


def _utm_zone(frame: gpd.GeoDataFrame) -> CRS:
    """Return the UTM zone of a frame; by arithmetic where zones are regular, since pyproj's search is slow."""
    west, south, east, north = frame.total_bounds
    x, y = (west + east) / 2.0, (south + north) / 2.0
    irregular = y >= FIRST_IRREGULAR and 0.0 <= x <= LAST_IRREGULAR
    if frame.crs != "EPSG:4326" or irregular or not LAST_POLAR <= south <= north <= FIRST_POLAR:
        return frame.estimate_utm_crs()
    return CRS.from_epsg((32600 if y >= 0.0 else 32700) + min(int((x + 180.0) // 6.0), 59) + 1)


def in_metres(frame: gpd.GeoDataFrame, crs: CRS | None = None) -> gpd.GeoDataFrame:
    """Return the frame in a CRS in metres: `crs` if given, else its own if that is metric, else its UTM zone.

    Parameters
    ----------
    frame
        Any GeoDataFrame with a CRS.
    crs
        The CRS to use.

    Raises
    ------
    TableError
        No UTM zone fits (beyond 84 degrees north or 80 south).
    """
    if crs is not None:
        return frame if frame.crs == crs else in_crs(frame, crs)
    if frame.crs is not None and _measures_metres(frame.crs):
        return frame
    if np.isnan(frame.total_bounds).all():
        return frame.to_crs("EPSG:32631")
    try:
        zone = _utm_zone(frame)
    except RuntimeError as error:
        msg = (
            f"no UTM zone fits the bounds {tuple(frame.total_bounds.round(3).tolist())}; "
            "give the frame in a local projection in metres"
        )
        raise TableError(msg) from error
    return in_crs(frame, zone)


def in_crs(frame: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Return the frame in another CRS.

    Parameters
    ----------
    frame
        Any GeoDataFrame with a CRS.
    crs
        The CRS to use.

    Raises
    ------
    TableError
        A row has no place in it.
    """
    try:
        moved = frame.to_crs(crs)
    except ProjError as error:
        msg = f"the coordinates cannot be converted to {crs.name} ({error}); check the CRS that they are said to be in"
        raise TableError(msg) from error
    before, after = (shapely.bounds(one.geometry.to_numpy()) for one in (frame, moved))
    wrong = np.isfinite(before).all(axis=1) & ~np.isfinite(after).all(axis=1)
    given = [tuple(row.round(6).tolist()) for row in before[wrong]]
    why = f"have no place in {crs.name}, on the other side of the globe"
    _check_rows(frame, np.asarray(wrong), "the coordinates", given, why=why, hint="; leave them out")
    return moved
