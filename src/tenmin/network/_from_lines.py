"""Streets from lines, e.g. a bureau's own centre lines."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from tenmin.routing import components, link_nodes
from tenmin.support.contracts import check_frame, in_metres
from tenmin.support.errors import StreetsError

__all__ = ["lines_from_edges"]


def _text(frame: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    """The first of some columns that the frame has, as text or None; of several kinds stairs, or else the first."""
    for name in names:
        if name in frame.columns:
            return np.array([_one_text(one) for one in frame[name]], dtype=object)
    return np.full(len(frame), None, dtype=object)


def _one_text(value: object) -> str | None:
    if isinstance(value, list) and value:
        return "steps" if "steps" in value else str(value[0])
    return value if isinstance(value, str) else None


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


AS_DRAWN = 1e-6
"""By how much a line's own direction counts where its labels leave it open which end is which."""
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


def _drawn_from_u_to_v(lines: gpd.GeoDataFrame, tolerance: float) -> np.ndarray:
    """The lines turned round that are drawn against their labels, as the lines that share a label tell."""
    geometry = lines.geometry.to_numpy()
    begin, end, _ = _meet(geometry, tolerance)
    u, v = lines["u"].to_numpy(), lines["v"].to_numpy()
    ends = pd.DataFrame(
        {
            "label": np.concatenate([u, u, v, v]),
            "spot": np.concatenate([begin, end, end, begin]),
            "lines": np.repeat([1.0 + AS_DRAWN, 1.0, 1.0 + AS_DRAWN, 1.0], len(lines)),
        }
    )
    votes = ends.groupby(["label", "spot"], sort=False)["lines"].sum().reset_index()
    votes = votes.sort_values("lines", ascending=False, kind="stable")
    best = votes.drop_duplicates("label").set_index("label")
    second = votes[votes.duplicated("label")].drop_duplicates("label").set_index("label")["lines"]
    sure = best["lines"] - second.reindex(best.index, fill_value=0.0)
    at_u, at_v, sure_u, sure_v = (table.loc[ids].to_numpy() for table in (best["spot"], sure) for ids in (u, v))
    as_drawn = sure_u * (at_u == begin) + sure_v * (at_v == end)
    turned = sure_u * (at_u == end) + sure_v * (at_v == begin)
    return np.where(turned > as_drawn, np.asarray(shapely.reverse(geometry)), geometry)


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
        lines = lines.assign(u=kept["u"].to_numpy(), v=kept["v"].to_numpy())
        return lines.set_geometry(_drawn_from_u_to_v(lines, tolerance), crs=lines.crs), left_out
    lines = _split_at_crossings(lines) if node else lines
    u, v, geometry = _meet(lines.geometry.to_numpy(), tolerance)
    return lines.set_geometry(geometry, crs=lines.crs).assign(u=u, v=v), left_out
