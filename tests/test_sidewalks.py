"""Sidewalks drawn beside a street that leaves its walkers to them: joined where people pass, else listed."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

import tenmin as tm
from osm_toy import osm_xml, write_osm

DEGREE = 111_195.0
"""Metres of a degree beside the equator, to half a percent."""
SIDEWALK = {"highway": "footway", "footway": "sidewalk"}
BOTH = (
    {"sidewalk": "separate"},
    {"sidewalk:both": "separate"},
    {"sidewalk:left": "separate", "sidewalk:right": "separate"},
)

Spots = Mapping[int, tuple[float, float]]
Ways = Mapping[int, tuple[list[int], dict[str, str]]]


def network(tmp_path, spots: Spots, ways: Ways, tags: Mapping[int, dict[str, str]] | None = None) -> tm.WalkNetwork:
    """The network of nodes in metres and ways; `tags` are those of nodes."""
    nodes = {k: (3.0 + x / DEGREE, y / DEGREE, (tags or {}).get(k, {})) for k, (x, y) in spots.items()}
    return tm.WalkNetwork.from_osm(write_osm(tmp_path / "street.osm", osm_xml(nodes, ways)))


def main_road(**tags: str) -> tuple[dict[int, tuple[float, float]], dict[int, tuple[list[int], dict[str, str]]]]:
    """A street from west to east, 400 m, with a sidewalk 8 m off on either side, which nothing joins."""
    spots = {1: (0, 0), 2: (200, 0), 3: (400, 0), 10: (0, 8), 11: (400, 8), 12: (0, -8), 13: (400, -8)}
    road = {"highway": "tertiary", **tags}
    return spots, {1: ([1, 2, 3], road), 4: ([10, 11], SIDEWALK), 5: ([12, 13], SIDEWALK)}


def coverage(of: tm.WalkNetwork, home: tuple[float, float], shop: tuple[float, float], metres: float = 500):
    frames = [gpd.GeoDataFrame(geometry=[Point(3.0 + x / DEGREE, y / DEGREE)], crs=4326) for x, y in (home, shop)]
    return tm.measure_coverage(of, frames[0].assign(people=1.0), frames[1].assign(category="market"), metres=metres)


def metres(of: tm.WalkNetwork, home: tuple[float, float], shop: tuple[float, float]) -> float:
    return float(coverage(of, home, shop).metres.iloc[0, 0])


@pytest.mark.parametrize("tags", BOTH)
def test_a_side_street_joins_the_sidewalks_that_it_crosses(tmp_path, tags: dict[str, str]):
    spots, ways = main_road(**tags)
    spots |= {4: (200, -200), 5: (200, 200)}
    ways |= {2: ([4, 2, 5], {"highway": "residential"})}
    town = network(tmp_path, spots, ways)
    assert town.nodes["component"].nunique() == 1
    assert metres(town, (50, 8), (200, 150)) == pytest.approx(150 + 142, rel=0.005)
    assert metres(town, (50, -8), (200, 150)) == pytest.approx(150 + 158, rel=0.005)


def test_a_side_street_that_ends_on_the_road_joins_the_sidewalk_of_its_side(tmp_path):
    spots, ways = main_road(sidewalk="separate")
    town = network(tmp_path, {**spots, 5: (200, 200)}, {**ways, 2: ([2, 5], {"highway": "residential"})})
    assert metres(town, (50, 8), (200, 150)) == pytest.approx(150 + 142, rel=0.005)
    assert town.nodes["component"].nunique() == 2
    assert town.left_out["reason"].str.contains("joined to nothing").sum() == 1


@pytest.mark.parametrize("drawn", [False, True])
def test_a_mapped_crossing_joins_the_sidewalks_beside_it(tmp_path, drawn: bool):
    spots, ways = main_road(sidewalk="separate")
    if drawn:
        spots |= {20: (200, 4), 21: (200, -4)}
        ways |= {3: ([20, 2, 21], {"highway": "footway", "footway": "crossing"})}
    town = network(tmp_path, spots, ways, {2: {"highway": "crossing"}})
    assert town.nodes["component"].nunique() == 1
    assert town.edges["length"].sum() == pytest.approx(400 + 400 + 16, rel=0.005)


def test_a_crossing_that_is_drawn_from_sidewalk_to_sidewalk_is_left_as_it_is(tmp_path):
    spots, ways = main_road(sidewalk="separate")
    spots |= {20: (200, 8), 21: (200, -8)}
    ways |= {3: ([20, 2, 21], {"highway": "footway", "footway": "crossing"})}
    ways |= {4: ([10, 20, 11], SIDEWALK), 5: ([12, 21, 13], SIDEWALK)}
    town = network(tmp_path, spots, ways, {2: {"highway": "crossing"}})
    assert sorted(town.edges["way"]) == [3, 4, 4, 5, 5]


@pytest.mark.parametrize("tags", [{"bridge": "yes", "layer": "1"}, {"tunnel": "yes", "layer": "-1"}, {"layer": "1"}])
def test_ways_of_another_layer_are_not_joined(tmp_path, tags: dict[str, str]):
    spots, ways = main_road(sidewalk="separate")
    spots |= {4: (200, -200), 5: (200, 200)}
    town = network(tmp_path, spots, {**ways, 2: ([4, 2, 5], {"highway": "footway", **tags})})
    assert town.nodes["component"].nunique() == 3


@pytest.mark.parametrize(("off", "joined"), [(14.0, True), (16.0, False)])
def test_a_crossing_joins_up_to_fifteen_metres(tmp_path, off: float, joined: bool):
    spots, ways = main_road(sidewalk="separate")
    town = network(tmp_path, {**spots, 10: (0, off), 11: (400, off)}, ways, {2: {"highway": "crossing"}})
    assert (town.nodes["component"].nunique() == 1) == joined


def test_who_can_walk_only_on_a_sidewalk_joined_to_nothing_is_unknown(tmp_path):
    spots, ways = main_road(sidewalk="separate")
    spots |= {30: (0, 400), 31: (400, 400)}
    town = network(tmp_path, spots, {**ways, 6: ([30, 31], {"highway": "residential"})})
    found = coverage(town, (100, 20), (200, 400))
    assert not found.served.iloc[0, 0]
    assert found.unknown.iloc[0, 0]
    (note,) = town.left_out[town.left_out["reason"].str.contains("joined to nothing")].itertuples()
    assert (note.element, note.count) == ("ways", 2)


def test_beside_a_street_that_is_walked_nothing_is_joined_or_listed(tmp_path):
    spots, ways = main_road(**{"sidewalk:left": "separate"})
    town = network(tmp_path, spots, ways, {2: {"highway": "crossing"}})
    assert town.nodes["component"].nunique() == 3
    assert not town.left_out["reason"].str.contains("joined to nothing").any()
    assert not town.nodes["cut"].any()


def test_one_sidewalk_alone_gets_no_stub_at_a_crossing(tmp_path):
    spots, ways = main_road(sidewalk="separate")
    del ways[5]
    town = network(tmp_path, spots, ways, {2: {"highway": "crossing"}})
    assert town.edges["way"].tolist() == [4]
    assert np.isclose(town.edges["length"].sum(), 400, rtol=0.005)
