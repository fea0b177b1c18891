"""Places where people live, read from a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.readers import (
    ControlPoints,
    CoordinateReference,
    Datum,
    Header,
    Remark,
    Sheets,
    Table,
    read_table,
)
from tenmin.support.contracts import MAX_PLACE_M2, in_metres
from tenmin.support.errors import TableError

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["read_places"]

#: Gates this far from the outline of an estate are its own.
GATE_METRES = 15.0
_POLYGON = 2


def read_places(
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
    skip_bad: bool = False,
    large: Literal["inner"] | gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    r"""Return the places of a table where people live: buildings, estates (小区), or communities as points.

    The result always has the columns `people`, `area` (its community), `name` and `placed_by` (how its people got
    where they are: "position", "outline", "gates", "point_inside" or "none", unless the file says it); `people_base`
    (whom the people count) and groups such as `people_60_plus` are there if the file has them. `list_remarks` lists
    what was noted or left out.

    Parameters
    ----------
    path
        A CSV, TSV, XLSX, Shapefile, GeoPackage, GeoJSON or GeoParquet file, or a DataFrame or GeoDataFrame as
        `read_facilities` takes it.
    datum, columns, crs, control_points, encoding, sheet, header
        As in `read_facilities`.
    people_base, persons_per_household
        As in `read_areas`.
    skip_bad
        Leave out rows whose people or coordinates are not numbers, and list them, instead of refusing the table.
    large
        "inner" to take a point inside each polygon over 2 ha and list it; or points, such as the mapped gates of
        estates, of which those within 15 m of its outline are taken first. By default such a polygon stays, and is
        refused where people walk from it.

    Raises
    ------
    FileError
        The format is not supported (the message says how to export it), or the file is damaged.
    TableError
        A column or a cell is invalid, people are negative or missing, a group is larger than all of them, or there are
        neither coordinates nor communities.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "estates.csv")
    ...     _ = path.write_text("小区,坐标,人口\n东苑,\"105.01,38.40\",1200\n", encoding="utf-8")
    ...     places = read_places(path)
    >>> places["people"].tolist(), places.geometry.iloc[0].x
    ([1200.0], 105.01)
    """
    table = read_table(
        path, "places", reference=CoordinateReference(datum, crs, control_points), columns=columns, encoding=encoding,
        sheet=sheet, header=header, required=("people",), skip_bad=skip_bad, people_base=people_base,
        persons_per_household=persons_per_household,
    )  # fmt: skip
    frame = table.frame
    if "people" not in frame.columns or not (table.has_positions or "area" in frame.columns):
        lacking = (
            "people (人口)" if "people" not in frame.columns else "coordinates (经度 and 纬度) nor a community (社区)"
        )
        headings = ", ".join(map(repr, table.file_headings))
        way = "name the column by columns="
        if "people" not in frame.columns and "households" in frame.columns:
            way = "give persons_per_household=, how many people a household has"
        msg = f"{table.path} has no {lacking}; {way}; it has {headings}"
        raise TableError(msg)
    frame = frame.assign(name=table.text_column("name"), area=table.text_column("area"))
    ids, remarks = table.row_ids(["place"] * len(frame))
    if large is None:
        return table.to_frame(_say_how_placed(frame, {}), ids, "place", remarks)
    if isinstance(large, str) and large != "inner":
        msg = f"large = {large!r}; give 'inner' for a point inside each polygon over 2 ha, gates, or nothing"
        raise TableError(msg)
    shrunk, at_gates = _shrink_large(frame, None if isinstance(large, str) else large)
    remarks += [
        Remark(int(table.rows[row]), "geometry", "", f"larger than 2 ha; people walk from {where}")
        for row, where in at_gates.items()
    ]
    return table.to_frame(_say_how_placed(shrunk, at_gates), ids, "place", remarks)


def _say_how_placed(frame: gpd.GeoDataFrame, shrunk: Mapping[int, str]) -> gpd.GeoDataFrame:
    """Return the places with how the people of each got where they are, where the file does not say it."""
    shapes = frame.geometry.to_numpy()
    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    how = np.select([none, shapely.get_dimensions(shapes) == _POLYGON], ["none", "outline"], "position").astype(object)
    for row, where in shrunk.items():
        how[row] = "point_inside" if where == "a point inside" else "gates"
    given = frame["placed_by"] if "placed_by" in frame.columns else pd.Series(None, index=frame.index, dtype=object)
    return frame.assign(placed_by=given.fillna(pd.Series(how, index=frame.index)))


def _shrink_large(frame: gpd.GeoDataFrame, gates: gpd.GeoDataFrame | None) -> tuple[gpd.GeoDataFrame, dict[int, str]]:
    """Return the places with gates or a point inside for each polygon over 2 ha, and which of these, by row."""
    placed = frame.loc[frame.geometry.notna() & ~frame.geometry.is_empty]
    areas = in_metres(placed).geometry.area
    shapes, where = frame.geometry.copy(), {}
    for row in areas.index[areas > MAX_PLACE_M2]:
        near = _gates_near(frame.loc[[row]], gates)
        shapes[row] = shapely.MultiPoint(near) if len(near) else frame.geometry[row].representative_point()
        where[int(row)] = f"its gates ({len(near)})" if len(near) else "a point inside"
    return frame.set_geometry(shapes), where


def _gates_near(place: gpd.GeoDataFrame, gates: gpd.GeoDataFrame | None) -> np.ndarray:
    """Return the gates within 15 m of the outline of one place, in its CRS."""
    if gates is None or gates.empty:
        return np.array([], object)
    metric = in_metres(place)
    outline = shapely.boundary(metric.geometry.to_numpy())[0]
    points = gates.to_crs(cast("CRS", metric.crs)).geometry.to_numpy()
    near = gates.loc[shapely.dwithin(points, outline, GATE_METRES)]
    return near.to_crs(cast("CRS", place.crs)).geometry.representative_point().to_numpy()
