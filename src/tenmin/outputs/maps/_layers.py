"""What is drawn: streets, circles, places, gaps, facilities and areas, as numbers and as texts."""

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
from tenmin.support.contracts import in_use
from tenmin.support.errors import TableError

__all__ = [
    "Layer",
    "area_layer",
    "barrier_groups",
    "barrier_layer",
    "circle_layer",
    "facility_layer",
    "gap_layer",
    "place_layer",
    "street_layer",
    "unit_column",
    "words",
]

STREET_METRES = 0.5
CIRCLE_METRES = 1.5
PATHS = frozenset({"footway", "path", "pedestrian", "cycleway", "track", "bridleway", "corridor", "platform"})
STREET, PATH, STEPS = 0, 1, 2
BARRIERS = {"waterway": "water", "water": "water", "railway": "rail", "motorway": "rail"}
WALL = "wall"
UNSERVED, SERVED, UNKNOWN = 0, 1, 2
NOTHING = -1
HUNDREDTHS = 100


@dataclass(frozen=True)
class Layer:
    """One layer of the page: the numbers that draw it, and the texts that a click on it shows."""

    numbers: Mapping[str, Any]
    texts: Mapping[str, Any]


def street_layer(edges: gpd.GeoDataFrame) -> Layer:
    """Return the streets as a backdrop, in three weights: streets, paths and steps; no texts."""
    kinds = edges["kind"] if "kind" in edges else pd.Series("", index=edges.index)
    weight = np.where(kinds == "steps", STEPS, np.where(kinds.isin(PATHS), PATH, STREET))
    drawn = [page_shapes(edges.geometry[weight == which], simplify=STREET_METRES) for which in (STREET, PATH, STEPS)]
    return Layer({"weights": drawn}, {})


def barrier_layer(barriers: gpd.GeoDataFrame) -> Layer:
    """Return what nobody walks across off the street: water, rails and motorways, walls and fences."""
    group = barrier_groups(barriers)
    kinds = {name: barriers[group == name] for name in sorted({*BARRIERS.values(), WALL})}
    return Layer({name: page_shapes(lines.geometry, simplify=STREET_METRES) for name, lines in kinds.items()}, {})


def barrier_groups(barriers: gpd.GeoDataFrame) -> pd.Series:
    """Return for each barrier how it is drawn: as water, rail or wall."""
    return barriers["kind"].map(BARRIERS).fillna(WALL)


def place_layer(
    coverage: Coverage, places: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, category: Mapping[str, int]
) -> Layer:
    """Return the places with their state, walk and nearest facility in every category."""
    row = _rows(facilities)
    walks = [
        {
            "state": _states(coverage, places, key),
            **_walk(coverage, places, key),
            "nearest": coverage.nearest[key].loc[places.index].map(row).fillna(NOTHING).to_numpy(np.int64),
        }
        for key in category
    ]
    names, codes = _extras(places, "people")
    numbers = {"shapes": page_shapes(places.geometry), "people": _hundredths(places["people"]), "walks": walks}
    joined = _joins(coverage, "places", places)
    return Layer({**numbers, **joined, "codes": codes}, {"id": words(places.index), **names})


def facility_layer(coverage: Coverage, facilities: gpd.GeoDataFrame, category: Mapping[str, int]) -> Layer:
    """Return the facilities; `people` are those whose nearest facility it is and who reach it in time."""
    shapes = facilities.geometry
    names, codes = _extras(facilities, "category", "complete")
    numbers = {
        "shapes": page_shapes(shapes),
        "points": page_points(shapes),
        "category": _numbers(facilities["category"], category),
        "in_use": in_use(facilities).astype(np.int64),
        "people": _hundredths(_reached_people(coverage, facilities)),
        **_joins(coverage, "facilities", facilities),
        "codes": codes,
    }
    return Layer(numbers, {"id": words(facilities.index), **names})


def circle_layer(isochrones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, category: Mapping[str, int]) -> Layer:
    """Return the ground or the streets within each limit, with the levels from small to large."""
    unit = unit_column(isochrones, "isochrones")
    levels, level = np.unique(isochrones[unit].to_numpy(float), return_inverse=True)
    lines = isochrones.geom_type.isin({"LineString", "MultiLineString"})
    numbers = {
        "shapes": page_shapes(isochrones.geometry, simplify=CIRCLE_METRES),
        "lines": bool(lines.any()),
        "category": _numbers(isochrones["category"], category),
        "level": level,
        "facility": isochrones["facility"].map(_rows(facilities)).fillna(NOTHING).to_numpy(np.int64),
        "levels": levels.tolist(),
    }
    return Layer(numbers, {"unit": unit})


