"""The content of a review map, collected from a coverage and other tables."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.services import list_parts
from tenmin.outputs.maps._layers import (
    Layer,
    area_layer,
    barrier_groups,
    barrier_layer,
    counted,
    facility_layer,
    gap_layer,
    isochrone_layer,
    place_layer,
    rounded,
    street_layer,
    texts_of,
    unit_column,
)
from tenmin.outputs.maps._network_block import network_numbers
from tenmin.outputs.maps._shapes import DEGREES, check_crs, pack
from tenmin.outputs.maps._words import Words
from tenmin.support.contracts import in_use
from tenmin.support.errors import TenminWarning

if TYPE_CHECKING:
    from tenmin.measures.coverage import Coverage
from tenmin.measures.lacking import list_categories

__all__ = ["Bounds", "MapData", "page_bounds", "page_content"]

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""South-west and north-east corners as (latitude, longitude), degrees."""

BY_CATEGORY = ("facilities", "isochrones", "gaps")
FIGURES = ("served", "unserved", "unknown", "total", "share", "share_upper")


@dataclass(frozen=True)
class MapData:
    """A coverage and the tables drawn with it, in the CRS of the network."""

    coverage: Coverage
    places: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame | None = None
    isochrones: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None
    computes: bool = False
    """Whether the page carries the network and computes the walks itself."""

    @classmethod
    def of(cls, coverage: Coverage, *, computes: bool = False, **tables: gpd.GeoDataFrame | None) -> MapData:
        """Return the data of a map, sorted by id and without categories that were not measured.

        Parameters
        ----------
        coverage
            The coverage.
        computes
            Whether the page is to compute walks; it cannot where distance is measured in a straight line.
        **tables
            gaps, isochrones and areas, or None.
        """
        given = {"places": coverage.places, "facilities": coverage.facilities, **tables}
        crs = coverage.network.crs
        projected = {name: check_crs(frame, name).to_crs(crs) for name, frame in given.items() if frame is not None}
        by_category = {name: _with_text_category(projected[name]) for name in BY_CATEGORY if name in projected}
        others = {key for frame in by_category.values() for key in frame["category"]} - set(coverage.minutes.columns)
        _warn_of_unmeasured(others)
        kept = {name: frame[~frame["category"].isin(others)] for name, frame in by_category.items()}
        ordered = {name: frame if name == "gaps" else _by_id(frame) for name, frame in {**projected, **kept}.items()}
        walks = coverage.metric == "walk" and hasattr(coverage, "query")
        return cls(coverage, **ordered, computes=computes and walks)


