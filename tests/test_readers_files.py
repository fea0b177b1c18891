"""A table reads the same from every format and encoding; other files are refused with a way out."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from reader_files import FACILITIES, write_csv, write_vector, write_xlsx
from tenmin.inputs.areas import read_areas
from tenmin.inputs.facilities._register import read_facilities
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import FileError, TableError

EXPECTED = [
    ["00123", "长安药店", "pharmacy", ("长安社区",), 620.0, ("阅览室", "警务室")],
    ["9007199254740993", "NA", "hospital", ("平安社区",), 1200.0, ()],
]


def seen(table) -> list[list[object]]:
    columns = table[["name", "category", "area", "floor_area_m2", "rooms"]]
    return [[label, *row] for label, row in zip(table.index, columns.to_numpy().tolist(), strict=True)]


@pytest.mark.parametrize(
    ("encoding", "detected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_csv_of_every_encoding(tmp_path: Path, encoding, detected):
    table = read_facilities(write_csv(tmp_path / "台账.csv", FACILITIES, encoding))
    assert seen(table) == EXPECTED
    assert table.attrs["encoding"] == detected
    assert list_remarks(table).empty
    assert [(point.x, point.y) for point in table.geometry] == [(105.0012, 38.4021), (105.0112, 38.4051)]
    assert table.crs == "EPSG:4326"


def test_csv_of_an_encoding_that_is_given(tmp_path: Path):
    path = write_csv(tmp_path / "a.csv", [["名稱", "類別", "社區"], ["長安", "pharmacy", "長安"]], "big5")
    columns = {"名稱": "name", "類別": "category", "社區": "area"}
    table = read_facilities(path, columns=columns, encoding="big5")
    assert table["name"].tolist() == ["長安"]
    with pytest.raises(FileError, match="'gb-18030-x' is not known"):
        read_facilities(path, encoding="gb-18030-x")
    with pytest.raises(FileError, match="is not in utf-8; name its encoding="):
        read_facilities(path, encoding="utf-8")


@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_tabs_between_columns(tmp_path: Path, name):
    assert seen(read_facilities(write_csv(tmp_path / name, FACILITIES, between="\t"))) == EXPECTED


@pytest.mark.parametrize("name", ["a.xlsx", "a.geojson", "a.gpkg", "a.parquet"])
def test_other_formats(tmp_path: Path, name):
    path = write_xlsx(tmp_path / name, FACILITIES) if name == "a.xlsx" else write_vector(tmp_path / name)
    table = read_facilities(path)
    assert seen(table) == EXPECTED
    assert list_remarks(table).empty
    assert [round(point.x, 9) for point in table.geometry] == [105.0012, 105.0112]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_shapefile_of_both_encodings_with_cut_headings(tmp_path: Path, encoding, with_cpg):
    rows = [["编号", "名称", "设施类别", "所属社区", "建筑面积_m2", "功能室", "经度", "纬度"], *FACILITIES[1:]]
    path = write_vector(tmp_path / "台账.shp", rows, encoding)
    if not with_cpg:
        path.with_suffix(".cpg").unlink()
    table = read_facilities(path)
    assert seen(table) == EXPECTED
    assert table.attrs["encoding"] == ("gb18030" if encoding == "GBK" else "utf-8")


def test_shapefile_whose_unit_was_cut_is_not_guessed(tmp_path: Path):
    rows = [["编号", "类别", "建筑面积（亩）", "经度", "纬度"], ["1", "药店", "3", "105", "38"]]
    path = write_vector(tmp_path / "a.shp", rows, "GBK")
    with pytest.raises(TableError, match=r"was cut, and its unit with it.*columns=\{'建筑面积（': 'floor_area_m2'\}"):
        read_facilities(path)
    assert read_facilities(path, columns={"建筑面积（": "用地面积(亩)"})["land_area_m2"].tolist() == [2000.0]


def test_shapefile_needs_its_other_files_and_a_crs(tmp_path: Path):
    path = write_vector(tmp_path / "a.shp", crs=None)
    with pytest.raises(TableError, match=r"does not say its CRS; state it, e\.g\. crs='EPSG:4326'"):
        read_facilities(path)
    assert seen(read_facilities(path, crs="EPSG:4326")) == EXPECTED
    path.with_suffix(".dbf").unlink()
    with pytest.raises(FileError, match=r"a\.dbf is missing"):
        read_facilities(path)


def test_numbers_of_vector_files_keep_their_digits_and_their_type(tmp_path: Path):
    feature = {
        "type": "Feature",
        "properties": {
            "编号": 9007199254740993,
            "类别": "药店",
            "建筑面积": 620.5,
            "电梯": 2,
            "评分": 4.5,
            "无障碍": True,
            "功能室": ["甲", "乙"],
        },
        "geometry": {"type": "Point", "coordinates": [105.0, 38.4]},
    }
    empty = {"type": "Feature", "properties": {"编号": None, "类别": "药店"}, "geometry": None}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, empty]}), "utf-8")
    table = read_facilities(path)
    assert table.index[0] == "9007199254740993"
    assert table["floor_area_m2"].tolist()[0] == 620.5
    assert table["rooms"].tolist() == [("甲", "乙"), ()]
    assert [str(table[name].dtype) for name in ("电梯", "评分", "无障碍")] == ["Int64", "float64", "boolean"]
    listed = list_remarks(table)
    assert listed.loc[listed["row"] == 0, "field"].tolist() == ["无障碍", "电梯", "评分"]
    reasons = listed.loc[listed["row"] > 0, "reason"].tolist()
    assert reasons == ["no position and no community: it counts nowhere", "no position"]


def test_json_that_is_no_geojson_is_refused(tmp_path: Path):
    path = tmp_path / "a.geojson"
    for text in ('{"type": "gdal_streamed_alg", "command_line": "x"}', "[1]", '{"type": "FeatureCollection"'):
        path.write_text(text)
        with pytest.raises(FileError, match=r"no GeoJSON|damaged"):
            read_facilities(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.xls", r"save it in Excel or WPS as \.xlsx"),
        ("a.dwg", "CAD drawing; export its layer"),
        ("a.gdb", "geodatabase; export the layer"),
        ("a.mdb", "Access database; export"),
        ("a.kml", "export it with QGIS"),
        ("https://ditu.example.com/share/1", "is a link; open it, export"),
        ("a.docx", "copy its table into Excel"),
    ],
)
def test_what_is_not_read_is_refused_with_how_to_export_it(tmp_path: Path, name, words):
    with pytest.raises(FileError, match=words):
        read_facilities(name if ":" in name else tmp_path / name)


def test_an_old_workbook_under_a_new_name_is_known(tmp_path: Path):
    (tmp_path / "a.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100))
    with pytest.raises(FileError, match=r"old \(\.xls\) or an encrypted Excel workbook"):
        read_facilities(tmp_path / "a.xlsx")


@pytest.mark.parametrize("suffix", [".xlsx", ".gpkg", ".parquet", ".shp", ".geojson"])
def test_a_damaged_file_is_a_message(tmp_path: Path, suffix):
    path = tmp_path / f"a{suffix}"
    write_xlsx(path, FACILITIES) if suffix == ".xlsx" else write_vector(path)
    path.write_bytes(path.read_bytes()[:120])
    with pytest.raises(FileError, match=r"a\.\w+.*(damaged|is in none)"):
        read_facilities(path)


def test_a_cut_table_of_a_shapefile_is_a_message(tmp_path: Path):
    path = write_vector(tmp_path / "a.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-300])
    with pytest.raises(FileError, match=r"a\.dbf is damaged: it should have"):
        read_facilities(path)


@pytest.mark.parametrize("between", [";", "，"])
def test_other_separators_are_refused(tmp_path: Path, between):
    with pytest.raises(TableError, match=f"kept apart by '{between}'"):
        read_facilities(write_csv(tmp_path / "a.csv", [["类别", "社区"], ["药店", "长安"]], between=between))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("类别,社区\n药店\n", "row 2 has 1 cells, the headings are 2"),
        ("类别,社区\n药店,长安,平安\n", "row 2 has 3 cells"),
        ('类别,社区\n药店,"长安\n', "quotation mark"),
        ("类别,类别\n药店,长安\n", r"heading '类别' stands over columns 1 and 2"),
        ("类别,,社区\n药店,甲,长安\n", "row 2 has '甲' in column 2, which has no heading"),
        ("\n\n,,\n", "has no rows"),
    ],
)
def test_a_broken_csv_is_refused_by_row(tmp_path: Path, text, words):
    (tmp_path / "a.csv").write_text(text, "utf-8")
    with pytest.raises(TableError, match=words):
        read_facilities(tmp_path / "a.csv")


def test_titles_blank_lines_and_totals_are_no_rows_and_are_listed(tmp_path: Path):
    rows = [["长安街道设施台账"], [], ["序号", "类别", "社区"], ["1", "药店", "长安"], [], ["合 计", "1", ""]]
    table = read_facilities(write_xlsx(tmp_path / "a.xlsx", rows))
    assert table.index.tolist() == ["1"]
    listed = list_remarks(table)
    assert listed[["row", "reason", "used"]].to_numpy().tolist() == [
        [1, "a title above the headings", False],
        [6, "a line of totals", False],
    ]


def test_excel_dates_and_long_numbers_in_text_are_listed(tmp_path: Path):
    rows = [
        ["编号", "类别", "社区", "开放时间", "建成"],
        [dt.date(2026, 3, 4), "药店", "长安", dt.time(8, 30), dt.date(2020, 1, 1)],
        [1234567890123456789, "药店", "长安", None, None],
        [12.0, "药店", "长安", None, None],
    ]
    table = read_facilities(write_xlsx(tmp_path / "a.xlsx", rows))
    assert table.index[0] == "2026-03-04"
    assert table.index[2] == "12"
    assert table["opening_hours"].iloc[0] == "08:30"
    listed = list_remarks(table)
    assert listed[["row", "field", "used"]].to_numpy().tolist() == [
        [0, "建成", True],
        [2, "编号", True],
        [3, "编号", True],
    ]
    assert "date" in listed["reason"].iloc[1]


def test_sheets_of_a_workbook(tmp_path: Path):
    path = write_xlsx(tmp_path / "a.xlsx", FACILITIES, 空=[], 说明=[["说明"], ["x"]])
    table = read_facilities(path)
    assert seen(table) == EXPECTED
    assert list_remarks(table)[["field", "reason", "used"]].to_numpy().tolist() == [
        ["说明", "a sheet without the table; left out", False]
    ]
    two = write_xlsx(tmp_path / "b.xlsx", [["a", "b"], ["p", "q"]], 说明=[["说明"], ["x"]])
    with pytest.raises(TableError, match="several sheets that hold something: '台账', '说明'; name one by sheet="):
        read_facilities(two)
    assert seen(read_facilities(path, sheet="台账")) == EXPECTED
    with pytest.raises(TableError, match="has no sheet 'x'; it has '台账', '空', '说明'"):
        read_facilities(path, sheet="x")


def test_a_formula_that_was_never_worked_out_is_refused(tmp_path: Path):
    path = write_xlsx(tmp_path / "a.xlsx", [["类别", "社区", "面积"], ["药店", "长安", "=1+2"]])
    with pytest.raises(TableError, match="formula in C2 was never worked out"):
        read_facilities(path)


def test_a_workbook_that_unpacks_to_too_much_or_defines_entities_is_refused(tmp_path: Path):
    bomb, dtd = tmp_path / "bomb.xlsx", tmp_path / "dtd.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 2**24)
    with zipfile.ZipFile(dtd, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(FileError, match="as no table does"):
        read_facilities(bomb)
    with pytest.raises(FileError, match="defines its own entities"):
        read_facilities(dtd)


def test_layers_of_a_geopackage(tmp_path: Path):
    path = write_vector(tmp_path / "a.gpkg")
    import geopandas as gpd

    gpd.read_file(path).to_file(path, layer="other")
    with pytest.raises(TableError, match="has the layers 'a', 'other'; name one by sheet="):
        read_facilities(path)
    assert seen(read_facilities(path, sheet="other")) == EXPECTED


def test_tables_that_came_in_can_be_joined(tmp_path: Path):
    import pandas as pd

    path = write_csv(tmp_path / "a.csv", [[*FACILITIES[0]], [*FACILITIES[1][:4], "约600", *FACILITIES[1][5:]]])
    one, two = read_facilities(path), read_facilities(path)
    assert len(list_remarks(one)) == 1
    assert len(pd.concat([one, two])) == 2
    assert list_remarks(pd.concat([one, two])).equals(list_remarks(one))
    assert len(one.merge(two.drop(columns="geometry"), on="name")) == 1


def test_cells_merged_over_rows_are_read_for_each_row_and_noted_but_figures_are_not(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    rows = [["社区", "街道", "户数"], ["东园", "鼓楼街道", 100], ["西园", None, 200], ["南园", "云龙街道", 300]]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    book.save(tmp_path / "areas.xlsx")
    areas = read_areas(tmp_path / "areas.xlsx")
    assert areas["parent"].tolist() == ["鼓楼街道", "鼓楼街道", "云龙街道"]
    assert list_remarks(areas)[["row", "reason"]].to_numpy().tolist() == [
        [3, "is merged with the cell above; taken for the same"]
    ]
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "areas.xlsx")
    with pytest.raises(TableError, match="row 3, 户数: '100' is merged with the cell above"):
        read_areas(tmp_path / "areas.xlsx")


def test_a_number_in_a_format_of_noughts_is_read_as_it_is_seen(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["编号", "类别", "社区"], [123, "药店", "东园"]):
        sheet.append(row)
    sheet["A2"].number_format = "00000"
    book.save(tmp_path / "register.xlsx")
    assert read_facilities(tmp_path / "register.xlsx").index.tolist() == ["00123"]
