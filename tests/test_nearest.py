"""The k nearest facilities of places: against single facilities measured one by one, and against networkx."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from oracles import least_walks
from tenmin.support.errors import CategoryError, InputError, LimitError, TableError
from towns import Town, cases, clinics, homes, same_frame, town, towns

STREET = [(0.0, 0.0), (2000.0, 0.0)]
ISLAND = [(5000.0, 0.0), (5100.0, 0.0)]
NEAR = pytest.approx
HOME = homes({"h": (100, 0)})
DOORS = clinics({"a": (1000, 0), "b": (0, 0), "c": (300, 30)})
COLUMNS = ["place", "category", "rank", "facility", "minutes", "metres"]


def rows(table: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Some columns as rounded rows."""
    return [tuple(row) for row in table[list(columns)].round(6).itertuples(index=False, name=None)]


def test_facilities_are_ranked_by_their_walk():
    found = tm.find_nearest(town(STREET), HOME, DOORS)
    assert found.columns.tolist() == COLUMNS
    assert rows(found, *COLUMNS) == [
        ("h", "clinic", 1, "b", 1.25, 100.0),
        ("h", "clinic", 2, "c", 2.875, 230.0),
        ("h", "clinic", 3, "a", 11.25, 900.0),
    ]


def test_k_and_the_limit_cut_the_list():
    assert tm.find_nearest(town(STREET), HOME, DOORS, k=1)["facility"].tolist() == ["b"]
    assert tm.find_nearest(town(STREET), HOME, DOORS, k=np.int64(99))["facility"].tolist() == ["b", "c", "a"]
    assert tm.find_nearest(town(STREET), HOME, DOORS, metres=230)["facility"].tolist() == ["b", "c"]
    assert tm.find_nearest(town(STREET), HOME, DOORS, minutes=2.87)["facility"].tolist() == ["b"]


def test_rows_are_in_order_of_place_category_and_rank():
    doors = clinics({"z": (0, 0), "a": (500, 0), "m": (900, 0)}, category=["school", "clinic", "school"])
    found = tm.find_nearest(town(STREET), homes({"q": (800, 0), "p": (0, 0)}), doors, k=2)
    assert rows(found, "place", "category", "rank", "facility") == [
        ("q", "clinic", 1, "a"), ("q", "school", 1, "m"), ("q", "school", 2, "z"),
        ("p", "clinic", 1, "a"), ("p", "school", 1, "z"), ("p", "school", 2, "m"),
    ]  # fmt: skip
    one = tm.find_nearest(town(STREET), HOME, doors, k=2, metres={"school": 500})
    assert rows(one, "category", "facility") == [("school", "z")]


def test_equal_walks_rank_by_the_id_as_text():
    doors = clinics({9: (500, 0), 10: (500, 0), 11: (0, 0)})
    for one in (doors, doors.iloc[::-1]):
        found = tm.find_nearest(town(STREET), homes({"h": (400, 0), "there": (500, 0)}), one, k=2)
        assert rows(found, "place", "facility", "metres") == [
            ("h", 10, 100.0), ("h", 9, 100.0), ("there", 10, 0.0), ("there", 9, 0.0),
        ]  # fmt: skip


def test_a_facility_beside_the_place_on_its_street_takes_no_place_twice():
    doors = clinics({"a": (900, 10), "b": (1100, 10), "c": (1, 0)})
    found = tm.find_nearest(town(STREET), homes({"h": (1000, 0)}), doors, k=3)
    assert rows(found, "facility", "metres") == [("a", 110.0), ("b", 110.0), ("c", 999.0)]


@pytest.mark.parametrize(("direction", "facility"), [("to", "c"), ("from", "b")])
def test_a_one_way_street_leads_to_one_side(direction: str, facility: str):
    doors = clinics({"b": (0, 0), "c": (300, 0)})
    found = tm.find_nearest(town(STREET, oneway=True), HOME, doors, direction=direction)
    assert found["facility"].tolist() == [facility]


# --- random towns -------------------------------------------------------------------------------------------------


def one_by_one(small: Town, unit: str, direction: str, oracle: bool) -> np.ndarray:
    """Minutes or metres from every home to every clinic, each measured alone."""
    alone = (small.clinics.loc[[facility]] for facility in small.clinics.index)
    if oracle:
        weight, scale = ("seconds", 60.0) if unit == "minutes" else ("metres", 1.0)
        walks = (least_walks(small.network, small.homes, one, weight=weight, direction=direction) for one in alone)
        return np.stack([walk / scale for walk in walks], axis=1)
    options = {unit: 1440.0 if unit == "minutes" else 100_000.0, "direction": direction}
    coverages = (tm.measure_coverage(small.network, small.homes, one, **options) for one in alone)
    return np.concatenate([getattr(coverage, unit).to_numpy() for coverage in coverages], axis=1)


