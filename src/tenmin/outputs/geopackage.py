"""Results as layers of one GeoPackage for QGIS: typed, described, and styled as the map draws them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.measures.compliance import Compliance
from tenmin.measures.coverage import Coverage
from tenmin.network import WalkNetwork
from tenmin.outputs._qgis_styles import Style, qml_of
from tenmin.support.errors import FileError, InputError
from tenmin.support.files import read_toml, replacing, shipped_file
from tenmin.support.writing import fixed_date

__all__ = ["save_layers"]

_ABOUT: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.outputs", "geopackage.toml"))
"""Title and description of each layer, in zh and en."""
_KINDS = {0: "points", 1: "lines", 2: "areas"}
_KINDS_ZH = {"points": "点", "lines": "线", "areas": "面"}
_SEVERAL = (4, 5, 6)
"""Types of geometry with several parts."""
_NODE_COLUMNS = ("component", "component_nodes", "cut")
_EDGE_COLUMNS = ("way", "kind", "rule", "name", "length", "seconds", "seconds_back", "oneway", "private")


@dataclass(frozen=True)
class _Layer:
    """A layer: its name in the file, its rows, and how it looks."""

    name: str
    rows: gpd.GeoDataFrame
    about: str
    """Key of `geopackage.toml`."""
    style: Style


def save_layers(
    path: str | os.PathLike[str],
    *,
    network: WalkNetwork | None = None,
    coverage: Coverage | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    isochrones: gpd.GeoDataFrame | None = None,
    compliance: Compliance | None = None,
    lang: Literal["zh", "en"] = "en",
    sources: pd.DataFrame | None = None,
) -> None:
    """Write results as layers of a GeoPackage, which QGIS opens with titles, descriptions and styles.

    Every layer has one type of geometry: facilities and places are divided into points and areas. Times and lengths
    that do not exist (a walk that is not there, the way back of a one-way street) are empty.

    Parameters
    ----------
    path
        A file with the suffix .gpkg; an existing one is replaced atomically.
    network
        Streets as `nodes`, `edges` (length in metres, seconds, rule), `barriers` and `gates`; by default those of the
        coverage.
    coverage
        Facilities, and places with minutes, metres, nearest and status (served, unserved or unknown) by category.
    gaps, isochrones
        As from `find_gaps` and `trace_isochrones`.
    compliance
        Communities with their grade, and the verdict on each clause as a column.
    lang
        Language of titles, descriptions and legends.
    sources
        A table of where the inputs come from, written as the table `sources` without geometry.

    Raises
    ------
    FileError, InputError, OutputError
        The suffix is another, there is nothing to write, or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".gpkg":
        msg = f"{target}: layers are written as one GeoPackage; give a name that ends in .gpkg"
        raise FileError(msg)
    streets = coverage.network if network is None and coverage is not None else network
    tables = {"gaps": gaps, "isochrones": isochrones}
    layers = [
        *(_layers_of_network(streets) if streets is not None else ()),
        *(_layers_of_coverage(coverage) if coverage is not None else ()),
        *(layer for name, table in tables.items() if table is not None for layer in _by_type(name, table)),
        *(_layers_of_compliance(compliance) if compliance is not None else ()),
    ]
    if not layers:
        msg = f"{target}: nothing to write; give network=, coverage=, gaps=, isochrones= or compliance="
        raise InputError(msg)
    with replacing(target) as temporary, fixed_date() as date:
        temporary.unlink()
        for layer in layers:
            _write(layer, temporary, lang)
        _write_styles(layers, temporary, lang, date)
        if sources is not None:
            _write_plain(sources, temporary, "sources")


def _layers_of_network(network: WalkNetwork) -> Iterator[_Layer]:
    nodes = network.nodes[list(_NODE_COLUMNS)].rename_axis("node").reset_index()
    edges = network.edges[["u", "v", *(name for name in _EDGE_COLUMNS if name in network.edges.columns)]]
    yield from _by_type("edges", gpd.GeoDataFrame(edges, geometry=network.edges.geometry))
    yield from _by_type("nodes", gpd.GeoDataFrame(nodes, geometry=network.nodes.geometry.to_numpy(), crs=network.crs))
    yield from _by_type("barriers", network.barriers)
    yield from _by_type("gates", network.gates)


