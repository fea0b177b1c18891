"""Builds the walking graph of an extract in OSM XML with OSMnx."""

from __future__ import annotations

import sys
from collections.abc import Callable

import networkx as nx
import osmnx as ox

from benchmarks.osmnx_filter import refusal, walk_filter
from benchmarks.tasks.clock import Clock


def walking_graph(path: str, lap: Callable[[str], None]) -> nx.MultiDiGraph:
    """Return the projected walking graph of an extract in OSM XML; each step ends a lap.

    Parameters
    ----------
    path
        The extract.
    lap
        Told what was done.
    """
    clauses = walk_filter()
    ox.settings.useful_tags_way = sorted({*ox.settings.useful_tags_way, *(clause.key for clause in clauses)})
    graph = ox.graph_from_xml(path, bidirectional=True, simplify=False, retain_all=True)
    lap("XML read")
    graph.remove_edges_from(
        [(u, v, key) for u, v, key, tags in graph.edges(keys=True, data=True) if refusal(clauses, tags)]
    )
    graph.remove_nodes_from(list(nx.isolates(graph)))
    lap("filter")
    graph = ox.simplify_graph(graph)
    lap("simplify")
    graph = ox.project_graph(graph)
    lap("project")
    return graph


def main() -> None:
    clock = Clock()
    graph = walking_graph(sys.argv[1], clock.lap)
    clock.stop()(
        steps=clock.laps,
        made=f"{len(graph):,} nodes, {len(graph.edges):,} directed edges",
        metres=sum(metres for _, _, metres in graph.edges(data="length")) / 2.0,
        version=f"OSMnx {ox.__version__}",
    )


if __name__ == "__main__":
    main()
