"""The walking network: streets with the seconds a walker takes, and the doors through which it is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from typing import Any, Self

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.osm import OsmExtract, Rules, gc_paused, load_rules, read_streets
from tenmin.inputs.walkers import Walker
from tenmin.network._arrays import OF_STREETS_ALONE, StreetArrays
from tenmin.network._assembly import assemble
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
    list_notes,
    no_lines,
)
from tenmin.network._simplify import simplify_layout
from tenmin.network._storage import read_layout, save_layout
from tenmin.support.errors import InputError

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
            A table of walk rules, or the path of one; that of the package (`inputs/osm/rules.toml`) by default.
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
        with gc_paused():
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
            and `v`, where both are there, label the ends, in whichever direction a line is drawn; else ends that meet
            within the tolerance are one node.
            `seconds` and `seconds_back` are honoured; `oneway` (bool, for walkers) closes the way from v to u;
            `private` (bool) lets nobody pass through; `kind` or `highway` and `name` are kept. Corners less than 1 mm
            apart are one.
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
        lines, notes = lines_from_edges(gdf, node=node, tolerance=tolerance)
        layout = Layout(
            lines=lines,
            barriers=as_barriers(barriers, lines.crs),
            gates=no_lines(("kind", "state", "name", "opening_hours"), lines.crs),
            entrances=no_lines(("kind",), lines.crs),
            boundary=as_boundary(boundary, lines.crs, gdf.crs),
            source="edges",
            left_out=list_notes(notes),
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

    @classmethod
    def read(cls, path: str | PathLike[str], *, walker: Walker | str | None = None) -> Self:
        """Return the network of a file: one that `save` wrote, a graph of OSMnx, or plain lines.

        Parameters
        ----------
        path
            A .gpkg or .parquet file that `save` wrote, a GeoPackage or .graphml file of OSMnx, or a GeoPackage or
            GeoParquet file of lines.
        walker
            Who walks; by default the walker that was saved, else an adult.

        Raises
        ------
        FileError, StreetsError
            Naming the file, the element, the value and the way out.
        """
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
        """Write the network to a .gpkg or .parquet file, in one step; `read` gives exactly the same network back.

        Raises
        ------
        FileError, OutputError
            If the name ends otherwise, or the file cannot be written; what stood there before is then untouched.
        """
        save_layout(self.layout, self.walker, path)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the network as the directed graph that OSMnx's functions take, in the network's metric CRS.

        Nodes have x and y; arcs osmid (the way), length, seconds, geometry, highway (the kind of way), name and rule. A
        street is two arcs that share `street`, its row among the edges, or one where it is one-way on foot.
        """
        return to_networkx(self.nodes, self.edges)

    def simplified(self) -> Self:
        """Return the same streets with edges made one that merely go on, are alike and are walked at one pace.

        Junctions, ends, gates, entrances and the ends of the data stay, and every walk stays as long as it was. Edges
        get `inner_nodes`, how many nodes were lost inside them, which count for islands as before.
        """
        return type(self).of(simplify_layout(self.layout), self.walker)

    def on_heights(self, paths: str | PathLike[str] | Sequence[str | PathLike[str]]) -> Self:
        """Return the same streets with the slopes of an elevation model, at the pace that walkers have on slopes.

        Time follows Tobler (1993), relative to level ground, both ways of every edge. Bridges and tunnels run straight
        between their ends, stairs count as stairs. Edges get slope_factor, slope_factor_back and steepest.

        Parameters
        ----------
        paths
            One or more GeoTIFF files (`pip install 'tenmin[raster]'`) or SRTM .hgt files.

        Raises
        ------
        FileError, InputError
            Naming the file and the way out. Edges without a height count as level and are listed in `left_out`.
        """
        raised, notes = add_slopes(self.layout.lines.frame(), paths)
        left_out = pd.concat([self.layout.left_out, notes], ignore_index=True)
        return type(self).of(replace(self.layout, lines=GeometryTable.of(raised), left_out=left_out), self.walker)

    def walked_by(self, walker: Walker | str) -> Self:
        """Return the same streets at another walker's seconds; seconds that were given stay as they are."""
        someone = Walker.of(walker)
        return self if someone == self.walker else type(self).of(self.layout, someone)

    def behind(self, barriers: gpd.GeoDataFrame | None) -> Self:
        """Return the same streets with other barriers in place of their own; with None, the network itself."""
        if barriers is None:
            return self
        other = replace(self, layout=replace(self.layout, barriers=as_barriers(barriers, self.crs)))
        vars(other).update({name: getattr(self, name) for name in OF_STREETS_ALONE})
        return other

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
        nodes, edges = len(self.assembly.nodes), len(self.assembly.edges)
        parts = len(np.unique(self.assembly.nodes["component"]))
        return (
            f"<WalkNetwork of {nodes} nodes and {edges} edge{'s' * (edges != 1)}, "
            f"{self.streets.length[self.is_street].sum() / 1000.0:.1f} km of street at {self.walker.speed_kmh:g} km/h "
            f"({parts} component{'s' * (parts != 1)})>"
        )


def _check_private(private: object) -> None:
    if private not in PRIVATE_POLICIES:
        msg = f"private must be one of {', '.join(map(repr, PRIVATE_POLICIES))}, but is {private!r}"
        raise InputError(msg)
