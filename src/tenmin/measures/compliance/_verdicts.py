"""Verdicts on one clause for each community that it applies to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenmin.inputs.readers import text_of
from tenmin.inputs.standards import AREA_KINDS, SETTINGS, AppliesTo, Clause
from tenmin.measures.compliance._counted_facilities import FacilityRegister
from tenmin.measures.compliance._counting import bound_figures, missing_rooms
from tenmin.measures.compliance._distance_clauses import (
    DistanceCriterion,
    HomeDistances,
    Homes,
    criteria_of,
    is_distance_clause,
)
from tenmin.support.limits import TOLERANCE

__all__ = [
    "Scope",
    "combine_distances",
    "compare_with_required",
    "judge_clause",
    "scope_of",
    "unit_of",
    "verdicts_of",
]

_WALK_UNIT = {"walk_minutes": "min", "walk_metres": "m", "straight_metres": "m"}
_SETTING_WORDS = {"城镇": "urban", "城市": "urban", "农村": "rural", "乡村": "rural"}
_SETTINGS = {"rural": "rural", "old": "urban", "new": "urban", "resettled": "urban"}
"""The setting that a kind of community implies, for tables without a column `setting`."""
_SIZE_KINDS = ("community_size", "count_per", "area_per_households")
_YES_NO_KINDS = ("not_spatial", "response_minutes")


class Scope(NamedTuple):
    """The areas that a clause applies to, may apply to, and does not apply to."""

    inside: list[Hashable]
    """Areas that it applies to."""
    unclear: dict[Hashable, str]
    """Areas that it may apply to, with the reason for the doubt (a key of `REASONS`)."""
    outside: dict[Hashable, str]
    """Areas that it does not apply to, with the figure or kind that excludes them."""


def scope_of(clause: Clause, register: FacilityRegister) -> Scope:
    """Return the areas at the level of a clause, divided by whether it applies to them.

    Parameters
    ----------
    clause
        The clause, with its level and `applies_to`.
    register
        The areas, with people, households, kind and setting where known.
    """
    labels = register.areas.index[register.areas["level"] == clause.level].tolist()
    if clause.applies_to == AppliesTo():
        return Scope(labels, {}, {})
    scope = Scope([], {}, {})
    sizes = {name: register.sizes(name, labels) for name in ("people", "households")}
    for label in labels:
        size = {name: column[label] for name, column in sizes.items()}
        unclear, outside = _why_not(clause.applies_to, register.areas.loc[label], size)
        if outside:
            scope.outside[label] = outside
        elif unclear:
            scope.unclear[label] = unclear
        else:
            scope.inside.append(label)
    return scope


def _why_not(rule: AppliesTo, area: pd.Series, sizes: Mapping[str, float]) -> tuple[str, str]:
    """Why it is unclear whether a rule covers an area, and why it does not; an empty text for each that is not so."""
    unclear = ""
    for name, size in sizes.items():
        least, most = getattr(rule, f"{name}_min"), getattr(rule, f"{name}_max")
        if least is None and most is None:
            continue
        if np.isnan(size):
            unclear = "no_size"
        elif not (least or 0.0) <= size <= (most or np.inf):
            return "", f"{name} {size:g}"
    kind, setting = area.get("kind"), area.get("setting")
    setting = _SETTING_WORDS.get(text_of(setting) or "", text_of(setting)) or _SETTINGS.get(str(kind))
    settings = (rule.setting,) if rule.setting else ()
    for allowed, given, known in ((rule.kinds, kind, AREA_KINDS), (settings, setting, SETTINGS)):
        if allowed and given not in known:
            unclear = "no_kind"
        elif allowed and given not in allowed:
            return "", str(given)
    return unclear, ""


def compare_with_required(
    least: np.ndarray, most: np.ndarray, clause: Clause, required: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return where figures certainly meet a requirement, and where they certainly do not.

    Where both are True the figure equals the requirement up to rounding, and counts as meeting it.

    Parameters
    ----------
    least, most
        Lower and upper bounds of the figures, in the clause's unit.
    clause
        Says whether `required` is a minimum, a maximum, or a value with a tolerance.
    required
        The value to compare with, in the clause's unit.
    """
    if clause.bound == "about":
        low, high = required * (1.0 - (clause.tolerance or 0.0)), required * (1.0 + (clause.tolerance or 0.0))
        return (least >= low) & (most <= high), (most < low) | (least > high)
    if clause.bound == "max":
        return most <= required * (1.0 + TOLERANCE), least > required
    return least >= required * (1.0 - TOLERANCE), most < required


def verdicts_of(passes: np.ndarray, fails: np.ndarray) -> np.ndarray:
    """Return "pass", "fail" or "unknown" (object array) from what `compare_with_required` gives."""
    return np.select([passes, fails], ["pass", "fail"], default="unknown").astype(object)


