"""The ledger of problems as a workbook that people fill in, sort, spoil or leave open."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference

import tenmin as tm
from tenmin.support.errors import FileError, OutputError, TableError
from test_cli import run
from test_cli_tables import register
from test_study import write_study

HEADINGS = [
    "编号", "地点", "社区", "缺少的服务", "人口", "原因", "对策", "责任单位", "整改措施", "完成时限", "状态", "变化",
]  # fmt: skip
CHINESE = 'id = "s"'


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> tuple[tm.Survey, tm.Survey]:
    """A street on which 40 and 20 people are too far from the clinic, and with a second clinic near the 40."""
    found = list[tm.Survey]()
    for tables in ("", ', { path = "b.csv" }'):
        folder = tmp_path_factory.mktemp("quarter")
        register(folder, "b.csv", 1500)
        path = write_study(folder, keys=CHINESE, tables=tables)
        path.write_text(path.read_text("utf-8").replace('lang = "en"', 'lang = "zh"'), encoding="utf-8")
        found.append(tm.survey(tm.read_study(path)))
    return found[0], found[1]


@pytest.fixture
def ledger(quarters: tuple[tm.Survey, tm.Survey], tmp_path: Path) -> Path:
    """The ledger of the first quarter."""
    path = tmp_path / "problems.xlsx"
    tm.update_ledger(quarters[0], path)
    return path


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change a workbook as a person does."""
    book = load_workbook(path)
    change(book)
    book.save(path)


def test_a_new_ledger_has_the_headings_and_hides_what_the_next_run_needs(ledger: Path):
    book = load_workbook(ledger)
    assert [cell.value for cell in book["台账"][1]] == HEADINGS
    assert [row[:5] for row in book["台账"].iter_rows(min_row=2, values_only=True)] == [
        ("P0001", "西社区", "西社区", "社区卫生服务中心或诊所", 40),
        ("P0002", "东社区", "东社区", "社区卫生服务中心或诊所", 20),
    ]
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", *["hidden"] * 6]


def test_what_a_person_adds_stays_and_the_old_workbook_is_kept(ledger: Path, quarters: tuple[tm.Survey, tm.Survey]):
    def fill_in(book: Any) -> None:
        sheet = book["台账"]
        sheet.insert_rows(1)
        sheet["A1"] = "街道问题台账"
        sheet["H3"], sheet["K3"], sheet["K4"] = "街道办", "已派单", "已整改"
        sheet["M2"], sheet["M3"], sheet["M4"] = "备注", "=E3*2", "看过"
        sheet["A6"], sheet["B6"], sheet["H6"] = "自1", "北门", "城管"
        sheet.row_dimensions[3].height = 33
        book.create_sheet("会议纪要")["A1"] = "十月"

    edit(ledger, fill_in)
    before = ledger.read_bytes()
    found = tm.update_ledger(quarters[1], ledger)
    assert found.kept == ledger.with_name("problems.1.xlsx")
    assert found.kept.read_bytes() == before
    book = load_workbook(ledger)
    sheet = book["台账"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=1, max_col=13)]
    assert rows[0][0] == "街道问题台账"
    assert (rows[2][0], rows[2][7], rows[2][10], rows[2][12]) == ("P0001", "街道办", "已销号", "=E3*2")
    assert rows[2][11].startswith("社区卫生服务中心或诊所：新增b.csv，步行")
    assert (rows[3][0], rows[3][10], rows[3][12]) == ("P0002", "复测仍在", "看过")
    assert rows[4] == [None] * 13
    assert (rows[5][0], rows[5][1], rows[5][7], rows[5][10]) == ("自1", "北门", "城管", None)
    assert sheet.row_dimensions[3].height == 33
    assert book["会议纪要"]["A1"].value == "十月"
    again = tm.update_ledger(quarters[0], ledger)
    assert again.kept == ledger.with_name("problems.2.xlsx")
    assert again.rows["state"].tolist() == ["reopened", "re-measured", None]


def test_a_run_that_changes_nothing_leaves_the_file_alone(ledger: Path, quarters: tuple[tm.Survey, tm.Survey]):
    edit(ledger, lambda book: book["台账"].__setitem__("H2", "街道办"))
    before = ledger.read_bytes()
    found = tm.update_ledger(quarters[0], ledger)
    assert (found.kept, found.changed, ledger.read_bytes()) == (None, (), before)
    assert [path.name for path in ledger.parent.iterdir()] == [ledger.name]


def test_texts_that_begin_with_an_equals_sign_stay_texts(ledger: Path, quarters: tuple[tm.Survey, tm.Survey]):
    edit(ledger, lambda book: book["台账"].__setitem__("B2", "=1+1"))
    assert tm.read_ledger(ledger).rows["place"].tolist() == ["=1+1", "东社区"]
    tm.update_ledger(quarters[0], ledger)
    assert load_workbook(ledger)["台账"]["B2"].value == "西社区"


