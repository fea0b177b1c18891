"""Streets from lines, such as surveyed centre lines."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from tenmin.network._arc_pairs import fold_arcs, way_ids
from tenmin.network._attributes import with_meanings
from tenmin.network._geometry_table import GeometryTable
from tenmin.routing import components, link_nodes
from tenmin.support.contracts import WORLD, check_frame, in_metres
from tenmin.support.errors import StreetsError

__all__ = ["lines_from_edges"]


_HEIGHTS = ("level", "layer", "bridge", "tunnel")
"""Columns that tell a street from one above or below it."""
_ONE_WAY = "walkers are bound to one direction"
_SECONDS = ("seconds", "seconds_back")
AS_DRAWN = 1e-6
"""Weight of the drawn direction of a line where its labels do not tell which end is which."""


@dataclass(frozen=True)
class _Lines:
    """The lines of a frame, with multipart lines split, and its columns."""

    frame: gpd.GeoDataFrame
    row: np.ndarray
    """int64 (lines,): the row of the frame."""
    geometry: np.ndarray
    """LineStrings (lines,), two-dimensional."""

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame) -> _Lines:
        geometry = frame.geometry.to_numpy()
        rows = np.flatnonzero(~_is_empty(geometry))
        parts, row = shapely.get_parts(shapely.force_2d(geometry[rows]), return_index=True)
        return cls(frame, rows[row], np.asarray(parts))

    @cached_property
    def way(self) -> np.ndarray:
        """The way of each line: the first id in the column `osmid`, or else the label of the row."""
        if "osmid" not in self:
            return self.frame.index[self.row].to_numpy()
        ids = [one[0] if isinstance(one, list) and one else one for one in self.frame["osmid"]]
        return pd.Series(ids).iloc[self.row].to_numpy()

    def __contains__(self, name: str) -> bool:
        return name in self.frame.columns

    def column(self, name: str) -> pd.Series:
        """A column of the frame, one row for each line; seconds are divided over parts by length."""
        values = self.frame[name].iloc[self.row].reset_index(drop=True)
        several = np.bincount(self.row)[self.row] > 1
        if name not in _SECONDS or not several.any():
            return values
        length = shapely.length(self.geometry)
        with np.errstate(invalid="ignore"):
            share = np.nan_to_num(length / np.bincount(self.row, length)[self.row], nan=1.0)
        return values.where(~several, pd.to_numeric(values, errors="coerce") * share)

    def shown(self, row: int) -> str:
        """The label of a line in messages."""
        return repr(self.frame.index[self.row].tolist()[row])


def _is_empty(geometry: np.ndarray) -> np.ndarray:
    return shapely.is_missing(geometry) | shapely.is_empty(geometry)


def _text(given: _Lines, names: tuple[str, ...]) -> np.ndarray:
    """The first of these columns in the frame, as text or None; of a list, "steps" or else the first item."""
    text = np.full(len(given.row), None, dtype=object)
    for name in names:
        if name in given:
            text[:] = [_one_text(one) for one in given.column(name).tolist()]
            break
    return text


def _one_text(value: object) -> str | None:
    if isinstance(value, list) and value:
        return "steps" if "steps" in value else str(value[0])
    return value if isinstance(value, str) else None


def _number_column(given: _Lines, name: str, *, infinite: bool) -> np.ndarray:
    column = given.column(name)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy("float64")
    wrong = ~((numbers > 0.0) & (np.isfinite(numbers) | (infinite & (numbers == np.inf))))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        allowed = "above 0, inf where the way is closed" if infinite else "above 0 and finite"
        msg = (
            f"edges: {name} of way {given.shown(row)} is {column.iloc[row]!r}, and {int(wrong.sum())} of "
            f"{len(column)} are wrong; it must be seconds {allowed}. Leave the column out to have it computed"
        )
        raise StreetsError(msg)
    return numbers


def _times(given: _Lines) -> dict[str, np.ndarray]:
    """The columns seconds and seconds_back if the frame has times, else none."""
    if "seconds" not in given and "seconds_back" not in given:
        return {}
    if "seconds" not in given:
        msg = "edges has seconds_back but no seconds; give both, or seconds alone for ways that are the same both ways"
        raise StreetsError(msg)
    seconds = _number_column(given, "seconds", infinite=False)
    back = _number_column(given, "seconds_back", infinite=True) if "seconds_back" in given else seconds
    return {"seconds": seconds, "seconds_back": np.where(_flags(given, "oneway", _ONE_WAY), np.inf, back)}


def _flags(given: _Lines, name: str, meaning: str) -> np.ndarray:
    """A column of bools; False where the column or the value is missing."""
    if name not in given:
        return np.zeros(len(given.row), bool)
    column = given.column(name)
    if column.dtype == bool:
        return column.to_numpy()
    values = column.where(column.notna(), other=False).tolist()
    wrong = [row for row, one in enumerate(values) if not isinstance(one, bool)]
    if wrong:
        msg = (
            f"edges: {name} of way {given.shown(wrong[0])} is {values[wrong[0]]!r}; it says whether {meaning} and must "
            "be True or False. Leave the column out if it does not apply"
        )
        raise StreetsError(msg)
    return np.array(values, bool)


def _labels(given: _Lines, name: str) -> np.ndarray:
    """The node labels in the column u or v."""
    labels = given.column(name).to_numpy()
    missing = np.flatnonzero(pd.isna(labels))
    if len(missing):
        msg = f"edges: {name} of way {given.shown(int(missing[0]))} is empty; label all ends, or leave out u and v"
        raise StreetsError(msg)
    return labels


def _only_lines(frame: gpd.GeoDataFrame) -> list[tuple[str, str, int]]:
    """Check that geometries are lines; return the rows without geometry: element, reason, count."""
    geometry = frame.geometry.to_numpy()
    empty = _is_empty(geometry)
    wrong = ~(empty | np.isin(shapely.get_type_id(geometry), [1, 5]))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        kind = geometry[row].geom_type  # pyright: ignore[reportOptionalMemberAccess]
        msg = f"edges: way {frame.index[row]!r} is a {kind}, not a line; give LineStrings"
        raise StreetsError(msg)
    return [(str(label), "no geometry", 1) for label in frame.index[empty]]


def _cut_line(line: shapely.LineString, at: np.ndarray) -> list[shapely.Geometry]:
    """The parts of a line between consecutive distances along it."""
    return [substring(line, begin, end) for begin, end in pairwise(at)]


def _split_at_crossings(lines: GeometryTable) -> GeometryTable:
    """Split lines where they touch or cross others (`node=True`)."""
    geometry = lines.geometry
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
    pieces = np.array([piece for part in parts for piece in part], object)
    share = shapely.length(pieces) / np.maximum(shapely.length(geometry)[way], np.finfo(float).tiny)
    times = {name: lines[name][way] * share for name in _SECONDS if name in lines}
    return lines.take(way).assign(pieces, **times)


def _merge_ends(geometry: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Merge ends within the tolerance into nodes: labels of the starts and ends, and the lines moved to the nodes."""
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


