"""Standards held against communities, clause by clause, with answers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, box

import tenmin as tm
from tenmin.inputs.standards import AppliesTo, Clause, Reported, Standard
from tenmin.measures.compliance import GRADES, REASONS, Compliance, check_standard
from tenmin.support.errors import TenminWarning
from towns import cases

CRS = "EPSG:32650"
NEAR = pytest.approx


def clause(kind: str, **fields: object) -> Clause:
    """A clause of some kind with what a test says of it."""
    return Clause(**{"id": kind, "kind": kind, "source": "a test", "evidence": "user", "mandatory": True, **fields})


def standard(*clauses: Clause, reported: tuple[Reported, ...] = ()) -> Standard:
    """A standard of these clauses."""
    told = {"entered_by": "a test", "entered_on": "2026-01-01", "source": "a test", "evidence": "user"}
    return Standard("toy", "试", "toy", "nobody", clauses=clauses, reported=reported, **told)


def communities(**columns: object) -> pd.DataFrame:
    """Two communities of one 街道."""
    return pd.DataFrame(
        {
            "name": ["东园社区", "西园社区"],
            "parent": "河南街道",
            "households": [1000, 2000],
            "people": [3000, 5000],
            **columns,
        },
        index=["a", "b"],
    )


def register(*rows: dict[str, object]) -> pd.DataFrame:
    """A table of facilities, of community a where a row says nothing else."""
    return pd.DataFrame(
        [{"category": "clinic", "area": "a", **row} for row in rows], index=[f"f{n}" for n in range(len(rows))]
    )


def verdicts(found: Compliance, name: str | None = None) -> dict[str, str]:
    """The verdict of each community on a clause, or on the only one."""
    rows = found.verdicts if name is None else found.verdicts[found.verdicts["clause"] == name]
    return dict(zip(rows["area"], rows["verdict"], strict=True))


def values(found: Compliance) -> dict[str, float]:
    """The value of each community on the only clause."""
    return dict(zip(found.verdicts["area"], found.verdicts["value"], strict=True))


def check(one: Clause, facilities: pd.DataFrame, *, areas: pd.DataFrame | None = None, **options: object) -> Compliance:
    """One clause held against two communities."""
    return check_standard(standard(one), communities() if areas is None else areas, facilities, **options)


def test_what_is_absent_fails_only_where_the_register_is_complete():
    presence = clause("presence", subject="clinic")
    table = register({})
    assert verdicts(check(presence, table)) == {"a": "pass", "b": "unknown"}
    assert verdicts(check(presence, table, complete=["clinic"])) == {"a": "pass", "b": "fail"}
    assert verdicts(check(presence, table, complete=["police"])) == {"a": "pass", "b": "unknown"}
    assert verdicts(check(presence, table, complete=True)) == {"a": "pass", "b": "fail"}
    found = check(presence, table.assign(complete="police;clinic"))
    assert verdicts(found) == {"a": "pass", "b": "fail"}
    assert found.verdicts["reason"].tolist() == ["", "none"]
    assert found.verdicts["people"].tolist() == [0.0, 5000.0]


def test_what_a_register_claims_without_a_row_outlives_files_and_tables(tmp_path: Path):
    """Presence fails where the register, complete for clinics, lists none: after a GeoPackage, combining, a merge."""
    (tmp_path / "register.csv").write_text("类别,社区,lon,lat\n银行,东园社区,117.2,34.2\n", encoding="utf-8")
    told = tm.read_facilities(tmp_path / "register.csv", complete=["clinic", "bank"])
    told.drop(columns="area").to_file(tmp_path / "register.gpkg", engine="pyogrio")
    filed = gpd.read_file(tmp_path / "register.gpkg", engine="pyogrio").set_index("facility")
    bare = told.iloc[:1].drop(columns="complete").assign(category="post").set_axis(["n1"])
    presence = clause("presence", subject="clinic")
    for table in (
        told,
        filed,
        tm.combine_facilities(bare, filed),
        pd.concat([bare, told]),
        bare.merge(told, how="outer"),
    ):
        assert verdicts(check(presence, table)) == {"a": "fail", "b": "fail"}
    assert verdicts(check(presence, bare)) == {"a": "unknown", "b": "unknown"}
    assert verdicts(check(presence, bare.iloc[:0], complete=["clinic"])) == {"a": "fail", "b": "fail"}


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("在用", "pass"), ("", "pass"), (None, "pass"), (pd.NA, "pass"), ("闲置", "fail"), ("规划", "fail")],
)
def test_states_are_read_in_chinese_too(state: object, verdict: str):
    assert (
        verdicts(check(clause("presence", subject="clinic"), register({"state": state}), complete=True))["a"] == verdict
    )
    with pytest.raises(tm.TableError, match="'f0': state = '拆除了' is not known"):
        check(clause("presence", subject="clinic"), register({"state": "拆除了"}))


def test_a_house_that_several_communities_share_is_shared_out_by_their_households():
    shared = register({"area": "东园社区、西园社区", "floor_area_m2": 600.0})
    per_homes = check(clause("area_per_households", subject="clinic", value=30.0, per=100.0), shared)
    assert values(per_homes) == NEAR({"a": 20.0, "b": 20.0})
    per_people = check(
        clause("count_per", subject="clinic", value=1.0, per=4000.0, per_of="people"), shared, complete=True
    )
    assert values(per_people) == NEAR({"a": 0.5, "b": 0.5})
    whole = check(clause("floor_area", subject="clinic", value=600.0), shared)
    assert verdicts(whole) == {"a": "pass", "b": "pass"}


def test_a_street_without_a_row_is_known_by_the_communities_that_name_it():
    found = check(clause("presence", subject="clinic"), register({"area": "河南街道"}))
    assert verdicts(found) == {"a": "pass", "b": "pass"}
    street = check(clause("presence", subject="clinic", level="街道"), register({}))
    assert street.not_applicable.to_numpy().tolist() == [[None, "presence", "no area of its level"]]


def test_what_nobody_knows_is_refused_by_name():
    with pytest.raises(tm.CategoryError, match=r"toy, clause 'presence': the subject 'clinix' .* near it: clinic"):
        check(clause("presence", subject="clinix"), register({}))
    assert verdicts(check(clause("presence", subject="own_kind"), register({"category": "own_kind"})))["a"] == "pass"
    with pytest.raises(tm.CategoryError, match=r"complete: 'clinix' .* near it: clinic"):
        check(clause("presence", subject="clinic"), register({}), complete=["clinix"])
    with pytest.raises(tm.TableError, match=r"standard must be a Standard, an id .* but is a int"):
        check_standard(5, communities(), register({}))  # pyright: ignore[reportArgumentType]


def test_ids_that_are_numbers_are_found_though_pandas_made_them_floats():
    areas = communities().set_axis([1, 2])
    table = pd.DataFrame({"category": "clinic", "area": [1, None]})
    assert verdicts(check(clause("presence", subject="clinic"), table, areas=areas)) == {1: "pass", 2: "unknown"}
    texts = communities(name=pd.array(["东园社区", pd.NA], dtype="string"))
    assert (
        verdicts(check(clause("presence", subject="clinic"), register({"area": "东园社区"}), areas=texts))["a"]
        == "pass"
    )


def test_only_what_is_in_use_counts_and_the_rest_is_listed():
    table = register({"state": "vacant", "floor_area_m2": 90.0}, {"area": "b", "state": None, "floor_area_m2": 80.0})
    found = check(clause("presence", subject="clinic"), table, complete=True)
    assert verdicts(found) == {"a": "fail", "b": "pass"}
    assert found.idle["floor_area_m2"].to_dict() == {"f0": 90.0}


def test_a_part_counts_as_the_whole_and_a_chinese_name_as_its_key():
    table = register({"category": "社区卫生服务站"}, {"category": "pharmacy", "area": "b"})
    assert verdicts(check(clause("presence", subject="clinic"), table, complete=["clinic"])) == {
        "a": "pass",
        "b": "fail",
    }


def test_a_facility_counts_for_all_it_names_and_one_of_a_street_for_all_of_that():
    street = communities().assign(level="社区")
    street.loc["s"] = ["河南街道", None, np.nan, np.nan, "街道"]
    table = register({"area": "东园社区、西园社区"}, {"category": "police", "area": "河南街道"})
    for subject in ("clinic", "police"):
        found = check(clause("presence", subject=subject), table, areas=street)
        assert verdicts(found) == {"a": "pass", "b": "pass"}
    assert set(found.links["how"]) == {"stated"}


def test_names_that_fit_no_community_or_two_are_refused_with_those_near():
    with pytest.raises(tm.TableError, match=r"'f0': area = '东园小区' names no area \(near names: 东园社区"):
        check(clause("presence", subject="clinic"), register({"area": "东园小区"}))
    twins = communities(name=["东园社区", "东园社区"], parent=["河南街道", "河北街道"])
    with pytest.raises(tm.TableError, match=r"names 2 areas, \['a', 'b'\]: give the id"):
        check(clause("presence", subject="clinic"), register({"area": "东园社区"}), areas=twins)
    with pytest.raises(tm.TableError, match=r"\['a', 'b'\] are all named '东园社区' under one parent"):
        check(clause("presence", subject="clinic"), register({}), areas=communities(name="东园社区"))


@pytest.mark.parametrize("parent", [[None, None], ["河南街道", None], [np.nan, "河南街道"], [1.0, np.nan]])
def test_communities_of_which_no_street_is_told_are_no_namesakes(parent: list[object]):
    presence = clause("presence", subject="clinic")
    assert verdicts(check(presence, register({}), areas=communities(parent=parent))) == {"a": "pass", "b": "unknown"}
    twins = communities(name="东园社区", parent=None)
    with pytest.raises(tm.TableError, match=r"\['a', 'b'\] are all named '东园社区' under one parent"):
        check(presence, register({}), areas=twins)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("households", [0, 5], "not numbers above 0"),
        ("people", [-1, 5], "not numbers from 0 up"),
        ("level", "州", "'州' is not known"),
    ],
)
def test_impossible_figures_of_communities_are_refused(column: str, value: object, message: str):
    with pytest.raises(tm.TableError, match=message):
        check(clause("presence", subject="clinic"), register({}), areas=communities(**{column: value}))


def test_the_largest_house_or_the_sum_of_all_is_held_against_the_floor_area():
    table = register({"floor_area_m2": 200.0}, {"floor_area_m2": 200.0}, {"area": "b", "floor_area_m2": np.nan})
    largest = clause("floor_area", subject="clinic", value=350.0)
    assert verdicts(check(largest, table, complete=True)) == {"a": "fail", "b": "unknown"}
    total = check(clause("floor_area", subject="clinic", value=350.0, of="sum"), table)
    assert verdicts(total) == {"a": "pass", "b": "unknown"}
    assert total.verdicts["reason"].tolist() == ["", "no_figure"]
    assert values(total)["a"] == 400.0
    assert np.isnan(values(total)["b"])


def test_a_floor_area_told_by_a_bound_passes_only_if_the_bound_does():
    table = register(
        {"floor_area_m2": np.nan, "floor_area_m2_least": 500.0},
        {"area": "b", "floor_area_m2": np.nan, "floor_area_m2_most": 300.0},
    )
    for value, at_least in ((400.0, "pass"), (600.0, "unknown")):
        found = check(clause("floor_area", subject="clinic", value=value), table, complete=True)
        assert verdicts(found) == {"a": at_least, "b": "fail"}


def test_yunmengs_own_counts_bound_its_share_and_do_not_give_it():
    """9 of 24 have 300 m2 or more, of which 5 have 1,000: of 500 m2 for 5,000 to 10,000 people, 5 to 9 can pass."""
    floor = [(1000.0, 1000.0)] * 5 + [(300.0, np.inf)] * 4 + [(0.0, 299.0)] * 15
    table = pd.DataFrame(
        {
            "category": "community_service",
            "area": [f"c{n}" for n in range(24)],
            "floor_area_m2": np.nan,
            "floor_area_m2_least": [least for least, _ in floor],
            "floor_area_m2_most": [most if np.isfinite(most) else np.nan for _, most in floor],
        }
    )
    areas = pd.DataFrame({"people": 6855, "households": 1921}, index=[f"c{n}" for n in range(24)])
    found = check_standard("yunmeng_liushiliuyou", areas, table, complete=True)
    row = found.reported.loc["premises_500_share"]
    assert (row["ours"], row["ours_most"]) == NEAR((5 / 24, 9 / 24))
    assert (row["reported"], row["reported_most"]) == NEAR((5 / 24, 9 / 24))


def test_land_is_that_of_the_table_or_of_the_polygon():
    table = gpd.GeoDataFrame(
        {"category": "park", "area": ["a", "b", "b"], "land_area_m2": [np.nan, 900.0, np.nan]},
        geometry=[box(0, 0, 40, 40), Point(0, 0), box(0, 0, 20, 20)],
        crs=CRS,
    )
    found = check(clause("land_area", subject="park", value=1000.0, of="sum"), table)
    assert values(found) == {"a": NEAR(1600.0), "b": NEAR(1300.0)}
    assert verdicts(check(clause("presence", subject="park", least_land_m2=1000.0), table, complete=True)) == {
        "a": "pass",
        "b": "fail",
    }
    unsure = table.assign(geometry=Point(0, 0), land_area_m2=np.nan)
    assert verdicts(check(clause("presence", subject="park", least_land_m2=1000.0), unsure, complete=True)) == {
        "a": "unknown",
        "b": "unknown",
    }


def test_a_table_with_geometry_of_which_no_row_has_any_is_held_against_all_but_walks():
    table = gpd.GeoDataFrame(register({"floor_area_m2": 400.0}), geometry=gpd.GeoSeries([None], index=["f0"]), crs=4326)
    for kind in ({"kind": "floor_area", "value": 350.0}, {"kind": "presence"}, {"kind": "land_area", "value": 9.0}):
        found = check(clause(**kind, subject="clinic"), table)
        assert verdicts(found)["a"] == ("unknown" if kind["kind"] == "land_area" else "pass")


def test_numbers_and_areas_are_held_against_people_and_households():
    table = register({"floor_area_m2": 310.0}, {"area": "b", "floor_area_m2": 310.0})
    per_people = clause("count_per", subject="clinic", value=1.0, per=4000.0, per_of="people")
    found = check(per_people, table, complete=True)
    assert verdicts(found) == {"a": "pass", "b": "fail"}
    assert values(found) == NEAR({"a": 4 / 3, "b": 0.8})
    assert verdicts(check(per_people, table)) == {"a": "pass", "b": "unknown"}
    per_homes = check(clause("area_per_households", subject="clinic", value=30.0, per=100.0), table, complete=True)
    assert values(per_homes) == NEAR({"a": 31.0, "b": 15.5})
    assert verdicts(per_homes) == {"a": "pass", "b": "fail"}
    blank = check(per_people, table, areas=communities(people=[np.nan, 5000]), complete=True)
    assert blank.verdicts.loc[0, ["verdict", "reason"]].tolist() == ["unknown", "no_size"]


def test_about_is_within_a_tolerance_that_is_printed():
    size = clause("community_size", value=1800.0, per_of="households", bound="about", approximate=True)
    found = check(size, register({}))
    assert verdicts(found) == {"a": "fail", "b": "pass"}
    assert found.verdicts["approximate"].all()
    assert size.tolerance == 0.2
    assert verdicts(check(clause("community_size", value=1500.0, per_of="households", bound="max"), register({}))) == {
        "a": "pass",
        "b": "fail",
    }


def test_rooms_are_looked_for_in_one_house_or_in_all_and_under_all_their_names():
    table = register(
        {"rooms": ("图书室", "党员活动室")},
        {"rooms": ("书画室",)},
        {"area": "b", "rooms": ()},
        {"area": "b", "rooms": ("党员活动室",)},
    )
    both = clause("rooms", subject="clinic", rooms=("阅览室", "书画室"))
    assert verdicts(check(both, table)) == {"a": "pass", "b": "unknown"}
    one = check(clause("rooms", subject="clinic", rooms=("阅览室", "书画室"), in_one=True), table, complete=True)
    assert verdicts(one) == {"a": "fail", "b": "unknown"}
    typed = register({"rooms": "图书室，书画室"}, {"area": "b", "rooms": "图书室; 书画室"})
    assert verdicts(check(both, typed)) == {"a": "pass", "b": "pass"}
    assert values(one) == {"a": 1.0, "b": 0.0}
    alone = register({"category": "阅览室"}, {"rooms": ("书画室",)})
    assert verdicts(check(both, alone)) == {"a": "pass", "b": "unknown"}
    assert verdicts(check(both, register({"category": "阅览室"}))) == {"a": "unknown", "b": "unknown"}
    apart = register({"rooms": ("书画室", "阅览室"), "separate_rooms": ("书画室",)})
    separate = clause("separate_rooms", subject="clinic", rooms=("阅览室", "书画室"))
    assert verdicts(check(separate, apart, complete=True)) == {"a": "fail", "b": "fail"}


def test_so_many_kinds_of_a_list():
    table = register({}, {"category": "police"}, {"category": "clinic", "area": "b"})
    two = clause("kinds_of", kinds=("clinic", "police", "library"), value=2.0)
    assert verdicts(check(two, table)) == {"a": "pass", "b": "unknown"}
    assert verdicts(check(two, table, complete=["police"])) == {"a": "pass", "b": "unknown"}
    assert verdicts(check(two, table, complete=["police", "library"])) == {"a": "pass", "b": "fail"}


def test_what_no_map_decides_reads_a_column_of_yes_and_no():
    said = clause("not_spatial", column="制度")
    assert verdicts(check(said, register({}))) == {"a": "unknown", "b": "unknown"}
    assert verdicts(check(said, register({}), areas=communities(制度=["有", "否"]))) == {"a": "pass", "b": "fail"}
    sent = clause("response_minutes", value=10.0, column="十分钟响应")
    assert verdicts(check(sent, register({}), areas=communities(十分钟响应=["是", None]))) == {
        "a": "pass",
        "b": "unknown",
    }
    with pytest.raises(tm.TableError, match="'b': 制度 = '大概' is neither yes nor no"):
        check(said, register({}), areas=communities(制度=["有", "大概"]))


def test_clauses_speak_of_some_communities_only_and_say_of_which_not():
    sized = clause("presence", subject="clinic", applies_to=AppliesTo(people_min=4000))
    found = check(sized, register({}), complete=True)
    assert verdicts(found) == {"b": "fail"}
    assert found.not_applicable.to_numpy().tolist() == [["a", "presence", "people 3000"]]
    blank = check(sized, register({}), areas=communities(people=[np.nan, 3999]))
    assert blank.verdicts[["area", "verdict", "reason"]].to_numpy().tolist() == [["a", "unknown", "no_size"]]
    words = check(
        clause("presence", subject="clinic", applies_to=AppliesTo(kinds=("rural",))),
        register({}),
        areas=communities(kind=["农村", "城中村?"]),
    )
    assert verdicts(words) == {"a": "pass", "b": "unknown"}
    kinds = clause("presence", subject="clinic", applies_to=AppliesTo(kinds=("old", "new")))
    assert verdicts(check(kinds, register({}), areas=communities(kind=["old", "rural"]))) == {"a": "pass"}
    rural = clause("presence", subject="clinic", applies_to=AppliesTo(setting="rural"))
    assert verdicts(check(rural, register({}), areas=communities(kind=[None, "rural"]))) == {
        "a": "unknown",
        "b": "unknown",
    }


# --- walks: one street of 2 km, homes at 80, 600 and 1,200 m, a stop at its beginning ------------------------------


@pytest.fixture(scope="session")
def street() -> tm.WalkNetwork:
    lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs=CRS)
    return tm.WalkNetwork.from_edges(lines, walker="adult")


AREAS = gpd.GeoDataFrame(
    {"name": ["a", "b"]}, index=["a", "b"], geometry=[box(0, -99, 400, 99), box(400, -99, 2000, 99)], crs=CRS
)
HOMES = gpd.GeoDataFrame(
    {"people": [30, 5, 10]},
    index=["near", "mid", "far"],
    geometry=[Point(80, 0), Point(600, 0), Point(1200, 0)],
    crs=CRS,
)
STOP = gpd.GeoDataFrame({"category": ["transport_stop"]}, index=["s"], geometry=[Point(0, 60)], crs=CRS)


def walk(street: tm.WalkNetwork, one: Clause, facilities: gpd.GeoDataFrame = STOP, **options: object) -> Compliance:
    """One clause that walks, held against two communities along the street."""
    return check_standard(standard(one), AREAS, facilities, network=street, places=HOMES, **options)


def test_a_walk_is_that_of_the_last_of_the_people_and_tells_who_is_beyond(street: tm.WalkNetwork):
    found = walk(street, clause("walk_metres", subject="transport_stop", value=700.0), complete=True)
    assert verdicts(found) == {"a": "pass", "b": "fail"}
    assert values(found) == NEAR({"a": 140.0, "b": 1260.0})
    assert found.verdicts["people"].tolist() == [0.0, 10.0]
    minutes = walk(street, clause("walk_minutes", subject="transport_stop", value=10.0))
    assert values(minutes) == NEAR({"a": 1.75, "b": 15.75})
    third = walk(street, clause("walk_metres", subject="transport_stop", value=700.0, share=1 / 3))
    assert verdicts(third) == {"a": "pass", "b": "pass"}
    assert values(third)["b"] == NEAR(660.0)


def test_between_the_radius_and_the_walk_are_people_and_both_are_told(street: tm.WalkNetwork):
    found = walk(street, clause("straight_metres", subject="transport_stop", value=610.0), complete=True)
    assert verdicts(found) == {"a": "pass", "b": "fail"}
    rows = found.between.set_index("area")
    assert rows.loc["b", ["people", "straight", "walk", "between"]].tolist() == [15.0, 5.0, 0.0, 5.0]
    assert rows.loc["a", "between"] == 0.0


def test_a_facility_that_lies_nowhere_makes_the_unserved_of_its_community_unknown(street: tm.WalkNetwork):
    both = pd.concat(
        [STOP, gpd.GeoDataFrame({"category": ["transport_stop"], "area": ["b"]}, index=["t"], geometry=[None], crs=CRS)]
    )
    one = clause("walk_metres", subject="transport_stop", value=100.0)
    assert verdicts(walk(street, one, complete=True)) == {"a": "fail", "b": "fail"}
    assert verdicts(walk(street, one, both, complete=True)) == {"a": "fail", "b": "unknown"}


def test_a_table_without_any_position_or_crs_leaves_walks_unknown(street: tm.WalkNetwork):
    one = clause("walk_metres", subject="transport_stop", value=100.0)
    nowhere = gpd.GeoDataFrame({"category": ["transport_stop"], "area": ["b"]}, index=["t"], geometry=[None])
    found = walk(street, one, nowhere, complete=True)
    assert verdicts(found) == {"a": "fail", "b": "unknown"}
    assert found.verdicts["reason"].tolist() == ["short", "no_position"]


def test_no_facility_no_streets_and_no_homes_are_unknown_for_their_own_reasons(street: tm.WalkNetwork):
    one = clause("walk_metres", subject="library", value=500.0)
    assert walk(street, one).verdicts["reason"].tolist() == ["not_listed"] * 2
    assert verdicts(walk(street, one, complete=["library"])) == {"a": "fail", "b": "fail"}
    assert check_standard(standard(one), AREAS, STOP).verdicts["reason"].tolist() == ["no_streets"] * 2
    apart = check_standard(standard(one), AREAS, STOP, network=street, places=HOMES.loc[["near"]])
    assert apart.verdicts["reason"].tolist() == ["not_listed", "no_homes"]


@pytest.mark.parametrize("source", ["OpenStreetMap", "register.xlsx", None])
def test_how_far_it_is_fails_nobody_where_others_may_be_unlisted(street: tm.WalkNetwork, source: str | None):
    one = clause("walk_metres", subject="transport_stop", value=100.0)
    stops = STOP.assign(source=source)
    found = walk(street, one, stops)
    assert verdicts(found) == {"a": "unknown", "b": "unknown"}
    assert found.verdicts["reason"].tolist() == ["may_be_unlisted"] * 2
    assert verdicts(walk(street, one, stops, complete=["transport_stop"])) == {"a": "fail", "b": "fail"}


def test_kinds_within_a_walk_and_shares_of_the_town(street: tm.WalkNetwork):
    two = pd.concat([STOP, STOP.assign(category="park", geometry=Point(1000, 0)).rename({"s": "p"})])
    kinds = clause("kinds_of", kinds=("transport_stop", "park"), value=2.0, within=700.0, within_kind="walk_metres")
    found = walk(street, kinds, two, complete=True)
    assert values(found) == NEAR({"a": 920.0, "b": 1260.0})
    assert found.verdicts["unit"].tolist() == ["m", "m"]
    assert verdicts(found) == {"a": "fail", "b": "fail"}
    people = clause("share_of_people", subject="transport_stop", value=0.7, within=700.0, within_kind="walk_metres")
    town = walk(street, people).town.iloc[0]
    assert (town["verdict"], town["value"], town["people"]) == ("pass", NEAR(35 / 45), 10.0)
    has = clause("presence", subject="transport_stop")
    half = clause("share_of_communities", clause_of="presence", value=0.5)
    both = check_standard(standard(has, half), AREAS, STOP, complete=True)
    assert both.town[["verdict", "value", "value_most"]].to_numpy().tolist() == [["pass", 0.5, 0.5]]
    open_end = check_standard(standard(has, half), AREAS, STOP)
    assert open_end.town[["verdict", "value", "value_most"]].to_numpy().tolist() == [["pass", 0.5, 1.0]]


def test_a_clause_about_the_town_that_nothing_here_decides_is_unknown():
    said = clause("not_spatial", column="连锁", level="town")
    assert check(said, register({})).town["verdict"].tolist() == ["unknown"]


def test_a_facility_of_another_tier_does_not_stand_in(street: tm.WalkNetwork):
    from tenmin.inputs.standards import Tier

    tiers = tuple(Tier(name, source="x", evidence="user") for name in ("tier5", "tier15"))
    one = clause("walk_metres", subject="transport_stop", value=700.0, tier="tier5")
    told = {"entered_by": "a", "entered_on": "b", "source": "x", "evidence": "user"}
    rules = Standard("toy", "试", "toy", "x", clauses=(one,), tiers=tiers, **told)
    for tier, expected in (("tier15", "unknown"), ("tier5", "pass"), (None, "pass")):
        found = check_standard(rules, AREAS, STOP.assign(tier=tier), network=street, places=HOMES)
        assert verdicts(found)["a"] == expected


# --- grades -----------------------------------------------------------------------------------------------------


def graded(**rows: str) -> str:
    """The grade of a community with these answers to five clauses of yes and no, and a floor area."""
    clauses = [clause("not_spatial", id=name, column=name) for name in "vwxyz"]
    floor = clause("floor_area", subject="clinic", value=100.0)
    areas = pd.DataFrame({name: [rows.get(name, "是")] for name in "vwxyz"}, index=["a"])
    size = {"yes": 100.0, "no": 50.0, "?": np.nan}[rows.get("floor", "yes")]
    table = register({"floor_area_m2": size})
    return check_standard(standard(*clauses, floor), areas, table, complete=True).grades["a"]


@pytest.mark.parametrize(
    ("answers", "grade"),
    [
        ({}, "达标"),
        ({"v": "否"}, "基本达标"),
        ({"v": "否", "w": "否"}, "未达标"),
        ({"floor": "no"}, "未达标"),
        ({"v": ""}, "无法判定"),
        ({"v": "否", "w": "否", "x": ""}, "未达标"),
        ({"floor": "?"}, "无法判定"),
    ],
)
def test_grades(answers: dict[str, str], grade: str):
    assert graded(**answers) == grade
    assert grade in GRADES


def test_a_standard_that_asks_for_nothing_grades_nobody():
    found = check_standard("china_2005_benchmarks", communities(), register({}))
    assert set(found.grades) == {"无法判定"}


def test_totals_name_their_denominator_and_divide_by_street_kind_and_district():
    areas = communities(kind=["old", "new"]).assign(level="社区")
    areas.loc["s"] = ["河南街道", "示范区", np.nan, np.nan, None, "街道"]
    found = check(clause("presence", subject="clinic"), register({}), areas=areas, complete=True)
    (row,) = found.totals().to_dict("records")
    assert (row["areas"], row["pass"], row["fail"], row["share"], row["people"]) == (2, 1, 1, 0.5, 5000.0)
    assert found.totals("kind").set_index("kind")["share"].to_dict() == {"old": 1.0, "new": 0.0}
    assert found.totals("parent")["parent"].tolist() == ["河南街道"]
    assert found.totals("district")["district"].tolist() == ["示范区"]
    assert found.grade_totals("kind").loc["old", "达标"] == 1
    with pytest.raises(tm.TableError, match="no column 'colour'"):
        found.totals("colour")


def test_jiaxings_own_figures_come_out_of_a_table_that_has_them():
    """361 communities, 276,600 m2, of which 149,597 offices and 108,716 for activities."""
    parts = {"办公": 149_597.0, "活动": 108_716.0, "其他": 18_287.0}
    areas = pd.DataFrame({"name": [f"社区{n}" for n in range(361)]}, index=[f"c{n}" for n in range(361)])
    table = pd.concat(
        pd.DataFrame({"category": "community_service", "area": areas.index, "floor_area_m2": size / 361, "use": use})
        for use, size in parts.items()
    ).reset_index(drop=True)
    ours = check_standard("jiaxing_2012", areas, table).reported["ours"]
    assert ours["communities"] == 361
    assert round(ours["premises_mean"]) == 766
    assert ours["premises_total"] == NEAR(276_600)
    assert round(ours["office_share"], 3) == 0.541
    assert round(ours["activity_share"], 3) == 0.393
    assert ours["premises_pass"] == 1.0


def test_jinans_share_is_that_of_communities_meeting_or_basically_meeting():
    """231 of 445 are reported; of two, one is sent to and has the size, of the other nobody says."""
    areas = communities(households=[3000, 3100], response_10min=["是", None])
    row = check_standard("jinan_2008_10min", areas, register({})).reported.loc["meeting_share"]
    assert row["reported"] == NEAR(231 / 445, abs=5e-4)
    assert (row["ours"], row["ours_most"]) == (0.5, 1.0)


# --- laws ---------------------------------------------------------------------------------------------------------

TOWNS = 8
"""Towns that one example holds: to check a standard costs the same for one as for many."""


def town_rows(areas: list[str | None]) -> st.SearchStrategy[list[dict]]:
    """Rows of a register, by the communities they may name."""
    one = st.fixed_dictionaries(
        {
            "category": st.sampled_from(["clinic", "police", "community_service"]),
            "area": st.sampled_from(areas),
            "floor_area_m2": st.sampled_from([np.nan, 50.0, 400.0, 700.0]),
            "rooms": st.sampled_from([(), ("阅览室",), ("阅览室", "党员活动室")]),
            "state": st.sampled_from([None, "in_use", "vacant"]),
        }
    )
    return st.lists(one, max_size=6)


@st.composite
def many_towns(draw: st.DrawFn) -> list[list[dict]]:
    """Rows of towns of two communities each; half the time some stand nowhere, and speak to all."""
    loose = draw(st.booleans())
    return [draw(town_rows([f"a{k}", f"b{k}", *([None] if loose else [])])) for k in range(TOWNS)]


def all_communities() -> pd.DataFrame:
    """The two communities of every town."""
    ids = [f"{letter}{k}" for k in range(TOWNS) for letter in "ab"]
    both = pd.concat([communities()] * TOWNS).set_axis(ids)
    number = [label[1:] for label in ids]
    return both.assign(name=both["name"] + number, parent=both["parent"] + number)


ORDER = {"fail": 0, "unknown": 1, "pass": 2}


def ranks(found: Compliance) -> np.ndarray:
    """The verdicts as numbers, worst first."""
    return found.verdicts["verdict"].map(ORDER).to_numpy()


def all_rows(towns: list[list[dict]]) -> pd.DataFrame:
    """The rows of all towns, and one more, as a register; a table has a row."""
    return register(*(row for rows in towns for row in rows), {"area": "a0"})


@cases(3)
@given(many_towns(), many_towns())
def test_one_more_facility_makes_nothing_worse_in_a_complete_register(rows: list[list[dict]], more: list[list[dict]]):
    areas = all_communities()
    one, two = (
        check_standard("jiaxing_2012", areas, all_rows(some), complete=list(COMPLETE)) for some in (rows, rows + more)
    )
    known = one.verdicts["verdict"] != "unknown"
    assert (ranks(two)[known] >= ranks(one)[known]).all()


COMPLETE = (
    "clinic",
    "police",
    "community_service",
    "social_affairs",
    "citizens_school",
    "fitness",
    "one_stop_hall",
    "elderly_care",
)


HELD = (
    clause("presence", subject="clinic"),
    clause("presence", id="two", subject="clinic", value=2.0, least_floor_m2=100.0),
    clause("count_per", subject="clinic", value=1.0, per=2000.0, per_of="people"),
    clause("floor_area", subject="clinic", value=350.0),
    clause("floor_area", id="about", subject="clinic", value=350.0, bound="about", of="sum"),
    clause("area_per_households", subject="clinic", value=30.0, per=100.0),
    clause("land_area", subject="clinic", value=350.0),
    clause("rooms", subject="clinic", rooms=("阅览室", "党员活动室")),
    clause("rooms", id="in_one", subject="clinic", rooms=("阅览室", "党员活动室"), in_one=True),
    clause("kinds_of", kinds=("clinic", "police", "library"), value=2.0),
    clause("walk_metres", subject="clinic", value=500.0),
    clause("straight_metres", subject="clinic", value=300.0, share=0.6, least_floor_m2=100.0),
    clause("kinds_of", id="near", kinds=("clinic", "police"), value=2.0, within=500.0, within_kind="walk_metres"),
    clause("share_of_people", subject="clinic", value=0.7, within=500.0, within_kind="walk_metres"),
)
"""Every kind of clause about facilities."""


@st.composite
def placed_rows(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Facilities along the street, of which the first rows may be taken."""
    rows = draw(st.lists(town_rows(["a", "b", None]).filter(bool).map(lambda rows: rows[0]), min_size=1, max_size=5))
    spots = draw(st.lists(st.sampled_from([None, 0, 300, 700, 1500]), min_size=len(rows), max_size=len(rows)))
    sources = draw(
        st.lists(st.sampled_from(["OpenStreetMap", "register.xlsx"]), min_size=len(rows), max_size=len(rows))
    )
    points = [None if spot is None else Point(spot, 0) for spot in spots]
    return gpd.GeoDataFrame(register(*rows).assign(source=sources), geometry=points, crs=CRS)


