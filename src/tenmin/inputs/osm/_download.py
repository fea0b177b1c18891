"""Download OpenStreetMap data of a place, within a time limit, completely or not at all, and cached."""

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

from tenmin.inputs.osm._cache import Cache, CacheEntry
from tenmin.inputs.osm._extract import Box, OsmExtract
from tenmin.inputs.osm._reading import read_osm
from tenmin.inputs.osm._responses import JsonHandler, OsmXmlHandler
from tenmin.inputs.osm._service import Deadline, Patience, check_service, send_request
from tenmin.support.contracts import check_frame
from tenmin.support.errors import InputError, ServiceError

__all__ = ["NOMINATIM", "OVERPASS", "download_osm", "find_place"]

OVERPASS = "https://overpass-api.de/api/interpreter"
NOMINATIM = "https://nominatim.openstreetmap.org/search"
MAX_BOX_KM2 = 2_500.0
_MAX_NAME_LENGTH = 200
_MAX_BUFFER = 20_000.0
_POLYGONS = frozenset({"Polygon", "MultiPolygon"})
_METRES_PER_DEGREE = 110_574.0
"""Metres per degree of latitude at the equator (WGS 84), where it is shortest, so that a buffer is never too small."""
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_QUERY = """[out:xml][timeout:180][maxsize:1073741824];
(node({0});way({0});relation["type"="multipolygon"]({0}););
(._;>;);
out body;
"""

Place = str | BaseGeometry | gpd.GeoDataFrame | tuple[float, float, float, float]


@dataclass(frozen=True)
class _CachedService:
    """A cache in front of an online service, which is asked until a deadline unless offline."""

    cache: Cache
    deadline: Deadline
    offline: bool
    refresh: bool

    def entry(self, key: str, suffix: str, what: str, fetch: Callable[[Path], Mapping[str, Any]]) -> CacheEntry:
        """Return the entry of a key from the cache, or fetch it, one process at a time."""
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
    """Return the OpenStreetMap data in the box around a place, from the cache or from Overpass.

    Parameters
    ----------
    place
        A name ("Gulou, Xuzhou"), which is sent to Nominatim; or a polygon in longitude and latitude, a GeoDataFrame,
        or (west, south, east, north) in degrees.
    buffer
        Metres to add around the place, since people near its edge walk to facilities outside. Use at least 1.2 times
        the longest walk.
    cache
        Folder of the cache; by default the user's cache folder.
    offline
        Use the cache only, without any connection.
    refresh
        Download again even if the cache has it.
    overpass, nominatim
        URLs of other servers: https, or http on this machine.
    patience
        Total time and number of tries; by default `Patience(seconds=180, tries=5)`.
    most_bytes
        Largest accepted response, in bytes, uncompressed.

    Returns
    -------
    OsmExtract
        Its `box` is the requested box, within which the data is complete; its `date` is that of the database.

    Raises
    ------
    InputError
        The place is unknown, has no outline or is too large, or a URL is not allowed.
    ServiceError
        There was no complete response in time, or `offline` is set and the cache has none. Nothing is kept.
    OutputError
        The cache cannot be written.

    Notes
    -----
    The data is © OpenStreetMap contributors, under the ODbL; state this beside every map and table.
    """
    url = check_service(overpass or OVERPASS, named=overpass is not None)
    deadline = (patience or Patience()).start()
    service = _CachedService(Cache.at(cache), deadline, offline, refresh)
    if isinstance(place, str):
        place = _query_place(place, service, nominatim)
    box = _buffered(_parse_box(place), buffer)
    query = _QUERY.format("{1:.6f},{0:.6f},{3:.6f},{2:.6f}".format(*box))

    def fetch(path: Path) -> Mapping[str, Any]:
        handlers: list[OsmXmlHandler] = []

        def make_handler() -> OsmXmlHandler:
            handlers.append(OsmXmlHandler(path, most_bytes))
            return handlers[-1]

        send_request(url, make_handler, data={"data": query}, deadline=deadline)
        return {"query": query, "server": url, "date": handlers[-1].date}

    entry = service.entry(_cache_key("overpass", query), ".osm.gz", f"the box {box}", fetch)
    extract = read_osm(entry.path)
    return replace(extract, box=box, date=entry.metadata.get("date") or extract.date)


def find_place(
    name: str,
    *,
    cache: str | os.PathLike[str] | None = None,
    offline: bool = False,
    refresh: bool = False,
    nominatim: str | None = None,
    patience: Patience | None = None,
) -> gpd.GeoDataFrame:
    """Return the outline of a place from Nominatim: one row with its `name`, index its element such as `r123`.

    Parameters
    ----------
    name
        Name of the place, such as "Gulou, Xuzhou".
    cache, offline, refresh, nominatim, patience
        As in `download_osm`.

    Raises
    ------
    InputError
        The place is unknown, or has no outline.
    ServiceError
        There was no complete response in time, or `offline` is set and the cache has none.
    """
    service = _CachedService(Cache.at(cache), (patience or Patience()).start(), offline, refresh)
    return _query_place(name, service, nominatim)


