"""Read an OpenStreetMap extract, completely or only what a walking network needs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import osmium.io
import pandas as pd
import shapely

from tenmin.inputs.osm._barriers import load_barriers
from tenmin.inputs.osm._extract import OsmExtract
from tenmin.inputs.osm._lines import (
    MAX_LON_LAT,
    Box,
    RawWays,
    Segments,
    element_labels,
    newest_date,
    object_series,
    original_ids,
    split_ways,
)
from tenmin.inputs.osm._memory import gc_paused
from tenmin.inputs.osm._multipolygons import AREA_KEYS, RELATION_KEYS, is_area, polygons_from_ways, read_multipolygons
from tenmin.inputs.osm._opening import (
    Header,
    check_has_ways,
    needs_reordering,
    open_osm,
    read_header,
    reordered_copy,
    translate_errors,
)
from tenmin.inputs.osm._opl_text import read_ways
from tenmin.inputs.osm._points import read_points
from tenmin.support.errors import FileError, InputError
from tenmin.support.nouns import check_noun

__all__ = ["STREETS", "STREET_POINT_KEYS", "as_extract", "is_street", "read_osm", "read_streets"]

#: Ways that might be walked: keys, with any value (None) or one of a set.
STREETS: Mapping[str, frozenset[str] | None] = {
    "highway": None,
    "railway": frozenset({"platform"}),
    "public_transport": frozenset({"platform"}),
    "man_made": frozenset({"pier"}),
    "route": frozenset({"ferry"}),
}
#: Keys of nodes that affect walking along a street.
STREET_POINT_KEYS = (
    "access",
    "access:conditional",
    "barrier",
    "crossing",
    "door",
    "entrance",
    "foot",
    "foot:conditional",
    "highway",
    "kerb",
    "public_transport",
    "railway",
)


def read_osm(path: str | os.PathLike[str], *, box: Box | None = None) -> OsmExtract:
    """Return the streets, points, areas and barriers of an OpenStreetMap extract.

    A clipped extract is fine: a way with missing nodes is cut at the gap and never joined across it. What was cut or
    left out is listed in `refused`.

    Parameters
    ----------
    path
        A `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file.
    box
        West, south, east and north in degrees. Only data inside is read, and streets are cut at its edge; use it to
        read one town out of a large region.

    Raises
    ------
    FileError
        The file is missing, empty, truncated, a web page, a map tile or XML with a document type declaration, or it
        has no ways, or none with nodes in the file (or in the box).
    InputError
        The box is invalid.

    Examples
    --------
    >>> from tenmin.inputs.samples import sample_path
    >>> town = read_osm(sample_path("helsinki"))
    >>> town
    <OsmExtract helsinki.osm.pbf of 2019-04-17: 2,641 ways (127 cut at the edge), 8,106 points, 969 areas, ...>
    """
    return _read(path, box, everything=True)


def read_streets(path: str | os.PathLike[str], *, box: Box | None = None) -> OsmExtract:
    """Return only what a walking network needs: ways, barriers and the points on streets.

    Like `read_osm` but faster, without points of shops and services, and without areas other than multipolygons that
    are walked across.

    Parameters
    ----------
    path, box
        As in `read_osm`.

    Raises
    ------
    FileError, InputError
        As in `read_osm`.

    Examples
    --------
    >>> from tenmin.inputs.samples import sample_path
    >>> len(read_streets(sample_path("helsinki")).areas)
    23
    """
    return _read(path, box, everything=False)


def as_extract(extract: OsmExtract | str | os.PathLike[str]) -> OsmExtract:
    """Return the extract itself, or the one in the file of this path.

    Raises
    ------
    TableError
        It is neither an extract nor a path.
    FileError
        As in `read_osm`.
    """
    return read_osm(extract) if isinstance(extract, str | os.PathLike) else check_noun(extract, OsmExtract, "extract")


def is_street(tags: Mapping[str, str]) -> bool:
    """Return whether a way with these tags might be walked.

    >>> is_street({"highway": "steps"}), is_street({"railway": "rail"})
    (True, False)
    """
    return any(key in tags and (values is None or tags[key] in values) for key, values in STREETS.items())


@gc_paused()
def _read(path: str | os.PathLike[str], box: Box | None, *, everything: bool) -> OsmExtract:
    if box is not None:
        _check_box(box)
    with translate_errors(path):
        file = open_osm(path)
        raw = _ways(file, box, everything=everything)
        header = read_header(file)
        if not len(raw.ids):
            check_has_ways(file, path)
            _raise_empty_box(path, box, header)
        if not needs_reordering(file, raw):
            return _build_extract(os.fspath(path), file, raw, (header, box), everything=everything)
        with reordered_copy(file) as reordered:
            return _build_extract(
                os.fspath(path),
                reordered,
                _ways(reordered, box, everything=everything),
                (header, box),
                everything=everything,
            )


def _check_box(box: Box) -> None:
    west, south, east, north = box
    (farthest, highest) = MAX_LON_LAT
    if not (-farthest <= west < east <= farthest and -highest <= south < north <= highest):
        msg = f"box is {box!r}; give west, south, east and north in degrees, e.g. (24.93, 60.16, 24.95, 60.18)"
        raise InputError(msg)


def _raise_empty_box(path: str | os.PathLike[str], box: Box | None, header: Header) -> None:
    if box is not None:
        extent = "does not state its extent" if header[0] is None else f"covers {header[0]}"
        msg = f"{path} has no street in the box {box}; the file {extent} (west, south, east, north)"
        raise FileError(msg)


def _ways(file: osmium.io.File, box: Box | None, *, everything: bool) -> RawWays:
    keys = load_barriers().keys | set(STREETS) | (set(AREA_KEYS) if everything else set())
    return read_ways(file, keys, lambda tags: _is_line(tags) or (everything and is_area(tags)), box=box)


def _is_line(tags: Mapping[str, str]) -> bool:
    return is_street(tags) or load_barriers().kind(tags) is not None


def _build_extract(
    path: str, file: osmium.io.File, raw: RawWays, about: tuple[Header, Box | None], *, everything: bool
) -> OsmExtract:
    (extent, day), box = about
    lines = raw.select(np.array(raw.map_tags(_is_line), bool))
    segments = split_ways(lines)
    if len(lines.ids) and not len(segments.row):
        msg = f"{path}: none of its {len(lines.ids):,} ways has its nodes in the file; export ways with their nodes"
        raise FileError(msg)
    relations, open_relations = read_multipolygons(
        file, RELATION_KEYS if everything else load_barriers().keys | {"highway"}
    )
    if box is not None:
        relations = relations[shapely.intersects(relations.geometry.to_numpy(), shapely.box(*box))]
    plazas = relations[np.array([is_street(tags) for tags in relations["tags"]], bool)]
    areas, open_ways = polygons_from_ways(raw.select(np.array(raw.map_tags(is_area), bool) & everything))
    return OsmExtract(
        path=path,
        ways=_street_frame(lines, segments),
        points=read_points(file, None if everything else STREET_POINT_KEYS, box=box),
        areas=_concat(areas, relations if everything else plazas),
        barriers=_concat(_barrier_lines(lines, segments), _barrier_outlines(relations)),
        coast=_coast(lines, segments),
        box=_intersection(extent, box),
        date=day or newest_date(file, STREETS),
        refused=pd.concat([_refused_ways(lines, segments), open_ways, open_relations], ignore_index=True),
    )


def _intersection(extent: Box | None, box: Box | None) -> Box | None:
    """Return the part of the file's extent inside the requested box; either may be None."""
    if extent is None or box is None:
        return extent or box
    return (max(extent[0], box[0]), max(extent[1], box[1]), min(extent[2], box[2]), min(extent[3], box[3]))


def _street_frame(lines: RawWays, segments: Segments) -> gpd.GeoDataFrame:
    take = np.flatnonzero(np.array(lines.map_tags(is_street), bool)[segments.row])
    rows = segments.row[take]
    columns = {
        "way": original_ids(lines.ids[rows]),
        "tags": object_series([lines.tags[row] for row in rows]),
        "nodes": object_series([segments.nodes[segment] for segment in take]),
        "cut_start": segments.cut_start[take],
        "cut_end": segments.cut_end[take],
    }
    return gpd.GeoDataFrame(columns, geometry=segments.lines[take], crs="EPSG:4326")


def _barrier_lines(lines: RawWays, segments: Segments) -> gpd.GeoDataFrame:
    kinds = lines.map_tags(load_barriers().kind)
    take = np.flatnonzero(np.array([kind is not None for kind in kinds], bool)[segments.row])
    rows = segments.row[take]
    names = [lines.tags[row].get("name") for row in rows]
    return _barrier_frame(
        [kinds[row] for row in rows], names, element_labels(["w"] * len(rows), lines.ids[rows]), segments.lines[take]
    )


def _coast(lines: RawWays, segments: Segments) -> gpd.GeoSeries:
    mapped = np.array(lines.map_tags(lambda tags: tags.get("natural") == "coastline"), bool)
    return gpd.GeoSeries(segments.lines[mapped[segments.row]], crs="EPSG:4326")


def _barrier_outlines(relations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kinds = [load_barriers().kind(tags) for tags in relations["tags"]]
    shapes, row = shapely.get_parts(shapely.boundary(relations.geometry.to_numpy()), return_index=True)
    take = np.flatnonzero([kinds[place] is not None for place in row])
    row = row[take]
    names = [tags.get("name") for tags in relations["tags"].iloc[row]]
    return _barrier_frame([kinds[place] for place in row], names, relations.index[row], shapes[take])


def _barrier_frame(
    kinds: Sequence[str | None], names: Sequence[str | None], sources: pd.Index, shapes: np.ndarray
) -> gpd.GeoDataFrame:
    columns = {"kind": pd.array(kinds, dtype="str"), "name": object_series(names), "source": sources.to_numpy()}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def _concat(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of both frames, keeping labels if they are text."""
    filled = [frame for frame in (first, second) if len(frame)]
    if not filled:
        return first
    numbered = isinstance(first.index, pd.RangeIndex)
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=numbered))


def _refused_ways(raw: RawWays, segments: Segments) -> pd.DataFrame:
    affected = np.flatnonzero((segments.lost > 0) | (segments.kept == 0))
    return pd.DataFrame(
        {
            "element": element_labels(["w"] * len(affected), raw.ids[affected]).astype(object),
            "reason": object_series([_refusal_reason(segments.kept[row], segments.lost[row]) for row in affected]),
            "nodes": segments.lost[affected],
        }
    )


def _refusal_reason(kept: int, lost: int) -> str:
    if lost == 0:
        return "left out: it has fewer than two different nodes"
    if kept == 0:
        return "left out: no two neighbouring nodes of it are in the extract"
    return f"cut where nodes are missing from the extract; unbroken pieces kept: {kept}"
