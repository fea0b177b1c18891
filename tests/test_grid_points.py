"""The access points of grid points are those that places there would have."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from tenmin.routing import Outlines, find_access_points
from tenmin.surface import first_wall_crossed
from tenmin.surface._grid_points import REFINEMENT, SIDE, GridWindow, SnapOptions, snap_grid_points
from towns import Town, cases, towns, walls

ACROSS = st.tuples(*[st.integers(-60, 460)] * 4).filter(lambda ends: ends[:2] != ends[2:])
REACH = 61.37
CELL = 17.173
"""A grid in no special position to towns and walls."""


def points_of(window: GridWindow) -> dict[tuple[int, int], int]:
    """The number of each point of a window, by its column and row in a grid twice as fine.

    A point between two cells has its number from the upper or the right one, if that is selected.
    """
    points = {}
    cells = np.argwhere(window.number >= 0).tolist()
    parts = [(0, 0)] if window.refinement == 1 else [(0, 1), (1, 0), (1, 1), (2, 1), (1, 2)]
    for b, a in parts:
        for j, i in cells:
            number = int(window.number[j, i])
            name = number if window.refinement == 1 else (number * SIDE + b) * SIDE + a
            points.setdefault((REFINEMENT * (window.left + i) + a, REFINEMENT * (window.bottom + j) + b), name)
    return points


@pytest.mark.parametrize("refinement", [1, REFINEMENT])
@cases(15)
@given(
    towns(), st.lists(ACROSS, max_size=12), st.lists(st.booleans(), min_size=49, max_size=49), st.integers(100, 10**6)
)
def test_grid_points_have_the_legs_that_places_would_have(
    refinement: int, town: Town, bars: list[tuple[int, ...]], meant: list[bool], seed: int
):
    """`find_access_points` and `first_wall_crossed` tell, place by place and wall by wall."""
    lines = [[(x0 + 0.37, y0 - 0.21), (x1 + 0.43, y1 + 0.11)] for x0, y0, x1, y1 in bars]
    assume(any(meant))
    barriers = walls(*lines) if lines else gpd.GeoDataFrame(geometry=[], crs=town.network.crs)
    network = town.network.behind(barriers)
    number = np.full(49, -1, np.int32)
    number[np.flatnonzero(meant)] = np.arange(sum(meant))
    where = np.random.default_rng(seed).integers(-4, 18, 2).tolist()
    window = GridWindow(where[0], where[1], CELL, refinement, number.reshape(7, 7))
    chosen = np.ones(len(network.street_pieces.code), bool)
    found = snap_grid_points(
        network.street_pieces, chosen, window, network.walls, SnapOptions(REACH, REFINEMENT, stop_at_open=False)
    )
    points = points_of(window)
    xy = np.array(list(points)) * CELL / REFINEMENT
    front = network.frontage
    pairs = front.tree.query(shapely.box(*(np.c_[xy - 70, xy + 70]).T))
    at = np.arange(len(xy) + 1)
    order = np.lexsort((pairs[1], pairs[0]))
    access_points, legs = find_access_points(
        front.streets, front.shapes, Outlines(at, at, *xy.T.copy()), tuple(pairs[:, order]), aside=REACH
    )
    is_barred = first_wall_crossed(network.walls, legs) >= 0
    near = {}
    for column, row, leg in zip(found.points.column.tolist(), found.points.row.tolist(), found.points.leg, strict=True):
        near.setdefault((column, row), []).append(leg)
    for k, (spot, name) in enumerate(points.items()):
        mine = access_points.item == k
        assert found.blocked[name] == is_barred[mine].any()
        assert sorted(near.get(spot, [])) == pytest.approx(sorted(access_points.leg[mine & ~is_barred]), abs=1e-4)
        assert found.shortest[name].min() == pytest.approx(
            access_points.leg[mine & ~is_barred].min(initial=np.inf), abs=1e-4
        )
