"""Readers of tables of facilities, places and areas in common file formats.

Input: a path (Excel, CSV, GeoJSON, GeoPackage, GeoParquet, Shapefile) or a frame, and the datum of its coordinates.
Output: a GeoDataFrame in longitude and latitude of WGS84 with standard column names, and remarks on rows and headings.
The meaning of headings, units and words is data in `columns.toml`; start there to support another heading.
"""

from tenmin.inputs.readers._cell_parsing import split_list
from tenmin.inputs.readers._coordinate_reference import ControlPoints, CoordinateReference
from tenmin.inputs.readers._datum import Datum
from tenmin.inputs.readers._header_rows import Header
from tenmin.inputs.readers._headings import word_for
from tenmin.inputs.readers._raw_table import Remark, code_of, text_of
from tenmin.inputs.readers._reader import ParsedTable, Table, read_table
from tenmin.inputs.readers._sheets import Sheets

__all__ = [
    "ControlPoints",
    "CoordinateReference",
    "Datum",
    "Header",
    "ParsedTable",
    "Remark",
    "Sheets",
    "Table",
    "code_of",
    "read_table",
    "split_list",
    "text_of",
    "word_for",
]
