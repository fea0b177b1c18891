"""Conditions on OpenStreetMap tags, written in TOML: used by walk rules, barriers, gates, homes and the catalogue.

A condition is a table whose lines must all hold::

    highway = "footway"                    the tag has this value
    highway = ["footway", "path"]          the tag has one of these values
    surface = true                         the tag is present, whatever its value (false: absent)
    name = { matches = "小学|primary" }    the regular expression matches part of the value, ignoring case
    maxspeed = { kmh_at_least = 80 }       the speed is at least this (50 mph are 80.5 km/h); other texts are no speed
    any = [{ ... }, { ... }]               at least one of these conditions holds
    all = [{ ... }, { ... }]               all of these conditions hold
    not = { ... }                          this condition does not hold (a list: none of them does)
    gone = true                            tagged as no longer or not yet there, as by disused=yes or construction=yes
    never_open = true                      opening hours that never open, such as `closed` or `24/7 off`

A value such as `cafe;restaurant` counts as each of its parts, and capitals count as small letters. An empty table
always holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tenmin.support.errors import FileError

__all__ = ["Condition", "TagPattern", "memoize", "parse_condition", "tag_patterns"]

Tags = Mapping[str, str]
Test = Callable[[Tags], bool]
TagPattern = tuple[str, str | None]
T = TypeVar("T")


_LIFECYCLE = (
    "abandoned", "construction", "demolished", "destroyed", "dismantled", "disused", "planned", "proposed", "razed",
    "removed",
)  # fmt: skip
_SPEED = re.compile(r"(\d+(?:\.\d+)?) *(km/h|kmh|kph|mph)?")
_KMH_PER_MPH = 1.609344
_NEVER_OPEN = r'^\s*((24/7|Mo-Su|00:00-24:00|Mo-Su 00:00-24:00)\s+)?(closed|off)(\s*"[^"]*")?\s*$'
_NAMED: Mapping[str, Mapping[str, Any]] = {
    "gone": {"any": [{key: ["yes", "true", "1"]} for key in _LIFECYCLE]},
    "never_open": {"opening_hours": {"matches": _NEVER_OPEN}},
}


@dataclass(frozen=True)
class Condition:
    """A test of the tags of an element.

    Attributes
    ----------
    text
        The condition in words.
    keys
        All keys that it depends on.
    needs_one_of
        Tags of which at least one must be present for the condition to hold, as (key, value), or (key, None) for any
        value. Empty if it can hold without any tag.
    holds
        Function from tags to whether the condition holds.
    """

    text: str
    keys: frozenset[str]
    needs_one_of: frozenset[TagPattern]
    holds: Test

    def __repr__(self) -> str:
        return f"<Condition {self.text or 'always'}>"


def parse_condition(table: object, where: str) -> Condition:
    """Return the condition that a TOML table describes.

    Parameters
    ----------
    table
        The table, as parsed from TOML.
    where
        Its file and row, for messages.

    Raises
    ------
    FileError
        The table is not a valid condition.

    Examples
    --------
    >>> shared = parse_condition({"highway": "cycleway", "not": {"foot": "no"}}, "an example")
    >>> shared.holds({"highway": "cycleway"}), shared.holds({"highway": "cycleway", "foot": "no"})
    (True, False)
    >>> shared.text
    'highway=cycleway and not (foot=no)'
    """
    if not isinstance(table, Mapping):
        msg = f"{where}: a condition is a table such as {{ highway = 'footway' }}, not {table!r}"
        raise FileError(msg)
    return _every([_parse_line(key, value, where) for key, value in table.items()])


def memoize(function: Callable[[Tags], T], keys: Iterable[str]) -> Callable[[Tags], T]:
    """Return `function` with a cache: it is called once for all tags that agree in `keys`.

    Parameters
    ----------
    function
        A function of tags.
    keys
        All the keys that its result depends on.

    Examples
    --------
    >>> asked = []
    >>> paved = memoize(lambda tags: asked.append(1) or tags.get("surface") == "asphalt", ["surface"])
    >>> paved({"name": "A", "surface": "asphalt"}), paved({"name": "B", "surface": "asphalt"}), len(asked)
    (True, True, 1)
    """
    names = sorted(keys)
    cache: dict[tuple[str | None, ...], T] = {}

    def memoized(tags: Tags) -> T:
        values = tuple(map(tags.get, names))
        if values not in cache:
            cache[values] = function(tags)
        return cache[values]

    return memoized


def tag_patterns(tags: Tags) -> Iterator[TagPattern]:
    """Yield every tag pattern, (key, value) or (key, None), that these tags match.

    >>> list(tag_patterns({"shop": "bakery"}))
    [('shop', None), ('shop', 'bakery')]
    """
    for key, value in tags.items():
        yield key, None
        yield key, value
        yield from ((key, part) for part in _parts(value) if part != value)


def _parse_line(key: str, value: object, where: str) -> Condition:
    if key == "any":
        return _any_of(_conditions(value, f"{where}, any"), where)
    if key == "all":
        return _every(_conditions(value, f"{where}, all"))
    if key == "not":
        return _none_of(_conditions(value, f"{where}, not"))
    if isinstance(value, bool):
        return _named(key, value, where) if key in _NAMED else _presence(key, value)
    if isinstance(value, Mapping):
        return _speed(key, value, where) if "kmh_at_least" in value else _pattern(key, value, where)
    return _one_of(key, value, where)


def _conditions(value: object, where: str) -> list[Condition]:
    tables = value if isinstance(value, list) else [value]
    return [parse_condition(table, where) for table in tables]


def _every(parts: list[Condition]) -> Condition:
    return Condition(
        text=" and ".join(part.text for part in parts),
        keys=_joined(part.keys for part in parts),
        needs_one_of=next((part.needs_one_of for part in parts if part.needs_one_of), frozenset()),
        holds=_all_of([part.holds for part in parts]),
    )


def _any_of(options: list[Condition], where: str) -> Condition:
    if not options:
        msg = f"{where}: any = [] never holds; list at least one condition or leave the line out"
        raise FileError(msg)
    tests = [option.holds for option in options]
    every = all(option.needs_one_of for option in options)
    return Condition(
        text="(" + " or ".join(option.text for option in options) + ")",
        keys=_joined(option.keys for option in options),
        needs_one_of=_joined(option.needs_one_of for option in options) if every else frozenset(),
        holds=lambda tags: any(test(tags) for test in tests),
    )


def _none_of(options: list[Condition]) -> Condition:
    tests = [option.holds for option in options]
    return Condition(
        text=" and ".join(f"not ({option.text})" for option in options),
        keys=_joined(option.keys for option in options),
        needs_one_of=frozenset(),
        holds=lambda tags: not any(test(tags) for test in tests),
    )


def _named(key: str, wanted: bool, where: str) -> Condition:
    named = parse_condition(_NAMED[key], where)
    return named if wanted else _none_of([named])


def _presence(key: str, wanted: bool) -> Condition:
    return Condition(
        text=f"{key}=*" if wanted else f"no {key}",
        keys=frozenset([key]),
        needs_one_of=frozenset([(key, None)]) if wanted else frozenset(),
        holds=lambda tags: (key in tags) is wanted,
    )


def _pattern(key: str, value: Mapping[Any, Any], where: str) -> Condition:
    source = value.get("matches")
    if set(value) != {"matches"} or not isinstance(source, str):
        msg = f"{where}: {key} = {dict(value)!r}; a pattern is written {{ matches = '...' }}"
        raise FileError(msg)
    try:
        found = re.compile(source, re.IGNORECASE).search
    except re.error as error:
        msg = f"{where}: the pattern {source!r} for {key} cannot be read ({error})"
        raise FileError(msg) from None
    return Condition(
        text=f"{key}~{source}",
        keys=frozenset([key]),
        needs_one_of=frozenset([(key, None)]),
        holds=lambda tags: key in tags and found(tags[key]) is not None,
    )


def _speed(key: str, value: Mapping[Any, Any], where: str) -> Condition:
    least = value["kmh_at_least"]
    if len(value) > 1 or isinstance(least, bool) or not isinstance(least, int | float):
        msg = f"{where}: {key} = {dict(value)!r}; a least speed is written {{ kmh_at_least = 80 }}"
        raise FileError(msg)
    return Condition(
        text=f"{key}>={least}",
        keys=frozenset([key]),
        needs_one_of=frozenset([(key, None)]),
        holds=lambda tags: any(_kmh(part) >= least for part in _parts(tags.get(key, ""))),
    )


def _kmh(text: str) -> float:
    """A speed in km/h; NaN if the text is no speed."""
    found = _SPEED.fullmatch(text)
    if found is None:
        return math.nan
    return float(found[1]) * (_KMH_PER_MPH if found[2] == "mph" else 1.0)


def _one_of(key: str, value: object, where: str) -> Condition:
    values = value if isinstance(value, list) else [value]
    wanted = frozenset(item for item in values if isinstance(item, str) and item)
    if not values or len(wanted) < len(values):
        msg = f"{where}: {key} = {value!r}; give a text, a list of different texts, true, false or a pattern"
        raise FileError(msg)
    return Condition(
        text=f"{key}={'|'.join(map(str, values))}",
        keys=frozenset([key]),
        needs_one_of=frozenset((key, value) for value in wanted),
        holds=lambda tags: key in tags and _has(tags[key], wanted),
    )


def _has(value: str, wanted: frozenset[str]) -> bool:
    return value in wanted or any(part in wanted for part in _parts(value))


def _parts(value: str) -> list[str]:
    """The parts of a value such as `cafe;Restaurant`, in small letters."""
    return [part.strip() for part in value.lower().split(";")]


def _all_of(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda tags: all(test(tags) for test in tests)


def _joined(sets: Iterable[frozenset[T]]) -> frozenset[T]:
    return frozenset().union(*sets)
