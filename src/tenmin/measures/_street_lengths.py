"""Street lengths: metres of walkable street within the limits, in all and by community."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.query import Query
from tenmin.measures._shares import buffer_facilities
from tenmin.network import WalkNetwork
from tenmin.routing import AccessPoints, EdgeIntervals, SearchBuffers, cut_lines, reach_streets

__all__ = ["StreetPieces", "cut_streets", "tally_streets"]

Numbers = np.ndarray


class StreetPieces(NamedTuple):
    """Pieces of edges, sorted by edge; those on the border of several communities are there once for each."""

    edge: Numbers
    """int64 (pieces,)"""
    begin: Numbers
    """float64 (pieces,): metres from the start of the edge"""
    end: Numbers
    """float64 (pieces,): likewise, larger"""
    part: Numbers
    """float64 (pieces,): 1, or on a border of n communities 1 / n"""
    area: Numbers
    """object (pieces,): id of the community, or None"""


def cut_streets(network: WalkNetwork, regions: gpd.GeoDataFrame | None) -> StreetPieces:
    """Return the walkable streets, cut where they cross the outlines of regions.

    Parameters
    ----------
    network
        The streets.
    regions
        Polygons with the column `area`; None leaves the streets whole.
    """
    streets, length = np.flatnonzero(network.is_street), network.streets.length
    if regions is None:
        none = np.full(len(streets), None, dtype=object)
        return StreetPieces(streets, np.zeros(len(streets)), length[streets], np.ones(len(streets)), none)
    lines = network.edges.geometry.to_numpy()[streets]
    crossings = _crossings(lines, regions.geometry.to_numpy())
    which = np.concatenate([np.arange(len(lines)), np.arange(len(lines)), crossings[0]])
    at = np.concatenate([np.zeros(len(lines)), np.ones(len(lines)), crossings[1]])
    which, at = np.unique(np.column_stack([which, at]), axis=0).T
    begins = np.flatnonzero(which[1:] == which[:-1])
    row, begin, end = which[begins].astype(np.int64), at[begins], at[begins + 1]
    middle = shapely.line_interpolate_point(lines[row], (begin + end) / 2.0, normalized=True)
    piece, area, part = _communities_at(middle, regions)
    edge = streets[row[piece]]
    return StreetPieces(edge, begin[piece] * length[edge], end[piece] * length[edge], part, area)


def _crossings(lines: Numbers, regions: Numbers) -> tuple[Numbers, Numbers]:
    """Where lines cross the outlines of regions: rows of the lines, and fractions of their length."""
    outlines = shapely.boundary(regions)
    line, outline = shapely.STRtree(outlines).query(lines, predicate="intersects")[[0, 1]]
    points, owner = shapely.get_coordinates(shapely.intersection(lines[line], outlines[outline]), return_index=True)
    rows = line[owner]
    return rows, shapely.line_locate_point(lines[rows], shapely.points(points), normalized=True)


def _communities_at(points: Numbers, regions: gpd.GeoDataFrame) -> tuple[Numbers, Numbers, Numbers]:
    """The rows of points, the community of each, and the part of it that is theirs; several at a border."""
    point, region = shapely.STRtree(regions.geometry.to_numpy()).query(points, predicate="intersects")
    outside = np.setdiff1d(np.arange(len(points)), point)
    areas = regions["area"].to_numpy(dtype=object)
    rows = np.concatenate([point, outside])
    labels = np.concatenate([areas[region], np.full(len(outside), None, dtype=object)])
    order = np.argsort(rows, kind="stable")
    return rows[order], labels[order], 1.0 / np.bincount(rows)[rows[order]]


def tally_streets(query: Query, pieces: StreetPieces, group: pd.Series, *, metric: str, by: str | None) -> pd.DataFrame:
    """Return the metres of street within the limit of each category, by group.

    Unknown is what only walks from an end of the data (not so by straight distance) or from a facility of unknown
    hours reach.

    Parameters
    ----------
    query
        The facilities, the network and the limits.
    pieces
        The streets, from `cut_streets`.
    group
        The group of each piece.
    metric
        "walk" or "straight".
    by
        Name of the column of groups; None leaves it out.

    Returns
    -------
    DataFrame
        category, (by,) of, served, unknown, total.
    """
    codes, names = pd.factorize(group, sort=True, use_na_sentinel=False)
    total = _sum_groups((pieces.end - pieces.begin) * pieces.part, codes, len(names))
    measure = _measure_straight if metric == "straight" else _measure_walks
    tables = []
    for category, served, unknown in measure(query, pieces):
        sums = [_sum_groups(metres, codes, len(names)) for metres in (served, unknown)]
        head = {"category": category, by or "": names, "of": "streets"}
        tables.append(pd.DataFrame({**head, "served": sums[0], "unknown": sums[1], "total": total}))
    columns = ["category", by or "", "of", "served", "unknown", "total"]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    return table if by else table.drop(columns="")


def _sum_groups(metres: Numbers, codes: Numbers, count: int) -> Numbers:
    """The sums of metres by group, exactly rounded, so that they do not depend on the order of the rows."""
    order = np.argsort(codes, kind="stable")
    groups = np.split(metres[order], np.searchsorted(codes[order], np.arange(1, count)))
    return np.array([math.fsum(group) for group in groups[:count]])


def _measure_walks(query: Query, pieces: StreetPieces) -> Iterator[tuple[str, Numbers, Numbers]]:
    """Yield each category, and the metres of each piece within its limit, and only so from elsewhere in doubt."""
    network, buffers, in_doubt = query.network, SearchBuffers.of(query.arcs), query.in_doubt().rows_of
    for category, rows in query.rows_of.items():
        limit = query.cost(query.limit_of(category))
        starts, possible = (query.starts(each)[0] for each in (rows, np.union1d(rows, in_doubt[category])))
        reached = (
            reach_streets(network.streets, query.costs, query.arcs, access_points, limit, buffers=buffers)
            for access_points in (starts, _add_ends_of_data(possible, network))
        )
        served, reachable = (_overlap(one.intervals, pieces) for one in reached)
        yield category, served, np.maximum(reachable - served, 0.0)


def _add_ends_of_data(starts: AccessPoints, network: WalkNetwork) -> AccessPoints:
    """The access points with one more at every node where the data end."""
    nodes, streets = network.ends_of_data, network.streets
    edge = streets.edge[streets.first[nodes]]
    at = np.where(streets.outward[streets.first[nodes]], 0.0, streets.length[edge])
    return AccessPoints(
        starts.first,
        np.concatenate([starts.edge, edge]),
        np.concatenate([starts.offset, at]),
        np.concatenate([starts.leg, np.zeros(len(nodes))]),
    )


def _overlap(reached: EdgeIntervals, pieces: StreetPieces) -> Numbers:
    """The metres of each piece that are reached, in its part."""
    first = np.searchsorted(pieces.edge, reached.edge, side="left")
    count = np.searchsorted(pieces.edge, reached.edge, side="right") - first
    interval = np.repeat(np.arange(len(count)), count)
    piece = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[interval]
    low = np.maximum(reached.begin[interval], pieces.begin[piece])
    high = np.minimum(reached.end[interval], pieces.end[piece])
    metres = np.maximum(high - low, 0.0) * pieces.part[piece]
    return np.bincount(piece, metres, len(pieces.edge))


def _measure_straight(query: Query, pieces: StreetPieces) -> Iterator[tuple[str, Numbers, Numbers]]:
    """Yield each category, and the metres of each piece within the straight distance of its facilities."""
    ends = pieces.begin, pieces.end
    first, xy = cut_lines(query.network.shapes, EdgeIntervals(pieces.edge, *ends, *ends))
    shapes = shapely.linestrings(xy, indices=np.repeat(np.arange(len(first) - 1), np.diff(first)))
    asked = query, query.in_doubt()
    for category in query.rows_of:
        near, in_doubt = (buffer_facilities(one, category) for one in asked)
        buffers = near, shapely.difference(in_doubt, near)
        served, unknown = (shapely.length(shapely.intersection(shapes, one)) * pieces.part for one in buffers)
        yield category, served, unknown
