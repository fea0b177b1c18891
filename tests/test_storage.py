"""Tests of saving a network and reading it back: the same to the last bit, from files that may be damaged."""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import CRS

from tenmin.inputs.walkers import Walker
from tenmin.network import WalkNetwork
from tenmin.network._columns import plain, restored
from tenmin.network._containers import ABOUT
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import Layout, no_lines
from tenmin.network._storage import SUFFIXES, is_saved_network, read_layout, save_layout
from tenmin.support.errors import FileError, InputError, OutputError
from towns import cases

LOCAL = "+proj=tmerc +lat_0=1.5 +lon_0=117.123 +k=1 +x_0=500000 +y_0=-37.5 +ellps=krass +units=m +no_defs"
CRS_KINDS = ("EPSG:32650", "EPSG:2326", "EPSG:4547", LOCAL)
HOSTILE = (
    "'; DROP TABLE lines; --", 'a"b', "../../etc/passwd", "/vsimem/x", "select", "", " ", "None", "nan", "NaN", "null",
    "药店", "\u202ertl", "a\tb\nc\rd", "\x00", "x\x00y", "\ud800", "\uffff", "👩🏽", "1", "-1", "True", "{}", "[1]",
    "A", "a", "fid", "geom", "geometry", "layer", "label", "about", "tenmin", "lines.u", "ways.rule", "x" * 300,
)  # fmt: skip
WALKER = Walker("someone", speed_kmh=4.1, stairs_factor=math.inf, source="me", assumed=True)

texts = st.sampled_from(HOSTILE) | st.text(max_size=8)
names = texts.filter(lambda text: "\ud800" not in text)
whole = st.integers(-(2**63), 2**63 - 1)
numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)
labels = whole | texts | st.tuples(st.floats(-1e6, 1e6), st.integers(-5, 5))
values = st.none() | st.booleans() | whole | numbers | texts


def column(kind: str, cells: list[Any]) -> pd.Series:
    """Cells as a column of one kind."""
    if kind == "object":
        made = np.empty(len(cells), object)
        for row, cell in enumerate(cells):
            made[row] = cell
        return pd.Series(made, dtype=object)
    return pd.Series(cells, dtype=kind)


KINDS: dict[str, st.SearchStrategy[Any]] = {
    "int64": whole,
    "int32": st.integers(-(2**31), 2**31 - 1),
    "uint8": st.integers(0, 255),
    "uint64": st.integers(0, 2**64 - 1),
    "float64": numbers,
    "float32": st.floats(width=32),
    "bool": st.booleans(),
    "str": names | st.just(float("nan")),
    "object": values,
    "Int64": whole | st.just(pd.NA),
    "boolean": st.booleans() | st.just(pd.NA),
}


@st.composite
def frames(draw: st.DrawFn, shapes: st.SearchStrategy[Any] | None, crs: str) -> pd.DataFrame:
    rows = draw(st.integers(0, 4))
    given = draw(st.lists(names, max_size=3, unique=True))
    kinds = [draw(st.sampled_from(sorted(KINDS))) for _ in given]
    made = {
        name: column(kind, draw(st.lists(KINDS[kind], min_size=rows, max_size=rows)))
        for name, kind in zip(given, kinds, strict=True)
    }
    frame = pd.DataFrame(made, index=pd.RangeIndex(rows))
    if draw(st.booleans()):
        frame.index = pd.Index(column("object", draw(st.lists(values, min_size=rows, max_size=rows))), dtype=object)
    frame.index.name = draw(st.none() | names)
    if shapes is None:
        return frame
    geometry = draw(st.lists(st.none() | shapes, min_size=rows, max_size=rows))
    name = draw(st.sampled_from([one for one in ("geometry", "geom", "where is it?") if one not in given]))
    return gpd.GeoDataFrame(
        frame.assign(**{name: gpd.array.from_shapely(np.array(geometry, object), crs=crs)}), geometry=name
    )


