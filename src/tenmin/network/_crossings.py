"""Ways mapped as crossings of a street, with signals and kerbs."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np

from tenmin.network._shared_tags import SharedTags

__all__ = ["describe_crossings"]

_KEYS = ("footway", "path", "cycleway", "highway")
_MARKED = ("marked", "uncontrolled", "zebra")
_HIGHEST_FIRST = ("raised", "rolled", "lowered", "flush")


def describe_crossings(ways: gpd.GeoDataFrame, tags: SharedTags, points: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Return the columns `crossing` and `kerb` of ways; both are None for ways that are not crossings.

    `crossing` is "signals", "island" (a refuge in the middle), "marked" or "unmarked", by the tags of the way, else of
    its nodes; `kerb` is the highest of the way and its nodes: raised, rolled, lowered or flush.

    Parameters
    ----------
    ways
        Ways with `nodes` (ids).
    tags
        The tags of the ways.
    points
        Tagged nodes, indexed by "n" and id.
    """
    crossing, kerb = np.full(len(ways), None, object), np.full(len(ways), None, object)
    rows = tags.rows_where(lambda one: any(one.get(key) == "crossing" for key in _KEYS))
    if not rows:
        return {"crossing": crossing, "kerb": kerb}
    known = {
        int(label[1:]): one
        for label, one in zip(points.index, points["tags"], strict=True)
        if "crossing" in one or "kerb" in one or one.get("highway") in {"crossing", "traffic_signals"}
    }
    nodes = ways["nodes"].to_numpy()
    for row in rows:
        on_it = [known[node] for node in nodes[row].tolist() if node in known]
        tagged = [tags.kinds[tags.kind[row]], *on_it]
        crossing[row] = next((kind for kind in map(_kind, tagged) if kind), "unmarked")
        kerbs = {one["kerb"] for one in tagged if "kerb" in one}
        kerb[row] = next((height for height in _HIGHEST_FIRST if height in kerbs), None)
    return {"crossing": crossing, "kerb": kerb}


def _kind(tags: Mapping[str, str]) -> str | None:
    """The kind of crossing by the tags of the way or of a node on it; None if they do not tell."""
    said = tags.get("crossing")
    if said == "traffic_signals" or tags.get("crossing:signals") == "yes" or tags.get("highway") == "traffic_signals":
        return "signals"
    if said == "island" or tags.get("crossing:island") == "yes":
        return "island"
    if said in _MARKED or tags.get("crossing:markings", "no") != "no":
        return "marked"
    return "unmarked" if said == "unmarked" else None
