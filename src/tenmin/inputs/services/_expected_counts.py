"""Expected numbers of facilities per 10,000 people, by category and country, from published counts."""

from __future__ import annotations

from functools import cache

import pandas as pd

from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["load_expected_counts"]

_NEEDED = {"category", "country", "low", "high", "what", "source", "grade"}


def load_expected_counts() -> pd.DataFrame:
    """Return the shipped table of expected numbers, one row per category and country.

    Returns
    -------
    DataFrame
        category, country (ISO 3166-1, two letters), low and high (facilities per 10,000 people), also (categories that
        are counted with it), what (what was counted), source, grade (primary, secondary, news or weak).

    Examples
    --------
    >>> counts = load_expected_counts().set_index(["country", "category"])
    >>> float(counts.loc[("DE", "library"), "low"]), counts.loc[("DE", "library"), "grade"]
    (0.96, 'primary')
    """
    return _read().copy()


@cache
def _read() -> pd.DataFrame:
    path = shipped_file("tenmin.inputs.services", "expected_counts.toml")
    rows = read_toml(path)["count"]
    for row in rows:
        check_keys(row, _NEEDED | {"also"}, _NEEDED, f"{path}, {row.get('category')}")
    return pd.DataFrame([{"also": [], **row} for row in rows])
