"""Writes a town of footways 100 m apart as an .osm.pbf, so that all read the same streets."""

from __future__ import annotations

import sys

import numpy as np
import osmium
import osmium.osm.mutable
from pyproj import Transformer

from benchmarks.tasks.clock import Clock

STEP = 100.0
ACROSS = 41
ZONE, EAST, NORTH = "EPSG:32631", 500_000.0, 5_000_000.0


def main() -> None:
    clock = Clock()
    ids = np.arange(1, ACROSS**2 + 1).reshape(ACROSS, ACROSS)
    row, column = np.divmod(ids.ravel() - 1, ACROSS)
    lon, lat = Transformer.from_crs(ZONE, "EPSG:4326", always_xy=True).transform(
        EAST + STEP * column, NORTH + STEP * row
    )
    with osmium.SimpleWriter(sys.argv[1], overwrite=True) as writer:
        for node, place in zip(ids.ravel().tolist(), zip(lon.tolist(), lat.tolist(), strict=True), strict=True):
            writer.add_node(osmium.osm.mutable.Node(id=node, version=1, location=place))
        for way, nodes in enumerate([*ids.tolist(), *ids.T.tolist()], 1):
            tags = {"highway": "footway"}
            writer.add_way(osmium.osm.mutable.Way(id=way, version=1, nodes=nodes, tags=tags))
    clock.stop()()


if __name__ == "__main__":
    main()
