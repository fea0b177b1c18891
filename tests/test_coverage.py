"""Coverage: what is served, unserved and unknown, of how many, and the line that is walked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import Point, box

import tenmin as tm
from tenmin.measures.coverage import CAUSES
from tenmin.outputs.tables import share_table
from tenmin.support.errors import CategoryError, InputError, LimitError, TableError
from towns import CRS, SPEED, Town, cases, clinics, frame, grid, homes, same_frame, streets, town, towns, walls

STREET = [(0.0, 0.0), (2000.0, 0.0)]
NEAR = pytest.approx
DOOR = clinics({"c": (0, 0)})


def row(shares: pd.DataFrame, **where: object) -> dict[str, object]:
    """The one row of shares that has these values."""
    for column, value in where.items():
        shares = shares[shares[column] == value]
    (found,) = shares.to_dict("records")
    return found


# --- served and unknown -------------------------------------------------------------------------------------------


def test_walks_are_kept_beyond_the_limit_and_the_nearest_is_named():
    doors = clinics({"west": (0, 0), "east": (2000, 0)})
    coverage = tm.measure_coverage(town(STREET), homes({"a": (100, 0), "b": (1100, 0)}), doors, minutes=5)
    assert coverage.minutes["clinic"].tolist() == NEAR([1.25, 11.25])
    assert coverage.metres["clinic"].tolist() == NEAR([100.0, 900.0])
    assert coverage.nearest["clinic"].tolist() == ["west", "east"]
    assert coverage.served["clinic"].tolist() == [True, False]


@pytest.mark.parametrize(("metres", "served"), [(799.9, True), (800.0, True), (800.0007, True), (800.01, False)])
def test_g13_the_limit_is_inclusive(metres: float, served: bool):
    for limit in ({"minutes": 10}, {"metres": 800}, {"minutes": {"clinic": 10}}):
        coverage = tm.measure_coverage(town(STREET), homes({"h": (metres, 0)}), DOOR, **limit)
        assert coverage.served.loc["h", "clinic"] == served


def test_of_equally_near_facilities_the_first_id_is_named_whatever_the_order():
    doors = clinics({"b": (0, 0), "a": (200, 0), "c": (100, 100)})
    network = town(STREET, [(100, 0), (100, 100)])
    for order in (["b", "a", "c"], ["c", "a", "b"]):
        coverage = tm.measure_coverage(network, homes({"h": (100, 0)}), doors.loc[order], minutes=5)
        assert coverage.nearest.loc["h", "clinic"] == "a"


def test_shares_are_the_same_to_the_last_bit_whatever_the_order_of_the_places():
    people = np.random.default_rng(1).uniform(0.1, 300.0, 80)
    places = homes({k: (30.0 * k, 0) for k in range(80)}, people, area=[f"a{k % 3}" for k in range(80)])
    network = town(STREET)
    one, other = (
        tm.measure_coverage(network, places.iloc[np.random.default_rng(order).permutation(80)], DOOR, minutes=10)
        for order in (2, 3)
    )
    for by in (None, "area"):
        pd.testing.assert_frame_equal(one.shares(by=by), other.shares(by=by), check_exact=True)


def test_a_place_that_joins_no_street_is_unknown_and_listed():
    coverage = tm.measure_coverage(town(STREET), homes({"off": (500, 101), "on": (500, 0)}), DOOR, minutes=10)
    assert coverage.unknown["clinic"].tolist() == [True, False]
    assert coverage.cause["clinic"].tolist() == ["unjoined", None]
    assert np.isinf(coverage.minutes.loc["off", "clinic"])
    assert coverage.nearest.loc["off", "clinic"] is None
    assert coverage.joins.loc[("places", "off"), "how"] == "none"
    assert coverage.joins.loc[("facilities", "c"), "access_points"] == 1


def with_boundary(boundary: shapely.Geometry | None) -> tm.WalkNetwork:
    """A street of two kilometres, the declared boundary of the data across it."""
    return tm.WalkNetwork.from_edges(
        streets([(0, 0), (1000, 0)], [(1000, 0), (2000, 0)]), walker="adult", boundary=boundary
    )


@pytest.mark.parametrize("limit", [{"minutes": 10}, {"metres": 800}])
def test_g16_near_the_end_of_the_data_the_unserved_are_unknown(limit: dict[str, float]):
    people = homes({"served": (700, 0), "at the limit": (1200, 0), "beyond": (1199, 0), "near the end": (1900, 0)})
    inside = tm.measure_coverage(with_boundary(box(-9, -9, 1500, 9)), people, DOOR, **limit)
    assert inside.served["clinic"].tolist() == [True, False, False, False]
    assert inside.unknown["clinic"].tolist() == [False, True, False, True]
    assert inside.cause["clinic"].tolist() == [None, "data_end", None, "data_end"]
    nowhere = tm.measure_coverage(with_boundary(None), people, DOOR, **limit)
    assert not nowhere.unknown.to_numpy().any()


def test_without_facilities_the_end_of_the_data_is_as_near():
    coverage = tm.measure_coverage(
        with_boundary(box(-9, -9, 1500, 9)), homes({"a": (700, 0), "b": (1700, 0)}), clinics({}), minutes={"clinic": 10}
    )
    assert coverage.unknown["clinic"].tolist() == [False, True]
    assert coverage.minutes["clinic"].tolist() == [np.inf, np.inf]


@cases(12)
@given(towns(), st.integers(1, 10), st.sampled_from(["to", "from"]))
def test_l13_nobody_is_lost_or_counted_twice(small: Town, minutes: int, direction: str):
    network = tm.WalkNetwork.from_edges(small.lines, walker="adult", boundary=box(0, 0, 250, 500))
    coverage = tm.measure_coverage(network, small.homes, small.clinics, minutes=minutes, direction=direction)
    served, unknown = coverage.served["clinic"], coverage.unknown["clinic"]
    assert (served.dtype, unknown.dtype) == (np.dtype(bool), np.dtype(bool))
    assert not (served & unknown).any()
    cause = coverage.cause["clinic"]
    assert cause.notna().tolist() == unknown.tolist()
    apart = (coverage.joins.loc["places", "how"] == "none") & ~served
    assert (cause == "unjoined").tolist() == apart.tolist()
    assert set(cause.dropna()) <= set(CAUSES)
    people = small.homes["people"]
    found = row(coverage.shares())
    assert [found["served"], found["unknown"], found["unserved"], found["total"]] == [
        people[served].sum(),
        people[unknown].sum(),
        people[~served & ~unknown].sum(),
        people.sum(),
    ]
    assert 0.0 <= found["share"] <= found["share_upper"] <= 1.0


@cases(12)
@given(towns(most=14), st.integers(1, 8), st.sampled_from(["to", "from"]))
def test_g16_what_is_known_of_a_clipped_town_holds_in_the_whole_town(small: Town, minutes: int, direction: str):
    """Streets end at x = 250 m; people and facilities stand at least 100 m from there."""
    middle = {name: getattr(small, name).geometry.bounds for name in ("homes", "clinics")}
    people = small.homes[middle["homes"]["maxx"] <= 150]
    doors = small.clinics[(middle["clinics"]["maxx"] <= 150) | (middle["clinics"]["minx"] >= 350)]
    boundary = box(-500, -500, 250, 900)
    here = small.lines.intersects(boundary).to_numpy()
    assume(len(people) and here.any())
    clipped = tm.WalkNetwork.from_edges(small.lines[here], walker="adult", boundary=boundary)
    inside = doors[doors.geometry.bounds["maxx"] <= 150]
    options = {"minutes": {"clinic": minutes}, "direction": direction}
    part = tm.measure_coverage(clipped, people, inside, **options)
    whole = tm.measure_coverage(small.network, people, doors, **options)
    known = ~part.unknown["clinic"]
    assert part.served["clinic"][known].tolist() == whole.served["clinic"][known].tolist()


def test_the_isochrones_of_a_coverage_are_those_of_its_limits():
    doors = clinics({"c": (0, 0), "d": (1500, 0), "idle": (700, 0)}, category=["clinic", "school", "clinic"])
    doors["state"] = [None, None, "vacant"]
    coverage = tm.measure_coverage(town(STREET), homes({"h": (9, 0)}), doors, minutes={"clinic": 5, "school": 10})
    limits = {"clinic": 5, "school": 10}
    for merge in ("category", None):
        traced = tm.trace_isochrones(town(STREET), doors, minutes=limits, merge=merge)
        assert len(traced) == 2
        assert same_frame(coverage.isochrones(merge=merge), traced)


# --- as the crow flies --------------------------------------------------------------------------------------------


def test_a_service_radius_is_measured_as_the_crow_flies():
    people, doors = (
        homes({"a": (300, 400), "b": (301, 400), "c": box(500, 0, 550, 50)}),
        clinics({"near": (0, 0), "far": (9, 9)}),
    )
    coverage = tm.measure_coverage(town(STREET), people, doors.loc[["near"]], metres=500, metric="straight")
    assert coverage.metres["clinic"].tolist() == NEAR([500.0, np.hypot(301, 400), 500.0])
    assert coverage.served["clinic"].tolist() == [True, False, True]
    assert coverage.minutes["clinic"].tolist() == NEAR((coverage.metres["clinic"] / SPEED).tolist())
    assert not coverage.unknown.to_numpy().any()


def test_as_the_crow_flies_the_first_of_equally_near_ids_is_named():
    doors = clinics({"b": (0, 0), "a": (200, 0)})
    coverage = tm.measure_coverage(town(STREET), homes({"h": (100, 0)}), doors, metres=500, metric="straight")
    assert coverage.nearest.loc["h", "clinic"] == "a"


def test_as_the_crow_flies_there_may_be_no_facility_and_no_geometry():
    people = homes({"a": (0, 0), "b": (9, 9)})
    people.loc["b", "geometry"] = None
    none = tm.measure_coverage(town(STREET), people, clinics({}), metres={"clinic": 500}, metric="straight")
    assert np.isinf(none.metres["clinic"]).all()
    some = tm.measure_coverage(town(STREET), people, DOOR, metres=500, metric="straight")
    assert some.served["clinic"].tolist() == [True, False]
    assert some.unknown["clinic"].tolist() == [False, True]


# --- shares -------------------------------------------------------------------------------------------------------

AREAS = gpd.GeoDataFrame(
    {"parent": ["x", "x", "y"], "kind": ["old", "new", "old"]},
    index=["one", "two", "three"],
    geometry=[box(-9, -9, 500, 9), box(500, -9, 1000, 9), box(1000, -9, 2009, 9)],
    crs=CRS,
)
PEOPLE = homes(
    {"a": (100, 0), "b": (700, 0), "c": (900, 0), "d": (1500, 0), "e": (1500, 101)},
    people=[1, 2, 4, 8, 16],
    people_60_plus=[1, 0, 2, 0, 6],
    area=["one", "two", "two", "three", "three"],
)


@pytest.fixture(scope="session")
def coverage() -> tm.Coverage:
    """Five places along a street whose only clinic stands at its beginning."""
    return tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes={"clinic": 10, "school": 10}, areas=AREAS)


def test_shares_of_people_places_and_streets(coverage: tm.Coverage):
    assert row(coverage.shares(), category="clinic") == {
        "category": "clinic", "of": "people", "served": 3.0, "unserved": 12.0, "unknown": 16.0, "total": 31.0,
        "share": NEAR(3 / 31), "share_upper": NEAR(19 / 31),
    }  # fmt: skip
    places = row(coverage.shares(of="places"), category="clinic")
    assert [places[name] for name in ("served", "unserved", "unknown", "total", "share")] == [2, 2, 1, 5, 0.4]
    metres = row(coverage.shares(of="streets"), category="clinic")
    assert [metres[name] for name in ("served", "unserved", "unknown", "total", "share")] == NEAR(
        [800, 1200, 0, 2000, 0.4]
    )


BLOCKS = gpd.GeoDataFrame(
    {"name": ["west", "east"], "kind": ["old", "new"]},
    index=["w", "e"],
    geometry=[box(0, -50, 600, 50), box(600, -50, 1000, 50)],
    crs=CRS,
)


def test_shares_of_ground_are_those_of_the_communities_within_the_limit():
    """Where x + |y| is up to 800 m: all of the west, and of the east 20,000 m2 less a triangle on both sides."""
    found = tm.measure_coverage(town(STREET), homes({"a": (100, 0)}), DOOR, metres=800, areas=BLOCKS)
    whole = row(found.shares(of="ground"))
    assert whole["total"] == NEAR(100_000.0)
    assert whole["served"] == NEAR(77_500.0, rel=5e-3)
    west, east = (row(found.shares(of="ground", by="kind"), kind=kind) for kind in ("old", "new"))
    assert west["share"] == NEAR(1.0, rel=2e-3)
    assert east["served"] == NEAR(17_500.0, rel=0.02)
    straight = tm.measure_coverage(
        town(STREET), homes({"a": (100, 0)}), DOOR, metres=500, metric="straight", areas=BLOCKS
    )
    assert row(
        straight.shares(of="ground"),
    )["served"] == NEAR(49_916.5, rel=1e-3)


def test_shares_of_land_count_what_of_it_lies_in_each_community_once():
    land = frame({"l": (0, 0), "m": (0, 0)}).set_geometry([box(700, 0, 900, 40), box(700, 0, 900, 40)])
    found = tm.measure_coverage(town(STREET), homes({"a": (100, 0)}), DOOR, metres=800, areas=BLOCKS)
    whole = row(found.shares(of="land", land=land))
    assert (whole["total"], whole["served"]) == (NEAR(8000.0), NEAR(3200.0, rel=0.02))
    assert row(found.shares(of="land", by="area", land=land), area="e")["total"] == NEAR(8000.0)


def test_ground_that_only_the_end_of_the_data_keeps_from_the_limit_is_unknown():
    found = tm.measure_coverage(
        tm.WalkNetwork.from_edges(streets([(0, 0), (1000, 0)]), walker="adult", boundary=box(-99, -99, 900, 99)),
        homes({"a": (100, 0)}), DOOR, metres=100, areas=BLOCKS,
    )  # fmt: skip
    whole = row(found.shares(of="ground"))
    assert whole["unknown"] > 5_000.0
    assert whole["served"] + whole["unserved"] + whole["unknown"] == NEAR(whole["total"])


@pytest.mark.filterwarnings("ignore:.*stand outside the areas that they name")
def test_shares_of_communities_count_who_has_the_facility_not_who_reaches_it():
    doors = clinics({"c": (10, 0)})
    found = tm.measure_coverage(town(STREET), homes({"a": (900, 0)}), doors, metres=50, areas=BLOCKS)
    whole = row(found.shares(of="areas"))
    assert [whole[name] for name in ("served", "unserved", "unknown", "total")] == [1, 0, 1, 2]
    named = tm.measure_coverage(
        town(STREET), homes({"a": (900, 0)}), doors.assign(area="east"), metres=50, areas=BLOCKS
    )
    assert row(named.shares(of="areas", by="kind"), kind="new")["share"] == 1.0
    doors["complete"] = "clinic"
    whole = row(
        tm.measure_coverage(town(STREET), homes({"a": (900, 0)}), doors, metres=50, areas=BLOCKS).shares(of="areas")
    )
    assert [whole[name] for name in ("served", "unserved", "unknown", "share")] == [1, 1, 0, 0.5]


def test_a_part_counts_for_the_whole_where_that_is_measured():
    doors = clinics(
        {"c": (0, 0), "s": (900, 0), "v": (850, 0)}, category=["clinic", "health_station", "health_station"]
    )
    doors["state"] = ["in_use", "in_use", "vacant"]
    found = tm.measure_coverage(town(STREET), homes({"a": (800, 0)}), doors, metres=200, areas=BLOCKS)
    assert found.metres.loc["a"].to_dict() == NEAR({"clinic": 100.0, "health_station": 100.0})
    assert found.nearest.loc["a"].to_dict() == {"clinic": "s", "health_station": "s"}
    assert share_table(found, "en").set_index("category")["facilities"].to_dict() == {"clinic": 2, "health_station": 1}
    assert row(found.shares(of="areas"), category="clinic")["served"] == 2
    whole = tm.measure_coverage(town(STREET), homes({"a": (800, 0)}), doors, metres={"clinic": 200})
    assert whole.nearest.columns.tolist() == ["clinic"]
    assert whole.nearest.loc["a", "clinic"] == "s"
    assert whole.isochrones(merge=None)[["facility", "category"]].to_numpy().tolist() == [
        ["c", "clinic"],
        ["s", "clinic"],
    ]
    parts = tm.measure_coverage(town(STREET), homes({"a": (800, 0)}), doors.loc[["s"]], metres=200)
    assert parts.minutes.columns.tolist() == ["health_station"]
    ways = tm.trace_streets(town(STREET), doors, metres=100, merge="nearest")
    assert sorted(set(zip(ways["category"], ways["facility"], strict=True))) == [
        ("clinic", "c"), ("clinic", "s"), ("health_station", "s"),
    ]  # fmt: skip


def test_shares_of_communities_go_by_the_complete_register_and_minutes_by_all():
    doors = clinics({"c": (10, 0), "osm": (990, 0)}, complete=["clinic", None])
    found = tm.measure_coverage(town(STREET), homes({"a": (900, 0)}), doors, metres=50, areas=BLOCKS)
    whole = row(found.shares(of="areas"))
    assert [whole[name] for name in ("served", "unserved", "unknown")] == [1, 1, 0]
    assert found.metres.loc["a", "clinic"] == NEAR(90.0)


@pytest.mark.parametrize("of", ["people", "places", "streets", "areas", "ground"])
def test_g21_no_facilities_is_not_nought_percent(coverage: tm.Coverage, of: str):
    school = row(coverage.shares(of=of), category="school")
    assert np.isnan(school["share"])
    assert np.isnan(school["share_upper"])
    assert school["total"] > 0.0
    assert row(tm.measure_coverage(town(STREET), PEOPLE.loc[["d"]], DOOR, minutes=1).shares())["share"] == 0.0


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("area", {"one": (1, 1), "two": (2, 6), "three": (0, 24)}),
        ("parent", {"x": (3, 7), "y": (0, 24)}),
        ("kind", {"old": (1, 25), "new": (2, 6)}),
        ("group", {"60_plus": (1, 9)}),
    ],
)
def test_shares_are_divided(coverage: tm.Coverage, by: str, expected: dict[str, tuple[float, float]]):
    shares = coverage.shares(by=by)
    assert shares.columns.tolist() == [
        "category",
        by,
        "of",
        "served",
        "unserved",
        "unknown",
        "total",
        "share",
        "share_upper",
    ]
    clinic = shares[shares["category"] == "clinic"].set_index(by)
    assert {name: (one["served"], one["total"]) for name, one in clinic.iterrows()} == expected
    assert clinic["share"].to_dict() == {name: NEAR(served / total) for name, (served, total) in expected.items()}


def test_places_find_the_area_they_stand_in(coverage: tm.Coverage):
    without = PEOPLE.drop(columns="area").drop(index="e")
    found = tm.measure_coverage(town(STREET), without, DOOR, minutes=10, areas=AREAS.to_crs("EPSG:4326"))
    assert found.places["area"].tolist() == ["one", "two", "two", "three"]


def test_people_outside_every_area_are_not_lost():
    lost = homes({"a": (100, 0), "out": (300, 50)}, people=[3, 5])
    shares = tm.measure_coverage(town(STREET), lost, DOOR, minutes=10, areas=AREAS).shares(by="area")
    assert shares["total"].tolist() == [3.0, 5.0]
    assert (shares["area"][0], pd.isna(shares["area"][1])) == ("one", True)


def test_an_area_without_people_has_no_share():
    nobody = homes({"a": (100, 0)}, people=[0], area="one")
    shares = tm.measure_coverage(town(STREET), nobody, DOOR, minutes=10).shares(by="area")
    assert np.isnan(shares["share"]).tolist() == [True]


def test_streets_beyond_the_data_are_unknown():
    network = with_boundary(box(-9, -9, 1500, 9))
    metres = row(tm.measure_coverage(network, PEOPLE, DOOR, minutes=5).shares(of="streets"))
    assert [metres[name] for name in ("served", "unserved", "unknown", "total")] == NEAR([400, 1200, 400, 2000])
    assert metres["share_upper"] == NEAR(0.4)


def test_shares_of_streets_are_the_length_of_the_isochrones():
    network, doors = tm.WalkNetwork.from_edges(grid(20), walker="adult"), clinics({"c": (0, 0), "d": (100, 0)})
    share = row(tm.measure_coverage(network, homes({"h": (0, 0)}), doors, metres=800).shares(of="streets"))
    circle = tm.trace_isochrones(network, doors, metres=800, shape="streets", merge="category")
    assert share["served"] == NEAR(circle.length.sum())


def test_as_the_crow_flies_no_share_of_streets_is_walked():
    network = town([(0, 0), (0, 400), (300, 400)])
    straight = tm.measure_coverage(network, PEOPLE, DOOR, metres=500, metric="straight")
    share = row(straight.shares(of="streets"))
    assert share["served"] == NEAR(700.0, rel=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"of": "persons"}, r"shares of 'persons' are not known; of is one of \('people', 'places', 'streets'"),
        ({"by": "block"}, "to divide by 'block', pass areas= with the column 'block', or places that have it"),
        ({"by": "served"}, "by='served' is no column to divide by"),
        ({"by": ["area"]}, r"by=\['area'\] is no column to divide by"),
        ({"of": "streets", "by": "group"}, "shares of streets can't be divided by 'group'"),
        ({"of": "places", "by": "group"}, "'group' need of='people' and columns people_<group>"),
        ({"of": "land"}, "shares of land need land=, the polygons of residential land"),
        ({"of": "ground", "by": "group"}, "shares of ground can't be divided by 'group'"),
        ({"of": "areas", "by": "group"}, "shares of areas need areas= in measure_coverage"),
    ],
)
def test_shares_that_are_wrong_are_refused(coverage: tm.Coverage, options: dict[str, str], message: str):
    with pytest.raises(TableError, match=message):
        coverage.shares(**options)


def test_shares_whose_columns_are_missing_say_which():
    bare = tm.measure_coverage(town(STREET), frame({"h": (0, 0)}), DOOR, minutes=10)
    with pytest.raises(TableError, match="places needs the column 'people'"):
        bare.shares()
    with pytest.raises(TableError, match="places has no column 'area' to divide by 'kind'; give it, or pass areas="):
        bare.shares("places", by="kind")
    known = tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=10)
    with pytest.raises(TableError, match="to divide by 'kind', pass areas= with the column 'kind'"):
        known.shares(by="kind")


def test_a_group_with_a_wrong_number_is_named():
    wrong = tm.measure_coverage(town(STREET), PEOPLE.assign(people_60_plus=[1, -2, 0, 0, 0]), DOOR, minutes=10)
    with pytest.raises(TableError, match="people_60_plus of 'b'"):
        wrong.shares(by="group")


# --- the line that is walked --------------------------------------------------------------------------------------


def gaps_at_the_ends(coverage: tm.Coverage, place: str) -> tuple[float, float]:
    """Metres between the line's two ends and the place and the facility."""
    line = coverage.walk(place, "clinic")
    things = [coverage.places.geometry[place], coverage.facilities.geometry[coverage.nearest.loc[place, "clinic"]]]
    outlines = [thing.boundary if thing.geom_type == "Polygon" else thing for thing in things]
    ends = [Point(line.coords[0]), Point(line.coords[-1])]
    ends = ends if coverage.direction == "to" else ends[::-1]
    return ends[0].distance(outlines[0]), ends[1].distance(outlines[1])


