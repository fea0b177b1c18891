"""The studies behind two folders of results, run again where their files are still what they were."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenmin.plans.changes import read_changes
from tenmin.study._fingerprints import fingerprints
from tenmin.study._standing import Standing, standing_of
from tenmin.study.definition import Study, read_study
from tenmin.study.scenarios import apply_changes
from tenmin.study.survey import Survey, survey
from tenmin.support.errors import TenminError
from tenmin.support.files import local_path
from tenmin.support.result_sets import describe_results

__all__ = ["Lost", "recall"]


@dataclass(frozen=True)
class Lost:
    """Why a study cannot be run again.

    Attributes
    ----------
    reason
        "unsaid", "missing", "changed" or "otherwise": a key of the texts on comparisons.
    what
        The file, or the title of the study.
    """

    reason: str
    what: str


def recall(folder: Path, saved: Standing) -> Survey | Lost:
    """Return the results of the study of a folder, measured again, or why they cannot be.

    Parameters
    ----------
    folder
        The folder.
    saved
        What its results say.
    """
    written = describe_results(folder)
    about = written.get("study_files")
    named = about if isinstance(about, Mapping) else {}
    changes = named.get("changes")
    names = [named.get("study"), *(changes if isinstance(changes, list) else [])]
    try:
        files = [folder / local_path(one) for one in names if isinstance(one, str)]
        if not files:
            return Lost("unsaid", saved.title)
        absent = next((one for one in files if not one.is_file()), None)
        if absent is not None:
            return Lost("missing", os.path.normpath(absent))
        study = _read(files)
        changed = next(_changed(study, written.get("sources")), None)
        if changed is not None:
            return Lost("changed", changed)
        if dict(fingerprints(study)) != dict(saved.fingerprints):
            return Lost("changed", study.path.name)
        found = survey(study)
    except TenminError as error:
        return Lost("missing", str(error))
    again = standing_of(found)
    same = again.served.sort_index().equals(saved.served.astype(bool).sort_index()[again.served.columns])
    return found if same else Lost("otherwise", saved.title)


def _read(files: list[Path]) -> Study:
    """The study of a file, with the changes of others that it does not name itself."""
    study, own = read_study(files[0]), 0
    base = study
    while base.base is not None:
        base, own = base.base, own + 1
    for path in files[1 + own :]:
        study = apply_changes(study, read_changes(path))
    return study


def _changed(study: Study, sources: Any) -> Iterator[str]:
    """The files of a study that are not those that its results were made of."""
    rows = [row for row in sources if isinstance(row, Mapping)] if isinstance(sources, list) else []
    hashes = {(row.get("input"), row.get("file")): row.get("sha256") for row in rows}
    for one in study.given:
        if one.path is not None and (one.role, one.path.name) in hashes:
            with one.path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != hashes[one.role, one.path.name]:
                    yield one.path.name
