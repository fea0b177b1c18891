"""The compliance of communities with a standard: verdicts, grades and totals."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tenmin.inputs.communities import Communities
from tenmin.inputs.standards import Standard
from tenmin.measures.compliance._grading import rule_of_grades
from tenmin.support.errors import TableError
from tenmin.support.language import counted
from tenmin.support.notebook import as_card
from tenmin.support.percent import percent

__all__ = ["Compliance"]

_VERDICTS = ("pass", "fail", "unknown")


@dataclass(frozen=True, eq=False, repr=False)
class Compliance:
    """The compliance of communities with a standard.

    Attributes
    ----------
    standard
        The standard.
    areas
        The communities with their level.
    verdicts
        One row per area and applicable clause: `area`, `clause`, `verdict` (pass, fail or unknown), `value` and
        `required` (both in `unit`), `shortfall` (what the value of a fail lacks, or has beyond an upper limit, in
        `unit`; 0 for a pass, NaN for an unknown), `people` (affected; 0 for a pass, NaN if not known), `reason` (a key
        of `REASONS`), `may_be_unlisted` (whether it is unknown only since the tables need not be complete, and would
        else fail), `rooms` (names of those that a fail lacks, joined by "、", or None), and the clause's `mandatory`,
        `approximate` and `evidence`. The value of a clause about distance is the distance within which the required
        share of the people lives (all people, if no share is required).
    grades
        达标, 基本达标, 未达标 or 无法判定, by area, according to `rule`.
    not_applicable
        `area`, `clause` and the figure or kind that excludes the area.
    between
        For clauses about distance, by area: people within the straight radius, within a walk of the same length, and
        the difference.
    town
        Verdicts on the clauses about the town as a whole.
    reported
        The figures that the standard's text reports, beside those of this town.
    links
        Which facility counts for which area, one row for each pair, and whether the table states so or the facility
        stands there.
    deciding
        The facilities that decide each verdict: area, clause, facility (id), metres (for clauses about distance, the
        longest way of a home of the area to it) and source. Those that count for the area, or are nearest to its homes.
    idle
        Facilities that do not count because they are not in use.
    contradictions
        Facilities that do not count for the category `complete`, because another source lists that one in full, without
        them: facility, category, name, source, complete.
    complete
        Categories of which the tables list every facility.
    basic_share
        Least share of the mandatory clauses that must pass for 基本达标.
    """

    standard: Standard
    areas: pd.DataFrame
    verdicts: pd.DataFrame
    grades: pd.Series
    not_applicable: pd.DataFrame
    between: pd.DataFrame
    town: pd.DataFrame
    reported: pd.DataFrame
    links: pd.DataFrame
    deciding: pd.DataFrame
    idle: pd.DataFrame
    contradictions: pd.DataFrame
    complete: frozenset[str]
    basic_share: float

    def __repr__(self) -> str:
        """The number of areas with each grade."""
        counts = self.grades.value_counts(sort=False)
        shown = ", ".join(f"{grade} {count}" for grade, count in counts.items())
        return f"<Compliance of {counted(len(self.grades), 'area')} with {self.standard.id}: {shown or 'no area'}>"

    def _repr_html_(self) -> str:
        """Areas that pass, fail and are unknown by clause, and the rule for grades."""
        totals = self.totals()
        shown = totals.assign(**{name: totals[name].map(percent) for name in ("share", "share_upper")})
        return as_card(repr(self).strip("<>"), {"grades": self.rule[1], "等级": self.rule[0]}, shown)

    @property
    def rule(self) -> tuple[str, str]:
        """The rule for grades in words, in Chinese and English."""
        return rule_of_grades(self.basic_share)

    def totals(self, by: str | None = None) -> pd.DataFrame:
        """Return the number of areas that pass each clause.

        Parameters
        ----------
        by
            A column of the areas to group by, such as "parent" (街道) or "kind"; or "district", the parent of the
            parent. None gives one row per clause.

        Returns
        -------
        DataFrame
            clause, (by,) areas (the denominator: areas that the clause applies to), pass, fail, unknown, share (pass /
            areas), share_upper ((pass + unknown) / areas), people (affected by the verdicts fail and unknown), and
            people_fail and people_unknown, the two parts of this sum.

        Raises
        ------
        TableError
            If the areas have no such column.
        """
        order = {clause.id: n for n, clause in enumerate(self.standard.clauses)}
        rows = self.verdicts.sort_values("clause", key=lambda one: one.map(order), kind="stable")
        rows = rows if by is None else rows.assign(**{by: rows["area"].map(self._groups(by))})
        keys = ["clause"] if by is None else ["clause", by]
        groups = rows.groupby(keys, sort=False, dropna=False)
        counts = pd.DataFrame(
            {name: groups["verdict"].agg(lambda one, name=name: int((one == name).sum())) for name in _VERDICTS}
        )
        counts.insert(0, "areas", groups.size())
        counts["share"] = counts["pass"] / counts["areas"]
        counts["share_upper"] = (counts["pass"] + counts["unknown"]) / counts["areas"]
        counts["people"] = groups["people"].sum(min_count=1)
        for verdict in ("fail", "unknown"):
            affected = rows["people"].where(rows["verdict"] == verdict)
            counts[f"people_{verdict}"] = affected.groupby([rows[key] for key in keys], sort=False, dropna=False).sum()
        return counts.reset_index()

    def decided_if_complete(self) -> pd.DataFrame:
        """Return what it would decide to know that the tables list every facility of a category.

        Returns
        -------
        DataFrame
            Index: the categories, joined by semicolons where a clause asks for several kinds; columns clauses and
            verdicts, the numbers of those that are unknown for this reason alone. Most verdicts first.
        """
        open_subjects = {
            clause.id: ";".join(one for one in clause.subjects if one not in self.complete)
            for clause in self.standard.clauses
        }
        rows = self.verdicts[self.verdicts["may_be_unlisted"].astype(bool)]
        groups = rows["clause"].groupby(rows["clause"].map(open_subjects).rename("complete"))
        table = groups.agg(clauses="nunique", verdicts="size").reset_index()
        return table.sort_values(["verdicts", "complete"], ascending=[False, True]).set_index("complete")

    def grade_totals(self, by: str | None = None) -> pd.DataFrame:
        """Return the number of areas with each grade, grouped by a column of the areas if one is given."""
        label = pd.Series("", index=self.areas.index) if by is None else self._groups(by)
        table = pd.crosstab(label.reindex(self.grades.index).fillna(""), self.grades)
        return table.rename_axis(index=by, columns=None)

    def _groups(self, by: str) -> pd.Series:
        """The group of each area: its value in a column, or its district."""
        if by == "district" and by not in self.areas.columns and "parent" in self.areas.columns:
            above = pd.Series(Communities(self.areas).parents, dtype=object).reindex(self.areas.index)
            return above.map(self.areas["parent"])
        if by not in self.areas.columns:
            msg = f"areas has no column {by!r} to divide by; it has {sorted(map(str, self.areas.columns))}"
            raise TableError(msg)
        return self.areas[by]
