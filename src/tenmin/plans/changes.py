"""Change sets: what a scenario adds, moves, closes, opens or exchanges, read from JSON with a format number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenmin.inputs.services import name_category
from tenmin.support.bounds import check_amount
from tenmin.support.errors import FileError
from tenmin.support.fields import (
    AMOUNT,
    ID,
    LATITUDE,
    LONGITUDE,
    MAX_TEXT,
    MOMENT,
    SPOT,
    TEXT,
    TEXTS,
    Field,
    find_faults,
    join_faults,
    moment_of,
    suggest,
)
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.json_files import read_json

__all__ = ["FORMAT", "KINDS", "Change", "Changes", "read_changes"]

FORMAT = 1
"""The format of change sets that this version reads."""
KINDS: Mapping[str, Mapping[str, Any]] = read_toml(shipped_file("tenmin.plans", "changes.toml"))
"""For each kind of change the fields that it needs, those that it may have, and its name in zh and en."""

_MAX_CHANGES = 10_000
_ENLARGING = "enlarge_facility"


@dataclass(frozen=True)
class Change:
    """One change of a scenario.

    Attributes
    ----------
    kind
        A key of `KINDS`, such as "add_facility".
    id
        Id of the facility, or of the gate's node, as text; "" for other kinds.
    spots
        Longitude and latitude (WGS84) of the facility, or of both ends of a link.
    values
        All other fields, sorted by name.
    """

    kind: str
    id: str = ""
    spots: tuple[tuple[float, float], ...] = ()
    values: tuple[tuple[str, Any], ...] = ()

    def __getitem__(self, name: str) -> Any:
        """Return the value of another field."""
        return dict(self.values)[name]


@dataclass(frozen=True, repr=False)
class Changes:
    """The changes of a scenario, in the order in which they are made.

    Attributes
    ----------
    changes
        The changes.
    title
        What the scenario is called.
    source
        The file that it was read from.
    """

    changes: tuple[Change, ...]
    title: str = ""
    source: str = "changes"

    def of(self, *kinds: str) -> Iterator[Change]:
        """Yield the changes of some kinds."""
        return (change for change in self.changes if change.kind in kinds)

    def __repr__(self) -> str:
        """The title, and how many changes of each kind there are."""
        counts = {kind: sum(1 for _ in self.of(kind)) for kind in KINDS}
        told = ", ".join(f"{count} x {KINDS[kind]['en']}" for kind, count in counts.items() if count)
        return f"<Changes {self.title!r}: {told}>"


def read_changes(path: str | os.PathLike[str] | Mapping[str, Any]) -> Changes:
    """Return the changes in a JSON file; `docs/changes.md` gives its format.

    Parameters
    ----------
    path
        A .json file with a format number, or what it holds as a mapping.

    Raises
    ------
    FileError
        It is no JSON, of another format, or a change is not valid; the message lists all that are not.

    Examples
    --------
    >>> import tenmin as tm
    >>> spot = {"lon": 105.0012, "lat": 38.4021}
    >>> new = {"change": "add_facility", "id": "new-1", "category": "clinic", **spot}
    >>> shut = {"change": "shut_gate", "id": 14201240}
    >>> tm.read_changes({"format": 1, "title": "A", "changes": [new, shut]})
    <Changes 'A': 1 x add a facility, 1 x shut a gate>
    """
    if isinstance(path, Mapping):
        return _parse(path, "changes")
    return _parse(read_json(path, "a scenario is shorter; is it the right file?"), str(path))


def _parse(content: object, where: str) -> Changes:
    if not isinstance(content, Mapping) or content.get("format") != FORMAT or isinstance(content["format"], bool):
        given = content.get("format") if isinstance(content, Mapping) else None
        msg = f'{where}: its "format" is {given!r:.40}, and this version of tenmin reads {FORMAT}; see docs/changes.md'
        raise FileError(msg)
    rows, title = content.get("changes"), content.get("title", "")
    unknown = sorted(set(map(str, content)) - {"format", "title", "changes"})
    if unknown or not isinstance(title, str) or not isinstance(rows, list) or not rows:
        wrong = f"unknown key {unknown[0]!r}" if unknown else '"changes" must be a list with at least one change'
        msg = f'{where}: {wrong}; it holds "format", "title" (a text) and "changes"'
        raise FileError(msg)
    check_amount(Path(where), len(rows), _MAX_CHANGES, "changes", "make several scenarios of them")
    made = [_Row(number, row).change() for number, row in enumerate(rows, 1)]
    faults = [fault for _, found in made for fault in found]
    if faults:
        raise FileError(join_faults(where, faults))
    return Changes(tuple(change for change, _ in made), title[:MAX_TEXT], where)


@dataclass(frozen=True)
class _Row:
    """One change as it stands in the file, with its number from 1."""

    number: int
    row: Any

    def change(self) -> tuple[Change, list[str]]:
        """The change, and what is wrong with it."""
        row = self.row
        kind = row.get("change") if isinstance(row, Mapping) else None
        if not isinstance(kind, str) or kind not in KINDS:
            return Change(""), [f'change {self.number}: "change" is {kind!r:.40}; did you mean {suggest(kind, KINDS)}?']
        faults = [*self._faults(kind)]
        if faults:
            return Change(kind), [f"change {self.number} ({kind}): {fault}" for fault in faults]
        rest = {key: _PLAIN[key](row[key]) if key in _PLAIN else row[key] for key in row if key not in _APART}
        spots = (
            [(row["lon"], row["lat"])] if "lon" in row else [tuple(row[key]) for key in ("from", "to") if key in row]
        )
        return (
            Change(
                kind,
                str(row.get("id", "")).strip().removeprefix("n" if kind.endswith("_gate") else ""),
                tuple((float(lon), float(lat)) for lon, lat in spots),
                tuple(sorted(rest.items())),
            ),
            [],
        )

    def _faults(self, kind: str) -> Iterator[str]:
        known = ("change", "note", *KINDS[kind]["needed"], *KINDS[kind]["optional"])
        fields = {key: _FIELDS[key] for key in known}
        yield from (fault for _, fault in find_faults(self.row, fields, needed=KINDS[kind]["needed"]))
        if kind == _ENLARGING and not set(KINDS[kind]["optional"]) & set(self.row):
            yield f"nothing is enlarged; give one of {', '.join(KINDS[kind]['optional'])}"


_FIELDS: Mapping[str, Field] = {
    "id": ID,
    "lon": LONGITUDE,
    "lat": LATITUDE,
    "date": MOMENT,
    **dict.fromkeys(("from", "to"), SPOT),
    **dict.fromkeys(("floor_area_m2", "capacity"), AMOUNT),
    **dict.fromkeys(("rooms", "separate_rooms", "standards"), TEXTS),
    **dict.fromkeys(("change", "category", "name", "area", "opening_hours", "walker", "note"), TEXT),
}
_APART = {"change", "note", "id", "lon", "lat", "from", "to"}
_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "category": lambda text: name_category(text) or text.strip(),
    "date": moment_of,
    **dict.fromkeys(("rooms", "separate_rooms", "standards"), tuple),
    **dict.fromkeys(("floor_area_m2", "capacity"), float),
}
