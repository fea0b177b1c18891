"""Read a table of facilities, places or areas: open the file, identify columns, parse cells, locate rows."""

from __future__ import annotations

import json
import math
import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.readers._cell_parsing import parse_column
from tenmin.inputs.readers._coordinate_reference import CoordinateReference
from tenmin.inputs.readers._delimited import read_text_table
from tenmin.inputs.readers._excel import read_workbook
from tenmin.inputs.readers._frames import read_frame
from tenmin.inputs.readers._header_rows import Header, Layout
from tenmin.inputs.readers._headings import (
    ColumnSpec,
    NamedColumns,
    is_known_heading,
    name_columns,
    unsupported_formats,
    worth_a_warning,
)
from tenmin.inputs.readers._positions import POSITIONS, locate, position_columns, settle_datum
from tenmin.inputs.readers._raw_table import FAILED, MERGED, Cells, RawTable, Remark, format_rows
from tenmin.inputs.readers._row_ids import make_ids
from tenmin.inputs.readers._sheets import Sheets, plain_sheets
from tenmin.inputs.readers._vector_files import read_geojson, read_geopackage, read_geoparquet, read_shapefile
from tenmin.support.contracts import larger_groups, too_many_ages
from tenmin.support.errors import FileError, TableError, TenminWarning
from tenmin.support.files import open_input, reading

__all__ = ["ParsedTable", "Table", "read_raw_table", "read_table"]

PathLike = str | os.PathLike[str]
Table = PathLike | pd.DataFrame
SUFFIXES = (".csv", ".tsv", ".xlsx", ".shp", ".geojson", ".json", ".gpkg", ".parquet")
_LINK = re.compile(r"^(?:https?|ftp|wmts?|wfs):", re.IGNORECASE)
_AMAP = {"location", "typecode"}
_RESERVED = ("id", "category", "name", "area", "rooms", "separate_rooms", "level", "parent", "kind", "source")
_BEYOND = {
    larger_groups: (
        "is more than all people of the row",
        "is more than all people of the row; correct one of the two",
    ),
    too_many_ages: (
        "is, with the younger groups, more than all people of the row",
        "is, with the younger groups, more than all people of the row; correct the groups or all people",
    ),
}
"""How groups may be beyond all people: the reason where a row is left out, and the end of the message where not."""
_FLAGS = frozenset({"yes", "no"})
_SAME_KEY = "another row has the same name, community and position; give each an id (编号) that stays with it"
_OWN_KEY = "what the row says"
_REMARK_COLUMNS = ("row", "id", "field", "value", "reason", "used")


