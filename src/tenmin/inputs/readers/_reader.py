"""The one door through which tables come in: opens a file, names its columns, reads its cells, places its rows."""

from __future__ import annotations

import json
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

from tenmin.inputs.readers._cell_parsing import read_column
from tenmin.inputs.readers._coordinate_reference import Reference
from tenmin.inputs.readers._delimited import read_text_table
from tenmin.inputs.readers._excel import read_workbook
from tenmin.inputs.readers._headings import Column, name_columns, refusals
from tenmin.inputs.readers._positions import POSITIONS, locate, told_by
from tenmin.inputs.readers._raw_table import MERGED, Remark, Sheet, shown_rows
from tenmin.inputs.readers._vector_files import read_geojson, read_geopackage, read_geoparquet, read_shapefile
from tenmin.support.errors import FileError, TableError, TenminWarning
from tenmin.support.files import open_input

__all__ = ["Intake", "PathLike", "open_table", "read_sheet"]

PathLike = str | os.PathLike[str]
SUFFIXES = (".csv", ".tsv", ".xlsx", ".shp", ".geojson", ".json", ".gpkg", ".parquet")
_LINK = re.compile(r"^(?:https?|ftp|wmts?|wfs):", re.IGNORECASE)
_AMAP = {"location", "typecode"}
_TAKEN = ("id", "category", "name", "area", "rooms", "separate_rooms", "level", "parent", "kind", "source")
_LISTED = ("row", "id", "field", "value", "reason", "used")


@dataclass(frozen=True)
class Intake:
    """A table that came in: its columns by name, the numbers of its rows, and remarks on them."""

    path: Path
    frame: gpd.GeoDataFrame
    rows: np.ndarray
    headings: Mapping[str, str]
    remarks: tuple[Remark, ...]
    placed: bool
    seen: tuple[str, ...] = ()
    encoding: str | None = None

    def refuse(self, wrong: np.ndarray, field: str, why: str) -> None:
        """Raise a TableError that names the rows where `wrong` is true, the heading, the value and the way out."""
        if wrong.any():
            value = self.frame[field][wrong].iloc[0] if field in self.frame.columns else None
            shown = "" if value is None else f" ({f'{value:g}' if isinstance(value, float) else repr(value)})"
            rows = shown_rows(self.rows[wrong].tolist())
            msg = f"{self.path}: {self.headings.get(field, field)} of {rows}{shown} {why}"
            raise TableError(msg)

    def remark(self, places: Iterable[int], field: str, reason: str) -> list[Remark]:
        """Return remarks on the rows at these places, which are used."""
        values, heading = self.frame[field], self.headings.get(field, field)
        return [Remark(int(self.rows[place]), heading, str(values.iloc[place]), reason) for place in places]

    def texts(self, name: str) -> pd.Series:
        """Return a column of texts, empty if the file has none."""
        nothing = pd.Series([None] * len(self.frame), dtype=object)
        return self.frame[name] if name in self.frame.columns else nothing

    def label(self, prefixes: Sequence[str]) -> list[str]:
        """Return the id of every row: its own, else the prefix and the number of the row; refuse one that is twice."""
        given = self.texts("id")
        made = [f"{prefix}:r{row}" for prefix, row in zip(prefixes, self.rows, strict=True)]
        ids = given.where(given.notna(), pd.Series(made, dtype=object))
        self.refuse(ids.duplicated(keep=False).to_numpy(), "id", "is there more than once; make it unique")
        return ids.tolist()

    def finish(
        self, frame: gpd.GeoDataFrame, ids: Sequence[str], name: str, remarks: Iterable[Remark] = (), **attrs: object
    ) -> gpd.GeoDataFrame:
        """Return a frame with its ids as index; what is listed of it, and how it was read, in its `attrs`."""
        result = frame.drop(columns="id", errors="ignore")
        result.index = pd.Index(list(ids), name=name, dtype="str")
        label = dict(zip(self.rows.tolist(), ids, strict=True))
        said = sorted({*self.remarks, *remarks}, key=lambda one: (one.row, one.field, one.reason))
        lines = [(one.row, label.get(one.row), one.field, one.value, one.reason, one.used) for one in said]
        listed = json.dumps({name: [line[k] for line in lines] for k, name in enumerate(_LISTED)}, ensure_ascii=False)
        result.attrs = {**attrs, "listed": listed, "encoding": self.encoding}
        return result


