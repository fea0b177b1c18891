"""Places where people live, read from a table or estimated from buildings."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.osm import OsmExtract, as_extract
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
from tenmin.support.conditions import Condition, parse_condition
from tenmin.support.contracts import MAX_PLACE_M2, in_metres
from tenmin.support.errors import TableError
from tenmin.support.files import check_keys, read_toml, shipped_file

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["estimate_places", "read_places"]

#: Smaller footprints are sheds or garages.
MIN_HOME_M2 = 20.0
#: Gates this far from the outline of an estate are its own.
GATE_METRES = 15.0
_MAX_LEVELS = 200.0


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

    The result always has the columns `people`, `area` (its community) and `name`; `people_base` (whom the people count)
    and groups such as `people_60_plus` are there if the file has them. `list_remarks` lists what was noted or left out.

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
        A column or a cell is invalid, people are negative or missing, or there are neither coordinates nor communities.

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
        msg = f"{table.path} has no {lacking}; name the column by columns=; it has {headings}"
        raise TableError(msg)
    frame = frame.assign(name=table.text_column("name"), area=table.text_column("area"))
    ids, remarks = table.row_ids(["place"] * len(frame))
    if large is None:
        return table.to_frame(frame, ids, "place", remarks)
    if isinstance(large, str) and large != "inner":
        msg = f"large = {large!r}; give 'inner' for a point inside each polygon over 2 ha, gates, or nothing"
        raise TableError(msg)
    shrunk, at_gates = _shrink_large(frame, None if isinstance(large, str) else large)
    remarks += [
        Remark(int(table.rows[row]), "geometry", "", f"larger than 2 ha; people walk from {where}")
        for row, where in at_gates.items()
    ]
    return table.to_frame(shrunk, ids, "place", remarks)


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


def estimate_places(extract: OsmExtract | str | os.PathLike[str], *, people: float) -> gpd.GeoDataFrame:
    """Return the residential buildings of an extract, with a population distributed by floor area.

    This is dasymetric mapping. A building is residential if its value of `building` is, or if it is `building=yes`
    without a tag of another use and not on non-residential land such as a campus; `rule` names the row of places.toml
    that decided. Floor area is the footprint times `building:levels`; where that is not mapped, the median of
    buildings of the same value, else of all homes, else 1 (`levels_source`). All floors count as residential.
    Footprints under 20 m2 are left out; one over 2 ha becomes a point inside it.

    Parameters
    ----------
    extract
        The extract, as from `read_osm`, or the path of its file.
    people
        Population of the extract; the column `people` sums to it.

    Raises
    ------
    TableError
        `people` is not a number above 0, or the extract has no residential buildings.

    Examples
    --------
    >>> from tenmin.inputs import osm
    >>> from tenmin.inputs.samples import sample_path
    >>> places = estimate_places(osm.read_osm(sample_path("helsinki")), people=12_000)
    >>> round(float(places["people"].sum()), 6)
    12000.0
    """
    _check_people(people)
    town = as_extract(extract)
    homes = _homes(town)
    areas = homes.geometry.to_crs(homes.estimate_utm_crs()).area if len(homes) else pd.Series(dtype=float)
    homes = homes[areas >= MIN_HOME_M2]
    areas = areas[homes.index]
    if homes.empty:
        msg = (
            f"{town.path} has no building that people live in; take the places from a table of communities "
            "(read_places) or an extract with buildings"
        )
        raise TableError(msg)
    levels = _floor_levels(homes)
    floor = areas * levels["levels"]
    shapes = homes.geometry.where(areas <= MAX_PLACE_M2, homes.geometry.representative_point())
    columns = {
        "people": _allocate(floor, float(people)),
        "levels": levels["levels"],
        "levels_source": levels["levels_source"],
        "floor_area_m2": floor,
        "rule": homes["rule"],
        "source": "OpenStreetMap",
    }
    places = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")
    return places.rename_axis("place").sort_index()


def _check_people(people: float) -> None:
    number = isinstance(people, int | float | np.number) and not isinstance(people, bool)
    if not number or not 0 < people < math.inf:
        msg = f"people = {people!r}; give how many people live in the extract, a number above 0"
        raise TableError(msg)


@dataclass(frozen=True)
class _HomeRules:
    """Rules that identify residential buildings.

    Attributes
    ----------
    rows
        Id, condition, and whether the land use matters; the first row whose condition holds decides.
    home_land, other_land
        Conditions of residential and of other land.
    """

    rows: tuple[tuple[str, Condition, bool], ...]
    home_land: Condition
    other_land: Condition

    def row_for(self, tags: Mapping[str, str]) -> tuple[str | None, bool]:
        """Return the id of the first row that holds for a building, or None, and whether the land use matters."""
        return next(((rule, ask) for rule, when, ask in self.rows if when.holds(tags)), (None, False))


@cache
def _home_rules() -> _HomeRules:
    path = shipped_file("tenmin.inputs", "places.toml")
    data = read_toml(path)
    check_keys(data, {"home", "land"}, {"home", "land"}, str(path))
    check_keys(data["land"], {"home", "other"}, {"home", "other"}, f"{path}, land")
    rows = []
    for row in data["home"]:
        check_keys(row, {"id", "when", "ask_land"}, {"id", "when"}, str(path))
        rows.append((row["id"], parse_condition(row["when"], f"{path}, {row['id']}"), row.get("ask_land", False)))
    home, other = (parse_condition(data["land"][use], f"{path}, land") for use in ("home", "other"))
    return _HomeRules(tuple(rows), home, other)


def _homes(extract: OsmExtract) -> gpd.GeoDataFrame:
    buildings = extract.areas[["building" in tags for tags in extract.areas["tags"]]]
    matched = [_home_rules().row_for(tags) for tags in buildings["tags"]]
    found = buildings.assign(rule=pd.Series([rule for rule, _ in matched], index=buildings.index, dtype=object))
    ask = np.array([ask for _, ask in matched], bool)
    not_home = np.zeros(len(found), bool)
    not_home[ask] = _on_non_residential_land(extract, found.geometry.to_numpy()[ask])
    return found[found["rule"].notna() & ~not_home]


def _on_non_residential_land(extract: OsmExtract, buildings: np.ndarray) -> np.ndarray:
    """Return where the smallest area of known use around a building is not residential."""
    table = _home_rules()
    uses = [(table.other_land.holds(tags), table.home_land.holds(tags)) for tags in extract.areas["tags"]]
    known = np.flatnonzero([other or home for other, home in uses])
    shapes = extract.areas.geometry.to_numpy()[known]
    inside, land = shapely.STRtree(shapes).query(shapely.point_on_surface(buildings), predicate="within")
    pairs = pd.DataFrame({"building": inside, "size": shapely.area(shapes)[land], "land": known[land]})
    smallest = pairs.sort_values(["building", "size", "land"]).drop_duplicates("building")
    not_home = np.zeros(len(buildings), bool)
    not_home[smallest["building"]] = [uses[place][0] for place in smallest["land"]]
    return not_home


def _floor_levels(homes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the number of levels of each home and its source."""
    value = pd.Series([tags["building"] for tags in homes["tags"]], index=homes.index)
    mapped = pd.Series([_parse_levels(tags.get("building:levels")) for tags in homes["tags"]], index=homes.index)
    typical = mapped.groupby(value).transform("median")
    levels = mapped.fillna(typical).fillna(mapped.median()).fillna(1.0)
    source = np.select(
        [mapped.notna(), typical.notna(), mapped.notna().any()],
        ["mapped", "median of building=" + value, "median of all homes"],
        default="assumed",
    )
    return pd.DataFrame({"levels": levels, "levels_source": source}, index=homes.index)


def _parse_levels(text: str | None) -> float:
    """Return the number of levels in a tag, NaN if there is none, the mean of several such as `2;3`.

    >>> _parse_levels("3.5"), _parse_levels("2;3"), _parse_levels("ground")
    (3.5, 2.5, nan)
    """
    numbers = [float(item) for item in re.findall(r"\d+(?:\.\d+)?", (text or "").replace(",", "."))]
    mean = sum(numbers) / len(numbers) if numbers else math.nan
    return mean if 0 < mean <= _MAX_LEVELS else math.nan


def _allocate(floor: pd.Series, people: float) -> pd.Series:
    """Return `people` distributed in proportion to `floor`; the largest share takes the rounding error."""
    shares = floor * (people / math.fsum(floor))
    largest = shares.idxmax()
    shares[largest] += people - math.fsum(shares)
    return shares
