"""Who is served by a study, from its survey or from the folder in which its results were saved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from tenmin.study._fingerprints import fingerprints
from tenmin.study.survey import Survey
from tenmin.support.bounds import check_geopackage
from tenmin.support.errors import FileError
from tenmin.support.files import local_path, reading
from tenmin.support.language import Lang, choose_language
from tenmin.support.result_sets import describe_results, examine_results

__all__ = ["Standing", "read_standing", "standing_of"]

_STATUS = "_status"


@dataclass(frozen=True, eq=False)
class Standing:
    """Who is served by one study.

    Attributes
    ----------
    id, title
        Of the study; the title names the scenario too.
    lang
        Language of the study, or that its results were written in.
    places
        The places, with people, people_<group> and area where known; indexed by id as text.
    served, unknown
        bool, places x categories.
    areas
        Names of the communities by id, where known.
    fingerprints
        A text for each cause of differences, the same where the cause is.
    sources
        Where the inputs come from, as in `Findings.provenance`.
    """

    id: str
    title: str
    lang: Lang
    places: gpd.GeoDataFrame
    served: pd.DataFrame
    unknown: pd.DataFrame
    areas: Mapping[str, str]
    fingerprints: Mapping[str, str]
    sources: pd.DataFrame


def standing_of(found: Survey) -> Standing:
    """Return who is served by the results of a study.

    Parameters
    ----------
    found
        The results.
    """
    areas, study = found.areas, found.study
    names = {} if areas is None or "name" not in areas else areas["name"].dropna().astype(str).to_dict()
    return Standing(
        study.id,
        _named(found.title, study.scenario),
        study.lang,
        _by_text(found.places),
        _by_text(found.coverage.served),
        _by_text(found.coverage.unknown),
        {str(area): name for area, name in names.items()},
        fingerprints(study),
        found.provenance,
    )


def read_standing(folder: str | os.PathLike[str]) -> Standing:
    """Return who is served by the results that a study wrote to a folder.

    Parameters
    ----------
    folder
        The folder.

    Raises
    ------
    FileError
        It holds no results of a study, those of another format, or files of two runs.
    """
    path = local_path(folder)
    state = examine_results(path).state
    if state != "whole":
        msg = f"{path} holds files of two runs, or files changed since; run `tenmin verify`, or the study again"
        raise FileError(msg)
    written = describe_results(path)
    about, spoken = written.get("study"), written.get("lang")
    if not isinstance(about, Mapping) or not isinstance(about.get("fingerprints"), Mapping):
        msg = f"{path} holds no results of a study that can be compared; run the study again"
        raise FileError(msg)
    places = _read_places(path / "results.gpkg")
    status = places[[name for name in places.columns if str(name).endswith(_STATUS)]]
    status = status.rename(columns=lambda name: str(name).removesuffix(_STATUS))
    title = _named(str(about.get("title")), about.get("changes"))
    lang = choose_language(spoken if spoken in {"zh", "en"} else None)
    sources = pd.DataFrame([row for row in written.get("sources", ()) if isinstance(row, Mapping)])
    served, unknown = status == "served", status == "unknown"
    return Standing(str(about.get("id")), title, lang, places, served, unknown, {}, about["fingerprints"], sources)


def _read_places(path: Any) -> gpd.GeoDataFrame:
    """The layers of places in a GeoPackage of results, indexed by id."""
    with reading(path):
        names = [str(name) for name in gpd.list_layers(path)["name"] if str(name).startswith("places_")]
        for name in names:
            check_geopackage(path, name)
        layers = [gpd.read_file(path, layer=name) for name in names]
        places = gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), geometry="geometry", crs=layers[0].crs)
        return _by_text(places.set_index("place"))


def _named(title: str, scenario: str | None) -> str:
    return title if scenario is None else f"{title} ({scenario})"


def _by_text(frame: Any) -> Any:
    return frame.set_axis(frame.index.astype(str))
