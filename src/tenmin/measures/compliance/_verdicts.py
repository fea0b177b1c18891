"""Verdicts: each clause held against each community that it speaks of."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenmin.inputs.readers import text_of
from tenmin.inputs.standards import AREA_KINDS, SETTINGS, AppliesTo, Clause
from tenmin.measures.compliance._counted_facilities import Register
from tenmin.measures.compliance._counting import bound_figures
from tenmin.measures.compliance._walked_clauses import Ask, Marks, Walks, asks_of, is_walked
from tenmin.support.limits import TOLERANCE

__all__ = ["Scope", "combine_marks", "divide_by_scope", "hold", "judge_clause", "unit_of"]

_WALK_UNIT = {"walk_minutes": "min", "walk_metres": "m", "straight_metres": "m"}
_SETTING_WORDS = {"城镇": "urban", "城市": "urban", "农村": "rural", "乡村": "rural"}
_SETTINGS = {"rural": "rural", "old": "urban", "new": "urban", "resettled": "urban"}
"""What a kind of community says of its setting, where no column does."""
_SIZES = ("community_size", "count_per", "area_per_households")
_SAID = ("not_spatial", "response_minutes")


class Scope(NamedTuple):
    """The communities of a clause: those it speaks of, those it may speak of, and why it does not of others."""

    inside: list[Hashable]
    unclear: dict[Hashable, str]
    outside: dict[Hashable, str]


def divide_by_scope(clause: Clause, register: Register) -> Scope:
    """Return the areas at the level of a clause, divided by whether it applies to them."""
    labels = register.areas.index[register.areas["level"] == clause.level].tolist()
    if clause.applies_to == AppliesTo():
        return Scope(labels, {}, {})
    scope = Scope([], {}, {})
    figures = {name: register.figure(name, labels) for name in ("people", "households")}
    for label in labels:
        unclear, outside = _misfit(
            clause.applies_to, register.areas.loc[label], {k: v[label] for k, v in figures.items()}
        )
        if outside:
            scope.outside[label] = outside
        elif unclear:
            scope.unclear[label] = unclear
        else:
            scope.inside.append(label)
    return scope


def _misfit(rule: AppliesTo, area: pd.Series, figures: Mapping[str, float]) -> tuple[str, str]:
    """Why it cannot be told whether a clause applies to an area, and why it does not; empty if not so."""
    unclear = ""
    for name, figure in figures.items():
        least, most = getattr(rule, f"{name}_min"), getattr(rule, f"{name}_max")
        if least is None and most is None:
            continue
        if np.isnan(figure):
            unclear = "no_size"
        elif not (least or 0.0) <= figure <= (most or np.inf):
            return "", f"{name} {figure:g}"
    kind, setting = area.get("kind"), area.get("setting")
    setting = _SETTING_WORDS.get(text_of(setting) or "", text_of(setting)) or _SETTINGS.get(str(kind))
    settings = (rule.setting,) if rule.setting else ()
    for asked, given, known in ((rule.kinds, kind, AREA_KINDS), (settings, setting, SETTINGS)):
        if asked and given not in known:
            unclear = "no_kind"
        elif asked and given not in asked:
            return "", str(given)
    return unclear, ""


def hold(least: np.ndarray, most: np.ndarray, clause: Clause, required: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where a figure between `least` and `most` meets what is required for sure, and where it does not.

    Where both are true the figure is what is required but for rounding, and meets it.
    """
    if clause.bound == "about":
        low, high = required * (1.0 - (clause.tolerance or 0.0)), required * (1.0 + (clause.tolerance or 0.0))
        return (least >= low) & (most <= high), (most < low) | (least > high)
    if clause.bound == "max":
        return most <= required * (1.0 + TOLERANCE), least > required
    return least >= required * (1.0 - TOLERANCE), most < required


def judge_clause(
    clause: Clause, scope: Scope, register: Register, walks: Walks, marks: Mapping[Ask, Marks]
) -> pd.DataFrame:
    """Return the verdicts of one clause: a row for each community it speaks of, or may speak of."""
    labels = scope.inside
    rows = _by_walks(clause, walks, marks, labels) if is_walked(clause) else _by_counting(clause, register, labels)
    unclear = pd.DataFrame(
        {"value": np.nan, "verdict": "unknown", "people": np.nan, "reason": list(scope.unclear.values())},
        index=pd.Index(list(scope.unclear), dtype=object),
    )
    both = pd.concat([part for part in (rows, unclear) if len(part)]) if len(rows) + len(unclear) else rows
    people = register.figure("people", both.index)
    both["people"] = both["people"].fillna(people).where(both["verdict"] != "pass", 0.0)
    return both.assign(clause=clause.id, required=_required(clause), unit=unit_of(clause))


