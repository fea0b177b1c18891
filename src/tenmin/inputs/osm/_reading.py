"""Reads an OpenStreetMap extract: whole, or only what streets need."""

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
    FARTHEST,
    Box,
    Pieces,
    RawWays,
    cut_into_pieces,
    labels,
    newest_day,
    objects,
    original_ids,
)
from tenmin.inputs.osm._memory import uncollected
from tenmin.inputs.osm._multipolygons import AREA_KEYS, RELATION_KEYS, close_ways, is_area, read_multipolygons
from tenmin.inputs.osm._opening import Header, check_not_cut, explained, in_order, needs_order, open_osm, read_header
from tenmin.inputs.osm._opl_text import read_ways
from tenmin.inputs.osm._points import read_points
from tenmin.support.errors import FileError, InputError

__all__ = ["STREETS", "STREET_POINT_KEYS", "is_street", "read_osm", "read_streets"]

#: Ways that people might walk on: these keys, with any value (None) or with one of these.
STREETS: Mapping[str, frozenset[str] | None] = {
    "highway": None,
    "railway": frozenset({"platform"}),
    "public_transport": frozenset({"platform"}),
    "man_made": frozenset({"pier"}),
    "route": frozenset({"ferry"}),
}
#: Nodes that change how a street is walked.
STREET_POINT_KEYS = (
    "barrier",
    "crossing",
    "door",
    "entrance",
    "highway",
    "kerb",
    "public_transport",
    "railway",
)


def read_osm(path: str | os.PathLike[str], *, box: Box | None = None) -> OsmExtract:
    """Return the streets, points, areas and barriers of an OpenStreetMap extract.

    Reads `.osm.pbf`, `.osm`, `.osm.gz` and `.osm.bz2`. A clipped extract is fine: a way whose nodes are missing is
    cut at the gap and never joined across it, and what was cut or left out is listed in `refused`.

    Parameters
    ----------
    path
        The file.
    box
        West, south, east and north in degrees: only what lies inside is read, and streets are cut at its edge. The
        way to read one town out of a large region: memory holds what is inside.

    Raises
    ------
    FileError
        The file is missing, empty, cut short, a web page, a map tile, XML with a document type declaration,
        or holds no ways, or none whose nodes are in the file (or in the box).
    InputError
        The box is none.

    Examples
    --------
    >>> from tenmin.inputs.samples import sample_path
    >>> town = read_osm(sample_path("helsinki"))
    >>> town
    <OsmExtract helsinki.osm.pbf of 2019-04-17: 2,641 ways (127 cut at the edge), 8,106 points, 969 areas, ...>
    """
    return _read(path, box, whole=True)


def read_streets(path: str | os.PathLike[str], *, box: Box | None = None) -> OsmExtract:
    """Return only what a walking network needs: ways, barriers, and the points that stand on streets.

    It is `read_osm` without areas (but for multipolygons that are walked across) and without the points of shops and
    services, in a fraction of the time.

    >>> from tenmin.inputs.samples import sample_path
    >>> len(read_streets(sample_path("helsinki")).areas)
    23
    """
    return _read(path, box, whole=False)


def is_street(tags: Mapping[str, str]) -> bool:
    """Return whether a way with these tags is one that people might walk on.

    >>> is_street({"highway": "steps"}), is_street({"railway": "rail"})
    (True, False)
    """
    return any(key in tags and (values is None or tags[key] in values) for key, values in STREETS.items())


@uncollected()
def _read(path: str | os.PathLike[str], box: Box | None, *, whole: bool) -> OsmExtract:
    if box is not None:
        _check_box(box)
    with explained(path):
        file = open_osm(path)
        raw = _ways(file, box, whole=whole)
        header = read_header(file)
        if not len(raw.ids):
            check_not_cut(file, path)
            _refuse_empty_box(path, box, header)
        if not needs_order(file, raw):
            return _extract(os.fspath(path), file, raw, (header, box), whole=whole)
        with in_order(file) as ordered:
            return _extract(os.fspath(path), ordered, _ways(ordered, box, whole=whole), (header, box), whole=whole)


def _check_box(box: Box) -> None:
    west, south, east, north = box
    (farthest, highest) = FARTHEST
    if not (-farthest <= west < east <= farthest and -highest <= south < north <= highest):
        msg = f"box is {box!r}; give west, south, east and north in degrees, e.g. (24.93, 60.16, 24.95, 60.18)"
        raise InputError(msg)


def _refuse_empty_box(path: str | os.PathLike[str], box: Box | None, header: Header) -> None:
    if box is not None:
        extent = "does not state its extent" if header[0] is None else f"covers {header[0]}"
        msg = f"{path} has no street in the box {box}; the file {extent} (west, south, east, north)"
        raise FileError(msg)


