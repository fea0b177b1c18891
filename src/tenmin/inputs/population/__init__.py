"""Populations placed where people live: on buildings, by areal interpolation, from rasters.

Input: an extract, polygons with people, or a GeoTIFF of people. Output: places, or areas with people, whose totals are
those of the input but for what `list_remarks` lists as left out. `homes.toml` says which buildings are homes.
"""

from tenmin.inputs.population._estimation import estimate_places
from tenmin.inputs.population._interpolation import interpolate_people
from tenmin.inputs.population._raster import read_population_raster

__all__ = ["estimate_places", "interpolate_people", "read_population_raster"]
