"""Identify columns by their headings: synonyms, units, composed and truncated ones, and which of several is taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from tenmin.inputs.readers._composed_headings import ComposedHeadings, age_group
from tenmin.inputs.readers._datum import Datum
from tenmin.support.errors import TableError
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = [
    "ColumnSpec",
    "NamedColumns",
    "is_known_heading",
    "name_columns",
    "normalise_text",
    "units_of",
    "unsupported_formats",
    "word_for",
    "worth_a_warning",
]

#: What columns of positions hold.
_POSITIONS = frozenset({"lon", "lat", "lonlat", "latlon", "wkt"})
#: Columns of population groups, such as people_50_plus.
_IN_BRACKETS = re.compile(r"\([^()]*\)$")
_GROUP = "people_"


@dataclass(frozen=True)
class ColumnSpec:
    """What a heading stands for.

    Attributes
    ----------
    name, holds
        Name of the column, and the kind of value it holds.
    factor
        What converts its numbers to m2 or to people.
    rank
        Of several headings of one column that of the lowest rank is taken.
    base
        Whom its numbers count, for people and households.
    datum
        Datum of the positions it holds, if it names one.
    """

    name: str
    holds: str
    factor: float = 1.0
    rank: int = 0
    base: str | None = None
    datum: Datum | None = None


@dataclass(frozen=True)
class NamedColumns:
    """The headings that are used, and for each known one that is not, the heading taken in its place.

    Attributes
    ----------
    specs
        What each heading stands for.
    passed_over
        Heading that is taken, by heading that is not.
    """

    specs: Mapping[str, ColumnSpec]
    passed_over: Mapping[str, str] = field(default_factory=dict)


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
    keys = {"column", "composed", "positions", "unused", "words", "units", "units_of_others", "refused"}
    check_keys(data, keys, keys, str(path))
    rows = []
    needed = {"name", "tables", "holds", "headings"}
    for row in data["column"]:
        check_keys(row, {*needed, "rank", "base"}, needed, str(path))
        known = tuple(dict.fromkeys(normalise_text(heading) for heading in (row["name"], *row["headings"])))
        column = ColumnSpec(row["name"], row["holds"], rank=row.get("rank", 0), base=row.get("base"))
        rows.append(_ColumnRow(column, tuple(row["tables"]), known))
    return tuple(rows), data


@cache
def _composed(table: str) -> ComposedHeadings:
    words = _column_table()[1]["composed"]
    before, after, notes, over, own = (
        tuple(map(normalise_text, given))
        for given in (*(words[key] for key in ("before", "after", "notes", "over")), words["own"][table])
    )
    return ComposedHeadings(before, after, notes, frozenset(over), own)


def worth_a_warning(heading: str) -> bool:
    """Return whether a heading that nobody knows speaks of people, households, areas, numbers or coordinates.

    >>> worth_a_warning("独居户"), worth_a_warning("备注")
    (True, False)
    """
    return any(word in normalise_text(heading) for word in _column_table()[1]["unused"]["warn"])


@cache
def units_of(holds: str, name: str = "") -> Mapping[str, float]:
    """Return the units allowed in a kind of column ("area" or "count"), with their conversion factors.

    Parameters
    ----------
    holds
        The kind.
    name
        Name of the column; one of people has no number of households, and the other way round.

    Examples
    --------
    >>> "户" in units_of("count", "people_60_plus"), "户" in units_of("count", "households")
    (False, True)
    """
    units = _column_table()[1]["units"].get(holds, {})
    others = _column_table()[1]["units_of_others"]
    left = next((others[start] for start in others if name.startswith(start)), ())
    return {normalise_text(unit): float(factor) for unit, factor in units.items() if unit not in left}


def unsupported_formats() -> Mapping[str, str]:
    """Return suffixes of unsupported formats, each with what it is and how to convert it."""
    return _column_table()[1]["refused"]


def word_for(group: str, text: str) -> str | None:
    """Return the standard value that a word stands for, or None if it is unknown.

    Parameters
    ----------
    group
        "state", "level", "kind", "people_base" or "datum".
    text
        The word, perhaps with a note in brackets after it.

    Examples
    --------
    >>> word_for("state", "闲置（待改）"), word_for("level", "镇"), word_for("datum", "火星"), word_for("kind", "?")
    ('vacant', '街道', 'gcj02', None)
    """
    normalised = normalise_text(text)
    known = {
        normalise_text(word): meaning
        for meaning, words in _column_table()[1]["words"][group].items()
        for word in (*words, meaning)
    }
    return known.get(normalised) or known.get(_IN_BRACKETS.sub("", normalised))


@cache
def _heading_index(table: str) -> Mapping[str, ColumnSpec]:
    """Return the columns of a table by every spelling of their headings, including those with units."""
    specs_by_spelling: dict[str, ColumnSpec] = {}
    for row in _column_table()[0]:
        if table not in row.tables:
            continue
        for heading in row.headings:
            for spelling, factor in _spellings(heading, row.column):
                specs_by_spelling.setdefault(spelling, replace(row.column, factor=factor))
    return specs_by_spelling


def _spellings(heading: str, column: ColumnSpec) -> Iterable[tuple[str, float]]:
    yield heading, 1.0
    for unit, factor in units_of(column.holds, column.name).items():
        for spelling in (f"{heading}({unit})", f"{heading}[{unit}]", f"{heading}_{unit}", f"{heading}/{unit}",
                     f"{heading}:{unit}", f"{heading}{unit}"):  # fmt: skip
            yield spelling, factor


def name_columns(
    headings: Sequence[str],
    table: str,
    overrides: Mapping[str, str] | None,
    where: str,
    *,
    truncated: frozenset[str] = frozenset(),
    people_base: str | None = None,
) -> NamedColumns:
    """Return the column that each heading stands for, leaving out unknown headings and those not taken.

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
    people_base
        Whom the people to be taken count, such as "户籍"; by default 常住, else 实有, else 户籍, else all.

    Raises
    ------
    TableError
        A heading in `overrides` is not in the file, two headings stand for one column, or none counts the people asked
        for.

    Examples
    --------
    >>> name_columns(["编号", "建筑面积(亩)", "备注"], "facilities", None, "a.csv").specs["建筑面积(亩)"].name
    'floor_area_m2'
    >>> named = name_columns(["社区", "户籍人口数", "常住人口（人）"], "areas", None, "a.csv")
    >>> named.specs["常住人口（人）"].base, named.passed_over
    ('常住', {'户籍人口数': '常住人口（人）'})
    """
    base = _parse_base(people_base)
    overridden = _apply_overrides(headings, table, overrides or {}, where)
    taken = {column.name for column in overridden.values()}
    specs = dict(overridden)
    for heading in headings:
        column = (
            None if heading in overridden else _column_of(heading, table, where, may_be_truncated=heading in truncated)
        )
        if column is not None and column.name not in taken:
            specs[heading] = column
    if base is not None and "people" not in taken:
        _check_base(specs, base, where)
    return _take_one_of_each(specs, base, where)


def _parse_base(people_base: str | None) -> str | None:
    base = None if people_base is None else word_for("people_base", people_base)
    if people_base is not None and base is None:
        known = ", ".join(_column_table()[1]["words"]["people_base"])
        msg = f"people_base = {people_base!r} is not known; give one of {known}"
        raise TableError(msg)
    return base


def _check_base(specs: Mapping[str, ColumnSpec], base: str, where: str) -> None:
    bases = {heading: column.base for heading, column in specs.items() if column.name == "people"}
    if bases and base not in bases.values():
        shown = ", ".join(f"{heading!r} ({found})" for heading, found in bases.items())
        msg = f"{where}: no heading counts the {base} people that people_base= asks for; it has {shown}"
        raise TableError(msg)


def _take_one_of_each(specs: Mapping[str, ColumnSpec], base: str | None, where: str) -> NamedColumns:
    """Return one heading of each column: that of the base asked for, else of the lowest rank."""
    by_name: dict[str, list[str]] = {}
    for heading, column in specs.items():
        by_name.setdefault(column.name, []).append(heading)
    ranks = {
        heading: -1 if base is not None and column.base == base and column.rank else column.rank
        for heading, column in specs.items()
    }
    passed_over: dict[str, str] = {}
    for name, headings in by_name.items():
        first, *others = sorted(headings, key=lambda heading: (ranks[heading], specs[heading].rank))
        if others and specs[others[0]].rank == specs[first].rank:
            msg = (
                f"{where}: the headings {first!r} and {others[0]!r} both mean {name}; keep one, or say which: "
                f"columns={{{first!r}: {name!r}}}"
            )
            raise TableError(msg)
        passed_over |= dict.fromkeys(others, first)
    return NamedColumns({heading: one for heading, one in specs.items() if heading not in passed_over}, passed_over)


def _apply_overrides(
    headings: Sequence[str], table: str, overrides: Mapping[str, str], where: str
) -> dict[str, ColumnSpec]:
    missing = [heading for heading in overrides if heading not in headings]
    if missing:
        msg = f"{where} has no column {missing[0]!r}, which columns= names; it has {', '.join(map(repr, headings))}"
        raise TableError(msg)
    specs = {
        heading: _column_of(name, table, where) or ColumnSpec(name, "custom") for heading, name in overrides.items()
    }
    return {
        heading: replace(column, datum=column.datum or _split_datum(heading)[1])
        if column.holds in _POSITIONS
        else column
        for heading, column in specs.items()
    }


def _column_of(heading: str, table: str, where: str, *, may_be_truncated: bool = False) -> ColumnSpec | None:
    spelling = normalise_text(heading)
    for reading, is_number in _composed(table).readings(spelling):
        column = _heading_index(table).get(reading) or _age_column(reading, table)
        if column is not None and (not is_number or column.holds in {"area", "count"}):
            return column
    positioned = _positioned_column(spelling, table) or _said_twice(spelling, table)
    if positioned is not None:
        return positioned
    if spelling.startswith(_GROUP) and table != "facilities" and not may_be_truncated:
        return ColumnSpec(spelling, "count")
    return _match_truncated(heading, spelling, table, where) if may_be_truncated else None


def _said_twice(spelling: str, table: str) -> ColumnSpec | None:
    """Return the column of a heading that says the same in English and in Chinese, such as name名称."""
    words = [word for word in re.split("([\u4e00-\u9fff]+)", spelling) if word.strip("/|()")]
    if len(words) != 2:  # noqa: PLR2004
        return None
    one, other = (_heading_index(table).get(word.strip("/|()")) for word in words)
    return one if one is not None and other is not None and one.name == other.name else None


def _positioned_column(spelling: str, table: str) -> ColumnSpec | None:
    """Return the column of positions whose heading names their datum, ranked before one that names none."""
    rest, datum = _split_datum(spelling)
    column = None if datum is None else _heading_index(table).get(rest)
    if column is None or column.holds not in _POSITIONS:
        return None
    ranks = {name: rank for rank, name in enumerate(reversed(_column_table()[1]["positions"]), 1)}
    return replace(column, datum=datum, rank=-ranks[str(datum)])


def _split_datum(heading: str) -> tuple[str, Datum | None]:
    """Return a heading without the name of a datum, and the datum that it names.

    >>> _split_datum("经度_GCJ02"), _split_datum("WGS84坐标"), _split_datum("经度")
    (('经度', 'gcj02'), ('坐标', 'wgs84'), ('经度', None))
    """
    spelling = normalise_text(heading)
    for datum, words in _column_table()[1]["positions"].items():
        for word in words:
            before, found, after = spelling.partition(normalise_text(word))
            if found:
                return (before.rstrip("_-([/:") + after.lstrip("_-)]/:")), datum
    return spelling, None


def has_heading_of(name: str, headings: Sequence[str], table: str, columns: Mapping[str, str] | None) -> bool:
    """Return whether any heading stands for a column, or `columns` says that one does.

    Parameters
    ----------
    name
        Name of the column, such as "id".
    headings
        The headings.
    table
        "facilities", "places" or "areas".
    columns
        Mapping from heading to name of the column, which overrides the shipped table.
    """
    given = columns or {}
    found = (_column_of(heading, table, "") for heading in headings if heading not in given)
    return name in given.values() or any(column is not None and column.name == name for column in found)


def is_known_heading(heading: str, table: str) -> bool:
    """Return whether a heading stands for a column of a table ("facilities", "places" or "areas").

    >>> is_known_heading("人口/60岁以上", "areas"), is_known_heading("东苑社区", "areas")
    (True, False)
    """
    return _column_of(heading, table, "") is not None


def _age_column(spelling: str, table: str) -> ColumnSpec | None:
    group = None if table == "facilities" else age_group(spelling)
    return None if group is None else ColumnSpec(group, "count")


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
