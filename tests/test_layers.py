"""The layers for QGIS: typed, complete, described and styled, read back as QGIS reads them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, MultiPoint, Point, box

import tenmin as tm

CRS = "EPSG:32650"


@pytest.fixture(scope="module")
def coverage() -> tm.Coverage:
    lines = gpd.GeoDataFrame(
        {"oneway": [False, True]}, geometry=[LineString([(0, 0), (2000, 0)]), LineString([(0, 0), (0, 900)])], crs=CRS
    )
    network = tm.WalkNetwork.from_edges(lines, walker="adult")
    homes = gpd.GeoDataFrame(
        {"people": [30.0, 10.0, 5.0]},
        index=["near", "far", "off"],
        geometry=[Point(80, 0), box(1200, 5, 1210, 15), Point(0, 9000)],
        crs=CRS,
    )
    places = [Point(0, 0), MultiPoint([(10, 0), (20, 0)]), box(30, 5, 40, 15), None]
    facilities = gpd.GeoDataFrame(
        {"category": ["clinic", "clinic", "<b>", "clinic"], "name": ["=1", "乙", None, "无"]},
        index=["c1", "c2", "x", "none"],
        geometry=places,
        crs=CRS,
    )
    return tm.measure_coverage(network, homes, facilities, minutes=10)


@pytest.fixture(scope="module")
def written(coverage: tm.Coverage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("layers") / "town.gpkg"
    tm.save_layers(path, coverage=coverage, gaps=tm.find_gaps(coverage), isochrones=coverage.isochrones(), lang="zh")
    return path


def test_every_layer_has_one_type_of_geometry_and_all_its_rows(coverage: tm.Coverage, written: Path) -> None:
    kinds = {name: kind for name, kind in pyogrio.list_layers(written) if kind is not None}
    assert kinds == {
        "edges": "LineString",
        "nodes": "Point",
        "facilities_points": "MultiPoint",
        "facilities_areas": "Polygon",
        "places_points": "Point",
        "places_areas": "Polygon",
        "gaps": "Polygon",
        "isochrones": kinds["isochrones"],
    }
    rows = {name: len(gpd.read_file(written, layer=name)) for name in kinds}
    assert rows["edges"] == len(coverage.network.edges)
    assert rows["places_points"] + rows["places_areas"] == len(coverage.places)
    assert rows["facilities_points"] + rows["facilities_areas"] == 3


def test_walks_come_back_as_numbers_and_what_does_not_exist_is_empty(coverage: tm.Coverage, written: Path) -> None:
    places = pd.concat([gpd.read_file(written, layer=f"places_{kind}") for kind in ("points", "areas")])
    places = places.set_index("place").loc[coverage.places.index]
    minutes = coverage.minutes["clinic"].replace(np.inf, np.nan)
    pd.testing.assert_series_equal(places["clinic_minutes"], minutes, check_names=False)
    assert places["clinic_status"].to_dict() == {"near": "served", "far": "unserved", "off": "unknown"}
    assert places["clinic_nearest"].fillna("").to_dict() == {"near": "c2", "far": "c2", "off": ""}
    edges = gpd.read_file(written, layer="edges")
    assert edges["seconds_back"].isna().tolist() == [False, True]
    assert edges["length"].tolist() == [2000.0, 900.0]


def test_titles_descriptions_and_styles_are_where_qgis_looks_for_them(written: Path) -> None:
    with sqlite3.connect(written) as file:
        contents = dict(file.execute("SELECT table_name, identifier FROM gpkg_contents WHERE data_type = 'features'"))
        styles = pd.read_sql("SELECT * FROM layer_styles", file)
        of_geometry = dict(file.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert contents["edges"] == "道路"
    assert contents["facilities_areas"] == "设施（面）"
    assert sorted(styles["f_table_name"]) == sorted(contents)
    assert styles["f_geometry_column"].tolist() == [of_geometry[name] for name in styles["f_table_name"]]
    assert styles["useAsDefault"].all()
    assert styles["update_time"].notna().all()
    for qml in styles["styleQML"]:
        root = ElementTree.fromstring(qml.split("\n", 1)[1])
        symbols = {one.get("name") for one in root.iter("symbol")}
        assert {one.get("symbol") for one in root.iter("category")} <= symbols
        assert symbols


def test_the_legend_of_places_is_in_the_language_asked_in_the_colours_of_the_map(written: Path) -> None:
    with sqlite3.connect(written) as file:
        qml = file.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'places_points'").fetchone()[0]
    root = ElementTree.fromstring(qml.split("\n", 1)[1])
    assert [one.get("label") for one in root.iter("category")] == ["可达", "无法判定"]
    css = Path(tm.__file__).with_name("outputs").joinpath("maps", "page", "page.css").read_text(encoding="utf-8")
    colours = [one.get("value", "") for one in root.iter("Option") if one.get("name") == "color"]
    shown = ["#" + "".join(f"{int(part):02x}" for part in one.split(",")[:3]) for one in colours]
    assert [f"--{name}: {one};" in css for name, one in zip(("served", "unknown"), shown, strict=True)] == [True, True]


def test_the_same_results_are_the_same_bytes(coverage: tm.Coverage, written: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.gpkg"
    tm.save_layers(again, coverage=coverage, gaps=tm.find_gaps(coverage), isochrones=coverage.isochrones(), lang="zh")
    assert again.read_bytes() == written.read_bytes()


def test_another_suffix_and_nothing_to_write_are_refused(coverage: tm.Coverage, tmp_path: Path) -> None:
    with pytest.raises(tm.FileError, match=r"town\.shp.*\.gpkg"):
        tm.save_layers(tmp_path / "town.shp", coverage=coverage)
    with pytest.raises(tm.InputError, match="coverage="):
        tm.save_layers(tmp_path / "town.gpkg")
    assert list(tmp_path.iterdir()) == []
