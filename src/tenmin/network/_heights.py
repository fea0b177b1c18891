"""Slope factors of street lines from elevation models."""

from __future__ import annotations

import os
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from tenmin.network._rasters import ElevationModel, open_elevation
from tenmin.routing import components, link_nodes
from tenmin.support.errors import InputError

__all__ = ["add_slopes", "tobler"]

_CURVE, _DESCENT = 3.5, 0.05
_COLUMNS = ("slope_factor", "slope_factor_back", "steepest")
_OWN_PACE = ("steps", "elevator")
_SHORTEST = 1e-3
_EXACT = 1e-26
_NOWHERE = ["outside", "no data"]
_REASONS = {
    "outside": "no height, outside the files of heights: taken as level",
    "no data": "no height, the file has none there: taken as level",
    "floating": "no height, above or below ground and not tied to it: taken as level",
}


def tobler(slope: np.ndarray) -> np.ndarray:
    """Return the slope factor: time on a slope (rise over run, downhill negative) relative to level ground.

    Tobler's hiker (1993, Three Presentations on Geographical Analysis and Modeling, NCGIA TR 93-1) walks
    6 exp(-3.5 |S + 0.05|) km/h; the factor is relative to his 5.04 km/h on the level.

    >>> import numpy as np
    >>> tobler(np.array([0.0, 0.1, -0.05])).round(3)
    array([1.   , 1.419, 0.839])
    """
    return np.exp(_CURVE * (np.abs(slope + _DESCENT) - _DESCENT))


