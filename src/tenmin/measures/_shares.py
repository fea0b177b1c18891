"""Shares: what is served, unserved and unknown of a named total."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.access.query import Query
from tenmin.network import WalkNetwork
from tenmin.routing import Basin, Feet, reach_streets

__all__ = ["add_shares", "ground_beside", "streets_beside", "streets_walked", "tally"]

AS_ROUND = 64
"""Corners of a quarter of a circle, where one is drawn."""


def add_shares(sums: pd.DataFrame, facilities: pd.Series) -> pd.DataFrame:
    """Return sums with what is unserved and the shares.

    Parameters
    ----------
    sums
        category, other columns, served, unknown and total.
    facilities
        Number of facilities in use of each category; without any, the shares are NaN.
    """
    total = sums["total"].where((sums["total"] > 0.0) & (sums["category"].map(facilities) > 0), np.nan)
    columns = [name for name in sums.columns if name not in {"served", "unknown", "total"}]
    return sums.assign(
        unserved=(sums["total"] - sums["served"] - sums["unknown"]).clip(lower=0.0),
        share=sums["served"] / total,
        share_upper=(sums["served"] + sums["unknown"]) / total,
    )[[*columns, "served", "unserved", "unknown", "total", "share", "share_upper"]]


def tally(
    served: pd.DataFrame, unknown: pd.DataFrame, weight: np.ndarray, *, of: str, by: str | None, label: pd.Series
) -> pd.DataFrame:
    """Return the sums of a weight over places, by category and label.

    Parameters
    ----------
    served, unknown
        bool frames of places x categories.
    weight
        What each place weighs, e.g. its people.
    of
        Name of the denominator.
    by
        Name of the division, or None: the label is then left out.
    label
        The part of the division that each place belongs to; places without one make a part of their own.
    """
    order = np.argsort(weight, kind="stable")  # sums to the last bit the same, however the places are sorted
    weight, served, unknown = weight[order], served.iloc[order], unknown.iloc[order]
    codes, labels = pd.factorize(label.iloc[order], sort=True, use_na_sentinel=True)
    names: list[Hashable] = [*labels, *([None] if (codes < 0).any() else [])]
    codes = np.where(codes < 0, len(labels), codes)
    rows = []
    for category in served.columns:
        masks = served[category].to_numpy(), unknown[category].to_numpy(), np.ones(len(codes), bool)
        sums = [np.bincount(codes[mask], weight[mask], len(names)) for mask in masks]
        rows += [(category, name, of, *(float(column[k]) for column in sums)) for k, name in enumerate(names)]
    table = pd.DataFrame(rows, columns=["category", by or "", "of", "served", "unknown", "total"])
    return table if by else table.drop(columns="")


def _with_ends(starts: Feet, network: WalkNetwork) -> Feet:
    """The feet, and one more at every node where the data ends."""
    nodes, streets = network.ends_of_data, network.streets
    edge = streets.edge[streets.first[nodes]]
    at = np.where(streets.outward[streets.first[nodes]], 0.0, streets.length[edge])
    return Feet(
        starts.first,
        np.concatenate([starts.edge, edge]),
        np.concatenate([starts.offset, at]),
        np.concatenate([starts.leg, np.zeros(len(nodes))]),
    )


def streets_walked(query: Query, category: str) -> tuple[float, float]:
    """Return the metres of street within the limit of a category, and those that may be if the data went on."""
    network, basin, limit = query.network, Basin.of(query.arcs), query.cost(query.limit_of(category))
    starts = query.starts(query.rows_of[category])[0]
    reached = (
        reach_streets(network.streets, query.costs, query.arcs, feet, limit, basin=basin).stretches
        for feet in (starts, _with_ends(starts, network))
    )
    served, known = (float((one.end - one.begin)[network.is_street[one.edge]].sum()) for one in reached)
    return served, known - served


def streets_beside(query: Query, category: str) -> float:
    """Return the metres of street within a straight distance of the facilities of a category."""
    circles = ground_beside(query, category)
    streets = query.network.edges.geometry.to_numpy()[query.network.is_street]
    return float(shapely.length(shapely.intersection(streets, circles)).sum())


def ground_beside(query: Query, category: str) -> BaseGeometry:
    """Return the ground within a straight distance of the facilities of a category: that which its limit is worth."""
    facilities = query.facilities.geometry.to_numpy()[query.rows_of[category]]
    radius = query.radius(query.limit_of(category))
    return shapely.union_all(shapely.buffer(facilities, radius, quad_segs=AS_ROUND))
