"""The order of rows changes nothing that is written: places, facilities and areas in any order give the same bytes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Literal

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

import tenmin as tm
from tenmin.outputs.tables import share_table
from tenmin.support.result_sets import MANIFEST
from tenmin.support.writing import write_layer, write_table
from test_cli import lonlat, run, street_town
from towns import CRS, Town, cases, shuffled, towns

DIVISIONS = (("people", None), ("people", "area"), ("people", "parent"), ("places", "parent"), ("streets", None))
GROUND = (("ground", None), ("ground", "parent"), ("ground", "area"), ("areas", "parent"))


def areas_around(town: Town) -> gpd.GeoDataFrame:
    """Strips that cover a town, by three parents."""
    x0, y0, x1, y1 = town.lines.total_bounds
    steps = [x0 - 500.0 + (x1 - x0 + 1000.0) * k / 5 for k in range(6)]
    strips = [box(left, y0 - 500.0, right, y1 + 500.0) for left, right in pairwise(steps)]
    columns = {"name": list("abcde"), "parent": ["p", "q", "p", "q", "p"], "people": 1.0}
    return gpd.GeoDataFrame(columns, index=list("ABCDE"), geometry=strips, crs=CRS)


def written(folder: Path, town: Town, areas: gpd.GeoDataFrame, metric: Literal["walk", "straight"]) -> dict[str, bytes]:
    """All files of a coverage."""
    folder.mkdir(exist_ok=True)
    homes = town.homes.assign(people=[0.1 + 1.7 * int(label[1:]) for label in town.homes.index])
    coverage = tm.measure_coverage(town.network, homes, town.clinics, metres=150, metric=metric, areas=areas)
    gaps, isochrones = tm.find_gaps(coverage), coverage.isochrones()
    for of, by in (*DIVISIONS, *GROUND):
        write_table(coverage.shares(of=of, by=by), folder / f"{of}_{by}.csv")
    write_table(share_table(coverage, "zh"), folder / "coverage.csv")
    write_layer(gaps, folder / "gaps.gpkg", "gaps")
    write_layer(isochrones, folder / "isochrones.gpkg", "isochrones")
    tm.draw_map(coverage, gaps=gaps, isochrones=isochrones).save(str(folder / "review.html"))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("metric", ["walk", "straight"])
@cases(4)
@given(town=towns(), random=st.randoms(use_true_random=False))
def test_shares_gaps_and_isochrones_of_shuffled_rows_are_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, metric: Literal["walk", "straight"], town: Town, random: Random
):
    folder, areas = tmp_path_factory.mktemp("order"), areas_around(town)
    other = town.of(homes=shuffled(town.homes, random), clinics=shuffled(town.clinics, random))
    one = written(folder / "one", town, areas, metric)
    two = written(folder / "two", other, shuffled(areas, random), metric)
    assert [name for name in one if one[name] != two[name]] == []


def test_a_register_in_another_order_gives_the_same_files(tmp_path: Path):
    spots = lonlat((300, 0), (700, 5), (1100, 0), (1100, 0), (1900, -5))
    rows = [
        f"{'药店' if k % 2 else '诊所'},{name},{x},{y}"
        for k, (name, (x, y)) in enumerate(zip("甲乙丙丁戊", spots, strict=True))
    ]
    for name, lines in (("one", rows), ("two", rows[::-1])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "register.csv").write_text("\n".join(["类别,名称,经度,纬度", *lines]), encoding="utf-8")
        words = "--people", 300, "-m", 4, "--facilities", tmp_path / name / "register.csv", "--out", tmp_path / name
        assert run("coverage", street_town(tmp_path), *words)[0] == 0
    manifests = [(tmp_path / name / MANIFEST).read_text("utf-8") for name in ("one", "two")]
    assert manifests[0] == manifests[1]
    assert "review.html" in manifests[0]


def test_sums_that_differ_in_the_last_digit_are_printed_alike(tmp_path: Path):
    for order in ([0.1, 0.2, 0.3], [0.3, 0.2, 0.1]):
        total = sum(order)
        write_table(pd.DataFrame({"total": [total]}), tmp_path / f"{total!r}.csv")
    first, second = (path.read_bytes() for path in tmp_path.iterdir())
    assert first == second
