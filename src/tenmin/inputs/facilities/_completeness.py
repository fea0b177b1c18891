"""Of which categories a table of facilities lists every one: a claim that each of its rows carries as text."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from tenmin.inputs.services import name_category

__all__ = ["COMPLETE", "complete_categories", "join_claims"]

COMPLETE = "complete"
"""The column: all categories of which the source of the row claims to list every facility, joined by semicolons."""


def complete_categories(facilities: pd.DataFrame) -> frozenset[str]:
    """Return the categories of which a table of facilities lists every one, also those without any row.

    They are those of its column `complete`, which `read_facilities` writes into every row: it outlives a merge, a
    GeoPackage and `combine_facilities`.
    """
    if COMPLETE not in facilities.columns:
        return frozenset()
    return frozenset(name_category(key) or key for key in _claims(facilities[COMPLETE].dropna().unique()))


def join_claims(claims: Iterable[object]) -> str | None:
    """Return the claims of several rows as one, None if there are none."""
    return ";".join(sorted(_claims(claims))) or None


def _claims(texts: Iterable[object]) -> set[str]:
    parts = (part.strip() for text in texts if isinstance(text, str) for part in text.split(";"))
    return {part for part in parts if part}
