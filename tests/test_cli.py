"""The command line: what it writes, what it says of mistakes, and how it ends."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point
from typer.testing import CliRunner

from osm_toy import osm_xml, write_osm
from tenmin.cli import app
from tenmin.outputs.tables import gaps_as_text, shares_as_text
from tenmin.support.errors import FileError
from tenmin.support.language import choose_language, counted
from tenmin.support.result_sets import MANIFEST, examine_results
from tenmin.support.writing import write_table

PLAN = "EPSG:32650"
EAST, NORTH = 500_000.0, 3_762_000.0
"""The beginning of the street of `street_town`."""


def run(*words: object) -> tuple[int, str]:
    """The exit code and all that a command said."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def lonlat(*spots: tuple[float, float]) -> list[tuple[float, float]]:
    """Degrees of spots in metres from the beginning of the street."""
    points = gpd.GeoSeries([Point(EAST + x, NORTH + y) for x, y in spots], crs=PLAN).to_crs("EPSG:4326")
    return [(point.x, point.y) for point in points]


def street_town(folder: Path) -> Path:
    """An extract: a street of 2 km, a pharmacy at both ends, and at 100, 500 and 1,500 m houses of one size."""
    pharmacy = {"amenity": "pharmacy"}
    street = dict(zip((1, 2, 3), lonlat((0, 0), (1000, 0), (2000, 0)), strict=True))
    nodes = {1: (*street[1], pharmacy), 2: street[2], 3: (*street[3], pharmacy)}
    ways = {90: ([1, 2, 3], {"highway": "residential"})}
    for first, x in ((10, 100), (20, 500), (30, 1500)):
        corners = lonlat((x, 5), (x + 10, 5), (x + 10, 15), (x, 15))
        nodes |= dict(enumerate(corners, first))
        ways[first] = ([*range(first, first + 4), first], {"building": "house"})
    return write_osm(folder / "town.osm", osm_xml(nodes, ways))


def clinics_table(folder: Path) -> Path:
    """A table: a clinic at 1,100 m of the street, a vacant one at its beginning, and a library at its end."""
    (one, two, three), path = lonlat((1100, 0), (0, 0), (2000, 0)), folder / "clinics.csv"
    lines = ["编号,类别,经度,纬度,状态", f"c1,clinic,{one[0]},{one[1]},在用", f"c2,clinic,{two[0]},{two[1]},闲置"]
    lines += [f"l1,library,{three[0]},{three[1]},"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_isochrones_are_written_for_each_facility_and_limit(helsinki: Path, tmp_path: Path):
    out = tmp_path / "circles.geojson"
    code, said = run("isochrones", helsinki, "-c", "pharmacy", "-m", 5, "-m", 10, "--out", out, "--lang", "en")
    circles = gpd.read_file(out)
    assert (code, len(circles)) == (0, 12)
    assert "12 isochrones written" in said
    assert circles.crs == "EPSG:4326"
    inner, outer = (circles[circles["minutes"] == limit].set_index("facility").to_crs(32635) for limit in (5, 10))
    assert outer.buffer(0.01).covers(inner.geometry).all()


def test_coverage_writes_the_shares_the_gaps_the_circles_and_the_map(helsinki: Path, tmp_path: Path):
    code, said = run("coverage", helsinki, "--people", 1000, "-c", "pharmacy", "--out", tmp_path, "--lang", "zh")
    shares = pd.read_csv(tmp_path / "coverage.csv")
    results = examine_results(tmp_path)
    assert (results.state, results.files["coverage.csv"].rows) == ("whole", len(shares))
    assert set(results.files) == {path.name for path in tmp_path.iterdir()} - {MANIFEST}
    assert code == 0
    assert said.index("最严重的缺口") < said.index("对策") < said.index("可达人口")
    assert "药店" in said
    assert shares[["可达", "不可达", "无法判定"]].to_numpy().sum() == pytest.approx(1000.0)
    assert len(gpd.read_file(tmp_path / "gaps.gpkg"))
    assert len(gpd.read_file(tmp_path / "isochrones.gpkg")) == 1
    assert (tmp_path / "review.html").read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "metres"),
    [
        ([], [800, 800]),
        (["-m", 2, "--minutes", 5], [160, 400, 160, 400]),
        (["--metres", 300], [300, 300]),
        (["--metres", 300, "--metres", 100], [100, 300, 100, 300]),
        (["-m", 5, "--walker", "wheelchair"], [200, 200]),
        (["--metres", 300, "--merge"], [600]),
        (["-m", 15, "--merge", "--walker", "child"], [1500]),
        (["--metres", 300, "--facilities", "TABLE"], [600, 300]),
        (["--metres", 300, "--facilities", "TABLE", "-c", "clinic"], [600]),
        (["--metres", 300, "--facilities", "TABLE", "-c", "library", "--merge"], [300]),
        (["--metres", 300, "--category", "pharmacy"], [300, 300]),
        (["--metres", 300, "--category", "library"], []),
    ],
)
def test_every_option_of_isochrones_shows_in_the_streets_that_are_reached(
    tmp_path: Path, words: list[object], metres: list[float]
):
    given = [clinics_table(tmp_path) if word == "TABLE" else word for word in words]
    out = tmp_path / "reached.gpkg"
    code, said = run("isochrones", street_town(tmp_path), *given, "--shape", "streets", "-o", out, "--lang", "en")
    assert (code, f"{counted(len(metres), 'isochrone')} written to {out}" in said) == (0, True)
    reached = gpd.read_file(out)
    assert reached.length.tolist() == pytest.approx(metres, abs=0.1)
    assert ("metres" in reached.columns) == ("--metres" in words)
    assert reached["facility"].isna().tolist() == ["--merge" in words] * len(metres)


