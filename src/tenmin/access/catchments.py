"""Catchment populations: people within a limit of facilities, and how far they depend on the lateral width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.query import Destination, Query, check_merge, make_query
from tenmin.network import ASIDE, WalkNetwork
from tenmin.routing import AccessPoints, arrive_at
from tenmin.support.contracts import Direction, people_of
from tenmin.support.errors import LimitError
from tenmin.support.limits import check_metres, inclusive
from tenmin.support.progress import step_through

__all__ = ["count_people"]

WIDTHS = (25.0, 100.0)
"""Longest legs for the lower and upper end of the interval, metres."""


def _check_widths(lateral: object) -> tuple[float, float]:
    """The narrow and the wide width, metres."""
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
    direction: Direction = "to",
    barriers: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the number of people within a limit of facilities, and an interval for it.

    A place counts if its walk is within the limit. The interval counts only walks whose leg between the place and the
    street is at most as long as a narrow or a wide lateral width, and at its upper end the people whose walk is
    unknown, too; a large interval means that the result depends on how much ground beside the streets is regarded as
    served, or on what is not known.

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
        Narrow and wide lateral width: longest leg between a place and the street, metres, at most 100.
    merge
        "category" gives a row per category instead of per facility; people near several facilities count once.
    direction
        "to": people walk to the facility; "from": people walk from it.
    barriers
        Lines that no leg between a point and the street may cross, instead of the network's own.

    Returns
    -------
    DataFrame
        facility (None if merged), category, minutes or metres (the limit), people_low (legs up to the narrow width),
        people_high (up to the wide width, and the unknown), people (legs up to 100 m, as in all results; NaN if nobody
        is known to be within the limit and somebody may be) and unknown: the people whose walk is unknown, as in
        `Coverage`, or because the facility joins no street. Rows are in the order of the facilities (or categories).
        people_low <= people_high <= people + unknown.

    Raises
    ------
    TableError, LimitError, CategoryError
        If an input is not valid.

    See Also
    --------
    tenmin.measure_coverage : People by their nearest facility, with what is unknown.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 10), Point(200, 60)], crs="EPSG:32650")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> tm.count_people(network, homes, clinic, minutes=10)
      facility category  minutes  people_low  people_high  people  unknown
    0       c1   clinic     10.0        30.0         40.0    40.0      0.0
    """
    widths = _check_widths(lateral)
    check_merge(merge, ("category",))
    query = make_query(
        network, facilities, places=places, minutes=minutes, metres=metres, direction=direction, barriers=barriers
    )
    people = people_of(query.places).to_numpy()
    destinations = query.destinations(merged=merge is not None)
    access_points = [
        *(_limit_legs(query.place_snapping.access_points, width) for width in widths),
        query.place_snapping.access_points,
    ]
    end = query.amount(query.cost_to_end_of_data())
    counts = [_count(query, one, access_points, people, end) for one in step_through(destinations, "people")]
    low, high, count, unknown = np.array(counts, np.float64).reshape(-1, 4).T
    rows = np.array([one.facility for one in destinations], np.int64)
    return pd.DataFrame(
        {
            "facility": np.full(len(rows), None, dtype=object) if merge else query.facilities.index[rows],
            "category": np.array([one.category for one in destinations], dtype=object),
            query.unit: np.array([one.limits[-1] for one in destinations], np.float64),
            "people_low": low,
            "people_high": high,
            "people": np.where((count == 0.0) & (unknown > 0.0), np.nan, count),
            "unknown": unknown,
        }
    )


def _limit_legs(access_points: AccessPoints, width: float) -> AccessPoints:
    """The access points whose leg is at most `width` metres."""
    kept = access_points.leg <= inclusive(width)
    first = np.concatenate([[0], np.cumsum(kept)])[access_points.first]
    return AccessPoints(first, access_points.edge[kept], access_points.offset[kept], access_points.leg[kept])


def _count(
    query: Query, destination: Destination, access_points: list[AccessPoints], people: np.ndarray, end: np.ndarray
) -> list[float]:
    """The people within the limit of a destination: by narrow, by wide legs and unknown, by all legs, and unknown.

    `end` is the walk of each place to the nearest end of the data.
    """
    (starts, owner), limit = query.starts(destination.rows), destination.limits[-1]
    labels, streets, bound = query.labels(starts, owner, limit), query.network.streets, inclusive(limit)
    walks = [
        query.amount(arrive_at(streets, query.costs, labels, one, starts=starts, owner=owner).cost)
        for one in access_points
    ]
    narrow, wide, within = (walk <= bound for walk in walks)
    unjoined = (query.place_snapping.table["how"] == "none").to_numpy() | (len(starts.edge) == 0)
    unknown = ~within & (unjoined | ((end <= bound) & (end < walks[-1])))
    return [float(people[counted].sum()) for counted in (narrow, wide | unknown, within, unknown)]
