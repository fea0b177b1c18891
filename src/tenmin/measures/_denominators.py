"""Denominators: the served, unknown and total people, places, streets, land and communities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.query import Query
from tenmin.measures._divisions import Divisions
from tenmin.measures._regions import communities_having, regions_of, tally_ground
from tenmin.measures._shares import add_rest, tally, widen_unknown
from tenmin.measures._street_lengths import cut_streets, tally_streets
from tenmin.support.contracts import Metric, people_of, population_groups
from tenmin.support.errors import TableError

__all__ = ["DENOMINATORS", "Denominator", "sum_communities", "sum_ground", "sum_places", "sum_streets"]

Denominator = Literal["people", "places", "streets", "ground", "land", "areas"]
DENOMINATORS: tuple[Denominator, ...] = get_args(Denominator)


def sum_places(
    divisions: Divisions, served: pd.DataFrame, unknown: pd.DataFrame, *, of: str, by: str | None
) -> pd.DataFrame:
    """Return the sums of people or places.

    Parameters
    ----------
    divisions
        The places and their groups.
    served, unknown
        bool frames of places x categories.
    of
        "people" or "places".
    by
        As in `Coverage.shares`.

    Raises
    ------
    TableError
        The places have no people, or cannot be divided so.
    """
    places = divisions.places
    if by == "group":
        return _sum_population_groups(places, served, unknown, of)
    weight = people_of(places).to_numpy() if of == "people" else np.ones(len(places))
    return tally(served, unknown, weight, of=of, by=by, label=divisions.of_places(by))


def _sum_population_groups(places: pd.DataFrame, served: pd.DataFrame, unknown: pd.DataFrame, of: str) -> pd.DataFrame:
    groups = population_groups(places)
    if of != "people" or not groups:
        msg = f"shares of {of!r} by 'group' need of='people' and columns people_<group> in places"
        raise TableError(msg)
    tables = []
    for name in groups:
        label = pd.Series(name.removeprefix("people_"), index=places.index)
        weight = people_of(places, name).to_numpy()
        tables.append(tally(served, unknown, weight, of=of, by="group", label=label))
    return pd.concat(tables).sort_values(["category", "group"], kind="stable", ignore_index=True)


def sum_communities(divisions: Divisions, query: Query, categories: Sequence[str], *, by: str | None) -> pd.DataFrame:
    """Return the numbers of communities that have a facility, or may have one.

    Parameters
    ----------
    divisions
        The communities and their groups.
    query
        The facilities.
    categories
        The categories.
    by
        As in `Coverage.shares`.

    Raises
    ------
    TableError
        There are no areas, or they cannot be divided so.
    """
    if divisions.areas is None or by == "group":
        msg = "shares of areas need areas= in measure_coverage, and are divided by 'area', 'parent' or 'kind'"
        raise TableError(msg)
    has, unknown = communities_having(divisions.areas, query, list(categories))
    label = divisions.of_communities(pd.Series(has.index, index=has.index, dtype=object), by)
    return tally(has, unknown, np.ones(len(has)), of="areas", by=by, label=label)


def sum_ground(
    query: Query,
    divisions: Divisions,
    *,
    metric: Metric,
    thin: pd.Series,
    of: str,
    by: str | None,
    land: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """Return the square metres of the communities, or of residential land.

    Parameters
    ----------
    query
        The checked inputs.
    divisions
        The communities and their groups.
    metric
        "walk" or "straight".
    thin
        bool by category, whether it is thinly mapped: what is not served is unknown.
    of
        "ground" or "land".
    by, land
        As in `Coverage.shares`.

    Raises
    ------
    TableError
        There are no polygons, or they cannot be divided so.
    """
    _check_groups(of, by)
    regions = regions_of(divisions.areas, land, query.network, of).reset_index(drop=True)
    group = divisions.of_communities(regions["area"], by)
    sums = tally_ground(query, regions.assign(group=group), metric=metric, of=of, by=by)
    return add_rest(widen_unknown(sums, thin))


def sum_streets(query: Query, divisions: Divisions, *, metric: Metric, thin: pd.Series, by: str | None) -> pd.DataFrame:
    """Return the metres of walkable street.

    Parameters
    ----------
    query, divisions, metric, thin, by
        As in `sum_ground`.

    Raises
    ------
    TableError
        There are no polygons to divide by, or they cannot be divided so.
    """
    _check_groups("streets", by)
    pieces = cut_streets(
        query.network, None if by is None else regions_of(divisions.areas, None, query.network, "streets")
    )
    group = divisions.of_communities(pd.Series(pieces.area, dtype=object), by)
    return add_rest(widen_unknown(tally_streets(query, pieces, group, metric=metric, by=by), thin))


def _check_groups(of: str, by: str | None) -> None:
    if by == "group":
        msg = f"shares of {of} can't be divided by 'group'; it is people that have groups: of='people'"
        raise TableError(msg)
