"""People placed on buildings within the total of each area: who is counted, where, and what is refused."""

from __future__ import annotations

import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from osm_toy import row_of_buildings
from tenmin.inputs.areas import read_areas
from tenmin.inputs.osm import OsmExtract
from tenmin.inputs.population import estimate_places
from tenmin.inputs.samples import sample_path
from tenmin.support.contracts import check_places, list_remarks
from tenmin.support.errors import TableError, TenminWarning
from towns import cases


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> OsmExtract:
    """Houses of 1, 2, 3 and 6 floors, 0.01 degrees apart, the first at 0.01 to 0.0103 degrees east."""
    levels = ("1", "2", "3", "6")
    return row_of_buildings(
        tmp_path_factory.mktemp("row"), [{"building": "house", "building:levels": one} for one in levels]
    )


def strips(edges: list[float], people: list[object], **columns: list[object]) -> gpd.GeoDataFrame:
    """Areas A, B, ... side by side between degrees east."""
    shapes = [shapely.box(west, 0.0, east, 0.01) for west, east in pairwise(edges)]
    labels = list("ABCDEF"[: len(shapes)])
    return gpd.GeoDataFrame({"people": people, **columns}, index=labels, geometry=shapes, crs=4326)


def test_people_are_shared_by_floor_area_within_each_area(houses: OsmExtract) -> None:
    areas = strips([0.0, 0.025, 0.05], [90, 900], people_60_plus=[30, 9], people_base=["常住", "常住"])
    before = areas.copy()
    places = estimate_places(houses, areas=areas)
    assert places["people"].to_dict() == pytest.approx({"w101": 30, "w102": 60, "w103": 300, "w104": 600}, rel=1e-4)
    assert places["people_60_plus"].to_dict() == pytest.approx({"w101": 10, "w102": 20, "w103": 3, "w104": 6}, rel=1e-4)
    assert places["area"].tolist() == ["A", "A", "B", "B"]
    assert set(places["placed_by"]) == {"buildings_of_area"}
    assert set(places["people_base"]) == {"常住"}
    assert places.index.name == "place"
    pd.testing.assert_frame_equal(pd.DataFrame(areas), pd.DataFrame(before))
    assert set(estimate_places(houses, people=9)["placed_by"]) == {"buildings_of_town"}


@cases(12)
@given(
    edges=st.lists(st.integers(0, 50), min_size=2, max_size=5, unique=True).map(sorted),
    people=st.lists(st.floats(0.0, 1e7), min_size=4, max_size=4),
    part=st.floats(0.0, 1.0),
    order=st.permutations(range(4)),
)
@pytest.mark.filterwarnings("ignore:.* have no home in the extract")
def test_totals_of_areas_are_kept_whatever_the_areas(
    houses: OsmExtract, edges: list[int], people: list[float], part: float, order: list[int]
) -> None:
    areas = strips([edge / 1000.0 for edge in edges], people[: len(edges) - 1])
    areas = areas.assign(people_60_plus=areas["people"] * part)
    places = estimate_places(houses, areas=areas)
    for name in ("people", "people_60_plus"):
        found = places.groupby("area")[name].sum().reindex(areas.index, fill_value=0.0)
        np.testing.assert_allclose(found, areas[name], rtol=1e-12, atol=1e-300)
    assert (places["people"] >= 0.0).all()
    check_places(places)
    rows = [row for row in order if row < len(areas)]
    pd.testing.assert_frame_equal(pd.DataFrame(places), pd.DataFrame(estimate_places(houses, areas=areas.iloc[rows])))


def test_an_area_without_homes_is_a_place_of_its_own_and_listed(houses: OsmExtract) -> None:
    areas = strips([0.0, 0.015, 0.018, 0.025, 0.035], [10.0, 5.0, 0.0, 20.0])
    nowhere = gpd.GeoDataFrame({"people": [7.0]}, index=["N"], geometry=[None], crs=4326)
    areas = gpd.GeoDataFrame(pd.concat([areas, nowhere]))
    with pytest.warns(TenminWarning, match="2 of 5 areas, with 12 of 42 people, have no home in the extract"):
        places = estimate_places(houses, areas=areas)
    assert places["people"].to_dict() == {"w101": 10.0, "w102": 0.0, "w103": 20.0, "area:B": 5.0, "area:N": 7.0}
    assert places["placed_by"].tolist() == ["buildings_of_area"] * 3 + ["point_of_area", "none"]
    assert areas.geometry["B"].contains(places.geometry["area:B"])
    assert places.geometry["area:N"] is None
    assert math.fsum(places["people"]) == math.fsum(areas["people"])
    remarks = list_remarks(places).set_index("id")
    assert remarks.loc["B", "value"] == "5.0"
    assert remarks.loc["B", "reason"] == "no home of the extract is in the area; its people stand at a point inside"
    assert remarks.loc["N", "reason"] == "the area has no outline; its people have no position"
    assert remarks.loc["C", "reason"] == "the area has homes and no people"
    left = remarks[~remarks["used"]]
    assert left["value"].tolist() == ["1"]
    assert left["reason"].tolist() == ["homes in none of the areas; left out"]


