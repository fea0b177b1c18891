"""Gaps as places: each home once, its cause, its neighbourhood and its name."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.outputs.tables import gap_table, gaps_as_text, in_words
from tenmin.support.errors import TableError
from towns import Town, cases, clinics, homes, streets, towns, walls

STREET = [(0.0, 0.0), (6000.0, 0.0)]
SERVICES = clinics({"c": (0, 0), "l": (0, 0)}, category=["clinic", "library"])


def cover(people: gpd.GeoDataFrame, doors: gpd.GeoDataFrame = SERVICES, **options: object) -> tm.Coverage:
    """The coverage of homes along a street of 6 km."""
    limit = options.pop("minutes", 10)
    areas = options.pop("areas", None)
    lines = options.pop("lines", streets(STREET))
    network = tm.WalkNetwork.from_edges(lines, walker="adult", **options)
    return tm.measure_coverage(network, people, doors, minutes=limit, areas=areas)


def by_place(people: gpd.GeoDataFrame, doors: gpd.GeoDataFrame = SERVICES, **options: object) -> gpd.GeoDataFrame:
    """Their gaps by place."""
    return tm.find_gaps(cover(people, doors, **options), by="place")


def test_a_home_that_lacks_two_categories_is_in_one_gap_with_both():
    gaps = by_place(homes({"a": (1200, 0), "b": (1300, 0)}, people=[10, 20]))
    assert gaps[["category", "people", "places", "people_lacking"]].to_numpy().tolist() == [
        ["clinic;library", 30.0, 2, "30;30"]
    ]
    half, five_eighths = 400 / 800, 500 / 800
    assert gaps.loc[1, "severity"] == pytest.approx(2 * (10 * half + 20 * five_eighths))
    assert gaps.loc[1, "excess_minutes"] == pytest.approx((10 * 5 + 20 * 6.25) / 30)


def test_what_one_of_them_lacks_the_gap_lacks():
    doors = clinics({"c": (0, 0), "l": (0, 0), "m": (2000, 0)}, category=["clinic", "library", "library"])
    gaps = by_place(homes({"a": (1100, 0), "b": (1250, 0)}, people=[10, 20]), doors)
    assert gaps[["category", "people_lacking"]].to_numpy().tolist() == [["clinic;library", "30;10"]]


def test_the_cause_of_a_home_is_that_of_most_of_its_depth():
    lines = streets([(0, 0), (2000, 0)], [(2000, 0), (2000, 150)], [(2000, 150), (0, 150)], [(0, 150), (-3000, 150)])
    doors = clinics({"c": (500, 0), "l": (-3000, 150)}, category=["clinic", "library"])
    for limit, reason, by in (({"clinic": 10, "library": 40}, "severed", "river"), (10, "far", None)):
        gap = by_place(homes({"h": (520, 150)}), doors, lines=lines, barriers=_river(), minutes=limit).loc[1]
        assert (gap["reason"], gap["category"]) == (reason, "clinic;library")
        assert gap["by"] == by or by is None
        assert ("river" in gap["cure"], "Library" in gap["cure"]) == (True, True)


def _river() -> gpd.GeoDataFrame:
    return walls([(-99, 70), (1900, 70)], name="river")


def test_a_certain_cause_comes_before_a_doubtful_one():
    """The clinic is too far for a tenth of the limit, the library is nowhere."""
    gap = by_place(homes({"h": (880, 0)}), clinics({"c": (0, 0)}), minutes={"clinic": 10, "library": 10}).loc[1]
    assert (gap["reason"], gap["category"]) == ("far", "clinic;library")


def test_a_long_chain_is_divided_by_the_nearest_centre_of_the_worst():
    """Homes every 100 m from 1 to 5 km; all from 1.6 km on are as bad as can be, with most people at 2 and 4 km."""
    at = np.arange(1000, 5001, 100)
    people = np.where(at == 2000, 90, np.where(at == 4000, 80, 1))
    gaps = by_place(homes({f"{x}": (x, 0) for x in at}, people=people))
    assert gaps["people"].sum() == people.sum()
    spans = [(row.minx + 100, row.maxx - 100) for row in gaps.bounds.itertuples()]
    assert len(gaps) > 2
    assert all(end - start <= 1600 for start, end in spans)
    assert sum(start <= 2000 <= end for start, end in spans) == 1


def test_homes_that_join_no_street_are_one_row_and_the_last():
    people = homes({"far": (900, 0), "off": (100, 101), "away": (5000, 300)}, people=[1, 500, 700])
    gaps = by_place(people)
    assert gaps[["reason", "people", "places"]].to_numpy().tolist() == [["far", 1.0, 1], ["unjoined", 1200.0, 2]]
    assert gaps.loc[2, ["name", "name_zh"]].tolist() == ["in several places", "多处"]


def test_an_id_is_of_the_places_and_not_of_what_they_lack():
    people = homes({"a": (1200, 0), "b": (1300, 0)})
    fewer = by_place(people, SERVICES.loc[["c"]])
    assert fewer.loc[1, "gap"] == by_place(people).loc[1, "gap"]
    assert fewer.loc[1, "gap"] != tm.find_gaps(cover(people, SERVICES.loc[["c"]])).loc[1, "gap"]


def test_a_gap_is_named_by_the_community_of_most_people():
    people = homes({"a": (1200, 0), "b": (1300, 0), "c": (1400, 0)}, people=[3, 2, 2], area=["x", "y", "y"])
    gap = by_place(people).loc[1]
    assert (gap["name"], gap["name_zh"], gap["area"]) == ("y", "y", "y、x")


def test_else_by_the_nearest_street_with_a_name_else_by_a_facility():
    lines = streets([(0, 0), (1250, 0)], [(1250, 0), (6000, 0)], name=[None, "人民路"])
    people = homes({"a": (1200, 0)})
    assert by_place(people, lines=lines).loc[1, ["name", "name_zh"]].tolist() == ["around 人民路", "人民路一带"]
    named = clinics({"c": (0, 0), "p": (1500, 0)}, category=["clinic", "park"], name=[None, "东园"])
    limit = {"clinic": 10, "park": 10}
    assert by_place(people, named, minutes=limit).loc[1, ["name", "name_zh"]].tolist() == ["near 东园", "东园附近"]
    assert by_place(people).loc[1, ["name", "name_zh"]].isna().all()


def test_gaps_along_one_street_say_what_is_near_each():
    people = homes({"a": (1200, 0), "b": (3000, 0), "c": (5000, 0)})
    doors = clinics(
        {"c": (0, 0), "p": (1150, 0), "q": (3050, 0)}, category=["clinic", *["park"] * 2], name=[None, "东园", "西园"]
    )
    limit = {"clinic": 10, "park": 10}
    gaps = by_place(people, doors, minutes=limit, lines=streets(STREET, name=["人民路"]))
    assert sorted(gaps["name"]) == ["around 人民路", "around 人民路, near 东园", "around 人民路, near 西园"]
    assert "人民路一带（近东园）" in set(gaps["name_zh"])


@cases(8)
@given(towns(most=14), st.integers(1, 6), st.sampled_from([60.0, 200.0]), st.booleans())
def test_nothing_is_lost_and_nobody_counts_twice(small: Town, minutes: int, near: float, cut: bool):
    doors = small.clinics.assign(category=["clinic", "library"][cut] if len(small.clinics) == 1 else "clinic")
    limits = {"clinic": minutes, "library": minutes + 1}
    coverage = tm.measure_coverage(small.network, small.homes, doors, minutes=limits)
    gaps = tm.find_gaps(coverage, near=near, by="place")
    lacking = ~coverage.served.all(axis=1)
    assert gaps["people"].sum() == small.homes["people"][lacking].sum()
    assert gaps["places"].sum() == lacking.sum()
    bits = gaps["people"].astype(int).tolist()
    assert sum(bits) == np.bitwise_or.reduce(np.array([0, *bits]))
    assert gaps["severity"].sum() == pytest.approx(tm.find_gaps(coverage, near=near)["severity"].sum())
    for gap in gaps.itertuples():
        members = coverage.places["people"].astype(int) & int(gap.people) > 0
        lacked = ~coverage.served[members]
        assert gap.category.split(";") == [name for name in lacked.columns if lacked[name].any()]
        people = [coverage.places["people"][members & ~coverage.served[name]].sum() for name in gap.category.split(";")]
        assert gap.people_lacking == ";".join(f"{one:.0f}" for one in people)
    assert (gaps["reason"] == "unjoined").sum() <= 1


def test_where_all_are_served_there_is_no_gap_but_its_columns():
    none = by_place(homes({"h": (10, 0)}))
    assert len(none) == 0
    assert " ".join(none.columns) == (
        "gap category people places excess_minutes severity reason by area name name_zh people_lacking "
        "shortfall_metres shortfall_minutes cure cure_zh geometry"
    )


def test_maps_layers_tables_and_figures_take_them(tmp_path: Path):
    coverage = cover(homes({"a": (1200, 0), "off": (100, 101)}, people=[10, 20], area=["x", None]))
    gaps = tm.find_gaps(coverage, by="place")
    tm.draw_map(coverage, gaps=gaps, lang="zh").save(tmp_path / "map.html")
    tm.save_layers(tmp_path / "gaps.gpkg", gaps=gaps)
    assert gpd.read_file(tmp_path / "gaps.gpkg", layer="gaps")["category"].tolist() == ["clinic;library"] * 2
    table = in_words(gap_table(gaps, "zh"), "zh")
    assert table.loc[0, ["类别", "名称"]].tolist() == ["社区卫生服务中心或诊所、图书馆", "x"]
    assert "Clinic or doctor, Library" in gaps_as_text(gaps, "en")[1]
    coverage.plot("library", gaps=gaps, lang="en")


def test_what_cannot_be_joined_by_a_semicolon_is_refused():
    odd = cover(homes({"a": (1200, 0)}), clinics({"c": (0, 0)}, category="clinic; doctor"))
    with pytest.raises(TableError, match=r"category 'clinic; doctor' has ';' in it, .* rename it"):
        tm.find_gaps(odd, by="place")
    with pytest.raises(TableError, match="gaps by 'street' are not known; by is 'category' or 'place'"):
        tm.find_gaps(odd, by="street")  # pyright: ignore[reportArgumentType]
