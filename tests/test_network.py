"""Building a network from lines and graphs, and joining places and facilities to it."""

from __future__ import annotations

import gc
import math
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj.database import CRSInfo, query_utm_crs_info
from shapely import LineString, MultiLineString, Point, Polygon, box

import tenmin as tm
from osm_toy import osm_xml, write_osm
from tenmin.network._snapping import _TOUCH
from tenmin.support.contracts import in_metres
from tenmin.support.errors import InputError, StreetsError, TableError, TenminError
from towns import CRS, Town, cases, clinics, frame, grid, homes, same_frame, streets, town, towns, walls

STREET = [(0.0, 0.0), (400.0, 0.0)]
STEP = 0.5


def only(network: tm.WalkNetwork, column: str) -> float:
    """The one value of a network of one edge."""
    (value,) = network.edges[column]
    return value


# --- from lines ---------------------------------------------------------------------------------------------------


def test_an_adult_walks_eighty_metres_a_minute():
    network = town(STREET)
    assert only(network, "length") == 400.0
    assert only(network, "seconds") == only(network, "seconds_back") == pytest.approx(300.0)


def test_a_bend_counts_in_the_length():
    assert only(town([(0, 0), (30, 40), (30, 100)]), "length") == pytest.approx(110.0)


def test_stairs_take_longer_and_wheels_leave_them_out():
    lines = streets(STREET, [(400, 0), (430, 0)], kind=["footway", "steps"])
    adult = tm.WalkNetwork.from_edges(lines, walker="adult")
    assert adult.edges["seconds"].tolist() == pytest.approx([300.0, 3 * 22.5])
    wheels = adult.walked_by("wheelchair")
    assert wheels.edges["kind"].tolist() == ["footway"]
    assert wheels.left_out["count"].tolist() == [1]
    assert len(adult.edges) == 2


def test_l7_half_the_speed_is_twice_the_minutes():
    slow = town(STREET).walked_by(tm.Walker("slow", speed_kmh=2.4))
    assert only(slow, "seconds") == pytest.approx(600.0)


def test_seconds_that_were_given_stay_whoever_walks():
    network = town(STREET, seconds=[100.0], seconds_back=[np.inf])
    assert (only(network, "seconds"), only(network, "seconds_back")) == (100.0, np.inf)
    assert only(network.walked_by("child"), "seconds") == 100.0


def test_one_way_binds_from_v_to_u():
    network = town(STREET, oneway=[True])
    assert np.isfinite(only(network, "seconds"))
    assert np.isinf(only(network, "seconds_back"))


@pytest.mark.parametrize(("gap", "nodes"), [(0.0, 3), (0.0009, 3), (0.01, 4)])
def test_ends_meet_within_the_tolerance(gap: float, nodes: int):
    assert len(town([(0, 0), (100, 0)], [(100 + gap, 0), (200, 0)]).nodes) == nodes


def test_a_wider_tolerance_can_be_asked_for():
    lines = streets([(0, 0), (100, 0)], [(100.5, 0), (200, 0)])
    assert len(tm.WalkNetwork.from_edges(lines, walker="adult", tolerance=1.0).nodes) == 3


def test_streets_that_cross_without_a_node_do_not_meet():
    cross = streets([(0, 0), (200, 0)], [(100, -50), (100, 50)], seconds=[200.0, 100.0])
    assert tm.WalkNetwork.from_edges(cross, walker="adult").nodes["component"].nunique() == 2
    cut = tm.WalkNetwork.from_edges(cross, walker="adult", node=True)
    assert (len(cut.nodes), len(cut.edges), cut.nodes["component"].nunique()) == (5, 4, 1)
    assert sorted(cut.edges["seconds"]) == pytest.approx([50.0, 50.0, 100.0, 100.0])


def test_pieces_without_length_are_contracted_and_counted():
    network = town([(0, 0), (100, 0)], [(100, 0), (100, 0)], [(100, 0), (200, 0)])
    assert (len(network.nodes), len(network.edges)) == (3, 2)
    assert network.left_out["count"].tolist() == [1]
    assert "no length" in network.left_out["reason"][0]


