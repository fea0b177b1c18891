"""Tests of the page's own walks in headless Chromium: they equal those of tenmin, and so do the verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import maps_data
import tenmin as tm
from conftest import Town
from tenmin.measures.coverage import CAUSES
from tenmin.measures.measurement import cover_walked_by
from tenmin.outputs.maps._content import MapData, page_content
from tenmin.outputs.maps._page import SCRIPTS
from test_maps_browser import faults, open_page, script, show_tab, text_of, texts_of, wait_until

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.browser

#: The page's scripts up to its own walks, in their order.
SOURCES = SCRIPTS[: SCRIPTS.index("walkers.js") + 1]
TOWN = """
    const [content] = arguments;
    const numbers = unpack(content.packed);
    const town = new Town(content, numbers, new Plane(content.bounds));
    const homes = Array.from(numbers.places.people.keys());
    const finite = (one) => (one === Infinity ? -1 : one);
    const inAll = (tell) => content.categories.map((_, c) => homes.map((home) => finite(tell(c, home))));
"""
WALKS = """
    town.change([{ change: 'set_limit', limit: content.categories[0].limit }]);
    return {
        minutes: inAll((c, home) => town.minutes(c, home)), metres: inAll((c, home) => town.metres(c, home)),
        states: inAll((c, home) => town.states(c)[home]),
    };
