"""Isochrones: the streets and the ground from which a facility is within a limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access._exact_ground import draw_exact_grounds
from tenmin.access._ground import Group, Sketch, draw_grounds
from tenmin.access.query import Query, check_merge, make_query
from tenmin.network import ASIDE, WalkNetwork
from tenmin.routing import Basin, clip_stretches, cut_lines, reach_streets
from tenmin.support.errors import TableError
from tenmin.support.limits import check_metres
from tenmin.support.progress import step_through

__all__ = ["draw_isochrones", "trace_isochrones"]

Shape = Literal["ground", "streets"]
FINEST, USUAL, COARSEST = 1.0, 12.5, 100.0


def _check_options(shape: object, lateral: float, resolution: float | None, threads: int | None) -> Sketch:
    if shape not in ("ground", "streets"):
        msg = f"shape must be 'ground' or 'streets', but is {shape!r}"
        raise TableError(msg)
    check_metres(lateral, "lateral", allowed=f"above 0 and up to {ASIDE:g}", least=1e-3, most=ASIDE)
    if resolution is None:
        resolution = min(max(lateral / 4.0, FINEST), USUAL)
    allowed = f"from {FINEST:g} to {COARSEST:g}"
    check_metres(resolution, "resolution", allowed=allowed, least=FINEST, most=COARSEST)
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or threads < 1):
        msg = f"threads is {threads!r}; give a whole number from 1 up, or None for as many as there are processors"
        raise TableError(msg)
    return Sketch(float(lateral), float(resolution), threads)


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
    resolution: float | None = None,
    threads: int | None = None,
    exact: bool = False,
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
        Lines that no leg off the street may cross, instead of the network's own.
    resolution
        Distance of the points between which the outline of the ground is interpolated, metres, from 1 to 100; half of
        it where barriers stand. The finer, the truer and the slower. By default a quarter of `lateral`, at most 12.5.
    threads
        How many circles are drawn at once; by default as many as there are processors. Results do not depend on it.
    exact
        Draw the ground as the union of what each piece and corner of street serves, true to millimetres, for checking
        and small jobs: it is many times slower. `resolution` and `threads` then have no effect, but beside private
        streets and islands, where the ground is drawn at 1 m.

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
    """Return the isochrones of a query that is already checked and snapped; see `trace_isochrones`."""
    check_merge(merge, ("category",))
    sketch = _check_options(shape, lateral, resolution, threads)
    destinations = query.destinations(merged=merge is not None)
    groups = [Group(one.rows, query.cost(np.array(one.limits, np.float64))) for one in destinations]
    if shape == "streets":
        drawn = _draw_streets(query, groups)
    else:
        drawn = (draw_exact_grounds if exact else draw_grounds)(query, groups, sketch)
    rows = [
        (None if one.facility < 0 else query.facilities.index[one.facility], one.category, number)
        for one in destinations
        for number in one.limits
    ]
    table = pd.DataFrame(rows, columns=["facility", "category", query.unit])
    table[query.unit] = table[query.unit].astype("float64")
    return gpd.GeoDataFrame(table, geometry=drawn, crs=query.network.crs)


def _draw_streets(query: Query, groups: list[Group]) -> np.ndarray:
    """The reached streets of each group within each of its limits."""
    network, basin, lines = query.network, Basin.of(query.arcs), []
    for group in step_through(groups, "isochrones"):
        starts, furthest = query.facility_joins.take(group.rows), float(group.limits[-1])
        stretches = reach_streets(network.streets, query.costs, query.arcs, starts, furthest, basin=basin).stretches
        for limit in group.limits:
            first, xy = cut_lines(network.shapes, clip_stretches(stretches, limit))
            lines.append(shapely.MultiLineString([xy[begin:end] for begin, end in pairwise(first)]))
    return np.array(lines, dtype=object)
