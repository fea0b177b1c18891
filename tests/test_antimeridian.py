"""Shapes across the 180th meridian: in two parts in degrees, and as large as before."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from tenmin.support.antimeridian import split_at_antimeridian


@pytest.mark.parametrize("zone", [32701, 32760, 32601, 32660])
def test_a_circle_across_the_meridian_has_two_parts_in_degrees(zone: int):
    lat = -16.8 if zone > 32700 else 51.0
    middle = gpd.GeoSeries([shapely.Point(180.0, lat)], crs=4326).to_crs(zone).iloc[0]
    circle, beside = (
        middle.buffer(600.0),
        shapely.transform(middle, lambda xy: xy - np.array([5000.0, 0.0])).buffer(600.0),
    )
    shapes = np.array([circle, beside, circle.boundary], object)
    cut = split_at_antimeridian(shapes, CRS.from_epsg(zone))
    assert cut[1].equals(beside)
    assert circle.area - cut[0].area == pytest.approx(1200.0 * 0.02, rel=0.01)
    for shape in gpd.GeoSeries(cut[[0, 2]], crs=zone).to_crs(4326):
        bounds = shapely.bounds(np.array(shapely.get_parts(shape)))
        assert (bounds[:, 2] - bounds[:, 0] < 0.02).all()
        assert bounds[:, 0].min() < -179.0 < 179.0 < bounds[:, 2].max()


def test_shapes_elsewhere_are_the_same():
    shapes = np.array([shapely.box(500_000, 3_790_000, 501_000, 3_791_000)], object)
    assert split_at_antimeridian(shapes, CRS.from_epsg(32650)) is shapes
    assert len(split_at_antimeridian(np.array([], object), CRS.from_epsg(32650))) == 0
