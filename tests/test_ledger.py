"""The ledger of problems: numbers stay with the people, and what a person wrote stays."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.study.ledger import Ledger, carry_over
from tenmin.support.errors import TableError
from towns import cases, clinics, homes, streets

NETWORK = tm.WalkNetwork.from_edges(streets([(0, 0), (9000, 0)], name="人民路"), walker="adult")
HOMES = homes({"a": (2000, 0), "b": (2100, 0), "c": (4000, 0), "d": (6000, 0)}, people=[10, 20, 40, 80])
CLINIC = clinics({"c": (0, 0)}, name="城西诊所")


def measure(
    old: Ledger | None,
    people: gpd.GeoDataFrame = HOMES,
    doors: gpd.GeoDataFrame = CLINIC,
    minutes: float = 10,
    network: tm.WalkNetwork = NETWORK,
) -> Ledger:
    """The ledger of a quarter."""
    coverage = tm.measure_coverage(network, people, doors, minutes=minutes)
    return carry_over(old or Ledger.empty("zh"), tm.find_gaps(coverage, by="place"), coverage)


def states(ledger: Ledger) -> dict[str, str]:
    return dict(zip(ledger.rows["id"], ledger.rows["state"], strict=True))


def test_the_first_quarter_numbers_gaps_by_rank():
    first = measure(None)
    assert first.rows[["id", "people", "services", "state", "place"]].to_numpy().tolist() == [
        ["P0001", 80, "社区卫生服务中心或诊所", "found", "人民路一带"],
        ["P0002", 40, "社区卫生服务中心或诊所", "found", "人民路一带"],
        ["P0003", 30, "社区卫生服务中心或诊所", "found", "人民路一带"],
    ]
    assert first.homes.groupby("id")["place"].agg(list).to_dict() == {
        "P0001": ["d"], "P0002": ["c"], "P0003": ["a", "b"],
    }  # fmt: skip


def test_what_is_no_longer_measured_is_cleared_by_a_facility_that_is_named_and_comes_back_reopened():
    first = measure(None)
    nearer = pd.concat([CLINIC, clinics({"n": (4080, 0)}, name="新诊所")])
    second = measure(first, doors=nearer)
    assert states(second) == {"P0001": "found", "P0002": "cleared", "P0003": "found"}
    assert second.rows.set_index("id").loc["P0002", "change"] == "社区卫生服务中心或诊所：新增新诊所，步行1.0分钟"
    assert second.changed == ("P0002 已销号：社区卫生服务中心或诊所：新增新诊所，步行1.0分钟",)
    third = measure(second)
    assert states(third) == {"P0001": "found", "P0002": "reopened", "P0003": "found"}
    assert third.rows.set_index("id").loc["P0002", "change"] == ""


def test_what_a_person_says_is_cured_but_is_measured_again_is_re_measured():
    first = measure(None)
    told = first.rows.assign(
        state=["assigned", "cured", "cured"], unit=["街道办", None, "区卫健局"], 备注=["x", "y", "z"]
    )
    nearer = pd.concat([CLINIC, clinics({"n": (4080, 0)})])
    second = measure(replace(first, rows=told), doors=nearer)
    assert states(second) == {"P0001": "assigned", "P0002": "cleared", "P0003": "re-measured"}
    assert second.rows["备注"].tolist() == ["x", "y", "z"]
    assert second.rows["unit"].tolist()[0::2] == ["街道办", "区卫健局"]


def test_a_gap_that_grows_or_splits_keeps_its_number_with_most_of_its_people():
    first = measure(None)
    more = pd.concat([HOMES, homes({"e": (2200, 0), "f": (8000, 0)}, people=[5, 7])])
    grown = measure(first, more)
    assert dict(zip(grown.rows["id"], grown.rows["people"], strict=True)) == {
        "P0001": 80, "P0002": 40, "P0003": 35, "P0004": 7,
    }  # fmt: skip
    assert grown.rows.set_index("id").loc["P0003", "change"] == "与上期同一问题：35人中有30人相同"
    bridge = homes({"g": (2290, 0), "h": (2480, 0)}, people=[1, 1])
    split = measure(measure(None, pd.concat([HOMES, bridge])), HOMES)
    assert set(split.rows["id"]) == {"P0001", "P0002", "P0003"}


def test_two_gaps_that_become_one_say_so():
    first = measure(None, homes({"a": (2000, 0), "b": (2300, 0)}, people=[10, 20]))
    one = measure(first, homes({"a": (2000, 0), "b": (2300, 0), "m": (2150, 0)}, people=[10, 20, 1]))
    assert one.rows[["id", "people", "state", "change"]].to_numpy().tolist() == [
        ["P0001", 31, "found", "与上期同一问题：31人中有20人相同"], ["P0002", 10, "found", "已并入 P0001"],
    ]  # fmt: skip


@pytest.mark.parametrize(("away", "same"), [(40.0, True), (60.0, False)])
def test_homes_with_other_ids_are_known_by_their_position(away: float, same: bool):
    first = measure(None, homes({"a": (4000, 0)}, people=[10]))
    second = measure(first, homes({"x": (4000 + away, 0)}, people=[10]))
    assert states(second) == ({"P0001": "found"} if same else {"P0001": "cleared", "P0002": "found"})
    assert same or second.rows["change"][2] == "原居住点已不在表中"


@cases(8)
@given(
    st.lists(st.sampled_from("abcdef"), unique=True, max_size=2),
    st.lists(st.integers(0, 8000), max_size=2),
    st.floats(-20, 20),
)
def test_numbers_stay_with_the_people(gone: list[str], doors: list[int], shift: float):
    """Homes go, facilities come, all homes move by some metres: most of a gap's people keep their number."""
    at = {"a": 1500, "b": 1600, "c": 3000, "d": 3120, "e": 5000, "f": 7000}
    people = homes({name: (x, 0) for name, x in at.items()}, people=[1, 2, 4, 8, 16, 32])
    first = measure(None, people)
    later = people.drop(index=gone).set_geometry(people.geometry.translate(xoff=shift))
    extra = clinics({f"n{k}": (x, 0) for k, x in enumerate(doors)})
    coverage = tm.measure_coverage(NETWORK, later, pd.concat([CLINIC, extra]), minutes=10)
    second = measure(first, later, pd.concat([CLINIC, extra]))
    assert second.rows["id"].is_unique
    assert set(first.rows["id"]) <= set(second.rows["id"])
    unserved = set(later.index[~coverage.served["clinic"]])
    for number, was in first.homes.groupby("id"):
        row = second.rows.set_index("id").loc[number]
        left = set(was["place"]) & unserved
        assert (row["state"] == "cleared") == (not left)
        if len(left) == len(was):
            assert left <= set(second.homes.loc[second.homes["id"] == number, "place"])
    again = measure(second, later, pd.concat([CLINIC, extra]))
    pd.testing.assert_frame_equal(again.rows, second.rows)
    assert again.changed == ()


