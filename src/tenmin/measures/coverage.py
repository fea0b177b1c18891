"""Coverage: the walk from every place to every category, compared with a limit."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.isochrones import draw_isochrones
from tenmin.access.nearest import check_count
from tenmin.access.query import Query, make_query
from tenmin.access.routes import trace_route
from tenmin.access.travel_times import straight_times, travel_times
from tenmin.inputs.communities import assign_communities
from tenmin.measures._basket import Basket
from tenmin.measures._choice import count_choice, tally_choice
from tenmin.measures._coverage_table import tabulate_places
from tenmin.measures._critical_speed import scale_speed
from tenmin.measures._figure import draw_coverage
from tenmin.measures._open_at import Opening, open_facilities
from tenmin.measures._regions import communities_having, regions_of, tally_ground
from tenmin.measures._shares import add_rest, add_shares, measure_streets_nearby, measure_streets_reached, tally
from tenmin.measures._thin_data import check_thin, count_facilities
from tenmin.network import WalkNetwork
from tenmin.support.contracts import Direction, Metric, check_frame, in_metres, people_of, population_groups
from tenmin.support.errors import LimitError, TableError
from tenmin.support.language import Lang
from tenmin.support.limits import Number, Unit, inclusive, read_limit, unknown_category
from tenmin.support.moments import Moment
from tenmin.support.notebook import as_card

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CAUSES", "Coverage", "cover_places", "measure_coverage"]

DENOMINATORS = ("people", "places", "streets", "ground", "land", "areas")
OF_AREAS = ("parent", "kind")
"""Columns of the areas by which places are divided, even if the places have columns of the same names."""
_OF_SHARES = ("category", "of", "served", "unserved", "unknown", "total", "share", "share_upper", "minutes", "metres")
CAUSES = ("unjoined", "data_end", "thin_data", "hours")
"""Causes of an unknown place: it is not joined to a street, the nearest facility may lie beyond the data, too few
facilities are known for an absence to mean anything, or one in reach may be open."""


@dataclass(frozen=True, eq=False, repr=False)
class Coverage:
    """The walks from places to facilities, compared with limits.

    Frames of results have the places as index and the categories as columns.
    """

    network: WalkNetwork
    """The streets and the walker."""
    places: gpd.GeoDataFrame
    """The places, in the network's CRS, with their `area` where known."""
    facilities: gpd.GeoDataFrame
    """The facilities, in the network's CRS, including those that are not in use."""
    areas: gpd.GeoDataFrame | None
    """The communities, in the network's CRS, if given."""
    limit: pd.Series
    """The limit of each category, in `unit`."""
    unit: Unit
    """Unit of the limit, "minutes" or "metres"; walks minimise this quantity."""
    direction: Direction
    """Whether people walk "to" or "from" the facility."""
    metric: Metric
    """How distance is measured: "walk" (along the streets) or "straight"."""
    minutes: pd.DataFrame
    """Minutes to the nearest facility, also beyond the limit; inf if there is no walk."""
    metres: pd.DataFrame
    """Metres of the same walk."""
    nearest: pd.DataFrame
    """Id of the nearest facility, or None; it may be of a part of the category."""
    served: pd.DataFrame
    """bool, whether the walk is within the limit."""
    unknown: pd.DataFrame
    """bool, whether the data cannot tell if the place is served; never True where `served` is."""
    cause: pd.DataFrame
    """Cause of an unknown place, None elsewhere: "unjoined" (it is not joined to a street), "data_end" (an end of the
    data is within the limit and nearer than any facility), "thin_data" (too few facilities of the category are
    known; rows added to the table may lift it) or "hours" (a facility of unknown opening hours is within the limit)."""
    counts: pd.DataFrame
    """The facilities known of each category, and how many are expected: index category; facilities, expected,
    expected_high, thin, not_judged (why nothing is judged, or None), newest_edit, other_sources, source, grade."""
    joins: pd.DataFrame
    """How each place and facility joined the network; index `table` ("places" or "facilities") and `id`."""
    query: Query
    """The checked inputs, for further analysis without snapping again."""
    opening: Opening | None = None
    """The moment at which facilities had to be open, with the hours of each; None if hours did not count."""

    def __repr__(self) -> str:
        """The number of places and categories, the limits, and what is unjoined and unknown."""
        limits = sorted(set(self.limit))
        shown = f"{limits[0]:g}" if len(limits) == 1 else " to ".join(f"{x:g}" for x in limits[:: len(limits) - 1 or 1])
        none = self._count_unjoined()
        moment = "" if self.opening is None else f", open at {self.opening.at}"
        return (
            f"<Coverage of {len(self.places):,} places in {len(self.limit)} categories "
            f"within {shown or 'no'} {self.unit} ({self.metric}, {self.direction} the facility{moment}); "
            f"unjoined: {none['places']:,} places, {none['facilities']:,} facilities; "
            f"unknown: {int(self.unknown.to_numpy().sum()):,} of {self.unknown.size:,} walks>"
        )

    def _count_unjoined(self) -> dict[str, int]:
        """How many places and facilities joined no street."""
        tables, none = self.joins.index.get_level_values("table"), (self.joins["how"] == "none").to_numpy()
        return {name: int((none & (tables == name)).sum()) for name in ("places", "facilities")}

    def __dir__(self) -> list[str]:
        """Return the attributes for planners and analysts; the query is for further measures of tenmin."""
        return sorted(set(super().__dir__()) - {"query"})

    def _repr_html_(self) -> str:
        """Served, unserved and unknown people (or places, if there are no people) by category."""
        of = "people" if "people" in self.places.columns else "places"
        shares = self.shares(of=of).drop(columns="of")
        counts, parts = ["served", "unserved", "unknown", "total"], ["share", "share_upper"]
        shown = shares.assign(
            **{name: shares[name].map("{:,.0f}".format) for name in counts},
            **{name: shares[name].map("{:.1%}".format) for name in parts},
        )
        none = self._count_unjoined()
        facts = {
            "places": f"{len(self.places):,}, {none['places']:,} of them joined to no street",
            "facilities": f"{len(self.facilities):,}, {none['facilities']:,} of them joined to no street",
            "counted": of,
            "walker": repr(self.network.walker),
        }
        return as_card(repr(self).strip("<>"), facts, shown)

    def shares(
        self,
        of: Literal["people", "places", "streets", "ground", "land", "areas"] = "people",
        by: str | None = None,
        *,
        land: gpd.GeoDataFrame | None = None,
    ) -> pd.DataFrame:
        """Return the served, unserved and unknown parts of a total, by category.

        Parameters
        ----------
        of
            The denominator: "people"; "places"; metres of walkable "streets" in the network; square metres of
            "ground" in the areas or of residential "land"; or "areas", the number of communities, served if they have
            a facility (one without any is unknown unless the facilities are a complete register).
        by
            Group by the place's "area", by the "parent" or "kind" of that area, by population "group" (the columns
            people_<group> of the places), by any other column of the places or else of the areas; shares of communities
            and of ground by a column of the areas.
        land
            Polygons of residential land, for of="land".

        Returns
        -------
        DataFrame
            category, (by,) of, served, unserved, unknown, total, share (served / total) and share_upper ((served +
            unknown) / total). Shares are NaN if the total is 0, or if the category has no facilities in use (which is
            not the same as 0 % served). Those of a moment have the column `open_at`, too.

        Raises
        ------
        TableError
            If `of` or `by` is none of these, or a column or polygons that they need are missing.
        """
        if of not in DENOMINATORS:
            msg = f"shares of {of!r} are not known; of is one of {DENOMINATORS}"
            raise TableError(msg)
        _check_division(by)
        if of == "streets":
            sums = self._sum_streets(by)
        elif of in {"ground", "land"}:
            sums = self._sum_ground(of, by, land)
        elif of == "areas":
            sums = self._sum_communities(by)
        else:
            sums = self._sum_places(self.served, self.unknown, of, by)
        return self._dated(add_shares(sums, self._facilities_in_use()))

    def _dated(self, shares: pd.DataFrame) -> pd.DataFrame:
        """The shares with the moment at which facilities had to be open, if there is one."""
        return shares if self.opening is None else shares.assign(open_at=self.opening.at)

    def within(
        self,
        limits: float | Iterable[float],
        of: Literal["people", "places"] = "people",
        by: str | None = None,
    ) -> pd.DataFrame:
        """Return the shares within each of several limits, read off the minutes (or metres) that were measured.

        Parameters
        ----------
        limits
            Numbers in `unit`, for all categories, e.g. [5, 10, 15]; they may be above the limits of the coverage.
        of, by
            As in `shares`: "people" or "places".

        Returns
        -------
        DataFrame
            The columns of `shares` and, after the category, `minutes` or `metres`: the limit. Sorted by category and
            limit. Each row is what `shares` says of a coverage measured with that limit: what is unknown within five
            minutes may be unserved or served within another limit.

        Raises
        ------
        TableError, LimitError
            If an option is not valid.

        Examples
        --------
        >>> import geopandas as gpd, tenmin as tm
        >>> from shapely import LineString, Point
        >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
        >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
        >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 0), Point(1200, 0)], crs="EPSG:32650")
        >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, geometry=[Point(0, 0)], crs="EPSG:32650")
        >>> coverage = tm.measure_coverage(network, homes, clinic, minutes=10)
        >>> coverage.within([5, 15])[["category", "minutes", "of", "served", "total", "share"]]
          category  minutes      of  served  total  share
        0   clinic      5.0  people    30.0   40.0   0.75
        1   clinic     15.0  people    40.0   40.0   1.00
        """
        if of not in {"people", "places"}:
            msg = f"within counts people or places, not {of!r}; measure a coverage with each limit, and take its shares"
            raise TableError(msg)
        _check_division(by)
        asked = limits if isinstance(limits, Real | str) or not isinstance(limits, Iterable) else list(limits)
        tables = []
        for limit in read_limit(**{"minutes": None, "metres": None, self.unit: asked}, several=True).every:
            of_each = pd.Series(limit, index=self.limit.index)
            served, cause = _judge(
                self.query,
                self._walks(),
                of_each,
                metric=self.metric,
                thin=self.counts["thin"].to_numpy(bool),
                opening=self.opening,
            )
            shares = add_shares(self._sum_places(served, cause.notna(), of, by), self._facilities_in_use())
            shares.insert(1, self.unit, limit)
            tables.append(self._dated(shares))
        return pd.concat(tables).sort_values(["category", self.unit], kind="stable", ignore_index=True)

    def table(self, category: str | None = None) -> gpd.GeoDataFrame:
        """Return the places with the walk of each, ready for `plot`, `explore`, `to_file` or DuckDB.

        Parameters
        ----------
        category
            A category that was measured: one row for each place. By default one row for each place and category, which
            `table[table["category"] == "clinic"]` or a `groupby` divides.

        Returns
        -------
        GeoDataFrame
            Index: the ids of the places, once for each category. Columns: those of the places (`people`, `area` ...),
            category, minutes and metres of the walk to the nearest facility (NaN if there is none), nearest (its id,
            missing if there is none), served, unknown, reason (the cause of an unknown place, else missing) and the
            geometry, in the network's CRS. A column of the places of one of these names is left out. Sorted by
            category, then in the order of the places.

        Raises
        ------
        CategoryError
            If there is no such category.

        Examples
        --------
        >>> import geopandas as gpd, tenmin as tm
        >>> from shapely import LineString, Point
        >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
        >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
        >>> homes = gpd.GeoDataFrame({"people": [3, 9]}, geometry=[Point(80, 0), Point(900, 300)], crs="EPSG:32650")
        >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(0, 0)], crs="EPSG:32650")
        >>> table = tm.measure_coverage(network, homes, clinic, minutes=10).table("clinic")
        >>> table.drop(columns=["category", "geometry"]).round(6)
           people  minutes  metres nearest  served  unknown    reason
        0       3      1.0    80.0      c1    True    False       NaN
        1       9      NaN     NaN     NaN   False     True  unjoined
        """
        if category is not None:
            self._check_category(category, "table")
        walks = {
            "minutes": self.minutes,
            "metres": self.metres,
            "nearest": self.nearest,
            "served": self.served,
            "unknown": self.unknown,
            "reason": self.cause,
        }
        categories = list(self.limit.index) if category is None else [category]
        return tabulate_places(self.places, walks, categories, self.facilities.index)

    def _walks(self) -> pd.DataFrame:
        """The quantity that the limits are given in."""
        return self.minutes if self.unit == "minutes" else self.metres

    def _facilities_in_use(self) -> pd.Series:
        return pd.Series({name: len(rows) for name, rows in self.query.rows_in_use.items()}, dtype="int64")

    def _sum_places(self, served: pd.DataFrame, unknown: pd.DataFrame, of: str, by: str | None) -> pd.DataFrame:
        """The sums of people or places."""
        if by == "group":
            return self._sum_population_groups(served, unknown, of)
        weight = people_of(self.places).to_numpy() if of == "people" else np.ones(len(self.places))
        return tally(served, unknown, weight, of=of, by=by, label=self._groups_of_places(by))

    def _groups_of_places(self, by: str | None) -> pd.Series:
        """The group of each place."""
        of_areas = by in OF_AREAS and self.areas is not None and by in self.areas.columns
        if by in self.places.columns and not of_areas:
            return self.places[by]
        if by is not None and "area" not in self.places.columns:
            msg = (
                f"places has no column 'area' to divide by {by!r}; give it, or pass areas= with polygons. "
                f"places has {sorted(map(str, self.places.columns))}"
            )
            raise TableError(msg)
        return self._groups_of(self.places.get("area", pd.Series("", index=self.places.index)), by)

    def _groups_of(self, areas: pd.Series, by: str | None) -> pd.Series:
        """The group of each of some areas: itself, or its value in a column of the areas."""
        if by is None:
            return pd.Series("", index=areas.index)
        if by == "area":
            return areas
        if self.areas is None or by not in self.areas.columns:
            msg = f"to divide by {by!r}, pass areas= with the column {by!r}, or places that have it"
            raise TableError(msg)
        return areas.map(self.areas[by])

    def _sum_communities(self, by: str | None) -> pd.DataFrame:
        if self.areas is None or by == "group":
            msg = "shares of areas need areas= in measure_coverage, and are divided by 'area', 'parent' or 'kind'"
            raise TableError(msg)
        has, unknown = communities_having(self.areas, self.query, list(self.served.columns))
        label = self._groups_of(pd.Series(has.index, index=has.index, dtype=object), by)
        return tally(has, unknown, np.ones(len(has)), of="areas", by=by, label=label)

    def _sum_ground(self, of: str, by: str | None, land: gpd.GeoDataFrame | None) -> pd.DataFrame:
        if by == "group":
            msg = f"shares of {of} can't be divided by 'group'; it is people that have groups"
            raise TableError(msg)
        regions = regions_of(self.areas, land, self.network, of).reset_index(drop=True)
        label = self._groups_of(regions["area"], by)
        return tally_ground(self.query, regions.assign(group=label), metric=self.metric, of=of, by=by)

    def _sum_population_groups(self, served: pd.DataFrame, unknown: pd.DataFrame, of: str) -> pd.DataFrame:
        groups = population_groups(self.places)
        if of != "people" or not groups:
            msg = f"shares of {of!r} by 'group' need of='people' and columns people_<group> in places"
            raise TableError(msg)
        tables = []
        for name in groups:
            label = pd.Series(name.removeprefix("people_"), index=self.places.index)
            weight = people_of(self.places, name).to_numpy()
            tables.append(tally(served, unknown, weight, of=of, by="group", label=label))
        return pd.concat(tables).sort_values(["category", "group"], kind="stable", ignore_index=True)

    def _sum_streets(self, by: str | None) -> pd.DataFrame:
        if by is not None:
            msg = f"shares of streets can't be divided by {by!r}; leave by out"
            raise TableError(msg)
        total, rows = math.fsum(self.network.streets.length[self.network.is_street]), []
        for category in self.served.columns:
            if self.metric == "straight":
                rows.append((category, "streets", *measure_streets_nearby(self.query, category), total))
            else:
                rows.append((category, "streets", *measure_streets_reached(self.query, category), total))
        return add_rest(pd.DataFrame(rows, columns=["category", "of", "served", "unknown", "total"]))

    def basket(self, categories: Sequence[str] | None = None, *, at_least: int | None = None) -> pd.DataFrame:
        """Return the share of people who have a whole basket of categories, or enough of it.

        A place has the basket if it is served in `at_least` of the categories. Whether it has is unknown if it would
        have it with its unknown categories, but not without them.

        Parameters
        ----------
        categories
            The categories of the basket; all of the coverage by default.
        at_least
            How many of them a place needs; all of them by default.

        Returns
        -------
        DataFrame
            One row with the columns of `shares` and the category "basket". The shares are NaN if fewer than the
            needed number of categories have any facility in use.

        Raises
        ------
        TableError, CategoryError
            A category is not one of the coverage, `at_least` is not from 1 to their number, or places have no people.
        """
        return self._dated(self._basket(categories, at_least).share(people_of(self.places).to_numpy(), "people"))

    def basket_by_category(
        self, categories: Sequence[str] | None = None, *, at_least: int | None = None
    ) -> pd.DataFrame:
        """Return what each category of a basket costs: who lacks it, and the share if everyone had it.

        Parameters
        ----------
        categories, at_least
            The basket, as in `basket`.

        Returns
        -------
        DataFrame
            A row for each category, the one that most people lack first: category, lacking (people not served in it,
            without the unknown), and the other columns of `shares` for the basket if everyone had that category. Of
            a basket of which a place needs all, that is the basket without the category.

        Raises
        ------
        TableError, CategoryError
            As in `basket`.
        """
        return self._dated(self._basket(categories, at_least).without_each(people_of(self.places).to_numpy(), "people"))

    def lacking(self, categories: Sequence[str] | None = None) -> pd.DataFrame:
        """Return how many categories of a basket each place lacks.

        Parameters
        ----------
        categories
            The categories of the basket; all of the coverage by default.

        Returns
        -------
        DataFrame
            Index as in places; lacking (categories in which the place is not served) and unknown (categories in which
            that is unknown), int.

        Raises
        ------
        TableError, CategoryError
            A category is not one of the coverage.
        """
        return self._basket(categories, None).lacking()

    def choice(self, *, most: int = 3) -> pd.DataFrame:
        """Return how many different facilities of each category are within the limit of each place.

        Parameters
        ----------
        most
            The number up to which facilities are counted: with 3, a 3 means three or more.

        Returns
        -------
        DataFrame
            Places x categories, int. It is 0 exactly where the place is not served. A facility with several entrances
            counts once, and one of a part of a category for the whole, too.

        Raises
        ------
        TableError
            `most` is not a whole number from 1 up.
        """
        return count_choice(self.query, self.metric, check_count(most, "most"))

    def people_by_choice(self, *, most: int = 3) -> pd.DataFrame:
        """Return how many people have no, exactly one, ... facility of each category within the limit.

        Parameters
        ----------
        most
            The number up to which facilities are counted, as in `choice`.

        Returns
        -------
        DataFrame
            category, facilities (0 to `most`, which means as many or more), of ("people"), people, unknown (those of
            them whose place is unknown, all with 0 facilities), total and share (people / total).

        Raises
        ------
        TableError
            As in `choice`, or places have no people.
        """
        people = people_of(self.places).to_numpy()
        return tally_choice(self.choice(most=most), self.unknown, people, most)

    def critical_speed(self) -> pd.DataFrame:
        """Return the speed, km/h, from which each place is served: what a slower walker cannot reach in time.

        It is the walker's speed times minutes / limit, read off the walks of this coverage. A walker who differs from
        this one in speed alone is served exactly where that speed is no lower; one with other factors for stairs,
        slopes or surfaces, or other streets, has to be measured anew.

        Returns
        -------
        DataFrame
            Places x categories; inf where there is no walk.

        Raises
        ------
        TableError
            Minutes do not scale with speed: the limit is in metres, the walker waits at crossings, or streets have
            seconds of their own.
        """
        return scale_speed(self.network, self.minutes, self.limit)

    def _basket(self, categories: Sequence[str] | None, at_least: int | None) -> Basket:
        return Basket.of(self.served, self.unknown, self._facilities_in_use(), categories=categories, at_least=at_least)

    def walk(self, place: Hashable, category: str) -> shapely.LineString:
        """Return the walk from a place to the nearest facility of a category, as a line: leg, streets and leg.

        It begins at the place (its outline or entrance) and ends at the door, and is as long as `metres` says.

        Parameters
        ----------
        place
            Id of the place.
        category
            A category that was measured.

        Returns
        -------
        LineString
            In the network's CRS, in the direction of walking; empty if there is no walk.

        Raises
        ------
        TableError, CategoryError
            If there is no such place or category.
        """
        if place not in self.places.index:
            msg = f"there is no place {place!r}; give an id of the places, e.g. {self.places.index[:1].tolist()}"
            raise TableError(msg)
        self._check_category(category, "walk")
        row = int(self.places.index.get_indexer(pd.Index([place]))[0])
        return trace_route(self.query, row, self.query.rows_of[category])

    def _check_category(self, category: str, asked_in: str) -> None:
        if category not in self.limit.index:
            raise unknown_category(category, list(self.limit.index), asked_in)

    def isochrones(self, *, merge: Literal["category"] | None = "category") -> gpd.GeoDataFrame:
        """Return the isochrones within the limits, by category or (merge=None) by facility.

        The columns are those of `trace_isochrones`. Inputs are not checked or snapped again.
        """
        return draw_isochrones(self.query, merge=merge)

    def plot(
        self,
        category: str,
        *,
        gaps: gpd.GeoDataFrame | None = None,
        isochrones: gpd.GeoDataFrame | None = None,
        lang: Lang | None = None,
        credit: str | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Return matplotlib axes with the served, unserved and unknown places of a category, in the map's colours.

        The title says the share and its denominator: people, or places if there are no people. Needs
        `tenmin[notebook]`.

        Parameters
        ----------
        category
            A category that was measured.
        gaps, isochrones
            Gaps from `find_gaps` and isochrones from `trace_isochrones`, of which those of the category are drawn.
        lang
            "zh" or "en"; by default the language of the system.
        credit
            The credit in the corner; by default that of OpenStreetMap where streets, places or facilities are its own.
        ax
            Axes to draw on; new ones by default.

        Raises
        ------
        CategoryError, InputError
            If there is no such category or language, or matplotlib is missing.

        See Also
        --------
        tenmin.draw_map : All categories as one interactive page.
        """
        if category not in self.limit.index:
            raise unknown_category(category, list(self.limit.index), "plot")
        shares = self.shares("people" if "people" in self.places.columns else "places")
        (row,) = shares[shares["category"] == category].to_dict("records")
        state = np.select([self.served[category], self.unknown[category]], ["served", "unknown"], "unserved")
        return draw_coverage(
            self.network,
            self.places.assign(state=state),
            self.facilities.iloc[self.query.rows_of[category]],
            {**row, "limit": self.limit[category], "unit": self.unit, "metric": self.metric},
            gaps=gaps,
            isochrones=isochrones,
            lang=lang,
            credit=credit,
            ax=ax,
        )


def _check_single(minutes: object, metres: object) -> None:
    """Raise an error that points to `within` if several limits are given."""
    for unit, limit in (("minutes", minutes), ("metres", metres)):
        if isinstance(limit, list | tuple | set | range | np.ndarray | pd.Series) and len(limit):
            msg = (
                f"{unit} must be a number, but is {limit!r}; measure with one of them, and read the others off "
                "the same walks, as in coverage.within([5, 10, 15])"
            )
            raise LimitError(msg)


def _check_division(by: object) -> None:
    """Raise an error unless shares can have a column of this name beside their own."""
    if by is not None and (not isinstance(by, str) or by in _OF_SHARES):
        msg = f"by={by!r} is no column to divide by; name one of the places, unlike those of the shares: {_OF_SHARES}"
        raise TableError(msg)


def _judge(
    query: Query,
    walk: pd.DataFrame,
    limit: pd.Series,
    *,
    metric: Metric,
    thin: np.ndarray,
    opening: Opening | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which places are served, and the cause for those that are unknown.

    `walk` has minutes or metres, in the unit of the limit.
    """
    bound = inclusive(limit.to_numpy())
    served = walk <= bound
    if metric == "straight":
        unjoined, at_end = query.places.geometry.isna() | query.places.geometry.is_empty, False
    else:
        end = query.amount(query.cost_to_end_of_data())[:, None]
        unjoined, at_end = query.place_snapping.table["how"] == "none", (end <= bound) & (end < walk.to_numpy())
    cause = np.full(served.shape, None, dtype=object)
    cause[thin & ~served] = "thin_data"
    cause[at_end & ~served] = "data_end"
    if opening is not None:
        cause[(opening.in_doubt.to_numpy() <= bound) & ~served] = "hours"
    cause[unjoined.to_numpy()[:, None] & ~served] = "unjoined"
    return served, pd.DataFrame(cause, index=served.index, columns=served.columns, dtype=object)


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
        More than a fifth of the places or facilities near the streets join none of them.

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


def cover_places(
    query: Query,
    *,
    areas: gpd.GeoDataFrame | None = None,
    metric: Metric = "walk",
    country: str | None = None,
    thin: float = 0.5,
    opening: Opening | None = None,
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
    """
    areas = None if areas is None else in_metres(check_frame(areas, "areas"), query.network.crs)
    times = straight_times(query) if metric == "straight" else travel_times(query)
    index = pd.Index(query.categories, name="category", dtype="str")
    limit = pd.Series([query.limit_of(name) for name in index], index=index, name=query.unit, dtype="float64")
    counts = count_facilities(query.places, query.facilities, query.rows_in_use, country=country, thin=thin)
    walk = times.minutes if query.unit == "minutes" else times.metres
    served, cause = _judge(query, walk, limit, metric=metric, thin=counts["thin"].to_numpy(bool), opening=opening)
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
        minutes=times.minutes,
        metres=times.metres,
        nearest=times.nearest,
        served=served,
        unknown=cause.notna(),
        cause=cause,
        counts=counts,
        joins=pd.concat(joins, names=["table", "id"]),
        query=query,
        opening=opening,
    )