@pytest.mark.filterwarnings("ignore:.* stand outside the areas that they name")
@cases(2)
@given(placed_rows(), st.integers(0, 4), st.sets(st.sampled_from(["clinic", "police"])))
def test_more_rows_of_an_incomplete_table_worsen_no_verdict(
    street: tm.WalkNetwork, rows: gpd.GeoDataFrame, fewer: int, complete: set[str]
):
    """Whatever is added, what was unknown does not fail and what passed does, but where the clinics are all listed."""
    areas = AREAS.assign(households=[1000, 2000], people=[3000, 5000])
    before, after = (
        check_standard(standard(*HELD), areas, some, network=street, places=HOMES, complete=complete)
        for some in (rows.iloc[:fewer], rows)
    )
    if "clinic" not in complete:
        assert (ranks(after) >= ranks(before)).all()
        assert (after.town["verdict"].map(ORDER) >= before.town["verdict"].map(ORDER)).all()
    for found in (before, after):
        unlisted = found.verdicts[found.verdicts["may_be_unlisted"]]
        assert (unlisted["verdict"] == "unknown").all()
        assert unlisted["reason"].isin(["not_listed", "may_be_unlisted"]).all()
        assert "clinic" not in complete or unlisted["clause"].isin(["kinds_of", "near"]).all()


