"""What communities lack by a standard, summed, and what would cure it at which cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.outputs.tables import in_words
from tenmin.outputs.verdict_tables import compliance_tables
from tenmin.support.errors import TableError
from test_compliance import check, clause, communities, register, standard
from towns import cases

FLOOR = clause("floor_area", id="floor", zh="用房", subject="clinic", value=350.0, of="sum")


def amounts(found: tm.Compliance) -> dict[str, float]:
    """What each community lacks."""
    table = tm.list_shortfalls(found)
    return dict(zip(table["area"], table["amount"], strict=True))


@pytest.mark.parametrize(
    ("fields", "size", "lacking"),
    [
        ({"kind": "floor_area", "value": 350.0}, 300.0, {"a": 50.0, "b": 350.0}),
        ({"kind": "floor_area", "value": 350.0, "bound": "about", "tolerance": 0.1}, 300.0, {"a": 15.0, "b": 315.0}),
        ({"kind": "floor_area", "value": 350.0, "bound": "about", "tolerance": 0.1}, 600.0, {"b": 315.0}),
        ({"kind": "floor_area", "value": 350.0, "bound": "max"}, 600.0, {}),
        ({"kind": "area_per_households", "value": 30.0, "per": 100.0}, 250.0, {"a": 50.0, "b": 600.0}),
        ({"kind": "count_per", "value": 1.0, "per": 2000.0, "per_of": "people"}, 1.0, {"a": 1.0, "b": 3.0}),
        ({"kind": "presence"}, 1.0, {"b": 1.0}),
    ],
)
def test_amounts_are_whole_and_in_their_own_unit(fields: dict[str, object], size: float, lacking: dict[str, float]):
    kind = str(fields.pop("kind"))
    found = check(clause(kind, subject="clinic", **fields), register({"floor_area_m2": size}), complete=True)
    assert amounts(found) == pytest.approx(lacking)


def test_rooms_are_named_in_one_building_or_in_all():
    rooms = ("阅览室", "党员活动室", "老年活动室")
    table = register(
        {"category": "community_service", "rooms": "党员活动室"},
        {"category": "community_service", "rooms": "益民书屋、图书室"},
        {"category": "community_service", "area": "b", "rooms": None},
    )
    one, all_in_all = (
        check(clause("rooms", subject="community_service", rooms=rooms, in_one=one), table, complete=True)
        for one in (True, False)
    )
    assert tm.list_shortfalls(one)[["area", "amount", "rooms"]].to_numpy().tolist() == [
        ["a", 2.0, "阅览室、老年活动室"]
    ]
    assert tm.list_shortfalls(all_in_all)[["area", "amount", "rooms"]].to_numpy().tolist() == [["a", 1.0, "老年活动室"]]
    assert tm.sum_shortfalls(all_in_all)[["areas", "amount", "unknown"]].to_numpy().tolist() == [[1, 1.0, 1]]


def test_what_does_not_add_up_has_no_amount_and_is_in_no_sum():
    found = check(clause("not_spatial", column="板报"), register({}), areas=communities(板报=["无", "有"]))
    assert tm.list_shortfalls(found)[["area", "what"]].to_numpy().tolist() == [["a", None]]
    assert tm.list_shortfalls(found)["amount"].isna().all()
    assert tm.sum_shortfalls(found).empty


def test_two_clauses_about_one_subject_are_cured_by_one_room():
    basic = clause("floor_area", id="basic", subject="clinic", value=200.0, of="sum")
    other = clause("floor_area", id="other", subject="library", value=100.0, of="sum")
    found = tm.check_standard(
        standard(basic, FLOOR, other),
        communities(),
        register({"floor_area_m2": 150.0}),
        complete=["clinic", "library"],
    )
    assert tm.sum_shortfalls(found)[["clause", "areas", "amount", "people"]].to_numpy().tolist() == [
        ["", 2, 200.0 + 350.0 + 2 * 100.0, 8000.0],
        ["basic", 2, 50.0 + 200.0, 8000.0],
        ["floor", 2, 200.0 + 350.0, 8000.0],
        ["other", 2, 200.0, 8000.0],
    ]
    assert tm.sum_shortfalls(found, "subdistrict")["subdistrict"].unique().tolist() == ["河南街道"]
    with pytest.raises(TableError, match=r"pass areas= with the column 'zone'"):
        tm.sum_shortfalls(found, "zone")


def test_the_written_sums_begin_with_the_town_and_are_in_words():
    found = check(FLOOR, register({"floor_area_m2": 300.0}), complete=True)
    sums = in_words(compliance_tables(found, "zh")["shortfall_sums"], "zh")
    assert sums[["街道", "条款", "缺少", "缺少数量"]].to_numpy().tolist() == [
        ["全域", "缺口面积合计（同类设施取最大）", "建筑面积（平方米）", 400.0],
        ["全域", "用房", "建筑面积（平方米）", 400.0],
        ["河南街道", "缺口面积合计（同类设施取最大）", "建筑面积（平方米）", 400.0],
        ["河南街道", "用房", "建筑面积（平方米）", 400.0],
    ]


SIZES = st.lists(st.tuples(st.sampled_from("abcd"), st.one_of(st.none(), st.integers(0, 900))), max_size=6)


@cases(5)
@given(SIZES, st.sampled_from([("clinic",), ()]))
def test_what_is_lacking_is_what_makes_a_clause_pass(sizes: list[tuple[str, int | None]], complete: tuple[str, ...]):
    areas = pd.DataFrame(
        {"name": list("甲乙丙丁"), "parent": ["东街道", "东街道", "西街道", "西街道"], "people": 10.0},
        index=list("abcd"),
    )
    rows = [{"area": area, "floor_area_m2": size} for area, size in sizes]
    table = register(*rows) if rows else register({}).iloc[:0]
    found = tm.check_standard(standard(FLOOR), areas, table, complete=complete)
    lacking = amounts(found)
    assert set(lacking) == set(found.verdicts.loc[found.verdicts["verdict"] == "fail", "area"])
    sums = [tm.sum_shortfalls(found, by) for by in (None, "subdistrict", "area")]
    for one in sums:
        own = one[one["clause"] == "floor"]
        assert own["amount"].sum() == pytest.approx(sum(lacking.values()))
        assert own["areas"].sum() == len(lacking)
    more = register(
        *rows, *({"area": area, "floor_area_m2": amount} for area, amount in lacking.items()), {"area": "a"}
    )
    cured = tm.check_standard(standard(FLOOR), areas, more.iloc[:-1], complete=complete)
    assert set(cured.verdicts.loc[cured.verdicts["area"].isin(list(lacking)), "verdict"]) <= {"pass"}


# --- cures ---------------------------------------------------------------------------------------------------------


def lists(**options: object) -> pd.DataFrame:
    """The cures for community a, which lacks 100 m2: b has 30 m2 to spare, and there are vacant and planned rooms."""
    table = register(
        {"floor_area_m2": 250.0},
        {"floor_area_m2": 380.0, "area": "b"},
        {"floor_area_m2": 60.0, "state": "vacant", "category": "police"},
        {"floor_area_m2": 500.0, "state": "converted"},
        {"state": "闲置"},
        {"floor_area_m2": 900.0, "state": "planned"},
    )
    found = check(FLOOR, table, complete=["clinic"])
    assert amounts(found) == {"a": 100.0}
    return tm.list_cures(found, table, **options)


def test_cures_are_ranked_by_the_planners_own_costs_and_what_is_not_known_stays_so():
    cures = lists(costs={"rent": 10.0, "reuse": 5.0, "build": 90})
    assert cures[["rank", "cure", "offer", "m2", "rest_m2", "cost"]].astype(object).fillna("?").to_numpy().tolist() == [
        [1, "reuse", "f2", 60.0, 40.0, 300.0],
        [2, "reuse", "f3", 100.0, 0.0, 500.0],
        [3, "reuse", "f4", "?", "?", "?"],
        [4, "rent", "?", 100.0, 0.0, 1000.0],
        [5, "build", "?", 100.0, 0.0, 9000.0],
        [6, "share", "b", 30.0, 70.0, "?"],
        [7, "buy", "?", 100.0, 0.0, "?"],
        [8, "exchange", "?", 100.0, 0.0, "?"],
        [9, "extend", "?", 100.0, 0.0, "?"],
    ]


def test_without_costs_the_ways_stand_in_their_order_and_no_cost_is_made_up():
    cures = lists()
    assert cures["cure"].tolist() == ["reuse"] * 3 + ["share", "rent", "buy", "exchange", "extend", "build"]
    assert cures["cost"].isna().all()


def test_a_community_without_premises_has_nothing_to_extend_and_no_neighbour_across_the_street():
    table = register({"floor_area_m2": 900.0, "area": "b"})
    areas = communities(parent=["河南街道", "河北街道"])
    found = check(FLOOR, table, areas=areas, complete=True)
    assert tm.list_cures(found, table)["cure"].tolist() == ["rent", "buy", "exchange", "build"]
    assert tm.list_cures(check(FLOOR, table), table).empty


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({"lease": 10.0}, "costs has 'lease'; give the cost of a square metre of one of reuse, share, rent"),
        ({"rent": -1.0}, "costs: rent is -1.0; give a number from 0 up"),
        ({"rent": np.nan}, "costs: rent is nan"),
        ({"rent": "many"}, "costs: rent is 'many'"),
    ],
)
def test_costs_that_are_none_are_refused(costs: dict[str, float], message: str):
    with pytest.raises(TableError, match=message):
        lists(costs=costs)
