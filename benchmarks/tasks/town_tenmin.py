"""From the extract of a town to its map with tenmin, and the same homes and facilities as points for others."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.tasks.clock import Clock

CATEGORIES = (
    "bank", "clinic", "community_service", "convenience", "culture", "hospital", "kindergarten", "library", "market",
    "park", "pharmacy", "primary_school", "restaurant", "sport", "supermarket",
)  # fmt: skip


def main() -> None:
    clock = Clock()
    import geopandas as gpd

    import tenmin as tm

    path, people, folder = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    clock.lap("imports")
    town = tm.read_osm(path)
    clock.lap("reading")
    network = tm.WalkNetwork.from_osm(town)
    clock.lap("network")
    places = tm.estimate_places(town, people=people)
    facilities = tm.find_facilities(town, categories=list(CATEGORIES))
    del town
    clock.lap("homes and facilities")
    coverage = tm.measure_coverage(network, places, facilities, minutes=10)
    clock.lap("minutes to 15 categories")
    shares = coverage.shares()
    clock.lap("shares")
    gaps = tm.find_gaps(coverage, by="place")
    clock.lap("gaps")
    circles = tm.trace_isochrones(network, facilities, minutes=[5, 10, 15], merge="category")
    clock.lap("isochrones")
    page = folder / "tenmin.html"
    tm.draw_map(coverage, gaps=gaps, isochrones=circles, lang="en").save(str(page))
    clock.lap("map")
    stop = clock.stop()
    for name, table, column in (("homes", places, "people"), ("doors", facilities, "category")):
        spots = table.to_crs("EPSG:4326").representative_point()
        kept = gpd.GeoDataFrame({column: table[column].to_numpy()}, geometry=spots.to_numpy(), crs="EPSG:4326")
        kept.to_file(folder / f"{name}.gpkg")
    stop(
        steps=clock.cpus,
        homes=len(places),
        facilities=len(facilities),
        gaps=len(gaps),
        circles=len(circles),
        share=float(shares["share"].mean()),
        map=page.stat().st_size,
        version=f"tenmin {version('tenmin')}",
    )


if __name__ == "__main__":
    main()