@cases(3)
@given(many_towns())
def test_to_call_a_register_complete_only_settles_what_was_unknown(rows: list[list[dict]]):
    table, areas = all_rows(rows), all_communities()
    loose, tight = (check_standard("jiaxing_2012", areas, table, complete=told) for told in ((), COMPLETE))
    settled = loose.verdicts["verdict"] != "unknown"
    assert (loose.verdicts["verdict"][settled] == tight.verdicts["verdict"][settled]).all()


@cases(3)
@given(many_towns(), st.randoms())
def test_the_order_of_rows_changes_nothing_and_no_table_is_written_to(rows: list[list[dict]], chance):
    table, areas = all_rows(rows), all_communities()
    before = table.copy(deep=True), areas.copy(deep=True)
    order = list(table.index)
    chance.shuffle(order)
    one, two = (check_standard("jiaxing_2012", areas, each, complete=True) for each in (table, table.loc[order]))
    pd.testing.assert_frame_equal(one.verdicts, two.verdicts)
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(areas, before[1])
    counted = one.totals()
    assert (counted["pass"] + counted["fail"] + counted["unknown"] == counted["areas"]).all()
    assert set(one.verdicts["reason"]) <= set(REASONS)


# --- a complete register and what other sources list ----------------------------------------------------------------

