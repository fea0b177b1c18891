"""Two quarters of 示范区, with a ledger of problems that a person filled in between."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
from openpyxl import load_workbook
from shapely import Point

import tenmin as tm
from tenmin.inputs.samples import sample_path

STUDY = """
[study]
title = "示范区便民服务圈 {quarter}"
id = "示范区"
lang = "zh"
limit_minutes = 10
categories = ["culture"]

[inputs]
streets = {{ path = "{streets}" }}
facilities = [{{ path = "facilities.xlsx", complete = ["culture"] }}{more}]
areas = {{ path = "communities.gpkg" }}
places = {{ path = "{homes}" }}

[ledger]
path = "problems.xlsx"
"""
LOCKED = '<tag k="name" v="菊园大门"/>\n    <tag k="barrier" v="gate"/>\n    <tag k="locked" v="yes"/>'


def survey(folder: Path, quarter: str, *, streets: str = "streets.osm", more: str = "", homes: str = "homes.xlsx"):
    """The results of one quarter."""
    path = folder / f"{quarter}.toml"
    path.write_text(STUDY.format(quarter=quarter, streets=streets, more=more, homes=homes), encoding="utf-8")
    return tm.survey(tm.read_study(path))


def fill_in(path: Path) -> None:
    """Assign two problems, say that one of them is cured, and add a column, a row and a sheet."""
    book = load_workbook(path)
    sheet = book["台账"]
    rows = {row[1].value + str(row[4].value): row[0].row for row in sheet.iter_rows(min_row=2)}
    sheet["M1"] = "备注"
    for place, cells in {
        "梅园社区（近菊园路）1000": ["梅园社区居委会", "打开菊园大门", "2026-12-31", "已派单"],
        "北岸社区（近北岸路）3500": ["清河街道办", "北岸文化站", "2026-12-31", "已整改"],
    }.items():
        for column, text in zip("HIJK", cells, strict=True):
            sheet[f"{column}{rows[place]}"] = text
        sheet[f"M{rows[place]}"] = "区长督办"
    last = sheet.max_row + 1
    sheet[f"B{last}"], sheet[f"G{last}"] = "市民来信：荷花池", "修凉亭"
    book.create_sheet("会议纪要")["A1"] = "十月例会"
    book.save(path)


def second_quarter(folder: Path) -> tm.Survey:
    """菊园大门 is open, there is a new 文化站 beside 梅园, and its homes have other ids and lie 10 m off."""
    text = (folder / "streets.osm").read_text("utf-8")
    assert LOCKED in text
    opened = text.replace(LOCKED, LOCKED.replace('"locked" v="yes"', '"access" v="yes"'))
    (folder / "later.osm").write_text(opened, encoding="utf-8")
    plan = folder / "homes.xlsx"
    homes = pd.read_excel(plan, dtype=str)
    mei = homes.iloc[:, 0].isin(["H05", "H06", "H07"])
    homes.loc[mei, homes.columns[0]] = "M" + homes.loc[mei, homes.columns[0]]
    moved = pd.to_numeric(homes.loc[mei, "纬度"]) + 1e-4
    homes.loc[mei, "纬度"] = moved.map("{:.7f}".format)
    homes.to_excel(folder / "later.xlsx", index=False)
    (at,) = gpd.GeoSeries([Point(499340, 4250400)], crs="EPSG:32648").to_crs("EPSG:4326")
    (folder / "new.csv").write_text(f"名称,类别,经度,纬度\n梅园文化站,culture,{at.x},{at.y}\n", encoding="utf-8")
    return survey(folder, "2027Q1", streets="later.osm", more=', { path = "new.csv" }', homes="later.xlsx")


def test_two_quarters_with_a_ledger_that_a_person_filled_in(tmp_path: Path):
    for name in ("streets.osm", "facilities.xlsx", "communities.gpkg", "homes.xlsx"):
        shutil.copy(sample_path("shifan").parent / name, tmp_path)
    path = tmp_path / "problems.xlsx"
    first = tm.update_ledger(survey(tmp_path, "2026Q4"))
    assert [*zip(first.rows["id"], first.rows["place"], first.rows["people"], strict=True)] == [
        ("P0001", "北岸社区（近北岸路）", 3500), ("P0002", "梅园社区（近梅园路）", 6000),
        ("P0003", "北岸社区（近北环路）", 2500), ("P0004", "梅园社区（近菊园路）", 1000),
        ("P0005", "锦绣社区", 4000), ("P0006", "北村", 1300),
        ("P0007", "南门社区", 2000), ("P0008", "梅园社区（近竹园路）", 3000),
    ]  # fmt: skip
    fill_in(path)
    filled_in = path.read_bytes()
    second = tm.update_ledger(second_quarter(tmp_path))
    assert second.changed == (
        "P0001 复测仍在",
        "P0002 已销号：文化设施：新增梅园文化站，步行2.6分钟",
        "P0004 已销号：文化设施：菊园大门已开放，至新增的梅园文化站步行3.1分钟",
        "P0008 已销号：文化设施：新增梅园文化站，步行2.1分钟",
    )
    assert second.remarks == ()
    rows = second.rows
    assert rows["state"].tolist() == [
        "re-measured", "cleared", "found", "cleared", "found", "found", "found", "cleared", None,
    ]  # fmt: skip
    assert rows.set_index("id").loc["P0004", ["unit", "action", "deadline", "备注"]].tolist() == [
        "梅园社区居委会", "打开菊园大门", "2026-12-31", "区长督办",
    ]  # fmt: skip
    assert rows.iloc[-1][["place", "cure"]].tolist() == ["市民来信：荷花池", "修凉亭"]
    assert load_workbook(path)["会议纪要"]["A1"].value == "十月例会"
    assert (tmp_path / "problems.1.xlsx").read_bytes() == filled_in
