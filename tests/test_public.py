"""The public surface: what `import tenmin` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tenmin as tm

PROMISED = {
    "OsmExtract", "WalkNetwork", "Walker", "Category", "Coverage", "TenminError", "read_osm", "find_facilities",
    "estimate_places", "load_catalogue", "measure_walks", "trace_isochrones", "measure_coverage", "find_gaps",
    "draw_map", "trace_streets", "find_nearest", "count_people", "read_facilities", "read_places", "read_areas",
    "combine_facilities", "Standard", "load_standard", "list_standards", "check_standard", "Compliance",
    "write_template", "list_remarks", "measure_fairness", "measure_gini", "trace_lorenz",
    "measure_supply", "score_areas", "load_baskets",
    "read_changes",
}  # fmt: skip


def test_every_promised_name_is_public_and_every_public_name_is_there():
    assert set(tm.__all__) >= PROMISED
    assert list(tm.__all__) == sorted(tm.__all__)
    for name in tm.__all__:
        assert getattr(tm, name).__module__.startswith("tenmin")
    assert dir(tm) == tm.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="No tenmin attribute measure_walk"):
        tm.measure_walk  # noqa: B018


def test_importing_tenmin_pulls_in_nothing_heavy():
    heavy = ("geopandas", "numba", "folium", "osmium", "osmnx")
    code = f"import sys, tenmin; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name",
    sorted(PROMISED - {"TenminError", "OsmExtract", "Coverage", "Category", "Standard", "Compliance", "list_remarks"}),
)
def test_public_names_show_themselves_at_work(name: str):
    assert ">>> " in (getattr(tm, name).__doc__ or "")
