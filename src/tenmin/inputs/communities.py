"""Communities as a table, and which of them a text names or a spot lies in."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.readers import split_list, text_of, word_for
from tenmin.inputs.services import plain_name
from tenmin.support.contracts import numbers_of
from tenmin.support.errors import TableError

__all__ = ["COMMUNITY", "Communities", "check_areas", "is_empty", "items_of", "stand_in"]

COMMUNITY = "社区"
LEVELS = {
    COMMUNITY: (COMMUNITY, "community", "居委会", "村", "village"),
    "街道": ("街道", "镇", "乡", "subdistrict", "sub-district", "town", "township"),
    "区县": ("区县", "区", "县", "市", "district", "county", "city"),
}
"""The levels that clauses speak of, and the words of tables for them."""
_LEVEL_OF = {word: level for level, words in LEVELS.items() for word in words}
_MOST_SHOWN = 5


def check_areas(areas: object) -> pd.DataFrame:
    """Return the communities with a level for each; people are numbers from 0 up, households above 0, or missing.

    Raises
    ------
    TableError
        Ids or names (under one parent) that are there twice, a level nobody knows, or a figure that is none.
    """
    if not isinstance(areas, pd.DataFrame):
        msg = f"areas must be a table (read_areas), but is a {type(areas).__name__}"
        raise TableError(msg)
    if not areas.index.is_unique:
        twice = areas.index[areas.index.duplicated()].unique().tolist()
        msg = f"areas has the ids {twice[:_MOST_SHOWN]} more than once; make its index unique"
        raise TableError(msg)
    checked = areas.assign(level=_levels(areas), kind=_kinds(areas))
    figures = {
        name: numbers_of(checked, name, "areas", above=above, empty=True)
        for name, above in (("people", False), ("households", True))
        if name in checked.columns
    }
    _refuse_namesakes(checked)
    return checked.assign(**figures)


def _kinds(areas: pd.DataFrame) -> pd.Series:
    """The kinds in the words of clauses; a word that is none of theirs stays, and nothing is known by it."""
    given = [text_of(cell) for cell in areas["kind"]] if "kind" in areas.columns else [None] * len(areas)
    return pd.Series([word and (word_for("kind", word) or word) for word in given], index=areas.index, dtype=object)


def _levels(areas: pd.DataFrame) -> pd.Series:
    given = areas["level"] if "level" in areas.columns else pd.Series(None, index=areas.index, dtype=object)
    words = given.map(lambda word: None if is_empty(word) else str(word).strip().lower())
    wrong = words.notna() & ~words.isin(list(_LEVEL_OF))
    if wrong.any():
        label = areas.index[wrong][0]
        msg = f"areas, {label!r}: level = {given[label]!r} is not known; give one of {', '.join(LEVELS)}, or nothing"
        raise TableError(msg)
    return words.map(_LEVEL_OF).fillna(COMMUNITY)


def _refuse_namesakes(areas: pd.DataFrame) -> None:
    if "name" not in areas.columns:
        return
    parent = areas["parent"].map(_plain) if "parent" in areas.columns else ""
    key = areas["level"] + "\n" + parent + "\n" + areas["name"].map(_plain)
    wrong = key.duplicated(keep=False) & areas["name"].notna()
    if wrong.any():
        name = areas["name"][wrong].iloc[0]
        labels = areas.index[key == key[wrong].iloc[0]].tolist()
        msg = f"areas: {labels[:_MOST_SHOWN]} are all named {name!r} under one parent; leave one of them"
        raise TableError(msg)


def is_empty(value: object) -> bool:
    """Whether a cell of a table says nothing."""
    return not isinstance(value, list | tuple | set | dict | np.ndarray) and text_of(value) is None


def items_of(value: object) -> list[str]:
    """Return the items of a cell: those of a list, or of a text such as `东园、西园`."""
    if isinstance(value, list | tuple | set | np.ndarray):
        return [text for one in value if (text := text_of(one)) is not None]
    return list(split_list(text_of(value)))


def stand_in(places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return the places with the community each stands in, where no column says so."""
    if areas is None or "area" in places.columns:
        return places
    links = Communities(areas.assign(level=COMMUNITY)).house(places, "place").drop_duplicates("place")
    return places.assign(area=links.set_index("place")["area"].reindex(places.index))


def _plain(name: object) -> str:
    return plain_name(text_of(name) or "")


