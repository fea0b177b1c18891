"""Assign facilities and places to communities, by name or by location."""

from __future__ import annotations

import difflib
import json
import warnings
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs._area_names import AreaNames, plain_name
from tenmin.inputs.readers import code_of, split_list, text_of, word_for
from tenmin.inputs.services import normalise_name
from tenmin.support.contracts import numbers_of, separate_positions
from tenmin.support.errors import TableError, TenminWarning

__all__ = [
    "COMMUNITY",
    "Communities",
    "assign_communities",
    "check_areas",
    "is_empty",
    "items_of",
    "within_communities",
]

COMMUNITY = "社区"
LEVELS = {
    COMMUNITY: (COMMUNITY, "community", "居委会", "村", "village"),
    "街道": ("街道", "镇", "乡", "subdistrict", "sub-district", "town", "township"),
    "区县": ("区县", "区", "县", "市", "district", "county", "city"),
}
"""Levels of areas in clauses, and the words for them in tables."""
_LEVEL_OF = {word: level for level, words in LEVELS.items() for word in words}
_MAX_SHOWN = 5
_REMARK_COLUMNS = ("row", "id", "field", "value", "reason", "used")
_OUTSIDE = "outside the areas of the list; left out"


def check_areas(areas: object) -> pd.DataFrame:
    """Return the areas with a level and a kind for each, and with people and households as floats.

    Raises
    ------
    TableError
        Ids or names (under one parent) are not unique, a level is unknown, or a number is invalid.
    """
    if not isinstance(areas, pd.DataFrame):
        msg = f"areas must be a table (read_areas), but is a {type(areas).__name__}"
        raise TableError(msg)
    if not areas.index.is_unique:
        duplicates = areas.index[areas.index.duplicated()].unique().tolist()
        msg = f"areas has the ids {duplicates[:_MAX_SHOWN]} more than once; make its index unique"
        raise TableError(msg)
    checked = areas.assign(level=_levels(areas), kind=_kinds(areas))
    numbers = {
        name: numbers_of(checked, name, "areas", above=above, empty=True)
        for name, above in (("people", False), ("households", True))
        if name in checked.columns
    }
    _check_unique_names(checked)
    return checked.assign(**numbers)


def _kinds(areas: pd.DataFrame) -> pd.Series:
    """Return the kinds in the words of clauses; an unknown word is kept and matches none of them."""
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


def _check_unique_names(areas: pd.DataFrame) -> None:
    if "name" not in areas.columns:
        return
    parent = areas["parent"].map(_normalised) if "parent" in areas.columns else ""
    key = areas["level"] + "\n" + parent + "\n" + areas["name"].map(plain_name)
    wrong = key.duplicated(keep=False) & areas["name"].notna()
    if wrong.any():
        name = areas["name"][wrong].iloc[0]
        labels = areas.index[key == key[wrong].iloc[0]].tolist()
        msg = f"areas: {labels[:_MAX_SHOWN]} are all named {name!r} under one parent; leave one of them"
        raise TableError(msg)


def is_empty(value: object) -> bool:
    """Return whether a cell is empty."""
    return not isinstance(value, list | tuple | set | dict | np.ndarray) and text_of(value) is None


def items_of(value: object) -> list[str]:
    """Return the items in a cell: those of a list, or of a text such as `东园、西园`."""
    if isinstance(value, list | tuple | set | np.ndarray):
        return [code_of(text) for one in value if (text := text_of(one)) is not None]
    return list(split_list(text_of(value)))