REGISTER = register({"complete": "clinic;police", "source": "register.xlsx"})
"""A register of the clinics and the police, which has one clinic, in a."""


def other(category: str, **fields: object) -> pd.DataFrame:
    """One more row, of OpenStreetMap, in b."""
    return register({"category": category, "area": "b", "source": "OpenStreetMap", **fields}).set_axis(["o"])


@pytest.mark.parametrize(
    ("category", "subject", "verdict", "complete"),
    [
        ("clinic", "clinic", "fail", ["clinic"]),
        ("health_station", "clinic", "fail", ["clinic"]),
        ("health_station", "health_station", "pass", ["clinic"]),
        ("police", "police", "fail", ["police"]),
        ("pharmacy", "pharmacy", "pass", []),
    ],
)
def test_a_complete_register_decides_and_what_others_list_besides_is_listed(
    category: str, subject: str, verdict: str, complete: list[str]
):
    both = pd.concat([REGISTER, other(category)])
    found = check(clause("presence", subject=subject), both)
    assert verdicts(found)["b"] == verdict
    rows = found.contradictions
    assert rows["complete"].tolist() == complete
    assert rows[["facility", "category", "source"]].to_numpy().tolist() == [["o", category, "OpenStreetMap"]] * len(
        rows
    )


def test_a_register_complete_for_a_part_decides_that_part_of_the_whole():
    table = REGISTER.assign(complete="health_station")
    for category, verdict in (("health_station", "unknown"), ("health_centre", "pass")):
        found = check(clause("presence", subject="clinic"), pd.concat([table, other(category)]))
        assert verdicts(found)["b"] == verdict


