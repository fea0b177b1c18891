"""Placements: how people got where they are, and what the shares are with the same people elsewhere."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from shapely import box

import tenmin as tm
from tenmin.measures.placements import describe_placements
from tenmin.outputs.tables import review_tables, shares_as_text
from tenmin.support.errors import InputError, TableError
from towns import CRS, Town, cases, clinics, homes, town, towns

STREET = [(0.0, 9.0), (2000.0, 9.0)]
DOOR = clinics({"c": (0, 9)})
AREAS = gpd.GeoDataFrame(
    {"name": ["甲", "乙", "丙"]},
    index=["A", "B", "C"],
    geometry=[box(-9, 0, 500, 99), box(500, 0, 1000, 99), box(1000, 0, 2009, 99)],
    crs=CRS,
)
PEOPLE = homes({"a": (100, 9), "b": (700, 9), "c": (900, 9), "d": (1500, 9)}, people=[1, 2, 4, 8])
NEAR = pytest.approx


def cover(places: gpd.GeoDataFrame = PEOPLE, **options: object) -> tm.Coverage:
    """A street of 2 km with a clinic at its beginning, which reaches 800 m."""
    return tm.measure_coverage(town(STREET), places, DOOR, minutes=10, **options)  # pyright: ignore[reportArgumentType]


def row(compared: pd.DataFrame, placement: str) -> dict[str, float]:
    """The figures of one placement."""
    [found] = compared[compared["placement"] == placement].to_dict("records")
    return {str(name): value for name, value in found.items()}


# --- spread evenly --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["walk", "straight"])
def test_people_of_each_community_are_spread_along_its_own_streets(metric: str):
    compared = tm.compare_placements(cover(areas=AREAS, metric=metric), lang="en")
    assert row(compared, "given")["served"] == 1 + 2
    even = row(compared, "even")
    assert even["served"] == NEAR(1 + 6 * 300 / 500 + 0, abs=0.01)
    assert (even["unserved"], even["total"]) == (NEAR(15 - 4.6, abs=0.01), 15)
    assert even["difference"] == NEAR(100 * 1.6 / 15, abs=0.1)
    assert even["depends"] == NEAR(1.6, abs=0.01)
    assert even["placed_by"] == "evenly along the streets of each community"


def test_no_places_have_no_shares():
    assert tm.compare_placements(cover(PEOPLE.iloc[:0]))["share"].isna().all()


@pytest.mark.parametrize("lost", [["a"], ["a", "b", "c", "d"]])
def test_homes_without_a_position_are_unknown_and_the_map_is_drawn(lost: list[str]):
    shapes = [None if name in lost else shape for name, shape in PEOPLE.geometry.items()]
    measured = cover(PEOPLE.assign(people=PEOPLE["people"].astype(str)).set_geometry(shapes, crs=CRS))
    assert measured.shares()["unknown"].item() == PEOPLE.loc[lost, "people"].sum()
    assert len(tm.draw_map(measured).get_root().render()) > 0


def test_without_communities_people_are_spread_along_the_streets_of_the_cells_where_anybody_lives():
    even = row(tm.compare_placements(cover()), "even")
    assert even["share"] == NEAR((250 + 250 + 50) / (4 * 250))
    assert even["depends"] == NEAR(15 * 0.55 - 3)
    assert row(tm.compare_placements(cover(), lang="zh"), "even")["placed_by"] == "沿有住处的 250 米格内街道均匀分布"


def test_cells_without_people_are_no_part_of_the_spread():
    empty = pd.concat([PEOPLE, homes({"e": (1900, 9)}, people=0)])
    assert row(tm.compare_placements(cover(empty)), "even") == row(tm.compare_placements(cover()), "even")


def test_what_depends_is_added_up_by_community_so_that_opposite_changes_are_both_seen():
    places, doors = homes({"a": (450, 9), "b": (900, 9)}, people=10), clinics({"c": (0, 9), "d": (1000, 9)})
    found = tm.measure_coverage(town(STREET), places, doors, metres=400, areas=AREAS)
    even = row(tm.compare_placements(found), "even")
    assert (even["served"], even["difference"], even["depends"]) == (NEAR(8 + 8), NEAR(100 * 6 / 20), NEAR(8 + 2))


def test_who_lives_in_no_community_or_in_one_without_streets_stays():
    park = gpd.GeoDataFrame(index=["P"], geometry=[box(0, 99, 99, 199)], crs=CRS)
    areas = pd.concat([AREAS.iloc[:1], park])
    places = homes({"a": (600, 9), "b": (1500, 9), "p": (50, 105), "q": (60, 9)}, people=[10, 20, 40, 80])
    spread = cover(places, areas=areas).spread
    counted = spread.even["served"].droplevel("category")
    assert (counted["P"], counted["A"]) == (40, 80)
    assert (counted[counted.index.isna()].tolist(), spread.given["served"].sum()) == ([10], 10 + 40 + 80)


def test_homes_at_equal_steps_along_the_street_are_what_the_spread_is():
    steps = homes([(x, 9.0) for x in range(5, 2000, 10)])
    even = row(tm.compare_placements(cover(steps)), "even")
    assert (even["share"], even["depends"]) == (NEAR(0.4), NEAR(0, abs=1e-9))


def test_unknown_people_are_spread_too():
    known = tm.WalkNetwork.from_edges(town(STREET).edges, walker="adult", boundary=box(-9, 0, 1990, 99))
    found = tm.measure_coverage(known, PEOPLE, DOOR, minutes=10)
    even = row(tm.compare_placements(found), "even")
    assert row(tm.compare_placements(found), "given")["unknown"] == 8
    assert even["unknown"] == NEAR(15 * 0.25, abs=0.5)
    assert even["share_upper"] == NEAR(even["share"] + even["unknown"] / 15)


def test_a_category_without_facilities_has_no_share_in_any_placement():
    found = tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes={"clinic": 10, "library": 10})
    library = tm.compare_placements(found).query("category == 'library'")
    assert library[["share", "difference"]].isna().all(axis=None)


@cases(10)
@given(random=towns())
def test_totals_stay_parts_are_none_below_zero_and_order_does_not_matter(random: Town):
    found = tm.measure_coverage(random.network, random.homes, random.clinics, minutes=6)
    turned = tm.measure_coverage(random.network, random.homes.iloc[::-1], random.clinics, minutes=6)
    compared = tm.compare_placements(found, {"same": found})
    figures = compared[["served", "unserved", "unknown", "depends"]].to_numpy()
    assert (figures >= -1e-9).all()
    assert compared[["served", "unserved", "unknown"]].sum(axis=1).to_numpy() == NEAR(compared["total"].to_numpy())
    assert (compared["depends"] <= compared["total"] * (1 + 1e-9)).all()
    assert (compared["depends"] >= compared["difference"].abs() / 100 * compared["total"] - 1e-6).all()
    same = compared[compared["placement"] == "same"]
    assert (same[["difference", "depends"]] == 0.0).all(axis=None)
    pd.testing.assert_frame_equal(tm.compare_placements(turned, {"same": turned}), compared)


# --- other placements -----------------------------------------------------------------------------------------------


def test_another_placement_stands_beside_and_counts_by_community_where_the_people_are_the_same():
    points = homes({"A": (250, 9), "B": (750, 9), "C": (1500, 9)}, people=[1, 6, 8])
    compared = tm.compare_placements(cover(areas=AREAS), {"point": cover(points, areas=AREAS)})
    assert compared["placement"].tolist() == ["given", "even", "point"]
    assert (row(compared, "point")["served"], row(compared, "point")["depends"]) == (7, 4)
    moved = homes({"A": (250, 9), "C": (1500, 9)}, people=[7, 8])
    assert row(tm.compare_placements(cover(areas=AREAS), {"m": cover(moved, areas=AREAS)}), "m")["depends"] == 4


def test_people_that_are_not_the_same_have_no_number_that_depends():
    fewer = row(tm.compare_placements(cover(), {"fewer": cover(PEOPLE.iloc[:2])}), "fewer")
    assert np.isnan(fewer["depends"])
    assert (fewer["total"], fewer["difference"]) == (3, NEAR(100 - 20))


OTHERS = {
    "walker": lambda: tm.measure_coverage(town(STREET, walker="child"), PEOPLE, DOOR, minutes=10),
    "limits": lambda: tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=9),
    "direction": lambda: cover(direction="from"),
    "metric": lambda: cover(metric="straight"),
    "facilities": lambda: tm.measure_coverage(town(STREET), PEOPLE, clinics({"d": (0, 9)}), minutes=10),
    "streets": lambda: tm.measure_coverage(town([(0, 9), (1900, 9)]), PEOPLE, DOOR, minutes=10),
}


@pytest.mark.parametrize("what", OTHERS)
def test_coverages_that_differ_in_more_than_places_are_refused(what: str):
    with pytest.raises(TableError, match=f"'x' differs from the coverage in .*{what}"):
        tm.compare_placements(cover(), {"x": OTHERS[what]()})


def test_names_and_languages_that_are_none_are_refused():
    with pytest.raises(TableError, match="'even' is the name of a placement that every coverage has"):
        tm.compare_placements(cover(), {"even": cover()})
    with pytest.raises(InputError, match="lang must be 'zh' or 'en', but is 'fr'"):
        tm.compare_placements(cover(), lang="fr")  # pyright: ignore[reportArgumentType]
    with pytest.raises(TableError, match="places needs the column 'people'"):
        tm.compare_placements(cover(PEOPLE.drop(columns="people")))


# --- in words -------------------------------------------------------------------------------------------------------


def test_the_parts_of_each_way_are_said_largest_first_and_a_word_of_the_table_is_kept():
    assert cover().placement("zh") == "表中没有说明"
    mixed = PEOPLE.assign(placed_by=["position", "outline", "outline", "by hand"])
    said = "53.3% by hand; 40.0% at the outlines of their table; 6.7% at the positions of their table"
    assert cover(mixed).placement("en") == said
    assert "人口" not in cover(PEOPLE.assign(people=0.0, placed_by="none")).placement("zh")


def test_where_the_other_placement_changes_nothing_no_category_is_named():
    everywhere = tm.measure_coverage(town(STREET), PEOPLE.assign(placed_by="position"), DOOR, minutes=60)
    said = describe_placements(everywhere, "en")
    assert said.endswith(" cells where anybody lives instead, the shares would be the same.")


def test_the_sentence_and_the_table_say_both_shares_and_the_map_carries_them(tmp_path: Path):
    found = cover(PEOPLE.assign(placed_by="position"), areas=AREAS)
    name = tm.load_catalogue()["clinic"].zh
    changed = f"若改为沿各社区街道均匀分布，{name}的覆盖率变化 +10.7 个百分点（各类中最大），至少 2 人的结论不同。"
    assert describe_placements(found, "zh") == f"人口按以下位置统计：表中的坐标。{changed}"
    shares = review_tables(found, tm.find_gaps(found), "zh")["coverage"]
    assert shares["share_even"].tolist() == NEAR([4.6 / 15], abs=1e-3)
    head, line = shares_as_text(shares, "zh")
    assert head.endswith("人口沿街均匀时")
    assert line.split()[-2:] == ["20.0%", "30.7%"]
    page = tmp_path / "map.html"
    tm.draw_map(found, lang="en").save(str(page))
    assert describe_placements(found, "en").split(". ")[0] in page.read_text(encoding="utf-8")
