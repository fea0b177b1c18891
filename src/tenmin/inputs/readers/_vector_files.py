"""Read vector files (Shapefile, GeoPackage, GeoJSON, GeoParquet) as raw tables."""

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
from tenmin.inputs.readers._raw_table import Cells, RawTable, check_headings, text_of
from tenmin.support.bounds import MAX_CELLS, check_amount, check_geopackage, check_parquet
from tenmin.support.errors import FileError, TableError, TenminError
from tenmin.support.files import first_bytes

__all__ = ["cell_text", "read_geojson", "read_geopackage", "read_geoparquet", "read_shapefile"]

_READ_ERRORS = (RuntimeError, ValueError, OSError, KeyError, TypeError, pa.ArrowException, shapely.errors.ShapelyError)
_TYPED: Mapping[Any, Any] = {
    pa.int8(): pd.Int64Dtype(), pa.int16(): pd.Int64Dtype(), pa.int32(): pd.Int64Dtype(), pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(), pa.float32(): np.dtype("float64"), pa.float64(): np.dtype("float64"),
}  # fmt: skip
#: A Shapefile truncates field names at this many bytes.
_FIELD_NAME_BYTES = 10
_GEOJSON_CRS = "OGC:CRS84"


def _damaged(path: Path, error: BaseException) -> FileError:
    return FileError(f"{path} is damaged, or not what its name says ({str(error)[:200]}); export it again")


def read_geopackage(path: Path, layer: str | None = None) -> RawTable:
    """Return the raw table of a layer of a GeoPackage.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer; by default the only one.

    Raises
    ------
    FileError
        The file is damaged.
    TableError
        The layer does not exist, or there are several and none was named.
    """
    import pyogrio

    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        selected = _select_layer(path, names, layer)
        check_geopackage(path, selected)
        meta, table = pyogrio.raw.read_arrow(path, layer=selected)
    except _READ_ERRORS as error:
        if isinstance(error, TenminError):
            raise
        raise _damaged(path, error) from error
    return _from_arrow(path, table, meta)


def _select_layer(path: Path, names: Sequence[str], layer: str | None) -> str:
    if layer is not None and layer not in names:
        msg = f"{path} has no layer {layer!r}; it has {', '.join(map(repr, names))}"
        raise TableError(msg)
    if layer is None and len(names) != 1:
        msg = f"{path} has the layers {', '.join(map(repr, names)) or '(none)'}; name one by sheet="
        raise TableError(msg)
    return names[0] if layer is None else layer


def _from_arrow(path: Path, table: pa.Table, meta: Mapping[str, Any]) -> RawTable:
    shapes = next((name for name in ("wkb_geometry", meta.get("geometry_name")) if name in table.column_names), None)
    geometry = None if shapes is None else shapely.from_wkb(table.column(shapes).to_numpy(zero_copy_only=False))
    fields = [str(name) for name in meta["fields"]]
    crs = CRS.from_user_input(meta["crs"]) if meta.get("crs") else None
    return _to_raw_table(path, {name: table.column(name) for name in fields}, geometry, crs)


def _to_raw_table(
    path: Path, columns: Mapping[str, pa.ChunkedArray], geometry: np.ndarray | None, crs: CRS | None
) -> RawTable:
    check_headings([name.strip() for name in columns] or ["geometry"], path)
    count = len(geometry) if geometry is not None else max((len(one) for one in columns.values()), default=0)
    typed = {
        name.strip(): one.to_pandas(types_mapper=_TYPED.get) for name, one in columns.items() if one.type in _TYPED
    }
    cells = {name.strip(): [cell_text(value) for value in one.to_pylist()] for name, one in columns.items()}
    shapes = None if geometry is None else np.asarray(shapely.force_2d(geometry), object)
    return RawTable(path, cells, np.arange(1, count + 1), shapes, crs, typed=typed)


def read_geoparquet(path: Path) -> RawTable:
    """Return the raw table of a Parquet file, with geometry if it is GeoParquet.

    Raises
    ------
    FileError
        The file is damaged.
    """
    try:
        check_parquet(path, cells=MAX_CELLS)
        schema = pq.read_schema(path)
        geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
        shapes = geo.get("primary_column")
        extra = set(geo.get("columns", {}))
        table = pq.ParquetFile(path).read([name for name in schema.names if name not in extra])
        if shapes is None:
            return _to_raw_table(path, {name: table.column(name) for name in table.column_names}, None, None)
        frame = gpd.read_parquet(path, columns=[shapes])
    except _READ_ERRORS as error:
        if isinstance(error, TenminError):
            raise
        raise _damaged(path, error) from error
    columns = {name: table.column(name) for name in table.column_names}
    return _to_raw_table(path, columns, frame.geometry.to_numpy(), frame.crs)


