"""The field: by how much the best walk to a point exceeds a limit, or its leg the lateral width.

At a point it is the least, over its feet, of max(walk - limit, leg - lateral) in metres of level walking: not above
zero where a place would be within the limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner
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


class Window(NamedTuple):
    """A part of the grid: so many cells from row `bottom` up and from column `left` to the right."""

    left: int
    bottom: int
    columns: int
    rows: int


class Rule(NamedTuple):
    """What decides of the field, in metres."""

    limit: float
    lateral: float
    deepest: float
    """where values are cut off"""


class Reach(NamedTuple):
    """Stretches of edges, and nodes, that a group reaches, and what it costs to come to a foot on them.

    A foot at `at` metres along the edge costs the least of begin + ahead * (at - since) and end + back * (until - at).
    """

    owner: np.ndarray
    """the row in `Rims.owned`"""
    since: np.ndarray
    until: np.ndarray
    begin: np.ndarray
    ahead: np.ndarray
    end: np.ndarray
    back: np.ndarray


@inner
def _put(rows, count, owner, since, until, begin, ahead, end, back):
    """Write one row of a reach; a closed direction leads nowhere."""
    rows[count, 0], rows[count, 1], rows[count, 2] = owner, since, until
    rows[count, 3], rows[count, 4] = (begin, ahead) if ahead < np.inf else (np.inf, 0.0)
    rows[count, 5], rows[count, 6] = (end, back) if back < np.inf else (np.inf, 0.0)
    return count + 1


@inner
def find_reach(streets, speeds, starts, group, basin, touched, furthest):
    """Return what a group reaches within a cost: from the nodes it touched, and straight along edges from its feet."""
    label, nodes, edges, reached = basin.cost, len(streets.copy), len(speeds.u), basin.touched
    first, slots, outward = streets.first, streets.edge, streets.outward
    u, v, length, along, back, per_leg = speeds
    most = 3 * (starts.first[group + 1] - starts.first[group])
    for k in range(touched):
        if reached[k] < nodes:
            most += 1 + first[reached[k] + 1] - first[reached[k]]
    rows, count = np.empty((most, 7)), 0
    for k in range(touched):
        node = reached[k]
        if node >= nodes or label[node] > furthest:
            continue
        count = _put(rows, count, edges + node, 0.0, 0.0, label[node], 0.0, np.inf, 0.0)
        for slot in range(first[node], first[node + 1]):
            e = slots[slot]
            if outward[slot] or label[u[e]] > furthest:
                count = _put(rows, count, e, 0.0, length[e], label[u[e]], along[e], label[v[e]], back[e])
    for k in range(starts.first[group], starts.first[group + 1]):
        e, offset, cost = starts.edge[k], starts.offset[k], starts.leg[k] * per_leg
        count = _put(rows, count, e, 0.0, offset, np.inf, 0.0, cost, back[e])
        count = _put(rows, count, e, offset, offset, cost, 0.0, np.inf, 0.0)
        count = _put(rows, count, e, offset, length[e], cost, along[e], np.inf, 0.0)
    rows = rows[:count].T.copy()
    return Reach(rows[0].astype(np.int64), rows[1], rows[2], rows[3], rows[4], rows[5], rows[6])


@inner
def lower_field(value, corner, spots, owned, reach, per_leg, rule):
    """Lower the field in a window from `corner` (row, column) on, at the points with feet that are reached."""
    (limit, lateral, deepest), (bottom, left) = rule, corner
    first, column, row, at, leg = spots
    rows, columns, flat = np.uint32(value.shape[0]), np.uint32(value.shape[1]), value.reshape(value.size)
    for k in range(len(reach.owner)):
        owner, since, until = reach.owner[k], reach.since[k], reach.until[k]
        begin, ahead, end, back = reach.begin[k], reach.ahead[k], reach.end[k], reach.back[k]
        if min(begin, end) > (limit + deepest) * per_leg:
            continue
        for foot in range(np.uint64(first[owned[owner, 0]]), np.uint64(first[owned[owner, 1]])):
            i, j, here = np.uint32(column[foot] - left), np.uint32(row[foot] - bottom), np.float64(at[foot])
            if i >= columns or j >= rows or here < since - SAME or here > until + SAME:
                continue
            cost = min(begin + ahead * max(here - since, 0.0), end + back * max(until - here, 0.0))
            excess = max(cost / per_leg + leg[foot] - limit, leg[foot] - lateral, -deepest)
            place = np.uint64(j) * np.uint64(columns) + np.uint64(i)
            flat[place] = min(flat[place], excess)