places = st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))
points = places.map(shapely.Point) | st.tuples(places, st.floats(-10, 9e3)).map(lambda p: shapely.Point(*p[0], p[1]))
streets = st.lists(places, min_size=2, max_size=4, unique=True).map(shapely.LineString)
others = points | streets | st.sampled_from(
    [shapely.Point(), shapely.box(0, 0, 1, 1), shapely.MultiPoint([(0, 0), (1, -0.0)]), shapely.MultiLineString()]
)  # fmt: skip


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    crs = draw(st.sampled_from(CRS_KINDS))
    rows = draw(st.integers(1, 4))

    def cells(strategy: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(strategy, min_size=rows, max_size=rows))

    kind = draw(st.sampled_from([whole, texts, labels]))
    lines = gpd.GeoDataFrame(
        {
            "u": column("int64" if kind is whole else "object", cells(kind)),
            "v": column("int64" if kind is whole else "object", cells(kind)),
            "way": column("object", cells(labels)),
            "kind": column("object", cells(st.none() | texts)),
            "name": column("object", cells(st.none() | texts)),
            "rule": "as given",
            "oneway": column("bool", cells(st.booleans())),
            "seconds": column("float64", cells(st.floats(0.001, 1e9))),
            "seconds_back": column("float64", cells(st.floats(0.001, 1e9) | st.just(math.inf))),
        },
        geometry=cells(streets),
        crs=crs,
    )
    return Layout(
        GeometryTable.of(lines),
        barriers=draw(frames(others, crs)),
        gates=draw(frames(points, crs) | st.just(no_lines(("kind",)))),
        entrances=draw(frames(points, crs)),
        ways=draw(frames(None, crs)),
        cut=draw(st.frozensets(labels, max_size=3)),
        boundary=draw(st.none() | st.just(shapely.box(0, 0, 1 / 3, 1e6 / 7))),
        source=draw(texts),
        date=draw(st.none() | texts),
        left_out=draw(frames(None, crs)),
        private=draw(st.sampled_from(["residents", "closed", "open"])),
        island=draw(st.integers(0, 1_000)),
    )


def bits(values: Any) -> list[Any]:
    """Values so that equal means the same: types, NaN, None and NA, and the sign of zero."""
    return [(type(one).__name__, repr(one)) for one in np.asarray(values, dtype=object).tolist()]


def assert_same_frame(before: pd.DataFrame, after: pd.DataFrame) -> None:
    assert type(before) is type(after)
    assert list(before.columns) == list(after.columns)
    assert before.columns.dtype == after.columns.dtype
    assert [str(one) for one in before.dtypes] == [str(one) for one in after.dtypes]
    assert type(before.index) is type(after.index)
    assert (before.index.dtype, before.index.name) == (after.index.dtype, after.index.name)
    assert bits(before.index) == bits(after.index)
    for name in before.columns:
        if str(before[name].dtype) == "geometry":
            assert shapely.to_wkb(before[name].to_numpy()).tolist() == shapely.to_wkb(after[name].to_numpy()).tolist()
        else:
            assert bits(before[name]) == bits(after[name])
    if isinstance(before, gpd.GeoDataFrame) and isinstance(after, gpd.GeoDataFrame):
        assert before.geometry.name == after.geometry.name
        assert before.crs == after.crs


def assert_same_layout(before: Layout, after: Layout) -> None:
    for field in fields(Layout):
        one, two = getattr(before, field.name), getattr(after, field.name)
        if isinstance(one, GeometryTable):
            one, two = one.frame(), two.frame()
        if isinstance(one, pd.DataFrame):
            assert_same_frame(one, two)
        elif field.name == "boundary":
            assert shapely.to_wkb(one) == shapely.to_wkb(two)
        else:
            assert (type(one), one) == (type(two), two)


