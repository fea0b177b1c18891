"""What maps show of an extract below the results: sea, water, woods, parks, buildings, names, entrances and gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.osm._coast import find_sea
from tenmin.inputs.osm._extract import OsmExtract
from tenmin.inputs.osm._lines import object_series
from tenmin.support.conditions import Condition, parse_condition
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["BASEMAP_KINDS", "find_basemap"]

BASEMAP_KINDS = ("extent", "sea", "water", "wood", "green", "building", "name", "entrance", "gate")
"""The kinds of rows of a basemap, from below."""
NAMED_M2 = 20_000.0
"""Least size of water, woods and parks that are named."""
NAMED = {"water": 13, "wood": 14, "green": 14}
"""Zoom level from which on they are."""
METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True)
class _Row:
    """A row of the table: what it gives (a kind or a zoom level), and the elements that it holds for."""

    gives: str | int
    when: Condition
    least_m2: float = 0.0


def find_basemap(town: OsmExtract) -> gpd.GeoDataFrame:
    """Return what a map shows of an extract below its results.

    Parameters
    ----------
    town
        The extract.

    Returns
    -------
    GeoDataFrame
        kind (of `BASEMAP_KINDS`), name (None but of a "name"), zoom (the level from which on a name is shown, else 0)
        and geometry, EPSG:4326. The extent is the box of the extract, and absent if the extract does not state it.
    """
    parts = [_outlines(town), _areas(town.areas), _points(town.points), _names(town)]
    whole = pd.concat(parts, ignore_index=True)
    order = whole["kind"].map({kind: number for number, kind in enumerate(BASEMAP_KINDS)})
    return gpd.GeoDataFrame(whole.iloc[np.argsort(order, kind="stable")].reset_index(drop=True), crs="EPSG:4326")


def _outlines(town: OsmExtract) -> gpd.GeoDataFrame:
    """Return the extent of the data, and the sea in it."""
    extent = [] if town.box is None else [shapely.box(*town.box)]
    seen = town.ways.total_bounds if town.box is None else town.box
    west, south, east, north = map(float, seen)
    sea = find_sea(town.coast, (west, south, east, north))
    return _frame([*["extent"] * len(extent), *["sea"] * len(sea)], [*extent, *sea])


def _areas(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    matched = [_match("area", tags) for tags in areas["tags"]]
    large = np.array([row is not None for row in matched], bool)
    large[large] = _square_metres(areas.geometry.to_numpy()[large]) >= [row.least_m2 for row in matched if row]
    kinds = [row.gives for row, kept in zip(matched, large, strict=True) if row and kept]
    return _frame(kinds, areas.geometry.to_numpy()[large])


def _points(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    matched = [_match("point", tags) for tags in points["tags"]]
    found = np.array([row is not None for row in matched], bool)
    return _frame([row.gives for row in matched if row], points.geometry.to_numpy()[found])


def _names(town: OsmExtract) -> gpd.GeoDataFrame:
    """Return the names of places, and of large water, woods and parks, each once."""
    tables = [*_named_areas(town.areas), (town.points, [_match("name", tags) for tags in town.points["tags"]])]
    frames = []
    for table, rows in tables:
        zooms = [0 if row is None else int(row.gives) for row in rows]
        shown = np.array(zooms, int) > 0
        names = [tags["name"] for tags in table["tags"][shown]]
        spots = shapely.point_on_surface(table.geometry.to_numpy()[shown])
        frames.append(
            _frame(["name"] * len(names), spots).assign(name=object_series(names), zoom=np.array(zooms)[shown])
        )
    whole = pd.concat(frames, ignore_index=True)
    return gpd.GeoDataFrame(whole.sort_values("zoom", kind="stable").drop_duplicates("name", ignore_index=True))


def _named_areas(areas: gpd.GeoDataFrame) -> list[tuple[gpd.GeoDataFrame, list[_Row | None]]]:
    """Return areas that are places, and areas that are named as what they are."""
    named = areas[["name" in tags for tags in areas["tags"]]]
    size = _square_metres(named.geometry.to_numpy())
    kinds = [_match("area", tags) for tags in named["tags"]]
    green = [
        _Row(NAMED[str(row.gives)], row.when) if row and row.gives in NAMED and m2 >= NAMED_M2 else None
        for row, m2 in zip(kinds, size, strict=True)
    ]
    return [(named, [_match("name", tags) for tags in named["tags"]]), (named, green)]


def _frame(kinds: Sequence[str | int], shapes: np.ndarray | Sequence[shapely.Geometry]) -> gpd.GeoDataFrame:
    columns = {"kind": pd.Series(kinds, dtype=object), "name": object_series([None] * len(kinds)), "zoom": 0}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))


def _square_metres(shapes: np.ndarray) -> np.ndarray:
    """Return the size of polygons in degrees, near enough to leave out what is small."""
    latitude = shapely.get_y(shapely.centroid(shapes))
    return shapely.area(shapes) * METRES_A_DEGREE**2 * np.cos(np.radians(latitude))


def _match(table: str, tags: Mapping[str, str]) -> _Row | None:
    return next((row for row in _table()[table] if row.when.holds(tags)), None)


@cache
def _table() -> Mapping[str, tuple[_Row, ...]]:
    path = shipped_file("tenmin.inputs.osm", "basemap.toml")
    data = read_toml(path)
    gives = {"area": "kind", "point": "kind", "name": "zoom"}
    check_keys(data, set(gives), set(gives), str(path))
    found = {}
    for table, column in gives.items():
        for row in data[table]:
            check_keys(row, {column, "when", "least_m2"}, {column, "when"}, f"{path}, {table}")
        found[table] = tuple(
            _Row(row[column], parse_condition(row["when"], f"{path}, {row[column]}"), float(row.get("least_m2", 0.0)))
            for row in data[table]
        )
    return found
