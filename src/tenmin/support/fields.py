"""Check rows of settings from a file: their keys, their values, and all that is wrong with them at once."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

__all__ = [
    "AMOUNT",
    "FLAG",
    "ID",
    "LATITUDE",
    "LONGITUDE",
    "MAX_TEXT",
    "MOMENT",
    "SPOT",
    "TEXT",
    "TEXTS",
    "Field",
    "choice_of",
    "find_faults",
    "join_faults",
    "moment_of",
    "suggest",
]

MAX_TEXT = 500
"""Characters of a text, and texts of a list."""
_SHOWN_FAULTS = 20


@dataclass(frozen=True)
class Field:
    """What the value of a key must be."""

    is_valid: Callable[[Any], bool]
    wanted: str
    """What to give, for messages."""


def suggest(word: object, valid: Collection[str]) -> str:
    """Return the valid words nearest to one, or all of them, for messages.

    >>> suggest("datun", ["datum", "path"])
    "'datum'"
    """
    near = difflib.get_close_matches(str(word), valid, n=1, cutoff=0.5) or list(valid)
    return ", ".join(map(repr, near))


def find_faults(
    row: Mapping[Any, Any], fields: Mapping[str, Field], *, needed: Iterable[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield key and fault of what is wrong with a row.

    Parameters
    ----------
    row
        The row as it stands in the file.
    fields
        The keys that it may have.
    needed
        Those that it must have.
    """
    for key, value in row.items():
        if key not in fields:
            yield str(key), f"unknown key {str(key)[:40]!r}; did you mean {suggest(key, list(fields))}?"
        elif not fields[key].is_valid(value):
            yield key, f"{key!r} cannot be {value!r:.60}; give {fields[key].wanted}"
    yield from ((key, f"{key!r} is missing; give {fields[key].wanted}") for key in needed if key not in row)


def join_faults(where: str, faults: Sequence[str]) -> str:
    """Return the message for the faults of one file, each on a line if there are several.

    Parameters
    ----------
    where
        The file.
    faults
        What is wrong; of more than 20, these and their number.
    """
    if len(faults) == 1:
        return f"{where}: {faults[0]}"
    more = [f"and {len(faults) - _SHOWN_FAULTS} more"] if len(faults) > _SHOWN_FAULTS else []
    return "\n  ".join([f"{where}: {len(faults)} faults", *faults[:_SHOWN_FAULTS], *more])


def is_text(value: Any) -> bool:
    """Return whether a value is a text of 1 to 500 characters."""
    return isinstance(value, str) and bool(value.strip()) and len(value) <= MAX_TEXT


def _is_number(value: Any, least: float, most: float) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value) and least <= value <= most


def _is_spot(value: Any) -> bool:
    pair = isinstance(value, list) and len(value) == len(("longitude", "latitude"))
    return pair and LONGITUDE.is_valid(value[0]) and LATITUDE.is_valid(value[1])


def moment_of(value: datetime | date | str) -> datetime:
    """Return a date and time as a file gives it; a date alone is its noon.

    >>> moment_of("2027-03-01"), moment_of("2027-03-01T08:30").minute
    (datetime.datetime(2027, 3, 1, 12, 0), 30)
    """
    given = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2027-03-01") else value
    if isinstance(given, date) and not isinstance(given, datetime):
        return datetime(given.year, given.month, given.day, 12)
    return given if isinstance(given, datetime) else datetime.fromisoformat(given)


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str | date) and moment_of(value).tzinfo is None
    except ValueError:
        return False


def choice_of(*words: str) -> Field:
    """Return the field of a text that is one of some words."""
    return Field(lambda value: isinstance(value, str) and value in words, f"one of {', '.join(map(repr, words))}")


TEXT = Field(is_text, f"a text of 1 to {MAX_TEXT} characters")
TEXTS = Field(
    lambda value: isinstance(value, list) and 0 < len(value) <= MAX_TEXT and all(map(is_text, value)),
    "a list of texts",
)
ID = Field(
    lambda value: is_text(value) or (isinstance(value, int) and not isinstance(value, bool)),
    "an id as text or whole number",
)
FLAG = Field(lambda value: isinstance(value, bool), "true or false")
AMOUNT = Field(lambda value: _is_number(value, 0.0, 1e12), "a number, 0 or more")
LONGITUDE = Field(lambda value: _is_number(value, -180.0, 180.0), "longitude in WGS84, degrees")
LATITUDE = Field(lambda value: _is_number(value, -90.0, 90.0), "latitude in WGS84, degrees")
SPOT = Field(_is_spot, "longitude and latitude in WGS84, such as [105.0012, 38.4021]")
MOMENT = Field(_is_moment, "local date and time in ISO 8601, such as 2027-03-01T12:00")
