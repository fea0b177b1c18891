"""Make the tables of data/samples/shifan/: what a bureau of 示范区, the invented district, would have on file.

The tables below are plain text: what stands in a cell is what the file says, with the slips of planners. Positions are
in metres of the plan of make_shifan.py, beside which this lies. No clock, no chance: it is the same every time::

    python scripts/make_shifan_tables.py [--out FOLDER]
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import openpyxl
import shapely
from make_shifan import CRS, DECIMALS, FOLDER, ORIGIN, STAMP, Place, corners, place
from pyproj import Transformer

from tenmin.inputs.readers._datum import from_wgs84
from tenmin.support.files import replacing
from tenmin.support.writing import write_layer, write_workbook

AMAP_DECIMALS = 6
NUMBER = re.compile(r"\d+(\.\d+)?")
TEXTS = ("编号", "小区编号", "所属社区")
"""Columns whose figures are codes: they are kept as text, with the zeros in front."""

AREA_HEADINGS = (
    "编号", "名称", "级别", "上级", "社区类型", "户数", "人口", "response_10min", "elder_services", "has_helpline",
    "has_sign", "has_rules", "has_equipment", "has_staff", "setting",
)  # fmt: skip
# id | name | level | parent | kind | households | people | answers: yes, no, nothing (.), urban or rural | outline
AREAS = """
00   | 示范区   | 区县 |    |      |       |       | ........ | 100,-50..2050,1650
01   | 站前街道 | 街道 | 00 |      | 14850 | 40200 | ........ | \
100,-50 1900,-50 1900,300 1400,300 1400,700 150,700 150,300 100,300 100,-50
02   | 北岸街道 | 街道 | 00 |      |       |       | ........ | \
150,700 1400,700 1400,300 2050,300 2050,1650 150,1650 150,700
0101 | 站前社区 | 社区 | 01 | 老旧 | 2950  | 8200  | yyyyyyyu | 100,-50..1000,300
0102 | 南门社区 | 社区 | 01 | 安置 | 1600  | 4600  | ynnyynyu | 1000,-50..1900,300
0103 | 梅园社区 | 社区 | 01 | 老旧 | 3600  | 10000 | nn.yyynu | 150,300..600,700
0104 | 和平社区 | 社区 | 01 | 老旧 | 2400  | 5000  | ...y.ynu | 600,300..1000,700
0105 | 广场社区 | 社区 | 01 | 新建 | 4300  | 12400 | yynyyyyu | 1000,300..1400,700
0201 | 东街社区 | 社区 | 02 | 安置 |       | 7000  | y.ynyy.u | 1400,300..2050,1085
0202 | 锦绣社区 | 社区 | 02 | 新建 | 3100  | 9300  | nyyyyyyu | 150,700..600,1085
0203 | 文昌社区 | 社区 | 02 |      | 2900  |       | .nnnnnn. | 600,700..1400,1085
0204 | 北岸社区 | 社区 | 02 | 新建 | 2000  | 6000  | yyyyyyyu | 150,1115..2050,1500
0205 | 北村     | 社区 | 02 | 农村 | 400   | 1300  | nnn.nnyr | 150,1500..2050,1650
"""
ANSWERS = {"y": "是", "n": "否", ".": None, "u": "urban", "r": "rural"}

FACILITY_HEADINGS = (
    "编号", "名称", "类别", "所属社区", "建筑面积(㎡)", "用地面积", "用途", "状态", "级别", "经度", "纬度", "房间",
    "独立房间",
)  # fmt: skip
# id | name | category | communities | floor | land | use | state | tier | x,y
FACILITIES = """
S001 | 站前社区党群服务中心 | 社区服务站 | 站前社区 | 1,200 | | 办公 | 在用 | | 500,200
S002 | 南门社区办公楼 | 社区居委会 | 0102 | 200㎡ | | 办公 | 在用 | | 1400,200
S003 | 南门社区活动楼 | 社区服务用房 | 南门社区 | 180 | | 活动 | 在用 | | 1500,0
S004 | 梅园社区服务站 | 社区服务站 | 0103 | ３５０ | | 办公 | | | 200,600
S005 | 和平社区服务中心 | 社区服务中心 | 和平社区 | 约600 | | 办公 | 在用 | | 700,400
S006 | 广场社区综合服务中心 | 社区综合服务中心 | 广场社区 | 300以上 | | 办公 | 正常 | | 1100,400
S007 | 东街文昌社区服务站 | 社区服务站 | 东街社区、文昌社区 | 700平方米 | | 办公 | 在用 | | 880,780
S008 | 锦绣社区旧服务站 | 社区服务站 | 锦绣社区 | 800 | | 办公 | 空置 | | 300,700
S009 | 锦绣社区新服务站 | 社区服务站 | 锦绣社区 | 900 | | 办公 | 在建 | | 400,900
S010 | 北岸社区服务站 | 社区服务站 | 北岸社区 | | | 办公 | 在用 | |
S011 | 北村服务站 | 社区服务站 | | 96.5 | | 活动 | 在用 | | 1000,1550
S012 | 文昌老年活动室 | 老年活动室 | 文昌社区 | 60 | | 活动 | 在用 | | 900,1000
S014 | 北岸社区活动用房 | 社区用房 | 北岸社区 | 150 | | 活动 | 在用 | | 800,1200
T001 | 站前便民服务大厅 | 一站式服务大厅 | 0101 | | | 办公 | 在用 | | 500,200
T002 | 广场“一站式”服务大厅 | “一站式”服务大厅 | 广场社区 | | | 办公 | 在用 | | 1100,400
T003 | 北岸便民服务大厅 | 便民服务大厅 | 北岸社区 | | | 办公 | 在用 | | 600,1200
A001 | 站前社会事务站 | 社会事务站 | 站前社区 | 40 | | 办公 | 在用 | | 500,200
A002 | 南门社会事务站 | 社会事务站 | 南门社区 | 40 | | 办公 | 在用 | | 1400,200
A003 | 梅园社会事务站 | 社会事务站 | 梅园社区 | 40 | | 办公 | 在用 | | 200,600
A004 | 东街文昌社会事务站 | 社会事务站 | 0201;0203 | 40 | | 办公 | 在用 | | 880,780
P001 | 站前警务室 | 社区警务室 | 站前社区 | 30 | | 办公 | 在用 | | 600,0
P002 | 梅园警务室 | 警务室 | 梅园社区 | 30 | | 办公 | 在用 | | 200,500
P003 | 广场警务站 | 警务站 | 广场社区 | 30 | | 办公 | 在用 | | 1000,450
P004 | 东街警务室 | 警务室 | 东街社区 | 30 | | 办公 | 改作他用 | | 1800,500
P005 | 锦绣警务室 | 警务室 | 锦绣社区 | 30 | | 办公 | 在用 | | 400,720
P006 | 北岸派出所 | 派出所 | 北岸社区 | 400余 | | 办公 | 在用 | | 1000,1300
C001 | 站前街道社区卫生服务中心 | 社区卫生服务中心 | 站前街道 | ２，０００ | | | 在用 | | 1000,650
C002 | 东街社区卫生服务站 | 社区卫生服务站 | 东街社区 | 150 | | | 在用 | | 1500,700
C003 | 北岸诊所 | 诊所 | 北岸社区 | 80 | | | 在用 | | 500,1200
C004 | 北村卫生室 | 卫生室 | 北村 | 120 | | | 在建 | | 1000,1570
L001 | 站前市民学校 | 社区市民学校 | 站前社区 | | | | 在用 | | 500,200
L002 | 锦绣市民学校 | 市民学校 | 锦绣社区 | | | | 在用 | | 400,780
L003 | 北岸老年学校 | 社区老年学校 | 北岸社区 | | | | 在用 | | 800,1200
F001 | 站前健身路径 | 健身路径 | 站前社区 | | 200 | | 在用 | | 350,200
F002 | 南门健身路径 | 健身路径 | 南门社区 | | 200 | | 在用 | | 1250,200
F003 | 梅园健身点 | 健身点 | 梅园社区 | | 200 | | 在用 | | 240,480
F004 | 广场健身点 | 健身点 | 广场社区 | | 200 | | 在用 | | 1000,600
E001 | 站前居家养老服务中心 | 居家养老服务中心 | 站前社区 | 260 | | | 在用 | | 450,0
E002 | 南门日间照料中心 | 日间照料中心 | 南门社区 | 200 | | | 在用 | | 1300,200
E003 | 梅园养老服务站 | 养老服务站 | 梅园社区 | 不足200 | | | 在用 | | 200,650
E004 | 和平敬老院 | 敬老院 | 和平社区 | 1500 | | | 在用 | | 850,400
E005 | 东街日间照料中心 | 日间照料中心 | 东街社区 | 190 | | | 在用 | | 1800,600
E006 | 锦绣养老服务站 | 养老服务站 | 锦绣社区 | | | | 在用 | | 400,950
E007 | 文昌养老服务中心 | 养老服务中心 | 文昌社区 | 500 | | | 规划 | | 1080,900
E008 | 北岸居家养老服务中心 | 居家养老服务中心 | 北岸社区 | 320 | | | 在用 | | 700,1200
K001 | 站前幼儿园 | 幼儿园 | 站前社区 | 2,600 | | | 在用 | | 200,100
K002 | 铁路幼儿园 | 幼儿园 | 站前社区 | 1,800 | | | 在用 | | 800,0
K003 | 和平幼儿园 | 幼儿园 | 和平社区 | 2,400 | | | 在用 | | 850,700
K004 | 锦绣幼儿园 | 幼儿园 | 锦绣社区 | 3,000 | | | 在用 | | 450,850
K005 | 文昌幼儿园 | 幼儿园 | 文昌社区 | 2,000 | | | 在用 | | 1080,950
W001 | 站前文化中心 | 社区文化中心 | 站前社区 | 800 | | | 在用 | | 900,200
W002 | 广场文化活动中心 | 文化活动中心 | 广场社区 | 900 | | | 在用 | | 1100,700
W003 | 东街文化站 | 文化站 | 东街社区 | 300 | | | 在用 | | 1700,800
R001 | 广场体育活动室 | 体育活动室 | 广场社区 | 300 | | | 在用 | | 1000,720
R002 | 站前体育活动室 | 体育活动室 | 站前社区 | 280 | | | 在用 | | 600,200
R003 | 北岸运动场 | 运动场 | 北岸社区 | | 1,600 | | 在用 | | 600,1200
R004 | 锦绣运动场 | 小型多功能运动场 | 锦绣社区 | | 1,000 | | 规划中 | | 300,850
R005 | 东街运动场 | 小型多功能运动场 | 东街社区 | | 1,200 | | 在用 | | 1600,700
R006 | 北岸体育活动室 | 体育活动室 | 北岸社区 | 200 | | | 在用 | |
Q001 | 站前广场 | 广场 | 站前社区 | | 3,000 | | 在用 | | 300,200
Q002 | 人民广场 | 健身广场 | 广场社区 | | 1.2公顷 | | 在用 | | 1060,510
Q003 | 锦绣广场 | 社区广场 | 锦绣社区 | | 1500 | | 在用 | | 400,850
Q004 | 北村文化广场 | 文化广场 | 北村 | | 3亩 | | 在用 | | 1000,1600
J001 | 站前劳动保障站 | 劳动保障站 | 站前社区 | 30 | | 办公 | 在用 | | 500,200
J002 | 梅园劳动保障站 | 劳动保障服务站 | 梅园社区 | 30 | | 办公 | 在用 | | 200,600
J003 | 和平劳动保障所 | 劳动保障所 | 和平社区 | 30 | | 办公 | 在用 | | 700,400
J004 | 锦绣劳动保障站 | 劳动保障站 | 锦绣社区 | 30 | | 办公 | 在用 | | 400,720
J005 | 北岸劳动保障站 | 劳动保障站 | 北岸社区 | 30 | | 办公 | 在用 | | 800,1200
M001 | 人民农贸市场 | 农贸市场 | 广场社区 | 1,500 | | | 在用 | t15 | 1150,700
M002 | 北岸农贸市场 | 菜市场 | 北岸社区 | 900 | | | 在用 | t5 | 1000,1200
M003 | 南门菜店 | 标准化菜店 | 南门社区 | 80 | | | 在用 | | 1400,100
M004 | 梅园农产品直营店 | 农产品直营店 | 梅园社区 | 60 | | | 在用 | | 300,400
B001 | 站前便利店 | 便利店 | 站前社区 | 50 | | | 在用 | | 400,0
B002 | 人民超市 | 超市 | 广场社区 | 1,800 | | | 在用 | | 1050,700
B003 | 站前早餐店 | 早餐网点 | 站前社区 | 40 | | | 在用 | | 450,200
"""

# id | rooms | rooms of their own
ROOMS = """
S001 | 党员活动室、居委会办公室、图书室、老年活动室、调解室、居务公开栏、宣传栏、一站式服务大厅、\
远教室、科普室、医务室、文体活动室、党务社务公开栏 |
S002 | 党员活动室、居委会办公室 |
S003 | 阅览室/老年人活动室/宣传橱窗 |
S004 | 党员之家；居委会办公室；益民书屋；综治调解室；居务公示栏；文化活动室；宣传栏 |
S006 | 党员之家、居委会办公室、老年活动中心、宣传栏、一站式服务大厅、远程教育室、科普活动室 |
S007 | 党员活动室、居委会办公室、阅览室、调解室、党务居务公开栏、医疗卫生室 |
S010 | 党员活动室 |
S011 | 阅览室、宣传栏 |
E001 | 日间照料室、助餐室、康复室、心理关爱室、老年活动室、图书室 | 日间照料、就餐助餐、理疗室
E002 | 日间照料室、助餐就餐室 | 日间照料室
E004 | 日间照料室、助餐就餐室、康复理疗室、精神关爱室、老年活动室、图书阅览室 |
E005 | 日间照料室 | 日间照料室
E006 | 就餐室、康复训练室、精神慰藉室 | 就餐室、康复训练室
E008 | 日间照料室、助餐就餐室、康复理疗室、精神关爱室、老年活动室、阅览室 | 日间照料室、助餐就餐室、\
康复理疗室
"""

POI_HEADINGS = ("uid", "名称", "类型", "位置")
# id | name | code of Amap | x,y
POI = """
B0SF001 | 站前便利店 | 060200 | 400,30
B0SF002 | 人民超市 | 060400 | 1050,780
B0SF003 | 和平幼儿园 | 141204 | 850,690
B0SF004 | 锦绣幼儿园 | 141204 | 455,860
B0SF005 | 东街运动场 | 080100 | 1610,720
B0SF006 | 广场健身点 | 080111 | 1010,600
B0SF007 | 东街便利店 | 060200 | 1500,900
B0SF008 | 锦绣便利店 | 060200 | 450,800
B0SF009 | 北岸便利店 | 060200 | 700,1300
B0SF010 | 文昌超市 | 060400 | 1200,850
B0SF011 | 文昌健身房 | 080111 | 1300,900
B0SF012 | 示范小学 | 141203 | 720,820
B0SF013 | 站前药店 | 090601 | 650,150
B0SF014 | 清水餐馆 | 050000 | 1050,1000
B0SF015 | 老街茶馆 | 050600 | 250,150
B0SF016 | 荷花池公园 | 110101 | 1290,430
B0SF017 | 南门公交站 | 150700 | 1200,30
B0SF018 | 示范公厕 | 200300 | 1000,650
"""

HOME_HEADINGS = ("小区编号", "小区名称", "所属社区", "户数", "人口", "60岁以上人口", "经度", "纬度")
# id | name | community | households | people | people of 60 and more | x,y
HOMES = """
H01 | 站前一里 | 0101 | 1440 | 4000 | 900 | 400,200
H02 | 南门里 | 0101 | 1510 | 4200 | 1,050 | 300,0
H03 | 站前东里 | 0102 | 900 | 2600 | 500 | 1200,200
H04 | 安置新村 | 0102 | 700 | 2000 | 480 | 1600,0
H05 | 梅园 | 0103 | 2160 | 6000 | 1500 | 240,500
H06 | 竹园 | 0103 | 1080 | 3000 | 800 | 400,500
H07 | 菊园 | 0103 | 360 | 1000 | 260 | 480,500
H08 | 幸福里 | 0104 | 960 | 2000 | 450 | 660,550
H09 | 和平里 | 0104 | 1440 | 3000 | 700 | 940,550
H10 | 东风里 | 0105 | 2220 | 6400 | 900 | 1395,650
H11 | 广场北里 | 0105 | 2080 | 6000 | 850 | 1070,670
H12 | 东街里 | 0201 | 1400 | 4000 | 820 | 1800,550
H13 | 经纬坊 | 0201 | 1050 | 3000 | 610 | 1500,800
H14 | 锦绣东苑 | 0202 | 1770 | 5300 | 500 | 400,800
H15 | 锦绣西苑 | 0202 | 1330 | 4000 | 420 | 250,850
H16 | 沿河小区 | 0203 | 1470 | 3100 | 760 | 800,1000
H17 | 槐荫里 | 0203 | 1430 | 3000 | 650 | 1320,850
H18 | 北岸里 | 0204 | 1170 | 3500 | 400 | 400,1200
H19 | 北环新苑 | 0204 | 830 | 2500 | 310 | 1400,1440
H20 | 北村 | 0205 | 400 | 1300 | 390 | 1000,1580
"""


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of every line of a table."""
    for line in text.strip("\n").split("\n"):
        yield [cell.strip() for cell in line.split("|")]


