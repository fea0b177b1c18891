"""Inputs that do not overlap: another town, x and y exchanged, and many that join no street."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point

import tenmin as tm
from tenmin.support.errors import TableError, TenminWarning
from towns import clinics, homes, same_frame, town, walls

STREET = [(0.0, 0.0), (2000.0, 0.0)]
HOMES = homes({k: (100.0 * k, 10.0) for k in range(20)})
DOOR = clinics({"c": (0, 0)})

VERBS: list[Callable[..., object]] = [
    lambda network, places, doors: tm.measure_coverage(network, places, doors, minutes=10),
    tm.measure_walks,
    lambda network, places, doors: tm.count_people(network, places, doors, minutes=10),
    tm.find_nearest,
]
OF_FACILITIES: list[Callable[..., object]] = [
    lambda network, doors: tm.trace_isochrones(network, doors, minutes=10),
    lambda network, doors: tm.trace_streets(network, doors, minutes=10),
]

WHERE = {"berlin": (13.4, 52.5), "new york": (-73.98, 40.75), "quito": (-78.5, -0.2), "xuzhou": (117.2, 34.3)}


def town_at(x: float, y: float) -> tuple[tm.WalkNetwork, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A street of about a kilometre and what stands on it, in longitude and latitude."""
    line = gpd.GeoDataFrame(geometry=[LineString([(x, y), (x + 0.01, y)])], crs="EPSG:4326")
    places = gpd.GeoDataFrame({"people": 5}, index=[*"abc"], geometry=[Point(x + k / 500, y) for k in range(3)])
    doors = gpd.GeoDataFrame({"category": "clinic"}, index=["c"], geometry=[Point(x, y)])
    return tm.WalkNetwork.from_edges(line, walker="adult"), places.set_crs(line.crs), doors.set_crs(line.crs)


