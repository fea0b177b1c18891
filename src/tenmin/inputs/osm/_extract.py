"""One OpenStreetMap extract as tables, with what was cut or refused while it was read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from tenmin.inputs.osm._lines import Box

__all__ = ["OsmExtract"]


@dataclass(frozen=True, eq=False, repr=False)
class OsmExtract:
    """The streets, points, areas and barriers of one extract, all in EPSG:4326.

    Attributes
    ----------
    path
        The file it was read from.
    ways
        One row per unbroken piece of a way that people might walk on: `way` (id), `tags`, `nodes` (ids), `cut_start`
        and `cut_end` (the way goes on beyond the extract at this end), and the line.
    points
        Tagged nodes, index `n123`: `tags` and the point.
    areas
        Closed ways and multipolygons, index `w123` or `r123`: `tags` and the polygon.
    barriers
        Lines that stop a walker: `kind`, `name`, `source` (the element they come from).
    box
        West, south, east and north of the extract as its header states them, if it does.
    date
        The day of the data, as an ISO date: that of the header, else of the newest street.
    refused
        What was cut, left out or could not be closed: `element`, `reason`, `nodes` (how many were lost).
    """

    path: str
    ways: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    box: Box | None
    date: str | None
    refused: pd.DataFrame

    def __repr__(self) -> str:
        cut = int((self.ways["cut_start"] | self.ways["cut_end"]).sum())
        return (
            f"<OsmExtract {Path(self.path).name} of {self.date or 'unknown date'}: {len(self.ways):,} ways "
            f"({cut:,} cut at the edge), {len(self.points):,} points, {len(self.areas):,} areas, "
            f"{len(self.barriers):,} barriers, {len(self.refused):,} refused or cut>"
        )
