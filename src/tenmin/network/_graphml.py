"""Safe reading of GraphML, including that of old OSMnx versions, in which all attributes are text."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import numpy as np

from tenmin.network._attributes import crs_of, labels_of, value_of
from tenmin.support.bounds import MAX_TEXT, check_amount
from tenmin.support.errors import FileError
from tenmin.support.files import open_input

__all__ = ["graph_from_graphml"]

_NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"


class _NoDeclarations(ET.TreeBuilder):
    """Tree builder that refuses document type declarations, which could define entities."""

    def doctype(self, name: str, _pubid: str | None, _system: str | None) -> None:
        msg = f"it has a document type declaration ({name[:40]}), which is refused; save it again without one"
        raise FileError(msg)


def graph_from_graphml(path: str | os.PathLike[str]) -> nx.MultiDiGraph | nx.MultiGraph:
    """Return the graph of a GraphML file, directed if the file says so.

    Coordinates, lengths and seconds are floats, ids integers, `oneway` and `reversed` bools, `geometry` a LineString,
    lists lists and `graph["crs"]` a pyproj CRS; other attributes have the type that the file declares.

    Raises
    ------
    FileError
        If the file is missing, is not GraphML, declares a document type, has no CRS, a node without x and y, an edge
        whose node is missing, or an invalid value; the message names file, node or edge, attribute and value.
    """
    found = open_input(path, (".graphml",))
    check_amount(found, found.stat().st_size, MAX_TEXT, "bytes", "save the graph as a GeoPackage")
    root = _parsed(found)
    types = _make_text(root)
    graph = _read(found, root)
    defaults = {kind: graph.graph.pop(f"{kind}_default", {}) for kind in ("node", "edge")}
    for label, data in graph.nodes(data=True):
        _convert(data, defaults["node"], types["node"], f"{found}: node {label!r}")
    for u, v, key, data in graph.edges(keys=True, data=True):
        data.pop("id", None)
        _convert(data, defaults["edge"], types["edge"], f"{found}: edge {u!r} to {v!r}, key {key!r}")
    _convert(graph.graph, {}, types["graph"], f"{found}: the graph")
    _check_places(found, graph)
    graph.graph["crs"] = _crs(found, graph.graph.get("crs"))
    return graph


def _parsed(path: Path) -> ET.Element:
    try:
        root = ET.parse(path, ET.XMLParser(target=_NoDeclarations())).getroot()
    except FileError as error:
        msg = f"{path}: {error}"
        raise FileError(msg) from None
    except (ET.ParseError, ValueError, LookupError, OSError) as error:
        msg = f"{path}: it is no whole XML ({error}): the copy was cut short or damaged; fetch it again"
        raise FileError(msg) from error
    graphs = list(root.iter(f"{_NAMESPACE}graph"))
    if root.tag != f"{_NAMESPACE}graphml" or not graphs:
        msg = f"{path}: it is XML, but holds no graph in GraphML (its first element is {root.tag[:60]!r})"
        raise FileError(msg)
    if len(graphs) > 1 or root.find(f".//{_NAMESPACE}hyperedge") is not None:
        msg = f"{path} holds {len(graphs)} graphs, or edges of several nodes; save one plain graph in a file"
        raise FileError(msg)
    return root


def _make_text(root: ET.Element) -> dict[str, dict[str, str]]:
    """Declare all attributes as text, so that networkx does not convert any; return the declared types."""
    types: dict[str, dict[str, str]] = {"node": {}, "edge": {}, "graph": {}}
    for key in root.iter(f"{_NAMESPACE}key"):
        declared = key.get("attr.type") or "string"
        for kind in types if key.get("for") in {None, "all"} else (str(key.get("for")),):
            types.setdefault(kind, {})[key.get("attr.name") or ""] = declared
        key.set("attr.type", "string")
    return types


def _read(path: Path, root: ET.Element) -> Any:
    nodes = [node.get("id") or "" for node in root.iter(f"{_NAMESPACE}node")]
    edges = list(root.iter(f"{_NAMESPACE}edge"))
    _check_links(path, nodes, edges)
    label: Any = dict(zip(nodes, labels_of(nodes), strict=True))
    try:
        return nx.parse_graphml(ET.tostring(root, encoding="unicode"), node_type=label.get, force_multigraph=True)
    except (nx.NetworkXError, KeyError, ValueError, TypeError, RecursionError) as error:
        msg = f"{path}: networkx cannot read it ({str(error)[:200]}); save it again, e.g. by osmnx.save_graphml"
        raise FileError(msg) from error


def _check_links(path: Path, nodes: list[str], edges: list[ET.Element]) -> None:
    """Refuse what networkx would misread: nodes and edges that occur twice, edges whose node is missing."""
    twice = [label for label, count in Counter(nodes).items() if count > 1]
    if twice:
        msg = f"{path}: node {twice[0]!r} is there more than once; give every node an id of its own"
        raise FileError(msg)
    known = set(nodes)
    for edge in edges:
        ends = edge.get("source"), edge.get("target")
        lost = [end for end in ends if end not in known]
        if lost:
            msg = f"{path}: edge {ends[0]!r} to {ends[1]!r} ends at node {lost[0]!r}, which is not in the file"
            raise FileError(msg)
    same = Counter((edge.get("source"), edge.get("target"), edge.get("id")) for edge in edges if edge.get("id"))
    for (u, v, key), count in same.items():
        if count > 1:
            msg = f"{path}: edge {u!r} to {v!r} with id {key!r} is there {count} times; give each an id of its own"
            raise FileError(msg)


def _convert(data: dict[str, Any], defaults: dict[str, Any], types: dict[str, str], where: str) -> None:
    """Replace the texts of attributes of a node, an edge or the graph by their values."""
    for name, text in {**defaults, **data}.items():
        if not isinstance(text, str):
            continue
        try:
            data[name] = value_of(name, text, types.get(name, "string"))
        except ValueError as error:
            msg = f"{where}: {name} is {text[:80]!r}; {error}"
            raise FileError(msg) from None


def _check_places(path: Path, graph: Any) -> None:
    for label, data in graph.nodes(data=True):
        for name in ("x", "y"):
            value = data.get(name)
            if not (isinstance(value, float) and np.isfinite(value)):
                what = "has no" if value is None else f"has {value!r} as"
                msg = f"{path}: node {label!r} {what} {name}; give every node its coordinates x and y"
                raise FileError(msg)
    if not graph.number_of_edges():
        msg = f"{path} holds {graph.number_of_nodes():,} nodes and no edge; save the graph with its edges"
        raise FileError(msg)


def _crs(path: Path, text: object) -> Any:
    crs = crs_of(text)
    if crs is None:
        known = "states no CRS" if text is None else f"states the unknown CRS {str(text)[:80]!r}"
        msg = f"{path}: it {known}; set graph.graph['crs'] = 'EPSG:4326' (longitude and latitude) and save it again"
        raise FileError(msg)
    return crs
