"""Load a standard by id or from a file, and list the ones that ship with the package."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from tenmin.inputs.standards._clause_kinds import EVIDENCE
from tenmin.inputs.standards._parsing import check_subjects, read_standard_toml
from tenmin.inputs.standards._standard import Standard
from tenmin.inputs.standards._workbook import read_standard_workbook
from tenmin.support.errors import FileError
from tenmin.support.files import local_path, open_input, reading, shipped_file

__all__ = ["check_standard_file", "list_standards", "load_standard"]

THIRD_PARTY = "third_party"


def load_standard(id_or_path: str | os.PathLike[str], *, third_party: bool = False) -> Standard:
    """Return a standard that ships with the package, or one from a file.

    Parameters
    ----------
    id_or_path
        An id of `list_standards()`, or the path of a .toml or .xlsx file.
    third_party
        Whether to keep clauses known only from third-party programs or transcriptions. By default they are left out,
        which may be all of a standard, and a note says how many.

    Raises
    ------
    FileError
        There is no such standard, or its file is invalid.

    Examples
    --------
    >>> load_standard("jiaxing_2012").clauses[0].value
    350.0
    """
    standard = _load_all(id_or_path)
    return standard if third_party else _without_third_party(standard)


def list_standards(*, third_party: bool = True) -> pd.DataFrame:
    """Return the standards that ship with the package, one per row: titles, issuer, year, clauses, evidence, source.

    `clauses` and `mandatory` count the clauses that are loaded by default, and `third_party` the others;
    `best_evidence` and `worst_evidence` are the extreme grades of all clauses.

    Parameters
    ----------
    third_party
        Whether to include standards that consist of third-party clauses.

    Examples
    --------
    >>> list_standards().loc["xuzhou_2017", "year"]
    np.int64(2017)
    """
    standards = [_shipped(name) for name in _shipped_ids()]
    rows = [_summary_row(one) for one in standards if third_party or one.evidence != THIRD_PARTY]
    return pd.DataFrame(rows).set_index("id").astype({"year": "Int64"})


def check_standard_file(path: str | os.PathLike[str], subjects: Collection[str] | None = None) -> Standard:
    """Return the standard in a file if it is valid, with third-party clauses.

    Parameters
    ----------
    path
        A .toml or .xlsx file.
    subjects
        Valid keys of categories, which clauses must use; by default any key is valid.

    Raises
    ------
    FileError
        The file is invalid; the message names the clause, the field and how to fix it.
    """
    standard = _read(path)
    if subjects is not None:
        check_subjects(standard, subjects, os.fspath(path))
    return standard


def _load_all(id_or_path: str | os.PathLike[str]) -> Standard:
    text = str(local_path(id_or_path))
    if isinstance(id_or_path, str) and text in _shipped_ids():
        return _shipped(text)
    if not isinstance(id_or_path, str) or "." in text or os.sep in text:
        return _read(id_or_path)
    suggestions = difflib.get_close_matches(text, _shipped_ids(), n=1)
    hint = f"did you mean {suggestions[0]!r}?" if suggestions else "list_standards() names them all"
    msg = f"there is no standard {text!r}; {hint} A file is named with its ending, .toml or .xlsx"
    raise FileError(msg)


def _read(path: str | os.PathLike[str]) -> Standard:
    found = open_input(path, (".toml", ".xlsx"))
    with reading(found):
        return read_standard_toml(found) if found.suffix.lower() == ".toml" else read_standard_workbook(found)


def _without_third_party(standard: Standard) -> Standard:
    """Return the standard without third-party clauses, tiers and figures, and with a note on how many."""
    clauses = tuple(clause for clause in standard.clauses if clause.evidence != THIRD_PARTY)
    left_out = len(standard.clauses) - len(clauses)
    kept = {"", *(clause.id for clause in clauses)}
    notes_zh, notes_en = standard.notes_zh, standard.notes_en
    if left_out:
        notes_zh += (
            f"另有 {left_out} 条只见于第三方程序或转录的条款，未载入；需要时用 third_party=True（--third-party）。",
        )
        notes_en += (
            f"{left_out} clauses that were only seen in somebody's program or transcription are left out; ask for them "
            "with third_party=True (--third-party).",
        )
    return replace(
        standard,
        clauses=clauses,
        tiers=tuple(tier for tier in standard.tiers if tier.evidence != THIRD_PARTY),
        reported=tuple(row for row in standard.reported if row.clause in kept and row.evidence != THIRD_PARTY),
        notes_zh=notes_zh,
        notes_en=notes_en,
    )


def _summary_row(standard: Standard) -> dict[str, object]:
    grades = list(EVIDENCE)
    ranks = sorted(grades.index(clause.evidence) for clause in standard.clauses)
    loaded = [clause for clause in standard.clauses if clause.evidence != THIRD_PARTY]
    return {
        "id": standard.id,
        "title_zh": standard.title_zh,
        "title_en": standard.title_en,
        "issued_by": standard.issued_by,
        "year": standard.year,
        "clauses": len(loaded),
        "mandatory": sum(clause.mandatory for clause in loaded),
        "third_party": len(standard.clauses) - len(loaded),
        "evidence": standard.evidence,
        "best_evidence": grades[ranks[0]] if ranks else "",
        "worst_evidence": grades[ranks[-1]] if ranks else "",
        "source": standard.source,
    }


def _folder() -> Path:
    return shipped_file("tenmin.inputs.standards", "data")


@cache
def _shipped_ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


@cache
def _shipped(name: str) -> Standard:
    return read_standard_toml(_folder() / f"{name}.toml")
