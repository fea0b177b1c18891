"""The doubt ledger: what each facility rests on, and who loses service without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import tenmin as tm
from towns import Town, cases, clinics, homes, streets, towns

STREET = [(0.0, 0.0), (4000.0, 0.0)]


def cover(doors: object, people: object = None, **limit: object) -> tm.Coverage:
    """The coverage of three homes along a street of 4 km."""
    network = tm.WalkNetwork.from_edges(streets(STREET, [(0, 300), (900, 300)]), walker="adult")
    found = homes({"a": (100, 0), "b": (500, 0), "c": (2000, 0)}, people=[1, 2, 4]) if people is None else people
    return tm.measure_coverage(network, found, doors, **(limit or {"metres": 800}))


def test_people_are_those_who_have_no_other():
    doors = clinics({"w": (0, 0), "m": (900, 0), "e": (2100, 0)}, name=["西", "中", None], rule="shop", source="x")
    doubts = tm.list_doubts(cover(doors)).set_index("facility")
    assert doubts["people"].to_dict() == {"e": 4.0, "m": 0.0, "w": 0.0}
    assert doubts["nearest_to"].to_dict() == {"e": 4.0, "m": 2.0, "w": 1.0}
    assert doubts.index.tolist() == ["e", "m", "w"]
    assert doubts.loc["m", ["name", "rule", "source", "how", "leg", "if_wrong"]].tolist() == [
        "中", "shop", "x", "street", 0.0, "lose",
    ]  # fmt: skip


def test_a_facility_that_joins_no_street_may_gain_the_unserved_around_it():
    doubts = tm.list_doubts(cover(clinics({"w": (0, 0), "off": (1500, 250)})))
    assert doubts[["facility", "people", "if_wrong", "how"]].to_numpy().tolist() == [
        ["off", 4.0, "may_gain", "none"], ["w", 3.0, "lose", "street"],
    ]  # fmt: skip


def test_an_island_says_its_size():
    doubts = tm.list_doubts(cover(clinics({"w": (0, 0), "i": (500, 300)}))).set_index("facility")
    assert doubts["island_nodes"].fillna(0).to_dict() == {"w": 2.0, "i": 2.0}


def test_where_there_are_no_facilities_there_are_no_doubts():
    coverage = cover(clinics({"w": (0, 0)}).iloc[:0], metres={"clinic": 800.0})
    assert tm.list_doubts(coverage).empty
    assert tm.list_doubts(coverage, links=3).empty
    assert tm.measure_fragility(coverage)["served"].tolist() == [0.0]


def test_merged_rows_are_counted():
    first, second = clinics({"w": (0, 0)}, name="一诊所"), clinics({"v": (3, 0)}, name="一诊所")
    doubts = tm.list_doubts(cover(tm.combine_facilities(first, second)))
    assert doubts[["facility", "merged"]].to_numpy().tolist() == [["w", 1]]


def test_a_part_of_a_category_is_a_second_for_the_whole():
    doors = clinics({"c": (0, 0), "s": (300, 0)}, category=["clinic", "health_station"])
    limit = {"clinic": 800.0, "health_station": 800.0}
    doubts = tm.list_doubts(cover(doors, metres=limit)).set_index(["category", "facility"])
    assert doubts["people"].to_dict() == {
        ("health_station", "s"): 3.0, ("clinic", "s"): 0.0, ("clinic", "c"): 0.0,
    }  # fmt: skip


def test_what_does_not_count_is_not_listed():
    doubts = tm.list_doubts(cover(clinics({"w": (0, 0), "v": (500, 0)}, state=["in_use", "vacant"])))
    assert doubts[["facility", "people"]].to_numpy().tolist() == [["w", 3.0]]


def test_people_are_needed():
    with pytest.raises(tm.TenminError, match="places needs the column 'people'"):
        tm.list_doubts(cover(clinics({"w": (0, 0)}), homes({"a": (100, 0)}).drop(columns="people")))


@cases(10)
@given(towns(most=12), st.integers(1, 4), st.sampled_from(["walk", "straight"]))
def test_who_depends_on_a_facility_is_who_is_unserved_without_it(small: Town, minutes: int, metric: str):
    coverage = tm.measure_coverage(small.network, small.homes, small.clinics, minutes=minutes, metric=metric)
    doubts = tm.list_doubts(coverage).set_index("facility")
    for facility in small.clinics.index[:3]:
        rest = small.clinics.drop(index=facility)
        without = tm.measure_coverage(small.network, small.homes, rest, minutes={"clinic": minutes}, metric=metric)
        lost = coverage.served["clinic"] & ~without.served["clinic"]
        if doubts.loc[facility, "if_wrong"] == "lose":
            assert doubts.loc[facility, "people"] == small.homes["people"][lost].sum()
    fragile = tm.measure_fragility(coverage).iloc[0]
    assert fragile["served"] == small.homes["people"][coverage.served["clinic"]].sum()
    losing = doubts.loc[doubts["if_wrong"] == "lose", "people"]
    assert (fragile["one"], fragile["people"]) == (losing.sum(), losing.max() if len(losing) else 0.0)


def bridged(*bridges: int) -> tm.Coverage:
    """Two streets 300 m apart, linked at some x: a clinic on the one, two homes and a clinic on the other."""
    lines = streets([(0, 0), (2000, 0)], [(0, 300), (2000, 300)], *([(x, 0), (x, 300)] for x in bridges))
    lines = lines.assign(
        name=["南街", "北街", *["桥"] * len(bridges)], kind=["street", "street", *["steps"] * len(bridges)]
    )
    network = tm.WalkNetwork.from_edges(lines, walker="adult", node=True)
    people = homes({"a": (900, 300), "b": (1100, 300), "c": (1000, 0)}, people=[5, 7, 100])
    doors = clinics({"s": (1000, 0), "n": (1880, 300)})
    return tm.measure_coverage(network, people, doors, metres=800)


def test_a_link_is_as_doubtful_as_it_has_people_without_a_way_round_it():
    """Over the bridge both walk 400 m; without it the one who has 780 m to the northern clinic still has a walk."""
    found = tm.list_doubts(bridged(1000), links=5)
    links = found[found["kind"] != "facility"].set_index("name")
    columns = ["category", "people", "if_wrong", "nearest_to", "how"]
    assert links[columns].T.to_dict("list") == {"桥": ["clinic", 5.0, "lose", 12.0, "steps"]}
    assert found.iloc[:, 0].tolist() == ["s", links["facility"].iloc[0], "n"]


def test_a_link_with_a_way_round_it_is_not_listed():
    assert set(tm.list_doubts(bridged(1000, 1150), links=5)["kind"]) == {"facility"}


@pytest.fixture(scope="module")
def shifan() -> tm.Coverage:
    """Ten minutes to the services of the sample's register."""
    network = tm.WalkNetwork.from_osm(tm.sample_path("shifan"), walker="adult")
    register = tm.read_facilities(tm.sample_path("shifan/facilities.xlsx"))
    people = tm.read_places(tm.sample_path("shifan/homes.xlsx"))
    return tm.measure_coverage(network, people, register, minutes=10)