@dataclass(frozen=True)
class ParsedTable:
    """A table with parsed columns.

    Attributes
    ----------
    path
        The file.
    frame
        Its columns by name, with geometry in longitude and latitude of WGS84.
    rows
        Number of each row as a spreadsheet shows it.
    headings
        Heading in the file by name of the column.
    remarks
        What was noted or left out.
    has_positions
        Whether the file has any kind of coordinates.
    file_headings
        All headings of the file.
    encoding
        Encoding of its text, if it is a text format.
    """

    path: Path
    frame: gpd.GeoDataFrame
    rows: np.ndarray
    headings: Mapping[str, str]
    remarks: tuple[Remark, ...]
    has_positions: bool
    file_headings: tuple[str, ...] = ()
    encoding: str | None = None

    def reject(self, wrong: np.ndarray, field: str, why: str) -> None:
        """Raise a TableError if any row is wrong.

        Parameters
        ----------
        wrong
            Whether each row is wrong.
        field
            Name of the column at fault.
        why
            What is wrong and how to fix it, as the end of the message.
        """
        if wrong.any():
            value = self.frame[field][wrong].iloc[0] if field in self.frame.columns else None
            shown = "" if value is None else f" ({f'{value:g}' if isinstance(value, float) else repr(value)})"
            rows = format_rows(self.rows[wrong].tolist())
            msg = f"{self.path}: {self.headings.get(field, field)} of {rows}{shown} {why}"
            raise TableError(msg)

    def without(self, wrong: np.ndarray, field: str, reason: str) -> ParsedTable:
        """Return the table without some rows, each listed as left out.

        Parameters
        ----------
        wrong
            Whether each row is left out.
        field
            Name of the column that says so.
        reason
            Why.
        """
        left = [replace(one, used=False) for one in self.remark_on(np.flatnonzero(wrong).tolist(), field, reason)]
        return replace(
            self,
            frame=self.frame[~wrong].reset_index(drop=True),
            rows=self.rows[~wrong],
            remarks=(*self.remarks, *left),
        )

    def remark_on(self, positions: Iterable[int], field: str, reason: str) -> list[Remark]:
        """Return a remark on each of some rows, which stay in the table.

        Parameters
        ----------
        positions
            Positions of the rows, from 0.
        field
            Name of the column.
        reason
            What is to be noted.
        """
        values, heading = self.frame[field], self.headings.get(field, field)
        return [Remark(int(self.rows[at]), heading, str(values.iloc[at]), reason) for at in positions]

    def text_column(self, name: str) -> pd.Series:
        """Return a text column, all None if the file does not have it."""
        empty = pd.Series([None] * len(self.frame), dtype=object)
        return self.frame[name] if name in self.frame.columns else empty

    def row_ids(self, prefixes: Sequence[str]) -> tuple[list[str], list[Remark]]:
        """Return the id of every row, the one in the file or else made of its key, and remarks on numbered ones.

        Parameters
        ----------
        prefixes
            Category of each row, or what stands for it.

        Raises
        ------
        TableError
            An id is not unique.
        """
        given = self.text_column("id")
        lacking = given.isna().to_numpy()
        made, numbered = make_ids(self.frame[lacking], np.array(prefixes, object)[lacking].tolist())
        ids = given.where(~lacking, made)
        self.reject(ids.duplicated(keep=False).to_numpy(), "id", "is there more than once; make it unique")
        return ids.tolist(), [Remark(int(self.rows[at]), "", ids[at], _SAME_KEY) for at in made.index[numbered]]

    def to_frame(
        self, frame: gpd.GeoDataFrame, ids: Sequence[str], name: str, remarks: Iterable[Remark] = ()
    ) -> gpd.GeoDataFrame:
        """Return the final frame with the ids as index, and the remarks and the encoding in its `attrs`.

        Parameters
        ----------
        frame
            The columns.
        ids
            Id of each row.
        name
            Name of the index.
        remarks
            Remarks in addition to those of the table.
        """
        result = frame.drop(columns="id", errors="ignore")
        result.index = pd.Index(list(ids), name=name, dtype="str")
        row_ids = dict(zip(self.rows.tolist(), ids, strict=True))
        said = sorted({*self.remarks, *remarks}, key=lambda one: (one.row, one.field, one.reason))
        lines = [(one.row, row_ids.get(one.row), one.field, one.value, one.reason, one.used) for one in said]
        listed = {name: [line[k] for line in lines] for k, name in enumerate(_REMARK_COLUMNS)}
        result.attrs = {"listed": json.dumps(listed, ensure_ascii=False), "encoding": self.encoding}
        return result


def read_table(
    path: Table,
    table: str,
    *,
    reference: CoordinateReference,
    columns: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    encoding: str | None = None,
    sheet: Sheets = None,
    header: Header | None = None,
    required: Sequence[str] = (),
    skip_bad: bool = False,
    people_base: str | None = None,
    persons_per_household: float | None = None,
) -> ParsedTable:
    """Return a table of facilities, places or areas with its columns parsed.

    Parameters
    ----------
    path
        A CSV, TSV, XLSX, Shapefile, GeoPackage, GeoJSON or GeoParquet file, or a DataFrame or GeoDataFrame.
    table
        "facilities", "places" or "areas".
    reference
        What the coordinates refer to.
    columns
        Mapping from heading in the file to name of the column; it overrides the shipped table of headings.
    ignore
        Names of columns not to look for; what would be one of them is kept under its own heading.
    encoding
        Encoding of text; detected if not given.
    sheet
        Sheet of a workbook, several, or "*" for all that hold a table; or layer of a GeoPackage.
    header
        Number of the row of headings, or of the first and last of several, in a workbook or a CSV file.
    required
        Names of columns in which every row must hold a plain number.
    skip_bad
        Leave out rows that cannot be parsed, and list them, instead of refusing the whole table.
    people_base
        Whom the people to be taken count, where several headings speak of people.
    persons_per_household
        People of a household, for a table that gives households and no people.

    Raises
    ------
    FileError
        The file cannot be opened or decoded.
    TableError
        A column or a cell is invalid; the message names the row, the heading, the value and how to fix it.
    """
    layout = Layout(lambda heading: heading in (columns or {}) or is_known_heading(heading, table), header)
    if isinstance(path, pd.DataFrame):
        raw = _drop_empty_geometry(read_frame(path, table, columns))
    else:
        raw = _drop_empty_geometry(read_raw_table(path, encoding=encoding, sheet=sheet, layout=layout))
    named = name_columns(
        list(raw.columns), table, columns, str(raw.path), truncated=raw.truncated, people_base=people_base
    )
    named = _without_repeated_numbers(named, raw)
    specs = {
        heading: column
        for heading, column in named.specs.items()
        if column.name not in ignore and not (column.name == "area" and _holds_flags(raw.columns[heading]))
    }
    reference = settle_datum(raw, specs, reference)
    _warn_of_amap(raw, reference)
    shapes, remarks = locate(raw, specs, reference)
    by_household = persons_per_household is not None and all(column.name != "people" for column in specs.values())
    if by_household and "people" in required:
        required = [*required, "households"]
    if not len(raw.rows):
        warnings.warn(f"{raw.path} has headings and no rows below them", TenminWarning, stacklevel=3)
    data, more = _columns(raw, specs, required)
    if by_household:
        data, estimated = _estimate_people(data, persons_per_household)
        more = [*more, *estimated]
    remarks = [*_relevant_remarks(raw, specs), *remarks, *more, *_unused_headings(raw, replace(named, specs=specs))]
    bad = sorted({one.row for one in remarks if one.is_error})
    if bad and not skip_bad:
        _raise_first_error(raw.path, [one for one in remarks if one.is_error])
    frame = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"), index=range(len(raw.rows)))
    keep = ~np.isin(raw.rows, bad)
    parsed = ParsedTable(
        path=raw.path,
        frame=frame[keep].reset_index(drop=True),
        rows=raw.rows[keep],
        headings={column.name: heading for heading, column in specs.items()},
        remarks=tuple(replace(one, used=one.used and one.row not in bad) for one in remarks),
        has_positions=bool(position_columns(raw, specs)),
        file_headings=tuple(raw.columns),
        encoding=raw.encoding,
    )
    return _check_groups(parsed, skip_bad=skip_bad)


