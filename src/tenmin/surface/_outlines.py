"""Circles: from the feet of facilities over search, field and outline to rings."""

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
from tenmin.surface._contour import cells_in, trace_outline
from tenmin.surface._field import STEEPEST, Speeds, Starts, find_reach, lower_field
from tenmin.surface._rings import Rings, join_rings
from tenmin.surface._sample_grid import Lattice
from tenmin.surface._street_pieces import Rims


class Course(NamedTuple):
    """What circles are drawn on: edges, open arcs, paces along edges, the rims that they have, and their boxes."""

    streets: StreetGraph
    arcs: TraversableArcs
    speeds: Speeds
    owned: np.ndarray
    """as in `Rims`"""
    around: np.ndarray
    """float64 (nodes and copies, 4): x, y, x, y"""
    edge_box: np.ndarray
    """float64 (edges, 4)"""


def lay_out(streets: StreetGraph, arcs: TraversableArcs, costs: Costs, rims: Rims, boxes: np.ndarray) -> Course:
    """Return what circles are drawn on.

    Parameters
    ----------
    streets, arcs, costs
        The edges, where they are open and what they cost.
    rims
        Where on them legs may end.
    boxes
        float64 (edges, 4): the bounds of each edge.
    """
    around = np.full((len(streets.exit_copy), 4), np.inf) * [1, 1, -1, -1]
    for end in (streets.u, streets.v):
        for side in range(4):
            (np.minimum if side < 2 else np.maximum).at(around[:, side], end, boxes[:, side])  # noqa: PLR2004
    speeds = Speeds(
        streets.u, streets.v, streets.length, costs.along / streets.length, costs.back / streets.length, costs.leg
    )
    return Course(streets, arcs, speeds, rims.owned, np.concatenate([around, around[streets.copied_node]]), boxes)


def gather_starts(streets: StreetGraph, costs: Costs, feet: AccessPoints) -> Starts:
    """Return the feet and the seeds of groups: `feet` has those of each group in rows."""
    seeds = seed_access_points(streets, costs, feet, feet.item)
    rows = np.flatnonzero(np.isfinite(seeds.cost))
    rows = rows[np.argsort(seeds.owner[rows], kind="stable")]
    first = np.searchsorted(seeds.owner[rows], np.arange(len(feet.first)))
    return Starts(
        feet.first, feet.edge, feet.offset, feet.leg, first, seeds.node[rows].astype(np.uint32), seeds.cost[rows]
    )


def reached_edges(
    streets: StreetGraph, arcs: TraversableArcs, starts: Starts, limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which edges and which nodes any of the groups reaches within a limit."""
    basin = SearchBuffers.of(arcs)
    bounded_search(arcs, starts.seed_node, starts.seed_cost, float(limit), basin)
    node = np.isfinite(basin.cost[: len(streets.exit_copy)])
    node[streets.copied_node] |= np.isfinite(basin.cost[len(streets.exit_copy) :])
    edge = node[streets.u] | node[streets.v]
    edge[starts.edge] = True
    return edge, node


def _reach_of(
    course: Course, starts: Starts, group: int, furthest: float, basin: SearchBuffers
) -> tuple[np.ndarray, np.ndarray]:
    """What a group reaches within a cost (see `find_reach`), and the box of the edges there."""
    seeds, feet = slice(*starts.seed[group : group + 2]), slice(*starts.first[group : group + 2])
    touched = bounded_search(course.arcs, starts.seed_node[seeds], starts.seed_cost[seeds], furthest, basin)
    reached, box, size, rows = basin.touched[:touched], np.empty(4), 256 + 4 * touched, np.empty((0, 7))
    own = starts.edge[feet], starts.offset[feet], starts.leg[feet]
    while size > len(rows):
        rows = np.empty((size, 7))
        size = find_reach(
            course.streets, course.speeds, own, basin.cost, reached, furthest, course.around, course.edge_box, box, rows
        )
    basin.cost[reached] = np.inf
    return rows[:size], box


def draw_group(
    course: Course,
    lattice: Lattice,
    starts: Starts,
    group: int,
    limits: np.ndarray,
    lateral: float,
    basin: SearchBuffers,
) -> list[Rings]:
    """Return the rings of the ground that one group reaches within each limit.

    Parameters
    ----------
    course, lattice, starts
        What circles are drawn on, the points of the grid with their feet, and where the walks of groups start.
    group
        Which group.
    limits
        Ascending, metres of level walking.
    lateral
        Longest leg, metres.
    basin
        Labels for the search, which leaves them as it found them.
    """
    cell, stride, per_leg, deepest = lattice.cell, lattice.stride, course.speeds.leg, STEEPEST * lattice.cell
    reach, box = _reach_of(course, starts, group, float(limits[-1] + deepest) * per_leg, basin)
    if box[0] > box[2]:
        return [Rings(np.zeros(0), np.zeros(0), np.zeros(1, np.int64), np.zeros(0, bool)) for _ in limits]
    left, bottom = (math.floor((low - lateral) / cell) - 1 for low in box[:2].tolist())
    right, top = (math.ceil((high + lateral) / cell) + 1 for high in box[2:].tolist())
    cells, drawn = cells_in(lattice, left, bottom, right, top), []
    value = np.empty(((top - bottom) * stride + 1, (right - left) * stride + 1))
    window, keys = (*value.shape, bottom * stride, left * stride), np.empty(2 * value.size, np.int32)
    for limit in limits.tolist():
        value.fill(deepest)
        for spots in (lattice.points, lattice.between):
            if len(spots.at):
                lower_field(value.reshape(-1), *window, spots, course.owned, reach, per_leg, limit, lateral, deepest)
        drawn.append(join_rings(trace_outline(value, lattice, cells), keys))
    return drawn
