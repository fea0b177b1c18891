"""Tests of sets of results: whatever step a run is killed at, its files arrive all or none, and others stay."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from typer.testing import CliRunner

from tenmin.cli import app
from tenmin.support.errors import FileError, OutputError
from tenmin.support.result_sets import MANIFEST, examine_results, mend_results, writing_results
from tenmin.support.writing import write_layer, write_table

OLD = {"a.csv": "x\nold\n", "gone.csv": "x\n1\n", "sub/b.csv": "y\nold\n"}
NEW = {"a.csv": "x\nnew\nnew\n", "c.csv": "z\nnew\n", "sub/b.csv": "y\nnew\n"}
FOREIGN = {"notes.txt": "mine", "sub/own.csv": "mine", ".tenmin-own": "mine"}

KILL_AT_EACH_STEP = """
import os, shutil, sys
from pathlib import Path
from tenmin.support.result_sets import mend_results, writing_results

STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open"}
start, folder, task = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def run(target):
    if task != "write":
        mend_results(target, undo=task == "undo")
        return
    with writing_results(target) as staged:
        for name, text in eval(sys.argv[4]).items():
            (staged / name).parent.mkdir(exist_ok=True)
            (staged / name).write_text(text)

for step in range(1, 400):
    target = folder / str(step)
    shutil.copytree(start, target)
    child = os.fork()
    if not child:
        left = [step]
        def hook(event, _):
            left[0] -= event in STEPS
            if not left[0]:
                os._exit(9)
        sys.addaudithook(hook)
        run(target)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX can fork")


