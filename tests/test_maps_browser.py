"""Tests of the review map in headless Chromium without a network: it draws, switches, tells, and runs no text."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps_data
from tenmin.outputs.maps import draw_map
from tenmin.support.errors import TenminWarning

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser

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
    return [url for url in asked if not url.endswith(("/review.html", "/notebook.html")) and url[:5] != "data:"]


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


def with_layers() -> folium.Map:
    """Return a map to which a marker, the user's own frame and a switch of layers were added."""
    drawn, own = full_map(), maps_data.blocks().to_crs("EPSG:4326")
    folium.CircleMarker([60.17, 24.94], radius=30).add_to(drawn)
    popup = '<i id="said">here</i><img src="data:," onerror="window.__pwn=1">'
    folium.Marker([60.165, 24.94], popup=popup, tooltip="a place").add_to(drawn)
    styled = {"style_function": lambda _: {"color": "#00ff00"}, "highlight_function": lambda _: {"weight": 9}}
    folium.GeoJson(own, name="own frame", tooltip=folium.GeoJsonTooltip(["name"]), **styled).add_to(drawn)
    folium.LayerControl(collapsed=False).add_to(drawn)
    return drawn


SHAPES = "return document.querySelectorAll('#map path.leaflet-interactive').length"
PIN = "return [...document.querySelectorAll('#map img.leaflet-marker-icon')].map((pin) => [pin.src, pin.naturalWidth])"


def check_layers(browser: WebDriver) -> None:
    """Check that what was added is drawn, tells its popup and is switched off by its control."""
    assert browser.execute_script(SHAPES) == 3
    [(source, width)] = browser.execute_script(PIN)
    assert source.startswith("data:image/png")
    assert width in {25, 50}
    browser.execute_script("document.querySelector('#map img.leaflet-marker-icon').click()")
    assert text_of(browser, ".leaflet-popup #said") == "here"
    label = browser.find_element("css selector", ".leaflet-control-layers-overlays label")
    assert label.text == "own frame"
    label.find_element("css selector", "input").click()
    assert browser.execute_script(SHAPES) == 1
    assert browser.execute_script("return typeof window.__pwn") == "undefined"


def test_what_folium_adds_is_drawn_on_the_same_map(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, with_layers(), tmp_path)
    check_layers(browser)
    assert requests(browser) == []
    assert all("inline event handler" in fault for fault in faults(browser))


def test_what_folium_adds_is_drawn_in_a_notebook(browser: WebDriver, tmp_path: Path) -> None:
    page = tmp_path / "notebook.html"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8>{with_layers()._repr_html_()}", encoding="utf-8")
    browser.get_log("performance")
    browser.get(page.as_uri())
    browser.switch_to.frame(0)
    try:
        wait_until(browser, "return document.body.dataset.ready === 'yes'")
        check_layers(browser)
    finally:
        browser.switch_to.default_content()
    assert [url for url in requests(browser) if url != "about:srcdoc"] == []


def test_an_element_that_cannot_be_drawn_stops_no_other(browser: WebDriver, tmp_path: Path) -> None:
    drawn = full_map()
    with pytest.warns(TenminWarning, match="HeatMap"):
        folium.plugins.HeatMap([[60.17, 24.94]]).add_to(drawn)
    with pytest.warns(TenminWarning, match="plain pin"):
        folium.Marker([60.165, 24.94], icon=folium.Icon(color="red")).add_to(drawn)
    open_page(browser, drawn, tmp_path)
    [(source, _)] = browser.execute_script(PIN)
    assert source.startswith("data:image/png")
    assert requests(browser) == []


