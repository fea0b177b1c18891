"""Facilities open at a moment: which are, which are not, and of which nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
import pandas as pd

from tenmin.access.query import HOURS_UNKNOWN, Query
from tenmin.access.travel_times import straight_times, travel_times
from tenmin.network import WalkNetwork
from tenmin.support.contracts import Metric, in_use
from tenmin.support.errors import InputError
from tenmin.support.moments import Moment, is_open, read_moment, say_moment

__all__ = ["Opening", "open_facilities", "walks_in_doubt"]

NO_HOURS = "no opening hours are known"
UNREADABLE = "the opening hours cannot be read, or do not say"


@dataclass(frozen=True)
class Opening:
    """The moment at which facilities have to be open, and what is known of their hours."""

    at: str
    """The moment, such as "2026-03-03 20:30", local time."""
    hours: pd.DataFrame
    """The facilities in use, indexed by id: category, opening_hours, open (True, False, or None where nobody knows)
    and reason (why nobody knows, else None)."""
    in_doubt: pd.DataFrame
    """Minutes or metres, in the unit of the limit, to the nearest facility of unknown hours: places x categories."""


def open_facilities(query: Query, open_at: Moment, metric: Metric) -> tuple[Query, Opening]:
    """Return the query of the facilities that are open at a moment, and what is known of the hours of all.

    Parameters
    ----------
    query
        The checked inputs.
    open_at
        The moment, as in `measure_coverage`.
    metric
        How distance is measured: "walk" or "straight".

    Raises
    ------
    InputError
        It is no moment, the ways and gates of the network were judged at another, or `tenmin[hours]` is missing.
    """
    when = _moment_of(query.network, open_at)
    hours = _read_hours(query.facilities, when)
    known = hours["open"].map({True: 1, False: 0}).fillna(HOURS_UNKNOWN).astype("int8").to_numpy()
    asked = query.at_hours(known)
    return asked, Opening(say_moment(when), hours[in_use(query.facilities)], walks_in_doubt(asked, metric))


def walks_in_doubt(query: Query, metric: Metric) -> pd.DataFrame:
    """Return minutes or metres to the nearest facility of unknown hours, places x categories.

    Parameters
    ----------
    query
        The query of the facilities that are open at a moment.
    metric
        "walk" or "straight".
    """
    walk = straight_times if metric == "straight" else travel_times
    doubt = walk(query.in_doubt())
    return doubt.minutes if query.unit == "minutes" else doubt.metres


def _moment_of(network: WalkNetwork, open_at: Moment) -> datetime:
    """The moment asked about, if it is that of the network's own hours."""
    when = None if network.when is None else read_moment(network.when, "when")
    asked = read_moment(open_at, "open_at", near=when)
    if network.is_of_osm and when != asked:
        now = "without a moment" if when is None else f"at {say_moment(when)}"
        msg = (
            f"open_at is {say_moment(asked)}, but the ways and gates of the network were judged {now}; build it for "
            f"the same moment: WalkNetwork.from_osm(..., when={say_moment(asked)!r})"
        )
        raise InputError(msg)
    return asked


def _read_hours(facilities: gpd.GeoDataFrame, when: datetime) -> pd.DataFrame:
    """Whether each facility is open, by its opening hours."""
    given = facilities.get("opening_hours", pd.Series(None, index=facilities.index, dtype=object))
    texts = [str(text).strip() if pd.notna(text) else "" for text in given]
    said = {text: is_open(text, when) if text else None for text in set(texts)}
    why = {text: (UNREADABLE if text else NO_HOURS) if state is None else None for text, state in said.items()}
    columns = {
        "category": facilities["category"].astype("str").to_list(),
        "opening_hours": given.to_list(),
        "open": [said[text] for text in texts],
        "reason": [why[text] for text in texts],
    }
    return pd.DataFrame(columns, index=facilities.index, dtype=object)
