"""Fairness: closed forms of the Kolm-Pollak equivalent, of Foster, Greer and Thorbecke, and of Gini and Lorenz."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.support.errors import TableError
from towns import SPEED, cases, clinics, homes, town

DOOR = clinics({"c": (0, 0)})
NETWORK = town([(0, 0), (4000, 0)])
NEAR = pytest.approx
BASE = tm.measure_coverage(NETWORK, homes({"h": (0, 0)}), DOOR, minutes=10)


def walked(minutes: list[float], people: object = 1.0, limit: float = 10.0, **columns: object) -> tm.Coverage:
    """A coverage with these minutes to the clinic."""
    places = homes([(0.0, 0.0)] * len(minutes), people, **columns)
    walk = pd.DataFrame({"clinic": np.array(minutes, float)}, index=places.index)
    served = walk <= limit
    return replace(
        BASE, places=places, minutes=walk, metres=walk * SPEED, served=served, unknown=served & False,
        limit=pd.Series({"clinic": limit}),
    )  # fmt: skip


def fairness(coverage: tm.Coverage, **options: float) -> dict[str, float]:
    """The only row."""
    (row,) = tm.measure_fairness(coverage, **options).to_dict("records")
    return row


def test_the_equivalent_is_the_published_formula():
    row = fairness(walked([0.0, 12.0]))
    kappa = -12.0 / 144.0
    assert row["ede_minutes"] == NEAR(-np.log((1.0 + np.exp(-kappa * 12.0)) / 2.0) / kappa)
    assert row["mean_minutes"] == NEAR(6.0)


@pytest.mark.parametrize(("epsilon", "expected"), [(-0.5, 9.604539791), (-1.0, 10.765244363), (-2.0, 14.044180112)])
def test_the_equivalent_is_that_of_the_authors_own_code(epsilon: float, expected: float):
    """`inequalipy` 1.0.5, by the authors of Logan et al. 2021: `kolmpollak.ede` with weights."""
    coverage = walked([2.0, 5.0, 9.0, 14.0, 30.0], [10.0, 40.0, 25.0, 20.0, 5.0])
    assert fairness(coverage, epsilon=epsilon)["ede_minutes"] == NEAR(expected, abs=1e-9)


def test_people_are_weights_and_the_unreached_stand_beside():
    weighted = fairness(walked([3.0, 12.0, np.inf], [3.0, 1.0, 5.0]))
    split = fairness(walked([3.0, 3.0, 3.0, 12.0]))
    assert {name: weighted[name] for name in split if name != "unreached"} == NEAR(
        {name: value for name, value in split.items() if name != "unreached"} | {"category": "clinic"}
    )
    assert (weighted["people"], weighted["unreached"], split["unreached"]) == (4.0, 5.0, 0.0)


def test_headcount_depth_and_severity_are_of_the_share_beyond_the_limit():
    row = fairness(walked([10.0, 12.0, 15.0, 40.0]))
    assert [row[name] for name in ("headcount", "depth", "severity")] == NEAR([0.75, 1.7 / 4, 1.29 / 4])


def test_under_a_limit_in_metres_the_shortfall_is_of_metres():
    coverage = replace(walked([5.0, 15.0]), unit="metres", limit=pd.Series({"clinic": 800.0}))
    assert fairness(coverage)["depth"] == NEAR(0.25)


def test_the_worst_decile_is_the_tenth_of_people_with_the_longest_walks():
    assert fairness(walked([1.0, 9.0, 20.0], [16.0, 3.0, 1.0]))["worst_decile_minutes"] == NEAR((20.0 + 9.0) / 2)
    assert fairness(walked([7.0]))["worst_decile_minutes"] == NEAR(7.0)


def test_groups_are_measured_with_the_aversion_of_all():
    groups = {"people_60_plus": [1.0, 0.0], "people_0_2": [0.0, 0.0]}
    table = tm.measure_fairness(walked([6.0, 12.0], 2.0, **groups), by="group")
    assert table["group"].tolist() == ["all", "60_plus", "0_2"]
    assert table["ede_minutes"].tolist()[1] == NEAR(6.0)
    assert table["people"].tolist() == [4.0, 1.0, 0.0]
    assert np.isnan(table["ede_minutes"].iloc[2])


def test_nobody_with_a_walk_has_no_figures():
    row = fairness(walked([np.inf]))
    assert np.isnan([row["ede_minutes"], row["headcount"], row["worst_decile_minutes"]]).all()
    assert (row["people"], row["unreached"]) == (0.0, 1.0)


def test_everyone_at_the_door_is_zero_minutes():
    assert fairness(walked([0.0, 0.0]))["ede_minutes"] == 0.0


WALKS = st.lists(st.floats(0.01, 500.0), min_size=1, max_size=6)


@cases(30)
@given(WALKS, st.floats(-5.0, 0.0), st.floats(0.1, 10.0))
def test_the_equivalent_lies_between_mean_and_longest_and_scales_with_the_unit(
    minutes: list[float], epsilon: float, factor: float
):
    row = fairness(walked(minutes), epsilon=epsilon)
    assert np.mean(minutes) - 1e-6 <= row["ede_minutes"] <= max(minutes) + 1e-6
    scaled = fairness(walked([factor * one for one in minutes]), epsilon=epsilon)
    assert scaled["ede_minutes"] == NEAR(factor * row["ede_minutes"], rel=1e-6)


@pytest.mark.parametrize("epsilon", [0.5, -np.inf, np.nan, "-1", True, None])
def test_an_aversion_that_is_none_to_a_burden_is_refused(epsilon: object):
    with pytest.raises(TableError, match="minutes are a burden, so give a finite number of at most 0"):
        tm.measure_fairness(BASE, epsilon=epsilon)


def test_places_without_people_or_groups_are_refused():
    with pytest.raises(TableError, match="places needs the column 'people'"):
        tm.measure_fairness(replace(BASE, places=BASE.places.drop(columns="people")))
    with pytest.raises(TableError, match="are not numbers from 0 up"):
        tm.measure_fairness(walked([1.0, 2.0], [1.0, np.nan]))
    for by in ("group", ["group"]):
        with pytest.raises(TableError, match="needs by='group' and columns people_<group>"):
            tm.measure_fairness(BASE, by=by)  # pyright: ignore[reportArgumentType]


def per_person(supply: list[float], people: object = 1.0) -> pd.DataFrame:
    """Supply of one category."""
    return pd.DataFrame({"category": "clinic", "supply_per_person": supply}).assign(people=people)


@pytest.mark.parametrize(
    ("supply", "people", "gini"),
    [([2.0, 2.0, 2.0], 1.0, 0.0), ([0.0, 0.0, 0.0, 5.0], 1.0, 0.75), ([3.0, 1.0], [1.0, 1.0], 0.25)],
)
def test_gini_is_the_mean_difference_of_people(supply: list[float], people: object, gini: float):
    table = per_person(supply, people)
    each = table["supply_per_person"].to_numpy()
    assert np.abs(each[:, None] - each).mean() / (2.0 * each.mean()) == NEAR(gini)
    assert tm.measure_gini(table).to_dict() == {"clinic": NEAR(gini)}


def test_a_lorenz_curve_rises_from_nothing_to_all_below_the_diagonal():
    curve = tm.trace_lorenz(per_person([3.0, 1.0, 0.5], [1.0, 2.0, 5.0]))
    assert curve.iloc[[0, -1], 1:].to_numpy().tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert (curve["supply_share"] <= curve["people_share"] + 1e-12).all()
    assert (np.diff(curve["supply_share"]) >= 0.0).all()


def test_no_supply_has_no_curve():
    assert tm.measure_gini(per_person([0.0, 0.0])).empty
    assert tm.trace_lorenz(per_person([])).columns.tolist() == ["category", "people_share", "supply_share"]


def test_minutes_have_no_gini():
    with pytest.raises(TableError, match=r"supply has no column 'people'"):
        tm.measure_gini(BASE.minutes.assign(category="clinic"))
    with pytest.raises(TableError, match="supply must be a table of measure_supply"):
        tm.measure_gini(None)  # pyright: ignore[reportArgumentType]
