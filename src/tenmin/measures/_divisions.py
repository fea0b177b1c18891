"""Divisions: the groups of places and of communities into which shares are divided."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from tenmin.inputs.communities import Communities, check_areas
from tenmin.support.errors import TableError

__all__ = ["LEVELS_ABOVE", "Divisions", "check_division"]

LEVELS_ABOVE = {"subdistrict": "街道", "district": "区县"}
"""Levels of areas above a community to which the chain of parents leads, by the name of their division."""
_OF_AREAS = ("parent", "kind", *LEVELS_ABOVE)
"""Columns of the areas by which places are divided, even if the places have columns of the same names."""
_OF_SHARES = (
    "category",
    "of",
    "served",
    "unserved",
    "unknown",
    "total",
    "share",
    "share_upper",
    "minutes",
    "metres",
    "base",
)


def check_division(by: object) -> None:
    """Raise an error unless shares can have a column of this name beside their own.

    Raises
    ------
    TableError
        It is no text, or the name of a column of the shares.
    """
    if by is not None and (not isinstance(by, str) or by in _OF_SHARES):
        msg = f"by={by!r} is no column to divide by; name one of the places, unlike those of the shares: {_OF_SHARES}"
        raise TableError(msg)


@dataclass(frozen=True)
class Divisions:
    """Places and communities, and the groups to which they belong."""

    places: gpd.GeoDataFrame
    """With `area`, the id of the community of each, where known."""
    areas: gpd.GeoDataFrame | None
    """The communities."""

    def of_places(self, by: str | None) -> pd.Series:
        """Return the group of each place.

        Parameters
        ----------
        by
            "area", a column of the places or else of the areas, "subdistrict" or "district"; None for one group.

        Raises
        ------
        TableError
            There is no such column, or the places are of no community.
        """
        of_areas = by in _OF_AREAS and self.areas is not None and by in self.areas.columns
        if by in self.places.columns and not of_areas:
            return self.places[by]
        if by is not None and "area" not in self.places.columns:
            msg = (
                f"places has no column 'area' to divide by {by!r}; give it, or pass areas= with polygons. "
                f"places has {sorted(map(str, self.places.columns))}"
            )
            raise TableError(msg)
        return self.of_communities(self.places.get("area", pd.Series("", index=self.places.index)), by)

    def of_communities(self, areas: pd.Series, by: str | None) -> pd.Series:
        """Return the group of each of some communities: itself, its value in a column of the areas, or one above it.

        Parameters
        ----------
        areas
            Ids of communities.
        by
            "area", a column of the areas, "subdistrict" or "district"; None for one group.

        Raises
        ------
        TableError
            There is no such column, and no chain of parents that leads to such a level.
        """
        if by is None:
            return pd.Series("", index=areas.index)
        if by == "area":
            return areas
        if self.areas is not None and by in self.areas.columns:
            return areas.map(self.areas[by])
        if self.areas is not None and by in LEVELS_ABOVE:
            return areas.map(self._above(by))
        msg = f"to divide by {by!r}, pass areas= with the column {by!r}, or places that have it"
        raise TableError(msg)

    def _above(self, by: str) -> pd.Series:
        """The area of a level above each area."""
        found = Communities(check_areas(self.areas)).above(LEVELS_ABOVE[by])
        if found.isna().all():
            msg = (
                f"no chain of parents leads to a {by} ({LEVELS_ABOVE[by]}); give areas with a column {by!r}, or with "
                f"`parent` and rows of the level {LEVELS_ABOVE[by]}"
            )
            raise TableError(msg)
        return found
