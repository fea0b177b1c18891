"""Places from buildings: which are homes, how many floors, and people that add up."""

from __future__ import annotations

import json
import math
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from osm_toy import osm_xml, ring, row_of_buildings, square, write_osm
from tenmin.inputs.osm import OsmExtract, read_osm
from tenmin.inputs.places import read_places
from tenmin.inputs.population import estimate_places
from tenmin.support.contracts import check_places, list_remarks
from tenmin.support.errors import TableError

SIDE = 0.0003


def test_people_are_shared_by_floor_area(tmp_path: Path) -> None:
    houses = [{"building": "apartments", "building:levels": "6"}, {"building": "house", "building:levels": "2"}]
    places = estimate_places(row_of_buildings(tmp_path, houses), people=80)
    assert places.index.tolist() == ["w101", "w102"]
    assert places.index.name == "place"
    assert places["people"].tolist() == pytest.approx([60.0, 20.0], rel=1e-4)
    assert places["levels"].tolist() == [6.0, 2.0]
    metres = SIDE * 111_320
    assert places["floor_area_m2"]["w101"] == pytest.approx(6 * metres**2, rel=0.01)
    assert set(places["levels_source"]) == {"mapped"}
    assert places.crs.to_epsg() == 4326


@pytest.mark.parametrize(
    ("tags", "home"),
    [
        ({"building": "residential"}, True),
        ({"building": "dormitory"}, True),
        ({"building": "yes"}, True),
        ({"building": "yes", "shop": "supermarket"}, False),
        ({"building": "yes", "amenity": "school"}, False),
        ({"building": "yes", "shop": "bakery", "building:flats": "12"}, True),
        ({"building": "apartments", "tourism": "hotel"}, False),
        ({"building": "office"}, False),
        ({"building": "construction"}, False),
        ({"building": "apartments", "abandoned": "yes"}, False),
        ({"building:part": "yes", "amenity": "x"}, False),
    ],
)
def test_homes_are_told_by_their_tags(tmp_path: Path, tags: dict[str, str], home: bool) -> None:
    places = estimate_places(row_of_buildings(tmp_path, [{"building": "house"}, tags]), people=10)
    assert ("w102" in places.index) is home


@pytest.mark.parametrize(
    ("land", "home"),
    [
        ({}, True),
        ({1: {"amenity": "university"}}, False),
        ({1: {"landuse": "residential"}}, True),
        ({1: {"landuse": "commercial"}}, True),
    ],
)
def test_buildings_that_say_nothing_take_the_use_of_their_land(tmp_path: Path, land: dict, home: bool) -> None:
    town = row_of_buildings(tmp_path, [{"building": "yes"}, {"building": "house"}], land=land)
    assert ("w101" in estimate_places(town, people=10).index) is home


def test_the_smallest_land_decides(tmp_path: Path) -> None:
    nodes = {900: (0.0, 0.0), 901: (0.01, 0.0), **square(10, 0.001, 0.001, SIDE), **square(20, 0.0005, 0.0005, 0.002)}
    nodes |= square(30, 0.0, 0.0, 0.01)
    ways = {
        99: ([900, 901], {"highway": "footway"}),
        101: (ring(10), {"building": "yes"}),
        102: (ring(20), {"landuse": "residential"}),
        103: (ring(30), {"amenity": "university"}),
    }
    town = read_osm(write_osm(tmp_path / "toy.osm", osm_xml(nodes, ways)))
    assert estimate_places(town, people=10).index.tolist() == ["w101"]


@pytest.mark.parametrize(
    ("text", "levels", "source"),
    [
        ("3.5", 3.5, "mapped"),
        ("3,5", 3.5, "mapped"),
        ("2;3", 2.5, "mapped"),
        ("2-4", 3.0, "mapped"),
        ("many", 4.0, "median of building=house"),
        ("0", 4.0, "median of building=house"),
        ("9999", 4.0, "median of building=house"),
    ],
)
def test_levels_are_read_or_taken_from_alike_buildings(tmp_path: Path, text: str, levels: float, source: str) -> None:
    alike = [{"building": "house", "building:levels": "3"}, {"building": "house", "building:levels": "5"}]
    houses = [{"building": "house", "building:levels": text}, *alike]
    places = estimate_places(row_of_buildings(tmp_path, houses), people=10)
    assert places["levels"]["w101"] == (levels if source == "mapped" else 4.0)
    assert places["levels_source"]["w101"] == source


