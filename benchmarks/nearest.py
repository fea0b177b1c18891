"""The nearest facility of 15 categories from every node of a town's streets: tenmin beside pandana."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.extracts import LAS_PALMAS
from benchmarks.fresh import Run, run
from benchmarks.peers import peers_python
from benchmarks.tables import Table

ROUNDS = 3
PATIENCE = 3_600
"""Seconds after which pandana is stopped."""
ONE_THREAD = "pandana, one thread"
COLUMNS = ("who", "what", "ms", "CPU ms", "tenmin is", "of the CPU", "peak MB")
OURS = {"arrays": "arrays", "query": "query: the nearest and whose it is"}
THEIRS = {"network": "preprocessing", "pois": "facilities set", "query": "query: the nearest"}


@dataclass(frozen=True)
class Took:
    """Medians: wall and processor seconds of each step, and peak MB."""

    wall: dict[str, float]
    cpu: dict[str, float]
    peak: float


def compare(extracts: Path | None) -> list[Table]:
    """Return rows for tenmin and for pandana, its preprocessing apart; nothing without extracts."""
    if extracts is None:
        return []
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        streets, answer = f"{folder}/streets.npz", f"{folder}/answer.npz"
        size = run("street_arrays", streets, extracts / LAS_PALMAS, "simplified").said
        run("nearest", streets, answer)  # compiles the kernels into the cache
        rounds = [_round(streets, answer) for _ in range(ROUNDS)]
    ours = _median([one["tenmin"] for one in rounds])
    rows = _rows("tenmin", OURS, ours, None)
    for who in ("pandana", ONE_THREAD):
        rows += _rows(who, THEIRS, _median([one[who] for one in rounds]), ours)
    title = f"{size['nodes']:,} nodes and {size['edges']:,} edges of Las Palmas"
    said = (rounds[0][who].said for who in ("tenmin", "pandana"))
    return [Table(f"Nearest facility from {title}", COLUMNS, rows, _notes(*said))]


def _round(streets: str, answer: str) -> dict[str, Run]:
    """What each takes, one after the other."""
    took, peers = {"tenmin": run("nearest", streets, answer)}, peers_python()
    for who, threads in (("pandana", 0), (ONE_THREAD, 1)):
        took[who] = run("pandana_nearest", streets, PATIENCE, threads, answer, python=peers)
    return took


def _median(runs: list[Run]) -> Took:
    wall, cpu = (
        {step: statistics.median(it.said[kind][step] for it in runs) for step in runs[0].said[kind]}
        for kind in ("steps", "cpus")
    )
    return Took(wall, cpu, statistics.median(it.peak for it in runs))


def _rows(who: str, steps: dict[str, str], took: Took, ours: Took | None) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (who, what, 1e3 * took.wall[step], 1e3 * took.cpu[step], "-", "-", "-")
        for step, what in steps.items()
        if step != "query"
    ]
    pairs = ((took.wall, ours.wall), (took.cpu, ours.cpu)) if ours else ()
    ratios = [f"1/{theirs['query'] / mine['query']:.0f}" for theirs, mine in pairs] or ["-", "-"]
    return [*rows, (who, steps["query"], 1e3 * took.wall["query"], 1e3 * took.cpu["query"], *ratios, took.peak)]


def _notes(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [
        f"{ours['version']}, {theirs['version']}; medians of {ROUNDS} new processes each, in turn, kernels compiled.",
        f"{theirs['categories']} categories of {theirs['doors']} facilities at nodes drawn by chance, from all nodes.",
        "Both get the same nodes, edges and metres, both directions of each edge, private ways open.",
        f"Both look as far as {theirs['limit']:,.0f} m; {theirs['answers']:,} answers, of which {theirs['alone']} "
        f"only one of both has; largest difference {theirs['apart']:.3f} m (pandana counts in 1/1000).",
        "tenmin searches in one thread, pandana in as many as it likes or in one.",
        "Peaks are of the whole process, with imports. Mark: at most 1/70 of pandana's query alone.",
    ]
