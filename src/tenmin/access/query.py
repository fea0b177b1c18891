"""The query behind every verb that walks: inputs checked and snapped once, limits and units turned in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np

from tenmin.inputs.services import load_catalogue
from tenmin.network import Joins, WalkNetwork
from tenmin.routing import Arcs, Arrivals, Costs, Feet, Labels, arrive_at, open_arcs, search, seed_feet
from tenmin.support.contracts import check_direction, check_facilities, check_places, in_metres, in_use
from tenmin.support.errors import TableError
from tenmin.support.limits import Figures, Limits, Unit, amount_of, cost_of, horizon, read_limit, read_limits

__all__ = ["Destination", "Query", "check_merge", "make_query"]


@dataclass(frozen=True)
class Destination:
    """Facilities that are walked to as one: a single facility, or all of a category."""

    facility: int
    """The row of the single facility; -1 for all of a category."""
    category: str
    rows: np.ndarray
    """int64, the rows of its facilities"""
    limits: tuple[float, ...]
    """In minutes or metres, as they were given, ascending; () without a limit."""


@dataclass(frozen=True)
class Query:
    """Who walks to what, and how far: checked, in the network's CRS, valid from birth.

    Frames are in metres. What is derived (snapping, costs, arcs) is made when it is first read, and once.
    """

    network: WalkNetwork
    places: gpd.GeoDataFrame
    """Empty for verbs that ask from where a facility is reached."""
    facilities: gpd.GeoDataFrame
    direction: str
    """Whether people walk "to" the facility or "from" it."""
    unit: Unit
    """The quantity that searches minimise, and that limits are given in."""
    limits: Limits | None

    @cached_property
    def place_joins(self) -> Joins:
        """How the places join the streets."""
        return self.network.snap(self.places)

    @cached_property
    def facility_joins(self) -> Joins:
        """How the facilities join the streets."""
        return self.network.snap(self.facilities)

    @cached_property
    def costs(self) -> Costs:
        """The costs of a search that runs from the facilities: seconds for minutes, else metres."""
        costs = self.network.costs(self.unit)
        return costs.reversed() if self.direction == "to" else costs

    @cached_property
    def arcs(self) -> Arcs:
        """The traversable arcs at these costs."""
        return open_arcs(self.network.streets, self.costs)

    @cached_property
    def rows_of(self) -> dict[str, np.ndarray]:
        """The rows of the facilities in use of each category asked for, in order of category."""
        category = self.facilities["category"].astype("str").to_numpy()
        present, used = set(category), in_use(self.facilities)
        chosen = sorted(present) if self.limits is None else self.limits.choose(present, load_catalogue())
        return {name: np.flatnonzero((category == name) & used) for name in chosen}

    @property
    def categories(self) -> list[str]:
        """The categories asked for, sorted."""
        return list(self.rows_of)

    def limit_of(self, category: str) -> float:
        """The limit of a category, in minutes or metres; inf without one."""
        return np.inf if self.limits is None else self.limits.of(category)[-1]

    def destinations(self, *, merged: bool) -> list[Destination]:
        """What people walk to: every category, sorted (merged), or every facility in use, in the order given."""
        limits = {name: self.limits.of(name) if self.limits else () for name in self.rows_of}
        if merged:
            return [Destination(-1, name, rows, limits[name]) for name, rows in self.rows_of.items()]
        single = np.sort(np.concatenate([np.zeros(0, np.int64), *self.rows_of.values()])).tolist()
        names = self.facilities["category"].astype("str").to_numpy()
        return [Destination(row, str(names[row]), np.array([row]), limits[str(names[row])]) for row in single]

    def cost(self, limit: Figures) -> Figures:
        """A limit in the unit of the costs."""
        return cost_of(limit, self.unit)

    def amount(self, cost: Figures) -> Figures:
        """A cost in minutes or metres, as limits are given."""
        return amount_of(cost, self.unit)

    def horizon(self, limit: float) -> float:
        """The cost up to which a search misses no walk within a limit."""
        return horizon(self.cost(limit))

    def radius(self, limit: float) -> float:
        """The metres in a straight line, on level ground, that a limit is worth."""
        return limit * self.network.walker.metres_a_minute if self.unit == "minutes" else limit

    def minutes_and_metres(self, cost: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The minutes and metres of walks from their cost and the other quantity carried along."""
        seconds, metres = (cost, other) if self.unit == "minutes" else (other, cost)
        return amount_of(seconds, "minutes"), metres

    def by_id(self, rows: np.ndarray) -> np.ndarray:
        """Rows of facilities in the order of their ids as text, which is how a search numbers its owners."""
        return rows[self._order(rows)]

    def _order(self, rows: np.ndarray) -> np.ndarray:
        return np.argsort(self.facilities.index.to_numpy()[rows].astype(str), kind="stable")

    def starts(self, rows: np.ndarray) -> tuple[Feet, np.ndarray]:
        """The access points of some facilities, and of each the rank of its facility by id."""
        rank = np.empty(len(rows), np.int64)
        rank[self._order(rows)] = np.arange(len(rows))
        feet = self.facility_joins.take(rows)
        return feet, rank[feet.thing]

    def labels(self, starts: Feet, owner: np.ndarray, limit: float = np.inf) -> Labels:
        """The labels of a search from access points, complete up to a limit."""
        seeds = seed_feet(self.network.streets, self.costs, starts, owner)
        return search(self.arcs, seeds, np.inf if np.isinf(limit) else self.horizon(limit))

    def arrivals(self, rows: np.ndarray) -> tuple[Arrivals, Labels, Feet]:
        """The best walk of every place over the facilities in some rows."""
        feet, owner = self.starts(rows)
        labels = self.labels(feet, owner)
        walks = arrive_at(self.network.streets, self.costs, labels, self.place_joins.feet, starts=feet, owner=owner)
        return walks, labels, feet

    def cost_to_end_of_data(self) -> np.ndarray:
        """The cost from every place to the nearest end of the data, inf where there is none."""
        labels = self.network.from_ends_of_data(self.arcs)
        nothing = Feet(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
        nobody = np.zeros(0, np.int32)
        return arrive_at(
            self.network.streets, self.costs, labels, self.place_joins.feet, starts=nothing, owner=nobody
        ).cost


def make_query(
    network: WalkNetwork,
    facilities: gpd.GeoDataFrame,
    *,
    places: gpd.GeoDataFrame | None = None,
    minutes: object = None,
    metres: object = None,
    several: bool = False,
    needed: bool = True,
    direction: str = "to",
    barriers: gpd.GeoDataFrame | None = None,
) -> Query:
    """Return the query that a verb asks, with everything checked.

    Parameters
    ----------
    network
        The streets and the walker.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`.
    places
        Points or polygons where people are; None for verbs that ask from where a facility is reached.
    minutes, metres
        At most one of them: a number or a mapping from category to number; with `several`, lists of numbers.
    several
        Whether several limits may be given.
    needed
        Whether a limit must be given.
    direction
        "to": people walk to the facility; "from": from it.
    barriers
        Lines that no leg off the street may cross, instead of the network's own.

    Raises
    ------
    TableError, LimitError, CategoryError
        Naming the row, the value and the way out.
    """
    read = read_limit if needed else read_limits
    limits = read(minutes, metres, several=several)
    check_direction(direction)
    network = network.behind(barriers)
    facilities = in_metres(check_facilities(facilities), network.crs)
    homes = facilities.iloc[:0] if places is None else in_metres(check_places(places), network.crs)
    query = Query(
        network=network,
        places=homes,
        facilities=facilities,
        direction=direction,
        unit="minutes" if limits is None else limits.unit,
        limits=limits,
    )
    _ = query.rows_of
    return query


def check_merge(merge: object, allowed: Sequence[str]) -> None:
    """Raise a TableError unless facilities are merged in a way that is allowed, or not at all."""
    if merge is not None and not (isinstance(merge, str) and merge in allowed):
        msg = f"merge must be None (each facility by itself) or {' or '.join(map(repr, allowed))}, but is {merge!r}"
        raise TableError(msg)