def read_geojson(path: Path, encoding: str | None = None) -> RawTable:
    """Return the raw table of a GeoJSON file.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding, if known.

    Raises
    ------
    FileError
        The file is not a FeatureCollection, or damaged.
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
    except (AttributeError, RecursionError, CRSError, *_READ_ERRORS) as error:
        if isinstance(error, FileError):
            raise
        raise _damaged(path, error) from error
    headings = list(dict.fromkeys(heading for one in properties for heading in one))
    check_amount(path, len(headings) * len(features), MAX_CELLS, "cells", "export layers of one kind each")
    columns: dict[str, Cells] = {
        heading.strip(): [cell_text(one.get(heading)) for one in properties] for heading in headings
    }
    check_headings([heading.strip() for heading in headings] or ["geometry"], path)
    geometry = shapely.force_2d(np.array([*shapes, None], object)[:-1])
    typed = {
        name: series for name in columns if (series := _typed_column([one.get(name) for one in properties])) is not None
    }
    return RawTable(path, columns, np.arange(1, len(features) + 1), geometry, crs, encoding=name, typed=typed)


def cell_text(value: object) -> str | None:
    """Return a value as the text of a cell; a list becomes text such as 阅览室、警务室.

    >>> cell_text(["阅览室", "警务室"]), cell_text({"a": [1]})
    ('阅览室、警务室', '{"a": [1]}')
    """
    if isinstance(value, list):
        return "、".join(filter(None, map(cell_text, value))) or None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else text_of(value)


def _typed_column(values: list[Any]) -> pd.Series | None:
    """Return a column as numbers or booleans, or None if it holds anything else."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds == {int} and all(abs(value) < 2**63 for value in values if value is not None):
        return pd.Series(values, dtype="Int64")
    return pd.Series(values, dtype="float64") if kinds and kinds <= {int, float} else None


def _crs_of_geojson(whole: Mapping[str, Any]) -> CRS:
    named = whole.get("crs") or _GEOJSON_CRS
    if isinstance(named, str):
        return CRS.from_user_input(named)
    properties = named.get("properties") or {}
    return CRS.from_user_input(properties.get("name") or properties.get("code") or _GEOJSON_CRS)


def read_shapefile(path: Path, encoding: str | None = None) -> RawTable:
    """Return the raw table of a Shapefile.

    Parameters
    ----------
    path
        The .shp file; its .dbf and .shx are beside it.
    encoding
        Encoding of the .dbf; by default that of the .cpg file, else UTF-8 or GB18030, whichever fits.

    Raises
    ------
    FileError
        One of its files is missing or truncated, or its encoding cannot be detected.
    """
    import pyogrio.raw

    _check_sizes(path, *(_sibling(path, suffix) for suffix in (".dbf", ".shx")))
    try:
        meta, table = pyogrio.raw.read_arrow(path, encoding="ISO-8859-1")
    except _READ_ERRORS as error:
        raise _damaged(path, error) from error
    table = _from_arrow(path, table, meta)
    stored = [text for name, cells in table.columns.items() for text in (name, *cells) if text is not None]
    name = _detect_encoding(path, {text for text in stored if not text.isascii()}, encoding)
    decode_text = _decoder(name)
    columns = {
        decode_text(heading): [cell and decode_text(cell).strip() for cell in cells]
        for heading, cells in table.columns.items()
    }
    check_headings(
        list(columns) if len(columns) == len(table.columns) else [decode_text(one) for one in table.columns], path
    )
    truncated = frozenset(decode_text(heading) for heading in table.columns if len(heading) >= _FIELD_NAME_BYTES - 1)
    typed = {decode_text(heading): series for heading, series in table.typed.items()}
    return RawTable(
        path, columns, table.rows, table.geometry, table.crs, encoding=name, typed=typed, truncated=truncated
    )


def _sibling(path: Path, suffix: str) -> Path:
    found = _find_sibling(path, suffix)
    if found is None:
        msg = f"{path}: {path.with_suffix(suffix).name} is missing; a Shapefile is several files, copy them together"
        raise FileError(msg)
    return found


def _check_sizes(shapes: Path, table: Path, index: Path) -> None:
    """Raise a FileError if a file is shorter than its header states; the rest would be read as empty."""
    words = int.from_bytes(first_bytes(shapes)[24:28], "big")
    head = first_bytes(table)
    rows, start, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    listed = 2 * int.from_bytes(first_bytes(index)[24:28], "big")
    for path, expected in ((shapes, 2 * words), (table, start + rows * width), (index, listed)):
        if path.stat().st_size < expected:
            msg = f"{path} is damaged: it should have {expected:,} bytes and has {path.stat().st_size:,}; copy it again"
            raise FileError(msg)


def _find_sibling(path: Path, suffix: str) -> Path | None:
    return next((one for one in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if one.is_file()), None)


def _decoder(encoding: str) -> Callable[[str], str]:
    """Return a function that decodes text read as Latin-1, dropping a character truncated at the end."""

    def decode_text(text: str) -> str:
        return codecs.getincrementaldecoder(encoding)("strict").decode(text.encode("latin-1"), final=False)

    return decode_text


def _detect_encoding(path: Path, texts: set[str], encoding: str | None) -> str:
    cpg = _find_sibling(path, ".cpg")
    given = encoding or (cpg and _codec_name(cpg.read_text("ascii", "ignore").strip()))
    for name in (given,) if given else ("utf-8", "gb18030"):
        try:
            decode_text = _decoder(name)
            for text in texts:
                decode_text(text)
        except (LookupError, UnicodeDecodeError):
            continue
        return name
    source = "encoding=" if encoding else f"{cpg.name} says" if cpg and given else "it is neither UTF-8 nor GB18030:"
    msg = f"{path}: its texts cannot be decoded ({source} {given or ''}); give encoding=, e.g. 'gb18030' or 'utf-8'"
    raise FileError(msg)


def _codec_name(page: str) -> str | None:
    """Return the Python codec for the content of a .cpg file, or None if it is unknown.

    >>> _codec_name("936"), _codec_name("UTF-8"), _codec_name("ANSI")
    ('gb18030', 'utf-8', None)
    """
    normalised = page.upper().removeprefix("ANSI ").removeprefix("CP")
    if normalised in {"936", "GBK", "GB2312", "GB18030", "EUC-CN"}:
        return "gb18030"
    if normalised == "65001":
        return "utf-8"
    try:
        return codecs.lookup(f"cp{normalised}" if normalised.isdigit() else normalised).name
    except LookupError:
        return None
