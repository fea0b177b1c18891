"""Tests of the map without a coverage: streets, isochrones by their limits, facilities; in Chromium and as data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import pytest
from shapely import Point

import maps_data
import tenmin as tm
from tenmin.support.plotting import INKS
from test_maps import content_of, html_of, unpacked
from test_maps_browser import (
    check_sheet_of_a_phone,
    click_at,
    faults,
    open_page,
    picture,
    requests,
    script,
    text_of,
    texts_of,
)

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

READING = "willReadFrequently"
"""What Chromium says of tests that read the canvas."""
INK_AT = """
    const map = window.map_tenmin, canvas = document.querySelector('.leaflet-overlay-pane canvas');
    const spot = map.latLngToLayerPoint([...arguments]).subtract(L.DomUtil.getPosition(canvas));
    const ratio = canvas.width / parseFloat(canvas.style.width);
    return [...canvas.getContext('2d').getImageData(Math.round(spot.x * ratio), Math.round(spot.y * ratio), 1, 1).data];
"""


@pytest.fixture(scope="module")
def network() -> tm.WalkNetwork:
    return tm.WalkNetwork.from_edges(maps_data.streets(), walker="adult")


def draw(network: tm.WalkNetwork, **options: Any) -> folium.Map:
    sites = maps_data.sites()
    return tm.draw_map(network=network, isochrones=maps_data.circles(sites), **{"facilities": sites, **options})


def ink_at(browser: WebDriver, x: float, y: float) -> tuple[int, ...]:
    """Return red, green and blue at a spot given in metres from the town's south-west corner."""
    spot = gpd.GeoSeries.from_xy(*[[part] for part in maps_data.at(x, y)], crs=maps_data.CRS).to_crs("EPSG:4326")[0]
    return tuple(browser.execute_script(INK_AT, spot.y, spot.x)[:3])


def rgb(ink: str) -> tuple[int, ...]:
    return tuple(int(ink[k : k + 2], 16) for k in (1, 3, 5))


@pytest.mark.browser
def test_ranges_stand_in_the_inks_of_the_figures_and_there_are_no_tabs(
    browser: WebDriver, tmp_path: Path, network: tm.WalkNetwork
) -> None:
    open_page(browser, draw(network, lang="en", title="<b>Town</b> 镇"), tmp_path)
    assert text_of(browser, "#panel h1") == "<b>Town</b> 镇"
    assert texts_of(browser, ".tab") == []
    assert texts_of(browser, "#panel .limit") == [f"Within {limit} min on foot" for limit in (2, 5, 8)]
    assert texts_of(browser, "#panel .service .name") == ["any", "Library", "Pharmacy"]
    assert ink_at(browser, 550, 545) == rgb(INKS["near"])
    assert ink_at(browser, 445, 965) == rgb(INKS["far"])
    browser.find_element("css selector", "input[name='limit-2']").click()
    assert ink_at(browser, 550, 545) not in {rgb(INKS["near"]), rgb(INKS["far"])}
    assert "Within 2 min on foot" not in texts_of(browser, "#legend .keys li")
    assert [fault for fault in faults(browser) if READING not in fault] == []
    assert requests(browser) == []


@pytest.mark.browser
def test_a_service_and_a_facility_draw_their_range_alone(
    browser: WebDriver, tmp_path: Path, network: tm.WalkNetwork
) -> None:
    open_page(browser, draw(network, lang="en"), tmp_path)
    every = picture(browser)
    browser.find_element("css selector", ".service[data-category='0']").click()
    assert picture(browser) != every
    browser.find_element("css selector", ".service.all").click()
    assert picture(browser) == every
    click_at(browser, (500, 500))
    assert "Kulma-apteekki" in text_of(browser, "#panel .tabpanel > .note")
    assert ink_at(browser, 150, 155) not in {rgb(INKS["near"]), rgb(INKS["far"])}
    click_at(browser, (970, 60))
    assert picture(browser) == every
    browser.find_element("id", "language-button").click()
    assert text_of(browser, "#panel h1") == browser.title == "步行路网与步行圈"
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert texts_of(browser, "#print .keys li")[0] == "步行 2 分钟 范围"
    assert [fault for fault in faults(browser) if READING not in fault] == []


@pytest.mark.browser
def test_the_sheet_of_a_phone_is_that_of_the_review_map(
    browser: WebDriver, tmp_path: Path, network: tm.WalkNetwork
) -> None:
    check_sheet_of_a_phone(browser, draw(network), tmp_path)


@pytest.mark.browser
@pytest.mark.parametrize("drawn", ["streets alone", "lines", "areas"])
def test_whatever_is_left_out_the_page_opens(
    browser: WebDriver, tmp_path: Path, network: tm.WalkNetwork, drawn: str
) -> None:
    lines = tm.trace_isochrones(network, Point(maps_data.at(500, 500)), metres=[200, 400], shape="streets")
    tables = {"streets alone": {}, "lines": {"isochrones": lines}, "areas": {"areas": maps_data.blocks()}}[drawn]
    open_page(browser, tm.draw_map(network=network, lang="en", **tables), tmp_path)
    assert texts_of(browser, "#panel .limit") == (
        [f"Within {m} m on foot" for m in (200, 400)] if drawn == "lines" else []
    )
    if drawn == "lines":
        assert ink_at(browser, 500, 550) == rgb("#1f4e79")
    assert [fault for fault in faults(browser) if READING not in fault] == []


def test_the_inks_of_the_page_are_those_of_the_figures() -> None:
    near, far, rim = (INKS[name] for name in ("near", "far", "rim"))
    assert f"['{near}', '{far}', '{rim}', " in script("streets_page.js")


def test_facilities_and_isochrones_meet_by_id_in_any_order(network: tm.WalkNetwork) -> None:
    sites, circles = maps_data.sites(), maps_data.circles(maps_data.sites())
    pages = [
        html_of(tm.draw_map(network=network, isochrones=circles.iloc[::way], facilities=sites.iloc[::way]))
        for way in (1, -1)
    ]
    assert pages[0] == pages[1]
    content, numbers = content_of(pages[0]), unpacked(pages[0])
    ids, drawn = content["tables"]["facilities"]["id"], numbers["circles"]
    by_limit = circles.sort_values(["category", "minutes", "facility"])
    assert [ids[row] for row in drawn["facility"]] == list(by_limit["facility"])
    assert drawn["levels"] == [2, 5, 8]
    assert [category["key"] for category in content["categories"]] == ["library", "pharmacy"]
    assert "places" not in content["tables"]
    assert "network" not in numbers


def test_points_are_facilities_too_and_a_coverage_brings_its_own(network: tm.WalkNetwork) -> None:
    spot = gpd.GeoSeries([Point(maps_data.at(500, 500))], index=["shop"], crs=maps_data.CRS)
    page = tm.draw_map(network=network, isochrones=tm.trace_isochrones(network, spot, minutes=2), facilities=spot)
    assert content_of(html_of(page))["tables"]["facilities"]["id"] == ["shop"]
    coverage = tm.measure_coverage(network, maps_data.homes(), maps_data.sites(), minutes=5)
    with pytest.raises(tm.InputError, match="network= and facilities= are for a map without a coverage"):
        tm.draw_map(coverage, network=network)
