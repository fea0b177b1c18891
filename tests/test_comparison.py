"""Comparisons: people won and lost between two studies, and the causes of it, one at a time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.study.comparison import compare_files
from tenmin.support.result_sets import MANIFEST
from test_cli import run
from test_cli_tables import write
from test_scenario_studies import bridge, make, plan_spots, read_district, spot
from test_study import write_study
from towns import cases

CAUSES = ["facilities", "streets", "walker", "people", "standard", "date"]


def figures(found: tm.Comparison, **keys: Any) -> dict[str, list[float]]:
    """Before, after, won and lost by category."""
    rows = found.people(**keys).to_dict("records")
    return {row["category"]: [row[key] for key in ("before", "after", "won", "lost")] for row in rows}


def by_cause(found: tm.Comparison, category: str) -> dict[str, float]:
    """The difference by cause of one category, those of 0 left out."""
    table = found.causes[found.causes["category"] == category]
    return {cause: one for cause, one in zip(table["cause"], table["difference"], strict=True) if one}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tm.Study:
    """The study of the street of 2 km, surveyed: a clinic at its beginning, homes of 10, 20 and 40 people."""
    study = tm.read_study(write_study(tmp_path_factory.mktemp("street")))
    tm.survey(study)
    return study


def clinic_of(study: tm.Study) -> str:
    """The id of the only facility."""
    return str(tm.survey(study).facilities.index[0])


def scenario(study: tm.Study, *changes: dict[str, Any], title: str = "") -> tm.Survey:
    """The survey of a scenario."""
    return tm.survey(make(study, *changes, title=title))


# --- people won and lost ------------------------------------------------------------------------------------------


def test_won_and_lost_are_counted_place_by_place(street: tm.Study):
    moved = scenario(street, {"change": "move_facility", "id": clinic_of(street), **spot(480)})
    found = tm.compare(tm.survey(street), moved)
    assert figures(found) == {"clinic": [10.0, 20.0, 20.0, 10.0]}
    rows = found.people(by="area")
    assert rows[["area", "won", "lost", "total_after"]].to_numpy().tolist() == [
        ["东社区", 20, 10, 30],
        ["西社区", 0, 0, 40],
    ]
    assert found.places[["won", "lost"]].to_numpy().tolist() == [["", "clinic"], ["clinic", ""]]
    assert by_cause(found, "clinic") == {"facilities": 10.0, "total": 10.0}


def test_homes_of_another_id_are_said(street: tm.Study, tmp_path: Path):
    path = write_study(tmp_path)
    table = tmp_path / "小区.csv"
    first, *rows = table.read_text("utf-8").splitlines()
    table.write_text("\n".join([first, f"9{rows[0]}", *rows[1:]]), "utf-8")
    found = tm.compare(tm.survey(street), tm.survey(tm.read_study(path)))
    assert figures(found) == {"clinic": [10.0, 10.0, 10.0, 10.0]}
    assert found.summary(lang="en")[-1].startswith("Homes are known by their ids: 1 is only in the first and 1 only in")
    assert tm.compare(tm.survey(street), tm.survey(street)).summary(lang="en")[-1] == "Nobody is won or lost."


def test_a_new_category_is_won(street: tm.Study):
    bank = {"change": "add_facility", "id": "b", "category": "bank", **spot(1400)}
    found = tm.compare(tm.survey(street), scenario(street, bank))
    assert figures(found)["bank"] == [0.0, 40.0, 40.0, 0.0]
    assert found.left_out == ()


SPOTS = st.integers(0, 2000).map(float)


@cases(6)
@given(SPOTS, SPOTS, st.booleans(), st.sampled_from([None, "older_adult", "child"]))
def test_causes_and_interaction_add_up_and_turn_round(
    street: tm.Study, x: float, begin: float, closed: bool, walker: str | None
):
    changes: list[dict[str, Any]] = [{"change": "add_facility", "id": "n", "category": "clinic", **spot(x)}]
    changes += [{"change": "close_facility", "id": clinic_of(street)}] if closed else []
    changes += [{"change": "set_walker", "walker": walker}] if walker else []
    one, two = tm.survey(street), scenario(street, *changes)
    there, back = tm.compare(one, two), tm.compare(two, one)
    for each in (there, back):
        causes = each.causes.pivot_table(index="category", columns="cause", values="difference")
        assert causes[[*CAUSES, "interaction"]].sum(axis=1).tolist() == pytest.approx(causes["total"].tolist())
        people = each.people()
        assert (people["won"] - people["lost"]).tolist() == pytest.approx((people["after"] - people["before"]).tolist())
        assert people["difference"].tolist() == causes["total"].tolist()
    assert there.people()["difference"].tolist() == (-back.people()["difference"]).tolist()
    assert there.people()["won"].tolist() == back.people()["lost"].tolist()
    same = tm.compare(two, two)
    assert not same.causes["difference"].any()
    assert not same.people()[["won", "lost"]].any(axis=None)
    assert same.places.empty


# --- causes -------------------------------------------------------------------------------------------------------


def test_each_cause_is_measured_alone(tmp_path: Path):
    path = write_study(tmp_path)
    path.write_text(path.read_text("utf-8").replace("limit_metres = 300", "limit_minutes = 7"), encoding="utf-8")
    (tmp_path / "more").mkdir()
    other = write_study(tmp_path / "more")
    text = other.read_text("utf-8").replace("limit_metres = 300", 'walker = "older_adult"\nlimit_minutes = 8')
    other.write_text(text.replace("\n[inputs]", 'when = "2026-03-03 12:00"\n\n[inputs]'), encoding="utf-8")
    homes = tmp_path / "more/小区.csv"
    homes.write_text(homes.read_text("utf-8").replace(",10,", ",15,"), encoding="utf-8")
    found = tm.compare(tm.survey(tm.read_study(path)), tm.survey(tm.read_study(other)))
    # 30 people within 7 minutes of an adult; an older adult walks 420 m in 7 minutes and 480 m in 8 at 3.6 km/h
    assert by_cause(found, "clinic") == {"walker": -20.0, "people": 5.0, "total": -15.0}


def write_at(folder: Path, metres: int, moment: str) -> Path:
    """The study of the street, with a clinic at its beginning, and one at 1,500 m that is open in the morning."""
    folder.mkdir()
    path = write_study(folder, tables=', { path = "b.csv" }', keys=f'open_at = "{moment}"')
    head = "名称,类别,经度,纬度,营业时间"
    for name, x, hours in (("a.csv", 0, "24/7"), ("b.csv", 1500, "Mo-Fr 08:00-12:00")):
        place = spot(x)
        write(folder / name, head, f"{name},clinic,{place['lon']},{place['lat']},{hours}")
    path.write_text(path.read_text("utf-8").replace("limit_metres = 300", f"limit_metres = {metres}"), encoding="utf-8")
    return path


def test_the_date_and_the_limit_are_causes_of_saved_results_too(tmp_path: Path):
    """In the evening the 40 people at 1,500 m lose their clinic; within 600 m the 20 people at 500 m have the other."""
    paths = write_at(tmp_path / "one", 300, "Tu 10:00"), write_at(tmp_path / "two", 600, "Tu 20:00")
    for path in paths:
        tm.survey(tm.read_study(path)).save(path.parent / "out")
    found = compare_files(*(path.parent / "out" for path in paths))
    assert by_cause(found, "clinic") == {"standard": 20.0, "date": -40.0, "total": -20.0}
    assert any("limit and rules +20; date -40; interaction +0" in line for line in found.summary(lang="en"))
    (tmp_path / "two/b.csv").write_bytes((tmp_path / "two/b.csv").read_bytes() + b"\n")
    lost = compare_files(*(path.parent / "out" for path in paths))
    assert lost.summary(lang="en")[-1].endswith(
        "changed since: b.csv; bring it back, or compare two studies (study.toml)."
    )
    (tmp_path / "one/study.toml").unlink()
    assert (
        "a file of the study is no longer there" in compare_files(*(one.parent / "out" for one in paths)).summary()[-1]
    )


def test_the_bridge_the_gate_and_the_clinic_of_the_district(tmp_path: Path):
    study = read_district(tmp_path)
    new = {
        "change": "add_facility",
        "id": "new-1",
        "category": "clinic",
        "lon": plan_spots((560, 1050))[0][0],
        "lat": plan_spots((560, 1050))[0][1],
    }
    gate = {"change": "open_gate", "id": 18501220}
    found = tm.compare(tm.survey(study), scenario(study, bridge(600), gate, new, title="方案A"))
    assert by_cause(found, "clinic") == {"interaction": 4000.0, "total": 4000.0}
    assert by_cause(found, "kindergarten") == {"streets": 3500.0, "total": 3500.0}
    said = found.summary(lang="zh")
    assert said[0] == "示范区 → 示范区 (方案A)"
    assert any("设施 +0；道路和出入口 +0；共同作用 +4,000" in line for line in said)
    groups = found.people(by="group")
    assert set(groups["group"]) == {"60_plus"}
    assert (groups["won"] <= found.people().set_index("category")["won"].reindex(groups["category"]).to_numpy()).all()


# --- folders and files --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(street: tm.Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The results of the street, with another clinic, and with this and another walker."""
    root = tmp_path_factory.mktemp("folders")
    new = {"change": "add_facility", "id": "n", "category": "clinic", **spot(480)}
    slow = {"change": "set_walker", "walker": "older_adult"}
    each = [tm.survey(street), scenario(street, new, title="A"), scenario(street, new, slow, title="B")]
    for name, found in zip("abc", each, strict=True):
        found.save(root / name, lang="en")
    return root / "a", root / "b", root / "c"


