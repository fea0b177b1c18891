"""Arrivals: the best walk of each place or facility, from the labels of a search."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import AccessPoints
from tenmin.routing._graph import Costs, StreetGraph, fraction, plain_costs
from tenmin.routing._search import Labels
from tenmin.support.jit import inner, kernel


@inner
def _keep_least(best, row, cost, other, owner, point, start):
    """Replace the walk of an item if this one is better by (cost, other, owner)."""
    if cost == np.inf or cost > best.cost[row]:
        return
    worse = other > best.other[row] or (other == best.other[row] and owner >= best.owner[row])
    if cost == best.cost[row] and worse:
        return
    best.cost[row] = cost
    best.other[row] = other
    best.owner[row] = owner
    best.access_point[row] = point
    best.start[row] = start


class Arrivals(NamedTuple):
    """The best walk of each item."""

    cost: np.ndarray
    """float64 (items,), in the unit of the search; inf without a walk"""
    other: np.ndarray
    """float64 (items,): the other quantity of the same walk"""
    owner: np.ndarray
    """int32 (items,): the owner of the walk; -1 without one"""
    access_point: np.ndarray
    """int32 (items,): the access point of the item; -1 without a walk"""
    start: np.ndarray
    """int32 (items,): -1 via the start of that point's edge, -2 via its end, else the facility's access point on it"""


@kernel
def _arrive(streets, costs, labels, points, starts, owner, rank, rank_first, best):
    """Find the best walk of each item.

    Parameters
    ----------
    streets, costs, labels
        The graph, its costs and the labels of a search.
    points, starts
        The access points of the items, and those from which the search started.
    owner
        int32 (starts,): the owner of each start.
    rank, rank_first
        int32 (starts,): the rows of `starts` sorted by edge; int64 (edges + 1,): where each edge begins among them.
    best
        The walks, filled in; without walks at first.
    """
    along, back, other_along, other_back, per_leg, other_per_leg = costs
    for row in range(len(points.first) - 1):
        for point in range(points.first[row], points.first[row + 1]):
            edge = points.edge[point]
            leg, other_leg, length = (
                points.leg[point] * per_leg,
                points.leg[point] * other_per_leg,
                streets.length[edge],
            )
            share = points.offset[point] / length
            for end in range(1, 3):
                node = streets.u[edge] if end == 1 else streets.v[edge]
                if labels.owner[node] < 0:
                    continue
                step = fraction(along[edge], share) if end == 1 else fraction(back[edge], 1.0 - share)
                aside = fraction(other_along[edge], share) if end == 1 else fraction(other_back[edge], 1.0 - share)
                cost, other = labels.cost[node] + step + leg, labels.other[node] + aside + other_leg
                _keep_least(best, row, cost, other, labels.owner[node], point, -end)
            if not 0.0 < points.offset[point] < length:
                continue
            for k in range(rank_first[edge], rank_first[edge + 1]):
                start = np.int64(rank[k])
                if 0.0 < starts.offset[start] < length:
                    cost, other = straight_along(streets, costs, points, point, starts, start)
                    _keep_least(best, row, cost, other, owner[start], point, start)


@inner
def straight_along(streets, costs, points, point, starts, start):
    """Cost and other quantity, legs included, of the walk from a start to an access point on the same edge."""
    edge = points.edge[point]
    share = (points.offset[point] - starts.offset[start]) / streets.length[edge]
    legs = points.leg[point] + starts.leg[start]
    if share >= 0.0:
        cost, other = fraction(costs.along[edge], share), fraction(costs.other_along[edge], share)
    else:
        cost, other = fraction(costs.back[edge], -share), fraction(costs.other_back[edge], -share)
    return cost + legs * costs.leg, other + legs * costs.other_leg


def arrive_at(
    streets: StreetGraph, costs: Costs, labels: Labels, points: AccessPoints, *, starts: AccessPoints, owner: np.ndarray
) -> Arrivals:
    """Return the best walk of each item over all of its access points.

    Parameters
    ----------
    streets, costs, labels
        The graph, its costs and the labels of a `search` from `starts`.
    points
        Access points of the items.
    starts, owner
        The access points from which the search started, and the owner of each, int (starts,). From a start on the
        same edge the walk goes straight along the edge.
    """
    order = np.argsort(starts.edge, kind="stable").astype(np.int32)
    rank_first = np.searchsorted(starts.edge[order], np.arange(len(streets.u) + 1))
    rows = len(points.first) - 1
    best = Arrivals(
        np.full(rows, np.inf),
        np.full(rows, np.inf),
        np.full(rows, -1, np.int32),
        np.full(rows, -1, np.int32),
        np.full(rows, -1, np.int32),
    )
    costs, owner = plain_costs(costs), owner.astype(np.int32)
    _arrive(streets, costs, labels, points, starts, owner, order, rank_first, best)
    return best
