"""Detect a wrong datum: the same facilities, all shifted by the same vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import normalise_name
from tenmin.support.contracts import check_facilities, in_metres

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["DatumShift", "detect_datum_shift"]

#: Shifts that look like another datum, and the least number of facilities: GCJ-02 lies 250 to 800 m from WGS 84, BD-09
#: up to twice that.
MIN_METRES, MAX_METRES, MIN_PAIRS = 250.0, 1600.0, 5
#: Largest deviation of a pair that agrees with the median shift, and the least share of such pairs.
AGREEMENT_METRES, MIN_AGREEING_SHARE = 100.0, 2 / 3


class DatumShift(NamedTuple):
    """Shift of a table against another.

    Attributes
    ----------
    dx, dy
        Metres east and north.
    metres
        Their length.
    pairs
        Number of facilities that agree.
    """

    dx: float
    dy: float
    metres: float
    pairs: int


def detect_datum_shift(facilities: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> DatumShift | None:
    """Return the shift of facilities against a reference if it looks like another datum, else None.

    Facilities are paired by category and name where these are unique in both tables. At least five pairs, and two in
    three, must agree within 100 m on a shift of 250 to 1,600 m.

    Parameters
    ----------
    facilities
        Table to check.
    reference
        Table in the right datum.

    Raises
    ------
    TableError
        One of the two is not a valid table of facilities.
    """
    vectors = _shift_vectors(check_facilities(facilities), check_facilities(reference))
    if len(vectors) < MIN_PAIRS:
        return None
    east, north = vectors.T
    dx, dy = float(np.median(east)), float(np.median(north))
    metres = float(np.hypot(dx, dy))
    agreeing = int((np.hypot(east - dx, north - dy) <= AGREEMENT_METRES).sum())
    uniform = agreeing >= max(MIN_PAIRS, MIN_AGREEING_SHARE * east.size)
    return DatumShift(dx, dy, metres, agreeing) if uniform and MIN_METRES <= metres <= MAX_METRES else None


def _shift_vectors(facilities: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> np.ndarray:
    """Return the shift of each pair in metres east and north, shape (pairs, 2)."""
    here, there = _unique_points(facilities), _unique_points(reference)
    both = here.index.intersection(there.index)
    if both.empty:
        return np.empty((0, 2))
    shapes = gpd.GeoSeries(there[both].to_numpy(), crs=reference.crs).to_crs(cast("CRS", facilities.crs))
    points = gpd.GeoDataFrame(geometry=[*here[both], *shapes], crs=facilities.crs)
    coordinates = shapely.get_coordinates(in_metres(points).geometry.to_numpy())
    return coordinates[: len(both)] - coordinates[len(both) :]


def _unique_points(table: gpd.GeoDataFrame) -> pd.Series:
    """Return a point of each facility whose category and name are unique, with these as index."""
    shapes = table.geometry.to_numpy()
    names = [normalise_name(name) if isinstance(name, str) else "" for name in table["name"]] if "name" in table else []
    if not names:
        return pd.Series([], dtype=object)
    keys = table["category"].astype(object).to_numpy() + "\n" + np.array(names, dtype=object)
    unique = ~pd.Series(keys).duplicated(keep=False).to_numpy()
    usable = unique & np.array([bool(name) for name in names]) & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    return pd.Series(shapely.point_on_surface(shapes[usable]), index=keys[usable], dtype=object)
