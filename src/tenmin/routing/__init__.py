"""Walking searches on plain arrays: arrays in, arrays out, compiled by numba.

Costs are floats in any one unit (seconds or metres). Every search runs from facilities outwards; a walk *to* a
facility is the same search with the costs along and against each edge exchanged.
"""

from tenmin.routing.arrivals import Arrivals, arrive_at
from tenmin.routing.chains import chain_points
from tenmin.routing.feet import Feet, Outlines, find_feet
from tenmin.routing.ground import Field, draw_field
from tenmin.routing.reach import Desk, Reached, Stretches, clip_stretches, cut_lines, reach_streets
from tenmin.routing.search import Labels, Seeds, search, seed_feet
from tenmin.routing.streets import Costs, Shapes, Streets, components, link_nodes, original_of, shape_edges, step_back
from tenmin.routing.walls import Walls, meet_walls, raise_walls

__all__ = [
    "Arrivals",
    "Costs",
    "Desk",
    "Feet",
    "Field",
    "Labels",
    "Outlines",
    "Reached",
    "Seeds",
    "Shapes",
    "Streets",
    "Stretches",
    "Walls",
    "arrive_at",
    "chain_points",
    "clip_stretches",
    "components",
    "cut_lines",
    "draw_field",
    "find_feet",
    "link_nodes",
    "meet_walls",
    "original_of",
    "raise_walls",
    "reach_streets",
    "search",
    "seed_feet",
    "shape_edges",
    "step_back",
]
