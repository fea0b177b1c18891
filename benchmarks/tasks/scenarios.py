"""Surveys a town and changes one facility or one gate of it: the extract, the people, and what is changed."""

from __future__ import annotations

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import tenmin as tm
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.firmness import CATEGORIES

STUDY = """
[study]
title = "town"
limit_minutes = 10
categories = {categories}
[inputs]
streets = {{ path = "{path}" }}
places = {{ people = {people} }}
"""


def coverage_of(study: tm.Study) -> tm.Coverage:
    """The coverage, with its shares."""
    found = tm.survey(study)
    _ = found.shares
    return found.coverage


def change_of(what: str, base: tm.Coverage) -> tm.Changes:
    """A clinic a hundred metres from the first, or the first gate that is not open, opened."""
    if what == "facility":
        clinics = base.facilities[base.facilities["category"] == "clinic"].geometry
        spots = clinics.representative_point().to_crs("EPSG:4326")
        spot = {"lon": float(spots.x.iloc[0]) + 0.001, "lat": float(spots.y.iloc[0])}
        change = {"change": "add_facility", "id": "new", "category": "clinic", **spot}
    else:
        gates = base.network.gates
        change = {"change": "open_gate", "id": str(gates.index[gates["state"] != "open"][0])}
    return tm.read_changes({"format": 1, "changes": [change]})


if __name__ == "__main__":
    path, people, what = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "study.toml"
        file.write_text(
            STUDY.format(categories=list(CATEGORIES), path=path.resolve().as_posix(), people=people), "utf-8"
        )
        warm = tm.read_study(file)
        base = coverage_of(warm)
        coverage_of(tm.apply_changes(warm, change_of("gate", base)))
        if what == "full":
            clock = Clock()
            made = coverage_of(tm.read_study(file))
        else:
            changes = change_of(what, base)
            clock = Clock()
            made = coverage_of(tm.apply_changes(warm, changes))
        stop = clock.stop()
        stop(places=len(made.places), version=f"tenmin {version('tenmin')}")
