"""Graph search on plain arrays: what is reached from where, at what cost.

In come arrays: a street graph in compressed sparse rows, the costs of its edges (seconds or metres), and access points
(edge, offset, leg). Out come arrays: costs at nodes and places, nearest owners, edge intervals within a limit. Every
search runs from facilities outwards; a walk *to* a facility is the same search with the costs of the two directions
exchanged. Nothing here knows of tables, geometries or the rest of tenmin.

The kernels are compiled by numba; change one only with the tests of `tests/test_routing.py` and the benchmark of
searches beside it.
"""

from tenmin.routing._access_points import TOUCH, Feet, Outlines, find_feet
from tenmin.routing._adjacency import Arcs, open_arcs
from tenmin.routing._arrivals import Arrivals, arrive_at
from tenmin.routing._bounded_search import Basin, drain, flood
from tenmin.routing._graph import Costs, Shapes, Streets, components, link_nodes, original_of, shape_edges, step_back
from tenmin.routing._k_nearest import Ranks, divide_streets, rank_nodes, rank_things
from tenmin.routing._reach import Reached, Stretches, clip_stretches, cut_lines, reach_streets
from tenmin.routing._search import Labels, Seeds, search, seed_feet

__all__ = [
    "TOUCH",
    "Arcs",
    "Arrivals",
    "Basin",
    "Costs",
    "Feet",
    "Labels",
    "Outlines",
    "Ranks",
    "Reached",
    "Seeds",
    "Shapes",
    "Streets",
    "Stretches",
    "arrive_at",
    "clip_stretches",
    "components",
    "cut_lines",
    "divide_streets",
    "drain",
    "find_feet",
    "flood",
    "link_nodes",
    "open_arcs",
    "original_of",
    "rank_nodes",
    "rank_things",
    "reach_streets",
    "search",
    "seed_feet",
    "shape_edges",
    "step_back",
]
