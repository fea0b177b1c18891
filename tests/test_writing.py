"""What is written twice is the same to the byte: in another process, later, from rows in another order."""

from __future__ import annotations

import csv
import io
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.inputs.standards import write_blank_standard
from tenmin.outputs.tables import share_table
from tenmin.support.errors import InputError
from tenmin.support.files import replacing
from tenmin.support.writing import fixed_date, write_layer, write_table, write_workbook
from towns import clinics, homes, town

NAMES = {
    "circles.geojson", "circles.gpkg", "gaps.gpkg", "map.html", "network.gpkg", "network.parquet", "ours.toml",
    "ours.xlsx", "shares.csv", "streets.osm", "study.toml", "设施台账.xlsx", "社区.xlsx", "小区.xlsx",
}  # fmt: skip
TEMPORARY = re.compile(rb"\.tenmin-[0-9a-f]{4}-\d+\.[0-9a-f]{12}-")
FIRST_OF_1980 = "1980-01-01T00:00:00.000Z"


def write_results(folder: Path, order: int = 0) -> None:
    """Write what a study writes; of rows that stand in one of several orders."""
    shuffle = np.random.default_rng(order).permutation
    network = town([(0.0, 0.0), (3000.0, 0.0)], [(1000.0, 0.0), (1000.0, 900.0)])
    spots = {f"h{k}": (37.3 * k, 11.0 * (k % 3)) for k in range(60)}
    people = np.random.default_rng(1).uniform(0.1, 300.0, 60)
    places, doors = homes(spots, people), clinics({"a": (10, 5), "b": (1000, 700)}, ["clinic", "library"])
    places, doors = places.iloc[shuffle(len(places))], doors.iloc[shuffle(len(doors))]
    measured = tm.measure_coverage(network, places, doors, minutes=10)
    gaps = tm.find_gaps(measured)
    circles = tm.trace_isochrones(network, doors, minutes=[5, 10], merge="category")
    write_table(share_table(measured, "zh"), folder / "shares.csv")
    write_layer(gaps, folder / "gaps.gpkg", "gaps")
    write_layer(circles, folder / "circles.gpkg", "circles")
    write_layer(circles, folder / "circles.geojson", "circles")
    tm.draw_map(measured, gaps=gaps, isochrones=circles).save(str(folder / "map.html"))
    network.save(folder / "network.gpkg")
    network.save(folder / "network.parquet")
    tm.write_template(folder)
    write_blank_standard("ours", folder, who="王工", on="2026-01-02")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results."""
    folder = tmp_path_factory.mktemp("results")
    write_results(folder)
    return folder


def assert_same(first: dict[str, bytes], second: dict[str, bytes]) -> None:
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_another_process_writes_the_same_bytes(results: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, __file__, str(tmp_path)], check=True, env=environment)
    assert set(contents(results)) == NAMES
    assert_same(contents(results), contents(tmp_path))


def test_the_order_of_the_rows_does_not_show(results: Path, tmp_path: Path) -> None:
    write_results(tmp_path, order=1)
    assert_same(contents(results), contents(tmp_path))


def test_no_file_bears_its_temporary_name_or_the_time(results: Path, tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as temporary:
        assert TEMPORARY.search(temporary.name.encode())
    for name, content in contents(results).items():
        assert not TEMPORARY.search(content), name
        if name.endswith(".gpkg"):
            with sqlite3.connect(results / name) as base:
                assert set(base.execute("SELECT last_change FROM gpkg_contents")) == {(FIRST_OF_1980,)}
    assert pyogrio.list_layers(results / "circles.geojson")[:, 0].tolist() == ["circles"]


def dates_of(path: Path) -> set[str]:
    """The dates in a workbook, of its parts and of what it says of itself."""
    with zipfile.ZipFile(path) as archive:
        parts = {"{}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*part.date_time) for part in archive.infolist()}
    properties = openpyxl.load_workbook(path).properties
    return parts | {f"{day:%Y-%m-%dT%H:%M:%S}" for day in (properties.created, properties.modified) if day}


@pytest.mark.parametrize(
    ("epoch", "date"),
    [
        ("", "1980-01-01T00:00:00"),
        ("0", "1980-01-01T00:00:00"),
        ("1700000000", "2023-11-14T22:13:20"),
        ("99999999999999", "2107-12-31T00:00:00"),
    ],
)
def test_files_bear_the_date_that_the_environment_gives(
    epoch: str, date: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    write_workbook(openpyxl.Workbook(), tmp_path / "a.xlsx")
    write_layer(clinics({"a": (0, 0)}), tmp_path / "a.gpkg", "a")
    assert dates_of(tmp_path / "a.xlsx") == {date}
    with sqlite3.connect(tmp_path / "a.gpkg") as base:
        assert base.execute("SELECT last_change FROM gpkg_contents").fetchall() == [(f"{date}.000Z",)]


@pytest.mark.parametrize("epoch", ["yesterday", "-1", "1e9", "١"])
def test_a_date_that_is_none_is_refused(epoch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(InputError, match=r"SOURCE_DATE_EPOCH is .*whole seconds since 1970"):
        write_layer(clinics({"a": (0, 0)}), tmp_path / "a.gpkg", "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("before", [None, "2020-02-02T00:00:00.000Z"])
def test_what_gdal_was_told_of_the_date_is_left_as_it_was(before: str | None) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    try:
        with fixed_date():
            assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == FIRST_OF_1980
        with suppress(ZeroDivisionError), fixed_date():
            raise ZeroDivisionError
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def test_numbers_of_a_table_have_twelve_digits(tmp_path: Path) -> None:
    numbers = [0.1 + 0.2, 1e22 / 3, -2.0, float("nan"), float("inf")]
    mixed = pd.Series([0.1 + 0.2, "a", None, 7, True], dtype=object)
    table = pd.DataFrame({"x": numbers, "n": 2**53 + 1, "mixed": mixed})
    write_table(table, tmp_path / "t.csv")
    rows = [line.split(",") for line in (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()]
    assert [row[0] for row in rows] == ["x", "0.3", "3.33333333333e+21", "-2.0", "", "inf"]
    assert {row[1] for row in rows[1:]} == {"9007199254740993"}
    assert [row[2] for row in rows] == ["mixed", "0.3", "a", "", "7", "True"]
    assert table["x"].tolist()[:3] == numbers[:3]


STARTS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("before", ["", "a\r", "a\n", "a\r\n", "a;", "a\t", "a\u2028", "a\x0b", '","', '"\r'])
def test_no_program_finds_a_formula_in_a_table(before: str, start: str, tmp_path: Path) -> None:
    """Whatever begins a cell for a program: a separator, a line break of any kind, a quotation mark or not."""
    text = before + start
    frames = [pd.DataFrame({"n": [-1.5], "t": pd.Series([text], dtype=kind)}) for kind in ("object", "str", "category")]
    for table in (*frames, pd.DataFrame({text: ["a"], "n": [-1.5]}), pd.DataFrame({"o": [[text]], "n": [-1.5]})):
        write_table(table, tmp_path / "t.csv")
        content = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content, newline="")))
        assert [len(row) for row in rows] == [2, 2]
        assert "-1.5" in rows[1]
        naive = re.split(r"[\r\n\t;\v\u2028]", content.replace('"', "")) + [cell for row in rows for cell in row]
        live = [cell for cell in naive if cell[:1] in {*"=+-@＝", "\t"} and not re.fullmatch(r"-1\.5", cell)]
        assert [cell for cell in live if not cell.startswith("-1.5")] == []


texts = st.text(st.sampled_from(list("=+-@\t\r\n;,\"' a1＝")), max_size=6)


@given(st.lists(st.tuples(texts, st.floats(), st.none() | st.integers()), min_size=1, max_size=3))
def test_a_table_reads_back_as_it_was_but_for_apostrophes(rows: list[tuple[str, float, int | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write_table(pd.DataFrame(rows, columns=["t", "x", "n"], dtype=object), path)
        read = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))[1:]
    for (text, number, count), (got_text, got_number, got_count) in zip(rows, read, strict=True):
        assert got_text.replace("'", "") == text.replace("'", "")
        assert float(got_number or "nan") == pytest.approx(number, rel=1e-11, nan_ok=True)
        assert got_count == ("" if count is None else str(count))


def test_text_that_no_encoding_holds_is_written_with_a_question_mark(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"t": pd.Series(["a\ud800b"], dtype=object)}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8-sig") == "t\na?b\n"


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["=1+1", -1, "+1"])
    write_workbook(book, tmp_path / "a.xlsx")
    [row] = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows()
    assert [(cell.value, cell.data_type) for cell in row] == [("=1+1", "s"), (-1, "n"), ("+1", "s")]


if __name__ == "__main__":
    write_results(Path(sys.argv[1]))
