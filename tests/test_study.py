"""A study as a file: what its keys mean, what is refused, and the files of its results."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import tenmin as tm
from conftest import REPOSITORY
from tenmin.study._study_file import INPUTS, SECTIONS
from tenmin.support.result_sets import MANIFEST, examine_results
from test_cli import lonlat, run, street_town
from test_cli_tables import homes, register

STUDY = """
[study]
title = "街道"
lang = "en"
limit_metres = 300
people_base = "常住"

[inputs]
streets = {{ path = "town.osm", source = "survey of the bureau", licence = "own" }}
facilities = [{{ path = "a.csv" }}{tables}]
places = {{ path = "小区.csv" }}
{inputs}
"""


def write_study(folder: Path, *, inputs: str = "", tables: str = "", text: str = "", keys: str = "") -> Path:
    """A study of a street of 2 km: a clinic at its beginning, and homes at 100, 500 and 1,500 m."""
    street_town(folder)
    homes(folder)
    register(folder, "a.csv", 0)
    path = folder / "study.toml"
    made = STUDY.format(inputs=inputs, tables=tables).replace("[inputs]", f"{keys}\n[inputs]")
    path.write_text(made + text, encoding="utf-8")
    return path


def shares_of(path: Path) -> dict[str, list[float]]:
    """People served and not served by category."""
    shares = tm.survey(tm.read_study(path)).shares
    return {row["category"]: [row["served"], row["unserved"]] for row in shares.to_dict("records")}


def test_a_study_is_the_coverage_of_its_inputs(tmp_path: Path):
    study = tm.read_study(write_study(tmp_path))
    assert (study.title, study.limit, study.unit, study.circles) == ("街道", 300.0, "metres", (400.0, 800.0, 1200.0))
    assert "streets town.osm; facilities a.csv; homes 小区.csv" in repr(study)
    found = tm.survey(study)
    assert found.shares[["served", "unserved", "total"]].to_numpy().tolist() == [[10.0, 60.0, 70.0]]
    assert found.isochrones["metres"].tolist() == [400.0, 800.0, 1200.0]
    assert found.gaps["people"].tolist() == [40.0, 20.0]
    assert found.basket["served"].tolist() == [10.0]
    assert found.compliance == {}
    assert tm.survey(study) is found


def test_every_option_of_the_file_has_its_effect(tmp_path: Path):
    assert shares_of(write_study(tmp_path, inputs="osm_facilities = true"))["pharmacy"] == [10.0, 60.0]
    register(tmp_path, "b.csv", 520, "library")
    more = ', { path = "b.csv" }'
    assert shares_of(write_study(tmp_path, tables=more)) == {"clinic": [10.0, 60.0], "library": [20.0, 50.0]}
    assert shares_of(write_study(tmp_path, tables=more, keys='categories = ["图书馆"]')) == {"library": [20.0, 50.0]}
    estimated = write_study(tmp_path)
    estimated.write_text(estimated.read_text("utf-8").replace('path = "小区.csv"', "people = 90"), encoding="utf-8")
    assert shares_of(estimated)["clinic"] == pytest.approx([30.0, 60.0], rel=1e-3)


def test_people_are_counted_inside_the_boundary(tmp_path: Path):
    (west, south), (east, north) = lonlat((-100, -100), (1000, 100))
    gpd.GeoDataFrame(geometry=[box(west, south, east, north)], crs="EPSG:4326").to_file(tmp_path / "edge.geojson")
    found = tm.survey(tm.read_study(write_study(tmp_path, inputs='boundary = { path = "edge.geojson" }')))
    assert found.shares["total"].tolist() == [30.0]
    [left_out] = found.remarks[found.remarks["file"] == "edge.geojson"].to_dict("records")
    assert (left_out["id"], left_out["used"]) == ("h1500", False)


def test_sources_and_licences_are_carried_into_every_result(tmp_path: Path):
    study = write_study(tmp_path, inputs="osm_facilities = true", text='\n[map]\nwalkers = ["adult", "wheelchair"]\n')
    found = tm.survey(tm.read_study(study))
    found.save(tmp_path / "out", lang="en")
    assert examine_results(tmp_path / "out").state == "whole"
    page = (tmp_path / "out/review.html").read_text("utf-8")
    assert re.findall(r'"key":"(\w+)","walker"', page) == ["adult", "wheelchair"]
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text("utf-8"))
    streets = manifest["sources"][0]
    assert (streets["source"], streets["licence"], streets["attribution"]) == (
        "survey of the bureau",
        "own",
        "© OpenStreetMap contributors",
    )
    prints = manifest["study"].pop("fingerprints")
    assert manifest["study"] == {"id": "街道", "title": "街道", "changes": None}
    assert set(prints) == {"facilities", "streets", "walker", "people", "standard", "date"}
    assert manifest["study_files"] == {"study": "../study.toml", "changes": []}
    assert "survey of the bureau" in pd.read_excel(tmp_path / "out/site_visit.xlsx", sheet_name="sources").to_string()
    said = (tmp_path / "out/sources.txt").read_text("utf-8")
    assert "need the attribution: © OpenStreetMap contributors" in said
    assert "fall under the ODbL" in said
    assert "No licence is stated for a.csv, 小区.csv" in said
    assert len(gpd.read_file(tmp_path / "out/results.gpkg", layer="sources")) == len(manifest["sources"])
    assert pd.read_csv(tmp_path / "out/sources.csv")["sha256"].str.len().eq(64).all()
    assert "© OpenStreetMap contributors" in (tmp_path / "out/review.html").read_text("utf-8")


def test_a_folder_holds_the_results_of_one_study(tmp_path: Path):
    path, out = write_study(tmp_path), tmp_path / "out"
    assert run("run", path, "--out", out)[0] == 0
    before = {one: one.read_bytes() for one in out.rglob("*") if one.is_file()}
    other = tmp_path / "other.toml"
    other.write_text(path.read_text("utf-8").replace("街道", "另一街道", 1), encoding="utf-8")
    code, said = run("run", other, "--out", out, "--lang", "zh")
    assert (code, "另一项研究" in said) == (5, True)
    assert {one: one.read_bytes() for one in out.rglob("*") if one.is_file()} == before
    assert run("run", path, "--out", out)[0] == 0
    assert {one: one.read_bytes() for one in out.rglob("*") if one.is_file()} == before


def test_the_summary_says_the_figures(tmp_path: Path):
    code, said = run("run", write_study(tmp_path), "--out", tmp_path / "out", "--lang", "en")
    assert code == 0
    assert "70 people (常住) in 3 homes; adult, a walk of 300 metres." in said
    assert "Clinic or doctor 14.3% (60 people not served, 0 unknown)" in said
    assert "1. 40 people of 西社区 lack Clinic or doctor: too far." in said
    assert pd.read_csv(tmp_path / "out/basket.csv")["category"].tolist() == ["basket", "clinic"]


def test_the_template_runs_as_it_is(tmp_path: Path):
    for lang, share in (
        ("zh", "可达比例：社区服务站 100.0%"),
        ("en", "The shares served: Community service centre 100.0%"),
    ):
        folder = tmp_path / lang
        assert run("template", folder, "--lang", lang)[0] == 0
        code, said = run("run", folder / "study.toml")
        assert (code, "1,200" in said, share in said) == (0, True, True)
        assert {path.name for path in (folder / "study-results").iterdir()} >= {"review.html", "jiaxing_2012", MANIFEST}
        written = {path.stem for path in (folder / "study-results/jiaxing_2012").iterdir()}
        assert written >= {"verdicts", "shortfalls", "shortfall_sums", "cures"}


def test_a_file_of_an_editor_that_marks_utf_8_is_read(tmp_path: Path):
    path = write_study(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert tm.read_study(path).unit == "metres"


def test_costs_are_those_of_the_file(tmp_path: Path):
    path = write_study(tmp_path, text="\n[costs]\nrent_per_m2 = 200\n")
    assert tm.read_study(path).costs == {"rent": 200.0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("limit_metres", "limit_metre"), r"line 5: \[study\] unknown key 'limit_metre'; did you mean 'limit_metres'"),
        (("limit_metres = 300", ""), "give one of 'limit_minutes' and 'limit_metres'; neither is given"),
        (("limit_metres = 300", "limit_metres = 300\nlimit_minutes = 5"), "both are given"),
        (("limit_metres = 300", 'limit_metres = "300"'), "'limit_metres' cannot be '300'; give a number"),
        (
            ("limit_metres = 300", "limit_metres = 300\nlimit_metres = 400"),
            "line 6.*a key stands there for the second time",
        ),
        (("limit_metres = 300", "limit_metres = -1"), "'limit_metres' cannot be -1"),
        (("limit_metres = 300", "limit_metres = 0"), r"study.toml: \[study\] limit_metres: metres is 0.0"),
        (("lang =", 'open_at = "Tu"\nlang ='), r"study.toml: \[study\] open_at is 'Tu'"),
        (("[inputs]", "[input]"), r"unknown section \[input\]; did you mean 'inputs'"),
        (("a.csv", "b.csv"), r"line \d+: there is no file 'b.csv' in .*; in that folder there is 'a.csv'"),
        (
            ('path = "a.csv"', 'path = "a.csv", datun = "gcj02"'),
            r"facilities 1: unknown key 'datun'; did you mean 'datum'",
        ),
        (('path = "a.csv"', 'path = "小区.csv"'), "'小区.csv' is named as facilities and as places"),
        (
            ('path = "a.csv"', 'path = "a.csv" }, { path = "./a.csv"'),
            "'./a.csv' is named as facilities and as facilities",
        ),
        (("lang =", 'walker = "adlt"\nlang ='), "there is no walker 'adlt'; did you mean 'adult'"),
        (("lang =", "walker = { sped_kmh = 3 }\nlang ="), "a walker has no 'sped_kmh'; did you mean 'speed_kmh'"),
        (("lang =", "walker = { speed_kmh = 99 }\nlang ="), "speed_kmh"),
        (
            ("[inputs]", '[standards]\nids = ["jiaxing_2021"]\n[inputs]'),
            "no standard 'jiaxing_2021'; did you mean 'jiaxing_2012'",
        ),
        (("[inputs]", '[map]\nwalkers = "adult"\n[inputs]'), "'walkers' cannot be 'adult'; give a list of walkers"),
        (("[inputs]", '[map]\nwalkers = ["adlt"]\n[inputs]'), "there is no walker 'adlt'"),
        (("title =", "titel ="), "'title' is missing"),
        (("places = { path", "places = { people = 5, path"), "'people' and 'path' are both given"),
        (("[study]", "[study"), "is not valid TOML"),
    ],
)
def test_what_is_not_valid_is_refused_with_the_way_out(tmp_path: Path, change: tuple[str, str], said: str):
    path = write_study(tmp_path)
    path.write_text(path.read_text("utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(tm.InputError, match=said) as caught:
        tm.read_study(path)
    assert re.search(r"study\.toml|walker|metres|standard", str(caught.value))


def test_all_faults_of_a_study_are_told_at_once(tmp_path: Path):
    path = write_study(tmp_path, keys='thin_share = "half"\nnear = 5')
    path.write_text(path.read_text("utf-8").replace('lang = "en"', 'lang = "fr"'), encoding="utf-8")
    with pytest.raises(tm.FileError, match="3 faults") as caught:
        tm.read_study(path)
    assert len(re.findall(r"line \d+: ", str(caught.value))) == 3
    code, said = run("run", path, "--lang", "zh")
    assert (code, "第 4 行" in said, "有 3 处错误" in said) == (3, True, True)


def test_the_keys_of_the_docs_are_those_of_the_code():
    page = (REPOSITORY / "docs/study.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|[^|]*\| ((?:`\w+`(?:, | or )?)+) \|", page.partition("## The results")[0], re.MULTILINE)
    told = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert told == {key for section in SECTIONS.values() for key in section}
    named = set(re.findall(r"`(?:\{ )?(\w+)`|(\w+)(?=[,= }])", page))
    assert {key for fields in INPUTS.values() for key in fields} <= {word for pair in named for word in pair}
