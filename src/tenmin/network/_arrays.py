"""A network as the arrays that `tenmin.routing` walks on, each made once when it is first asked for."""

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
from tenmin.network._frontage import Frontage, face_streets, shapes_of
from tenmin.network._layout import OPEN_GROUND, Layout, list_notes
from tenmin.network._snapping import ASIDE, Joins, join, walls_of
from tenmin.routing import Arcs, Costs, Labels, Seeds, Shapes, Streets, link_nodes, open_arcs, search
from tenmin.support.contracts import check_direction, check_frame, in_metres
from tenmin.support.errors import LimitError
from tenmin.support.limits import Unit, cost_of, inclusive, read_limit
from tenmin.surface import Rims, Walls, find_rims

__all__ = ["OF_STREETS_ALONE", "StreetArrays"]

OF_STREETS_ALONE = ("streets", "is_street", "shapes", "frontage", "rims", "tree")
"""What is read off a network and does not depend on its barriers."""


@dataclass(frozen=True, repr=False)
class StreetArrays:
    """The tables of a network, and what is read off them as arrays."""

    assembly: Assembly
    """Nodes and edges as arrays."""
    walker: Walker
    layout: Layout
    """All that does not depend on the walker."""

    @cached_property
    def nodes(self) -> gpd.GeoDataFrame:
        """Where streets meet and end, index their labels, with component, component_nodes and cut."""
        return self.assembly.nodes.frame(self.assembly.labels)

    @cached_property
    def edges(self) -> gpd.GeoDataFrame:
        """The streets between nodes, with u, v, length, seconds, seconds_back, rule, way, kind, name, ..."""
        return self.assembly.edges.frame(pd.RangeIndex(len(self.assembly.edges), name="edge"))

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """What was refused or dropped: element, reason, count."""
        return pd.concat([self.layout.left_out, list_notes(self.assembly.notes)], ignore_index=True)

    @property
    def crs(self) -> CRS:
        """The metric CRS of nodes, edges and barriers."""
        return self.assembly.edges.crs  # pyright: ignore[reportReturnType]

    @property
    def barriers(self) -> gpd.GeoDataFrame:
        """Lines that no leg off the street may cross, with kind, name and source."""
        return self.layout.barriers

    @property
    def gates(self) -> gpd.GeoDataFrame:
        """Points on the streets that bar them, index the node, with kind, state, name and opening_hours."""
        return self.layout.gates

    @property
    def entrances(self) -> gpd.GeoDataFrame:
        """Points at which polygons are entered, with their kind."""
        return self.layout.entrances

    @property
    def boundary(self) -> BaseGeometry | None:
        """Where the data is known to be complete, in the network's CRS; None where nobody said."""
        return self.layout.boundary

    @property
    def source(self) -> str:
        """Where the streets come from."""
        return self.layout.source

    @property
    def date(self) -> str | None:
        """The date of the data, ISO 8601."""
        return self.layout.date

    @cached_property
    def streets(self) -> Streets:
        """The edges as arrays for `tenmin.routing`."""
        made = self.assembly
        private = made.edges["private"].astype(bool)
        return link_nodes(made.u, made.v, made.edges["length"], len(made.nodes), private)

    @cached_property
    def is_street(self) -> np.ndarray:
        """Whether each edge is a street: edges across plazas are walked, and are no metres of street."""
        return np.asarray(self.assembly.edges["rule"] != OPEN_GROUND, bool)

    @cached_property
    def shapes(self) -> Shapes:
        """The bends of the edges as arrays for `tenmin.routing`."""
        return shapes_of(self.assembly.edges.geometry, self.streets)

    @cached_property
    def frontage(self) -> Frontage:
        """The streets on the ground, which legs may join."""
        return face_streets(self.assembly.edges, self.streets)

    @cached_property
    def rims(self) -> Rims:
        """Where on the frontage legs may end."""
        front = self.frontage
        private, island = self.streets.private[front.edge], self.on_island()[front.edge]
        return find_rims(front.streets, front.shapes, front.edge, len(self.assembly.edges), private, island)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A tree of the lines of the edges."""
        return shapely.STRtree(self.assembly.edges.geometry)

    @cached_property
    def walls(self) -> Walls:
        """The straight pieces of the barriers as arrays for `tenmin.routing`."""
        return walls_of(self.layout.barriers.geometry.to_numpy())

    @property
    def ends_of_data(self) -> np.ndarray:
        """The rows of the nodes at which the data ends."""
        return np.flatnonzero(self.assembly.nodes["cut"])

    def past_the_data(
        self, *, minutes: float | None = None, metres: float | None = None, direction: str = "to"
    ) -> pd.Series:
        """Return for each node whether a walk within a limit may leave the data.

        Parameters
        ----------
        minutes, metres
            One limit.
        direction
            "to": the walk from the node to a facility beyond the data; "from": the walk from there.

        Returns
        -------
        Series
            bool, index that of the nodes; False everywhere where no end of the data is known.

        Raises
        ------
        LimitError, TableError
            Naming the value and the way out.
        """
        limits = read_limit(minutes, metres)
        check_direction(direction)
        if not limits.every:
            msg = f"{limits.unit} is a mapping; nodes have no category, give one number"
            raise LimitError(msg)
        costs = self.costs(limits.unit)
        bound = inclusive(cost_of(limits.every[0], limits.unit))
        labels = self.from_ends_of_data(open_arcs(self.streets, costs.reversed() if direction == "to" else costs))
        index = self.assembly.labels
        return pd.Series(labels.cost[: len(index)] <= bound, index=index)

    def from_ends_of_data(self, arcs: Arcs) -> Labels:
        """Return the least costs from the nodes at which the data ends to all nodes."""
        copies = self.streets.copy[self.ends_of_data]
        ends = np.concatenate([self.ends_of_data, copies[copies >= 0]])
        zero = np.zeros(len(ends))
        return search(arcs, Seeds(ends, zero, zero, zero.astype(np.int32)))

    def costs(self, unit: Unit) -> Costs:
        """Return what the edges cost in seconds (for limits in minutes) or metres; the other is carried along."""
        seconds, back, length = (self.assembly.edges[name] for name in ("seconds", "seconds_back", "length"))
        length_back = np.where(np.isinf(back), np.inf, length)
        a_metre = 1.0 / self.walker.metres_a_second
        if unit == "minutes":
            return Costs(seconds, back, length, length_back, a_metre, 1.0)
        return Costs(length, length_back, seconds, back, 1.0, a_metre)

    def on_island(self, nodes: int | None = None) -> np.ndarray:
        """Return, for each edge, whether its component is an island: has fewer nodes than this."""
        fewest = self.layout.island if nodes is None else nodes
        return self.assembly.nodes["component_nodes"][self.streets.u] < fewest

    def snap(
        self,
        things: gpd.GeoDataFrame,
        *,
        aside: float = ASIDE,
        island: int | None = None,
    ) -> Joins:
        """Return how points, multipoints or polygons join the streets.

        Points join at their feet: the street points within `aside` metres that are local minima of the distance to the
        thing along the streets and that a straight leg reaches without crossing a barrier. Polygons join through mapped
        entrances on their outline, else where streets meet the outline, else at the feet of the outline. Bridges,
        tunnels and other levels have no feet. Private streets are joined only by what stands nearer to them than to
        any other street.

        Parameters
        ----------
        things
            The things, in any CRS; rows without geometry are not joined.
        aside
            Longest leg, metres.
        island
            Feet on components of fewer nodes than this (the network's own number by default) are used only where there
            is no other.
        """
        return join(
            in_metres(check_frame(things, "things"), self.crs),
            self.frontage,
            walls=self.walls,
            entrances=self.entrances.geometry.to_numpy(),
            on_island=self.on_island(island),
            private=self.streets.private,
            aside=aside,
        )
