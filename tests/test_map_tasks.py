"""What a stranger asks of the review map, answered by mouse, keys and the names that stand on it, as tenmin answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

import tenmin as tm
from tenmin.measures.coverage import CAUSES
from tenmin.measures.gaps import REASONS
from test_maps_browser import faults, open_page, press, requests, text_of, texts_of, wait_until

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

SERVICES = ["clinic", "kindergarten", "market", "community_service"]
MINUTES = 10.0
ENTER = "\ue007"
SECONDS = 1.5
"""By which a walk may differ where a new facility is joined to the streets as they are drawn."""
NAMED = """
    const [role, name] = arguments;
    const kinds = { button: 'button, summary', tab: '[role=tab]', radio: 'input[type=radio]', searchbox: 'input[type=search]' };
    const said = (one) => one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent;
    const seen = [...document.querySelectorAll(kinds[role])].filter((one) => one.getClientRects().length && !one.disabled);
    return seen.find((one) => said(one).startsWith(name)) ?? null;
"""  # noqa: E501


class Stranger:
    """One who knows what stands on the page, and has a mouse and a keyboard."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser

    def named(self, role: str, name: str) -> WebElement:
        """Return what is seen under a name."""
        found = self.browser.execute_script(NAMED, role, name)
        assert found is not None, (role, name)
        return found

    def click(self, role: str, name: str) -> None:
        """Click in the middle of what is seen under a name."""
        from selenium.webdriver.common.action_chains import ActionChains

        found = self.named(role, name)
        ActionChains(self.browser, duration=0).scroll_to_element(found).move_to_element(found).click().perform()

    def told(self) -> dict[str, str]:
        """Return what the open card says, by what it calls it."""
        names, values = (texts_of(self.browser, f"#side dl {part}") for part in ("dt", "dd"))
        return dict(reversed(list(zip(names, values, strict=True))))  # what stands first counts


@dataclass(frozen=True)
class Town:
    """The invented district with four services, and what tenmin says of it."""

    coverage: tm.Coverage
    gaps: gpd.GeoDataFrame

    @classmethod
    def read(cls) -> Town:
        streets = tm.sample_path("shifan")
        register = tm.read_facilities(streets.with_name("facilities.xlsx"))
        coverage = tm.measure_coverage(
            tm.WalkNetwork.from_osm(streets),
            tm.read_places(streets.with_name("homes.xlsx")),
            register[register["category"].isin(SERVICES)],
            areas=tm.read_areas(streets.with_name("communities.gpkg")),
            minutes=MINUTES,
        )
        gaps = tm.find_gaps(coverage, by="place")
        return cls(coverage, gaps[~gaps["reason"].isin([*CAUSES, "unjoined"])])

    @property
    def farthest(self) -> str:
        """The home with the longest walk to a clinic."""
        return str(self.coverage.minutes["clinic"].replace(float("inf"), -1.0).idxmax())

    def served_with_another_clinic(self, longitude: float, latitude: float) -> list[float]:
        """Return the least and most people served by clinics, with one more."""
        coverage = self.coverage
        spot = gpd.GeoSeries([Point(longitude, latitude)], crs="EPSG:4326").to_crs(coverage.facilities.crs)
        more = gpd.GeoDataFrame({"category": "clinic"}, index=["another"], geometry=spot.to_list(), crs=spot.crs)
        minutes = tm.measure_walks(coverage.network, coverage.places, pd.concat([coverage.facilities, more]))["clinic"]
        people = coverage.places["people"]
        return [people[minutes <= MINUTES + way * SECONDS / 60.0].sum() for way in (-1, 1)]


def assert_a_clinic_wins_what_tenmin_says(stranger: Stranger, town: Town) -> None:
    """Add a clinic in the middle of the map and compare who is served then."""
    browser = stranger.browser
    press(browser, "/", town.farthest, ENTER)
    stranger.click("tab", "Overview")
    stranger.click("radio", "Clinic or doctor")
    stranger.click("button", "What if")
    stranger.click("button", "Add one in the middle")
    wait_until(browser, "return document.querySelector('#what-if .told .basket') !== null")
    _, latitude, longitude = re.findall(r"view=([\d.]+)%2F([\d.]+)%2F([\d.]+)", browser.current_url)[0]
    before, now = (
        float(text.replace(",", ""))
        for text in re.findall(r"([\d,]+) → ([\d,]+)", text_of(browser, "#what-if .told"))[0]
    )
    least, most = town.served_with_another_clinic(float(longitude), float(latitude))
    assert before == town.coverage.shares().set_index("category").loc["clinic", "served"]
    assert before < least <= now <= most


@pytest.mark.browser
def test_a_stranger_finds_the_worst_gap_a_cause_a_walk_a_community_and_what_a_clinic_would_win(
    browser: WebDriver, tmp_path: Path
) -> None:
    town = Town.read()
    coverage, gaps = town.coverage, town.gaps
    open_page(browser, tm.draw_map(coverage, gaps=gaps, lang="en"), tmp_path)
    stranger = Stranger(browser)

    stranger.click("tab", "Gaps")
    worst = gaps.iloc[0]
    stranger.click("button", f"1{worst['name']}")
    assert text_of(browser, "#side h2") == worst["name"]
    assert stranger.told()["People not served"] == f"{worst['people']:,.0f} people"

    rank, shut = next(gaps[gaps["reason"] == "gate"].iterrows())
    stranger.click("button", f"{rank}{shut['name']}")
    assert stranger.told()["Reason"] == REASONS["gate"]["en"]
    assert shut["by"] in stranger.told().values()
    assert text_of(browser, "#side .cure").endswith(shut["cure"])

    home = town.farthest
    press(browser, "/", home, ENTER)
    stranger.click("button", "Clinic or doctor")
    [walk] = [text for text in texts_of(browser, "#side .walks li") if text.startswith("Clinic or doctor")]
    assert f"{coverage.minutes.loc[home, 'clinic']:.1f} min" in walk
    assert walk.endswith(coverage.facilities.loc[coverage.nearest.loc[home, "clinic"], "name"])
    assert "Walk along the streets" in texts_of(browser, "#legend .keys li")

    stranger.click("tab", "Communities")
    area = coverage.areas.index[coverage.areas["name"] == "梅园社区"][0]
    stranger.click("button", "梅园社区")
    shares = coverage.shares(by="area")
    of_area = shares[shares["area"] == area].set_index("category")
    assert stranger.told()["People"] == f"{of_area['total'].iloc[0]:,.0f} people"
    bars = "#side .against .name", "#side .against .figure"
    card = dict(zip(*(texts_of(browser, part) for part in bars), strict=True))
    assert card["Clinic or doctor"].startswith(f"{100.0 * of_area.loc['clinic', 'share']:.1f}")

    assert_a_clinic_wins_what_tenmin_says(stranger, town)
    assert faults(browser) == requests(browser) == []
