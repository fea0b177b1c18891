"""The contracts of the tables that a person gives: facilities, places, lines and points."""

from __future__ import annotations

import json
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from tenmin.support.errors import TableError

__all__ = [
    "STATES",
    "check_direction",
    "check_facilities",
    "check_frame",
    "check_places",
    "in_metres",
    "in_use",
    "list_remarks",
    "numbers_of",
    "people_of",
]

LARGEST_PLACE_M2 = 20_000.0
STATES = ("in_use", "vacant", "converted", "planned")
FIRST_IRREGULAR, LAST_IRREGULAR, FIRST_POLAR, LAST_POLAR = 56.0, 42.0, 84.0, -80.0
"""Degrees of latitude and longitude within which the zones of UTM are irregular (Norway, Svalbard), and end."""
WORLD = np.array([180.0, 90.0])
"""Degrees of longitude and latitude that no point lies beyond."""


def list_remarks(table: pd.DataFrame) -> pd.DataFrame:
    """Return what reading a table, or combining several, left out or took note of: a row each, with the reason.

    `used` tells which is which. The columns are those of `read_facilities` (row, id, field, value, reason, used) or of
    `combine_facilities` (id, table, category, name, kept, metres, reason, used); there are none, and no rows, for a
    table that comes from elsewhere.
    """
    return pd.DataFrame(json.loads(table.attrs.get("listed", "{}")))


def _shown(labels: Sequence[object], most: int = 5) -> str:
    shown = ", ".join(repr(label) for label in list(labels)[:most])
    return shown if len(labels) <= most else f"{shown} and {len(labels) - most} more"


