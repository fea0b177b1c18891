"""Clauses decided by distance: which homes are within a limit of a facility, on foot or in a straight line."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.query import make_query
from tenmin.inputs.communities import Communities
from tenmin.inputs.standards import Clause
from tenmin.measures.compliance._counted_facilities import FacilityRegister, meets_size_limits
from tenmin.measures.coverage import Coverage
from tenmin.measures.described_walks import describe_walks
from tenmin.measures.measurement import cover_places
from tenmin.network import WalkNetwork
from tenmin.support.contracts import check_places, in_metres, people_of
from tenmin.support.limits import inclusive

__all__ = ["DistanceCriterion", "HomeDistances", "Homes", "criteria_of", "is_distance_clause"]

BENCH = "bench"
"""The category of facilities that clauses about stretches without a bench read."""
_DISTANCE_KINDS = ("walk_minutes", "walk_metres", "straight_metres", "share_of_people")


class DistanceCriterion(NamedTuple):
    """A limit on the distance from a home to the nearest facility of a category."""

    subject: str
    """The category."""
    measure: str
    """walk_minutes, walk_metres or straight_metres."""
    limit: float
    """Minutes or metres, by the measure."""
    clause: Clause
    """The clause whose size limits the facilities must meet."""


class HomeDistances(NamedTuple):
    """Distances from all homes to their nearest facility, compared with a limit."""

    distance: np.ndarray
    """Minutes or metres to the nearest facility that certainly qualifies, or what the clause limits along that walk;
    inf if there is none, or nobody knows."""
    served: np.ndarray
    """bool, whether the home is certainly within the limit, by a walk that keeps what the clause limits along it."""
    possibly_served: np.ndarray
    """bool, whether the home is certainly or possibly within the limit of a facility that is listed."""
    near_unlocated: np.ndarray
    """bool, whether an unserved home may be near a facility of its community that has no position."""
    may_be_unlisted: bool
    """Whether there may be facilities that the table does not list, and all homes be within the limit of one."""
    listed: bool
    """Whether the table lists any facility of the category."""
    nearest: np.ndarray
    """object (homes, k), id of the nearest facility that certainly qualifies, of each of k categories, or None."""
    metres: np.ndarray
    """float64 (homes, k), metres to it; inf if there is none."""


class _Nearest(NamedTuple):
    """The nearest facility of each home."""

    distance: np.ndarray
    """In the unit of the criterion; inf if there is none."""
    metres: np.ndarray
    facility: np.ndarray
    """object, its id or None."""


def is_distance_clause(clause: Clause) -> bool:
    """Whether a clause is decided by distances from the homes, not by what a community has."""
    return clause.kind in _DISTANCE_KINDS or clause.within is not None


def criteria_of(clause: Clause) -> list[DistanceCriterion]:
    """Return the distance criteria of a clause: one for its subject, or one for each of its kinds."""
    measure, limit = (clause.within_kind, clause.within) if clause.within else (clause.kind, clause.value)
    return [DistanceCriterion(subject, str(measure), float(limit or 0.0), clause) for subject in clause.subjects]


@dataclass(frozen=True)
class Homes:
    """The homes of a study with the facilities and the streets that their distances are measured by."""

    register: FacilityRegister
    network: WalkNetwork | None
    places: gpd.GeoDataFrame | None

    @classmethod
    def of(cls, register: FacilityRegister, network: WalkNetwork | None, places: gpd.GeoDataFrame | None) -> Homes:
        """Return the homes of a places table, checked and projected to metres."""
        if places is None:
            return cls(register, network, None)
        return cls(register, network, in_metres(check_places(places), network.crs if network else None))

    @cached_property
    def in_area(self) -> Mapping[Hashable, np.ndarray]:
        """The rows of the homes of each area."""
        links = Communities(self.register.areas).assign_places(self._places, "place")
        rows = pd.Series(range(len(self._places)), index=self._places.index).loc[links["place"]].to_numpy()
        assigned = links["area"].notna().to_numpy()
        return pd.Series(rows[assigned]).groupby(links["area"][assigned].to_numpy()).agg(np.array).to_dict()

    @cached_property
    def people(self) -> np.ndarray:
        """The people of each home; 1 for every home if the table has no such column."""
        return people_of(self._places).to_numpy() if "people" in self._places.columns else np.ones(len(self._places))

    @property
    def _places(self) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(geometry=[], crs="EPSG:4326") if self.places is None else self.places

    def _can_measure(self, criterion: DistanceCriterion) -> bool:
        """Whether there are homes, and also streets if distances are walked."""
        return self.places is not None and (criterion.measure == "straight_metres" or self.network is not None)

    def measure(self, criteria: Iterable[DistanceCriterion]) -> dict[DistanceCriterion, HomeDistances]:
        """Return the distances for each criterion that the given tables suffice for.

        All criteria in walking minutes are measured in one search, and so are all in walking metres.
        """
        known = [one for one in dict.fromkeys(criteria) if self._can_measure(one)]
        found: dict[DistanceCriterion, HomeDistances] = {}
        for measure in ("walk_minutes", "walk_metres"):
            found |= self._walk([one for one in known if one.measure == measure], measure.removeprefix("walk_"))
        return found | {one: self._straight(one) for one in known if one.measure == "straight_metres"}

    def _facilities(self, criterion: DistanceCriterion) -> tuple[gpd.GeoDataFrame, np.ndarray, bool]:
        """The located facilities that may qualify, whether each certainly does, and whether others have no position."""
        rows = self.register.facilities_of(criterion.subject, criterion.clause.tier)
        certain, possible = meets_size_limits(rows, criterion.clause)
        has_geometry = isinstance(rows, gpd.GeoDataFrame)
        located = possible & (rows.geometry.notna() & ~rows.geometry.is_empty if has_geometry else False)
        if not has_geometry or not located.any():
            return gpd.GeoDataFrame(geometry=[], crs=self._places.crs), np.zeros(0, bool), bool(possible.any())
        unlocated = bool((possible & ~located).any())
        return in_metres(rows[located], self._places.crs), certain[located].to_numpy(), unlocated

    def _compare(
        self, criterion: DistanceCriterion, nearest: _Nearest, unknown: np.ndarray, least: np.ndarray
    ) -> HomeDistances:
        """Compare distances with the limit of a criterion.

        `nearest` are the facilities that certainly qualify, `least` are the distances to all that may; `unknown` marks
        homes for which the data end too soon, or that have no position.
        """
        bound = inclusive(criterion.limit)
        _, _, unlocated = self._facilities(criterion)
        served = nearest.distance <= bound
        near_unlocated = self._near_unlocated(criterion) if unlocated else np.zeros(len(served), bool)
        return HomeDistances(
            distance=nearest.distance,
            served=served,
            possibly_served=served | unknown | (least <= bound) | near_unlocated,
            near_unlocated=near_unlocated & ~served,
            may_be_unlisted=not self.register.is_complete(criterion.subject),
            listed=not self.register.facilities_of(criterion.subject, criterion.clause.tier).empty,
            nearest=nearest.facility[:, None],
            metres=nearest.metres[:, None],
        )

    def _near_unlocated(self, criterion: DistanceCriterion) -> np.ndarray:
        """Whether a facility without position counts for each home's community; True for all if it names none."""
        rows = self.register.facilities_of(criterion.subject, criterion.clause.tier)
        links = self.register.links[self.register.links["facility"].isin(rows.index)]
        areas = links["area"][~links["facility"].isin(self._facilities(criterion)[0].index)]
        near = np.full(len(self._places), bool(areas.isna().any()))
        for area in areas[areas.isin(self.register.communities)]:
            near[self.in_area.get(area, [])] = True
        return near

    def _walk(self, criteria: Sequence[DistanceCriterion], unit: str) -> dict[DistanceCriterion, HomeDistances]:
        """Distances along the streets, in minutes or metres.

        Criterion n becomes two categories of one coverage: "n", the facilities that certainly qualify, and "n?", all
        that may.
        """
        if not criteria or self.network is None:
            return {}
        tables, limits = [], {}
        for n, criterion in enumerate(criteria):
            located, certain, _ = self._facilities(criterion)
            for name, rows in ((f"{n}", located[certain]), (f"{n}?", located)):
                tables.append(gpd.GeoDataFrame({"category": name}, index=rows.index, geometry=rows.geometry))
                limits |= {name: criterion.limit} if len(rows) else {}
        if not limits:
            none = self._none()
            return {one: self._compare(one, none, none.distance < 0.0, none.distance) for one in criteria}
        facilities = pd.concat(tables)
        ids = facilities.index.to_numpy(dtype=object)
        facilities.index = pd.RangeIndex(len(facilities))
        query = make_query(self.network, facilities, places=self._places, anywhere=True, **{unit: limits})
        coverage = cover_places(query)
        names = [f"{n}{mark}" for n in range(len(criteria)) for mark in ("", "?")]
        metres = coverage.metres.reindex(columns=names, fill_value=np.inf)
        walks = coverage.minutes.reindex(columns=names, fill_value=np.inf) if unit == "minutes" else metres
        unknown = coverage.unknown.reindex(columns=names, fill_value=False)
        rows = coverage.nearest.reindex(columns=names)
        found = {
            one: self._compare(
                one,
                _Nearest(walks[f"{n}"].to_numpy(), metres[f"{n}"].to_numpy(), _ids_of(ids, rows[f"{n}"])),
                unknown[f"{n}"].to_numpy(),
                walks[f"{n}?"].to_numpy(),
            )
            for n, one in enumerate(criteria)
        }
        return found | {
            one: self._along(one.clause, found[one], coverage, f"{n}")
            for n, one in enumerate(criteria)
            if one.clause.what is not None
        }

    def _along(self, clause: Clause, found: HomeDistances, coverage: Coverage, name: str) -> HomeDistances:
        """The distances of a criterion with what its clause limits along the walks, instead of their length.

        `name` is the category of the facilities that certainly qualify, and with a "?" of all that may.
        """
        what, most = str(clause.what), float(clause.value or 0.0)
        value, sure = np.full(len(self._places), np.inf), np.zeros(len(self._places), bool)
        may = found.near_unlocated.copy()
        for category in (name, f"{name}?"):
            if category in coverage.limit.index:
                walks = describe_walks(coverage, category, benches=self._benches, all_benches=self._all_benches)
                keeps, may_keep = walks.judge({what: most})
                may |= may_keep[what].to_numpy()
                if category == name:
                    known = walks.table[what].where(coverage.served[name])
                    value, sure = known.fillna(np.inf).to_numpy(), keeps[what].to_numpy()
        return found._replace(distance=value, served=sure, possibly_served=sure | may)

    @cached_property
    def _benches(self) -> gpd.GeoDataFrame | None:
        """The benches among the facilities; None if the tables list none and need not be complete."""
        rows = self.register.facilities_of(BENCH)
        if not isinstance(rows, gpd.GeoDataFrame) or rows.empty:
            return gpd.GeoDataFrame(geometry=[], crs=self._places.crs) if self._all_benches else None
        return rows

    @property
    def _all_benches(self) -> bool:
        return self.register.is_complete(BENCH)

    def _none(self) -> _Nearest:
        """No facility for any home."""
        count = len(self._places)
        return _Nearest(np.full(count, np.inf), np.full(count, np.inf), np.full(count, None, dtype=object))

    def _straight(self, criterion: DistanceCriterion) -> HomeDistances:
        """Distances in a straight line, metres."""
        located, certain, _ = self._facilities(criterion)
        nearest, least = (self._straight_metres(rows) for rows in (located[certain], located))
        return self._compare(criterion, nearest, np.isinf(nearest.distance) & ~self._located, least.distance)

    @cached_property
    def _located(self) -> np.ndarray:
        """Whether each home has a position."""
        return (self._places.geometry.notna() & ~self._places.geometry.is_empty).to_numpy()

    def _straight_metres(self, facilities: gpd.GeoDataFrame) -> _Nearest:
        """The nearest facility of each home in a straight line; of several the first by its id as text."""
        nearest = self._none()
        if len(facilities):
            by_id = facilities.iloc[np.argsort(facilities.index.astype(str), kind="stable")]
            (rows, found), metres = shapely.STRtree(by_id.geometry.to_numpy()).query_nearest(
                self._places.geometry.to_numpy()[self._located], return_distance=True
            )
            order = np.lexsort((-found, rows))
            homes = np.flatnonzero(self._located)[rows[order]]
            nearest.distance[homes] = nearest.metres[homes] = metres[order]
            nearest.facility[homes] = by_id.index.to_numpy(dtype=object)[found[order]]
        return nearest

    def metres_of(self, criterion: DistanceCriterion) -> float:
        """The limit of a criterion in metres; minutes are converted at the walker's speed on level ground."""
        if criterion.measure != "walk_minutes":
            return criterion.limit
        return criterion.limit * (self.network.walker.metres_a_minute if self.network else np.nan)


def _ids_of(ids: np.ndarray, rows: pd.Series) -> np.ndarray:
    """The ids of facilities by their row, None where there is none."""
    return np.array([None if pd.isna(row) else ids[int(row)] for row in rows], dtype=object)
