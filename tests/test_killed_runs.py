"""Tests of whole runs of the command line that are killed: the results are of the last run or of the new one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from typer.testing import CliRunner

from osm_toy import osm_xml, write_osm
from tenmin.cli import app
from tenmin.support.result_sets import examine_results

KILLS = settings().max_examples // 125
"""Kills of a run: 40 in `make soak`."""

RUN_AND_KILL = """
import os, sys
import tenmin.inputs.places, tenmin.inputs.population  # what a run imports, once for all
import tenmin.measures.gaps, tenmin.outputs.maps
from tenmin.cli import app

out, steps = sys.argv[1], [int(step) for step in sys.argv[2].split(",")]
STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "open"}

for step in steps:
    place = f"{out}/{step}"
    if (child := os.fork()) == 0:
        done = [0]
        def hook(event, args):
            if event in STEPS and str(args[0]).startswith(place):
                done[0] += 1
                if done[0] == step:
                    os._exit(9)
        sys.addaudithook(hook)
        app([*sys.argv[3:], "--out", place], standalone_mode=False)
        print("steps", done[0], flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def town(folder: Path) -> Path:
    """A street with a pharmacy at its end and three houses."""
    nodes = {1: (117.0, 34.0), 2: (117.02, 34.0, {"amenity": "pharmacy"})}
    ways = {90: ([1, 2], {"highway": "residential"})}
    for first, x in ((10, 117.001), (20, 117.01), (30, 117.018)):
        corners = [(x, 34.0001), (x + 1e-4, 34.0001), (x + 1e-4, 34.0002), (x, 34.0002)]
        nodes |= dict(enumerate(corners, first))
        ways[first] = ([*range(first, first + 4), first], {"building": "house"})
    return write_osm(folder / "town.osm", osm_xml(nodes, ways))


def run_and_kill(out: Path, steps: list[int], words: list[str]) -> str:
    command = [sys.executable, "-c", RUN_AND_KILL, str(out), ",".join(map(str, steps)), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(not KILLS, reason="whole runs are killed in make soak")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX can fork")
def test_after_a_kill_verify_leaves_the_results_of_one_run(tmp_path: Path):
    old, new = (
        ["coverage", str(town(tmp_path)), "--people", people, "-c", "pharmacy", "--lang", "en"]
        for people in ("300", "600")
    )
    said = run_and_kill(tmp_path / "new", [10**6], new)
    total, wanted = int(said.split()[-1]), content(tmp_path / "new" / "1000000")
    run_and_kill(tmp_path / "old", [10**6], old)
    before = content(tmp_path / "old" / "1000000")
    steps = sorted({*np.linspace(1, total, KILLS + 2)[1:-1].astype(int).tolist()})
    for step in steps:
        shutil.copytree(tmp_path / "old" / "1000000", tmp_path / "killed" / str(step))
    run_and_kill(tmp_path / "killed", steps, new)
    states = []
    for step in steps:
        folder = tmp_path / "killed" / str(step)
        states.append(examine_results(folder).state)
        assert CliRunner().invoke(app, ["verify", str(folder)]).exit_code == 0
        assert content(folder) in (before, wanted)
        assert examine_results(folder).state == "whole"
    assert "old" in states
    assert before.keys() == wanted.keys() > {"coverage.csv", "gaps.gpkg", "review.html"}
    assert before != wanted
