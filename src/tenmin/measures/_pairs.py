"""Pairs of a place and a facility within the limit of each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from tenmin.access.query import Query
from tenmin.routing import arrive_at
from tenmin.support.limits import cost_of, horizon, inclusive

__all__ = ["Pairs", "find_pairs", "straight_pairs"]


class Pairs(NamedTuple):
    """Places and facilities within the limit, each pair once."""

    place: np.ndarray
    """int64 (pairs,): row of the place."""
    facility: np.ndarray
    """int64 (pairs,): which of the category's facilities, in table order."""
    part: np.ndarray
    """float64 (pairs,): the walk as a part of the limit."""


def find_pairs(query: Query, category: str, metric: str) -> Pairs:
    """Return the pairs of a place and a facility of a category within its limit.

    Parameters
    ----------
    query
        The checked inputs.
    category
        One of its categories.
    metric
        How distance is measured: "walk" or "straight".
    """
    if metric == "straight":
        return straight_pairs(query, category)
    limit, found = query.limit_of(category), []
    for number, row in enumerate(query.rows_of[category]):
        starts, owner = query.starts(np.array([row]))
        points = query.place_snapping.access_points
        labels, streets = query.labels(starts, owner, limit), query.network.streets
        walk = query.amount(arrive_at(streets, query.costs, labels, points, starts=starts, owner=owner).cost)
        place = np.flatnonzero(walk <= inclusive(limit))
        found.append((place, np.full(len(place), number), walk[place] / limit))
    if not found:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def straight_pairs(
    query: Query, category: str, *, places: np.ndarray | None = None, facilities: np.ndarray | None = None
) -> Pairs:
    """Return the pairs within the limit of a category in a straight line.

    Parameters
    ----------
    query, category
        As in `find_pairs`.
    places, facilities
        bool: which places, and which of the category's facilities; all by default.
    """
    limit, rows = query.limit_of(category), query.rows_of[category]
    some = np.arange(len(query.places)) if places is None else np.flatnonzero(places)
    few = np.arange(len(rows)) if facilities is None else np.flatnonzero(facilities)
    spots, doors = query.places.geometry.to_numpy()[some], query.facilities.geometry.to_numpy()[rows[few]]
    near = shapely.STRtree(doors).query(spots, predicate="dwithin", distance=horizon(query.radius(limit)))
    metres = shapely.distance(spots[near[0]], doors[near[1]])
    cost = metres / query.network.walker.metres_a_second if query.unit == "minutes" else metres
    within = cost <= inclusive(cost_of(limit, query.unit))
    return Pairs(some[near[0][within]], few[near[1][within]], cost[within] / cost_of(limit, query.unit))