def test_what_is_said_of_the_whole_table_contradicts_no_row_of_it():
    both = pd.concat([REGISTER.drop(columns="complete"), other("clinic")])
    assert verdicts(check(clause("presence", subject="clinic"), both, complete=["clinic"]))["b"] == "pass"
    told = pd.concat([REGISTER, other("clinic")])
    assert verdicts(check(clause("presence", subject="clinic"), told, complete=[]))["b"] == "pass"
    vacant = pd.concat([REGISTER, other("clinic", state="vacant")])
    assert check(clause("presence", subject="clinic"), vacant).contradictions.empty


def test_a_row_that_is_joined_with_one_of_the_register_counts():
    osm = gpd.GeoDataFrame({"category": ["clinic"], "area": ["b"]}, index=["n1"], geometry=[Point(600, 0)], crs=CRS)
    told = gpd.GeoDataFrame(REGISTER, geometry=[Point(610, 0)], crs=CRS)
    for both, ids in ((tm.combine_facilities(osm, told), ["n1"]), (tm.combine_facilities(told, osm), ["f0"])):
        found = check(clause("presence", subject="clinic"), both)
        assert found.links["facility"].tolist() == ids
        assert found.contradictions.empty


# --- what decides a verdict, and by how much it falls short ---------------------------------------------------------


