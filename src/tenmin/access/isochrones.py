"""Isochrones: the ground or the streets within a limit of facilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access._exact_ground import draw_exact_grounds
from tenmin.access._ground import DrawingOptions, draw_grounds
from tenmin.access.query import Destination, Query, Spots, check_merge, make_query
from tenmin.network import ASIDE, WalkNetwork
from tenmin.routing import SearchBuffers, clip_intervals, cut_lines, reach_streets
from tenmin.support.antimeridian import split_at_antimeridian
from tenmin.support.contracts import Direction
from tenmin.support.errors import TableError
from tenmin.support.limits import check_metres
from tenmin.support.progress import step_through

__all__ = ["draw_isochrones", "trace_isochrones"]

Shape = Literal["ground", "streets"]
MIN_RESOLUTION, DEFAULT_RESOLUTION, MAX_RESOLUTION = 1.0, 12.5, 100.0
"""Spacing of the sample grid, metres."""


def _check_options(shape: object, lateral: float, resolution: float | None, threads: int | None) -> DrawingOptions:
    if shape not in ("ground", "streets"):
        msg = f"shape must be 'ground' or 'streets', but is {shape!r}"
        raise TableError(msg)
    check_metres(lateral, "lateral", allowed=f"above 0 and up to {ASIDE:g}", least=1e-3, most=ASIDE)
    if resolution is None:
        resolution = min(max(lateral / 4.0, MIN_RESOLUTION), DEFAULT_RESOLUTION)
    allowed = f"from {MIN_RESOLUTION:g} to {MAX_RESOLUTION:g}"
    check_metres(resolution, "resolution", allowed=allowed, least=MIN_RESOLUTION, most=MAX_RESOLUTION)
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or threads < 1):
        msg = f"threads is {threads!r}; give a whole number from 1 up, or None for as many as there are processors"
        raise TableError(msg)
    return DrawingOptions(float(lateral), float(resolution), threads)


def trace_isochrones(
    network: WalkNetwork,
    facilities: Spots,
    *,
    minutes: float | Iterable[float] | Mapping[str, float] | None = None,
    metres: float | Iterable[float] | Mapping[str, float] | None = None,
    direction: Direction = "to",
    shape: Shape = "ground",
    merge: Literal["category"] | None = None,
    lateral: float = 50.0,
    barriers: gpd.GeoDataFrame | None = None,
    resolution: float | None = None,
    threads: int | None = None,
    exact: bool = False,
) -> gpd.GeoDataFrame:
    """Return the isochrones of facilities: the area or the streets within a limit.

    Parameters
    ----------
    network
        The streets and the walker.
    facilities
        A Point in the network's CRS or in longitude and latitude, a GeoSeries of shapes, or points, multipoints
        (entrances) or polygons with the column `category`.
    minutes, metres
        One of them: a number, a list of numbers, or a mapping from category to number or list.
    direction
        "to": from where people can walk to the facility; "from": to where they can walk from it.
    shape
        "ground": polygons of all points whose walk, with a leg of at most `lateral` metres, is within the limit;
        "streets": lines of the reached parts of edges, exact.
    merge
        "category" gives a row per category instead of per facility.
    lateral
        Lateral width of the ground: longest leg between a point and the street, metres, at most 100.
    barriers
        Lines that no leg between a point and the street may cross, instead of the network's own.
    resolution
        Spacing of the sample grid from which outlines are interpolated, metres, from 1 to 100; halved near barriers.
        A smaller spacing is more accurate and slower. By default a quarter of `lateral`, at most 12.5.
    threads
        Number of threads that draw isochrones; by default the number of processors. Results do not depend on it.
    exact
        Draw the ground without a grid, as the union of strips along street segments and sectors around corners, to
        within millimetres: for checking and small jobs, since it is many times slower. `resolution` and `threads` then
        have no effect, except that the ground near private streets and islands is drawn from a grid of 1 m.

    Returns
    -------
    GeoDataFrame
        facility (None if merged), category, minutes or metres (the limit), and geometry: MultiPolygon or
        MultiLineString in the network's CRS, empty if nothing is reached. Rows are in the order of the facilities (or
        categories), then by limit.

    Raises
    ------
    TableError, LimitError, CategoryError
        If an input is not valid.

    See Also
    --------
    tenmin.trace_streets : The reached stretches with the minutes at both ends.
    tenmin.count_people : How many people are within.
    tenmin.WalkNetwork.plot : Draws them.

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
    query = make_query(
        network,
        facilities,
        minutes=minutes,
        metres=metres,
        several=True,
        direction=direction,
        barriers=barriers,
    )
    return draw_isochrones(
        query, shape=shape, merge=merge, lateral=lateral, resolution=resolution, threads=threads, exact=exact
    )


def draw_isochrones(
    query: Query,
    *,
    shape: Shape = "ground",
    merge: Literal["category"] | None = None,
    lateral: float = 50.0,
    resolution: float | None = None,
    threads: int | None = None,
    exact: bool = False,
) -> gpd.GeoDataFrame:
    """Return the isochrones of a query whose inputs are already checked.

    Parameters
    ----------
    query
        The network, the facilities and the limits.
    shape, merge, lateral, resolution, threads, exact
        As in `trace_isochrones`.

    Returns
    -------
    GeoDataFrame
        As from `trace_isochrones`.

    Raises
    ------
    TableError, LimitError
        If an option is not valid.
    """
    check_merge(merge, ("category",))
    options = _check_options(shape, lateral, resolution, threads)
    destinations = query.destinations(merged=merge is not None)
    if shape == "streets":
        shapes = _draw_streets(query, destinations)
    else:
        shapes = (draw_exact_grounds if exact else draw_grounds)(query, destinations, options)
    rows = [
        (None if one.facility < 0 else query.facilities.index[one.facility], one.category, limit)
        for one in destinations
        for limit in one.limits
    ]
    table = pd.DataFrame(rows, columns=["facility", "category", query.unit])
    table[query.unit] = table[query.unit].astype("float64")
    crs = query.network.crs
    return gpd.GeoDataFrame(table, geometry=split_at_antimeridian(np.asarray(shapes, object), crs), crs=crs)


def _draw_streets(query: Query, destinations: Sequence[Destination]) -> np.ndarray:
    """MultiLineStrings of the reached streets of each destination, for each of its limits."""
    network, buffers, lines = query.network, SearchBuffers.of(query.arcs), []
    for one in step_through(destinations, "isochrones"):
        starts, limits = query.facility_snapping.take(one.rows), query.cost_limits(one)
        reached = reach_streets(network.streets, query.costs, query.arcs, starts, float(limits[-1]), buffers=buffers)
        for limit in limits:
            first, xy = cut_lines(network.shapes, clip_intervals(reached.intervals, limit))
            lines.append(shapely.MultiLineString([xy[begin:end] for begin, end in pairwise(first)]))
    return np.array(lines, dtype=object)
