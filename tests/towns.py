"""Toy towns in metres: streets, places and facilities by hand, and the random towns of the laws."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from random import Random

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

import tenmin as tm

CRS = "EPSG:32650"
SPEED = 80.0
"""Metres that an adult walks in a minute."""

Spot = BaseGeometry | tuple[float, float]


def frame(things: Mapping[object, Spot] | Sequence[Spot], **columns: object) -> gpd.GeoDataFrame:
    """Points (or other geometries) by id, with columns."""
    named = things if isinstance(things, Mapping) else dict(enumerate(things))
    geometry = [Point(thing) if isinstance(thing, tuple) else thing for thing in named.values()]
    return _table(geometry, list(named)).assign(**columns)


def _table(geometry: Sequence[BaseGeometry | None], index: list[object] | None = None) -> gpd.GeoDataFrame:
    """Geometry as a frame, made in the way that costs geopandas a tenth of a millisecond and not two."""
    shapes = gpd.array.from_shapely(np.array(geometry, object), crs=CRS)
    return gpd.GeoDataFrame(pd.DataFrame({"geometry": shapes}, index=index), geometry="geometry")


def homes(things: Mapping[object, Spot] | Sequence[Spot], people: object = 1.0, **columns: object):
    """Places with people."""
    return frame(things, people=people, **columns)


def clinics(things: Mapping[object, Spot] | Sequence[Spot], category: object = "clinic", **columns: object):
    """Facilities of one category, or of those listed."""
    return frame(things, category=category, **columns)


def streets(*lines: Sequence[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    """Streets by their corners."""
    return _table([LineString(line) for line in lines]).assign(**columns)


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
        """The streets as an adult walks them; no leg joins those that have a `level`."""
        network = tm.WalkNetwork.from_edges(self.lines, walker="adult")
        if "level" not in self.lines.columns:
            return network
        lines = network.layout.lines
        level = self.lines["level"].loc[lines["way"]].to_numpy()
        return tm.WalkNetwork.of(replace(network.layout, lines=lines.assign(level=level)), network.walker)

    def of(self, **changes: gpd.GeoDataFrame) -> Town:
        """The same town with other tables."""
        return replace(self, **changes)

    def mapped(self, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Town:
        """The town with the same done to all its tables."""
        return Town(change(self.lines), change(self.homes), change(self.clinics))

    def bridged(self, *bridges: Sequence[tuple[float, float]]) -> Town:
        """The town with bridges, which no leg off the street joins."""
        more = streets(*bridges, level="1").reindex(columns=[*self.lines.columns, "level"])
        more["oneway"] = False
        lines = pd.concat([self.lines.assign(level=None), more], ignore_index=True)
        return self.of(lines=lines)


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


CROSSINGS = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda at: (300.0 * at[0], 300.0 * at[1]))


@st.composite
def square_towns(draw: st.DrawFn) -> Town:
    """Towns on a grid of 300 m, where people and facilities stand at crossings and have no other access point."""
    steps = st.tuples(CROSSINGS, st.sampled_from([(300.0, 0.0), (0.0, 300.0)]), st.booleans())
    rows = draw(st.lists(steps, min_size=2, max_size=25))
    lines = streets(*([(x, y), (x + a, y + b)] for (x, y), (a, b), _ in rows), oneway=[way for *_, way in rows])
    people, doors = (draw(st.lists(CROSSINGS, min_size=1, max_size=4, unique=True)) for _ in range(2))
    return Town(lines, homes(people), clinics(doors))


def unlike(town: Town) -> Town:
    """The town without streets that lie on each other: cut at one spot, they would meet there."""
    return town.of(lines=town.lines[~town.lines.normalize().duplicated()].reset_index(drop=True))


def split(lines: gpd.GeoDataFrame, cuts: dict[int, list[float]]) -> gpd.GeoDataFrame:
    """Lines cut at distances along them; seconds are shared out."""
    rows = []
    for k, row in enumerate(lines.to_dict("records")):
        length = row["geometry"].length
        at = [0.0, *sorted(c for c in cuts.get(k, []) if 0.01 < c < length - 0.01), length]
        for a, b in pairwise(at):
            if b - a > 0.01:
                part = {name: row[name] * (b - a) / length for name in ("seconds", "seconds_back") if name in row}
                rows.append({**row, **part, "geometry": substring(row["geometry"], a, b)})
    return gpd.GeoDataFrame(rows, crs=lines.crs)


def cases(count: int) -> settings:
    """So many random cases; under another profile as many more or fewer as that asks for (`make soak`: fifty times)."""
    return settings(max_examples=max(1, count * settings().max_examples // 100))


def turn(angle: float) -> list[float]:
    """How a town is turned by an angle and moved far."""
    return [math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle), 512_345.6, 4_321_098.7]


def moved(frame: gpd.GeoDataFrame, matrix: list[float]) -> gpd.GeoDataFrame:
    """A table with its geometry moved."""
    return frame.set_geometry([affine_transform(one, matrix) for one in frame.geometry], crs=CRS)


def shuffled(frame: gpd.GeoDataFrame, random: Random) -> gpd.GeoDataFrame:
    """A table with its rows in another order."""
    return frame.iloc[random.sample(range(len(frame)), len(frame))]


def same_frame(one: gpd.GeoDataFrame, two: gpd.GeoDataFrame) -> bool:
    """Whether two frames hold the same, dtypes, index, geometry and CRS included."""
    attributes = one.drop(columns="geometry").equals(two.drop(columns="geometry"))
    shapes = shapely.equals_identical(one.geometry.array, two.geometry.array)
    return bool(attributes and one.index.equals(two.index) and shapes.all() and one.crs == two.crs)
