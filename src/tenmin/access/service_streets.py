"""Service streets: the parts of edges within a limit of facilities, with the walk at both of their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.query import Destination, Query, Spots, check_merge, make_query
from tenmin.network import WalkNetwork
from tenmin.routing import EdgeIntervals, SearchBuffers, cut_lines, partition_edges, reach_streets
from tenmin.support.contracts import Direction
from tenmin.support.progress import step_through

__all__ = ["trace_streets"]

MIN_LENGTH = 1e-9
"""Metres below which an edge interval is rounding error."""
COST_TOLERANCE = 1e-6
"""Seconds or metres below which a difference of walks is rounding error."""


@dataclass(frozen=True)
class _GroupedIntervals:
    """Edge intervals with the group of each.

    A group is the row of a facility (0 for all of a category) times the number of destinations, plus that of its own.
    """

    group: np.ndarray
    intervals: EdgeIntervals


def trace_streets(
    network: WalkNetwork,
    facilities: Spots,
    *,
    minutes: float | Mapping[str, float] | None = None,
    metres: float | Mapping[str, float] | None = None,
    direction: Direction = "to",
    merge: Literal["category", "nearest"] | None = None,
    barriers: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the parts of edges within a limit of facilities, with the walk at both of their ends.

    Parameters
    ----------
    network
        The streets and the walker.
    facilities
        A Point in the network's CRS or in longitude and latitude, a GeoSeries of shapes, or points, multipoints
        (entrances) or polygons with the column `category`; only those in use count.
    minutes, metres
        One of them: a number, or a mapping from category to number.
    direction
        "to": from where people can walk to the facility; "from": to where they can walk from it.
    merge
        None gives the streets of each facility; "category" those of all facilities of a category together; "nearest"
        divides the latter among the facilities (a network Voronoi partition). Ties are broken by the quantity that is
        not minimised, then by the facility's id as text.
    barriers
        Lines that no leg between a point and the street may cross, instead of the network's own.

    Returns
    -------
    GeoDataFrame
        A row per edge interval on which the walk changes linearly: facility (None if merged by category), category,
        edge (label in `network.edges`), begin and end (metres along the edge from u), begin_minutes and end_minutes or
        begin_metres and end_metres (the walk at these points, in the unit of the limit), and geometry: LineString in
        the network's CRS. Rows are in the order of the facilities (or categories), then by edge and begin. Intervals of
        one facility (or, merged, of one category) do not overlap.

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
    >>> doors = gpd.GeoDataFrame(
    ...     {"category": "clinic"}, index=["c1", "c2"], geometry=[Point(0, 0), Point(1000, 0)], crs="EPSG:32650"
    ... )
    >>> streets = tm.trace_streets(network, doors, minutes=10, merge="nearest")
    >>> streets[["facility", "begin", "end", "begin_minutes", "end_minutes"]].round(6)
      facility   begin     end  begin_minutes  end_minutes
    0       c1     0.0   500.0           0.00         6.25
    1       c2   500.0  1000.0           6.25         0.00
    2       c2  1000.0  1800.0           0.00        10.00
    """
    check_merge(merge, ("category", "nearest"))
    query = make_query(network, facilities, minutes=minutes, metres=metres, direction=direction, barriers=barriers)
    destinations = query.destinations(merged=merge is not None)
    found = _merge_adjacent((_partition if merge == "nearest" else _reach_each)(query, destinations))
    row, number = np.divmod(found.group, max(len(destinations), 1))
    facility = np.full(len(row), None, dtype=object) if merge == "category" else query.facilities.index[row]
    category = [destinations[k].category for k in number.tolist()]
    return _table(query, found.intervals, facility, category)


def _reach_each(query: Query, destinations: Sequence[Destination]) -> list[_GroupedIntervals]:
    """The reached streets of each destination."""
    buffers, found = SearchBuffers.of(query.arcs), []
    for number, one in enumerate(step_through(destinations, "streets")):
        starts, limit = query.facility_snapping.take(one.rows), query.cost(one.limits[-1])
        reached = reach_streets(query.network.streets, query.costs, query.arcs, starts, limit, buffers=buffers)
        group = max(one.facility, 0) * len(destinations) + number
        found.append(_GroupedIntervals(np.full(len(reached.intervals.edge), group), reached.intervals))
    return found


def _partition(query: Query, destinations: Sequence[Destination]) -> list[_GroupedIntervals]:
    """The reached streets of each category, divided by nearest facility."""
    streets, costs, found = query.network.streets, query.costs, []
    for number, one in enumerate(step_through(destinations, "streets")):
        (starts, owner), limit = query.starts(one.rows), one.limits[-1]
        labels = query.labels(starts, owner, limit)
        intervals, nearest = partition_edges(streets, costs, labels, query.cost(limit), starts=starts, owner=owner)
        group = query.by_id(one.rows)[nearest] * len(destinations) + number
        found.append(_GroupedIntervals(group, intervals))
    return found


def _merge_adjacent(found: Sequence[_GroupedIntervals]) -> _GroupedIntervals:
    """All intervals sorted by group; adjacent ones are merged if the walk changes at the same rate."""
    none = _GroupedIntervals(np.zeros(0, np.int64), EdgeIntervals(np.zeros(0, np.int64), *np.zeros((4, 0))))
    group = np.concatenate([none.group, *(one.group for one in found)])
    columns = zip(none.intervals, *(one.intervals for one in found), strict=True)
    intervals = EdgeIntervals(*(np.concatenate(column) for column in columns))
    rows = np.argsort(group, kind="stable")
    rows = rows[intervals.end[rows] - intervals.begin[rows] > MIN_LENGTH]
    group, (edge, begin, end, begin_cost, end_cost) = group[rows], (column[rows] for column in intervals)
    rises = begin_cost < end_cost
    first = np.ones(len(rows), bool)
    touches = np.abs(begin[1:] - end[:-1]) <= 2.0 * MIN_LENGTH
    continues = touches & (np.abs(begin_cost[1:] - end_cost[:-1]) <= COST_TOLERANCE)
    first[1:] = ~((group[1:] == group[:-1]) & (edge[1:] == edge[:-1]) & (rises[1:] == rises[:-1]) & continues)
    last = np.append(first[1:], np.ones(min(len(rows), 1), bool))
    merged = EdgeIntervals(edge[first], begin[first], end[last], begin_cost[first], end_cost[last])
    return _GroupedIntervals(group[first], merged)


def _table(query: Query, intervals: EdgeIntervals, facility: object, category: object) -> gpd.GeoDataFrame:
    """The table of edge intervals."""
    first, xy = cut_lines(query.network.shapes, intervals)
    table = {
        "facility": facility,
        "category": np.asarray(category, dtype=object),
        "edge": query.network.edges.index[intervals.edge],
        "begin": intervals.begin,
        "end": intervals.end,
        f"begin_{query.unit}": query.amount(intervals.begin_cost),
        f"end_{query.unit}": query.amount(intervals.end_cost),
    }
    lines = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xy, (first,))
    return gpd.GeoDataFrame(pd.DataFrame(table), geometry=lines, crs=query.network.crs)
