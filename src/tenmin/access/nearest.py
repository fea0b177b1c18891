"""The nearest facilities: of every place the first, the second and so on, as far as one asks."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.travel_times import Trip, chosen_categories, rows_by_category, rows_by_id
from tenmin.network import WalkNetwork
from tenmin.routing import rank_nodes, rank_things, seed_feet
from tenmin.support.contracts import check_direction, check_facilities, check_places
from tenmin.support.errors import TableError
from tenmin.support.limits import SECONDS_A_MINUTE, TOLERANCE, read_limits
from tenmin.support.progress import step_through

__all__ = ["find_nearest"]


def _count(k: object) -> int:
    if isinstance(k, Integral) and not isinstance(k, bool) and int(k) >= 1:
        return int(k)
    msg = f"k is {k!r}; give how many facilities of each category to find, a whole number from 1 up, e.g. k=3"
    raise TableError(msg)


def find_nearest(
    network: WalkNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    k: int = 3,
    minutes: float | Mapping[str, float] | None = None,
    metres: float | Mapping[str, float] | None = None,
    direction: str = "to",
    barriers: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the k nearest facilities of every category for every place.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        Points or polygons where people are; only geometry and index are read.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`; only those in use count.
    k
        How many different facilities of each category.
    minutes, metres
        At most one limit, a number or a mapping from category to number. With `metres` the metres of the walk are
        minimised, and the minutes are those of that same walk. With neither, walks go as far as the network does.
    direction
        "to": people walk to the facility; "from": from it.
    barriers
        Lines that no leg off the street may cross, instead of the network's own.

    Returns
    -------
    DataFrame
        place, category, rank (1 is the nearest), facility, minutes and metres of the walk. Rows in order of the places,
        then category, then rank; fewer than k where fewer are to be reached. Equal walks rank by the other quantity,
        then by the facility's id as text.

    Raises
    ------
    TableError, LimitError, CategoryError
        Naming the row, the value and the way out.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame(index=["home"], geometry=[Point(80, 0)], crs="EPSG:32650")
    >>> doors = gpd.GeoDataFrame(
    ...     {"category": "clinic"}, index=["c1", "c2"], geometry=[Point(880, 0), Point(0, 0)], crs="EPSG:32650"
    ... )
    >>> tm.find_nearest(network, homes, doors, k=2).round(6)
      place category  rank facility  minutes  metres
    0  home   clinic     1       c2      1.0    80.0
    1  home   clinic     2       c1     10.0   800.0
    """
    limits, most = read_limits(minutes, metres), _count(k)
    check_direction(direction)
    network = network.behind(barriers)
    places, facilities = check_places(places), check_facilities(facilities)
    rows_of = rows_by_category(facilities, chosen_categories(facilities, limits))
    trip = Trip(
        network=network,
        places=network.snap(places),
        facilities=network.snap(facilities),
        direction=direction,
        unit="minutes" if limits is None else limits.unit,
    )
    found = [
        _rank(trip, rows, most, limits.of(category)[0] if limits else np.inf)
        for category, rows in step_through(rows_of.items(), "nearest")
    ]
    category = np.repeat(np.array([*rows_of], dtype=object), [len(part) for part in found])
    table = pd.concat([_as_table(np.zeros((0, 5))), *(_as_table(part) for part in found)])
    table.insert(1, "category", category)
    table = table.iloc[np.argsort(table["place"], kind="stable")].reset_index(drop=True)
    return table.assign(place=places.index[table["place"]], facility=facilities.index[table["facility"]])


def _rank(trip: Trip, rows: np.ndarray, k: int, limit: float) -> np.ndarray:
    """One row for each place and rank: row of the place, rank, row of the facility, minutes, metres."""
    streets, costs, (starts, owner) = trip.network.streets, trip.costs, trip.starts(rows)
    unit = SECONDS_A_MINUTE if trip.unit == "minutes" else 1.0
    seeds, most = seed_feet(streets, costs, starts, owner), max(min(k, len(rows)), 1)
    ranks = rank_nodes(trip.arcs, seeds, most, limit * unit * (1.0 + 2.0 * TOLERANCE))
    best = rank_things(streets, costs, ranks, trip.places.feet, starts=starts, owner=owner)
    cost = best.cost / unit
    place, rank = np.nonzero((best.owner >= 0) & (cost <= limit * (1.0 + TOLERANCE)))
    facility = rows_by_id(trip.facilities.table.index, rows)[best.owner[place, rank]]
    walk = cost[place, rank], best.other[place, rank]
    minutes, metres = walk if trip.unit == "minutes" else (walk[1] / SECONDS_A_MINUTE, walk[0])
    return np.column_stack([place, rank + 1, facility, minutes, metres])


def _as_table(rows: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["place", "rank", "facility", "minutes", "metres"])
    return table.astype({"place": "int64", "rank": "int64", "facility": "int64"})
