"""Gaps as places that people know: unserved homes of one cause and one neighbourhood, whatever they lack."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tenmin.measures._unserved import DOUBTFUL, REASONS, PlacesOfGaps
from tenmin.surface import Walls, group_points

__all__ = ["SPREAD", "TOWNWIDE", "gather_homes"]

SPREAD = 800.0
"""Least distance between the centres of neighbourhoods into which a long chain of homes is divided, metres."""
TOWNWIDE = ("no_facilities", "thin_data", "unjoined")
"""Reasons that lie in no neighbourhood: all homes of one of them are one gap."""
_UNCERTAIN = (*DOUBTFUL, "no_facilities")
"""Reasons that are a home's own only if it has no other."""


def gather_homes(unserved: pd.DataFrame, places: PlacesOfGaps, walls: Walls, near: float) -> pd.DataFrame:
    """Return every place that lacks some category, once, with its cause and its gap.

    The cause of a place is the reason and barrier of most of its depth (the sum over the categories that it lacks);
    what is local and certain comes before what is doubtful or concerns the whole town. Places of one cause are one gap
    if a chain of steps of at most `near` that cross no barrier connects them; a chain that is longer than `SPREAD` is
    divided by the nearest of its centres: the places of most severity that lie at least `SPREAD` apart.

    Parameters
    ----------
    unserved
        As from `list_unserved`.
    places
        The places.
    walls
        Walls that no step may cross.
    near
        Longest step, metres.

    Returns
    -------
    DataFrame
        place, people (all that live there if it is unserved, else those for whom no place is left), reason, by, group
        (0 to the number of groups).
    """
    homes = _main_causes(unserved)
    xy = places.xy[homes["place"]]
    cause = homes.groupby(["reason", "by"], dropna=False, sort=True).ngroup().to_numpy()
    chain = group_points(xy, cause, walls, step=near)
    townwide = homes["reason"].isin(TOWNWIDE).to_numpy()
    cell = _divide(chain, xy, (homes["depth"] * homes["people"]).to_numpy(), ~townwide)
    group = group_points(xy, cell, walls, step=near)
    group[townwide] = len(homes) + cause[townwide]
    return homes.drop(columns="depth").assign(group=np.unique(group, return_inverse=True)[1])


def _main_causes(unserved: pd.DataFrame) -> pd.DataFrame:
    """One row for each place: the reason and barrier of most of its depth, and its depth over all categories."""
    by_cause = unserved.groupby(["place", "reason", "by"], dropna=False, sort=False)["depth"].sum().reset_index()
    order = {reason: k for k, reason in enumerate(REASONS)}
    by_cause = by_cause.assign(
        uncertain=by_cause["reason"].isin(_UNCERTAIN), rank=by_cause["reason"].map(order), of_cause=-by_cause["depth"]
    )
    by_cause["depth"] = by_cause.groupby("place")["depth"].transform("sum")
    first = by_cause.sort_values(["place", "uncertain", "of_cause", "rank", "by"], kind="stable")
    first = first.drop_duplicates("place").reset_index(drop=True)
    people = unserved.groupby("place")["people"].max()
    return first[["place", "reason", "by", "depth"]].assign(people=people.loc[first["place"]].to_numpy())


def _divide(chain: np.ndarray, xy: np.ndarray, severity: np.ndarray, local: np.ndarray) -> np.ndarray:
    """The cell of each place: its chain, or the part of its chain that is nearest to one of several centres."""
    cell, order = chain.copy(), np.argsort(chain, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(chain[order])) + 1):
        if len(members) and local[members[0]]:
            centres = _choose_centres(xy[members], severity[members])
            if len(centres) > 1:
                apart = ((xy[members][:, None, :] - xy[members][centres][None, :, :]) ** 2).sum(axis=2)
                cell[members] = len(chain) + members[centres][np.argmin(apart, axis=1)]
    return cell


def _choose_centres(xy: np.ndarray, severity: np.ndarray) -> list[int]:
    """Rows of places at least `SPREAD` apart, the worst first, until every place is nearer than that to one."""
    centres, left = list[int](), np.lexsort((xy[:, 1], xy[:, 0], -severity))
    while len(left) and not np.isnan(xy[left[0], 0]):
        centres.append(int(left[0]))
        left = left[((xy[left] - xy[left[0]]) ** 2).sum(axis=1) >= SPREAD**2]
    return centres
