"""Tests of what goes to and comes from others: OSMnx graphs as GraphML, GeoPackage and in memory, and plain lines."""

from __future__ import annotations

import codecs
import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tenmin.network import WalkNetwork
from tenmin.network._arc_pairs import pair_arcs, way_ids
from tenmin.network._attributes import crs_of, labels_of, value_of
from tenmin.network._exchange import graph_from_gpkg, kind_of, lines_from_file, to_networkx
from tenmin.network._graphml import graph_from_graphml
from tenmin.network._storage import save_layout
from tenmin.support.errors import FileError, StreetsError

KOWLOON = "net/hongkong_kowloon_osmnx.gpkg"
PUNGGOL = "net/singapore_punggol_walk.graphml"
WUHAN = "net/wuhan_fua8989_neatnet.parquet"
Shared = Callable[[str], Path]


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(points)


@pytest.fixture
def town() -> WalkNetwork:
    """A square with a bend, a parallel street, a loop, a one-way street and a street that is slower uphill."""
    streets = gpd.GeoDataFrame(
        {
            "name": ["a", None, "药店路", None, "loop", "b"],
            "highway": ["footway", "steps", None, "residential", "path", "service"],
            "oneway": [False, False, False, True, False, False],
            "seconds": [80.0, 300.0, 90.0, 75.0, 60.0, 70.0],
            "seconds_back": [80.0, 200.0, 90.0, math.inf, 60.0, 70.0],
        },
        geometry=[
            line((0, 0), (50, 5), (100, 0)),
            line((100, 0), (100, 100)),
            line((0, 0), (50, -20), (100, 0)),
            line((100, 100), (0, 100)),
            line((0, 100), (-50, 120), (-20, 150), (0, 100)),
            line((0, 100), (0, 0)),
        ],
        crs="EPSG:32650",
        index=[11, 12, 13, 14, 15, 16],
    )
    return WalkNetwork.from_edges(streets, walker="adult")


@pytest.fixture
def graph(town: WalkNetwork) -> nx.MultiDiGraph:
    return to_networkx(town.nodes, town.edges)


def fastest(network: WalkNetwork) -> dict[Any, dict[Any, float]]:
    """Seconds between all pairs of nodes, by their places, from the edges alone."""
    at = {label: (round(point.x, 3), round(point.y, 3)) for label, point in network.nodes.geometry.items()}
    plain = nx.DiGraph()
    for row in network.edges.itertuples():
        for u, v, seconds in ((row.u, row.v, row.seconds), (row.v, row.u, row.seconds_back)):
            known = plain.get_edge_data(at[u], at[v], {"seconds": math.inf})["seconds"]
            if seconds < known:
                plain.add_edge(at[u], at[v], seconds=seconds)
    return {start: dict(found) for start, found in nx.all_pairs_dijkstra_path_length(plain, weight="seconds")}