@cases(12)
@given(towns(), st.sampled_from(["to", "from"]))
def test_the_line_walked_runs_from_the_place_to_the_door_and_is_as_long_as_its_metres(small: Town, direction: str):
    network = small.network
    for limit in ({"minutes": 5}, {"metres": 400}):
        coverage = tm.measure_coverage(network, small.homes, small.clinics, direction=direction, **limit)
        for place, metres in coverage.metres["clinic"].items():
            line = coverage.walk(place, "clinic")
            if not np.isfinite(metres):
                assert line.is_empty
                continue
            assert line.length == NEAR(metres, abs=1e-6)
            assert gaps_at_the_ends(coverage, place) == NEAR((0.0, 0.0), abs=1e-6)
            on_streets = line.intersection(network.edges.union_all().buffer(1e-3)).length
            assert on_streets >= metres - 200.0 - 1e-6


def test_the_line_ends_at_the_mapped_entrance_by_which_the_walk_arrives():
    network = town([(0, 0), (400, 0)])
    doors = gpd.GeoDataFrame(
        {"kind": ["main", "main", "main"]}, geometry=[Point(300, 20), Point(330, 20), Point(290, 9)], crs=CRS
    )
    network = replace(network, layout=replace(network.layout, entrances=doors))
    school = clinics({"c": box(300, 20, 340, 60)})
    coverage = tm.measure_coverage(network, homes({"h": (0, 5), "east": (400, 0)}), school, minutes=10)
    assert coverage.joins.loc[("facilities", "c"), "how"] == "entrance"
    assert list(coverage.walk("h", "clinic").coords) == [(0, 5), (0, 0), (300, 0), (300, 20)]
    assert list(coverage.walk("east", "clinic").coords) == [(400, 0), (330, 0), (330, 20)]