def judge_clause(
    clause: Clause,
    scope: Scope,
    register: FacilityRegister,
    homes: Homes,
    distances: Mapping[DistanceCriterion, HomeDistances],
) -> pd.DataFrame:
    """Return the verdicts on one clause.

    Parameters
    ----------
    clause
        The clause.
    scope
        The areas that it applies to, or may apply to.
    register
        The facilities that count for each area.
    homes
        The homes of each area.
    distances
        Their distances under each criterion that could be measured.

    Returns
    -------
    DataFrame
        Index: the areas. Columns value, verdict, people (affected; 0 for a pass), reason, may_be_unlisted (whether it
        is unknown only since the table need not be complete), rooms (those that a fail lacks), clause, required,
        shortfall and unit.
    """
    labels = scope.inside
    if is_distance_clause(clause):
        rows = _by_distance(clause, homes, distances, labels)
    else:
        rows = _by_counting(clause, register, labels)
    unclear = pd.DataFrame(
        {"value": np.nan, "verdict": "unknown", "people": np.nan, "reason": list(scope.unclear.values())}
        | {"may_be_unlisted": False, "rooms": None},
        index=pd.Index(list(scope.unclear), dtype=object),
    )
    both = pd.concat([part for part in (rows, unclear) if len(part)]) if len(rows) + len(unclear) else rows
    people = register.sizes("people", both.index)
    both["people"] = both["people"].fillna(people).where(both["verdict"] != "pass", 0.0)
    return both.assign(
        clause=clause.id, required=_required(clause), shortfall=_shortfall(both, clause), unit=unit_of(clause)
    )


def _shortfall(rows: pd.DataFrame, clause: Clause) -> pd.Series:
    """What the value of a fail lacks, or has beyond an upper limit; 0 for a pass, NaN for an unknown."""
    required, value = _required(clause), rows["value"].astype("float64")
    if clause.kind in _YES_NO_KINDS:
        lacks = pd.Series(np.nan, index=rows.index)
    elif clause.bound == "max" or unit_of(clause) in _WALK_UNIT.values():
        lacks = value - required
    else:
        lacks = (value - required).abs() - required * (clause.tolerance or 0.0)
    return lacks.where(rows["verdict"] == "fail").mask(rows["verdict"] == "pass", 0.0)


def unit_of(clause: Clause) -> str:
    """Return the unit of the required value: that of the distance, for a number of kinds within a distance."""
    return _WALK_UNIT[str(clause.within_kind)] if clause.kind == "kinds_of" and clause.within else clause.unit


def _required(clause: Clause) -> float:
    if clause.kind == "kinds_of" and clause.within:
        return clause.within
    return 1.0 if clause.value is None else clause.value


def _by_counting(clause: Clause, register: FacilityRegister, labels: list[Hashable]) -> pd.DataFrame:
    """Verdicts from the bounds of each area's figure."""
    figures, verdict = _compare_figures(clause, register, labels)
    least, most = figures["least"].to_numpy(dtype=float), figures["most"].to_numpy(dtype=float)
    known = (least == most) | (least > 0.0) | (clause.unit == "count")
    may_be_unlisted = (verdict == "unknown") & (_compare_figures(clause, register.if_complete(), labels)[1] == "fail")
    present = figures.index.isin(
        [area for one in clause.subjects for area in register.by_area(register.facilities_of(one), labels)["of_area"]]
    )
    return pd.DataFrame(
        {
            "value": np.where(
                known & (clause.kind not in _YES_NO_KINDS), least, np.where(np.isinf(most), np.nan, most)
            ),
            "verdict": verdict,
            "people": np.nan,
            "reason": [
                _reason(clause, *row)
                for row in zip(verdict, least, present.tolist(), may_be_unlisted.tolist(), strict=True)
            ],
            "may_be_unlisted": may_be_unlisted,
            "rooms": [
                rooms if one == "fail" else None
                for one, rooms in zip(verdict, missing_rooms(clause, register, labels), strict=True)
            ],
        },
        index=figures.index,
    )


def _compare_figures(
    clause: Clause, register: FacilityRegister, labels: list[Hashable]
) -> tuple[pd.DataFrame, np.ndarray]:
    """The bounds of each area's figure, and the verdict.

    What is listed beyond an upper limit fails only where the table is complete, so that no row added elsewhere fails.
    """
    figures = bound_figures(clause, register, labels)
    least, most = figures["least"].to_numpy(dtype=float), figures["most"].to_numpy(dtype=float)
    passes, fails = compare_with_required(least, most, clause, _required(clause))
    may_fail = clause.bound == "min" or all(map(register.is_complete, clause.subjects))
    return figures, verdicts_of(passes, fails & may_fail)


