"""Finds the places of service that an extract holds, each counted once."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.osm import OsmExtract
from tenmin.inputs.services import Category, load_catalogue, plain_name
from tenmin.support.conditions import TagPattern, tag_patterns
from tenmin.support.errors import CategoryError, TenminWarning

__all__ = ["find_facilities", "list_duplicates"]

Asked = str | Iterable[str] | Mapping[str, Category] | None
StandsFor = dict[str, tuple[str, str]]

#: Two elements of one category and one name, no farther apart than this, are one facility.
TWIN_METRES = 50.0
_AREA = 2
_INSIDE = "inside an area of the same category and name"
_TWIN = "within 50 m of one of the same category and name"
_SOURCE = "OpenStreetMap"
_NAME_KEYS = ("name", "name:zh", "name:en")
_COLUMNS = ["category", "name", "element", "rule", "opening_hours", "source"]
_TEXTS = ["category", "element", "rule", "source"]


def find_facilities(extract: OsmExtract, *, categories: Asked = None) -> gpd.GeoDataFrame:
    """Return the facilities of an extract, one row for each and category, index such as `pharmacy:n123`, sorted.

    What is mapped twice is counted once: an element inside an area of the same category that has the same name or
    none, and elements of one category and name within 50 m (the area stays, else the lower id). `list_duplicates`
    tells what that left out.

    Parameters
    ----------
    extract
        What `read_osm` returned.
    categories
        Keys of the catalogue, or a catalogue of your own from `load_catalogue(path)`. If not given, all that are
        `core`: those that are neither parts of others nor seldom on a map.

    Raises
    ------
    CategoryError
        A category is asked for that the catalogue does not have.

    Warns
    -----
    TenminWarning
        A category is asked for that no tag of OpenStreetMap tells: that none was found says nothing.

    Examples
    --------
    >>> from tenmin.inputs import osm
    >>> from tenmin.inputs.samples import sample_path
    >>> town = osm.read_osm(sample_path("helsinki"))
    >>> found = find_facilities(town, categories=["library", "pharmacy"])
    >>> sorted(set(found["category"]))
    ['library', 'pharmacy']
    """
    search = _search(categories)
    _warn_of_untold(search)
    found, twins = _counted_once(extract, search)
    return _with_names(found.loc[~found.index.isin(twins.index)], found.loc[twins.index, ["name"]].join(twins))


def list_duplicates(extract: OsmExtract, *, categories: Asked = None) -> pd.DataFrame:
    """Return what `find_facilities` leaves out as mapped twice: `category`, `name`, `element`, `kept` and `reason`.

    `kept` is the facility that stands for it.

    >>> from tenmin.inputs import osm
    >>> from tenmin.inputs.samples import sample_path
    >>> twice = list_duplicates(osm.read_osm(sample_path("helsinki")), categories="transport_stop")
    >>> set(twice["kept"]).isdisjoint(twice.index)
    True
    """
    found, twins = _counted_once(extract, _search(categories))
    return found.loc[twins.index, ["category", "name", "element"]].join(twins)


@dataclass(frozen=True)
class _Search:
    """A catalogue, what is asked for of it, and by a tag of an element the ones of these that it may belong to."""

    catalogue: Mapping[str, Category]
    wanted: tuple[str, ...]
    by_anchor: Mapping[TagPattern, tuple[str, ...]]

    def matches(self, tags: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the categories of an element, each with the rule that it met, in words."""
        likely = {name for anchor in tag_patterns(tags) for name in self.by_anchor.get(anchor, ())}
        if not likely:
            return []
        met = {name: self.catalogue[name].rule_for(tags) for name in sorted(likely)}
        return [(name, rule) for name, rule in met.items() if rule and not self._has_other(name, tags)]

    def _has_other(self, name: str, tags: Mapping[str, str]) -> bool:
        return any(self.catalogue[other].rule_for(tags) for other in self.catalogue[name].unless)


def _search(categories: Asked) -> _Search:
    catalogue = categories if isinstance(categories, Mapping) else load_catalogue()
    wanted = _wanted(categories, catalogue)
    by_anchor: dict[TagPattern, tuple[str, ...]] = {}
    for name in wanted:
        for anchor in {anchor for rule in catalogue[name].rules for anchor in rule.needs_one_of}:
            by_anchor[anchor] = (*by_anchor.get(anchor, ()), name)
    return _Search(catalogue, wanted, by_anchor)


def _warn_of_untold(search: _Search) -> None:
    untold = [key for key in search.wanted if not search.catalogue[key].rules]
    if untold:
        msg = (
            f"no tag of OpenStreetMap tells {', '.join(untold)}, so that none was found says nothing; "
            "give them in a table, with read_facilities"
        )
        warnings.warn(msg, TenminWarning, stacklevel=3)


