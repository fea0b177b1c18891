"""The k nearest facilities of every place."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.query import Query, Spots, make_query
from tenmin.network import WalkNetwork
from tenmin.routing import NearestLabels, k_nearest_at, k_nearest_nodes, seed_access_points
from tenmin.support.contracts import Direction
from tenmin.support.errors import TableError
from tenmin.support.limits import inclusive
from tenmin.support.progress import step_through

__all__ = ["check_count", "find_nearest", "nearest_walks", "rank_nearest"]


def check_count(count: object, name: str) -> int:
    """Return a number of facilities to find for each category.

    Parameters
    ----------
    count, name
        The number, and the name of the option in messages.

    Raises
    ------
    TableError
        It is not a whole number from 1 up.
    """
    if isinstance(count, Integral) and not isinstance(count, bool) and int(count) >= 1:
        return int(count)
    msg = (
        f"{name} is {count!r}; give how many facilities of each category to find, a whole number from 1 up, "
        f"e.g. {name}=3"
    )
    raise TableError(msg)


def find_nearest(
    network: WalkNetwork,
    places: Spots,
    facilities: Spots,
    *,
    k: int = 3,
    minutes: float | Mapping[str, float] | None = None,
    metres: float | Mapping[str, float] | None = None,
    direction: Direction = "to",
    barriers: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the k nearest facilities of every category for every place.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        A Point, a GeoSeries, or points or polygons where people are; only geometry and index are used.
    facilities
        A Point in the network's CRS or in longitude and latitude, a GeoSeries of shapes, or points, multipoints
        (entrances) or polygons with the column `category`; only those in use count.
    k
        Number of facilities of each category to find.
    minutes, metres
        At most one limit, inclusive: a number, or a mapping from category to number. With `metres` the length of the
        walk is minimised, and the minutes are those of the same walk. Without a limit all walks are found.
    direction
        "to": people walk to the facility; "from": people walk from it.
    barriers
        Lines that no leg between a point and the street may cross, instead of the network's own.

    Returns
    -------
    DataFrame
        place, category, rank (1 is the nearest), facility, minutes and metres of the walk. Rows are sorted by place (in
        the order given), category and rank, with fewer than k ranks where fewer facilities are reached. Ties are broken
        by the quantity that is not minimised, then by the facility's id as text.

    Raises
    ------
    TableError, LimitError, CategoryError
        If an input is not valid.

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
    k = check_count(k, "k")
    query = make_query(
        network,
        facilities,
        places=places,
        minutes=minutes,
        metres=metres,
        needed=False,
        direction=direction,
        barriers=barriers,
    )
    found = [rank_nearest(query, category, k) for category in step_through(query.categories, "nearest")]
    category = np.repeat(np.array(query.categories, dtype=object), [len(part) for part in found])
    table = pd.concat([_as_table(np.zeros((0, 5))), *(_as_table(part) for part in found)])
    table.insert(1, "category", category)
    table = table.iloc[np.argsort(table["place"], kind="stable")].reset_index(drop=True)
    place, facility = query.places.index[table["place"]], query.facilities.index[table["facility"]]
    return table.assign(place=place, facility=facility)


def rank_nearest(query: Query, category: str, k: int) -> np.ndarray:
    """Return the k nearest facilities within the limit of a category, for every place.

    Parameters
    ----------
    query
        The checked inputs.
    category
        One of its categories.
    k
        Number of different facilities.

    Returns
    -------
    ndarray
        float64 (walks, 5), by place and rank: row of the place, rank from 1, row of the facility, minutes, metres.
    """
    rows, limit = query.rows_of[category], query.limit_of(category)
    best = nearest_walks(query, category, k, limit)
    place, rank = np.nonzero((best.owner >= 0) & (query.amount(best.cost) <= inclusive(limit)))
    facility = query.by_id(rows)[best.owner[place, rank]]
    walk = query.minutes_and_metres(best.cost[place, rank], best.other[place, rank])
    return np.column_stack([place, rank + 1, facility, *walk])


def nearest_walks(query: Query, category: str, k: int, limit: float) -> NearestLabels:
    """Return the walks of every place to its k nearest facilities.

    Parameters
    ----------
    query
        The checked inputs.
    category
        One of its categories.
    k
        Number of different facilities.
    limit
        Minutes or metres up to which walks are found; longer ones may be among them.

    Returns
    -------
    NearestLabels
        Of places; their owners are the numbers of the facilities by id, as in `query.by_id`.
    """
    rows, streets = query.rows_of[category], query.network.streets
    starts, owner = query.starts(rows)
    seeds, most = seed_access_points(streets, query.costs, starts, owner), max(min(k, len(rows)), 1)
    ranks = k_nearest_nodes(query.arcs, seeds, most, query.horizon(limit))
    return k_nearest_at(streets, query.costs, ranks, query.place_snapping.access_points, starts=starts, owner=owner)


def _as_table(rows: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["place", "rank", "facility", "minutes", "metres"])
    return table.astype({"place": "int64", "rank": "int64", "facility": "int64"})
