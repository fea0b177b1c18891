"""Times the search for the nearest of many facilities, by tenmin and by networkx, on the sample of Helsinki."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import networkx as nx
import numpy as np

import tenmin as tm
from benchmarks.tasks.clock import Clock
from tenmin.routing import Seeds, search, traversable_arcs

RUNS = 5
DOORS = 60


def _median(work: Callable[[], Any]) -> float:
    """Median milliseconds of a piece of work, after one run that is not counted."""
    work()
    laps = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        laps.append(time.perf_counter() - begin)
    return statistics.median(laps) * 1e3


def _graph_of(network: tm.WalkNetwork) -> nx.DiGraph:
    """The network as networkx has it: of parallel edges the quickest, closed directions left out."""
    graph = nx.DiGraph()
    streets, edges = network.streets, network.edges
    rows = zip(streets.u.tolist(), streets.v.tolist(), edges["seconds"], edges["seconds_back"], strict=True)
    for u, v, seconds, back in rows:
        for tail, head, cost in ((u, v, seconds), (v, u, back)):
            known = graph.get_edge_data(tail, head, {"seconds": np.inf})["seconds"]
            if cost < known:
                graph.add_edge(tail, head, seconds=cost)
    return graph


def main() -> None:
    clock = Clock()
    network = tm.WalkNetwork.from_osm(tm.sample_path("helsinki"), private="open")  # networkx walks through all of it
    doors = np.random.default_rng(0).choice(len(network.nodes), DOORS, replace=False)
    zero = np.zeros(DOORS)
    seeds = Seeds(doors, zero, zero, np.arange(DOORS, dtype=np.int32))
    arcs, graph = traversable_arcs(network.streets, network.costs("minutes")), _graph_of(network)
    ours = search(arcs, seeds).cost

    def peer() -> dict[int, float]:
        known = [door for door in doors.tolist() if door in graph]
        return nx.multi_source_dijkstra_path_length(graph, known, weight="seconds")

    apart = max(abs(ours[node] - seconds) for node, seconds in peer().items())
    clock.stop()(
        tenmin=_median(lambda: search(arcs, seeds)),
        networkx=_median(peer),
        apart=float(apart),
        doors=DOORS,
        nodes=len(network.nodes),
        runs=RUNS,
        version=f"tenmin {version('tenmin')}, networkx {nx.__version__}",
    )


if __name__ == "__main__":
    main()
