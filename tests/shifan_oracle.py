"""How far it is in 示范区, the invented district, found without tenmin.

The XML is read here, its nodes are put back on the metric plan, and networkx walks a graph of three storeys: private
ways at the beginning, public ones, private ways at the end. Lengths are in level metres: what the walker covers in the
same time on level ground, so that for an adult a metre of stairs counts as three.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise, product
from typing import NamedTuple
from xml.etree import ElementTree as ET

import networkx as nx
import numpy as np
import shapely
from pyproj import Transformer
from shapely import LineString
from shapely.ops import substring

from shifan_cases import CAREFUL, INF, NIGHT, Case, Spot
from tenmin.inputs.samples import sample_path

PATH = sample_path("shifan")
CRS, EAST, NORTH = "EPSG:32648", 499_000, 4_250_000
ISLAND = 50
STAIRS = {"adult": 3.0, "wheelchair": INF, CAREFUL: 6.0}
WALLS = {("barrier", kind) for kind in ("wall", "fence", "hedge", "retaining_wall")} | {
    ("railway", "rail"), ("waterway", "river"), ("natural", "water"), ("highway", "motorway"), ("motorroad", "yes"),
}  # fmt: skip

Tags = dict[str, str]


class Plan(NamedTuple):
    """The file as it is: nodes in metres of the CRS, their tags, and ways as tags and nodes."""

    raw: dict[int, Spot]
    tags: dict[int, Tags]
    ways: list[tuple[Tags, list[int]]]

    def xy(self, node: int) -> Spot:
        x, y = self.raw[node]
        return float(round(x - EAST)), float(round(y - NORTH))


class Piece(NamedTuple):
    """A straight piece of street: labels of its ends and their places, metres, and how many times longer it takes."""

    u: object
    v: object
    a: Spot
    b: Spot
    rate: float
    private: bool
    ground: bool
    oneway: bool

    @property
    def length(self) -> float:
        return math.dist(self.a, self.b)


def tags_of(item: ET.Element) -> Tags:
    return {tag.attrib["k"]: tag.attrib["v"] for tag in item.iter("tag")}


@cache
def plan() -> Plan:
    root = ET.fromstring(PATH.read_bytes())
    nodes = list(root.iter("node"))
    lonlat = np.array([(float(node.attrib["lon"]), float(node.attrib["lat"])) for node in nodes])
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(*lonlat.T)
    ids = [int(node.attrib["id"]) for node in nodes]
    raw = dict(zip(ids, zip(x.tolist(), y.tolist(), strict=True), strict=True))
    refs = {way: [int(nd.attrib["ref"]) for nd in way.iter("nd")] for way in root.iter("way")}
    ways = [(tags_of(way), [ref for ref in refs[way] if ref in raw]) for way in refs]
    return Plan(raw, {number: tags_of(node) for number, node in zip(ids, nodes, strict=True)}, ways)


def walkable(tags: Tags, nodes: list[Tags], *, wheels: bool) -> bool:
    wrong = tags.get("foot") == "no" or tags.get("motorroad") == "yes" or tags.get("sidewalk:both") == "separate"
    if "highway" not in tags or wrong or tags["highway"] in {"construction", "motorway"} or tags.get("area") == "yes":
        return False
    raised = any(node.get("kerb") == "raised" for node in nodes)
    return not (wheels and (raised or tags.get("surface") == "sand" or tags.get("wheelchair") == "no"))


def gate(tags: Tags, case: Case) -> str:
    """Whether a node is open, private or closed."""
    barred = tags.get("locked") == "yes" or (tags.get("access") == "no" and "foot" not in tags)
    night = case.when == NIGHT and "opening_hours" in tags
    wheels = case.walker == "wheelchair" and tags.get("barrier") in {"kissing_gate", "turnstile"}
    if barred or night or wheels:
        return "closed"
    private = tags.get("access") == "private" and "foot" not in tags and "barrier" in tags
    return {"residents": "private", "closed": "closed", "open": "open"}[case.private] if private else "open"


def draw(case: Case, shut: tuple[str, ...]) -> Iterator[Piece]:
    """The pieces of street with the gates in these states cut in two, and the lines of sight across the plazas."""
    the_plan, factor = plan(), STAIRS[case.walker]
    for way, (tags, refs) in enumerate(the_plan.ways):
        rate = factor if tags.get("highway") == "steps" else 1.0
        mine = tags.get("access") == "private" and case.private != "open"
        ground = tags.keys().isdisjoint({"level", "layer"})
        nodes = [the_plan.tags[ref] for ref in refs]
        if not walkable(tags, nodes, wheels=case.walker == "wheelchair") or (mine and case.private == "closed"):
            continue
        if math.isinf(rate):
            continue
        for k, (u, v) in enumerate(pairwise(refs)):
            ends = [(ref, way, k) if gate(the_plan.tags[ref], case) in shut else ref for ref in (u, v)]
            yield Piece(*ends, the_plan.xy(u), the_plan.xy(v), rate, mine, ground, "oneway:foot" in tags)
    rings = {tags.get("name"): refs for tags, refs in the_plan.ways if "highway" not in tags or "area" in tags}
    for outer, inner in ((rings["人民广场"], []), (rings[None], rings["荷花池"])):
        yield from sight(outer, inner)


def sight(outer: list[int], inner: list[int]) -> Iterator[Piece]:
    xy = plan().xy
    plaza = shapely.Polygon([xy(ref) for ref in outer], [[xy(ref) for ref in inner]] if inner else [])
    for u, v in combinations(sorted({*outer, *inner}), 2):
        if plaza.buffer(1e-6).covers(LineString([xy(u), xy(v)])):
            yield Piece(u, v, xy(u), xy(v), 1.0, private=False, ground=False, oneway=False)


def streets(case: Case) -> list[Piece]:
    """The pieces of street; what lies behind private gates is private."""
    public = nx.Graph([(p.u, p.v) for p in draw(case, ("closed", "private")) if not p.private])
    *rest, _ = sorted(nx.connected_components(public), key=len)
    at_gates = [part for part in rest if any(isinstance(end, tuple) and is_private(end[0], case) for end in part)]
    behind = set().union(*at_gates)
    both = zip(draw(case, ("closed",)), draw(case, ("closed", "private")), strict=True)
    return [piece._replace(private=piece.private or split.u in behind) for piece, split in both]


def is_private(node: int, case: Case) -> bool:
    return gate(plan().tags[node], case) == "private"


@cache
def walls() -> shapely.STRtree:
    return shapely.STRtree(
        [
            LineString([plan().xy(ref) for ref in refs])
            for tags, refs in plan().ways
            if not WALLS.isdisjoint(tags.items())
        ]
    )


def is_open(leg: LineString) -> bool:
    """Whether a leg meets no wall between its ends, which may stand on one."""
    if leg.length <= 2e-3:
        return True
    return not len(walls().query(substring(leg, 1e-3, leg.length - 1e-3), predicate="intersects"))


def access_points(spot: Spot, pieces: list[Piece]) -> Iterator[tuple[Piece, float, float]]:
    """Yield the piece, the metres along it and the leg of every access point: a local minimum of the distance in reach.

    The end of a street at a closed gate stands on the wall and is reached from its own side only, so that the leg is
    held against the walls a hand's breadth before the gate.
    """
    ground = [piece for piece in pieces if piece.ground]
    ways = [((p.u, p.a, p.b), (p.v, p.b, p.a)) for p in ground]
    leads_nearer = {end for pair in ways for end, at, other in pair if nearer(spot, at, other) > 1e-9}
    for p in ground:
        along = nearer(spot, p.a, p.b)
        ends = ((0.0, p.u), (p.length, p.v))
        stops = [at for at, end in ends if end not in leads_nearer] + [along] * (0.0 < along < p.length)
        line = LineString([p.a, p.b])
        for at in stops:
            leg = LineString([spot, line.interpolate(at)])
            shut = isinstance(p.u, tuple) and at == 0.0, isinstance(p.v, tuple) and at == p.length
            before = line.interpolate(at + 0.1 * (shut[0] - shut[1]))
            if leg.length <= 100.0 and is_open(LineString([spot, before])):
                yield p, at, leg.length


def nearer(spot: Spot, a: Spot, b: Spot) -> float:
    """Metres from a towards b at which the street from a through b comes nearest to a spot; negative: it leads away."""
    return ((spot[0] - a[0]) * (b[0] - a[0]) + (spot[1] - a[1]) * (b[1] - a[1])) / math.dist(a, b)


def walk_graph(pieces: list[Piece]) -> nx.MultiDiGraph:
    """The pieces on three storeys: private at the beginning, public, private at the end; nobody comes back up."""
    graph = nx.MultiDiGraph()
    for p in pieces:
        for floor in (0, 2) if p.private else (1,):
            graph.add_edge((p.u, floor), (p.v, floor), weight=p.length * p.rate)
            if not p.oneway:
                graph.add_edge((p.v, floor), (p.u, floor), weight=p.length * p.rate)
    stairs = [((end, floor), (end, floor + 1)) for p in pieces for end in (p.u, p.v) for floor in (0, 1)]
    graph.add_edges_from(stairs, weight=0.0)
    graph.add_nodes_from(["start", "end"])
    return graph


def level_metres(case: Case) -> float:
    """The length of the shortest walk of a case."""
    pieces = streets(case)
    parts = nx.connected_components(nx.Graph([(p.u, p.v) for p in pieces]))
    size = {node: len(part) for part in parts for node in part}
    graph = walk_graph(pieces)
    found = [list(access_points(spot, pieces)) for spot in (case.start, case.end)]
    starts, ends = ([point for point in some if size[point[0].u] >= ISLAND] or some for some in found)
    for p, at, leg in starts:
        floor = 0 if p.private else 1
        graph.add_edge("start", (p.v, floor), weight=leg + (p.length - at) * p.rate)
        if not p.oneway or at == 0.0:
            graph.add_edge("start", (p.u, floor), weight=leg + at * p.rate)
    for p, at, leg, floor in [(*point, floor) for point in ends for floor in ((0, 2) if point[0].private else (1,))]:
        graph.add_edge((p.u, floor), "end", weight=leg + at * p.rate)
        if not p.oneway or at == p.length:
            graph.add_edge((p.v, floor), "end", weight=leg + (p.length - at) * p.rate)
    for (p, at, leg), (other, to, last) in product(starts, ends):
        if p is other and (not p.oneway or to >= at):
            graph.add_edge("start", "end", weight=leg + abs(to - at) * p.rate + last)
    return nx.single_source_dijkstra_path_length(graph, "start").get("end", INF)
