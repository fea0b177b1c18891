"""Tables of bureaus through the whole command: the figures of clean tables, and every line used or listed, in Chinese.

People and places are those of 示范区; each messy table says the same as a clean one in another way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd
import prcoords
import pytest

import tenmin as tm
from reader_files import write_csv
from test_cli import run

Lines = list[list[object]]
FORM: Lines = [["某区公共服务设施统计表"], ["填报单位：", "某街道办事处", "填报日期：", "2026年6月"]]
SIGNED: Lines = [["单位负责人：", "张三", "填表人：李四"], ["填报日期：2026年6月30日"]]
NOTE: Lines = [["注：数据来源于各社区"]]
PERSONS = 2.5
STREETS = {"站前街道": ("0101", "0105"), "北岸街道": ("0201", "0205")}


@dataclass(frozen=True)
class Messy:
    """A table: its lines that are no headings (a sheet without the table is one), and how many of them are used."""

    path: Path
    lines: int
    used: int


def shifted(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of GCJ-02."""
    lat, lon = prcoords.wgs_gcj((y, x))
    return round(lon, 6), round(lat, 6)


def sexagesimal(x: float, y: float) -> str:
    """A position in degrees, minutes and seconds, the latitude first."""

    def parts(degrees: float) -> str:
        whole, minutes = int(degrees), int(degrees % 1 * 60)
        return f"{whole}°{minutes}′{(degrees - whole - minutes / 60) * 3600:.3f}″"

    return f"北纬{parts(y)}，东经{parts(x)}"


def workbook(path: Path, merged: tuple[str, ...] = (), **sheets: Lines) -> Path:
    """A workbook of sheets, with cells merged in all but the first."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
        for one in merged if title != "填表说明" else ():
            sheet.merge_cells(one)
    book.save(path)
    return path


def write_areas(folder: Path) -> tuple[Messy, Path]:
    """Communities, a sheet for each 街道, with two rows of headings."""
    known = tm.read_areas(tm.sample_path("shifan/communities.gpkg"))
    known = known[known["level"] == "社区"].assign(people=lambda table: table["people"].fillna(6800))
    heads: Lines = [["社区名称", "户数", "人口", None], [None, None, "总数", "60岁以上"]]
    sheets: dict[str, Lines] = {"填表说明": [["填表说明"], ["1.人口为常住人口"]]}
    for street, (first, last) in STREETS.items():
        rows: Lines = [
            [row["name"], row["households"] if row["households"] > 0 else None, row["people"], row["people"] // 5]
            for row in known[(known.index >= first) & (known.index <= last)].to_dict("records")
        ]
        sheets[street] = [*FORM, *heads, *rows, ["合计", None, sum(float(str(row[2])) for row in rows)], *SIGNED]
    path = workbook(folder / "社区.xlsx", ("A3:A4", "B3:B4", "C3:D3"), **sheets)
    clean = write_csv(folder / "areas.csv", [["社区", "人口"], *known[["name", "people"]].to_numpy().tolist()])
    lines = 1 + sum(len(sheets[street]) - 2 for street in STREETS)
    return Messy(path, lines, len(known)), clean


def write_homes(folder: Path) -> tuple[Messy, Path]:
    """Estates with households alone, and positions in degrees, minutes and seconds in one cell."""
    known = tm.read_places(tm.sample_path("shifan/homes.xlsx"))
    names = tm.read_areas(tm.sample_path("shifan/communities.gpkg"))["name"]
    rows: Lines = [
        [
            row["name"],
            names[row["area"]].replace("社区", "社区居委会"),
            f"{row['households']:.0f}户",
            sexagesimal(row["x"], row["y"]),
        ]
        for row in known.assign(x=known.geometry.x, y=known.geometry.y).to_dict("records")
    ]
    lines: Lines = [["小区名称", "所属社区", "户数", "位置坐标"], *rows, ["小计", "", "", ""], *NOTE]
    path = write_csv(folder / "小区.csv", lines, encoding="gb18030")
    plain: Lines = [
        [row["name"], names[row["area"]], PERSONS * row["households"], row.geometry.x, row.geometry.y]
        for _, row in known.iterrows()
    ]
    clean = write_csv(folder / "homes.csv", [["小区", "社区", "人口", "经度", "纬度"], *plain])
    return Messy(path, len(rows) + 2, len(rows)), clean


def write_registers(folder: Path) -> tuple[list[Messy], Path]:
    """Registers: states and a datum in the headings; points of a map service; communities and numbers alone."""
    homes = tm.read_places(tm.sample_path("shifan/homes.xlsx"))
    at = dict(zip(homes["name"], zip(homes.geometry.x, homes.geometry.y, strict=True), strict=True))
    (a, b, c), states = (at[name] for name in ("站前一里", "梅园", "东风里")), ("已建", "规划新建", "关停", "已拆除")
    rows: Lines = [
        [f"{n}.", f"诊所{n}", f"{n}.社区卫生服务站", *shifted(*spot), state]
        for n, (spot, state) in enumerate(zip((a, b, c, c), states, strict=True), 1)
    ]
    heads: Lines = [["序号", "设施名称", "设施类别", "经度(GCJ-02)", "纬度（GCJ-02）", "建设状态"]]
    first = workbook(folder / "台账.xlsx", 台账=[*FORM, *heads, *rows, *NOTE, *SIGNED])
    poi: Lines = [
        ["id", "name", "typecode", "location", "坐标系"],
        ["B01", "乙药店", "90601", ",".join(map(str, shifted(*b))), "高德"],
        ["B02", "丙药店", "090601", ",".join(map(str, shifted(*c))), "高德"],
        ["B03", "无位置药店", "090601", "", "高德"],
    ]
    second = write_csv(folder / "poi.csv", poi, between="\t")
    third = workbook(
        folder / "文化.xlsx",
        数据=[
            ["社区名称", "类型", "数量（处）"],
            ["站前社区", "文化站", "2"],
            ["梅园社区居委会", "文化站", 3],
            ["合计", "", 5],
        ],
    )
    clean: Lines = [
        ["类别", "名称", "经度", "纬度"],
        ["health_station", "诊所1", *a],
        ["药店", "乙药店", *b],
        ["药店", "丙药店", *c],
    ]
    messy = [Messy(first, len(FORM) + 4 + 1 + 2, 3), Messy(second, 3, 3), Messy(third, 3, 2)]
    return messy, write_csv(folder / "facilities.csv", clean)


@dataclass(frozen=True)
class Results:
    """What the command said of the messy tables, its folder, and the coverage by the clean ones."""

    said: str
    folder: Path
    tables: list[Messy]
    clean: tm.Coverage


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The messy tables through the command, and the clean ones without it."""
    folder = tmp_path_factory.mktemp("bureau")
    (areas, areas_clean), (homes, homes_clean) = write_areas(folder), write_homes(folder)
    registers, clean = write_registers(folder)
    tables = (
        "--areas",
        areas.path,
        "--places",
        homes.path,
        *(x for one in registers for x in ("--facilities", one.path)),
    )
    options = (
        "--sheet",
        "社区.xlsx=*",
        "--persons-per-household",
        PERSONS,
        "--metres",
        700,
        "-c",
        "诊所",
        "-c",
        "药店",
    )
    words = (*tables, *options, "--out", folder / "out", "--lang", "zh")
    code, said = run("coverage", tm.sample_path("shifan"), *words)
    assert code == 0, said
    coverage = tm.measure_coverage(
        tm.WalkNetwork.from_osm(tm.sample_path("shifan")),
        tm.read_places(homes_clean),
        tm.read_facilities(clean),
        metres={"clinic": 700, "pharmacy": 700},
        areas=tm.read_areas(areas_clean),
    )
    return Results(said, folder / "out", [areas, homes, *registers], coverage)