def test_a_street_is_two_arcs_and_a_oneway_street_one(town: WalkNetwork, graph: nx.MultiDiGraph) -> None:
    assert graph.number_of_nodes() == len(town.nodes) == 4
    assert graph.number_of_edges() == 11
    arcs = [(u, v, data) for u, v, data in graph.edges(data=True) if data["osmid"] == 12]
    assert {(data["reversed"], data["seconds"]) for _, _, data in arcs} == {(False, 300.0), (True, 200.0)}
    assert arcs[0][2]["street"] == arcs[1][2]["street"]
    [(_, _, once)] = [arc for arc in graph.edges(data=True) if arc[2]["osmid"] == 14]
    assert (once["oneway"], once["reversed"], once["highway"]) == (True, False, "residential")
    [(there, back)] = [[d for *_, d in graph.edges(data=True) if d["osmid"] == 15]]
    assert there["geometry"].equals_exact(back["geometry"].reverse())
    for u, v, data in graph.edges(data=True):
        ends = [(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (u, v)]
        assert [data["geometry"].coords[0], data["geometry"].coords[-1]] == ends
        assert data["length"] == pytest.approx(data["geometry"].length)
        assert "highway" not in data or isinstance(data["highway"], str)
    assert sorted(data["street_count"] for _, data in graph.nodes(data=True)) == [2, 3, 3, 4]


def test_osmnx_takes_the_graph(town: WalkNetwork, graph: nx.MultiDiGraph, tmp_path: Path) -> None:
    stats = ox.stats.basic_stats(graph)
    assert stats["street_segment_count"] == len(town.edges)
    assert stats["street_length_total"] == pytest.approx(town.edges["length"].sum())
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert nodes.crs == edges.crs == town.crs
    again = ox.convert.graph_from_gdfs(nodes, edges)
    assert again.number_of_edges() == graph.number_of_edges()
    labels = town.nodes.index.tolist()
    points = town.nodes.geometry
    assert list(ox.distance.nearest_nodes(graph, points.x.to_numpy(), points.y.to_numpy())) == labels
    assert ox.distance.nearest_edges(graph, 50.0, 6.0)[:2] in {(0, 2), (2, 0)}
    ox.save_graphml(graph, tmp_path / "town.graphml")
    loaded = ox.load_graphml(tmp_path / "town.graphml")
    assert sorted(data["seconds"] for *_, data in graph.edges(data=True)) == sorted(
        float(data["seconds"]) for *_, data in loaded.edges(data=True)
    )
    globe = ox.project_graph(graph, to_latlong=True)
    assert all(abs(data["x"]) < 180 for _, data in globe.nodes(data=True))
    assert ox.truncate.largest_component(graph, strongly=True).number_of_nodes() == 4
    assert ox.truncate.truncate_graph_dist(graph, labels[0], 101.0, weight="length").number_of_nodes() == 3


def test_osmnx_finds_the_same_fastest_walks(town: WalkNetwork, graph: nx.MultiDiGraph) -> None:
    expected = fastest(town)
    at = {label: (round(point.x, 3), round(point.y, 3)) for label, point in town.nodes.geometry.items()}
    for start in town.nodes.index:
        for end in town.nodes.index:
            route = ox.routing.shortest_path(graph, start, end, weight="seconds")
            taken = nx.path_weight(graph, route, weight="seconds")
            assert taken == pytest.approx(expected[at[start]][at[end]])


def test_a_network_comes_back_from_its_graph(town: WalkNetwork, graph: nx.MultiDiGraph) -> None:
    again = WalkNetwork.from_networkx(graph, walker="adult")
    assert fastest(again) == fastest(town)
    assert len(again.edges) == len(town.edges)
    assert sorted(again.edges["length"]) == pytest.approx(sorted(town.edges["length"]))
    there_and_back = ["seconds", "seconds_back"]
    assert sorted(map(sorted, again.edges[there_and_back].to_numpy())) == [
        pytest.approx(pair) for pair in sorted(map(sorted, town.edges[there_and_back].to_numpy()))
    ]


def both_arcs(graph: nx.MultiDiGraph) -> gpd.GeoDataFrame:
    return ox.convert.graph_to_gdfs(graph, nodes=False)


DOORS = {
    "index u, v, key": both_arcs,
    "columns u, v": lambda graph: both_arcs(graph).reset_index(),
    "no labels": lambda graph: both_arcs(graph).reset_index(drop=True),
    "only lines and seconds": lambda graph: both_arcs(graph)[["geometry", "seconds"]].reset_index(drop=True),
    "shuffled": lambda graph: both_arcs(graph).sample(frac=1.0, random_state=3),
}


@pytest.mark.parametrize("door", DOORS)
def test_both_arcs_of_a_street_are_one_street_by_every_door(
    door: str, town: WalkNetwork, graph: nx.MultiDiGraph
) -> None:
    arcs = DOORS[door](graph)
    assert len(arcs) == 11
    again = WalkNetwork.from_edges(arcs, walker="adult")
    assert again.edges["length"].sum() == pytest.approx(town.edges["length"].sum())
    assert again.left_out["count"].sum() == len(arcs) - len(town.edges)
    if door != "only lines and seconds":
        assert fastest(again) == fastest(town)
        assert sorted(again.edges["way"]) == sorted(town.edges["way"])
        assert again.edges["rule"].value_counts().to_dict() == town.edges["rule"].value_counts().to_dict()


@given(st.permutations(range(4)))
def test_which_arc_stays_does_not_depend_on_the_order_of_the_rows(order: list[int]) -> None:
    bent = line((5e5, 0.1), (500_040, 30.7), (500_020, 60.3))
    ring = line((5e5, 0.1), (499_950, 5), (499_990, 40), (5e5, 0.1))
    rows = gpd.GeoDataFrame(geometry=[bent, bent.reverse(), ring, ring.reverse()], crs="EPSG:32650")
    kept = WalkNetwork.from_edges(rows.iloc[order], walker="adult").edges.geometry
    first = [min(one, one.reverse(), key=lambda drawn: list(drawn.coords)) for one in (bent, ring)]
    assert {one.wkb for one in kept} == {one.wkb for one in first}


def test_a_two_way_line_is_folded_with_one_that_is_as_open_in_any_order_of_the_rows() -> None:
    up, down = [(0.37, 390.674), (0.86, 0.893)], [(0.86, 0.893), (0.37, 390.674)]
    drawn = gpd.GeoDataFrame(
        {"oneway": [False, False, True]}, geometry=[shapely.LineString(one) for one in (up, down, down)], crs=32650
    )
    for order in itertools.permutations(range(3)):
        network = WalkNetwork.from_edges(drawn.iloc[list(order)], walker="adult")
        kept = {(bool(row.oneway), row.geometry.coords[0]) for row in network.edges.itertuples()}
        assert kept == {(False, (0.37, 390.674)), (True, (0.86, 0.893))}


def test_edges_of_an_undirected_graph_are_walked_both_ways(town: WalkNetwork, graph: nx.MultiDiGraph) -> None:
    edges = both_arcs(ox.convert.to_undirected(graph)).drop(columns="seconds").assign(oneway=[True, [True, False]] * 3)
    again = WalkNetwork.from_edges(edges, walker="adult")
    assert len(again.edges) == 6
    assert np.isfinite(again.edges["seconds_back"]).all()


def test_the_way_of_a_street_that_osmnx_merged_is_the_first(graph: nx.MultiDiGraph) -> None:
    edges = both_arcs(graph).head(1).assign(osmid=[[7, 8]])
    network = WalkNetwork.from_edges(edges, walker="adult")
    assert network.edges["way"].tolist() == [7]
    assert network.why(7) == "way 7 is walked: taken as given, since no walk rules were applied to these streets"
    assert [data["osmid"] for *_, data in network.to_networkx().edges(data=True)] == [7]


@pytest.mark.parametrize("directed", [True, False])
def test_a_geopackage_of_osmnx_is_read(
    directed: bool, town: WalkNetwork, graph: nx.MultiDiGraph, tmp_path: Path
) -> None:
    ox.save_graph_geopackage(graph, tmp_path / "town.gpkg", directed=directed)
    assert kind_of(tmp_path / "town.gpkg") == "osmnx"
    read = graph_from_gpkg(tmp_path / "town.gpkg")
    assert read.is_directed() == directed
    assert read.graph["crs"] == town.crs
    assert read.number_of_edges() == (11 if directed else 6)
    for label, data in graph.nodes(data=True):
        assert (read.nodes[label]["x"], read.nodes[label]["y"]) == (data["x"], data["y"])
    one = next(data for *_, data in read.edges(data=True) if data["osmid"] == 13)
    assert (one["name"], one["oneway"], "highway" in one) == ("药店路", False, False)
    if directed:
        assert fastest(WalkNetwork.from_networkx(read, walker="adult")) == fastest(town)


def test_graphml_comes_back_from_osmnx(town: WalkNetwork, graph: nx.MultiDiGraph, tmp_path: Path) -> None:
    ox.save_graphml(graph, tmp_path / "town.graphml")
    assert kind_of(tmp_path / "town.graphml") == "graphml"
    read = graph_from_graphml(tmp_path / "town.graphml")
    assert read.graph["crs"] == town.crs
    assert read.graph["simplified"] is True
    assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
    expected = {(u, v, key): data for u, v, key, data in graph.edges(keys=True, data=True)}
    for u, v, key, data in read.edges(keys=True, data=True):
        wanted = expected.pop((u, v, key))
        assert data.pop("geometry").equals_exact(wanted["geometry"], 1e-9)
        assert data == {name: value for name, value in wanted.items() if name != "geometry"}
    assert expected == {}


def loaded_by_osmnx(graph: nx.MultiDiGraph, folder: Path) -> nx.MultiDiGraph:
    """What OSMnx reads of its own GraphML: attributes that it does not know are text."""
    ox.save_graphml(graph, folder / "town.graphml")
    return ox.load_graphml(folder / "town.graphml")


def layer_by_geopandas(graph: nx.MultiDiGraph, folder: Path) -> gpd.GeoDataFrame:
    ox.save_graph_geopackage(graph, folder / "town.gpkg", directed=True)
    return gpd.read_file(folder / "town.gpkg", layer="edges")


TEXT_DOORS = {
    "graph": lambda graph, folder: WalkNetwork.from_networkx(loaded_by_osmnx(graph, folder), walker="adult"),
    "edges": lambda graph, folder: WalkNetwork.from_edges(both_arcs(loaded_by_osmnx(graph, folder)), walker="adult"),
    "layer": lambda graph, folder: WalkNetwork.from_edges(layer_by_geopandas(graph, folder), walker="adult"),
    "texts": lambda graph, _: WalkNetwork.from_edges(
        both_arcs(graph).astype(dict.fromkeys(("osmid", "private", "seconds", "street", "length", "reversed"), str)),
        walker="adult",
    ),
}


@pytest.mark.parametrize("door", TEXT_DOORS)
def test_texts_that_another_reader_left_give_the_same_walks(door: str, graph: nx.MultiDiGraph, tmp_path: Path) -> None:
    for *_, data in graph.edges(data=True):
        data.update(
            private=data["osmid"] == 13,
            highway=data.get("highway", "path"),
            osmid=[16, 26] if data["osmid"] == 16 else data["osmid"],
            level="1",
        )
    expected = WalkNetwork.from_networkx(graph, walker="adult")
    again = TEXT_DOORS[door](graph, tmp_path)
    assert fastest(again) == fastest(expected)
    columns = ["way", "kind", "private", "oneway", "seconds", "seconds_back"]
    tables = [one.edges[columns].sort_values("way", ignore_index=True) for one in (again, expected)]
    pd.testing.assert_frame_equal(*tables, check_column_type=False)
    assert again.edges["private"].sum() == 1


def test_a_text_that_is_no_value_is_refused_by_name(graph: nx.MultiDiGraph) -> None:
    with pytest.raises(StreetsError, match=r"private of way .* is 'perhaps'"):
        WalkNetwork.from_edges(both_arcs(graph).assign(private="perhaps"), walker="adult")


def test_old_graphml_says_what_osmnx_says_of_it(shared_data: Shared) -> None:
    path = shared_data(PUNGGOL)
    assert kind_of(path) == "graphml"
    read, oracle = graph_from_graphml(path), ox.load_graphml(path)
    assert set(read) == set(oracle)
    for label, data in oracle.nodes(data=True):
        assert {name: read.nodes[label][name] for name in ("x", "y", "osmid")} == {
            name: data[name] for name in ("x", "y", "osmid")
        }
    for u, v, key, data in oracle.edges(keys=True, data=True):
        assert read.edges[u, v, key] == data


def test_the_streets_of_punggol_are_those_of_osmnx(shared_data: Shared) -> None:
    path = shared_data(PUNGGOL)
    whole = ox.convert.to_undirected(ox.load_graphml(path))
    metres = sum(data["length"] for *_, data in whole.edges(data=True))
    network = WalkNetwork.from_networkx(graph_from_graphml(path), walker="adult")
    assert len(network.edges) == whole.number_of_edges() == 1_841
    assert not network.edges["oneway"].any()
    assert network.edges["length"].sum() == pytest.approx(metres, rel=5e-3)  # OSMnx measures on a sphere


def test_the_streets_of_kowloon_are_all_there(shared_data: Shared) -> None:
    path = shared_data(KOWLOON)
    assert kind_of(path) == "osmnx"
    read = graph_from_gpkg(path)
    edges = pyogrio.read_dataframe(path, layer="edges")
    assert (read.number_of_nodes(), read.number_of_edges()) == (5_406, len(edges)) == (5_406, 7_788)
    assert not read.is_directed()
    assert sum(data["length"] for *_, data in read.edges(data=True)) == pytest.approx(edges["length"].sum())
    network = WalkNetwork.from_networkx(read, walker="adult")
    assert len(network.edges) == 7_788
    assert network.edges["length"].sum() == pytest.approx(edges["length"].sum(), rel=5e-3)
    assert not np.isinf(network.edges["seconds_back"]).any()
    with_steps = edges["highway"].astype(str).str.contains("steps").sum()
    assert with_steps == (network.edges["kind"] == "steps").sum() > 0


def test_the_lines_of_wuhan_are_read(shared_data: Shared) -> None:
    path = shared_data(WUHAN)
    assert kind_of(path) == "lines"
    assert len(lines_from_file(path)) == 92_667


# ---------------------------------------------------------------- arcs


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[tuple[int, int, Any, int]], int, int]:
    """Arcs of random streets in random order, with the number of streets and of those that are one-way."""
    at = [(0.0, 0.0), (1e6, 0.1), (1 / 3, 2e6), (-7.7, 9.1)]
    arcs, streets, once = [], draw(st.integers(1, 8)), 0
    for street in range(streets):
        u, v = draw(st.integers(0, 3)), draw(st.integers(0, 3))
        bend = (street + 0.25, -street / 3)  # no two are drawn alike
        middle = [bend] if u != v else [bend, (bend[0] + 1.0, bend[1])]
        shape, way = line(at[u], *middle, at[v]), draw(st.integers(0, 1))
        arcs.append((u, v, shape, way))
        if draw(st.booleans()):
            arcs.append((v, u, shape.reverse(), way))
        else:
            once += 1
    return draw(st.permutations(arcs)), streets, once


