"""Sidewalks drawn beside a street that leaves its walkers to them, but joined to nothing: joins that are on the ground.

A mapped crossing joins the sidewalks within reach, and a side street joins the sidewalk that its line crosses on the
same layer. What is still joined to nothing but other sidewalks afterwards is a defect of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.network._shared_tags import SharedTags
from tenmin.routing import components, link_nodes

__all__ = ["REACH", "SEPARATE", "join_sidewalks", "loose_sidewalks"]

REACH = 15.0
"""Farthest that a sidewalk may be from a crossing to be joined there, metres."""
_SAME_SPOT = 0.05
"""Distance within which two lines meet at a node that they share, metres."""
SEPARATE = "sidewalk_separate"
"""The rule that refuses streets because their sidewalks are drawn on their own."""
_TWO = 2
"""Fewest ways that a crossing joins."""
_CROSSING = {"highway": "footway", "footway": "crossing"}
"""Tags of the ways that join a crossing to a sidewalk."""


def _is_sidewalk(tags: Mapping[str, str]) -> bool:
    """Return whether a way is drawn as a sidewalk."""
    return any(tags.get(key) == "sidewalk" for key in ("footway", "path", "cycleway"))


def _is_crossing(tags: Mapping[str, str]) -> bool:
    """Return whether a way or node is a crossing of a street for walkers."""
    crossing = tags.get("crossing", "no") != "no" or tags.get("highway") == "crossing"
    return crossing or any(tags.get(key) == "crossing" for key in ("footway", "path", "cycleway"))


def _storey(tags: Mapping[str, str]) -> tuple[str, bool, bool]:
    """Layer, and whether it is a bridge and a tunnel: only ways of one storey meet where their lines cross."""
    return tags.get("layer", "0"), tags.get("bridge", "no") != "no", tags.get("tunnel", "no") != "no"


def join_sidewalks(
    ways: gpd.GeoDataFrame, verdicts: pd.DataFrame, points: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return ways and verdicts with the joins of sidewalks: shared nodes on existing ways, and ways at crossings.

    Parameters
    ----------
    ways
        All ways in a metric CRS, with `way`, `nodes` (ids) and `tags`, also those that are not walked.
    verdicts
        Their verdicts, by the walk rules.
    points
        Tagged nodes, indexed by "n" and id, in any CRS.
    """
    separate = np.flatnonzero((verdicts["rule"] == SEPARATE).to_numpy())
    walked = (verdicts["walkable"] | verdicts["private"]).to_numpy()
    drawn = np.zeros(len(ways), bool)
    drawn[SharedTags.of(ways["tags"]).rows_where(_is_sidewalk)] = True
    lines = ways.geometry.to_numpy()
    rows = np.flatnonzero(drawn & walked)
    if not (len(separate) and len(rows)):
        return ways, verdicts
    near = shapely.STRtree(lines[rows]).query(lines[separate], predicate="dwithin", distance=REACH)[1]
    town = _Town.of(ways, walked, separate, rows[np.unique(near)])
    town.join_side_streets()
    town.join_crossings(points)
    return town.result(ways, verdicts)


class _Crossing(NamedTuple):
    """A place where a street is crossed."""

    label: int
    place: shapely.Point
    storey: tuple[str, bool, bool]
    on_foot: bool
    """whether a way that is walked has this node"""
    dead_end: bool
    """whether it is the end of a way drawn as a crossing, which lacks the join to one sidewalk"""


