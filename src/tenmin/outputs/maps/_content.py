"""All that a review map says, gathered from a coverage and the tables beside it."""

from __future__ import annotations

import math
import tomllib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import load_catalogue
from tenmin.measures.gaps import REASONS
from tenmin.outputs.maps._layers import (
    Layer,
    area_layer,
    barrier_groups,
    barrier_layer,
    circle_layer,
    facility_layer,
    gap_layer,
    place_layer,
    street_layer,
    unit_column,
    words,
)
from tenmin.outputs.maps._shapes import DEGREES, pack, placed
from tenmin.support.contracts import in_use
from tenmin.support.errors import InputError, TenminWarning

if TYPE_CHECKING:
    from tenmin.measures.coverage import Coverage

__all__ = ["Bounds", "Subject", "load_texts", "page_bounds", "page_content"]

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""South-west and north-east corner, latitude first."""

BY_SERVICE = ("facilities", "isochrones", "gaps")
FIGURES = ("served", "unserved", "unknown", "total", "share", "share_upper")


@dataclass(frozen=True)
class Subject:
    """What one map is about: a coverage, and the tables drawn with it."""

    coverage: Coverage
    places: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame | None = None
    isochrones: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None

    @classmethod
    def of(cls, coverage: Coverage, **tables: gpd.GeoDataFrame | None) -> Subject:
        """Return the subject in the CRS of the streets, in the order of the ids, and only what was measured."""
        given = {"places": coverage.places, "facilities": coverage.facilities, **tables}
        crs = coverage.network.crs
        there = {name: placed(frame, name).to_crs(crs) for name, frame in given.items() if frame is not None}
        by_service = {name: _with_texts(there[name]) for name in BY_SERVICE if name in there}
        others = {key for frame in by_service.values() for key in frame["category"]} - set(coverage.minutes.columns)
        _warn_of(others)
        kept = {name: frame[~frame["category"].isin(others)] for name, frame in by_service.items()}
        ordered = {name: frame if name == "gaps" else _by_id(frame) for name, frame in {**there, **kept}.items()}
        return cls(coverage, **ordered)


def _with_texts(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.assign(category=frame["category"].astype(str))


def _by_id(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows in an order that does not depend on the one they came in."""
    keys = [str(label) for label in frame.index]
    if "facility" in frame:
        limits = frame[unit_column(frame, "isochrones")]
        keys = list(zip(frame["category"], limits, map(str, frame["facility"]), strict=True))
    return frame.iloc[sorted(range(len(frame)), key=keys.__getitem__)]


def _warn_of(others: set[str]) -> None:
    if others:
        listed = ", ".join(sorted(others))
        msg = f"services that the coverage does not measure are left out of the map: {listed}"
        warnings.warn(msg, TenminWarning, stacklevel=4)


