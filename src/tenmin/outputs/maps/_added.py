"""What folium adds to a map: the parts that the page cannot show, since it loads nothing and runs no script in HTML."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from branca.colormap import ColorMap
from branca.element import CssLink, Element, JavascriptLink, Link
from folium import GeoJson, Icon, TileLayer, WmsTileLayer
from folium.features import CustomIcon
from folium.raster_layers import ImageOverlay

from tenmin.support.errors import TenminWarning

__all__ = ["Holder", "tile_urls", "warn_of_obstacles"]

OWN_MAP = "draw it on a folium.Map of its own"


def warn_of_obstacles(added: Element) -> None:
    """Warn of the parts of an added element that the page cannot show, with the way out.

    Parameters
    ----------
    added
        The element, with all that was added to it before.
    """
    for message in dict.fromkeys(filter(None, map(_obstacle, _parts(added)))):
        warnings.warn(f"the map loads nothing from the web, so {message}", TenminWarning, stacklevel=4)


def tile_urls(elements: Iterable[Element]) -> list[str]:
    """Return the addresses of the tiles of added layers.

    Parameters
    ----------
    elements
        Elements of the page, each searched with all that was added to it.
    """
    parts = [part for element in elements for part in _parts(element)]
    tiles = [part.tiles for part in parts if isinstance(part, TileLayer)]
    return tiles + [part.url for part in parts if isinstance(part, WmsTileLayer)]


class Holder(Element):
    """The head or body of a page: takes elements, but no links to scripts and styles, and warns of scripts."""

    rendering = False
    """Whether the page is being rendered, when elements that were warned of before add their links."""

    def add_child(self, child: Element, name: str | None = None, index: int | None = None) -> Element:
        """Add an element unless it is a link."""
        message = None if self.rendering else _obstacle_in_html(child)
        if message is not None:
            warnings.warn(message, TenminWarning, stacklevel=3)
        return self if isinstance(child, Link) else super().add_child(child, name, index)


def _parts(element: Element) -> Iterator[Element]:
    """Return an element and all that it consists of."""
    yield element
    others = [getattr(element, name, None) for name in ("marker", "color_scale")]
    for part in [*element._children.values(), *others]:
        if isinstance(part, Element) and type(part).__name__ != "SetIcon":
            yield from _parts(part)


def _obstacle(element: Element) -> str | None:
    """Return what the page cannot show of an element itself, and the way out, or None."""
    name = type(element).__name__
    links = [url for _, url in [*getattr(element, "default_js", []), *getattr(element, "default_css", [])]]
    if isinstance(element, Icon) and not isinstance(element, CustomIcon):
        return (
            "a folium.Icon is drawn as a plain pin; use folium.DivIcon, or folium.CustomIcon with the path of an image"
        )
    if isinstance(element, ColorMap):
        return f"a scale of colours ({name}) is left out; say in the title what the colours mean, or {OWN_MAP}"
    if links:
        return f"{name}, which needs {urlsplit(links[0]).hostname}, is not drawn; use folium's own layers, or {OWN_MAP}"
    if isinstance(element, GeoJson) and not element.embed:
        return "GeoJson with embed=False is not drawn; leave embed as it is"
    image = element.options.get("icon_url") if isinstance(element, CustomIcon) else getattr(element, "url", "")
    if isinstance(element, (CustomIcon, ImageOverlay)) and str(image).startswith(("http:", "https:")):
        return f"the image of {name} is not shown; give the path of a file instead of {image}"
    return None


def _obstacle_in_html(child: Element) -> str | None:
    if isinstance(child, (JavascriptLink, CssLink)):
        return f"the map loads nothing from the web, so {child.url} is left out; {OWN_MAP}"
    if "<script" in (child._template_str or ""):
        return "the policy of the page runs no script in HTML; add the script to get_root().script, without its tag"
    return None
