"""Reached edge intervals: whose they are, how far they go, and the walk at their ends; people within a limit."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

import tenmin as tm
from oracles import arrivals_on_streets, reached_metres
from tenmin.support.errors import CategoryError, InputError, LimitError, TableError
from towns import CRS, Town, cases, clinics, grid, homes, same_frame, streets, town, towns, walls

STREET = [(0.0, 0.0), (2000.0, 0.0)]
ISLAND = [(5000.0, 0.0), (5100.0, 0.0)]
NEAR = pytest.approx
CENTRE = clinics({"c": (0, 0)})
COLUMNS = ["facility", "category", "edge", "begin", "end", "begin_minutes", "end_minutes", "geometry"]
MERGES = [None, "category", "nearest"]


def rows(table: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Some columns as rounded rows."""
    return [tuple(row) for row in table[list(columns)].round(6).itertuples(index=False, name=None)]


def rows_on(table: pd.DataFrame, edge: int) -> np.ndarray:
    """Begin and end of the rows on an edge, in order."""
    found = table[["begin", "end"]].to_numpy()[table["edge"].to_numpy() == edge]
    return found[np.argsort(found[:, 0])]


def arrival(stops: list[tuple[float, float]], at: float, *, both_ways: bool, to: bool) -> float:
    """Metres from a point of an edge to the nearest door, by the arrivals of networkx at the stops on it."""
    return min(
        (cost + abs(at - stop) for stop, cost in stops if both_ways or (at <= stop if to else at >= stop)),
        default=np.inf,
    )


# --- one street ---------------------------------------------------------------------------------------------------


def test_the_walk_falls_towards_the_facility_and_rises_behind_it():
    found = tm.trace_streets(town(STREET), clinics({"c": (500, 30)}), metres=400)
    assert rows(found, "begin", "end", "begin_metres", "end_metres") == [
        (130.0, 500.0, 400.0, 30.0),
        (500.0, 870.0, 30.0, 400.0),
    ]
    assert found.geometry.length.tolist() == NEAR([370.0, 370.0])
    assert (found["facility"].tolist(), found["category"].tolist()) == (["c", "c"], ["clinic"] * 2)


def test_minutes_are_minutes():
    found = tm.trace_streets(town(STREET), CENTRE, minutes=10)
    assert found.columns.tolist() == COLUMNS
    assert rows(found, "edge", "begin", "end", "begin_minutes", "end_minutes") == [(0, 0.0, 800.0, 0.0, 10.0)]


@pytest.mark.parametrize(
    ("direction", "ends"), [("to", (100.0, 500.0, 400.0, 0.0)), ("from", (500.0, 900.0, 0.0, 400.0))]
)
def test_a_one_way_street_is_reached_on_one_side(direction: str, ends: tuple[float, ...]):
    lane = town(STREET, oneway=True)
    found = tm.trace_streets(lane, clinics({"c": (500, 0)}), metres=400, direction=direction)
    assert rows(found, "begin", "end", "begin_metres", "end_metres") == [ends]


@pytest.mark.parametrize("merge", ["category", "nearest"])
def test_on_a_one_way_street_the_walk_steps_down_at_a_second_facility(merge: str):
    doors = clinics({"a": (300, 0), "b": (500, 0)})
    found = tm.trace_streets(town(STREET, oneway=True), doors, metres=400, merge=merge)
    assert rows(found, "begin", "end", "begin_metres", "end_metres") == [
        (0.0, 300.0, 300.0, 0.0),
        (300.0, 500.0, 200.0, 0.0),
    ]


def test_no_row_is_split_where_a_foot_changes_nothing():
    doors = clinics({"a": (500, 0), "b": (600, 100)})
    for merge in ("category", "nearest"):
        found = tm.trace_streets(town(STREET), doors, metres=400, merge=merge)
        assert rows(found, "begin", "end") == [(100.0, 500.0), (500.0, 900.0)]


def test_a_street_is_divided_where_two_walks_are_equal():
    doors = clinics({"b": (0, 0), "a": (1000, 40)})
    found = tm.trace_streets(town(STREET), doors, metres=600, merge="nearest")
    assert rows(found, "facility", "begin", "end", "begin_metres", "end_metres") == [
        ("b", 0.0, 520.0, 0.0, 520.0),
        ("a", 520.0, 1000.0, 520.0, 40.0),
        ("a", 1000.0, 1560.0, 40.0, 600.0),
    ]


