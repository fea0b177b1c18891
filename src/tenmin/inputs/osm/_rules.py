"""Walk rules: which ways can be walked, and why, by an ordered table of conditions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tenmin.support.conditions import Condition, memoize, parse_condition
from tenmin.support.errors import FileError, InputError
from tenmin.support.files import check_keys, open_input, read_toml, reading, shipped_file

__all__ = ["Direction", "Doubt", "Rule", "Rules", "classify_ways", "load_rules"]

VERDICTS = ("walk", "private", "refuse")
_COLUMNS = ["rule", "walkable", "private", "kind", "forward", "backward"]


@dataclass(frozen=True)
class Rule:
    """A row of the table: ways for which `when` holds get a verdict.

    Attributes
    ----------
    id
        Name of the rule, unique in its table.
    when
        Condition on the tags of a way.
    verdict
        "walk" (open to everybody), "private" (open to residents and visitors) or "refuse".
    zh, en
        The reason as a sentence.
    """

    id: str
    when: Condition
    verdict: str
    zh: str
    en: str


@dataclass(frozen=True)
class Direction:
    """A row that allows walkers only one direction of the ways for which `when` holds."""

    id: str
    when: Condition
    forward: bool
    backward: bool


@dataclass(frozen=True)
class Doubt:
    """Walked ways for which `when` holds are doubtful, for the reason in `zh` and `en`.

    With `metres`, only if ways in a row for which it holds are longer than this together.
    """

    id: str
    when: Condition
    zh: str
    en: str
    metres: float = 0.0


@dataclass(frozen=True, repr=False)
class Rules:
    """A table of walk rules.

    Attributes
    ----------
    path
        Its file.
    rules
        The rules; the first whose condition holds decides.
    directions
        Rules on direction; again the first one decides.
    kinds
        Keys whose value is the kind of a way, in order of precedence.
    doubts
        What makes a walked way doubtful.
    """

    path: str
    rules: tuple[Rule, ...]
    directions: tuple[Direction, ...]
    kinds: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()

    def __repr__(self) -> str:
        return f"<Rules of {Path(self.path).name}: {len(self.rules)} rules, {len(self.directions)} directions>"

    @property
    def keys(self) -> frozenset[str]:
        """All keys that a verdict can depend on."""
        conditions = [row.when.keys for row in (*self.rules, *self.directions)]
        return frozenset(self.kinds).union(*conditions)

    def classify(self, tags: Mapping[str, str]) -> tuple[str, bool, bool, str, bool, bool]:
        """Return rule id, walkable, private, kind, forward and backward of a way with these tags."""
        rule = next(row for row in self.rules if row.when.holds(tags))
        way = next((row for row in self.directions if row.when.holds(tags)), None)
        kind = next((tags[key] for key in self.kinds if key in tags), "unknown")
        return (
            rule.id,
            rule.verdict == "walk",
            rule.verdict == "private",
            kind,
            way is None or way.forward,
            way is None or way.backward,
        )

    def refuses(self, tags: Mapping[str, str]) -> bool:
        """Return whether a way with these tags is refused."""
        return next(row.verdict for row in self.rules if row.when.holds(tags)) == "refuse"

    def reason(self, rule_id: str, lang: str = "en") -> str:
        """Return the reason of a rule as a sentence.

        Parameters
        ----------
        rule_id
            Id of the rule.
        lang
            "zh" or "en".

        Examples
        --------
        >>> from tenmin.inputs.osm import load_rules
        >>> load_rules().reason("foot_no")
        'walkers are not allowed (foot=no)'
        """
        return next(getattr(row, lang) for row in self.rules if row.id == rule_id)


def classify_ways(ways: pd.DataFrame, rules: Rules | None = None) -> pd.DataFrame:
    """Return the walk rule, verdict and open directions of each way.

    Parameters
    ----------
    ways
        Ways with their `tags`.
    rules
        The walk rules; by default those that ship with the package.

    Returns
    -------
    DataFrame
        With the index of `ways`: `rule` (id of the rule that decides), `walkable` (open to everybody), `private` (open
        to residents and visitors), `kind` (footway, steps, residential, ...), `forward` and `backward` (only
        `oneway:foot`, `foot:forward`, `foot:backward` and escalators restrict walkers).

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.DataFrame({"tags": [{"highway": "cycleway", "foot": "no"}, {"highway": "steps"}]})
    >>> classify_ways(ways)[["rule", "walkable", "kind"]]
          rule  walkable      kind
    0  foot_no     False  cycleway
    1    steps      True     steps
    """
    table = rules or load_rules()
    classify = memoize(table.classify, table.keys)
    tags = ways["tags"].tolist()
    by_id = {id(one): classify(one) for one in {id(one): one for one in tags}.values()}
    verdicts = {verdict: row for row, verdict in enumerate(dict.fromkeys(by_id.values()))}
    rows = np.fromiter((verdicts[by_id[id(one)]] for one in tags), np.int64, len(tags))
    flags = ["walkable", "private", "forward", "backward"]
    frame = pd.DataFrame(list(verdicts), columns=_COLUMNS).astype(dict.fromkeys(flags, bool))
    return frame.astype({"rule": "str", "kind": "str"}).take(rows).set_axis(ways.index, axis=0)


def load_rules(path: str | os.PathLike[str] | None = None, *, options: Iterable[str] = ()) -> Rules:
    """Return the walk rules of a TOML file, by default those that ship with the package.

    Parameters
    ----------
    path
        The file.
    options
        Ids of its optional rules (`option = true`) that shall count, such as "platform_in_station": platforms of
        stations are behind ticket gates, as in China.

    Raises
    ------
    FileError
        The file is not TOML; a row has an unknown or missing key, an unknown verdict or a duplicate id; or the last
        rule does not hold for every way.
    InputError
        The file has no such optional rule.
    """
    chosen = frozenset(options)
    if path is None:
        return _shipped(chosen)
    found = open_input(path, (".toml",))
    with reading(found):
        return _parse(found, chosen)


@cache
def _shipped(options: frozenset[str]) -> Rules:
    return _parse(shipped_file("tenmin.inputs.osm", "rules.toml"), options)


def _parse(path: Path, options: frozenset[str]) -> Rules:
    data = read_toml(path)
    check_keys(data, {"kinds", "rule", "direction", "doubt"}, {"kinds", "rule"}, str(path))
    rows = _rows(data, "rule", path)
    optional = {row.get("id") for row in rows if row.get("option")}
    if options - optional:
        msg = f"{path} has no optional rule {min(options - optional)!r}; it has {', '.join(sorted(optional)) or 'none'}"
        raise InputError(msg)
    every = [_rule(row, f"{path}, rule {n}") for n, row in enumerate(rows, 1)]
    rules = tuple(rule for rule in every if rule.id not in optional - options)
    directions = tuple(
        _direction(row, f"{path}, direction {n}") for n, row in enumerate(_rows(data, "direction", path), 1)
    )
    doubts = tuple(_doubt(row, f"{path}, doubt {n}") for n, row in enumerate(_rows(data, "doubt", path), 1))
    _check_ids([*rules, *directions], path)
    if not rules or rules[-1].when.keys:
        msg = f"{path}: the last rule must hold for every way (when = {{}}), so that each way gets a reason"
        raise FileError(msg)
    return Rules(str(path), rules, directions, tuple(data["kinds"]), doubts)


def _rows(data: Mapping[str, Any], name: str, path: Path) -> list[Any]:
    rows = data.get(name, [])
    if not isinstance(rows, list):
        msg = f"{path}: {name} is written as [[{name}]], once for each row"
        raise FileError(msg)
    return rows


def _rule(row: Mapping[str, Any], where: str) -> Rule:
    fields = {"id", "when", "verdict", "zh", "en"}
    check_keys(row, fields | {"option"}, fields, where)
    where = f"{where} ({row['id']})"
    if row["verdict"] not in VERDICTS:
        msg = f"{where}: verdict = {row['verdict']!r}; it is one of {', '.join(VERDICTS)}"
        raise FileError(msg)
    when = parse_condition(row["when"], where)
    return Rule(row["id"], when, row["verdict"], row["zh"], row["en"])


def _direction(row: Mapping[str, Any], where: str) -> Direction:
    fields = {"id", "when", "forward", "backward"}
    check_keys(row, fields, fields, where)
    where = f"{where} ({row['id']})"
    if row["forward"] is row["backward"]:
        msg = f"{where}: forward and backward are {row['forward']!r}; exactly one must be true"
        raise FileError(msg)
    when = parse_condition(row["when"], where)
    return Direction(row["id"], when, bool(row["forward"]), bool(row["backward"]))


def _doubt(row: Mapping[str, Any], where: str) -> Doubt:
    fields = {"id", "when", "zh", "en"}
    check_keys(row, fields | {"metres"}, fields, where)
    return Doubt(**{**row, "when": parse_condition(row["when"], where)})


def _check_ids(rows: Sequence[Rule | Direction], path: Path) -> None:
    ids = [row.id for row in rows]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        msg = f"{path}: the id {twice[0]!r} is there twice; each rule needs its own"
        raise FileError(msg)
