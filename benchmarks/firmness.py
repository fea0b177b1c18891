"""A coverage varied in a hundred runs: time and memory beside the plain coverage, and how firm its shares are."""

from __future__ import annotations

from pathlib import Path

from benchmarks.extracts import LAS_PALMAS
from benchmarks.fresh import ROOT, repeat, run
from benchmarks.tables import Table

RUNS, TIMES = 100, 3
TOWNS = {
    "Las Palmas": (LAS_PALMAS, 333_051),
    "Neubrandenburg": (ROOT / "data" / "samples" / "neubrandenburg.osm.pbf", 63_602),
}
SHARES = ("served", "firm", "probable", "doubtful", "unlikely", "unknown", "changing", "speed", "placement")


def compare(extracts: Path | None) -> list[Table]:
    """Return the cost of the runs, and the shares of two towns; nothing without extracts."""
    if extracts is None:
        return []
    town = extracts / LAS_PALMAS
    plain, varied = repeat(TIMES, "firmness", town, 333_051, 0, 0), repeat(TIMES, "firmness", town, 333_051, RUNS, 0)
    rows = [
        ("plain coverage", plain.seconds, plain.cpu, plain.peak, "-"),
        (f"and {RUNS} runs", varied.seconds, varied.cpu, varied.peak, f"x {varied.cpu / plain.cpu:.1f}"),
    ]
    notes = [
        f"{plain.said['version']}; {plain.said['places']:,} homes, 15 categories, 10 minutes; medians of {TIMES} new "
        "processes, the network built before and kernels compiled. The peak is that of the work, with the network and "
        f"the tables that it is about; while the extract was read it was {varied.said['read']:,.0f} MB.",
        "The runs vary speed, waits at crossings, the longest leg, missing facilities and placement, by "
        "`measures/ranges.toml`, seed 0; streets are walked anew for ten groups of ten runs.",
    ]
    tables = [
        Table(
            "A hundred runs of Las Palmas", ("what", "seconds", "CPU seconds", "peak MB", "CPU of plain"), rows, notes
        )
    ]
    return [*tables, *(_shares(name, extracts / path, people) for name, (path, people) in TOWNS.items())]


def _shares(name: str, path: Path, people: int) -> Table:
    """The shares of people by class, percent."""
    said = run("firmness", path, people, RUNS, 1).said["table"]
    rows = [(row["category"], *(100.0 * row[key] for key in SHARES)) for row in said]
    notes = [
        "Firm: served in at least 95 % of the runs; probable 50 %, doubtful 5 %. Changing: not the same in all runs.",
        "Speed: served at 6 km/h and not at 2.4 km/h, all else equal, read off the critical speed. Placement: not the "
        "same in all runs that move each home by up to 50 m and vary nothing else.",
    ]
    return Table(f"Percent of the people of {name}", ("category", *SHARES), rows, notes)
