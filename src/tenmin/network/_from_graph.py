"""Streets from a networkx graph, such as one of OSMnx."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import networkx as nx
import shapely

from tenmin.support.errors import StreetsError

__all__ = ["lines_from_graph"]


def _line_between(
    start: tuple[float, float], end: tuple[float, float], line: shapely.LineString | None
) -> shapely.LineString:
    """The line of an edge from start to end: as given, reversed if it runs the other way, or straight if missing."""
    if line is None:
        return shapely.LineString([start, end])
    first, last = shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])
    here = shapely.Point(start)
    return line if here.distance(first) <= here.distance(last) else line.reverse()


def lines_from_graph(graph: Any) -> gpd.GeoDataFrame:
    """Return the edges of a networkx graph as a GeoDataFrame for `lines_from_edges` (see `WalkNetwork.from_networkx`).

    Raises
    ------
    StreetsError
        If the graph has no CRS, a node has no x and y, or there is no edge.
    """
    if not isinstance(graph, nx.Graph):
        msg = f"from_networkx needs a networkx graph, but got a {type(graph).__name__}"
        raise StreetsError(msg)
    crs = graph.graph.get("crs")
    if crs is None:
        msg = "the graph has no CRS; set graph.graph['crs'], e.g. 'EPSG:4326'"
        raise StreetsError(msg)
    for label, data in graph.nodes(data=True):
        if not ("x" in data and "y" in data):
            msg = f"node {label!r} has no x and y; give every node its coordinates"
            raise StreetsError(msg)
    where = {label: (float(data["x"]), float(data["y"])) for label, data in graph.nodes(data=True)}
    rows = [
        {**data, "u": u, "v": v, "geometry": _line_between(where[u], where[v], data.get("geometry"))}
        for u, v, data in graph.edges(data=True)
    ]
    if not rows:
        msg = "the graph has no edges; give at least one street"
        raise StreetsError(msg)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)
