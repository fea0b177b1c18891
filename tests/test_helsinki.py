"""The centre of Helsinki, as it ships: minutes and metres of networkx and scipy, and laws on real streets."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import tenmin as tm
from oracles import least_walks, reached_metres, served_spots
from tenmin.routing import Seeds, search, traversable_arcs

NEAR = pytest.approx


@pytest.fixture(scope="session")
def network(helsinki: Path) -> tm.WalkNetwork:
    """The walking network of Helsinki."""
    return tm.WalkNetwork.from_osm(helsinki, private="open")


@pytest.fixture(scope="session")
def doors(network: tm.WalkNetwork) -> gpd.GeoDataFrame:
    """Eight facilities at nodes of the largest component."""
    main = network.nodes[network.nodes["component_nodes"] == network.nodes["component_nodes"].max()]
    chosen = main.sample(8, random_state=11)
    return gpd.GeoDataFrame(
        {"category": "clinic"}, index=[f"c{k}" for k in range(8)], geometry=chosen.geometry.array, crs=network.crs
    )


@pytest.fixture(scope="session")
def people(network: tm.WalkNetwork) -> gpd.GeoDataFrame:
    """Two hundred people anywhere in the box of the streets."""
    left, bottom, right, top = network.edges.total_bounds
    at = np.random.default_rng(5).uniform((left, bottom), (right, top), (200, 2))
    return gpd.GeoDataFrame(
        {"people": 1.0}, index=[f"h{k}" for k in range(200)], geometry=shapely.points(at), crs=network.crs
    )


def arcs(network: tm.WalkNetwork, weight: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every open arc: from, to (positions of nodes), seconds or metres."""
    edges = network.edges
    u, v = (network.nodes.index.get_indexer(edges[end]) for end in ("u", "v"))
    there = edges["seconds"] if weight == "seconds" else edges["length"]
    back = edges["seconds_back"] if weight == "seconds" else edges["length"]
    two_way = np.isfinite(edges["seconds_back"].to_numpy())
    tail, head = np.concatenate([u, v[two_way]]), np.concatenate([v, u[two_way]])
    return tail, head, np.concatenate([there, back[two_way]])


def from_doors(
    network: tm.WalkNetwork, doors: gpd.GeoDataFrame, unit: str, direction: str
) -> tuple[np.ndarray, np.ndarray]:
    """The nodes of the facilities, and the least cost between them and every node."""
    at = shapely.STRtree(network.nodes.geometry.array).nearest(doors.geometry.array)
    costs = network.costs(unit)
    zero = np.zeros(len(at))
    seeds = Seeds(at, zero, zero, np.arange(len(at), dtype=np.int32))
    costs = costs.reversed() if direction == "to" else costs
    return at, search(traversable_arcs(network.streets, costs), seeds).cost


@pytest.mark.parametrize("direction", ["to", "from"])
@pytest.mark.parametrize(("unit", "weight"), [("minutes", "seconds"), ("metres", "metres")])
def test_every_node_is_as_far_as_networkx_and_scipy_say(
    network: tm.WalkNetwork, doors: gpd.GeoDataFrame, unit: str, weight: str, direction: str
):
    at, found = from_doors(network, doors, unit, direction)
    tail, head, cost = arcs(network, weight)
    tail, head = (head, tail) if direction == "to" else (tail, head)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(found)))
    graph.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True))
    known = nx.multi_source_dijkstra_path_length(graph, set(at.tolist()))
    assert found.tolist() == NEAR([known.get(node, np.inf) for node in range(len(found))], rel=1e-9)
    order = np.lexsort((cost, head, tail))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    least = order[first]
    matrix = csr_array((cost[least], (tail[least], head[least])), shape=(len(found), len(found)))
    assert found.tolist() == NEAR(dijkstra(matrix, indices=at, min_only=True).tolist(), rel=1e-9)
    assert 0 < np.isinf(found).sum() < 0.2 * len(found)


@pytest.mark.parametrize("direction", ["to", "from"])
@pytest.mark.parametrize(("limit", "weight"), [({"minutes": 10}, "seconds"), ({"metres": 800}, "metres")])
def test_people_walk_as_far_as_networkx_says(
    network: tm.WalkNetwork, doors: gpd.GeoDataFrame, people: gpd.GeoDataFrame, limit: dict, weight: str, direction: str
):
    coverage = tm.measure_coverage(network, people, doors, direction=direction, **limit)
    known = least_walks(network, people, doors, weight=weight, direction=direction)
    found = coverage.minutes["clinic"] * 60 if weight == "seconds" else coverage.metres["clinic"]
    assert found.tolist() == NEAR(known.tolist(), rel=1e-9)
    assert (coverage.joins.loc["places", "how"] == "none").sum() < 100


