"""Kinds of facility named in founding texts, and names of rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

from tenmin.inputs.services._catalogue import load_catalogue
from tenmin.inputs.services._name_normalisation import normalise_name
from tenmin.support.errors import FileError
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["FacilityKind", "load_kinds", "name_room"]

Form = Literal["category", "room", "not_spatial"]

_FORMS = ("category", "room", "not_spatial")


@dataclass(frozen=True)
class FacilityKind:
    """A kind of facility named in the founding texts.

    Attributes
    ----------
    zh
        Its Chinese name.
    texts
        Ids of the standards that name it.
    form
        What it stands for: "category", "room" or "not_spatial".
    key
        Key of the category, name of the room, or what it is instead.
    """

    zh: str
    texts: tuple[str, ...]
    form: Form
    key: str


def load_kinds() -> tuple[FacilityKind, ...]:
    """Return the kinds of facility named in the founding texts.

    >>> {kind.form for kind in load_kinds()} == {"category", "room", "not_spatial"}
    True
    """
    return _shipped_kinds()


def name_room(text: str) -> str:
    """Return the standard name of a room, or the text itself, trimmed, if the room is unknown.

    >>> name_room("图书阅览室"), name_room("益民书屋"), name_room(" 琴房 ")
    ('阅览室', '阅览室', '琴房')
    """
    return _rooms().get(normalise_name(text), text.strip())


@cache
def _rooms() -> dict[str, str]:
    path = shipped_file("tenmin.inputs.services", "rooms.toml")
    rooms: dict[str, str] = {}
    for room, aliases in read_toml(path).items():
        for name in (room, *aliases):
            if rooms.setdefault(normalise_name(name), room) != room:
                msg = f"{path}, {room}: {name!r} is a name of {rooms[normalise_name(name)]} already; leave it in one"
                raise FileError(msg)
    return rooms


@cache
def _shipped_kinds() -> tuple[FacilityKind, ...]:
    path = shipped_file("tenmin.inputs.services", "kinds.toml")
    return tuple(_kind(row, f"{path}, kind {n}") for n, row in enumerate(read_toml(path)["kind"], 1))


def _kind(row: Mapping[str, Any], where: str) -> FacilityKind:
    check_keys(row, {"zh", "texts", *_FORMS}, {"zh", "texts"}, where)
    given = [form for form in _FORMS if form in row]
    if len(given) != 1:
        msg = f"{where}, {row['zh']}: it has {given}; give exactly one of {', '.join(_FORMS)}"
        raise FileError(msg)
    form, key = given[0], row[given[0]]
    if (form == "category" and key not in load_catalogue()) or (form == "room" and key not in _rooms().values()):
        msg = f"{where}, {row['zh']}: there is no {form} {key!r}; add it to the list or name another"
        raise FileError(msg)
    return FacilityKind(row["zh"], tuple(row["texts"]), cast("Form", form), key)
