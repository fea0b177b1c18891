"""Assignment: places such as seats and beds shared among the people in reach, as many as possible and as fairly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

__all__ = ["share_places"]

UNITS = 2.0**30
"""Units into which the people or places of a part of a town are divided, so that flows are whole numbers."""


class Reach(NamedTuple):
    """Pairs of a group and a facility in reach of it, each once."""

    group: np.ndarray
    facility: np.ndarray

    def take(self, rows: np.ndarray) -> Reach:
        """Some of the pairs."""
        return Reach(self.group[rows], self.facility[rows])


def share_places(place: np.ndarray, facility: np.ndarray, people: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Return the part of the people of each place who get a place in one of the facilities in reach.

    As many people as possible get one; of the ways to do so it is the one, and only, in which the least parts are as
    large as possible (lexicographically), so that people with the same facilities in reach have the same chance.

    Parameters
    ----------
    place, facility
        int (pairs,): the place and the facility within reach of each other.
    people, capacity
        float64: the people of each place and the places in each facility, 0 or more.

    Returns
    -------
    ndarray
        float64 (places,), 0 to 1.

    Notes
    -----
    The lexicographically optimal base of Fujishige (1980), Math. Oper. Res. 5:186-196, doi:10.1287/moor.5.2.186, by his
    decomposition (the paper itself was not at hand): while the people of a part can't all get the same share of its
    places, a least cut divides it into those who get less and those who get more.
    """
    kept = people[place] > 0.0
    group, reach = _group(place[kept], facility[kept], len(people))
    demand = np.bincount(group[group >= 0], people[group >= 0], int(group.max(initial=-1)) + 1)
    chance = np.zeros(len(demand))
    for part in _split(reach, len(demand), len(capacity)):
        _decompose(part, demand, capacity, chance)
    return np.where(group >= 0, np.append(chance, 0.0)[group], 0.0)


def _group(place: np.ndarray, facility: np.ndarray, places: int) -> tuple[np.ndarray, Reach]:
    """The group of each place, -1 without one, and the facilities of each group: those with the same in reach."""
    order = np.lexsort((facility, place))
    rows, begin = np.unique(place[order], return_index=True)
    sets = [tuple(part.tolist()) for part in np.split(facility[order], begin[1:])] if len(rows) else []
    codes, found = pd.factorize(pd.Series(sets, dtype=object), sort=True)
    group = np.full(places, -1)
    group[rows] = codes
    sizes = np.array([len(one) for one in found], np.int64)
    return group, Reach(
        np.repeat(np.arange(len(found)), sizes), np.array([one for part in found for one in part], np.int64)
    )


def _split(reach: Reach, groups: int, facilities: int) -> Iterator[Reach]:
    """Yield the pairs of each part of a town whose people compete with each other."""
    size = groups + facilities
    pairs = csr_array((np.ones(len(reach.group), bool), (reach.group, groups + reach.facility)), shape=(size, size))
    part = connected_components(pairs, directed=False)[1][reach.group]
    order = np.argsort(part, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
        yield reach.take(rows)


def _decompose(part: Reach, demand: np.ndarray, capacity: np.ndarray, chance: np.ndarray) -> None:
    """Write the chance of each group of a part of the town."""
    waiting = [part] if len(part.group) else []
    while waiting:
        part = waiting.pop()
        groups, facilities = np.unique(part.group), np.unique(part.facility)
        level = min(1.0, capacity[facilities].sum() / demand[groups].sum())
        less = _worse_off(part, level, demand, capacity)
        if not 0 < len(less) < len(groups):
            chance[groups] = level
            continue
        theirs = np.isin(part.group, less)
        others = ~theirs & ~np.isin(part.facility, part.facility[theirs])
        waiting += [part.take(theirs), part.take(others)]


def _worse_off(part: Reach, level: float, demand: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """The groups that can't get this level if the others do, by a least cut; none if all can."""
    groups, group = np.unique(part.group, return_inverse=True)
    facilities, facility = np.unique(part.facility, return_inverse=True)
    unit = UNITS / demand[groups].sum()
    asked = (level * demand[groups] * unit).astype(np.int32)
    offered = np.minimum(np.ceil(capacity[facilities] * unit), UNITS).astype(np.int32)
    people, places = len(groups) + len(facilities), len(groups) + len(facilities) + 1
    begin = np.concatenate([np.full(len(groups), people), group, len(groups) + np.arange(len(facilities))])
    end = np.concatenate([np.arange(len(groups)), len(groups) + facility, np.full(len(facilities), places)])
    limit = np.concatenate([asked, np.full(len(group), UNITS, np.int32), offered]).astype(np.int32)
    network = csr_array((limit, (begin, end)), shape=(places + 1, places + 1))
    found = maximum_flow(network, people, places)
    if found.flow_value >= int(asked.sum(dtype=np.int64)) - len(groups):
        return groups[:0]
    left = (network - found.flow).T.tocsr()
    left.data = np.maximum(left.data, 0)
    left.eliminate_zeros()
    reaches_a_place = np.zeros(places + 1, bool)
    reaches_a_place[breadth_first_order(left, places, return_predecessors=False)] = True
    return groups[~reaches_a_place[: len(groups)]]
