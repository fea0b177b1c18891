"""Arrivals: the best walk of each thing, read off the labels of a search."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing._access_points import Feet
from tenmin.routing._graph import Costs, Streets, fraction, plain_costs
from tenmin.routing._search import Labels
from tenmin.support.jit import inner, kernel


@inner
def _keep_least(best, row, cost, other, owner, foot, start):
    """Let a thing have a walk, if it is better than the one that it has."""
    if cost == np.inf or cost > best.cost[row]:
        return
    worse = other > best.other[row] or (other == best.other[row] and owner >= best.owner[row])
    if cost == best.cost[row] and worse:
        return
    best.cost[row] = cost
    best.other[row] = other
    best.owner[row] = owner
    best.foot[row] = foot
    best.start[row] = start


class Arrivals(NamedTuple):
    """The best walk of each thing: its cost, the other quantity, whose it is, and how it ran."""

    cost: np.ndarray
    other: np.ndarray
    owner: np.ndarray
    foot: np.ndarray
    """int32, the foot of the thing that the walk uses; -1 without a walk"""
    start: np.ndarray
    """int32: -1 over the first end of the foot's edge, -2 over its last, else the foot of the facility on that edge"""


@kernel
def _arrive(streets, costs, labels, feet, starts, owner, rank, rank_first, best):
    """Find the best walk of each thing.

    Parameters
    ----------
    streets, costs, labels
        The edges, their costs and the result of a search.
    feet, starts
        The feet of the things, and those that the search started from.
    owner
        int32, one per foot of `starts`.
    rank, rank_first
        int32, one per foot of `starts`: its rows in order of edge; int64 (edges + 1,): where each edge begins in them.
    best
        No walks; filled.
    """
    along, back, other_along, other_back, per_leg, other_per_leg = costs
    for row in range(len(feet.first) - 1):
        for foot in range(feet.first[row], feet.first[row + 1]):
            edge = feet.edge[foot]
            leg, other_leg, length = feet.leg[foot] * per_leg, feet.leg[foot] * other_per_leg, streets.length[edge]
            share = feet.offset[foot] / length
            for end in range(1, 3):
                node = streets.u[edge] if end == 1 else streets.v[edge]
                if labels.owner[node] < 0:
                    continue
                step = fraction(along[edge], share) if end == 1 else fraction(back[edge], 1.0 - share)
                aside = fraction(other_along[edge], share) if end == 1 else fraction(other_back[edge], 1.0 - share)
                cost, other = labels.cost[node] + step + leg, labels.other[node] + aside + other_leg
                _keep_least(best, row, cost, other, labels.owner[node], foot, -end)
            if not 0.0 < feet.offset[foot] < length:
                continue
            for k in range(rank_first[edge], rank_first[edge + 1]):
                start = np.int64(rank[k])
                if 0.0 < starts.offset[start] < length:
                    cost, other = straight_along(streets, costs, feet, foot, starts, start)
                    _keep_least(best, row, cost, other, owner[start], foot, start)


@inner
def straight_along(streets, costs, feet, foot, starts, start):
    """Cost and other quantity straight along the edge that two feet share, both between its nodes, legs included."""
    edge = feet.edge[foot]
    share = (feet.offset[foot] - starts.offset[start]) / streets.length[edge]
    legs = feet.leg[foot] + starts.leg[start]
    if share >= 0.0:
        cost, other = fraction(costs.along[edge], share), fraction(costs.other_along[edge], share)
    else:
        cost, other = fraction(costs.back[edge], -share), fraction(costs.other_back[edge], -share)
    return cost + legs * costs.leg, other + legs * costs.other_leg


def arrive_at(
    streets: Streets, costs: Costs, labels: Labels, feet: Feet, *, starts: Feet, owner: np.ndarray
) -> Arrivals:
    """Return the least cost at each thing, over the feet it has and the feet that the search started from.

    Parameters
    ----------
    streets, costs, labels
        The edges, their costs and the result of `search` from `starts`.
    feet
        Feet of the things to arrive at.
    starts, owner
        The feet the search started from and whose they are: two feet on one edge are walked straight along it.
    """
    order = np.argsort(starts.edge, kind="stable").astype(np.int32)
    rank_first = np.searchsorted(starts.edge[order], np.arange(len(streets.u) + 1))
    rows = len(feet.first) - 1
    best = Arrivals(
        np.full(rows, np.inf),
        np.full(rows, np.inf),
        np.full(rows, -1, np.int32),
        np.full(rows, -1, np.int32),
        np.full(rows, -1, np.int32),
    )
    costs, owner = plain_costs(costs), owner.astype(np.int32)
    _arrive(streets, costs, labels, feet, starts, owner, order, rank_first, best)
    return best
