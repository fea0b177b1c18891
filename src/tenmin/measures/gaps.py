"""Gaps: groups of unserved places, with their severity, reason and cure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.added_links import Links, walk_over_links
from tenmin.access.bridges import find_bridges
from tenmin.access.travel_times import straight_times, travel_times
from tenmin.inputs.services import title_of_category
from tenmin.measures._gap_score import exceed_limit
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import people_of
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.limits import check_metres, inclusive
from tenmin.support.nouns import check_noun
from tenmin.support.progress import step_through
from tenmin.surface import group_points

__all__ = ["REASONS", "find_gaps"]

REASONS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.measures", "gaps.toml"))
"""Reasons of gaps, each with its name (zh, en) and a sentence on its cure (cure_zh, cure_en)."""

SEVERED = 0.7
"""Largest share of the present walk to which bridging a barrier must bring it, for the barrier to be the reason."""
MIN_NEAR, MAX_NEAR = 1e-3, 100_000.0
"""Allowed values of `near`, metres."""


@dataclass(frozen=True)
class _Places:
    """The places of a coverage as arrays."""

    ids: np.ndarray
    """Ids as text."""
    people: np.ndarray
    area: np.ndarray
    """Name of the community of each, or None."""
    xy: np.ndarray
    """A point inside each place, metres; NaN without geometry."""
    buffer: np.ndarray
    """A buffer of near / 2 around that point."""

    @classmethod
    def of(cls, coverage: Coverage, near: float) -> _Places:
        geometry = coverage.places.geometry.to_numpy().copy()
        geometry[shapely.is_empty(geometry)] = None
        points = shapely.point_on_surface(geometry)
        xy = np.array([shapely.get_x(points), shapely.get_y(points)]).T
        ids = coverage.places.index.to_numpy().astype(str)
        people = people_of(coverage.places).to_numpy()
        return cls(ids, people, _names_of_areas(coverage), xy, shapely.buffer(points, near / 2.0))


def _names_of_areas(coverage: Coverage) -> np.ndarray:
    """The name of the community of each place, or None."""
    area = coverage.places.get("area", pd.Series(None, index=coverage.places.index)).astype(object)
    if coverage.areas is not None and "name" in coverage.areas.columns:
        area = area.map(coverage.areas["name"]).where(area.isin(coverage.areas.index), area)
    return area.where(area.notna(), None).to_numpy()


@dataclass(frozen=True)
class _Unserved:
    """The unserved places of one category."""

    category: str
    rows: np.ndarray
    """Rows of the places; the other arrays are parallel to it."""
    reason: np.ndarray
    """Keys of `REASONS`."""
    by: np.ndarray
    """Name of the barrier, or None."""
    excess: np.ndarray
    """Walk minus limit, in the unit of the limit; inf if there is no walk."""
    severity: np.ndarray
    """People x min(1, excess / limit)."""


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
        return cls(
            coverage,
            find_bridges(coverage.network),
            np.array([*name.astype(str), None], object),
            at_end,
            _walks_to_closed(coverage),
        )

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


def _find_unserved(evidence: _Evidence, places: _Places, category: str) -> _Unserved:
    coverage = evidence.coverage
    rows = np.flatnonzero(~coverage.served[category].to_numpy())
    walk = (coverage.minutes if coverage.unit == "minutes" else coverage.metres)[category].to_numpy()[rows]
    limit = coverage.limit[category]
    reason, by = evidence.reasons(category, rows, walk)
    severity = places.people[rows] * exceed_limit(walk, limit)
    return _Unserved(category, rows, reason, by, walk - limit, severity)


def _connected_groups(coverage: Coverage, places: _Places, unserved: _Unserved, near: float) -> list[np.ndarray]:
    """Positions in `unserved` of the members of each group.

    Groups are the connected components of the graph that links two places of one reason at most `near` apart with no
    barrier between them.
    """
    if len(unserved.rows) == 0:
        return []
    reason = np.unique(unserved.reason, return_inverse=True)[1]
    group = group_points(places.xy[unserved.rows], reason, coverage.network.walls, step=near)
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def _gap(unit: str, places: _Places, unserved: _Unserved, members: np.ndarray) -> dict[str, object]:
    """The row of one gap in the table."""
    members = members[np.argsort(places.ids[unserved.rows[members]], kind="stable")]
    rows = unserved.rows[members]
    people = places.people[rows]
    reason = str(unserved.reason[members[0]])
    by = ", ".join(sorted({str(name) for name in unserved.by[members] if name is not None})) or None
    counts = np.isfinite(unserved.excess[members]) & (people > 0.0)
    excess = unserved.excess[members][counts]
    key = "\n".join([unserved.category, reason, *places.ids[rows]])
    return {
        "gap": hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest(),
        "category": unserved.category,
        "people": float(people.sum()),
        "places": len(rows),
        f"excess_{unit}": float(np.average(excess, weights=people[counts])) if counts.any() else np.nan,
        "severity": float(unserved.severity[members].sum()),
        "reason": reason,
        "by": by,
        "area": _areas_of(places.area[rows], people),
        "cure": _cure(unserved.category, reason, by, "en"),
        "cure_zh": _cure(unserved.category, reason, by, "zh"),
        "geometry": places.buffer[rows[0]] if len(rows) == 1 else shapely.union_all(places.buffer[rows]),
    }


def _areas_of(area: np.ndarray, people: np.ndarray) -> str | None:
    """The communities of a gap, that with most people first, or None if none is known."""
    known = pd.Series(people, dtype="float64").groupby(pd.Series(area, dtype=object), sort=True).sum()
    return "、".join(map(str, known.sort_values(ascending=False, kind="stable").index)) or None


def _cure(category: str, reason: str, by: str | None, lang: Literal["zh", "en"]) -> str:
    """The sentence on the cure of a gap."""
    barrier = by or ("阻隔" if lang == "zh" else "the barrier")
    return REASONS[reason][f"cure_{lang}"].format(category=title_of_category(category, lang), by=barrier)


def find_gaps(coverage: Coverage, *, near: float = 200.0) -> gpd.GeoDataFrame:
    """Return the gaps in a coverage, worst first.

    A gap is a group of unserved places of one category and reason, connected by steps between neighbours of at most
    `near` metres that cross no barrier.

    Parameters
    ----------
    coverage
        A coverage whose places have the column `people`.
    near
        Longest distance between neighbours in a gap, metres.

    Returns
    -------
    GeoDataFrame
        Index 1..n ("rank"): by severity, then people (both descending), then id; what is only thinly mapped
        (`thin_data`) comes after all others. Columns: gap (a stable id), category,
        people, places (their number), excess_minutes or excess_metres (mean of walk minus limit, weighted by people,
        over those with a walk), severity (sum of people x min(1, excess / limit), full weight without a walk), reason
        (a key of `REASONS`), by (name of the barrier, or None), area (names of its communities, or None), cure and
        cure_zh (a sentence), geometry (union of buffers of near / 2 around the places).

    Raises
    ------
    LimitError, TableError
        If `near` is not above 0, or the places have no column `people`.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame(
    ...     {"people": [30, 10]}, index=["near", "off"], geometry=[Point(80, 0), Point(1200, 0)], crs="EPSG:32650"
    ... )
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> gaps = tm.find_gaps(tm.measure_coverage(network, homes, clinic, minutes=10))
    >>> gaps.loc[1, ["people", "excess_minutes", "severity"]].astype(float).to_list(), gaps.loc[1, "reason"]
    ([10.0, 5.0, 5.0], 'far')
    """
    check_noun(coverage, Coverage, "coverage")
    near = check_metres(near, "near", allowed="above 0, e.g. 200", least=MIN_NEAR, most=MAX_NEAR)
    places = _Places.of(coverage, near)
    evidence, rows = _Evidence.of(coverage), list[dict[str, object]]()
    for category in step_through(coverage.limit.index, "gaps"):
        unserved = _find_unserved(evidence, places, str(category))
        groups = _connected_groups(coverage, places, unserved, near)
        rows += [_gap(coverage.unit, places, unserved, members) for members in groups]
    excess = f"excess_{coverage.unit}"
    columns = [
        "gap",
        "category",
        "people",
        "places",
        excess,
        "severity",
        "reason",
        "by",
        "area",
        "cure",
        "cure_zh",
        "geometry",
    ]
    table = pd.DataFrame(rows, columns=columns)
    figures = -table["people"].astype("float64"), -table["severity"].astype("float64")
    order = np.lexsort((table["gap"], *figures, table["reason"] == "thin_data"))
    table = table.iloc[order].set_axis(pd.RangeIndex(1, len(table) + 1, name="rank"))
    return gpd.GeoDataFrame(table, geometry="geometry", crs=coverage.network.crs)
