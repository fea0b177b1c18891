"""Walks from places to facilities: minutes, metres, and which facility is nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import load_catalogue
from tenmin.network import Joins, WalkNetwork
from tenmin.routing import (
    Arcs,
    Arrivals,
    Costs,
    Feet,
    Labels,
    Stretches,
    arrive_at,
    cut_lines,
    open_arcs,
    original_of,
    search,
    seed_feet,
    step_back,
)
from tenmin.support.contracts import check_direction, check_facilities, check_places
from tenmin.support.limits import SECONDS_A_MINUTE, TOLERANCE, Limits, Unit, read_limits
from tenmin.support.progress import step_through

__all__ = [
    "Trip",
    "Walks",
    "chosen_categories",
    "cost_to_end_of_data",
    "in_use",
    "measure_walks",
    "plan_walks",
    "rows_by_category",
    "rows_by_id",
    "straight_walks",
    "walked_line",
]


def in_use(facilities: pd.DataFrame) -> np.ndarray:
    """Return which facilities count: those whose `state` is in_use or not given."""
    if "state" not in facilities.columns:
        return np.ones(len(facilities), bool)
    return (facilities["state"].isna() | (facilities["state"] == "in_use")).to_numpy(bool)


def _by_id(ids: pd.Index, rows: np.ndarray) -> np.ndarray:
    return np.argsort(ids.to_numpy()[rows].astype(str), kind="stable")


def rows_by_id(ids: pd.Index, rows: np.ndarray) -> np.ndarray:
    """Return rows in the order of their ids as text, which is how a search numbers its owners."""
    return rows[_by_id(ids, rows)]


@dataclass(frozen=True)
class Trip:
    """Who walks where: a network, the joins of places and facilities, the direction and what is minimised."""

    network: WalkNetwork
    places: Joins
    facilities: Joins
    direction: str
    unit: Unit

    @cached_property
    def costs(self) -> Costs:
        """The costs of a search that runs from the facilities."""
        costs = self.network.costs(self.unit)
        return costs.reversed() if self.direction == "to" else costs

    @cached_property
    def arcs(self) -> Arcs:
        """The open arcs at these costs."""
        return open_arcs(self.network.streets, self.costs)

    def starts(self, rows: np.ndarray) -> tuple[Feet, np.ndarray]:
        """The feet of some facilities, and of each foot the rank of its facility by id."""
        rank = np.empty(len(rows), np.int64)
        rank[_by_id(self.facilities.table.index, rows)] = np.arange(len(rows))
        feet = self.facilities.take(rows)
        return feet, rank[feet.thing]

    def arrivals(self, rows: np.ndarray) -> tuple[Arrivals, Labels, Feet]:
        """The best walk of every place over the facilities in some rows."""
        feet, owner = self.starts(rows)
        costs, streets = self.costs, self.network.streets
        labels = search(self.arcs, seed_feet(streets, costs, feet, owner))
        return arrive_at(streets, costs, labels, self.places.feet, starts=feet, owner=owner), labels, feet


@dataclass(frozen=True)
class Walks:
    """The best walk from every place to every category: index = places, columns = categories.

    `minutes` and `metres` are those of one walk, inf where there is none; `nearest` is the facility's id or None.
    """

    minutes: pd.DataFrame
    metres: pd.DataFrame
    nearest: pd.DataFrame


def plan_walks(trip: Trip, rows_of: Mapping[str, np.ndarray]) -> Walks:
    """Return the best walk from every place to each group of facilities.

    Parameters
    ----------
    trip
        Who walks where.
    rows_of
        Rows of the facilities of each category; columns come in this order.
    """
    index, columns = trip.places.table.index, list(rows_of)
    minutes, metres = (np.full((len(index), len(columns)), np.inf) for _ in range(2))
    nearest = np.full((len(index), len(columns)), None, dtype=object)
    ids = trip.facilities.table.index.to_numpy()
    for column, rows in enumerate(step_through(rows_of.values(), "walks")):
        best, _, _ = trip.arrivals(rows)
        first, second = (minutes, metres) if trip.unit == "minutes" else (metres, minutes)
        first[:, column], second[:, column] = best.cost, best.other
        found = best.owner >= 0
        nearest[found, column] = ids[rows_by_id(trip.facilities.table.index, rows)][best.owner[found]]
    frames = (pd.DataFrame(values, index=index, columns=columns) for values in (minutes / SECONDS_A_MINUTE, metres))
    return Walks(*frames, nearest=pd.DataFrame(nearest, index=index, columns=columns, dtype=object))


def cost_to_end_of_data(trip: Trip) -> np.ndarray:
    """Return the cost from every place to the nearest end of the data, inf where there is none."""
    streets, costs = trip.network.streets, trip.costs
    labels = trip.network.from_ends_of_data(trip.arcs)
    nothing = Feet(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
    return arrive_at(streets, costs, labels, trip.places.feet, starts=nothing, owner=np.zeros(0, np.int32)).cost


def straight_walks(
    trip: Trip, frames: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], rows_of: Mapping[str, np.ndarray]
) -> Walks:
    """Return the metres to the nearest facility of each category as the crow flies, and the minutes on level ground.

    Parameters
    ----------
    trip
        Who walks where.
    frames
        Places and facilities in the network's CRS.
    rows_of
        Rows of the facilities of each category; columns come in this order.
    """
    places, facilities = frames
    index, columns = places.index, list(rows_of)
    metres = np.full((len(index), len(columns)), np.inf)
    nearest = np.full((len(index), len(columns)), None, dtype=object)
    for column, rows in enumerate(rows_of.values()):
        by_id = rows_by_id(facilities.index, rows)
        tree = shapely.STRtree(facilities.geometry.to_numpy()[by_id])
        (place, found), far = tree.query_nearest(places.geometry.to_numpy(), return_distance=True)
        order = np.lexsort((-found, -place))
        metres[place, column] = far
        nearest[place[order], column] = facilities.index.to_numpy()[by_id][found[order]]
    minutes = metres / trip.network.walker.metres_a_second / SECONDS_A_MINUTE
    table = (pd.DataFrame(values, index=index, columns=columns) for values in (minutes, metres))
    return Walks(*table, nearest=pd.DataFrame(nearest, index=index, columns=columns, dtype=object))


def rows_by_category(facilities: pd.DataFrame, categories: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the rows of the facilities in use of each category, for categories in the order given."""
    category = facilities["category"].astype("str").to_numpy()
    used = in_use(facilities)
    return {name: np.flatnonzero((category == name) & used) for name in categories}


