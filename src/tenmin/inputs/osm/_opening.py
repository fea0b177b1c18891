"""Open OpenStreetMap files: check for damage and malicious content, and reorder unsorted files."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import osmium
import osmium.io
import osmium.osm
from osmium.filter import IdFilter

from tenmin.inputs.osm._extract import Box
from tenmin.inputs.osm._lines import RENUMBERED, RawWays
from tenmin.support.errors import FileError
from tenmin.support.files import OSM_KINDS, first_bytes, open_input

__all__ = [
    "Header",
    "check_has_ways",
    "needs_reordering",
    "open_osm",
    "read_header",
    "reordered_copy",
    "translate_errors",
]

Header = tuple[Box | None, str | None]

_FORMATS = {".pbf": "pbf", ".osm": "osm", ".gz": "osm.gz", ".bz2": "osm.bz2"}
_SAMPLE_BYTES = 64 * 1024 * 1024
_MAX_RATIO = 200
_EXPLANATIONS = (
    ("unexpected EOF", "it stops in the middle: the download or the copy was cut short; fetch it again"),
    ("BlobHeader", "it is no OpenStreetMap pbf, or is damaged; fetch it again"),
    (
        "entities are not supported",
        "it declares XML entities, which are refused; export it again as plain OSM XML",
    ),
    ("top-level element", "it is XML, but not an OpenStreetMap file"),
    ("no element found", "it stops in the middle: the download or the copy was cut short; fetch it again"),
    ("unclosed token", "it stops in the middle: the download or the copy was cut short; fetch it again"),
    ("gzip error", "its compressed data stop in the middle or are damaged; fetch it again"),
    ("bzip2 error", "its compressed data stop in the middle or are damaged; fetch it again"),
    ("uncompress", "its compressed data are damaged; fetch it again"),
)


def open_osm(path: str | os.PathLike[str]) -> osmium.io.File:
    """Return the file for osmium, after checking its suffix, content and uncompressed size.

    Raises
    ------
    FileError
        The file is missing, in another format, malicious, or an incomplete response of Overpass.
    """
    found = open_input(path, OSM_KINDS)
    if found.suffix.lower() != ".pbf":
        _check_xml_head(found)
        _check_xml_tail(found)
    return osmium.io.File(str(found.absolute()), _FORMATS[found.suffix.lower()])


def _check_xml_head(path: Path) -> None:
    head = first_bytes(path, _SAMPLE_BYTES if path.suffix.lower() in {".gz", ".bz2"} else 1 << 16)
    if len(head) > _MAX_RATIO * path.stat().st_size:
        msg = (
            f"{path} ({path.stat().st_size:,} bytes) unpacks to more than {_MAX_RATIO} times its size, "
            "which no map data do; it is refused"
        )
        raise FileError(msg)
    if re.search(rb"<!(DOCTYPE|ENTITY)", head[: 1 << 16], re.IGNORECASE):
        msg = f"{path} has a document type declaration, which is refused; export it again as plain OSM XML"
        raise FileError(msg)


def _check_xml_tail(path: Path) -> None:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - (1 << 12)))
        tail = stream.read()
    remark = re.search(rb"<remark>(.*?)</remark>", tail, re.DOTALL)
    if remark:
        text = remark[1].decode("utf-8", "replace").strip()
        msg = f"{path} is a broken-off answer of Overpass ({text[:200]!r}); ask for a smaller area or again later"
        raise FileError(msg)


@contextmanager
def translate_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Convert errors of osmium to a FileError that names the file, the cause and how to fix it."""
    try:
        yield
    except FileError:
        raise
    except (RuntimeError, ValueError) as error:
        original = str(error)
        explanation = next(
            (text for part, text in _EXPLANATIONS if part in original), "it is damaged; fetch or export it again"
        )
        msg = f"{path} ({Path(path).stat().st_size:,} bytes): {explanation} ({original})"
        raise FileError(msg) from error


def read_header(file: osmium.io.File) -> Header:
    """Return the bounding box and the ISO date in the header, each None if missing."""
    header = osmium.io.Reader(file, osmium.osm.NOTHING).header()
    box = header.box()
    corners = (box.bottom_left, box.top_right)
    extent = None
    if box.valid():
        extent = (corners[0].lon, corners[0].lat, corners[1].lon, corners[1].lat)
    try:
        day = date.fromisoformat(header.get("osmosis_replication_timestamp", "")[:10]).isoformat()
    except ValueError:
        day = None
    return extent, day


def check_has_ways(file: osmium.io.File, path: str | os.PathLike[str]) -> None:
    """Raise a FileError if a file has no ways: one truncated between two blocks reads without error.

    Parameters
    ----------
    file, path
        The file, as osmium reads it and as the user named it.
    """
    if next(iter(osmium.FileProcessor(file, osmium.osm.WAY)), None) is not None:
        return
    nodes = sum(1 for _ in osmium.FileProcessor(file, osmium.osm.NODE))
    size = Path(path).stat().st_size
    msg = (
        f"{path} ({size:,} bytes) holds {nodes:,} nodes and no way: it looks incomplete, as after a download that "
        "was cut short, or was exported without streets; fetch the whole extract"
    )
    raise FileError(msg)


def needs_reordering(file: osmium.io.File, raw: RawWays) -> bool:
    """Return whether nodes missing from ways are in the file after all: after the ways, or with negative ids.

    Parameters
    ----------
    file
        The file.
    raw
        Its ways, as read in one pass.
    """
    missing = raw.refs[np.isnan(raw.xy[:, 0])]
    if not len(missing):
        return False
    if missing.min() < 0:
        return True
    if osmium.io.Reader(file, osmium.osm.NOTHING).header().get("sorting", "") == "Type_then_ID":
        return False
    nodes = osmium.FileProcessor(file, osmium.osm.NODE).with_filter(IdFilter(missing.tolist()))
    return next(iter(nodes), None) is not None


@contextmanager
def reordered_copy(file: osmium.io.File) -> Iterator[osmium.io.File]:
    """Yield a temporary copy of a file with nodes first and negative ids renumbered from `RENUMBERED`."""
    with tempfile.TemporaryDirectory(prefix="tenmin-") as folder:
        copy = str(Path(folder) / "ordered.osm.pbf")
        with osmium.SimpleWriter(copy) as writer:
            for kind in (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION):
                for item in osmium.FileProcessor(file, kind):
                    writer.add(_renumbered(item))
        yield osmium.io.File(copy, "pbf")


def _renumbered(item: object) -> object:
    if isinstance(item, osmium.osm.Way):
        return item.replace(id=_positive_id(item.id), nodes=[_positive_id(node.ref) for node in item.nodes])
    if isinstance(item, osmium.osm.Relation):
        members = [(member.type, _positive_id(member.ref), member.role) for member in item.members]
        return item.replace(id=_positive_id(item.id), members=members)
    return item.replace(id=_positive_id(item.id)) if isinstance(item, osmium.osm.Node) else item


def _positive_id(number: int) -> int:
    return number if number >= 0 else RENUMBERED - number
