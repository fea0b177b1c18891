"""Builds the walking network of an extract with tenmin."""

from __future__ import annotations

import resource
import sys
from importlib.metadata import version

import tenmin as tm
from benchmarks.tasks.clock import Clock

if __name__ == "__main__":
    build = tm.WalkNetwork.from_osm
    imports = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    clock = Clock()
    network = build(sys.argv[1])
    clock.stop()(
        made=f"{len(network.nodes):,} nodes, {len(network.edges):,} edges",
        nodes=len(network.nodes),
        edges=len(network.edges),
        imports=imports,
        version=f"tenmin {version('tenmin')}",
    )
