"""Tests of the review map without a browser: what stands in the page, and what never does."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import branca
import folium
import folium.plugins
import geopandas as gpd
import jinja2
import numpy as np
import pandas as pd
import pytest
import shapely
from branca.element import Figure
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPoint, Point, Polygon, box

import maps_data
import tenmin as tm
from tenmin.measures.gaps import REASONS
from tenmin.outputs.maps import draw_map
from tenmin.outputs.maps._block import write_block
from tenmin.outputs.maps._shapes import NOWHERE, page_points, page_shapes
from tenmin.outputs.maps._words import load_texts
from tenmin.support.contracts import STATES
from tenmin.support.errors import InputError, OutputError, TableError, TenminWarning
from tenmin.support.files import read_toml, shipped_file
from towns import clinics, homes, streets, town, walls

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
SCRIPT_FILES = sorted(Path(draw_map.__code__.co_filename).with_name("page").glob("*.js"))
BLOCK = re.compile(r'<script type="application/json" id="tenmin-data">(.*?)</script>', re.DOTALL)


def coverage() -> maps_data.Measured:
    return maps_data.measure(maps_data.homes(), maps_data.sites())


def full_map(**options: Any) -> folium.Map:
    measured = coverage()
    tables = {"gaps": maps_data.lacks(measured), "isochrones": maps_data.circles(measured.facilities)}
    return draw_map(measured, areas=maps_data.blocks(), **{**tables, **options})


def html_of(drawn: folium.Map) -> str:
    return drawn.get_root().render()


def content_of(page: str) -> dict[str, Any]:
    """Return the data block of a page, with the tables that are packed in it."""
    (block,) = BLOCK.findall(page)
    content = json.loads(block)
    return {**content, "tables": maps_data.unpack(content["packed"])["tables"]}


def unpacked(page: str) -> dict[str, Any]:
    return maps_data.unpack(content_of(page)["packed"])


def traced(shapes: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Return the paths of packed shapes in degrees."""
    steps = np.cumsum(shapes["xy"].reshape(-1, 2), axis=0) / 1e6
    return np.split(steps, np.cumsum(shapes["rings"])[:-1])


def test_it_is_a_folium_map_that_knows_its_bounds() -> None:
    drawn = full_map()
    assert isinstance(drawn, folium.Map)
    (south, west), (north, east) = drawn.get_bounds()
    there = maps_data.homes().to_crs("EPSG:4326").total_bounds
    assert (west, south, east, north) == pytest.approx(tuple(there), abs=2e-3)


def test_neither_a_far_facility_nor_a_misplaced_home_makes_the_town_small() -> None:
    sites = pd.concat([maps_data.sites(), _spot("library:n9", category="library")])
    homes = pd.concat([maps_data.homes(), _spot("lost", people=10.0, levels=1)])
    drawn = draw_map(replace(maps_data.measure(homes, sites), unjoined=("lost",)))
    assert drawn.get_bounds() == draw_map(coverage()).get_bounds()


def test_without_a_home_that_joins_a_street_the_page_opens_with_what_there_is() -> None:
    measured = coverage()
    lost = draw_map(replace(measured, unjoined=tuple(measured.places.index)))
    assert lost.get_bounds() == draw_map(measured).get_bounds()


def _spot(name: str, **columns: object) -> gpd.GeoDataFrame:
    """Return a table of one row that lies 5 km east of the town."""
    shape = [Point(maps_data.at(5000, 500))]
    return gpd.GeoDataFrame(
        {key: [value] for key, value in columns.items()}, index=[name], geometry=shape, crs=maps_data.CRS
    )


def test_the_page_names_no_host_to_fetch_from() -> None:
    page = html_of(full_map())
    markup = SCRIPT.sub("", BLOCK.sub("", page))
    assert not re.findall(r"src\s*=|href\s*=|srcset|url\((?!data:image/png;base64,)|@import", markup)
    assert "sourceMappingURL" not in page


def test_the_policy_lets_only_the_scripts_of_the_page_run() -> None:
    page = html_of(full_map())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in SCRIPT.findall(page)]
    assert len(digests) == 2
    assert rules["script-src"] == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_the_page_holds_nothing_that_a_template_would_read() -> None:
    page = html_of(full_map(title="{{ 7 * 7 }} {% raw %} {# note #}"))
    assert jinja2.Template(page, keep_trailing_newline=True).render() == page


