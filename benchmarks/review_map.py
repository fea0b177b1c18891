"""The review map of a city in headless Chromium: size, opening, answers, and its walks against those of tenmin."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import sleep
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
TIMES = 20
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1600,900")
COLUMNS = ("what", "mark", "measured", "longest", "CPU of the main thread")
NOTES = [
    f"ms; answers are medians of {TIMES} actions from the input to the last paint, two frames of 16 ms among them.",
    "The CPU is what the main thread of the page worked for each action, with all that followed until the next.",
]
SOURCES = SCRIPTS[: SCRIPTS.index("balance.js") + 1]
REPEATS = 3
ACTIONS = Path(__file__).with_suffix(".js")
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
ANSWERS = {
    "service": ("service switched", 250),
    "layer": ("layer switched", 150),
    "pan": ("map moved", 50),
    "zoom": ("map zoomed", 50),
    "drag": ("facility dragged, one service", 100),
    "gates": ("gate turned, all services told", 500),
    "nothing": ("nothing done", None),
}
#: Notes when the first texts and the first picture of the map are painted, and when the page is ready.
WATCH = """
    window.opened = {};
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { opened[entry.name] = entry.startTime; }))
        .observe({ type: 'paint', buffered: true });
    const watch = () => {
        if (document.querySelector('.leaflet-overlay-pane canvas')) opened.picture ??= performance.now();
        if (document.body && document.body.dataset.ready === 'yes') opened.ready = performance.now();
        else requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
"""
#: Searches every service afresh: the milliseconds of all, the homes, and their minutes.
SEARCH = """
    const [content] = arguments;
    const numbers = unpack(content.packed);
    const town = new Town(content, numbers, new Plane(content.bounds));
    const homes = Array.from(numbers.places.people.keys());
    const begin = performance.now();
    content.categories.forEach((_, number) => town.walks(number));
    const time = performance.now() - begin;
    const minutes = (number, home) => { const one = town.minutes(number, home); return one === Infinity ? -1 : one; };
    const walked = content.categories.map((_, number) => homes.map((home) => minutes(number, home)));
    return [time, numbers.tables.places.id, walked];
"""

Row = tuple[object, ...]


def compare(extracts: Path | None) -> list[Table]:
    """Return the tables of Las Palmas; nothing without extracts, Chromium or selenium."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if extracts is None or None in programs:
        return []
    coverage = _measure(extracts / LAS_PALMAS)
    content = page_content(MapData.of(coverage, computes=True), title=None, lang="en")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "review.html")
        drawn = tm.draw_map(coverage, gaps=tm.find_gaps(coverage), basemap=extracts / LAS_PALMAS, lang="en")
        drawn.save(path)
        size = ("file, MB", "< 4", path.stat().st_size / 1e6, "", "")
        browsers = [Browser(_open_browser(*map(str, programs)), path, slow) for slow in (1, 4)]
        try:
            desk, phone = ([*browser.opening(), *browser.answers()] for browser in browsers)
            agreement = list(_agree(browsers[0].page, coverage, content))
            version = browsers[0].page.capabilities["browserVersion"]
        finally:
            for browser in browsers:
                browser.page.quit()
    notes = [f"Chromium {version}; {coverage!r}.", *NOTES]
    return [
        Table(f"The review map of {LAS_PALMAS}, 1600 x 900", COLUMNS, [size, *desk], notes),
        Table("The same on 390 x 844, the CPU 4 times slower", COLUMNS, phone),
        Table("The walks of the page and of tenmin", COLUMNS[:3], agreement),
    ]


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


@dataclass(frozen=True)
class Browser:
    """A browser in which a page is opened and used, on a machine so many times slower; slow ones are phones."""

    page: WebDriver
    path: Path
    slow: int

    @property
    def allowed(self) -> int:
        """How many times its mark an answer may take."""
        return 5 if self.slow > 1 else 1

    def opening(self) -> Iterator[Row]:
        """Open the page and yield when its texts, its picture and all of it were there, and the memory held."""
        page = self.page
        page.set_script_timeout(600)
        page.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        page.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        if self.slow > 1:
            page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
            page.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": self.slow})
        page.get(self.path.as_uri())
        while not page.execute_script("return window.opened.ready ?? null"):
            sleep(0.05)
        opened, work = page.execute_script("return window.opened"), self._work()
        for name, what, mark in (
            ("first-contentful-paint", "first texts", 2000),
            ("picture", "first picture of the map", 2000),
            ("ready", "all ready", 4000),
        ):
            yield what, f"< {mark * self.allowed:,}", opened[name], "", work if name == "ready" else ""
        page.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        heap = page.execute_cdp_cmd("Runtime.getHeapUsage", {})
        yield "heap, MB", "< 120", (heap["usedSize"] + heap["backingStorageSize"]) / 1e6, "", ""

    def answers(self) -> Iterator[Row]:
        """Yield how long each kind of action takes."""
        rest = 200 * self.slow
        for name, (what, mark) in ANSWERS.items():
            before = self._work()
            script = f"{ACTIONS.read_text('utf-8')}\nmarks.{name}({TIMES}, {rest}).then(arguments[0]);"
            times = self.page.execute_async_script(script)
            if not times:
                continue
            allowed = "" if mark is None else f"< {mark * self.allowed:,}"
            yield (what, allowed, median(times), max(times), (self._work() - before) / len(times))

    def _work(self) -> float:
        """Return for how long the main thread has worked, ms."""
        told = self.page.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return 1000 * next(one["value"] for one in told if one["name"] == "TaskDuration")


def _agree(browser: WebDriver, coverage: tm.Coverage, content: dict[str, Any]) -> Iterator[Row]:
    """Yield how long all services are searched, and how far the walks are from those of tenmin."""
    browser.get("about:blank")
    told = [browser.execute_script("\n".join(map(page_file, SOURCES)) + SEARCH, content) for _ in range(REPEATS)]
    yield f"all services searched, median of {REPEATS}, ms", "< 500", median(time for time, *_ in told)
    (_, homes, walked), keys = told[0], [category["key"] for category in content["categories"]]
    known = coverage.minutes.set_axis(coverage.minutes.index.astype(str)).loc[homes, keys].to_numpy().T
    minutes = np.array(walked)
    there = np.isfinite(known)
    yield "walks", "", int(there.sum())
    yield "walks on one side only", "0", int((there != (minutes >= 0.0)).sum())
    yield "largest difference, s", "<= 0.05", float(np.abs(minutes - known)[there].max() * 60.0)