def deciding(found: Compliance) -> dict[str, list[str]]:
    """The facilities that decide the only clause, by area."""
    return found.deciding.groupby("area")["facility"].agg(list).to_dict()


def test_each_verdict_names_the_facilities_that_decide_it(street: tm.WalkNetwork):
    two = pd.concat([STOP.assign(source="OpenStreetMap"), STOP.set_geometry([Point(1000, 0)]).set_axis(["t"])])
    found = walk(street, clause("walk_metres", subject="transport_stop", value=700.0), two)
    rows = found.deciding
    assert rows[["area", "clause", "facility", "source"]].fillna("").to_numpy().tolist() == [
        ["a", "walk_metres", "s", "OpenStreetMap"],
        ["b", "walk_metres", "t", ""],
    ]
    assert rows["metres"].tolist() == NEAR([140.0, 400.0])
    straight = walk(street, clause("straight_metres", subject="transport_stop", value=700.0), two).deciding
    assert straight[["area", "facility"]].to_numpy().tolist() == [["a", "s"], ["b", "t"]]
    assert straight["metres"].tolist() == NEAR([100.0, 400.0])
    minutes = walk(street, clause("walk_minutes", subject="transport_stop", value=1.0), two).deciding
    pd.testing.assert_frame_equal(minutes.drop(columns="clause"), rows.drop(columns="clause"))


