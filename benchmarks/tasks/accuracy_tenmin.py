"""Draws the ground of facilities with tenmin, with and without barriers, in each form that it has."""

from __future__ import annotations

import sys
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

import geopandas as gpd

import tenmin as tm
from benchmarks.tasks.accuracy_files import LATERALS, LIMIT, SETTINGS, Drawing, Town, save_drawings
from benchmarks.tasks.accuracy_town import doors_of, open_network
from benchmarks.tasks.clock import Clock


def forms() -> dict[str, dict[str, Any]]:
    """Return the forms of ground by name, as options of `trace_isochrones`."""
    options = signature(tm.trace_isochrones).parameters
    exact = {"exact": {"exact": True}} if "exact" in options else {}
    return {"default": {}, **exact}


def lines_in_the_way(network: tm.WalkNetwork, setting: str) -> gpd.GeoDataFrame | None:
    """Return the barriers that a setting asks for: none at all, or None for the network's own."""
    return gpd.GeoDataFrame(geometry=[], crs=network.crs) if setting == "without" else None


def main() -> None:
    clock = Clock()
    folder = Path(sys.argv[2])
    network, doors = open_network(sys.argv[1]), doors_of(Town.load(folder))
    drawings = []
    for form, options in forms().items():
        for setting in SETTINGS:
            barriers = lines_in_the_way(network, setting)
            for lateral in LATERALS:
                made = tm.trace_isochrones(network, doors, metres=LIMIT, lateral=lateral, barriers=barriers, **options)
                drawings.append(Drawing("tenmin", form, made.geometry.tolist(), lateral, setting))
    save_drawings(folder, "tenmin", drawings)
    clock.stop()(version=f"tenmin {version('tenmin')}")


if __name__ == "__main__":
    main()
