"""Downloads what OpenStreetMap has of a place: within a time fixed beforehand, whole or not at all, and only once."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from tenmin.inputs.osm._answers import JsonSink, OsmSink
from tenmin.inputs.osm._cache import Cache, Entry
from tenmin.inputs.osm._extract import Box, OsmExtract
from tenmin.inputs.osm._reading import read_osm
from tenmin.inputs.osm._service import Deadline, Patience, ask, check_service
from tenmin.support.contracts import check_frame
from tenmin.support.errors import InputError, ServiceError

__all__ = ["NOMINATIM", "OVERPASS", "download_osm", "find_place"]

OVERPASS = "https://overpass-api.de/api/interpreter"
NOMINATIM = "https://nominatim.openstreetmap.org/search"
LARGEST_KM2 = 2_500.0
_LONGEST_NAME = 200
_WIDEST = 20_000.0
_AREAS = frozenset({"Polygon", "MultiPolygon"})
_DEGREE = 110_574.0
"""Metres in the shortest degree of latitude (at the equator, WGS 84), so that a buffer is never too small."""
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_QUERY = """[out:xml][timeout:180][maxsize:1073741824];
(node({0});way({0});relation["type"="multipolygon"]({0}););
(._;>;);
out body;
"""

Place = str | BaseGeometry | gpd.GeoDataFrame | tuple[float, float, float, float]


@dataclass(frozen=True)
class _Source:
    """Where answers come from: a cache, and, unless offline, a service that is asked until a deadline."""

    cache: Cache
    deadline: Deadline
    offline: bool
    refresh: bool

    def entry(self, key: str, suffix: str, what: str, fetch: Callable[[Path], Mapping[str, Any]]) -> Entry:
        """Return the entry of a key: from the cache if it is there, else fetched, by one asker at a time."""
        if self.offline:
            found = self.cache.find(key)
            if found is None:
                msg = f"{self.cache.folder} has nothing of {what}; call it once without offline=True to fetch it"
                raise ServiceError(msg)
            return found
        with self.cache.locked(key, self.deadline):
            found = None if self.refresh else self.cache.find(key)
            return found or self.cache.store(key, suffix, fetch)


def download_osm(
    place: Place,
    *,
    buffer: float = 1_000.0,
    cache: str | os.PathLike[str] | None = None,
    offline: bool = False,
    refresh: bool = False,
    overpass: str | None = None,
    nominatim: str | None = None,
    patience: Patience | None = None,
    most_bytes: int = 1 << 30,
) -> OsmExtract:
    """Return what OpenStreetMap has in the box around a place, from the cache or from Overpass.

    Parameters
    ----------
    place
        A name as Nominatim knows it ("Gulou, Xuzhou"; it is sent there), a polygon in the order longitude, latitude,
        a GeoDataFrame, or (west, south, east, north) in degrees, for which nobody has to be asked.
    buffer
        Metres beyond the place that are read too: people near its edge walk to what lies outside. At least one and
        a fifth walks.
    cache
        Folder of the cache; by default the one where the system keeps such things.
    offline
        Take it from the cache, without touching the network.
    refresh
        Ask again even if the cache has it.
    overpass, nominatim
        Addresses of other servers: https, or http on this machine.
    patience
        How long and how often to ask: `Patience(seconds=180, tries=5)` by default, for all of it.
    most_bytes
        Largest answer that is taken, unpacked.

    Returns
    -------
    OsmExtract
        Its `box` is the box that was asked for, within which the data is complete; its `date` that of the database.

    Raises
    ------
    InputError
        There is no such place, it has no outline, is too large, or a server may not be asked.
    ServiceError
        No whole answer came in time, or the cache has none and `offline` is set. Nothing of it is kept.
    OutputError
        The cache cannot be written.

    Notes
    -----
    The data is © OpenStreetMap contributors, under the ODbL; say so beside every map and table.
    """
    url = check_service(overpass or OVERPASS, named=overpass is not None)
    deadline = (patience or Patience()).begin()
    source = _Source(Cache.at(cache), deadline, offline, refresh)
    if isinstance(place, str):
        place = _find(place, source, nominatim)
    box = _widened(_bounds(place), buffer)
    query = _QUERY.format("{1:.6f},{0:.6f},{3:.6f},{2:.6f}".format(*box))

    def fetch(path: Path) -> Mapping[str, Any]:
        sinks: list[OsmSink] = []

        def sink() -> OsmSink:
            sinks.append(OsmSink(path, most_bytes))
            return sinks[-1]

        ask(url, sink, data={"data": query}, deadline=deadline)
        return {"query": query, "server": url, "date": sinks[-1].date}

    entry = source.entry(_key("overpass", query), ".osm.gz", f"the box {box}", fetch)
    extract = read_osm(entry.path)
    return replace(extract, box=box, date=entry.about.get("date") or extract.date)


def find_place(
    name: str,
    *,
    cache: str | os.PathLike[str] | None = None,
    offline: bool = False,
    refresh: bool = False,
    nominatim: str | None = None,
    patience: Patience | None = None,
) -> gpd.GeoDataFrame:
    """Return the outline of a place as Nominatim knows it: one row, index the element (`r123`), with its `name`.

    It is what a study may take for its boundary; the other parameters are those of `download_osm`.

    Raises
    ------
    InputError
        There is no such place, or it has no outline.
    ServiceError
        No whole answer came in time, or the cache has none and `offline` is set.
    """
    source = _Source(Cache.at(cache), (patience or Patience()).begin(), offline, refresh)
    return _find(name, source, nominatim)


def _find(name: str, source: _Source, nominatim: str | None) -> gpd.GeoDataFrame:
    url = check_service(nominatim or NOMINATIM, named=nominatim is not None)
    text = " ".join(name.split())
    if not text or len(text) > _LONGEST_NAME or not text.isprintable():
        msg = f"{name!r:.80} is no name of a place; give one such as 'Gulou, Xuzhou', a polygon or a box"
        raise InputError(msg)
    params = {"q": text, "format": "geojson", "polygon_geojson": "1", "limit": "1"}

    def fetch(path: Path) -> Mapping[str, Any]:
        sinks: list[JsonSink] = []

        def sink() -> JsonSink:
            sinks.append(JsonSink())
            return sinks[-1]

        ask(url, sink, params=params, deadline=source.deadline)
        _outline(sinks[-1].value, text)
        path.write_text(json.dumps(sinks[-1].value, ensure_ascii=False), "utf-8")
        return {"place": text, "server": url}

    entry = source.entry(_key("place", text), ".geojson", f"the place {text!r}", fetch)
    return _outline(json.loads(entry.path.read_text("utf-8")), text)


def _outline(answer: Any, name: str) -> gpd.GeoDataFrame:
    """The outline in an answer of Nominatim."""
    try:
        rows = [(one["properties"], shapely.from_geojson(json.dumps(one["geometry"]))) for one in answer["features"]]
        labels = [f"{about['osm_type'][0]}{int(about['osm_id'])}" for about, _ in rows]
        names = [str(about["display_name"]) for about, _ in rows]
    except (KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        msg = f"the answer to {name!r} is not what Nominatim gives ({type(error).__name__}: {error})"
        raise ServiceError(msg) from error
    if not rows:
        msg = f"nobody knows the place {name!r}; write it as on the map, in its own script, or give a polygon or a box"
        raise InputError(msg)
    shape = rows[0][1]
    if shape.geom_type not in _AREAS or shape.is_empty:
        at = shape.representative_point()
        msg = (
            f"{name!r} is a {shape.geom_type} ({names[0]}, at {at.x:.5f}, {at.y:.5f}), not an area; give a polygon, "
            "or a box (west, south, east, north) around it"
        )
        raise InputError(msg)
    index = pd.Index(labels[:1], name="element")
    return gpd.GeoDataFrame({"name": names[:1]}, geometry=[shapely.make_valid(shape)], crs="EPSG:4326", index=index)


def _bounds(place: BaseGeometry | gpd.GeoDataFrame | Box) -> Box:
    """West, south, east and north of a place in degrees."""
    if isinstance(place, gpd.GeoDataFrame):
        numbers = check_frame(place, "place", unique=False).to_crs("EPSG:4326").total_bounds.tolist()
    elif isinstance(place, BaseGeometry):
        numbers = list(place.bounds)
    elif isinstance(place, (tuple, list)):
        numbers = list(place)
    else:
        msg = (
            f"a place is a name, a polygon, a GeoDataFrame or (west, south, east, north), not a {type(place).__name__}"
        )
        raise InputError(msg)
    if not _is_box(numbers):
        msg = f"the place {numbers!r:.120} is no west, south, east, north in degrees, with west < east, south < north"
        raise InputError(msg)
    west, south, east, north = (float(number) for number in numbers)
    return west, south, east, north


def _is_box(numbers: Sequence[object]) -> bool:
    """Whether four numbers are west, south, east and north on earth."""
    if len(numbers) != len(_WORLD) or not all(isinstance(one, (int, float)) for one in numbers):
        return False
    west, south, east, north = (float(one) for one in numbers)  # pyright: ignore[reportArgumentType]
    return -180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0  # noqa: PLR2004


def _widened(box: Box, metres: float) -> Box:
    """A box that reaches at least so many metres further to all sides, in millionths of a degree."""
    if not (0.0 <= metres <= _WIDEST):
        msg = f"buffer is {metres!r}; give metres from 0 to {_WIDEST:g}"
        raise InputError(msg)
    west, south, east, north = box
    up = metres / _DEGREE
    across = up / max(0.01, math.cos(math.radians(min(89.0, max(abs(south), abs(north)) + up))))
    wide = (west - across, south - up, east + across, north + up)
    low = [max(least, math.floor(number * 1e6) / 1e6) for least, number in zip(_WORLD[:2], wide[:2], strict=True)]
    high = [min(most, math.ceil(number * 1e6) / 1e6) for most, number in zip(_WORLD[2:], wide[2:], strict=True)]
    made = (low[0], low[1], high[0], high[1])
    size = abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.box(*made))[0]) / 1e6
    if size > LARGEST_KM2:
        msg = (
            f"the box {made} has {size:,.0f} km², and Overpass is for at most {LARGEST_KM2:,.0f}; download an extract "
            "of the region (https://download.geofabrik.de) and read it with read_osm"
        )
        raise InputError(msg)
    return made


def _key(kind: str, question: str) -> str:
    """The name under which the cache keeps the answer to a question."""
    return f"{kind}-{hashlib.sha256(question.encode('utf-8')).hexdigest()[:24]}"
