"""The walking network: streets with the seconds a walker takes, and the doors through which it is built."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from tenmin.limits import Unit
from tenmin.network.assembly import Assembly, assemble
from tenmin.network.from_lines import lines_from_edges, lines_from_graph
from tenmin.network.from_osm import cut_ends, lines_from_osm
from tenmin.network.joins import Joins, join, walls_of
from tenmin.osm import OsmExtract, read_streets
from tenmin.routing import Costs, Shapes, Streets, Walls, link_nodes, shape_edges
from tenmin.tables import check_frame, in_metres
from tenmin.walkers import Walker

__all__ = ["WalkNetwork"]

ISLAND_NODES = 50


@dataclass(frozen=True, repr=False)
class WalkNetwork:
    """Streets to walk, in metres, with the seconds that a walker takes along them.

    `nodes` are indexed by label (OSM node ids where they come from OSM) and have `component`, `component_nodes` and
    `cut` (the data ends here, or it lies beyond the boundary). `edges` have u, v (labels of nodes), length (metres),
    seconds (u to v, finite), seconds_back (v to u, inf where one-way), rule (why it is walkable), way, kind, name and
    oneway. `barriers` are lines that no leg off the street may cross, with kind, name and source.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (400, 0)])], crs="EPSG:32650")
    >>> tm.WalkNetwork.from_edges(lines, walker="adult")
    <WalkNetwork of 2 nodes and 1 edge, 0.4 km of street at 4.8 km/h (1 component)>
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    walker: Walker
    boundary: BaseGeometry | None = None
    """Where the data is known to be complete, in the network's CRS; None where nobody said."""
    source: str = ""
    date: str | None = None
    """The date of the data, ISO 8601."""
    left_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["element", "reason", "count"]))
    """What was refused or dropped: element, reason, count."""
    _lines: tuple[gpd.GeoDataFrame, pd.DataFrame, frozenset[Hashable]] | None = None

    @classmethod
    def from_osm(
        cls,
        extract: OsmExtract | str | PathLike[str],
        *,
        walker: Walker | str = "adult",
        boundary: object = None,
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

        Raises
        ------
        FileError, StreetsError
            If the file is damaged, or holds no way that can be walked.
        """
        town = extract if isinstance(extract, OsmExtract) else read_streets(extract)
        lines, left_out = lines_from_osm(town)
        box = shapely.box(*town.box) if town.box is not None else None
        stub = cls(
            nodes=gpd.GeoDataFrame(geometry=[], crs=lines.crs),
            edges=gpd.GeoDataFrame(geometry=[], crs=lines.crs),
            barriers=in_metres(town.barriers, lines.crs),
            walker=Walker.of(walker),
            boundary=_boundary(box if boundary is None else boundary, lines.crs, "EPSG:4326"),
            source=str(town.path),
            date=town.date,
            _lines=(lines, left_out, frozenset(cut_ends(town).tolist())),
        )
        return stub.walked_by(walker)

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
            `seconds` and `seconds_back` are honoured; `oneway` (bool, for walkers) closes the way from v to u; `kind`
            or `highway` and `name` are kept.
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
        stub = cls(
            nodes=gpd.GeoDataFrame(geometry=[], crs=lines.crs),
            edges=gpd.GeoDataFrame(geometry=[], crs=lines.crs),
            barriers=_barriers(barriers, lines.crs),
            walker=Walker.of(walker),
            boundary=_boundary(boundary, lines.crs, gdf.crs),
            source="edges",
            _lines=(lines, left_out, frozenset()),
        )
        return stub.walked_by(walker)

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
        if self._lines is None:
            return replace(self, walker=Walker.of(walker))
        lines, left_out, cut = self._lines
        made: Assembly = assemble(lines, Walker.of(walker), left_out=left_out, source=self.source)
        ends = made.nodes.index.isin(list(cut))
        if self.boundary is not None:
            ends = ends | ~shapely.covers(self.boundary, made.nodes.geometry.to_numpy())
        return replace(
            self,
            nodes=made.nodes.assign(cut=ends),
            edges=made.edges,
            walker=Walker.of(walker),
            left_out=made.left_out,
        )

    def on_island(self, nodes: int = ISLAND_NODES) -> np.ndarray:
        """Return, for each edge, whether its component is an island: has fewer nodes than this."""
        return self.nodes["component_nodes"].to_numpy()[self.streets.u] < nodes

    def behind(self, barriers: gpd.GeoDataFrame | None) -> Self:
        """Return the same streets with other barriers in place of their own; with None, the network itself."""
        return self if barriers is None else replace(self, barriers=_barriers(barriers, self.crs))

    def __repr__(self) -> str:
        """Say what a person asks first."""
        edges, parts = len(self.edges), self.nodes["component"].nunique()
        return (
            f"<WalkNetwork of {len(self.nodes)} nodes and {edges} edge{'s' * (edges != 1)}, "
            f"{self.edges['length'].sum() / 1000.0:.1f} km of street at {self.walker.speed_kmh:g} km/h "
            f"({parts} component{'s' * (parts != 1)})>"
        )

    @property
    def crs(self) -> CRS:
        """The metric CRS of nodes, edges and barriers."""
        return self.edges.crs  # pyright: ignore[reportReturnType]

    @cached_property
    def streets(self) -> Streets:
        """The edges as arrays for `tenmin.routing`."""
        u, v = (self.nodes.index.get_indexer(pd.Index(self.edges[end])) for end in ("u", "v"))
        return link_nodes(u, v, self.edges["length"].to_numpy(), len(self.nodes))

    @cached_property
    def shapes(self) -> Shapes:
        """The bends of the edges as arrays for `tenmin.routing`."""
        xy, row = shapely.get_coordinates(self.edges.geometry.to_numpy(), return_index=True)
        keep = np.ones(len(xy), bool)
        keep[1:] = (xy[1:] != xy[:-1]).any(axis=1) | (row[1:] != row[:-1])
        first = np.searchsorted(row[keep], np.arange(len(self.edges) + 1))
        return shape_edges(self.streets, first, xy[keep])

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A tree of the lines of the edges."""
        return shapely.STRtree(self.edges.geometry.to_numpy())

    @cached_property
    def walls(self) -> Walls:
        """The straight pieces of the barriers as arrays for `tenmin.routing`."""
        return walls_of(self.barriers.geometry.to_numpy())

    def costs(self, unit: Unit) -> Costs:
        """Return what the edges cost in seconds (for limits in minutes) or metres; the other is carried along."""
        seconds, back = self.edges["seconds"].to_numpy(), self.edges["seconds_back"].to_numpy()
        length = self.edges["length"].to_numpy()
        length_back = np.where(np.isinf(back), np.inf, length)
        a_metre = 1.0 / self.walker.metres_a_second
        if unit == "minutes":
            return Costs(seconds, back, length, length_back, a_metre, 1.0)
        return Costs(length, length_back, seconds, back, 1.0, a_metre)

    def snap(
        self,
        things: gpd.GeoDataFrame,
        *,
        aside: float = 100.0,
        island: int = ISLAND_NODES,
    ) -> Joins:
        """Return how points, multipoints or polygons join the streets.

        They join at their feet: the street points within `aside` metres that are local minima of the distance to the
        thing along the streets and that a straight leg reaches without crossing a barrier.

        Parameters
        ----------
        things
            The things, in any CRS; rows without geometry are not joined.
        aside
            Longest leg, metres.
        island
            Feet on components of fewer nodes than this are used only where there is no other.
        """
        return join(
            in_metres(check_frame(things, "things"), self.crs),
            (self.streets, self.shapes, self.tree),
            walls=self.walls,
            on_island=self.on_island(island),
            aside=aside,
        )


def _boundary(boundary: object, crs: CRS | None, given: CRS | str | None) -> BaseGeometry | None:
    """A boundary as one geometry in the network's CRS."""
    if boundary is None:
        return None
    if isinstance(boundary, BaseGeometry):
        boundary = gpd.GeoDataFrame(geometry=[boundary], crs=given)
    return in_metres(check_frame(boundary, "boundary", unique=False), crs).geometry.union_all()


def _barriers(barriers: gpd.GeoDataFrame | None, crs: CRS | None) -> gpd.GeoDataFrame:
    """Barriers as lines in the network's CRS with kind, name and source; outlines of polygons are lines."""
    columns = ["kind", "name", "source"]
    if barriers is None:
        return gpd.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=crs)
    frame = in_metres(check_frame(barriers, "barriers", unique=False), crs)
    area = np.isin(shapely.get_type_id(frame.geometry.to_numpy()), [3, 6])
    lines = np.where(area, shapely.boundary(frame.geometry.to_numpy()), frame.geometry.to_numpy())
    return frame.assign(**{name: None for name in columns if name not in frame.columns}).set_geometry(
        gpd.GeoSeries(lines, index=frame.index, crs=crs)
    )
