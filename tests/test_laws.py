"""Laws that hold in every town, whatever it looks like (each needs no data from outside)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.affinity import affine_transform

import tenmin as tm
from towns import CRS, Town, cases, clinics, homes, split, square_towns, streets, towns, unlike

NEAR = pytest.approx
DIRECTIONS = st.sampled_from(["to", "from"])


def walks(town: Town, *, direction: str = "to", walker: tm.Walker | str = "adult", **limit: float) -> pd.Series:
    """Minutes from every home to the nearest clinic."""
    network = town.network.walked_by(walker)
    return tm.measure_walks(network, town.homes, town.clinics, direction=direction, **limit)["clinic"]


def equal(one: pd.Series, two: pd.Series) -> bool:
    """Whether two series of minutes agree to a thousand-millionth, in order of place."""
    return one.sort_index().tolist() == NEAR(two.sort_index().tolist(), rel=1e-9, abs=1e-9)


@cases(10)
@given(towns(), st.floats(0.5, 8.0), DIRECTIONS)
def test_l1_a_longer_limit_serves_all_that_a_shorter_serves(town: Town, limit: float, direction: str):
    free = walks(town, direction=direction)
    for minutes in (limit, 2 * limit):
        bounded = walks(town, direction=direction, minutes=minutes)
        assert bounded.equals(free.where(free <= minutes * (1 + 1e-6), np.inf))


@cases(10)
@given(towns(timed=True), DIRECTIONS)
def test_l2_one_more_facility_lengthens_no_walk(town: Town, direction: str):
    fewer = town.of(clinics=town.clinics.iloc[1:])
    if len(fewer.clinics):
        assert (walks(town, direction=direction) <= walks(fewer, direction=direction)).all()


@cases(10)
@given(towns(), st.integers(10, 800), DIRECTIONS)
def test_the_part_is_never_larger_than_the_whole(town: Town, metres: int, direction: str):
    """Health stations are clinics: the walk, the nearest, the shares, the ground and the gaps say so alike."""
    several = pd.concat([town.clinics, town.clinics.iloc[-1:].set_axis(["more"])])
    several["category"] = ["health_station", *["clinic"] * (len(several) - 1)]
    found = tm.measure_coverage(town.network, town.homes, several, metres=metres, direction=direction)
    alike = found.query.rows_of["clinic"]
    assert alike.tolist() == list(range(len(several)))
    assert (found.metres["clinic"] <= found.metres["health_station"]).all()
    alone = several.assign(category="clinic")
    together = tm.measure_coverage(town.network, town.homes, alone, metres=metres, direction=direction)
    assert found.metres["clinic"].equals(together.metres["clinic"])
    shares = found.shares().set_index("category")["served"]
    assert shares["clinic"] >= shares["health_station"]
    ground = found.isochrones().set_index("category").geometry
    assert shapely.area(shapely.difference(ground["health_station"], ground["clinic"].buffer(0.5))) < 1.0
    lacking = tm.find_gaps(found).groupby("category")["people"].sum().reindex(shares.index, fill_value=0.0)
    assert lacking["clinic"] <= lacking["health_station"]


@cases(10)
@given(towns(), DIRECTIONS)
def test_a_facility_of_several_positions_is_as_near_as_the_nearest_of_them(town: Town, direction: str):
    """Also where one of them is joined to an island or to a private street, and another is not."""
    together = shapely.GeometryCollection(town.clinics.geometry.tolist())
    assert equal(walks(town, direction=direction), walks(town.of(clinics=clinics([together])), direction=direction))


@cases(10)
@given(square_towns(), DIRECTIONS)
def test_l2_one_more_street_lengthens_no_walk(town: Town, direction: str):
    fewer = town.of(lines=town.lines.iloc[1:])
    assert (walks(town, direction=direction) <= walks(fewer, direction=direction) + 1e-9).all()


@st.composite
def towns_with_compounds(draw: st.DrawFn) -> Town:
    """Towns of streets in both directions, some of them private, and of people and facilities at points."""
    small = draw(towns(one_way=False))
    private = draw(st.lists(st.booleans(), min_size=len(small.lines), max_size=len(small.lines)))
    people, doors = (table.set_geometry(table.centroid) for table in (small.homes, small.clinics))
    return Town(small.lines.assign(private=private, kind="residential"), people, doors)


def with_street(town: Town, line: list[tuple[float, float]], *, private: bool) -> Town:
    """The town with one more street."""
    more = streets(line, private=private, kind="residential")
    return town.of(lines=pd.concat([town.lines, more], ignore_index=True))


ENDS = st.tuples(st.integers(-20, 420), st.integers(-20, 420)).map(lambda at: (at[0] + 0.31, at[1] + 0.17))
"""Where a street may end that is joined to no other there."""


@cases(15)
@given(towns_with_compounds(), st.integers(0, 99), ENDS, st.booleans())
def test_one_more_way_that_is_joined_to_a_street_takes_away_no_walk(
    town: Town, at: int, end: tuple[float, float], private: bool
):
    corners = shapely.get_coordinates(town.lines[~town.lines["private"]].boundary.explode())
    assume(len(corners))
    changed = with_street(town, [tuple(corners[at % len(corners)]), end], private=private)
    assert not (np.isinf(walks(changed)) & np.isfinite(walks(town))).any()


@cases(15)
@given(towns_with_compounds(), st.lists(ENDS, min_size=2, max_size=2, unique=True), st.booleans())
def test_a_way_joined_to_nothing_changes_no_walk_of_those_on_the_main_network(
    town: Town, ends: list[tuple[float, float]], private: bool
):
    network, other = (
        tm.WalkNetwork.of(replace(one.network.layout, island=3), "adult")
        for one in (town, with_street(town, ends, private=private))
    )
    people, doors = (table[~network.snap(table).table["island"]] for table in (town.homes, town.clinics))
    assume(len(people) and len(doors))
    before, after = (tm.measure_walks(one, people, doors)["clinic"] for one in (network, other))
    finite = np.isfinite(before)
    assert after[finite].to_numpy() == pytest.approx(before[finite].to_numpy(), rel=1e-9)


@cases(10)
@given(towns(timed=True))
def test_l3_reversing_every_street_exchanges_to_and_from(town: Town):
    turned = town.of(lines=town.lines.set_geometry(shapely.reverse(town.lines.geometry.array)))
    assert equal(walks(town, direction="to"), walks(turned, direction="from"))
    assert equal(walks(town, direction="from"), walks(turned, direction="to"))


@cases(10)
@given(towns(timed=True), st.lists(st.floats(0.02, 0.98), max_size=3), DIRECTIONS)
def test_l4_splitting_streets_anywhere_changes_nothing(town: Town, shares: list[float], direction: str):
    town = unlike(town)
    cuts = {k: [share * length for share in shares] for k, length in enumerate(town.lines.length)}
    assert equal(walks(town, direction=direction), walks(town.of(lines=split(town.lines, cuts)), direction=direction))


@cases(10)
@given(towns(timed=True), DIRECTIONS)
def test_l4_splitting_streets_at_the_access_points_changes_nothing(town: Town, direction: str):
    town = unlike(town)
    network, cuts = town.network, {}
    for things in (town.homes, town.clinics):
        access_points = network.snap(things).access_points
        for edge, offset in zip(access_points.edge, access_points.offset, strict=True):
            last = cuts.setdefault(int(edge), [])
            if all(abs(offset - other) > 0.02 for other in last):
                last.append(float(offset))
    assert equal(walks(town, direction=direction), walks(town.of(lines=split(town.lines, cuts)), direction=direction))


@cases(10)
@given(towns(), st.floats(0.0, 6.3), DIRECTIONS)
def test_l5_moving_and_turning_the_town_changes_no_walk(town: Town, angle: float, direction: str):
    matrix = [np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle), 512_345.6, 4_321_098.7]

    def moved(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.set_geometry([affine_transform(one, matrix) for one in frame.geometry], crs=CRS)

    other = Town(moved(town.lines), moved(town.homes), moved(town.clinics))
    here, there = walks(town, direction=direction), walks(other, direction=direction)
    assert there.tolist() == NEAR(here.tolist(), rel=1e-9, abs=1e-8)


@cases(10)
@given(towns(), st.randoms(use_true_random=False), DIRECTIONS)
def test_l6_the_order_of_rows_and_the_labels_of_streets_change_nothing(town: Town, random, direction: str):
    def mixed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.iloc[random.sample(range(len(frame)), len(frame))]

    other = Town(mixed(town.lines).set_axis(range(100, 100 + len(town.lines))), mixed(town.homes), mixed(town.clinics))
    one, two = (
        tm.measure_coverage(each.network, each.homes, each.clinics, minutes=3, direction=direction)
        for each in (town, other)
    )
    for name in ("minutes", "metres", "nearest", "served", "unknown"):
        assert getattr(one, name).equals(getattr(two, name).loc[one.served.index])
    gaps, others = tm.find_gaps(one), tm.find_gaps(two)
    assert gaps.drop(columns="geometry").equals(others.drop(columns="geometry"))
    assert (gaps.symmetric_difference(others).area <= 1e-6).all()


@cases(10)
@given(towns(), st.floats(0.2, 3.0), st.floats(0.5, 8.0), DIRECTIONS)
def test_l7_faster_people_reach_in_proportion(town: Town, faster: float, minutes: float, direction: str):
    quick = tm.Walker("quick", speed_kmh=4.8 * faster)
    assert equal(walks(town, direction=direction), walks(town, direction=direction, walker=quick) * faster)
    network = town.network
    slow = tm.trace_isochrones(network, town.clinics, minutes=minutes, shape="streets", direction=direction)
    fast = tm.trace_isochrones(
        network.walked_by(quick), town.clinics, minutes=minutes / faster, shape="streets", direction=direction
    )
    assert fast.length.tolist() == NEAR(slow.length.tolist(), rel=1e-9, abs=1e-6)


@cases(10)
@given(square_towns(), st.sampled_from([0.5, 2.0, 3.0]), DIRECTIONS)
def test_l7_a_larger_town_takes_longer_in_proportion(town: Town, larger: float, direction: str):
    other = Town(
        *(
            frame.assign(geometry=frame.scale(larger, larger, origin=(0, 0)))
            for frame in (town.lines, town.homes, town.clinics)
        )
    )
    assert equal(walks(other, direction=direction), walks(town, direction=direction) * larger)


@cases(10)
@given(towns(timed=True), DIRECTIONS)
def test_l8_a_street_given_twice_is_one_street(town: Town, direction: str):
    twice = town.of(lines=pd.concat([town.lines, town.lines], ignore_index=True))
    assert equal(walks(town, direction=direction), walks(twice, direction=direction))


@cases(10)
@given(square_towns())
def test_l10_a_detour_over_a_third_is_never_shorter(town: Town):
    corners = town.network.nodes.geometry.iloc[:6]
    spots = {f"n{k}": corner for k, corner in enumerate(corners)}
    far = tm.measure_walks(town.network, homes(spots), clinics(spots, category=list(spots))).to_numpy()
    count = len(spots)
    assert all(far[a, c] <= far[a, b] + far[b, c] + 1e-9 for a, b, c in product(range(count), repeat=3))
    assert far.diagonal().tolist() == NEAR([0.0] * count, abs=1e-9)


@cases(10)
@given(towns(), DIRECTIONS)
def test_l12_a_town_far_away_changes_nothing(town: Town, direction: str):
    far = streets([(60_000, 0), (60_900, 0)], [(60_900, 0), (60_900, 400)], oneway=False)
    wider = town.of(lines=pd.concat([town.lines, far], ignore_index=True))
    assert walks(town, direction=direction).equals(walks(wider, direction=direction))


@cases(10)
@given(towns(), st.integers(50, 700), DIRECTIONS)
def test_l13_served_unserved_and_unknown_add_up_to_all(town: Town, metres: int, direction: str):
    people = town.homes["people"] / 3.0
    coverage = tm.measure_coverage(
        town.network,
        town.homes.assign(people=people, people_old=people / 7.0),
        town.clinics,
        metres=metres,
        direction=direction,
    )
    whole = {
        ("people", None): people.sum(),
        ("people", "group"): people.sum() / 7.0,
        ("places", None): len(people),
        ("streets", None): town.network.edges["length"].sum(),
    }
    for (of, by), total in whole.items():
        (row,) = coverage.shares(of, by).to_dict("records")
        assert row["total"] == NEAR(total, rel=1e-9)
        assert row["served"] + row["unserved"] + row["unknown"] == NEAR(total, rel=1e-9)
        assert 0.0 <= row["share"] <= row["share_upper"] <= 1.0 + 1e-9
    assert coverage.shares()["served"].iloc[0] == NEAR(people[coverage.served["clinic"]].sum(), rel=1e-9)


@cases(10)
@given(towns(), towns(), st.integers(1, 9))
def test_l15_the_same_question_has_the_same_answer_whatever_was_asked_between(town: Town, other: Town, minutes: int):
    network, first = town.network, None
    for _ in range(2):
        coverage = tm.measure_coverage(network, town.homes, town.clinics, minutes=minutes)
        circles = tm.trace_isochrones(network, town.clinics, minutes=minutes)
        gaps, joined = tm.find_gaps(coverage).to_wkb(), network.snap(town.homes).table
        answer = coverage.minutes, coverage.nearest, circles.to_wkb(), coverage.shares(), gaps, joined
        first = first or answer
        assert all(one.equals(two) for one, two in zip(first, answer, strict=True))
        tm.measure_coverage(network, other.homes, other.clinics, metres=100 * minutes, direction="from")
        tm.trace_isochrones(network, other.clinics, metres=7 * minutes, shape="streets")


@cases(10)
@given(towns(), DIRECTIONS)
def test_l16_the_walk_to_one_facility_does_not_depend_on_the_others(town: Town, direction: str):
    network = town.network
    each = tm.measure_walks(network, town.homes, town.clinics.assign(category=town.clinics.index), direction=direction)
    for facility in town.clinics.index:
        alone = tm.measure_walks(network, town.homes, town.clinics.loc[[facility]], direction=direction)
        assert alone["clinic"].equals(each[facility].rename("clinic"))
    assert each.min(axis=1).equals(walks(town, direction=direction).rename(None))


@cases(10)
@given(towns(most=2), st.integers(100, 700), DIRECTIONS)
def test_no_place_well_inside_the_ground_is_unserved(town: Town, metres: int, direction: str):
    network = town.network
    for _, circle in tm.trace_isochrones(
        network, town.clinics, metres=metres, resolution=5, direction=direction
    ).iterrows():
        inner = circle.geometry.buffer(-5.0)
        if inner.is_empty:
            continue
        left, bottom, right, top = inner.bounds
        at = np.random.default_rng(1).uniform((left, bottom), (right, top), (300, 2))
        spots = homes([tuple(spot) for spot in at])
        spots = spots[shapely.contains(inner, spots.geometry.array)]
        door = town.clinics.loc[[circle["facility"]]]
        found = tm.measure_walks(network, spots, door, metres=metres, direction=direction)["clinic"]
        assert np.isfinite(found).all()