_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def degrees(spot: Place) -> tuple[float, float]:
    """Longitude and latitude of a place of the plan."""
    lon, lat = _TO_DEGREES.transform(ORIGIN[0] + spot[0], ORIGIN[1] + spot[1])
    return round(lon, DECIMALS), round(lat, DECIMALS)


def communities() -> gpd.GeoDataFrame:
    """The areas as a bureau has them: figures as numbers, answers as 是 and 否, outlines in CGCS2000."""
    table, shapes = [], []
    for *cells, answers, shape in rows(AREAS):
        counts = [float(cell) if cell else None for cell in cells[5:7]]
        table.append([*(cell or None for cell in cells[:5]), *counts, *(ANSWERS[letter] for letter in answers)])
        shapes.append(shapely.Polygon([degrees(spot) for spot in corners(shape)]))
    columns = dict(zip(AREA_HEADINGS, zip(*table, strict=True), strict=True))
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")


def placed(text: str) -> Iterator[list[str | float | None]]:
    """Yield the cells of every line with longitude and latitude in place of the last, empty ones as None."""
    for *cells, spot in rows(text):
        yield [*(cell or None for cell in cells), *(degrees(place(spot)) if spot else (None, None))]


def facilities() -> Iterator[list[str | float | None]]:
    """Yield the lines of the register, each with its rooms at the end."""
    inside = {number: (together or None, apart or None) for number, together, apart in rows(ROOMS)}
    for line in placed(FACILITIES):
        yield [*line, *inside.get(str(line[0]), (None, None))]


