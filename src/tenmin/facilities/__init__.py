"""Where services are: found in OpenStreetMap or read from tables, each counted once."""

from __future__ import annotations

from tenmin.facilities.combining import combine_facilities
from tenmin.facilities.finding import find_facilities, list_duplicates
from tenmin.facilities.register import read_facilities
from tenmin.facilities.shifting import Shift, suspect_shift

__all__ = [
    "Shift",
    "combine_facilities",
    "find_facilities",
    "list_duplicates",
    "read_facilities",
    "suspect_shift",
]
