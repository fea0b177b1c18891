"""Decides point by point whether a walk to a facility is within the limit, by scipy's search and not by tenmin's.

The access points are those of `WalkNetwork.snap`; the distances of nodes, and all else, are found here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import tenmin as tm
from benchmarks.tasks.accuracy_files import LATERALS, LIMIT
from benchmarks.tasks.accuracy_town import ends_of
from tenmin.routing import AccessPoints

SLACK = 1e-6
LEAST = 1e-9
"""Metres that stand for nothing, since a sparse graph has no edges of nothing."""


@dataclass(frozen=True)
class Streets:
    """The edges of a network as columns; a closed way back is infinitely long."""

    u: np.ndarray
    v: np.ndarray
    length: np.ndarray
    back: np.ndarray
    nodes: int

    @classmethod
    def of(cls, network: tm.WalkNetwork) -> Streets:
        """Return the streets of a network."""
        length = network.edges["length"].to_numpy()
        both = np.isfinite(network.edges["seconds_back"].to_numpy())
        return cls(*ends_of(network), length, np.where(both, length, np.inf), len(network.nodes))

    def from_facilities(self, doors: AccessPoints) -> np.ndarray:
        """Return the metres from every node to every facility, a row for each facility, inf beyond the limit."""
        thing, edge = doors.item.astype(np.int64), doors.edge
        count = len(doors.first) - 1
        share = doors.offset / self.length[edge]
        tail = np.concatenate([self.v, self.u, self.nodes + thing, self.nodes + thing])
        head = np.concatenate([self.u, self.v, self.u[edge], self.v[edge]])
        starts = [doors.leg + doors.offset, doors.leg + self.back[edge] * np.where(share < 1.0, 1.0 - share, 0.0)]
        starts[1] = np.where(share < 1.0, starts[1], doors.leg)
        metres = np.concatenate([self.length, self.back, *starts])
        graph = _least_arcs(tail, head, metres, self.nodes + count)
        found = dijkstra(graph, indices=self.nodes + np.arange(count), limit=LIMIT * (1.0 + SLACK))
        return found[:, : self.nodes]

    def walks(self, access_points: AccessPoints, node_metres: np.ndarray, doors: AccessPoints) -> np.ndarray:
        """Return the metres from each access point, its leg included, to the facility that has these access points."""
        edge, offset = access_points.edge, access_points.offset
        with np.errstate(invalid="ignore"):
            to_u = np.where(offset > 0.0, self.back[edge] / self.length[edge] * offset, 0.0)
        metres = np.minimum(node_metres[self.u[edge]] + to_u, node_metres[self.v[edge]] + self.length[edge] - offset)
        for door_edge, door_offset, door_leg in zip(doors.edge, doors.offset, doors.leg, strict=True):
            here = edge == door_edge
            gap = door_offset - offset[here]
            straight = np.where((gap >= 0.0) | np.isfinite(self.back[door_edge]), np.abs(gap), np.inf)
            metres[here] = np.minimum(metres[here], straight + door_leg)
        return metres + access_points.leg


def _least_arcs(tail: np.ndarray, head: np.ndarray, metres: np.ndarray, nodes: int) -> csr_array:
    """The graph of arcs, of parallel ones the shortest."""
    open_ = np.isfinite(metres)
    tail, head, metres = tail[open_], head[open_], np.maximum(metres[open_], LEAST)
    order = np.lexsort((metres, head, tail))
    tail, head, metres = tail[order], head[order], metres[order]
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((metres[first], (tail[first], head[first])), shape=(nodes, nodes))


@dataclass(frozen=True)
class Judge:
    """Says which points are served, with the access points that one network allows.

    `start` is "access points" where a facility is left by any of them, as tenmin has it, and "node" where only by the
    node at which it stands, as everybody else has it.
    """

    network: tm.WalkNetwork
    streets: Streets
    doors: dict[str, AccessPoints]
    metres: dict[str, np.ndarray]

    @classmethod
    def of(cls, network: tm.WalkNetwork, facilities: gpd.GeoDataFrame) -> Judge:
        """Return the judge of facilities on a network."""
        streets = Streets.of(network)
        access_points = network.snap(facilities).access_points
        doors = {"access points": access_points, "node": _at_node(access_points)}
        return cls(network, streets, doors, {start: streets.from_facilities(one) for start, one in doors.items()})

    def access_points_of(self, points: np.ndarray) -> AccessPoints:
        """Return the access points of points, given as coordinates."""
        things = gpd.GeoDataFrame(geometry=shapely.points(points), crs=self.network.crs)
        return self.network.snap(things).access_points

    def served(self, access_points: AccessPoints, facility: int, start: str) -> dict[float, np.ndarray]:
        """Return, for each longest leg, whether the walk of each point to a facility is within the limit."""
        own = _take(self.doors[start], facility)
        metres = self.streets.walks(access_points, self.metres[start][facility], own)
        within = metres <= LIMIT * (1.0 + SLACK)
        chosen = {lateral: access_points.item[within & (access_points.leg <= lateral)] for lateral in LATERALS}
        return {
            lateral: np.bincount(things, minlength=len(access_points.first) - 1) > 0
            for lateral, things in chosen.items()
        }

    def box(self, facility: int) -> tuple[float, ...]:
        """Return the box of the edges that are reached in part at least, and of the longest legs round them."""
        near = np.isfinite(self.metres["access points"][facility])
        edges = near[self.streets.u] | near[self.streets.v]
        edges[_take(self.doors["access points"], facility).edge] = True
        left, bottom, right, top = shapely.total_bounds(self.network.edges.geometry.to_numpy()[edges])
        aside = LATERALS[-1]
        return left - aside, bottom - aside, right + aside, top + aside


def _take(access_points: AccessPoints, thing: int) -> AccessPoints:
    begin, end = access_points.first[thing], access_points.first[thing + 1]
    return AccessPoints(
        np.array([0, end - begin]),
        access_points.edge[begin:end],
        access_points.offset[begin:end],
        access_points.leg[begin:end],
    )


def _at_node(access_points: AccessPoints) -> AccessPoints:
    """The one access point of each facility without a leg, at its node."""
    nearest = np.array([begin + np.argmin(access_points.leg[begin:end]) for begin, end in _spans(access_points)])
    return AccessPoints(
        np.arange(len(nearest) + 1),
        access_points.edge[nearest],
        access_points.offset[nearest],
        access_points.leg[nearest],
    )


def _spans(access_points: AccessPoints) -> zip[tuple[int, int]]:
    return zip(access_points.first[:-1].tolist(), access_points.first[1:].tolist(), strict=True)


def with_doors_of(judge: Judge, other: Judge) -> Judge:
    """Return a judge whose points have the access points of one network and whose facilities have those of another."""
    return replace(judge, doors=other.doors, metres=other.metres)
