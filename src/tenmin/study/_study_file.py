"""The file of a study: its sections and keys, and all that is wrong with one, with the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenmin.measures.shortfalls import CURES
from tenmin.support.errors import FileError
from tenmin.support.fields import (
    AMOUNT,
    FLAG,
    MOMENT,
    TEXT,
    TEXTS,
    Field,
    choice_of,
    find_faults,
    join_faults,
    suggest,
)
from tenmin.support.files import OSM_KINDS, open_input, read_toml

__all__ = ["PROVENANCE", "StudyFile", "is_osm", "load_study_file"]

PROVENANCE = ("source", "date", "licence", "attribution")
"""What an input may say of where it comes from."""


def _is_limit(value: Any) -> bool:
    return AMOUNT.is_valid(value) or (
        isinstance(value, dict) and bool(value) and all(map(AMOUNT.is_valid, value.values()))
    )


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(AMOUNT.is_valid, value))


def _is_header(value: Any) -> bool:
    rows = value if isinstance(value, list) else [value]
    return 0 < len(rows) <= len(("first", "last")) and all(isinstance(row, int) and row > 0 for row in rows)


def _are_control_points(value: Any) -> bool:
    pairs = isinstance(value, list) and all(isinstance(one, list) and len(one) == len(("grid", "map")) for one in value)
    return pairs and all(_are_numbers_of_a_spot(spot) for one in value for spot in one)


def _are_numbers_of_a_spot(value: Any) -> bool:
    return isinstance(value, list) and len(value) == len("xy") and all(isinstance(one, int | float) for one in value)


LIMIT = Field(_is_limit, "a number, or a table such as { clinic = 10, market = 15 }")
NUMBERS = Field(_are_numbers, "a list of numbers, such as [5, 10, 15]")
TABLE = Field(lambda value: isinstance(value, dict), 'a table, such as { path = "..." }')
TABLES = Field(
    lambda value: isinstance(value, dict) or (isinstance(value, list) and all(isinstance(one, dict) for one in value)),
    'a list of tables, such as [{ path = "..." }]',
)
WORDS = Field(lambda value: TEXT.is_valid(value) or TEXTS.is_valid(value), "a text, or a list of texts")
COLUMNS = Field(
    lambda value: isinstance(value, dict) and all(map(TEXT.is_valid, value.values())),
    'a table from heading to column, such as { "位置" = "lonlat" }',
)
CLAIM = Field(
    lambda value: value is True or TEXTS.is_valid(value),
    'a list of categories, such as ["clinic"], or true for all that occur',
)
COUNT = Field(lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0, "a whole number")
HEADER = Field(_is_header, "the number of the row of headings, or [first, last]")
POINTS = Field(_are_control_points, "two points, each as [[x, y], [longitude, latitude]]")
HOUR = Field(
    lambda value: TEXT.is_valid(value) or MOMENT.is_valid(value), 'a date with an hour, or a weekday such as "Tu 20:30"'
)
WALKER = Field(
    lambda value: TEXT.is_valid(value) or (isinstance(value, dict) and bool(value)),
    'a name, such as "adult", or a table such as { preset = "adult", speed_kmh = 3.6 }',
)
WALKERS = Field(
    lambda value: isinstance(value, list) and bool(value) and all(map(WALKER.is_valid, value)),
    'a list of walkers, such as ["older_adult", "wheelchair"]',
)

_DATE = Field(lambda value: TEXT.is_valid(value) or MOMENT.is_valid(value), "a date or a text")
_ORIGIN = {**dict.fromkeys(("source", "licence", "attribution"), TEXT), "date": _DATE}
_OF_TABLE = {
    "path": TEXT,
    "datum": choice_of("wgs84", "gcj02", "bd09"),
    "columns": COLUMNS,
    "crs": TEXT,
    "encoding": TEXT,
    "sheet": WORDS,
    "header": HEADER,
    "control_points": POINTS,
    **_ORIGIN,
}
_OF_PEOPLE = {"people_base": TEXT, "persons_per_household": AMOUNT}
_STREETS = {
    "path": TEXT,
    "rules": TEXT,
    "private": choice_of("residents", "closed", "open"),
    "island": COUNT,
    **_ORIGIN,
}
INPUTS: Mapping[str, Mapping[str, Field]] = {
    "streets": _STREETS,
    "facilities": {**_OF_TABLE, "category": TEXT, "complete": CLAIM},
    "areas": {**_OF_TABLE, **_OF_PEOPLE},
    "places": {
        **_OF_TABLE,
        **_OF_PEOPLE,
        "large": choice_of("inner"),
        "skip_bad": FLAG,
        "people": AMOUNT,
        "from_areas": FLAG,
    },
    "boundary": {"path": TEXT, "crs": TEXT, **_ORIGIN},
}
"""Keys of each input."""
SECTIONS: Mapping[str, Mapping[str, Field]] = {
    "study": {
        "id": TEXT,
        "title": TEXT,
        "lang": choice_of("zh", "en"),
        "walker": WALKER,
        "limit_minutes": LIMIT,
        "limit_metres": LIMIT,
        "circles_minutes": NUMBERS,
        "circles_metres": NUMBERS,
        "direction": choice_of("to", "from"),
        "near_metres": AMOUNT,
        "categories": TEXTS,
        "country": TEXT,
        "thin_share": AMOUNT,
        "when": MOMENT,
        "open_at": HOUR,
        **_OF_PEOPLE,
    },
    "inputs": {
        **{name: TABLES if name == "facilities" else TABLE for name in INPUTS},
        "osm_facilities": FLAG,
        "within_areas": FLAG,
        "heights": WORDS,
    },
    "standards": {"ids": TEXTS, "files": TEXTS, "third_party": FLAG},
    "changes": {"path": TEXT},
    "costs": {f"{cure}_per_m2": AMOUNT for cure in CURES},
    "ledger": {"path": TEXT, "notes": WORDS},
    "map": {"walkers": WALKERS},
    "outputs": {"folder": TEXT},
}
"""Keys of each section."""
_NEEDED = {"study": ("title",), "inputs": ("streets", "places")}
_NEEDED_SECTIONS = ("study", "inputs")
_FILE_KEYS = ("path", "rules")


@dataclass(frozen=True)
class StudyFile:
    """A study's file whose keys and values are valid.

    Attributes
    ----------
    path
        The file.
    sections
        Its sections; those that it lacks are empty.
    """

    path: Path
    sections: Mapping[str, Mapping[str, Any]]

    def resolve(self, name: str) -> Path:
        """Return a path that is relative to the folder of the file."""
        return self.path.parent / name

    def list_of(self, section: str, key: str) -> list[str]:
        """Return the texts of a key that takes one or several."""
        given = self.sections[section].get(key, [])
        return [given] if isinstance(given, str) else given


def load_study_file(path: Path) -> StudyFile:
    """Return a study's file after checking its keys, its values, and that the files it names are there.

    Raises
    ------
    FileError
        It is no TOML, or something in it is not valid; the message lists all of it, with the lines.
    """
    found = open_input(path, (".toml",))
    content = read_toml(found)
    text = found.read_text("utf-8").splitlines()
    faults = [f"{_line_of(key, text)}{where}{fault}" for where, key, fault in _find_all(content)]
    if not faults:
        file = StudyFile(found, {name: content.get(name, {}) for name in SECTIONS})
        faults = [*_find_missing(file), *_find_repeated(file)]
        if not faults:
            return file
    raise FileError(join_faults(str(found), faults))


def _find_all(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Section, key and fault of everything that is not valid."""
    for name, section in content.items():
        if name not in SECTIONS:
            yield "", name, f"unknown section [{name}]; did you mean {suggest(name, list(SECTIONS))}?"
        elif not isinstance(section, dict):
            yield "", name, f"{name!r} is {section!r:.40}; write it as a section, [{name}]"
        else:
            where = f"[{name}] "
            yield from ((where, *fault) for fault in find_faults(section, SECTIONS[name], needed=_NEEDED.get(name, ())))
            if name == "study":
                yield from ((where, *fault) for fault in _limit_faults(section))
            if name == "inputs":
                yield from _input_faults(section)
            if name == "ledger" and "notes" in section and "path" not in section:
                yield where, "notes", "'notes' are given without 'path'; give the ledger that they are written into"
    yield from (("", name, f"the section [{name}] is missing") for name in _NEEDED_SECTIONS if name not in content)


