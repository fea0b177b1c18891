"""Searches the nearest facility of each category from every node with tenmin, and writes facilities and answers."""

from __future__ import annotations

import sys
import time
from importlib.metadata import version

import numpy as np

from benchmarks.street_arrays import StreetArrays
from benchmarks.tasks.clock import Clock
from tenmin.routing import Costs, Labels, Seeds, TraversableArcs, link_nodes, search, traversable_arcs

CATEGORIES, DOORS = 15, 60
LIMIT = 10_000.0


def nearest(arcs: TraversableArcs, doors: np.ndarray, limit: float) -> Labels:
    """Return the least cost from any of the doors to every node, and which door it is."""
    zero = np.zeros(len(doors))
    return search(arcs, Seeds(doors, zero, zero, np.arange(len(doors), dtype=np.int32)), limit)


def _arcs(kept: StreetArrays, edges: int) -> TraversableArcs:
    """The first so many edges, walked in metres both ways."""
    metres = kept.length[:edges]
    linked = link_nodes(kept.u[:edges], kept.v[:edges], metres, len(kept.x))
    return traversable_arcs(linked, Costs(metres, metres, metres, metres, 1.0, 1.0))


def main() -> None:
    kept = StreetArrays.read(sys.argv[1])
    chance = np.random.default_rng(0)
    doors = np.array([chance.choice(len(kept.x), DOORS, replace=False) for _ in range(CATEGORIES)])
    nearest(_arcs(kept, 1), doors[0], LIMIT)  # loads the kernels
    clock, cpu = Clock(), [time.process_time()]
    arcs = _arcs(kept, len(kept.u))
    clock.lap("arrays")
    cpu.append(time.process_time())
    found = [nearest(arcs, some, LIMIT) for some in doors]
    clock.lap("query")
    cpu.append(time.process_time())
    say = clock.stop()
    np.savez(sys.argv[2], doors=doors, cost=np.array([labels.cost for labels in found]), limit=LIMIT)
    cpus = dict(zip(clock.laps, np.diff(cpu).tolist(), strict=True))
    say(steps=clock.laps, cpus=cpus, version=f"tenmin {version('tenmin')}")


if __name__ == "__main__":
    main()
