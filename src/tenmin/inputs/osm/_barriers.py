"""Classification of mapped lines that block walking, by the table in barriers.toml."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from tenmin.inputs.osm._rules import load_rules
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
        test = "rules" if "rules" in row else "when"
        check_keys(row, {"kind", test}, {"kind", test}, str(path))
        where = f"{path}, {row['kind']}"
        kinds.append((row["kind"], _refused(row["rules"]) if test == "rules" else parse_condition(row["when"], where)))
    return BarrierTable(parse_condition(data["passes"], f"{path}, passes"), tuple(kinds))


def _refused(ids: Collection[str]) -> Condition:
    """Return the condition of ways that fit one of these walk rules and are refused, by it or by an earlier one."""
    table = load_rules()
    roads = [rule.when for rule in table.rules if rule.id in ids]
    return Condition(
        text=f"refused and {' or '.join(ids)}",
        keys=table.keys,
        needs_one_of=frozenset().union(*(road.needs_one_of for road in roads)),
        holds=lambda tags: any(road.holds(tags) for road in roads) and table.refuses(tags),
    )