@pytest.mark.parametrize(
    ("direction", "corners"),
    [
        ("to", [(300, 5), (300, 0), (0, 0), (0, 50), (-9, 50)]),
        ("from", [(-9, 50), (0, 50), (0, 0), (300, 0), (300, 5)]),
    ],
)
def test_the_line_runs_the_way_people_walk(direction: str, corners: list[tuple[float, float]]):
    network = town([(0, 0), (300, 0)], [(0, 0), (0, 100)])
    coverage = tm.measure_coverage(
        network, homes({"h": (300, 5)}), clinics({"c": (-9, 50)}), minutes=10, direction=direction
    )
    assert list(coverage.walk("h", "clinic").coords) == corners


def test_the_line_of_someone_at_the_door_has_no_length():
    coverage = tm.measure_coverage(town(STREET), homes({"h": (700, 0)}), clinics({"c": (700, 0)}), minutes=10)
    assert coverage.walk("h", "clinic").length == 0.0


def test_a_walk_of_nobody_or_to_nothing_is_refused(coverage: tm.Coverage):
    with pytest.raises(TableError, match=r"no place 'z'; .* e\.g\. \['a'\]"):
        coverage.walk("z", "clinic")
    with pytest.raises(CategoryError, match="'clinics', asked for in walk; did you mean 'clinic'"):
        coverage.walk("a", "clinics")


