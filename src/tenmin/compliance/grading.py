"""Grades of communities from the verdicts on their mandatory clauses."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from tenmin.standards import Standard

__all__ = ["BASIC", "BASIC_SHARE", "GRADES", "MET", "MISSED", "UNDECIDED", "grade_areas", "rule_of_grades"]

MET, BASIC, MISSED, UNDECIDED = "达标", "基本达标", "未达标", "无法判定"
GRADES = {MET: "meets", BASIC: "basically meets", MISSED: "does not meet", UNDECIDED: "cannot be told"}
"""The grades, best first, in Chinese and English."""
BASIC_SHARE = 0.8
"""Share of the mandatory clauses that 基本达标 needs; no text says, so it is ours and an option."""
_FLOOR = ("floor_area", "area_per_households")


def rule_of_grades(basic_share: float) -> tuple[str, str]:
    """Return how grades are told, in Chinese and English.

    >>> rule_of_grades(0.8)[1][:38]
    'meets: all mandatory clauses that appl'
    """
    return (
        f"达标:适用的必备条款全部通过;基本达标:至少 {basic_share:.0%} 通过,且面积条款全部通过;"
        "无法判定:未知项按通过或不通过读,等级不同,或没有适用的必备条款。界线由本工具设定,标准原文未给出。",
        f"meets: all mandatory clauses that apply pass; basically meets: at least {basic_share:.0%} of them and every "
        "floor-area clause; cannot be told: reading the unknown as pass or as fail gives different grades, or no "
        "mandatory clause applies. No text gives these lines; they are tenmin's.",
    )


def grade_areas(verdicts: pd.DataFrame, standard: Standard, areas: pd.Index, basic_share: float) -> pd.Series:
    """Return the grade of each area from its verdicts (area, clause, verdict) on the mandatory clauses."""
    floor = {clause.id for clause in standard.clauses if clause.kind in _FLOOR}
    must = {clause.id for clause in standard.clauses if clause.mandatory}
    held = verdicts[verdicts["clause"].isin(must)]
    found = {}
    for label, rows in held.groupby("area", sort=False):
        best, worst = (_grade(rows, floor, passing, basic_share) for passing in ({"pass", "unknown"}, {"pass"}))
        found[label] = best if best == worst else UNDECIDED
    return pd.Series([found.get(label, UNDECIDED) for label in areas], index=areas, name="grade", dtype="str")


def _grade(rows: pd.DataFrame, floor: Collection[str], passing: Collection[str], basic_share: float) -> str:
    passed = rows["verdict"].isin(passing)
    if passed.all():
        return MET
    return BASIC if passed.mean() >= basic_share and passed[rows["clause"].isin(floor)].all() else MISSED
