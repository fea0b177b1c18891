"""Bounded searches from one node to all near it, one thread: tenmin beside C++, scipy and networkx on equal arrays."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import cpp
from benchmarks.extracts import LAS_PALMAS
from benchmarks.fresh import run
from benchmarks.tables import Table

SOURCES = 1_000
ROUNDS, PASSES = 5, 5
FEWER = {"scipy": 50, "networkx": 10}
MARK = 0.6
SMALL = 0.125
COLUMNS = ("who", "what", "ms a source", "tenmin is", "peak MB", "sources", "nodes apart", "cost apart")
BY_CPP = {
    "indexed": "Dijkstra, indexed 4-ary heap",
    "lazy": "Dijkstra, lazy 4-ary heap",
    "buckets": "tenmin's bucket queue",
}
BY_PYTHON = {
    "tenmin": "`tenmin.routing.bounded_search`",
    "scipy": "`csgraph.dijkstra(limit=)`, dense answers",
    "networkx": "`single_source_dijkstra_path_length`",
}


@dataclass(frozen=True)
class Case:
    """A network to search in: its title, what writes its arrays, the limit and its unit."""

    title: str
    made: tuple[object, ...]
    limit: float
    unit: str


@dataclass(frozen=True)
class Took:
    """What a program took: ms for each source, peak MB, sources, where its answer is, and what else it said."""

    each: float
    peak: float
    sources: int
    answer: str
    said: dict[str, Any] = field(default_factory=dict)


def compare(extracts: Path | None) -> list[Table]:
    """Return a table for each network, Las Palmas only with extracts, and the older comparison on the sample."""
    cases = [
        Case("a lattice of 50 m, nodes moved, in Hilbert order", ("hilbert", 250_000), 800.0, "m"),
        Case("the same lattice in random order", ("random", 250_000), 800.0, "m"),
    ]
    if extracts is not None:
        cases.append(Case("Las Palmas", (extracts / LAS_PALMAS, "seconds"), 600.0, "s"))
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        tables = [_table(case, f"{folder}/{i}") for i, case in enumerate(cases)]
    return [*tables, _helsinki()]


def _table(case: Case, stem: str) -> Table:
    run("street_arrays", f"{stem}-streets.npz", *case.made)
    size = run("search_problem", f"{stem}-streets.npz", stem, SOURCES, case.limit).said
    slow = {who: _by_python(who, stem, sources, 1) for who, sources in FEWER.items()}
    rounds = [_quick(stem) for _ in range(ROUNDS)]
    fast = {who: _median([one[who] for one in rounds]) for who in rounds[0]}
    took = fast | slow
    ratios = {who: statistics.median(one["tenmin"].each / one[who].each for one in rounds) for who in fast}
    ratios |= {who: took["tenmin"].each / it.each for who, it in slow.items()}
    apart = _apart([took[who] for who in took])
    rows = [_row(who, took.get(who), ratios.get(who, 1.0), apart) for who in ("tenmin", *cpp.QUEUES, *FEWER)]
    title = (
        f"Searches up to {case.limit:.0f} {case.unit} in {case.title}: {size['nodes']:,} nodes, {size['arcs']:,} arcs"
    )
    versions = [*(took[who].said["version"] for who in ("tenmin", *FEWER)), cpp.version()]
    return Table(title, COLUMNS, rows, _notes(took["tenmin"].said, versions))


def _by_python(who: str, stem: str, sources: int, passes: int) -> Took:
    answer = f"{stem}-{who}"
    it = run("search", who, stem, answer, sources, passes)
    return Took(it.said["each"], it.peak, sources, answer, it.said)


def _quick(stem: str) -> dict[str, Took]:
    """What tenmin and the C++ program took, one after the other."""
    took = {"tenmin": _by_python("tenmin", stem, SOURCES, PASSES)}
    for queue in cpp.QUEUES:
        found = cpp.search(queue, stem, f"{stem}-{queue}", PASSES)
        if found is not None:
            took[queue] = Took(found.seconds / SOURCES * 1e3, found.peak, SOURCES, f"{stem}-{queue}")
    return took


def _median(took: list[Took]) -> Took:
    each, peak = (statistics.median(getattr(one, field) for one in took) for field in ("each", "peak"))
    return replace(took[-1], each=each, peak=peak)


def _apart(took: list[Took]) -> dict[str, tuple[int, float]]:
    """Of each answer, how it differs from the first."""
    first, *others = (it.answer for it in took)
    said = run("search_answers", first, *others).said
    return dict(zip(others, zip(said["alone"], said["apart"], strict=True), strict=True))


def _row(who: str, took: Took | None, ratio: float, apart: dict[str, tuple[int, float]]) -> tuple[object, ...]:
    name, what = ("C++", BY_CPP[who]) if who in BY_CPP else (who, BY_PYTHON[who])
    if took is None:
        return name, what, "no g++", *["-"] * 5
    nodes, cost = apart.get(took.answer, ("-", "-"))
    part = "-" if who == "tenmin" else f"x {ratio:.2f}" if ratio > SMALL else f"1/{1.0 / ratio:.0f}"
    different = f"{cost:.1e}" if isinstance(cost, float) else cost
    return name, what, f"{took.each:.4f}", part, took.peak, took.sources, nodes, different


def _notes(it: dict[str, Any], versions: list[str]) -> list[str]:
    return [
        f"{', '.join(versions)}.",
        f"{it['reached']:,.0f} nodes reached from a source; the labels touched are put back within the time.",
        f"tenmin and C++: {ROUNDS} rounds of a new process each in turn, with {PASSES} passes over all sources; "
        "medians, of the ratios that of the rounds. C++ asks for huge pages, as numpy does.",
        "tenmin's loop over the sources is compiled; `bounded_search` and `reset_buffers` called from Python cost "
        f"{it['call']:.0f} us.",
        "Peaks are of the whole process; those of Python have its imports in them.",
        "Apart, from tenmin's answer: nodes that only one of both reached, and the largest difference of a cost.",
        f"Mark: at most {MARK} of the better heap in C++.",
    ]


def _helsinki() -> Table:
    it = run("helsinki_nearest").said
    rows = [("tenmin", it["tenmin"], "-"), ("networkx", it["networkx"], f"1/{it['networkx'] / it['tenmin']:.0f}")]
    notes = [
        f"{it['version']}; medians of {it['runs']} runs after one that is not counted, in one process.",
        f"Largest difference of their answers: {it['apart']:.1e} s.",
    ]
    title = f"Nearest of {it['doors']} facilities, all {it['nodes']:,} nodes of the sample of Helsinki"
    return Table(title, ("who", "milliseconds", "tenmin is"), rows, notes)
