"""One facility or one gate changed in a town that was surveyed, beside the survey from the extract on."""

from __future__ import annotations

from pathlib import Path

from benchmarks.extracts import LAS_PALMAS
from benchmarks.fresh import repeat
from benchmarks.tables import Table

TIMES, PEOPLE = 3, 333_051
WHAT = {"full": "from the extract to the shares", "facility": "one facility added", "gate": "one gate opened"}


def compare(extracts: Path | None) -> list[Table]:
    """Return what a whole survey and two scenarios take; nothing without extracts."""
    if extracts is None:
        return []
    runs = {what: repeat(TIMES, "scenarios", extracts / LAS_PALMAS, PEOPLE, what) for what in WHAT}
    full = runs["full"]
    rows = [(WHAT[what], one.seconds, one.cpu, f"1/{full.cpu / one.cpu:.0f}") for what, one in runs.items()]
    notes = [
        f"{full.said['version']}; {full.said['places']:,} homes, 15 categories, 10 minutes; medians of {TIMES} new "
        "processes, kernels compiled. Gaps, isochrones and the map are in none of the rows. The results of a scenario "
        "are those of a run on the changed inputs, to the bit (`tests/test_scenario_studies.py`).",
        "What is left: of a facility, its own category, counts, verdicts and shares; of a gate that is opened, nodes "
        "and edges made anew, homes beside it joined again, and all categories searched. Streets from which something "
        "is taken (a gate shut, a link removed) are joined like any others: about a third of the survey.",
    ]
    return [Table("Scenarios of Las Palmas", ("what", "seconds", "CPU seconds", "of the survey"), rows, notes)]
