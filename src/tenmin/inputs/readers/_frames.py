"""Read a DataFrame or GeoDataFrame as a raw table, so that it is parsed as a file with the same headings is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas.api.types import is_bool_dtype, is_float_dtype, is_integer_dtype

from tenmin.inputs.readers._headings import has_heading_of
from tenmin.inputs.readers._raw_table import Cells, RawTable, check_headings
from tenmin.inputs.readers._vector_files import cell_text
from tenmin.support.errors import TableError

__all__ = ["read_frame"]


def read_frame(frame: pd.DataFrame, table: str, columns: Mapping[str, str] | None) -> RawTable:
    """Return the raw table of a frame; its rows are numbered from 1, as those of a vector file.

    An index that is named or holds other labels than whole numbers gives the ids, unless a column does.

    Parameters
    ----------
    frame
        The frame; only its active geometry is used.
    table
        "facilities", "places" or "areas".
    columns
        Mapping from heading to name of the column, as the planner gave it.

    Raises
    ------
    TableError
        Headings are missing, not texts, or there twice.
    """
    name = Path(type(frame).__name__)
    if isinstance(frame.columns, pd.MultiIndex):
        msg = f"{name} has {frame.columns.nlevels} rows of headings; give one, e.g. by frame.columns.map(' '.join)"
        raise TableError(msg)
    shapes = frame.geometry if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name else None
    kept = [at for at, dtype in enumerate(frame.dtypes) if shapes is None or dtype.name != "geometry"]
    headings = [str(frame.columns[at]).strip() for at in kept]
    check_headings(headings or ["geometry"], name)
    data = {heading: frame.iloc[:, at].reset_index(drop=True) for heading, at in zip(headings, kept, strict=True)}
    if _gives_ids(frame.index) and not has_heading_of("id", headings, table, columns):
        data["id"] = frame.index.to_series().reset_index(drop=True)
    return RawTable(
        name,
        {heading: _cells(series) for heading, series in data.items()},
        np.arange(1, len(frame) + 1),
        None if shapes is None else np.asarray(shapely.force_2d(shapes.to_numpy()), object),
        None if shapes is None else shapes.crs,
        typed={heading: typed for heading, series in data.items() if (typed := _typed(series)) is not None},
    )


def _gives_ids(index: pd.Index) -> bool:
    return not isinstance(index, pd.MultiIndex) and (index.name is not None or not is_integer_dtype(index))


def _cells(series: pd.Series) -> Cells:
    """The cells of a column as text; tuples are lists, as those of communities."""
    return [cell_text(list(value) if isinstance(value, tuple) else value) for value in series.tolist()]


def _typed(series: pd.Series) -> pd.Series | None:
    """A column of numbers or booleans, as vector files give them; None if it holds anything else."""
    if is_bool_dtype(series):
        return series.astype("boolean")
    if is_integer_dtype(series):
        return series.astype("Int64")
    return series.astype("float64") if is_float_dtype(series) else None
