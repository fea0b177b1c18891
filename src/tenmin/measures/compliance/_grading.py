"""Grades of communities from the verdicts on their mandatory clauses."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from tenmin.inputs.standards import Standard
from tenmin.support.files import read_toml, shipped_file

__all__ = ["BASIC", "BASIC_SHARE", "GRADES", "MET", "MISSED", "REASONS", "UNDECIDED", "grade_areas", "rule_of_grades"]

MET, BASIC, MISSED, UNDECIDED = "达标", "基本达标", "未达标", "无法判定"
WORDS = read_toml(shipped_file("tenmin.measures.compliance", "words.toml"))
"""Names of verdicts' reasons and of grades, in Chinese and English."""
GRADES: dict[str, str] = WORDS["grades"]
"""The grades, best first, in Chinese and English."""
REASONS: dict[str, list[str]] = WORDS["reasons"]
"""Reasons of a verdict that is not a pass, in Chinese and English."""
BASIC_SHARE = 0.8
"""Least share of the mandatory clauses for 基本达标: an assumption, since no text gives one."""
_FLOOR = ("floor_area", "area_per_households")


def rule_of_grades(basic_share: float) -> tuple[str, str]:
    """Return the rule for grades in words, in Chinese and English.

    >>> rule_of_grades(0.8)[1][:41]
    'Meets: all mandatory clauses that apply p'
    """
    return WORDS["rule"]["zh"].format(share=basic_share), WORDS["rule"]["en"].format(share=basic_share)


def grade_areas(verdicts: pd.DataFrame, standard: Standard, areas: pd.Index, basic_share: float) -> pd.Series:
    """Return the grade of each area.

    Parameters
    ----------
    verdicts
        area, clause, verdict.
    standard
        Says which clauses are mandatory; the others do not count.
    areas
        Ids of the areas to grade.
    basic_share
        Least share of the mandatory clauses that must pass for 基本达标.
    """
    floor = {clause.id for clause in standard.clauses if clause.kind in _FLOOR}
    mandatory = {clause.id for clause in standard.clauses if clause.mandatory}
    found = {}
    for label, rows in verdicts[verdicts["clause"].isin(mandatory)].groupby("area", sort=False):
        best, worst = (_grade(rows, floor, passing, basic_share) for passing in ({"pass", "unknown"}, {"pass"}))
        found[label] = best if best == worst else UNDECIDED
    return pd.Series([found.get(label, UNDECIDED) for label in areas], index=areas, name="grade", dtype="str")


def _grade(rows: pd.DataFrame, floor: Collection[str], passing: Collection[str], basic_share: float) -> str:
    """The grade of one area; `passing` are the verdicts read as a pass, `floor` the clauses about floor area."""
    passed = rows["verdict"].isin(passing)
    if passed.all():
        return MET
    return BASIC if passed.mean() >= basic_share and passed[rows["clause"].isin(floor)].all() else MISSED
