"""The query behind every function that walks: checked and snapped inputs, limits and conversion of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from tenmin.access._clear_legs import keep_clear_legs
from tenmin.access._overlap import Spots, as_table, move_to_streets, warn_of_unjoined
from tenmin.inputs.services import list_parts, load_catalogue
from tenmin.network import ASIDE, Snapping, WalkNetwork, carry_over, items_to_snap
from tenmin.routing import (
    AccessPoints,
    Arrivals,
    Costs,
    Labels,
    TraversableArcs,
    arrive_at,
    search,
    seed_access_points,
    traversable_arcs,
)
from tenmin.support.contracts import (
    Direction,
    check_direction,
    check_facilities,
    check_frame,
    check_places,
    in_metres,
    in_use,
)
from tenmin.support.errors import TableError
from tenmin.support.limits import Figures, Limits, Unit, amount_of, cost_of, horizon, read_limit, read_limits
from tenmin.support.nouns import check_noun

_AREA = 2
HOURS_UNKNOWN = -1
_OF_ANY_HOUR = ("place_snapping", "facility_snapping", "costs", "arcs", "rows_in_use")
"""Cached properties that do not depend on hours."""

__all__ = ["HOURS_UNKNOWN", "Destination", "Query", "Spots", "check_merge", "make_query"]


@dataclass(frozen=True)
class Destination:
    """A set of facilities treated as one destination: a single facility, or all of a category."""

    facility: int
    """Row of the single facility; -1 for all of a category."""
    category: str
    rows: np.ndarray
    """Rows of its facilities, int64."""
    limits: tuple[float, ...]
    """Limits in minutes or metres, ascending; () without a limit."""


@dataclass(frozen=True)
class Query:
    """Checked inputs of a search, in the CRS of the network.

    Derived properties (snapping, costs, arcs) are computed on first access and cached.
    """

    network: WalkNetwork
    """The streets and the walker."""
    places: gpd.GeoDataFrame
    """The places; empty for functions that need none."""
    facilities: gpd.GeoDataFrame
    """The facilities, including those that are not in use."""
    direction: Direction
    """Whether people walk "to" or "from" the facility."""
    unit: Unit
    """Unit of the limits, "minutes" or "metres"; searches minimise this quantity."""
    limits: Limits | None
    """Limits by category; None if walks are not limited."""
    buildings: np.ndarray | None = None
    """Polygons through which no leg may pass but the item's own; None if legs may."""
    aside: float = ASIDE
    """Longest leg between a place or facility and a street, metres."""
    open: np.ndarray | None = None
    """Whether each facility is open at the moment asked about, int8: 1, 0, or -1 where nobody knows; None if hours do
    not count."""

    @cached_property
    def place_snapping(self) -> Snapping:
        """Snapping result of the places."""
        return self._snap(self.places)

    @cached_property
    def facility_snapping(self) -> Snapping:
        """Snapping result of the facilities."""
        return self._snap(self.facilities)

    def _snap(self, items: gpd.GeoDataFrame) -> Snapping:
        snapped = self.network.snap(items, aside=self.aside)
        return snapped if self.buildings is None else keep_clear_legs(snapped, items, self.network, self.buildings)

    @cached_property
    def costs(self) -> Costs:
        """Costs of edges for a search from the facilities: seconds for minutes, else metres."""
        costs = self.network.costs(self.unit)
        return costs.reversed() if self.direction == "to" else costs

    @cached_property
    def arcs(self) -> TraversableArcs:
        """Traversable arcs at these costs."""
        return traversable_arcs(self.network.streets, self.costs)

    def at_hours(self, open: np.ndarray) -> Query:
        """The same query, with facilities that are open or not; what was snapped before is kept."""
        return self._keeping(replace(self, open=open), _OF_ANY_HOUR)

    def varied(
        self, *, network: WalkNetwork | None = None, places: gpd.GeoDataFrame | None = None, aside: float = ASIDE
    ) -> Query:
        """The same query on the same streets at other costs, of places elsewhere, or with other legs.

        What was snapped before is kept where it is the same.
        """
        other = replace(
            self,
            network=self.network if network is None else network,
            places=self.places if places is None else places,
            aside=aside,
        )
        kept = ["rows_in_use", "rows_of"]
        kept += ["facility_snapping"] if aside == self.aside else []
        kept += ["place_snapping"] if aside == self.aside and places is None else []
        kept += ["costs", "arcs"] if network is None else []
        return self._keeping(other, kept)

    def _keeping(self, other: Query, names: Sequence[str]) -> Query:
        """Another query with some cached properties of this one."""
        vars(other).update({name: vars(self)[name] for name in names if name in vars(self)})
        return other

    def in_doubt(self) -> Query:
        """The same query of the facilities of which nobody knows whether they are open."""
        unknown = np.zeros(len(self.facilities), bool) if self.open is None else self.open == HOURS_UNKNOWN
        return self.at_hours(unknown.astype(np.int8))

    @cached_property
    def rows_of(self) -> dict[str, np.ndarray]:
        """Rows of the facilities that count by category, sorted: those in use and, where hours count, open.

        Facilities of a part of a category (`part_of` in the catalogue) are among those of the whole, too.
        """
        counts = self.counts
        return {name: rows[counts[rows]] for name, rows in self.rows_in_use.items()}

    @property
    def counts(self) -> np.ndarray:
        """Whether each facility counts: it is in use and, where hours count, known to be open."""
        used = in_use(self.facilities)
        return used if self.open is None else used & (self.open == 1)

    @cached_property
    def rows_in_use(self) -> dict[str, np.ndarray]:
        """Rows of the facilities in use by category, open or not; if limits name categories, only of these."""
        category = self.facilities["category"].astype("str")
        present, used, parts = set(category), in_use(self.facilities), list_parts()
        chosen = sorted(present) if self.limits is None else self.limits.choose(present, load_catalogue())
        return {name: np.flatnonzero(category.isin(parts.get(name, (name,))).to_numpy() & used) for name in chosen}

    @property
    def categories(self) -> list[str]:
        """The categories of the query, sorted."""
        return list(self.rows_of)

    def with_facilities(self, facilities: gpd.GeoDataFrame, *, anywhere: bool = False) -> Query:
        """Return the query with other facilities, checked; what stands where it did is not snapped again.

        Parameters
        ----------
        facilities, anywhere
            As in `make_query`.

        Raises
        ------
        TableError
            They are not valid, or none lies near the streets.
        """
        known = check_facilities(as_table(facilities, self.network))
        moved = move_to_streets(known, self.network, "facilities", anywhere=anywhere)
        other = self._keeping(replace(self, facilities=moved, open=None), ("place_snapping", "costs", "arcs"))
        if "facility_snapping" in vars(self):
            rows = _rows_where_they_were(moved, self.facilities)
            vars(other)["facility_snapping"] = self.facility_snapping.mixed(
                other._snap(moved[rows < 0]), rows, moved.index
            )
        if not anywhere:
            warn_of_unjoined(other.facilities, other.facility_snapping, self.network, "facilities")
        return other

    def on_more_streets(self, network: WalkNetwork) -> Query:
        """Return the query on a network with more streets or open gates; all access points of this one are kept.

        Parameters
        ----------
        network
            The network: this query's own, with streets added or gates opened.
        """
        other = replace(self, network=network)
        for name, items in (("place_snapping", self.places), ("facility_snapping", self.facilities)):
            rows = items_to_snap(items, self.network, network, self.aside)
            later = other._snap(items.iloc[rows])
            vars(other)[name] = carry_over(getattr(self, name), self.network, later, rows, network)
        return other

    def of_categories(self, limits: Limits) -> Query:
        """Return the query with other limits, of some of its categories; nothing is snapped again.

        Parameters
        ----------
        limits
            Limits by category, in the unit of the query.
        """
        other, kept = replace(self, limits=limits), ("place_snapping", "facility_snapping", "costs", "arcs")
        vars(other).update({name: vars(self)[name] for name in kept if name in vars(self)})
        return other

    def limit_of(self, category: str) -> float:
        """The largest limit of a category, in minutes or metres; inf without a limit."""
        return np.inf if self.limits is None else self.limits.of(category)[-1]

    def destinations(self, *, merged: bool) -> list[Destination]:
        """The destinations: every category, sorted (merged), or every facility that counts, in table order.

        A single facility has its own category, or else the first that it is a part of.
        """
        limits = {name: self.limits.of(name) if self.limits else () for name in self.rows_of}
        if merged:
            return [Destination(-1, name, rows, limits[name]) for name, rows in self.rows_of.items()]
        whole = {row: name for name, rows in reversed(self.rows_of.items()) for row in rows.tolist()}
        own = self.facilities["category"].astype("str").to_numpy()
        category = {row: str(own[row]) if own[row] in self.rows_of else whole[row] for row in sorted(whole)}
        return [Destination(row, name, np.array([row]), limits[name]) for row, name in category.items()]

    def cost(self, limit: Figures) -> Figures:
        """A limit converted to the unit of the costs, seconds or metres."""
        return cost_of(limit, self.unit)

    def cost_limits(self, destination: Destination) -> np.ndarray:
        """The limits of a destination converted to the unit of the costs, ascending, float64."""
        return self.cost(np.array(destination.limits, np.float64))

    def amount(self, cost: Figures) -> Figures:
        """A cost converted to the unit of the limits, minutes or metres."""
        return amount_of(cost, self.unit)

    def horizon(self, limit: float) -> float:
        """The cost up to which to search so that rounding loses no walk within a limit."""
        return horizon(self.cost(limit))

    def radius(self, limit: float) -> float:
        """A limit in metres; minutes are converted at the walker's speed on level ground."""
        return limit * self.network.walker.metres_a_minute if self.unit == "minutes" else limit

    def minutes_and_metres(self, cost: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Minutes and metres of walks.

        Parameters
        ----------
        cost
            Seconds or metres: the quantity that was minimised.
        other
            The other of the two, of the same walks.
        """
        seconds, metres = (cost, other) if self.unit == "minutes" else (other, cost)
        return amount_of(seconds, "minutes"), metres

    def by_id(self, rows: np.ndarray) -> np.ndarray:
        """Rows of facilities sorted by id as text, the order in which a search numbers owners."""
        return rows[self._order(rows)]

    def _order(self, rows: np.ndarray) -> np.ndarray:
        return np.argsort(self.facilities.index.to_numpy()[rows].astype(str), kind="stable")

    def starts(self, rows: np.ndarray) -> tuple[AccessPoints, np.ndarray]:
        """The access points of some facilities, and the rank by id of the facility of each."""
        rank = np.empty(len(rows), np.int64)
        rank[self._order(rows)] = np.arange(len(rows))
        access_points = self.facility_snapping.take(rows)
        return access_points, rank[access_points.item]

    def labels(self, starts: AccessPoints, owner: np.ndarray, limit: float = np.inf) -> Labels:
        """Labels of a search from access points.

        Parameters
        ----------
        starts
            The access points.
        owner
            Number of the facility of each, as `starts` gives it.
        limit
            Minutes or metres up to which labels are complete.
        """
        seeds = seed_access_points(self.network.streets, self.costs, starts, owner)
        return search(self.arcs, seeds, np.inf if np.isinf(limit) else self.horizon(limit))

    def starts_as(self, other: Query, category: str) -> bool:
        """Whether walks to a category end where they do in another query: at the same facilities, joined as there."""
        if category not in other.rows_of:
            return False
        mine, theirs = self.rows_of[category], other.rows_of[category]
        if not np.array_equal(self.facilities.index[mine], other.facilities.index[theirs]):
            return False
        joined = zip(self.facility_snapping.take(mine), other.facility_snapping.take(theirs), strict=True)
        return all(np.array_equal(one, two) for one, two in joined)

    def arrivals(self, rows: np.ndarray) -> tuple[Arrivals, Labels, AccessPoints]:
        """The best walk of every place to any of some facilities, with the labels and access points of the search."""
        access_points, owner = self.starts(rows)
        labels = self.labels(access_points, owner)
        walks = arrive_at(
            self.network.streets,
            self.costs,
            labels,
            self.place_snapping.access_points,
            starts=access_points,
            owner=owner,
        )
        return walks, labels, access_points

    def cost_to_end_of_data(self) -> np.ndarray:
        """The cost from every place to the nearest end of the data, inf where there is none."""
        labels = self.network.from_ends_of_data(self.arcs)
        no_starts = AccessPoints(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
        no_owner = np.zeros(0, np.int32)
        return arrive_at(
            self.network.streets,
            self.costs,
            labels,
            self.place_snapping.access_points,
            starts=no_starts,
            owner=no_owner,
        ).cost


def make_query(
    network: WalkNetwork,
    facilities: Spots,
    *,
    places: Spots | None = None,
    minutes: object = None,
    metres: object = None,
    several: bool = False,
    needed: bool = True,
    direction: Direction = "to",
    barriers: gpd.GeoDataFrame | None = None,
    legs: str = "all",
    buildings: gpd.GeoDataFrame | None = None,
    anywhere: bool = False,
) -> Query:
    """Return a query after checking its inputs.

    Parameters
    ----------
    network
        The streets and the walker.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`, or shapes alone.
    places
        Points or polygons where people are, if the function needs them.
    minutes, metres
        At most one of them: a number or a mapping from category to number; with `several`, also lists of numbers.
    several
        Whether lists of limits are allowed.
    needed
        Whether a limit must be given.
    direction
        "to": people walk to the facility; "from": people walk from it.
    barriers
        Lines that no leg between a point and the street may cross, instead of the network's own.
    legs, buildings
        "all", or "clear": only legs that pass through none of the `buildings` (polygons) but one's own.
    anywhere
        Whether places and facilities may lie far from all streets, for distances that do not need them.

    Raises
    ------
    TableError, LimitError, CategoryError
        If an input is not valid, or no place or no facility lies near the streets.

    Warns
    -----
    TenminWarning
        More than a fifth of the places or facilities near the streets join none of them (unless `anywhere`).
    """
    read = read_limit if needed else read_limits
    limits = read(minutes, metres, several=several)
    check_direction(direction)
    network = check_noun(network, WalkNetwork, "network").behind(barriers)
    facilities = check_facilities(as_table(facilities, network))
    facilities = move_to_streets(facilities, network, "facilities", anywhere=anywhere)
    if places is None:
        places = facilities.iloc[:0]
    else:
        places = move_to_streets(check_places(as_table(places, network)), network, "places", anywhere=anywhere)
    query = Query(
        network=network,
        places=places,
        facilities=facilities,
        direction=direction,
        unit="minutes" if limits is None else limits.unit,
        limits=limits,
        buildings=_check_buildings(legs, buildings, network),
    )
    _ = query.rows_of
    if not anywhere:
        warn_of_unjoined(facilities, query.facility_snapping, network, "facilities")
        warn_of_unjoined(places, query.place_snapping, network, "places")
    return query


def _rows_where_they_were(items: gpd.GeoDataFrame, earlier: gpd.GeoDataFrame) -> np.ndarray:
    """The row of each thing among earlier ones, int64; -1 for those that are new or elsewhere."""
    there = earlier.geometry.reindex(items.index).to_numpy()
    rows = earlier.index.get_indexer(items.index).astype(np.int64)
    return np.where(shapely.equals_identical(items.geometry.to_numpy(), there), rows, -1)


def _check_buildings(legs: str, buildings: gpd.GeoDataFrame | None, network: WalkNetwork) -> np.ndarray | None:
    """The polygons that stop legs, in the network's CRS; None if nothing does."""
    if legs not in {"all", "clear"} or (legs == "clear") != (buildings is not None):
        msg = (
            f"legs is {legs!r} and buildings {'not ' if buildings is None else ''}given; leave both out, or give "
            "legs='clear' and buildings=, e.g. the areas of an extract with the tag building"
        )
        raise TableError(msg)
    if buildings is None:
        return None
    shapes = in_metres(check_frame(buildings, "buildings", unique=False), network.crs).geometry.to_numpy()
    return shapes[shapely.get_dimensions(shapes) == _AREA]


def check_merge(merge: object, allowed: Sequence[str]) -> None:
    """Raise an error unless the option `merge` is None or allowed.

    Parameters
    ----------
    merge
        The option as given.
    allowed
        Its allowed texts.

    Raises
    ------
    TableError
        If it is neither.
    """
    if merge is not None and not (isinstance(merge, str) and merge in allowed):
        msg = f"merge must be None (each facility by itself) or {' or '.join(map(repr, allowed))}, but is {merge!r}"
        raise TableError(msg)