@dataclass(frozen=True)
class Communities:
    """Finds the communities that a text names or a spot lies in."""

    areas: pd.DataFrame

    @cached_property
    def _level(self) -> Mapping[Hashable, str]:
        return dict(zip(self.areas.index, self.areas["level"], strict=True))

    @cached_property
    def _by_id(self) -> Mapping[str, Hashable]:
        return {text_of(label) or "": label for label in self.areas.index}

    @cached_property
    def _by_name(self) -> Mapping[str, list[Hashable]]:
        found: dict[str, list[Hashable]] = {}
        if "name" in self.areas.columns:
            for label, name in self.areas["name"].items():
                found.setdefault(_plain(name), []).append(label)
        return {name: labels for name, labels in found.items() if name}

    @cached_property
    def parents(self) -> Mapping[Hashable, Hashable]:
        """The area above each, where the table has a row for it."""
        if "parent" not in self.areas.columns:
            return {}
        found = {label: self._named(str(text)) for label, text in self.areas["parent"].items() if not is_empty(text)}
        return {label: above[0] for label, above in found.items() if len(above) == 1 and above[0] != label}

    def _named(self, text: str) -> list[Hashable]:
        if text in self._by_id:
            return [self._by_id[text]]
        return self._by_name.get(_plain(text), [])

    @cached_property
    def _children(self) -> Mapping[str, list[Hashable]]:
        """The areas below a 街道 or district that has no row of its own, by its name."""
        found: dict[str, list[Hashable]] = {}
        for label, text in self.areas.get("parent", pd.Series(dtype=object)).items():
            if not is_empty(text) and not self._named(str(text)):
                found.setdefault(_plain(text), []).append(label)
        return found

    def _above(self, label: Hashable) -> Iterable[Hashable]:
        seen = {label}
        while (label := self.parents.get(label)) is not None and label not in seen:
            seen.add(label)
            yield label

    @cached_property
    def _family(self) -> Mapping[Hashable, list[Hashable]]:
        """Of each area: itself, all above it and all below it."""
        found = {label: [label, *self._above(label)] for label in self.areas.index}
        below: dict[Hashable, list[Hashable]] = {label: [] for label in self.areas.index}
        for label in self.areas.index:
            for above in found[label][1:]:
                below[above].append(label)
        return {label: [*found[label], *below[label]] for label in self.areas.index}

    def _stated(self, table: pd.DataFrame, what: str) -> dict[Hashable, list[Hashable]]:
        """The areas that the column `area` names, of each row that names any."""
        if "area" not in table.columns:
            return {}
        found, faults = {}, []
        for label, cell in table["area"].items():
            areas: list[Hashable] = []
            for name in items_of(cell):
                met = self._named(name)
                if len(met) == 1:
                    areas += self._family[met[0]]
                elif not met and _plain(name) in self._children:
                    areas += [area for child in self._children[_plain(name)] for area in self._family[child]]
                else:
                    faults.append((label, name, met))
            if areas:
                found[label] = list(dict.fromkeys(areas))
        if faults:
            raise TableError(self._unnamed(faults, what))
        return found

    def _unnamed(self, faults: list[tuple[Hashable, str, list[Hashable]]], what: str) -> str:
        lines = []
        for label, name, met in faults[:_MOST_SHOWN]:
            near = difflib.get_close_matches(_plain(name), list(self._by_name), n=3, cutoff=0.4)
            shown = f"near names: {', '.join(near)}" if near else "no name is near it"
            why = f"names {len(met)} areas, {met}: give the id" if met else f"names no area ({shown})"
            lines.append(f"{label!r}: area = {name!r} {why}")
        more = f"; and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
        return f"{what} table: {'; '.join(lines)}{more}"

    def _standing_in(self, table: pd.DataFrame, *, once: bool) -> dict[Hashable, list[Hashable]]:
        """The areas whose polygon holds a row's geometry, the first of each level if `once`, and those above them."""
        if not (isinstance(table, gpd.GeoDataFrame) and isinstance(self.areas, gpd.GeoDataFrame)):
            return {}
        given = table.geometry.notna() & ~table.geometry.is_empty
        if not given.any() or self.areas.geometry.isna().all():
            return {}
        if table.crs is None or self.areas.crs is None:
            msg = "facilities, places and areas with geometry need a CRS; state it, e.g. set_crs('EPSG:4326')"
            raise TableError(msg)
        spots = table.loc[given].to_crs(self.areas.crs).representative_point()
        row, area = shapely.STRtree(self.areas.geometry.to_numpy()).query(spots.to_numpy(), predicate="intersects")
        found: dict[Hashable, list[Hashable]] = {}
        labels, areas = spots.index.tolist(), self.areas.index.tolist()
        for spot, around in sorted(zip(row, area, strict=True)):
            before = found.setdefault(labels[spot], [])
            met = {self._level[one] for one in before} if once else set()
            above = [one for one in (areas[around], *self._above(areas[around])) if self._level[one] not in met]
            found[labels[spot]] = list(dict.fromkeys([*before, *above]))
        return found

    def link(self, table: pd.DataFrame, what: str) -> pd.DataFrame:
        """The areas of every facility: `what` (its id), `area` and `how`; one of none has one row without area.

        One that names a 街道 counts for all its communities, one on a border for both sides of it.
        """
        stated = self._stated(table, what)
        return _as_links(table, what, stated, self._standing_in(_others(table, stated), once=False))

    def house(self, table: pd.DataFrame, what: str) -> pd.DataFrame:
        """The areas of every home, in the same form: at most one of each level, so that people are counted once."""
        stated = {label: [one[0], *self._above(one[0])] for label, one in self._stated(table, what).items()}
        return _as_links(table, what, stated, self._standing_in(_others(table, stated), once=True))


def _others(table: pd.DataFrame, stated: Mapping[Hashable, object]) -> pd.DataFrame:
    return table.loc[~table.index.isin(list(stated))]


def _as_links(
    table: pd.DataFrame,
    what: str,
    stated: Mapping[Hashable, list[Hashable]],
    standing: Mapping[Hashable, list[Hashable]],
) -> pd.DataFrame:
    rows: list[tuple[Hashable, Hashable | None, str]] = []
    for label in table.index:
        how, areas = ("stated", stated[label]) if label in stated else ("stands in", standing.get(label, []))
        rows += [(label, area, how) for area in areas] or [(label, None, "none")]
    return pd.DataFrame(rows, columns=[what, "area", "how"], dtype=object)
