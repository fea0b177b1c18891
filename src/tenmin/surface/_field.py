"""The field: by how much the best walk to a point exceeds a limit, or its leg the lateral width.

At a point it is the least, over its feet, of max(walk - limit, leg - lateral) in metres of level walking: not above
zero where a place would be within the limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._sample_grid import SAME

STEEPEST = 2.0
"""How much the field can rise in a metre: one for the walk along the street, one for the leg. Values are cut off at
so many cells either side of zero, so that where the field jumps its zero lies half way between two points."""


class Speeds(NamedTuple):
    """What is needed of edges to walk along them from their ends, and from feet of the facility on them."""

    u: np.ndarray
    v: np.ndarray
    length: np.ndarray
    along: np.ndarray
    """cost of a metre from u to v; inf where closed"""
    back: np.ndarray
    leg: float
    """cost of a metre off the street"""


class Starts(NamedTuple):
    """Feet of what a walk starts from: group g has feet first[g]..first[g + 1] and seeds seed[g]..seed[g + 1]."""

    first: np.ndarray
    edge: np.ndarray
    offset: np.ndarray
    leg: np.ndarray
    seed: np.ndarray
    seed_node: np.ndarray
    seed_cost: np.ndarray


@inner
def _put(out, count, owner, since, until, begin, ahead, end, back):
    """Write one row of a reach, if there is room; a closed direction leads nowhere."""
    if count < len(out):
        out[count, 0], out[count, 1], out[count, 2] = owner, since, until
        out[count, 3], out[count, 4] = (begin, ahead) if ahead < np.inf else (np.inf, 0.0)
        out[count, 5], out[count, 6] = (end, back) if back < np.inf else (np.inf, 0.0)
    return count + 1


@kernel
def find_reach(streets, speeds, feet, label, reached, furthest, around, edge_box, box, out):
    """Write what a group reaches within a cost: from the nodes it touched, and straight along edges from its feet.

    Returns how many rows that makes, though no more are written than there is room for, and fills the box of the edges.

    Parameters
    ----------
    streets, speeds
        The edges, and what it costs to walk along them.
    feet
        int32, float64, float64 (feet,): the edges of the group's feet, metres along them, metres to them.
    label
        float64 (nodes and copies,): the cost of each; inf where nothing arrived.
    reached
        uint32: the nodes and copies that have one.
    furthest
        float64, in the unit of the costs.
    around, edge_box
        float64 (nodes and copies, 4) and (edges, 4): x, y, x, y, metres, of the edges at a node and of an edge.
    box
        float64 (4,): x, y, x, y, metres, round all edges at nodes touched and with feet.
    out
        float64 (room, 7): the row in `Rims.owned`; where the stretch begins and ends, metres along the edge; the cost
        at its begin and of a metre from there; the cost at its end and of a metre from there. A foot at `at` metres
        costs the least of begin + ahead * (at - since) and end + back * (until - at). A node is a stretch of no length.
    """
    first, _, slots, outward, _, _, _, _, copy, _ = streets
    u, v, length, along, back, per_leg = speeds
    edge, offset, leg = feet
    nodes, edges, count = len(copy), len(u), np.int64(0)
    box[0], box[1], box[2], box[3] = np.inf, np.inf, -np.inf, -np.inf
    for k in range(len(reached)):
        node = np.int64(reached[k])
        box[0], box[1] = min(box[0], around[node, 0]), min(box[1], around[node, 1])
        box[2], box[3] = max(box[2], around[node, 2]), max(box[3], around[node, 3])
        if node >= nodes or label[node] > furthest:
            continue
        count = _put(out, count, edges + node, 0.0, 0.0, label[node], 0.0, np.inf, 0.0)
        for slot in range(first[node], first[node + 1]):
            e = np.int64(slots[slot])
            if outward[slot] or label[u[e]] > furthest:
                count = _put(out, count, e, 0.0, length[e], label[u[e]], along[e], label[v[e]], back[e])
    for k in range(len(edge)):
        e, at, cost = np.int64(edge[k]), offset[k], leg[k] * per_leg
        box[0], box[1] = min(box[0], edge_box[e, 0]), min(box[1], edge_box[e, 1])
        box[2], box[3] = max(box[2], edge_box[e, 2]), max(box[3], edge_box[e, 3])
        count = _put(out, count, e, 0.0, at, np.inf, 0.0, cost, back[e])
        count = _put(out, count, e, at, at, cost, 0.0, np.inf, 0.0)
        count = _put(out, count, e, at, length[e], cost, along[e], np.inf, 0.0)
    return count


@kernel
def lower_field(value, rows, columns, bottom, left, spots, owned, reach, per_leg, limit, lateral, deepest):
    """Lower the field in a window at the points with feet that are reached.

    Parameters
    ----------
    value
        float64 (rows * columns,), metres: rows of points of the finest grid.
    rows, columns, bottom, left
        int64, how many there are, and the row and the column of the first point.
    spots, owned
        The points and their feet, and as in `Rims`.
    reach
        float64 (stretches, 7), as `find_reach` writes it.
    per_leg
        float64, cost of a metre off the street.
    limit, lateral, deepest
        float64, metres of level walking, metres, and where values are cut off.
    """
    first, column, row, at, leg = spots
    rows, columns = np.uint32(rows), np.uint32(columns)
    for k in range(len(reach)):
        owner, since, until = np.int64(reach[k, 0]), reach[k, 1], reach[k, 2]
        begin, ahead, end, back = reach[k, 3], reach[k, 4], reach[k, 5], reach[k, 6]
        if min(begin, end) > (limit + deepest) * per_leg:
            continue
        for foot in range(np.uint64(first[owned[owner, 0]]), np.uint64(first[owned[owner, 1]])):
            i, j, here = np.uint32(column[foot] - left), np.uint32(row[foot] - bottom), np.float64(at[foot])
            if i >= columns or j >= rows or here < since - SAME or here > until + SAME:
                continue
            cost = min(begin + ahead * max(here - since, 0.0), end + back * max(until - here, 0.0))
            excess = max(max(cost / per_leg + leg[foot] - limit, leg[foot] - lateral), -deepest)
            place = np.uint64(j) * np.uint64(columns) + np.uint64(i)
            value[place] = min(value[place], excess)
