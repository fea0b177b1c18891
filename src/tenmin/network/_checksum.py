"""Checksum of what a saved network holds, by which an edited file is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer

from tenmin.network._containers import PlainTable

__all__ = ["checksum", "is_same_crs"]

_SAME_DEGREES = 1e-9


def checksum(text: str, layers: Mapping[str, Mapping[str, Any]], tables: Mapping[str, PlainTable]) -> str:
    """Return the SHA-256 of a description and of all columns and geometries that it describes.

    The two formats give the same, though GeoPackage knows no NaN and Parquet no table without geometry.

    Parameters
    ----------
    text
        The description as text, without its checksum.
    layers
        The description of each layer.
    tables
        The layers.
    """
    digest = hashlib.sha256(text.encode())
    for name, about in layers.items():
        index = [] if "range" in about["index"] else ["label"]
        for stored in [*(one["stored"] for one in about["columns"]), *index]:
            table = tables[name]
            parts = _shapes(table.geometry) if stored is None else _cells(table.columns[stored])
            for part in parts:
                digest.update(len(part).to_bytes(8, "little"))
                digest.update(part)
    return digest.hexdigest()


def _shapes(geometry: np.ndarray | None) -> Iterator[bytes]:
    for wkb in np.atleast_1d(np.asarray(shapely.to_wkb(geometry, byte_order=1, flavor="iso"))):
        yield wkb or b""


def _cells(values: np.ndarray) -> Iterator[bytes]:
    if values.dtype == object:
        yield json.dumps(values.tolist(), ensure_ascii=True).encode()
    elif values.dtype == np.float64:
        yield np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes()
    else:
        yield values.astype(values.dtype.newbyteorder("<")).tobytes()


def is_same_crs(one: CRS | None, other: CRS, geometry: np.ndarray) -> bool:
    """Return whether a CRS is another, or puts the corners around geometries at the same longitudes and latitudes.

    What a driver makes of a CRS is not always equal to it: it may lose the name or the shift of a datum.
    """
    if one is None or one == other:
        return one is not None
    corners = shapely.total_bounds(geometry).reshape(2, 2)
    if not np.isfinite(corners).all() or one.geodetic_crs is None or other.geodetic_crs is None:
        return False
    x, y = corners.T
    places = [Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform(x, y) for crs in (one, other)]
    return bool(np.allclose(*places, rtol=0.0, atol=_SAME_DEGREES))
