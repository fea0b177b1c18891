"""The table of a coverage: its places with the walk of each, ready to be drawn or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype, is_object_dtype

__all__ = ["tabulate_places"]


def tabulate_places(
    places: gpd.GeoDataFrame, walks: Mapping[str, pd.DataFrame], categories: Sequence[str], ids: pd.Index
) -> gpd.GeoDataFrame:
    """Return one row for each place and category.

    Parameters
    ----------
    places
        The places.
    walks
        Frames of places x categories by the name of their column in the table.
    categories
        The categories, in the order of the table.
    ids
        Ids of the facilities, which give `nearest` its type.

    Returns
    -------
    GeoDataFrame
        The columns of the places, category, a column for each of the frames, and the geometry. No value is infinite,
        and missing ones are of the type of their column, so that drivers and maps know it.
    """
    columns = {name: frame[list(categories)].to_numpy().ravel(order="F") for name, frame in walks.items()}
    added = {
        "category": np.repeat(np.array(categories, dtype=object), len(places)),
        **{name: _without_sentinels(values, name, ids) for name, values in columns.items()},
    }
    table = places.iloc[np.tile(np.arange(len(places)), len(categories))].assign(**added)
    shape = str(places.geometry.name)
    return table[[*(name for name in places.columns if name not in {*added, shape}), *added, shape]]


def _without_sentinels(values: np.ndarray, name: str, ids: pd.Index) -> object:
    """Values with NaN for inf, and texts or ids with missing values of their own type."""
    if values.dtype == np.float64:
        return np.where(np.isfinite(values), values, np.nan)
    if values.dtype == bool or (name == "nearest" and is_object_dtype(ids)):
        return values
    numbers = name == "nearest" and is_integer_dtype(ids)
    return pd.Series(values, dtype="Int64" if numbers else "str").array
