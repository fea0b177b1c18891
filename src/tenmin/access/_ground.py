"""The ground of facilities, drawn: where a place would be within a limit, as polygons on a fixed grid."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import shapely

from tenmin.access.query import Query
from tenmin.network import ASIDE
from tenmin.routing import Basin, Feet
from tenmin.support.progress import step_through
from tenmin.surface import (
    Course,
    Ground,
    Lattice,
    Rings,
    Starts,
    draw_group,
    gather_starts,
    lay_lattice,
    lay_out,
    reached_edges,
)

__all__ = ["Group", "Sketch", "draw_grounds"]

_CHUNK = 16

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True)
class Group:
    """Facilities that share a circle: their rows, and the limits of the circle in the unit of the costs, ascending."""

    rows: np.ndarray
    limits: np.ndarray


@dataclass(frozen=True)
class Sketch:
    """How the ground is drawn: the longest leg, the distance of grid points (metres), how many threads draw."""

    lateral: float
    resolution: float
    threads: int | None


def _starts_of(query: Query, groups: Sequence[Group]) -> Starts:
    """Return the feet from which the circles of groups start, and the seeds of their searches."""
    rows = np.concatenate([np.zeros(0, np.int64), *(group.rows for group in groups)]).astype(np.int64)
    feet = query.facility_joins.take(rows)
    first = feet.first[np.cumsum([0, *(len(group.rows) for group in groups)])]
    return gather_starts(query.network.streets, query.costs, Feet(first, feet.edge, feet.offset, feet.leg))


def _in_threads(work: Callable[[S], T], items: Sequence[S], threads: int | None, what: str) -> list[T]:
    """Return what some work makes of each item, in their order, by so many threads or as many as processors."""
    workers = os.cpu_count() or 1 if threads is None else threads
    if workers == 1:
        return [work(item) for item in step_through(items, what)]
    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(work, item) for item in items]
        return [one.result() for one in step_through(waiting, what)]


def draw_grounds(query: Query, groups: Sequence[Group], sketch: Sketch) -> np.ndarray:
    """Return the ground of each group within each of its limits, as MultiPolygons.

    Parameters
    ----------
    query
        The streets, what they cost, and how the facilities join them.
    groups
        The facilities of each circle and its limits.
    sketch
        How it is drawn.
    """
    network, costs, arcs = query.network, query.costs, query.arcs
    starts = _starts_of(query, groups)
    longest = max((float(group.limits[-1]) for group in groups), default=0.0) / costs.leg
    ground = Ground(network.rims, network.walls, sketch.lateral + sketch.resolution, ASIDE)
    live = reached_edges(network.streets, arcs, starts, (longest + 2.0 * sketch.resolution) * costs.leg)
    rims = live[0][np.maximum(ground.rims.code, 0)], live[1][np.maximum(-1 - ground.rims.code, 0)]
    near = np.where(ground.rims.code >= 0, *rims)
    if not near.any():
        return np.full(sum(len(group.limits) for group in groups), shapely.MultiPolygon(), dtype=object)
    lattice = lay_lattice(ground, sketch.resolution, near)
    course = lay_out(network.streets, arcs, costs, network.rims, shapely.bounds(network.edges.geometry.to_numpy()))
    easel = _Easel(course, lattice, starts, [group.limits / costs.leg for group in groups], sketch.lateral)
    chunks = [range(k, min(k + _CHUNK, len(groups))) for k in range(0, len(groups), _CHUNK)]
    drawn = _in_threads(easel.draw, chunks, sketch.threads, "isochrones")
    return _polygons([rings for chunk in drawn for rings in chunk])


@dataclass(frozen=True)
class _Easel:
    """What the circles of a call have in common."""

    course: Course
    lattice: Lattice
    starts: Starts
    limits: list[np.ndarray]
    lateral: float

    def draw(self, groups: range) -> list[Rings]:
        """The rings of the circles of some groups."""
        basin = Basin.of(self.course.arcs)
        drawn = [
            draw_group(self.course, self.lattice, self.starts, group, self.limits[group], self.lateral, basin)
            for group in groups
        ]
        return [rings for circles in drawn for rings in circles]


def _polygons(circles: list[Rings]) -> np.ndarray:
    """The multipolygons of circles, made in one call."""
    if not circles:
        return np.zeros(0, object)
    corners = np.cumsum([0, *(len(rings.x) for rings in circles)])
    ring = np.concatenate([[0], *(rings.first[1:] + begin for rings, begin in zip(circles, corners, strict=False))])
    is_shell = np.concatenate([rings.is_shell for rings in circles])
    polygon = np.append(np.flatnonzero(is_shell), len(is_shell))
    circle = np.cumsum([0, *(rings.is_shell.sum() for rings in circles)])
    xy = np.stack([np.concatenate([getattr(rings, axis) for rings in circles]) for axis in "xy"], axis=1)
    return shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, xy, (ring, polygon, circle))
