"""Doubts: what each facility and link rests on, and the people whose answer flips if it is wrong."""

from __future__ import annotations

from numbers import Integral

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.nearest import rank_nearest
from tenmin.measures._link_doubts import list_links
from tenmin.measures._pairs import straight_pairs
from tenmin.measures.coverage import Coverage, joins_of
from tenmin.support.contracts import list_remarks, people_of
from tenmin.support.errors import TableError
from tenmin.support.nouns import check_noun
from tenmin.support.progress import step_through

__all__ = ["list_doubts", "measure_fragility", "sum_doubts"]

BEYOND_THE_SECOND = 2
"""Facilities of a category that are looked for: whoever has two of them within the limit loses none by one closure."""


def list_doubts(coverage: Coverage, *, links: int = 0) -> pd.DataFrame:
    """Return the facilities and links with what they rest on, those first on which most people's answer depends.

    It is the list for a visit on site: whether each facility is there, and where one enters it; whether people can pass
    each street, stairs, footbridge or gate.

    Parameters
    ----------
    coverage
        A coverage whose places have the column `people`.
    links
        How many links are listed at most; none in a straight line. A link is a street, or a gate at its end, and is
        wrong if nobody can pass it: each is closed and the walks are measured anew. Those are tried whose way round is
        too long for most people, among the 2,000 streets that most people pass.

    Returns
    -------
    DataFrame
        One row for each facility that counts (in use and, where hours count, open) and category that it counts in, and
        one for each link. Columns: facility (its id), category, name, people (whose answer flips if the row is wrong:
        of one that is joined to a street those who have no other within the limit, exactly; of one that is not, those
        who are not served and within the limit in a straight line at the walker's level speed, as an upper bound),
        if_wrong ("lose" or "may_gain"), nearest_to (people of whom it is the nearest and within the limit), rule (why
        it is one of this category), source, how (the way it joins the streets: entrance, crossing, outline, street or
        none), leg (metres to the street), island_nodes (nodes of the streets that hang together there, if they are an
        island; else missing), merged (rows that were merged into it), edited (date of the last edit, if known), kind
        ("facility", "link" or "gate"), lon and lat. Of a link facility is the way or the gate (w or n and its id in
        OpenStreetMap, else the label of its line), category has those that somebody loses, joined by ";", people counts
        each of them once, nearest_to has the people whose walk passes it, and how is its kind. Sorted by people, then
        people of whom it is the nearest (both descending), category and id.

    Raises
    ------
    TableError
        If the places have no column `people`, or links is no number from 0 up.

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
    if check_links(links) and coverage.metric == "walk":
        tables.append(list_links(coverage, links).reindex(columns=_COLUMNS))
    told = [one.astype(object) for one in tables if len(one)]
    table = pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=_COLUMNS)
    table = table.astype(dict.fromkeys(_FIGURES, "float64"))
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
    "merged", "edited", "kind", "lon", "lat",
]  # fmt: skip
_FIGURES = ("people", "nearest_to", "leg", "island_nodes", "lon", "lat")
MOST_LINKS = 1_000


def check_links(links: object) -> int:
    """Return how many links to list.

    Parameters
    ----------
    links
        A whole number.

    Raises
    ------
    TableError
        It is none from 0 to 1,000.
    """
    if isinstance(links, Integral) and not isinstance(links, bool) and 0 <= int(links) <= MOST_LINKS:
        return int(links)
    msg = f"links is {links!r}; give how many links to list, a whole number from 0 to {MOST_LINKS:,}, e.g. links=20"
    raise TableError(msg)


def _doubts_of(coverage: Coverage, category: str, people: np.ndarray, merged: pd.Series) -> pd.DataFrame:
    rows = coverage.query.rows_of[category]
    used = coverage.facilities.iloc[rows]
    joins = joins_of(coverage, "facilities").iloc[rows]
    flips = _depending(coverage, category, people).reindex(used.index, fill_value=0.0).to_numpy()
    served = coverage.served[category].to_numpy()
    nearest = pd.Series(people[served]).groupby(coverage.nearest[category].to_numpy()[served]).sum()
    outside = (joins["how"] == "none").to_numpy() if coverage.metric == "walk" else np.zeros(len(rows), bool)
    if outside.any():
        flips = np.where(outside, _unserved_around(coverage, category, people, outside), flips)
    spots = used.geometry.representative_point().to_crs("EPSG:4326")
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
            "kind": "facility",
            "lon": spots.x.to_numpy(),
            "lat": spots.y.to_numpy(),
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


def _unserved_around(coverage: Coverage, category: str, people: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """The people who are not served and within the limit of each of some facilities in a straight line, else 0."""
    unserved = ~coverage.served[category].to_numpy()
    pairs = straight_pairs(coverage.query, category, places=unserved, facilities=outside)
    return np.bincount(pairs.facility, people[pairs.place], minlength=len(outside))


def _island_nodes(coverage: Coverage, rows: np.ndarray) -> np.ndarray:
    """The nodes of the island that each facility stands on, NaN for one that stands on none."""
    streets, points = coverage.network.streets, coverage.query.facility_snapping.take(rows)
    nodes = coverage.network.nodes["component_nodes"].to_numpy(float)
    on_island = joins_of(coverage, "facilities")["island"].to_numpy(bool)[rows]
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
    doubts = doubts[doubts["kind"] == "facility"]
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
