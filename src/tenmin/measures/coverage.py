"""Coverage: the walks from places to facilities beside their limits, and all that is read off them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.isochrones import draw_isochrones
from tenmin.access.nearest import check_count
from tenmin.access.query import Query
from tenmin.access.routes import trace_route
from tenmin.access.travel_times import TravelTimes, straight_times, travel_times
from tenmin.inputs.services import load_baskets
from tenmin.measures._basket import BASKET, Basket
from tenmin.measures._choice import count_choice, tally_choice
from tenmin.measures._coverage_table import tabulate_places
from tenmin.measures._critical_speed import scale_speed
from tenmin.measures._denominators import (
    DENOMINATORS,
    Denominator,
    sum_communities,
    sum_ground,
    sum_places,
    sum_streets,
)
from tenmin.measures._divisions import Divisions, check_division
from tenmin.measures._even_spread import EvenSpread, spread_evenly
from tenmin.measures._figure import draw_coverage
from tenmin.measures._judgement import CAUSES, judge
from tenmin.measures._open_at import Opening, walks_in_doubt
from tenmin.measures._people_placed import say_how_placed
from tenmin.measures._shares import add_shares
from tenmin.measures._side_by_side import compare_shares
from tenmin.network import WalkNetwork
from tenmin.support.contracts import Direction, Metric, people_of
from tenmin.support.errors import TableError
from tenmin.support.language import Lang, counted
from tenmin.support.limits import Unit, read_limit, unmeasured_category
from tenmin.support.notebook import as_card
from tenmin.support.percent import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["BASKET", "CAUSES", "Coverage", "compare_walks", "joins_of"]


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
        categories = counted(len(self.limit), "category", "categories")
        return (
            f"<Coverage of {counted(len(self.places), 'place')} in {categories} "
            f"within {shown or 'no'} {self.unit} ({self.metric}, {self.direction} the facility{moment}); "
            f"unjoined: {counted(none['places'], 'place')}, {counted(none['facilities'], 'facility', 'facilities')}; "
            f"unknown: {int(self.unknown.to_numpy().sum()):,} of {counted(self.unknown.size, 'walk')}>"
        )

    def _count_unjoined(self) -> dict[str, int]:
        """How many places and facilities joined no street."""
        tables, none = self.joins.index.get_level_values("table"), (self.joins["how"] == "none").to_numpy()
        return {name: int((none & (tables == name)).sum()) for name in ("places", "facilities")}

    def __dir__(self) -> list[str]:
        """Return the attributes for planners and analysts; the others are for further measures of tenmin."""
        return sorted(set(super().__dir__()) - {"query", "spread"})

    def _repr_html_(self) -> str:
        """Served, unserved and unknown people (or places, if there are no people) by category."""
        of = "people" if "people" in self.places.columns else "places"
        shares = self.shares(of=of).drop(columns="of")
        counts, parts = ["served", "unserved", "unknown", "total"], ["share", "share_upper"]
        shown = shares.assign(
            **{name: shares[name].map("{:,.0f}".format) for name in counts},
            **{name: shares[name].map(percent) for name in parts},
        )
        none = self._count_unjoined()
        facts = {
            "places": f"{len(self.places):,}, {none['places']:,} of them joined to no street",
            "facilities": f"{len(self.facilities):,}, {none['facilities']:,} of them joined to no street",
            "counted": of,
            "people placed": self.placement("en"),
            "walker": repr(self.network.walker),
        }
        return as_card(repr(self).strip("<>"), facts, shown)

    def shares(
        self,
        of: Denominator = "people",
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
            Group by the place's "area", by the "parent" or "kind" of that area, by the "subdistrict" (街道) or
            "district" (区县) to which its chain of parents leads, by population "group" (people only: the columns
            people_<group> of the places), or by any other column of the places or else of the areas; shares of streets,
            ground, land and communities by a column of the areas. A street on the border of communities is shared
            equally among them.
        land
            Polygons of residential land, for of="land"; where there are areas, what lies in them counts.

        Returns
        -------
        DataFrame
            category, (by,) of, served, unserved, unknown, total, share (served / total), share_upper ((served +
            unknown) / total) and, of people whose table says it (`people_base`), base: whom they count. Shares are NaN
            if the total is 0, or if the category has no facilities in use (which is not the same as 0 % served). Those
            of a moment have the column `open_at`, too.

        Raises
        ------
        TableError
            If `of` or `by` is none of these, or a column or polygons that they need are missing.
        """
        if of not in DENOMINATORS:
            msg = f"shares of {of!r} are not known; of is one of {DENOMINATORS}"
            raise TableError(msg)
        check_division(by)
        sums = self._sum(of, by, land)
        return self._described(add_shares(sums, self._facilities_in_use()))

    def placement(self, lang: Lang | None = None) -> str:
        """Return how the people got where they are, for the denominator of a share to say.

        Where they were placed in several ways, each has its part of the people. The column `placed_by` of the places
        says it for each.

        Parameters
        ----------
        lang
            "zh" or "en"; by default the language of the system.

        See Also
        --------
        tenmin.compare_placements : The shares of the same people, placed in several ways.
        """
        return say_how_placed(self.places, lang)

    @cached_property
    def spread(self) -> EvenSpread:
        """The people by community, as they are placed and spread evenly along its streets; for `compare_placements`."""
        asked = self.query, self.places, self.areas, self.served, self.unknown
        return spread_evenly(*asked, metric=self.metric, thin=self.counts["thin"])

    def compare_denominators(
        self,
        of: Sequence[Denominator] | None = None,
        *,
        land: gpd.GeoDataFrame | None = None,
    ) -> pd.DataFrame:
        """Return the shares of several denominators side by side, and their differences in percentage points.

        Parameters
        ----------
        of
            The denominators, the one to compare with first; by default "people" (if the places have any), "places",
            "streets" and "ground" (if there are areas).
        land
            As in `shares`.

        Returns
        -------
        DataFrame
            category; for each denominator its share and its share_upper, as `people` and `people_upper`; for each but
            the first the difference of its share to that of the first, percentage points, as `streets_difference`.

        Raises
        ------
        TableError
            As in `shares`, or a denominator is named twice, or none.

        Examples
        --------
        >>> import geopandas as gpd, tenmin as tm
        >>> from shapely import LineString, Point
        >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
        >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
        >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 0), Point(1200, 0)], crs="EPSG:32650")
        >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, geometry=[Point(0, 0)], crs="EPSG:32650")
        >>> compared = tm.measure_coverage(network, homes, clinic, minutes=10).compare_denominators()
        >>> compared[["people", "places", "streets", "streets_difference"]].round(6)
           people  places  streets  streets_difference
        0    0.75     0.5      0.4               -35.0
        """
        has_areas = self.areas is not None
        known: dict[Denominator, bool] = {
            "people": "people" in self.places.columns, "places": True, "streets": True, "ground": has_areas,
        }  # fmt: skip
        chosen: list[Denominator] = [name for name, there in known.items() if there] if of is None else [*of]
        if isinstance(of, str) or not chosen or len(set(chosen)) < len(chosen):
            msg = f"of is {of!r}; give a list of denominators, each once, e.g. ['people', 'streets'] of {DENOMINATORS}"
            raise TableError(msg)
        return compare_shares({name: self.shares(of=name, land=land if name == "land" else None) for name in chosen})

    def compare_metrics(
        self,
        of: Denominator = "people",
        *,
        land: gpd.GeoDataFrame | None = None,
    ) -> pd.DataFrame:
        """Return the shares on foot and in a straight line side by side, and their differences in percentage points.

        Parameters
        ----------
        of, land
            As in `shares`; whether a community has a facility is no matter of distance.

        Returns
        -------
        DataFrame
            category, walk, walk_upper, straight, straight_upper and straight_difference: how much a service radius of
            the same limit overstates the share that walks it, percentage points.

        Raises
        ------
        TableError
            As in `shares`.
        """
        if of == "areas":
            msg = "shares of 'areas' are the same by any distance; compare those of one of the other denominators"
            raise TableError(msg)
        metrics: tuple[Metric, Metric] = ("walk", "straight")
        return compare_shares({metric: self._by(metric).shares(of=of, land=land) for metric in metrics})

    def _by(self, metric: Metric) -> Coverage:
        """The same coverage by another distance."""
        if metric == self.metric:
            return self
        in_doubt = None if self.opening is None else walks_in_doubt(self.query, metric)
        opening = None if in_doubt is None or self.opening is None else replace(self.opening, in_doubt=in_doubt)
        walks = compare_walks(self.query, metric, self.limit, self.counts["thin"], opening)
        return replace(self, metric=metric, opening=opening, **walks)

    def _described(self, shares: pd.DataFrame) -> pd.DataFrame:
        """Shares with the base of the people counted (常住, 户籍 ...) and the moment of opening, where known."""
        bases = self.places["people_base"].dropna().astype(str) if "people_base" in self.places.columns else []
        if len(bases) and shares["of"].str.startswith("people").any():
            shares = shares.assign(base="、".join(sorted(set(bases))))
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
        check_division(by)
        asked = limits if isinstance(limits, Real | str) or not isinstance(limits, Iterable) else list(limits)
        tables = []
        for limit in read_limit(**{"minutes": None, "metres": None, self.unit: asked}, several=True).every:
            of_each = pd.Series(limit, index=self.limit.index)
            served, cause = judge(
                self.query,
                self._walks(),
                of_each,
                metric=self.metric,
                thin=self.counts["thin"].to_numpy(bool),
                opening=self.opening,
            )
            sums = sum_places(self._divisions(), served, cause.notna(), of=of, by=by)
            shares = self._described(add_shares(sums, self._facilities_in_use()))
            shares.insert(1, self.unit, limit)
            tables.append(shares)
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

    def _divisions(self) -> Divisions:
        return Divisions(self.places, self.areas)

    def _sum(self, of: str, by: str | None, land: gpd.GeoDataFrame | None) -> pd.DataFrame:
        divisions, thin = self._divisions(), self.counts["thin"]
        if of == "streets":
            return sum_streets(self.query, divisions, metric=self.metric, thin=thin, by=by)
        if of in {"ground", "land"}:
            return sum_ground(self.query, divisions, metric=self.metric, thin=thin, of=of, by=by, land=land)
        if of == "areas":
            return sum_communities(divisions, self.query, list(self.served.columns), by=by)
        return sum_places(divisions, self.served, self.unknown, of=of, by=by)

    def basket(self, categories: Sequence[str] | str | None = None, *, at_least: int | None = None) -> pd.DataFrame:
        """Return the share of people who have a whole basket of categories, or enough of it.

        A place has the basket if it is served in `at_least` of the categories. Whether it has is unknown if it would
        have it with its unknown categories, but not without them.

        Parameters
        ----------
        categories
            The categories of the basket, or the name of one of `load_baskets`; all of the coverage by default.
        at_least
            How many of them a place needs; all of them by default.

        Returns
        -------
        DataFrame
            One row with the columns of `shares` and the category "basket". The shares are NaN if fewer than the
            needed number of categories have any facility in use. `of` says whose: a named basket that is for some ages
            (`load_baskets`, users) counts these people where the places have them, every other one all people.

        Raises
        ------
        TableError, CategoryError
            A category is not one of the coverage, `at_least` is not from 1 to their number, or places have no people.
        """
        return self._described(self._basket(categories, at_least).share(*self._people_for(categories)))

    def basket_by_category(
        self, categories: Sequence[str] | str | None = None, *, at_least: int | None = None
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
        return self._described(self._basket(categories, at_least).without_each(*self._people_for(categories)))

    def lacking(self, categories: Sequence[str] | str | None = None) -> pd.DataFrame:
        """Return how many categories of a basket each place lacks.

        Parameters
        ----------
        categories
            The categories of the basket, or the name of one of `load_baskets`; all of the coverage by default.

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

    def _people_for(self, categories: Sequence[str] | str | None) -> tuple[np.ndarray, str]:
        """The people whom a basket is for, and their columns: those of its users if the places have them, else all."""
        users = load_baskets()["users"].get(categories, []) if isinstance(categories, str) else []
        columns = users if users and set(users) <= set(self.places.columns) else ["people"]
        return np.sum([people_of(self.places, column) for column in columns], axis=0), " + ".join(columns)

    def _basket(self, categories: Sequence[str] | str | None, at_least: int | None) -> Basket:
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
            raise unmeasured_category(category, list(self.limit.index), asked_in)

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
            raise unmeasured_category(category, list(self.limit.index), "plot")
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


def joins_of(coverage: Coverage, table: str) -> pd.DataFrame:
    """Return how the rows of one table of a coverage join the streets, by their ids; no rows if it has none.

    Parameters
    ----------
    coverage
        The coverage.
    table
        "places" or "facilities".
    """
    return coverage.joins[coverage.joins.index.get_level_values(0) == table].droplevel(0)


def compare_walks(
    query: Query,
    metric: Metric,
    limit: pd.Series,
    thin: pd.Series,
    opening: Opening | None,
    *,
    earlier: Coverage | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the frames of a coverage by name: the walks, and how they compare with the limit.

    Parameters
    ----------
    query
        The checked inputs.
    metric
        "walk" or "straight".
    limit, thin
        By category: the limit, and whether too few facilities are known.
    opening
        The moment at which facilities have to be open; None if hours do not count.
    earlier
        A coverage of the same places along the same streets, whose walks are kept where facilities are the same.
    """
    known = None if earlier is None else (earlier.query, TravelTimes(earlier.minutes, earlier.metres, earlier.nearest))
    times = straight_times(query) if metric == "straight" else travel_times(query, known)
    walk = times.minutes if query.unit == "minutes" else times.metres
    served, cause = judge(query, walk, limit, metric=metric, thin=thin.to_numpy(bool), opening=opening)
    return {
        "minutes": times.minutes,
        "metres": times.metres,
        "nearest": times.nearest,
        "served": served,
        "unknown": cause.notna(),
        "cause": cause,
    }
