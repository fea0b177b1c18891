"""The layers of the map as numbers and texts: streets, barriers, places, facilities, isochrones and areas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.measures.coverage import Coverage, joins_of
from tenmin.outputs.maps._shapes import page_points, page_shapes
from tenmin.support.contracts import in_use
from tenmin.support.errors import TableError

__all__ = [
    "AREA_TOLERANCE",
    "MAIN_STREET",
    "PLAZA",
    "Layer",
    "area_layer",
    "barrier_groups",
    "barrier_layer",
    "counted",
    "facility_layer",
    "hundredths",
    "isochrone_layer",
    "other_columns",
    "people_of",
    "place_layer",
    "rounded",
    "states_of",
    "street_layer",
    "street_weights",
    "texts_of",
    "unit_column",
]

LINE_TOLERANCE = 0.5
"""Tolerance of simplifying streets and barriers, metres."""
AREA_TOLERANCE = 1.5
"""Tolerance of simplifying isochrones, gaps and areas, metres."""
PATHS = frozenset({"footway", "path", "pedestrian", "cycleway", "track", "bridleway", "corridor", "platform"})
MAIN = ("motorway", "trunk", "primary", "secondary", "tertiary")
STREET, PATH, STEPS, MAIN_STREET, PLAZA = 0, 1, 2, 3, 7
BARRIERS = {"waterway": "water", "water": "water", "railway": "rail", "motorway": "rail"}
WALL = "wall"
UNSERVED, SERVED, UNKNOWN = 0, 1, 2
MISSING = -1
"""Integer that stands for a missing value."""
HUNDREDTHS = 100


@dataclass(frozen=True)
class Layer:
    """One layer of the page."""

    numbers: Mapping[str, Any]
    """Numbers that the layer is drawn from."""
    texts: Mapping[str, Any]
    """Texts that are shown on a click."""


def street_layer(edges: gpd.GeoDataFrame) -> Layer:
    """Return the streets by weight: minor streets, paths, steps and main streets, with the names of the edges."""
    weight = street_weights(edges)
    named = pd.Series(texts_of(edges["name"]) if "name" in edges else "", index=edges.index, dtype=object).fillna("")
    codes, names = pd.factorize(named.to_numpy(), sort=True)
    drawn = [
        {**page_shapes(edges.geometry[weight == which], simplify=LINE_TOLERANCE), "name": codes[weight == which]}
        for which in (STREET, PATH, STEPS, MAIN_STREET)
    ]
    return Layer({"weights": drawn}, {"names": list(names)})


def street_weights(edges: gpd.GeoDataFrame, is_street: np.ndarray | None = None) -> np.ndarray:
    """Return the line weight of each edge; those that are no streets, but lines of sight over plazas, are `PLAZA`.

    Parameters
    ----------
    edges
        The edges of a network.
    is_street
        bool (edges,): whether each is a street; all by default.
    """
    kinds = edges["kind"] if "kind" in edges else pd.Series("", index=edges.index)
    classes = [kinds.isin(PATHS), kinds == "steps", kinds.astype(str).str.startswith(MAIN)]
    weight = np.select(classes, [PATH, STEPS, MAIN_STREET], STREET)
    return weight if is_street is None else np.where(is_street, weight, PLAZA)


def barrier_layer(barriers: gpd.GeoDataFrame) -> Layer:
    """Return the barriers in three groups (water, railways and motorways, walls), with what the gaps call them."""
    group = barrier_groups(barriers)
    names = texts_of(barriers["name"].where(barriers["name"].notna(), barriers["kind"]))
    codes, called = pd.factorize(np.array(names, dtype=object), sort=True)
    numbers = {
        name: {
            **page_shapes(barriers[group == name].geometry, simplify=LINE_TOLERANCE),
            "name": codes[(group == name).to_numpy()],
        }
        for name in sorted({*BARRIERS.values(), WALL})
    }
    return Layer(numbers, {"names": list(called)})


def barrier_groups(barriers: gpd.GeoDataFrame) -> pd.Series:
    """Return the group of each barrier: water, rail or wall."""
    return barriers["kind"].map(BARRIERS).fillna(WALL)


def place_layer(
    coverage: Coverage,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    category: Mapping[str, int],
    *,
    computes: bool = False,
) -> Layer:
    """Return the places with their people, their community, and state, walk and nearest facility by category.

    Parameters
    ----------
    coverage
        The coverage.
    places, facilities, areas
        The tables of the page in its order.
    category
        Number of each category on the page.
    computes
        Whether the page computes the walks and the nearest facilities itself.
    """
    row = _rows(facilities)
    walks = [
        {
            "state": states_of(coverage, places, key),
            **({} if computes else _walk(coverage, places, key, row)),
        }
        for key in category
    ]
    names, codes = other_columns(places, "people")
    numbers = {
        "shapes": page_shapes(places.geometry),
        "people": hundredths(places["people"]),
        "area": _rows_of_areas(places, areas),
        "walks": walks,
        **_joins(coverage, "places", places),
        "codes": codes,
    }
    return Layer(numbers, {"id": texts_of(places.index), **names})


def _rows_of_areas(places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> np.ndarray:
    """Return the row of the community of each place: the one that it names, or else the smallest that it lies in."""
    if areas is None:
        return np.full(len(places), MISSING)
    named = places["area"] if "area" in places else pd.Series(None, index=places.index, dtype=object)
    rows = named.map(_rows(areas)).fillna(MISSING).to_numpy(np.int64)
    points = shapely.point_on_surface(places.geometry.to_numpy())
    size = areas.area.to_numpy()
    inside = pd.DataFrame(areas.sindex.query(points, predicate="within").T, columns=["place", "area"])
    smallest = inside.iloc[np.argsort(size[inside["area"]], kind="stable")].drop_duplicates("place")
    found = np.full(len(places), MISSING)
    found[smallest["place"]] = smallest["area"]
    return np.where(rows == MISSING, found, rows)


def facility_layer(coverage: Coverage, facilities: gpd.GeoDataFrame, category: Mapping[str, int]) -> Layer:
    """Return the facilities, with the people who are served by each as their nearest, and by no other.

    Parameters
    ----------
    coverage
        The coverage.
    facilities
        Its facilities in the order of the page.
    category
        Number of each category on the page.
    """
    shapes = facilities.geometry
    names, codes = other_columns(facilities, "category", "complete")
    numbers = {
        "shapes": page_shapes(shapes),
        "points": page_points(shapes),
        "category": _numbers(facilities["category"], category),
        "in_use": counted(coverage, facilities).astype(np.int64),
        **people_of(coverage, facilities),
        **_joins(coverage, "facilities", facilities),
        "codes": codes,
    }
    return Layer(numbers, {"id": texts_of(facilities.index), **names})


def people_of(coverage: Coverage, facilities: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Return the people whom each facility serves as their nearest, and those of them whom no other serves.

    Parameters
    ----------
    coverage
        A coverage.
    facilities
        Its facilities in the order of the page.
    """
    only = coverage.choice(most=2) == 1
    return {
        "people": hundredths(_served_people(coverage, facilities, coverage.served)),
        "alone": hundredths(_served_people(coverage, facilities, coverage.served & only)),
    }


