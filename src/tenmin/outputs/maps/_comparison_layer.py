"""People won and lost since another study, by home and category, as the map of a comparison shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tenmin.outputs.maps._layers import Layer, hundredths, rounded
from tenmin.support.errors import TableError

__all__ = ["check_comparison", "comparison_content", "comparison_layer"]

COLUMNS = ("place", "category", "change")


def check_comparison(comparison: object) -> pd.DataFrame:
    """Return a table of people won and lost if it is one.

    Parameters
    ----------
    comparison
        The table.

    Raises
    ------
    TableError
        If it is none.
    """
    if not isinstance(comparison, pd.DataFrame) or not {*COLUMNS} <= {*comparison.columns}:
        msg = (
            f"comparison must be a table with the columns {', '.join(COLUMNS)}; "
            "make it: comparison=tm.compare(before, after).changes"
        )
        raise TableError(msg)
    return comparison


def comparison_content(comparison: pd.DataFrame, number: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the people won and lost in each category of the page, those at places that are gone among them.

    Parameters
    ----------
    comparison
        As from `check_comparison`.
    number
        Number of each category on the page.
    """
    parts = {"won": comparison["change"].clip(lower=0.0), "lost": (-comparison["change"]).clip(lower=0.0)}
    key = comparison["category"].astype(str)
    sums = {name: part.groupby(key).sum() for name, part in parts.items()}
    return [{name: rounded(sums[name].get(one, 0.0), 2) for name in parts} for one in number]


def comparison_layer(comparison: pd.DataFrame, places: pd.Index, number: Mapping[str, int]) -> Layer:
    """Return by category the rows of homes where people are won or lost, and how many, lost ones below 0.

    Parameters
    ----------
    comparison
        As from `check_comparison`.
    places
        Ids of the homes in the order of the page.
    number
        Number of each category on the page.
    """
    row = pd.Series(np.arange(len(places)), index=places.astype(str))
    row = row[~row.index.duplicated()]
    told = comparison.assign(row=comparison["place"].astype(str).map(row), category=comparison["category"].astype(str))
    told = told[told["row"].notna()].sort_values("row", kind="stable")
    changes = []
    for key in number:
        own = told[told["category"] == key]
        rows = own["row"].to_numpy(np.int64)
        changes.append({"row": np.diff(rows, prepend=0), "people": hundredths(own["change"])})
    return Layer({"changes": changes}, {})