def test_the_scripts_never_put_text_into_the_page_as_markup() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in SCRIPT_FILES}
    assert set(sources) >= {"page.js", "rail.js", "cards.js"}
    ways_in = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|bindPopup|setAttribute"
    found = {name: re.findall(ways_in, text) for name, text in sources.items()}
    assert {name: ways for name, ways in found.items() if ways} == {"elements.js": ["setAttribute"]}
    assert "setAttribute(name === 'role' ? 'role' : `aria-${name}`" in sources["elements.js"]


def test_no_script_of_the_page_is_longer_than_four_hundred_lines() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPT_FILES}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_outside_text_stands_in_the_data_block_and_escaped_in_what_is_shown_without_scripts() -> None:
    measured = coverage()
    names = measured.facilities.assign(name=["Apteekki Ürsä 甲", "Biblioteca <b>", "Kulma"])
    page = html_of(draw_map(replace(measured, facilities=names), title="Otsikko <i>{{ÄÖ}}"))
    [static] = re.findall("<noscript>.*?</noscript>", page, re.DOTALL)
    assert "<h1>Otsikko &lt;i&gt;&#123;&#123;ÄÖ&#125;&#125;</h1>" in static
    outside = BLOCK.sub("", page).replace(static, "")
    for text in ("Ürsä", "Biblioteca", "Kulma", "Otsikko", "town.osm.pbf", "2026-10-01"):
        assert text not in outside
        assert text in json.dumps(content_of(page), ensure_ascii=False)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_input_gives_the_same_bytes(lang: Any) -> None:
    first, second = html_of(full_map(lang=lang)), html_of(full_map(lang=lang))
    assert first == second
    drawn = full_map(lang=lang)
    assert html_of(drawn) == html_of(drawn) == first


def test_the_order_of_the_rows_does_not_show() -> None:
    measured = coverage()
    places, facilities = measured.places.iloc[::-1], measured.facilities.iloc[[1, 2, 0]]
    other = maps_data.measure(places, facilities)
    circles = [maps_data.circles(frame) for frame in (measured.facilities, facilities)]
    pages = [html_of(draw_map(m, isochrones=c)) for m, c in zip((measured, other), circles, strict=True)]
    assert pages[0] == pages[1]


def test_the_page_speaks_both_languages_with_the_same_keys_and_places_to_fill() -> None:
    zh, en = load_texts()["zh"], load_texts()["en"]
    assert set(zh) == set(en)
    holes = {key: (set(re.findall(r"\{\w+\}", zh[key])), set(re.findall(r"\{\w+\}", en[key]))) for key in zh}
    assert {key: pair for key, pair in holes.items() if pair[0] != pair[1]} == {}


#: What Chromium 86, Safari 15 or Firefox 91 lack, the oldest engines that the page is for.
TOO_NEW_SCRIPT = (
    r"DecompressionStream|structuredClone|replaceAll\(|\.at\(-|hasOwn\(|findLast|toSorted|toSpliced|groupBy\("
    r"|\?\?=|\|\|=|&&=|\(\?<[=!]|static \{|roundRect|\bawait\b|showModal|OffscreenCanvas|randomUUID"
)
TOO_NEW_STYLE = r"\binset\s*:|:has\(|:is\(|:where\(|@layer|@container|\d[dsl]v[hw]\b|color-mix|aspect-ratio|text-wrap"


def test_the_page_asks_nothing_of_a_browser_that_its_oldest_engines_lack() -> None:
    page = html_of(full_map())
    own = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPT_FILES)
    assert re.findall(TOO_NEW_SCRIPT, own) == []
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert re.findall(TOO_NEW_STYLE, styles) == []
    assert re.findall(TOO_NEW_SCRIPT, "new DecompressionStream('deflate')")
    assert re.findall(TOO_NEW_STYLE, "inset: 0")


def test_every_text_the_scripts_ask_for_is_there() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPT_FILES)
    asked = set(re.findall(r"say\('(\w+)'", source)) | set(re.findall(r"\btexts\.(zoom_\w+)", source))
    assert len(asked) > 30
    assert asked - set(load_texts()["en"]) == set()


