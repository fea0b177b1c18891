"""Reading and writing of plain tables, and a text that describes them, as GeoPackage or GeoParquet."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from tenmin.support.bounds import check_geopackage, check_parquet
from tenmin.support.errors import FileError
from tenmin.support.writing import check_written, fixed_date, shapes_in

__all__ = ["ABOUT", "PlainTable", "Reader", "about_gpkg", "about_parquet", "read_gpkg", "read_parquet", "write_gpkg",
           "write_parquet"]  # fmt: skip

#: The layer of a GeoPackage, or the metadata key of a Parquet file, that holds the description.
ABOUT = "tenmin"
_MAIN = "lines"
_FAULTS = (
    RuntimeError, ValueError, OSError, KeyError, TypeError, sqlite3.Error, pa.ArrowException,
    shapely.errors.ShapelyError,
)  # fmt: skip
_ARROW = {"int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(), "object": pa.string()}
_GEOPARQUET = "1.1.0"


@dataclass(frozen=True)
class PlainTable:
    """Columns of int64, float64, bool or text (objects; None if empty), with or without geometry and its CRS."""

    columns: Mapping[str, np.ndarray]
    geometry: np.ndarray | None
    rows: int
    crs: CRS | None = None


Reader = Callable[[str], PlainTable]


def _wkb(geometry: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.to_wkb(geometry, byte_order=1, flavor="iso"))


def _damaged(path: Path, error: BaseException) -> FileError:
    return FileError(f"{path}: it is damaged, or was changed since it was written ({str(error)[:200]}); save it again")


def write_gpkg(path: Path, tables: Mapping[str, PlainTable], about: str, crs: CRS | None) -> None:
    """Write tables as layers of a new GeoPackage; those without geometry become attribute tables.

    Parameters
    ----------
    path
        The file; replaced if it exists.
    tables
        Tables by layer name.
    about
        The text that describes them.
    crs
        The CRS of the geometries.
    """
    path.unlink(missing_ok=True)
    description = PlainTable({"about": np.array([about], object)}, None, 1)
    written: dict[str, tuple[int, int | None]] = {}
    with fixed_date():
        for name, table in {**tables, ABOUT: description}.items():
            if table.geometry is not None or table.columns:
                _write_gpkg_layer(path, name, table, crs)
                written[name] = (table.rows, None if table.geometry is None else shapes_in(table.geometry))
    check_written(path, written)


def _write_gpkg_layer(path: Path, name: str, table: PlainTable, crs: CRS | None) -> None:
    import pyogrio.raw

    data = list(table.columns.values())
    pyogrio.raw.write(
        path,
        geometry=None if table.geometry is None else _wkb(table.geometry),
        field_data=data,
        fields=list(table.columns),
        field_mask=[_empty(one) if one.dtype == object else None for one in data],
        layer=name,
        driver="GPKG",
        geometry_type=None if table.geometry is None else "Unknown",
        crs=None if crs is None or table.geometry is None else _gdal_crs(crs),
        promote_to_multi=False,
    )


def _empty(texts: np.ndarray) -> np.ndarray:
    return np.array([text is None for text in texts], bool)


def _gdal_crs(crs: CRS) -> str:
    number = crs.to_epsg()
    return crs.to_wkt() if number is None else f"EPSG:{number}"


def about_gpkg(path: Path) -> str | None:
    """Return the description of a GeoPackage written by `write_gpkg`; None for other files."""
    import pyogrio.raw

    try:
        if ABOUT not in pyogrio.list_layers(path)[:, 0]:
            return None
        check_geopackage(path, ABOUT)
        meta, _, _, data = pyogrio.raw.read(path, layer=ABOUT)
    except FileError:
        raise
    except _FAULTS as error:
        raise _damaged(path, error) from error
    if list(meta["fields"]) != ["about"] or len(data[0]) != 1 or not isinstance(data[0][0], str):
        return None
    return data[0][0]


def read_gpkg(path: Path) -> Reader:
    """Return a function that reads a layer of a GeoPackage by name."""
    import pyogrio.raw

    def read(name: str) -> PlainTable:
        try:
            check_geopackage(path, name)
            meta, _, geometry, data = pyogrio.raw.read(path, layer=name)
            shapes = None if geometry is None else np.asarray(shapely.from_wkb(geometry))
        except FileError:
            raise
        except _FAULTS as error:
            raise _damaged(path, error) from error
        columns = dict(zip(meta["fields"].tolist(), data, strict=True))
        rows = len(shapes) if shapes is not None else max((len(one) for one in data), default=0)
        return PlainTable(columns, shapes, rows, CRS.from_user_input(meta["crs"]) if meta["crs"] else None)

    return read


def write_parquet(path: Path, tables: Mapping[str, PlainTable], about: str, crs: CRS | None) -> None:
    """Write tables one below the other in one GeoParquet file; the column `layer` tells which row is of which table.

    Columns of the layer `lines` keep their names; those of other layers are prefixed with the layer and a dot.

    Parameters
    ----------
    path
        The file; replaced if it exists.
    tables
        Tables by layer name.
    about
        The text that describes them.
    crs
        The CRS of the geometries.
    """
    total = sum(table.rows for table in tables.values())
    names = [name for name, table in tables.items() for _ in range(table.rows)]
    arrays: dict[str, pa.ChunkedArray] = {"layer": pa.chunked_array([pa.array(names, pa.string())])}
    shapes = [_wkb(table.geometry) if table.geometry is not None else [None] * table.rows for table in tables.values()]
    arrays["geometry"] = pa.chunked_array([pa.array(list(one), pa.binary()) for one in shapes], pa.binary())
    before = 0
    for name, table in tables.items():
        after = total - before - table.rows
        for column, values in table.columns.items():
            arrays[_parquet_name(name, column)] = _padded(values, before, after)
        before += table.rows
    metadata = {ABOUT: about, "geo": json.dumps(_geo(tables, crs), sort_keys=True)}
    table = pa.table(arrays).replace_schema_metadata(metadata)
    pq.write_table(table, path, compression="zstd")


def _parquet_name(layer: str, column: str) -> str:
    return column if layer == _MAIN else f"{layer}.{column}"


def _padded(values: np.ndarray, before: int, after: int) -> pa.ChunkedArray:
    kind = _ARROW[str(values.dtype)]
    middle = pa.array(values, kind, from_pandas=False)
    return pa.chunked_array([pa.nulls(before, kind), middle, pa.nulls(after, kind)], kind)


def _geo(tables: Mapping[str, PlainTable], crs: CRS | None) -> dict[str, Any]:
    """The metadata of GeoParquet, see https://geoparquet.org/releases/v1.1.0/."""
    shapes = np.concatenate([table.geometry for table in tables.values() if table.geometry is not None])
    kinds = {f"{one.geom_type}{' Z' * one.has_z}" for one in shapes if one is not None}
    column = {"encoding": "WKB", "geometry_types": sorted(kinds), "crs": crs.to_json_dict() if crs else None}
    return {"version": _GEOPARQUET, "primary_column": "geometry", "columns": {"geometry": column}}


