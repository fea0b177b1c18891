"""Clauses of a standard, and the communities to which they apply."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import NoReturn

from tenmin.inputs.standards._clause_kinds import ALONG, BOUNDS, EVIDENCE, KINDS, LEVELS, PER_OF, WALKS
from tenmin.support.errors import InputError

__all__ = ["AREA_KINDS", "KEY", "SETTINGS", "TOLERANCE", "AppliesTo", "Clause", "raise_invalid"]

TOLERANCE = 0.2
"""Default relative tolerance of "about". No text defines it, so it is printed with the verdict."""
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
    "what": tuple(ALONG),
}


def raise_invalid(what: str, name: str, field_name: str, fault: str) -> NoReturn:
    """Raise an InputError about a field of a row.

    Parameters
    ----------
    what, name
        Kind of row, such as "clause", and its id.
    field_name
        Name of the field.
    fault
        What is wrong and how to fix it.
    """
    msg = f"{what} {name!r}, {field_name}: {fault}"
    raise InputError(msg)


@dataclass(frozen=True)
class AppliesTo:
    """Communities to which a clause applies; by default all of them.

    Bounds are inclusive.

    Raises
    ------
    InputError
        A bound is invalid or above the other, or a kind or setting is unknown.
    """

    people_min: float | None = None
    people_max: float | None = None
    households_min: float | None = None
    households_max: float | None = None
    kinds: tuple[str, ...] = ()
    """Some of old, new, resettled, rural."""
    setting: str | None = None
    """Either urban or rural."""

    def __post_init__(self) -> None:
        """Check bounds, kinds and setting."""
        for name in ("people_min", "people_max", "households_min", "households_max"):
            number = getattr(self, name)
            if number is not None and not 0.0 <= number < math.inf:
                raise_invalid("applies_to", name, "value", f"{number!r} is no number from 0 up")
        for low, high in (("people_min", "people_max"), ("households_min", "households_max")):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise_invalid("applies_to", low, "value", f"{least!r} is above {high}, {most!r}; exchange the two")
        unknown = [kind for kind in self.kinds if kind not in AREA_KINDS]
        if unknown:
            raise_invalid("applies_to", "kinds", "value", f"{unknown[0]!r} is none of {', '.join(AREA_KINDS)}")
        if self.setting not in {None, *SETTINGS}:
            raise_invalid("applies_to", "setting", "value", f"{self.setting!r} is none of {', '.join(SETTINGS)}")


@dataclass(frozen=True)
class Clause:
    """One requirement of a standard, with its source.

    `kind` determines how it is evaluated and which fields it uses (see `KINDS`). Defaults of `bound`, `level`, `of`,
    `tolerance` and, for presence and rooms, `value` depend on the kind.

    Raises
    ------
    InputError
        A field is missing, is not used by the kind, or has an invalid value.

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
    """Key of the service category; empty if the clause is about the community itself."""
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
    """Whether the "largest" facility counts, or the "sum" of all in the community."""
    rooms: tuple[str, ...] = ()
    in_one: bool = False
    kinds: tuple[str, ...] = ()
    column: str = ""
    """Column of the areas table (yes or no) that decides the clause."""
    clause_of: str = ""
    within: float | None = None
    within_kind: str | None = None
    what: str | None = None
    """What is limited along the walk: a key of `ALONG`."""
    share: float | None = None
    """Share of people that must be within the limit; None for all."""
    least_floor_m2: float | None = None
    least_land_m2: float | None = None
    most_land_m2: float | None = None
    source: str = ""
    evidence: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Fill in the defaults of the kind, then check all fields."""
        self._check_names()
        kind = KINDS[self.kind]
        self._set_default("bound", kind.bounds[0])
        self._set_default("level", kind.level)
        if "of" in kind.fields:
            self._set_default("of", "largest")
        if self.kind == "presence":
            self._set_default("value", 1.0)
        if "rooms" in kind.needs and self.rooms:
            self._set_default("value", float(len(self.rooms)))
        if self.bound == "about":
            self._set_default("tolerance", TOLERANCE)
        self._check_fields()
        self._check_choices()
        self._check_numbers()
        self._check_lists()

    @property
    def unit(self) -> str:
        """The unit of `value`: count, min, m, m2, share, yes, people or households."""
        return KINDS[self.kind].unit or self.per_of or ALONG.get(self.what or "", "")

    @property
    def subjects(self) -> tuple[str, ...]:
        """The categories that it is about: its kinds, else its subject; none if it is about the community itself."""
        return self.kinds or ((self.subject,) if self.subject else ())

    def _set_default(self, name: str, value: object) -> None:
        if getattr(self, name) in {None, ""}:
            object.__setattr__(self, name, value)

    def _raise_invalid(self, name: str, fault: str) -> NoReturn:
        raise_invalid("clause", self.id, name, fault)

    def _check_names(self) -> None:
        if not KEY.fullmatch(self.id):
            self._raise_invalid("id", "give small letters, digits and _, such as 'reading_room'")
        if self.kind not in KINDS:
            self._raise_invalid("kind", f"{self.kind!r} is no kind of clause; give one of {', '.join(KINDS)}")
        if not self.source.strip():
            self._raise_invalid("source", "it is missing, here and in the standard; say where the figure comes from")

    def _check_fields(self) -> None:
        kind = KINDS[self.kind]
        missing = [name for name in sorted(kind.needs) if getattr(self, name) in {None, "", ()}]
        if missing:
            self._raise_invalid(missing[0], f"it is missing; a clause of kind {self.kind} needs it")
        unused = [
            name
            for name in _kind_specific_fields()
            if name not in kind.fields and getattr(self, name) != _default(name)
        ]
        if unused:
            known = ", ".join(sorted(kind.fields))
            self._raise_invalid(unused[0], f"a clause of kind {self.kind} does not use it; it uses {known}")
        if self.bound not in kind.bounds:
            self._raise_invalid(
                "bound", f"{self.bound!r} does not fit kind {self.kind}; give {' or '.join(kind.bounds)}"
            )

    def _check_choices(self) -> None:
        for name, choices in _CHOICES.items():
            given = getattr(self, name)
            if given is not None and given not in choices:
                self._raise_invalid(name, f"{given!r} is none of {', '.join(choices)}")
        if (self.within is None) != (self.within_kind is None):
            self._raise_invalid("within_kind", f"within and within_kind go together; give both, {' or '.join(WALKS)}")
        if self.what is not None and self.within_kind == "straight_metres":
            self._raise_invalid("within_kind", "a straight line meets nothing; give walk_minutes or walk_metres")
        if self.tolerance is not None and not (self.bound == "about" and 0.0 < self.tolerance < 1.0):
            self._raise_invalid(
                "tolerance", f"{self.tolerance!r}; give a share between 0 and 1, with bound = 'about' only"
            )

    def _check_numbers(self) -> None:
        for name in _NUMBERS:
            number = getattr(self, name)
            none_at_all = name == "value" and self.what is not None and number == 0.0
            if number is not None and not (0.0 < number < math.inf or none_at_all):
                self._raise_invalid(name, f"{number!r} is no finite number above 0")
        for name in ("value", "share") if self.unit == "share" else ("share",):
            number = getattr(self, name)
            if number is not None and number > 1.0:
                self._raise_invalid(name, f"{number!r} is no share; give a number up to 1, such as 0.85 for 85 %")
        if self.value is None and "value" in KINDS[self.kind].needs:
            self._raise_invalid("value", f"it is missing; a clause of kind {self.kind} needs it")

    def _check_lists(self) -> None:
        for name in ("rooms", "kinds"):
            items = getattr(self, name)
            duplicates = [item for n, item in enumerate(items) if item in items[:n] or not item]
            if duplicates:
                self._raise_invalid(name, f"{duplicates[0]!r} is empty or stands there twice; leave it out")
            if items and self.value is not None and self.value > len(items):
                self._raise_invalid(
                    "value", f"{self.value:g} of a list of {len(items)} {name} cannot be; give at most that"
                )
        unknown = [key for key in (self.subject, *self.kinds) if key and not KEY.fullmatch(key)]
        if unknown:
            self._raise_invalid("subject", f"{unknown[0]!r} is no key of a category, such as 'primary_school'")


def _kind_specific_fields() -> Iterator[str]:
    """Return the names of fields that only some kinds of clauses use."""
    used = {name for kind in KINDS.values() for name in kind.fields}
    return (one.name for one in fields(Clause) if one.name in used)


def _default(name: str) -> object:
    return next(one.default for one in fields(Clause) if one.name == name)
