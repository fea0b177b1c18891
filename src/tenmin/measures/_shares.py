"""Shares of a total that are served, unserved and unknown."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.access.query import Query
from tenmin.support.errors import TableError

__all__ = ["add_rest", "add_shares", "buffer_facilities", "tally", "widen_unknown"]

QUAD_SEGS = 64
"""Segments per quarter circle of a buffer."""
ROUNDING = 1e-9
"""Share of a total of metres or square metres below which a rest is rounding error."""
_PARTS = ("served", "unserved", "unknown")


def add_shares(sums: pd.DataFrame, facilities: pd.Series) -> pd.DataFrame:
    """Return sums with the shares.

    Parameters
    ----------
    sums
        category, other columns, served, unserved, unknown, possible (served or unknown) and total.
    facilities
        Number of facilities in use by category; the shares of a category without any are NaN.

    Returns
    -------
    DataFrame
        The same rows with share (served / total) and share_upper (possible / total) instead of possible.
    """
    total = sums["total"].where((sums["total"] > 0.0) & (sums["category"].map(facilities) > 0), np.nan)
    columns = [name for name in sums.columns if name not in {*_PARTS, "possible", "total"}]
    return sums.assign(share=sums["served"] / total, share_upper=sums["possible"] / total)[
        [*columns, *_PARTS, "total", "share", "share_upper"]
    ]


def add_rest(sums: pd.DataFrame) -> pd.DataFrame:
    """Return sums of lengths or areas with the unserved, which is what remains, and the possible.

    What is less than a billionth of the total is rounding: nothing of it is left, and no part exceeds the total.

    Parameters
    ----------
    sums
        Other columns, served, unknown and total.
    """
    possible = sums["served"] + sums["unknown"]
    rest = sums["total"] - possible
    all_of_it = rest <= ROUNDING * sums["total"]
    return sums.assign(
        served=sums["served"].clip(upper=sums["total"]),
        unserved=rest.mask(all_of_it, 0.0),
        possible=possible.mask(all_of_it, sums["total"]),
    )


def widen_unknown(sums: pd.DataFrame, thin: pd.Series) -> pd.DataFrame:
    """Return sums of lengths or areas with what is unserved as unknown in the categories that are thinly mapped.

    Parameters
    ----------
    sums
        category, served, unknown and total.
    thin
        bool by category.
    """
    rest = (sums["total"] - sums["served"]).clip(lower=0.0)
    return sums.assign(unknown=sums["unknown"].mask(sums["category"].map(thin).astype(bool), rest))


def tally(
    served: pd.DataFrame, unknown: pd.DataFrame, weight: np.ndarray, *, of: str, by: str | None, label: pd.Series
) -> pd.DataFrame:
    """Return the sums of a weight over the served, unserved, unknown and all places, by category and label.

    Parameters
    ----------
    served, unknown
        bool frames of places x categories.
    weight
        Weight of each place, e.g. its people.
    of
        Name of the denominator.
    by
        Name of the column of labels; None leaves it out.
    label
        The group of each place; places without one form a group of their own.

    Returns
    -------
    DataFrame
        category, (by,) of, served, unserved, unknown, possible (served or unknown) and total. Each is added up by
        itself and in ascending order of the weights, so that no part exceeds the total by rounding.

    Raises
    ------
    TableError
        The labels form no groups: lists, or values that have no order.
    """
    order = np.argsort(weight, kind="stable")  # sums do not depend on the order of the places, to the last bit
    weight, served, unknown = weight[order], served.iloc[order], unknown.iloc[order]
    codes, labels = _factorize(label.iloc[order], by)
    names: list[Hashable] = [*labels, *([None] if (codes < 0).any() else [])]
    if by is None and not names:
        names = [""]
    codes = np.where(codes < 0, len(labels), codes)
    rows = []
    for category in served.columns:
        yes, open_ = served[category].to_numpy(), unknown[category].to_numpy()
        masks = yes, ~yes & ~open_, open_, yes | open_, np.ones(len(codes), bool)
        sums = [np.bincount(codes[mask], weight[mask], len(names)) for mask in masks]
        rows += [(category, name, of, *(float(column[k]) for column in sums)) for k, name in enumerate(names)]
    table = pd.DataFrame(rows, columns=["category", by or "", "of", *_PARTS, "possible", "total"])
    return table if by else table.drop(columns="")


def _factorize(label: pd.Series, by: str | None) -> tuple[np.ndarray, pd.Index]:
    """The number of the group of each place, -1 for none, and the groups, sorted."""
    try:
        return pd.factorize(label, sort=True, use_na_sentinel=True)
    except TypeError as error:
        msg = f"{by!r} cannot be divided by: its values, such as {label.iloc[0]!r}, form no groups; use one of texts"
        raise TableError(msg) from error


def buffer_facilities(query: Query, category: str) -> BaseGeometry:
    """Return the union of buffers around the facilities of a category; the radius is its limit in metres."""
    facilities = query.facilities.geometry.to_numpy()[query.rows_of[category]]
    facilities = facilities[
        np.argsort(shapely.to_wkb(facilities), kind="stable")
    ]  # the last digits of a union follow it
    radius = query.radius(query.limit_of(category))
    return shapely.union_all(shapely.buffer(facilities, radius, quad_segs=QUAD_SEGS))
