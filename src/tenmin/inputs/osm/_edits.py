"""Dates of the last edits of elements."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import osmium
import osmium.osm
import pandas as pd
from osmium.filter import IdFilter

from tenmin.inputs.osm._opening import open_osm, translate_errors

__all__ = ["edit_dates"]

_KINDS = {"n": osmium.osm.NODE, "w": osmium.osm.WAY, "r": osmium.osm.RELATION}
_NO_TIME = 1971
"""Files without times of edits say 1 January 1970."""


def edit_dates(path: str, elements: Collection[str]) -> pd.Series:
    """Return the date (ISO 8601) of the last edit of elements such as `n123`, without those of which no time is known.

    Parameters
    ----------
    path
        The extract; the result is empty if it is no longer there.
    elements
        Labels: n, w or r and the id; nothing is known of those with negative ids, which are in no database yet.
    """
    dates: dict[str, str] = {}
    if Path(path).is_file():
        with translate_errors(path):
            for kind, entity in _KINDS.items():
                ids = [int(label[1:]) for label in set(elements) if label[0] == kind and label[1:].isdigit()]
                if ids:
                    for one in osmium.FileProcessor(open_osm(path), entity).with_filter(IdFilter(ids)):
                        if isinstance(one, osmium.osm.OSMObject) and one.timestamp.year >= _NO_TIME:
                            dates[f"{kind}{one.id}"] = one.timestamp.date().isoformat()
    return pd.Series(dates, dtype=object)