POSITIONS = {"lon", "lat", "lonlat", "latlon", "wkt", "datum"}


def test_columns_barriers_and_kinds_have_words_in_both_languages() -> None:
    read = read_toml(shipped_file("tenmin.inputs.readers", "columns.toml"))
    named = {f"field_{column['name']}" for column in read["column"]} - {f"field_{name}" for name in POSITIONS}
    kinds = read_toml(shipped_file("tenmin.inputs.osm", "barriers.toml"))["barrier"]
    barriers = {f"barrier_{barrier['kind']}" for barrier in kinds} | {"barrier_gate"}
    values = {f"value_state_{state}" for state in STATES} | {f"value_kind_{kind}" for kind in read["words"]["kind"]}
    shown_otherwise = {"field_category", "field_count"}
    assert (named | barriers | values) - shown_otherwise - set(load_texts()["zh"]) == set()


def test_a_gap_of_several_services_lacks_each_of_them() -> None:
    gaps = maps_data.lacks(coverage()).iloc[:2].assign(category=["pharmacy;library", "market"])
    page = html_of(draw_map(coverage(), gaps=gaps))
    keys = [row["key"] for row in content_of(page)["categories"]]
    numbers = unpacked(page)["gaps"]
    assert numbers["lacking"].tolist() == [2, 1]
    assert [keys[number] for number in numbers["lacks"]] == ["pharmacy", "library", "market"]


def test_a_gap_is_called_by_its_name_its_community_or_the_nearest_street() -> None:
    measured = coverage()
    edges = measured.network.edges.assign(name=None)
    edges.loc[0, "name"] = "Kaivokatu"
    named = replace(measured, network=replace(measured.network, edges=edges))
    names = {"name": ["north bank", None, None], "name_zh": ["北岸", None, None], "area": ["x", "西社区", None]}
    gaps = maps_data.lacks(measured).iloc[:3].assign(**names)
    assert content_of(html_of(draw_map(named, gaps=gaps)))["tables"]["gaps"]["name"]["zh"] == [
        "北岸",
        "西社区",
        "Kaivokatu",
    ]


def test_a_home_counts_for_the_community_that_it_names_or_else_lies_in() -> None:
    areas = pd.concat([maps_data.blocks(), maps_data.blocks().dissolve().set_axis(pd.Index(["town"]))])
    rows = unpacked(html_of(draw_map(coverage(), areas=areas)))["places"]["area"]
    west = maps_data.homes().geometry.centroid.x < maps_data.WEST + 500
    assert (rows == np.where(west, 0, 1)).all()
    measured = replace(coverage(), places=maps_data.homes().assign(area="town"))
    assert set(unpacked(html_of(draw_map(measured, areas=areas)))["places"]["area"]) == {2}


def test_a_category_of_digits_is_called_a_code() -> None:
    sites = maps_data.sites().assign(category=["050600", "library", "kiosk"])
    measured = maps_data.measure(maps_data.homes(), sites, categories=["050600", "library", "kiosk"])
    names = {row["key"]: row["name"]["zh"] for row in content_of(html_of(draw_map(measured, lang="zh")))["categories"]}
    assert names == {"050600": "高德分类 050600", "library": "图书馆", "kiosk": "kiosk"}


@pytest.mark.parametrize(("system", "lang"), [("zh_CN", "zh"), ("en_GB", "en"), (None, "en")])
def test_the_page_speaks_the_language_of_the_system(
    system: str | None, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (system, "UTF-8"))
    assert content_of(html_of(draw_map(coverage())))["lang"] == lang


def test_languages_that_the_page_does_not_speak_are_refused() -> None:
    measured = coverage()
    english = content_of(html_of(draw_map(measured, lang="en")))
    names = [row["name"] for row in english["categories"] if row["key"] == "pharmacy"]
    assert names == [{"en": "Pharmacy", "zh": "药店"}]
    assert english["lang"] == "en"
    with pytest.raises(InputError, match=r"'fr'.*'en', 'zh'"):
        draw_map(measured, lang="fr")  # pyright: ignore[reportArgumentType]


