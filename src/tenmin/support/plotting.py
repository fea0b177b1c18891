"""Figures for notebooks in the colours of the map, with scale bar, north arrow, credit and caption (matplotlib)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.support.errors import InputError
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang, choose_language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CREDIT", "INKS", "Layer", "credit_of", "draw_layers", "figure_texts", "ground_layers", "street_layers"]

CREDIT = "© OpenStreetMap contributors, ODbL"
"""The credit that figures of OpenStreetMap's data need."""
INKS: Mapping[str, str] = {
    "served": "#9db8d2",
    "unserved": "#c2500a",
    "unknown": "#6f7680",
    "gap": "#c2500a",
    "street": "#a9a9a6",
    "path": "#c9c9c5",
    "water": "#3f9fb5",
    "wall": "#b89a80",
    "near": "#85b2db",
    "far": "#e2edf7",
    "rim": "#4f88bd",
    "ink": "#1b1f24",
    "soft": "#59616b",
    "paper": "#f6f6f3",
}
"""Colours, those of the map."""
_TEXTS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.support", "figures.toml"))
_SIDE_INCHES = 8.0
METRES_PER_KM = 1000
_CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "WenQuanYi Micro Hei")
_PATHS = ("footway", "path", "pedestrian", "cycleway", "track", "bridleway", "corridor", "platform", "steps")


@dataclass(frozen=True)
class Layer:
    """Geometries of one look."""

    shapes: gpd.GeoSeries
    style: Mapping[str, Any]
    """Options of `GeoSeries.plot`."""
    label: str | None = None
    """Its line of the legend; none by default."""
    names: Sequence[str] | None = None
    """A text on each geometry."""


def figure_texts(lang: Lang | None) -> Mapping[str, str]:
    """Return the texts of figures in a language, by default that of the system.

    Raises
    ------
    InputError
        If figures do not speak the language.
    """
    chosen = choose_language(lang)
    if chosen not in _TEXTS:
        msg = f"figures do not speak {lang!r}; choose lang from {sorted(_TEXTS)}"
        raise InputError(msg)
    return {**_TEXTS[chosen], "lang": chosen}


def street_layers(edges: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> list[Layer]:
    """Return barriers, paths and streets as quiet lines.

    Parameters
    ----------
    edges
        Streets, with `kind` where known.
    barriers
        Barriers with `kind`.
    """
    is_path = edges["kind"].isin(_PATHS) if "kind" in edges else pd.Series(False, index=edges.index)
    is_water = barriers["kind"].isin(["water", "waterway"])
    return [
        Layer(barriers[is_water].geometry, {"color": INKS["water"], "linewidth": 0.8, "zorder": 1}),
        Layer(barriers[~is_water].geometry, {"color": INKS["wall"], "linewidth": 0.5, "zorder": 1}),
        Layer(edges[is_path].geometry, {"color": INKS["path"], "linewidth": 0.5, "zorder": 2}),
        Layer(edges[~is_path].geometry, {"color": INKS["street"], "linewidth": 0.8, "zorder": 2}),
    ]


def ground_layers(isochrones: gpd.GeoDataFrame, texts: Mapping[str, str]) -> list[Layer]:
    """Return isochrones as nested bands, the farthest below and palest.

    Parameters
    ----------
    isochrones
        Isochrones with their limits as `minutes` or `metres`.
    texts
        Texts of the language.
    """
    unit = "minutes" if "minutes" in isochrones else "metres"
    limits = sorted(set(isochrones[unit]), reverse=True)
    near, far = (np.array([int(INKS[name][k : k + 2], 16) for k in (1, 3, 5)]) / 255 for name in ("near", "far"))
    bands = []
    for k, limit in enumerate(limits):
        part = k / (len(limits) - 1) if len(limits) > 1 else 0.5
        style = {"facecolor": tuple(far + part * (near - far)), "edgecolor": INKS["rim"], "linewidth": 0.6}
        within = isochrones[isochrones[unit] == limit].geometry
        bands.append(Layer(within, {**style, "zorder": 0.5}, f"{limit:g} {texts[unit]}"))
    return bands


def credit_of(tables: Iterable[pd.DataFrame], *, streets_of_osm: bool) -> str:
    """Return the credit that a figure needs: of OpenStreetMap, if it or a row of the tables comes from there.

    Parameters
    ----------
    tables
        Tables, with `source` where known.
    streets_of_osm
        Whether the streets come from OpenStreetMap.
    """
    named = any(table["source"].isin(["OpenStreetMap"]).any() for table in tables if "source" in table)
    return CREDIT if streets_of_osm or named else ""


def draw_layers(
    layers: Iterable[Layer],
    bounds: Iterable[float],
    *,
    title: str,
    caption: str = "",
    credit: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Return axes with the layers drawn in a metric CRS, and what makes a figure of them readable by itself.

    Parameters
    ----------
    layers
        What to draw.
    bounds
        West, south, east and north of what is shown, metres.
    title, caption, credit
        Texts above, below and within the figure.
    ax
        Axes to draw on; new ones by default.

    Raises
    ------
    InputError
        If matplotlib is missing.
    """
    west, south, east, north = bounds
    ax = _new_axes(east - west, north - south) if ax is None else ax
    drawn = [layer for layer in layers if len(layer.shapes)]
    for layer in drawn:
        layer.shapes.plot(ax=ax, aspect=None, **layer.style)
        for shape, name in zip(layer.shapes, layer.names or (), strict=False):
            _write_name(ax, shape, name)
    margin = 0.02 * max(east - west, north - south, 100.0)
    ax.set(xlim=(west - margin, east + margin), ylim=(south - margin, north + margin), xticks=[], yticks=[], ylabel="")
    ax.set_aspect("equal")
    ax.set_facecolor(INKS["paper"])
    _add_legend(ax, drawn[::-1])
    _add_furniture(ax, title=title, caption=caption, credit=credit)
    return ax


def _new_axes(width: float, height: float) -> Axes:
    """Axes whose sides are as width to height, within reason."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        msg = "figures are drawn by matplotlib, which is missing; pip install 'tenmin[notebook]'"
        raise InputError(msg) from None
    shape = np.array([max(width, 1.0), max(height, 1.0)])
    return plt.figure(figsize=tuple(_SIDE_INCHES * np.clip(shape / shape.max(), 0.4, 1.0)), layout="tight").gca()


def _fonts() -> list[str]:
    """Fonts of this machine for both languages."""
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _CHINESE if name in there)]


