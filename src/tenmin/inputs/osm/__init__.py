"""OpenStreetMap extracts as tables: streets, points, areas and barriers, and which ways can be walked.

Input: an extract as a file, or the name or outline of a place to download. Output: an `OsmExtract`, gates, entrances,
and the walk rule of each way. Rules are data: start with `rules.toml`, `gates.toml` and `barriers.toml`.
"""

from __future__ import annotations

from tenmin.inputs.osm._basemap import BASEMAP_KINDS, find_basemap
from tenmin.inputs.osm._download import download_osm, find_place
from tenmin.inputs.osm._edits import edit_dates
from tenmin.inputs.osm._extract import OsmExtract
from tenmin.inputs.osm._gates import find_entrances, find_gates
from tenmin.inputs.osm._memory import gc_paused
from tenmin.inputs.osm._moment import hold_at, is_undecided
from tenmin.inputs.osm._reading import as_extract, read_osm, read_streets
from tenmin.inputs.osm._rules import Direction, Doubt, Rule, Rules, classify_ways, load_rules
from tenmin.inputs.osm._service import Patience

__all__ = [
    "BASEMAP_KINDS",
    "Direction",
    "Doubt",
    "OsmExtract",
    "Patience",
    "Rule",
    "Rules",
    "as_extract",
    "classify_ways",
    "download_osm",
    "edit_dates",
    "find_basemap",
    "find_entrances",
    "find_gates",
    "find_place",
    "gc_paused",
    "hold_at",
    "is_undecided",
    "load_rules",
    "read_osm",
    "read_streets",
]
