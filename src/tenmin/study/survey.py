"""Run a study as a whole, and write its results as one set of files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tenmin.measures.findings import Findings
from tenmin.measures.shortfalls import list_cures
from tenmin.outputs.geopackage import save_layers
from tenmin.outputs.maps import draw_map
from tenmin.outputs.site_visit import write_doubts
from tenmin.outputs.tables import in_words, review_tables
from tenmin.outputs.verdict_tables import compliance_tables
from tenmin.study._fingerprints import fingerprints
from tenmin.study._licences import attributions, licence_notes, source_lines
from tenmin.study._measuring import measure_study
from tenmin.study._study_paths import files_of
from tenmin.study._summary import summarise
from tenmin.study.definition import Study
from tenmin.study.scenarios import inputs_of
from tenmin.support.errors import OutputError, TableError
from tenmin.support.files import make_folder, replacing
from tenmin.support.language import Lang
from tenmin.support.nouns import check_noun
from tenmin.support.result_sets import describe_results, writing_results
from tenmin.support.writing import write_table

__all__ = ["Survey", "check_same_study", "draw_review", "survey"]


@dataclass(frozen=True, eq=False, repr=False)
class Survey(Findings):
    """All results of one study: who is served, the gaps, the isochrones and the verdicts.

    Results are measured when they are first asked for, or written.
    """

    study: Study
    """The study."""

    def save(self, folder: str | os.PathLike[str], *, lang: Lang | None = None) -> None:
        """Write the map, the tables, the layers and the sources to a folder, all of them or none.

        `review.html` is the map; coverage, communities, gaps, counts, basket, remarks and sources are .csv files, those
        of each standard in a folder of its id; `site_visit.xlsx` lists what to check on site (`write_doubts`),
        `results.gpkg` has the layers for QGIS, `sources.txt` the page on sources and licences, `tenmin-manifest.json`
        the hash of each file, the study and its sources.

        Parameters
        ----------
        folder
            The folder, made if it does not exist. Other files in it stay.
        lang
            "zh" or "en"; by default the language of the study.

        Raises
        ------
        OutputError
            The folder holds the results of another study, or a file cannot be written; nothing is changed then.
        """
        told = self.study.lang if lang is None else lang
        check_same_study(Path(folder), self.study)
        with writing_results(folder, self._about(told, Path(folder))) as place:
            self._write_tables(place, told)
            with replacing(place / "sources.txt") as temporary:
                lines = source_lines(self.provenance, self.title, told)
                temporary.write_text("\n".join([*lines, ""]), encoding="utf-8")
            write_doubts(self.coverage, place / "site_visit.xlsx", lang=told, sources=self.provenance)
            save_layers(
                place / "results.gpkg",
                coverage=self.coverage,
                gaps=self.gaps,
                isochrones=self.isochrones,
                compliance=next(iter(self.compliance.values()), None),
                lang=told,
                sources=self.provenance,
            )
            draw_review(self, told).save(str(place / "review.html"))

    def summary(self, *, lang: Lang | None = None) -> list[str]:
        """Return sentences on the results that one can read out: shares, worst gaps, grades.

        Parameters
        ----------
        lang
            "zh" or "en"; by default the language of the study.
        """
        return summarise(self, self.study, self.study.lang if lang is None else lang)

    def _write_tables(self, place: Path, lang: Lang) -> None:
        tables = {**review_tables(self.coverage, self.gaps, lang), "sources": self.provenance}
        if len(self.remarks):
            tables["remarks"] = self.remarks
        for name, table in tables.items():
            write_table(in_words(table, lang), place / f"{name}.csv")
        for name, found in self.compliance.items():
            cures = list_cures(found, self.facilities, costs=self.study.costs)
            for part, table in {**compliance_tables(found, lang), "cures": cures}.items():
                write_table(in_words(table, lang), make_folder(place / name) / f"{part}.csv")

    def _about(self, lang: Lang, folder: Path) -> Mapping[str, Any]:
        """What the manifest says of the study."""
        return {
            "study": {
                "id": self.study.id,
                "title": self.title,
                "changes": self.study.scenario,
                "fingerprints": fingerprints(self.study),
            },
            "study_files": files_of(self.study, folder),
            "lang": lang,
            "sources_of_tables": "sources.csv",
            "sources": self.provenance.to_dict("records"),
            "licences": licence_notes(self.provenance, lang),
        }


def draw_review(found: Survey, lang: Lang, *, title: str | None = None, changes: pd.DataFrame | None = None) -> Any:
    """Return the map of a study, or of its comparison with an earlier one.

    Parameters
    ----------
    found
        The results.
    lang
        "zh" or "en".
    title
        Heading of the map; by default that of the study.
    changes
        People won and lost since the earlier study; the map has no isochrones then.
    """
    named = [*attributions(found.provenance), *licence_notes(found.provenance, lang)]
    return draw_map(
        found.coverage,
        gaps=found.gaps,
        isochrones=found.isochrones if changes is None else None,
        compliance=found.compliance.values(),
        walkers=found.study.map_walkers if changes is None else (),
        basemap=inputs_of(found.study).basemap,
        comparison=changes,
        title=title or found.title,
        lang=lang,
        sources=named,
    )


def check_same_study(folder: Path, study: Study) -> None:
    """Raise an OutputError if a folder holds the results of another study, or of another scenario.

    Parameters
    ----------
    folder
        The folder, which need not exist.
    study
        The study whose results are to be written there.
    """
    found = describe_results(folder).get("study") if folder.is_dir() else None
    if not isinstance(found, Mapping):
        return
    if (found.get("id"), found.get("changes")) != (study.id, study.scenario):
        other = f"{found.get('id')!r}" + (f" with {found['changes']!r}" if found.get("changes") else "")
        msg = f"{folder} holds the results of another study, {other}; give another folder, or take them away"
        raise OutputError(msg)


def survey(study: Study) -> Survey:
    """Return the results of a study.

    Of a scenario whose base was surveyed, only what its changes touch is read and walked anew: the result is the same.

    Parameters
    ----------
    study
        As from `read_study` or `apply_changes`.

    Raises
    ------
    InputError
        A file, a table or a change is not valid.
    TableError
        The homes have no people.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import tenmin as tm
    >>> with TemporaryDirectory() as folder:
    ...     *_, path = tm.write_template(folder, lang="en")
    ...     found = tm.survey(tm.read_study(path))
    >>> found.shares[["category", "served", "total"]]
                category  served   total
    0  community_service  1200.0  1200.0
    """
    check_noun(study, Study, "study")
    if "survey" in study.memory:
        return study.memory["survey"]
    inputs = inputs_of(study)
    earlier: Survey | None = None if study.base is None else study.base.memory.get("survey")
    coverage = measure_study(study, inputs, None if earlier is None else (inputs_of(earlier.study), earlier.coverage))
    if "people" not in coverage.places.columns:
        msg = f"{study.path}: the homes have no column of people"
        raise TableError(msg)
    found = Survey(
        title=study.title,
        coverage=coverage,
        circles=study.circles,
        near=study.near,
        standards=study.standards,
        remarks=inputs.remarks,
        provenance=inputs.provenance,
        study=study,
    )
    study.memory["survey"] = found
    return found