@pytest.mark.parametrize("bit", [(0, 0), (1e-12, -1e-12), (4e-4, -4e-4)])
def test_a_bit_of_street_that_cutting_left_at_a_node_is_no_corner(bit: tuple[float, float]):
    """Without the bit no leg ends at the node, since the first street leads on to a nearer point."""
    network = town([(200, 200), (100, 100)], [(100, 100), (100 + bit[0], 100 + bit[1]), (0, 0)])
    joins = network.snap(gpd.GeoDataFrame(geometry=[Point(120, 90)], crs=CRS))
    assert joins.access_points.leg.tolist() == pytest.approx([30 / math.sqrt(2)], abs=1e-3)


def test_contracting_joins_labelled_ends():
    lines = streets([(0, 0), (100, 0)], [(100, 0), (100, 0)], [(100, 0), (200, 0)], u=[1, 2, 3], v=[2, 3, 4])
    network = tm.WalkNetwork.from_edges(lines, walker="adult")
    assert network.nodes["component"].nunique() == 1
    assert len(network.nodes) == 3


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:3879", "EPSG:2393"])
def test_metres_are_metres_in_whatever_crs_the_lines_come(crs: str):
    there = gpd.GeoSeries([LineString([(385_000, 6_672_000), (386_000, 6_672_000)])], crs="EPSG:32635")
    network = tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=there.to_crs(crs)), walker="adult")
    assert network.crs.is_projected
    assert only(network, "length") == pytest.approx(1000.0, rel=2e-3)


def test_feet_are_no_metres():
    there = gpd.GeoSeries([LineString([(500_000, 4_500_000), (501_000, 4_500_000)])], crs="EPSG:32618")
    network = tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=there.to_crs("EPSG:2263")), walker="adult")
    assert only(network, "length") == pytest.approx(1000.0, rel=2e-3)


def test_the_parts_of_a_multiline_share_its_seconds():
    parts = MultiLineString([[(0, 0), (300, 0)], [(300, 0), (400, 0)]])
    lines = gpd.GeoDataFrame({"seconds": [400.0]}, geometry=[parts], crs=CRS)
    network = tm.WalkNetwork.from_edges(lines, walker="adult")
    assert sorted(network.edges["seconds"]) == pytest.approx([100.0, 300.0])


def test_nodes_beyond_a_declared_boundary_are_cut_and_without_one_none():
    lines = streets(STREET, [(400, 0), (800, 0)])
    assert not tm.WalkNetwork.from_edges(lines, walker="adult").nodes["cut"].any()
    inside = tm.WalkNetwork.from_edges(lines, walker="adult", boundary=box(-10, -10, 500, 10))
    assert inside.nodes.geometry.x[inside.nodes["cut"]].tolist() == [800.0]


def test_a_boundary_may_come_in_another_crs():
    boundary = gpd.GeoDataFrame(geometry=[box(-10, -10, 300, 10)], crs=CRS)
    network = tm.WalkNetwork.from_edges(streets(STREET), walker="adult", boundary=boundary.to_crs("EPSG:4326"))
    assert network.nodes["cut"].sum() == 1


def test_a_network_says_what_it_is():
    network = tm.WalkNetwork.from_edges(grid(2), walker="older_adult")
    assert repr(network) == "<WalkNetwork of 9 nodes and 12 edges, 1.2 km of street at 3.6 km/h (1 component)>"


@cases(15)
@given(towns(timed=True))
def test_edges_lead_from_their_u_to_their_v(small: Town):
    network = small.network
    for end, place in (("u", 0), ("v", -1)):
        at = network.nodes.geometry.loc[network.edges[end]].to_numpy()
        assert shapely.distance(at, shapely.get_point(network.edges.geometry.array, place)).max() <= 0.001
    assert network.edges["length"].tolist() == pytest.approx(small.lines.length.tolist(), abs=0.01)


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [np.nan, np.inf, -np.inf, -1.0, 0.0, None, "fast"])
def test_g20_impossible_seconds_are_refused_with_the_way(seconds: object):
    lines = streets(STREET, STREET, seconds=np.array([60.0, seconds], dtype=object)).set_axis(["w1", "w2"])
    with pytest.raises(StreetsError, match=r"seconds of way 'w2' is .* 1 of 2 .* Leave the column out"):
        tm.WalkNetwork.from_edges(lines, walker="adult")


@pytest.mark.parametrize("back", [np.nan, -np.inf, -1.0, 0.0, "slow"])
def test_g20_impossible_seconds_back_are_refused_with_the_way(back: object):
    lines = streets(STREET, seconds=[60.0], seconds_back=np.array([back], dtype=object)).set_axis(["w7"])
    with pytest.raises(StreetsError, match=r"seconds_back of way 'w7' is .* inf where the way is closed"):
        tm.WalkNetwork.from_edges(lines, walker="adult")


