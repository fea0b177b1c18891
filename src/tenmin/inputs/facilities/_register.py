"""Read a register of facilities, official or from a map service, from a file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.facilities._completeness import COMPLETE, join_claims
from tenmin.inputs.readers import (
    ControlPoints,
    CoordinateReference,
    Datum,
    Header,
    ParsedTable,
    Remark,
    Sheets,
    Table,
    read_table,
    word_for,
)
from tenmin.support.errors import CategoryError, TableError, TenminWarning

__all__ = ["read_facilities"]

Complete = bool | str | Iterable[str] | None
MANY_UNKNOWN = 0.1
"""Share of rows of unknown category from which it is warned of them."""
_MOST_SHOWN = 5
_NOT_IN_CATALOGUE = "not in the catalogue; kept as it is"
_NOT_LOCATED = "no position and no community: it counts nowhere"
_IN_BRACKETS = re.compile(r"[(（]([^()（）]+)[)）]$")
_NAMED_STATE = "the name says the state of the facility; taken as such"
_GONE = "no longer there; left out"
_NONE_THERE = "a number of 0; left out"


def read_facilities(
    path: Table,
    *,
    datum: Datum | None = None,
    category: str | None = None,
    columns: Mapping[str, str] | None = None,
    complete: Complete = None,
    crs: object = None,
    control_points: ControlPoints | None = None,
    encoding: str | None = None,
    sheet: Sheets = None,
    header: Header | None = None,
) -> gpd.GeoDataFrame:
    r"""Return the facilities of a table, one row each, in the same form as `find_facilities`.

    The result always has the columns `category`, `name`, `area` (the communities served) and `source`; others such as
    `floor_area_m2`, `capacity`, `rooms`, `separate_rooms`, `state`, `opening_hours` and `count` (how many a row stands
    for, 1 where the cell is empty) are there if the file has them; what is 拆除 or 撤并 is left out.
    约600 becomes 600 with `floor_area_m2_approximate`; 300以上 becomes NaN with bounds in `floor_area_m2_least` and
    `floor_area_m2_most`. If the table is a complete register of some categories, the column `complete` holds their
    keys in every row, joined by semicolons. `list_remarks` lists what was noted or left out; `attrs["encoding"]` is
    the encoding of the file.

    Parameters
    ----------
    path
        A CSV, TSV, XLSX, Shapefile, GeoPackage, GeoJSON or GeoParquet file with coordinates, communities, or both; or
        a DataFrame or GeoDataFrame with the same headings, which is read in the same way. An index that is named, or
        holds other labels than whole numbers, gives the ids unless a column does.
    datum
        Datum of the coordinates: "wgs84" (also CGCS2000), "gcj02" (Amap, Tencent) or "bd09" (Baidu). By default the one
        that a heading (经度_GCJ02) or the column 坐标系 names, else "wgs84".
    category
        Category of all rows, if the file has no such column.
    columns
        Mapping from heading in the file to name of the column, for headings that are not recognised.
    complete
        Categories for which the table is complete (True: those that occur in it), so that a community without a
        facility in the table has none.
    crs
        CRS of the coordinates, such as "EPSG:4490" or "EPSG:4526", unless they are longitude and latitude.
    control_points
        Two points of a local grid, each as ((x, y), (longitude, latitude)) in WGS84.
    encoding
        Encoding of text, if it cannot be detected.
    sheet
        Sheet of a workbook, a list of several, or "*" for all that hold a table; or layer of a GeoPackage. By default
        sheets with the same known headings are read as one, and others left out and listed.
    header
        Number of the row of headings, or of the first and last of several, where they are not found by themselves.

    Raises
    ------
    FileError
        The format is not supported (the message says how to export it), or the file is damaged.
    TableError
        A column or a cell is invalid, or the table has neither coordinates nor communities.
    CategoryError
        `complete` names a category that is neither in the catalogue nor in the table.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "register.csv")
    ...     _ = path.write_text("类别,社区,建筑面积\n药店,长安社区,约120㎡\n", encoding="gb18030")
    ...     register = read_facilities(path, complete=True)
    >>> print(*register[["category", "area", "floor_area_m2"]].iloc[0])
    pharmacy ('长安社区',) 120.0
    >>> register["complete"].iloc[0], register.attrs["encoding"]
    ('pharmacy', 'gb18030')
    """
    reference = CoordinateReference(datum, crs, control_points)
    ignore = () if category is None else ("category",)
    table = read_table(
        path,
        "facilities",
        reference=reference,
        columns=columns,
        ignore=ignore,
        encoding=encoding,
        sheet=sheet,
        header=header,
    )
    _check_locatable(table)
    table = _existing(_counted(_with_states_of_names(table)))
    categories, remarks = _categories(table, category)
    frame = _add_columns(table, categories)
    ids, numbered = table.row_ids(categories)
    not_located = frame.geometry.isna() & (frame["area"].map(len) == 0)
    remarks += [*numbered, *(Remark(int(row), "", "", _NOT_LOCATED) for row in table.rows[not_located.to_numpy()])]
    claimed = join_claims(_complete(complete, set(categories), str(table.path)))
    return table.to_frame(frame if claimed is None else frame.assign(**{COMPLETE: claimed}), ids, "facility", remarks)


def _check_locatable(table: ParsedTable) -> None:
    if not table.has_positions and "area" not in table.frame.columns:
        msg = (
            f"{table.path} has neither coordinates (经度 and 纬度, 坐标, or geometry) nor a community (社区); add "
            f"one, or name it by columns=; its headings are {', '.join(map(repr, table.file_headings))}"
        )
        raise TableError(msg)


def _counted(table: ParsedTable) -> ParsedTable:
    """Return the table with 1 for an empty cell of `count`, how many facilities a row stands for."""
    if "count" not in table.frame.columns:
        return table
    count = table.frame["count"]
    ends = [name for name in ("count_least", "count_most") if name in table.frame.columns]
    for wrong in (*(count.isna() & table.frame[name].notna() for name in ends), count % 1 > 0.0):
        table.reject(wrong.to_numpy(), "count", "is no whole number; give how many facilities the row stands for")
    plain = table.frame.drop(columns=ends).assign(count=count.fillna(1.0))
    return replace(table, frame=plain)


def _with_states_of_names(table: ParsedTable) -> ParsedTable:
    """Return the table with the state that stands in brackets behind a name, as in 东苑卫生站（已停用）."""
    states = table.text_column("name").map(_state_of_name)
    found = states.notna() & (states != "in_use") & table.text_column("state").isna()
    if not found.any():
        return table
    remarks = table.remark_on(np.flatnonzero(found).tolist(), "name", _NAMED_STATE)
    state = table.text_column("state").mask(found, states)
    return replace(table, frame=table.frame.assign(state=state), remarks=(*table.remarks, *remarks))


def _state_of_name(name: str | None) -> str | None:
    """Return the state that the brackets at the end of a name say, or None."""
    found = _IN_BRACKETS.search(name or "")
    return None if found is None else word_for("state", found[1])


def _existing(table: ParsedTable) -> ParsedTable:
    """Return the table without facilities that are gone, and rows that stand for none."""
    if "state" in table.frame.columns:
        table = table.without((table.frame["state"] == "gone").to_numpy(), "state", _GONE)
    if "count" in table.frame.columns:
        table = table.without((table.frame["count"] == 0.0).to_numpy(), "count", _NONE_THERE)
    return table


def _categories(table: ParsedTable, category: str | None) -> tuple[list[str], list[Remark]]:
    """Return the category of each row, as a key of the catalogue if it has one, and remarks on the others."""
    from tenmin.inputs.services import name_category

    if category is not None:
        return [name_category(category) or category] * len(table.rows), []
    if "category" not in table.frame.columns:
        msg = (
            f"{table.path} has no column of categories (类别); name it by columns=, or give category= for all of its "
            f"rows; its headings are {', '.join(map(repr, table.file_headings))}"
        )
        raise TableError(msg)
    text_column = table.frame["category"]
    table.reject(text_column.isna().to_numpy(), "category", "is empty; fill it in, or give category= for all rows")
    keys = {text: _category_of(text) for text in text_column.unique()}
    strange = [place for place, text in enumerate(text_column) if keys[text] is None]
    if len(strange) > MANY_UNKNOWN * len(text_column):
        shown = ", ".join(map(repr, list(dict.fromkeys(text_column.iloc[strange]))[:_MOST_SHOWN]))
        share = f"{len(strange)} of {len(text_column)} rows ({len(strange) / len(text_column):.0%})"
        msg = (
            f"{table.path}: the catalogue does not know the category of {share}, such as {shown}; no standard "
            "counts them"
        )
        warnings.warn(msg, TenminWarning, stacklevel=3)
    return [keys[text] or text for text in text_column], table.remark_on(strange, "category", _NOT_IN_CATALOGUE)


def _category_of(text: str) -> str | None:
    """Return the key of a category; for several Amap codes (141201|141203) that of the first known one."""
    from tenmin.inputs.services import name_category

    found = (name_category(part) for part in (text, *text.split("|")) if part.strip())
    return next((key for key in found if key is not None), None)


def _add_columns(table: ParsedTable, categories: list[str]) -> gpd.GeoDataFrame:
    """Return the frame with all columns of a table of facilities."""
    area = table.text_column("area")
    frame = table.frame.assign(
        category=pd.Series(categories, dtype="str"),
        name=table.text_column("name"),
        area=area.where(area.notna(), area.map(lambda _: ())),
        source=table.text_column("source").fillna(table.path.name).astype("str"),
    )
    return frame.assign(state=frame["state"].fillna("in_use")) if "state" in frame.columns else frame


def _complete(complete: Complete, present: set[str], where: str) -> tuple[str, ...]:
    from tenmin.inputs.services import load_catalogue, name_category, suggest_categories

    if complete is None or isinstance(complete, bool):
        return tuple(present) if complete else ()
    asked = (complete,) if isinstance(complete, str) else tuple(complete)
    keys = {text: name_category(text) or text for text in asked}
    known = {*present, *load_catalogue()}
    strange = next((text for text, key in keys.items() if key not in known), None)
    if strange is not None:
        near = suggest_categories(strange) or sorted(present)
        msg = f"complete= of {where} names {strange!r}, which nobody knows; did you mean {', '.join(map(repr, near))}?"
        raise CategoryError(msg)
    return tuple(keys.values())
