"""The table of gaps: figures, texts and outlines of groups of unserved places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from tenmin.measures._cures import Pace, write_cures
from tenmin.measures._unserved import PlacesOfGaps
from tenmin.measures.lacking import SEPARATOR

__all__ = ["tabulate_gaps"]

QUARTER = 8
"""Segments in a quarter of a circle round a place; its area is 0.6 % below that of the circle."""


def tabulate_gaps(
    unserved: pd.DataFrame, members: pd.DataFrame, places: PlacesOfGaps, near: float, pace: Pace
) -> pd.DataFrame:
    """Return one row for each group of places, in the order of their numbers.

    Parameters
    ----------
    unserved
        Pairs of place and category as from `list_unserved`, with `group` (0 to the number of groups).
    members
        place, people, reason, by and group: each place once in a group, sorted by group, then by the id of the place.
    places
        The places.
    near
        Step between neighbours, metres; outlines are made of circles of half of it.
    pace
        The unit of the limit.

    Returns
    -------
    DataFrame
        category (joined by ";"), people, places, excess, shortfall_metres, shortfall_minutes, severity, reason, by,
        area, people_lacking (people without each category, joined by ";"), ids (those of its places, an array), cure,
        cure_zh, geometry.
    """
    group, rows = members["group"].to_numpy(), members["place"].to_numpy()
    first = np.flatnonzero(np.diff(group, prepend=-1))
    count, people = len(first), members["people"].to_numpy()
    reason = members["reason"].to_numpy()[first]
    own = np.split(rows, first[1:])[:count]
    category, lacking = _lacking(unserved, count)
    cures, excess = write_cures(unserved, reason, pace), _mean_excess(unserved, count)
    return pd.DataFrame(
        {
            "category": category,
            "people": np.bincount(group, people, count),
            "places": np.bincount(group, minlength=count),
            "excess": excess,
            "shortfall_metres": excess * pace.metres,
            "shortfall_minutes": excess * pace.minutes,
            "severity": np.bincount(unserved["group"], unserved["people"] * unserved["depth"], count),
            "reason": reason,
            "by": pd.Series(_barriers(members, count), dtype=object),
            "area": pd.Series([_communities(places, rows_of) for rows_of in own], dtype=object),
            "people_lacking": lacking,
            "ids": [places.ids[rows_of] for rows_of in own],
            "cure": cures["en"],
            "cure_zh": cures["zh"],
            "geometry": list(_outlines(own, places, near)),
        }
    )


def _mean_excess(pairs: pd.DataFrame, count: int) -> np.ndarray:
    """The mean excess of each group, weighted by people, over those with a walk; NaN if there are none."""
    walks = pairs[np.isfinite(pairs["excess"])]
    people = np.bincount(walks["group"], walks["people"], count)
    excess = np.bincount(walks["group"], walks["people"] * walks["excess"], count)
    return np.divide(excess, people, out=np.full(count, np.nan), where=people > 0.0)


def _lacking(pairs: pd.DataFrame, count: int) -> tuple[list[str], list[str]]:
    """The categories that each group lacks, and the people without each of them."""
    names, people = [list[str]() for _ in range(count)], [list[str]() for _ in range(count)]
    sums = pairs.groupby(["group", "category"], sort=True)["people"].sum()
    for group, category, one in sums.reset_index().itertuples(index=False):
        names[group].append(category)
        people[group].append(f"{one:.0f}")
    return [SEPARATOR.join(each) for each in names], [SEPARATOR.join(each) for each in people]


def _barriers(members: pd.DataFrame, count: int) -> list[str | None]:
    """The names of the barriers of each group, sorted and joined, or None."""
    named = [set[str]() for _ in range(count)]
    for group, by in members.loc[members["by"].notna(), ["group", "by"]].drop_duplicates().itertuples(index=False):
        named[group].add(str(by))
    return [", ".join(sorted(by)) or None for by in named]


def _communities(places: PlacesOfGaps, rows: np.ndarray) -> str | None:
    """The communities of some places, that with most people first, or None if none is known."""
    people = Counter[str]()
    for area, number in zip(places.area[rows], places.people[rows], strict=True):
        if area is not None:
            people[str(area)] += number
    return "、".join(sorted(people, key=lambda area: (-people[area], area))) or None


def _outlines(own: list[np.ndarray], places: PlacesOfGaps, near: float) -> Iterator[shapely.Geometry | None]:
    """The union of circles of near / 2 round the places of each group; the same places are united once."""
    circles: Any = shapely.buffer(shapely.points(places.xy), near / 2.0, quad_segs=QUARTER)
    circles[np.isnan(places.xy[:, 0])] = None
    known = dict[bytes, shapely.Geometry | None]()
    for rows in own:
        key = rows.tobytes()
        if key not in known:
            known[key] = circles[rows[0]] if len(rows) == 1 else shapely.union_all(circles[rows])
        yield known[key]
