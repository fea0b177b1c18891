"""The layers of the map as numbers and texts: streets, barriers, places, facilities, isochrones, gaps and areas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.measures.coverage import CAUSES, Coverage
from tenmin.outputs.maps._shapes import page_points, page_shapes
from tenmin.outputs.maps._words import Words
from tenmin.support.contracts import in_use
from tenmin.support.errors import TableError

__all__ = [
    "PLAZA",
    "Layer",
    "area_layer",
    "barrier_groups",
    "barrier_layer",
    "counted",
    "facility_layer",
    "gap_layer",
    "isochrone_layer",
    "place_layer",
    "rounded",
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
STREET, PATH, STEPS, PLAZA = 0, 1, 2, 7
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
    """Return the streets in three line weights: streets, paths and steps."""
    weight = street_weights(edges)
    drawn = [page_shapes(edges.geometry[weight == which], simplify=LINE_TOLERANCE) for which in (STREET, PATH, STEPS)]
    return Layer({"weights": drawn}, {})


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
    weight = np.where(kinds == "steps", STEPS, np.where(kinds.isin(PATHS), PATH, STREET))
    return weight if is_street is None else np.where(is_street, weight, PLAZA)


def barrier_layer(barriers: gpd.GeoDataFrame) -> Layer:
    """Return the barriers in three groups: water, railways and motorways, and walls."""
    group = barrier_groups(barriers)
    kinds = {name: barriers[group == name] for name in sorted({*BARRIERS.values(), WALL})}
    return Layer({name: page_shapes(lines.geometry, simplify=LINE_TOLERANCE) for name, lines in kinds.items()}, {})


def barrier_groups(barriers: gpd.GeoDataFrame) -> pd.Series:
    """Return the group of each barrier: water, rail or wall."""
    return barriers["kind"].map(BARRIERS).fillna(WALL)


def place_layer(
    coverage: Coverage,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    category: Mapping[str, int],
    words: Words,
    *,
    computes: bool = False,
) -> Layer:
    """Return the places with their state in every category, and their walk and nearest facility.

    Parameters
    ----------
    coverage
        The coverage.
    places, facilities
        The tables of the coverage in the order of the page.
    category
        Number of each category on the page.
    words
        Words of the page.
    computes
        Whether the page computes the walks and the nearest facilities itself.
    """
    row = _rows(facilities)
    walks = [
        {
            "state": _states(coverage, places, key),
            **({} if computes else _walk(coverage, places, key, row)),
        }
        for key in category
    ]
    names, codes = _other_columns(places, words, "people")
    numbers = {"shapes": page_shapes(places.geometry), "people": _hundredths(places["people"]), "walks": walks}
    joined = _joins(coverage, "places", places)
    return Layer({**numbers, **joined, "codes": codes}, {"id": texts_of(places.index), **names})


def facility_layer(
    coverage: Coverage, facilities: gpd.GeoDataFrame, category: Mapping[str, int], words: Words
) -> Layer:
    """Return the facilities, with the people who are served by each as their nearest.

    Parameters
    ----------
    coverage
        The coverage.
    facilities
        Its facilities in the order of the page.
    category
        Number of each category on the page.
    words
        Words of the page.
    """
    shapes = facilities.geometry
    names, codes = _other_columns(facilities, words, "category", "complete")
    numbers = {
        "shapes": page_shapes(shapes),
        "points": page_points(shapes),
        "category": _numbers(facilities["category"], category),
        "in_use": counted(coverage, facilities).astype(np.int64),
        "people": _hundredths(_served_people(coverage, facilities)),
        **_joins(coverage, "facilities", facilities),
        "codes": codes,
    }
    return Layer(numbers, {"id": texts_of(facilities.index), **names})


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


def gap_layer(gaps: gpd.GeoDataFrame, category: Mapping[str, int], words: Words) -> Layer:
    """Return the gaps by rank, with people, reason and cure.

    Homes that join no street are a gap of every service; the page lists them once, as defects of the data.

    Parameters
    ----------
    gaps
        As from `find_gaps`.
    category
        Number of each category on the page.
    words
        Words of the page.
    """
    gaps = gaps[gaps["reason"] != "unjoined"]
    shapes = gaps.geometry
    unit = "metres" if "excess_metres" in gaps else "minutes"
    named = texts_of(gaps["by"])
    cure = "cure_zh" if words.lang == "zh" and "cure_zh" in gaps else "cure"
    numbers = {
        "shapes": page_shapes(shapes, simplify=AREA_TOLERANCE),
        "points": page_points(shapes),
        "category": _numbers(gaps["category"], category),
        "doubtful": gaps["reason"].isin(CAUSES).to_numpy(np.int64),
        "people": _hundredths(gaps["people"]),
    }
    texts = {
        "unit": unit,
        "rank": [int(rank) for rank in gaps.index],
        "id": texts_of(gaps["gap"]),
        "places": [int(count) for count in gaps["places"]],
        "excess": [rounded(value, 2) for value in gaps[f"excess_{unit}"]],
        "severity": [rounded(value, 2) for value in gaps["severity"]],
        "reason": [words.reason(reason) for reason in texts_of(gaps["reason"])],
        "by": [words.barriers(by) for by in named],
        "cure": [_cure(text, by, words) for text, by in zip(texts_of(gaps[cure]), named, strict=True)],
    }
    return Layer(numbers, texts)


def _cure(text: str | None, by: str | None, words: Words) -> str | None:
    """Return the sentence on a cure, with the barriers in it by their words."""
    return text if text is None or not by else text.replace(by, words.barriers(by) or by)


def area_layer(areas: gpd.GeoDataFrame, words: Words) -> Layer:
    """Return the outlines of communities or districts, with the other columns of their table.

    Parameters
    ----------
    areas
        Their table.
    words
        Words of the page.
    """
    names, codes = _other_columns(areas, words)
    numbers = {"shapes": page_shapes(areas.geometry, simplify=AREA_TOLERANCE), "codes": codes}
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


def _other_columns(frame: gpd.GeoDataFrame, words: Words, *shown: str) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the columns that are not shown otherwise: names and distinct texts, and the code of the text per row."""
    columns = [name for name in frame.columns if name not in {*shown, frame.geometry.name}]
    filled = [name for name in columns if frame[name].notna().any()]
    coded = [pd.factorize(np.array(texts_of(frame[name]), dtype=object)) for name in filled]
    values = [[words.value(str(name), text) for text in found] for name, (_, found) in zip(filled, coded, strict=True)]
    return {"columns": [str(name) for name in filled], "values": values}, [codes for codes, _ in coded]