@dataclass
class _Town:
    """Ways while joins are added to them."""

    lines: np.ndarray
    tags: list[Mapping[str, str]]
    nodes: list[np.ndarray]
    walked: np.ndarray
    separate: np.ndarray
    """rows of the streets that leave their walkers to the sidewalks"""
    sidewalks: np.ndarray
    """rows of the sidewalks near these"""
    next_id: int
    added: dict[int, list[tuple[float, int, shapely.Point]]] = field(default_factory=dict)
    """new nodes by way: metres along it, id, position"""
    crossings: list[tuple[int, list[int], shapely.LineString]] = field(default_factory=list)
    """new ways: the sidewalk, both nodes, the line"""

    @classmethod
    def of(cls, ways: gpd.GeoDataFrame, walked: np.ndarray, separate: np.ndarray, sidewalks: np.ndarray) -> _Town:
        nodes = ways["nodes"].tolist()
        lowest = min(int(one.min()) for one in nodes if len(one))
        return cls(
            ways.geometry.to_numpy(), ways["tags"].tolist(), nodes, walked, separate, sidewalks, min(lowest, 0) - 1
        )

    def new_node(self, way: int, point: shapely.Point, label: int | None = None) -> int:
        """Add a node to a way, with a new label if none is given, and return the label."""
        if label is None:
            label, self.next_id = self.next_id, self.next_id - 1
        self.added.setdefault(way, []).append((float(shapely.line_locate_point(self.lines[way], point)), label, point))
        return label

    def join_side_streets(self) -> None:
        """Join walked ways that meet a separate street to the sidewalks that their lines cross on the same storey."""
        at_street = np.unique(np.concatenate([self.nodes[row] for row in self.separate]))
        walked = np.flatnonzero(self.walked)
        size = [len(self.nodes[row]) for row in walked]
        meets = np.isin(np.concatenate([self.nodes[row] for row in walked]), at_street)
        side = np.setdiff1d(walked[np.unique(np.repeat(np.arange(len(walked)), size)[meets])], self.sidewalks)
        pairs = shapely.STRtree(self.lines[side]).query(self.lines[self.sidewalks], predicate="intersects")
        for sidewalk, street in zip(self.sidewalks[pairs[0]].tolist(), side[pairs[1]].tolist(), strict=True):
            if _storey(self.tags[sidewalk]) != _storey(self.tags[street]):
                continue
            meeting = shapely.get_parts(shapely.intersection(self.lines[sidewalk], self.lines[street]))
            for point in meeting[shapely.get_type_id(meeting) == 0]:
                if not self._share_node(sidewalk, street, point):
                    self.new_node(street, point, self.new_node(sidewalk, point))

    def _share_node(self, one: int, two: int, point: shapely.Point) -> bool:
        """Whether two ways share a node at a point."""
        shared = np.isin(self.nodes[one], self.nodes[two])
        at = shapely.get_coordinates(self.lines[one])[shared]
        return bool((np.hypot(at[:, 0] - point.x, at[:, 1] - point.y) <= _SAME_SPOT).any())

    def join_crossings(self, points: gpd.GeoDataFrame) -> None:
        """Join the sidewalks within `REACH` of a mapped crossing, one of each connected piece of sidewalks."""
        crossings, piece = self._crossings(points), self._pieces()
        if not crossings:
            return
        spots = np.array([one.place for one in crossings], object)
        spot, near = shapely.STRtree(self.lines[self.sidewalks]).query(spots, predicate="dwithin", distance=REACH)
        way = self.sidewalks[near]
        found = pd.DataFrame({"spot": spot, "way": way, "metres": shapely.distance(spots[spot], self.lines[way])})
        found["piece"] = [piece[int(self.nodes[row][0])] for row in way.tolist()]
        nearest = found.sort_values(["spot", "metres", "way"]).drop_duplicates(["spot", "piece"])
        for number, rows in nearest.groupby("spot"):
            one = crossings[int(number)]  # pyright: ignore[reportArgumentType]
            others = rows["way"][rows["piece"] != piece.get(one.label, -1)].tolist()
            level = [row for row in others if _storey(self.tags[row]) == one.storey]
            self._link(one, level[:1] if one.dead_end else level)

    def _link(self, crossing: _Crossing, sidewalks: list[int]) -> None:
        """Add ways from a crossing to the nearest points of sidewalks, unless it then led nowhere."""
        if len(sidewalks) + crossing.on_foot < _TWO:
            return
        for way in sidewalks:
            line = shapely.shortest_line(self.lines[way], crossing.place)
            foot = shapely.get_point(line, 0)
            if line.length > _SAME_SPOT:
                self.crossings.append((way, [self.new_node(way, foot), crossing.label], line))
            else:
                self.new_node(way, foot, crossing.label)

    def _crossings(self, points: gpd.GeoDataFrame) -> list[_Crossing]:
        """Crossing nodes of the separate streets that are not drawn as ways, and dead ends of ways that are."""
        labels, ways = np.unique(np.concatenate([self.nodes[row] for row in self._walked_rows()]), return_counts=True)
        on_foot = dict(zip(labels.tolist(), ways.tolist(), strict=True))
        drawn = [row for row in self._walked_rows() if _is_crossing(self.tags[row])]
        on_ways = {label for row in drawn for label in self.nodes[row].tolist()}
        marked = {int(name[1:]) for name, tags in zip(points.index, points["tags"], strict=True) if _is_crossing(tags)}
        found = {}
        for row in self.separate.tolist():
            for label, xy in zip(self.nodes[row].tolist(), shapely.get_coordinates(self.lines[row]), strict=True):
                if label in marked and label not in on_ways:
                    storey, walked = _storey(self.tags[row]), label in on_foot
                    found[label] = _Crossing(label, shapely.Point(xy), storey, walked, dead_end=False)
        for row in drawn:
            for end in (0, -1):
                label = int(self.nodes[row][end])
                if on_foot[label] == 1:
                    place = shapely.get_point(self.lines[row], end)
                    found[label] = _Crossing(label, place, _storey(self.tags[row]), on_foot=True, dead_end=True)
        return list(found.values())

    def _walked_rows(self) -> list[int]:
        return np.flatnonzero(self.walked).tolist()

    def _pieces(self) -> dict[int, int]:
        """The connected piece of each node of sidewalks and crossings, with the joins so far."""
        rows = [row for row in self._walked_rows() if _is_beside(self.tags[row])]
        more = [[label for _, label, _ in self.added.get(row, [])] for row in rows]
        nodes = [np.append(self.nodes[row], new).astype(np.int64) for row, new in zip(rows, more, strict=True)]
        labels, piece = _pieces_of(nodes)
        return dict(zip(labels.tolist(), piece.tolist(), strict=True))

    def result(self, ways: gpd.GeoDataFrame, verdicts: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """The ways with their new nodes, and the ways at crossings below them; verdicts likewise."""
        lines, nodes = self.lines.copy(), np.array([None, *self.nodes], object)[1:]
        for row, new in self.added.items():
            lines[row], nodes[row] = _with_nodes(lines[row], nodes[row], new)
        ways = ways.assign(nodes=nodes).set_geometry(gpd.GeoSeries(lines, index=ways.index, crs=ways.crs))
        if not self.crossings:
            return ways, verdicts
        rows = [way for way, _, _ in self.crossings]
        more = ways.iloc[rows].assign(cut_start=False, cut_end=False)
        more["nodes"] = pd.Series([np.array(ends, np.int64) for _, ends, _ in self.crossings], more.index, object)
        more["tags"] = pd.Series([_CROSSING] * len(rows), more.index, object)
        more = more.set_geometry(gpd.GeoSeries([line for *_, line in self.crossings], index=more.index, crs=ways.crs))
        joined = gpd.GeoDataFrame(pd.concat([ways, more], ignore_index=True))
        return joined, pd.concat([verdicts, verdicts.iloc[rows].assign(forward=True, backward=True)], ignore_index=True)


def loose_sidewalks(ways: gpd.GeoDataFrame, streets: np.ndarray) -> gpd.GeoDataFrame:
    """Return the sidewalks and crossings that are joined to nothing else, beside streets that leave walkers to them.

    Parameters
    ----------
    ways
        The ways that are walked, with `nodes` and `tags`, and their joins.
    streets
        LineStrings of the streets whose sidewalks are drawn on their own.
    """
    beside = np.zeros(len(ways), bool)
    beside[SharedTags.of(ways["tags"]).rows_where(_is_beside)] = True
    if not (len(streets) and beside.any()):
        return ways.iloc[:0]
    nodes = ways["nodes"].to_numpy()
    labels, piece = _pieces_of(list(nodes[beside]))
    joined = piece[np.isin(labels, np.concatenate([np.zeros(0, np.int64), *nodes[~beside]]))]
    own = piece[np.searchsorted(labels, [one[0] for one in nodes[beside]])]
    rows = np.flatnonzero(beside)
    near = shapely.STRtree(streets).query(ways.geometry.to_numpy()[rows], predicate="dwithin", distance=REACH)[0]
    return ways.iloc[rows[np.isin(own, np.setdiff1d(own[near], joined))]]


def _is_beside(tags: Mapping[str, str]) -> bool:
    return _is_sidewalk(tags) or _is_crossing(tags)


def _pieces_of(nodes: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The labels of the nodes of ways, sorted, and the connected piece of each."""
    labels, code = np.unique(np.concatenate(nodes), return_inverse=True)
    row = np.repeat(np.arange(len(nodes)), [len(one) for one in nodes])
    same = np.flatnonzero(row[:-1] == row[1:])
    return labels, components(link_nodes(code[same], code[same + 1], np.ones(len(same)), len(labels)))


def _with_nodes(
    line: shapely.LineString, nodes: np.ndarray, new: list[tuple[float, int, shapely.Point]]
) -> tuple[shapely.LineString, np.ndarray]:
    """A line with new vertices, and the labels of all its vertices."""
    xy = shapely.get_coordinates(line)
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))
    at = np.array([metres for metres, _, _ in new])
    order = np.argsort(np.concatenate([along, at]), kind="stable")
    all_xy = np.concatenate([xy, [(point.x, point.y) for *_, point in new]])
    labels = np.concatenate([nodes, [label for _, label, _ in new]]).astype(np.int64)
    return shapely.LineString(all_xy[order]), labels[order]