def _query_place(name: str, service: _CachedService, nominatim: str | None) -> gpd.GeoDataFrame:
    url = check_service(nominatim or NOMINATIM, named=nominatim is not None)
    text = " ".join(name.split())
    if not text or len(text) > _MAX_NAME_LENGTH or not text.isprintable():
        msg = f"{name!r:.80} is no name of a place; give one such as 'Gulou, Xuzhou', a polygon or a box"
        raise InputError(msg)
    params = {"q": text, "format": "geojson", "polygon_geojson": "1", "limit": "1"}

    def fetch(path: Path) -> Mapping[str, Any]:
        handlers: list[JsonHandler] = []

        def make_handler() -> JsonHandler:
            handlers.append(JsonHandler())
            return handlers[-1]

        send_request(url, make_handler, params=params, deadline=service.deadline)
        _parse_place(handlers[-1].value, text)
        path.write_text(json.dumps(handlers[-1].value, ensure_ascii=False), "utf-8")
        return {"place": text, "server": url}

    entry = service.entry(_cache_key("place", text), ".geojson", f"the place {text!r}", fetch)
    return _parse_place(json.loads(entry.path.read_text("utf-8")), text)


def _parse_place(answer: Any, name: str) -> gpd.GeoDataFrame:
    """Return the outline in a response of Nominatim."""
    try:
        rows = [(one["properties"], shapely.from_geojson(json.dumps(one["geometry"]))) for one in answer["features"]]
        labels = [f"{properties['osm_type'][0]}{int(properties['osm_id'])}" for properties, _ in rows]
        names = [str(properties["display_name"]) for properties, _ in rows]
    except (KeyError, TypeError, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        msg = f"the answer to {name!r} is not what Nominatim gives ({type(error).__name__}: {error})"
        raise ServiceError(msg) from error
    if not rows:
        msg = f"nobody knows the place {name!r}; write it as on the map, in its own script, or give a polygon or a box"
        raise InputError(msg)
    shape = rows[0][1]
    if shape.geom_type not in _POLYGONS or shape.is_empty:
        at = shape.representative_point()
        msg = (
            f"{name!r} is a {shape.geom_type} ({names[0]}, at {at.x:.5f}, {at.y:.5f}), not an area; give a polygon, "
            "or a box (west, south, east, north) around it"
        )
        raise InputError(msg)
    index = pd.Index(labels[:1], name="element")
    return gpd.GeoDataFrame({"name": names[:1]}, geometry=[shapely.make_valid(shape)], crs="EPSG:4326", index=index)


def _parse_box(place: BaseGeometry | gpd.GeoDataFrame | Box) -> Box:
    """Return west, south, east and north of a place in degrees."""
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
    if not _is_lonlat_box(numbers):
        msg = f"the place {numbers!r:.120} is no west, south, east, north in degrees, with west < east, south < north"
        raise InputError(msg)
    west, south, east, north = (float(number) for number in numbers)
    return west, south, east, north


def _is_lonlat_box(numbers: Sequence[object]) -> bool:
    """Return whether four numbers are a valid west, south, east and north."""
    if len(numbers) != len(_WORLD) or not all(isinstance(one, (int, float)) for one in numbers):
        return False
    west, south, east, north = (float(one) for one in numbers)  # pyright: ignore[reportArgumentType]
    return -180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0  # noqa: PLR2004


def _buffered(box: Box, metres: float) -> Box:
    """Return a box at least this many metres larger on every side, rounded outward to 1e-6 degrees."""
    if not (0.0 <= metres <= _MAX_BUFFER):
        msg = f"buffer is {metres!r}; give metres from 0 to {_MAX_BUFFER:g}"
        raise InputError(msg)
    west, south, east, north = box
    d_lat = metres / _METRES_PER_DEGREE
    d_lon = d_lat / max(0.01, math.cos(math.radians(min(89.0, max(abs(south), abs(north)) + d_lat))))
    wide = (west - d_lon, south - d_lat, east + d_lon, north + d_lat)
    low = [max(least, math.floor(number * 1e6) / 1e6) for least, number in zip(_WORLD[:2], wide[:2], strict=True)]
    high = [min(most, math.ceil(number * 1e6) / 1e6) for most, number in zip(_WORLD[2:], wide[2:], strict=True)]
    buffered = (low[0], low[1], high[0], high[1])
    area_km2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.box(*buffered))[0]) / 1e6
    if area_km2 > MAX_BOX_KM2:
        msg = (
            f"the box {buffered} has {area_km2:,.0f} km², and Overpass is for at most {MAX_BOX_KM2:,.0f}; download an "
            "extract of the region (https://download.geofabrik.de) and read it with read_osm"
        )
        raise InputError(msg)
    return buffered


def _cache_key(kind: str, question: str) -> str:
    """Return the cache key of a query."""
    return f"{kind}-{hashlib.sha256(question.encode('utf-8')).hexdigest()[:24]}"
