"""Tables as bureaus keep them: what could be misread in silence is read right, listed, or refused with the way out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import tenmin as tm
from reader_files import write_csv, write_xlsx
from tenmin.inputs.communities import Communities, check_areas
from tenmin.inputs.services import name_category

PLAIN = [["名称", "类别", "社区"], ["甲", "药店", "东苑社区"], ["乙", "公园", "西苑社区"]]


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook with several sheets."""
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    del book["Sheet"]
    book.save(path)
    return path


def reasons(table: Any) -> list[tuple[int, str, bool]]:
    """Row, reason and use of each remark."""
    listed = tm.list_remarks(table)
    return list(zip(listed["row"], listed["reason"], listed["used"], strict=True)) if len(listed) else []


def facilities(folder: Path, *cells: str, heading: str) -> Any:
    """A register of pharmacies with one more column."""
    rows = [["名称", "类别", heading], *([f"n{n}", "药店", cell] for n, cell in enumerate(cells))]
    return tm.read_facilities(write_csv(folder / "a.csv", rows))


def frame(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """A frame of rows below their headings."""
    return pd.DataFrame(rows[1:], columns=list(rows[0]))


def test_a_list_of_fields_is_no_sheet_of_the_table_and_a_turned_table_is_refused(tmp_path: Path):
    fields = [["字段名", "含义", "类型"], ["名称", "设施名称", "文本"], ["类别", "见附件", "文本"]]
    table = tm.read_facilities(workbook(tmp_path / "a.xlsx", {"说明": [["各社区填报"]], "字段": fields, "台账": PLAIN}))
    assert table["name"].tolist() == ["甲", "乙"]
    assert [left for _, _, left in reasons(table)] == [False, False]
    turned = [["社区", "东苑社区", "西苑社区"], ["户数", 2950, 1600], ["人口", 8200, 4600]]
    with pytest.raises(tm.TableError, match="the headings stand in the first column; turn the table"):
        tm.read_areas(write_xlsx(tmp_path / "b.xlsx", turned))


@pytest.mark.parametrize(
    "line", [[None, None, "合计"], [None, "共2处", None], ["小计：2处", None, None], ["本页合计", None, None]]
)
def test_a_line_of_totals_is_known_wherever_it_says_so(tmp_path: Path, line: list[str | None]):
    table = tm.read_facilities(write_xlsx(tmp_path / "a.xlsx", [*PLAIN[:2], line, PLAIN[2]]))
    assert table["name"].tolist() == ["甲", "乙"]
    assert reasons(table) == [(3, "a line of totals", False)]


def test_hidden_rows_are_used_and_said_and_hidden_sheets_are_left_out_and_said(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", {"旧": PLAIN, "台账": PLAIN})
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book["台账"].row_dimensions[2].hidden = True
    book.save(path)
    table = tm.read_facilities(path)
    assert table["name"].tolist() == ["甲", "乙"]
    assert reasons(table) == [(0, "a hidden sheet; left out", False), (2, "hidden in Excel; used all the same", True)]


def test_an_error_of_a_formula_is_an_empty_cell_and_said(tmp_path: Path):
    rows = [["名称", "类别", "社区", "建筑面积"], ["甲", "药店", "#N/A", "#DIV/0!"], ["#1 店", "药店", "东苑社区", 5]]
    table = tm.read_facilities(write_xlsx(tmp_path / "a.xlsx", rows))
    assert table["area"].tolist() == [(), ("东苑社区",)]
    assert table["floor_area_m2"].isna().tolist() == [True, False]
    assert table["name"].tolist() == ["甲", "#1 店"]
    assert [row for row, reason, _ in reasons(table) if reason.startswith("is an error of a formula")] == [2, 2]


def test_characters_that_nobody_sees_make_no_other_name(tmp_path: Path):
    table = facilities(tmp_path, "东苑社区\u200b", "\ufeff东苑社区", heading="社\u200b区")
    assert table["area"].tolist() == [("东苑社区",)] * 2


@pytest.mark.parametrize(
    ("heading", "cell", "fault"),
    [
        ("人口", "350户", "has '户' after the number"),
        ("60岁以上人口", "350户", "has '户' after the number"),
        ("户数", "350人", "has '人' after the number"),
        ("人口", "4000—5000", "is a bound or an interval; give one figure"),
    ],
)
def test_a_number_of_something_else_is_refused(tmp_path: Path, heading: str, cell: str, fault: str):
    rows = [
        ["小区", "常住人口" if heading != "人口" else "备注", "经度", "纬度", heading],
        ["甲", "1", 113.3, 23.1, cell],
    ]
    with pytest.raises(tm.TableError, match=fault):
        tm.read_places(write_csv(tmp_path / "a.csv", rows))


@pytest.mark.parametrize(
    "cell",
    [
        *("北纬23.1，东经113.3", "23.1N 113.3E", "纬度:23.1,经度:113.3", "113.3/23.1", "lng=113.3, lat=23.1"),
        *("113°18′E 23°6′N", "北纬23度6分，东经113度18分"),
    ],
)
def test_what_says_that_it_is_north_is_the_latitude(tmp_path: Path, cell: str):
    point = facilities(tmp_path, cell, heading="坐标").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((113.3, 23.1))


def test_a_share_of_the_people_may_have_a_colon_before_it(tmp_path: Path):
    rows = [["社区", "人口", "其中：60岁以上"], ["东苑社区", 100, 30]]
    assert tm.read_areas(write_csv(tmp_path / "a.csv", rows))["people_60_plus"].tolist() == [30.0]


def test_codes_that_excel_shortened_are_refused(tmp_path: Path):
    with pytest.raises(tm.TableError, match=r"row 2, 编号: '3\.20301E\+11' is a code that Excel has shortened"):
        facilities(tmp_path, "3.20301E+11", heading="编号")


def test_notes_behind_a_state_and_gaps_of_parents_are_said(tmp_path: Path):
    register = [["名称", "类别", "社区", "状态"], ["甲", "药店", "东苑社区", "在用（2021年改造）"]]
    table = tm.read_facilities(write_csv(tmp_path / "a.csv", register))
    assert table["state"].tolist() == ["in_use"]
    assert (2, "the note in brackets is not used", True) in reasons(table)
    rows = [["社区", "街道", "人口"], ["东苑社区", "翠屏街道", 10], ["西苑社区", None, 10]]
    areas = tm.read_areas(write_csv(tmp_path / "b.csv", rows))
    assert reasons(areas) == [(3, "empty; that of the row above is not taken for it", True)]


def test_headings_without_rows_are_warned_of(tmp_path: Path):
    with pytest.warns(tm.TenminWarning, match="has headings and no rows below them"):
        assert len(tm.read_facilities(write_csv(tmp_path / "a.csv", PLAIN[:1]))) == 0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.药店", "pharmacy"),
        ("①药店", "pharmacy"),
        ("（三）药店", "pharmacy"),
        ("三、药店", "pharmacy"),
        ("24小时药", None),
    ],
)
def test_a_number_of_a_list_is_no_part_of_a_category(text: str, key: str | None):
    assert name_category(text) == key


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((text, ["0101"]) for text in ("101", "东苑社区居委会", "东苑社区居民委员会", "翠屏街道东苑社区")),
        *((text, ["0101"]) for text in ("云龙区翠屏街道东苑社区", "云龙区东苑社区", "翠屏街道/东苑社区")),
        *((text, ["0201"]) for text in ("北村村委会", "北村村民委员会", "南岸镇北村")),
        *((text, []) for text in ("南岸镇东苑社区", "东苑", "1001", "新东苑社区")),
    ],
)
def test_a_community_is_known_by_what_bureaus_call_it(text: str, found: list[str]):
    rows = [["编号", "社区名称", "级别", "上级"], ["00", "云龙区", "区县", None], ["01", "翠屏街道", "街道", "00"]]
    rows += [["0101", "东苑社区", "社区", "01"], ["0201", "北村", "社区", "南岸镇"]]
    areas = tm.read_areas(frame(rows))
    communities = Communities(check_areas(areas))
    assert communities.names(text) == bool(found)
    register = pd.DataFrame({"area": [text]}, index=["f"])
    if found:
        linked = communities.assign_facilities(register, "facility")["area"]
        assert found[0] in linked.tolist()
        assert set(linked) <= {"00", "01", *found}
    else:
        with pytest.raises(tm.TableError, match="names no area"):
            communities.assign_facilities(register, "facility")


