"""Reads ways in bulk: osmium writes them as lines of text (its OPL format), a compiled pass reads the numbers.

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

from tenmin.inputs.osm._lines import Box, RawWays
from tenmin.inputs.osm._opl import parse_ways

__all__ = ["read_ways"]

Tags = dict[str, str]
_BLOCK = 32 * 1024 * 1024
_WRITE_BUFFER = 4 * 1024 * 1024
_ESCAPED = re.compile(r"%([0-9a-fA-F]+)%")


def read_ways(
    file: osmium.io.File, keys: Iterable[str], wanted: Callable[[Tags], bool], *, box: Box | None = None
) -> RawWays:
    """Return the ways that have one of `keys` and whose tags are `wanted`, each id once, in the file's order.

    With a box (west, south, east, north) nodes outside it have infinite coordinates, and ways without a node inside are
    left out as the file is read, so that memory holds what is inside.
    """
    known: dict[bytes, Tags | None] = {}
    parts = [RawWays.nothing()]
    with tempfile.TemporaryDirectory(prefix="tenmin-") as folder:
        text = Path(folder) / "ways.opl"
        _write_text(file, sorted(keys), text)
        parts += [_read_block(block, known, wanted, box) for block in _blocks(text)]
    raw = RawWays.of(parts)
    first = np.zeros(len(raw.ids), bool)
    first[np.unique(raw.ids, return_index=True)[1]] = True
    return raw if first.all() else raw.take(first)


def _read_block(
    block: bytes, known: dict[bytes, Tags | None], wanted: Callable[[Tags], bool], box: Box | None
) -> RawWays:
    ids, at, counts, refs, xy = parse_ways(block)
    tags = []
    for begin, end in at.tolist():
        text = block[begin:end]
        if text not in known:
            known[text] = _wanted_tags(text, wanted)
        tags.append(known[text])
    keep = np.array([one is not None for one in tags], bool)
    if box is not None:
        xy[((xy < box[:2]) | (xy > box[2:])).any(axis=1)] = np.inf
        keep &= np.bincount(np.repeat(np.arange(len(ids)), counts), np.isfinite(xy[:, 0]), len(ids)) > 0
    return RawWays(ids, tags, counts, refs, xy).take(keep)  # pyright: ignore[reportArgumentType]


def _write_text(file: osmium.io.File, keys: list[str], text: Path) -> None:
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    target = osmium.io.File(str(text), "opl,locations_on_ways=true,add_metadata=false")
    with (
        osmium.io.Reader(file, osmium.osm.NODE | osmium.osm.WAY) as reader,
        osmium.SimpleWriter(target, bufsz=_WRITE_BUFFER) as writer,
    ):
        osmium.apply(reader, places, EntityFilter(osmium.osm.WAY), KeyFilter(*keys), writer)


def _blocks(text: Path) -> Iterator[bytes]:
    with text.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block + stream.readline()


def _wanted_tags(text: bytes, wanted: Callable[[Tags], bool]) -> Tags | None:
    plain = text.decode("utf-8")
    tags = dict(item.split("=") for item in plain.split(","))
    if "%" in plain:
        tags = {_plain(key): _plain(value) for key, value in tags.items()}
    return tags if wanted(tags) else None


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "%" in text else text
