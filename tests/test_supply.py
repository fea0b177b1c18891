"""Supply: closed forms, conservation, and the most that a linear programme can assign."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import tenmin as tm
from tenmin.measures._assignment import share_places
from tenmin.support.errors import FileError, TableError
from towns import cases, clinics, homes, town

NETWORK = town([(0, 0), (6000, 0)])
NEAR = pytest.approx
PLACES = homes({"a": (0, 0), "b": (400, 0), "c": (900, 0), "d": (5000, 0)}, [10.0, 20.0, 40.0, 5.0])
DOORS = clinics({"x": (0, 0), "y": (1000, 0)}, capacity=[12.0, 30.0])
PARTS = ["served", "full", "unknown", "out_of_reach"]


def supply(places: gpd.GeoDataFrame, doors: gpd.GeoDataFrame, metres: float = 600, **options: str) -> pd.DataFrame:
    """The supply of a street, by place."""
    coverage = tm.measure_coverage(NETWORK, places, doors, metres=metres)
    return tm.measure_supply(coverage, doors, **options).set_index("place")


def test_people_get_places_or_find_them_full_or_out_of_reach():
    table = supply(PLACES, DOORS)
    assert table.loc["a", PARTS].tolist() == NEAR([6.0, 4.0, 0.0, 0.0])
    assert table.loc["d", PARTS].tolist() == [0.0, 0.0, 0.0, 5.0]
    assert table["served"].sum() == NEAR(42.0)
    assert (table[PARTS].sum(axis=1) - table["people"]).abs().max() < 1e-9
    assert table["of"].unique().tolist() == ["people"]


def test_those_with_a_free_place_elsewhere_leave_the_full_one_to_others():
    doors = DOORS.assign(capacity=[10.0, 1000.0])
    assert supply(PLACES, doors)["served"].to_dict() == NEAR({"a": 10.0, "b": 20.0, "c": 40.0, "d": 0.0})


def test_an_unknown_capacity_is_not_full():
    table = supply(PLACES, DOORS.assign(capacity=[12.0, np.nan]))
    assert table.loc["a", PARTS].tolist() == NEAR([4.0, 6.0, 0.0, 0.0])
    assert table.loc["b", PARTS].tolist() == NEAR([8.0, 0.0, 12.0, 0.0])
    assert table.loc["c", PARTS].tolist() == NEAR([0.0, 0.0, 40.0, 0.0])
    assert supply(PLACES, DOORS).equals(supply(PLACES, DOORS.iloc[::-1]))


def test_a_place_that_joins_no_street_is_unknown():
    places = homes({"off": (500, 500), "on": (0, 0)}, [2.0, 1.0])
    assert supply(places, DOORS).loc["off", "unknown"] == 2.0


def test_two_step_floating_catchment_area():
    table = supply(PLACES, DOORS, method="2sfca")
    x, y = 12.0 / 30.0, 30.0 / 60.0
    assert table["supply_per_person"].tolist() == NEAR([x, x + y, y, 0.0])
    assert (table["supply_per_person"] * table["people"]).sum() == NEAR(42.0)


def test_the_enhanced_method_weighs_the_thirds_of_the_limit():
    table = supply(PLACES, DOORS, method="e2sfca")
    x, y = 12.0 / (10.0 + 0.68 * 20.0), 30.0 / (0.22 * 20.0 + 40.0)
    assert table["supply_per_person"].tolist() == NEAR([x, 0.68 * x + 0.22 * y, y, 0.0])
    assert (table["supply_per_person"] * table["people"]).sum() == NEAR(42.0)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("2sfca", [0.445714286, 0.53394958, 0.53394958, 0.53394958, 0.37394958, 0.088235294]),
        ("e2sfca", [0.287112692, 0.486121253, 0.599238909, 0.546822157, 0.383312537, 0.029057822]),
    ],
)
def test_catchment_areas_are_those_of_pysal(method: str, expected: list[float]):
    """`access` 1.1.10: `two_stage_fca` up to 900 m, with `step_fn({300: 1, 600: 0.68, 900: 0.22})` for the second."""
    places = homes({f"h{x}": (x, 0) for x in (0, 300, 600, 900, 1500, 2100)}, [10.0, 20.0, 40.0, 5.0, 30.0, 7.0])
    doors = clinics({"x": (0, 0), "y": (900, 0), "z": (1200, 0)}, capacity=[12.0, 30.0, 9.0])
    assert supply(places, doors, 900, method=method)["supply_per_person"].tolist() == NEAR(expected, abs=1e-9)


def test_straight_distances_have_supply_too():
    coverage = tm.measure_coverage(NETWORK, PLACES, DOORS, metres=600, metric="straight")
    table = tm.measure_supply(coverage, DOORS, method="e2sfca").set_index("place")
    assert table["supply_per_person"].equals(supply(PLACES, DOORS, method="e2sfca")["supply_per_person"])


def test_ages_are_those_of_the_category():
    places = PLACES.assign(people_3_5=[1.0, 2.0, 3.0, 4.0])
    doors = DOORS.assign(category=["kindergarten", "library"], capacity=[2.0, 100.0])
    table = supply(places, doors, metres=6000).reset_index().set_index(["category", "place"])
    assert table["of"].loc["kindergarten"].unique().tolist() == ["people_3_5"]
    assert table["served"].loc["kindergarten"].tolist() == NEAR([0.2, 0.4, 0.6, 0.8])
    assert table["served"].loc["library"].sum() == NEAR(75.0)


def test_the_catalogue_says_whom_a_category_is_for(tmp_path):
    users = {key: one.users for key, one in tm.load_catalogue().items()}
    assert users["kindergarten"] == "people_3_5"
    assert users["primary_school"] == "people_6_11"
    assert users["elderly_care"] == users["nursing_home"] == "people_65_plus"
    assert users["clinic"] == "people"
    own = tmp_path / "own.toml"
    own.write_text('[tea]\nzh = "茶"\nen = "Tea"\ntags = [{ shop = "tea" }]\nusers = "old"\n', encoding="utf-8")
    with pytest.raises(FileError, match="users = 'old'; give a column of people"):
        tm.load_catalogue(own)


def test_no_facilities_leave_everyone_out_of_reach():
    coverage = tm.measure_coverage(NETWORK, PLACES, DOORS, metres={"park": 500})
    assert tm.measure_supply(coverage, DOORS)["out_of_reach"].tolist() == PLACES["people"].tolist()


# --- the assignment itself -----------------------------------------------------------------------------------------


@st.composite
def competitions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who reaches what, the people and the places."""
    homes_, doors = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    reach = draw(st.lists(st.booleans(), min_size=homes_ * doors, max_size=homes_ * doors))
    people = draw(st.lists(st.integers(0, 30), min_size=homes_, max_size=homes_))
    capacity = draw(st.lists(st.integers(0, 40), min_size=doors, max_size=doors))
    return np.array(reach).reshape(homes_, doors), np.array(people, float), np.array(capacity, float)