def _check_groups(table: ParsedTable, *, skip_bad: bool) -> ParsedTable:
    """Return the table if no group of people, and not all ages together, are more than all people of a row.

    Such rows are left out if asked.
    """
    for find, (why, hint) in _BEYOND.items():
        for group in find(table.frame):
            wrong = find(table.frame)[group]
            if not skip_bad:
                table.reject(wrong, group, hint)
            table = table.without(wrong, group, why)
    return table


def _drop_empty_geometry(raw: RawTable) -> RawTable:
    """Return the table without geometry if all geometries are missing, so that columns can give the positions."""
    empty = raw.geometry is not None and len(raw.geometry) > 0 and bool(shapely.is_missing(raw.geometry).all())
    return replace(raw, geometry=None, crs=None) if empty else raw


def _without_repeated_numbers(named: NamedColumns, raw: RawTable) -> NamedColumns:
    """Return the columns without serial numbers (序号) that begin again, as on each of several sheets."""
    repeated = {
        heading
        for heading, column in named.specs.items()
        if column.name == "id" and column.rank and pd.Series(raw.columns[heading]).dropna().duplicated().any()
    }
    specs = {heading: column for heading, column in named.specs.items() if heading not in repeated}
    return NamedColumns(specs, {**named.passed_over, **dict.fromkeys(repeated, _OWN_KEY)})


def _columns(
    raw: RawTable, specs: Mapping[str, ColumnSpec], required: Sequence[str]
) -> tuple[dict[str, pd.Series], list[Remark]]:
    """Return the parsed columns by name, unknown ones under their own headings, and remarks on their cells."""
    data: dict[str, pd.Series] = {}
    remarks: list[Remark] = []
    rows = raw.rows.tolist()
    unused = {*POSITIONS} - position_columns(raw, specs)
    for heading, column in specs.items():
        if column.holds in POSITIONS or column.holds in {"datum", "custom"}:
            continue
        read, found = parse_column(heading, column, raw.columns[heading], rows, required=column.name in required)
        data.update(read)
        remarks += found
    for heading, cells in raw.columns.items():
        column = specs.get(heading)
        if column is None or column.holds == "custom" or column.holds in unused:
            name = heading if column is None or column.holds in POSITIONS else column.name
            name = f"{name} (file)" if name in data or name in {"geometry", *_RESERVED} else name
            data[name] = raw.typed[heading] if heading in raw.typed else pd.Series(cells, dtype=object)
    base = next((column.base for column in specs.values() if column.name == "people"), None)
    if base is not None and "people_base" not in data:
        data["people_base"] = pd.Series([base] * len(rows), dtype=object)
    return data, remarks


def _holds_flags(cells: Cells) -> bool:
    """Return whether a column holds nothing but yes and no, as the tag `area` of OpenStreetMap does."""
    return {cell for cell in cells if cell is not None} <= _FLAGS and any(cells)


def _estimate_people(
    data: Mapping[str, pd.Series], persons_per_household: float | None
) -> tuple[dict[str, pd.Series], list[Remark]]:
    """Return the columns with people estimated from households, if there are any, and a remark that says so."""
    if persons_per_household is None or not 0.0 < persons_per_household < math.inf:
        msg = f"persons_per_household = {persons_per_household!r}; give a number above 0, such as 2.6"
        raise TableError(msg)
    if "households" not in data:
        return dict(data), []
    base = f"户数×{persons_per_household:g}"
    people = data["households"] * persons_per_household
    estimated = {**data, "people": people, "people_base": pd.Series([base] * len(people), dtype=object)}
    return estimated, [Remark(0, "households", "", f"people are estimated as {persons_per_household:g} a household")]