"""
SECONDS, METRES = 0.05, 0.06
UNSERVED, SERVED, UNKNOWN = 0, 1, 2


def content_of(coverage: tm.Coverage, *others: tm.Coverage) -> dict[str, Any]:
    data = MapData.of(coverage, computes=True, others=others, gaps=None, isochrones=None, areas=None)
    return page_content(data, title=None, lang="en")


def in_page(browser: WebDriver, content: dict[str, Any], body: str, *arguments: object) -> Any:
    """Return what a script says, in which `town` is the town of the page."""
    browser.get("about:blank")
    return browser.execute_script("".join(map(script, SOURCES)) + TOWN + body, content, *arguments)


def assert_walks_and_verdicts_equal(browser: WebDriver, coverage: tm.Coverage) -> None:
    content = content_of(coverage)
    told = in_page(browser, content, WALKS)
    labels = {str(label): label for label in coverage.places.index}
    homes = [labels[name] for name in maps_data.unpack(content["packed"])["tables"]["places"]["id"]]
    categories = [category["key"] for category in content["categories"]]
    known = {name: getattr(coverage, name).loc[homes, categories].to_numpy().T for name in ("minutes", "metres")}
    there = np.isfinite(known["minutes"])
    assert there.any()
    assert np.array_equal(np.array(told["minutes"]) >= 0.0, there)
    far = {name: np.abs(np.array(told[name])[there] - known[name][there]).max() for name in known}
    limit, walk = coverage.limit.iloc[0], known[coverage.unit]
    if coverage.unit == "minutes":
        assert far["minutes"] * 60.0 <= SECONDS
        close = np.abs(walk - limit) * 60.0 <= SECONDS
    else:
        assert far["metres"] <= METRES
        close = np.abs(walk - limit) <= METRES
    served, unknown = (getattr(coverage, name).loc[homes, categories].to_numpy().T for name in ("served", "unknown"))
    verdicts = np.where(served, SERVED, np.where(unknown, UNKNOWN, UNSERVED))
    assert (np.array(told["states"]) != verdicts)[~close].sum() == 0


def test_the_walks_of_the_invented_district_are_those_of_tenmin(browser: WebDriver) -> None:
    streets = tm.sample_path("shifan")
    network = tm.WalkNetwork.from_osm(streets)
    facilities = tm.read_facilities(streets.with_name("facilities.xlsx"))
    places = tm.read_places(streets.with_name("homes.xlsx"))
    assert_walks_and_verdicts_equal(browser, tm.measure_coverage(network, places, facilities, minutes=10))


def test_the_walks_of_a_town_are_those_of_tenmin(browser: WebDriver, neubrandenburg: Town) -> None:
    chosen = neubrandenburg.facilities["category"].isin(["pharmacy", "kindergarten", "supermarket"])
    facilities = neubrandenburg.facilities[chosen]
    coverage = tm.measure_coverage(neubrandenburg.network, neubrandenburg.places, facilities, minutes=10)
    assert_walks_and_verdicts_equal(browser, coverage)


@pytest.fixture(scope="module")
def quarter(helsinki: Path) -> Town:
    extract = tm.read_osm(helsinki)
    places = tm.estimate_places(extract, people=9_000)
    return Town(extract, tm.WalkNetwork.from_osm(extract), tm.find_facilities(extract), places)


@pytest.mark.parametrize("options", [{"minutes": 10}, {"metres": 500, "direction": "from"}])
def test_the_walks_of_a_quarter_are_those_of_tenmin(browser: WebDriver, quarter: Town, options: Any) -> None:
    coverage = tm.measure_coverage(quarter.network, quarter.places, quarter.facilities, **options)
    assert_walks_and_verdicts_equal(browser, coverage)


def served_by(coverage: tm.Coverage) -> list[float]:
    """Return the people whom each facility serves as their nearest of its own category."""
    sums: dict[object, float] = {}
    for key in coverage.nearest:
        for home, facility in coverage.nearest[key][coverage.served[key]].items():
            if coverage.facilities.loc[facility, "category"] == key:
                sums[facility] = sums.get(facility, 0.0) + coverage.places.loc[home, "people"]
    return list(sums.values())


@dataclass(frozen=True)
class Walked:
    """A town walked by an adult, and by a wheelchair and a slow walker, each measured by itself."""

    ours: tm.Coverage
    alone: list[tm.Coverage]
    slow: tm.Walker


@pytest.fixture(scope="module")
def walked() -> Walked:
    streets = tm.sample_path("shifan")
    network = tm.WalkNetwork.from_osm(streets)
    facilities = tm.read_facilities(streets.with_name("facilities.xlsx"))
    places = tm.read_places(streets.with_name("homes.xlsx"))
    slow = tm.Walker("slow", speed_kmh=2.5, en="Slow", zh="慢行者")
    networks = [network, *map(network.walked_by, ("wheelchair", slow))]
    ours, *alone = (tm.measure_coverage(one, places, facilities, minutes=10) for one in networks)
    return Walked(ours, alone, slow)


def test_every_walker_of_a_page_walks_as_that_of_tenmin(browser: WebDriver, walked: Walked) -> None:
    ours, alone = walked.ours, walked.alone
    others = [cover_walked_by(ours, one.network.walker) for one in alone]
    for one, other in zip(alone, others, strict=True):
        for name in ("minutes", "metres", "served", "unknown", "nearest"):
            pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    body = """
        const walkers = Object.assign(Object.create(Walkers.prototype), { numbers, review: { content, atlas: town } });
        return [1, 2].map((number) => {
            const other = walkers.open(number).town;
            return inAll((c, home) => other.minutes(c, home));
        });
    """
    content = content_of(ours, *others)
    told = in_page(browser, content, body)
    homes = maps_data.unpack(content["packed"])["tables"]["places"]["id"]
    categories = [category["key"] for category in content["categories"]]
    assert content["walkers"][2] == {"key": "slow", "walker": {"zh": "慢行者", "en": "Slow"}, "speed": 2.5}
    for minutes, one in zip(told, alone, strict=True):
        known = one.minutes.loc[homes, categories].to_numpy().T
        there = np.isfinite(known)
        assert np.array_equal(np.array(minutes) >= 0.0, there)
        assert np.abs(np.array(minutes) - known)[there].max() * 60.0 <= SECONDS
    assert not np.allclose(told[0], told[1])


def test_all_figures_follow_the_walker_and_the_address_brings_it_back(
    browser: WebDriver, tmp_path: Path, walked: Walked
) -> None:
    ours, alone = walked.ours, walked.alone
    tables = {"gaps": tm.find_gaps(ours, near=150, by="place"), "isochrones": ours.isochrones()}
    open_page(browser, tm.draw_map(ours, walkers=["adult", "wheelchair", walked.slow], lang="en", **tables), tmp_path)
    shares = ours.shares().sort_values(["share", "category"], kind="stable")
    choose = "const list = document.querySelector('.walkers select'); list.value = arguments[0];"
    for number, one in ((2, alone[1]), (1, alone[0]), (0, ours)):
        browser.execute_script(f"{choose} list.dispatchEvent(new Event('change'))", str(number))
        known = one.shares().set_index("category").loc[shares["category"], "share"]
        told = [text.split("–")[0].rstrip("%") for text in texts_of(browser, "#panel .service .figure")]
        assert told == [f"{max(0.1, round(100 * share, 1)) if share else 0.0}" for share in known]
        assert one.network.walker.title("en") in text_of(browser, "#panel .rule")
        gaps = tm.find_gaps(one, near=150, by="place")
        firm = gaps[~gaps["reason"].isin([*CAUSES, "unjoined"])]
        show_tab(browser, "gaps")
        assert f" of {len(firm)} gaps" in text_of(browser, "#panel-gaps h2")
        assert f"{firm['people'].iloc[0]:,.0f} people" in text_of(browser, "#panel-gaps .gap-row")
        show_tab(browser, "facilities")
        assert text_of(browser, "#panel-facilities .facility-row .figure") == f"{max(served_by(one)):,.0f}"
        assert (f"walker={one.network.walker.name}" in browser.current_url) == bool(number)
        assert ("Walking ranges are of: adult;" in text_of(browser, ".walkers")) == bool(number)
        assert len(browser.find_elements("css selector", "input[name=layer-circles]")) == (not number)
    address = f"{browser.current_url.partition('#')[0]}#tab=gaps&walker=wheelchair&limit="
    for limit, shown in (("7", "7 min"), ("99", "10 min"), ("x", "10 min")):
        browser.get("about:blank")
        browser.get(address + limit)
        wait_until(browser, "return document.body.dataset.ready === 'yes'")
        assert "wheelchair user" in text_of(browser, "#panel .rule")
        assert text_of(browser, "#what-if .limit output") == shown
        assert ("limit=7" in browser.current_url) == (limit == "7")
    assert not faults(browser)


def test_walkers_without_a_page_that_computes_are_refused(quarter: Town) -> None:
    coverage = tm.measure_coverage(
        quarter.network, quarter.places, quarter.facilities.iloc[:9], minutes=10, metric="straight"
    )
    for given in ({"coverage": coverage}, {"network": quarter.network}):
        with pytest.raises(tm.TenminError, match="walkers= are for a page that computes walks"):
            tm.draw_map(**given, walkers="wheelchair")
    with pytest.raises(tm.TenminError, match="pilot"):
        tm.draw_map(coverage, walkers=["pilot"])