def _wanted(categories: Asked, catalogue: Mapping[str, Category]) -> tuple[str, ...]:
    if categories is None or isinstance(categories, Mapping):
        return tuple(key for key, category in catalogue.items() if category.core)
    asked = (categories,) if isinstance(categories, str) else tuple(categories)
    unknown = [key for key in asked if key not in catalogue]
    if unknown:
        close = difflib.get_close_matches(str(unknown[0]), catalogue, n=3, cutoff=0.4)
        nearest = f"the nearest are {', '.join(close)}" if close else f"it has {', '.join(sorted(catalogue))}"
        msg = f"the catalogue has no category {unknown[0]!r}; {nearest}"
        raise CategoryError(msg)
    return asked


def _counted_once(extract: OsmExtract, search: _Search) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    found = _all_matches(extract, search)
    stands_for = _inside_areas(found)
    stands_for |= _twins(found.loc[~found.index.isin(list(stands_for))])
    rows = [(_last(stands_for, label), reason) for label, (_, reason) in sorted(stands_for.items())]
    index = pd.Index(sorted(stands_for), name="facility", dtype="str")
    return found, pd.DataFrame(rows, index=index, columns=["kept", "reason"])


def _last(stands_for: StandsFor, label: str) -> str:
    while label in stands_for:
        label = stands_for[label][0]
    return label


def _all_matches(extract: OsmExtract, search: _Search) -> gpd.GeoDataFrame:
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


def _inside_areas(found: gpd.GeoDataFrame) -> StandsFor:
    """Return the facilities that lie in an area of their category and name, with the largest such area."""
    shapes = found.geometry.to_numpy()
    outer = np.flatnonzero(shapely.get_dimensions(shapes) == _AREA)
    inner, place = shapely.STRtree(shapes[outer]).query(shapely.point_on_surface(shapes), predicate="within")
    rank = np.lexsort([-np.arange(len(shapes)), shapely.area(shapes)]).argsort()
    pairs = pd.DataFrame({"inner": inner, "outer": outer[place]})
    categories = found["category"].to_numpy()
    pairs = pairs[categories[pairs["inner"]] == categories[pairs["outer"]]]
    pairs = pairs[rank[pairs["inner"]] < rank[pairs["outer"]]]
    pairs = pairs[_under_one_name(pairs, found["name"].map(plain_name).to_numpy())]
    pairs = pairs.assign(rank=-rank[pairs["outer"]]).sort_values(["inner", "rank"]).drop_duplicates("inner")
    inside, around = found.index[pairs["inner"]], found.index[pairs["outer"]]
    return {label: (area, _INSIDE) for label, area in zip(inside, around, strict=True)}


def _under_one_name(pairs: pd.DataFrame, names: np.ndarray) -> np.ndarray:
    """Return where two are one: the same name, none inside, or none outside and just one name inside."""
    inner, outer = names[pairs["inner"]], names[pairs["outer"]]
    told = pd.Series(inner, index=pairs.index, dtype=object).mask(inner == "")
    only = told.groupby(pairs["outer"]).transform("nunique").to_numpy() == 1
    return (inner == outer) | (inner == "") | ((outer == "") & only)


def _twins(found: gpd.GeoDataFrame) -> StandsFor:
    """Return the facilities that stand within `TWIN_METRES` of one of their category and name."""
    keys = found["category"].astype(object) + "\n" + found["name"].map(plain_name)
    shared = found[(keys.duplicated(keep=False) & found["name"].notna()).to_numpy()]
    if shared.empty:
        return {}
    shapes = shared.geometry.to_crs(shared.estimate_utm_crs()).to_numpy()
    kept: dict[str, list[int]] = {}
    twins: StandsFor = {}
    for row in sorted(range(len(shared)), key=lambda row: _precedence(shared["element"].iloc[row])):
        ahead = kept.setdefault(keys[shared.index[row]], [])
        near = next((r for r in ahead if shapely.distance(shapes[row], shapes[r]) <= TWIN_METRES), None)
        if near is None:
            ahead.append(row)
        else:
            twins[shared.index[row]] = (shared.index[near], _TWIN)
    return twins


def _precedence(element: str) -> tuple[bool, str, int]:
    return element[0] == "n", element[0], int(element[1:])


def _with_names(kept: gpd.GeoDataFrame, twins: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return `kept` with the names of what was left out where the facility that stands for it has none."""
    names = twins.dropna(subset="name").sort_index().drop_duplicates("kept").set_index("kept")["name"]
    filled = [names.get(label) if name is None else name for label, name in zip(kept.index, kept["name"], strict=True)]
    return kept.assign(name=pd.Series(filled, index=kept.index, dtype=object))
