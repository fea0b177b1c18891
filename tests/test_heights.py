"""Slopes of streets: closed forms on planes and ridges, laws, bridges, and files that are refused."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from scipy.interpolate import RegularGridInterpolator

from tenmin.inputs.walkers import Walker
from tenmin.network._heights import add_slopes, tobler
from tenmin.network._rasters import open_elevation
from tenmin.support.errors import FileError, InputError
from tenmin.support.files import open_input
from towns import cases

UTM = "EPSG:32629"
WEST, NORTH = 520_000.0, 4_600_000.0
"""North-west corner of the rasters here, beside Porto."""
CORNER = np.array([WEST, NORTH])
NEAR = (WEST + 100.0, NORTH - 100.0)
METRE_A_SECOND = Walker("plain", speed_kmh=3.6)


def write_tif(path: Path, heights: np.ndarray, *, cell: float = 10.0, west: float = WEST, **profile: Any) -> Path:
    """A GeoTIFF of heights, rows from the north; `profile` overrides what rasterio is told."""
    rasterio = pytest.importorskip("rasterio", reason="GeoTIFF files are read by rasterio: tenmin[raster]")
    bands = heights[None] if heights.ndim == 2 else heights
    north = profile.pop("north", NORTH)
    told = {"crs": UTM, "dtype": str(heights.dtype), "transform": rasterio.Affine(cell, 0, west, 0, -cell, north)}
    units = profile.pop("units", None)
    shape = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    with rasterio.open(path, "w", driver="GTiff", **shape, **{**told, **profile}) as file:
        file.write(bands)
        if units:
            file.units = (units,)
    return path


def centres(rows: int, columns: int, cell: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
    """Metres east and north of the north-west corner, of the centres of cells."""
    return np.meshgrid((np.arange(columns) + 0.5) * cell, -(np.arange(rows) + 0.5) * cell)


def plane(east: float, north: float, *, rows: int = 100, columns: int = 100, cell: float = 10.0) -> np.ndarray:
    x, y = centres(rows, columns, cell)
    return 100.0 + east * x + north * y


def streets(*lines: list[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    """Lines in metres east and north of the corner; ends at the same place are the same node."""
    shapes = [shapely.LineString(np.array(line) + CORNER) for line in lines]
    ends = pd.DataFrame({"u": [str(line[0]) for line in lines], "v": [str(line[-1]) for line in lines]})
    frame = ends.assign(kind="footway", level=None).assign(**columns)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=UTM)


def figures(lines: gpd.GeoDataFrame, *paths: Path) -> list[list[float]]:
    raised, left_out = add_slopes(lines, paths)
    assert left_out.empty
    return raised[["slope_factor", "slope_factor_back", "steepest"]].to_numpy().tolist()


def near(*rows: object, rel: float = 1e-9) -> object:
    return [pytest.approx(row, rel=rel, abs=1e-9) for row in rows]


def test_tobler_is_one_on_the_level_and_least_on_a_gentle_descent():
    slopes = np.linspace(-1.0, 1.0, 2001)
    factors = tobler(slopes)
    assert factors[1000] == 1.0
    assert slopes[factors.argmin()] == pytest.approx(-0.05)
    speeds = 6.0 * np.exp(-3.5 * np.abs(slopes + 0.05))
    assert factors == pytest.approx(speeds[1000] / speeds)


@pytest.mark.parametrize(("east", "north"), [(0.0, 0.0), (0.1, 0.0), (0.03, -0.2), (-0.05, 0.0)])
def test_a_plane_gives_exactly_the_factor_of_its_slope(tmp_path: Path, east: float, north: float):
    path = write_tif(tmp_path / "plane.tif", plane(east, north))
    lines = streets([(100, -100), (700, -100)], [(100, -100), (100, -503)], [(200, -300), (203, -304)])
    slopes = np.array([east, -north, 0.6 * east - 0.8 * north])
    expected = np.stack([tobler(slopes), tobler(-slopes), np.abs(slopes)], axis=1)
    assert figures(lines, path) == near(*expected.tolist())


def test_a_walker_on_level_ground_keeps_the_pace(tmp_path: Path):
    raised, _ = add_slopes(streets([(100, -100), (700, -100)]), write_tif(tmp_path / "a.tif", plane(0.0, 0.0)))
    there, back = METRE_A_SECOND.seconds(raised.assign(length=raised.length))
    assert (there.tolist(), back.tolist()) == ([600.0], [600.0])


def test_over_a_ridge_up_and_down_take_the_same_both_ways(tmp_path: Path):
    x, _ = centres(100, 101)
    ridge = 50.0 - 0.1 * np.abs(x - 505.0)
    path = write_tif(tmp_path / "ridge.tif", ridge)
    mean = (tobler(np.array(0.1)) + tobler(np.array(-0.1))) / 2.0
    line = [(105, -500), (505, -500), (905, -500)]
    assert figures(streets(line), path) == near([mean, mean, 0.1])


def test_a_bent_line_takes_the_slope_of_each_of_its_parts(tmp_path: Path):
    path = write_tif(tmp_path / "plane.tif", plane(0.1, 0.0))
    up_and_level = streets([(100, -100), (400, -100), (400, -200), (400, -200)])
    there, back = (0.75 * tobler(np.array(slope)) + 0.25 for slope in (0.1, -0.1))
    assert figures(up_and_level, path) == near([there, back, 0.1])


@cases(30)
@given(st.lists(st.tuples(st.floats(20, 980), st.floats(-980, -20)), min_size=2, max_size=6, unique=True))
def test_turning_a_line_round_exchanges_its_factors(rough: Path, line: list[tuple[float, float]]):
    (one,), (other,) = figures(streets(line), rough), figures(streets(line[::-1]), rough)
    assert one == pytest.approx([other[1], other[0], other[2]], rel=1e-9)


@cases(30)
@given(st.floats(0.05, 0.95), st.floats(-0.3, 0.3), st.tuples(st.floats(20, 980), st.floats(-980, -20)))
def test_cutting_a_line_on_a_plane_changes_no_time(
    planes: Callable[[float], Path], at: float, slope: float, end: tuple[float, float]
):
    begin, path = np.array([500.0, -500.0]), planes(slope)
    if np.hypot(*(begin - end)) < 1.0:
        return
    cut = tuple(begin + at * (end - begin))
    lines = streets([tuple(begin), end], [tuple(begin), cut], [cut, end])
    raised, _ = add_slopes(lines, path)
    there, back = METRE_A_SECOND.seconds(raised.assign(length=raised.length))
    assert there[0] == pytest.approx(there[1] + there[2], rel=1e-7)
    assert back[0] == pytest.approx(back[1] + back[2], rel=1e-7)


@pytest.fixture(scope="session")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random hills."""
    heights = np.random.default_rng(7).uniform(0.0, 5.0, (100, 100))
    return write_tif(tmp_path_factory.mktemp("heights") / "rough.tif", heights)


