"""Private ways and gates: residents leave and arrive by them, nobody passes through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import Point

import tenmin as tm
from oracles import stops_on_edges
from tenmin.network import WalkNetwork
from tenmin.routing import AccessPoints, Costs, arrive_at, link_nodes, search, seed_access_points, traversable_arcs
from tenmin.support.errors import InputError, StreetsError
from towns import Town, cases, clinics, frame, homes, streets, town, towns

HOME, OUTSIDE, VISIT = range(3)
"""A walk leaves the private ways it begins on, runs outside, and goes in to where it ends."""


Rows = list[list[tuple[float, object]]]


def walk_in_three_parts(rows: Rows, private: np.ndarray, both_ways: np.ndarray) -> nx.DiGraph:
    """Every stop on the edges three times, once for each part of a walk; private edges meet others at open nodes alone.

    Each edge is a row of stops, in order, with their metres along it; those at its ends are ("node", label).
    """
    graph = nx.DiGraph()
    ends = [stop for row, held in zip(rows, private, strict=True) if not held for _, stop in row]
    open_nodes = {stop for stop in ends if stop[0] == "node"}
    for row, held, back in zip(rows, private, both_ways, strict=True):
        for (a, one), (b, two) in pairwise(row):
            for tail, head in ((one, two), (two, one)) if back or a == b else ((one, two),):
                _add_steps(graph, tail, head, b - a, private=held, open_nodes=open_nodes)
    for stop in {stop for stop, _ in graph}:
        graph.add_edge((stop, HOME), (stop, OUTSIDE), metres=0.0)
        graph.add_edge((stop, OUTSIDE), (stop, VISIT), metres=0.0)
    return graph


def _add_steps(graph, tail, head, metres: float, *, private: bool, open_nodes: set) -> None:
    def add(before: int, after: int) -> None:
        known = graph.get_edge_data((tail, before), (head, after), {"metres": np.inf})["metres"]
        graph.add_edge((tail, before), (head, after), metres=min(known, metres))

    if not private:
        add(OUTSIDE, OUTSIDE)
        return
    if tail not in open_nodes:
        add(HOME, OUTSIDE if head in open_nodes else HOME)
    if head not in open_nodes:
        add(VISIT, VISIT)


def least_metres(network: WalkNetwork, places, doors) -> np.ndarray:
    joins = {"home": network.snap(places), "clinic": network.snap(doors)}
    both_ways = np.isfinite(network.edges["seconds_back"])
    graph = walk_in_three_parts(stops_on_edges(network, joins), network.edges["private"], both_ways)
    for k, (thing, leg) in enumerate(
        zip(joins["home"].access_points.item, joins["home"].access_points.leg, strict=True)
    ):
        graph.add_edge(("home", int(thing)), (("access point", "home", k), HOME), metres=leg)
    for k, leg in enumerate(joins["clinic"].access_points.leg):
        for part in (HOME, OUTSIDE, VISIT):
            graph.add_edge((("access point", "clinic", k), part), "clinic", metres=leg)
    if "clinic" not in graph:
        return np.full(len(places), np.inf)
    known = nx.single_source_dijkstra_path_length(graph.reverse(), "clinic", weight="metres")
    return np.array([known.get(("home", k), np.inf) for k in range(len(places))])


@st.composite
def towns_with_private_ways(draw: st.DrawFn) -> Town:
    small = draw(towns())
    private = draw(st.lists(st.booleans(), min_size=len(small.lines), max_size=len(small.lines)))
    return small.of(lines=small.lines.assign(private=private, kind="service"))


@dataclass(frozen=True)
class Compound:
    """Edges between nodes, some private and some one-way, and access points of items to walk from and to."""

    u: np.ndarray
    v: np.ndarray
    length: np.ndarray
    private: np.ndarray
    both_ways: np.ndarray
    starts: AccessPoints
    destinations: AccessPoints

    def least_metres(self) -> np.ndarray:
        """By the search."""
        streets = link_nodes(self.u, self.v, self.length, int(max(self.u.max(), self.v.max())) + 1, self.private)
        back = np.where(self.both_ways, self.length, np.inf)
        costs = Costs(self.length, back, self.length, back, 1.0, 1.0)
        labels = search(
            traversable_arcs(streets, costs), seed_access_points(streets, costs, self.starts, self.starts.item)
        )
        return arrive_at(streets, costs, labels, self.destinations, starts=self.starts, owner=self.starts.item).cost

    def least_metres_in_three_parts(self) -> np.ndarray:
        """By networkx."""
        points_on: Rows = [[] for _ in self.u]
        for name, points in (("start", self.starts), ("destination", self.destinations)):
            for k, (edge, offset) in enumerate(zip(points.edge, points.offset, strict=True)):
                points_on[edge].append((float(offset), ("access point", name, k)))
        rows = [
            [(0.0, ("node", int(u))), *sorted(points), (float(length), ("node", int(v)))]
            for u, v, length, points in zip(self.u, self.v, self.length, points_on, strict=True)
        ]
        graph = walk_in_three_parts(rows, self.private, self.both_ways)
        for k, leg in enumerate(self.starts.leg):
            graph.add_edge("start", (("access point", "start", k), HOME), metres=leg)
        for k, (item, leg) in enumerate(zip(self.destinations.item, self.destinations.leg, strict=True)):
            for part in (HOME, OUTSIDE, VISIT):
                graph.add_edge((("access point", "destination", k), part), ("destination", int(item)), metres=leg)
        known = nx.single_source_dijkstra_path_length(graph, "start", weight="metres")
        return np.array([known.get(("destination", k), np.inf) for k in range(len(self.destinations.first) - 1)])


@st.composite
def compounds(draw: st.DrawFn) -> Compound:
    """Chains of edges with loops and short cuts, most of them private from some node on."""
    first_private, often = draw(st.integers(0, 6)), st.sampled_from([True, True, True, False])
    edge = st.tuples(st.integers(0, 6), st.sampled_from([0, 1, 1, 1, 2]), st.integers(1, 30), often, often)
    edges = draw(st.lists(edge, min_size=5, max_size=14))
    u, step, length, usual, both_ways = (np.array(column) for column in zip(*edges, strict=True))
    v, private = u + step, (u >= first_private) == usual
    point = st.tuples(st.integers(0, len(edges) - 1), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.integers(0, 9))

    def points(items: int) -> AccessPoints:
        rows = [draw(st.lists(point, min_size=row == 0, max_size=2)) for row in range(items)]
        on, share, leg = np.array([one for row in rows for one in row], float).T
        on = on.astype(np.int32)
        return AccessPoints(np.cumsum([0, *map(len, rows)]), on, share * length[on], np.ascontiguousarray(leg))

    return Compound(u, v, length.astype(float), private, both_ways, points(2), points(6))


@cases(200)
@given(compounds())
def test_the_search_uses_private_edges_only_at_the_ends_of_a_walk(compound: Compound):
    assert compound.least_metres().tolist() == compound.least_metres_in_three_parts().tolist()


@cases(20)
@given(towns_with_private_ways())
def test_walks_use_private_ways_only_at_their_ends(small: Town):
    network, places, doors = small.network, small.homes, small.clinics
    coverage = tm.measure_coverage(network, places, doors, metres=300)
    assert coverage.metres["clinic"].tolist() == pytest.approx(least_metres(network, places, doors).tolist(), rel=1e-9)


@cases(25)
@given(towns_with_private_ways(), st.sampled_from([90.0, 250.0, 420.0]))
def test_streets_reached_are_those_from_which_a_walk_is_short_enough(small: Town, limit: float):
    network, doors = small.network, small.clinics
    (reached,) = tm.trace_isochrones(network, doors, metres=limit, shape="streets", merge="category").geometry
    at = [0.05, 0.31, 0.5, 0.77, 0.95]
    lines, private = network.edges.geometry.to_numpy(), network.edges["private"].to_numpy()
    others = {held: shapely.multilinestrings(lines[private != held]) for held in (False, True)}
    spots = [
        spot
        for line, held in zip(lines, private.tolist(), strict=True)
        for spot in shapely.line_interpolate_point(line, at, normalized=True)
        if not others[held].distance(spot) <= 0.05
    ]
    assume(spots)
    metres = tm.measure_coverage(network, frame(spots, people=1.0), doors, metres=limit).metres["clinic"].to_numpy()
    far = np.array([reached.distance(spot) for spot in spots])
    clear = np.abs(metres - limit) > 1e-3
    assert ((far < 1e-6) == (metres <= limit))[clear].all() or _beside(network, far, metres, limit)


def _beside(network: WalkNetwork, far: np.ndarray, metres: np.ndarray, limit: float) -> bool:
    """Whether spots within the limit yet off the reached streets are so by a leg alone, which streets do not show."""
    off = (metres <= limit) & (far >= 1e-6)
    return bool((far[off] <= limit).all() and (metres[far < 1e-6] <= limit + 1e-3).all())


@cases(25)
@given(towns_with_private_ways())
def test_the_line_walked_is_as_long_as_the_walk(small: Town):
    coverage = tm.measure_coverage(small.network, small.homes, small.clinics, metres=300)
    walked = coverage.metres["clinic"]
    for place, metres in walked[np.isfinite(walked)].items():
        assert coverage.walk(place, "clinic").length == pytest.approx(metres, abs=1e-6)


COMPOUND = [
    [(0, 200), (0, 400)],
    [(0, 0), (0, 200)],
    [(0, 0), (300, 0)],
    [(300, 0), (300, 200)],
    [(300, 200), (300, 400)],
    [(0, 200), (300, 200)],
]
"""A street round three sides of a compound, and its drive from west to east."""


def compound(**columns: object) -> WalkNetwork:
    return town(*COMPOUND, private=[False] * 5 + [True], kind=["residential"] * 5 + ["service"], **columns)


@pytest.mark.parametrize(
    ("home", "clinic", "metres"),
    [
        pytest.param((0, 210), (300, 210), 720.0, id="a stranger walks round"),
        pytest.param((4, 210), (297, 210), 727.0, id="a stranger beside the drive walks round"),
        pytest.param((100, 200), (300, 300), 300.0, id="a resident leaves to the east"),
        pytest.param((100, 200), (0, 300), 200.0, id="a resident leaves to the west"),
        pytest.param((0, 300), (150, 200), 250.0, id="a visitor goes in"),
        pytest.param((100, 200), (250, 200), 150.0, id="within the compound"),
    ],
)
def test_a_drive_with_two_ends_is_no_short_cut(home, clinic, metres: float):
    coverage = tm.measure_coverage(compound(), homes([home]), clinics([clinic]), metres=500)
    assert coverage.metres["clinic"].tolist() == pytest.approx([metres])


def inside_paths(kind: str) -> WalkNetwork:
    """A private drive off a street, and a way at its end that nothing else joins."""
    lines = [[(0, 0), (1000, 0)], [(1000, 0), (2000, 0)], [(1000, 0), (1000, 200)], [(1000, 200), (1000, 500)]]
    return town(*lines, private=[False, False, True, False], kind=["residential", "residential", "service", kind])


@pytest.mark.parametrize(("kind", "private"), [("footway", True), ("service", True), ("residential", False)])
def test_a_path_that_hangs_on_a_private_drive_is_part_of_the_compound(kind: str, private: bool):
    network = inside_paths(kind)
    assert network.edges["private"].tolist() == [False, False, True, private]
    coverage = tm.measure_coverage(network, homes([(1000, 400)]), clinics([(800, 0)]), metres=600)
    assert np.isfinite(coverage.metres["clinic"].iloc[0]) == private


def gated(state: str, *, private: str = "residents", rows: list | None = None) -> WalkNetwork:
    """Two streets that meet at a gate, and none other."""
    lines = streets([(0, 0), (0, 1000)], [(0, 1000), (0, 1400)]).assign(u=[1, 2], v=[2, 3], kind="footway")
    made = WalkNetwork.from_edges(lines, walker="adult")
    columns = {"kind": ["gate"], "state": [state], "name": [None], "opening_hours": [None]}
    gates = frame({2: (0, 1000)}, **columns)
    return WalkNetwork.of(replace(made.layout, gates=gates, private=private), "adult")


@pytest.mark.parametrize(
    ("state", "private", "walked"),
    [
        ("open", "residents", True),
        ("open", "closed", True),
        ("private", "residents", True),
        ("private", "closed", False),
        ("private", "open", True),
        ("closed", "residents", False),
        ("closed", "open", False),
    ],
)
def test_a_gate_lets_through_whom_its_state_and_the_policy_allow(state: str, private: str, walked: bool):
    network = gated(state, private=private)
    metres = tm.measure_coverage(network, homes([(0, 1300)]), clinics([(0, 700)]), metres=500).metres["clinic"].iloc[0]
    assert metres == (pytest.approx(600.0) if walked else np.inf)
    assert network.nodes["component"].nunique() == (1 if walked else 2)


def test_what_a_private_gate_alone_leads_to_is_private():
    assert gated("private").edges["private"].tolist() == [False, True]


def with_gates(lines: gpd.GeoDataFrame, *labels: int, boundary: object = None) -> WalkNetwork:
    """Lines with u and v, and private gates at some of their nodes."""
    made = WalkNetwork.from_edges(lines, walker="adult", boundary=boundary)
    columns = {"kind": "gate", "state": "private", "name": None, "opening_hours": None}
    return WalkNetwork.of(replace(made.layout, gates=frame(dict.fromkeys(labels, (0, 0)), **columns)), "adult")


def test_the_gate_of_a_drive_makes_no_second_bank_private():
    lines = streets([(0, 0), (900, 0)], [(0, 500), (400, 500)], [(400, 500), (400, 530)], [(400, 530), (400, 560)])
    network = with_gates(lines.assign(u=[1, 3, 4, 5], v=[2, 4, 5, 6], kind="service"), 5)
    assert network.edges["private"].tolist() == [False, False, False, True]


@pytest.mark.parametrize(("inside", "private"), [("service", [False, True]), ("residential", [True, False])])
def test_the_side_of_a_gate_with_more_street_is_outside_however_long_the_drives(inside: str, private: list[bool]):
    lines = streets([(0, 0), (0, 300)], [(0, 300), (0, 900)]).assign(u=[1, 2], v=[2, 3], kind=["residential", inside])
    assert with_gates(lines, 2).edges["private"].tolist() == private


@pytest.mark.parametrize(
    ("inside", "north"), [pytest.param(400, 1300, id="it is cut"), pytest.param(1000, 9999, id="it is as long")]
)
def test_what_may_as_well_be_outside_is_open_and_its_gate_shut(inside: int, north: int):
    lines = streets([(0, 0), (0, 1000)], [(0, 1000), (0, 1000 + inside)]).assign(u=[1, 2], v=[2, 3], kind="footway")
    network = with_gates(lines, 2, boundary=shapely.box(-9, -9, 9, north))
    assert not network.edges["private"].any()
    assert network.nodes["component"].nunique() == 2


def test_paths_longer_than_the_private_way_beside_them_do_not_hang_on_it():
    lines = [[(0, 0), (9000, 0)], [(0, 500), (900, 500)], [(900, 500), (1000, 500)], [(1000, 500), (1050, 500)]]
    network = town(*lines, private=[False, False, True, False], kind=["residential", "footway", "service", "footway"])
    assert network.edges["private"].tolist() == [False, False, True, True]


@cases(25)
@given(towns(one_way=False), st.sets(st.integers(0, 12)), st.lists(st.sampled_from(["service", "residential"])))
def test_the_longest_part_that_gates_link_stays_public(small: Town, chosen: set[int], kinds: list[str]):
    edges = WalkNetwork.from_edges(small.lines, walker="adult").edges
    kind = [*kinds, *["footway"] * len(edges)][: len(edges)]
    network = with_gates(edges[["u", "v", "geometry"]].assign(kind=kind), *sorted(chosen & {*edges["u"], *edges["v"]}))
    graph = nx.from_pandas_edgelist(edges, "u", "v")
    parts = {node: number for number, linked in enumerate(nx.connected_components(graph)) for node in linked}
    ways = edges["u"].map(parts)
    assert not network.edges["private"].groupby(network.edges["way"].map(ways)).all().any()


def test_a_shut_gate_parts_its_node_and_nothing_is_lost_but_two_centimetres_on_each_side():
    network = gated("closed")
    assert sorted(network.nodes.index) == [-1, 1, 2, 3]
    assert network.edges["length"].tolist() == pytest.approx([999.98, 399.98])


def test_a_gate_on_a_junction_is_ignored_and_listed():
    lines = streets([(0, 0), (0, 500)], [(0, 500), (0, 900)], [(0, 500), (300, 500)]).assign(
        u=[1, 2, 2], v=[2, 3, 4], kind="footway"
    )
    made = WalkNetwork.from_edges(lines, walker="adult")
    columns = {"kind": ["gate"], "state": ["closed"], "name": [None], "opening_hours": [None]}
    network = WalkNetwork.of(replace(made.layout, gates=frame({2: (0, 500)}, **columns)), "adult")
    assert network.nodes["component"].nunique() == 1
    assert network.left_out[["element", "count"]].to_numpy().tolist() == [["gates", 1]]


def test_an_unknown_policy_is_refused():
    with pytest.raises(InputError, match="private must be one of 'residents', 'closed', 'open', but is 'strangers'"):
        WalkNetwork.from_osm(tm.sample_path("shifan"), private="strangers")


def test_a_private_flag_that_is_none_is_refused():
    with pytest.raises(StreetsError, match="private of way 0 is 'yes'"):
        town([(0, 0), (100, 0)], private=["yes"])


@cases(25)
@given(towns_with_private_ways())
def test_no_place_inside_the_ground_is_unserved_beside_private_ways(small: Town):
    network, doors, limit = small.network, small.clinics, 250.0
    (ground,) = tm.trace_isochrones(network, doors, metres=limit, merge="category", resolution=5.0).geometry
    inside = ground.buffer(-10.0)
    spots = [Point(x, y) for x in np.arange(-95.0, 500.0, 17.0) for y in np.arange(-95.0, 500.0, 17.0)]
    spots = [spot for spot in spots if inside.covers(spot)]
    if spots:
        places = frame(spots, people=1.0)
        metres = tm.measure_coverage(network, places, doors, metres=limit).metres["clinic"]
        assert (metres <= limit + 1e-3).mean() == pytest.approx(1.0)
