"""Shares: what is served, unserved and unknown of a named total."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd
import shapely

from tenmin.access.travel_times import Trip
from tenmin.network import WalkNetwork
from tenmin.routing import Basin, Feet, reach_streets
from tenmin.support.limits import SECONDS_A_MINUTE

__all__ = ["add_shares", "streets_beside", "streets_walked", "tally"]

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
    codes, labels = pd.factorize(label, sort=True, use_na_sentinel=True)
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


def streets_walked(trip: Trip, rows: np.ndarray, limit: float) -> tuple[float, float]:
    """Return the metres of street within a limit of some facilities, and those that may be if the data went on.

    Parameters
    ----------
    trip
        Who walks where.
    rows
        Rows of the facilities.
    limit
        In the unit of the trip.
    """
    starts, _ = trip.starts(rows)
    basin = Basin.of(trip.arcs)
    cost = limit * (SECONDS_A_MINUTE if trip.unit == "minutes" else 1.0)
    reached = (
        reach_streets(trip.network.streets, trip.costs, trip.arcs, feet, cost, basin=basin).stretches
        for feet in (starts, _with_ends(starts, trip.network))
    )
    served, known = (float((one.end - one.begin)[trip.network.is_street[one.edge]].sum()) for one in reached)
    return served, known - served


def streets_beside(network: WalkNetwork, facilities: np.ndarray, metres: float) -> float:
    """Return the metres of street within a straight distance of some facilities."""
    circles = shapely.union_all(shapely.buffer(facilities, metres, quad_segs=AS_ROUND))
    return float(
        shapely.length(shapely.intersection(network.edges.geometry.to_numpy()[network.is_street], circles)).sum()
    )