def _reason(clause: Clause, verdict: str, least: float, present: bool, may_be_unlisted: bool) -> str:
    """The reason for a verdict, a key of `REASONS`; `present`: the community has a facility of the subject."""
    if verdict == "pass":
        return ""
    if clause.kind in _YES_NO_KINDS:
        return "short" if verdict == "fail" else "not_said"
    if np.isnan(least):
        return "no_size" if clause.kind in _SIZE_KINDS else "no_figure"
    if verdict == "fail":
        return "short" if present or clause.kind == "community_size" else "none"
    if not present:
        return "not_listed"
    return "may_be_unlisted" if may_be_unlisted else "no_figure"


def combine_distances(clause: Clause, distances: Mapping[DistanceCriterion, HomeDistances]) -> HomeDistances | None:
    """Return the distances that decide a clause: to its subject, or to the k-th nearest of its kinds.

    Parameters
    ----------
    clause
        The clause; k is its value if it asks for a number of kinds.
    distances
        Distances under each criterion that could be measured.

    Returns
    -------
    HomeDistances or None
        None if the clause has no criterion, or one of its criteria could not be measured.
    """
    criteria = criteria_of(clause)
    if not criteria or not all(criterion in distances for criterion in criteria):
        return None
    k = int(clause.value or 1.0) if clause.kind == "kinds_of" else 1
    each = [distances[criterion] for criterion in criteria]
    distance = np.stack([one.distance for one in each], axis=1)
    nearest_k = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return HomeDistances(
        distance=np.take_along_axis(distance, nearest_k, axis=1)[:, -1],
        served=np.sum([one.served for one in each], axis=0) >= k,
        possibly_served=np.sum([one.possibly_served for one in each], axis=0) >= k,
        near_unlocated=np.logical_or.reduce([one.near_unlocated for one in each]),
        may_be_unlisted=any(one.may_be_unlisted for one in each),
        listed=any(one.listed for one in each),
        nearest=np.take_along_axis(np.hstack([one.nearest for one in each]), nearest_k, axis=1),
        metres=np.take_along_axis(np.hstack([one.metres for one in each]), nearest_k, axis=1),
    )


def _by_distance(
    clause: Clause, homes: Homes, distances: Mapping[DistanceCriterion, HomeDistances], labels: list[Hashable]
) -> pd.DataFrame:
    """Verdicts from the share of each area's people within the limit."""
    combined = combine_distances(clause, distances)
    rows = [_judge_homes(clause, homes, combined, label) for label in labels]
    columns = ["value", "verdict", "people", "reason", "may_be_unlisted"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(labels, dtype=object)).assign(rooms=None)


def _judge_homes(
    clause: Clause, homes: Homes, distances: HomeDistances | None, label: Hashable
) -> tuple[float, str, float, str, bool]:
    """The value, verdict, people beyond the limit, reason and `may_be_unlisted` of an area.

    The value is the distance within which the required share of the people lives, or the most that it meets along its
    walks; the latter is NaN where the walks of fewer are known.
    """
    if distances is None:
        return np.nan, "unknown", np.nan, "no_streets", False
    rows = homes.in_area.get(label, np.zeros(0, int))
    people = homes.people[rows]
    if not people.sum() > 0.0:
        return np.nan, "unknown", np.nan, "no_homes", False
    share = 1.0 if clause.share is None else clause.share
    unserved = people[~distances.served[rows]].sum()
    certainly_unserved = people[~distances.possibly_served[rows]].sum()
    allowed = (1.0 - share + TOLERANCE) * people.sum()
    beyond_all_listed = certainly_unserved > allowed
    may_be_unlisted = bool(beyond_all_listed and distances.may_be_unlisted)
    verdict = "pass" if unserved <= allowed else "fail" if beyond_all_listed and not may_be_unlisted else "unknown"
    doubt = "data_end" if clause.what is None else "not_mapped"
    doubt = "no_position" if distances.near_unlocated[rows].any() else doubt
    if may_be_unlisted:
        doubt = "may_be_unlisted" if distances.listed else "not_listed"
    reason = {"pass": "", "fail": "short", "unknown": doubt}[verdict]
    affected = float(certainly_unserved if verdict == "fail" else unserved)
    value = _weighted_quantile(distances.distance[rows], people, share)
    if clause.what is not None and np.isinf(value):
        value = np.nan
    return value, verdict, affected, reason, may_be_unlisted


def _weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The least value at which the cumulative weight reaches a share of the total."""
    order = np.argsort(values, kind="stable")
    enough = np.cumsum(weights[order]) >= share * weights.sum() * (1.0 - TOLERANCE)
    return float(values[order][int(np.argmax(enough))])
