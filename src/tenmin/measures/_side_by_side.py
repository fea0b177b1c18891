"""Side by side: the same shares of several denominators or by several distances, with their differences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["compare_shares"]

PERCENT = 100.0


def compare_shares(shares: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the shares of several tables side by side, and their differences to the first in percentage points.

    Parameters
    ----------
    shares
        Tables of shares with a row for each category, by the name that their columns get.

    Returns
    -------
    DataFrame
        category; for each table its share and <name>_upper; for each but the first <name>_difference.
    """
    tables = {name: table.set_index("category") for name, table in shares.items()}
    first, *others = tables
    bounds = {name: table["share"] for name, table in tables.items()}
    upper = {f"{name}_upper": table["share_upper"] for name, table in tables.items()}
    ordered = {column: {**bounds, **upper}[column] for name in tables for column in (name, f"{name}_upper")}
    differences = {f"{name}_difference": PERCENT * (bounds[name] - bounds[first]) for name in others}
    return pd.DataFrame({**ordered, **differences}).reset_index()