def test_saved_results_are_compared(folders: tuple[Path, Path, Path], tmp_path: Path):
    code, said = run("compare", *folders[:2], "--out", tmp_path / "out", "--lang", "en")
    assert code == 0, said
    assert "Clinic or doctor: 20 people won, 0 lost (14.3% → 42.9%). By cause: facilities +20." in said
    assert pd.read_csv(tmp_path / "out/causes.csv").groupby("cause")["difference"].sum()["facilities"] == 20.0
    book = openpyxl.load_workbook(tmp_path / "out/comparison.xlsx")
    assert book.sheetnames == ["won_lost", "won_lost_areas", "won_lost_groups", "causes", "grades", "sources"]
    assert gpd.read_file(tmp_path / "out/won_lost.gpkg")["people"].tolist() == [20.0]
    assert (tmp_path / "out/summary.txt").read_text("utf-8").splitlines() == said.splitlines()[:-1]
    assert not (tmp_path / "out/comparison.html").exists()


def test_saved_results_with_several_causes_say_so(folders: tuple[Path, Path, Path]):
    found = compare_files(folders[0], folders[2])
    assert figures(found) == {"clinic": [10.0, 30.0, 20.0, 0.0]}
    assert found.causes.set_index("cause")["difference"][["facilities", "walker"]].isna().all()
    assert found.causes.set_index("cause")["difference"][["streets", "total"]].tolist() == [0.0, 20.0]
    assert found.summary(lang="zh")[-1].startswith("两份结果有几处不同，不能分清原因：研究所用的文件已不在")


