"""Simplification: consecutive edges between junctions are merged, without any change of results."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import Layout
from tenmin.routing import components, link_nodes

__all__ = ["simplify_layout"]

_SUMS = ("seconds", "seconds_back", "crossing_share", "inner_nodes")
_NOT_COMPARED = {"u", "v", "way", "geometry", *_SUMS}
_DIGITS = 9
_TWO = 2


def simplify_layout(layout: Layout) -> Layout:
    """Return the layout with consecutive lines merged.

    Two lines are merged at a node if no others end there, it has no gate or entrance, the data does not end there, and
    the lines have the same speed and equal columns, except for way, length and columns that are summed. The merged line
    has the way of the first; `inner_nodes` is the number of nodes removed, which still count for islands.
    """
    lines = layout.lines.frame()
    return replace(layout, lines=GeometryTable.of(_merge_lines(lines, *_line_pairs(layout, lines))))


def _line_pairs(layout: Layout, lines: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of line ends to merge: the row for a start, row + number of lines for an end."""
    size = len(lines)
    labels, code = np.unique(np.concatenate([lines["u"], lines["v"]]), return_inverse=True)
    order = np.argsort(code, kind="stable")
    first = np.searchsorted(code[order], np.arange(len(labels) + 1))
    node = np.flatnonzero(np.diff(first) == _TWO)
    one, other = order[first[node]], order[first[node] + 1]
    alike = _kinds(lines)
    goes_on = (alike[one % size] == alike[other % size]) & (one % size != other % size)
    goes_on &= ~_has_a_direction(lines)[one % size] | ((one < size) != (other < size))
    goes_on &= ~pd.Index(labels[node]).isin([*layout.gates.index, *layout.cut]) & ~_at_an_entrance(layout, lines, one)
    return one[goes_on], other[goes_on]


def _has_a_direction(lines: gpd.GeoDataFrame) -> np.ndarray:
    """Whether a line is one-way or differs by direction; such lines are never reversed."""
    oneway = lines["oneway"].to_numpy(bool)
    if "slope_factor" not in lines.columns:
        return oneway
    return oneway | (lines["slope_factor"] != lines["slope_factor_back"]).to_numpy(bool)


def _kinds(lines: gpd.GeoDataFrame) -> np.ndarray:
    """A number for each line, equal for lines with equal columns and speeds."""
    table = lines.drop(columns=[name for name in lines.columns if name in _NOT_COMPARED])
    if "seconds" in lines.columns:
        length = lines.geometry.length
        pace = {name: (lines[name] / length).round(_DIGITS) for name in ("seconds", "seconds_back")}
        table = table.assign(**pace, same_both_ways=pace["seconds"] == pace["seconds_back"])
        table["lone"] = np.where(table["same_both_ways"] | lines["oneway"], -1, np.arange(len(lines)))
    return table.groupby(list(table.columns), dropna=False, sort=False).ngroup().to_numpy()


def _at_an_entrance(layout: Layout, lines: gpd.GeoDataFrame, end: np.ndarray) -> np.ndarray:
    """Whether there is an entrance at each of these line ends."""
    at = shapely.get_point(lines.geometry.to_numpy()[end % len(lines)], np.where(end < len(lines), 0, -1))
    doors = shapely.get_coordinates(layout.entrances.geometry.to_numpy())
    return np.isin(shapely.get_coordinates(at).view(complex).ravel(), np.ascontiguousarray(doors).view(complex).ravel())


def _merge_lines(lines: gpd.GeoDataFrame, one: np.ndarray, other: np.ndarray) -> gpd.GeoDataFrame:
    """The lines with linked ones merged; a closed ring stays open at one of its nodes."""
    size = len(lines)
    chain = components(link_nodes(one % size, other % size, np.ones(len(one)), size))
    ring = np.bincount(chain[one % size], minlength=chain.max() + 1) == np.bincount(chain)
    _, first_link = np.unique(chain[one % size], return_index=True)
    kept = np.ones(len(one), bool)
    kept[first_link[ring[chain[one[first_link] % size]]]] = False
    meets = np.full(2 * size, -1)
    meets[one[kept]], meets[other[kept]] = other[kept], one[kept]
    free = np.flatnonzero(meets < 0)
    starts = free[np.unique(chain[free % size], return_index=True)[1]]
    routes = [_route(meets, int(start), size) for start in starts]
    labels = np.concatenate([lines["u"], lines["v"]])
    order = np.concatenate(routes)
    group = np.repeat(np.arange(len(routes)), [len(route) for route in routes])
    sums = {name: np.bincount(group, lines[name].to_numpy()[order % size]) for name in _SUMS if name in lines.columns}
    inner = np.bincount(group) - 1 + sums.pop("inner_nodes", 0)
    made = lines.iloc[starts % size].reset_index(drop=True)
    made = made.assign(u=labels[starts], v=labels[[_far_end(route[-1], size) for route in routes]], **sums)
    geometry = lines.geometry.to_numpy()
    return made.assign(inner_nodes=inner.astype(np.int64)).set_geometry(
        [_one_line(geometry, route) for route in routes], crs=lines.crs
    )


def _far_end(end: int, size: int) -> int:
    """The other end of the line that has this end."""
    return end + size if end < size else end - size


def _route(meets: np.ndarray, end: int, size: int) -> list[int]:
    """The ends at which a path enters its lines, in order, from a free end."""
    route = [end]
    while (end := int(meets[_far_end(end, size)])) >= 0:
        route.append(end)
    return route


def _one_line(geometry: np.ndarray, route: list[int]) -> shapely.LineString:
    """The lines of a path as one."""
    size = len(geometry)
    if len(route) == 1 and route[0] < size:
        return geometry[route[0]]
    pieces = [shapely.get_coordinates(geometry[end % size])[:: 1 if end < size else -1] for end in route]
    return shapely.LineString(np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])]))
