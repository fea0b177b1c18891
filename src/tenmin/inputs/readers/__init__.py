"""Tables of facilities, places and areas as they lie in files: opened, their columns named, their cells parsed.

In comes a path (Excel, CSV, GeoJSON, GeoPackage, GeoParquet, Shapefile) with its datum; out comes a GeoDataFrame in
longitude and latitude of WGS84 whose columns have the names of the contract, and remarks on rows and headings. Which
headings and words mean what stands in `columns.toml`, which anyone may extend.
"""

from tenmin.inputs.readers._cell_parsing import split_list
from tenmin.inputs.readers._coordinate_reference import ControlPoints, Reference
from tenmin.inputs.readers._datum import Datum
from tenmin.inputs.readers._headings import word_for
from tenmin.inputs.readers._raw_table import Remark, text_of
from tenmin.inputs.readers._reader import Intake, PathLike, open_table

__all__ = [
    "ControlPoints",
    "Datum",
    "Intake",
    "PathLike",
    "Reference",
    "Remark",
    "open_table",
    "split_list",
    "text_of",
    "word_for",
]