@pytest.mark.parametrize("gate", ["梅园大门", "锦绣南门"])
def test_who_needs_a_gate_is_who_is_unserved_where_it_is_shut(shifan: tm.Coverage, gate: str):
    doubts = tm.list_doubts(shifan, links=20)
    found = doubts[doubts["name"] == gate].iloc[0]
    shut = shifan.network.changed(shut=[int(found["facility"][1:])])
    closed = tm.measure_coverage(shut, shifan.places, shifan.facilities, minutes=10)
    lost = shifan.served & ~closed.served
    assert found["kind"] == "gate"
    assert found["people"] == shifan.places["people"][lost.any(axis=1)].sum() > 0
    assert found["category"].split(";") == [name for name in lost if lost[name].any()]


@pytest.mark.parametrize("links", [-1, 2.5, "all", True, 1001])
def test_the_number_of_links_is_checked(links: object):
    with pytest.raises(tm.TenminError, match="give how many links to list"):
        tm.list_doubts(bridged(1000), links=links)


def test_where_nobody_is_served_no_closure_hurts():
    fragile = tm.measure_fragility(cover(clinics({"w": (4000, 0)})))
    assert fragile.loc[0, ["served", "one", "people"]].tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(fragile.loc[0, "share"])
    assert fragile.loc[0, "facility"] is None


@pytest.mark.parametrize(("lang", "head", "word"), [("zh", "设施编号", "会失去"), ("en", "facility", "lose")])
def test_the_list_for_a_visit_is_a_workbook(tmp_path: Path, lang: str, head: str, word: str):
    path = tmp_path / "visit.xlsx"
    tm.write_doubts(cover(clinics({"w": (0, 0), "e": (2100, 0)}, name="=1+\x0b1")), path, lang=lang)
    book = load_workbook(path)
    assert len(book.sheetnames) == 2
    sheet = pd.read_excel(path, sheet_name=0)
    assert sheet.columns[0] == head
    assert word in sheet.iloc[0].tolist()
    assert book.worksheets[0]["C2"].value == "=1+1"
