"""Which column a heading means: the table of columns, units in headings, and headings that a format cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tenmin.support.errors import TableError
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["Column", "name_columns", "plain", "refusals", "units_of", "word_for"]

#: Groups of people have names of their own, such as people_50_plus.
_GROUP = "people_"


@dataclass(frozen=True)
class Column:
    """What a column holds, and by what its figures are multiplied to be in m2, or in people."""

    name: str
    holds: str
    factor: float = 1.0


@dataclass(frozen=True)
class _Row:
    column: Column
    tables: tuple[str, ...]
    headings: tuple[str, ...]


def plain(text: str) -> str:
    """Return a text without differences of width, letter case and blanks.

    >>> plain("建筑面积（ ㎡ ）"), plain("Opening  Hours")
    ('建筑面积(m2)', 'openinghours')
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


@cache
def _shipped() -> tuple[tuple[_Row, ...], Mapping[str, Any]]:
    path = shipped_file("tenmin.inputs.readers", "columns.toml")
    data = read_toml(path)
    keys = {"column", "words", "units", "refused"}
    check_keys(data, keys, keys, str(path))
    rows = []
    for row in data["column"]:
        check_keys(row, {"name", "tables", "holds", "headings"}, {"name", "tables", "holds", "headings"}, str(path))
        known = tuple(dict.fromkeys(plain(heading) for heading in (row["name"], *row["headings"])))
        rows.append(_Row(Column(row["name"], row["holds"]), tuple(row["tables"]), known))
    return tuple(rows), data


_CODE = re.compile(r"(编号|编码|代码|\bid|_id|code)$")


@cache
def units_of(holds: str) -> Mapping[str, float]:
    """Return the units that the figures of a column may have, with their factors."""
    return {plain(unit): float(factor) for unit, factor in _shipped()[1]["units"].get(holds, {}).items()}


def refusals() -> Mapping[str, str]:
    """Return the suffixes that are refused, each with what it is and how to export it."""
    return _shipped()[1]["refused"]


def word_for(group: str, text: str) -> str | None:
    """Return what a word means in a column of states, levels, kinds or datums; None if it is not known.

    >>> word_for("state", "闲置"), word_for("level", "镇"), word_for("datum", "火星坐标系"), word_for("kind", "?")
    ('vacant', '街道', 'gcj02', None)
    """
    asked = plain(text)
    for meaning, words in _shipped()[1]["words"][group].items():
        if asked == plain(meaning) or asked in map(plain, words):
            return meaning
    return None


@cache
def _known(table: str) -> Mapping[str, Column]:
    """Return the columns of a table by all forms of their headings, with units."""
    forms: dict[str, Column] = {}
    for row in _shipped()[0]:
        if table not in row.tables:
            continue
        for heading in row.headings:
            for form, factor in _forms(heading, row.column.holds):
                forms.setdefault(form, Column(row.column.name, row.column.holds, factor))
    return forms


def _forms(heading: str, holds: str) -> Iterable[tuple[str, float]]:
    yield heading, 1.0
    for unit, factor in units_of(holds).items():
        for form in (f"{heading}({unit})", f"{heading}[{unit}]", f"{heading}_{unit}", f"{heading}/{unit}",
                     f"{heading}:{unit}", f"{heading}{unit}"):  # fmt: skip
            yield form, factor


def name_columns(
    headings: Sequence[str], table: str, given: Mapping[str, str] | None, where: str, cut: frozenset[str] = frozenset()
) -> dict[str, Column]:
    """Return the column that each heading means; headings that mean none keep their own name and are not in it.

    Parameters
    ----------
    headings
        As they stand in the file.
    table
        "facilities", "places" or "areas".
    given
        What the planner says: heading to name. It goes before the table of columns.
    where
        The file, for messages.
    cut
        Headings that the format may have cut; they are matched by their beginnings.

    Raises
    ------
    TableError
        A heading that is given is not in the file, or two headings mean one column.

    Examples
    --------
    >>> name_columns(["编号", "建筑面积(亩)", "备注"], "facilities", None, "a.csv")["建筑面积(亩)"].name
    'floor_area_m2'
    """
    chosen = _given(headings, table, given or {}, where)
    taken = {column.name for column in chosen.values()}
    found = dict(chosen)
    for heading in headings:
        column = None if heading in chosen else _column_of(heading, table, where, may_be_cut=heading in cut)
        if column is not None and column.name not in taken:
            found[heading] = column
    found = _codes_before_names(found)
    _refuse_twice(found, where)
    return found


def _codes_before_names(found: Mapping[str, Column]) -> dict[str, Column]:
    """Leave out the headings of names of communities where another holds their codes; they keep their own name."""
    coded = {column.name for heading, column in found.items() if column.name == "area" and _CODE.search(plain(heading))}
    return {
        heading: column for heading, column in found.items() if column.name not in coded or _CODE.search(plain(heading))
    }


def _given(headings: Sequence[str], table: str, given: Mapping[str, str], where: str) -> dict[str, Column]:
    missing = [heading for heading in given if heading not in headings]
    if missing:
        msg = f"{where} has no column {missing[0]!r}, which columns= names; it has {', '.join(map(repr, headings))}"
        raise TableError(msg)
    return {heading: _column_of(name, table, where) or Column(name, "own") for heading, name in given.items()}


def _column_of(heading: str, table: str, where: str, *, may_be_cut: bool = False) -> Column | None:
    form = plain(heading)
    exact = _known(table).get(form)
    if exact is not None:
        return exact
    if form.startswith(_GROUP) and table != "facilities" and not may_be_cut:
        return Column(form, "count")
    return _uncut(heading, form, table, where) if may_be_cut else None


def _uncut(heading: str, form: str, table: str, where: str) -> Column | None:
    """Return the one column whose heading begins so; where it was cut within a unit, which one was meant is lost."""
    likely = {column for known, column in _known(table).items() if known.startswith(form)}
    if len({column.name for column in likely}) != 1:
        return None
    bare = any(heading.startswith(form) for row in _shipped()[0] if table in row.tables for heading in row.headings)
    if len(likely) > 1 and bare:
        return next(column for column in likely if column.factor == 1.0)
    if len(likely) > 1:
        name = next(iter(likely)).name
        msg = (
            f"{where}: the heading {heading!r} was cut, and its unit with it; if its figures are in m2 (or "
            f"plain counts) give columns={{{heading!r}: {name!r}}}, else rename the field"
        )
        raise TableError(msg)
    return next(iter(likely))


def _refuse_twice(found: Mapping[str, Column], where: str) -> None:
    by_name: dict[str, list[str]] = {}
    for heading, column in found.items():
        by_name.setdefault(column.name, []).append(heading)
    for name, headings in by_name.items():
        if len(headings) > 1:
            msg = (
                f"{where}: the headings {' and '.join(map(repr, headings))} both mean {name}; keep one, or say which: "
                f"columns={{{headings[0]!r}: {name!r}}}"
            )
            raise TableError(msg)
