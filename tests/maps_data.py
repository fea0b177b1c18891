"""A small town on squared paper, with figures that a person can check, to draw maps of.

Streets every 100 m on a square of 1 km in UTM 35N; people walk 80 m a minute; the limit is five minutes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, Polygon, box

from tenmin.inputs.walkers import Walker
from tenmin.measures._even_spread import PARTS, EvenSpread

CRS = "EPSG:32635"
WEST, SOUTH = 385_000.0, 6_672_000.0
STEP = 100.0
BLOCKS = 10
METRES_A_MINUTE = 80.0
LIMIT = 5.0
CATEGORIES = ("library", "market", "pharmacy")


SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_]:|[~"


def unpack(text: str) -> dict[str, Any]:
    """Return the tables and numbers of a page, read by the rules of docs/map-format.md."""
    digits = np.array([SIGNS.index(sign) for sign in text]).reshape(-1, 5)
    plain = zlib.decompressobj().decompress((digits @ 85 ** np.arange(5)[::-1]).astype(">u4").tobytes())
    size = int.from_bytes(plain[:4], "little")
    planes = np.frombuffer(plain[4 + size :], np.uint8).reshape(4, -1).astype(np.int64)
    signed: Any = sum(plane << (8 * number) for number, plane in enumerate(planes))
    numbers = (signed >> 1) ^ -(signed & 1)

    def place(value: dict[str, Any]) -> Any:
        return numbers[slice(*value["numbers"])] if "numbers" in value else value

    return json.loads(plain[4 : 4 + size], object_hook=place)


@dataclass(frozen=True)
class Network:
    """What a map asks of a network."""

    edges: gpd.GeoDataFrame
    date: str | None = "2026-10-01"
    source: str = "/somewhere/town.osm.pbf"
    crs: str = CRS
    boundary: Polygon | None = None

    @property
    def is_street(self) -> np.ndarray:
        return np.ones(len(self.edges), bool)

    @property
    def walker(self) -> Walker:
        return Walker.preset("adult")

    @property
    def barriers(self) -> gpd.GeoDataFrame:
        river = LineString([at(-50, 850), at(1050, 870)])
        return gpd.GeoDataFrame({"kind": ["waterway"], "name": ["北河"], "source": ["w9"]}, geometry=[river], crs=CRS)


@dataclass(frozen=True)
class Measured:
    """What a map asks of a coverage."""

    network: Network
    places: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    minutes: pd.DataFrame
    metres: pd.DataFrame
    nearest: pd.DataFrame
    unknown: pd.DataFrame
    areas: gpd.GeoDataFrame | None = None
    unit: str = "minutes"
    direction: str = "to"
    metric: str = "walk"
    unjoined: tuple[str, ...] = ()
    opening: None = None

    @property
    def joins(self) -> pd.DataFrame:
        tables = {"places": self.places, "facilities": self.facilities}
        how = {"how": "street", "access_points": 2, "leg": 20.0, "island": False}
        joins = pd.concat({name: pd.DataFrame(how, index=frame.index) for name, frame in tables.items()})
        apart = joins.index.get_level_values(1).isin(self.unjoined)
        return joins.assign(how=joins["how"].mask(apart, "none"), leg=joins["leg"].mask(apart))

    @property
    def limit(self) -> pd.Series:
        return pd.Series(LIMIT, index=self.minutes.columns)

    @property
    def served(self) -> pd.DataFrame:
        return self.minutes <= LIMIT

    def shares(self, of: str = "people", by: None = None) -> pd.DataFrame:
        assert (of, by) == ("people", None)
        return pd.DataFrame([self._share(key) for key in self.minutes.columns])

    @property
    def spread(self) -> EvenSpread:
        """Return people of whom half as many are served when they are spread evenly."""
        given = self.shares().assign(area="", possible=lambda table: table["served"] + table["unknown"])
        given = given.set_index(["category", "area"])[PARTS]
        half = given["served"] / 2.0
        changed = {"served": half, "unserved": given["unserved"] + half, "possible": given["possible"] - half}
        return EvenSpread(given, given.assign(**changed), "streets_of_cells")

    def placement(self, lang: str) -> str:
        return {"zh": "住宅楼内", "en": "in blocks of flats"}[lang]

    def basket(self, categories: list[str]) -> pd.DataFrame:
        people, keys = self.places["people"], list(categories)
        has = self.served[keys].all(axis=1)
        might = (self.served | self.unknown)[keys].all(axis=1)
        sums = {"share": people[has].sum(), "share_upper": people[might].sum()}
        return pd.DataFrame([{name: part / people.sum() for name, part in sums.items()}])

    def choice(self, *, most: int) -> pd.DataFrame:
        """Return 1 where a home is served, as if every library had a second one beside it."""
        assert most > 1
        return self.served.astype(int) * (1 + (self.served.columns == "library"))

    def _share(self, key: str) -> dict[str, Any]:
        people = self.places["people"]
        total = float(people.sum())
        served, unknown = float(people[self.served[key]].sum()), float(people[self.unknown[key]].sum())
        counted = {"served": served, "unserved": total - served - unknown, "unknown": unknown, "total": total}
        there = (self.facilities["category"] == key).any()
        shares = (served / total, (served + unknown) / total) if there else (np.nan, np.nan)
        return {"category": key, "of": "people", **counted, "share": shares[0], "share_upper": shares[1]}


def at(x: float, y: float) -> tuple[float, float]:
    """Return the coordinates of a spot, given in metres from the town's south-west corner."""
    return (WEST + x, SOUTH + y)


