"""Identify columns by their headings: synonyms, units in headings, and headings truncated by the format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tenmin.support.errors import TableError
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["ColumnSpec", "name_columns", "normalise_text", "units_of", "unsupported_formats", "word_for"]

#: Columns of population groups, such as people_50_plus.
_GROUP = "people_"


@dataclass(frozen=True)
class ColumnSpec:
    """Name of a column, the kind of value it holds, and the factor that converts it to m2 or to people."""

    name: str
    holds: str
    factor: float = 1.0


@dataclass(frozen=True)
class _ColumnRow:
    column: ColumnSpec
    tables: tuple[str, ...]
    headings: tuple[str, ...]


def normalise_text(text: str) -> str:
    """Return a heading normalised in width, letter case and spaces.

    >>> normalise_text("建筑面积（ ㎡ ）"), normalise_text("Opening  Hours")
    ('建筑面积(m2)', 'openinghours')
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


@cache
def _column_table() -> tuple[tuple[_ColumnRow, ...], Mapping[str, Any]]:
    path = shipped_file("tenmin.inputs.readers", "columns.toml")
    data = read_toml(path)
    keys = {"column", "words", "units", "refused"}
    check_keys(data, keys, keys, str(path))
    rows = []
    for row in data["column"]:
        check_keys(row, {"name", "tables", "holds", "headings"}, {"name", "tables", "holds", "headings"}, str(path))
        known = tuple(dict.fromkeys(normalise_text(heading) for heading in (row["name"], *row["headings"])))
        rows.append(_ColumnRow(ColumnSpec(row["name"], row["holds"]), tuple(row["tables"]), known))
    return tuple(rows), data


_CODE = re.compile(r"(编号|编码|代码|\bid|_id|code)$")


@cache
def units_of(holds: str) -> Mapping[str, float]:
    """Return the units allowed in a kind of column ("area" or "count"), with their conversion factors."""
    return {normalise_text(unit): float(factor) for unit, factor in _column_table()[1]["units"].get(holds, {}).items()}


def unsupported_formats() -> Mapping[str, str]:
    """Return suffixes of unsupported formats, each with what it is and how to convert it."""
    return _column_table()[1]["refused"]


def word_for(group: str, text: str) -> str | None:
    """Return the standard value that a word stands for, or None if it is unknown.

    Parameters
    ----------
    group
        "state", "level", "kind" or "datum".
    text
        The word.

    Examples
    --------
    >>> word_for("state", "闲置"), word_for("level", "镇"), word_for("datum", "火星坐标系"), word_for("kind", "?")
    ('vacant', '街道', 'gcj02', None)
    """
    normalised = normalise_text(text)
    for meaning, words in _column_table()[1]["words"][group].items():
        if normalised == normalise_text(meaning) or normalised in map(normalise_text, words):
            return meaning
    return None


@cache
def _heading_index(table: str) -> Mapping[str, ColumnSpec]:
    """Return the columns of a table by every spelling of their headings, including those with units."""
    specs_by_spelling: dict[str, ColumnSpec] = {}
    for row in _column_table()[0]:
        if table not in row.tables:
            continue
        for heading in row.headings:
            for spelling, factor in _spellings(heading, row.column.holds):
                specs_by_spelling.setdefault(spelling, ColumnSpec(row.column.name, row.column.holds, factor))
    return specs_by_spelling


def _spellings(heading: str, holds: str) -> Iterable[tuple[str, float]]:
    yield heading, 1.0
    for unit, factor in units_of(holds).items():
        for spelling in (f"{heading}({unit})", f"{heading}[{unit}]", f"{heading}_{unit}", f"{heading}/{unit}",
                     f"{heading}:{unit}", f"{heading}{unit}"):  # fmt: skip
            yield spelling, factor


