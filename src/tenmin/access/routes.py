"""Routes of walks as lines along the streets."""

from __future__ import annotations

import numpy as np
import shapely

from tenmin.access.query import Query
from tenmin.network import WalkNetwork
from tenmin.routing import AccessPoints, EdgeIntervals, Labels, cut_lines, node_of, predecessor, seed_access_points

__all__ = ["trace_route"]

EdgePart = tuple[int, float, float]
"""An edge, and the distances along it (metres) at which a walk enters and leaves it."""


def trace_route(query: Query, row: int, rows: np.ndarray) -> shapely.LineString:
    """Return the route of the best walk between a place and some facilities.

    Parameters
    ----------
    query
        The network, places and facilities.
    row
        Row of the place.
    rows
        Rows of the facilities.

    Returns
    -------
    LineString
        From the access point of the place to that of the facility, or back, by the direction of the query; in the
        network's CRS; empty if there is no walk.
    """
    best, labels, starts = query.arrivals(rows)
    if best.owner[row] < 0:
        return shapely.LineString()
    network, point, start = query.network, int(best.access_point[row]), int(best.start[row])
    edge, offset = (
        int(query.place_snapping.access_points.edge[point]),
        float(query.place_snapping.access_points.offset[point]),
    )
    if start >= 0:
        parts = [(edge, offset, float(starts.offset[start]))]
    else:
        length, streets = float(network.streets.length[edge]), network.streets
        node = int(streets.u[edge] if start == -1 else streets.v[edge])
        parts = [(edge, offset, 0.0 if start == -1 else length)]
        parts += _path_to_seed(query, labels, node, (starts, int(best.owner[row]), rows))
    xy = [_coordinates(network, part) for part in parts]
    line = np.concatenate([points if k == 0 else points[1:] for k, points in enumerate(xy)])
    return shapely.LineString(line if query.direction == "to" else line[::-1])


def _coordinates(network: WalkNetwork, part: EdgePart) -> np.ndarray:
    """The coordinates of a part of an edge, in its order."""
    edge, begin, end = part
    ends = np.array([min(begin, end)]), np.array([max(begin, end)])
    _, xy = cut_lines(network.shapes, EdgeIntervals(np.array([edge]), *ends, *ends))
    return xy if begin <= end else xy[::-1]


def _path_to_seed(
    query: Query, labels: Labels, node: int, seeded: tuple[AccessPoints, int, np.ndarray]
) -> list[EdgePart]:
    """The whole edges from a node back to a seed of the search, then part of an edge to the facility's access point.

    `seeded` are the access points of the facilities, the number of the facility that owns the walk, and the rows of the
    facilities.
    """
    streets = query.network.streets
    parts: list[EdgePart] = []
    while (edge := int(labels.via[node])) >= 0:
        length = float(streets.length[edge])
        outward = int(streets.v[edge]) == node_of(streets, node)
        parts.append((edge, length, 0.0) if outward else (edge, 0.0, length))
        node = predecessor(streets, node, edge)
    starts, owner, rows = seeded
    seeds = seed_access_points(streets, query.costs, starts, query.starts(rows)[1])
    usable = (seeds.node == node) & (seeds.owner == owner) & np.isfinite(seeds.cost)
    seed = int(np.flatnonzero(usable)[np.argmin(seeds.cost[usable])])
    size = len(starts.edge)
    point, ahead = seed % size, (seed // size) % 2 == 0
    edge = int(starts.edge[point])
    parts.append((edge, float(streets.length[edge]) if ahead else 0.0, float(starts.offset[point])))
    return parts
