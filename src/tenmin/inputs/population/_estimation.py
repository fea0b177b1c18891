"""Distribute a population over the residential buildings of an extract (dasymetric mapping)."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.osm import OsmExtract, as_extract
from tenmin.inputs.population._buildings import find_homes
from tenmin.inputs.population._notes import Note, as_listed, number_text
from tenmin.inputs.population._zones import check_zones, people_columns
from tenmin.support.errors import TableError, TenminWarning

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["estimate_places"]

#: Part of the people that are in areas without homes, from which a warning says so; part of an area beyond the extract,
#: from which a remark does.
NOTABLE = 0.05
_ONE_OF_THEM = "give how many people live in the extract, or areas= with the people of each"
_OUTSIDE = "homes in none of the areas; left out"
_NO_HOMES = "no home of the extract is in the area; its people stand at a point inside"
_NO_OUTLINE = "the area has no outline; its people have no position"
_NOBODY = "the area has homes and no people"
_BEYOND = "of the area lies beyond the extract; all of its people are placed in its homes within"


def estimate_places(
    extract: OsmExtract | str | os.PathLike[str],
    *,
    people: float | None = None,
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the residential buildings of an extract, with a population distributed by floor area.

    This is dasymetric mapping: of a total for the whole extract (`people`), or within the total of each community or
    census cell (`areas`). A building is residential if its value of `building` is, or if it is `building=yes`
    without a tag of another use and not on non-residential land such as a campus; `rule` names the row of homes.toml
    that decided. Floor area is the footprint times `building:levels`; where that is not mapped, the median of
    buildings of the same value, else of all homes, else 1 (`levels_source`). All floors count as residential.
    Footprints under 20 m2 are left out; one over 2 ha becomes a point inside it.

    Parameters
    ----------
    extract
        The extract, as from `read_osm`, or the path of its file.
    people
        Population of the extract; the column `people` sums to it.
    areas
        Instead of `people`: polygons with the column `people`, as from `read_areas`. Groups (`people_60_plus` ...) go
        with the people of their area. A building belongs to the area that holds a point inside it; homes in none are
        counted in a remark. People of an area without homes become a place of their own, at a point inside it, or
        without a position if it has no outline, and are listed: totals are those of the areas.

    Returns
    -------
    GeoDataFrame
        Index `place`: the id of the building (w12), or of the area (area:0101). Columns: people, groups, area (with
        `areas`), levels, levels_source, floor_area_m2, rule, source, placed_by (how its people got there) and the
        geometry, in EPSG:4326. `list_remarks` lists what was left out or noted.

    Raises
    ------
    TableError
        `people` is not a number above 0, the extract has no residential buildings, or the areas overlap, have no people
        or people that are no numbers, or groups larger than all of them.

    Warns
    -----
    TenminWarning
        More than a twentieth of the people are in areas without homes.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from tenmin.inputs import osm
    >>> from tenmin.inputs.samples import sample_path
    >>> town = osm.read_osm(sample_path("helsinki"))
    >>> places = estimate_places(town, people=12_000)
    >>> round(float(places["people"].sum()), 6)
    12000.0
    >>> west, east = shapely.box(24.93, 60.16, 24.94, 60.18), shapely.box(24.94, 60.16, 24.95, 60.18)
    >>> halves = gpd.GeoDataFrame({"people": [3000, 1000]}, index=["west", "east"], geometry=[west, east], crs=4326)
    >>> homes = estimate_places(town, areas=halves)
    >>> homes.groupby("area")["people"].sum().round(6).to_dict()
    {'east': 1000.0, 'west': 3000.0}
    """
    if (people is None) == (areas is None):
        given = "areas are both given" if areas is not None else "no areas are given"
        msg = f"people = {people!r} and {given}; {_ONE_OF_THEM}"
        raise TableError(msg)
    if areas is None:
        _check_people(people)
        homes = find_homes(as_extract(extract))
        counted = _allocate(homes["floor_area_m2"].to_numpy(), np.zeros(len(homes), np.int64), np.array([people]))
        return _with_people(homes, {"people": counted}, "buildings_of_town")
    zones, notes = check_zones(areas, "areas", counted=True)
    return _distribute(as_extract(extract), zones, notes)


def _check_people(people: Any) -> None:
    number = isinstance(people, int | float | np.number) and not isinstance(people, bool)
    if not number or not 0 < people < math.inf:
        msg = f"people = {people!r}; give how many people live in the extract, a number above 0"
        raise TableError(msg)


