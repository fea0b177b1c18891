"""Times tenmin's ground of many facilities, from the search to shapely's polygons, kernels warm."""

from __future__ import annotations

import statistics
import sys
import time
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

import tenmin as tm
from benchmarks.tasks.accuracy_files import Town
from benchmarks.tasks.accuracy_tenmin import lines_in_the_way
from benchmarks.tasks.accuracy_town import doors_of
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.polygons_laps import RUNS, WARM

MINUTES = {1: 10, 3: [5, 10, 15]}


def _options(form: str, threads: int) -> dict[str, Any] | None:
    """Options of `trace_isochrones`, None where it has no such form."""
    known = signature(tm.trace_isochrones).parameters
    asked: dict[str, Any] = {"exact": True} if form == "exact" else {}
    if "threads" in known:
        asked["threads"] = threads
    elif threads > 1:
        return None
    return asked if set(asked) <= set(known) else None


def main() -> None:
    clock = Clock()
    extract, folder, setting, form = sys.argv[1:5]
    circles, count, threads = (int(text) for text in sys.argv[5:])
    said: dict[str, Any] = {"version": f"tenmin {version('tenmin')}"}
    options = _options(form, threads)
    if options is not None:
        network, doors = tm.WalkNetwork.from_osm(extract), doors_of(Town.load(Path(folder))).iloc[:count]
        barriers = lines_in_the_way(network, setting)
        laps = []
        for some in (doors.iloc[:WARM], *[doors] * RUNS):
            begin = time.perf_counter()
            tm.trace_isochrones(network, some, minutes=MINUTES[circles], barriers=barriers, **options)
            laps.append(time.perf_counter() - begin)
        said |= {"each": statistics.median(laps[1:]) * 1e3 / len(doors), "count": len(doors)}
    clock.stop()(**said)


if __name__ == "__main__":
    main()
