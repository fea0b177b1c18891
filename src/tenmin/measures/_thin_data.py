"""Thin data: categories of which fewer facilities are known than a town of this size has."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Hashable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.facilities import complete_categories
from tenmin.inputs.services import load_expected_counts
from tenmin.support.contracts import in_use, people_of
from tenmin.support.errors import TableError, TenminWarning

__all__ = ["check_thin", "count_facilities"]

_COUNTRY = re.compile("[A-Za-z]{2}")
FEWEST_EXPECTED = 5.0
"""Expected number of facilities below which nothing is judged."""


def check_thin(thin: object, country: object) -> None:
    """Raise an error unless the options of thin data are valid.

    Raises
    ------
    TableError
        `thin` is not a number from 0 to 1, or `country` neither None nor a code of two letters.

    Warns
    -----
    TenminWarning
        No expected numbers are known for the country.
    """
    if isinstance(thin, bool) or not isinstance(thin, int | float) or not 0.0 <= thin <= 1.0:
        msg = f"thin is {thin!r}; give the share of the expected number below which data is thin, 0 to 1, e.g. 0.5"
        raise TableError(msg)
    if country is not None and not (isinstance(country, str) and _COUNTRY.fullmatch(country)):
        msg = f"country is {country!r}; give the two letters of ISO 3166-1, e.g. 'CN', or None"
        raise TableError(msg)
    known = sorted(set(load_expected_counts()["country"]))
    if country is not None and country.upper() not in known:
        msg = (
            f"no category is judged as thinly mapped: for country {country!r} it is not known how many facilities "
            f"a town should have; it is for {', '.join(known)}"
        )
        warnings.warn(msg, TenminWarning, stacklevel=3)


def count_facilities(
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    rows_of: Mapping[str, np.ndarray],
    *,
    country: str | None,
    thin: float,
) -> pd.DataFrame:
    """Return how many facilities of each category are known, how many are expected, and whether that is thin.

    Parameters
    ----------
    places
        All people of a town.
    facilities
        The facilities.
    rows_of
        Rows of the facilities in use, by category.
    country
        ISO 3166-1, two letters; None where it is unknown or the places are a part of a town.
    thin
        Share of the low expected number below which the data is thin.

    Returns
    -------
    DataFrame
        Indexed by category: facilities (their number, with the categories that the figure counts with them), expected
        and expected_high (numbers for these people, NaN without a figure), thin (bool), not_judged (why nothing is
        judged, or None: "complete", "country_unknown", "no_people", "no_figure", "few_expected"), newest_edit (of the
        facilities' column `edited`, ISO 8601, or None), other_sources (names of sources beside the most frequent one,
        or None), source and grade of the figure.
    """
    people = float(people_of(places).sum()) if "people" in places.columns else None
    figures = load_expected_counts()
    figures = figures[figures["country"] == (country or "").upper()].set_index("category").to_dict("index")
    complete, index = complete_categories(facilities), pd.Index(rows_of, name="category", dtype="str")
    edited, sources = (facilities.get(name, pd.Series(None, facilities.index)) for name in ("edited", "source"))
    rows = []
    for category in index:
        figure = figures.get(category)
        low, high = (
            np.nan if figure is None or people is None else figure[one] * people / 1e4 for one in ("low", "high")
        )
        rows_counted = _rows_counted(category, facilities, rows_of, figure)
        reasons = {
            "complete": category in complete,
            "country_unknown": country is None,
            "no_people": people is None,
            "no_figure": figure is None,
            "few_expected": low < FEWEST_EXPECTED,
        }
        why_not = next((name for name, holds in reasons.items() if holds), None)
        rows.append(
            {
                "facilities": len(rows_counted),
                "expected": low,
                "expected_high": high,
                "thin": why_not is None and len(rows_counted) < thin * low,
                "not_judged": why_not,
                "newest_edit": _newest(edited.iloc[rows_counted]),
                "other_sources": _other_sources(sources.iloc[rows_counted]),
                "source": figure and figure["source"],
                "grade": figure and figure["grade"],
            }
        )
    return pd.DataFrame(rows, index=index)


def _rows_counted(
    category: str,
    facilities: gpd.GeoDataFrame,
    rows_of: Mapping[str, np.ndarray],
    figure: Mapping[Hashable, Any] | None,
) -> np.ndarray:
    """Rows of the facilities in use of a category and of those that its figure counts with it."""
    also: Collection[str] = figure["also"] if figure else ()
    if not also:
        return rows_of[category]
    others = np.flatnonzero(facilities["category"].isin(also).to_numpy() & in_use(facilities))
    return np.union1d(rows_of[category], others)


def _newest(edited: pd.Series) -> str | None:
    dates = edited.dropna()
    return max(map(str, dates)) if len(dates) else None


def _other_sources(sources: pd.Series) -> str | None:
    """The sources of facilities beside the most frequent one."""
    sources = sources.dropna().astype(str).value_counts()
    return "; ".join(sorted(sources.index[1:])) or None
