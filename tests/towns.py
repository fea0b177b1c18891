"""Toy towns in metres: streets, places and facilities by hand, and the random towns of the laws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

import tenmin as tm

CRS = "EPSG:32650"
SPEED = 80.0
"""Metres that an adult walks in a minute."""

Spot = BaseGeometry | tuple[float, float]


def frame(things: Mapping[object, Spot] | Sequence[Spot], **columns: object) -> gpd.GeoDataFrame:
    """Points (or other geometries) by id, with columns."""
    named = things if isinstance(things, Mapping) else dict(enumerate(things))
    geometry = [Point(thing) if isinstance(thing, tuple) else thing for thing in named.values()]
    return gpd.GeoDataFrame(index=list(named), geometry=geometry, crs=CRS).assign(**columns)


def homes(things: Mapping[object, Spot] | Sequence[Spot], people: object = 1.0, **columns: object):
    """Places with people."""
    return frame(things, people=people, **columns)


def clinics(things: Mapping[object, Spot] | Sequence[Spot], category: object = "clinic", **columns: object):
    """Facilities of one category, or of those listed."""
    return frame(things, category=category, **columns)


def streets(*lines: Sequence[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    """Streets by their corners."""
    return gpd.GeoDataFrame(geometry=[LineString(line) for line in lines], crs=CRS).assign(**columns)


def town(*lines: Sequence[tuple[float, float]], walker: tm.Walker | str = "adult", **columns: object):
    """The walking network of streets given by their corners."""
    return tm.WalkNetwork.from_edges(streets(*lines, **columns), walker=walker)


def walls(*lines: Sequence[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    """Barriers by their corners."""
    return streets(*lines).assign(**{"kind": "wall", "name": None, **columns})


def grid(blocks: int = 20, side: float = 100.0) -> gpd.GeoDataFrame:
    """Square blocks round (0, 0): `blocks` each way."""
    half = blocks // 2
    at = [side * k for k in range(-half, half + 1)]
    along = [[(a, y), (b, y)] for y in at for a, b in pairwise(at)]
    return streets(*along, *([(x, a), (x, b)] for x in at for a, b in pairwise(at)))


@dataclass(frozen=True)
class Town:
    """Streets, places and facilities of a random town."""

    lines: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    clinics: gpd.GeoDataFrame

    @cached_property
    def network(self) -> tm.WalkNetwork:
        """The streets as an adult walks them."""
        return tm.WalkNetwork.from_edges(self.lines, walker="adult")

    def of(self, **changes: gpd.GeoDataFrame) -> Town:
        """The same town with other tables."""
        return replace(self, **changes)


def _corners(spots: list[tuple[float, float]], edge: tuple[int, int, float]) -> list[tuple[float, float]]:
    """A straight street, one with a bend, or (from a node back to itself) a triangle."""
    one, two, bend = edge
    (ax, ay), (bx, by) = spots[one % len(spots)], spots[two % len(spots)]
    if (ax, ay) == (bx, by):
        size = 40.0 + abs(bend)
        return [(ax, ay), (ax + size, ay + 0.3 * size), (ax + 0.4 * size, ay + size), (ax, ay)]
    if bend == 0.0:
        return [(ax, ay), (bx, by)]
    far = math.hypot(bx - ax, by - ay)
    middle = (ax + bx) / 2 - bend * (by - ay) / far, (ay + by) / 2 + bend * (bx - ax) / far
    return [(ax, ay), middle, (bx, by)]


def _jitter(k: int) -> float:
    """A few centimetres that put towns in no special position."""
    return 0.9 * math.sin(12.9898 * (k + 1))


def _spots(size: int) -> st.SearchStrategy[list[tuple[float, float]]]:
    pairs = st.tuples(st.integers(0, 40), st.integers(0, 40))
    return st.lists(pairs, min_size=2, max_size=size, unique=True).map(
        lambda spots: [(10.0 * x + _jitter(2 * k), 10.0 * y + _jitter(2 * k + 1)) for k, (x, y) in enumerate(spots)]
    )


def _house(spot: tuple[float, float], polygon: bool) -> BaseGeometry:
    x, y = spot
    return Polygon([(x, y), (x + 17, y + 3), (x + 21, y + 14), (x + 3, y + 11)]) if polygon else Point(spot)


def _things(count: int) -> st.SearchStrategy[list[BaseGeometry]]:
    pairs = st.tuples(st.integers(-30, 430), st.integers(-30, 430), st.booleans())
    return st.lists(pairs, min_size=1, max_size=count).map(
        lambda rows: [
            _house((x + _jitter(k + 50), y + _jitter(k + 90)), polygon) for k, (x, y, polygon) in enumerate(rows)
        ]
    )


@st.composite
def towns(draw: st.DrawFn, *, one_way: bool = True, timed: bool = False, most: int = 8) -> Town:
    """Random towns of 400 m: parallel streets, loops, bends, bridges, several components; optionally one-way, or with
    seconds of their own."""
    spots = draw(_spots(7))
    node, bend = st.integers(0, len(spots) - 1), st.sampled_from([0.0, 0.0, 25.0, -40.0])
    edges = draw(st.lists(st.tuples(node, node, bend), min_size=1, max_size=10))
    columns: dict[str, object] = {}
    if one_way:
        columns["oneway"] = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    if timed:
        seconds = st.lists(st.integers(1, 400), min_size=len(edges), max_size=len(edges))
        columns |= {"seconds": np.array(draw(seconds), float), "seconds_back": np.array(draw(seconds), float)}
    lines = streets(*(_corners(spots, edge) for edge in edges), **columns)
    people, doors = draw(_things(most)), draw(_things(3))
    return Town(
        lines,
        homes({f"h{k}": one for k, one in enumerate(people)}, people=2.0 ** np.arange(len(people))),
        clinics({f"c{k}": one for k, one in enumerate(doors)}),
    )


def cases(count: int) -> settings:
    """So many random cases; under another profile as many more as that asks for (`make soak`: fifty times)."""
    return settings(max_examples=count * settings().max_examples // 100)


def same_frame(one: gpd.GeoDataFrame, two: gpd.GeoDataFrame) -> bool:
    """Whether two frames hold the same, dtypes, index, geometry and CRS included."""
    attributes = one.drop(columns="geometry").equals(two.drop(columns="geometry"))
    shapes = shapely.equals_identical(one.geometry.array, two.geometry.array)
    return bool(attributes and one.index.equals(two.index) and shapes.all() and one.crs == two.crs)
