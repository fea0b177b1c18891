"""Several tables of facilities become one: each facility once, the first table wins, the rest is listed."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import prcoords
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import MultiPoint, Point, box

from tenmin.inputs.facilities import combine_facilities, complete_categories, detect_datum_shift, find_facilities
from tenmin.inputs.osm import read_osm
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import TableError, TenminWarning

LON, LAT = 117.18, 34.26
EAST = 1 / (111_320 * np.cos(np.radians(LAT)))
NORTH = 1 / 110_900


def table(rows: dict[str, tuple], **columns: list) -> gpd.GeoDataFrame:
    """Facilities as id: (category, name, metres east or None); the metres are good to one in a thousand."""
    data = {"category": [row[0] for row in rows.values()], "name": [row[1] for row in rows.values()]}
    places = [None if row[2] is None else Point(LON + row[2] * EAST, LAT) for row in rows.values()]
    index = pd.Index(list(rows), name="facility", dtype="str")
    names = pd.Series(data["name"], index=index, dtype=object)
    frame = pd.DataFrame(data | columns, index=index).assign(name=names)
    return gpd.GeoDataFrame(frame, geometry=places, crs="EPSG:4326")


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("bank", "甲", 0), ("bank", "乙", 49), "within 50 m of one of the same category"),
        (("bank", "甲", 0), ("bank", "乙", 51), None),
        (("bank", None, 0), ("bank", "乙", 49), "within 50 m of one of the same category"),
        (("bank", None, 0), ("bank", None, 51), None),
        (("bank", "工行 （东）", 0), ("bank", "工行 (东)", 99), "within 100 m of one of the same category and name"),
        (("bank", "工行", 0), ("bank", "工行", 101.5), None),
        (("bank", "甲", 0), ("post", "甲", 0), None),
    ],
)
def test_what_counts_as_one(first: tuple, second: tuple, reason: str | None) -> None:
    both = combine_facilities(table({"a": first}), table({"b": second}))
    listed = list_remarks(both)
    if reason is None:
        assert both.index.tolist() == ["a", "b"]
        assert listed.empty
        return
    assert both.index.tolist() == ["a"]
    row = listed.iloc[0]
    assert (row["id"], row["table"], row["category"], row["kept"]) == ("b", 2, second[0], "a")
    assert row["metres"] == pytest.approx(second[2], rel=3e-3)
    assert row["reason"] == reason
    assert not row["used"]


@pytest.mark.parametrize(
    ("first", "second", "once"),
    [
        (("clinic", "站", None, ("c1",)), ("clinic", "站", None, ("c1",)), True),
        (("clinic", "站", None, ("c1",)), ("clinic", "站", 5, ("c1",)), True),
        (("clinic", "站", 5, ("c1",)), ("clinic", "站", None, ("c1",)), True),
        (("clinic", "站", None, ("c1",)), ("clinic", "站", None, ("c2",)), False),
        (("clinic", "站", None, ("c1",)), ("clinic", "所", None, ("c1",)), False),
        (("clinic", None, None, ("c1",)), ("clinic", None, 5, ("c1",)), False),
        (("clinic", "站", None, ()), ("clinic", "站", 5, ()), False),
        (("clinic", "站", 0, ("c1",)), ("clinic", "站", 500, ("c1",)), False),
    ],
)
def test_without_a_position_category_name_and_community_decide(first: tuple, second: tuple, once: bool) -> None:
    both = combine_facilities(table({"a": first[:3]}, area=[first[3]]), table({"b": second[:3]}, area=[second[3]]))
    assert len(both) == (1 if once else 2)
    if once:
        assert np.isnan(list_remarks(both)["metres"].iloc[0])
        assert both.geometry.notna().tolist() == [first[2] is not None or second[2] is not None]


def test_polygons_and_other_systems_are_measured_in_metres() -> None:
    hall = gpd.GeoDataFrame(
        {"category": ["culture"]},
        index=["hall"],
        geometry=[box(LON, LAT, LON + 200 * EAST, LAT + 50 * NORTH)],
        crs=4326,
    )
    inside, near, far = (table({"p": ("culture", None, metres)}) for metres in (100, 240, 260))
    for other in (inside, near):
        assert combine_facilities(hall, other.to_crs("EPSG:3857")).index.tolist() == ["hall"]
    both = combine_facilities(hall.to_crs("EPSG:4548"), far)
    assert both.index.tolist() == ["hall", "p"]
    assert both.crs.to_epsg() == 4548
    assert both.geometry["p"].distance(both.geometry["hall"]) == pytest.approx(60, rel=0.01)


def test_the_earlier_keeps_its_positions_and_the_distance_is_that_of_the_nearest() -> None:
    stop = table({"s": ("transport_stop", "桥头", 0)})
    two = stop.set_geometry([MultiPoint([(LON, LAT), (LON + 90 * EAST, LAT)])], crs=4326)
    point = table({"p": ("transport_stop", "桥头", 120)})
    for first, second in ((two, point), (point, two)):
        both = combine_facilities(first, second)
        assert both.geometry.tolist() == first.geometry.tolist()
        assert list_remarks(both)["metres"].tolist() == pytest.approx([30], rel=3e-3)


def test_the_first_wins_and_is_filled_where_it_lacks() -> None:
    osm = table({"n1": ("clinic", None, 0), "n2": ("bank", "工行", 500)}, opening_hours=[None, "Mo-Fr"])
    register = table(
        {"r1": ("clinic", "东风卫生站", 20), "r2": ("bank", "工行", 510), "r3": ("bank", "农行", 530)},
        opening_hours=["24/7", "8:00-17:00", "9:00"], floor_area_m2=[300.0, np.nan, 80.0],
        floor_area_m2_approximate=[True, False, False], rooms=[("阅览室",), (), ()], element=["x", "y", "z"],
    )  # fmt: skip
    both = combine_facilities(osm, register)
    assert both["name"].tolist() == ["东风卫生站", "工行"]
    assert both["opening_hours"].tolist() == ["24/7", "Mo-Fr"]
    assert both["floor_area_m2"].tolist()[0] == 300.0
    assert np.isnan(both["floor_area_m2"].iloc[1]), "农行 must not tell of 工行"
    assert both["floor_area_m2_approximate"].tolist() == [True, False]
    assert both["floor_area_m2_approximate"].dtype == bool
    assert both["rooms"].tolist() == [("阅览室",), ()]
    assert both["element"].isna().all()
    assert both["filled_from"]["n1"] == "2:r1 (name, opening_hours, floor_area_m2, rooms)"
    assert pd.isna(both["filled_from"]["n2"])


def test_a_bound_is_not_put_beside_a_figure() -> None:
    first = table({"a": ("clinic", "站", 0), "b": ("bank", "行", 500)}, floor_area_m2=[280.0, np.nan])
    second = table(
        {"c": ("clinic", "站", 0), "d": ("bank", "行", 500)},
        floor_area_m2=[np.nan] * 2,
        floor_area_m2_least=[300.0, 90.0],
    )
    both = combine_facilities(first, second)
    assert both["floor_area_m2_least"].isna().tolist() == [True, False]
    assert both["filled_from"].tolist() == [None, "2:d (floor_area_m2)"]


def test_a_position_is_filled_unless_there_are_two() -> None:
    register = table({"r": ("clinic", "站", None)}, area=[("c1",)])
    one = table({"p": ("clinic", "站", 10)}, area=[("c1",)])
    two = table({"p": ("clinic", "站", 10), "q": ("clinic", "站", 800)}, area=[("c1",), ("c1",)])
    filled = combine_facilities(register, one)
    assert filled.geometry["r"].equals(one.geometry["p"])
    assert filled["filled_from"].tolist() == ["2:p (geometry)"]
    unsure = combine_facilities(register, two)
    assert unsure.index.tolist() == ["r"]
    assert unsure.geometry["r"] is None
    assert list_remarks(unsure)["id"].tolist() == ["p", "q"]


def test_the_nearest_of_several_fills_first() -> None:
    first = table({"a": ("bank", None, 0)})
    second = table({"far": ("bank", "乙", 40), "near": ("bank", "甲", 10)}, capacity=[9.0, np.nan])
    both = combine_facilities(first, second)
    assert both["name"].tolist() == ["甲"]
    assert both["capacity"].isna().all(), "乙 is not 甲"


def test_an_id_that_is_taken_is_changed_and_listed() -> None:
    first = table({"1": ("bank", "甲", 0)})
    second = table({"1": ("bank", "乙", 500), "2": ("post", "丙", 0)})
    third = table({"1": ("bank", "丁", 900), "2:1": ("bank", "戊", 1300)})
    both = combine_facilities(first, second, third)
    assert both["name"].to_dict() == {"1": "甲", "2:2:1": "乙", "2": "丙", "3:1": "丁", "2:1": "戊"}
    listed = list_remarks(both)
    assert listed[["table", "id", "kept"]].to_numpy().tolist() == [[2, "1", "2:2:1"], [3, "1", "3:1"]]
    assert listed["used"].all()


def test_what_is_complete_stays_complete() -> None:
    osm, register, third = (table({"a": ("bank", None, 0)}) for _ in range(3))
    both = combine_facilities(osm, register.assign(complete="clinic;bank"), third.assign(complete="bank;post"))
    assert both["complete"].tolist() == ["bank;clinic;post"]
    assert complete_categories(both) == {"bank", "clinic", "post"}
    assert complete_categories(combine_facilities(osm)) == set()
    apart = combine_facilities(osm, table({"b": ("clinic", None, 900)}).assign(complete="诊所"))
    assert apart["complete"].isna().tolist() == [True, False]
    assert complete_categories(apart) == {"clinic"}


def test_tables_that_are_none_are_refused() -> None:
    good = table({"a": ("bank", None, 0)})
    with pytest.raises(TableError, match="no CRS"):
        combine_facilities(good, good.set_crs(None, allow_override=True))
    with pytest.raises(TableError, match="must be a GeoDataFrame"):
        combine_facilities(good, pd.DataFrame({"category": ["bank"]}))  # pyright: ignore[reportArgumentType]


def test_empty_tables_do_no_harm() -> None:
    good = table({"a": ("bank", "甲", 0)})
    none = good.iloc[:0]
    assert combine_facilities(none, none).empty
    assert combine_facilities(none, good).index.tolist() == ["a"]
    pd.testing.assert_frame_equal(combine_facilities(good, none), good)


PLACES = st.one_of(st.none(), st.integers(0, 12).map(lambda step: step * 30))
ROWS = st.tuples(st.sampled_from(["bank", "post"]), st.sampled_from([None, "甲", "乙"]), PLACES)


@st.composite
def tables(draw: st.DrawFn) -> gpd.GeoDataFrame:
    rows = draw(st.lists(ROWS, max_size=8))
    ids = draw(st.permutations(range(10)))
    hours = draw(st.lists(st.sampled_from([None, "24/7", "9:00"]), min_size=len(rows), max_size=len(rows)))
    beds = draw(st.lists(st.sampled_from([np.nan, 5.0, 9.0]), min_size=len(rows), max_size=len(rows)))
    areas = draw(st.lists(st.sampled_from([(), ("c1",)]), min_size=len(rows), max_size=len(rows)))
    frame = table({f"f{n}": row for n, row in zip(ids, rows, strict=False)}, capacity=pd.array(beds, "float64"))
    as_objects = {"opening_hours": hours, "area": areas}
    return frame.assign(**{name: pd.Series(list(c), frame.index, dtype=object) for name, c in as_objects.items()})


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(tables(), tables(), tables())
def test_laws_of_combining(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame, third: gpd.GeoDataFrame) -> None:
    before = [frame.copy() for frame in (first, second, third)]
    all_three = combine_facilities(first, second, third)
    listed = list_remarks(all_three)
    assert all_three.index.is_unique
    assert len(first) + len(second) + len(third) == len(all_three) + int((~listed["used"]).sum())
    assert set(listed["kept"]) <= set(all_three.index)
    assert all_three.index[: len(first)].tolist() == first.index.tolist()
    assert combine_facilities(first, third, second).index[: len(first)].tolist() == first.index.tolist()
    given_values = first[["category", "name", "opening_hours", "capacity"]]
    kept_values = all_three.loc[first.index, given_values.columns]
    assert ((given_values == kept_values) | given_values.isna()).all(axis=None)
    for frame, copy in zip((first, second, third), before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(tables(), tables())
def test_combining_again_changes_nothing(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> None:
    alone = combine_facilities(first, first)
    pd.testing.assert_frame_equal(alone, first)
    once = combine_facilities(first, second)
    pd.testing.assert_frame_equal(combine_facilities(once, second), once)
    pd.testing.assert_frame_equal(combine_facilities(once, first), once)


def oracle(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> set[str]:
    """The ids of the second table that are in the first, by comparing all pairs along the line they stand on."""
    found = set()
    for label, row in second.iterrows():
        for other in first.itertuples():
            if row["category"] != other.category:
                continue
            same_name = row["name"] is not None and row["name"] == other.name
            alike = row["name"] == other.name and row["area"] == other.area
            if row.geometry is None or other.geometry is None:
                told = row["name"] is not None and row["area"] != ()
                one = alike and (told or (row.geometry is None and other.geometry is None))
            else:
                metres = abs(row.geometry.x - other.geometry.x) / EAST
                one = metres <= 50 or (metres <= 100 and same_name)
            if one:
                found.add(label)
    return found


@settings(max_examples=30, deadline=None)
@given(tables(), tables())
def test_all_pairs_agree(first: gpd.GeoDataFrame, second: gpd.GeoDataFrame) -> None:
    listed = list_remarks(combine_facilities(first, second))
    assert set(listed.loc[~listed["used"], "id"]) == oracle(first, second)


CITIES = {
    "Beijing": (116.39, 39.91), "Shanghai": (121.47, 31.23), "Guangzhou": (113.26, 23.13), "Chengdu": (104.07, 30.66),
    "Harbin": (126.63, 45.75),
}  # fmt: skip


def town(lon: float, lat: float, count: int = 12) -> gpd.GeoDataFrame:
    random = np.random.default_rng(3)
    where = random.uniform(-0.05, 0.05, (count, 2)) + np.array([lon, lat])
    names = [f"第{n}小学" for n in range(count)]
    index = [f"n{n}" for n in range(count)]
    return gpd.GeoDataFrame(
        {"category": "primary_school", "name": names}, index=index, geometry=gpd.points_from_xy(*where.T), crs=4326
    )


def moved(frame: gpd.GeoDataFrame, how: str) -> gpd.GeoDataFrame:
    shift = {"gcj02": prcoords.wgs_gcj, "bd09": prcoords.wgs_bd}[how]
    spots = [shift(prcoords.Coords(point.y, point.x)) for point in frame.geometry]
    return frame.set_geometry([Point(spot.lon, spot.lat) for spot in spots], crs=4326)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("city", CITIES)
def test_another_datum_is_suspected(city: str, datum: str) -> None:
    true = town(*CITIES[city])
    wrong = moved(true, datum)
    shift = detect_datum_shift(wrong, true)
    assert shift is not None
    assert shift.pairs == len(true)
    east = (wrong.geometry.x - true.geometry.x).mean() * 111_320 * np.cos(np.radians(CITIES[city][1]))
    north = (wrong.geometry.y - true.geometry.y).mean() * 111_000
    assert (shift.dx, shift.dy) == pytest.approx((east, north), abs=60)
    assert shift.metres == pytest.approx(np.hypot(shift.dx, shift.dy))
    with pytest.warns(TenminWarning, match=rf"table 2 lies {shift.metres:.0f} m from table 1 .* datum='gcj02'"):
        combine_facilities(true, wrong)
    with pytest.warns(TenminWarning, match="table 3 lies .* from table 1"):
        combine_facilities(true, true.iloc[:0], wrong)


def test_no_shift_is_suspected_without_reason() -> None:
    true = town(*CITIES["Beijing"])
    wrong = moved(true, "gcj02")
    turned = [Point(p.x + 0.006 * np.cos(n), p.y + 0.006 * np.sin(n)) for n, p in enumerate(true.geometry)]
    scattered = true.set_geometry(turned, crs=4326)
    assert detect_datum_shift(true, true) is None
    assert detect_datum_shift(wrong.iloc[:4], true) is None
    assert detect_datum_shift(wrong.iloc[:5], true) is not None
    assert detect_datum_shift(scattered, true) is None
    assert detect_datum_shift(wrong.assign(category="kindergarten"), true) is None
    assert detect_datum_shift(wrong.assign(name="小学"), true.assign(name="小学")) is None
    assert detect_datum_shift(wrong.drop(columns="name"), true) is None
    assert detect_datum_shift(wrong.to_crs(3857), true.to_crs(32650)) is not None


def test_a_few_misplaced_rows_do_not_hide_the_shift() -> None:
    true = town(*CITIES["Shanghai"])
    wrong = moved(true, "gcj02")
    wrong.geometry = [Point(p.x + 0.1, p.y) if n % 4 == 0 else p for n, p in enumerate(wrong.geometry)]
    shift = detect_datum_shift(wrong, true)
    assert shift is not None
    assert shift.pairs == 9


def test_a_real_town_combines_with_itself(helsinki: Path) -> None:
    found = find_facilities(read_osm(helsinki))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pd.testing.assert_frame_equal(combine_facilities(found, found[::-1]), found)


@pytest.mark.parametrize(
    ("whole", "part"), [("clinic", "health_station"), ("clinic", "社区卫生服务中心"), ("market", "greengrocer")]
)
def test_whole_and_part_under_one_name_are_one_in_whatever_order_they_come(whole: str, part: str) -> None:
    for categories in ((whole, part), (part, whole)):
        both = combine_facilities(table({"a": (categories[0], "东街", 0)}), table({"b": (categories[1], "东街", 90)}))
        assert both["category"].to_dict() == {"a": categories[0]}
        nameless = table({"b": (categories[1], None, 0)})
        assert combine_facilities(table({"a": (categories[0], None, 0)}), nameless).index.tolist() == ["a", "b"]


def test_two_parts_of_one_whole_are_two() -> None:
    centre, station = table({"a": ("health_centre", "东街", 0)}), table({"b": ("health_station", "东街", 0)})
    assert len(combine_facilities(centre, station)) == len(combine_facilities(station, centre)) == 2