def test_without_streets_asked_for_isochrones_are_ground(tmp_path: Path):
    out = tmp_path / "ground.gpkg"
    assert run("isochrones", street_town(tmp_path), "--metres", 300, "--merge", "--out", out)[0] == 0
    (ground,) = gpd.read_file(out).geometry
    west, _, east, _ = np.subtract(ground.bounds, (EAST, 0, EAST, 0))
    assert ground.geom_type == "MultiPolygon"
    assert len(ground.geoms) == 2
    assert (ground.covers(Point(EAST + 299, NORTH)), ground.covers(Point(EAST + 301, NORTH))) == (True, False)
    assert (west < 0.0, east > 2000.0) == (True, True)


@pytest.mark.parametrize(
    ("words", "served", "facilities"),
    [
        (["-c", "pharmacy"], 300, 2),
        (["-c", "pharmacy", "-m", 3], 100, 2),
        (["-c", "pharmacy", "--minutes", 10, "--walker", "wheelchair"], 100, 2),
        (["-c", "pharmacy", "--metres", 480, "--walker", "adult", "--walker", "wheelchair"], 100, 2),
        (["-c", "pharmacy", "--metres", 520], 300, 2),
        (["--facilities", "TABLE", "-c", "clinic"], 200, 1),
        (["--facilities", "TABLE", "-c", "library"], 100, 1),
        (["--facilities", "TABLE", "--category", "clinic", "--metres", 500], 100, 1),
    ],
)
def test_every_option_of_coverage_shows_in_who_is_served(
    tmp_path: Path, words: list[object], served: float, facilities: int
):
    given, out = [clinics_table(tmp_path) if word == "TABLE" else word for word in words], tmp_path / "out"
    code, said = run("coverage", street_town(tmp_path), "--people", 300, *given, "--out", out, "--lang", "en")
    (row,) = pd.read_csv(out / "coverage.csv").to_dict("records")
    assert (code, row["facilities"]) == (0, facilities)
    assert [row["served"], row["unserved"], row["unknown"]] == pytest.approx([served, 300 - served, 0], abs=1.0)
    (line,) = [line for line in said.splitlines() if line.startswith(row["name"])]
    assert line.removeprefix(row["name"]).split()[:3] == [
        f"{facilities}",
        f"{row['served']:.0f}",
        f"{row['unserved']:.0f}",
    ]
    on_map = len(re.findall(r'"key":"\w+","walker"', (out / "review.html").read_text("utf-8")))
    assert on_map == max(1, words.count("--walker"))
    unit = "metres" if "--metres" in words else "minutes"
    assert f"excess_{unit}" in gpd.read_file(out / "gaps.gpkg").columns
    assert gpd.read_file(out / "isochrones.gpkg")[unit].tolist() == [
        next((word for option, word in pairwise(words) if option in {"-m", "--minutes", "--metres"}), 10)
    ]


def test_facilities_that_are_not_in_use_are_counted_nowhere(tmp_path: Path):
    words = "--people", 300, "--facilities", clinics_table(tmp_path), "--out", tmp_path / "out", "--lang", "en"
    _, said = run("coverage", street_town(tmp_path), *words)
    assert "; 2 facilities" in said
    _, said = run("isochrones", street_town(tmp_path), *words[2:4], "-o", tmp_path / "one.gpkg", "--lang", "en")
    assert ("; 2 facilities" in said, "2 isochrones written" in said) == (True, True)


def test_for_debugging_an_error_is_raised_as_it_is():
    result = CliRunner().invoke(app, ["isochrones", "nowhere.osm.pbf", "--debug"])
    assert isinstance(result.exception, FileError)


