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

from tenmin.inputs.osm._lines import Box, element_labels, object_series

__all__ = ["read_points"]


def read_points(file: osmium.io.File, keys: Iterable[str] | None = None, *, box: Box | None = None) -> gpd.GeoDataFrame:
    """Return tagged nodes as points, index `n123`, sorted by id.

    Parameters
    ----------
    file
        The file.
    keys
        Keys of which a node must have at least one; by default any tag will do.
    box
        West, south, east and north in degrees; only nodes inside are returned.
    """
    tagged = EmptyTagFilter() if keys is None else KeyFilter(*keys)
    nodes = osmium.FileProcessor(file, osmium.osm.NODE).with_filter(tagged).with_filter(GeoInterfaceFilter())
    nodes_by_id = {}
    for node in nodes:
        feature = getattr(node, "__geo_interface__")  # noqa: B009 (the filter puts it there)
        lon, lat = feature["geometry"]["coordinates"]
        if box is None or (box[0] <= lon <= box[2] and box[1] <= lat <= box[3]):
            nodes_by_id[node.id] = (feature["properties"], (lon, lat))
    ids = sorted(nodes_by_id)
    coordinates = np.array([nodes_by_id[number][1] for number in ids], float).reshape(-1, 2)
    index = element_labels(["n"] * len(ids), ids)
    tags = object_series([nodes_by_id[number][0] for number in ids], index)
    return gpd.GeoDataFrame({"tags": tags}, geometry=shapely.points(coordinates), index=index, crs="EPSG:4326")
