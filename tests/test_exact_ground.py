"""The exact ground: closed forms, the shadows of walls, and the rule at thousands of spots to a centimetre."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box

import tenmin as tm
from oracles import served_spots
from test_isochrones import CASES, CENTRE, drawn, sown
from towns import CRS, Town, cases, clinics, frame, grid, town, towns, walls

NEAR = pytest.approx
STREET = town([(0, 0), (200, 0)])
ARC = 0.02
"""Square metres that the arcs of a half disc may lack, by metre of radius at 2 mm of bulge."""


def exact(network: tm.WalkNetwork, doors: gpd.GeoDataFrame, **options: object) -> shapely.Geometry:
    """The only circle, exactly."""
    return drawn(network, doors, exact=True, **options)


def difference(one: shapely.Geometry, two: shapely.Geometry) -> float:
    """Square metres that are in one of two geometries only."""
    return one.symmetric_difference(two).area


def beside(outline: shapely.Geometry, count: int) -> gpd.GeoDataFrame:
    """Spots 3 cm off an outline, to all sides."""
    random = np.random.default_rng(11)
    on = shapely.get_coordinates(shapely.line_interpolate_point(outline, random.uniform(0, outline.length, count)))
    turn = random.uniform(0, 2 * np.pi, count)
    return gpd.GeoDataFrame(geometry=shapely.points(on + 0.03 * np.stack([np.cos(turn), np.sin(turn)], 1)), crs=CRS)


def check_spots(network: tm.WalkNetwork, doors: gpd.GeoDataFrame, ground: shapely.Geometry, count: int, **rule: object):
    """Hold the ground against the rule at spots all over the town and beside its outline: none is wrong by 1 cm."""
    spots = sown(network.edges.union_all(), count)
    if not ground.is_empty:
        spots = pd.concat([spots, beside(ground.boundary, count)], ignore_index=True)
    inside = shapely.contains(ground, spots.geometry.array)
    served = served_spots(network, doors, spots, lateral=50.0, **rule)
    wrong = spots.geometry.array[inside != served]
    assert shapely.distance(wrong, ground.boundary).max(initial=0.0) <= 0.01
    return served


# --- closed forms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lateral", [10.0, 50.0, 100.0])
def test_ground_round_a_dead_end_is_a_stadium(lateral: float):
    ground = exact(STREET, CENTRE, metres=1000, lateral=lateral)
    assert ground.area == NEAR(400 * lateral + np.pi * lateral**2, abs=ARC * lateral)
    assert difference(ground, shapely.LineString([(0, 0), (200, 0)]).buffer(lateral, quad_segs=500)) < ARC * lateral


def test_where_the_limit_ends_the_ground_tapers():
    ground = exact(STREET, CENTRE, metres=120)
    strip = Polygon([(0, 50), (70, 50), (120, 0), (70, -50), (0, -50)])
    assert difference(ground, strip.union(Point(0, 0).buffer(50, quad_segs=500))) < 1.0


def test_holes_stay_and_streets_in_many_pieces_leave_no_crack():
    ground = exact(tm.WalkNetwork.from_edges(grid(2, side=200.0), walker="adult"), CENTRE, metres=1000)
    (part,) = ground.geoms
    assert [Polygon(hole).area for hole in part.interiors] == NEAR([100.0 * 100.0] * 4)
    slanted = town(*([(7.3 * k, 3.1 * k), (7.3 * k + 7.3, 3.1 * k + 3.1)] for k in range(40)))
    (part,) = exact(slanted, CENTRE, metres=400).geoms
    assert len(part.interiors) == 0
    assert exact(slanted, CENTRE, metres=1000).area == NEAR(100 * 40 * np.hypot(7.3, 3.1) + np.pi * 50**2, abs=1.0)


def test_a_bend_is_rounded_outside_and_not_inside():
    ground = exact(town([(0, 0), (100, 0), (100, 100)]), CENTRE, metres=1000)
    known = shapely.LineString([(0, 0), (100, 0), (100, 100)]).buffer(50, quad_segs=500)
    assert difference(ground, known) < 1.5


def test_where_nothing_is_reached_the_ground_is_empty():
    ground = exact(STREET, clinics({"c": (900, 900)}), metres=300)
    assert (ground.geom_type, ground.is_empty) == ("MultiPolygon", True)


def test_a_bridge_has_no_ground():
    network = town([(0, 0), (100, 0)], [(100, 0), (200, 0)])
    lines = network.layout.lines.assign(level=np.array([None, "1"], object))
    bridge = tm.WalkNetwork.of(replace(network.layout, lines=lines), network.walker)
    known = (
        box(0, -50, 100, 50).union(Point(0, 0).buffer(50, quad_segs=500)).union(Point(100, 0).buffer(50, quad_segs=500))
    )
    assert difference(exact(bridge, CENTRE, metres=1000), known) < 2.0


def test_limits_in_minutes_and_in_metres_agree():
    assert difference(exact(STREET, CENTRE, minutes=2), exact(STREET, CENTRE, metres=160)) < 1e-3


# --- walls --------------------------------------------------------------------------------------------------------


def test_a_wall_along_a_street_cuts_exactly_at_the_wall():
    ground = exact(STREET, CENTRE, metres=1000, barriers=walls([(-500, 20), (500, 20)]))
    stadium = exact(STREET, CENTRE, metres=1000)
    assert ground.bounds[3] == NEAR(20.001, abs=1e-3)
    assert difference(ground, stadium.intersection(box(-500, -500, 500, 20.001))) < 0.2


def test_the_end_of_a_wall_casts_a_shadow_straight_across_the_street():
    ground = exact(STREET, CENTRE, metres=1000, barriers=walls([(80, 20), (120, 30)]))
    shadow = Polygon([(80, 20.001), (120, 30.001), (120, 60), (80, 60)])
    assert difference(ground, exact(STREET, CENTRE, metres=1000).difference(shadow)) < 1e-2


def test_a_wall_across_a_street_casts_no_shadow_on_it():
    ground = exact(STREET, CENTRE, metres=1000, barriers=walls([(100, -20), (100, 20)]))
    assert difference(ground, exact(STREET, CENTRE, metres=1000)) < 1e-3


def test_a_wall_before_a_dead_end_casts_a_shadow_from_it():
    ground = exact(STREET, CENTRE, metres=1000, barriers=walls([(220, -10), (220, 20)]))
    shadow = Polygon([(220, -10), (220, 20), (320, 120), (320, -60)])
    assert difference(ground, exact(STREET, CENTRE, metres=1000).difference(shadow)) < 0.1


def test_a_wall_that_begins_at_a_corner_of_the_street_casts_no_shadow_along_itself():
    ground = exact(STREET, CENTRE, metres=1000, barriers=walls([(200, 0), (240, 10)], [(0, 0), (0, 40)]))
    assert difference(ground, exact(STREET, CENTRE, metres=1000)) < 1e-2


def test_ground_behind_a_wall_is_reached_from_another_street():
    network = town([(0, 0), (200, 0)], [(200, 0), (200, 60)], [(200, 60), (0, 60)])
    barrier = walls([(-50, 30), (150, 30)])
    assert exact(network, CENTRE, metres=1000, barriers=barrier).covers(
        box(-40, -30, 200, 90)
        .difference(shapely.LineString([(-50, 30), (150, 30)]).buffer(0.01))
        .intersection(box(0, -50, 200, 110))
    )
    assert exact(network, CENTRE, metres=200, barriers=barrier).intersection(box(0, 31, 100, 200)).is_empty


# --- the rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_ground_is_where_the_rule_says_and_the_default_comes_near(case: str):
    lines, doors, limit = CASES[case]
    network = tm.WalkNetwork.from_edges(lines, walker="adult")
    ground = exact(network, doors, metres=limit, merge="category")
    assert ground.is_valid
    assert check_spots(network, doors, ground, 10_000, limit=limit).sum() > 1000
    rough = drawn(network, doors, metres=limit, merge="category")
    assert difference(rough, ground) <= 0.02 * ground.area


@cases(12)
@given(towns(), st.lists(st.integers(20, 700), min_size=1, max_size=2, unique=True), st.sampled_from(["to", "from"]))
def test_ground_of_random_towns_is_where_the_rule_says(small: Town, limits: list[int], direction: str):
    circles = tm.trace_isochrones(
        small.network, small.clinics, metres=limits, merge="category", direction=direction, exact=True
    )
    assert circles.geometry.is_valid.all()
    for limit, ground in zip(circles["metres"], circles.geometry, strict=True):
        check_spots(small.network, small.clinics, ground, 1000, limit=limit, direction=direction)


SPOT = st.tuples(st.integers(-30, 430), st.integers(-30, 430))


@cases(12)
@given(
    towns(timed=True),
    st.lists(st.lists(SPOT, min_size=2, max_size=5, unique=True), min_size=1, max_size=4),
    st.floats(0.5, 8.0),
    st.sampled_from(["to", "from"]),
)
def test_ground_behind_random_walls_is_where_the_rule_says(
    small: Town, lines: list[list[tuple[int, int]]], minutes: float, direction: str
):
    network = small.network.behind(walls(*lines))
    ground = exact(network, small.clinics, minutes=minutes, merge="category", direction=direction)
    assert ground.is_valid
    rule = {"limit": 60 * minutes, "weight": "seconds", "direction": direction}
    check_spots(network, small.clinics, ground, 1000, **rule)


@cases(15)
@given(towns(), st.lists(st.integers(20, 900), min_size=2, max_size=4, unique=True))
def test_l1_a_longer_limit_contains_a_shorter(small: Town, limits: list[int]):
    circles = tm.trace_isochrones(small.network, small.clinics, metres=limits, merge="category", exact=True)
    for shorter, longer in zip(circles.geometry[:-1], circles.geometry[1:], strict=True):
        assert shorter.difference(longer.buffer(0.01)).is_empty


def test_the_merged_circle_is_the_union_of_the_circles():
    doors = clinics({"a": (-220, 40), "b": (230, -60), "c": (10, 20)})
    network = tm.WalkNetwork.from_edges(grid(8), walker="adult")
    each = tm.trace_isochrones(network, doors, metres=200, exact=True).union_all()
    assert difference(each, exact(network, doors, metres=200, merge="category")) < 0.1


# --- private streets and islands ----------------------------------------------------------------------------------


def test_beside_an_island_the_ground_says_what_the_walks_say():
    main = [[(10.0 * k, 0.0), (10.0 * k + 10.0, 0.0)] for k in range(60)]
    network, clinic = town(*main, [(100, 85), (500, 85)]), clinics({"c": (300, 130)})
    ground = exact(network, clinic, metres=300)
    spots = frame([(300, 70), (300, 99), (300, 101), (300, 120)])
    assert shapely.contains(ground, spots.geometry.array).tolist() == [False, False, True, True]
    served = np.isfinite(tm.measure_walks(network, spots, clinic, metres=300)["clinic"])
    assert served.tolist() == [False, False, True, True]
    assert shapely.distance(ground, spots.geometry[2]) < 1.0


def test_a_private_street_is_joined_by_those_beside_it_only():
    network = town([(0, 0), (200, 0)], [(200, 0), (200, 100)], private=[False, True])
    clinic = clinics({"c": (0, 0)})
    ground = exact(network, clinic, metres=1000)
    check = sown(network.edges.union_all(), 3000)
    served = np.isfinite(tm.measure_walks(network, check, clinic, metres=1000)["clinic"]) & (
        network.snap(check, aside=50.0).table["access_points"].to_numpy() > 0
    )
    wrong = check.geometry.array[shapely.contains(ground, check.geometry.array) != served]
    assert shapely.distance(wrong, ground.boundary).max(initial=0.0) <= 2.0
    assert ground.contains(Point(240, 80))
