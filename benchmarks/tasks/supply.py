"""Measures the supply of a made town: the number of homes, of facilities, and the method."""

from __future__ import annotations

import sys
from math import sqrt
from typing import Literal, cast

import geopandas as gpd
import numpy as np
import shapely

import tenmin as tm
from benchmarks.lattice import make_lattice
from benchmarks.tasks.clock import Clock

CRS = "EPSG:32650"
PER_NODE = 5
"""Homes for each crossing of streets."""
PLACES = 0.9
"""Places in the facilities for each person."""


def make_town(homes: int, facilities: int) -> tuple[tm.WalkNetwork, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return streets 50 m apart, homes of 1 to 5 people, and facilities whose places are fewer than the people."""
    streets = make_lattice(homes // PER_NODE)
    ends = np.stack([streets.u, streets.v], axis=1)
    lines = shapely.linestrings(np.stack([streets.x[ends], streets.y[ends]], axis=2))
    network = tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=lines, crs=CRS), walker="adult")
    chance, side = np.random.default_rng(0), sqrt(len(streets.x)) * 50.0
    at, doors = (shapely.points(chance.uniform(0.0, side, (count, 2))) for count in (homes, facilities))
    people, capacity = chance.integers(1, 6, homes), chance.uniform(0.2, 1.0, facilities)
    capacity = np.round(capacity * PLACES * people.sum() / capacity.sum())
    return (
        network,
        gpd.GeoDataFrame({"people": people}, geometry=at, crs=CRS),
        gpd.GeoDataFrame({"category": "clinic", "capacity": capacity}, geometry=doors, crs=CRS),
    )


if __name__ == "__main__":
    warm = make_town(500, 5)
    tm.measure_supply(tm.measure_coverage(*warm, minutes=10), warm[2], method="2sfca")
    town, method = (
        make_town(int(sys.argv[1]), int(sys.argv[2])),
        cast("Literal['assign', '2sfca', 'e2sfca']", sys.argv[3]),
    )
    coverage = tm.measure_coverage(*town, minutes=10)
    clock = Clock()
    table = tm.measure_supply(coverage, town[2], method=method)
    stop = clock.stop()
    column = "served" if method == "assign" else "supply_per_person"
    amount = table[column] if column == "served" else table[column] * table["people"]
    stop(people=float(table["people"].sum()), supplied=float(amount.sum()), capacity=float(town[2]["capacity"].sum()))