def counted(coverage: Coverage, facilities: gpd.GeoDataFrame) -> np.ndarray:
    """Return whether each of some facilities of a coverage counts: in use and, where hours count, open."""
    used = in_use(facilities)
    if coverage.opening is None:
        return used
    return used & coverage.opening.hours["open"].reindex(facilities.index).eq(True).to_numpy(bool)


def isochrone_layer(isochrones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, category: Mapping[str, int]) -> Layer:
    """Return the isochrones, with their limits in ascending order.

    Parameters
    ----------
    isochrones
        As from `trace_isochrones`.
    facilities
        The facilities in the order of the page.
    category
        Number of each category on the page.
    """
    unit = unit_column(isochrones, "isochrones")
    levels, level = np.unique(isochrones[unit].to_numpy(float), return_inverse=True)
    lines = isochrones.geom_type.isin({"LineString", "MultiLineString"})
    numbers = {
        "shapes": page_shapes(isochrones.geometry, simplify=AREA_TOLERANCE),
        "lines": bool(lines.any()),
        "category": _numbers(isochrones["category"], category),
        "level": level,
        "facility": isochrones["facility"].map(_rows(facilities)).fillna(MISSING).to_numpy(np.int64),
        "levels": levels.tolist(),
    }
    return Layer(numbers, {"unit": unit})


def area_layer(areas: gpd.GeoDataFrame) -> Layer:
    """Return the outlines of communities or districts, with the other columns of their table.

    Parameters
    ----------
    areas
        Their table.
    """
    names, codes = other_columns(areas)
    shapes = areas.geometry
    numbers = {
        "shapes": page_shapes(shapes, simplify=AREA_TOLERANCE),
        "points": page_points(shapes),
        "codes": codes,
    }
    return Layer(numbers, {"id": texts_of(areas.index), **names})


