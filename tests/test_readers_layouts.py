"""Layouts as bureaus print them: where the headings are, what stands round the table, and several sheets."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from reader_files import write_csv
from tenmin.inputs.areas import read_areas
from tenmin.inputs.communities import within_communities
from tenmin.inputs.facilities._register import read_facilities
from tenmin.inputs.places import read_places
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import TableError, TenminWarning

HEADINGS = ["街道", "社区名称", "户数", "常住人口"]
ROWS = [["翠屏街道", "东苑社区", 1200, 3200], ["翠屏街道", "西苑社区", 1000, 2800], ["云龙街道", "南苑社区", 900, 2500]]
PEOPLE = [3200.0, 2800.0, 2500.0]
ABOVE = {
    "nothing": [],
    "title": [["某区各社区人口统计表（2025年）"]],
    "form": [["某区统计表"], ["填报单位：", "某街道办事处", "填报日期：", "2025年6月"], ["", "", "", "单位：人"]],
    "form of two cells": [["填报单位", "某街道办事处"], ["表号", "SQ-01"]],
    "known word": [["社区", "某区全部", "年度", "2025"]],
}
BELOW = {
    "nothing": [],
    "note": [["注：数据来源于派出所"]],
    "notes": [["备注：1、人口为常住人口。"], ["2、户数为年末数。"], ["3、不含集体户。"]],
    "signatures": [["单位负责人：", "张三", "填表人：李四", ""], ["填报日期：2025年6月30日"]],
    "totals and source": [["合计", "", 3100, 8500], ["资料来源：区统计局"]],
    "of all": [["全区合计：", "", 3100, 8500]],
}


def book(path: Path, rows: list[list[object]], merged: tuple[str, ...] = (), **others: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, lines in {"表1": rows, **others}.items():
        if lines:
            sheet = made.create_sheet(title)
            for line in lines:
                sheet.append([cell if cell != "" else None for cell in line])
    for one in merged:
        made.worksheets[0].merge_cells(one)
    made.save(path)
    return path


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@pytest.mark.parametrize("above", ABOVE)
@pytest.mark.parametrize("below", BELOW)
def test_what_stands_above_and_below_is_left_out_and_listed(tmp_path: Path, name, above, below):
    lines: list[list[object]] = [*ABOVE[above], HEADINGS, *ROWS, *BELOW[below]]
    path = tmp_path / name
    table = read_areas(book(path, lines) if name == "a.xlsx" else write_csv(path, lines))
    assert table["people"].tolist() == PEOPLE
    assert table.index.tolist() == ["翠屏街道/东苑社区", "翠屏街道/西苑社区", "云龙街道/南苑社区"]
    listed = list_remarks(table)
    assert len(listed) == len(ABOVE[above]) + len(BELOW[below])
    assert not listed.empty or not ABOVE[above] + BELOW[below]
    if len(listed):
        assert not listed["used"].any()


TWO_ROWS = [
    ["街道", "社区名称", "户数", "人口", "", "", "坐标", ""],
    ["", "", "", "总数", "60岁以上", "0-2岁", "经度", "纬度"],
]
TWO_ROWS_BODY = [
    ["翠屏街道", "东苑社区", 1200, 3200, 640, 70, 117.18, 34.26],
    ["翠屏街道", "西苑社区", 1000, 2800, 700, 50, 117.19, 34.27],
]
FILLED = [
    ["街道", "社区名称", "户数", "人口", "人口", "人口", "坐标", "坐标"],
    ["街道", "社区名称", "户数", "总数", "60岁以上", "0-2岁", "经度", "纬度"],
]


@pytest.mark.parametrize("heads", [TWO_ROWS, FILLED, [["某表"], *TWO_ROWS], [["某表"], *FILLED]])
@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_two_rows_of_headings_are_one(tmp_path: Path, heads, name):
    lines = [*heads, *TWO_ROWS_BODY]
    table = read_areas(book(tmp_path / name, lines) if name == "a.xlsx" else write_csv(tmp_path / name, lines))
    assert table[["people", "people_60_plus", "people_0_2", "households"]].to_numpy().tolist() == [
        [3200.0, 640.0, 70.0, 1200.0],
        [2800.0, 700.0, 50.0, 1000.0],
    ]
    assert [round(point.x, 2) for point in table.geometry] == [117.18, 117.19]


def test_two_rows_of_headings_with_merged_cells(tmp_path: Path):
    merged = ("A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:H2", "A4:A5")
    body = [TWO_ROWS_BODY[0], ["", *TWO_ROWS_BODY[1][1:]]]
    table = read_areas(book(tmp_path / "a.xlsx", [["某表"], *TWO_ROWS, *body], merged))
    assert table["people"].tolist() == [3200.0, 2800.0]
    assert table["parent"].tolist() == ["翠屏街道", "翠屏街道"]


def test_three_rows_of_headings_and_a_unit_below(tmp_path: Path):
    lines = [
        ["社区", "户籍情况", "", "常住情况", ""], ["", "户数", "人口", "户数", "人口"],
        ["", "(户)", "(人)", "(户)", "(人)"], ["东苑社区", 5, 10, 6, 12],
    ]  # fmt: skip
    table = read_areas(book(tmp_path / "a.xlsx", lines))
    assert table[["people", "people_base", "households"]].iloc[0].tolist() == [12.0, "常住", 6.0]
    table = read_areas(
        book(tmp_path / "b.xlsx", [["社区", "人口", ""], ["", "常住", "户籍"], ["东苑社区", 12, 10]]),
    )
    assert table[["people", "people_base", "人口/户籍"]].iloc[0].tolist() == [12.0, "常住", "10"]


def test_header_says_where_the_headings_are(tmp_path: Path):
    lines = [["a", "b", "c"], ["q", "社区名称", "人口"], ["一", "东苑社区", 5]]
    path = book(tmp_path / "a.xlsx", [["社区名称", "人口", "年"], *lines])
    assert read_areas(path, header=3)["people"].tolist() == [5.0]
    path = book(tmp_path / "b.xlsx", [["某表", "x"], *TWO_ROWS, *TWO_ROWS_BODY])
    assert read_areas(path, header=(2, 3))["people"].tolist() == [3200.0, 2800.0]
    with pytest.raises(TableError, match="nothing in row 9, where header= says"):
        read_areas(path, header=9)


def test_headings_of_further_pages_are_no_rows(tmp_path: Path):
    table = read_areas(book(tmp_path / "a.xlsx", [HEADINGS, ROWS[0], HEADINGS, *ROWS[1:]]))
    assert table["people"].tolist() == PEOPLE
    assert list_remarks(table)["reason"].tolist() == ["the headings again"]


def test_a_sheet_for_each_subdistrict_and_an_explanation(tmp_path: Path):
    heads = HEADINGS[1:]
    sheets = {
        "填表说明": [["填表说明"], ["一、本表由街道填写。", "x"]],
        "翠屏街道": [["翠屏街道统计表"], heads, ROWS[0][1:], ROWS[1][1:], ["合计", 2200, 6000]],
        "云龙街道": [heads, ROWS[2][1:]],
    }
    table = read_areas(book(tmp_path / "a.xlsx", [], **sheets))
    assert table["people"].tolist() == PEOPLE
    assert table["parent"].tolist() == ["翠屏街道", "翠屏街道", "云龙街道"]
    listed = list_remarks(table)
    assert listed[["row", "field", "used"]].to_numpy().tolist() == [
        [0, "云龙街道", True], [0, "填表说明", False], [0, "翠屏街道", True], [1, "", False], [5, "", False],
    ]  # fmt: skip
    assert listed["reason"].iloc[0] == "joined with the other sheets; its row 1 is row 6"
    assert len(read_areas(tmp_path / "a.xlsx", sheet=["翠屏街道"])) == 2
    assert len(read_areas(tmp_path / "a.xlsx", sheet="*")) == 3


def test_sheets_that_may_be_editions_of_one_are_not_joined_by_themselves(tmp_path: Path):
    path = book(tmp_path / "a.xlsx", [], **{"2023年": [HEADINGS, ROWS[0]], "2024年": [HEADINGS, ROWS[1]]})
    with pytest.raises(TableError, match=r"may be editions of one: '2023年', '2024年'; name one by sheet=, or all by"):
        read_areas(path)
    assert len(read_areas(path, sheet="*")) == 2
    assert len(read_areas(path, sheet="2024年")) == 1
    path = book(tmp_path / "b.xlsx", [], 甲=[HEADINGS, ROWS[0]], 乙=[HEADINGS[1:], ROWS[1][1:]])
    with pytest.raises(TableError, match=r"'乙' has no '街道'; name one by sheet=, or join them by sheet='\*'"):
        read_areas(path)
    assert read_areas(path, sheet="*")["parent"].tolist()[0] == "翠屏街道"


@pytest.mark.parametrize("cell", ["1.234", "12.500", "3.400人"])
def test_a_point_before_three_digits_is_asked_about(tmp_path: Path, cell):
    rows = [["小区", "社区", "人口"], ["a", "甲", cell], ["b", "甲", "950"]]
    with pytest.raises(
        TableError, match=r"row 2, 人口: .* may be a thousand or a fraction; write it without the point"
    ):
        read_places(write_csv(tmp_path / "a.csv", rows))
    assert read_places(write_csv(tmp_path / "a.csv", rows), skip_bad=True)["people"].tolist() == [950.0]
    rows[2][2] = "0.5"
    if not cell.endswith("人"):
        assert read_places(write_csv(tmp_path / "a.csv", rows))["people"].tolist() == [float(cell), 0.5]
    rows[0][2] = "人口(千人)"
    assert read_places(write_csv(tmp_path / "a.csv", [["小区", "社区", "人口(万人)"], ["a", "甲", "1.234"]]))[
        "people"
    ].tolist() == [12340.0]


def test_people_from_households(tmp_path: Path):
    path = write_csv(tmp_path / "a.csv", [["小区", "社区", "户数"], ["a", "甲", "100"], ["b", "甲", "10"]])
    table = read_places(path, persons_per_household=2.5)
    assert table[["people", "people_base"]].to_numpy().tolist() == [[250.0, "户数×2.5"], [25.0, "户数×2.5"]]
    assert "people are estimated as 2.5 a household" in list_remarks(table)["reason"].tolist()
    with pytest.raises(TableError, match="has no people"):
        read_places(path)
    with pytest.raises(TableError, match="persons_per_household = 0; give a number above 0"):
        read_places(path, persons_per_household=0)
    path = write_csv(tmp_path / "b.csv", [["小区", "社区", "户数", "人口"], ["a", "甲", "100", "7"]])
    assert read_places(path, persons_per_household=2.5)["people"].tolist() == [7.0]
    path = write_csv(tmp_path / "c.csv", [["小区", "社区", "户数"], ["a", "甲", ""]])
    with pytest.raises(TableError, match="row 2, 户数: is empty"):
        read_places(path, persons_per_household=2.5)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("113°19′30″", "23°6′36″"), ("113°19'30\"E", "23°06'36\"N"), ("东经113度19分30秒", "北纬23度6分36秒"),
        ("113° 19′ 30″", "23° 6′ 36″"), ("113°19.5′", "23°6.6′"),
    ],
)  # fmt: skip
def test_degrees_minutes_and_seconds(tmp_path: Path, x, y):
    for headings, cells in ((["经度", "纬度"], [x, y]), (["坐标"], [f"{x}, {y}"])):
        path = write_csv(tmp_path / "a.csv", [["类别", *headings], ["药店", *cells]])
        point = read_facilities(path).geometry.iloc[0]
        assert (round(point.x, 9), round(point.y, 9)) == (113.325, 23.11)


def test_a_register_larger_than_the_list_goes_on_if_asked(tmp_path: Path):
    areas = read_areas(
        write_csv(tmp_path / "a.csv", [["社区名称", "街道"], ["东苑社区", "翠屏街道"], ["西苑社区", "翠屏街道"]])
    )
    rows = [
        ["药店", "东苑社区"],
        ["药店", "远方社区"],
        ["药店", "西苑社区、远方社区"],
        ["药店", "翠屏街道"],
        ["药店", "外街道"],
    ]
    table = read_facilities(write_csv(tmp_path / "f.csv", [["类别", "社区"], *rows]), complete=True)
    with pytest.warns(TenminWarning, match="2 of 5 rows lie outside the 2 areas"):
        inside = within_communities(table, areas)
    assert inside["area"].tolist() == [("东苑社区",), ("西苑社区",), ("翠屏街道",)]
    listed = list_remarks(inside)
    assert listed[["id", "value", "used"]].to_numpy().tolist() == [
        [table.index[1], "远方社区", False],
        [table.index[4], "外街道", False],
    ]
    assert len(table) == 5
    assert list_remarks(table).empty
    assert isinstance(inside, pd.DataFrame)


def test_a_row_without_a_name_is_outside_by_its_position(tmp_path: Path):
    square = "POLYGON ((105 38, 105.01 38, 105.01 38.01, 105 38.01, 105 38))"
    areas = read_areas(write_csv(tmp_path / "a.csv", [["社区", "边界"], ["甲", square]]))
    rows = [["药店", "105.005", "38.005"], ["药店", "106", "39"], ["药店", "", ""]]
    table = read_facilities(write_csv(tmp_path / "f.csv", [["类别", "经度", "纬度"], *rows]))
    with pytest.warns(TenminWarning, match="1 of 3 rows"):
        assert within_communities(table, areas).index.tolist() == [table.index[0], table.index[2]]
