"""Streets from an OpenStreetMap extract: walkable ways, cut into edges at junctions, gates and entrances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import box

from tenmin.inputs.osm import (
    Doubt,
    OsmExtract,
    Rules,
    classify_ways,
    find_entrances,
    find_gates,
    hold_at,
    is_undecided,
    load_rules,
)
from tenmin.network._crossings import describe_crossings
from tenmin.network._gate_walls import walls_at_gates
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import OPEN_GROUND, Layout, list_notes, no_lines
from tenmin.network._plazas import WORTH, Plaza, cross_plazas, place_keys, plazas_of_relations, plazas_of_ways
from tenmin.network._shared_tags import SharedTags
from tenmin.network._sidewalks import SEPARATE, join_sidewalks, loose_sidewalks
from tenmin.routing import components, link_nodes
from tenmin.support.contracts import in_metres
from tenmin.support.moments import say_moment

__all__ = ["layout_from_osm"]

_KEPT_POINTS = ("door", "entrance")
"""Keys of tagged nodes that, like gates, become nodes of the network even in the middle of a way."""
AT_THE_BOX = 40.0
"""Distance from the edge of an extract up to which the last node of a street that was cut there lies, metres."""
Doubts = Sequence[tuple[Doubt, np.ndarray]]
"""Doubts, with the rows of the ways that they concern."""
_GROUND_LEVELS = (None, "0", "0.0")
_PASSAGES = ("no", "building_passage")
"""Values of `tunnel` for ways on the ground."""


def layout_from_osm(
    extract: OsmExtract, *, rules: Rules | None, private: str, island: int, when: datetime | None
) -> Layout:
    """Return the walkable streets of an extract; nodes are labelled by OSM node id.

    Parameters
    ----------
    extract
        The extract.
    rules
        The table of walk rules; None for the default.
    private, island
        As in `Layout`.
    when
        Date and time at which opening hours and conditional restrictions are evaluated; None to ignore them.
    """
    table = rules or load_rules()
    undecided = np.array([is_undecided(tags, when) for tags in extract.ways["tags"]], bool)
    extract = replace(extract, ways=hold_at(extract.ways, when), areas=hold_at(_open_ground(extract.areas), when))
    verdicts = classify_ways(extract.ways, table)
    may = (verdicts["walkable"] | verdicts["private"]).to_numpy()
    ways = in_metres(extract.ways)
    doubts = [(doubt, may & _is_doubtful(ways, doubt)) for doubt in table.doubts]
    explained = _explain(extract.ways, verdicts, table, doubts)
    refused = _refused(verdicts[~may])
    ways, verdicts = join_sidewalks(ways, verdicts, extract.points)
    may = (verdicts["walkable"] | verdicts["private"]).to_numpy()
    loose = loose_sidewalks(ways[may], ways.geometry.to_numpy()[(verdicts["rule"] == SEPARATE).to_numpy()])
    gates = find_gates(extract.points, when=when)
    drawn, plazas = _lines(extract, ways[may], verdicts[may], table, _kept_nodes(extract.points, gates))
    lines = GeometryTable.of(drawn)
    gates = in_metres(gates[gates.index.isin(np.concatenate([lines["u"], lines["v"]]))], ways.crs)
    return Layout(
        lines=lines,
        barriers=_join(in_metres(extract.barriers, ways.crs), walls_at_gates(gates, lines)),
        gates=gates,
        entrances=in_metres(find_entrances(extract.points), ways.crs),
        plazas=plazas,
        ways=explained,
        cut=frozenset(_cut_ends(extract).tolist()).union(*loose["nodes"].map(np.ndarray.tolist)),
        source=str(extract.path),
        date=extract.date,
        left_out=pd.concat(
            [
                refused,
                _doubtful_ways(extract.ways, doubts),
                _doubtful_gates(gates),
                _undecided("ways", extract.ways["way"][undecided].nunique(), when),
                _undecided("gates", int(gates["undecided"].sum()), when),
                _note_loose(len(loose)),
            ],
            ignore_index=True,
        ),
        private=private,
        island=island,
        when=None if when is None else say_moment(when),
    )


def _join(barriers: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return barriers if gates.empty else gpd.GeoDataFrame(pd.concat([barriers, gates], ignore_index=True))


def _is_doubtful(ways: gpd.GeoDataFrame, doubt: Doubt) -> np.ndarray:
    """Which ways a doubt concerns; ways that share an end are one in length."""
    rows = np.array([doubt.when.holds(tags) for tags in ways["tags"]], bool)
    if doubt.metres and rows.any():
        length = shapely.length(ways.geometry.to_numpy()[rows])
        ends, labels = pd.factorize(np.array([(nodes[0], nodes[-1]) for nodes in ways["nodes"][rows]]).ravel())
        group = components(link_nodes(ends[::2], ends[1::2], length, len(labels)))[ends[::2]]
        rows[rows] = np.bincount(group, length)[group] > doubt.metres
    return rows


def _explain(ways: gpd.GeoDataFrame, verdicts: pd.DataFrame, rules: Rules, doubts: Doubts) -> pd.DataFrame:
    """The verdict of the rules on every way, with the reason and the doubts in both languages."""
    code, named = pd.factorize(verdicts["rule"].to_numpy(object))
    columns = {
        "rule": verdicts["rule"].to_numpy(object),
        "verdict": np.select([verdicts["walkable"], verdicts["private"]], ["walk", "private"], "refuse").astype(object),
        "kind": verdicts["kind"].to_numpy(object),
        "reason_zh": np.array([rules.reason(rule, "zh") for rule in named], object)[code],
        "reason_en": np.array([rules.reason(rule, "en") for rule in named], object)[code],
    }
    for doubt, rows in doubts:
        columns["reason_zh"][rows] += f";存疑:{doubt.zh}"
        columns["reason_en"][rows] += f"; doubtful: {doubt.en}"
    table = pd.DataFrame(columns, index=pd.Index(ways["way"].to_numpy(), name="way"))
    return table[~table.index.duplicated()]


def _refused(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Number of ways refused by each rule."""
    counts = verdicts["rule"].value_counts().sort_index()
    reasons = [f"not walkable by the rule {rule!r}" for rule in counts.index]
    return pd.DataFrame({"element": "ways", "reason": reasons, "count": counts.to_numpy()})


