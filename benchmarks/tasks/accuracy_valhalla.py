"""Draws isochrones with Valhalla, from tiles of the same extract, with all its preferences for ways set to none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import shapely
import valhalla  # pyright: ignore[reportMissingImports] (it lives in the peers' environment)
from pyproj import Transformer

from benchmarks.tasks.accuracy_files import Drawing, Town, save_drawings
from benchmarks.tasks.clock import Clock

PLAIN: dict[str, object] = {
    "walking_speed": 4.8,
    **dict.fromkeys(("walkway_factor", "sidewalk_factor", "alley_factor", "driveway_factor", "service_factor"), 1.0),
    **dict.fromkeys(("step_penalty", "service_penalty", "maneuver_penalty", "gate_penalty", "elevator_penalty"), 0),
    **dict.fromkeys(("gate_cost", "destination_only_penalty", "private_access_penalty"), 0),
    "max_hiking_difficulty": 6,
}
CONTOURS: dict[str, dict[str, float]] = {"0.8 km": {"distance": 0.8}, "10 min": {"time": 10}}


def build_tiles(extract: str, folder: Path) -> Path:
    """Build the tiles of an extract in a folder, and return the configuration that reads them."""
    tiles, config = folder / "tiles", folder / "valhalla.json"
    if config.exists():
        return config
    tiles.mkdir(parents=True)
    wanted = valhalla.get_config(tile_extract="", tile_dir=str(tiles))
    config.write_text(json.dumps(wanted), "utf-8")
    scripts = Path(sys.executable).parent
    path = f"{scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    command = [str(scripts / "valhalla_build_tiles"), "-c", str(config), str(Path(extract).resolve())]
    outside = {**os.environ, "PATH": path}
    subprocess.run(command, check=True, capture_output=True, env=outside, cwd=config.parent)
    return config


def request(lonlat: Sequence[float], contours: list[dict[str, float]], **more: object) -> str:
    """Return what is asked of Valhalla for one facility."""
    asked: dict[str, Any] = {
        "locations": [{"lon": lonlat[0], "lat": lonlat[1]}],
        "costing": "pedestrian",
        "costing_options": {"pedestrian": PLAIN},
        "contours": contours,
        "polygons": True,
        "generalize": 0,
        "reverse": True,
    }
    return json.dumps(asked | more)


def _shape(actor: Any, asked: str, to_metres: Any) -> shapely.Geometry | None:
    """What Valhalla draws, in metres; None where it draws nothing."""
    try:
        text = actor.isochrone(asked)
    except RuntimeError:
        return None
    made = shapely.transform(shapely.from_geojson(text), to_metres, interleaved=False)
    parts = shapely.get_parts(shapely.make_valid(shapely.get_parts(made)))
    return shapely.union_all([part for part in parts if shapely.get_dimensions(part) == 2])


def main() -> None:
    clock = Clock()
    extract, folder = sys.argv[1], Path(sys.argv[2])
    town, actor = Town.load(folder), valhalla.Actor(str(build_tiles(extract, folder / "valhalla")))
    to_metres = Transformer.from_crs("EPSG:4326", town.crs, always_xy=True).transform
    drawings, failed = [], 0
    for (name, contour), denoise in product(CONTOURS.items(), (0.0, 1.0)):
        shapes = [_shape(actor, request(door, [contour], denoise=denoise), to_metres) for door in town.lonlat.tolist()]
        failed = max(failed, sum(shape is None for shape in shapes))
        whole = [shapely.Polygon() if shape is None else shape for shape in shapes]
        drawings.append(Drawing("Valhalla", f"{name}, denoise {denoise:.0f}", whole))
    save_drawings(folder, "valhalla", drawings)
    clock.stop()(version=f"Valhalla {version('pyvalhalla-weekly')}", failed=failed)


if __name__ == "__main__":
    main()
