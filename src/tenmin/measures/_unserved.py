"""Unserved walks: each place without a category, with the reason and how far beyond the limit it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from tenmin.access.added_links import Links, walk_over_links
from tenmin.access.bridges import find_bridges
from tenmin.access.gate_links import find_gate_links
from tenmin.access.travel_times import straight_times, travel_times
from tenmin.measures._gap_score import exceed_limit
from tenmin.measures.coverage import CAUSES, Coverage
from tenmin.support.contracts import people_of
from tenmin.support.errors import TableError
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang
from tenmin.support.limits import inclusive
from tenmin.support.progress import step_through

__all__ = ["DOUBTFUL", "GAP_WORDS", "REASONS", "PlacesOfGaps", "list_unserved"]

REASONS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.measures", "gaps.toml"))
"""Reasons of gaps, each with its name (zh, en) and a sentence on its cure (cure_zh, cure_en)."""

GAP_WORDS: dict[str, dict[str, dict[Lang, str]]] = read_toml(shipped_file("tenmin.measures", "gap_words.toml"))
"""Words of the texts on gaps, by language."""

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
    gates: Links
    """Links through closed gates and private compounds."""
    gate: np.ndarray
    """Name of what each of them opens, or its kind; last, None."""
    at_end: np.ndarray
    """Whether a walk leads from each place to an end of the data."""
    to_closed: pd.DataFrame
    """The walk to the nearest facility that is closed at the moment asked about, places x categories; else inf."""

    @classmethod
    def of(cls, coverage: Coverage) -> _Evidence:
        barriers, query = coverage.network.barriers, coverage.query
        name = barriers["name"].where(barriers["name"].notna() & (barriers["name"] != ""), barriers["kind"])
        at_end = np.isfinite(query.cost_to_end_of_data())
        gates, opened = find_gate_links(coverage.network)
        return cls(
            coverage,
            find_bridges(coverage.network),
            np.array([*name.astype(str), None], object),
            gates,
            np.array([*opened, None], object),
            at_end,
            _walks_to_closed(coverage),
        )

    def reasons(self, category: str, rows: np.ndarray, walk: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The reason why each of some places is unserved, what causes it, and the walk without it (else NaN).

        `walk` is their walk, in the unit of the limit.
        """
        cause = self.coverage.cause[category].to_numpy()[rows]
        no_facilities = np.full(len(rows), len(self.coverage.query.rows_in_use[category]) == 0)
        to_closed = self.to_closed[category].to_numpy()[rows]
        no_walk = ~np.isfinite(walk) & ~np.isfinite(to_closed)
        gate, opened = self._try(self.gates, category, rows, gain=1.0)
        barrier, bridged = self._try(self.bridges, category, rows, gain=SEVERED)
        severed = (barrier >= 0) & np.isfinite(walk) & (bridged <= inclusive(SEVERED * walk))
        closed = to_closed <= inclusive(self.coverage.limit[category])
        conditions = [pd.notna(cause), no_facilities, closed, gate >= 0, severed, no_walk & self.at_end[rows], no_walk]
        names = [cause, "no_facilities", "closed", "gate", "severed", "data_end", "island"]
        reason = np.select(conditions, names, "far")
        by = np.where(reason == "gate", self.gate[gate], self.barrier[np.where(reason == "severed", barrier, -1)])
        return reason, by, np.select([reason == "gate", reason == "severed"], [opened, bridged], np.nan)

    def _try(self, links: Links, category: str, rows: np.ndarray, *, gain: float) -> tuple[np.ndarray, np.ndarray]:
        """The cause of the link that would bring each place within the limit, or -1, and the walk over it."""
        query, limit = self.coverage.query, self.coverage.limit[category]
        if self.coverage.metric == "straight" or not len(links.metres):
            return np.full(len(rows), -1), np.full(len(rows), np.inf)
        over = walk_over_links(query, query.rows_of[category], links, limit=limit, gain=gain)
        walk = query.amount(over.cost[rows])
        return np.where(walk <= inclusive(limit), over.owner[rows], -1), walk


