"""Minutes from places to facilities: closed forms, networkx over the access points, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

import tenmin as tm
from oracles import least_walks
from tenmin.support.errors import CategoryError, InputError, LimitError, TableError
from towns import SPEED, Town, cases, clinics, grid, homes, same_frame, streets, town, towns, walls

STREET = [(0.0, 0.0), (400.0, 0.0)]
RING = [[(0, 0), (300, 0)], [(300, 0), (300, 300)], [(300, 300), (0, 300)], [(0, 300), (0, 0)]]
NEAR = pytest.approx


def minutes(network: tm.WalkNetwork, home: object, clinic: object, **options: object) -> float:
    """The walk of one home to one clinic."""
    return float(tm.measure_walks(network, homes({"h": home}), clinics({"c": clinic}), **options).loc["h", "clinic"])


# --- closed forms -------------------------------------------------------------------------------------------------


def test_a_path_is_its_length():
    network = town(*([(x, 0), (x + 100, 0)] for x in range(0, 1000, 100)))
    assert minutes(network, (0, 0), (1000, 0)) == NEAR(1000 / SPEED)
    assert minutes(network, (130, 0), (770, 0)) == NEAR(640 / SPEED)


def test_a_star_is_two_arms():
    arms = [(300, 0), (0, 200), (-250, 0), (0, -150)]
    assert minutes(town(*([(0, 0), arm] for arm in arms)), (0, 200), (-250, 0)) == NEAR(450 / SPEED)


@pytest.mark.parametrize(
    ("home", "metres"), [((300, 300), 600.0), ((30, 0), 30.0), ((0, 160), 160.0), ((300, 170), 470.0)]
)
def test_a_ring_is_its_shorter_way_round(home: tuple[float, float], metres: float):
    assert minutes(town(*RING), home, (0, 0)) == NEAR(metres / SPEED)


@pytest.mark.parametrize(("direction", "metres"), [("to", 1050.0), ("from", 150.0)])
def test_a_one_way_ring_is_walked_round(direction: str, metres: float):
    network = town(*RING, oneway=True)
    assert minutes(network, (150, 0), (0, 0), direction=direction) == NEAR(metres / SPEED)


def test_a_comb_is_tooth_spine_tooth():
    spine = [[(x, 0), (x + 300, 0)] for x in (0, 300, 600)]
    network = town(*spine, *([(x, 0), (x, 80)] for x in (0, 300, 600, 900)))
    assert minutes(network, (0, 80), (900, 50)) == NEAR((80 + 900 + 50) / SPEED)


def test_a_grid_is_walked_at_right_angles():
    network = tm.WalkNetwork.from_edges(grid(6), walker="adult")
    assert minutes(network, (-300, -300), (200, 100)) == NEAR(900 / SPEED)


@pytest.mark.parametrize("door", [(0, 0), (150, 0), (400, 0)])
def test_a_home_at_the_door_is_there(door: tuple[float, float]):
    assert minutes(town(STREET), door, door) == 0.0


def test_two_points_on_one_street_walk_straight_along_it():
    assert minutes(town(STREET), (300, 0), (100, 0)) == NEAR(200 / SPEED)


def test_two_points_on_one_way_street_walk_as_it_allows():
    network = town(*RING, oneway=[True, False, False, False])
    assert minutes(network, (130, 0), (180, 0)) == NEAR(50 / SPEED)
    assert minutes(network, (180, 0), (130, 0)) == NEAR(1150 / SPEED)


def test_the_least_of_parallel_streets_counts_and_they_are_not_added():
    network = town([(0, 0), (100, 0)], [(0, 0), (100, 0)], seconds=[300.0, 420.0])
    assert minutes(network, (0, 0), (100, 0)) == NEAR(5.0)


def test_the_legs_cost_time_and_metres_at_both_ends():
    network = town(STREET)
    coverage = tm.measure_coverage(network, homes({"h": (100, 24)}), clinics({"c": (300, -40)}), minutes=10)
    assert coverage.metres.loc["h", "clinic"] == NEAR(24 + 200 + 40)
    assert coverage.minutes.loc["h", "clinic"] == NEAR(264 / SPEED)


def test_the_nearest_foot_need_not_be_the_best():
    network = town([(0, 0), (1000, 0)], [(0, 60), (1000, 60)], [(1000, 0), (1000, 60)])
    assert minutes(network, (0, 20), (10, 60)) == NEAR((40 + 10) / SPEED)


def test_a_wall_makes_people_walk_round():
    network = tm.WalkNetwork.from_edges(
        streets([(0, 0), (1000, 0)], [(0, 60), (1000, 60)], [(1000, 0), (1000, 60)]),
        walker="adult",
        barriers=walls([(-50, 30), (900, 30)]),
    )
    assert minutes(network, (0, 20), (10, 60)) == NEAR((20 + 1000 + 60 + 990) / SPEED)
    assert minutes(network, (0, 20), (10, 60), barriers=walls()) == NEAR(50 / SPEED)


def test_the_way_through_a_building_is_no_walk():
    network = town([(0, 0), (200, 0)], [(0, 150), (200, 150)])
    people = homes({"south": (10, -5), "between": (100, 75)})
    walk = tm.measure_walks(network, people, clinics({"c": (190, 155)}))["clinic"]
    assert np.isinf(walk["south"])
    assert walk["between"] == NEAR((75 + 90 + 5) / SPEED)


def test_a_polygon_is_entered_by_its_best_side():
    network = town([(0, 0), (400, 0)], [(0, 0), (0, 400)])
    assert minutes(network, (350, 0), box(110, 20, 140, 50)) == NEAR((210 + 20) / SPEED)
    assert minutes(network, (0, 350), box(110, -20, 140, 50)) == NEAR((350 + 110) / SPEED)


def test_metres_minimise_metres_and_the_minutes_are_those_of_that_walk():
    slow_and_fast = town([(0, 0), (100, 0)], [(0, 0), (50, 120), (100, 0)], seconds=[600.0, 60.0])
    assert minutes(slow_and_fast, (0, 0), (100, 0)) == NEAR(1.0)
    assert minutes(slow_and_fast, (0, 0), (100, 0), minutes=20) == NEAR(1.0)
    assert minutes(slow_and_fast, (0, 0), (100, 0), metres=500) == NEAR(10.0)


@pytest.mark.parametrize(("metres", "there"), [(799.999, True), (800.0, True), (800.0007, True), (800.01, False)])
def test_g13_a_limit_is_inclusive_with_a_tolerance_of_a_millionth(metres: float, there: bool):
    network = town([(0, 0), (1000, 0)])
    for limit in ({"minutes": 10}, {"metres": 800}):
        walk = minutes(network, (metres, 0), (0, 0), **limit)
        assert walk == (NEAR(metres / SPEED) if there else np.inf)


def test_without_a_limit_walks_go_as_far_as_the_streets():
    assert minutes(town([(0, 0), (90_000, 0)]), (90_000, 0), (0, 0)) == NEAR(90_000 / SPEED)


# --- against networkx ---------------------------------------------------------------------------------------------


@cases(20)
@given(towns(), st.sampled_from(["to", "from"]))
def test_walks_are_the_least_over_all_access_points(small: Town, direction: str):
    network = small.network
    found = tm.measure_walks(network, small.homes, small.clinics, direction=direction)["clinic"]
    known = least_walks(network, small.homes, small.clinics, weight="seconds", direction=direction)
    assert found.tolist() == NEAR((known / 60).tolist(), rel=1e-9, abs=1e-12)


@cases(20)
@given(towns(timed=True), st.sampled_from(["to", "from"]))
def test_walks_under_given_seconds_are_the_least_of_what_the_limit_is_in(small: Town, direction: str):
    network = small.network
    for unit, weight in (("minutes", "seconds"), ("metres", "metres")):
        coverage = tm.measure_coverage(network, small.homes, small.clinics, direction=direction, **{unit: 10})
        known = least_walks(network, small.homes, small.clinics, weight=weight, direction=direction)
        known = known / 60 if unit == "minutes" else known
        assert getattr(coverage, unit)["clinic"].tolist() == NEAR(known.tolist(), rel=1e-9, abs=1e-12)


# --- the table that comes back ------------------------------------------------------------------------------------


def test_rows_are_the_places_and_columns_the_categories_sorted():
    doors = clinics({"a": (0, 0), "b": (400, 0), "c": (100, 0)}, category=["药店", "school", "clinic"])
    walks = tm.measure_walks(town(STREET), homes({"z": (50, 0), 7: (0, 0)}), doors)
    assert walks.index.tolist() == ["z", 7]
    assert walks.columns.tolist() == ["clinic", "school", "药店"]
    assert walks.to_numpy() * SPEED == NEAR(np.array([[50, 350, 50], [100, 400, 0]]))
    assert set(walks.dtypes) == {np.dtype("float64")}


def test_a_limit_for_each_category_chooses_the_categories():
    doors = clinics({"a": (0, 0), "b": (400, 0), "c": (100, 0)}, category=["clinic", "school", "park"])
    walks = tm.measure_walks(
        town(STREET), homes({"h": (200, 0)}), doors, minutes={"school": 1, "clinic": 3, "library": 9}
    )
    assert walks.loc["h"].to_dict() == {"clinic": NEAR(2.5), "library": np.inf, "school": np.inf}


@pytest.mark.parametrize("state", ["vacant", "converted", "planned"])
def test_only_facilities_in_use_count(state: str):
    doors = clinics({"near": (0, 0), "far": (400, 0), "unsaid": (300, 0)}, state=[state, "in_use", None])
    assert tm.measure_walks(town(STREET), homes({"h": (0, 0)}), doors).loc["h", "clinic"] == NEAR(300 / SPEED)


def test_a_state_that_is_none_is_refused_and_not_passed_over():
    with pytest.raises(TableError, match=r"state of 'a' .*'在用'.*in_use"):
        tm.measure_walks(town(STREET), homes({"h": (0, 0)}), clinics({"a": (0, 0)}, state="在用"))


def test_any_text_is_a_category():
    doors = clinics({"a": (0, 0), "b": (80, 0), "c": (160, 0)}, category=["NA", "None", "nan"])
    assert tm.measure_walks(town(STREET), homes({"h": (0, 0)}), doors).loc["h"].to_dict() == {
        "NA": 0.0,
        "None": NEAR(1.0),
        "nan": NEAR(2.0),
    }


def test_no_places_and_no_facilities_give_empty_tables():
    network, nobody, none = town(STREET), homes({}), clinics({})
    assert tm.measure_walks(network, nobody, clinics({"c": (0, 0)})).shape == (0, 1)
    assert tm.measure_walks(network, homes({"h": (0, 0)}), none).shape == (1, 0)
    assert tm.measure_walks(network, homes({"h": (0, 0)}), none, minutes={"clinic": 9})["clinic"].tolist() == [np.inf]


def test_tables_may_come_in_other_coordinates():
    there, doors = homes({"h": (500_100, 4_000_000)}), clinics({"c": (500_300, 4_000_000)})
    network = town([(500_000, 4_000_000), (500_400, 4_000_000)])
    walks = tm.measure_walks(network, there.to_crs("EPSG:4326"), doors.to_crs("EPSG:3857"))
    assert walks.loc["h", "clinic"] == NEAR(200 / SPEED, abs=1e-4)


def test_a_facility_or_place_without_geometry_has_no_walk():
    doors, people = clinics({"a": (0, 0), "b": (400, 0)}), homes({"h": (0, 0), "i": (10, 0)})
    doors.loc["a", "geometry"] = None
    people.loc["i", "geometry"] = None
    assert tm.measure_walks(town(STREET), people, doors)["clinic"].tolist() == NEAR([5.0, np.inf])


def test_the_tables_are_left_as_they_were():
    people, doors = homes({"h": (10, 5)}, people=[3]), clinics({"c": (300, 5)}, state=["in_use"])
    before = people.copy(), doors.copy()
    tm.measure_walks(town(STREET), people, doors, minutes={"clinic": 10})
    assert same_frame(people, before[0])
    assert same_frame(doors, before[1])


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"minutes": 0}, "minutes is 0, .* above 0 and up to 1440"),
        ({"minutes": -5}, "minutes is -5, which is no limit"),
        ({"minutes": np.nan}, "minutes is nan"),
        ({"minutes": np.inf}, "minutes is inf"),
        ({"minutes": 10_000}, "minutes is 10000, .* up to 1440 minutes"),
        ({"metres": 1e7}, "metres is 10000000.0, .* up to 100000 metres"),
        ({"minutes": True}, "minutes must be a number, but is True"),
        ({"minutes": "10"}, "minutes must be a number, but is '10'; give e.g. minutes=10"),
        ({"minutes": [10]}, r"minutes must be a number, but is \[10\]"),
        ({"minutes": {}}, "minutes is an empty mapping; give at least one category"),
        ({"minutes": {"clinic": None}}, r"minutes\['clinic'\] must be a number, but is None"),
        ({"minutes": 10, "metres": 800}, "minutes=10 and metres=800 are both given; give only one"),
    ],
)
def test_limits_that_are_none_are_refused(limit: dict[str, object], message: str):
    with pytest.raises(LimitError, match=message):
        minutes(town(STREET), (0, 0), (1, 0), **limit)


def test_a_category_that_nobody_has_is_refused_with_the_nearest_names():
    with pytest.raises(CategoryError, match="'pharmacie', asked for in a limit in minutes; did you mean 'pharmacy'"):
        minutes(town(STREET), (0, 0), (1, 0), minutes={"pharmacie": 10})


@pytest.mark.parametrize("direction", ["TO", "both", None])
def test_an_unknown_direction_is_refused(direction: object):
    with pytest.raises(InputError, match=r"direction must be 'to' .* or 'from', but is"):
        minutes(town(STREET), (0, 0), (1, 0), direction=direction)


@pytest.mark.parametrize(
    ("doors", "message"),
    [
        pytest.param(
            clinics({"a": (0, 0)}).set_crs(None, allow_override=True),
            "facilities has no CRS; state it, e.g.",
            id="no CRS",
        ),
        pytest.param(
            clinics([(0, 0), (1, 1)]).set_axis(["a", "a"]), "facilities has the ids 'a' more than once", id="id twice"
        ),
        pytest.param(
            homes({"a": (0, 0)}),
            r"facilities needs the column 'category'; it has \['geometry', 'people'\]",
            id="no category",
        ),
        pytest.param(clinics({"a": (0, 0)}, category=None), "facilities: 'a' have no category; fill", id="None"),
        pytest.param(clinics({"a": (0, 0)}, category="  "), "facilities: 'a' have no category; fill", id="blank"),
        pytest.param([1], "facilities must be a GeoDataFrame, but is a list", id="a list"),
        pytest.param(
            clinics({"a": (60.2, 124.9)}).set_crs(4326, allow_override=True),
            r"'a' .*\(is the CRS right, are the two exchanged\?\)",
            id="exchanged",
        ),
    ],
)
def test_facilities_that_are_wrong_are_refused(doors: object, message: str):
    with pytest.raises(TableError, match=message):
        tm.measure_walks(town(STREET), homes({"h": (0, 0)}), doors)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        pytest.param(homes({"a": (0, 0)}).set_crs(None, allow_override=True), "places has no CRS", id="no CRS"),
        pytest.param(
            homes([(0, 0), (1, 1)]).set_axis(["a", "a"]), "places has the ids 'a' more than once", id="id twice"
        ),
        pytest.param(
            homes({"a": (0, 0)}, people=[-3]),
            "people of 'a' are not numbers from 0 up; 'a' has .*-3.* Correct",
            id="negative",
        ),
        pytest.param(homes({"a": (0, 0)}, people=[np.nan]), "people of 'a' are not .* 'a' has .*nan", id="NaN"),
        pytest.param(homes({"a": (0, 0)}, people=[np.inf]), "people of 'a' are not .* 'a' has .*inf", id="infinite"),
        pytest.param(homes({"a": (0, 0)}, people=["many"]), "people of 'a' are not .* 'a' has 'many'", id="text"),
        pytest.param(
            homes({"a": box(0, 0, 150, 150)}),
            r"places: 'a' are larger than 2 ha \('a' has 2\.2 ha\).*estimate_places",
            id="2.25 ha",
        ),
    ],
)
def test_places_that_are_wrong_are_refused(people: object, message: str):
    with pytest.raises(TableError, match=message):
        tm.measure_walks(town(STREET), people, clinics({"c": (0, 0)}))
