"""Walkers as data: what they may be, where their figures come from, and the seconds they take."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenmin.inputs.walkers import KERBS, Walker, load_walkers
from tenmin.support.errors import FileError, InputError

PRESETS = ("adult", "older_adult", "child", "wheelchair", "pushchair")
FIGURES = (
    "speed_kmh", "stairs_factor", "slope", "steepest", "signal_seconds", "crossing_seconds", "surfaces", "kerbs",
    "cannot_pass", "needs_wheelchair_access",
)  # fmt: skip
METRE_A_SECOND = Walker("plain", speed_kmh=3.6)


def edges(**columns: object) -> pd.DataFrame:
    """Edges of 100 m with these columns, each a list of one value an edge."""
    frame = pd.DataFrame(columns)
    return pd.DataFrame({"length": 100.0, "kind": "footway"}, index=frame.index).assign(**frame)


def seconds(walker: Walker, **columns: object) -> list[tuple[float, float]]:
    there, back = walker.seconds(edges(**columns))
    assert there.dtype == back.dtype == np.float64
    return list(zip(there.tolist(), back.tolist(), strict=True))


@pytest.mark.parametrize("name", PRESETS)
def test_every_figure_of_a_preset_has_a_source_or_is_assumed(name: str):
    walker = Walker.preset(name)
    plain = Walker(name, speed_kmh=1.0)
    told = {**dict(walker.sources), **dict(walker.assumptions)}
    stated = {"speed_kmh", "stairs_factor", "slope", "signal_seconds", "crossing_seconds"}
    needed = stated | {figure for figure in FIGURES if getattr(walker, figure) != getattr(plain, figure)}
    assert needed == set(told)
    assert all(told.values())
    assert walker.source == told["speed_kmh"]
    assert walker.assumed is bool(walker.assumptions)


def test_the_presets_keep_their_figures():
    walkers = load_walkers()
    assert tuple(walkers) == PRESETS
    assert [walkers[name].speed_kmh for name in PRESETS] == [4.8, 3.6, 3.0, 2.4, 3.6]
    assert [walkers[name].stairs_factor for name in PRESETS] == [3.0, 3.0, 3.0, np.inf, np.inf]
    assert [walkers[name].assumed for name in PRESETS] == [False, False, False, True, True]
    assert {(one.signal_seconds, one.crossing_seconds) for one in walkers.values()} == {(0.0, 0.0)}
    assert walkers["wheelchair"].steepest == 0.083
    assert walkers["wheelchair"].kerbs == ("raised",)
    assert walkers["wheelchair"].needs_wheelchair_access
    assert "turnstile" in walkers["pushchair"].cannot_pass
    assert walkers["adult"].title("zh") == "成年人"
    assert walkers["adult"].title("en") == "adult"
    assert METRE_A_SECOND.title("zh") == "plain"
    assert Walker.of("child") is Walker.preset("child")
    assert Walker.of(METRE_A_SECOND) is METRE_A_SECOND


@given(
    st.floats(0.5, 15.0),
    st.one_of(st.floats(1.0, 20.0), st.just(np.inf)),
    st.sampled_from(["none", "tobler"]),
    st.dictionaries(st.text(min_size=1, max_size=5), st.one_of(st.floats(1.0, 9.0), st.just(np.inf)), max_size=4),
    st.sets(st.sampled_from(KERBS)),
)
def test_a_walker_is_made_again_from_what_it_holds(
    speed: float, stairs: float, slope: str, surfaces: dict[str, float], kerbs: set[str]
):
    walker = Walker(
        "someone", speed, stairs, slope=slope, surfaces=surfaces, kerbs=list(kerbs), sources={"speed_kmh": "counted"}
    )
    again = Walker(**json.loads(json.dumps(asdict(walker))))
    assert again == walker
    assert hash(again) == hash(walker)
    assert dict(again.surfaces) == surfaces


def test_a_walker_shows_what_is_not_ordinary():
    assert repr(Walker("brisk", speed_kmh=6)) == "Walker(name='brisk', speed_kmh=6.0)"
    assert "steepest=0.083" in repr(Walker.preset("wheelchair"))
    assert repr(Walker("slow", speed_kmh=2.0, kerbs=["raised"])).endswith("kerbs=('raised',))")


@pytest.mark.parametrize(
    ("field", "value", "mend"),
    [
        *(
            ("speed_kmh", value, "km/h above 0")
            for value in (0.0, -1.0, 0.4, 15.1, 80, np.nan, np.inf, "4.8", None, True)
        ),
        *(("stairs_factor", value, "inf where stairs") for value in (0.0, 0.9, -3.0, np.nan, "inf", False)),
        *(("steepest", value, "0.083 for 8.3 %") for value in (0.0, -0.1, 8.3, np.nan, None)),
        *(("signal_seconds", value, "from 0 to 600") for value in (-1.0, 601.0, np.nan, np.inf, "20", True)),
        *(("crossing_seconds", value, "from 0 to 600") for value in (-0.1, np.inf, [10.0])),
        *(("slope", value, "none, tobler") for value in ("Tobler", "", None, True, ["tobler"])),
        *(("surfaces", value, "mapping") for value in ("sand", {1: 2.0}, 5, ["sand"], {"": 2.0}, None)),
        *(("surfaces", {"sand": value}, "1 or more") for value in (0.0, 0.5, -1.0, np.nan, "inf", True, None)),
        *(("kerbs", value, "list of texts") for value in ("raised", 3, [1], {"raised": True}, [""], None)),
        ("kerbs", ["raise"], "flush, lowered, raised, rolled"),
        *(("cannot_pass", value, "list of texts") for value in ("stile", [None], 1.0)),
        *(("needs_wheelchair_access", value, "True or False") for value in (1, "no", None)),
        ("assumed", "yes", "True or False"),
        *(("sources", value, "") for value in ("survey", {"speed": "survey"}, {"speed_kmh": 3}, {"speed_kmh": ""})),
        ("assumptions", {"colour": "red"}, "figures only"),
        ("zh", None, "a text"),
    ],
)
def test_what_is_no_figure_is_refused_by_field_value_and_way_out(field: str, value: object, mend: str):
    with pytest.raises(InputError, match=rf"^walker 'x': {field}.* is .*; give .*{re.escape(mend)}"):
        Walker(**{"name": "x", "speed_kmh": 4.8, field: value})


def test_a_walker_needs_a_name_and_one_reason_for_a_figure():
    for name in ("", "  ", 3):
        with pytest.raises(InputError, match="name is"):
            Walker(name, 4.8)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match="speed_kmh cannot have a source and be assumed"):
        Walker("x", 4.8, sources={"speed_kmh": "a survey"}, assumptions={"speed_kmh": "a guess"})


def test_numbers_of_numpy_are_numbers():
    walker = Walker("x", np.float32(4.0), stairs_factor=np.int64(2), needs_wheelchair_access=np.bool_(True))  # pyright: ignore[reportArgumentType]
    assert (type(walker.speed_kmh), type(walker.stairs_factor)) == (float, float)


def test_level_ground_takes_length_over_pace_and_stairs_their_factor():
    walker = Walker("x", speed_kmh=3.6, stairs_factor=2.5)
    assert seconds(walker, kind=["footway", "steps", None]) == [(100.0, 100.0), (250.0, 250.0), (100.0, 100.0)]
    assert seconds(Walker.preset("pushchair"), kind=["steps"]) == [(np.inf, np.inf)]


def test_slopes_change_the_pace_of_who_minds_them_but_not_on_stairs():
    slopes = {
        "kind": ["path", "steps", "path"],
        "slope_factor": [1.5, 1.5, np.nan],
        "slope_factor_back": [0.8, 0.8, np.nan],
    }
    assert seconds(METRE_A_SECOND, **slopes) == [(150.0, 80.0), (300.0, 300.0), (100.0, 100.0)]
    flat = Walker("x", speed_kmh=3.6, slope="none")
    assert seconds(flat, **slopes) == [(100.0, 100.0), (300.0, 300.0), (100.0, 100.0)]


def test_what_is_too_steep_is_closed_both_ways():
    walker = Walker("x", speed_kmh=3.6, steepest=0.083)
    assert [there for there, _ in seconds(walker, steepest=[0.083, 0.084, np.nan])] == [100.0, np.inf, 100.0]
    assert seconds(METRE_A_SECOND, steepest=[9.0]) == [(100.0, 100.0)]


def test_a_crossing_waits_once_however_it_is_cut():
    walker = Walker("x", speed_kmh=3.6, signal_seconds=20.0, crossing_seconds=5.0)
    crossings = {
        "crossing": ["signals", "signals", "marked", "unmarked", "no", None],
        "crossing_share": [0.25, 0.75, 1.0, 1.0, 1.0, 0.0],
    }
    there = [one for one, _ in seconds(walker, **crossings)]
    assert there == [105.0, 115.0, 105.0, 105.0, 100.0, 100.0]
    assert there[0] + there[1] == 200.0 + walker.signal_seconds
    assert seconds(walker, crossing=["signals"]) == [(120.0, 120.0)]
    assert seconds(METRE_A_SECOND, **crossings) == [(100.0, 100.0)] * 6


def test_surfaces_slow_down_and_the_worst_of_several_counts():
    walker = Walker("x", speed_kmh=3.6, surfaces={"sand": np.inf, "gravel": 1.5})
    surfaces = ["asphalt", "gravel", "sand", "asphalt;gravel", "gravel; sand", None]
    assert [one for one, _ in seconds(walker, surface=surfaces)] == [100.0, 150.0, np.inf, 150.0, np.inf, 100.0]


def test_kerbs_and_the_word_of_the_mapper_close_ways():
    walker = Walker("x", speed_kmh=3.6, kerbs=["raised"], needs_wheelchair_access=True)
    assert [one for one, _ in seconds(walker, kerb=["raised", "rolled", None])] == [np.inf, 100.0, 100.0]
    assert [one for one, _ in seconds(walker, wheelchair=["no", "limited", "yes", None])] == [np.inf, *[100.0] * 3]
    assert seconds(METRE_A_SECOND, kerb=["raised"], wheelchair=["no"]) == [(100.0, 100.0)]


def test_closed_edges_stay_closed_whatever_else_is_said_of_them():
    walker = Walker("x", speed_kmh=3.6, stairs_factor=np.inf, signal_seconds=9.0, surfaces={"sand": np.inf, "mud": 2.0})
    frame = edges(kind=["steps"] * 2, surface=["sand", "mud"], crossing=["signals"] * 2, slope_factor=[0.5, 2.0])
    frame = frame.assign(length=[0.0, 10.0], slope_factor_back=0.0)
    there, back = walker.seconds(frame)
    assert np.isinf(there).all()
    assert np.isinf(back).all()


def test_the_edges_are_left_as_they_were():
    frame = edges(surface=["sand", None], kerb=["raised", None], steepest=[0.5, 0.0], slope_factor=[2.0, np.nan])
    before = frame.copy()
    Walker.preset("wheelchair").seconds(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_columns_that_a_walker_does_not_mind_are_not_looked_at():
    unreadable = [[]]
    columns = {"surface": unreadable, "kerb": unreadable, "wheelchair": unreadable, "crossing": unreadable}
    assert seconds(METRE_A_SECOND, **columns, steepest=["steep"]) == [(100.0, 100.0)]


def test_a_planner_gives_walkers_of_her_own(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[nurse]\nzh = "护士"\nspeed_kmh = 5\nstairs_factor = inf\n[nurse.surfaces]\nsand = 2\n'
        '[nurse.sources]\nspeed_kmh = "own count, 2024"\n[nurse.assumptions]\nsurfaces = "a guess"\n'
        '[courier]\nspeed_kmh = 6.0\nslope = "none"\n[courier.sources]\nspeed_kmh = "a"\nslope = "b"\n',
        encoding="utf-8",
    )
    nurse, courier = load_walkers(path).values()
    assert (nurse.name, nurse.speed_kmh, nurse.source, nurse.assumed) == ("nurse", 5.0, "own count, 2024", True)
    assert (nurse.title("zh"), nurse.title("en")) == ("护士", "nurse")
    assert dict(nurse.assumptions) == {"stairs_factor": "no source given", "surfaces": "a guess"}
    assert (courier.assumed, courier.slope) == (False, "none")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no walker"),
        ("nurse = 3", r"\[nurse\]: 3 is no walker"),
        ("[nurse]\n", r"\[nurse\]: 'speed_kmh' is missing"),
        ("[nurse]\nspeed_kmh = 1.3\nspeed = 4", r"\[nurse\]: unknown key 'speed'"),
        ("[nurse]\nspeed_kmh = 0.3", r"mine\.toml, walker 'nurse': speed_kmh is 0\.3; give km/h"),
        ("[nurse]\nspeed_kmh = nan", "speed_kmh is nan"),
        ("[nurse]\nspeed_kmh = 5\nkerbs = 'raised'", "kerbs is 'raised'; give a list"),
        ("[nurse]\nspeed_kmh = 5\nassumed = true", "unknown key 'assumed'"),
        ("[nurse]\nspeed_kmh = 5\n[nurse.sources]\nspeed_mph = 'x'", "sources is .*; give texts for figures only"),
        ("[nurse]\nspeed_kmh = 5\n[nurse.surfaces]\nsand = 0", r"surfaces\['sand'\] is 0; give how many times"),
        ("[nurse", "not valid TOML"),
    ],
)
def test_a_faulty_table_is_refused_by_file_walker_and_field(tmp_path: Path, text: str, message: str):
    path = tmp_path / "mine.toml"
    path.write_text(text or "\n")
    with pytest.raises(FileError, match=message) as caught:
        load_walkers(path)
    assert str(path) in str(caught.value)


def test_only_a_toml_file_is_a_table_of_walkers(tmp_path: Path):
    with pytest.raises(FileError, match="no such file"):
        load_walkers(tmp_path / "none.toml")
    (tmp_path / "mine.csv").write_text("a")
    with pytest.raises(FileError, match=r"ends in \.toml"):
        load_walkers(tmp_path / "mine.csv")


LOOSE = ("cobblestone", "grass", "gravel", "mud", "pebblestone", "rock", "sand", "snow", "stepping_stones")
NARROW = ("full-height_turnstile", "horse_stile", "kissing_gate", "log", "stile", "turnstile")


@pytest.mark.parametrize(
    ("name", "closed", "barriers", "kerbs", "steepest", "by_word"),
    [
        ("adult", (), (), (), np.inf, False),
        ("older_adult", (), (), (), np.inf, False),
        ("child", (), (), (), np.inf, False),
        (
            "wheelchair", (*LOOSE, "unhewn_cobblestone", "woodchips"), ("cycle_barrier", "debris", *NARROW),
            ("raised",), 0.083, True,
        ),
        ("pushchair", ("mud", "rock", "sand", "stepping_stones"), NARROW, (), np.inf, False),
    ],
)  # fmt: skip
def test_each_preset_is_stopped_by_just_what_its_table_says(
    name: str,
    closed: tuple[str, ...],
    barriers: tuple[str, ...],
    kerbs: tuple[str, ...],
    steepest: float,
    by_word: bool,
):
    walker = Walker.preset(name)
    assert dict(walker.surfaces) == dict.fromkeys(closed, np.inf)
    assert walker.cannot_pass == tuple(sorted(barriers))
    assert (walker.kerbs, walker.steepest, walker.needs_wheelchair_access) == (kerbs, steepest, by_word)
    assert walker.slope == "tobler"
    level = 100.0 / walker.metres_a_second
    others = ["asphalt", "paving_stones", "fine_gravel"]
    found = seconds(walker, surface=[*closed, *others])
    assert found == [(np.inf, np.inf)] * len(closed) + [pytest.approx((level, level))] * len(others)
