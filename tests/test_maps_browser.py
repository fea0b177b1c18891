"""Tests of the review map in headless Chromium without a network: it draws, switches, tells, and runs no text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import pandas as pd
import pytest

import maps_data
from tenmin.outputs.maps import draw_map
from tenmin.support.errors import TenminWarning

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1600,900",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
)
WAIT_SECONDS = 30
CANVAS = "document.querySelector('.leaflet-overlay-pane canvas')"
INKS = f"""
    const canvas = {CANVAS};
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const inks = new Set();
    for (let i = 0; i < pixels.length; i += 4) {{
        if (pixels[i + 3]) inks.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
    }}
    return inks.size;
"""

#: Each is run by some way of writing a page; `CANARY` stands for a folder that must not come to be.
PAYLOADS = {
    "jinja": "{{ cycler.__init__.__globals__.os.mkdir('CANARY') }}",
    "jinja sum": "{{ 7 * 7 }}{{ __pwn__ }}",
    "jinja broken": "{{ broken",
    "jinja block": "{% raw %} {% for x in y %}",
    "jinja comment": "{# gone #}",
    "format": "{0} {name} %s %(name)s $name ${name}",
    "template literal": "${window.__pwn = 1}",
    "backtick": "`+(window.__pwn=1)+`",
    "two backslashes and a backtick": "\\\\`;window.__pwn=1;//",
    "end of script": "</script><script>window.__pwn=1</script>",
    "half an end": "</scr</script>ipt><!--<script>",
    "image": "<img src=x onerror=\"window.__pwn=1;document.title='taken'\">",
    "svg": "<svg/onload=window.__pwn=1>",
    "frame": "<iframe srcdoc='<script>parent.__pwn=1</script>'></iframe>",
    "link": '<a href="javascript:window.__pwn=1">click</a>',
    "style": "</style><style>body{display:none}</style>",
    "end of title": "</title></head><body onload=window.__pwn=1>",
    "double quote": '"};window.__pwn=1;//',
    "single quote": "';window.__pwn=1;//",
    "handler": '" onmouseover="window.__pwn=1" x="',
    "entities": "&lt;img src=x onerror=window.__pwn=1&gt; &#x3c;b&#x3e; &amp;",
    "line separators": "a\u2028window.__pwn=1\u2029b",
    "control signs": "tab\tnew\nline\rreturn\x00zero\x1bescape\x7f",
    "json end": ']}</script>{"numbers":[0,1]}',
    "prototype": "__proto__",
    "key of the page": "constructor {number} {limit}",
    "right to left": "\u202egnihtemos\u2066",
    "long": "長い名前" * 200,
    "combining": "Z\u0351\u036b\u0343a\u0334l\u0338g\u0335o 👩‍👩‍👧‍👦",
    "empty": "",
}


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[WebDriver]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="no browser test without selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(chromium.with_name("chromedriver"))))
    yield driver
    driver.quit()


def open_page(browser: WebDriver, drawn: folium.Map, folder: Path) -> None:
    """Save the map and open it as a planner would; what was logged before is forgotten."""
    path = folder / "review.html"
    drawn.save(path)
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(path.as_uri())
    wait_until(browser, "return document.body.dataset.ready === 'yes'")


def wait_until(browser: WebDriver, script: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, WAIT_SECONDS).until(lambda page: page.execute_script(script))


def click_at(browser: WebDriver, spot: tuple[float, float]) -> None:
    """Click the map at a spot given in metres from the town's south-west corner."""
    from selenium.webdriver.common.action_chains import ActionChains

    place = gpd.GeoSeries.from_xy(*[[part] for part in maps_data.at(*spot)], crs=maps_data.CRS).to_crs("EPSG:4326")[0]
    look = """
        const map = window.map_tenmin, size = map.getSize();
        const point = map.latLngToContainerPoint([...arguments]).subtract(size.divideBy(2));
        return [Math.round(point.x), Math.round(point.y)];
    """
    x, y = browser.execute_script(look, place.y, place.x)
    stage = browser.find_element("id", "map")
    ActionChains(browser, duration=0).move_to_element_with_offset(stage, x, y).click().perform()