@pytest.fixture(scope="session")
def planes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Path]:
    """Planes of a given slope to the east."""
    folder = tmp_path_factory.mktemp("planes")

    def of(slope: float) -> Path:
        return write_tif(folder / f"{slope!r}.tif", plane(slope, 0.0))

    return of


def test_heights_between_cells_are_those_of_an_independent_interpolation(tmp_path: Path):
    random = np.random.default_rng(3)
    heights = random.uniform(0.0, 100.0, (1500, 2200)).astype("float32")
    surface = open_elevation(write_tif(tmp_path / "large.tif", heights), CRS(UTM), NEAR)
    x, y = centres(1500, 2200)
    oracle = RegularGridInterpolator((y[::-1, 0], x[0]), heights[::-1].astype("float64"))
    points = np.stack([random.uniform(5.0, 21_995.0, 3000), random.uniform(-14_995.0, -5.0, 3000)], axis=1)
    found, covered = surface.at(points + CORNER)
    assert covered.all()
    assert found == pytest.approx(oracle(points[:, ::-1]), abs=1e-6)
    assert surface.cell == pytest.approx(10.0)


def test_a_turned_grid_is_read_where_it_lies(tmp_path: Path):
    rasterio = pytest.importorskip("rasterio", reason="GeoTIFF files are read by rasterio: tenmin[raster]")
    turned = (
        rasterio.Affine.translation(WEST, NORTH) @ rasterio.Affine.rotation(30.0) @ rasterio.Affine.scale(9.0, -7.0)
    )
    columns, rows = np.meshgrid(np.arange(150) + 0.5, np.arange(150) + 0.5)
    x, y = turned.a * columns + turned.b * rows + WEST, turned.d * columns + turned.e * rows + NORTH
    path = write_tif(tmp_path / "turned.tif", 0.1 * (x - WEST) - 0.05 * (y - NORTH), transform=turned)
    slopes = np.array([0.1, 0.05])
    expected = np.stack([tobler(slopes), tobler(-slopes), slopes], axis=1)
    assert figures(streets([(700, -150), (900, -150)], [(800, 0), (800, -300)]), path) == near(*expected.tolist())


