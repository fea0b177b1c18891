"""Descriptions of standards and clauses in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache

from tenmin.inputs.standards._clause import AppliesTo, Clause
from tenmin.inputs.standards._clause_kinds import EVIDENCE, KINDS
from tenmin.inputs.standards._standard import Reported, Span, Standard, Tier
from tenmin.support.files import read_toml, shipped_file

__all__ = ["describe_applies_to", "describe_clause", "describe_standard", "describe_unit"]

Names = Mapping[str, str]
_LANGUAGES = ("zh", "en")
_SIMPLE = frozenset({"presence", "rooms", "separate_rooms"})
"""Kinds whose value is not printed if it is one facility, or all rooms of the list."""
_PHRASED = {
    "share": "share",
    "least_floor_m2": "least_floor",
    "least_land_m2": "least_land",
    "most_land_m2": "most_land",
}


@cache
def _words() -> Mapping[str, Mapping[str, list[str]]]:
    return read_toml(shipped_file("tenmin.inputs.standards", "words.toml"))


def _text(section: str, key: str, lang: str, *parts: str) -> str:
    return _words()[section][key][_LANGUAGES.index(lang)].format(*parts)


def _phrase(key: str, lang: str, *parts: str) -> str:
    return _text("phrases", key, lang, *parts)


def _format_number(number: float, unit: str = "") -> str:
    if unit == "share":
        return f"{number * 100:.4g} %"
    return f"{number:,.0f}" if number == round(number) else f"{number:g}"


def describe_unit(unit: str, lang: str) -> str:
    """Return a unit in words; an unknown unit is returned unchanged.

    Parameters
    ----------
    unit
        The unit, such as "m2" or "min".
    lang
        "zh" or "en".
    """
    return _text("units", unit, lang) if unit in _words()["units"] else unit


def _format_quantity(number: float, unit: str, lang: str) -> str:
    return f"{_format_number(number, unit)} {describe_unit(unit, lang)}".rstrip()


def describe_standard(standard: Standard, lang: str, *, names: Names | None = None) -> list[str]:
    """Return a description of a standard, line by line: title, tiers, clauses, reported figures and notes.

    Parameters
    ----------
    standard
        The standard, as from `load_standard`.
    lang
        "zh" or "en".
    names
        Names of categories by key; without it, keys are printed.
    """
    return list(_lines(standard, lang, names or {}))


def _lines(standard: Standard, lang: str, names: Names) -> Iterator[str]:
    title = standard.title_zh if lang == "zh" else standard.title_en
    yield f"{title} ({standard.id}{f', {standard.year}' if standard.year else ''}), {standard.issued_by}"
    yield _phrase("source", lang, standard.source, _evidence(standard.evidence, lang))
    if standard.entered_by:
        yield _phrase("entered", lang, standard.entered_by, standard.entered_on)
    yield _phrase("walker", lang, standard.walker)
    if standard.tiers:
        yield _phrase("tiers", lang)
        yield from (f"  {_describe_tier(tier, lang)}" for tier in standard.tiers)
    mandatory = sum(clause.mandatory for clause in standard.clauses)
    yield _phrase("clauses", lang, str(len(standard.clauses)), str(mandatory))
    yield from (f"  {_describe_row(clause, standard, lang, names)}" for clause in standard.clauses)
    if standard.reported:
        yield _phrase("reported", lang)
        yield from (f"  {_describe_reported(row, lang)}" for row in standard.reported)
    notes = standard.notes_zh if lang == "zh" else standard.notes_en
    if notes:
        yield _phrase("notes", lang)
        yield from (f"  {note}" for note in notes)
    if standard.unfilled:
        yield _phrase("unfilled", lang, _phrase("list_comma", lang).join(standard.unfilled))


def _evidence(grade: str, lang: str) -> str:
    return EVIDENCE[grade][_LANGUAGES.index(lang)]


def _name(row: Tier | Clause | Reported, lang: str) -> str:
    return (row.zh if lang == "zh" else row.en) or row.zh or row.en or row.id


def _describe_tier(tier: Tier, lang: str) -> str:
    units = {"minutes": "min", "metres": "m", "people": "people", "dwellings": "dwellings"}
    spans = [(getattr(tier, name), unit) for name, unit in units.items()]
    parts = [_format_span(span, unit, lang) for span, unit in spans if span is not None]
    return ": ".join([f"{tier.id} {_name(tier, lang)}", *filter(None, [_phrase("part_comma", lang).join(parts)])])


def _format_span(span: Span, unit: str, lang: str) -> str:
    low, high = span
    if high == low:
        return _format_quantity(low, unit, lang)
    if math.isinf(high):
        return _text("bounds", "min", lang) + _format_quantity(low, unit, lang)
    return f"{_format_number(low)}–{_format_quantity(high, unit, lang)}"


def _describe_row(clause: Clause, standard: Standard, lang: str, names: Names) -> str:
    line = f"{clause.id} {_name(clause, lang)}: {describe_clause(clause, lang, names=names)}"
    marks = [_phrase("mandatory" if clause.mandatory else "optional", lang)]
    if (clause.source, clause.evidence) != (standard.source, standard.evidence):
        marks.append(_phrase("source", lang, clause.source, _evidence(clause.evidence, lang)))
    return " ".join([line, f"[{'; '.join(marks)}]", *filter(None, [clause.note])])


def describe_clause(clause: Clause, lang: str, *, names: Names | None = None) -> str:
    """Return the requirement of a clause in words.

    Parameters
    ----------
    clause
        The clause.
    lang
        "zh" or "en".
    names
        Names of categories and of columns by key; without it, keys are printed.

    Examples
    --------
    >>> from tenmin.inputs.standards import load_standard
    >>> describe_clause(load_standard("jiaxing_2012").clauses[0], "en")
    'floor area at least 350 m2, community_service, all together'
    """
    return _phrase("part_comma", lang).join(filter(None, _parts(clause, lang, names or {})))


def _parts(clause: Clause, lang: str, names: Names) -> Iterator[str]:
    comma = _phrase("list_comma", lang)
    kind = KINDS[clause.kind]
    implied = clause.value in {None, float(len(clause.rooms) or 1)} and clause.kind in _SIMPLE
    value = "" if clause.value is None or implied else _format_quantity(clause.value, clause.unit, lang)
    yield f"{kind.zh if lang == 'zh' else kind.en} {value and _text('bounds', clause.bound, lang)}{value}".rstrip()
    if clause.what is not None:
        yield _text("along", clause.what, lang)
    if clause.per is not None:
        yield _phrase(f"per_{clause.per_of or 'households'}", lang, _format_number(clause.per))
    yield names.get(clause.subject, clause.subject)
    yield comma.join(names.get(key, key) for key in clause.kinds)
    yield comma.join(clause.rooms)
    if clause.in_one:
        yield _phrase("in_one", lang)
    if clause.of is not None:
        yield _phrase(clause.of, lang)
    if clause.within is not None and clause.within_kind is not None:
        yield _text("within_kinds", clause.within_kind, lang, _format_number(clause.within))
    yield from _qualifiers(clause, lang, names)
    if clause.applies_to != AppliesTo():
        yield _phrase("applies", lang, describe_applies_to(clause.applies_to, lang))


def _qualifiers(clause: Clause, lang: str, names: Names) -> Iterator[str]:
    for name, phrase in _PHRASED.items():
        number = getattr(clause, name)
        if number is not None:
            yield _phrase(phrase, lang, _format_number(number, name))
    if clause.column:
        yield _phrase("column", lang, names.get(clause.column, clause.column))
    if clause.clause_of:
        yield _phrase("of_clause", lang, clause.clause_of)
    if clause.level != KINDS[clause.kind].level:
        yield _text("levels", clause.level, lang)
    if clause.tier is not None:
        yield _phrase("tier", lang, clause.tier)
    if clause.approximate:
        yield _phrase("approximate", lang)


def describe_applies_to(applies_to: AppliesTo, lang: str) -> str:
    """Return the communities to which a clause applies in words, or "" for all of them.

    Parameters
    ----------
    applies_to
        The communities.
    lang
        "zh" or "en".
    """
    parts = []
    for unit in ("people", "households"):
        low, high = (getattr(applies_to, f"{unit}_{end}") for end in ("min", "max"))
        if low is not None:
            parts.append(_format_span((low, math.inf if high is None else high), unit, lang))
        elif high is not None:
            parts.append(_text("bounds", "max", lang) + _format_quantity(high, unit, lang))
    parts += [_text("area_kinds", kind, lang) for kind in applies_to.kinds]
    if applies_to.setting is not None:
        parts.append(_text("settings", applies_to.setting, lang))
    return _phrase("list_comma", lang).join(parts)


def _describe_reported(row: Reported, lang: str) -> str:
    value = math.nan if row.value is None else row.value
    line = _format_quantity(value, row.unit, lang)
    if row.value_most is not None:
        line = f"{_format_number(value, row.unit)}–{_format_quantity(row.value_most, row.unit, lang)}"
    note = f" ({row.note})" if row.note else ""
    return f"{row.id} {_name(row, lang)}: {_text('bounds', row.bound, lang)}{line}{note}"
