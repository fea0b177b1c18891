"""The ground within a limit of facilities, as polygons contoured from a sample grid."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import shapely

from tenmin.access.query import Destination, Query
from tenmin.network import ASIDE
from tenmin.routing import AccessPoints, SearchBuffers
from tenmin.support.progress import step_through
from tenmin.surface import (
    DrawingData,
    Rings,
    SampleGrid,
    SnapTargets,
    Starts,
    build_sample_grid,
    draw_isochrones,
    gather_starts,
    prepare_drawing,
    reached_edges,
)

__all__ = ["DrawingOptions", "draw_grounds"]

_CHUNK = 16
"""Destinations drawn by one task of a thread."""

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True)
class DrawingOptions:
    """Options of drawing the ground."""

    lateral: float
    """Longest leg between a point and the street, metres."""
    resolution: float
    """Spacing of the sample grid, metres."""
    threads: int | None
    """Number of threads; None for the number of processors."""


def _starts_of(query: Query, destinations: Sequence[Destination]) -> Starts:
    """The access points of the facilities of each destination, and the seeds of their searches."""
    rows = np.concatenate([np.zeros(0, np.int64), *(one.rows for one in destinations)]).astype(np.int64)
    access_points = query.facility_snapping.take(rows)
    first = access_points.first[np.cumsum([0, *(len(one.rows) for one in destinations)])]
    return gather_starts(
        query.network.streets,
        query.costs,
        AccessPoints(first, access_points.edge, access_points.offset, access_points.leg),
    )


def _in_threads(function: Callable[[S], T], items: Sequence[S], threads: int | None, what: str) -> list[T]:
    """The results of a function for each item, in their order, computed by threads; None: one per processor."""
    workers = os.cpu_count() or 1 if threads is None else threads
    if workers == 1:
        return [function(item) for item in step_through(items, what)]
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(function, item) for item in items]
        return [future.result() for future in step_through(futures, what)]


def draw_grounds(query: Query, destinations: Sequence[Destination], options: DrawingOptions) -> np.ndarray:
    """Return the ground of each destination within each of its limits, as MultiPolygons.

    Parameters
    ----------
    query
        The network, the costs, and the access points of the facilities.
    destinations
        The facilities of each isochrone, and its limits.
    options
        How to draw it.

    Returns
    -------
    ndarray of MultiPolygon
        In the order of the destinations, then of their limits.
    """
    network, costs, arcs = query.network, query.costs, query.arcs
    starts, limits = _starts_of(query, destinations), [query.cost_limits(one) for one in destinations]
    longest = max((float(one[-1]) for one in limits), default=0.0) / costs.leg
    targets = SnapTargets(
        network.street_pieces, network.parts, network.walls, options.lateral + options.resolution, ASIDE
    )
    reached = reached_edges(network.streets, arcs, starts, (longest + 2.0 * options.resolution) * costs.leg)
    of_piece = reached[0][np.maximum(targets.pieces.code, 0)], reached[1][np.maximum(-1 - targets.pieces.code, 0)]
    near = np.where(targets.pieces.code >= 0, *of_piece)
    if not near.any():
        return np.full(sum(map(len, limits)), shapely.MultiPolygon(), dtype=object)
    sample_grid = build_sample_grid(targets, options.resolution, near)
    data = prepare_drawing(
        network.streets, arcs, costs, network.street_pieces, shapely.bounds(network.edges.geometry.to_numpy())
    )
    renderer = _Renderer(data, sample_grid, starts, [one / costs.leg for one in limits], options.lateral)
    chunks = [range(k, min(k + _CHUNK, len(limits))) for k in range(0, len(limits), _CHUNK)]
    drawn = _in_threads(renderer.draw, chunks, options.threads, "isochrones")
    return _multipolygons([rings for chunk in drawn for rings in chunk])


@dataclass(frozen=True)
class _Renderer:
    """The arrays that all isochrones of a call share."""

    data: DrawingData
    sample_grid: SampleGrid
    starts: Starts
    limits: list[np.ndarray]
    """Limits of each destination, in metres of level walking, ascending."""
    lateral: float

    def draw(self, destinations: range) -> list[Rings]:
        """The rings of the isochrones of some destinations."""
        buffers = SearchBuffers.of(self.data.arcs)
        drawn = [
            draw_isochrones(
                self.data, self.sample_grid, self.starts, number, self.limits[number], self.lateral, buffers
            )
            for number in destinations
        ]
        return [rings for isochrones in drawn for rings in isochrones]


def _multipolygons(isochrones: list[Rings]) -> np.ndarray:
    """A MultiPolygon of the rings of each isochrone."""
    if not isochrones:
        return np.zeros(0, object)
    offsets = np.cumsum([0, *(len(rings.x) for rings in isochrones)])
    ring = np.concatenate([[0], *(rings.first[1:] + begin for rings, begin in zip(isochrones, offsets, strict=False))])
    is_shell = np.concatenate([rings.is_shell for rings in isochrones])
    polygon = np.append(np.flatnonzero(is_shell), len(is_shell))
    part = np.cumsum([0, *(rings.is_shell.sum() for rings in isochrones)])
    xy = np.stack([np.concatenate([getattr(rings, axis) for rings in isochrones]) for axis in "xy"], axis=1)
    return shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, xy, (ring, polygon, part))
