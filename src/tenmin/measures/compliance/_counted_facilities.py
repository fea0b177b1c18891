"""What a table of facilities says of communities: which count for which, and the least and most of their sizes."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.communities import COMMUNITY, Communities, is_empty
from tenmin.inputs.facilities import complete_categories
from tenmin.inputs.readers import text_of, word_for
from tenmin.inputs.services import list_parts, load_catalogue, name_category, name_room
from tenmin.inputs.standards import Clause
from tenmin.support.contracts import STATES, check_frame, in_metres, in_use, numbers_of
from tenmin.support.errors import CategoryError, TableError

__all__ = ["Register", "floor_bounds", "land_bounds", "qualified"]

_MOST_SHOWN = 5
_POLYGON = 2


def _counted_as(subject: str) -> frozenset[str]:
    """Return the categories that count as a subject: itself and its parts in the catalogue."""
    return frozenset(list_parts().get(subject, (subject,)))


@dataclass(frozen=True)
class Register:
    """Communities, the facilities in use, and which facility counts for which community.

    `areas` are as `check_areas` returns them; `facilities` are those in use, with a `category` that is a key of the
    catalogue where it names one; `complete` are the categories of which every facility is listed.
    """

    areas: pd.DataFrame
    facilities: pd.DataFrame
    complete: frozenset[str]
    links: pd.DataFrame
    """facility and area (ids) and how: "stated" or "stands in"; a facility of none has one row, without area."""
    idle: pd.DataFrame = field(repr=False)
    """The facilities that are not in use, with their state and floor area."""

    @classmethod
    def of(cls, areas: pd.DataFrame, facilities: object, complete: Collection[str] | bool | None) -> Register:
        """Link the facilities to the communities.

        Raises
        ------
        TableError
            No column `category`, an id twice, or a community that no area, or more than one, is named after.
        """
        if not isinstance(facilities, pd.DataFrame) or "category" not in facilities.columns:
            msg = "facilities must be a table with the column 'category' (read_facilities, find_facilities)"
            raise TableError(msg)
        if not facilities.index.is_unique:
            twice = facilities.index[facilities.index.duplicated()].unique().tolist()
            msg = f"facilities has the ids {twice[:_MOST_SHOWN]} more than once; make its index unique"
            raise TableError(msg)
        keys = facilities["category"].map(lambda text: name_category(str(text)) or str(text)).astype("str")
        if isinstance(facilities, gpd.GeoDataFrame) and facilities.geometry.notna().any():
            check_frame(facilities, "facilities")
        known = facilities.assign(category=keys, **_states(facilities))
        known.attrs = {}
        used = in_use(known)
        states = [name for name in ("category", "name", "state", "floor_area_m2") if name in known.columns]
        return cls(
            areas=areas,
            facilities=known[used],
            complete=_complete(facilities, keys, complete),
            links=Communities(areas).link(known[used], "facility"),
            idle=known.loc[~used, states],
        )

    @cached_property
    def communities(self) -> pd.Index:
        """The areas at the level of communities."""
        return self.areas.index[self.areas["level"] == COMMUNITY]

    def rows_for(self, subject: str, tier: str | None = None) -> pd.DataFrame:
        """The facilities that count as a subject; a facility that names its tier counts for that tier only."""
        rows = self.facilities[self.facilities["category"].isin(_counted_as(subject))]
        if tier is None or "tier" not in rows.columns:
            return rows
        return rows[rows["tier"].map(is_empty) | (rows["tier"].astype("str") == tier)]

    def rooms_alone(self, rooms: Collection[str]) -> pd.DataFrame:
        """The rows of the table that are such rooms themselves, with the name of the room as `room`."""
        called = {name_category(room): room for room in rooms} | {room: room for room in rooms}
        room = self.facilities["category"].map(lambda text: called.get(text) or called.get(name_room(text)))
        return self.facilities.assign(room=room)[room.notna()]

    @cached_property
    def _figures(self) -> pd.DataFrame:
        return pd.DataFrame(
            {name: numbers_of(self.areas, name, "areas", empty=True) for name in ("people", "households")}
        )

    def figure(self, name: str, labels: Iterable[Hashable]) -> pd.Series:
        """People or households of communities, NaN where the table has none."""
        return self._figures[name].reindex(list(labels))

    def with_people(self, people: pd.Series) -> Register:
        """The same register with these people in its communities."""
        return replace(self, areas=self.areas.assign(people=people))

    def parts_of(self, rows: pd.DataFrame, name: str) -> pd.DataFrame:
        """The least and most part of each row of `by_area` that falls to its community.

        Divided by the people or households of all communities that it serves; any part, where one of them is missing.
        """
        links = self.links[self.links["area"].isin(self.communities) & self.links["facility"].isin(rows.index)]
        sizes = pd.Series(self._figures[name].reindex(links["area"]).to_numpy(), index=links["facility"].to_numpy())
        whole = sizes.groupby(level=0).agg(lambda one: one.sum(skipna=False)).reindex(rows.index)
        shared = sizes.groupby(level=0).size().reindex(rows.index) > 1
        mine = self._figures[name].reindex(rows["of_area"]).to_numpy()
        part = (mine / whole).where(shared & rows["of_area"].isin(self.communities), 1.0)
        return pd.DataFrame({"least": part.fillna(0.0), "most": part.fillna(1.0)})

    def may_lack(self, subject: str, tier: str | None) -> bool:
        """Whether a nearer facility may stand that no table lists: none is listed, or only OpenStreetMap lists any.

        A planner's own table is taken at its word for how far it is to the nearest that it lists.
        """
        rows = self.rows_for(subject, tier)
        mapped = "source" in rows.columns and bool((rows["source"].astype("str") == "OpenStreetMap").all())
        return not self.is_complete(subject) and (rows.empty or mapped)

    def is_complete(self, subject: str) -> bool:
        """Whether no facility of this subject is missing in the table."""
        return subject in self.complete

    def by_area(self, rows: pd.DataFrame, areas: Iterable[Hashable]) -> pd.DataFrame:
        """The rows of facilities that count for some communities, once for each: with the column `of_area`."""
        links = self.links[self.links["facility"].isin(rows.index) & self.links["area"].isin(list(areas))]
        return rows.loc[links["facility"]].assign(of_area=links["area"].to_numpy())


def _states(facilities: pd.DataFrame) -> dict[str, pd.Series]:
    """The column of states in the words of the contract, if there is one."""
    if "state" not in facilities.columns:
        return {}
    texts = [text_of(cell) for cell in facilities["state"]]
    states = ["in_use" if text is None else word_for("state", text) for text in texts]
    if None in states:
        row = states.index(None)
        shown = f"facilities, {facilities.index[row]!r}: state = {texts[row]!r}"
        msg = f"{shown} is not known; give one of {', '.join(STATES)}, or nothing"
        raise TableError(msg)
    return {"state": pd.Series(states, index=facilities.index)}


def _complete(facilities: pd.DataFrame, keys: pd.Series, complete: Collection[str] | bool | None) -> frozenset[str]:
    if complete is None:
        return complete_categories(facilities)
    if isinstance(complete, bool):
        return frozenset(keys if complete else ())
    names = {name: name_category(name) or name for name in ([complete] if isinstance(complete, str) else complete)}
    known = {*load_catalogue(), *keys}
    stray = next((name for name, key in names.items() if key not in known), None)
    if stray is not None:
        near = difflib.get_close_matches(stray, sorted(known), n=3)
        shown = ", ".join(near) or "none"
        msg = f"complete: {stray!r} is a category of neither the catalogue nor the table; near it: {shown}"
        raise CategoryError(msg)
    return frozenset(names.values())


def floor_bounds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the least and most floor area of facilities: 0 and inf where the table says nothing."""
    return _bounds(rows, "floor_area_m2")


