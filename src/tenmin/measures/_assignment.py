"""Assignment: places such as seats and beds shared among the people in reach, as many as possible and as fairly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

__all__ = ["share_places"]

UNITS = 2.0**30
"""Units into which the people or places of a part of a town are divided, so that flows are whole numbers."""


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
    demand = np.bincount(group[group >= 0], people[group >= 0], len(reach))
    chance = np.zeros(len(reach))
    for groups, facilities in _split(reach, len(capacity)):
        _decompose(groups, facilities, reach=reach, demand=demand, capacity=capacity, chance=chance)
    return np.where(group >= 0, np.append(chance, 0.0)[group], 0.0)


def _group(place: np.ndarray, facility: np.ndarray, places: int) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """The group of each place, -1 without one, and the facilities of each group: those with the same in reach."""
    order = np.lexsort((facility, place))
    rows, begin = np.unique(place[order], return_index=True)
    sets = [tuple(part.tolist()) for part in np.split(facility[order], begin[1:])] if len(rows) else []
    codes, reach = pd.factorize(pd.Series(sets, dtype=object), sort=True)
    group = np.full(places, -1)
    group[rows] = codes
    return group, list(reach)


def _split(reach: list[tuple[int, ...]], facilities: int) -> Iterator[tuple[set[int], set[int]]]:
    """Yield the groups and facilities of each part of a town whose people compete with each other."""
    import networkx as nx

    graph = nx.Graph((group, ~facility) for group, found in enumerate(reach) for facility in found)
    for part in nx.connected_components(graph):
        yield {node for node in part if node >= 0}, {~node for node in part if node < 0}


def _decompose(
    groups: set[int],
    facilities: set[int],
    *,
    reach: list[tuple[int, ...]],
    demand: np.ndarray,
    capacity: np.ndarray,
    chance: np.ndarray,
) -> None:
    """Write the chance of each group of a part of the town."""
    waiting = [(groups, facilities)]
    while waiting:
        groups, facilities = waiting.pop()
        level = min(1.0, sum(capacity[list(facilities)]) / sum(demand[list(groups)]))
        less = _worse_off(groups, facilities, level, reach=reach, demand=demand, capacity=capacity)
        if not less:
            chance[list(groups)] = level
            continue
        theirs = {one for group in less for one in reach[group]} & facilities
        waiting += [(less, theirs), (groups - less, facilities - theirs)]


def _worse_off(
    groups: set[int],
    facilities: set[int],
    level: float,
    *,
    reach: list[tuple[int, ...]],
    demand: np.ndarray,
    capacity: np.ndarray,
) -> set[int]:
    """The groups that can't get this level if the others do, by a least cut; none if all can."""
    import networkx as nx
    from networkx.algorithms.flow import dinitz

    unit = UNITS / max(sum(demand[list(groups)]), 1e-300)
    graph, asked = nx.DiGraph(), 0
    for group in sorted(groups):
        units = int(level * demand[group] * unit)
        asked += units
        graph.add_edge("people", group, capacity=units)
        graph.add_edges_from((group, ~one) for one in reach[group] if one in facilities)
    graph.add_edges_from(
        (~one, "places", {"capacity": int(np.ceil(capacity[one] * unit))}) for one in sorted(facilities)
    )
    if asked == 0:
        return set()
    flow, (less, _) = nx.minimum_cut(graph, "people", "places", flow_func=dinitz)
    return set() if flow >= asked - len(groups) else {node for node in less if node in groups}
