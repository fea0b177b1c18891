"""Whatever stands in a file, and whatever is given for a path, one error of tenmin's own names it."""

from __future__ import annotations

import bz2
import gzip
import io
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from osm_toy import osm_xml
from tenmin.inputs.osm import read_streets
from tenmin.support.bounds import check_toml, check_workbook
from tenmin.support.errors import TenminError
from tenmin.support.files import open_input, reading
from towns import cases, clinics, homes, town

TABLES = (tm.read_facilities, tm.read_places, tm.read_areas)
STREETS = (tm.read_osm, read_streets)
NETWORKS = (tm.WalkNetwork.read,)
BOOKS = (*TABLES, tm.load_standard)
SETTINGS = (tm.load_standard, tm.load_walkers, tm.load_rules, tm.load_catalogue)
DEEP = 100_000


def refused(read: Callable[[Any], object], path: object, words: str | None = None) -> None:
    """Check that one error of tenmin's own names the file."""
    with pytest.raises(TenminError, match=words) as caught:
        read(path)
    assert Path(str(path)).name in str(caught.value)


def points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["a"], "category": ["clinic"]}, geometry=[shapely.Point(113.3, 23.1)], crs=4326)


def packed(parts: dict[str, str | bytes]) -> bytes:
    """A workbook of these parts, and of those that every workbook has."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].append(["name", "lon", "lat"])
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (old | parts).items():
            archive.writestr(name, data)
    return made.getvalue()


def geopackage(statement: str) -> bytes:
    """A GeoPackage of one point, after a statement of SQL."""
    stream = io.BytesIO()
    points().to_file(stream, driver="GPKG", layer="points", engine="pyogrio")
    base = sqlite3.connect(":memory:")
    base.deserialize(stream.getvalue())
    for [name] in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    base.executescript(statement)
    return base.serialize()


def parquet(metadata: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"name": ["a"], "geometry": [b"x"]}).replace_schema_metadata(metadata), stream)
    return stream.getvalue()


def features(geometry: str, properties: str = '{"name": "a"}') -> bytes:
    one = f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'
    return f'{{"type": "FeatureCollection", "features": [{one}]}}'.encode()


def deep(opening: str, closing: str) -> str:
    return opening * DEEP + closing * DEEP


ways = osm_xml({1: (0.0, 0.0), 2: (0.0, 0.001)}, {1: ([1, 2], {"highway": "footway"})})
sheet = "xl/worksheets/sheet1.xml"


def one_cell(cell: str, row: str = '<row r="1">', after: str = "") -> str:
    """A sheet with a cell."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{row}{cell}</row></sheetData>{after}</worksheet>'


