"""The nouns of tenmin at its doors: what stands in their place is told apart; they can be compared and hashed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import networkx as nx
import pytest
from shapely import LineString, Point

import tenmin as tm

CRS = "EPSG:32650"


@pytest.fixture(scope="module")
def lines() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs=CRS)


@pytest.fixture(scope="module")
def network(lines: gpd.GeoDataFrame) -> tm.WalkNetwork:
    return tm.WalkNetwork.from_edges(lines, walker="adult")


HOMES = gpd.GeoDataFrame({"people": [30.0]}, index=["h"], geometry=[Point(80, 0)], crs=CRS)
CLINICS = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c"], geometry=[Point(0, 0)], crs=CRS)
GRAPH = nx.path_graph(2)

WRONG: dict[str, tuple[Callable[[Any], object], str]] = {
    "graph as network": (lambda _: tm.measure_walks(GRAPH, HOMES, CLINICS), "WalkNetwork.from_networkx"),
    "frame as network": (lambda _: tm.measure_coverage(HOMES, HOMES, CLINICS, minutes=10), "WalkNetwork.from_edges"),
    "path as network": (lambda _: tm.trace_isochrones("town.pbf", CLINICS, minutes=5), "WalkNetwork.from_osm"),
    "nothing as network": (lambda _: tm.find_nearest(None, HOMES, CLINICS, minutes=5), "WalkNetwork.from_osm"),
    "frame as coverage": (lambda _: tm.find_gaps(HOMES), "tm.measure_coverage"),
    "network as coverage": (tm.draw_map, "tm.measure_coverage"),
    "frame as extract": (lambda _: tm.find_facilities(HOMES), "tm.read_osm"),
    "number as extract": (lambda _: tm.estimate_places(7, people=10), "tm.read_osm"),
    "graph as extract": (lambda _: tm.WalkNetwork.from_osm(GRAPH), "tm.read_osm"),
    "speed as walker": (lambda town: town.walked_by(4.5), r"speed_kmh=4\.5"),
    "nothing as walker": (lambda town: town.walked_by(None), "Walker.preset"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_stands_in_place_of_a_noun_is_named_with_the_call_that_makes_it(
    case: str, network: tm.WalkNetwork
) -> None:
    call, way_out = WRONG[case]
    with pytest.raises(tm.InputError, match=way_out):
        call(network)


def test_a_path_is_read_where_an_extract_is_wanted() -> None:
    path = tm.sample_path("shifan")
    town = tm.read_osm(path)
    assert tm.find_facilities(str(path)).equals(tm.find_facilities(town))
    assert tm.estimate_places(path, people=100).equals(tm.estimate_places(town, people=100))


def test_nouns_are_compared_by_identity_and_walkers_by_value(lines: gpd.GeoDataFrame, network: tm.WalkNetwork) -> None:
    again = tm.WalkNetwork.from_edges(lines, walker="adult")
    first, second = (tm.measure_coverage(town, HOMES, CLINICS, minutes=10) for town in (network, again))
    assert (network == again, first == second) == (False, False)
    assert len({network, again, first, second, network}) == 4
    assert network.walker == again.walker
    assert hash(network.walker) == hash(again.walker)