def streets() -> gpd.GeoDataFrame:
    end = BLOCKS + 1
    lines = [((i, j), (i + 1, j)) for j in range(end) for i in range(BLOCKS)]
    lines += [((i, j), (i, j + 1)) for i in range(end) for j in range(BLOCKS)]
    kinds = ["residential" if (a[0] + a[1]) % 3 else "footway" for a, _ in lines]
    kinds[7] = "steps"
    shapes = [LineString([at(STEP * a[0], STEP * a[1]), at(STEP * b[0], STEP * b[1])]) for a, b in lines]
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, crs=CRS)


def homes() -> gpd.GeoDataFrame:
    middles = [(STEP * i + 50, STEP * j) for j in range(BLOCKS) for i in range(BLOCKS)]
    shapes = [Point(at(x, y)) if x > 850 else box(*at(x - 22, y + 8), *at(x + 22, y + 32)) for x, y in middles]
    index = pd.Index([f"w{number + 100}" for number in range(len(shapes))])
    return gpd.GeoDataFrame({"people": 10.0, "levels": 3}, index=index, geometry=shapes, crs=CRS)


def sites() -> gpd.GeoDataFrame:
    rows = {
        "library:n1": ("library", "南图书馆", Point(at(200, 200))),
        "library:w2": ("library", None, Polygon([at(680, 680), at(720, 680), at(720, 720), at(680, 720)])),
        "pharmacy:n3": ("pharmacy", "Kulma-apteekki", Point(at(500, 500))),
    }
    columns = {name: [row[i] for row in rows.values()] for i, name in enumerate(("category", "name"))}
    shapes = [row[2] for row in rows.values()]
    frame = gpd.GeoDataFrame(columns, index=pd.Index(list(rows)), geometry=shapes, crs=CRS)
    return frame.assign(opening_hours=["Mo-Fr 09:00-17:00", None, "24/7"], source="OpenStreetMap")


def measure(places: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, categories: Iterable[str] = CATEGORIES) -> Measured:
    """Return the coverage on straight streets: metres east plus metres north."""
    keys = sorted(categories)
    metres = pd.DataFrame(np.inf, index=places.index, columns=keys)
    nearest = pd.DataFrame(None, index=places.index, columns=keys, dtype=object)
    home = places.geometry.centroid
    for key in keys:
        for facility, spot in facilities.geometry[facilities["category"] == key].centroid.sort_index().items():
            way = (home.x - spot.x).abs() + (home.y - spot.y).abs()
            nearest.loc[way < metres[key], key] = facility
            metres[key] = metres[key].where(way >= metres[key], way)
    minutes = metres / METRES_A_MINUTE
    edge = (home.x > WEST + 940)[:, None] if isinstance(home, np.ndarray) else home.x > WEST + 940
    unknown = pd.DataFrame({key: (minutes[key] > LIMIT) & edge for key in keys}).astype(bool)
    return Measured(Network(streets()), places, facilities, minutes, metres, nearest, unknown)


def circles(facilities: gpd.GeoDataFrame, minutes: Iterable[float] = (2, 5, 8)) -> gpd.GeoDataFrame:
    """Return the diamonds that a walk on squared paper reaches."""
    rows = [
        (name, row["category"], float(m), row.geometry.centroid) for name, row in facilities.iterrows() for m in minutes
    ]
    shapes = [_diamond(spot, METRES_A_MINUTE * m) for _, _, m, spot in rows]
    columns = {
        "facility": [r[0] for r in rows],
        "category": [r[1] for r in rows],
        "minutes": [r[2] for r in rows],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=facilities.crs)


def lacks(coverage: Measured) -> gpd.GeoDataFrame:
    """Return one gap for each service and half of the town that lacks it."""
    rows = []
    for key in coverage.minutes.columns:
        lacking = ~coverage.served[key] & ~coverage.unknown[key]
        for half, north in (("north", True), ("south", False)):
            members = coverage.places[lacking & ((coverage.places.geometry.centroid.y > SOUTH + 500) == north)]
            if len(members):
                rows.append(_gap(key, half, members))
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS).sort_values(["people", "gap"], ascending=[False, True])
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="rank"))


def blocks() -> gpd.GeoDataFrame:
    """Return two communities, west and east."""
    shapes = [box(*at(-40, -40), *at(500, 1040)), box(*at(500, -40), *at(1040, 1040))]
    columns = {"name": ["西社区", "东社区"], "level": ["社区", "社区"], "households": [210, 190]}
    return gpd.GeoDataFrame(columns, index=pd.Index(["a1", "a2"]), geometry=shapes, crs=CRS)


def _diamond(spot: Point, reach: float) -> Polygon:
    return Polygon(
        [
            (spot.x + reach, spot.y),
            (spot.x, spot.y + reach),
            (spot.x - reach, spot.y),
            (spot.x, spot.y - reach),
        ]
    )


def _gap(key: str, half: str, members: gpd.GeoDataFrame) -> dict[str, Any]:
    return {
        "gap": f"{key}-{half}",
        "category": key,
        "people": float(members["people"].sum()),
        "places": len(members),
        "excess_minutes": 2.25 if key != "market" else np.nan,
        "severity": 0.45 * float(members["people"].sum()),
        "reason": "far" if key != "market" else "no_facilities",
        "by": None,
        "cure": f"Open a {key} in the {half}.",
        "cure_zh": f"在{'北' if half == 'north' else '南'}部增设一处。",
        "geometry": members.geometry.buffer(100).union_all(),
    }
