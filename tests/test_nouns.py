"""The nouns of tenmin at its doors: what stands in their place is told apart; they can be compared and hashed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd
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
    "network as coverage": (tm.draw_map, "network=network"),
    "graph to draw": (lambda _: tm.draw_map(network=GRAPH), "WalkNetwork.from_networkx"),
    "nothing to draw": (lambda _: tm.draw_map(), "network=network.*tm.measure_coverage"),
    "isochrones alone to draw": (lambda _: tm.draw_map(isochrones=CLINICS), "network=network.*tm.measure_coverage"),
    "gaps without a coverage": (lambda town: tm.draw_map(network=town, gaps=CLINICS), "tm.measure_coverage"),
    "list as isochrones": (lambda town: tm.draw_map(network=town, isochrones=[5]), "a list; make them: tm.trace_isoch"),
    "facilities as isochrones": (
        lambda town: tm.draw_map(network=town, isochrones=CLINICS),
        "need the columns facility.*trace_isoch",
    ),
    "text as facilities": (lambda town: tm.draw_map(network=town, facilities="clinics"), "facilities must be a GeoDat"),
    "table as coverage": (lambda _: tm.draw_map(HOMES.assign(served=True)), "tm.measure_coverage"),
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


def test_what_a_notebook_shows_holds_the_figures_and_escapes_every_text() -> None:
    shown = {
        "WalkNetwork": tm.WalkNetwork.from_edges(
            gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1500, 0)])], crs=CRS), walker=tm.Walker("<i>", 4.0)
        ),
        "OsmExtract": tm.read_osm(tm.sample_path("shifan")),
        "Walker": tm.Walker.preset("wheelchair"),
        "Standard": tm.load_standard("jiaxing_2012"),
    }
    html = {name: noun._repr_html_() for name, noun in shown.items()}
    assert "1.5 km" in html["WalkNetwork"]
    assert "&lt;i&gt;" in html["WalkNetwork"]
    assert "<i>" not in html["WalkNetwork"]
    assert f"{len(shown['OsmExtract'].ways):,}" in html["OsmExtract"]
    assert "speed_kmh" in html["Walker"]
    assert shown["Standard"].title_zh in html["Standard"]


def test_what_a_notebook_shows_of_results_is_their_counts(network: tm.WalkNetwork) -> None:
    lost = gpd.GeoDataFrame({"category": ["<b>x"]}, index=["l"], geometry=[Point(0, 9000)], crs=CRS)
    facilities = gpd.GeoDataFrame(pd.concat([CLINICS, lost]))
    html = tm.measure_coverage(network, HOMES, facilities, minutes=10)._repr_html_()
    assert "100.0%" in html
    assert "2, 1 of them joined to no street" in html
    assert "&lt;b&gt;x" in html
    assert "<b>x" not in html
    areas = pd.DataFrame({"name": ["东园社区"], "households": [1800]}, index=["a1"])
    rooms = pd.DataFrame({"category": "community_service", "area": ["a1"], "floor_area_m2": [420.0]}, index=[1])
    assert (
        tm.check_standard("jiaxing_2012", areas, rooms).rule[0]
        in tm.check_standard("jiaxing_2012", areas, rooms)._repr_html_()
    )


def test_only_what_is_for_people_is_offered(network: tm.WalkNetwork) -> None:
    assert set(dir(tm)) == set(tm.__all__)
    offered = {name for name in dir(network) if not name.startswith("_")}
    assert offered >= {"nodes", "edges", "barriers", "gates", "crs", "walker", "save", "snap", "to_networkx", "why"}
    assert offered.isdisjoint({"assembly", "layout", "streets", "frontage", "tree", "walls", "of"})
    coverage = tm.measure_coverage(network, HOMES, CLINICS, minutes=10)
    assert {"minutes", "served", "shares", "walk"} <= set(dir(coverage))
    assert "query" not in dir(coverage)
