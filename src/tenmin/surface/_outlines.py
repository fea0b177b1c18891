"""Circles: from the feet of facilities over search, field and outline to rings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.routing import Arcs, Basin, Costs, Feet, Streets, drain, flood, seed_feet
from tenmin.support.jit import inner, kernel
from tenmin.surface._contour import Sheet, trace_outline
from tenmin.surface._field import STEEPEST, Rule, Speeds, Starts, Window, find_reach, lower_field
from tenmin.surface._rings import join_rings
from tenmin.surface._street_pieces import Rims


class Course(NamedTuple):
    """What circles are drawn on: edges, open arcs, paces along edges, the rims that they have, and their boxes."""

    streets: Streets
    arcs: Arcs
    speeds: Speeds
    owned: np.ndarray
    """as in `Rims`"""
    around: np.ndarray
    """float64 (nodes and copies, 4): x, y, x, y"""
    edge_box: np.ndarray
    """float64 (edges, 4)"""


def lay_out(streets: Streets, arcs: Arcs, costs: Costs, rims: Rims, boxes: np.ndarray) -> Course:
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
    around = np.full((len(streets.copy), 4), np.inf) * [1, 1, -1, -1]
    for end in (streets.u, streets.v):
        for side in range(4):
            (np.minimum if side < 2 else np.maximum).at(around[:, side], end, boxes[:, side])  # noqa: PLR2004
    speeds = Speeds(
        streets.u, streets.v, streets.length, costs.along / streets.length, costs.back / streets.length, costs.leg
    )
    return Course(streets, arcs, speeds, rims.owned, np.concatenate([around, around[streets.original]]), boxes)


def gather_starts(streets: Streets, costs: Costs, feet: Feet) -> Starts:
    """Return the feet and the seeds of groups: `feet` has those of each group in rows."""
    seeds = seed_feet(streets, costs, feet, feet.thing)
    rows = np.flatnonzero(np.isfinite(seeds.cost))
    rows = rows[np.argsort(seeds.owner[rows], kind="stable")]
    first = np.searchsorted(seeds.owner[rows], np.arange(len(feet.first)))
    return Starts(
        feet.first, feet.edge, feet.offset, feet.leg, first, seeds.node[rows].astype(np.uint32), seeds.cost[rows]
    )


def reached_edges(streets: Streets, arcs: Arcs, starts: Starts, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Return which edges and which nodes any of the groups reaches within a limit."""
    basin = Basin.of(arcs)
    flood(arcs, starts.seed_node, starts.seed_cost, float(limit), basin)
    node = np.isfinite(basin.cost[: len(streets.copy)])
    node[streets.original] |= np.isfinite(basin.cost[len(streets.copy) :])
    edge = node[streets.u] | node[streets.v]
    edge[starts.edge] = True
    return edge, node


@inner
def _window(course, starts, group, basin, touched, cell, band):
    """The part of the grid that the reached edges come within `band` metres of, and a point more all round."""
    box = np.array([np.inf, np.inf, -np.inf, -np.inf])
    for k in range(touched):
        around = course.around[basin.touched[k]]
        box[0], box[1] = min(box[0], around[0]), min(box[1], around[1])
        box[2], box[3] = max(box[2], around[2]), max(box[3], around[3])
    for k in range(starts.first[group], starts.first[group + 1]):
        around = course.edge_box[starts.edge[k]]
        box[0], box[1] = min(box[0], around[0]), min(box[1], around[1])
        box[2], box[3] = max(box[2], around[2]), max(box[3], around[3])
    if box[0] > box[2]:
        return Window(0, 0, 0, 0)
    left, bottom = int(np.floor((box[0] - band) / cell)) - 1, int(np.floor((box[1] - band) / cell)) - 1
    right, top = int(np.ceil((box[2] + band) / cell)) + 1, int(np.ceil((box[3] + band) / cell)) + 1
    return Window(left, bottom, right - left, top - bottom)


@inner
def _blocks_in(lattice, window):
    """The block of each cell of a window, -1 where there is none."""
    blocks, block = lattice.blocks, np.full((window.rows, window.columns), -1, np.int32)
    down, aside = window.bottom - blocks.bottom, window.left - blocks.left
    for j in range(max(0, -down), min(window.rows, blocks.number.shape[0] - down)):
        for i in range(max(0, -aside), min(window.columns, blocks.number.shape[1] - aside)):
            block[j, i] = blocks.number[down + j, aside + i]
    return block


@kernel
def draw_group(course, lattice, starts, group, limits, lateral, basin):
    """Return the rings of the ground that one group reaches within each limit."""
    speeds, low, high = course.speeds, starts.seed[group], starts.seed[group + 1]
    stride, deepest = lattice.stride, STEEPEST * lattice.cell
    furthest = (limits[len(limits) - 1] + deepest) * speeds.leg
    touched = flood(course.arcs, starts.seed_node[low:high], starts.seed_cost[low:high], furthest, basin)
    window = _window(course, starts, group, basin, touched, lattice.cell, lateral)
    reach = find_reach(course.streets, speeds, starts, group, basin, touched, furthest)
    drain(basin, touched)
    corner, block = (window.bottom * stride, window.left * stride), _blocks_in(lattice, window)
    value, drawn = np.empty((window.rows * stride + 1, window.columns * stride + 1)), []
    for k in range(len(limits)):
        rule = Rule(limits[k], lateral, deepest)
        value[:] = deepest
        for spots in (lattice.points, lattice.between):
            lower_field(value, corner, spots, course.owned, reach, speeds.leg, rule)
        place = window.left, window.bottom, lattice.cell
        sheet = Sheet(value, stride, block, lattice.cut_first, lattice.cut_last, *place)
        drawn.append(join_rings(trace_outline(sheet), 2 * value.size))
    return drawn
