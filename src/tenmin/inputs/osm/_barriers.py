"""Classification of mapped lines that block walking, by the table in barriers.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from tenmin.support.conditions import Condition, memoize, parse_condition
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["BarrierTable", "load_barriers"]


@dataclass(frozen=True)
class BarrierTable:
    """Table of barriers.

    Attributes
    ----------
    passes
        Condition of lines above or below ground, which block nobody.
    kinds
        Kind of barrier and its condition; the first match counts.
    """

    passes: Condition
    kinds: tuple[tuple[str, Condition], ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of which every barrier has at least one."""
        return frozenset(key for _, when in self.kinds for key, _ in when.needs_one_of)

    def kind(self, tags: Mapping[str, str]) -> str | None:
        """Return the kind of barrier of a line with these tags, or None if it is not a barrier.

        >>> load_barriers().kind({"railway": "rail"})
        'railway'
        >>> load_barriers().kind({"railway": "rail", "bridge": "yes"}) is None
        True
        """
        return None if self.keys.isdisjoint(tags) else self._memoized_kind(tags)

    @cached_property
    def _memoized_kind(self) -> Callable[[Mapping[str, str]], str | None]:
        return memoize(self._kind, self.passes.keys.union(*(when.keys for _, when in self.kinds)))

    def _kind(self, tags: Mapping[str, str]) -> str | None:
        found = next((kind for kind, when in self.kinds if when.holds(tags)), None)
        return None if found is None or self.passes.holds(tags) else found


@cache
def load_barriers() -> BarrierTable:
    """Return the table of barriers that ships with the package."""
    path = shipped_file("tenmin.inputs.osm", "barriers.toml")
    data = read_toml(path)
    check_keys(data, {"passes", "barrier"}, {"passes", "barrier"}, str(path))
    kinds = []
    for row in data["barrier"]:
        check_keys(row, {"kind", "when"}, {"kind", "when"}, str(path))
        kinds.append((row["kind"], parse_condition(row["when"], f"{path}, {row['kind']}")))
    return BarrierTable(parse_condition(data["passes"], f"{path}, passes"), tuple(kinds))
