"""Gaps: where people are not served, how badly, why, and what would cure it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.services import load_catalogue
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import people_of
from tenmin.support.files import read_toml
from tenmin.support.limits import check_metres
from tenmin.support.progress import step_through
from tenmin.surface import chain_points, meet_walls

__all__ = ["REASONS", "find_gaps"]

REASONS: dict[str, dict[str, str]] = read_toml(Path(str(files("tenmin.measures"))) / "gaps.toml")
"""Every reason with its name (zh, en) and the sentence that says what would cure it (cure_zh, cure_en)."""


SHORTEST_STEP, LONGEST_STEP = 1e-3, 100_000.0
"""Metres that a step of a chain may have."""


@dataclass(frozen=True)
class _Homes:
    """What gaps need of the places, once for all categories."""

    ids: np.ndarray
    """text"""
    people: np.ndarray
    xy: np.ndarray
    circle: np.ndarray

    @classmethod
    def of(cls, coverage: Coverage, near: float) -> _Homes:
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
    reason: np.ndarray
    by: np.ndarray
    excess: np.ndarray
    """Walk less limit, in the unit of the limit; inf without a walk."""
    severity: np.ndarray


def _reasons(coverage: Coverage, category: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Why each place is unserved, and by what."""
    by = np.full(len(rows), None, dtype=object)
    apart = ~np.isfinite(coverage.minutes[category].to_numpy()[rows])
    cause = coverage.cause[category].to_numpy()[rows]
    facilities = coverage.query.rows_of[category]
    severed = np.zeros(len(rows), bool)
    if len(facilities):
        severed, by = _severed(coverage, category, rows, facilities)
    known = [pd.notna(cause), np.full(len(rows), len(facilities) == 0), severed & ~apart, apart]
    reason = np.select(known, [cause, "no_facilities", "severed", "island"], "far")
    return reason, pd.Series(by, dtype=object).where(reason == "severed", None).to_numpy()


def _severed(
    coverage: Coverage, category: str, rows: np.ndarray, facilities: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which places have a facility within the limit as the crow flies, behind a barrier; and the barrier's name."""
    homes = coverage.places.geometry.to_numpy()[rows]
    targets = coverage.facilities.geometry.to_numpy()[facilities]
    reach = coverage.query.radius(coverage.limit[category])
    by = np.full(len(rows), None, dtype=object)
    (row, target), far = shapely.STRtree(targets).query_nearest(homes, return_distance=True, all_matches=False)
    near = far <= reach
    row, target = row[near], target[near]
    lines = shapely.get_coordinates(shapely.shortest_line(homes[row], targets[target])).reshape(-1, 4)
    wall = meet_walls(coverage.network.walls, lines)
    found = row[wall >= 0]
    severed = np.zeros(len(rows), bool)
    severed[found] = True
    by[found] = [_barrier_name(coverage, one) for one in wall[wall >= 0]]
    return severed, by


def _barrier_name(coverage: Coverage, row: int) -> str:
    barrier = coverage.network.barriers.iloc[row]
    name = barrier["name"]
    return name if isinstance(name, str) and name else str(barrier["kind"])


def _unserved(coverage: Coverage, homes: _Homes, category: str) -> _Unserved:
    rows = np.flatnonzero(~coverage.served[category].to_numpy())
    held = (coverage.minutes if coverage.unit == "minutes" else coverage.metres)[category].to_numpy()[rows]
    limit = coverage.limit[category]
    reason, by = _reasons(coverage, category, rows)
    severity = homes.people[rows] * np.clip((held - limit) / limit, 0.0, 1.0)
    return _Unserved(category, rows, reason, by, held - limit, severity)


def _groups(coverage: Coverage, homes: _Homes, unserved: _Unserved, near: float) -> list[np.ndarray]:
    """The members of each chain of unserved places of one reason, in steps that cross no barrier."""
    if len(unserved.rows) == 0:
        return []
    kind = np.unique(unserved.reason, return_inverse=True)[1]
    group = chain_points(homes.xy[unserved.rows], kind, coverage.network.walls, step=near)
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def _gap(unit: str, homes: _Homes, unserved: _Unserved, members: np.ndarray) -> dict[str, object]:
    members = members[np.argsort(homes.ids[unserved.rows[members]], kind="stable")]
    rows = unserved.rows[members]
    people = homes.people[rows]
    reason = str(unserved.reason[members[0]])
    by = ", ".join(sorted({str(name) for name in unserved.by[members] if name is not None})) or None
    walks = np.isfinite(unserved.excess[members]) & (people > 0.0)
    excess = unserved.excess[members][walks]
    key = "\n".join([unserved.category, reason, *homes.ids[rows]])
    return {
        "gap": hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest(),
        "category": unserved.category,
        "people": float(people.sum()),
        "places": len(rows),
        f"excess_{unit}": float(np.average(excess, weights=people[walks])) if walks.any() else np.nan,
        "severity": float(unserved.severity[members].sum()),
        "reason": reason,
        "by": by,
        "cure": _cure(unserved.category, reason, by, "en"),
        "cure_zh": _cure(unserved.category, reason, by, "zh"),
        "geometry": shapely.union_all(homes.circle[rows]),
    }


def _cure(category: str, reason: str, by: str | None, lang: str) -> str:
    known = load_catalogue().get(category)
    title = category if known is None else (known.zh if lang == "zh" else known.en)
    barrier = by or ("阻隔" if lang == "zh" else "the barrier")
    return REASONS[reason][f"cure_{lang}"].format(category=title, by=barrier)


def find_gaps(coverage: Coverage, *, near: float = 200.0) -> gpd.GeoDataFrame:
    """Return where people are not served, worst first.

    Unserved places of one category and reason belong to one gap where a chain of them links them in steps of at most
    `near` metres that cross no barrier.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave; its places need the column `people`.
    near
        Longest step of a chain, metres.

    Returns
    -------
    GeoDataFrame
        Index 1..n ("rank"): by severity, then people, then id. Columns: gap (a stable id), category, people, places,
        excess_minutes (or excess_metres: people-weighted mean of walk less limit over those that can walk), severity
        (sum of people x min(1, excess / limit), 1 where there is no walk), reason (a key of `REASONS`), by (what is in
        the way, or None), cure and cure_zh (a sentence), geometry (circles of near / 2 round the members, united).

    Raises
    ------
    LimitError, TableError
        If `near` is not above 0, or the places have no people.

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
    near = check_metres(near, "near", allowed="above 0, e.g. 200", least=SHORTEST_STEP, most=LONGEST_STEP)
    homes = _Homes.of(coverage, near)
    rows: list[dict[str, object]] = []
    for category in step_through(coverage.limit.index, "gaps"):
        unserved = _unserved(coverage, homes, str(category))
        groups = _groups(coverage, homes, unserved, near)
        rows += [_gap(coverage.unit, homes, unserved, members) for members in groups]
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