def _write_name(ax: Axes, shape: shapely.Geometry, name: str) -> None:
    at = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    box = {"boxstyle": "circle,pad=0.2", "facecolor": INKS["gap"], "edgecolor": "none"}
    ax.annotate(name, at, color="white", fontsize=7, ha="center", va="center", bbox=box, zorder=9, clip_on=True)


def _add_legend(ax: Axes, layers: Iterable[Layer]) -> None:
    from matplotlib.patches import Patch

    keys = [
        Patch(
            facecolor=layer.style.get("facecolor", layer.style.get("color")),
            edgecolor=layer.style.get("edgecolor"),
            label=layer.label,
        )
        for layer in layers
        if layer.label
    ]
    if keys:
        legend = ax.legend(handles=keys, loc="upper left", prop={"family": _fonts(), "size": 8}, framealpha=0.9)
        legend.set_zorder(10)


def _add_furniture(ax: Axes, *, title: str, caption: str, credit: str) -> None:
    """Title, caption, scale bar, north arrow and credit."""
    from mpl_toolkits.axes_grid1.anchored_artists import AnchoredSizeBar

    written = {"family": _fonts(), "color": INKS["soft"]}
    ax.set_title(title, loc="left", fontsize=11, family=_fonts(), color=INKS["ink"])
    ax.set_xlabel(caption, loc="left", fontsize=8, **written)
    left, right = ax.get_xlim()
    metres = _round_length((right - left) / 4)
    label = f"{metres:g} m" if metres < METRES_PER_KM else f"{metres / METRES_PER_KM:g} km"
    ax.add_artist(AnchoredSizeBar(ax.transData, metres, label, "lower left", frameon=False, color=INKS["ink"]))
    arrow = {"arrowstyle": "-|>", "color": INKS["ink"]}
    ax.annotate(
        "N", (0.97, 0.98), (0.97, 0.90), xycoords="axes fraction", ha="center", va="center", arrowprops=arrow, zorder=10
    )
    ax.text(0.995, 0.01, credit, transform=ax.transAxes, ha="right", va="bottom", fontsize=7, zorder=10, **written)


def _round_length(most: float) -> float:
    """Return the longest length of 1, 2 or 5 times a power of ten that is at most `most`."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(power * max(step for step in (1, 2, 5) if step * power <= most * (1 + 1e-9)))
