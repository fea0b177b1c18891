"""The review map of a city in headless Chromium: size, opening, what-if, and its own walks against those of tenmin."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

import tenmin as tm
from benchmarks.extracts import LAS_PALMAS
from benchmarks.tables import Table
from tenmin.outputs.maps._content import MapData, page_content
from tenmin.outputs.maps._page import SCRIPTS, page_file

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

PEOPLE = 378_000
CATEGORIES = 15
MOVES = 20
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1600,900")
COLUMNS = ("what", "mark", "measured")
SOURCES = SCRIPTS[: SCRIPTS.index("balance.js") + 1]
REPEATS = 3
CHOOSE = "document.querySelectorAll('#panel input[name=category]')[1].click()"
READY = "return document.body.dataset.ready === 'yes' ? performance.now() : null"
REST_MS = 1500

#: Adds a facility of the chosen service, carries it by pointer events, and tells when each picture is painted.
DRAG = """
    const [moves, rest, done] = arguments;
    const box = map_tenmin.getContainer();
    const { left, top, width, height } = box.getBoundingClientRect();
    let [x, y, seed] = [left + width / 2, top + height / 2, 7];
    const step = () => { seed = (seed * 16807) % 2147483647; return (seed / 2147483647 - 0.5) * 160; };
    const send = (name, to) => to.dispatchEvent(new PointerEvent(name, { clientX: x, clientY: y, bubbles: true }));
    const wait = (time) => new Promise((then) => setTimeout(then, time));
    const frame = () => new Promise((then) => requestAnimationFrame(then));
    const painted = () => frame().then(frame).then(() => wait(0));
    document.getElementById('what-if').open = true;
    document.getElementById('what-if-add').click();
    (async () => {
        const times = [];
        await wait(rest);
        send('pointerdown', box);
        for (let i = 0; i < moves; i += 1) {
            [x, y] = [x + step(), y + step()];
            const begin = performance.now();
            send('pointermove', window);
            await painted();
            times.push(performance.now() - begin);
            await wait(rest);
        }
        send('pointerup', window);
        done(times);
    })();
"""
#: Searches every service afresh: the milliseconds of all, and the minutes.
SEARCH = """
    const [content] = arguments;
    const numbers = unpack(content.packed);
    const town = new Town(content, numbers, new Plane(content.bounds));
    const homes = Array.from(numbers.places.people.keys());
    const begin = performance.now();
    content.categories.forEach((_, number) => town.walks(number));
    const time = performance.now() - begin;
    const minutes = (number, home) => { const one = town.minutes(number, home); return one === Infinity ? -1 : one; };
    return [time, content.categories.map((_, number) => homes.map((home) => minutes(number, home)))];
"""


def compare(extracts: Path | None) -> list[Table]:
    """Return the table of Las Palmas; nothing without extracts, Chromium or selenium."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if extracts is None or None in programs:
        return []
    coverage = _measure(extracts / LAS_PALMAS)
    content = page_content(MapData.of(coverage, computes=True), title=None, lang="en")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "review.html")
        tm.draw_map(coverage, gaps=tm.find_gaps(coverage), lang="en").save(path)
        browser = _open_browser(*map(str, programs))
        try:
            browser.set_script_timeout(300)
            rows = [
                ("file, MB", "< 4", path.stat().st_size / 1e6),
                *_time(browser, path),
                *_agree(browser, coverage, content),
            ]
            version = browser.capabilities["browserVersion"]
        finally:
            browser.quit()
    return [Table(f"The review map of {LAS_PALMAS}", COLUMNS, rows, [f"Chromium {version}; {coverage!r}."])]


def _measure(extract: Path) -> tm.Coverage:
    town = tm.read_osm(extract)
    facilities = tm.find_facilities(town)
    most = facilities["category"].value_counts().index[:CATEGORIES]
    places = tm.estimate_places(town, people=PEOPLE)
    chosen = facilities[facilities["category"].isin(most)]
    return tm.measure_coverage(tm.WalkNetwork.from_osm(town), places, chosen, minutes=10)


def _open_browser(chromium: str, driver: str) -> WebDriver:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def _time(browser: WebDriver, path: Path) -> Iterator[tuple[str, str, float]]:
    """Yield how long it takes to open the page, and to answer what a moved facility does."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(path.as_uri())
    yield "ready, ms", "< 4,000", WebDriverWait(browser, 120, 0.05).until(lambda page: page.execute_script(READY))
    browser.execute_script(CHOOSE)
    times = browser.execute_async_script(DRAG, MOVES, REST_MS)
    yield f"a facility dragged, one service, painted, median of {MOVES}, ms", "< 100", median(times)
    yield "the longest of these, ms", "", max(times)


def _agree(browser: WebDriver, coverage: tm.Coverage, content: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Yield how long all services are searched, and how far the walks are from those of tenmin."""
    browser.get("about:blank")
    told = [browser.execute_script("\n".join(map(page_file, SOURCES)) + SEARCH, content) for _ in range(REPEATS)]
    yield f"all services searched, median of {REPEATS}, ms", "< 500", median(time for time, _ in told)
    homes, keys = content["tables"]["places"]["id"], [category["key"] for category in content["categories"]]
    known = coverage.minutes.set_axis(coverage.minutes.index.astype(str)).loc[homes, keys].to_numpy().T
    minutes = np.array(told[0][1])
    there = np.isfinite(known)
    yield "walks", "", int(there.sum())
    yield "walks on one side only", "0", int((there != (minutes >= 0.0)).sum())
    yield "largest difference, s", "<= 0.05", float(np.abs(minutes - known)[there].max() * 60.0)
