"""Reads the walkable ways of an extract with pyrosm, as they are or as edges and nodes."""

from __future__ import annotations

import contextlib
import sys
from importlib.metadata import version

import pyrosm  # pyright: ignore[reportMissingImports] (it lives in the peers' environment)

from benchmarks.tasks.clock import Clock


def main() -> None:
    with_nodes = sys.argv[2] == "nodes"
    clock = Clock()
    with contextlib.redirect_stdout(sys.stderr):
        made = pyrosm.OSM(sys.argv[1]).get_network("walking", nodes=with_nodes)
    say = clock.stop()
    nodes, ways = made if with_nodes else ((), made)
    text = f"{len(nodes):,} nodes, {len(ways):,} edges" if with_nodes else f"{len(ways):,} ways"
    say(made=text, version=f"pyrosm {version('pyrosm')}")


if __name__ == "__main__":
    main()
