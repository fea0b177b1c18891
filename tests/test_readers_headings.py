"""Headings as bureaus write them: what they mean, which of several is taken, and that none is dropped silently."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from reader_files import write_csv
from tenmin.inputs.areas import read_areas
from tenmin.inputs.facilities._register import read_facilities
from tenmin.inputs.places import read_places
from tenmin.inputs.readers._headings import name_columns
from tenmin.measures.compliance import check_standard
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import TableError, TenminWarning

STANDARD = """
id = "own"
title_zh = "测试"
title_en = "A test"
issued_by = "nobody"
source = "invented"
evidence = "user"
entered_by = "tests"
entered_on = "2026-01-01"

[[clause]]
id = "pharmacies"
kind = "presence"
subject = "pharmacy"
value = 4
"""
PEOPLE = {
    "常住": ["常住人口", "常住人口数", "常住人口（人）", "七普人口",
    "2020年常住人口", "社区常住人口数量", "常住人口(单位：人)",
             "人口/常住", "Resident population", "常住人口合计"],
    "实有": ["实有人口", "实有人口数量"],
    "户籍": ["户籍人口", "户籍人口数", "户籍人口[人]", "户籍/人口"],
    "总人口": ["人口", "总人口", "总人口数", "总人口数（人）", "人口数量", "人口规模", "人口总数", "人口/总数",
               "Population", "total population"],
}  # fmt: skip
OTHERS = {
    "people_60_plus": [
        "老年人口数",
        "60岁以上",
        "60岁及以上人口数",
        "人口/60岁以上",
        "其中：60岁以上（人）",
        "60周岁以上老年人",
    ],
    "people_80_plus": ["80岁以上", "80岁及以上老年人口"],
    "people_0_3": ["0-3岁", "0～3岁婴幼儿", "0至3岁人口数"],
    "people_disabled": ["残疾人数", "残疾人口数"],
    "households": ["户数", "总户数", "户数（户）", "社区户数", "户数合计", "Number of households"],
}


@pytest.mark.parametrize("table", ["areas", "places"])
@pytest.mark.parametrize(("base", "heading"), [(base, one) for base, some in PEOPLE.items() for one in some])
def test_headings_of_people_and_whom_they_count(table, base, heading):
    if table == "places" and heading.startswith("社区"):
        heading = heading.replace("社区", "小区")
    column = name_columns(["名称", heading], table, None, "a.csv").specs[heading]
    assert (column.name, column.base) == ("people", base)


@pytest.mark.parametrize(("name", "heading"), [(name, one) for name, some in OTHERS.items() for one in some])
def test_headings_of_groups_and_households(name, heading):
    assert name_columns([heading], "areas", None, "a.csv").specs[heading].name == name


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("设施分类", "category"), ("设施小类", "category"), ("业态", "category"), ("type", "category"),
        ("类别*", "category"), ("类别（必填）", "category"), ("数量", "count"),
        ("设施数量（处）", "count"), ("总建筑面积", "floor_area_m2"),
        ("建筑面积(单位：㎡)", "floor_area_m2"), ("建筑面积（平方米）", "floor_area_m2"), ("床位数量", "capacity"),
        ("服务人口", "served_people"), ("服务人口数（人）", "served_people"), ("建设状态", "state"),
    ],
)  # fmt: skip
def test_headings_of_facilities(heading, name):
    assert name_columns([heading], "facilities", None, "a.csv").specs[heading].name == name


@pytest.mark.parametrize(
    ("table", "heading"),
    [
        ("areas", "男性人口"), ("areas", "人口密度"), ("areas", "街道编号"), ("places", "社区人口"),
        ("areas", "残疾人/60岁以上"), ("areas", "女/人数"), ("facilities", "人口"),
        ("areas", "人口普查年份"), ("areas", "60岁以上独居老人"),
    ],
)  # fmt: skip
def test_headings_that_mean_something_else_are_not_taken(table, heading):
    assert heading not in name_columns([heading], table, None, "a.csv").specs


def areas(tmp_path: Path, headings: list[str], row: list[str], **options):
    return read_areas(write_csv(tmp_path / "社区.csv", [headings, row]), **options)


@pytest.mark.parametrize(
    ("headings", "taken"),
    [
        (["户籍人口", "常住人口", "总人口"], "常住人口"),
        (["户籍人口", "实有人口", "人口"], "实有人口"),
        (["总人口数", "户籍人口数"], "户籍人口数"),
        (["七普人口", "常住人口数"], "常住人口数"),
    ],
)
def test_one_of_several_headings_of_people_is_taken_and_the_others_are_kept_and_listed(tmp_path, headings, taken):
    figures = [str(100 + n) for n in range(len(headings))]
    table = areas(tmp_path, ["社区", *headings], ["甲", *figures])
    assert table["people"].tolist() == [float(figures[headings.index(taken)])]
    others = [heading for heading in headings if heading != taken]
    assert table[others].iloc[0].tolist() == [figures[headings.index(one)] for one in others]
    listed = list_remarks(table)
    assert sorted(listed["field"]) == sorted(others)
    assert listed["reason"].str.startswith(f"{taken} is taken instead").all()


def test_people_base_chooses_and_travels(tmp_path: Path):
    headings, row = ["社区", "常住人口", "户籍人口", "户籍户数", "常住户数"], ["甲", "10", "20", "2", "1"]
    table = areas(tmp_path, headings, row, people_base="户籍")
    assert table.iloc[0][["people", "people_base", "households"]].tolist() == [20.0, "户籍", 2.0]
    table = areas(tmp_path, headings, row)
    assert table.iloc[0][["people", "people_base", "households"]].tolist() == [10.0, "常住", 1.0]
    with pytest.raises(
        TableError, match=r"no heading counts the 实有 people .* it has '常住人口' \(常住\), '户籍人口' \(户籍\)"
    ):
        areas(tmp_path, headings, row, people_base="实有人口")
    with pytest.raises(TableError, match="people_base = 'x' is not known; give one of 常住, 实有, 户籍, 总人口"):
        areas(tmp_path, headings, row, people_base="x")
    path = write_csv(tmp_path / "小区.csv", [["小区", "社区", "实有人口数"], ["a", "甲", "5"]])
    assert read_places(path)["people_base"].tolist() == ["实有"]
    path = write_csv(tmp_path / "小区.csv", [["小区", "社区", "people", "people_base"], ["a", "甲", "5", "户籍"]])
    assert read_places(path)[["people", "people_base"]].iloc[0].tolist() == [5.0, "户籍"]


def test_two_headings_of_one_base_are_refused(tmp_path: Path):
    with pytest.raises(TableError, match="'人口' and '总人口数' both mean people"):
        areas(tmp_path, ["社区", "人口", "总人口数"], ["甲", "1", "2"])


@pytest.mark.parametrize("heading", ["流动党员户", "公共面积", "人口密度", "设备数量x", "坐标备注", "Households alone"])
def test_an_unknown_heading_of_people_or_sizes_is_warned_of(tmp_path: Path, heading):
    with pytest.warns(TenminWarning, match="is not used; if it is meant, say what it is by columns="):
        table = areas(tmp_path, ["社区", heading], ["甲", "7"])
    assert table[heading].tolist() == ["7"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        areas(tmp_path, ["社区", heading], ["甲", "7"], columns={heading: "mine"})


def test_every_unused_heading_is_a_remark(tmp_path: Path):
    listed = list_remarks(areas(tmp_path, ["社区", "备注", "书记"], ["甲", "x", "y"]))
    assert listed[["row", "field", "used"]].to_numpy().tolist() == [[0, "书记", True], [0, "备注", True]]


def facilities(tmp_path: Path, headings: list[str], *rows: list[str], **options):
    return read_facilities(write_csv(tmp_path / "台账.csv", [["类别", "社区", *headings], *rows]), **options)


def test_states_of_registers(tmp_path: Path):
    words = {
        "已建": "in_use", "建成": "in_use", "营业中": "in_use", "启用": "in_use", "现状": "in_use",
        "规划新建": "planned", "关停": "vacant", "已拆除": None, "撤并": None,
    }  # fmt: skip
    table = facilities(tmp_path, ["状态"], *(["药店", f"与{word}", word] for word in words))
    assert table["state"].tolist() == [state for state in words.values() if state]
    listed = list_remarks(table)
    assert listed[["row", "field", "reason", "used"]].to_numpy().tolist() == [
        [9, "状态", "no longer there; left out", False],
        [10, "状态", "no longer there; left out", False],
    ]


def test_a_number_of_facilities_counts_in_clauses_of_numbers(tmp_path: Path):
    table = facilities(
        tmp_path,
        ["数量"],
        ["药店", "甲", "3"],
        ["药店", "甲", ""],
        ["药店", "乙", "0"],
        ["药店", "乙", "1"],
        complete=True,
    )
    assert table["count"].tolist() == [3.0, 1.0, 1.0]
    left = list_remarks(table).query("not used")
    assert left[["row", "reason"]].to_numpy().tolist() == [[4, "a number of 0; left out"]]
    for wrong in ("1.5", "2以上"):
        with pytest.raises(TableError, match=r"数量 of row 2 .*is no whole number"):
            facilities(tmp_path, ["数量"], ["药店", "甲", wrong])
    listed = read_areas(write_csv(tmp_path / "社区.csv", [["社区", "人口"], ["甲", "9000"], ["乙", "3000"]]))
    standard = tmp_path / "own.toml"
    standard.write_text(STANDARD, encoding="utf-8")
    checked = check_standard(standard, listed, table)
    assert checked.verdicts.set_index("area")["value"].to_dict() == {"甲": 4.0, "乙": 1.0}
