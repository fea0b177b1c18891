"""Reach: every stretch of street within a limit of facilities as a table, with the walk at both of its ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.query import Destination, Query, check_merge, make_query
from tenmin.network import WalkNetwork
from tenmin.routing import Basin, Stretches, cut_lines, divide_streets, reach_streets
from tenmin.support.progress import step_through

__all__ = ["trace_streets"]

SLIVER = 1e-9
"""Metres below which a stretch is nothing but rounding."""
STEP = 1e-6
"""Seconds or metres below which a step in the walk is nothing but rounding."""


@dataclass(frozen=True)
class _Pieces:
    """Stretches of street, and of each the number of its group: rows of facilities, or of categories."""

    group: np.ndarray
    stretches: Stretches


def trace_streets(
    network: WalkNetwork,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: float | Mapping[str, float] | None = None,
    metres: float | Mapping[str, float] | None = None,
    direction: str = "to",
    merge: Literal["category", "nearest"] | None = None,
    barriers: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return every stretch of street within a limit of facilities, with the walk at both of its ends.

    Parameters
    ----------
    network
        The streets and the walker.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`; only those in use count.
    minutes, metres
        One of them: a number, or a mapping from category to number.
    direction
        "to": from where people can walk to the facility; "from": where they can walk to.
    merge
        None gives the streets of each facility by itself. "category" gives those of all facilities of a category
        together. "nearest" divides these among the facilities: each stretch belongs to the one that is nearest, and
        where two are equally near, to the one whose walk is the lesser in the other quantity, then in its id as text.
    barriers
        Lines that no leg off the street may cross, instead of the network's own.

    Returns
    -------
    GeoDataFrame
        A row for each stretch on which the walk grows or shrinks evenly: facility (None when merged by category),
        category, edge (label in `network.edges`), begin and end (metres from the edge's first end), begin_minutes
        and end_minutes or begin_metres and end_metres (the walk from there, or to there, as the limit was given), and
        geometry: LineString in the network's CRS. Rows in order of facility (or category), edge and begin; stretches
        of one facility (or, merged, of one category) overlap nowhere.

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
    pieces = _tidy((_divided if merge == "nearest" else _reached)(query, destinations))
    if merge == "category":
        facility = np.full(len(pieces.group), None, dtype=object)
        category = [destinations[k].category for k in pieces.group.tolist()]
    else:
        facility = query.facilities.index[pieces.group]
        category = query.facilities["category"].astype("str").to_numpy()[pieces.group]
    return _table(query, pieces.stretches, facility, category)


def _reached(query: Query, destinations: Sequence[Destination]) -> list[_Pieces]:
    """The streets of each destination; groups are facilities, or numbers of categories."""
    basin, found = Basin.of(query.arcs), []
    for number, one in enumerate(step_through(destinations, "streets")):
        starts, limit = query.facility_joins.take(one.rows), query.cost(one.limits[-1])
        reached = reach_streets(query.network.streets, query.costs, query.arcs, starts, limit, basin=basin)
        group = number if one.facility < 0 else one.facility
        found.append(_Pieces(np.full(len(reached.stretches.edge), group), reached.stretches))
    return found


def _divided(query: Query, destinations: Sequence[Destination]) -> list[_Pieces]:
    """The streets of each category, each stretch with its nearest facility; groups are facilities."""
    streets, costs, found = query.network.streets, query.costs, []
    for one in step_through(destinations, "streets"):
        (starts, owner), limit = query.starts(one.rows), one.limits[-1]
        labels = query.labels(starts, owner, limit)
        stretches, whose = divide_streets(streets, costs, labels, query.cost(limit), starts=starts, owner=owner)
        found.append(_Pieces(query.by_id(one.rows)[whose], stretches))
    return found


def _tidy(found: Sequence[_Pieces]) -> _Pieces:
    """All pieces in order of group; what is split without a bend in the walk is put together again."""
    none = _Pieces(np.zeros(0, np.int64), Stretches(np.zeros(0, np.int64), *np.zeros((4, 0))))
    group = np.concatenate([none.group, *(pieces.group for pieces in found)])
    columns = zip(none.stretches, *(pieces.stretches for pieces in found), strict=True)
    stretches = Stretches(*(np.concatenate(column) for column in columns))
    rows = np.argsort(group, kind="stable")
    rows = rows[stretches.end[rows] - stretches.begin[rows] > SLIVER]
    group, (edge, begin, end, begin_cost, end_cost) = group[rows], (column[rows] for column in stretches)
    rises = begin_cost < end_cost
    first = np.ones(len(rows), bool)
    goes_on = (np.abs(begin[1:] - end[:-1]) <= 2.0 * SLIVER) & (np.abs(begin_cost[1:] - end_cost[:-1]) <= STEP)
    first[1:] = ~((group[1:] == group[:-1]) & (edge[1:] == edge[:-1]) & (rises[1:] == rises[:-1]) & goes_on)
    last = np.append(first[1:], np.ones(min(len(rows), 1), bool))
    whole = Stretches(edge[first], begin[first], end[last], begin_cost[first], end_cost[last])
    return _Pieces(group[first], whole)


def _table(query: Query, stretches: Stretches, facility: object, category: object) -> gpd.GeoDataFrame:
    """The stretches as a table."""
    first, xy = cut_lines(query.network.shapes, stretches)
    table = {
        "facility": facility,
        "category": np.asarray(category, dtype=object),
        "edge": query.network.edges.index[stretches.edge],
        "begin": stretches.begin,
        "end": stretches.end,
        f"begin_{query.unit}": query.amount(stretches.begin_cost),
        f"end_{query.unit}": query.amount(stretches.end_cost),
    }
    lines = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xy, (first,))
    return gpd.GeoDataFrame(pd.DataFrame(table), geometry=lines, crs=query.network.crs)
