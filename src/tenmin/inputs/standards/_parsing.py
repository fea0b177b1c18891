"""Turns the rows of a standard's file into a standard, and names file, clause and field of whatever is wrong."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tenmin.inputs.standards._clause import AppliesTo, Clause
from tenmin.inputs.standards._standard import Reported, Standard, Tier
from tenmin.support.errors import FileError, InputError
from tenmin.support.files import read_toml

__all__ = ["SECTIONS", "STANDARD_FIELDS", "check_subjects", "parse_standard", "read_standard_toml"]

Row = TypeVar("Row", Tier, Clause, Reported, AppliesTo)

SECTIONS: Mapping[str, type[Tier] | type[Clause] | type[Reported]] = {
    "tier": Tier,
    "clause": Clause,
    "reported": Reported,
}
"""The lists of a standard's file, [[tier]], [[clause]] and [[reported]]."""

STANDARD_FIELDS = {
    one.name: str(one.type) for one in fields(Standard) if one.name not in {"tiers", "clauses", "reported", "unfilled"}
}
"""The fields of the standard itself and their types."""

_NAMING = frozenset({"id", "zh", "en", "subject", "tier", "note"})
_OTHER_LIMITS = frozenset(
    {
        "minutes", "metres", "limit", "limit_minutes", "limit_metres", "walk_minutes", "walk_metres",
        "straight_metres", "radius", "radius_m", "service_radius_m", "floor_area_m2", "min_floor_area_m2",
    }
)  # fmt: skip


def read_standard_toml(path: Path) -> Standard:
    """Return the standard of a TOML file.

    Raises
    ------
    FileError
        The file is not TOML or a row of it is wrong: it names the file, the clause, the field and the way out.
    """
    return parse_standard(read_toml(path), str(path))


def parse_standard(tables: Mapping[str, Any], where: str) -> Standard:
    """Return the standard that a mapping of TOML's types describes; `where` is the name of its file in messages."""
    head = {name: value for name, value in tables.items() if name not in SECTIONS}
    _check_keys(head, {*STANDARD_FIELDS}, f"{where}, standard")
    given = {
        name: _converted(STANDARD_FIELDS[name], value, f"{where}, standard, {name}") for name, value in head.items()
    }
    for name in ("id", "title_zh", "title_en", "issued_by", "source", "evidence"):
        if not given.get(name):
            _refuse(f"{where}, standard, {name}", "it is missing; a standard says what it is and where it comes from")
    rows = {name: _list_rows(tables.get(name, []), f"{where}, [[{name}]]") for name in SECTIONS}
    unfilled = [row for row in rows["clause"] if given["evidence"] == "user" and set(row) <= _NAMING]
    try:
        return Standard(
            **given,
            tiers=_build_all("tier", Tier, rows["tier"], given, where),
            clauses=_build_all("clause", Clause, [row for row in rows["clause"] if row not in unfilled], given, where),
            reported=_build_all("reported", Reported, rows["reported"], given, where),
            unfilled=tuple(str(row.get("zh") or row.get("en") or row.get("id", "")) for row in unfilled),
        )
    except FileError:
        raise
    except InputError as error:
        msg = f"{where}, {error}"
        raise FileError(msg) from None


def check_subjects(standard: Standard, subjects: Collection[str], where: str) -> None:
    """Refuse a standard that speaks of a category which is none of `subjects`.

    Raises
    ------
    FileError
        Naming the clause and the nearest category there is.
    """
    for clause in standard.clauses:
        for key in (clause.subject, *clause.kinds):
            if key and key not in subjects:
                name = "kinds" if key in clause.kinds else "subject"
                _refuse(
                    f"{where}, clause {clause.id!r}, {name}",
                    f"{key!r} is no category of the catalogue{_nearest(key, subjects)}",
                )
    for row in standard.reported:
        if row.subject and row.subject not in subjects:
            _refuse(
                f"{where}, reported {row.id!r}, subject",
                f"{row.subject!r} is no category of the catalogue{_nearest(row.subject, subjects)}",
            )


def _list_rows(rows: Any, where: str) -> list[Mapping[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        _refuse(where, f"{rows!r} is no list of tables; begin each with {where.rpartition(', ')[2]}")
    return rows


def _build_all(
    what: str, make: type[Row], rows: Sequence[Mapping[str, Any]], standard: Mapping[str, Any], where: str
) -> tuple[Row, ...]:
    inherited = {name: standard[name] for name in ("source", "evidence")}
    return tuple(
        _build(make, {**inherited, **row}, f"{where}, {what} {row.get('id', f'number {n}')!r}")
        for n, row in enumerate(rows, 1)
    )


def _build(make: type[Row], row: Mapping[str, Any], where: str) -> Row:
    types = {one.name: str(one.type) for one in fields(make)}
    if make is Clause:
        _refuse_two_limits(row, where)
    _check_keys(row, set(types), where)
    for one in fields(make):
        if one.default is MISSING and one.default_factory is MISSING and one.name not in row:
            _refuse(f"{where}, {one.name}", "it is missing")
    return make(**{name: _converted(types[name], value, f"{where}, {name}") for name, value in row.items()})


def _refuse_two_limits(row: Mapping[str, Any], where: str) -> None:
    other = sorted(_OTHER_LIMITS & set(row))
    if other:
        mend = "give its figure as value and its unit by kind; of two limits make two clauses"
        _refuse(f"{where}, {other[0]}", f"{row[other[0]]!r} is a limit beside kind and value; {mend}")
    if isinstance(row.get("value"), list):
        mend = "a clause has one limit; take the one that binds, or make two clauses"
        _refuse(f"{where}, value", f"{row['value']!r} are several figures; {mend}")


def _check_keys(row: Mapping[str, Any], known: Collection[str], where: str) -> None:
    stray = sorted(set(row) - set(known))
    if stray:
        _refuse(f"{where}, {stray[0]}", f"nobody knows this field{_nearest(stray[0], known)}")


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"


def _refuse(where: str, fault: str) -> NoReturn:
    msg = f"{where}: {fault}"
    raise FileError(msg)


def _converted(kind: str, value: Any, where: str) -> Any:
    check, words = _TYPES[kind.removesuffix(" | None")]
    try:
        return check(value, where)
    except TypeError:
        _refuse(where, f"{value!r} is no {words}")


def _text(value: Any, _: str) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any, _: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise TypeError
    return float(value)


def _whole(value: Any, where: str) -> int:
    number = _number(value, where)
    if not number.is_integer():
        raise TypeError
    return int(number)


def _flag(value: Any, _: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(item, where) for item in value)


def _span(value: Any, where: str) -> tuple[float, float]:
    ends = value if isinstance(value, list) else [value, value]
    if len(ends) != 2:  # noqa: PLR2004
        raise TypeError
    return _number(ends[0], where), _number(ends[1], where)


def _applies(value: Any, where: str) -> AppliesTo:
    if not isinstance(value, Mapping):
        raise TypeError
    try:
        return _build(AppliesTo, value, where)
    except InputError as error:
        msg = f"{where}: {error}"
        raise FileError(msg) from None


_TYPES: Mapping[str, tuple[Callable[[Any, str], Any], str]] = {
    "str": (_text, "text"),
    "float": (_number, "number"),
    "int": (_whole, "whole number"),
    "bool": (_flag, "true or false"),
    "tuple[str, ...]": (_texts, "list of texts"),
    "Span": (_span, "number or pair of the least and the most, such as [500, 1000]"),
    "AppliesTo": (_applies, "table such as { people_min = 5000 }"),
}
