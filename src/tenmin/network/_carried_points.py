"""Access points of a network on one with more streets: an added street takes no walk away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from tenmin.network._arrays import StreetArrays
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._snapping import Snapping
from tenmin.routing import AccessPoints

__all__ = ["carry_over"]

_MOVED = 0.05
"""Metres by which a street may end elsewhere where a gate was opened."""


def carry_over(earlier: Snapping, before: StreetArrays, later: Snapping, after: StreetArrays) -> Snapping:
    """Return the access points of things on a network, and beside them those that they had on an earlier one.

    Parameters
    ----------
    earlier, before
        The access points, and the network that they are on.
    later, after
        Those of the same things on the network with more streets or open gates.
    """
    old, new = earlier.access_points, later.access_points
    edge, offset = _find_again(old, before, after)
    kept = edge >= 0
    item = np.concatenate([old.item[kept], new.item])
    columns = (
        np.concatenate([edge[kept], new.edge]).astype(new.edge.dtype),
        np.concatenate([offset[kept], new.offset]),
        np.concatenate([old.leg[kept], new.leg]),
    )
    order = np.argsort(item, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(item, minlength=len(new.first) - 1))])
    points = AccessPoints(first, *(values[order] for values in columns))
    none = later.table["how"] == "none"
    table = later.table.where(~none, earlier.table)
    legs = np.fmin(earlier.table["leg"], later.table["leg"])
    return Snapping(points, table.assign(access_points=np.diff(first), leg=legs))


def _find_again(points: AccessPoints, before: StreetArrays, after: StreetArrays) -> tuple[np.ndarray, np.ndarray]:
    """Edge and offset of access points on another network; edge -1 where that street is no more."""
    old, new = before.assembly.edges, after.assembly.edges
    rows = pd.Series(np.arange(len(new)), index=_keys(new))
    same = rows.reindex(_keys(old)).fillna(-1).to_numpy(np.int64)
    edge, offset = same[points.edge], points.offset.copy()
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


def _keys(edges: GeometryTable) -> pd.MultiIndex:
    """What tells edges apart: way and line, and of those that are equal, the number."""
    rows = pd.DataFrame({"way": np.asarray(edges["way"]), "line": shapely.to_wkb(edges.geometry)})
    return pd.MultiIndex.from_frame(rows.assign(number=rows.groupby(["way", "line"]).cumcount()))