def unit_column(frame: pd.DataFrame, noun: str) -> str:
    """Return the name of the column with the limit, "minutes" or "metres".

    Parameters
    ----------
    frame
        A table of isochrones.
    noun
        Name of the table in errors.

    Raises
    ------
    TableError
        If it has neither column.
    """
    for unit in ("minutes", "metres"):
        if unit in frame:
            return unit
    msg = f"{noun} need a column 'minutes' or 'metres' with their limit; they have {list(frame.columns)}"
    raise TableError(msg)


def texts_of(values: Any) -> list[str | None]:
    """Return each value as text, the members of a list joined by commas, and None for a missing value."""
    return [value if type(value) is str else _text_of(value) for value in values]


def _text_of(value: Any) -> str | None:
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        members = sorted(map(str, value)) if isinstance(value, (set, frozenset)) else map(str, value)
        return ", ".join(members) or None
    if value is None or bool(pd.isna(value)):
        return None
    if isinstance(value, (float, np.floating)):
        return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.3g}"
    return str(value)


def rounded(value: Any, digits: int) -> float | None:
    """Return a number rounded to some digits, never -0.0, and None if it is not finite."""
    number = float(value)
    return round(number, digits) + 0.0 if math.isfinite(number) else None


def other_columns(frame: gpd.GeoDataFrame, *shown: str) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the columns that are not shown otherwise: names and distinct texts, and the code of the text per row.

    Parameters
    ----------
    frame
        A table of the map.
    *shown
        Its columns that are.
    """
    columns = [name for name in frame.columns if name not in {*shown, frame.geometry.name}]
    filled = [name for name in columns if frame[name].notna().any()]
    coded = [pd.factorize(np.array(texts_of(frame[name]), dtype=object)) for name in filled]
    values = {"columns": [str(name) for name in filled], "values": [list(found) for _, found in coded]}
    return values, [codes for codes, _ in coded]


def _rows(facilities: gpd.GeoDataFrame) -> dict[Any, int]:
    """Return the row of each facility by its id."""
    return {facility: number for number, facility in enumerate(facilities.index)}


def _numbers(keys: pd.Series, category: Mapping[str, int]) -> np.ndarray:
    return keys.map(category).to_numpy(np.int64)


def _joins(coverage: Coverage, table: str, frame: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Return the shortest leg of each row, metres, and whether it joins an island."""
    joins = joins_of(coverage, table).loc[frame.index]
    return {"leg": _integers(joins["leg"]), "island": joins["island"].to_numpy(np.int64)}


def states_of(coverage: Coverage, places: gpd.GeoDataFrame, key: str) -> np.ndarray:
    """Return the state of each place in a category: `UNSERVED`, `SERVED` or `UNKNOWN`.

    Parameters
    ----------
    coverage
        The coverage.
    places
        Its places in the order of the page.
    key
        The category.
    """
    served, unknown = (frame[key].loc[places.index].to_numpy(bool) for frame in (coverage.served, coverage.unknown))
    return np.where(served, SERVED, np.where(unknown, UNKNOWN, UNSERVED))


def _walk(coverage: Coverage, places: gpd.GeoDataFrame, key: str, row: dict[Any, int]) -> dict[str, np.ndarray]:
    """Return hundredths of a minute, metres minus those of the same time at level speed, and the nearest facility."""
    minutes = hundredths(coverage.minutes[key].loc[places.index])
    metres = _integers(coverage.metres[key].loc[places.index])
    level = np.floor(minutes * coverage.network.walker.speed_kmh / 6.0 + 0.5).astype(np.int64)
    nearest = coverage.nearest[key].loc[places.index].map(row).fillna(MISSING).to_numpy(np.int64)
    return {"minutes": minutes, "detour": metres - level, "nearest": nearest}


def hundredths(values: pd.Series) -> np.ndarray:
    """Return numbers in hundredths, int64, rounded; `MISSING` where there is none.

    Parameters
    ----------
    values
        The numbers.
    """
    return _integers(values * HUNDREDTHS)


def _integers(values: pd.Series) -> np.ndarray:
    numbers = values.to_numpy(float)
    return np.rint(np.where(np.isfinite(numbers), numbers, MISSING)).astype(np.int64)


def _served_people(coverage: Coverage, facilities: gpd.GeoDataFrame, counts: pd.DataFrame) -> pd.Series:
    """Return the people of the places that count by category, by the nearest facility if it is of that category."""
    people = pd.Series(0.0, index=facilities.index)
    for key in coverage.minutes.columns:
        own = coverage.nearest[key].isin(facilities.index[facilities["category"] == key])
        served = (counts[key] & own).to_numpy(bool)
        sums = coverage.places["people"][served].groupby(coverage.nearest[key][served]).sum()
        people = people.add(sums, fill_value=0.0)
    return people.reindex(facilities.index)
