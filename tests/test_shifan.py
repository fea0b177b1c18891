"""示范区, the invented district: every trap that its streets set has a known answer, and an oracle agrees with it."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import datetime
from functools import cache

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import Point, Polygon

import tenmin as tm
from conftest import REPOSITORY
from shifan_cases import CASES, INF, NAMES, NIGHT, NOON, Spot
from shifan_oracle import CRS, EAST, NORTH, PATH, level_metres, plan

ROUNDING = 0.1
"""Metres that a walk may differ by: OpenStreetMap rounds every node to 1e-7 degrees, here at most 7 mm."""

POLYGONS = {
    # name: (how it joins, the nearest leg, a spot and the walk from it, ...)
    "示范小学": ("entrance", 0.0, [((900, 700), 220), ((660, 700), 120), ((600, 820), 300)]),
    "示范图书馆": ("entrance", 45.0, [((780, 1200), 45)]),
    "社区服务站": ("crossing", 0.0, [((880, 700), 60)]),
    "文昌公寓": ("outline", 40.0, [((1000, 1000), 330)]),
    "李园1号楼": ("none", math.nan, [((600, 700), INF)]),
}
REFUSED = {
    "快速路": "foot_no",
    "骑行道": "foot_no",
    "城南快速": "motorway",
    "环城高速": "motorway",
    "新建路": "not_built",
    "槐荫路": "sidewalk_separate",
}
ADMITTED = {
    "柳荫路": "street",
    "柳荫路人行道": "footway",
    "骑行绿道": "cycleway_shared",
    "天桥南梯": "steps",
    "地下街": "indoor",
    "单行巷": "footway",
    "锦绣中路": "service",
    "幸福里路": "access_private",
}
GATES = {
    "open": ["梅园大门", "兰园大门", "柏园大门", "桂园大门", "莲园侧门", "桃园侧门", "幸福里南门", "锦绣东门"],
    "private": ["竹园大门", "安康苑南门", "安康苑北门"],
    "closed": ["菊园大门", "松园大门", "和平里北门", "锦绣北门", "锦绣西门"],
}


def spots(*given: Spot) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(EAST + x, NORTH + y) for x, y in given], crs=CRS)


@cache
def district() -> tm.OsmExtract:
    return tm.read_osm(PATH)


@cache
def network(walker: tm.Walker | str = "adult", private: str = "residents", when: datetime | None = None):
    return tm.WalkNetwork.from_osm(district(), walker=walker, private=private, when=when)


def area(name: str) -> gpd.GeoDataFrame:
    """The polygon of a name, as a facility."""
    areas = district().areas
    found = areas[[tags.get("name") == name for tags in areas["tags"]]]
    return found.assign(category="x")


def way(name: str) -> int:
    """The id of the first way of a name."""
    ways = district().ways
    return next(row.way for row in ways.itertuples() if row.tags.get("name") == name)


def walked(streets: tm.WalkNetwork, start: gpd.GeoSeries, facility: gpd.GeoDataFrame) -> float:
    """Level metres from a place to a facility."""
    place = gpd.GeoDataFrame({"people": [1]}, geometry=start.to_numpy(), crs=CRS)
    minutes = tm.measure_walks(streets, place, facility).iloc[0, 0]
    return float(minutes) * streets.walker.speed_kmh * 1000.0 / 60.0


def test_the_script_writes_the_committed_file(tmp_path):
    script = REPOSITORY / "scripts/make_shifan.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True, capture_output=True)
    assert (tmp_path / "streets.osm").read_bytes() == PATH.read_bytes()


def test_every_node_stands_on_a_whole_metre_of_the_plan():
    there = plan()
    assert max(math.dist(there.raw[node], (x + EAST, y + NORTH)) for node in there.raw for x, y in [there.xy(node)]) < (
        0.0075
    )


def test_the_licence_is_beside_it():
    text = (PATH.parent / "README.md").read_text(encoding="utf-8")
    assert [word for word in ("MIT", "invented", "scripts/make_shifan.py", "streets.osm") if word not in text] == []


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_oracle_finds_the_known_answer(case):
    assert level_metres(case) == pytest.approx(case.length, abs=1e-6)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_walk_has_the_known_length(case):
    facility = gpd.GeoDataFrame({"category": ["x"]}, geometry=spots(case.end).to_numpy(), crs=CRS)
    streets = network(case.walker, case.private, case.when)
    assert walked(streets, spots(case.start), facility) == pytest.approx(case.length, abs=ROUNDING)


def test_the_extract_says_what_it_covers_and_where_it_is_cut():
    town = district()
    corners = spots((-50, -50), (2050, 1650)).to_crs("EPSG:4326").total_bounds
    assert town.box == pytest.approx(corners, abs=1e-7)
    assert town.date == "2026-01-01"
    cut = town.ways[town.ways["cut_start"] | town.ways["cut_end"]]
    assert [(tags["name"], end) for tags, end in zip(cut["tags"], cut["cut_end"], strict=True)] == [("人民路", True)]
    assert list(town.refused["element"]) == [f"w{way('人民路')}"]


def test_the_data_ends_at_the_cut_street_and_beyond_the_extent():
    nodes = network().nodes
    ends = {(round(p.x - EAST), round(p.y - NORTH)) for p in nodes.geometry[nodes["cut"]]}
    assert ends == {(2050, 400), (-100, 0)}


def test_the_crs_is_that_of_the_plan():
    assert network().crs == CRS


@pytest.mark.parametrize("name", POLYGONS)
def test_a_polygon_joins_where_it_is_entered(name):
    how, leg, _ = POLYGONS[name]
    joined = network().snap(area(name)).table.iloc[0]
    assert joined["how"] == how
    assert joined["leg"] == pytest.approx(leg, abs=0.02, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "start", "length"), [(name, *walk) for name, (*_, walks) in POLYGONS.items() for walk in walks]
)
def test_the_walk_to_a_polygon_has_the_known_length(name, start, length):
    assert walked(network(), spots(start), area(name)) == pytest.approx(length, abs=ROUNDING)


def test_an_island_is_joined_only_by_what_has_no_other():
    things = gpd.GeoDataFrame(geometry=spots((400, 1290), (400, 1320), (600, 1510)).to_numpy(), crs=CRS)
    joined = network().snap(things).table
    assert list(joined["how"]) == ["street", "street", "none"]
    assert list(joined["island"]) == [False, True, False]
    assert list(joined["leg"])[:2] == pytest.approx([90, 20], abs=0.02)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_way_says_why(name):
    streets, number = network(), way(name)
    verdict = streets.layout.ways.loc[number]
    assert (verdict["rule"], verdict["verdict"]) == (REFUSED[name], "refuse")
    assert verdict["reason_en"] in str(streets.why(number))
    assert number not in set(streets.edges["way"])


def test_the_ferry_is_refused():
    verdict = network().layout.ways.loc[way("示范渡口")]
    assert verdict["verdict"] == "refuse"
    assert verdict["reason_en"] in str(network().why(way("示范渡口")))


@pytest.mark.parametrize("name", ADMITTED)
def test_an_edge_keeps_the_rule_that_admitted_it(name):
    edges = network().edges
    assert set(edges.loc[edges["way"] == way(name), "rule"]) == {ADMITTED[name]}


def test_private_ways_are_marked():
    edges = network().edges
    assert set(edges.loc[edges["private"], "name"]) >= {"幸福里路"}
    assert not edges.loc[edges["name"].isin(["长虹坊路", "人民路", "幸福里南口"]), "private"].any()


def test_gates_have_the_state_of_their_tags():
    gates = network().gates
    state = dict(zip(gates["name"], gates["state"], strict=True))
    assert {name: state[name] for names in GATES.values() for name in names} == {
        name: kind for kind, names in GATES.items() for name in names
    }
    by_night = network(when=NIGHT).gates.set_index("name")["state"]
    by_day = network(when=NOON).gates.set_index("name")["state"]
    assert (by_night["柏园大门"], by_day["柏园大门"]) == ("closed", "open")


def test_levels_are_kept_apart():
    edges = network().edges.set_index("name")["level"]
    assert {name: set(edges.loc[[name]].dropna()) for name in ("永安桥", "中央大街地道", "地下街", "中央大街")} == {
        "永安桥": {"1"},
        "中央大街地道": {"-1"},
        "地下街": {"-1"},
        "中央大街": set(),
    }


def test_barriers_are_those_of_the_plan_and_nothing_more():
    counts = network().barriers.groupby("kind").size().to_dict()
    assert counts == {
        "wall": 13, "fence": 5, "hedge": 1, "retaining_wall": 3, "railway": 1, "motorway": 2, "waterway": 1, "water": 2,
        "gate": 5,
    }  # fmt: skip


def test_open_ground_is_crossed_inside():
    edges = network().edges
    across = edges[edges["rule"] == "open_ground"]
    l_shape = Polygon([(1060, 440), (1180, 440), (1180, 520), (1120, 520), (1120, 640), (1060, 640)])
    ring = shapely.box(1230, 420, 1350, 530) - shapely.box(1260, 435, 1320, 515)
    plazas = shapely.affinity.translate(shapely.union_all([l_shape, ring]), EAST, NORTH)
    assert len(across) > 0
    assert shapely.covers(plazas.buffer(0.05), across.geometry.to_numpy()).all()


@pytest.mark.parametrize(
    ("name", "crossing", "kerb"), [("信号路口", "signals", "raised"), ("斑马线", "marked", "lowered")]
)
def test_a_crossing_knows_its_kind_and_its_highest_kerb(name, crossing, kerb):
    edges = network().edges
    crossed = edges[edges["way"] == way(f"槐荫路{name}")]
    assert set(crossed["crossing"]) == {crossing}
    assert crossed["crossing_share"].sum() == pytest.approx(1.0)
    assert crossed["length"].sum() == pytest.approx(16.0, abs=0.02)
    assert set(crossed["kerb"].dropna()) == {kerb}


def test_a_wheelchair_has_no_edge_of_stairs_sand_or_kerbs():
    names = set(network("wheelchair").edges["name"].dropna())
    assert names.isdisjoint({"天桥南梯", "观景台阶", "沙路", "窄巷", "槐荫路信号路口"})
    assert names >= {"观景坡道", "地下街", "槐荫路斑马线"}


def test_simplification_keeps_every_metre_of_street():
    walked_by = network().edges
    plain = walked_by[walked_by["rule"] != "open_ground"]
    lengths = pd.Series(plain["length"].to_numpy(), index=plain["name"]).groupby(level=0).sum()
    assert lengths[["中央大街", "永安桥", "滨河步道", "锦绣横路", "观景坡道"]].to_list() == pytest.approx(
        [260 + 720 + 330 + 70, 80, 1540, 400, 100], abs=ROUNDING
    )
