"""The catalogue of service categories."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from tenmin.inputs.services._name_normalisation import normalise_name
from tenmin.support.conditions import Condition, parse_condition
from tenmin.support.errors import FileError
from tenmin.support.files import check_keys, open_input, read_toml, reading, shipped_file

__all__ = ["Category", "load_catalogue"]

Entrances = Literal["mapped", "outline", "anywhere"]

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_AMAP = re.compile(r"\d{6}")
_NAME = re.compile(r".*\S.*")
_USERS = re.compile(r"people(_[a-z0-9]+)*")
_REQUIRED = {"zh", "en", "tags"}
_KNOWN = _REQUIRED | {"amap", "weight", "unless", "aliases", "part_of", "entrances", "core", "osm", "users"}


@dataclass(frozen=True)
class Category:
    """A category of service.

    Attributes
    ----------
    key
        Its key in the catalogue.
    zh, en
        Its names.
    rules
        Conditions on OpenStreetMap tags: an element belongs to the category if one of them holds and it belongs to
        none of `unless`. Without rules the category comes from registers only.
    amap
        Six-digit type codes of Amap, where known; one of a middle level (090300) stands for those below it.
    weight
        Weight in a score.
    unless
        Keys of categories that take precedence.
    aliases
        Other names in tables.
    part_of
        Keys of categories as which this one also counts.
    entrances
        How people enter a facility mapped as an area: by mapped entrances ("mapped"), where a way meets its outline
        ("outline"), or from any side ("anywhere").
    core
        Whether it is searched for by default.
    users
        The column of places that holds the people it is for, such as people_3_5.
    """

    key: str
    zh: str
    en: str
    rules: tuple[Condition, ...]
    amap: tuple[str, ...] = ()
    weight: float = 1.0
    unless: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    entrances: Entrances = "mapped"
    core: bool = True
    users: str = "people"

    def rule_for(self, tags: Mapping[str, str]) -> str | None:
        """Return the first rule that holds for these tags, in words, or None.

        >>> load_catalogue()["pharmacy"].rule_for({"amenity": "pharmacy", "name": "大药房"})
        'amenity=pharmacy'
        """
        return next((rule.text for rule in self.rules if rule.holds(tags)), None)


def load_catalogue(path: str | os.PathLike[str] | None = None, *, extend: bool = False) -> dict[str, Category]:
    """Return the categories of a catalogue by key, in the order of the file.

    Parameters
    ----------
    path
        A TOML file; by default the catalogue that ships with the package.
    extend
        Whether to add its categories to the shipped ones, replacing those with the same key.

    Raises
    ------
    FileError
        The file is not TOML, or a category has an unknown key, a missing or duplicate name, no rule (unless
        `osm = false`), a rule that holds for every element, an invalid weight or Amap code, or `part_of` names an
        unknown category or forms a cycle.

    Examples
    --------
    >>> load_catalogue()["library"].zh
    '图书馆'
    """
    if path is None:
        return dict(_shipped())
    found = open_input(path, (".toml",))
    with reading(found):
        return _parse(found, _shipped() if extend else {})


@cache
def _shipped() -> dict[str, Category]:
    return _parse(shipped_file("tenmin.inputs.services", "catalogue.toml"), {})


def _parse(path: Path, base: Mapping[str, Category]) -> dict[str, Category]:
    own = {key: _category(key, row, f"{path}, [{key}]") for key, row in read_toml(path).items()}
    if not own:
        msg = f"{path} holds no category; each is a table such as [pharmacy]"
        raise FileError(msg)
    catalogue = {**base, **own}
    for category in own.values():
        for name in ("unless", "part_of"):
            stray = [key for key in getattr(category, name) if key not in catalogue or key == category.key]
            if stray:
                msg = f"{path}, [{category.key}]: {name} names {stray[0]!r}, which is no other category of this file"
                raise FileError(msg)
    _check_cycles(catalogue, path)
    _check_unique_names(catalogue, path)
    return catalogue


def _check_cycles(catalogue: Mapping[str, Category], path: Path) -> None:
    for key in catalogue:
        ancestors, to_visit = set(), list(catalogue[key].part_of)
        while to_visit:
            parent = to_visit.pop()
            if parent == key:
                msg = f"{path}, [{key}]: part_of leads back to {key!r} itself; leave out one of the lines that do"
                raise FileError(msg)
            if parent not in ancestors:
                ancestors.add(parent)
                to_visit.extend(catalogue[parent].part_of)


def _check_unique_names(catalogue: Mapping[str, Category], path: Path) -> None:
    owners: dict[str, str] = {}
    for key, category in catalogue.items():
        for name in (key, category.zh, category.en, *category.aliases):
            owner = owners.setdefault(normalise_name(name), key)
            if owner != key:
                msg = f"{path}, [{key}]: [{owner}] already has the name {name!r}; leave it in one of the two"
                raise FileError(msg)


def _category(key: str, row: Any, where: str) -> Category:
    if not _KEY.fullmatch(key) or not isinstance(row, Mapping):
        msg = f"{where}: a category is a table named in small letters, digits and _, such as [primary_school]"
        raise FileError(msg)
    check_keys(row, _KNOWN, _REQUIRED, where)
    for name in ("zh", "en"):
        if not isinstance(row[name], str) or not row[name].strip():
            msg = f"{where}: {name} = {row[name]!r}; give the name as text"
            raise FileError(msg)
    return Category(
        key=key,
        zh=row["zh"],
        en=row["en"],
        rules=_rules(row["tags"], where, osm=_flag(row, "osm", where)),
        amap=_texts(row, "amap", where, _AMAP, "six digits"),
        weight=_weight(row.get("weight", 1.0), where),
        unless=_texts(row, "unless", where, _KEY, "the key of a category"),
        aliases=_texts(row, "aliases", where, _NAME, "a name"),
        part_of=_texts(row, "part_of", where, _KEY, "the key of a category"),
        entrances=_entrances(row.get("entrances", "mapped"), where),
        core=_flag(row, "core", where),
        users=_users(row.get("users", "people"), where),
    )


def _rules(tags: Any, where: str, *, osm: bool) -> tuple[Condition, ...]:
    if not osm and tags != []:
        msg = f"{where}: tags = {tags!r}, but osm = false says that no tag tells it; write tags = [] or leave osm out"
        raise FileError(msg)
    if not osm:
        return ()
    if not isinstance(tags, list) or not tags:
        msg = f"{where}: tags = {tags!r}; give a list of at least one condition, such as [{{ amenity = 'bank' }}]"
        raise FileError(msg)
    rules = tuple(parse_condition(table, f"{where}, tags {n}") for n, table in enumerate(tags, 1))
    untargeted = [n for n, rule in enumerate(rules, 1) if not rule.needs_one_of]
    if untargeted:
        msg = f"{where}, tags {untargeted[0]}: it asks for no tag that must be there, so it would take every element"
        raise FileError(msg)
    return rules


def _texts(row: Mapping[str, Any], name: str, where: str, form: re.Pattern[str], what: str) -> tuple[str, ...]:
    values = row.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and form.fullmatch(value) for value in values):
        msg = f"{where}: {name} = {values!r}; give a list of texts, each {what}"
        raise FileError(msg)
    return tuple(values)


def _entrances(value: Any, where: str) -> Entrances:
    if value not in get_args(Entrances):
        msg = f"{where}: entrances = {value!r}; give one of {', '.join(get_args(Entrances))}"
        raise FileError(msg)
    return cast("Entrances", value)


def _users(value: Any, where: str) -> str:
    if not (isinstance(value, str) and _USERS.fullmatch(value)):
        msg = f"{where}: users = {value!r}; give a column of people, such as people_3_5, or leave it out for everyone"
        raise FileError(msg)
    return value


def _flag(row: Mapping[str, Any], name: str, where: str) -> bool:
    value = row.get(name, True)
    if not isinstance(value, bool):
        msg = f"{where}: {name} = {value!r}; give true or false"
        raise FileError(msg)
    return value


def _weight(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (0 < value < math.inf):
        msg = f"{where}: weight = {value!r}; give a number above 0"
        raise FileError(msg)
    return float(value)
