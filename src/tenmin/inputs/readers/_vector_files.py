"""Files of geometries: Shapefile, GeoPackage, GeoJSON and GeoParquet, with their columns as text."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from tenmin.inputs.readers._delimited import decode
from tenmin.inputs.readers._raw_table import Cells, Sheet, check_headings, text_of
from tenmin.support.errors import FileError, TableError
from tenmin.support.files import first_bytes

__all__ = ["read_geojson", "read_geopackage", "read_geoparquet", "read_shapefile"]

_FAULTS = (RuntimeError, ValueError, OSError, KeyError, TypeError, pa.ArrowException, shapely.errors.ShapelyError)
_EXACT: Mapping[Any, Any] = {
    pa.int8(): pd.Int64Dtype(), pa.int16(): pd.Int64Dtype(), pa.int32(): pd.Int64Dtype(), pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(), pa.float32(): np.dtype("float64"), pa.float64(): np.dtype("float64"),
}  # fmt: skip
#: A Shapefile cuts the names of its fields at so many bytes.
_CUT = 10
_GEOJSON_CRS = "OGC:CRS84"


def _damaged(path: Path, error: BaseException) -> FileError:
    return FileError(f"{path} is damaged, or not what its name says ({str(error)[:200]}); export it again")


def read_geopackage(path: Path, layer: str | None = None) -> Sheet:
    """Return a layer of a GeoPackage: the one named, or else the only one.

    Raises
    ------
    FileError
        The file is damaged.
    TableError
        There are several layers and none was named.
    """
    import pyogrio

    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        chosen = _chosen(path, names, layer)
        meta, table = pyogrio.raw.read_arrow(path, layer=chosen)
    except _FAULTS as error:
        if isinstance(error, TableError):
            raise
        raise _damaged(path, error) from error
    return _of_arrow(path, table, meta)


def _chosen(path: Path, names: Sequence[str], layer: str | None) -> str:
    if layer is not None and layer not in names:
        msg = f"{path} has no layer {layer!r}; it has {', '.join(map(repr, names))}"
        raise TableError(msg)
    if layer is None and len(names) != 1:
        msg = f"{path} has the layers {', '.join(map(repr, names)) or '(none)'}; name one by sheet="
        raise TableError(msg)
    return names[0] if layer is None else layer


def _of_arrow(path: Path, table: pa.Table, meta: Mapping[str, Any]) -> Sheet:
    shapes = next((name for name in ("wkb_geometry", meta.get("geometry_name")) if name in table.column_names), None)
    geometry = None if shapes is None else shapely.from_wkb(table.column(shapes).to_numpy(zero_copy_only=False))
    fields = [str(name) for name in meta["fields"]]
    crs = CRS.from_user_input(meta["crs"]) if meta.get("crs") else None
    return _sheet(path, {name: table.column(name) for name in fields}, geometry, crs)


def _sheet(path: Path, columns: Mapping[str, pa.ChunkedArray], geometry: np.ndarray | None, crs: CRS | None) -> Sheet:
    check_headings([name.strip() for name in columns] or ["geometry"], path)
    count = len(geometry) if geometry is not None else max((len(one) for one in columns.values()), default=0)
    own = {name.strip(): one.to_pandas(types_mapper=_EXACT.get) for name, one in columns.items() if one.type in _EXACT}
    cells = {name.strip(): [_cell(value) for value in one.to_pylist()] for name, one in columns.items()}
    shapes = None if geometry is None else np.asarray(shapely.force_2d(geometry), object)
    return Sheet(path, cells, np.arange(1, count + 1), shapes, crs, own=own)


def read_geoparquet(path: Path) -> Sheet:
    """Return the rows of a Parquet file, with geometry if it is a GeoParquet file."""
    try:
        schema = pq.read_schema(path)
        geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
        shapes = geo.get("primary_column")
        extra = set(geo.get("columns", {}))
        table = pq.ParquetFile(path).read([name for name in schema.names if name not in extra])
        if shapes is None:
            return _sheet(path, {name: table.column(name) for name in table.column_names}, None, None)
        frame = gpd.read_parquet(path, columns=[shapes])
    except _FAULTS as error:
        raise _damaged(path, error) from error
    columns = {name: table.column(name) for name in table.column_names}
    return _sheet(path, columns, frame.geometry.to_numpy(), frame.crs)


def read_geojson(path: Path, encoding: str | None = None) -> Sheet:
    """Return the features of a GeoJSON file; numbers keep all their digits.

    Raises
    ------
    FileError
        The file is no collection of features.
    """
    text, name = decode(path.read_bytes(), path, encoding)
    try:
        whole = json.loads(text)
        features = whole["features"] if whole.get("type") == "FeatureCollection" else None
        if not isinstance(features, list):
            msg = f"{path} is JSON, but no GeoJSON: a FeatureCollection is needed; export the layer as GeoJSON"
            raise FileError(msg)
        shapes = [
            shapely.from_geojson(json.dumps(one["geometry"])) if one.get("geometry") else None for one in features
        ]
        properties = [dict(one.get("properties") or {}) for one in features]
        crs = _crs_of_geojson(whole)
    except (AttributeError, RecursionError, CRSError, *_FAULTS) as error:
        if isinstance(error, FileError):
            raise
        raise _damaged(path, error) from error
    headings = list(dict.fromkeys(heading for one in properties for heading in one))
    columns: dict[str, Cells] = {
        heading.strip(): [_cell(one.get(heading)) for one in properties] for heading in headings
    }
    check_headings([heading.strip() for heading in headings] or ["geometry"], path)
    geometry = shapely.force_2d(np.array([*shapes, None], object)[:-1])
    own = {name: series for name in columns if (series := _own([one.get(name) for one in properties])) is not None}
    return Sheet(path, columns, np.arange(1, len(features) + 1), geometry, crs, encoding=name, own=own)


def _cell(value: object) -> str | None:
    """Return a value as the text of a cell, a list as planners write one.

    >>> _cell(["阅览室", "警务室"]), _cell({"a": [1]})
    ('阅览室、警务室', '{"a": [1]}')
    """
    if isinstance(value, list):
        return "、".join(filter(None, map(_cell, value))) or None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else text_of(value)


def _own(values: list[Any]) -> pd.Series | None:
    """Return a column as numbers or truth values if it holds nothing else."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds == {int} and all(abs(value) < 2**63 for value in values if value is not None):
        return pd.Series(values, dtype="Int64")
    return pd.Series(values, dtype="float64") if kinds and kinds <= {int, float} else None