def test_one_community_under_two_spellings_is_refused():
    rows = [["社区名称", "人口"], ["东苑社区", 10], ["东苑社区居委会", 10]]
    with pytest.raises(tm.TableError, match="are all named '东苑社区' under one parent"):
        check_areas(tm.read_areas(frame(rows)))


def test_a_subdistrict_alone_above_its_rows_is_theirs(tmp_path: Path):
    lines = [["社区", "户数", "人口"], ["翠屏街道", None, None], ["甲社区", 10, 20], ["第2页，共3页", None, None]]
    lines += [["乙社区", 10, 30], ["云龙镇", None, None], ["甲社区", 5, 9]]
    table = tm.read_areas(workbook(tmp_path / "a.xlsx", {"表": lines}))
    assert table.index.tolist() == ["翠屏街道/甲社区", "翠屏街道/乙社区", "云龙镇/甲社区"]
    assert table["people"].tolist() == [20, 30, 9]
    above = "the name of a 街道 above its rows; taken as theirs"
    assert reasons(table) == [(2, above, False), (4, "the number of a page", False), (6, above, False)]
    given = [["街道", "社区", "人口"], ["翠屏街道", None, None], ["翠屏街道", "甲社区", 20]]
    with pytest.raises(tm.TableError, match="社区 of row 2 is empty"):
        tm.read_areas(write_csv(tmp_path / "b.csv", given))


