"""People: what shares, basket, choice and critical speed cost beside the plain coverage, supply, and who is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.extracts import LAS_PALMAS
from benchmarks.fresh import ROOT, repeat, run
from benchmarks.tables import Table

TIMES = 3
PLAIN = "plain coverage"
HOMES, FACILITIES = 100_000, 400
METHODS = ("2sfca", "e2sfca", "assign")
TOWNS = {
    "Las Palmas": (LAS_PALMAS, 333_051, "../ref/las_palmas/boundary_municipality.geojson"),
    "Neubrandenburg": (ROOT / "data" / "samples" / "neubrandenburg.osm.pbf", 63_602, None),
    "示范区": ("shifan", 0, None),
}
"""Extract, people, and the outline of the town where there is one, both from the folder of the extracts."""
DENOMINATORS = ("people", "places", "streets", "ground", "land", "areas")


def compare(extracts: Path | None) -> list[Table]:
    """Return the cost of what is read off a coverage, and of the supply of a made town; nothing without extracts."""
    return [] if extracts is None else [_costs(extracts / LAS_PALMAS), _supply()]


def _costs(town: Path) -> Table:
    measured = repeat(TIMES, "people", town, 333_051)
    laps = measured.said["laps"]
    plain, whole = laps[PLAIN], sum(laps.values())
    rows = [(name, took, f"x {took / plain:.3f}") for name, took in laps.items()]
    rows.append(("together", whole, f"x {whole / plain:.2f}"))
    notes = [
        f"{measured.said['version']}; {measured.said['places']:,} homes, 15 categories, 10 minutes, the second time in "
        f"its process; the last of {TIMES} processes. Peak with the reading of the extract: {measured.peak:,.0f} MB.",
    ]
    return Table("What is said of the people of Las Palmas", ("what", "seconds", "of plain"), rows, notes)


def _supply() -> Table:
    runs = {method: run("supply", HOMES, FACILITIES, method) for method in METHODS}
    rows = [
        (method, one.seconds, one.cpu, one.peak, one.said["supplied"] / one.said["capacity"])
        for method, one in runs.items()
    ]
    notes = [
        f"{HOMES:,} homes at random in a lattice of streets 50 m apart, {FACILITIES} facilities, 10 minutes, 9 places "
        "for 10 people. Kernels compiled, the coverage measured before. The last column is 1 where no place is lost.",
    ]
    heads = ("method", "seconds", "CPU seconds", "peak MB", "supplied / places")
    return Table(f"Supply of {HOMES:,} homes", heads, rows, notes)


def tabulate(extracts: Path | None) -> list[Table]:
    """Return who of three towns is served, by walker and denominator, and on what the answers rest."""
    if extracts is None:
        return []
    tables = []
    for name, (path, people, outline) in TOWNS.items():
        town = run("people_table", extracts / path if people else path, people, extracts / outline if outline else "-")
        tables += [_by_walker(name, town.said, town.peak), _rest_on(name, town.said)]
    return tables


def _by_walker(name: str, said: dict[str, Any], peak: float) -> Table:
    count = len(said["categories"])
    rows = [
        (
            one["walker"],
            one["speed"],
            *(one.get(of, "-") for of in DENOMINATORS),
            *(f"{one[basket]:.1f} - {one[f'{basket}_upper']:.1f}" for basket in ("all", "enough")),
            one["took"],
        )
        for one in said["walkers"]
    ]
    heads = ("walker", "km/h", *DENOMINATORS, f"all {count}", f"{-(-2 * count // 3)} of {count}", "seconds")
    notes = [
        f"{said['version']}; {said['homes']:,} homes, {said['people']:,.0f} people, {said['ground']:.1f} km2 of "
        "ground, 10 minutes. Percent of people, places, street metres, ground, residential land and communities "
        f"(areas: those that have the service): the mean of the shares of {count} categories. Baskets: percent of "
        "people, from those who surely have it to those who may. Peak with the reading of the extract: "
        f"{peak:,.0f} MB.",
    ]
    return Table(f"{name}, by walker", heads, rows, notes)


def _rest_on(name: str, said: dict[str, Any]) -> Table:
    columns = ("share", "share_upper", "speed", "even", "placement")
    rows = [(one["category"], *(one[column] for column in columns)) for one in said["categories"]]
    notes = [
        "Percent of people. Speed: served at 6 km/h and not at 2.4, all else equal. Even: the share of the same people "
        "spread along the streets. Placement: those, at least, whose answer is another then (`compare_placements`).",
    ]
    return Table(f"{name}, what the answers of an adult rest on", ("category", *columns), rows, notes)
