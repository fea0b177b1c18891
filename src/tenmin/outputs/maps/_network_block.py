"""The walking network of a coverage as integers, from which the page computes every walk itself.

docs/map-format.md describes each array. Lengths are whole millimetres and times whole milliseconds, so that an error of
half a unit at each of hundreds of edges stays far below the 0.05 s to which the page's minutes equal those of tenmin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.query import Query
from tenmin.measures.coverage import Coverage
from tenmin.network import WalkNetwork
from tenmin.outputs.maps._layers import PLAZA, street_weights
from tenmin.outputs.maps._shapes import page_points, page_shapes
from tenmin.routing import AccessPoints

__all__ = ["NETWORK_FORMAT", "StreetOrder", "network_numbers"]

NETWORK_FORMAT = 2
"""Number of the format of the network in the page."""

MILLI, CENTI = 1000, 100
CLOSED = -1
"""Instead of the milliseconds of a direction that cannot be walked."""
PRIVATE, RAISED, ISLAND = 8, 16, 32
"""Added to the weight of an edge: private; no legs may join it; on an island."""
AT_A_GATE = 0.05
"""Largest distance of the ends of streets from the closed gate that they lead to, metres."""
ALONG_ONE_STREET = 2
GATE_STATES = {"open": 0, "private": 1, "closed": 2}


@dataclass(frozen=True)
class StreetOrder:
    """The order of nodes and edges on the page: neighbours stand near each other, so that numbers differ little."""

    number: np.ndarray
    """Number of each node of the network on the page."""
    edges: np.ndarray
    """Rows of the edges in the order of the page."""

    @classmethod
    def of(cls, network: WalkNetwork) -> StreetOrder:
        """Return the nodes along a Hilbert curve, and the edges by their first node, then by their last."""
        nodes = np.argsort(network.nodes.geometry.hilbert_distance().to_numpy(), kind="stable")
        number = _inverse(nodes)
        return cls(number, np.lexsort((number[network.streets.v], number[network.streets.u])))

    def streets(self, network: WalkNetwork) -> gpd.GeoDataFrame:
        """Return the edges that are drawn as streets in the order of the page."""
        return network.edges.iloc[self.edges[network.is_street[self.edges]]]

    @cached_property
    def edge(self) -> np.ndarray:
        """Number of each edge of the network on the page."""
        return _inverse(self.edges)


def _inverse(order: np.ndarray) -> np.ndarray:
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.arange(len(order))
    return numbers


def network_numbers(
    coverage: Coverage,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    categories: Mapping[str, int],
    order: StreetOrder,
) -> dict[str, Any]:
    """Return the network, the access points of homes and facilities, and what the walks are compared with.

    Parameters
    ----------
    coverage
        A coverage of walks.
    places, facilities
        The tables of the coverage in the order of the page.
    categories
        Number of each category on the page.
    order
        The order of its nodes and edges.
    """
    query, network = coverage.query, coverage.network
    rows = {name: query.rows_of[name] for name in categories}
    sites = _facility_rows(query, facilities, rows)
    number = np.full(len(query.facilities), CLOSED)
    number[sites] = np.arange(len(sites))
    home = query.places.index.get_indexer(places.index)
    return {
        "format": NETWORK_FORMAT,
        "speed": network.walker.metres_a_second,
        "unit": query.unit,
        "direction": query.direction,
        **_streets(network, order),
        "ends": _steps(np.sort(order.number[network.ends_of_data])),
        "thin": [bool(coverage.counts.loc[name, "thin"]) for name in categories],
        "rows": [np.sort(number[rows[name]]) for name in categories],
        "homes": _joints(query.place_snapping.take(home), network, order),
        "sites": _joints(query.facility_snapping.take(sites), network, order),
        "gates": _gates(network, order),
    }


def _facility_rows(query: Query, facilities: gpd.GeoDataFrame, rows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the rows of the facilities on the page, then of those that count for a category without being drawn."""
    drawn = query.facilities.index.get_indexer(facilities.index)
    counted = np.unique(np.concatenate([np.zeros(0, np.int64), *rows.values()]))
    return np.concatenate([drawn, np.setdiff1d(counted, drawn)])


