"""Parse the rows of a standard's file; errors name the file, the clause and the field."""

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
"""Sections of a standard's file, [[tier]], [[clause]] and [[reported]], and their types."""

STANDARD_FIELDS = {
    one.name: str(one.type) for one in fields(Standard) if one.name not in {"tiers", "clauses", "reported", "unfilled"}
}
"""Fields of the standard itself, and their types."""

_NAME_FIELDS = frozenset({"id", "zh", "en", "subject", "tier", "note"})
_OTHER_LIMITS = frozenset(
    {
        "minutes", "metres", "limit", "limit_minutes", "limit_metres", "walk_minutes", "walk_metres",
        "straight_metres", "radius", "radius_m", "service_radius_m", "floor_area_m2", "min_floor_area_m2",
    }
)  # fmt: skip


def read_standard_toml(path: Path) -> Standard:
    """Return the standard in a TOML file.

    Raises
    ------
    FileError
        The file is not TOML or a row is invalid; the message names the clause, the field and how to fix it.
    """
    return parse_standard(read_toml(path), str(path))


def parse_standard(tables: Mapping[str, Any], where: str) -> Standard:
    """Return the standard described by the contents of a TOML file.

    Parameters
    ----------
    tables
        The contents.
    where
        The file, for messages.

    Raises
    ------
    FileError
        A row is invalid.
    """
    head = {name: value for name, value in tables.items() if name not in SECTIONS}
    _check_keys(head, {*STANDARD_FIELDS}, f"{where}, standard")
    given = {name: _convert(STANDARD_FIELDS[name], value, f"{where}, standard, {name}") for name, value in head.items()}
    for name in ("id", "title_zh", "title_en", "issued_by", "source", "evidence"):
        if not given.get(name):
            _raise_invalid(
                f"{where}, standard, {name}", "it is missing; a standard says what it is and where it comes from"
            )
    rows = {name: _list_rows(tables.get(name, []), f"{where}, [[{name}]]") for name in SECTIONS}
    unfilled = [row for row in rows["clause"] if given["evidence"] == "user" and set(row) <= _NAME_FIELDS]
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
    """Check that a standard only uses valid categories.

    Parameters
    ----------
    standard
        The standard.
    subjects
        Keys of the valid categories.
    where
        The file, for messages.

    Raises
    ------
    FileError
        A category is unknown; the message names the clause and suggests a category.
    """
    for clause in standard.clauses:
        for key in (clause.subject, *clause.kinds):
            if key and key not in subjects:
                name = "kinds" if key in clause.kinds else "subject"
                _raise_invalid(
                    f"{where}, clause {clause.id!r}, {name}",
                    f"{key!r} is no category of the catalogue{_suggestion(key, subjects)}",
                )
    for row in standard.reported:
        if row.subject and row.subject not in subjects:
            _raise_invalid(
                f"{where}, reported {row.id!r}, subject",
                f"{row.subject!r} is no category of the catalogue{_suggestion(row.subject, subjects)}",
            )


def _list_rows(rows: Any, where: str) -> list[Mapping[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        _raise_invalid(where, f"{rows!r} is no list of tables; begin each with {where.rpartition(', ')[2]}")
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
        _check_single_limit(row, where)
    _check_keys(row, set(types), where)
    for one in fields(make):
        if one.default is MISSING and one.default_factory is MISSING and one.name not in row:
            _raise_invalid(f"{where}, {one.name}", "it is missing")
    return make(**{name: _convert(types[name], value, f"{where}, {name}") for name, value in row.items()})


def _check_single_limit(row: Mapping[str, Any], where: str) -> None:
    other = sorted(_OTHER_LIMITS & set(row))
    if other:
        hint = "give its figure as value and its unit by kind; of two limits make two clauses"
        _raise_invalid(f"{where}, {other[0]}", f"{row[other[0]]!r} is a limit beside kind and value; {hint}")
    if isinstance(row.get("value"), list):
        hint = "a clause has one limit; take the one that binds, or make two clauses"
        _raise_invalid(f"{where}, value", f"{row['value']!r} are several figures; {hint}")


def _check_keys(row: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = sorted(set(row) - set(known))
    if unknown:
        _raise_invalid(f"{where}, {unknown[0]}", f"nobody knows this field{_suggestion(unknown[0], known)}")


def _suggestion(name: str, known: Collection[str]) -> str:
    suggestions = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {suggestions[0]!r}?" if suggestions else f"; known are {', '.join(sorted(known))}"


def _raise_invalid(where: str, fault: str) -> NoReturn:
    msg = f"{where}: {fault}"
    raise FileError(msg)


def _convert(kind: str, value: Any, where: str) -> Any:
    check, words = _TYPES[kind.removesuffix(" | None")]
    try:
        return check(value, where)
    except TypeError:
        _raise_invalid(where, f"{value!r} is no {words}")


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


def _integer(value: Any, where: str) -> int:
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


def _applies_to(value: Any, where: str) -> AppliesTo:
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
    "int": (_integer, "whole number"),
    "bool": (_flag, "true or false"),
    "tuple[str, ...]": (_texts, "list of texts"),
    "Span": (_span, "number or pair of the least and the most, such as [500, 1000]"),
    "AppliesTo": (_applies_to, "table such as { people_min = 5000 }"),
}