def test_seconds_back_alone_are_refused():
    with pytest.raises(StreetsError, match="seconds_back but no seconds; give both"):
        town(STREET, seconds_back=[60.0])


@pytest.mark.parametrize("oneway", ["yes", 1, "-1"])
def test_a_one_way_that_is_no_bool_is_not_passed_over_in_silence(oneway: object):
    with pytest.raises(InputError, match="oneway"):
        town(STREET, oneway=np.array([oneway], dtype=object))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param([STREET], "edges must be a GeoDataFrame, but is a list", id="a list"),
        pytest.param(streets(STREET).set_crs(None, allow_override=True), "edges has no CRS; state it", id="no CRS"),
        pytest.param(streets(), "edges has no rows; give at least one street", id="no rows"),
        pytest.param(frame({"p": (0, 0)}), "way 'p' is a Point, not a line; give LineStrings", id="points"),
        pytest.param(frame({"a": box(0, 0, 9, 9)}), "way 'a' is a Polygon, not a line", id="areas"),
        pytest.param(streets([(1, 1), (1, 1)]), "no way that 'adult' can walk", id="no length at all"),
        pytest.param(
            gpd.GeoDataFrame(geometry=[LineString([(25, 60), (25, 95)])], crs="EPSG:4326"),
            "no longitude and latitude in degrees",
            id="latitude 95",
        ),
        pytest.param(
            gpd.GeoDataFrame(geometry=[LineString([(25, 85), (26, 85)])], crs="EPSG:4326"),
            "give the frame in a local projection",
            id="latitude 85",
        ),
    ],
)
def test_lines_that_make_no_network_are_refused(lines: gpd.GeoDataFrame, message: str):
    with pytest.raises(InputError, match=message):
        tm.WalkNetwork.from_edges(lines, walker="adult")


def test_rows_without_geometry_are_left_out_and_listed():
    lines = streets(STREET, STREET).set_axis(["w1", "w2"])
    lines.loc["w2", "geometry"] = None
    network = tm.WalkNetwork.from_edges(lines, walker="adult")
    assert len(network.edges) == 1
    assert network.left_out.to_dict("records") == [{"element": "w2", "reason": "no geometry", "count": 1}]


def test_an_unknown_walker_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="no walker 'older adult'; did you mean 'older_adult'"):
        town(STREET, walker="older adult")


@pytest.mark.parametrize("speed", [0.0, -5.0, np.nan, np.inf])
def test_a_pace_that_is_none_is_refused(speed: float):
    with pytest.raises(InputError, match=r"speed_kmh is .*; give km/h above 0"):
        tm.Walker("nobody", speed_kmh=speed)


def test_the_lines_are_left_as_they_were():
    lines = streets(STREET, [(400, 0), (400, 0)], seconds=[60.0, 5.0], oneway=[True, False])
    barriers = walls([(1, 1), (2, 2)]).drop(columns="name")
    before, walls_before = lines.copy(), barriers.copy()
    tm.WalkNetwork.from_edges(lines, walker="adult", node=True, barriers=barriers)
    assert same_frame(lines, before)
    assert same_frame(barriers, walls_before)


def test_the_edges_of_a_network_make_it_again():
    first = town(
        STREET, [(400, 0), (400, 0)], [(400, 0), (400, 90)], seconds=[60.0, 5.0, 9.0], oneway=[True, False, False]
    )
    again = tm.WalkNetwork.from_edges(first.edges, walker="adult")
    columns = ["u", "v", "length", "seconds", "seconds_back"]
    assert again.edges[columns].equals(first.edges[columns])
    assert again.nodes.geometry.geom_equals(first.nodes.geometry).all()


# --- from networkx ------------------------------------------------------------------------------------------------


def graph(kind: type, *arcs: tuple, crs: object = CRS) -> nx.Graph:
    """A graph whose nodes 0, 1, 2 ... stand every 100 m on a line."""
    made = kind(crs=crs)
    for node in sorted({end for arc in arcs for end in arc[:2]}):
        made.add_node(node, x=100.0 * node, y=0.0)
    made.add_edges_from(arcs)
    return made