CONTENTS: dict[str, tuple[str, bytes | Callable[[], bytes], tuple[Callable[[Any], object], ...]]] = {
    "a latitude of 95 degrees": ("a.osm", ways.replace('lat="0.001"', 'lat="95"').encode(), STREETS),
    "a latitude that is none": ("a.osm", ways.replace('lat="0.001"', 'lat="x"').encode(), STREETS),
    "a longitude of 1e12": ("a.osm", ways.replace('lon="0.0"', 'lon="1e12"').encode(), STREETS),
    "an id of 30 digits": ("a.osm", ways.replace('id="2"', f'id="{"9" * 30}"').encode(), STREETS),
    "half a workbook": ("a.xlsx", lambda: packed({})[:-900], TABLES),
    "a sheet that is no XML": ("a.xlsx", lambda: packed({sheet: b"<worksheet"}), TABLES),
    "a sheet that is missing": ("a.xlsx", lambda: packed({"xl/workbook.xml": b"<workbook/>"}), TABLES),
    "a cell without a number": (
        "a.xlsx", lambda: packed({sheet: one_cell('<c r="?"/>')}), TABLES
    ),
    "a style that is not there": (
        "a.xlsx", lambda: packed({sheet: one_cell('<c r="A1" s="999"><v>1</v></c>')}), TABLES
    ),
    "text that is not UTF-8": (
        "a.gpkg", lambda: geopackage("UPDATE points SET name = CAST(X'FF41FE' AS TEXT)"), TABLES
    ),
    "a database without layers": ("a.gpkg", lambda: geopackage("DROP TABLE gpkg_contents"), (*TABLES, *NETWORKS)),
    "geo = null": ("a.parquet", lambda: parquet({"geo": "null"}), (*TABLES, *NETWORKS)),
    "geo = []": ("a.parquet", lambda: parquet({"geo": "[]"}), (*TABLES, *NETWORKS)),
    "geo that is deep": ("a.parquet", lambda: parquet({"geo": deep("[", "]")}), (*TABLES, *NETWORKS)),
    "geo without columns": (
        "a.parquet", lambda: parquet({"geo": '{"primary_column": "geometry", "columns": 7}'}), (*TABLES, *NETWORKS)
    ),
    "deep JSON": ("a.geojson", deep("[", "]").encode(), TABLES),
    "deep properties": ("a.geojson", lambda: features("null", f'{{"a": {deep("[", "]")}}}'), TABLES),
    "deep shapes": (
        "a.geojson", lambda: features(deep('{"type": "GeometryCollection", "geometries": [', "]}")), TABLES
    ),
    "features that are numbers": ("a.geojson", b'{"type": "FeatureCollection", "features": [1, 2]}', TABLES),
    "a place at 1e12": ("a.geojson", lambda: features('{"type": "Point", "coordinates": [1e12, 2]}'), TABLES),
    "a place at infinity": ("a.geojson", lambda: features('{"type": "Point", "coordinates": [1e999, 2]}'), TABLES),
    "a place of texts": ("a.geojson", lambda: features('{"type": "Point", "coordinates": ["a", "b"]}'), TABLES),
    "a cell at 1e12": ("a.csv", b"name,category,lon,lat\na,clinic,1e12,23\n", TABLES),
    "a quotation mark that stays open": ("a.csv", b'name,lon,lat\n"a,1,2\n', TABLES),
    "deep TOML": ("a.toml", f"a = {deep('[', ']')}".encode(), SETTINGS),
    "TOML of other types": ("a.toml", b"[[clause]]\nid = [1]\n[adult]\nspeed_kmh = {}\n", SETTINGS),
    "TOML of a date": ("a.toml", b"id = 1979-05-27\n", SETTINGS),
    "a graph that is deep": ("a.graphml", f"<graphml>{deep('<graph>', '</graph>')}</graphml>".encode(), NETWORKS),
    "a graph of another encoding": ("a.graphml", b'<?xml version="1.0" encoding="x-nobody"?><graphml/>', NETWORKS),
    "a network that is no database": ("a.gpkg", b"SQLite format 3\0" + bytes(5000), (*TABLES, *NETWORKS)),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # GDAL warns of some files before it refuses them
@pytest.mark.parametrize("kind", CONTENTS)
def test_what_a_file_holds_gives_an_error_that_names_it(kind: str, tmp_path: Path) -> None:
    name, content, doors = CONTENTS[kind]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content())
    for read in doors:
        refused(read, path)


def many_rows(rows: int, plain: bool = False, **columns: object) -> bytes:
    """A Parquet file that says a few bytes very often."""
    stream = io.BytesIO()
    first = pa.array(np.zeros(rows, np.int32))
    cells = {name: pa.DictionaryArray.from_arrays(first, pa.array([value])) for name, value in columns.items()}
    pq.write_table(pa.table(cells), stream, store_schema=not plain)
    return stream.getvalue()


def unlike_features(count: int) -> bytes:
    """Features of which none has the properties of another."""
    one = [f'{{"type": "Feature", "geometry": null, "properties": {{"p{k}": 1}}}}' for k in range(count)]
    return f'{{"type": "FeatureCollection", "features": [{",".join(one)}]}}'.encode()


