"""Which gap is which problem of the last quarter: by the people they share."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from tenmin.measures.coverage import Coverage
from tenmin.measures.lacking import list_homes
from tenmin.support.contracts import people_of

__all__ = ["find_homes", "homes_of_gaps", "match_problems", "shared_people", "weights_of"]

SAME = 0.5
"""Share of the people of the smaller of two gaps from which they are the same problem."""
MOVED = 50.0
"""Distance up to which a home with another id is one of the last quarter that moved, metres."""
NOBODY = 1e-6
"""People of a home without any, so that it can be found again."""


def weights_of(coverage: Coverage) -> np.ndarray:
    """Return the people of each place, a trace of one where there are none."""
    return people_of(coverage.places).to_numpy() + NOBODY


def homes_of_gaps(gaps: gpd.GeoDataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return the homes of each gap: gap, place, people, lon, lat and the categories of the gap.

    Parameters
    ----------
    gaps
        Gaps by place.
    coverage
        The coverage that they were found in.

    Raises
    ------
    TableError
        The gaps are not by place or have lost their homes.
    """
    homes, places = list_homes(gaps), coverage.places
    row = places.index.astype(str).get_indexer(pd.Index(homes["place"]))
    at = places.representative_point().to_crs("EPSG:4326")
    return homes.assign(
        people=people_of(places).to_numpy()[row],
        lon=at.x.round(6).to_numpy()[row],
        lat=at.y.round(6).to_numpy()[row],
        categories=homes["gap"].map(gaps.set_index("gap")["category"]).astype(object),
    )


def find_homes(homes: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return the homes of the last quarter as they are now: id (of the problem) and row (of the place), each pair once.

    Those that are gone are left out.

    Parameters
    ----------
    homes
        The homes of a ledger.
    coverage
        The coverage of this quarter.
    """
    places = coverage.places
    labels, known = places.index.astype(str), pd.Index(homes["place"].astype(str))
    row = labels.get_indexer(known)
    lost = np.flatnonzero((row < 0) & homes[["lon", "lat"]].notna().all(axis=1).to_numpy())
    free = np.flatnonzero(~labels.isin(known) & ~(places.geometry.isna() | places.geometry.is_empty).to_numpy())
    if len(lost) and len(free):
        was = gpd.GeoSeries.from_xy(homes["lon"], homes["lat"], crs="EPSG:4326").to_crs(coverage.network.crs)
        now = places.representative_point()
        tree = KDTree(_coordinates(now)[free])
        away, nearest = tree.query(_coordinates(was)[lost], distance_upper_bound=MOVED)
        moved = np.isfinite(away)
        row[lost[moved]] = free[nearest[moved]]
    found = pd.DataFrame({"id": homes["id"].to_numpy(object), "row": row})
    return found[found["row"] >= 0].drop_duplicates()


def _coordinates(points: gpd.GeoSeries) -> np.ndarray:
    return np.column_stack([points.x.to_numpy(), points.y.to_numpy()])


def shared_people(then: pd.DataFrame, now: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return the people whom an old problem and a gap share: id, gap, shared, smaller (of the two, people); most first.

    Parameters
    ----------
    then
        As from `find_homes`.
    now
        As from `homes_of_gaps`.
    coverage
        The coverage of this quarter.
    """
    people = weights_of(coverage)
    row = coverage.places.index.astype(str).get_indexer(pd.Index(now["place"]))
    homes = pd.DataFrame({"gap": now["gap"].to_numpy(object), "row": row, "people": people[row]})
    both = then.merge(homes, on="row").groupby(["id", "gap"])["people"].sum().rename("shared").reset_index()
    before = pd.Series(people[then["row"]]).groupby(then["id"].to_numpy(object)).sum()
    of_gap = homes.groupby("gap")["people"].sum()
    smaller = np.minimum(before.reindex(both["id"]).to_numpy(), of_gap.reindex(both["gap"]).to_numpy())
    return both.assign(smaller=smaller).sort_values(["shared", "id", "gap"], ascending=[False, True, True])


def match_problems(pairs: pd.DataFrame) -> dict[str, str]:
    """Return the gap of each old problem that is found again: pairs with most people first, each problem and gap once.

    Parameters
    ----------
    pairs
        As from `shared_people`.
    """
    found, taken = dict[str, str](), set[str]()
    for pair in pairs[pairs["shared"] >= SAME * pairs["smaller"]].to_dict("records"):
        if pair["id"] not in found and pair["gap"] not in taken:
            found[pair["id"]] = pair["gap"]
            taken.add(pair["gap"])
    return found
