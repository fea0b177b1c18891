"""Record hashes of what tenmin finds and writes, to hold a change to that must leave results as they are.

Only the public names of tenmin and its command line are used, so that the same script runs before and after::

    python scripts/hash_results.py --out before.tsv
    python scripts/hash_results.py --compare before.tsv after.tsv

A line is a column of a table: how many rows it has, its sum (of polygons and lines, that of areas and lengths) and the
hash of its values to the last bit, without its name: what was only renamed is told from what changed. Extracts are
looked for in a folder `data` in `../shared` or where `TENMIN_SHARED` points, and left out with a word where absent.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import chdir, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

import tenmin as tm

LIMITS = [5.0, 10.0, 15.0]
SHARED = Path(os.environ.get("TENMIN_SHARED") or Path(__file__).resolve().parents[2] / "shared", "data")


MEASURED = (
    "coverage {streets} --people {people} --out covered --lang zh",
    "isochrones {streets} -c pharmacy -m 5 -m 10 --out circles.geojson",
    "isochrones {streets} --merge --shape streets --metres 500 --out streets.gpkg",
)


class Sample(NamedTuple):
    """A sample that ships or the path of an extract, its people, and what the command line is asked."""

    path: str
    people: float
    commands: tuple[str, ...]

    def find(self) -> Path:
        """Return where its streets lie."""
        return SHARED / self.path if "/" in self.path else tm.sample_path(self.path)


SAMPLES = {
    "helsinki": Sample("helsinki", 12_000, ("demo --sample helsinki --out demo --lang en", *MEASURED)),
    "shifan": Sample("shifan", 30_000, ("demo --sample shifan --out demo --lang zh", *MEASURED)),
    "monaco": Sample("osm/monaco_osrm.osm.pbf", 38_000, MEASURED),
    "las_palmas": Sample("osm/las_palmas_20230221.osm.pbf", 380_000, MEASURED),
}


class Row(NamedTuple):
    """A column of a table of a sample."""

    sample: str
    table: str
    column: str
    rows: int
    sum: str
    hash: str


Facts = Iterator[tuple[str, str, int, str, str]]  # table, column, rows, sum and hash
Key = tuple[str, str, str]


def exact(values: Any) -> tuple[bytes, str]:
    """Return the values of a column as bytes that do not depend on how pandas keeps them, and their sum, if any."""
    if isinstance(values.dtype, gpd.array.GeometryDtype):
        shapes = np.asarray(values, dtype=object)
        sizes = np.nan_to_num(shapely.area(shapes) + shapely.length(shapes))
        return b"\n".join(one or b"" for one in shapely.to_wkb(shapes, byte_order=1)), repr(math.fsum(sizes))
    if values.dtype.kind in "biu":
        numbers = values.to_numpy("int64")
        return numbers.tobytes(), str(numbers.sum())
    if values.dtype.kind == "f":
        numbers = values.to_numpy("float64")
        exact_sum = math.fsum(numbers[np.isfinite(numbers)])
        return np.where(np.isnan(numbers), np.nan, numbers).tobytes(), repr(exact_sum)
    return "\n".join(map(told, values.tolist())).encode("utf-8", "surrogatepass"), ""


def told(value: Any) -> str:
    """Return a value as text: the same for all ways to say that nothing is there, and for sets in any order."""
    if isinstance(value, list | tuple | set | frozenset):
        parts = map(told, value)
        return str(sorted(parts) if isinstance(value, set | frozenset) else list(parts))
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return "null"
    return repr(value.item() if isinstance(value, np.generic) else value)


def of_frame(table: str, frame: pd.DataFrame) -> Facts:
    """Yield the facts of the index and of each column."""
    for name, values in [("(index)", frame.index), *((str(name), frame[name]) for name in frame.columns)]:
        content, total = exact(values)
        yield table, name, len(frame), total, hashlib.sha256(content).hexdigest()[:16]


def of_file(path: Path) -> Facts:
    """Yield the hash of a file, and those of the columns it holds."""
    name, content = path.as_posix(), path.read_bytes()
    yield name, "(bytes)", len(content), "", hashlib.sha256(content).hexdigest()[:16]
    if path.suffix == ".csv":
        yield from of_frame(name, pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig"))
    elif path.suffix in {".gpkg", ".geojson"}:
        for layer, _ in pyogrio.list_layers(path):
            yield from of_frame(f"{name}:{layer}", pyogrio.read_dataframe(path, layer=layer))


def of_coverage(prefix: str, coverage: tm.Coverage) -> Facts:
    """Yield what a coverage holds, the shares of all that it can count, and its gaps."""
    for name in ("minutes", "metres", "nearest", "served", "unknown", "joins"):
        yield from of_frame(f"{prefix}.{name}", getattr(coverage, name))
    counted: list[Any] = ["people", "places", "streets", *(["ground", "areas"] if coverage.areas is not None else [])]
    for of in counted:
        yield from of_frame(f"{prefix}.shares.{of}", coverage.shares(of=of))
    for by in ("area", "parent", "kind") if coverage.areas is not None else ():
        yield from of_frame(f"{prefix}.shares.people.{by}", coverage.shares(by=by))
    yield from of_frame(f"{prefix}.gaps", tm.find_gaps(coverage))


def of_circles(network: tm.WalkNetwork, facilities: gpd.GeoDataFrame) -> Facts:
    """Yield the isochrones, of each limit by itself; one by one of every tenth facility, for there may be thousands."""
    asked: list[tuple[Any, Any]] = [(shape, merge) for shape in ("ground", "streets") for merge in (None, "category")]
    for shape, merge in asked:
        of = facilities if merge else facilities.iloc[::10]
        found = tm.trace_isochrones(network, of, minutes=LIMITS, shape=shape, merge=merge)
        for limit, part in found.groupby("minutes"):
            yield from of_frame(f"isochrones.{shape}.{merge or 'each'}.{limit:g}", part)


def analyse(sample: Sample, extract: str) -> Facts:
    """Yield what the public verbs find in a sample, and the files they write into the current folder."""
    streets = tm.read_osm(extract)
    network = tm.WalkNetwork.from_osm(streets, walker="adult")
    places, facilities, areas = tm.estimate_places(streets, people=sample.people), tm.find_facilities(streets), None
    if sample.path == "shifan":
        poi = tm.read_facilities(tm.sample_path("shifan/poi.csv"), datum="gcj02", columns={"位置": "lonlat"})
        register = tm.read_facilities(tm.sample_path("shifan/facilities.xlsx"))
        facilities = tm.combine_facilities(register, poi, facilities)
        places = tm.read_places(tm.sample_path("shifan/homes.xlsx"))
        areas = tm.read_areas(tm.sample_path("shifan/communities.gpkg"))
    yield from of_frame("places", places)
    yield from of_frame("facilities", facilities)
    for name in ("nodes", "edges", "barriers", "gates", "entrances", "left_out"):
        yield from of_frame(f"network.{name}", getattr(network, name))
    coverage = tm.measure_coverage(network, places, facilities, minutes=10, areas=areas)
    yield from of_coverage("coverage", coverage)
    yield from of_coverage("straight", tm.measure_coverage(network, places, facilities, metres=500, metric="straight"))
    rolled = network.walked_by("wheelchair")
    yield from of_coverage("wheelchair", tm.measure_coverage(rolled, places, facilities, metres=800, direction="from"))
    yield from of_frame("three_nearest", tm.find_nearest(network, places, facilities, k=3, minutes=15))
    yield from of_frame("people_inside", tm.count_people(network, places, facilities, minutes=10, merge="category"))
    yield from of_frame("reached_streets", tm.trace_streets(network, facilities, minutes=10, merge="nearest"))
    yield from of_circles(network, facilities)
    circles = tm.trace_isochrones(network, facilities, minutes=10, merge="category")
    tm.draw_map(coverage, gaps=tm.find_gaps(coverage), isochrones=circles, areas=areas, lang="zh").save("map.html")
    for name in ("network.gpkg", "network.parquet"):
        network.save(name)


def of_sample(sample: Sample) -> Facts:
    """Yield all facts of a sample; work is done in a folder of its own, so that no path shows in a result."""
    with TemporaryDirectory() as folder, chdir(folder):
        streets = Path(shutil.copy(sample.find(), "."))
        yield from analyse(sample, streets.name)
        for command in sample.commands:
            words = command.format(streets=streets.name, people=sample.people).split()
            subprocess.run([sys.executable, "-m", "tenmin", *words], check=True, stdout=subprocess.DEVNULL)
        for path in sorted(path for path in Path().rglob("*") if path.is_file() and path != streets):
            yield from of_file(path)


def record(names: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of samples; say how long each took, or that it is absent."""
    for name in names:
        begin, sample = time.monotonic(), SAMPLES[name]
        if sample.find().exists():
            yield from (Row(name, *fact) for fact in of_sample(sample))
            print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
        else:
            print(f"{name}: left out, {sample.find()} is absent (TENMIN_SHARED names another folder)", file=sys.stderr)


