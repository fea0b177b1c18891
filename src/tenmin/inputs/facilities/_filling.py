"""Fill missing values of facilities from other sources, recording which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import normalise_name

__all__ = ["StackedColumn", "collect_columns", "fill_missing"]

FILLED_FROM = "filled_from"
_NEVER_FILLED = {"category", "complete", "element", "rule", "source", FILLED_FROM}
_LIST_COLUMNS = {"area", "rooms", "separate_rooms"}
_APPROXIMATE = "_approximate"
_COMPANION_SUFFIXES = (_APPROXIMATE, "_least", "_most")


@dataclass(frozen=True)
class StackedColumn:
    """A column of several tables, one after the other, with their common dtype."""

    cells: list[Any]
    dtype: Any

    def select(self, rows: np.ndarray) -> pd.Series:
        """Return the values of some rows; integers become floats where some are missing."""
        values = [self.cells[row] for row in rows.tolist()]
        has_missing = any(is_missing(value) for value in values)
        kind = getattr(self.dtype, "kind", "O")
        dtype = "float64" if kind in "iu" and has_missing else object if kind == "b" and has_missing else self.dtype
        return pd.Series(values, dtype=dtype)


def collect_columns(tables: Sequence[pd.DataFrame]) -> dict[str, StackedColumn]:
    """Return the columns of all tables by name; missing columns are filled with empty cells."""
    names = dict.fromkeys(name for table in tables for name in table.columns)
    return {name: _stack(name, tables) for name in names}


def is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, an empty string or an empty list."""
    if isinstance(value, str | tuple | list):
        return len(value) == 0
    return bool(np.all(pd.isna(value)))


def fill_missing(
    columns: Mapping[str, StackedColumn], shapes: np.ndarray, pairs: Iterable[tuple[int, int, str]]
) -> dict[str, StackedColumn]:
    """Return the columns with missing values filled, and with `filled_from` if any were.

    Parameters
    ----------
    columns
        Columns, as from `collect_columns`.
    shapes
        The geometry of each row; a missing one is filled in place.
    pairs
        Row to fill, row to fill it from, and label of the latter, best source first.
    """
    filled = {name: StackedColumn(list(column.cells), column.dtype) for name, column in columns.items()}
    notes: dict[int, list[str]] = {}
    for row, source, source_label in pairs:
        if _names_differ(filled, row, source):
            continue
        fields = _fill_row(filled, row, source)
        if _is_missing_shape(shapes[row]) and not _is_missing_shape(shapes[source]):
            shapes[row] = shapes[source]
            fields.append("geometry")
        if fields:
            notes.setdefault(row, []).append(f"{source_label} ({', '.join(fields)})")
    if notes:
        count = len(shapes)
        column = filled.setdefault(FILLED_FROM, StackedColumn([None] * count, np.dtype(object)))
        for row, added in notes.items():
            before = [] if is_missing(column.cells[row]) else [column.cells[row]]
            column.cells[row] = "; ".join([*before, *added])
    return filled


def _stack(name: str, tables: Sequence[pd.DataFrame]) -> StackedColumn:
    empty = () if name in _LIST_COLUMNS else False if name.endswith(_APPROXIMATE) else None
    values = [value for table in tables for value in (table[name] if name in table.columns else [empty] * len(table))]
    dtypes = {table[name].dtype for table in tables if name in table.columns}
    numbers = all(getattr(dtype, "kind", "O") in "iuf" for dtype in dtypes)
    dtype = dtypes.pop() if len(dtypes) == 1 else np.dtype("float64") if numbers else np.dtype(object)
    return StackedColumn(values, dtype)


def _names_differ(columns: Mapping[str, StackedColumn], row: int, source: int) -> bool:
    if "name" not in columns:
        return False
    names = [columns["name"].cells[at] for at in (row, source)]
    return not any(map(is_missing, names)) and normalise_name(str(names[0])) != normalise_name(str(names[1]))


def _fill_row(columns: Mapping[str, StackedColumn], row: int, source: int) -> list[str]:
    """Fill a row from another, a number together with its bounds, and return the names of the filled fields."""
    fields: dict[str, list[str]] = {}
    for name in columns:
        fields.setdefault(_base_column(name, columns), []).append(name)
    filled = []
    for field, names in fields.items():
        given = [name for name in names if not (name.endswith(_APPROXIMATE) or is_missing(columns[name].cells[source]))]
        lacking = all(name.endswith(_APPROXIMATE) or is_missing(columns[name].cells[row]) for name in names)
        if field not in _NEVER_FILLED and given and lacking:
            filled.append(field)
            for name in names:
                columns[name].cells[row] = columns[name].cells[source]
    return filled


def _base_column(name: str, columns: Mapping[str, StackedColumn]) -> str:
    base = next((name.removesuffix(end) for end in _COMPANION_SUFFIXES if name.endswith(end)), name)
    return base if base in columns else name


def _is_missing_shape(shape: Any) -> bool:
    return shape is None or bool(shapely.is_empty(shape))
