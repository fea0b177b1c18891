"""Reads ways in bulk: osmium writes them as lines of text (its OPL format), numpy reads the numbers.

Asking osmium for one node after the other from Python takes three times as long. The text goes through a temporary
file and is read in blocks, so that memory stays bounded.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import osmium
import osmium.index
import osmium.io
import osmium.osm
from osmium.filter import EntityFilter, KeyFilter

from tenmin.osm.lines import RawWays

__all__ = ["read_ways"]

Tags = dict[str, str]
_BLOCK = 32 * 1024 * 1024
_WRITE_BUFFER = 4 * 1024 * 1024
_ESCAPED = re.compile(r"%([0-9a-fA-F]+)%")
_NOWHERE = 999
_TO_BLANKS = bytes.maketrans(b"Nnxy,", b"     ")


def read_ways(file: osmium.io.File, keys: Iterable[str], wanted: Callable[[Tags], bool]) -> RawWays:
    """Return the ways that have one of `keys` and whose tags are `wanted`, each id once, in the file's order."""
    found: dict[int, tuple[Tags, int]] = {}
    numbers = [np.empty((0, 3))]
    with tempfile.TemporaryDirectory(prefix="tenmin-") as folder:
        text = Path(folder) / "ways.opl"
        _write_text(file, sorted(keys), text)
        known: dict[bytes, Tags | None] = {}
        for lines in _blocks(text):
            nodes = []
            for line in lines:
                way, tag_text, node_text = line.split(b" ")
                if tag_text not in known:
                    known[tag_text] = _wanted_tags(tag_text, wanted)
                tags = known[tag_text]
                if tags is not None and int(way[1:]) not in found:
                    found[int(way[1:])] = tags, node_text.count(b"n")
                    nodes.append(node_text)
            numbers.append(_numbers(nodes))
    refs_xy = np.concatenate(numbers)
    ids, counts = np.array(list(found), np.int64), np.array([count for _, count in found.values()], np.int64)
    return RawWays(ids, [tags for tags, _ in found.values()], counts, refs_xy[:, 0].astype(np.int64), refs_xy[:, 1:])


def _write_text(file: osmium.io.File, keys: list[str], text: Path) -> None:
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    target = osmium.io.File(str(text), "opl,locations_on_ways=true,add_metadata=false")
    with (
        osmium.io.Reader(file, osmium.osm.NODE | osmium.osm.WAY) as reader,
        osmium.SimpleWriter(target, bufsz=_WRITE_BUFFER) as writer,
    ):
        osmium.apply(reader, places, EntityFilter(osmium.osm.WAY), KeyFilter(*keys), writer)


def _blocks(text: Path) -> Iterator[list[bytes]]:
    with text.open("rb") as stream:
        while lines := stream.readlines(_BLOCK):
            yield lines


def _wanted_tags(text: bytes, wanted: Callable[[Tags], bool]) -> Tags | None:
    pairs = (item.split("=") for item in text[1:].decode("utf-8").split(","))
    tags = {_plain(key): _plain(value) for key, value in pairs}
    return tags if wanted(tags) else None


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "%" in text else text


def _numbers(nodes: list[bytes]) -> np.ndarray:
    text = b"".join(nodes).replace(b"xy", b"x%dy%d" % (_NOWHERE, _NOWHERE))
    table = np.fromstring(text.translate(_TO_BLANKS), sep=" ").reshape(-1, 3)
    table[table[:, 1] == _NOWHERE, 1:] = np.nan
    return table
