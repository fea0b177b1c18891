"""The walking network of a coverage as integers, from which the page computes every walk itself.

docs/map-format.md describes each array. Lengths are whole millimetres and times whole milliseconds, so that an error of
half a unit at each of hundreds of edges stays far below the 0.05 s to which the page's minutes equal those of tenmin.
"""

from __future__ import annotations

from collections.abc import Mapping
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

__all__ = ["NETWORK_FORMAT", "network_numbers"]

NETWORK_FORMAT = 1
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


def network_numbers(
    coverage: Coverage, places: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, categories: Mapping[str, int]
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
    """
    query, network = coverage.query, coverage.network
    rows = {name: query.rows_of[name] for name in categories}
    order = _facility_rows(query, facilities, rows)
    number = np.full(len(query.facilities), CLOSED)
    number[order] = np.arange(len(order))
    home = query.places.index.get_indexer(places.index)
    return {
        "format": NETWORK_FORMAT,
        "speed": network.walker.metres_a_second,
        "unit": query.unit,
        "direction": query.direction,
        **_streets(network),
        "ends": _steps(network.ends_of_data),
        "thin": [bool(coverage.counts.loc[name, "thin"]) for name in categories],
        "rows": [np.sort(number[rows[name]]) for name in categories],
        "homes": _joints(query.place_snapping.take(home), network),
        "sites": _joints(query.facility_snapping.take(order), network),
        "gates": _gates(network),
    }


def _facility_rows(query: Query, facilities: gpd.GeoDataFrame, rows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the rows of the facilities on the page, then of those that count for a category without being drawn."""
    drawn = query.facilities.index.get_indexer(facilities.index)
    counted = np.unique(np.concatenate([np.zeros(0, np.int64), *rows.values()]))
    return np.concatenate([drawn, np.setdiff1d(counted, drawn)])


def _streets(network: WalkNetwork) -> dict[str, Any]:
    streets, edges = network.streets, network.assembly.edges
    length = np.rint(edges["length"] * MILLI).astype(np.int64)
    there, back = (np.asarray(edges[name], float) for name in ("seconds", "seconds_back"))
    level = np.floor(length / network.walker.metres_a_second + 0.5).astype(np.int64)
    along = np.rint(there * MILLI).astype(np.int64)
    beyond = np.rint(np.where(np.isfinite(back), back, 0.0) * MILLI).astype(np.int64) - along
    raised = np.ones(len(along), bool)
    raised[network.frontage.edge] = False
    flags = PRIVATE * streets.private + RAISED * raised + ISLAND * network.on_island()
    weights = street_weights(network.edges, network.is_street)
    return {
        "nodes": len(network.assembly.nodes),
        "u": _steps(streets.u),
        "v": streets.v.astype(np.int64) - streets.u,
        "length": length,
        "slower": along - level,
        "back": beyond,
        "one_way": _steps(np.flatnonzero(~np.isfinite(back))),
        "kind": weights + flags,
        "plazas": page_shapes(network.edges.geometry[weights == PLAZA]),
    }


def _joints(points: AccessPoints, network: WalkNetwork) -> dict[str, np.ndarray]:
    """Return the access points of items: their number, and the edge, centimetres along it and of the leg of each."""
    length = network.streets.length[points.edge]
    last = np.ceil(length * CENTI)
    within = (points.offset > 0.0) & (points.offset < length)
    inside = np.clip(np.rint(points.offset * CENTI), 1, np.maximum(last - 1, 1))
    offset = np.where(within, inside, np.where(points.offset > 0.0, last, 0.0))
    return {
        "count": np.diff(points.first),
        "edge": _steps(points.edge),
        "offset": offset.astype(np.int64),
        "leg": np.rint(points.leg * CENTI).astype(np.int64),
    }


def _gates(network: WalkNetwork) -> dict[str, Any]:
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
        "side": np.array([sides[one][0] for one in chosen], np.int64),
        "other": np.array([sides[one][-1] for one in chosen], np.int64),
        "state": rows["state"].map(GATE_STATES).fillna(0).to_numpy(np.int64),
        "id": [str(label) for label in rows.index],
    }


def _steps(rows: np.ndarray) -> np.ndarray:
    """Return each number as the difference from the one before."""
    return np.diff(rows.astype(np.int64), prepend=0)
