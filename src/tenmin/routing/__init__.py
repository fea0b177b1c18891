"""Graph search on plain arrays: what can be reached from where, and at what cost.

Input are arrays: a street graph in compressed sparse rows (CSR), the costs of its edges (seconds or metres), and access
points (edge, offset, leg). Output are arrays: costs at nodes and places, nearest owners, edge intervals within a limit.
Every search runs from the facilities outwards; a walk *to* a facility is the same search with the costs of the two
directions exchanged. The package depends on neither tables nor geometries.

The kernels are compiled by numba. Whoever changes one should run `tests/test_routing.py` and `make bench ARGS=search`.
"""

from tenmin.routing._access_points import TOUCH, AccessPoints, Outlines, find_access_points
from tenmin.routing._adjacency import TraversableArcs, traversable_arcs
from tenmin.routing._arrivals import Arrivals, arrive_at
from tenmin.routing._bounded_search import SearchBuffers, bounded_search, reset_buffers
from tenmin.routing._graph import (
    Costs,
    Shapes,
    StreetGraph,
    components,
    link_nodes,
    node_of,
    predecessor,
    predecessors,
    shape_edges,
)
from tenmin.routing._k_nearest import NearestLabels, k_nearest_at, k_nearest_nodes, partition_edges
from tenmin.routing._parts import Parts, barred_by_public, outranked, parts_of
from tenmin.routing._reach import EdgeIntervals, Reached, clip_intervals, cut_lines, reach_streets
from tenmin.routing._search import Labels, Seeds, search, seed_access_points

__all__ = [
    "TOUCH",
    "AccessPoints",
    "Arrivals",
    "Costs",
    "EdgeIntervals",
    "Labels",
    "NearestLabels",
    "Outlines",
    "Parts",
    "Reached",
    "SearchBuffers",
    "Seeds",
    "Shapes",
    "StreetGraph",
    "TraversableArcs",
    "arrive_at",
    "barred_by_public",
    "bounded_search",
    "clip_intervals",
    "components",
    "cut_lines",
    "find_access_points",
    "k_nearest_at",
    "k_nearest_nodes",
    "link_nodes",
    "node_of",
    "outranked",
    "partition_edges",
    "parts_of",
    "predecessor",
    "predecessors",
    "reach_streets",
    "reset_buffers",
    "search",
    "seed_access_points",
    "shape_edges",
    "traversable_arcs",
]
