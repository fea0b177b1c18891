"""Compares, way by way, what tenmin's rules and OSMnx's walk filter admit of an extract."""

from __future__ import annotations

import sys
from importlib.metadata import version

import numpy as np
import pandas as pd

from benchmarks.osmnx_filter import refusal, walk_filter
from benchmarks.tasks.clock import Clock
from tenmin.inputs.osm import OsmExtract, classify_ways, read_streets
from tenmin.routing import components, link_nodes
from tenmin.support.contracts import in_metres

FEWEST_METRES = 50.0
EXAMPLES = 2
CLASS = ["who", "rule", "clause"]
TAGS_NOT_SHOWN = (
    "name",
    "created_by",
    "source",
    "note",
    "old_name",
    "alt_name",
    "wikidata",
    "wikipedia",
    "maxspeed",
    "lanes",
)


def _classified(town: OsmExtract) -> pd.DataFrame:
    """One row for each unbroken piece of a way: what both say of it."""
    clauses = walk_filter()
    verdicts = classify_ways(town.ways)
    refused = [refusal(clauses, tags) for tags in town.ways["tags"]]
    words = [
        "" if clause is None else clause.words(tags) for clause, tags in zip(refused, town.ways["tags"], strict=True)
    ]
    return pd.DataFrame(
        {
            "way": town.ways["way"],
            "tags": town.ways["tags"],
            "kind": verdicts["kind"],
            "rule": verdicts["rule"],
            "private": verdicts["private"],
            "tenmin": verdicts["walkable"] | verdicts["private"],
            "osmnx": [clause is None for clause in refused],
            "clause": words,
            "m": in_metres(town.ways).geometry.length,
        }
    )


def _by_kind(ways: pd.DataFrame) -> list[list[object]]:
    ours, theirs = ways["tenmin"], ways["osmnx"]
    columns = {
        "tenmin": ours,
        "private": ours & ways["private"],
        "osmnx": theirs,
        "both": ours & theirs,
        "more": ours & ~theirs,
        "less": theirs & ~ours,
    }
    sums = pd.DataFrame({name: (ways["m"] * said / 1e3).groupby(ways["kind"]).sum() for name, said in columns.items()})
    sums = sums[sums.max(axis=1) > 0.0].sort_values("tenmin", ascending=False)
    total = ["all", *sums.sum().tolist()]
    return [total, *([kind, *row] for kind, row in zip(sums.index, sums.to_numpy().tolist(), strict=True))]


def _apart(ways: pd.DataFrame) -> pd.DataFrame:
    """The ways that only one of the two has, with the class of their difference."""
    apart = ways[ways["tenmin"] != ways["osmnx"]]
    who = np.where(apart["tenmin"], np.where(apart["private"], "tenmin, as private", "tenmin"), "OSMnx")
    return apart.assign(who=who, clause=apart["clause"].where(apart["tenmin"], "passes"))


def _classes(apart: pd.DataFrame) -> list[list[object]]:
    rows: list[tuple[float, list[object]]] = []
    for _, group in apart.groupby(CLASS):
        sums = (group.groupby("kind")["m"].sum() / 1e3).sort_values(ascending=False)
        text = ", ".join(f"{kind} {km:.1f}" for kind, km in zip(sums.index[:3], sums.tolist()[:3], strict=True))
        km = sum(sums.tolist())
        if km * 1e3 >= FEWEST_METRES:
            who, rule, clause = (group[name].tolist()[0] for name in CLASS)
            rows.append((km, [who, rule, clause, len(set(group["way"])), km, text]))
    return [row for _, row in sorted(rows, key=lambda row: (str(row[1][0]), -row[0]))]


def _examples(apart: pd.DataFrame) -> list[list[object]]:
    longest = apart.sort_values("m", ascending=False).groupby(CLASS).head(EXAMPLES)
    shown = longest[longest["m"] >= FEWEST_METRES].sort_values([*CLASS, "way"])
    ways = [f"w{way}" for way in shown["way"]]
    texts = [" ".join(f"{key}={tags[key]}" for key in tags if key not in TAGS_NOT_SHOWN) for tags in shown["tags"]]
    columns = (*(shown[name].tolist() for name in CLASS), ways, shown["m"].tolist(), texts)
    return [list(row) for row in zip(*columns, strict=True)]


def _outside_main(town: OsmExtract, ways: pd.DataFrame) -> float:
    """Kilometres of OSMnx's ways that are not in its largest component by nodes, which is all that it keeps."""
    kept = ways["osmnx"].to_numpy()
    nodes = town.ways["nodes"].to_numpy()[kept]
    ids, code = np.unique(np.concatenate(nodes), return_inverse=True)
    way = np.repeat(np.arange(len(nodes)), [len(one) for one in nodes])
    same = way[1:] == way[:-1]
    group = components(link_nodes(code[:-1][same], code[1:][same], np.ones(same.sum()), len(ids)))
    main = np.bincount(group).argmax()
    first = np.searchsorted(way, np.arange(len(nodes)))
    return float(ways["m"].to_numpy()[kept][group[code[first]] != main].sum() / 1e3)


def main() -> None:
    clock = Clock()
    town = read_streets(sys.argv[1])
    ways = _classified(town)
    apart = _apart(ways)
    clock.stop()(
        kinds=_by_kind(ways),
        classes=_classes(apart),
        examples=_examples(apart),
        dropped=_outside_main(town, ways),
        version=f"tenmin {version('tenmin')}, OSMnx {version('osmnx')}",
    )


if __name__ == "__main__":
    main()
