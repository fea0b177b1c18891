"""The command line: what it writes, what it says of mistakes, and how it ends."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from tenmin.cli import app
from tenmin.outputs.tables import shares_as_text
from tenmin.support.writing import write_table


def run(*words: object) -> tuple[int, str]:
    """The exit code and all that a command said."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


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
    assert code == 0
    assert "药店" in said
    assert shares[["served", "unserved", "unknown"]].to_numpy().sum() == pytest.approx(1000.0)
    assert len(gpd.read_file(tmp_path / "gaps.gpkg"))
    assert len(gpd.read_file(tmp_path / "isochrones.gpkg")) == 1
    assert (tmp_path / "review.html").read_text("utf-8").startswith("<!DOCTYPE html>")


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
        (["coverage", "SAMPLE"], 2, "--people"),
        (["isochrons"], 2, "isochrons"),
    ],
)
def test_a_mistake_is_one_message_and_an_exit_code(helsinki: Path, words: list[str], code: int, message: str):
    ended, said = run(*(str(helsinki) if word == "SAMPLE" else word for word in words))
    assert (ended, message in said, "Traceback" in said) == (code, True, False)


def test_no_text_of_a_table_is_a_formula(tmp_path: Path):
    table = pd.DataFrame({"name": ["=1+1", "@x", "plain"], "share": [0.5, -1.0, 0.0]})
    write_table(table, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()
    assert lines == ["name,share", "'=1+1,0.5", "'@x,-1.0", "plain,0.0"]


def test_shares_line_up_and_a_hundred_percent_is_all():
    row = {"facilities": 1, "served": 9999.0, "unserved": 1.0, "unknown": 0.0}
    shares = pd.DataFrame(
        [
            {**row, "name": "药店", "share": 0.9999, "share_upper": 1.0},
            {**row, "name": "Bank", "share": float("nan"), "share_upper": float("nan")},
        ]
    )
    lines = shares_as_text(shares, "zh")
    assert lines[1].endswith("99.9% - 100.0%")
    assert lines[2].endswith(" -")
