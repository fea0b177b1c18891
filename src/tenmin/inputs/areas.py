"""Areas by which results are grouped: communities (社区), sub-districts (街道) and districts (区县)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np

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
)
from tenmin.support.errors import TableError

__all__ = ["read_areas"]

_LEVEL = "社区"
_NO_PARENT = "empty; that of the row above is not taken for it"
_IS_SUBDISTRICT = re.compile(r"(?:街道|街道办事处|镇|乡)$")
_NAMED_LEVEL = "the name is that of a 街道 and others are not; taken as its level"
_TEXTS = ("name", "level", "parent", "kind")


def read_areas(
    path: Table,
    *,
    datum: Datum | None = None,
    columns: Mapping[str, str] | None = None,
    crs: object = None,
    control_points: ControlPoints | None = None,
    encoding: str | None = None,
    sheet: Sheets = None,
    header: Header | None = None,
    people_base: str | None = None,
    persons_per_household: float | None = None,
) -> gpd.GeoDataFrame:
    r"""Return the areas of a table; the index is the id, or, if there is no column of ids, parent and name.

    Such an id is 鼓楼街道/长安社区, or the name alone of a row without a parent; rows that come or go change no other.
    Other tables name an area by its name, as long as only one has it.

    The result always has the columns `name`, `level` (社区 if not given), `parent`, `kind` (old, new, resettled,
    rural), `households` and `people`; `people_base` says whom the people count; other columns are kept. The geometry
    is the outline, or None. `list_remarks` lists what was noted or left out.

    Parameters
    ----------
    path
        A CSV, TSV, XLSX, Shapefile, GeoPackage, GeoJSON or GeoParquet file, or a DataFrame or GeoDataFrame as
        `read_facilities` takes it.
    datum, columns, crs, control_points, encoding, sheet, header
        As in `read_facilities`.
    people_base
        Whom the people count, if several headings speak of people: "常住", "实有", "户籍" or "总人口" (all). By default
        the first of these that is there; the others are kept under their own headings and listed.
    persons_per_household
        People of a household (户均人口), for a table that gives households and no people; `people_base` then says so.

    Raises
    ------
    FileError
        The format is not supported (the message says how to export it), or the file is damaged.
    TableError
        A column or a cell is invalid, an area occurs twice, or its households are not above 0.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "areas.csv")
    ...     _ = path.write_text("社区,所属街道,户数,常住人口\n长安社区,鼓楼街道,3000,1.2万\n", encoding="utf-8")
    ...     areas = read_areas(path)
    >>> print(*areas.loc["鼓楼街道/长安社区", ["level", "parent", "households", "people"]])
    社区 鼓楼街道 3000.0 12000.0
    """
    reference = CoordinateReference(datum, crs, control_points)
    table = read_table(
        path,
        "areas",
        reference=reference,
        columns=columns,
        encoding=encoding,
        sheet=sheet,
        header=header,
        people_base=people_base,
        persons_per_household=persons_per_household,
    )
    frame, remarks = _add_columns(table)
    ids = _area_ids(table, frame)
    table.reject((frame["households"] <= 0.0).to_numpy(), "households", "is not above 0; correct it or empty the cell")
    return table.to_frame(frame, ids, "area", [*remarks, *_lacking_parents(table, frame)])


def _add_columns(table: ParsedTable) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    """Return the frame with all columns of a table of areas, and remarks on levels that only a name says."""
    if not {"id", "name"} & set(table.frame.columns):
        msg = (
            f"{table.path} has neither names nor ids of areas (社区, 编号); name the column by columns=; its headings "
            f"are {', '.join(map(repr, table.file_headings))}"
        )
        raise TableError(msg)
    frame = table.frame.assign(**{name: table.text_column(name) for name in _TEXTS})
    missing = [name for name in ("households", "people") if name not in frame.columns]
    named = frame["name"].map(lambda name: bool(_IS_SUBDISTRICT.search(str(name)))) & frame["level"].isna()
    above = named if (frame["level"].isna() & ~named).any() else named & False
    level = frame["level"].mask(above, "街道").fillna(_LEVEL)
    remarks = [] if not above.any() else table.remark_on(np.flatnonzero(above).tolist(), "name", _NAMED_LEVEL)
    return frame.assign(**dict.fromkeys(missing, np.nan), level=level), remarks


def _lacking_parents(table: ParsedTable, frame: gpd.GeoDataFrame) -> list[Remark]:
    """Return a remark on each community without a parent in a table in which others have one."""
    lacking = frame["parent"].isna() & (frame["level"] == _LEVEL)
    if frame["parent"].isna().all() or not lacking.any():
        return []
    said = table.remark_on(np.flatnonzero(lacking).tolist(), "parent", _NO_PARENT)
    return [replace(one, value="") for one in said]


def _area_ids(table: ParsedTable, frame: gpd.GeoDataFrame) -> list[str]:
    """Return the id of each area: the one in the file, else its name, after that of its parent if it has one."""
    has_name = frame["name"].notna()
    duplicated = frame.duplicated(["name", "parent", "level"], keep=False) & has_name
    table.reject(duplicated.to_numpy(), "name", "is there more than once under one parent; keep one row for each area")
    given_ids = table.text_column("id")
    table.reject((given_ids.isna() & ~has_name).to_numpy(), "name", "is empty; name the area, or take the row out")
    qualified = frame["parent"].astype(object) + "/" + frame["name"].astype(object)
    ids = given_ids.fillna(qualified.where(frame["parent"].notna(), frame["name"]))
    field = "id" if "id" in frame.columns else "name"
    table.reject(ids.duplicated(keep=False).to_numpy(), field, "is there more than once; make it unique")
    return ids.tolist()
