"""Doubts of links: the streets, stairs and gates without which most people would not be served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.access.walk_trees import Closure, WalkTree
from tenmin.inputs.osm import edit_dates
from tenmin.measures.coverage import Coverage
from tenmin.measures.lacking import SEPARATOR
from tenmin.network import WalkNetwork
from tenmin.support.contracts import people_of
from tenmin.support.files import OSM_KINDS
from tenmin.support.limits import inclusive
from tenmin.support.progress import step_through

__all__ = ["list_links"]

LOOKED_AT = 2_000
"""Streets of which the way round is looked for: those that most people pass."""
TRIED = 5
"""Most links that are closed, for each that is listed."""
NO_WAY = "-1"
"""The way of lines across open ground, beside which there are others, and of links of a scenario."""


class _Link(NamedTuple):
    """A street or a gate that could be closed."""

    id: str
    edge: int
    node: int
    closure: Closure


class _Lost(NamedTuple):
    """A link, who passes it, and who would not be served without it."""

    link: _Link
    people: float
    passing: float
    categories: list[str]


def list_links(coverage: Coverage, most: int) -> pd.DataFrame:
    """Return the links on which the answers of most people rest, those of most people first.

    Parameters
    ----------
    coverage
        A coverage along the streets, whose places have the column `people`.
    most
        How many are listed at most.

    Returns
    -------
    DataFrame
        facility (w and the id of the way, or n and that of a gate at its end; in networks from lines their label),
        category (those that somebody loses, joined by ";"), name, people (who lose any of them if nobody passes the
        link any more, each once), if_wrong ("lose"), nearest_to (people whose walk within the limit passes it), rule,
        source, how (its kind of way), edited, kind ("link" or "gate"), lon and lat (of its middle).
    """
    people, network = people_of(coverage.places).to_numpy(), coverage.network
    bounds = inclusive(coverage.query.cost(coverage.limit.to_numpy()))
    trees = {
        str(name): WalkTree.of(coverage.query, str(name), bound)
        for name, bound in zip(coverage.limit.index, bounds.tolist(), strict=True)
    }
    found = list[_Lost]()
    for bound, link in _at_risk(trees, _links_of(coverage, trees, people), people):
        known = sorted((one.people for one in found), reverse=True)[:most]
        if len(known) == most and (bound <= known[-1] or len(found) >= TRIED * most):
            break
        found.append(_close(trees, link, people))
    kept = sorted((one for one in found if one.people > 0.0), key=lambda one: (-one.people, one.link.id))[:most]
    return _tabulate(network, kept)


def _links_of(coverage: Coverage, trees: dict[str, WalkTree], people: np.ndarray) -> list[_Link]:
    """The streets that most people pass to some category, and the gates that anyone passes."""
    network, query = coverage.network, coverage.query
    limit = max(tree.limit for tree in trees.values())
    sums = [tree.passing(people) for tree in trees.values()]
    on_edges, over_nodes = (np.max(some, axis=0) for some in zip(*sums, strict=True))
    edges = np.argsort(-on_edges, kind="stable")[:LOOKED_AT]
    ways, mark = network.edges["way"].astype(str).to_numpy(object), "w" if network.is_of_osm else ""
    edges = edges[(on_edges[edges] > 0.0) & ~np.isin(ways[edges], NO_WAY)]
    nodes = network.nodes.index.get_indexer(network.gates.index) if len(network.gates) else np.zeros(0, np.int64)
    return [
        *(_Link(f"{mark}{ways[edge]}", edge, -1, Closure(query, limit, edge=edge)) for edge in edges.tolist()),
        *(
            _Link(f"n{label}", -1, node, Closure(query, limit, node=node))
            for label, node in zip(network.gates.index.tolist(), nodes.tolist(), strict=True)
            if node >= 0 and over_nodes[node] > 0.0
        ),
    ]


def _at_risk(trees: dict[str, WalkTree], links: list[_Link], people: np.ndarray) -> Iterator[tuple[float, _Link]]:
    """The people at risk at each link, at that edge of a way at which they are most; the links of most people first."""
    rows = list[tuple[float, str, int]]()
    for number, link in enumerate(step_through(links, "links")):
        risky = np.unique(np.concatenate([tree.at_risk(link.closure)[0] for tree in trees.values()]))
        rows.append((-float(people[risky].sum()), link.id, number))
    seen = set[str]()
    for bound, label, number in sorted(rows):
        if label not in seen:
            yield -bound, links[number]
        seen.add(label)


def _close(trees: dict[str, WalkTree], link: _Link, people: np.ndarray) -> _Lost:
    """Who would not be served without a link."""
    every, lost, categories = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], list[str]()
    for name, tree in trees.items():
        risky, through = tree.at_risk(link.closure)
        without = tree.lost(link.closure, risky)
        every.append(through)
        lost.append(without)
        if people[without].sum() > 0.0:
            categories.append(name)
    losing, passing = (float(people[np.unique(np.concatenate(rows))].sum()) for rows in (lost, every))
    return _Lost(link, losing, passing, sorted(categories))


def _tabulate(network: WalkNetwork, found: list[_Lost]) -> pd.DataFrame:
    links = [one.link for one in found]
    of_file = network.is_of_osm and str(network.source).lower().endswith(OSM_KINDS)
    dates = edit_dates(str(network.source), [one.id for one in links]) if of_file else pd.Series(dtype=object)
    told = [_describe(network, one) for one in links]
    spots = gpd.GeoSeries(np.array([one["spot"] for one in told], object), crs=network.crs).to_crs("EPSG:4326")
    return pd.DataFrame(
        {
            "facility": [one.id for one in links],
            "category": [SEPARATOR.join(one.categories) for one in found],
            **{key: [one[key] for one in told] for key in ("name", "rule", "how", "kind")},
            "people": [one.people for one in found],
            "if_wrong": "lose",
            "nearest_to": [one.passing for one in found],
            "source": network.source,
            "edited": [dates.get(one.id) for one in links],
            "lon": spots.x.to_numpy(),
            "lat": spots.y.to_numpy(),
        }
    )


def _describe(network: WalkNetwork, link: _Link) -> dict[str, Any]:
    """The name, rule, kind and position of a link."""
    if link.node >= 0:
        gate = network.gates.loc[network.nodes.index[link.node]]
        return {
            "name": gate.get("name"),
            "rule": gate["rule"],
            "how": gate["kind"],
            "kind": "gate",
            "spot": gate["geometry"],
        }
    street = network.edges.iloc[link.edge]
    middle = shapely.line_interpolate_point(street["geometry"], 0.5, normalized=True)
    return {
        "name": street.get("name"),
        "rule": street["rule"],
        "how": street.get("kind"),
        "kind": "link",
        "spot": middle,
    }
