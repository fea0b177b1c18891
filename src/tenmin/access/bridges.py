"""Bridges: links between the streets on the two sides of a barrier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from tenmin.access.added_links import Links, StreetPoints
from tenmin.network import WalkNetwork
from tenmin.routing import Outlines, find_access_points
from tenmin.surface import first_wall_crossed

__all__ = ["find_bridges"]

LONGEST = 150.0
"""Longest bridge, metres."""
SPACING = 50.0
"""Largest distance along a street between points at which a bridge may begin, metres."""
SAME_SPOT = 0.01
"""Side of the squares in which points of streets are one, metres."""
WIDE = {"railway": "railway", "motorway": "motorway", "water": "water", "waterway": "water"}
"""Kinds of barriers mapped as several lines side by side (tracks, carriageways, banks), and what these are parts of."""


def find_bridges(network: WalkNetwork) -> Links:
    """Return links of at most 150 m between public streets on the ground that cross one barrier and no other.

    They begin at the ends of edges and at points between them at most `SPACING` apart; they end at another such point,
    or where the distance from the beginning has a local minimum along the streets. One barrier is a line, the lines of
    one name and kind, or all tracks, all carriageways or all water lines that a link crosses. `cause` is the row of the
    barrier, of one with a name if there is one.
    """
    points, xy = _street_points(network)
    item, end, steps = _to_points(points, xy)
    nearest_item, nearest_end, nearest_steps = _to_local_minima(network, xy)
    item, steps = np.concatenate([item, nearest_item]), np.concatenate([steps, nearest_steps])
    end = end.join(nearest_end)
    barrier = _named_first(network, steps)
    across = np.flatnonzero((barrier >= 0) & ~network.streets.private[end.edge])
    kept = across[_crosses_one(network, steps[across])]
    metres = np.hypot(*(steps[kept, 2:] - steps[kept, :2]).T)
    return Links(points.take(item[kept]), end.take(kept), metres, barrier[kept].astype(np.int32))


def _street_points(network: WalkNetwork) -> tuple[StreetPoints, np.ndarray]:
    """Points of the public edges on the ground near a barrier, each spot once, and their x and y."""
    edges = network.frontage.edge
    edges = edges[~network.streets.private[edges]]
    length = network.streets.length[edges]
    parts = np.maximum(np.ceil(length / SPACING), 1.0).astype(np.int64)
    row = np.repeat(np.arange(len(edges)), parts + 1)
    step = np.arange(len(row)) - np.repeat(np.cumsum(parts + 1) - parts - 1, parts + 1)
    offset = np.minimum(step / parts[row], 1.0) * length[row]
    spots = shapely.line_interpolate_point(network.assembly.edges.geometry[edges[row]], offset)
    xy = shapely.get_coordinates(spots)
    squares = pd.DataFrame(np.round(xy / SAME_SPOT))
    once = np.flatnonzero(~squares.duplicated().to_numpy())
    kept = once[_near_barriers(network, xy[once])]
    return StreetPoints(edges[row[kept]].astype(np.int32), offset[kept]), xy[kept]


def _near_barriers(network: WalkNetwork, xy: np.ndarray) -> np.ndarray:
    """Whether a bridge that begins at each point may reach a barrier; true of some from which none does."""
    apart = LONGEST / 20.0
    marks = shapely.get_coordinates(shapely.segmentize(network.barriers.geometry.to_numpy(), apart))
    metres, _ = KDTree(marks).query(xy, distance_upper_bound=LONGEST + apart)
    return np.isfinite(metres)


def _to_points(points: StreetPoints, xy: np.ndarray) -> tuple[np.ndarray, StreetPoints, np.ndarray]:
    """Steps from each point to the points near it, every pair once: row of the point, where they end, x, y, x, y."""
    begin, end = KDTree(xy).query_pairs(LONGEST, output_type="ndarray").T
    return begin, points.take(end), np.hstack([xy[begin], xy[end]])


def _to_local_minima(network: WalkNetwork, xy: np.ndarray) -> tuple[np.ndarray, StreetPoints, np.ndarray]:
    """Steps from each point to the local minima of the distance along the streets, as `_to_points` gives them."""
    front, at = network.frontage, np.arange(len(xy) + 1)
    pairs = front.tree.query(shapely.box(*np.hstack([xy - LONGEST, xy + LONGEST]).T))
    outlines = Outlines(at, at, np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1]))
    found, legs = find_access_points(front.streets, front.shapes, outlines, (pairs[0], pairs[1]), aside=LONGEST)
    return found.item, StreetPoints(front.edge[found.edge].astype(np.int32), found.offset), legs[:, [2, 3, 0, 1]]


def _is_named(network: WalkNetwork) -> np.ndarray:
    name = network.barriers["name"]
    return (name.notna() & (name != "")).to_numpy(bool)


def _named_first(network: WalkNetwork, steps: np.ndarray) -> np.ndarray:
    """The row of a barrier line that each step crosses, of one with a name if there is one; -1 for none."""
    order = np.argsort(~_is_named(network), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return np.append(order, -1)[_least_crossed(network, rank, steps)]


def _crosses_one(network: WalkNetwork, steps: np.ndarray) -> np.ndarray:
    """Whether the lines that each step crosses are of one barrier; each step crosses some."""
    kind, name, named = network.barriers["kind"], network.barriers["name"], _is_named(network)
    groups = [
        (WIDE[one], "") if one in WIDE else (one, text if has_name else row)
        for row, (one, text, has_name) in enumerate(zip(kind, name, named, strict=True))
    ]
    group = pd.factorize(pd.Series(groups, dtype=object))[0]
    most = group.max(initial=0)
    return _least_crossed(network, group, steps) == most - _least_crossed(network, most - group, steps)


def _least_crossed(network: WalkNetwork, rank: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The least rank of the barrier lines that each step crosses; -1 for none."""
    walls = network.walls
    return first_wall_crossed(walls._replace(row=rank[walls.row].astype(np.int64)), steps)
