"""Shares of ground and of communities: how much land lies within the limit, and which communities have a service."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.access.isochrones import draw_isochrones
from tenmin.access.query import Query, make_query
from tenmin.inputs.communities import COMMUNITY, Communities, check_areas
from tenmin.inputs.facilities import complete_categories
from tenmin.measures._shares import ground_beside
from tenmin.network import WalkNetwork
from tenmin.support.contracts import check_frame, in_metres, in_use
from tenmin.support.errors import TableError

__all__ = ["communities_having", "regions_of", "tally_ground"]

_POLYGONS = 2


def communities_having(
    areas: pd.DataFrame, facilities: gpd.GeoDataFrame, categories: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which communities have a facility of each category in use, and of which that cannot be known.

    A facility counts for the communities its `area` names, else for the one it stands in. A community without one may
    have one that no table lists, unless the facilities are a complete register of the category (their column
    `complete`).
    """
    checked = check_areas(areas)
    labels = checked.index[checked["level"] == COMMUNITY]
    links = Communities(checked).link(facilities[in_use(facilities)], "facility")
    category = facilities["category"].astype("str").reindex(links["facility"]).to_numpy()
    has = pd.DataFrame({name: labels.isin(links["area"][category == name]) for name in categories}, index=labels)
    complete = complete_categories(facilities)
    return has, ~has & [name not in complete for name in categories]


def regions_of(
    areas: gpd.GeoDataFrame | None, land: gpd.GeoDataFrame | None, network: WalkNetwork, of: str
) -> gpd.GeoDataFrame:
    """Return the land to divide: the communities, or what of `land` lies in each, with the community as `area`.

    Raises
    ------
    TableError
        There are no polygons to divide.
    """
    if of == "ground":
        if areas is None:
            msg = "shares of ground need areas= with polygons in measure_coverage; they are the denominator"
            raise TableError(msg)
        checked = check_areas(areas)
        return _polygons(gpd.GeoDataFrame(checked[checked["level"] == COMMUNITY], crs=areas.crs), "areas")
    if land is None:
        msg = "shares of land need land=, the polygons of residential land; they are the denominator"
        raise TableError(msg)
    known = _polygons(in_metres(check_frame(land, "land", unique=False), network.crs), "land")
    whole = gpd.GeoDataFrame(geometry=[shapely.union_all(known.geometry.to_numpy())], crs=network.crs)
    if areas is None:
        return whole.assign(area=None)
    return gpd.overlay(whole, regions_of(areas, None, network, "ground")[["area", "geometry"]], how="intersection")


def _polygons(frame: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    drawn = frame[shapely.get_dimensions(shapes) == _POLYGONS]
    if drawn.empty:
        msg = f"{what} has no polygons, so there is no ground to divide; give outlines"
        raise TableError(msg)
    return drawn.set_geometry(shapely.make_valid(drawn.geometry.to_numpy())).assign(area=drawn.index)


def tally_ground(query: Query, regions: gpd.GeoDataFrame, *, metric: str, of: str, by: str | None) -> pd.DataFrame:
    """Return the square metres of regions within the limit of each category, by the column `part` of the regions.

    What is unknown lies within the limit of where the streets of the data are cut off; nothing is by straight line.
    """
    shapes, (codes, names) = regions.geometry.to_numpy(), pd.factorize(regions["part"], use_na_sentinel=False)
    served = _straight(query) if metric == "straight" else _walked(query)
    ends = {} if metric == "straight" else _round_ends_of_data(query)
    tables = []
    for category, ground in served.items():
        beyond = shapely.difference(ends.get(query.limit_of(category), shapely.MultiPolygon()), ground)
        parts = [shapely.intersection(shapes, ground), shapely.intersection(shapes, beyond), shapes]
        sums = [np.bincount(codes, shapely.area(part), len(names)) for part in parts]
        tables.append(pd.DataFrame(dict(zip(("served", "unknown", "total"), sums, strict=True))))
        tables[-1] = tables[-1].assign(**{"category": category, by or "": names, "of": of})
    table = pd.concat(tables, ignore_index=True)[["category", by or "", "of", "served", "unknown", "total"]]
    return table if by else table.drop(columns="")


def _straight(query: Query) -> dict[str, BaseGeometry]:
    """The ground within the straight distance of each category."""
    return {category: ground_beside(query, category) for category in query.categories}


def _walked(query: Query) -> dict[str, BaseGeometry]:
    """The ground within the limit of each category."""
    drawn = draw_isochrones(query, merge="category").geometry.to_numpy()
    return {category: shapely.union_all(one) for category, one in zip(query.categories, drawn, strict=True)}


def _round_ends_of_data(query: Query) -> dict[float, BaseGeometry]:
    """The ground within each limit of the ends of the data."""
    network = query.network
    ends = network.nodes.geometry.iloc[network.ends_of_data]
    if ends.empty:
        return {}
    limits = sorted({query.limit_of(category) for category in query.categories})
    there = gpd.GeoDataFrame({"category": "any"}, index=np.arange(len(ends)), geometry=ends.to_numpy(), crs=network.crs)
    minutes, metres = (limits, None) if query.unit == "minutes" else (None, limits)
    asked = make_query(network, there, minutes=minutes, metres=metres, several=True, direction=query.direction)
    drawn = draw_isochrones(asked, merge="category").geometry.to_numpy()
    return {limit: shapely.union_all(one) for limit, one in zip(limits, drawn, strict=True)}
