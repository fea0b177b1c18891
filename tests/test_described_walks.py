"""What is met on the best walks: closed forms, and the lines of the same walks measured with shapely."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from osm_toy import osm_xml, write_osm
from tenmin.inputs.standards import ALONG, Clause, Standard, describe_clause
from tenmin.measures import described_walks
from tenmin.support.errors import CategoryError, InputError, TableError
from towns import CRS, Town, cases, clinics, frame, homes, town, towns

PIECES = [[(0, 0), (300, 0)], [(300, 0), (320, 0)], [(320, 0), (330, 0)], [(330, 0), (700, 0)]]
"""A street by a footway to a crossing and stairs, then a path."""
KINDS = ["residential", "footway", "steps", "path"]
DOOR = clinics({"c": (0, 0)})
HOMES = homes({"street": (200, 0), "stairs": (325, 10), "path": (530, 0), "far": (690, 0)}, [1.0, 2.0, 4.0, 8.0])


def network(**columns: object) -> tm.WalkNetwork:
    """The street, whose lines have columns that an extract or heights give."""
    made = town(*PIECES, kind=KINDS)
    given_ = {name: np.array(values, object if None in values else None) for name, values in columns.items()}
    return tm.WalkNetwork.of(replace(made.layout, lines=made.layout.lines.assign(**given_)), made.walker)


def described(benches: gpd.GeoDataFrame | None = None, *, all_benches: bool = False, **columns: object):
    """The walks of 600 m along the street."""
    coverage = tm.measure_coverage(network(**columns), HOMES, DOOR, metres=600)
    return tm.describe_walks(coverage, "clinic", benches=benches, all_benches=all_benches)


def test_stairs_are_those_of_the_part_that_is_walked():
    walks = described()
    assert walks.table["stairs_m"].tolist() == pytest.approx([0.0, 5.0, 10.0, 10.0])
    assert walks.table["metres"].tolist() == pytest.approx([200.0, 335.0, 530.0, 690.0])
    assert walks.table["stairs_known"].tolist() == [1.0] * 4
    row = walks.within({"stairs_m": 5}).iloc[0]
    assert row[["limit", "most", "served", "unserved", "unknown", "total"]].tolist() == ["stairs_m", 5, 3, 12, 0, 15]


def test_nothing_is_known_where_the_map_says_nothing():
    walks = described()
    for name in ("steepest", "unsignalled_crossings", "longest_without_bench"):
        assert walks.table[name].isna().all()
        share = walks.within({name: 1}).iloc[0]
        assert share[["served", "unserved", "unknown"]].tolist() == [0.0, 8.0, 7.0]
    assert walks.known().to_dict() == {"stairs": 1.0, "steepest": 0.0, "crossings": 0.0}
    assert repr(walks) == (
        "<DescribedWalks of 4 walks to clinic; known of them: stairs 100%, steepest 0%, crossings 0%; benches: none>"
    )


def test_a_slope_that_is_partly_known_may_break_a_limit_but_not_keep_it():
    walks = described(steepest=[0.02, 0.1, np.nan, 0.04])
    assert walks.table["steepest"].tolist() == [0.02, 0.1, 0.1, 0.1]
    assert walks.table["steepest_known"].tolist() == pytest.approx([1.0, 320 / 325, 520 / 530, 680 / 690])
    assert walks.within({"steepest": 0.05}).iloc[0][["served", "unserved", "unknown"]].tolist() == [1, 14, 0]
    assert walks.within({"steepest": 0.1}).iloc[0][["served", "unserved", "unknown"]].tolist() == [1, 8, 6]


@pytest.mark.parametrize(("kind", "count"), [("marked", 1), ("unmarked", 1), ("island", 0), ("signals", 0)])
def test_crossings_count_without_signals_or_island(kind: str, count: int):
    walks = described(crossing=[None, kind, None, None])
    assert walks.table["unsignalled_crossings"].tolist() == [pytest.approx(np.nan, nan_ok=True), *[count] * 3]
    known = [0.0, 25 / 325, 230 / 530, 390 / 690]
    assert walks.table["crossings_known"].tolist() == pytest.approx(known)
    row = walks.within({"unsignalled_crossings": 0}).iloc[0]
    assert row[["served", "unserved", "unknown"]].tolist() == ([0, 14, 1] if count else [0, 8, 7])


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"crossing": "island"}, "island"),
        ({"crossing": "zebra", "crossing:island": "yes"}, "island"),
        ({"crossing": "traffic_signals", "crossing:island": "yes"}, "signals"),
        ({"crossing": "zebra", "crossing:island": "no"}, "marked"),
    ],
)
def test_a_refuge_is_read_from_the_map(tags: dict[str, str], kind: str, tmp_path: Path):
    way = {"highway": "footway", "footway": "crossing", **tags}
    path = write_osm(tmp_path / "a.osm", osm_xml({1: (117.0, 32.0), 2: (117.0003, 32.0)}, {1: ([1, 2], way)}))
    assert tm.WalkNetwork.from_osm(path).edges["crossing"].tolist() == [kind]


def test_the_longest_stretch_without_a_bench_and_what_it_tells():
    benches = frame({"a": (100, 10), "b": (350, -10), "off": (450, 20)})
    walks = described(benches)
    assert walks.table["longest_without_bench"].tolist() == pytest.approx([100.0, 235.0, 250.0, 340.0])
    limit = {"longest_without_bench": 240}
    assert walks.within(limit).iloc[0][["served", "unserved", "unknown"]].tolist() == [3, 8, 4]
    every = described(benches, all_benches=True).within(limit).iloc[0]
    assert every[["served", "unserved", "unknown"]].tolist() == [3, 12, 0]
    none = described(frame({}), all_benches=True)
    assert none.table["longest_without_bench"].tolist() == none.table["metres"].tolist()


def test_limits_together_are_kept_by_walks_that_keep_each():
    table = described(frame({"a": (100, 0)}), steepest=[0.02] * 4).within({"stairs_m": 0, "steepest": 0.05}, "places")
    assert table["limit"].tolist() == ["stairs_m", "steepest", "all"]
    assert table["served"].tolist() == [1.0, 3.0, 1.0]
    assert table["share_upper"].tolist() == [0.25, 0.75, 0.25]


def test_places_without_a_walk_have_no_figures_and_may_have_one_where_that_is_unknown():
    places = homes({"off": (200, 500), "on": (200, 0)})
    coverage = tm.measure_coverage(network(), places, DOOR, metres=600)
    walks = tm.describe_walks(coverage, "clinic")
    assert walks.table.loc["off"].isna().all()
    assert walks.within({"stairs_m": 0}).iloc[0][["served", "unserved", "unknown"]].tolist() == [1, 0, 1]
    nowhere = tm.measure_coverage(network(), places, clinics({"c": (0, 500)}), metres=600)
    assert tm.describe_walks(nowhere, "clinic").table.isna().all().all()


@cases(25)
@given(towns(timed=True), st.sampled_from(["to", "from"]), st.randoms(use_true_random=False))
def test_figures_are_those_of_the_line_of_the_same_walk(small: Town, direction: str, random):
    layout = small.network.layout
    kind = np.array([random.choice(["steps", "path"]) for _ in range(len(layout.lines))], object)
    made = tm.WalkNetwork.of(replace(layout, lines=layout.lines.assign(kind=kind)), small.network.walker)
    coverage = tm.measure_coverage(made, small.homes, small.clinics, metres=500, direction=direction)
    edges = made.edges
    spots = [edges.geometry.iloc[row].interpolate(random.uniform(0.2, 0.8), normalized=True) for row in edges.index]
    benches = gpd.GeoDataFrame(geometry=[one for one in spots if random.random() < 0.5], crs=CRS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(described_walks, "BESIDE", 1e-6)
        table = tm.describe_walks(coverage, "clinic", benches=benches).table
    stairs = shapely.union_all(edges.geometry[edges["kind"] == "steps"].to_numpy())
    other = shapely.union_all(edges.geometry[edges["kind"] != "steps"].to_numpy())
    for place, row in table.iterrows():
        line = coverage.walk(place, "clinic")
        if line.is_empty:
            assert row.isna().all()
            continue
        assert row["metres"] == pytest.approx(coverage.metres.loc[place, "clinic"], abs=1e-6)
        on_stairs = line.intersection(stairs.buffer(1e-5).difference(other.buffer(2e-5))).length
        on_others = line.intersection(other.buffer(1e-5).difference(stairs.buffer(2e-5))).length
        assert on_stairs - 0.01 <= row["stairs_m"] <= line.length - on_others + 0.01
        stops = sorted(line.project(one) for one in benches.geometry if line.distance(one) < 1e-5)
        assert row["longest_without_bench"] == pytest.approx(np.diff([0.0, *stops, line.length]).max(), abs=0.01)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({}, "limits is {}; give the largest value of some figures"),
        (5, "limits is 5"),
        ({"comfort": 1}, "limits has 'comfort'; the figures of a walk are stairs_m"),
        ({"stairs_m": -1}, "the limit of 'stairs_m' is -1"),
        ({"stairs_m": float("nan")}, "the limit of 'stairs_m' is nan"),
        ({"stairs_m": "0"}, "the limit of 'stairs_m' is '0'"),
    ],
)
def test_limits_that_are_none_are_named(limits: object, why: str):
    with pytest.raises(TableError, match=why):
        described().within(limits)


def test_other_mistakes_are_named():
    coverage = tm.measure_coverage(network(), HOMES, DOOR, minutes=10, metric="straight")
    with pytest.raises(TableError, match="a straight distance meets no stairs"):
        tm.describe_walks(coverage, "clinic")
    for category in ("library", ["library"]):
        with pytest.raises(CategoryError, match="library"):
            tm.describe_walks(tm.measure_coverage(network(), HOMES, DOOR, minutes=10), category)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TableError, match="walks are of people or places, not of 'streets'"):
        described().within({"stairs_m": 0}, "streets")
    with pytest.raises(TableError, match="benches"):
        described("bench")


def clause(what: str, value: float, **fields: object) -> Clause:
    """A limit on what is met on walks of 600 m to a clinic."""
    given_ = {"subject": "clinic", "within": 600.0, "within_kind": "walk_metres", "source": "-", "evidence": "news"}
    return Clause("limit", "along_walk", what=what, value=value, **{**given_, **fields})


def verdicts(one: Clause, *benches: tuple[float, float], complete: list[str], **columns: object) -> pd.DataFrame:
    """What a clause says of two communities along the street: the first three homes, and the last."""
    boxes = [shapely.box(0, -50, 600, 50), shapely.box(600, -50, 700, 50)]
    areas = gpd.GeoDataFrame({"name": ["near", "far"]}, index=["near", "far"], geometry=boxes, crs=CRS)
    seats = frame({f"bench{n}": at for n, at in enumerate(benches)}).assign(category="bench")
    rules = Standard("toy", "试", "toy", "nobody", source="-", evidence="news", clauses=(one,))
    found = tm.check_standard(
        rules, areas, pd.concat([DOOR, seats]), network=network(**columns), places=HOMES, complete=complete
    )
    return found.verdicts.set_index("area")[["verdict", "value", "people", "unit", "reason"]]


def test_a_clause_limits_the_stairs_of_the_walks_of_a_community():
    found = verdicts(clause("stairs_m", 0.0), complete=["clinic"])
    assert found.loc["near"].tolist() == ["fail", 10.0, 6.0, "m", "short"]
    assert found.loc["far", ["verdict", "people"]].tolist() == ["fail", 8.0]
    assert np.isnan(found.loc["far", "value"])
    assert verdicts(clause("stairs_m", 10.0), complete=[]).loc["near"].tolist() == ["pass", 10.0, 0.0, "m", ""]
    most = verdicts(clause("stairs_m", 5.0, share=0.4), complete=[]).loc["near"]
    assert most.tolist() == ["pass", 5.0, 0.0, "m", ""]
    unlisted = verdicts(clause("stairs_m", 0.0), complete=[]).loc["near"]
    assert unlisted[["verdict", "reason"]].tolist() == ["unknown", "may_be_unlisted"]


def test_a_clause_about_slopes_is_unknown_without_heights_and_fails_where_one_is_too_steep():
    unknown = verdicts(clause("steepest", 0.05), complete=["clinic"])
    assert unknown.loc["near", ["verdict", "unit", "reason"]].tolist() == ["unknown", "share", "not_mapped"]
    assert unknown["verdict"].tolist() == ["unknown", "fail"]
    known = verdicts(clause("steepest", 0.05), complete=["clinic"], steepest=[0.02, 0.1, 0.0, 0.04])
    assert known.loc["near"].tolist() == ["fail", 0.1, 6.0, "share", "short"]


def test_a_clause_about_benches_reads_them_among_the_facilities():
    limit = clause("longest_without_bench", 240.0)
    assert verdicts(limit, complete=["clinic"])["verdict"].tolist() == ["unknown", "fail"]
    seats = (100.0, 10.0), (350.0, -10.0)
    some = verdicts(limit, *seats, complete=["clinic"]).loc["near"]
    assert some[["verdict", "value", "people"]].tolist() == ["unknown", 250.0, 4.0]
    assert verdicts(limit, *seats, complete=["clinic", "bench"])["verdict"].tolist() == ["fail", "fail"]
    assert verdicts(clause("longest_without_bench", 250.0), *seats, complete=[]).loc["near", "verdict"] == "pass"
    none = verdicts(clause("longest_without_bench", 300.0), (0.0, 5000.0), complete=["clinic", "bench"])
    assert none.loc["near", ["verdict", "value"]].tolist() == ["fail", 530.0]


def test_a_clause_names_what_it_limits():
    assert describe_clause(clause("stairs_m", 0.0), "en") == (
        "along the walk at most 0 m, of stairs, clinic, within a walk of 600 m"
    )
    assert describe_clause(clause("steepest", 0.05), "zh") == "步行途中 ≤ 5 %，最陡坡度，clinic，步行 600 米内"
    assert set(ALONG) == set(described_walks.FIGURES)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"within_kind": "straight_metres"}, "a straight line meets nothing"),
        ({"what": "comfort"}, "'comfort' is none of stairs_m"),
        ({"what": None}, "what: it is missing"),
        ({"value": -1.0}, "-1.0 is no finite number above 0"),
        ({"within": None}, "within: it is missing"),
    ],
)
def test_clauses_that_limit_nothing_along_a_walk_are_refused(fields: dict[str, object], why: str):
    with pytest.raises(InputError, match=why):
        clause(**{"what": "stairs_m", "value": 0.0, **fields})
