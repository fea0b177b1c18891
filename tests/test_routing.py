"""The search on arrays against networkx, scipy and closed forms."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tenmin.routing import (
    AccessPoints,
    Costs,
    Outlines,
    SearchBuffers,
    Seeds,
    clip_intervals,
    components,
    find_access_points,
    link_nodes,
    reach_streets,
    search,
    seed_access_points,
    shape_edges,
    traversable_arcs,
)
from tenmin.surface import first_wall_crossed, index_walls
from towns import cases


@dataclass(frozen=True)
class Streets:
    """Edges u, v with whole seconds each way (0: closed) and whole metres, and the nodes where facilities stand."""

    nodes: int
    u: np.ndarray
    v: np.ndarray
    seconds: np.ndarray
    back: np.ndarray
    metres: np.ndarray
    doors: np.ndarray

    @property
    def arcs(self) -> list[tuple[int, int, float, float]]:
        """Every open arc: from, to, seconds, metres."""
        there = list(zip(self.u, self.v, self.seconds, self.metres, strict=True))
        back = list(zip(self.v, self.u, self.back, self.metres, strict=True))
        return [arc for arc in there + back if np.isfinite(arc[2])]

    def costs(self) -> Costs:
        """Seconds, with the metres carried along."""
        closed = np.isinf(self.back)
        return Costs(self.seconds, self.back, self.metres, np.where(closed, np.inf, self.metres), 0.75, 1.0)

    def search(self, limit: float = np.inf):
        """Least seconds from any door to every node."""
        owner = np.arange(len(self.doors), dtype=np.int32)
        zero = np.zeros(len(self.doors))
        graph = link_nodes(self.u, self.v, self.metres, self.nodes)
        return search(traversable_arcs(graph, self.costs()), Seeds(self.doors, zero, zero, owner), limit)


@st.composite
def graphs(draw: st.DrawFn) -> Streets:
    """Graphs with parallel edges, loops, one-way edges and several components."""
    nodes = draw(st.integers(1, 30))
    node, cost = st.integers(0, nodes - 1), st.integers(1, 60)
    back = st.one_of(cost, cost, cost, st.just(np.inf))
    rows = draw(st.lists(st.tuples(node, node, cost, back, cost), min_size=1, max_size=70))
    u, v, seconds, closed, metres = (np.array(column) for column in zip(*rows, strict=True))
    doors = np.array(draw(st.lists(node, min_size=1, max_size=4)))
    return Streets(nodes, u, v, seconds.astype(float), closed.astype(float), metres.astype(float), doors)


@cases(300)
@given(graphs())
def test_least_seconds_to_every_node_are_those_of_networkx(streets: Streets):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(streets.nodes))
    graph.add_weighted_edges_from((int(u), int(v), s) for u, v, s, _ in streets.arcs)
    known = nx.multi_source_dijkstra_path_length(graph, {int(door) for door in streets.doors})
    assert streets.search().cost.tolist() == [known.get(node, np.inf) for node in range(streets.nodes)]


@cases(300)
@given(graphs())
def test_least_seconds_to_every_node_are_those_of_scipy(streets: Streets):
    least: dict[tuple[int, int], float] = {}
    for u, v, seconds, _ in streets.arcs:
        least[u, v] = min(seconds, least.get((u, v), np.inf))
    rows, columns = np.array(list(least)).T
    matrix = csr_array((list(least.values()), (rows, columns)), shape=(streets.nodes, streets.nodes))
    known = dijkstra(matrix, indices=np.unique(streets.doors), min_only=True)
    assert streets.search().cost.tolist() == known.tolist()


@cases(100)
@given(graphs())
def test_among_equal_walks_the_shortest_counts_and_then_the_first_owner(streets: Streets):
    big = 1e6  # seconds and metres are whole numbers below it: their order is that of one number
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(streets.nodes))
    graph.add_weighted_edges_from((int(u), int(v), s * big + m) for u, v, s, m in streets.arcs)
    each = [nx.single_source_dijkstra_path_length(graph, int(door)) for door in streets.doors]
    found = streets.search()
    for node in range(streets.nodes):
        walks = [known.get(node, np.inf) for known in each]
        best = min(walks)
        if np.isinf(best):
            assert (found.owner[node], found.cost[node], found.other[node]) == (-1, np.inf, np.inf)
        else:
            assert found.cost[node] * big + found.other[node] == best
            assert found.owner[node] == walks.index(best)


@cases(100)
@given(graphs(), st.integers(0, 120))
def test_a_limit_is_inclusive_and_changes_nothing_within(streets: Streets, limit: int):
    whole, bounded = streets.search(), streets.search(float(limit))
    within = whole.cost <= limit
    assert (bounded.owner >= 0).tolist() == within.tolist()
    for name in whole._fields:
        assert getattr(bounded, name)[within].tolist() == getattr(whole, name)[within].tolist()


@cases(100)
@given(graphs())
def test_l3_reversing_every_edge_exchanges_to_and_from(streets: Streets):
    graph = link_nodes(streets.u, streets.v, streets.metres, streets.nodes)
    turned = link_nodes(streets.v, streets.u, streets.metres, streets.nodes)
    zero = np.zeros(1)
    seeds = Seeds(streets.doors[:1], zero, zero, np.zeros(1, np.int32))
    there = search(traversable_arcs(graph, streets.costs().reversed()), seeds)
    assert there.cost.tolist() == search(traversable_arcs(turned, streets.costs()), seeds).cost.tolist()


@cases(50)
@given(graphs(), st.integers(0, 150))
def test_l15_buffers_are_left_as_they_were_found(streets: Streets, limit: int):
    graph = link_nodes(streets.u, streets.v, streets.metres, streets.nodes)
    access_points = AccessPoints(
        np.array([0, 1]), np.zeros(1, np.int32), np.array([streets.metres[0] / 3]), np.array([2.0])
    )
    arcs = traversable_arcs(graph, streets.costs())
    buffers = SearchBuffers.of(arcs)
    first = reach_streets(graph, streets.costs(), arcs, access_points, float(limit), buffers=buffers)
    second = reach_streets(graph, streets.costs(), arcs, access_points, float(limit), buffers=buffers)
    assert np.isinf(buffers.cost).all()
    assert [a.tolist() for a in (*first.intervals, *first[1:])] == [
        a.tolist() for a in (*second.intervals, *second[1:])
    ]


@cases(100)
@given(graphs(), st.integers(0, 100), st.integers(0, 100))
def test_intervals_overlap_nowhere_and_clip_to_those_of_a_smaller_limit(streets: Streets, one: int, two: int):
    graph = link_nodes(streets.u, streets.v, streets.metres, streets.nodes)
    access_points = AccessPoints(
        np.array([0, 1]), np.zeros(1, np.int32), np.array([streets.metres[0] / 3]), np.array([2.0])
    )
    small, large = sorted((float(one), float(two)))
    arcs = traversable_arcs(graph, streets.costs())
    wide = reach_streets(graph, streets.costs(), arcs, access_points, large, buffers=SearchBuffers.of(arcs)).intervals
    same = wide.edge[1:] == wide.edge[:-1]
    assert (wide.begin[1:] >= wide.end[:-1] - 1e-9)[same].all()
    assert (wide.end <= streets.metres[wide.edge] + 1e-9).all()
    clipped = clip_intervals(wide, small)
    assert np.maximum(clipped.begin_cost, clipped.end_cost).max(initial=0.0) <= small
    alone = reach_streets(graph, streets.costs(), arcs, access_points, small, buffers=SearchBuffers.of(arcs)).intervals
    assert clipped.length == pytest.approx(alone.length, rel=1e-9, abs=1e-9)


def test_parallel_edges_keep_the_least_and_are_never_added():
    pair = Streets(
        2,
        np.array([0, 0]),
        np.array([1, 1]),
        np.array([5.0, 7.0]),
        np.array([5.0, 7.0]),
        np.array([9.0, 4.0]),
        np.array([0]),
    )
    assert (pair.search().cost[1], pair.search().other[1]) == (5.0, 9.0)


def test_a_closed_direction_is_never_walked():
    lane = Streets(2, np.array([0]), np.array([1]), np.array([5.0]), np.array([np.inf]), np.array([9.0]), np.array([1]))
    assert lane.search().cost.tolist() == [np.inf, 0.0]
    assert lane.search().owner.tolist() == [-1, 0]


def test_a_foot_seeds_both_ends_with_its_leg():
    graph = link_nodes(np.array([0]), np.array([1]), np.array([100.0]), 2)
    costs = Costs(np.array([80.0]), np.array([40.0]), np.array([100.0]), np.array([100.0]), 0.75, 1.0)
    access_points = AccessPoints(np.array([0, 1]), np.zeros(1, np.int32), np.array([25.0]), np.array([8.0]))
    seeds = seed_access_points(graph, costs, access_points, np.zeros(1))
    assert dict(zip(seeds.node.tolist(), seeds.cost.tolist(), strict=True)) == {1: 66.0, 0: 16.0}
    assert dict(zip(seeds.node.tolist(), seeds.other.tolist(), strict=True)) == {1: 83.0, 0: 33.0}


def test_a_foot_at_the_very_end_of_a_one_way_edge_stands_on_the_node():
    graph = link_nodes(np.array([0, 0]), np.array([1, 2]), np.array([100.0, 100.0]), 3)
    costs = Costs(np.full(2, 10.0), np.array([np.inf, 10.0]), np.full(2, 100.0), np.array([np.inf, 100.0]), 1.0, 1.0)
    access_points = AccessPoints(np.array([0, 1]), np.zeros(1, np.int32), np.array([0.0]), np.array([0.0]))
    found = search(traversable_arcs(graph, costs), seed_access_points(graph, costs, access_points, np.zeros(1)))
    assert found.cost.tolist() == [0.0, 10.0, 10.0]


@cases(100)
@given(graphs())
def test_components_are_those_of_networkx(streets: Streets):
    graph = nx.Graph(zip(streets.u, streets.v, strict=True))
    graph.add_nodes_from(range(streets.nodes))
    label = components(link_nodes(streets.u, streets.v, streets.metres, streets.nodes))
    groups = {frozenset(np.flatnonzero(label == k).tolist()) for k in range(label.max() + 1)}
    assert groups == {frozenset(map(int, part)) for part in nx.connected_components(graph)}


def access_points_on(
    line: list[tuple[float, float]], point: tuple[float, float], aside: float = 100.0
) -> list[tuple[float, float]]:
    """Offset and leg of the access points of a point on one street."""
    xy = np.array(line)
    steps = np.hypot(*np.diff(xy, axis=0).T)
    graph = link_nodes(np.array([0]), np.array([1]), np.array([steps.sum()]), 2)
    shapes = shape_edges(graph, np.array([0, len(xy)]), xy)
    outline = Outlines(np.array([0, 1]), np.array([0, 1]), np.array([point[0]]), np.array([point[1]]))
    access_points, legs = find_access_points(graph, shapes, outline, (np.zeros(1, int), np.zeros(1, int)), aside=aside)
    assert legs[:, 2:].tolist() == [list(point)] * len(access_points.edge)
    return [(round(at, 9), round(leg, 9)) for at, leg in zip(access_points.offset, access_points.leg, strict=True)]


BEND = [(0.0, 0.0), (50.0, 0.0), (50.0, 50.0)]


@pytest.mark.parametrize(
    ("line", "point", "access_points"),
    [
        pytest.param([(0.0, 0.0), (90.0, 0.0)], (30.0, 40.0), [(30.0, 40.0)], id="a perpendicular"),
        pytest.param([(0.0, 0.0), (90.0, 0.0)], (-30.0, 40.0), [(0.0, 50.0)], id="beyond an end"),
        pytest.param([(0.0, 0.0), (90.0, 0.0)], (30.0, 0.0), [(30.0, 0.0)], id="on the street"),
        pytest.param([(0.0, 0.0), (90.0, 0.0)], (30.0, 100.0), [(30.0, 100.0)], id="as far as allowed"),
        pytest.param([(0.0, 0.0), (90.0, 0.0)], (30.0, 100.001), [], id="too far"),
        pytest.param(BEND, (40.0, 20.0), [(40.0, 20.0), (70.0, 10.0)], id="inside a bend: one on each side"),
        pytest.param(BEND, (53.0, -4.0), [(50.0, 5.0)], id="outside a bend: its corner"),
        pytest.param(BEND, (60.0, 20.0), [(70.0, 10.0)], id="outside beside one side"),
        pytest.param(BEND, (20.0, -10.0), [(20.0, 10.0)], id="outside beside the other side"),
    ],
)
def test_access_points_are_the_local_minima_of_distance(
    line: list[tuple[float, float]], point: tuple[float, float], access_points: list[tuple[float, float]]
):
    assert access_points_on(line, point) == access_points


@pytest.mark.parametrize("seed", range(4))
def test_a_step_meets_the_walls_that_it_intersects(seed: int):
    random = np.random.default_rng(seed)
    corner = random.uniform(-300, 300, (60, 2))
    walls = np.hstack([corner, corner + random.uniform(-90, 90, (60, 2))])
    start = random.uniform(-500, 500, (400, 2))
    steps = np.hstack([start, start + random.uniform(-120, 120, (400, 2))])
    met = first_wall_crossed(index_walls(walls, np.repeat(np.arange(30), 2)), steps)
    hit = shapely.intersects(
        shapely.linestrings(steps.reshape(-1, 1, 2, 2)[:, 0])[:, None], shapely.linestrings(walls.reshape(-1, 2, 2))
    )
    first = np.where(hit.any(axis=1), hit.argmax(axis=1) // 2, -1)
    assert met.tolist() == first.tolist()
    assert 40 < (met >= 0).sum() < 360


@pytest.mark.parametrize(
    ("step", "meets"),
    [
        pytest.param((0, 0, 10, 0), False, id="beside"),
        pytest.param((0, 5, 10, 5), True, id="across"),
        pytest.param((5, 5, 10, 5), False, id="from the wall"),
        pytest.param((0, 5, 5, 5), False, id="up to the wall"),
        pytest.param((0, 4, 10, 4), True, id="over its end"),
        pytest.param((5, -5, 5, 20), True, id="along it"),
        pytest.param((5, 9, 5, 9.0005), False, id="less than a step"),
        pytest.param((5, 20, 5, 30), False, id="in line with it, beyond"),
    ],
)
def test_a_wall_is_met_only_between_the_ends_of_a_step(step: tuple[float, ...], meets: bool):
    wall = index_walls(np.array([[5.0, 4.0, 5.0, 10.0]]), np.zeros(1, np.int64))
    assert (first_wall_crossed(wall, np.array([step], float)) == 0).tolist() == [meets]