@pytest.mark.parametrize("suffix", SUFFIXES)
@cases(12)
@given(layout=layouts())
def test_what_is_read_is_what_was_saved(suffix: str, layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("saved") / f"network{suffix}"
    save_layout(layout, WALKER, path)
    after, walker = read_layout(path)
    assert_same_layout(layout, after)
    assert walker == WALKER


@given(value=st.recursive(values, lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(texts, inner)))
def test_any_value_comes_back_from_json(value: Any) -> None:
    after = restored(json.loads(json.dumps(plain(value))))
    assert repr(after) == repr(value)


@pytest.fixture(scope="session")
def town(helsinki: Path) -> WalkNetwork:
    return WalkNetwork.from_osm(helsinki, walker=WALKER)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_real_network_comes_back(suffix: str, town: WalkNetwork, tmp_path: Path) -> None:
    save_layout(town.layout, town.walker, tmp_path / f"helsinki{suffix}")
    layout, walker = read_layout(tmp_path / f"helsinki{suffix}")
    assert_same_layout(town.layout, layout)
    after = WalkNetwork.of(layout, walker)
    assert walker == WALKER
    for name in ("nodes", "edges", "barriers", "gates", "entrances", "left_out"):
        assert_same_frame(getattr(town, name), getattr(after, name))
    assert_frame_equal(town.walked_by("adult").edges, after.walked_by("adult").edges, check_exact=True)


def test_the_same_network_is_the_same_parquet_file(town: WalkNetwork, tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        save_layout(town.layout, town.walker, tmp_path / name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_other_programs_read_the_files(town: WalkNetwork, tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        save_layout(town.layout, town.walker, tmp_path / f"town{suffix}")
    lines = pyogrio.read_dataframe(tmp_path / "town.gpkg", layer="lines")
    assert lines.crs == town.crs
    assert lines["u"].tolist() == town.layout.lines["u"].tolist()
    assert lines.geometry.geom_equals_exact(town.layout.lines.frame().geometry, 0.0, align=False).all()
    names = pyogrio.list_layers(tmp_path / "town.gpkg")[:, 0].tolist()
    assert {"lines", "barriers", "gates", "entrances", "ways", "boundary", ABOUT} <= set(names)
    whole = gpd.read_parquet(tmp_path / "town.parquet")
    assert whole.crs == town.crs
    mine = whole[whole["layer"] == "lines"]
    assert mine.geometry.geom_equals_exact(town.layout.lines.frame().geometry, 0.0, align=False).all()
    assert mine["u"].astype("int64").tolist() == town.layout.lines["u"].tolist()


def small_lines() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"u": [1, 2], "v": [2, -3], "way": ["a", "b"], "kind": None, "rule": "as given", "name": None, "oneway": False},
        geometry=[shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (100, 50)])],
        crs="EPSG:32650",
    )


def small(lines: gpd.GeoDataFrame | None = None, **changes: Any) -> Layout:
    table = GeometryTable.of(small_lines() if lines is None else lines)
    return replace(Layout(table, source="small"), **changes)