def test_the_k_nearest_kinds_decide_a_number_of_kinds(street: tm.WalkNetwork):
    spots = {"s": ("transport_stop", 0), "p": ("park", 300), "l": ("library", 1900)}
    three = gpd.GeoDataFrame(
        {"category": [kind for kind, _ in spots.values()]},
        index=list(spots), geometry=[Point(x, 0) for _, x in spots.values()], crs=CRS,
    )  # fmt: skip
    kinds = clause(
        "kinds_of", kinds=("transport_stop", "park", "library"), value=2.0, within=700.0, within_kind="walk_metres"
    )
    found = walk(street, kinds, three)
    assert deciding(found) == {"a": ["p", "s"], "b": ["l", "p", "s"]}


def test_of_what_a_community_has_that_decides_which_counts():
    table = register(
        {"floor_area_m2": 200.0}, {"floor_area_m2": 300.0}, {"floor_area_m2": np.nan}, {"category": "police"},
        {"area": "b", "floor_area_m2": 50.0},
    )  # fmt: skip
    presence = clause("presence", subject="clinic")
    assert deciding(check(presence, table)) == {"a": ["f0", "f1", "f2"], "b": ["f4"]}
    assert deciding(check(replace(presence, least_floor_m2=250.0), table)) == {"a": ["f1", "f2"], "b": ["f4"]}
    largest = clause("floor_area", subject="clinic", value=250.0)
    assert deciding(check(largest, table)) == {"a": ["f1", "f2"], "b": ["f4"]}
    assert deciding(check(replace(largest, of="sum"), table))["a"] == ["f0", "f1", "f2"]
    assert deciding(check(clause("kinds_of", kinds=("clinic", "police"), value=2.0), table))["a"][-1] == "f3"
    rooms = clause("rooms", subject="police", rooms=("阅览室",))
    assert deciding(check(rooms, pd.concat([table, register({"category": "阅览室"}).set_axis(["r"])])))["a"] == [
        "f3",
        "r",
    ]
    assert check(clause("community_size", value=2000.0, per_of="people"), table).deciding.empty


@pytest.mark.parametrize(
    ("fields", "size", "shortfall"),
    [
        ({"kind": "floor_area", "value": 600.0}, 350.0, 250.0),
        ({"kind": "floor_area", "value": 600.0}, 600.0, 0.0),
        ({"kind": "floor_area", "value": 600.0}, np.nan, np.nan),
        ({"kind": "floor_area", "value": 300.0, "bound": "about"}, 400.0, 40.0),
        ({"kind": "floor_area", "value": 300.0, "bound": "about"}, 200.0, 40.0),
        ({"kind": "area_per_households", "value": 40.0, "per": 100.0}, 350.0, 5.0),
        ({"kind": "presence", "value": 3.0}, 350.0, 2.0),
    ],
)
def test_a_fail_tells_by_how_much(fields: dict[str, object], size: float, shortfall: float):
    found = check(clause(**fields, subject="clinic"), register({"floor_area_m2": size}), complete=True).verdicts
    assert found.loc[0, "shortfall"] == NEAR(shortfall, nan_ok=True)


def test_a_walk_that_is_too_long_tells_by_how_much(street: tm.WalkNetwork):
    found = walk(street, clause("walk_metres", subject="transport_stop", value=700.0), complete=True).verdicts
    assert found["shortfall"].tolist() == NEAR([0.0, 560.0])
    said = check(clause("not_spatial", column="制度"), register({}), areas=communities(制度=["有", "否"])).verdicts
    assert said["shortfall"].tolist() == NEAR([0.0, np.nan], nan_ok=True)


def test_the_people_of_a_total_are_those_of_its_fails_and_its_unknowns():
    areas = communities(households=[1000, np.nan])
    (row,) = (
        check(clause("area_per_households", subject="clinic", value=30.0, per=100.0), register({"floor_area_m2": 9.0}),
              areas=areas, complete=True)
        .totals()
        .to_dict("records")
    )  # fmt: skip
    assert (row["people"], row["people_fail"], row["people_unknown"]) == (8000.0, 3000.0, 5000.0)


# --- limits that are met exactly, and what counts where two sources disagree -----------------------------------------


@pytest.mark.parametrize(
    ("bound", "told", "verdict"),
    [
        ("least_land_m2", {"land_area_m2": 1000.0}, "pass"),
        ("least_land_m2", {"land_area_m2": 999.9}, "fail"),
        ("least_land_m2", {"land_area_m2_least": 1000.0}, "pass"),
        ("least_land_m2", {"land_area_m2_least": 999.9}, "unknown"),
        ("least_land_m2", {"land_area_m2_most": 1000.0}, "unknown"),
        ("least_land_m2", {"land_area_m2_most": 999.9}, "fail"),
        ("most_land_m2", {"land_area_m2": 1000.0}, "fail"),
        ("most_land_m2", {"land_area_m2": 999.9}, "pass"),
        ("most_land_m2", {"land_area_m2_least": 1000.0}, "fail"),
        ("most_land_m2", {"land_area_m2_least": 999.9}, "unknown"),
        ("most_land_m2", {"land_area_m2_most": 1000.0}, "unknown"),
        ("most_land_m2", {"land_area_m2_most": 999.9}, "pass"),
        ("least_floor_m2", {"floor_area_m2": 1000.0}, "pass"),
        ("least_floor_m2", {"floor_area_m2": 999.9}, "fail"),
        ("least_floor_m2", {"floor_area_m2_most": 1000.0}, "unknown"),
        ("least_floor_m2", {"floor_area_m2_most": 999.9}, "fail"),
    ],
)
def test_the_least_size_qualifies_and_the_largest_does_not(bound: str, told: dict[str, float], verdict: str):
    one = clause("presence", subject="clinic", **{bound: 1000.0})
    assert verdicts(check(one, register(told), complete=True))["a"] == verdict


@pytest.mark.parametrize(
    ("people_min", "people_max", "speaks"),
    [(3000, None, True), (3001, None, False), (None, 3000, True), (None, 2999, False), (3000, 3000, True)],
)
def test_a_community_of_just_the_size_is_spoken_of(people_min: float, people_max: float, speaks: bool):
    sized = clause("presence", subject="clinic", applies_to=AppliesTo(people_min=people_min, people_max=people_max))
    assert ("a" in verdicts(check(sized, register({})))) == speaks


@pytest.mark.parametrize(
    ("fields", "size", "verdict"),
    [
        ({"kind": "floor_area", "value": 350.0}, 350.0, "pass"),
        ({"kind": "floor_area", "value": 350.0}, 349.9, "fail"),
        ({"kind": "area_per_households", "value": 35.0, "per": 100.0}, 350.0, "pass"),
        ({"kind": "area_per_households", "value": 35.0, "per": 100.0}, 349.9, "fail"),
    ],
)
def test_just_enough_is_enough(fields: dict[str, object], size: float, verdict: str):
    table = register({"floor_area_m2": size})
    assert verdicts(check(clause(**fields, subject="clinic"), table, complete=True))["a"] == verdict