def _layers_of_coverage(coverage: Coverage) -> Iterator[_Layer]:
    yield from _by_type("facilities", coverage.facilities.rename_axis("facility"))
    state = np.select([coverage.served, coverage.unknown], ["served", "unknown"], "unserved")
    columns: dict[str, Any] = {}
    for k, category in enumerate(coverage.served.columns):
        columns |= {
            f"{category}_minutes": coverage.minutes[category].replace(np.inf, np.nan),
            f"{category}_metres": coverage.metres[category].replace(np.inf, np.nan),
            f"{category}_nearest": coverage.nearest[category],
            f"{category}_status": pd.Series(state[:, k], index=coverage.places.index),
        }
    yield from _by_type(
        "places", coverage.places.join(pd.DataFrame(columns)).rename_axis("place"), by=f"{_worst(coverage)}_status"
    )


def _worst(coverage: Coverage) -> str:
    """The category of which most people are unserved: the one a layer of places opens with."""
    shares = coverage.shares().sort_values(["unserved", "category"], ascending=[False, True], kind="stable")
    return str(shares["category"].iloc[0]) if len(shares) else ""


def _layers_of_compliance(compliance: Compliance) -> Iterator[_Layer]:
    areas = compliance.areas
    if not isinstance(areas, gpd.GeoDataFrame):
        return
    verdicts = compliance.verdicts.pivot_table(index="area", columns="clause", values="verdict", aggfunc="first")
    graded = areas.assign(grade=compliance.grades.reindex(areas.index).astype(object))
    yield from _by_type("communities", graded.join(verdicts.add_prefix("clause_")).rename_axis("area"), by="grade")


def _by_type(about: str, table: gpd.GeoDataFrame, *, by: str = "") -> Iterator[_Layer]:
    """The rows with points, lines and areas as layers of their own; several points are a multipoint of their own."""
    shapes = table.geometry.to_numpy()
    kinds = shapely.get_dimensions(shapes)
    for dimension, word in _KINDS.items():
        rows = (kinds == dimension) & ~shapely.is_empty(shapes)
        if rows.any():
            several = len(set(kinds[~shapely.is_missing(shapes)])) > 1
            name = f"{about}_{word}" if several or about in {"facilities", "places"} else about
            yield _Layer(name, table[rows], about, Style.of(about, dimension, by=by))


def _write(layer: _Layer, path: Path, lang: str) -> None:
    import pyogrio

    rows = layer.rows.reset_index() if layer.rows.index.name else layer.rows.reset_index(drop=True)
    plain = gpd.GeoDataFrame({name: _plain(rows[name]) for name in rows.columns}, geometry=rows.geometry.name)
    pyogrio.write_dataframe(
        plain,
        path,
        layer=layer.name,
        driver="GPKG",
        promote_to_multi=bool(np.isin(shapely.get_type_id(plain.geometry.to_numpy()), _SEVERAL).any()),
        layer_options={"IDENTIFIER": _title(layer, lang), "DESCRIPTION": _ABOUT[layer.about][f"about_{lang}"]},
    )


def _title(layer: _Layer, lang: str) -> str:
    title, kind = _ABOUT[layer.about][f"title_{lang}"], layer.name.removeprefix(layer.about).removeprefix("_")
    if not kind:
        return title
    return f"{title}（{_KINDS_ZH[kind]}）" if lang == "zh" else f"{title} ({kind})"


def _plain(column: pd.Series) -> pd.Series:
    """A column as numbers, bools or text; no file holds lists or infinity."""
    if isinstance(column.dtype, gpd.array.GeometryDtype):
        return column
    if column.dtype == np.float64:
        return column.replace([np.inf, -np.inf], np.nan)
    if column.dtype != object:
        return column
    return column.map(lambda one: one if one is None or isinstance(one, str) else _as_text(one))


def _as_text(value: object) -> str | None:
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(map(str, value))
    return None if value is pd.NA or (isinstance(value, float) and np.isnan(value)) else str(value)


def _write_styles(layers: list[_Layer], path: Path, lang: str, date: str) -> None:
    """Write the table from which QGIS takes the style of each layer."""
    rows: list[Mapping[str, object]] = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": layer.name,
            "f_geometry_column": "geom",
            "styleName": layer.name,
            "styleQML": qml_of(layer.style, layer.rows, lang),
            "styleSLD": "",
            "useAsDefault": True,
            "description": _ABOUT[layer.about][f"about_{lang}"],
            "owner": "tenmin",
            "ui": None,
            "update_time": date,
        }
        for layer in layers
    ]
    _write_plain(pd.DataFrame(rows), path, "layer_styles")


def _write_plain(table: pd.DataFrame, path: Path, name: str) -> None:
    """Write a table without geometry."""
    import pyogrio

    pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", layer_options={"FID": "id"})