def test_of_two_facilities_at_one_spot_the_smaller_id_as_text_has_the_streets():
    doors = clinics({9: (500, 0), 10: (500, 0)})
    for one in (doors, doors.iloc[::-1]):
        assert set(tm.trace_streets(town(STREET), one, metres=400, merge="nearest")["facility"]) == {10}
    assert tm.trace_streets(town(STREET), doors, metres=400)["facility"].tolist() == [9, 9, 10, 10]


def test_a_bend_keeps_its_corners():
    (line,) = tm.trace_streets(town([(0, 0), (100, 0), (100, 100)]), CENTRE, metres=150).geometry
    assert line.equals(shapely.LineString([(0, 0), (100, 0), (100, 50)]))


def test_a_barrier_keeps_a_leg_from_the_street():
    doors = clinics({"c": (500, 30)})
    fence = walls([(0, 15), (2000, 15)])
    assert tm.trace_streets(town(STREET), doors, metres=400, barriers=fence).empty


def test_each_category_has_its_own_limit_and_rows_are_in_order():
    doors = clinics({"z": (0, 0), "a": (500, 0), "m": (900, 0)}, category=["school", "clinic", "school"])
    limits = {"school": 100, "clinic": 200}
    single = tm.trace_streets(town(STREET), doors, metres=limits)
    assert rows(single, "facility", "begin", "end") == [
        ("z", 0.0, 100.0), ("a", 300.0, 500.0), ("a", 500.0, 700.0), ("m", 800.0, 900.0), ("m", 900.0, 1000.0),
    ]  # fmt: skip
    merged = tm.trace_streets(town(STREET), doors, metres=limits, merge="category")
    assert merged["category"].tolist() == ["clinic", "clinic", "school", "school", "school"]
    assert merged["facility"].isna().all()
    assert tm.trace_streets(town(STREET), doors, metres=limits, merge="nearest").equals(single)


# --- random towns against networkx --------------------------------------------------------------------------------


@cases(12)
@given(towns(), st.integers(1, 900), st.sampled_from(["to", "from"]))
def test_single_and_merged_intervals_are_those_of_networkx(small: Town, metres: int, direction: str):
    network, doors = small.network, small.clinics
    single = tm.trace_streets(network, doors, metres=metres, direction=direction)
    for facility in doors.index:
        known = reached_metres(network, doors.loc[[facility]], metres, weight="metres", direction=direction)
        mine = single[single["facility"] == facility]
        assert (mine["end"] - mine["begin"]).sum() == NEAR(known, rel=1e-9, abs=1e-6)
    merged = tm.trace_streets(network, doors, metres=metres, direction=direction, merge="category")
    known = reached_metres(network, doors, metres, weight="metres", direction=direction)
    assert merged.geometry.length.sum() == NEAR(known, rel=1e-9, abs=1e-6)


@cases(12)
@given(towns(), st.integers(20, 900), st.sampled_from(["to", "from"]))
def test_every_interval_belongs_to_the_facility_that_is_nearest(small: Town, metres: int, direction: str):
    network, doors = small.network, small.clinics
    found = tm.trace_streets(network, doors, metres=metres, direction=direction, merge="nearest")
    options = {"weight": "metres", "direction": direction}
    known = {name: arrivals_on_streets(network, doors.loc[[name]], **options) for name in set(found["facility"])}
    all_doors = arrivals_on_streets(network, doors, **options)
    both_ways = np.isfinite(network.edges["seconds_back"].to_numpy())
    for row in found.itertuples():
        middle, ways = (row.begin + row.end) / 2.0, {"both_ways": both_ways[row.edge], "to": direction == "to"}
        own, least = (arrival(stops[row.edge], middle, **ways) for stops in (known[row.facility], all_doors))
        assert own == NEAR(least, rel=1e-9, abs=1e-6)
        assert (row.begin_metres + row.end_metres) / 2.0 == NEAR(least, rel=1e-9, abs=1e-6)


@cases(12)
@given(towns(timed=True), st.floats(0.3, 8.0), st.sampled_from(["to", "from"]))
def test_the_parts_of_the_facilities_together_are_the_reach_of_the_category(
    small: Town, minutes: float, direction: str
):
    network, doors = small.network, small.clinics
    parts = tm.trace_streets(network, doors, minutes=minutes, direction=direction, merge="nearest")
    whole = tm.trace_streets(network, doors, minutes=minutes, direction=direction, merge="category")
    for edge in range(len(network.edges)):
        part, all_ = (rows_on(table, edge) for table in (parts, whole))
        assert (part[1:, 0] >= part[:-1, 1] - 1e-8).all()
        assert (part[:, 1] - part[:, 0]).sum() == NEAR((all_[:, 1] - all_[:, 0]).sum(), rel=1e-9, abs=1e-6)
        assert all(((all_[:, 0] <= x + 1e-6) & (all_[:, 1] >= x - 1e-6)).any() for x in part[:, 0])
    assert (parts[["begin_minutes", "end_minutes"]].to_numpy() <= minutes * (1.0 + 1e-9)).all()