def _with_text_category(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return list_categories(frame.assign(category=frame["category"].astype(str)))


def _by_id(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows sorted by id, or by category, limit and facility, independent of their order in the input."""
    keys = [str(label) for label in frame.index]
    if "facility" in frame:
        limits = frame[unit_column(frame, "isochrones")]
        keys = list(zip(frame["category"], limits, map(str, frame["facility"]), strict=True))
    return frame.iloc[sorted(range(len(frame)), key=keys.__getitem__)]


def _warn_of_unmeasured(categories: set[str]) -> None:
    if categories:
        listed = ", ".join(sorted(categories))
        msg = f"services that the coverage does not measure are left out of the map: {listed}"
        warnings.warn(msg, TenminWarning, stacklevel=4)


def page_content(data: MapData, *, title: str | None, lang: str) -> dict[str, Any]:
    """Return the content of the page as JSON types.

    Parameters
    ----------
    data
        The data of the map.
    title
        Heading of the page, or None.
    lang
        Language of the page.

    Returns
    -------
    dict
        Texts, facts, tables, and all numbers packed into one text.

    Raises
    ------
    InputError
        If the page does not support the language.
    """
    words = Words.of(lang)
    shares = _worst_first(data.coverage.shares(of="people"))
    number = {str(key): position for position, key in enumerate(shares["category"])}
    layers = _layers(data, number, words)
    numbers = {name: layer.numbers for name, layer in layers.items()}
    if data.computes:
        numbers["network"] = network_numbers(data.coverage, data.places, data.facilities, number)
    return {
        "lang": lang,
        "title": words.texts["title"] if title is None else str(title),
        "texts": dict(words.texts),
        "bounds": page_bounds(data),
        "facts": _facts(data, words),
        "categories": _categories(data, shares, words),
        "tables": {name: layer.texts for name, layer in layers.items()},
        "packed": pack(numbers),
    }


def page_bounds(data: MapData) -> Bounds:
    """Return the bounds of the places that join a street, or else of all, of the facilities or of the streets.

    As the crow flies, where no place needs a street, those of all places.

    Neither a distant stop of a railway that was read as a whole nor a home with wrong coordinates makes the town small.
    """
    joined = (data.coverage.joins.loc["places"].loc[data.places.index, "how"] != "none").to_numpy()
    frames = (
        data.places[joined | (data.coverage.metric != "walk")],
        data.places,
        data.facilities,
        data.coverage.network.edges,
    )
    bounds = (_degrees(frame.geometry) for frame in frames)
    west, south, east, north = next(found for found in bounds if np.isfinite(found).all())
    return (_corner(south, west), _corner(north, east))


def _degrees(shapes: gpd.GeoSeries) -> np.ndarray:
    """Return west, south, east and north of shapes, degrees."""
    return shapes.to_crs(DEGREES).total_bounds


def _corner(latitude: float, longitude: float) -> tuple[float, float]:
    return (round(float(latitude), 6), round(float(longitude), 6))


def _worst_first(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by ascending share, NaN last."""
    return shares.sort_values(["share", "category"], na_position="last", kind="stable").reset_index(drop=True)


def _layers(data: MapData, number: Mapping[str, int], words: Words) -> dict[str, Layer]:
    coverage = data.coverage
    layers = {
        "streets": street_layer(coverage.network.edges[coverage.network.is_street]),
        "barriers": barrier_layer(coverage.network.barriers),
        "places": place_layer(coverage, data.places, data.facilities, number, words, computes=data.computes),
        "facilities": facility_layer(coverage, data.facilities, number, words),
    }
    if data.isochrones is not None:
        layers["circles"] = isochrone_layer(data.isochrones, data.facilities, number)
    if data.gaps is not None:
        layers["gaps"] = gap_layer(data.gaps, number, words)
    if data.areas is not None:
        layers["areas"] = area_layer(data.areas, words)
    return layers


def _facts(data: MapData, words: Words) -> dict[str, Any]:
    coverage = data.coverage
    walker = coverage.network.walker
    pace = words.texts["walker"].replace("{name}", walker.title(words.lang)).replace("{speed}", f"{walker.speed_kmh:g}")
    if coverage.opening is not None:
        pace = words.texts["walker_at"].replace("{walker}", pace).replace("{moment}", coverage.opening.at)
    return {
        "unit": coverage.unit,
        "direction": words.texts[f"direction_{coverage.direction}"],
        "metric": coverage.metric,
        "barriers": sorted(set(barrier_groups(coverage.network.barriers))),
        "walker": pace,
        "speed": walker.speed_kmh,
        "date": coverage.network.date,
        "sources": _sources(data),
        "people": round(float(data.places["people"].sum()), 2),
        "places": len(data.places),
        "left_out": int(in_use(coverage.facilities).sum() - in_use(data.facilities).sum()),
    }


def _sources(data: MapData) -> list[str]:
    """Return the names of the sources of the map, each once; of a path only the name of the file."""
    streets = data.coverage.network.source
    names: list[Iterable[Any]] = [[PurePath(streets).name] if streets else []]
    frames = (data.facilities, data.places)
    names += [sorted({str(source) for source in frame["source"].dropna()}) for frame in frames if "source" in frame]
    return list(dict.fromkeys(text for group in names for text in texts_of(group) if text is not None))


def _categories(data: MapData, shares: pd.DataFrame, words: Words) -> list[dict[str, Any]]:
    symbol = {key: number for number, key in enumerate(sorted(shares["category"]))}
    parts, used = list_parts(), data.facilities["category"][counted(data.coverage, data.facilities)]
    return [
        {
            "key": str(row["category"]),
            "name": words.category(str(row["category"])),
            "symbol": symbol[row["category"]],
            "limit": float(data.coverage.limit[row["category"]]),
            "parts": list(parts.get(row["category"], (row["category"],))),
            "facilities": int(used.isin(parts.get(row["category"], (row["category"],))).sum()),
            **{figure: rounded(row[figure], 6) for figure in FIGURES},
        }
        for row in shares.to_dict("records")
    ]
