"""What a notebook shows of a noun: a title, its facts and a table, as HTML in which every text is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

__all__ = ["as_card"]

_CARD = (
    "border:1px solid #dde1e6;border-radius:6px;padding:8px 12px;display:inline-block;max-width:100%;overflow-x:auto"
)
_FACT = "text-align:left;padding:1px 10px 1px 0"


def as_card(title: str, facts: Mapping[str, object], table: pd.DataFrame | None = None, *, most: int = 30) -> str:
    """Return HTML for a notebook.

    Parameters
    ----------
    title
        What it is.
    facts
        Names and values; values are shown as text.
    table
        A table below them.
    most
        Largest number of rows of the table; how many are left out is said below it.
    """
    rows = "".join(
        f"<tr><th style='{_FACT};font-weight:400;color:#59616b'>{escape(name)}</th>"
        f"<td style='{_FACT}'>{escape(str(value))}</td></tr>"
        for name, value in facts.items()
    )
    shown = "" if table is None else table.head(most).to_html(index=False, escape=True, border=0, na_rep="-")
    more = 0 if table is None else max(len(table) - most, 0)
    rest = f"<div style='color:#59616b'>and {more:,} more rows</div>" if more else ""
    return f"<div style='{_CARD}'><b>{escape(title)}</b><table>{rows}</table>{shown}{rest}</div>"