def compare(old: dict[Key, Row], new: dict[Key, Row]) -> Iterator[str]:
    """Yield a line for each column that was renamed, changed, is gone or new."""
    added = {(row.sample, row.table, row.hash): row for key, row in new.items() if key not in old}
    for key, row in old.items():
        if key not in new:
            other = added.pop((row.sample, row.table, row.hash), None)
            yield f"gone     {' '.join(key)}" if other is None else f"renamed  {' '.join(key)} -> {other.column}"
        elif row != new[key]:
            yield f"changed  {' '.join(key)}: {difference(row, new[key])}"
    yield from (f"new      {' '.join(row[:3])}" for row in added.values())


def read(path: Path) -> dict[Key, Row]:
    """Return the rows of a table by sample, table and column."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [Row(**{**row, "rows": int(row["rows"])}) for row in csv.DictReader(stream, delimiter="\t")]
    return {row[:3]: row for row in rows}


def difference(row: Row, other: Row) -> str:
    """Return what differs between two rows of one name."""
    if row.rows != other.rows:
        return f"{row.rows:,} rows, then {other.rows:,}"
    if not (row.sum and other.sum):
        return "other values"
    one, two = float(row.sum), float(other.sum)
    return f"other values, the sum by {abs(one - two) / (max(abs(one), abs(two)) or 1.0):.1e} of it"


def main() -> None:
    """Record, or compare two records; what differs other than by name is exit code 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", action="append", choices=list(SAMPLES), help="one of them; may be repeated")
    parser.add_argument("--out", type=Path, help="file of the table, else the standard output")
    parser.add_argument("--compare", type=Path, nargs=2, metavar="FILE", help="two tables to compare instead")
    asked = parser.parse_args()
    if asked.compare:
        lines = list(compare(*map(read, asked.compare)))
        print("\n".join(lines) if lines else "nothing differs")
        sys.exit(any(line.startswith(("changed", "gone")) for line in lines))
    rows = [Row._fields, *record(asked.sample or SAMPLES)]
    with asked.out.open("w", encoding="utf-8", newline="") if asked.out else nullcontext(sys.stdout) as stream:
        csv.writer(stream, "excel-tab", lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