def unit_of(clause: Clause) -> str:
    """The unit of what is required: that of the walk, for kinds within a walk."""
    return _WALK_UNIT[str(clause.within_kind)] if clause.kind == "kinds_of" and clause.within else clause.unit


def _required(clause: Clause) -> float:
    if clause.kind == "kinds_of" and clause.within:
        return clause.within
    return 1.0 if clause.value is None else clause.value


def _verdicts(sure: np.ndarray, never: np.ndarray) -> np.ndarray:
    return np.select([sure, never], ["pass", "fail"], default="unknown").astype(object)


def _by_counting(clause: Clause, register: Register, labels: list[Hashable]) -> pd.DataFrame:
    figures = bound_figures(clause, register, labels)
    least, most = figures["least"].to_numpy(dtype=float), figures["most"].to_numpy(dtype=float)
    sure, never = hold(least, most, clause, _required(clause))
    known = (least == most) | (least > 0.0) | (clause.unit == "count")
    verdict = _verdicts(sure, never)
    subjects = clause.kinds or (clause.subject,)
    present = figures.index.isin(
        [area for one in subjects for area in register.by_area(register.rows_for(one), labels)["of_area"]]
    )
    return pd.DataFrame(
        {
            "value": np.where(known & (clause.kind not in _SAID), least, np.where(np.isinf(most), np.nan, most)),
            "verdict": verdict,
            "people": np.nan,
            "reason": [_why(clause, *row) for row in zip(verdict, least, present.tolist(), strict=True)],
        },
        index=figures.index,
    )


def _why(clause: Clause, verdict: str, least: float, present: bool) -> str:
    if verdict == "pass":
        return ""
    if clause.kind in _SAID:
        return "short" if verdict == "fail" else "not_said"
    if np.isnan(least):
        return "no_size" if clause.kind in _SIZES else "no_figure"
    if verdict == "fail":
        return "short" if present or clause.kind == "community_size" else "none"
    return "no_figure" if present else "not_listed"


def combine_marks(clause: Clause, marks: Mapping[Ask, Marks]) -> Marks | None:
    """Return how far the homes are from what a clause asks: the one subject, or the k-th nearest of several kinds."""
    asks = asks_of(clause)
    if not all(ask in marks for ask in asks):
        return None
    count = int(clause.value or 1.0) if clause.kind == "kinds_of" else 1
    each = [marks[ask] for ask in asks]
    far = np.sort(np.stack([mark.far for mark in each]), axis=0)[count - 1]
    served, maybe = (np.sum(part, axis=0) >= count for part in zip(*[(m.served, m.maybe) for m in each], strict=True))
    placeless = np.logical_or.reduce([mark.placeless for mark in each])
    return Marks(far, served, maybe, placeless, any(mark.unlisted for mark in each))


def _by_walks(clause: Clause, walks: Walks, marks: Mapping[Ask, Marks], labels: list[Hashable]) -> pd.DataFrame:
    combined = combine_marks(clause, marks)
    rows = [_judge_homes(clause, walks, combined, label) for label in labels]
    return pd.DataFrame(rows, columns=["value", "verdict", "people", "reason"], index=pd.Index(labels, dtype=object))


def _judge_homes(clause: Clause, walks: Walks, marks: Marks | None, label: Hashable) -> tuple[float, str, float, str]:
    """The walk that the share asked for has at most, the verdict, who is not within the limit, and why."""
    if marks is None:
        return np.nan, "unknown", np.nan, "no_streets"
    homes = walks.homes_in.get(label, np.zeros(0, int))
    people = walks.people[homes]
    if not people.sum() > 0.0:
        return np.nan, "unknown", np.nan, "no_homes"
    share = 1.0 if clause.share is None else clause.share
    out, sure_out = people[~marks.served[homes]].sum(), people[~marks.maybe[homes]].sum()
    spare = (1.0 - share + TOLERANCE) * people.sum()
    verdict = "pass" if out <= spare else "fail" if sure_out > spare else "unknown"
    doubt = "no_position" if marks.placeless[homes].any() else "not_listed" if marks.unlisted else "data_end"
    reason = {"pass": "", "fail": "short", "unknown": doubt}[verdict]
    return _reach(marks.far[homes], people, share), verdict, float(sure_out if verdict == "fail" else out), reason


def _reach(far: np.ndarray, people: np.ndarray, share: float) -> float:
    """The walk within which this share of the people live."""
    order = np.argsort(far, kind="stable")
    enough = np.cumsum(people[order]) >= share * people.sum() * (1.0 - TOLERANCE)
    return float(far[order][int(np.argmax(enough))])
