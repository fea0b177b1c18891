"""Finds the category that a table means by a word of its own, and what counts as a category."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from tenmin.inputs.services._catalogue import Category, load_catalogue
from tenmin.inputs.services._wording import plain_name

__all__ = ["list_parts", "name_category"]

_QUOTES = re.compile(r"[\s\"'“”‘’「」『』《》]")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_COMMUNITY = "社区"
_AMAP = re.compile(r"\d{6}")


def name_category(text: str, catalogue: Mapping[str, Category] | None = None) -> str | None:
    """Return the key of the category that a text names, or None if it names none or more than one.

    It may be a key, a Chinese or English name, an alias or an Amap code. Width, case, spaces, quotation marks, what
    stands in brackets, and 社区 in front make no difference, unless the catalogue has the longer name.

    >>> name_category("社区警务室"), name_category("“一站式” 服务大厅"), name_category("０９０６０１")
    ('police', 'one_stop_hall', 'pharmacy')
    >>> name_category("理发店（便民）"), name_category("社区医院"), name_category("火箭发射场")
    ('hairdresser', 'health_centre', None)
    """
    names, codes = _shipped_words() if catalogue is None else _words(catalogue)
    code = plain_name(text)
    if _AMAP.fullmatch(code):
        return codes.get(code)
    return next((names[form] for form in _forms(text) if form in names), None)


def list_parts(catalogue: Mapping[str, Category] | None = None) -> dict[str, tuple[str, ...]]:
    """Return for each category the keys of all that count as it: itself first, then its parts and their parts.

    >>> list_parts()["clinic"]
    ('clinic', 'health_centre', 'health_station')
    """
    known = load_catalogue() if catalogue is None else catalogue
    parts = {key: [key] for key in known}
    for found in parts.values():
        for whole in found:
            found.extend(key for key, category in known.items() if whole in category.part_of and key not in found)
    return {key: tuple(found) for key, found in parts.items()}


@cache
def _shipped_words() -> tuple[dict[str, str], dict[str, str]]:
    return _words(load_catalogue())


def _words(catalogue: Mapping[str, Category]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the category of each name, and of each Amap code that belongs to just one."""
    names: dict[str, str] = {}
    owners: dict[str, list[str]] = {}
    for key, category in catalogue.items():
        for name in (key, category.zh, category.en, *category.aliases):
            names.setdefault(_bare(name), key)
        for code in category.amap:
            owners.setdefault(code, []).append(key)
    return names, {code: keys[0] for code, keys in owners.items() if len(keys) == 1}


def _forms(text: str) -> Iterator[str]:
    """Yield the text as it is, then with ever fewer of its brackets, then each of these without 社区 in front."""
    forms = [_bare(text)]
    while brackets := list(_BRACKETS.finditer(forms[-1])):
        last = brackets[-1]
        forms.append(forms[-1][: last.start()] + forms[-1][last.end() :])
    yield from forms
    yield from (form.removeprefix(_COMMUNITY) for form in forms if form.startswith(_COMMUNITY))


def _bare(text: str) -> str:
    return _QUOTES.sub("", plain_name(text))