@pytest.mark.parametrize(
    ("system", "lang"), [("zh_CN", "zh"), ("Chinese (Simplified)_China", "zh"), ("de_DE", "en"), (None, "en")]
)
def test_the_language_is_that_asked_for_or_that_of_the_system(
    monkeypatch: pytest.MonkeyPatch, system: str | None, lang: str
):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (system, "UTF-8"))
    assert [choose_language(asked) for asked in ("zh", "en", None)] == ["zh", "en", lang]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["isochrones", "nowhere.osm.pbf"], 3, "nowhere.osm.pbf: there is no such file"),
        (["isochrones", "SAMPLE", "-c", "pharmcy"], 3, "'pharmcy'; the nearest are pharmacy"),
        (["isochrones", "SAMPLE", "-c", "pharmacy", "-m", "-3"], 3, "minutes is -3.0, which is no limit"),
        (["isochrones", "SAMPLE", "-m", "5", "--metres", "400"], 3, "give only one of them"),
        (["isochrones", "SAMPLE", "--out", "x.shp"], 3, "x.shp: layers are written as .gpkg or .geojson"),
        (["isochrones", "SAMPLE", "--walker", "elder"], 3, "there is no walker 'elder'"),
        (["coverage", "SAMPLE", "--people", "0"], 3, "people"),
        (["demo", "--out", "/dev/null/x"], 5, "no folder can be made there"),
        (["coverage", "SAMPLE", "--people", "0", "--out", "/dev/null/x"], 5, "no folder can be made there"),
        (["compare", "a.toml", "b.toml", "--out", "/dev/null/x"], 5, "no folder can be made there"),
        (["coverage", "SAMPLE"], 2, "--people"),
        (["isochrons"], 2, "isochrons"),
    ],
)
def test_a_mistake_is_one_message_and_an_exit_code(helsinki: Path, words: list[str], code: int, message: str):
    ended, said = run(*(str(helsinki) if word == "SAMPLE" else word for word in words))
    assert (ended, message in said, "Traceback" in said) == (code, True, False)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "'--large' 的值不对：'outer' 不在可选值 'inner' 之中"), ("en", "'--large': 'outer' is not one of 'inner'")],
)
def test_a_word_that_is_no_choice_is_refused_with_those_that_are(tmp_path: Path, lang: str, words: str):
    code, said = run("coverage", tmp_path / "a.osm", "--places", tmp_path / "b.csv", "--large", "outer", "--lang", lang)
    assert code == 2
    assert words in said


def test_gaps_are_told_with_their_place_their_reason_and_what_cures_them():
    columns = ["category", "name", "name_zh", "reason", "cure", "cure_zh", "people"]
    rows = [
        ("clinic;library;park;pharmacy;ours", "around Elm", "榆路一带", "far", "add one nearby", "在附近增设", 1234.5),
        ("ours", None, None, "island", "connect them", "连通", 2.0),
    ]
    gaps = pd.DataFrame(rows, columns=columns, index=[3, 12], dtype=object)
    english, chinese = (gaps_as_text(gaps, lang) for lang in ("en", "zh"))
    assert [line.split() for line in english] == [
        ["place", "lacks", "reason", "people"],
        [
            "3",
            "around",
            "Elm",
            "Clinic",
            "or",
            "doctor,",
            "Library,",
            "Park",
            "and",
            "2",
            "more",
            "too",
            "far",
            "1,234",
        ],
        ["cure:", "add", "one", "nearby"],
        ["12", "ours", "streets", "not", "connected", "2"],
        ["cure:", "connect", "them"],
    ]
    assert [line.split() for line in chinese[1:]] == [
        ["3", "榆路一带", "社区卫生服务中心或诊所、图书馆、公园及其他", "2", "类", "距离远", "1,234"],
        ["对策：在附近增设"],
        ["12", "ours", "道路不连通", "2"],
        ["对策：连通"],
    ]


def test_no_text_of_a_table_is_a_formula(tmp_path: Path):
    table = pd.DataFrame({"name": ["=1+1", "@x", "plain"], "share": [0.5, -1.0, 0.0]})
    write_table(table, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()
    assert lines == ["name,share", "'=1+1,0.5", "'@x,-1.0", "plain,0.0"]


def test_shares_line_up_and_a_hundred_percent_is_all():
    row = {"facilities": 1, "served": 9999.0, "unserved": 1.0, "unknown": 0.0}
    row |= {"share_even": 0.5, "share_even_upper": 1.0}
    shares = pd.DataFrame(
        [
            {**row, "name": "药店", "share": 0.9999, "share_upper": 1.0},
            {**row, "name": "Bank", "share": float("nan"), "share_upper": float("nan"), "share_even": float("nan")},
        ]
    )
    lines = shares_as_text(shares, "zh")
    assert lines[1].split()[-2:] == ["99.9–100.0%", "50.0–100.0%"]
    assert lines[2].split()[-2:] == ["-", "-"]
