"""示范区's tables held against standards: every verdict is known, worked out by hand."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

import tenmin as tm
from conftest import REPOSITORY
from shifan_oracle import CRS, EAST, NORTH
from shifan_verdicts import (
    BEYOND,
    COMBINED,
    COMMUNITIES,
    COMPLETE,
    GRADES,
    KNOWN_VALUES,
    MINUTES,
    SUBDISTRICT_VERDICTS,
    SUBDISTRICTS,
    VERDICTS,
)
from tenmin.inputs.areas import read_areas
from tenmin.inputs.facilities import (
    combine_facilities,
    complete_categories,
    detect_datum_shift,
    find_facilities,
    read_facilities,
)
from tenmin.inputs.places import read_places
from tenmin.inputs.samples import sample_path
from tenmin.inputs.standards import KINDS, Standard, load_standard
from tenmin.measures.compliance import Compliance, check_standard
from tenmin.support.contracts import list_remarks

FOUNDING = tuple(GRADES)
WORDS = {"p": "pass", "f": "fail", "n": "fail", "u": "unknown", "-": ""}
OWN = REPOSITORY / "tests/shifan_standard.toml"
OF_AREAS = {"community_size", "response_minutes", "not_spatial"}
"""Kinds of clause that the table of areas decides."""
NEAR = pytest.approx


@cache
def areas() -> gpd.GeoDataFrame:
    return read_areas(sample_path("shifan/communities.gpkg"))


@cache
def homes() -> gpd.GeoDataFrame:
    return read_places(sample_path("shifan/homes.xlsx"))


@cache
def register(*complete: str) -> gpd.GeoDataFrame:
    return read_facilities(sample_path("shifan/facilities.xlsx"), complete=complete)


@cache
def poi(datum: str = "gcj02") -> gpd.GeoDataFrame:
    return read_facilities(sample_path("shifan/poi.csv"), datum=datum, columns={"位置": "lonlat"})


@cache
def combined() -> gpd.GeoDataFrame:
    return combine_facilities(register(*COMPLETE), poi(), find_facilities(tm.read_osm(sample_path("shifan"))))


@cache
def network() -> tm.WalkNetwork:
    return tm.WalkNetwork.from_osm(sample_path("shifan"))


@cache
def standard(name: str) -> Standard:
    return load_standard(OWN if name == "shifan_known" else name)


@cache
def check(name: str, *, complete: bool = True) -> Compliance:
    """With the register complete and the streets, or with neither."""
    if not complete:
        return check_standard(standard(name), areas(), register(), places=homes())
    return check_standard(standard(name), areas(), register(*COMPLETE), network=network(), places=homes())


def table(found: Compliance) -> dict[tuple[str, str], str]:
    """The verdict on each clause, by area and clause, but for the awaited ones."""
    rows = found.verdicts
    return dict(zip(zip(rows["area"], rows["clause"], strict=True), rows["verdict"], strict=True))


def known(name: str, *, complete: bool = True) -> dict[tuple[str, str], str]:
    """The same, as it is known: without a complete register nothing fails but what the table of areas says."""
    lines = (line.split(maxsplit=1) for line in VERDICTS[name].strip().splitlines())
    by_clause = [(clause, COMMUNITIES, letters.replace(" ", "")) for clause, letters in lines]
    by_clause += [(clause, SUBDISTRICTS, row) for (of, clause), row in SUBDISTRICT_VERDICTS.items() if of == name]
    of_areas = {clause.id for clause in standard(name).clauses if clause.kind in OF_AREAS}
    bounded = {clause.id for clause in standard(name).clauses if clause.bound == "about"}
    open_words = {**WORDS, "f": "unknown", "n": "unknown"}

    def word_of(clause: str, letter: str) -> str:
        if complete or clause in of_areas:
            return WORDS[letter]
        return "unknown" if clause in bounded else open_words[letter]

    return {
        (area, clause): word
        for clause, labels, letters in by_clause
        for area, letter in zip(labels, letters, strict=True)
        if (word := word_of(clause, letter))
    }


def values(found: Compliance, clause: str, column: str = "value") -> list[float]:
    rows = found.verdicts[found.verdicts["clause"] == clause]
    return rows.set_index("area")[column].reindex(list(COMMUNITIES)).tolist()


def cells(path: Path) -> list[list[object]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).worksheets[0].iter_rows()]


def test_the_script_writes_the_committed_files(tmp_path):
    script = REPOSITORY / "scripts/make_shifan_tables.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True, capture_output=True)
    made = sorted(tmp_path.iterdir())
    assert [path.name for path in made] == ["communities.gpkg", "facilities.xlsx", "homes.xlsx", "poi.csv"]
    shipped = sample_path("shifan").parent
    assert (shipped / "poi.csv").read_bytes() == made[3].read_bytes()
    assert [cells(shipped / path.name) == cells(path) for path in made[1:3]] == [True, True]
    pd.testing.assert_frame_equal(gpd.read_file(made[0]), gpd.read_file(shipped / "communities.gpkg"))


def test_what_planners_write_is_read_and_listed():
    table = register(*COMPLETE)
    listed = list_remarks(table).set_index("id")
    assert listed["value"].to_dict() == {
        "S005": "约600", "S006": "300以上", "S010": "", "S012": "老年活动室", "P006": "400余",
        "E003": "不足200", "R006": "",
    }  # fmt: skip
    assert listed["used"].all()
    floor = table["floor_area_m2"]
    assert floor[["S001", "S002", "S004", "S005", "S007", "S011", "C001"]].tolist() == [
        1200, 200, 350, 600, 700, 96.5, 2000,
    ]  # fmt: skip
    assert table["land_area_m2"][["Q002", "Q004", "R003"]].tolist() == NEAR([12_000, 2000, 1600])
    assert table.loc["S006", ["floor_area_m2_least", "floor_area_m2_most"]].tolist() == NEAR([300, np.nan], nan_ok=True)
    assert (table.loc["S007", "area"], table.loc["S011", "area"]) == (("东街社区", "文昌社区"), ())
    assert table["state"].value_counts().to_dict() == {
        "in_use": len(table) - 6, "planned": 4, "vacant": 1, "converted": 1,
    }  # fmt: skip
    assert table.geometry.isna().sum() == 2


def test_positions_are_those_of_the_plan_in_every_datum():
    for frame, label, spot in (
        (register(), "S001", (500, 200)), (homes(), "H08", (660, 550)), (poi(), "B0SF007", (1500, 900)),
    ):  # fmt: skip
        point = frame.to_crs(CRS).geometry[label]
        assert (point.x - EAST, point.y - NORTH) == NEAR(spot, abs=0.1)
    assert areas().to_crs(CRS).geometry["0103"].area == NEAR(450 * 400, rel=1e-5)


def test_the_communities_and_the_homes_agree():
    there, lived_in = areas(), homes().groupby("area")[["households", "people"]].sum()
    for column, missing in (("households", "0201"), ("people", "0203")):
        told = there.loc[list(COMMUNITIES), column]
        assert told.index[told.isna()].tolist() == [missing]
        assert (told.dropna() == lived_in[column].drop(missing)).all()
        assert there.loc["01", column] == told[there["parent"] == "01"].sum()
    assert set(there["kind"].dropna()) == {"old", "new", "resettled", "rural"}
    outlines = there.to_crs(CRS).geometry[homes()["area"]].set_axis(homes().index)
    assert homes().to_crs(CRS).within(outlines).all()


def test_the_points_of_a_map_service_are_joined_with_the_register():
    listed = list_remarks(combined()).set_index("id")
    left_out = listed.loc[~listed["used"], "kept"]
    assert left_out[left_out.index.str.startswith("B0SF")].to_dict() == {
        "B0SF001": "B001", "B0SF002": "B002", "B0SF003": "K003", "B0SF004": "K004", "B0SF005": "R005",
        "B0SF006": "F004",
    }  # fmt: skip
    from_osm = left_out[~left_out.index.str.startswith("B0SF")]
    assert sorted(from_osm) == ["B0SF012", "S007"]
    assert list_remarks(poi())[["id", "value"]].to_numpy().tolist() == [["B0SF015", "050600"]]
    assert complete_categories(combined()) == set(COMPLETE)


def test_a_forgotten_datum_is_told_by_the_same_names():
    shift = detect_datum_shift(poi("wgs84"), register())
    assert shift is not None
    assert shift.pairs >= 5
    with pytest.warns(tm.TenminWarning, match="datum='gcj02'"):
        combine_facilities(register(), poi("wgs84"))


@pytest.mark.parametrize("name", VERDICTS)
def test_every_verdict_is_the_known_one(name):
    found = table(check(name))
    assert {key: found.get(key) for key in known(name)} == known(name)
    assert set(found) - set(known(name)) <= {("00", "parks_district")}


@pytest.mark.parametrize("name", VERDICTS)
def test_without_a_complete_register_what_is_absent_or_short_is_unknown(name):
    found = table(check(name, complete=False))
    walked = {clause.id for clause in standard(name).clauses if clause.kind in {"walk_minutes", "walk_metres"}}
    expected = {key: verdict for key, verdict in known(name, complete=False).items() if key[1] not in walked}
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize("name", FOUNDING)
def test_the_map_service_and_openstreetmap_add_what_they_have(name):
    found = check_standard(standard(name), areas(), combined(), network=network(), places=homes())
    assert table(found) == {**known(name), **COMBINED[name]}


@pytest.mark.parametrize("name", FOUNDING)
def test_the_same_without_streets_but_for_what_walks(name):
    walked = {clause.id for clause in standard(name).clauses if clause.kind in {"walk_minutes", "straight_metres"}}
    found = table(check_standard(standard(name), areas().drop(columns="geometry"), register(*COMPLETE)))
    by_homes = {("0203", "premises_500"), ("02", "subdistrict_people")}
    by_outline = {key for key in found if key[0] == "0205"}
    expected = known(name)
    for key, verdict in found.items():
        if key[1] in walked or key in by_homes:
            assert verdict == "unknown", key
        elif key not in by_outline:
            assert verdict == expected[key], key


@pytest.mark.parametrize("name", FOUNDING)
def test_every_grade_is_the_known_one(name):
    grades = check(name).grades
    assert grades.index.tolist() == list(COMMUNITIES)
    assert " ".join(grades) == GRADES[name]


@pytest.mark.parametrize("clause", MINUTES)
def test_the_walks_of_xuzhous_fitness_circle_are_those_of_the_plan(clause):
    found = check("xuzhou_2017")
    assert values(found, clause) == NEAR([metres / 80 for metres in MINUTES[clause]], abs=0.005)
    assert values(found, clause, "people") == list(BEYOND[clause])


@pytest.mark.parametrize("clause", KNOWN_VALUES)
def test_the_figures_of_our_own_standard_are_known(clause):
    assert values(check("shifan_known"), clause) == NEAR(list(KNOWN_VALUES[clause]), abs=0.3, nan_ok=True)


def test_our_own_standard_uses_every_kind_of_clause_but_that_of_test_described_walks():
    assert {clause.kind for clause in standard("shifan_known").clauses} == set(KINDS) - {"along_walk"}


def test_between_the_radius_and_the_walk_live_those_whom_walls_and_rails_part():
    rows = check("shifan_known").between.set_index(["clause", "area"])
    both = {area: rows.loc[("square_radius", area), ["straight", "walk", "between"]].tolist() for area in COMMUNITIES}
    assert both == {
        "0101": [8200, 8200, 0], "0102": [2600, 0, 2600], "0103": [10_000, 3000, 7000], "0104": [5000, 3000, 2000],
        "0105": [12_400, 6000, 6400], "0201": [0, 0, 0], "0202": [9300, 9300, 0], "0203": [6100, 0, 6100],
        "0204": [6000, 0, 6000], "0205": [1300, 1300, 0],
    }  # fmt: skip


def test_communities_lack_of_sports_rooms_what_the_walks_on_the_plan_say():
    """3,500 people walk 1,080 m and 2,500 walk 1,120 m; of 东街社区 those near the end of the data are left out."""
    register_of_rooms = register(*COMPLETE).query("category == 'sports_room'")
    coverage = tm.measure_coverage(network(), homes(), register_of_rooms, minutes=10, areas=areas())
    scores = tm.score_areas(coverage, areas()).set_index("area")
    lost = {
        "0102": 2000 * 0.5,
        "0103": 1000,
        "0202": 4000 * 0.15,
        "0204": 3500 * 0.35 + 2500 * 0.4,
        "0205": 1300 * 0.075,
    }
    assert scores["unknown"][scores["unknown"] > 0].to_dict() == {"00": 4000, "02": 4000, "0201": 4000}
    people = scores["people"] - scores["unknown"]
    for area in COMMUNITIES:
        assert scores.loc[area, "shortfall"] == NEAR(100 * lost.get(area, 0.0) / people[area], abs=0.01)
    assert scores.loc["00", "score"] == NEAR(100 - 100 * sum(lost.values()) / 65_900, abs=0.01)


def test_the_town_as_a_whole():
    town = check("shifan_known").town.set_index("clause")
    assert town["verdict"].to_dict() == {"clinics_of_town": "fail", "sports_of_70": "pass", "sports_of_80": "unknown"}
    assert town.loc["clinics_of_town", ["value", "value_most"]].tolist() == [0.6, 0.6]
    assert town.loc["sports_of_70", ["value", "people"]].tolist() == NEAR([51_600 / 69_900, 18_300])
    open_end = check("shifan_known", complete=False).town.set_index("clause").loc["clinics_of_town"]
    assert open_end[["verdict", "value", "value_most"]].tolist() == ["unknown", 0.6, 1.0]


def test_only_the_homes_beside_a_facility_without_position_are_unknown():
    town = check("shifan_known").town.set_index("clause")
    assert town.loc["sports_of_70", "value_most"] == NEAR(61_600 / 69_900)


def test_totals_by_subdistrict_district_and_kind():
    found = check("jiaxing_2012")
    columns = ["areas", "pass", "fail", "unknown", "people"]

    def premises(by: str | None) -> dict[object, list[float]]:
        rows = found.totals(by)
        rows = rows[rows["clause"] == "premises"]
        labels = ["all"] if by is None else rows[by].fillna("").tolist()
        return dict(zip(labels, rows[columns].to_numpy().tolist(), strict=True))

    assert premises(None) == {"all": [10, 6, 2, 2, 29_000]}
    assert premises("district") == {"00": [10, 6, 2, 2, 29_000]}
    assert premises("parent") == {"01": [5, 4, 0, 1, 12_400], "02": [5, 2, 2, 1, 16_600]}
    assert premises("kind") == {
        "old": [3, 3, 0, 0, 0], "resettled": [2, 2, 0, 0, 0], "new": [3, 0, 1, 2, 27_700], "rural": [1, 0, 1, 0, 1300],
        "": [1, 1, 0, 0, 0],
    }  # fmt: skip
    by_street = found.grade_totals("parent")
    assert by_street.loc["01"].to_dict() == {"达标": 1, "基本达标": 1, "未达标": 3, "无法判定": 0}
    assert by_street.loc["02"].to_dict() == {"达标": 0, "基本达标": 0, "未达标": 4, "无法判定": 1}


@pytest.mark.parametrize(
    ("name", "figure", "ours", "most"),
    [
        ("jiaxing_2012", "communities", 10, 10),
        ("jiaxing_2012", "premises_total", 3776.5, np.inf),
        ("jiaxing_2012", "premises_mean", 377.65, np.inf),
        ("jiaxing_2012", "premises_pass", 0.6, 0.8),
        ("jiaxing_2012", "hall_share", 0.3, 0.3),
        ("jiaxing_2012", "homecare_share", 0.7, 0.7),
        ("jiaxing_2012", "health_share", 0.7, 0.7),
        ("yunmeng_liushiliuyou", "premises_500_share", 4 / 7, 5 / 7),
        ("jinan_2008_10min", "meeting_share", 0.5, 0.7),
        ("jinan_2008_10min", "service_stations", 10, 10),
        ("jinan_2008_10min", "fitness_subdistricts", 0.5, 0.5),
        ("china_2005_benchmarks", "premises_share", 0.8, 0.8),
        ("china_2005_benchmarks", "labour_share", 0.5, 0.5),
        ("china_2005_benchmarks", "library_share", 0.6, 0.8),
    ],
)
def test_the_figures_that_a_text_reports_stand_beside_ours_as_intervals(name, figure, ours, most):
    row = check(name).reported.loc[figure]
    assert (row["ours"], row["ours_most"]) == NEAR((ours, most))


@pytest.mark.parametrize("name", FOUNDING)
def test_every_verdict_that_a_facility_decides_names_it(name):
    found = check(name)
    about = {clause.id for clause in standard(name).clauses if clause.subjects}
    rows = found.verdicts[found.verdicts["clause"].isin(about)]
    named = set(zip(found.deciding["area"], found.deciding["clause"], strict=True))
    passed = rows[rows["verdict"] == "pass"]
    assert set(zip(passed["area"], passed["clause"], strict=True)) <= named
    absent = rows[rows["reason"].isin(["none", "not_listed"])]
    walked = {clause.id for clause in standard(name).clauses if clause.unit in {"min", "m"}}
    assert not {key for key in zip(absent["area"], absent["clause"], strict=True) if key[1] not in walked} & named
    assert set(found.deciding["facility"]) <= set(found.links["facility"])


def test_what_is_not_in_use_is_listed_with_its_floor():
    idle = check("jiaxing_2012").idle
    assert idle["state"].to_dict() == {
        "S008": "vacant", "S009": "planned", "P004": "converted", "C004": "planned", "E007": "planned",
        "R004": "planned",
    }  # fmt: skip
    assert idle.loc["S008", "floor_area_m2"] == 800


def test_communities_outside_a_clause_are_listed_with_what_puts_them_there():
    rows = check("yunmeng_liushiliuyou").not_applicable
    assert rows.to_numpy().tolist() == [
        ["0102", "premises_500", "people 4600"],
        ["0105", "premises_500", "people 12400"],
        ["0205", "premises_500", "people 1300"],
    ]


def test_the_documentation_tells_the_known_verdicts():
    text = (REPOSITORY / "docs/shifan.md").read_text(encoding="utf-8")
    for place, area in enumerate(COMMUNITIES):
        cells = []
        for name, grades in GRADES.items():
            rows = [line.split(maxsplit=1)[1].replace(" ", "") for line in VERDICTS[name].strip().splitlines()]
            letters = "".join(row[place] for row in rows).replace("n", "f")
            cells.append(f"{grades.split()[place]} {letters.count('p')}/{letters.count('f')}/{letters.count('u')}")
        assert f"| {area} {areas().loc[area, 'name']} | {' | '.join(cells)} |" in text


def test_the_tables_are_told_beside_them():
    text = (sample_path("shifan").parent / "README.md").read_text(encoding="utf-8")
    names = ("make_shifan_tables.py", "communities.gpkg", "facilities.xlsx", "homes.xlsx", "poi.csv", *COMPLETE)
    assert [name for name in names if name not in text] == []
