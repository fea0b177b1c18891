"""Fills what a facility lacks from another source that knows it, and notes from which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import plain_name

__all__ = ["Column", "collect_columns", "fill_missing"]

FILLED_FROM = "filled_from"
_OWN = {"category", "complete", "element", "rule", "source", FILLED_FROM}
_LISTS = {"area", "rooms", "separate_rooms"}
_FLAG = "_approximate"
_COMPANIONS = (_FLAG, "_least", "_most")


@dataclass(frozen=True)
class Column:
    """A column of several tables, one after the other, with the dtype that it has in all of them that have it."""

    cells: list[Any]
    dtype: Any

    def taken(self, rows: np.ndarray) -> pd.Series:
        """Return the values of some rows, numbers as floats where some are missing."""
        values = [self.cells[row] for row in rows.tolist()]
        gaps = any(is_missing(value) for value in values)
        kind = getattr(self.dtype, "kind", "O")
        dtype = "float64" if kind in "iu" and gaps else object if kind == "b" and gaps else self.dtype
        return pd.Series(values, dtype=dtype)


def collect_columns(tables: Sequence[pd.DataFrame]) -> dict[str, Column]:
    """Return the columns of all tables; one that a table lacks is empty there."""
    names = dict.fromkeys(name for table in tables for name in table.columns)
    return {name: _collected(name, tables) for name in names}


def is_missing(value: Any) -> bool:
    """Whether a value says nothing: None, NaN, an empty text or an empty list."""
    if isinstance(value, str | tuple | list):
        return len(value) == 0
    return bool(np.all(pd.isna(value)))


def fill_missing(
    columns: Mapping[str, Column], shapes: np.ndarray, pairs: Iterable[tuple[int, int, str]]
) -> dict[str, Column]:
    """Return the columns with what a row lacks filled from another, and with `filled_from` where that was done.

    Parameters
    ----------
    columns
        Those of `collect_columns`.
    shapes
        The geometry of each row; a missing one is filled in place.
    pairs
        The row to fill, the row to fill it from, and what the latter is called, the best source first.
    """
    filled = {name: Column(list(column.cells), column.dtype) for name, column in columns.items()}
    notes: dict[int, list[str]] = {}
    for row, source, called in pairs:
        if _names_differ(filled, row, source):
            continue
        fields = _fill_row(filled, row, source)
        if _lacks_shape(shapes[row]) and not _lacks_shape(shapes[source]):
            shapes[row] = shapes[source]
            fields.append("geometry")
        if fields:
            notes.setdefault(row, []).append(f"{called} ({', '.join(fields)})")
    if notes:
        count = len(shapes)
        column = filled.setdefault(FILLED_FROM, Column([None] * count, np.dtype(object)))
        for row, added in notes.items():
            before = [] if is_missing(column.cells[row]) else [column.cells[row]]
            column.cells[row] = "; ".join([*before, *added])
    return filled


def _collected(name: str, tables: Sequence[pd.DataFrame]) -> Column:
    empty = () if name in _LISTS else False if name.endswith(_FLAG) else None
    values = [value for table in tables for value in (table[name] if name in table.columns else [empty] * len(table))]
    dtypes = {table[name].dtype for table in tables if name in table.columns}
    numbers = all(getattr(dtype, "kind", "O") in "iuf" for dtype in dtypes)
    dtype = dtypes.pop() if len(dtypes) == 1 else np.dtype("float64") if numbers else np.dtype(object)
    return Column(values, dtype)


def _names_differ(columns: Mapping[str, Column], row: int, source: int) -> bool:
    if "name" not in columns:
        return False
    names = [columns["name"].cells[at] for at in (row, source)]
    return not any(map(is_missing, names)) and plain_name(str(names[0])) != plain_name(str(names[1]))


def _fill_row(columns: Mapping[str, Column], row: int, source: int) -> list[str]:
    """Fill one row from another, a figure with its bounds and its note, and return the names of the fields filled."""
    fields: dict[str, list[str]] = {}
    for name in columns:
        fields.setdefault(_field_of(name, columns), []).append(name)
    filled = []
    for field, names in fields.items():
        told = [name for name in names if not (name.endswith(_FLAG) or is_missing(columns[name].cells[source]))]
        lacking = all(name.endswith(_FLAG) or is_missing(columns[name].cells[row]) for name in names)
        if field not in _OWN and told and lacking:
            filled.append(field)
            for name in names:
                columns[name].cells[row] = columns[name].cells[source]
    return filled


def _field_of(name: str, columns: Mapping[str, Column]) -> str:
    figure = next((name.removesuffix(end) for end in _COMPANIONS if name.endswith(end)), name)
    return figure if figure in columns else name


def _lacks_shape(shape: Any) -> bool:
    return shape is None or bool(shapely.is_empty(shape))
