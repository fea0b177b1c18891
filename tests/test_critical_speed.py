"""Critical speed: read off one coverage, the same as walking anew at any speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.support.errors import TableError
from towns import Town, cases, clinics, homes, town, towns

DOOR = clinics({"c": (0, 0)})
HOMES = homes({"at": (0, 0), "h": (400, 0), "far": (1200, 0), "off": (500, 500)})
STREET = [(0.0, 0.0), (2000.0, 0.0)]
ADULT = tm.Walker.preset("adult")


@pytest.mark.parametrize("metric", ["walk", "straight"])
def test_it_is_distance_over_limit(metric: str):
    coverage = tm.measure_coverage(town(STREET), HOMES, DOOR, minutes={"clinic": 10}, metric=metric)
    off = np.inf if metric == "walk" else np.hypot(0.5, 0.5) * 6
    assert coverage.critical_speed()["clinic"].tolist() == pytest.approx([0.0, 2.4, 7.2, off])


@cases(12)
@given(towns(), st.floats(1.0, 8.0), st.floats(2.4, 6.0), st.sampled_from(["to", "from"]))
def test_other_speeds_are_served_as_if_walked_anew(small: Town, minutes: float, speed: float, direction: str):
    options = {"minutes": minutes, "direction": direction}
    critical = tm.measure_coverage(small.network, small.homes, small.clinics, **options).critical_speed()
    network = small.network.walked_by(replace(ADULT, name="other", speed_kmh=speed))
    anew = tm.measure_coverage(network, small.homes, small.clinics, **options)
    assert (critical <= speed * (1 + 1e-6)).equals(anew.served)
    assert critical["clinic"].tolist() == pytest.approx(anew.critical_speed()["clinic"].tolist(), rel=1e-9)


def test_stairs_scale_with_the_speed():
    network = town(STREET, kind=["steps"])
    coverage = tm.measure_coverage(network, HOMES, DOOR, minutes=10)
    assert coverage.critical_speed().loc["h", "clinic"] == pytest.approx(7.2)


@pytest.mark.parametrize(
    ("network", "limit", "why"),
    [
        (town(STREET), {"metres": 800}, "a limit in metres is the same at every speed"),
        (town(STREET, walker=replace(ADULT, signal_seconds=20)), {"minutes": 10}, "'adult' waits at crossings"),
        (town(STREET, seconds=100.0), {"minutes": 10}, "streets have seconds of their own"),
    ],
)
def test_what_does_not_scale_is_refused(network: tm.WalkNetwork, limit: dict[str, float], why: str):
    with pytest.raises(TableError, match=f"there is no critical speed: {why}"):
        tm.measure_coverage(network, HOMES, DOOR, **limit).critical_speed()
