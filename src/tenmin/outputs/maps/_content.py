"""The content of a review map, collected from a coverage and other tables."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.services import list_parts
from tenmin.measures.gaps import find_same_gaps
from tenmin.measures.placements import describe_placements
from tenmin.outputs.maps._basemap_layer import basemap_layer
from tenmin.outputs.maps._comparison_layer import check_comparison, comparison_content, comparison_layer
from tenmin.outputs.maps._gap_layer import gap_layer, split_categories
from tenmin.outputs.maps._layers import (
    Layer,
    area_layer,
    barrier_layer,
    counted,
    facility_layer,
    isochrone_layer,
    people_of,
    place_layer,
    rounded,
    states_of,
    street_layer,
    texts_of,
    unit_column,
)
from tenmin.outputs.maps._network_block import StreetOrder, network_numbers
from tenmin.outputs.maps._pack import pack
from tenmin.outputs.maps._shapes import DEGREES, check_crs
from tenmin.outputs.maps._words import Words, load_texts
from tenmin.support.contracts import in_use
from tenmin.support.errors import TenminWarning
from tenmin.support.language import Lang

if TYPE_CHECKING:
    from tenmin.measures.coverage import Coverage

__all__ = ["Bounds", "MapData", "bounds_of", "head_of_page", "page_bounds", "page_content", "sort_by_id", "sources_of"]

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""South-west and north-east corners as (latitude, longitude), degrees."""

FORMAT = 4
"""Version of the data block, told by the page in its notes and checked by nothing else."""
BY_CATEGORY = ("facilities", "isochrones", "gaps")
PEOPLE = ("served", "unserved", "unknown", "total")
SHARES = ("share", "share_upper")


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
    others: tuple[Coverage, ...] = ()
    """The same coverage by other walkers."""
    gaps_of_others: tuple[gpd.GeoDataFrame | None, ...] = ()
    """Their gaps; None where there are none, or it is not known how those of the coverage were found."""
    comparison: pd.DataFrame | None = None
    """People won and lost since another study, as from `check_comparison`."""
    basemap: gpd.GeoDataFrame | None = None
    """What lies below the results, as from `read_basemap`."""

    @classmethod
    def of(
        cls,
        coverage: Coverage,
        *,
        computes: bool = False,
        others: tuple[Coverage, ...] = (),
        basemap: gpd.GeoDataFrame | None = None,
        comparison: pd.DataFrame | None = None,
        **tables: gpd.GeoDataFrame | None,
    ) -> MapData:
        """Return the data of a map, sorted by id and without categories that were not measured.

        Parameters
        ----------
        coverage
            The coverage.
        computes
            Whether the page is to compute walks; it cannot where distance is measured in a straight line.
        others
            The same coverage by other walkers, if the page computes.
        basemap
            As from `read_basemap`.
        comparison
            People won and lost: place, category and change.
        **tables
            gaps, isochrones and areas, or None.
        """
        given = {"places": coverage.places, "facilities": coverage.facilities, **tables}
        crs = coverage.network.crs
        projected = {name: check_crs(frame, name).to_crs(crs) for name, frame in given.items() if frame is not None}
        measured = set(map(str, coverage.minutes.columns))
        by_category = {name: _with_text_category(projected[name]) for name in BY_CATEGORY if name in projected}
        lists = {
            name: [split_categories(text, measured) for text in frame["category"]]
            for name, frame in by_category.items()
        }
        _warn_of_unmeasured({key for rows in lists.values() for row in rows for key in row} - measured)
        known = {name: np.array([not measured.isdisjoint(row) for row in rows], bool) for name, rows in lists.items()}
        kept = {name: frame.loc[known[name]] for name, frame in by_category.items()}
        ordered = {
            name: frame if name == "gaps" else sort_by_id(frame) for name, frame in {**projected, **kept}.items()
        }
        walks = coverage.metric == "walk" and hasattr(coverage, "query")
        given_gaps = tables.get("gaps")
        theirs = tuple(None if given_gaps is None else find_same_gaps(given_gaps, one) for one in others)
        told = None if comparison is None else check_comparison(comparison)
        more = {"others": others, "gaps_of_others": theirs, "basemap": basemap, "comparison": told}
        return cls(coverage, **ordered, computes=computes and walks, **more)


