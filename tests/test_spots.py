"""The access points of grid points on streets are those that places there would have."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from tenmin.routing import Outlines, find_access_points
from tenmin.surface import meet_walls
from tenmin.surface._grid_points import FINE, SIDE, Asked, Grid, find_spots
from towns import Town, cases, towns, walls

ACROSS = st.tuples(*[st.integers(-60, 460)] * 4).filter(lambda ends: ends[:2] != ends[2:])
REACH = 61.37
CELL = 17.173
"""A grid in no special position to towns and walls."""


def points_of(grid: Grid) -> dict[tuple[int, int], int]:
    """The number of each point that is meant, by its column and row in a grid twice as fine.

    A point between two cells has its number from the upper or the right one, if that is meant.
    """
    points = {}
    cells = np.argwhere(grid.number >= 0).tolist()
    parts = [(0, 0)] if grid.fine == 1 else [(0, 1), (1, 0), (1, 1), (2, 1), (1, 2)]
    for b, a in parts:
        for j, i in cells:
            number = int(grid.number[j, i])
            name = number if grid.fine == 1 else (number * SIDE + b) * SIDE + a
            points.setdefault((FINE * (grid.left + i) + a, FINE * (grid.bottom + j) + b), name)
    return points


@pytest.mark.parametrize("fine", [1, FINE])
@cases(40)
@given(
    towns(), st.lists(ACROSS, max_size=12), st.lists(st.booleans(), min_size=49, max_size=49), st.integers(100, 10**6)
)
def test_grid_points_have_the_legs_that_places_would_have(
    fine: int, town: Town, bars: list[tuple[int, ...]], meant: list[bool], seed: int
):
    """`find_access_points` and `meet_walls` tell, place by place and wall by wall."""
    lines = [[(x0 + 0.37, y0 - 0.21), (x1 + 0.43, y1 + 0.11)] for x0, y0, x1, y1 in bars]
    assume(any(meant))
    barriers = walls(*lines) if lines else gpd.GeoDataFrame(geometry=[], crs=town.network.crs)
    network = town.network.behind(barriers)
    number = np.full(49, -1, np.int32)
    number[np.flatnonzero(meant)] = np.arange(sum(meant))
    where = np.random.default_rng(seed).integers(-4, 18, 2).tolist()
    grid = Grid(where[0], where[1], CELL, fine, number.reshape(7, 7))
    chosen = np.ones(len(network.rims.code), bool)
    found = find_spots(network.rims, chosen, grid, network.walls, Asked(REACH, FINE, once=False))
    points = points_of(grid)
    spots = np.array(list(points)) * CELL / FINE
    front = network.frontage
    pairs = front.tree.query(shapely.box(*(np.c_[spots - 70, spots + 70]).T))
    at = np.arange(len(spots) + 1)
    order = np.lexsort((pairs[1], pairs[0]))
    access_points, legs = find_access_points(
        front.streets, front.shapes, Outlines(at, at, *spots.T.copy()), tuple(pairs[:, order]), aside=REACH
    )
    is_barred = meet_walls(network.walls, legs) >= 0
    near = {}
    for column, row, leg in zip(found.spots.column.tolist(), found.spots.row.tolist(), found.spots.leg, strict=True):
        near.setdefault((column, row), []).append(leg)
    for k, (spot, name) in enumerate(points.items()):
        mine = access_points.item == k
        assert found.barred[name] == is_barred[mine].any()
        assert sorted(near.get(spot, [])) == pytest.approx(sorted(access_points.leg[mine & ~is_barred]), abs=1e-4)
        assert found.least[name].min() == pytest.approx(
            access_points.leg[mine & ~is_barred].min(initial=np.inf), abs=1e-4
        )
