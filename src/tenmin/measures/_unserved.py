"""Unserved walks: each place without a category, with the reason and how far beyond the limit it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from tenmin.access.added_links import Links, walk_over_links
from tenmin.access.bridges import find_bridges
from tenmin.access.travel_times import straight_times, travel_times
from tenmin.measures._gap_score import exceed_limit
from tenmin.measures.coverage import CAUSES, Coverage
from tenmin.support.contracts import people_of
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.limits import inclusive
from tenmin.support.progress import step_through

__all__ = ["DOUBTFUL", "REASONS", "PlacesOfGaps", "list_unserved"]

REASONS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.measures", "gaps.toml"))
"""Reasons of gaps, each with its name (zh, en) and a sentence on its cure (cure_zh, cure_en)."""

DOUBTFUL = CAUSES
"""Reasons under which more data may show that a place is served."""

SEVERED = 0.7
"""Largest share of the present walk to which bridging a barrier must bring it, for the barrier to be the reason."""


@dataclass(frozen=True)
class PlacesOfGaps:
    """The places of a coverage as arrays."""

    ids: np.ndarray
    """Ids as text."""
    people: np.ndarray
    area: np.ndarray
    """Name of the community of each, or None."""
    xy: np.ndarray
    """A point inside each place, metres; NaN without geometry."""

    @classmethod
    def of(cls, coverage: Coverage) -> PlacesOfGaps:
        """Return the places of a coverage.

        Parameters
        ----------
        coverage
            A coverage whose places have the column `people`.
        """
        geometry = coverage.places.geometry.to_numpy().copy()
        geometry[shapely.is_empty(geometry)] = None
        points = shapely.point_on_surface(geometry)
        xy = np.array([shapely.get_x(points), shapely.get_y(points)]).T
        ids = coverage.places.index.to_numpy().astype(str)
        return cls(ids, people_of(coverage.places).to_numpy(), _names_of_areas(coverage), xy)


def _names_of_areas(coverage: Coverage) -> np.ndarray:
    """The name of the community of each place, or None."""
    area = coverage.places.get("area", pd.Series(None, index=coverage.places.index)).astype(object)
    if coverage.areas is not None and "name" in coverage.areas.columns:
        area = area.map(coverage.areas["name"]).where(area.isin(coverage.areas.index), area)
    return area.where(area.notna(), None).to_numpy()


@dataclass(frozen=True)
class _Evidence:
    """What tells the reasons of gaps apart, for all categories of a coverage."""

    coverage: Coverage
    bridges: Links
    """Links across barriers."""
    barrier: np.ndarray
    """Name of each barrier, or its kind if it has none; last, None."""
    at_end: np.ndarray
    """Whether a walk leads from each place to an end of the data."""
    to_closed: pd.DataFrame
    """The walk to the nearest facility that is closed at the moment asked about, places x categories; else inf."""

    @classmethod
    def of(cls, coverage: Coverage) -> _Evidence:
        barriers, query = coverage.network.barriers, coverage.query
        name = barriers["name"].where(barriers["name"].notna() & (barriers["name"] != ""), barriers["kind"])
        at_end = np.isfinite(query.cost_to_end_of_data())
        bridges, named = find_bridges(coverage.network), np.array([*name.astype(str), None], object)
        return cls(coverage, bridges, named, at_end, _walks_to_closed(coverage))

    def reasons(self, category: str, rows: np.ndarray, walk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The reason why each of some places is unserved, and the barrier that causes it.

        `walk` is their walk, in the unit of the limit.
        """
        cause = self.coverage.cause[category].to_numpy()[rows]
        no_facilities = np.full(len(rows), len(self.coverage.query.rows_in_use[category]) == 0)
        to_closed = self.to_closed[category].to_numpy()[rows]
        no_walk = ~np.isfinite(walk) & ~np.isfinite(to_closed)
        barrier = self._severed_by(category, rows, walk)
        closed = to_closed <= inclusive(self.coverage.limit[category])
        conditions = [pd.notna(cause), no_facilities, closed, barrier >= 0, no_walk & self.at_end[rows], no_walk]
        reason = np.select(conditions, [cause, "no_facilities", "closed", "severed", "data_end", "island"], "far")
        return reason, self.barrier[np.where(reason == "severed", barrier, -1)]

    def _severed_by(self, category: str, rows: np.ndarray, walk: np.ndarray) -> np.ndarray:
        """The barrier over which one bridge would bring each place within the limit and save it enough, or -1."""
        query, limit = self.coverage.query, self.coverage.limit[category]
        if self.coverage.metric == "straight":
            return np.full(len(rows), -1)
        over = walk_over_links(query, query.rows_of[category], self.bridges, limit=limit, gain=SEVERED)
        bridged = query.amount(over.cost[rows])
        severed = np.isfinite(walk) & (bridged <= inclusive(limit)) & (bridged <= inclusive(SEVERED * walk))
        return np.where(severed, over.owner[rows], -1)


def _walks_to_closed(coverage: Coverage) -> pd.DataFrame:
    """The walks to facilities that are closed at the moment asked about, in the unit of the limit."""
    query = coverage.query
    if query.open is None:
        return pd.DataFrame(np.inf, index=query.places.index, columns=query.categories)
    closed = query.at_hours((query.open == 0).astype(np.int8))
    times = straight_times(closed) if coverage.metric == "straight" else travel_times(closed)
    return times.minutes if query.unit == "minutes" else times.metres


def list_unserved(coverage: Coverage) -> pd.DataFrame:
    """Return the pairs of a place and a category in which it is unserved, by category.

    Parameters
    ----------
    coverage
        A coverage.

    Returns
    -------
    DataFrame
        place (row of the places), category, reason (a key of `REASONS`), by (name of the barrier, or None), excess
        (walk minus limit, in the unit of the limit; inf without a walk), depth (excess / limit, at most 1).
    """
    evidence, tables = _Evidence.of(coverage), list[pd.DataFrame]()
    walks = coverage.minutes if coverage.unit == "minutes" else coverage.metres
    for category in step_through(coverage.limit.index, "gaps"):
        rows = np.flatnonzero(~coverage.served[category].to_numpy())
        walk, limit = walks[category].to_numpy()[rows], coverage.limit[category]
        reason, by = evidence.reasons(str(category), rows, walk)
        depth = exceed_limit(walk, limit)
        columns = {"place": rows, "category": str(category), "reason": reason, "by": by}
        tables.append(pd.DataFrame({**columns, "excess": walk - limit, "depth": depth}))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=_COLUMNS)


_COLUMNS = ["place", "category", "reason", "by", "excess", "depth"]
