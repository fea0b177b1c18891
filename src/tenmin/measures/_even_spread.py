"""People spread evenly along the streets of where they live: what a coverage would be without knowing their homes."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.query import Query
from tenmin.inputs.communities import COMMUNITY, check_areas
from tenmin.measures._regions import regions_of
from tenmin.measures._shares import add_rest, tally, widen_unknown
from tenmin.measures._street_lengths import cut_streets, tally_streets
from tenmin.network import WalkNetwork
from tenmin.support.contracts import Metric, people_of

__all__ = ["CELL_METRES", "PARTS", "EvenSpread", "spread_evenly"]

CELL_METRES = 250.0
"""Side of the cells within which people of no community are spread."""
PARTS = ["served", "unserved", "unknown", "possible", "total"]
_POLYGON = 2
_WHOLE_TOWN = ""
_KEYS = ["category", "area"]


@dataclass(frozen=True, eq=False)
class EvenSpread:
    """The people of each community as they are placed, and spread evenly along its streets.

    Both tables have the index category and area ("" for the whole town, None for no community), sorted alike, and the
    columns of `PARTS`.
    """

    given: pd.DataFrame
    """The people where their places are."""
    even: pd.DataFrame
    """The same people along the streets. Those of no community, or of one without streets, stay where they are."""
    how: str
    """How they are spread: "streets_of_area" or "streets_of_cells"."""


def spread_evenly(
    query: Query,
    places: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    served: pd.DataFrame,
    unknown: pd.DataFrame,
    *,
    metric: Metric,
    thin: pd.Series,
) -> EvenSpread:
    """Return the people of each community as they are placed, and spread evenly along its streets.

    Without outlines of communities the people of the whole town are spread along the streets in those cells of 250 m
    where anybody lives. No walk is searched from the new places: what is reached of each street is exact.

    Parameters
    ----------
    query
        The checked inputs.
    places, areas
        The places, with their community as `area` where known, and the communities, both in the CRS of the network.
    served, unknown
        bool frames of places x categories.
    metric
        "walk" or "straight".
    thin
        bool by category, whether it is thinly mapped: what is not served is unknown.

    Raises
    ------
    TableError
        The places have no people.
    """
    regions = _outlined(areas, query.network)
    by_area = regions is not None and "area" in places.columns and bool(places["area"].isin(regions["area"]).any())
    label = places["area"] if by_area else pd.Series(_WHOLE_TOWN, index=places.index)
    pieces = cut_streets(query.network, regions if by_area else _inhabited_cells(places))
    streets = tally_streets(query, pieces, pd.Series(pieces.area, dtype=object), metric=metric, by="area")
    people = people_of(places).to_numpy()
    given = tally(served, unknown, people, of="people", by="area", label=label)
    along = given[_KEYS].merge(add_rest(widen_unknown(streets, thin)), on=_KEYS, how="left")
    metres = along["total"].where(along["area"].notna() & (along["total"] > 0.0)).to_numpy(float)
    parts = {name: along[name].to_numpy(float) / metres * given["total"].to_numpy() for name in PARTS[:-1]}
    even = given.assign(**{name: np.where(np.isfinite(metres), parts[name], given[name]) for name in parts})
    how = "streets_of_area" if by_area else "streets_of_cells"
    return EvenSpread(given.set_index(_KEYS)[PARTS], even.set_index(_KEYS)[PARTS], how)


def _outlined(areas: gpd.GeoDataFrame | None, network: WalkNetwork) -> gpd.GeoDataFrame | None:
    """The communities with outlines, as `area` and polygon; None if there are none."""
    if areas is None:
        return None
    checked = check_areas(areas)
    outlined = shapely.get_dimensions(checked.geometry.to_numpy()) == _POLYGON
    return regions_of(areas, None, network, "streets") if (outlined & (checked["level"] == COMMUNITY)).any() else None


def _inhabited_cells(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The cells of 250 m in which somebody lives, as one area."""
    points = shapely.point_on_surface(places.geometry.to_numpy()[people_of(places).to_numpy() > 0.0])
    corners = np.unique(np.floor(shapely.get_coordinates(points) / CELL_METRES), axis=0) * CELL_METRES
    cells = shapely.box(*corners.T, *(corners + CELL_METRES).T)
    return gpd.GeoDataFrame({"area": np.full(len(cells), _WHOLE_TOWN, object)}, geometry=cells, crs=places.crs)