def _drawn_from_u_to_v(geometry: np.ndarray, u: np.ndarray, v: np.ndarray, tolerance: float) -> np.ndarray:
    """The lines, reversed where they are drawn from v to u, as the other lines with the same labels show."""
    begin, end, _ = _merge_ends(geometry, tolerance)
    place, sure = _places_of_labels(u, v, begin, end)
    at_u, at_v, sure_u, sure_v = place[: len(u)], place[len(u) :], sure[: len(u)], sure[len(u) :]
    as_drawn = sure_u * (at_u == begin) + sure_v * (at_v == end)
    turned = sure_u * (at_u == end) + sure_v * (at_v == begin)
    return np.where(turned > as_drawn, np.asarray(shapely.reverse(geometry)), geometry)


def _places_of_labels(
    u: np.ndarray, v: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For the labels u and then v, the position at which most lines with the label have an end.

    Returns
    -------
    tuple of arrays
        The number of the position; and by how many lines it leads over the second most frequent one.
    """
    size = len(u)
    label, labels = pd.factorize(np.concatenate([u, u, v, v]))
    spot = np.concatenate([begin, end, end, begin])
    pair, pairs = pd.factorize(label * (spot.max() + 1) + spot)
    drawn = np.repeat([True, False, True, False], size)
    lines = np.bincount(pair) + AS_DRAWN * np.bincount(pair, drawn)
    owner, spots = np.divmod(pairs, spot.max() + 1)
    order = np.lexsort((-lines, owner))
    first = np.searchsorted(owner[order], np.arange(len(labels)))
    several = np.append(owner[order][1:] == owner[order][:-1], False)[first]
    lead = lines[order[first]] - np.where(several, lines[order[np.minimum(first + 1, len(order) - 1)]], 0.0)
    rows = np.concatenate([label[:size], label[2 * size : 3 * size]])
    return spots[order[first]][rows], lead[rows]


def _refuse_degrees(table: gpd.GeoDataFrame) -> None:
    """Raise a StreetsError if coordinates in a projected CRS are longitudes and latitudes: no street is so short."""
    geometry = table.geometry.to_numpy()
    bounds = np.abs(shapely.total_bounds(geometry))
    projected = table.crs is not None and table.crs.is_projected
    if projected and 0.0 < shapely.length(geometry).max() < 1.0 and (bounds <= np.tile(WORLD, 2)).all():
        x, y = shapely.get_coordinates(geometry)[0].tolist()
        msg = (
            f"edges: the coordinates, such as {x:g}, {y:g}, are longitudes and latitudes, and the CRS says metres; "
            "state it: edges.set_crs('EPSG:4326', allow_override=True)"
        )
        raise StreetsError(msg)


def _with_ends(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with the levels u and v of its index as columns, too."""
    levels = [name for name in ("u", "v") if name in frame.index.names and name not in frame.columns]
    return frame.assign(**{name: frame.index.get_level_values(name) for name in levels})


def _is_directed(frame: gpd.GeoDataFrame) -> bool | None:
    """Whether the rows are the arcs of a directed graph, or the edges of an undirected one; None for other lines."""
    if {"from", "to"} <= set(frame.columns):
        return False
    return True if "reversed" in frame.columns or "u" in frame.index.names else None


def _marks(given: _Lines, lines: GeometryTable) -> list[Hashable]:
    """What the two arcs of a street have in common besides their line."""
    ids = map(way_ids, given.column("osmid").tolist()) if "osmid" in given else lines["kind"]
    streets = given.column("street") if "street" in given else lines["private"]
    above = [given.column(name).astype(str) for name in _HEIGHTS if name in given]
    return list(zip(ids, streets, *above, strict=True))


def lines_from_edges(
    frame: object, *, node: bool = False, tolerance: float = 0.001, directed: bool | None = None
) -> tuple[GeometryTable, list[tuple[str, str, int]]]:
    """Return lines with labelled ends in a metric CRS, and notes on rows left out (see `WalkNetwork.from_edges`).

    Parameters
    ----------
    frame
        GeoDataFrame of lines.
    node
        Whether lines are split where they touch or cross.
    tolerance
        Distance within which ends are one node, metres.
    directed
        Whether the lines are the arcs of a directed graph or the edges of an undirected one, whose `oneway` is about
        vehicles; by default the columns tell.

    Raises
    ------
    StreetsError, TableError
        If a row is not valid.
    """
    table = with_meanings(_with_ends(check_frame(frame, "edges", unique=False)))
    if table.empty:
        msg = "edges has no rows; give at least one street"
        raise StreetsError(msg)
    _refuse_degrees(table)
    directed = _is_directed(table) if directed is None else directed
    if directed is not None:
        table = table.drop(columns="oneway", errors="ignore")
    table = in_metres(table)
    notes = _only_lines(table)
    given = _Lines.of(table)
    columns = {
        "way": given.way,
        "kind": _text(given, ("kind", "highway")),
        "rule": pd.Series(_text(given, ("rule",)), dtype=object).fillna("as given").to_numpy(object),
        "name": _text(given, ("name",)),
        "oneway": _flags(given, "oneway", _ONE_WAY),
        "private": _flags(given, "private", "nobody may pass through"),
        **_times(given),
    }
    lines = _with_nodes(GeometryTable.made(columns, given.geometry, table.crs), given, node=node, tolerance=tolerance)
    if directed is False or "seconds_back" in given or node:
        return lines, notes
    folded = fold_arcs(lines, _marks(given, lines), directed=bool(directed))
    pairs = len(lines) - len(folded)
    return folded, [*notes, *([("edges", "the other direction of a street, one edge with it", pairs)] if pairs else [])]


def _with_nodes(lines: GeometryTable, given: _Lines, *, node: bool, tolerance: float) -> GeometryTable:
    """The lines with u and v: as given, else the ends that meet."""
    if "u" in given and "v" in given and not node:
        u, v = (_labels(given, name) for name in ("u", "v"))
        return lines.assign(_drawn_from_u_to_v(lines.geometry, u, v, tolerance), u=u, v=v)
    lines = _split_at_crossings(lines) if node else lines
    u, v, geometry = _merge_ends(lines.geometry, tolerance)
    return lines.assign(geometry, u=u, v=v)
