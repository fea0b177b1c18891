"""From a .osm.pbf to a walking network: tenmin beside OSMnx and pyrosm, on Porto."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.extracts import PORTO, as_xml
from benchmarks.fresh import Run, repeat, run
from benchmarks.peers import peers_python
from benchmarks.tables import Table

RUNS = 5
COLUMNS = ("who", "what", "seconds", "CPU seconds", "peak MB", "whole process, s", "tenmin is", "its memory is", "made")


def compare(extracts: Path | None) -> list[Table]:
    """Return one row for tenmin and one for each peer; nothing without extracts."""
    if extracts is None:
        return []
    porto, peers = extracts / PORTO, peers_python()
    run("tenmin_network", porto)  # compiles the kernels into the cache, where they are not there yet
    ours = repeat(RUNS, "tenmin_network", porto)
    ways = repeat(RUNS, "pyrosm_network", porto, "ways", python=peers)
    graph = repeat(RUNS, "pyrosm_network", porto, "nodes", python=peers)
    with tempfile.TemporaryDirectory(prefix="tenmin-bench-") as folder:
        osmnx = run("osmnx_network", as_xml(porto, Path(folder)), python=peers)
    rows = [
        _row("tenmin", "`WalkNetwork.from_osm`", ours, ours),
        _row("OSMnx", "XML read, walk filter, simplify, project", osmnx, ours),
        _row("pyrosm", '`get_network("walking")`: ways, no network', ways, ours),
        _row("pyrosm", '`get_network("walking", nodes=True)`: edges and nodes', graph, ours),
    ]
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in osmnx.said["steps"].items())
    notes = [
        f"{ours.said['version']}, {osmnx.said['version']}, {ways.said['version']}; the extract is {PORTO}.",
        f"Medians of {RUNS} new processes, imports excluded (but in the last time), kernels compiled; OSMnx ran once.",
        f"OSMnx reads the extract as XML (written by osmium, not counted) and keeps all components: {steps}.",
        "Marks: at most 1/40 of OSMnx and 1/4 of pyrosm's get_network.",
    ]
    return [Table(f"{PORTO} to a walking network", COLUMNS, rows, notes)]


def _row(who: str, what: str, peer: Run, ours: Run) -> tuple[object, ...]:
    same = peer is ours
    times = "-" if same else f"1/{peer.seconds / ours.seconds:.1f}"
    memory = "-" if same else f"1/{peer.peak / ours.peak:.2f}"
    return who, what, peer.seconds, peer.cpu, peer.peak, peer.process, times, memory, peer.said["made"]