def gap_layer(gaps: gpd.GeoDataFrame, category: Mapping[str, int], reasons: Mapping[str, str], lang: str) -> Layer:
    """Return the gaps in their rank, with people, reason and cure in the language of the page."""
    shapes = gaps.geometry
    unit = "metres" if "excess_metres" in gaps else "minutes"
    cure = "cure_zh" if lang == "zh" and "cure_zh" in gaps else "cure"
    numbers = {
        "shapes": page_shapes(shapes, simplify=CIRCLE_METRES),
        "points": page_points(shapes),
        "category": _numbers(gaps["category"], category),
        "doubtful": gaps["reason"].isin(CAUSES).to_numpy(np.int64),
        "people": _hundredths(gaps["people"]),
    }
    texts = {
        "unit": unit,
        "rank": [int(rank) for rank in gaps.index],
        "id": words(gaps["gap"]),
        "places": [int(count) for count in gaps["places"]],
        "excess": [_figure(value) for value in gaps[f"excess_{unit}"]],
        "severity": [_figure(value) for value in gaps["severity"]],
        "reason": [reasons.get(reason or "", reason) for reason in words(gaps["reason"])],
        "by": words(gaps["by"]),
        "cure": words(gaps[cure]),
    }
    return Layer(numbers, texts)


def area_layer(areas: gpd.GeoDataFrame) -> Layer:
    """Return the outlines of communities or districts, and what their table says of them."""
    names, codes = _extras(areas)
    numbers = {"shapes": page_shapes(areas.geometry, simplify=CIRCLE_METRES), "codes": codes}
    return Layer(numbers, {"id": words(areas.index), **names})


def unit_column(frame: pd.DataFrame, noun: str) -> str:
    """Return the name of the column that holds the limit, minutes or metres."""
    for unit in ("minutes", "metres"):
        if unit in frame:
            return unit
    msg = f"{noun} need a column 'minutes' or 'metres' with their limit; they have {list(frame.columns)}"
    raise TableError(msg)


def words(values: Any) -> list[str | None]:
    """Return each value as text, a list as its members, and None for what is missing."""
    return [value if type(value) is str else _word(value) for value in values]


def _word(value: Any) -> str | None:
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        members = sorted(map(str, value)) if isinstance(value, (set, frozenset)) else map(str, value)
        return ", ".join(members) or None
    if value is None or bool(pd.isna(value)):
        return None
    if isinstance(value, (float, np.floating)):
        return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.3g}"
    return str(value)


def _figure(value: Any) -> float | None:
    number = float(value)
    return round(number, 2) if math.isfinite(number) else None


def _extras(frame: gpd.GeoDataFrame, *shown: str) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the other columns of a table: their names and different texts, and which text each row has."""
    columns = [name for name in frame.columns if name not in {*shown, frame.geometry.name}]
    held = [name for name in columns if frame[name].notna().any()]
    coded = [pd.factorize(np.array(words(frame[name]), dtype=object)) for name in held]
    texts = {"columns": [str(name) for name in held], "values": [list(found) for _, found in coded]}
    return texts, [codes for codes, _ in coded]


def _rows(facilities: gpd.GeoDataFrame) -> dict[Any, int]:
    return {facility: number for number, facility in enumerate(facilities.index)}


def _numbers(keys: pd.Series, category: Mapping[str, int]) -> np.ndarray:
    return keys.map(category).to_numpy(np.int64)


def _joins(coverage: Coverage, table: str, frame: gpd.GeoDataFrame) -> dict[str, np.ndarray]:
    """Return the metres from each thing to the street, and which of them join an island of streets only."""
    joins = coverage.joins.loc[table].loc[frame.index]
    return {"leg": _whole(joins["leg"]), "island": joins["island"].to_numpy(np.int64)}


def _states(coverage: Coverage, places: gpd.GeoDataFrame, key: str) -> np.ndarray:
    served, unknown = (frame[key].loc[places.index].to_numpy(bool) for frame in (coverage.served, coverage.unknown))
    return np.where(served, SERVED, np.where(unknown, UNKNOWN, UNSERVED))


def _walk(coverage: Coverage, places: gpd.GeoDataFrame, key: str) -> dict[str, np.ndarray]:
    """Return hundredths of a minute, and the metres beyond those that this time makes on level ground."""
    minutes = _hundredths(coverage.minutes[key].loc[places.index])
    metres = _whole(coverage.metres[key].loc[places.index])
    level = np.floor(minutes * coverage.network.walker.speed_kmh / 6.0 + 0.5).astype(np.int64)
    return {"minutes": minutes, "detour": metres - level}


def _hundredths(values: pd.Series) -> np.ndarray:
    return _whole(values * HUNDREDTHS)


def _whole(values: pd.Series) -> np.ndarray:
    numbers = values.to_numpy(float)
    return np.rint(np.where(np.isfinite(numbers), numbers, NOTHING)).astype(np.int64)


def _reached_people(coverage: Coverage, facilities: gpd.GeoDataFrame) -> pd.Series:
    reached = pd.Series(0.0, index=facilities.index)
    for key in coverage.minutes.columns:
        served = coverage.served[key].to_numpy(bool)
        sums = coverage.places["people"][served].groupby(coverage.nearest[key][served]).sum()
        reached = reached.add(sums, fill_value=0.0)
    return reached.reindex(facilities.index)
