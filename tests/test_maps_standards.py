"""Verdicts and grades on the score cards of the review map, and its inks seen by colour-blind eyes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import maps_data
import tenmin as tm
from tenmin.inputs.standards import describe_clause
from tenmin.outputs.maps import draw_map
from tenmin.outputs.maps._standards_content import clause_names
from test_maps_browser import faults, open_page, press, show_tab, text_of, texts_of

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver


PALETTE = (Path(draw_map.__code__.co_filename).parent / "page" / "symbols.js").read_text(encoding="utf-8")
INKS = dict(re.findall(r"(\w+): '(#[0-9a-f]{6})'", PALETTE))
PAPER = INKS["paper"]
#: What deuteranopes see of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def linear(ink: str) -> np.ndarray:
    parts = np.array([int(ink[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the ratio of contrast by WCAG 2."""
    low, high = sorted(0.05 + linear(ink) @ [0.2126, 0.7152, 0.0722] for ink in (one, other))
    return float(high / low)


def lab(colour: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (D65) of linear RGB."""
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    white = np.array([0.95047, 1.0, 1.08883])
    part = matrix @ np.clip(colour, 0.0, 1.0) / white
    f = np.where(part > 0.008856, np.cbrt(part), 7.787 * part + 16.0 / 116.0)
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])


@pytest.mark.parametrize(
    "ink",
    ["unserved", "unknown", "servedEdge", "unservedEdge", "text", "streetName", "ground", "gap", "doubt", "facility",
     "chosen", "barrier", "area", "homeEdge", "rail", "wall"],
)  # fmt: skip
def test_what_carries_meaning_stands_out_from_the_paper(ink: str) -> None:
    assert contrast(INKS[ink], PAPER) >= 3.0


@pytest.mark.parametrize("sight", [np.eye(3), DEUTERANOPIA], ids=["all colours", "deuteranopia"])
def test_served_unserved_and_unknown_are_told_apart(sight: np.ndarray) -> None:
    seen = {name: lab(sight @ linear(INKS[name])) for name in ("served", "unserved", "unknown", "paper")}
    names = list(seen)
    distances = {(a, b): float(np.linalg.norm(seen[a] - seen[b])) for a in names for b in names if a < b}
    assert min(distances.values()) > 20.0, distances


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_clauses_name_columns_in_words(lang: str) -> None:
    clauses = [
        clause for name in tm.list_standards().index for clause in tm.load_standard(name).clauses if clause.column
    ]
    told = {clause.column: describe_clause(clause, lang, names=clause_names(lang)) for clause in clauses}
    assert len(told) > 5
    assert [column for column, text in told.items() if str(column) in text] == []


STANDARD = """
id = "village"
title_zh = "<img src=x onerror='window.__pwn=1'> {clauses}"
title_en = "<img src=x onerror='window.__pwn=1'> {clauses}"
issued_by = "nobody"
source = "invented"
evidence = "user"
entered_by = "tests"
entered_on = "2026-01-01"

[[clause]]
id = "library"
kind = "presence"
subject = "library"
mandatory = true

[[clause]]
id = "market"
kind = "presence"
subject = "market"
mandatory = true

[[clause]]
id = "clinic"
kind = "presence"
subject = "clinic"
mandatory = true
"""


def checked(folder: Path) -> tm.Compliance:
    """Return what two communities have of a standard: a library, no market, and who knows a clinic."""
    (folder / "village.toml").write_text(STANDARD, encoding="utf-8")
    areas = maps_data.blocks().assign(people=500, level="社区")
    return tm.check_standard(folder / "village.toml", areas, maps_data.sites(), complete={"library", "market"})


@pytest.mark.browser
def test_a_score_card_tells_grade_shortfall_and_what_is_unknown(browser: WebDriver, tmp_path: Path) -> None:
    found = checked(tmp_path)
    measured: Any = maps_data.measure(maps_data.homes(), maps_data.sites())
    drawn = draw_map(measured, areas=maps_data.blocks(), compliance=found, lang="en")
    open_page(browser, drawn, tmp_path)
    show_tab(browser, "communities")
    browser.find_element("css selector", ".area-row").click()
    for name in (text_of(browser, "#side h2"), "the next"):
        told = text_of(browser, "#side .card")
        assert "<img src=x onerror='window.__pwn=1'> {clauses}" in told, name
        assert "1 pass, 1 fail, 1 unknown" in told
        assert texts_of(browser, "#side .clauses li > span") == ["fail", "unknown"]
        press(browser, "n")
    browser.find_element("id", "language-button").click()
    assert "通过 1，不通过 1，无法判定 1" in text_of(browser, "#side .card")
    assert found.grades.iloc[0] in text_of(browser, "#side .card")
    assert browser.execute_script("return typeof window.__pwn") == "undefined"
    assert faults(browser) == []


def test_a_community_that_was_not_checked_has_no_verdicts(tmp_path: Path) -> None:
    areas = maps_data.blocks()
    more = pd.concat([areas, areas.iloc[:1].set_axis(pd.Index(["constructor"]))])
    measured: Any = maps_data.measure(maps_data.homes(), maps_data.sites())
    page = draw_map(measured, areas=more, compliance=[checked(tmp_path)]).get_root().render()
    [block] = re.findall(r'id="tenmin-data">(.*?)</script>', page, re.DOTALL)
    [standard] = json.loads(block)["standards"]
    assert [area is None for area in standard["areas"]] == [False, False, True]
    assert standard["areas"][0]["counts"] == [1, 1, 1]
