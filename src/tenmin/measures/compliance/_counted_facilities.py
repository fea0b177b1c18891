"""The facilities that count for each community, and bounds on their floor and land area."""

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
from tenmin.inputs.facilities import complete_categories, counting_as, list_contradictions
from tenmin.inputs.readers import text_of, word_for
from tenmin.inputs.services import load_catalogue, name_category, name_room
from tenmin.inputs.standards import Clause
from tenmin.support.contracts import STATES, check_frame, in_metres, in_use, numbers_of
from tenmin.support.errors import CategoryError, TableError

__all__ = ["FacilityRegister", "floor_bounds", "land_bounds", "meets_size_limits"]

_MOST_SHOWN = 5
_POLYGON = 2


@dataclass(frozen=True)
class FacilityRegister:
    """Communities, the facilities in use, and which facility counts for which community."""

    areas: pd.DataFrame
    """The communities as `check_areas` returns them."""
    facilities: pd.DataFrame
    """The facilities in use, with catalogue keys as `category` where the catalogue knows the text."""
    complete: frozenset[str]
    """Categories of which the table lists every facility."""
    links: pd.DataFrame
    """facility and area (ids) and how: "stated" or "stands in"; a facility of no area has one row, without area."""
    idle: pd.DataFrame = field(repr=False)
    """The facilities that are not in use, with their state and floor area."""
    contradictions: pd.DataFrame = field(repr=False)
    """Facilities of a category that another source lists in full, without them."""
    supposed_complete: bool = False
    """Whether to take the table as complete for all categories, to tell what that would decide."""

    @classmethod
    def of(cls, areas: pd.DataFrame, facilities: object, complete: Collection[str] | bool | None) -> FacilityRegister:
        """Return the register of a facilities table, each facility linked to its communities.

        Parameters
        ----------
        areas
            Communities as `check_areas` returns them.
        facilities
            Facilities with the column `category`.
        complete
            Categories of which the table lists every facility; True for all that occur in it, None for those that
            its column `complete` names.

        Raises
        ------
        TableError
            There is no column `category`, an id is not unique, or a community is named that matches no area or several.
        CategoryError
            `complete` names a category that neither the catalogue nor the table has.
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
        listed = _complete(facilities, keys, complete)
        states = [name for name in ("category", "name", "state", "floor_area_m2") if name in known.columns]
        return cls(
            areas=areas,
            facilities=known[used],
            complete=listed,
            links=Communities(areas).assign_facilities(known[used], "facility"),
            idle=known.loc[~used, states],
            contradictions=list_contradictions(known, listed),
        )

    @cached_property
    def communities(self) -> pd.Index:
        """The areas at the level of communities."""
        return self.areas.index[self.areas["level"] == COMMUNITY]

    def facilities_of(self, subject: str, tier: str | None = None) -> pd.DataFrame:
        """The facilities that count as a subject; one with a tier of its own counts for that tier only.

        Where a source is complete for the subject or a part of it, what others list in it besides does not count.
        """
        rows = self.facilities[counting_as(subject, self.facilities, self.contradictions)]
        if tier is None or "tier" not in rows.columns:
            return rows
        return rows[rows["tier"].map(is_empty) | (rows["tier"].astype("str") == tier)]

    def single_rooms(self, rooms: Collection[str]) -> pd.DataFrame:
        """The facilities that are themselves one of some rooms, with its name in the column `room`."""
        names = {name_category(room): room for room in rooms} | {room: room for room in rooms}
        room = self.facilities["category"].map(lambda text: names.get(text) or names.get(name_room(text)))
        return self.facilities.assign(room=room)[room.notna()]

    @cached_property
    def _sizes(self) -> pd.DataFrame:
        """People and households of all areas."""
        return pd.DataFrame(
            {name: numbers_of(self.areas, name, "areas", empty=True) for name in ("people", "households")}
        )

    def sizes(self, name: str, labels: Iterable[Hashable]) -> pd.Series:
        """The `name` ("people" or "households") of some areas, NaN where the table gives none."""
        return self._sizes[name].reindex(list(labels))

    def with_people(self, people: pd.Series) -> FacilityRegister:
        """The same register with other numbers of people in its communities."""
        return replace(self, areas=self.areas.assign(people=people))

    def apportion(self, rows: pd.DataFrame, name: str) -> pd.DataFrame:
        """The least and most share of each facility that falls to its community.

        A facility of several communities is divided among them in proportion to their size; where a size is missing its
        shares are from 0 to 1.

        Parameters
        ----------
        rows
            Facilities as `by_area` gives them.
        name
            The size to divide by: "people" or "households".
        """
        links = self.links[self.links["area"].isin(self.communities) & self.links["facility"].isin(rows.index)]
        sizes = pd.Series(self._sizes[name].reindex(links["area"]).to_numpy(), index=links["facility"].to_numpy())
        total = sizes.groupby(level=0).agg(lambda one: one.sum(skipna=False)).reindex(rows.index)
        is_shared = sizes.groupby(level=0).size().reindex(rows.index) > 1
        own = self._sizes[name].reindex(rows["of_area"]).to_numpy()
        share = (own / total).where(is_shared & rows["of_area"].isin(self.communities), 1.0)
        return pd.DataFrame({"least": share.fillna(0.0), "most": share.fillna(1.0)})

    def is_complete(self, subject: str) -> bool:
        """Whether the table lists every facility of a subject."""
        return self.supposed_complete or subject in self.complete

    def if_complete(self) -> FacilityRegister:
        """The same register, as if it listed every facility of every category."""
        return replace(self, supposed_complete=True)

    def by_area(self, rows: pd.DataFrame, areas: Iterable[Hashable]) -> pd.DataFrame:
        """A row for each pair of facility and area (`of_area`) that it counts for, among some facilities and areas."""
        links = self.links[self.links["facility"].isin(rows.index) & self.links["area"].isin(list(areas))]
        return rows.loc[links["facility"]].assign(of_area=links["area"].to_numpy())


def _states(facilities: pd.DataFrame) -> dict[str, pd.Series]:
    """The column `state` in the words of `STATES`, if there is one."""
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
    """The keys of the categories that are complete, as `complete` says or else the table."""
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


def number_of_facilities(rows: pd.DataFrame) -> pd.Series:
    """Return how many facilities each row stands for: its `count`, 1 where there is none."""
    return numbers_of(rows, "count", "facilities", empty=True).fillna(1.0)


def floor_bounds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the least and most floor area of facilities, m2: 0 and inf where the table gives none."""
    return _bounds(rows, "floor_area_m2")


