"""The people round facilities: how many live within a limit, and how much that leans on the width of the ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.query import Destination, Query, check_merge, make_query
from tenmin.network import ASIDE, WalkNetwork
from tenmin.routing import Feet, arrive_at
from tenmin.support.contracts import people_of
from tenmin.support.errors import LimitError
from tenmin.support.limits import check_metres, inclusive
from tenmin.support.progress import step_through

__all__ = ["count_people"]

WIDTHS = (25.0, 100.0)
"""Longest legs of the narrow and the wide end of the interval, metres."""


def _widths(lateral: object) -> tuple[float, float]:
    """The narrow and the wide longest leg."""
    if not isinstance(lateral, tuple | list) or len(lateral) != len(WIDTHS):
        msg = f"lateral must be two numbers of metres, narrow and wide, e.g. (25, 100), but is {lateral!r}"
        raise LimitError(msg)
    allowed = f"from 0 to {ASIDE:g}, e.g. lateral=(25, 100)"
    narrow, wide = (
        check_metres(width, f"lateral[{k}]", allowed=allowed, least=0.0, most=ASIDE) for k, width in enumerate(lateral)
    )
    if narrow > wide:
        msg = f"lateral is {lateral!r}, which is wide before narrow; give lateral=({wide:g}, {narrow:g})"
        raise LimitError(msg)
    return narrow, wide


def count_people(
    network: WalkNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: float | Mapping[str, float] | None = None,
    metres: float | Mapping[str, float] | None = None,
    lateral: tuple[float, float] = WIDTHS,
    merge: Literal["category"] | None = None,
    direction: str = "to",
    barriers: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return how many people live within a limit of facilities, as an interval and by the rule.

    A place counts where its walk is within the limit. The interval counts only walks whose leg from the place to the
    street is at most so long: far apart, its ends say that the answer leans on how wide the ground beside the streets
    is thought to be.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        Points or polygons where people live, with the column `people`.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`; only those in use count.
    minutes, metres
        One of them: a number, or a mapping from category to number. The limit is inclusive (1e-6 relative).
    lateral
        The longest leg between a place and the street, metres, at most 100: the narrow one and the wide one.
    merge
        "category" gives one row for each category instead of each facility; people near two facilities count once.
    direction
        "to": people walk to the facility; "from": from it.
    barriers
        Lines that no leg off the street may cross, instead of the network's own.

    Returns
    -------
    DataFrame
        facility (None when merged), category, minutes or metres (the limit, as asked), people_low (legs up to the
        narrow width), people_high (up to the wide one) and people (by the rule: legs up to 100 m). Rows in order of
        facility (or category). people_low <= people_high <= people.

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
    >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 10), Point(200, 60)], crs="EPSG:32650")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> tm.count_people(network, homes, clinic, minutes=10)
      facility category  minutes  people_low  people_high  people
    0       c1   clinic     10.0        30.0         40.0    40.0
    """
    widths = _widths(lateral)
    check_merge(merge, ("category",))
    query = make_query(
        network, facilities, places=places, minutes=minutes, metres=metres, direction=direction, barriers=barriers
    )
    people = people_of(places).to_numpy()
    destinations = query.destinations(merged=merge is not None)
    feet = [*(_within(query.place_joins.feet, width) for width in widths), query.place_joins.feet]
    counts = [_count(query, one, feet, people) for one in step_through(destinations, "people")]
    low, high, ruled = np.array(counts, np.float64).reshape(-1, 3).T
    rows = np.array([one.facility for one in destinations], np.int64)
    return pd.DataFrame(
        {
            "facility": np.full(len(rows), None, dtype=object) if merge else query.facilities.index[rows],
            "category": np.array([one.category for one in destinations], dtype=object),
            query.unit: np.array([one.limits[-1] for one in destinations], np.float64),
            "people_low": low,
            "people_high": high,
            "people": ruled,
        }
    )


def _within(feet: Feet, width: float) -> Feet:
    """The feet whose leg is at most so long."""
    kept = feet.leg <= inclusive(width)
    first = np.concatenate([[0], np.cumsum(kept)])[feet.first]
    return Feet(first, feet.edge[kept], feet.offset[kept], feet.leg[kept])


def _count(query: Query, destination: Destination, feet: list[Feet], people: np.ndarray) -> list[float]:
    """The people of the places within the limit of a destination, once for each choice of feet."""
    (starts, owner), limit = query.starts(destination.rows), destination.limits[-1]
    labels, streets = query.labels(starts, owner, limit), query.network.streets
    best = [arrive_at(streets, query.costs, labels, some, starts=starts, owner=owner).cost for some in feet]
    return [float(people[query.amount(cost) <= inclusive(limit)].sum()) for cost in best]
