"""Tests of changes made on the page: what they do is what tenmin computes, and their file is one that it reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import maps_data
import tenmin as tm
from tenmin.outputs.maps import draw_map
from test_maps_browser import PAYLOADS, choose, faults, open_page, requests, text_of, texts_of, wait_until
from test_maps_browser import press as press_keys
from test_maps_network import content_of, in_page
from towns import CRS, clinics, frame, homes, town

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser

#: Minutes and states of every home of the first category after each list of changes, and after all are undone.
AFTER = """
    return [...arguments[1], []].map((changes) => {
        town.change(changes);
        return { minutes: homes.map((home) => finite(town.minutes(0, home))), states: Array.from(town.states(0)) };
    });
"""
SECONDS = 0.05
DRAWN = 1.5
"""Seconds by which a walk may differ where a facility is joined to the lines as they are drawn."""


def lonlat(spot: tuple[float, float]) -> dict[str, float]:
    point = gpd.GeoSeries([Point(spot)], crs=CRS).to_crs("EPSG:4326").iloc[0]
    return {"lon": point.x, "lat": point.y}


def minutes_of(content: dict[str, Any], told: dict[str, Any]) -> pd.Series:
    minutes = pd.Series(told["minutes"], index=maps_data.unpack(content["packed"])["tables"]["places"]["id"])
    return minutes.mask(minutes < 0, np.inf).sort_index()


def known(coverage: tm.Coverage) -> pd.Series:
    minutes = coverage.minutes["clinic"]
    return minutes.set_axis(minutes.index.astype(str)).sort_index()


def assert_close(told: pd.Series, known: pd.Series, seconds: float) -> None:
    there = np.isfinite(known)
    assert told.index.equals(known.index)
    assert np.array_equal(np.isfinite(told), there)
    assert np.abs(told[there] - known[there]).max() * 60.0 <= seconds


BANKS = [[(0, 0), (1000, 0)], [(0, 300), (1000, 300)], [(0, 0), (0, 300)]]
CLINICS = {"west": (100.0, 310.0), "east": (900.0, 310.0)}
SPOTS = {f"h{x}{y}": (float(x), float(y)) for x in (150, 420, 700, 950) for y in (-20, 280)}


@pytest.fixture(scope="module")
def banks() -> tm.Coverage:
    return measure(CLINICS)


def measure(sites: dict[str, tuple[float, float]], lines: Any = BANKS) -> tm.Coverage:
    return tm.measure_coverage(town(*lines), homes(SPOTS, people=10, area="a"), clinics(sites), minutes=10)


def test_a_facility_closed_moved_or_added_does_what_tenmin_says(browser: WebDriver, banks: tm.Coverage) -> None:
    there = (500.0, -30.0)
    changes = [
        [{"change": "close_facility", "id": "east"}],
        [
            {"change": "move_facility", "id": "east", **lonlat((0.0, 0.0))},
            {"change": "move_facility", "id": "east", **lonlat(there)},
        ],
        [{"change": "add_facility", "id": "new", "category": "clinic", **lonlat(there)}],
        [
            {"change": "add_facility", "id": "new", "category": "clinic", **lonlat(there)},
            {"change": "close_facility", "id": "new"},
        ],
    ]
    content = content_of(banks)
    told = in_page(browser, content, AFTER, changes)
    sites = [{"west": CLINICS["west"]}, {**CLINICS, "east": there}, {**CLINICS, "new": there}, CLINICS, CLINICS]
    for one, of in zip(told, sites, strict=True):
        changed = measure(of)
        assert_close(minutes_of(content, one), known(changed), DRAWN)
        assert sum(state == 1 for state in one["states"]) == int(changed.served["clinic"].sum())
    assert len({tuple(one["states"]) for one in told}) > 2


def test_a_link_leads_across_and_what_it_takes_is_the_straight_way(browser: WebDriver, banks: tm.Coverage) -> None:
    ends = [[*lonlat((700.0, y)).values()] for y in (1.0, 299.0)]
    link = {"change": "add_link", "from": ends[0], "to": ends[1]}
    content = content_of(banks)
    linked, _ = in_page(browser, content, AFTER, [[link]])
    told = minutes_of(content, linked)
    assert told["h700-20"] == pytest.approx((20 + 300 + 200 + 10) / 80, abs=0.02)
    assert told["h950-20"] == pytest.approx((20 + 250 + 300 + 200 + 10) / 80, abs=0.02)
    assert told["h150-20"] == pytest.approx((20 + 150 + 300 + 100 + 10) / 80, abs=0.02)
    assert told["h950280"] == pytest.approx((20 + 50 + 10) / 80, abs=0.02)


def test_a_walk_is_drawn_along_the_streets_and_as_long_as_it_is(browser: WebDriver, banks: tm.Coverage) -> None:
    body = """
        town.change(arguments[1]);
        const spots = new Shapes(town.plane, numbers.places.shapes);
        const sites = pointsOn(town.plane, numbers.facilities.points);
        return homes.map((home) => {
            const walk = [spots.middle(home), ...town.route(0, home), sites[town.facilityOf(0, home)]];
            const far = walk.slice(1).map(([x, y], i) => Math.hypot(x - walk[i][0], y - walk[i][1]));
            const drawn = far.reduce((sum, one) => sum + one, 0) * metresAt(town.plane, 0);
            return [drawn, town.metres(0, home), walk.length];
        });
    """
    ends = [[*lonlat((700.0, y)).values()] for y in (1.0, 299.0)]
    for changes in ([], [{"change": "add_link", "from": ends[0], "to": ends[1]}]):
        drawn, walked, corners = np.array(in_page(browser, content_of(banks), body, changes)).T
        assert drawn == pytest.approx(walked, rel=2e-3)
        assert corners.max() > 4


@dataclass(frozen=True)
class District:
    coverage: tm.Coverage
    after: Callable[[int, str], tm.Coverage]

    def with_clinic(self, spot: Point) -> tm.Coverage:
        facilities = self.coverage.facilities
        more = gpd.GeoSeries([spot], crs="EPSG:4326").to_crs(facilities.crs)
        added = gpd.GeoDataFrame({"category": "clinic"}, index=["new"], geometry=more.to_list(), crs=more.crs)
        rows = pd.concat([facilities[["category", "geometry"]], added])
        return tm.measure_coverage(self.coverage.network, self.coverage.places, rows, minutes=10)


@pytest.fixture(scope="module")
def district() -> District:
    """示范区 with one clinic, and its coverage with a gate in another state."""
    streets = tm.sample_path("shifan")
    network = tm.WalkNetwork.from_osm(streets)
    facilities = tm.read_facilities(streets.with_name("facilities.xlsx")).iloc[:1].assign(category="clinic")
    places = tm.read_places(streets.with_name("homes.xlsx"))

    def after(gate: int, state: str) -> tm.Coverage:
        gates = network.gates.copy()
        gates.loc[gate, "state"] = state
        changed = tm.WalkNetwork.of(replace(network.layout, gates=gates), network.walker)
        return tm.measure_coverage(changed, places, facilities, minutes=10)

    return District(tm.measure_coverage(network, places, facilities, minutes=10), after)


def test_gates_opened_and_shut_do_what_tenmin_says(browser: WebDriver, district: District) -> None:
    content = content_of(district.coverage)
    gates = in_page(
        browser, content, "const { gates } = town.packed; return { id: gates.id, state: Array.from(gates.state) };"
    )
    tried = [(int(gate), state) for gate, state in zip(gates["id"], gates["state"], strict=True) if state != 1]
    changes = [[{"change": "open_gate" if state else "shut_gate", "id": str(gate)}] for gate, state in tried]
    told = in_page(browser, content, AFTER, changes)
    base = known(district.coverage)
    moved = 0
    for (gate, state), one in zip(tried, told[:-1], strict=True):
        changed = known(district.after(gate, "open" if state else "closed"))
        assert_close(minutes_of(content, one), changed, SECONDS)
        moved += not np.allclose(changed.replace(np.inf, -1.0), base.replace(np.inf, -1.0))
    assert moved > 0
    assert_close(minutes_of(content, told[-1]), base, SECONDS)


def test_no_leg_of_a_new_facility_leads_through_a_closed_gate(browser: WebDriver, district: District) -> None:
    spot = {"lon": 104.99527, "lat": 38.40209}  # behind the closed gate of an estate
    added = [{"change": "add_facility", "id": "new", "category": "clinic", **spot}]
    content = content_of(district.coverage)
    told = minutes_of(content, in_page(browser, content, AFTER, [added])[0])
    assert_close(told, known(district.with_clinic(Point(*spot.values()))), DRAWN)


def test_the_file_of_changes_is_one_that_tenmin_reads(browser: WebDriver, banks: tm.Coverage, tmp_path: Path) -> None:
    made = [
        {"change": "set_limit", "limit": 7},
        {"change": "add_facility", "id": "new-1", "category": "clinic", **lonlat((500.0, -30.0))},
        {"change": "move_facility", "id": "new-1", **lonlat((510.0, -30.0))},
        {"change": "close_facility", "id": "east"},
        {"change": "open_gate", "id": "123"},
        {"change": "add_link", "from": [*lonlat((0, 0)).values()], "to": [*lonlat((9, 0)).values()]},
    ]
    text = in_page(browser, content_of(banks), "return changeFile(arguments[1], '方案 {A} </script>');", made)
    path = tmp_path / "changes.json"
    path.write_text(text, encoding="utf-8")
    read = tm.read_changes(path)
    assert json.loads(text)["title"] == "方案 {A} </script>"
    assert len(read.changes) == len(made) - 1


def test_won_and_lost_are_counted_by_group_and_community(browser: WebDriver) -> None:
    places = frame(SPOTS, people=10.0, people_60_plus=2.0, area=["a"] * 4 + ["b"] * 4)
    coverage = tm.measure_coverage(town(*BANKS), places, clinics(CLINICS), minutes=5)
    body = """
        const balance = new Balance(town, groupsOf({ table: numbers.tables.places, codes: numbers.places.codes }),
            { names: ['甲社区', '乙社区'], of: numbers.places.area.map((_, home) => Number(home > 3)) });
        town.change(arguments[1]);
        return {
            all: balance.of(0), before: balance.before(0), groups: balance.byGroup(0),
            areas: balance.byCommunity(0), basket: balance.basket(),
        };
    """
    told = in_page(browser, content_of(coverage), body, [{"change": "close_facility", "id": "east"}])
    changed = tm.measure_coverage(town(*BANKS), places, clinics({"west": CLINICS["west"]}), minutes=5)
    lost = (coverage.served & ~changed.served)["clinic"]
    assert lost.sum() > 0
    assert told["before"] == 10.0 * coverage.served["clinic"].sum()
    sums = {"served": told["before"] - 10 * lost.sum(), "won": 0, "lost": 10 * lost.sum()}
    assert {name: told["all"][name] for name in sums} == sums
    assert [(one["name"], one["lost"]) for one in told["groups"]] == [("people_60_plus", 2.0 * lost.sum())]
    by_area = 10.0 * lost.groupby(places["area"].map({"a": "甲社区", "b": "乙社区"})).sum()
    assert {one["name"]: one["lost"] for one in told["areas"]} == by_area[by_area > 0].to_dict()
    assert told["basket"] == {"before": told["before"], "now": told["all"]["served"]}


def test_names_of_walkers_and_notes_are_shown_as_they_are(
    browser: WebDriver, banks: tm.Coverage, tmp_path: Path
) -> None:
    named = [
        tm.Walker(text or "nobody", speed_kmh=3.0 + number / 20.0, zh=text, en=text)
        for number, text in enumerate(PAYLOADS.values())
    ]
    open_page(browser, draw_map(banks, walkers=named, lang="en"), tmp_path)
    assert texts_of(browser, ".walkers option")[1:] == [one.title("en") for one in named]
    choose_walker = "const list = document.querySelector('.walkers select'); list.value = arguments[0];"
    for number, one in list(enumerate(named, start=1))[::6]:
        browser.execute_script(f"{choose_walker} list.dispatchEvent(new Event('change'))", str(number))
        assert one.title("en") in text_of(browser, "#panel .rule")
    text = "".join(one for name, one in PAYLOADS.items() if name != "control signs")
    notes = [{"kind": "places", "id": "h150-20", "text": text}, {"kind": text, "id": text, "text": text}]
    file = tmp_path / "<img src=x onerror=window.__pwn=1>.json"
    file.write_text(json.dumps({"format": 1, "notes": notes}), encoding="utf-8")
    browser.find_element("id", "notes-file").send_keys(str(file))
    wait_until(browser, "return document.getElementById('notes-save').textContent.includes('(2)')")
    press_keys(browser, "/", "h150-20", "\ue007")
    assert browser.execute_script("return document.querySelector('.noted textarea').value") == text
    file.write_text("{", encoding="utf-8")
    browser.find_element("id", "notes-file").send_keys(str(file))
    wait_until(browser, f"return document.getElementById('message').textContent.includes({file.name!r})")
    assert browser.execute_script("return typeof window.__pwn") == "undefined"
    assert faults(browser) == requests(browser) == []


PIXEL = """
    const map = window.map_tenmin, at = map.latLngToContainerPoint(arguments[0]);
    const box = map.getContainer().getBoundingClientRect();
    return [box.left + at.x, box.top + at.y];
