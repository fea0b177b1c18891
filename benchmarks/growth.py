"""How time and memory of a network grow with the extract."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.extracts import LAS_PALMAS, PORTO, times
from benchmarks.fresh import Run, repeat, run
from benchmarks.tables import Table

RUNS = 5
COLUMNS = ("extract", "nodes", "edges", "seconds", "CPU seconds", "peak MB", "of it imports, MB")


def compare(extracts: Path | None) -> list[Table]:
    """Return the table of Las Palmas, Porto and both four times over; nothing without extracts."""
    if extracts is None:
        return []
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        files = [extracts / LAS_PALMAS, extracts / PORTO]
        files += [times(one, 4, Path(folder)) for one in files]
        run("tenmin_network", files[0])
        runs = [repeat(RUNS, "tenmin_network", one) for one in files]
    rows = [
        (one.name, it.said["nodes"], it.said["edges"], it.seconds, it.cpu, it.peak, it.said["imports"])
        for one, it in zip(files, runs, strict=True)
    ]
    pairs = [(0, 1), (0, 2), (1, 3)]
    ratios = [(f"{files[i].name} -> {files[j].name}", *_growth(runs[i], runs[j])) for i, j in pairs]
    notes = [
        f"Medians of {RUNS} new processes, imports excluded from the seconds.",
        "Marks: four times the network in at most 5 times the time and 4.2 times the memory.",
    ]
    growth_columns = ("from -> to", "edges", "seconds", "CPU seconds", "peak", "peak without imports")
    return [
        Table("Networks of growing extracts", COLUMNS, rows),
        Table("Growth", growth_columns, ratios, notes),
    ]


def _growth(small: Run, large: Run) -> tuple[str, ...]:
    base = [it.peak - it.said["imports"] for it in (small, large)]
    factors = (
        large.said["edges"] / small.said["edges"],
        large.seconds / small.seconds,
        large.cpu / small.cpu,
        large.peak / small.peak,
        base[1] / base[0],
    )
    return tuple(f"x {factor:.2f}" for factor in factors)
