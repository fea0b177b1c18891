"""Tables written for the tests of the readers, in each of the supported formats."""

from __future__ import annotations

import csv
import datetime as dt
import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from openpyxl import Workbook

Rows = Sequence[Sequence[object]]
FACILITIES: list[list[str]] = [
    ["编号", "名称", "类别", "所属社区", "建筑面积", "功能室", "经度", "纬度"],
    ["00123", "长安药店", "药店", "长安社区", "620㎡", "阅览室、警务室", "105.0012", "38.4021"],
    ["9007199254740993", "NA", "医院", "平安社区", "1,200", "", "105.0112", "38.4051"],
]


def write_csv(path: Path, rows: Rows, encoding: str = "utf-8", between: str = ",") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=between).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows: Rows, **others: Rows) -> Path:
    book = Workbook()
    for name, lines in {"台账": rows, **others}.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append([value if isinstance(value, int | float | dt.date) else value or None for value in line])
    del book["Sheet"]
    book.save(path)
    return path


def write_vector(path: Path, rows: Rows = FACILITIES, encoding: str = "UTF-8", crs: str | None = "EPSG:4326") -> Path:
    """Write rows whose last two columns are coordinates as points with columns of text."""
    headings, *body = rows
    frame = pd.DataFrame([row[:-2] for row in body], columns=[str(one) for one in headings[:-2]], dtype=object)
    points = [shapely.Point(float(str(row[-2])), float(str(row[-1]))) for row in body]
    table = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326").to_crs(crs or "EPSG:4326")
    if path.suffix == ".parquet":
        table.to_parquet(path)
        return path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.to_file(path, **({"encoding": encoding} if path.suffix == ".shp" else {}))
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path
