"""Clauses that are decided by walks, or by straight lines: who of each community is within the limit."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.communities import Communities
from tenmin.inputs.standards import Clause
from tenmin.measures.compliance._counted_facilities import Register, qualified
from tenmin.measures.coverage import measure_coverage
from tenmin.network import WalkNetwork
from tenmin.support.contracts import check_places, in_metres, people_of
from tenmin.support.limits import inclusive

__all__ = ["Ask", "Marks", "Walks", "asks_of", "is_walked"]

WALKED = ("walk_minutes", "walk_metres", "straight_metres", "share_of_people")


class Ask(NamedTuple):
    """How far it is from every home to a subject, by one measure, held against a limit."""

    subject: str
    measure: str
    """walk_minutes, walk_metres or straight_metres"""
    limit: float
    clause: Clause
    """Whose qualifications the facilities must meet."""


class Marks(NamedTuple):
    """Of every home: how far it is (inf: no walk), and whether it is within the limit for sure, or may be."""

    far: np.ndarray
    served: np.ndarray
    maybe: np.ndarray
    """True also where served."""
    placeless: np.ndarray
    """Whether a facility of the home's community has no position, so that it may be near."""
    unlisted: bool
    """Whether there may be facilities that no table lists."""


def is_walked(clause: Clause) -> bool:
    """Whether walks decide a clause, not what a community has."""
    return clause.kind in WALKED or clause.within is not None


def asks_of(clause: Clause) -> list[Ask]:
    """Return what a clause asks of every home: one subject, or several kinds."""
    measure, limit = (clause.within_kind, clause.within) if clause.within else (clause.kind, clause.value)
    subjects = clause.kinds or (clause.subject,)
    return [Ask(subject, str(measure), float(limit or 0.0), clause) for subject in subjects]


