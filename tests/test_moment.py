"""Opening hours and conditional restrictions of ways and gates at a moment."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

import tenmin as tm
from osm_toy import osm_xml, write_osm
from tenmin.inputs.osm import is_undecided
from tenmin.inputs.osm._moment import tags_at

NIGHT, NOON = datetime(2026, 1, 14, 23, 30), datetime(2026, 7, 15, 12, 0)  # both Wednesdays


@pytest.mark.parametrize(
    ("text", "noon", "night"),
    [
        ("no @ (22:00-06:00)", None, "no"),
        ("no @ 22:00-06:00", None, "no"),
        ("No @ (22:00-06:00)", None, "no"),
        ("no @ (Nov-Mar)", None, "no"),
        ("no @ (22:00-06:00; Jul)", "no", "no"),
        ("no @ (Jan-Dec); private @ (Jul)", "private", "no"),
        ("no @ (Jan-Dec AND 22:00-06:00)", None, "no"),
        ("no @ (wet AND 12:00-13:00)", None, None),
        ("no @ ((sunset+00:30)-(sunrise-00:30))", None, "no"),
        ("no @ wet", None, None),
        ("no", None, None),
    ],
)
def test_the_last_clause_that_holds_counts(text: str, noon: str | None, night: str | None) -> None:
    tags = {"highway": "footway", "foot:conditional": text}
    assert tags_at(tags, NOON).get("foot") == noon
    assert tags_at(tags, NIGHT).get("foot") == night
    assert tags == {"highway": "footway", "foot:conditional": text}


@pytest.mark.parametrize(
    ("tags", "without", "given"),
    [
        ({"opening_hours": "24/7"}, False, False),
        ({"opening_hours": "closed"}, False, False),
        ({"opening_hours": "08:00-20:00"}, True, False),
        ({"opening_hours": "when the king pleases"}, True, True),
        ({"access:conditional": "no @ (Nov-Mar)"}, True, False),
        ({"access:conditional": "no @ wet"}, True, True),
        ({"access:conditional": "no @ (wet AND Nov-Mar)"}, True, False),
        ({"foot:conditional": "no"}, True, True),
        ({"motor_vehicle:conditional": "no @ (Nov-Mar)"}, False, False),
        ({"foot": "yes"}, False, False),
    ],
)
def test_what_was_not_evaluated_is_told(tags: dict[str, str], without: bool, given: bool) -> None:
    assert is_undecided(tags, None) is without
    assert is_undecided(tags, NOON) is given


def walk(folder: Path, way: dict[str, str], node: dict[str, str], when: datetime | None) -> tuple[float, list[list]]:
    """The metres along a footway of 222 m with a node at its middle, or round it, and what the network left out."""
    nodes = {1: (25.0, 0.0), 2: (25.001, 0.0, node), 3: (25.002, 0.0), 4: (25.0, 0.003), 5: (25.002, 0.003)}
    ways = {7: ([1, 2, 3], {"highway": "footway"} | way), 8: ([1, 4, 5, 3], {"highway": "residential"})}
    network = tm.WalkNetwork.from_osm(write_osm(folder / "hours.osm", osm_xml(nodes, ways)), when=when)
    home, shop = (gpd.GeoDataFrame(geometry=[Point(lon, 0.0)], crs=4326) for lon in (25.0, 25.002))
    covered = tm.measure_coverage(network, home.assign(people=1), shop.assign(category="shop"), metres=2000)
    return float(covered.metres["shop"].iloc[0]), network.left_out[["element", "count"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("way", "node", "element"),
    [
        ({"opening_hours": "08:00-20:00"}, {}, "ways"),
        ({"foot:conditional": "no @ (20:00-08:00)"}, {}, "ways"),
        ({"access:conditional": "no @ (Nov-Mar)", "access": "yes"}, {}, "ways"),
        ({}, {"barrier": "gate", "opening_hours": "08:00-20:00"}, "gates"),
        ({}, {"barrier": "gate", "foot": "yes", "foot:conditional": "no @ (20:00-08:00)"}, "gates"),
        ({}, {"access:conditional": "no @ (20:00-08:00)"}, "gates"),
    ],
)
def test_hours_close_ways_and_gates_at_a_moment_and_are_counted_without_one(
    tmp_path: Path, way: dict[str, str], node: dict[str, str], element: str
) -> None:
    assert walk(tmp_path, way, node, NOON) == (pytest.approx(222.6, abs=1.0), [])
    metres, left_out = walk(tmp_path, way, node, NIGHT)
    assert metres == pytest.approx(886.0, abs=5.0)
    assert left_out == ([["ways", 1]] if way else [])
    assert walk(tmp_path, way, node, None) == (pytest.approx(222.6, abs=1.0), [[element, 1]])


def test_a_way_closed_to_all_opens_by_the_hour(tmp_path: Path) -> None:
    way = {"access": "no", "foot:conditional": "yes @ (08:00-20:00)"}
    assert walk(tmp_path, way, {}, NOON)[0] < 230.0 < walk(tmp_path, way, {}, NIGHT)[0] < math.inf


def test_a_way_there_for_a_season_is_walked_and_listed(tmp_path: Path) -> None:
    metres, left_out = walk(tmp_path, {"seasonal": "summer"}, {}, None)
    assert (metres < 230.0, left_out) == (True, [["w7", 1]])
    path = tmp_path / "hours.osm"
    assert tm.WalkNetwork.from_osm(path).why(7).endswith("; doubtful: there for a part of the year only")