def land_bounds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the least and most land area of facilities, m2: from the table, else the area of the polygon."""
    bounds = _bounds(rows, "land_area_m2")
    if not isinstance(rows, gpd.GeoDataFrame):
        return bounds
    is_polygon = (shapely.get_dimensions(rows.geometry.to_numpy()) == _POLYGON) & np.isinf(bounds["most"].to_numpy())
    if not is_polygon.any():
        return bounds
    size = pd.Series(shapely.area(in_metres(rows.loc[is_polygon]).geometry.to_numpy()), index=rows.index[is_polygon])
    return bounds.mask(pd.Series(is_polygon, index=rows.index), pd.DataFrame({"least": size, "most": size}))


def _bounds(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The bounds of a column from it, `<name>_least` and `<name>_most`."""
    figure = numbers_of(rows, name, "facilities", empty=True)
    least = figure.fillna(numbers_of(rows, f"{name}_least", "facilities", empty=True)).fillna(0.0)
    most = figure.fillna(numbers_of(rows, f"{name}_most", "facilities", empty=True)).fillna(np.inf)
    return pd.DataFrame({"least": least, "most": most})


def meets_size_limits(rows: pd.DataFrame, clause: Clause) -> tuple[pd.Series, pd.Series]:
    """Return which facilities certainly meet a clause's limits of floor and land area, and which possibly do.

    Parameters
    ----------
    rows
        Facilities with floor_area_m2 and land_area_m2, or polygons, where known.
    clause
        The clause, with least_floor_m2, least_land_m2 and most_land_m2 (m2) or None.
    """
    certain = pd.Series(True, index=rows.index)
    possible = certain.copy()
    floor, land = floor_bounds(rows), land_bounds(rows)
    for bounds, least, most in (
        (floor, clause.least_floor_m2, None),
        (land, clause.least_land_m2, clause.most_land_m2),
    ):
        if least is not None:
            certain, possible = certain & (bounds["least"] >= least), possible & (bounds["most"] >= least)
        if most is not None:
            certain, possible = certain & (bounds["most"] < most), possible & (bounds["least"] < most)
    return certain, possible