def about_parquet(path: Path) -> str | None:
    """Return the description of a file written by `write_parquet`; None for other files."""
    try:
        text = (pq.read_schema(path).metadata or {}).get(ABOUT.encode())
        return None if text is None else text.decode("utf-8")
    except _FAULTS as error:
        raise _damaged(path, error) from error


def read_parquet(path: Path) -> Reader:
    """Return a function that reads a layer, by name, of a file written by `write_parquet`."""
    try:
        check_parquet(path)
        whole = pq.ParquetFile(path).read()
        layers = np.asarray(whole.column("layer").to_numpy(zero_copy_only=False))
        about = json.loads(whole.schema.metadata[b"geo"])["columns"]["geometry"]
        crs = CRS.from_json_dict(about["crs"]) if about["crs"] else None
    except FileError:
        raise
    except _FAULTS as error:
        raise _damaged(path, error) from error

    def read(name: str) -> PlainTable:
        try:
            rows = pa.array(np.flatnonzero(layers == name))
            mine = [column for column in whole.column_names if _layer_of(column) == name]
            columns = {column.removeprefix(f"{name}."): _values(whole.column(column).take(rows)) for column in mine}
            shapes = shapely.from_wkb(whole.column("geometry").take(rows).to_numpy(zero_copy_only=False))
        except _FAULTS as error:
            raise _damaged(path, error) from error
        return PlainTable(columns, np.asarray(shapes, object), len(rows), crs)

    return read


def _layer_of(column: str) -> str | None:
    if column in {"layer", "geometry"}:
        return None
    return column.split(".", 1)[0] if "." in column else _MAIN


def _values(column: pa.ChunkedArray) -> np.ndarray:
    values = column.to_numpy(zero_copy_only=False)
    return values.astype(object) if pa.types.is_string(column.type) else values
