"""Tests of the review map in headless Chromium without a network: it draws, switches, tells, and runs no text."""

from __future__ import annotations

import base64
import json
import re
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
    "long": "長い名前" * 100 + "W" * 400,
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
    show_tab(browser, "overview")
    browser.find_elements("css selector", "#panel .service")[keys.index(key) + 1].click()


def show_tab(browser: WebDriver, name: str) -> None:
    browser.find_element("id", f"tab-{name}").click()


def texts_of(browser: WebDriver, selector: str) -> list[str]:
    look = "return [...document.querySelectorAll(arguments[0])].map((part) => part.textContent)"
    return browser.execute_script(look, selector)


def press(browser: WebDriver, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser, duration=0).send_keys(*keys).perform()


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
    assert "2026-10-01" in text_of(browser, "#credit")
    assert "OpenStreetMap contributors, ODbL" in text_of(browser, "#credit")
    assert text_of(browser, ".leaflet-control-scale").endswith("m")
    assert faults(browser) == []
    assert requests(browser) == []


def test_it_opens_with_the_sentence_a_row_for_each_service_and_the_denominator(
    browser: WebDriver, tmp_path: Path
) -> None:
    measured = maps_data.measure(maps_data.homes(), maps_data.sites())
    open_page(browser, full_map(lang="en"), tmp_path)
    [row] = measured.basket(["pharmacy", "library"]).to_dict("records")
    both = f"{100 * row['share']:.1f}–{100 * row['share_upper']:.1f}%"
    worst = "Worst: Pharmacy, 32.0–42.0%. No facility at all: Food market or greengrocer."
    assert text_of(browser, ".sentence") == f"{both} of 1,000 people have all 2 services. {worst}"
    assert texts_of(browser, "#panel .service .name")[1:] == ["Pharmacy", "Library", "Food market or greengrocer"]
    assert texts_of(browser, "#panel .service .figure")[0] == "32.0–42.0%"
    assert texts_of(browser, "#panel .service .count")[0] == "580"
    assert "all 1,000 people (100 places" in text_of(browser, "#panel .note")
    assert "Within 5 min on foot" in text_of(browser, "#panel .rule")


