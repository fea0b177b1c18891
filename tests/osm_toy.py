"""Toy extracts: OpenStreetMap XML written by hand, in any of its compressions."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tenmin.inputs.osm import OsmExtract, read_osm

Tags = Mapping[str, str]
Node = tuple[float, float] | tuple[float, float, Tags]
Way = tuple[Sequence[int], Tags]
Member = tuple[str, int, str]


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def osm_xml(
    nodes: Mapping[int, Node],
    ways: Mapping[int, Way],
    relations: Mapping[int, tuple[Sequence[Member], Tags]] | None = None,
    *,
    head: str = "",
) -> str:
    """OSM XML of nodes (lon, lat, tags), ways (nodes, tags) and relations (members, tags)."""
    parts = [f'<?xml version="1.0" encoding="UTF-8"?>{head}<osm version="0.6" generator="toy">']
    for number, (lon, lat, *rest) in nodes.items():
        parts.append(f'<node id="{number}" lon="{lon}" lat="{lat}">{_tags(rest[0] if rest else {})}</node>')
    for number, (refs, tags) in ways.items():
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        parts.append(f'<way id="{number}" timestamp="2024-05-0{number % 9 + 1}T10:00:00Z">{inside}{_tags(tags)}</way>')
    for number, (members, tags) in (relations or {}).items():
        inside = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
        parts.append(f'<relation id="{number}">{inside}{_tags(tags)}</relation>')
    return "\n".join([*parts, "</osm>"])


def write_osm(path: Path, text: str) -> Path:
    """Write OSM XML to a file, compressed as its name says."""
    data = text.encode()
    packed = {".gz": gzip.compress, ".bz2": bz2.compress}.get(path.suffix, bytes)(data)
    path.write_bytes(packed)
    return path


def square(first: int, lon: float, lat: float, side: float = 0.0005) -> dict[int, Node]:
    """Four nodes round a square, numbered from `first`."""
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]
    return {first + place: corner for place, corner in enumerate(corners)}


def ring(first: int) -> list[int]:
    """The closed list of the nodes of `square`."""
    return [first, first + 1, first + 2, first + 3, first]


def row_of_buildings(
    folder: Path, buildings: Sequence[Tags], *, side: float = 0.0003, land: Mapping[int, Tags] | None = None
) -> OsmExtract:
    """A row of square buildings w101, w102, ... from south-west corners 0.01, 0.02, ... degrees east, and land uses."""
    nodes: dict[int, Node] = {900: (0.0, 0.0), 901: (0.01, 0.0)}
    ways: dict[int, Way] = {99: ([900, 901], {"highway": "footway"})}
    for place, tags in enumerate(buildings, 1):
        nodes |= square(place * 10, place * 0.01, 0.001, side)
        ways[100 + place] = (ring(place * 10), tags)
    for place, (number, tags) in enumerate((land or {}).items(), 1):
        nodes |= square(5000 + place * 10, number * 0.01 - 0.001 * place, 0.0005, 0.004 * place)
        ways[500 + place] = (ring(5000 + place * 10), tags)
    return read_osm(write_osm(folder / "toy.osm", osm_xml(nodes, ways)))
