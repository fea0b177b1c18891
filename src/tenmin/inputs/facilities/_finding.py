"""Find the facilities in an OpenStreetMap extract, counting duplicates once."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenmin.inputs.osm import OsmExtract, as_extract, edit_dates, find_entrances
from tenmin.inputs.services import Category, load_catalogue, normalise_name, suggest_categories
from tenmin.support.conditions import TagPattern, parse_condition, tag_patterns
from tenmin.support.errors import CategoryError, TenminWarning

__all__ = ["find_facilities", "list_duplicates"]

Categories = str | Iterable[str] | Mapping[str, Category] | None
DuplicateOf = dict[str, tuple[str, str]]

#: Elements of one category and name within this distance are one facility.
DUPLICATE_METRES = 50.0
_OUT_OF_USE = parse_condition(
    {"any": [{"gone": True}, {"never_open": True}, {"building": ["construction", "proposed"]}]}, "facilities"
)
_AREA = 2
_INSIDE = "inside an area of the same category and name"
_NEARBY = "within 50 m of one of the same category and name"
_SOURCE = "OpenStreetMap"
_STATION_ENTRANCES = ("subway_entrance", "train_station_entrance")
_NAME_KEYS = ("name", "name:zh", "name:en")
_COLUMNS = ["category", "name", "element", "rule", "opening_hours", "source"]
_TEXTS = ["category", "element", "rule", "source"]


def find_facilities(extract: OsmExtract | str | os.PathLike[str], *, categories: Categories = None) -> gpd.GeoDataFrame:
    """Return the facilities of an extract: one row per element and category, index such as `pharmacy:n123`, sorted.

    Duplicates are counted once: an element inside an area of the same category with the same name or none, and
    elements of one category and name within 50 m (the area is kept, else the lower id). `list_duplicates` lists them.
    The facility stands wherever one of them does: a stop mapped on both sides of a street is a multipoint, an area with
    others beside it a collection. What is inside an area adds no position, unless it is an entrance.
    What is no longer or not yet there (`disused=yes`, `construction=yes`, ...) or never open is no facility.
    `edited` is the date of the last edit of the element, None if the file has no times.

    Parameters
    ----------
    extract
        The extract, as from `read_osm`, or the path of its file.
    categories
        Keys of the catalogue, or a catalogue from `load_catalogue(path)`. By default all `core` categories: those that
        are not parts of others and commonly mapped.

    Raises
    ------
    CategoryError
        A requested category is not in the catalogue.

    Warns
    -----
    TenminWarning
        A requested category has no OpenStreetMap tags, so none can be found.

    Examples
    --------
    >>> from tenmin.inputs import osm
    >>> from tenmin.inputs.samples import sample_path
    >>> town = osm.read_osm(sample_path("helsinki"))
    >>> found = find_facilities(town, categories=["library", "pharmacy"])
    >>> sorted(set(found["category"]))
    ['library', 'pharmacy']
    """
    town = as_extract(extract)
    search = _search(categories)
    _warn_of_unmapped(search)
    found, duplicates = _find_duplicates(town, search)
    kept, twins = found.loc[~found.index.isin(duplicates.index)], found.loc[duplicates.index].join(duplicates)
    adds = (twins["reason"] == _NEARBY) | twins["element"].isin(_entrances_among(town, twins["element"]))
    named = _fill_names(_add_positions(kept, twins[adds]), twins)
    dates = named["element"].map(edit_dates(town.path, named["element"].tolist()))
    edited = dates.astype(object).where(dates.notna(), None)
    return named.assign(edited=edited)[[*_COLUMNS, "edited", "geometry"]]


def list_duplicates(extract: OsmExtract | str | os.PathLike[str], *, categories: Categories = None) -> pd.DataFrame:
    """Return the duplicates that `find_facilities` leaves out: `category`, `name`, `element`, `kept` and `reason`.

    `kept` is the id of the facility that replaces it.

    Parameters
    ----------
    extract, categories
        As in `find_facilities`.

    Examples
    --------
    >>> from tenmin.inputs import osm
    >>> from tenmin.inputs.samples import sample_path
    >>> twice = list_duplicates(osm.read_osm(sample_path("helsinki")), categories="transport_stop")
    >>> set(twice["kept"]).isdisjoint(twice.index)
    True
    """
    found, duplicates = _find_duplicates(as_extract(extract), _search(categories))
    return found.loc[duplicates.index, ["category", "name", "element"]].join(duplicates)


@dataclass(frozen=True)
class _Search:
    """A search for facilities.

    Attributes
    ----------
    catalogue
        All categories by key.
    requested
        Keys of those searched for.
    by_pattern
        Requested categories by the tag patterns of which their elements have at least one.
    keys
        The keys of these patterns.
    """

    catalogue: Mapping[str, Category]
    requested: tuple[str, ...]
    by_pattern: Mapping[TagPattern, tuple[str, ...]]
    keys: frozenset[str]

    def matches(self, tags: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the categories of an element, each with the rule that holds, in words."""
        telling = {key: value for key, value in tags.items() if key in self.keys}
        likely = {name for pattern in tag_patterns(telling) for name in self.by_pattern.get(pattern, ())}
        if not likely:
            return []
        if _OUT_OF_USE.holds(tags):
            return []
        met = {name: self.catalogue[name].rule_for(tags) for name in sorted(likely)}
        return [(name, rule) for name, rule in met.items() if rule and not self._has_precedence(name, tags)]

    def _has_precedence(self, name: str, tags: Mapping[str, str]) -> bool:
        return any(self.catalogue[other].rule_for(tags) for other in self.catalogue[name].unless)