def endless_view(name: str) -> str:
    """A layer of lines without end."""
    line = f"X'47500001E6100000{shapely.LineString([(0, 0), (1, 1)]).wkb_hex}'"
    numbers = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
    return f"""
        UPDATE gpkg_contents SET table_name = '{name}';
        UPDATE gpkg_geometry_columns SET table_name = '{name}', geometry_type_name = 'LINESTRING';
        DROP TABLE points;
        CREATE VIEW {name} AS {numbers} SELECT x AS fid, {line} AS geom, hex(x) AS name FROM c
    """


def late_bomb() -> bytes:
    """Compressed streets that are harmless in their first 64 MiB."""
    start = b"<osm>" + np.random.default_rng(1).integers(65, 91, 450_000, np.uint8).tobytes()
    return gzip.compress(start + b" " * 110_000_000, 5, mtime=0)


LARGE: dict[str, tuple[str, Callable[[], bytes], tuple[Callable[[Any], object], ...], str]] = {
    "a cell in row 10^9": (
        "a.xlsx", lambda: packed({sheet: one_cell('<c r="A999999999"/>', '<row r="999999999">')}), BOOKS,
        "holds 999,999,999 rows, and at most 1,048,576",
    ),
    "a cell in column ZZZ": (
        "a.xlsx", lambda: packed({sheet: one_cell('<c r="ZZZ1"/>')}), BOOKS, "18,278 columns, and at most 16,384"
    ),
    "a merge of the whole sheet": (
        "a.xlsx",
        lambda: packed({sheet: one_cell("", after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')}),
        BOOKS, "17,179,869,184 cells .*at most 5,000,000",
    ),
    "the last column in many rows": (
        "a.xlsx", lambda: packed({sheet: one_cell("</row><row>".join(['<c r="XFD1"/>'] * 400))}), BOOKS,
        r"5,\d{3},\d{3} cells .*at most 5,000,000",
    ),
    "a workbook that unpacks to much": (
        "a.xlsx", lambda: packed({"a.png": bytes(5_000_000)}), BOOKS, r"unpacks from [\d,]+ to 5,\d{3},\d{3} bytes"
    ),
    "an endless view": ("a.gpkg", lambda: geopackage(endless_view("v")), (*TABLES, *NETWORKS), "'v' is a view"),
    "a view named like a table of the system": (
        "a.gpkg", lambda: geopackage("CREATE VIEW gpkg_more AS SELECT 1"), TABLES, "'gpkg_more' is a view"
    ),
    "a computed column": (
        "a.gpkg", lambda: geopackage("ALTER TABLE points ADD COLUMN much TEXT AS (hex(zeroblob(400000000)))"), TABLES,
        "the column 'much' of 'points' is computed",
    ),
    "20 million rows": (
        "a.parquet", lambda: many_rows(20_000_001, a=1), TABLES, "holds 20,000,001 cells, and at most 20,000,000"
    ),
    "a long text in all rows": (
        "a.parquet", lambda: many_rows(2000, name="x" * 200_000), (*TABLES, *NETWORKS), "more than 200 times its size"
    ),
    "a long text in a column that is no dictionary": (
        "a.parquet", lambda: many_rows(2000, True, name="x" * 200_000), TABLES, "more than 200 times its size"
    ),
    "features of unlike properties": (
        "a.geojson", lambda: unlike_features(5000), TABLES, "holds 25,000,000 cells, and at most 20,000,000"
    ),
    "20,000 headings": ("a.csv", (",".join(map(str, range(20_000)))).encode, TABLES, "20,000 columns, and at most"),
    "a key of many dots": ("a.toml", lambda: b"a." * 40 + b"a = 1", SETTINGS, "32 dots or more"),
    "a quoted key of many dots": ("a.toml", lambda: b"x = { " + b'"a" . ' * 40 + b"a = 1 }", SETTINGS, "32 dots"),
    "a long TOML": ("a.toml", lambda: b"# " + b"a" * 2**20, SETTINGS, "1,048,578 characters, and at most 1,048,576"),
    "a bomb after 64 MiB": ("a.osm.gz", late_bomb, (tm.read_osm,), r"more than 200 times its size, to [\d,]+ bytes"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LARGE)
def test_what_unpacks_to_too_much_is_refused_with_the_figure(kind: str, tmp_path: Path) -> None:
    name, content, doors, words = LARGE[kind]
    path = tmp_path / name
    path.write_bytes(content())
    for read in doors:
        refused(read, path, words)


def test_what_is_large_and_sound_is_let_through(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(packed({sheet: one_cell('<c r="A1"/><c r="XFD1"/>', '<row r="1048576">')}))
    check_workbook(tmp_path / "a.xlsx")
    check_toml(tmp_path / "a.toml", "a = 1.5 # e.g. ... " + "x.y " * 100 + "\n" + "a." * 31 + "a = 1")


COMMENT = f"<!--{' ' * 100_000}-->"
DTD = '<!DOCTYPE a [<!ENTITY b "c">]>'
FILLER = np.random.default_rng(1).integers(65, 91, 2**20 + 900, np.uint8).tobytes().decode()
REMARK = "<remark>runtime error: Query timed out</remark>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("head", [DTD, COMMENT + DTD, '<!DOCTYPE a SYSTEM "file:///etc/passwd">'])
@pytest.mark.parametrize("part", [sheet, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"])
def test_no_part_of_a_workbook_declares_a_document_type(part: str, head: str, encoding: str, tmp_path: Path) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")[:6].rstrip("-")}"?>{head}<a/>'
    (tmp_path / "a.xlsx").write_bytes(packed({part: declared.encode(encoding)}))
    for read in BOOKS:
        refused(read, tmp_path / "a.xlsx", r"sheet1\.xml|workbook\.xml|Content_Types.* defines its own entities")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
@pytest.mark.parametrize(
    "text",
    [
        ways.replace("<node", f"{REMARK}<node", 1),
        ways.replace("</osm>", f"{REMARK}{FILLER[:100_000]}</osm>"),
        ways.replace("</osm>", f"{FILLER}{REMARK}</osm>"),
        ways.replace("</osm>", f"<note>{REMARK.replace('k>r', 'k >r')}</note></osm>"),
    ],
)
def test_a_remark_is_found_wherever_it_stands(text: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / {bytes: "a.osm", gzip.compress: "a.osm.gz", bz2.compress: "a.osm.bz2"}[pack]
    path.write_bytes(pack(text.encode()))
    refused(tm.read_osm, path, "broken-off answer of Overpass .'runtime error: Query timed out'")


@pytest.mark.parametrize("split", range(0, 60, 7))
def test_a_remark_across_two_blocks_is_found(split: int, tmp_path: Path) -> None:
    before, after = ways.split("<node", 1)
    path = tmp_path / "a.osm"
    path.write_text(f"{before}{' ' * (2**20 - len(before) - split)}{REMARK}<node{after}")
    refused(tm.read_osm, path, "Overpass .'runtime error: Query timed out'")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_streets_declare_no_document_type_behind_a_comment(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.osm"
    path.write_bytes(f'<?xml version="1.0"?>{COMMENT}{DTD}{ways.partition("?>")[2]}'.encode(encoding))
    refused(tm.read_osm, path, "document type declaration|not in UTF-8")


def closed_file(folder: Path) -> object:
    stream = (folder / "a.txt").open("w")
    stream.close()
    return stream


@pytest.mark.parametrize("path", [3, b"a.csv", 1.5, (), closed_file])
@pytest.mark.parametrize("read", [*TABLES, *STREETS, *NETWORKS, *SETTINGS, open_input])
def test_what_is_no_path_is_refused(read: Callable[[Any], object], path: Any, tmp_path: Path) -> None:
    given_path = path(tmp_path) if callable(path) else path
    with pytest.raises(TenminError, match="no path"):
        read(given_path)


@pytest.mark.parametrize("read", [*TABLES, *STREETS, *NETWORKS, open_input, tm.load_standard])
def test_none_is_no_path(read: Callable[[Any], object]) -> None:
    with pytest.raises(TenminError, match="None is a NoneType, no path"):
        read(None)


@pytest.mark.parametrize("read", [*TABLES, *STREETS, *NETWORKS, *SETTINGS])
def test_a_folder_is_named(read: Callable[[Any], object], tmp_path: Path) -> None:
    refused(read, tmp_path / "", "is a folder")


@pytest.mark.parametrize("path", [None, 3, b"a.gpkg", (), closed_file])
def test_what_is_no_path_takes_no_result(path: Any, tmp_path: Path) -> None:
    given_path = path(tmp_path) if callable(path) else path
    network = town([(0.0, 0.0), (300.0, 0.0)])
    page = tm.draw_map(tm.measure_coverage(network, homes({"h": (10, 0)}), clinics({"a": (0, 0)}), minutes=5))
    writers = [network.save, tm.write_template] + [page.save] * (not isinstance(path, bytes))
    for write in writers:
        with pytest.raises(TenminError, match=r"no path|takes no map"):
            write(given_path)


def test_an_error_of_a_driver_names_the_file_and_its_own_stays() -> None:
    with pytest.raises(tm.FileError, match=r"a\.csv is damaged.*\(KeyError\)") as caught, reading("a.csv"):
        raise KeyError
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(tm.FileError, match="does not fit into the memory"), reading("a.csv"):
        raise MemoryError
    with pytest.raises(tm.TableError, match=r"^row 2$"), reading("a.csv"):
        raise tm.TableError("row 2")
    with pytest.raises(tm.TenminWarning), reading("a.csv"):
        raise tm.TenminWarning


FAR = (1e12, -1e12, 1e300, 3e7)


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:4547", "+proj=tmerc +lon_0=117 +x_0=500000 +units=m", "EPSG:4326"])
def test_a_coordinate_beyond_the_crs_reaches_no_kernel(far: float, crs: str) -> None:
    lines = [shapely.LineString([(0, 0), (far, 0)])]
    with pytest.raises(TenminError, match="edges: the coordinates of 0"):
        tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=lines, crs=crs), walker="adult")
    network = town([(0.0, 0.0), (300.0, 0.0)])
    spot = gpd.GeoDataFrame({"category": ["clinic"], "people": 1.0}, geometry=[shapely.Point(10, far)], crs=crs)
    near, doors = homes({"h": (10, 0)}), clinics({"a": (0, 0)})
    for measure in (
        lambda: tm.measure_walks(network, spot, doors, minutes=5),
        lambda: tm.measure_walks(network, near, spot, minutes=5),
        lambda: tm.trace_isochrones(network, spot, minutes=5),
        lambda: tm.measure_coverage(network, near, doors, minutes=5, areas=spot),
    ):
        with pytest.raises(TenminError, match="the coordinates of 0"):
            measure()


@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:4526"])
def test_a_grid_holds_its_own_country(crs: str) -> None:
    here = gpd.GeoSeries([shapely.LineString([(114.31, 30.59), (114.32, 30.6)])], crs=4326).to_crs(crs)
    assert len(tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=here), walker="adult").edges) == 1


def test_a_crs_without_a_place_on_the_map_is_refused() -> None:
    lines = [shapely.LineString([(-2e6, 5e6), (-2e6, 5.001e6)])]
    with pytest.raises(tm.TableError, match="WGS 84, a Geocentric CRS without a place on the map"):
        tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=lines, crs="EPSG:4978"), walker="adult")


@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:3857", "EPSG:2326", "EPSG:4547"])
def test_degrees_that_are_said_to_be_metres_are_refused(crs: str, tmp_path: Path) -> None:
    lines = [shapely.LineString([(116.3, 39.9), (116.31, 39.9)]), shapely.LineString([(116.31, 39.9), (116.31, 39.92)])]
    with pytest.raises(TenminError, match=r"longitudes and latitudes, and the CRS says metres|outside of the area"):
        tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=lines, crs=crs), walker="adult")
    points().set_crs(crs, allow_override=True).to_file(tmp_path / "a.gpkg", engine="pyogrio")
    refused(tm.read_facilities, tmp_path / "a.gpkg", "113.3, 23.1, are longitudes and latitudes, and .* is in metres")


@pytest.mark.parametrize("crs", ["EPSG:2326", "EPSG:27700", "EPSG:32733"])
def test_a_metric_crs_of_another_country_is_refused(crs: str) -> None:
    here = gpd.GeoSeries([shapely.LineString([(116.3, 39.9), (116.31, 39.9)])], crs=4326)
    for lines in (here.to_crs(crs), here.to_crs(32650).set_crs(crs, allow_override=True)):
        if crs == "EPSG:32733" and lines.iloc[0].bounds[0] < 1e6:
            continue  # what is said to be in a neighbouring zone, or another one, cannot be told from its numbers
        with pytest.raises(tm.TableError, match="outside of the area of"):
            tm.WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=lines), walker="adult")