# --- what comes back, and what is refused -------------------------------------------------------------------------


def test_a_coverage_says_what_it_is(coverage: tm.Coverage):
    assert repr(coverage) == (
        "<Coverage of 5 places in 2 categories within 10 minutes (walk, to the facility); "
        "unjoined: 1 place, 0 facilities; unknown: 2 of 10 walks>"
    )


def test_a_limit_for_each_category_is_kept(coverage: tm.Coverage):
    assert coverage.limit.to_dict() == {"clinic": 10.0, "school": 10.0}
    assert (coverage.unit, coverage.direction) == ("minutes", "to")
    assert coverage.served.columns.tolist() == ["clinic", "school"]


def test_the_tables_come_back_in_metres_of_the_network(coverage: tm.Coverage):
    tables = coverage.places, coverage.facilities, coverage.areas
    assert [table.crs == coverage.network.crs for table in tables] == [True] * 3


def test_other_barriers_change_the_walks():
    wall = walls([(0, 10), (400, 10)])
    there = homes({"h": (100, 20)})
    assert tm.measure_coverage(town(STREET), there, DOOR, minutes=10).served.to_numpy().all()
    assert tm.measure_coverage(town(STREET), there, DOOR, minutes=10, barriers=wall).unknown.to_numpy().all()


def test_the_tables_are_left_as_they_were():
    before = PEOPLE.copy(), DOOR.copy(), AREAS.copy()
    found = tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=10, areas=AREAS)
    for by in (None, "area", "parent", "group"):
        found.shares(by=by)
    tm.measure_coverage(town(STREET), PEOPLE, DOOR, metres=10, metric="straight")
    assert same_frame(PEOPLE, before[0])
    assert same_frame(DOOR, before[1])
    assert same_frame(AREAS, before[2])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, LimitError, r"no limit is given; give minutes= or metres=, e\.g\. minutes=10"),
        ({"minutes": 10, "metres": 800}, LimitError, "both given; give only one of them"),
        ({"minutes": {"clinick": 10}}, CategoryError, "did you mean 'clinic'"),
        ({"minutes": [5, 10]}, LimitError, r"minutes must be a number, but is \[5, 10\]; .*coverage\.within\("),
        ({"metres": (500, 800)}, LimitError, r"metres must be a number, but is \(500, 800\); .*coverage\.within\("),
        ({"minutes": 10, "metric": "crow"}, TableError, "metric must be 'walk' or 'straight', but is 'crow'"),
        ({"minutes": 10, "direction": "there"}, InputError, "direction must be 'to' .* but is 'there'"),
        (
            {"minutes": 10, "areas": AREAS[["geometry", "kind", "kind"]]},
            TableError,
            "has the columns 'kind' more than once",
        ),
        ({"minutes": 10, "areas": [1]}, TableError, "areas must be a GeoDataFrame, but is a list"),
        ({"minutes": 10, "areas": AREAS.set_crs(None, allow_override=True)}, TableError, "areas has no CRS; state it"),
    ],
)
def test_options_that_are_wrong_are_refused(options: dict[str, object], error: type[InputError], message: str):
    with pytest.raises(error, match=message):
        tm.measure_coverage(town(STREET), PEOPLE, DOOR, **options)


