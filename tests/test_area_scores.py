"""Scores of areas: closed forms of the shortfall and the weighted mean, laws, and refusals."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

import tenmin as tm
from tenmin.support.errors import CategoryError, TableError
from towns import CRS, Town, cases, clinics, homes, town, towns

NEAR = pytest.approx
NETWORK = town([(0, 0), (4000, 0)])
DOORS = clinics({"c": (0, 0), "p": (0, 0)}, category=["clinic", "post"])
BASE = tm.measure_coverage(NETWORK, homes({"h": (0, 0)}), DOORS, minutes=10)
AREAS = pd.DataFrame({"level": ["区县", "社区", "社区"], "parent": [None, "D", "D"]}, index=["D", "A", "B"])


def walked(clinic: list[float], post: list[float], people: object, area: object, unknown: str = "") -> tm.Coverage:
    """A coverage with these minutes, under a limit of ten; at some, written x, the clinic is unknown."""
    places = homes([(0.0, 0.0)] * len(clinic), people, area=area)
    walk = pd.DataFrame({"clinic": clinic, "post": post}, index=places.index, dtype="float64")
    doubt = pd.DataFrame(False, index=walk.index, columns=walk.columns)
    doubt["clinic"] = [sign == "x" for sign in unknown.ljust(len(clinic))]
    served = (walk <= 10.0) & ~doubt
    return replace(BASE, places=places, minutes=walk, metres=walk * 80.0, served=served, unknown=doubt)


def rows_of(scores: pd.DataFrame, area: str | None) -> pd.DataFrame:
    """The rows of an area, by category."""
    wanted = scores["area"].isna() if area is None else scores["area"] == area
    return scores[wanted].set_index("category")


TOWN = walked([5.0, 15.0, 40.0, np.inf], [10.0, 11.0, 10.0, 10.0], [1.0, 3.0, 4.0, 2.0], ["A", "A", "B", "B"], "   x")


def test_the_shortfall_is_the_mean_excess_and_the_score_its_weighted_mean_from_a_hundred():
    scores = tm.score_areas(TOWN, AREAS, weights={"clinic": 3})
    assert scores.columns.tolist() == ["area", "category", "people", "unknown", "shortfall", "weight", "score"]
    assert scores["area"].tolist() == ["D", "D", "A", "A", "B", "B"]
    assert rows_of(scores, "A")["shortfall"].to_dict() == NEAR({"clinic": 100 * 1.5 / 4, "post": 100 * 0.3 / 4})
    assert rows_of(scores, "A")["score"].tolist() == NEAR([100 - (3 * 37.5 + 7.5) / 4] * 2)
    assert rows_of(scores, "D")["shortfall"].to_dict() == NEAR({"clinic": 100 * 5.5 / 8, "post": 100 * 0.3 / 10})


def test_unknown_people_are_left_out_of_both_sums_and_printed():
    clinic = rows_of(tm.score_areas(TOWN, AREAS), "B").loc["clinic"]
    assert clinic[["people", "unknown", "shortfall"]].tolist() == [6.0, 2.0, 100.0]
    all_unknown = rows_of(tm.score_areas(walked([1.0], [12.0], 5.0, ["A"], "x"), AREAS), "A")
    assert all_unknown["unknown"].to_dict() == {"clinic": 5.0, "post": 0.0}
    assert np.isnan(all_unknown.loc["clinic", "shortfall"])
    assert all_unknown["score"].tolist() == NEAR([80.0, 80.0])


def test_an_area_without_people_has_no_score():
    scores = tm.score_areas(walked([1.0, 1.0], [1.0, 1.0], [3.0, 0.0], ["A", "B"]), AREAS)
    assert rows_of(scores, "A")["score"].tolist() == [100.0, 100.0]
    assert rows_of(scores, "B")["people"].tolist() == [0.0, 0.0]
    assert rows_of(scores, "B")[["shortfall", "score"]].isna().all().all()


def test_people_in_no_area_are_an_area_of_their_own():
    scores = tm.score_areas(walked([1.0, 12.0], [1.0, 1.0], [3.0, 4.0], ["A", None]), AREAS)
    assert scores["area"].isna().tolist() == [False] * 6 + [True] * 2
    assert rows_of(scores, None)["shortfall"].tolist() == NEAR([20.0, 0.0])
    assert rows_of(scores, "D")["people"].tolist() == [3.0, 3.0]


def test_places_that_name_no_area_belong_to_the_one_they_stand_in():
    places = homes({"in": (100, 0), "out": (3000, 0)}, [1.0, 2.0])
    coverage = tm.measure_coverage(NETWORK, places, DOORS, minutes=10)
    outlined = gpd.GeoDataFrame(geometry=[box(0, -9, 500, 9)], index=["W"], crs=CRS)
    scores = tm.score_areas(coverage, outlined)
    assert rows_of(scores, "W")["people"].tolist() == [1.0, 1.0]
    assert rows_of(scores, None)["people"].tolist() == [2.0, 2.0]


def test_a_walk_within_the_tolerance_and_one_in_metres():
    coverage = tm.measure_coverage(NETWORK, homes({"a": (800.0007, 0), "b": (1200, 0)}, area="A"), DOORS, metres=800)
    assert rows_of(tm.score_areas(coverage, AREAS), "A")["shortfall"].tolist() == NEAR([25.0, 25.0], abs=1e-12)


@cases(8)
@given(towns(), st.integers(1, 6), st.integers(0, 255))
def test_scores_agree_with_gaps_and_fairness_and_every_person_is_in_one_community(small: Town, minutes: int, side: int):
    area = ["A" if side >> k & 1 else "B" for k in range(len(small.homes))]
    coverage = tm.measure_coverage(small.network, small.homes.assign(area=area), small.clinics, minutes=minutes)
    scores = tm.score_areas(coverage, AREAS).set_index("area")
    assert scores.loc[["A", "B"], ["people", "unknown"]].sum().tolist() == NEAR(
        scores.loc["D", ["people", "unknown"]].tolist()
    )
    known = scores["people"] - scores["unknown"]
    severity = (scores["shortfall"].fillna(0.0) * known / 100.0).loc[["A", "B"]].sum()
    gaps = tm.find_gaps(coverage)
    assert severity == NEAR(gaps["severity"][~gaps["reason"].isin(["unjoined", "data_end"])].sum())
    assert scores["score"].dropna().between(0.0, 100.0).all()
    again = coverage.places.sample(frac=1.0, random_state=minutes)
    turned = tm.measure_coverage(small.network, again, small.clinics, minutes=minutes)
    pd.testing.assert_frame_equal(tm.score_areas(turned, AREAS).set_index("area"), scores, check_exact=True)


def test_weights_are_those_of_the_catalogue_and_one_for_a_category_that_is_not_in_it():
    doors = clinics({"c": (0, 0), "b": (0, 0)}, category=["clinic", "bakery of our own"])
    coverage = tm.measure_coverage(NETWORK, homes({"h": (0, 0)}, area="A"), doors, minutes=10)
    weights = rows_of(tm.score_areas(coverage, AREAS), "A")["weight"]
    assert weights.to_dict() == {"bakery of our own": 1.0, "clinic": tm.load_catalogue()["clinic"].weight}
    alone = tm.score_areas(TOWN, AREAS, weights=pd.Series({"post": 0}))
    assert rows_of(alone, "A")["score"].tolist() == NEAR([62.5, 62.5])


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ({"clinc": 1}, CategoryError, "'clinc', asked for in weights; did you mean 'clinic'"),
        ({"clinic": -1}, TableError, "weights\\['clinic'\\] is -1; give a number from 0 up"),
        ({"clinic": np.nan}, TableError, "is nan"),
        ({"clinic": np.inf}, TableError, "is inf"),
        ({"clinic": True}, TableError, "is True"),
        ({"clinic": "2"}, TableError, "is '2'"),
        ({"clinic": 0, "post": 0}, TableError, "weights are 0 for all categories"),
        ([1, 2], TableError, "weights must map categories to numbers"),
    ],
)
def test_weights_that_are_wrong_are_refused(weights: object, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        tm.score_areas(TOWN, AREAS, weights=weights)


def test_what_is_no_coverage_and_tables_that_do_not_fit_are_refused():
    with pytest.raises(TableError, match="coverage must be a Coverage"):
        tm.score_areas(TOWN.places, AREAS)
    with pytest.raises(TableError, match="areas must be a table"):
        tm.score_areas(TOWN, ["A", "B"])
    with pytest.raises(TableError, match="names no area"):
        tm.score_areas(TOWN, AREAS.drop("B"))
    with pytest.raises(TableError, match="places needs the column 'people'"):
        tm.score_areas(replace(TOWN, places=TOWN.places.drop(columns="people")), AREAS)
