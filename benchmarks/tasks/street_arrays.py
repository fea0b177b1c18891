"""Writes the streets of a lattice, an extract or a file of lines as plain arrays."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import shapely

import tenmin as tm
from benchmarks.lattice import ORDERS, make_lattice
from benchmarks.street_arrays import StreetArrays
from benchmarks.tasks.clock import Clock


def _network(path: str, private: str) -> tm.WalkNetwork:
    if Path(path).suffix == ".parquet":
        return tm.WalkNetwork.from_edges(gpd.read_parquet(path), walker="adult")
    return tm.WalkNetwork.from_osm(path, private=private)


def _arrays(network: tm.WalkNetwork, unit: str) -> StreetArrays:
    streets, costs = network.streets, network.costs("minutes" if unit == "seconds" else "metres")
    x, y = shapely.get_coordinates(network.nodes.geometry.to_numpy()).T
    return StreetArrays(x, y, streets.u, streets.v, streets.length, streets.private, costs.along, costs.back)


def main() -> None:
    clock = Clock()
    target, what, how = sys.argv[1:4]
    if what in ORDERS:
        made = make_lattice(int(how), what)
    elif how == "simplified":
        made = _arrays(_network(what, "open").simplified(), "metres")
    else:
        made = _arrays(_network(what, "residents"), how)
    made.write(target)
    clock.stop()(nodes=len(made.x), edges=len(made.u))


if __name__ == "__main__":
    main()
