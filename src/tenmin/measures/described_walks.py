"""The walks that places have: stairs, slopes, crossings and stretches without a bench, each with its own limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.walked_figures import EdgeFigures, Stops, walked_figures
from tenmin.measures._shares import tally
from tenmin.measures.coverage import Coverage
from tenmin.network import WalkNetwork
from tenmin.support.contracts import check_frame, in_metres, people_of
from tenmin.support.errors import TableError
from tenmin.support.language import counted
from tenmin.support.limits import inclusive, unmeasured_category
from tenmin.support.nouns import check_noun

__all__ = ["FIGURES", "DescribedWalks", "describe_walks"]

FIGURES = ("stairs_m", "steepest", "unsignalled_crossings", "longest_without_bench")
"""What is said of a walk beside its length."""
BESIDE = 15.0
"""Farthest that a bench may stand from the street to be one of it, metres."""
QUIET_WAYS = (
    "bridleway", "corridor", "crossing", "cycleway", "elevator", "footway", "living_street", "path", "pedestrian",
    "platform", "service", "steps", "track",
)  # fmt: skip
"""Kinds of way that are no street to cross."""
ALL = "all"
"""The name of all limits together."""
_SAFE = ("signals", "island", "no")
_WHOLE = 1.0 - 1e-9
_HALF = 0.5
_SHORTEST = 1e-3
"""Stairs shorter than this are rounding, metres."""


@dataclass(frozen=True, eq=False, repr=False)
class DescribedWalks:
    """The best walk of every place to a category, with what is met on the way."""

    coverage: Coverage
    """The coverage whose walks these are."""
    category: str
    """Where the walks lead."""
    table: pd.DataFrame
    """Index as in places: metres, stairs_m, steepest (rise over run), unsignalled_crossings and longest_without_bench
    (metres); NaN without a walk or where nothing is known. stairs_known, steepest_known and crossings_known are the
    parts of the street metres of the walk, 0 to 1, of which the map says something: below 1 the figure is the least
    that it can be. The stretch without a bench is the most that it can be, unless all benches are known."""
    benches: Literal["none", "some", "all"]
    """Whether no benches were given, some of them, or all there are."""

    def __repr__(self) -> str:
        """The number of walks, and how much of them is known."""
        known = self.known()
        told = ", ".join(f"{name} {share:.0%}" for name, share in known.items())
        walks = counted(int(self.table["metres"].notna().sum()), "walk")
        return f"<DescribedWalks of {walks} to {self.category}; known of them: {told}; benches: {self.benches}>"

    def known(self) -> pd.Series:
        """Return the part of the walks, by length, of which the map says something.

        Returns
        -------
        Series
            stairs, steepest and crossings: 0 to 1; NaN without any walk.
        """
        metres = self.table["metres"].fillna(0.0).to_numpy()
        total = float(metres.sum()) or np.nan
        names = ("stairs", "steepest", "crossings")
        return pd.Series({name: np.nansum(self.table[f"{name}_known"] * metres) / total for name in names})

    def within(self, limits: Mapping[str, float], of: Literal["people", "places"] = "people") -> pd.DataFrame:
        """Return who is served by a walk that keeps limits of its own.

        A figure that is over the limit in what is known breaks it; one that is not, where not all is known, may. Of
        benches it is the other way round: unless all of them are known, a stretch that is too long may have one.

        Parameters
        ----------
        limits
            The largest value of each figure, inclusive, as in {"stairs_m": 0, "longest_without_bench": 300}.
        of
            "people" or "places".

        Returns
        -------
        DataFrame
            A row for each limit and one for "all" of them: limit, most (its value), of, served (by a walk within the
            limit of the coverage that keeps this one), unserved, unknown, total, share and share_upper.

        Raises
        ------
        TableError
            A limit is none of the figures or no number of 0 or more, or `of` is none of these.
        """
        if of not in {"people", "places"}:
            msg = f"walks are of people or places, not of {of!r}"
            raise TableError(msg)
        kept, may = self.judge(limits)
        places = self.coverage.places
        weight = people_of(places).to_numpy() if of == "people" else np.ones(len(places))
        sums = tally(kept, may & ~kept, weight, of=of, by=None, label=pd.Series("", index=places.index))
        total = sums["total"].where(sums["total"] > 0.0)
        most = [limits.get(name, np.nan) for name in sums["category"]]
        table = sums.rename(columns={"category": "limit"}).drop(columns="possible")
        table.insert(1, "most", most)
        return table.assign(share=sums["served"] / total, share_upper=sums["possible"] / total)

    def judge(self, limits: Mapping[str, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return whether each place surely has a walk that keeps limits of its own, and whether it may have one.

        Parameters
        ----------
        limits
            As in `within`.

        Returns
        -------
        DataFrame, DataFrame
            bool; index as in places, a column for each limit and one for "all".

        Raises
        ------
        TableError
            A limit is none of the figures or no number of 0 or more.
        """
        served, unknown = self.coverage.served[self.category], self.coverage.unknown[self.category]
        sure, possible = {}, {}
        for name, most in _check_limits(limits).items():
            keeps, breaks = self._compare(name, most)
            sure[name], possible[name] = served & keeps, (served & ~breaks) | unknown
        for states in (sure, possible):
            states[ALL] = np.logical_and.reduce(list(states.values()))
        return pd.DataFrame(sure, index=served.index), pd.DataFrame(possible, index=served.index)

    def _compare(self, name: str, most: float) -> tuple[pd.Series, pd.Series]:
        """Whether each walk surely keeps a limit, and whether it surely breaks it."""
        value = self.table[name]
        within, beyond = value <= inclusive(most), value > inclusive(most)
        if name == "longest_without_bench":
            return within, beyond & (self.benches == "all")
        known = self.table[
            {"unsignalled_crossings": "crossings_known", "stairs_m": "stairs_known"}.get(name, f"{name}_known")
        ]
        return within & (known >= _WHOLE), beyond


