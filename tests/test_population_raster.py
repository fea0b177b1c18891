"""People of population rasters: sums kept, cells divided by ground, densities by the ellipsoid, and files refused."""

from __future__ import annotations

import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import event, given
from hypothesis import strategies as st
from pyproj import Geod

from osm_toy import row_of_buildings
from tenmin.inputs.population import estimate_places, read_population_raster
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import FileError, InputError, TableError, TenminWarning
from towns import cases

pytest.importorskip("exactextract", reason="rasters of people are read by rasterio and exactextract: tenmin[raster]")
rasterio = pytest.importorskip("rasterio", reason="rasters of people are read by rasterio: tenmin[raster]")

UTM = "EPSG:32650"
WEST, NORTH, CELL = 500_000.0, 4_000_000.0, 100.0
PEOPLE = np.array([[30.0, 10.0, 0.0], [8.0, -1.0, 4.0]])
"""Two rows from the north, three columns; -1 stands for no data."""


def write_people(path: Path, values: np.ndarray, **profile: Any) -> Path:
    """A GeoTIFF of people, rows from the north; `profile` overrides what rasterio is told."""
    bands = values[None] if values.ndim == 2 else values
    cell, west, north = profile.pop("cell", CELL), profile.pop("west", WEST), profile.pop("north", NORTH)
    told = {
        "crs": UTM,
        "dtype": str(values.dtype),
        "nodata": -1,
        "transform": rasterio.Affine(cell, 0, west, 0, -cell, north),
    }
    shape = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    with rasterio.open(path, "w", driver="GTiff", **shape, **{**told, **profile}) as file:
        file.write(bands)
    return path