def test_an_arc_and_its_equal_make_one_street_and_an_arc_alone_is_one_way():
    network = tm.WalkNetwork.from_networkx(graph(nx.MultiDiGraph, (0, 1), (1, 0), (1, 2)), walker="adult")
    assert np.isinf(network.edges["seconds_back"]).tolist() == [False, True]
    assert network.edges[["u", "v"]].to_numpy().tolist() == [[0, 1], [1, 2]]


def test_arcs_with_seconds_of_their_own_are_one_street():
    arcs = (0, 1, {"seconds": 10.0}), (1, 0, {"seconds": 70.0})
    network = tm.WalkNetwork.from_networkx(graph(nx.DiGraph, *arcs), walker="adult")
    assert network.edges[["seconds", "seconds_back"]].to_numpy().tolist() == [[10.0, 70.0]]


def test_a_line_drawn_against_its_edge_is_turned_round():
    bent = LineString([(100, 0), (100, 30), (0, 0)])
    made = graph(nx.MultiGraph, (0, 1, {"geometry": bent}), (1, 2))
    network = tm.WalkNetwork.from_networkx(made, walker="adult")
    assert network.nodes.geometry.x.to_dict() == {0: 0.0, 1: 100.0, 2: 200.0}
    walk = tm.measure_walks(network, homes({"h": (100, 30)}), clinics({"c": (200, 0)}))
    assert walk.loc["h", "clinic"] == pytest.approx(130 / 80)


@pytest.mark.parametrize(
    ("given_graph", "message"),
    [
        pytest.param("a file", "needs a networkx graph, but got a str", id="no graph"),
        pytest.param(graph(nx.Graph, (0, 1), crs=None), "no CRS; set graph", id="no CRS"),
        pytest.param(nx.Graph([(7, 8)], crs=CRS), "node 7 has no x and y", id="no coordinates"),
        pytest.param(nx.Graph(crs=CRS), "no edges; give at least one street", id="no edges"),
    ],
)
def test_graphs_that_make_no_network_are_refused(given_graph: object, message: str):
    with pytest.raises(StreetsError, match=message):
        tm.WalkNetwork.from_networkx(given_graph, walker="adult")


# --- joining ------------------------------------------------------------------------------------------------------


def positions_of(network: tm.WalkNetwork, access_points) -> np.ndarray:
    """Where access points stand."""
    return shapely.line_interpolate_point(network.edges.geometry.to_numpy()[access_points.edge], access_points.offset)


def sampled_access_points(network: tm.WalkNetwork, thing: shapely.Geometry, aside: float) -> np.ndarray:
    """Points every half metre of street that are no farther from a thing than those next to them."""
    outline = thing.boundary if thing.geom_type == "Polygon" else thing
    found, beside = [], {node: [] for node in network.nodes.index}
    for edge in network.edges.itertuples():
        at = np.linspace(0.0, edge.length, max(3, int(edge.length / STEP) + 2))
        points = shapely.line_interpolate_point(edge.geometry, at)
        far = shapely.distance(points, outline)
        inner = (far[1:-1] <= far[:-2]) & (far[1:-1] <= far[2:]) & (far[1:-1] <= aside)
        found += points[1:-1][inner].tolist()
        beside[edge.u].append((far[0], far[1], points[0]))
        beside[edge.v].append((far[-1], far[-2], points[-1]))
    for spokes in beside.values():
        if spokes[0][0] <= aside and all(here <= there for here, there, _ in spokes):
            found.append(spokes[0][2])
    return np.array(found, dtype=object)


def joined_to(network: tm.WalkNetwork, edge: int, point: shapely.Point) -> shapely.Geometry:
    """The edge of an access point, and those that share the node on which the access point may stand."""
    ends = [end for end in network.edges.loc[edge, ["u", "v"]] if network.nodes.geometry[end].distance(point) < 1e-3]
    near = network.edges["u"].isin(ends) | network.edges["v"].isin(ends)
    return network.edges.geometry[near | (network.edges.index == edge)].union_all()


def ways_at(network: tm.WalkNetwork, edge: int, offset: float) -> shapely.Geometry:
    """The street of an access point, and at a node all that meet there."""
    row = network.edges.loc[edge]
    node = {0.0: row["u"], float(row["length"]): row["v"]}.get(offset)
    return network.edges[network.edges[["u", "v"]].eq(node).any(axis=1) | (network.edges.index == edge)].union_all()