def _check_limits(limits: object) -> dict[str, float]:
    if not isinstance(limits, Mapping) or not limits:
        msg = f"limits is {limits!r}; give the largest value of some figures, e.g. {{'stairs_m': 0}}"
        raise TableError(msg)
    for name, most in limits.items():
        if name not in FIGURES:
            msg = f"limits has {name!r}; the figures of a walk are {', '.join(FIGURES)}"
            raise TableError(msg)
        if isinstance(most, bool) or not isinstance(most, int | float | np.number) or not most >= 0:
            msg = f"the limit of {name!r} is {most!r}; give a number of 0 or more"
            raise TableError(msg)
    return {str(name): float(most) for name, most in limits.items()}


def describe_walks(
    coverage: Coverage,
    category: str,
    *,
    benches: gpd.GeoDataFrame | None = None,
    all_benches: bool = False,
) -> DescribedWalks:
    """Return what is met on the best walk of every place to a category: stairs, slopes, crossings, no bench.

    The best walk is the quickest (or, under a limit in metres, the shortest) of the walker of the coverage; a longer
    one may have fewer stairs. Figures are not blended into a score.

    Parameters
    ----------
    coverage
        A coverage of walks.
    category
        A category that was measured.
    benches
        Points, such as those of an extract with the tag amenity=bench. One within 15 m of a street is on it.
    all_benches
        Whether these are all the benches there are; else a long stretch without one is unknown, not too long.

    Returns
    -------
    DescribedWalks
        A table of the walks, and the people whose walk keeps limits (`within`). Stairs are ways of the kind "steps".
        The steepest slope is the largest of any edge walked, in full or in part, where the network has heights; stairs
        count as level. Crossings count that are
        drawn as ways, without signals or island. They are known on these, and on paths and drives that meet no street;
        where a walk follows a street, or a path meets one, it may cross without a crossing being drawn.

    Raises
    ------
    TableError, CategoryError
        The coverage is by straight distance, there is no such category, or `benches` are no points.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> ways = [LineString([(0, 0), (300, 0)]), LineString([(300, 0), (310, 0)])]
    >>> lines = gpd.GeoDataFrame({"kind": ["residential", "steps"]}, geometry=ways, crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="older_adult")
    >>> homes = gpd.GeoDataFrame({"people": [3]}, geometry=[Point(50, 0)], crs="EPSG:32650")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, geometry=[Point(310, 0)], crs="EPSG:32650")
    >>> walks = tm.describe_walks(tm.measure_coverage(network, homes, clinic, minutes=10), "clinic")
    >>> walks.table[["metres", "stairs_m", "stairs_known"]].round(6).iloc[0].tolist()
    [260.0, 10.0, 1.0]
    >>> walks.within({"stairs_m": 0})[["limit", "served", "unserved", "unknown"]]
          limit  served  unserved  unknown
    0  stairs_m     0.0       3.0      0.0
    1       all     0.0       3.0      0.0
    """
    check_noun(coverage, Coverage, "coverage")
    if coverage.metric != "walk":
        msg = "a straight distance meets no stairs; give a coverage with metric='walk'"
        raise TableError(msg)
    if not isinstance(category, str) or category not in coverage.limit.index:
        raise unmeasured_category(category, list(coverage.limit.index), "describe_walks")
    stops = _stops(coverage.network, benches)
    figures, found = walked_figures(coverage.query, category, _figures(coverage.network), stops)
    street, stairs, crossings, *known = figures.sums.T
    share = [np.divide(one, street, out=np.ones(len(street)), where=street > 0.0) for one in known]
    kinds, heights, told = (np.minimum(one, 1.0) for one in share)
    columns = {
        "metres": figures.metres,
        "stairs_m": np.where(kinds > 0.0, np.where(stairs < _SHORTEST, 0.0, stairs), np.nan),
        "stairs_known": kinds,
        "steepest": np.where(heights > 0.0, figures.most, np.nan),
        "steepest_known": heights,
        "unsignalled_crossings": np.where(told > 0.0, np.floor(crossings + _HALF), np.nan),
        "crossings_known": told,
        "longest_without_bench": np.nan if benches is None else figures.longest,
    }
    table = pd.DataFrame(columns, index=coverage.places.index[found]).reindex(coverage.places.index)
    return DescribedWalks(coverage, category, table, "none" if benches is None else "all" if all_benches else "some")


