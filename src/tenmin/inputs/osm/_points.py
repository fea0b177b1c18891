"""Tagged nodes as points."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import osmium
import osmium.io
import osmium.osm
import shapely
from osmium.filter import EmptyTagFilter, GeoInterfaceFilter, KeyFilter

from tenmin.inputs.osm._lines import Box, labels, objects

__all__ = ["read_points"]


def read_points(file: osmium.io.File, keys: Iterable[str] | None = None, *, box: Box | None = None) -> gpd.GeoDataFrame:
    """Return the nodes that have one of `keys` (any tag at all, if none is given), index `n123`, in order of id.

    With a box (west, south, east, north) only those inside it.
    """
    tagged = EmptyTagFilter() if keys is None else KeyFilter(*keys)
    nodes = osmium.FileProcessor(file, osmium.osm.NODE).with_filter(tagged).with_filter(GeoInterfaceFilter())
    found = {}
    for node in nodes:
        feature = getattr(node, "__geo_interface__")  # noqa: B009 (the filter puts it there)
        lon, lat = feature["geometry"]["coordinates"]
        if box is None or (box[0] <= lon <= box[2] and box[1] <= lat <= box[3]):
            found[node.id] = (feature["properties"], (lon, lat))
    ids = sorted(found)
    places = np.array([found[number][1] for number in ids], float).reshape(-1, 2)
    index = labels(["n"] * len(ids), ids)
    tags = objects([found[number][0] for number in ids], index)
    return gpd.GeoDataFrame({"tags": tags}, geometry=shapely.points(places), index=index, crs="EPSG:4326")