def assign_communities(places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return the places with the id of the community of each as `area`.

    That is the one which the place names in `area`, by id or name, else the one it stands in; of areas of several
    levels the lowest.

    Parameters
    ----------
    places
        The places.
    areas
        The communities; without them the places are returned unchanged.

    Raises
    ------
    TableError
        A place names none of the areas, or several.
    """
    if areas is None:
        return places
    lowest = Communities(areas.assign(level=_levels(areas))).lowest_of(places, "place")
    return places.assign(area=pd.Series(lowest, dtype=object).reindex(places.index))


def within_communities(table: gpd.GeoDataFrame, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the facilities or places that belong to the communities of a list, for a register that is larger.

    Left out are rows that name none of the communities, and rows without a name that stand in none, if all of the list
    have polygons. They are counted in a warning, and `list_remarks` lists them.

    Parameters
    ----------
    table
        Facilities or places.
    areas
        The list of communities, as from `read_areas`.

    Warns
    -----
    TenminWarning
        Rows lie outside.

    Examples
    --------
    >>> import warnings
    >>> areas = pd.DataFrame({"name": ["东苑社区"]}, index=["C01"])
    >>> columns = {"category": "pharmacy", "area": ["东苑社区", "西苑社区"]}
    >>> register = gpd.GeoDataFrame(columns, geometry=[None, None], crs=4326)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     within_communities(register, areas).index.tolist()
    [0]
    """
    communities = Communities(check_areas(areas))
    cells = table["area"] if "area" in table.columns else pd.Series([()] * len(table), index=table.index)
    names = cells.map(items_of)
    known = names.map(lambda some: tuple(name for name in some if communities.names(name)))
    named, found = names.map(bool).to_numpy(bool), known.map(bool).to_numpy(bool)
    outside = np.where(named, ~found, communities.stands_outside(table))
    kept = table.loc[~outside]
    if isinstance(next(iter(cells), None), tuple):
        kept = kept.assign(area=known[~outside])
    kept.attrs = {**table.attrs, "listed": _with_outsiders(table, outside)}
    if outside.any():
        msg = (
            f"{int(outside.sum())} of {len(table)} rows lie outside the {len(areas)} areas of the list and are left out"
        )
        warnings.warn(msg, TenminWarning, stacklevel=2)
    return kept


def _with_outsiders(table: pd.DataFrame, outside: np.ndarray) -> str:
    """Return the remarks on a table with one on each row that lies outside."""
    listed = json.loads(table.attrs.get("listed", "{}")) or {name: [] for name in _REMARK_COLUMNS}
    areas = table["area"] if "area" in table.columns else pd.Series("", index=table.index)
    for label, cell in areas[outside].items():
        line = {
            "id": str(label),
            "field": "area",
            "value": "、".join(items_of(cell)),
            "reason": _OUTSIDE,
            "used": False,
        }
        for name, values in listed.items():
            values.append(line.get(name))
    return json.dumps(listed, ensure_ascii=False)


def _normalised(name: object) -> str:
    return normalise_name(text_of(name) or "")


@dataclass(frozen=True)
class Communities:
    """Assigns facilities and places to areas, by name or by location.

    Attributes
    ----------
    areas
        The areas, as from `check_areas`.
    """

    areas: pd.DataFrame

    @cached_property
    def _level(self) -> Mapping[Hashable, str]:
        return dict(zip(self.areas.index, self.areas["level"], strict=True))

    @cached_property
    def _names(self) -> AreaNames:
        return AreaNames(self.areas)

    @cached_property
    def parents(self) -> Mapping[Hashable, Hashable]:
        """The parent of each area, where the table has a row for it."""
        if "parent" not in self.areas.columns:
            return {}
        found = {
            label: self._names.named(str(text)) for label, text in self.areas["parent"].items() if not is_empty(text)
        }
        return {label: above[0] for label, above in found.items() if len(above) == 1 and above[0] != label}

    def _named(self, text: str) -> list[Hashable]:
        names = self._names
        return names.named(text) or names.numbered(text) or names.after_others(text, self._names_above)

    def _names_above(self, label: Hashable) -> list[str]:
        """The names of what is above an area, the nearest first; a parent without a row of its own too."""
        chain = [label, *self._ancestors(label)]
        top = self.areas["parent"].get(chain[-1]) if "parent" in self.areas.columns else None
        names = self.areas["name"].reindex(chain[1:]) if "name" in self.areas.columns else ()
        return [str(one) for one in (*names, top) if not is_empty(one)]

    def names(self, text: str) -> bool:
        """Return whether a text names an area, several, or a 街道 that has areas."""
        return bool(self._named(text)) or _normalised(text) in self._unlisted_parents

    def stands_outside(self, table: pd.DataFrame) -> np.ndarray:
        """Return which rows have a position outside all areas; none if an area has no polygon."""
        outlined = isinstance(self.areas, gpd.GeoDataFrame) and not self.areas.geometry.isna().any()
        if not outlined or not isinstance(table, gpd.GeoDataFrame):
            return np.zeros(len(table), bool)
        placed = (table.geometry.notna() & ~table.geometry.is_empty).to_numpy(bool)
        return placed & ~table.index.isin(list(self._containing_areas(table, one_per_level=False)))

    @cached_property
    def _unlisted_parents(self) -> Mapping[str, list[Hashable]]:
        """The areas below each 街道 or district that has no row of its own, by its name."""
        found: dict[str, list[Hashable]] = {}
        for label, text in self.areas.get("parent", pd.Series(dtype=object)).items():
            if not is_empty(text) and not self._names.named(str(text)):
                found.setdefault(_normalised(text), []).append(label)
        return found

    def _ancestors(self, label: Hashable) -> Iterable[Hashable]:
        seen = {label}
        while (label := self.parents.get(label)) is not None and label not in seen:
            seen.add(label)
            yield label

    def above(self, level: str) -> pd.Series:
        """Return the area of a level to which the chain of parents leads from each area, or None.

        A parent without a row of its own is taken for one of the next level, and stands under its name.

        Parameters
        ----------
        level
            社区, 街道 or 区县.
        """
        found = [
            next((one for one in self._chain(label) if self._level.get(one) == level), None)
            for label in self.areas.index
        ]
        unlisted = [self._unlisted_above(label, level) for label in self.areas.index]
        chosen = [one if one is not None else other for one, other in zip(found, unlisted, strict=True)]
        return pd.Series(chosen, index=self.areas.index, dtype=object)

    def _chain(self, label: Hashable) -> list[Hashable]:
        return [label, *self._ancestors(label)]

    def _unlisted_above(self, label: Hashable, level: str) -> str | None:
        """The parent without a row at the end of the chain of an area, if it is next above and of this level."""
        top = self._chain(label)[-1]
        text = self.areas["parent"].get(top) if "parent" in self.areas.columns else None
        next_above = dict(pairwise(LEVELS)).get(self._level[top])
        return str(text) if next_above == level and not is_empty(text) and not self._named(str(text)) else None

    @cached_property
    def _relatives(self) -> Mapping[Hashable, list[Hashable]]:
        """Each area with its ancestors and descendants."""
        found = {label: self._chain(label) for label in self.areas.index}
        below: dict[Hashable, list[Hashable]] = {label: [] for label in self.areas.index}
        for label in self.areas.index:
            for above in found[label][1:]:
                below[above].append(label)
        return {label: [*found[label], *below[label]] for label in self.areas.index}

    def _named_areas(self, table: pd.DataFrame, what: str) -> dict[Hashable, list[Hashable]]:
        """Return the areas named in the column `area`, for each row that names any."""
        if "area" not in table.columns:
            return {}
        found, unmatched = {}, []
        for label, cell in table["area"].items():
            areas: list[Hashable] = []
            for name in items_of(cell):
                matches = self._named(name)
                if len(matches) == 1:
                    areas += self._relatives[matches[0]]
                elif not matches and _normalised(name) in self._unlisted_parents:
                    areas += [
                        area for child in self._unlisted_parents[_normalised(name)] for area in self._relatives[child]
                    ]
                else:
                    unmatched.append((label, name, matches))
            if areas:
                found[label] = list(dict.fromkeys(areas))
        if unmatched:
            raise TableError(self._unknown_areas_message(unmatched, what))
        return found

    def _unknown_areas_message(self, unmatched: list[tuple[Hashable, str, list[Hashable]]], what: str) -> str:
        lines = []
        for label, name, matches in unmatched[:_MAX_SHOWN]:
            near = difflib.get_close_matches(_normalised(name), list(self._names.by_name), n=3, cutoff=0.4)
            shown = f"near names: {', '.join(near)}" if near else "no name is near it"
            why = f"names {len(matches)} areas, {matches}: give the id" if matches else f"names no area ({shown})"
            lines.append(f"{label!r}: area = {name!r} {why}")
        more = f"; and {len(unmatched) - _MAX_SHOWN} more" if len(unmatched) > _MAX_SHOWN else ""
        return f"{what} table: {'; '.join(lines)}{more}"

    def _containing_areas(self, table: pd.DataFrame, *, one_per_level: bool) -> dict[Hashable, list[Hashable]]:
        """Return the areas that contain each row, and their ancestors; only the first of each level if asked."""
        if not (isinstance(table, gpd.GeoDataFrame) and isinstance(self.areas, gpd.GeoDataFrame)):
            return {}
        given = table.geometry.notna() & ~table.geometry.is_empty
        if not given.any() or self.areas.geometry.isna().all():
            return {}
        if table.crs is None or self.areas.crs is None:
            msg = "facilities, places and areas with geometry need a CRS; state it, e.g. set_crs('EPSG:4326')"
            raise TableError(msg)
        located = table.loc[given].to_crs(self.areas.crs)
        parts, owner = separate_positions(located.geometry.to_numpy())
        tree = shapely.STRtree(self.areas.geometry.to_numpy())
        part, area = tree.query(shapely.point_on_surface(parts), predicate="intersects")
        found: dict[Hashable, list[Hashable]] = {}
        labels, areas = located.index.tolist(), self.areas.index.tolist()
        for point, polygon in sorted(zip(owner[part], area, strict=True)):
            before = found.setdefault(labels[point], [])
            matches = {self._level[one] for one in before} if one_per_level else set()
            above = [
                one for one in (areas[polygon], *self._ancestors(areas[polygon])) if self._level[one] not in matches
            ]
            found[labels[point]] = list(dict.fromkeys([*before, *above]))
        return found

    def _warn_of_misplaced(self, table: pd.DataFrame, named: Mapping[Hashable, list[Hashable]], what: str) -> None:
        """Warn of rows whose position lies outside every area that they name, if these have polygons."""
        if not (named and isinstance(table, gpd.GeoDataFrame) and isinstance(self.areas, gpd.GeoDataFrame)):
            return
        outlined = set(self.areas.index[self.areas.geometry.notna()])
        placed = table.loc[table.geometry.notna() & ~table.geometry.is_empty & table.index.isin(list(named))]
        found = self._containing_areas(placed, one_per_level=False)
        judged = [label for label in placed.index if outlined & set(named[label])]
        outside = [label for label in judged if not set(found.get(label, ())) & set(named[label])]
        if outside:
            shown = ", ".join(repr(label) for label in outside[:_MAX_SHOWN])
            msg = (
                f"{len(outside)} of {len(judged)} rows of the {what} table stand outside the areas that they name "
                f"({shown}); if most do, the datum of their coordinates may be another (datum=)"
            )
            warnings.warn(msg, TenminWarning, stacklevel=3)

    def lowest_of(self, table: pd.DataFrame, what: str) -> dict[Hashable, Hashable]:
        """Return the area of each row that has one, of several levels the lowest: as it is named, else by location.

        Parameters
        ----------
        table
            The places.
        what
            Name of the table in messages.

        Raises
        ------
        TableError
            The column `area` names something that is no area, or several.
        """
        named, rank = self._named_areas(table, what), list(LEVELS).index
        located = self._containing_areas(_without(table, named), one_per_level=True)
        lowest = {
            label: min(areas, key=lambda area: rank(self._level[area])) for label, areas in located.items() if areas
        }
        return {**lowest, **{label: areas[0] for label, areas in named.items()}}

    def assign_facilities(self, table: pd.DataFrame, what: str) -> pd.DataFrame:
        """Return the areas of each facility, by the column `area` if it names any, else by location.

        A facility that names a 街道 counts for all its communities, and one on a border, or with points in several, for
        all of them.

        Parameters
        ----------
        table
            The facilities.
        what
            Name of the column of their ids in the result, and of the table in messages.

        Returns
        -------
        DataFrame
            One row for each facility and area: `what` (id), `area` and `how`; a facility without area has one row.

        Raises
        ------
        TableError
            The column `area` names something that is no area, or several.
        """
        named = self._named_areas(table, what)
        self._warn_of_misplaced(table, named, what)
        return _link_table(table, what, named, self._containing_areas(_without(table, named), one_per_level=False))

    def assign_places(self, table: pd.DataFrame, what: str) -> pd.DataFrame:
        """Return the areas of each place like `assign_facilities`, but at most one of each level.

        People are then counted once.

        Parameters
        ----------
        table
            The places.
        what
            Name of the column of their ids in the result, and of the table in messages.
        """
        given = self._named_areas(table, what)
        self._warn_of_misplaced(table, given, what)
        named = {label: [one[0], *self._ancestors(one[0])] for label, one in given.items()}
        return _link_table(table, what, named, self._containing_areas(_without(table, named), one_per_level=True))


def _without(table: pd.DataFrame, named: Mapping[Hashable, object]) -> pd.DataFrame:
    return table.loc[~table.index.isin(list(named))]


def _link_table(
    table: pd.DataFrame,
    what: str,
    named: Mapping[Hashable, list[Hashable]],
    containing: Mapping[Hashable, list[Hashable]],
) -> pd.DataFrame:
    rows: list[tuple[Hashable, Hashable | None, str]] = []
    for label in table.index:
        how, areas = ("stated", named[label]) if label in named else ("stands in", containing.get(label, []))
        rows += [(label, area, how) for area in areas] or [(label, None, "none")]
    return pd.DataFrame(rows, columns=[what, "area", "how"], dtype=object)