@given(case=drawn())
def test_every_street_is_found_among_its_arcs(case: Any) -> None:
    arcs, streets, once = case
    twin = pair_arcs(
        [arc[0] for arc in arcs],
        [arc[1] for arc in arcs],
        np.array([arc[2] for arc in arcs], object),
        [arc[3] for arc in arcs],
    )
    assert ((twin < 0) | (np.arange(len(twin)) < twin)).sum() == streets
    assert (twin < 0).sum() == once
    for i, j in enumerate(twin):
        if j >= 0:
            assert twin[j] == i
            assert arcs[i][2].equals_exact(arcs[j][2].reverse())


def test_two_halves_of_a_oneway_ring_are_two_streets() -> None:
    lines = np.array([line((0, 0), (5, 5), (10, 0)), line((10, 0), (5, -5), (0, 0))], object)
    assert lines[0].length == lines[1].length
    assert pair_arcs([1, 2], [2, 1], lines, ["ring", "ring"]).tolist() == [-1, -1]


def test_a_bend_summed_backwards_is_the_same_street() -> None:
    """The length of a line and of its reverse differ in the last bits, so lengths must not decide."""
    shape = line(*[(103.9 + i / 7e4, 1.3 + math.sin(i) / 3e4) for i in range(60)])
    lines = np.array([shape, shape.reverse()], object)
    assert pair_arcs(["a", "b"], ["b", "a"], lines, [0, 0]).tolist() == [1, 0]