def _ways(file: osmium.io.File, box: Box | None, *, whole: bool) -> RawWays:
    keys = load_barriers().keys | set(STREETS) | (set(AREA_KEYS) if whole else set())
    return read_ways(file, keys, lambda tags: _is_line(tags) or (whole and is_area(tags)), box=box)


def _is_line(tags: Mapping[str, str]) -> bool:
    return is_street(tags) or load_barriers().kind(tags) is not None


def _extract(
    path: str, file: osmium.io.File, raw: RawWays, about: tuple[Header, Box | None], *, whole: bool
) -> OsmExtract:
    (extent, day), box = about
    lines = raw.take(np.array(raw.by_tags(_is_line), bool))
    pieces = cut_into_pieces(lines)
    if len(lines.ids) and not len(pieces.row):
        msg = f"{path}: none of its {len(lines.ids):,} ways has its nodes in the file; export ways with their nodes"
        raise FileError(msg)
    relations, open_relations = read_multipolygons(file, RELATION_KEYS if whole else load_barriers().keys | {"highway"})
    if box is not None:
        relations = relations[shapely.intersects(relations.geometry.to_numpy(), shapely.box(*box))]
    plazas = relations[np.array([is_street(tags) for tags in relations["tags"]], bool)]
    areas, open_ways = close_ways(raw.take(np.array(raw.by_tags(is_area), bool) & whole))
    return OsmExtract(
        path=path,
        ways=_street_pieces(lines, pieces),
        points=read_points(file, None if whole else STREET_POINT_KEYS, box=box),
        areas=_joined(areas, relations if whole else plazas),
        barriers=_joined(_lines(lines, pieces), _outlines(relations)),
        box=_common(extent, box),
        date=day or newest_day(file, STREETS),
        refused=pd.concat([_cut_ways(lines, pieces), open_ways, open_relations], ignore_index=True),
    )


def _common(extent: Box | None, box: Box | None) -> Box | None:
    """The part of a file's extent that was asked for."""
    if extent is None or box is None:
        return extent or box
    return (max(extent[0], box[0]), max(extent[1], box[1]), min(extent[2], box[2]), min(extent[3], box[3]))


def _street_pieces(lines: RawWays, pieces: Pieces) -> gpd.GeoDataFrame:
    take = np.flatnonzero(np.array(lines.by_tags(is_street), bool)[pieces.row])
    rows = pieces.row[take]
    columns = {
        "way": original_ids(lines.ids[rows]),
        "tags": objects([lines.tags[row] for row in rows]),
        "nodes": objects([pieces.nodes[piece] for piece in take]),
        "cut_start": pieces.cut_start[take],
        "cut_end": pieces.cut_end[take],
    }
    return gpd.GeoDataFrame(columns, geometry=pieces.lines[take], crs="EPSG:4326")


def _lines(lines: RawWays, pieces: Pieces) -> gpd.GeoDataFrame:
    kinds = lines.by_tags(load_barriers().kind)
    take = np.flatnonzero(np.array([kind is not None for kind in kinds], bool)[pieces.row])
    rows = pieces.row[take]
    names = [lines.tags[row].get("name") for row in rows]
    return _barriers(
        [kinds[row] for row in rows], names, labels(["w"] * len(rows), lines.ids[rows]), pieces.lines[take]
    )


def _outlines(relations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    kinds = [load_barriers().kind(tags) for tags in relations["tags"]]
    shapes, row = shapely.get_parts(shapely.boundary(relations.geometry.to_numpy()), return_index=True)
    take = np.flatnonzero([kinds[place] is not None for place in row])
    row = row[take]
    names = [tags.get("name") for tags in relations["tags"].iloc[row]]
    return _barriers([kinds[place] for place in row], names, relations.index[row], shapes[take])


def _barriers(
    kinds: Sequence[str | None], names: Sequence[str | None], sources: pd.Index, shapes: np.ndarray
) -> gpd.GeoDataFrame:
    columns = {"kind": pd.array(kinds, dtype="str"), "name": objects(names), "source": sources.to_numpy()}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def _joined(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return both frames one under the other, with their labels kept if they are text."""
    filled = [frame for frame in (first, second) if len(frame)]
    if not filled:
        return first
    numbered = isinstance(first.index, pd.RangeIndex)
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=numbered))


def _cut_ways(raw: RawWays, pieces: Pieces) -> pd.DataFrame:
    hurt = np.flatnonzero((pieces.lost > 0) | (pieces.kept == 0))
    return pd.DataFrame(
        {
            "element": labels(["w"] * len(hurt), raw.ids[hurt]).astype(object),
            "reason": objects([_what_happened(pieces.kept[row], pieces.lost[row]) for row in hurt]),
            "nodes": pieces.lost[hurt],
        }
    )


def _what_happened(kept: int, lost: int) -> str:
    if lost == 0:
        return "left out: it has fewer than two different nodes"
    if kept == 0:
        return "left out: no two neighbouring nodes of it are in the extract"
    return f"cut where nodes are missing from the extract; unbroken pieces kept: {kept}"
