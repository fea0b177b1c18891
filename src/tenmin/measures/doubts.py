"""Doubts: what each facility rests on, and the people whose answer flips if it is wrong."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.nearest import rank_nearest
from tenmin.measures._pairs import straight_pairs
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import list_remarks, people_of
from tenmin.support.nouns import check_noun
from tenmin.support.progress import step_through

__all__ = ["list_doubts", "measure_fragility", "sum_doubts"]

BEYOND_THE_SECOND = 2
"""Facilities of a category that are looked for: whoever has two of them within the limit loses none by one closure."""


def list_doubts(coverage: Coverage) -> pd.DataFrame:
    """Return the facilities with what they rest on, those first on which most people's answer depends.

    It is the list for a visit on site: whether each facility is there, and where one enters it.

    Parameters
    ----------
    coverage
        A coverage whose places have the column `people`.

    Returns
    -------
    DataFrame
        One row for each facility that counts (in use and, where hours count, open) and category that it counts in.
        Columns: facility (its id), category, name, people (whose answer flips if the row is wrong: of one that is
        joined to a street those who have no other within the limit, exactly; of one that is not, those who are not
        served and within the limit in a straight line at the walker's level speed, as an upper bound), if_wrong ("lose"
        or "may_gain"), nearest_to (people of whom it is the nearest and within the limit), rule (why it is one of this
        category), source, how (the way it joins the streets: entrance, crossing, outline, street or none), leg (metres
        to the street), island_nodes (nodes of the streets that hang together there, if they are an island; else
        missing), merged (rows that were merged into it), edited (date of the last edit, if known). Sorted by people,
        then people of whom it is the nearest (both descending), category and id.

    Raises
    ------
    TableError
        If the places have no column `people`.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 0), Point(1700, 0)], crs="EPSG:32650")
    >>> spots = [Point(0, 0), Point(400, 0), Point(1500, 0)]
    >>> doors = gpd.GeoDataFrame({"category": "clinic"}, index=["a", "b", "c"], geometry=spots, crs="EPSG:32650")
    >>> doubts = tm.list_doubts(tm.measure_coverage(network, homes, doors, minutes=10))
    >>> doubts[["facility", "people", "nearest_to"]].to_numpy().tolist()
    [['c', 10.0, 10.0], ['a', 0.0, 30.0], ['b', 0.0, 0.0]]
    """
    check_noun(coverage, Coverage, "coverage")
    people = people_of(coverage.places).to_numpy()
    merged = _count_merged(coverage.facilities)
    tables = [
        _doubts_of(coverage, str(category), people, merged) for category in step_through(coverage.limit.index, "doubts")
    ]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_COLUMNS)
    keys = pd.DataFrame(
        {
            "people": -table["people"],
            "nearest": -table["nearest_to"],
            "category": table["category"],
            "id": table["facility"].astype(str),
        }
    )
    return table.loc[keys.sort_values(list(keys.columns), kind="stable").index].reset_index(drop=True)


_COLUMNS = [
    "facility", "category", "name", "people", "if_wrong", "nearest_to", "rule", "source", "how", "leg", "island_nodes",
    "merged", "edited",
]  # fmt: skip


def _doubts_of(coverage: Coverage, category: str, people: np.ndarray, merged: pd.Series) -> pd.DataFrame:
    rows = coverage.query.rows_of[category]
    used = coverage.facilities.iloc[rows]
    joins = coverage.joins.loc["facilities"].iloc[rows]
    flips = _depending(coverage, category, people).reindex(used.index, fill_value=0.0).to_numpy()
    served = coverage.served[category].to_numpy()
    nearest = pd.Series(people[served]).groupby(coverage.nearest[category].to_numpy()[served]).sum()
    outside = (joins["how"] == "none").to_numpy() if coverage.metric == "walk" else np.zeros(len(rows), bool)
    if outside.any():
        flips = np.where(outside, _unserved_around(coverage, category, people), flips)
    columns = {name: used[name].to_numpy(object) if name in used else None for name in ("rule", "source", "edited")}
    table = pd.DataFrame(
        {
            "facility": used.index.to_numpy(object),
            "category": category,
            "name": used["name"].to_numpy(object) if "name" in used else None,
            "people": flips,
            "if_wrong": np.where(outside, "may_gain", "lose"),
            "nearest_to": nearest.reindex(used.index, fill_value=0.0).to_numpy(),
            "how": joins["how"].to_numpy(object),
            "leg": joins["leg"].to_numpy(),
            "island_nodes": _island_nodes(coverage, rows),
            "merged": merged.reindex(used.index, fill_value=0).to_numpy(),
            **columns,
        }
    )
    return table[_COLUMNS]


def _the_only_ones(coverage: Coverage, category: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the places with exactly one facility of a category within the limit, and the row of that facility."""
    query = coverage.query
    if coverage.metric == "straight":
        pairs = straight_pairs(query, category)
        place, facility = pairs.place, query.rows_of[category][pairs.facility]
    else:
        place, facility = rank_nearest(query, category, BEYOND_THE_SECOND)[:, [0, 2]].astype(np.int64).T
    alone = np.bincount(place, minlength=len(coverage.places))[place] == 1
    return place[alone], facility[alone]


