"""Supply: seats, beds and other places in facilities, and the people who get one or share them."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.services import load_catalogue
from tenmin.measures._assignment import share_places
from tenmin.measures._pairs import Pairs, find_pairs
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import check_facilities, numbers_of, people_of
from tenmin.support.errors import TableError
from tenmin.support.limits import TOLERANCE
from tenmin.support.nouns import check_noun
from tenmin.support.progress import step_through

__all__ = ["measure_supply"]

METHODS = ("assign", "2sfca", "e2sfca")
ZONES, WEIGHTS = np.array([1 / 3, 2 / 3]), np.array([1.0, 0.68, 0.22])
"""Ends of the inner zones of E2SFCA as parts of the limit, and the weight of each zone."""


def measure_supply(
    coverage: Coverage,
    facilities: gpd.GeoDataFrame,
    *,
    method: Literal["assign", "2sfca", "e2sfca"] = "assign",
) -> pd.DataFrame:
    """Return who gets a place in the facilities within the limit, or how many places there are for each person.

    Each category is for the people that the catalogue names (`users`: children of 3 to 5 for kindergartens), if the
    places have that column, else for all; `of` says for whom. A facility of a part of a category offers its places in
    both.

    Parameters
    ----------
    coverage
        The coverage, whose places have people.
    facilities
        Those of the coverage with the column `capacity` (places for people); an empty cell is unknown, and so is a
        facility that is left out.
    method
        "assign": people are given places within the limit, as many as possible, each person one; where not all get one,
        the chances of the worst-off are as high as can be. "2sfca": the two-step floating catchment area. "e2sfca":
        the enhanced one, with weights of 1, 0.68 and 0.22 in the three thirds of the limit.

    Returns
    -------
    DataFrame
        place, category, of, people; with "assign": served, full (in reach of places, but none is left), unknown (in
        reach of a facility of unknown capacity, or in an unknown place) and out_of_reach, which add up to people; with
        the others: supply_per_person and unknown (people whose supply may be larger, as before). Rows are sorted by
        place (in the order given) and category.

    Raises
    ------
    TableError
        `method` is none of these, a capacity is negative, the column is missing, a facility is not of the coverage, or
        places have no people.

    Notes
    -----
    2SFCA: a facility's places over the people in reach of it, summed over the facilities in reach of a place (Radke and
    Mu 2000, doi:10.1080/10824000009480538; Luo and Wang 2003, doi:10.1068/b29120). E2SFCA weights both sums by zone
    (Luo and Qi 2009, Health & Place 15:1100-1107, doi:10.1016/j.healthplace.2009.06.002; the weights are those that
    PySAL's access has for its zones of 10, 20 and 30 minutes; the paper itself was not at hand). In both,
    supply_per_person times people adds up to the places of the facilities that anyone reaches.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 0), Point(1200, 0)], crs="EPSG:32650")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"], "capacity": [12]}, geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> coverage = tm.measure_coverage(network, homes, clinic, minutes=10)
    >>> tm.measure_supply(coverage, clinic).drop(columns=["category", "of"])
       place  people  served  full  unknown  out_of_reach
    0      0    30.0    12.0  18.0      0.0           0.0
    1      1    10.0     0.0   0.0      0.0          10.0
    """
    check_noun(coverage, Coverage, "coverage")
    if method not in METHODS:
        msg = f"method is {method!r}; give one of {', '.join(map(repr, METHODS))}"
        raise TableError(msg)
    capacity, tables = _capacity_of(facilities, coverage), []
    for category, rows in step_through(coverage.query.rows_of.items(), "supply"):
        users = _users_of(category, coverage.places)
        people = people_of(coverage.places, users).to_numpy()
        pairs = find_pairs(coverage.query, category, coverage.metric)
        unknown = coverage.unknown[category].to_numpy()
        if method == "assign":
            columns = _assign(pairs, people, capacity[rows], unknown)
        else:
            weight = _zone_weights(pairs.part) if method == "e2sfca" else np.ones(len(pairs.part))
            columns = _share_out(pairs, weight, people, capacity[rows], unknown)
        head = {"place": coverage.places.index, "category": category, "of": users, "people": people}
        tables.append(pd.DataFrame({**head, **columns}))
    return _in_order(tables, len(coverage.places))


def _in_order(tables: list[pd.DataFrame], places: int) -> pd.DataFrame:
    """The tables of all categories as one, by place and category."""
    if not tables:
        return pd.DataFrame(columns=["place", "category", "of", "people"])
    rows = np.arange(places * len(tables)).reshape(len(tables), places).T.ravel()
    return pd.concat(tables, ignore_index=True).iloc[rows].reset_index(drop=True)


def _capacity_of(facilities: gpd.GeoDataFrame, coverage: Coverage) -> np.ndarray:
    """The places in each facility of the coverage, NaN where unknown."""
    check_facilities(facilities)
    if "capacity" not in facilities.columns:
        msg = (
            "facilities needs the column 'capacity', the seats, beds or other places in each; leave unknown ones empty"
        )
        raise TableError(msg)
    strange = facilities.index.difference(coverage.facilities.index)
    if len(strange):
        msg = (
            f"facilities has {strange[0]!r}, which the coverage was not measured with; measure it with these facilities"
        )
        raise TableError(msg)
    capacity = numbers_of(facilities, "capacity", "facilities", empty=True)
    return capacity.reindex(coverage.facilities.index).to_numpy()


def _users_of(category: str, places: pd.DataFrame) -> str:
    """The column of the people whom a category is for."""
    known = load_catalogue().get(category)
    return known.users if known is not None and known.users in places.columns else "people"


def _zone_weights(part: np.ndarray) -> np.ndarray:
    return WEIGHTS[np.searchsorted(ZONES * (1.0 + TOLERANCE), part)]


def _in_reach_of_unknown(pairs: Pairs, capacity: np.ndarray, places: int) -> np.ndarray:
    """bool, whether a place is in reach of a facility of unknown capacity."""
    return np.bincount(pairs.place, np.isnan(capacity)[pairs.facility], places) > 0


def _assign(pairs: Pairs, people: np.ndarray, capacity: np.ndarray, unknown: np.ndarray) -> dict[str, np.ndarray]:
    """Who is served, finds no place left, is unknown, or out of reach; a capacity that is unknown gives no places."""
    served = people * share_places(pairs.place, pairs.facility, people, np.nan_to_num(capacity))
    rest, reached = people - served, np.bincount(pairs.place, minlength=len(people)) > 0
    doubtful = _in_reach_of_unknown(pairs, capacity, len(people)) | (unknown & ~reached)
    return {
        "served": served,
        "full": np.where(reached & ~doubtful, rest, 0.0),
        "unknown": np.where(doubtful, rest, 0.0),
        "out_of_reach": np.where(reached | doubtful, 0.0, rest),
    }


def _share_out(
    pairs: Pairs, weight: np.ndarray, people: np.ndarray, capacity: np.ndarray, unknown: np.ndarray
) -> dict[str, np.ndarray]:
    """The floating catchment areas in two steps; a capacity that is unknown adds nothing."""
    demand = np.bincount(pairs.facility, weight * people[pairs.place], len(capacity))
    ratio = np.divide(np.nan_to_num(capacity), demand, out=np.zeros(len(capacity)), where=demand > 0.0)
    supply = np.bincount(pairs.place, weight * ratio[pairs.facility], len(people))
    doubtful = _in_reach_of_unknown(pairs, capacity, len(people)) | unknown
    return {"supply_per_person": supply, "unknown": np.where(doubtful, people, 0.0)}