def _search(categories: Categories) -> _Search:
    catalogue = categories if isinstance(categories, Mapping) else load_catalogue()
    requested = _requested(categories, catalogue)
    by_pattern: dict[TagPattern, tuple[str, ...]] = {}
    for name in requested:
        for pattern in {pattern for rule in catalogue[name].rules for pattern in rule.needs_one_of}:
            by_pattern[pattern] = (*by_pattern.get(pattern, ()), name)
    return _Search(catalogue, requested, by_pattern, frozenset(key for key, _ in by_pattern))


def _warn_of_unmapped(search: _Search) -> None:
    unmapped = [key for key in search.requested if not search.catalogue[key].rules]
    if unmapped:
        msg = (
            f"no tag of OpenStreetMap tells {', '.join(unmapped)}, so that none was found says nothing; "
            "give them in a table, with read_facilities"
        )
        warnings.warn(msg, TenminWarning, stacklevel=3)


def _requested(categories: Categories, catalogue: Mapping[str, Category]) -> tuple[str, ...]:
    if categories is None or isinstance(categories, Mapping):
        return tuple(key for key, category in catalogue.items() if category.core)
    requested = (categories,) if isinstance(categories, str) else tuple(categories)
    unknown = [key for key in requested if key not in catalogue]
    if unknown:
        close = suggest_categories(str(unknown[0]), catalogue)
        nearest = f"the nearest are {', '.join(close)}" if close else f"it has {', '.join(sorted(catalogue))}"
        msg = f"the catalogue has no category {unknown[0]!r}; {nearest}"
        raise CategoryError(msg)
    return requested


def _find_duplicates(extract: OsmExtract, search: _Search) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    found = _find_all(extract, search)
    duplicate_of = _nested_duplicates(found)
    duplicate_of |= _nearby_duplicates(found.loc[~found.index.isin(list(duplicate_of))])
    rows = [(_kept_id(duplicate_of, label), reason) for label, (_, reason) in sorted(duplicate_of.items())]
    index = pd.Index(sorted(duplicate_of), name="facility", dtype="str")
    return found, pd.DataFrame(rows, index=index, columns=["kept", "reason"])


def _kept_id(duplicate_of: DuplicateOf, label: str) -> str:
    while label in duplicate_of:
        label = duplicate_of[label][0]
    return label


def _find_all(extract: OsmExtract, search: _Search) -> gpd.GeoDataFrame:
    rows, shapes = [], []
    for frame in (extract.points, extract.areas):
        for element, tags, shape in zip(frame.index.tolist(), frame["tags"], frame.geometry.to_numpy(), strict=True):
            for category, rule in search.matches(tags):
                rows.append((category, _name(tags), element, rule, tags.get("opening_hours"), _SOURCE))
                shapes.append(shape)
    index = pd.Index([f"{row[0]}:{row[2]}" for row in rows], name="facility", dtype="str")
    table = pd.DataFrame(rows, index=index, columns=_COLUMNS, dtype=object).astype(dict.fromkeys(_TEXTS, "str"))
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326").sort_index()


def _name(tags: Mapping[str, str]) -> str | None:
    return next((tags[key] for key in _NAME_KEYS if key in tags), None)


