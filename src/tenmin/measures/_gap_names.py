"""Names of gaps that people know: a community, a street or a landmark."""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.measures._neighbourhoods import TOWNWIDE
from tenmin.measures._unserved import GAP_WORDS, PlacesOfGaps
from tenmin.measures.coverage import Coverage

__all__ = ["name_gaps"]

FAR_FROM_NAMES = 500.0
"""Distance from a place up to which a street or a facility names it, metres."""


def name_gaps(coverage: Coverage, places: PlacesOfGaps, members: pd.DataFrame) -> pd.DataFrame:
    """Return the name of each group: its community, else the nearest street, else the nearest facility with a name.

    Of several, it is that of most people, then the first in the order of the alphabet. Groups of one name say the next
    of these too, if there is one: two gaps along one street by what is near each of them.

    Parameters
    ----------
    coverage
        The coverage: its streets and facilities have the names.
    places
        The places.
    members
        place, people, reason and group: each place once, sorted by group.

    Returns
    -------
    DataFrame
        name and name_zh, None where nothing near has a name.
    """
    rows, group = members["place"].to_numpy(), members["group"].to_numpy()
    people, names = members["people"].to_numpy(), dict[int, tuple[str, str]]()
    townwide = members["reason"].isin(TOWNWIDE)
    for number in members.loc[townwide, "group"].unique():
        names[number] = _told("townwide", "")
    sources = {
        "area": places.area[rows],
        "street": _nearest_named(coverage.network.edges, places.xy[rows]),
        "facility": _nearest_named(coverage.facilities, places.xy[rows]),
    }
    every = {source: _of_most_people(group, of_places, people) for source, of_places in sources.items()}
    own = {number: [(key, some[number]) for key, some in every.items() if number in some] for number in group.tolist()}
    times = Counter(known[0] for number, known in own.items() if known and number not in names)
    for number, known in own.items():
        if known:
            names.setdefault(number, _told_apart(known) if times[known[0]] > 1 else _told(*known[0]))
    told = [names.get(number, (None, None)) for number in range(group.max() + 1 if len(group) else 0)]
    return pd.DataFrame(told, columns=["name", "name_zh"], dtype=object)


def _told(source: str, name: str) -> tuple[str, str]:
    """A name in English and in Chinese."""
    words = GAP_WORDS["names"][source]
    return words["en"].format(name), words["zh"].format(name)


def _told_apart(known: list[tuple[str, str]]) -> tuple[str, str]:
    """A name, and the next that is another, in English and in Chinese."""
    first, others = known[0], [name for _, name in known[1:] if name != known[0][1]]
    en, zh = _told(*first)
    words = GAP_WORDS["names"]["beside"]
    return (words["en"].format(en, others[0]), words["zh"].format(zh, others[0])) if others else (en, zh)


def _nearest_named(table: gpd.GeoDataFrame, xy: np.ndarray) -> np.ndarray:
    """The name of the nearest row with a name, for each point, or None."""
    found = np.full(len(xy), None, dtype=object)
    shapes = table.geometry.to_numpy()
    if "name" not in table:
        return found
    names = table["name"].where(table["name"].notna(), "").astype(str).str.strip().to_numpy(object)
    named = np.flatnonzero((names != "") & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    somewhere = np.flatnonzero(~np.isnan(xy[:, 0]))
    tree, points = shapely.STRtree(shapes[named]), shapely.points(xy[somewhere])
    point, row = tree.query_nearest(points, max_distance=FAR_FROM_NAMES, all_matches=True)
    first = pd.Series(names[named[row]]).groupby(somewhere[point]).min()
    found[first.index] = first.to_numpy()
    return found


def _of_most_people(group: np.ndarray, names: np.ndarray, people: np.ndarray) -> dict[int, str]:
    """The name of most people in each group."""
    counts = Counter[tuple[int, str]]()
    for number, name, one in zip(group.tolist(), names, people, strict=True):
        if name is not None:
            counts[number, str(name)] += one
    best = dict[int, str]()
    for (number, name), _ in sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        best.setdefault(number, name)
    return best
