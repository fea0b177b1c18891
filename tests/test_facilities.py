"""Facilities of an extract: found by the catalogue, each counted once, nothing dropped in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, box

from osm_toy import osm_xml, ring, square, write_osm
from tenmin.inputs.facilities import find_facilities, list_duplicates, read_facilities
from tenmin.inputs.osm import OsmExtract, read_osm
from tenmin.inputs.services import load_catalogue
from tenmin.support.errors import CategoryError, TenminWarning
from tenmin.support.writing import write_layer

METRE = 1 / 111_320
NASTY = "{{ 7*7 }}</script>'\"`\u2028NA"


def extract(tmp_path: Path, nodes: dict, ways: dict | None = None) -> OsmExtract:
    street = {900: (0.0, 0.0), 901: (0.01, 0.0)}
    text = osm_xml(street | nodes, {99: ([900, 901], {"highway": "footway"})} | (ways or {}))
    return read_osm(write_osm(tmp_path / "toy.osm", text))


def test_points_and_areas_become_rows(tmp_path: Path) -> None:
    nodes = {
        1: (0.001, 0.001, {"amenity": "pharmacy", "name": NASTY, "opening_hours": "24/7"}),
        2: (0.002, 0.001, {"shop": "supermarket"}),
        3: (0.003, 0.001, {"amenity": "bench"}),
        **square(10, 0.004, 0.001),
    }
    found = find_facilities(extract(tmp_path, nodes, {50: (ring(10), {"leisure": "park", "name:zh": "人民公园"})}))
    assert found.index.tolist() == ["park:w50", "pharmacy:n1", "supermarket:n2"]
    assert found.index.name == "facility"
    assert found["name"].tolist() == ["人民公园", NASTY, None]
    assert found["opening_hours"].tolist() == [None, "24/7", None]
    assert found["rule"]["park:w50"].startswith("leisure=park")
    assert set(found["source"]) == {"OpenStreetMap"}
    assert found.geom_type.tolist() == ["Polygon", "Point", "Point"]
    assert found.crs.to_epsg() == 4326


def test_one_element_may_serve_in_two_categories(tmp_path: Path) -> None:
    town = extract(tmp_path, {1: (0.0, 0.001, {"amenity": "library", "leisure": "playground"})})
    assert find_facilities(town).index.tolist() == ["library:n1", "playground:n1"]


@pytest.mark.parametrize(
    ("node", "area", "once"),
    [
        ("第一医院", "第一医院", True),
        (None, "第一医院", True),
        ("第一医院", None, True),
        (" 第一医院", "第一医院", True),
        ("第二医院", "第一医院", False),
    ],
)
def test_a_node_in_its_own_area_counts_once(tmp_path: Path, node: str | None, area: str | None, once: bool) -> None:
    def named(name: str | None) -> dict[str, str]:
        return {"amenity": "hospital"} | ({} if name is None else {"name": name})

    nodes = {1: (0.0012, 0.0012, named(node)), **square(10, 0.001, 0.001)}
    town = extract(tmp_path, nodes, {50: (ring(10), named(area))})
    found, twice = find_facilities(town), list_duplicates(town)
    assert found.index.tolist() == (["hospital:w50"] if once else ["hospital:n1", "hospital:w50"])
    assert twice["kept"].tolist() == (["hospital:w50"] if once else [])
    if once:
        assert found["name"]["hospital:w50"] == (area or node)


def test_a_nameless_area_does_not_swallow_two_names(tmp_path: Path) -> None:
    shops = {
        1: (0.0011, 0.0011, {"shop": "greengrocer", "name": "甲"}),
        2: (0.0013, 0.0013, {"shop": "greengrocer", "name": "乙"}),
    }
    town = extract(tmp_path, {**shops, **square(10, 0.001, 0.001)}, {50: (ring(10), {"amenity": "marketplace"})})
    assert len(find_facilities(town)) == 3


@pytest.mark.parametrize(("metres", "count"), [(49.0, 1), (51.5, 2)])
def test_duplicates_within_fifty_metres_count_once(tmp_path: Path, metres: float, count: int) -> None:
    stop = {"highway": "bus_stop", "name": "中关村"}
    town = extract(tmp_path, {7: (0.0, 0.001 + metres * METRE, stop), 3: (0.0, 0.001, stop)})
    found = find_facilities(town)
    assert len(found) == count
    assert "transport_stop:n3" in found.index
    assert len(list_duplicates(town)) == 2 - count


def test_a_facility_stands_wherever_one_of_its_duplicates_does(tmp_path: Path) -> None:
    stop = {"highway": "bus_stop", "name": "中关村"}
    spots = {9: (0.0, 0.001), 3: (0.0, 0.001 + 40 * METRE), 5: (0.0001, 0.001), 70: (0.0, 0.001 + 20 * METRE)}
    nodes = {label: (*spot, stop) for label, spot in spots.items()}
    found = find_facilities(extract(tmp_path, nodes))
    assert found.index.tolist() == ["transport_stop:n3"]
    assert set(shapely.get_parts(found.geometry.iloc[0])) == {Point(np.round(spot, 7)) for spot in spots.values()}
    assert found.geom_type.tolist() == ["MultiPoint"]


@pytest.mark.parametrize(
    ("node", "metres", "points"),
    [({}, 20, 0), ({"entrance": "main"}, 20, 1), ({"entrance": "emergency"}, 20, 0), ({}, 80, 1)],
    ids=["inside", "an entrance", "an exit", "beside"],
)
def test_an_area_keeps_its_outline_and_what_is_inside_adds_no_way_in(
    tmp_path: Path, node: dict[str, str], metres: float, points: int
) -> None:
    bank = {"amenity": "bank", "name": "工行"}
    nodes = {2: (0.0012, 0.001 + metres * METRE, bank | node), **square(1000, 0.001, 0.001)}
    found = find_facilities(extract(tmp_path, nodes, {500: (ring(1000), bank)}))
    assert found.index.tolist() == ["bank:w500"]
    outline, *doors = shapely.get_parts(found.geometry.iloc[0])
    assert outline.equals(box(0.001, 0.001, 0.0015, 0.0015))
    assert doors == [Point(np.round(nodes[2][:2], 7))] * points


@pytest.mark.parametrize("name", ["found.gpkg", "found.geojson", "found.csv"])
def test_files_keep_facilities_of_several_positions(tmp_path: Path, name: str) -> None:
    stop, bank = {"highway": "bus_stop", "name": "中关村"}, {"amenity": "bank", "name": "工行"}
    nodes = {
        1: (0.0, 0.001, stop), 2: (0.0, 0.001 + 40 * METRE, stop), 3: (0.005, 0.005, {"shop": "bakery"}),
        4: (0.0012, 0.001 + 80 * METRE, bank), **square(1000, 0.001, 0.001),
    }  # fmt: skip
    found = find_facilities(extract(tmp_path, nodes, {500: (ring(1000), bank)}))
    path = tmp_path / name
    if path.suffix == ".csv":
        found.to_csv(path)
    else:
        write_layer(found.reset_index(), path, "facilities")
    again = read_facilities(path)
    assert sorted(again["category"]) == ["bakery", "bank", "transport_stop"]
    for shape, category in zip(again.geometry, again["category"], strict=True):
        (given,) = found.geometry[found["category"] == category]
        assert shapely.normalize(shape).equals_exact(shapely.normalize(given), 1e-9) or shape.equals(given)


def test_nameless_neighbours_are_not_duplicates(tmp_path: Path) -> None:
    town = extract(tmp_path, {1: (0.0, 0.001, {"amenity": "toilets"}), 2: (0.0, 0.00101, {"amenity": "toilets"})})
    assert len(find_facilities(town)) == 2


def test_found_and_left_out_are_all_that_match(helsinki: Path) -> None:
    town = read_osm(helsinki)
    found, twice = find_facilities(town), list_duplicates(town)
    assert set(twice["kept"]) <= set(found.index)
    assert not set(twice.index) & set(found.index)
    catalogue = load_catalogue()
    for key in ("pharmacy", "supermarket", "library"):
        tags = [*town.points["tags"], *town.areas["tags"]]
        matching = sum(catalogue[key].rule_for(item) is not None for item in tags)
        assert (found["category"] == key).sum() + (twice["category"] == key).sum() == matching
    assert {"restaurant", "transport_stop", "bank", "pharmacy", "park"} <= set(found["category"])


def test_rows_in_any_order_give_the_same_facilities(helsinki: Path) -> None:
    town = read_osm(helsinki)
    shuffle = np.random.default_rng(1).permutation(len(town.points))
    other = replace(town, points=town.points.iloc[shuffle], areas=town.areas[::-1])
    found = find_facilities(town)
    assert found.index.is_monotonic_increasing
    assert found.index.is_unique
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(find_facilities(other)))
    assert list(town.points.columns) == ["tags", "geometry"]


def test_categories_can_be_chosen_and_replaced(tmp_path: Path) -> None:
    town = extract(
        tmp_path,
        {1: (0.0, 0.001, {"amenity": "bank"}), 2: (0.0, 0.002, {"amenity": "hospital", "healthcare": "clinic"})},
    )
    assert find_facilities(town, categories="bank").index.tolist() == ["bank:n1"]
    assert find_facilities(town, categories=["clinic"]).empty
    own = tmp_path / "own.toml"
    own.write_text('[money]\nzh = "钱"\nen = "Money"\ntags = [{ amenity = ["bank", "atm"] }]\n', encoding="utf-8")
    assert find_facilities(town, categories=load_catalogue(own)).index.tolist() == ["money:n1"]


def test_parts_of_others_are_found_only_when_asked_for(tmp_path: Path) -> None:
    town = extract(tmp_path, {1: (0.0, 0.001, {"shop": "greengrocer"}), 2: (0.0, 0.002, {"amenity": "cafe"})})
    assert find_facilities(town).index.tolist() == ["market:n1"]
    assert find_facilities(town, categories=load_catalogue()).index.tolist() == ["market:n1"]
    asked = find_facilities(town, categories=["greengrocer", "cafe", "market"])
    assert asked.index.tolist() == ["cafe:n2", "greengrocer:n1", "market:n1"]
    assert asked["rule"]["greengrocer:n1"] == "shop=greengrocer"


@pytest.mark.parametrize(
    ("tags", "count"),
    [
        ({"disused": "yes"}, 0),
        ({"abandoned": "yes"}, 0),
        ({"demolished": "Yes"}, 0),
        ({"proposed": "yes"}, 0),
        ({"construction": "yes"}, 0),
        ({"building": "construction"}, 0),
        ({"opening_hours": "closed"}, 0),
        ({"opening_hours": 'off "renovation"'}, 0),
        ({"disused": "no", "construction": "minor"}, 1),
        ({"opening_hours": "Mo-Fr 08:00-18:00; PH off"}, 1),
        ({"disused:shop": "bakery"}, 1),
    ],
)
def test_what_is_not_there_or_never_open_is_no_facility(tmp_path: Path, tags: dict[str, str], count: int) -> None:
    town = extract(
        tmp_path, {1: (25, 60, {"amenity": "pharmacy"} | tags), 2: (25, 60, {"disused:amenity": "pharmacy"})}
    )
    assert len(find_facilities(town, categories="pharmacy")) == count


def test_what_no_tag_tells_is_said(tmp_path: Path) -> None:
    town = extract(tmp_path, {1: (0.0, 0.001, {"amenity": "bank"})})
    with pytest.warns(TenminWarning, match="no tag of OpenStreetMap tells greenway, exercise_point, so that none was"):
        found = find_facilities(town, categories=["greengrocer", "greenway", "bank", "exercise_point"])
    assert found.index.tolist() == ["bank:n1"]


def test_an_unknown_category_names_the_nearest(tmp_path: Path) -> None:
    town = extract(tmp_path, {})
    with pytest.raises(CategoryError, match="no category 'pharmcy'; the nearest are pharmacy"):
        find_facilities(town, categories=["bank", "pharmcy"])
    with pytest.raises(CategoryError, match="it has bakery, bank"):
        find_facilities(town, categories="%%%")


def test_an_extract_without_facilities_gives_an_empty_table(tmp_path: Path) -> None:
    found = find_facilities(extract(tmp_path, {}))
    assert found.empty
    assert found.crs.to_epsg() == 4326
    assert found.columns.tolist() == [
        "category",
        "name",
        "element",
        "rule",
        "opening_hours",
        "source",
        "edited",
        "geometry",
    ]


@pytest.mark.parametrize(("ids", "kept"), [((9, 10), "n9"), ((10, 9), "n9"), ((99, 100), "n99"), ((100, 11), "n11")])
def test_of_duplicates_the_lower_number_stays(tmp_path: Path, ids: tuple[int, int], kept: str) -> None:
    stop = {"highway": "bus_stop", "name": "中关村"}
    town = extract(tmp_path, {label: (0.0, 0.001 + k * 20 * METRE, stop) for k, label in enumerate(ids)})
    assert find_facilities(town).index.tolist() == [f"transport_stop:{kept}"]
    assert list_duplicates(town)["kept"].tolist() == [f"transport_stop:{kept}"]


def test_of_duplicates_an_area_stays_whatever_the_numbers(tmp_path: Path) -> None:
    bank = {"amenity": "bank", "name": "工行"}
    nodes = {2: (0.0011 + 60 * METRE, 0.0012, bank), **square(1000, 0.001, 0.001)}
    town = extract(tmp_path, nodes, {500: (ring(1000), bank)})
    assert find_facilities(town).index.tolist() == ["bank:w500"]
