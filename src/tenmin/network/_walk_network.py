"""The walk network: streets with a walker's travel times, and its constructors."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.osm import OsmExtract, Rules, gc_paused, load_rules, read_streets
from tenmin.inputs.walkers import Walker
from tenmin.network._arrays import ARRAYS, OF_STREETS_ALONE, StreetArrays
from tenmin.network._assembly import assemble, at_pace
from tenmin.network._changed_layout import NewLink, add_links, remove_links, set_gates
from tenmin.network._exchange import graph_from_gpkg, kind_of, lines_from_file, to_networkx
from tenmin.network._from_graph import lines_from_graph
from tenmin.network._from_lines import lines_from_edges
from tenmin.network._from_osm import layout_from_osm
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._graphml import graph_from_graphml
from tenmin.network._heights import add_slopes
from tenmin.network._layout import (
    ISLAND_NODES,
    PRIVATE_POLICIES,
    Layout,
    as_barriers,
    as_boundary,
    layout_of_lines,
)
from tenmin.network._simplify import simplify_layout
from tenmin.network._storage import read_layout, save_layout
from tenmin.network._street_figure import draw_streets
from tenmin.support.errors import InputError
from tenmin.support.files import reading
from tenmin.support.language import Lang
from tenmin.support.moments import Moment, read_moment
from tenmin.support.notebook import as_card
from tenmin.support.nouns import check_noun

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["WalkNetwork"]


@dataclass(frozen=True, eq=False, repr=False)
class WalkNetwork(StreetArrays):
    """Streets in a metric CRS, with the travel times of a walker.

    `nodes` are indexed by label (OSM node ids, or negative where a closed gate splits a node) and have `component`,
    `component_nodes` and `cut` (the data ends here, or the node is outside the boundary). `edges` have u, v (labels of
    nodes), length (metres), seconds (u to v, finite), seconds_back (v to u, inf where one-way), rule (why it is
    walkable), way, kind, name, oneway, private (used only at the beginning and the end of a walk), and further columns
    of the source (level, surface, crossing, ...; see `Layout`).

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
        """Return the network of a layout for a walker (or the name of a preset)."""
        someone = Walker.of(walker)
        return cls(assemble(layout, someone), someone, layout)

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
        when: Moment | None = None,
    ) -> Self:
        """Return the walk network of an OpenStreetMap extract.

        Parameters
        ----------
        extract
            An extract from `read_osm`, or the path of a .osm.pbf, .osm, .osm.gz or .osm.bz2 file.
        walker
            A `Walker` or the name of a preset.
        boundary
            Polygon (in longitude and latitude) or GeoDataFrame within which the data is complete; by default the box
            that the extract declares. Nodes outside, and nodes at which ways were clipped, are marked `cut`.
        rules
            A table of walk rules, or the path of one; that of the package (`inputs/osm/rules.toml`) by default.
        private
            Who may use private ways and gates: "residents" (people leave and arrive by them, nobody passes through),
            "closed" (nobody) or "open" (everybody).
        island
            Components with fewer nodes are joined by places and facilities only where there is no other.
        when
            Moment at which opening hours and conditional restrictions of ways and gates are evaluated: a datetime, or
            a text such as "2026-03-03 20:30" or "Tu 20:30"; by default only what never opens is closed, and the rest
            is counted in `left_out`. Needs `tenmin[hours]`.

        Raises
        ------
        FileError, StreetsError, InputError
            If the file is damaged or has no walkable way, or an option is not valid.
        """
        _check_private(private)
        moment = None if when is None else read_moment(when, "when")
        table = rules if isinstance(rules, Rules) or rules is None else load_rules(rules)
        with gc_paused():
            path = isinstance(extract, str | PathLike)
            town = read_streets(extract) if path else check_noun(extract, OsmExtract, "extract")
            layout = layout_from_osm(town, rules=table, private=private, island=island, when=moment)
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
        """Return the walk network of lines, such as surveyed centre lines.

        Parameters
        ----------
        gdf
            Lines with a CRS (degrees are projected to UTM); messages refer to the labels of the index. If the columns
            `u` and `v` exist, they label the ends, whatever the direction in which a line is drawn; otherwise ends
            within the tolerance are one node. Optional columns: `seconds` and `seconds_back`; `oneway` (bool, for
            walkers: closed from v to u); `private` (bool: only for the beginning and the end of walks); `kind` or
            `highway`; `name`; `rule` ("as given" by default); `osmid`, which becomes the way (of a list, the first).
            Vertices less than 1 mm apart are merged. Two opposite arcs of one line are one street and listed in
            `left_out`. The edges of `osmnx.graph_to_gdfs` are read as `from_networkx` reads the graph; their
            `oneway`, which is about vehicles, is ignored.
        walker
            A `Walker` or the name of a preset.
        boundary
            Polygon in the CRS of the lines, or GeoDataFrame, within which the data is complete; none by default.
        barriers
            Lines that no leg may cross, with optional `kind`, `name` and `source`.
        node
            Whether lines are split where they cross or touch.
        tolerance
            Distance within which ends are one node, metres.

        Raises
        ------
        StreetsError, TableError
            If a row is not valid; the message names way, column and value.
        """
        lines, notes = lines_from_edges(gdf, node=node, tolerance=tolerance)
        return cls.of(layout_of_lines(lines, notes, boundary, gdf.crs, barriers), walker)

    @classmethod
    def from_networkx(cls, graph: Any, *, walker: Walker | str, boundary: object = None) -> Self:
        """Return the walk network of a networkx graph, such as one of OSMnx.

        Parameters
        ----------
        graph
            Graph with `graph["crs"]` whose nodes have x and y; edges may have geometry, seconds, highway and name. In
            a directed graph, two opposite arcs of one line and way are one street, each with its own seconds; a single
            arc is one-way.
        walker, boundary
            As in `from_edges`.

        Raises
        ------
        StreetsError
            If the graph is not valid; the message names node or edge, and value.
        """
        frame = lines_from_graph(graph)
        lines, notes = lines_from_edges(frame, directed=graph.is_directed())
        return cls.of(layout_of_lines(lines, notes, boundary, frame.crs), walker)

    @classmethod
    def read(cls, path: str | PathLike[str], *, walker: Walker | str | None = None) -> Self:
        """Return the network in a file: a saved network, a graph of OSMnx, or lines.

        Parameters
        ----------
        path
            A .gpkg or .parquet file from `save`, a GeoPackage or .graphml file of OSMnx, or a GeoPackage or GeoParquet
            file of lines.
        walker
            A `Walker` or the name of a preset; by default the saved walker, else "adult".

        Raises
        ------
        FileError, StreetsError
            If the file is not valid; the message names file, element and value.
        """
        with reading(path):
            kind = kind_of(path)
            if kind == "network":
                layout, saved = read_layout(path)
                return cls.of(layout, saved if walker is None else walker)
            someone = "adult" if walker is None else walker
            if kind == "lines":
                made = cls.from_edges(lines_from_file(path), walker=someone)
            else:
                graph = graph_from_graphml(path) if kind == "graphml" else graph_from_gpkg(path)
                made = cls.from_networkx(graph, walker=someone)
            return replace(made, layout=replace(made.layout, source=str(path)))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the network to a .gpkg or .parquet file, from which `read` gives exactly the same network.

        Raises
        ------
        FileError, OutputError
            If the suffix is another, or the file cannot be written; an existing file is then unchanged.
        """
        save_layout(self.layout, self.walker, path)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the network as a directed graph for OSMnx's functions, in the network's metric CRS.

        Nodes have x and y; arcs osmid (the way), length, seconds, geometry, highway (the kind of way), name and rule. A
        street is two arcs with its row as `street`, or one arc if it is one-way on foot.
        """
        return to_networkx(self.nodes, self.edges)

    def simplified(self) -> Self:
        """Return the network with consecutive edges of equal columns and speed merged.

        Junctions, dead ends, gates, entrances and the ends of the data stay nodes, and no walk changes. Edges get
        `inner_nodes`, the number of nodes removed inside them, which still count for islands.
        """
        return type(self).of(simplify_layout(self.layout), self.walker)

    def on_heights(self, paths: str | PathLike[str] | Sequence[str | PathLike[str]]) -> Self:
        """Return the network with the slopes of an elevation model.

        Times in both directions follow Tobler (1993), relative to level ground. Bridges and tunnels are straight
        between their ends; stairs keep their own speed. Edges get slope_factor, slope_factor_back and steepest.

        Parameters
        ----------
        paths
            One or more GeoTIFF files (`pip install 'tenmin[raster]'`) or SRTM .hgt files.

        Raises
        ------
        FileError, InputError
            If a file cannot be used. Edges without a height count as level and are listed in `left_out`.
        """
        raised, notes = add_slopes(self.layout.lines.frame(), paths)
        left_out = pd.concat([self.layout.left_out, notes], ignore_index=True)
        return type(self).of(replace(self.layout, lines=GeometryTable.of(raised), left_out=left_out), self.walker)

    def walked_by(self, walker: Walker | str) -> Self:
        """Return the network for another walker; given seconds are kept."""
        someone = Walker.of(walker)
        return self if someone == self.walker else type(self).of(self.layout, someone)

    def at_pace(self, walker: Walker, *, slope: float = 1.0) -> Self:
        """Return the network at other seconds, of a walker who can use the same streets.

        Parameters
        ----------
        walker
            A walker that differs in speed, factors and waits alone.
        slope
            Power of the slope factors: 0 is level ground, 1 the walker's own rule.
        """
        other = replace(self, assembly=at_pace(self.assembly, walker, slope), walker=walker)
        vars(other).update({name: getattr(self, name) for name in (*OF_STREETS_ALONE, "walls")})
        return other

    def changed(
        self,
        *,
        opened: Sequence[Hashable] = (),
        shut: Sequence[Hashable] = (),
        added: Sequence[NewLink] = (),
        removed: Sequence[NewLink] = (),
    ) -> Self:
        """Return the network with gates opened or shut, and with links added or removed.

        Parameters
        ----------
        opened, shut
            Labels of gates, of the index of `gates`. An open gate lets everyone through whom its kind lets through.
        added
            Straight footways, from the street nearest to one point to that nearest to the other, at most 100 m away.
        removed
            Two points each: the street that both lie nearest to, at most 25 m away, is left out.

        Raises
        ------
        InputError
            There is no such gate or street; the message lists all of them.
        """
        faults = [f"there is no gate {label!r}" for label in (*opened, *shut) if label not in self.gates.index]
        layout, missing = remove_links(self.layout, removed)
        pace = 1.0 / self.walker.metres_a_second
        layout, apart = add_links(layout, added, seconds_a_metre=pace)
        if faults or missing or apart:
            raise InputError("\n".join([*faults, *missing, *apart]))
        return type(self).of(set_gates(layout, opened, shut) if opened or shut else layout, self.walker)

    def behind(self, barriers: gpd.GeoDataFrame | None) -> Self:
        """Return the network with other barriers instead of its own; with None, the network itself."""
        if barriers is None:
            return self
        other = replace(self, layout=replace(self.layout, barriers=as_barriers(barriers, self.crs)))
        vars(other).update({name: getattr(self, name) for name in OF_STREETS_ALONE})
        return other

    def why(self, way: int | str, lang: str = "en") -> str:
        """Return the verdict of the rules on an OpenStreetMap way or gate, with the reason.

        Streets that came without rules (`from_edges`, `from_networkx`) are "taken as given".

        Parameters
        ----------
        way
            The way's id, or that of the gate's node as in `n123`.
        lang
            "zh" or "en".

        Raises
        ------
        InputError
            If the extract has no such way among its streets and no such gate on them, or the language is another.

        Examples
        --------
        >>> import tenmin as tm
        >>> network = tm.WalkNetwork.from_osm(tm.sample_path("helsinki"))
        >>> network.why(4236349)
        "way 4236349 (unclassified) is walked by the rule 'street': a street: walkers use its sides or its sidewalk"
        """
        return self.layout.why(way, lang)

    @property
    def is_of_osm(self) -> bool:
        """Whether the streets were taken from OpenStreetMap by walk rules."""
        return not self.layout.ways.empty

    def plot(
        self,
        *,
        isochrones: gpd.GeoDataFrame | None = None,
        lang: Lang | None = None,
        credit: str | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Return matplotlib axes with the streets, barriers and gates, in the map's colours.

        The title says the kilometres of street. Needs `tenmin[notebook]`.

        Parameters
        ----------
        isochrones
            Isochrones from `trace_isochrones`, below the streets.
        lang
            "zh" or "en"; by default the language of the system.
        credit
            The credit in the corner; by default that of OpenStreetMap where the streets are its own.
        ax
            Axes to draw on; new ones by default.

        Raises
        ------
        InputError
            If there is no such language, or matplotlib is missing.
        """
        streets = self.edges[self.is_street]
        ground = None if isochrones is None else isochrones.to_crs(self.crs)
        return draw_streets(self.layout, self.walker, streets, isochrones=ground, lang=lang, credit=credit, ax=ax)

    def __repr__(self) -> str:
        """Return the size, length, speed and number of components."""
        nodes, edges = len(self.assembly.nodes), len(self.assembly.edges)
        parts = len(np.unique(self.assembly.nodes["component"]))
        return (
            f"<WalkNetwork of {nodes} nodes and {edges} edge{'s' * (edges != 1)}, "
            f"{self.streets.length[self.is_street].sum() / 1000.0:.1f} km of street at {self.walker.speed_kmh:g} km/h "
            f"({parts} component{'s' * (parts != 1)})>"
        )

    def __dir__(self) -> list[str]:
        """Return the attributes for planners and analysts; the arrays that searches work on are not among them."""
        return sorted(set(super().__dir__()) - set(ARRAYS) - {"assembly", "layout", "of"})

    def _repr_html_(self) -> str:
        edges, metres = self.assembly.edges, self.streets.length
        facts = {
            "source": self.source,
            "date of the data": self.date or "unknown",
            "CRS": "-" if self.crs is None else self.crs.name,
            "nodes": f"{len(self.assembly.nodes):,}",
            "edges": f"{len(edges):,}",
            "street": f"{metres[self.is_street].sum() / 1000.0:,.1f} km",
            "of it private": f"{metres[self.is_street & self.streets.private].sum() / 1000.0:,.1f} km",
            "components": f"{len(np.unique(self.assembly.nodes['component'])):,}",
            "barriers, gates": f"{len(self.barriers):,}, {len(self.gates):,}",
            "ends of the data": f"{len(self.ends_of_data):,}",
            "walker": repr(self.walker),
        }
        return as_card("WalkNetwork", facts, self.left_out if len(self.left_out) else None, most=8)


def _check_private(private: object) -> None:
    if private not in PRIVATE_POLICIES:
        msg = f"private must be one of {', '.join(map(repr, PRIVATE_POLICIES))}, but is {private!r}"
        raise InputError(msg)
