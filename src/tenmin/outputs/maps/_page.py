"""A folium map as one file that makes no requests and holds external text only in its data block."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from branca.element import Element, Figure
from folium import Map
from folium.template import Template

from tenmin.outputs.maps._added import Holder, tile_urls, warn_of_obstacles
from tenmin.support.errors import OutputError
from tenmin.support.files import replacing

__all__ = ["DataBlock", "Page", "ReviewMap"]

LEAFLET = "js_lib_leaflet"
SCRIPTS = (
    "inflate.js",
    "unpack.js",
    "network.js",
    "walk_search.js",
    "lines.js",
    "feet.js",
    "route.js",
    "changes.js",
    "town.js",
    "balance.js",
    "walkers.js",
    "map_tools.js",
    "what_if.js",
    "elements.js",
    "words.js",
    "figures.js",
    "symbols.js",
    "drawing.js",
    "atlas.js",
    "basemap.js",
    "scene.js",
    "layers.js",
    "legend.js",
    "search.js",
    "notes.js",
    "cards.js",
    "rail.js",
    "gaps.js",
    "communities.js",
    "standards.js",
    "facilities.js",
    "comparison.js",
    "print.js",
    "address.js",
    "streets_page.js",
    "added.js",
    "page.js",
)
NO_SCRIPT = "<noscript>This map needs JavaScript. 这张地图需要启用 JavaScript。</noscript>"
HTML_LANG = {"zh": "zh-CN", "en": "en-GB"}
FRAME_HEIGHT = "640px"
"""Height of the page in a notebook."""
TILE_HOST = re.compile(r"^(https?)://([\w.*-]+(?::\d+)?)/")
LINK_IN_CSS = re.compile(r"url\((?:images/(?P<image>[\w-]+\.png))?[^)]*\)")
MARKER_IMAGES = ("marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class DataBlock(Element):
    """The element with all external text, which is never passed to a template."""

    def __init__(self, block: str) -> None:
        super().__init__()
        self._name = "DataBlock"
        self._id = "tenmin"
        self.block = block

    def render(self, **_: Any) -> str:
        """Return the data block as a script element."""
        return f'<script type="application/json" id="tenmin-data">{self.block}</script>'


class Page(Figure):
    """The page of a review map, joined from parts after all templates have run.

    Elements added to the map through folium (a marker, a layer) are rendered by folium and come after it, each in a
    script of its own, so that one that fails stops no other. The content security policy of the page allows requests
    only to hosts of tile layers.
    """

    def __init__(self, data: DataBlock, *, lang: str, static: str) -> None:
        super().__init__(height=FRAME_HEIGHT)
        self.data = data
        self.static = static
        self.lang = lang
        self.header, self.html = Holder(), Holder()
        self.header._parent = self.html._parent = self

    def render(self, **kwargs: Any) -> str:
        """Return the whole page as HTML."""
        added = [script for script in self._render_added(**kwargs) if script.strip()]
        scripts = [leaflet_file("leaflet.js"), page_script(), *added]
        styles = [leaflet_file("leaflet.css"), page_file("page.css"), page_file("what_if.css")]
        head = [
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{content_security_policy(scripts, self._images())}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>tenmin</title>",
            *(f"<style>{style}</style>" for style in styles),
            self.header.render(**kwargs),
        ]
        body = [
            page_file("page.html"),
            self.static,
            self.html.render(**kwargs),
            self.data.render(),
            *(f"<script>{script}</script>" for script in scripts),
        ]
        lines = ["<!DOCTYPE html>", f'<html lang="{HTML_LANG[self.lang]}">', "<head>", *head, "</head>"]
        return "\n".join([*lines, "<body>", *body, "</body>", "</html>", ""])

    def _render_added(self, **kwargs: Any) -> list[str]:
        """Return the scripts of what folium added; its elements put their parts into head, body and scripts."""
        self.header.rendering = self.html.rendering = True
        for child in self._children.values():
            child.render(**kwargs)
        self.header.rendering = self.html.rendering = False
        return [child.render(**kwargs) for child in self.script._children.values()]

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page to a path (atomically) or to an open binary file."""
        html = self.render(**kwargs).encode("utf-8")
        if not isinstance(outfile, (str, bytes, PathLike)):
            _write_to(outfile, html, close_file=close_file)
            return
        with replacing(Path(_text(fspath(outfile)))) as temporary:
            temporary.write_bytes(html)

    def _images(self) -> list[str]:
        """Return the allowed sources of images: the page itself, and the hosts of added tile layers."""
        found = [TILE_HOST.match(url.replace("{s}", "*")) for url in tile_urls(self._children.values())]
        return ["data:", *sorted({f"{host[1]}://{host[2]}" for host in found if host})]