def _streets(network: WalkNetwork, order: StreetOrder) -> dict[str, Any]:
    streets, edges, rows = network.streets, network.assembly.edges, order.edges
    length, there, back = (np.asarray(edges[name], float)[rows] for name in ("length", "seconds", "seconds_back"))
    length = np.rint(length * MILLI).astype(np.int64)
    level = np.floor(length / network.walker.metres_a_second + 0.5).astype(np.int64)
    along = np.rint(there * MILLI).astype(np.int64)
    beyond = np.rint(np.where(np.isfinite(back), back, 0.0) * MILLI).astype(np.int64) - along
    raised = np.ones(len(along), bool)
    raised[network.frontage.edge] = False
    flags = PRIVATE * streets.private + RAISED * raised + ISLAND * network.on_island()
    weights = street_weights(network.edges, network.is_street)[rows]
    u, v = order.number[streets.u[rows]], order.number[streets.v[rows]]
    return {
        "nodes": len(network.assembly.nodes),
        "u": _steps(u),
        "v": v - u,
        "length": length,
        "slower": along - level,
        "back": beyond,
        "one_way": _steps(np.flatnonzero(~np.isfinite(back))),
        "kind": weights + flags[rows],
        "plazas": page_shapes(network.edges.iloc[rows[weights == PLAZA]].geometry),
    }


def _joints(points: AccessPoints, network: WalkNetwork, order: StreetOrder) -> dict[str, np.ndarray]:
    """Return the access points of items: their number, and the edge, centimetres along it and of the leg of each.

    Those of an item stand by edge.
    """
    edge, count = order.edge[points.edge], np.diff(points.first)
    rows = np.lexsort((points.offset, edge, np.repeat(np.arange(len(count)), count)))
    length, along = network.streets.length[points.edge[rows]], points.offset[rows]
    last = np.ceil(length * CENTI)
    within = (along > 0.0) & (along < length)
    inside = np.clip(np.rint(along * CENTI), 1, np.maximum(last - 1, 1))
    offset = np.where(within, inside, np.where(along > 0.0, last, 0.0))
    return {
        "count": count,
        "edge": _steps(edge[rows]),
        "offset": offset.astype(np.int64),
        "leg": np.rint(points.leg[rows] * CENTI).astype(np.int64),
    }


def _gates(network: WalkNetwork, order: StreetOrder) -> dict[str, Any]:
    """Return the gates that can be opened or shut: those in the course of one street, with the node of either side."""
    gates = network.gates
    positions = gates.geometry.to_numpy()
    nodes = network.nodes.geometry.to_numpy()
    gate, node = shapely.STRtree(nodes).query(positions, predicate="dwithin", distance=AT_A_GATE)
    ends = np.bincount(np.concatenate([network.streets.u, network.streets.v]), minlength=len(nodes))
    sides = pd.Series(node).groupby(gate).agg(list)
    degree = {one: [int(ends[side]) for side in found] for one, found in sides.items()}
    shut = [one for one, found in degree.items() if found == [1, 1]]
    passed = [one for one, found in degree.items() if found == [ALONG_ONE_STREET]]
    chosen = sorted([*shut, *passed])
    rows = gates.iloc[chosen]
    return {
        "points": page_points(rows.geometry),
        "side": order.number[np.array([sides[one][0] for one in chosen], np.int64)],
        "other": order.number[np.array([sides[one][-1] for one in chosen], np.int64)],
        "state": rows["state"].map(GATE_STATES).fillna(0).to_numpy(np.int64),
        "id": [str(label) for label in rows.index],
    }


def _steps(rows: np.ndarray) -> np.ndarray:
    """Return each number as the difference from the one before."""
    return np.diff(rows.astype(np.int64), prepend=0)
