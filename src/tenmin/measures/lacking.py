"""What gaps lack: the categories that a row by place joins, one by one."""

from __future__ import annotations

import geopandas as gpd

__all__ = ["SEPARATOR", "list_categories"]

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
