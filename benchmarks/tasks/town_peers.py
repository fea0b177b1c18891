"""From the extract of a town as OSM XML, homes and facilities to a map, with OSMnx, pandana and folium."""

from __future__ import annotations

import contextlib
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.tasks.clock import Clock

METRES_A_MINUTE, LIMIT, CIRCLES = 80.0, 10.0, (5.0, 10.0, 15.0)
FARTHEST = 5_000.0
"""How far pandana looks for the nearest facility, metres: gaps need the walk beyond the limit."""
BUFFER, NEAR = 50.0, 200.0
SAMPLE = 100
"""Of so many facilities, one is drawn by the recipe of OSMnx's examples."""


def _minutes(graph: Any, homes: Any, doors: Any) -> Any:
    """Minutes from every home to its nearest facility by category, and the nodes of the facilities."""
    import osmnx as ox
    import pandana  # pyright: ignore[reportMissingImports] (it lives in the peers' environment)
    import pandas as pd

    nodes, edges = ox.graph_to_gdfs(graph)
    number = pd.Series(range(len(nodes)), index=nodes.index)
    u, v = (number[edges.index.get_level_values(end)].reset_index(drop=True) for end in ("u", "v"))
    lengths = edges[["length"]].reset_index(drop=True)
    net = pandana.Network(nodes.x.reset_index(drop=True), nodes.y.reset_index(drop=True), u, v, lengths, twoway=True)
    at = net.get_node_ids(homes.geometry.x, homes.geometry.y)
    found, starts = {}, {}
    for category, some in doors.groupby("category"):
        net.set_pois(category, FARTHEST, 1, some.geometry.x, some.geometry.y)
        found[category] = net.nearest_pois(FARTHEST, category, num_pois=1)[1].loc[at].to_numpy() / METRES_A_MINUTE
        starts[category] = nodes.index[net.get_node_ids(some.geometry.x, some.geometry.y)]
    return pd.DataFrame(found, index=homes.index), starts


def _gaps(homes: Any, minutes: Any) -> Any:
    """Unserved homes less than NEAR apart, by category: people, homes, minutes in excess; worst first."""
    import geopandas as gpd
    import pandas as pd

    tables = []
    for category in minutes.columns:
        unserved = homes[minutes[category] > LIMIT].assign(excess=minutes[category] - LIMIT)
        shape = unserved.buffer(NEAR / 2.0).union_all()
        areas = gpd.GeoDataFrame(geometry=gpd.GeoSeries([shape], crs=homes.crs).explode(ignore_index=True))
        inside = unserved.sjoin(areas, predicate="within").assign(severity=lambda t: t["people"] * t["excess"])
        sums = inside.groupby("index_right")[["people", "severity"]].sum()
        tables.append(areas.join(sums).assign(category=category, places=inside.groupby("index_right").size()))
    return pd.concat(tables, ignore_index=True).sort_values("severity", ascending=False)


def _circles(graph: Any, starts: Any) -> Any:
    """What is reached within each limit from any facility of a category: reached edges, buffered and joined."""
    import geopandas as gpd
    import networkx as nx
    import osmnx as ox

    both = ox.convert.to_undirected(graph)
    edges = ox.graph_to_gdfs(both, nodes=False)
    u, v = edges.index.get_level_values("u"), edges.index.get_level_values("v")
    rows = []
    for category, nodes in starts.items():
        farthest = max(CIRCLES) * METRES_A_MINUTE
        reached = nx.multi_source_dijkstra_path_length(both, set(nodes), cutoff=farthest, weight="length")
        for limit in CIRCLES:
            near = {node for node, metres in reached.items() if metres <= limit * METRES_A_MINUTE}
            rows.append((category, limit, edges[u.isin(near) & v.isin(near)].buffer(BUFFER).union_all()))
    return gpd.GeoDataFrame(rows, columns=["category", "minutes", "geometry"], crs=edges.crs)


def _by_the_recipe(graph: Any, starts: Any) -> int:
    """Draw isochrones facility by facility for a sample of them, and return how many polygons that were."""
    import networkx as nx
    import osmnx as ox

    nodes = [node for some in starts.values() for node in some][::SAMPLE]
    for node in nodes:
        for limit in CIRCLES:
            near = nx.ego_graph(graph, node, radius=limit * METRES_A_MINUTE, distance="length")
            if near.number_of_edges():
                ox.graph_to_gdfs(near, nodes=False).buffer(BUFFER).union_all()
    return len(nodes) * len(CIRCLES)


def _draw(homes: Any, minutes: Any, gaps: Any, circles: Any, page: Path) -> None:
    """A map with the homes and their minutes, the gaps and the isochrones of each category as layers."""
    import folium

    spots = homes.join(minutes.round(1)).to_crs("EPSG:4326")
    middle = spots.geometry.union_all().centroid
    drawn = folium.Map(location=[middle.y, middle.x], zoom_start=12, tiles=None, prefer_canvas=True)
    marker = folium.CircleMarker(radius=2)
    folium.GeoJson(spots, name="homes", marker=marker, tooltip=folium.GeoJsonTooltip(list(minutes))).add_to(drawn)
    for what, table in (("gaps", gaps), ("minutes", circles)):
        for category, some in table.to_crs("EPSG:4326").groupby("category"):
            folium.GeoJson(some, name=f"{category}, {what}", show=False).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.save(str(page))


def main() -> None:
    clock = Clock()
    with contextlib.redirect_stdout(sys.stderr):
        import geopandas as gpd
        import numpy as np

        from benchmarks.tasks.osmnx_network import walking_graph

        clock.lap("imports")
        graph = walking_graph(sys.argv[1], clock.lap)
        crs, folder = graph.graph["crs"], Path(sys.argv[2])
        homes, doors = (gpd.read_file(folder / f"{name}.gpkg").to_crs(crs) for name in ("homes", "doors"))
        clock.lap("homes and facilities")
        minutes, starts = _minutes(graph, homes, doors)
        clock.lap("minutes to 15 categories")
        share = np.average(minutes <= LIMIT, axis=0, weights=homes["people"])
        clock.lap("shares")
        gaps = _gaps(homes, minutes)
        clock.lap("gaps")
        circles = _circles(graph, starts)
        clock.lap("isochrones")
        page = folder / "peers.html"
        _draw(homes, minutes, gaps, circles, page)
        clock.lap("map")
    stop = clock.stop()
    begin = time.process_time()
    sample = _by_the_recipe(graph, starts)
    versions = ", ".join(f"{name} {version(name)}" for name in ("osmnx", "pandana", "folium"))
    stop(
        recipe=(time.process_time() - begin) / sample * len(doors) * len(CIRCLES),
        steps=clock.cpus,
        homes=len(homes),
        facilities=len(doors),
        gaps=len(gaps),
        circles=len(circles),
        share=float(share.mean()),
        map=page.stat().st_size,
        version=versions,
    )


if __name__ == "__main__":
    main()