def test_when_the_map_fails_the_page_says_so_and_its_figures_stand(browser: WebDriver, tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    full_map(lang="en").save(path)
    page = path.read_text(encoding="utf-8")
    start = page.index('"packed":"') + 60
    path.write_text(page[:start] + "AAAA" + page[start + 4 :], encoding="utf-8")
    browser.get(path.as_uri())
    wait_until(browser, "return document.querySelector('.failure') !== null")
    assert text_of(browser, ".failure").startswith("This browser is too old for the map")
    choose(browser, "library")
    assert text_of(browser, "#panel .category.on .name") == "Library"
    browser.find_element("id", "table-button").click()
    assert len(browser.find_elements("css selector", "#sheet tbody tr")) == 3


def script(name: str) -> str:
    return (Path(draw_map.__code__.co_filename).parent / "page" / name).read_text(encoding="utf-8")


def deflated() -> Iterator[tuple[bytes, bytes]]:
    """Return random texts with their streams, of every level, strategy and window."""
    random = np.random.default_rng(11)
    for case in range(120):
        letters = int(random.choice([1, 2, 20, 256]))
        plain = random.integers(0, letters, int(random.integers(0, 70_000)), dtype=np.uint8).tobytes()
        packer = zlib.compressobj(case % 10, zlib.DEFLATED, 9 + case % 7, 1 + case % 9, case % 5)
        half = len(plain) // 2
        first = packer.compress(plain[:half]) + packer.flush(zlib.Z_SYNC_FLUSH if case % 2 else zlib.Z_NO_FLUSH)
        yield plain, first + packer.compress(plain[half:]) + packer.flush()


INFLATE = """
    const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    return arguments[0].map((text) => {
        try {
            const plain = inflate(bytes(text));
            let signs = '';
            for (let i = 0; i < plain.length; i += 5000) signs += String.fromCharCode(...plain.subarray(i, i + 5000));
            return btoa(signs);
        } catch (problem) { return null; }
    });
"""


def inflated(browser: WebDriver, streams: list[bytes]) -> list[bytes | None]:
    texts = [base64.b64encode(stream).decode() for stream in streams]
    browser.get("about:blank")
    return [
        None if text is None else base64.b64decode(text)
        for text in browser.execute_script(script("inflate.js") + INFLATE, texts)
    ]


def test_the_page_unpacks_whatever_zlib_packs(browser: WebDriver) -> None:
    cases = list(deflated())
    assert inflated(browser, [stream for _, stream in cases]) == [plain for plain, _ in cases]


def test_a_damaged_stream_is_refused(browser: WebDriver) -> None:
    plain = np.random.default_rng(5).integers(0, 256, 900, dtype=np.uint8).tobytes() + b"towns and streets " * 50
    stream = zlib.compress(plain)
    flipped = [stream[:at] + bytes([stream[at] ^ 4]) + stream[at + 1 :] for at in range(2, len(stream), 7)]
    damaged = [stream[:at] for at in range(0, len(stream), 50)] + flipped
    assert inflated(browser, damaged) == [None] * len(damaged)


@pytest.mark.parametrize("rank", [7, 14565, 123456789])
def test_a_rank_stands_inside_its_pill(browser: WebDriver, rank: int) -> None:
    draw = """
        const pen = Object.assign(document.createElement('canvas'), { width: 400, height: 60 }).getContext('2d');
        const plane = { x0: 0, y0: 0 };
        const frame = { zoom: PLANE_ZOOM, corner: { x: 0, y: 0 }, size: { x: 400, y: 60 }, ratio: 1 };
        const view = new View(pen, { plane, ...frame });
        drawRanks(view, { font: 'sans-serif', gapMarks: [{ rank: arguments[0], point: [200, 30], doubtful: 0 }] });
        const row = pen.getImageData(0, 22, 400, 1).data;
        let pill = 0;
        for (let i = 0; i < row.length; i += 4) pill += row[i + 3] === 255 && row[i] === 176 && row[i + 1] === 18;
        return [pill, pen.measureText(String(arguments[0])).width];
    """
    browser.get("about:blank")
    sources = "".join(map(script, ("unpack.js", "symbols.js", "drawing.js")))
    pill, text = browser.execute_script(sources + draw, rank)
    assert pill > text > 0


def resized(browser: WebDriver, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


HOMES_IN_SIGHT = """
    const map = window.map_tenmin, box = document.getElementById('map').getBoundingClientRect();
    return arguments[0].map(([lat, lng]) => {
        const point = map.latLngToContainerPoint([lat, lng]);
        const there = document.elementFromPoint(box.left + point.x, box.top + point.y);
        return there !== null && there.closest('#map') !== null;
    });
"""


@pytest.mark.parametrize(("width", "height"), [(1600, 900), (1280, 720), (760, 640), (390, 844)])
def test_no_home_opens_under_a_panel_and_map_and_panel_are_usable(
    browser: WebDriver, tmp_path: Path, width: int, height: int
) -> None:
    homes = shapely.get_coordinates(maps_data.homes().to_crs("EPSG:4326").geometry.representative_point())
    resized(browser, width, height)
    try:
        open_page(browser, full_map(), tmp_path)
        seen = browser.execute_script(HOMES_IN_SIGHT, homes[:, ::-1].tolist())
        assert sum(seen) >= 0.97 * len(seen)  # a zoom button is no panel
        panel, stage = (browser.find_element("id", name).rect for name in ("panel", "map"))
        assert panel["width"] >= 250
        assert panel["height"] >= 0.4 * height
        assert stage["width"] >= min(0.6 * width, 500)
        assert stage["height"] >= 0.55 * height
        assert browser.execute_script(INKS) > 20
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_lists_fold_where_the_map_is_narrow_and_stay_as_the_reader_leaves_them(
    browser: WebDriver, tmp_path: Path
) -> None:
    folds = "return ['#legend', '#side .gaps'].map((name) => document.querySelector(name).open)"
    open_page(browser, full_map(), tmp_path)
    assert browser.execute_script(folds) == [True, True]
    resized(browser, 760, 640)
    try:
        open_page(browser, full_map(), tmp_path)
        assert browser.execute_script(folds) == [False, False]
        browser.find_element("css selector", "#side .gaps summary").click()
        wait_until(browser, "return document.querySelector('#side .gaps').open")
        choose(browser, "library")
        assert browser.execute_script(folds) == [False, True]
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_homes_that_join_no_street_are_listed_once(browser: WebDriver, tmp_path: Path) -> None:
    measured = replace(maps_data.measure(maps_data.homes(), maps_data.sites()), unjoined=("w100", "w105"))
    open_page(browser, draw_map(measured, gaps=maps_data.lacks(measured), lang="en"), tmp_path)
    assert text_of(browser, "#side .defects h2") == "Homes that join no street: 2 (20 people)"
    browser.find_element("css selector", "#side .defects summary").click()
    browser.find_elements("css selector", "#side .defects .gap-row")[1].click()
    told = text_of(browser, "#side .card.place dl")
    assert "w105" in told
    assert "joins no street" in told
    open_page(browser, full_map(), tmp_path)
    assert browser.find_elements("css selector", "#side .defects") == []


def test_what_is_printed_keeps_its_colours(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(), tmp_path)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        style = "return getComputedStyle(document.querySelector('#panel .bar i')).webkitPrintColorAdjust"
        assert browser.execute_script(style) == "exact"
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
