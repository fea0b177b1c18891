"""Parse the cells of a column: text, lists, quantities with bounds, and words with a defined meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tenmin.inputs.readers._headings import ColumnSpec, units_of, word_for
from tenmin.inputs.readers._quantities import Quantity, parse_quantity
from tenmin.inputs.readers._raw_table import Cells, Remark, code_of
from tenmin.support.contracts import STATES

__all__ = ["parse_column", "split_list"]

_LIST_SEPARATORS = re.compile(r"[、,，;；/|\n]+")
_APPROXIMATE = "approximate; kept as {value:g}"
_BOUND = "a bound and no figure; kept as one"
_NO_NUMBER = "no figure"
_POINT = "may be a thousand or a fraction; write it without the point"
_MAY_BE_THOUSANDS = re.compile(r"^[1-9]\d{0,2}\.\d{3}(?:人|户|口|个)?$")
_IS_FRACTION = re.compile(r"^(?:0|\d{4,})\.\d|^\d+\.(?:\d{1,2}|\d{4,})(?:人|户|口|个)?$")
_CODES = frozenset({"id", "area", "parent"})
_UNKNOWN = "not known; kept as it is"
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{2,}")
_SHORTENED = "is a code that Excel has shortened; format the column as text and fill the codes in again"
_NOTE_IN_BRACKETS = "the note in brackets is not used"

Parsed = tuple[dict[str, pd.Series], list[Remark]]


def split_list(text: str | None) -> tuple[str, ...]:
    """Return the items of a list written in one cell.

    >>> split_list("党员活动室、阅览室，警务室; ")
    ('党员活动室', '阅览室', '警务室')
    >>> split_list("101.0、102")
    ('101', '102')
    """
    return tuple(code_of(item.strip()) for item in _LIST_SEPARATORS.split(text or "") if item.strip())


def parse_column(
    heading: str, column: ColumnSpec, cells: Cells, rows: Sequence[int], *, required: bool = False
) -> Parsed:
    """Return the parsed columns that one column of a file yields, by name, and remarks on its cells.

    A column of quantities yields up to four: the value, and where needed `_approximate`, `_least` and `_most`.

    Parameters
    ----------
    heading, column
        The heading in the file, and what it means.
    cells, rows
        The cells, and the numbers of their rows.
    required
        Whether every row must hold a plain number.
    """
    if column.holds in {"area", "count"}:
        return _parse_quantities(heading, column, cells, rows, required=required)
    if column.holds in {"state", "level", "kind"}:
        return _parse_words(heading, column, cells, rows)
    if column.holds == "list":
        return {column.name: pd.Series([split_list(cell) for cell in cells], dtype=object)}, []
    codes = column.name in _CODES
    texts = [code_of(cell) if codes and cell is not None else cell for cell in cells]
    shortened = [
        Remark(row, heading, cell, _SHORTENED, is_error=True)
        for row, cell in zip(rows, cells, strict=True)
        if codes and cell is not None and _SCIENTIFIC.fullmatch(cell)
    ]
    return {column.name: pd.Series(texts, dtype=object)}, shortened


def _parse_words(heading: str, column: ColumnSpec, cells: Cells, rows: Sequence[int]) -> Parsed:
    meanings = [None if cell is None else word_for(column.holds, cell) for cell in cells]
    strict_words = column.holds == "state"
    reason = (
        f"is not known; give one of {', '.join(STATES)}, or 在用, 空置, 改变用途, 规划" if strict_words else _UNKNOWN
    )
    remarks = [
        Remark(row, heading, cell, reason, is_error=strict_words)
        for row, cell, word in zip(rows, cells, meanings, strict=True)
        if cell is not None and word is None
    ]
    remarks += [
        Remark(row, heading, cell, _NOTE_IN_BRACKETS)
        for row, cell, word in zip(rows, cells, meanings, strict=True)
        if cell is not None and word is not None and cell.endswith((")", "）"))
    ]
    kept = [cell if word is None and not strict_words else word for cell, word in zip(cells, meanings, strict=True)]
    return {column.name: pd.Series(kept, dtype=object)}, remarks


def _parse_quantities(heading: str, column: ColumnSpec, cells: Cells, rows: Sequence[int], *, required: bool) -> Parsed:
    units = units_of(column.holds, column.name)
    quantities: list[Quantity] = []
    remarks: list[Remark] = []
    unclear = column.holds == "count" and column.factor == 1.0 and not any(map(_IS_FRACTION.match, filter(None, cells)))
    for row, cell in zip(rows, cells, strict=True):
        quantity, reason = _parse_quantity(cell, column, units, required=required)
        if unclear and cell is not None and _MAY_BE_THOUSANDS.match(cell):
            reason = _POINT
        quantities.append(quantity)
        if reason is not None:
            remarks.append(Remark(row, heading, cell or "", reason, is_error=True))
        elif cell is not None and (note := _note(quantity)) is not None:
            remarks.append(Remark(row, heading, cell, note))
    return _series(column.name, quantities), remarks


def _parse_quantity(
    cell: str | None, column: ColumnSpec, units: Mapping[str, float], *, required: bool
) -> tuple[Quantity, str | None]:
    """Return the quantity in a cell and, if it is invalid, why."""
    try:
        quantity = parse_quantity(cell, units, column.factor)
    except ValueError as error:
        return Quantity(math.nan), str(error)
    if any(number < 0.0 for number in (quantity.value, quantity.least, quantity.most)):
        return quantity, "is negative"
    if required and math.isnan(quantity.value):
        if not math.isnan(quantity.least) or not math.isnan(quantity.most):
            return quantity, "is a bound or an interval; give one figure"
        return quantity, "is no figure" if cell else "is empty"
    return quantity, None


def _note(quantity: Quantity) -> str | None:
    if quantity.approximate and not quantity.is_bound:
        return _APPROXIMATE.format(value=quantity.value)
    if quantity.is_bound:
        return _BOUND
    return None if quantity.given else _NO_NUMBER


def _series(name: str, quantities: Sequence[Quantity]) -> dict[str, pd.Series]:
    columns: dict[str, pd.Series] = {name: pd.Series([quantity.value for quantity in quantities], dtype="float64")}
    if any(quantity.approximate for quantity in quantities):
        columns[f"{name}_approximate"] = pd.Series([quantity.approximate for quantity in quantities], dtype="bool")
    if any(quantity.is_bound for quantity in quantities):
        for end in ("least", "most"):
            columns[f"{name}_{end}"] = pd.Series(
                np.array([getattr(quantity, end) for quantity in quantities]), dtype="float64"
            )
    return columns
