"""Simplification: fewer edges, the same streets, the same walks."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.ops import substring

import tenmin as tm
from tenmin.network._geometry_table import GeometryTable
from tenmin.support.errors import LimitError
from towns import Town, cases, clinics, homes, streets, town, towns


def in_pieces(lines: gpd.GeoDataFrame, shares: list[float]) -> gpd.GeoDataFrame:
    """Every line cut at these shares of its length; seconds go with the length."""
    cuts = [0.0, *sorted({round(share, 3) for share in shares}), 1.0]
    rows = [
        {**row, "geometry": substring(row["geometry"], a, b, normalized=True)}
        | {name: row[name] * (b - a) for name in ("seconds", "seconds_back") if name in row}
        for row in lines.to_dict("records")
        for a, b in pairwise(cuts)
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=lines.crs)


@st.composite
def towns_in_pieces(draw: st.DrawFn) -> Town:
    small = draw(towns(timed=draw(st.booleans())))
    kinds = st.lists(st.sampled_from(["footway", "steps"]), min_size=len(small.lines), max_size=len(small.lines))
    private = st.lists(st.booleans(), min_size=len(small.lines), max_size=len(small.lines))
    lines = small.lines.assign(kind=draw(kinds), private=draw(private))
    return small.of(lines=in_pieces(lines, draw(st.lists(st.floats(0.1, 0.9), max_size=3))))


@cases(25)
@given(towns_in_pieces())
def test_the_network_before_and_after_gives_the_same_answers(small: Town):
    plain = small.network
    short = plain.simplified()
    assert short.edges["length"].sum() == pytest.approx(plain.edges["length"].sum(), rel=1e-9)
    assert len(short.edges) + short.edges["inner_nodes"].sum() == len(plain.edges)
    before, after = (tm.measure_coverage(one, small.homes, small.clinics, minutes=4) for one in (plain, short))
    assert after.minutes.to_numpy() == pytest.approx(before.minutes.to_numpy(), rel=1e-9)
    assert after.metres.to_numpy() == pytest.approx(before.metres.to_numpy(), rel=1e-9)
    reached = [
        tm.trace_isochrones(one, small.clinics, minutes=4, shape="streets", merge="category").length.iloc[0]
        for one in (plain, short)
    ]
    assert reached[1] == pytest.approx(reached[0], rel=1e-6, abs=1e-6)


@cases(20)
@given(towns_in_pieces())
def test_no_edge_merely_goes_on_after_simplification(small: Town):
    once = small.network.simplified()
    assert len(once.simplified().edges) == len(once.edges)


def test_streets_in_a_row_become_one_and_keep_their_bends():
    network = town([(0, 0), (100, 0)], [(200, 50), (100, 0)], [(200, 50), (300, 0)]).simplified()
    (line,) = network.edges.geometry
    assert shapely.get_coordinates(line).tolist() == [[0, 0], [100, 0], [200, 50], [300, 0]]
    assert network.edges["inner_nodes"].tolist() == [2]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"kind": ["footway", "steps"]}, id="another kind"),
        pytest.param({"name": ["A", "B"]}, id="another name"),
        pytest.param({"private": [False, True]}, id="private"),
        pytest.param({"oneway": [True, False]}, id="one-way"),
        pytest.param({"seconds": [10.0, 20.0]}, id="another pace"),
    ],
)
def test_streets_that_differ_stay_apart(columns: dict):
    lines = [(0, 0), (100, 0)], [(100, 0), (200, 0)]
    assert len(town(*lines, **columns).simplified().edges) == 2


def test_two_one_way_streets_that_run_against_each_other_stay_apart():
    assert len(town([(0, 0), (100, 0)], [(200, 0), (100, 0)], oneway=True).simplified().edges) == 2
    assert len(town([(0, 0), (100, 0)], [(100, 0), (200, 0)], oneway=True).simplified().edges) == 1


@pytest.mark.parametrize("second", [[(100, 0), (200, 0)], [(200, 0), (100, 0)]])
def test_slopes_are_never_turned_round(second: list):
    plain = town([(0, 0), (100, 0)], second)
    lines = plain.layout.lines.frame().assign(slope_factor=1.4, slope_factor_back=0.9, steepest=0.1)
    climbed = tm.WalkNetwork.of(replace(plain.layout, lines=GeometryTable.of(lines)), "adult")
    before, after = (
        tm.measure_coverage(one, homes([(0, 0)]), clinics([(200, 0)]), minutes=9).minutes["clinic"].iloc[0]
        for one in (climbed, climbed.simplified())
    )
    assert after == pytest.approx(before) == pytest.approx(2.5 * (1.4 if second[0] == (100, 0) else 1.15))
    assert len(climbed.simplified().edges) == (1 if second[0] == (100, 0) else 2)


def test_a_ring_on_its_own_becomes_one_loop():
    corners = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    network = town(*(list(pair) for pair in pairwise(corners))).simplified()
    assert network.edges["length"].tolist() == [400.0]
    assert (network.edges["u"] == network.edges["v"]).all()


def test_lost_nodes_count_for_islands():
    island = [[(10.0 * k, 90.0), (10.0 * k + 10.0, 90.0)] for k in range(49)]
    network = town([(0, 0), (490, 0)], *island)
    assert network.simplified().nodes["component_nodes"].max() == 50
    assert network.simplified().on_island().tolist() == [True, False]


def test_gates_and_ends_of_the_data_stay(shifan: tm.WalkNetwork):
    short = shifan.simplified()
    assert set(shifan.gates.index) <= set(shifan.nodes.index)
    assert set(shifan.gates.index) <= set(short.nodes.index)
    cut = shifan.nodes.index[shifan.nodes["cut"]]
    assert set(cut[shifan.layout.boundary.boundary.distance(shifan.nodes.loc[cut].geometry) > 0]) <= set(
        short.nodes.index
    )
    assert len(short.edges) < len(shifan.edges)


@pytest.fixture(scope="session")
def shifan() -> tm.WalkNetwork:
    return tm.WalkNetwork.from_osm(tm.sample_path("shifan"))


# --- where the data ends -------------------------------------------------------------------------------------------


def test_nodes_whose_walk_may_leave_the_data_are_marked():
    lines = [[(100.0 * k, 0.0), (100.0 * k + 100.0, 0.0)] for k in range(20)]
    network = tm.WalkNetwork.from_edges(streets(*lines), walker="adult", boundary=shapely.box(-1, -50, 1950, 50))
    marked = network.past_the_data(minutes=5)
    assert marked.index.equals(network.nodes.index)
    assert network.nodes.geometry.x[marked].tolist() == [1600.0, 1700.0, 1800.0, 1900.0, 2000.0]
    assert network.past_the_data(metres=99).sum() == 1


def test_one_way_streets_mark_by_direction():
    lines = streets([(0, 0), (100, 0)], [(100, 0), (200, 0)]).assign(oneway=True)
    network = tm.WalkNetwork.from_edges(lines, walker="adult", boundary=shapely.box(-1, -5, 150, 5))
    assert network.past_the_data(metres=500).tolist() == [True, True, True]
    assert network.past_the_data(metres=500, direction="from").tolist() == [False, False, True]


def test_without_a_boundary_nothing_is_marked():
    assert not town([(0, 0), (100, 0)]).past_the_data(minutes=10).any()


def test_marks_take_one_number():
    with pytest.raises(LimitError, match="nodes have no category"):
        town([(0, 0), (100, 0)]).past_the_data(minutes={"clinic": 10})


@cases(15)
@given(towns(one_way=False), st.sampled_from([60.0, 200.0]))
def test_marks_agree_with_places_that_are_unknown(small: Town, limit: float):
    network = tm.WalkNetwork.from_edges(small.lines, walker="adult", boundary=shapely.box(-500, -500, 200, 900))
    marked = network.past_the_data(metres=limit)
    at_nodes = homes(dict(zip(network.nodes.index, network.nodes.geometry, strict=True)))
    coverage = tm.measure_coverage(network, at_nodes, clinics({"far": (9e4, 9e4)}), metres=limit)
    joined = coverage.joins.loc["places", "leg"].to_numpy() == 0.0
    assert (coverage.unknown["clinic"].to_numpy() >= marked.to_numpy())[joined].all()
    assert np.isin(marked.to_numpy(), [True, False]).all()