def test_another_language_says_the_same(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    click_at(browser, (500, 500))
    browser.find_element("id", "language-button").click()
    assert browser.find_element("tag name", "html").get_attribute("lang") == "zh-CN"
    assert browser.title == text_of(browser, "#panel h1") == "步行服务覆盖图"
    assert texts_of(browser, "#panel .service .name")[1] == "药店"
    assert text_of(browser, "#side .kind") == "药店"
    assert not re.search("[A-Za-z]", text_of(browser, "#legend") + text_of(browser, "#panel-overview"))


def test_another_service_draws_other_facilities(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    every = picture(browser)
    choose(browser, "pharmacy")
    assert picture(browser) != every
    click_at(browser, (500, 500))
    assert text_of(browser, "#side .card h2") == "Kulma-apteekki"
    choose(browser, "library")
    assert browser.execute_script("return document.querySelector('#panel .service input:checked').value") == "1"
    browser.execute_script("document.querySelector('#side .close').click()")
    click_at(browser, (500, 500))
    assert text_of(browser, "#side .card h2") != "Kulma-apteekki"
    assert text_of(browser, "#live") != ""
    assert faults(browser) == []


@pytest.mark.parametrize("layer", ["facilities", "places", "circles", "areas", "streets", "barriers"])
def test_each_layer_switches_off_and_on(browser: WebDriver, tmp_path: Path, layer: str) -> None:
    open_page(browser, full_map(), tmp_path)
    choose(browser, "pharmacy")
    before = picture(browser)
    browser.find_element("css selector", "#legend .layers summary").click()
    switch = browser.find_element("css selector", f"input[name=layer-{layer}]")
    switch.click()
    assert picture(browser) != before
    if layer == "facilities":
        click_at(browser, (500, 500))
        assert text_of(browser, "#side .card.facilities h2") == ""
        browser.execute_script("document.querySelector('#side .close')?.click()")
    switch.click()
    assert picture(browser) == before


def test_the_legend_lists_only_what_is_drawn(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    assert not any("Gap" in text or "range" in text for text in texts_of(browser, "#legend .keys li"))
    choose(browser, "pharmacy")
    keys = texts_of(browser, "#legend .keys li")
    assert {"not served", "served", "unknown", "Within 5 min on foot", "Pharmacy"} <= set(keys)
    browser.find_element("css selector", "#legend .layers summary").click()
    browser.find_element("css selector", "input[name=layer-circles]").click()
    assert "Within 5 min on foot" not in texts_of(browser, "#legend .keys li")


def test_a_click_on_a_facility_tells_all_of_it(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    click_at(browser, (500, 500))
    assert text_of(browser, "#side .kind") == "Pharmacy"
    told = texts_of(browser, "#side .card dd")
    assert told[:4] == ["320 people", "320 people", "in use", "20 m"]
    assert {"pharmacy:n3", "24/7", "OpenStreetMap"} <= set(told)


def test_a_click_on_a_home_tells_every_walk_the_farthest_beyond_its_limit_first(
    browser: WebDriver, tmp_path: Path
) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    click_at(browser, (450, 420))
    assert texts_of(browser, "#side .walks .figure") == ["no walk", "5.9 min", "1.6 min"]
    assert texts_of(browser, "#side .walks .where")[1:] == [
        "not served · 470 m南图书馆",
        "served · 130 mKulma-apteekki",
    ]
    assert text_of(browser, "#side .card dd") == "10 people"
    click_at(browser, (50, 20))
    assert texts_of(browser, "#side .walks .where span")[1] == "not served · 930 m"
    click_at(browser, (950, 0))
    assert "unknown · 950 m" in texts_of(browser, "#side .walks .where span")
    browser.find_elements("css selector", "#side .walk")[1].click()
    assert browser.execute_script("return document.querySelector('#panel .service input:checked').value") != "all"


def test_the_worst_gap_is_found_gone_to_and_told_and_keys_lead_to_the_next(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="zh"), tmp_path)
    show_tab(browser, "gaps")
    rows = browser.find_elements("css selector", ".gap-row")
    assert len(rows) == 5  # hold four fifths of the severity of six
    assert "缺菜市场" in rows[0].text
    before = browser.execute_script("return window.map_tenmin.getCenter().lat")
    rows[0].click()
    assert text_of(browser, "#side .kind") == "第 1 号缺口"
    assert "在" in text_of(browser, "#side .cure")
    assert "没有设施" in text_of(browser, "#side dl")
    assert browser.execute_script("return window.map_tenmin.getCenter().lat") != before
    press(browser, "n")
    assert text_of(browser, "#side .kind") == "第 2 号缺口"
    press(browser, "b", "b")
    assert text_of(browser, "#side .kind") == "第 5 号缺口"
    assert faults(browser) == []


def test_gaps_are_filtered_by_service_cause_and_people(browser: WebDriver, tmp_path: Path) -> None:
    from selenium.webdriver.support.ui import Select

    open_page(browser, full_map(lang="en"), tmp_path)
    show_tab(browser, "gaps")
    ranks = "#panel .gap-row .rank"
    browser.find_element("css selector", "#panel-gaps .rest > button").click()
    assert texts_of(browser, ranks) == ["1", "2", "3", "4", "5", "6"]
    service, cause, people = (Select(part) for part in browser.find_elements("css selector", "#panel-gaps select"))
    cause.select_by_visible_text("no facilities")
    assert texts_of(browser, ranks) == ["1", "2"]
    _, cause, people = (Select(part) for part in browser.find_elements("css selector", "#panel-gaps select"))
    cause.select_by_visible_text("any")
    people = Select(browser.find_elements("css selector", "#panel-gaps select")[2])
    people.select_by_visible_text("at least 500")
    assert texts_of(browser, ranks) == []
    people = Select(browser.find_elements("css selector", "#panel-gaps select")[2])
    people.select_by_visible_text("at least 100")
    service = Select(browser.find_elements("css selector", "#panel-gaps select")[0])
    service.select_by_visible_text("Library")
    assert texts_of(browser, ranks) == ["5", "6"]


SERVICES = {"Pharmacy": "pharmacy", "Library": "library"}


def _shortfall(measured: maps_data.Measured, homes: pd.Series) -> float:
    """Return the mean of the shortfalls of the services that have facilities, the unknown homes left out."""
    parts = []
    for key in SERVICES.values():
        known = homes & ~measured.unknown[key]
        beyond = (measured.minutes[key][known] / maps_data.LIMIT - 1.0).clip(0.0, 1.0)
        parts.append(100.0 * beyond.mean())
    return sum(parts) / len(parts)


def test_a_community_has_a_score_card_against_the_town(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    before = picture(browser)
    show_tab(browser, "communities")
    assert picture(browser) != before
    rows = browser.find_elements("css selector", ".area-row")
    measured = maps_data.measure(maps_data.homes(), maps_data.sites())
    halves = {"西社区": measured.places.geometry.centroid.x < maps_data.WEST + 500}
    halves["东社区"] = ~halves["西社区"]
    assert [row.text.split("\n")[0::2] for row in rows] == [
        [name, f"{_shortfall(measured, halves[name]):.1f}"] for name in ("西社区", "东社区")
    ]
    rows[0].click()
    assert text_of(browser, "#side h2") == "西社区"
    assert text_of(browser, "#side dd") == "500 people"
    named = dict(
        zip(texts_of(browser, "#side .against .name"), texts_of(browser, "#side .against .figure"), strict=True)
    )
    served = {name: 100 * measured.served.loc[halves["西社区"], key].mean() for name, key in SERVICES.items()}
    assert named == {name: f"{share:.1f}%" for name, share in sorted(served.items(), key=lambda item: item[1])}
    press(browser, "n")
    assert text_of(browser, "#side h2") == "东社区"


def test_facilities_are_listed_by_what_closing_them_loses(browser: WebDriver, tmp_path: Path) -> None:
    from selenium.webdriver.support.ui import Select

    open_page(browser, full_map(lang="en"), tmp_path)
    show_tab(browser, "facilities")
    assert texts_of(browser, ".facility-row .figure") == sorted(
        texts_of(browser, ".facility-row .figure"), reverse=True
    )
    Select(browser.find_elements("css selector", "#panel-facilities select")[1]).select_by_visible_text(
        "Lost if closed"
    )
    assert texts_of(browser, ".facility-row .figure") == ["320", "0", "0"]
    browser.find_element("css selector", ".facility-row").click()
    assert text_of(browser, "#side h2") == "Kulma-apteekki"


def test_a_name_is_found_and_gone_to(browser: WebDriver, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_page(browser, full_map(lang="en"), tmp_path)
    press(browser, "/", "图书", Keys.ARROW_DOWN, Keys.ENTER)
    assert text_of(browser, "#side h2") == "南图书馆"
    assert browser.switch_to.active_element.get_attribute("class") == "close"
    press(browser, Keys.ESCAPE)
    assert browser.switch_to.active_element.get_attribute("id") == "tab-overview"
    press(browser, "/", "nowhere")
    assert text_of(browser, ".found") == "Nothing found"


def test_all_is_reached_by_the_keyboard_and_the_focus_never_falls(browser: WebDriver, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    focus = "return document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
    open_page(browser, full_map(lang="en"), tmp_path)
    browser.find_element("id", "search").click()
    press(browser, Keys.TAB)
    assert browser.execute_script(focus) == "tab-overview"
    press(browser, Keys.ARROW_RIGHT)
    assert browser.execute_script(focus) == "tab-gaps"
    assert browser.find_element("id", "tab-gaps").get_attribute("aria-selected") == "true"
    press(browser, Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER)
    assert text_of(browser, "#side .kind") == "Gap no. 1"
    press(browser, Keys.ESCAPE)
    assert browser.execute_script(focus).startswith("row gap-row")
    assert not browser.find_element("id", "side").is_displayed()
    browser.execute_script("document.getElementById('table-button').focus()")
    press(browser, Keys.ENTER)
    sheet = browser.find_element("id", "sheet")
    assert sheet.get_attribute("role") == "dialog"
    press(browser, Keys.TAB, Keys.TAB)
    assert browser.execute_script("return document.activeElement.closest('#sheet') !== null")
    press(browser, Keys.ESCAPE)
    assert not sheet.is_displayed()
    assert browser.execute_script(focus) == "table-button"
    unnamed = "return [...document.querySelectorAll('button, input, select, textarea, #map')].filter((part) => !part.closest('[hidden]') && !(part.textContent.trim() || part.getAttribute('aria-label') || part.labels?.length)).length"  # noqa: E501
    assert browser.execute_script(unnamed) == 0


FOCUS_IS_NOWHERE = "return !document.activeElement || document.activeElement === document.body"


def is_presenting(browser: WebDriver) -> bool:
    """Whether the rail is folded."""
    return browser.execute_script("return document.body.classList.contains('presenting')")


def test_a_meeting_is_held_with_the_keyboard_alone(browser: WebDriver, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    open_page(browser, full_map(lang="en"), tmp_path)

    def keys(*typed: str) -> None:
        for key in typed:
            press(browser, key)
            assert not browser.execute_script(FOCUS_IS_NOWHERE), (typed, key)

    def focus(selector: str) -> None:
        browser.execute_script("document.querySelector(arguments[0]).focus()", selector)

    press(browser, "/")
    keys(Keys.TAB, Keys.ARROW_RIGHT)
    for name, by in (("gap-service", 3), ("gap-service", -3), ("gap-reason", 1), ("gap-people", 2)):
        focus(f"select[name={name}]")
        keys(*[Keys.ARROW_DOWN if by > 0 else Keys.ARROW_UP] * abs(by))
        assert browser.execute_script("return document.activeElement.name") == name
    rows = texts_of(browser, "#panel .gap-row .rank")
    focus("#panel-gaps .gap-row")
    keys(Keys.ENTER, "n", "n", "b")
    focus("#side .forth")
    keys(Keys.ENTER, Keys.ENTER)
    assert browser.execute_script("return document.activeElement.className") == "step forth"
    chosen = texts_of(browser, ".gap-row.chosen .rank")
    focus("#language-button")
    keys(Keys.ENTER)
    assert texts_of(browser, ".gap-row.chosen .rank") == chosen != []
    assert texts_of(browser, "#panel .gap-row .rank") == rows
    assert browser.execute_script("return document.querySelector('select[name=gap-people]').value") != "0"
    keys(Keys.ENTER)
    focus("#side .close")
    keys(Keys.ENTER)
    focus("#tab-gaps")
    keys(Keys.ARROW_RIGHT, Keys.TAB, Keys.ARROW_DOWN, Keys.TAB, Keys.ENTER, "n", Keys.ESCAPE)
    focus("#tab-communities")
    keys(Keys.ARROW_RIGHT, Keys.TAB, Keys.TAB, Keys.ARROW_DOWN)
    assert browser.execute_script("return document.querySelector('select[name=facility-order]').value") == "alone"
    keys(Keys.TAB, Keys.ENTER, Keys.ESCAPE)
    assert [(keys(key), is_presenting(browser))[1] for key in ("p", Keys.ESCAPE)] == [True, False]
    focus("#table-button")
    keys(Keys.ENTER, Keys.TAB, Keys.ESCAPE)
    assert browser.execute_script("return document.activeElement.id") == "table-button"


def test_the_address_brings_back_tab_service_selection_and_view(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    choose(browser, "library")
    show_tab(browser, "facilities")
    browser.find_element("css selector", ".facility-row").click()
    asked = (
        "return location.href",
        "return document.querySelector('#side h2').textContent",
        f"return {CANVAS}.toDataURL()",
    )
    before = [browser.execute_script(one) for one in asked]
    browser.get("about:blank")
    browser.get(before[0])
    wait_until(browser, "return document.body.dataset.ready === 'yes'")
    assert [browser.execute_script(one) for one in asked] == before
    browser.get("about:blank")
    browser.get(before[0].split("#")[0] + "#tab=nothing&service=%E0&kind=places&id=none&view=a/b/c")
    wait_until(browser, "return document.body.dataset.ready === 'yes'")
    assert text_of(browser, ".tab[aria-selected=true]") == "Overview"


def test_notes_go_to_a_file_and_come_back(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en"), tmp_path)
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    click_at(browser, (500, 500))
    text = "责任单位：卫健局\n</textarea><script>window.__pwn=1</script>"
    browser.execute_script(
        "const area = document.querySelector('.noted textarea'); area.value = arguments[0];"
        "area.dispatchEvent(new Event('input'))",
        text,
    )
    browser.find_element("id", "notes-save").click()
    saved = tmp_path / "notes.json"
    wait_until(browser, "return true")
    for _ in range(100):
        if saved.exists():
            break
        wait_until(browser, "return new Promise((done) => setTimeout(() => done(true), 50))")
    notes = json.loads(saved.read_text(encoding="utf-8"))
    assert notes["format"] == 1
    assert notes["notes"] == [{"kind": "facilities", "id": "pharmacy:n3", "text": text}]
    open_page(browser, full_map(lang="en"), tmp_path)
    click_at(browser, (500, 500))
    browser.find_element("id", "notes-file").send_keys(str(saved))
    wait_until(browser, "return document.getElementById('notes-save').textContent.includes('(1)')")
    assert browser.execute_script("return document.querySelector('.noted textarea').value") == text
    for bad in ("{", "[]", '{"format": 2, "notes": []}', '{"format": 1, "notes": [{"kind": 3}]}'):
        saved.write_text(bad, encoding="utf-8")
        browser.find_element("id", "notes-file").send_keys(str(saved))
        wait_until(browser, "return document.getElementById('message').textContent.includes('was not loaded')")
        browser.execute_script("document.getElementById('message').textContent = ''")
    assert browser.execute_script("return document.getElementById('notes-save').textContent") == "Save notes (1)"


def test_it_prints_a_sheet_of_its_own(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(lang="en", title="Otsikko"), tmp_path)
    show_tab(browser, "gaps")
    for width, height in ((8.27, 11.69), (11.69, 16.54)):
        paper = {"landscape": True, "printBackground": True, "paperWidth": width, "paperHeight": height}
        pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", paper)["data"])
        assert pdf.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert text_of(browser, "#print h1") == "Otsikko"
    assert len(texts_of(browser, "#print tbody tr")) == 6
    assert "ODbL" in text_of(browser, "#print footer")
    assert "all 1,000 people" in text_of(browser, "#print footer")
    assert texts_of(browser, "#print .keys li") == texts_of(browser, "#legend .keys li")
    drawn = """
        const canvas = document.querySelector('#print .picture canvas');
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.filter((part, number) => number % 4 === 3 && part > 0).length;
    """
    assert browser.execute_script(drawn) > 10_000


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


def test_what_tables_call_by_codes_is_said_in_words(browser: WebDriver, tmp_path: Path) -> None:
    sites = maps_data.sites().assign(state="planned")
    homes = maps_data.homes().assign(levels_source="median of building=house", kind="our own kind", people_60_plus=2.5)
    open_page(
        browser,
        draw_map(maps_data.measure(homes, sites), areas=maps_data.blocks().assign(kind="old"), lang="zh"),
        tmp_path,
    )
    click_at(browser, (450, 420))
    told = texts_of(browser, "#side dd")
    assert {"同类建筑（house）的中位数", "our own kind", "3 人"} <= set(told)
    assert "60 岁及以上人口" in texts_of(browser, "#side dt")
    show_tab(browser, "communities")
    browser.find_element("css selector", ".area-row").click()
    assert "老旧社区" in texts_of(browser, "#side dd")


def hostile_map(payload: str) -> folium.Map:
    """Return a map with the payload in every text that it takes."""
    sites = maps_data.sites().assign(category=payload, name=payload, opening_hours=payload, source=payload)
    sites = sites.assign(**{f"{payload} ": payload}).set_axis(pd.Index([f"{payload} {i}" for i in range(len(sites))]))
    homes = maps_data.homes().assign(name=payload, **{f"{payload} ": payload})
    homes = homes.set_axis(pd.Index([f"{payload} {i}" for i in range(len(homes))]))
    measured = maps_data.measure(homes, sites, categories=[payload])
    network = replace(measured.network, date=payload, source=payload)
    gaps = maps_data.lacks(measured).assign(
        gap=payload, reason=payload, by=payload, cure=payload, cure_zh=payload, name=payload
    )
    areas = maps_data.blocks().assign(name=payload, **{f"{payload} ": payload})
    areas = areas.set_axis(pd.Index([f"{payload} {i}" for i in range(len(areas))]))
    tables = {"gaps": gaps, "isochrones": maps_data.circles(sites), "areas": areas}
    return draw_map(replace(measured, network=network), title=payload, **tables)


SIDEWAYS = """
    const parts = [...document.querySelectorAll('.tabpanel, #side')];
    return parts.filter((part) => part.scrollWidth > part.clientWidth).map(({id}) => id);
"""


def press_everything(browser: WebDriver) -> None:
    """Press every switch and button of the page but those that leave it, and leave all layers on."""
    sweep = """
        window.print = () => {};
        const parts = () => document.querySelectorAll('#panel input[type=radio], #panel button:not(#notes-load), .gap-row, #legend input, .close');
        parts().forEach((part) => part.isConnected && part.click());
        document.querySelectorAll('#legend input').forEach((box) => box.checked || box.click());
        document.body.classList.remove('presenting');
        document.querySelectorAll('#panel .service input')[1].click();
    """  # noqa: E501
    browser.execute_script(sweep)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_text_runs_and_every_text_is_shown_as_it_is(browser: WebDriver, tmp_path: Path, payload: str) -> None:
    canary = tmp_path / "canary"
    text = payload.replace("CANARY", str(canary))
    open_page(browser, hostile_map(text), tmp_path)
    for spot in ((250, 20), (-20, 500), (500, 500)):
        click_at(browser, spot)
    assert text_of(browser, "#side .card.facilities h2") == text
    assert text_of(browser, "#side .card").count(text) >= 5
    press_everything(browser)
    assert text_of(browser, "#panel h1") == text
    assert texts_of(browser, "#panel .service .name")[1] == text
    browser.execute_script("document.getElementById('table-button').click()")
    assert text_of(browser, "#sheet tbody th bdi") == text
    browser.execute_script("document.getElementById('tab-gaps').click(); document.querySelector('.gap-row').click()")
    assert text_of(browser, "#side .card.gaps .cure ul") == text
    assert text_of(browser, "#side .card.gaps h2") == text
    browser.execute_script("document.getElementById('tab-communities').click()")
    browser.execute_script("document.querySelector('.area-row').click()")
    assert text_of(browser, "#side .card.areas h2") == text
    assert browser.execute_script(SIDEWAYS) == []
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert text_of(browser, "#print h1") == text
    assert browser.execute_script(INKS) > 20
    assert browser.execute_script("return typeof window.__pwn") == "undefined"
    assert text_of(browser, "title") == text
    assert not canary.exists()
    assert faults(browser) == []
    assert requests(browser) == []


def test_without_scripts_there_are_the_picture_and_the_tables(browser: WebDriver, tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    full_map(lang="en", title="Town <i>{{1}}").save(path)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(path.as_uri())
        [shown] = browser.find_elements("css selector", ".static")
        assert shown.find_element("css selector", "h1").text == "Town <i>{{1}}"
        tables = shown.find_elements("css selector", "table")
        services, gaps = ([row.text for row in table.find_elements("css selector", "tr")] for table in tables)
        assert services[1] == "Pharmacy 32.0–42.0% 320 580 100 1"
        assert len(gaps) == 7
        picture = shown.find_element("css selector", "svg")
        assert picture.rect["width"] > 500
        assert sum(part.get_attribute("d").count("M") for part in picture.find_elements("css selector", "path")) > 100
        assert not browser.find_element("id", "tenmin-page").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(re.findall("<noscript>.*?</noscript>", path.read_text(encoding="utf-8"), re.DOTALL)[0]) < 150_000


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
    assert text_of(browser, "#panel .service.on .name") == "Library"
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
        const view = new View(pen, { plane, font: 'sans-serif', ...frame });
        const scene = { chosen: null, gapMarks: [{ rank: arguments[0], point: [200, 30], doubtful: 0 }] };
        drawRanks(view, placeRanks(view, scene));
        const row = pen.getImageData(0, 22, 400, 1).data;
        let pill = 0;
        for (let i = 0; i < row.length; i += 4) pill += row[i + 3] === 255 && row[i] === 194 && row[i + 1] === 80;
        return [pill, pen.measureText(String(arguments[0])).width];
    """
    browser.get("about:blank")
    leaflet = "const L = { Renderer: { extend() {} } };"
    sources = "".join(map(script, ("elements.js", "unpack.js", "symbols.js", "drawing.js", "layers.js")))
    pill, text = browser.execute_script(leaflet + sources + draw, rank)
    assert pill > text > 0


def test_ranks_of_gaps_at_one_spot_stand_beside_each_other(browser: WebDriver) -> None:
    draw = """
        const pen = document.createElement('canvas').getContext('2d');
        const frame = { zoom: 12, corner: { x: 0, y: 0 }, size: { x: 400, y: 400 }, ratio: 1 };
        const view = new View(pen, { plane: { x0: 0, y0: 0 }, font: 'sans-serif', ...frame });
        const gapMarks = [3, 9, 14565, 21].map((rank) => ({ rank, point: [3200, 3200], size: 20, circled: true }));
        return placeRanks(view, { chosen: null, gapMarks }).map(({ spot, half }) => [...spot, half]);
    """
    browser.get("about:blank")
    sources = "".join(map(script, ("elements.js", "unpack.js", "symbols.js", "drawing.js", "layers.js")))
    pills = browser.execute_script("const L = { Renderer: { extend() {} } };" + sources + draw)
    boxes = [shapely.box(x - half, y - 11, x + half, y + 11) for x, y, half in pills]
    assert pills[0][:2] == [200, 200]
    assert len(boxes) == 4
    assert not any(one.intersects(other) for number, one in enumerate(boxes) for other in boxes[:number])


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
        assert stage["height"] >= 0.49 * height
        assert browser.execute_script(INKS) > 20
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


PANEL_IS_ON_TOP = """
    const {top, bottom} = document.getElementById('panel').getBoundingClientRect();
    const rows = Array.from({length: Math.floor((bottom - top) / 10)}, (_, row) => bottom - 5 - 10 * row);
    return rows.every((y) => document.elementFromPoint(100, y).closest('#panel'));
"""


def check_sheet_of_a_phone(browser: WebDriver, drawn: folium.Map, folder: Path) -> None:
    """Check that the sheet has three heights, by clicks and by keys."""
    from selenium.webdriver.common.keys import Keys

    resized(browser, 390, 844)
    try:
        open_page(browser, drawn, folder)
        heights = []
        for _ in range(3):
            heights.append(browser.find_element("id", "panel").rect["height"] / 844)
            assert browser.execute_script(PANEL_IS_ON_TOP)
            browser.find_element("css selector", "#panel .handle").click()
        assert heights == pytest.approx([0.5, 0.9, 0.15], abs=0.01)
        handle = browser.find_element("css selector", "#panel .handle")
        told = []
        browser.execute_script("arguments[0].focus()", handle)
        for key in (Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ARROW_UP, Keys.ENTER, Keys.SPACE):
            press(browser, key)
            told.append(handle.get_attribute("aria-valuenow"))
        assert told == ["15", "50", "90", "15", "50"]
        assert browser.find_element("id", "panel").rect["height"] == pytest.approx(422, abs=1)
        assert faults(browser) == []
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_sheet_of_a_phone_has_three_heights(browser: WebDriver, tmp_path: Path) -> None:
    check_sheet_of_a_phone(browser, full_map(), tmp_path)


def test_the_rail_folds_to_present(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(), tmp_path)
    browser.find_element("id", "tab-overview").click()
    press(browser, "p")
    assert not browser.find_element("id", "panel").is_displayed()
    assert browser.execute_script("return getComputedStyle(document.body).fontSize") == "18px"
    press(browser, "p")
    assert browser.find_element("id", "panel").is_displayed()


def test_homes_that_join_no_street_are_listed_once(browser: WebDriver, tmp_path: Path) -> None:
    measured = replace(maps_data.measure(maps_data.homes(), maps_data.sites()), unjoined=("w100", "w105"))
    open_page(browser, draw_map(measured, gaps=maps_data.lacks(measured), lang="en"), tmp_path)
    show_tab(browser, "gaps")
    part = browser.find_element("css selector", "#panel .defects summary")
    assert part.text == "Homes that join no street: 2 (20 people)"
    part.click()
    wait_until(browser, "return document.querySelectorAll('.place-row').length === 2")
    browser.find_elements("css selector", ".place-row")[1].click()
    told = text_of(browser, "#side .card.places")
    assert "w105" in told
    assert "joins no street" in told


def test_what_is_printed_keeps_its_colours(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(), tmp_path)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        style = "return getComputedStyle(document.querySelector('#panel .bar i')).webkitPrintColorAdjust"
        assert browser.execute_script(style) == "exact"
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
