"""An OpenStreetMap extract as tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from tenmin.inputs.osm._lines import Box
from tenmin.support.language import counted
from tenmin.support.notebook import as_card

__all__ = ["OsmExtract"]


@dataclass(frozen=True, eq=False, repr=False)
class OsmExtract:
    """The streets, points, areas and barriers of one extract, all in EPSG:4326.

    Attributes
    ----------
    path
        The file it was read from.
    ways
        One row per unbroken segment of a way that might be walked: `way` (id), `tags`, `nodes` (ids), `cut_start` and
        `cut_end` (whether the way continues beyond the extract at this end), and the line.
    points
        Tagged nodes, index `n123`: `tags` and the point.
    areas
        Closed ways and multipolygons, index `w123` or `r123`: `tags` and the polygon.
    barriers
        Lines that block walking: `kind`, `name`, `source` (the element they come from).
    coast
        Coastlines in the direction in which they are mapped, the land on their left.
    box
        West, south, east and north of the extract in degrees, if its header states them.
    date
        Date of the data in ISO format: that of the header, else of the newest street.
    refused
        Elements that were cut or left out: `element`, `reason`, `nodes` (number of nodes lost).
    """

    path: str
    ways: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    coast: gpd.GeoSeries
    box: Box | None
    date: str | None
    refused: pd.DataFrame

    def __repr__(self) -> str:
        cut = int((self.ways["cut_start"] | self.ways["cut_end"]).sum())
        return (
            f"<OsmExtract {Path(self.path).name} of {self.date or 'unknown date'}: {counted(len(self.ways), 'way')} "
            f"({cut:,} cut at the edge), {counted(len(self.points), 'point')}, {counted(len(self.areas), 'area')}, "
            f"{counted(len(self.barriers), 'barrier')}, {len(self.refused):,} refused or cut>"
        )

    def _repr_html_(self) -> str:
        counts = {name: f"{len(getattr(self, name)):,}" for name in ("ways", "points", "areas", "barriers", "refused")}
        box = "not stated" if self.box is None else ", ".join(f"{one:.4f}" for one in self.box)
        facts = {"date of the data": self.date or "unknown", "west, south, east, north": box, **counts}
        reasons = self.refused["reason"].value_counts().rename_axis("left out or cut").reset_index(name="elements")
        return as_card(f"OsmExtract {Path(self.path).name}", facts, reasons if len(reasons) else None)