def test_levels_fall_back_to_all_homes_and_then_to_one(tmp_path: Path) -> None:
    houses = [{"building": "house", "building:levels": "3"}, {"building": "terrace"}]
    places = estimate_places(row_of_buildings(tmp_path, houses), people=10)
    assert (places["levels"]["w102"], places["levels_source"]["w102"]) == (3.0, "median of all homes")
    alone = estimate_places(row_of_buildings(tmp_path, [{"building": "terrace"}]), people=10)
    assert (alone["levels"]["w101"], alone["levels_source"]["w101"]) == (1.0, "assumed")


def test_sheds_are_left_out_and_huge_buildings_become_points(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no building that people live in.*read_places"):
        estimate_places(row_of_buildings(tmp_path, [{"building": "house"}], side=0.00003), people=10)
    huge = estimate_places(row_of_buildings(tmp_path, [{"building": "apartments"}], side=0.002), people=10)
    assert huge.geom_type.tolist() == ["Point"]
    assert huge["floor_area_m2"].iloc[0] > 20_000


@pytest.mark.parametrize("people", [0, -5, math.nan, math.inf, True, "12", None])
def test_people_must_be_a_number_above_zero(tmp_path: Path, people: object) -> None:
    town = row_of_buildings(tmp_path, [{"building": "house"}])
    with pytest.raises(TableError, match="people = "):
        estimate_places(town, people=people)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="session")
def row_of_houses(tmp_path_factory: pytest.TempPathFactory) -> OsmExtract:
    houses = [{"building": "house", "building:levels": str(levels)} for levels in (1, 2, 3, 7, 11)]
    return row_of_buildings(tmp_path_factory.mktemp("row"), houses)


@settings(max_examples=20)
@given(people=st.floats(min_value=1e-3, max_value=1e10))
def test_people_add_up(row_of_houses: OsmExtract, people: float) -> None:
    places = estimate_places(row_of_houses, people=people)
    assert math.fsum(places["people"]) == pytest.approx(people, rel=1e-15)
    assert (places["people"] > 0).all()


def test_helsinki_has_homes_in_a_fixed_order(helsinki: Path) -> None:
    centre = read_osm(helsinki)
    places = estimate_places(centre, people=12_000)
    assert 200 < len(places) < 480
    assert places.index.is_unique
    assert places.index.is_monotonic_increasing
    pd.testing.assert_frame_equal(pd.DataFrame(places), pd.DataFrame(estimate_places(centre, people=12_000)))


def test_large_estates_are_named_all_at_once_and_become_their_gates_or_a_point_inside(tmp_path):
    def ring(x: float, width: float) -> list[list[float]]:
        corners = [(x, 0.0), (x + width, 0.0), (x + width, 200.0), (x, 200.0), (x, 0.0)]
        return [[117.0 + a / 92_000.0, 34.0 + b / 111_000.0] for a, b in corners]

    features = [
        {
            "type": "Feature",
            "properties": {"小区": name, "人口": 100},
            "geometry": {"type": "Polygon", "coordinates": [ring(x, width)]},
        }
        for name, x, width in (("大苑", 0, 250), ("小苑", 300, 80), ("巨苑", 500, 400))
    ]
    path = tmp_path / "estates.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(
        TableError, match=r"'place:\w+', 'place:\w+' are larger than 2 ha \('大苑' has 5\.\d ha, '巨苑' has 8\.\d ha\)"
    ):
        check_places(read_places(path))
    gates = gpd.GeoDataFrame(
        geometry=[shapely.Point(117.0 + x / 92_000.0, 34.0) for x in (100.0, 200.0, 340.0, 5000.0)], crs=4326
    )
    table = read_places(path, large=gates)
    check_places(table)
    assert [shape.geom_type for shape in table.geometry] == ["MultiPoint", "Polygon", "Point"]
    assert table.geometry.iloc[0].equals(shapely.MultiPoint(gates.geometry.iloc[:2].tolist()))
    assert read_places(path).geometry.iloc[2].contains(table.geometry.iloc[2])
    assert list_remarks(table)[["row", "reason"]].to_numpy().tolist() == [
        [1, "larger than 2 ha; people walk from its gates (2)"],
        [3, "larger than 2 ha; people walk from a point inside"],
    ]
    assert read_places(path, large="inner").geometry.iloc[0].geom_type == "Point"
    with pytest.raises(TableError, match="large = 'outer'; give 'inner'"):
        read_places(path, large="outer")  # type: ignore[arg-type]


