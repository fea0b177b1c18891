"""The names of areas as tables write them: with or without the committee, the 街道 in front, or the 0 of a code."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tenmin.inputs.readers import code_of, text_of
from tenmin.inputs.services import normalise_name

__all__ = ["AreaNames", "plain_name"]

_COMMITTEE = re.compile(r"社区(?:居民委员会|居委会)$")
_VILLAGE_COMMITTEE = re.compile(r"村?(?:村民委员会|村委会)$")
_STROKES = re.compile(r"[-_/·>]")


def plain_name(name: object) -> str:
    """Return the name of a community without that of its committee.

    >>> plain_name("东苑社区居委会"), plain_name("北村村民委员会"), plain_name("李家村村委会"), plain_name("站前居委会")
    ('东苑社区', '北村', '李家村', '站前居委会')
    """
    joined = "".join(normalise_name(text_of(name)).split())
    return _VILLAGE_COMMITTEE.sub("村", _COMMITTEE.sub("社区", joined))


@dataclass(frozen=True)
class AreaNames:
    """Finds the areas that a text names.

    Attributes
    ----------
    areas
        The areas; their index are the ids.
    """

    areas: pd.DataFrame

    @cached_property
    def _by_id(self) -> Mapping[str, Hashable]:
        return {code_of(text_of(label) or ""): label for label in self.areas.index}

    @cached_property
    def by_name(self) -> Mapping[str, list[Hashable]]:
        """The areas of each name, normalised."""
        return self._index(lambda name: normalise_name(text_of(name)))

    @cached_property
    def _by_plain_name(self) -> Mapping[str, list[Hashable]]:
        return self._index(plain_name)

    def _index(self, spell: Callable[[object], str]) -> dict[str, list[Hashable]]:
        found: dict[str, list[Hashable]] = {}
        if "name" in self.areas.columns:
            for label, name in self.areas["name"].items():
                found.setdefault(spell(name), []).append(label)
        return {name: labels for name, labels in found.items() if name}

    def named(self, text: str) -> list[Hashable]:
        """Return the areas with this id, else with this name, else with it but for the word of the committee.

        Parameters
        ----------
        text
            An id or a name.
        """
        code = code_of(text)
        if code in self._by_id:
            return [self._by_id[code]]
        return self.by_name.get(normalise_name(text)) or self._by_plain_name.get(plain_name(text), [])

    def numbered(self, text: str) -> list[Hashable]:
        """Return the areas whose code is this number: programs take the 0 away that a code begins with.

        Parameters
        ----------
        text
            A code.
        """
        if not text.isdecimal():
            return []
        return [label for code, label in self._by_id.items() if code.isdecimal() and int(code) == int(text)]

    def after_others(self, text: str, above: Callable[[Hashable], Iterable[object]]) -> list[Hashable]:
        """Return the areas that a text names after their 街道, their district or both, such as 站前街道东苑社区.

        Parameters
        ----------
        text
            The text.
        above
            Gives the names of what is above an area, the nearest first.
        """
        joined, found = _STROKES.sub("", plain_name(text)), list[Hashable]()
        for name, labels in self._by_plain_name.items():
            before = joined.removesuffix(name)
            if before and before != joined:
                found += [label for label in labels if before in _prefixes(map(plain_name, above(label)))]
        return found


def _prefixes(names: Iterable[str]) -> set[str]:
    """Return what may stand before a name: each name above it, and those up to one of them, the highest first."""
    found, joined = set[str](), ""
    for name in names:
        joined = _STROKES.sub("", name) + joined
        found |= {_STROKES.sub("", name), joined}
    return found
