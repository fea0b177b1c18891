"""Which ways a walker may use and why: an ordered table, read once and asked once per kind of tags."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tenmin.support.conditions import Condition, memoize, parse_condition
from tenmin.support.errors import FileError
from tenmin.support.files import check_keys, open_input, read_toml, shipped_file

__all__ = ["Direction", "Rule", "Rules", "judge_ways", "load_rules"]

VERDICTS = ("walk", "private", "refuse")
_COLUMNS = ["rule", "walkable", "private", "kind", "forward", "backward"]


@dataclass(frozen=True)
class Rule:
    """One row of the table: ways that fit `when` get `verdict` (walk, private or refuse), for the reason given."""

    id: str
    when: Condition
    verdict: str
    zh: str
    en: str


@dataclass(frozen=True)
class Direction:
    """A row that binds walkers to one direction of the ways that fit `when`."""

    id: str
    when: Condition
    forward: bool
    backward: bool


@dataclass(frozen=True, repr=False)
class Rules:
    """A table of walk rules, first fit first, with the keys that name the kind of a way."""

    path: str
    rules: tuple[Rule, ...]
    directions: tuple[Direction, ...]
    kinds: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Rules of {Path(self.path).name}: {len(self.rules)} rules, {len(self.directions)} directions>"

    @property
    def keys(self) -> frozenset[str]:
        """All the keys that a verdict can depend on."""
        conditions = [row.when.keys for row in (*self.rules, *self.directions)]
        return frozenset(self.kinds).union(*conditions)

    def judge(self, tags: Mapping[str, str]) -> tuple[str, bool, bool, str, bool, bool]:
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

    def reason(self, rule_id: str, lang: str = "en") -> str:
        """Return the sentence of a rule, in `zh` or `en`.

        >>> from tenmin.inputs.osm import load_rules
        >>> load_rules().reason("foot_no")
        'walkers are not allowed (foot=no)'
        """
        return next(getattr(row, lang) for row in self.rules if row.id == rule_id)


def judge_ways(ways: pd.DataFrame, rules: Rules | None = None) -> pd.DataFrame:
    """Return, for every row of `ways`, the rule that decides, its verdict, and the directions open on foot.

    Columns: `rule` (its id), `walkable` (open to everybody), `private` (open to those who live there), `kind`
    (footway, steps, residential, ...), `forward` and `backward` (only `oneway:foot`, `foot:forward`,
    `foot:backward` and the run of an escalator bind walkers). The index is that of `ways`.

    >>> import pandas as pd
    >>> ways = pd.DataFrame({"tags": [{"highway": "cycleway", "foot": "no"}, {"highway": "steps"}]})
    >>> judge_ways(ways)[["rule", "walkable", "kind"]]
          rule  walkable      kind
    0  foot_no     False  cycleway
    1    steps      True     steps
    """
    table = rules or load_rules()
    judge = memoize(table.judge, table.keys)
    tags = ways["tags"].tolist()
    by_tags = {id(one): judge(one) for one in {id(one): one for one in tags}.values()}
    verdicts = {verdict: row for row, verdict in enumerate(dict.fromkeys(by_tags.values()))}
    rows = np.fromiter((verdicts[by_tags[id(one)]] for one in tags), np.int64, len(tags))
    flags = ["walkable", "private", "forward", "backward"]
    frame = pd.DataFrame(list(verdicts), columns=_COLUMNS).astype(dict.fromkeys(flags, bool))
    return frame.astype({"rule": "str", "kind": "str"}).take(rows).set_axis(ways.index, axis=0)


def load_rules(path: str | os.PathLike[str] | None = None) -> Rules:
    """Return the walk rules of a TOML file (without one, those that ship with the package).

    Raises
    ------
    FileError
        The file is not TOML, or a row has an unknown key, a missing one, a verdict that is none, an id that
        is there twice, or the last row does not hold for every way.
    """
    return _shipped() if path is None else _parse(open_input(path, (".toml",)))


@cache
def _shipped() -> Rules:
    return _parse(shipped_file("tenmin.inputs.osm", "rules.toml"))


def _parse(path: Path) -> Rules:
    data = read_toml(path)
    check_keys(data, {"kinds", "rule", "direction"}, {"kinds", "rule"}, str(path))
    rules = tuple(_rule(row, f"{path}, rule {n}") for n, row in enumerate(_rows(data, "rule", path), 1))
    directions = tuple(
        _direction(row, f"{path}, direction {n}") for n, row in enumerate(_rows(data, "direction", path), 1)
    )
    _check_ids([*rules, *directions], path)
    if not rules or rules[-1].when.keys:
        msg = f"{path}: the last rule must hold for every way (when = {{}}), so that each way gets a reason"
        raise FileError(msg)
    return Rules(str(path), rules, directions, tuple(data["kinds"]))


def _rows(data: Mapping[str, Any], name: str, path: Path) -> list[Any]:
    rows = data.get(name, [])
    if not isinstance(rows, list):
        msg = f"{path}: {name} is written as [[{name}]], once for each row"
        raise FileError(msg)
    return rows


def _rule(row: Mapping[str, Any], where: str) -> Rule:
    fields = {"id", "when", "verdict", "zh", "en"}
    check_keys(row, fields, fields, where)
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


def _check_ids(rows: Sequence[Rule | Direction], path: Path) -> None:
    ids = [row.id for row in rows]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        msg = f"{path}: the id {twice[0]!r} is there twice; each rule needs its own"
        raise FileError(msg)