def test_files_beside_each_other_have_no_seam(tmp_path: Path, rough: Path):
    heights = np.random.default_rng(7).uniform(0.0, 5.0, (100, 100))
    left = write_tif(tmp_path / "left.tif", heights[:, :37])
    right = write_tif(tmp_path / "right.tif", heights[:, 37:], west=WEST + 370.0)
    lines = streets([(20, -500), (980, -510)], [(365, -20), (374, -980)])
    whole = figures(lines, rough)
    assert figures(lines, right, left) == near(*whole)
    assert figures(lines, left, right) == near(*whole)


def test_where_files_overlap_the_first_that_has_a_height_counts(tmp_path: Path):
    hole = plane(0.0, 0.0)
    hole[:, 50:] = -9999.0
    first = write_tif(tmp_path / "first.tif", hole, nodata=-9999.0)
    second = write_tif(tmp_path / "second.tif", plane(0.1, 0.0, cell=12.0), cell=12.0)
    lines = streets([(100, -100), (400, -100)], [(600, -100), (900, -100)])
    steep = [float(tobler(np.array(slope))) for slope in (0.1, -0.1)]
    assert figures(lines, first, second) == near([1.0, 1.0, 0.0], [*steep, 0.1])
    assert figures(lines, second, first) == near([*steep, 0.1], [*steep, 0.1])


def test_fine_cells_are_averaged_so_that_kerbs_are_no_slopes(tmp_path: Path):
    x, y = centres(403, 403, 1.0)
    bumps = 0.2 * (-1.0) ** np.floor(x + y) + 0.1 * x
    path = write_tif(tmp_path / "fine.tif", bumps, cell=1.0)
    ((there, back, steepest),) = figures(streets([(20, -20), (380, -20)]), path)
    assert there == pytest.approx(tobler(np.array(0.1)), rel=1e-2)
    assert back == pytest.approx(tobler(np.array(-0.1)), rel=1e-2)
    assert steepest == pytest.approx(0.1, abs=0.01)
    assert open_elevation(path, CRS(UTM), NEAR).cell == pytest.approx(5.0)


def test_scale_and_offset_of_a_file_are_heeded(tmp_path: Path):
    rasterio = pytest.importorskip("rasterio", reason="GeoTIFF files are read by rasterio: tenmin[raster]")
    path = write_tif(tmp_path / "a.tif", np.full((20, 20), 500, "int16"))
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.1,), (7.0,)
    assert open_elevation(path, CRS(UTM), NEAR).at(np.array([NEAR]))[0].tolist() == [57.0]


# --- above and below ground -------------------------------------------------------------------------------------


def valley() -> np.ndarray:
    """Banks that rise by 2 % to the east, and a valley 30 m deep between 300 and 700 m."""
    x, _ = centres(100, 100)
    return 0.02 * x - 30.0 * ((x > 300.0) & (x < 700.0))


def bridge(*at: int) -> gpd.GeoDataFrame:
    """Streets on both banks and a bridge between them, cut at some places."""
    ends = [200, *at, 800]
    spans = [[(a, -500), (b, -500)] for a, b in pairwise(ends)]
    lines = streets([(105, -500), (200, -500)], [(800, -500), (900, -500)], *spans)
    return lines.assign(level=[None, None, *["1"] * len(spans)])


@pytest.mark.parametrize("at", [(), (500,), (210, 330, 331, 640)])
def test_a_bridge_runs_straight_from_bank_to_bank_however_it_is_cut(tmp_path: Path, at: tuple[int, ...]):
    path = write_tif(tmp_path / "valley.tif", valley())
    expected = [float(tobler(np.array(slope))) for slope in (0.02, -0.02)]
    assert figures(bridge(*at), path) == near(*[[*expected, 0.02]] * (3 + len(at)))


