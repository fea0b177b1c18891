"""Walks of a town under five rules for the legs off the street, and how they differ from those of the first.

All access points; legs that pass through no building but one's own (`legs="clear"`); legs that cross no wide road; legs
that cross no street at all; the nearest access point alone.

    python -m benchmarks.legs town.osm.pbf --people 38000
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import tenmin as tm
from tenmin.access.query import Query
from tenmin.access.travel_times import travel_times
from tenmin.network import Snapping
from tenmin.routing import AccessPoints

MINUTES, INCLUSIVE = 10.0, 1.0 + 1e-6
WIDE = ("trunk", "trunk_link", "primary", "primary_link")
LANES, LANES_ONEWAY = 4, 3
"""Lanes from which a road is wide whatever its class, both ways together and of a one-way carriageway."""
SHORT = 0.05
"""What is cut from the end of a leg, so that it does not cross the street that it leads to, metres."""
_POLYGONS = [shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value]


def take(snapping: Snapping, kept: np.ndarray) -> Snapping:
    """Return a snapping with some of its access points."""
    points = snapping.access_points
    counts = np.bincount(points.item[kept], minlength=len(points.first) - 1)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return replace(
        snapping, access_points=AccessPoints(starts, points.edge[kept], points.offset[kept], points.leg[kept])
    )


def nearest_only(snapping: Snapping) -> Snapping:
    """Return a snapping with the nearest access point of each item alone."""
    points = snapping.access_points
    order = np.lexsort((points.leg, points.item))
    _, first = np.unique(points.item[order], return_index=True)
    return take(snapping, np.sort(order[first]))


def without_crossing(
    snapping: Snapping, items: gpd.GeoDataFrame, network: tm.WalkNetwork, lines: np.ndarray
) -> Snapping:
    """Return a snapping without the legs that cross lines."""
    points, shapes = snapping.access_points, items.geometry.to_numpy().copy()
    simple = np.isin(shapely.get_type_id(shapes), _POLYGONS)
    shapes[simple] = shapely.boundary(shapes[simple])
    ends = shapely.line_interpolate_point(network.assembly.edges.geometry[points.edge], points.offset)
    legs = shapely.shortest_line(shapes[points.item], ends)
    far = np.maximum(shapely.length(legs), SHORT)
    xy = shapely.get_coordinates(legs).reshape(-1, 2, 2)
    xy[:, 1] += (xy[:, 0] - xy[:, 1]) * (SHORT / far)[:, None]
    leg, _ = shapely.STRtree(lines).query(shapely.linestrings(xy), predicate="crosses")
    return take(snapping, np.setdiff1d(np.arange(len(legs)), leg))


def snapped(query: Query, rule: Callable[[Snapping, gpd.GeoDataFrame], Snapping]) -> Query:
    """Return the query with the access points that a rule leaves."""
    made = replace(query)
    vars(made).update(
        place_snapping=rule(query.place_snapping, query.places),
        facility_snapping=rule(query.facility_snapping, query.facilities),
    )
    return made


def is_wide(tags: dict[str, str]) -> bool:
    """Return whether a way is a wide road."""
    most, lanes = LANES_ONEWAY if tags.get("oneway") == "yes" else LANES, tags.get("lanes", "")
    return "highway" in tags and (tags["highway"] in WIDE or (lanes.isdecimal() and int(lanes) >= most))


def on_the_ground(town: tm.OsmExtract, which: Callable[[dict[str, str]], bool], network: tm.WalkNetwork) -> np.ndarray:
    """Return the lines of some ways that are neither bridges nor tunnels."""
    chosen = [which(tags) and not {"bridge", "tunnel"} & set(tags) for tags in town.ways["tags"]]
    return town.ways[chosen].to_crs(network.crs).geometry.to_numpy()


def compare(every: pd.DataFrame, other: pd.DataFrame, people: np.ndarray) -> dict[str, float]:
    """Return how the minutes of a rule differ from those of all access points, over all walks."""
    before, after = every.to_numpy() <= MINUTES * INCLUSIVE, other.to_numpy() <= MINUTES * INCLUSIVE
    both = before & np.isfinite(other.to_numpy())
    more = other.to_numpy()[both] - every.to_numpy()[both]
    lost = (before & ~after).astype(float)
    return {
        "verdicts lost, %": 100.0 * lost.mean(),
        "of people, %": 100.0 * float((people @ lost).mean() / people.sum()),
        "no walk, %": 100.0 * float((before & ~np.isfinite(other.to_numpy())).mean()),
        "changed, %": 100.0 * float((more > 1e-6).mean()),
        "median": float(np.median(more)),
        "95 %": float(np.percentile(more, 95.0)),
        "longest": float(more.max()),
    }


def main() -> None:
    """Print the share of people served in each category under each rule, and the difference to the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extract")
    parser.add_argument("--people", type=float, required=True)
    options = parser.parse_args()
    town = tm.read_osm(options.extract)
    network, places = tm.WalkNetwork.from_osm(town), tm.estimate_places(town, people=options.people)
    facilities = tm.find_facilities(town)
    buildings = gpd.GeoDataFrame(town.areas[["building" in tags for tags in town.areas["tags"]]])
    wide = on_the_ground(town, is_wide, network)
    streets = on_the_ground(town, lambda tags: "highway" in tags, network)
    tm.measure_coverage(network, places, facilities, minutes=MINUTES, legs="clear", buildings=buildings)  # compiles
    begin = time.process_time()
    every = tm.measure_coverage(network, places, facilities, minutes=MINUTES)
    middle = time.process_time()
    clear = tm.measure_coverage(network, places, facilities, minutes=MINUTES, legs="clear", buildings=buildings)
    took = middle - begin, time.process_time() - middle
    query, people = every.query, places["people"].to_numpy()
    minutes = {
        "all": every.minutes,
        "clear": clear.minutes,
        "no wide road": travel_times(
            snapped(query, lambda one, items: without_crossing(one, items, network, wide))
        ).minutes,
        "no street": travel_times(
            snapped(query, lambda one, items: without_crossing(one, items, network, streets))
        ).minutes,
        "nearest": travel_times(snapped(query, lambda one, _: nearest_only(one))).minutes,
    }
    served = {rule: one.to_numpy() <= MINUTES * INCLUSIVE for rule, one in minutes.items()}
    table = pd.DataFrame({rule: people @ one / people.sum() for rule, one in served.items()})
    table.index = pd.Index(every.served.columns, name="category")
    print((100.0 * table).round(1).to_string())
    print((100.0 * table.mean()).round(1).rename("mean").to_frame().T.to_string())
    differences = {rule: compare(every.minutes, one, people) for rule, one in minutes.items() if rule != "all"}
    print(pd.DataFrame(differences).T.round(2).to_string())
    print(f"CPU seconds of a coverage: all {took[0]:.2f}, clear {took[1]:.2f}")


if __name__ == "__main__":
    main()
