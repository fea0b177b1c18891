"""Isochrone polygons and barrier crossings, computed on plain arrays.

Input: the street graph and its shapes from `tenmin.routing`, access points, barrier segments and limits. Output: the
rings of polygons, and the barrier that a line segment crosses. The package knows nothing of tables or geometries.

The kernels are compiled by numba. Run `tests/test_grid_points.py`, `tests/test_isochrones.py` and the benchmarks of
polygons and accuracy after changing one.
"""

from tenmin.surface._field import Starts
from tenmin.surface._outlines import DrawingData, draw_isochrones, gather_starts, prepare_drawing, reached_edges
from tenmin.surface._point_groups import group_points
from tenmin.surface._rings import Rings
from tenmin.surface._sample_grid import SampleGrid, SnapTargets, build_sample_grid
from tenmin.surface._street_pieces import StreetPieces, find_street_pieces
from tenmin.surface._walls import SLACK, Walls, first_wall_crossed, index_walls

__all__ = [
    "SLACK",
    "DrawingData",
    "Rings",
    "SampleGrid",
    "SnapTargets",
    "Starts",
    "StreetPieces",
    "Walls",
    "build_sample_grid",
    "draw_isochrones",
    "find_street_pieces",
    "first_wall_crossed",
    "gather_starts",
    "group_points",
    "index_walls",
    "prepare_drawing",
    "reached_edges",
]
