"""OpenStreetMap extracts as plain tables: streets, points, areas and barriers, and who may walk where."""

from __future__ import annotations

from tenmin.osm.extract import OsmExtract
from tenmin.osm.gates import find_entrances, find_gates
from tenmin.osm.reading import read_osm, read_streets
from tenmin.osm.rules import Direction, Rule, Rules, judge_ways, load_rules

__all__ = [
    "Direction",
    "OsmExtract",
    "Rule",
    "Rules",
    "find_entrances",
    "find_gates",
    "judge_ways",
    "load_rules",
    "read_osm",
    "read_streets",
]
