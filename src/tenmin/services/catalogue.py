"""Reads the catalogue of service categories and refuses a faulty one by row and key."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tenmin.conditions import Condition, parse_condition
from tenmin.errors import FileError
from tenmin.files import check_keys, open_input, read_toml

__all__ = ["Category", "load_catalogue"]

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_AMAP = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Category:
    """A kind of service: what it is called, which tags mean it, and what it weighs in a score.

    An OpenStreetMap element belongs to it if one of `rules` holds and it belongs to none of `unless`.
    `amap` are the six-digit type codes of Amap for it, where they are known.
    """

    key: str
    zh: str
    en: str
    rules: tuple[Condition, ...]
    amap: tuple[str, ...] = ()
    weight: float = 1.0
    unless: tuple[str, ...] = ()

    def rule_for(self, tags: Mapping[str, str]) -> str | None:
        """Return, in words, the first rule that these tags fulfil, or None.

        >>> load_catalogue()["pharmacy"].rule_for({"amenity": "pharmacy", "name": "大药房"})
        'amenity=pharmacy'
        """
        return next((rule.text for rule in self.rules if rule.holds(tags)), None)


def load_catalogue(path: str | os.PathLike[str] | None = None) -> dict[str, Category]:
    """Return the categories of a catalogue by their keys, in its order (without a path, the one that ships).

    Raises
    ------
    FileError
        The file is not TOML, or a category has an unknown key, a missing name, no rule, a rule that would take
        every element, a weight that is not a positive number, or an Amap code that is not six digits.

    >>> load_catalogue()["library"].zh
    '图书馆'
    """
    return dict(_shipped()) if path is None else _parse(open_input(path, (".toml",)))


@cache
def _shipped() -> dict[str, Category]:
    return _parse(Path(str(files("tenmin.services") / "catalogue.toml")))


def _parse(path: Path) -> dict[str, Category]:
    rows = read_toml(path)
    catalogue = {key: _category(key, row, f"{path}, [{key}]") for key, row in rows.items()}
    if not catalogue:
        msg = f"{path} holds no category; each is a table such as [pharmacy]"
        raise FileError(msg)
    for category in catalogue.values():
        stray = [key for key in category.unless if key not in catalogue or key == category.key]
        if stray:
            msg = f"{path}, [{category.key}]: unless names {stray[0]!r}, which is no other category of this file"
            raise FileError(msg)
    return catalogue


def _category(key: str, row: Any, where: str) -> Category:
    if not _KEY.fullmatch(key) or not isinstance(row, Mapping):
        msg = f"{where}: a category is a table named in small letters, digits and _, such as [primary_school]"
        raise FileError(msg)
    check_keys(row, {"zh", "en", "tags", "amap", "weight", "unless"}, {"zh", "en", "tags"}, where)
    for name in ("zh", "en"):
        if not isinstance(row[name], str) or not row[name].strip():
            msg = f"{where}: {name} = {row[name]!r}; give the name as text"
            raise FileError(msg)
    return Category(
        key=key,
        zh=row["zh"],
        en=row["en"],
        rules=_rules(row["tags"], where),
        amap=_texts(row, "amap", where, _AMAP),
        weight=_weight(row.get("weight", 1.0), where),
        unless=_texts(row, "unless", where, _KEY),
    )


def _rules(tags: Any, where: str) -> tuple[Condition, ...]:
    if not isinstance(tags, list) or not tags:
        msg = f"{where}: tags = {tags!r}; give a list of at least one condition, such as [{{ amenity = 'bank' }}]"
        raise FileError(msg)
    rules = tuple(parse_condition(table, f"{where}, tags {n}") for n, table in enumerate(tags, 1))
    loose = [n for n, rule in enumerate(rules, 1) if not rule.anchors]
    if loose:
        msg = f"{where}, tags {loose[0]}: it asks for no tag that must be there, so it would take every element"
        raise FileError(msg)
    return rules


def _texts(row: Mapping[str, Any], name: str, where: str, form: re.Pattern[str]) -> tuple[str, ...]:
    values = row.get(name, [])
    bad = [value for value in values if not isinstance(value, str) or not form.fullmatch(value)]
    if not isinstance(values, list) or bad:
        msg = f"{where}: {name} = {values!r}; give a list of texts of the form {form.pattern}"
        raise FileError(msg)
    return tuple(values)


def _weight(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (0 < value < math.inf):
        msg = f"{where}: weight = {value!r}; give a number above 0"
        raise FileError(msg)
    return float(value)