def test_categories_stand_worst_first_and_name_their_denominator() -> None:
    content = content_of(html_of(full_map()))
    rows = content["categories"]
    assert [row["key"] for row in rows] == ["pharmacy", "library", "market"]
    pharmacy, _, market = rows
    shares = coverage().shares().set_index("category")
    assert pharmacy["share"] == pytest.approx(shares.loc["pharmacy", "share"])
    assert pharmacy["served"] + pharmacy["unserved"] + pharmacy["unknown"] == pharmacy["total"] == 1000.0
    assert (market["share"], market["facilities"]) == (None, 0)
    assert content["facts"]["people"] == 1000.0
    assert content["facts"]["date"] == "2026-10-01"


def test_a_place_carries_its_state_walk_and_nearest_facility() -> None:
    measured = coverage()
    page = html_of(draw_map(measured))
    content, walks = content_of(page), unpacked(page)["places"]["walks"]
    speed = content["facts"]["speed"]
    number = [row["key"] for row in content["categories"]].index("library")
    states = pd.Series(walks[number]["state"], index=content["tables"]["places"]["id"])
    assert (states == 1).equals(measured.served["library"].rename(None))
    assert (states == 2).equals(measured.unknown["library"].rename(None))
    metres = np.floor(walks[number]["minutes"] * speed / 6 + 0.5) + walks[number]["detour"]
    assert metres == pytest.approx(measured.metres["library"].to_numpy(), abs=0.5)
    ids = content["tables"]["facilities"]["id"]
    assert [ids[row] for row in walks[number]["nearest"]] == measured.nearest["library"].tolist()
    none = [row["key"] for row in content["categories"]].index("market")
    assert set(walks[none]["nearest"]) == set(walks[none]["minutes"]) == {-1}


def test_the_people_of_a_facility_are_those_it_serves_in_time() -> None:
    measured = coverage()
    page = html_of(draw_map(measured))
    hundredths = unpacked(page)["facilities"]["people"]
    reached = dict(zip(content_of(page)["tables"]["facilities"]["id"], hundredths / 100, strict=True))
    served = measured.served["library"] & (measured.nearest["library"] == "library:n1")
    assert reached["library:n1"] == 10.0 * int(served.sum()) > 0
    assert (
        reached["library:n1"] + reached["library:w2"]
        == measured.shares().set_index("category").loc["library", "served"]
    )


def test_gaps_are_told_in_both_languages() -> None:
    page = html_of(full_map())
    table, numbers = content_of(page)["tables"]["gaps"], unpacked(page)["gaps"]
    assert numbers["rank"].tolist() == list(range(1, len(table["id"]) + 1))
    assert table["cures"]["zh"][numbers["cure"][0]].startswith("在")
    assert table["cures"]["en"][numbers["cure"][0]].startswith("Open a")
    assert (numbers["excess"][0], numbers["excess"][-1]) == (-1, 225)


def test_homes_that_join_no_street_are_no_gaps_of_every_service() -> None:
    measured = coverage()
    gaps = maps_data.lacks(measured)
    reasons = gaps["reason"].where(gaps["category"] != "library", "unjoined")
    drawn = unpacked(html_of(draw_map(measured, gaps=gaps.assign(reason=reasons))))["gaps"]
    assert drawn["rank"].tolist() == gaps.index[gaps["category"] != "library"].tolist()


def test_facilities_that_are_not_in_use_are_told_apart_and_not_counted() -> None:
    measured = coverage()
    states = measured.facilities.assign(state=["in_use", "planned", None])
    page = html_of(draw_map(replace(measured, facilities=states)))
    assert unpacked(page)["facilities"]["in_use"].tolist() == [1, 0, 1]
    assert {row["key"]: row["facilities"] for row in content_of(page)["categories"]}["library"] == 1


def test_services_that_were_not_measured_are_left_out_and_named() -> None:
    measured = maps_data.measure(maps_data.homes(), maps_data.sites(), categories=["library"])
    with pytest.warns(TenminWarning, match="left out of the map: pharmacy"):
        drawn = draw_map(measured, isochrones=maps_data.circles(measured.facilities))
    content = content_of(html_of(drawn))
    assert [row["key"] for row in content["categories"]] == ["library"]
    assert content["tables"]["facilities"]["id"] == ["library:n1", "library:w2"]
    assert content["facts"]["left_out"] == 1


