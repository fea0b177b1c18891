"""Residential buildings of an extract, with their floors."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.osm import OsmExtract
from tenmin.support.conditions import Condition, parse_condition
from tenmin.support.contracts import MAX_PLACE_M2, in_metres
from tenmin.support.errors import TableError
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["find_homes"]

#: Smaller footprints are sheds or garages.
MIN_HOME_M2 = 20.0
_MAX_LEVELS = 200.0


def find_homes(town: OsmExtract) -> gpd.GeoDataFrame:
    """Return the residential buildings of an extract, in EPSG:4326, with floor areas.

    Parameters
    ----------
    town
        The extract.

    Returns
    -------
    GeoDataFrame
        Index: ids of the buildings, sorted. Columns: levels, levels_source, floor_area_m2 (footprint times levels),
        rule (the row of homes.toml that decided), source. A footprint over 2 ha is a point inside it.

    Raises
    ------
    TableError
        There are none.
    """
    homes = _homes(town)
    areas = in_metres(homes).geometry.area
    homes = homes[areas >= MIN_HOME_M2]
    areas = areas[homes.index]
    if homes.empty:
        msg = (
            f"{town.path} has no building that people live in; take the places from a table of communities "
            "(read_places) or an extract with buildings"
        )
        raise TableError(msg)
    levels = _floor_levels(homes)
    shapes = homes.geometry.where(areas <= MAX_PLACE_M2, homes.geometry.representative_point())
    columns = {
        "levels": levels["levels"],
        "levels_source": levels["levels_source"],
        "floor_area_m2": areas * levels["levels"],
        "rule": homes["rule"],
        "source": "OpenStreetMap",
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").rename_axis("place").sort_index()


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
    path = shipped_file("tenmin.inputs.population", "homes.toml")
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