@cases(20)
@given(towns())
def test_access_points_are_the_local_minima_along_the_streets(small: Town):
    network, things = small.network, small.homes
    joins = network.snap(things)
    for row, thing in enumerate(things.geometry):
        outline = thing.boundary if thing.geom_type == "Polygon" else thing
        mine = joins.take(np.array([row]))
        access_points = positions_of(network, mine)
        assert mine.leg.tolist() == pytest.approx(shapely.distance(access_points, outline).tolist(), abs=1e-6)
        for point, leg, edge, offset in zip(access_points, mine.leg, mine.edge, mine.offset, strict=True):
            a_millimetre_on = ways_at(network, int(edge), float(offset)).intersection(point.buffer(1e-3).boundary)
            assert shapely.distance(shapely.get_parts(a_millimetre_on), outline).min() >= leg - 1e-8
        if joins.table["how"].iloc[row] == "crossing":
            met = shapely.points(shapely.get_coordinates(network.edges.intersection(outline).union_all()))
            assert shapely.distance(met, shapely.multipoints(access_points)).max(initial=0.0) <= 1e-6
            touching = access_points[mine.leg <= 1e-9]
            assert shapely.distance(touching, shapely.multipoints(met)).max(initial=0.0) <= 1e-6
            part = network.nodes["component"].loc[network.edges["u"].iloc[mine.edge]].to_numpy()
            met_parts = part[mine.leg <= _TOUCH]
            assert len(met_parts)
            assert set(part[mine.leg > _TOUCH]).isdisjoint(met_parts)
            continue
        wanted = sampled_access_points(network, thing, aside=100.0)
        assert len(access_points) or not len(wanted)
        assert shapely.distance(wanted, shapely.multipoints(access_points)).max(initial=0.0) <= 1.5 * STEP


@pytest.mark.parametrize(
    ("far", "how"), [(50.0, "street"), (99.0, "street"), (100.0, "street"), (100.01, "none"), (1e6, "none")]
)
def test_g17_a_thing_joins_within_a_hundred_metres_and_else_is_listed(far: float, how: str):
    joined = town(STREET).snap(homes({"h": (200, far)})).table.loc["h"]
    assert joined["how"] == how
    assert joined["access_points"] == (how != "none")
    assert joined["leg"] == pytest.approx(far) or how == "none"


def test_a_thing_without_geometry_is_listed_and_the_others_join():
    things = homes({"a": (10, 5), "b": (20, 5), "c": (30, 5)})
    things.loc["b", "geometry"] = None
    things.loc["c", "geometry"] = Point()
    assert town(STREET).snap(things).table["how"].tolist() == ["street", "none", "none"]


def test_a_thing_on_the_other_side_of_the_globe_is_listed():
    there = gpd.GeoDataFrame(geometry=[Point(-63.0, 10.0), Point(117.0, 0.0)], index=["far", "near"], crs="EPSG:4326")
    network = town([(500_000, 0), (500_400, 0)])
    assert network.snap(there).table["how"].tolist() == ["none", "street"]


@pytest.mark.parametrize(
    ("wall", "access_points"),
    [
        pytest.param([(0, 20), (400, 20)], 0, id="between"),
        pytest.param([(0, 60), (400, 60)], 1, id="behind"),
        pytest.param([(200, 10), (200, 20)], 0, id="along the leg"),
        pytest.param([(0, 0), (400, 0)], 1, id="the street runs on it"),
        pytest.param([(0, 30), (400, 30)], 1, id="the house stands on it"),
        pytest.param([(205, 0), (205, 50)], 1, id="beside"),
    ],
)
def test_a_leg_crosses_no_barrier(wall: list[tuple[float, float]], access_points: int):
    network = tm.WalkNetwork.from_edges(streets(STREET), walker="adult", barriers=walls(wall))
    assert network.snap(homes({"h": (200, 30)})).table.loc["h", "access_points"] == access_points


def test_the_outline_of_a_barrier_polygon_is_the_barrier():
    lake = gpd.GeoDataFrame(geometry=[box(0, 10, 400, 20)], crs=CRS)
    network = tm.WalkNetwork.from_edges(streets(STREET), walker="adult", barriers=lake)
    assert network.snap(homes({"h": (200, 30), "i": (200, 5)})).table["how"].tolist() == ["none", "street"]


def test_a_barrier_as_long_as_a_country_takes_no_room():
    river = walls([(-200, 20), (300_000, 300_020)])
    network = tm.WalkNetwork.from_edges(streets(STREET), walker="adult", barriers=river)
    assert network.snap(homes({"h": (200, 30)})).table.loc["h", "how"] == "street"
    assert sum(np.asarray(part).nbytes for part in network.walls) < 50e6


