"""Open OpenStreetMap files: check for damage and malicious content, and reorder unsorted files."""

from __future__ import annotations

import ctypes
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import osmium.io
import osmium.osm
from osmium.filter import IdFilter

from tenmin.inputs.osm._extract import Box
from tenmin.inputs.osm._lines import RENUMBERED, RawWays
from tenmin.support.bounds import check_unpacked
from tenmin.support.errors import FileError, TenminError
from tenmin.support.files import OSM_KINDS, open_input, reading, unpacked_blocks

__all__ = [
    "Header",
    "check_has_ways",
    "needs_reordering",
    "open_osm",
    "osm_writer",
    "read_header",
    "reordered_copy",
    "translate_errors",
]

Header = tuple[Box | None, str | None]

_FORMATS = {".pbf": "pbf", ".osm": "osm", ".gz": "osm.gz", ".bz2": "osm.bz2"}
_OVERLAP = 64
_REMARK = re.compile(rb"<remark(?:\s[^<>]*)?>")
_EXPLANATIONS = (
    ("invalid location", "a node lies outside of the world: longitude or latitude is out of range; correct it"),
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
        _check_xml(found)
    return osmium.io.File(str(found.absolute()), _FORMATS[found.suffix.lower()])


def _check_xml(path: Path) -> None:
    """Read XML to its end, and raise a FileError if it unpacks to too much, has a document type or a remark."""
    unpacked, before = 0, b""
    blocks = unpacked_blocks(path)
    for block in blocks:
        unpacked += len(block)
        if path.suffix.lower() != ".osm":
            check_unpacked(path, unpacked)
        text = before + block
        _check_declarations(path, text)
        remark = _REMARK.search(text)
        if remark:
            _raise_remark(path, text[remark.end() :] + next(blocks, b""))
        before = block[-_OVERLAP:]


def _check_declarations(path: Path, text: bytes) -> None:
    if b"\0" in text:
        msg = f"{path} is not in UTF-8, as map data are; export it again as plain OSM XML"
        raise FileError(msg)
    lower = text.lower()
    if b"<!doctype" in lower or b"<!entity" in lower:
        msg = f"{path} has a document type declaration, which is refused; export it again as plain OSM XML"
        raise FileError(msg)


def _raise_remark(path: Path, text: bytes) -> None:
    said = text.partition(b"<")[0].decode("utf-8", "replace").strip()
    msg = f"{path} is a broken-off answer of Overpass ({said[:200]!r}); ask for a smaller area or again later"
    raise FileError(msg)


@contextmanager
def translate_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Convert errors of osmium to a FileError that names the file, the cause and how to fix it."""
    with reading(path):
        try:
            yield
        except (RuntimeError, ValueError) as error:
            if isinstance(error, TenminError):
                raise
            original = str(error)
            explanation = next(
                (text for part, text in _EXPLANATIONS if part in original), "it is damaged; fetch or export it again"
            )
            msg = f"{path} ({Path(path).stat().st_size:,} bytes): {explanation} ({original})"
            raise FileError(msg) from error


@contextmanager
def osm_writer(target: str | osmium.io.File, **options: Any) -> Iterator[osmium.SimpleWriter]:
    """Yield a writer that is closed when the block ends, also after an error.

    A writer that failed is never deleted: osmium's destructor writes once more, fails again and ends the process.

    Parameters
    ----------
    target
        The file.
    options
        As for `osmium.SimpleWriter`.
    """
    writer = osmium.SimpleWriter(target, **options)
    try:
        yield writer
        writer.close()
    except BaseException:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        raise


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
        with osm_writer(copy) as writer:
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
