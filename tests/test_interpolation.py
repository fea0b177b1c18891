"""People of census cells to the areas of another division: closed forms, conservation, and what is refused."""

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

from tenmin.inputs.population import interpolate_people
from tenmin.support.contracts import check_places, list_remarks
from tenmin.support.errors import TableError
from towns import cases

UTM = "EPSG:32650"


def squares(*boxes: tuple[float, float, float, float], label: str = "A", **columns: list) -> gpd.GeoDataFrame:
    """Boxes in hectometres at 500 km east, 4,000 km north."""
    shapes = [shapely.box(5e5 + 100 * w, 4e6 + 100 * s, 5e5 + 100 * e, 4e6 + 100 * n) for w, s, e, n in boxes]
    index = [f"{label}{n}" for n in range(len(boxes))]
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=UTM)


CELLS = squares(
    (0, 0, 2, 2), (2, 0, 4, 2), (4, 0, 6, 2), label="c", people=[100.0, 60.0, 8.0], people_60_plus=[10.0, 30.0, 0.0]
)


def test_people_go_to_areas_by_ground_with_their_groups() -> None:
    areas = squares((0, 0, 3, 2), (3, 0, 4, 1), name=["west", "east"], households=[3, 4])
    found = interpolate_people(CELLS, areas)
    assert found.index.tolist() == ["A0", "A1", "in no area"]
    assert found["people"].tolist() == pytest.approx([130.0, 15.0, 23.0])
    assert found["people_60_plus"].tolist() == pytest.approx([25.0, 7.5, 7.5])
    assert found["name"].tolist()[:2] == ["west", "east"]
    assert found.geometry["in no area"].area == pytest.approx(50_000.0)
    listed = list_remarks(found)
    assert listed[["id", "value"]].to_numpy().tolist() == [["c1", "15.0"], ["c2", "8.0"]]
    assert "people" not in areas.columns


def test_parts_are_places_finer_than_either_table() -> None:
    cells = CELLS.assign(people_base="常住")
    areas = squares((0, 0, 3, 2), (3, 0, 4, 1))
    places = interpolate_people(cells.to_crs(4326), areas, by="part")
    assert places["people"].to_dict() == pytest.approx(
        {"c0/A0": 100.0, "c1/A0": 30.0, "c1/A1": 15.0, "c1/": 15.0, "c2/": 8.0}, rel=1e-4
    )
    assert places["area"].isna().tolist() == [False, False, False, True, True]
    assert set(places["people_base"]) == {"常住"}
    assert set(places["placed_by"]) == {"cell_part"}
    at = places.to_crs(UTM).geometry
    assert areas.geometry["A1"].contains(at["c1/A1"])
    assert not areas.geometry.contains(at["c1/"]).any()
    check_places(places)


@cases(25)
@given(
    people=st.lists(st.floats(0.0, 1e9), min_size=3, max_size=3),
    part=st.floats(0.0, 1.0),
    cuts=st.lists(st.integers(-10, 70), min_size=2, max_size=5, unique=True).map(sorted),
    height=st.floats(0.1, 3.0),
    crs=st.sampled_from([UTM, "EPSG:4326", "EPSG:3857"]),
)
def test_totals_are_kept_in_any_crs(people: list[float], part: float, cuts: list[int], height: float, crs: str) -> None:
    cells = CELLS.assign(people=people, people_60_plus=[part * one for one in people])
    areas = squares(*((a / 10, -1.0, b / 10, height) for a, b in pairwise(cuts))).to_crs(crs)
    for by in ("area", "part"):
        found = interpolate_people(cells, areas, by=by)
        for name in ("people", "people_60_plus"):
            assert math.fsum(found[name]) == pytest.approx(math.fsum(cells[name]), rel=1e-9)
    if crs == UTM:
        wide = [np.clip(np.minimum(b / 10, [2, 4, 6]) - np.maximum(a / 10, [0, 2, 4]), 0, 2) for a, b in pairwise(cuts)]
        expected = [float((one / 2 * min(height, 2.0) / 2 * np.array(people)).sum()) for one in wide]
        found = interpolate_people(cells, areas)["people"].iloc[:-1]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


def test_an_area_without_outline_is_not_known_and_listed() -> None:
    areas = gpd.GeoDataFrame(
        pd.concat([squares((0, 0, 6, 2)), gpd.GeoDataFrame(index=["N"], geometry=[None], crs=UTM)])
    )
    found = interpolate_people(CELLS, areas)
    assert found["people"].fillna(-1.0).tolist() == pytest.approx([168.0, -1.0, 0.0])
    assert found.geometry["in no area"] is None
    assert list_remarks(found)["reason"].tolist() == ["the area has no outline; its people are not known"]


def test_what_is_no_division_is_refused() -> None:
    areas = squares((0, 0, 6, 2))
    with pytest.raises(TableError, match="cells: 'c0' and 'c1' overlap by 50%"):
        interpolate_people(squares((0, 0, 2, 2), (1, 0, 3, 2), label="c", people=[1, 1]), areas)
    with pytest.raises(TableError, match="areas: 'A0' and 'A1' overlap"):
        interpolate_people(CELLS, squares((0, 0, 2, 2), (0, 0, 2, 2)))
    with pytest.raises(TableError, match="cells needs the column 'people'"):
        interpolate_people(CELLS.drop(columns="people"), areas)
    with pytest.raises(TableError, match="people_60_plus of 'c0', 'c1', 'c2' are more than all people"):
        interpolate_people(CELLS.assign(people_60_plus=101.0), areas)
    with pytest.raises(TableError, match="cells: 'c1' has no outline"):
        interpolate_people(CELLS.set_geometry([CELLS.geometry.iloc[0], None, CELLS.geometry.iloc[2]], crs=UTM), areas)
    with pytest.raises(TableError, match="an area is called 'in no area'"):
        interpolate_people(CELLS, areas.set_axis(["in no area"]))
    with pytest.raises(TableError, match="by = 'cell'; give one of area, part"):
        interpolate_people(CELLS, areas, by="cell")  # type: ignore[arg-type]