"""
TOLD = "#what-if .told"
SHARES = "#panel .service .figure"


def press(browser: WebDriver, name: str) -> None:
    browser.execute_script(f"document.getElementById('what-if-{name}').click()")


def test_a_clinic_is_dragged_and_the_sums_follow(browser: WebDriver, banks: tm.Coverage, tmp_path: Path) -> None:
    from selenium.webdriver import ActionChains, Keys

    open_page(browser, draw_map(banks, lang="en"), tmp_path)
    choose(browser, "clinic")
    press_open = "document.getElementById('what-if').open = true; document.getElementById('what-if').scrollIntoView()"
    browser.execute_script(press_open)
    assert text_of(browser, TOLD) == "Nothing has been changed."
    assert "null" not in text_of(browser, "#what-if")
    start, end = ([*lonlat(spot).values()][::-1] for spot in (CLINICS["east"], (500.0, 240.0)))
    (x, y), (to_x, to_y) = (browser.execute_script(PIXEL, spot) for spot in (start, end))
    hand = ActionChains(browser, duration=20)
    hand.w3c_actions.pointer_action.move_to_location(int(x), int(y))
    hand.click_and_hold()
    hand.w3c_actions.pointer_action.move_to_location(int(to_x), int(to_y))
    hand.release().perform()
    wait_until(browser, f"return document.querySelector('{TOLD} .basket') !== null")
    told, made = text_of(browser, TOLD), text_of(browser, "#what-if .made")
    assert made == "Facility east moved"
    changed = measure({**CLINICS, "east": (500.0, 240.0)})
    before, now = (int(10 * one.served["clinic"].sum()) for one in (banks, changed))
    assert f"{before} → {now} people served" in told
    press(browser, "undo")
    assert text_of(browser, TOLD) == "Nothing has been changed."
    given = texts_of(browser, SHARES)
    press(browser, "add")
    press_keys(browser, "/", "east", Keys.ENTER)
    press(browser, "close")
    press(browser, "close")
    assert text_of(browser, "#what-if .made") == "Facility new-1 addedFacility east closed"
    assert not browser.find_element("id", "what-if-close").is_enabled()
    wait_until(browser, f"return document.querySelector('{TOLD} .basket') !== null")
    shares = texts_of(browser, SHARES)
    browser.find_element("id", "language-button").click()
    assert texts_of(browser, SHARES) == shares != given
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert text_of(browser, "#print .changed") == "新增设施 new-1 · 关闭设施 east"
    browser.execute_script("document.getElementById('table-button').click()")
    assert text_of(browser, "#sheet .note") == "此处数字为输入数据的结果，不含本页上的假设。"


def test_the_panel_is_worked_by_keys_alone(browser: WebDriver, banks: tm.Coverage, tmp_path: Path) -> None:
    from selenium.webdriver import Keys

    open_page(browser, draw_map(banks, lang="zh"), tmp_path)
    choose(browser, "clinic")
    browser.find_element("css selector", "#what-if summary").send_keys(Keys.ENTER)
    browser.find_element("id", "what-if-limit").send_keys(Keys.ARROW_LEFT)
    assert text_of(browser, "#what-if output") == "9 分钟"
    wait_until(browser, "return document.querySelector('#panel .rule').textContent.includes('步行 9 分钟以内')")
    browser.find_element("id", "what-if-add").send_keys(Keys.ENTER)
    browser.find_element("id", "what-if-close").send_keys(Keys.ENTER)
    assert text_of(browser, "#what-if .made") == "步行上限改为 9 分钟新增设施 new-1关闭设施 new-1"
    for _ in range(3):
        browser.find_element("id", "what-if-undo").send_keys(Keys.ENTER)
    assert text_of(browser, TOLD) == "尚无改动。"
    browser.execute_script("document.getElementById('table-button').click()")
    assert "假设" not in text_of(browser, "#sheet")
