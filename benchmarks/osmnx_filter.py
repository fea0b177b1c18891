"""OSMnx's filter of walkable ways, read from its own text and applied to tags as Overpass would."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_CLAUSE = re.compile(r'\["([^"]+)"(?:(!~)"([^"]*)")?\]')


@dataclass(frozen=True)
class Clause:
    """A tag that must be there, or (with a pattern) must not have a value in which the pattern is found."""

    key: str
    pattern: str | None

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Return whether a way with these tags passes."""
        value = tags.get(self.key)
        if self.pattern is None:
            return value is not None
        return value is None or re.search(self.pattern, value) is None

    def words(self, tags: Mapping[str, str]) -> str:
        """Return what of these tags does not pass."""
        return f"{self.key}={tags[self.key]}" if self.key in tags else f"no {self.key}"


def read_filter(text: str) -> list[Clause]:
    """Return the clauses of a filter in Overpass's language.

    Raises
    ------
    ValueError
        The text has clauses of a form that is not known here.
    """
    if _CLAUSE.sub("", text):
        msg = f"parts of OSMnx's filter were not understood: {_CLAUSE.sub('', text)!r}"
        raise ValueError(msg)
    return [Clause(key, pattern if operator else None) for key, operator, pattern in _CLAUSE.findall(text)]


def walk_filter() -> list[Clause]:
    """Return the filter of `network_type="walk"` of the OSMnx that is installed."""
    from osmnx import _overpass  # its only statement of the filter

    ask: Callable[[str], str] = getattr(_overpass, "_get_network_filter")  # noqa: B009
    return read_filter(ask("walk"))


def refusal(clauses: list[Clause], tags: Mapping[str, str]) -> Clause | None:
    """Return the first clause that a way with these tags does not pass."""
    return next((clause for clause in clauses if not clause.holds(tags)), None)