def test_a_table_says_how_its_people_got_where_they_are(tmp_path):
    path = tmp_path / "homes.csv"
    path.write_text('小区,坐标,社区,人口,60岁以上\n东苑,"105.01,38.40",东,9,2\n西苑,,西,5,1\n', encoding="utf-8")
    table = read_places(path)
    assert table["placed_by"].tolist() == ["position", "none"]
    large = gpd.GeoDataFrame({"人口": [9.0]}, geometry=[shapely.box(0.0, 0.0, 0.01, 0.01)], crs=4326)
    assert read_places(large)["placed_by"].tolist() == ["outline"]
    shrunk = read_places(large, large="inner")
    assert shrunk["placed_by"].tolist() == ["point_inside"]
    gate = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326)
    assert read_places(large, large=gate)["placed_by"].tolist() == ["gates"]
    assert read_places(shrunk)["placed_by"].tolist() == ["point_inside"]


def test_a_group_of_more_than_all_people_is_refused_with_its_row_or_left_out(tmp_path):
    path = tmp_path / "homes.csv"
    path.write_text('小区,坐标,人口,60岁以上\n东苑,"105.01,38.40",9,10\n西苑,"105.02,38.40",5,1\n', encoding="utf-8")
    with pytest.raises(TableError, match=r"60岁以上 of row 2 \(10\) is more than all people of the row"):
        read_places(path)
    kept = read_places(path, skip_bad=True)
    assert kept["people"].tolist() == [5.0]
    assert list_remarks(kept)[["row", "reason", "used"]].to_numpy().tolist() == [
        [2, "is more than all people of the row", False]
    ]
    with pytest.raises(TableError, match=r"places: people_60_plus of .* are more than all people"):
        check_places(kept.assign(people_60_plus=7.0))


def test_ages_that_are_together_more_than_all_people_are_refused_or_left_out(tmp_path):
    path = tmp_path / "homes.csv"
    rows = '东苑,"105.01,38.40",100,20,30,51\n西苑,"105.02,38.40",100,20,30,50\n'
    path.write_text("小区,坐标,人口,0-2岁,3-5岁,60岁以上\n" + rows, encoding="utf-8")
    with pytest.raises(TableError, match=r"60岁以上 of row 2 \(51\) is, with the younger groups, more than all people"):
        read_places(path)
    kept = read_places(path, skip_bad=True)
    assert kept["name"].tolist() == ["西苑"]
    with pytest.raises(TableError, match=r"people_60_plus of .* are, with the younger groups, more than all people"):
        check_places(kept.assign(people_0_2=21.0))


def test_households_alone_are_people_at_so_many_a_household(tmp_path):
    path = tmp_path / "homes.csv"
    path.write_text("小区,经度,纬度,户数\n东苑,105.01,38.40,400\n西苑,105.02,38.40,10\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"has no people \(人口\); give persons_per_household="):
        read_places(path)
    table = read_places(path, persons_per_household=2.5)
    assert table["people"].tolist() == [1000.0, 25.0]
    assert set(table["people_base"]) == {"户数×2.5"}
    assert list_remarks(table)["reason"].tolist() == ["people are estimated as 2.5 a household"]
    points = gpd.GeoDataFrame({"households": [4]}, geometry=[shapely.Point(105.0, 38.4)], crs=4326)
    assert read_places(points, persons_per_household=2.5)["people"].tolist() == [10.0]
    for wrong in (0, -1, math.nan, math.inf):
        with pytest.raises(TableError, match=r"persons_per_household = .*give a number above 0"):
            read_places(points, persons_per_household=wrong)
