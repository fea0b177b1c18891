"""Where the real extracts are, and other forms of them that a comparison needs."""

from __future__ import annotations

from pathlib import Path

from benchmarks.fresh import run

ENVIRONMENT = "TENMIN_BENCH_DATA"
LAS_PALMAS = "las_palmas_20230221.osm.pbf"
MONACO = "monaco_osrm.osm.pbf"
PORTO = "porto.osm.pbf"
TSINGHUA = "beijing_tsinghua_pku_2017.osm.gz"


def find_extracts(data: Path) -> Path | None:
    """Return the folder of the extracts inside the folder of data, or None if it is not there."""
    folder = data / "osm"
    return folder.resolve() if (folder / PORTO).exists() else None


def as_xml(extract: Path, folder: Path) -> Path:
    """Return the extract as OSM XML, written into the folder."""
    target = folder / f"{extract.name.partition('.')[0]}.osm"
    run("convert", extract, target, 1)
    return target


def as_whole_ways(extract: Path, folder: Path) -> Path:
    """Return the nodes and ways of the extract as OSM XML, cut where it lacks nodes, written into the folder."""
    target = folder / f"{extract.name.partition('.')[0]}_whole.osm"
    run("convert", extract, target, 0)
    return target


def times(extract: Path, count: int, folder: Path) -> Path:
    """Return several copies of the extract side by side as one .osm.pbf, written into the folder."""
    target = folder / f"{extract.name.partition('.')[0]}_x{count}.osm.pbf"
    run("convert", extract, target, count)
    return target
