"""Ids of a ledger that people sorted, cut or typed over: written back where that is certain, else refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tenmin.inputs.services import join_titles
from tenmin.measures.lacking import SEPARATOR
from tenmin.study._ledger_words import WORDS
from tenmin.support.errors import TableError
from tenmin.support.language import Lang

__all__ = ["mend_ids", "number_of"]

_NUMBER = re.compile(r"P(\d{4,9})")
_ROUNDING = 0.5 + 1e-6
"""People by which a rounded number differs from that which was measured."""
_SHOWN = 5


def number_of(label: object) -> int:
    """Return the number in the id of a problem, 0 of another id."""
    match = _NUMBER.fullmatch(str(label))
    return int(match[1]) if match else 0


def mend_ids(rows: pd.DataFrame, homes: pd.DataFrame, lang: Lang) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the rows with their own ids, the homes of those that are there, and what was mended or is missing.

    The people and services of a row tell whose it is.

    Parameters
    ----------
    rows, homes
        Those of a ledger.
    lang
        Its language.

    Raises
    ------
    TableError
        An id stands twice, or it is doubtful whose a row is.
    """
    ids = {row: _text(one) for row, one in rows["id"].items()}
    problems = homes.groupby("id").agg(people=("people", "sum"), categories=("categories", "first"))
    measured = [
        (str(label), float(one["people"]), join_titles(str(one["categories"]).split(SEPARATOR), lang))
        for label, one in problems.to_dict("index").items()
    ]
    fits = {
        row: {label for label, people, services in measured if _is_of(one, people, services)}
        for row, one in rows.to_dict("index").items()
    }
    sure = {row for row, label in ids.items() if label in fits[row]}
    free = {label for label, _, _ in measured} - {ids[row] for row in sure}
    wanted = Counter(label for row in ids if row not in sure for label in fits[row] & free)
    remarks = list[str]()
    for row, label in ids.items():
        if row in sure:
            continue
        own = fits[row] & free
        if len(own) == 1 and wanted[next(iter(own))] == 1:
            ids[row] = next(iter(own))
            remarks.append(WORDS[lang]["mended"].format(row=row, was=label or "-", id=ids[row]))
        elif (own and (label is None or number_of(label))) or (number_of(label) and label not in problems.index):
            raise TableError(_doubt(row, label, sorted(own or free)))
    _check_once(ids)
    missing = [label for label, _, _ in measured if label not in ids.values()]
    remarks += [WORDS[lang]["cut"].format(id=label) for label in missing]
    return rows.assign(id=pd.Series(ids, dtype=object)), homes[~homes["id"].isin(missing)], remarks


def _text(label: Any) -> str | None:
    return None if pd.isna(label) or not str(label).strip() else str(label).strip()


def _is_of(row: Mapping[Hashable, Any], people: float, services: str) -> bool:
    """Whether a row says the people and services of a problem."""
    told = pd.to_numeric(row["people"], errors="coerce")
    return abs(told - people) <= _ROUNDING and str(row["services"]).strip() == services


def _doubt(row: object, label: str | None, others: list[str]) -> str:
    shown = ", ".join(others[:_SHOWN]) or "none"
    return f"ledger, row {row}: whose is the id {label or '-'!r}? Write back the one that the row had (free: {shown})"


def _check_once(ids: Mapping[Hashable, str | None]) -> None:
    first = dict[str, Hashable]()
    for row, label in ids.items():
        if label is None:
            continue
        if label in first:
            msg = (
                f"ledger, row {row}: the id {label!r} stands in row {first[label]}, too; "
                "write back the id that the row had, or delete the copy"
            )
            raise TableError(msg)
        first[label] = row