def _depending(coverage: Coverage, category: str, people: np.ndarray) -> pd.Series:
    """The people who have no other facility of the category within the limit, by the id of the one they have."""
    place, facility = _the_only_ones(coverage, category)
    return pd.Series(people[place]).groupby(coverage.facilities.index.to_numpy(object)[facility]).sum()


def _unserved_around(coverage: Coverage, category: str, people: np.ndarray) -> np.ndarray:
    """The people who are not served and within the limit of each facility in a straight line."""
    pairs = straight_pairs(coverage.query, category)
    unserved = ~coverage.served[category].to_numpy()
    weights = np.where(unserved, people, 0.0)[pairs.place]
    return np.bincount(pairs.facility, weights, minlength=len(coverage.query.rows_of[category]))


def _island_nodes(coverage: Coverage, rows: np.ndarray) -> np.ndarray:
    """The nodes of the island that each facility stands on, NaN for one that stands on none."""
    streets, points = coverage.network.streets, coverage.query.facility_snapping.take(rows)
    nodes = coverage.network.nodes["component_nodes"].to_numpy(float)
    on_island = coverage.joins.loc["facilities"]["island"].to_numpy(bool)[rows]
    found = np.full(len(rows), np.nan)
    has = np.flatnonzero(on_island & (np.diff(points.first) > 0))
    found[has] = nodes[streets.u[points.edge[points.first[has]]]]
    return found


def _count_merged(facilities: gpd.GeoDataFrame) -> pd.Series:
    """How many rows were merged into each facility when tables were combined."""
    remarks = list_remarks(facilities)
    return remarks["kept"].dropna().value_counts() if "kept" in remarks else pd.Series(dtype="int64")


def measure_fragility(coverage: Coverage) -> pd.DataFrame:
    """Return, by category, the people who depend on a single facility, and the closure that hurts most.

    Parameters
    ----------
    coverage
        A coverage whose places have the column `people`.

    Returns
    -------
    DataFrame
        category, facilities (in use), served (people), one (those of them with exactly one facility within the limit),
        share (one / served, NaN if nobody is served), facility (the one whose closure most people would feel: they
        would have none left; of several the one that most people have nearest, then the first by id; None if nobody
        would feel any), name, and people (how many).

    Raises
    ------
    TableError
        If the places have no column `people`.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame({"people": [30, 10]}, geometry=[Point(80, 0), Point(1700, 0)], crs="EPSG:32650")
    >>> spots = [Point(0, 0), Point(400, 0), Point(1500, 0)]
    >>> doors = gpd.GeoDataFrame({"category": "clinic"}, index=["a", "b", "c"], geometry=spots, crs="EPSG:32650")
    >>> fragile = tm.measure_fragility(tm.measure_coverage(network, homes, doors, minutes=10))
    >>> fragile[["category", "served", "one", "share", "facility", "people"]].to_numpy().tolist()
    [['clinic', 40.0, 10.0, 0.25, 'c', 10.0]]
    """
    return sum_doubts(list_doubts(coverage), coverage)


def sum_doubts(doubts: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return what `measure_fragility` does, read off the doubts of the same coverage.

    Parameters
    ----------
    doubts
        As from `list_doubts`.
    coverage
        The coverage.
    """
    used = doubts.groupby("category").size()
    felt = doubts[(doubts["if_wrong"] == "lose") & (doubts["people"] > 0.0)]
    worst = felt.drop_duplicates("category").set_index("category")
    one = felt.groupby("category")["people"].sum()
    people, categories = people_of(coverage.places), coverage.limit.index
    table = pd.DataFrame(
        {
            "category": categories.astype(object),
            "facilities": used.reindex(categories, fill_value=0).to_numpy(),
            "served": [float(people[coverage.served[category]].sum()) for category in categories],
            "one": one.reindex(categories, fill_value=0.0).to_numpy(float),
            "facility": [worst["facility"].get(category) for category in categories],
            "name": [worst["name"].get(category) for category in categories],
            "people": worst["people"].reindex(categories, fill_value=0.0).to_numpy(float),
        }
    )
    table.insert(4, "share", (table["one"] / table["served"]).where(table["served"] > 0.0))
    return table
