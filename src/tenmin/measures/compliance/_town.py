"""Clauses about the town as a whole, and its figures beside those that a standard's text reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenmin.inputs.standards import Clause, Reported, Standard
from tenmin.measures.compliance._counted_facilities import FacilityRegister, floor_bounds, number_of_facilities
from tenmin.measures.compliance._distance_clauses import DistanceCriterion, HomeDistances, Homes
from tenmin.measures.compliance._grading import BASIC, MET, UNDECIDED
from tenmin.measures.compliance._verdicts import combine_distances, compare_with_required, verdicts_of

__all__ = ["Assessment", "compare_with_reported", "judge_town", "share_passing"]

Interval = tuple[float, float]
"""Lower and upper bound of a figure; both NaN if nothing is known of it."""
UNKNOWN: Interval = (np.nan, np.nan)
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


def share_passing(verdicts: pd.DataFrame, clause: str) -> Interval:
    """Return the share of communities that pass a clause, without and with the unknown.

    Parameters
    ----------
    verdicts
        One row per area and clause: clause, verdict.
    clause
        Id of the clause.
    """
    rows = verdicts.loc[verdicts["clause"] == clause, "verdict"]
    if rows.empty:
        return UNKNOWN
    return float((rows == "pass").mean()), float((rows != "fail").mean())


def judge_town(
    standard: Standard,
    homes: Homes,
    distances: Mapping[DistanceCriterion, HomeDistances],
    verdicts: pd.DataFrame,
) -> pd.DataFrame:
    """Return the verdicts on the clauses about the town.

    Parameters
    ----------
    standard
        The standard.
    homes
        All homes of the town.
    distances
        Their distances under each criterion that could be measured.
    verdicts
        The verdicts on the clauses about areas.

    Returns
    -------
    DataFrame
        clause, verdict, value, value_most, required (all three in the clause's unit) and people (beyond the limit).
    """
    rows = []
    for clause in (clause for clause in standard.clauses if clause.level == "town"):
        if clause.kind == "share_of_communities":
            (least, most), people = share_passing(verdicts, clause.clause_of), np.nan
        else:
            least, most, people = _share_of_people(clause, homes, distances)
        required = float(clause.value or 0.0)
        (verdict,) = verdicts_of(*compare_with_required(np.array([least]), np.array([most]), clause, required))
        rows.append((clause.id, verdict, least, most, required, people))
    return pd.DataFrame(rows, columns=["clause", "verdict", "value", "value_most", "required", "people"])


def _share_of_people(
    clause: Clause, homes: Homes, distances: Mapping[DistanceCriterion, HomeDistances]
) -> tuple[float, float, float]:
    """The share of people within the limit, without and with the unknown, and the number not within it."""
    found, total = combine_distances(clause, distances), homes.people.sum()
    if found is None or not total > 0.0:
        return np.nan, np.nan, np.nan
    served, possibly = (float(homes.people[rows].sum()) for rows in (found.served, found.possibly_served))
    return served / total, 1.0 if found.may_be_unlisted else possibly / total, total - served


class Assessment(NamedTuple):
    """The results that a town's figures are computed from."""

    register: FacilityRegister
    verdicts: pd.DataFrame
    grades: pd.Series


def compare_with_reported(standard: Standard, assessment: Assessment) -> pd.DataFrame:
    """Return the figures that the standard's text reports, each beside that of the town at hand.

    Parameters
    ----------
    standard
        The standard, with its reported figures.
    assessment
        The results for the town at hand.

    Returns
    -------
    DataFrame
        A row per reported figure. `ours` and `ours_most` are the lower and upper bound of the town's figure: equal if
        it is known, NaN if the tables cannot say.
    """
    rows = {}
    for row in standard.reported:
        least, most = _FIGURES[row.figure](row, assessment)
        texts = (row.zh, row.en, row.figure, row.value, row.value_most, row.bound)
        rows[row.id] = (*texts, least, most, row.unit, row.source, row.evidence)
    return pd.DataFrame.from_dict(rows, orient="index", columns=_REPORTED).rename_axis("figure_id")


def _communities(_: Reported, assessment: Assessment) -> Interval:
    """The number of communities."""
    count = float(len(assessment.register.communities))
    return count, count


def _sum(row: Reported, assessment: Assessment) -> Interval:
    """The floor area of all facilities of a subject, m2."""
    floor = floor_bounds(assessment.register.facilities_of(row.subject))
    return (float(floor["least"].sum()), float(floor["most"].sum())) if len(floor) else UNKNOWN


def _mean(row: Reported, assessment: Assessment) -> Interval:
    """The floor area of a subject per community, m2."""
    (least, most), (count, _) = _sum(row, assessment), _communities(row, assessment)
    return (least / count, most / count) if count else UNKNOWN


def _share(row: Reported, assessment: Assessment) -> Interval:
    """The share of communities that pass a clause; or the standard, if no clause is named; or that have a subject."""
    if row.clause:
        return share_passing(assessment.verdicts, row.clause)
    if not row.subject:
        met = assessment.grades.isin([MET, BASIC])
        possibly = met | (assessment.grades == UNDECIDED)
        return (float(met.mean()), float(possibly.mean())) if len(met) else UNKNOWN
    register, labels = assessment.register, assessment.register.communities
    share = register.by_area(register.facilities_of(row.subject), labels)["of_area"].nunique() / max(len(labels), 1)
    return share, share if register.is_complete(row.subject) else 1.0


def _count(row: Reported, assessment: Assessment) -> Interval:
    """The number of facilities of a subject."""
    count = float(number_of_facilities(assessment.register.facilities_of(row.subject)).sum())
    return count, count if assessment.register.is_complete(row.subject) else np.inf


def _share_of_use(row: Reported, assessment: Assessment) -> Interval:
    """The share of a subject's floor area put to a use; an interval if a facility's floor area is unknown."""
    rows = assessment.register.facilities_of(row.subject)
    if "use" not in rows.columns:
        return UNKNOWN
    floor, used = floor_bounds(rows), rows["use"].astype("str").str.contains(row.use, regex=False)
    (least, most), (least_other, most_other) = (floor[part].sum() for part in (used, ~used))
    low, high = least + most_other, most + least_other
    return (least / low if low else np.nan, 1.0 if np.isinf(most) else most / high if high else np.nan)


def _not_comparable(*_: object) -> Interval:
    """Nothing: no figure of ours corresponds to the reported one."""
    return UNKNOWN


_FIGURES: Mapping[str, Callable[[Reported, Assessment], Interval]] = {
    "communities": _communities,
    "sum": _sum,
    "mean": _mean,
    "share": _share,
    "count": _count,
    "share_of_use": _share_of_use,
    "none": _not_comparable,
}