@pytest.fixture
def raster(tmp_path: Path) -> Path:
    return write_people(tmp_path / "people.tif", PEOPLE)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in cells from the north-west corner of the raster, southwards negative."""
    return shapely.box(WEST + west * CELL, NORTH + south * CELL, WEST + east * CELL, NORTH + north * CELL)


def areas_of(*shapes: shapely.Geometry | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(index=[f"A{n}" for n in range(len(shapes))], geometry=list(shapes), crs=UTM)


def read_and_left(places: gpd.GeoDataFrame) -> tuple[float, float]:
    """The people that were read and those left out, as listed."""
    remarks = list_remarks(places).query("field == 'people'")
    read = remarks["reason"].str.startswith("people of the cells that were read")
    left = remarks["reason"].str.startswith("people of cells that reach beyond")
    return math.fsum(map(float, remarks["value"][read])), math.fsum(map(float, remarks["value"][left]))


def test_every_cell_with_people_is_a_place_at_its_centre(raster: Path) -> None:
    places = read_population_raster(raster)
    assert places["people"].to_dict() == {"r0c0": 30.0, "r0c1": 10.0, "r1c0": 8.0, "r1c2": 4.0}
    assert places["people"].sum() == PEOPLE[PEOPLE >= 0.0].sum()
    assert set(places["placed_by"]) == {"raster_cell"}
    assert places["area"].isna().all()
    centre = places.to_crs(UTM).geometry["r1c2"]
    assert (centre.x, centre.y) == pytest.approx((WEST + 250.0, NORTH - 150.0), abs=1e-6)
    assert read_and_left(places) == (52.0, 0.0)
    last = list_remarks(places).iloc[-1]
    assert (last["value"], last["reason"]) == ("1", "cells without data; nobody is counted there")


def test_a_cell_on_a_border_is_divided_by_its_ground(raster: Path) -> None:
    places = read_population_raster(raster, areas=areas_of(box(0, -2, 0.25, 0), box(0.25, -2, 1.5, 0)))
    assert places.groupby("area")["people"].sum().to_dict() == pytest.approx({"A0": 9.5, "A1": 28.5 + 5.0})
    assert places["people"].to_dict() == pytest.approx(
        {"r0c0/A0": 7.5, "r0c0/A1": 22.5, "r0c1/A1": 5.0, "r1c0/A0": 2.0, "r1c0/A1": 6.0}
    )
    at = places.to_crs(UTM).geometry
    assert WEST < at["r0c0/A0"].x < WEST + 25.0 < at["r0c0/A1"].x
    assert read_and_left(places) == pytest.approx((48.0, 5.0))


def test_people_in_no_area_but_in_the_boundary_have_no_area(raster: Path) -> None:
    within = gpd.GeoDataFrame(geometry=[box(0, -1.5, 2, 0)], crs=UTM).to_crs(4326)
    places = read_population_raster(raster, areas=areas_of(box(0, -1, 0.5, 3)), within=within)
    by_area = places.groupby("area", dropna=False)["people"].sum()
    assert by_area["A0"] == pytest.approx(15.0)
    assert places["people"][places["area"].isna()].to_dict() == pytest.approx(
        {"r0c0/": 15.0, "r0c1": 10.0, "r1c0/": 4.0}, rel=1e-3
    )
    read, left = read_and_left(places)
    assert read == 48.0
    assert places["people"].sum() + left == pytest.approx(read, rel=1e-12)


@cases(8)
@given(
    people=st.lists(st.floats(0.0, 5000.0), min_size=12, max_size=12).filter(lambda some: max(some) > 1.0),
    cuts=st.lists(st.integers(-20, 60), min_size=2, max_size=4, unique=True).map(sorted),
    south=st.integers(-40, -11),
    inner=st.tuples(st.integers(0, 20), st.integers(-30, -12)),
    crs=st.sampled_from([UTM, "EPSG:4326", "EPSG:3857"]),
)
@pytest.mark.filterwarnings("ignore:.*lies beyond the raster")
def test_people_in_are_people_out_and_those_listed(
    tmp_path_factory: pytest.TempPathFactory, people: list[float], cuts: list[int], south: int,
    inner: tuple[int, int], crs: str,
) -> None:  # fmt: skip
    grid = np.array(people).reshape(3, 4)
    path = write_people(tmp_path_factory.mktemp("law") / "a.tif", grid)
    shapes = [box(a / 10, south / 10, b / 10, 0.5) for a, b in pairwise(cuts)]
    within = gpd.GeoDataFrame(geometry=[box(inner[0] / 10, inner[1] / 10, 3.7, 1.0)], crs=UTM).to_crs(crs)
    for boundary in (None, within):
        try:
            places = read_population_raster(path, areas=areas_of(*shapes).to_crs(crs), within=boundary)
        except (TableError, FileError):
            event("nobody lives there, or the areas lie beyond the raster")
            continue
        read, left = read_and_left(places)
        assert math.fsum(places["people"]) + left == pytest.approx(read, rel=1e-9)
        assert (places["part"] > 0.0).all()
        assert (places["part"] <= 1.0).all()
        if boundary is None and crs == UTM:
            expected = [_by_hand(grid, a / 10, b / 10, south / 10) for a, b in pairwise(cuts)]
            found = places.groupby("area")["people"].sum().reindex(areas_of(*shapes).index, fill_value=0.0)
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-3)


def _by_hand(grid: np.ndarray, west: float, east: float, south: float) -> float:
    """People of a box in cells that reaches the northern edge, each cell by the part in the box."""
    rows, columns = np.arange(grid.shape[0]), np.arange(grid.shape[1])
    wide = np.clip(np.minimum(east, columns + 1) - np.maximum(west, columns), 0.0, 1.0)
    high = np.clip(-south - rows, 0.0, 1.0)
    return float((grid * high[:, None] * wide[None]).sum())


@pytest.mark.parametrize(
    ("crs", "west", "north", "cell"),
    [
        ("EPSG:4326", 10.0, 60.0, 0.01),
        (UTM, 300_000.0, 6_600_000.0, 250.0),
        ("EPSG:3857", 1e6, 8e6, 1000.0),
        ("ESRI:54009", 1e6, 6e6, 1000.0),
    ],
)
def test_densities_are_people_by_the_ground_of_a_cell(
    tmp_path: Path, crs: str, west: float, north: float, cell: float
) -> None:
    density = np.array([[100.0, 200.0], [300.0, 400.0]])
    path = write_people(tmp_path / "a.tif", density, crs=crs, west=west, north=north, cell=cell)
    places = read_population_raster(path, unit="people_per_km2", shape="cells")
    fine = gpd.GeoSeries(shapely.segmentize(places.to_crs(crs).geometry.to_numpy(), cell / 50), crs=crs).to_crs(4326)
    km2 = [abs(Geod(ellps="WGS84").geometry_area_perimeter(one)[0]) / 1e6 for one in fine]
    assert places["people"].to_numpy() == pytest.approx(density.ravel() * km2, rel=1e-6)


def test_a_file_that_begins_in_the_south_gives_the_same(raster: Path, tmp_path: Path) -> None:
    turned = rasterio.Affine(CELL, 0, WEST, 0, CELL, NORTH - 2 * CELL)
    south = write_people(tmp_path / "south.tif", PEOPLE[::-1].copy(), transform=turned)
    areas = areas_of(box(0.3, -1.2, 2.2, 0))
    expected = read_population_raster(raster, areas=areas).drop(columns="source")
    found = read_population_raster(south, areas=areas).drop(columns="source")
    pd.testing.assert_frame_equal(pd.DataFrame(expected), pd.DataFrame(found))


def test_cells_as_outlines_go_on_to_buildings(tmp_path: Path) -> None:
    houses = row_of_buildings(tmp_path, [{"building": "house"}] * 3)
    path = write_people(
        tmp_path / "a.tif", np.array([[5.0, 70.0, 9.0]]), crs="EPSG:4326", west=0.005, north=0.01, cell=0.01
    )
    cells = read_population_raster(path, shape="cells")
    homes = estimate_places(houses, areas=cells)
    assert homes["people"].to_dict() == pytest.approx({"w101": 5.0, "w102": 70.0, "w103": 9.0})


def test_numbers_are_scaled_as_the_file_says(tmp_path: Path) -> None:
    path = write_people(tmp_path / "a.tif", np.array([[3, 4]], "int16"))
    with rasterio.open(path, "r+") as file:
        file.scales = (0.5,)
    assert read_population_raster(path)["people"].tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("values", "profile", "message"),
    [
        ([[5.0, -9.0]], {}, r"a\.tif: 1 cells are below 0, the first -9; .*-a_nodata -9"),
        ([[5.0, math.inf]], {}, "1 cells are not finite"),
        ([[5.0, 65_535.0]], {}, r"1 cells are more than 1,000,000 people per km2, the first 65535"),
        ([[-1.0, -1.0]], {}, "no cell that was read holds data"),
        ([[math.nan, math.nan]], {"nodata": math.nan}, "no cell that was read holds data"),
        ([[0.0, -1.0]], {}, "nobody lives in the cells that were read"),
        ([[1.0, 2.0]], {"crs": None}, "it has no CRS"),
        ([[1.0, 2.0]], {"transform": (50, 86, WEST, 86, -50, NORTH)}, r"north up.*cannot be resampled"),
        ([[[1.0, 2.0]], [[1.0, 2.0]]], {}, "it has 2 bands; keep the one of people"),
        ([[1.0j, 2.0j]], {"nodata": None}, "it holds complex128, which is no number of people"),
    ],
)  # fmt: skip
def test_rasters_that_cannot_be_people_are_refused(tmp_path: Path, values: list, profile: dict, message: str) -> None:
    if "transform" in profile:
        profile = {**profile, "transform": rasterio.Affine(*profile["transform"])}
    path = write_people(tmp_path / "a.tif", np.array(values), **profile)
    with pytest.raises((FileError, TableError), match=message):
        read_population_raster(path)


def test_what_is_no_raster_or_no_option_is_refused(raster: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tif").write_text("<html>")
    with pytest.raises(FileError, match=r"web page|content is"):
        read_population_raster(tmp_path / "b.tif")
    with pytest.raises(FileError, match=r"a\.vrt"):
        read_population_raster(tmp_path / "a.vrt")
    for option, given_ in (("unit", "density"), ("shape", "polygons")):
        with pytest.raises(TableError, match=f"{option} = '{given_}'; give one of "):
            read_population_raster(raster, **{option: given_})  # type: ignore[arg-type]


def test_areas_beyond_the_raster_are_refused_or_listed(raster: Path) -> None:
    with pytest.raises(TableError, match=r"people\.tif: the areas or the boundary lie beyond the raster"):
        read_population_raster(raster, areas=areas_of(box(10, -1, 12, 0)))
    with pytest.warns(TenminWarning, match="more than 5% of 'A1' lies beyond the raster"):
        places = read_population_raster(raster, areas=areas_of(box(0, -1, 1, 0), box(1, -1, 5, 0), None))
    remarks = list_remarks(places)[["id", "value", "reason"]].to_numpy().tolist()
    assert ["A1", "50.0%", "of the area lies beyond the raster; nobody is counted there"] in remarks
    assert ["A2", "", "the area has no outline; nobody is counted there"] in remarks
    with pytest.raises(TableError, match="nobody lives in the areas or the boundary"):
        read_population_raster(raster, areas=areas_of(box(2.2, -0.8, 2.8, -0.2), box(1.2, -1.8, 1.8, -1.2)))
    with pytest.raises(TableError, match="'A0' and 'A1' overlap by 50%"):
        read_population_raster(raster, areas=areas_of(box(0, -1, 1, 0), box(0.5, -1, 1.5, 0)))
    with pytest.raises(TableError, match="within has no polygons"):
        read_population_raster(raster, within=gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326))


@pytest.mark.parametrize("module", ["exactextract", "rasterio"])
def test_a_missing_library_is_named(raster: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=rf"{module}, which is missing; pip install 'tenmin\[raster\]'"):
        read_population_raster(raster)
