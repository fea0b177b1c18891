"""Where services are: found in OpenStreetMap or read from tables, each counted once."""

from __future__ import annotations

from tenmin.inputs.facilities._combining import combine_facilities
from tenmin.inputs.facilities._completeness import complete_categories
from tenmin.inputs.facilities._datum_shift import Shift, suspect_shift
from tenmin.inputs.facilities._finding import find_facilities, list_duplicates
from tenmin.inputs.facilities._register import read_facilities

__all__ = [
    "Shift",
    "combine_facilities",
    "complete_categories",
    "find_facilities",
    "list_duplicates",
    "read_facilities",
    "suspect_shift",
]
