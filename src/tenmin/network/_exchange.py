"""Exchange with other software: OSMnx GeoPackages, files of lines, networkx graphs."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from tenmin.network._attributes import value_of
from tenmin.network._storage import is_saved_network
from tenmin.support.bounds import MAX_CELLS, check_geopackage, check_parquet
from tenmin.support.errors import FileError
from tenmin.support.files import open_input

__all__ = ["NETWORK_SUFFIXES", "Kind", "graph_from_gpkg", "kind_of", "lines_from_file", "to_networkx"]

#: Suffixes of network files other than OpenStreetMap extracts.
NETWORK_SUFFIXES = (".gpkg", ".parquet", ".graphml")
Kind = Literal["network", "osmnx", "graphml", "lines"]
_GRAPH_LAYERS = {"nodes", "edges"}
_LINES = ("LineString", "MultiLineString", "Unknown", "GeometryCollection")
_KEPT = ("private", "level", "surface", "crossing", "kerb", "wheelchair")


def kind_of(path: str | os.PathLike[str]) -> Kind:
    """Return the kind of a file: a saved "network", a graph as "osmnx" GeoPackage or "graphml", or plain "lines".

    Raises
    ------
    FileError
        If the file is missing or damaged, is not what its name says, or has an unknown suffix.
    """
    found = open_input(path, NETWORK_SUFFIXES).absolute()
    if found.suffix.lower() == ".graphml":
        return "graphml"
    if is_saved_network(found):
        return "network"
    if found.suffix.lower() == ".gpkg" and set(_layers(found)) >= _GRAPH_LAYERS:
        return "osmnx"
    return "lines"


def _layers(path: Path) -> dict[str, str | None]:
    """The layers of a GeoPackage with their geometry types."""
    import pyogrio

    try:
        return {str(name): kind for name, kind in pyogrio.list_layers(path)}
    except RuntimeError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: BaseException) -> FileError:
    return FileError(f"{path}: it is damaged or cut short ({str(error)[:200]}); fetch it again")


def _read_layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    import pyogrio

    try:
        check_geopackage(path, layer)
        frame = pyogrio.read_dataframe(path, layer=layer, fid_as_index=True)
    except FileError:
        raise
    except (RuntimeError, ValueError, sqlite3.Error, shapely.errors.ShapelyError) as error:
        raise _damaged(path, error) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        msg = f"{path}: the layer {layer!r} has no geometry or no CRS; set it (in QGIS: layer properties) and save it"
        raise FileError(msg)
    return frame.rename_axis(None)


def lines_from_file(path: str | os.PathLike[str], *, layer: str | None = None) -> gpd.GeoDataFrame:
    """Return the lines of a GeoPackage (index: the feature ids) or a GeoParquet file, for `WalkNetwork.from_edges`.

    Parameters
    ----------
    path
        The file.
    layer
        Layer of a GeoPackage; optional if only one can hold lines.

    Raises
    ------
    FileError
        If the file is missing or damaged, has no CRS, no layer of lines or several.
    """
    found = open_input(path, (".gpkg", ".parquet")).absolute()
    if found.suffix.lower() == ".gpkg":
        return _read_layer(found, _line_layer(found, layer))
    try:
        check_parquet(found, cells=MAX_CELLS)
        frame = gpd.read_parquet(found)
    except FileError:
        raise
    except (ValueError, OSError, KeyError, shapely.errors.ShapelyError) as error:
        msg = f"{found}: it is damaged, or no GeoParquet with a geometry column ({str(error)[:200]})"
        raise FileError(msg) from error
    if frame.crs is None:
        msg = f"{found} states no CRS; set it (frame.set_crs) and save it again"
        raise FileError(msg)
    return frame


def _line_layer(path: Path, layer: str | None) -> str:
    layers = _layers(path)
    shown = ", ".join(map(repr, layers))
    if layer is not None and layer not in layers:
        msg = f"{path} has no layer {layer!r}; it has {shown}"
        raise FileError(msg)
    fitting = [name for name, kind in layers.items() if kind is not None and kind.split(" ")[0] in _LINES]
    if layer is None and len(fitting) != 1:
        msg = f"{path} has {len(fitting)} layers that can hold lines among its layers {shown}; "
        msg += "name one with layer=" if fitting else "give a file with a layer of lines"
        raise FileError(msg)
    return fitting[0] if layer is None else layer


def graph_from_gpkg(path: str | os.PathLike[str]) -> nx.MultiDiGraph | nx.MultiGraph:
    """Return the graph of a GeoPackage with the layers `nodes` and `edges`, as OSMnx writes them.

    The graph is undirected if the edges have the columns `from` and `to`, which OSMnx adds when it merges the two
    directions of a street; its `oneway` then refers to vehicles and is ignored. Attributes have the types that
    `graph_from_graphml` gives them; empty texts, which OSMnx writes for missing values, are left out.

    Raises
    ------
    FileError
        If the file is missing or damaged, a layer or column is missing, a node occurs twice, the node of an edge is
        missing, or a value is not valid.
    """
    found = open_input(path, (".gpkg",)).absolute()
    if not set(_layers(found)) >= _GRAPH_LAYERS:
        msg = f"{found} has the layers {', '.join(_layers(found))}, but a graph of OSMnx has nodes and edges"
        raise FileError(msg)
    nodes, edges = _read_layer(found, "nodes"), _read_layer(found, "edges")
    for frame, layer, names in ((nodes, "nodes", ("osmid",)), (edges, "edges", ("u", "v"))):
        missing = [name for name in names if name not in frame.columns or frame[name].isna().any()]
        if missing:
            msg = f"{found}: the column {missing[0]!r} of the layer {layer} is missing or has empty cells"
            raise FileError(msg)
    nodes = nodes.set_index("osmid")
    _check_nodes(found, nodes, edges)
    graph = nx.MultiGraph() if {"from", "to"} <= set(edges.columns) else nx.MultiDiGraph()
    graph.graph["crs"] = nodes.crs
    places = nodes.geometry.get_coordinates()
    data = _rows(nodes.assign(x=places["x"], y=places["y"]).drop(columns=nodes.geometry.name), f"{found}: node")
    graph.add_nodes_from(zip(nodes.index.tolist(), data, strict=True))
    for u, v, row in zip(edges["u"].tolist(), edges["v"].tolist(), _rows(edges, f"{found}: edge"), strict=True):
        graph.add_edge(u, v, **{name: value for name, value in row.items() if name not in {"u", "v", "key"}})
    return graph


def _check_nodes(path: Path, nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> None:
    if not nodes.index.is_unique:
        msg = f"{path}: node {nodes.index[nodes.index.duplicated()].tolist()[0]!r} is there more than once"
        raise FileError(msg)
    empty = nodes.geometry.isna() | nodes.geometry.is_empty
    if empty.any():
        msg = f"{path}: node {nodes.index[empty].tolist()[0]!r} has no point; give every node its place"
        raise FileError(msg)
    if nodes.crs != edges.crs:
        msg = f"{path}: its nodes are in {nodes.crs.name!r}, its edges in {edges.crs.name!r}; save both in one CRS"  # pyright: ignore[reportOptionalMemberAccess]
        raise FileError(msg)
    for end in ("u", "v"):
        lost = ~edges[end].isin(nodes.index)
        if lost.any():
            u, v, node = (edges.loc[lost, name].tolist()[0] for name in ("u", "v", end))
            msg = f"{path}: edge {u!r} to {v!r} ends at node {node!r}, which is not in its nodes"
            raise FileError(msg)


def _rows(frame: gpd.GeoDataFrame, where: str) -> list[dict[str, Any]]:
    """The rows of a frame as attributes: texts are parsed, empty cells left out."""
    columns = {str(name): frame[name].tolist() for name in frame.columns}
    made: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    for name, values in columns.items():
        for label, row, value in zip(frame.index, made, values, strict=True):
            if isinstance(value, str):
                if value:
                    row[name] = _meaning(name, value, f"{where} {label!r}")
            elif not _is_missing(value):
                row[name] = value
    return made


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _meaning(name: str, text: str, where: str) -> Any:
    try:
        return value_of(name, text)
    except ValueError as error:
        msg = f"{where}: {name} is {text[:80]!r}; {error}"
        raise FileError(msg) from None


def to_networkx(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """Return a network as a directed graph for OSMnx's functions, in the network's metric CRS.

    Nodes have x, y and street_count. A street is two arcs, one of them `reversed`, with its row number as `street`; a
    street that can be walked in one direction only is one arc with `oneway`. Arcs have osmid (the way), length
    (metres), seconds, geometry, rule and, where known, highway (the kind of way), name, private, level, surface,
    crossing, kerb and wheelchair.

    Parameters
    ----------
    nodes, edges
        The tables of a `WalkNetwork`.
    """
    crs = edges.crs
    graph = nx.MultiDiGraph(crs=None if crs is None else crs.to_string(), simplified=True, created_with="tenmin")
    ends = pd.concat([edges["u"], edges["v"]]).value_counts()
    streets = ends.reindex(nodes.index, fill_value=0).tolist()
    places = shapely.get_coordinates(nodes.geometry.to_numpy()).tolist()
    for label, (x, y), count in zip(nodes.index.tolist(), places, streets, strict=True):
        graph.add_node(label, x=x, y=y, street_count=count)
    for street, data in enumerate(_streets(edges)):
        u, v, there, back, line = (data.pop(name) for name in ("u", "v", "seconds", "seconds_back", "geometry"))
        both = bool(np.isfinite(back))
        common = {**data, "oneway": not both, "street": street}
        graph.add_edge(u, v, **common, reversed=False, seconds=there, geometry=line)
        if both:
            graph.add_edge(v, u, **common, reversed=True, seconds=back, geometry=line.reverse())
    return graph


def _streets(edges: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """The rows of edges under OSMnx's names, without empty values."""
    names = {"way": "osmid", "kind": "highway", "name": "name", "rule": "rule", **{one: one for one in _KEPT}}
    always = {name: edges[name].tolist() for name in ("u", "v", "length", "seconds", "seconds_back", "geometry")}
    given = {names[name]: edges[name].tolist() for name in names if name in edges.columns}
    columns = {**given, **always}
    return [
        {name: value for name, value in zip(columns, row, strict=True) if not _is_missing(value)}
        for row in zip(*columns.values(), strict=True)
    ]
