"""The commands about rules: what they print and write, and what they say of mistakes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tenmin.inputs.samples import sample_path
from tenmin.inputs.standards import list_standards, load_standard
from tenmin.measures.compliance import GRADES
from test_cli import run

TABLES = {"verdicts", "grades", "totals", "town", "reported", "links", "not_applicable", "between", "idle"}


def read(path: Path) -> pd.DataFrame:
    """A table that a command wrote, as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_standards_are_listed_with_their_evidence():
    code, said = run("standards", "list", "--lang", "en")
    lines = said.splitlines()
    assert code == 0
    assert len(lines) == 1 + len(list_standards())
    (line,) = [line for line in lines if line.startswith("xuzhou_2017")]
    assert line.split()[:5] == ["xuzhou_2017", "2017", "founding", "26", "21"]
    assert "徐州市社区公共服务标准化建设试点工作方案" in run("standards", "list", "--lang", "zh")[1]


def test_a_standard_is_shown_with_every_clause_and_its_source():
    code, said = run("standards", "show", "jiaxing_2012", "--lang", "zh")
    assert code == 0
    assert "嘉兴日报, 2012-05-15（原始报道）" in said
    assert all(clause.zh in said for clause in load_standard("jiaxing_2012").clauses)
    assert "≥ 350 平方米" in said
    assert (
        "13 clauses that were only seen in somebody's program" in run("standards", "show", "guiyang", "--lang", "en")[1]
    )
    code, said = run("standards", "show", "guiyang", "--third-party", "--lang", "en")
    assert (code, said.count("third_party") + said.count("at least 600 m2")) == (0, 1)


def test_a_new_standard_is_written_filled_in_checked_and_used(tmp_path: Path):
    words = ["standards", "new", "ours", "--who", "王工", "--on", "2026-01-02", "--out", tmp_path, "--lang", "zh"]
    assert run(*words)[0] == 0
    path = tmp_path / "ours.toml"
    clause = '\n[[clause]]\nid = "hall"\nzh = "大厅"\nsubject = "one_stop_hall"\nkind = "presence"\nmandatory = true\n'
    path.write_text(path.read_text("utf-8").replace('= ""', '= "本市标准"') + clause, encoding="utf-8")
    code, said = run("standards", "check", path, "--lang", "en")
    assert (code, said.strip()) == (0, f"{path}: standard ours, 1 clauses, no fault")
    assert load_standard(path).clauses[0].evidence == "user"
    path.write_text(path.read_text("utf-8").replace("one_stop_hall", "one_stop_hal"), encoding="utf-8")
    code, said = run("standards", "check", path)
    assert code == 3
    assert "ours.toml, clause 'hall', subject: 'one_stop_hal'" in said
    code, said = run(*words)
    assert code == 5
    assert "is there already and is left as it is" in said


def test_what_the_template_writes_can_be_held_against_a_standard(tmp_path: Path):
    code, said = run("template", tmp_path, "--lang", "zh")
    assert (code, len(said.splitlines())) == (0, 4)
    out = tmp_path / "out"
    words = [
        "compliance",
        "jiaxing_2012",
        "--areas",
        tmp_path / "社区.xlsx",
        "--facilities",
        tmp_path / "设施台账.xlsx",
    ]
    code, said = run(*words, "--out", out, "--lang", "zh")
    assert code == 0
    assert "嘉兴城市社区" in said
    assert {path.stem for path in out.iterdir()} == TABLES
    (grade,) = read(out / "grades.csv")["grade"]
    assert grade in GRADES


def test_the_district_is_held_against_the_five_founding_standards(tmp_path: Path):
    code, said = run("demo", "--sample", "shifan", "--out", tmp_path, "--lang", "en")
    assert code == 0
    assert (tmp_path / "review.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert "75 rows" in said
    for name in ("jiaxing_2012", "xuzhou_2017", "yunmeng_liushiliuyou", "jinan_2008_10min", "china_2005_benchmarks"):
        verdicts = read(tmp_path / name / "verdicts.csv")
        assert set(verdicts["verdict"]) <= {"pass", "fail", "unknown"}
        assert (verdicts["reason"] == "").eq(verdicts["verdict"] == "pass").all()
        assert verdicts["asked"].str.len().gt(0).all()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["standards", "show", "jiaxing"], 3, "there is no standard 'jiaxing'"),
        (["standards", "check", "nowhere.toml"], 3, "nowhere.toml: there is no such file"),
        (["standards", "new", "Ours", "--who", "x"], 3, "small letters"),
        (["standards", "new", "ours"], 2, "--who"),
        (["compliance", "jiaxing_2012", "--areas", "a.xlsx"], 2, "--facilities"),
        (["compliance", "nothing", "--areas", "a.xlsx", "--facilities", "b.xlsx"], 3, "there is no standard 'nothing'"),
        (["compliance", "jiaxing_2012", "--areas", "a.xls", "--facilities", "b.xlsx"], 3, "a.xls"),
        (["template", "/dev/null/x"], 5, "no folder can be made there"),
        (["demo", "--sample", "paris"], 2, "paris"),
    ],
)
def test_a_mistake_is_one_message_and_an_exit_code(words: list[str], code: int, message: str):
    ended, said = run(*words)
    assert ended == code
    assert message in " ".join(said.replace("│", " ").split())


def test_a_community_that_nobody_has_is_named_with_those_near(tmp_path: Path):
    register = tmp_path / "register.csv"
    register.write_text("类别,所属社区\n药店,站前小区\n", encoding="utf-8")
    areas = sample_path("shifan/communities.gpkg")
    code, said = run("compliance", "jiaxing_2012", "--areas", areas, "--facilities", register, "--out", tmp_path / "o")
    assert code == 3
    assert "area = '站前小区' names no area (near names: 站前社区" in said
