"""Routes of walks as lines along the streets."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from tenmin.access.query import Query
from tenmin.network import Snapping, WalkNetwork
from tenmin.routing import AccessPoints, EdgeIntervals, Labels, cut_lines, node_of, predecessor, seed_access_points

__all__ = ["trace_route"]

_AREA = 2

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
        From the place to the facility's door, or back, by the direction of the query: leg, streets and leg; in the
        network's CRS; empty if there is no walk.
    """
    best, labels, starts = query.arrivals(rows)
    if best.owner[row] < 0:
        return shapely.LineString()
    point, start, owner = int(best.access_point[row]), int(best.start[row]), int(best.owner[row])
    points, streets = query.place_snapping.access_points, query.network.streets
    edge, offset = int(points.edge[point]), float(points.offset[point])
    if start >= 0:
        parts = [(edge, offset, float(starts.offset[start]))]
    else:
        node = int(streets.u[edge] if start == -1 else streets.v[edge])
        parts = [(edge, offset, 0.0 if start == -1 else float(streets.length[edge]))]
        more, start = _path_to_seed(query, labels, node, (starts, owner, rows))
        parts += more
    walked = np.concatenate([_coordinates(query.network, part) for part in parts])
    facility = int(query.by_id(rows)[owner])
    line = np.concatenate(
        [
            _leg_end(query.network, query.places, query.place_snapping, row, (walked[0], points.leg[point])),
            walked,
            _leg_end(
                query.network, query.facilities, query.facility_snapping, facility, (walked[-1], starts.leg[start])
            ),
        ]
    )
    line = _without_repeated(line)
    return shapely.LineString(line if query.direction == "to" else line[::-1])


def _without_repeated(xy: np.ndarray) -> np.ndarray:
    """Coordinates without those that are equal to the one before; at least two."""
    moves = np.append(True, (np.diff(xy, axis=0) != 0.0).any(axis=1))
    return xy[moves] if moves.sum() > 1 else xy[:2]


def _leg_end(
    network: WalkNetwork, items: gpd.GeoDataFrame, snapping: Snapping, row: int, begin: tuple[np.ndarray, float]
) -> np.ndarray:
    """Where a leg meets its place or facility, float64 (1, 2): at its point, its outline or its mapped entrance.

    `begin` is the access point (x, y) and the length of the leg, metres.
    """
    (xy, leg), parts = begin, shapely.get_parts(items.geometry.to_numpy()[[row]])
    at, areas = shapely.Point(xy), shapely.get_dimensions(parts) == _AREA
    parts[areas] = shapely.boundary(parts[areas])
    outline = shapely.GeometryCollection(list(parts))
    if snapping.table["how"].iloc[row] != "entrance":
        return shapely.get_coordinates(shapely.shortest_line(outline, at))[:1]
    if leg == 0.0:
        return xy[None]
    doors = network.entrances.geometry.to_numpy()
    misses = np.abs(shapely.distance(doors, at) - leg) + shapely.distance(doors, outline)
    return shapely.get_coordinates(doors[np.argmin(misses)])


def _coordinates(network: WalkNetwork, part: EdgePart) -> np.ndarray:
    """The coordinates of a part of an edge, in its order."""
    edge, begin, end = part
    ends = np.array([min(begin, end)]), np.array([max(begin, end)])
    _, xy = cut_lines(network.shapes, EdgeIntervals(np.array([edge]), *ends, *ends))
    return xy if begin <= end else xy[::-1]


def _path_to_seed(
    query: Query, labels: Labels, node: int, seeded: tuple[AccessPoints, int, np.ndarray]
) -> tuple[list[EdgePart], int]:
    """The whole edges from a node back to a seed of the search, then part of an edge to the facility's access point.

    The second value is the row of that access point. `seeded` are the access points of the facilities, the number of
    the facility that owns the walk, and the rows of the facilities.
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
    return parts, point
