"""Facilities open at a moment: what counts, what is unknown, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

import tenmin as tm
from osm_toy import osm_xml, write_osm
from tenmin.outputs.maps import draw_map
from tenmin.support.errors import InputError
from tenmin.support.moments import read_moment
from test_cli import run, street_town
from towns import CRS, Town, cases, clinics, homes, town, towns

STREET = [(0.0, 0.0), (3000.0, 0.0)]
HOURS = {"day": "08:00-18:00", "late": "Mo-Fr 08:00-22:00", "said": "when the king pleases", "none": None}
DOORS = clinics({"day": (0, 0), "late": (400, 0), "said": (1500, 0), "none": (3000, 0)}).assign(
    opening_hours=list(HOURS.values())
)
HOMES = homes(
    {"day": (0, 0), "late": (500, 0), "said": (1500, 0), "none": (2900, 0), "far": (2200, 0)}, [1, 2, 4, 8, 16]
)
LATE, NOON, SUNDAY = "Tu 20:30", "2026-03-03 12:00", "Su 20:30"


def measured(open_at: object, **options: object) -> tm.Coverage:
    """The coverage within 300 m of a street with four clinics."""
    return tm.measure_coverage(town(STREET), HOMES, DOORS, **{"metres": 300, **options}, open_at=open_at)


@pytest.mark.parametrize("metric", ["walk", "straight"])
@pytest.mark.parametrize(("moment", "served"), [(LATE, {"late"}), (NOON, {"day", "late"}), (SUNDAY, set())])
def test_only_open_facilities_count_and_unknown_hours_make_unknown(metric: str, moment: str, served: set[str]):
    coverage = measured(moment, metric=metric)
    assert set(coverage.served.index[coverage.served["clinic"]]) == served
    assert coverage.cause["clinic"].dropna().to_dict() == {"said": "hours", "none": "hours"}
    shares = coverage.shares().iloc[0]
    people = float(sum(HOMES["people"][name] for name in served))
    assert shares[["served", "unknown", "share"]].tolist() == [people, 12.0, people / 31]
    assert shares["open_at"] == coverage.opening.at == ("2026-03-08 20:30" if moment == SUNDAY else shares["open_at"])
    assert (coverage.choice()["clinic"] > 0).equals(coverage.served["clinic"])


def test_hours_that_are_not_known_are_listed_with_the_reason():
    hours = measured(LATE).opening.hours
    assert hours["open"].tolist() == [False, True, None, None]
    assert hours["reason"].tolist() == [
        None, None, "the opening hours cannot be read, or do not say", "no opening hours are known",
    ]  # fmt: skip
    vacant = DOORS.assign(state=["in_use", "in_use", "vacant", "in_use"])
    coverage = tm.measure_coverage(town(STREET), HOMES, vacant, metres=300, open_at=LATE)
    assert "said" not in coverage.opening.hours.index
    assert coverage.cause["clinic"].dropna().to_dict() == {"none": "hours"}


def test_every_table_of_shares_has_the_moment_and_all_closed_is_not_no_facilities():
    coverage = tm.measure_coverage(town(STREET), HOMES, DOORS[:2], metres=300, open_at=SUNDAY)
    areas = gpd.GeoDataFrame(index=["a"], geometry=[box(-10, -10, 3010, 10)], crs=CRS)
    for table in (coverage.shares(), coverage.shares("streets"), coverage.within([100, 900]), coverage.basket()):
        assert table["share"].tolist() == [0.0] * len(table)
        assert set(table["open_at"]) == {"2026-03-08 20:30"}
    assert tm.measure_coverage(town(STREET), HOMES, DOORS, metres=300, areas=areas, open_at=LATE).shares("areas")[
        "share"
    ].tolist() == [1.0]
    gaps = tm.find_gaps(coverage)
    assert set(zip(gaps["reason"], gaps["people"], strict=True)) == {
        ("closed", 1.0),
        ("closed", 2.0),
        *(("far", people) for people in (4.0, 8.0, 16.0)),
    }


@pytest.mark.parametrize("metric", ["walk", "straight"])
def test_streets_and_ground_near_unknown_hours_are_unknown(metric: str):
    areas = gpd.GeoDataFrame(index=["a"], geometry=[box(-500, -20, 3500, 20)], crs=CRS)
    coverage = measured(LATE, areas=areas, metric=metric)
    street = coverage.shares("streets").iloc[0]
    assert street[["served", "unknown", "total"]].tolist() == pytest.approx([600, 900, 3000])
    known, alone = measured(LATE, areas=areas, metric=metric).shares("ground").iloc[0], DOORS.loc[["said", "none"]]
    doubt = tm.measure_coverage(town(STREET), HOMES, alone, metres=300, areas=areas, metric=metric)
    assert known["unknown"] == pytest.approx(doubt.shares("ground")["served"].iloc[0])


@cases(8)
@given(towns(), st.integers(50, 600), st.lists(st.sampled_from(["24/7", "off", ""]), min_size=6, max_size=6))
def test_it_is_the_coverage_of_the_open_ones_and_possibly_of_those_unknown(small: Town, metres: int, hours: list[str]):
    state = [hours[row % 6] for row in range(len(small.clinics))]
    doors = small.clinics.assign(opening_hours=state)
    coverage = tm.measure_coverage(small.network, small.homes, doors, metres={"clinic": metres}, open_at=LATE)

    def served(*states: str) -> pd.DataFrame:
        rows = doors[[one in states for one in state]]
        return tm.measure_coverage(small.network, small.homes, rows, metres={"clinic": metres}).served

    assert coverage.served.equals(served("24/7"))
    assert (coverage.served | (coverage.cause == "hours")).equals(served("24/7", "") | coverage.served)


def extract(folder: Path) -> Path:
    """An extract with a street of 200 m."""
    ways = {7: ([1, 2], {"highway": "residential"})}
    return write_osm(folder / "town.osm", osm_xml({1: (25.0, 0.0), 2: (25.002, 0.0)}, ways))


def test_a_network_of_another_moment_is_refused(tmp_path: Path):
    path = extract(tmp_path)
    place = gpd.GeoDataFrame({"people": [1]}, geometry=[Point(25.0, 0.0)], crs=4326)
    doors = gpd.GeoDataFrame({"category": ["clinic"], "opening_hours": "24/7"}, geometry=[Point(25.0, 0.0)], crs=4326)

    def at(when: object, open_at: object) -> str:
        network = tm.WalkNetwork.from_osm(path, when=when)
        network.save(tmp_path / "town.gpkg")
        again = tm.WalkNetwork.read(tmp_path / "town.gpkg").simplified()
        return tm.measure_coverage(again, place, doors, metres=100, open_at=open_at).opening.at

    assert at(datetime(2026, 6, 9, 20, 30, 59), LATE) == "2026-06-09 20:30"
    assert at(LATE, "2026-03-03 20:30") == "2026-03-03 20:30"
    with pytest.raises(InputError, match=r"judged without a moment; .* when='2026-03-03 20:30'\)"):
        at(None, LATE)
    with pytest.raises(InputError, match="judged at 2026-03-03 20:30; build it for the same moment"):
        at(LATE, NOON)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-03 20:30", datetime(2026, 3, 3, 20, 30)),
        ("2026-03-03T8:05", datetime(2026, 3, 3, 8, 5)),
        (pd.Timestamp("2026-03-03 20:30:10"), datetime(2026, 3, 3, 20, 30)),
        ("Mo 00:00", datetime(2026, 3, 2)),
        ("sunday 23:59", datetime(2026, 3, 8, 23, 59)),
        ("周二 20:30", datetime(2026, 3, 3, 20, 30)),
        ("星期天 9:00", datetime(2026, 3, 8, 9, 0)),
    ],
)
def test_moments_are_read(text: object, moment: datetime):
    assert read_moment(text, "open_at") == moment


@pytest.mark.parametrize(
    "text",
    ["Tu", "20:30", "2026-03-03", "2026-02-30 10:00", "Tu 24:30", "T 10:00", "day 10:00", "周八 10:00", "", None, 20.5,
     datetime(2026, 3, 3, tzinfo=UTC)],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: object):
    with pytest.raises(InputError, match=r"when is .*; give a date with an hour in local time"):
        read_moment(text, "when")


def test_the_map_counts_the_open_ones_and_says_when():
    page = draw_map(measured(LATE), lang="en").get_root().render()
    assert '"moment":"2026-03-03 20:30"' in page


def test_the_command_counts_the_open_ones_and_lists_the_hours(tmp_path: Path):
    out = tmp_path / "out"
    code, said = run(
        "coverage", street_town(tmp_path), "--people", 30, "--open-at", "周二 20:30", "--out", out, "--lang", "zh"
    )
    assert (code, "2026-03-03 20:30：开放 0 处，不开放 0 处，开放时间不明 2 处" in said) == (0, True)
    assert set(pd.read_csv(out / "hours.csv")["是否开放"]) == {"不明"}
    assert set(pd.read_csv(out / "coverage.csv")["开放时刻"]) == {"2026-03-03 20:30"}
    code, said = run(
        "coverage", street_town(tmp_path), "--people", 30, "--open-at", "25:00", "--out", out, "--lang", "zh"
    )
    assert (code, "请写当地日期和时刻" in said) == (3, True)