def land_bounds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the least and most land of facilities, m2: what the table says, else the size of the polygon."""
    bounds = _bounds(rows, "land_area_m2")
    if not isinstance(rows, gpd.GeoDataFrame):
        return bounds
    drawn = (shapely.get_dimensions(rows.geometry.to_numpy()) == _POLYGON) & np.isinf(bounds["most"].to_numpy())
    if not drawn.any():
        return bounds
    size = pd.Series(shapely.area(in_metres(rows.loc[drawn]).geometry.to_numpy()), index=rows.index[drawn])
    return bounds.mask(pd.Series(drawn, index=rows.index), pd.DataFrame({"least": size, "most": size}))


def _bounds(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    figure = numbers_of(rows, name, "facilities", empty=True)
    least = figure.fillna(numbers_of(rows, f"{name}_least", "facilities", empty=True)).fillna(0.0)
    most = figure.fillna(numbers_of(rows, f"{name}_most", "facilities", empty=True)).fillna(np.inf)
    return pd.DataFrame({"least": least, "most": most})


def qualified(rows: pd.DataFrame, clause: Clause) -> tuple[pd.Series, pd.Series]:
    """Return which facilities meet the clause's least floor and land for sure, and which may."""
    sure = pd.Series(True, index=rows.index)
    maybe = sure.copy()
    floor, land = floor_bounds(rows), land_bounds(rows)
    for bounds, least, most in (
        (floor, clause.least_floor_m2, None),
        (land, clause.least_land_m2, clause.most_land_m2),
    ):
        if least is not None:
            sure, maybe = sure & (bounds["least"] >= least), maybe & (bounds["most"] >= least)
        if most is not None:
            sure, maybe = sure & (bounds["most"] < most), maybe & (bounds["least"] < most)
    return sure, maybe
