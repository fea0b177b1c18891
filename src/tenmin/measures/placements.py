"""Placements side by side: the shares of the same people, placed in several ways."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tenmin.inputs.services import title_of_category
from tenmin.measures._even_spread import PARTS
from tenmin.measures._people_placed import say_placement
from tenmin.measures._shares import add_shares, tally
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import people_of
from tenmin.support.errors import TableError
from tenmin.support.language import Lang, choose_language

__all__ = ["EVEN", "GIVEN", "compare_placements", "describe_placements"]

GIVEN, EVEN = "given", "even"
"""Names of the two placements that every coverage has."""
PERCENT = 100.0
SAME_PEOPLE = 1e-6
"""Relative difference of two sums of people up to which they are of the same people."""
_ONE_PERSON = 0.5
_STATES = ["served", "unserved", "unknown"]
_COLUMNS = ["placement", "of", *_STATES, "total", "share", "share_upper", "difference", "depends", "placed_by"]


def compare_placements(
    coverage: Coverage, others: Mapping[str, Coverage] | None = None, *, lang: Lang | None = None
) -> pd.DataFrame:
    """Return the shares of the same people, placed in several ways, with their differences.

    How people are placed moves shares more than most rules of walking, so a share that stands alone says little. Every
    coverage is compared with its own people spread evenly along the streets: of their community, where its outline is
    known, else of those cells of 250 m where anybody lives. Nothing is walked anew for that.

    Parameters
    ----------
    coverage
        The coverage.
    others
        Coverages by the name of their placement, which differ from it in places alone: on buildings
        (`estimate_places`), in cells of a raster (`read_population_raster`), at the points of a table ...
    lang
        Language of `placed_by`, "zh" or "en"; by default that of the system.

    Returns
    -------
    DataFrame
        category, placement ("given", "even", and the names of the others), of ("people"), served, unserved, unknown,
        total, share, share_upper, difference (of the share to the given one, percentage points), depends and placed_by
        (in words). Sorted by category, then in this order.

        `depends` is the number of people, at least, whose answer (served, unserved or unknown) is another than as
        given: half the sum of the differences of the three, community by community where both placements have the same
        people in each, else of all. It is NaN where the totals differ, since those are not the same people.

    Raises
    ------
    TableError
        The places have no people; another coverage differs in walker, limits, direction, distance, moment or
        facilities, or has the name of one of the two placements that are always there.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 9), (2000, 9)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, geometry=[Point(0, 9)], crs="EPSG:32650")
    >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 9), Point(1200, 9)], crs="EPSG:32650")
    >>> point = gpd.GeoDataFrame({"people": [40]}, geometry=[Point(360, 9)], crs="EPSG:32650")
    >>> one, other = (tm.measure_coverage(network, places, clinic, minutes=10) for places in (homes, point))
    >>> compare_placements(one, {"point": other})[["placement", "served", "total", "share", "difference", "depends"]]
      placement  served  total  share  difference  depends
    0     given    30.0   40.0   0.75         0.0      0.0
    1      even    20.0   40.0   0.50       -25.0     10.0
    2     point    40.0   40.0   1.00        25.0     10.0
    """
    others = {} if others is None else others
    _check_alike(coverage, others)
    spread, given = coverage.spread, coverage.shares().set_index("category")
    sums = spread.even.groupby(level="category", sort=False)[PARTS].sum().reset_index()
    even = add_shares(sums, given["share"].notna()).set_index("category")
    tables = [
        given.assign(placement=GIVEN, depends=0.0, placed_by=coverage.placement(lang)),
        even.assign(
            placement=EVEN,
            depends=_count_depending(spread.given, spread.even),
            placed_by=say_placement(spread.how, lang),
        ),
        *(
            other.shares()
            .set_index("category")
            .assign(
                placement=name,
                depends=_count_depending(_by_community(coverage), _by_community(other)),
                placed_by=other.placement(lang),
            )
            for name, other in others.items()
        ),
    ]
    told = [one.assign(of="people", difference=PERCENT * (one["share"] - given["share"])) for one in tables]
    return pd.concat([one[_COLUMNS] for one in told]).sort_index(kind="stable").reset_index()


def describe_placements(coverage: Coverage, lang: Lang | None = None) -> str:
    """Return how people were placed, and what depends on it most, as sentences that a denominator says.

    Parameters
    ----------
    coverage
        The coverage.
    lang
        "zh" or "en"; by default the language of the system.

    Raises
    ------
    TableError
        The places have no people.
    """
    spoken = choose_language(lang)
    compared = compare_placements(coverage, lang=spoken)
    even = compared[(compared["placement"] == EVEN) & compared["difference"].notna()]
    told = say_placement("placed", spoken).format(how=coverage.placement(spoken))
    if even.empty:
        return told
    if even["depends"].max() < _ONE_PERSON:
        return told + say_placement("placed_alike", spoken).format(how=even["placed_by"].iloc[0])
    most = even.iloc[int(np.argmax(even["difference"].abs()))]
    words = {
        "how": most["placed_by"],
        "name": title_of_category(str(most["category"]), spoken),
        "points": f"{most['difference']:+.1f}".replace("-", "−"),
        "people": f"{most['depends']:,.0f}",
    }
    return told + say_placement("placed_evenly", spoken).format(**words)


def _by_community(coverage: Coverage) -> pd.DataFrame:
    """Return the people by category and community as they are placed, of all where no community is known."""
    people = people_of(coverage.places).to_numpy()
    area = coverage.places.get("area", pd.Series("", index=coverage.places.index))
    sums = tally(coverage.served, coverage.unknown, people, of="people", by="area", label=area)
    return sums.set_index(["category", "area"])[PARTS]


def _count_depending(given: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Return the people of each category, at least, whose answer is another; NaN where they are not the same people."""
    one, two = given.align(other, fill_value=0.0)
    if not _same(one["total"], two["total"]).all():
        one, two = (table.groupby(level="category").sum() for table in (given, other))
    changed = (one[_STATES] - two[_STATES]).abs().sum(axis=1) / 2.0
    return changed.where(_same(one["total"], two["total"])).groupby(level="category").sum(min_count=1)


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    return pd.Series(
        np.isclose(one.astype(float), other.astype(float), rtol=SAME_PEOPLE, atol=SAME_PEOPLE), index=one.index
    )


def _check_alike(coverage: Coverage, others: Mapping[str, Coverage]) -> None:
    """Raise a TableError unless the others differ from the coverage in places alone."""
    for name, other in others.items():
        if name in {GIVEN, EVEN}:
            msg = f"{name!r} is the name of a placement that every coverage has; give this one another"
            raise TableError(msg)
        for what, same in _compared(coverage, other).items():
            if not same:
                msg = f"{name!r} differs from the coverage in {what}, so that more than the placement would be compared"
                raise TableError(msg)


def _compared(one: Coverage, other: Coverage) -> dict[str, bool]:
    return {
        "the streets": np.array_equal(one.network.streets.length, other.network.streets.length),
        "the walker": one.network.walker == other.network.walker,
        "their limits": one.unit == other.unit and one.limit.equals(other.limit),
        "the direction": one.direction == other.direction,
        "the distance (metric)": one.metric == other.metric,
        "the moment (open_at)": getattr(one.opening, "at", None) == getattr(other.opening, "at", None),
        "their facilities": set(one.facilities.index) == set(other.facilities.index),
    }