def test_a_service_that_a_problem_lacks_no_longer_is_said():
    doors = clinics({"c": (0, 0), "l": (0, 0)}, category=["clinic", "library"], name=["诊所", "图书馆"])
    nearer = pd.concat([doors, clinics({"n": (4080, 0)})])
    first, second = measure(None, doors=doors), measure(measure(None, doors=doors), doors=nearer)
    row = second.rows.set_index("id").loc["P0002"]
    assert (row["services"], row["state"], row["change"]) == ("图书馆", "found", "不再缺：社区卫生服务中心或诊所")
    assert first.rows.set_index("id").loc["P0002", "services"] == "社区卫生服务中心或诊所、图书馆"


def test_a_way_that_is_shorter_now_is_no_new_facility():
    shorter = tm.WalkNetwork.from_edges(streets([(0, 0), (9000, 0)], seconds=9000 / 10.0), walker="adult")
    second = measure(measure(None), network=shorter)
    assert second.rows["change"][2] == (
        "社区卫生服务中心或诊所：城西诊所（上期已有）现步行10.0分钟，道路或步行条件有变化"
    )


def test_a_street_without_which_a_problem_would_not_be_cleared_is_named():
    """Round by the east it is 2,400 m to the clinic; by the new street in the west 600 m; a lane is new, too."""
    lines = streets(
        [(0, 0), (1000, 0), (1000, 500), (0, 500)],
        [(0, 500), (0, 0)],
        [(50, 500), (50, 505)],
        name=["环路", "新街", "巷"],
    )
    before, after = (tm.WalkNetwork.from_edges(lines.iloc[:n], walker="adult", node=True) for n in (1, 3))
    people, door = homes({"h": (100, 500)}), clinics({"c": (0, 0)}, name="诊所")
    second = measure(measure(None, people, door, network=before), people, door, network=after)
    assert second.rows["change"].tolist() == ["社区卫生服务中心或诊所：新街新增或可通行，至诊所步行7.5分钟"]