def test_a_loop_may_be_drawn_twice_the_same_way() -> None:
    ring = line((0, 0), (5, 5), (9, 0), (0, 0))
    assert pair_arcs([1, 1], [1, 1], np.array([ring, ring], object), [0, 0]).tolist() == [1, 0]


def test_the_ways_of_a_street_may_be_listed_in_any_order() -> None:
    assert way_ids([3, 1]) == way_ids([1, 3]) != way_ids([1])
    assert way_ids(7) == way_ids("7") == way_ids([7])
    assert way_ids(None) == way_ids(None)


# ---------------------------------------------------------------- GraphML that is not as it should be

GRAPHML = """<?xml version="1.0" encoding="utf-8"?>{doctype}
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="x" for="node" attr.name="x" attr.type="{type}"/><key id="y" for="node" attr.name="y" attr.type="{type}"/>
<key id="l" for="edge" attr.name="length" attr.type="{type}"/>
<key id="g" for="edge" attr.name="geometry" attr.type="string"/>
<key id="w" for="edge" attr.name="wide" attr.type="int"/><key id="c" for="graph" attr.name="crs" attr.type="string"/>
<key id="k" for="edge" attr.name="highway" attr.type="string"><default>footway</default></key>
<graph edgedefault="{edgedefault}">{crs}
<node id="{one}"><data key="x">{x}</data><data key="y">1.3</data></node>
<node id="7"><data key="x">103.91</data><data key="y">1.31</data></node>{nodes}
<edge source="{one}" target="7" id="0"><data key="l">{length}</data><data key="w">{wide}</data>{data}</edge>{edges}
</graph></graphml>
"""
PLAIN = {
    "doctype": "", "type": "string", "edgedefault": "directed", "crs": '<data key="c">epsg:4326</data>', "one": "5",
    "x": "103.9", "nodes": "", "length": "1550.5", "wide": "3", "data": "", "edges": "",
}  # fmt: skip