def _rows(facilities: gpd.GeoDataFrame) -> dict[Any, int]:
    """Return the row of each facility by its id."""
    return {facility: number for number, facility in enumerate(facilities.index)}


def _numbers(keys: pd.Series, category: Mapping[str, int]) -> np.ndarray:
    return keys.map(category).to_numpy(np.int64)


def _joins(coverage: Coverage, table: str, frame: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Return the shortest leg of each row, metres, and whether it joins an island."""
    joins = coverage.joins.loc[table].loc[frame.index]
    return {"leg": _integers(joins["leg"]), "island": joins["island"].to_numpy(np.int64)}


def _states(coverage: Coverage, places: gpd.GeoDataFrame, key: str) -> np.ndarray:
    served, unknown = (frame[key].loc[places.index].to_numpy(bool) for frame in (coverage.served, coverage.unknown))
    return np.where(served, SERVED, np.where(unknown, UNKNOWN, UNSERVED))


def _walk(coverage: Coverage, places: gpd.GeoDataFrame, key: str, row: dict[Any, int]) -> dict[str, np.ndarray]:
    """Return hundredths of a minute, metres minus those of the same time at level speed, and the nearest facility."""
    minutes = _hundredths(coverage.minutes[key].loc[places.index])
    metres = _integers(coverage.metres[key].loc[places.index])
    level = np.floor(minutes * coverage.network.walker.speed_kmh / 6.0 + 0.5).astype(np.int64)
    nearest = coverage.nearest[key].loc[places.index].map(row).fillna(MISSING).to_numpy(np.int64)
    return {"minutes": minutes, "detour": metres - level, "nearest": nearest}


def _hundredths(values: pd.Series) -> np.ndarray:
    return _integers(values * HUNDREDTHS)


def _integers(values: pd.Series) -> np.ndarray:
    numbers = values.to_numpy(float)
    return np.rint(np.where(np.isfinite(numbers), numbers, MISSING)).astype(np.int64)


def _served_people(coverage: Coverage, facilities: gpd.GeoDataFrame) -> pd.Series:
    """Return the people whose nearest facility of its own category each is, and who are within its limit."""
    people = pd.Series(0.0, index=facilities.index)
    for key in coverage.minutes.columns:
        own = coverage.nearest[key].isin(facilities.index[facilities["category"] == key])
        served = (coverage.served[key] & own).to_numpy(bool)
        sums = coverage.places["people"][served].groupby(coverage.nearest[key][served]).sum()
        people = people.add(sums, fill_value=0.0)
    return people.reindex(facilities.index)
