"""Legs that pass through no building but one's own."""

from __future__ import annotations

import pytest
from shapely import box

import tenmin as tm
from tenmin.support.errors import TableError
from towns import clinics, frame, homes, town

NETWORK = town([(0, 0), (400, 0)], [(0, 0), (0, 90)], [(0, 90), (400, 90)])
DOOR = clinics({"c": (0, 0)})


def metres(home: object, *buildings: object, **options: object) -> float:
    houses = frame(dict(enumerate(buildings)))
    walks = tm.measure_coverage(
        NETWORK, homes({"h": home}), DOOR, metres=900, legs="clear", buildings=houses, **options
    )
    return walks.metres.loc["h", "clinic"]


def test_a_building_between_stops_the_leg_and_the_other_one_is_taken():
    assert metres((300, 40), box(290, 10, 310, 20)) == pytest.approx(50 + 300 + 90)
    assert metres((300, 40), box(320, 10, 330, 20)) == pytest.approx(40 + 300)


def test_ones_own_building_stops_nothing_and_a_neighbour_that_touches_does():
    own = box(290, 30, 310, 50)
    assert metres((300, 40), own) == pytest.approx(340)
    assert metres(own, own) == pytest.approx(30 + 290)
    assert metres(box(290, 30, 310, 50), own, box(280, 10, 320, 30)) == pytest.approx(40 + 290 + 90)


def test_who_has_no_clear_leg_is_not_joined():
    yard = box(250, 10, 350, 20), box(250, 60, 350, 70)
    assert metres((300, 40), *yard) == float("inf")
    assert metres((300, 40), box(0, 200, 9, 209)) == pytest.approx(340)
    walks = tm.measure_walks(NETWORK, homes({"h": (300, 40)}), DOOR, legs="clear", buildings=frame(yard))
    assert walks.loc["h", "clinic"] == float("inf")
    joins = tm.measure_coverage(
        NETWORK, homes({"h": (300, 40)}), DOOR, metres=900, legs="clear", buildings=frame(yard)
    ).joins
    assert joins.loc[("places", "h"), ["how", "access_points"]].tolist() == ["none", 0]


def test_legs_are_as_they_were_by_default():
    plain = tm.measure_coverage(NETWORK, homes({"h": (300, 40)}), DOOR, metres=900)
    assert plain.metres.loc["h", "clinic"] == pytest.approx(340)


@pytest.mark.parametrize("options", [{"legs": "clear"}, {"legs": "none"}, {"buildings": frame([box(0, 0, 1, 1)])}])
def test_clear_legs_need_buildings_and_buildings_clear_legs(options: dict[str, object]):
    with pytest.raises(TableError, match="give legs='clear' and buildings="):
        tm.measure_walks(NETWORK, homes({"h": (300, 40)}), DOOR, **options)
