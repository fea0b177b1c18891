"""Frames at the doors of tables: read as files with the same headings are."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from shapely import Point, box

import tenmin as tm
from tenmin.support.errors import TableError

REGISTER = pd.DataFrame(
    {
        "类别": ["药店", "诊所", "超市"],
        "社区": ["长安社区", "东苑社区；长安社区", None],
        "经度": [117.2, 117.21, 117.22],
        "纬度": [34.2, 34.21, 34.22],
        "建筑面积": ["约120㎡", 300, "300以上"],
        "备注": ["a", None, "b"],
    }
)
ESTATES = pd.DataFrame({"小区": ["东苑", "西苑"], "坐标": ["105.01,38.40", "105.02,38.40"], "人口": ["1.2万", 800]})
COMMUNITIES = pd.DataFrame(
    {"社区": ["长安社区", "东苑社区"], "所属街道": "鼓楼街道", "户数": [3000, 20], "人口": [9, 8]}
)
READERS = [(tm.read_facilities, REGISTER), (tm.read_places, ESTATES), (tm.read_areas, COMMUNITIES)]


def _without_source(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The table without what names the file, and without ids made of its rows."""
    return table.drop(columns="source", errors="ignore").reset_index(drop=True)


@pytest.mark.parametrize(("read", "frame"), READERS)
def test_a_frame_is_read_as_a_file_of_it(tmp_path: Path, read, frame: pd.DataFrame):
    before, path = frame.copy(), tmp_path / "table.csv"
    frame.to_csv(path, index=False, encoding="utf-8")
    of_frame, of_file = read(frame), read(path)
    assert_frame_equal(frame, before)
    assert_frame_equal(*(_without_source(table) for table in (of_frame, of_file)))
    texts = ["field", "value", "reason", "used"]
    remarks = [tm.list_remarks(table).reindex(columns=texts) for table in (of_frame, of_file)]
    assert_frame_equal(*remarks)


def test_datum_and_columns_hold_for_frames():
    named = REGISTER.rename(columns={"类别": "was", "社区": "bei"})
    columns = {"was": "category", "bei": "area"}
    plain, shifted = (tm.read_facilities(named, columns=columns, datum=datum) for datum in ("wgs84", "gcj02"))
    assert plain["category"].tolist() == ["pharmacy", "clinic", "supermarket"]
    assert plain["area"].tolist()[1] == ("东苑社区", "长安社区")
    moved = plain.to_crs(32650).distance(shifted.to_crs(32650), align=False).to_numpy()
    assert ((moved > 300.0) & (moved < 800.0)).all()


def test_a_geodataframe_brings_its_shapes_crs_and_ids():
    shapes = [box(5e5, 4e6, 5e5 + 30, 4e6 + 30), None]
    frame = gpd.GeoDataFrame(
        {"people": [3, 4], "area": ["x", "y"], "storeys": [2, 9]}, index=["a", "b"], geometry=shapes, crs="EPSG:32650"
    )
    places = tm.read_places(frame)
    assert places.index.tolist() == ["a", "b"]
    assert places.crs == "EPSG:4326"
    assert places.to_crs(32650).geometry.iloc[0].area == pytest.approx(900.0, rel=1e-6)
    assert places.geometry.iloc[1] is None
    assert places["storeys"].tolist() == [2, 9]
    numbered = tm.read_places(frame.reset_index(drop=True))
    assert numbered.index.str.startswith("place:").all()
    assert numbered.index.is_unique
    named = tm.read_places(frame.set_index(pd.Index([7, 8], name="osmid")))
    assert named.index.tolist() == ["7", "8"]
    own = tm.read_places(frame.assign(编号=["p", "q"]))
    assert own.index.tolist() == ["p", "q"]


@pytest.mark.parametrize(("read", "frame"), READERS)
def test_what_was_read_is_read_again_as_it_is(read, frame: pd.DataFrame):
    once = read(frame)
    again = read(once)
    assert again.index.tolist() == once.index.tolist()
    shared = [name for name in once.columns if name != "geometry" and not name.endswith(("_least", "_most"))]
    for name in set(shared) - {"floor_area_m2"}:
        assert again[name].equals(once[name]) or again[name].isna().tolist() == once[name].isna().tolist()
    assert again.geometry.geom_equals_exact(once.geometry, 1e-9).tolist() == once.geometry.notna().tolist()


def test_missing_values_of_any_kind_are_empty_cells():
    frame = REGISTER.assign(社区=[pd.NA, np.nan, None], 备注=pd.to_datetime(["2024-01-02", None, None]))
    read = tm.read_facilities(frame)
    assert read["area"].tolist() == [()] * 3
    assert read["备注"].tolist()[1:] == [None, None]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (ESTATES.drop(columns="人口"), "^DataFrame has no people"),
        (ESTATES.assign(人口=["x", 1]), "^DataFrame: row 1, 人口: 'x' is"),
        (pd.concat([ESTATES, ESTATES[["人口"]]], axis=1), "^DataFrame: the heading '人口' stands over columns 3 and 4"),
        (pd.DataFrame(columns=pd.MultiIndex.from_tuples([("a", "b")])), "^DataFrame has 2 rows of headings"),
        (gpd.GeoDataFrame({"people": [1]}, geometry=[Point(5e5, 4e6)]), "^GeoDataFrame"),
    ],
)
def test_a_frame_that_is_wrong_is_refused_as_a_file_is(frame: pd.DataFrame, message: str):
    with pytest.raises(TableError, match=message):
        tm.read_places(frame)
