"""Shares are written by one rule: in Python, and in the scripts of the review map."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenmin.outputs.maps import draw_map
from tenmin.support.percent import percent, share_as_text

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

RANGES = [
    (0.0, 0.0, "0.0%"),
    (1.0, 1.0, "100.0%"),
    (1e-9, 1e-9, "0.1%"),
    (0.0, 1e-9, "0.0–0.1%"),
    (1 - 1e-9, 1.0, "99.9–100.0%"),
    (0.9999, 0.9999, "99.9%"),
    (0.1225, 0.1225, "12.3%"),
    (0.0625, 0.0625, "6.3%"),
    (0.0005, 0.0014, "0.1%"),
    (0.5, 0.50001, "50.0%"),
    (1 / 3, 2 / 3, "33.3–66.7%"),
    (0.29, 0.58, "29.0–58.0%"),
]


@pytest.mark.parametrize(("low", "high", "text"), RANGES)
def test_a_share_is_written_with_one_decimal(low: float, high: float, text: str) -> None:
    assert share_as_text(low, high) == text


def test_what_is_not_known_is_a_dash() -> None:
    assert percent(math.nan) == share_as_text(math.nan, 1.0) == "-"


@given(st.floats(0.0, 1.0))
def test_nought_and_a_hundred_are_exact_and_all_else_is_near(share: float) -> None:
    written = float(percent(share)[:-1])
    assert (written == 0.0) == (share == 0.0)
    assert (written == 100.0) == (share == 1.0)
    assert abs(written - 100.0 * share) <= 0.1


@pytest.mark.browser
def test_the_map_writes_shares_as_tenmin_does(browser: WebDriver) -> None:
    words = (Path(draw_map.__code__.co_filename).parent / "page" / "words.js").read_text(encoding="utf-8")
    shares = [number / 997 for number in range(998)]
    look = """
        const { prototype: words } = Words;
        return [arguments[0].map((pair) => words.range(...pair)), arguments[1].map((share) => words.percent(share))];
    """
    browser.get("about:blank")
    ranges, singles = browser.execute_script(words + look, [row[:2] for row in RANGES], shares)
    assert ranges == [text for _, _, text in RANGES]
    assert singles == [percent(share) for share in shares]
