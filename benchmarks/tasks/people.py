"""Measures the coverage of a town and what it says of its people, one by one: the extract and the people."""

from __future__ import annotations

import sys
from importlib.metadata import version

import geopandas as gpd

import tenmin as tm
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.firmness import CATEGORIES


def _measure(clock: Clock, network: tm.WalkNetwork, places: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> None:
    coverage = tm.measure_coverage(network, places, facilities, minutes=10)
    clock.lap("plain coverage")
    coverage.shares()
    clock.lap("shares")
    coverage.basket(at_least=10)
    clock.lap("basket")
    coverage.choice()
    clock.lap("choice")
    coverage.critical_speed()
    clock.lap("critical speed")


if __name__ == "__main__":
    town = tm.read_osm(sys.argv[1])
    walks, homes = tm.WalkNetwork.from_osm(town), tm.estimate_places(town, people=float(sys.argv[2]))
    services = tm.find_facilities(town, categories=list(CATEGORIES))
    _measure(Clock(), walks, homes, services)
    measured = Clock()
    _measure(measured, walks, homes, services)
    measured.stop()(laps=measured.laps, places=len(homes), version=f"tenmin {version('tenmin')}")