@cases(12)
@given(towns(one_way=False), st.integers(50, 900))
def test_where_the_parts_of_two_facilities_meet_both_walks_are_equal(small: Town, metres: int):
    found = tm.trace_streets(small.network, small.clinics, metres=metres, merge="nearest")
    found = found.sort_values(["edge", "begin"])
    for one, two in zip(found.iloc[:-1].itertuples(), found.iloc[1:].itertuples(), strict=True):
        if one.edge == two.edge and one.end == NEAR(two.begin, abs=1e-8):
            assert one.end_metres == NEAR(two.begin_metres, abs=1e-6)


@cases(10)
@given(towns(one_way=False), st.integers(20, 900), st.sampled_from(MERGES))
def test_no_row_could_be_joined_to_the_next(small: Town, metres: int, merge: str | None):
    found = tm.trace_streets(small.network, small.clinics, metres=metres, merge=merge)
    one, two = found.iloc[:-1].reset_index(drop=True), found.iloc[1:].reset_index(drop=True)
    same = (one["edge"] == two["edge"]) & ((one["facility"] == two["facility"]) | (merge == "category"))
    rises = found["end_metres"] > found["begin_metres"]
    turns = rises.to_numpy()[:-1] != rises.to_numpy()[1:]
    assert (turns | ~(same & (two["begin"] - one["end"] <= 1e-6))).all()
    assert (found["end"] > found["begin"]).all()


@cases(10)
@given(towns(), st.integers(1, 1023), st.integers(50, 900))
def test_private_ways_are_shared_out_too(small: Town, bits: int, metres: int):
    private = [bool(bits >> k & 1) for k in range(len(small.lines))]
    town_ = small.of(lines=small.lines.assign(private=private, kind="service"))
    parts, whole = (
        tm.trace_streets(town_.network, town_.clinics, metres=metres, merge=merge) for merge in ("nearest", "category")
    )
    assert parts.geometry.length.sum() == NEAR(whole.geometry.length.sum(), rel=1e-9, abs=1e-6)
    coverage = tm.measure_coverage(town_.network, town_.homes, town_.clinics, metres=metres)
    first = tm.find_nearest(town_.network, town_.homes, town_.clinics, k=2, metres=metres).query("rank == 1")
    served = coverage.served["clinic"]
    assert first["metres"].tolist() == coverage.metres["clinic"][served].tolist()
    assert first["facility"].tolist() == coverage.nearest["clinic"][served].tolist()


@cases(15)
@given(towns(), st.integers(20, 900), st.sampled_from(MERGES))
def test_rows_do_not_depend_on_the_order_of_the_facilities(small: Town, metres: int, merge: str | None):
    one, two = (
        tm.trace_streets(small.network, doors, metres=metres, merge=merge)
        .sort_values(["facility", "edge", "begin"], kind="stable")
        .reset_index(drop=True)
        for doors in (small.clinics, small.clinics.iloc[::-1])
    )
    assert same_frame(one, two)


def test_a_grid_of_hundred_metres():
    network = tm.WalkNetwork.from_edges(grid(20), walker="adult")
    for merge in MERGES:
        found = tm.trace_streets(network, CENTRE, metres=850, merge=merge)
        assert found.geometry.length.sum() == NEAR(29_000.0)
        assert (found["end"] - found["begin"]).to_numpy() == NEAR(found.geometry.length.to_numpy())


# --- nothing to reach, and what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("merge", MERGES)
def test_no_facilities_give_an_empty_table_with_its_columns(merge: str | None):
    found = tm.trace_streets(town(STREET), clinics({}), minutes=10, merge=merge)
    assert (found.columns.tolist(), len(found), found.crs) == (COLUMNS, 0, CRS)
    assert found.dtypes[["begin", "end", "begin_minutes", "end_minutes"]].eq("float64").all()


@pytest.mark.parametrize("merge", MERGES)
def test_facilities_that_join_no_street_reach_none(merge: str | None):
    doors = clinics({"far": (500, 900), "none": None})
    assert tm.trace_streets(town(STREET), doors, minutes=10, merge=merge).empty