def _figures(network: WalkNetwork) -> EdgeFigures:
    """The figures of the edges: metres, metres of stairs, crossings, and metres of known kind, height and crossings."""
    edges = network.assembly.edges
    length, kind = edges["length"], pd.Series(np.asarray(edges["kind"], object))
    has_kind = kind.notna().to_numpy() & (kind != "").to_numpy()
    steepest = np.asarray(edges["steepest"], "float64") if "steepest" in edges else np.full(len(edges), np.nan)
    crossing = pd.Series(np.asarray(edges["crossing"], object) if "crossing" in edges else np.full(len(edges), None))
    share = np.asarray(edges["crossing_share"], "float64") if "crossing_share" in edges else np.ones(len(edges))
    drawn = crossing.notna().to_numpy()
    quiet = kind.isin(QUIET_WAYS).to_numpy() | ~network.is_street
    street = np.zeros(len(network.assembly.nodes), bool)
    street[np.concatenate([network.streets.u[~quiet], network.streets.v[~quiet]])] = True
    told = drawn | (quiet & ~street[network.streets.u] & ~street[network.streets.v])
    sums = [
        length,
        length * (kind == "steps").to_numpy(),
        np.where(drawn & ~crossing.isin(_SAFE).to_numpy(), np.nan_to_num(share, nan=1.0), 0.0),
        length * has_kind,
        length * ~np.isnan(steepest),
        length * (told & ("crossing" in edges)),
    ]
    return EdgeFigures(np.column_stack(sums), np.nan_to_num(steepest))


def _stops(network: WalkNetwork, benches: gpd.GeoDataFrame | None) -> Stops:
    """Where benches stand along the edges; one may stand at several streets."""
    if benches is None:
        return Stops(np.zeros(0, np.int64), np.zeros(0))
    given = in_metres(check_frame(benches, "benches", unique=False), network.crs).geometry.to_numpy()
    points = shapely.point_on_surface(given[~(shapely.is_missing(given) | shapely.is_empty(given))])
    bench, edge = network.tree.query(points, predicate="dwithin", distance=BESIDE)
    offset = shapely.line_locate_point(network.assembly.edges.geometry[edge], points[bench])
    return Stops.of(edge, offset)
