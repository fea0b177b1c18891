"""Claims that a table of facilities is complete for some categories, kept as text in each of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

from tenmin.inputs.services import list_parts, name_category
from tenmin.support.contracts import in_use

__all__ = ["COMPLETE", "complete_categories", "counting_as", "join_claims", "list_contradictions"]

COMPLETE = "complete"
"""Name of the column of claims: the categories for which the source of a row is complete, joined by semicolons."""


def complete_categories(facilities: pd.DataFrame) -> frozenset[str]:
    """Return the categories for which a table of facilities is complete, including those without any row.

    They come from the column `complete`, which `read_facilities` fills in every row, so that the claim survives a
    merge, a GeoPackage and `combine_facilities`.
    """
    if COMPLETE not in facilities.columns:
        return frozenset()
    return frozenset(map(_key, _claims(facilities[COMPLETE].dropna().unique())))


def list_contradictions(facilities: pd.DataFrame, complete: Collection[str] | None = None) -> pd.DataFrame:
    """Return the facilities in use of a category that another source lists in full, without them.

    Parameters
    ----------
    facilities
        Facilities with category, and the column `complete` where a source claims to be complete.
    complete
        Categories to take as complete; by default those that the column names.

    Returns
    -------
    DataFrame
        One row for each facility and category: facility (id), category, name, source and complete, the category that
        the other source lists in full: that of the facility, or one that it is a part of.
    """
    categories = facilities["category"].astype("str").map(_key)
    claims = [frozenset(map(_key, _claims([text]))) for text in facilities.get(COMPLETE, [None] * len(facilities))]
    parts, used, rows = list_parts(), in_use(facilities), []
    for whole in sorted(complete_categories(facilities) if complete is None else complete):
        claimed = pd.Series([whole in one for one in claims], index=facilities.index, dtype=bool)
        if claimed.any():
            rows.append(
                facilities[used & categories.isin(parts.get(whole, (whole,))) & ~claimed].assign(complete=whole)
            )
    found = pd.concat(rows) if rows else facilities.iloc[:0].assign(complete=None)
    columns = ["category", "name", "source", COMPLETE]
    return pd.DataFrame(found).reindex(columns=columns).rename_axis("facility").reset_index()


def counting_as(subject: str, facilities: pd.DataFrame, contradictions: pd.DataFrame) -> pd.Series:
    """Return which facilities count as a subject, bool: those of its category and its parts, if none contradicts.

    Parameters
    ----------
    subject
        A category.
    facilities
        Facilities with keys of categories as `category`.
    contradictions
        As from `list_contradictions`. One with a register of the subject, or of a part of it, does not count.
    """
    parts = list_parts().get(subject, (subject,))
    contradicted = contradictions.loc[contradictions[COMPLETE].isin(parts), "facility"]
    return facilities["category"].isin(parts) & ~facilities.index.isin(contradicted)


def _key(category: str) -> str:
    return name_category(category) or category


def join_claims(claims: Iterable[object]) -> str | None:
    """Return the claims of several rows as one, or None if there are none."""
    return ";".join(sorted(_claims(claims))) or None


def _claims(texts: Iterable[object]) -> set[str]:
    parts = (part.strip() for text in texts if isinstance(text, str) for part in text.split(";"))
    return {part for part in parts if part}
