"""Measures who of a town is served, by walker and denominator.

Asks for an extract, its people and a file with the outline of the town (or -: the box of the extract), or for "shifan".
"""

from __future__ import annotations

import sys
from importlib.metadata import version

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import tenmin as tm
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.firmness import CATEGORIES, FAST, SLOW

WALKERS = ("adult", "older_adult", "pushchair", "child", "wheelchair")
SHIFAN, BOX = "shifan", "-"
ENOUGH = 2 / 3
"""Part of the categories that the smaller basket needs."""


def read_town(path: str, people: float) -> tuple[tm.OsmExtract, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the extract, the homes and the facilities."""
    if path != SHIFAN:
        town = tm.read_osm(path)
        return town, tm.estimate_places(town, people=people), tm.find_facilities(town, categories=list(CATEGORIES))
    register = tm.read_facilities(tm.sample_path("shifan/facilities.xlsx"))
    points = tm.read_facilities(tm.sample_path("shifan/poi.csv"), datum="gcj02", columns={"位置": "lonlat"})
    both = tm.combine_facilities(register[~register.geometry.isna()], points)
    homes = tm.read_places(tm.sample_path("shifan/homes.xlsx"))
    return tm.read_osm(tm.sample_path(SHIFAN)), homes, both[both["category"].isin(CATEGORIES)]


def read_ground(town: tm.OsmExtract, path: str, outline: str) -> gpd.GeoDataFrame:
    """Return the communities of the made district; of a town its outline, or the box of its extract."""
    if path == SHIFAN:
        return tm.read_areas(tm.sample_path("shifan/communities.gpkg"))
    if outline != BOX:
        return tm.read_areas(outline, columns={"NAMEUNIT": "name"})
    if town.box is None:
        msg = f"{path} says no box, so its ground has no border; give an outline"
        raise ValueError(msg)
    return gpd.GeoDataFrame({"name": [BOX]}, index=[BOX], geometry=[shapely.box(*town.box)], crs="EPSG:4326")


def residential_land(town: tm.OsmExtract) -> gpd.GeoDataFrame:
    """Return the areas mapped as residential land."""
    return town.areas[[tags.get("landuse") == "residential" for tags in town.areas["tags"]]]


def describe(coverage: tm.Coverage, land: gpd.GeoDataFrame, *, communities: bool) -> dict[str, float]:
    """Return the mean over the categories of the shares of each denominator, and the baskets, percent."""
    denominators = {of: coverage.shares(of) for of in ("people", "places", "streets", "ground")}
    if len(land):
        denominators["land"] = coverage.shares("land", land=land)
    if communities:
        denominators["areas"] = coverage.shares("areas")
    means = {of: 100.0 * float(table["share"].mean()) for of, table in denominators.items()}
    count = len(coverage.limit)
    for name, needed in (("all", count), ("enough", int(np.ceil(ENOUGH * count)))):
        (row,) = coverage.basket(at_least=needed).to_dict("records")
        means |= {name: 100.0 * row["share"], f"{name}_upper": 100.0 * row["share_upper"]}
    return means


def rest_on(coverage: tm.Coverage) -> pd.DataFrame:
    """Return, by category, the share of people and those whose answer rests on speed or on placement alone, percent."""
    critical, people = coverage.critical_speed(), coverage.places["people"].to_numpy("float64")
    turns = ((critical > SLOW) & (critical <= FAST)).mul(people, axis=0).sum() / people.sum()
    compared = tm.compare_placements(coverage, lang="en").set_index(["placement", "category"])
    even, shares = compared.loc["even"], coverage.shares().set_index("category")
    columns = {"share": shares["share"], "share_upper": shares["share_upper"], "speed": turns}
    columns |= {"even": even["share"], "placement": even["depends"] / even["total"]}
    return 100.0 * pd.DataFrame(columns)


if __name__ == "__main__":
    extract, homes, facilities = read_town(sys.argv[1], float(sys.argv[2]))
    network, land = tm.WalkNetwork.from_osm(extract), residential_land(extract)
    areas, made = read_ground(extract, sys.argv[1], sys.argv[3]), sys.argv[1] == SHIFAN
    few = tm.measure_coverage(network, homes.iloc[:9], facilities, minutes=10, areas=areas)
    describe(few, land.iloc[:1], communities=made)  # compiles
    walkers: list[dict[str, object]] = []
    clock = Clock()
    for walker in WALKERS:
        covered = tm.measure_coverage(network.walked_by(walker), homes, facilities, minutes=10, areas=areas)
        said = describe(covered, land, communities=made)
        clock.lap(walker)
        speed = covered.network.walker.speed_kmh
        walkers.append({"walker": walker, "speed": speed, **said, "took": clock.laps[walker]})
    stop = clock.stop()
    adult = tm.measure_coverage(network, homes, facilities, minutes=10, areas=areas if made else None)
    stop(
        walkers=walkers,
        categories=rest_on(adult).rename_axis("category").reset_index().to_dict("records"),
        homes=len(homes),
        people=float(homes["people"].sum()),
        ground=float(few.shares("ground")["total"].iloc[0]) / 1e6,
        version=f"tenmin {version('tenmin')}",
    )