def test_a_figure_wins_over_a_bound_and_a_table_over_an_outline():
    floor = clause("floor_area", subject="clinic", value=300.0)
    told = register({"floor_area_m2": 500.0, "floor_area_m2_least": 100.0, "floor_area_m2_most": 200.0})
    assert values(check(floor, told))["a"] == 500.0
    land = clause("land_area", subject="clinic", value=1000.0)
    for figure, verdict in (({"land_area_m2": 900.0}, "fail"), ({"land_area_m2_most": 900.0}, "fail"), ({}, "pass")):
        drawn = gpd.GeoDataFrame(register(figure), geometry=[box(0, 0, 40, 40)], crs=CRS)
        assert verdicts(check(land, drawn, complete=True))["a"] == verdict


def test_the_community_that_a_facility_names_wins_over_the_one_it_stands_in(street: tm.WalkNetwork):
    stands_in_a = STOP.assign(area="b")
    with pytest.warns(TenminWarning, match="1 of 1 rows of the facility table stand outside the areas that they name"):
        found = walk(street, clause("presence", subject="transport_stop"), stands_in_a, complete=True)
    assert verdicts(found) == {"a": "fail", "b": "pass"}
    assert found.links[["facility", "area", "how"]].to_numpy().tolist() == [["s", "b", "stated"]]
    nameless = walk(street, clause("presence", subject="transport_stop"), STOP.assign(area=None), complete=True)
    assert verdicts(nameless) == {"a": "pass", "b": "fail"}


def test_a_facility_with_points_in_two_communities_stands_in_both(street: tm.WalkNetwork):
    both = STOP.set_geometry([MultiPoint([(390, 0), (410, 0)])], crs=CRS)
    found = walk(street, clause("presence", subject="transport_stop"), both, complete=True)
    assert verdicts(found) == {"a": "pass", "b": "pass"}


def test_the_community_that_a_home_names_wins_over_the_one_it_stands_in(street: tm.WalkNetwork):
    one = clause("walk_metres", subject="transport_stop", value=700.0)
    with pytest.warns(TenminWarning, match="2 of 2 rows of the place table stand outside the areas that they name"):
        found = check_standard(standard(one), AREAS, STOP, network=street, places=HOMES.assign(area=["b", "a", None]))
    assert values(found) == NEAR({"a": 660.0, "b": 1260.0})


def test_people_that_the_areas_state_win_over_those_counted_from_homes(street: tm.WalkNetwork):
    size = clause("community_size", value=1000.0, per_of="people")
    stated = check_standard(standard(size), AREAS.assign(people=[3000, np.nan]), STOP, network=street, places=HOMES)
    assert values(stated) == {"a": 3000.0, "b": 15.0}
    assert stated.areas["people"].tolist() == [3000.0, 15.0]
    nobody = check_standard(standard(size), AREAS, STOP, network=street, places=HOMES.drop(columns="people"))
    assert verdicts(nobody) == {"a": "unknown", "b": "unknown"}


def test_the_setting_of_a_community_wins_over_what_its_kind_says_of_it():
    rural = clause("presence", subject="clinic", applies_to=AppliesTo(setting="rural"))
    for settings, kinds, spoken_of in (
        (["农村", "城镇"], ["old", "rural"], ["a"]),
        ([None, None], ["old", "rural"], ["b"]),
        (["urban", None], ["rural", "new"], []),
    ):
        found = check(rural, register({}), areas=communities(setting=settings, kind=kinds))
        assert found.verdicts["area"].tolist() == spoken_of


def test_what_a_caller_says_of_completeness_wins_over_what_the_table_says():
    told = register({"complete": "clinic"})
    presence = clause("presence", subject="clinic")
    assert verdicts(check(presence, told))["b"] == "fail"
    assert [verdicts(check(presence, told, complete=said))["b"] for said in (["police"], [], False)] == ["unknown"] * 3


@pytest.mark.parametrize(("walker", "pace"), [("adult", 80.0), ("older_adult", 60.0), ("child", 50.0)])
def test_the_walker_of_a_standard_walks_whoever_walked_the_network(street: tm.WalkNetwork, walker: str, pace: float):
    rules = replace(standard(clause("walk_minutes", subject="transport_stop", value=10.0)), walker=walker)
    for network in (street, street.walked_by("wheelchair")):
        found = check_standard(rules, AREAS, STOP, network=network, places=HOMES)
        assert values(found) == NEAR({"a": 140.0 / pace, "b": 1260.0 / pace})
        near = HOMES["people"][np.array([140.0, 660.0, 1260.0]) <= 10 * pace]
        assert found.between["walk"].sum() == near.sum()


@pytest.mark.parametrize(
    "fields", [{"kind": "floor_area", "value": 100.0}, {"kind": "area_per_households", "value": 10.0, "per": 100.0}]
)
def test_no_community_basically_meets_a_standard_whose_floor_area_it_fails(fields: dict[str, object]):
    said = [clause("not_spatial", id=name, column=name) for name in "vwxyz"]
    areas = pd.DataFrame({name: ["是"] for name in "vwxyz"} | {"households": [1000]}, index=["a"])
    rules = standard(*said, clause(**fields, subject="clinic"))
    for size, grade in ((100.0, "达标"), (99.0, "未达标"), (np.nan, "无法判定")):
        table = register({"floor_area_m2": size})
        assert check_standard(rules, areas, table, complete=True).grades["a"] == grade


@pytest.mark.parametrize(("share", "grade"), [(0.8, "基本达标"), (0.81, "未达标"), (0.79, "基本达标"), (1.0, "未达标")])
def test_just_the_basic_share_of_clauses_is_enough(share: float, grade: str):
    rules = standard(*(clause("not_spatial", id=name, column=name) for name in "vwxyz"))
    areas = pd.DataFrame({name: ["否" if name == "v" else "是"] for name in "vwxyz"}, index=["a"])
    assert check_standard(rules, areas, register({}), basic_share=share).grades["a"] == grade


def test_who_lives_where_the_data_ends_may_have_a_stop_beyond_and_fails_no_clause():
    """The street goes on past its end, 200 m from the homes of b."""
    lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1400, 0)])], crs=CRS)
    cut = tm.WalkNetwork.from_edges(lines, walker="adult", boundary=box(-99, -99, 1300, 99))
    for value, verdict, reason in ((150.0, "fail", "short"), (250.0, "unknown", "data_end"), (1300.0, "pass", "")):
        one = clause("walk_metres", subject="transport_stop", value=value)
        homes = HOMES.loc[["far"]]
        found = check_standard(standard(one), AREAS, STOP, network=cut, places=homes, complete=True).verdicts
        row = found[found["area"] == "b"].iloc[0]
        assert (row["verdict"], row["reason"], row["value"]) == (verdict, reason, NEAR(1260.0))
