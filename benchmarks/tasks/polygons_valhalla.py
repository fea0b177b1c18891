"""Times Valhalla's isochrones of many facilities, as text and as shapely's polygons."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import shapely
import valhalla  # pyright: ignore[reportMissingImports] (it lives in the peers' environment)

from benchmarks.tasks.accuracy_files import Town
from benchmarks.tasks.accuracy_valhalla import build_tiles, request
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.polygons_laps import each

MINUTES = {1: (10,), 3: (5, 10, 15)}


def main() -> None:
    clock = Clock()
    extract, folder = sys.argv[1], Path(sys.argv[2])
    circles, count = (int(text) for text in sys.argv[3:])
    actor = valhalla.Actor(str(build_tiles(extract, folder / "valhalla")))
    contours = [{"time": minutes} for minutes in MINUTES[circles]]
    asked = [request(door, contours) for door in Town.load(folder).lonlat[:count].tolist()]
    drawn = each(actor.isochrone, asked)
    whole = each(lambda one: shapely.get_parts(shapely.from_geojson(actor.isochrone(one))), asked)
    clock.stop()(version=f"Valhalla {version('pyvalhalla-weekly')}", drawn=drawn, each=whole, count=len(asked))


if __name__ == "__main__":
    main()
