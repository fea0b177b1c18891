"""The outlines that people are counted in: communities, census cells."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.communities import COMMUNITY, LEVELS, check_areas
from tenmin.inputs.population._notes import Note
from tenmin.support.contracts import check_frame, check_groups, numbers_of, population_groups
from tenmin.support.errors import TableError

__all__ = ["OVERLAP", "check_zones", "people_columns", "polygons_of"]

OVERLAP = 0.01
"""Part of the smaller of two outlines that may be common to both, as where borders were drawn twice."""
_POLYGONS = (int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON))
_MAX_SHOWN = 3
_CROSSES_ITSELF = "the outline crosses itself and was repaired"
_OTHER_LEVEL = "the communities count; this row, of another level, is left out"


def people_columns(zones: pd.DataFrame) -> list[str]:
    """Return the columns of people: all of them, and the groups."""
    return [name for name in ("people", *population_groups(zones)) if name in zones.columns]


def check_zones(zones: object, what: str, *, counted: bool) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Return areas with sound outlines that do not overlap, and remarks on what was repaired or left out.

    Where a table has areas of several levels, the communities are taken. An area without outline stays.

    Parameters
    ----------
    zones
        Polygons with a unique id.
    what
        Name of the table in messages, "areas" or "cells".
    counted
        Whether each must say how many people live in it; these and their groups come back as floats.

    Raises
    ------
    TableError
        An outline is no polygon or has no ground, two overlap, people are no numbers from 0 up, or a group has more
        people than there are.
    """
    frame = check_frame(zones, what)
    if frame.empty:
        msg = f"{what} has no rows; give at least one outline"
        raise TableError(msg)
    frame, notes = _one_level(frame)
    frame, repaired = _sound(frame, what)
    _check_overlaps(frame, what)
    if counted:
        if "people" not in frame.columns:
            msg = f"{what} needs the column 'people'; it has {sorted(map(str, frame.columns))}"
            raise TableError(msg)
        frame = frame.assign(**{name: numbers_of(frame, name, what) for name in people_columns(frame)})
        check_groups(frame, what)
    return frame, [*notes, *repaired]


def _one_level(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Return the rows of the lowest level, and remarks on the others."""
    levels = check_areas(frame)["level"]
    lowest = next(level for level in (COMMUNITY, *LEVELS) if (levels == level).any())
    others = frame.index[levels != lowest]
    notes = [Note(str(label), "level", str(levels[label]), _OTHER_LEVEL, used=False) for label in others]
    return frame.loc[levels == lowest], notes


def _sound(frame: gpd.GeoDataFrame, what: str) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Return the frame with valid polygons, and a remark on each that was repaired."""
    shapes = frame.geometry.to_numpy().copy()
    shapes[shapely.is_empty(shapes)] = None
    given = ~shapely.is_missing(shapes)
    _refuse(frame, given & ~np.isin(shapely.get_type_id(shapes), _POLYGONS), what, "are no outlines; give polygons")
    wrong = given & ~shapely.is_valid(shapes)
    shapes[wrong] = [polygons_of(shape) for shape in shapely.make_valid(shapes[wrong])]
    _refuse(frame, given & ~(shapely.area(shapes) > 0.0), what, "have outlines without ground; draw them anew")
    notes = [Note(str(label), "geometry", "", _CROSSES_ITSELF) for label in frame.index[wrong]]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)), notes


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, without points and lines."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 (polygons have two)


def _refuse(frame: gpd.GeoDataFrame, wrong: np.ndarray, what: str, why: str) -> None:
    if wrong.any():
        labels = frame.index[wrong].tolist()
        more = f" and {len(labels) - _MAX_SHOWN} more" if len(labels) > _MAX_SHOWN else ""
        msg = f"{what}: {', '.join(map(repr, labels[:_MAX_SHOWN]))}{more} {why}"
        raise TableError(msg)


def _check_overlaps(frame: gpd.GeoDataFrame, what: str) -> None:
    """Raise a TableError if more than a hundredth of an outline lies in another one."""
    shapes = frame.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    part = common / np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    worst = np.flatnonzero(part > OVERLAP)
    if len(worst):
        at = worst[np.argmax(part[worst])]
        labels = frame.index.tolist()
        msg = (
            f"{what}: {labels[one[at]]!r} and {labels[other[at]]!r} overlap by {part[at]:.0%} of the smaller one "
            f"({len(worst)} pairs do), so that people would count twice; cut one of them, or leave it out"
        )
        raise TableError(msg)
