"""The town as a whole: clauses about all its communities or people, and its figures beside those a text reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenmin.inputs.standards import Clause, Reported, Standard
from tenmin.measures.compliance._counted_facilities import Register, floor_bounds
from tenmin.measures.compliance._grading import BASIC, MET, UNDECIDED
from tenmin.measures.compliance._verdicts import combine_marks, hold
from tenmin.measures.compliance._walked_clauses import Ask, Marks, Walks

__all__ = ["Town", "compare_with_reported", "judge_town", "share_passing"]

Ends = tuple[float, float]
"""The least and the most that a figure can be; NaN where nothing can be said."""
UNKNOWN = (np.nan, np.nan)
_REPORTED = [
    "zh",
    "en",
    "figure",
    "reported",
    "reported_most",
    "bound",
    "ours",
    "ours_most",
    "unit",
    "source",
    "evidence",
]


def share_passing(verdicts: pd.DataFrame, clause: str) -> Ends:
    """Return the share of communities that pass a clause, without and with the unknown."""
    rows = verdicts.loc[verdicts["clause"] == clause, "verdict"]
    if rows.empty:
        return UNKNOWN
    return float((rows == "pass").mean()), float((rows != "fail").mean())


def judge_town(standard: Standard, walks: Walks, marks: Mapping[Ask, Marks], verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of the clauses about the town: clause, verdict, value, value_most, required, people."""
    rows = []
    for clause in (clause for clause in standard.clauses if clause.level == "town"):
        if clause.kind == "share_of_communities":
            (least, most), people = share_passing(verdicts, clause.clause_of), np.nan
        else:
            least, most, people = _share_of_people(clause, walks, marks)
        required = float(clause.value or 0.0)
        sure, never = (bool(one[0]) for one in hold(np.array([least]), np.array([most]), clause, required))
        verdict = "pass" if sure else "fail" if never else "unknown"
        rows.append((clause.id, verdict, least, most, required, people))
    return pd.DataFrame(rows, columns=["clause", "verdict", "value", "value_most", "required", "people"])


def _share_of_people(clause: Clause, walks: Walks, marks: Mapping[Ask, Marks]) -> tuple[float, float, float]:
    """The share of the people within the limit, without and with the unknown, and who is not."""
    found, total = combine_marks(clause, marks), walks.people.sum()
    if found is None or not total > 0.0:
        return np.nan, np.nan, np.nan
    served, maybe = (float(walks.people[part].sum()) for part in (found.served, found.maybe))
    return served / total, maybe / total, total - served


class Town(NamedTuple):
    """What the figures of a town are counted from."""

    register: Register
    verdicts: pd.DataFrame
    grades: pd.Series


def compare_with_reported(standard: Standard, town: Town) -> pd.DataFrame:
    """Return the figures that the standard's text reports, each with that of the town at hand.

    `ours` and `ours_most` bound the town's figure; they are one where it is known, and NaN where a table cannot say.
    """
    rows = {}
    for row in standard.reported:
        least, most = _FIGURES[row.figure](row, town)
        texts = (row.zh, row.en, row.figure, row.value, row.value_most, row.bound)
        rows[row.id] = (*texts, least, most, row.unit, row.source, row.evidence)
    return pd.DataFrame.from_dict(rows, orient="index", columns=_REPORTED).rename_axis("figure_id")


def _communities(_: Reported, town: Town) -> Ends:
    count = float(len(town.register.communities))
    return count, count


def _sum(row: Reported, town: Town) -> Ends:
    floor = floor_bounds(town.register.rows_for(row.subject))
    return (float(floor["least"].sum()), float(floor["most"].sum())) if len(floor) else UNKNOWN


def _mean(row: Reported, town: Town) -> Ends:
    (least, most), (count, _) = _sum(row, town), _communities(row, town)
    return (least / count, most / count) if count else UNKNOWN


def _share(row: Reported, town: Town) -> Ends:
    """The share of communities that pass a clause, or the whole standard if none is named, or that have a subject."""
    if row.clause:
        return share_passing(town.verdicts, row.clause)
    if not row.subject:
        met = town.grades.isin([MET, BASIC])
        return (float(met.mean()), float((met | (town.grades == UNDECIDED)).mean())) if len(met) else UNKNOWN
    register, labels = town.register, town.register.communities
    held = register.by_area(register.rows_for(row.subject), labels)["of_area"].nunique() / max(len(labels), 1)
    return held, held if register.is_complete(row.subject) else 1.0


def _count(row: Reported, town: Town) -> Ends:
    count = float(len(town.register.rows_for(row.subject)))
    return count, count if town.register.is_complete(row.subject) else np.inf


def _share_of_use(row: Reported, town: Town) -> Ends:
    """The share of the floor area of a subject put to a use; an interval where a house has no figure."""
    rows = town.register.rows_for(row.subject)
    if "use" not in rows.columns:
        return UNKNOWN
    floor, used = floor_bounds(rows), rows["use"].astype("str").str.contains(row.use, regex=False)
    (least, most), (least_other, most_other) = (floor[part].sum() for part in (used, ~used))
    low, high = least + most_other, most + least_other
    return (least / low if low else np.nan, 1.0 if np.isinf(most) else most / high if high else np.nan)


def _nothing(*_: object) -> Ends:
    return UNKNOWN


_FIGURES: Mapping[str, Callable[[Reported, Town], Ends]] = {
    "communities": _communities,
    "sum": _sum,
    "mean": _mean,
    "share": _share,
    "count": _count,
    "share_of_use": _share_of_use,
    "none": _nothing,
}
