"""The commands about rules: what they print and write, and what they say of mistakes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import prcoords
import pytest
from shapely import Polygon

from shifan_verdicts import COMBINED
from tenmin.inputs.samples import sample_path
from tenmin.inputs.standards import list_standards, load_standard
from test_cli import lonlat, run, street_town
from test_shifan_standards import known

TABLES = {
    "verdicts",
    "grades",
    "totals",
    "town",
    "reported",
    "links",
    "not_applicable",
    "between",
    "idle",
    "contradictions",
    "deciding",
    "shortfalls",
    "shortfall_sums",
}


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
    assert (code, said.strip()) == (0, f"{path}: standard ours, 1 clause, no fault")
    assert load_standard(path).clauses[0].evidence == "user"
    path.write_text(path.read_text("utf-8").replace("one_stop_hall", "one_stop_hal"), encoding="utf-8")
    code, said = run("standards", "check", path)
    assert code == 3
    assert "ours.toml, clause 'hall', subject: 'one_stop_hal'" in said
    code, said = run(*words)
    assert code == 5
    assert "已存在，没有改动" in said


def test_what_the_template_writes_can_be_held_against_a_standard(tmp_path: Path):
    code, said = run("template", tmp_path, "--lang", "zh")
    assert (code, len(said.splitlines())) == (0, 5)
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
    assert {path.stem for path in out.glob("*.csv")} == {*TABLES, "remarks"}
    assert read(out / "remarks.csv")["原因"].tolist() == ["工作表没有该表，略去"]
    verdicts = read(out / "verdicts.csv")["判定"]
    assert verdicts.value_counts().to_dict() == {"无法判定": 12, "通过": 4}
    assert read(out / "grades.csv")[["社区", "等级"]].to_numpy().tolist() == [["C01", "无法判定"]]


def test_the_district_is_held_against_the_five_founding_standards(tmp_path: Path):
    code, said = run("demo", "--sample", "shifan", "--out", tmp_path, "--lang", "en")
    assert code == 0
    assert (tmp_path / "review.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert "75 rows" in said
    for name in ("jiaxing_2012", "xuzhou_2017", "yunmeng_liushiliuyou", "jinan_2008_10min", "china_2005_benchmarks"):
        verdicts = read(tmp_path / name / "verdicts.csv")
        written = zip(verdicts["area"], verdicts["clause"], verdicts["verdict"], strict=True)
        assert {(area, clause): verdict for area, clause, verdict in written} == {**known(name), **COMBINED[name]}
        assert (verdicts["reason"] == "").eq(verdicts["verdict"] == "pass").all()
        assert verdicts["asked"].str.len().gt(0).all()


STANDARD = """
id = "ours"
title_zh = "试"
title_en = "ours"
issued_by = "nobody"
source = "a test"
evidence = "user"
entered_by = "a test"
entered_on = "2026-01-01"
walker = "older_adult"

[[clause]]
id = "has"
kind = "presence"
subject = "clinic"
mandatory = true