@pytest.mark.parametrize("seed", range(6))
def test_the_parts_of_people_are_counted_and_none_is_left_over_by_rounding(seed: int):
    people = np.random.default_rng(seed).uniform(0.0, 30.0, 200)
    some = homes([(0.0, 0.0), (0.0, 5000.0)] * 100, people=people)
    found = tm.measure_coverage(town([(0, 0), (400, 0)]), some, clinics([(10, 0)]), minutes=10)
    shares = row(found.shares())
    assert (shares["unserved"], shares["share_upper"]) == (0.0, 1.0)
    assert shares["unknown"] == pytest.approx(people[1::2].sum())
    all_near = homes([(0.0, 0.0)] * 200, people=people)
    all_served = row(tm.measure_coverage(town([(0, 0), (400, 0)]), all_near, clinics([(10, 0)]), minutes=10).shares())
    assert (all_served["served"], all_served["unserved"], all_served["share"]) == (all_served["total"], 0.0, 1.0)


@pytest.mark.parametrize("turn", [0.1, 0.7, 1.3])
def test_streets_and_ground_that_are_all_within_the_limit_leave_no_residue(turn: float):
    lines = gpd.GeoDataFrame(geometry=grid(4).rotate(turn * 57.0, origin=(0, 0)), crs=CRS)
    square = gpd.GeoDataFrame(geometry=gpd.GeoSeries([box(-60, -60, 60, 60)], index=["a"]).rotate(turn), crs=CRS)
    found = tm.measure_coverage(
        tm.WalkNetwork.from_edges(lines, walker="adult"),
        homes({"h": (0, 0)}),
        DOOR,
        metres=3000,
        areas=square,
    )
    for of in ("streets", "ground"):
        share = row(found.shares(of=of))
        assert (share["unserved"], share["unknown"]) == (0.0, 0.0)
        assert share["share"] == NEAR(1.0)
        assert share["share"] <= share["share_upper"] <= 1.0


