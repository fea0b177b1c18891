"""Limits of a walk in minutes or metres: one for all categories, or one for each category."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Literal, TypeVar

import numpy as np

from tenmin.support.errors import CategoryError, LimitError

__all__ = [
    "SECONDS_A_MINUTE",
    "TOLERANCE",
    "Figures",
    "Limits",
    "Number",
    "Unit",
    "amount_of",
    "check_metres",
    "cost_of",
    "horizon",
    "inclusive",
    "read_limit",
    "read_limits",
    "unknown_category",
    "unmeasured_category",
]

Number = float | Mapping[str, float]
Unit = Literal["minutes", "metres"]

_LONGEST: dict[Unit, float] = {"minutes": 1_440.0, "metres": 100_000.0}
SECONDS_A_MINUTE = 60.0
TOLERANCE = 1e-6
"""Relative tolerance of comparisons with a limit. Limits are inclusive."""
_COSTS: dict[Unit, float] = {"minutes": SECONDS_A_MINUTE, "metres": 1.0}
"""Seconds per minute, and metres per metre: the cost of one unit in a search."""

Figures = TypeVar("Figures", float, np.ndarray)


def cost_of(amount: Figures, unit: Unit) -> Figures:
    """Return minutes or metres as the cost of a search, in seconds or metres.

    Parameters
    ----------
    amount
        Minutes or metres.
    unit
        Which of them.
    """
    return amount * _COSTS[unit]


def amount_of(cost: Figures, unit: Unit) -> Figures:
    """Return the cost of a search in minutes or metres.

    Parameters
    ----------
    cost
        Seconds or metres.
    unit
        Unit of the result.
    """
    return cost / _COSTS[unit]


def inclusive(limit: Figures) -> Figures:
    """Return the largest value that is within a limit."""
    return limit * (1.0 + TOLERANCE)


def horizon(limit: float) -> float:
    """Return the cutoff of a search that misses nothing within a limit, whatever the rounding."""
    return limit * (1.0 + 2.0 * TOLERANCE)


@dataclass(frozen=True)
class Limits:
    """Limits in one unit, in ascending order: the same for every category, or by category."""

    unit: Unit
    every: tuple[float, ...] = ()
    by_category: tuple[tuple[str, tuple[float, ...]], ...] = ()

    def of(self, category: str) -> tuple[float, ...]:
        """Return the limits of one category."""
        return dict(self.by_category).get(category, self.every)

    def choose(self, present: Iterable[str], known: Iterable[str]) -> list[str]:
        """Return the categories to which a limit applies, sorted.

        Parameters
        ----------
        present
            Categories of the facilities.
        known
            Categories of the catalogue, whether or not any facility has them.

        Raises
        ------
        CategoryError
            A limit is given for a category that is neither present nor known.
        """
        if not self.by_category:
            return sorted(present)
        valid = sorted({*present, *known})
        for category, _ in self.by_category:
            if category not in valid:
                raise unknown_category(category, valid, f"a limit in {self.unit}")
        return sorted(category for category, _ in self.by_category)


def unknown_category(category: object, valid: Sequence[str], asked_in: str) -> CategoryError:
    """Return the error for an unknown category, with suggestions.

    Parameters
    ----------
    category
        The unknown category.
    valid
        All valid categories.
    asked_in
        The option that names it, for the message.
    """
    near = difflib.get_close_matches(str(category), valid, n=3, cutoff=0.4) or list(valid[:8])
    msg = f"no facility and no catalogue entry has the category {category!r}, asked for in {asked_in}; did you mean "
    msg += f"{', '.join(map(repr, near))}?" if near else "another one? There are no categories at all."
    return CategoryError(msg)


def unmeasured_category(category: object, measured: Sequence[str], asked_in: str) -> CategoryError:
    """Return the error for a category that a coverage has not measured, with those that it has.

    Parameters
    ----------
    category
        The category.
    measured
        The categories of the coverage.
    asked_in
        The option that names it, for the message.
    """
    near = ", ".join(map(repr, difflib.get_close_matches(str(category), measured, n=3)))
    way = f"did you mean {near}?" if near else f"it has {', '.join(map(repr, measured[:8]))}"
    msg = f"the coverage has not measured {category!r}, asked for in {asked_in}; {way}"
    return CategoryError(msg)


def _number(value: object, unit: Unit, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        msg = f"{unit}{where} must be a number, but is {value!r}; give e.g. {unit}=10"
        raise LimitError(msg)
    number = float(value)
    if not (math.isfinite(number) and 0.0 < number <= _LONGEST[unit]):
        msg = (
            f"{unit}{where} is {value!r}, which is no limit of a walk: "
            f"give a number above 0 and up to {_LONGEST[unit]:g} {unit}"
        )
        raise LimitError(msg)
    return number


def check_metres(value: object, name: str, *, allowed: str, least: float, most: float) -> float:
    """Return an option in metres as a float.

    Parameters
    ----------
    value, name
        The value, and the name of the option in messages.
    allowed
        The allowed range in words, for messages.
    least, most
        The allowed range in metres, inclusive.

    Raises
    ------
    LimitError
        The value is not a number in that range.
    """
    if isinstance(value, Real) and not isinstance(value, bool) and least <= float(value) <= most:
        return float(value)
    msg = f"{name} is {value!r}; give metres {allowed}"
    raise LimitError(msg)


def _numbers(value: object, unit: Unit, where: str, *, several: bool) -> tuple[float, ...]:
    if not several or isinstance(value, Real | str) or not isinstance(value, Iterable):
        return (_number(value, unit, where),)
    numbers = tuple(sorted({_number(one, unit, where) for one in value}))
    if not numbers:
        msg = f"{unit}{where} is an empty list; give at least one limit, e.g. {unit}=[5, 10, 15]"
        raise LimitError(msg)
    return numbers


def read_limits(minutes: object, metres: object, *, several: bool = False) -> Limits | None:
    """Return the limits given by `minutes` or `metres`, or None if both are None.

    Parameters
    ----------
    minutes, metres
        At most one of them: a number, a mapping from category to number, or, with `several`, lists of numbers.
    several
        Whether lists of numbers are allowed.

    Raises
    ------
    LimitError
        Both are given, or a limit is not a positive number up to 1,440 minutes or 100,000 metres.
    """
    if minutes is not None and metres is not None:
        msg = f"minutes={minutes!r} and metres={metres!r} are both given; give only one of them"
        raise LimitError(msg)
    if minutes is None and metres is None:
        return None
    unit: Unit = "minutes" if minutes is not None else "metres"
    value = minutes if minutes is not None else metres
    if not isinstance(value, Mapping):
        return Limits(unit, every=_numbers(value, unit, "", several=several))
    if not value:
        msg = f"{unit} is an empty mapping; give at least one category, e.g. {unit}={{'clinic': 10}}"
        raise LimitError(msg)
    rows = ((str(category), _numbers(one, unit, f"[{category!r}]", several=several)) for category, one in value.items())
    return Limits(unit, by_category=tuple(sorted(rows)))


def read_limit(minutes: object, metres: object, *, several: bool = False) -> Limits:
    """Return the limit given by `minutes` or `metres`; unlike in `read_limits`, one of them is required.

    Parameters
    ----------
    minutes, metres, several
        As in `read_limits`.

    Raises
    ------
    LimitError
        None or both are given, or a limit is out of range.
    """
    limits = read_limits(minutes, metres, several=several)
    if limits is None:
        msg = f"no limit is given; give minutes= or metres=, e.g. minutes={'[5, 10, 15]' if several else '10'}"
        raise LimitError(msg)
    return limits