@pytest.mark.parametrize("merge", MERGES)
def test_facilities_on_an_island_reach_its_streets_alone(merge: str | None):
    found = tm.trace_streets(town(STREET, ISLAND), clinics({"c": (5000, 0)}), minutes=1440, merge=merge)
    assert rows(found, "edge", "begin", "end") == [(1, 0.0, 100.0)]


def test_only_facilities_in_use_count():
    doors = clinics({"a": (0, 0), "b": (500, 0)}, state=["planned", None])
    for merge in (None, "nearest"):
        assert set(tm.trace_streets(town(STREET), doors, minutes=5, merge=merge)["facility"]) == {"b"}


def test_the_facilities_are_left_as_they_were():
    doors = clinics({"a": (0, 0), "b": (500, 0)})
    before = doors.copy()
    tm.trace_streets(town(STREET), doors, minutes=5, merge="nearest")
    assert same_frame(doors, before)


WRONG_LIMITS = [
    ({}, LimitError, r"no limit is given; give minutes= or metres="),
    ({"minutes": 0}, LimitError, "minutes is 0, which is no limit of a walk"),
    ({"minutes": -5}, LimitError, "minutes is -5, which is no limit"),
    ({"metres": np.nan}, LimitError, "metres is nan, which is no limit"),
    ({"minutes": 10_000}, LimitError, "minutes is 10000, .* up to 1440 minutes"),
    ({"minutes": [5, 10]}, LimitError, r"minutes must be a number, but is \[5, 10\]"),
    ({"minutes": 5, "metres": 400}, LimitError, "minutes=5 and metres=400 are both given"),
    ({"minutes": {}}, LimitError, "minutes is an empty mapping; give at least one category"),
    ({"minutes": {"clinc": 5}}, CategoryError, "'clinc', asked for in a limit in minutes; did you mean 'clinic'"),
    ({"minutes": 5, "direction": "too"}, InputError, "direction must be 'to' .* but is 'too'"),
]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [*WRONG_LIMITS, ({"minutes": 5, "merge": "all"}, TableError, "merge must be None .* or 'nearest', but is 'all'")],
)
def test_options_that_are_wrong_are_refused(options: dict[str, object], error: type[InputError], message: str):
    with pytest.raises(error, match=message):
        tm.trace_streets(town(STREET), CENTRE, **options)


def test_an_id_that_stands_twice_is_refused():
    doors = clinics([(0, 0), (500, 0)]).set_index(pd.Index(["c", "c"]))
    with pytest.raises(TableError, match="facilities has the ids 'c' more than once"):
        tm.trace_streets(town(STREET), doors, minutes=5)


# --- people within a limit ----------------------------------------------------------------------------------------

ASIDE = homes({"at": (100, 0), "near": (200, 20), "off": (300, 60), "far": (900, 0)}, people=[1.0, 2.0, 4.0, 8.0])


def test_people_are_counted_by_the_width_beside_the_streets():
    found = tm.count_people(town(STREET), ASIDE, CENTRE, metres=400, lateral=(25, 50))
    assert found.to_dict("records") == [
        {
            "facility": "c", "category": "clinic", "metres": 400.0,
            "people_low": 3.0, "people_high": 3.0, "people": 7.0, "unknown": 0.0,
        }
    ]  # fmt: skip
    wide = tm.count_people(town(STREET), ASIDE, CENTRE, metres=400)
    assert wide.loc[0, ["people_low", "people_high", "people"]].tolist() == [3.0, 7.0, 7.0]
    assert tm.count_people(town(STREET), ASIDE, CENTRE, metres=400, lateral=(0, 0)).loc[0, "people_low"] == 1.0


@cases(12)
@given(towns(timed=True), st.floats(0.3, 8.0), st.sampled_from(["to", "from"]), st.integers(1, 99))
def test_people_are_those_of_the_coverage_and_widening_never_lowers(
    small: Town, minutes: float, direction: str, width: int
):
    network = tm.WalkNetwork.from_edges(small.lines, walker="adult", boundary=box(0, 0, 250, 500))
    doors = small.clinics
    options = {"minutes": minutes, "direction": direction, "merge": "category"}
    found = tm.count_people(network, small.homes, doors, lateral=(width, 100), **options).iloc[0]
    wider = tm.count_people(network, small.homes, doors, lateral=(width, width + 1), **options).iloc[0]
    coverage = tm.measure_coverage(network, small.homes, doors, minutes=minutes, direction=direction)
    served, unknown = coverage.shares()[["served", "unknown"]].iloc[0]
    if (coverage.joins.loc["facilities", "how"] == "none").all():
        unknown = small.homes["people"].sum()
    assert found["unknown"] == unknown
    assert np.isnan(found["people"]) if served == 0.0 < unknown else found["people"] == served
    assert found["people_low"] <= wider["people_high"] <= found["people_high"] <= served + unknown
    assert found["people_low"] == wider["people_low"] <= served <= small.homes["people"].sum()


