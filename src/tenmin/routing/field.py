"""The field: by how much the best walk to a point exceeds a limit, or its leg the lateral width.

At a point it is the least, over its feet, of max(walk - limit, leg - lateral) in metres of level walking: not above
zero where a place would be within the limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.kernels import kernel
from tenmin.routing.lattice import FINE, SAME, SIDE

STEEPEST = 2.0
"""How much the field can rise in a metre: one for the walk along the street, one for the leg. Values are cut off at
so many cells either side of zero, so that where the field jumps its zero lies half way between two points."""


REACHED, DEEP, STARTED = 1, 2, 3
"""States of an edge: a walk reaches it; it lies so deep within the limits that only legs count; a walk begins on it."""


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
    """A part of the grid: from row `bottom` up and from column `left` to the right."""

    left: int
    bottom: int
    columns: int
    rows: int


@kernel
def _from_starts(speeds, starts, group, edge, offset, cost):
    """The least of a cost at a point of an edge and the costs straight along it from feet of the facility."""
    for k in range(starts.first[group], starts.first[group + 1]):
        if starts.edge[k] == edge:
            ahead = offset - starts.offset[k]
            pace = speeds.along[edge] if ahead >= 0.0 else speeds.back[edge]
            cost = min(cost, starts.leg[k] * speeds.leg + (pace * abs(ahead) if abs(ahead) > SAME else 0.0))
    return cost


@kernel
def classify(streets, speeds, starts, group, basin, touched, rule, state):
    """Write into `state` of each edge whether a walk within the limit reaches it, and whether all of it lies so deep.

    Where all feet of a point are deep, its field is that of its shortest leg alone.
    """
    label, first, slots = basin.cost, streets.first, streets.edge
    u, v, length, along, back = speeds.u, speeds.v, speeds.length, speeds.along, speeds.back
    deep, furthest = (rule[0] - rule[1]) * speeds.leg, (rule[0] + rule[2]) * speeds.leg
    for k in range(touched):
        node = basin.touched[k]
        if node < len(streets.copy) and label[node] <= furthest:
            for slot in range(first[node], first[node + 1]):
                edge = slots[slot]
                most = min(label[u[edge]] + along[edge] * length[edge], label[v[edge]] + back[edge] * length[edge])
                state[edge] = DEEP if most <= deep else REACHED
    for k in range(starts.first[group], starts.first[group + 1]):
        state[starts.edge[k]] = STARTED


@kernel
def forget(streets, starts, group, basin, touched, state):
    """Put the state of edges back to nothing."""
    first, slots = streets.first, streets.edge
    for k in range(touched):
        node = basin.touched[k]
        if node < len(streets.copy):
            for slot in range(first[node], first[node + 1]):
                state[slots[slot]] = 0
    for k in range(starts.first[group], starts.first[group + 1]):
        state[starts.edge[k]] = 0


@kernel
def _measure(spots, runs, speeds, starts, group, label, state, rule):
    """The field at runs of spots."""
    first, codes, offsets, legs = spots.first, spots.code, spots.offset, spots.leg
    u, v, length, along, back, per_leg = speeds
    limit, lateral, deepest = rule
    out, at = np.empty(_count(runs)), 0
    for run in range(len(runs)):
        for spot in range(runs[run, 0], runs[run, 1]):
            best = deepest
            for k in range(first[spot], first[spot + 1]):
                code, walk = codes[k], -np.inf
                if code < 0:
                    walk = label[-1 - code] / per_leg
                elif state[code] == 0:
                    continue
                elif state[code] != DEEP:
                    ahead, behind = offsets[k], length[code] - offsets[k]
                    cost = min(label[u[code]] + along[code] * ahead, label[v[code]] + back[code] * behind)
                    if state[code] == STARTED:
                        cost = _from_starts(speeds, starts, group, code, ahead, cost)
                    walk = cost / per_leg
                best = min(best, max(walk + legs[k] - limit, legs[k] - lateral))
            out[at] = max(best, -deepest)
            at += 1
    return out


@kernel
def _seek(ascending, low, high, least):
    """The first of some rows, in order, that is no less than a number."""
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _count(runs):
    """How many rows there are in runs."""
    count = 0
    for k in range(len(runs)):
        count += runs[k, 1] - runs[k, 0]
    return count


@kernel
def _runs(points, window):
    """The points in each row of a window: the first, and the first one after."""
    runs = np.zeros((window.rows, 2), np.int64)
    for j in range(window.rows):
        row = window.bottom + j - points.bottom
        if 0 <= row < len(points.row) - 1:
            low, high = points.row[row], points.row[row + 1]
            runs[j, 0] = _seek(points.column, low, high, window.left)
            runs[j, 1] = _seek(points.column, low, high, window.left + window.columns)
    return runs


@kernel
def fill_points(lattice, window, speeds, starts, group, label, state, rule):
    """The field at the points of the lattice in a window: value[row, column]."""
    column, runs = lattice.points.column, _runs(lattice.points, window)
    value = np.full((window.rows, window.columns), rule[2])
    out, at = _measure(lattice.spots, runs, speeds, starts, group, label, state, rule), 0
    for j in range(window.rows):
        for row in range(runs[j, 0], runs[j, 1]):
            value[j, column[row] - window.left] = out[at]
            at += 1
    return value


@kernel
def find_blocks(lattice, window):
    """Number the blocks in a window: the number in each cell (-1 without a block), and their rows in the lattice."""
    column, runs = lattice.blocks.column, _runs(lattice.blocks, window)
    block = np.full((window.rows, window.columns), -1, np.int32)
    known, number = np.empty(_count(runs), np.int64), 0
    for j in range(window.rows):
        for row in range(runs[j, 0], runs[j, 1]):
            block[j, column[row] - window.left], known[number] = number, row
            number += 1
    return block, known


@kernel
def fill_blocks(lattice, window, speeds, starts, group, label, state, rule):
    """The field at the points of the blocks in a window: value[block, row, column]."""
    runs = _runs(lattice.blocks, window) * (SIDE * SIDE)
    value = _measure(lattice.block_spots, runs, speeds, starts, group, label, state, rule)
    return value.reshape((len(value) // (SIDE * SIDE), SIDE, SIDE))


@kernel
def share_corners(value, block, fine):
    """Give the corners of blocks the values of the points there: rounding must not part them."""
    for j in range(block.shape[0] - 1):
        for i in range(block.shape[1] - 1):
            if block[j, i] >= 0:
                for b in range(2):
                    for a in range(2):
                        fine[block[j, i], b * FINE, a * FINE] = value[j + b, i + a]