def graphml(folder: Path, **changes: str) -> Path:
    path = folder / "town.graphml"
    path.write_text(GRAPHML.format(**{**PLAIN, **changes}), "utf-8")
    return path


@pytest.mark.parametrize("kind", ["string", "double", "float"])
@pytest.mark.parametrize("edgedefault", ["directed", "undirected"])
def test_numbers_are_numbers_whatever_the_file_declares(kind: str, edgedefault: str, tmp_path: Path) -> None:
    read = graph_from_graphml(graphml(tmp_path, type=kind, edgedefault=edgedefault))
    assert read.is_directed() == (edgedefault == "directed")
    assert read.nodes[5] == {"x": 103.9, "y": 1.3}
    [(u, v, data)] = read.edges(data=True)
    assert {u, v} == {5, 7}
    assert data == {"length": 1550.5, "wide": 3, "highway": "footway"}
    assert type(data["wide"]) is int
    assert read.graph["crs"].to_epsg() == 4326


def test_ids_that_are_not_all_numbers_stay_text(tmp_path: Path) -> None:
    assert set(graph_from_graphml(graphml(tmp_path, one="n5"))) == {"n5", "7"}
    assert set(graph_from_graphml(graphml(tmp_path, one="007"))) == {"007", "7"}


BILLION = '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"doctype": BILLION, "length": "&c;"}, "document type"),
        ({"doctype": '<!DOCTYPE a [<!ENTITY s SYSTEM "file:///etc/passwd">]>', "x": "&s;"}, "document type"),
        ({"doctype": '<!DOCTYPE graphml SYSTEM "http://127.0.0.1:9/x.dtd">'}, "document type"),
        ({"length": "&undeclared;"}, "no whole XML.*undefined entity"),
        ({"crs": ""}, "states no CRS; set"),
        ({"crs": '<data key="c">moon</data>'}, "unknown CRS 'moon'"),
        ({"x": "abc"}, r"node 5: x is 'abc'; it must be a number"),
        ({"x": "abc", "type": "double"}, r"node 5: x is 'abc'; it must be a number"),
        ({"x": "nan"}, "node 5 has nan as x"),
        ({"x": "1e999"}, "node 5 has inf as x"),
        ({"x": ""}, "node 5: x is ''"),
        ({"x": "1_0"}, "node 5: x is '1_0'"),
        ({"length": "12 m"}, r"edge 5 to 7, key 0: length is '12 m'; it must be a number"),
        ({"wide": "3.5"}, r"edge 5 to 7, key 0: wide is '3.5'; it must be a whole number"),
        ({"wide": "inf"}, "wide is 'inf'"),
        ({"data": '<data key="g">POINT (1 1)</data>'}, "geometry is 'POINT.*LINESTRING"),
        ({"data": '<data key="g">LINESTRING (1 1, 2</data>'}, "geometry is 'LINESTRING"),
        ({"data": '<data key="g">LINESTRING EMPTY</data>'}, "geometry is 'LINESTRING EMPTY"),
        ({"data": '<data key="unknown">1</data>'}, "no key unknown"),
        ({"nodes": '<node id="9"/>'}, "node 9 has no x"),
        ({"nodes": '<node id="7"/>'}, "node '7' is there more than once"),
        ({"edges": '<edge source="5" target="8"/>'}, "edge '5' to '8' ends at node '8'"),
        ({"edges": '<edge source="5" target="7" id="0"/>'}, "edge '5' to '7' with id '0' is there 2 times"),
        ({"edges": "<hyperedge/>"}, "several nodes"),
        ({"edges": '</graph><graph edgedefault="directed">'}, "2 graphs"),
        ({"edges": '<edge source="5" target="7" id="1" directed="false"/>'}, "directed=false edge"),
    ],
)
def test_graphml_that_is_wrong_names_what_where_and_the_value(
    changes: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match=said) as caught:
        graph_from_graphml(graphml(tmp_path, **changes))
    assert str(tmp_path / "town.graphml") in str(caught.value)
    assert "root:" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_entities_do_not_hide_in_another_encoding(encoding: str, tmp_path: Path) -> None:
    path = graphml(tmp_path, doctype=BILLION, length="&c;")
    text = path.read_text("utf-8").replace('encoding="utf-8"', 'encoding="utf-16"')
    path.write_bytes((codecs.BOM_UTF16_BE if encoding.endswith("be") else b"") + text.encode(encoding))
    with pytest.raises(FileError):
        graph_from_graphml(path)