@cases(15)
@given(towns(), st.integers(20, 900))
def test_people_of_a_facility_are_those_within_its_walk(small: Town, metres: int):
    found = tm.count_people(small.network, small.homes, small.clinics, metres=metres)
    assert found["facility"].tolist() == small.clinics.index.tolist()
    for facility, people in zip(found["facility"], found["people"], strict=True):
        walks = tm.measure_walks(small.network, small.homes, small.clinics.loc[[facility]], metres=metres)["clinic"]
        known = small.homes["people"][np.isfinite(walks)].sum()
        assert people == known or (np.isnan(people) and known == 0.0)


@pytest.mark.parametrize("merge", [None, "category"])
def test_without_facilities_there_are_no_rows_of_people(merge: str | None):
    found = tm.count_people(town(STREET), ASIDE, clinics({}), minutes=10, merge=merge)
    assert found.columns.tolist() == [
        "facility",
        "category",
        "minutes",
        "people_low",
        "people_high",
        "people",
        "unknown",
    ]
    assert found.empty


def test_a_facility_on_an_island_has_no_people_and_of_one_that_joins_no_street_they_are_unknown():
    doors = clinics({"island": (5000, 0), "unjoined": (500, 900)})
    found = tm.count_people(town(STREET, ISLAND), ASIDE, doors, minutes=60).set_index("facility")
    assert found.loc["island", ["people_low", "people_high", "people", "unknown"]].tolist() == [0.0] * 4
    assert found.loc["unjoined", ["people_low", "people_high", "unknown"]].tolist() == [0.0, 15.0, 15.0]
    assert np.isnan(found.loc["unjoined", "people"])


def test_people_whose_walk_is_unknown_are_an_interval():
    some = homes({"at": (100, 0), "off": (100, 101), "none": (0, 0)}, people=[1.0, 2.0, 4.0])
    some.loc["none", "geometry"] = None
    counts = ["people_low", "people_high", "people", "unknown"]
    assert tm.count_people(town(STREET), some, CENTRE, metres=400).loc[0, counts].tolist() == [1.0, 7.0, 1.0, 6.0]
    ends = tm.WalkNetwork.from_edges(streets([(0, 0), (2000, 0)]), walker="adult", boundary=box(-9, -9, 1900, 9))
    late = homes({"late": (1900, 0)}, people=8.0)
    assert tm.count_people(ends, late, CENTRE, metres=400).loc[0, ["people_high", "unknown"]].tolist() == [8.0, 8.0]
    assert tm.count_people(ends, late, CENTRE, metres=99).loc[0, counts].tolist() == [0.0] * 4


def test_people_near_two_facilities_at_one_spot_count_for_each_and_once_together():
    doors = clinics({"a": (0, 0), "b": (0, 0)})
    assert tm.count_people(town(STREET), ASIDE, doors, metres=400)["people"].tolist() == [7.0, 7.0]
    assert tm.count_people(town(STREET), ASIDE, doors, metres=400, merge="category")["people"].tolist() == [7.0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        *WRONG_LIMITS,
        ({"minutes": 5, "merge": "nearest"}, TableError, "merge must be None .* or 'category', but is 'nearest'"),
        ({"minutes": 5, "lateral": 50}, LimitError, r"lateral must be two numbers .* e\.g\. \(25, 100\), but is 50"),
        ({"minutes": 5, "lateral": (-1, 50)}, LimitError, r"lateral\[0\] is -1; give metres from 0 to 100"),
        ({"minutes": 5, "lateral": (25, 101)}, LimitError, r"lateral\[1\] is 101"),
        ({"minutes": 5, "lateral": (25, np.nan)}, LimitError, r"lateral\[1\] is nan"),
        ({"minutes": 5, "lateral": (100, 25)}, LimitError, r"give lateral=\(25, 100\)"),
    ],
)
def test_counts_with_wrong_options_are_refused(options: dict[str, object], error: type[InputError], message: str):
    with pytest.raises(error, match=message):
        tm.count_people(town(STREET), ASIDE, CENTRE, **options)


def test_places_without_people_cannot_be_counted():
    spots = gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=CRS)
    with pytest.raises(TableError, match="places needs the column 'people'"):
        tm.count_people(town(STREET), spots, CENTRE, minutes=5)
