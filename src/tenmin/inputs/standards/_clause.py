"""A clause of a standard, and the communities it speaks of: frozen, and valid from birth."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import NoReturn

from tenmin.inputs.standards._clause_kinds import BOUNDS, EVIDENCE, KINDS, LEVELS, PER_OF, WALKS
from tenmin.support.errors import InputError

__all__ = ["AREA_KINDS", "KEY", "SETTINGS", "TOLERANCE", "AppliesTo", "Clause", "refuse"]

TOLERANCE = 0.2
"""How far from "about" a figure may be. No text says; it is ours, and printed with the verdict."""
AREA_KINDS = ("old", "new", "resettled", "rural")
SETTINGS = ("urban", "rural")

KEY = re.compile(r"[a-z][a-z0-9_]*")
_NUMBERS = ("value", "per", "within", "share", "least_floor_m2", "least_land_m2", "most_land_m2")
_CHOICES = {
    "evidence": tuple(EVIDENCE),
    "level": LEVELS,
    "bound": tuple(BOUNDS),
    "per_of": PER_OF,
    "within_kind": WALKS,
    "of": ("largest", "sum"),
}


def refuse(what: str, name: str, field_name: str, fault: str) -> NoReturn:
    """Raise the error that names a row, its field and what is wrong with it."""
    msg = f"{what} {name!r}, {field_name}: {fault}"
    raise InputError(msg)


@dataclass(frozen=True)
class AppliesTo:
    """The communities that a clause speaks of; all of them, if nothing is given."""

    people_min: float | None = None
    people_max: float | None = None
    households_min: float | None = None
    households_max: float | None = None
    kinds: tuple[str, ...] = ()
    """Of old, new, resettled, rural."""
    setting: str | None = None
    """urban or rural."""

    def __post_init__(self) -> None:
        """Refuse limits that are none or cross each other, and kinds that nobody has."""
        for name in ("people_min", "people_max", "households_min", "households_max"):
            number = getattr(self, name)
            if number is not None and not 0.0 <= number < math.inf:
                refuse("applies_to", name, "value", f"{number!r} is no number from 0 up")
        for low, high in (("people_min", "people_max"), ("households_min", "households_max")):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                refuse("applies_to", low, "value", f"{least!r} is above {high}, {most!r}; exchange the two")
        stray = [kind for kind in self.kinds if kind not in AREA_KINDS]
        if stray:
            refuse("applies_to", "kinds", "value", f"{stray[0]!r} is none of {', '.join(AREA_KINDS)}")
        if self.setting not in {None, *SETTINGS}:
            refuse("applies_to", "setting", "value", f"{self.setting!r} is none of {', '.join(SETTINGS)}")


@dataclass(frozen=True)
class Clause:
    """One thing that a standard asks for, with where its figure comes from.

    `kind` says how it is decided and which of the fields it uses (`KINDS` in `_clause_kinds`); `bound`, `level`,
    `of`, `tolerance` and, for presence and rooms, `value` are filled in where the text says nothing.

    Raises
    ------
    InputError
        A field is missing, does not belong to the kind, or has an impossible value.

    Examples
    --------
    >>> Clause("premises", "floor_area", subject="community_service", value=350.0, source="x", evidence="news").bound
    'min'
    """

    id: str
    kind: str
    zh: str = ""
    en: str = ""
    subject: str = ""
    """Key of the service category; empty where the clause is about the community itself."""
    value: float | None = None
    bound: str = ""
    tolerance: float | None = None
    mandatory: bool = False
    approximate: bool = False
    """Whether the text says "about"."""
    level: str = ""
    tier: str | None = None
    applies_to: AppliesTo = field(default_factory=AppliesTo)
    per: float | None = None
    per_of: str | None = None
    of: str | None = None
    """Whether the largest facility counts or the sum of all of the community."""
    rooms: tuple[str, ...] = ()
    in_one: bool = False
    kinds: tuple[str, ...] = ()
    column: str = ""
    """The yes/no column of the areas table that decides it."""
    clause_of: str = ""
    within: float | None = None
    within_kind: str | None = None
    share: float | None = None
    """Share of the people that must be within the limit; None for all of them."""
    least_floor_m2: float | None = None
    least_land_m2: float | None = None
    most_land_m2: float | None = None
    source: str = ""
    evidence: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Fill in what the kind implies, then refuse what is no clause."""
        self._check_names()
        kind = KINDS[self.kind]
        self._fill("bound", kind.bounds[0])
        self._fill("level", kind.level)
        if "of" in kind.fields:
            self._fill("of", "largest")
        if self.kind == "presence":
            self._fill("value", 1.0)
        if "rooms" in kind.needs and self.rooms:
            self._fill("value", float(len(self.rooms)))
        if self.bound == "about":
            self._fill("tolerance", TOLERANCE)
        self._check_fields()
        self._check_choices()
        self._check_numbers()
        self._check_lists()

    @property
    def unit(self) -> str:
        """The unit of `value`: count, min, m, m2, share, yes, people or households."""
        return KINDS[self.kind].unit or self.per_of or ""

    def _fill(self, name: str, value: object) -> None:
        if getattr(self, name) in {None, ""}:
            object.__setattr__(self, name, value)

    def _refuse(self, name: str, fault: str) -> NoReturn:
        refuse("clause", self.id, name, fault)

    def _check_names(self) -> None:
        if not KEY.fullmatch(self.id):
            self._refuse("id", "give small letters, digits and _, such as 'reading_room'")
        if self.kind not in KINDS:
            self._refuse("kind", f"{self.kind!r} is no kind of clause; give one of {', '.join(KINDS)}")
        if not self.source.strip():
            self._refuse("source", "it is missing, here and in the standard; say where the figure comes from")

    def _check_fields(self) -> None:
        kind = KINDS[self.kind]
        missing = [name for name in sorted(kind.needs) if getattr(self, name) in {None, "", ()}]
        if missing:
            self._refuse(missing[0], f"it is missing; a clause of kind {self.kind} needs it")
        extra = [name for name in _specific() if name not in kind.fields and getattr(self, name) != _default(name)]
        if extra:
            known = ", ".join(sorted(kind.fields))
            self._refuse(extra[0], f"a clause of kind {self.kind} does not use it; it uses {known}")
        if self.bound not in kind.bounds:
            self._refuse("bound", f"{self.bound!r} does not fit kind {self.kind}; give {' or '.join(kind.bounds)}")

    def _check_choices(self) -> None:
        for name, choices in _CHOICES.items():
            given = getattr(self, name)
            if given is not None and given not in choices:
                self._refuse(name, f"{given!r} is none of {', '.join(choices)}")
        if (self.within is None) != (self.within_kind is None):
            self._refuse("within_kind", f"within and within_kind go together; give both, {' or '.join(WALKS)}")
        if self.tolerance is not None and not (self.bound == "about" and 0.0 < self.tolerance < 1.0):
            self._refuse("tolerance", f"{self.tolerance!r}; give a share between 0 and 1, with bound = 'about' only")

    def _check_numbers(self) -> None:
        for name in _NUMBERS:
            number = getattr(self, name)
            if number is not None and not 0.0 < number < math.inf:
                self._refuse(name, f"{number!r} is no finite number above 0")
        for name in ("value", "share") if self.unit == "share" else ("share",):
            number = getattr(self, name)
            if number is not None and number > 1.0:
                self._refuse(name, f"{number!r} is no share; give a number up to 1, such as 0.85 for 85 %")
        if self.value is None and "value" in KINDS[self.kind].needs:
            self._refuse("value", f"it is missing; a clause of kind {self.kind} needs it")

    def _check_lists(self) -> None:
        for name in ("rooms", "kinds"):
            items = getattr(self, name)
            twice = [item for n, item in enumerate(items) if item in items[:n] or not item]
            if twice:
                self._refuse(name, f"{twice[0]!r} is empty or stands there twice; leave it out")
            if items and self.value is not None and self.value > len(items):
                self._refuse("value", f"{self.value:g} of a list of {len(items)} {name} cannot be; give at most that")
        stray = [key for key in (self.subject, *self.kinds) if key and not KEY.fullmatch(key)]
        if stray:
            self._refuse("subject", f"{stray[0]!r} is no key of a category, such as 'primary_school'")


def _specific() -> Iterator[str]:
    """Names of the fields that belong to some kinds of clauses only."""
    used = {name for kind in KINDS.values() for name in kind.fields}
    return (one.name for one in fields(Clause) if one.name in used)


def _default(name: str) -> object:
    return next(one.default for one in fields(Clause) if one.name == name)