@pytest.mark.parametrize("part", [0.2, 0.6, 0.99])
def test_graphml_that_was_cut_short_is_refused(part: float, tmp_path: Path) -> None:
    path = graphml(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(FileError, match="cut short"):
        graph_from_graphml(path)


@pytest.mark.parametrize("text", ["<osm/>", "<graphml/>", '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"/>'])
def test_xml_without_a_graph_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "n.graphml").write_text(text)
    with pytest.raises(FileError, match="no graph in GraphML"):
        graph_from_graphml(tmp_path / "n.graphml")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("osmid", "[1, 22]", [1, 22]),
        ("osmid", "-5", -5),
        ("osmid", "w5", "w5"),
        ("highway", "['footway', 'steps']", ["footway", "steps"]),
        ("name", "[\"St. John's\", '药店']", ["St. John's", "药店"]),
        ("name", "[Foo]", "[Foo]"),
        ("name", "[1, [2]]", "[1, [2]]"),
        ("name", "[" * 5_000, "[" * 5_000),
        ("name", "[" + "-" * 50_000 + "1]", "[" + "-" * 50_000 + "1]"),
        ("name", "[__import__('os')]", "[__import__('os')]"),
        ("name", "[]", []),
        ("reversed", "[True, False]", [True, False]),
        ("reversed", "False", False),
        ("oneway", "yes", "yes"),
        ("maxspeed", "50", "50"),
        ("length", " 1e3 ", 1000.0),
    ],
)
def test_texts_mean_what_osmnx_means(name: str, text: str, value: Any) -> None:
    made = value_of(name, text)
    assert made == value
    assert type(made) is type(value)


