"""Gaps: groups of unserved places, with their severity, reason and cure."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.measures._cures import Pace
from tenmin.measures._gap_names import name_gaps
from tenmin.measures._gap_table import tabulate_gaps
from tenmin.measures._neighbourhoods import gather_homes
from tenmin.measures._unserved import REASONS, PlacesOfGaps, list_unserved
from tenmin.measures.coverage import Coverage
from tenmin.measures.lacking import SEPARATOR
from tenmin.support.errors import TableError
from tenmin.support.limits import check_metres
from tenmin.support.nouns import check_noun
from tenmin.surface import group_points

__all__ = ["REASONS", "find_gaps", "find_same_gaps"]

MIN_NEAR, MAX_NEAR = 1e-3, 100_000.0
"""Allowed values of `near`, metres."""
LAST = ("thin_data", "unjoined")
"""Reasons whose gaps come after all others: rows of a category leave only the first of them in its place."""


def find_gaps(
    coverage: Coverage,
    *,
    near: float = 200.0,
    by: Literal["category", "place"] = "category",
    supply: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the gaps in a coverage, worst first.

    By category, a gap is a group of unserved places of one category and reason, connected by steps between neighbours
    of at most `near` metres that cross no barrier. By place, it is a group of places of one cause and neighbourhood,
    with all categories that they lack, and each place is in exactly one gap: its cause is the reason and barrier of
    most of its severity. A chain longer than 800 m is divided into neighbourhoods: each place belongs to the nearest
    of the worst places that lie at least 800 m apart. Homes that join no street, homes that lack only what no facility
    offers, and homes that lack only what is thinly mapped are one gap each, wherever they are.

    Parameters
    ----------
    coverage
        A coverage whose places have the column `people`.
    near
        Longest distance between neighbours in a gap, metres.
    by
        "category" or "place": one row for each category, or for each neighbourhood.
    supply
        As from `measure_supply`: those for whom no place is left are in gaps with the reason `full`.

    Returns
    -------
    GeoDataFrame
        Index 1..n ("rank"): by severity, then people (both descending), then id; what is only thinly mapped
        (`thin_data`) comes after all others and, by place, homes that join no street (`unjoined`) come last. Columns:
        gap (a stable id), category (by place those that any of its places lacks, sorted and joined by ";"), people,
        places (their number), excess_minutes or excess_metres (mean of walk minus limit, weighted by people,
        over those with a walk), severity (sum of people x min(1, excess / limit), full weight without a walk, over all
        categories that they lack), reason (a key of `REASONS`), by (names of the barriers or gates, or of the full
        facility; kinds of those without one; or None), area (names of its communities, that with most people first,
        or None), shortfall_metres and shortfall_minutes (the excess as level metres and as minutes of the walker), by
        place also name and name_zh (the community of most people, else the nearest street, else a facility nearby; of
        gaps of one name two of these; or None) and people_lacking (people without each category, joined by ";" in the
        order of `category`), cure and cure_zh (what would cure it, with the walk as it is and as it would be), geometry
        (union of circles of near / 2 around the places).

    Raises
    ------
    LimitError, TableError
        If `near` is not above 0, `by` is another, or the places have no column `people`.

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
    >>> gaps = tm.find_gaps(tm.measure_coverage(network, homes, clinic, minutes=10))
    >>> gaps.loc[1, ["people", "excess_minutes", "severity"]].astype(float).to_list(), gaps.loc[1, "reason"]
    ([10.0, 5.0, 5.0], 'far')
    >>> tm.find_gaps(tm.measure_coverage(network, homes, clinic, minutes=10), by="place").loc[1, "category"]
    'clinic'
    """
    check_noun(coverage, Coverage, "coverage")
    near = check_metres(near, "near", allowed="above 0, e.g. 200", least=MIN_NEAR, most=MAX_NEAR)
    if by not in {"category", "place"}:
        msg = f"gaps by {by!r} are not known; by is 'category' or 'place'"
        raise TableError(msg)
    if by == "place":
        _check_categories(coverage)
    places, unserved = PlacesOfGaps.of(coverage), list_unserved(coverage, supply)
    gather = _gather_by_place if by == "place" else _gather_by_category
    members, unserved = gather(coverage, places, unserved, near)
    members = members.drop_duplicates(["group", "place"])
    members = members.iloc[np.lexsort((places.ids[members["place"]], members["group"]))]
    in_order = np.lexsort((places.ids[unserved["place"]], unserved["category"], unserved["group"]))
    unserved = unserved.iloc[in_order]  # sums do not depend on the order of rows
    table = tabulate_gaps(unserved, members, places, near, Pace.of(coverage))
    named = by == "place"
    table = table.join(name_gaps(coverage, places, members)) if named else table
    table["gap"] = [
        _stable_id("" if named else category, reason, ids)
        for category, reason, ids in zip(table["category"], table["reason"], table["ids"], strict=True)
    ]
    homes = {gap: ids.tolist() for gap, ids in zip(table["gap"], table["ids"], strict=True)} if named else {}
    excess = f"excess_{coverage.unit}"
    table = table.rename(columns={"excess": excess})[_columns(excess, named=named)]
    last = table["reason"].map({reason: k for k, reason in enumerate(LAST if named else LAST[:1], start=1)}).fillna(0)
    order = np.lexsort((table["gap"], -table["people"], -table["severity"], last))
    table = table.iloc[order].set_axis(pd.RangeIndex(1, len(table) + 1, name="rank"))
    gaps = gpd.GeoDataFrame(table, geometry="geometry", crs=coverage.network.crs)
    gaps.attrs["homes"] = json.dumps(homes, ensure_ascii=False)
    if supply is None:
        gaps.attrs["found"] = json.dumps({"near": near, "by": by})
    return gaps