@pytest.mark.parametrize("oracle", [False, True])
@cases(12)
@given(
    small=towns(timed=True),
    k=st.integers(1, 4),
    unit=st.sampled_from(["minutes", "metres"]),
    direction=st.sampled_from(["to", "from"]),
)
def test_walks_are_the_least_of_those_to_single_facilities(
    oracle: bool, small: Town, k: int, unit: str, direction: str
):
    options = {unit: 1440.0 if unit == "minutes" else 100_000.0, "direction": direction}
    found = tm.find_nearest(small.network, small.homes, small.clinics, k=k, **options)
    walks = one_by_one(small, unit, direction, oracle)
    for number, place in enumerate(small.homes.index):
        mine = found[found["place"] == place]
        known = np.sort(walks[number][np.isfinite(walks[number])])[:k]
        assert mine[unit].to_numpy() == NEAR(known, rel=1e-9, abs=1e-9)
        assert mine["rank"].tolist() == list(range(1, len(known) + 1))
        assert mine["facility"].is_unique
        named = walks[number][small.clinics.index.get_indexer(mine["facility"])]
        assert named == NEAR(known, rel=1e-9, abs=1e-9)


@cases(15)
@given(towns(timed=True), st.integers(1, 3), st.sampled_from(["minutes", "metres"]), st.sampled_from(["to", "from"]))
def test_the_first_is_exactly_the_nearest_of_the_coverage(small: Town, k: int, unit: str, direction: str):
    options = {unit: 4.0 if unit == "minutes" else 300.0, "direction": direction}
    found = tm.find_nearest(small.network, small.homes, small.clinics, k=k, **options)
    first = found[found["rank"] == 1].set_index("place")
    coverage = tm.measure_coverage(small.network, small.homes, small.clinics, **options)
    served = coverage.served["clinic"]
    assert first.index.tolist() == served.index[served].tolist()
    for column in ("minutes", "metres"):
        assert first[column].tolist() == getattr(coverage, column)["clinic"][served].tolist()
    assert first["facility"].tolist() == coverage.nearest["clinic"][served].tolist()


@cases(15)
@given(towns(), st.integers(1, 3), st.integers(20, 900))
def test_rows_do_not_depend_on_the_order_of_the_facilities_or_on_k(small: Town, k: int, metres: int):
    found = tm.find_nearest(small.network, small.homes, small.clinics, k=k, metres=metres)
    turned = tm.find_nearest(small.network, small.homes, small.clinics.iloc[::-1], k=k, metres=metres)
    assert found.equals(turned)
    more = tm.find_nearest(small.network, small.homes, small.clinics, k=k + 1, metres=metres)
    assert more[more["rank"] <= k].reset_index(drop=True).equals(found)


# --- nothing to find, and what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize("doors", [clinics({}), clinics({"far": (500, 900)}), clinics({"island": (5000, 0)})])
def test_where_there_is_no_walk_the_table_is_empty_with_its_columns(doors: object):
    found = tm.find_nearest(town(STREET, ISLAND), HOME, doors)
    assert (found.columns.tolist(), len(found)) == (COLUMNS, 0)
    assert found.dtypes[["rank", "minutes", "metres"]].astype(str).tolist() == ["int64", "float64", "float64"]


def test_a_category_of_the_catalogue_that_nobody_has_makes_no_rows():
    assert tm.find_nearest(town(STREET), HOME, DOORS, minutes={"park": 10}).empty


def test_places_that_join_no_street_have_no_rows():
    found = tm.find_nearest(town(STREET), homes({"off": (500, 900), "h": (100, 0), "none": None}), DOORS, k=1)
    assert found["place"].tolist() == ["h"]


def test_only_facilities_in_use_count():
    doors = DOORS.assign(state=[None, "planned", "in_use"])
    assert tm.find_nearest(town(STREET), HOME, doors)["facility"].tolist() == ["c", "a"]


def test_the_frames_are_left_as_they_were():
    before = HOME.copy(), DOORS.copy()
    tm.find_nearest(town(STREET), HOME, DOORS)
    assert same_frame(HOME, before[0])
    assert same_frame(DOORS, before[1])


@pytest.mark.parametrize("k", [0, -1, 2.5, 3.0, "3", True, None, np.nan])
def test_k_is_a_whole_number_from_one_up(k: object):
    with pytest.raises(TableError, match="give how many facilities of each category to find, a whole number from 1"):
        tm.find_nearest(town(STREET), HOME, DOORS, k=k)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"minutes": 0}, LimitError, "minutes is 0, which is no limit of a walk"),
        ({"minutes": -5}, LimitError, "minutes is -5, which is no limit"),
        ({"metres": np.nan}, LimitError, "metres is nan, which is no limit"),
        ({"minutes": 10_000}, LimitError, "minutes is 10000, .* up to 1440 minutes"),
        ({"minutes": 5, "metres": 400}, LimitError, "minutes=5 and metres=400 are both given"),
        ({"minutes": {}}, LimitError, "minutes is an empty mapping; give at least one category"),
        ({"minutes": {"clinc": 5}}, CategoryError, "did you mean 'clinic'"),
        ({"direction": "too"}, InputError, "direction must be 'to' .* but is 'too'"),
    ],
)
def test_options_that_are_wrong_are_refused(options: dict[str, object], error: type[InputError], message: str):
    with pytest.raises(error, match=message):
        tm.find_nearest(town(STREET), HOME, DOORS, **options)


def test_an_id_that_stands_twice_is_refused():
    doors = clinics([(0, 0), (500, 0)]).set_index(pd.Index(["c", "c"]))
    with pytest.raises(TableError, match="facilities has the ids 'c' more than once"):
        tm.find_nearest(town(STREET), HOME, doors)
