"""From the layout of streets to the nodes and edges that one walker has."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.walkers import Walker
from tenmin.network._closures import bar_ways
from tenmin.network._layout import Layout
from tenmin.routing import components, link_nodes
from tenmin.support.errors import StreetsError

__all__ = ["Assembly", "assemble"]

FIRST_COLUMNS = ["u", "v", "length", "seconds", "seconds_back", "rule", "way", "kind", "name", "oneway", "private"]
SAME_SPOT = 0.001
"""Metres below which two corners of a line are one: rounding decides which way a piece of a billionth of a metre runs,
and with it where legs may join the street."""


@dataclass(frozen=True)
class Assembly:
    """Nodes and edges that belong together, and what was left out on the way."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    left_out: pd.DataFrame


def _contract(lines: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Make one node of the two ends of every line that is no longer than `SAME_SPOT`."""
    empty = lines.geometry.length.to_numpy() <= SAME_SPOT
    if not empty.any():
        return lines, 0
    labels, codes = np.unique(np.concatenate([lines["u"], lines["v"]]), return_inverse=True)
    u, v = codes[: len(lines)], codes[len(lines) :]
    group = components(link_nodes(u[empty], v[empty], np.zeros(empty.sum()), len(labels)))
    first = np.full(group.max() + 1, len(labels))
    np.minimum.at(first, group, np.arange(len(labels)))
    merged = labels[first[group]]
    return lines.assign(u=merged[u], v=merged[v])[~empty], int(empty.sum())


def _nodes_of(edges: gpd.GeoDataFrame, layout: Layout) -> gpd.GeoDataFrame:
    """The nodes of edges along a Hilbert curve, each where the first edge that has it begins or ends."""
    xy, row = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    first = np.searchsorted(row, np.arange(len(edges)))
    last = np.searchsorted(row, np.arange(len(edges)), side="right") - 1
    labels, at, code = np.unique(np.concatenate([edges["u"], edges["v"]]), return_index=True, return_inverse=True)
    points = np.asarray(shapely.points(np.concatenate([xy[first], xy[last]])[at]))
    u, v = code[: len(edges)], code[len(edges) :]
    group = components(link_nodes(u, v, np.ones(len(edges)), len(labels)))
    cut = pd.Index(labels).isin(list(layout.cut))
    if layout.boundary is not None:
        shapely.prepare(layout.boundary)
        cut |= ~shapely.intersects_xy(layout.boundary, *shapely.get_coordinates(points).T)
    size = np.bincount(group)
    if "inner_nodes" in edges.columns:
        size = size + np.bincount(group[u], edges["inner_nodes"].to_numpy(), len(size)).astype(np.int64)
    columns = {"component": group, "component_nodes": size[group], "cut": cut}
    nodes = gpd.GeoDataFrame(columns, index=pd.Index(labels, name="node"), geometry=points, crs=edges.crs)
    return nodes.iloc[np.argsort(nodes.geometry.hilbert_distance().to_numpy(), kind="stable")]


def _pace(lines: gpd.GeoDataFrame, walker: Walker) -> gpd.GeoDataFrame:
    """The lines that a walker can use with length, seconds and seconds_back; seconds that were given stay."""
    edges = lines.assign(length=lines.geometry.length)
    if "seconds" in lines.columns:
        return edges
    there, back = walker.seconds(edges)
    edges = edges.assign(seconds=there, seconds_back=np.where(edges["oneway"], np.inf, back))
    return edges[np.isfinite(there)]


def assemble(layout: Layout, walker: Walker) -> Assembly:
    """Return the nodes and edges of a layout as a walker has them.

    Raises
    ------
    StreetsError
        If no line is left.
    """
    corners = shapely.remove_repeated_points(layout.lines.geometry.to_numpy(), SAME_SPOT)
    lines, contracted = _contract(layout.lines.set_geometry(corners, crs=layout.lines.crs))
    edges = _pace(lines, walker)
    notes = [
        ("edges", "no length (at most 1 mm): their two ends became one node", contracted),
        ("edges", f"the walker {walker.name!r} cannot use them", len(lines) - len(edges)),
    ]
    edges, barred = (edges, []) if edges.empty else bar_ways(edges, layout, walker)
    notes = pd.DataFrame([note for note in notes if note[2]] + barred, columns=["element", "reason", "count"])
    if edges.empty:
        msg = (
            f"{layout.source} has no way that {walker.name!r} can walk: is it the right extract, does it hold streets?"
        )
        raise StreetsError(msg)
    others = [name for name in edges.columns if name not in {*FIRST_COLUMNS, "geometry"}]
    edges = edges[[*FIRST_COLUMNS, *others, "geometry"]].reset_index(drop=True).rename_axis("edge")
    return Assembly(_nodes_of(edges, layout), edges, pd.concat([layout.left_out, notes], ignore_index=True))
