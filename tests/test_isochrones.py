"""Streets and ground within a limit: closed forms, the stops added up, and the rule at thousands of spots."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box

import tenmin as tm
from oracles import reached_metres, served_spots
from tenmin.support.errors import CategoryError, InputError, LimitError, TableError
from towns import CRS, SPEED, Town, cases, clinics, grid, homes, same_frame, streets, town, towns

STREET = [(0.0, 0.0), (2000.0, 0.0)]
NEAR = pytest.approx
CENTRE = clinics({"c": (0, 0)})


@pytest.fixture(scope="session")
def blocks() -> tm.WalkNetwork:
    """Twenty by twenty blocks of 100 m."""
    return tm.WalkNetwork.from_edges(grid(20), walker="adult")


def drawn(network: tm.WalkNetwork, doors: gpd.GeoDataFrame, **options: object) -> shapely.Geometry:
    """The only circle."""
    (geometry,) = tm.trace_isochrones(network, doors, **options).geometry
    return geometry


# --- streets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "metres"),
    [
        ({"metres": 800}, 25_600.0),
        ({"metres": 850}, 29_000.0),
        ({"minutes": 10}, 25_600.0),
        ({"minutes": 850 / SPEED}, 29_000.0),
    ],
)
def test_g14_a_grid_of_hundred_metres(blocks: tm.WalkNetwork, limit: dict[str, float], metres: float):
    reached = drawn(blocks, CENTRE, shape="streets", **limit)
    assert reached.length == NEAR(metres, rel=1e-6)
    within = shapely.dwithin(blocks.nodes.geometry.array, reached, 1e-6)
    assert within.sum() == 145
    assert shapely.line_merge(shapely.union_all(reached)).length == NEAR(metres, rel=1e-6)


def test_a_path_is_reached_both_ways_and_cut_where_the_limit_ends():
    reached = drawn(town(STREET), clinics({"c": (500, 30)}), minutes=5, shape="streets")
    assert shapely.bounds(reached).tolist() == NEAR([500 - 370, 0, 500 + 370, 0])


def test_a_bend_keeps_its_corners():
    bend = drawn(town([(0, 0), (100, 0), (100, 100)]), CENTRE, metres=150, shape="streets")
    assert bend.equals(shapely.LineString([(0, 0), (100, 0), (100, 50)]))


def test_a_ring_is_reached_from_both_sides_and_counted_once():
    ring = town([(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)])
    assert drawn(ring, CENTRE, metres=500, shape="streets").length == NEAR(1000.0)
    assert drawn(ring, CENTRE, metres=700, shape="streets").length == NEAR(1200.0)


@pytest.mark.parametrize(("direction", "bounds"), [("to", [100, 0, 500, 0]), ("from", [500, 0, 900, 0])])
def test_a_one_way_street_is_reached_on_one_side(direction: str, bounds: list[float]):
    reached = drawn(
        town(STREET, oneway=True), clinics({"c": (500, 0)}), metres=400, shape="streets", direction=direction
    )
    assert shapely.bounds(reached).tolist() == NEAR(bounds)


@cases(15)
@given(towns(timed=True), st.floats(0.1, 8.0), st.sampled_from(["to", "from"]))
def test_reached_metres_are_those_of_networkx(small: Town, minutes: float, direction: str):
    network = small.network
    circles = tm.trace_isochrones(
        network, small.clinics, minutes=[minutes, 2 * minutes], shape="streets", merge="category", direction=direction
    )
    for limit, geometry in zip(circles["minutes"], circles.geometry, strict=True):
        known = reached_metres(network, small.clinics, 60 * limit, weight="seconds", direction=direction)
        assert geometry.length == NEAR(known, rel=1e-9, abs=1e-6)


@cases(12)
@given(towns(), st.integers(1, 900))
def test_reached_metres_under_a_limit_in_metres_are_those_of_networkx(small: Town, metres: int):
    reached = drawn(small.network, small.clinics, metres=metres, shape="streets", merge="category")
    assert reached.length == NEAR(
        reached_metres(small.network, small.clinics, metres, weight="metres"), rel=1e-9, abs=1e-6
    )


# --- ground -------------------------------------------------------------------------------------------------------


def sown(area: shapely.Geometry, count: int = 10_000) -> gpd.GeoDataFrame:
    """Spots sown over the box of a geometry and 60 m round it."""
    left, bottom, right, top = area.bounds
    at = np.random.default_rng(7).uniform((left - 60, bottom - 60), (right + 60, top + 60), (count, 2))
    return gpd.GeoDataFrame(geometry=shapely.points(at), crs=CRS)


RADIAL = streets(
    *([(0, 0), (420 * np.cos(a), 420 * np.sin(a))] for a in np.linspace(0.1, 5.6, 7)),
    [(200, 25), (230, 180), (90, 300), (-140, 260), (-250, 60)],
    [(-300, -300), (300, -280)],
)
DETOUR = streets([(0, 0), (600, 0)], [(600, 0), (600, 70)], [(600, 70), (-100, 70)], [(-100, 70), (-100, 400)])
CASES = {
    "grid": (grid(8), clinics({"c": (20, 0)}), 350.0),
    "radial": (RADIAL, clinics({"c": (30, -20)}), 300.0),
    "detour": (DETOUR, clinics({"c": (10, 5)}), 800.0),
    "polygon": (RADIAL, clinics({"c": Polygon([(20, 30), (60, 40), (50, 90), (10, 80)])}), 260.0),
    "one way": (grid(8).assign(oneway=True), clinics({"c": (120, 30)}), 450.0),
    "two doors": (grid(8), clinics({"c": (-220, 40), "d": (230, -60)}), 200.0),
}


@pytest.mark.parametrize("resolution", [5.0, 10.0])
@pytest.mark.parametrize("case", CASES)
def test_ground_is_where_the_rule_says(case: str, resolution: float):
    lines, doors, limit = CASES[case]
    network = tm.WalkNetwork.from_edges(lines, walker="adult")
    ground = drawn(network, doors, metres=limit, merge="category", resolution=resolution)
    spots = sown(ground)
    inside = shapely.contains(ground, spots.geometry.array)
    served = served_spots(network, doors, spots, limit, lateral=50.0)
    wrong = inside != served
    assert served.sum() > 2000
    assert wrong.sum() <= (0.01 if resolution == 5.0 else 0.02) * served.sum()
    assert shapely.distance(spots.geometry.array[wrong], ground.boundary).max(initial=0.0) <= 2.0 * resolution


@pytest.mark.parametrize(("lateral", "resolution"), [(2, 1.0), (25, 6.25), (50, 12.5), (100, 12.5)])
def test_the_usual_grid_is_as_fine_as_a_narrow_ground_asks_for(lateral: float, resolution: float):
    network, options = town([(0, 0), (200, 0)], [(200, 0), (260, 150)]), {"metres": 240, "lateral": lateral}
    usual, named = drawn(network, CENTRE, **options), drawn(network, CENTRE, resolution=resolution, **options)
    assert shapely.to_wkb(usual) == shapely.to_wkb(named)


@cases(12)
@given(towns(), st.integers(60, 500), st.sampled_from(["to", "from"]))
def test_spots_that_the_rule_decides_clearly_lie_on_the_right_side_of_the_ground(
    small: Town, limit: int, direction: str
):
    network, doors = small.network, small.clinics
    grounds = tm.trace_isochrones(network, doors, metres=limit, merge="category", resolution=5, direction=direction)
    (ground,) = grounds.geometry
    spots = sown(network.edges.union_all(), 1000)
    inside = shapely.contains(ground, spots.geometry.array)
    for tight, wide, side in ((12.0, -12.0, True), (-12.0, 12.0, False)):
        sure = [
            served_spots(network, doors, spots, limit - slack, lateral=50.0 - slack / 2, direction=direction)
            for slack in (tight, wide)
        ]
        decided = (sure[0] & sure[1]) if side else ~(sure[0] | sure[1])
        edge = shapely.distance(ground.boundary, spots.geometry.array) <= 10.0
        assert (inside[decided] == side)[~edge[decided]].all()


@pytest.mark.parametrize("door", [(110, -10), (100, 0), (60, -10), (90, 10), (0, -10), (-10, 0), (110, 100)])
def test_a_facility_stands_on_its_own_ground(door: tuple[float, float]):
    network = town([(0, 0), (100, 0), (100, 100)])
    ground = drawn(network, clinics({"c": door}), metres=200, resolution=5)
    assert shapely.covers(ground.buffer(0.1), shapely.points([door, (120, -20), (120, 50), (60, -20)])).all()


def test_at_the_beginning_of_a_one_way_street_there_is_ground_but_no_street():
    lane, door = town([(0, 0), (300, 0)], oneway=True), clinics({"c": (0, 0)})
    assert np.isfinite(tm.measure_walks(lane, homes({"h": (-20, 10)}), door, metres=40)).to_numpy().all()
    assert drawn(lane, door, metres=40, shape="streets").is_empty
    assert drawn(lane, door, metres=40, resolution=5).contains(Point(-20, 10))


def test_ground_round_a_dead_end_is_a_stadium():
    ground = drawn(town([(0, 0), (200, 0)]), CENTRE, metres=1000, resolution=5)
    assert ground.area == NEAR(200 * 100 + np.pi * 50**2, rel=0.01)


def test_holes_stay():
    wide = tm.WalkNetwork.from_edges(grid(2, side=200.0), walker="adult")
    ground = drawn(wide, CENTRE, metres=1000, resolution=5)
    assert sorted(len(part.interiors) for part in ground.geoms) == [4]
    assert [Polygon(hole).area for hole in ground.geoms[0].interiors] == NEAR([100 * 100] * 4, rel=0.03)


@pytest.mark.parametrize("shape", ["ground", "streets"])
@cases(15)
@given(small=towns(), limits=st.lists(st.integers(20, 900), min_size=2, max_size=4, unique=True))
def test_l1_a_longer_limit_contains_a_shorter(shape: str, small: Town, limits: list[int]):
    circles = tm.trace_isochrones(small.network, small.clinics, metres=limits, shape=shape)
    assert circles["metres"].tolist() == sorted(limits) * len(small.clinics)
    for _, rows in circles.groupby("facility"):
        for shorter, longer in zip(rows.geometry[:-1], rows.geometry[1:], strict=True):
            assert shorter.difference(longer.buffer(1e-6)).is_empty
            assert shorter.length <= longer.length + 1e-6 or shape == "ground"


@pytest.mark.parametrize("alone", [15.0, 30.0])
def test_a_list_of_limits_draws_what_each_limit_draws_alone(blocks: tm.WalkNetwork, alone: float):
    several = tm.trace_isochrones(blocks, CENTRE, metres=[150.0, 300.0]).geometry
    for limit, geometry in zip((150.0, 300.0), several, strict=True):
        single = drawn(blocks, CENTRE, metres=limit)
        assert geometry.symmetric_difference(single).area <= 1e-6 * single.area
    assert drawn(blocks, CENTRE, metres=300, lateral=alone).area < several[1].area


@cases(15)
@given(towns(), st.integers(50, 500))
def test_l11_and_l14_the_circle_of_a_category_is_the_union_of_those_of_its_facilities(small: Town, metres: int):
    for shape in ("streets", "ground"):
        each = tm.trace_isochrones(small.network, small.clinics, metres=metres, shape=shape).geometry
        whole = drawn(small.network, small.clinics, metres=metres, shape=shape, merge="category")
        union = shapely.union_all(each.to_numpy())
        if shape == "streets":
            assert union.difference(whole.buffer(1e-6)).is_empty
            assert whole.difference(union.buffer(1e-6)).is_empty
        else:
            assert each.area.max() - 1e-6 <= union.area <= each.area.sum() + 1e-6
            assert whole.symmetric_difference(union).area <= 0.01 * whole.area + 100.0


@cases(15)
@given(towns(), st.integers(50, 500))
def test_l16_a_circle_does_not_depend_on_the_others(small: Town, metres: int):
    network = small.network
    together = tm.trace_isochrones(network, small.clinics, metres=metres)
    for k, facility in enumerate(together["facility"]):
        alone = tm.trace_isochrones(network, small.clinics.loc[[facility]], metres=metres)
        assert alone.geometry.to_wkb().iloc[0] == together.geometry.to_wkb().iloc[k]


def test_nothing_inside_the_ground_is_unserved_beside_an_island():
    """A place joins an island only where it has no other street; the ground says the same."""
    main = [[(10.0 * k, 0.0), (10.0 * k + 10.0, 0.0)] for k in range(60)]
    network = town(*main, [(100, 85), (500, 85)])
    clinic, spots = clinics({"c": (300, 130)}), gpd.GeoDataFrame(geometry=[Point(300, 70), Point(300, 120)], crs=CRS)
    walks = tm.measure_walks(network, spots, clinic, metres=400)["clinic"]
    assert np.isfinite(walks).tolist() == [False, True]
    ground = drawn(network, clinic, metres=400, resolution=5)
    assert shapely.contains(ground, spots.geometry.array).tolist() == [False, True]


# --- the table that comes back ------------------------------------------------------------------------------------

DOORS = clinics({"z": (0, 0), "a": (500, 0), "m": (900, 0)}, category=["school", "clinic", "school"])


def test_rows_are_in_order_of_facility_then_limit():
    circles = tm.trace_isochrones(town(STREET), DOORS, minutes=[10, 5], shape="streets")
    assert circles["facility"].tolist() == ["z", "z", "a", "a", "m", "m"]
    assert circles["category"].tolist() == ["school", "school", "clinic", "clinic", "school", "school"]
    assert circles["minutes"].tolist() == [5.0, 10.0] * 3
    assert circles.geometry.length.round(6).tolist() == [400.0, 800.0, 800.0, 1300.0, 800.0, 1600.0]


def test_merged_rows_are_in_order_of_category_then_limit():
    circles = tm.trace_isochrones(town(STREET), DOORS, metres=[800, 400], shape="streets", merge="category")
    assert circles["category"].tolist() == ["clinic", "clinic", "school", "school"]
    assert circles["metres"].tolist() == [400.0, 800.0, 400.0, 800.0]
    assert circles["facility"].isna().all()
    assert circles.geometry.length.round(6).tolist() == [800.0, 1300.0, 1200.0, 1700.0]


def test_each_category_may_have_limits_of_its_own():
    circles = tm.trace_isochrones(town(STREET), DOORS, minutes={"school": [5, 1], "clinic": 2}, shape="streets")
    found = list(circles[["facility", "minutes"]].itertuples(index=False, name=None))
    assert found == [("z", 1.0), ("z", 5.0), ("a", 2.0), ("m", 1.0), ("m", 5.0)]


@pytest.mark.parametrize(("shape", "kind"), [("ground", "MultiPolygon"), ("streets", "MultiLineString")])
@pytest.mark.parametrize("door", [(500, 500), (500, 90)])
def test_where_nothing_is_reached_the_geometry_is_empty(shape: str, kind: str, door: tuple[float, float]):
    circles = tm.trace_isochrones(town(STREET), clinics({"c": door}), minutes=1, shape=shape)
    assert circles.geometry.is_empty.tolist() == [True]
    assert circles.geometry.geom_type.tolist() == [kind]
    assert circles.crs == CRS


def test_no_facilities_give_an_empty_table_with_its_columns():
    circles = tm.trace_isochrones(town(STREET), clinics({}), minutes=10)
    assert circles.columns.tolist() == ["facility", "category", "minutes", "geometry"]
    assert (len(circles), circles.crs) == (0, CRS)


def test_only_facilities_in_use_are_drawn():
    doors = clinics({"a": (0, 0), "b": (500, 0)}, state=["planned", None])
    assert tm.trace_isochrones(town(STREET), doors, minutes=5)["facility"].tolist() == ["b"]


def test_every_polygon_is_valid(blocks: tm.WalkNetwork):
    rng = np.random.default_rng(3)
    doors = clinics([tuple(spot) for spot in rng.uniform(-900, 900, (40, 2))])
    circles = tm.trace_isochrones(blocks, doors, metres=[137.0, 411.0], lateral=33.0)
    assert circles.geometry.is_valid.all()


def test_the_facilities_are_left_as_they_were():
    before = DOORS.copy()
    tm.trace_isochrones(town(STREET), DOORS, minutes={"school": [5, 10]})
    assert same_frame(DOORS, before)


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, LimitError, r"no limit is given; give minutes= or metres=, e\.g\. minutes=\[5, 10, 15\]"),
        ({"minutes": []}, LimitError, "minutes is an empty list; give at least one limit"),
        ({"minutes": [5, 0]}, LimitError, "minutes is 0, which is no limit of a walk"),
        ({"minutes": [5, None]}, LimitError, "minutes must be a number, but is None"),
        ({"minutes": "5, 10"}, LimitError, "minutes must be a number, but is '5, 10'"),
        ({"minutes": {"clinic": []}}, LimitError, r"minutes\['clinic'\] is an empty list"),
        ({"minutes": 5, "metres": [400]}, LimitError, r"minutes=5 and metres=\[400\] are both given"),
        ({"minutes": {"clinc": 5}}, CategoryError, "'clinc', asked for in a limit in minutes; did you mean 'clinic'"),
        ({"minutes": 5, "shape": "hull"}, TableError, "shape must be 'ground' or 'streets', but is 'hull'"),
        ({"minutes": 5, "merge": "categories"}, TableError, "merge must be None .* or 'category', but is 'categories'"),
        ({"minutes": 5, "direction": "too"}, InputError, "direction must be 'to' .* but is 'too'"),
        ({"minutes": 5, "lateral": 0}, LimitError, "lateral is 0; give metres above 0 and up to 100"),
        ({"minutes": 5, "lateral": 101}, LimitError, "lateral is 101; give metres above 0 and up to 100"),
        ({"minutes": 5, "lateral": np.nan}, LimitError, "lateral is nan"),
        ({"minutes": 5, "lateral": "50"}, LimitError, "lateral is '50'"),
        ({"minutes": 5, "resolution": 0}, LimitError, "resolution is 0; give metres from 1 to 100"),
        ({"minutes": 5, "resolution": np.inf}, LimitError, "resolution is inf"),
        ({"minutes": 5, "threads": 0}, TableError, "threads is 0; give a whole number from 1 up"),
        ({"minutes": 5, "threads": "2"}, TableError, "threads is '2'; give a whole number from 1 up"),
    ],
)
def test_options_that_are_wrong_are_refused(options: dict[str, object], error: type[InputError], message: str):
    with pytest.raises(error, match=message):
        tm.trace_isochrones(town(STREET), CENTRE, **options)


def test_a_box_is_no_shape():
    with pytest.raises(TableError, match="facilities must be a GeoDataFrame, but is a Polygon"):
        tm.trace_isochrones(town(STREET), box(0, 0, 1, 1), minutes=5)