def test_other_barriers_can_stand_in_for_those_of_the_network():
    network = tm.WalkNetwork.from_edges(streets(STREET), walker="adult", barriers=walls([(0, 20), (400, 20)]))
    assert network.behind(walls()).snap(homes({"h": (200, 30)})).table.loc["h", "how"] == "street"
    assert network.behind(walls()).street_pieces is network.street_pieces
    assert network.snap(homes({"h": (200, 30)})).table.loc["h", "how"] == "none"


def long_street(nodes: int, y: float = 0.0) -> list[list[tuple[float, float]]]:
    """A street of ten-metre edges with so many nodes."""
    return [[(10.0 * k, y), (10.0 * k + 10.0, y)] for k in range(nodes - 1)]


@pytest.mark.parametrize(("nodes", "island"), [(49, True), (50, False)])
def test_an_island_is_used_only_where_there_is_no_other(nodes: int, island: bool):
    network = town(*long_street(60), *long_street(nodes, y=130.0))
    table = network.snap(homes({"between": (255, 70), "off": (255, 180)})).table
    assert table["access_points"].tolist() == [1 if island else 2, 1]
    assert table["leg"].tolist() == pytest.approx([70.0 if island else 60.0, 50.0])
    assert table["island"].tolist() == [False, island]


def test_a_polygon_joins_where_streets_meet_its_outline():
    joins = town(STREET).snap(frame({"park": box(100, -50, 300, 60)}))
    assert joins.access_points.offset.tolist() == pytest.approx([100.0, 300.0])
    assert joins.access_points.leg.tolist() == [0.0, 0.0]
    assert joins.table.loc["park", "how"] == "crossing"


def test_a_polygon_off_the_street_joins_at_the_access_points_of_its_outline():
    joins = town(STREET).snap(frame({"house": Polygon([(100, 10), (130, 40), (70, 40)])}))
    assert list(zip(joins.access_points.offset, joins.access_points.leg, strict=True)) == [(100.0, 10.0)]


def test_an_entrance_among_several_is_enough():
    doors = shapely.MultiPoint([(50, 500), (100, 10)])
    joins = town(STREET).snap(frame({"school": doors}))
    assert list(zip(joins.access_points.offset, joins.access_points.leg, strict=True)) == [(100.0, 10.0)]


@pytest.mark.parametrize(
    ("things", "message"),
    [
        pytest.param(frame({"a": (0, 0)}).set_crs(None, allow_override=True), "things has no CRS", id="no CRS"),
        pytest.param(frame([(0, 0), (1, 1)]).set_axis(["a", "a"]), "the ids 'a' more than once", id="same id twice"),
        pytest.param(frame({"a": (np.inf, 0)}), "the coordinates of 'a' are not finite", id="infinite"),
    ],
)
def test_things_that_cannot_be_joined_are_refused(things: gpd.GeoDataFrame, message: str):
    with pytest.raises(TableError, match=message):
        town(STREET).snap(things)


def test_an_extract_without_a_walkable_way_is_refused(tmp_path):
    motorway = '<way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="motorway"/></way>'
    nodes = '<node id="1" lat="60" lon="25"/><node id="2" lat="60.001" lon="25"/>'
    path = tmp_path / "motorway.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{motorway}</osm>', encoding="utf-8")
    with pytest.raises(StreetsError, match=r"motorway\.osm has no way that 'adult' can walk"):
        tm.WalkNetwork.from_osm(path)


# --- gates of an extract ---------------------------------------------------------------------------------------------


def with_a_point(folder: Path, tags: dict[str, str], **options: Any) -> tm.WalkNetwork:
    """A footway of 222 m with a tagged node at its middle."""
    nodes = {1: (25.0, 0.0), 2: (25.001, 0.0, tags), 3: (25.002, 0.0)}
    text = osm_xml(nodes, {7: ([1, 2, 3], {"highway": "footway"})})
    return tm.WalkNetwork.from_osm(write_osm(folder / "point.osm", text), **options)


def minutes_past_it(network: tm.WalkNetwork) -> float:
    """The walk between two points 5 m beside the footway, 100 m from the node and 10 m behind it."""
    home, shop = (gpd.GeoDataFrame(geometry=[Point(lon, 0.00005)], crs=4326) for lon in (25.0001, 25.0011))
    return float(tm.measure_walks(network, home, shop.assign(category="shop"))["shop"].iloc[0])


