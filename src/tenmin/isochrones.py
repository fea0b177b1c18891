"""Isochrones: the streets and the ground from which a facility is within a limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.errors import LimitError, TableError
from tenmin.limits import SECONDS_A_MINUTE, Limits, check_metres, read_limits
from tenmin.network import Joins, WalkNetwork
from tenmin.progress import step_through
from tenmin.routing import Costs, Desk, Feet, Field, clip_stretches, cut_lines, draw_field, reach_streets
from tenmin.routing.ground import STEEPEST
from tenmin.routing.reach import Reached, Stretches
from tenmin.tables import check_direction, check_facilities
from tenmin.walks import chosen_categories, in_use, rows_by_category

__all__ = ["trace_isochrones"]

Shape = Literal["ground", "streets"]
ASIDE = 100.0
FINEST, COARSEST = 1.0, 100.0


@dataclass(frozen=True)
class _Pen:
    """What is needed to draw the circles of one set of feet."""

    network: WalkNetwork
    costs: Costs
    shape: str
    lateral: float
    resolution: float

    def draw(self, starts: Feet, limits: np.ndarray, desk: Desk) -> list:
        """The geometries within each limit, given in the unit of the costs."""
        margin = STEEPEST * self.resolution * self.costs.leg if self.shape == "ground" else 0.0
        reached = reach_streets(self.network.streets, self.costs, starts, float(limits.max()) + margin, desk=desk)
        if self.shape == "streets":
            return [self._streets(reached, limit) for limit in limits]
        return self._ground(reached, limits)

    def _streets(self, reached: Reached, limit: float) -> shapely.MultiLineString:
        first, xy = cut_lines(self.network.shapes, clip_stretches(reached.stretches, limit))
        return shapely.MultiLineString([xy[begin:end] for begin, end in pairwise(first)])

    def _ground(self, reached: Reached, limits: np.ndarray) -> list[shapely.MultiPolygon]:
        _, xy = cut_lines(self.network.shapes, reached.stretches)
        node_xy = shapely.get_coordinates(self.network.nodes.geometry.to_numpy())
        xy = np.vstack([xy, node_xy[reached.node]])
        if len(xy) == 0:
            return [shapely.MultiPolygon()] * len(limits)
        held = self.network.streets.private[reached.stretches.edge], self.network.streets.copy[reached.node] >= 0
        draw = partial(self._field, limits=limits, corners=(xy[:, 0], xy[:, 1]), node_xy=node_xy)
        field = draw(_part_of(reached, ~held[0], ~held[1]))
        x = (field.left + np.arange(field.value.shape[2])) * field.cell
        y = (field.bottom + np.arange(field.value.shape[1])) * field.cell
        value = field.value
        if held[0].any():
            inner = draw(_part_of(reached, *held)).value
            value = np.minimum(value, np.where(self._strangers(x, y, inner < value), STEEPEST * field.cell, inner))
        return [_contour(x, y, layer) for layer in value]

    def _field(self, reached: Reached, **grid: Any) -> Field:
        """The field of the streets that legs may join."""
        frontage = self.network.frontage
        row = frontage.rows_of(reached.stretches.edge)
        on_ground = _part_of(reached, row >= 0, frontage.has_street(reached.node))
        stretches = on_ground.stretches._replace(edge=row[row >= 0])
        return draw_field(
            frontage.shapes,
            self.costs,
            on_ground._replace(stretches=stretches),
            lateral=self.lateral,
            cell=self.resolution,
            **grid,
        )

    def _strangers(self, x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """Which points of a grid, among those asked for in any layer, may not join private streets."""
        stranger = np.zeros(asked.shape[1:], bool)
        row, column = np.nonzero(asked.any(axis=0))
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x[column], y[row]), crs=self.network.crs)
        feet = self.network.snap(points).feet
        inside = np.bincount(feet.thing, weights=self.network.streets.private[feet.edge], minlength=len(points)) > 0
        stranger[row, column] = ~inside
        return stranger

    def off_the_main(self, ground: shapely.MultiPolygon) -> shapely.MultiPolygon:
        """The part of an island's ground from which no street of the main network can be joined instead."""
        lines = self.network.edges.geometry.to_numpy()
        near = self.network.tree.query(ground, predicate="dwithin", distance=ASIDE)
        main = lines[near[~self.network.on_island()[near]]]
        return _only_area(shapely.difference(ground, shapely.union_all(shapely.buffer(main, ASIDE))))

    def draw_group(self, joins: Joins, members: np.ndarray, limits: np.ndarray, desk: Desk) -> list:
        """The geometries of some facilities together; those on islands serve only who can join nothing else."""
        island = joins.table["island"].to_numpy()[members]
        if self.shape == "streets" or not island.any():
            return self.draw(joins.take(members), limits, desk)
        main = self.draw(joins.take(members[~island]), limits, desk)
        apart = [self.off_the_main(ground) for ground in self.draw(joins.take(members[island]), limits, desk)]
        return [_only_area(shapely.union(*pair)) for pair in zip(main, apart, strict=True)]


def _part_of(reached: Reached, stretches: np.ndarray, nodes: np.ndarray) -> Reached:
    """The chosen stretches and nodes of what a search reached."""
    chosen = Stretches(*(column[stretches] for column in reached.stretches))
    return Reached(chosen, reached.node[nodes], reached.node_cost[nodes])