def _doubtful_ways(ways: gpd.GeoDataFrame, doubts: Doubts) -> pd.DataFrame:
    """The walked ways that people may be unable to walk."""
    return list_notes([(f"w{way}", doubt.en, 1) for doubt, rows in doubts for way in ways["way"][rows].unique()])


def _doubtful_gates(gates: gpd.GeoDataFrame) -> pd.DataFrame:
    """The gates of which the table does not know whether people pass them."""
    doubtful = gates[gates["doubtful"]]
    reasons = [
        f"barrier={kind}: {reason}" for kind, reason in zip(doubtful["kind"], doubtful["reason_en"], strict=True)
    ]
    return list_notes([(f"n{node}", reason, 1) for node, reason in zip(doubtful.index, reasons, strict=True)])


def _undecided(element: str, count: int, when: datetime | None) -> pd.DataFrame:
    """A note on opening hours and conditional restrictions that were not evaluated."""
    cause = "no moment was given (when=)" if when is None else "they are not understood"
    reason = f"opening hours or conditional restrictions are not considered: {cause}"
    return list_notes([(element, reason, count)] if count else ())


def _open_ground(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Multipolygons that might be walked across."""
    areas = areas[areas.index.str.startswith("r")]
    return areas[np.array(["highway" in tags for tags in areas["tags"]], bool)]


def _note_loose(count: int) -> pd.DataFrame:
    """A note on sidewalks that are joined to nothing."""
    reason = "sidewalks joined to nothing beside a street that leaves its walkers to them: what lies beyond is unknown"
    return list_notes([("ways", reason, count)] if count else [])


def _cut_ends(extract: OsmExtract) -> np.ndarray:
    """Ids of the nodes at which ways were clipped, sorted."""
    begin, end = extract.ways["cut_start"].to_numpy(bool), extract.ways["cut_end"].to_numpy(bool)
    nodes = extract.ways["nodes"]
    cut = [ids[0] for ids in nodes[begin]] + [ids[-1] for ids in nodes[end]]
    return np.unique(np.array(cut or _ends_at_the_box(extract), np.int64))


def _ends_at_the_box(extract: OsmExtract) -> list[int]:
    """Ids of the nodes at which streets end at the edge of an extract of which no street passes it.

    A town has streets that leave it: those of such a file were cut to their nodes inside the box.
    """
    if extract.box is None or extract.ways.empty:
        return []
    west, south, east, north = extract.ways.total_bounds
    if west < extract.box[0] or south < extract.box[1] or east > extract.box[2] or north > extract.box[3]:
        return []
    lines, nodes = in_metres(extract.ways), extract.ways["nodes"]
    frame = gpd.GeoDataFrame(geometry=[box(*extract.box).exterior], crs=extract.ways.crs)
    edge = in_metres(frame, lines.crs).geometry.to_numpy()[0]
    ids = np.concatenate([[one[0] for one in nodes], [one[-1] for one in nodes]])
    at = np.concatenate([shapely.get_point(lines.geometry, 0), shapely.get_point(lines.geometry, -1)])
    used = pd.Series(np.concatenate(nodes.to_list())).value_counts()
    once = used.reindex(ids).to_numpy() == 1
    return ids[once & shapely.dwithin(at, edge, AT_THE_BOX)].tolist()


def _kept_nodes(points: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> np.ndarray:
    kept = [any(key in tags for key in _KEPT_POINTS) for tags in points["tags"]]
    return np.union1d(np.array([int(label[1:]) for label in points.index[kept]], np.int64), gates.index)


@dataclass(frozen=True)
class _Corners:
    """The vertices of all walkable ways: id of the node, row of the way, coordinates."""

    node: np.ndarray
    way: np.ndarray
    xy: np.ndarray

    @classmethod
    def of(cls, ways: gpd.GeoDataFrame) -> _Corners:
        xy, way = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
        return cls(np.concatenate(ways["nodes"].to_numpy()), way, xy)

    def split_at(self, kept: np.ndarray) -> np.ndarray:
        """Which vertices become nodes: ends, vertices that occur more than once, and those to keep."""
        code, _ = pd.factorize(self.node)
        count = np.bincount(code)
        ends = np.ones(len(self.node), bool)
        ends[1:-1] = (self.way[1:-1] != self.way[:-2]) | (self.way[1:-1] != self.way[2:])
        return ends | (count[code] > 1) | pd.Index(self.node).isin(kept)


def _lines(
    extract: OsmExtract, ways: gpd.GeoDataFrame, verdicts: pd.DataFrame, rules: Rules, kept: np.ndarray
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Walkable ways as lines between nodes with lines across plazas, and the plazas."""
    if ways.empty:
        none = {"u": [], "v": [], "kind": [], "oneway": []}
        return gpd.GeoDataFrame(none, geometry=[], crs=ways.crs), no_lines(("way",), ways.crs)
    corners = _Corners.of(ways)
    columns = _columns_of(ways, verdicts, extract.points)
    plazas = [*plazas_of_ways(ways, columns), *_plazas_of_relations(extract, corners, ways, rules)]
    outlines = np.concatenate([kept[:0], *(plaza.labels for plaza in plazas)])
    lines = _split_ways(
        ways, corners, np.concatenate([kept, *(one.labels for one in plazas if not one.is_way)]), columns
    )
    squares = [one.columns["way"] for one in plazas if one.is_way]
    lines["rule"] = lines["rule"].mask(lines["way"].isin(squares), OPEN_GROUND)
    across = cross_plazas(plazas, _count_ways(corners, outlines, kept), ways.crs)
    if not across.empty:
        lines = gpd.GeoDataFrame(pd.concat([lines, across[~_is_redundant(across, lines)]], ignore_index=True))
    ground = {"way": np.array([one.columns["way"] for one in plazas], np.int64)}
    return lines, gpd.GeoDataFrame(ground, geometry=[one.polygon for one in plazas], crs=ways.crs)


def _is_redundant(across: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> np.ndarray:
    """Which lines across plazas are not shorter than a street between the same nodes."""
    lines = lines[lines["u"].isin(across["u"]) | lines["u"].isin(across["v"])]
    mine, theirs = (
        pd.MultiIndex.from_arrays([one[["u", "v"]].min(axis=1), one[["u", "v"]].max(axis=1)]) for one in (across, lines)
    )
    least = pd.Series(lines.geometry.length.to_numpy()).groupby([*theirs.to_frame().to_numpy().T]).min()
    return (least.reindex(mine) <= across.geometry.length.to_numpy() * WORTH).to_numpy(bool)


def _count_ways(corners: _Corners, outlines: np.ndarray, kept: np.ndarray) -> pd.Series:
    """Number of ways at each vertex of a plaza; a gate or door counts as one more."""
    here = pd.Index(corners.node).isin(outlines)
    pairs = pd.DataFrame({"node": corners.node[here], "way": corners.way[here]}).drop_duplicates()
    nodes, ways = np.unique(pairs["node"].to_numpy(), return_counts=True)
    return pd.Series(ways + np.isin(nodes, kept), index=nodes)


def _plazas_of_relations(extract: OsmExtract, corners: _Corners, ways: gpd.GeoDataFrame, rules: Rules) -> list[Plaza]:
    """Multipolygons that are plazas, labelled by the node ids of the ways that touch them."""
    areas = extract.areas
    verdicts = classify_ways(areas, rules)
    may = (verdicts["walkable"] | verdicts["private"]).to_numpy()
    if not may.any():
        return []
    numbered = areas.assign(way=[-int(label[1:]) for label in areas.index], nodes=None)[may]
    known = pd.Series(corners.node, index=place_keys(corners.xy))
    known = known[~known.index.duplicated()]
    columns = _columns_of(numbered, verdicts[may], extract.points[:0])
    first_free = min(int(corners.node.min()), 0) - 1
    return plazas_of_relations(in_metres(numbered, ways.crs), columns, known, first_free)


def _split_ways(
    ways: gpd.GeoDataFrame, corners: _Corners, kept: np.ndarray, columns: Mapping[str, np.ndarray]
) -> gpd.GeoDataFrame:
    """Ways as lines between nodes, with the columns that travel times depend on."""
    at = np.flatnonzero(corners.split_at(kept))
    pair = corners.way[at[:-1]] == corners.way[at[1:]]
    begin, end = at[:-1][pair], at[1:][pair]
    sizes = end - begin + 1
    each = np.repeat(begin - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(sizes.sum())
    geometry = np.asarray(shapely.linestrings(corners.xy[each], indices=np.repeat(np.arange(len(sizes)), sizes)))
    way = corners.way[begin]
    crossing = ~pd.isna(columns["crossing"])[way]
    share = np.zeros(len(way))
    share[crossing] = shapely.length(geometry[crossing]) / shapely.length(ways.geometry.to_numpy()[way[crossing]])
    inherited = {name: values[way] for name, values in columns.items()}
    backward = inherited.pop("backward")
    geometry[backward] = shapely.reverse(geometry[backward])
    return gpd.GeoDataFrame(
        {
            "u": np.where(backward, corners.node[end], corners.node[begin]),
            "v": np.where(backward, corners.node[begin], corners.node[end]),
            **inherited,
            "crossing_share": share,
        },
        geometry=geometry,
        crs=ways.crs,
    )


def _columns_of(ways: gpd.GeoDataFrame, verdicts: pd.DataFrame, points: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """The columns that edges inherit from their way."""
    tags = SharedTags.of(ways["tags"])
    return {
        "way": ways["way"].to_numpy(),
        "kind": verdicts["kind"].to_numpy(object),
        "rule": verdicts["rule"].to_numpy(object),
        "name": tags.map(lambda one: one.get("name")),
        "oneway": ~(verdicts["forward"] & verdicts["backward"]).to_numpy(),
        "backward": (verdicts["backward"] & ~verdicts["forward"]).to_numpy(),
        "private": verdicts["private"].to_numpy(),
        "level": tags.map(_level),
        "surface": tags.map(lambda one: one.get("surface")),
        "wheelchair": tags.map(lambda one: one.get("wheelchair")),
        **describe_crossings(ways, tags, points),
    }


def _level(tags: Mapping[str, str]) -> str | None:
    """The level or layer of a way above or below ground, which no leg can join; None on the ground."""
    if tags.get("bridge", "no") != "no":
        return tags.get("layer", "1")
    if tags.get("tunnel", "no") not in _PASSAGES:
        return tags.get("layer", "-1")
    level = tags.get("level")
    if level not in _GROUND_LEVELS:
        return level
    return {"underground": "-1", "overhead": "1"}.get(tags.get("location", ""))
