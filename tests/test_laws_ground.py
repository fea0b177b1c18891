"""Laws of circles that hold in every town: the streets reached exactly, the ground but for how it is drawn."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.affinity import affine_transform

import tenmin as tm
from oracles import arrivals_on_streets
from towns import (
    CRS,
    Town,
    cases,
    clinics,
    grid,
    homes,
    moved,
    shuffled,
    split,
    square_towns,
    streets,
    towns,
    turn,
    unlike,
    walls,
)

NEAR = pytest.approx
DIRECTIONS = st.sampled_from(["to", "from"])
METRES = st.integers(50, 500)
HEDGES = walls([(100, -50), (130, 450)], [(-50, 210), (450, 190)], [(300, 0), (310, 400)])

GROUNDS = {"default": ({"resolution": 5.0}, 1.0, 5.0), "exact": ({"exact": True}, 0.01, 0.1)}
"""The ways to draw the ground, how far two drawings of one ground may be apart (metres of outline, on average), and the
side of what may be missed anywhere.

The default outline is interpolated between points of a grid of 5 m that is anchored at the origin, so a town that is
moved is drawn from other points; a strip narrower than a cell may be missed. The exact one has arcs true to 2 mm.
"""
FORMS = {"streets": ({"shape": "streets"}, 0.0, 0.0), **GROUNDS}
ROUNDING = 1e-3
"""How far two drawings may be apart, metres, when made from the same points of the grid."""


def draw(town: Town, form: str, **options: object) -> np.ndarray:
    """The circles of a town in one of the forms."""
    return tm.trace_isochrones(town.network, town.clinics, **{**FORMS[form][0], **options}).geometry.to_numpy()


def of_points(town: Town) -> Town:
    """The town with a point for every home and clinic."""
    return town.of(
        **{name: getattr(town, name).assign(geometry=getattr(town, name).centroid) for name in ("homes", "clinics")}
    )


def together(town: Town, form: str, **options: object) -> shapely.Geometry:
    """The one circle of all clinics."""
    (circle,) = draw(town, form, merge="category", **options)
    return circle


def within(one: shapely.Geometry, two: shapely.Geometry, form: str, strip: float | None = None) -> bool:
    """Whether nothing of one circle lies outside another, but for the strip that the form allows."""
    if form == "streets":
        return one.difference(two.buffer(1e-5)).length <= 1e-6
    _, aside, cell = FORMS[form]
    allowed = aside * one.length + cell**2 if strip is None else strip * (one.length + 1.0)
    return one.difference(two).area <= allowed


def same(one: shapely.Geometry, two: shapely.Geometry, form: str, strip: float | None = None) -> bool:
    """Whether two circles are one, but for the strip that the form allows."""
    lengths = form != "streets" or one.length == NEAR(two.length, rel=1e-9, abs=1e-6)
    return lengths and within(one, two, form, strip) and within(two, one, form, strip)


def all_same(one: np.ndarray, two: np.ndarray, form: str, strip: float | None = None) -> bool:
    """Whether circles are the same, one by one."""
    return all(same(a, b, form, strip) for a, b in zip(one, two, strict=True))


def bytes_of(circles: np.ndarray, *, sort: bool = False) -> list[bytes]:
    """What circles are written as; those of streets with their pieces in a fixed order if they are to be sorted."""
    return [shapely.to_wkb(shapely.normalize(circle) if sort else circle) for circle in circles]


@cases(8)
@given(towns(), st.lists(st.integers(20, 900), min_size=2, max_size=4, unique=True), DIRECTIONS)
def test_l1_a_longer_limit_contains_a_shorter(town: Town, limits: list[int], direction: str):
    for form in FORMS:
        circles = draw(town, form, metres=limits, direction=direction).reshape(len(town.clinics), -1)
        for shorter, longer in zip(circles[:, :-1].ravel(), circles[:, 1:].ravel(), strict=True):
            assert within(shorter, longer, form, None if form == "exact" else 1e-6)


@cases(8)
@given(towns(timed=True), METRES, DIRECTIONS)
def test_l2_one_more_facility_shrinks_no_circle(town: Town, metres: int, direction: str):
    assume(len(town.clinics) > 1)
    fewer = town.of(clinics=town.clinics.iloc[1:])
    for form in FORMS:
        small, large = (together(each, form, metres=metres, direction=direction) for each in (fewer, town))
        assert within(small, large, form)


@cases(8)
@given(square_towns(), st.integers(50, 1500), DIRECTIONS)
def test_l2_one_more_street_takes_away_no_street_reached_from_a_crossing(town: Town, metres: int, direction: str):
    """Of the ground this is not true: an access point at the end of a street is none where the street goes on."""
    fewer = town.of(lines=town.lines.iloc[1:])
    small, large = (draw(each, "streets", metres=metres, direction=direction) for each in (fewer, town))
    assert all(within(one, two, "streets") for one, two in zip(small, large, strict=True))


def nodes_of(town: Town) -> list[tuple[float, float]]:
    """Where the streets of a town meet and end."""
    return [(spot.x, spot.y) for spot in town.network.nodes.geometry]


@cases(8)
@given(towns(), st.integers(0, 99), st.integers(0, 99), METRES, DIRECTIONS)
def test_l2_one_more_bridge_shrinks_no_circle(town: Town, one: int, two: int, metres: int, direction: str):
    """Of outlines within one part: a bridge to another part makes its doors outrank them; of points always."""
    nodes, part = nodes_of(town), town.network.nodes["component"].to_numpy()
    u, v = nodes[one % len(nodes)], nodes[two % len(nodes)]
    assume(u != v)
    town = town if part[one % len(nodes)] == part[two % len(nodes)] else of_points(town)
    wider = town.bridged([u, v])
    for form in FORMS:
        small, large = (draw(each, form, metres=metres, direction=direction) for each in (town, wider))
        assert all(within(a, b, form) for a, b in zip(small, large, strict=True))


@cases(8)
@given(towns(), METRES, DIRECTIONS)
def test_a_circle_is_the_same_in_whatever_company_it_is_drawn(town: Town, metres: int, direction: str):
    options = {"metres": metres, "direction": direction, "barriers": HEDGES}
    together = draw(town, "default", **options)
    alone = [draw(town.of(clinics=town.clinics.iloc[[k]]), "default", **options)[0] for k in range(len(town.clinics))]
    assert bytes_of(together) == bytes_of(np.array(alone))


@cases(8)
@given(towns(timed=True), st.floats(0.5, 8.0))
def test_l3_reversing_every_street_exchanges_to_and_from(town: Town, minutes: float):
    turned = town.of(lines=town.lines.set_geometry(shapely.reverse(town.lines.geometry.array)))
    for form in FORMS:
        for one, two in (("to", "from"), ("from", "to")):
            here, there = (
                draw(each, form, minutes=minutes, direction=way) for each, way in ((town, one), (turned, two))
            )
            assert all_same(here, there, form, ROUNDING)


@cases(8)
@given(towns(), METRES, st.lists(st.floats(0.02, 0.98), min_size=1, max_size=2), DIRECTIONS)
def test_l4_splitting_streets_anywhere_changes_no_circle(town: Town, metres: int, shares: list[float], direction: str):
    town = unlike(town)
    cuts = {k: [share * length for share in shares] for k, length in enumerate(town.lines.length)}
    pieces = town.of(lines=split(town.lines, cuts))
    for form in FORMS:
        one, two = (draw(each, form, metres=metres, direction=direction) for each in (town, pieces))
        assert all_same(one, two, form, ROUNDING)


@cases(8)
@given(towns(), st.floats(0.0, 6.3), METRES, DIRECTIONS)
def test_l5_moving_and_turning_the_town_moves_and_turns_its_circles(
    town: Town, angle: float, metres: int, direction: str
):
    """Of points: where an outline runs along a street, rounding decides which of its corners has the access point."""
    town, matrix = of_points(town), turn(angle)
    other = town.mapped(lambda frame: moved(frame, matrix))
    for form in FORMS:
        here, there = (draw(each, form, metres=metres, direction=direction) for each in (town, other))
        here = np.array([affine_transform(one, matrix) for one in here])
        if form == "streets":
            assert shapely.length(there).tolist() == NEAR(shapely.length(here).tolist(), rel=1e-9, abs=1e-6)
            assert (shapely.is_empty(here) == shapely.is_empty(there)).all()
            assert not (shapely.hausdorff_distance(here, there) > 1e-5).any()
        else:
            assert all_same(here, there, form)


@cases(8)
@given(towns(), st.randoms(use_true_random=False), METRES, DIRECTIONS)
def test_l6_the_order_of_rows_changes_no_circle(town: Town, random, metres: int, direction: str):
    other = town.mapped(lambda frame: shuffled(frame, random))
    for form in FORMS:
        one, two = (
            tm.trace_isochrones(
                each.network, each.clinics, metres=metres, direction=direction, barriers=barriers, **FORMS[form][0]
            )
            .set_index("facility")
            .geometry.sort_index()
            for each, barriers in ((town, HEDGES), (other, shuffled(HEDGES, random)))
        )
        assert bytes_of(one, sort=True) == bytes_of(two, sort=True)


@cases(8)
@given(towns(), st.floats(0.2, 3.0), st.floats(0.5, 8.0), DIRECTIONS)
def test_l7_faster_people_reach_in_less_time_what_others_reach(
    town: Town, faster: float, minutes: float, direction: str
):
    quick = town.network.walked_by(tm.Walker("quick", speed_kmh=4.8 * faster))
    for form in FORMS:
        slow = draw(town, form, minutes=minutes, direction=direction)
        fast = tm.trace_isochrones(
            quick, town.clinics, minutes=minutes / faster, direction=direction, **FORMS[form][0]
        ).geometry
        assert all_same(slow, fast.to_numpy(), form, ROUNDING)


@cases(8)
@given(square_towns(), st.sampled_from([0.5, 2.0]), st.integers(50, 1500), DIRECTIONS)
def test_l7_a_larger_town_has_larger_circles_in_proportion(town: Town, larger: float, metres: int, direction: str):
    matrix = [larger, 0.0, 0.0, larger, 0.0, 0.0]
    other = town.mapped(lambda frame: moved(frame, matrix))
    for form in FORMS:
        grid = {name: 5.0 * larger for name in FORMS[form][0] if name == "resolution"}
        here = draw(town, form, metres=metres, direction=direction, lateral=40.0)
        there = draw(other, form, metres=metres * larger, direction=direction, lateral=40.0 * larger, **grid)
        assert all_same(np.array([affine_transform(one, matrix) for one in here]), there, form)


@cases(8)
@given(towns(timed=True), st.floats(0.5, 8.0), DIRECTIONS)
def test_l8_a_street_given_twice_is_one_street(town: Town, minutes: float, direction: str):
    twice = town.of(lines=pd.concat([town.lines, town.lines], ignore_index=True))
    for form in FORMS:
        one, two = (draw(each, form, minutes=minutes, direction=direction) for each in (town, twice))
        assert all(within(a, b, form, ROUNDING) and within(b, a, form, ROUNDING) for a, b in zip(one, two, strict=True))


def bent(u: tuple[float, float], v: tuple[float, float], length: float) -> list[tuple[float, float]]:
    """A way from one spot to another with a bend in its middle that makes it so long."""
    (ax, ay), (bx, by) = u, v
    far = math.hypot(bx - ax, by - ay)
    aside = math.sqrt(max(length**2 - far**2, 0.0)) / 2 / far
    return [u, ((ax + bx) / 2 - aside * (by - ay), (ay + by) / 2 + aside * (bx - ax)), v]


@cases(8)
@given(towns(), st.integers(0, 99), st.integers(0, 99), st.integers(100, 500), DIRECTIONS)
def test_l9_a_bridge_too_long_to_be_crossed_changes_nothing_but_itself(
    town: Town, one: int, two: int, limit: int, direction: str
):
    """Too long: longer than what is left of the limit at its nearer end. Of itself what is left is reached.

    The default outline is interpolated to points past the limit, and to these the bridge can bring somebody sooner.
    """
    network, found = town.network, {}
    nodes = dict(zip(network.nodes.index.tolist(), nodes_of(town), strict=True))
    ends = zip(network.edges["u"], network.edges["v"], strict=True)
    arrivals = arrivals_on_streets(network, town.clinics, weight="metres", direction=direction)
    for (u, v), row in zip(ends, arrivals, strict=True):
        found |= {int(u): row[0][1], int(v): row[-1][1]}
    u, v = list(nodes)[one % len(nodes)], list(nodes)[two % len(nodes)]
    assume(u != v and min(found[u], found[v]) < limit)
    length = max(math.dist(nodes[u], nodes[v]) + 1e-3, limit - min(found[u], found[v]) + 1e-3)
    wider = town.bridged(bent(nodes[u], nodes[v], length))
    left = sum(max(limit - found[end], 0.0) for end in (u, v))
    narrow, wide = (together(each, "streets", metres=limit, direction=direction) for each in (town, wider))
    assert wide.length == NEAR(narrow.length + min(left, length), rel=1e-9, abs=1e-6)
    for form in GROUNDS:
        one, two = (draw(each, form, metres=limit, direction=direction) for each in (town, wider))
        assert all_same(one, two, form) if form == "default" else bytes_of(one) == bytes_of(two)
    walks = [
        tm.measure_walks(each.network, each.homes, each.clinics, metres=limit, direction=direction)
        for each in (town, wider)
    ]
    assert walks[0].equals(walks[1])


@cases(8)
@given(square_towns(), st.integers(50, 900))
def test_l10_who_reaches_a_second_facility_reaches_the_first_over_it(town: Town, metres: int):
    first, second = town.clinics.iloc[[0]], town.clinics.iloc[[-1]]
    minutes = tm.measure_walks(town.network, second, first.assign(category="first"))["first"].iloc[0]
    if np.isinf(minutes):
        return
    between = minutes * town.network.walker.metres_a_second * 60.0
    for form in FORMS:
        (near,), (far,) = (
            draw(town.of(clinics=door), form, metres=limit)
            for door, limit in ((second, metres), (first, metres + between + 1e-6))
        )
        assert within(near, far, form)


@cases(8)
@given(towns(), METRES, DIRECTIONS)
def test_l11_and_l14_the_circle_of_a_category_is_the_union_of_those_of_its_facilities(
    town: Town, metres: int, direction: str
):
    for form in FORMS:
        each = draw(town, form, metres=metres, direction=direction)
        union = shapely.union_all(each)
        whole = together(town, form, metres=metres, direction=direction)
        if form == "streets":
            assert within(union, whole, form)
            assert within(whole, union, form)
        else:
            assert same(whole, union, form)
            area = shapely.area(each)
            assert area.max() - 1e-6 <= union.area <= area.sum() + 1e-6


@cases(8)
@given(towns(), METRES, DIRECTIONS)
def test_l12_a_town_far_away_changes_no_circle(town: Town, metres: int, direction: str):
    far = streets([(60_000, 0), (60_900, 0)], [(60_900, 0), (60_900, 400)], oneway=False)
    wider = town.of(lines=pd.concat([town.lines, far], ignore_index=True))
    for form in FORMS:
        one, two = (draw(each, form, metres=metres, direction=direction) for each in (town, wider))
        assert bytes_of(one) == bytes_of(two)


@cases(8)
@given(towns(), METRES, DIRECTIONS)
def test_l14_what_is_reached_lies_in_the_ground_and_no_corner_beyond_the_limit_does(
    town: Town, metres: int, direction: str
):
    """What is reached with as much of the limit left as the form may miss in width."""
    spots = homes(list(town.network.nodes.geometry))
    walk = tm.measure_walks(town.network, spots, town.clinics, metres=metres, direction=direction)["clinic"].to_numpy()
    corners = spots.geometry.to_numpy()
    for form, (_, strip, cell) in GROUNDS.items():
        aside = strip + 1.5 * cell
        reached = together(town, "streets", metres=metres - aside, direction=direction)
        ground = together(town, form, metres=metres, direction=direction)
        assert reached.difference(ground.buffer(aside)).length <= 1e-6
        assert shapely.dwithin(corners[shapely.dwithin(corners, reached, 1e-6)], ground, aside).all()
        assert not shapely.contains(ground.buffer(-aside), corners[np.isinf(walk)]).any()


@cases(8)
@given(towns(), METRES, DIRECTIONS)
def test_beside_every_corner_of_a_ground_there_is_a_walk_of_the_limit(town: Town, metres: int, direction: str):
    """Beside, not from: where an access point ends the walk jumps, and the outline runs within a cell of the jump."""
    angles = np.linspace(0.0, 2 * np.pi, 9)[:8]
    ring = np.vstack([np.zeros(2), 5.0 * np.c_[np.cos(angles), np.sin(angles)]])
    for form in GROUNDS:
        for k, circle in enumerate(draw(town, form, metres=metres, direction=direction)):
            corners = shapely.get_coordinates(circle)[::7]
            around = (corners[:, None] + ring).reshape(-1, 2)
            spots = gpd.GeoDataFrame(geometry=shapely.points(around), crs=CRS)
            door = town.clinics.iloc[[k]]
            found = tm.measure_walks(town.network, spots, door, metres=metres + 10.0, direction=direction)["clinic"]
            assert np.isfinite(found.to_numpy().reshape(-1, len(ring))).any(axis=1).all()


@cases(8)
@given(towns(), towns(), METRES, DIRECTIONS)
def test_l15_the_same_question_has_the_same_circles_whatever_was_asked_between(
    town: Town, other: Town, metres: int, direction: str
):
    for form in FORMS:
        first = bytes_of(draw(town, form, metres=metres, direction=direction))
        for between in FORMS:
            tm.trace_isochrones(town.network, other.clinics, minutes=metres / 70, **FORMS[between][0])
        assert bytes_of(draw(town, form, metres=metres, direction=direction)) == first


@cases(8)
@given(towns(), METRES, DIRECTIONS)
def test_l16_a_circle_does_not_depend_on_the_others(town: Town, metres: int, direction: str):
    for form in FORMS:
        batch = bytes_of(draw(town, form, metres=metres, direction=direction))
        for k, circle in enumerate(batch):
            alone = draw(town.of(clinics=town.clinics.iloc[[k]]), form, metres=metres, direction=direction)
            assert bytes_of(alone) == [circle]


@cases(8)
@given(towns(), st.integers(0, 2**20), st.integers(30, 200))
def test_circles_do_not_depend_on_how_many_threads_draw_them(town: Town, seed: int, metres: int):
    spots = np.random.default_rng(seed).uniform(0, 400, (40, 2))
    crowd = town.of(clinics=clinics([tuple(spot) for spot in spots]))
    for form in GROUNDS:
        one, two = (bytes_of(draw(crowd, form, metres=metres, threads=threads)) for threads in (1, 2))
        assert one == two


def without_islands(lines: gpd.GeoDataFrame) -> tm.WalkNetwork:
    """Streets of which no component is too small to be joined."""
    network = tm.WalkNetwork.from_edges(lines, walker="adult")
    return tm.WalkNetwork.of(replace(network.layout, island=0), network.walker)


@cases(8)
@given(st.integers(0, 2**20), st.integers(50, 350), DIRECTIONS)
def test_a_window_that_holds_all_that_is_reached_has_the_circles_of_the_whole_town(
    seed: int, metres: int, direction: str
):
    """The tile law: the grid is anchored at the origin. A window keeps whole streets, 120 m round facilities and
    what they reach. What is an island is told by the whole town, not by a window: here nothing is one."""
    lines = grid(12).sample(frac=0.7, random_state=seed).sort_index()
    rng = np.random.default_rng(seed)
    lines = lines.assign(oneway=rng.random(len(lines)) < 0.2)
    doors = clinics([tuple(spot) for spot in rng.uniform(-150, 150, (2, 2))])
    whole = without_islands(lines)
    for form, *_ in FORMS.values():
        options = {**form, "metres": metres, "direction": direction}
        one = tm.trace_isochrones(whole, doors, **options).geometry.to_numpy()
        window = shapely.box(*shapely.buffer(shapely.union_all([*one, *doors.geometry]), 120.0).bounds)
        kept = lines[lines.intersects(window)]
        assert len(kept) < len(lines)
        two = tm.trace_isochrones(without_islands(kept), doors, **options).geometry.to_numpy()
        assert bytes_of(one) == bytes_of(two)


WALLS = st.lists(st.tuples(*[st.integers(-30, 430)] * 4), min_size=1, max_size=4).map(
    lambda rows: walls(*([(a, b), (c + 0.5, d + 0.25)] for a, b, c, d in rows))
)


@cases(8)
@given(towns(), WALLS, METRES, DIRECTIONS)
def test_a_wall_enlarges_no_circle_and_shortens_no_walk(
    town: Town, barriers: gpd.GeoDataFrame, metres: int, direction: str
):
    """Of points: a polygon that a wall shuts off from the streets across it joins by its outline instead."""
    town = of_points(town)
    free, walled = (
        tm.measure_walks(town.network, town.homes, town.clinics, direction=direction, barriers=rows)["clinic"]
        for rows in (None, barriers)
    )
    assert (walled >= free).all()
    for form in FORMS:
        large, small = (
            draw(town, form, metres=metres, direction=direction, barriers=rows) for rows in (None, barriers)
        )
        assert all(within(a, b, form) for a, b in zip(small, large, strict=True))
