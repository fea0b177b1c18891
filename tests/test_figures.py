"""Figures for notebooks: what they count, where they credit, how long the scale bar is, and which colours they have."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from mpl_toolkits.axes_grid1.anchored_artists import AnchoredSizeBar

import tenmin as tm
from tenmin.outputs import maps
from tenmin.support.plotting import CREDIT, INKS
from towns import clinics, homes, town

STREET = [(0.0, 0.0), (2000.0, 0.0)]
HOMES = homes({"near": (80, 0), "far": (1200, 0), "off": (500, 5000)}, people=[30, 10, 5])
DOOR = clinics({"c": (0, 0)})


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def coverage() -> tm.Coverage:
    doors = gpd.GeoDataFrame(pd.concat([DOOR, clinics({"p": (1000, 0)}, category="pharmacy")]))
    return tm.measure_coverage(town(STREET), HOMES, doors, minutes=10)


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def texts_of(ax: Axes) -> set[str]:
    return {text.get_text() for text in ax.texts}


def test_a_figure_says_the_share_its_denominator_and_the_walker(coverage: tm.Coverage) -> None:
    ax = coverage.plot("clinic", lang="en")
    assert ax.get_title(loc="left") == "Clinic or doctor: 67–78 % of 45 people within 10 minutes on foot"
    assert ax.get_xlabel() == ("Denominator: 45 people in 3 places. Walker: adult, 4.8 km/h. Data of an unknown date.")
    assert legend_of(ax) == [
        "Clinic or doctor: 1 in use",
        "served: 30 people",
        "unserved: 10 people",
        "unknown: 5 people",
    ]


def test_a_figure_in_chinese_and_without_people(coverage: tm.Coverage) -> None:
    walked = tm.measure_coverage(coverage.network, HOMES.drop(columns="people"), DOOR, metres=800, metric="straight")
    assert walked.plot("clinic", lang="zh").get_title(loc="left").endswith("3 处中 33 % 直线 800 米内可达")
    assert coverage.network.plot(lang="zh").get_title(loc="left") == "可步行道路 2.0 km"


def test_places_have_the_colour_of_their_state(coverage: tm.Coverage) -> None:
    ax = coverage.plot("clinic", lang="en")
    at = {
        to_hex(one.get_facecolor()[0]): one.get_offsets().data.tolist()  # pyright: ignore[reportAttributeAccessIssue]
        for one in ax.collections
        if len(one.get_facecolor())
    }
    assert {state: at[INKS[state]] for state in ("served", "unserved", "unknown")} == {
        "served": [[80.0, 0.0]],
        "unserved": [[1200.0, 0.0]],
        "unknown": [[500.0, 5000.0]],
    }


def test_only_the_gaps_and_isochrones_of_the_category_are_drawn(coverage: tm.Coverage) -> None:
    gaps = tm.find_gaps(coverage)
    circles = tm.trace_isochrones(coverage.network, coverage.facilities, minutes=[5, 10], merge="category")
    ax = coverage.plot("clinic", gaps=gaps, isochrones=circles, lang="en")
    assert {"5 minutes", "10 minutes", "gaps, by rank"} <= set(legend_of(ax))
    ranks = (gaps["category"] == "clinic").sum()
    assert {text for text in texts_of(ax) if text.isdigit()} == {str(k + 1) for k in range(ranks)}
    none = coverage.plot("clinic", gaps=gaps[gaps["category"] != "clinic"], lang="en")
    assert not [text for text in texts_of(none) if text.isdigit()]


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    network = town(STREET)
    ax = network.plot()
    ax.figure.canvas.draw()
    (bar,) = [one for one in ax.artists if isinstance(one, AnchoredSizeBar)]
    (drawn,) = bar.size_bar.get_children()
    left, right = ax.get_xlim()
    pixels = ax.get_window_extent().width * 500.0 / (right - left)
    assert bar.txt_label.get_text() == "500 m"
    assert drawn.get_window_extent().width == pytest.approx(pixels, rel=0.01)
    assert ax.get_aspect() == 1.0
    assert "N" in texts_of(ax)


def test_openstreetmap_is_credited_where_the_data_are_its_own(coverage: tm.Coverage) -> None:
    assert CREDIT not in texts_of(coverage.network.plot())
    assert CREDIT not in texts_of(coverage.plot("clinic"))
    assert CREDIT in texts_of(tm.WalkNetwork.from_osm(tm.sample_path("shifan")).plot())
    found = tm.measure_coverage(coverage.network, HOMES, DOOR.assign(source="OpenStreetMap"), minutes=10)
    assert CREDIT in texts_of(found.plot("clinic"))
    assert "© Office" in texts_of(coverage.plot("clinic", credit="© Office"))


def test_a_figure_is_drawn_on_the_axes_that_are_given(coverage: tm.Coverage) -> None:
    _, axes = plt.subplots(1, 2)
    assert coverage.plot("clinic", ax=axes[0]) is axes[0]
    assert coverage.network.plot(ax=axes[1]) is axes[1]


def test_what_cannot_be_drawn_is_refused(coverage: tm.Coverage, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(tm.CategoryError, match="plot"):
        coverage.plot("clinics")
    with pytest.raises(tm.InputError, match=r"'fr'.*'en', 'zh'"):
        coverage.plot("clinic", lang="fr")  # pyright: ignore[reportArgumentType]
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(tm.InputError, match=r"pip install 'tenmin\[notebook\]'"):
        coverage.network.plot()


def test_the_colours_are_those_of_the_map() -> None:
    folder = Path(maps.__file__).parent
    style = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", (folder / "page" / "page.css").read_text(encoding="utf-8")))
    assert {name: style[name] for name in ("served", "unserved", "unknown", "gap", "ink", "soft")} == {
        name: INKS[name] for name in ("served", "unserved", "unknown", "gap", "ink", "soft")
    }


@pytest.mark.parametrize("claimed", [True, False])
def test_a_notebook_without_widgets_is_not_told_to_install_them(claimed: bool) -> None:
    code = f"""
import importlib.util, json, sys, types, warnings
sys.modules["ipykernel.zmqshell"] = sys.modules["IPython"] = types.SimpleNamespace(get_ipython=object)
sys.modules["ipywidgets"] = None
if {claimed}:
    importlib.util.find_spec = lambda name: object()
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    import tenmin.support.progress
print(json.dumps([one.category.__name__ for one in told]))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == (["TqdmWarning"] if claimed else [])
