"""Thin data: when an absence says nothing, and what it changes."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import tenmin as tm
from tenmin.inputs.services import load_catalogue, load_expected_counts
from tenmin.support.errors import TableError, TenminWarning
from towns import clinics, homes, town

STREET = [(0.0, 0.0), (4000.0, 0.0)]
PEOPLE = homes({"near": (100, 0), "far": (2000, 0), "off": (2000, 200)}, people=[60_000, 39_000, 1_000])


def doors(count: int, category: str = "library", **columns: object) -> gpd.GeoDataFrame:
    return clinics({f"f{k}": (0, 0) for k in range(count)}, category, **columns)


def measured(facilities: gpd.GeoDataFrame, people: gpd.GeoDataFrame = PEOPLE, **options: object) -> tm.Coverage:
    return tm.measure_coverage(town(STREET), people, facilities, **{"minutes": 10, "country": "DE", **options})


@pytest.mark.parametrize(("count", "thin"), [(4, True), (5, False)])
def test_thin_is_fewer_than_half_of_the_low_figure(count: int, thin: bool):
    """0.96 libraries per 10,000 people: 9.6 of 100,000, half of which is 4.8."""
    coverage = measured(doors(count))
    row = coverage.counts.loc["library"]
    assert (row["facilities"], row["expected"], row["thin"]) == (count, pytest.approx(9.6), thin)
    assert coverage.cause["library"].tolist() == [None, "thin_data" if thin else None, "unjoined"]
    assert coverage.served["library"].tolist() == [True, False, False]
    shares = coverage.shares().iloc[0]
    assert (shares["share"], shares["share_upper"]) == pytest.approx((0.6, 1.0 if thin else 0.61))


def test_the_share_that_is_thin_can_be_chosen():
    assert [bool(measured(doors(4), thin=share).counts["thin"].iloc[0]) for share in (0.4, 0.5, 0)] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"country": None}, "country_unknown"),
        ({"country": "ES"}, "no_figure"),
        ({"people": PEOPLE.assign(people=17_000)}, "few_expected"),
        ({"people": PEOPLE.drop(columns="people")}, "no_people"),
        ({"facilities": doors(1, complete="library")}, "complete"),
    ],
)
def test_nothing_is_judged_where_nobody_can_know(options: dict[str, object], why: str):
    coverage = measured(**{"facilities": doors(1), **options})
    assert coverage.counts.loc["library", ["not_judged", "thin"]].tolist() == [why, False]
    assert "thin_data" not in set(coverage.cause["library"])


def test_nothing_known_of_a_category_is_thin_too():
    coverage = measured(doors(0), minutes={"library": 10})
    assert coverage.cause["library"].tolist() == ["thin_data", "thin_data", "unjoined"]
    assert np.isnan(coverage.shares()["share"].iloc[0])


def test_what_has_no_level_counts_with_what_has_one_and_what_is_not_in_use_does_not():
    schools = pd.concat([doors(3, "school"), clinics({"p": (0, 0)}, "primary_school")])
    closed = clinics({"v": (0, 0)}, "primary_school", state="vacant")
    counts = measured(gpd.GeoDataFrame(pd.concat([schools, closed]))).counts
    assert counts.loc["primary_school", ["facilities", "expected"]].tolist() == [4, pytest.approx(18.6)]
    assert not counts.loc["school", "thin"]


def test_gaps_of_thin_data_come_last_and_nobody_is_lost():
    both = gpd.GeoDataFrame(pd.concat([doors(1), clinics({"m": (0, 0)}, "museum")]))
    people = PEOPLE.assign(people=[60_000, 20_000, 20_000])
    gaps = tm.find_gaps(measured(both, people))
    assert sorted(gaps["reason"][:3]) == ["far", "unjoined", "unjoined"]
    assert gaps["reason"].iloc[-1] == "thin_data"
    assert gaps.groupby("category")["people"].sum().tolist() == [40_000, 40_000]
    assert "rows added may lift this" in gaps["cure"].iloc[-1]


def test_a_row_added_may_lift_it():
    assert [set(measured(doors(count)).cause["library"].dropna()) for count in (4, 5)] == [
        {"thin_data", "unjoined"}, {"unjoined"},
    ]  # fmt: skip


def test_the_newest_edit_and_other_sources_are_told_where_they_are_known():
    facilities = doors(3, edited=["2019-04-01", None, "2021-12-31"], source=["OSM", "register", "OSM"])
    row = measured(facilities).counts.loc["library"]
    assert (row["newest_edit"], row["other_sources"], row["grade"]) == ("2021-12-31", "register", "primary")
    bare = measured(doors(3)).counts.loc["library"]
    assert (bare["newest_edit"], bare["other_sources"]) == (None, None)


def test_edits_come_from_the_extract():
    found = tm.find_facilities(tm.read_osm(tm.sample_path("helsinki")), categories="library")
    assert found["edited"].str.fullmatch(r"20[01]\d-\d\d-\d\d").all()
    assert found["edited"].max() <= "2019-04-17"


def test_every_figure_is_of_a_category_with_a_source_and_a_grade():
    table, catalogue = load_expected_counts(), load_catalogue()
    assert set(table["category"]) | {name for names in table["also"] for name in names} <= set(catalogue)
    assert not table.duplicated(["category", "country"]).any()
    assert ((table["low"] > 0) & (table["low"] <= table["high"])).all()
    assert set(table["grade"]) <= {"primary", "secondary", "news", "weak"}
    assert (table[["what", "source"]].map(len) > 0).all(axis=None)
    assert table["country"].str.fullmatch("[A-Z]{2}").all()


@pytest.mark.parametrize(
    "wrong", [{"thin": 1.5}, {"thin": "half"}, {"thin": True}, {"country": "Germany"}, {"country": 49}]
)
def test_options_that_are_none_are_refused(wrong: dict[str, object]):
    with pytest.raises(TableError, match=f"{next(iter(wrong))} is "):
        measured(doors(1), **wrong)


@pytest.mark.parametrize("country", ["XX", "jp"])
def test_a_country_without_figures_is_warned_of_with_those_that_have_some(country: str):
    with pytest.warns(TenminWarning, match=rf"for country '{country}' it is not known .* it is for AT, CN, DE, ES, "):
        coverage = measured(doors(1), PEOPLE.iloc[:2], country=country)
    assert coverage.counts["not_judged"].tolist() == ["no_figure"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measured(doors(1), PEOPLE.iloc[:2], country="cn")
