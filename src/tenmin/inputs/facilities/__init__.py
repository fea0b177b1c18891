"""Facilities: found in an OpenStreetMap extract, read from tables, or combined, each counted once.

Input: an `OsmExtract`, or files of facilities. Output: tables of facilities by the contract of
`tenmin.support.contracts`. Which tags make a facility is data in `tenmin.inputs.services`; start there.
"""

from __future__ import annotations

from tenmin.inputs.facilities._combining import combine_facilities
from tenmin.inputs.facilities._completeness import complete_categories, counting_as, list_contradictions
from tenmin.inputs.facilities._datum_shift import DatumShift, detect_datum_shift
from tenmin.inputs.facilities._finding import find_facilities, list_duplicates
from tenmin.inputs.facilities._register import read_facilities

__all__ = [
    "DatumShift",
    "combine_facilities",
    "complete_categories",
    "counting_as",
    "detect_datum_shift",
    "find_facilities",
    "list_contradictions",
    "list_duplicates",
    "read_facilities",
]
