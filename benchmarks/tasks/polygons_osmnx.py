"""Times OSMnx's recipe for the isochrones of some facilities, the graph being there, with its frames or without."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import networkx as nx
import shapely

from benchmarks.tasks.accuracy_files import LIMIT, Town
from benchmarks.tasks.accuracy_osmnx import BUFFERS, graph_of, reached_lines, recipe
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.polygons_laps import each


def _arcs_of(town: Town) -> nx.MultiDiGraph:
    """The streets as OSMnx has them: two arcs each, nodes with x and y."""
    graph = nx.MultiDiGraph(graph_of(town))
    for node, (x, y) in enumerate(town.node_xy.tolist()):
        graph.nodes[node].update(x=x, y=y)
    return graph


def _with_frames(graph: nx.MultiDiGraph, node: int) -> shapely.Geometry:
    """The isochrone by the steps of the example: a frame of nodes, arcs looked up one by one, series of buffers."""
    near = nx.ego_graph(graph, node, radius=LIMIT, distance="length")
    places = [shapely.Point(of["x"], of["y"]) for _, of in near.nodes(data=True)]
    points = gpd.GeoDataFrame(index=list(near), geometry=places)
    lines = []
    for tail, head in near.edges():
        ends = shapely.LineString([points.loc[tail].geometry, points.loc[head].geometry])
        lines.append(graph.get_edge_data(tail, head)[0].get("geometry", ends))
    parts = [*points.buffer(0.0), *gpd.GeoSeries(lines).buffer(BUFFERS[0])]
    made = gpd.GeoSeries(parts).union_all()
    return shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(made)])


def _by_frames(town: Town) -> Callable[[int], shapely.Geometry]:
    return partial(_with_frames, _arcs_of(town))


def _bare(town: Town) -> Callable[[int], shapely.Geometry]:
    graph = graph_of(town)
    return lambda node: recipe(reached_lines(graph, node), BUFFERS[0], infill=True)


def main() -> None:
    clock = Clock()
    town = Town.load(Path(sys.argv[1]))
    draw = _by_frames(town) if sys.argv[2] == "frames" else _bare(town)
    nodes = town.facility[: int(sys.argv[3])].tolist()
    took = each(draw, nodes)
    clock.stop()(version=f"OSMnx {version('osmnx')}", each=took, count=len(nodes))


if __name__ == "__main__":
    main()