# --- the table of places, and several limits ------------------------------------------------------------------------


def test_the_table_has_a_row_for_each_place_and_category_and_nothing_infinite(coverage: tm.Coverage):
    table = coverage.table()
    assert table.columns.tolist() == [
        "people", "people_60_plus", "area", "category", "minutes", "metres", "nearest", "served", "unknown", "reason",
        "geometry",
    ]  # fmt: skip
    assert table.index.tolist() == [*"abcde"] * 2
    assert table["category"].tolist() == ["clinic"] * 5 + ["school"] * 5
    assert table.crs == coverage.network.crs
    assert np.isfinite(table[["minutes", "metres"]].fillna(0.0).to_numpy()).all()
    assert table["minutes"].isna().tolist() == [False] * 4 + [True] * 6
    clinic = coverage.table("clinic")
    assert clinic.index.tolist() == coverage.places.index.tolist()
    assert clinic["metres"].head(4).tolist() == NEAR([100.0, 700.0, 900.0, 1500.0])
    assert clinic["nearest"].head(4).tolist() == ["c"] * 4
    assert pd.isna(clinic["nearest"].iloc[4])
    assert clinic["served"].tolist() == coverage.served["clinic"].tolist()
    assert clinic["unknown"].tolist() == coverage.unknown["clinic"].tolist()
    assert clinic["reason"].dropna().to_dict() == {"e": "unjoined"}


@pytest.mark.parametrize("ids", [["x", "y"], [7, 8]])
@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_the_table_is_written_and_read_back_as_it_is(tmp_path: Path, suffix: str, ids: list[object]):
    doors = clinics(dict(zip(ids, [(0, 0), (9, 0)], strict=True)), category=["clinic", "bank"])
    table = tm.measure_coverage(town(STREET), PEOPLE, doors, minutes=10).table()
    path = tmp_path / f"table.{suffix}"
    if suffix == "parquet":
        table.to_parquet(path)
        back = gpd.read_parquet(path)
    else:
        table.to_file(path)
        back = gpd.read_file(path)
    assert len(back) == 10
    assert back["nearest"].isna().tolist() == table["nearest"].isna().tolist()
    assert back["nearest"].dropna().tolist() == table["nearest"].dropna().tolist()
    assert back["served"].tolist() == table["served"].tolist()
    assert back["minutes"].to_numpy() == pytest.approx(table["minutes"].to_numpy(), nan_ok=True)