def _distribute(town: OsmExtract, zones: gpd.GeoDataFrame, notes: list[Note]) -> gpd.GeoDataFrame:
    """Return the homes in the areas with the people of each, and areas without homes as places."""
    zones = zones.iloc[np.argsort([str(label) for label in zones.index], kind="stable")]
    homes = find_homes(town)
    zone = _zone_of(homes, zones)
    inside = homes[zone >= 0]
    zone = zone[zone >= 0]
    floor = inside["floor_area_m2"].to_numpy()
    counted = {name: _allocate(floor, zone, zones[name].to_numpy()) for name in people_columns(zones)}
    carried = {name: zones[name].to_numpy()[zone] for name in ("people_base",) if name in zones.columns}
    columns = {**counted, **carried, "area": zones.index.to_numpy()[zone]}
    places = _with_people(inside, columns, "buildings_of_area")
    empty = ~np.isin(np.arange(len(zones)), zone)
    rest = _areas_as_places(zones.loc[empty & (zones["people"] > 0.0).to_numpy()])
    notes = [*notes, *_notes_on(zones, empty, len(homes) - len(inside)), *_notes_on_rest(rest), *_beyond(town, zones)]
    result = gpd.GeoDataFrame(pd.concat([places, rest]), crs=homes.crs).rename_axis("place")
    _warn_of_rest(zones, rest)
    result.attrs = {"listed": as_listed(notes)}
    return result


def _with_people(homes: gpd.GeoDataFrame, columns: Mapping[str, np.ndarray], placed_by: str) -> gpd.GeoDataFrame:
    """Return homes with columns of people before their own."""
    own = {name: homes[name] for name in homes.columns if name != "geometry"}
    return gpd.GeoDataFrame({**columns, **own, "placed_by": placed_by}, geometry=homes.geometry)


def _zone_of(homes: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> np.ndarray:
    """Return the first area that holds a point inside each home, by number; -1 for none."""
    points = shapely.point_on_surface(homes.to_crs(cast("CRS", zones.crs)).geometry.to_numpy())
    home, zone = shapely.STRtree(zones.geometry.to_numpy()).query(points, predicate="intersects")
    found = np.full(len(homes), len(zones))
    np.minimum.at(found, home, zone)
    return np.where(found < len(zones), found, -1)


def _allocate(floor: np.ndarray, zone: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Return the total of each area distributed in proportion to `floor`; the largest home takes the rounding error."""
    counted = np.zeros(len(floor))
    order = np.argsort(zone, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(zone[order])) + 1):
        if len(rows):
            total = float(totals[zone[rows[0]]])
            share = floor[rows] * (total / math.fsum(floor[rows]))
            share[np.argmax(share)] += total - math.fsum(share)
            counted[rows] = share
    return counted


def _areas_as_places(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return areas as places: a point inside each, if it has an outline."""
    kept = [*people_columns(zones), *(["people_base"] if "people_base" in zones.columns else [])]
    points = zones.geometry.representative_point().to_crs("EPSG:4326")
    placed_by = np.where(zones.geometry.isna(), "none", "point_of_area")
    places = zones[kept].assign(area=zones.index, source="areas", placed_by=placed_by)
    index = pd.Index([f"area:{label}" for label in zones.index], dtype="str")
    return gpd.GeoDataFrame(places, geometry=points).set_axis(index)


def _notes_on(zones: gpd.GeoDataFrame, empty: np.ndarray, outside: int) -> list[Note]:
    """Return remarks on homes outside all areas, and on areas with homes and no people."""
    nobody = zones.index[~empty & (zones["people"] == 0.0).to_numpy()]
    found = [Note(str(label), "people", "0", _NOBODY) for label in nobody]
    return [*found, Note("", "area", str(outside), _OUTSIDE, used=False)] if outside else found


def _notes_on_rest(rest: gpd.GeoDataFrame) -> list[Note]:
    """Return a remark on each area without homes."""
    return [
        Note(str(area), "people", number_text(people), _NO_OUTLINE if placed == "none" else _NO_HOMES)
        for area, people, placed in zip(rest["area"], rest["people"], rest["placed_by"], strict=True)
    ]


def _warn_of_rest(zones: gpd.GeoDataFrame, rest: gpd.GeoDataFrame) -> None:
    """Warn of people in areas without homes."""
    part, total = rest["people"].sum(), zones["people"].sum()
    if part > NOTABLE * total:
        msg = (
            f"{len(rest)} of {len(zones)} areas, with {part:,.0f} of {total:,.0f} people, have no home in the extract; "
            "their people stand at a point inside each, as list_remarks says"
        )
        warnings.warn(msg, TenminWarning, stacklevel=4)


def _beyond(town: OsmExtract, zones: gpd.GeoDataFrame) -> list[Note]:
    """Return a remark on each area of which more than a twentieth lies beyond the box of the extract."""
    if town.box is None:
        return []
    outlined = zones.loc[zones.geometry.notna()].to_crs("EPSG:4326")
    shapes = outlined.geometry.to_numpy()
    part = 1.0 - shapely.area(shapely.intersection(shapes, shapely.box(*town.box))) / shapely.area(shapes)
    far = part > NOTABLE
    return [
        Note(str(label), "geometry", f"{one:.0%}", _BEYOND)
        for label, one in zip(outlined.index[far], part[far], strict=True)
    ]