def _crs_of_geojson(whole: Mapping[str, Any]) -> CRS:
    named = whole.get("crs") or {}
    return CRS.from_user_input((named.get("properties") or {}).get("name") or _GEOJSON_CRS)


def read_shapefile(path: Path, encoding: str | None = None) -> Sheet:
    """Return the rows of a Shapefile, decoded by `encoding`, by its .cpg, or as UTF-8 or GB18030, whichever fits.

    Raises
    ------
    FileError
        A file that belongs to it is missing, or its encoding cannot be told.
    """
    import pyogrio.raw

    _refuse_cut(path, *(_needed(path, suffix) for suffix in (".dbf", ".shx")))
    try:
        meta, table = pyogrio.raw.read_arrow(path, encoding="ISO-8859-1")
    except _FAULTS as error:
        raise _damaged(path, error) from error
    sheet = _of_arrow(path, table, meta)
    stored = [text for name, cells in sheet.columns.items() for text in (name, *cells) if text is not None]
    name = _encoding_of(path, {text for text in stored if not text.isascii()}, encoding)
    turn = _turner(name)
    columns = {
        turn(heading): [cell and turn(cell).strip() for cell in cells] for heading, cells in sheet.columns.items()
    }
    check_headings(list(columns) if len(columns) == len(sheet.columns) else [turn(one) for one in sheet.columns], path)
    cut = frozenset(turn(heading) for heading in sheet.columns if len(heading) >= _CUT - 1)
    own = {turn(heading): series for heading, series in sheet.own.items()}
    return Sheet(path, columns, sheet.rows, sheet.geometry, sheet.crs, encoding=name, own=own, cut=cut)


def _needed(path: Path, suffix: str) -> Path:
    found = _beside(path, suffix)
    if found is None:
        msg = f"{path}: {path.with_suffix(suffix).name} is missing; a Shapefile is several files, copy them together"
        raise FileError(msg)
    return found


def _refuse_cut(shapes: Path, table: Path, index: Path) -> None:
    """Refuse a Shapefile one of whose files is shorter than its first bytes say: the rest would be read as empty."""
    words = int.from_bytes(first_bytes(shapes)[24:28], "big")
    head = first_bytes(table)
    rows, start, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    listed = 2 * int.from_bytes(first_bytes(index)[24:28], "big")
    for path, told in ((shapes, 2 * words), (table, start + rows * width), (index, listed)):
        if path.stat().st_size < told:
            msg = f"{path} is damaged: it should have {told:,} bytes and has {path.stat().st_size:,}; copy it again"
            raise FileError(msg)


def _beside(path: Path, suffix: str) -> Path | None:
    return next((one for one in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if one.is_file()), None)


def _turner(encoding: str) -> Callable[[str], str]:
    """Return what decodes a text read byte for byte; a letter that the format cut in two is left out."""

    def turn(text: str) -> str:
        return codecs.getincrementaldecoder(encoding)("strict").decode(text.encode("latin-1"), final=False)

    return turn


def _encoding_of(path: Path, texts: set[str], encoding: str | None) -> str:
    told = _beside(path, ".cpg")
    given = encoding or (told and _python_name(told.read_text("ascii", "ignore").strip()))
    for name in (given,) if given else ("utf-8", "gb18030"):
        try:
            turn = _turner(name)
            for text in texts:
                turn(text)
        except (LookupError, UnicodeDecodeError):
            continue
        return name
    source = "encoding=" if encoding else f"{told.name} says" if told and given else "it is neither UTF-8 nor GB18030:"
    msg = f"{path}: its texts cannot be decoded ({source} {given or ''}); give encoding=, e.g. 'gb18030' or 'utf-8'"
    raise FileError(msg)


def _python_name(page: str) -> str | None:
    """Return Python's name of the encoding that a .cpg file tells, None if it is not known.

    >>> _python_name("936"), _python_name("UTF-8"), _python_name("ANSI")
    ('gb18030', 'utf-8', None)
    """
    plain = page.upper().removeprefix("ANSI ").removeprefix("CP")
    if plain in {"936", "GBK", "GB2312", "GB18030", "EUC-CN"}:
        return "gb18030"
    if plain == "65001":
        return "utf-8"
    try:
        return codecs.lookup(f"cp{plain}" if plain.isdigit() else plain).name
    except LookupError:
        return None
