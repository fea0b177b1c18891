"""Firmness: in how many runs with varied assumptions each place stays served."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from numbers import Integral

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.nearest import nearest_walks
from tenmin.access.query import Query
from tenmin.measures._ranges import Draws, check_seed, draw, ranges_to_vary
from tenmin.measures._shares import tally
from tenmin.measures.coverage import Coverage
from tenmin.network import ASIDE
from tenmin.support.contracts import people_of
from tenmin.support.errors import TableError
from tenmin.support.language import counted
from tenmin.support.limits import inclusive
from tenmin.support.nouns import check_noun
from tenmin.support.progress import step_through

__all__ = ["CLASSES", "Firmness", "vary_coverage"]

CLASSES = {"firm": 0.95, "probable": 0.5, "doubtful": 0.05, "unlikely": 0.0}
"""The least share of runs of each class."""
NEAREST = 5
"""Facilities of a category that are found for each place, where some are missing in each run."""
_OSM = "OpenStreetMap"
_ROUNDING = 1e-9
_WAITS = ("signal_seconds", "crossing_seconds")


@dataclass(frozen=True, eq=False, repr=False)
class Firmness:
    """How often each place is served when the assumptions of a coverage are varied."""

    coverage: Coverage
    """The coverage whose assumptions were varied."""
    share: pd.DataFrame
    """Share of the runs in which each place is served, places x categories."""
    runs: pd.DataFrame
    """What was drawn, by run: group (runs of one group walk the same streets), and a column for each range."""
    ranges: pd.DataFrame
    """The ranges: vary, low, high, unit, source, checked, varied (bool), why_not (None where varied)."""

    def __repr__(self) -> str:
        """The number of runs, what was varied, and the shares of walks by class."""
        varied = ", ".join(dict.fromkeys(self.ranges["vary"][self.ranges["varied"]])) or "nothing"
        classes = self.classes().to_numpy()
        counts = ", ".join(f"{int((classes == name).sum()):,} {name}" for name in (*CLASSES, "unknown"))
        size, runs = counted(self.share.size, "walk"), counted(len(self.runs), "run")
        return f"<Firmness of {size} in {runs} varying {varied}: {counts}>"

    def classes(self) -> pd.DataFrame:
        """Return the class of each place and category.

        Returns
        -------
        DataFrame
            Places x categories: "firm" (served in at least 95 % of the runs), "probable" (50 %), "doubtful" (5 %),
            "unlikely", or "unknown" (unknown in the coverage and not firm: facilities that are not in the data may
            serve it).
        """
        share = self.share.to_numpy() + _ROUNDING
        named = np.select([share >= least for least in CLASSES.values()], list(CLASSES), "")
        named = np.where(self.coverage.unknown.to_numpy() & (named != "firm"), "unknown", named)
        return pd.DataFrame(named, index=self.share.index, columns=self.share.columns, dtype="str")

    def shares(self, of: str = "people", by: str | None = None) -> pd.DataFrame:
        """Return how many people, or places, are of each class.

        Parameters
        ----------
        of
            "people" or "places".
        by
            A column of the places to divide by, such as "area".

        Returns
        -------
        DataFrame
            category, (by,) of, firm, probable, doubtful, unlikely, unknown, total, changing (those whose answer is not
            the same in all runs), share (firm / total) and share_upper (all but the unlikely / total).

        Raises
        ------
        TableError
            `of` or `by` is none of these.
        """
        if of not in {"people", "places"}:
            msg = f"firmness counts people or places, not {of!r}"
            raise TableError(msg)
        places = self.coverage.places
        if by is not None and by not in places.columns:
            msg = f"places has no column {by!r} to divide by; it has {sorted(map(str, places.columns))}"
            raise TableError(msg)
        weight = people_of(places).to_numpy() if of == "people" else np.ones(len(places))
        label = pd.Series("", index=places.index) if by is None else places[by]
        classes, nobody = self.classes(), pd.DataFrame(False, index=self.share.index, columns=self.share.columns)
        masks = {name: classes == name for name in (*CLASSES, "unknown")}
        masks["changing"] = (self.share > 0.0) & (self.share < 1.0)
        sums = {name: tally(mask, nobody, weight, of=of, by=by, label=label) for name, mask in masks.items()}
        total, keys = sums["firm"]["total"], ["category", *([by] if by else []), "of"]
        counts = {name: table["served"] for name, table in sums.items()}
        divided = total.where(total > 0.0)
        return sums["firm"][keys].assign(
            **{name: counts[name] for name in (*CLASSES, "unknown")},
            total=total,
            changing=counts["changing"],
            share=counts["firm"] / divided,
            share_upper=1.0 - counts["unlikely"] / divided,
        )


def vary_coverage(
    coverage: Coverage,
    *,
    runs: int = 100,
    seed: int = 0,
    vary: str | Collection[str] | None = None,
    ranges: Mapping[str, object] | None = None,
) -> Firmness:
    """Return how often each place stays served when the assumptions of a coverage are varied.

    The ranges, with the source of each, stand in `measures/ranges.toml` and in `Firmness.ranges`. Values are drawn
    evenly, one in each of as many equal strata as there are runs. Speed and missing facilities differ in every run;
    streets, legs and placement are walked anew for ten groups of runs, since the search is what takes the time. The
    same seed gives the same answer, in any order of the rows.

    Parameters
    ----------
    coverage
        A coverage of walks.
    runs
        Number of runs.
    seed
        Seed of the draws.
    vary
        What is varied: "speed", "slope" (how much slopes slow), "waits" (at crossings, given for the walker's speed
        and in proportion to it), "aside" (the longest leg to a street), "missing" (facilities that are not there, by
        source) and "placement" (where in the vicinity people live). By default all that changes anything here;
        nothing with [].
    ranges
        Other ranges, by name: pairs of low and high, as in {"speed": (0.5, 1.25)}.

    Returns
    -------
    Firmness
        The share of runs in which each place is served, the values of the runs, and the people firm, probable,
        doubtful and unlikely.

    Raises
    ------
    TableError
        The coverage is by straight distance, or an option is not valid.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame(
    ...     {"people": [30, 10, 5]}, geometry=[Point(80, 0), Point(790, 0), Point(1200, 0)], crs="EPSG:32650"
    ... )
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> firmness = tm.vary_coverage(tm.measure_coverage(network, homes, clinic, minutes=10), vary="speed")
    >>> firmness.share["clinic"].tolist()
    [1.0, 0.52, 0.0]
    >>> firmness.shares()[["firm", "probable", "doubtful", "unlikely", "total"]].iloc[0].tolist()
    [30.0, 10.0, 0.0, 5.0, 45.0]
    """
    check_noun(coverage, Coverage, "coverage")
    if coverage.metric != "walk":
        msg = "a straight distance has no streets to vary; give a coverage with metric='walk'"
        raise TableError(msg)
    table = ranges_to_vary(vary, ranges, _what_changes_nothing(coverage))
    draws = draw(table, _base(coverage), _check_runs(runs), check_seed(seed))
    served, absent = np.zeros(coverage.served.shape, np.int64), _missing(coverage.facilities, draws)
    for group in step_through(range(int(draws.table["group"].max()) + 1), "runs"):
        rows = np.flatnonzero(draws.table["group"] == group)
        query = _walked_anew(coverage.query, draws, int(rows[0]), group)
        for column, category in enumerate(query.categories):
            factors = draws.table["speed"].to_numpy()[rows]
            served[:, column] += _count_served(query, category, factors, absent[rows])
    share = pd.DataFrame(served / len(draws.table), index=coverage.served.index, columns=coverage.served.columns)
    return Firmness(coverage, share, draws.table, table)


def _check_runs(runs: object) -> int:
    if isinstance(runs, Integral) and not isinstance(runs, bool) and int(runs) >= 1:
        return int(runs)
    msg = f"runs is {runs!r}; give how many runs to make, a whole number from 1 up, e.g. runs=100"
    raise TableError(msg)


def _base(coverage: Coverage) -> dict[str, float]:
    """The values with which the coverage was measured."""
    walker = coverage.network.walker
    return {
        **{"speed": 1.0, "slope": 1.0, "aside": ASIDE},
        **{name: getattr(walker, name) for name in _WAITS},
        **dict.fromkeys(("missing_register", "missing_osm", "missing_other", "moved_outline", "moved_point"), 0.0),
    }


def _what_changes_nothing(coverage: Coverage) -> dict[str, str]:
    """Why some of what can be varied changes no walk of a coverage."""
    edges, walker = coverage.network.assembly.edges, coverage.network.walker
    if coverage.unit == "metres":
        return dict.fromkeys(("speed", "slope", "waits"), "the limit is in metres")
    if "seconds" in coverage.network.layout.lines:
        return dict.fromkeys(("speed", "slope", "waits"), "the streets have seconds of their own")
    cannot = {}
    if walker.slope == "none" or "slope_factor" not in edges:
        cannot["slope"] = "the streets have no heights, or the walker no rule for slopes"
    if "crossing" not in edges or pd.isna(edges["crossing"]).all():
        cannot["waits"] = "the streets have no crossings"
    return cannot


def _walked_anew(query: Query, draws: Draws, run: int, group: int) -> Query:
    """The query of a group of runs: its waits and slopes, its longest leg, and its placement."""
    values = draws.values(run)
    network, walker = query.network, query.network.walker
    waits = {name: values[name] for name in _WAITS}
    if values["slope"] != 1.0 or any(wait != getattr(walker, name) for name, wait in waits.items()):
        network = network.at_pace(replace(walker, **waits), slope=values["slope"])
    moved = _moved(query.places, draws, values, group)
    changed = None if network is query.network else network
    return query.varied(network=changed, places=moved, aside=values["aside"])


def _moved(places: gpd.GeoDataFrame, draws: Draws, values: Mapping[str, float], group: int) -> gpd.GeoDataFrame | None:
    """The places, each moved to anywhere within the distance that was drawn for its kind; None if none is."""
    shapes = places.geometry.to_numpy()
    far = np.where(shapely.get_dimensions(shapes) == 0, values["moved_point"], values["moved_outline"])
    if not far.any():
        return None
    by_id = np.argsort(places.index.astype(str), kind="stable")
    drawn = np.empty((2, len(places)))
    drawn[:, by_id] = draws.rng("placement", group).random((2, len(places)))
    radius, angle = far * np.sqrt(drawn[0]), 2.0 * np.pi * drawn[1]
    shift = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    xy, rows = shapely.get_coordinates(shapes, return_index=True)
    moved = shapely.set_coordinates(shapes.copy(), xy + shift[rows])
    return places.set_geometry(gpd.GeoSeries(moved, index=places.index, crs=places.crs))


def _count_served(query: Query, category: str, factors: np.ndarray, absent: np.ndarray) -> np.ndarray:
    """In how many of some runs each place is served, int64 (places,).

    `factors` are the speeds of the runs, and `absent` the facilities that are not there, bool (runs, facilities).
    """
    facilities, limit = query.by_id(query.rows_of[category]), query.limit_of(category)
    missing = absent[:, facilities]
    k = NEAREST if missing.any() else 1
    best = nearest_walks(query, category, k, limit * float(factors.max()))
    amount, served = query.amount(best.cost), np.zeros(len(query.places), np.int64)
    for factor, gone in zip(factors, missing, strict=True):
        near = amount <= inclusive(limit) * factor
        there = near & ~gone[best.owner] if gone.any() else near
        found = there.any(axis=1)
        beyond = ~found & near.all(axis=1)
        if beyond.any() and best.owner.shape[1] < len(facilities):
            found |= beyond & (_nearest_amount(query, facilities[~gone]) <= inclusive(limit) * factor)
        served += found
    return served


def _nearest_amount(query: Query, rows: np.ndarray) -> np.ndarray:
    """Minutes or metres to the nearest of some facilities."""
    return query.amount(query.arrivals(rows)[0].cost)


def _missing(facilities: gpd.GeoDataFrame, draws: Draws) -> np.ndarray:
    """Which facilities are not there in each run, bool (runs, facilities)."""
    nothing = pd.Series(None, index=facilities.index, dtype=object)
    listed = facilities.get("complete", nothing).notna().to_numpy()
    mapped = (facilities.get("source", nothing) == _OSM).to_numpy()
    by_id = np.argsort(facilities.index.astype(str), kind="stable")
    absent = np.zeros((len(draws.table), len(facilities)), bool)
    for run in range(len(draws.table)):
        values = draws.values(run)
        kinds = [values["missing_register"], values["missing_osm"]]
        share = np.select([listed, mapped], kinds, values["missing_other"])
        absent[run, by_id] = draws.rng("missing", run).random(len(facilities)) < share[by_id]
    return absent
