"""Streets from an OpenStreetMap extract: walkable ways, cut into edges at junctions, gates and entrances."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.osm import OsmExtract
from tenmin.osm.rules import judge_ways, load_rules
from tenmin.tables import in_metres

__all__ = ["cut_ends", "lines_from_osm"]

_KEPT_POINTS = ("barrier", "entrance")
"""Keys of tagged nodes that stay nodes of the network though no other way meets there."""


def _flat(ways: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Node ids of all ways in one row, the way of each, and their coordinates."""
    xy, row = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    return np.concatenate(ways["nodes"].to_numpy()), row, xy


def _split_at(ids: np.ndarray, row: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Which corners of the ways are nodes: the ends, those that ways share or pass twice, and those to keep."""
    _, code, count = np.unique(ids, return_inverse=True, return_counts=True)
    ends = np.ones(len(ids), bool)
    ends[1:-1] = (row[1:-1] != row[:-2]) | (row[1:-1] != row[2:])
    return ends | (count[code] > 1) | np.isin(ids, kept)


def _kept_nodes(points: gpd.GeoDataFrame) -> np.ndarray:
    kept = [any(key in tags for key in _KEPT_POINTS) for tags in points["tags"]]
    return np.array([int(label[1:]) for label in points.index[kept]], np.int64)


def _refused(verdicts: pd.DataFrame) -> pd.DataFrame:
    """How many ways each rule refused."""
    counts = verdicts.loc[~verdicts["walkable"], "rule"].value_counts().sort_index()
    reasons = [f"not walkable by the rule {rule!r}" for rule in counts.index]
    return pd.DataFrame({"element": "ways", "reason": reasons, "count": counts.to_numpy()})


def lines_from_osm(extract: OsmExtract) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the walkable streets of an extract as lines in metres whose ends carry the ids of OSM nodes.

    Parameters
    ----------
    extract
        What `read_osm` gave.

    Returns
    -------
    tuple of GeoDataFrame and DataFrame
        Lines with the columns u, v, way, kind, rule, name, oneway; and what was left out: element, reason, count.
    """
    verdicts = judge_ways(extract.ways, load_rules())
    ways = in_metres(extract.ways)[verdicts["walkable"].to_numpy()]
    verdicts, left_out = verdicts[verdicts["walkable"]], _refused(verdicts)
    if ways.empty:
        return gpd.GeoDataFrame({"u": [], "v": [], "kind": [], "oneway": []}, geometry=[], crs=ways.crs), left_out
    ids, row, xy = _flat(ways)
    at = np.flatnonzero(_split_at(ids, row, _kept_nodes(extract.points)))
    pair = row[at[:-1]] == row[at[1:]]
    begin, end = at[:-1][pair], at[1:][pair]
    sizes = end - begin + 1
    corners = np.repeat(begin - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(sizes.sum())
    geometry = np.asarray(shapely.linestrings(xy[corners], indices=np.repeat(np.arange(len(sizes)), sizes)))
    way = row[begin]
    backward = (verdicts["backward"] & ~verdicts["forward"]).to_numpy()[way]
    lines = gpd.GeoDataFrame(
        {
            "u": np.where(backward, ids[end], ids[begin]),
            "v": np.where(backward, ids[begin], ids[end]),
            "way": ways["way"].to_numpy()[way],
            "kind": verdicts["kind"].to_numpy()[way],
            "rule": verdicts["rule"].to_numpy()[way],
            "name": np.array([tags.get("name") for tags in ways["tags"]], dtype=object)[way],
            "oneway": ~(verdicts["forward"] & verdicts["backward"]).to_numpy()[way],
        },
        geometry=np.where(backward, np.asarray(shapely.reverse(geometry)), geometry),
        crs=ways.crs,
    )
    return lines, left_out


def cut_ends(extract: OsmExtract) -> np.ndarray:
    """Return the ids of the nodes at which ways leave the extract, sorted."""
    begin, end = extract.ways["cut_start"].to_numpy(bool), extract.ways["cut_end"].to_numpy(bool)
    nodes = extract.ways["nodes"]
    cut = [ids[0] for ids in nodes[begin]] + [ids[-1] for ids in nodes[end]]
    return np.unique(np.array(cut, np.int64))
