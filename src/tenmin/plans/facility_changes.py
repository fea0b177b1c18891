"""Facilities as a scenario has them: added, moved, closed, opened or enlarged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point
from shapely.geometry.base import BaseGeometry

from tenmin.plans.changes import Change, Changes
from tenmin.support.fields import suggest

__all__ = ["change_facilities"]

_DEGREES = "EPSG:4326"
_CLOSED, _OPEN = "vacant", "in_use"


def change_facilities(facilities: gpd.GeoDataFrame, changes: Changes) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the facilities after the changes of a scenario, and what is wrong with those.

    What is closed is vacant. Ids are compared as text.

    Parameters
    ----------
    facilities
        The facilities, in any CRS.
    changes
        The changes, made in their order; those of streets and options are left to others.
    """
    asked = [*changes.of("add_facility", "move_facility", "close_facility", "open_facility", "enlarge_facility")]
    if not asked:
        return facilities, []
    row = {str(label): number for number, label in enumerate(facilities.index)}
    table = _Table(facilities, row, {"state": _OPEN, "source": changes.title or changes.source})
    for change in asked:
        table.apply(change)
    return table.frame(), table.faults


@dataclass(frozen=True)
class _Table:
    """Facilities, and what is changed of them."""

    given: gpd.GeoDataFrame
    row: dict[str, int]
    """Row of each id, as text."""
    new: dict[str, Any]
    """What is true of every new facility."""
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """New values by id."""
    added: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Values of new facilities by id."""
    faults: list[str] = field(default_factory=list)

    def apply(self, change: Change) -> None:
        known = change.id in self.row or change.id in self.added
        if change.kind == "add_facility":
            if known:
                self.faults.append(f"add_facility: there is a facility {change.id!r} already; give another id")
            else:
                self.added[change.id] = {**self.new, **self._values(change), **self._position(change)}
        elif not known:
            near = suggest(change.id, [*self.row, *self.added][:1000])
            self.faults.append(f"{change.kind}: there is no facility {change.id!r}; did you mean {near:.200}?")
        else:
            state = {"close_facility": {"state": _CLOSED}, "open_facility": {"state": _OPEN}}.get(change.kind, {})
            values = self.added[change.id] if change.id in self.added else self.changed.setdefault(change.id, {})
            values.update({**state, **self._values(change), **self._position(change)})

    def _values(self, change: Change) -> dict[str, Any]:
        values = dict(change.values)
        return {**values, "area": (values["area"],)} if "area" in values else values

    def _position(self, change: Change) -> dict[str, BaseGeometry]:
        if not change.spots:
            return {}
        [spot] = gpd.GeoSeries([Point(*change.spots[0])], crs=_DEGREES).to_crs(self.given.crs)  # pyright: ignore[reportArgumentType]
        return {str(self.given.geometry.name): spot}

    def frame(self) -> gpd.GeoDataFrame:
        """The table after all changes, new rows last."""
        given = self.given
        rows = [*self.changed.values(), *self.added.values()]
        columns = dict.fromkeys([*given.columns, *(key for row in rows for key in row)])
        index = pd.Index([*given.index, *self.added], name=given.index.name)
        data = {key: self._column(str(key), index) for key in columns}
        return gpd.GeoDataFrame(pd.DataFrame(data, index=index), geometry=str(given.geometry.name), crs=given.crs)

    def _column(self, key: str, index: pd.Index) -> pd.Series:
        """One column after all changes, of its former type where the values allow it."""
        values = np.full(len(index), None, object)
        if key in self.given:
            values[: len(self.given)] = self.given[key].to_numpy(object)
        changed = {self.row[label]: row[key] for label, row in self.changed.items() if key in row}
        added = {len(self.given) + number: row.get(key) for number, row in enumerate(self.added.values())}
        for number, value in {**changed, **added}.items():
            values[number] = value
        column = pd.Series(values, index=index, dtype=object)
        if key not in self.given or self.given[key].dtype == object or key == self.given.geometry.name:
            return column
        try:
            return column.astype(self.given[key].dtype)
        except (TypeError, ValueError):
            return column
