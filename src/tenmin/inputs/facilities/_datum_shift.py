"""Suspects a table of a wrong datum: the same facilities, all moved the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import plain_name
from tenmin.support.contracts import check_facilities, in_metres

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["Shift", "suspect_shift"]

#: A shift of so many metres, in so many facilities at least, looks like another datum: GCJ-02 lies 250 to 800 m from
#: WGS 84, BD-09 up to twice that.
LEAST_METRES, MOST_METRES, LEAST_PAIRS = 250.0, 1600.0, 5
#: A pair agrees with the shift if it differs from it by no more metres than this; so must this share of the pairs.
AGREE_METRES, LEAST_AGREEING = 100.0, 2 / 3


class Shift(NamedTuple):
    """How far a table lies from another: metres east and north, their length, and how many pairs say so."""

    dx: float
    dy: float
    metres: float
    pairs: int


def suspect_shift(facilities: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> Shift | None:
    """Return how the facilities lie from the same ones of a reference, if it looks like another datum, else None.

    The same are those that alone have their category and name in both tables. At least five are needed, and two in
    three must be moved alike (within 100 m), by 250 m or more.

    Raises
    ------
    TableError
        One of the two is no table of facilities.
    """
    moved = _vectors(check_facilities(facilities), check_facilities(reference))
    if len(moved) < LEAST_PAIRS:
        return None
    east, north = moved.T
    dx, dy = float(np.median(east)), float(np.median(north))
    metres = float(np.hypot(dx, dy))
    agreeing = int((np.hypot(east - dx, north - dy) <= AGREE_METRES).sum())
    uniform = agreeing >= max(LEAST_PAIRS, LEAST_AGREEING * east.size)
    return Shift(dx, dy, metres, agreeing) if uniform and LEAST_METRES <= metres <= MOST_METRES else None


def _vectors(facilities: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> np.ndarray:
    """Return the metres east and north from each facility of the reference to the same one, one row for each."""
    here, there = _named_once(facilities), _named_once(reference)
    both = here.index.intersection(there.index)
    if both.empty:
        return np.empty((0, 2))
    shapes = gpd.GeoSeries(there[both].to_numpy(), crs=reference.crs).to_crs(cast("CRS", facilities.crs))
    points = gpd.GeoDataFrame(geometry=[*here[both], *shapes], crs=facilities.crs)
    spots = shapely.get_coordinates(in_metres(points).geometry.to_numpy())
    return spots[: len(both)] - spots[len(both) :]


def _named_once(table: gpd.GeoDataFrame) -> pd.Series:
    """Return a point of each facility that alone has its category and name, by the two."""
    shapes = table.geometry.to_numpy()
    names = [plain_name(name) if isinstance(name, str) else "" for name in table["name"]] if "name" in table else []
    if not names:
        return pd.Series([], dtype=object)
    keys = table["category"].astype(object).to_numpy() + "\n" + np.array(names, dtype=object)
    alone = ~pd.Series(keys).duplicated(keep=False).to_numpy()
    usable = alone & np.array([bool(name) for name in names]) & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    return pd.Series(shapely.point_on_surface(shapes[usable]), index=keys[usable], dtype=object)