@dataclass(frozen=True)
class Walks:
    """The homes of a study and the streets they walk, if there are any."""

    register: Register
    network: WalkNetwork | None
    homes: gpd.GeoDataFrame | None

    @classmethod
    def of(cls, register: Register, network: WalkNetwork | None, places: gpd.GeoDataFrame | None) -> Walks:
        """Check the homes and bring them into metres."""
        if places is None:
            return cls(register, network, None)
        return cls(register, network, in_metres(check_places(places), network.crs if network else None))

    @cached_property
    def homes_in(self) -> Mapping[Hashable, np.ndarray]:
        """The rows of the homes of each community."""
        links = self.home_links
        rows = pd.Series(range(len(self._homes)), index=self._homes.index).loc[links["place"]].to_numpy()
        held = links["area"].notna().to_numpy()
        return pd.Series(rows[held]).groupby(links["area"][held].to_numpy()).agg(np.array).to_dict()

    @cached_property
    def home_links(self) -> pd.DataFrame:
        """The area of each place, and how it was told, as `Communities.house` gives them."""
        return Communities(self.register.areas).house(self._homes, "place")

    @cached_property
    def people(self) -> np.ndarray:
        """The people of every home; each home counts as one where no column says."""
        return people_of(self._homes).to_numpy() if "people" in self._homes.columns else np.ones(len(self._homes))

    @property
    def _homes(self) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(geometry=[], crs="EPSG:4326") if self.homes is None else self.homes

    def can_answer(self, ask: Ask) -> bool:
        """Whether there are homes, and streets if walks are asked for."""
        return self.homes is not None and (ask.measure == "straight_metres" or self.network is not None)

    def mark(self, asks: Iterable[Ask]) -> dict[Ask, Marks]:
        """Answer what can be answered: all walks in minutes in one go, and all in metres."""
        known = [ask for ask in dict.fromkeys(asks) if self.can_answer(ask)]
        marks: dict[Ask, Marks] = {}
        for measure in ("walk_minutes", "walk_metres"):
            marks |= self._walk([ask for ask in known if ask.measure == measure], measure.removeprefix("walk_"))
        return marks | {ask: self._straight(ask) for ask in known if ask.measure == "straight_metres"}

    def _facilities(self, ask: Ask) -> tuple[gpd.GeoDataFrame, np.ndarray, bool]:
        """Those of the subject with a geometry, whether each qualifies for sure, and whether some lie nowhere."""
        rows = self.register.rows_for(ask.subject, ask.clause.tier)
        sure, maybe = qualified(rows, ask.clause)
        placed = isinstance(rows, gpd.GeoDataFrame)
        held = maybe & (rows.geometry.notna() & ~rows.geometry.is_empty if placed else False)
        if not placed or not held.any():
            return gpd.GeoDataFrame(geometry=[], crs=self._homes.crs), np.zeros(0, bool), bool(maybe.any())
        return in_metres(rows[held], self._homes.crs), sure[held].to_numpy(), bool((maybe & ~held).any())

    def _judge(self, ask: Ask, far: np.ndarray, unknown: np.ndarray, far_if: np.ndarray) -> Marks:
        """Marks of the walks to what qualifies for sure, and to what may."""
        bound = inclusive(ask.limit)
        _, _, nowhere = self._facilities(ask)
        served = far <= bound
        unlisted = self.register.may_lack(ask.subject, ask.clause.tier)
        placeless = self._beside_the_placeless(ask) if nowhere else np.zeros(len(far), bool)
        maybe = served | unknown | (far_if <= bound) | unlisted | placeless
        return Marks(far, served, maybe, placeless & ~served, unlisted)

    def _beside_the_placeless(self, ask: Ask) -> np.ndarray:
        """The homes of the communities that a facility without geometry counts for; all, if it names none."""
        rows = self.register.rows_for(ask.subject, ask.clause.tier)
        links = self.register.links[self.register.links["facility"].isin(rows.index)]
        areas = links["area"][~links["facility"].isin(self._facilities(ask)[0].index)]
        near = np.full(len(self._homes), bool(areas.isna().any()))
        for area in areas[areas.isin(self.register.communities)]:
            near[self.homes_in.get(area, [])] = True
        return near

    def _walk(self, asks: Sequence[Ask], unit: str) -> dict[Ask, Marks]:
        if not asks or self.network is None:
            return {}
        tables, limits = [], {}
        for n, ask in enumerate(asks):
            present, sure, _ = self._facilities(ask)
            for name, rows in ((f"{n}", present[sure]), (f"{n}?", present)):
                tables.append(gpd.GeoDataFrame({"category": name}, index=rows.index, geometry=rows.geometry))
                limits |= {name: ask.limit} if len(rows) else {}
        if not limits:
            nothing = np.full(len(self._homes), np.inf)
            return {ask: self._judge(ask, nothing, np.zeros(len(nothing), bool), nothing) for ask in asks}
        facilities = pd.concat(tables)
        facilities.index = pd.RangeIndex(len(facilities))
        coverage = measure_coverage(self.network, self._homes, facilities, **{unit: limits})
        walks = coverage.minutes if unit == "minutes" else coverage.metres
        far = walks.reindex(columns=self._names(asks), fill_value=np.inf)
        maybe = coverage.unknown.reindex(columns=self._names(asks), fill_value=False)
        return {
            ask: self._judge(ask, far[f"{n}"].to_numpy(), maybe[f"{n}"].to_numpy(), far[f"{n}?"].to_numpy())
            for n, ask in enumerate(asks)
        }

    @staticmethod
    def _names(asks: Sequence[Ask]) -> list[str]:
        return [f"{n}{mark}" for n in range(len(asks)) for mark in ("", "?")]

    def _straight(self, ask: Ask) -> Marks:
        present, sure, _ = self._facilities(ask)
        far, far_if = (self._crow_flies(rows) for rows in (present[sure], present))
        return self._judge(ask, far, np.isinf(far) & ~self._located, far_if)

    @cached_property
    def _located(self) -> np.ndarray:
        return (self._homes.geometry.notna() & ~self._homes.geometry.is_empty).to_numpy()

    def _crow_flies(self, facilities: gpd.GeoDataFrame) -> np.ndarray:
        """Metres to the nearest facility in a straight line, inf where there is none."""
        far = np.full(len(self._homes), np.inf)
        if len(facilities):
            tree = shapely.STRtree(facilities.geometry.to_numpy())
            (rows, _), metres = tree.query_nearest(
                self._homes.geometry.to_numpy()[self._located], return_distance=True, all_matches=False
            )
            far[np.flatnonzero(self._located)[rows]] = metres
        return far

    def radius_of(self, ask: Ask) -> float:
        """The metres that a limit is worth on level ground."""
        if ask.measure != "walk_minutes":
            return ask.limit
        return ask.limit * (self.network.walker.metres_a_minute if self.network else np.nan)
