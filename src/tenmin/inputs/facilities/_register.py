"""Reads a register of facilities, a bureau's own or a map service's, from whichever file it comes in."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import geopandas as gpd
import pandas as pd

from tenmin.inputs.facilities._completeness import COMPLETE, join_claims
from tenmin.inputs.readers import ControlPoints, CoordinateReference, Datum, ParsedTable, PathLike, Remark, read_table
from tenmin.support.errors import CategoryError, TableError

__all__ = ["read_facilities"]

Complete = bool | str | Iterable[str] | None
_NOT_IN_CATALOGUE = "not in the catalogue; kept as it is"
_NOWHERE = "no position and no community: it counts nowhere"


def read_facilities(
    path: PathLike,
    *,
    datum: Datum = "wgs84",
    category: str | None = None,
    columns: Mapping[str, str] | None = None,
    complete: Complete = None,
    crs: object = None,
    control_points: ControlPoints | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Return the facilities of a table, one row each, as `find_facilities` does those of OpenStreetMap.

    The columns `category`, `name`, `area` (the communities it serves) and `source` are always there, the others as the
    file has them: `floor_area_m2`, `capacity`, `rooms`, `separate_rooms`, `state`, `opening_hours` ... A figure such as
    约600 is kept as 600 with `floor_area_m2_approximate`; one such as 300以上 is NaN with `floor_area_m2_least` and
    `floor_area_m2_most`. Where the table is a complete register of some categories, each row names them all in the
    column `complete`, joined by semicolons. `list_remarks` tells what was noted and left out, `attrs["encoding"]` in
    which encoding the file was read.

    Parameters
    ----------
    path
        A CSV, TSV, XLSX, Shapefile, GeoPackage, GeoJSON or GeoParquet file, with coordinates, with the communities
        that the facilities belong to, or both.
    datum
        That of its coordinates: "wgs84" (also CGCS2000), "gcj02" (Amap, Tencent) or "bd09" (Baidu).
    category
        The category of all rows, if the file has no column of them.
    columns
        Heading in the file to name of the column, where the table of headings does not know it.
    complete
        The categories of which the table lists every facility there is (True: those that occur in it), so that a
        community without one has none.
    crs
        The CRS of its coordinates, such as "EPSG:4490" or "EPSG:4526", unless they are longitude and latitude.
    control_points
        Two points known in a city's own grid and in longitude and latitude (WGS84).
    encoding
        That of its text, if it cannot be told from the bytes.
    sheet
        Which sheet of a workbook, or layer of a GeoPackage.

    Raises
    ------
    FileError
        The file is of a kind that is not read (with how to export it), or damaged.
    TableError
        A column or a cell is wrong, or the table has neither coordinates nor communities.
    CategoryError
        `category` or `complete` names what neither the catalogue nor the table has.

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
        path, "facilities", reference=reference, columns=columns, ignore=ignore, encoding=encoding, sheet=sheet
    )
    _refuse_nowhere(table)
    categories, remarks = _categories(table, category)
    frame = _filled(table, categories)
    ids = table.row_ids(categories)
    nowhere = frame.geometry.isna() & (frame["area"].map(len) == 0)
    remarks += [Remark(int(row), "", "", _NOWHERE) for row in table.rows[nowhere.to_numpy()]]
    claimed = join_claims(_complete(complete, set(categories), str(table.path)))
    return table.to_frame(frame if claimed is None else frame.assign(**{COMPLETE: claimed}), ids, "facility", remarks)


def _refuse_nowhere(table: ParsedTable) -> None:
    if not table.has_positions and "area" not in table.frame.columns:
        msg = (
            f"{table.path} has neither coordinates (经度 and 纬度, 坐标, or geometry) nor a community (社区); add "
            f"one, or name it by columns=; its headings are {', '.join(map(repr, table.file_headings))}"
        )
        raise TableError(msg)


def _categories(table: ParsedTable, category: str | None) -> tuple[list[str], list[Remark]]:
    """Return the category of every row as a key of the catalogue where it has one, and remarks on the others."""
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
    keys = {text: _key(text) for text in text_column.unique()}
    strange = [place for place, text in enumerate(text_column) if keys[text] is None]
    return [keys[text] or text for text in text_column], table.remark_on(strange, "category", _NOT_IN_CATALOGUE)


def _key(text: str) -> str | None:
    """Return the key of a category; of several Amap codes (141201|141203) that of the first known."""
    from tenmin.inputs.services import name_category

    found = (name_category(part) for part in (text, *text.split("|")) if part.strip())
    return next((key for key in found if key is not None), None)


def _filled(table: ParsedTable, categories: list[str]) -> gpd.GeoDataFrame:
    """Return the frame with the columns that every table of facilities has."""
    area = table.text_column("area")
    frame = table.frame.assign(
        category=pd.Series(categories, dtype="str"),
        name=table.text_column("name"),
        area=area.where(area.notna(), area.map(lambda _: ())),
        source=table.text_column("source").fillna(table.path.name).astype("str"),
    )
    return frame.assign(state=frame["state"].fillna("in_use")) if "state" in frame.columns else frame


def _complete(complete: Complete, present: set[str], where: str) -> tuple[str, ...]:
    from tenmin.inputs.services import load_catalogue, name_category

    if complete is None or isinstance(complete, bool):
        return tuple(present) if complete else ()
    asked = (complete,) if isinstance(complete, str) else tuple(complete)
    keys = {text: name_category(text) or text for text in asked}
    known = {*present, *load_catalogue()}
    strange = next((text for text, key in keys.items() if key not in known), None)
    if strange is not None:
        near = difflib.get_close_matches(strange, sorted(known), n=3, cutoff=0.4) or sorted(present)
        msg = f"complete= of {where} names {strange!r}, which nobody knows; did you mean {', '.join(map(repr, near))}?"
        raise CategoryError(msg)
    return tuple(keys.values())