def test_reached_streets_are_as_long_as_the_stops_add_up_to(network: tm.WalkNetwork, doors: gpd.GeoDataFrame):
    circles = tm.trace_isochrones(network, doors.iloc[:3], metres=800, shape="streets")
    known = [reached_metres(network, doors.iloc[[k]], 800, weight="metres") for k in range(3)]
    assert circles.length.tolist() == NEAR(known, rel=1e-9)


def test_ground_is_where_the_rule_says(network: tm.WalkNetwork, doors: gpd.GeoDataFrame):
    open_town = network.behind(network.barriers.iloc[:0])
    for k in range(2):
        door = doors.iloc[[k]]
        (fine,), (coarse,) = (
            tm.trace_isochrones(open_town, door, metres=800, resolution=resolution).geometry for resolution in (5, 10)
        )
        left, bottom, right, top = fine.bounds
        at = np.random.default_rng(2).uniform((left, bottom), (right, top), (4000, 2))
        spots = gpd.GeoDataFrame(geometry=shapely.points(at), crs=network.crs)
        served = served_spots(open_town, door, spots, 800, lateral=50.0)
        for ground, most in ((fine, 0.005), (coarse, 0.01)):
            assert (shapely.contains(ground, spots.geometry.array) != served).mean() <= most * served.mean()


def test_l1_ten_minutes_hold_five(network: tm.WalkNetwork, doors: gpd.GeoDataFrame):
    for shape in ("streets", "ground"):
        circles = tm.trace_isochrones(network, doors, minutes=[5, 10], shape=shape)
        five, ten = (circles[circles["minutes"] == limit].geometry.array for limit in (5, 10))
        assert shapely.area(shapely.difference(five, ten)).max() <= 1e-3
        assert (shapely.length(five) <= shapely.length(ten)).all() or shape == "ground"


def test_l3_hardly_anything_is_one_way_on_foot(
    network: tm.WalkNetwork, doors: gpd.GeoDataFrame, people: gpd.GeoDataFrame
):
    assert np.isinf(network.edges["seconds_back"]).mean() < 0.02
    to, back = (tm.measure_walks(network, people, doors, direction=way)["clinic"] for way in ("to", "from"))
    assert np.isclose(to, back).mean() > 0.8


def test_g16_the_clipped_extract_knows_where_its_data_ends(
    network: tm.WalkNetwork, doors: gpd.GeoDataFrame, people: gpd.GeoDataFrame
):
    assert network.boundary is not None
    assert network.nodes["cut"].sum() > 20
    coverage = tm.measure_coverage(network, people, doors, minutes=3)
    served, unknown = coverage.served["clinic"], coverage.unknown["clinic"]
    assert not (served & unknown).any()
    rim = people.distance(network.boundary.boundary)
    unserved = np.isfinite(coverage.minutes["clinic"]) & ~served
    assert unknown[unserved & (rim < 50)].mean() > 0.8
    assert unknown[unserved & (rim > 400)].sum() == 0


def test_g23_two_runs_are_the_same(helsinki: Path, network: tm.WalkNetwork, doors: gpd.GeoDataFrame):
    again = tm.WalkNetwork.from_osm(helsinki, private="open")
    assert again.edges.drop(columns="geometry").equals(network.edges.drop(columns="geometry"))
    one, two = (tm.trace_isochrones(each, doors, minutes=10).to_wkb() for each in (network, again))
    assert one.equals(two)


def test_the_whole_chain_keeps_its_people(helsinki: Path):
    town = tm.read_osm(helsinki)
    network = tm.WalkNetwork.from_osm(town)
    facilities, places = tm.find_facilities(town), tm.estimate_places(town, people=12_000)
    assert places["people"].sum() == NEAR(12_000)
    coverage = tm.measure_coverage(network, places, facilities, minutes=10)
    shares = coverage.shares()
    assert (shares["served"] + shares["unserved"] + shares["unknown"]).tolist() == NEAR([12_000.0] * len(shares))
    assert shares["share"].dropna().between(0.0, 1.0).all()
    gaps = tm.find_gaps(coverage)
    lost = gaps.groupby("category")["people"].sum()
    table = shares.set_index("category")
    known = (table["unserved"] + table["unknown"]).loc[lost.index]
    assert lost.tolist() == NEAR(known.tolist())
    assert gaps["severity"].is_monotonic_decreasing