def test_without_a_level_the_bridge_would_fall_into_the_valley(tmp_path: Path):
    path = write_tif(tmp_path / "valley.tif", valley())
    assert figures(bridge().assign(level=None), path)[2][2] > 1.0


def test_where_spans_meet_the_height_is_that_of_a_taut_net(tmp_path: Path):
    x, y = centres(100, 100)
    path = write_tif(tmp_path / "a.tif", np.where(y > -400.0, 30.0, 0.0) + 0.0 * x)
    arms = [[(500, -500), (500, -300)], [(500, -500), (300, -500)], [(500, -500), (700, -500)]]
    banks = [[(500, -300), (500, -200)], [(300, -500), (200, -500)], [(700, -500), (800, -500)]]
    lines = streets(*banks, *arms, level=[None, None, None, "1", "1", "1"])
    assert [row[2] for row in figures(lines, path)] == near(0.0, 0.0, 0.0, 0.1, 0.05, 0.05)


def test_stairs_and_lifts_have_a_pace_of_their_own(tmp_path: Path):
    path = write_tif(tmp_path / "plane.tif", plane(0.3, 0.0))
    lines = streets(*[[(100, -100), (200, -100)]] * 3, kind=["steps", "elevator", "steps"], level=[None, None, "1"])
    assert figures(lines, path) == [[1.0, 1.0, 0.0]] * 3


def test_what_is_off_the_ground_and_tied_to_nothing_is_level_and_listed(tmp_path: Path):
    path = write_tif(tmp_path / "plane.tif", plane(0.1, 0.0))
    lines = streets([(100, -100), (200, -100)], [(300, -300), (400, -300)], level=[None, "2"])
    raised, left_out = add_slopes(lines, path)
    assert raised["slope_factor"].tolist() == near(float(tobler(np.array(0.1))), 1.0)
    assert np.isnan(raised["steepest"].iloc[1])
    (note,) = left_out.to_dict("records")
    assert (note["element"], note["count"]) == ("edges", 1)
    assert "not tied to it" in note["reason"]


def test_lines_without_a_level_or_a_kind_lie_on_the_ground(tmp_path: Path):
    path = write_tif(tmp_path / "plane.tif", plane(0.1, 0.0))
    lines = streets([(100, -100), (200, -100)])
    assert figures(lines.drop(columns=["level", "kind"]), path) == near(figures(lines, path)[0])


# --- no height --------------------------------------------------------------------------------------------------


def test_lines_without_a_height_are_level_and_listed_by_reason(tmp_path: Path):
    heights = plane(0.1, 0.0)
    heights[50:60, 50:60] = np.nan
    path = write_tif(tmp_path / "plane.tif", heights, nodata=np.nan)
    lines = streets(
        [(100, -100), (400, -100)],
        [(450, -550), (650, -550)],
        [(900, -100), (1100, -100)],
        [(2000, -100), (2100, -100)],
        [(550, -550), (550, -100)],
        [(2100, -100), (2100, -300)],
        level=[None, None, None, None, "1", "-1"],
    )
    before = lines.copy()
    raised, left_out = add_slopes(lines, path)
    assert raised["slope_factor"].tolist() == near(float(tobler(np.array(0.1))), 1.0, 1.0, 1.0, 1.0, 1.0)
    assert raised["slope_factor_back"].tolist()[1:] == [1.0] * 5
    assert raised["steepest"].isna().tolist() == [False, True, True, True, True, True]
    counts = {reason.split(":")[0]: count for _, reason, count in left_out.itertuples(index=False)}
    assert counts == {
        "no height, outside the files of heights": 3,
        "no height, the file has none there": 1,
        "no height, above or below ground and not tied to it": 1,
    }
    there, _ = Walker.preset("wheelchair").seconds(raised.assign(length=raised.length))
    assert np.isinf(there).tolist() == [True, False, False, False, False, False]
    pd.testing.assert_frame_equal(lines, before)
    assert raised.drop(columns=["slope_factor", "slope_factor_back", "steepest"]).equals(lines)


