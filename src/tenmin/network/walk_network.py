"""The walking network: streets with the seconds a walker takes, and the doors through which it is built."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from typing import Any, Self

import geopandas as gpd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from tenmin.errors import InputError
from tenmin.network.arrays import StreetArrays
from tenmin.network.assembly import assemble
from tenmin.network.from_lines import lines_from_edges, lines_from_graph
from tenmin.network.from_osm import layout_from_osm
from tenmin.network.joins import Joins, join
from tenmin.network.layout import ISLAND_NODES, PRIVATE_POLICIES, Layout, as_barriers, as_boundary, no_lines
from tenmin.osm import OsmExtract, Rules, load_rules, read_streets
from tenmin.tables import check_frame, in_metres
from tenmin.walkers import Walker

__all__ = ["WalkNetwork"]


@dataclass(frozen=True, repr=False)
class WalkNetwork(StreetArrays):
    """Streets to walk, in metres, with the seconds that a walker takes along them.

    `nodes` are indexed by label (OSM node ids where they come from OSM; below zero where a shut gate parts a node) and
    have `component`, `component_nodes` and `cut` (the data ends here, or it lies beyond the boundary). `edges` have u,
    v (labels of nodes), length (metres), seconds (u to v, finite), seconds_back (v to u, inf where one-way), rule (why
    it is walkable), way, kind, name, oneway and private (walked at the beginning and the end of a walk only), and what
    else the source tells (level, surface, crossing, ...; see `Layout`).

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (400, 0)])], crs="EPSG:32650")
    >>> tm.WalkNetwork.from_edges(lines, walker="adult")
    <WalkNetwork of 2 nodes and 1 edge, 0.4 km of street at 4.8 km/h (1 component)>
    """

    @classmethod
    def of(cls, layout: Layout, walker: Walker | str) -> Self:
        """Return the network of a layout at a walker's seconds."""
        someone = Walker.of(walker)
        made = assemble(layout, someone)
        return cls(made.nodes, made.edges, someone, layout, made.left_out)

    @classmethod
    def from_osm(
        cls,
        extract: OsmExtract | str | PathLike[str],
        *,
        walker: Walker | str = "adult",
        boundary: object = None,
        rules: Rules | str | PathLike[str] | None = None,
        private: str = "residents",
        island: int = ISLAND_NODES,
        when: datetime | None = None,
    ) -> Self:
        """Return the walking network of an OpenStreetMap extract.

        Parameters
        ----------
        extract
            What `read_osm` gave, or the path of a .osm.pbf, .osm, .osm.gz or .osm.bz2 file.
        walker
            A `Walker` or the name of a preset.
        boundary
            Polygon (in the order longitude, latitude) or GeoDataFrame within which the data is complete; by default
            the box that the extract declares. Nodes beyond it, and ends where ways were clipped, are marked `cut`.
        rules
            A table of walk rules, or the path of one; that of the package (`osm/rules.toml`) by default.
        private
            Who may use private ways and gates: "residents" (people leave and arrive by them, nobody passes through),
            "closed" (nobody) or "open" (everybody).
        island
            Places and facilities join a component of fewer nodes than this only where there is no other.
        when
            The moment at which the opening hours of gates are looked at; without it only gates that never open are
            closed. Needs `tenmin[hours]`.

        Raises
        ------
        FileError, StreetsError, InputError
            If the file is damaged or holds no way that can be walked, or an option is none.
        """
        _check_private(private)
        table = rules if isinstance(rules, Rules) or rules is None else load_rules(rules)
        town = extract if isinstance(extract, OsmExtract) else read_streets(extract)
        layout = layout_from_osm(town, rules=table, private=private, island=island, when=when)
        box = shapely.box(*town.box) if boundary is None and town.box is not None else boundary
        return cls.of(replace(layout, boundary=as_boundary(box, layout.lines.crs, "EPSG:4326")), walker)

    @classmethod
    def from_edges(
        cls,
        gdf: gpd.GeoDataFrame,
        *,
        walker: Walker | str,
        boundary: object = None,
        barriers: gpd.GeoDataFrame | None = None,
        node: bool = False,
        tolerance: float = 0.001,
    ) -> Self:
        """Return the walking network of lines, e.g. a bureau's own centre lines.

        Parameters
        ----------
        gdf
            Lines with a CRS (degrees are projected to UTM); the labels of its index are the way ids of messages. `u`
            and `v`, where both are there, label the ends; else ends that meet within the tolerance are one node.
            `seconds` and `seconds_back` are honoured; `oneway` (bool, for walkers) closes the way from v to u; `private`
            (bool) lets nobody pass through; `kind` or `highway` and `name` are kept.
        walker
            A `Walker` or the name of a preset.
        boundary
            Polygon in the CRS of the lines, or GeoDataFrame, within which the data is complete; none by default.
        barriers
            Lines that no leg off the street may cross; `kind`, `name` and `source` are kept.
        node
            Whether lines are cut where they cross or touch each other.
        tolerance
            Metres within which ends are one node.

        Raises
        ------
        StreetsError, TableError
            Naming the way, the field, the value and the way out.
        """
        lines, left_out = lines_from_edges(gdf, node=node, tolerance=tolerance)
        layout = Layout(
            lines=lines,
            barriers=as_barriers(barriers, lines.crs),
            gates=no_lines(("kind", "state", "name", "opening_hours"), lines.crs),
            entrances=no_lines(("kind",), lines.crs),
            boundary=as_boundary(boundary, lines.crs, gdf.crs),
            source="edges",
            left_out=left_out,
        )
        return cls.of(layout, walker)

    @classmethod
    def from_networkx(cls, graph: Any, *, walker: Walker | str, boundary: object = None) -> Self:
        """Return the walking network of a networkx graph, e.g. one of OSMnx.

        Parameters
        ----------
        graph
            Graph whose nodes have x and y and whose `graph["crs"]` is set; edges may have geometry, seconds, highway
            and name. In a directed graph an arc with an equal one the other way round makes one street, an arc
            alone is one-way.
        walker, boundary
            As in `from_edges`.

        Raises
        ------
        StreetsError
            Naming the node or edge, the value and the way out.
        """
        return cls.from_edges(lines_from_graph(graph), walker=walker, boundary=boundary)

    def walked_by(self, walker: Walker | str) -> Self:
        """Return the same streets at another walker's seconds; seconds that were given stay as they are."""
        return type(self).of(self.layout, walker)

    def behind(self, barriers: gpd.GeoDataFrame | None) -> Self:
        """Return the same streets with other barriers in place of their own; with None, the network itself."""
        if barriers is None:
            return self
        return replace(self, layout=replace(self.layout, barriers=as_barriers(barriers, self.crs)))

    def why(self, way: int, lang: str = "en") -> str:
        """Return what the walk rules say of a way of OpenStreetMap, and why.

        Parameters
        ----------
        way
            The way's id.
        lang
            "zh" or "en".

        Raises
        ------
        InputError
            If the extract had no such way among its streets.

        Examples
        --------
        >>> import tenmin as tm
        >>> network = tm.WalkNetwork.from_osm(tm.sample_path("helsinki"))
        >>> network.why(4236349)
        "way 4236349 (unclassified) is walked by the rule 'street': a street: walkers use its sides or its sidewalk"
        """
        return self.layout.why(way, lang)

    def __repr__(self) -> str:
        """Say what a person asks first."""
        edges, parts = len(self.edges), self.nodes["component"].nunique()
        return (
            f"<WalkNetwork of {len(self.nodes)} nodes and {edges} edge{'s' * (edges != 1)}, "
            f"{self.edges['length'][self.is_street].sum() / 1000.0:.1f} km of street at {self.walker.speed_kmh:g} km/h "
            f"({parts} component{'s' * (parts != 1)})>"
        )

    @property
    def crs(self) -> CRS:
        """The metric CRS of nodes, edges and barriers."""
        return self.edges.crs  # pyright: ignore[reportReturnType]

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

    def snap(
        self,
        things: gpd.GeoDataFrame,
        *,
        aside: float = 100.0,
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
            private=self.edges["private"].to_numpy(bool),
            aside=aside,
        )


def _check_private(private: object) -> None:
    if private not in PRIVATE_POLICIES:
        msg = f"private must be one of {', '.join(map(repr, PRIVATE_POLICIES))}, but is {private!r}"
        raise InputError(msg)
