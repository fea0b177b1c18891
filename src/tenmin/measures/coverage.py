"""Coverage: the walk of every place to every category, held against a limit."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.isochrones import draw_isochrones
from tenmin.access.query import Query, make_query
from tenmin.access.routes import trace_route
from tenmin.access.travel_times import TravelTimes, straight_times, travel_times
from tenmin.inputs.communities import stand_in
from tenmin.measures._regions import communities_having, regions_of, tally_ground
from tenmin.measures._shares import add_shares, streets_beside, streets_walked, tally
from tenmin.network import WalkNetwork
from tenmin.support.contracts import check_frame, in_metres, people_of
from tenmin.support.errors import TableError
from tenmin.support.limits import Number, Unit, inclusive, unknown_category

__all__ = ["CAUSES", "Coverage", "measure_coverage"]

COUNTED = ("people", "places", "streets", "ground", "land", "areas")
DIVIDED = ("area", "parent", "kind", "group")
CAUSES = ("unjoined", "data_end")
"""Why it cannot be known whether a place is served: it joins no street, or a walk may go on where the data end."""


@dataclass(frozen=True, repr=False)
class Coverage:
    """The walks of places held against limits.

    `minutes`, `metres` (never cut at the limit, inf: no walk) and `nearest` (facility id or None) are frames of places
    x categories; so are the bool frames `served` and `unknown`, never both true, and `cause`, which says why a place is
    unknown (one of `CAUSES`; None where it isn't): it is unserved and joins no street ("unjoined"), or has the end of
    the data within the limit and nearer than any facility ("data_end"). `limit` gives the limit of each category in
    `unit`; `joins`, how each place and facility joined the streets; `query`, what was asked, for verbs that go on from
    here.
    """

    network: WalkNetwork
    places: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame | None
    limit: pd.Series
    unit: Unit
    direction: str
    metric: str
    minutes: pd.DataFrame
    metres: pd.DataFrame
    nearest: pd.DataFrame
    served: pd.DataFrame
    unknown: pd.DataFrame
    cause: pd.DataFrame
    joins: pd.DataFrame
    query: Query

    def __repr__(self) -> str:
        """Say what a person asks first."""
        limits = sorted(set(self.limit))
        shown = f"{limits[0]:g}" if len(limits) == 1 else " to ".join(f"{x:g}" for x in limits[:: len(limits) - 1 or 1])
        return (
            f"<Coverage of {len(self.places):,} places in {len(self.limit)} categories "
            f"within {shown or 'no'} {self.unit} ({self.metric}, {self.direction} the facility)>"
        )

    def shares(
        self,
        of: Literal["people", "places", "streets", "ground", "land", "areas"] = "people",
        by: Literal["area", "parent", "kind", "group"] | None = None,
        *,
        land: gpd.GeoDataFrame | None = None,
    ) -> pd.DataFrame:
        """Return what is served, unserved and unknown of a total, by category.

        Parameters
        ----------
        of
            The denominator: "people"; "places"; metres of walkable "streets" in the network; square metres of
            "ground" in the areas, or of residential "land"; or "areas", the communities that have a facility (one
            without is unknown unless the facilities are a complete register).
        by
            Divide by the place's "area", by the "parent" or "kind" of that area, or by "group" of people
            (the columns people_<group> of the places).
        land
            The polygons of residential land, for of="land".

        Returns
        -------
        DataFrame
            category, the column named by `by`, of, served, unserved, unknown, total, share (served / total) and
            share_upper (with the unknown). The share is NaN where the total is nothing, and where a category has no
            facilities in use, which is not the same as 0 % served.

        Raises
        ------
        TableError
            If the denominator or the division is not one of those, or its column is missing.
        """
        if of not in COUNTED or by not in {None, *DIVIDED}:
            msg = f"shares of {of!r} by {by!r} are not known; of is one of {COUNTED}, by one of {DIVIDED} or None"
            raise TableError(msg)
        if of == "streets":
            sums = self._streets(by)
        elif of in {"ground", "land"}:
            sums = self._ground(of, by, land)
        elif of == "areas":
            sums = self._communities(by)
        elif by == "group":
            sums = self._groups(of)
        else:
            weight = people_of(self.places).to_numpy() if of == "people" else np.ones(len(self.places))
            sums = tally(self.served, self.unknown, weight, of=of, by=by, label=self._division(by))
        return add_shares(
            sums, pd.Series({name: len(rows) for name, rows in self.query.rows_of.items()}, dtype="int64")
        )

    def _division(self, by: str | None) -> pd.Series:
        """The part of a division that each place belongs to."""
        if by is None:
            return pd.Series("", index=self.places.index)
        if "area" not in self.places.columns:
            msg = f"places has no column 'area' to divide by {by!r}; give it, or pass areas= with polygons"
            raise TableError(msg)
        return self._part(self.places["area"], by)

    def _part(self, areas: pd.Series, by: str | None) -> pd.Series:
        """The part of a division that each of some areas belongs to."""
        if by is None:
            return pd.Series("", index=areas.index)
        if by == "area":
            return areas
        if self.areas is None or by not in self.areas.columns:
            msg = f"to divide by {by!r}, pass areas= with the column {by!r}"
            raise TableError(msg)
        return areas.map(self.areas[by])

    def _communities(self, by: str | None) -> pd.DataFrame:
        if self.areas is None or by == "group":
            msg = "shares of areas need areas= in measure_coverage, and are divided by 'area', 'parent' or 'kind'"
            raise TableError(msg)
        has, unknown = communities_having(self.areas, self.facilities, list(self.served.columns))
        label = self._part(pd.Series(has.index, index=has.index, dtype=object), by)
        return tally(has, unknown, np.ones(len(has)), of="areas", by=by, label=label)

    def _ground(self, of: str, by: str | None, land: gpd.GeoDataFrame | None) -> pd.DataFrame:
        if by == "group":
            msg = f"shares of {of} can't be divided by 'group'; it is people that have groups"
            raise TableError(msg)
        regions = regions_of(self.areas, land, self.network, of).reset_index(drop=True)
        label = self._part(regions["area"], by)
        return tally_ground(self.query, regions.assign(part=label), metric=self.metric, of=of, by=by)

    def _groups(self, of: str) -> pd.DataFrame:
        groups = [str(name) for name in self.places.columns if str(name).startswith("people_")]
        if of != "people" or not groups:
            msg = f"shares of {of!r} by 'group' need of='people' and columns people_<group> in places"
            raise TableError(msg)
        tables = []
        for name in groups:
            label = pd.Series(name.removeprefix("people_"), index=self.places.index)
            weight = people_of(self.places, name).to_numpy()
            tables.append(tally(self.served, self.unknown, weight, of=of, by="group", label=label))
        return pd.concat(tables).sort_values(["category", "group"], kind="stable", ignore_index=True)

    def _streets(self, by: str | None) -> pd.DataFrame:
        if by is not None:
            msg = f"shares of streets can't be divided by {by!r}; leave by out"
            raise TableError(msg)
        total, rows = float(self.network.streets.length[self.network.is_street].sum()), []
        for category in self.served.columns:
            if self.metric == "straight":
                rows.append((category, "streets", streets_beside(self.query, category), 0.0, total))
            else:
                rows.append((category, "streets", *streets_walked(self.query, category), total))
        return pd.DataFrame(rows, columns=["category", "of", "served", "unknown", "total"])

    def walk(self, place: Hashable, category: str) -> shapely.LineString:
        """Return the line that people of a place walk to the nearest facility of a category, along the streets.

        Raises
        ------
        TableError, CategoryError
            If there is no such place or category.
        """
        if place not in self.places.index:
            msg = f"there is no place {place!r}; give an id of the places, e.g. {self.places.index[:1].tolist()}"
            raise TableError(msg)
        if category not in self.limit.index:
            raise unknown_category(category, list(self.limit.index), "walk")
        row = int(self.places.index.get_indexer(pd.Index([place]))[0])
        return trace_route(self.query, row, self.query.rows_of[category])

    def isochrones(self, *, merge: Literal["category"] | None = "category") -> gpd.GeoDataFrame:
        """Return the ground within the limit of each category, or of each facility, as `trace_isochrones` gives it.

        Nothing is snapped or checked again: the isochrones are those of the walks that were measured.
        """
        return draw_isochrones(self.query, merge=merge)


def _judge(query: Query, times: TravelTimes, limit: pd.Series, *, metric: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which places are served, and of the others why it cannot be known."""
    held = times.minutes if query.unit == "minutes" else times.metres
    bound = inclusive(limit.to_numpy())
    served = held <= bound
    if metric == "straight":
        nowhere, at_end = query.places.geometry.isna() | query.places.geometry.is_empty, False
    else:
        end = query.amount(query.cost_to_end_of_data())[:, None]
        nowhere, at_end = query.place_joins.table["how"] == "none", (end <= bound) & (end < held.to_numpy())
    cause = np.full(served.shape, None, dtype=object)
    cause[at_end & ~served] = "data_end"
    cause[nowhere.to_numpy()[:, None] & ~served] = "unjoined"
    return served, pd.DataFrame(cause, index=served.index, columns=served.columns, dtype=object)


def measure_coverage(
    network: WalkNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: Number | None = None,
    metres: Number | None = None,
    areas: gpd.GeoDataFrame | None = None,
    metric: Literal["walk", "straight"] = "walk",
    direction: str = "to",
    barriers: gpd.GeoDataFrame | None = None,
) -> Coverage:
    """Return the walk of every place to every category, held against a limit.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        Points or polygons where people live: `people` from 0 up, `people_<group>` and `area` where known.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`; only those in use count.
    minutes, metres
        One of them: a number, or a mapping from category to number. The limit is inclusive (1e-6 relative).
    areas
        Communities: polygons indexed by id, for the division of shares.
    metric
        "walk": along the streets; "straight": as the crow flies, as a service radius is meant.
    direction
        "to": people walk to the facility; "from": from it.
    barriers
        Lines that no leg off the street may cross, instead of the network's own.

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
    query = make_query(
        network, facilities, places=places, minutes=minutes, metres=metres, direction=direction, barriers=barriers
    )
    areas = None if areas is None else in_metres(check_frame(areas, "areas"), query.network.crs)
    times = straight_times(query) if metric == "straight" else travel_times(query)
    index = pd.Index(query.categories, name="category", dtype="str")
    limit = pd.Series([query.limit_of(name) for name in index], index=index, name=query.unit, dtype="float64")
    served, cause = _judge(query, times, limit, metric=metric)
    joins = {"places": query.place_joins.table, "facilities": query.facility_joins.table}
    return Coverage(
        network=query.network,
        places=stand_in(query.places, areas),
        facilities=query.facilities,
        areas=areas,
        limit=limit,
        unit=query.unit,
        direction=direction,
        metric=metric,
        minutes=times.minutes,
        metres=times.metres,
        nearest=times.nearest,
        served=served,
        unknown=cause.notna(),
        cause=cause,
        joins=pd.concat(joins, names=["table", "id"]),
        query=query,
    )
