"""Shares of ground and of communities: how much land lies within the limit, and which communities have a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.access.isochrones import trace_isochrones
from tenmin.access.travel_times import in_use
from tenmin.inputs.communities import COMMUNITY, Communities, check_areas
from tenmin.network import WalkNetwork
from tenmin.support.contracts import check_frame, in_metres
from tenmin.support.errors import TableError

__all__ = ["Circle", "communities_having", "regions_of", "tally_ground"]

AS_ROUND = 64
"""Corners of a quarter of a circle, where one is drawn."""
_POLYGONS = 2


class Circle(NamedTuple):
    """The limit of a category, and how it is measured."""

    unit: str
    limit: float
    direction: str
    metric: str
    metres: float
    """What the limit is worth in a straight line."""


def communities_having(
    areas: pd.DataFrame, facilities: gpd.GeoDataFrame, categories: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which communities have a facility of each category in use, and of which that cannot be known.

    A facility counts for the communities its `area` names, else for the one it stands in. A community without one may
    have one that no table lists, unless the facilities are a complete register of the category (`complete` of
    `read_facilities`).
    """
    checked = check_areas(areas)
    labels = checked.index[checked["level"] == COMMUNITY]
    links = Communities(checked).link(facilities[in_use(facilities)], "facility")
    category = facilities["category"].astype("str").reindex(links["facility"]).to_numpy()
    has = pd.DataFrame({name: labels.isin(links["area"][category == name]) for name in categories}, index=labels)
    complete = set(facilities.attrs.get("complete", ()))
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


def tally_ground(
    network: WalkNetwork,
    facilities: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    circles: Mapping[str, Circle],
    *,
    of: str,
    by: str | None,
) -> pd.DataFrame:
    """Return the square metres of regions within the limit of each category, by the column `part` of the regions.

    What is unknown lies within the limit of where the streets of the data are cut off.
    """
    shapes, used = regions.geometry.to_numpy(), facilities[in_use(facilities)]
    codes, names = pd.factorize(regions["part"], use_na_sentinel=False)
    tables = []
    for category, circle in circles.items():
        ground = _ground(network, used[used["category"] == category], circle)
        beyond = shapely.difference(_ground(network, _ends_of_data(network), circle), ground)
        parts = [shapely.intersection(shapes, ground), shapely.intersection(shapes, beyond), shapes]
        sums = [np.bincount(codes, shapely.area(part), len(names)) for part in parts]
        tables.append(pd.DataFrame(dict(zip(("served", "unknown", "total"), sums, strict=True))))
        tables[-1] = tables[-1].assign(**{"category": category, by or "": names, "of": of})
    table = pd.concat(tables, ignore_index=True)[["category", by or "", "of", "served", "unknown", "total"]]
    return table if by else table.drop(columns="")


def _ground(network: WalkNetwork, facilities: gpd.GeoDataFrame, circle: Circle) -> BaseGeometry:
    """The ground within the limit of any of the facilities."""
    if facilities.empty:
        return shapely.MultiPolygon()
    if circle.metric == "straight":
        return shapely.union_all(shapely.buffer(facilities.geometry.to_numpy(), circle.metres, quad_segs=AS_ROUND))
    drawn = trace_isochrones(
        network,
        facilities.assign(category="any"),
        direction=circle.direction,
        merge="category",
        minutes=circle.limit if circle.unit == "minutes" else None,
        metres=circle.limit if circle.unit == "metres" else None,
    )
    return shapely.union_all(drawn.geometry.to_numpy())


def _ends_of_data(network: WalkNetwork) -> gpd.GeoDataFrame:
    ends = network.nodes.geometry.iloc[network.ends_of_data]
    return gpd.GeoDataFrame({"category": "any"}, index=np.arange(len(ends)), geometry=ends.to_numpy(), crs=network.crs)
