"""Goals: what people walk to, every facility by itself or all of a category as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from tenmin.access.travel_times import chosen_categories, in_use, rows_by_category
from tenmin.support.errors import TableError
from tenmin.support.limits import Limits

__all__ = ["Goal", "check_merge", "choose_goals"]


@dataclass(frozen=True)
class Goal:
    """Facilities that are walked to as one: a single one, or all of a category."""

    facility: int
    """The row of the single facility; -1 for all of a category."""
    category: str
    rows: np.ndarray
    limits: tuple[float, ...]
    """In minutes or metres, as they were given, ascending."""


def check_merge(merge: object, allowed: Sequence[str]) -> None:
    """Raise a TableError unless facilities are merged in a way that is allowed, or not at all."""
    if merge is not None and not (isinstance(merge, str) and merge in allowed):
        msg = f"merge must be None (each facility by itself) or {' or '.join(map(repr, allowed))}, but is {merge!r}"
        raise TableError(msg)


def choose_goals(facilities: gpd.GeoDataFrame, limits: Limits, *, by_category: bool) -> list[Goal]:
    """Return what people walk to: every facility in use, in the order given, or every category, sorted.

    Raises
    ------
    CategoryError
        If a limit names a category that neither the facilities nor the catalogue have.
    """
    categories = chosen_categories(facilities, limits)
    rows_of = rows_by_category(facilities, categories)
    if by_category:
        return [Goal(-1, category, rows, limits.of(category)) for category, rows in rows_of.items()]
    category = facilities["category"].astype("str").to_numpy()
    single = np.flatnonzero(in_use(facilities) & np.isin(category, categories)).tolist()
    return [Goal(row, category[row], np.array([row]), limits.of(category[row])) for row in single]