def find_same_gaps(gaps: gpd.GeoDataFrame, coverage: Coverage) -> gpd.GeoDataFrame | None:
    """Return the gaps of another coverage, found as those of a table were.

    Parameters
    ----------
    gaps
        The table.
    coverage
        The other coverage.

    Returns
    -------
    GeoDataFrame or None
        As from `find_gaps`; None where the table does not tell how it was found: it did not come from `find_gaps`, was
        read from a file, or rests on a supply.
    """
    return find_gaps(coverage, **json.loads(gaps.attrs["found"])) if "found" in gaps.attrs else None


def _check_categories(coverage: Coverage) -> None:
    """Raise an error if a category has in its name what joins them."""
    for category in coverage.limit.index:
        if SEPARATOR in category:
            msg = f"category {category!r} has {SEPARATOR!r} in it, which joins categories in gaps by place; rename it"
            raise TableError(msg)


def _columns(excess: str, *, named: bool) -> list[str]:
    figures = ["gap", "category", "people", "places", excess, "severity", "reason", "by", "area"]
    shortfall = ["shortfall_metres", "shortfall_minutes"]
    return [
        *figures,
        *(["name", "name_zh", "people_lacking"] if named else []),
        *shortfall,
        "cure",
        "cure_zh",
        "geometry",
    ]


def _gather_by_category(
    coverage: Coverage, places: PlacesOfGaps, unserved: pd.DataFrame, near: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The members of each gap, and the pairs with their gap: places of one category and reason, linked by steps."""
    group, count = np.empty(len(unserved), np.int64), 0
    for rows in unserved.groupby("category", sort=True).indices.values():
        reason = np.unique(unserved["reason"].to_numpy()[rows].astype(str), return_inverse=True)[1]
        xy = places.xy[unserved["place"].to_numpy()[rows]]
        group[rows] = count + group_points(xy, reason, coverage.network.walls, step=near)
        count = group[rows].max() + 1
    pairs = unserved.assign(group=group)
    return pairs[["place", "people", "reason", "by", "group"]], pairs


def _gather_by_place(
    coverage: Coverage, places: PlacesOfGaps, unserved: pd.DataFrame, near: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The members of each gap, and the pairs with their gap: places of one cause and neighbourhood."""
    members = gather_homes(unserved, places, coverage.network.walls, near)
    return members, unserved.assign(group=unserved["place"].map(members.set_index("place")["group"]))


def _stable_id(category: str, reason: str, ids: np.ndarray) -> str:
    key = "\n".join([category, reason, *ids])
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