@cache
def load_texts() -> Mapping[str, Mapping[str, str]]:
    """Return the page's own words by language."""
    source = resources.files("tenmin.outputs.maps").joinpath("texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


def page_content(subject: Subject, *, title: str | None, lang: str) -> dict[str, Any]:
    """Return everything the page shows: words, facts, tables, and the shapes packed into one text."""
    texts = _texts(lang)
    shares = _worst_first(subject.coverage.shares(of="people"))
    number = {str(key): position for position, key in enumerate(shares["category"])}
    layers = _layers(subject, number, lang)
    return {
        "lang": lang,
        "title": texts["title"] if title is None else str(title),
        "texts": dict(texts),
        "bounds": page_bounds(subject),
        "facts": _facts(subject, texts, lang),
        "categories": _categories(subject, shares, lang),
        "tables": {name: layer.texts for name, layer in layers.items()},
        "packed": pack({name: layer.numbers for name, layer in layers.items()}),
    }


def page_bounds(subject: Subject) -> Bounds:
    """Return the corners of the places and facilities, or of the streets where there are neither, within the boundary.

    Without the boundary, a stop far out on a railway that was read whole would make the town small.
    """
    network = subject.coverage.network
    frames = (subject.places, subject.facilities)
    there = [frame.geometry for frame in frames if np.isfinite(shapely.total_bounds(frame.geometry.to_numpy())).all()]
    shown = shapely.box(*_degrees(gpd.GeoSeries(pd.concat(there or [network.edges.geometry]))))
    if network.boundary is not None:
        inside = shown & shapely.box(*_degrees(gpd.GeoSeries([network.boundary], crs=network.crs)))
        shown = inside if inside.area else shown
    west, south, east, north = shown.bounds
    return (_corner(south, west), _corner(north, east))


def _degrees(shapes: gpd.GeoSeries) -> np.ndarray:
    """Return west, south, east and north of some shapes."""
    return shapes.to_crs(DEGREES).total_bounds


def _corner(latitude: float, longitude: float) -> tuple[float, float]:
    return (round(float(latitude), 6), round(float(longitude), 6))


def _texts(lang: str) -> Mapping[str, str]:
    texts = load_texts()
    if lang not in texts:
        msg = f"the map does not speak {lang!r}; choose lang from {sorted(texts)}"
        raise InputError(msg)
    return texts[lang]


def _worst_first(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by rising share, those without a share last."""
    return shares.sort_values(["share", "category"], na_position="last", kind="stable").reset_index(drop=True)


def _layers(subject: Subject, number: Mapping[str, int], lang: str) -> dict[str, Layer]:
    coverage = subject.coverage
    layers = {
        "streets": street_layer(coverage.network.edges[coverage.network.is_street]),
        "barriers": barrier_layer(coverage.network.barriers),
        "places": place_layer(coverage, subject.places, subject.facilities, number),
        "facilities": facility_layer(coverage, subject.facilities, number),
    }
    if subject.isochrones is not None:
        layers["circles"] = circle_layer(subject.isochrones, subject.facilities, number)
    if subject.gaps is not None:
        reasons = {reason: texts[lang] for reason, texts in REASONS.items()}
        layers["gaps"] = gap_layer(subject.gaps, number, reasons, lang)
    if subject.areas is not None:
        layers["areas"] = area_layer(subject.areas)
    return layers


def _facts(subject: Subject, texts: Mapping[str, str], lang: str) -> dict[str, Any]:
    coverage = subject.coverage
    walker = coverage.network.walker
    pace = texts["walker"].replace("{name}", walker.title(lang)).replace("{speed}", f"{walker.speed_kmh:g}")
    return {
        "unit": coverage.unit,
        "direction": texts[f"direction_{coverage.direction}"],
        "metric": coverage.metric,
        "barriers": sorted(set(barrier_groups(coverage.network.barriers))),
        "walker": pace,
        "speed": walker.speed_kmh,
        "date": coverage.network.date,
        "sources": _sources(subject),
        "people": round(float(subject.places["people"].sum()), 2),
        "places": len(subject.places),
        "left_out": len(coverage.facilities) - len(subject.facilities),
    }


def _sources(subject: Subject) -> list[str]:
    """Return the names of the files and registers behind the map, each once; of a path only its last part."""
    streets = subject.coverage.network.source
    named: list[Iterable[Any]] = [[PurePath(streets).name] if streets else []]
    frames = (subject.facilities, subject.places)
    named += [sorted({str(source) for source in frame["source"].dropna()}) for frame in frames if "source" in frame]
    return list(dict.fromkeys(text for group in named for text in words(group) if text is not None))


def _categories(subject: Subject, shares: pd.DataFrame, lang: str) -> list[dict[str, Any]]:
    catalogue = load_catalogue()
    symbol = {key: number for number, key in enumerate(sorted(shares["category"]))}
    count = subject.facilities["category"][in_use(subject.facilities)].value_counts()
    return [
        {
            "key": str(row["category"]),
            "name": str(getattr(catalogue.get(row["category"]), lang, row["category"])),
            "symbol": symbol[row["category"]],
            "limit": float(subject.coverage.limit[row["category"]]),
            "facilities": int(count.get(row["category"], 0)),
            **{figure: _number(row[figure]) for figure in FIGURES},
        }
        for row in shares.to_dict("records")
    ]


def _number(value: Any) -> float | None:
    return round(float(value), 6) + 0.0 if math.isfinite(value) else None
