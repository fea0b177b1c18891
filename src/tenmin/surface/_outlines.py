"""Isochrones: from the access points of facilities by search, field and outline to rings."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenmin.routing import (
    AccessPoints,
    Costs,
    SearchBuffers,
    StreetGraph,
    TraversableArcs,
    bounded_search,
    seed_access_points,
)
from tenmin.surface._contour import cells_in_window, trace_outline
from tenmin.surface._field import STEEPEST, Speeds, Starts, find_reach, lower_field
from tenmin.surface._rings import Rings, join_rings
from tenmin.surface._sample_grid import SampleGrid
from tenmin.surface._street_pieces import StreetPieces


class DrawingData(NamedTuple):
    """What all isochrones of a walker and direction share."""

    streets: StreetGraph
    arcs: TraversableArcs
    speeds: Speeds
    ranges: np.ndarray
    """as in `StreetPieces`"""
    node_box: np.ndarray
    """float64 (nodes and copies, 4): bounds of the edges at each node, x, y, x, y, metres"""
    edge_box: np.ndarray
    """float64 (edges, 4): bounds, x, y, x, y, metres"""


def prepare_drawing(
    streets: StreetGraph, arcs: TraversableArcs, costs: Costs, pieces: StreetPieces, boxes: np.ndarray
) -> DrawingData:
    """Return the data that all isochrones share.

    Parameters
    ----------
    streets, arcs, costs
        The edges, their traversable arcs, and their costs.
    pieces
        The street pieces.
    boxes
        float64 (edges, 4): bounds of each edge, metres.
    """
    node_box = np.full((len(streets.exit_copy), 4), np.inf) * [1, 1, -1, -1]
    for end in (streets.u, streets.v):
        for side in range(4):
            (np.minimum if side < 2 else np.maximum).at(node_box[:, side], end, boxes[:, side])  # noqa: PLR2004
    speeds = Speeds(
        streets.u, streets.v, streets.length, costs.along / streets.length, costs.back / streets.length, costs.leg
    )
    return DrawingData(
        streets, arcs, speeds, pieces.ranges, np.concatenate([node_box, node_box[streets.copied_node]]), boxes
    )


def gather_starts(streets: StreetGraph, costs: Costs, access_points: AccessPoints) -> Starts:
    """Return the access points and search seeds of groups; `access_points` has the access points of each group."""
    seeds = seed_access_points(streets, costs, access_points, access_points.item)
    rows = np.flatnonzero(np.isfinite(seeds.cost))
    rows = rows[np.argsort(seeds.owner[rows], kind="stable")]
    first = np.searchsorted(seeds.owner[rows], np.arange(len(access_points.first)))
    return Starts(
        access_points.first,
        access_points.edge,
        access_points.offset,
        access_points.leg,
        first,
        seeds.node[rows].astype(np.uint32),
        seeds.cost[rows],
    )


def reached_edges(
    streets: StreetGraph, arcs: TraversableArcs, starts: Starts, limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which edges and which nodes some group reaches within a limit, in units of cost."""
    buffers = SearchBuffers.of(arcs)
    bounded_search(arcs, starts.seed_node, starts.seed_cost, float(limit), buffers)
    node = np.isfinite(buffers.cost[: len(streets.exit_copy)])
    node[streets.copied_node] |= np.isfinite(buffers.cost[len(streets.exit_copy) :])
    edge = node[streets.u] | node[streets.v]
    edge[starts.edge] = True
    return edge, node


def _reach_of(
    data: DrawingData, starts: Starts, group: int, furthest: float, buffers: SearchBuffers
) -> tuple[np.ndarray, np.ndarray]:
    """The edge intervals that a group reaches within a cost (see `find_reach`), and the bounds of their edges."""
    seeds, access_points = slice(*starts.seed[group : group + 2]), slice(*starts.first[group : group + 2])
    touched = bounded_search(data.arcs, starts.seed_node[seeds], starts.seed_cost[seeds], furthest, buffers)
    reached, box, size, rows = buffers.touched[:touched], np.empty(4), 256 + 4 * touched, np.empty((0, 7))
    own = starts.edge[access_points], starts.offset[access_points], starts.leg[access_points]
    while size > len(rows):
        rows = np.empty((size, 7))
        size = find_reach(
            data.streets, data.speeds, own, buffers.cost, reached, furthest, data.node_box, data.edge_box, box, rows
        )
    buffers.cost[reached] = np.inf
    return rows[:size], box


def draw_isochrones(
    data: DrawingData,
    sample_grid: SampleGrid,
    starts: Starts,
    group: int,
    limits: np.ndarray,
    lateral: float,
    buffers: SearchBuffers,
) -> list[Rings]:
    """Return the rings of the ground of one group within each limit.

    Parameters
    ----------
    data, sample_grid, starts
        The shared data, the sample grid, and the access points and seeds of the groups.
    group
        Row of the group.
    limits
        float64 (limits,), ascending, metres of level walking.
    lateral
        Longest leg, metres.
    buffers
        Scratch of the search, left as it was.
    """
    cell, stride, per_leg, deepest = sample_grid.cell, sample_grid.stride, data.speeds.leg, STEEPEST * sample_grid.cell
    reach, box = _reach_of(data, starts, group, float(limits[-1] + deepest) * per_leg, buffers)
    if box[0] > box[2]:
        return [Rings(np.zeros(0), np.zeros(0), np.zeros(1, np.int64), np.zeros(0, bool)) for _ in limits]
    left, bottom = (math.floor((low - lateral) / cell) - 1 for low in box[:2].tolist())
    right, top = (math.ceil((high + lateral) / cell) + 1 for high in box[2:].tolist())
    cells, drawn = cells_in_window(sample_grid, left, bottom, right, top), []
    value = np.empty(((top - bottom) * stride + 1, (right - left) * stride + 1))
    window, keys = (*value.shape, bottom * stride, left * stride), np.empty(2 * value.size, np.int32)
    for limit in limits.tolist():
        value.fill(deepest)
        for points in (sample_grid.points, sample_grid.refined_points):
            if len(points.offset):
                lower_field(value.reshape(-1), *window, points, data.ranges, reach, per_leg, limit, lateral, deepest)
        drawn.append(join_rings(trace_outline(value, sample_grid, cells), keys))
    return drawn