def chosen_categories(facilities: pd.DataFrame, limits: Limits | None) -> list[str]:
    """Return the categories to measure, sorted: all that the facilities have, or those that have a limit.

    Raises
    ------
    CategoryError
        If a limit names a category that neither the facilities nor the catalogue have.
    """
    present = set(facilities["category"].astype("str"))
    return sorted(present) if limits is None else limits.choose(present, load_catalogue())


def measure_walks(
    network: WalkNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: float | Mapping[str, float] | None = None,
    metres: float | Mapping[str, float] | None = None,
    direction: str = "to",
    barriers: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return the minutes from every place to its nearest facility of every category.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        Points or polygons where people are; only geometry and index are read.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`.
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
        Minutes, float64; index that of the places, columns the categories, sorted; inf where there is no walk
        (within the limit, which is inclusive).

    Raises
    ------
    TableError, LimitError, CategoryError
        Naming the row, the value and the way out.

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
    limits = read_limits(minutes, metres)
    check_direction(direction)
    network = network.behind(barriers)
    facilities = check_facilities(facilities)
    categories = chosen_categories(facilities, limits)
    trip = Trip(
        network=network,
        places=network.snap(check_places(places)),
        facilities=network.snap(facilities),
        direction=direction,
        unit="minutes" if limits is None else limits.unit,
    )
    walks = plan_walks(trip, rows_by_category(facilities, categories))
    if limits is None:
        return walks.minutes
    held = walks.minutes if limits.unit == "minutes" else walks.metres
    bound = np.array([limits.of(category)[0] for category in categories]) * (1.0 + TOLERANCE)
    return walks.minutes.where(held <= bound, np.inf)


def walked_line(trip: Trip, row: int, rows: np.ndarray) -> shapely.LineString:
    """Return the line that the best walk of one place takes, from the place's foot to the facility's, or back.

    Parameters
    ----------
    trip
        Who walks where.
    row
        Row of the place.
    rows
        Rows of the facilities of the category.

    Returns
    -------
    LineString
        In the network's CRS, along the streets; empty where there is no walk.
    """
    best, labels, starts = trip.arrivals(rows)
    if best.owner[row] < 0:
        return shapely.LineString()
    network, foot, start = trip.network, int(best.foot[row]), int(best.start[row])
    edge, offset = int(trip.places.feet.edge[foot]), float(trip.places.feet.offset[foot])
    if start >= 0:
        legs = [(edge, offset, float(starts.offset[start]))]
    else:
        length, streets = float(network.streets.length[edge]), network.streets
        node = int(streets.u[edge] if start == -1 else streets.v[edge])
        legs = [(edge, offset, 0.0 if start == -1 else length)]
        legs += _back_to_start(trip, labels, node, (starts, int(best.owner[row]), rows))
    xy = [_leg_points(network, leg) for leg in legs]
    line = np.concatenate([points if k == 0 else points[1:] for k, points in enumerate(xy)])
    return shapely.LineString(line if trip.direction == "to" else line[::-1])


def _leg_points(network: WalkNetwork, leg: tuple[int, float, float]) -> np.ndarray:
    """The corners of an edge from one distance along it to another."""
    edge, begin, end = leg
    ends = np.array([min(begin, end)]), np.array([max(begin, end)])
    _, xy = cut_lines(network.shapes, Stretches(np.array([edge]), *ends, *ends))
    return xy if begin <= end else xy[::-1]


def _back_to_start(
    trip: Trip, labels: Labels, node: int, whose: tuple[Feet, int, np.ndarray]
) -> list[tuple[int, float, float]]:
    """The whole edges from a node back to a seed, then the part of an edge to the facility's foot."""
    streets = trip.network.streets
    legs: list[tuple[int, float, float]] = []
    while (edge := int(labels.via[node])) >= 0:
        length = float(streets.length[edge])
        outward = int(streets.v[edge]) == original_of(streets, node)
        legs.append((edge, length, 0.0) if outward else (edge, 0.0, length))
        node = step_back(streets, node, edge)
    starts, owner, rows = whose
    seeds = seed_feet(streets, trip.costs, starts, trip.starts(rows)[1])
    mine = (seeds.node == node) & (seeds.owner == owner) & np.isfinite(seeds.cost)
    seed = int(np.flatnonzero(mine)[np.argmin(seeds.cost[mine])])
    feet = len(starts.edge)
    foot, ahead = seed % feet, (seed // feet) % 2 == 0
    edge = int(starts.edge[foot])
    legs.append((edge, float(streets.length[edge]) if ahead else 0.0, float(starts.offset[foot])))
    return legs