@given(text=st.text(alphabet="[]'\"\\,- 0123456789.TrueFalsNonx", max_size=60))
def test_no_text_breaks_the_reading_of_lists(text: str) -> None:
    made = value_of("note", text)
    assert made == text or isinstance(made, list)


@given(number=st.floats(allow_nan=False))
def test_numbers_are_read_to_the_bit(number: float) -> None:
    assert math.copysign(1.0, value_of("x", repr(number))) == math.copysign(1.0, number)
    assert value_of("x", repr(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("epsg:4326", 4326),
        ("EPSG:32650", 32650),
        ("{'init': 'epsg:4326'}", 4326),
        ("{'init': 'epsg:32648', 'no_defs': True}", 32648),
        ("+init=epsg:4326 +type=crs", 4326),
        ("+proj=longlat +ellps=WGS84 +datum=WGS84 +no_defs", 4326),
        ("epsg:999999999", None),
        ("", None),
        ("/etc/passwd", None),
        (None, None),
    ],
)
def test_a_crs_is_read_as_old_and_new_osmnx_wrote_it(text: str | None, number: int | None) -> None:
    crs = crs_of(text)
    assert (crs is None) == (number is None)
    if crs is not None:
        assert crs.to_epsg(min_confidence=20) == number


def test_labels_become_numbers_together_or_not_at_all() -> None:
    assert labels_of(["1", "-2"]) == [1, -2]
    for odd in ("x", "01", "1.0", "٣", "9" * 30, ""):
        assert labels_of(["1", odd]) == ["1", odd]


# ---------------------------------------------------------------- GeoPackages and lines


def package(path: Path, nodes: dict[str, Any], edges: dict[str, Any], *, crs: str | None = "EPSG:4326") -> Path:
    points = gpd.GeoDataFrame(nodes, geometry=[shapely.Point(103.9, 1.3), shapely.Point(103.91, 1.31)], crs=crs)
    lines = gpd.GeoDataFrame(edges, geometry=[line((103.9, 1.3), (103.91, 1.31))], crs=crs)
    pyogrio.write_dataframe(points, path, layer="nodes")
    pyogrio.write_dataframe(lines, path, layer="edges")
    return path


NODES = {"osmid": [1, 2]}
EDGES = {"u": [1], "v": [2], "key": [0], "osmid": ["[7, 8]"], "length": [1_550.5]}


