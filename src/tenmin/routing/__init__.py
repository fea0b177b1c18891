"""Walking searches on plain arrays: arrays in, arrays out, compiled by numba.

Costs are floats in any one unit (seconds or metres). Every search runs from facilities outwards; a walk *to* a
facility is the same search with the costs along and against each edge exchanged.
"""

from tenmin.routing.arcs import Arcs, open_arcs
from tenmin.routing.arrivals import Arrivals, arrive_at
from tenmin.routing.chains import chain_points
from tenmin.routing.circles import Course, draw_group, gather_starts, lay_out, reached_edges
from tenmin.routing.feet import Feet, Outlines, find_feet
from tenmin.routing.field import Starts
from tenmin.routing.flood import Basin
from tenmin.routing.lattice import Ground, Lattice, lay_lattice
from tenmin.routing.ranked import Ranks, divide_streets, rank_nodes, rank_things
from tenmin.routing.reach import Reached, Stretches, clip_stretches, cut_lines, reach_streets
from tenmin.routing.rims import Rims, find_rims
from tenmin.routing.rings import Rings
from tenmin.routing.search import Labels, Seeds, search, seed_feet
from tenmin.routing.streets import Costs, Shapes, Streets, components, link_nodes, original_of, shape_edges, step_back
from tenmin.routing.walls import Walls, meet_walls, raise_walls

__all__ = [
    "Arcs",
    "Arrivals",
    "Basin",
    "Costs",
    "Course",
    "Feet",
    "Ground",
    "Labels",
    "Lattice",
    "Outlines",
    "Ranks",
    "Reached",
    "Rims",
    "Rings",
    "Seeds",
    "Shapes",
    "Starts",
    "Streets",
    "Stretches",
    "Walls",
    "arrive_at",
    "chain_points",
    "clip_stretches",
    "components",
    "cut_lines",
    "divide_streets",
    "draw_group",
    "find_feet",
    "find_rims",
    "gather_starts",
    "lay_lattice",
    "lay_out",
    "link_nodes",
    "meet_walls",
    "open_arcs",
    "original_of",
    "raise_walls",
    "rank_nodes",
    "rank_things",
    "reach_streets",
    "reached_edges",
    "search",
    "seed_feet",
    "shape_edges",
    "step_back",
]