def name_columns(
    headings: Sequence[str],
    table: str,
    overrides: Mapping[str, str] | None,
    where: str,
    truncated: frozenset[str] = frozenset(),
) -> dict[str, ColumnSpec]:
    """Return the column that each heading stands for, leaving out unknown headings.

    Parameters
    ----------
    headings
        Headings in the file.
    table
        "facilities", "places" or "areas".
    overrides
        Mapping from heading to name of the column; it overrides the shipped table.
    where
        The file, for messages.
    truncated
        Headings that the format may have cut short; they are matched as prefixes.

    Raises
    ------
    TableError
        A heading in `overrides` is not in the file, or two headings stand for one column.

    Examples
    --------
    >>> name_columns(["编号", "建筑面积(亩)", "备注"], "facilities", None, "a.csv")["建筑面积(亩)"].name
    'floor_area_m2'
    """
    overridden = _apply_overrides(headings, table, overrides or {}, where)
    taken = {column.name for column in overridden.values()}
    specs = dict(overridden)
    for heading in headings:
        column = (
            None if heading in overridden else _column_of(heading, table, where, may_be_truncated=heading in truncated)
        )
        if column is not None and column.name not in taken:
            specs[heading] = column
    specs = _prefer_codes(specs)
    _check_unique_meaning(specs, where)
    return specs


def _prefer_codes(specs: Mapping[str, ColumnSpec]) -> dict[str, ColumnSpec]:
    """Drop the column of community names where another column holds their codes."""
    code_columns = {
        column.name
        for heading, column in specs.items()
        if column.name == "area" and _CODE.search(normalise_text(heading))
    }
    return {
        heading: column
        for heading, column in specs.items()
        if column.name not in code_columns or _CODE.search(normalise_text(heading))
    }


def _apply_overrides(
    headings: Sequence[str], table: str, overrides: Mapping[str, str], where: str
) -> dict[str, ColumnSpec]:
    missing = [heading for heading in overrides if heading not in headings]
    if missing:
        msg = f"{where} has no column {missing[0]!r}, which columns= names; it has {', '.join(map(repr, headings))}"
        raise TableError(msg)
    return {
        heading: _column_of(name, table, where) or ColumnSpec(name, "custom") for heading, name in overrides.items()
    }


def _column_of(heading: str, table: str, where: str, *, may_be_truncated: bool = False) -> ColumnSpec | None:
    spelling = normalise_text(heading)
    exact = _heading_index(table).get(spelling)
    if exact is not None:
        return exact
    if spelling.startswith(_GROUP) and table != "facilities" and not may_be_truncated:
        return ColumnSpec(spelling, "count")
    return _match_truncated(heading, spelling, table, where) if may_be_truncated else None


def _match_truncated(heading: str, spelling: str, table: str, where: str) -> ColumnSpec | None:
    """Return the only column whose heading begins with a truncated one, or None.

    Raises
    ------
    TableError
        The heading was cut within its unit, so that the unit is lost.
    """
    candidates = {column for known, column in _heading_index(table).items() if known.startswith(spelling)}
    if len({column.name for column in candidates}) != 1:
        return None
    matches_plain_heading = any(
        heading.startswith(spelling) for row in _column_table()[0] if table in row.tables for heading in row.headings
    )
    if len(candidates) > 1 and matches_plain_heading:
        return next(column for column in candidates if column.factor == 1.0)
    if len(candidates) > 1:
        name = next(iter(candidates)).name
        msg = (
            f"{where}: the heading {heading!r} was cut, and its unit with it; if its figures are in m2 (or "
            f"plain counts) give columns={{{heading!r}: {name!r}}}, else rename the field"
        )
        raise TableError(msg)
    return next(iter(candidates))


def _check_unique_meaning(specs: Mapping[str, ColumnSpec], where: str) -> None:
    by_name: dict[str, list[str]] = {}
    for heading, column in specs.items():
        by_name.setdefault(column.name, []).append(heading)
    for name, headings in by_name.items():
        if len(headings) > 1:
            msg = (
                f"{where}: the headings {' and '.join(map(repr, headings))} both mean {name}; keep one, or say which: "
                f"columns={{{headings[0]!r}: {name!r}}}"
            )
            raise TableError(msg)
