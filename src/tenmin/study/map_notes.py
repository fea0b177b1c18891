"""Notes of a meeting, as the review map saves them, as a table."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tenmin.support.bounds import check_amount
from tenmin.support.errors import FileError
from tenmin.support.fields import Field, choice_of, find_faults, join_faults
from tenmin.support.json_files import read_json

__all__ = ["read_notes"]

FORMAT = 1
"""The format of notes that this version reads."""
KINDS: Mapping[str, str] = {"gaps": "gap", "facilities": "facility", "places": "place", "areas": "area"}
"""What the map calls the kinds of objects, and what the table does."""

_MAX_NOTES, _MAX_LETTERS = 100_000, 20_000
_FIELDS: Mapping[str, Field] = {
    "kind": choice_of(*KINDS),
    "id": Field(lambda value: isinstance(value, str) and len(value) <= _MAX_LETTERS, "the id of the object as text"),
    "text": Field(
        lambda value: isinstance(value, str) and bool(value.strip()) and len(value) <= _MAX_LETTERS,
        f"the note, a text of 1 to {_MAX_LETTERS} characters",
    ),
}


def read_notes(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the notes that people wrote on the objects of a review map, and saved to a file.

    Parameters
    ----------
    path
        The file `notes.json` that the map saved.

    Returns
    -------
    DataFrame
        In the order of the file: kind ("gap", "facility", "place" or "area"), id (as text; of a gap its stable id, the
        column `gap` of the gaps), note, and map (the title of the map).

    Raises
    ------
    FileError
        It is no JSON, of another format, or a note is not valid; the message lists all that are not.

    Examples
    --------
    >>> import json, pathlib, tempfile, tenmin as tm
    >>> note = {"kind": "facilities", "id": "S001", "text": "moves in May"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "notes.json")
    ...     _ = path.write_text(json.dumps({"format": 1, "map": "Review", "notes": [note]}))
    ...     tm.read_notes(path)
           kind    id          note     map
    0  facility  S001  moves in May  Review
    """
    content, where = read_json(path, "notes of a meeting are shorter; is it the right file?"), str(path)
    if not isinstance(content, Mapping) or type(content.get("format")) is not int or content["format"] != FORMAT:
        given = content.get("format") if isinstance(content, Mapping) else None
        msg = (
            f'{where}: its "format" is {given!r:.40}, and this version of tenmin reads notes of format {FORMAT}; '
            "give a file that the map saved (Save notes)"
        )
        raise FileError(msg)
    unknown, title, rows = sorted(set(content) - {"format", "map", "notes"}), content.get("map"), content.get("notes")
    if unknown or not isinstance(title, str) or not isinstance(rows, list):
        wrong = f"unknown key {unknown[0]!r:.40}" if unknown else "a text or a list is missing"
        msg = f'{where}: {wrong}; it holds "format", "map" (a text) and "notes" (a list)'
        raise FileError(msg)
    check_amount(Path(where), len(rows), _MAX_NOTES, "notes", "make several files of them")
    if faults := [f"note {number}: {fault}" for number, row in enumerate(rows, 1) for fault in _faults(row)]:
        raise FileError(join_faults(where, faults))
    columns = {
        "kind": [KINDS[row["kind"]] for row in rows],
        "id": [row["id"] for row in rows],
        "note": [row["text"] for row in rows],
        "map": [title] * len(rows),
    }
    return pd.DataFrame(columns, dtype="str")


def _faults(row: Any) -> list[str]:
    if not isinstance(row, Mapping):
        return [f"{row!r:.40} is no note; give an object with {', '.join(map(repr, _FIELDS))}"]
    return [fault for _, fault in find_faults(row, _FIELDS, needed=_FIELDS)]
