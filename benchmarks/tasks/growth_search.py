"""Makes the arrays of streets, the nearest facility from all nodes and bounded searches, each timed by itself."""

from __future__ import annotations

import resource
import sys
from importlib.metadata import version

import numpy as np

from benchmarks.street_arrays import StreetArrays
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.nearest import nearest
from tenmin.routing import Costs, TraversableArcs, link_nodes, traversable_arcs
from tenmin.routing._bounded_search import SearchBuffers, bounded_search, reset_buffers

DOORS, SOURCES = 60, 200
LIMIT = 800.0


def _arrays(kept: StreetArrays) -> TraversableArcs:
    streets = link_nodes(kept.u, kept.v, kept.length, len(kept.x), kept.private)
    costs = Costs(kept.along, kept.back, kept.length, kept.length, 1.0, 1.0)
    return traversable_arcs(streets, costs)


def _bounded(arcs: TraversableArcs, sources: np.ndarray) -> float:
    """Search from each source up to the limit; return how many nodes one reaches."""
    buffers, total, zero = SearchBuffers.of(arcs), 0, np.zeros(1)
    for i in range(len(sources)):
        reached = bounded_search(arcs, sources[i : i + 1], zero, LIMIT, buffers)
        reset_buffers(buffers, reached)
        total += reached
    return total / len(sources)


def _peak() -> float:
    """The largest resident memory so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _load_kernels() -> None:
    """Search a street of three nodes, so that all that is compiled is in memory."""
    ends, metres = np.arange(2), np.ones(2)
    kept = StreetArrays(np.arange(3.0), np.zeros(3), ends, ends + 1, metres, np.zeros(2, bool), metres, metres)
    arcs = _arrays(kept)
    nearest(arcs, np.array([0]), np.inf)
    _bounded(arcs, np.zeros(1, np.uint32))


def main() -> None:
    _load_kernels()
    before = _peak()
    kept = StreetArrays.read(sys.argv[1])
    chance = np.random.default_rng(0)
    doors, sources = (chance.choice(len(kept.x), count, replace=False) for count in (DOORS, SOURCES))
    clock = Clock()
    arcs = _arrays(kept)
    clock.lap("arrays")
    nearest(arcs, doors, np.inf)
    clock.lap("nearest")
    reached = _bounded(arcs, sources.astype(np.uint32))
    clock.lap("bounded")
    clock.stop()(
        steps=clock.laps,
        nodes=len(kept.x),
        edges=len(kept.u),
        reached=reached,
        before=before,
        version=f"tenmin {version('tenmin')}",
    )


if __name__ == "__main__":
    main()
