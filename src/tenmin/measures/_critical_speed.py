"""Critical speed: the slowest walk at which each place would still be served."""

from __future__ import annotations

import pandas as pd

from tenmin.network import WalkNetwork
from tenmin.support.errors import TableError

__all__ = ["scale_speed"]


def scale_speed(network: WalkNetwork, minutes: pd.DataFrame, limit: pd.Series) -> pd.DataFrame:
    """Return the km/h at which walks take exactly the limit: the walker's speed times minutes / limit.

    Parameters
    ----------
    network
        The streets and the walker.
    minutes
        Minutes of the best walks, places x categories.
    limit
        The limit of each category, minutes.

    Raises
    ------
    TableError
        The minutes do not scale with the speed: the limit is in metres, the walker waits at crossings, or streets have
        seconds of their own.
    """
    walker = network.walker
    if limit.name != "minutes":
        why = "a limit in metres is the same at every speed; measure the coverage with minutes="
    elif walker.signal_seconds or walker.crossing_seconds:
        why = f"{walker.name!r} waits at crossings, at every speed alike; measure the coverage for each walker"
    elif "seconds" in network.layout.lines.columns:
        why = "streets have seconds of their own, whoever walks; leave these columns out"
    else:
        return minutes * walker.speed_kmh / limit
    msg = f"there is no critical speed: {why}"
    raise TableError(msg)
