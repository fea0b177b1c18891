"""The field that isochrones are contoured from.

Its value at a point is the least, over its access points, of max(walk - limit, leg - lateral), in metres of level
walking. It is at most zero where a place would be within the limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel
from tenmin.surface._sample_grid import TOLERANCE

STEEPEST = 2.0
"""Greatest slope of the field: 1 for the walk along the street and 1 for the leg. Values are clipped to plus or minus
this many cells, so that the zero of a jump is half way between two points."""


class Speeds(NamedTuple):
    """Ends and lengths of edges, and costs per metre."""

    u: np.ndarray
    """int32 (edges,), node"""
    v: np.ndarray
    length: np.ndarray
    """float64 (edges,), metres"""
    along: np.ndarray
    """float64 (edges,), cost of a metre from u to v; inf where closed"""
    back: np.ndarray
    """float64 (edges,), cost of a metre from v to u; inf where closed"""
    leg: float
    """cost of a metre off the street"""


class Starts(NamedTuple):
    """Access points and search seeds of each group of facilities."""

    first: np.ndarray
    """int64 (groups + 1,): group g has the access points first[g]..first[g + 1]"""
    edge: np.ndarray
    """int32 (access points,)"""
    offset: np.ndarray
    """float64 (access points,), metres from the start of the edge"""
    leg: np.ndarray
    """float64 (access points,), metres"""
    seed: np.ndarray
    """int64 (groups + 1,): group g has the seeds seed[g]..seed[g + 1]"""
    seed_node: np.ndarray
    """uint32 (seeds,), node or copy"""
    seed_cost: np.ndarray
    """float64 (seeds,), cost"""


@inner
def _write_interval(out, count, owner, since, until, begin, ahead, end, back):
    """Write one edge interval if there is room; a closed direction has infinite cost."""
    if count < len(out):
        out[count, 0], out[count, 1], out[count, 2] = owner, since, until
        out[count, 3], out[count, 4] = (begin, ahead) if ahead < np.inf else (np.inf, 0.0)
        out[count, 5], out[count, 6] = (end, back) if back < np.inf else (np.inf, 0.0)
    return count + 1


@kernel
def find_reach(streets, speeds, access_points, label, reached, furthest, node_box, edge_box, box, out):
    """Write the edge intervals that a group reaches within a cost, as far as there is room; return their number.

    Parameters
    ----------
    streets, speeds
        The edges, and the costs per metre.
    access_points
        int32, float64, float64 (access points,): edge, metres along it, and leg in metres.
    label
        float64 (nodes and copies,): cost; inf if not reached.
    reached
        uint32: the nodes and copies with a label.
    furthest
        float64, largest cost.
    node_box, edge_box
        float64 (nodes and copies, 4) and (edges, 4): bounds of the edges at a node and of an edge, x, y, x, y, metres.
    box
        float64 (4,): filled with the bounds of all edges at reached nodes and with access points.
    out
        float64 (room, 7): row in `StreetPieces.ranges`; `since` and `until`, the interval in metres along the edge;
        `begin` and `ahead`, the cost at its start and of a metre from there; `end` and `back`, the same from its end.
        The cost at x is the least of begin + ahead * (x - since) and end + back * (until - x). A node is an interval of
        length 0.
    """
    first, _, slots, outward, _, _, _, _, copy, _ = streets
    u, v, length, along, back, per_leg = speeds
    edge, offset, leg = access_points
    nodes, edges, count = len(copy), len(u), np.int64(0)
    box[0], box[1], box[2], box[3] = np.inf, np.inf, -np.inf, -np.inf
    for k in range(len(reached)):
        node = np.int64(reached[k])
        box[0], box[1] = min(box[0], node_box[node, 0]), min(box[1], node_box[node, 1])
        box[2], box[3] = max(box[2], node_box[node, 2]), max(box[3], node_box[node, 3])
        if node >= nodes or label[node] > furthest:
            continue
        count = _write_interval(out, count, edges + node, 0.0, 0.0, label[node], 0.0, np.inf, 0.0)
        for slot in range(first[node], first[node + 1]):
            e = np.int64(slots[slot])
            if outward[slot] or label[u[e]] > furthest:
                count = _write_interval(out, count, e, 0.0, length[e], label[u[e]], along[e], label[v[e]], back[e])
    for k in range(len(edge)):
        e, at, cost = np.int64(edge[k]), offset[k], leg[k] * per_leg
        box[0], box[1] = min(box[0], edge_box[e, 0]), min(box[1], edge_box[e, 1])
        box[2], box[3] = max(box[2], edge_box[e, 2]), max(box[3], edge_box[e, 3])
        count = _write_interval(out, count, e, 0.0, at, np.inf, 0.0, cost, back[e])
        count = _write_interval(out, count, e, at, at, cost, 0.0, np.inf, 0.0)
        count = _write_interval(out, count, e, at, length[e], cost, along[e], np.inf, 0.0)
    return count


@kernel
def lower_field(value, rows, columns, bottom, left, points, ranges, reach, per_leg, limit, lateral, deepest):
    """Lower the field at the grid points whose access points are in reached edge intervals.

    Parameters
    ----------
    value
        float64 (rows * columns,), metres: the field in a window of the finest grid, row by row; updated.
    rows, columns, bottom, left
        int64, the window: size, first row and first column.
    points, ranges
        As in `GridPoints` and `StreetPieces`.
    reach
        float64 (intervals, 7), from `find_reach`.
    per_leg
        float64, cost of a metre off the street.
    limit, lateral, deepest
        float64: limit in metres of level walking, lateral width in metres, and clipping value in metres.
    """
    first, column, row, offset, leg = points
    rows, columns = np.uint32(rows), np.uint32(columns)
    for k in range(len(reach)):
        owner, since, until = np.int64(reach[k, 0]), reach[k, 1], reach[k, 2]
        begin, ahead, end, back = reach[k, 3], reach[k, 4], reach[k, 5], reach[k, 6]
        if min(begin, end) > (limit + deepest) * per_leg:
            continue
        for point in range(np.uint64(first[ranges[owner, 0]]), np.uint64(first[ranges[owner, 1]])):
            i, j, here = np.uint32(column[point] - left), np.uint32(row[point] - bottom), np.float64(offset[point])
            if i >= columns or j >= rows or here < since - TOLERANCE or here > until + TOLERANCE:
                continue
            cost = min(begin + ahead * max(here - since, 0.0), end + back * max(until - here, 0.0))
            excess = max(max(cost / per_leg + leg[point] - limit, leg[point] - lateral), -deepest)
            place = np.uint64(j) * np.uint64(columns) + np.uint64(i)
            value[place] = min(value[place], excess)
