"""What holding a standard against communities gives: verdicts, grades and totals, each with its denominator."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tenmin.inputs.communities import Communities
from tenmin.inputs.standards import Standard
from tenmin.measures.compliance._grading import rule_of_grades
from tenmin.support.errors import TableError

__all__ = ["Compliance"]

_WORDS = ("pass", "fail", "unknown")


@dataclass(frozen=True, repr=False)
class Compliance:
    """A standard held against communities.

    Attributes
    ----------
    standard
        The standard.
    areas
        The communities, with the level of each.
    verdicts
        One row for each area and clause that applies: `area`, `clause`, `verdict` (pass, fail or unknown), `value`,
        `required` (both in `unit`), `people` (affected, 0 for a pass, NaN if nobody counted them), `reason` (a key
        of `REASONS`), and the clause's `mandatory`, `approximate` and `evidence`. The value of a clause about walks is
        the walk within which the share asked for lives (all people, if none is asked for).
    grades
        达标 and so on, by area; `rule` says how they are told.
    not_applicable
        `area`, `clause` and the figure or kind that puts the area outside the clause.
    between
        For clauses about distance, by area: people within the straight radius, within the walk, and between the two.
    town
        The clauses about the town as a whole.
    reported
        The figures that the standard's text reports beside those of this town.
    links
        Which facility counts for which area, and whether the table states it or it stands there.
    idle
        Facilities that do not count, since they are not in use.
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
    idle: pd.DataFrame
    basic_share: float

    def __repr__(self) -> str:
        """Say what a person asks first."""
        counts = self.grades.value_counts(sort=False)
        shown = ", ".join(f"{grade} {count}" for grade, count in counts.items())
        return f"<Compliance of {len(self.grades):,} areas with {self.standard.id}: {shown or 'no area'}>"

    @property
    def rule(self) -> tuple[str, str]:
        """How grades are told, in Chinese and English."""
        return rule_of_grades(self.basic_share)

    def totals(self, by: str | None = None) -> pd.DataFrame:
        """Return how many areas pass each clause.

        Parameters
        ----------
        by
            A column of the areas to divide by, such as "parent" (街道) or "kind"; or "district", the parent of the
            parent. All together, if not given.

        Returns
        -------
        DataFrame
            clause, (by,) areas (the denominator: those the clause applies to), pass, fail, unknown, share (pass /
            areas), share_upper (with the unknown), and people affected by what is no pass.

        Raises
        ------
        TableError
            If the areas have no such column.
        """
        order = {clause.id: n for n, clause in enumerate(self.standard.clauses)}
        rows = self.verdicts.sort_values("clause", key=lambda one: one.map(order), kind="stable")
        rows = rows if by is None else rows.assign(**{by: rows["area"].map(self._parts(by))})
        keys = ["clause"] if by is None else ["clause", by]
        groups = rows.groupby(keys, sort=False, dropna=False)
        counts = pd.DataFrame(
            {word: groups["verdict"].agg(lambda one, word=word: int((one == word).sum())) for word in _WORDS}
        )
        counts.insert(0, "areas", groups.size())
        counts["share"] = counts["pass"] / counts["areas"]
        counts["share_upper"] = (counts["pass"] + counts["unknown"]) / counts["areas"]
        counts["people"] = groups["people"].sum(min_count=1)
        return counts.reset_index()

    def grade_totals(self, by: str | None = None) -> pd.DataFrame:
        """Return how many areas have each grade, by a column of the areas if one is given."""
        label = pd.Series("", index=self.areas.index) if by is None else self._parts(by)
        table = pd.crosstab(label.reindex(self.grades.index).fillna(""), self.grades)
        return table.rename_axis(index=by, columns=None)

    def _parts(self, by: str) -> pd.Series:
        if by == "district" and by not in self.areas.columns and "parent" in self.areas.columns:
            above = pd.Series(Communities(self.areas).parents, dtype=object).reindex(self.areas.index)
            return above.map(self.areas["parent"])
        if by not in self.areas.columns:
            msg = f"areas has no column {by!r} to divide by; it has {sorted(map(str, self.areas.columns))}"
            raise TableError(msg)
        return self.areas[by]
