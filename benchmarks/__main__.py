"""Time tenmin beside networkx on the sample of Helsinki and print the ratios (medians of several runs)."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np

import tenmin as tm
from tenmin.routing import Seeds, search

RUNS = 5
DOORS = 60


def median(work: Callable[[], Any]) -> float:
    """Median seconds of a piece of work, after one run that is not counted."""
    work()
    laps = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        laps.append(time.perf_counter() - begin)
    return statistics.median(laps)


def graph_of(network: tm.WalkNetwork) -> nx.DiGraph:
    """The network as networkx has it: of parallel edges the quickest."""
    graph = nx.DiGraph()
    streets, edges = network.streets, network.edges
    rows = zip(streets.u.tolist(), streets.v.tolist(), edges["seconds"], edges["seconds_back"], strict=True)
    for u, v, seconds, back in rows:
        for tail, head, cost in ((u, v, seconds), (v, u, back)):
            known = graph.get_edge_data(tail, head, {"seconds": np.inf})["seconds"]
            graph.add_edge(tail, head, seconds=min(known, cost))
    return graph


def main() -> None:
    """Print one row for each comparison."""
    network = tm.WalkNetwork.from_osm(tm.sample_path("helsinki"))
    doors = np.random.default_rng(0).choice(len(network.nodes), DOORS, replace=False)
    zero = np.zeros(DOORS)
    seeds = Seeds(doors, zero, zero, np.arange(DOORS, dtype=np.int32))
    streets, costs, graph = network.streets, network.costs("minutes"), graph_of(network)
    ours = search(streets, costs, seeds).cost
    theirs = nx.multi_source_dijkstra_path_length(graph, doors.tolist(), weight="seconds")
    apart = max(abs(ours[node] - seconds) for node, seconds in theirs.items())
    mine = median(lambda: search(streets, costs, seeds))
    peer = median(lambda: nx.multi_source_dijkstra_path_length(graph, doors.tolist(), weight="seconds"))
    print(f"{platform.platform()}, Python {platform.python_version()}, networkx {nx.__version__}; {network}")
    print(
        f"nearest of {DOORS} facilities, all nodes: tenmin {mine * 1e3:.2f} ms, networkx {peer * 1e3:.2f} ms, ", end=""
    )
    print(f"ratio 1/{peer / mine:.0f}; largest difference {apart:.1e} s")


if __name__ == "__main__":
    main()
