"""Verdicts and grades of communities on standards, as the score cards of the map tell them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from tenmin.inputs.services import load_catalogue
from tenmin.inputs.standards import describe_clause
from tenmin.measures.compliance import GRADES, REASONS, Compliance
from tenmin.outputs.maps._layers import rounded
from tenmin.outputs.maps._words import load_texts

__all__ = ["clause_names", "standards_content"]

VERDICTS = ("pass", "fail", "unknown")
DIGITS = 3
FIELD = "field_"
"""How the keys of texts on columns begin."""


def standards_content(found: Iterable[Compliance], areas: pd.Index) -> list[dict[str, Any]]:
    """Return each standard with its clauses, and what every community of the map has of it.

    Parameters
    ----------
    found
        As from `check_standard`.
    areas
        Ids of the communities in the order of the map.

    Returns
    -------
    list of dict
        title, clauses (name, what is asked, unit), reasons, and by community its grade, the numbers of verdicts, and
        the clauses that fail or are unknown, each with value, shortfall and reason; None where it was not checked.
    """
    return [_standard(one, areas) for one in found]


def _standard(found: Compliance, areas: pd.Index) -> dict[str, Any]:
    clauses = {clause.id: number for number, clause in enumerate(found.standard.clauses)}
    by_area = found.verdicts.groupby("area")["verdict"]
    open_ = found.verdicts[found.verdicts["verdict"] != "pass"]
    reasons = {key: number for number, key in enumerate(sorted(set(open_["reason"])))}
    rows = {
        area: [
            [
                clauses[row["clause"]],
                VERDICTS.index(row["verdict"]),
                rounded(row["value"], DIGITS),
                rounded(row["shortfall"], DIGITS),
                reasons[row["reason"]],
            ]
            for row in table.to_dict("records")
        ]
        for area, table in open_.groupby("area")
    }
    counted = {area: [int((verdicts == one).sum()) for one in VERDICTS] for area, verdicts in by_area}
    names = {lang: clause_names(lang) for lang in ("zh", "en")}
    return {
        "title": {"zh": found.standard.title_zh, "en": found.standard.title_en},
        "clauses": [
            {
                "name": {"zh": clause.zh, "en": clause.en},
                "asked": {lang: describe_clause(clause, lang, names=names[lang]) for lang in names},
                "unit": clause.unit,
            }
            for clause in found.standard.clauses
        ],
        "reasons": [{"zh": REASONS[key][0], "en": REASONS[key][1]} for key in reasons],
        "areas": [
            {
                "grade": {"zh": found.grades[area], "en": GRADES[found.grades[area]]},
                "counts": counted.get(area, [0] * len(VERDICTS)),
                "open": rows.get(area, []),
            }
            if area in found.grades.index
            else None
            for area in areas
        ],
    }


def clause_names(lang: str) -> dict[str, str]:
    """Return the names of categories, and of columns as the cards call them, by key.

    Parameters
    ----------
    lang
        "zh" or "en".
    """
    columns = {key.removeprefix(FIELD): text for key, text in load_texts()[lang].items() if key.startswith(FIELD)}
    return {**columns, **{key: getattr(one, lang) for key, one in load_catalogue().items()}}
