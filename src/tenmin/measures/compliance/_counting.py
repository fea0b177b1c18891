"""Clauses that are decided by what a community has: the least and the most that its figure can be."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from tenmin.inputs.communities import is_empty, items_of
from tenmin.inputs.services import name_room
from tenmin.inputs.standards import Clause
from tenmin.measures.compliance._counted_facilities import Register, floor_bounds, land_bounds, qualified
from tenmin.support.errors import TableError

__all__ = ["DECIDED_BY_COUNTING", "bound_figures"]

_YES = frozenset({"是", "有", "已", "√", "✓", "达标", "合格", "yes", "y", "true", "1", "1.0"})
_NO = frozenset({"否", "无", "没有", "未", "×", "✗", "不达标", "不合格", "no", "n", "false", "0", "0.0"})

Labels = list[Hashable]


def bound_figures(clause: Clause, register: Register, labels: Labels) -> pd.DataFrame:
    """Return the least and the most that the figure of each community can be, in the unit of the clause.

    Both are the same where it is known. A facility that is not in the table may stand all the same, unless the table
    is complete for its category; one that is there without a figure may have any. NaN: nothing can be said.
    """
    return DECIDED_BY_COUNTING[clause.kind](clause, register, labels)


def _frame(least: pd.Series | np.ndarray, most: pd.Series | np.ndarray, labels: Labels) -> pd.DataFrame:
    return pd.DataFrame({"least": np.asarray(least), "most": np.asarray(most)}, index=pd.Index(labels, dtype=object))


def _per_area(values: pd.Series, of_area: pd.Series, labels: Labels, how: str) -> pd.Series:
    """The sum or the largest of the values of each community, 0 where it has none."""
    return (
        values.groupby(of_area.to_numpy())
        .agg(how, skipna=False)
        .reindex(list(labels), fill_value=0.0)
        .astype("float64")
    )


def _number(clause: Clause, register: Register, labels: Labels, base: str | None = None) -> pd.DataFrame:
    """How many facilities of the subject each community has; its part of shared ones, by people or households."""
    rows = register.by_area(register.rows_for(clause.subject, clause.tier), labels)
    ends = [one.astype(float) for one in qualified(rows, clause)]
    if base:
        parts = register.parts_of(rows, base)
        ends = [ends[0] * parts["least"], ends[1] * parts["most"]]
    sure, maybe = (_per_area(one, rows["of_area"], labels, "sum") for one in ends)
    return _frame(sure, maybe if register.is_complete(clause.subject) else np.full(len(labels), np.inf), labels)


def _number_per(clause: Clause, register: Register, labels: Labels) -> pd.DataFrame:
    base = register.figure(str(clause.per_of), labels) / float(clause.per or 1.0)
    return _number(clause, register, labels, str(clause.per_of)).div(base, axis=0)


def _size(clause: Clause, register: Register, labels: Labels, base: str | None = None) -> pd.DataFrame:
    """Floor or land area of the largest facility of the subject, or of all of them; of shared ones its part."""
    rows = register.by_area(register.rows_for(clause.subject, clause.tier), labels)
    bounds = (land_bounds if clause.kind == "land_area" else floor_bounds)(rows)
    bounds = bounds * register.parts_of(rows, base) if base else bounds
    how = "max" if clause.of == "largest" else "sum"
    least, most = (_per_area(bounds[end], rows["of_area"], labels, how) for end in ("least", "most"))
    absent = ~pd.Index(labels).isin(rows["of_area"])
    return _frame(least, most.mask(absent & (not register.is_complete(clause.subject)), np.inf), labels)


def _size_per_households(clause: Clause, register: Register, labels: Labels) -> pd.DataFrame:
    base = register.figure("households", labels) / float(clause.per or 1.0)
    return _size(clause, register, labels, "households").div(base, axis=0)


def _community_size(clause: Clause, register: Register, labels: Labels) -> pd.DataFrame:
    size = register.figure(str(clause.per_of), labels)
    return _frame(size, size, labels)


def _rooms(clause: Clause, register: Register, labels: Labels) -> pd.DataFrame:
    """How many of the rooms asked for each community has, in one building or in all of them together."""
    asked = frozenset(map(name_room, clause.rooms))
    column = "separate_rooms" if clause.kind == "separate_rooms" else "rooms"
    houses = register.by_area(register.rows_for(clause.subject, clause.tier), labels)
    alone = pd.DataFrame() if clause.in_one else register.by_area(register.rooms_alone(asked), labels)
    listed: dict[Hashable, list[frozenset[str] | None]] = {label: [] for label in labels}
    cells = houses[column] if column in houses.columns else pd.Series(None, index=houses.index, dtype=object)
    for label, cell in zip(houses["of_area"], cells, strict=True):
        listed[label].append(_rooms_in(cell))
    for label, room in zip(alone.get("of_area", ()), alone.get("room", ()), strict=True):
        listed[label].append(frozenset({room}))
    built = set(houses["of_area"])
    whole = register.is_complete(clause.subject)
    ends = [
        _room_bounds(listed[label], asked, open_end=label not in built and not whole, in_one=clause.in_one)
        for label in labels
    ]
    least, most = np.array(ends, dtype=float).reshape(-1, 2).T
    return _frame(least, most, labels)


def _rooms_in(cell: object) -> frozenset[str] | None:
    """The rooms that a cell lists, or None if it lists none."""
    return frozenset(map(name_room, items_of(cell))) or None


def _room_bounds(
    houses: Sequence[frozenset[str] | None], asked: frozenset[str], *, open_end: bool, in_one: bool
) -> tuple[int, int]:
    """The least and most of the rooms asked for that the buildings of a community hold; all, if one may be missing."""
    known = [house & asked for house in houses if house is not None]
    least = max(map(len, known), default=0) if in_one else len(frozenset().union(*known))
    return least, len(asked) if open_end or None in houses else least


def _kinds(clause: Clause, register: Register, labels: Labels) -> pd.DataFrame:
    """How many of the kinds of facility asked for each community has."""
    least, most = np.zeros(len(labels)), np.zeros(len(labels))
    for kind in clause.kinds:
        rows = register.by_area(register.rows_for(kind, clause.tier), labels)
        sure, maybe = (
            (_per_area(one.astype(float), rows["of_area"], labels, "sum") > 0.0).to_numpy()
            for one in qualified(rows, clause)
        )
        least += sure
        most += maybe if register.is_complete(kind) else 1.0
    return _frame(least, most, labels)


def _yes_or_no(clause: Clause, register: Register, labels: Labels) -> pd.DataFrame:
    """1 for yes, 0 for no, as a column of the areas says; for minutes of response, 0 for yes and inf for no."""
    rows = register.areas.loc[list(labels)]
    cells = rows[clause.column] if clause.column in rows.columns else pd.Series(None, index=rows.index, dtype=object)
    said = cells.map(_said)
    wrong = said.isna() & ~cells.map(is_empty)
    if wrong.any():
        label = rows.index[wrong][0]
        msg = f"areas, {label!r}: {clause.column} = {cells[label]!r} is neither yes nor no; write 是, 否 or nothing"
        raise TableError(msg)
    figure = said.astype("float64")
    if clause.kind == "response_minutes":
        figure = figure.map({1.0: 0.0, 0.0: np.inf})
    return _frame(figure, figure, labels)


def _said(cell: object) -> bool | None:
    word = str(cell).strip().lower()
    return True if word in _YES else False if word in _NO else None


DECIDED_BY_COUNTING: Mapping[str, Callable[[Clause, Register, Labels], pd.DataFrame]] = {
    "presence": _number,
    "count_per": _number_per,
    "floor_area": _size,
    "land_area": _size,
    "area_per_households": _size_per_households,
    "community_size": _community_size,
    "rooms": _rooms,
    "separate_rooms": _rooms,
    "kinds_of": _kinds,
    "response_minutes": _yes_or_no,
    "not_spatial": _yes_or_no,
}
