"""Nodes and edges of a network for one walker."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.walkers import Walker
from tenmin.network._closures import Notes, close_ways
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import Layout
from tenmin.routing import components, link_nodes
from tenmin.support.errors import StreetsError

__all__ = ["Assembly", "assemble", "at_pace"]

FIRST_COLUMNS = ["u", "v", "length", "seconds", "seconds_back", "rule", "way", "kind", "name", "oneway", "private"]


@dataclass(frozen=True, eq=False)
class Assembly:
    """Nodes and edges of a network, and notes on what was left out."""

    nodes: GeometryTable
    """Points with component, component_nodes and cut."""
    labels: pd.Index
    """Labels of the nodes."""
    edges: GeometryTable
    """Lines with `FIRST_COLUMNS` and other columns of the layout."""
    u: np.ndarray
    """int64 (edges,): row of the node at the start of each edge."""
    v: np.ndarray
    """int64 (edges,): row of the node at its end."""
    notes: Notes
    """What was left out: element, reason, count."""


def _add_seconds(lines: GeometryTable, walker: Walker) -> GeometryTable:
    """The lines that a walker can use, with seconds and seconds_back; given seconds are kept."""
    if "seconds" in lines:
        return lines
    there, back = walker.seconds(lines.attributes())
    edges = lines.assign(seconds=there, seconds_back=np.where(lines["oneway"], np.inf, back))
    usable = np.isfinite(there)
    return edges if usable.all() else edges.take(usable)


def assemble(layout: Layout, walker: Walker) -> Assembly:
    """Return the nodes and edges of a layout for a walker.

    Parameters
    ----------
    layout
        The lines, gates and boundary.
    walker
        The walker.

    Raises
    ------
    StreetsError
        If no line is left.
    """
    lines = layout.sound_lines
    edges = _add_seconds(lines, walker)
    notes = [
        ("edges", "no length (at most 1 mm): their two ends became one node", len(layout.lines) - len(lines)),
        ("edges", f"the walker {walker.name!r} cannot use them", len(lines) - len(edges)),
    ]
    edges, barred = close_ways(edges, layout, walker) if len(edges) else (edges, [])
    if not len(edges):
        msg = (
            f"{layout.source} has no way that {walker.name!r} can walk: is it the right extract, does it hold streets?"
        )
        raise StreetsError(msg)
    names = [*FIRST_COLUMNS, *(name for name in edges.columns if name not in FIRST_COLUMNS)]
    edges = GeometryTable({name: edges[name] for name in names}, edges.geometry, edges.crs)
    return _connect(edges, layout, [note for note in notes if note[2]] + barred)


def at_pace(made: Assembly, walker: Walker, slope: float) -> Assembly:
    """Return an assembly with the seconds of a walker who can use the same lines.

    Parameters
    ----------
    made
        Nodes and edges.
    walker
        The walker.
    slope
        Power of the slope factors.
    """
    table = made.edges.attributes()
    factors = [name for name in ("slope_factor", "slope_factor_back") if name in table.columns]
    there, back = walker.seconds(table.assign(**{name: table[name].astype("float64") ** slope for name in factors}))
    back = np.where(np.isinf(made.edges["seconds_back"]), np.inf, back)
    return replace(made, edges=made.edges.assign(seconds=there, seconds_back=back))


def _connect(edges: GeometryTable, layout: Layout, notes: Notes) -> Assembly:
    """Edges with their nodes, sorted along a Hilbert curve; a node stands at the end of its first edge."""
    ends = np.concatenate([edges["u"], edges["v"]])
    labels, at, code = np.unique(ends, return_index=True, return_inverse=True)
    xy = edges.ends()[at]
    points = np.asarray(shapely.points(xy))
    columns = _columns_of_nodes(edges, layout, pd.Index(labels), xy, code)
    order = np.argsort(gpd.GeoSeries(points).hilbert_distance().to_numpy(), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return Assembly(
        nodes=GeometryTable.made(columns, points, edges.crs).take(order),
        labels=pd.Index(labels[order], name="node"),
        edges=edges,
        u=place[code[: len(edges)]],
        v=place[code[len(edges) :]],
        notes=notes,
    )


def _columns_of_nodes(
    edges: GeometryTable, layout: Layout, labels: pd.Index, xy: np.ndarray, code: np.ndarray
) -> dict[str, np.ndarray]:
    u, v = code[: len(edges)], code[len(edges) :]
    group = components(link_nodes(u, v, np.ones(len(edges)), len(labels)))
    size = np.bincount(group)
    if "inner_nodes" in edges:
        size = size + np.bincount(group[u], edges["inner_nodes"], len(size)).astype(np.int64)
    return {"component": group, "component_nodes": size[group], "cut": layout.is_cut(labels, xy)}
