"""A network as the arrays that `tenmin.routing` walks on, each made once when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.limits import Unit
from tenmin.network.frontage import Frontage, face_streets, shapes_of
from tenmin.network.joins import walls_of
from tenmin.network.layout import OPEN_GROUND, Layout
from tenmin.routing import Costs, Shapes, Streets, Walls, link_nodes
from tenmin.walkers import Walker

__all__ = ["StreetArrays"]


@dataclass(frozen=True, repr=False)
class StreetArrays:
    """The tables of a network, and what is read off them as arrays."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    walker: Walker
    layout: Layout
    """All that does not depend on the walker."""
    left_out: pd.DataFrame
    """What was refused or dropped: element, reason, count."""

    @cached_property
    def streets(self) -> Streets:
        """The edges as arrays for `tenmin.routing`."""
        u, v = (self.nodes.index.get_indexer(pd.Index(self.edges[end])) for end in ("u", "v"))
        private = self.edges["private"].to_numpy(bool)
        return link_nodes(u, v, self.edges["length"].to_numpy(), len(self.nodes), private)

    @cached_property
    def is_street(self) -> np.ndarray:
        """Whether each edge is a street: edges across plazas are walked, and are no metres of street."""
        return (self.edges["rule"] != OPEN_GROUND).to_numpy(bool)

    @cached_property
    def shapes(self) -> Shapes:
        """The bends of the edges as arrays for `tenmin.routing`."""
        return shapes_of(self.edges, self.streets)

    @cached_property
    def frontage(self) -> Frontage:
        """The streets on the ground, which legs may join."""
        return face_streets(self.edges, self.streets)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A tree of the lines of the edges."""
        return shapely.STRtree(self.edges.geometry.to_numpy())

    @cached_property
    def walls(self) -> Walls:
        """The straight pieces of the barriers as arrays for `tenmin.routing`."""
        return walls_of(self.layout.barriers.geometry.to_numpy())

    def costs(self, unit: Unit) -> Costs:
        """Return what the edges cost in seconds (for limits in minutes) or metres; the other is carried along."""
        seconds, back = self.edges["seconds"].to_numpy(), self.edges["seconds_back"].to_numpy()
        length = self.edges["length"].to_numpy()
        length_back = np.where(np.isinf(back), np.inf, length)
        a_metre = 1.0 / self.walker.metres_a_second
        if unit == "minutes":
            return Costs(seconds, back, length, length_back, a_metre, 1.0)
        return Costs(length, length_back, seconds, back, 1.0, a_metre)

    def on_island(self, nodes: int | None = None) -> np.ndarray:
        """Return, for each edge, whether its component is an island: has fewer nodes than this."""
        fewest = self.layout.island if nodes is None else nodes
        return self.nodes["component_nodes"].to_numpy()[self.streets.u] < fewest
