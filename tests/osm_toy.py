"""Toy extracts: OpenStreetMap XML written by hand, in any of its compressions."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

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
