"""Measures how far drawings are from the exact set, on points sown over the drawings and the box of that set."""

from __future__ import annotations

import sys
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.tasks.accuracy_files import LATERALS, SETTINGS, Drawing, Town, load_drawings
from benchmarks.tasks.accuracy_oracle import Judge, with_doors_of
from benchmarks.tasks.accuracy_town import doors_of, open_network
from benchmarks.tasks.clock import Clock

SEED = 11
STARTS = ("access points", "node")
Case = tuple[int, str, str, float]
"""Drawing, setting, start and lateral."""


def sow(box: tuple[float, ...], count: int, random: np.random.Generator) -> np.ndarray:
    """Return at least so many points, one at random in each square of a grid over a box."""
    width, height = box[2] - box[0], box[3] - box[1]
    step = np.sqrt(width * height / count)
    columns, rows = int(np.ceil(width / step)), int(np.ceil(height / step))
    cell = np.array([width / columns, height / rows])
    squares = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), -1).reshape(-1, 2)
    return np.array(box[:2]) + (squares + random.random(squares.shape)) * cell


def _box(judges: dict[str, Judge], drawings: list[Drawing], facility: int) -> tuple[float, ...]:
    shapes = [drawing.shapes[facility] for drawing in drawings]
    boxes = [judge.box(facility) for judge in judges.values()] + [shapely.bounds(one) for one in shapes]
    sides = np.array(boxes, float)
    return (*np.nanmin(sides[:, :2], axis=0).tolist(), *np.nanmax(sides[:, 2:], axis=0).tolist())


def _cases(drawing: Drawing) -> list[tuple[str, str, float]]:
    """The settings, starts and laterals that a drawing is held against: tenmin's only what it was drawn for."""
    if drawing.lateral:
        return [(drawing.setting, "access points", drawing.lateral)]
    return list(product(SETTINGS, STARTS, LATERALS))


def _measure(
    judges: dict[str, Judge], drawings: list[Drawing], facility: int, points: np.ndarray
) -> dict[Case, tuple[float, ...]]:
    """Of each drawing of a facility the error, the share beyond a barrier (NaN if not asked), the points served."""
    access_points = {setting: judge.access_points_of(points) for setting, judge in judges.items()}
    through = with_doors_of(judges["without"], judges["with"])
    truth, beyond = {}, {}
    for start in STARTS:
        for setting, judge in judges.items():
            truth[setting, start] = judge.served(access_points[setting], facility, start)
        crossed = through.served(access_points["without"], facility, start)
        beyond[start] = {lateral: crossed[lateral] & ~truth["with", start][lateral] for lateral in LATERALS}
    found = {}
    for k, drawing in enumerate(drawings):
        shape = drawing.shapes[facility]
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, points)
        for setting, start, lateral in _cases(drawing):
            true = truth[setting, start][lateral]
            error = float((inside ^ true).sum() / true.sum()) if true.any() else np.nan
            over = float((inside & beyond[start][lateral]).sum() / max(inside.sum(), 1))
            found[k, setting, start, lateral] = error, over if setting == "with" else np.nan, float(true.sum())
    return found


def _summary(drawings: list[Drawing], case: Case, measured: list[tuple[float, ...]]) -> dict[str, Any]:
    k, setting, start, lateral = case
    error, over, served = np.array(measured).T * np.array([[100.0], [100.0], [1.0]])
    said = {"who": drawings[k].who, "option": drawings[k].option, "setting": setting, "start": start}
    figures = {"lateral": lateral, "median": float(np.nanmedian(error)), "worst": float(np.nanmax(error))}
    figures["served"] = float(np.median(served))
    beyond = {"beyond": float(np.median(over)), "beyond_worst": float(over.max())} if setting == "with" else {}
    return said | figures | beyond


def main() -> None:
    clock = Clock()
    folder, count = Path(sys.argv[2]), int(sys.argv[3])
    network, doors, drawings = open_network(sys.argv[1]), doors_of(Town.load(folder)), load_drawings(folder)
    free = network.behind(gpd.GeoDataFrame(geometry=[], crs=network.crs))
    judges = {"without": Judge.of(free, doors), "with": Judge.of(network, doors)}
    random = np.random.default_rng(SEED)
    cases: defaultdict[Case, list[tuple[float, ...]]] = defaultdict(list)
    sown = 0
    for facility in range(len(doors)):
        points = sow(_box(judges, drawings, facility), count, random)
        sown += len(points)
        for case, measured in _measure(judges, drawings, facility, points).items():
            cases[case].append(measured)
    clock.stop()(rows=[_summary(drawings, case, measured) for case, measured in cases.items()], points=sown)


if __name__ == "__main__":
    main()
