"""Runs comparisons by name, prints their tables and keeps them in RESULTS.md."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    accuracy,
    compare_osmnx,
    firmness,
    growth,
    growth_search,
    nearest,
    network,
    people,
    polygons,
    review_map,
    scenarios,
    search,
    town,
)
from benchmarks.extracts import ENVIRONMENT, find_extracts
from benchmarks.tables import Table, keep

ROOT = Path(__file__).parent.parent
COMPARISONS: dict[str, Callable[[Path | None], list[Table]]] = {
    "network": network.compare,
    "growth": growth.compare,
    "search": search.compare,
    "nearest": nearest.compare,
    "growth-search": growth_search.compare,
    "osmnx-ways": compare_osmnx.compare,
    "accuracy": accuracy.compare,
    "firmness": firmness.compare,
    "people": people.compare,
    "people-table": people.tabulate,
    "polygons": polygons.compare,
    "review-map": review_map.compare,
    "scenarios": scenarios.compare,
    "town": town.compare,
}
BY_DEFAULT = (
    "network", "growth", "search", "nearest", "growth-search", "polygons", "accuracy", "firmness", "people",
    "people-table", "review-map", "scenarios", "town",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("names", nargs="*", default=BY_DEFAULT, help=f"{', '.join(COMPARISONS)} (all but osmnx-ways)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get(ENVIRONMENT, ROOT.parent / "shared" / "data")),
        help=f"folder with osm/porto.osm.pbf and the other extracts (default: ${ENVIRONMENT}, else ../shared/data)",
    )
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(COMPARISONS))
    if unknown:
        parser.error(f"no comparison is named {unknown[0]!r}; there are {', '.join(COMPARISONS)}")
    extracts = find_extracts(asked.data)
    for name in asked.names:
        tables = COMPARISONS[name](extracts)
        if not tables:
            print(f"{name}: skipped, no extracts in {asked.data}; name their folder with --data or ${ENVIRONMENT}")
            continue
        keep(ROOT / "benchmarks" / "RESULTS.md", name, tables)
        print("\n\n".join(table.markdown() for table in tables), flush=True)


if __name__ == "__main__":
    sys.exit(main())