def test_a_subdistrict_with_figures_among_communities_is_of_its_level(tmp_path: Path):
    rows = [["社区", "人口"], ["翠屏街道", "50"], ["甲社区", "20"], ["乙社区", "30"]]
    table = tm.read_areas(write_csv(tmp_path / "a.csv", rows))
    assert table["level"].tolist() == ["街道", "社区", "社区"]
    assert reasons(table) == [(2, "the name is that of a 街道 and others are not; taken as its level", True)]
    towns = tm.read_areas(write_csv(tmp_path / "b.csv", [["名称", "人口"], ["甲镇", "5"], ["乙乡", "6"]]))
    assert (towns["level"].tolist(), reasons(towns)) == (["社区", "社区"], [])
    said = tm.read_areas(write_csv(tmp_path / "c.csv", [["社区", "级别"], ["甲镇", "社区"], ["乙社区", "社区"]]))
    assert said["level"].tolist() == ["社区", "社区"]


def test_the_state_behind_a_name_counts_where_no_cell_says_it(tmp_path: Path):
    rows = [
        ["名称", "类别", "社区", "状态"],
        ["甲站（已停用）", "诊所", "东苑", ""],
        ["乙站(在建)", "诊所", "东苑", ""],
    ]
    rows += [
        ["丙站（临时）", "诊所", "东苑", ""],
        ["丁站（停用）", "诊所", "东苑", "在用"],
        ["戊站（已拆除）", "诊所", "东苑", ""],
    ]
    table = tm.read_facilities(write_csv(tmp_path / "a.csv", rows)).sort_values("name")
    assert dict(zip(table["name"].str[0], table["state"], strict=True)) == {
        "甲": "vacant", "乙": "planned", "丙": "in_use", "丁": "in_use",
    }  # fmt: skip
    said = "the name says the state of the facility; taken as such"
    assert [(row, used) for row, reason, used in reasons(table) if reason == said] == [(2, True), (3, True), (6, True)]
    assert [row for row, _, used in reasons(table) if not used] == [6]


@pytest.mark.parametrize("heading", ["人口 Population", "population人口", "Population/人口", "人口（Population）"])
def test_a_heading_in_two_languages_is_known_if_both_say_the_same(tmp_path: Path, heading: str):
    rows = [["小区(Estate)", "社区 Community", heading], ["甲园", "东苑", "7"]]
    assert tm.read_places(write_csv(tmp_path / "a.csv", rows))["people"].tolist() == [7.0]
    other = [["小区", "社区", "人口", "户数 population"], ["甲园", "东苑", "7", "3"]]
    with pytest.warns(tm.TenminWarning, match="nothing is known of '户数 population'"):
        tm.read_places(write_csv(tmp_path / "b.csv", other))


def test_semicolons_are_refused_with_the_way_out_whatever_commas_the_cells_have(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("社区;人口;边界\n甲社区;300;POLYGON((105 38,105.01 38,105.01 38.01,105 38))\n", encoding="utf-8")
    with pytest.raises(tm.TableError, match="the headings are kept apart by ';', not by commas"):
        tm.read_areas(path)


def test_sheets_are_all_of_them_also_where_a_command_lists_names(tmp_path: Path):
    sheets = {"翠屏街道": [["社区", "人口"], ["甲社区", 1]], "云龙街道": [["社区", "人口"], ["乙社区", 2]]}
    path = workbook(tmp_path / "a.xlsx", sheets)
    assert tm.read_areas(path, sheet=["*"])["people"].tolist() == [1, 2]
    assert tm.read_areas(path, sheet=["云龙街道"])["people"].tolist() == [2]
    assert len(tm.read_areas(tm.sample_path("shifan/communities.gpkg"), sheet=["社区"])) == 13
