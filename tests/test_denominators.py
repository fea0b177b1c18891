"""Denominators: streets by community, levels above it, thin data, the base of people, and shares side by side."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

import tenmin as tm
from tenmin.support.errors import TableError
from towns import CRS, Town, cases, clinics, homes, streets, town, towns

STREET = [(0.0, 0.0), (2000.0, 0.0)]
DOOR = clinics({"c": (0, 0)})
NEAR = pytest.approx
LEVELS = {
    "level": ["区县", "街道", "社区", "社区", "社区"],
    "parent": [None, "D", "S", "S", "北街道"],
    "name": ["城区", "南街道", "甲社区", "乙社区", "丙社区"],
}
OUTLINES = [
    box(-9, -9, 2009, 9),
    box(-9, -9, 1000, 9),
    box(-9, -9, 500, 9),
    box(500, -9, 1000, 9),
    box(1000, -9, 2009, 9),
]
AREAS = gpd.GeoDataFrame(LEVELS, index=["D", "S", "A", "B", "C"], geometry=OUTLINES, crs=CRS)
PEOPLE = homes({"a": (100, 0), "b": (700, 0), "c": (900, 0), "d": (1500, 0)}, people=[1, 2, 4, 8])


@pytest.fixture(scope="module")
def coverage() -> tm.Coverage:
    """Four places along a street of 2 km in three communities; the clinic at its beginning reaches 800 m."""
    return tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=10, areas=AREAS)


def parts(shares: pd.DataFrame, by: str) -> dict[object, tuple[float, float]]:
    """Served and total by group."""
    names = [None if pd.isna(name) else name for name in shares[by]]
    return dict(zip(names, zip(shares["served"], shares["total"], strict=True), strict=True))


def test_no_places_have_a_row_of_nothing_in_each_category(coverage: tm.Coverage):
    nobody = tm.measure_coverage(coverage.network, PEOPLE.iloc[:0], DOOR, minutes=10, areas=AREAS)
    for of in ("people", "places"):
        (row,) = nobody.shares(of).to_dict("records")
        assert (row["category"], row["total"]) == ("clinic", 0.0)
        assert pd.isna(row["share"])
    assert nobody.basket()["total"].tolist() == [0.0]
    assert nobody.shares(by="area").empty


# --- communities and what is above them ---------------------------------------------------------------------------


def test_a_place_is_of_the_lowest_area_it_stands_in_whatever_the_order_of_the_levels(coverage: tm.Coverage):
    assert coverage.places["area"].tolist() == ["A", "B", "B", "C"]


def test_a_place_is_of_the_area_that_it_names_by_id_or_name_and_else_of_the_one_it_stands_in():
    named = PEOPLE.assign(area=["丙社区", "A", None, ""])
    found = tm.measure_coverage(
        town(STREET), named, DOOR, minutes=10, areas=AREAS.assign(kind=["x", "x", "k", "l", "m"])
    )
    assert found.places["area"].tolist() == ["C", "A", "B", "C"]
    assert parts(found.shares(by="kind"), "kind") == {"k": (2.0, 2.0), "l": (0.0, 4.0), "m": (1.0, 9.0)}
    with pytest.raises(TableError, match="'丁社区' names no area"):
        tm.measure_coverage(town(STREET), PEOPLE.assign(area="丁社区"), DOOR, minutes=10, areas=AREAS)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("people", {"S": (3.0, 7.0), "北街道": (0.0, 8.0)}),
        ("places", {"S": (2.0, 3.0), "北街道": (0.0, 1.0)}),
        ("streets", {"S": (NEAR(800.0), NEAR(1000.0)), "北街道": (0.0, NEAR(1000.0))}),
        ("areas", {"S": (1.0, 2.0), "北街道": (0.0, 1.0)}),
    ],
)
def test_shares_by_subdistrict_follow_the_parents_with_rows_and_without(
    coverage: tm.Coverage, of: str, expected: dict[str, tuple[float, float]]
):
    assert parts(coverage.shares(of, by="subdistrict"), "subdistrict") == expected


def test_shares_by_district_follow_the_chain_and_who_has_none_is_a_group_of_their_own(coverage: tm.Coverage):
    assert parts(coverage.shares(by="district"), "district") == {"D": (3.0, 7.0), None: (0.0, 8.0)}
    ground = coverage.shares("ground", by="district")
    assert ground["total"].tolist() == NEAR([1009 * 18, 1009 * 18])


def test_a_column_of_that_name_comes_before_the_chain(coverage: tm.Coverage):
    areas = AREAS.assign(district=["x", "x", "东区", "西区", "西区"])
    found = tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=10, areas=areas)
    assert parts(found.shares(by="district"), "district") == {"东区": (1.0, 1.0), "西区": (2.0, 14.0)}
    own = tm.measure_coverage(town(STREET), PEOPLE.assign(district="own"), DOOR, minutes=10)
    assert own.shares(by="district")["district"].tolist() == ["own"]


def test_areas_without_a_chain_say_what_is_missing():
    flat = tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=10, areas=AREAS.loc[["A", "B", "C"], ["geometry"]])
    with pytest.raises(TableError, match=r"no chain of parents leads to a district \(区县\); give areas with a"):
        flat.shares(by="district")


# --- streets by community -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["walk", "straight"])
def test_streets_are_cut_at_the_borders_of_communities(metric: str):
    areas = AREAS.loc[["A", "B"], ["geometry"]]
    found = tm.measure_coverage(town(STREET), PEOPLE, DOOR, metres=800, metric=metric, areas=areas)
    shares = parts(found.shares("streets", by="area"), "area")
    assert shares == {"A": NEAR((500.0, 500.0)), "B": NEAR((300.0, 500.0)), None: NEAR((0.0, 1000.0))}


def test_a_street_on_a_border_is_shared_and_what_lies_beyond_the_data_is_unknown():
    network = tm.WalkNetwork.from_edges(
        streets([(0, 0), (1000, 0)], [(1000, 0), (2000, 0)]), walker="adult", boundary=box(-9, -9, 1500, 9)
    )
    sides = gpd.GeoDataFrame(geometry=[box(0, 0, 2000, 9), box(0, -9, 2000, 0)], index=["n", "s"], crs=CRS)
    found = tm.measure_coverage(network, PEOPLE, DOOR, minutes=5, areas=sides).shares("streets", by="area")
    assert found["area"].tolist() == ["n", "s"]
    for row in found[["served", "unserved", "unknown", "total"]].to_numpy().tolist():
        assert row == NEAR([200.0, 600.0, 200.0, 1000.0])


@cases(12)
@given(towns(), st.integers(1, 6), st.sampled_from(["walk", "straight"]), st.integers(-20, 420))
def test_the_streets_of_communities_add_up_to_all_streets(small: Town, minutes: int, metric: str, at: int):
    overlapping = [box(-500, -500, at, 900), box(at - 60, -500, 300, 900)]
    areas = gpd.GeoDataFrame(geometry=overlapping, index=["a", "b"], crs=CRS)
    network = tm.WalkNetwork.from_edges(small.lines, walker="adult", boundary=box(0, 0, 350, 500))
    found = tm.measure_coverage(network, small.homes, small.clinics, minutes=minutes, metric=metric, areas=areas)
    columns = ["served", "unserved", "unknown", "total"]
    whole, divided = found.shares("streets")[columns], found.shares("streets", by="area")[columns]
    assert divided.sum().tolist() == NEAR(whole.iloc[0].tolist(), abs=1e-6)
    assert (divided.to_numpy() >= 0.0).all()


@pytest.mark.parametrize("of", ["streets", "ground", "land"])
def test_only_people_have_groups_and_only_areas_divide_the_ground(coverage: tm.Coverage, of: str):
    options = {"land": AREAS.loc[["A"]]} if of == "land" else {}
    with pytest.raises(TableError, match=f"shares of {of} can't be divided by 'group'; it is people that have groups"):
        coverage.shares(of, by="group", **options)
    with pytest.raises(TableError, match="to divide by 'storeys', pass areas= with the column 'storeys'"):
        coverage.shares(of, by="storeys", **options)


def test_streets_without_areas_cannot_be_divided():
    bare = tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=10)
    with pytest.raises(TableError, match="shares of streets are divided by the polygons of areas="):
        bare.shares("streets", by="area")


# --- thin data, and whom the numbers count ------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["people", "places", "streets", "ground", "land"])
def test_what_is_unserved_of_a_thin_category_is_unknown_in_every_denominator(of: str):
    people = PEOPLE.assign(people=[25_000.0] * 4)
    doors = clinics({"p": (0, 0), "x": (0, 0)}, category=["pharmacy", "own"])
    options = {"land": AREAS.loc[["C"]]} if of == "land" else {}
    found = tm.measure_coverage(town(STREET), people, doors, minutes=10, areas=AREAS, country="CN")
    assert found.counts["thin"].to_dict() == {"own": False, "pharmacy": True}
    shares = found.shares(of, **options).set_index("category")
    assert shares.loc["pharmacy", "served"] == shares.loc["own", "served"]
    assert shares.loc["pharmacy", ["unserved", "unknown"]].tolist() == NEAR([0.0, shares.loc["own", "unserved"]])
    assert shares["share_upper"].to_dict() == NEAR({"own": shares.loc["own", "share"], "pharmacy": 1.0})


def test_the_base_of_people_stands_beside_their_shares():
    found = tm.measure_coverage(
        town(STREET), PEOPLE.assign(people_base=["常住", "常住", "户籍", None]), DOOR, minutes=10
    )
    for table in (found.shares(), found.shares(by="people_base"), found.basket(), found.within([5, 10])):
        assert set(table["base"]) == {"常住、户籍"}
    assert "base" not in found.shares("places").columns
    assert "base" not in tm.measure_coverage(town(STREET), PEOPLE, DOOR, minutes=10).shares().columns


def test_groups_that_a_table_of_homes_counts_are_shares_of_their_own(tmp_path: Path):
    heads = {"0-2岁": 1, "3-5岁": 2, "6-11岁": 3, "60岁以上": 4, "65岁以上": 5, "残疾人": 6, "低保": 7, "流动人口": 8}
    rows = ["小区,X,Y,常住人口," + ",".join(heads), "甲,500100,4000000,99," + ",".join(map(str, heads.values()))]
    path = tmp_path / "homes.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    street = town([(500_000, 4_000_000), (502_000, 4_000_000)])
    doors = clinics({"c": (500_000, 4_000_000)})
    found = tm.measure_coverage(street, tm.read_places(path, crs=CRS), doors, minutes=10)
    shares = found.shares(by="group").set_index("group")
    assert shares["total"].to_dict() == {
        "0_2": 1, "3_5": 2, "6_11": 3, "60_plus": 4, "65_plus": 5, "disabled": 6, "low_income": 7, "migrant": 8,
    }  # fmt: skip
    assert set(shares["base"]) == {"常住"}


# --- side by side -------------------------------------------------------------------------------------------------


def test_denominators_stand_side_by_side_with_their_difference(coverage: tm.Coverage):
    table = coverage.compare_denominators()
    assert table.columns.tolist() == [
        "category", "people", "people_upper", "places", "places_upper", "streets", "streets_upper", "ground",
        "ground_upper", "places_difference", "streets_difference", "ground_difference",
    ]  # fmt: skip
    row = table.iloc[0]
    assert row[["people", "places", "streets"]].tolist() == NEAR([3 / 15, 0.5, 0.4])
    assert row[["places_difference", "streets_difference"]].tolist() == NEAR([30.0, 20.0])
    assert row["ground"] == coverage.shares("ground")["share"].item()
    turned = coverage.compare_denominators(["streets", "areas"])
    assert turned["areas_difference"].tolist() == NEAR([100 * (1 / 3 - 0.4)])
    bare = tm.measure_coverage(town(STREET), PEOPLE.drop(columns="people"), DOOR, minutes=10).compare_denominators()
    assert bare.columns[1::2].tolist() == ["places", "streets", "streets_difference"]


def test_walks_and_straight_lines_stand_side_by_side():
    round_the_corner = town([(0, 0), (0, 400), (300, 400)])
    people = homes({"a": (0, 400), "b": (300, 400)}, people=[3, 1])
    for metric in ("walk", "straight"):
        table = tm.measure_coverage(round_the_corner, people, DOOR, metres=500, metric=metric).compare_metrics()
        assert table.iloc[0].to_dict() == {
            "category": "clinic", "walk": 0.75, "walk_upper": 0.75, "straight": 1.0, "straight_upper": 1.0,
            "straight_difference": 25.0,
        }  # fmt: skip
    streets_compared = tm.measure_coverage(round_the_corner, people, DOOR, metres=500).compare_metrics("streets")
    assert streets_compared["straight_difference"].item() == NEAR(100 * 2 / 7, rel=1e-3)


@pytest.mark.parametrize("of", [[], "people", ["people", "people"], ["persons"]])
def test_denominators_that_are_none_are_refused(coverage: tm.Coverage, of: object):
    with pytest.raises(TableError, match="people"):
        coverage.compare_denominators(of)


def test_whether_a_community_has_a_facility_is_no_matter_of_distance(coverage: tm.Coverage):
    with pytest.raises(TableError, match="shares of 'areas' are the same by any distance"):
        coverage.compare_metrics("areas")
    with pytest.raises(TableError, match="shares of 'persons' are not known"):
        coverage.compare_metrics("persons")
