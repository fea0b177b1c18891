"""Scenarios of a study: what they read, what they give, and that it is what the changed inputs would give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import Point

import tenmin as tm
from shifan_oracle import CRS, EAST, NORTH
from test_cli import lonlat, run
from test_maps import unpacked
from test_study import write_study
from towns import cases

DISTRICT = """
[study]
title = "示范区"
lang = "zh"
limit_minutes = 10
[inputs]
streets = {{ path = "{streets}" }}
facilities = [{{ path = "{facilities}" }}]
areas = {{ path = "{areas}" }}
places = {{ path = "{homes}" }}
"""
FRAMES = ("minutes", "metres", "nearest", "served", "unknown", "cause")
BRIDGE = {"change": "add_link", "name": "西桥"}


def make(study: tm.Study, *changes: dict[str, Any], title: str = "") -> tm.Study:
    """A scenario of a study."""
    return tm.apply_changes(study, tm.read_changes({"format": 1, "title": title, "changes": list(changes)}))


def assert_same(one: tm.Coverage, two: tm.Coverage) -> None:
    """Two coverages are the same to the bit."""
    for name in FRAMES:
        assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)
    assert_frame_equal(one.shares(), two.shares(), check_exact=True)


# --- facilities -------------------------------------------------------------------------------------------------


def spot(x: float) -> dict[str, float]:
    """Degrees of a spot of the street."""
    ((lon, lat),) = lonlat((x, 0))
    return {"lon": lon, "lat": lat}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tm.Study:
    """A study of the street of 2 km, with its survey: two clinics and a library."""
    folder = tmp_path_factory.mktemp("street")
    path = write_study(folder)
    rows = [("c0", "clinic", 0), ("c1", "clinic", 1900), ("l0", "library", 700)]
    lines = [f"{name},{kind},{spot(x)['lon']},{spot(x)['lat']}" for name, kind, x in rows]
    (folder / "a.csv").write_text("\n".join(["编号,类别,经度,纬度", *lines]), encoding="utf-8")
    study = tm.read_study(path)
    tm.survey(study)
    return study


METRES = st.integers(0, 2000).map(float)
EDITS = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(["n0", "n1"]), METRES, st.sampled_from(["clinic", "library", "bank"])),
    st.tuples(st.just("move"), st.sampled_from(["c0", "c1", "l0"]), METRES),
    st.tuples(st.sampled_from(["close", "open", "enlarge"]), st.sampled_from(["c0", "c1", "l0"])),
)


def as_change(edit: tuple[Any, ...]) -> dict[str, Any]:
    """An edit as a change set holds it."""
    change = {"change": f"{edit[0]}_facility", "id": edit[1]}
    change |= spot(edit[2]) if edit[0] in {"add", "move"} else {}
    change |= {"category": edit[3]} if edit[0] == "add" else {}
    return change | ({"capacity": 5} if edit[0] == "enlarge" else {})


@cases(12)
@given(st.lists(EDITS, min_size=1, max_size=5, unique_by=lambda edit: edit[:2]))
def test_a_scenario_is_the_coverage_of_the_changed_table(street: tm.Study, edits: list[tuple[Any, ...]]):
    table = {"c0": ("clinic", 0.0, True), "c1": ("clinic", 1900.0, True), "l0": ("library", 700.0, True)}
    for kind, name, *rest in edits:
        if kind == "add":
            table[name] = (rest[1], rest[0], True)
        elif kind == "move":
            table[name] = (table[name][0], rest[0], table[name][2])
        elif kind != "enlarge":
            table[name] = (*table[name][:2], kind == "open")
    before = tm.survey(street)
    changed = gpd.GeoDataFrame(
        {
            "category": [row[0] for row in table.values()],
            "state": ["in_use" if one[2] else "vacant" for one in table.values()],
        },
        index=list(table),
        geometry=gpd.points_from_xy(*zip(*(spot(one[1]).values() for one in table.values()), strict=True)),
        crs="EPSG:4326",
    )
    found = tm.survey(make(street, *map(as_change, edits))).coverage
    expected = tm.measure_coverage(before.network, before.places, changed, metres=300)
    for name in FRAMES[:5]:
        assert getattr(found, name).equals(getattr(expected, name).rename_axis(columns="category")), name
    assert_frame_equal(found.joins, expected.joins, check_exact=True)


def test_the_file_that_the_page_saves_runs_as_it_is(tmp_path: Path):
    path = write_study(tmp_path)
    made = [
        {"change": "add_facility", "id": "new-1", "category": "clinic", **spot(900)},
        {"change": "move_facility", "id": "new-1", **spot(700)},
    ]
    saved = tmp_path / "plan.json"
    text = json.dumps({"format": 1, "title": "方案A", "changes": made}, ensure_ascii=False, indent=1)
    saved.write_text(text + "\n", encoding="utf-8")
    code, said = run("run", path, "--changes", saved, "--out", tmp_path / "out", "--lang", "en")
    assert code == 0, said
    assert "方案A" in said
    shares = pd.read_csv(tmp_path / "out/coverage.csv")
    assert shares[["served", "unserved"]].to_numpy().tolist() == [[30, 40]]
    page = (tmp_path / "out/review.html").read_text("utf-8")
    assert "new-1" in unpacked(page)["tables"]["facilities"]["id"]
    code, said = run("run", path, "--out", tmp_path / "out", "--lang", "en")
    assert (code, "another study" in said) == (5, True)


def test_walker_standards_and_date_are_changed(tmp_path: Path):
    path = write_study(tmp_path)
    path.write_text(path.read_text("utf-8").replace("limit_metres = 300", "limit_minutes = 7"), encoding="utf-8")
    study = tm.read_study(path)
    older = make(study, {"change": "set_walker", "walker": "older_adult"})
    assert [tm.survey(one).shares["served"].item() for one in (study, older)] == [30.0, 10.0]
    other = make(study, {"change": "set_standards", "standards": ["jiaxing_2012"]})
    assert [[one.id for one in each.standards] for each in (study, other)] == [[], ["jiaxing_2012"]]
    dated = make(study, {"change": "set_date", "date": "2027-03-01T12:00"})
    assert (tm.survey(study).network.when, tm.survey(dated).network.when) == (None, "2027-03-01 12:00")


# --- streets ----------------------------------------------------------------------------------------------------


def plan_spots(*spots: tuple[float, float]) -> list[list[float]]:
    """Degrees of spots of the plan of 示范区."""
    points = gpd.GeoSeries([Point(EAST + x, NORTH + y) for x, y in spots], crs=CRS).to_crs("EPSG:4326")
    return [[point.x, point.y] for point in points]


def bridge(x: float) -> dict[str, Any]:
    """A second bridge over the river."""
    begin, end = plan_spots((x, 1000), (x, 1200))
    return {**BRIDGE, "from": begin, "to": end}


def read_district(folder: Path) -> tm.Study:
    """The study of 示范区's streets, register, communities and homes."""
    sample = tm.sample_path("shifan").parent
    names = {
        "streets": "streets.osm",
        "facilities": "facilities.xlsx",
        "areas": "communities.gpkg",
        "homes": "homes.xlsx",
    }
    text = DISTRICT.format(**{key: (sample / name).as_posix() for key, name in names.items()})
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return tm.read_study(folder / "study.toml")


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> tm.Study:
    """The study of 示范区, surveyed."""
    study = read_district(tmp_path_factory.mktemp("district"))
    tm.survey(study)
    return study


