"""What thinning does to shares: 30 % of the facilities of a town deleted, a hundred times.

For every category with 50 and more objects, by the figures of each country: whether the draws are judged thin, in how
many the interval from `share` to `share_upper` still holds the full share, and the mean width of the interval.

    python -m benchmarks.thin_data town.osm.pbf --people 333051 --country ES DE
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd

import tenmin as tm

DELETED = 0.3
SEEDS = 100
LEAST = 50


def draw(facilities: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Return the facilities that are left."""
    lost = np.random.default_rng(seed).choice(len(facilities), round(DELETED * len(facilities)), replace=False)
    return facilities.drop(facilities.index[lost])


def measure(coverage: tm.Coverage, category: str, countries: list[str]) -> Iterator[dict[str, object]]:
    """Yield the row of a category for each country. All draws are measured at once, as categories of their own."""
    full = float(coverage.shares().set_index("category")["share"].to_dict()[category])
    facilities = coverage.facilities.iloc[coverage.query.rows_of[category]]
    draws = [draw(facilities, seed) for seed in range(SEEDS)]
    renamed = [one.assign(category=f"draw {k}").set_axis(f"{k} " + one.index) for k, one in enumerate(draws)]
    limit = float(coverage.limit[category])
    shares = tm.measure_coverage(
        coverage.network, coverage.places, gpd.GeoDataFrame(pd.concat(renamed)), minutes=limit
    ).shares()
    for country in countries:
        judged = tm.measure_coverage(coverage.network, coverage.places, draws[0], minutes=limit, country=country)
        counts, thin = judged.counts.loc[category], bool(judged.counts["thin"].iloc[0])
        share = shares["share"].to_numpy(np.float64)
        upper = np.ones(SEEDS) if thin else shares["share_upper"].to_numpy(np.float64)
        yield {
            "category": category,
            "objects": len(facilities),
            "country": country,
            "expected": counts["expected"],
            "thin": "yes" if thin else counts["not_judged"] or "no",
            "full": full,
            "held in": int(((share <= full + 1e-9) & (full <= upper + 1e-9)).sum()),
            "mean width": float((upper - share).mean()),
            "mean share": float(share.mean()),
        }


def main() -> None:
    """Print the table for one extract."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extract")
    parser.add_argument("--people", type=float, required=True)
    parser.add_argument("--country", nargs="+", required=True)
    options = parser.parse_args()
    town = tm.read_osm(options.extract)
    coverage = tm.measure_coverage(
        tm.WalkNetwork.from_osm(town),
        tm.estimate_places(town, people=options.people),
        tm.find_facilities(town),
        minutes=10,
    )
    often = [name for name, rows in coverage.query.rows_of.items() if len(rows) >= LEAST]
    table = pd.DataFrame([row for name in often for row in measure(coverage, name, options.country)])
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
