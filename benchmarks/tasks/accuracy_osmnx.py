"""Draws isochrones as OSMnx's example 13 does: an ego graph, its edges buffered and united, holes filled."""

from __future__ import annotations

import sys
from importlib.metadata import version
from itertools import product
from pathlib import Path

import networkx as nx
import shapely

from benchmarks.tasks.accuracy_files import LIMIT, Drawing, Town, save_drawings
from benchmarks.tasks.clock import Clock

BUFFERS = (25.0, 50.0)


def graph_of(town: Town) -> nx.MultiGraph:
    """Return the streets as a graph with the lines of its edges; one-way streets are walked both ways."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(town.node_xy)))
    rows = zip(town.u.tolist(), town.v.tolist(), town.length.tolist(), town.lines(), strict=True)
    graph.add_edges_from((u, v, {"length": length, "geometry": line}) for u, v, length, line in rows)
    return graph


def reached_lines(graph: nx.MultiGraph, node: int, limit: float = LIMIT) -> list[shapely.Geometry]:
    """Return the edges whose two ends are within the limit of a node."""
    near = nx.ego_graph(graph, node, radius=limit, distance="length")
    return [line for _, _, line in near.edges(data="geometry")]


def recipe(lines: list[shapely.Geometry], buffer: float, *, infill: bool) -> shapely.Geometry:
    """Return the union of the buffered lines, without holes if they are to be filled."""
    made = shapely.union_all(shapely.buffer(lines, buffer))
    if not infill:
        return made
    return shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(made)])


def main() -> None:
    clock = Clock()
    folder = Path(sys.argv[1])
    town = Town.load(folder)
    graph = graph_of(town)
    reached = [reached_lines(graph, node) for node in town.facility.tolist()]
    drawings = [
        Drawing(
            "OSMnx recipe",
            f"{buffer:.0f} m{', holes filled' if infill else ''}",
            [recipe(lines, buffer, infill=infill) for lines in reached],
        )
        for buffer, infill in product(BUFFERS, (True, False))
    ]
    save_drawings(folder, "osmnx", drawings)
    clock.stop()(version=f"OSMnx {version('osmnx')}, networkx {nx.__version__}")


if __name__ == "__main__":
    main()