@pytest.mark.parametrize("tags", [{"access": "no"}, {"foot": "no"}, {"barrier": "fence"}, {"barrier": "Hedge"}])
def test_nobody_gets_past_a_closed_point_or_round_it(tmp_path, tags):
    network = with_a_point(tmp_path, tags)
    assert minutes_past_it(network) == math.inf
    assert network.left_out.empty
    (barrier,) = network.barriers.to_dict("records")
    assert (barrier["kind"], barrier["source"]) == ("gate", "n2")
    assert barrier["geometry"].length == pytest.approx(2.0)
    assert barrier["geometry"].distance(network.gates.geometry.loc[2]) < 1e-6


@pytest.mark.parametrize("tags", [{"access": "yes"}, {"barrier": "fence", "foot": "yes"}, {"barrier": "kerb"}, {}])
def test_what_does_not_close_is_walked_through(tmp_path, tags):
    network = with_a_point(tmp_path, tags)
    assert minutes_past_it(network) == pytest.approx((111.2 + 10) / 80, rel=0.01)
    assert network.left_out.empty
    assert network.barriers.empty


def test_an_unknown_barrier_is_passed_and_listed(tmp_path):
    network = with_a_point(tmp_path, {"barrier": "moat_monster"})
    assert math.isfinite(minutes_past_it(network))
    (note,) = network.left_out.to_dict("records")
    assert (note["element"], note["count"]) == ("n2", 1)
    assert note["reason"].startswith("barrier=moat_monster: ")


def test_a_gate_has_its_sentence(tmp_path):
    network = with_a_point(tmp_path, {"barrier": "wall"})
    assert network.why("n2").startswith("gate n2 (wall) is closed by the rule 'wall': a wall, fence or hedge")
    assert network.why("n2", "zh").startswith("大门 n2(wall)按规则 'wall' 不可通过:围墙")
    with pytest.raises(InputError, match="n123 for a gate"):
        network.why("n1")


# --- doubts of an extract ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "lengths", "doubtful"),
    [
        ({}, [0.0028], ["w2"]),
        ({}, [0.0026], []),
        ({}, [0.0014, 0.0014], ["w2", "w3"]),
        ({"foot": "yes"}, [0.0028], []),
        ({"sidewalk": "both"}, [0.0028], []),
        ({"sidewalk": "no"}, [0.0028], ["w2"]),
        ({"tunnel": "building_passage"}, [0.0028], []),
        ({"highway": "footway"}, [0.0028], []),
        ({"highway": "motorway"}, [0.0028], []),
    ],
)
def test_motor_tunnels_over_300_metres_are_doubtful(tmp_path, tags, lengths, doubtful):
    lon = np.cumsum([25.0, *lengths]).tolist()
    nodes = {1: (24.999, 0.0)} | {place: (x, 0.0) for place, x in enumerate(lon, 2)}
    inside = {"highway": "primary", "tunnel": "yes"} | tags
    ways = {1: ([1, 2], {"highway": "primary"})} | {k + 2: ([k + 2, k + 3], inside) for k in range(len(lengths))}
    network = tm.WalkNetwork.from_osm(write_osm(tmp_path / "tunnel.osm", osm_xml(nodes, ways)))
    assert [element for element in network.left_out["element"] if element.startswith("w2")] == doubtful[:1]
    assert [one for one in network.layout.ways.index if "; doubtful: " in network.why(one)] == [
        int(element[1:]) for element in doubtful
    ]


# --- options of an extract -----------------------------------------------------------------------------------------


def test_a_planners_own_rules_decide(tmp_path):
    table = 'kinds = ["highway"]\n[[rule]]\nid = "stairs"\nwhen = { highway = "steps" }\n'
    table += 'verdict = "walk"\nzh = "楼梯"\nen = "stairs"\n'
    table += '[[rule]]\nid = "rest"\nwhen = {}\nverdict = "refuse"\nzh = "其余"\nen = "the rest"\n'
    path = tmp_path / "rules.toml"
    path.write_text(table, encoding="utf-8")
    network = tm.WalkNetwork.from_osm(tm.sample_path("shifan"), rules=path)
    assert set(network.edges["rule"]) == {"stairs"}
    assert set(network.edges["kind"]) == {"steps"}
    refused = int(network.layout.ways.index[network.layout.ways["verdict"] == "refuse"][0])
    assert network.why(refused, "zh").endswith("按规则 'rest' 不可步行:其余")
    assert tm.WalkNetwork.from_osm(tm.sample_path("shifan"), rules=tm.load_rules(path)).why(refused) == network.why(
        refused
    )


