"""Shares of a town under three rules for the legs off the street.

All access points; legs that pass through no building but one's own (`legs="clear"`); the nearest access point alone.

    python -m benchmarks.legs town.osm.pbf --people 38000
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

import tenmin as tm
from tenmin.access.query import Query
from tenmin.access.travel_times import travel_times
from tenmin.network import Snapping
from tenmin.routing import AccessPoints

MINUTES = 10.0


def nearest_only(snapping: Snapping) -> Snapping:
    """Return a snapping with the nearest access point of each item alone."""
    points = snapping.access_points
    order = np.lexsort((points.leg, points.item))
    _, first = np.unique(points.item[order], return_index=True)
    kept = np.sort(order[first])
    counts = np.bincount(points.item[kept], minlength=len(points.first) - 1)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return replace(
        snapping, access_points=AccessPoints(starts, points.edge[kept], points.offset[kept], points.leg[kept])
    )


def nearest_query(query: Query) -> Query:
    """Return the query with the nearest access points alone."""
    made = replace(query)
    vars(made).update(
        place_snapping=nearest_only(query.place_snapping), facility_snapping=nearest_only(query.facility_snapping)
    )
    return made


def main() -> None:
    """Print the share of people served in each category under each rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extract")
    parser.add_argument("--people", type=float, required=True)
    options = parser.parse_args()
    town = tm.read_osm(options.extract)
    network, places = tm.WalkNetwork.from_osm(town), tm.estimate_places(town, people=options.people)
    facilities = tm.find_facilities(town)
    buildings = gpd.GeoDataFrame(town.areas[["building" in tags for tags in town.areas["tags"]]])
    every = tm.measure_coverage(network, places, facilities, minutes=MINUTES)
    clear = tm.measure_coverage(network, places, facilities, minutes=MINUTES, legs="clear", buildings=buildings)
    people = places["people"].to_numpy()
    served = {
        "all": every.served,
        "clear": clear.served,
        "nearest": travel_times(nearest_query(every.query)).minutes <= MINUTES * (1.0 + 1e-6),
    }
    table = pd.DataFrame({rule: people @ one.to_numpy() / people.sum() for rule, one in served.items()})
    table.index = pd.Index(every.served.columns, name="category")
    print((100.0 * table).round(1).to_string())
    print((100.0 * table.mean()).round(1).rename("mean").to_frame().T.to_string())


if __name__ == "__main__":
    main()