def exchanged(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with x and y exchanged."""
    return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=frame.crs)


@pytest.mark.parametrize("city", ["berlin", "new york", "quito"])
def test_longitude_and_latitude_exchanged_are_found_out(city: str):
    network, places, doors = town_at(*WHERE[city])
    for verb in VERBS:
        verb(network, places, doors)
        with pytest.raises(TableError, match=r"^0 of 3 places lie near the streets; 3 would with x and y exchanged"):
            verb(network, exchanged(places), doors)
        with pytest.raises(
            TableError, match=r"^0 of 1 facilities lie near the streets; 1 would with x and y exchanged"
        ):
            verb(network, places, exchanged(doors))
    for verb in OF_FACILITIES:
        with pytest.raises(TableError, match=r"^0 of 1 facilities lie near the streets; 1 would"):
            verb(network, exchanged(doors))
    with pytest.raises(TableError, match="; 3 would with x and y exchanged"):
        tm.measure_coverage(network, exchanged(places), doors, metres=500, metric="straight")


def test_a_latitude_that_cannot_be_is_refused_before():
    network, places, doors = town_at(*WHERE["xuzhou"])
    with pytest.raises(TableError, match=r"places: the coordinates .* are the two exchanged"):
        tm.measure_walks(network, exchanged(places), doors)


def test_places_and_facilities_of_another_town_are_refused_with_where_they_are():
    network, places, doors = town_at(*WHERE["berlin"])
    _, others, theirs = town_at(13.4, 53.5)
    for verb in VERBS:
        with pytest.raises(
            TableError, match=r"0 of 3 places .* at longitude 13\.402, latitude 53\.500, and the streets"
        ):
            verb(network, others, doors)
        with pytest.raises(TableError, match=r"0 of 1 facilities .* latitude 53\.500, and the streets at .* 52\.500"):
            verb(network, places, theirs)


def test_facilities_far_away_beside_near_ones_and_by_straight_distance_are_no_error():
    far = clinics({"c": (0, 0), "far": (9000, 0), "farther": (40_000, 0)}, category=["clinic", "hospital", "hospital"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        walked = tm.measure_coverage(town(STREET), HOMES, far, minutes=10)
        straight = tm.measure_coverage(town(STREET), HOMES, far.loc[["far"]], metres=9000, metric="straight")
    assert walked.served["hospital"].sum() == 0
    assert straight.served["hospital"].all()


def test_tables_without_rows_or_positions_are_no_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nowhere = HOMES.set_geometry(gpd.GeoSeries([None] * len(HOMES), index=HOMES.index, crs=HOMES.crs))
        assert tm.measure_coverage(town(STREET), nowhere, DOOR, minutes=10).unknown.to_numpy().all()
        assert tm.measure_coverage(town(STREET), homes({}), DOOR, minutes=10).served.empty
        assert (
            tm.measure_coverage(town(STREET), HOMES, clinics({}), minutes={"clinic": 10}).served.to_numpy().sum() == 0
        )


@pytest.mark.parametrize(("off", "warned"), [(4, False), (5, True)])
def test_more_than_a_fifth_that_join_no_street_are_warned_of(off: int, warned: bool):
    some = HOMES.copy()
    some.loc[range(off), "geometry"] = [Point(100.0 * k, 150.0) for k in range(off)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        coverage = tm.measure_coverage(town(STREET), some, DOOR, minutes=10)
    texts = [str(one.message) for one in caught if issubclass(one.category, TenminWarning)]
    assert [text[:51] for text in texts] == (["5 of 20 places near the streets (25%) join none of "] if warned else [])
    assert f"unjoined: {off} places, 0 facilities; unknown: {off} of 20 walks" in repr(coverage)
    assert (coverage.cause["clinic"] == "unjoined").sum() == off


def test_facilities_that_join_no_street_are_warned_of_where_the_streets_are_and_not_beyond():
    doors = clinics({"c": (0, 0), "behind": (500, 20), "far": (9000, 0)})
    wall = walls([(400, 10), (600, 10)], [(400, 30), (600, 30)], [(400, 10), (400, 30)], [(600, 10), (600, 30)])
    with pytest.warns(TenminWarning, match=r"^1 of 2 facilities near the streets \(50%\) join none of them"):
        tm.trace_streets(town(STREET), doors, minutes=10, barriers=wall)


def test_a_place_that_no_longer_joins_is_counted_in_the_summary_too():
    coverage = tm.measure_coverage(town(STREET), homes({"on": (0, 0), "off": (0, 101)}), DOOR, minutes=10)
    assert "2, 1 of them joined to no street" in coverage._repr_html_()
    assert np.isinf(coverage.minutes.loc["off", "clinic"])


# --- shapes alone instead of a table --------------------------------------------------------------------------------


def test_one_point_or_a_series_of_shapes_is_a_table_of_facilities():
    network, door = town(STREET), Point(500, 0)
    table = clinics({0: (500, 0)}, "facility")
    assert same_frame(tm.trace_isochrones(network, door, minutes=5), tm.trace_isochrones(network, table, minutes=5))
    assert same_frame(tm.trace_streets(network, door, minutes=5), tm.trace_streets(network, table, minutes=5))
    series = gpd.GeoSeries([Point(0, 0), Point(1500, 0)], index=["a", "b"], crs=HOMES.crs)
    found = tm.find_nearest(network, HOMES, series.to_crs("EPSG:4326"), k=1)
    assert found["facility"].tolist() == ["a"] * 8 + ["b"] * 12
    assert set(found["category"]) == {"facility"}
    assert tm.find_nearest(network, Point(100, 0), series, k=1)["metres"].tolist() == pytest.approx([100.0])


def test_a_point_is_in_the_crs_of_the_network_or_in_degrees_or_refused():
    network, places, _ = town_at(*WHERE["berlin"])
    x, y = network.nodes.geometry.iloc[0].coords[0]
    for point in (Point(13.4, 52.5), Point(x, y)):
        nearest = tm.find_nearest(network, places, point)
        assert nearest["metres"].iloc[0] == pytest.approx(0.0, abs=1e-3)
    with pytest.raises(TableError, match=r"^0 of 1 facilities lie near the streets: they are at longitude"):
        tm.trace_streets(network, Point(x + 120_000.0, y), minutes=5)
    with pytest.warns(TenminWarning, match=r"^0 of 1 facilities lie near the streets: they are at longitude"):
        tm.trace_streets(network, Point(x + 9000.0, y), minutes=5)
    with pytest.raises(TableError, match="facilities has no CRS; state it"):
        tm.trace_streets(network, gpd.GeoSeries([Point(x, y)]), minutes=5)