def test_areas_in_another_crs_give_the_same(houses: OsmExtract) -> None:
    areas = strips([0.0, 0.025, 0.05], [90, 900])
    expected = estimate_places(houses, areas=areas)
    moved = estimate_places(houses, areas=areas.to_crs("EPSG:32631"))
    pd.testing.assert_frame_equal(pd.DataFrame(expected), pd.DataFrame(moved))


BOW_TIE = shapely.Polygon([(0.0, -0.004), (0.05, 0.0063), (0.05, -0.004), (0.0, 0.0063)])


def test_a_bow_tie_is_repaired_with_a_remark(houses: OsmExtract) -> None:
    areas = gpd.GeoDataFrame({"people": [100]}, index=["tie"], geometry=[BOW_TIE], crs=4326)
    places = estimate_places(houses, areas=areas)
    assert places["people"].sum() == pytest.approx(100)
    assert list_remarks(places).iloc[0][["id", "reason"]].tolist() == [
        "tie",
        "the outline crosses itself and was repaired",
    ]


def test_slivers_along_a_border_do_not_count_twice(houses: OsmExtract) -> None:
    areas = strips([0.0, 0.025, 0.05], [90, 900])
    wider = areas.set_geometry([shapely.box(0.0, 0.0, 0.0251, 0.01), areas.geometry.iloc[1]])
    assert estimate_places(houses, areas=wider)["people"].sum() == pytest.approx(990)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"people": [1, -2]}, r"areas: people of 'B' are not numbers from 0 up; 'B' has -2"),
        ({"people": [math.nan, 2]}, r"people of 'A' are not numbers"),
        ({"people": [math.inf, 2]}, r"people of 'A' are not numbers"),
        ({"people": ["many", 2]}, r"people of 'A' are not numbers from 0 up; 'A' has 'many'"),
        ({"people": [5, 5], "people_60_plus": [2, 6]}, r"people_60_plus of 'B' are more than all people.*\[6.*5"),
        ({"people": [5, 5], "people_0_2": [2, -6]}, r"people_0_2 of 'B' are not numbers"),
        ({"name": ["x", "y"], "people": None}, r"areas needs the column 'people'"),
    ],
)
def test_areas_with_impossible_people_are_refused(houses: OsmExtract, columns: dict, message: str) -> None:
    areas = strips([0.0, 0.025, 0.05], [1, 1]).drop(columns="people")
    areas = areas.assign(**{name: values for name, values in columns.items() if values is not None})
    with pytest.raises(TableError, match=message):
        estimate_places(houses, areas=areas)


def test_migrants_may_be_more_than_the_registered(houses: OsmExtract) -> None:
    areas = strips([0.0, 0.05], [10], people_migrant=[90], people_base=["户籍"])
    assert estimate_places(houses, areas=areas)["people_migrant"].sum() == pytest.approx(90)
    with pytest.raises(TableError, match="people_migrant of 'A' are more than all people"):
        estimate_places(houses, areas=areas.assign(people_base="常住"))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([shapely.box(0.0, 0.0, 0.03, 0.01), shapely.box(0.02, 0.0, 0.05, 0.01)], r"'A' and 'B' overlap by 33%"),
        ([shapely.box(0.0, 0.0, 0.05, 0.01), shapely.box(0.01, 0.002, 0.02, 0.008)], r"'A' and 'B' overlap by 100%"),
        ([shapely.Point(0.0, 0.0), shapely.box(0.0, 0.0, 0.05, 0.01)], r"areas: 'A' are no outlines; give polygons"),
        ([shapely.Polygon([(0, 0), (0.01, 0), (0.02, 0)]), None], r"areas: 'A' have outlines without ground"),
    ],
)
def test_areas_that_are_no_division_of_the_ground_are_refused(houses: OsmExtract, shapes: list, message: str) -> None:
    areas = gpd.GeoDataFrame({"people": [1, 1]}, index=["A", "B"], geometry=shapes, crs=4326)
    with pytest.raises(TableError, match=message):
        estimate_places(houses, areas=areas)


def test_what_is_no_table_of_areas_is_refused(houses: OsmExtract) -> None:
    areas = strips([0.0, 0.05], [1])
    with pytest.raises(TableError, match="areas has no CRS"):
        estimate_places(houses, areas=areas.set_crs(None, allow_override=True))
    with pytest.raises(TableError, match="areas has no rows"):
        estimate_places(houses, areas=areas.iloc[:0])
    with pytest.raises(TableError, match="people = 5 and areas are both given; give how many"):
        estimate_places(houses, people=5, areas=areas)
    with pytest.raises(TableError, match="areas must be a GeoDataFrame"):
        estimate_places(houses, areas=pd.DataFrame({"people": [1]}))  # pyright: ignore[reportArgumentType]


def test_of_several_levels_the_communities_count() -> None:
    district = read_areas(sample_path("shifan/communities.gpkg"))
    with pytest.raises(TableError, match="people of '0203' are not numbers"):
        estimate_places(sample_path("shifan"), areas=district)
    known = district[(district["level"] != "社区") | district["people"].notna()]
    with pytest.warns(TenminWarning, match="8 of 9 areas"):
        places = estimate_places(sample_path("shifan"), areas=known)
    communities = known[known["level"] == "社区"]
    assert places.groupby("area")["people"].sum().to_dict() == pytest.approx(communities["people"].to_dict())
    levels = list_remarks(places).query("field == 'level'")
    assert levels["id"].tolist() == ["00", "01", "02"]
    assert not levels["used"].any()
