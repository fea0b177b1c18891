"""The summary of a survey: sentences that one can read out in a meeting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from tenmin.inputs.services import join_titles, title_of_category
from tenmin.measures.compliance import GRADES
from tenmin.measures.findings import Findings
from tenmin.measures.gaps import REASONS
from tenmin.measures.lacking import SEPARATOR
from tenmin.measures.placements import describe_placements
from tenmin.study.definition import Study
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang, fill
from tenmin.support.percent import share_as_text

__all__ = ["summarise"]

_TEXTS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.study", "texts.toml"))["summary"]
_WORST = 3
"""Categories, gaps, and services that a gap lacks, that are told."""


def summarise(found: Findings, study: Study, lang: Lang) -> list[str]:
    """Return sentences on who is served, the worst categories and gaps, and the grades of communities.

    Parameters
    ----------
    found
        The results.
    study
        Their study.
    lang
        "zh" or "en".
    """

    def say(key: str, **values: object) -> str:
        return fill(_TEXTS[key][lang], **values)

    coverage, comma = found.coverage, "；" if lang == "zh" else "; "
    limits = sorted(set(coverage.limit))
    limit = say(coverage.unit, limit=f"{limits[0]:g}") if len(limits) == 1 else say("each")
    total = float(coverage.places["people"].sum())
    lines = [
        say(
            "people",
            title=found.title,
            places=f"{len(coverage.places):,}",
            people=f"{total:,.0f}",
            base=say("base", base=study.people_base) if study.people_base else "",
            walker=coverage.network.walker.title(lang),
            limit=limit,
        )
    ]
    if study.changes is not None and study.changes.title:
        lines.append(say("scenario", title=study.changes.title))
    lines += [*_tell_shares(found, lang, say, comma), describe_placements(coverage, lang)]
    lines += _tell_gaps(found, lang, say)
    for one in found.compliance.values():
        counts = one.grades.value_counts()
        words = {grade: grade if lang == "zh" else english for grade, english in GRADES.items()}
        grades = comma.join(f"{words[grade]} {counts[grade]}" for grade in GRADES if counts.get(grade, 0))
        lines.append(
            say("standard", title=one.standard.title_zh if lang == "zh" else one.standard.title_en, grades=grades)
        )
    return [*lines, *([say("remarks", count=len(found.remarks))] if len(found.remarks) else [])]


def _tell_shares(found: Findings, lang: Lang, say: Any, comma: str) -> Iterator[str]:
    shares = found.shares.sort_values(["share", "category"], kind="stable")
    measured, none = shares.dropna(subset="share"), shares[shares["share"].isna()]
    rows = [
        say(
            "row",
            name=title_of_category(str(row["category"]), lang),
            share=share_as_text(row["share"], row["share_upper"]),
            unserved=f"{row['unserved']:,.0f}",
            unknown=f"{row['unknown']:,.0f}",
        )
        for row in measured.head(_WORST).to_dict("records")
    ]
    if rows:
        yield say("lowest" if len(measured) > _WORST else "shares", rows=comma.join(rows))
    if len(measured) > _WORST:
        best = measured.iloc[-1]
        name = title_of_category(str(best["category"]), lang)
        yield say("highest", name=name, share=share_as_text(best["share"], best["share_upper"]))
    if len(none):
        yield say("none", names=comma.join(title_of_category(str(key), lang) for key in none["category"]))
    basket = found.basket.iloc[0]
    if len(shares) > 1 and pd.notna(basket["share"]):
        text = share_as_text(basket["share"], basket["share_upper"])
        yield say("basket", count=len(shares), people=f"{basket['served']:,.0f}", share=text)


def _tell_gaps(found: Findings, lang: Lang, say: Any) -> Iterator[str]:
    gaps = found.gaps
    yield say("gaps", count=f"{len(gaps):,}") if len(gaps) else say("no_gaps")
    for rank, row in gaps.head(_WORST).iterrows():
        place = row["name_zh" if lang == "zh" else "name"]
        yield say(
            "gap",
            rank=rank,
            area=say("gap_area", area=place) if place else "",
            people=f"{row['people']:,.0f}",
            name=join_titles(str(row["category"]).split(SEPARATOR), lang, most=_WORST),
            reason=REASONS[row["reason"]][lang],
            cure=str(row["cure_zh" if lang == "zh" else "cure"]).rstrip("。."),
        )