def add_slopes(
    lines: gpd.GeoDataFrame, paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return street lines with slope factors, and a table of those without a height.

    Heights are sampled along each line at most one cell apart, by bilinear interpolation. Cells smaller than 5 m are
    first averaged to about 5 m, since kerbs and noise would appear as slopes. Lines off the ground (with a `level`)
    are straight between the heights at which they meet the ground. Stairs and lifts count as level: they have speeds of
    their own.

    Parameters
    ----------
    lines
        LineStrings in a metric CRS with u and v (labels of nodes), `kind`, and `level` where that is known.
    paths
        GeoTIFF files with one band in metres, or SRTM files (.hgt) under their original names; where they overlap,
        the first with a height counts. They should be terrain models, without roofs and trees.

    Returns
    -------
    GeoDataFrame
        The lines with `slope_factor` (u to v) and `slope_factor_back` (v to u), see `tobler`, and `steepest`, the
        largest slope in either direction. A line without a height has 1, 1 and NaN.
    DataFrame
        Lines without a height: element, reason, count.

    Raises
    ------
    FileError
        If a file cannot be used; the message says why, and what to do.
    InputError
        If no file is given, none covers the streets, or rasterio is missing.
    """
    elevation = open_elevation(paths, _metric(lines), _middle(lines))
    geometry = lines.geometry.to_numpy()
    level = lines["level"].notna().to_numpy() if "level" in lines.columns else np.zeros(len(lines), bool)
    kind = lines["kind"].isin(_OWN_PACE).to_numpy() if "kind" in lines.columns else np.zeros(len(lines), bool)
    figures, reason = np.tile([1.0, 1.0, 0.0], (len(lines), 1)), np.full(len(lines), "", dtype=object)
    ground, off = np.flatnonzero(~level & ~kind), np.flatnonzero(level & ~kind)
    if len(ground):
        figures[ground], reason[ground] = _slopes_on_ground(geometry[ground], elevation)
    if len(off):
        figures[off], reason[off] = _slopes_off_ground(lines, ~level, off, elevation)
    figures[reason != ""] = 1.0, 1.0, np.nan
    _refuse_elsewhere(reason[~kind], paths)
    notes = [("edges", text, int((reason == key).sum())) for key, text in _REASONS.items()]
    left_out = pd.DataFrame([note for note in notes if note[2]], columns=["element", "reason", "count"])
    return lines.assign(**dict(zip(_COLUMNS, figures.T, strict=True))), left_out


def _metric(lines: gpd.GeoDataFrame) -> CRS:
    if lines.empty or lines.crs is None or not lines.crs.is_projected:
        msg = (
            f"{len(lines)} streets in the CRS {lines.crs and lines.crs.name!r} cannot be laid over heights; give at "
            "least one, in a CRS in metres"
        )
        raise InputError(msg)
    return lines.crs


def _middle(lines: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, east, north = lines.total_bounds
    return (west + east) / 2.0, (south + north) / 2.0


def _slopes(rise: np.ndarray, run: np.ndarray, row: np.ndarray, count: int) -> np.ndarray:
    """slope_factor, slope_factor_back and steepest of lines from their segments; an unknown rise counts as 0."""
    slope = np.nan_to_num(rise / run)
    length = np.bincount(row, run, count)
    steepest = np.zeros(count)
    np.maximum.at(steepest, row, np.abs(slope))
    time = [np.bincount(row, run * tobler(way), count) for way in (slope, -slope)]
    there, back = (np.divide(one, length, out=np.ones(count), where=length > 0.0) for one in time)
    return np.stack([there, back, steepest], axis=1)


def _missing(heights: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Why points have no height; "" for those that have one."""
    return np.where(~np.isnan(heights), "", np.where(covered, "no data", "outside")).astype(object)


def _slopes_on_ground(geometry: np.ndarray, elevation: ElevationModel) -> tuple[np.ndarray, np.ndarray]:
    """Slope columns of lines on the ground, and why they have none."""
    xy, row = shapely.get_coordinates(shapely.segmentize(geometry, elevation.cell), return_index=True)
    heights, covered = elevation.at(xy)
    run = np.hypot(*np.diff(xy, axis=0).T)
    pieces = np.flatnonzero((row[1:] == row[:-1]) & (run > 0.0))
    figures = _slopes(np.diff(heights)[pieces], run[pieces], row[pieces], len(geometry))
    reason = np.full(len(geometry), "", dtype=object)
    why = _missing(heights, covered)
    for key in ("no data", "outside"):
        reason[row[why == key]] = key
    return figures, reason


def _slopes_off_ground(
    lines: gpd.GeoDataFrame, grounded: np.ndarray, off: np.ndarray, elevation: ElevationModel
) -> tuple[np.ndarray, np.ndarray]:
    """Slope columns of lines off the ground, which are straight between the nodes shared with lines on it."""
    codes, labels = pd.factorize(pd.concat([lines["u"], lines["v"]]))
    u, v = np.split(codes, 2)
    ends = [shapely.get_coordinates(shapely.get_point(lines.geometry.to_numpy(), end)) for end in (0, -1)]
    xy = np.zeros((len(labels), 2))
    xy[codes] = np.concatenate(ends)
    tied, touched = np.zeros(len(labels), bool), np.zeros(len(labels), bool)
    tied[np.concatenate([u[grounded], v[grounded]])] = True
    touched[np.concatenate([u[off], v[off]])] = True
    known = np.flatnonzero(tied & touched)
    heights, why = np.full(len(labels), np.nan), np.full(len(labels), "floating", dtype=object)
    heights[known], covered = elevation.at(xy[known])
    why[known] = _missing(heights[known], covered)
    run = np.maximum(lines.geometry.length.to_numpy()[off], _SHORTEST)
    u, v = u[off], v[off]
    whole = ~np.isin(why[u], _NOWHERE) & ~np.isin(why[v], _NOWHERE)
    heights = _interpolate(heights, u[whole], v[whole], run[whole])
    why[~np.isnan(heights)] = ""
    reason = np.where(why[u] == "", why[v], why[u])
    return _slopes(heights[v] - heights[u], run, np.arange(len(off)), len(off)), reason


def _interpolate(heights: np.ndarray, u: np.ndarray, v: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Heights of nodes (float64, metres), with missing ones interpolated between the known ones (harmonic).

    Each missing height is the mean of its neighbours weighted by inverse distance, which is linear along a chain, found
    by conjugate gradients. Nodes that are not connected to a known height stay NaN.
    """
    count = len(heights)
    group = components(link_nodes(u, v, length, count))
    held = np.bincount(group, ~np.isnan(heights)) > 0
    free = np.isnan(heights) & held[group]
    weight = 1.0 / length
    total = np.bincount(u, weight, count) + np.bincount(v, weight, count)
    scale = np.where(free, 1.0 / np.where(total > 0.0, total, 1.0), 0.0)

    def pull(at: np.ndarray) -> np.ndarray:
        flow = weight * (at[u] - at[v])
        return np.bincount(u, flow, count) - np.bincount(v, flow, count)

    spanned = np.where(free, np.nanmean(heights) if free.any() else 0.0, heights)
    left = -pull(np.nan_to_num(spanned)) * free
    step = left * scale
    size = first = left @ step
    for _ in range(10 * int(free.sum())):
        if size <= _EXACT * first:
            break
        drag = pull(step) * free
        factor = size / (step @ drag)
        spanned, left = spanned + factor * step, left - factor * drag
        size, before = left @ (left * scale), size
        step = left * scale + size / before * step
    return spanned


def _refuse_elsewhere(reason: np.ndarray, paths: object) -> None:
    if len(reason) and (reason == "outside").all():
        msg = (
            f"{paths}: no street lies wholly within these heights; are they of this town, and is the CRS of both the "
            "right one?"
        )
        raise InputError(msg)
