"""Scenarios: a changed study is what its changed inputs give, and no new street or open gate takes a walk away."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, Point

import tenmin as tm
from shifan_cases import Spot
from tenmin.measures.measurement import cover_again
from tenmin.network import NewLink
from tenmin.network._gate_walls import walls_at_gates
from test_shifan import spots
from towns import Town, cases, clinics, homes, square_towns, streets, towns, unlike


def link(begin: Spot, end: Spot) -> NewLink:
    """A link between two spots in metres."""
    return NewLink(Point(begin), Point(end))


def walked_before(town: Town, network: tm.WalkNetwork | None = None) -> tm.Coverage:
    """The coverage of a town, or of its people on other streets."""
    return tm.measure_coverage(network or town.network, town.homes, town.clinics, metres=500)


def walked_after(town: Town, *more: tm.WalkNetwork) -> pd.Series:
    """The metres after streets were added."""
    return cover_again(walked_before(town), town.clinics, more=more).metres["clinic"]


# --- links --------------------------------------------------------------------------------------------------


def graph_walks(town: Town, begin: Spot, end: Spot) -> list[float]:
    """Metres from the homes to the nearest clinic, all at crossings, by networkx, over streets and a new link."""
    graph = nx.DiGraph()
    for line, one_way in zip(town.lines.geometry, town.lines["oneway"], strict=True):
        u, v = line.coords[0], line.coords[-1]
        corners = [u, *(one for one in (begin, end) if one not in {u, v} and line.distance(Point(one)) == 0.0), v]
        corners.sort(key=lambda one: math.dist(u, one))
        for one, two in pairwise(corners):
            graph.add_edge(one, two, length=math.dist(one, two))
            if not one_way:
                graph.add_edge(two, one, length=math.dist(one, two))
    for one, two in ((begin, end), (end, begin)):
        graph.add_edge(one, two, length=math.dist(begin, end))
    doors = {(one.x, one.y) for one in town.clinics.geometry} & set(graph)
    if not doors:
        return [math.inf] * len(town.homes)
    far = nx.multi_source_dijkstra_path_length(graph.reverse(), doors, weight="length")
    return [far.get((one.x, one.y), math.inf) for one in town.homes.geometry]


@cases(12)
@given(square_towns(), st.data())
def test_a_link_gives_the_walks_of_a_graph_that_has_it(given_town: Town, data: st.DataObject):
    town = unlike(given_town)
    spots = [spot for line in town.lines.geometry for spot in (*line.coords, line.centroid.coords[0])]
    begin, end = (data.draw(st.sampled_from(spots)) for _ in range(2))
    assume(begin != end)
    things = {*town.homes.geometry, *town.clinics.geometry}
    assume(all((one.x, one.y) in {begin, end} or one.distance(LineString([begin, end])) > 100.0 for one in things))
    found = walked_after(town, town.network.changed(added=[link(begin, end)]))
    assert found.tolist() == pytest.approx(graph_walks(town, begin, end), rel=1e-9)


ENDS = st.tuples(st.integers(0, 9), st.floats(0.05, 0.95), st.integers(-30, 30))
"""A street, a share of its length, and metres east of it."""


def beside(town: Town, end: tuple[int, float, int]) -> Spot:
    """A spot near a street."""
    spot = town.lines.geometry.iloc[end[0] % len(town.lines)].interpolate(end[1], normalized=True)
    return spot.x + end[2], spot.y


@cases(12)
@given(towns(), st.lists(st.tuples(ENDS, ENDS), min_size=1, max_size=2))
def test_a_link_makes_no_walk_longer(town: Town, ends: list[tuple[tuple[int, float, int], tuple[int, float, int]]]):
    stages = [town.network]
    for pair in ends:
        try:
            stages.append(stages[-1].changed(added=[link(*(beside(town, end) for end in pair))]))
        except tm.InputError as error:
            assert "both ends are at one spot" in str(error)  # noqa: PT017 (a link of no length is none)
    after = walked_after(town, *stages[1:])
    for network in stages:
        assert (after <= walked_before(town, network).metres["clinic"] * (1 + 1e-9) + 1e-6).all()


def test_the_straight_leg_to_a_street_stays_where_a_link_begins_at_it():
    lines = streets([(-500, 0), (500, 0)], [(-200, 300), (200, 300)], oneway=False)
    small = Town(lines, homes({"h": (0, 50)}), clinics({"c": (-400, 0)}))
    more = small.network.changed(added=[link((0, 0), (100, 300))])
    leg, along = 50 * math.sin(math.atan2(100, 300)), 50 * math.cos(math.atan2(100, 300))
    assert walked_before(small).metres["clinic"].item() == pytest.approx(450)
    assert walked_before(small, more).metres["clinic"].item() == pytest.approx(leg + along + 400)
    assert walked_after(small, more).item() == pytest.approx(450)


@cases(12)
@given(towns(), st.data())
def test_without_a_street_walks_are_those_of_a_town_that_never_had_it(given_town: Town, data: st.DataObject):
    town = unlike(given_town)
    row = data.draw(st.integers(0, len(town.lines) - 1))
    line = town.lines.geometry.iloc[row]
    others = town.lines.drop(index=row)
    near = others.distance(line.interpolate(0.3, normalized=True))
    assume(len(others) and near.min() > 1.0 and others.distance(line.interpolate(0.7, normalized=True)).min() > 1.0)
    ends = [line.interpolate(share, normalized=True) for share in (0.3, 0.7)]
    found = walked_before(town, town.network.changed(removed=[NewLink(*ends)])).metres
    expected = walked_before(town.of(lines=others)).metres
    assert found.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


# --- gates --------------------------------------------------------------------------------------------------


def with_gates(network: tm.WalkNetwork, state: dict[int, str]) -> tm.WalkNetwork:
    """The streets with gates at some nodes."""
    columns = {"kind": "gate", "state": list(state.values()), "name": None, "opening_hours": None}
    spots = network.nodes.geometry.loc[list(state)]
    gates = gpd.GeoDataFrame(columns, index=spots.index, geometry=spots)
    layout = replace(network.layout, gates=gates)
    return tm.WalkNetwork.of(replace(layout, barriers=walls_at_gates(gates, layout.lines)), network.walker)


@cases(12)
@given(square_towns(), st.data())
def test_gates_opened_and_shut_are_as_if_they_had_always_been(given_town: Town, data: st.DataObject):
    town = unlike(given_town)
    ends = pd.concat([town.network.edges["u"], town.network.edges["v"]]).value_counts()
    courses = sorted(ends.index[ends == 2])
    assume(courses)
    state = {node: data.draw(st.sampled_from(["open", "private", "closed"])) for node in courses}
    asked = {node: data.draw(st.sampled_from(["open", "closed"])) for node in courses}
    opened, shut = ([node for node, one in asked.items() if one == wanted] for wanted in ("open", "closed"))
    less = with_gates(town.network, state).changed(shut=shut)
    first = walked_before(town, less)
    after = cover_again(first, town.clinics, more=[less.changed(opened=opened)]).metres
    assert after.to_numpy() == pytest.approx(
        walked_before(town, with_gates(town.network, asked)).metres.to_numpy(), rel=1e-9
    )
    half = walked_before(town, with_gates(town.network, {**state, **dict.fromkeys(shut, "closed")}))
    assert first.metres.to_numpy() == pytest.approx(half.metres.to_numpy(), rel=1e-9)


# --- 示范区, with known answers --------------------------------------------------------------------------------

WEST, NORTH_GATE, SOUTH, ANKANG = 18501220, 19801400, 14201850, [14201740, 16801740]
KNOWN = [
    ("the west gate is opened", {"opened": [WEST]}, (200, 850), (600, 850), 400),
    ("from inside to the street behind it", {"opened": [WEST]}, (300, 850), (200, 850), 100),
    ("the north gate is opened", {"opened": [NORTH_GATE]}, (400, 1000), (400, 700), 300),
    ("both private gates are opened", {"opened": ANKANG}, (740, 400), (740, 700), 300),
    ("one of them alone is no short cut", {"opened": ANKANG[:1]}, (740, 400), (740, 700), 520),
    ("the short cut is shut", {"shut": [SOUTH]}, (850, 400), (850, 700), 600),
]


@cache
def district() -> tm.WalkNetwork:
    """The streets of 示范区."""
    return tm.WalkNetwork.from_osm(tm.sample_path("shifan"))


@pytest.mark.parametrize(("why", "changes", "start", "end", "length"), KNOWN)
def test_walks_after_a_change_are_the_known_ones(
    why: str, changes: dict[str, list[int]], start: Spot, end: Spot, length: float
):
    home, door = spots(start), gpd.GeoDataFrame({"category": ["bank"]}, geometry=spots(end))
    found = tm.measure_walks(district().changed(**changes), home, door)  # pyright: ignore[reportArgumentType]
    assert found["bank"].iloc[0] * 80.0 == pytest.approx(length, abs=0.1), why