def test_why_of_a_way_that_is_not_there_is_refused():
    network = tm.WalkNetwork.from_osm(tm.sample_path("shifan"))
    with pytest.raises(InputError, match=r"streets\.osm has no way 12345 among its \d+ streets"):
        network.why(12345)


def test_the_size_of_an_island_is_an_option():
    some = homes({"h": (255, 70)})
    lines = streets(*long_street(60), *long_street(20, y=130.0))
    island = tm.WalkNetwork.from_edges(lines, walker="adult")
    assert island.snap(some).table.loc["h", "access_points"] == 1
    assert island.snap(some, island=20).table.loc["h", "access_points"] == 2


@cache
def utm_zones() -> list[CRSInfo]:
    """All zones of UTM that pyproj knows; to ask it for one takes as long as to list them."""
    return query_utm_crs_info(datum_name="WGS 84")


@given(st.floats(-179.0, 179.0), st.floats(-79.0, 55.0))
def test_the_utm_zone_is_the_one_that_pyproj_lists(lon: float, lat: float):
    assume(abs((lon + 180.0) % 6.0 - 3.0) < 2.99)
    spot = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat)], crs="EPSG:4326")
    areas = {zone.code: zone.area_of_use for zone in utm_zones()}
    around = [code for code, a in areas.items() if a.west < lon < a.east and a.south <= lat < a.north]
    assert [str(in_metres(spot).crs.to_epsg())] == around


@pytest.mark.parametrize("spot", [(10.2, 44.0), (-0.5, -10.0), (116.4, 39.9), (0.5, 0.0), (-177.5, -33.1)])
def test_the_utm_zone_is_the_one_that_geopandas_estimates(spot: tuple[float, float]):
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(spot)], crs="EPSG:4326")
    assert in_metres(frame).crs == frame.estimate_utm_crs()


def test_the_collector_is_back_after_an_extract_that_is_refused(tmp_path):
    with pytest.raises(TenminError):
        tm.read_osm(tmp_path / "missing.osm")
    assert gc.isenabled()


@cases(25)
@given(towns(timed=True), st.lists(st.booleans(), min_size=12, max_size=12))
def test_labels_tell_the_direction_of_a_line_however_it_is_drawn(small: Town, turned: list[bool]):
    assume(len(small.lines) > 1)
    plain = small.network
    assume(len(plain.edges) == len(small.lines) and plain.nodes["component_nodes"].min() > 2)
    edges = plain.edges.drop(columns=["length", "private", "rule", "way"])
    against = [line.reverse() if turn else line for line, turn in zip(edges.geometry, turned, strict=False)]
    again = tm.WalkNetwork.from_edges(edges.set_geometry(against, crs=CRS), walker="adult")
    ends = [[edge.geometry.coords[0], edge.geometry.coords[-1]] for edge in again.edges.itertuples()]
    assert ends == [[edge.geometry.coords[0], edge.geometry.coords[-1]] for edge in plain.edges.itertuples()]


def test_an_end_without_a_label_is_named():
    with pytest.raises(StreetsError, match="v of way 1 is empty; label all ends, or leave out u and v"):
        tm.WalkNetwork.from_edges(
            streets([(0, 0), (9, 0)], [(9, 0), (9, 9)]).assign(u=["a", "b"], v=["b", None]), walker="adult"
        )


def test_a_network_drawn_against_its_labels_is_walked_as_one_drawn_with_them():
    lines = [(0, 0), (100, 0)], [(200, 0), (100, 0)], [(200, 0), (300, 0)], [(400, 50), (300, 0)]
    labelled = streets(*lines).assign(u=["a", "b", "c", "d"], v=["b", "c", "d", "e"])
    network = tm.WalkNetwork.from_edges(labelled, walker="adult")
    assert network.nodes.geometry.x.to_dict() == {"a": 0.0, "b": 100.0, "c": 200.0, "d": 300.0, "e": 400.0}
    metres = tm.measure_coverage(network, homes([(110, 0)]), clinics([(290, 0)]), metres=500).metres["clinic"]
    assert metres.tolist() == pytest.approx([180.0])
