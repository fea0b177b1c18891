"""Counterfactual walks: how far it would be if one link were added to the streets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.access.query import Query
from tenmin.routing import AccessPoints, Arrivals, arrive_at

__all__ = ["Links", "StreetPoints", "walk_over_links"]


class StreetPoints(NamedTuple):
    """Points on public streets."""

    edge: np.ndarray
    """int32 (points,): the edge"""
    offset: np.ndarray
    """float64 (points,): distance from the start of the edge, metres"""

    def take(self, rows: np.ndarray) -> StreetPoints:
        """The points of some rows, in this order."""
        return StreetPoints(self.edge[rows], self.offset[rows])

    def join(self, other: StreetPoints) -> StreetPoints:
        """These points, then others."""
        return StreetPoints(np.concatenate([self.edge, other.edge]), np.concatenate([self.offset, other.offset]))


class Links(NamedTuple):
    """Straight links between points of the streets, walked both ways at the speed on level ground."""

    begin: StreetPoints
    end: StreetPoints
    metres: np.ndarray
    """float64 (links,); 0 where a gate is opened between the two"""
    cause: np.ndarray
    """int32 (links,), not negative: what the link overcomes, such as the row of a barrier"""


def walk_over_links(query: Query, rows: np.ndarray, links: Links, *, limit: float, gain: float) -> Arrivals:
    """Return the best walk of every place to some facilities if one link, the best for this place, were added.

    Every walk leads over exactly one link. Only walks are found that keep the limit and are at most `gain` times as
    long as the walk without the link; for other places the cost may be inf.

    Parameters
    ----------
    query
        The network, places and facilities.
    rows
        Rows of the facilities.
    links
        The links, each of them tried by itself.
    limit
        Longest walk, minutes or metres as the limits of the query.
    gain
        Largest share of the present walk, at most 1.

    Returns
    -------
    Arrivals
        `cost` in seconds or metres; `owner` is the `cause` of the link; `other` has no meaning.
    """
    both, size = links.begin.join(links.end), len(links.metres)
    now = _costs_at(query, rows, both)
    over = np.tile(links.metres * query.costs.leg, 2) + np.roll(now, size)
    most = np.minimum(gain * now, query.horizon(limit))
    useful = np.flatnonzero(over <= most * (1.0 + 1e-9))
    leave, over, cause = both.take(useful), over[useful], np.tile(links.cause, 2)[useful]
    seeds = AccessPoints(np.array([0, len(useful)]), *leave, over / query.costs.leg)
    labels = query.labels(seeds, cause, limit)
    return arrive_at(
        query.network.streets, query.costs, labels, query.place_snapping.access_points, starts=seeds, owner=cause
    )


def _costs_at(query: Query, rows: np.ndarray, points: StreetPoints) -> np.ndarray:
    """The cost of the walk between each point of the streets and the nearest of some facilities; inf without one."""
    starts, owner = query.starts(rows)
    labels = query.labels(starts, owner)
    each = AccessPoints(np.arange(len(points.edge) + 1), *points, np.zeros(len(points.edge)))
    return arrive_at(query.network.streets, query.costs, labels, each, starts=starts, owner=owner).cost
