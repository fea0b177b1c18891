"""Positions of rows: all notations give the same point, and what cannot be right is refused."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import prcoords
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from reader_files import write_csv, write_vector
from tenmin.cli._translation import translate
from tenmin.inputs.areas import read_areas
from tenmin.inputs.communities import Communities, check_areas
from tenmin.inputs.facilities._register import read_facilities
from tenmin.inputs.places import read_places
from tenmin.inputs.readers._coordinate_reference import local_grid_transform
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import TableError, TenminWarning

LON, LAT = 113.3245, 23.1064


def register(tmp_path: Path, headings: list[str], *rows: list[object], **options):
    lines = [["类别", *headings], *(["药店", *row] for row in rows)]
    return read_facilities(write_csv(tmp_path / "a.csv", lines), **options)


def metres(point, lon: float, lat: float) -> float:
    return math.hypot((point.x - lon) * math.cos(math.radians(lat)), point.y - lat) * 111_320.0


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (["经度", "纬度"], [LON, LAT]),
        (["lng", "lat"], [LON, LAT]),
        (["Longitude", "Latitude"], [f"{LON}°E", f"{LAT}°N"]),
        (["x", "y"], [LON, LAT]),
        (["坐标"], [f"{LON},{LAT}"]),
        (["location"], [f"{LON}, {LAT}"]),
        (["经纬度"], [f"{LON}，{LAT}"]),
        (["坐标"], [f"({LON};{LAT})"]),
        (["坐标"], [f"{LON} {LAT}"]),
        (["纬经度"], [f"{LAT},{LON}"]),
        (["wkt"], [f"POINT ({LON} {LAT})"]),
        (["边界"], [f"POINT Z ({LON} {LAT} 7)"]),
    ],
)
def test_every_way_of_saying_where(tmp_path: Path, headings, cells):
    table = register(tmp_path, headings, cells)
    assert table.geometry.iloc[0].equals(shapely.Point(LON, LAT))
    assert not table.geometry.iloc[0].has_z
    assert list_remarks(table).empty
    assert not set(headings) & set(table.columns)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_datum_is_undone(tmp_path: Path, datum):
    shifted = {"gcj02": prcoords.wgs_gcj, "bd09": prcoords.wgs_bd}[datum]((LAT, LON))
    table = register(tmp_path, ["经度", "纬度"], [shifted.lon, shifted.lat], datum=datum)
    assert metres(table.geometry.iloc[0], LON, LAT) < 1e-3
    outline = shapely.Point(shifted.lon, shifted.lat).buffer(0.001).wkt
    table = register(tmp_path, ["wkt"], [outline], datum=datum)
    assert metres(table.geometry.iloc[0].centroid, LON, LAT) < 0.1


def test_points_outside_china_are_kept_and_listed(tmp_path: Path):
    with pytest.warns(TenminWarning, match=r"1 of 2 positions \(row 3\) are outside of where map services shift"):
        table = register(tmp_path, ["经度", "纬度"], [LON, LAT], [-15.43, 28.12], datum="gcj02")
    assert (table.geometry.iloc[1].x, table.geometry.iloc[1].y) == (-15.43, 28.12)
    assert list_remarks(table)["row"].tolist() == [3]


@pytest.mark.parametrize("crs", ["EPSG:4526", "EPSG:4547", 4490, "EPSG:3857", "EPSG:32649"])
def test_crs_of_columns_and_of_files(tmp_path: Path, crs):
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(LON, LAT)
    table = register(tmp_path, ["x", "y"], [x, y], crs=crs)
    assert metres(table.geometry.iloc[0], LON, LAT) < 0.01
    rows = [["类别", "经度", "纬度"], ["药店", LON, LAT]]
    for name in ("a.gpkg", "a.shp", "a.parquet"):
        table = read_facilities(write_vector(tmp_path / name, rows, crs=str(crs)))
        assert metres(table.geometry.iloc[0], LON, LAT) < 0.01
        assert table.crs == "EPSG:4326"


def test_geojson_in_a_grid(tmp_path: Path):
    path = tmp_path / "a.geojson"
    frame = gpd.GeoDataFrame({"类别": ["药店"]}, geometry=[shapely.Point(LON, LAT)], crs=4326).to_crs(4547)
    whole = json.loads(frame.to_json(drop_id=True))
    path.write_text(json.dumps({key: value for key, value in whole.items() if key != "crs"}), "utf-8")
    with pytest.raises(TableError, match="are no degrees; name their grid by crs="):
        read_facilities(path)
    assert metres(read_facilities(path, crs=4547).geometry.iloc[0], LON, LAT) < 0.01
    path.write_text(
        json.dumps({**whole, "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}}), "utf-8"
    )
    assert metres(read_facilities(path).geometry.iloc[0], LON, LAT) < 0.01
    with pytest.raises(TableError, match="says that it is in EPSG:4547, and crs= says EPSG:4526"):
        read_facilities(path, crs=4526)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"crs": "EPSG:99999"}, "crs = 'EPSG:99999' is not known"),
        ({"crs": 4526, "datum": "gcj02"}, "datum='gcj02' is that of a web map, and 4526 is not"),
        ({"crs": 4526, "control_points": [((0, 0), (0, 0))] * 2}, "both given"),
        ({"datum": "wgs-84"}, "datum = 'wgs-84'; give"),
        ({"control_points": [((0, 0), (LON, LAT))]}, "give two"),
        ({"control_points": [((0, 0), (LON, 113)), ((1000, 0), (LON, LAT))]}, "give two"),
    ],
)
def test_what_cannot_be_said_of_coordinates(tmp_path: Path, options, words):
    with pytest.raises(TableError, match=words):
        register(tmp_path, ["x", "y"], [5000, 6000], **options)


def test_a_city_grid_needs_its_crs_or_two_known_points(tmp_path: Path):
    with pytest.raises(TableError, match=r"no degrees; name their grid by crs=.*or give control_points="):
        register(tmp_path, ["x", "y"], [5000, 6000])


turns = st.tuples(
    st.floats(-15, 15), st.floats(0.995, 1.005), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(-3e3, 3e3),
    st.floats(-3e3, 3e3),
)  # fmt: skip


@settings(max_examples=20)
@given(turns)
def test_two_known_points_tell_a_turned_and_scaled_grid(turn):
    angle, scale, east, north, x, y = turn
    plane = f"+proj=tmerc +lon_0={LON} +lat_0={LAT} +k=1 +ellps=GRS80"
    back = Transformer.from_crs(plane, 4326, always_xy=True)

    def in_grid(place: complex) -> complex:
        return place / scale * np.exp(-1j * math.radians(angle)) + complex(east, north)

    spots = [complex(0, 0), complex(1500, 700), complex(x, y)]
    known = [(in_grid(spot), back.transform(spot.real, spot.imag)) for spot in spots]
    points = [((place.real, place.imag), degrees) for place, degrees in known[:2]]
    place = known[2][0]
    lon, lat = local_grid_transform(points, "a.csv")(np.array([place.real]), np.array([place.imag]))
    assert metres(shapely.Point(lon[0], lat[0]), *known[2][1]) < 0.01


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([((0, 0), (LON, LAT)), ((50, 0), (LON + 0.0005, LAT))], "50 m apart; take two at least 100 m apart"),
        ([((0, 0), (LON, LAT)), ((1100, 0), (LON + 0.01, LAT))], "these differ by more than 1 %"),
        ([((0, 0), (LON, LAT)), ((1025, 0), (LON, LAT + 0.00926))], "in Chinese surveys X is north"),
    ],
)
def test_known_points_that_are_no_grid(tmp_path: Path, points, words):
    with pytest.raises(TableError, match=words):
        register(tmp_path, ["x", "y"], [500, 600], control_points=points)


def test_a_table_in_a_city_grid(tmp_path: Path):
    to_metres = Transformer.from_crs(4326, 4547, always_xy=True)
    ends = [(LON, LAT), (LON + 0.02, LAT + 0.01)]
    points = [(tuple(np.subtract(to_metres.transform(*end), (4e5, 2.5e6))), end) for end in ends]
    x, y = np.subtract(to_metres.transform(LON + 0.005, LAT), (4e5, 2.5e6))
    table = register(tmp_path, ["x", "y"], [x, y], control_points=points)
    assert metres(table.geometry.iloc[0], LON + 0.005, LAT) < 0.5


@pytest.mark.parametrize(
    ("headings", "cells", "words"),
    [
        (
            ["经度", "纬度"],
            [[LAT, LON]],
            r"exchange the headings '经度' and '纬度', or .*columns=\{'经度': 'lat', '纬度': 'lon'\}",
        ),
        (["经度", "纬度"], [[39.5, 76.0], [38.0, 77.2]], "longitude and latitude are exchanged: row 2"),
        (["坐标"], [[f"{LAT},{LON}"]], r"rename the heading '坐标' to '纬经度', or .*columns=\{'坐标': 'latlon'\}"),
        (["经纬度"], [[f"{LAT},{LON}"]], "rename the heading '经纬度' to '纬经度'"),
        (["经纬度(WGS84)"], [[f"{LAT},{LON}"]], r"rename the heading '经纬度\(WGS84\)' to '纬经度\(WGS84\)'"),
        (
            ["纬经度"],
            [[f"{LON},{LAT}"]],
            r"rename the heading '纬经度' to '经纬度', or .*columns=\{'纬经度': 'lonlat'\}",
        ),
        (["wkt"], [[f"POINT ({LAT} {LON})"]], "exchange them in QGIS"),
    ],
)
def test_exchanged_coordinates_are_refused_with_the_fix(tmp_path: Path, headings, cells, words):
    with pytest.raises(TableError, match=words) as refused:
        register(tmp_path, headings, *cells)
    chinese = translate(str(refused.value), "zh")
    assert "经度和纬度写反了" in chinese
    assert all(f"'{heading}'" in chinese for heading in headings if heading != "wkt")


def test_the_fix_for_exchanged_coordinates_works(tmp_path: Path):
    for headings, cells, columns in (
        (["经度", "纬度"], [LAT, LON], {"经度": "lat", "纬度": "lon"}),
        (["坐标"], [f"{LAT},{LON}"], {"坐标": "latlon"}),
        (["纬经度"], [f"{LAT},{LON}"], None),
        (["纬经度(WGS84)"], [f"{LAT},{LON}"], None),
    ):
        table = register(tmp_path, headings, cells, columns=columns)
        assert (table.geometry.iloc[0].x, table.geometry.iloc[0].y) == (LON, LAT)


@pytest.mark.parametrize("crs", [4526, 4547])
def test_northing_before_easting_is_refused_with_the_fix(tmp_path: Path, crs):
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(LON, LAT)
    with pytest.raises(TableError, match=r"x and y are exchanged.*columns=\{'X': 'lat', 'Y': 'lon'\}"):
        register(tmp_path, ["X", "Y"], [y, x], crs=crs)
    with pytest.raises(TableError, match=r"x and y are exchanged.* rename the heading '坐标' to '纬经度'"):
        register(tmp_path, ["坐标"], [f"{y},{x}"], crs=crs)
    table = register(tmp_path, ["X", "Y"], [y, x], crs=crs, columns={"X": "lat", "Y": "lon"})
    assert metres(table.geometry.iloc[0], LON, LAT) < 0.01


def test_another_zone_is_refused(tmp_path: Path):
    x, y = Transformer.from_crs(4326, 4547, always_xy=True).transform(LON, LAT)
    with pytest.raises(TableError, match=r"lie outside of its area .*check the zone of crs="):
        register(tmp_path, ["x", "y"], [x, y], crs=4526)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ("nan", LAT, "is no pair of finite decimal numbers"),
        ("inf", LAT, "is no pair of finite decimal numbers"),
        ("1e999", LAT, "is not finite"),
        ("361", "20", "is no longitude and latitude in degrees"),
        (LON, "95", "is no longitude and latitude in degrees"),
        (LON, "", "is no pair of finite decimal numbers"),
        ("0", "0", "is no place; leave the cells empty"),
        ("113°79′28″", LAT, "is no pair of finite decimal numbers"),
    ],
)
def test_a_broken_coordinate_is_refused_by_row(tmp_path: Path, x, y, words):
    rows = [[LON, LAT], [x, y], [LON, LAT]]
    with pytest.raises(TableError, match=rf"a\.csv: row 3, 经度, 纬度: .*{words}"):
        register(tmp_path, ["经度", "纬度"], *rows)
    lines = [["小区", "人口", "经度", "纬度"], *([name, 5, *row] for name, row in zip("abc", rows, strict=True))]
    table = read_places(write_csv(tmp_path / "b.csv", lines), skip_bad=True)
    assert table["people"].sum() == 10
    assert list_remarks(table)[["row", "used"]].to_numpy().tolist() == [[3, False]]


def test_rows_without_a_position_are_kept_and_listed(tmp_path: Path):
    table = register(tmp_path, ["社区", "经度", "纬度"], ["甲", LON, LAT], ["甲", "", ""], ["", "-", "无"])
    assert table.geometry.isna().tolist() == [False, True, True]
    assert list_remarks(table)[["row", "reason", "used"]].to_numpy().tolist() == [
        [3, "no position", True],
        [4, "no position and no community: it counts nowhere", True],
        [4, "no position", True],
    ]


def test_a_table_of_communities_alone_is_read_without_remarks(tmp_path: Path):
    table = register(tmp_path, ["社区"], ["甲"], ["乙"])
    assert table.geometry.isna().all()
    assert table.crs == "EPSG:4326"
    assert list_remarks(table).empty


def test_one_coordinate_alone_is_refused(tmp_path: Path):
    with pytest.raises(TableError, match=r"has '经度' and not the other coordinate; .*'lat'"):
        register(tmp_path, ["社区", "经度", "北"], ["甲", LON, LAT])


@pytest.mark.parametrize(
    ("cells", "datum", "words"),
    [
        (["WGS84", "GCJ02"], "wgs84", "坐标系 mixes 'WGS84' and 'GCJ02'; split the table"),
        (["WGS84", ""], "wgs84", "坐标系 mixes 'WGS84' and 'nothing'"),
        (["火星坐标系", "高德"], "wgs84", r"坐标系 says 'gcj02', and datum= says 'wgs84'; give datum='gcj02'"),
        (["CGCS2000", "CGCS2000"], "bd09", "give datum='wgs84'"),
        (
            ["北京54", "北京54"],
            "wgs84",
            r"坐标系 of rows 2, 3 is '北京54', which is not wgs84, cgcs2000, gcj02 or bd09",
        ),
    ],
)
def test_datums_that_are_mixed_or_contradict(tmp_path: Path, cells, datum, words):
    with pytest.raises(TableError, match=words):
        register(tmp_path, ["经度", "纬度", "坐标系"], *([LON, LAT, cell] for cell in cells), datum=datum)


def test_datums_that_agree(tmp_path: Path):
    rows = [[LON, LAT, "GCJ-02"], [LON, LAT, "火星"], ["", "", ""]]
    table = register(tmp_path, ["经度", "纬度", "坐标系"], *rows, datum="gcj02")
    assert 400 < metres(table.geometry.iloc[0], LON, LAT) < 800
    assert len(register(tmp_path, ["经度", "纬度", "坐标系"], [LON, LAT, "CGCS2000"])) == 1


def test_an_outline_that_crosses_itself_is_repaired_and_listed(tmp_path: Path):
    bow = "POLYGON ((105 38, 105.01 38.01, 105.01 38, 105 38.01, 105 38))"
    areas = read_areas(write_csv(tmp_path / "a.csv", [["社区", "边界"], ["甲", bow], ["乙", ""]]))
    assert areas.geometry.iloc[0].is_valid
    assert areas.geometry.iloc[0].area > 0
    assert list_remarks(areas)[["row", "reason"]].to_numpy().tolist() == [
        [2, "the outline crosses itself and was repaired"],
        [3, "no position"],
    ]


def test_coordinates_of_a_file_with_geometry_stay_columns(tmp_path: Path):
    frame = gpd.GeoDataFrame(
        {"类别": ["药店"], "经度": ["1"], "纬度": ["2"]}, geometry=[shapely.Point(LON, LAT)], crs=4326
    )
    frame.to_file(tmp_path / "a.gpkg")
    table = read_facilities(tmp_path / "a.gpkg")
    assert table.geometry.iloc[0].equals(shapely.Point(LON, LAT))
    assert table[["经度", "纬度"]].iloc[0].tolist() == ["1", "2"]


def test_of_two_ways_of_saying_where_the_other_stays_a_column(tmp_path: Path):
    table = register(tmp_path, ["wkt", "经度", "纬度", "坐标"], [f"POINT ({LON} {LAT})", "1", "2", "3,4"])
    assert table.geometry.iloc[0].equals(shapely.Point(LON, LAT))
    assert table[["经度", "纬度", "坐标"]].iloc[0].tolist() == ["1", "2", "3,4"]


def test_columns_say_where_if_no_row_has_a_geometry(tmp_path: Path):
    path = tmp_path / "a.geojson"
    row = {"type": "Feature", "geometry": None, "properties": {"类别": "药店", "经度": LON, "纬度": LAT}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), "utf-8")
    assert read_facilities(path).geometry.iloc[0].equals(shapely.Point(LON, LAT))


SHIFTED = prcoords.wgs_gcj((LAT, LON))
PAIRS = {
    "plain": ["经度", "纬度"], "brackets": ["经度(GCJ02)", "纬度(GCJ02)"], "under": ["lng_gcj02", "lat_gcj02"],
    "before": ["高德经度", "高德纬度"], "gcj": ["gcj_lng", "gcj_lat"],
}  # fmt: skip
WGS84 = [
    ["经度_WGS84", "纬度_WGS84"],
    ["经度（wgs84）", "纬度（wgs84）"],
    ["lng_wgs", "lat_wgs"],
    ["WGS84_X", "WGS84_Y"],
]


@pytest.mark.parametrize("pair", sorted(PAIRS.keys() - {"plain"}))
@pytest.mark.parametrize("datum", [None, "gcj02"])
def test_the_datum_that_a_heading_names_is_enough(tmp_path: Path, pair, datum):
    table = register(tmp_path, PAIRS[pair], [SHIFTED.lon, SHIFTED.lat], datum=datum)
    assert metres(table.geometry.iloc[0], LON, LAT) < 0.01
    with pytest.raises(TableError, match=r"says 'gcj02', and datum= says 'bd09'; give datum='gcj02'"):
        register(tmp_path, PAIRS[pair], [SHIFTED.lon, SHIFTED.lat], datum="bd09")


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("true", WGS84)
def test_of_two_pairs_that_of_wgs84_is_taken_and_the_other_listed(tmp_path: Path, pair, true):
    for headings, cells in (
        ([*PAIRS[pair], *true], [SHIFTED.lon, SHIFTED.lat, LON, LAT]),
        ([*true, *PAIRS[pair]], [LON, LAT, SHIFTED.lon, SHIFTED.lat]),
    ):
        table = register(tmp_path, headings, cells)
        assert metres(table.geometry.iloc[0], LON, LAT) < 0.01
        assert sorted(list_remarks(table)["field"]) == sorted(PAIRS[pair])


def test_the_datum_of_a_column_is_enough(tmp_path: Path):
    table = register(tmp_path, ["经度", "纬度", "坐标系"], [SHIFTED.lon, SHIFTED.lat, "高德"])
    assert metres(table.geometry.iloc[0], LON, LAT) < 0.01
    with pytest.raises(TableError, match="give the table one datum"):
        register(tmp_path, ["经度_WGS84", "纬度_WGS84", "坐标系"], [LON, LAT, "高德"])


def test_the_datum_of_a_web_map_in_a_grid_of_surveyors_is_refused(tmp_path: Path):
    x, y = Transformer.from_crs(4326, 32649, always_xy=True).transform(LON, LAT)
    with pytest.raises(TableError, match="is in EPSG:32649, a grid of surveyors, and its datum is said to be 'gcj02'"):
        register(tmp_path, ["x", "y"], [x, y], crs="EPSG:32649", datum="gcj02")
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(SHIFTED.lon, SHIFTED.lat)
    table = register(tmp_path, ["x", "y"], [x, y], crs="EPSG:3857", datum="gcj02")
    assert metres(table.geometry.iloc[0], LON, LAT) < 0.01


def test_positions_near_the_border_are_shifted_and_warned_of(tmp_path: Path):
    with pytest.warns(TenminWarning, match=r"1 of 1 positions \(row 2\) are within 20 km"):
        table = register(tmp_path, ["经度", "纬度"], [124.38, 40.12], datum="gcj02")
    assert 100 < metres(table.geometry.iloc[0], 124.38, 40.12) < 800
    assert list_remarks(table)["reason"].tolist() == [
        "within 20 km of where map services cease to shift; read as gcj02"
    ]


@pytest.mark.parametrize(
    "crs", ["EPSG:3857", {"type": "EPSG", "properties": {"code": 3857}}, {"properties": {"name": "EPSG:3857"}}]
)
def test_the_crs_of_geojson_in_every_form(tmp_path: Path, crs):
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(LON, LAT)
    feature = {"type": "Feature", "properties": {"类别": "药店"}, "geometry": {"type": "Point", "coordinates": [x, y]}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}), "utf-8")
    assert metres(read_facilities(path).geometry.iloc[0], LON, LAT) < 0.01


SQUARES = {"甲": "POLYGON ((105 38, 105.003 38, 105.003 38.003, 105 38.003, 105 38))",
           "乙": "POLYGON ((105.003 38, 105.006 38, 105.006 38.003, 105.003 38.003, 105.003 38))"}  # fmt: skip


@pytest.mark.parametrize(("datum", "outside"), [("gcj02", 0), ("wgs84", 6)])
def test_positions_outside_the_community_they_name_are_counted(tmp_path: Path, datum, outside):
    areas = check_areas(read_areas(write_csv(tmp_path / "areas.csv", [["社区", "边界"], *map(list, SQUARES.items())])))
    true = [(105.0005 + 0.001 * n, 38.0005 + 0.0004 * n) for n in range(6)]
    rows = [[p.lon, p.lat, "甲" if x < 105.003 else "乙"] for x, y in true for p in [prcoords.wgs_gcj((y, x))]]
    rows += [["", "", "甲"]]
    table = register(tmp_path, ["经度", "纬度", "社区"], *rows, datum=datum)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        Communities(areas).assign_facilities(table, "facility")
    assert len(warned) == bool(outside)
    assert not outside or f"{outside} of 6 rows of the facility table stand outside" in str(warned[0].message)


def test_the_area_tag_of_openstreetmap_is_no_community(tmp_path: Path):
    point = {"type": "Point", "coordinates": [LON, LAT]}
    features = [
        {"type": "Feature", "properties": {"amenity": "pharmacy", **more}, "geometry": point}
        for more in ({"area": "yes"}, {})
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    table = read_facilities(path, category="pharmacy")
    assert table["area"].tolist() == [(), ()]
    assert table["area (file)"].tolist() == ["yes", None]
