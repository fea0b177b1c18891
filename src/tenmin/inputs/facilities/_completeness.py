"""Claims that a table of facilities is complete for some categories, kept as text in each of its rows."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from tenmin.inputs.services import name_category

__all__ = ["COMPLETE", "complete_categories", "join_claims"]

COMPLETE = "complete"
"""Name of the column of claims: the categories for which the source of a row is complete, joined by semicolons."""


def complete_categories(facilities: pd.DataFrame) -> frozenset[str]:
    """Return the categories for which a table of facilities is complete, including those without any row.

    They come from the column `complete`, which `read_facilities` fills in every row, so that the claim survives a
    merge, a GeoPackage and `combine_facilities`.
    """
    if COMPLETE not in facilities.columns:
        return frozenset()
    return frozenset(name_category(key) or key for key in _claims(facilities[COMPLETE].dropna().unique()))


def join_claims(claims: Iterable[object]) -> str | None:
    """Return the claims of several rows as one, or None if there are none."""
    return ";".join(sorted(_claims(claims))) or None


def _claims(texts: Iterable[object]) -> set[str]:
    parts = (part.strip() for text in texts if isinstance(text, str) for part in text.split(";"))
    return {part for part in parts if part}