def _limit_faults(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    given = [key for key in ("limit_minutes", "limit_metres") if key in section]
    if len(given) != 1:
        found = "both are given" if given else "neither is given"
        yield "limit_metres", f"give one of 'limit_minutes' and 'limit_metres'; {found}"
    unit = given[0].removeprefix("limit_") if given else "minutes"
    other = next((key for key in section if key.startswith("circles_") and key != f"circles_{unit}"), None)
    if given and other is not None:
        yield other, f"{other!r} is given beside 'limit_{unit}'; give 'circles_{unit}'"


def _input_faults(section: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, fields in INPUTS.items():
        rows = section.get(name, [])
        for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
            if not isinstance(row, dict):
                continue
            where = f"[inputs] {name} {number}: " if isinstance(rows, list) else f"[inputs] {name}: "
            shared = [key for key in ("people", "from_areas") if name == "places" and row.get(key)]
            yield from ((where, *fault) for fault in find_faults(row, fields, needed=() if shared else ("path",)))
            both = [*shared, *(["path"] if shared and "path" in row else [])]
            if len(both) > 1:
                yield where, both[0], f"{both[0]!r} and {both[1]!r} are both given: read the homes, or share people out"


def _line_of(key: str, text: list[str]) -> str:
    """Where a key stands in the text, for messages; "" if it does not."""
    written = re.compile(rf"(?<![\w.-])[\"']?{re.escape(key)}[\"']?\s*(?:=|\])")
    line = next((number for number, line in enumerate(text, 1) if written.search(line.partition("#")[0])), None)
    return "" if line is None else f"line {line}: "


def _named_files(file: StudyFile) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each input with files, with its name."""
    for name in INPUTS:
        rows = file.sections["inputs"].get(name, [])
        yield from ((name, row) for row in (rows if isinstance(rows, list) else [rows]))


def _all_files(file: StudyFile) -> Iterator[str]:
    for _, row in _named_files(file):
        yield from (row[key] for key in _FILE_KEYS if key in row)
    yield from file.list_of("inputs", "heights")
    yield from file.sections["standards"].get("files", [])
    yield from (file.sections["changes"][key] for key in file.sections["changes"])
    yield from file.list_of("ledger", "notes")


def _find_missing(file: StudyFile) -> Iterator[str]:
    text = file.path.read_text("utf-8").splitlines()
    for name in dict.fromkeys(_all_files(file)):
        path = file.resolve(name)
        if path.exists():
            continue
        line = next((f"line {number}: " for number, line in enumerate(text, 1) if name in line), "")
        folder = path.parent
        near = (
            suggest(path.name, sorted(one.name for one in folder.iterdir() if one.is_file())) if folder.is_dir() else ""
        )
        fault = f"there is no file {name!r} in {folder}; in that folder there is {near or '-'}"
        yield line + fault


def _find_repeated(file: StudyFile) -> Iterator[str]:
    """Files that two inputs name: a workbook may be named again for another sheet."""
    seen: dict[Path, list[tuple[str, Any]]] = {}
    for name, row in _named_files(file):
        if "path" not in row:
            continue
        path, sheet = file.resolve(row["path"]).resolve(), row.get("sheet")
        for other, its_sheet in seen.get(path, []):
            if sheet is None or its_sheet is None or sheet == its_sheet:
                yield (
                    f"{row['path']!r} is named as {other} and as {name}; name each file once, or give a sheet= of its "
                    "own to each"
                )
        seen.setdefault(path, []).append((name, sheet))


def is_osm(path: Path) -> bool:
    """Return whether a file of streets is an extract of OpenStreetMap, by its name."""
    return path.name.lower().endswith(OSM_KINDS)
