"""Draws service areas with PlanX: the exactly reached edge intervals, buffered and united, or their hull."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from planx.engine.graphs import (  # pyright: ignore[reportMissingImports] (it lives in the peers' environment)
    build_node_graph,
    nearest_nodes,
)
from planx.engine.isochrone import cut_polyline, reach_intervals  # pyright: ignore[reportMissingImports]
from planx.engine.paths import many_to_many  # pyright: ignore[reportMissingImports]

from benchmarks.tasks.accuracy_files import LIMIT, Drawing, Town, save_drawings
from benchmarks.tasks.clock import Clock

BUFFERS = (30.0, 25.0, 50.0, 100.0)
RATIO = 0.3


def graph_of(town: Town) -> Any:
    """Return the streets as PlanX has them."""
    return build_node_graph(town.bends(), 0.01, town.length)


def reached_lines(
    graph: Any, bends: list[np.ndarray], door: np.ndarray, limit: float = LIMIT
) -> list[shapely.Geometry]:
    """Return the edge intervals within the limit of a point at a node."""
    node = nearest_nodes(graph, door[None])
    cost = many_to_many(graph.indptr, graph.adj_node, graph.adj_cost, graph.num_nodes, node, limit)[0]
    reached = reach_intervals(cost, graph.edge_from, graph.edge_to, graph.edge_cost, limit)
    cuts = [cut_polyline(bends[edge], *piece) for edge, pieces in reached.items() for piece in pieces]
    return [shapely.LineString(cut) for cut in cuts if cut is not None]


def buffered(lines: list[shapely.Geometry], metres: float) -> shapely.Geometry:
    """Return the union of the buffers of lines."""
    return shapely.union_all(shapely.buffer(lines, metres))


def _hull(lines: list[shapely.Geometry]) -> shapely.Geometry:
    corners = shapely.MultiPoint(shapely.get_coordinates(shapely.segmentize(lines, LIMIT / 32.0)))
    return shapely.concave_hull(corners, ratio=RATIO)


def main() -> None:
    clock = Clock()
    folder = Path(sys.argv[1])
    town = Town.load(folder)
    graph, bends = graph_of(town), town.bends()
    reached = [reached_lines(graph, bends, door) for door in town.node_xy[town.facility]]
    drawings = [
        Drawing("PlanX", f"buffer {metres:.0f} m", [buffered(lines, metres) for lines in reached]) for metres in BUFFERS
    ]
    drawings.append(Drawing("PlanX", f"hull {RATIO}", [_hull(lines) for lines in reached]))
    save_drawings(folder, "planx", drawings)
    clock.stop()(version=f"PlanX {version('planx-sdk')}")


if __name__ == "__main__":
    main()
