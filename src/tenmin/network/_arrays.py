"""The arrays of a network that `tenmin.routing` and `tenmin.surface` take, computed on first access and cached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from tenmin.inputs.walkers import Walker
from tenmin.network._assembly import Assembly
from tenmin.network._frontage import Frontage, frontage_of, shapes_of
from tenmin.network._layout import OPEN_GROUND, Layout, list_notes
from tenmin.network._open_ground import OpenGround, open_ground_of
from tenmin.network._snapping import ASIDE, Snapping, snap, walls_of
from tenmin.routing import (
    Costs,
    Labels,
    Parts,
    Seeds,
    Shapes,
    StreetGraph,
    TraversableArcs,
    link_nodes,
    parts_of,
    search,
    traversable_arcs,
)
from tenmin.support.contracts import FARTHEST, Direction, check_direction, check_frame, in_metres
from tenmin.support.errors import LimitError
from tenmin.support.limits import Unit, cost_of, inclusive, read_limit
from tenmin.surface import StreetPieces, Walls, find_street_pieces

__all__ = ["ARRAYS", "OF_STREETS_ALONE", "StreetArrays"]

OF_STREETS_ALONE = ("streets", "is_street", "open_ground", "parts", "shapes", "frontage", "street_pieces", "tree")
"""Cached properties that do not depend on the barriers."""
ARRAYS = (*OF_STREETS_ALONE, "costs", "ends_of_data", "from_ends_of_data", "on_island", "walls")
"""Attributes for searches rather than for people."""


@dataclass(frozen=True, eq=False, repr=False)
class StreetArrays:
    """The tables of a network and the arrays derived from them."""

    assembly: Assembly
    """Nodes and edges as arrays."""
    walker: Walker
    """Who walks."""
    layout: Layout
    """What does not depend on the walker."""

    @cached_property
    def nodes(self) -> gpd.GeoDataFrame:
        """Junctions and ends of streets, indexed by label, with component, component_nodes and cut."""
        return self.assembly.nodes.frame(self.assembly.labels)

    @cached_property
    def edges(self) -> gpd.GeoDataFrame:
        """Streets between nodes, with u, v, length, seconds, seconds_back, rule, way, kind, name, ..."""
        return self.assembly.edges.frame(pd.RangeIndex(len(self.assembly.edges), name="edge"))

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Elements that were refused or dropped: element, reason, count."""
        return pd.concat([self.layout.left_out, list_notes(self.assembly.notes)], ignore_index=True)

    @property
    def crs(self) -> CRS:
        """The metric CRS of nodes, edges and barriers."""
        return self.assembly.edges.crs  # pyright: ignore[reportReturnType]

    @property
    def barriers(self) -> gpd.GeoDataFrame:
        """Lines that no leg may cross, with kind, name and source."""
        return self.layout.barriers

    @property
    def gates(self) -> gpd.GeoDataFrame:
        """Gates on the streets, indexed by node, with kind, state, name and opening_hours."""
        return self.layout.gates

    @property
    def entrances(self) -> gpd.GeoDataFrame:
        """Entrances of polygons, with kind."""
        return self.layout.entrances

    @property
    def boundary(self) -> BaseGeometry | None:
        """The area in which the data is known to be complete, in the network's CRS; None if not declared."""
        return self.layout.boundary

    @property
    def source(self) -> str:
        """The source of the streets."""
        return self.layout.source

    @property
    def date(self) -> str | None:
        """The date of the data, ISO 8601."""
        return self.layout.date

    @property
    def when(self) -> str | None:
        """The moment at which the opening hours of ways and gates were evaluated; None if they were not."""
        return self.layout.when

    @cached_property
    def streets(self) -> StreetGraph:
        """The street graph."""
        made = self.assembly
        private = made.edges["private"].astype(bool)
        return link_nodes(made.u, made.v, made.edges["length"], len(made.nodes), private)

    @cached_property
    def is_street(self) -> np.ndarray:
        """Whether each edge is a street, bool (edges,); edges of plazas do not count as street length."""
        return np.asarray(self.assembly.edges["rule"] != OPEN_GROUND, bool)

    @cached_property
    def open_ground(self) -> OpenGround:
        """The plazas on which things may stand."""
        return open_ground_of(self.layout.plazas, self.assembly.edges, self.streets)

    @cached_property
    def parts(self) -> Parts:
        """The parts of the public streets that each edge leads to."""
        return parts_of(self.streets)

    @cached_property
    def shapes(self) -> Shapes:
        """The geometry of the edges."""
        return shapes_of(self.assembly.edges.geometry, self.streets)

    @cached_property
    def frontage(self) -> Frontage:
        """The edges on the ground, which legs may join."""
        return frontage_of(self.assembly.edges, self.streets)

    @cached_property
    def street_pieces(self) -> StreetPieces:
        """The pieces and corners of the frontage, at which legs may end."""
        front = self.frontage
        private, island = self.streets.private[front.edge], self.on_island()[front.edge]
        return find_street_pieces(front.streets, front.shapes, front.edge, len(self.assembly.edges), private, island)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A spatial index of the lines of the edges."""
        return shapely.STRtree(self.assembly.edges.geometry)

    @cached_property
    def walls(self) -> Walls:
        """The straight segments of the barriers."""
        return walls_of(self.layout.barriers.geometry.to_numpy())

    @property
    def ends_of_data(self) -> np.ndarray:
        """The rows of the nodes at which the data ends, int64."""
        return np.flatnonzero(self.assembly.nodes["cut"])

    def past_the_data(
        self, *, minutes: float | None = None, metres: float | None = None, direction: Direction = "to"
    ) -> pd.Series:
        """Return for each node whether a walk within a limit may leave the data.

        Parameters
        ----------
        minutes, metres
            The limit, a number of one of them.
        direction
            "to": walks from the node to a facility beyond the data; "from": walks from there to the node.

        Returns
        -------
        Series
            bool, indexed as the nodes; all False if no end of the data is known.

        Raises
        ------
        LimitError, TableError
            If the limit or the direction is not valid.
        """
        limits = read_limit(minutes, metres)
        check_direction(direction)
        if not limits.every:
            msg = f"{limits.unit} is a mapping; nodes have no category, give one number"
            raise LimitError(msg)
        costs = self.costs(limits.unit)
        bound = inclusive(cost_of(limits.every[0], limits.unit))
        labels = self.from_ends_of_data(
            traversable_arcs(self.streets, costs.reversed() if direction == "to" else costs)
        )
        index = self.assembly.labels
        return pd.Series(labels.cost[: len(index)] <= bound, index=index)

    def from_ends_of_data(self, arcs: TraversableArcs) -> Labels:
        """Return the labels of a search from all nodes at which the data ends."""
        copies = self.streets.exit_copy[self.ends_of_data]
        ends = np.concatenate([self.ends_of_data, copies[copies >= 0]])
        zero = np.zeros(len(ends))
        return search(arcs, Seeds(ends, zero, zero, zero.astype(np.int32)))

    def costs(self, unit: Unit) -> Costs:
        """Return the costs of the edges: seconds for limits in minutes, else metres, with the other of the two."""
        seconds, back, length = (self.assembly.edges[name] for name in ("seconds", "seconds_back", "length"))
        length_back = np.where(np.isinf(back), np.inf, length)
        a_metre = 1.0 / self.walker.metres_a_second
        if unit == "minutes":
            return Costs(seconds, back, length, length_back, a_metre, 1.0)
        return Costs(length, length_back, seconds, back, 1.0, a_metre)

    def on_island(self, nodes: int | None = None) -> np.ndarray:
        """Return whether each edge is on an island, bool (edges,).

        Parameters
        ----------
        nodes
            Components with fewer nodes are islands; by default the network's own `island`.
        """
        fewest = self.layout.island if nodes is None else nodes
        return self.assembly.nodes["component_nodes"][self.streets.u] < fewest

    def snap(
        self,
        things: gpd.GeoDataFrame,
        *,
        aside: float = ASIDE,
        island: int | None = None,
    ) -> Snapping:
        """Return the access points of points, multipoints, polygons, or collections of them.

        Access points of a point are the local minima of the distance to it along the streets, within `aside`, that a
        straight leg reaches without crossing a barrier. Polygons are joined through mapped entrances on their outline,
        else where streets meet the outline, else at the access points of the outline. Each point of a multipoint and
        each part of a collection is joined by itself, and a walk may begin at any. Bridges, tunnels and other levels
        have no access points. From things on a plaza, legs of any length lead over it to its corners and entries in
        sight. Private streets are joined only from points that are nearer to them than to any other street that leads
        to the same part of the network. What was said of polygons holds for each such part.

        Parameters
        ----------
        things
            Points, multipoints, polygons or collections in any CRS; rows without geometry are not joined.
        aside
            Longest leg, metres.
        island
            Components with fewer nodes (by default the network's own number) are joined only where there is no other.

        Raises
        ------
        TableError
            If `things` is not a GeoDataFrame with a CRS.
        """
        return snap(
            in_metres(check_frame(things, "things", beyond=FARTHEST), self.crs),
            self.frontage,
            walls=self.walls,
            entrances=self.entrances.geometry.to_numpy(),
            on_island=self.on_island(island),
            private=self.streets.private,
            parts=self.parts,
            open_ground=self.open_ground,
            aside=aside,
        )
