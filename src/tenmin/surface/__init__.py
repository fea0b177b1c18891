"""Polygons on plain arrays: the ground within a limit, and the barriers that no straight leg crosses.

In come arrays: the street graph and its shapes from `tenmin.routing`, access points, the straight pieces of barriers,
limits. Out come the rings of polygons, and which barrier a straight step meets. Nothing here knows of tables,
geometries or the rest of tenmin.

The kernels are compiled by numba; change one only with `tests/test_spots.py`, `tests/test_isochrones.py` and the
benchmarks of polygons and accuracy beside it.
"""

from tenmin.surface._field import Starts
from tenmin.surface._outlines import Course, draw_group, gather_starts, lay_out, reached_edges
from tenmin.surface._point_groups import chain_points
from tenmin.surface._rings import Rings
from tenmin.surface._sample_grid import Ground, Lattice, lay_lattice
from tenmin.surface._street_pieces import Rims, find_rims
from tenmin.surface._walls import SLACK, Walls, meet_walls, raise_walls

__all__ = [
    "SLACK",
    "Course",
    "Ground",
    "Lattice",
    "Rims",
    "Rings",
    "Starts",
    "Walls",
    "chain_points",
    "draw_group",
    "find_rims",
    "gather_starts",
    "lay_lattice",
    "lay_out",
    "meet_walls",
    "raise_walls",
    "reached_edges",
]