def test_charts_are_lost_and_that_is_said(ledger: Path, quarters: tuple[tm.Survey, tm.Survey]):
    def draw(book: Any) -> None:
        chart = BarChart()
        chart.add_data(Reference(book["台账"], min_col=5, min_row=1, max_row=3))
        book["台账"].add_chart(chart, "P2")

    edit(ledger, draw)
    assert "工作簿中的图表和图片不会写回；原文件留存在旁" in tm.update_ledger(quarters[1], ledger).remarks


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            lambda book: book["台账"].__setitem__("K2", "办好了"),
            TableError,
            "row 2: the state '办好了' is none; give one",
        ),
        (lambda book: book["台账"].__setitem__("A1", "号"), TableError, "the heading '编号' is missing; write it back"),
        (lambda book: book["台账"].merge_cells("E2:E3"), TableError, "the cells E2:E3 are merged; unmerge them"),
        (lambda book: setattr(book["台账"], "title", "问题"), FileError, "the sheet '台账' is missing"),
        (lambda book: book.remove(book["居住点"]), FileError, "the sheet '居住点' is missing"),
        (lambda book: book["测算口径"].delete_rows(1), OutputError, "no longer says of which study it is"),
        (lambda book: book["测算口径"].__setitem__("B1", "t"), OutputError, "the ledger of another study, 't'"),
    ],
)
def test_a_ledger_that_was_spoilt_is_refused_and_stays(
    ledger: Path,
    quarters: tuple[tm.Survey, tm.Survey],
    change: Callable[[Any], None],
    error: type[Exception],
    message: str,
):
    edit(ledger, change)
    before = ledger.read_bytes()
    with pytest.raises(error, match=message):
        tm.update_ledger(quarters[0], ledger)
    assert [path.name for path in ledger.parent.iterdir()] == [ledger.name]
    assert ledger.read_bytes() == before


def test_an_id_that_was_typed_over_is_written_back(ledger: Path, quarters: tuple[tm.Survey, tm.Survey]):
    edit(ledger, lambda book: book["台账"].__setitem__("A3", "P0001"))
    found = tm.update_ledger(quarters[0], ledger)
    assert found.remarks == ("第3行的编号“P0001”改回 P0002（人口与缺少的服务相同）",)
    assert load_workbook(ledger)["台账"]["A3"].value == "P0002"


@pytest.mark.parametrize("lock", ["~$problems.xlsx", ".~lock.problems.xlsx#", ".~problems.xlsx"])
def test_a_ledger_that_is_open_is_refused(ledger: Path, quarters: tuple[tm.Survey, tm.Survey], lock: str):
    ledger.with_name(lock).write_bytes(b"")
    with pytest.raises(OutputError, match="is open in another program; save and close it there"):
        tm.update_ledger(quarters[1], ledger)


def test_files_that_are_no_ledger_are_refused(quarters: tuple[tm.Survey, tm.Survey], tmp_path: Path):
    with pytest.raises(OutputError, match=r"must be a workbook; give a name that ends in \.xlsx"):
        tm.update_ledger(quarters[0], tmp_path / "problems.csv")
    path = tmp_path / "problems.xlsx"
    path.write_bytes(b"PK no workbook")
    with pytest.raises(tm.TenminError, match=r"problems\.xlsx"):
        tm.update_ledger(quarters[0], path)
    with pytest.raises(OutputError, match="names no ledger; write"):
        tm.update_ledger(quarters[0])


def test_an_english_ledger_keeps_its_language(quarters: tuple[tm.Survey, tm.Survey], tmp_path: Path):
    path = tmp_path / "problems.xlsx"
    tm.update_ledger(quarters[0], path, lang="en")
    found = tm.update_ledger(quarters[1], path, lang="zh")
    assert load_workbook(path)["problems"]["K2"].value == "cleared"
    assert found.changed[0].startswith("P0001 cleared: Clinic or doctor: b.csv is new, ")


def test_notes_of_a_meeting_stand_with_the_problem_of_their_gap_and_what_a_person_wrote_below_stays(
    ledger: Path, quarters: tuple[tm.Survey, tm.Survey], tmp_path: Path
):
    gap, home = quarters[0].gaps["gap"].iloc[0], quarters[0].places.index[-1]
    rows = [("gaps", gap, "先租一间"), ("places", home, "现场再看"), ("facilities", "F9", "要搬迁")]
    notes = [{"kind": kind, "id": str(label), "text": text} for kind, label, text in rows]
    path = tmp_path / "notes.json"
    path.write_text(json.dumps({"format": 1, "map": "十月例会", "notes": notes}, ensure_ascii=False), encoding="utf-8")
    second = replace(quarters[1], study=replace(quarters[1].study, notes=(path,)))
    told = tm.update_ledger(second, ledger)
    assert told.rows["notes"].tolist() == ["先租一间（十月例会）", "现场再看（十月例会）"]
    assert told.remarks == ("会议记录中设施 F9 不属于任何问题，未写入：要搬迁",)

    def sign(book: Any) -> None:
        assert book["台账"]["M1"].value == "会议记录"
        book["台账"]["M2"] = f"{book['台账']['M2'].value}\n已与业主谈妥"

    edit(ledger, sign)
    assert tm.update_ledger(second, ledger).rows["notes"].iloc[0] == "先租一间（十月例会）\n已与业主谈妥"


def test_the_command_carries_the_ledger_on_but_not_for_a_scenario(tmp_path: Path):
    path = write_study(tmp_path, text='\n[ledger]\npath = "problems.xlsx"\n')
    code, said = run("run", path, "--out", tmp_path / "out", "--lang", "en")
    assert (code, "problems.xlsx: found 2" in said) == (0, True)
    before = (tmp_path / "problems.xlsx").read_bytes()
    plan = tmp_path / "plan.json"
    plan.write_text('{"format": 1, "changes": [{"change": "close_facility", "id": "F"}]}', encoding="utf-8")
    facility = tm.survey(tm.read_study(path)).facilities.index[0]
    plan.write_text(plan.read_text("utf-8").replace('"F"', f'"{facility}"'), encoding="utf-8")
    code, said = run("run", path, "--changes", plan, "--out", tmp_path / "plan", "--lang", "en")
    assert (code, "problems.xlsx" in said, (tmp_path / "problems.xlsx").read_bytes()) == (0, False, before)
    shutil.copy(tmp_path / "town.osm", tmp_path / "~$problems.xlsx")
    code, said = run("run", path, "--out", tmp_path / "late", "--lang", "zh")
    assert (code, "正在其他程序中打开" in said, (tmp_path / "late").exists()) == (5, True, False)
