"""The layout of streets: everything about a network that does not depend on who walks."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from tenmin.support.contracts import check_frame, in_metres
from tenmin.support.errors import InputError

__all__ = ["ISLAND_NODES", "OPEN_GROUND", "PRIVATE_POLICIES", "Layout", "as_barriers", "as_boundary", "no_lines"]

ISLAND_NODES = 50
OPEN_GROUND = "open_ground"
"""The rule of the edges that cross a plaza: they are walked, and are no metres of street."""
PRIVATE_POLICIES = ("residents", "closed", "open")


def no_lines(columns: tuple[str, ...], crs: CRS | None = None) -> gpd.GeoDataFrame:
    """Return a frame of no rows with these columns and a geometry."""
    empty = {name: pd.Series(dtype=object) for name in columns}
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs))


def _nothing_left_out() -> pd.DataFrame:
    return pd.DataFrame(columns=["element", "reason", "count"])


def _no_ways() -> pd.DataFrame:
    return pd.DataFrame(columns=["rule", "verdict", "kind", "reason_zh", "reason_en"])


_SAID = {
    "en": {
        "walk": "way {way} ({kind}) is walked by the rule {rule!r}: {reason_en}",
        "private": "way {way} ({kind}) is private by the rule {rule!r}: {reason_en}",
        "refuse": "way {way} ({kind}) is refused by the rule {rule!r}: {reason_en}",
    },
    "zh": {
        "walk": "道路 {way}({kind})按规则 {rule!r} 可步行:{reason_zh}",
        "private": "道路 {way}({kind})按规则 {rule!r} 为内部道路:{reason_zh}",
        "refuse": "道路 {way}({kind})按规则 {rule!r} 不可步行:{reason_zh}",
    },
}


@dataclass(frozen=True)
class Layout:
    """Street lines with labelled ends, and what stands on and beside them, in one metric CRS.

    Attributes
    ----------
    lines
        LineStrings with u and v (labels of nodes), way, kind, rule, name, oneway (u to v only) and private; those of
        OpenStreetMap also have level, surface, crossing, crossing_share, kerb and wheelchair; lines with heights
        have slope_factor, slope_factor_back and steepest; lines with times of their own have seconds and
        seconds_back; simplified lines have inner_nodes (how many nodes were lost inside them).
    barriers
        Lines that no leg may cross: kind, name, source.
    gates
        Points on the streets, index the label of the node: kind, state (open, private or closed), name and
        opening_hours.
    entrances
        Points at which polygons are entered: kind, index the label of the element.
    ways
        What the rules said of every way, index the way's id: rule, verdict, kind, reason_zh and reason_en.
    cut
        Labels of the nodes at which the data ends.
    boundary
        Where the data is known to be complete.
    left_out
        What was refused or dropped: element, reason, count.
    private
        Who may use private ways: "residents" (people leave and arrive by them, nobody passes through), "closed"
        (nobody) or "open" (everybody).
    island
        Components of fewer nodes than this are joined only where there is no other.
    """

    lines: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame = field(default_factory=lambda: no_lines(("kind", "name", "source")))
    gates: gpd.GeoDataFrame = field(default_factory=lambda: no_lines(("kind", "state", "name", "opening_hours")))
    entrances: gpd.GeoDataFrame = field(default_factory=lambda: no_lines(("kind",)))
    ways: pd.DataFrame = field(default_factory=_no_ways)
    cut: frozenset[Hashable] = frozenset()
    boundary: BaseGeometry | None = None
    source: str = ""
    date: str | None = None
    left_out: pd.DataFrame = field(default_factory=_nothing_left_out)
    private: str = "residents"
    island: int = ISLAND_NODES

    def why(self, way: int, lang: str) -> str:
        """Return what the walk rules said of a way, and why (see `WalkNetwork.why`)."""
        if lang not in _SAID:
            msg = f"lang must be 'zh' or 'en', but is {lang!r}"
            raise InputError(msg)
        if way not in self.ways.index:
            msg = f"{self.source} has no way {way!r} among its {len(self.ways):,} streets; give the id of a way of it"
            raise InputError(msg)
        row = self.ways.loc[way]
        return _SAID[lang][str(row["verdict"])].format(way=way, **row)


def as_boundary(boundary: object, crs: CRS | None, given: CRS | str | None) -> BaseGeometry | None:
    """Return a boundary as one geometry in the network's CRS."""
    if boundary is None:
        return None
    if isinstance(boundary, BaseGeometry):
        boundary = gpd.GeoDataFrame(geometry=[boundary], crs=given)
    return in_metres(check_frame(boundary, "boundary", unique=False), crs).geometry.union_all()


def as_barriers(barriers: gpd.GeoDataFrame | None, crs: CRS | None) -> gpd.GeoDataFrame:
    """Return barriers as lines in the network's CRS with kind, name and source; outlines of polygons are lines."""
    columns = ("kind", "name", "source")
    if barriers is None:
        return no_lines(columns, crs)
    frame = in_metres(check_frame(barriers, "barriers", unique=False), crs)
    area = np.isin(shapely.get_type_id(frame.geometry.to_numpy()), [3, 6])
    lines = np.where(area, shapely.boundary(frame.geometry.to_numpy()), frame.geometry.to_numpy())
    return frame.assign(**{name: None for name in columns if name not in frame.columns}).set_geometry(
        gpd.GeoSeries(lines, index=frame.index, crs=crs)
    )
