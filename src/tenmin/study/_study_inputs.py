"""Read the inputs of a study: streets, facilities, homes and communities, with what was left out and their origins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from tenmin.inputs.areas import read_areas
from tenmin.inputs.communities import within_communities
from tenmin.inputs.facilities import combine_facilities, find_facilities, read_facilities
from tenmin.inputs.osm import OsmExtract, find_basemap, read_osm
from tenmin.inputs.places import read_places
from tenmin.inputs.population import estimate_places
from tenmin.inputs.services import list_parts, load_catalogue
from tenmin.network import WalkNetwork
from tenmin.study._study_file import PROVENANCE, is_osm
from tenmin.study.definition import Study, StudyInput
from tenmin.support.bounds import check_geopackage
from tenmin.support.contracts import check_frame, list_remarks
from tenmin.support.errors import FileError, InputError
from tenmin.support.files import open_input, reading
from tenmin.support.limits import unknown_category

__all__ = ["Inputs", "read_inputs", "read_network"]

OSM_ORIGIN = {
    "source": "OpenStreetMap",
    "licence": "ODbL 1.0",
    "attribution": "© OpenStreetMap contributors",
}
"""Origin of streets and facilities of an extract, unless the study says another."""
_DEGREES = "EPSG:4326"
_OUTSIDE = "outside the boundary of the study: not counted"


@dataclass(frozen=True, eq=False)
class Inputs:
    """The inputs of a study, read.

    Attributes
    ----------
    network
        The streets and the walker.
    facilities, places, areas
        The tables; no areas without a table of them.
    remarks
        What was left out or noted: file, and the columns of `list_remarks`.
    provenance
        A row for each file: input, file, source, date, licence, attribution, sha256; "" for what is not said.
    before
        The streets of scenarios before each of them added links or opened gates, whose access points stay; first first.
    basemap
        What the map shows of the extract below the results, as from `find_basemap`; None without an extract.
    """

    network: WalkNetwork
    facilities: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame | None
    remarks: pd.DataFrame
    provenance: pd.DataFrame
    before: tuple[WalkNetwork, ...] = ()
    basemap: gpd.GeoDataFrame | None = None


def read_inputs(study: Study) -> Inputs:
    """Return the inputs of a study without the changes of a scenario.

    Parameters
    ----------
    study
        The study.

    Raises
    ------
    InputError
        A file or a table is not valid.
    """
    [streets], town = study.of("streets"), None
    if is_osm(_path_of(streets)):
        town = read_osm(_path_of(streets))
    network = read_network(study, town)
    areas = next((read_areas(_path_of(one), **one.options) for one in study.of("areas")), None)
    tables = [read_facilities(_path_of(one), **one.options).sort_index() for one in study.of("facilities")]
    places = _read_places(study, town, areas)
    if study.within:
        if areas is None:
            msg = f"{study.path}: within_areas needs areas = {{ path = ... }} under [inputs]"
            raise InputError(msg)
        tables, places = [within_communities(one, areas) for one in tables], within_communities(places, areas)
    inside, outside = _inside(study, places)
    facilities = _gather(study, town, tables)
    combined = list_remarks(facilities) if len(tables) + study.with_osm > 1 else pd.DataFrame()
    read = [*zip(study.of("facilities"), tables, strict=True), *((one, areas) for one in study.of("areas"))]
    read += [(one, places) for one in study.of("places")]
    return Inputs(
        network,
        facilities,
        inside,
        areas,
        pd.concat([_remarks_on(read, combined), outside], ignore_index=True),
        pd.DataFrame(_origins(study, network), columns=["input", "file", *PROVENANCE, "sha256"]).fillna(""),
        basemap=None if town is None else find_basemap(town),
    )


def read_network(study: Study, town: OsmExtract | None = None) -> WalkNetwork:
    """Return the streets of a study for its walker, at its date.

    Parameters
    ----------
    study
        The study.
    town
        The extract of its streets, if it was read already.
    """
    [streets] = study.of("streets")
    path = _path_of(streets)
    if is_osm(path):
        network = WalkNetwork.from_osm(
            path if town is None else town, walker=study.walker, when=study.moment, **streets.options
        )
    else:
        network = WalkNetwork.read(path, walker=study.walker)
    rasters = [_path_of(one) for one in study.of("heights")]
    return network.on_heights(rasters) if rasters else network


def _path_of(one: StudyInput) -> Path:
    if one.path is None:
        msg = f"{one.role} names no file"
        raise InputError(msg)
    return one.path


def _read_places(study: Study, town: OsmExtract | None, areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    [places] = study.of("places")
    if places.path is not None:
        return read_places(places.path, **places.options).sort_index()
    if town is None:
        msg = (
            f"{study.path}: people are shared out over the homes of an extract, but streets is none; give places a path"
        )
        raise InputError(msg)
    if "people" in places.options:
        return estimate_places(town, people=places.options["people"])
    if areas is None:
        msg = f"{study.path}: from_areas shares out the people of communities; give areas a path"
        raise InputError(msg)
    return estimate_places(town, areas=areas)


def _gather(study: Study, town: OsmExtract | None, tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """The facilities of all sources, of the categories of the study."""
    if study.with_osm and town is None:
        msg = f"{study.path}: osm_facilities needs streets of OpenStreetMap; give a table of facilities"
        raise InputError(msg)
    chosen, catalogue = study.categories, load_catalogue()
    if chosen is not None:
        listed = {str(key) for table in tables for key in table["category"]}
        valid = sorted(listed | (set(catalogue) if study.with_osm else set()))
        for key in chosen:
            if not {key, *list_parts().get(key, ())} & set(valid):
                raise unknown_category(key, valid, f"categories of {study.path}")
    known = None if chosen is None else [key for key in chosen if key in catalogue]
    mapped = [find_facilities(town, categories=known)] if study.with_osm and town is not None else []
    every = [*tables, *mapped]
    found = every[0] if len(every) == 1 else combine_facilities(*every)
    if chosen is None:
        return found
    parts = {part for key in chosen for part in list_parts().get(key, (key,))}
    return found[found["category"].astype("str").isin(parts)]


def _inside(study: Study, places: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The places inside the boundary of a study, and remarks on the others."""
    if not study.of("boundary"):
        return places, pd.DataFrame()
    [boundary] = study.of("boundary")
    shape = _read_boundary(boundary).to_crs(_DEGREES).union_all()
    spots = places.geometry.to_crs(_DEGREES).representative_point()
    outside = spots.notna().to_numpy() & ~spots.within(shape).to_numpy()
    if outside.all():
        msg = f"{boundary.path}: no place lies inside it; is it the boundary of another town, or in another CRS?"
        raise InputError(msg)
    told = pd.DataFrame(
        {"file": _path_of(boundary).name, "id": places.index[outside].astype(str), "reason": _OUTSIDE, "used": False}
    )
    return places[~outside], told


