"""Measures who of a town is served, by walker and denominator: an extract and its people, or "shifan" and 0."""

from __future__ import annotations

import sys
from importlib.metadata import version

import geopandas as gpd
import numpy as np
import pandas as pd

import tenmin as tm
from benchmarks.tasks.clock import Clock
from benchmarks.tasks.firmness import CATEGORIES, FAST, SLOW

WALKERS = ("adult", "older_adult", "pushchair", "child", "wheelchair")
SHIFAN = "shifan"
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


def residential_land(town: tm.OsmExtract) -> gpd.GeoDataFrame:
    """Return the areas mapped as residential land."""
    return town.areas[[tags.get("landuse") == "residential" for tags in town.areas["tags"]]]


def describe(coverage: tm.Coverage, land: gpd.GeoDataFrame) -> dict[str, float]:
    """Return the mean over the categories of the shares of each denominator, and the baskets, percent."""
    denominators = {of: coverage.shares(of) for of in ("people", "places", "streets")}
    if len(land):
        denominators["land"] = coverage.shares("land", land=land)
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
    describe(tm.measure_coverage(network, homes.iloc[:9], facilities, minutes=10), land.iloc[:1])  # compiles
    walkers: list[dict[str, object]] = []
    clock, adult = Clock(), None
    for walker in WALKERS:
        covered = tm.measure_coverage(network.walked_by(walker), homes, facilities, minutes=10)
        adult = adult or covered
        said = describe(covered, land)
        clock.lap(walker)
        walkers.append(
            {"walker": walker, "speed": covered.network.walker.speed_kmh, **said, "took": clock.laps[walker]}
        )
    stop = clock.stop()
    if adult is not None:
        stop(
            walkers=walkers,
            categories=rest_on(adult).rename_axis("category").reset_index().to_dict("records"),
            homes=len(homes),
            people=float(homes["people"].sum()),
            version=f"tenmin {version('tenmin')}",
        )