def _nested_duplicates(found: gpd.GeoDataFrame) -> DuplicateOf:
    """Return the facilities inside an area of their category and name, with the largest such area."""
    shapes = found.geometry.to_numpy()
    outer = np.flatnonzero(shapely.get_dimensions(shapes) == _AREA)
    inner, place = shapely.STRtree(shapes[outer]).query(shapely.point_on_surface(shapes), predicate="within")
    rank = np.lexsort([-np.arange(len(shapes)), shapely.area(shapes)]).argsort()
    pairs = pd.DataFrame({"inner": inner, "outer": outer[place]})
    categories = found["category"].to_numpy()
    pairs = pairs[categories[pairs["inner"]] == categories[pairs["outer"]]]
    pairs = pairs[rank[pairs["inner"]] < rank[pairs["outer"]]]
    pairs = pairs[_names_agree(pairs, found["name"].map(normalise_name).to_numpy())]
    pairs = pairs.assign(rank=-rank[pairs["outer"]]).sort_values(["inner", "rank"]).drop_duplicates("inner")
    inside, around = found.index[pairs["inner"]], found.index[pairs["outer"]]
    return {label: (area, _INSIDE) for label, area in zip(inside, around, strict=True)}


def _names_agree(pairs: pd.DataFrame, names: np.ndarray) -> np.ndarray:
    """Return where names agree: the same name, none inside, or none outside and a single name inside."""
    inner, outer = names[pairs["inner"]], names[pairs["outer"]]
    inner_names = pd.Series(inner, index=pairs.index, dtype=object).mask(inner == "")
    only = inner_names.groupby(pairs["outer"]).transform("nunique").to_numpy() == 1
    return (inner == outer) | (inner == "") | ((outer == "") & only)


def _nearby_duplicates(found: gpd.GeoDataFrame) -> DuplicateOf:
    """Return the facilities within `DUPLICATE_METRES` of one of their category and name."""
    keys = found["category"].astype(object) + "\n" + found["name"].map(normalise_name)
    shared = found[(keys.duplicated(keep=False) & found["name"].notna()).to_numpy()]
    if shared.empty:
        return {}
    shapes = shared.geometry.to_crs(shared.estimate_utm_crs()).to_numpy()
    kept: dict[str, list[int]] = {}
    duplicates: DuplicateOf = {}
    for row in sorted(range(len(shared)), key=lambda row: _element_order(shared["element"].iloc[row])):
        kept_before = kept.setdefault(keys[shared.index[row]], [])
        near = next((r for r in kept_before if shapely.distance(shapes[row], shapes[r]) <= DUPLICATE_METRES), None)
        if near is None:
            kept_before.append(row)
        else:
            duplicates[shared.index[row]] = (shared.index[near], _NEARBY)
    return duplicates


def _element_order(element: str) -> tuple[bool, str, int]:
    return element[0] == "n", element[0], int(element[1:])


def _entrances_among(extract: OsmExtract, elements: pd.Series) -> pd.Index:
    """Return the elements that are entrances: of buildings and areas, or of stations."""
    points = extract.points[extract.points.index.isin(elements)]
    of_stations = [tags.get("railway") in _STATION_ENTRANCES for tags in points["tags"]]
    return find_entrances(points).index.union(points.index[of_stations])


def _add_positions(kept: gpd.GeoDataFrame, twins: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `kept` with the shapes of the twins of each row added to its own."""
    shapes = kept.geometry.copy()
    for label, others in twins.geometry.groupby(twins["kept"]):
        shapes[label] = _join_shapes(np.array([shapes[label], *others], dtype=object))
    return kept.set_geometry(shapes)


def _join_shapes(shapes: np.ndarray) -> BaseGeometry:
    """Return points as one multipoint, and areas, with or without points, as a collection."""
    is_area = shapely.get_dimensions(shapes) == _AREA
    points = shapely.union_all(shapes[~is_area])
    if not is_area.any():
        return points
    return shapely.GeometryCollection([*shapes[is_area], *shapely.get_parts(points)])


def _fill_names(kept: gpd.GeoDataFrame, duplicates: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return `kept` with missing names filled from the duplicates."""
    names = duplicates.dropna(subset="name").sort_index().drop_duplicates("kept").set_index("kept")["name"]
    filled = [names.get(label) if name is None else name for label, name in zip(kept.index, kept["name"], strict=True)]
    return kept.assign(name=pd.Series(filled, index=kept.index, dtype=object))
