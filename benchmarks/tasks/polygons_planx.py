"""Times PlanX's service areas of some facilities, the graph being there."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import shapely

from benchmarks.tasks.accuracy_files import Town
from benchmarks.tasks.accuracy_planx import BUFFERS, buffered, graph_of, reached_lines
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.polygons_laps import each


def main() -> None:
    clock = Clock()
    town = Town.load(Path(sys.argv[1]))
    graph, bends, doors = graph_of(town), town.bends(), list(town.node_xy[town.facility[: int(sys.argv[2])]])

    def draw(door: np.ndarray) -> shapely.Geometry:
        return buffered(reached_lines(graph, bends, door), BUFFERS[0])

    took = each(draw, doors)
    clock.stop()(version=f"PlanX {version('planx-sdk')}", each=took, count=len(doors))


if __name__ == "__main__":
    main()
