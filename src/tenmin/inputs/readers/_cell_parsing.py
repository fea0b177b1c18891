"""The cells of a column as what the column holds: text, lists, figures with their bounds, words with a meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tenmin.inputs.readers._headings import Column, units_of, word_for
from tenmin.inputs.readers._quantities import Figure, parse_figure
from tenmin.inputs.readers._raw_table import Cells, Remark
from tenmin.support.contracts import STATES

__all__ = ["read_column", "split_list"]

_BETWEEN = re.compile(r"[、,，;；/|\n]+")
_APPROXIMATE = "approximate; kept as {value:g}"
_BOUND = "a bound and no figure; kept as one"
_NO_FIGURE = "no figure"
_UNKNOWN = "not known; kept as it is"

Read = tuple[dict[str, pd.Series], list[Remark]]


def split_list(text: str | None) -> tuple[str, ...]:
    """Return the items of a list in one cell.

    >>> split_list("党员活动室、阅览室，警务室; ")
    ('党员活动室', '阅览室', '警务室')
    """
    return tuple(item.strip() for item in _BETWEEN.split(text or "") if item.strip())


def read_column(heading: str, column: Column, cells: Cells, rows: Sequence[int], *, needed: bool = False) -> Read:
    """Return the columns that one column of a file gives, by name, and remarks on its cells.

    Parameters
    ----------
    heading, column
        What stands over it, and what that means.
    cells, rows
        Its cells, and the numbers of their rows.
    needed
        Whether every row must give one plain figure.
    """
    if column.holds in {"area", "count"}:
        return _figures(heading, column, cells, rows, needed=needed)
    if column.holds in {"state", "level", "kind"}:
        return _words(heading, column, cells, rows)
    if column.holds == "list":
        return {column.name: pd.Series([split_list(cell) for cell in cells], dtype=object)}, []
    return {column.name: pd.Series(cells, dtype=object)}, []


def _words(heading: str, column: Column, cells: Cells, rows: Sequence[int]) -> Read:
    found = [None if cell is None else word_for(column.holds, cell) for cell in cells]
    must = column.holds == "state"
    reason = f"not known; give one of {', '.join(STATES)}, or 在用, 空置, 改变用途, 规划" if must else _UNKNOWN
    remarks = [
        Remark(row, heading, cell, reason, fault=must)
        for row, cell, word in zip(rows, cells, found, strict=True)
        if cell is not None and word is None
    ]
    kept = [cell if word is None and not must else word for cell, word in zip(cells, found, strict=True)]
    return {column.name: pd.Series(kept, dtype=object)}, remarks


def _figures(heading: str, column: Column, cells: Cells, rows: Sequence[int], *, needed: bool) -> Read:
    units = units_of(column.holds)
    figures: list[Figure] = []
    remarks: list[Remark] = []
    for row, cell in zip(rows, cells, strict=True):
        figure, reason = _figure(cell, column, units, needed=needed)
        figures.append(figure)
        if reason is not None:
            remarks.append(Remark(row, heading, cell or "", reason, fault=True))
        elif cell is not None and (note := _note(figure)) is not None:
            remarks.append(Remark(row, heading, cell, note))
    return _series(column.name, figures), remarks


def _figure(cell: str | None, column: Column, units: Mapping[str, float], *, needed: bool) -> tuple[Figure, str | None]:
    """Return the figure of a cell and, if it is at fault, why."""
    try:
        figure = parse_figure(cell, units, column.factor)
    except ValueError as error:
        return Figure(math.nan), str(error)
    if any(number < 0.0 for number in (figure.value, figure.least, figure.most)):
        return figure, "is negative"
    if needed and math.isnan(figure.value):
        return figure, "is no figure" if figure.told or cell else "is empty"
    return figure, None


def _note(figure: Figure) -> str | None:
    if figure.approximate and not figure.is_bound:
        return _APPROXIMATE.format(value=figure.value)
    if figure.is_bound:
        return _BOUND
    return None if figure.told else _NO_FIGURE


def _series(name: str, figures: Sequence[Figure]) -> dict[str, pd.Series]:
    columns: dict[str, pd.Series] = {name: pd.Series([figure.value for figure in figures], dtype="float64")}
    if any(figure.approximate for figure in figures):
        columns[f"{name}_approximate"] = pd.Series([figure.approximate for figure in figures], dtype="bool")
    if any(figure.is_bound for figure in figures):
        for end in ("least", "most"):
            columns[f"{name}_{end}"] = pd.Series(
                np.array([getattr(figure, end) for figure in figures]), dtype="float64"
            )
    return columns
