"""Remarks on a population that was placed: what was left out, moved or repaired."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass

__all__ = ["Note", "as_listed", "number_text"]


@dataclass(frozen=True)
class Note:
    """A remark, as `list_remarks` shows it."""

    id: str
    """Id of the area, cell or building, or "" where the remark is about the whole."""
    field: str
    value: str
    reason: str
    used: bool = True
    """False for what was left out."""


def as_listed(notes: Sequence[Note]) -> str:
    """Return remarks as the text in `attrs["listed"]` of a table."""
    names = ("id", "field", "value", "reason", "used")
    lines = [astuple(note) for note in notes]
    columns = {name: [line[k] for line in lines] for k, name in enumerate(names)}
    return json.dumps({"row": [0] * len(lines), **columns}, ensure_ascii=False)


def number_text(number: float) -> str:
    """Return a number of people with all its digits, so that what is listed adds up.

    >>> number_text(12.5)
    '12.5'
    """
    return repr(float(number))