def _contour(x: np.ndarray, y: np.ndarray, value: np.ndarray) -> shapely.MultiPolygon:
    """The ground where a field is not above zero, with its holes."""
    made = contourpy.contour_generator(x, y, value, fill_type="OuterOffset").filled(-np.inf, 0.0)
    polygons = []
    for points, offsets in zip(*made, strict=True):
        shell, *holes = (points[begin:end] for begin, end in pairwise(offsets))
        polygons.append(shapely.Polygon(shell, holes))
    whole = shapely.MultiPolygon(polygons)
    return whole if whole.is_valid else _only_area(shapely.make_valid(whole))


def _only_area(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of a mended geometry, without the lines and points that mending may leave."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.MultiPolygon([part for part in parts if isinstance(part, shapely.Polygon)])


def _check_options(shape: object, merge: object, lateral: object, resolution: object) -> None:
    if shape not in {"ground", "streets"}:
        msg = f"shape must be 'ground' or 'streets', but is {shape!r}"
        raise TableError(msg)
    if merge not in {None, "category"}:
        msg = f"merge must be None (a row for each facility) or 'category', but is {merge!r}"
        raise TableError(msg)
    check_metres(lateral, "lateral", allowed=f"above 0 and up to {ASIDE:g}", least=1e-3, most=ASIDE)
    allowed = f"from {FINEST:g} to {COARSEST:g}"
    check_metres(resolution, "resolution", allowed=allowed, least=FINEST, most=COARSEST)


def _groups(facilities: gpd.GeoDataFrame, limits: Limits, merge: str | None) -> list[tuple[object, str, np.ndarray]]:
    """What gets a circle of its own: facility (None when merged), category, rows."""
    categories = chosen_categories(facilities, limits)
    rows_of = rows_by_category(facilities, categories)
    if merge == "category":
        return [(None, category, rows) for category, rows in rows_of.items()]
    category = facilities["category"].astype("str").to_numpy()
    rows = np.flatnonzero(in_use(facilities) & np.isin(category, categories))
    return [(facilities.index[row], str(category[row]), np.array([row])) for row in rows.tolist()]


def trace_isochrones(
    network: WalkNetwork,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: float | Iterable[float] | Mapping[str, float] | None = None,
    metres: float | Iterable[float] | Mapping[str, float] | None = None,
    direction: str = "to",
    shape: Shape = "ground",
    merge: Literal["category"] | None = None,
    lateral: float = 50.0,
    barriers: gpd.GeoDataFrame | None = None,
    resolution: float = 12.5,
) -> gpd.GeoDataFrame:
    """Return the circles of facilities: from where (or to where) a walk is within a limit.

    Parameters
    ----------
    network
        The streets and the walker.
    facilities
        Points, multipoints (entrances) or polygons with the column `category`.
    minutes, metres
        One of them: a number, a list of numbers, or a mapping from category to number or list.
    direction
        "to": where people can walk to the facility from; "from": where they can walk to.
    shape
        "ground": all points whose walk, with a leg of at most `lateral` metres, is within the limit, drawn as
        polygons with their holes; "streets": the reached stretches of street, exactly.
    merge
        "category" gives one row for each category instead of each facility.
    lateral
        Longest leg off the street that the ground shows, metres, at most 100.
    barriers
        Lines that no leg of a facility may cross, instead of the network's own.
    resolution
        Distance of the points between which the outline of the ground is interpolated, metres.

    Returns
    -------
    GeoDataFrame
        Columns facility (None when merged), category, minutes or metres (as asked), and geometry: MultiPolygon or
        MultiLineString in the network's CRS, empty where nothing is reached. Rows in order of facility (or
        category), then limit.

    Raises
    ------
    TableError, LimitError, CategoryError
        Naming the row, the value and the way out.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> circles = tm.trace_isochrones(network, clinic, minutes=[5, 10], shape="streets")
    >>> circles.assign(length=circles.length.round(6))[["facility", "minutes", "length"]]
      facility  minutes  length
    0       c1      5.0   400.0
    1       c1     10.0   800.0
    """
    limits = read_limits(minutes, metres, several=True)
    if limits is None:
        msg = "no limit is given; give minutes= or metres=, e.g. minutes=[5, 10, 15]"
        raise LimitError(msg)
    check_direction(direction)
    _check_options(shape, merge, lateral, resolution)
    facilities = check_facilities(facilities)
    costs = network.costs(limits.unit)
    pen = _Pen(network, costs.reversed() if direction == "to" else costs, shape, lateral, resolution)
    joins = network.behind(barriers).snap(facilities)
    return _draw_all(pen, joins, _groups(facilities, limits, merge), limits)


def _draw_all(
    pen: _Pen, joins: Joins, groups: list[tuple[object, str, np.ndarray]], limits: Limits
) -> gpd.GeoDataFrame:
    desk = Desk.of(pen.network.streets)
    unit = SECONDS_A_MINUTE if limits.unit == "minutes" else 1.0
    rows, geometry = [], []
    for facility, category, members in step_through(groups, "isochrones"):
        numbers = np.array(limits.of(category))
        geometry += pen.draw_group(joins, members, numbers * unit, desk)
        rows += [(facility, category, number) for number in numbers]
    table = pd.DataFrame(rows, columns=["facility", "category", limits.unit])
    table[limits.unit] = table[limits.unit].astype("float64")
    return gpd.GeoDataFrame(table, geometry=np.array(geometry, dtype=object), crs=pen.network.crs)