def test_tables_in_degrees_are_drawn_in_their_place() -> None:
    metric, degrees = maps_data.blocks(), maps_data.blocks().to_crs("EPSG:4326")
    measured = coverage()
    pages = [unpacked(html_of(draw_map(measured, areas=areas))) for areas in (metric, degrees)]
    assert traced(pages[0]["areas"]["shapes"])[0] == pytest.approx(traced(pages[1]["areas"]["shapes"])[0], abs=2e-6)


def test_a_table_without_coordinate_system_is_refused() -> None:
    blind = maps_data.blocks().set_crs(None, allow_override=True)
    with pytest.raises(TableError, match=r"areas have no coordinate reference system.*set_crs"):
        draw_map(coverage(), areas=blind)


def test_the_areas_of_the_coverage_are_drawn_when_none_are_given() -> None:
    with_areas = replace(coverage(), areas=maps_data.blocks())
    assert content_of(html_of(draw_map(with_areas)))["tables"]["areas"]["id"] == ["a1", "a2"]
    assert "areas" not in content_of(html_of(draw_map(coverage())))["tables"]


def test_facilities_without_a_place_and_empty_tables_are_no_obstacle() -> None:
    measured = coverage()
    shapeless = measured.facilities.set_geometry([Point(maps_data.at(1, 1)), None, Polygon()], crs=maps_data.CRS)
    bare = replace(measured, facilities=shapeless)
    drawn = draw_map(
        bare, gaps=maps_data.lacks(measured).iloc[:0], isochrones=maps_data.circles(measured.facilities).iloc[:0]
    )
    assert unpacked(html_of(drawn))["facilities"]["points"][2:].tolist() == [NOWHERE] * 4


def test_a_town_without_any_facility_is_drawn() -> None:
    none = tm.measure_coverage(
        town([(0, 0), (90, 0)]), homes([(9, 9)]), clinics([(0, 0)]).iloc[:0], minutes={"clinic": 9}
    )
    assert content_of(html_of(draw_map(none, gaps=tm.find_gaps(none))))["categories"][0]["share"] is None
    empty = tm.measure_coverage(none.network, none.places.iloc[:0], clinics([(0, 0)]), minutes=9)
    with pytest.raises(TableError, match="the coverage has no places"):
        draw_map(empty)


def test_facilities_of_several_positions_are_drawn_whole() -> None:
    measured = coverage()
    inside = Point(maps_data.at(2, 2))
    several = [
        MultiPoint([maps_data.at(1, 1), maps_data.at(1, 2)]),
        GeometryCollection([inside.buffer(9), inside]),
        None,
    ]
    drawn = draw_map(replace(measured, facilities=measured.facilities.set_geometry(several, crs=maps_data.CRS)))
    assert unpacked(html_of(drawn))["facilities"]["shapes"]["features"].tolist() == [2, 2, 0]


def test_no_frame_is_changed() -> None:
    measured = coverage()
    frames = [maps_data.lacks(measured), maps_data.circles(measured.facilities), maps_data.blocks()]
    frames += [measured.facilities, measured.places, measured.network.edges]
    before = [frame.copy() for frame in frames]
    draw_map(measured, gaps=frames[0], isochrones=frames[1], areas=frames[2])
    for frame, copy in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copy))