def least_share(reach: np.ndarray, people: np.ndarray, capacity: np.ndarray) -> tuple[float, float]:
    """The most people that can get a place, and the most that the worst-off place can get, by linear programmes."""
    place, door = np.nonzero(reach)
    takes = np.array([place == k for k in range(len(people))], float)
    fills = np.array([door == k for k in range(len(capacity))], float)
    most = linprog(-np.ones(len(place)), A_ub=np.vstack([takes, fills]), b_ub=np.concatenate([people, capacity]))
    rows = np.unique(place[people[place] > 0])
    worst = np.vstack([
        np.column_stack([fills, np.zeros(len(capacity))]),
        np.column_stack([-takes[rows], people[rows]]),
        np.column_stack([takes, np.zeros(len(people))]),
    ])  # fmt: skip
    bounds = np.concatenate([capacity, np.zeros(len(rows)), people])
    goal = np.append(np.zeros(len(place)), -1.0)
    return -most.fun, -linprog(goal, A_ub=worst, b_ub=bounds, bounds=[*[(0, None)] * len(place), (0, 1)]).fun


@cases(60)
@given(competitions())
def test_as_many_as_possible_get_a_place_and_the_worst_off_as_often_as_possible(case: tuple[np.ndarray, ...]):
    reach, people, capacity = case
    chance = share_places(*np.nonzero(reach), people, capacity)
    assert ((chance >= 0.0) & (chance <= 1.0)).all()
    competing = reach.any(axis=1) & (people > 0)
    if not competing.any():
        assert not chance.any()
        return
    most, worst = least_share(reach, people, capacity)
    assert chance @ people == NEAR(most, abs=1e-5)
    assert chance[competing].min() == NEAR(worst, abs=1e-5)


@cases(30)
@given(competitions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_a_place_in_halves_is_the_same(case: tuple[np.ndarray, ...], random):
    reach, people, capacity = case
    chance = share_places(*np.nonzero(reach), people, capacity)
    order = np.array(random.sample(range(len(people)), len(people)))
    assert share_places(*np.nonzero(reach[order]), people[order], capacity) == NEAR(chance[order], abs=1e-6)
    halves = share_places(*np.nonzero(np.vstack([reach, reach])), np.tile(people, 2) / 2, capacity)
    assert halves == NEAR(np.tile(chance, 2), abs=1e-6)


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doors", "why"),
    [
        (DOORS.assign(capacity=[-1.0, 3.0]), "facilities: capacity of 'x' are not numbers from 0 up"),
        (DOORS.assign(capacity=["many", 3.0]), "facilities: capacity of 'x' are not numbers"),
        (DOORS.drop(columns="capacity"), "facilities needs the column 'capacity'"),
        (DOORS.rename({"x": "z"}), "facilities has 'z', which the coverage was not measured with"),
    ],
)
def test_capacities_that_are_wrong_are_refused(doors: gpd.GeoDataFrame, why: str):
    coverage = tm.measure_coverage(NETWORK, PLACES, DOORS, metres=600)
    with pytest.raises(TableError, match=why):
        tm.measure_supply(coverage, doors)


def test_a_method_unknown_and_places_without_people_are_refused():
    with pytest.raises(TableError, match="method is '3sfca'; give one of 'assign', '2sfca', 'e2sfca'"):
        supply(PLACES, DOORS, method="3sfca")
    with pytest.raises(TableError, match="places needs the column 'people'"):
        supply(PLACES.drop(columns="people"), DOORS)
