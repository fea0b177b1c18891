"""Streets from lines: a bureau's own centre lines, or the edges of a networkx graph."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from tenmin.errors import StreetsError
from tenmin.routing import components, link_nodes
from tenmin.tables import check_frame, in_metres

__all__ = ["lines_from_edges", "lines_from_graph"]


def _text(frame: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    """The first of some columns that the frame has, as text or None."""
    for name in names:
        if name in frame.columns:
            return np.array([one if isinstance(one, str) else None for one in frame[name]], dtype=object)
    return np.full(len(frame), None, dtype=object)


def _way(frame: pd.DataFrame, row: int) -> str:
    """The way of a row as messages show it."""
    return repr(frame["way"].tolist()[row])


def _number_column(frame: gpd.GeoDataFrame, name: str, *, infinite: bool) -> np.ndarray:
    numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy("float64")
    wrong = ~((numbers > 0.0) & (np.isfinite(numbers) | (infinite & (numbers == np.inf))))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        allowed = "above 0, inf where the way is closed" if infinite else "above 0 and finite"
        msg = (
            f"edges: {name} of way {_way(frame, row)} is {frame[name].iloc[row]!r}, and {int(wrong.sum())} of "
            f"{len(frame)} are wrong; it must be seconds {allowed}. Leave the column out to have it computed"
        )
        raise StreetsError(msg)
    return numbers


def _times(frame: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Seconds both ways where the frame states them, else nothing."""
    if "seconds" not in frame.columns and "seconds_back" not in frame.columns:
        return {}
    if "seconds" not in frame.columns:
        msg = "edges has seconds_back but no seconds; give both, or seconds alone for ways that are the same both ways"
        raise StreetsError(msg)
    seconds = _number_column(frame, "seconds", infinite=False)
    back = _number_column(frame, "seconds_back", infinite=True) if "seconds_back" in frame.columns else seconds
    return {"seconds": seconds, "seconds_back": np.where(_flags(frame, "oneway", _ONE_WAY), np.inf, back)}


_ONE_WAY = "walkers are bound to one direction"


def _flags(frame: gpd.GeoDataFrame, name: str, meaning: str) -> np.ndarray:
    """A column of True and False; a frame without it has False, and so has a row without a value."""
    if name not in frame.columns:
        return np.zeros(len(frame), bool)
    given = frame[name].where(frame[name].notna(), other=False).tolist()
    wrong = [row for row, one in enumerate(given) if not isinstance(one, bool)]
    if wrong:
        msg = (
            f"edges: {name} of way {_way(frame, wrong[0])} is {given[wrong[0]]!r}; it says whether {meaning} and must "
            "be True or False. Leave the column out if it does not apply"
        )
        raise StreetsError(msg)
    return np.array(given, bool)


