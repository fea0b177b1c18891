"""Crossings: ways mapped as crossings of a street, with their signals and kerbs."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np

from tenmin.support.conditions import memoize

__all__ = ["describe_crossings"]

_KEYS = ("footway", "path", "cycleway", "highway")
_MARKED = ("marked", "uncontrolled", "zebra", "island")
_HIGHEST_FIRST = ("raised", "rolled", "lowered", "flush")


def describe_crossings(ways: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Return `crossing` and `kerb` of each way, both None where it is no crossing.

    `crossing` is "signals", "marked" or "unmarked", by the tags of the way or else of the nodes on it; `kerb` is the
    highest kerb among its nodes (raised, rolled, lowered, flush).
    """
    crossing, kerb = np.full(len(ways), None, object), np.full(len(ways), None, object)
    is_crossing = memoize(lambda tags: any(tags.get(key) == "crossing" for key in _KEYS), _KEYS)
    rows = [row for row, tags in enumerate(ways["tags"].tolist()) if is_crossing(tags)]
    if not rows:
        return {"crossing": crossing, "kerb": kerb}
    known = {
        int(label[1:]): tags
        for label, tags in zip(points.index, points["tags"], strict=True)
        if "crossing" in tags or "kerb" in tags or tags.get("highway") in {"crossing", "traffic_signals"}
    }
    for row in rows:
        on_it = [known[node] for node in ways["nodes"].iloc[row].tolist() if node in known]
        tagged = [ways["tags"].iloc[row], *on_it]
        crossing[row] = next((kind for kind in map(_kind, tagged) if kind), "unmarked")
        kerbs = {tags["kerb"] for tags in tagged if "kerb" in tags}
        kerb[row] = next((height for height in _HIGHEST_FIRST if height in kerbs), None)
    return {"crossing": crossing, "kerb": kerb}


def _kind(tags: Mapping[str, str]) -> str | None:
    """What the tags of a crossing, or of a node on it, say of its signals and markings."""
    said = tags.get("crossing")
    if said == "traffic_signals" or tags.get("crossing:signals") == "yes" or tags.get("highway") == "traffic_signals":
        return "signals"
    if said in _MARKED or tags.get("crossing:markings", "no") != "no":
        return "marked"
    return "unmarked" if said == "unmarked" else None