@pytest.mark.parametrize("name", ["n.shp", "n.geojson", "n", "n.gpkg.zip", "n.parquet.tmp", "n.pkl"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"\.gpkg or \.parquet"):
        save_layout(small(), WALKER, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_writer_that_fails_leaves_what_was_there(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"n{suffix}"
    save_layout(small(), WALKER, path)
    before = path.read_bytes()

    def full(target: Path, *_args: object) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tenmin.network._storage._WRITERS", {suffix: full})
    with pytest.raises(OutputError, match="disk is full"):
        save_layout(small(source="newer"), WALKER, path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_takes_the_place_of_an_older_one(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"n{suffix}"
    for source in ("first", "second"):
        save_layout(small(source=source), WALKER, path)
    assert read_layout(path)[0].source == "second"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


class Strange:
    """Nothing that a file holds."""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lines": small_lines().assign(way=[Strange(), 1])}, "lines: the column 'way'.*Strange"),
        ({"lines": small_lines().assign(day=pd.Timestamp("2024-01-01"))}, "lines: the column 'day'.*datetime"),
        ({"ways": pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)]))}, "several levels"),
        ({"cut": frozenset([Strange()])}, "Strange"),
    ],
)
def test_what_no_file_holds_is_refused_by_name(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        save_layout(small(**changes), WALKER, tmp_path / "n.parquet")
    assert list(tmp_path.iterdir()) == []


def test_files_of_others_are_told_apart(tmp_path: Path) -> None:
    small_lines().to_file(tmp_path / "plain.gpkg", layer="roads", engine="pyogrio")
    small_lines().to_parquet(tmp_path / "plain.parquet")
    save_layout(small(), WALKER, tmp_path / "ours.gpkg")
    save_layout(small(), WALKER, tmp_path / "ours.parquet")
    for suffix in SUFFIXES:
        assert is_saved_network(tmp_path / f"ours{suffix}")
        assert not is_saved_network(tmp_path / f"plain{suffix}")
        with pytest.raises(FileError, match="no network that tenmin saved"):
            read_layout(tmp_path / f"plain{suffix}")


def test_a_layer_that_is_called_like_ours_is_not_ours(tmp_path: Path) -> None:
    small_lines().to_file(tmp_path / "n.gpkg", layer=ABOUT, engine="pyogrio")
    assert not is_saved_network(tmp_path / "n.gpkg")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("part", [0.0, 0.02, 0.3, 0.6, 0.95])
def test_a_file_that_was_cut_short_is_refused(suffix: str, part: float, town: WalkNetwork, tmp_path: Path) -> None:
    path = tmp_path / f"n{suffix}"
    save_layout(town.layout, WALKER, path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(FileError, match=path.name):
        read_layout(path)


def edited(path: Path, **changes: Any) -> None:
    """Change what a GeoPackage of ours says of itself."""
    with sqlite3.connect(path) as base:
        [[text]] = base.execute(f"SELECT about FROM {ABOUT}").fetchall()
        about = json.loads(text)
        for keys, value in changes.items():
            inner = about
            *before, last = keys.split("__")
            for key in before:
                inner = inner[int(key) if isinstance(inner, list) else key]
            inner[last] = value
        base.execute(f"UPDATE {ABOUT} SET about = ?", [json.dumps(about)])
    base.close()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "of form 2"),
        ({"format": "other"}, "no network that tenmin saved"),
        ({"facts__private": "everybody"}, "private is 'everybody'"),
        ({"facts__island": "many"}, "island 'many'"),
        ({"facts__wings": 2}, "wings"),
        ({"walker__speed_kmh": -1}, "speed_kmh"),
        ({"walker__wings": 2}, "wings"),
        ({"layers__lines__rows": 3}, "2 rows, but was saved with 3"),
        ({"layers__lines__crs": "nonsense"}, "nonsense"),
        ({"layers__lines__crs": None}, "'a CRS'"),
        ({"layers__lines__columns__0__dtype": "object; import os"}, "unknown kind"),
        ({"layers__lines__columns__0__kind": "pickle"}, "unknown kind"),
        ({"layers__lines__columns__0__stored": "gone"}, "lacks the column 'gone'"),
        ({"layers__lines__columns__0__dtype": "bool"}, "was edited, or is damaged: its checksum"),
        ({"layers__lines__crs": "EPSG:32651"}, "was edited"),
        ({"walker__speed_kmh": 6.0}, "was edited"),
        ({"facts__source": "elsewhere"}, "was edited"),
        ({"checksum": "0" * 64}, "was edited"),
        ({"checksum": None}, "was edited"),
        ({"layers__lines__columns__0__label": "w"}, "lack 'u'"),
        ({"layers__lines__columns": []}, "not what tenmin writes|lack"),
        ({"layers": 7}, "not what tenmin writes"),
        ({"facts": []}, "not what tenmin writes"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = tmp_path / "n.gpkg"
    save_layout(small(), WALKER, path)
    edited(path, **changes)
    with pytest.raises(FileError, match=said):
        read_layout(path)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (small_lines().set_geometry([shapely.Point(0, 0), shapely.Point(1, 1)], crs="EPSG:32650"), "LineString"),
        (small_lines().set_geometry([None, None], crs="EPSG:32650"), "LineString"),
        (small_lines().assign(seconds=[1.0, 0.0]), "line 1 .*seconds"),
        (small_lines().assign(seconds=[math.inf, 1.0]), "line 0 .*seconds"),
        (small_lines().assign(seconds=[1.0, math.nan]), "line 1 .*seconds"),
        (small_lines().assign(seconds_back=[1.0, -math.inf]), "line 1 .*seconds"),
        (small_lines().drop(columns="oneway"), "'oneway'"),
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_lines_that_make_no_network_are_refused(lines: Any, said: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"n{suffix}"
    save_layout(small(lines=lines), WALKER, path)
    with pytest.raises(FileError, match=said):
        read_layout(path)


SWAPPED = "u = CASE fid WHEN 1 THEN 2 ELSE 1 END"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE lines SET {SWAPPED}", "its checksum"),
        ("UPDATE lines SET u = v, v = u", "its checksum"),
        ("UPDATE lines SET way = NULL WHERE fid = 1", "its checksum"),
        ("UPDATE lines SET oneway = 1", "its checksum"),
        ("UPDATE lines SET kind = ''", "its checksum"),
        ("UPDATE lines SET geom = (SELECT geom FROM lines AS other WHERE other.fid = 3 - lines.fid)", "its checksum"),
        ("UPDATE lines SET fid = 3 WHERE fid = 1", "its checksum"),
        (
            "INSERT INTO gpkg_spatial_ref_sys SELECT 'UTM 51', 32651, 'EPSG', 32651, definition, description"
            " FROM gpkg_spatial_ref_sys WHERE srs_id = 32650;"
            "UPDATE gpkg_spatial_ref_sys SET definition = replace(replace(definition, '50N', '51N'), '117', '123')"
            " WHERE srs_id = 32651;"
            "UPDATE gpkg_geometry_columns SET srs_id = 32651; UPDATE gpkg_contents SET srs_id = 32651",
            "saved in WGS 84 / UTM zone 50N, and is now said to be in WGS 84 / UTM zone 51N",
        ),
    ],
)
def test_a_value_changed_in_another_program_is_noticed(statement: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "n.gpkg"
    save_layout(small(), WALKER, path)
    with sqlite3.connect(path) as base:
        for [name] in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.executescript(statement)
    base.close()
    with pytest.raises(FileError, match=said):
        read_layout(path)


@pytest.mark.parametrize("column", ["u", "v", "way", "rule", "oneway", "geometry"])
def test_rows_exchanged_in_a_column_of_parquet_are_noticed(column: str, tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    save_layout(small(small_lines().assign(rule=["a", "b"], oneway=[True, False])), WALKER, path)
    table = pq.read_table(path)
    turned = table.column(column).take([1, 0])
    pq.write_table(table.set_column(table.column_names.index(column), column, turned), path)
    with pytest.raises(FileError, match="its checksum"):
        read_layout(path)


def test_a_crs_relabelled_in_parquet_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    save_layout(small(), WALKER, path)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["crs"] = CRS("EPSG:32651").to_json_dict()
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"geo": json.dumps(geo).encode()}), path)
    with pytest.raises(FileError, match="now said to be in WGS 84 / UTM zone 51N"):
        read_layout(path)


def test_a_street_deleted_in_another_program_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "n.gpkg"
    save_layout(small(), WALKER, path)
    lines = pyogrio.read_dataframe(path, layer="lines")
    pyogrio.write_dataframe(lines.iloc[:1], path, layer="lines", driver="GPKG")
    with pytest.raises(FileError, match="1 rows, but was saved with 2"):
        read_layout(path)


def test_a_parquet_column_that_is_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    save_layout(small(), WALKER, path)
    pq.write_table(pq.read_table(path).drop_columns(["v"]), path)
    with pytest.raises(FileError, match="lacks the column 'v'"):
        read_layout(path)


@pytest.mark.parametrize("text", [*CRS_KINDS, "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +units=m", "EPSG:3857"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_crs_comes_back(text: str, suffix: str, tmp_path: Path) -> None:
    lines = small_lines().set_crs(text, allow_override=True)
    save_layout(small(lines=lines), WALKER, tmp_path / f"n{suffix}")
    after = read_layout(tmp_path / f"n{suffix}")[0].lines.crs
    assert after == CRS.from_user_input(text)
    assert after.to_epsg() == lines.crs.to_epsg()
