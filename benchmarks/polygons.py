"""Milliseconds for the polygon of a ten-minute walk, from the search to shapely: tenmin beside its peers."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.accuracy import NO_BARS
from benchmarks.extracts import LAS_PALMAS
from benchmarks.fresh import Run, run
from benchmarks.peers import peers_python
from benchmarks.tables import Table

FACILITIES = 500
EXACT = 20
SLOW = 10
THREE = "5, 10 and 15 minutes at once"
COLUMNS = ("who", "what", "ms each", "facilities", "peak MB", "tenmin without barriers is", "tenmin with barriers is")
OURS: dict[str, tuple[object, ...]] = {
    "without barriers": ("without", "default", 1, FACILITIES, 1),
    "with barriers": ("with", "default", 1, FACILITIES, 1),
    f"{THREE}, without barriers": ("without", "default", 3, FACILITIES, 1),
    f"{THREE}, with barriers": ("with", "default", 3, FACILITIES, 1),
    "without barriers, two threads": ("without", "default", 1, FACILITIES, 2),
    "with barriers, two threads": ("with", "default", 1, FACILITIES, 2),
    "exact form, without barriers": ("without", "exact", 1, EXACT, 1),
    "exact form, with barriers": ("with", "exact", 1, EXACT, 1),
}
NOTES = [
    f"Facilities are random nodes of the main component of {LAS_PALMAS}; networks, graphs and tiles are there, kernels "
    "warm. Medians of 3 runs over all facilities, after 3 facilities that do not count.",
    "Valhalla's shapes are in degrees; 10 min at 4.8 km/h, no preferences for ways. Only tenmin knows barriers.",
    "A cell '-' is a form that this tenmin does not have.",
    "Marks: at most 1/5 of Valhalla without barriers and 1/3 with them; at most 1/500 of the OSMnx recipe.",
]


def compare(extracts: Path | None) -> list[Table]:
    """Return one row for each form of tenmin and for each peer; nothing without extracts."""
    if extracts is None:
        return []
    town = extracts / LAS_PALMAS
    os.environ.setdefault(*NO_BARS)
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as name:
        folder = Path(name)
        run("accuracy_town", town, folder, FACILITIES)
        ours = {what: run("polygons_tenmin", town, folder, *asked) for what, asked in OURS.items()}
        theirs = _peers(town, folder)
    rows = [_row("tenmin", what, it, it.said.get("each"), None) for what, it in ours.items()]
    for (who, what, figure), it in theirs.items():
        alike = f"{THREE}, " if what.startswith(THREE) else ""
        pair = ours[f"{alike}without barriers"], ours[f"{alike}with barriers"]
        rows.append(_row(who, what, it, it.said[figure], pair))
    versions = dict.fromkeys(it.said["version"] for it in (*ours.values(), *theirs.values()))
    return [Table(f"A ten-minute polygon, {LAS_PALMAS}", COLUMNS, rows, [f"{', '.join(versions)}.", *NOTES])]


def _peers(town: Path, folder: Path) -> dict[tuple[str, str, str], Run]:
    """What the peers took, by who, what and the figure that counts."""
    python = peers_python()
    one, three = (run("polygons_valhalla", town, folder, circles, FACILITIES, python=python) for circles in (1, 3))
    frames, bare = (run("polygons_osmnx", folder, form, SLOW, python=python) for form in ("frames", "bare"))
    return {
        ("Valhalla", "to GeoJSON as text", "drawn"): one,
        ("Valhalla", "to shapely", "each"): one,
        ("Valhalla", f"{THREE}, to shapely", "each"): three,
        ("OSMnx recipe", "by the steps of its example 13", "each"): frames,
        ("OSMnx recipe", "the same on bare shapely", "each"): bare,
        ("PlanX", "reached edge intervals, buffered", "each"): run("polygons_planx", folder, SLOW, python=python),
    }


def _row(who: str, what: str, it: Run, each: float | None, pair: tuple[Run, Run] | None) -> tuple[object, ...]:
    if each is None:
        return who, what, "-", "-", "-", "-", "-"
    ratios = ["-", "-"] if pair is None else [_ratio(tenmin.said["each"], each) for tenmin in pair]
    return who, what, each, it.said["count"], it.peak, *ratios


def _ratio(ours: float, theirs: float) -> str:
    return f"1/{theirs / ours:.1f}" if ours <= theirs else f"x {ours / theirs:.1f}"
