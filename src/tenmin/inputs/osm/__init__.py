"""OpenStreetMap extracts as plain tables: streets, points, areas and barriers, and who may walk where."""

from __future__ import annotations

from tenmin.inputs.osm._download import download_osm, find_place
from tenmin.inputs.osm._extract import OsmExtract
from tenmin.inputs.osm._gates import find_entrances, find_gates
from tenmin.inputs.osm._memory import uncollected
from tenmin.inputs.osm._reading import read_osm, read_streets
from tenmin.inputs.osm._rules import Direction, Rule, Rules, judge_ways, load_rules
from tenmin.inputs.osm._service import Patience

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
