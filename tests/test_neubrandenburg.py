"""The town of the demo, as it ships: elements counted by osmium alone, walks and shares held against networkx."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import osmium.io
import osmium.osm
import pytest
from osmium.filter import TagFilter

import tenmin as tm
from conftest import Town
from oracles import arrivals_on_streets
from tenmin.cli._walk_commands import DEMO_PEOPLE
from tenmin.inputs.samples import sample_path

NEAR = pytest.approx
PATH = sample_path("neubrandenburg")
WEST, SOUTH, EAST, NORTH = 13.180, 53.510, 13.345, 53.602
WALKED = ("kindergarten", "pharmacy", "supermarket")
MAPPED = {
    "pharmacy": ("amenity", "pharmacy"),
    "kindergarten": ("amenity", "kindergarten"),
    "supermarket": ("shop", "supermarket"),
}


def in_box(node: osmium.osm.Node) -> bool:
    """Whether a node lies in the box of the clip."""
    return WEST <= node.location.lon <= EAST and SOUTH <= node.location.lat <= NORTH


@pytest.fixture(scope="session")
def coverage(neubrandenburg: Town) -> tm.Coverage:
    """Ten minutes to three services."""
    facilities = neubrandenburg.facilities
    some = facilities[facilities["category"].isin(WALKED)]
    return tm.measure_coverage(neubrandenburg.network, neubrandenburg.places, some, minutes=10)


@pytest.fixture(scope="session")
def open_network(neubrandenburg: Town) -> tm.WalkNetwork:
    """The streets with all private ways open, as networkx walks them."""
    return tm.WalkNetwork.from_osm(neubrandenburg.extract, private="open")


@pytest.fixture(scope="session")
def homes(neubrandenburg: Town) -> gpd.GeoDataFrame:
    """Every third home."""
    return neubrandenburg.places.iloc[::3]


@pytest.fixture(scope="session")
def pharmacies(neubrandenburg: Town) -> gpd.GeoDataFrame:
    """The pharmacies of the town."""
    return neubrandenburg.facilities[neubrandenburg.facilities["category"] == "pharmacy"]


@pytest.fixture(scope="session")
def known(open_network: tm.WalkNetwork, homes: gpd.GeoDataFrame, pharmacies: gpd.GeoDataFrame) -> np.ndarray:
    """Minutes from these homes to their nearest pharmacy, by networkx."""
    return walks_by_networkx(open_network, homes, pharmacies)


def walks_by_networkx(network: tm.WalkNetwork, homes: gpd.GeoDataFrame, doors: gpd.GeoDataFrame) -> np.ndarray:
    """Least minutes of every home: its leg, along the edge to a stop, and from there as networkx knows."""
    access_points, edges = network.snap(homes).access_points, network.edges
    rows = arrivals_on_streets(network, doors, weight="seconds")
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    at, cost = np.array([stop for row in rows for stop in row]).T
    first = np.searchsorted(owner, np.arange(len(rows) + 1))
    forth, back = ((edges[name] / edges["length"]).to_numpy() for name in ("seconds", "seconds_back"))
    least = np.full(len(homes), np.inf)
    for thing, edge, offset, leg in zip(
        access_points.item, access_points.edge, access_points.offset, access_points.leg, strict=True
    ):
        stops = slice(first[edge], first[edge + 1])
        along = at[stops] - offset
        ahead, behind = along >= 0.0, along <= 0.0
        ways = [*(cost[stops][ahead] + along[ahead] * forth[edge]), *(cost[stops][behind] - along[behind] * back[edge])]
        least[thing] = min(least[thing], min(ways) + leg / network.walker.metres_a_second)
    return least / 60.0


def test_the_clip_has_whole_ways_whole_multipolygons_and_its_box():
    counts: Counter[str] = Counter()
    nodes: set[int] = set()
    inside: set[int] = set()
    ways: set[int] = set()
    for item in osmium.FileProcessor(PATH):
        counts[item.type_str()] += 1
        assert (item.user, item.uid, item.version > 0) == ("", 0, True)
        if isinstance(item, osmium.osm.Node):
            nodes.add(item.id)
            inside |= {item.id} if in_box(item) else set()
        elif isinstance(item, osmium.osm.Way):
            ways.add(item.id)
            assert nodes.issuperset(node.ref for node in item.nodes)
        elif isinstance(item, osmium.osm.Relation) and item.tags.get("type") == "multipolygon":
            assert ways.issuperset(member.ref for member in item.members if member.type == "w")
    assert counts == {"n": 101_512, "w": 18_232, "r": 199}
    header = osmium.io.Reader(osmium.io.File(str(PATH)), osmium.osm.NOTHING).header()
    corners = (header.box().bottom_left, header.box().top_right)
    assert [(corner.lon, corner.lat) for corner in corners] == [(WEST, SOUTH), (EAST, NORTH)]
    assert len(inside) > 0.9 * len(nodes)


def test_the_clip_is_that_part_of_the_extract_it_comes_from(shared_data: Callable[[str], Path]):
    extract = shared_data("osm/neubrandenburg_2016.osm.pbf")
    whole, clip = (
        {(item.type_str(), item.id, item.version, len(item.tags)) for item in osmium.FileProcessor(path)}
        for path in (extract, PATH)
    )
    assert clip <= whole
    inside = {item.id for item in osmium.FileProcessor(extract, osmium.osm.NODE) if in_box(item)}
    ways = osmium.FileProcessor(extract, osmium.osm.WAY)
    crossing = {item.id for item in ways if not inside.isdisjoint(node.ref for node in item.nodes)}
    kept = {(kind, number) for kind, number, _, _ in clip}
    assert {("n", node) for node in inside} | {("w", way) for way in crossing} <= kept


def test_everything_is_read_and_nothing_is_cut(neubrandenburg: Town):
    extract = neubrandenburg.extract
    assert (extract.box, extract.date) == ((WEST, SOUTH, EAST, NORTH), "2016-02-09")
    assert len(extract.refused) == 0
    assert not (extract.ways["cut_start"] | extract.ways["cut_end"]).any()
    highways = {item.id for item in osmium.FileProcessor(PATH, osmium.osm.WAY) if "highway" in item.tags}
    assert len(highways) == 6455
    assert highways <= set(extract.ways["way"])


def test_facilities_are_as_many_as_are_mapped(neubrandenburg: Town):
    mapped = {
        name: sum(1 for _ in osmium.FileProcessor(PATH).with_filter(TagFilter(tag))) for name, tag in MAPPED.items()
    }
    found = neubrandenburg.facilities["category"].value_counts()
    assert (
        {name: int(found[name]) for name in MAPPED} == mapped == {"pharmacy": 21, "kindergarten": 17, "supermarket": 33}
    )
    assert len(neubrandenburg.facilities) == 653


def test_homes_are_buildings_and_hold_the_published_people(neubrandenburg: Town):
    places = neubrandenburg.places
    areas = osmium.FileProcessor(PATH).with_areas()
    buildings = {
        f"{'w' if item.from_way() else 'r'}{item.orig_id()}"
        for item in areas
        if isinstance(item, osmium.osm.Area) and "building" in item.tags
    }
    assert set(places.index) <= buildings
    assert len(places) == 9073
    assert places["people"].sum() == NEAR(DEMO_PEOPLE["neubrandenburg"])


def test_people_walk_as_far_as_networkx_says(
    open_network: tm.WalkNetwork, homes: gpd.GeoDataFrame, pharmacies: gpd.GeoDataFrame, known: np.ndarray
):
    found = tm.measure_walks(open_network, homes, pharmacies)["pharmacy"]
    assert found.tolist() == NEAR(known.tolist(), rel=1e-9)
    assert 0 < np.isinf(known).sum() < 0.01 * len(known)


def test_private_ways_change_few_walks(coverage: tm.Coverage, homes: gpd.GeoDataFrame, known: np.ndarray):
    found = coverage.minutes["pharmacy"].loc[homes.index].to_numpy()
    walked = np.isfinite(known)
    assert (np.isfinite(found) == walked).all()
    assert 0.0 < (~np.isclose(found[walked], known[walked], rtol=1e-9)).mean() < 0.01


def test_shares_are_those_that_networkx_counts(coverage: tm.Coverage, homes: gpd.GeoDataFrame, known: np.ndarray):
    shares = coverage.shares().set_index("category")
    served = coverage.served["pharmacy"].loc[homes.index]
    weights = homes["people"].to_numpy()
    assert np.average(served, weights=weights) == NEAR(np.average(known <= 10.0, weights=weights), abs=0.001)
    assert shares["share"].to_dict() == NEAR(
        {"kindergarten": 0.433, "pharmacy": 0.429, "supermarket": 0.622}, abs=0.001
    )
    assert (shares["unknown"] / shares["total"]).tolist() == NEAR([0.037] * 3, abs=0.001)


def test_gaps_have_their_reasons(coverage: tm.Coverage):
    gaps = tm.find_gaps(coverage)
    assert set(gaps["reason"]) == {"far", "severed", "unjoined", "data_end"}
    barriers = {name for text in gaps["by"].dropna() for name in text.split(", ")}
    assert barriers == {"fence", "railway", "water"}
    shares = coverage.shares().set_index("category")
    lost = gaps.groupby("category")["people"].sum()
    assert lost.to_dict() == NEAR((shares["unserved"] + shares["unknown"]).to_dict())
