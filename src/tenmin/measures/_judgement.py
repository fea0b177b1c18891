"""Which places are served, and why it is unknown of others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tenmin.access.query import Query
from tenmin.measures._open_at import Opening
from tenmin.support.contracts import Metric
from tenmin.support.limits import inclusive

__all__ = ["CAUSES", "judge"]

CAUSES = ("unjoined", "data_end", "thin_data", "hours")
"""Causes of an unknown place: it is not joined to a street, the nearest facility may lie beyond the data, too few
facilities are known for an absence to mean anything, or one in reach may be open."""


def judge(
    query: Query,
    walk: pd.DataFrame,
    limit: pd.Series,
    *,
    metric: Metric,
    thin: np.ndarray,
    opening: Opening | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which places are served, and the cause for those that are unknown.

    Parameters
    ----------
    query
        The checked inputs.
    walk
        Minutes or metres, places x categories, in the unit of the limit.
    limit
        The limit of each category.
    metric
        "walk" or "straight".
    thin
        bool (categories,): whether too few facilities of a category are known.
    opening
        The moment at which facilities have to be open; None if hours do not count.

    Returns
    -------
    tuple of DataFrame
        bool, and one of `CAUSES` or None: places x categories.
    """
    bound = inclusive(limit.to_numpy())
    served = walk <= bound
    if metric == "straight":
        unjoined, at_end = query.places.geometry.isna() | query.places.geometry.is_empty, False
    else:
        end = query.amount(query.cost_to_end_of_data())[:, None]
        unjoined, at_end = query.place_snapping.table["how"] == "none", (end <= bound) & (end < walk.to_numpy())
    cause = np.full(served.shape, None, dtype=object)
    cause[thin & ~served] = "thin_data"
    cause[at_end & ~served] = "data_end"
    if opening is not None:
        cause[(opening.in_doubt.to_numpy() <= bound) & ~served] = "hours"
    cause[unjoined.to_numpy()[:, None] & ~served] = "unjoined"
    return served, pd.DataFrame(cause, index=served.index, columns=served.columns, dtype=object)
