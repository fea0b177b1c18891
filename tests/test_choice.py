"""Choice: how many different facilities are within the limit, against single walks and networkx."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPoint

import tenmin as tm
from oracles import least_walks
from tenmin.support.errors import TableError
from towns import Town, cases, clinics, homes, town, towns

STREET = [(0.0, 0.0), (3000.0, 0.0)]
DOORS = clinics({"a": (0, 0), "b": (200, 0), "c": (400, 0), "d": (600, 0)})
HOMES = homes({"one": (790, 0), "three": (900, 0), "none": (2000, 0), "all": (300, 0)}, [1.0, 2.0, 4.0, 8.0])


def measured(**options: object) -> tm.Coverage:
    """The coverage of a street with four clinics within 500 m."""
    return tm.measure_coverage(town(STREET), HOMES, DOORS, **{"metres": 500, **options})


def test_facilities_are_counted_up_to_the_most():
    coverage = measured()
    assert coverage.choice(most=9)["clinic"].to_dict() == {"one": 2, "three": 2, "none": 0, "all": 4}
    assert coverage.choice()["clinic"].tolist() == [2, 2, 0, 3]
    assert coverage.choice(most=1)["clinic"].tolist() == [1, 1, 0, 1]
    assert coverage.choice().columns.equals(coverage.served.columns)
    assert coverage.choice().index.equals(coverage.places.index)


def test_people_are_counted_by_the_number_of_facilities_they_have():
    table = measured(metres=300).people_by_choice(most=2)
    assert table.columns.tolist() == ["category", "facilities", "of", "people", "unknown", "total", "share"]
    assert table["facilities"].tolist() == [0, 1, 2]
    assert table["people"].tolist() == [4.0, 3.0, 8.0]
    assert table["share"].tolist() == pytest.approx([4 / 15, 3 / 15, 8 / 15])


def test_unknown_people_stand_among_those_with_none():
    places = homes({"off": (500, 500), "on": (0, 0)}, [2.0, 1.0])
    table = tm.measure_coverage(town(STREET), places, DOORS, metres=100).people_by_choice(most=1)
    assert table[["people", "unknown"]].to_numpy().tolist() == [[2.0, 2.0], [1.0, 0.0]]


def test_several_entrances_are_one_facility_and_a_part_counts_for_the_whole():
    doors = clinics(
        {"a": MultiPoint([(0, 0), (50, 0), (100, 0)]), "b": (10, 0), "c": (20, 0)},
        category=["clinic", "health_station", "clinic"],
    ).assign(state=["in_use", "in_use", "planned"])
    choice = tm.measure_coverage(town(STREET), homes([(0, 0)]), doors, minutes=10).choice()
    assert choice.iloc[0].to_dict() == {"clinic": 2, "health_station": 1}


@pytest.mark.parametrize("limit", [{"metres": 100}, {"minutes": 1.25}])
def test_straight_distances_are_counted_too(limit: dict[str, float]):
    coverage = measured(metric="straight", **{"metres": None, **limit})
    assert coverage.choice()["clinic"].tolist() == [0, 0, 0, 2]
    assert coverage.choice(most=1)["clinic"].tolist() == [0, 0, 0, 1]
    assert ((coverage.choice() > 0) == coverage.served).all().all()


@cases(25)
@given(towns(timed=True), st.integers(1, 3), st.integers(20, 600), st.sampled_from(["to", "from"]))
def test_a_place_has_a_choice_exactly_where_it_is_served(small: Town, most: int, metres: int, direction: str):
    coverage = tm.measure_coverage(small.network, small.homes, small.clinics, metres=metres, direction=direction)
    choice = coverage.choice(most=most)
    assert ((choice > 0) == coverage.served).all().all()
    assert choice.equals(coverage.choice(most=most + 1).clip(upper=most))
    sums = coverage.people_by_choice(most=most).groupby("category")[["people", "unknown"]].sum()
    assert sums["people"].tolist() == [coverage.places["people"].sum()]
    assert sums["unknown"].tolist() == coverage.shares()["unknown"].tolist()


@cases(15)
@given(towns(timed=True), st.floats(0.5, 8.0), st.sampled_from(["to", "from"]))
def test_networkx_counts_the_same_facilities(small: Town, minutes: float, direction: str):
    coverage = tm.measure_coverage(small.network, small.homes, small.clinics, minutes=minutes, direction=direction)
    walks = [
        least_walks(small.network, small.homes, small.clinics.loc[[one]], weight="seconds", direction=direction)
        for one in small.clinics.index
    ]
    within = np.array(walks) <= 60.0 * minutes * (1 + 1e-6)
    assert coverage.choice(most=9)["clinic"].tolist() == within.sum(axis=0).tolist()


@pytest.mark.parametrize("most", [0, -1, 1.5, "3", True, None])
def test_the_most_is_a_whole_number_from_one_up(most: object):
    with pytest.raises(TableError, match="give how many facilities of each category to find"):
        measured().choice(most=most)


def test_places_without_people_have_a_choice_but_no_people_by_choice():
    coverage = tm.measure_coverage(town(STREET), HOMES.drop(columns="people"), DOORS, metres=500)
    assert coverage.choice()["clinic"].tolist() == [2, 2, 0, 3]
    with pytest.raises(TableError, match="places needs the column 'people'"):
        coverage.people_by_choice()
