"""From the extract of a town to shares, gaps, isochrones and a map: tenmin beside OSMnx, pandana and folium."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.extracts import LAS_PALMAS, as_whole_ways
from benchmarks.fresh import Run, repeat, run
from benchmarks.peers import peers_python
from benchmarks.tables import Table

TIMES, PEOPLE = 3, 333_051
COLUMNS = ("what", "tenmin", "OSMnx, pandana, folium", "tenmin is", "mark")
STEPS = {
    "imports": ("imports",),
    "network": ("reading", "network", "XML read", "filter", "simplify", "project"),
    "homes and facilities": ("homes and facilities",),
    "minutes to 15 categories": ("minutes to 15 categories",),
    "shares": ("shares",),
    "gaps": ("gaps",),
    "isochrones of 5, 10 and 15 minutes": ("isochrones",),
    "map": ("map",),
}


def compare(extracts: Path | None) -> list[Table]:
    """Return what each step takes tenmin and the others; nothing without extracts."""
    if extracts is None:
        return []
    extract = extracts / LAS_PALMAS
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        first = _without_cache(extract, folder)
        ours = repeat(TIMES, "town_tenmin", extract, PEOPLE, folder)
        theirs = run("town_peers", as_whole_ways(extract, Path(folder)), folder, python=peers_python())
    rows = [
        (f"{name}, CPU s", *_beside(*(_sum(one.said, steps) for one in (ours, theirs))), "-")
        for name, steps in STEPS.items()
    ]
    rows += [
        ("all, CPU s", *_beside(ours.cpu, theirs.cpu), "<= 1/60"),
        ("all, s", *_beside(ours.seconds, theirs.seconds), "<= 20 s on two quiet cores"),
        ("peak, MB", *_beside(ours.peak, theirs.peak), "<= 1,200 MB"),
        ("the first run after an install, CPU s", first.cpu, "-", "-", "-"),
    ]
    return [Table(f"{LAS_PALMAS}: from the extract to the map", COLUMNS, rows, _notes(ours.said, theirs.said))]


def _without_cache(extract: Path, folder: str) -> Run:
    """What tenmin takes where no kernel is compiled yet."""
    before = os.environ.get("NUMBA_CACHE_DIR")
    os.environ["NUMBA_CACHE_DIR"] = f"{folder}/kernels"
    try:
        return run("town_tenmin", extract, PEOPLE, folder)
    finally:
        os.environ.pop("NUMBA_CACHE_DIR")
        if before is not None:
            os.environ["NUMBA_CACHE_DIR"] = before


def _sum(said: dict[str, Any], steps: tuple[str, ...]) -> float:
    return sum(said["steps"].get(step, 0.0) for step in steps)


def _beside(ours: float, theirs: float) -> tuple[float, float, str]:
    ratio = theirs / ours
    return ours, theirs, f"1/{ratio:.1f}" if ratio >= 1.0 else f"x {1.0 / ratio:.1f}"


def _notes(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [
        f"{ours['version']}: {ours['homes']:,} homes, {ours['facilities']:,} facilities, {ours['gaps']:,} gaps by "
        f"place, mean share {ours['share']:.1%}, map of {ours['map'] / 1e6:.1f} MB; medians of {TIMES} new processes, "
        "kernels compiled.",
        f"{theirs['version']}: {theirs['gaps']:,} gaps by category (no reasons, no cures), mean share "
        f"{theirs['share']:.1%}, map of {theirs['map'] / 1e6:.1f} MB; one run. They are given the extract as XML with "
        "its incomplete ways cut, and homes and facilities as points: neither the cutting nor the finding is counted.",
        "Their isochrones come of one search from all facilities of a category, edges buffered and joined. By the "
        f"recipe of OSMnx's examples, facility by facility, they take {theirs['recipe']:,.0f} CPU s (reckoned from one "
        f"facility in a hundred): then tenmin is 1/{_by_the_recipe(ours, theirs):.0f} of all.",
    ]


def _by_the_recipe(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    steps = theirs["steps"]
    return (sum(steps.values()) - steps["isochrones"] + theirs["recipe"]) / sum(ours["steps"].values())