def choose(browser: WebDriver, key: str) -> None:
    """Click the switch of a service, found by its key."""
    keys = [row["key"] for row in content(browser)["categories"]]
    browser.find_elements("css selector", "#panel .category")[keys.index(key) + 1].click()


def content(browser: WebDriver) -> dict[str, Any]:
    return json.loads(browser.execute_script("return document.getElementById('tenmin-data').textContent"))


def text_of(browser: WebDriver, selector: str) -> str:
    return browser.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)


def picture(browser: WebDriver) -> str:
    return browser.execute_script(f"return {CANVAS}.toDataURL()")


def faults(browser: WebDriver) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


def requests(browser: WebDriver) -> list[str]:
    """Return what the page asked for beside itself."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.endswith(("/review.html", "/notebook.html"))]


def full_map(**options: Any) -> folium.Map:
    measured = maps_data.measure(maps_data.homes(), maps_data.sites())
    circles = maps_data.circles(measured.facilities)
    return draw_map(measured, gaps=maps_data.lacks(measured), isochrones=circles, areas=maps_data.blocks(), **options)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_draws_without_a_network(browser: WebDriver, tmp_path: Path, lang: str) -> None:
    open_page(browser, full_map(lang=lang, title="Town 镇"), tmp_path)
    assert browser.execute_script(INKS) > 20
    assert browser.title == "Town 镇"
    assert text_of(browser, "#panel h1") == "Town 镇"
    assert "2026-10-01" in text_of(browser, "#panel .date")
    assert "OpenStreetMap contributors, ODbL" in text_of(browser, "#credit")
    assert text_of(browser, ".leaflet-control-scale").endswith("m")
    assert faults(browser) == []
    assert requests(browser) == []


def test_it_opens_with_the_worst_served_service_and_names_the_denominator(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    assert text_of(browser, "#panel .category.on .name") == "Pharmacy"
    assert text_of(browser, "#panel .category.on .figure") == "32.0–42.0%"
    assert "all 1,000 people (100 places" in text_of(browser, "#panel .note")
    assert "Within 5 min on foot" in text_of(browser, "#panel .rule")


def test_another_service_draws_other_facilities_and_lists_other_gaps(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    pharmacy = picture(browser)
    click_at(browser, (500, 500))
    assert text_of(browser, "#side .card h2") == "Kulma-apteekki"
    choose(browser, "library")
    assert text_of(browser, "#side .card h2") == ""
    assert picture(browser) != pharmacy
    assert browser.execute_script("return document.querySelector('#panel input:checked').value") == "1"
    ranks = browser.execute_script("return [...document.querySelectorAll('.gap-row b')].map((b) => b.textContent)")
    assert ranks == ["5", "6"]
    click_at(browser, (500, 500))
    assert text_of(browser, "#side .card h2") != "Kulma-apteekki"
    choose(browser, "pharmacy")
    click_at(browser, (200, 200))
    assert text_of(browser, "#side .card.facility h2") == ""
    assert faults(browser) == []


def test_all_facilities_together(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    browser.find_elements("css selector", "#panel .category")[0].click()
    for spot, name in (((500, 500), "Kulma-apteekki"), ((200, 200), "南图书馆"), ((700, 700), "(no name)")):
        click_at(browser, spot)
        assert text_of(browser, "#side .card h2") == name
    assert len(browser.find_elements("css selector", ".gap-row")) == 6


@pytest.mark.parametrize("layer", ["facilities", "places", "gaps", "circles", "areas", "streets", "barriers"])
def test_each_layer_switches_off_and_on(browser: WebDriver, tmp_path: Path, layer: str) -> None:
    open_page(browser, full_map(), tmp_path)
    before = picture(browser)
    switch = browser.find_element("css selector", f"input[name=layer-{layer}]")
    switch.click()
    assert picture(browser) != before
    if layer == "facilities":
        click_at(browser, (500, 500))
        assert text_of(browser, "#side .card.facility h2") == ""
        browser.execute_script("document.querySelector('#side .close')?.click()")
    switch.click()
    assert picture(browser) == before


def test_a_click_on_a_facility_tells_all_of_it(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    click_at(browser, (500, 500))
    told = text_of(browser, "#side .card dl")
    for text in ("Pharmacy", "320 people", "pharmacy:n3", "24/7", "OpenStreetMap", "20 m"):
        assert text in told


def test_a_click_on_a_home_tells_its_walk(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    click_at(browser, (450, 420))
    told = text_of(browser, "#side .card.place dl")
    for text in ("10.0", "served (limit 5 min)", "1.6 min (130 m)", "Kulma-apteekki", "w144"):
        assert text in told
    click_at(browser, (50, 20))
    assert "not served (limit 5 min)" in text_of(browser, "#side .card.place dl")
    assert "11.6 min (930 m)" in text_of(browser, "#side .card.place dl")
    click_at(browser, (950, 0))
    assert "unknown (limit 5 min)" in text_of(browser, "#side .card.place dl")


def test_a_gap_in_the_list_is_gone_to_and_told(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="zh"), tmp_path)
    browser.find_elements("css selector", "#panel .category")[0].click()
    before = browser.execute_script("return window.map_tenmin.getCenter().lat")
    browser.find_elements("css selector", ".gap-row")[0].click()
    assert text_of(browser, "#side .card.gap h2").startswith("第 1 号缺口")
    assert text_of(browser, "#side .card.gap .cure").startswith("在")
    assert text_of(browser, "#panel .category.on .figure") == "无设施"
    wait_until(browser, f"return Math.abs(window.map_tenmin.getCenter().lat - {before}) > 1e-4")
    assert faults(browser) == []


def test_the_table_gives_every_figure(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    browser.find_element("id", "table-button").click()
    cells = (
        "return [...document.querySelectorAll('#sheet tbody tr')].map((r) => [...r.cells].map((c) => c.textContent))"
    )
    rows = {row[0]: row[1:] for row in browser.execute_script(cells)}
    assert rows["Pharmacy"] == ["32.0–42.0%", "320", "580", "100", "1,000", "1", "5 min"]
    assert rows["Food market or greengrocer"][0] == "no sites"
    browser.find_element("css selector", "#sheet .close").click()
    assert not browser.find_element("id", "sheet").is_displayed()


def hostile_map(payload: str) -> folium.Map:
    """Return a map with the payload in every text that it takes."""
    sites = maps_data.sites().assign(category=payload, name=payload, opening_hours=payload, source=payload)
    sites = sites.assign(**{f"{payload} ": payload}).set_axis(pd.Index([f"{payload} {i}" for i in range(len(sites))]))
    homes = maps_data.homes().assign(name=payload, **{f"{payload} ": payload})
    homes = homes.set_axis(pd.Index([f"{payload} {i}" for i in range(len(homes))]))
    measured = maps_data.measure(homes, sites, categories=[payload])
    network = replace(measured.network, date=payload, source=payload)
    gaps = maps_data.lacks(measured).assign(gap=payload, reason=payload, by=payload, cure=payload, cure_zh=payload)
    areas = maps_data.blocks().assign(name=payload, **{f"{payload} ": payload})
    areas = areas.set_axis(pd.Index([f"{payload} {i}" for i in range(len(areas))]))
    tables = {"gaps": gaps, "isochrones": maps_data.circles(sites), "areas": areas}
    return draw_map(replace(measured, network=network), title=payload, **tables)


def press_everything(browser: WebDriver) -> None:
    """Press every switch and button of the page, and leave all layers on."""
    press = """
        document.querySelectorAll('#panel input, #panel button, .gap-row, .close').forEach((part) => part.click());
        document.querySelectorAll('#panel .layers input').forEach((box) => box.checked || box.click());
        document.querySelector('#panel .category:nth-of-type(2) input').click();
    """
    browser.execute_script(press)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_text_runs_and_every_text_is_shown_as_it_is(browser: WebDriver, tmp_path: Path, payload: str) -> None:
    canary = tmp_path / "canary"
    text = payload.replace("CANARY", str(canary))
    open_page(browser, hostile_map(text), tmp_path)
    for spot in ((250, 20), (-20, 500), (500, 500)):
        click_at(browser, spot)
    assert text_of(browser, "#side .card.facility h2") == text
    assert text_of(browser, "#side .card dl").count(text) >= 5
    press_everything(browser)
    assert text_of(browser, "#panel h1") == text
    assert text_of(browser, "#panel .category:nth-of-type(2) .name") == text
    assert text_of(browser, "#sheet tbody th bdi") == text
    browser.execute_script("document.querySelector('.gap-row').click()")
    assert text_of(browser, "#side .card.gap .cure") == text
    assert browser.execute_script(INKS) > 20
    assert browser.execute_script("return typeof window.__pwn") == "undefined"
    assert text_of(browser, "title") == text
    assert not canary.exists()
    assert faults(browser) == []
    assert requests(browser) == []


def test_half_a_character_does_not_break_the_page(browser: WebDriver, tmp_path: Path) -> None:
    sites = maps_data.sites()
    names = pd.Series(["医院\ud800", None, "\udfffKulma"], index=sites.index, dtype=object)
    measured = maps_data.measure(maps_data.homes(), sites.assign(name=names))
    with pytest.warns(TenminWarning, match="half a character"):
        drawn = draw_map(measured, title="\ud800")
    open_page(browser, drawn, tmp_path)
    click_at(browser, (500, 500))
    assert text_of(browser, "#side .card h2") == "\ufffdKulma"
    assert text_of(browser, "#panel h1") == "\ufffd"
    assert faults(browser) == []


def test_a_notebook_shows_the_map_in_its_frame(browser: WebDriver, tmp_path: Path) -> None:
    page = tmp_path / "notebook.html"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8>{full_map(title='Otsikko')._repr_html_()}", encoding="utf-8")
    browser.get_log("browser")
    browser.get(page.as_uri())
    browser.switch_to.frame(0)
    try:
        wait_until(browser, "return document.body.dataset.ready === 'yes'")
        assert browser.execute_script(INKS) > 20
        assert text_of(browser, "#panel h1") == "Otsikko"
    finally:
        browser.switch_to.default_content()
    assert faults(browser) == []


def test_the_policy_stops_script_that_gets_into_the_page_all_the_same(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(), tmp_path)
    inject = """
        const holder = document.createElement('div');
        holder.innerHTML = '<img src="data:," onerror="window.__pwn=1">'
            + '<a id="bait" href="javascript:window.__pwn=2">x</a>';
        document.body.append(holder);
        const script = document.createElement('script');
        script.textContent = 'window.__pwn=3';
        document.body.append(script);
        document.getElementById('bait').click();
    """
    browser.execute_script(inject)
    wait_until(browser, "return document.querySelector('img')?.complete ?? true")
    assert browser.execute_script("return typeof window.__pwn") == "undefined"
    assert all("Content Security Policy" in fault for fault in faults(browser))


def test_what_folium_adds_is_drawn_on_the_same_map(browser: WebDriver, tmp_path: Path) -> None:
    drawn = full_map()
    folium.CircleMarker([60.17, 24.94], radius=30).add_to(drawn)
    open_page(browser, drawn, tmp_path)
    assert browser.execute_script("return document.querySelectorAll('#map path.leaflet-interactive').length") == 1
    assert faults(browser) == []


def test_a_browser_that_cannot_unpack_says_so(browser: WebDriver, tmp_path: Path) -> None:
    command = {"source": "delete window.DecompressionStream"}
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", command)
    try:
        path = tmp_path / "review.html"
        full_map(lang="en").save(path)
        browser.get(path.as_uri())
        wait_until(browser, "return document.querySelector('.failure') !== null")
        assert text_of(browser, ".failure").startswith("This browser is too old for the map")
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_on_a_small_screen_map_and_panel_share_the_page(browser: WebDriver, tmp_path: Path) -> None:
    size = {"width": 600, "height": 900, "deviceScaleFactor": 2, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        open_page(browser, full_map(), tmp_path)
        boxes = [browser.find_element("id", name).rect for name in ("panel", "map")]
        assert all(box["width"] >= 590 and box["height"] >= 380 for box in boxes)
        assert browser.execute_script(INKS) > 20
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
