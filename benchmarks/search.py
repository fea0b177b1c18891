"""The nearest of many facilities from every node: tenmin beside networkx, on the sample of Helsinki."""

from __future__ import annotations

from pathlib import Path

from benchmarks.fresh import run
from benchmarks.tables import Table

COLUMNS = ("who", "milliseconds", "tenmin is")


def compare(_: Path | None) -> list[Table]:
    """Return one row for each; the sample ships with the project."""
    it = run("search").said
    rows = [("tenmin", it["tenmin"], "-"), ("networkx", it["networkx"], f"1/{it['networkx'] / it['tenmin']:.0f}")]
    notes = [
        f"{it['version']}; medians of {it['runs']} runs after one that is not counted, in one process.",
        f"Largest difference of their answers: {it['apart']:.1e} s.",
    ]
    return [Table(f"Nearest of {it['doors']} facilities, all {it['nodes']:,} nodes", COLUMNS, rows, notes)]
