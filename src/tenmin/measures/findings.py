"""Findings: all results of one study in one record, each measured when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.access.isochrones import draw_isochrones
from tenmin.inputs.standards import Standard
from tenmin.measures.compliance import Compliance, check_standard
from tenmin.measures.coverage import Coverage
from tenmin.measures.gaps import find_gaps
from tenmin.network import WalkNetwork
from tenmin.support.language import counted
from tenmin.support.limits import Limits
from tenmin.support.percent import percent

__all__ = ["Findings"]


@dataclass(frozen=True, eq=False, repr=False)
class Findings:
    """The coverage of one study, and everything that is read off it."""

    title: str
    """What the study is called."""
    coverage: Coverage
    """The walks from places to facilities, compared with limits."""
    circles: tuple[float, ...]
    """Limits of the isochrones, in the unit of the coverage."""
    near: float
    """Metres within which unserved places belong to one gap."""
    standards: tuple[Standard, ...]
    """The standards that communities are checked against."""
    remarks: pd.DataFrame
    """What was left out of the tables or noted: file, row, id, field, value, reason, used."""
    provenance: pd.DataFrame
    """Where each input comes from: input, file, source, date, licence, attribution, sha256."""

    @property
    def network(self) -> WalkNetwork:
        """The streets and the walker."""
        return self.coverage.network

    @property
    def facilities(self) -> gpd.GeoDataFrame:
        """The facilities, including those that are not in use."""
        return self.coverage.facilities

    @property
    def places(self) -> gpd.GeoDataFrame:
        """The places where people live."""
        return self.coverage.places

    @property
    def areas(self) -> gpd.GeoDataFrame | None:
        """The communities, if there is a table of them."""
        return self.coverage.areas

    @cached_property
    def shares(self) -> pd.DataFrame:
        """The people served by category, as from `Coverage.shares`."""
        return self.coverage.shares()

    @cached_property
    def basket(self) -> pd.DataFrame:
        """The people who have all services, as from `Coverage.basket`."""
        return self.coverage.basket()

    @cached_property
    def isochrones(self) -> gpd.GeoDataFrame:
        """The isochrones of each category within `circles`, as from `trace_isochrones`."""
        return self._draw(tuple(self.coverage.limit.index))

    @cached_property
    def gaps(self) -> gpd.GeoDataFrame:
        """The gaps as places that people know, worst first, as from `find_gaps` by place."""
        return find_gaps(self.coverage, near=self.near, by="place")

    @cached_property
    def compliance(self) -> dict[str, Compliance]:
        """The verdicts of each standard by its id, as from `check_standard`; none without communities."""
        areas = self.areas
        if areas is None:
            return {}
        streets = {"network": self.network, "places": self.places}
        return {one.id: check_standard(one, areas, self.facilities, **streets) for one in self.standards}

    def _draw(self, categories: tuple[str, ...]) -> gpd.GeoDataFrame:
        """The isochrones of some categories."""
        limits = Limits(self.coverage.unit, by_category=tuple((one, self.circles) for one in categories))
        return draw_isochrones(self.coverage.query.of_categories(limits), merge="category")

    def __repr__(self) -> str:
        """The title, the people, and the lowest and the median share."""
        shares = self.shares.dropna(subset="share").sort_values(["share", "category"], kind="stable")
        if shares.empty:
            return f"<{type(self).__name__} {self.title!r}: no category has a facility>"
        worst = shares.iloc[0]
        return (
            f"<{type(self).__name__} {self.title!r}: {worst['total']:,.0f} people; served {percent(worst['share'])} "
            f"({worst['category']}) to {percent(shares['share'].max())}, median {percent(np.median(shares['share']))}, "
            f"of {counted(len(shares), 'category', 'categories')}>"
        )
