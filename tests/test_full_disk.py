"""A disk that is full at any byte, or a process that dies, leaves what stood there, and one error says so."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

import tenmin as tm
from tenmin.support.errors import OutputError
from tenmin.support.files import replacing
from tenmin.support.writing import check_written, shapes_in, write_layer, write_table, write_workbook
from towns import clinics, homes, town

posix = pytest.mark.skipif(os.name != "posix", reason="limits of files are those of POSIX")
PARTS = (0.0, 0.3, 0.8, 0.97, 0.999, 1.0)
"""Parts of a file, less a byte, after which the disk is full."""
DYING = """
import os, sys
from tenmin.support.files import replacing
writing = replacing(sys.argv[1])
writing.__enter__()
os._exit(1)
"""


def dots(count: int = 500) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": [f"n{k}" for k in range(count)]}, geometry=shapely.points(range(count), range(count)), crs="EPSG:32650"
    )


def writers() -> dict[str, Callable[[Path], object]]:
    """What tenmin writes, by the name of the file."""
    network = town([(0.0, 0.0), (3000.0, 0.0)], [(1000.0, 0.0), (1000.0, 900.0)])
    page = tm.draw_map(tm.measure_coverage(network, homes({"h": (10, 0)}), clinics({"a": (0, 0)}), minutes=5))
    book = openpyxl.Workbook()
    book.worksheets[0].append([f"cell {k}" for k in range(2000)])
    return {
        "layer.gpkg": lambda path: write_layer(dots(), path, "dots"),
        "layer.geojson": lambda path: write_layer(dots(), path, "dots"),
        "table.csv": lambda path: write_table(pd.DataFrame({"name": [f"n{k}" for k in range(2000)]}), path),
        "book.xlsx": lambda path: write_workbook(book, path),
        "map.html": lambda path: page.save(str(path)),
        "network.gpkg": network.save,
        "network.parquet": network.save,
    }


def faults_on_a_full_disk(folder: Path) -> list[str]:
    """Write each kind of file on a disk that is full after some bytes, over an older one; return what went wrong."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    faults = []
    for name, write in writers().items():
        path = folder / name
        write(path)
        whole = path.read_bytes()
        for part in PARTS:
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(part * len(whole)) - (part == 1.0), before[1]))
            try:
                write(path)
            except OutputError as error:
                said = str(error)
            except BaseException as error:
                said = f"{type(error).__name__}: {error}"
            else:
                said = "no error"
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            if not (said.startswith(f"{path}: ") and "bytes written" in said and "untouched" in said):
                faults.append(f"{name} at {part}: {said}")
            if path.read_bytes() != whole or [one.name for one in folder.iterdir()] != [name]:
                faults.append(f"{name} at {part}: {sorted(one.name for one in folder.iterdir())}")
        path.unlink()
    return faults


@posix
def test_a_disk_that_is_full_leaves_every_older_file(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, __file__, str(tmp_path)], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_open_file_that_takes_nothing_is_named() -> None:
    network = town([(0.0, 0.0), (300.0, 0.0)])
    page = tm.draw_map(tm.measure_coverage(network, homes({"h": (10, 0)}), clinics({"a": (0, 0)}), minutes=5))
    with (
        pytest.raises(OutputError, match=r"/dev/full.*No space left"),
        Path("/dev/full").open("wb") as stream,
    ):
        page.save(stream)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM dots WHERE fid = 7", "dots has 499 of 500 rows"),
        ("DROP TABLE rtree_dots_geom", "no such table: rtree_dots_geom"),
        ("DELETE FROM rtree_dots_geom WHERE id = 7", "rtree_dots_geom has 499 of 500 shapes in its index"),
    ],
)
def test_a_geopackage_that_lost_something_on_closing_is_noticed(damage: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_layer(dots(), path, "dots")
    with sqlite3.connect(path) as base:
        for [name] in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute(damage)
    base.close()
    with pytest.raises((OSError, sqlite3.Error), match=said):
        check_written(path, {"dots": (500, 500)})


def test_a_geopackage_with_a_damaged_page_is_noticed(tmp_path: Path) -> None:
    write_layer(dots(), tmp_path / "a.gpkg", "dots")
    data = (tmp_path / "a.gpkg").read_bytes()
    (tmp_path / "a.gpkg").write_bytes(data[: len(data) // 2])
    with pytest.raises((OSError, sqlite3.Error)):
        check_written(tmp_path / "a.gpkg", {"dots": (500, 500)})


def test_empty_shapes_are_in_no_index(tmp_path: Path) -> None:
    frame = dots(3).set_geometry([shapely.Point(), None, shapely.Point(1, 1)], crs="EPSG:32650")
    assert shapes_in(frame.geometry.to_numpy()) == 1
    write_layer(frame, tmp_path / "a.gpkg", "dots")
    write_layer(dots(0), tmp_path / "none.gpkg", "dots")
    assert len(gpd.read_file(tmp_path / "a.gpkg")) == 3


@pytest.mark.parametrize("error", [OSError(28, "full"), RuntimeError("a driver's"), sqlite3.OperationalError("locked")])
def test_every_error_of_a_driver_is_one_of_writing(error: Exception, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")

    def fail() -> None:
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("new")
            raise error

    with pytest.raises(OutputError, match=r"a\.txt: .*3 bytes written, [\d,]+ free; .*untouched") as caught:
        fail()
    assert caught.value.__cause__ is error
    assert (tmp_path / "a.txt").read_text() == "old"


@posix
def test_what_a_dead_process_left_is_removed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", DYING, str(tmp_path / "a.gpkg")], check=False)
    [leftover] = tmp_path.iterdir()
    leftover.with_name(f"{leftover.name}-journal").touch()
    mine = [".tenmin-notes", ".tenmin-ffff-1.0123456789ab-of another machine.csv", "a.txt"]
    for name in mine:
        (tmp_path / name).touch()
    with replacing(tmp_path / "b.txt") as first, replacing(tmp_path / "c.txt"):
        assert first.exists()
        assert not leftover.exists()
    assert {one.name for one in tmp_path.iterdir()} == {*mine, "b.txt", "c.txt"}
    yesterday = time.time() - 25 * 3600
    os.utime(tmp_path / mine[1], (yesterday, yesterday))
    with replacing(tmp_path / "b.txt"):
        pass
    assert {one.name for one in tmp_path.iterdir()} == {mine[0], mine[2], "b.txt", "c.txt"}


if __name__ == "__main__":
    print(json.dumps(faults_on_a_full_disk(Path(sys.argv[1]))))
