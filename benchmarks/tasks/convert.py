"""Writes an extract in another format, without incomplete ways, or several copies of it side by side with own ids."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import osmium
import osmium.io
import osmium.osm

from benchmarks.tasks.clock import Clock

#: Copies stand one above the other, farther apart than any extract here is high, in one UTM zone.
_DEGREES_APART = 1.0


def _copy(source: str, target: str) -> None:
    with osmium.io.Reader(source) as reader, osmium.SimpleWriter(target, overwrite=True) as writer:
        osmium.apply(reader, writer)


def _cut(source: str, target: str) -> None:
    """Nodes and ways, without the nodes of ways that the extract does not hold."""
    known: set[int] = set()
    with osmium.SimpleWriter(target, overwrite=True) as writer:
        for item in osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY):
            if isinstance(item, osmium.osm.Node):
                known.add(item.id)
                writer.add(item)
            elif isinstance(item, osmium.osm.Way):
                refs = [node.ref for node in item.nodes if node.ref in known]
                if len(refs) > 1:
                    writer.add(item.replace(nodes=refs))


class _Numbers:
    """New ids from 1 up for the ids of one copy, in the order in which they are met."""

    def __init__(self, begin: Iterator[int]) -> None:
        self._next = begin
        self._new: dict[int, int] = {}

    def __call__(self, old: int) -> int:
        if old not in self._new:
            self._new[old] = next(self._next)
        return self._new[old]


def _multiply(source: str, target: str, times: int) -> None:
    kinds: dict[str, Any] = {"n": osmium.osm.NODE, "w": osmium.osm.WAY, "r": osmium.osm.RELATION}
    numbers = {kind: count(1) for kind in kinds}
    new = [{kind: _Numbers(numbers[kind]) for kind in kinds} for _ in range(times)]
    with osmium.SimpleWriter(target, overwrite=True) as writer:
        for kind, entity in kinds.items():
            for i in range(times):
                for item in osmium.FileProcessor(source, entity):
                    writer.add(_renewed(item, kind, new[i], i * _DEGREES_APART))


def _renewed(item: Any, kind: str, new: dict[str, Callable[[int], int]], north: float) -> Any:
    if kind == "n":
        place = (item.location.lon, item.location.lat + north)
        return item.replace(id=new["n"](item.id), location=place)
    if kind == "w":
        return item.replace(id=new["w"](item.id), nodes=[new["n"](node.ref) for node in item.nodes])
    members = [(member.type, new[member.type](member.ref), member.role) for member in item.members]
    return item.replace(id=new["r"](item.id), members=members)


if __name__ == "__main__":
    clock = Clock()
    if sys.argv[3] == "0":
        _cut(sys.argv[1], sys.argv[2])
    elif sys.argv[3] == "1":
        _copy(sys.argv[1], sys.argv[2])
    else:
        _multiply(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    clock.stop()()
