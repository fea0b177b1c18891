"""Clauses decided by what a community has: bounds on its figure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from tenmin.inputs.communities import is_empty, items_of
from tenmin.inputs.services import name_room
from tenmin.inputs.standards import Clause
from tenmin.measures.compliance._counted_facilities import (
    FacilityRegister,
    floor_bounds,
    land_bounds,
    meets_size_limits,
    number_of_facilities,
)
from tenmin.support.errors import TableError

__all__ = ["bound_figures", "missing_rooms"]

_YES = frozenset({"是", "有", "已", "√", "✓", "达标", "合格", "yes", "y", "true", "1", "1.0"})
_NO = frozenset({"否", "无", "没有", "未", "×", "✗", "不达标", "不合格", "no", "n", "false", "0", "0.0"})

Labels = list[Hashable]


def bound_figures(clause: Clause, register: FacilityRegister, labels: Labels) -> pd.DataFrame:
    """Return the least and most value of each community's figure, equal if it is known.

    A facility that is not in the table may exist, and be as large as any, unless the table is complete for its
    category; one that is listed without a figure may have any.

    Parameters
    ----------
    clause
        The clause.
    register
        The facilities that count for each community.
    labels
        Ids of the communities.

    Returns
    -------
    DataFrame
        Index: the communities. Columns least and most, in the clause's unit; NaN if nothing is known.
    """
    return _FIGURES[clause.kind](clause, register, labels)


def _frame(least: pd.Series | np.ndarray, most: pd.Series | np.ndarray, labels: Labels) -> pd.DataFrame:
    return pd.DataFrame({"least": np.asarray(least), "most": np.asarray(most)}, index=pd.Index(labels, dtype=object))


def _per_area(values: pd.Series, of_area: pd.Series, labels: Labels, how: str) -> pd.Series:
    """The sum (how="sum") or largest (how="max") value of each community, 0 where it has none."""
    return (
        values.groupby(of_area.to_numpy())
        .agg(how, skipna=False)
        .reindex(list(labels), fill_value=0.0)
        .astype("float64")
    )


def _count(clause: Clause, register: FacilityRegister, labels: Labels, base: str | None = None) -> pd.DataFrame:
    """The number of facilities of the subject; with a base (people or households), shared ones are apportioned."""
    rows = register.by_area(register.facilities_of(clause.subject, clause.tier), labels)
    bounds = [number_of_facilities(rows) * one for one in meets_size_limits(rows, clause)]
    if base:
        shares = register.apportion(rows, base)
        bounds = [bounds[0] * shares["least"], bounds[1] * shares["most"]]
    certain, possible = (_per_area(one, rows["of_area"], labels, "sum") for one in bounds)
    return _frame(certain, possible if register.is_complete(clause.subject) else np.full(len(labels), np.inf), labels)


def _count_per(clause: Clause, register: FacilityRegister, labels: Labels) -> pd.DataFrame:
    """The number of facilities per so many people or households."""
    base = register.sizes(str(clause.per_of), labels) / float(clause.per or 1.0)
    return _count(clause, register, labels, str(clause.per_of)).div(base, axis=0)


def _size(clause: Clause, register: FacilityRegister, labels: Labels, base: str | None = None) -> pd.DataFrame:
    """Floor or land area of the largest facility of the subject, or of all; with a base, apportioned if shared."""
    rows = register.by_area(register.facilities_of(clause.subject, clause.tier), labels)
    bounds = (land_bounds if clause.kind == "land_area" else floor_bounds)(rows)
    bounds = bounds * register.apportion(rows, base) if base else bounds
    how = "max" if clause.of == "largest" else "sum"
    least, most = (_per_area(bounds[end], rows["of_area"], labels, how) for end in ("least", "most"))
    return _frame(least, most if register.is_complete(clause.subject) else np.full(len(labels), np.inf), labels)


def _size_per_households(clause: Clause, register: FacilityRegister, labels: Labels) -> pd.DataFrame:
    """Floor area per so many households."""
    base = register.sizes("households", labels) / float(clause.per or 1.0)
    return _size(clause, register, labels, "households").div(base, axis=0)


def _community_size(clause: Clause, register: FacilityRegister, labels: Labels) -> pd.DataFrame:
    """The people or households of the community itself."""
    size = register.sizes(str(clause.per_of), labels)
    return _frame(size, size, labels)


def _rooms(clause: Clause, register: FacilityRegister, labels: Labels) -> pd.DataFrame:
    """The number of required rooms that a community has, in one building or in all of them together."""
    required, listed = _listed_rooms(clause, register, labels)
    may_be_unlisted = not register.is_complete(clause.subject)
    bounds = [
        _room_bounds(listed[label], required, may_be_unlisted=may_be_unlisted, in_one=clause.in_one) for label in labels
    ]
    least, most = np.array(bounds, dtype=float).reshape(-1, 2).T
    return _frame(least, most, labels)


def missing_rooms(clause: Clause, register: FacilityRegister, labels: Labels) -> list[str | None]:
    """Return the names of the rooms that each community lacks, joined by "、"; None of a clause that asks for none.

    Where they have to be in one building, those that the building with most of them lacks.

    Parameters
    ----------
    clause, register, labels
        As in `bound_figures`.
    """
    if _FIGURES[clause.kind] is not _rooms:
        return [None] * len(labels)
    required, listed = _listed_rooms(clause, register, labels)
    found = [[rooms & required for rooms in listed[label] if rooms is not None] for label in labels]
    has = [max(rooms, key=len, default=frozenset()) if clause.in_one else frozenset().union(*rooms) for rooms in found]
    return ["、".join(name for name in clause.rooms if name_room(name) not in own) or None for own in has]


def _listed_rooms(
    clause: Clause, register: FacilityRegister, labels: Labels
) -> tuple[frozenset[str], dict[Hashable, list[frozenset[str] | None]]]:
    """The required rooms, and the rooms of each building of each community; None for one whose rooms are not listed."""
    required = frozenset(map(name_room, clause.rooms))
    column = "separate_rooms" if clause.kind == "separate_rooms" else "rooms"
    buildings = register.by_area(register.facilities_of(clause.subject, clause.tier), labels)
    single = pd.DataFrame() if clause.in_one else register.by_area(register.single_rooms(required), labels)
    listed: dict[Hashable, list[frozenset[str] | None]] = {label: [] for label in labels}
    cells = buildings[column] if column in buildings.columns else pd.Series(None, index=buildings.index, dtype=object)
    for label, cell in zip(buildings["of_area"], cells, strict=True):
        listed[label].append(_rooms_in(cell))
    for label, room in zip(single.get("of_area", ()), single.get("room", ()), strict=True):
        listed[label].append(frozenset({room}))
    return required, listed


def _rooms_in(cell: object) -> frozenset[str] | None:
    """The rooms listed in a cell, or None if it is empty."""
    return frozenset(map(name_room, items_of(cell))) or None


def _room_bounds(
    buildings: Sequence[frozenset[str] | None], required: frozenset[str], *, may_be_unlisted: bool, in_one: bool
) -> tuple[int, int]:
    """The least and most number of required rooms in the buildings of a community; None: rooms not listed."""
    known = [rooms & required for rooms in buildings if rooms is not None]
    least = max(map(len, known), default=0) if in_one else len(frozenset().union(*known))
    return least, len(required) if may_be_unlisted or None in buildings else least


def _kinds(clause: Clause, register: FacilityRegister, labels: Labels) -> pd.DataFrame:
    """The number of kinds of facility, among those of the clause, that a community has."""
    least, most = np.zeros(len(labels)), np.zeros(len(labels))
    for kind in clause.kinds:
        rows = register.by_area(register.facilities_of(kind, clause.tier), labels)
        certain, possible = (
            (_per_area(one.astype(float), rows["of_area"], labels, "sum") > 0.0).to_numpy()
            for one in meets_size_limits(rows, clause)
        )
        least += certain
        most += possible if register.is_complete(kind) else 1.0
    return _frame(least, most, labels)


def _yes_or_no(clause: Clause, register: FacilityRegister, labels: Labels) -> pd.DataFrame:
    """A yes/no column of the areas: 1 for yes and 0 for no; for response minutes, 0 for yes and inf for no."""
    rows = register.areas.loc[list(labels)]
    cells = rows[clause.column] if clause.column in rows.columns else pd.Series(None, index=rows.index, dtype=object)
    answers = cells.map(_parse_yes_no)
    wrong = answers.isna() & ~cells.map(is_empty)
    if wrong.any():
        label = rows.index[wrong][0]
        msg = f"areas, {label!r}: {clause.column} = {cells[label]!r} is neither yes nor no; write 是, 否 or nothing"
        raise TableError(msg)
    figure = answers.astype("float64")
    if clause.kind == "response_minutes":
        figure = figure.map({1.0: 0.0, 0.0: np.inf})
    return _frame(figure, figure, labels)


def _parse_yes_no(cell: object) -> bool | None:
    word = str(cell).strip().lower()
    return True if word in _YES else False if word in _NO else None


_FIGURES: Mapping[str, Callable[[Clause, FacilityRegister, Labels], pd.DataFrame]] = {
    "presence": _count,
    "count_per": _count_per,
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
