"""From lines with labelled ends to the nodes and edges of a network."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.errors import StreetsError
from tenmin.routing import components, link_nodes
from tenmin.walkers import Walker

__all__ = ["Assembly", "assemble", "pace"]

EDGE_COLUMNS = ["u", "v", "length", "seconds", "seconds_back", "rule", "way", "kind", "name", "geometry"]


@dataclass(frozen=True)
class Assembly:
    """Nodes and edges that belong together, and what was left out on the way."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    left_out: pd.DataFrame


def _contract(lines: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Make one node of the two ends of every line without length."""
    empty = lines.geometry.length.to_numpy() == 0.0
    if not empty.any():
        return lines, 0
    labels, codes = np.unique(np.concatenate([lines["u"], lines["v"]]), return_inverse=True)
    u, v = codes[: len(lines)], codes[len(lines) :]
    group = components(link_nodes(u[empty], v[empty], np.zeros(empty.sum()), len(labels)))
    first = np.full(group.max() + 1, len(labels))
    np.minimum.at(first, group, np.arange(len(labels)))
    merged = labels[first[group]]
    return lines.assign(u=merged[u], v=merged[v])[~empty], int(empty.sum())


def _nodes_of(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The nodes of edges, sorted by label, where the first edge that has them begins or ends."""
    xy, row = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    first = np.searchsorted(row, np.arange(len(edges)))
    last = np.searchsorted(row, np.arange(len(edges)), side="right") - 1
    labels, at = np.unique(np.concatenate([edges["u"], edges["v"]]), return_index=True)
    ends = np.concatenate([xy[first], xy[last]])[at]
    frame = gpd.GeoDataFrame(index=pd.Index(labels, name="node"), geometry=shapely.points(ends), crs=edges.crs)
    codes = pd.Index(labels)
    u, v = codes.get_indexer(pd.Index(edges["u"])), codes.get_indexer(pd.Index(edges["v"]))
    group = components(link_nodes(u, v, np.ones(len(edges)), len(labels)))
    return frame.assign(component=group, component_nodes=np.bincount(group)[group])


def pace(edges: gpd.GeoDataFrame, walker: Walker) -> gpd.GeoDataFrame:
    """Return the edges that a walker can use with `seconds` and `seconds_back` of that walker.

    Parameters
    ----------
    edges
        Edges with `length`, `kind` and the bool column `oneway`.
    walker
        Who walks.
    """
    seconds = walker.seconds(edges["length"].to_numpy(), edges["kind"].to_numpy())
    back = np.where(edges["oneway"].to_numpy(), np.inf, seconds)
    return edges.assign(seconds=seconds, seconds_back=back)[np.isfinite(seconds)]


def assemble(lines: gpd.GeoDataFrame, walker: Walker, *, left_out: pd.DataFrame, source: str) -> Assembly:
    """Return the nodes and edges of lines whose ends carry the labels of nodes.

    Parameters
    ----------
    lines
        LineStrings in metres with the columns u, v, way, kind, rule, name and oneway (u to v only); `seconds` and
        `seconds_back`, where both are there, are taken as they are.
    walker
        Who walks.
    left_out
        What was left out before: element, reason, count.
    source
        The name of the streets in messages.

    Raises
    ------
    StreetsError
        If no line is left.
    """
    lines, contracted = _contract(lines)
    edges = lines.assign(length=lines.geometry.length)
    edges = edges if "seconds" in edges.columns else pace(edges, walker)
    notes = [
        ("edges", "no length: their two ends became one node", contracted),
        ("edges", f"the walker {walker.name!r} cannot use them", len(lines) - len(edges)),
    ]
    notes = pd.DataFrame([note for note in notes if note[2]], columns=["element", "reason", "count"])
    if edges.empty:
        msg = f"{source} has no way that {walker.name!r} can walk: is it the right extract, does it hold streets?"
        raise StreetsError(msg)
    edges = edges[[*EDGE_COLUMNS, "oneway"]].reset_index(drop=True).rename_axis("edge")
    return Assembly(_nodes_of(edges), edges, pd.concat([left_out, notes], ignore_index=True))
