"""The figure of a network: streets, barriers and gates, with isochrones below them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd

from tenmin.inputs.walkers import Walker
from tenmin.network._layout import Layout
from tenmin.support.language import Lang
from tenmin.support.plotting import INKS, Layer, credit_of, draw_layers, figure_texts, ground_layers, street_layers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_streets", "pace_of"]


def draw_streets(
    layout: Layout,
    walker: Walker,
    streets: gpd.GeoDataFrame,
    *,
    isochrones: gpd.GeoDataFrame | None,
    lang: Lang | None,
    credit: str | None,
    ax: Axes | None,
) -> Axes:
    """Return axes with the streets of a layout (see `WalkNetwork.plot`)."""
    texts = figure_texts(lang)
    ground = [] if isochrones is None else ground_layers(isochrones, texts)
    gates = Layer(layout.gates.geometry, {"color": INKS["ink"], "markersize": 4, "zorder": 3}, texts["gates"])
    return draw_layers(
        [*ground, *street_layers(streets, layout.barriers), gates],
        streets.total_bounds if layout.boundary is None else layout.boundary.bounds,
        title=texts["streets"].format(kilometres=f"{streets['length'].sum() / 1000.0:,.1f}"),
        caption=pace_of(walker, layout.date, texts),
        credit=credit_of((), streets_of_osm=not layout.ways.empty) if credit is None else credit,
        ax=ax,
    )


def pace_of(walker: Walker, date: str | None, texts: Mapping[str, str]) -> str:
    """Return a sentence on the walker and the date of the data.

    Parameters
    ----------
    walker
        Who walks.
    date
        Date of the data, or None.
    texts
        Texts of the language.
    """
    title = walker.title(texts["lang"])
    return texts["pace"].format(walker=title, speed=f"{walker.speed_kmh:g}", date=date or texts["undated"])
