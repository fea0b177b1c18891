"""Open ground: the edges across a plaza are the shortest walks inside it, by an oracle of lines that stay inside."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

import tenmin as tm
from osm_toy import osm_xml, write_osm
from tenmin.network._plazas import Plaza, cross_plazas
from towns import CRS, cases


def star(radii: list[float], hole: float) -> Polygon:
    """A star-shaped polygon round (0, 0), with a square hole if it is wanted."""
    turns = np.linspace(0, 2 * np.pi, len(radii), endpoint=False) + 0.1
    shell = np.column_stack([np.cos(turns), np.sin(turns)]) * np.array(radii)[:, None]
    square = [(-hole, -hole), (-hole, hole), (hole, hole), (hole, -hole)] if hole else None
    return Polygon(shell, [square] if square else None)


def shortest_inside(polygon: Polygon, one: int, two: int) -> float:
    """The shortest walk between two corners that stays inside: over all pairs of corners that see each other."""
    corners = np.unique(shapely.get_coordinates(polygon), axis=0)
    graph = nx.Graph()
    for a, b in combinations(range(len(corners)), 2):
        line = LineString([corners[a], corners[b]])
        if polygon.buffer(1e-6).covers(line):
            graph.add_edge(a, b, weight=line.length)
    ends = (int(np.flatnonzero((corners == shapely.get_coordinates(polygon)[k]).all(axis=1))[0]) for k in (one, two))
    return nx.shortest_path_length(graph, *ends, weight="weight")


@cases(60)
@given(
    st.lists(st.sampled_from([40.0, 55.0, 90.0, 120.0]), min_size=5, max_size=9),
    st.sampled_from([0.0, 0.0, 12.0]),
    st.booleans(),
    st.lists(st.integers(0, 8), min_size=2, max_size=5, unique=True),
)
def test_walks_between_entries_are_the_shortest_inside(radii: list[float], hole: float, turned: bool, doors: list[int]):
    polygon = star(radii, hole)
    polygon = polygon.reverse() if turned else polygon
    labels = np.arange(shapely.get_num_coordinates(polygon))
    labels[len(radii)] = 0
    doors = [door for door in doors if door < len(radii)]
    meetings = pd.Series(2, index=doors, dtype="int64")
    plaza = Plaza(polygon, labels, {"rule": "open_ground"}, is_way=True)
    lines = cross_plazas([plaza], meetings, CRS)
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(lines["u"], lines["v"], lines.length, strict=True))
    for one, two in combinations(doors, 2):
        walk = nx.shortest_path_length(graph, one, two, weight="weight")
        best = shortest_inside(polygon, one, two)
        assert best - 0.11 <= walk <= 1.004 * best
    room = polygon.buffer(0.051, join_style="mitre")
    assert all(room.covers(line) for line in lines.geometry)


def plaza_town(tmp_path, tags: dict[str, str], *, relation: bool = False) -> tm.WalkNetwork:
    """A square of 0.001 degrees with streets at two opposite corners, as a closed way or a multipolygon."""
    nodes = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, -0.001), 6: (0.002, 0.002)}
    ways = {10: ([1, 2, 3, 4, 1], {} if relation else tags), 11: ([5, 1], {"highway": "footway"})}
    ways[12] = ([3, 6], {"highway": "footway"})
    relations = {20: ([("way", 10, "outer")], {"type": "multipolygon", **tags})} if relation else None
    return tm.WalkNetwork.from_osm(write_osm(tmp_path / "plaza.osm", osm_xml(nodes, ways, relations)))


@pytest.mark.parametrize("relation", [False, True])
def test_a_plaza_is_crossed_from_street_to_street(tmp_path, relation: bool):
    network = plaza_town(tmp_path, {"highway": "pedestrian", "area": "yes"}, relation=relation)
    open_ground = network.edges["rule"] == "open_ground"
    (across,) = network.edges[open_ground & (network.edges["length"] < 200)].itertuples()
    assert {across.u, across.v} == {1, 3}
    assert across.length == pytest.approx(157, abs=1.0)
    assert across.way == (-20 if relation else 10)
    assert set(network.nodes["component"]) == {0}


def test_an_area_that_nobody_may_walk_on_is_not_crossed(tmp_path):
    network = plaza_town(tmp_path, {"highway": "pedestrian", "area": "yes", "foot": "no"})
    assert set(network.edges["rule"]) == {"footway"}


def test_a_ring_of_street_is_no_plaza(tmp_path):
    network = plaza_town(tmp_path, {"highway": "pedestrian"})
    assert "open_ground" not in set(network.edges["rule"])


def test_neither_edges_across_nor_the_outline_are_metres_of_street(tmp_path):
    network = plaza_town(tmp_path, {"highway": "pedestrian", "area": "yes"})
    streets = network.edges["way"].isin([11, 12])
    assert network.is_street.tolist() == streets.tolist()
    assert f"{network.edges.length[streets].sum() / 1000:.1f} km of street" in repr(network)


DEGREE = 111_195.0
"""Metres of a degree beside the equator, to half a percent."""
SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1)]
CORNERED = [(0, 0), (1, 0), (1, 0.4), (0.4, 0.4), (0.4, 1), (0, 1)]


HOLE = [(0.45, 0.45), (0.55, 0.45), (0.55, 0.55), (0.45, 0.55)]


def on_plaza(
    tmp_path, corners: list[tuple[float, float]], size: float, *, wall: bool = False, hole: bool | None = None
) -> tm.WalkNetwork:
    """A plaza with a street of 100 m from the west to its first corner, and one from its third corner to the east.

    With `hole` (whether there is one) it is a multipolygon, not a way.
    """
    spots = {k + 1: (x * size, y * size) for k, (x, y) in enumerate(corners)}
    ring = [*spots, 1]
    spots |= {50: (-100.0, 0.0), 51: (size + 100.0, spots[3][1])}
    ways = {10: (ring, {"highway": "pedestrian", "area": "yes"}), 11: ([50, 1], {"highway": "residential"})}
    ways[12] = ([3, 51], {"highway": "residential"})
    relations, members = {}, [("way", 10, "outer")]
    if hole:
        spots |= {k + 20: (x * size, y * size) for k, (x, y) in enumerate(HOLE)}
        ways[14], members = ([20, 21, 22, 23, 20], {}), [*members, ("way", 14, "inner")]
    if hole is not None:
        ways[10] = (ring, {})
        relations = {20: (members, {"type": "multipolygon", "highway": "pedestrian"})}
    if wall:
        spots |= {60: (0.2 * size, -9.0), 61: (0.2 * size, 0.9 * size)}
        ways[13] = ([60, 61], {"barrier": "wall"})
    nodes = {k: (3.0 + x / DEGREE, y / DEGREE) for k, (x, y) in spots.items()}
    return tm.WalkNetwork.from_osm(write_osm(tmp_path / "plaza.osm", osm_xml(nodes, ways, relations)))


def walk(network: tm.WalkNetwork, home: tuple[float, float], kiosk: tuple[float, float]) -> float:
    """Metres from a home to a kiosk, both at points."""
    frames = [gpd.GeoDataFrame(geometry=[Point(3.0 + x / DEGREE, y / DEGREE)], crs=4326) for x, y in (home, kiosk)]
    places, facilities = frames[0].assign(people=1.0), frames[1].assign(category="market")
    return float(tm.measure_coverage(network, places, facilities, metres=2000).metres.iloc[0, 0])


@pytest.mark.parametrize("size", [40.0, 120.0, 300.0, 600.0])
@pytest.mark.parametrize("corners", [SQUARE, CORNERED])
@pytest.mark.parametrize("hole", [None, False])
@pytest.mark.parametrize("at", [(0.3, 0.35), (0.15, 0.3), (0.35, 0.1)])
def test_a_kiosk_on_a_plaza_is_reached_straight_over_it(tmp_path, corners, size: float, at, hole: bool | None):
    network, kiosk = on_plaza(tmp_path, corners, size, hole=hole), (at[0] * size, at[1] * size)
    straight = 60.0 + np.hypot(*kiosk)
    assert walk(network, (-60.0, 0.0), kiosk) == pytest.approx(straight, rel=0.01)
    assert walk(network, kiosk, (-60.0, 0.0)) == pytest.approx(straight, rel=0.01)


@pytest.mark.parametrize("size", [120.0, 300.0])
def test_the_way_over_a_plaza_leads_round_its_inner_corner(tmp_path, size: float):
    network, kiosk = on_plaza(tmp_path, CORNERED, size), (0.2 * size, 0.9 * size)
    round_the_corner = np.hypot(0.2, 0.5) * size + 0.6 * size + 60.0
    assert walk(network, (size + 60.0, 0.4 * size), kiosk) == pytest.approx(round_the_corner, rel=0.01)


@pytest.mark.parametrize("size", [250.0, 600.0])
def test_the_way_over_a_plaza_leads_round_its_hole(tmp_path, size: float):
    network, kiosk = on_plaza(tmp_path, SQUARE, size, hole=True), (0.7 * size, 0.7 * size)
    beside = np.hypot(0.55, 0.45) * size + np.hypot(0.15, 0.25) * size
    assert walk(network, (-60.0, 0.0), kiosk) == pytest.approx(60.0 + beside, rel=0.01)


def test_a_saved_network_keeps_its_plazas(tmp_path):
    network, kiosk = on_plaza(tmp_path, SQUARE, 300.0, hole=True), (90.0, 105.0)
    network.save(tmp_path / "plaza.parquet")
    again = tm.WalkNetwork.read(tmp_path / "plaza.parquet")
    assert walk(again, (-60.0, 0.0), kiosk) == walk(network, (-60.0, 0.0), kiosk)
    assert walk(again, (-60.0, 0.0), kiosk) == pytest.approx(60.0 + np.hypot(*kiosk), rel=0.01)


def test_no_leg_over_a_plaza_crosses_a_wall(tmp_path):
    walled, kiosk = on_plaza(tmp_path, SQUARE, 300.0, wall=True), (150.0, 60.0)
    straight = 60.0 + np.hypot(*kiosk)
    assert walk(walled, (-60.0, 0.0), kiosk) > 1.03 * straight


@pytest.mark.parametrize("metric", ["walk", "straight"])
def test_where_all_is_within_the_limit_the_share_of_streets_is_one(tmp_path, metric: str):
    network = plaza_town(tmp_path, {"highway": "pedestrian", "area": "yes"})
    door = network.nodes[["geometry"]].iloc[:1].assign(category="clinic", people=1.0)
    (share,) = tm.measure_coverage(network, door, door, metres=5000, metric=metric).shares(of="streets").itertuples()
    assert (share.served, share.share) == pytest.approx((share.total, 1.0))
    assert share.total == pytest.approx(2 * 157, abs=2.0)  # the two footways, and nothing of the plaza
