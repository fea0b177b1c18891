"""Styles of layers in QGIS's own form (QML), in the colours of the map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle
from typing import Self
from xml.etree import ElementTree

import geopandas as gpd

from tenmin.inputs.services import load_catalogue
from tenmin.support.files import read_toml, shipped_file

__all__ = ["Style", "qml_of"]

_STYLES = read_toml(shipped_file("tenmin.outputs", "geopackage.toml"))
_SYMBOL = {0: ("marker", "SimpleMarker"), 1: ("line", "SimpleLine"), 2: ("fill", "SimpleFill")}
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


@dataclass(frozen=True)
class Style:
    """How a layer looks: one symbol, or one for each value of a column."""

    about: str
    """Key of `geopackage.toml`, where colours and sizes stand."""
    dimension: int
    """0 for points, 1 for lines, 2 for areas."""
    by: str
    """Column whose values have colours of their own; empty for one symbol."""

    @classmethod
    def of(cls, about: str, dimension: int, *, by: str = "") -> Self:
        """Return the style of a layer; a column in `geopackage.toml` divides it unless one is given."""
        return cls(about, dimension, by or str(_STYLES[about].get("by", "")))


def qml_of(style: Style, rows: gpd.GeoDataFrame, lang: str) -> str:
    """Return the style as QML.

    Parameters
    ----------
    style
        The style.
    rows
        The layer, of which a column may be divided by.
    lang
        Language of the legend, "zh" or "en".
    """
    entry = _STYLES[style.about]
    root = ElementTree.Element("qgis", version="3.22", styleCategories="Symbology")
    if not style.by or style.by not in rows.columns:
        renderer = ElementTree.SubElement(root, "renderer-v2", type="singleSymbol")
        _add_symbols(renderer, style, [str(entry["color"])])
        return _HEAD + ElementTree.tostring(root, encoding="unicode")
    renderer = ElementTree.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=style.by)
    categories = ElementTree.SubElement(renderer, "categories")
    present = sorted({str(one) for one in rows[style.by].dropna()})
    values = entry.get("values", {})
    known = [value for value in values if value in present]
    ordered = [*known, *(value for value in present if value not in values)]
    for k, value in enumerate(ordered):
        label = values.get(value, {}).get(lang) or getattr(load_catalogue().get(value), lang, value)
        ElementTree.SubElement(categories, "category", value=value, label=label, symbol=str(k), render="true")
    palette = cycle(entry.get("palette", [entry["color"]]))
    _add_symbols(renderer, style, [str(values.get(value, {}).get("color") or next(palette)) for value in ordered])
    return _HEAD + ElementTree.tostring(root, encoding="unicode")


def _add_symbols(renderer: ElementTree.Element, style: Style, colours: Iterable[str]) -> None:
    symbols = ElementTree.SubElement(renderer, "symbols")
    kind, layer = _SYMBOL[style.dimension]
    size = str(_STYLES[style.about]["size"])
    for k, colour in enumerate(colours):
        symbol = ElementTree.SubElement(symbols, "symbol", type=kind, name=str(k), alpha="1")
        drawn = ElementTree.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "pass": "0", "locked": "0"})
        options = ElementTree.SubElement(drawn, "Option", type="Map")
        for name, value in _options(style.dimension, colour, size).items():
            ElementTree.SubElement(options, "Option", name=name, value=value, type="QString")


def _options(dimension: int, colour: str, size: str) -> dict[str, str]:
    """The options of a symbol; sizes in millimetres on paper."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    solid, light = f"{red},{green},{blue},255", f"{red},{green},{blue},90"
    if dimension == 1:
        return {"line_color": solid, "line_width": size, "line_width_unit": "MM"}
    if dimension == 0:
        return {"color": solid, "name": "circle", "size": size, "size_unit": "MM", "outline_color": "255,255,255,255",
                "outline_width": "0.2", "outline_width_unit": "MM"}  # fmt: skip
    return {
        "color": light,
        "style": "solid",
        "outline_color": solid,
        "outline_width": "0.3",
        "outline_width_unit": "MM",
    }
