"""Notes of meetings in a ledger: each stands in the row of the problem that it is of."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from tenmin.study._ledger_words import NOTES, WORDS
from tenmin.study.ledger import Ledger

__all__ = ["add_notes"]

_LINE = "\n"


def add_notes(ledger: Ledger, notes: pd.DataFrame) -> Ledger:
    """Return a ledger with notes of a meeting in its column of notes, below what stands there already.

    A note is of the problem that its gap was in the run of its map, or that its home is in. One that stands there
    already is not written twice. Those of facilities and communities, and those of no problem, are told in `remarks`.

    Parameters
    ----------
    ledger
        The ledger of this quarter.
    notes
        As from `read_notes`.
    """
    if notes.empty:
        return ledger
    words, remarks = WORDS[ledger.lang], list[str]()
    of = {"gap": _pairs(ledger.gaps, "gap", "id"), "place": _pairs(ledger.homes, "place", "id")}
    rows = {str(label): row for row, label in ledger.rows["id"].items()}
    blank = pd.Series("", index=ledger.rows.index, dtype=object)
    cells = ledger.rows[NOTES].fillna("").astype(str) if NOTES in ledger.rows else blank
    told: dict[object, str] = dict(cells.items())
    for one in notes.to_dict("records"):
        row = rows.get(of.get(one["kind"], {}).get(str(one["id"]), ""))
        if row is None:
            remarks.append(
                words["no_problem"].format(what=words[f"kind_{one['kind']}"], id=one["id"], note=one["note"])
            )
            continue
        line = words["note"].format(note=one["note"].strip(), map=one["map"])
        if line not in told[row]:
            told[row] = _LINE.join([*([told[row]] if told[row].strip() else []), line])
    if not any(told.values()):
        return replace(ledger, remarks=(*ledger.remarks, *remarks))
    column = pd.Series(told, dtype=object).reindex(ledger.rows.index)
    return replace(ledger, rows=ledger.rows.assign(**{NOTES: column}), remarks=(*ledger.remarks, *remarks))


def _pairs(table: pd.DataFrame, key: str, value: str) -> dict[str, str]:
    return dict(zip(table[key].astype(str), table[value].astype(str), strict=True))
