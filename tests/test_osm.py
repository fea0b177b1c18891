"""Extracts become tables: every format, clipped ways, barriers, areas, dates, and real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

import tenmin as tm
from osm_toy import osm_xml, ring, square, write_osm
from tenmin.inputs.osm import classify_ways, read_osm, read_streets
from tenmin.support.errors import FileError, InputError

NODES = {
    1: (116.30, 39.990, {"barrier": "gate", "access": "private"}),
    2: (116.301, 39.990),
    3: (116.302, 39.990),
    4: (116.303, 39.990),
    5: (116.304, 39.990, {"amenity": "pharmacy", "name": "大药房,<b>&%"}),
    **square(20, 116.301, 39.991),
    **square(30, 116.302, 39.992),
    **square(40, 116.3021, 39.9921, 0.0001),
}
WAYS = {
    100: ([1, 2, 3, 4, 5], {"highway": "residential", "name": "平安大街 = 1, 2%"}),
    101: (ring(20), {"building": "yes"}),
    102: (ring(30), {}),
    103: (ring(40), {}),
    104: ([2, 20], {"barrier": "wall"}),
    105: ([3, 21], {"railway": "rail", "name": "京张铁路"}),
    106: ([3, 21], {"railway": "rail", "bridge": "yes"}),
    107: ([4, 22], {"railway": "platform"}),
}
RELATIONS = {
    200: (
        [("way", 102, "outer"), ("way", 103, "inner")],
        {"type": "multipolygon", "natural": "water", "name": "未名湖"},
    ),
}


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_osm(tmp_path / "toy.osm", osm_xml(NODES, WAYS, RELATIONS))


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
def test_every_format_gives_the_same_tables(tmp_path: Path, toy: Path, suffix: str) -> None:
    path = tmp_path / f"other{suffix}"
    if suffix == ".osm.pbf":
        with osmium.SimpleWriter(path) as writer:
            for item in osmium.FileProcessor(toy):
                writer.add(item)
    else:
        write_osm(path, toy.read_text())
    one, other = read_osm(toy), read_osm(path)
    for table in ("ways", "points", "areas", "barriers"):
        first, second = getattr(one, table), getattr(other, table)
        assert first.geometry.geom_equals(second.geometry).all()
        assert first.index.equals(second.index)
    assert list(one.ways["tags"]) == list(other.ways["tags"])
    assert one.date == other.date == "2024-05-09"


def test_tables_hold_what_the_file_holds(toy: Path) -> None:
    town = read_osm(toy)
    assert town.ways["way"].tolist() == [100, 107]
    assert town.ways["nodes"][0].tolist() == [1, 2, 3, 4, 5]
    assert town.ways["tags"][0]["name"] == "平安大街 = 1, 2%"
    assert shapely.get_coordinates(town.ways.geometry[0])[1].tolist() == [116.301, 39.990]
    assert not town.ways[["cut_start", "cut_end"]].to_numpy().any()
    assert town.points.index.tolist() == ["n1", "n5"]
    assert town.points["tags"]["n5"]["name"] == "大药房,<b>&%"
    assert town.areas.index.tolist() == ["w101", "r200"]
    assert len(town.areas.geometry["r200"].interiors) == 1
    assert town.refused.empty
    assert {table.crs.to_epsg() for table in (town.ways, town.points, town.areas, town.barriers)} == {4326}


def test_barriers_have_kind_name_and_source(toy: Path) -> None:
    barriers = read_osm(toy).barriers
    rows = list(zip(barriers["kind"], barriers["name"], barriers["source"], strict=True))
    lake = ("water", "未名湖", "r200")
    assert rows == [("wall", None, "w104"), ("railway", "京张铁路", "w105"), lake, lake]
    assert set(barriers.geom_type) == {"LineString"}


def test_reading_streets_only_gives_the_same_streets_and_barriers(toy: Path) -> None:
    whole, streets = read_osm(toy), read_streets(toy)
    assert streets.areas.empty
    assert streets.points.index.tolist() == ["n1"]
    assert streets.ways.geometry.geom_equals(whole.ways.geometry).all()
    assert streets.barriers["source"].tolist() == whole.barriers["source"].tolist()


@pytest.mark.parametrize(
    ("missing", "pieces", "cuts"),
    [
        ({1}, [[2, 3, 4, 5]], [(True, False)]),
        ({5}, [[1, 2, 3, 4]], [(False, True)]),
        ({3}, [[1, 2], [4, 5]], [(False, True), (True, False)]),
        ({2}, [[3, 4, 5]], [(True, False)]),
        ({2, 4}, [], []),
    ],
)
def test_a_clipped_way_is_cut_at_the_gap(
    tmp_path: Path, missing: set[int], pieces: list[list[int]], cuts: list[tuple[bool, bool]]
) -> None:
    nodes = {number: node for number, node in NODES.items() if number not in missing}
    ways = {99: ([20, 21], {"highway": "footway"}), 100: WAYS[100]}
    town = read_osm(write_osm(tmp_path / "clipped.osm", osm_xml(nodes, ways)))
    rows = town.ways[town.ways["way"] == 100]
    assert [nodes.tolist() for nodes in rows["nodes"]] == pieces
    assert list(zip(rows["cut_start"], rows["cut_end"], strict=True)) == cuts
    assert town.refused["element"].tolist() == ["w100"]
    assert town.refused["nodes"].tolist() == [5 - sum(map(len, pieces))]


def test_ways_without_length_and_open_areas_are_listed(tmp_path: Path) -> None:
    bow_tie = {50: (0.0, 0.0), 51: (0.001, 0.001), 52: (0.001, 0.0), 53: (0.0, 0.001)}
    ways = {
        100: WAYS[100],
        110: ([2, 2], {"highway": "footway"}),
        111: ([50, 51, 52, 53, 50], {"building": "yes"}),
        112: ([20, 21, 22, 98, 20], {"building": "yes"}),
        113: ([1, 2, 2, 3], {"highway": "footway"}),
    }
    relations = {201: ([("way", 97, "outer")], {"type": "multipolygon", "building": "yes"})}
    town = read_osm(write_osm(tmp_path / "odd.osm", osm_xml(NODES | bow_tie, ways, relations)))
    assert sorted(town.refused["element"]) == ["r201", "w110", "w111", "w112"]
    assert town.areas.empty
    assert town.ways.set_index("way")["nodes"][113].tolist() == [1, 2, 3]


def test_negative_ids_and_ways_before_nodes_are_put_in_order(tmp_path: Path) -> None:
    nodes = {-number: node for number, node in NODES.items()}
    ways = {-number: ([-ref for ref in refs], tags) for number, (refs, tags) in WAYS.items()}
    relations = {-200: ([(kind, -ref, role) for kind, ref, role in RELATIONS[200][0]], RELATIONS[200][1])}
    town = read_osm(write_osm(tmp_path / "josm.osm", osm_xml(nodes, ways, relations)))
    assert town.ways["way"].tolist() == [-100, -107]
    assert town.ways["nodes"][0].tolist() == [-1, -2, -3, -4, -5]
    assert town.points.index.tolist() == ["n-1", "n-5"]
    assert town.areas.index.tolist() == ["w-101", "r-200"]
    assert town.refused.empty
    lines = osm_xml(NODES, WAYS).split("\n")
    backwards = [lines[0], *(line for line in lines if "<way" in line), *(line for line in lines if "<node" in line)]
    other = read_osm(write_osm(tmp_path / "backwards.osm", "\n".join([*backwards, "</osm>"])))
    assert other.ways["nodes"][0].tolist() == [1, 2, 3, 4, 5]


def test_elements_that_come_twice_count_once(tmp_path: Path) -> None:
    text = osm_xml(NODES, WAYS)
    body = text.split("\n")[1:-1]
    town = read_osm(write_osm(tmp_path / "twice.osm", text.replace("</osm>", "\n".join([*body, "</osm>"]))))
    assert town.ways["way"].tolist() == [100, 107]
    assert town.points.index.is_unique
    assert town.areas.index.is_unique


def test_box_and_date_come_from_the_header(tmp_path: Path) -> None:
    path = tmp_path / "header.osm.pbf"
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(116.0, 39.0, 117.0, 40.0))
    header.set("osmosis_replication_timestamp", "2023-02-21T03:31:14Z")
    with osmium.SimpleWriter(path, header=header) as writer:
        for item in osmium.FileProcessor(write_osm(tmp_path / "toy.osm", osm_xml(NODES, WAYS))):
            writer.add(item)
    town = read_osm(path)
    assert town.box == (116.0, 39.0, 117.0, 40.0)
    assert town.date == "2023-02-21"
    assert "header.osm.pbf of 2023-02-21: 2 ways" in repr(town)


def test_helsinki_is_read_whole(helsinki: Path) -> None:
    town = read_osm(helsinki)
    by_osmium = sum(
        1 for area in osmium.FileProcessor(helsinki).with_areas() if area.is_area() and "building" in area.tags
    )
    assert sum("building" in tags for tags in town.areas["tags"]) == by_osmium
    highways = {item.id for item in osmium.FileProcessor(helsinki, osmium.osm.WAY) if "highway" in item.tags}
    lost = set(town.refused["element"][town.refused["reason"].str.startswith("left out: ")])
    named = set(town.ways["way"]) | {int(element[1:]) for element in lost}
    assert len(highways) == 2650
    assert highways <= named
    assert (town.ways["cut_start"] | town.ways["cut_end"]).sum() == 127
    inside = shapely.box(*town.box).buffer(1e-3)
    assert town.points.within(inside).mean() > 0.9


@pytest.mark.parametrize(
    "name",
    ["las_palmas_20230221.osm.pbf", "monaco_osrm.osm.pbf", "beijing_tsinghua_pku_2017.osm.gz", "guixi_jiangxi.osm.gz"],
)
def test_real_extracts_have_walkable_streets_and_sound_areas(shared_data: Callable[[str], Path], name: str) -> None:
    town = read_osm(shared_data(f"osm/{name}"))
    verdicts = classify_ways(town.ways)
    assert verdicts["walkable"].mean() > 0.7
    assert shapely.is_valid(town.areas.geometry.to_numpy()).all()
    assert town.areas.index.is_unique
    assert town.points.index.is_unique
    sizes = np.array([len(nodes) for nodes in town.ways["nodes"]])
    assert (sizes == shapely.get_num_coordinates(town.ways.geometry.to_numpy())).all()


# --- a box of a larger file -----------------------------------------------------------------------------------------

CENTRE = (24.9400, 60.1680, 24.9480, 60.1740)


@pytest.mark.parametrize("read", [read_osm, read_streets])
def test_a_box_gives_what_lies_inside_and_cuts_streets_at_its_edge(helsinki_path, read):
    whole, part = read(helsinki_path), read(helsinki_path, box=CENTRE)
    room = shapely.box(*CENTRE)
    inside = whole.ways[whole.ways.within(room)]
    assert set(inside["way"]) <= set(part.ways["way"]) < set(whole.ways["way"])
    assert part.ways.within(room).all()
    inside_whole = shapely.intersection(whole.ways.geometry.to_numpy(), room)
    assert shapely.length(part.ways.geometry.to_numpy()).sum() <= shapely.length(inside_whole).sum()
    assert part.points.index.tolist() == whole.points.index[whole.points.intersects(room)].tolist()
    assert part.box == CENTRE
    crossing = whole.ways[whole.ways.crosses(room.boundary)]
    cut = part.ways[part.ways["cut_start"] | part.ways["cut_end"]]
    assert set(crossing["way"]) & set(part.ways["way"]) <= set(cut["way"])


def test_nodes_at_the_edge_of_a_box_are_ends_of_the_data(helsinki_path):
    network = tm.WalkNetwork.from_osm(read_streets(helsinki_path, box=CENTRE))
    assert network.nodes["cut"].sum() > 20


@pytest.mark.parametrize(("east", "cut"), [(0.0053, {1, 3}), (0.0062, {1}), (0.0049, {3})])
def test_where_no_street_passes_the_box_of_a_file_those_that_end_at_it_were_cut(tmp_path, east, cut):
    """A street of 556 m from the western edge to the east, and a blind alley that ends 111 m from the edge."""
    nodes = {1: (0.0, 0.0), 2: (0.002, 0.0), 3: (0.005, 0.0), 4: (0.002, 0.001)}
    ways = {9: ([1, 2, 3], {"highway": "residential"}), 10: ([2, 4], {"highway": "residential"})}
    bounds = f'<bounds minlat="-0.002" minlon="-0.0001" maxlat="0.002" maxlon="{east}"/>'
    text = osm_xml(nodes, ways).replace('generator="toy">', f'generator="toy">{bounds}')
    network = tm.WalkNetwork.from_osm(write_osm(tmp_path / "box.osm", text))
    assert set(network.nodes.index[network.nodes["cut"]]) == cut


def test_a_box_beside_the_file_is_refused_with_both_extents(helsinki_path):
    with pytest.raises(FileError, match=r"no street in the box \(10.0, 10.0, 11.0, 11.0\); the file covers \(24\.9"):
        read_osm(helsinki_path, box=(10.0, 10.0, 11.0, 11.0))


@pytest.mark.parametrize("box", [(25.0, 60.0, 24.0, 61.0), (60.0, 24.0, 61.0, 190.0), (float("nan"), 0.0, 1.0, 1.0)])
def test_a_box_that_is_none_is_refused(helsinki_path, box):
    with pytest.raises(InputError, match="give west, south, east and north in degrees"):
        read_osm(helsinki_path, box=box)


@pytest.fixture(scope="session")
def helsinki_path():
    return tm.sample_path("helsinki")
