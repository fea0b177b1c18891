"""Dates of the last edits of elements."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import osmium
import osmium.osm
import pandas as pd
from osmium.filter import EmptyTagFilter

from tenmin.inputs.osm._opening import open_osm, translate_errors

__all__ = ["edit_dates"]

_ELEMENTS = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
_NO_TIME = 1971
"""Files without times of edits say 1 January 1970."""


def edit_dates(path: str, elements: Collection[str]) -> pd.Series:
    """Return the date (ISO 8601) of the last edit of tagged elements such as `n123`, where a time is known.

    Parameters
    ----------
    path
        The extract; the result is empty if it is no longer there.
    elements
        Labels: n, w or r and the id; nothing is known of those with negative ids, which are in no database yet.
    """
    dates: dict[str, str] = {}
    wanted = {label for label in elements if label[1:].isdigit()}
    if wanted and Path(path).is_file():
        with translate_errors(path):
            for one in osmium.FileProcessor(open_osm(path), _ELEMENTS).with_filter(EmptyTagFilter()):
                label = f"{one.type_str()}{one.id}"
                if label in wanted and isinstance(one, osmium.osm.OSMObject) and one.timestamp.year >= _NO_TIME:
                    dates[label] = one.timestamp.date().isoformat()
    return pd.Series(dates, dtype=object)
