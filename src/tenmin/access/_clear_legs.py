"""Legs off the street that pass through no building but one's own."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from tenmin.network import Snapping, WalkNetwork
from tenmin.routing import AccessPoints

__all__ = ["keep_clear_legs"]

_THROUGH = 0.1
"""Length inside a building from which a leg passes through it, metres."""
_AREA = 2


def keep_clear_legs(
    snapping: Snapping, items: gpd.GeoDataFrame, network: WalkNetwork, buildings: np.ndarray
) -> Snapping:
    """Return a snapping without the legs that pass through a building other than one's own.

    One's own is a building in which the item stands, or that stands in it. An item without a clear leg is not joined.

    Parameters
    ----------
    snapping, items
        The access points of places or facilities, and these in the network's CRS.
    network
        The streets.
    buildings
        Polygons in the network's CRS.
    """
    points = snapping.access_points
    blocked = _blocked(points, items.geometry.to_numpy(), network, buildings)
    kept = np.flatnonzero(~blocked)
    number = np.bincount(points.item[kept], minlength=len(items))
    first = np.concatenate([[0], np.cumsum(number)])
    nearest = np.full(len(items), np.inf)
    np.minimum.at(nearest, points.item[kept], points.leg[kept])
    joined = number > 0
    table = snapping.table.assign(
        how=snapping.table["how"].where(joined, "none"),
        access_points=number,
        leg=np.where(joined, nearest, np.nan),
        island=snapping.table["island"] & joined,
    )
    return Snapping(AccessPoints(first, points.edge[kept], points.offset[kept], points.leg[kept]), table)


def _blocked(points: AccessPoints, shapes: np.ndarray, network: WalkNetwork, buildings: np.ndarray) -> np.ndarray:
    """Whether the leg of each access point passes through a building other than one's own."""
    lines = network.assembly.edges.geometry[points.edge]
    legs = shapely.shortest_line(_outlines(shapes)[points.item], shapely.line_interpolate_point(lines, points.offset))
    leg, building = shapely.STRtree(buildings).query(legs, predicate="intersects")
    inside = shapely.length(shapely.intersection(legs[leg], buildings[building])) > _THROUGH
    leg, building = leg[inside], building[inside]
    item, within = shapes[points.item[leg]], shapely.point_on_surface(buildings[building])
    own = shapely.intersects(buildings[building], shapely.point_on_surface(item)) | shapely.intersects(item, within)
    blocked = np.zeros(len(points.edge), bool)
    blocked[leg[~own]] = True
    return blocked


def _outlines(shapes: np.ndarray) -> np.ndarray:
    """Areas as their outlines, points as they are."""
    outlines, areas = shapes.copy(), shapely.get_dimensions(shapes) == _AREA
    simple = areas & (shapely.get_type_id(shapes) != shapely.GeometryType.GEOMETRYCOLLECTION.value)
    outlines[simple] = shapely.boundary(shapes[simple])
    return outlines