def test_another_limit_is_said_since_it_clears_without_a_change_in_town():
    second = measure(measure(None), minutes=27)
    assert second.remarks == ("社区卫生服务中心或诊所由 10 改为 27：问题的出现或销号可能由此引起",)
    assert states(second) == {"P0001": "found", "P0002": "found", "P0003": "cleared"}


def test_a_service_that_is_not_measured_clears_nothing():
    first = measure(None)
    second = measure(first, doors=clinics({"l": (6000, 0)}, category="library"))
    assert states(second)["P0001"] == "found"
    assert second.rows.set_index("id").loc["P0001", "change"] == "本期未测：社区卫生服务中心或诊所"


# --- what people do to ids -------------------------------------------------------------------------------------------


def test_sorted_rows_are_found_and_a_persons_own_rows_stay():
    first = measure(None)
    own = pd.DataFrame([{"id": None, "place": "北门", "state": "assigned"}, {"id": "自1", "place": "南门"}])
    turned = pd.concat([first.rows.iloc[::-1], own], ignore_index=True)
    second = measure(replace(first, rows=turned))
    assert second.rows["id"].tolist() == ["P0003", "P0002", "P0001", None, "自1"]
    assert second.rows["place"].tolist()[3:] == ["北门", "南门"]
    assert second.rows["people"].tolist()[:3] == [30, 40, 80]


@pytest.mark.parametrize(
    ("ids", "mended"),
    [
        (["P0001", "P0009", "P0003"], ["第3行的编号“P0009”改回 P0002（人口与缺少的服务相同）"]),
        (["P0001", "第二号", "P0003"], ["第3行的编号“第二号”改回 P0002（人口与缺少的服务相同）"]),
        (["P0001", None, "P0003"], ["第3行的编号“-”改回 P0002（人口与缺少的服务相同）"]),
        (
            ["P0003", "P0002", "P0001"],
            [
                "第2行的编号“P0003”改回 P0001（人口与缺少的服务相同）",
                "第4行的编号“P0001”改回 P0003（人口与缺少的服务相同）",
            ],
        ),
    ],
)
def test_ids_that_were_typed_over_or_sorted_alone_are_written_back(ids: list[str | None], mended: list[str]):
    first = measure(None)
    second = measure(replace(first, rows=first.rows.assign(id=ids)))
    assert second.rows["id"].tolist() == ["P0001", "P0002", "P0003"]
    assert second.rows["people"].tolist() == [80, 40, 30]
    assert second.remarks == tuple(mended)


def test_figures_that_a_person_typed_over_are_measured_again():
    first = measure(None)
    second = measure(replace(first, rows=first.rows.assign(people=[80, 41, 30])))
    assert second.rows[["id", "people"]].to_numpy().tolist() == [["P0001", 80], ["P0002", 40], ["P0003", 30]]


def test_an_id_that_nobody_can_tell_is_refused_and_so_is_one_that_stands_twice():
    first = measure(None)
    odd = first.rows.assign(id=["P0001", "P0009", "P0003"], people=[80, 41, 30])
    with pytest.raises(TableError, match=r"row 3: whose is the id 'P0009'\? Write back .* \(free: P0002\)"):
        measure(replace(first, rows=odd))
    copied = first.rows.loc[[2, 3, 4, 2]].set_axis([2, 3, 4, 5])
    with pytest.raises(TableError, match="row 5: the id 'P0001' stands in row 2, too"):
        measure(replace(first, rows=copied))


def test_a_row_that_was_cut_gets_a_new_number_and_no_old_one_again():
    first = measure(None)
    cut = replace(first, rows=first.rows.iloc[:2])
    second = measure(cut)
    assert second.rows["id"].tolist() == ["P0001", "P0002", "P0004"]
    assert "P0003 已不在台账中；如再次测得，将使用新编号" in second.remarks
    nearer = pd.concat([CLINIC, clinics({"n": (2050, 0)})])
    assert measure(measure(cut, doors=nearer)).rows["id"].tolist() == ["P0001", "P0002", "P0004"]


def test_gaps_that_lost_their_places_are_refused():
    coverage = tm.measure_coverage(NETWORK, HOMES, CLINIC, minutes=10)
    gaps = tm.find_gaps(coverage, by="place")
    gaps.attrs.clear()
    with pytest.raises(TableError, match="has lost its places; give the table as find_gaps"):
        carry_over(Ledger.empty("zh"), gaps, coverage)
