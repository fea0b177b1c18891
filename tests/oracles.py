"""What is true of a town, found without tenmin's search: networkx on a graph with the access points as nodes."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd

import tenmin as tm
from tenmin.network import Snapping


def stops_on_edges(network: tm.WalkNetwork, joins: dict[str, Snapping]) -> list[list[tuple[float, object]]]:
    """The nodes and access points on every edge, in order, with their distance along it."""
    edges = network.edges
    stops: list[list[tuple[float, object]]] = [
        [(0.0, ("node", u)), (length, ("node", v))]
        for u, v, length in zip(edges["u"], edges["v"], edges["length"], strict=True)
    ]
    for name, joined in joins.items():
        for k, (edge, offset) in enumerate(zip(joined.access_points.edge, joined.access_points.offset, strict=True)):
            stops[edge].append((float(offset), ("access point", name, k)))
    return [sorted(row, key=lambda stop: stop[0]) for row in stops]


def walk_graph(network: tm.WalkNetwork, joins: dict[str, Snapping], *, ends: tuple[str, str]) -> nx.MultiDiGraph:
    """The streets with the access points as nodes; legs lead from the first kind of thing, and to the second."""
    graph = nx.MultiDiGraph()
    for row, edge in zip(stops_on_edges(network, joins), network.edges.itertuples(), strict=True):
        graph.add_nodes_from(stop for _, stop in row)
        for (a, one), (b, two) in pairwise(row):
            share = (b - a) / edge.length
            graph.add_edge(one, two, metres=b - a, seconds=edge.seconds * share)
            if a == b:
                graph.add_edge(two, one, metres=0.0, seconds=0.0)
            elif np.isfinite(edge.seconds_back):
                graph.add_edge(two, one, metres=b - a, seconds=edge.seconds_back * share)
    for name, joined in joins.items():
        for k, (thing, leg) in enumerate(zip(joined.access_points.item, joined.access_points.leg, strict=True)):
            door, point = (name, int(thing)), ("access point", name, k)
            step = {"metres": leg, "seconds": leg / network.walker.metres_a_second}
            if name == ends[0]:
                graph.add_edge(door, point, **step)
            else:
                graph.add_edge(point, door, **step)
    return graph


def least_walks(
    network: tm.WalkNetwork, homes: object, clinics: object, *, weight: str, direction: str = "to"
) -> np.ndarray:
    """Seconds or metres from every home to the nearest clinic (or from it), inf where there is no walk."""
    joins = {"home": network.snap(homes), "clinic": network.snap(clinics)}
    ends = ("home", "clinic") if direction == "to" else ("clinic", "home")
    graph = walk_graph(network, joins, ends=ends)
    graph = graph.reverse() if direction == "to" else graph
    doors = [("clinic", k) for k in range(len(joins["clinic"].table)) if ("clinic", k) in graph]
    known = nx.multi_source_dijkstra_path_length(graph, doors, weight=weight) if doors else {}
    return np.array([known.get(("home", k), np.inf) for k in range(len(joins["home"].table))])


def arrivals_on_streets(
    network: tm.WalkNetwork, clinics: object, *, weight: str, direction: str = "to"
) -> list[list[tuple[float, float]]]:
    """For every edge its nodes and the clinics' access points, in order: metres along it, cost to or from a clinic."""
    joins = {"clinic": network.snap(clinics)}
    ends = ("home", "clinic") if direction == "to" else ("clinic", "home")
    graph = walk_graph(network, joins, ends=ends)
    graph = graph.reverse() if direction == "to" else graph
    doors = [node for node in graph if node[0] == "clinic"]
    known = nx.multi_source_dijkstra_path_length(graph, doors, weight=weight) if doors else {}
    return [[(at, known.get(stop, np.inf)) for at, stop in row] for row in stops_on_edges(network, joins)]


def _rates(network: tm.WalkNetwork, weight: str, direction: str) -> tuple[np.ndarray, np.ndarray]:
    """Cost of a metre away from a clinic, towards growing and towards falling distance along each edge."""
    edges = network.edges
    there, back = edges["seconds"] / edges["length"], edges["seconds_back"] / edges["length"]
    if weight == "metres":
        there, back = there * 0.0 + 1.0, back.where(np.isinf(back), 1.0)
    return (back.to_numpy(), there.to_numpy()) if direction == "to" else (there.to_numpy(), back.to_numpy())


def reached_metres(
    network: tm.WalkNetwork, clinics: object, limit: float, *, weight: str, direction: str = "to"
) -> float:
    """Metres of street within a limit, added up stop by stop."""
    total = 0.0
    up, down = _rates(network, weight, direction)
    rows = arrivals_on_streets(network, clinics, weight=weight, direction=direction)
    for edge, row in enumerate(rows):
        for (a, left), (b, right) in pairwise(row):
            ways = (left, up[edge]), (right, down[edge])
            total += min(b - a, sum((limit - cost) / rate for cost, rate in ways if cost < limit))
    return total


def served_spots(
    network: tm.WalkNetwork,
    clinics: object,
    spots: object,
    limit: float,
    *,
    lateral: float,
    weight: str = "metres",
    direction: str = "to",
) -> np.ndarray:
    """Whether each spot has an access point within `lateral` metres from which the walk is within the limit."""
    access_points = network.snap(spots, aside=lateral).access_points
    rows = arrivals_on_streets(network, clinics, weight=weight, direction=direction)
    up, down = _rates(network, weight, direction)
    cost = np.full(len(access_points.edge), np.inf)
    for edge in np.unique(access_points.edge):
        here = access_points.edge == edge
        x = access_points.offset[here, None]
        at, costs = (np.array(column) for column in zip(*rows[edge], strict=True))
        gap = x - at
        with np.errstate(invalid="ignore"):
            step = np.where(gap > 0, gap * up[edge], np.where(gap < 0, -gap * down[edge], 0.0))
        cost[here] = (costs + step).min(axis=1)
    leg = 1.0 if weight == "metres" else 1.0 / network.walker.metres_a_second
    within = cost + access_points.leg * leg <= limit * (1 + 1e-9)
    return pd.Series(within).groupby(access_points.item).any().reindex(range(len(spots)), fill_value=False).to_numpy()
