"""Polygons from closed ways and multipolygon relations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress

import geopandas as gpd
import numpy as np
import osmium
import osmium.geom
import osmium.io
import osmium.osm
import pandas as pd
import shapely
from osmium.filter import EntityFilter, IdFilter, KeyFilter

from tenmin.inputs.osm._lines import RawWays, element_labels, object_series

__all__ = ["AREA_KEYS", "RELATION_KEYS", "is_area", "polygons_from_ways", "read_multipolygons"]

#: A closed way or a multipolygon is read as an area if it has one of these keys.
AREA_KEYS = (
    "aeroway", "amenity", "area", "area:highway", "building", "club", "community_centre", "craft", "education",
    "emergency", "government", "healthcare", "historic", "landuse", "leisure", "man_made", "natural", "office",
    "place", "public_transport", "railway", "shop", "social_facility", "sport", "tourism", "water", "waterway",
)  # fmt: skip
#: A multipolygon is also read if it is a street, that is open ground to walk across.
RELATION_KEYS = (*AREA_KEYS, "highway")
_KEYS = frozenset(AREA_KEYS)
_POLYGON_TYPES = ("multipolygon", "boundary")
_MIN_RING_NODES = 4
_INVALID_WAY = "left out as an area: its outline crosses itself or lacks nodes in this extract"
_INVALID_RELATION = "left out as an area: its outline is open, crosses itself or lacks members in this extract"


def is_area(tags: Mapping[str, str]) -> bool:
    """Return whether a closed way with these tags is read as an area.

    >>> is_area({"building": "yes"}), is_area({"highway": "residential"}), is_area({"leisure": "track", "area": "no"})
    (True, False, False)
    """
    return not _KEYS.isdisjoint(tags) and tags.get("area") != "no"


def polygons_from_ways(raw: RawWays) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the closed ways as polygons, index `w123`, sorted by id, and the list of those that are invalid."""
    ends = np.cumsum(raw.counts)
    closed = raw.counts > 0
    closed[closed] = raw.refs[(ends - raw.counts)[closed]] == raw.refs[ends[closed] - 1]
    rings = raw.select(closed)
    row = np.repeat(np.arange(len(rings.ids)), rings.counts)
    has_missing_nodes = np.bincount(row, weights=np.isnan(rings.xy[:, 0]), minlength=len(rings.ids)) > 0
    usable = ~has_missing_nodes & (rings.counts >= _MIN_RING_NODES)
    complete = rings.select(usable)
    shapes = np.asarray(shapely.polygons(_rings(complete)))
    valid = np.asarray(shapely.is_valid(shapes))
    usable[usable] = valid
    areas = _frame(
        list(compress(complete.tags, valid)), shapes[valid], element_labels(["w"] * valid.sum(), complete.ids[valid])
    )
    invalid = element_labels(["w"] * (~usable).sum(), rings.ids[~usable])
    return areas.iloc[np.argsort(complete.ids[valid], kind="stable")], _refused(invalid, _INVALID_WAY)


def _rings(raw: RawWays) -> np.ndarray:
    return np.asarray(shapely.linearrings(raw.xy, indices=np.repeat(np.arange(len(raw.ids)), raw.counts)))


def read_multipolygons(file: osmium.io.File, keys: Iterable[str]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return relations as polygons, index `r123`, sorted by id, and the list of those that are invalid.

    A relation is invalid if its outline crosses itself or some of its members are missing from the file.

    Parameters
    ----------
    file
        The file.
    keys
        Keys of which a relation must have at least one.
    """
    keys = sorted(keys)
    relations = osmium.FileProcessor(file, osmium.osm.RELATION).with_filter(KeyFilter(*keys))
    expected = sorted({item.id for item in relations if item.tags.get("type") in _POLYGON_TYPES})
    found = _assemble(file, keys, expected) if expected else {}
    closed = [number for number in expected if number in found]
    shapes = shapely.from_wkb(np.array([found[number][1] for number in closed], object))
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    areas = _frame([found[number][0] for number in closed], shapes, element_labels(["r"] * len(closed), closed))
    invalid = [number for number in expected if number not in found]
    return areas, _refused(element_labels(["r"] * len(invalid), invalid), _INVALID_RELATION)


def _assemble(file: osmium.io.File, keys: list[str], relations: list[int]) -> dict[int, tuple[dict[str, str], str]]:
    areas = osmium.FileProcessor(file).with_areas(KeyFilter(*keys)).with_filter(EntityFilter(osmium.osm.AREA))
    wkb = osmium.geom.WKBFactory()
    found = {}
    for area in areas.with_filter(IdFilter([2 * number + 1 for number in relations])):
        if isinstance(area, osmium.osm.Area) and area.num_rings()[0]:
            found[area.orig_id()] = {tag.k: tag.v for tag in area.tags}, wkb.create_multipolygon(area)
    return found


def _frame(tags: list[dict[str, str]], shapes: np.ndarray, index: pd.Index) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"tags": object_series(tags, index)}, geometry=shapes, index=index, crs="EPSG:4326")


def _refused(elements: pd.Index, reason: str) -> pd.DataFrame:
    return pd.DataFrame({"element": elements.astype(object), "reason": reason, "nodes": 0})