def _in_parts(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """One row for each part of a line; the parts share the seconds of the whole by their lengths."""
    whole = frame.geometry.length
    parts = frame.explode()
    share = (parts.geometry.length / whole.loc[parts.index]).fillna(1.0).to_numpy()
    several = parts.index.duplicated(keep=False)
    for name in {"seconds", "seconds_back"} & set(parts.columns):
        numbers = pd.to_numeric(parts[name], errors="coerce")
        parts = parts.assign(**{name: parts[name].where(~several, numbers * share)})
    return parts.reset_index(drop=True)


def _only_lines(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The rows of a frame that are lines, one part each, and a list of the rows that were left out."""
    geometry = frame.geometry.to_numpy()
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    lines = np.isin(shapely.get_type_id(geometry), [1, 5])
    wrong = ~(empty | lines)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        kind = geometry[row].geom_type  # pyright: ignore[reportOptionalMemberAccess]
        msg = f"edges: way {frame.index[row]!r} is a {kind}, not a line; give LineStrings"
        raise StreetsError(msg)
    notes = [(str(label), "no geometry", 1) for label in frame.index[empty]]
    kept = frame[~empty]
    kept = kept.set_geometry(shapely.force_2d(kept.geometry.to_numpy())).assign(way=kept.index).reset_index(drop=True)
    return _in_parts(kept), pd.DataFrame(notes, columns=["element", "reason", "count"])


def _cut_line(line: shapely.LineString, at: np.ndarray) -> list[shapely.Geometry]:
    """The pieces of a line between neighbouring distances along it."""
    return [substring(line, begin, end) for begin, end in pairwise(at)]


def _split_at_crossings(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut lines wherever they touch or cross another (`node=True`)."""
    geometry = lines.geometry.to_numpy()
    one, two = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    one, two = one[one != two], two[one != two]
    met = shapely.intersection(geometry[one], geometry[two])
    xy, row = shapely.get_coordinates(met, return_index=True)
    on = one[row]
    at = shapely.line_locate_point(geometry[on], shapely.points(xy))
    order = np.lexsort((at, on))
    inside = np.split(at[order], np.searchsorted(on[order], np.arange(1, len(geometry))))
    parts = [_cut_line(line, np.unique([0.0, *cuts, line.length])) for line, cuts in zip(geometry, inside, strict=True)]
    way = np.repeat(np.arange(len(geometry)), [len(part) for part in parts])
    pieces = [piece for part in parts for piece in part]
    share = shapely.length(pieces) / np.maximum(shapely.length(geometry)[way], np.finfo(float).tiny)
    cut = lines.iloc[way].reset_index(drop=True).set_geometry(pieces, crs=lines.crs)
    for name in {"seconds", "seconds_back"} & set(cut.columns):
        cut[name] = cut[name].to_numpy() * share
    return cut


def _meet(geometry: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends that lie within the tolerance of each other become one node: labels of both ends, and lines moved to it."""
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    first = np.searchsorted(row, np.arange(len(geometry)))
    last = np.searchsorted(row, np.arange(len(geometry)), side="right") - 1
    ends, code = np.unique(np.concatenate([xy[first], xy[last]]), axis=0, return_inverse=True)
    points = np.asarray(shapely.points(ends))
    near = shapely.STRtree(points).query(points, predicate="dwithin", distance=tolerance)
    near = near[:, near[0] < near[1]]
    group = components(link_nodes(near[0], near[1], np.zeros(near.shape[1]), len(ends)))
    leader = np.full(group.max() + 1, len(ends))
    np.minimum.at(leader, group, np.arange(len(ends)))
    label = group[code.ravel()]
    u, v = label[: len(geometry)], label[len(geometry) :]
    xy[first], xy[last] = ends[leader[u]], ends[leader[v]]
    return u.astype(np.int64), v.astype(np.int64), np.asarray(shapely.linestrings(xy, indices=row))


def lines_from_edges(
    frame: object, *, node: bool = False, tolerance: float = 0.001
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return labelled lines in metres from a GeoDataFrame of streets (see `WalkNetwork.from_edges`).

    Raises
    ------
    StreetsError, TableError
        Naming the way, the value and the way out.
    """
    table = check_frame(frame, "edges", unique=False)
    if table.empty:
        msg = "edges has no rows; give at least one street"
        raise StreetsError(msg)
    kept, left_out = _only_lines(in_metres(table))
    times = _times(kept)
    lines = gpd.GeoDataFrame(
        {
            "way": kept["way"].to_numpy(),
            "kind": _text(kept, ("kind", "highway")),
            "rule": "as given",
            "name": _text(kept, ("name",)),
            "oneway": _flags(kept, "oneway", _ONE_WAY),
            "private": _flags(kept, "private", "nobody may pass through"),
            **times,
        },
        geometry=kept.geometry.to_numpy(),
        crs=kept.crs,
    )
    if {"u", "v"} <= set(kept.columns) and not node:
        return lines.assign(u=kept["u"].to_numpy(), v=kept["v"].to_numpy()), left_out
    lines = _split_at_crossings(lines) if node else lines
    u, v, geometry = _meet(lines.geometry.to_numpy(), tolerance)
    return lines.set_geometry(geometry, crs=lines.crs).assign(u=u, v=v), left_out


def _twins(tails: Iterable[Hashable], heads: Iterable[Hashable], marks: Sequence[Hashable]) -> np.ndarray:
    """How many ways each arc stands for: 2 with its equal the other way round (which gets 0), else 1."""
    kept: dict[tuple[Any, ...], list[int]] = {}
    keep = np.ones(len(marks), bool)
    twin = np.zeros(len(marks), bool)
    for i, (u, v, mark) in enumerate(zip(tails, heads, marks, strict=True)):
        waiting = kept.get((v, u, mark))
        if waiting:
            twin[waiting.pop()] = True
            keep[i] = False
        else:
            kept.setdefault((u, v, mark), []).append(i)
    return np.where(keep, np.where(twin, 2, 1), 0)


def _line_between(
    start: tuple[float, float], end: tuple[float, float], line: shapely.LineString | None
) -> shapely.LineString:
    """The line of an edge from its first node to its last: as drawn, turned round if drawn against it, or straight."""
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
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=crs)
    if not graph.is_directed():
        return frame.assign(oneway=False)
    mark = [(str(row.get("osmid")), round(row["geometry"].length, 9), row.get("seconds")) for row in rows]
    kept = _twins(frame["u"], frame["v"], mark)
    return frame.assign(oneway=kept == 1)[kept > 0].reset_index(drop=True)
