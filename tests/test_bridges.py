"""Bridges across barriers, and the walks that one added link would make, held against networks that have the link."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.access.added_links import Links, StreetPoints, walk_over_links
from tenmin.access.bridges import LONGEST, find_bridges
from towns import Town, cases, clinics, homes, split, town, towns, walls

NEAR = pytest.approx
BESIDE = [(0, 0), (1000, 0)], [(0, 120), (1000, 120)], [(1000, 0), (1000, 120)]
"""Two streets 120 m apart, joined at their east end."""


def bridges(barriers: gpd.GeoDataFrame, *lines: list[tuple[float, float]], **columns: object) -> Links:
    return find_bridges(town(*(lines or BESIDE), **columns).behind(barriers))


def ends_of(network: tm.WalkNetwork, points: StreetPoints) -> np.ndarray:
    lines = network.edges.geometry.to_numpy()[points.edge]
    return shapely.get_coordinates(shapely.line_interpolate_point(lines, points.offset))


def test_a_bridge_is_a_straight_link_between_the_streets_of_both_sides():
    wall = walls([(-99, 60), (900, 60)])
    network = town(*BESIDE).behind(wall)
    links = find_bridges(network)
    one, two = ends_of(network, links.begin), ends_of(network, links.end)
    assert links.metres == NEAR(np.hypot(*(one - two).T))
    assert links.metres.max() <= LONGEST
    assert ((one[:, 1] - 60) * (two[:, 1] - 60) < 0).all()
    assert {0.0, 500.0, 800.0} <= set(one[np.isclose(links.metres, 120.0)][:, 0].round(6))


@pytest.mark.parametrize(
    ("kinds", "names", "found"),
    [
        (["wall", "wall"], [None, None], False),
        (["wall", "wall"], ["A", "B"], False),
        (["wall", "wall"], ["A", "A"], True),
        (["railway", "railway"], [None, "B"], True),
        (["water", "waterway"], [None, "Brook"], True),
        (["railway", "motorway"], [None, None], False),
        (["wall", "fence"], ["A", "A"], False),
    ],
)
def test_one_barrier_may_be_several_lines_and_two_are_not_bridged(
    kinds: list[str], names: list[str | None], found: bool
):
    both = walls([(-99, 50), (1100, 50)], [(-99, 70), (1100, 70)], kind=kinds, name=names)
    links = bridges(both)
    assert bool(len(links.metres)) is found
    if found:
        assert {both["name"][row] for row in links.cause} == {
            next(name for name in reversed(names) if name) if any(names) else None
        }


def test_nothing_is_bridged_that_is_wider_or_private_or_no_barrier():
    wall = walls([(-99, 60), (1100, 60)])
    assert len(bridges(wall, *BESIDE[:2]).metres)
    assert not len(bridges(wall, [(0, 0), (1000, 0)], [(0, 150.5), (1000, 150.5)]).metres)
    assert not len(bridges(wall, *BESIDE[:2], private=[False, True]).metres)
    assert not len(bridges(walls()).metres)


@cases(10)
@given(towns(most=8), st.sampled_from(["to", "from"]), st.randoms())
def test_the_walk_over_a_link_is_that_of_the_network_with_the_link(small: Town, direction: str, random):
    wall = walls([(203.3, -100.7), (198.1, 600.3)])
    limit, gain = {"metres": 600}, 0.7
    coverage = tm.measure_coverage(
        small.network, small.homes, small.clinics, direction=direction, barriers=wall, **limit
    )
    every = find_bridges(coverage.network)
    assume(len(every.metres))
    some = np.array(random.sample(range(len(every.metres)), min(5, len(every.metres))))
    links = Links(
        every.begin.take(some), every.end.take(some), every.metres[some], np.arange(len(some), dtype=np.int32)
    )
    found = walk_over_links(coverage.query, coverage.query.rows_of["clinic"], links, limit=600, gain=gain)
    now = coverage.metres["clinic"].to_numpy()
    added = np.array([_with_link(small, links, k, wall, direction) for k in range(len(some))])
    best = added.min(axis=0)
    shorter = (best <= 600) & (best <= gain * now)
    assert found.cost[shorter] == NEAR(best[shorter], abs=0.01)
    assert (found.cost >= best - 0.01).all()
    chosen = found.owner[shorter]
    assert added[chosen, np.flatnonzero(shorter)] == NEAR(best[shorter], abs=0.01)


def _with_link(small: Town, links: Links, k: int, wall: gpd.GeoDataFrame, direction: str) -> np.ndarray:
    """Metres from each home to the nearest clinic on the network that has link k."""
    network = small.network
    ways = network.edges["way"].to_numpy()
    cuts: dict[int, list[float]] = {}
    for points in (links.begin, links.end):
        cuts.setdefault(int(ways[points.edge[k]]), []).append(float(points.offset[k]))
    ends = [tuple(ends_of(network, points)[k]) for points in (links.begin, links.end)]
    changed = small.of(lines=split(small.lines, cuts)).bridged(ends)
    coverage = tm.measure_coverage(
        changed.network, small.homes, small.clinics, metres=600, direction=direction, barriers=wall
    )
    return coverage.metres["clinic"].to_numpy()


def test_only_the_best_single_link_counts():
    """Two walls on the way: one bridge alone does not help, and both at once are not tried."""
    lines = [(0, 0), (1000, 0)], [(0, 100), (1000, 100)], [(0, 200), (1000, 200)], [(1000, 0), (1000, 200)]
    barriers = walls([(-99, 50), (900, 50)], [(-99, 150), (900, 150)])
    coverage = tm.measure_coverage(
        town(*lines), homes({"h": (0, 200), "m": (0, 100)}), clinics({"c": (0, 0)}), metres=800, barriers=barriers
    )
    links = find_bridges(coverage.network)
    cost = walk_over_links(coverage.query, np.array([0]), links, limit=800, gain=0.7).cost
    assert cost.tolist() == [np.inf, 100.0]