def write(folder: Path, files: dict[str, str]) -> None:
    with writing_results(folder) as staged:
        put(staged, files)


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def content(folder: Path) -> dict[str, str]:
    """All files in a folder but the manifest, and none of another run."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_text("utf-8") for name, path in files.items() if name != MANIFEST}


def visible(folder: Path) -> dict[str, str]:
    return {name: text for name, text in content(folder).items() if not name.startswith(".tenmin-results/")}


def copy_of(folder: Path, word: str) -> Path:
    return Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-{word}")))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "start"
    put(folder, FOREIGN)
    write(folder, OLD)
    return folder


def killed_at_each_step(start: Path, folder: Path, task: str) -> list[Path]:
    """Copies of a folder, in each of which a task was killed one step later than in that before."""
    folder.mkdir()
    subprocess.run([sys.executable, "-c", KILL_AT_EACH_STEP, start, folder, task, repr(NEW)], check=True)
    return sorted(folder.iterdir(), key=lambda path: int(path.name))


def test_the_files_of_a_run_replace_those_of_the_last_and_no_others(results: Path):
    assert content(results) == {**OLD, **FOREIGN}
    write(results, NEW)
    assert content(results) == {**NEW, **FOREIGN}
    found = examine_results(results)
    assert (found.state, found.interrupted, found.changed) == ("whole", False, ())
    assert {name: record.rows for name, record in found.files.items()} == {"a.csv": 2, "c.csv": 1, "sub/b.csv": 1}
    assert found.files["a.csv"].sha256 == hashlib.sha256(NEW["a.csv"].encode()).hexdigest()
    assert found.files["a.csv"].bytes == len(NEW["a.csv"])


@needs_fork
def test_a_run_killed_at_any_step_is_finished_or_undone(results: Path, tmp_path: Path):
    states = set()
    for folder in killed_at_each_step(results, tmp_path / "killed", "write"):
        found, seen = examine_results(folder), visible(folder)
        states.add((found.state, found.complete))
        before = [{**OLD, **FOREIGN}, {**NEW, **FOREIGN}]
        assert found.state == "mixed" or seen in before[: 1 if found.state == "old" else 2]
        assert {name: seen[name] for name in FOREIGN} == FOREIGN
        undone, again = (copy_of(folder, word) for word in ("undone", "again"))
        mend_results(folder)
        mend_results(undone, undo=True)
        write(again, NEW)
        assert content(folder) == ({**NEW, **FOREIGN} if found.complete else seen)
        assert content(undone) == ({**OLD, **FOREIGN} if found.complete else seen)
        assert content(again) == {**NEW, **FOREIGN}
        assert {examine_results(one).state for one in (folder, undone, again)} == {"whole"}
    assert states == {("whole", False), ("old", False), ("old", True), ("mixed", True)}


@needs_fork
@pytest.mark.parametrize("task", ["finish", "undo"])
def test_mending_that_is_killed_at_any_step_is_mended(results: Path, tmp_path: Path, task: str):
    folders = killed_at_each_step(results, tmp_path / "killed", "write")
    mixed = [folder for folder in folders if examine_results(folder).state == "mixed"]
    for folder in killed_at_each_step(mixed[len(mixed) // 2], tmp_path / "again", task):
        undone = copy_of(folder, "undone")
        mend_results(folder)
        mend_results(undone, undo=True)
        for one in (folder, undone):
            assert content(one) in ({**OLD, **FOREIGN}, {**NEW, **FOREIGN})
            assert examine_results(one).state == "whole"


def test_a_block_that_raises_changes_nothing(results: Path):
    def fail() -> None:
        with writing_results(results) as staged:
            put(staged, {"a.csv": "half"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert content(results) == {**OLD, **FOREIGN}
    assert examine_results(results).state == "whole"


@pytest.mark.parametrize("name", ["a.csv", "sub/b.csv", "gone.csv", MANIFEST])
def test_a_file_that_cannot_be_replaced_leaves_all_as_it_was(results: Path, name: str):
    (results / name).chmod(0o444)
    with pytest.raises(OutputError, match=rf"{name} cannot be replaced .*nothing in .* was changed; close the program"):
        write(results, NEW)
    assert content(results) == {**OLD, **FOREIGN}
    assert examine_results(results).state == "whole"
    (results / name).chmod(0o644)
    write(results, NEW)
    assert content(results) == {**NEW, **FOREIGN}


def fail_moves(monkeypatch: pytest.MonkeyPatch, which: range) -> None:
    """Let some moves fail, as on Windows, where another program may open a file at any moment."""
    replace, moves = Path.replace, []

    def replace_or_fail(source: Path, target: Path) -> Path:
        moves.append(source)
        if len(moves) in which:
            raise PermissionError(13, "used by another process")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", replace_or_fail)


@pytest.mark.parametrize("failing", range(1, 10))
def test_a_move_that_fails_is_taken_back(results: Path, monkeypatch: pytest.MonkeyPatch, failing: int):
    fail_moves(monkeypatch, range(failing, failing + 1))
    with pytest.raises(OutputError, match="used by another process"):
        write(results, NEW)
    assert content(results) == {**OLD, **FOREIGN}


def test_what_can_neither_be_moved_nor_taken_back_is_mended_later(results: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        fail_moves(patched, range(6, 99))
        with pytest.raises(OutputError, match=r"files of two runs, .* then: tenmin verify"):
            write(results, NEW)
    assert examine_results(results).state == "mixed"
    mend_results(results)
    assert content(results) == {**NEW, **FOREIGN}


def test_a_folder_in_the_place_of_a_file_is_refused(results: Path):
    (results / "c.csv").mkdir()
    with pytest.raises(OutputError, match=r"c\.csv cannot be replaced"):
        write(results, NEW)
    assert content(results) == {**OLD, **FOREIGN}


def test_files_changed_since_are_named(results: Path):
    (results / "a.csv").write_text("edited")
    (results / "gone.csv").unlink()
    found = examine_results(results)
    assert (found.state, found.changed) == ("mixed", ("a.csv", "gone.csv"))
    mend_results(results)
    assert (results / "a.csv").read_text() == "edited"


@pytest.mark.parametrize("name", ["../out.csv", "/etc/passwd", "a/../../b", "C:\\x", "C:x", "..\\x", "", "a\\b"])
def test_a_manifest_that_names_files_elsewhere_is_refused(results: Path, name: str):
    record = {"sha256": "0", "bytes": 1, "rows": None}
    (results / MANIFEST).write_text(json.dumps({"format": 1, "files": {name: record}}))
    with pytest.raises(FileError, match="names a file elsewhere"):
        examine_results(results)
    with pytest.raises(FileError, match="names a file elsewhere"):
        write(results, NEW)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2, "files": {}}', '{"format": 1, "files": {"a": 1}}'])
def test_a_damaged_manifest_is_refused(results: Path, text: str):
    (results / MANIFEST).write_text(text)
    with pytest.raises(FileError, match=MANIFEST):
        examine_results(results)


def test_rows_are_those_of_tables_and_layers(tmp_path: Path):
    with writing_results(tmp_path / "out") as staged:
        write_table(pd.DataFrame({"a": ["x\ny", 'say "no"\n', ";"]}), staged / "t.csv")
        write_layer(gpd.GeoDataFrame(geometry=[Point(0, 0), Point()], crs=4326), staged / "l.gpkg", 'lay "er')
        (staged / "m.html").write_text("<p>\n")
    rows = {name: record.rows for name, record in examine_results(tmp_path / "out").files.items()}
    assert rows == {"t.csv": 3, "l.gpkg": 2, "m.html": None}


def verify(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["verify", *map(str, words), "--lang", "en"])
    return done.exit_code, done.output


def test_the_command_says_what_is_there_and_mends_it(results: Path, tmp_path: Path):
    assert verify(results) == (0, f"whole: the 3 files in {results} are of one run\n")
    code, output = verify(tmp_path / "nothing")
    assert (code, "holds no results of tenmin" in output) == (3, True)
    (results / "a.csv").write_text("edited")
    code, output = verify(results)
    assert (code, output.startswith("mixed: "), "a.csv missing or changed" in output) == (5, True, True)


@needs_fork
def test_the_command_finishes_or_undoes_an_interrupted_run(results: Path, tmp_path: Path):
    folders = killed_at_each_step(results, tmp_path / "killed", "write")
    mixed = next(folder for folder in folders if examine_results(folder).state == "mixed")
    copy = copy_of(mixed, "undone")
    code, output = verify(mixed)
    assert (code, output.splitlines()[-1]) == (0, f"finished: {mixed} now holds the results of the interrupted run")
    assert content(mixed) == {**NEW, **FOREIGN}
    code, output = verify(copy, "--undo")
    assert (code, output.splitlines()[-1]) == (0, f"undone: {copy} holds the results of the last run")
    assert content(copy) == {**OLD, **FOREIGN}
    assert verify(copy)[1].startswith("whole: ")