[[clause]]
id = "minutes"
kind = "walk_minutes"
subject = "clinic"
value = 5
mandatory = true
"""


def sheets(folder: Path) -> list[object]:
    """The words of a command about two communities: homes at 100 and 900 m of the street, a clinic of one at 200 m.

    All coordinates are in GCJ-02, which lies half a kilometre off.
    """
    east, west, clinic = (prcoords.wgs_gcj((lat, lon)) for lon, lat in lonlat((100, 0), (900, 0), (200, 0)))
    rows = {
        "standard.toml": STANDARD,
        "areas.csv": "编号,社区,人口\ne,东社区,30\nw,西社区,50\n",
        "facilities.csv": f"编号,类别,社区,纬度,经度\nc,clinic,东社区,{clinic[0]},{clinic[1]}\n",
        "places.csv": f"编号,社区,人口,纬度,经度\n1,东社区,30,{east[0]},{east[1]}\n2,西社区,50,{west[0]},{west[1]}\n",
    }
    for name, text in rows.items():
        (folder / name).write_text(text, encoding="utf-8")
    words = ["compliance", folder / "standard.toml"]
    return words + [word for name in ("areas", "facilities") for word in (f"--{name}", folder / f"{name}.csv")]


@pytest.mark.parametrize(
    ("words", "verdicts"),
    [
        ([], ["pass", "unknown", "unknown", "unknown"]),
        (["--complete", "clinic"], ["pass", "unknown", "fail", "unknown"]),
        (["--complete", "诊所", "--complete", "police"], ["pass", "unknown", "fail", "unknown"]),
        (["--complete", "police"], ["pass", "unknown", "unknown", "unknown"]),
        (["--streets", "STREETS", "--places", "PLACES", "--datum", "gcj02"], ["pass", "pass", "unknown", "unknown"]),
        (
            ["--streets", "STREETS", "--places", "PLACES", "--datum", "gcj02", "--complete", "clinic"],
            ["pass", "pass", "fail", "fail"],
        ),
        (["--streets", "STREETS", "--places", "PLACES"], ["pass", "unknown", "unknown", "unknown"]),
        (["--streets", "STREETS", "--datum", "gcj02"], ["pass", "unknown", "unknown", "unknown"]),
        (["--places", "PLACES", "--datum", "gcj02"], ["pass", "unknown", "unknown", "unknown"]),
    ],
)
def test_every_option_of_compliance_shows_in_the_verdicts(tmp_path: Path, words: list[str], verdicts: list[str]):
    files = {"STREETS": street_town(tmp_path), "PLACES": tmp_path / "places.csv"}
    given, out = [*sheets(tmp_path), *(files.get(word, word) for word in words)], tmp_path / "out"
    code, said = run(*given, "--out", out, "--lang", "en")
    rows = read(out / "verdicts.csv")
    assert (code, rows[["area", "clause"]].to_numpy().tolist()) == (
        0, [["e", "has"], ["e", "minutes"], ["w", "has"], ["w", "minutes"]],
    )  # fmt: skip
    assert rows["verdict"].tolist() == verdicts
    assert str(out) in said
    walks = pd.to_numeric(rows["value"][rows["clause"] == "minutes"])
    if {*words} >= {*files, "gcj02"}:
        assert walks.tolist() == pytest.approx([100 / 60, 700 / 60], abs=1e-3)
    else:
        assert not np.isfinite(walks).any()


def test_outlines_and_positions_are_both_read_in_the_datum_that_is_told(tmp_path: Path):
    words, out = sheets(tmp_path), tmp_path / "out"
    rows = []
    for name, west in (("东社区", 0), ("西社区", 400)):
        corners = lonlat((west, -200), (west + 400, -200), (west + 400, 200), (west, 200))
        shifted = (prcoords.wgs_gcj((lat, lon)) for lon, lat in corners)
        rows.append(f'{name},"{Polygon([(lon, lat) for lat, lon in shifted]).wkt}"')
    (tmp_path / "areas.csv").write_text("\n".join(["社区,边界", *rows]), encoding="utf-8")
    facilities = (tmp_path / "facilities.csv").read_text("utf-8").replace("东社区", "")
    (tmp_path / "facilities.csv").write_text(facilities, encoding="utf-8")
    assert run(*words, "--complete", "clinic", "--datum", "gcj02", "--out", out)[0] == 0
    verdicts = read(out / "verdicts.csv").set_index(["area", "clause"])["verdict"]
    assert [verdicts["东社区", "has"], verdicts["西社区", "has"]] == ["pass", "fail"]
    assert read(out / "links.csv")["how"].tolist() == ["stands in"]


def test_clauses_of_a_third_party_are_held_only_when_asked_for(tmp_path: Path):
    words = ["compliance", "guiyang", *sheets(tmp_path)[2:], "--lang", "zh"]
    assert [run(*words, *more, "--out", tmp_path / f"{len(more)}")[0] for more in ([], ["--third-party"])] == [0, 0]
    few, every = (set(read(tmp_path / name / "verdicts.csv")["条款编号"]) for name in ("0", "1"))
    assert (len(few), few < every) == (0, True)
    assert every <= {clause.id for clause in load_standard("guiyang", third_party=True).clauses}


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
        (
            ["compliance", "nothing", "--areas", "a.xls", "--facilities", "b.xlsx", "--out", "/dev/null/x"],
            5,
            "no folder can be made there",
        ),
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