def test_messy_tables_give_the_figures_of_clean_ones(results: Results):
    for table, by in (("coverage", None), ("communities", "area")):
        clean = results.clean.shares(by=by).sort_values(["category", *([by] if by else [])])
        messy = pd.read_csv(results.folder / f"{table}.csv")
        names = {tm.load_catalogue()[key].zh: key for key in ("clinic", "pharmacy")}
        messy = messy.assign(类别=messy["类别"].map(names)).sort_values(["类别", *(["社区名称"] if by else [])])
        assert messy["类别"].tolist() == clean["category"].tolist()
        figures = messy[["可达", "不可达", "无法判定", "合计"]].to_numpy()
        assert figures == pytest.approx(clean[["served", "unserved", "unknown", "total"]].to_numpy())
        assert 0 < messy["可达"].sum() < messy["合计"].sum()


def test_every_line_of_every_table_is_used_or_listed(results: Results):
    listed = pd.read_csv(results.folder / "remarks.csv", dtype=str)
    left = listed[listed["采用"] == "否"]["文件"].value_counts()
    for table in results.tables:
        found = re.search(rf"{re.escape(table.path.name)}：(\d+) 行", results.said)
        assert found
        assert int(found[1]) == table.used, table.path.name
        assert table.used + left.get(table.path.name, 0) == table.lines, listed[listed["文件"] == table.path.name]


def test_all_that_is_said_is_chinese(results: Results):
    reasons = pd.read_csv(results.folder / "remarks.csv")["原因"]
    assert not reasons.str.contains(r"[a-z]{2,} [a-z]{2,}").any(), reasons[reasons.str.contains("[a-z]{2,} [a-z]{2,}")]
    assert not re.search(r"^[A-Za-z ]{12,}$", results.said, re.MULTILINE)
