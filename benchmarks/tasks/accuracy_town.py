"""Writes the streets of an extract and facilities at random nodes of its main component, for all to draw from."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

import tenmin as tm
from benchmarks.tasks.accuracy_files import Town
from benchmarks.tasks.clock import Clock

SEED = 7


def open_network(extract: str) -> tm.WalkNetwork:
    """Return the streets of an extract, the private ones walked like the others."""
    return tm.WalkNetwork.from_osm(extract, private="open")


def ends_of(network: tm.WalkNetwork) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the nodes at both ends of every edge."""
    labels, edges = network.nodes.index, network.edges
    return labels.get_indexer(pd.Index(edges["u"])), labels.get_indexer(pd.Index(edges["v"]))


def _some_nodes(network: tm.WalkNetwork, count: int) -> np.ndarray:
    """Random nodes of the main component at which a street on the ground begins or ends."""
    component = network.nodes["component"]
    grounded = network.edges["level"].isna().to_numpy()
    touched = np.zeros(len(component), bool)
    for ends in ends_of(network):
        touched[ends[grounded]] = True
    rows = np.flatnonzero(touched & (component == component.mode()[0]).to_numpy())
    return np.random.default_rng(SEED).choice(rows, min(count, len(rows)), replace=False)


def _town(network: tm.WalkNetwork, count: int) -> Town:
    u, v = ends_of(network)
    xy, row = shapely.get_coordinates(network.edges.geometry.to_numpy(), return_index=True)
    chosen = _some_nodes(network, count)
    node_xy = shapely.get_coordinates(network.nodes.geometry.to_numpy())
    to_degrees = Transformer.from_crs(network.crs, "EPSG:4326", always_xy=True).transform
    return Town(
        crs=network.crs.to_string(),
        node_xy=node_xy,
        u=u,
        v=v,
        length=network.edges["length"].to_numpy(),
        first=np.searchsorted(row, np.arange(len(u) + 1)),
        xy=xy,
        facility=chosen,
        lonlat=np.column_stack(to_degrees(*node_xy[chosen].T)),
    )


def doors_of(town: Town) -> gpd.GeoDataFrame:
    """Return the facilities of a town as a table."""
    points = gpd.points_from_xy(*town.node_xy[town.facility].T)
    return gpd.GeoDataFrame({"category": ["clinic"] * len(town.facility)}, geometry=points, crs=town.crs)


def main() -> None:
    clock = Clock()
    network = open_network(sys.argv[1])
    town = _town(network, int(sys.argv[3]))
    town.save(Path(sys.argv[2]))
    clock.stop()(
        nodes=len(town.node_xy), edges=len(town.u), barriers=len(network.barriers), facilities=len(town.lonlat)
    )


if __name__ == "__main__":
    main()
