"""How far the polygons of tenmin and its peers are from the exact ground, and how much of them lies beyond barriers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.extracts import LAS_PALMAS, MONACO, TSINGHUA
from benchmarks.fresh import Run, run
from benchmarks.peers import peers_python
from benchmarks.tables import Table

FACILITIES = "TENMIN_BENCH_FACILITIES"
"""Environment variable: how many facilities a town has, 20 unless told."""
POINTS = 8_000
NO_BARS = ("TQDM_DISABLE", "1")
COLUMNS = (
    "who",
    "no barriers: median %",
    "worst %",
    "best as",
    "with barriers: median %",
    "worst %",
    "best as",
    "beyond a barrier: median %",
    "worst %",
)
PEERS = ("OSMnx recipe", "concave hull", "convex hull", "PlanX", "Valhalla")
FORMS = ("default", "exact")
LATERALS = (50.0, 25.0, 100.0)
NOTES = [
    "Error: (inside but not served + served but outside) / served, at 800 m of walking, by points sown one in each "
    f"square of a grid over all shapes and the box of the true set, at least {POINTS:,} a facility.",
    "Served: the access points are those of `WalkNetwork.snap`, the distances scipy's. Facilities stand at nodes of "
    "the main component.",
    "tenmin stands for the walk with legs of at most its `lateral`. A peer knows no such figure: of its options, of "
    "25, 50 and 100 m, and of walks that begin at any access point of the facility or only at its node, it gets what "
    "makes its median least.",
    "Beyond a barrier: the part of a polygon that is served only over legs that cross a barrier; polygons and walks "
    "are those of the columns with barriers.",
    "All but Valhalla draw on tenmin's streets; private ways are open to all. Valhalla has tiles of the same extract, "
    "read by its own rules of what is walked and where a facility joins; the better of 0.8 km and 10 min and of "
    "denoise 0 and 1, generalize 0, no preferences for ways.",
    "Marks: tenmin at most 1 % median and 2 % worst without barriers, 2 % and 5 % with them, nothing beyond a barrier.",
]
GRID = "On the grid a facility at a node and a limit of whole blocks end every walk at a node. For all tables:"


def compare(extracts: Path | None) -> list[Table]:
    """Return one table for each town and one for a grid; nothing without extracts."""
    if extracts is None:
        return []
    count = int(os.environ.get(FACILITIES, "20"))
    os.environ.setdefault(*NO_BARS)
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        grid = Path(folder) / "grid.osm.pbf"
        run("accuracy_grid", grid)
        towns = [*(extracts / name for name in (LAS_PALMAS, MONACO, TSINGHUA)), grid]
        return [_table(town, Path(folder), count) for town in towns]


def _table(extract: Path, parent: Path, count: int) -> Table:
    folder = parent / extract.name.partition(".")[0]
    folder.mkdir()
    town = run("accuracy_town", extract, folder, count).said
    runs = _draw(extract, folder)
    truth = run("accuracy_truth", extract, folder, POINTS).said
    walled = town["barriers"] > 0
    rows = [_ours(truth["rows"], form, lateral, walled=walled) for form in FORMS for lateral in LATERALS]
    rows += [_theirs(truth["rows"], who, walled=walled) for who in PEERS]
    notes = [*_about(town, truth, runs), *(() if walled else [GRID, *NOTES])]
    return Table(f"{extract.name}: error of the ground within 800 m", COLUMNS, rows, notes)


def _about(town: dict[str, Any], truth: dict[str, Any], runs: list[Run]) -> list[str]:
    """What was compared, and how fine a figure is."""
    served = next(row["served"] for row in truth["rows"] if row["lateral"] == LATERALS[0])
    failed = runs[-1].said["failed"]
    return [
        f"{', '.join(it.said['version'] for it in runs)}; {town['facilities']} facilities, {town['nodes']:,} nodes, "
        f"{town['edges']:,} edges, {town['barriers']:,} barriers.",
        f"{truth['points']:,} points; round a facility (median) {served:,.0f} are served with legs of at most "
        f"{LATERALS[0]:.0f} m, so that one is {100.0 / served:.2f} %.",
        *([f"Valhalla found no street near {failed} of the facilities."] if failed else []),
    ]


def _draw(extract: Path, folder: Path) -> list[Run]:
    """Let everybody draw, Valhalla last."""
    peers = peers_python()
    runs = [run("accuracy_tenmin", extract, folder)]
    runs += [run(f"accuracy_{name}", folder, python=peers) for name in ("osmnx", "hulls", "planx")]
    tiled = extract
    if extract.suffix != ".pbf":
        tiled = folder / "town.osm.pbf"
        run("convert", extract, tiled, 1)
    return [*runs, run("accuracy_valhalla", tiled, folder, python=peers)]


def _cells(best: dict[str, dict[str, Any]], words: dict[str, str], *, walled: bool) -> tuple[object, ...]:
    free, held = best["without"], best["with"]
    without = free["median"], free["worst"], words["without"]
    if not walled:
        return *without, "-", "-", "-", "-", "-"
    return *without, held["median"], held["worst"], words["with"], held["beyond"], held["beyond_worst"]


def _ours(rows: list[dict[str, Any]], form: str, lateral: float, *, walled: bool) -> tuple[object, ...]:
    name = f"tenmin {form}, lateral {lateral:.0f} m"
    best = {
        row["setting"]: row for row in rows if (row["who"], row["option"], row["lateral"]) == ("tenmin", form, lateral)
    }
    if not best:
        return name, *["-"] * (len(COLUMNS) - 1)
    return name, *_cells(best, dict.fromkeys(best, "-"), walled=walled)


def _theirs(rows: list[dict[str, Any]], who: str, *, walled: bool) -> tuple[object, ...]:
    known: dict[str, list[dict[str, Any]]] = {"without": [], "with": []}
    for row in rows:
        if row["who"] == who:
            known[row["setting"]].append(row)
    best = {setting: min(some, key=lambda row: row["median"]) for setting, some in known.items()}
    words = {setting: f"{it['option']}; {it['lateral']:.0f} m, {it['start']}" for setting, it in best.items()}
    return who, *_cells(best, words, walled=walled)
