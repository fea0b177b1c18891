"""Gaps: who belongs together, how bad it is, why, and in what order."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

import tenmin as tm
from tenmin.measures.coverage import CAUSES
from tenmin.measures.gaps import REASONS
from tenmin.support.errors import LimitError, TableError
from towns import Town, cases, clinics, frame, homes, same_frame, streets, town, towns, walls

STREET = [(0.0, 0.0), (4000.0, 0.0)]
NEAR = pytest.approx
DOOR = clinics({"c": (0, 0)})


def gaps_of(
    people: gpd.GeoDataFrame, doors: gpd.GeoDataFrame = DOOR, *, near: float = 200, **network: object
) -> gpd.GeoDataFrame:
    """The gaps of places along a street of 4 km, at a limit of ten minutes or the one given."""
    limit = {name: network.pop(name) for name in ("minutes", "metres") if name in network} or {"minutes": 10}
    made = tm.WalkNetwork.from_edges(network.pop("lines", streets(STREET)), walker="adult", **network)
    return tm.find_gaps(tm.measure_coverage(made, people, doors, **limit), near=near)


def test_severity_is_the_closed_form():
    people = homes({"served": (800, 0), "a": (1200, 0), "b": (1600, 0), "c": (2400, 0)}, people=[50, 10, 20, 40])
    gaps = gaps_of(people)
    found = gaps[["people", "places", "excess_minutes", "severity"]].to_numpy()
    assert found == NEAR(np.array([[40, 1, 20, 40], [20, 1, 10, 20], [10, 1, 5, 5]]))
    assert gaps.index.tolist() == [1, 2, 3]
    assert gaps.index.name == "rank"


def test_an_unreachable_place_counts_in_full_and_has_no_excess():
    gap = gaps_of(homes({"h": (500, 101)}, people=[7])).loc[1]
    assert (gap["severity"], gap["people"]) == (7.0, 7.0)
    assert np.isnan(gap["excess_minutes"])


def test_the_excess_is_the_mean_over_the_people_who_can_walk():
    people = homes({"a": (1200, 0), "b": (1360, 0)}, people=[30, 10])
    assert gaps_of(people).loc[1, "excess_minutes"] == NEAR((30 * 5 + 10 * 7) / 40)


def test_under_a_limit_in_metres_the_excess_is_in_metres():
    gap = gaps_of(homes({"a": (1200, 0)}, people=[8]), metres=800).loc[1]
    assert (gap["excess_metres"], gap["severity"]) == (NEAR(400.0), NEAR(4.0))


@pytest.mark.parametrize(("step", "count"), [(150.0, 1), (200.0, 1), (200.5, 3)])
def test_a_chain_of_steps_of_two_hundred_metres_is_one_gap(step: float, count: int):
    people = homes({name: (1000 + k * step, 0) for k, name in enumerate("abc")}, people=[1, 2, 4])
    gaps = gaps_of(people)
    assert len(gaps) == count
    assert gaps["people"].sum() == 7.0


def test_the_step_can_be_chosen():
    people = homes({name: (1000 + 150 * k, 0) for k, name in enumerate("abc")})
    assert [len(gaps_of(people, near=near)) for near in (150.0, 149.0)] == [1, 3]


def test_a_step_crosses_no_barrier():
    people = homes({name: (1000 + 100 * k, 10) for k, name in enumerate("abcd")}, people=[1, 2, 4, 8])
    gaps = gaps_of(people, barriers=walls([(1150, 5), (1150, 900)]))
    assert sorted(gaps["people"]) == [3.0, 12.0]


def test_gaps_of_two_categories_or_reasons_are_never_one():
    people = homes({"a": (1200, 0), "b": (1200, 150)})
    doors = clinics({"c": (0, 0), "s": (0, 0)}, category=["clinic", "school"])
    gaps = gaps_of(people, doors)
    assert sorted(zip(gaps["category"], gaps["reason"], strict=True)) == [
        ("clinic", "far"), ("clinic", "unjoined"), ("school", "far"), ("school", "unjoined"),
    ]  # fmt: skip


def test_the_outline_is_circles_of_half_a_step_round_the_members():
    people = homes({"a": (1000, 0), "b": (1100, 0), "c": (1100, 5)})
    outline = gaps_of(people).geometry[1]
    union = shapely.union_all(shapely.buffer(people.geometry.to_numpy(), 100))
    assert outline.symmetric_difference(union).area <= 0.01 * union.area
    assert gaps_of(people).crs == people.crs


def test_order_is_severity_then_people_then_id():
    people = homes(
        {"half": (1200, 0), "full": (2400, 0), "more": (2800, 0), "twin": (3300, 0)}, people=[100, 10, 30, 10]
    )
    gaps = gaps_of(people)
    assert gaps["severity"].tolist() == NEAR([50.0, 30.0, 10.0, 10.0])
    assert gaps["gap"].tolist()[2:] == sorted(gaps["gap"].tolist()[2:])
    tie = gaps_of(homes({"a": (1200, 0), "b": (2400, 0)}, people=[40, 20]))
    assert tie[["severity", "people"]].to_numpy() == NEAR(np.array([[20.0, 40.0], [20.0, 20.0]]))


def test_an_id_is_of_the_places_and_of_nothing_else():
    people = homes({"a": (1000, 0), "b": (1100, 0), "z": (3000, 0)}, people=[1, 2, 4])
    first = gaps_of(people).set_index("people")["gap"]
    assert first.is_unique
    assert gaps_of(people.iloc[::-1]).set_index("people")["gap"].to_dict() == first.to_dict()
    moved = gaps_of(people.assign(geometry=people.geometry.translate(yoff=3.0)), minutes=9)
    assert moved.set_index("people")["gap"].to_dict() == first.to_dict()
    assert gaps_of(people.drop(index="a")).set_index("people")["gap"][2.0] != first[3.0]


# --- why ----------------------------------------------------------------------------------------------------------


def test_too_far():
    gap = gaps_of(homes({"h": (2000, 0)})).loc[1]
    assert (gap["reason"], gap["by"]) == ("far", None)
    assert "clinic" in gap["cure"].lower()


@pytest.mark.parametrize(
    ("wall", "by", "zh"),
    [(walls([(-99, 70), (900, 70)], name="东河"), "东河", "东河"), (walls([(-99, 70), (900, 70)]), "wall", "围墙")],
)
def test_cut_off_by_a_barrier(wall: gpd.GeoDataFrame, by: str, zh: str):
    lines = streets([(0, 0), (2000, 0)], [(2000, 0), (2000, 150)], [(2000, 150), (0, 150)])
    gap = gaps_of(homes({"h": (10, 150)}), lines=lines, barriers=wall).loc[1]
    assert (gap["reason"], gap["by"]) == ("severed", by)
    assert by in gap["cure"]
    assert zh in gap["cure_zh"]
    assert gaps_of(homes({"h": (10, 150)}), lines=lines).loc[1, "reason"] == "far"


def test_barriers_given_to_the_coverage_are_those_of_its_gaps():
    network = town([(0, 0), (2000, 0)], [(2000, 0), (2000, 150)], [(2000, 150), (0, 150)])
    people = homes({"a": (10, 160), "b": (110, 160)})
    river = walls([(-99, 70), (900, 70)], [(60, 155), (60, 900)], name=["river", "fence"])
    coverage = tm.measure_coverage(network, people, DOOR, minutes=10, barriers=river)
    gaps = tm.find_gaps(coverage)
    assert gaps["reason"].tolist() == ["severed", "severed"]
    assert gaps["by"].tolist() == ["river", "river"]


def test_streets_that_are_not_connected():
    gap = gaps_of(homes({"h": (500, 300)}), lines=streets(STREET, [(0, 300), (900, 300)])).loc[1]
    assert (gap["reason"], gap["severity"]) == ("island", 1.0)


def test_no_street_nearby():
    assert gaps_of(homes({"h": (500, 101)})).loc[1, "reason"] == "unjoined"


def test_the_end_of_the_data():
    lines = streets([(0, 0), (2000, 0)], [(2000, 0), (4000, 0)])
    gap = gaps_of(homes({"h": (1900, 0)}), lines=lines, boundary=box(-9, -9, 1950, 9)).loc[1]
    assert gap["reason"] == "data_end"


def test_no_facilities():
    gap = gaps_of(homes({"h": (500, 0)}, people=[9]), clinics({}), minutes={"library": 10}).loc[1]
    assert (gap["reason"], gap["category"], gap["severity"]) == ("no_facilities", "library", 9.0)


def test_reasons_are_a_closed_list_in_two_languages():
    assert set(REASONS) == {
        "far",
        "severed",
        "gate",
        "island",
        "unjoined",
        "full",
        "data_end",
        "thin_data",
        "hours",
        "closed",
        "no_facilities",
    }
    assert all(text["zh"] and text["en"] and text["cure_zh"] and text["cure_en"] for text in REASONS.values())


def test_a_cure_is_a_sentence_without_holes():
    people = homes({"far": (2000, 0), "off": (2000, 120)})
    gaps = gaps_of(people, clinics({"c": (0, 0), "{by}": (0, 0)}, category=["{by} & {category}", "pharmacy"]))
    assert not gaps.loc[gaps["category"] == "pharmacy", "cure"].str.contains(r"[{}]").any()
    odd = gaps.loc[(gaps["category"] != "pharmacy") & (gaps["reason"] == "far"), "cure"].iloc[0]
    assert "{by} & {category}" in odd


# --- all of them --------------------------------------------------------------------------------------------------


@cases(15)
@given(towns(most=14), st.integers(1, 6), st.sampled_from([60.0, 200.0]))
def test_l13_every_unserved_place_is_in_one_gap(small: Town, minutes: int, near: float):
    network = tm.WalkNetwork.from_edges(small.lines, walker="adult", boundary=box(-99, -99, 300, 999))
    coverage = tm.measure_coverage(network, small.homes, small.clinics, minutes=minutes)
    gaps = tm.find_gaps(coverage, near=near)
    unserved = small.homes[~coverage.served["clinic"]]
    assert not (gaps["excess_minutes"] <= 0.0).any()
    cause = coverage.cause["clinic"].where(coverage.minutes["clinic"] < np.inf, coverage.cause["clinic"].fillna("cut"))
    told = gaps["people"].groupby(gaps["reason"]).sum()
    people = {name: small.homes["people"][cause == name].sum() for name in [*CAUSES, "cut"]}
    assert told.get("unjoined", 0.0) == people["unjoined"]
    assert told.get("data_end", 0.0) + told.get("island", 0.0) == people["data_end"] + people["cut"]
    assert told.get("data_end", 0.0) >= people["data_end"]
    assert gaps["places"].sum() == len(unserved)
    assert gaps["people"].sum() == unserved["people"].sum()
    bits = gaps["people"].astype(int).tolist()
    assert sum(bits) == np.bitwise_or.reduce(np.array([0, *bits]))
    for outline, mask in zip(gaps.geometry, bits, strict=True):
        members = unserved[(unserved["people"].astype(int) & mask) > 0]
        assert outline.covers(members.representative_point().union_all())
    assert gaps["severity"].is_monotonic_decreasing
    assert (gaps["severity"] <= gaps["people"] + 1e-9).all()
    assert gaps["gap"].is_unique


@cases(12)
@given(towns(most=14), st.integers(1, 4))
def test_gaps_are_those_of_a_search_among_all_pairs(small: Town, minutes: int):
    people = small.homes.set_geometry(small.homes.representative_point())
    gaps = tm.find_gaps(tm.measure_coverage(small.network, people, small.clinics, minutes=minutes), near=80.0)
    for gap in gaps.itertuples():
        members = people[(people["people"].astype(int) & int(gap.people)) > 0]
        grown, rest = members.iloc[:1], members.iloc[1:]
        while len(near := rest[rest.distance(grown.union_all()) <= 80.0]):
            grown, rest = members.loc[grown.index.union(near.index)], rest.drop(index=near.index)
        assert rest.empty
        strangers = gaps[(gaps.index != gap.Index) & (gaps["reason"] == gap.reason)]["people"].astype(int)
        others = people[(people["people"].astype(int) & np.bitwise_or.reduce(np.array([0, *strangers]))) > 0]
        assert others.empty or others.distance(members.union_all()).min() > 80.0


def test_where_all_are_served_there_is_no_gap_but_its_columns():
    none = gaps_of(homes({"h": (10, 0)}))
    assert len(none) == 0
    assert none.crs == DOOR.crs
    assert " ".join(none.columns) == (
        "gap category people places excess_minutes severity reason by area shortfall_metres shortfall_minutes cure "
        "cure_zh geometry"
    )


def test_places_without_people_make_a_gap_of_nobody():
    gap = gaps_of(homes({"h": (2000, 0)}, people=[0])).loc[1]
    assert (gap["people"], gap["places"], gap["severity"]) == (0.0, 1, 0.0)


@pytest.mark.parametrize("nowhere", [None, Point()])
def test_a_place_without_geometry_belongs_to_no_chain(nowhere: Point | None):
    people = homes({"a": (2000, 120), "b": (2050, 120), "c": (1, 1)}, people=[1, 2, 4])
    people.loc["c", "geometry"] = nowhere
    found = gaps_of(people)
    assert sorted(zip(found["people"], found["reason"], strict=True)) == [(3.0, "unjoined"), (4.0, "unjoined")]


def test_numbers_can_be_ids():
    gaps = gaps_of(homes({3: (1000, 0), 20: (1100, 0)}))
    assert gaps["places"].tolist() == [2]


def test_the_coverage_is_left_as_it_was():
    coverage = tm.measure_coverage(town(STREET), homes({"h": (2000, 0)}), DOOR, minutes=10)
    before = coverage.places.copy(), coverage.facilities.copy(), coverage.minutes.copy()
    tm.find_gaps(coverage)
    assert same_frame(coverage.places, before[0])
    assert same_frame(coverage.facilities, before[1])
    assert coverage.minutes.equals(before[2])


@pytest.mark.parametrize("near", [0, -1, np.nan, np.inf, "200"])
def test_a_step_that_is_none_is_refused(near: object):
    with pytest.raises(LimitError, match=r"near is .*; give metres above 0, e\.g\. 200"):
        gaps_of(homes({"h": (2000, 0)}), near=near)


def test_places_without_people_are_refused():
    with pytest.raises(TableError, match="places needs the column 'people'; it has"):
        gaps_of(frame({"h": (2000, 0)}))


# --- walls and walkers ----------------------------------------------------------------------------------------------


def test_who_cannot_walk_at_all_is_on_an_island_and_not_severed_though_a_wall_is_between():
    apart = {"lines": streets(STREET, [(0, 300), (900, 300)]), "barriers": walls([(-99, 150), (4000, 150)])}
    gap = gaps_of(homes({"h": (500, 300)}), **apart).loc[1]
    assert (gap["reason"], gap["by"], gap["severity"]) == ("island", None, 1.0)


DETOUR = [(0, 0), (2000, 0), (2000, 150), (0, 150)]
"""A street out and back, the way back 150 m beside the way out."""


@pytest.mark.parametrize(
    ("walker", "limit"),
    [("adult", 800), ("older_adult", 600), ("child", 500), ("wheelchair", 400), (tm.Walker("runner", 9.0), 1500)],
)
@pytest.mark.parametrize(("along", "reason"), [(-160.0, "severed"), (-140.0, "far")])
def test_severed_are_those_whom_one_bridge_would_bring_within_their_own_limit(
    walker: tm.Walker | str, limit: float, along: float, reason: str
):
    home = homes({"h": (limit + along, 150)})
    river = walls([(-99, 70), (1900, 70)])
    network = tm.WalkNetwork.from_edges(streets(DETOUR), walker=walker, barriers=river)
    for bound in ({"minutes": 10}, {"metres": limit}):
        gap = tm.find_gaps(tm.measure_coverage(network, home, DOOR, **bound)).loc[1]
        assert (gap["reason"], gap["by"]) == (reason, "wall" if reason == "severed" else None)


@pytest.mark.parametrize(("east", "reason"), [(95.0, "severed"), (90.0, "far")])
def test_a_bridge_that_saves_less_than_three_tenths_severs_nobody(east: float, reason: str):
    """The walk of 290 m, or 280 m, would be one of 200 m: 0.69 or 0.71 of it."""
    lines = streets([(0, 0), (east, 0), (east, 150), (0, 150)])
    gap = gaps_of(homes({"h": (50, 150)}), lines=lines, barriers=walls([(-99, 70), (80, 70)]), metres=250).loc[1]
    assert gap["reason"] == reason


@pytest.mark.parametrize(("end", "reason"), [(6000.0, "data_end"), (3000.0, "island")])
def test_whose_streets_are_cut_from_the_rest_by_the_end_of_the_data_is_told_so(end: float, reason: str):
    """A street that leaves the data, 2 km from the home, and leads to no facility inside."""
    lines = streets(STREET, [(0, 300), (end, 300)])
    gap = gaps_of(homes({"h": (500, 300)}), lines=lines, boundary=box(-9, -9, 5000, 400)).loc[1]
    assert (gap["reason"], gap["severity"]) == (reason, 1.0)


@pytest.mark.parametrize("state", ["vacant", "converted", "planned"])
def test_what_is_not_in_use_severs_nobody_and_is_no_facility(state: str):
    network = tm.WalkNetwork.from_edges(streets(DETOUR), walker="adult", barriers=walls([(-99, 70), (1900, 70)]))
    home = homes({"h": (500, 150)})
    doors = clinics({"v": (500, 0), "c": (0, 0)}, state=[state, "in_use"])
    alone = tm.measure_coverage(network, home, doors.loc[["v"]], minutes=10)
    assert tm.find_gaps(alone).loc[1, "reason"] == "no_facilities"
    assert tm.find_gaps(tm.measure_coverage(network, home, doors, metres=500)).loc[1, "reason"] == "far"
