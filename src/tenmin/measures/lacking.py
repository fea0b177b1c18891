"""What gaps lack: the categories that a row by place joins, one by one."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd

from tenmin.support.errors import TableError

__all__ = ["SEPARATOR", "list_categories", "list_homes"]

SEPARATOR = ";"
"""What joins the categories of a gap by place, and the people without each."""


def list_categories(gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return gaps with one row for each category that they lack; gaps by category stay as they are.

    Parameters
    ----------
    gaps
        As from `find_gaps`.
    """
    if "people_lacking" not in gaps:
        return gaps
    return gaps.assign(category=gaps["category"].str.split(SEPARATOR)).explode("category")


def list_homes(gaps: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the places of each gap: gap (its id), place (its id, as text); in the order of the gaps.

    Parameters
    ----------
    gaps
        As from `find_gaps` by place; a table that was written and read again has lost its places.

    Raises
    ------
    TableError
        The table does not say which places its gaps have.
    """
    homes = json.loads(gaps.attrs.get("homes", "{}"))
    lost = [gap for gap in gaps["gap"] if gap not in homes]
    if lost:
        msg = f"gap {lost[0]!r} has lost its places; give the table as find_gaps(coverage, by='place') returns it"
        raise TableError(msg)
    pairs = [(gap, place) for gap in gaps["gap"] for place in homes[gap]]
    return pd.DataFrame(pairs, columns=["gap", "place"], dtype=object)