def test_shapes_of_every_kind_come_back_where_they_were() -> None:
    hole = Polygon([(0, 0), (0, 9), (9, 9), (9, 0)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
    shapes = [Point(1, 2), LineString([(0, 0), (3, 4)]), hole, None, MultiPoint([(5, 5), (6, 6)]), Polygon()]
    packed = page_shapes(gpd.GeoSeries([*shapes, GeometryCollection([Point(7, 7)])], crs="EPSG:4326"))
    assert packed["features"].tolist() == [1, 1, 2, 0, 2, 0, 1]
    assert packed["rings"].tolist() == [1, 2, 4, 4, 1, 1, 1]
    paths = traced(packed)
    assert paths[0].tolist() == [[1, 2]]
    assert shapely.LinearRing(paths[2]).is_ccw
    assert not shapely.LinearRing(paths[3]).is_ccw
    assert shapely.Polygon(paths[2], [paths[3]]).equals(hole)


def test_long_lines_keep_their_ends_to_a_step() -> None:
    ways = np.cumsum(np.random.default_rng(7).normal(size=(5000, 2)), axis=0) / 1000 + (24.9, 60.1)
    path = traced(page_shapes(gpd.GeoSeries([LineString(ways)], crs="EPSG:4326")))[0]
    assert np.abs(path - ways).max() <= 0.5e-6 + 1e-12


def test_points_stand_inside_their_shape() -> None:
    ring = box(0, 0, 10, 10).difference(box(1, 1, 9, 9))
    x, y, *nothing = page_points(gpd.GeoSeries([ring, None], crs="EPSG:4326"))
    assert nothing == [NOWHERE, NOWHERE]
    assert ring.contains(Point(x / 1e6, y / 1e6))


def test_five_thousand_circles_fit_in_two_megabytes() -> None:
    turn = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    random = np.random.default_rng(3)
    circles = []
    for _ in range(100):
        reach = 600 + np.cumsum(random.normal(scale=3, size=len(turn)))
        middle = np.array(maps_data.at(*random.uniform(0, 5000, size=2)))
        circles.append(Polygon(middle + reach[:, None] * np.c_[np.cos(turn), np.sin(turn)]))
    columns = {"facility": None, "category": "library", "minutes": 10.0}
    frame = gpd.GeoDataFrame(columns, index=range(len(circles)), geometry=circles, crs=maps_data.CRS)
    bare = len(html_of(draw_map(coverage())))
    drawn = len(html_of(draw_map(coverage(), isochrones=frame)))
    assert 50 * (drawn - bare) < 2_000_000


@given(
    st.recursive(st.text() | st.integers() | st.none(), lambda leaf: st.lists(leaf) | st.dictionaries(st.text(), leaf))
)
def test_a_block_says_what_went_in_and_nothing_in_it_is_markup(content: object) -> None:
    block = write_block(content)
    assert json.loads(block) == content
    inside = "".join(re.findall(r'"(?:[^"\\]|\\.)*"', block))
    assert not set(inside) & set("<>&{}\u2028\u2029")
    assert not re.search(r"\{[{%#]", block)
    assert block.encode("utf-8")


def test_half_characters_are_replaced_and_listed() -> None:
    with pytest.warns(TenminWarning, match="医院\ufffd"):
        block = write_block({"name": "医院\ud800", "whole": "\ud83d\ude00"})
    assert json.loads(block) == {"name": "医院\ufffd", "whole": "😀"}


def test_a_number_that_is_not_finite_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_block({"minutes": float("inf")})


def test_saving_replaces_the_file_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    path.write_text("what was there before", encoding="utf-8")
    drawn = full_map()
    drawn.save(str(path))
    assert path.read_bytes() == html_of(drawn).encode()
    assert [found.name for found in tmp_path.iterdir()] == ["review.html"]
    with pytest.raises(OutputError, match="missing"):
        drawn.save(tmp_path / "missing" / "review.html")


def test_saving_to_an_open_file(tmp_path: Path) -> None:
    drawn, buffer = full_map(), io.BytesIO()
    drawn.save(buffer, close_file=False)
    assert buffer.getvalue() == html_of(drawn).encode()


def test_a_notebook_shows_the_same_page_in_a_frame() -> None:
    drawn = full_map(title='"> <script>alert(1)</script> {{ 7 * 7 }}')
    shown = drawn._repr_html_()
    assert "<script" not in shown
    assert "<iframe" in shown
    assert "Content-Security-Policy" in shown


def test_in_a_figure_of_somebody_else_the_page_is_a_frame() -> None:
    figure = Figure()
    figure.add_child(full_map(title="{{ 7 * 7 }}"))
    page = figure.render()
    assert page.count("<iframe") == 1
    assert "Content-Security-Policy" in page
    assert "tenmin-data" in page


def test_what_is_added_through_folium_is_drawn_and_only_its_tile_host_is_let_in() -> None:
    drawn = full_map()
    folium.CircleMarker([60.17, 24.94]).add_to(drawn)
    folium.TileLayer("https://{s}.tiles.example.org/{z}/{x}/{y}.png", attr="example").add_to(drawn)
    page = html_of(drawn)
    assert "addTo(map_tenmin)" in page
    assert "img-src data: https://*.tiles.example.org;" in page
    assert len(SCRIPT.findall(page)) == 5  # a layer of tiles brings two


def test_the_images_of_leaflet_are_in_the_page() -> None:
    page = html_of(full_map())
    images = [base64.b64decode(text) for text in set(re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page))]
    assert len(images) == 5
    assert all(image.startswith(b"\x89PNG") for image in images)


def in_group(element: Any) -> folium.FeatureGroup:
    group = folium.FeatureGroup("group")
    element.add_to(group)
    return group


def pin(**options: Any) -> folium.Marker:
    return folium.Marker([60.17, 24.94], **options)


@pytest.mark.parametrize(
    ("added", "way_out"),
    [
        (lambda: pin(icon=folium.Icon(color="green")), "plain pin; use folium.DivIcon"),
        (lambda: in_group(pin(icon=folium.Icon())), "plain pin; use folium.DivIcon"),
        (lambda: pin(icon=folium.CustomIcon("https://example.org/a.png")), "path of a file instead of https://example"),
        (lambda: folium.plugins.HeatMap([[60.17, 24.94]]), "HeatMap, which needs .*not drawn; use folium's own"),
        (lambda: branca.colormap.LinearColormap(["red", "blue"]), "scale of colours.*say in the title"),
        (
            lambda: folium.raster_layers.ImageOverlay("https://example.org/a.png", [[60, 24], [61, 25]]),
            "path of a file",
        ),
    ],
)
def test_what_the_page_cannot_show_is_warned_of_when_it_is_added(added: Any, way_out: str) -> None:
    drawn = full_map()
    with pytest.warns(TenminWarning, match=way_out) as told:
        added().add_to(drawn)
    assert len(told) == 1
    assert told[0].filename == __file__


def test_data_of_a_file_that_is_not_put_into_the_page_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "own.geojson"
    maps_data.blocks().to_crs("EPSG:4326").to_file(path)
    with pytest.warns(TenminWarning, match="leave embed as it is"):
        folium.GeoJson(str(path), embed=False).add_to(full_map())


@pytest.mark.filterwarnings("error")
def test_what_works_is_not_warned_of() -> None:
    drawn = full_map()
    pin(popup="<b>here</b>", tooltip="there", icon=folium.DivIcon(html="A")).add_to(drawn)
    folium.GeoJson(maps_data.blocks().to_crs("EPSG:4326"), tooltip=folium.GeoJsonTooltip(["name"])).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.get_root().script.add_child(folium.Element("window.added = 1;"))
    assert "window.added = 1;" in html_of(drawn)


def test_scripts_in_html_and_links_are_warned_of_and_links_left_out() -> None:
    drawn = full_map()
    with pytest.warns(TenminWarning, match=r"no script in HTML; add the script to get_root\(\)\.script"):
        drawn.get_root().html.add_child(folium.Element("<script>let a = 1;</script>"))
    with pytest.warns(TenminWarning, match=r"https://example\.org/a\.css is left out"):
        drawn.get_root().header.add_child(branca.element.CssLink("https://example.org/a.css"))
    with pytest.warns(TenminWarning, match="HeatMap"):
        folium.plugins.HeatMap([[60.17, 24.94]]).add_to(drawn)
    assert "example.org" not in html_of(drawn)
    assert "cdn.jsdelivr.net" not in html_of(drawn)


def test_reached_streets_are_lines_and_ground_is_not() -> None:
    ground = maps_data.circles(maps_data.sites())
    streets = ground.set_geometry(ground.geometry.boundary)
    pages = [unpacked(html_of(draw_map(coverage(), isochrones=frame))) for frame in (ground, streets)]
    assert [page["circles"]["lines"] for page in pages] == [False, True]
    assert pages[0]["circles"]["levels"] == [2.0, 5.0, 8.0]
    vertices = [set(page["circles"]["shapes"]["rings"].tolist()) for page in pages]
    assert vertices == [{4}, {5}]


# --- the coverage itself, not a stand-in ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def walked() -> tm.Coverage:
    """A home for every reason that there is: served, too far, behind a wall, on no street, where the data ends."""
    lines = [(0, 0), (2000, 0)], [(2000, 0), (2000, 150), (10, 150)], [(2000, 0), (4000, 0)]
    network = tm.WalkNetwork.from_edges(
        streets(*lines),
        walker="older_adult",
        boundary=box(-99, -999, 3900, 999),
        barriers=walls([(-99, 70), (900, 70)]),
    )
    spots = {"served": (300, 0), "far": (1500, 0), "severed": (20, 150), "off": (1500, -400), "end": (3800, 0)}
    doors = clinics(
        {"c": (0, 0), "p": (0, 0), "v": (1500, 0), "l": (0, 0)}, ["clinic", "clinic", "clinic", "library"],
        state=["in_use", None, "vacant", "planned"],
    )  # fmt: skip
    return tm.measure_coverage(network, homes(spots, people=[1, 2, 4, 8, 16]), doors, minutes=10)


def test_places_and_gaps_are_drawn_as_what_they_are(walked: tm.Coverage) -> None:
    page = html_of(draw_map(walked, gaps=tm.find_gaps(walked), lang="en"))
    numbers, content = unpacked(page), content_of(page)
    number = [row["key"] for row in content["categories"]].index("clinic")
    places = dict(zip(content["tables"]["places"]["id"], numbers["places"]["walks"][number]["state"], strict=True))
    assert places == {"served": 1, "far": 0, "severed": 0, "off": 2, "end": 2}
    gaps, of_clinics = numbers["gaps"], numbers["gaps"]["lacks"] == number
    doubtful = dict(zip(gaps["people"][of_clinics] / 100, gaps["doubtful"][of_clinics], strict=True))
    assert doubtful == {2.0: 0, 4.0: 0, 16.0: 1}
    told = np.array(content["tables"]["gaps"]["reason"], dtype=object)[of_clinics]
    assert sorted(told) == ["data_end", "far", "severed"]
    assert content["texts"]["en"]["reason_severed"] == REASONS["severed"]["en"]


@pytest.mark.parametrize("reason", sorted(set(REASONS) - {"unjoined"}))
def test_only_gaps_of_which_nothing_is_known_are_drawn_as_doubtful(walked: tm.Coverage, reason: str) -> None:
    gaps = tm.find_gaps(walked).assign(reason=reason)
    doubtful = unpacked(html_of(draw_map(walked, gaps=gaps)))["gaps"]["doubtful"]
    assert set(doubtful) == {int(reason in {"data_end", "thin_data", "hours"})}


def test_figures_of_the_page_are_those_of_the_coverage(walked: tm.Coverage) -> None:
    page = html_of(draw_map(walked, computes=False, lang="en"))
    numbers, content = unpacked(page), content_of(page)
    assert {row["key"]: row["facilities"] for row in content["categories"]} == {"clinic": 2, "library": 0}
    shares = walked.shares().set_index("category")
    for row in content["categories"]:
        figures = [row[name] for name in ("served", "unserved", "unknown", "total")]
        assert figures == shares.loc[row["key"], ["served", "unserved", "unknown", "total"]].tolist()
    ids = content["tables"]["facilities"]["id"]
    drawn = zip(ids, *(numbers["facilities"][name] for name in ("in_use", "people", "alone")), strict=True)
    assert sorted(drawn) == [("c", 1, 100, 0), ("l", 0, 0, 0), ("p", 1, 0, 0), ("v", 0, 0, 0)]
    assert (content["facts"]["speed"], content["facts"]["people"]) == (3.6, 31.0)
    walks = numbers["places"]["walks"][[row["key"] for row in content["categories"]].index("clinic")]
    drawn = np.floor(walks["minutes"] * 3.6 / 6 + 0.5) + walks["detour"]
    known = walked.metres["clinic"][content["tables"]["places"]["id"]].to_numpy()
    assert drawn[np.isfinite(known)] == pytest.approx(known[np.isfinite(known)], abs=0.5)


def test_a_large_file_is_told_before_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenmin.outputs.maps.LARGE", 0.001)
    with pytest.warns(TenminWarning, match=r"a file of \d+ MB.*computes=False"):
        draw_map(coverage())
