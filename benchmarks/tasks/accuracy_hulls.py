"""Draws the hulls of the nodes that are within the limit."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import networkx as nx
import numpy as np
import shapely

from benchmarks.tasks.accuracy_files import LIMIT, Drawing, Town, save_drawings
from benchmarks.tasks.accuracy_osmnx import graph_of
from benchmarks.tasks.clock import Clock

RATIOS = (0.2, 0.3, 0.5)


def _reached(town: Town) -> np.ndarray:
    """The nodes within the limit of each facility, as multipoints."""
    graph = graph_of(town)
    known = [
        nx.single_source_dijkstra_path_length(graph, node, cutoff=LIMIT, weight="length")
        for node in town.facility.tolist()
    ]
    return np.array([shapely.multipoints(town.node_xy[list(nodes)]) for nodes in known], dtype=object)


def main() -> None:
    clock = Clock()
    folder = Path(sys.argv[1])
    points = _reached(Town.load(folder))
    drawings = [
        Drawing("concave hull", f"ratio {ratio}", list(shapely.concave_hull(points, ratio=ratio))) for ratio in RATIOS
    ]
    drawings.append(Drawing("convex hull", "of nodes", list(shapely.convex_hull(points))))
    save_drawings(folder, "hulls", drawings)
    clock.stop()(version=f"shapely {version('shapely')}")


if __name__ == "__main__":
    main()
