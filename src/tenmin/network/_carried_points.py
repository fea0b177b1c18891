"""Access points of a network on one with more streets: an added street takes no walk away."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.network._arrays import StreetArrays
from tenmin.network._gate_walls import GATE_METRES
from tenmin.network._snapping import Snapping
from tenmin.routing import AccessPoints

__all__ = ["carry_over", "items_to_snap"]

_MOVED = 0.05
"""Metres by which a street may end elsewhere where a gate was opened."""


def items_to_snap(items: gpd.GeoDataFrame, before: StreetArrays, after: StreetArrays, aside: float) -> np.ndarray:
    """Return the things that may have access points on a network that they had not on an earlier one, rows, int64.

    Elsewhere streets are only joined with others, so that fewer access points count beside each other.

    Parameters
    ----------
    items
        Geometries in the CRS of the streets.
    before, after
        The networks: the later one has more streets or open gates.
    aside
        Longest leg, metres.
    """
    row = _same_edges(before, after)
    kept, every = row[row >= 0], np.arange(len(items))
    changed = np.ones(len(after.assembly.edges), bool)
    changed[kept] = False
    for was, now in ((before.streets.private, after.streets.private), (before.on_island(), after.on_island())):
        changed[kept] |= was[row >= 0] != now[kept]
    if (after.streets.private[kept] & ~before.streets.private[row >= 0]).any():
        return every
    streets = shapely.STRtree(after.assembly.edges.geometry[changed])
    near, _ = streets.query(items.geometry.to_numpy(), predicate="dwithin", distance=aside + GATE_METRES)
    return np.unique(near)


def carry_over(
    earlier: Snapping, before: StreetArrays, later: Snapping, rows: np.ndarray, after: StreetArrays
) -> Snapping:
    """Return the access points of things on a network, and beside them those that they had on an earlier one.

    Parameters
    ----------
    earlier, before
        The access points, and the network that they are on.
    later
        Those of some of the things on the network with more streets or open gates.
    rows
        Which things these are, int64.
    after
        The network with more.
    """
    old, new = earlier.access_points, later.access_points
    edge, offset = _find_again(old, before, after)
    kept = edge >= 0
    item = np.concatenate([old.item[kept], rows[new.item]])
    columns = (
        np.concatenate([edge[kept], new.edge]).astype(new.edge.dtype),
        np.concatenate([offset[kept], new.offset]),
        np.concatenate([old.leg[kept], new.leg]),
    )
    order = np.argsort(item, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(item, minlength=len(earlier.table)))])
    points = AccessPoints(first, *(values[order] for values in columns))
    joined = (later.table["how"] != "none").to_numpy()
    how, leg, island = (earlier.table[name].to_numpy(copy=True) for name in ("how", "leg", "island"))
    how[rows[joined]], island[rows[joined]] = later.table["how"][joined], later.table["island"][joined]
    leg[rows] = np.fmin(leg[rows], later.table["leg"])
    return Snapping(points, earlier.table.assign(how=how, access_points=np.diff(first), leg=leg, island=island))


def _same_edges(before: StreetArrays, after: StreetArrays) -> np.ndarray:
    """The row of each edge on another network that was made of the same lines; -1 where it is another line."""
    old, new = (np.fromiter(map(id, one.assembly.edges.geometry), np.int64) for one in (before, after))
    rows = pd.Series(np.arange(len(new)), index=new)
    return rows[~rows.index.duplicated(keep=False)].reindex(old).fillna(-1).to_numpy(np.int64)


def _find_again(points: AccessPoints, before: StreetArrays, after: StreetArrays) -> tuple[np.ndarray, np.ndarray]:
    """Edge and offset of access points on another network; edge -1 where that street is no more."""
    old, new = before.assembly.edges, after.assembly.edges
    edge, offset = _same_edges(before, after)[points.edge], points.offset.copy()
    lost = np.flatnonzero(edge < 0)
    spots = shapely.line_interpolate_point(old.geometry[points.edge[lost]], offset[lost])
    which, found = after.tree.query(spots, predicate="dwithin", distance=_MOVED)
    of_way = np.asarray(old["way"])[points.edge[lost[which]]] == np.asarray(new["way"])[found]
    which, found = which[of_way], found[of_way]
    order = np.lexsort((found, shapely.distance(new.geometry[found], spots[which]), which))
    which, first = np.unique(which[order], return_index=True)
    found = found[order][first]
    edge[lost[which]] = found
    offset[lost[which]] = shapely.line_locate_point(new.geometry[found], spots[which])
    return edge, offset
