"""How time and memory of the searches grow with the network, and pandana's preprocessing beside them."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.extracts import LAS_PALMAS, PORTO
from benchmarks.fresh import Run, run
from benchmarks.peers import peers_python
from benchmarks.tables import Table

ROUNDS = 5
LATTICES = (316**2, 632**2, 1264**2)
PREPARED = 2
"""How many of the lattices pandana is given after the towns, the smallest first."""
PATIENCE = 300
"""Seconds after which pandana is stopped."""
STEPS = ("arrays", "nearest", "bounded")


@dataclass(frozen=True)
class Took:
    """Medians of what the searches in a network took: seconds of each step and of all, peak MB, MB before the work."""

    steps: dict[str, float]
    seconds: float
    peak: float
    before: float
    nodes: int
    edges: int
    reached: float
    version: str


def compare(extracts: Path | None) -> list[Table]:
    """Return the tables of towns and lattices, of growth, and of pandana; the towns only with extracts."""
    towns: dict[str, tuple[object, ...]] = {}
    if extracts is not None:
        wuhan = extracts.parent / "net" / "wuhan_fua8989_neatnet.parquet"
        named = {"Las Palmas": extracts / LAS_PALMAS, "Porto": extracts / PORTO, "Wuhan": wuhan}
        towns = {name: (path, "metres") for name, path in named.items() if path.exists()}
    lattices = {f"lattice of {nodes:,}": ("hilbert", nodes) for nodes in LATTICES}
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        files = {name: f"{folder}/{i}.npz" for i, name in enumerate([*towns, *lattices])}
        for name, how in (towns | lattices).items():
            run("street_arrays", files[name], *how)
        run("growth_search", next(iter(files.values())))  # compiles the kernels into the cache
        rounds = [{name: run("growth_search", path) for name, path in files.items()} for _ in range(ROUNDS)]
        prepared = _prepare({name: files[name] for name in [*towns, *list(lattices)[:PREPARED]]})
    took = {name: _median([one[name] for one in rounds]) for name in files}
    return [_sizes(took), _growth({name: took[name] for name in lattices}), _pandana(prepared, took)]


def _median(runs: list[Run]) -> Took:
    said = [it.said for it in runs]
    return Took(
        steps={step: statistics.median(one["steps"][step] for one in said) for step in STEPS},
        seconds=statistics.median(it.seconds for it in runs),
        peak=statistics.median(it.peak for it in runs),
        before=statistics.median(one["before"] for one in said),
        **{name: said[0][name] for name in ("nodes", "edges", "reached", "version")},
    )


def _sizes(took: dict[str, Took]) -> Table:
    steps = tuple(f"{step}, ms" for step in STEPS)
    columns = ("network", "nodes", "edges", *steps, "all, ms", "peak MB", "before, MB", "reached")
    rows = [
        (
            name,
            it.nodes,
            it.edges,
            *(1e3 * it.steps[step] for step in STEPS),
            1e3 * it.seconds,
            it.peak,
            it.before,
            f"{it.reached:,.0f}",
        )
        for name, it in took.items()
    ]
    notes = [
        f"{next(iter(took.values())).version}; medians of {ROUNDS} new processes, one thread, kernels compiled.",
        "Arrays: `link_nodes` and `traversable_arcs`; nearest: of 60 facilities from all nodes, no limit, with the "
        "owner.",
        "Bounded: 200 searches from one node up to 800 m, called from Python; reached: nodes of one of them.",
        "All are fed as plain arrays from a file, without a GeoDataFrame; what reading a town takes is in `growth`.",
        "The arrays of the file are in the peak; before: imports, and the same work on three nodes.",
    ]
    return Table("Searches on growing networks", columns, rows, notes)


def _growth(took: dict[str, Took]) -> Table:
    columns = ("from -> to", "edges", *STEPS, "all", "peak", "peak without before")
    rows = [(f"{one} -> {two}", *_factors(took[one], took[two])) for one, two in pairwise(took)]
    notes = ["Marks: four times the network in at most 5 times the time and 4.2 times the memory."]
    return Table("Growth of the searches", columns, rows, notes)


def _factors(small: Took, large: Took) -> list[str]:
    factors = [
        large.edges / small.edges,
        *(large.steps[step] / small.steps[step] for step in STEPS),
        large.seconds / small.seconds,
        large.peak / small.peak,
        (large.peak - large.before) / (small.peak - small.before),
    ]
    return [f"x {factor:.2f}" for factor in factors]


def _prepare(files: dict[str, str]) -> dict[str, Run | str]:
    """What pandana's preprocessing took, or that it was not done; after that no larger network is tried."""
    prepared: dict[str, Run | str] = {}
    for name, streets in files.items():
        if any(isinstance(it, str) for it in prepared.values()):
            prepared[name] = "not tried"
            continue
        try:
            prepared[name] = run("pandana_nearest", streets, PATIENCE, 0, python=peers_python())
        except RuntimeError as error:
            if "ended with -14" not in str(error):  # of the alarm
                raise
            prepared[name] = f"not done in {PATIENCE:,} s"
    return prepared


def _pandana(prepared: dict[str, Run | str], took: dict[str, Took]) -> Table:
    columns = ("network", "pandana's preprocessing, s", "CPU seconds", "peak MB", "tenmin's arrays, ms", "tenmin is")
    rows: list[tuple[object, ...]] = []
    for name, it in prepared.items():
        arrays = took[name].steps["arrays"]
        if isinstance(it, str):
            rows.append((name, it, "-", "-", 1e3 * arrays, "-"))
        else:
            rows.append((name, it.seconds, it.cpu, it.peak, 1e3 * arrays, f"1/{it.seconds / arrays:,.0f}"))
    versions = {it.said["version"] for it in prepared.values() if isinstance(it, Run)}
    notes = [
        f"{', '.join(versions) or 'pandana'}; one run each, as many threads as it likes; tenmin prepares nothing else.",
        "Lattices are the hard case of contraction: they have no main roads. The towns show what it usually takes.",
    ]
    return Table("Preprocessing", columns, rows, notes)