def _unused_headings(raw: RawTable, named: NamedColumns) -> list[Remark]:
    """Return a remark on each heading that is not used; warn of unknown ones that speak of people or sizes."""
    unknown = [heading for heading in raw.columns if heading not in named.specs and heading not in named.passed_over]
    grave = [heading for heading in unknown if worth_a_warning(heading)]
    if grave:
        shown = ", ".join(map(repr, grave))
        msg = f"{raw.path}: nothing is known of {shown}, so it is not used; if it is meant, say what it is by columns="
        warnings.warn(msg, TenminWarning, stacklevel=4)
    return [
        *(Remark(0, heading, "", "heading not known; the column is kept as it is") for heading in unknown),
        *(
            Remark(0, heading, "", f"{taken} is taken instead; the column is kept as it is")
            for heading, taken in named.passed_over.items()
        ),
    ]


def _relevant_remarks(raw: RawTable, specs: Mapping[str, ColumnSpec]) -> list[Remark]:
    """Return the file's remarks on known text columns, merged cells, errors of formulas and whole rows.

    In a custom column a date may well be meant. A number merged over several rows is an error: it may hold for each
    row or for all of them together.
    """
    texts = {heading for heading, column in specs.items() if column.holds in {"text", "list"}}
    numbers = {heading for heading, column in specs.items() if column.holds in {"count", "area"}}
    everywhere = {"", *texts}
    told = {MERGED, FAILED}
    remarks = [
        one for one in raw.remarks if not (one.row and one.used) or one.field in everywhere or one.reason in told
    ]
    return [replace(one, is_error=one.reason == MERGED and one.field in numbers) for one in remarks]


def _raise_first_error(path: Path, errors: Sequence[Remark]) -> None:
    first = errors[0]
    alike = sorted({one.row for one in errors if (one.field, one.reason) == (first.field, first.reason)})
    others = len({one.row for one in errors}) - len(alike)
    value = f"{first.value!r} " if first.value else ""
    more = f"; {others} other rows have other faults" if others else ""
    fault = f"{value}{first.reason}; correct the file or leave the rows out{more}"
    msg = f"{path}: {format_rows(alike)}, {first.field}: {fault}"
    raise TableError(msg)


def read_raw_table(path: PathLike, *, encoding: str | None = None, sheet: Sheets = None, layout: Layout) -> RawTable:
    """Return the rows of a file with their cells as text.

    Parameters
    ----------
    path
        The file.
    encoding
        Encoding of text; detected if not given.
    sheet
        Sheet of a workbook, several, or "*" for all that hold a table; or layer of a GeoPackage.
    layout
        What is a heading, and where the headings are.

    Raises
    ------
    FileError
        The path is a link, the format is not supported (the message says how to export it), or the content does not
        match the suffix.
    """
    text = str(path)
    if _LINK.match(text):
        msg = f"{text!r} is a link; open it, export the layer or table as GeoJSON or .xlsx, and give that file"
        raise FileError(msg)
    name = text.lower().rstrip("/\\")
    advice = next((words for suffix, words in unsupported_formats().items() if name.endswith(suffix)), None)
    if advice is not None:
        msg = f"{text}: {advice}"
        raise FileError(msg)
    found, asked = open_input(path, SUFFIXES), plain_sheets(sheet)
    read: dict[str, Callable[[], RawTable]] = {
        ".xlsx": lambda: read_workbook(found, asked, layout),
        ".gpkg": lambda: read_geopackage(found, _one_layer(asked)),
        ".shp": lambda: read_shapefile(found, encoding),
        ".parquet": lambda: read_geoparquet(found),
        ".geojson": lambda: read_geojson(found, encoding),
        ".json": lambda: read_geojson(found, encoding),
    }
    with reading(found):
        return read.get(found.suffix.lower(), lambda: read_text_table(found, encoding, layout))()


def _one_layer(sheet: Sheets) -> str | None:
    if sheet is None or isinstance(sheet, str):
        return sheet
    msg = f"sheet = {list(sheet)!r}: a GeoPackage is read one layer at a time; name one"
    raise TableError(msg)


def _warn_of_amap(raw: RawTable, reference: CoordinateReference) -> None:
    if reference.datum is None and {heading.lower() for heading in raw.columns} >= _AMAP:
        msg = f"{raw.path} has the headings of Amap, whose coordinates are GCJ-02; unless converted, give datum='gcj02'"
        warnings.warn(msg, TenminWarning, stacklevel=4)
