"""Streets as a scenario has them: gates opened or shut, links added or removed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from tenmin.network._gate_walls import walls_at_gates
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import SAME_SPOT, Layout

__all__ = ["LINK_REACH", "REMOVED_NEAR", "NewLink", "add_links", "remove_links", "set_gates"]

LINK_REACH = 100.0
"""Longest distance from an end of a new link to the street that it joins, metres."""
REMOVED_NEAR = 25.0
"""Longest distance of both ends from the street that is removed, metres."""
LINK_RULE = "link of a scenario"
_NEUTRAL = {"oneway": False, "private": False, "crossing_share": 0.0, "steepest": 0.0, "inner_nodes": 0}
_LEVEL = {"slope_factor": 1.0, "slope_factor_back": 1.0}


class NewLink(NamedTuple):
    """A straight footway between the streets nearest to two points."""

    begin: BaseGeometry
    end: BaseGeometry
    name: str | None = None


def set_gates(layout: Layout, opened: Sequence[Hashable], shut: Sequence[Hashable]) -> Layout:
    """Return the layout with gates opened and shut, and with the walls of those that are shut.

    Parameters
    ----------
    layout
        The layout.
    opened, shut
        Labels of gates.
    """
    gates, barriers = layout.gates, layout.barriers
    state = gates["state"].to_numpy(object).copy()
    state[gates.index.isin(list(opened))] = "open"
    state[gates.index.isin(list(shut))] = "closed"
    gates = gates.assign(state=state)
    touched = [f"n{label}" for label in (*opened, *shut)]
    kept = barriers[~((barriers["kind"] == "gate") & barriers["source"].isin(touched))]
    walls = walls_at_gates(gates[gates.index.isin(list(shut))], layout.lines)
    both = pd.concat([kept, walls], ignore_index=True) if len(walls) else kept
    return replace(layout, gates=gates, barriers=gpd.GeoDataFrame(both, geometry="geometry", crs=barriers.crs))


def add_links(layout: Layout, links: Sequence[NewLink], *, seconds_a_metre: float) -> tuple[Layout, list[str]]:
    """Return the layout with links, and what is wrong with those that cannot be added.

    Parameters
    ----------
    layout
        The layout.
    links
        The links, in the CRS of the layout.
    seconds_a_metre
        Seconds for a metre, where the lines have given times.
    """
    lines, faults = layout.lines, list[str]()
    for link in links:
        ends = [_nearest(lines, spot) for spot in (link.begin, link.end)]
        far = max(metres for _, metres in ends)
        if far > LINK_REACH:
            faults.append(f"add_link: an end is {far:.0f} m from any street; the most is {LINK_REACH:.0f} m")
            continue
        lines, u, begin = _join(lines, link.begin)
        lines, v, end = _join(lines, link.end)
        if u == v or begin.distance(end) <= SAME_SPOT:
            faults.append("add_link: both ends are at one spot of the streets")
            continue
        lines = _append(lines, _link_row(lines, (u, v), LineString([begin, end]), link.name, seconds_a_metre))
    return replace(layout, lines=lines), faults


def remove_links(layout: Layout, links: Sequence[NewLink]) -> tuple[Layout, list[str]]:
    """Return the layout without the streets that both points of each link lie nearest to, and what is wrong.

    Parameters
    ----------
    layout, links
        As in `add_links`.
    """
    lines, faults = layout.lines, list[str]()
    for link in links:
        far = np.maximum(shapely.distance(lines.geometry, link.begin), shapely.distance(lines.geometry, link.end))
        row = int(np.argmin(far))
        if far[row] > REMOVED_NEAR:
            faults.append(
                f"remove_link: no street is within {REMOVED_NEAR:.0f} m of both points; "
                f"the nearest is {far[row]:.0f} m off"
            )
        else:
            lines = lines.take(np.arange(len(lines)) != row)
    return replace(layout, lines=lines), faults


def _nearest(lines: GeometryTable, spot: BaseGeometry) -> tuple[int, float]:
    far = shapely.distance(lines.geometry, spot)
    row = int(np.argmin(far))
    return row, float(far[row])


def _join(lines: GeometryTable, spot: BaseGeometry) -> tuple[GeometryTable, Hashable, Point]:
    """The lines, split where a point is nearest to them, with the label of the node there, and the node's position."""
    row, _ = _nearest(lines, spot)
    line = lines.geometry[row]
    at, whole = line.project(spot), line.length
    for label, offset in (("u", 0.0), ("v", whole)):
        if abs(at - offset) <= SAME_SPOT:
            return lines, lines[label][row], line.interpolate(offset)
    label = _new_label(lines)
    pieces = lines.take(np.array([row, row]))
    share = np.array([at, whole - at]) / whole
    scaled = {name: pieces[name] * share for name in ("seconds", "seconds_back", "crossing_share") if name in pieces}
    ends = {"u": [lines["u"][row], label], "v": [label, lines["v"][row]]}
    cut = np.array([substring(line, 0.0, at), substring(line, at, whole)], object)
    pieces = pieces.assign(cut, **scaled, **{name: np.array(some, lines[name].dtype) for name, some in ends.items()})
    return _append(lines.take(np.arange(len(lines)) != row), pieces), label, line.interpolate(at)


def _new_label(lines: GeometryTable) -> Hashable:
    """A label that no node has."""
    labels = pd.Index(np.concatenate([np.asarray(lines["u"]), np.asarray(lines["v"])]))
    if labels.dtype.kind in "iu":
        return min(int(labels.min()), 0) - 1
    return next(name for name in (f"link {number}" for number in range(len(labels) + 1)) if name not in labels)


def _link_row(
    lines: GeometryTable, ends: tuple[Hashable, Hashable], line: LineString, name: str | None, seconds_a_metre: float
) -> GeometryTable:
    """One line with the columns of the others."""
    seconds = line.length * seconds_a_metre
    values = {"u": ends[0], "v": ends[1], "way": -1, "kind": "footway", "rule": LINK_RULE, "name": name}
    values |= {**_NEUTRAL, **_LEVEL, "seconds": seconds, "seconds_back": seconds}
    row = lines.take(np.array([0]))
    columns = {}
    for column in lines.columns:
        kind = lines[column].dtype
        value = values.get(column)
        columns[column] = np.array([value], kind if isinstance(kind, np.dtype) and value is not None else object)
    return row.assign(np.array([line], object), **columns)


def _append(lines: GeometryTable, more: GeometryTable) -> GeometryTable:
    return GeometryTable.of(
        gpd.GeoDataFrame(pd.concat([lines.frame(), more.frame()], ignore_index=True), geometry="geometry")
    )
