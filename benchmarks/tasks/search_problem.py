"""Writes the open arcs of streets, and the nodes to search from, as a problem for every program."""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.problem import Problem
from benchmarks.street_arrays import StreetArrays
from benchmarks.tasks.clock import Clock
from tenmin.routing import Costs, link_nodes, traversable_arcs


def main() -> None:
    clock = Clock()
    streets = StreetArrays.read(sys.argv[1])
    stem, sources, limit = sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    linked = link_nodes(streets.u, streets.v, streets.length, len(streets.x), streets.private)
    arcs = traversable_arcs(linked, Costs(streets.along, streets.back, streets.length, streets.length, 1.0, 1.0))
    nodes = np.random.default_rng(0).choice(len(streets.x), sources, replace=False).astype(np.uint32)
    Problem(arcs._asdict(), nodes, limit).write(stem)
    clock.stop()(nodes=len(arcs.first) - 1, arcs=len(arcs.head))


if __name__ == "__main__":
    main()
