"""Measurement of a coverage: the walk from every place to every category, compared with a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.query import Query, make_query
from tenmin.inputs.communities import assign_communities
from tenmin.inputs.walkers import Walker
from tenmin.measures._open_at import Opening, open_facilities, walks_in_doubt
from tenmin.measures._thin_data import check_thin, count_facilities
from tenmin.measures.coverage import Coverage, compare_walks
from tenmin.network import WalkNetwork
from tenmin.support.contracts import Direction, Metric, check_frame, in_metres
from tenmin.support.errors import LimitError, TableError
from tenmin.support.limits import Number
from tenmin.support.moments import Moment

__all__ = ["cover_again", "cover_places", "cover_walked_by", "measure_coverage"]


def _check_single(minutes: object, metres: object) -> None:
    """Raise an error that points to `within` if several limits are given."""
    for unit, limit in (("minutes", minutes), ("metres", metres)):
        if isinstance(limit, list | tuple | set | range | np.ndarray | pd.Series) and len(limit):
            msg = (
                f"{unit} must be a number, but is {limit!r}; measure with one of them, and read the others off "
                "the same walks, as in coverage.within([5, 10, 15])"
            )
            raise LimitError(msg)


def measure_coverage(  # noqa: PLR0913 (what says who walks to what, and what says what counts)
    network: WalkNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: Number | None = None,
    metres: Number | None = None,
    areas: gpd.GeoDataFrame | None = None,
    metric: Metric = "walk",
    direction: Direction = "to",
    barriers: gpd.GeoDataFrame | None = None,
    legs: Literal["all", "clear"] = "all",
    buildings: gpd.GeoDataFrame | None = None,
    country: str | None = None,
    thin: float = 0.5,
    open_at: Moment | None = None,
) -> Coverage:
    """Return the coverage of places: the walk to the nearest facility of every category, compared with a limit.

    The categories are those of the facilities, or those with a limit. A facility of a part of one (`part_of` in the
    catalogue: a health station is a clinic) counts for the whole, too.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        Points or polygons where people live: `people` (0 or more), `people_<group>` and `area` where known.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`; only those in use count.
    minutes, metres
        One of them: a number, or a mapping from category to number. The limit is inclusive (1e-6 relative).
    areas
        Communities indexed by id, for shares by area; polygons if places or facilities do not name theirs.
    metric
        "walk": along the streets; "straight": in a straight line, as for a service radius.
    direction
        "to": people walk to the facility; "from": people walk from it.
    barriers
        Lines that no leg between a point and the street may cross, instead of the network's own.
    legs, buildings
        "all" legs, or with legs="clear" only those that pass through none of the buildings (polygons) but one's own.
    country
        Where the places are all the people of a town: its country by ISO 3166-1, such as "CN". Of categories that are
        thinly mapped by the figures for this country, the unserved are unknown. By default nothing is judged: in a part
        of a town, or a country unknown, nobody can say how many facilities there should be.
    thin
        Share of the expected number of facilities below which a category is thinly mapped.
    open_at
        Moment, in local time, at which facilities have to be open by their `opening_hours` (in OpenStreetMap's form):
        a datetime, or a text such as "2026-03-03 20:30" or "Tu 20:30" (of an ordinary week). Places that only a
        facility of unknown or unreadable hours would serve are unknown. The network of an extract has to be of the
        same moment (`WalkNetwork.from_osm(..., when=...)`). Needs `tenmin[hours]`.

    Returns
    -------
    Coverage
        Minutes, metres, served and unknown by place and category.

    Raises
    ------
    TableError, LimitError, CategoryError, InputError
        If an input is not valid, or no place or no facility lies within 1 km of the box of the streets (by straight
        distance only if they would with x and y exchanged), or the network is of another moment than `open_at`.

    Warns
    -----
    TenminWarning
        More than a fifth of the places or facilities near the streets join none of them, or no expected numbers of
        facilities are known for the country.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame(
    ...     {"people": [30, 10]}, index=["near", "off"], geometry=[Point(80, 0), Point(1200, 0)], crs="EPSG:32650"
    ... )
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> coverage = tm.measure_coverage(network, homes, clinic, minutes=10)
    >>> coverage.minutes.round(6)["clinic"].to_dict()
    {'near': 1.0, 'off': 15.0}
    >>> coverage.shares()[["category", "of", "served", "total", "share"]]
      category      of  served  total  share
    0   clinic  people    30.0   40.0   0.75
    """
    if metric not in {"walk", "straight"}:
        msg = f"metric must be 'walk' or 'straight', but is {metric!r}"
        raise TableError(msg)
    check_thin(thin, country)
    _check_single(minutes, metres)
    query = make_query(
        network,
        facilities,
        places=places,
        minutes=minutes,
        metres=metres,
        direction=direction,
        barriers=barriers,
        legs=legs,
        buildings=buildings,
        anywhere=metric == "straight",
    )
    opening = None
    if open_at is not None:
        query, opening = open_facilities(query, open_at, metric)
    return cover_places(query, areas=areas, metric=metric, country=country, thin=thin, opening=opening)


def cover_again(
    earlier: Coverage,
    facilities: gpd.GeoDataFrame | None,
    *,
    more: Sequence[WalkNetwork] = (),
    areas: gpd.GeoDataFrame | None = None,
    country: str | None = None,
    thin: float = 0.5,
    open_at: Moment | None = None,
) -> Coverage:
    """Return a coverage with other facilities: what `measure_coverage` gives, without snapping the places again.

    Parameters
    ----------
    earlier
        The coverage of the same network, places, limits and direction.
    more
        The same network with streets added or gates opened, once or again and again: the access points of the earlier
        ones are kept beside those of the last, so that no walk gets longer.
    facilities
        As in `measure_coverage`; None for those of the earlier coverage.
    areas, country, thin, open_at
        As in `measure_coverage`.

    Raises
    ------
    TableError, CategoryError, InputError
        As in `measure_coverage`.
    """
    query, opening = earlier.query, None
    if facilities is not None:
        query = query.with_facilities(facilities, anywhere=earlier.metric == "straight")
    for network in more:
        query = query.on_more_streets(network)
    if open_at is not None:
        query, opening = open_facilities(query, open_at, earlier.metric)
    return cover_places(
        query,
        areas=areas,
        metric=earlier.metric,
        country=country,
        thin=thin,
        opening=opening,
        earlier=None if more else earlier,
    )


def cover_walked_by(earlier: Coverage, walker: Walker) -> Coverage:
    """Return a coverage by another walker: what `measure_coverage` gives on the network walked by it.

    Parameters
    ----------
    earlier
        A coverage along the streets.
    walker
        The other walker.
    """
    query, metric, opening = earlier.query, earlier.metric, earlier.opening
    other = replace(query, network=query.network.walked_by(walker))
    joins = {"places": other.place_snapping.table, "facilities": other.facility_snapping.table}
    hours = None if opening is None else replace(opening, in_doubt=walks_in_doubt(other, metric))
    return replace(
        earlier,
        network=other.network,
        query=other,
        opening=hours,
        joins=pd.concat(joins, names=["table", "id"]),
        **compare_walks(other, metric, earlier.limit, earlier.counts["thin"], hours),
    )


def cover_places(
    query: Query,
    *,
    areas: gpd.GeoDataFrame | None = None,
    metric: Metric = "walk",
    country: str | None = None,
    thin: float = 0.5,
    opening: Opening | None = None,
    earlier: Coverage | None = None,
) -> Coverage:
    """Return the coverage of a query whose inputs are already checked.

    Parameters
    ----------
    query
        The network, the places, the facilities and the limits.
    areas, metric, country, thin
        As in `measure_coverage`.
    opening
        The moment at which facilities have to be open, if the query is of one.
    earlier
        As in `compare_walks`.

    Raises
    ------
    TableError
        There is no category to measure.
    """
    if not query.categories:
        msg = (
            "there is no category to measure: facilities has no rows, and the limit names none; give facilities, or "
            f"name categories, e.g. {query.unit}={{'clinic': 10}}"
        )
        raise TableError(msg)
    areas = None if areas is None else in_metres(check_frame(areas, "areas"), query.network.crs)
    index = pd.Index(query.categories, name="category", dtype="str")
    limit = pd.Series([query.limit_of(name) for name in index], index=index, name=query.unit, dtype="float64")
    counts = count_facilities(query.places, query.facilities, query.rows_in_use, country=country, thin=thin)
    joins = {"places": query.place_snapping.table, "facilities": query.facility_snapping.table}
    return Coverage(
        network=query.network,
        places=assign_communities(query.places, areas),
        facilities=query.facilities,
        areas=areas,
        limit=limit,
        unit=query.unit,
        direction=query.direction,
        metric=metric,
        counts=counts,
        joins=pd.concat(joins, names=["table", "id"]),
        query=query,
        opening=opening,
        **compare_walks(query, metric, limit, counts["thin"], opening, earlier=earlier),
    )
