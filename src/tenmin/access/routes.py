"""Routes: the line along the streets that the best walk of a place takes."""

from __future__ import annotations

import numpy as np
import shapely

from tenmin.access.query import Query
from tenmin.network import WalkNetwork
from tenmin.routing import Feet, Labels, Stretches, cut_lines, original_of, seed_feet, step_back

__all__ = ["trace_route"]


def trace_route(query: Query, row: int, rows: np.ndarray) -> shapely.LineString:
    """Return the line that the best walk of one place takes, from the place's foot to the facility's, or back.

    Parameters
    ----------
    query
        Who walks to what.
    row
        Row of the place.
    rows
        Rows of the facilities of the category.

    Returns
    -------
    LineString
        In the network's CRS, along the streets; empty where there is no walk.
    """
    best, labels, starts = query.arrivals(rows)
    if best.owner[row] < 0:
        return shapely.LineString()
    network, foot, start = query.network, int(best.foot[row]), int(best.start[row])
    edge, offset = int(query.place_joins.feet.edge[foot]), float(query.place_joins.feet.offset[foot])
    if start >= 0:
        legs = [(edge, offset, float(starts.offset[start]))]
    else:
        length, streets = float(network.streets.length[edge]), network.streets
        node = int(streets.u[edge] if start == -1 else streets.v[edge])
        legs = [(edge, offset, 0.0 if start == -1 else length)]
        legs += _back_to_start(query, labels, node, (starts, int(best.owner[row]), rows))
    xy = [_leg_points(network, leg) for leg in legs]
    line = np.concatenate([points if k == 0 else points[1:] for k, points in enumerate(xy)])
    return shapely.LineString(line if query.direction == "to" else line[::-1])


def _leg_points(network: WalkNetwork, leg: tuple[int, float, float]) -> np.ndarray:
    """The corners of an edge from one distance along it to another."""
    edge, begin, end = leg
    ends = np.array([min(begin, end)]), np.array([max(begin, end)])
    _, xy = cut_lines(network.shapes, Stretches(np.array([edge]), *ends, *ends))
    return xy if begin <= end else xy[::-1]


def _back_to_start(
    query: Query, labels: Labels, node: int, whose: tuple[Feet, int, np.ndarray]
) -> list[tuple[int, float, float]]:
    """The whole edges from a node back to a seed, then the part of an edge to the facility's foot."""
    streets = query.network.streets
    legs: list[tuple[int, float, float]] = []
    while (edge := int(labels.via[node])) >= 0:
        length = float(streets.length[edge])
        outward = int(streets.v[edge]) == original_of(streets, node)
        legs.append((edge, length, 0.0) if outward else (edge, 0.0, length))
        node = step_back(streets, node, edge)
    starts, owner, rows = whose
    seeds = seed_feet(streets, query.costs, starts, query.starts(rows)[1])
    mine = (seeds.node == node) & (seeds.owner == owner) & np.isfinite(seeds.cost)
    seed = int(np.flatnonzero(mine)[np.argmin(seeds.cost[mine])])
    feet = len(starts.edge)
    foot, ahead = seed % feet, (seed // feet) % 2 == 0
    edge = int(starts.edge[foot])
    legs.append((edge, float(streets.length[edge]) if ahead else 0.0, float(starts.offset[foot])))
    return legs
