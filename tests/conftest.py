"""What all tests share: the sample, the optional data beside the repository, Chromium, the random cases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from hypothesis import Phase, settings
from hypothesis.internal.conjecture import engine

import tenmin as tm
from tenmin.inputs.samples import sample_path

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

REPOSITORY = Path(__file__).resolve().parents[1]
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
LOOPBACK = ["127.0.0.1", "::1", "localhost"]

KERNELS = "NUMBA_CACHE_DIR"
"""Names the folder in which compiled kernels are kept."""

engine.MAX_SHRINKING_SECONDS = 20  # for a failure to be told within a minute; hypothesis itself takes 300
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink]

settings.register_profile("tenmin", deadline=None, phases=PHASES)
settings.register_profile("ci", settings.get_profile("tenmin"), derandomize=True, database=None, print_blob=True)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=10)
settings.register_profile("soak", settings.get_profile("tenmin"), max_examples=5_000, print_blob=True)
settings.register_profile("unshrunk", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("ci" if os.environ.get("CI") else "tenmin")


def pytest_configure() -> None:
    """Let all workers, and the programs that tests start, share one folder of compiled kernels, and spare the disk."""
    os.environ.setdefault(KERNELS, str(REPOSITORY / ".pytest_cache"))
    os.environ.setdefault("OGR_SQLITE_SYNCHRONOUS", "OFF")  # no test pulls the plug: GeoPackages need not be flushed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let browser tests, and no others, reach the loopback, where the driver of Chromium listens."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """Path of the OpenStreetMap extract of Helsinki that ships with tenmin."""
    return sample_path("helsinki")


@dataclass(frozen=True)
class Town:
    """A sample as it is read: the extract, its streets for an adult, facilities, and homes with their people."""

    extract: tm.OsmExtract
    network: tm.WalkNetwork
    facilities: gpd.GeoDataFrame
    places: gpd.GeoDataFrame


@pytest.fixture(scope="session")
def neubrandenburg() -> Town:
    """Neubrandenburg, as it ships with tenmin, with its published people."""
    extract = tm.read_osm(sample_path("neubrandenburg"))
    places = tm.estimate_places(extract, people=63_602)
    return Town(extract, tm.WalkNetwork.from_osm(extract), tm.find_facilities(extract), places)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Path of a file of the optional data beside the repository; the test is skipped where it is absent."""
    beside = os.environ.get("TENMIN_SHARED") or REPOSITORY.parent / "shared"
    folder = Path(beside) / "data"

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"optional data: {path} is absent (TENMIN_SHARED names another folder)")
        return path

    return find


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Path of Chromium; the test is skipped where it or its driver is missing."""
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    missing = [name for name, path in programs.items() if path is None]
    if missing:
        pytest.skip(f"no browser test without {' and '.join(missing)} (Debian: chromium, chromium-driver)")
    return Path(str(programs["chromium"]))


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[WebDriver]:
    """Headless Chromium that reaches nothing but this machine; the test is skipped without selenium."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="no browser test without selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(chromium.with_name("chromedriver"))))
    yield driver
    driver.quit()