class InlineFrame(Element):
    """A page embedded in another figure."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._name = "InlineFrame"
        self._id = "tenmin"
        self.page = page

    def render(self, **kwargs: Any) -> str:
        """Return the page as an inline frame, in which its policy applies."""
        return self.page._repr_html_(**kwargs)


class ReviewMap(Map):
    """A folium map that the page draws from its data block."""

    _template = Template("")
    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []

    def __init__(self, block: str, *, bounds: Any, lang: str, static: str = NO_SCRIPT) -> None:
        (south, west), (north, east) = bounds
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        self._id = "tenmin"
        self._bounds = [[south, west], [north, east]]
        self.page = Page(DataBlock(block), lang=lang, static=static)
        self.page.add_child(self)

    def _get_self_bounds(self) -> list[list[float | None]]:
        return [list(corner) for corner in self._bounds]

    def add_child(self, child: Element, name: str | None = None, index: int | None = None) -> Element:
        """Add an element of folium; warns of what the page cannot show of it."""
        warn_of_obstacles(child)
        return super().add_child(child, name, index)

    def render(self, **kwargs: Any) -> None:
        """Render the elements added to the map; inside another figure, add the page to it as a frame."""
        root = self.get_root()
        if root is not self.page and isinstance(root, Figure):
            root.html.add_child(InlineFrame(self.page), name=self.get_name())
            return
        super().render(**kwargs)

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the map to a path (atomically) or to an open binary file."""
        self.get_root().save(outfile, close_file, **kwargs)


def content_security_policy(scripts: list[str], images: list[str]) -> str:
    """Return the content security policy that allows given scripts and sources of images, and nothing else.

    Parameters
    ----------
    scripts
        Sources of the scripts, allowed by their hash.
    images
        Allowed sources of images, such as "data:".
    """
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
    """Return the script of the page: its files in order, in one function scope."""
    images = json.dumps({name: _leaflet_image(name) for name in MARKER_IMAGES})
    start = ["(() => {", "'use strict';", f"const LEAFLET_IMAGES = {images};"]
    return "\n".join([*start, *(page_file(name) for name in SCRIPTS), "})();"])


@cache
def page_file(name: str) -> str:
    """Return a file of the page: a script, the style or the markup."""
    return resources.files("tenmin.outputs.maps").joinpath("page", name).read_text(encoding="utf-8")


@cache
def leaflet_file(name: str) -> str:
    """Return a file of Leaflet with its images in it and without links to other files."""
    source = _leaflet_folder().joinpath(name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return LINK_IN_CSS.sub(
            lambda link: f"url({_leaflet_image(link['image'])})" if link["image"] else "none", source
        )
    return SOURCE_MAP.sub("", source)


def _leaflet_image(name: str) -> str:
    """Return an image of Leaflet as a data address."""
    image = _leaflet_folder().joinpath("images", name).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(image).decode('ascii')}"


def _leaflet_folder() -> Traversable:
    return resources.files(LEAFLET).joinpath("static", LEAFLET)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _text(path: str | bytes) -> str:
    return path.decode() if isinstance(path, bytes) else path


def _write_to(file: BinaryIO, html: bytes, *, close_file: bool) -> None:
    try:
        file.write(html)
        if close_file:
            file.close()
    except (AttributeError, TypeError, ValueError, OSError) as error:
        msg = f"{file!r:.80} takes no map ({error}); give a path, or a binary file that is open for writing"
        raise OutputError(msg) from error