STREETS = {
    "bridge": [bridge(600)],
    "gates": [{"change": "open_gate", "id": "n18501220"}, {"change": "shut_gate", "id": 14201660}],
    "all": [
        bridge(600),
        {"change": "open_gate", "id": 19801400},
        {"change": "remove_link", "from": plan_spots((400, 240))[0], "to": plan_spots((400, 260))[0]},
        {"change": "close_facility", "id": "S001"},
    ],
}


@pytest.mark.parametrize("changes", STREETS.values(), ids=STREETS)
def test_what_was_walked_before_changes_no_result(district: tm.Study, changes: list[dict[str, Any]], tmp_path: Path):
    scenario = make(district, *changes)
    fresh = make(read_district(tmp_path), *changes)
    assert "survey" in scenario.base.memory
    assert "survey" not in fresh.base.memory
    found = tm.survey(scenario).coverage
    assert_same(found, tm.survey(fresh).coverage)
    assert not found.minutes.equals(tm.survey(district).coverage.minutes)


def test_a_scenario_of_a_scenario_keeps_all_access_points(district: tm.Study):
    one = make(district, bridge(600))
    two = make(one, bridge(300), {"change": "open_gate", "id": 19801400})
    walks = [tm.survey(each).coverage.minutes for each in (district, one, two)]
    assert (walks[1] <= walks[0] + 1e-9).all(axis=None)
    assert (walks[2] <= walks[1] + 1e-9).all(axis=None)
    closed = make(two, {"change": "close_facility", "id": "S001"})
    opened = make(closed, {"change": "open_facility", "id": "S001"})
    assert_frame_equal(tm.survey(opened).coverage.minutes, walks[2], check_exact=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [{"change": "open_gate", "id": "18501221"}],
            r"open_gate: there is no gate '18501221'; did you mean '18501220'",
        ),
        ([{"change": "open_gate", "id": 18501220}, {"change": "shut_gate", "id": "n18501220"}], "both opened and shut"),
        (
            [{"change": "add_link", "from": [105.2, 38.4], "to": [105.2, 38.41]}],
            r"add_link: an end is \d+ m from any street",
        ),
        (
            [{"change": "add_link", "from": plan_spots((1000, 1000))[0], "to": plan_spots((1000, 1000))[0]}],
            "add_link: both ends are at one spot of the streets",
        ),
        (
            [{"change": "remove_link", "from": plan_spots((300, 1070))[0], "to": plan_spots((1000, 1200))[0]}],
            r"remove_link: no street is within 25 m of both points; the nearest is \d+ m off",
        ),
    ],
)
def test_changes_that_find_no_street_are_refused(district: tm.Study, changes: list[dict[str, Any]], said: str):
    with pytest.raises(tm.InputError, match=said):
        make(district, *changes)