def test_a_geopackage_without_x_and_y_has_its_points(tmp_path: Path) -> None:
    read = graph_from_gpkg(package(tmp_path / "n.gpkg", NODES, EDGES))
    assert read.nodes[2] == {"x": 103.91, "y": 1.31}
    [(u, v, data)] = read.edges(data=True)
    assert (u, v, data["osmid"], data["length"]) == (1, 2, [7, 8], 1_550.5)


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        ({"osmid": [1, 1]}, EDGES, "node 1 is there more than once"),
        ({"id": [1, 2]}, EDGES, "'osmid' of the layer nodes"),
        (NODES, {**EDGES, "v": [3]}, "edge 1 to 3 ends at node 3"),
        (NODES, {"u": [1], "key": [0]}, "'v' of the layer edges"),
        (NODES, {**EDGES, "v": [None]}, "'v' of the layer edges"),
        (NODES, {**EDGES, "length": ["long"]}, "edge 1: length is 'long'; it must be a number"),
    ],
)
def test_a_geopackage_that_makes_no_graph_is_refused(
    nodes: dict[str, Any], edges: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match=said) as caught:
        graph_from_gpkg(package(tmp_path / "n.gpkg", nodes, edges))
    assert "n.gpkg" in str(caught.value)


def test_lines_keep_the_ids_that_other_programs_show(town: WalkNetwork, tmp_path: Path) -> None:
    name = "roads'; DROP TABLE gpkg_contents; --"
    pyogrio.write_dataframe(town.edges[["name", "geometry"]], tmp_path / "n.gpkg", layer=name)
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), tmp_path / "n.gpkg", layer="notes")
    assert kind_of(tmp_path / "n.gpkg") == "lines"
    read = lines_from_file(tmp_path / "n.gpkg")
    assert read.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert read.geometry.tolist() == town.edges.geometry.tolist()
    assert len(WalkNetwork.from_edges(read, walker="adult").edges) == 6
    assert lines_from_file(tmp_path / "n.gpkg", layer=name).equals(read)
    pyogrio.write_dataframe(town.edges[["geometry"]], tmp_path / "n.gpkg", layer="more")
    with pytest.raises(FileError, match=r"2 layers that can hold lines.*'more'.*layer="):
        lines_from_file(tmp_path / "n.gpkg")
    with pytest.raises(FileError, match="has no layer 'none'"):
        lines_from_file(tmp_path / "n.gpkg", layer="none")


def test_lines_without_a_crs_or_without_lines_are_refused(town: WalkNetwork, tmp_path: Path) -> None:
    bare = gpd.GeoDataFrame(geometry=town.edges.geometry.to_numpy())
    with pytest.warns(UserWarning, match="crs"):
        pyogrio.write_dataframe(bare, tmp_path / "bare.gpkg")
    bare.to_parquet(tmp_path / "bare.parquet")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "table.parquet")
    pyogrio.write_dataframe(town.nodes[["geometry"]], tmp_path / "points.gpkg")
    for name, said in (
        ("bare.gpkg", "no CRS"),
        ("bare.parquet", "no CRS"),
        ("table.parquet", "no GeoParquet"),
        ("points.gpkg", "0 layers that can hold lines"),
    ):
        with pytest.raises(FileError, match=said):
            lines_from_file(tmp_path / name)


def test_what_a_file_holds_is_told_by_its_content(town: WalkNetwork, tmp_path: Path) -> None:
    for suffix in (".gpkg", ".parquet"):
        save_layout(town.layout, town.walker, tmp_path / f"n{suffix}")
        assert kind_of(tmp_path / f"n{suffix}") == "network"
    (tmp_path / "n.osm").write_text("<osm/>")
    (tmp_path / "page.gpkg").write_text("<!DOCTYPE html><html></html>")
    for name, said in (("n.osm", "this suffix"), ("page.gpkg", "web page"), ("gone.gpkg", "no such file")):
        with pytest.raises(FileError, match=said):
            kind_of(tmp_path / name)


def test_a_bridge_over_a_street_is_no_other_direction_of_it():
    line = shapely.LineString([(10, 20), (0, 30)])
    lines = gpd.GeoDataFrame({"level": [None, "1"]}, geometry=[line, line.reverse()], crs="EPSG:32650")
    assert len(WalkNetwork.from_edges(lines.assign(oneway=False), walker="adult").edges) == 2