def test_heights_of_another_town_are_refused(tmp_path: Path):
    path = write_tif(tmp_path / "far.tif", plane(0.0, 0.0), west=WEST + 50_000.0)
    with pytest.raises(InputError, match=r"far\.tif.*no street lies wholly within these heights"):
        add_slopes(streets([(100, -100), (400, -100)]), path)


# --- SRTM -------------------------------------------------------------------------------------------------------


def write_hgt(path: Path, heights: np.ndarray) -> Path:
    path.write_bytes(heights.astype(">i2").tobytes())
    return path


@pytest.mark.parametrize("shape", [(1201, 1201), (3601, 3601), (3601, 1801)])
@pytest.mark.parametrize(("name", "south", "west"), [("N41W009.hgt", 41, -9), ("s34e150.SRTMGL1.HGT", -34, 150)])
def test_srtm_files_lie_where_their_name_says(tmp_path: Path, shape: tuple[int, int], name: str, south: int, west: int):
    rows, columns = np.indices(shape)
    heights = (7 * rows + 13 * columns) % 4001
    path = write_hgt(tmp_path / name, heights)
    posts = np.random.default_rng(1).integers(0, shape, (50, 2))
    posts[:2] = (0, 0), np.array(shape) - 1
    lon = west + posts[:, 1] / (shape[1] - 1)
    lat = south + 1 - posts[:, 0] / (shape[0] - 1)
    utm = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    local = utm.to_crs(utm.estimate_utm_crs())
    surface = open_elevation(path, CRS(local.crs), (float(local.x.iloc[2]), float(local.y.iloc[2])))
    found, covered = surface.at(local.get_coordinates().to_numpy())
    assert covered.all()
    assert found == pytest.approx(heights[tuple(posts.T)], abs=0.05)


def test_srtm_heights_give_the_slope_and_voids_are_no_heights(tmp_path: Path):
    heights = np.tile(2 * np.arange(1201), (1201, 1))
    heights[:600] = -32768
    path = write_hgt(tmp_path / "N41W009.hgt", heights)
    ends = gpd.GeoSeries.from_wkt(
        ["LINESTRING (-8.4 41.3, -8.39 41.3)", "LINESTRING (-8.4 41.7, -8.39 41.7)"], crs="EPSG:4326"
    ).to_crs(UTM)
    lines = gpd.GeoDataFrame({"u": [0, 2], "v": [1, 3], "kind": "footway"}, geometry=ends)
    raised, left_out = add_slopes(lines, path)
    slope = 2 * 12 / ends.length.iloc[0]
    assert raised["slope_factor"].tolist() == near(float(tobler(np.array(slope))), 1.0, rel=1e-4)
    assert raised["steepest"].iloc[0] == pytest.approx(slope, rel=1e-3)
    assert left_out["reason"].str.contains("the file has none there").tolist() == [True]


def test_neighbouring_srtm_files_are_one_surface(tmp_path: Path):
    rows, columns = np.indices((1201, 2401))
    heights = np.abs(columns - 1100) + rows // 3
    paths = [
        write_hgt(tmp_path / "N41W009.hgt", heights[:, :1201]),
        write_hgt(tmp_path / "N41W008.hgt", heights[:, 1200:]),
    ]
    surface = open_elevation(paths, CRS(UTM), (580_000.0, NORTH))
    assert len(surface.mosaics) == 1
    assert surface.mosaics[0].corners == ((0, 0), (0, 1200))


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("porto.hgt", 2 * 1201**2, "must be named by its south-west corner, such as N41W009.hgt"),
        ("N91W009.hgt", 2 * 1201**2, "must be named"),
        ("N41W181.hgt", 2 * 1201**2, "must be named"),
        ("N41W009.hgt", 2 * 1201**2 - 2, "SRTM files have 2,884,802, 25,934,402, 12,970,802; fetch it again"),
        ("N41W009.hgt", 100, "has 100 bytes"),
        ("N41W009.hgt", 0, "empty file"),
    ],
)
def test_srtm_files_of_another_name_or_size_are_refused(tmp_path: Path, name: str, size: int, message: str):
    path = tmp_path / name
    path.write_bytes(bytes(size))
    with pytest.raises(FileError, match=message):
        add_slopes(streets([(0, 0), (100, -100)]), path)


