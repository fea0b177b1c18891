"""Whether places and facilities lie where the streets are: x and y exchanged, another town, what joins no street."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import shapely
from pyproj.exceptions import ProjError

from tenmin.network import Snapping, WalkNetwork
from tenmin.support.contracts import WORLD, in_metres
from tenmin.support.errors import TableError, TenminWarning

__all__ = ["Spots", "as_table", "move_to_streets", "warn_of_unjoined"]

Spots = gpd.GeoDataFrame | gpd.GeoSeries | shapely.Point
"""Places or facilities as a table, as shapes alone, or as one point."""
NEAR = 1000.0
"""Metres beyond the box of the streets up to which something lies near them."""
FAR = 100_000.0
"""Metres beyond the box of the streets from which something is of another town, or its x and y are exchanged."""
MANY_UNJOINED = 0.2
"""Share of the places or facilities near the streets above which it is warned that they join none."""


def as_table(given: object, network: WalkNetwork) -> object:
    """Return shapes as a table with the category "facility"; anything else as it is.

    Parameters
    ----------
    given
        A GeoSeries, whose index holds the ids; or one point, with the id 0: in the CRS of the network, or in longitude
        and latitude if only these are near the streets.
    network
        The streets.
    """
    if isinstance(given, shapely.Point):
        alone = gpd.GeoSeries([given], crs="EPSG:4326")
        here = _near_streets(np.array([given], object), network).any() or not _in_degrees_near(alone, network)
        given = alone.set_crs(network.crs, allow_override=True) if here else alone
    if isinstance(given, gpd.GeoSeries):
        return gpd.GeoDataFrame({"category": "facility"}, index=given.index, geometry=given)
    return given


def _in_degrees_near(alone: gpd.GeoSeries, network: WalkNetwork) -> bool:
    """Whether a shape is near the streets if its coordinates are longitude and latitude."""
    bounds = np.abs(alone.total_bounds)
    in_degrees = bool((bounds[::2] <= WORLD[0]).all() and (bounds[1::2] <= WORLD[1]).all())
    return in_degrees and bool(_near_streets(alone.to_crs(network.crs).to_numpy(), network).any())


def move_to_streets(frame: gpd.GeoDataFrame, network: WalkNetwork, what: str, *, anywhere: bool) -> gpd.GeoDataFrame:
    """Return a checked table in the CRS of the network.

    Parameters
    ----------
    frame
        The table; rows without geometry lie nowhere, and are passed over.
    network
        The streets.
    what
        "places" or "facilities", for messages.
    anywhere
        Whether all of them may lie far from the streets; not where the streets would be with x and y exchanged.

    Raises
    ------
    TableError
        None lies within 100 km of the streets; the message says how many would be near with x and y exchanged.

    Warns
    -----
    TenminWarning
        None lies near the streets, but some within 100 km.
    """
    try:
        moved = in_metres(frame, network.crs)
    except TableError:
        _refuse_exchanged(frame, network, what)
        raise
    given = int(np.isfinite(shapely.bounds(moved.geometry.to_numpy())).all(axis=1).sum())
    if given and not _near_streets(moved.geometry.to_numpy(), network).any():
        far = not _near_streets(moved.geometry.to_numpy(), network, FAR).any()
        if far:
            _refuse_exchanged(frame, network, what)
        if not anywhere:
            msg = (
                f"0 of {given} {what} lie near the streets: they are {_where(moved)}, and the streets "
                f"{_where(network.nodes)}. Are both of the same town, and is the CRS of {what} right?"
            )
            if far:
                raise TableError(msg)
            warnings.warn(msg, TenminWarning, stacklevel=4)
    return moved


def _near_streets(geometry: np.ndarray, network: WalkNetwork, metres: float = NEAR) -> np.ndarray:
    """Return which shapes, in the network's CRS, reach into the box of the streets or to within some metres of it."""
    x, y = network.shapes.x, network.shapes.y
    west, south, east, north = shapely.bounds(geometry).T
    across = (west <= x.max() + metres) & (east >= x.min() - metres)
    return across & (south <= y.max() + metres) & (north >= y.min() - metres)


def _refuse_exchanged(frame: gpd.GeoDataFrame, network: WalkNetwork, what: str) -> None:
    """Raise a TableError if any would lie near the streets with x and y exchanged."""
    exchanged = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    try:
        moved = gpd.GeoSeries(exchanged, crs=frame.crs).to_crs(network.crs).to_numpy()
    except ProjError:
        return
    near = int(_near_streets(moved, network).sum())
    if near:
        given = int((~(shapely.is_missing(exchanged) | shapely.is_empty(exchanged))).sum())
        msg = (
            f"0 of {given} {what} lie near the streets; {near} would with x and y exchanged: "
            "give longitude as x and latitude as y, e.g. by gpd.points_from_xy(longitude, latitude)"
        )
        raise TableError(msg)


def _where(frame: gpd.GeoDataFrame) -> str:
    """The middle of a table in longitude and latitude, in words."""
    west, south, east, north = frame.geometry.to_crs("EPSG:4326").total_bounds
    return f"at longitude {(west + east) / 2:.3f}, latitude {(south + north) / 2:.3f}"


def warn_of_unjoined(items: gpd.GeoDataFrame, snapping: Snapping, network: WalkNetwork, what: str) -> None:
    """Warn if more than a fifth of the items near the streets join none of them.

    What lies beyond the streets on purpose, such as the facilities of a whole city, is not counted.

    Parameters
    ----------
    items
        The places or facilities, in the network's CRS.
    snapping
        How each of them was joined.
    network
        The streets.
    what
        "places" or "facilities", for the message.

    Warns
    -----
    TenminWarning
        With the number of them.
    """
    near = _near_streets(items.geometry.to_numpy(), network)
    none = int((near & (snapping.table["how"] == "none").to_numpy()).sum())
    if none > MANY_UNJOINED * near.sum():
        msg = (
            f"{none} of {int(near.sum())} {what} near the streets ({none / near.sum():.0%}) join none of them, so "
            f"their walks are unknown: are the streets complete, and is the CRS or datum of {what} right?"
        )
        warnings.warn(msg, TenminWarning, stacklevel=4)
