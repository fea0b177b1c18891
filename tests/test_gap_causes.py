"""Causes and cures of gaps: each with the walk as it is and as it would be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tenmin as tm
from tenmin.support.errors import TableError
from test_shifan import network, spots
from towns import clinics, homes, streets, walls

LOCKED_YARD, WEST_STREET = (480, 500), (600, 400)


@pytest.mark.parametrize(
    ("home", "clinic", "limit", "by", "now", "opened"),
    [
        ((300, 850), (200, 850), 500, "锦绣西门", "600", "100"),
        (LOCKED_YARD, WEST_STREET, 500, "菊园大门", None, "220"),
        ((940, 400), (940, 700), 350, "和平里北门", "420", "300"),
        ((660, 400), (660, 700), 350, "幸福里北门, 幸福里南门", "420", "300"),
        ((740, 400), (740, 700), 350, "安康苑北门, 安康苑南门", "520", "300"),
    ],
)
def test_a_gate_is_the_cause_if_the_walk_through_it_would_be_within_the_limit(
    home: tuple[int, int], clinic: tuple[int, int], limit: float, by: str, now: str | None, opened: str
):
    """示范区: three locked gates, a way of private streets and a compound with two private gates."""
    people = spots(home).to_frame("geometry").assign(people=[10])
    doors = spots(clinic).to_frame("geometry").assign(category="clinic")
    (gap,) = tm.find_gaps(tm.measure_coverage(network(), people, doors, metres=limit)).to_dict("records")
    assert (gap["reason"], gap["by"]) == ("gate", by)
    assert f"{opened} m{f' instead of {now} m' if now else ', where there is no walk now'}" in gap["cure"]
    assert f"开放{by.replace(', ', '、')}供行人通行" in gap["cure_zh"]
    (shorter,) = tm.find_gaps(tm.measure_coverage(network(), people, doors, metres=float(opened) - 2)).to_dict(
        "records"
    )
    assert shorter["reason"] != "gate"


def test_a_shortfall_is_told_in_metres_and_minutes():
    made = tm.WalkNetwork.from_edges(streets([(0, 0), (4000, 0)]), walker="adult")
    people, doors = homes({"a": (1200, 0)}, people=[8]), clinics({"c": (0, 0)})
    for limit in ({"minutes": 10}, {"metres": 800}):
        gap = tm.find_gaps(tm.measure_coverage(made, people, doors, **limit)).loc[1]
        assert (gap["shortfall_metres"], gap["shortfall_minutes"]) == (pytest.approx(400), pytest.approx(5))


def test_what_is_far_says_how_far_the_nearest_is():
    made = tm.WalkNetwork.from_edges(streets([(0, 0), (4000, 0)]), walker="adult")
    people = homes({"a": (1200, 0), "b": (1360, 0)}, people=[30, 10])
    gap = tm.find_gaps(tm.measure_coverage(made, people, clinics({"c": (0, 0)}), minutes=10)).loc[1]
    assert gap["cure"] == "Clinic or doctor (nearest 1,240 m, 5.5 min too far): add one nearby"
    assert gap["cure_zh"] == "在附近增设：社区卫生服务中心或诊所（最近1,240米，超出5.5分钟）"


def test_what_is_a_metre_too_far_is_just_beyond_the_limit():
    made = tm.WalkNetwork.from_edges(streets([(0, 0), (4000, 0)]), walker="adult")
    people, doors = homes({"a": (801, 0)}, people=[30]), clinics({"c": (0, 0)})
    gap = tm.find_gaps(tm.measure_coverage(made, people, doors, minutes=10)).loc[1]
    assert gap["cure"] == "Clinic or doctor (nearest 801 m, just beyond the limit): add one nearby"


def test_what_is_severed_says_what_a_way_across_would_bring():
    lines = streets([(0, 0), (2000, 0)], [(2000, 0), (2000, 150)], [(2000, 150), (0, 150)])
    made = tm.WalkNetwork.from_edges(lines, walker="adult", barriers=walls([(-99, 70), (900, 70)], kind="water"))
    gap = tm.find_gaps(tm.measure_coverage(made, homes({"h": (0, 150)}), clinics({"c": (0, 0)}), minutes=10)).loc[1]
    assert "open a way across the water (1.9 min instead of 51.9 min)" in gap["cure"]
    assert "在水面处开辟步行通道（步行由51.9分钟减为1.9分钟）" in gap["cure_zh"]


def test_a_sentence_names_five_and_counts_the_others():
    made = tm.WalkNetwork.from_edges(streets([(0, 0), (4000, 0)]), walker="adult")
    doors = clinics([(0, 0)] * 7, category=["bank", "clinic", "library", "market", "park", "post", "school"])
    gap = tm.find_gaps(tm.measure_coverage(made, homes({"a": (1200, 0)}), doors, minutes=10), by="place").loc[1]
    assert "), 2 more: add one nearby" in gap["cure"]
    assert "）、另2类" in gap["cure_zh"]


def test_for_whom_no_place_is_left_the_facility_is_full():
    made = tm.WalkNetwork.from_edges(streets([(0, 0), (4000, 0)]), walker="adult")
    people = homes({"a": (100, 0), "b": (1200, 0)}, people=[30, 10])
    doors = clinics({"c": (0, 0)}, capacity=12, name="一诊所")
    coverage = tm.measure_coverage(made, people, doors, minutes=10)
    supply = tm.measure_supply(coverage, doors)
    for by in ("category", "place"):
        gaps = tm.find_gaps(coverage, by=by, supply=supply)
        assert gaps[["people", "severity", "reason", "by"]].astype(object).to_numpy().tolist() == [
            [18.0, 18.0, "full", "一诊所"], [10.0, 5.0, "far", None],
        ]  # fmt: skip
        assert np.isnan(gaps.loc[1, "excess_minutes"])
        assert gaps.loc[1, "cure"] == "Clinic or doctor: enlarge 一诊所, or add another"
    assert tm.find_gaps(coverage)["people"].tolist() == [10.0]


@pytest.mark.parametrize(
    ("supply", "message"),
    [
        (pd.DataFrame({"place": [1], "category": ["clinic"]}), "supply has no column 'full'; give measure_supply"),
        (pd.DataFrame({"place": ["x"], "category": ["clinic"], "full": [1.0]}), "supply has place 'x', which the cov"),
    ],
)
def test_a_supply_of_another_kind_is_refused(supply: pd.DataFrame, message: str):
    made = tm.WalkNetwork.from_edges(streets([(0, 0), (4000, 0)]), walker="adult")
    coverage = tm.measure_coverage(made, homes({"a": (1200, 0)}), clinics({"c": (0, 0)}), minutes=10)
    with pytest.raises(TableError, match=message):
        tm.find_gaps(coverage, supply=supply)