def open_table(
    path: PathLike,
    table: str,
    *,
    reference: Reference,
    columns: Mapping[str, str] | None = None,
    own: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | None = None,
    needed: Sequence[str] = (),
    skip_bad: bool = False,
) -> Intake:
    """Return a table of facilities, places or areas as it came in.

    Parameters
    ----------
    path
        A CSV, TSV, XLSX, Shapefile, GeoPackage, GeoJSON or GeoParquet file.
    table
        "facilities", "places" or "areas".
    reference
        What the coordinates refer to.
    columns
        Heading in the file to name of the column; it goes before the table of headings.
    own
        Names that keep to their own heading, since the planner gave them otherwise.
    encoding
        Of text; told from the bytes if not given.
    sheet
        Which sheet of a workbook, or layer of a GeoPackage.
    needed
        Names of columns in which every row must have one plain figure.
    skip_bad
        Leave rows that cannot be read out, and list them, instead of refusing the table.

    Raises
    ------
    FileError
        The file cannot be opened or decoded.
    TableError
        A column or a cell is wrong; the message names the row, the heading, the value and the way out.
    """
    raw = _without_empty_geometry(read_sheet(path, encoding=encoding, sheet=sheet))
    named = name_columns(list(raw.columns), table, columns, str(raw.path), raw.cut)
    named = {heading: column for heading, column in named.items() if column.name not in own}
    _warn_of_amap(raw, reference)
    shapes, remarks = locate(raw, named, reference)
    data, more = _columns(raw, named, needed)
    remarks = [*_odd(raw, named), *remarks, *more]
    bad = sorted({one.row for one in remarks if one.fault})
    if bad and not skip_bad:
        _refuse(raw.path, [one for one in remarks if one.fault])
    frame = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"), index=range(len(raw.rows)))
    keep = ~np.isin(raw.rows, bad)
    return Intake(
        path=raw.path,
        frame=frame[keep].reset_index(drop=True),
        rows=raw.rows[keep],
        headings={column.name: heading for heading, column in named.items()},
        remarks=tuple(replace(one, used=one.used and one.row not in bad) for one in remarks),
        placed=bool(told_by(raw, named)),
        seen=tuple(raw.columns),
        encoding=raw.encoding,
    )


def _without_empty_geometry(raw: Sheet) -> Sheet:
    """Return a sheet that has no geometry if none of its rows has one, so that columns may say where they are."""
    empty = raw.geometry is not None and len(raw.geometry) > 0 and bool(shapely.is_missing(raw.geometry).all())
    return replace(raw, geometry=None, crs=None) if empty else raw


def _columns(
    raw: Sheet, named: Mapping[str, Column], needed: Sequence[str]
) -> tuple[dict[str, pd.Series], list[Remark]]:
    """Return the columns of a sheet by name, those that mean nothing here under their own headings."""
    data: dict[str, pd.Series] = {}
    remarks: list[Remark] = []
    rows = raw.rows.tolist()
    unused = {*POSITIONS} - told_by(raw, named)
    for heading, column in named.items():
        if column.holds in POSITIONS or column.holds in {"datum", "own"}:
            continue
        read, said = read_column(heading, column, raw.columns[heading], rows, needed=column.name in needed)
        data.update(read)
        remarks += said
    for heading, cells in raw.columns.items():
        column = named.get(heading)
        if column is None or column.holds == "own" or column.holds in unused:
            name = heading if column is None or column.holds in POSITIONS else column.name
            name = f"{name} (file)" if name in data or name in {"geometry", *_TAKEN} else name
            data[name] = raw.own[heading] if heading in raw.own else pd.Series(cells, dtype=object)
    return data, remarks


def _odd(raw: Sheet, named: Mapping[str, Column]) -> list[Remark]:
    """Return what is odd in columns of text and about whole rows; a date in a column of one's own may be meant.

    A figure merged over several rows is a fault: whether each row has it, or all together, cannot be told.
    """
    texts = {heading for heading, column in named.items() if column.holds in {"text", "list"}}
    figures = {heading for heading, column in named.items() if column.holds in {"count", "area"}}
    odd = [one for one in raw.odd if one.field in texts or not one.used or one.reason == MERGED]
    return [replace(one, fault=one.reason == MERGED and one.field in figures) for one in odd]


def _refuse(path: Path, faults: Sequence[Remark]) -> None:
    first = faults[0]
    alike = sorted({one.row for one in faults if (one.field, one.reason) == (first.field, first.reason)})
    others = len({one.row for one in faults}) - len(alike)
    value = f"{first.value!r} " if first.value else ""
    more = f"; {others} other rows have other faults" if others else ""
    reason = first.reason if first.reason.startswith(("is", "has", "says")) else f"is {first.reason}"
    msg = f"{path}: {shown_rows(alike)}, {first.field}: {value}{reason}; correct the file or leave the rows out{more}"
    raise TableError(msg)


def read_sheet(path: PathLike, *, encoding: str | None = None, sheet: str | None = None) -> Sheet:
    """Return the rows of a file as they stand in it.

    Raises
    ------
    FileError
        It is a link, a format that is refused (with how to export it), or not what its name says.
    """
    text = os.fspath(path)
    if _LINK.match(text):
        msg = f"{text!r} is a link; open it, export the layer or table as GeoJSON or .xlsx, and give that file"
        raise FileError(msg)
    advice = next((words for suffix, words in refusals().items() if text.lower().rstrip("/\\").endswith(suffix)), None)
    if advice is not None:
        msg = f"{text} is {advice}"
        raise FileError(msg)
    found = open_input(path, SUFFIXES)
    read: dict[str, Callable[[], Sheet]] = {
        ".xlsx": lambda: read_workbook(found, sheet),
        ".gpkg": lambda: read_geopackage(found, sheet),
        ".shp": lambda: read_shapefile(found, encoding),
        ".parquet": lambda: read_geoparquet(found),
        ".geojson": lambda: read_geojson(found, encoding),
        ".json": lambda: read_geojson(found, encoding),
    }
    return read.get(found.suffix.lower(), lambda: read_text_table(found, encoding))()


def _warn_of_amap(raw: Sheet, reference: Reference) -> None:
    if reference.datum == "wgs84" and {heading.lower() for heading in raw.columns} >= _AMAP:
        msg = f"{raw.path} has the headings of Amap, whose coordinates are GCJ-02; unless converted, give datum='gcj02'"
        warnings.warn(msg, TenminWarning, stacklevel=4)
