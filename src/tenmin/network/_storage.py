"""Lossless saving and reading of a network's layout and walker in one file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from tenmin.inputs.walkers import Walker
from tenmin.network._checksum import checksum, is_same_crs
from tenmin.network._columns import decode, encode, plain, restored
from tenmin.network._containers import (
    PlainTable,
    Reader,
    about_gpkg,
    about_parquet,
    read_gpkg,
    read_parquet,
    write_gpkg,
    write_parquet,
)
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import PRIVATE_POLICIES, Layout
from tenmin.support.errors import FileError, InputError
from tenmin.support.files import local_path, open_input, replacing

__all__ = ["SUFFIXES", "is_saved_network", "read_layout", "save_layout"]

SUFFIXES = (".gpkg", ".parquet")
_FORMAT = "tenmin network"
_VERSION = 1
_WRITERS = {".gpkg": write_gpkg, ".parquet": write_parquet}
_READERS = {".gpkg": read_gpkg, ".parquet": read_parquet}
_ABOUTS = {".gpkg": about_gpkg, ".parquet": about_parquet}
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_TAKEN = frozenset({"fid", "geom", "geometry", "layer", "rowid", "label"})
_NEEDED = ("u", "v", "oneway")


def save_layout(layout: Layout, walker: Walker, path: str | os.PathLike[str]) -> None:
    """Write a layout and its walker to a GeoPackage or GeoParquet file.

    Parameters
    ----------
    layout, walker
        The layout and the walker.
    path
        A path that ends in .gpkg or .parquet; an existing file is replaced only when the new one is complete.

    Raises
    ------
    FileError
        If the path has another suffix.
    InputError
        If the type of a column, a label or a field of the walker cannot be stored.
    OutputError
        If the file cannot be written.
    """
    target = local_path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        msg = f"{target}: a network is saved as {' or '.join(SUFFIXES)}; give a name that ends so"
        raise FileError(msg)
    tables, layers, facts = {}, {}, {}
    for field in fields(Layout):
        value = getattr(layout, field.name)
        if isinstance(value, BaseGeometry):
            value = gpd.GeoDataFrame(geometry=[value], crs=layout.lines.crs)
        if isinstance(value, GeometryTable):
            value = value.frame()
        if isinstance(value, pd.DataFrame):
            tables[field.name], layers[field.name] = _to_plain(value, field.name)
        else:
            facts[field.name] = plain(value)
    about = {"format": _FORMAT, "version": _VERSION, "walker": _fields_of(walker), "facts": facts, "layers": layers}
    text = _as_text({**about, "checksum": checksum(_as_text(about), layers, tables)})
    with replacing(target) as temporary:
        _WRITERS[suffix](temporary, tables, text, layout.lines.crs)


def _as_text(about: Mapping[str, Any]) -> str:
    return json.dumps(about, ensure_ascii=True, separators=(",", ":"))


def _fields_of(walker: Walker) -> dict[str, Any]:
    return {field.name: plain(getattr(walker, field.name)) for field in fields(walker) if field.init}


def _to_plain(frame: pd.DataFrame, layer: str) -> tuple[PlainTable, dict[str, Any]]:
    """A frame as a plain table, and the description from which `_from_plain` restores it."""
    geometry = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else None
    name = None if geometry is None else geometry.name
    if isinstance(frame.index, pd.MultiIndex) or not frame.columns.is_unique:
        msg = f"{layer} has an index of several levels or a column twice, which no file of a network holds"
        raise InputError(msg)
    columns: dict[str, np.ndarray] = {}
    known: list[dict[str, Any]] = []
    for place, label in enumerate(frame.columns):
        if geometry is not None and label == name:
            known.append({"label": plain(label), "stored": None, "kind": "geometry", "dtype": "geometry"})
            continue
        stored = _stored_name(label, place, columns)
        kind, columns[stored] = encode(frame[label], f"{layer}: the column {label!r}")
        known.append({"label": plain(label), "stored": stored, "kind": kind, "dtype": str(frame[label].dtype)})
    index = {"name": plain(frame.index.name)}
    if isinstance(frame.index, pd.RangeIndex):
        index["range"] = [frame.index.start, frame.index.stop, frame.index.step]
    else:
        index["kind"], columns["label"] = encode(frame.index, f"{layer}: the index")
        index["dtype"] = str(frame.index.dtype)
    about = {
        "rows": len(frame),
        "columns": known,
        "labels": {"dtype": str(frame.columns.dtype), "name": plain(frame.columns.name)},
        "index": index,
        "crs": None if geometry is None else _crs_text(geometry.crs),
    }
    return PlainTable(columns, None if geometry is None else geometry.to_numpy(), len(frame)), about


def _stored_name(label: object, place: int, taken: Mapping[str, object]) -> str:
    """The name of a column in the file: its own if all software can read it, else its position."""
    if isinstance(label, str) and _PLAIN_NAME.fullmatch(label) and label not in _TAKEN and label not in taken:
        return label
    return f"_{place}"


def _crs_text(crs: CRS | None) -> str | None:
    """A text from which pyproj makes an equal CRS."""
    if crs is None:
        return None
    for make in (crs.to_wkt, crs.to_json, crs.to_string):
        try:
            text = make()
            if CRS.from_user_input(text) == crs:
                return text
        except CRSError:
            continue
    msg = f"the CRS {crs.name!r} cannot be written as text; project the network to a common one first"
    raise InputError(msg)


def is_saved_network(path: str | os.PathLike[str]) -> bool:
    """Return whether a GeoPackage or Parquet file was written by `save_layout`.

    Raises
    ------
    FileError
        If the file is missing or damaged, or is not what its name says.
    """
    found = open_input(path, SUFFIXES).absolute()
    return _ABOUTS[found.suffix.lower()](found) is not None


def read_layout(path: str | os.PathLike[str]) -> tuple[Layout, Walker]:
    """Return the layout and the walker that `save_layout` wrote.

    Raises
    ------
    FileError
        If the file is missing, damaged, edited, of a newer version, or not a saved network.
    """
    found = open_input(path, SUFFIXES).absolute()
    suffix = found.suffix.lower()
    about = _about(found, _ABOUTS[suffix](found))
    try:
        saved = about.pop("checksum", None)
        facts = {name: restored(value) for name, value in about["facts"].items()}
        tables = _tables(about["layers"], _READERS[suffix](found))
        frames = _frames(found, about["layers"], tables)
        walker = Walker(**{name: restored(value) for name, value in about["walker"].items()})
        layout = Layout(**facts, **frames)
    except FileError:
        raise
    except (AttributeError, InputError, KeyError, TypeError, ValueError, CRSError) as error:
        msg = f"{found}: what it says of itself is not what tenmin writes ({str(error)[:200]}); save it again"
        raise FileError(msg) from error
    _check(found, layout)
    _check_unedited(found, about, tables, saved)
    return layout, walker


def _about(path: Path, text: str | None) -> dict[str, Any]:
    if text is None:
        msg = (
            f"{path} is no network that tenmin saved; read lines with geopandas and give them to WalkNetwork.from_edges"
        )
        raise FileError(msg)
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"{path}: what it says of itself is no JSON ({str(error)[:100]}); save it again"
        raise FileError(msg) from error
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        msg = f"{path} is no network that tenmin saved"
        raise FileError(msg)
    if about.get("version") != _VERSION:
        msg = f"{path} is a network of form {about.get('version')!r:.20}, this tenmin reads {_VERSION}; use a newer one"
        raise FileError(msg)
    return about


def _tables(layers: Mapping[str, Mapping[str, Any]], read: Reader) -> dict[str, PlainTable]:
    bare = {name for name, about in layers.items() if not about["columns"] and "range" in about["index"]}
    return {name: PlainTable({}, None, about["rows"]) if name in bare else read(name) for name, about in layers.items()}


def _check_unedited(path: Path, about: Mapping[str, Any], tables: Mapping[str, PlainTable], saved: object) -> None:
    """Raise a FileError if any value or the CRS of a layer is not the one that was saved."""
    layers = about["layers"]
    if checksum(_as_text(about), layers, tables) != saved:
        msg = f"{path} was edited, or is damaged: its checksum is not that of its content; save the network again"
        raise FileError(msg)
    for name, table in tables.items():
        crs = _crs_of(layers[name]["crs"])
        if table.geometry is not None and crs is not None and not is_same_crs(table.crs, crs, table.geometry):
            now = table.crs and table.crs.name
            msg = f"{path} was edited: {name} was saved in {crs.name}, and is now said to be in {now}; save it again"
            raise FileError(msg)


def _frames(path: Path, layers: Mapping[str, Mapping[str, Any]], tables: Mapping[str, PlainTable]) -> dict[str, Any]:
    frames: dict[str, Any] = {}
    for name, about in layers.items():
        frame = _from_plain(tables[name], about, f"{path}: {name}")
        frames[name] = frame.geometry.iloc[0] if name == "boundary" else frame
    return frames | {"lines": GeometryTable.of(frames["lines"])}


def _from_plain(table: PlainTable, about: Mapping[str, Any], where: str) -> pd.DataFrame:
    """The frame that `_to_plain` converted."""
    if table.rows != about["rows"]:
        msg = f"{where} has {table.rows} rows, but was saved with {about['rows']}: it was edited or is damaged"
        raise FileError(msg)
    index = _index(table, about["index"], where)
    labels = pd.Index([restored(one["label"]) for one in about["columns"]], dtype=about["labels"]["dtype"])
    made = pd.DataFrame(index=index)
    geometry = None
    for place, (label, one) in enumerate(zip(labels, about["columns"], strict=True)):
        if one["kind"] == "geometry":
            geometry, values = label, gpd.array.from_shapely(table.geometry, crs=_crs_of(about["crs"]))
        else:
            values = decode(one["kind"], _column(table, one["stored"], where), one["dtype"], f"{where}.{label}")
        made.insert(place, label, pd.Series(values, index=index, dtype=getattr(values, "dtype", None)))
    made.columns = labels.rename(restored(about["labels"]["name"]))
    return made if geometry is None else gpd.GeoDataFrame(made, geometry=geometry)


def _crs_of(text: str | None) -> CRS | None:
    return None if text is None else CRS.from_user_input(text)


def _column(table: PlainTable, stored: str, where: str) -> np.ndarray:
    if stored not in table.columns:
        msg = f"{where} lacks the column {stored!r}: it was edited or is damaged; save it again"
        raise FileError(msg)
    return table.columns[stored]


def _index(table: PlainTable, about: Mapping[str, Any], where: str) -> pd.Index:
    name = restored(about["name"])
    if "range" in about:
        return pd.RangeIndex(*about["range"], name=name)
    values = decode(about["kind"], _column(table, "label", where), about["dtype"], f"{where}: the index")
    return pd.Index(values, dtype=about["dtype"], name=name)


def _check(path: Path, layout: Layout) -> None:
    """Check that a layout that could be read is valid for a network."""
    lines = layout.lines
    missing = [name for name in _NEEDED if name not in lines]
    if missing or lines.crs is None:
        msg = f"{path}: its lines lack {missing[0] if missing else 'a CRS'!r}; save the network again"
        raise FileError(msg)
    xy, row = shapely.get_coordinates(lines.geometry, return_index=True)
    wrong = shapely.get_type_id(lines.geometry) != int(shapely.GeometryType.LINESTRING)
    wrong[row[~np.isfinite(xy).all(axis=1)]] = True
    for name in ("seconds", "seconds_back"):
        if name in lines:
            numbers = np.asarray(lines[name], "float64")
            wrong |= ~(numbers > 0.0) | (np.isinf(numbers) & (name == "seconds"))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        msg = f"{path}: line {row} has no LineString of finite coordinates, or seconds that are not above 0"
        raise FileError(msg)
    if layout.private not in PRIVATE_POLICIES or not isinstance(layout.island, int):
        msg = f"{path}: private is {layout.private!r:.40}, island {layout.island!r:.40}; save the network again"
        raise FileError(msg)