def workbook(name: str, headings: Sequence[str], lines: Iterable[Sequence[str | float | None]]) -> openpyxl.Workbook:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    sheet.append(list(headings))
    codes = [heading in TEXTS for heading in headings]
    for line in lines:
        sheet.append([value if code else as_typed(value) for code, value in zip(codes, line, strict=True)])
    return book


def as_typed(value: str | float | None) -> str | float | None:
    """A cell as Excel keeps it: a plain figure as a number, anything else as it was typed."""
    plain = isinstance(value, str) and value.isascii() and NUMBER.fullmatch(value)
    return float(value) if plain and value else value


def poi() -> bytes:
    """The points of interest as a map service gives them: GCJ-02, both coordinates in one cell, in GB18030."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(POI_HEADINGS)
    for *cells, spot in rows(POI):
        lon, lat = from_wgs84(*degrees(place(spot)), "gcj02")
        writer.writerow([*cells, f"{lon[0]:.{AMAP_DECIMALS}f},{lat[0]:.{AMAP_DECIMALS}f}"])
    return stream.getvalue().encode("gb18030")


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description="Make the tables of data/samples/shifan/, the invented district.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to (default: %(default)s)")
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SOURCE_DATE_EPOCH"] = f"{datetime.fromisoformat(STAMP).timestamp():.0f}"
    write_layer(communities(), folder / "communities.gpkg", "社区")
    write_workbook(workbook("设施台账", FACILITY_HEADINGS, facilities()), folder / "facilities.xlsx")
    write_workbook(workbook("小区", HOME_HEADINGS, placed(HOMES)), folder / "homes.xlsx")
    with replacing(folder / "poi.csv") as temporary:
        temporary.write_bytes(poi())
    for name in ("communities.gpkg", "facilities.xlsx", "homes.xlsx", "poi.csv"):
        print(f"{folder / name}: {(folder / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
