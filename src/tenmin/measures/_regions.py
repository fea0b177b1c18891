"""Land area within the limit, and communities that have a service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.access.isochrones import draw_isochrones
from tenmin.access.query import Query, make_query
from tenmin.inputs.communities import COMMUNITY, Communities, check_areas
from tenmin.inputs.facilities import complete_categories, counting_as, list_contradictions
from tenmin.measures._shares import buffer_facilities
from tenmin.network import WalkNetwork
from tenmin.support.contracts import Metric, check_frame, in_metres, in_use
from tenmin.support.errors import TableError

__all__ = ["communities_having", "regions_of", "tally_ground"]

Key = TypeVar("Key", str, float)

_POLYGON = 2
"""Topological dimension of polygons."""


def communities_having(areas: pd.DataFrame, query: Query, categories: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which communities have a facility of each category in use, and for which this is unknown.

    A facility counts for the communities that its `area` names, else for the one it stands in, and for its category and
    all that it is a part of. Where a source is complete for a category (the column `complete`), a community without any
    has none, and what others list besides does not count; elsewhere it is unknown.

    Parameters
    ----------
    areas
        Communities with level, parent and name where known.
    query
        The facilities, with category, and area or geometry. Where hours count, a community whose facility may be open
        is unknown.
    categories
        Columns of the result.

    Returns
    -------
    tuple of DataFrame
        Two bool frames of communities x categories, never both True.
    """
    checked = check_areas(areas)
    labels = checked.index[checked["level"] == COMMUNITY]
    facilities = query.facilities
    used = facilities[in_use(facilities)]
    links, wrong = Communities(checked).assign_facilities(used, "facility"), list_contradictions(facilities)

    def having(counts: np.ndarray) -> pd.DataFrame:
        counted = {name: facilities.index[counting_as(name, facilities, wrong) & counts] for name in categories}
        return pd.DataFrame(
            {name: labels.isin(links["area"][links["facility"].isin(ids)]) for name, ids in counted.items()},
            index=labels,
        )

    has, may_have = having(query.counts), having(query.in_doubt().counts)
    complete = complete_categories(facilities)
    return has, ~has & (may_have | [name not in complete for name in categories])


def regions_of(
    areas: gpd.GeoDataFrame | None, land: gpd.GeoDataFrame | None, network: WalkNetwork, of: str
) -> gpd.GeoDataFrame:
    """Return the polygons to divide into served and unserved, with the community of each as `area`.

    Parameters
    ----------
    areas
        Communities with polygons.
    land
        Polygons of residential land, for of="land"; overlaps count once.
    network
        Gives the CRS.
    of
        "ground" or "streets": the communities themselves; "land": the residential land in each, or all of it without
        communities.

    Raises
    ------
    TableError
        If there are no such polygons.
    """
    if of != "land":
        if areas is None:
            msg = "shares of ground need areas= with polygons in measure_coverage; they are the denominator"
            if of == "streets":
                msg = "shares of streets are divided by the polygons of areas=; give them to measure_coverage"
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
    communities = regions_of(areas, None, network, "ground")[["area", "geometry"]]
    return gpd.overlay(whole, communities, how="intersection", keep_geom_type=True)


def _polygons(frame: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """The rows of a table that have polygons, made valid, with their index as `area`."""
    shapes = frame.geometry.to_numpy()
    polygons = frame[shapely.get_dimensions(shapes) == _POLYGON]
    if polygons.empty:
        msg = f"{what} has no polygons, so there is no ground to divide; give outlines"
        raise TableError(msg)
    return polygons.set_geometry(shapely.make_valid(polygons.geometry.to_numpy())).assign(area=polygons.index)


def tally_ground(query: Query, regions: gpd.GeoDataFrame, *, metric: Metric, of: str, by: str | None) -> pd.DataFrame:
    """Return the area of regions within the limit of each category, m2.

    Unknown is what lies only within the limit of an end of the data (not so by straight distance), or of a facility
    of unknown hours.

    Parameters
    ----------
    query
        The facilities, the network and the limits.
    regions
        Polygons with the column `group`.
    metric
        "walk" or "straight".
    of
        Name of the denominator.
    by
        Name of the column of groups; None leaves it out.

    Returns
    -------
    DataFrame
        category, (by,) of, served, unknown, total.
    """
    shapes, (codes, names) = (
        regions.geometry.to_numpy(),
        pd.factorize(regions["group"], sort=True, use_na_sentinel=False),
    )
    if metric == "straight":
        served, ends = _buffers(query), {}
    else:
        served, ends = _isochrones(query, query.categories), _isochrones_of_data_ends(query)
    in_doubt = _in_doubt(query, metric)
    tables = []
    for category, ground in served.items():
        possible = ends.get(query.limit_of(category), shapely.MultiPolygon())
        if category in in_doubt:
            possible = shapely.union(possible, in_doubt[category])
        beyond = shapely.difference(possible, ground)
        parts = [shapely.intersection(shapes, ground), shapely.intersection(shapes, beyond), shapes]
        sums = [_sum_by_group(shapely.area(part), codes, len(names)) for part in parts]
        tables.append(pd.DataFrame(dict(zip(("served", "unknown", "total"), sums, strict=True))))
        tables[-1] = tables[-1].assign(**{"category": category, by or "": names, "of": of})
    table = pd.concat(tables, ignore_index=True)[["category", by or "", "of", "served", "unknown", "total"]]
    return table if by else table.drop(columns="")


def _buffers(query: Query) -> dict[str, BaseGeometry]:
    """The ground within the straight distance of each category."""
    return {category: buffer_facilities(query, category) for category in query.categories}


def _in_doubt(query: Query, metric: Metric) -> dict[str, BaseGeometry]:
    """The ground within the limit of facilities of unknown hours by category; none where hours do not count."""
    if query.open is None:
        return {}
    unknown = query.in_doubt()
    return _buffers(unknown) if metric == "straight" else _isochrones(unknown, query.categories)


def _sum_by_group(sizes: np.ndarray, codes: np.ndarray, count: int) -> np.ndarray:
    """The sums of sizes by group, in the order of size, so that they do not depend on that of the rows."""
    order = np.argsort(sizes, kind="stable")
    return np.bincount(codes[order], sizes[order], count)


def _isochrones(query: Query, keys: Sequence[Key]) -> dict[Key, BaseGeometry]:
    """The merged isochrones of a query, in their order by some keys."""
    drawn = draw_isochrones(query, merge="category").geometry.to_numpy()
    return {key: shapely.union_all(one) for key, one in zip(keys, drawn, strict=True)}


def _isochrones_of_data_ends(query: Query) -> dict[float, BaseGeometry]:
    """The ground within each limit of a walk from an end of the data."""
    network = query.network
    ends = network.nodes.geometry.iloc[network.ends_of_data]
    if ends.empty:
        return {}
    limits = sorted({query.limit_of(category) for category in query.categories})
    points = gpd.GeoDataFrame(
        {"category": "any"}, index=np.arange(len(ends)), geometry=ends.to_numpy(), crs=network.crs
    )
    minutes, metres = (limits, None) if query.unit == "minutes" else (None, limits)
    from_ends = make_query(network, points, minutes=minutes, metres=metres, several=True, direction=query.direction)
    return _isochrones(from_ends, limits)
