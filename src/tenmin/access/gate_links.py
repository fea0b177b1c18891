"""Gates: links that would exist if a closed gate, or a private compound, were open to walkers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from tenmin.access.added_links import Links, StreetPoints
from tenmin.network import WalkNetwork

__all__ = ["GATE", "PRIVATE", "find_gate_links"]

GATE, PRIVATE = "gate", "private"
"""What stands in the way where it has no name: a gate, or private ways."""
AT_A_GATE = 0.05
"""Distance from a gate within which the streets on its sides end, metres."""
THROUGH = 1_000.0
"""Longest way through a private compound, metres."""
WAYS_IN = 12
"""Most spots at which a compound is tried to be entered and left; of more, those with the least numbers of nodes."""


class _Passage(NamedTuple):
    """A way that would be open: between two nodes, through a gate or on private streets."""

    begin: int
    end: int
    metres: float
    name: str


def find_gate_links(network: WalkNetwork) -> tuple[Links, np.ndarray]:
    """Return links through closed gates and through private compounds, and the name of what each of them opens.

    Streets that end at one closed gate are linked. Where private streets that hang together meet public ones in several
    spots, each two spots are linked by the shortest way on them. `cause` is a position in the second result: the name
    of the gate, or of one of the gates or ways of the compound, else `GATE` or `PRIVATE`.

    Parameters
    ----------
    network
        The streets.
    """
    at = _nodes_at_gates(network)
    found = [*_through_gates(network, at), *_through_compounds(network, at)]
    names, cause = np.unique([one.name for one in found], return_inverse=True)
    begin, end = (_at_nodes(network, np.array([one[side] for one in found], np.int64)) for side in (0, 1))
    metres = np.array([one.metres for one in found], np.float64)
    return Links(begin, end, metres, cause.astype(np.int32)), names.astype(object)


def _nodes_at_gates(network: WalkNetwork) -> dict[str | int, list[int]]:
    """The nodes at each gate, by the label of the gate."""
    if network.gates.empty:
        return {}
    nodes = KDTree(shapely.get_coordinates(network.nodes.geometry.to_numpy()))
    near = nodes.query_ball_point(shapely.get_coordinates(network.gates.geometry.to_numpy()), AT_A_GATE)
    return {label: sorted(numbers) for label, numbers in zip(network.gates.index, near, strict=True)}


def _through_gates(network: WalkNetwork, at: dict[str | int, list[int]]) -> Iterator[_Passage]:
    for gate, name in _names_of_gates(network).items():
        for begin, end in combinations(at[gate], 2):
            yield _Passage(begin, end, 0.0, name or GATE)


def _names_of_gates(network: WalkNetwork) -> dict[str | int, str | None]:
    names = network.gates["name"] if "name" in network.gates else [None] * len(network.gates)
    return {
        gate: name if isinstance(name, str) and name.strip() else None
        for gate, name in zip(network.gates.index, names, strict=True)
    }


def _through_compounds(network: WalkNetwork, at: dict[str | int, list[int]]) -> Iterator[_Passage]:
    streets = network.streets
    held = np.flatnonzero(streets.private)
    public = np.unique(np.concatenate([streets.u[~streets.private], streets.v[~streets.private]]))
    nodes, ends = np.unique(np.concatenate([streets.u[held], streets.v[held]]), return_inverse=True)
    u, v = ends[: len(held)], ends[len(held) :]
    compound = connected_components(coo_array((np.ones(len(held)), (u, v)), (len(nodes),) * 2), directed=False)[1]
    ways_in = np.isin(nodes, public)
    order = np.argsort(compound, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(compound[order])) + 1):
        inside = members[ways_in[members]][:WAYS_IN]
        if len(inside) > 1:
            own = np.flatnonzero(compound[u] == compound[members[0]])
            name = _name_of_compound(network, at, nodes[inside], held[own])
            for begin, end, metres in _shortest_ways(len(nodes), u[own], v[own], streets.length[held[own]], inside):
                yield _Passage(int(nodes[begin]), int(nodes[end]), metres, name)


def _shortest_ways(
    size: int, u: np.ndarray, v: np.ndarray, length: np.ndarray, ends: np.ndarray
) -> Iterator[tuple[int, int, float]]:
    """The shortest way between each two of some nodes, if it is not too long; of parallel edges the shorter counts."""
    order = np.argsort(-length, kind="stable")
    pairs = {(min(a, b), max(a, b)): one for a, b, one in zip(u[order], v[order], length[order], strict=True)}
    rows, columns = np.array(list(pairs), np.int64).T
    graph = csr_array((np.array(list(pairs.values())), (rows, columns)), shape=(size, size))
    metres = dijkstra(graph, directed=False, indices=ends, limit=THROUGH)[:, ends]
    for i, j in combinations(range(len(ends)), 2):
        if np.isfinite(metres[i, j]):
            yield int(ends[i]), int(ends[j]), float(metres[i, j])


def _name_of_compound(
    network: WalkNetwork, at: dict[str | int, list[int]], ways_in: np.ndarray, edges: np.ndarray
) -> str:
    """The names of the gates at the ways in, else the name of a way inside, else `PRIVATE`."""
    gates = [name for gate, name in _names_of_gates(network).items() if name and np.isin(at[gate], ways_in).any()]
    ways = sorted({name for name in network.edges["name"].iloc[edges] if isinstance(name, str) and name.strip()})
    return ", ".join(sorted(gates)) or (ways[0] if ways else PRIVATE)


def _at_nodes(network: WalkNetwork, nodes: np.ndarray) -> StreetPoints:
    """Points of streets at some nodes: at an end of an edge, a public one if there is one."""
    streets = network.streets
    order = np.argsort(streets.private, kind="stable")
    ends = np.concatenate([streets.u[order], streets.v[order]])
    edge = np.concatenate([order, order])
    offset = np.concatenate([np.zeros(len(order)), streets.length[order]])
    first = np.lexsort((np.concatenate([np.arange(len(order))] * 2), ends))
    at = first[np.searchsorted(ends[first], nodes)]
    return StreetPoints(edge[at].astype(np.int32), offset[at])