def test_the_table_of_no_places_or_of_own_columns_of_its_names():
    nobody = tm.measure_coverage(town(STREET), homes({}), DOOR, minutes=10).table()
    assert (len(nobody), nobody.columns[-1]) == (0, "geometry")
    own = homes({"h": (80, 0)}, minutes=99.0, reason="mine").rename_geometry("shape")
    table = tm.measure_coverage(town(STREET), own, DOOR, minutes=10).table("clinic")
    assert table.columns.tolist()[-1] == "shape"
    assert (table["minutes"].tolist(), table["reason"].isna().tolist()) == (NEAR([1.0]), [True])


def test_a_table_of_a_category_that_was_not_measured_is_refused(coverage: tm.Coverage):
    with pytest.raises(CategoryError, match="'clinics', asked for in table; did you mean 'clinic'"):
        coverage.table("clinics")


@cases(10)
@given(towns(), st.sampled_from(["minutes", "metres"]), st.sampled_from(["walk", "straight"]))
def test_within_several_limits_is_what_a_coverage_with_each_limit_says(small: Town, unit: str, metric: str):
    network = tm.WalkNetwork.from_edges(small.lines, walker="adult", boundary=box(0, 0, 250, 500))
    limits = [2.0, 5.0, 8.0] if unit == "minutes" else [160.0, 400.0, 640.0]
    whole = tm.measure_coverage(network, small.homes, small.clinics, **{unit: limits[1]}, metric=metric)
    found = whole.within(limits)
    assert found.columns.tolist()[:3] == ["category", unit, "of"]
    assert found[unit].tolist() == limits
    for limit in limits:
        one = tm.measure_coverage(network, small.homes, small.clinics, **{unit: limit}, metric=metric).shares()
        read_off = found[found[unit] == limit].drop(columns=unit).reset_index(drop=True)
        pd.testing.assert_frame_equal(read_off, one, check_exact=True)


def test_within_keeps_what_is_thinly_mapped_unknown_and_divides(coverage: tm.Coverage):
    found = coverage.within([1, 10], of="places", by="area")
    assert found.columns.tolist()[:4] == ["category", "minutes", "area", "of"]
    clinic = found[found["category"] == "clinic"]
    assert clinic.groupby("minutes")["served"].sum().to_dict() == {1.0: 0.0, 10.0: 2.0}
    many, library = homes(dict.fromkeys(range(10), (1500.0, 0)), people=10_000.0), clinics({"l": (0, 0)}, "library")
    thin = tm.measure_coverage(town(STREET), many, library, minutes=10, country="DE")
    assert thin.within(5)["unknown"].tolist() == thin.shares()["unknown"].tolist() == [100_000.0]
    assert thin.within(20)["served"].tolist() == [100_000.0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"limits": []}, LimitError, "minutes is an empty list"),
        ({"limits": "5"}, LimitError, "minutes must be a number, but is '5'"),
        ({"limits": {"clinic": 5}}, LimitError, "minutes must be a number, but is 'clinic'"),
        ({"limits": [5, -1]}, LimitError, "minutes is -1, which is no limit of a walk"),
        ({"limits": 5, "of": "streets"}, TableError, "within counts people or places, not 'streets'"),
        ({"limits": 5, "by": "minutes"}, TableError, "by='minutes' is no column to divide by"),
    ],
)
def test_limits_within_which_nothing_can_be_counted_are_refused(
    coverage: tm.Coverage, options: dict[str, object], error: type[InputError], message: str
):
    with pytest.raises(error, match=message):
        coverage.within(**options)


def test_shares_are_divided_by_any_column_of_the_places_or_of_their_areas():
    places = PEOPLE.assign(tenure=["own", "rent", "rent", None, "own"], storeys=[1, 6, 6, 2, 2], kind="flat")
    areas = AREAS.assign(ward=["n", "n", "s"])
    found = tm.measure_coverage(town(STREET), places, DOOR, minutes=10, areas=areas)

    def totals(by: str) -> dict[object, float]:
        return dict(zip(*(found.shares(by=by)[name] for name in (by, "total")), strict=True))

    assert totals("storeys") == {1: 1.0, 2: 24.0, 6: 6.0}
    assert {key: total for key, total in totals("tenure").items() if isinstance(key, str)} == {"own": 17.0, "rent": 6.0}
    assert found.shares(by="tenure")["total"].sum() == 31.0
    assert totals("ward") == {"n": 7.0, "s": 24.0}
    assert set(totals("kind")) == {"old", "new"}
    alone = tm.measure_coverage(town(STREET), places, DOOR, minutes=10)
    assert alone.shares(by="kind")["kind"].tolist() == ["flat"]
    assert found.shares(of="areas", by="ward")["total"].tolist() == [2.0, 1.0]
    with pytest.raises(TableError, match="'lists' cannot be divided by: its values, such as"):
        tm.measure_coverage(town(STREET), places.assign(lists=[[1]] * 5), DOOR, minutes=10).shares(by="lists")


# --- other walkers, other units, what is not in use, and what two sources say ---------------------------------------

PACES = [("adult", 80.0), ("older_adult", 60.0), ("child", 50.0), ("wheelchair", 40.0)]