def test_a_file_in_geocentric_coordinates_is_refused(tmp_path: Path) -> None:
    points().set_crs("EPSG:4978", allow_override=True).to_parquet(tmp_path / "a.parquet")
    refused(tm.read_facilities, tmp_path / "a.parquet", "a Geocentric CRS without a place on the map")


def test_a_row_on_the_other_side_of_the_globe_is_named() -> None:
    network = tm.WalkNetwork.from_edges(
        gpd.GeoDataFrame(geometry=[shapely.LineString([(116.3, 39.9), (116.31, 39.9)])], crs=4326), walker="adult"
    )
    far = gpd.GeoDataFrame({"category": "clinic"}, geometry=[shapely.Point(27, 0)], index=["x"], crs=4326)
    with pytest.raises(tm.TableError, match="'x' have no place in WGS 84 / UTM zone 50N"):
        tm.trace_isochrones(network, far, minutes=5)


@pytest.mark.filterwarnings("ignore")
@cases(30)
@given(data=st.data())
def test_random_damage_gives_no_other_error(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Bytes of sound files are changed, removed or repeated; what is then read or refused is tenmin's own doing."""
    name, sound, read = data.draw(st.sampled_from(SOUND))
    content = bytearray(sound())
    for _ in range(data.draw(st.integers(1, 4))):
        at, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 40))
        content[at : at + length] = data.draw(st.binary(max_size=40))
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(content)
    with suppress(TenminError):
        read(path)


@cache
def table_of(suffix: str) -> bytes:
    stream = io.BytesIO()
    if suffix == ".parquet":
        points().to_parquet(stream)
    elif suffix == ".xlsx":
        pd.DataFrame({"name": ["a"], "category": ["clinic"], "lon": [113.3], "lat": [23.1]}).to_excel(stream)
    else:
        points().to_file(stream, driver="GPKG" if suffix == ".gpkg" else "GeoJSON", engine="pyogrio", layer="points")
    return stream.getvalue()


SOUND: list[tuple[str, Callable[[], bytes], Callable[[Any], object]]] = [
    ("a.osm", ways.encode, tm.read_osm),
    ("a.csv", "名称,类别,经度,纬度\na,clinic,113.3,23.1\n".encode, tm.read_facilities),
    ("a.toml", lambda: b"[adult]\nspeed_kmh = 4.8\n", tm.load_walkers),
    *((f"a{suffix}", lambda suffix=suffix: table_of(suffix), tm.read_facilities)
      for suffix in (".geojson", ".gpkg", ".parquet", ".xlsx")),
]  # fmt: skip
