"""Columns, states and words of ledgers of problems."""

from __future__ import annotations

from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang

__all__ = ["COLUMNS", "FACILITIES", "GAPS", "HOMES", "MEASURED", "NOTES", "STATES", "STREETS", "WORDS", "heading_of"]

MEASURED = ("place", "communities", "services", "people", "cause", "cure")
"""Columns that a run writes while a problem is measured."""
COLUMNS = ("id", *MEASURED, "unit", "action", "deadline", "state", "change")
"""Columns of a ledger; a person fills in unit (责任单位), action (整改措施) and deadline (完成时限)."""
STATES = ("found", "assigned", "cured", "re-measured", "cleared", "reopened")
"""What became of a problem; a person sets "assigned" and "cured", a run sets the others."""
HOMES = ("id", "place", "people", "lon", "lat", "categories")
"""Columns of the homes of a ledger."""
FACILITIES = ("facility", "category", "name")
"""Columns of the facilities of a ledger."""
STREETS = ("street", "sort")
"""Columns of the streets of a ledger."""
GAPS = ("gap", "id")
"""Columns of the gaps of a ledger: which problem a gap of this or an earlier run is."""
NOTES = "notes"
"""The column of notes of meetings; a ledger has it once there are any."""
WORDS: dict[Lang, dict[str, str]] = read_toml(shipped_file("tenmin.study", "ledger.toml"))  # pyright: ignore[reportAssignmentType]
"""Headings, sheets, states and sentences of ledgers, by language."""


def heading_of(column: str, lang: Lang) -> str:
    """Return the heading of a column.

    Parameters
    ----------
    column
        One of `COLUMNS`, `HOMES`, `FACILITIES`, `STREETS` or `GAPS`, or `NOTES`.
    lang
        "zh" or "en".
    """
    return WORDS[lang][f"head_{column}"]