def check_frame(frame: object, what: str, *, unique: bool = True) -> gpd.GeoDataFrame:
    """Return the frame if it is a GeoDataFrame with a CRS, unique labels and possible coordinates.

    Parameters
    ----------
    frame
        What was given.
    what
        The name of the table in messages, e.g. "facilities".
    unique
        Whether every label of the index must be unique.

    Raises
    ------
    TableError
        Naming the rows, their values and the way out.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = f"{what} must be a GeoDataFrame, but is a {type(frame).__name__}"
        raise TableError(msg)
    if frame.crs is None:
        msg = f"{what} has no CRS; state it, e.g. {what}.set_crs('EPSG:4326') for longitude and latitude"
        raise TableError(msg)
    if unique and not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique()
        msg = f"{what} has the ids {_shown(list(twice))} more than once; make its index unique"
        raise TableError(msg)
    _check_coordinates(frame, what)
    return frame


def _refuse_rows(
    frame: pd.DataFrame, wrong: np.ndarray, field: str, values: Sequence[object], *, why: str, mend: str = ""
) -> None:
    """Raise a TableError that names the wrong rows, if there are any, with the value of the first and the way out."""
    if wrong.any():
        labels = list(frame.index[wrong])
        msg = f"{field} of {_shown(labels)} {why}; {labels[0]!r} has {values[0]!r}{mend}"
        raise TableError(msg)


def _check_coordinates(frame: gpd.GeoDataFrame, what: str) -> None:
    bounds = shapely.bounds(frame.geometry.to_numpy())
    given = ~(shapely.is_missing(frame.geometry.to_numpy()) | shapely.is_empty(frame.geometry.to_numpy()))
    wrong = given & ~np.isfinite(bounds).all(axis=1)
    why = "are not finite"
    if frame.crs is not None and frame.crs.is_geographic and not wrong.any():
        wrong = given & ~((bounds[:, :2] >= -WORLD).all(axis=1) & (bounds[:, 2:] <= WORLD).all(axis=1))
        why = "are no longitude and latitude in degrees (is the CRS right, are the two exchanged?)"
    _refuse_rows(
        frame, wrong, f"{what}: the coordinates", [tuple(row.round(6).tolist()) for row in bounds[wrong]], why=why
    )


def check_facilities(facilities: object) -> gpd.GeoDataFrame:
    """Return the facilities if every row has an id of its own and a category.

    Raises
    ------
    TableError
        Naming the rows, their values and the way out.
    """
    frame = check_frame(facilities, "facilities")
    if "category" not in frame.columns:
        msg = f"facilities needs the column 'category'; it has {sorted(map(str, frame.columns))}"
        raise TableError(msg)
    empty = frame["category"].isna() | (frame["category"].astype("str").str.strip() == "")
    if empty.any():
        msg = f"facilities: {_shown(list(frame.index[empty]))} have no category; fill the column 'category'"
        raise TableError(msg)
    if "state" in frame.columns:
        _check_states(frame)
    return frame


def _check_states(facilities: gpd.GeoDataFrame) -> None:
    wrong = (facilities["state"].notna() & ~facilities["state"].isin(STATES)).to_numpy()
    mend = f". Give one of {', '.join(STATES)}, or nothing for in_use"
    _refuse_rows(
        facilities, wrong, "facilities: the state", facilities["state"][wrong].tolist(), why="is not known", mend=mend
    )


def in_use(facilities: pd.DataFrame) -> np.ndarray:
    """Return which facilities count: those whose `state` is in_use or not given."""
    if "state" not in facilities.columns:
        return np.ones(len(facilities), bool)
    return (facilities["state"].isna() | (facilities["state"] == "in_use")).to_numpy(bool)


def check_places(places: object) -> gpd.GeoDataFrame:
    """Return the places if every row has an id of its own, and people, where given, are finite and not negative.

    Raises
    ------
    TableError
        Naming the rows, their values and the way out; also for a polygon over 2 ha, whose best entrance would serve
        all of its people.
    """
    frame = check_frame(places, "places")
    if "people" in frame.columns:
        people_of(frame)
    geometry = in_metres(frame).geometry.to_numpy()
    area = np.nan_to_num(shapely.area(geometry))
    if (area > LARGEST_PLACE_M2).any():
        row = int(np.argmax(area))
        msg = (
            f"places: {_shown(list(frame.index[area > LARGEST_PLACE_M2]))} are larger than 2 ha "
            f"({frame.index[row]!r} has {area[row] / 10_000:.1f} ha), and one entrance would serve all their people; "
            "give buildings or points instead, e.g. from estimate_places"
        )
        raise TableError(msg)
    return frame


def people_of(places: pd.DataFrame, column: str = "people") -> pd.Series:
    """Return the people of each place as floats, of all or of the group that a column counts.

    Raises
    ------
    TableError
        If there is no such column, or a row of it is not a finite number from 0 up.
    """
    if column not in places.columns:
        msg = f"places needs the column {column!r}; it has {sorted(map(str, places.columns))}"
        raise TableError(msg)
    return numbers_of(places, column, "places")


def numbers_of(frame: pd.DataFrame, column: str, what: str, *, empty: bool = False, above: bool = False) -> pd.Series:
    """Return a column as floats from 0 up.

    Parameters
    ----------
    frame
        The table.
    column, what
        The column, and the name of the table in messages.
    empty
        Whether a cell, or the whole column, may be missing: NaN is returned for it.
    above
        Whether 0 is refused, too.

    Raises
    ------
    TableError
        Naming the rows and the value.
    """
    if column not in frame.columns:
        return pd.Series(np.nan, index=frame.index)
    numbers = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    low_enough = numbers > 0.0 if above else numbers >= 0.0
    given = ~(frame[column].isna().to_numpy() & empty)
    wrong = given & ~(np.isfinite(numbers.to_numpy()) & low_enough.to_numpy())
    why = f"are not numbers {'above 0' if above else 'from 0 up'}"
    mend = ". Correct them or leave the rows out"
    _refuse_rows(frame, wrong, f"{what}: {column}", frame[column][wrong].tolist(), why=why, mend=mend)
    return numbers


def check_direction(direction: object) -> None:
    """Raise a TableError unless the direction is "to" or "from"."""
    if direction not in {"to", "from"}:
        msg = f"direction must be 'to' (people walk to the facility) or 'from', but is {direction!r}"
        raise TableError(msg)


def _measures_metres(crs: CRS) -> bool:
    """Whether lengths in a CRS are metres on the ground (those of a Mercator map of the world are not)."""
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        return False
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    return not method.startswith(("Mercator", "Popular Visualisation"))


def _utm_zone(frame: gpd.GeoDataFrame) -> CRS:
    """The UTM zone of a frame: by arithmetic where zones are regular, which spares a search of pyproj's database."""
    west, south, east, north = frame.total_bounds
    x, y = (west + east) / 2.0, (south + north) / 2.0
    irregular = y >= FIRST_IRREGULAR and 0.0 <= x <= LAST_IRREGULAR
    if frame.crs != "EPSG:4326" or irregular or not LAST_POLAR <= south <= north <= FIRST_POLAR:
        return frame.estimate_utm_crs()
    return CRS.from_epsg((32600 if y >= 0.0 else 32700) + min(int((x + 180.0) // 6.0), 59) + 1)


def in_metres(frame: gpd.GeoDataFrame, crs: CRS | None = None) -> gpd.GeoDataFrame:
    """Return the frame in a CRS whose unit is the metre: `crs`, or else its own if it is one, or else its UTM zone.

    Raises
    ------
    TableError
        If no UTM zone fits (beyond 84 degrees north or 80 south).
    """
    if crs is not None:
        return frame if frame.crs == crs else frame.to_crs(crs)
    if frame.crs is not None and _measures_metres(frame.crs):
        return frame
    if frame.empty:
        return frame.to_crs("EPSG:32631")
    try:
        return frame.to_crs(_utm_zone(frame))
    except RuntimeError as error:
        msg = (
            f"no UTM zone fits the bounds {tuple(frame.total_bounds.round(3).tolist())}; "
            "give the frame in a local projection in metres"
        )
        raise TableError(msg) from error
