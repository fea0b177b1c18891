"""The base map: sea by the direction of coastlines, what is drawn of an extract, and the page that shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

import maps_data
from osm_toy import osm_xml, ring, square, write_osm
from tenmin.inputs.osm import find_basemap, read_osm
from tenmin.inputs.osm._coast import find_sea
from tenmin.network import WalkNetwork
from tenmin.outputs.maps import draw_map
from tenmin.support.errors import InputError, TableError
from test_maps_browser import faults, full_map, open_page, texts_of

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

FRAME = (10.0, 50.0, 10.2, 50.1)
SOUTH_TO_NORTH = [(10.05, 49.9), (10.05, 50.2)]
ISLAND = [(10.1, 50.04), (10.12, 50.04), (10.12, 50.06), (10.1, 50.06), (10.1, 50.04)]
HOSTILE = "<img src=x onerror='window.__pwn=1'> {number}"


def sea(*lines: list[tuple[float, float]]) -> shapely.Geometry:
    return shapely.union_all(find_sea(gpd.GeoSeries([LineString(line) for line in lines], crs="EPSG:4326"), FRAME))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([SOUTH_TO_NORTH], box(10.05, 50.0, 10.2, 50.1)),
        ([SOUTH_TO_NORTH[::-1]], box(10.0, 50.0, 10.05, 50.1)),
        ([SOUTH_TO_NORTH, ISLAND], box(10.05, 50.0, 10.2, 50.1) - shapely.Polygon(ISLAND)),
        ([ISLAND], box(*FRAME) - shapely.Polygon(ISLAND)),
        ([ISLAND[::-1]], shapely.Polygon(ISLAND)),
        ([[(10.05, 50.01), (10.05, 50.09)]], box(10.05, 50.0, 10.2, 50.1)),
        ([[(10.05, 49.9), (10.05, 50.05)], [(10.05, 50.05), (10.05, 50.2)]], box(10.05, 50.0, 10.2, 50.1)),
        ([[(10.08, 50.045), (10.08, 50.055)]], shapely.Polygon()),
        ([[(9.0, 49.0), (9.0, 51.0)]], shapely.Polygon()),
        ([], shapely.Polygon()),
    ],
    ids=["land west", "land east", "with an island", "island alone", "lagoon", "ends before the box", "in two pieces",
         "a fragment", "elsewhere", "none"],
)  # fmt: skip
def test_the_sea_is_right_of_coastlines(lines: list[list[tuple[float, float]]], expected: shapely.Geometry) -> None:
    assert sea(*lines).symmetric_difference(expected).area == pytest.approx(0.0, abs=1e-12)


def test_coastlines_that_contradict_each_other_leave_no_sea() -> None:
    assert sea(SOUTH_TO_NORTH, [(10.15, 49.9), (10.15, 50.2)]).bounds == pytest.approx((10.15, 50.0, 10.2, 50.1))


def toy(folder: Path) -> Path:
    nodes = {
        1: (10.05, 50.01, {"barrier": "gate"}),
        2: (10.06, 50.01, {"entrance": "main"}),
        3: (10.06, 50.02, {"place": "suburb", "name": "北岸"}),
        4: (10.06, 50.03, {"entrance": "emergency"}),
        **square(10, 10.051, 50.02, 0.002),
        **square(20, 10.052, 50.03, 0.0005),
        **square(30, 10.053, 50.03, 0.00002),
        40: (10.05, 50.0),
        41: (10.05, 50.1),
        **square(50, 10.06, 50.06, 0.004),
    }
    ways = {
        100: ([1, 2], {"highway": "residential"}),
        101: (ring(10), {"natural": "water", "name": "镜湖"}),
        102: (ring(20), {"building": "yes"}),
        103: (ring(30), {"building": "yes"}),
        104: ([40, 41], {"natural": "coastline"}),
        105: (ring(50), {"landuse": "forest"}),
    }
    head = ""
    text = osm_xml(nodes, ways, head=head).replace(
        "<node", '<bounds minlon="10.0" minlat="50.0" maxlon="10.2" maxlat="50.1"/><node', 1
    )
    return write_osm(folder / "toy.osm", text)


def test_an_extract_gives_ground_names_and_doors(tmp_path: Path) -> None:
    found = find_basemap(read_osm(toy(tmp_path)))
    counts = found["kind"].value_counts().to_dict()
    assert counts == {"extent": 1, "sea": 1, "water": 1, "wood": 1, "building": 1, "name": 2, "entrance": 1, "gate": 1}
    assert found["kind"].iloc[0] == "extent"
    named = found[found["kind"] == "name"].set_index("name")["zoom"]
    assert named.to_dict() == {"北岸": 11, "镜湖": 13}
    [water] = found.geometry[found["kind"] == "sea"]
    assert water.bounds == pytest.approx((10.05, 50.0, 10.2, 50.1))


def town_below() -> gpd.GeoDataFrame:
    """Return a base map of the small town: sea in the east, two buildings of which one is a home, and names."""
    home = maps_data.homes().geometry.iloc[0]
    rows = [
        ("extent", None, 0, box(*maps_data.at(-200, -200), *maps_data.at(1200, 1200))),
        ("sea", None, 0, box(*maps_data.at(1060, -9000), *maps_data.at(9000, 1200))),
        ("building", None, 0, home.buffer(0.5)),
        ("building", None, 0, box(*maps_data.at(110, 40), *maps_data.at(150, 80))),
        ("building", None, 0, box(*maps_data.at(90_000, 40), *maps_data.at(90_100, 80))),
        ("name", HOSTILE, 11, Point(maps_data.at(560, 960))),
        ("entrance", None, 0, Point(maps_data.at(500, 510))),
        ("gate", None, 0, Point(maps_data.at(510, 500))),
    ]
    kind, name, zoom, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"kind": kind, "name": name, "zoom": zoom}, geometry=list(shapes), crs=maps_data.CRS
    ).to_crs("EPSG:4326")


def test_the_page_carries_what_is_near_and_no_home_twice() -> None:
    page = full_map(basemap=town_below())
    block = page.get_root().data.block
    numbers = maps_data.unpack(json.loads(block)["packed"])
    below = numbers["basemap"]
    assert [len(below[kind]["features"]) for kind in ("extent", "sea", "building", "wood")] == [1, 1, 1, 0]
    assert numbers["tables"]["basemap"]["names"] == [HOSTILE]
    east = np.cumsum(below["sea"]["xy"].reshape(-1, 2), axis=0)[:, 0].max() / 1e5
    streets = maps_data.streets().to_crs("EPSG:4326").total_bounds
    assert streets[2] < east < streets[2] + 0.3 * (streets[2] - streets[0])


def test_a_base_map_of_another_place_or_without_its_columns_is_refused() -> None:
    elsewhere = town_below().set_geometry(town_below().translate(10.0, 0.0))
    with pytest.raises(InputError, match="lies somewhere else"):
        full_map(basemap=elsewhere)
    with pytest.raises(TableError, match="basemap to draw need the columns kind"):
        full_map(basemap=town_below()[["geometry"]])
    with pytest.raises(TableError, match="extract"):
        full_map(basemap=42)


def test_a_map_of_streets_alone_has_a_base_map_too() -> None:
    network = WalkNetwork.from_edges(maps_data.streets(), walker="adult")
    page = draw_map(network=network, basemap=town_below())
    assert json.loads(page.get_root().data.block)["layers"][-1] == "basemap"


@pytest.mark.browser
def test_sea_names_and_doors_are_drawn_and_keyed(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(basemap=town_below(), lang="en"), tmp_path)
    ink = """
        const map = window.map_tenmin, canvas = document.querySelector('.leaflet-overlay-pane canvas');
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        return arguments[0].map((spot) => {
            const at = map.latLngToLayerPoint(spot).subtract(L.DomUtil.getPosition(canvas));
            const first = 4 * (Math.round(at.y) * width + Math.round(at.x));
            return [...data.slice(first, first + 4)];
        });
    """
    spots = gpd.GeoSeries([Point(maps_data.at(*spot)) for spot in ((1090, 540), (1030, 540), (-230, 540))])
    spots = spots.set_crs(maps_data.CRS).to_crs("EPSG:4326")
    inks = browser.execute_script(ink, np.c_[spots.y, spots.x].tolist())
    assert inks == [[203, 225, 227, 255], [243, 242, 238, 255], [228, 226, 221, 255]]
    assert {"Water", "Beyond the data"} <= set(texts_of(browser, "#legend .keys li"))
    browser.execute_script("window.map_tenmin.setZoom(18, { animate: false })")
    assert {"Entrances, gates"} <= set(texts_of(browser, "#legend .keys li"))
    assert browser.execute_script("return window.__pwn === undefined")
    assert faults(browser) == []