def _walks_to_closed(coverage: Coverage) -> pd.DataFrame:
    """The walks to facilities that are closed at the moment asked about, in the unit of the limit."""
    query = coverage.query
    if query.open is None:
        return pd.DataFrame(np.inf, index=query.places.index, columns=query.categories)
    closed = query.at_hours((query.open == 0).astype(np.int8))
    times = straight_times(closed) if coverage.metric == "straight" else travel_times(closed)
    return times.minutes if query.unit == "minutes" else times.metres


def list_unserved(coverage: Coverage, supply: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the pairs of a place and a category in which its people are unserved, by category.

    Parameters
    ----------
    coverage
        A coverage.
    supply
        As from `measure_supply`: people for whom no place is left are unserved, too.

    Returns
    -------
    DataFrame
        place (row of the places), category, people (that are unserved), reason (a key of `REASONS`), by (name of the
        barrier, gate or facility, or None), excess (walk minus limit, in the unit of the limit; inf without a walk),
        depth (excess / limit, at most 1), metres and walk (its metres, and it in the unit of the limit) and cured (the
        walk if the barrier had a way across or the gate were open, else NaN).
    """
    evidence, people, tables = _Evidence.of(coverage), people_of(coverage.places).to_numpy(), list[pd.DataFrame]()
    walks = coverage.minutes if coverage.unit == "minutes" else coverage.metres
    full = None if supply is None else _check_supply(supply, coverage)
    for category in step_through(coverage.limit.index, "gaps"):
        rows = np.flatnonzero(~coverage.served[category].to_numpy())
        walk, limit = walks[category].to_numpy()[rows], coverage.limit[category]
        reason, by, cured = evidence.reasons(str(category), rows, walk)
        columns = {"place": rows, "category": str(category), "people": people[rows], "reason": reason, "by": by}
        depth, metres = exceed_limit(walk, limit), coverage.metres[category].to_numpy()[rows]
        tables.append(pd.DataFrame({**columns, "excess": walk - limit, "depth": depth, "metres": metres}))
        tables[-1] = tables[-1].assign(walk=walk, cured=cured)
        if full is not None:
            tables.append(_without_a_place(coverage, str(category), full[full["category"] == category]))
    return pd.concat(tables, ignore_index=True).astype({"by": object}) if tables else pd.DataFrame(columns=_COLUMNS)


def _check_supply(supply: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """The rows of a supply with people for whom no place is left."""
    missing = [name for name in ("place", "category", "full") if name not in supply]
    if missing:
        msg = f"supply has no column {missing[0]!r}; give measure_supply(coverage, facilities) with method='assign'"
        raise TableError(msg)
    full = supply[supply["full"] > 0.0]
    strange = full.loc[~full["place"].isin(coverage.places.index), "place"]
    if len(strange):
        msg = f"supply has place {strange.iloc[0]!r}, which the coverage does not; measure it with this coverage"
        raise TableError(msg)
    return full


def _without_a_place(coverage: Coverage, category: str, full: pd.DataFrame) -> pd.DataFrame:
    """Pairs of served places and a category in whose facilities no place is left for some of their people."""
    rows = coverage.places.index.get_indexer(pd.Index(full["place"]))
    served = coverage.served[category].to_numpy()[rows]
    rows, people = rows[served], full["full"].to_numpy()[served]
    names = coverage.facilities.get("name", pd.Series(dtype=object)).reindex(coverage.nearest[category].iloc[rows])
    columns = {"place": rows, "category": category, "people": people, "reason": "full", "by": names.to_numpy(object)}
    metres = coverage.metres[category].to_numpy()[rows]
    return pd.DataFrame({**columns, "excess": np.inf, "depth": 1.0, "metres": metres, "walk": np.inf, "cured": np.nan})


_COLUMNS = ["place", "category", "people", "reason", "by", "excess", "depth", "metres", "walk", "cured"]
