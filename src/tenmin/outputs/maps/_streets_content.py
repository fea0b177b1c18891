"""The content of a page without a coverage: streets, isochrones by their limits, facilities and outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np

from tenmin.network import WalkNetwork
from tenmin.outputs.maps._basemap_layer import basemap_layer
from tenmin.outputs.maps._content import Bounds, bounds_of, head_of_page, sort_by_id, sources_of
from tenmin.outputs.maps._layers import (
    Layer,
    area_layer,
    barrier_groups,
    barrier_layer,
    isochrone_layer,
    other_columns,
    street_layer,
)
from tenmin.outputs.maps._pack import pack
from tenmin.outputs.maps._shapes import check_crs, page_points, page_shapes
from tenmin.outputs.maps._words import Words, load_texts
from tenmin.support.contracts import in_use

__all__ = ["StreetsData", "streets_bounds", "streets_content"]


@dataclass(frozen=True)
class StreetsData:
    """A network and the tables drawn with it, in its CRS, sorted by id."""

    network: WalkNetwork
    isochrones: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None
    basemap: gpd.GeoDataFrame | None = None

    @classmethod
    def of(
        cls, network: WalkNetwork, *, basemap: gpd.GeoDataFrame | None = None, **tables: gpd.GeoDataFrame | None
    ) -> StreetsData:
        """Return the data of a map.

        Parameters
        ----------
        network
            The streets.
        basemap
            As from `read_basemap`.
        **tables
            isochrones, facilities and areas, or None.

        Raises
        ------
        TableError
            If a table cannot be drawn.
        """
        given = {name: check_crs(frame, name) for name, frame in tables.items() if frame is not None}
        projected = {name: sort_by_id(frame.to_crs(network.crs)) for name, frame in given.items()}
        return cls(network, **projected, basemap=basemap)

    @property
    def categories(self) -> list[str]:
        """The categories of isochrones and facilities."""
        named = [frame["category"].astype(str) for frame in (self.isochrones, self.facilities) if frame is not None]
        return sorted({key for keys in named for key in keys})


def streets_content(
    data: StreetsData, *, title: str | None, lang: str, sources: Sequence[str] | None = None
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
        What the page says of its sources; by default those that the network and the facilities name.

    Raises
    ------
    InputError
        If the page does not support the language.
    """
    words = {one: Words.of(one) for one in dict.fromkeys([lang, *load_texts()])}
    layers = _layers(data, {key: position for position, key in enumerate(data.categories)})
    return {
        **head_of_page(words, title, streets_bounds(data), _facts(data, words), sources),
        "categories": [
            {"key": key, "name": {one: spoken.category(key) for one, spoken in words.items()}}
            for key in data.categories
        ],
        "layers": list(layers),
        "packed": pack(layers),
    }


def streets_bounds(data: StreetsData) -> Bounds:
    """Return the bounds of the isochrones, or else of the facilities, or of the streets.

    Parameters
    ----------
    data
        The data of the map.
    """
    drawn = (data.isochrones, data.facilities, data.network.edges)
    return bounds_of(frame.geometry for frame in drawn if frame is not None)


def _layers(data: StreetsData, number: Mapping[str, int]) -> dict[str, Layer]:
    network = data.network
    layers = {"streets": street_layer(network.edges[network.is_street]), "barriers": barrier_layer(network.barriers)}
    if data.facilities is not None:
        layers["facilities"] = _facility_layer(data.facilities, number)
    if data.isochrones is not None:
        nowhere = data.isochrones.iloc[:0]
        layers["circles"] = isochrone_layer(
            data.isochrones.assign(category=data.isochrones["category"].astype(str)),
            nowhere if data.facilities is None else data.facilities,
            number,
        )
    if data.areas is not None:
        layers["areas"] = area_layer(data.areas)
    if data.basemap is not None:
        layers["basemap"] = basemap_layer(data.basemap)
    return layers


def _facility_layer(facilities: gpd.GeoDataFrame, number: Mapping[str, int]) -> Layer:
    names, codes = other_columns(facilities, "category", "complete")
    numbers = {
        "shapes": page_shapes(facilities.geometry),
        "points": page_points(facilities.geometry),
        "category": facilities["category"].astype(str).map(number).to_numpy(np.int64),
        "in_use": in_use(facilities).astype(np.int64),
        "codes": codes,
    }
    return Layer(numbers, {"id": [str(label) for label in facilities.index], **names})


def _facts(data: StreetsData, words: Mapping[str, Words]) -> dict[str, Any]:
    network = data.network
    return {
        "barriers": sorted(set(barrier_groups(network.barriers))),
        "walker": {lang: network.walker.title(lang) for lang in words},
        "moment": None,
        "speed": network.walker.speed_kmh,
        "date": network.date,
        "sources": sources_of(network.source, [] if data.facilities is None else [data.facilities]),
    }
