"""Measures the coverage of a town and varies it: the extract, the people, the runs, and whether to say shares."""

from __future__ import annotations

import sys
from importlib.metadata import version

import numpy as np

import tenmin as tm
from benchmarks.tasks.clock import Clock, forget_peak

CATEGORIES = (
    "bank", "clinic", "community_service", "convenience", "culture", "elderly_care", "kindergarten", "library", "park",
    "pharmacy", "post", "primary_school", "sport", "supermarket", "transport_stop",
)  # fmt: skip
CLASSES = ("firm", "probable", "doubtful", "unlikely", "unknown", "changing")
SLOW, FAST = 2.4, 6.0
"""Speeds between which the answer may turn, km/h."""
MOVED = 50.0
"""How far homes are moved where placement alone is varied, metres."""

if __name__ == "__main__":
    path, people, runs, wanted = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    town = tm.read_osm(path)
    network, places = tm.WalkNetwork.from_osm(town), tm.estimate_places(town, people=people)
    facilities = tm.find_facilities(town, categories=list(CATEGORIES))
    warm = tm.measure_coverage(network, places, facilities, minutes=10)
    if runs:
        tm.vary_coverage(warm, runs=1)
    del town, warm
    said: dict[str, object] = {"places": len(places), "version": f"tenmin {version('tenmin')}", "read": forget_peak()}
    clock = Clock()
    coverage = tm.measure_coverage(network, places, facilities, minutes=10)
    firmness = tm.vary_coverage(coverage, runs=runs) if runs else None
    stop = clock.stop()
    if firmness is not None and wanted:
        shares = firmness.shares().set_index("category").to_dict("index")
        served = coverage.shares().set_index("category")["share"].to_dict()
        critical, who = coverage.critical_speed(), places["people"].to_numpy()
        turns = ((critical > SLOW) & (critical <= FAST)).to_numpy()
        moved = {"moved_outline": (0.0, MOVED), "moved_point": (0.0, MOVED)}
        placed = tm.vary_coverage(coverage, runs=runs, vary="placement", ranges=moved).shares()
        changing = placed.set_index("category")["changing"].to_dict()
        said["table"] = [
            {
                "category": name,
                "served": served[name],
                **{key: shares[name][key] / shares[name]["total"] for key in CLASSES},
                "speed": float(np.dot(turns[:, column], who) / who.sum()),
                "placement": changing[name] / shares[name]["total"],
            }
            for column, name in enumerate(coverage.limit.index)
        ]
    stop(**said)
