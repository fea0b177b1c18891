"""The base map of a page as numbers and texts: sea and water, woods, parks, buildings, names, entrances and gates."""

from __future__ import annotations

import os

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from tenmin.inputs.osm import BASEMAP_KINDS, OsmExtract, as_extract, find_basemap
from tenmin.outputs.maps._layers import Layer, texts_of
from tenmin.outputs.maps._shapes import check_crs, page_points, page_shapes
from tenmin.support.errors import InputError

__all__ = ["Basemap", "basemap_layer", "read_basemap"]

Basemap = OsmExtract | str | os.PathLike[str] | gpd.GeoDataFrame
"""An extract, its path, or a table as from `find_basemap`."""

TOLERANCE = {"extent": 0.0, "sea": 4.0, "water": 2.0, "wood": 5.0, "green": 4.0, "building": 1.5}
"""Kinds that are filled, and the tolerance of simplifying each, metres."""
COARSE = 10
"""Millionths of a degree in a step of the base map, a metre or less."""
AROUND = 0.25
"""How far round the streets the base map goes, as a part of their extent."""
ELSEWHERE = 10_000.0
"""Metres from the streets from which on a base map is of another place."""


def read_basemap(basemap: Basemap, crs: CRS | str, edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what of a base map lies round the streets, in their CRS.

    Parameters
    ----------
    basemap
        An extract, its path, or a table as from `find_basemap`.
    crs
        CRS of the network.
    edges
        Its edges.

    Raises
    ------
    InputError
        If it is of another place.
    TableError
        If it is none of these.
    """
    table = basemap if isinstance(basemap, gpd.GeoDataFrame) else find_basemap(as_extract(basemap))
    whole = check_crs(table, "basemap").to_crs(crs)
    west, south, east, north = edges.total_bounds
    wide, high = AROUND * (east - west) + 1.0, AROUND * (north - south) + 1.0
    frame = shapely.box(west - wide, south - high, east + wide, north + high)
    left, bottom, right, top = whole.total_bounds
    if len(whole) and shapely.box(left, bottom, right, top).distance(frame) > ELSEWHERE:
        msg = "the basemap lies somewhere else than the streets; give the extract that they come from, or leave it out"
        raise InputError(msg)
    near = whole[whole.intersects(frame)]
    large = near["kind"].isin(["extent", "sea"]).to_numpy()
    cut = np.where(large, shapely.intersection(near.geometry.to_numpy(), frame), near.geometry.to_numpy())
    return gpd.GeoDataFrame(near.set_geometry(gpd.GeoSeries(cut, index=near.index, crs=crs)))


def basemap_layer(basemap: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None = None) -> Layer:
    """Return the base map, without the buildings that are homes.

    Parameters
    ----------
    basemap
        As from `read_basemap`.
    places
        The homes of the page.
    """
    shown = basemap if places is None else basemap[~_holds_homes(basemap, places)]
    by_kind = {kind: _ordered(gpd.GeoSeries(shown.geometry[shown["kind"] == kind])) for kind in BASEMAP_KINDS}
    named = shown[shown["kind"] == "name"]
    numbers = {
        **{kind: page_shapes(by_kind[kind], simplify=far, step=COARSE) for kind, far in TOLERANCE.items()},
        "names": {"points": page_points(named.geometry), "zoom": named["zoom"].to_numpy(np.int64)},
        **{kind: page_points(by_kind[kind]) for kind in ("entrance", "gate")},
    }
    return Layer(numbers, {"names": texts_of(named["name"])})


def _ordered(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return shapes along a Hilbert curve, by which differences of positions are small."""
    if shapes.empty:
        return shapes
    return gpd.GeoSeries(shapes.iloc[np.argsort(shapes.hilbert_distance().to_numpy(), kind="stable")])


def _holds_homes(basemap: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> np.ndarray:
    """Return whether each row is a building that is a home of the page, stands in one or has one in it."""
    rows = np.flatnonzero(basemap["kind"] == "building")
    buildings = basemap.geometry.to_numpy()[rows]
    tree = shapely.STRtree(places.geometry.to_numpy())
    within, _ = tree.query(shapely.point_on_surface(buildings), predicate="within")
    holding, _ = tree.query(buildings, predicate="contains")
    holds = np.zeros(len(basemap), bool)
    holds[rows[np.union1d(within, holding)]] = True
    return holds
