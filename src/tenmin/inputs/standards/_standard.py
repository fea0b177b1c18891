"""Standards, with their tiers, clauses and reported figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import pandas as pd

from tenmin.inputs.standards._clause import KEY, Clause, raise_invalid
from tenmin.inputs.standards._clause_kinds import EVIDENCE
from tenmin.support.language import counted
from tenmin.support.notebook import as_card

__all__ = ["FIGURES", "Reported", "Span", "Standard", "Tier"]

Span = tuple[float, float]
"""Lower and upper bound; the upper is inf if the text leaves it open."""

FIGURES = ("communities", "mean", "sum", "share", "count", "share_of_use", "none")


@dataclass(frozen=True)
class Tier:
    """A size of neighbourhood: walking time or distance, and numbers of people and dwellings."""

    id: str
    zh: str = ""
    en: str = ""
    minutes: Span | None = None
    metres: Span | None = None
    people: Span | None = None
    dwellings: Span | None = None
    source: str = ""
    evidence: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Check the spans."""
        _check_evidence("tier", self.id, self.source, self.evidence)
        for name in ("minutes", "metres", "people", "dwellings"):
            span = getattr(self, name)
            if span is not None and not (0.0 < span[0] <= span[1] and span[0] < math.inf):
                raise_invalid("tier", self.id, name, f"{span!r}; give a number above 0, or the least and the most")


@dataclass(frozen=True)
class Reported:
    """A figure that the text reports for its own town, for comparison.

    `figure` is what it counts: communities (their number), the mean or the sum of the floor area of `subject`, the
    share of communities that pass `clause`, the count of facilities of `subject`, the share_of_use of floor area for
    `use`, or none if it cannot be compared.
    """

    id: str
    figure: str
    zh: str = ""
    en: str = ""
    clause: str = ""
    subject: str = ""
    use: str = ""
    value: float | None = None
    value_most: float | None = None
    """Upper end, if the text gives a range."""
    unit: str = ""
    bound: str = "exact"
    source: str = ""
    evidence: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Check the figure and its value."""
        _check_evidence("reported", self.id, self.source, self.evidence)
        if self.figure not in FIGURES:
            raise_invalid("reported", self.id, "figure", f"{self.figure!r} is none of {', '.join(FIGURES)}")
        if self.value is None or not 0.0 <= self.value < math.inf:
            raise_invalid("reported", self.id, "value", f"{self.value!r} is no finite number from 0 up")
        if self.value_most is not None and not self.value <= self.value_most < math.inf:
            raise_invalid("reported", self.id, "value_most", f"{self.value_most!r} is below value, {self.value!r}")
        if self.bound not in {"exact", "min", "max", "about"}:
            raise_invalid("reported", self.id, "bound", f"{self.bound!r} is none of exact, min, max, about")


def _check_evidence(what: str, name: str, source: str, evidence: str) -> None:
    if not KEY.fullmatch(name):
        raise_invalid(what, name, "id", "give small letters, digits and _, such as 'tier10'")
    if not source.strip():
        raise_invalid(what, name, "source", "it is missing, here and in the standard; say where the figure comes from")
    if evidence not in EVIDENCE:
        raise_invalid(what, name, "evidence", f"{evidence!r} is none of {', '.join(EVIDENCE)}")


@dataclass(frozen=True, repr=False)
class Standard:
    """A standard with its clauses, tiers and reported figures.

    Raises
    ------
    InputError
        The source is missing, an id is not unique, or a clause names an unknown tier or clause.
    """

    id: str
    """Its id, by which `load_standard` finds it."""
    title_zh: str
    """Its title in Chinese."""
    title_en: str
    """Its title in English."""
    issued_by: str
    """Who issued it."""
    source: str
    """Where its text was read."""
    evidence: str
    """How good that source is: primary, primary_excerpt, founding, secondary, news, user or third_party."""
    year: int | None = None
    """Year of issue."""
    walker: str = "adult"
    """Preset of the walker of its clauses in minutes."""
    entered_by: str = ""
    """Who entered it, if the evidence is `user`."""
    entered_on: str = ""
    """Date of that, ISO 8601."""
    notes_zh: tuple[str, ...] = ()
    """Notes in Chinese."""
    notes_en: tuple[str, ...] = ()
    """Notes in English."""
    tiers: tuple[Tier, ...] = ()
    """Its tiers of communities, which do not contain each other."""
    clauses: tuple[Clause, ...] = ()
    """Its clauses; `table()` gives them as a frame."""
    reported: tuple[Reported, ...] = ()
    """Figures of a whole town that its text reports."""
    unfilled: tuple[str, ...] = ()
    """Names of the rows of a user's table that are not filled in yet."""

    def __post_init__(self) -> None:
        """Check that ids are unique and references exist."""
        _check_evidence("standard", self.id, self.source, self.evidence)
        self._check_user_evidence()
        for what, rows in (("tier", self.tiers), ("clause", self.clauses), ("reported", self.reported)):
            ids = [row.id for row in rows]
            duplicate = next((one for n, one in enumerate(ids) if one in ids[:n]), None)
            if duplicate is not None:
                raise_invalid(what, duplicate, "id", "it stands there twice; give each its own")
        tiers, clauses = {tier.id for tier in self.tiers}, {clause.id for clause in self.clauses}
        for clause in self.clauses:
            if clause.tier is not None and clause.tier not in tiers:
                raise_invalid("clause", clause.id, "tier", f"{clause.tier!r} is none of the tiers: {sorted(tiers)}")
            if clause.clause_of and clause.clause_of not in clauses - {clause.id}:
                raise_invalid("clause", clause.id, "clause_of", f"there is no other clause {clause.clause_of!r}")
        for row in self.reported:
            if row.clause and row.clause not in clauses:
                raise_invalid("reported", row.id, "clause", f"there is no clause {row.clause!r}")

    def _check_user_evidence(self) -> None:
        rows = (self, *self.tiers, *self.clauses, *self.reported)
        has_user_evidence = any(row.evidence == "user" for row in rows)
        for name in ("entered_by", "entered_on"):
            if has_user_evidence and not getattr(self, name).strip():
                raise_invalid("standard", self.id, name, "evidence 'user' needs who typed it in and when; give both")

    def __repr__(self) -> str:
        """Return the id, title, year, issuer, number of clauses and evidence."""
        mandatory = sum(clause.mandatory for clause in self.clauses)
        year = f" {self.year}" if self.year else ""
        return (
            f"Standard({self.id!r}: {self.title_en},{year} {self.issued_by}; "
            f"{counted(len(self.clauses), 'clause')}, {mandatory} mandatory; evidence {self.evidence})"
        )

    def _repr_html_(self) -> str:
        facts = {
            "标准": self.title_zh,
            "issued by": self.issued_by,
            "year": self.year or "-",
            "source": self.source,
            "evidence": self.evidence,
            "walker": self.walker,
        }
        columns = ["clause", "zh", "en", "value", "unit", "mandatory", "evidence"]
        return as_card(f"Standard {self.id}: {self.title_en}", facts, self.table().reset_index()[columns])

    def table(self) -> pd.DataFrame:
        """Return the clauses as a table: index their id, columns their fields and the unit of the value."""
        names = [one.name for one in fields(Clause)]
        rows = [{**{name: getattr(clause, name) for name in names}, "unit": clause.unit} for clause in self.clauses]
        names.insert(names.index("value") + 1, "unit")
        return pd.DataFrame(rows, columns=names).rename(columns={"id": "clause"}).set_index("clause")