def _read_boundary(boundary: StudyInput) -> gpd.GeoSeries:
    """The polygons of a file."""
    path = open_input(_path_of(boundary), (".gpkg", ".geojson", ".shp", ".parquet"))
    with reading(path):
        if path.suffix.lower() == ".gpkg":
            for layer in gpd.list_layers(path)["name"]:
                check_geopackage(path, str(layer))
        frame: Any = gpd.read_parquet(path) if path.suffix.lower() == ".parquet" else gpd.read_file(path)
        if "crs" in boundary.options:
            frame = frame.set_crs(boundary.options["crs"], allow_override=True)
    shapes = check_frame(frame, str(path), unique=False).geometry
    if not shapes.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        msg = f"{path}: a boundary is one or more polygons, but there is a {set(shapes.geom_type) or 'no shape'}"
        raise FileError(msg)
    return shapes


def _remarks_on(read: Sequence[tuple[StudyInput, gpd.GeoDataFrame | None]], combined: pd.DataFrame) -> pd.DataFrame:
    """What was said of each table, and of the facilities that stand in several."""
    told = [pd.DataFrame(columns=["file"])]
    for one, table in read:
        remarks = pd.DataFrame() if table is None else list_remarks(table)
        name = one.role if one.path is None else one.path.name
        told.append(pd.DataFrame({"file": name}, index=remarks.index).join(remarks))
    told.append(combined)
    return pd.concat([one for one in told if len(one)] or told[:1], ignore_index=True)


def _origins(study: Study, network: WalkNetwork) -> Iterator[dict[str, str]]:
    """Where each input comes from, the facilities of OpenStreetMap included."""
    for one in study.given:
        said = dict(one.origin)
        of_osm = (one.role == "streets" and network.is_of_osm) or one.path is None
        if of_osm:
            said = {**OSM_ORIGIN, "date": network.date or "", **said}
        path = _path_of(one) if one.path is not None else _path_of(study.of("streets")[0])
        yield {"input": one.role, "file": path.name, **said, "sha256": _hash_of(path)}
        if one.role == "streets" and study.with_osm:
            origin = {**OSM_ORIGIN, "date": network.date or ""}
            yield {"input": "facilities", "file": path.name, **origin, "sha256": _hash_of(path)}


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
