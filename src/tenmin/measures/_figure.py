"""The figure of a coverage: places by state, facilities, gaps and isochrones of one category."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from tenmin.inputs.services import load_catalogue
from tenmin.measures.lacking import list_categories
from tenmin.network import WalkNetwork, pace_of
from tenmin.support.language import Lang, fill
from tenmin.support.plotting import INKS, Layer, credit_of, draw_layers, figure_texts, ground_layers, street_layers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_coverage"]

_STATES = ("unknown", "unserved", "served")
"""From the lowest to the topmost."""
_RANKED = 9
"""Number of gaps that show their rank."""


def draw_coverage(
    network: WalkNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    figures: Mapping[Hashable, Any],
    *,
    gaps: gpd.GeoDataFrame | None,
    isochrones: gpd.GeoDataFrame | None,
    lang: Lang | None,
    credit: str | None,
    ax: Axes | None,
) -> Axes:
    """Return axes with the coverage of a category.

    Parameters
    ----------
    network
        The streets and the walker.
    places
        Places with `state`: served, unserved or unknown.
    facilities
        The facilities of the category that are in use.
    figures
        The row of `Coverage.shares`, with `limit`, `unit` and `metric`.
    gaps, isochrones, lang, credit, ax
        As in `Coverage.plot`.
    """
    words = _words(figures, network, places, figure_texts(lang))
    ground = [] if isochrones is None else ground_layers(_of_category(isochrones, figures, network), words)
    outlines = [] if gaps is None else [_gap_layer(_of_category(list_categories(gaps), figures, network), words)]
    layers = [
        *street_layers(network.edges[network.is_street], network.barriers),
        *ground,
        *_place_layers(places, figures, words),
        *outlines,
        _facility_layer(facilities, words),
    ]
    known = credit_of((places, facilities), streets_of_osm=network.is_of_osm)
    return draw_layers(
        layers,
        places.total_bounds if len(places) else network.edges.total_bounds,
        title=words["empty" if np.isnan(figures["share"]) else "title"].format(**words),
        caption=fill(words["caption"], **words),
        credit=known if credit is None else credit,
        ax=ax,
    )


def _words(
    figures: Mapping[Hashable, Any], network: WalkNetwork, places: gpd.GeoDataFrame, texts: Mapping[str, str]
) -> dict[str, str]:
    """The texts of the language with the values that their placeholders ask for."""
    low, high = (f"{100 * figures[name]:.0f}" for name in ("share", "share_upper"))
    return {
        **texts,
        "category": getattr(load_catalogue().get(figures["category"]), texts["lang"], figures["category"]),
        "share": f"{low} %" if low == high else f"{low}–{high} %",
        "total": f"{figures['total']:,.0f}",
        "of": texts[figures["of"]],
        "limit": f"{figures['limit']:g}",
        "unit": texts[figures["unit"]],
        "how": texts[figures["metric"]],
        "places": f"{len(places):,}",
        "pace": pace_of(network.walker, network.date, texts),
    }


def _of_category(table: gpd.GeoDataFrame, figures: Mapping[Hashable, Any], network: WalkNetwork) -> gpd.GeoDataFrame:
    return table[table["category"].astype(str) == figures["category"]].to_crs(network.crs)


def _place_layers(places: gpd.GeoDataFrame, figures: Mapping[Hashable, Any], words: Mapping[str, str]) -> list[Layer]:
    layers = []
    for zorder, state in enumerate(_STATES, start=3):
        count = f"{figures[state]:,.0f}"
        label = words["state"].format(state=words[state], count=count, of=words["of"])
        style = {"color": INKS[state], "linewidth": 0.8, "markersize": 12, "zorder": zorder}
        layers.append(Layer(_drawable(places[places["state"] == state]), style, label))
    return layers


def _facility_layer(facilities: gpd.GeoDataFrame, words: Mapping[str, str]) -> Layer:
    style = {"color": "white", "edgecolor": INKS["ink"], "linewidth": 1.2, "markersize": 28, "zorder": 8}
    label = words["facility"].format(category=words["category"], count=f"{len(facilities):,}")
    return Layer(_drawable(facilities).representative_point(), style, label)


def _gap_layer(gaps: gpd.GeoDataFrame, words: Mapping[str, str]) -> Layer:
    ranks = [str(k + 1) for k in range(min(len(gaps), _RANKED))]
    style = {"facecolor": "none", "edgecolor": INKS["gap"], "linewidth": 1.0, "zorder": 7}
    return Layer(gaps.geometry, style, words["gaps"] if len(gaps) else None, ranks)


def _drawable(table: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return table[table.geometry.notna() & ~table.geometry.is_empty].geometry