@pytest.mark.parametrize(
    "files",
    [5, {"study": 5}, {"study": "https://example.org/a.toml"}, {"study": "a\0.toml"}, {"study": ".", "changes": 5}],
)
def test_where_a_manifest_says_that_the_study_is_need_not_be_true(
    folders: tuple[Path, Path, Path], tmp_path: Path, files: object
):
    there = shutil.copytree(folders[0], tmp_path / "a")
    manifest = there / "tenmin-manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"study_files": files}), "utf-8")
    found = compare_files(there, folders[2])
    assert found.causes.set_index("cause")["difference"][["facilities", "walker"]].isna().all()


def test_the_studies_of_scenarios_from_files_are_run_again(street: tm.Study, tmp_path: Path):
    plan = tmp_path / "plan.json"
    changes = [
        {"change": "add_facility", "id": "n", "category": "clinic", **spot(480)},
        {"change": "set_walker", "walker": "older_adult"},
    ]
    plan.write_text(json.dumps({"format": 1, "changes": changes}), encoding="utf-8")
    tm.survey(street).save(tmp_path / "a")
    tm.survey(tm.apply_changes(street, tm.read_changes(plan))).save(tmp_path / "b")
    assert by_cause(compare_files(tmp_path / "a", tmp_path / "b"), "clinic") == {"facilities": 20.0, "total": 20.0}


def test_a_study_and_its_scenario_are_compared_as_files_in_the_language_of_the_study(street: tm.Study, tmp_path: Path):
    plan = tmp_path / "plan.json"
    change = {"change": "close_facility", "id": clinic_of(street)}
    plan.write_text(json.dumps({"format": 1, "title": "关闭", "changes": [change]}), encoding="utf-8")
    chinese = street.path.with_name("zh.toml")
    chinese.write_text(street.path.read_text("utf-8").replace('lang = "en"', 'lang = "zh"'), encoding="utf-8")
    code, said = run("compare", chinese, plan, "--out", tmp_path / "out")
    page = (tmp_path / "out/comparison.html").read_text("utf-8")
    assert '"comparison":[{"won":0.0,"lost":10.0}]' in page
    assert code == 0
    assert "新增可达 0 人，失去 10 人（14.3% → 0.0%）。原因：设施 -10。" in said


def test_what_cannot_be_compared_is_refused(folders: tuple[Path, Path, Path], street: tm.Study, tmp_path: Path):
    one, two, _ = folders
    with pytest.raises(tm.OutputError, match="holds other results"):
        compare_files(one, two).save(one)
    with pytest.raises(tm.InputError, match="one is a folder of results, the other a file"):
        compare_files(one, street.path)
    with pytest.raises(tm.FileError, match="holds no results of tenmin"):
        compare_files(one, tmp_path)
    with pytest.raises(tm.InputError, match="results of different towns cannot be compared"):
        tm.compare(tm.survey(street), tm.survey(read_district(tmp_path)))
    with pytest.raises(tm.TableError, match="by must be 'area' or 'group'"):
        compare_files(one, two).people(by="district")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "no manifest of this version"),
        ({"study": None}, "no results of a study that can be compared"),
        ({"files": {}}, None),
    ],
)
def test_folders_of_another_format_are_refused(
    folders: tuple[Path, Path, Path], change: dict[str, Any], said: str | None, tmp_path: Path
):
    (tmp_path / "one").mkdir()
    for path in folders[0].iterdir():
        if path.is_file():
            (tmp_path / "one" / path.name).write_bytes(path.read_bytes())
    manifest = tmp_path / "one" / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | change), encoding="utf-8")
    if said is None:
        (tmp_path / "one/results.gpkg").write_bytes(b"damaged")
    with pytest.raises(tm.FileError, match=said):
        compare_files(tmp_path / "one", folders[1])
