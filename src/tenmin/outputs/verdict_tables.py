"""Verdicts and standards as tables to write and as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tenmin.inputs.communities import Communities
from tenmin.inputs.services import load_catalogue
from tenmin.inputs.standards import EVIDENCE, describe_clause
from tenmin.measures.compliance import GRADES, REASONS, Compliance
from tenmin.measures.shortfalls import list_shortfalls, sum_shortfalls
from tenmin.outputs.tables import align
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang
from tenmin.support.percent import share_as_text

__all__ = ["completeness_as_text", "compliance_as_text", "compliance_tables", "standards_as_text"]

LEVEL_ABOVE = "街道"
"""Level of areas by which shortfalls are summed."""

_HEADS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.outputs", "tables.toml"))


def standards_as_text(table: pd.DataFrame, lang: Lang) -> list[str]:
    """Return a list of standards as lines of aligned columns.

    Parameters
    ----------
    table
        As from `list_standards`.
    lang
        Language of headings and titles, "zh" or "en".
    """
    rows = [[_HEADS[key][lang] for key in ("id", "year", "evidence", "clauses", "mandatory", "third_party", "title")]]
    for name, row in table.iterrows():
        year = "" if pd.isna(row["year"]) else f"{row['year']}"
        counts = (f"{row[key]}" for key in ("clauses", "mandatory", "third_party"))
        rows.append(
            [
                str(name),
                year,
                EVIDENCE[row["evidence"]][0] if lang == "zh" else row["evidence"],
                *counts,
                row[f"title_{lang}"],
            ]
        )
    return [f"{line}  {row[-1]}" for line, row in zip(align([row[:-1] for row in rows], 3), rows, strict=True)]


def compliance_tables(found: Compliance, lang: Lang) -> dict[str, pd.DataFrame]:
    """Return the tables of a compliance to write, by name of file.

    Parameters
    ----------
    found
        As from `check_standard`.
    lang
        Language of clauses, verdicts and reasons, "zh" or "en".
    """
    place = ("zh", "en").index(lang)
    clauses = {clause.id: getattr(clause, lang) for clause in found.standard.clauses}
    categories = {key: getattr(category, lang) for key, category in load_catalogue().items()}
    required = {clause.id: describe_clause(clause, lang, names=categories) for clause in found.standard.clauses}
    names = found.areas.get("name", pd.Series(dtype=object))
    verdicts = found.verdicts.assign(
        name=found.verdicts["area"].map(names),
        text=found.verdicts["clause"].map(clauses),
        asked=found.verdicts["clause"].map(required),
        verdict=[_HEADS[word][lang] for word in found.verdicts["verdict"]],
        reason=[REASONS[key][place] for key in found.verdicts["reason"]],
    )
    grades = found.grades if lang == "zh" else found.grades.map(GRADES)
    graded = pd.DataFrame({"area": grades.index, "name": grades.index.map(names.get), "grade": grades.to_numpy()})
    return {
        "verdicts": verdicts,
        "grades": graded,
        "totals": found.totals().assign(text=lambda table: table["clause"].map(clauses)),
        "town": found.town.assign(text=lambda table: table["clause"].map(clauses)),
        "reported": found.reported.reset_index(),
        "links": found.links,
        "deciding": found.deciding,
        "not_applicable": found.not_applicable,
        "between": found.between,
        "idle": found.idle.reset_index(),
        "contradictions": found.contradictions,
        "shortfalls": list_shortfalls(found).assign(
            name=lambda table: table["area"].map(names), text=lambda table: table["clause"].map(clauses)
        ),
        "shortfall_sums": _shortfall_sums(found, lang),
    }


def _shortfall_sums(found: Compliance, lang: Lang) -> pd.DataFrame:
    """What the town lacks by clause, then each 街道 where there are any."""
    clauses = {clause.id: getattr(clause, lang) for clause in found.standard.clauses}
    parts = [sum_shortfalls(found)]
    if Communities(found.areas).above(LEVEL_ABOVE).notna().any():
        sums = sum_shortfalls(found, "subdistrict")
        names = found.areas.get("name", pd.Series(dtype=object))
        parts.append(sums.assign(subdistrict=[names.get(label, label) for label in sums["subdistrict"]]))
    table = pd.concat(parts, ignore_index=True).assign(
        subdistrict=lambda one: (
            one["subdistrict"].fillna(_HEADS["town"][lang]) if "subdistrict" in one else _HEADS["town"][lang]
        ),
        text=lambda one: [clauses.get(clause) or _HEADS["floor_in_all"][lang] for clause in one["clause"]],
    )
    return table[["subdistrict", *(name for name in table.columns if name != "subdistrict")]]


def compliance_as_text(found: Compliance, lang: Lang) -> list[str]:
    """Return a summary as lines: communities that pass each clause, number with each grade, and the rule for grades.

    Parameters
    ----------
    found
        As from `check_standard`.
    lang
        "zh" or "en".
    """
    place = ("zh", "en").index(lang)
    clauses = {clause.id: getattr(clause, lang) or clause.id for clause in found.standard.clauses}
    rows = [[_HEADS[key][lang] for key in ("clause", "areas", "pass", "fail", "unknown", "passing")]]
    for row in found.totals().to_dict("records"):
        counts = (f"{row[key]}" for key in ("areas", "pass", "fail", "unknown"))
        rows.append([clauses[row["clause"]], *counts, share_as_text(row["share"], row["share_upper"])])
    grades = found.grades.value_counts().reindex(list(GRADES), fill_value=0)
    names = [grade if lang == "zh" else GRADES[grade] for grade in grades.index]
    title = getattr(found.standard, f"title_{lang}")
    shown = "; ".join(f"{grade} {count}" for grade, count in zip(names, grades, strict=True))
    return [title, *align(rows), shown, found.rule[place]]


def completeness_as_text(found: Sequence[Compliance], lang: Lang) -> list[str]:
    """Return as lines which categories, if declared complete, would decide how many clauses; no line for none.

    Parameters
    ----------
    found
        The compliance of the same tables with one or several standards.
    lang
        "zh" or "en".
    """
    tables = [one.decided_if_complete() for one in found]
    sums = pd.concat(tables).groupby(level=0).sum().sort_values("verdicts", ascending=False, kind="stable")
    if sums.empty:
        return []
    rows = [[_HEADS[key][lang] for key in ("complete", "clauses", "verdicts")]]
    for keys, row in sums.iterrows():
        options = " ".join(f"--complete {key}" for key in str(keys).split(";"))
        rows.append([options, f"{row['clauses']}", f"{row['verdicts']}"])
    return [_HEADS["undecided"][lang], *align(rows)]
