"""The layout of streets: the part of a network that does not depend on the walker."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from tenmin.network._geometry_table import GeometryTable
from tenmin.routing import components, link_nodes
from tenmin.support.contracts import check_frame, in_metres
from tenmin.support.errors import InputError

__all__ = ["ISLAND_NODES", "OPEN_GROUND", "PRIVATE_POLICIES", "Layout", "as_barriers", "as_boundary",
           "layout_of_lines", "list_notes", "no_lines"]  # fmt: skip

ISLAND_NODES = 50
SAME_SPOT = 0.001
"""Distance below which two vertices of a line are one, metres: the direction of a shorter segment would be decided by
rounding, and with it the access points."""
OPEN_GROUND = "open_ground"
"""The `rule` of edges on the outlines of plazas and across them, which are walked but are no metres of street."""
PRIVATE_POLICIES = ("residents", "closed", "open")
_NO_WAYS = pd.DataFrame(columns=["rule", "verdict", "kind", "reason_zh", "reason_en"])
_NO_NOTES = pd.DataFrame(columns=["element", "reason", "count"])


def no_lines(columns: tuple[str, ...], crs: CRS | None = None) -> gpd.GeoDataFrame:
    """Return an empty GeoDataFrame with these columns."""
    return _no_lines(columns, crs).copy(deep=False)


@cache
def _no_lines(columns: tuple[str, ...], crs: CRS | None) -> gpd.GeoDataFrame:
    empty = {name: pd.Series(dtype=object) for name in columns}
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))


def list_notes(notes: Sequence[tuple[str, str, int]] = ()) -> pd.DataFrame:
    """Return notes on what was left out as a frame: element, reason, count."""
    if not notes:
        return _NO_NOTES.copy(deep=False)
    return pd.DataFrame(list(notes), columns=["element", "reason", "count"])


def _no_ways() -> pd.DataFrame:
    return _NO_WAYS.copy(deep=False)


_SENTENCES = {
    "en": {
        "walk": "way {way} ({kind}) is walked by the rule {rule!r}: {reason_en}",
        "private": "way {way} ({kind}) is private by the rule {rule!r}: {reason_en}",
        "refuse": "way {way} ({kind}) is refused by the rule {rule!r}: {reason_en}",
    },
    "zh": {
        "walk": "道路 {way}({kind})按规则 {rule!r} 可步行:{reason_zh}",
        "private": "道路 {way}({kind})按规则 {rule!r} 为内部道路:{reason_zh}",
        "refuse": "道路 {way}({kind})按规则 {rule!r} 不可步行:{reason_zh}",
    },
}
_AS_GIVEN = {
    "en": "way {way} is walked: taken as given, since no walk rules were applied to these streets",
    "zh": "道路 {way} 可步行：按所给数据采用，未对这些道路应用步行规则",
}

_GATE_SENTENCES = {
    "en": {
        "open": "gate n{node} ({kind}) is open by the rule {rule!r}: {reason_en}",
        "private": "gate n{node} ({kind}) is private by the rule {rule!r}: {reason_en}",
        "closed": "gate n{node} ({kind}) is closed by the rule {rule!r}: {reason_en}",
    },
    "zh": {
        "open": "大门 n{node}({kind})按规则 {rule!r} 可通过:{reason_zh}",
        "private": "大门 n{node}({kind})按规则 {rule!r} 仅限住户及访客:{reason_zh}",
        "closed": "大门 n{node}({kind})按规则 {rule!r} 不可通过:{reason_zh}",
    },
}


@dataclass(frozen=True)
class Layout:
    """Street lines with labelled ends, with gates, barriers and entrances, in one metric CRS.

    Attributes
    ----------
    lines
        LineStrings with u and v (labels of nodes), way, kind, rule, name, oneway (u to v only) and private; those of
        OpenStreetMap also have level, surface, crossing, crossing_share, kerb and wheelchair; lines with heights
        have slope_factor, slope_factor_back and steepest; lines with given times have seconds and seconds_back;
        simplified lines have inner_nodes (the number of nodes removed inside them).
    barriers
        Lines that no leg may cross: kind, name, source.
    gates
        Points on the streets, indexed by node label: kind, state (open, private or closed), name and opening_hours;
        those of OpenStreetMap also have rule, reason_zh, reason_en and doubtful.
    entrances
        Entrances of polygons, indexed by element: kind.
    plazas
        Open ground that is walked straight across, polygons: way, as of the edges across it.
    ways
        The verdict of the rules on every way, indexed by way id: rule, verdict, kind, reason_zh and reason_en.
    cut
        Labels of the nodes at which the data ends.
    boundary
        The area in which the data is known to be complete.
    source
        The source of the data.
    date
        Its date, ISO 8601.
    left_out
        Elements that were refused, dropped or are doubtful: element, reason, count.
    private
        Who may use private ways: "residents" (people leave and arrive by them, nobody passes through), "closed"
        (nobody) or "open" (everybody).
    island
        Components with fewer nodes than this are joined only where there is no other.
    when
        The moment at which opening hours and conditional restrictions were evaluated, as text; None if they were not.
    """

    lines: GeometryTable
    barriers: gpd.GeoDataFrame = field(default_factory=lambda: no_lines(("kind", "name", "source")))
    gates: gpd.GeoDataFrame = field(default_factory=lambda: no_lines(("kind", "state", "name", "opening_hours")))
    entrances: gpd.GeoDataFrame = field(default_factory=lambda: no_lines(("kind",)))
    plazas: gpd.GeoDataFrame = field(default_factory=lambda: no_lines(("way",)))
    ways: pd.DataFrame = field(default_factory=_no_ways)
    cut: frozenset[Hashable] = frozenset()
    boundary: BaseGeometry | None = None
    source: str = ""
    date: str | None = None
    left_out: pd.DataFrame = field(default_factory=list_notes)
    private: str = "residents"
    island: int = ISLAND_NODES
    when: str | None = None

    @cached_property
    def sound_lines(self) -> GeometryTable:
        """The lines with `length` in metres, without repeated vertices and without lines of no length.

        The two ends of a line of at most `SAME_SPOT` become one node.
        """
        corners = _without_repeated(self.lines.geometry)
        length = shapely.length(corners)
        lines = self.lines.assign(corners, length=length)
        empty = length <= SAME_SPOT
        if not empty.any():
            return lines
        labels, codes = np.unique(np.concatenate([lines["u"], lines["v"]]), return_inverse=True)
        u, v = codes[: len(lines)], codes[len(lines) :]
        group = components(link_nodes(u[empty], v[empty], np.zeros(empty.sum()), len(labels)))
        first = np.full(group.max() + 1, len(labels))
        np.minimum.at(first, group, np.arange(len(labels)))
        merged = labels[first[group]]
        return lines.assign(u=merged[u], v=merged[v]).take(~empty)

    def is_cut(self, labels: pd.Index, xy: np.ndarray) -> np.ndarray:
        """Return whether the data ends at each node: streets are cut there, or it is outside the boundary.

        Parameters
        ----------
        labels
            Labels of the nodes.
        xy
            float64 (nodes, 2), in the CRS of the lines.
        """
        cut = labels.isin(list(self.cut))
        if self.boundary is not None:
            shapely.prepare(self.boundary)
            cut |= ~shapely.intersects_xy(self.boundary, *xy.T)
        return cut

    def why(self, way: int | str, lang: str) -> str:
        """Return the verdict of the walk rules on a way or gate, with the reason (see `WalkNetwork.why`)."""
        if lang not in _SENTENCES:
            msg = f"lang must be 'zh' or 'en', but is {lang!r}"
            raise InputError(msg)
        node = self._node_of_gate(way)
        if node is not None:
            gate = self.gates.loc[node]
            return _GATE_SENTENCES[lang][str(gate["state"])].format(node=node, **gate)
        if self.ways.empty and (self.lines["way"] == way).any():
            return _AS_GIVEN[lang].format(way=way)
        if way not in self.ways.index:
            msg = (
                f"{self.source} has no way {way!r} among its {len(self.ways):,} streets; give the id of a way of it, "
                "or n123 for a gate"
            )
            raise InputError(msg)
        row = self.ways.loc[way]
        return _SENTENCES[lang][str(row["verdict"])].format(way=way, **row)

    def _node_of_gate(self, element: int | str) -> int | None:
        """The node of a gate named as `n123`; None for anything else."""
        found = re.fullmatch(r"n(-?\d+)", element) if isinstance(element, str) else None
        node = None if found is None else int(found[1])
        return node if "rule" in self.gates.columns and node in self.gates.index else None


def _without_repeated(lines: np.ndarray) -> np.ndarray:
    """The lines without corners that are one with the corner before."""
    xy, row = shapely.get_coordinates(lines, return_index=True)
    near = np.hypot(*np.diff(xy, axis=0).T) <= SAME_SPOT * (1.0 + 1e-6)
    touched = np.unique(row[1:][near & (row[1:] == row[:-1])])
    sound = lines.copy()
    sound[touched] = shapely.remove_repeated_points(lines[touched], SAME_SPOT)
    return sound


def layout_of_lines(
    lines: GeometryTable,
    notes: list[tuple[str, str, int]],
    boundary: object,
    crs: CRS | str | None,
    barriers: gpd.GeoDataFrame | None = None,
) -> Layout:
    """Return the layout of lines that come without gates and entrances (see `WalkNetwork.from_edges`).

    Parameters
    ----------
    lines, notes
        From `lines_from_edges`.
    boundary, crs
        The boundary, and the CRS of it if it is a geometry.
    barriers
        Lines that no leg may cross.
    """
    return Layout(
        lines=lines,
        barriers=as_barriers(barriers, lines.crs),
        gates=no_lines(("kind", "state", "name", "opening_hours"), lines.crs),
        entrances=no_lines(("kind",), lines.crs),
        boundary=as_boundary(boundary, lines.crs, crs),
        source="edges",
        left_out=list_notes(notes),
    )


def as_boundary(boundary: object, crs: CRS | None, given: CRS | str | None) -> BaseGeometry | None:
    """Return a boundary as one geometry in the network's CRS.

    Parameters
    ----------
    boundary
        A geometry, a GeoDataFrame or None.
    crs
        The CRS of the network.
    given
        The CRS of a geometry.
    """
    if boundary is None:
        return None
    if isinstance(boundary, BaseGeometry):
        boundary = gpd.GeoDataFrame(geometry=[boundary], crs=given)
    return in_metres(check_frame(boundary, "boundary", unique=False), crs).geometry.union_all()


def as_barriers(barriers: gpd.GeoDataFrame | None, crs: CRS | None) -> gpd.GeoDataFrame:
    """Return barriers as lines in the network's CRS with kind, name and source; polygons become their outlines."""
    columns = ("kind", "name", "source")
    if barriers is None:
        return no_lines(columns, crs)
    frame = in_metres(check_frame(barriers, "barriers", unique=False), crs)
    area = np.isin(shapely.get_type_id(frame.geometry.to_numpy()), [3, 6])
    lines = np.where(area, shapely.boundary(frame.geometry.to_numpy()), frame.geometry.to_numpy())
    return frame.assign(**{name: None for name in columns if name not in frame.columns}).set_geometry(
        gpd.GeoSeries(lines, index=frame.index, crs=crs)
    )
