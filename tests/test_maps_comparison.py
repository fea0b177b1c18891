"""The map of a comparison: people won and lost by service and home, and what is no such table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import maps_data
from tenmin.support.errors import TableError
from test_maps_browser import content, faults, full_map, open_page, text_of, texts_of
from test_maps_standards import DEUTERANOPIA, INKS, PAPER, contrast, lab, linear

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

HOMES = maps_data.homes().index
#: A library won by two homes and lost by one, a pharmacy lost by one of these and by a home that is gone.
CHANGES = pd.DataFrame(
    [(HOMES[0], "library", 10.0), (HOMES[7], "library", 2.5), (HOMES[3], "library", -10.0),
     (HOMES[0], "pharmacy", -10.0), ("gone", "pharmacy", -30.0)],
    columns=["place", "category", "change"],
)  # fmt: skip


def test_people_won_and_lost_stand_by_home_and_those_of_homes_that_are_gone_in_the_sums() -> None:
    block = json.loads(full_map(comparison=CHANGES).get_root().data.block)
    told = {one["key"]: sums for one, sums in zip(block["categories"], block["comparison"], strict=True)}
    assert told == {
        "library": {"won": 12.5, "lost": 10.0},
        "pharmacy": {"won": 0.0, "lost": 40.0},
        "market": {"won": 0.0, "lost": 0.0},
    }
    numbers = maps_data.unpack(block["packed"])
    rows = dict(zip(told, numbers["comparison"]["changes"], strict=False))
    by_key = {one["key"]: rows_of for one, rows_of in zip(block["categories"], rows.values(), strict=True)}
    assert [numbers["tables"]["places"]["id"][row] for row in np.cumsum(by_key["library"]["row"])] == sorted(
        [HOMES[0], HOMES[3], HOMES[7]]
    )
    assert sorted(by_key["library"]["people"].tolist()) == [-1000, 250, 1000]
    assert by_key["pharmacy"]["people"].tolist() == [-1000]


@pytest.mark.parametrize("table", [CHANGES[["place", "change"]], "library", {"place": []}])
def test_what_is_no_comparison_is_refused(table: object) -> None:
    with pytest.raises(TableError, match="columns place, category, change; make it"):
        full_map(comparison=table)


@pytest.mark.parametrize("sight", [np.eye(3), DEUTERANOPIA], ids=["all colours", "deuteranopia"])
def test_won_lost_and_unchanged_are_told_apart(sight: np.ndarray) -> None:
    seen = {name: lab(sight @ linear(INKS[name])) for name in ("won", "lost", "both", "home")}
    distances = {(a, b): float(np.linalg.norm(seen[a] - seen[b])) for a in seen for b in seen if a < b}
    assert min(distances.values()) > 20.0, distances
    assert min(contrast(INKS[name], PAPER) for name in ("won", "lost", "both")) >= 3.0


@pytest.mark.browser
def test_the_page_opens_with_what_changed(browser: WebDriver, tmp_path: Path) -> None:
    open_page(browser, full_map(comparison=CHANGES, lang="en"), tmp_path)
    assert texts_of(browser, ".tab")[0] == "Changes"
    assert (
        text_of(browser, ".changes .sentence")
        == "13 people won, 50 people lost. A person counts once for each service."
    )
    assert {"no change", "won", "lost", "won and lost"} <= set(texts_of(browser, "#legend .keys li"))
    number = [one["key"] for one in content(browser)["categories"]].index("library")
    browser.find_element("css selector", f".changes .service[data-category='{number}']").click()
    assert text_of(browser, ".changes .sentence") == "13 people won, 10 people lost."
    assert "won and lost" not in texts_of(browser, "#legend .keys li")
    assert faults(browser) == []
