"""Travel times from places to facilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.query import Query, make_query
from tenmin.network import WalkNetwork
from tenmin.support.contracts import Direction
from tenmin.support.limits import amount_of, inclusive
from tenmin.support.progress import step_through

__all__ = ["TravelTimes", "measure_walks", "straight_times", "travel_times"]


@dataclass(frozen=True)
class TravelTimes:
    """The best walk from every place to every category, as frames of places x categories."""

    minutes: pd.DataFrame
    """Minutes to the nearest facility; inf if there is no walk."""
    metres: pd.DataFrame
    """Metres of the same walk."""
    nearest: pd.DataFrame
    """Id of the nearest facility, or None."""


def travel_times(query: Query, known: tuple[Query, TravelTimes] | None = None) -> TravelTimes:
    """Return the best walk from every place to each category of a query, without a limit.

    Parameters
    ----------
    query
        The network, the places and the facilities.
    known
        A query of the same places on the same network, with its walks: categories whose facilities stand where they did
        are not searched again.
    """
    index = query.places.index
    minutes, metres, nearest = _empty(len(index), len(query.rows_of))
    ids = query.facilities.index.to_numpy()
    for column, (category, rows) in enumerate(step_through(query.rows_of.items(), "walks")):
        if known is not None and query.starts_as(known[0], category):
            frames = known[1].minutes, known[1].metres, known[1].nearest
            for array, frame in zip((minutes, metres, nearest), frames, strict=True):
                array[:, column] = frame[category]
            continue
        best, _, _ = query.arrivals(rows)
        minutes[:, column], metres[:, column] = query.minutes_and_metres(best.cost, best.other)
        found = best.owner >= 0
        nearest[found, column] = ids[query.by_id(rows)][best.owner[found]]
    return _frames(query, minutes, metres, nearest)


def straight_times(query: Query) -> TravelTimes:
    """Return the straight distance to the nearest facility of each category, and its minutes at level walking speed."""
    places = query.places.geometry.to_numpy()
    minutes, metres, nearest = _empty(len(places), len(query.rows_of))
    for column, rows in enumerate(query.rows_of.values()):
        by_id = query.by_id(rows)
        tree = shapely.STRtree(query.facilities.geometry.to_numpy()[by_id])
        (place, found), far = tree.query_nearest(places, return_distance=True)
        order = np.lexsort((-found, -place))
        metres[place, column] = far
        nearest[place[order], column] = query.facilities.index.to_numpy()[by_id][found[order]]
    minutes = amount_of(metres / query.network.walker.metres_a_second, "minutes")
    return _frames(query, minutes, metres, nearest)


def _empty(places: int, categories: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arrays of minutes, metres and nearest facilities, places x categories, for no walk at all."""
    shape = places, categories
    return np.full(shape, np.inf), np.full(shape, np.inf), np.full(shape, None, dtype=object)


def _frames(query: Query, minutes: np.ndarray, metres: np.ndarray, nearest: np.ndarray) -> TravelTimes:
    index, columns = query.places.index, query.categories
    return TravelTimes(
        pd.DataFrame(minutes, index=index, columns=columns),
        pd.DataFrame(metres, index=index, columns=columns),
        pd.DataFrame(nearest, index=index, columns=columns, dtype=object),
    )


def measure_walks(
    network: WalkNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: float | Mapping[str, float] | None = None,
    metres: float | Mapping[str, float] | None = None,
    direction: Direction = "to",
    barriers: gpd.GeoDataFrame | None = None,
    legs: Literal["all", "clear"] = "all",
    buildings: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the minutes from every place to its nearest facility of every category.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        Points or polygons where people are; only geometry and index are used.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`.
    minutes, metres
        At most one limit, inclusive: a number, or a mapping from category to number. With `metres` the length of the
        walk is minimised, and the minutes are those of the same walk. Without a limit all walks are found.
    direction
        "to": people walk to the facility; "from": people walk from it.
    barriers
        Lines that no leg between a point and the street may cross, instead of the network's own.
    legs, buildings
        "all" legs, or with legs="clear" only those that pass through none of the buildings (polygons) but one's own.

    Returns
    -------
    DataFrame
        Minutes (float64), places x categories, the categories sorted; inf if there is no walk within the limit.

    Raises
    ------
    TableError, LimitError, CategoryError
        If an input is not valid.

    See Also
    --------
    tenmin.measure_coverage : The same walks compared with a limit, and of how many people.
    tenmin.find_nearest : The k nearest facilities instead of one.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (400, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> places = gpd.GeoDataFrame({"people": [10]}, index=["home"], geometry=[Point(80, 0)], crs="EPSG:32650")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(400, 0)], crs="EPSG:32650")
    >>> tm.measure_walks(network, places, clinic).round(6)
          clinic
    home     4.0
    """
    query = make_query(
        network,
        facilities,
        places=places,
        minutes=minutes,
        metres=metres,
        needed=False,
        direction=direction,
        barriers=barriers,
        legs=legs,
        buildings=buildings,
    )
    times = travel_times(query)
    walk = times.minutes if query.unit == "minutes" else times.metres
    bound = inclusive(np.array([query.limit_of(category) for category in query.categories], np.float64))
    return times.minutes.where(walk <= bound, np.inf)
