"""Choice: how many different facilities of a category are within the limit of each place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tenmin.access.nearest import rank_nearest
from tenmin.access.query import Query
from tenmin.measures._pairs import straight_pairs
from tenmin.support.progress import step_through

__all__ = ["count_choice", "tally_choice"]


def count_choice(query: Query, metric: str, most: int) -> pd.DataFrame:
    """Return the number of facilities within the limits, at most `most`, int64, places x categories.

    Parameters
    ----------
    query
        The checked inputs.
    metric
        How distance is measured: "walk" or "straight".
    most
        The number up to which facilities are counted.
    """
    count = _count_straight if metric == "straight" else _count_walks
    columns = {name: count(query, name, most) for name in step_through(query.categories, "choice")}
    index = pd.Index(query.categories, name="category", dtype="str")
    return pd.DataFrame(columns, index=query.places.index, columns=index, dtype="int64")


def _count_walks(query: Query, category: str, most: int) -> np.ndarray:
    place = rank_nearest(query, category, most)[:, 0].astype(np.int64)
    return np.bincount(place, minlength=len(query.places))


def _count_straight(query: Query, category: str, most: int) -> np.ndarray:
    place = straight_pairs(query, category).place
    return np.minimum(np.bincount(place, minlength=len(query.places)), most)


def tally_choice(choice: pd.DataFrame, unknown: pd.DataFrame, people: np.ndarray, most: int) -> pd.DataFrame:
    """Return the people by category and number of facilities.

    Parameters
    ----------
    choice
        Number of facilities, places x categories, at most `most`.
    unknown
        bool frame of the same places and categories.
    people
        People of each place.
    most
        The largest number that is counted.

    Returns
    -------
    DataFrame
        category, facilities, of, people, unknown, total, share.
    """
    total, rows = float(people.sum()), []
    for category in choice.columns:
        count, open_to_doubt = choice[category].to_numpy(), unknown[category].to_numpy()
        have = np.bincount(count, people, most + 1)
        doubtful = np.bincount(count[open_to_doubt], people[open_to_doubt], most + 1)
        rows += [(category, k, "people", have[k], doubtful[k], total) for k in range(most + 1)]
    table = pd.DataFrame(rows, columns=["category", "facilities", "of", "people", "unknown", "total"])
    return table.assign(share=table["people"] / (total if total > 0.0 else np.nan))
