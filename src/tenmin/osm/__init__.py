"""OpenStreetMap extracts as plain tables: streets, points, areas and barriers, and who may walk where."""

from __future__ import annotations

from tenmin.osm.download import download_osm, find_place
from tenmin.osm.extract import OsmExtract
from tenmin.osm.gates import find_entrances, find_gates
from tenmin.osm.memory import uncollected
from tenmin.osm.reading import read_osm, read_streets
from tenmin.osm.rules import Direction, Rule, Rules, judge_ways, load_rules
from tenmin.osm.service import Patience

__all__ = [
    "Direction",
    "OsmExtract",
    "Patience",
    "Rule",
    "Rules",
    "download_osm",
    "find_entrances",
    "find_gates",
    "find_place",
    "judge_ways",
    "load_rules",
    "read_osm",
    "read_streets",
    "uncollected",
]
