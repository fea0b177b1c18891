"""Ids of rows: what a row says makes its id, so that it stays the same when other rows come, go or move."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

__all__ = ["make_ids"]

_DECIMALS = 5
_DIGEST_BYTES = 5


def make_ids(frame: gpd.GeoDataFrame, prefixes: Sequence[str]) -> tuple[pd.Series, np.ndarray]:
    """Return an id for each row, and whether it is numbered because another row has the same key.

    The key is the prefix, name, communities and position, to five decimals of a degree; the id is the prefix and a hash
    of the key, as in "clinic:5d0c3f1b2a". Rows of one key are numbered (-2, -3) in the order of their other columns.

    Parameters
    ----------
    frame
        The rows, in longitude and latitude, with the columns `name` and `area` if the table has them.
    prefixes
        Category of each row, or what stands for it.
    """
    keys = zip(prefixes, _texts(frame, "name"), _texts(frame, "area"), _positions(frame), strict=True)
    ids = pd.Series([f"{key[0]}:{_digest(key)}" for key in keys], index=frame.index, dtype=object)
    shared = ids.duplicated(keep=False)
    others = frame[shared].drop(columns=["name", "area"], errors="ignore")
    texts = [str(row) for row in others.itertuples(index=False, name=None)]
    order = pd.Series(texts, index=others.index, dtype=object)
    place = order.sort_values(kind="stable").groupby(ids[shared]).cumcount().reindex(ids.index, fill_value=0)
    return ids.where(place == 0, ids + "-" + (place + 1).astype(str)), (place > 0).to_numpy()


def _digest(key: tuple[str, ...]) -> str:
    return hashlib.blake2b("\n".join(key).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def _texts(frame: pd.DataFrame, column: Hashable) -> list[str]:
    """Return a column as text, "" where it is missing; the items of a list are joined."""
    cells = frame[column] if column in frame.columns else [None] * len(frame)
    return ["、".join(cell) if isinstance(cell, tuple) else cell if isinstance(cell, str) else "" for cell in cells]


def _positions(frame: gpd.GeoDataFrame) -> list[str]:
    """Return the position of each row as text; a shape is where its centroid is."""
    centroids = shapely.centroid(frame.geometry.to_numpy())
    corners = np.round(np.column_stack([shapely.get_x(centroids), shapely.get_y(centroids)]), _DECIMALS) + 0.0
    return [f"{x:.{_DECIMALS}f},{y:.{_DECIMALS}f}" for x, y in corners.tolist()]
