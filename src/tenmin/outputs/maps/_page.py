"""A folium map that is one safe file: no request, no outside text but in one JSON block, the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from branca.element import Element, Figure
from folium import Map, TileLayer
from folium.template import Template

from tenmin.support.files import replacing

__all__ = ["DataBlock", "Page", "ReviewMap"]

LEAFLET = "js_lib_leaflet"
SCRIPTS = ("unpack.js", "symbols.js", "drawing.js", "scene.js", "panel.js", "details.js", "page.js")
HTML_LANG = {"zh": "zh-CN", "en": "en-GB"}
TILE_HOST = re.compile(r"^(https?)://([\w.*-]+(?::\d+)?)/")
LINK_IN_CSS = re.compile(r"url\([^)]*\)")
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class DataBlock(Element):
    """The element that carries all outside text and is never handed to a template."""

    def __init__(self, block: str) -> None:
        super().__init__()
        self._name = "DataBlock"
        self._id = "tenmin"
        self.block = block

    def render(self, **_: Any) -> str:
        """Return the JSON block as it is."""
        return f'<script type="application/json" id="tenmin-data">{self.block}</script>'


class Page(Figure):
    """The page round a review map, put together from finished parts after every template has run.

    What is added to the map through folium (a tile layer, a marker) is rendered by folium and comes after;
    the page's policy still stops every request but to a tile host that was added.
    """

    def __init__(self, data: DataBlock, *, lang: str) -> None:
        super().__init__()
        self.data = data
        self.lang = lang

    def render(self, **kwargs: Any) -> str:
        """Return the whole page as HTML."""
        for child in self._children.values():
            child.render(**kwargs)
        added = self.script.render(**kwargs)
        scripts = [leaflet("leaflet.js"), page_script(), *([added] if added.strip() else [])]
        styles = [leaflet("leaflet.css"), own("page.css")]
        head = [
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy(scripts, self._images())}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>tenmin</title>",
            *(f"<style>{style}</style>" for style in styles),
            self.header.render(**kwargs),
        ]
        body = [
            own("page.html"),
            self.html.render(**kwargs),
            self.data.render(),
            *(f"<script>{script}</script>" for script in scripts),
        ]
        lines = ["<!DOCTYPE html>", f'<html lang="{HTML_LANG[self.lang]}">', "<head>", *head, "</head>"]
        return "\n".join([*lines, "<body>", *body, "</body>", "</html>", ""])

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page to a path, whole or not at all, or to an open binary file."""
        html = self.render(**kwargs).encode("utf-8")
        if not isinstance(outfile, (str, bytes, PathLike)):
            _write_to(outfile, html, close_file=close_file)
            return
        with replacing(Path(_text(fspath(outfile)))) as temporary:
            temporary.write_bytes(html)

    def _images(self) -> list[str]:
        """Return where pictures may come from: the page, and the hosts of tile layers added by hand."""
        layers = [layer for child in self._children.values() for layer in child._children.values()]
        tiles = [layer.tiles for layer in layers if isinstance(layer, TileLayer)]
        found = [TILE_HOST.match(url.replace("{s}", "*")) for url in tiles]
        return ["data:", *sorted({f"{host[1]}://{host[2]}" for host in found if host})]


class Framed(Element):
    """A page inside a figure that is not its own."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._name = "Framed"
        self._id = "tenmin"
        self.page = page

    def render(self, **kwargs: Any) -> str:
        """Return the page as an inline frame, where its policy still holds."""
        return self.page._repr_html_(**kwargs)


class ReviewMap(Map):
    """A folium map whose drawing is done by the page from its data block."""

    _template = Template("")
    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []

    def __init__(self, block: str, *, bounds: Any, lang: str) -> None:
        (south, west), (north, east) = bounds
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        self._id = "tenmin"
        self._bounds = [[south, west], [north, east]]
        self.page = Page(DataBlock(block), lang=lang)
        self.page.add_child(self)

    def _get_self_bounds(self) -> list[list[float | None]]:
        return [list(corner) for corner in self._bounds]

    def render(self, **kwargs: Any) -> None:
        """Render what was added to the map; in somebody else's figure the page itself becomes a frame."""
        root = self.get_root()
        if root is not self.page and isinstance(root, Figure):
            root.html.add_child(Framed(self.page), name=self.get_name())
            return
        super().render(**kwargs)

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the map to a path, whole or not at all, or to an open binary file."""
        self.get_root().save(outfile, close_file, **kwargs)


def policy(scripts: list[str], images: list[str]) -> str:
    """Return the content security policy that lets just these scripts run and nothing be fetched."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    rules = [
        "default-src 'none'",
        f"script-src {hashes}",
        "style-src 'unsafe-inline'",
        f"img-src {' '.join(images)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


@cache
def page_script() -> str:
    """Return the page's own script: its files in order, in one scope of their own."""
    return "\n".join(["(() => {", "'use strict';", *(own(name) for name in SCRIPTS), "})();"])


@cache
def own(name: str) -> str:
    """Return a text file of this package."""
    return resources.files("tenmin.outputs.maps").joinpath(name).read_text(encoding="utf-8")


@cache
def leaflet(name: str) -> str:
    """Return a file of Leaflet without the links to files that don't come along."""
    source = resources.files(LEAFLET).joinpath("static", LEAFLET, name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return LINK_IN_CSS.sub("none", source)
    return SOURCE_MAP.sub("", source)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _text(path: str | bytes) -> str:
    return path.decode() if isinstance(path, bytes) else path


def _write_to(file: BinaryIO, html: bytes, *, close_file: bool) -> None:
    file.write(html)
    if close_file:
        file.close()
