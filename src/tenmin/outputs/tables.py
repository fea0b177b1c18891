"""Results as tables to write and as lines on a screen: the shares by category, verdicts, standards."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd

from tenmin.inputs.services import load_catalogue
from tenmin.inputs.standards import EVIDENCE, describe_clause
from tenmin.measures.compliance import GRADES, REASONS, Compliance
from tenmin.measures.coverage import Coverage
from tenmin.measures.gaps import REASONS as GAP_REASONS
from tenmin.support.contracts import in_use
from tenmin.support.files import read_toml

__all__ = [
    "align",
    "compliance_as_text",
    "compliance_tables",
    "gaps_as_text",
    "share_table",
    "shares_as_text",
    "standards_as_text",
]

_HEADS: dict[str, dict[str, str]] = read_toml(Path(str(files("tenmin.outputs"))) / "tables.toml")


def share_table(coverage: Coverage, lang: str) -> pd.DataFrame:
    """Return the shares of people by category, least first, with the category's name and number of facilities in use.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave.
    lang
        "zh" or "en".
    """
    catalogue = load_catalogue()
    shares = coverage.shares().sort_values(["share", "category"], kind="stable", ignore_index=True)
    counts = coverage.facilities["category"][in_use(coverage.facilities)].value_counts()
    names = [getattr(catalogue.get(key), lang, key) for key in shares["category"]]
    return shares.assign(name=names, facilities=[int(counts.get(key, 0)) for key in shares["category"]])


def shares_as_text(shares: pd.DataFrame, lang: str) -> list[str]:
    """Return what `share_table` gave as lines of aligned columns."""
    keys = ("name", "facilities", "served", "unserved", "unknown", "share")
    rows = [[_HEADS[key][lang] for key in keys]]
    for row in shares.to_dict("records"):
        people = (f"{row[key]:,.0f}" for key in ("served", "unserved", "unknown"))
        rows.append([str(row["name"]), str(row["facilities"]), *people, _range(row["share"], row["share_upper"])])
    return align(rows)


def gaps_as_text(gaps: gpd.GeoDataFrame, lang: str) -> list[str]:
    """Return what `find_gaps` gave as lines: rank, service, people, reason (with what is in the way) and cure."""
    catalogue, cure = load_catalogue(), "cure_zh" if lang == "zh" else "cure"
    rows = [["", *(_HEADS[key][lang] for key in ("name", "reason", "cure", "people"))]]
    for rank, row in gaps.iterrows():
        name = getattr(catalogue.get(row["category"]), lang, row["category"])
        reason = GAP_REASONS[row["reason"]][lang]
        rows.append([str(rank), name, reason, row[cure], f"{row['people']:,.0f}"])
    return align(rows, 4)


def align(rows: Sequence[Sequence[str]], texts: int = 1) -> list[str]:
    """Return rows as lines of aligned columns, the first `texts` of them to the left and the others to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            _padded(text, width, left=k < texts) for k, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def standards_as_text(table: pd.DataFrame, lang: str) -> list[str]:
    """Return what `list_standards` gave as lines: id, clauses, mandatory ones, year, evidence and title."""
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


def compliance_tables(found: Compliance, lang: str) -> dict[str, pd.DataFrame]:
    """Return a standard held against communities as tables to write: verdicts, grades, totals and reported figures.

    Parameters
    ----------
    found
        What `check_standard` gave.
    lang
        "zh" or "en": of the names of communities' clauses, the words of the verdicts and the reasons.
    """
    place = ("zh", "en").index(lang)
    clauses = {clause.id: getattr(clause, lang) for clause in found.standard.clauses}
    names_of = {key: getattr(category, lang) for key, category in load_catalogue().items()}
    asked = {clause.id: describe_clause(clause, lang, names=names_of) for clause in found.standard.clauses}
    names = found.areas.get("name", pd.Series(dtype=object))
    verdicts = found.verdicts.assign(
        name=found.verdicts["area"].map(names),
        text=found.verdicts["clause"].map(clauses),
        asked=found.verdicts["clause"].map(asked),
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
        "not_applicable": found.not_applicable,
        "between": found.between,
        "idle": found.idle.reset_index(),
    }


def compliance_as_text(found: Compliance, lang: str) -> list[str]:
    """Return lines that tell how many communities pass each clause, their grades, and how these are told."""
    place = ("zh", "en").index(lang)
    clauses = {clause.id: getattr(clause, lang) or clause.id for clause in found.standard.clauses}
    rows = [[_HEADS[key][lang] for key in ("clause", "areas", "pass", "fail", "unknown", "passing")]]
    for row in found.totals().to_dict("records"):
        counts = (f"{row[key]}" for key in ("areas", "pass", "fail", "unknown"))
        rows.append([clauses[row["clause"]], *counts, _range(row["share"], row["share_upper"])])
    grades = found.grades.value_counts().reindex(list(GRADES), fill_value=0)
    told = [grade if lang == "zh" else GRADES[grade] for grade in grades.index]
    title = getattr(found.standard, f"title_{lang}")
    shown = "; ".join(f"{grade} {count}" for grade, count in zip(told, grades, strict=True))
    return [title, *align(rows), shown, found.rule[place]]


def _range(share: float, upper: float) -> str:
    """The share, or from what to what it may be."""
    if math.isnan(share):
        return "-"
    low, high = _percent(share), _percent(upper)
    return low if low == high else f"{low} - {high}"


def _percent(share: float) -> str:
    """A share to a tenth of a percent; only all is 100 %."""
    return f"{share:.1%}" if share == 1.0 else f"{min(share, 0.999):.1%}"


def _padded(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text


def _width(text: str) -> int:
    """Columns that a text takes on a screen: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
