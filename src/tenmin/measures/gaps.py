"""Gaps: groups of unserved places, with their severity, reason and cure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import load_catalogue
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import people_of
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.limits import check_metres
from tenmin.support.nouns import check_noun
from tenmin.support.progress import step_through
from tenmin.surface import first_wall_crossed, group_points

__all__ = ["REASONS", "find_gaps"]

REASONS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.measures", "gaps.toml"))
"""Reasons of gaps, each with its name (zh, en) and a sentence on its cure (cure_zh, cure_en)."""

MIN_NEAR, MAX_NEAR = 1e-3, 100_000.0
"""Allowed values of `near`, metres."""


@dataclass(frozen=True)
class _Places:
    """The places of a coverage as arrays."""

    ids: np.ndarray
    """Ids as text."""
    people: np.ndarray
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
        return cls(ids, people_of(coverage.places).to_numpy(), xy, shapely.buffer(points, near / 2.0))


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


def _reasons(coverage: Coverage, category: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The reason why each place is unserved, and the barrier that causes it."""
    by = np.full(len(rows), None, dtype=object)
    no_walk = ~np.isfinite(coverage.minutes[category].to_numpy()[rows])
    cause = coverage.cause[category].to_numpy()[rows]
    facilities = coverage.query.rows_of[category]
    severed = np.zeros(len(rows), bool)
    if len(facilities):
        severed, by = _severed(coverage, category, rows, facilities)
    conditions = [pd.notna(cause), np.full(len(rows), len(facilities) == 0), severed & ~no_walk, no_walk]
    reason = np.select(conditions, [cause, "no_facilities", "severed", "island"], "far")
    return reason, pd.Series(by, dtype=object).where(reason == "severed", None).to_numpy()


def _severed(
    coverage: Coverage, category: str, rows: np.ndarray, facilities: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Whether a barrier lies between each place and a facility within the limit in a straight line, and its name."""
    places = coverage.places.geometry.to_numpy()[rows]
    targets = coverage.facilities.geometry.to_numpy()[facilities]
    radius = coverage.query.radius(coverage.limit[category])
    by = np.full(len(rows), None, dtype=object)
    (row, target), metres = shapely.STRtree(targets).query_nearest(places, return_distance=True, all_matches=False)
    near = metres <= radius
    row, target = row[near], target[near]
    lines = shapely.get_coordinates(shapely.shortest_line(places[row], targets[target])).reshape(-1, 4)
    barrier = first_wall_crossed(coverage.network.walls, lines)
    crosses = barrier >= 0
    severed = np.zeros(len(rows), bool)
    severed[row[crosses]] = True
    by[row[crosses]] = [_barrier_name(coverage, one) for one in barrier[crosses]]
    return severed, by


def _barrier_name(coverage: Coverage, row: int) -> str:
    """The name of a barrier, or its kind if it has none."""
    barrier = coverage.network.barriers.iloc[row]
    name = barrier["name"]
    return name if isinstance(name, str) and name else str(barrier["kind"])


def _find_unserved(coverage: Coverage, places: _Places, category: str) -> _Unserved:
    rows = np.flatnonzero(~coverage.served[category].to_numpy())
    walk = (coverage.minutes if coverage.unit == "minutes" else coverage.metres)[category].to_numpy()[rows]
    limit = coverage.limit[category]
    reason, by = _reasons(coverage, category, rows)
    severity = places.people[rows] * np.clip((walk - limit) / limit, 0.0, 1.0)
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
        "cure": _cure(unserved.category, reason, by, "en"),
        "cure_zh": _cure(unserved.category, reason, by, "zh"),
        "geometry": shapely.union_all(places.buffer[rows]),
    }


def _cure(category: str, reason: str, by: str | None, lang: str) -> str:
    """The sentence on the cure of a gap."""
    entry = load_catalogue().get(category)
    title = category if entry is None else (entry.zh if lang == "zh" else entry.en)
    barrier = by or ("阻隔" if lang == "zh" else "the barrier")
    return REASONS[reason][f"cure_{lang}"].format(category=title, by=barrier)


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
        Index 1..n ("rank"): by severity, then people (both descending), then id. Columns: gap (a stable id), category,
        people, places (their number), excess_minutes or excess_metres (mean of walk minus limit, weighted by people,
        over those with a walk), severity (sum of people x min(1, excess / limit), full weight without a walk), reason
        (a key of `REASONS`), by (name of the barrier, or None), cure and cure_zh (a sentence), geometry (union of
        buffers of near / 2 around the places).

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
    rows: list[dict[str, object]] = []
    for category in step_through(coverage.limit.index, "gaps"):
        unserved = _find_unserved(coverage, places, str(category))
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
        "cure",
        "cure_zh",
        "geometry",
    ]
    table = pd.DataFrame(rows, columns=columns)
    order = np.lexsort((table["gap"], -table["people"].astype("float64"), -table["severity"].astype("float64")))
    table = table.iloc[order].set_axis(pd.RangeIndex(1, len(table) + 1, name="rank"))
    return gpd.GeoDataFrame(table, geometry="geometry", crs=coverage.network.crs)