@pytest.mark.parametrize(("walker", "pace"), PACES)
def test_as_the_crow_flies_minutes_are_worth_what_the_walker_walks(walker: str, pace: float):
    square = gpd.GeoDataFrame(geometry=[box(-900, -900, 900, 900)], index=["a"], crs=CRS)
    people = homes({"in": (-5 * pace, 0), "out": (-5 * pace - 1, 0)}, people=[2, 5])
    network = town([(0, 0), (0, 800)], walker=walker)
    found = tm.measure_coverage(network, people, DOOR, minutes=5, metric="straight", areas=square)
    assert found.minutes["clinic"].tolist() == NEAR([5.0, 5.0 + 1.0 / pace])
    assert found.served["clinic"].tolist() == [True, False]
    assert row(found.shares(of="streets"))["served"] == NEAR(5 * pace)
    assert row(found.shares(of="ground"))["served"] == NEAR(np.pi * (5 * pace) ** 2, rel=1e-3)
    metres = tm.measure_coverage(network, people, DOOR, metres=5 * pace, metric="straight", areas=square)
    for of in ("people", "places", "streets", "ground"):
        pd.testing.assert_frame_equal(metres.shares(of=of), found.shares(of=of))


@pytest.mark.parametrize(("walker", "pace"), PACES)
def test_minutes_along_the_streets_are_worth_what_the_walker_walks(walker: str, pace: float):
    square = gpd.GeoDataFrame(geometry=[box(-900, -900, 900, 900)], index=["a"], crs=CRS)
    network = town([(0, 0), (800, 0)], walker=walker)
    people = homes({"in": (5 * pace, 0), "out": (5 * pace + 1, 0)})
    found = tm.measure_coverage(network, people, DOOR, minutes=5, areas=square)
    metres = tm.measure_coverage(network, people, DOOR, metres=5 * pace, areas=square)
    assert found.served["clinic"].tolist() == metres.served["clinic"].tolist() == [True, False]
    assert row(found.shares(of="streets"))["served"] == NEAR(5 * pace)
    assert row(found.shares(of="ground"))["served"] == NEAR(row(metres.shares(of="ground"))["served"], rel=1e-9)


LAND = frame({"l": box(0, -40, 1000, 40)})


@pytest.mark.parametrize("metric", ["walk", "straight"])
def test_facilities_that_are_not_in_use_change_no_share(metric: str):
    doors = clinics({"c": (10, 0), "v": (900, 0), "p": (700, 0)}, state=["in_use", "vacant", "planned"])
    people = homes({"a": (20, 0), "b": (700, 0), "c": (900, 0)}, people=[1, 2, 4])
    with_all, alone = (
        tm.measure_coverage(town(STREET), people, table, metres=100, metric=metric, areas=BLOCKS)
        for table in (doors, doors.loc[["c"]])
    )
    for of in ("people", "places", "streets", "ground", "land", "areas"):
        land = LAND if of == "land" else None
        pd.testing.assert_frame_equal(with_all.shares(of=of, land=land), alone.shares(of=of, land=land))
    assert with_all.nearest["clinic"].tolist() == ["c", "c", "c"]
    assert row(with_all.shares(of="areas"))["served"] == 1.0


@pytest.mark.parametrize("of", ["people", "streets", "ground", "areas"])
def test_where_none_is_in_use_nothing_is_served_and_no_share_is_told(of: str):
    vacant = clinics({"v": (900, 0)}, state="vacant")
    found = tm.measure_coverage(town(STREET), homes({"a": (900, 0)}), vacant, metres=100, areas=BLOCKS)
    share = row(found.shares(of=of))
    assert (share["served"], np.isnan(share["share"]), share["total"] > 0.0) == (0.0, True, True)


def test_ground_near_a_facility_is_served_and_not_unknown_at_the_end_of_the_data_too():
    """All of the ground is within 600 m of the facility, at one end, or of the end of the data, at the other."""
    network = tm.WalkNetwork.from_edges(streets([(0, 0), (1000, 0)]), walker="adult", boundary=box(-99, -99, 900, 99))
    share = row(tm.measure_coverage(network, homes({"a": (0, 0)}), DOOR, metres=600, areas=BLOCKS).shares(of="ground"))
    assert [share["served"], share["unknown"]] == NEAR([57_500.0, 42_500.0], rel=0.01)
    assert share["unserved"] == NEAR(0.0, abs=1.0)
    assert share["share_upper"] == NEAR(1.0)


@pytest.mark.filterwarnings("ignore:.*stand outside the areas that they name")
def test_the_area_that_a_table_states_wins_over_the_one_it_stands_in():
    people = homes({"a": (100, 0), "b": (700, 0)}, people=[3, 5], area=["e", "e"])
    found = tm.measure_coverage(town(STREET), people, clinics({"c": (10, 0)}, area="e"), metres=200, areas=BLOCKS)
    shares = found.shares(by="area")
    assert shares[["area", "served", "total"]].to_numpy().tolist() == [["e", 3.0, 8.0]]
    areas = found.shares(of="areas", by="area").set_index("area")
    assert areas["served"].to_dict() == {"e": 1.0, "w": 0.0}


@pytest.mark.parametrize("limit", [{"minutes": 10}, {"metres": 500}])
def test_a_table_without_facilities_is_refused_unless_the_limit_names_categories(limit: dict[str, float]):
    places, (unit, value) = homes([(0.0, 0.0)]), next(iter(limit.items()))
    with pytest.raises(TableError, match=rf"no category to measure: .* name categories, e.g. {unit}="):
        tm.measure_coverage(town([(0.0, 0.0), (500.0, 0.0)]), places, clinics({}), **limit)
    named = tm.measure_coverage(town([(0.0, 0.0), (500.0, 0.0)]), places, clinics({}), **{unit: {"clinic": value}})
    assert named.counts.loc["clinic", "facilities"] == 0
