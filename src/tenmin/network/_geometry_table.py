"""Columns and geometry as arrays, converted to a GeoDataFrame only on access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

__all__ = ["GeometryTable"]


@dataclass(frozen=True, eq=False)
class GeometryTable:
    """A table with geometry, as arrays.

    Building or slicing a small GeoDataFrame takes milliseconds, arrays take microseconds. Columns have the types of a
    frame: columns of text only are of pandas' `str`.
    """

    columns: Mapping[str, Any]
    """numpy or pandas arrays (rows,) by name, without the geometry."""
    geometry: np.ndarray
    """Shapely geometries (rows,)."""
    crs: CRS | None

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame) -> Self:
        """Return the columns of a frame, without its index."""
        geometry = frame.geometry
        columns = {str(name): _array(frame[name]) for name in frame.columns if name != geometry.name}
        return cls(columns, geometry.to_numpy(), geometry.crs)

    @classmethod
    def made(cls, columns: Mapping[str, np.ndarray], geometry: np.ndarray, crs: CRS | None) -> Self:
        """Return a table from arrays; columns of text become pandas' `str`."""
        return cls({name: _as_column(values) for name, values in columns.items()}, geometry, crs)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.geometry)

    def __contains__(self, name: str) -> bool:
        """Whether there is a column of this name."""
        return name in self.columns

    def __getitem__(self, name: str) -> Any:
        """Return a column as an array."""
        return self.columns[name]

    def assign(self, geometry: np.ndarray | None = None, **columns: np.ndarray) -> Self:
        """Return the table with columns added or replaced, and the geometry if given."""
        given = {name: _as_column(values) for name, values in columns.items()}
        shapes = self.geometry if geometry is None else geometry
        return replace(self, columns={**self.columns, **given}, geometry=shapes)

    def take(self, rows: np.ndarray) -> Self:
        """Return rows by number or by a mask."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return replace(self, columns=columns, geometry=self.geometry[rows])

    def ends(self) -> np.ndarray:
        """Return x and y where each line begins, then where each ends, float64 (2 * rows, 2)."""
        xy, row = shapely.get_coordinates(self.geometry, return_index=True)
        first, last = np.flatnonzero(np.diff(row, prepend=-1)), np.flatnonzero(np.diff(row, append=-1))
        return xy[np.concatenate([first, last])]

    def attributes(self, index: pd.Index | None = None) -> pd.DataFrame:
        """Return the columns without geometry as a DataFrame, numbered from 0 or with an index."""
        index = pd.RangeIndex(len(self)) if index is None else index
        kept = {
            name: pd.Series(values, index=index, dtype=object) if values.dtype == object else values
            for name, values in self.columns.items()
        }
        return pd.DataFrame(kept, index=index)

    def frame(self, index: pd.Index | None = None) -> gpd.GeoDataFrame:
        """Return the table as a GeoDataFrame, numbered from 0 or with an index."""
        rows = self.attributes(index).assign(geometry=gpd.array.from_shapely(self.geometry, crs=self.crs))
        return gpd.GeoDataFrame(rows, geometry="geometry")


def _array(series: pd.Series) -> Any:
    return series.to_numpy() if isinstance(series.dtype, np.dtype) else series.array


def _as_column(values: Any) -> Any:
    """An array with the type it has in a frame: text, also with None, becomes pandas' `str`."""
    return _array(pd.Series(values)) if values.dtype == object else values
