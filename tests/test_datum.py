"""GCJ-02 and BD-09 to WGS84: against two other implementations, and back again."""

from __future__ import annotations

import numpy as np
import prcoords
import pytest
from geocoordinates_ffi import (
    Bd09,
    Gcj02,
    Wgs84,
    bd09_to_wgs84_refined,
    gcj02_to_wgs84_refined,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from hypothesis import given
from hypothesis import strategies as st

from tenmin.inputs.readers._datum import Datum, from_wgs84, is_near_border, is_shifted, to_wgs84
from tenmin.support.errors import TableError

METRES_A_DEGREE = 111_320.0
CITIES = {
    "Shanghai": (121.4737, 31.2304),
    "Beijing": (116.4074, 39.9042),
    "Guangzhou": (113.2644, 23.1291),
    "Chengdu": (104.0665, 30.5723),
    "Urumqi": (87.6168, 43.8256),
}


def metres_apart(one, other) -> float:
    (x, y), (u, v) = one, other
    return float(np.hypot((x - u) * np.cos(np.radians(y)), y - v) * METRES_A_DEGREE)


inside = st.tuples(st.floats(100.0, 117.0), st.floats(24.0, 40.0))


@pytest.mark.parametrize("city", CITIES)
def test_shift_of_a_city_is_that_of_prcoords(city: str):
    lon, lat = CITIES[city]
    ours = [float(one[0]) for one in from_wgs84(lon, lat, "gcj02")]
    theirs = prcoords.wgs_gcj((lat, lon))
    assert metres_apart(ours, (theirs.lon, theirs.lat)) < 1e-3
    assert 250.0 < metres_apart((lon, lat), ours) < 800.0
    ours = [float(one[0]) for one in from_wgs84(lon, lat, "bd09")]
    theirs = prcoords.wgs_bd((lat, lon))
    assert metres_apart(ours, (theirs.lon, theirs.lat)) < 1e-3


@given(inside)
def test_forward_is_that_of_geocoordinates(point):
    lon, lat = point
    wgs = Wgs84(lon=lon, lat=lat)
    for datum, theirs in (("gcj02", wgs84_to_gcj02(wgs)), ("bd09", wgs84_to_bd09(wgs))):
        ours = [float(one[0]) for one in from_wgs84(lon, lat, datum)]
        assert metres_apart(ours, (theirs.lon, theirs.lat)) < 1e-3


def test_backward_is_that_of_geocoordinates():
    for lon, lat in CITIES.values():
        theirs = {
            "gcj02": gcj02_to_wgs84_refined(Gcj02(lon=lon, lat=lat)),
            "bd09": bd09_to_wgs84_refined(Bd09(lon=lon, lat=lat)),
        }
        for datum in ("gcj02", "bd09"):
            ours = [float(one[0]) for one in to_wgs84(lon, lat, datum)]
            assert metres_apart(ours, (theirs[datum].lon, theirs[datum].lat)) < 1e-3


@given(st.lists(inside, min_size=1, max_size=20), st.sampled_from(["wgs84", "gcj02", "bd09"]))
def test_there_and_back_is_less_than_a_millimetre_off(points, datum: Datum):
    lon, lat = np.array(points).T
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    off = np.hypot((back[0] - lon) * np.cos(np.radians(lat)), back[1] - lat) * METRES_A_DEGREE
    assert off.max() < 1e-3


ELSEWHERE = {
    "Taipei": (121.52, 25.05), "Taichung": (120.69, 24.14), "Penghu": (119.57, 23.57), "Hanoi": (105.84, 21.03),
    "Ha Long": (107.08, 20.96), "Ulaanbaatar": (106.91, 47.92), "Kathmandu": (85.32, 27.71), "Thimphu": (89.64, 27.47),
    "Seoul": (126.97, 37.55), "Pyongyang": (125.75, 39.03), "Vladivostok": (131.89, 43.12), "Almaty": (76.9, 43.25),
    "Khabarovsk": (135.07, 48.48), "Bishkek": (74.6, 42.87), "Myitkyina": (97.39, 25.38), "Vientiane": (102.6, 17.97),
    "Tokyo": (139.77, 35.68), "Delhi": (77.2, 28.6),
}  # fmt: skip
SHIFTED = {
    "Hong Kong": (114.17, 22.3), "Macau": (113.54, 22.19), "Haikou": (110.35, 20.02), "Sanya": (109.51, 18.25),
    "Xiamen": (118.09, 24.48), "Fuzhou": (119.3, 26.08), "Zhoushan": (122.2, 30.0), "Weihai": (122.12, 37.51),
    "Dalian": (121.6, 38.9), "Lhasa": (91.1, 29.65), "Kashgar": (75.99, 39.47), "Jinghong": (100.8, 22.0),
    "Mohe": (122.54, 52.97), "Hunchun": (130.36, 42.86), "Altay": (88.14, 47.84), **CITIES,
}  # fmt: skip
AT_THE_BORDER = {
    "Dandong": (124.38, 40.12), "Heihe": (127.5, 50.25), "Manzhouli": (117.43, 49.59), "Erenhot": (111.97, 43.65),
    "Ruili": (97.85, 24.01), "Hekou": (103.96, 22.53), "Lao Cai": (103.97, 22.48), "Pingxiang": (106.76, 22.1),
    "Dongxing": (107.97, 21.54), "Kinmen": (118.32, 24.43), "Matsu": (119.95, 26.15), "Khorgos": (80.42, 44.21),
}  # fmt: skip


def test_where_map_services_shift():
    for places, shifted, near in ((ELSEWHERE, False, False), (SHIFTED, True, False), (AT_THE_BORDER, True, True)):
        lon, lat = np.array(list(places.values())).T
        assert dict(zip(places, is_shifted(lon, lat).tolist(), strict=True)) == dict.fromkeys(places, shifted)
        assert dict(zip(places, is_near_border(lon, lat).tolist(), strict=True)) == dict.fromkeys(places, near)
    assert not is_shifted([np.nan, np.inf], [30.0, 30.0]).any()


@pytest.mark.parametrize("point", [(-15.43, 28.12), (24.94, 60.17), (139.7, 35.7), (151.2, -33.9), (121.52, 25.05)])
def test_nothing_is_shifted_outside_china(point):
    for datum in ("gcj02", "bd09"):
        assert [float(one[0]) for one in to_wgs84(*point, datum)] == list(point)
        assert [float(one[0]) for one in from_wgs84(*point, datum)] == list(point)


def test_what_was_given_is_not_changed():
    lon, lat = np.array([116.4]), np.array([39.9])
    to_wgs84(lon, lat, "gcj02")
    assert (lon[0], lat[0]) == (116.4, 39.9)


def test_an_unknown_datum_is_refused_with_the_known_ones():
    with pytest.raises(TableError, match=r"datum = 'gcj-02'; give 'wgs84'.*'gcj02'.*'bd09'"):
        to_wgs84([116.4], [39.9], "gcj-02")  # type: ignore[arg-type]
