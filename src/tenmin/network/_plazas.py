"""Plazas: edges across open ground from entry to entry, straight or from corner to corner (a visibility graph)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from tenmin.network._layout import OPEN_GROUND
from tenmin.network._shared_tags import SharedTags

__all__ = ["WORTH", "Plaza", "cross_plazas", "place_keys", "plazas_of_relations", "plazas_of_ways"]

_MOST_CORNERS = 400
"""Number of corners of a plaza up to which the lines between all of them are tried, else only between entries."""
_TRIANGLE = 3
_SAME_PLACE = 0.01
WORTH = 1.002
"""A line between two corners is left out if the detour by a third is at most this many times as long."""
_RIM = 0.05
"""Tolerance for lines inside a plaza, metres: coordinates have centimetre precision."""


@dataclass(frozen=True)
class Plaza:
    """Open ground that can be walked across."""

    polygon: shapely.Polygon
    """In a metric CRS."""
    labels: np.ndarray
    """int64: node labels in the order of `shapely.get_coordinates(polygon)`."""
    columns: Mapping[str, object]
    """Values of its edges by column."""
    is_way: bool
    """Whether the outline itself is a walkable way."""


def plazas_of_ways(ways: gpd.GeoDataFrame, columns: Mapping[str, np.ndarray]) -> list[Plaza]:
    """Return the closed ways with `area=yes` as plazas.

    Parameters
    ----------
    ways
        Walkable ways in a metric CRS, with `tags` and `nodes` (ids).
    columns
        Values of the edges of each way.
    """
    nodes, lines = ways["nodes"].to_numpy(), ways.geometry.to_numpy()
    area = SharedTags.of(ways["tags"]).rows_where(lambda tags: tags.get("area") == "yes")
    rings = [row for row in area if len(nodes[row]) > _TRIANGLE and nodes[row][0] == nodes[row][-1]]
    xy, ring = shapely.get_coordinates(lines[rings], return_index=True)
    shapes = np.asarray(shapely.polygons(shapely.linearrings(xy, indices=ring)))
    sound = shapely.is_valid(shapes)
    return [
        Plaza(shape, nodes[row], _row(columns, row), is_way=True)
        for row, shape, whole in zip(rings, shapes, sound, strict=True)
        if whole
    ]


def plazas_of_relations(
    areas: gpd.GeoDataFrame, columns: Mapping[str, np.ndarray], known: pd.Series, first_free: int
) -> list[Plaza]:
    """Return walkable multipolygons as plazas.

    Parameters
    ----------
    areas
        Polygons in a metric CRS.
    columns
        Values of the edges of each.
    known
        Node ids by position (`place_keys`); other corners get new labels downwards from `first_free`.
    first_free
        The largest unused label; all labels below it are unused.
    """
    plazas = []
    for row, shape in enumerate(areas.geometry.to_numpy()):
        for polygon in shapely.get_parts(shape):
            keys = place_keys(shapely.get_coordinates(polygon))
            labels = known.reindex(keys).to_numpy()
            fresh, code = np.unique(keys, return_inverse=True)
            labels = np.where(np.isnan(labels), first_free - code, labels).astype(np.int64)
            first_free -= len(fresh)
            plazas.append(Plaza(polygon, labels, _row(columns, row), is_way=False))
    return plazas


def _row(columns: Mapping[str, np.ndarray], row: int) -> dict[str, object]:
    """The values of the edges across a plaza, which are two-way and not crossings."""
    inherited = {name: values[row] for name, values in columns.items() if name not in {"backward", "oneway"}}
    return {**inherited, "crossing": None, "crossing_share": 0.0, "kerb": None, "oneway": False, "rule": OPEN_GROUND}


def place_keys(xy: np.ndarray) -> np.ndarray:
    """Return an int64 key for each position, equal within the same centimetre; `xy` is float64 (points, 2), metres."""
    cells = np.round(xy / _SAME_PLACE).astype(np.int64)
    return cells[:, 0] * (1 << 32) + cells[:, 1]


def cross_plazas(plazas: Sequence[Plaza], meetings: pd.Series, crs: CRS | None) -> gpd.GeoDataFrame:
    """Return the edges across plazas, with u, v, their columns and the line.

    They contain, to 0.2 %, the shortest path inside the plaza between any two entries: straight, or from corner to
    corner where the outline turns into the ground.

    Parameters
    ----------
    plazas
        The plazas.
    meetings
        Number of ways, gates and doors at each node, indexed by label; a corner with more than the plaza's own
        outline is an entry.
    crs
        The CRS of the polygons.
    """
    if not plazas:
        return gpd.GeoDataFrame(geometry=[], crs=crs)
    corners = _Corners.of(plazas, meetings)
    i, j = corners.pairs()
    lines = np.asarray(shapely.linestrings(np.stack([corners.xy[i], corners.xy[j]], axis=1)))
    rooms = np.asarray(shapely.buffer([plaza.polygon for plaza in plazas], _RIM, join_style="mitre"))
    shapely.prepare(rooms)
    inside = np.flatnonzero(shapely.covers(rooms[corners.plaza[i]], lines))
    kept = inside[_needs_line(i[inside], j[inside], corners)]
    i, j = i[kept], j[kept]
    columns = pd.DataFrame([plaza.columns for plaza in plazas]).iloc[corners.plaza[i]].reset_index(drop=True)
    ends = {"u": corners.label[i], "v": corners.label[j]}
    return gpd.GeoDataFrame(columns.assign(**ends), geometry=lines[kept], crs=crs)


@dataclass(frozen=True)
class _Corners:
    """The entries of all plazas, and the corners round which a shortest path may lead; sorted by plaza."""

    plaza: np.ndarray
    label: np.ndarray
    xy: np.ndarray
    entry: np.ndarray
    before: np.ndarray
    """float64 (corners, 2): the previous vertex of the outline"""
    after: np.ndarray

    @classmethod
    def of(cls, plazas: Sequence[Plaza], meetings: pd.Series) -> _Corners:
        polygons = np.array([plaza.polygon for plaza in plazas], object)
        rings, plaza = shapely.get_rings(polygons, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        once = np.append(ring[1:] == ring[:-1], False)
        label = np.concatenate([one.labels for one in plazas])[once]
        xy, ring = xy[once], ring[once]
        before, after = _neighbours(ring)
        outer = np.append(True, plaza[1:] != plaza[:-1])
        turn = _turns(xy, ring, before, after, outer)
        plaza = plaza[ring]
        entry = meetings.reindex(label).fillna(0).to_numpy() > np.array([one.is_way for one in plazas])[plaza]
        entries = np.bincount(plaza, weights=entry, minlength=len(plazas))
        keep = (entry | turn) & (entries > 1)[plaza]
        crowded = np.bincount(plaza, weights=keep, minlength=len(plazas)) > _MOST_CORNERS
        keep &= entry | ~crowded[plaza]
        return cls(plaza[keep], label[keep], xy[keep], entry[keep], xy[before][keep], xy[after][keep])

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of corners of one plaza whose line is tangent to the outline at both, as in shortest paths."""
        first = np.searchsorted(self.plaza, np.arange(self.plaza.max(initial=-1) + 2))
        spans = [(start, end) for start, end in pairwise(first.tolist()) if end - start > 1]
        blocks = [np.column_stack(np.triu_indices(end - start, 1)) + start for start, end in spans]
        i, j = np.concatenate([np.zeros((0, 2), np.int64), *blocks]).T
        taut = self._touches(i, j) & self._touches(j, i)
        return i[taut], j[taut]

    def _touches(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Whether corner j is an entry, or the line from corner i is tangent to the outline at j."""
        along = self.xy[j] - self.xy[i]
        sides = [
            along[:, 0] * (beside[j, 1] - self.xy[j, 1]) - along[:, 1] * (beside[j, 0] - self.xy[j, 0])
            for beside in (self.before, self.after)
        ]
        return self.entry[j] | (sides[0] * sides[1] >= 0.0)


def _neighbours(ring: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the previous and next vertex of each vertex on its ring."""
    rows = np.arange(len(ring))
    first, last = np.searchsorted(ring, ring), np.searchsorted(ring, ring, side="right") - 1
    return np.where(rows == first, last, rows - 1), np.where(rows == last, first, rows + 1)


def _turns(xy: np.ndarray, ring: np.ndarray, before: np.ndarray, after: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Which vertices are reflex: there the outline turns into the ground."""
    into, out = xy - xy[before], xy[after] - xy
    cross = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
    area = np.bincount(ring, weights=xy[:, 0] * xy[after][:, 1] - xy[:, 1] * xy[after][:, 0])
    ground_on_the_left = (area > 0.0) == outer
    return np.where(ground_on_the_left[ring], cross < 0.0, cross > 0.0)


def _needs_line(i: np.ndarray, j: np.ndarray, corners: _Corners) -> np.ndarray:
    """Which pairs of corners need a line: the detour by any third corner is longer."""
    worth = np.zeros(len(i), bool)
    plaza = corners.plaza[i]
    for start, end in pairwise(np.append(np.flatnonzero(np.diff(plaza, prepend=-1)), len(plaza)).tolist()):
        low = min(i[start:end].min(), j[start:end].min())
        one, two = i[start:end] - low, j[start:end] - low
        size = max(one.max(), two.max()) + 1
        far = np.full((size, size), np.inf)
        far[one, two] = far[two, one] = np.hypot(*(corners.xy[i[start:end]] - corners.xy[j[start:end]]).T)
        by_a_third = (far[one] + far[two]).min(axis=1)
        worth[start:end] = by_a_third > WORTH * far[one, two]
    return worth
