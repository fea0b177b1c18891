"""Firmness: runs with varied assumptions, against coverages measured anew, closed forms and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

import tenmin as tm
from tenmin.measures import firmness
from tenmin.support.errors import TableError
from towns import Town, cases, clinics, homes, town, towns

STREET = [(0.0, 0.0), (3000.0, 0.0)]
DOOR = clinics({"c": (0, 0)})
HOMES = homes({"near": (80, 0), "edge": (790, 0), "far": (1200, 0), "off": (500, 500)}, [8.0, 4.0, 2.0, 1.0])
ADULT = tm.Walker.preset("adult")


def coverage_of(places=HOMES, doors=DOOR, network: tm.WalkNetwork | None = None, **options: object) -> tm.Coverage:
    """The coverage of a street with a clinic at its beginning."""
    return tm.measure_coverage(network or town(STREET), places, doors, **(options or {"minutes": 10}))


def hilly(crossing: str | None = "signals", **columns: object) -> tm.WalkNetwork:
    """A street of three pieces with a slope and a crossing, which are known of extracts alone."""
    network = town([(0, 0), (300, 0)], [(300, 0), (320, 0)], [(320, 0), (3000, 0)])
    lines = network.layout.lines
    there = np.array([1.2, 1.0, 1.1])
    crossings = np.array([None, crossing, None], object)
    lines = lines.assign(slope_factor=there, slope_factor_back=1 / there, crossing=crossings, **columns)
    return tm.WalkNetwork.of(replace(network.layout, lines=lines), network.walker)


@cases(10)
@given(towns(timed=True), st.integers(50, 700), st.sampled_from(["to", "from"]))
def test_without_ranges_what_is_served_is_firm_and_nothing_else(small: Town, metres: int, direction: str):
    coverage = tm.measure_coverage(small.network, small.homes, small.clinics, metres=metres, direction=direction)
    for given_nothing in ({"vary": []}, {"vary": ["aside"], "ranges": {"aside": (100, 100)}}):
        assert tm.vary_coverage(coverage, runs=3, **given_nothing).share.equals(coverage.served.astype("float64"))


@cases(10)
@given(towns(), st.floats(1.0, 8.0), st.floats(0.3, 1.0), st.floats(1.0, 1.6))
def test_speed_alone_is_read_off_the_critical_speed(small: Town, minutes: float, low: float, high: float):
    coverage = tm.measure_coverage(small.network, small.homes, small.clinics, minutes=minutes)
    varied = tm.vary_coverage(coverage, runs=20, vary="speed", ranges={"speed": (low, high)})
    factors = varied.runs["speed"].to_numpy()
    assert ((low <= factors) & (factors <= high)).all()
    critical = coverage.critical_speed()["clinic"].to_numpy() / ADULT.speed_kmh
    within = critical[:, None] <= factors * (1 + 1e-6)
    assert varied.share["clinic"].tolist() == pytest.approx(within.mean(axis=1).tolist())
    assert (varied.classes()["clinic"][critical < low] == "firm").all()


@cases(8)
@given(towns(), st.floats(1.0, 6.0), st.floats(1.0, 1.5), st.integers(0, 3))
def test_a_longer_limit_is_no_less_firm(small: Town, minutes: float, factor: float, seed: int):
    short, long = (
        tm.vary_coverage(
            tm.measure_coverage(small.network, small.homes, small.clinics, minutes=limit), runs=6, seed=seed
        ).share
        for limit in (minutes, minutes * factor)
    )
    assert (short <= long).all().all()


@pytest.mark.parametrize("crossing", ["signals", "marked"])
def test_each_run_is_a_coverage_measured_anew(crossing: str):
    network = hilly(crossing)
    places = homes({x: (x, 0) for x in range(350, 900, 25)})
    vary = ["speed", "slope", "waits"]
    varied = tm.vary_coverage(coverage_of(places, network=network), runs=12, vary=vary)
    served = []
    for run in varied.runs.to_dict("records"):
        lines = network.layout.lines
        steep = {name: lines[name] ** run["slope"] for name in ("slope_factor", "slope_factor_back")}
        pace = {name: run[name] / run["speed"] for name in ("signal_seconds", "crossing_seconds")}
        walker = replace(ADULT, speed_kmh=ADULT.speed_kmh * run["speed"], **pace)
        anew = tm.WalkNetwork.of(replace(network.layout, lines=lines.assign(**steep)), walker)
        served.append(coverage_of(places, network=anew).served["clinic"])
    assert varied.share["clinic"].tolist() == pytest.approx(np.mean(served, axis=0).tolist())
    assert varied.runs[["slope", "signal_seconds"]].drop_duplicates().shape[0] == 10


@pytest.mark.parametrize("nearest", [1, 2, 5])
def test_missing_facilities_are_as_if_they_were_not_in_the_table(nearest: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(firmness, "NEAREST", nearest)
    doors = clinics({name: (400 * x, 0) for x, name in enumerate("abcdef")}, source=["OpenStreetMap", "x"] * 3)
    doors = doors.assign(complete=["clinic", None, None, None, None, None])
    coverage = coverage_of(homes({x: (x, 0) for x in range(0, 3000, 150)}), doors)
    ranges = {"missing_osm": (0.5, 0.5), "missing_other": (0.2, 0.9), "missing_register": (0, 0)}
    varied = tm.vary_coverage(coverage, runs=8, vary="missing", ranges=ranges)
    absent = firmness._missing(coverage.facilities, firmness.Draws(varied.runs, 0))
    assert not absent[:, 0].any()
    assert absent[:, 1:].any(axis=0).all()
    served = [coverage_of(coverage.places, doors[~gone]).served["clinic"] for gone in absent]
    assert varied.share["clinic"].tolist() == np.mean(served, axis=0).tolist()


def test_places_move_as_far_as_their_kind_may():
    house = box(800, -5, 810, 5)
    coverage = coverage_of(homes({"in": (700, 0), "edge": (800, 0), "out": (880, 0), "house": house}))
    varied = tm.vary_coverage(coverage, vary="placement", runs=20).share["clinic"]
    assert varied[["in", "out"]].tolist() == [1.0, 0.0]
    assert all(0.0 < varied[name] < 1.0 for name in ("edge", "house"))
    still = {"moved_point": (0, 0)}
    share = tm.vary_coverage(coverage, vary="placement", runs=20, ranges=still).share["clinic"]
    assert share.drop("house").equals(coverage.served["clinic"].drop("house").astype("float64"))
    assert share["house"] == varied["house"]


def test_a_shorter_leg_joins_fewer_places():
    places = homes({"at": (100, 0), "sixty": (100, 60), "far": (100, 140)})
    varied = tm.vary_coverage(coverage_of(places), vary="aside", runs=10)
    legs = varied.runs["aside"].to_numpy()
    assert varied.share["clinic"].tolist() == [1.0, (legs >= 60).mean(), (legs >= 140).mean()]


@cases(5)
@given(towns(), st.randoms(use_true_random=False), st.integers(0, 5))
def test_rows_in_another_order_and_the_same_seed_give_the_same(small: Town, random, seed: int):
    def varied(town: Town) -> pd.DataFrame:
        coverage = tm.measure_coverage(town.network, town.homes, town.clinics, minutes=4)
        return tm.vary_coverage(coverage, runs=5, seed=seed).share

    def shuffled(table):
        return table.sample(frac=1, random_state=random.randrange(2**31))

    other = small.of(homes=shuffled(small.homes), clinics=shuffled(small.clinics))
    assert varied(other).loc[small.homes.index].equals(varied(small))


def test_people_are_of_one_class_each_and_other_seeds_draw_others():
    varied = tm.vary_coverage(coverage_of(), vary="speed")
    assert varied.classes()["clinic"].tolist() == ["firm", "probable", "unlikely", "unknown"]
    row = varied.shares().iloc[0]
    assert row[["firm", "probable", "doubtful", "unlikely", "unknown", "total"]].tolist() == [8, 4, 0, 2, 1, 15]
    assert row[["changing", "share", "share_upper"]].tolist() == pytest.approx([4, 8 / 15, 13 / 15])
    by = tm.vary_coverage(coverage_of(HOMES.assign(area=["a", "a", "b", "b"])), vary="speed").shares("places", "area")
    assert by[["area", "firm", "total"]].to_numpy().tolist() == [["a", 1.0, 2.0], ["b", 0.0, 2.0]]
    assert not tm.vary_coverage(coverage_of(), vary="speed", seed=1).runs.equals(varied.runs)
    assert repr(varied).startswith("<Firmness of 4 walks in 100 runs varying speed: 1 firm, 1 probable, 0 doubtful")


def test_what_changes_nothing_is_listed_or_refused():
    table = tm.vary_coverage(coverage_of(), runs=1).ranges
    assert table["why_not"].dropna().groupby(table["vary"]).first().to_dict() == {
        "slope": "the streets have no heights, or the walker no rule for slopes",
        "waits": "the streets have no crossings",
    }
    metres = tm.vary_coverage(coverage_of(metres=800), runs=1).ranges
    assert set(metres["vary"][metres["varied"]]) == {"aside", "missing", "placement"}
    with pytest.raises(TableError, match="'speed' cannot be varied here: the streets have seconds of their own"):
        tm.vary_coverage(coverage_of(network=town(STREET, seconds=900.0)), vary=["speed"])


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"vary": "weather"}, "vary has 'weather'; give some of speed, slope, waits"),
        ({"vary": 3}, "vary has 3"),
        ({"vary": [["speed"]]}, "vary has"),
        ({"ranges": [("speed", 1, 2)]}, "ranges is .*; give pairs of low and high by name"),
        ({"ranges": {"tempo": (1, 2)}}, "ranges has 'tempo'; the ranges are speed"),
        ({"ranges": {"speed": (1.2, 0.8)}}, "the range 'speed' is .*; give its low and high end"),
        ({"ranges": {"speed": 1.0}}, "the range 'speed' is 1.0"),
        ({"ranges": {"missing_osm": (0, 1.5)}}, "a pair from 0 to 1"),
        ({"ranges": {"speed": (float("nan"), 1)}}, "the range 'speed'"),
        ({"ranges": {"speed": ("1", "2")}}, "the range 'speed'"),
        ({"runs": 0}, "runs is 0; give how many runs to make"),
        ({"runs": 2.5}, "runs is 2.5"),
        ({"seed": -1}, "seed is -1; give a whole number from 0 up"),
        ({"seed": "x"}, "seed is 'x'"),
    ],
)
def test_mistakes_are_named(options: dict[str, object], why: str):
    with pytest.raises(TableError, match=why):
        tm.vary_coverage(coverage_of(), **options)


def test_straight_distances_have_no_streets_to_vary():
    with pytest.raises(TableError, match="a straight distance has no streets to vary"):
        tm.vary_coverage(coverage_of(minutes=10, metric="straight"))
    with pytest.raises(TableError, match="firmness counts people or places, not 'streets'"):
        tm.vary_coverage(coverage_of(), runs=1).shares("streets")
    with pytest.raises(TableError, match="places has no column 'area' to divide by"):
        tm.vary_coverage(coverage_of(), runs=1).shares(by="area")


def test_every_range_says_where_it_is_from():
    table = tm.vary_coverage(coverage_of(), runs=1).ranges
    assert (table["low"] <= table["high"]).all()
    assert table["source"].str.len().gt(5).all()
    assert set(table["checked"]) == {"abstract", "formula", "no"}