# --- files that are refused -------------------------------------------------------------------------------------

LEVEL = np.zeros((100, 100))


@pytest.mark.parametrize(
    ("heights", "profile", "message"),
    [
        (LEVEL, {"crs": None}, "has no CRS.*gdal_edit.py -a_srs"),
        (LEVEL, {"crs": 'LOCAL_CS["site",UNIT["metre",1]]'}, "has a CRS that is no map's"),
        (LEVEL, {"transform": None}, "has cells without a place on the map"),
        (np.zeros((2, 100, 100)), {}, "has 2 bands; keep the one of heights"),
        (LEVEL.astype("complex64"), {}, "holds complex64, which is no height"),
        (LEVEL, {"units": "US survey foot"}, "has heights in 'us survey foot'; convert them to metres"),
        (LEVEL - 9999.0, {}, r"-9999 in 10000 cells is no height.*-a_nodata -9999"),
        (LEVEL + 1e5, {}, "100000 in 10000 cells is no height"),
        (LEVEL + np.inf, {}, "inf in 10000 cells is no height"),
        (LEVEL, {"cell": 1000.0}, r"its cells are 1000 m wide at the streets; heights 0\.05 to 150 m apart"),
        (LEVEL, {"cell": 1e-7}, r"its cells are 9\.\d+e-08 m wide"),
    ],
)
def test_rasters_that_cannot_be_heights_are_refused(
    tmp_path: Path, heights: np.ndarray, profile: dict[str, Any], message: str
):
    path = tmp_path / "bad.tif"
    if "transform" in profile:
        with pytest.warns(UserWarning, match="no geotransform"):
            write_tif(path, heights, **profile)
    else:
        write_tif(path, heights, **profile)
    with pytest.raises(FileError, match=rf"bad\.tif.*{message}"):
        add_slopes(streets([(100, -100), (400, -100)]), path)


def test_cut_and_forged_files_are_refused(tmp_path: Path):
    whole = write_tif(tmp_path / "whole.tif", np.random.default_rng(1).uniform(0.0, 9.0, (400, 400))).read_bytes()
    cut, forged, picture = tmp_path / "cut.tif", tmp_path / "forged.tiff", tmp_path / "picture.tif"
    cut.write_bytes(whole[: len(whole) // 2])
    forged.write_bytes(b"II*\0" + struct.pack("<I", 8) + b"\xff" * 60)
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(60))
    line = streets([(100, -100), (400, -3900)])
    for path in (cut, forged):
        with pytest.raises(FileError, match=f"{path.name} is damaged or no GeoTIFF that can be read"):
            add_slopes(line, path)
    with pytest.raises(FileError, match="the name says a GeoTIFF, the content is something else"):
        add_slopes(line, picture)
    with pytest.raises(FileError, match="no such file"):
        add_slopes(line, tmp_path / "none.tif")
    with pytest.raises(FileError, match="driver's prefix"):
        add_slopes(line, "/vsicurl/http://127.0.0.1/a.tif")
    with pytest.raises(InputError, match="there is no file of heights"):
        add_slopes(line, [])


@pytest.mark.parametrize("head", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
def test_both_byte_orders_of_tiff_and_of_its_large_sister_are_known(tmp_path: Path, head: bytes):
    for name in ("a.tif", "A.TIFF"):
        (tmp_path / name).write_bytes(head + bytes(20))
        assert open_input(tmp_path / name) == tmp_path / name


def test_streets_that_are_not_in_metres_are_refused(tmp_path: Path):
    path = write_hgt(tmp_path / "N41W009.hgt", np.zeros((1201, 1201)))
    line = streets([(100, -100), (400, -100)])
    for wrong in (line.to_crs("EPSG:4326"), line.set_crs(None, allow_override=True), line.iloc[:0]):
        with pytest.raises(InputError, match="cannot be laid over heights; give at least one, in a CRS in metres"):
            add_slopes(wrong, path)


def test_a_missing_rasterio_is_named_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.tif").write_bytes(b"II*\0" + bytes(20))
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError, match=r"pip install 'tenmin\[raster\]'"):
        add_slopes(streets([(100, -100), (400, -100)]), tmp_path / "a.tif")
