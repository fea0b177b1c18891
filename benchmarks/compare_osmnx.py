"""Which ways tenmin and OSMnx's walk filter admit, in metres, and which rule and which clause they part at."""

from __future__ import annotations

from pathlib import Path

from benchmarks.extracts import MONACO, PORTO, TSINGHUA
from benchmarks.fresh import run
from benchmarks.tables import Table

EXTRACTS = (MONACO, TSINGHUA, PORTO)


def compare(extracts: Path | None) -> list[Table]:
    """Return three tables for each extract: by kind of way, by class of difference, and ways as examples."""
    if extracts is None:
        return []
    return [table for name in EXTRACTS for table in _tables(extracts / name)]


def _tables(extract: Path) -> list[Table]:
    said = run("osmnx_ways", extract).said
    kinds = ("kind", "tenmin, km", "of it private, km", "OSMnx, km", "both, km", "only tenmin, km", "only OSMnx, km")
    classes = ("who has it", "tenmin's rule", "OSMnx's clause", "ways", "km", "kinds")
    examples = ("who has it", "tenmin's rule", "OSMnx's clause", "way", "m", "tags")
    notes = [
        f"{said['version']}; lengths in the extract's UTM zone; ways that are closed areas count by their outline.",
        f"Unless told otherwise OSMnx keeps only the largest component: without {said['dropped']:.1f} km of its ways.",
    ]
    return [
        Table(f"{extract.name}: ways by kind", kinds, [tuple(row) for row in said["kinds"]], notes),
        Table(f"{extract.name}: classes of difference", classes, [tuple(row) for row in said["classes"]]),
        Table(f"{extract.name}: the longest ways of each", examples, [tuple(row) for row in said["examples"]]),
    ]