def _with_text_category(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.assign(category=frame["category"].astype(str))


def sort_by_id(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows sorted by id, or by category, limit and facility, independent of their order in the input.

    Parameters
    ----------
    frame
        A table of the map.
    """
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


def page_content(
    data: MapData, *, title: str | None, lang: str, sources: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return the content of the page as JSON types.

    Parameters
    ----------
    data
        The data of the map.
    title
        Heading of the page, or None.
    lang
        Language of the page.
    sources
        What the page says of its sources; by default those that the tables name.

    Returns
    -------
    dict
        Texts and facts, and all tables and numbers packed into one text.

    Raises
    ------
    InputError
        If the page does not support the language.
    """
    words = {one: Words.of(one) for one in dict.fromkeys([lang, *load_texts()])}
    shares = _worst_first(data.coverage.shares(of="people"))
    number = {str(key): position for position, key in enumerate(shares["category"])}
    order = StreetOrder.of(data.coverage.network) if data.computes else None
    layers = _layers(data, number, words, order)
    network = {}
    if order is not None:
        ours = network_numbers(data.coverage, data.places, data.facilities, number, order)
        network["network"] = Layer({**ours, "others": list(_other_walkers(data, number, words))}, {})
    facts = {**_facts(data, words), "basket": _basket(data, shares)}
    return {
        **head_of_page(words, title, page_bounds(data), facts, sources),
        "walkers": [{"key": one.network.walker.name, **_walker(one, words)} for one in (data.coverage, *data.others)],
        "categories": _categories(data, shares, words),
        "comparison": None if data.comparison is None else comparison_content(data.comparison, number),
        "layers": list(layers),
        "packed": pack({**layers, **network}),
    }


def head_of_page(
    words: Mapping[str, Words],
    title: str | None,
    bounds: Bounds,
    facts: Mapping[str, Any],
    sources: Sequence[str] | None,
) -> dict[str, Any]:
    """Return what every page says of itself: format, language, title, texts, bounds and facts.

    Parameters
    ----------
    words
        Words by language, that of the page first.
    title
        Heading of the page, or None.
    bounds
        What the page opens with in view.
    facts
        What the page says of its data.
    sources
        What it says of its sources instead of what the facts say, or None.
    """
    return {
        "format": FORMAT,
        "lang": next(iter(words)),
        "title": None if title is None else str(title),
        "texts": {one: dict(spoken.texts) for one, spoken in words.items()},
        "bounds": bounds,
        "facts": dict(facts) if sources is None else {**facts, "sources": list(sources)},
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
    return bounds_of(frame.geometry for frame in frames)


def bounds_of(shapes: Iterable[gpd.GeoSeries]) -> Bounds:
    """Return the bounds of the first that have any.

    Parameters
    ----------
    shapes
        Shapes that the page may be framed by, the best first.
    """
    bounds = (series.to_crs(DEGREES).total_bounds for series in shapes)
    west, south, east, north = next(found for found in bounds if np.isfinite(found).all())
    return (_corner(south, west), _corner(north, east))


def _corner(latitude: float, longitude: float) -> tuple[float, float]:
    return (round(float(latitude), 6), round(float(longitude), 6))


def _worst_first(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by ascending share, NaN last."""
    return shares.sort_values(["share", "category"], na_position="last", kind="stable").reset_index(drop=True)


def _layers(
    data: MapData, number: Mapping[str, int], words: Mapping[str, Words], order: StreetOrder | None
) -> dict[str, Layer]:
    coverage = data.coverage
    streets = coverage.network.edges[coverage.network.is_street]
    layers = {
        "streets": street_layer(streets if order is None else order.streets(coverage.network)),
        "barriers": barrier_layer(coverage.network.barriers),
        "places": place_layer(coverage, data.places, data.facilities, data.areas, number, computes=data.computes),
        "facilities": facility_layer(coverage, data.facilities, number),
    }
    if data.isochrones is not None:
        layers["circles"] = isochrone_layer(data.isochrones, data.facilities, number)
    if data.gaps is not None:
        layers["gaps"] = gap_layer(data.gaps, number, streets, words)
    if data.areas is not None:
        layers["areas"] = area_layer(data.areas)
    if data.basemap is not None:
        layers["basemap"] = basemap_layer(data.basemap, data.places)
    if data.comparison is not None:
        layers["comparison"] = comparison_layer(data.comparison, data.places.index, number)
    return layers


def _other_walkers(data: MapData, number: Mapping[str, int], words: Mapping[str, Words]) -> Iterator[dict[str, Any]]:
    """Yield what the page needs to walk as each other walker, and what it does not compute itself."""
    for coverage, gaps in zip(data.others, data.gaps_of_others, strict=True):
        network = coverage.network
        order = StreetOrder.of(network)
        weights = street_layer(order.streets(network)).numbers["weights"]
        layer = None if gaps is None else gap_layer(gaps, number, network.edges[network.is_street], words)
        yield {
            "network": network_numbers(coverage, data.places, data.facilities, number, order),
            "weights": [{name: drawn[name] for name in ("xy", "rings", "features")} for drawn in weights],
            "states": [states_of(coverage, data.places, key) for key in number],
            "facilities": people_of(coverage, data.facilities),
            "gaps": None if layer is None else {"layer": layer.numbers, "texts": layer.texts},
        }


def _walker(coverage: Coverage, words: Mapping[str, Words]) -> dict[str, Any]:
    walker = coverage.network.walker
    return {"walker": {lang: walker.title(lang) for lang in words}, "speed": walker.speed_kmh}


def _facts(data: MapData, words: Mapping[str, Words]) -> dict[str, Any]:
    coverage = data.coverage
    return {
        "unit": coverage.unit,
        "direction": coverage.direction,
        "metric": coverage.metric,
        **_walker(coverage, words),
        "moment": None if coverage.opening is None else coverage.opening.at,
        "date": coverage.network.date,
        "sources": sources_of(coverage.network.source, [data.facilities, data.places]),
        "people": round(float(data.places["people"].sum()), 2),
        "places": len(data.places),
        "placed": {lang: describe_placements(coverage, lang) for lang in get_args(Lang)},
        "left_out": int(in_use(coverage.facilities).sum() - in_use(data.facilities).sum()),
    }


def _basket(data: MapData, shares: pd.DataFrame) -> dict[str, float | None]:
    """Return the share of people who have every category of which there is any facility."""
    offered = shares["category"][shares["share"].notna()].tolist()
    if not offered:
        return {"share": None, "share_upper": None}
    (row,) = data.coverage.basket(offered).to_dict("records")
    return {figure: _share(row[figure]) for figure in SHARES}


def _share(value: float) -> float | None:
    """Return a share unrounded, so that none reads 100 % that is not, and None if it is not known."""
    return float(value) if np.isfinite(value) else None


def sources_of(streets: str | None, frames: Iterable[gpd.GeoDataFrame]) -> list[str]:
    """Return the names of the sources of the map, each once; of a path only the name of the file.

    Parameters
    ----------
    streets
        The source of the network.
    frames
        Tables, with a column `source` where known.
    """
    names: list[Iterable[Any]] = [[PurePath(streets).name] if streets else []]
    names += [sorted({str(source) for source in frame["source"].dropna()}) for frame in frames if "source" in frame]
    return list(dict.fromkeys(text for group in names for text in texts_of(group) if text is not None))


def _categories(data: MapData, shares: pd.DataFrame, words: Mapping[str, Words]) -> list[dict[str, Any]]:
    parts, used = list_parts(), data.facilities["category"][counted(data.coverage, data.facilities)]
    return [
        {
            "key": str(row["category"]),
            "name": {lang: spoken.category(str(row["category"])) for lang, spoken in words.items()},
            "limit": float(data.coverage.limit[row["category"]]),
            "parts": list(parts.get(row["category"], (row["category"],))),
            "facilities": int(used.isin(parts.get(row["category"], (row["category"],))).sum()),
            **{figure: rounded(row[figure], 6) for figure in PEOPLE},
            **{figure: _share(row[figure]) for figure in SHARES},
        }
        for row in shares.to_dict("records")
    ]
